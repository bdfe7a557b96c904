"""Theorem T1: the leave-one-out error of kernel regression, and of any missing set, from one inverse."""

from __future__ import annotations

TITLE = "Leave-one-out error"
SOURCE = "Rasmussen and Williams 2006, section 5.4.2; the reading T1b is this work's"
HYPOTHESES = (
    r"$K \in \mathbb{R}^{N \times N}$ is the Gram matrix of $N$ points, ridge included,"
    r" symmetric and positive definite.",
    r"$y \in \mathbb{R}^N$ are the labels; $S$ is a set of missing points, $R$ the set of all others.",
    r"$p_S = K_{SR} K_{RR}^{-1} y_R$ is the prediction at $S$ of kernel regression trained on $R$.",
)
STATEMENT = (
    r"y_S - p_S = \bigl([K^{-1}]_{SS}\bigr)^{-1} [K^{-1} y]_S, \qquad"
    r" \bigl([K^{-1}]_{SS}\bigr)^{-1} = K_{SS} - K_{SR} K_{RR}^{-1} K_{RS}."
    r" \text{ For one point, } y_i - p_i = [K^{-1} y]_i \, v_i"
    r" \text{ with the posterior variance } v_i = 1/[K^{-1}]_{ii}."
)
