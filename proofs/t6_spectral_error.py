"""Theorem T6: the error at a missing pose, for every finite group, any number of orbits and any labels."""

from __future__ import annotations

TITLE = "Spectral error of a missing pose"
SOURCE = "this work; Perin and Deny 2025 (arXiv 2412.11521) for two classes of a cyclic group"
HYPOTHESES = (
    r"As in T2, or as in T4 if orbits have stabilisers; $K$ is positive definite, ridge included.",
    r"All poses of orbit $c$ have the label $t_c$; kernel regression is trained on all points but one pose"
    r" of orbit $c$.",
    r"$\mathbf 1$ is the trivial irrep; $\hat K(\mathbf 1)$ is the matrix of orbit sums $\sum_g \varphi_{ab}(g)$.",
)
STATEMENT = (
    r"\mathrm{error}_c = y - p = \frac{n\, [\hat K(\mathbf 1)^{-1} t]_c}"
    r"{\sum_\rho d_\rho \operatorname{tr}\bigl[(\hat K(\rho)^{-1})_{cc}\bigr]},"
    r" \text{ and with stabilisers } \mathrm{error}_c = \frac{\sqrt{N_c}\,"
    r" \bigl[M_{\mathbf 1}^{-1} (\sqrt{N_b}\, t_b)_b\bigr]_c}"
    r"{\sum_\rho d_\rho \operatorname{tr}\bigl[(M_\rho^{-1})_{cc}\bigr]}."
)
