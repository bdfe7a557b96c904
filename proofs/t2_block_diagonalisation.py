"""Theorem T2: the Gram matrix of free orbits is similar to its Fourier blocks, each as often as its degree."""

from __future__ import annotations

TITLE = "Block diagonalisation of the Gram matrix"
SOURCE = "Perin and Deny 2025 (arXiv 2412.11521) for cyclic groups; Peter-Weyl for every finite group"
HYPOTHESES = (
    r"$G$ is a finite group of order $n$; $\rho$ runs through its unitary irreps, of degree $d_\rho$.",
    r"$G$ acts on inputs; the kernel is invariant, $k(gx, gy) = k(x, y)$; the orbits of the seeds"
    r" $x_1, \dots, x_C$ are free.",
    r"$\varphi_{ab}(g) = k(x_a, g x_b)$, $K_{(a,g),(b,h)} = \varphi_{ab}(g^{-1}h)$ and"
    r" $\hat K(\rho)_{ab} = \sum_g \varphi_{ab}(g)\, \rho(g)$; a ridge $r$ is added to $\varphi_{aa}(e)$.",
)
STATEMENT = (
    r"K \cong \bigoplus_\rho I_{d_\rho} \otimes \hat K(\rho) \text{ by a unitary similarity, and if } K"
    r" \text{ is invertible, } [K^{-1}]_{(a,g),(b,h)} = \psi_{ab}(g^{-1}h), \quad"
    r" \psi_{ab}(g) = \frac1n \sum_\rho d_\rho \operatorname{tr}\bigl[(\hat K(\rho)^{-1})_{ab}\, \rho(g)^*\bigr]."
)
