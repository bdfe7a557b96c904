"""Theorem T4: orbits with stabilisers use the fixed vectors of each irrep."""

from __future__ import annotations

TITLE = "Spectrum of orbits with stabilisers"
SOURCE = "this work"
HYPOTHESES = (
    r"As in T2, but seed $x_c$ has the stabiliser $H_c$; its orbit has $N_c = n/|H_c|$ points.",
    r"$U_c(\rho)$ is an orthonormal basis of $\{v : \rho(h) v = v \text{ for all } h \in H_c\}$.",
    r"$K$ is the Gram matrix of the $\sum_c N_c$ different points; a ridge $r$ is added to its diagonal.",
)
STATEMENT = (
    r"K \cong \bigoplus_\rho I_{d_\rho} \otimes M_\rho \text{ by a unitary similarity, } \quad"
    r" (M_\rho)_{ab} = \frac{1}{\sqrt{|H_a||H_b|}}\,"
    r" U_a(\rho)^* \Bigl(\sum_g \varphi_{ab}(g)\, \rho(g)\Bigr) U_b(\rho)"
    r" + r\, \delta_{ab} I; \text{ irreps without fixed vectors do not occur.}"
)
