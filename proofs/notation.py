"""Notation that several theorems share; what only one of them uses is defined in its hypotheses."""

from __future__ import annotations

#: Headings, each with symbols as LaTeX and what they mean, sentences with formulas between dollars.
NOTATION: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Groups and representations",
        (
            (r"G, \; n, \; e", r"A finite group, its order $n = |G|$ and its unit; $g, h$ are elements of $G$."),
            (r"C_N", r"The cyclic group of order $N$; $g^j$ are the powers of a generator $g$."),
            (
                r"\rho, \; d_\rho",
                r"An irreducible representation (irrep) of $G$ by unitary matrices $\rho(g)$ over $\mathbb{C}$,"
                r" and its degree, the size of the matrices. Sums over $\rho$ take one irrep of each equivalence"
                r" class.",
            ),
            (r"\rho(g)^*", r"The conjugate transpose of the matrix $\rho(g)$; a bar is the complex conjugate."),
            (r"\chi_\rho", r"The character of $\rho$: the function $\chi_\rho(g) = \operatorname{tr} \rho(g)$."),
            (r"\mathbf 1", r"The trivial irrep $g \mapsto 1$."),
            (r"H, \; |H|, \; G/H", r"A subgroup, its order, and the set of its cosets $gH$."),
            (
                r"H_c, \; N_c",
                r"The stabiliser $\{h : h x_c = x_c\}$ of the seed $x_c$, and the number $N_c = n/|H_c|$ of the"
                r" points of its orbit; the orbit is free if $H_c$ is trivial.",
            ),
            (
                r"\varphi(hgh^{-1}) = \varphi(g)",
                r"Says that the function $\varphi$ on $G$ is a class function: constant on conjugacy classes.",
            ),
            (
                r"S, \; \mathrm{Cay}(G, S)",
                r"A subset of $G$, and the graph in which $g$ is joined to $gs$, $s \in S$.",
            ),
        ),
    ),
    (
        "Kernels on orbits",
        (
            (r"x, \; gx, \; x_c", r"An input, a pose of it, and the seed of orbit $c$; there are $C$ orbits."),
            (
                r"k(x, y)",
                r"A kernel: a symmetric positive semidefinite function of two inputs. It is invariant if"
                r" $k(gx, gy) = k(x, y)$.",
            ),
            (r"K", r"The Gram matrix of the kernel at all points, with the ridge where the theorem says so."),
            (r"r", r"The ridge $r \ge 0$, which is added to the diagonal of the Gram matrix."),
            (
                r"\varphi_{ab}(g)",
                r"The symbol of the Gram matrix, $k(x_a, g x_b)$, one function on $G$ a pair of orbits.",
            ),
            (
                r"\hat K(\rho)",
                r"The Fourier block: the matrix of the blocks"
                r" $\hat K(\rho)_{ab} = \sum_g \varphi_{ab}(g)\, \rho(g)$.",
            ),
            (
                r"\lambda, \; \lambda_k",
                r"Eigenvalues of the Gram matrix; on $C_N$ that of the mode of frequency $k$.",
            ),
            (
                r"y, \; p, \; t_c",
                r"Labels, predictions of kernel regression at points that it was not trained on, and the label"
                r" that all points of orbit $c$ have.",
            ),
            (r"\mathrm{error}", r"Label minus prediction, $y - p$, at a missing pose."),
            (
                r"\kappa_0, \; \kappa_1",
                r"The arc-cosine kernels of degree 0 and 1, functions of the cosine $u = \cos\theta$ of the angle"
                r" $\theta$ between two inputs.",
            ),
            (
                r"\text{NNGP}, \; \text{NTK}",
                r"The kernels of infinitely wide networks: of their outputs at random weights (neural network"
                r" Gaussian process), and of their training by gradient descent (neural tangent kernel).",
            ),
            (
                r"\mathrm{MMD}",
                r"The maximum mean discrepancy: the distance of the means of two sets of points in the"
                r" reproducing kernel Hilbert space (RKHS) of the kernel.",
            ),
        ),
    ),
    (
        "Matrices and numbers",
        (
            (r"I, \; I_d, \; \operatorname{tr}", r"The identity matrix, that of size $d$, and the trace."),
            (r"A \cong B", r"$A = U B U^{-1}$ for an invertible matrix $U$, a unitary one where that is said."),
            (
                r"\oplus, \; \otimes",
                r"The direct sum (blocks on the diagonal) and the tensor (Kronecker) product.",
            ),
            (
                r"A \succ 0, \; A \succeq 0",
                r"The symmetric or Hermitian matrix $A$ is positive definite, semidefinite.",
            ),
            (r"[A]_{ij}, \; A_{SR}", r"An entry of $A$; the block of the rows in $S$ and the columns in $R$."),
            (r"\delta_{ij}, \; [P]", r"1 if $i = j$, or if the statement $P$ is true, and 0 otherwise."),
            (r"\mathbb{Z}, \; \mathbb{R}, \; \mathbb{C}", r"The integers, the real and the complex numbers."),
            (r"\mathrm{i}, \; e", r"The imaginary unit, and Euler's number where it has an exponent."),
            (r"O(f)", r"A quantity whose absolute value is at most a constant times $f$."),
            (
                r"\operatorname{rank} A, \; \operatorname{diag}",
                r"The rank of $A$; a diagonal matrix with these entries.",
            ),
            (r"\mathbb{E}", r"The expectation of a random variable."),
            (r"|S|", r"The number of elements of a finite set, the length of a vector, or the absolute value."),
        ),
    ),
)
