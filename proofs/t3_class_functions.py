"""Theorem T3: symbols that are class functions, such as those of Cayley graphs, need characters only."""

from __future__ import annotations

TITLE = "Class functions need characters only"
SOURCE = "Diaconis and Shahshahani 1981; Babai 1979; Lovasz 1975; for several orbits this work"
HYPOTHESES = (
    r"As in T2, and every $\varphi_{ab}$ is a class function: $\varphi_{ab}(hgh^{-1}) = \varphi_{ab}(g)$.",
    r"$\chi_\rho$ is the character of $\rho$.",
    r"For the Cayley graph, $S \subset G$ is closed under conjugation and inverses.",
)
STATEMENT = (
    r"\hat K(\rho) = M_\rho \otimes I_{d_\rho}, \quad"
    r" (M_\rho)_{ab} = \frac{1}{d_\rho} \sum_g \varphi_{ab}(g)\, \chi_\rho(g);"
    r" \text{ each eigenvalue of } M_\rho \text{ occurs } d_\rho^2 \text{ times in } K."
    r" \text{ The adjacency matrix of } \mathrm{Cay}(G, S) \text{ has the eigenvalues }"
    r" \frac{1}{d_\rho} \sum_{s \in S} \chi_\rho(s) \text{ with multiplicity } d_\rho^2."
)
