"""Theorem T5: two interleaved rings with opposite labels, the cyclic formula of Perin and Deny."""

from __future__ import annotations

TITLE = "Cyclic group, two interleaved classes"
SOURCE = "Perin and Deny 2025 (arXiv 2412.11521)"
HYPOTHESES = (
    r"Two orbits $A, B$ of $C_N$ with labels $+1$ and $-1$, interleaved as $A_0, B_0, A_1, B_1, \dots$",
    r"$k(A_i, A_j) = k(B_i, B_j)$, and $k(A_i, B_j)$ depends on $|i - j - \tfrac12|$ modulo $N$ only:"
    r" the Gram matrix $K$ is a symmetric circulant of size $2N$, here positive definite.",
    r"$\lambda_0, \dots, \lambda_{2N-1}$ are its eigenvalues,"
    r" $\lambda_k$ that of the mode $j \mapsto e^{\pi i jk/N}$.",
)
STATEMENT = (
    r"|y_i - p_i| = \frac{\lambda_N^{-1}}{\frac{1}{2N} \sum_{k=0}^{2N-1} \lambda_k^{-1}}"
    r" \text{ for every pose } i;"
    r" \text{ the prediction has the right sign iff } \lambda_N > 2N \Big/ \sum_{k=0}^{2N-1} \lambda_k^{-1},"
    r" \text{ the harmonic mean of the spectrum.}"
)
