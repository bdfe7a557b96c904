"""The rules that a step of a derivation may name, each with the sentence that it stands for."""

from __future__ import annotations

from difflib import get_close_matches

from orbitkernels.errors import InputError

#: Rules that introduce something; there is nothing to prove in such a step.
INTRODUCTIONS = ("definition", "hypothesis")

#: Every rule and what it says.
RULES = {
    "definition": "A name is given to an expression.",
    "hypothesis": "What the theorem assumes.",
    "substitution": "Equals are put for equals, or the index of a finite sum is renamed by a bijection.",
    "expansion": "Products and sums are multiplied out and collected.",
    "invariance": "The kernel satisfies k(gx, gy) = k(x, y); other functions and operators that the group leaves"
    " unchanged likewise.",
    "block elimination": "Gaussian elimination of a block: the Schur complement of a block matrix.",
    "homomorphism": "A representation satisfies rho(gh) = rho(g) rho(h).",
    "Schur's lemma": "A matrix that commutes with an irrep is a multiple of the identity; one that intertwines"
    " two inequivalent irreps is zero.",
    "Schur orthogonality": "The matrix entries of inequivalent unitary irreps are orthogonal functions on G; those"
    " of one irrep have the squared length n/d.",
    "counting dimensions": "Independent vectors as many as the dimension of the space are a basis; the solutions"
    " of linear equations have as many dimensions as there are unknowns, less the rank.",
    "equal Gram matrices": "If two lists of vectors have one Gram matrix, an isometry of their spans takes one to"
    " the other.",
    "unitary similarity": "A matrix and its conjugate by a unitary matrix have one spectrum, one trace and similar"
    " inverses.",
    "trace": "Similar matrices have one trace, and the trace of a sum is the sum of the traces.",
    "averaging over a subgroup": "The mean of the matrices of a subgroup projects on its fixed vectors.",
    "adjoint maps": "The kernel of a linear map is the orthogonal complement of the range of its adjoint.",
    "orbit-stabiliser": "The points of an orbit are the cosets of the stabiliser.",
    "geometric sum": "1 + w + ... + w^(m-1) = 0 for w^m = 1, w not 1.",
    "eigenvector": "A matrix acts on an eigenvector as a number; so do its powers and its inverse.",
    "Cramer's rule": "The inverse of a matrix is its adjugate divided by its determinant.",
    "Jacobi's formula": "d det M(s) / ds = tr(adj(M) dM/ds).",
    "quadratic formula": "The roots of a quadratic polynomial.",
    "determinant of a block matrix": "det [[P, Q], [Q, P]] = det(P + Q) det(P - Q).",
    "theorem": "An earlier theorem of this collection.",
    "comparison": "Inequalities are added, chained and multiplied by positive factors; the larger of two"
    " lower bounds counts; a sum is least where each of its terms is; what bounds each other from both sides is"
    " equal.",
    "counterexample": "One instance that refutes a general claim.",
    "change of variables": "An integral in new coordinates, with the Jacobian determinant.",
    "Gaussian integral": "An expectation over jointly Gaussian variables.",
    "Gaussian moments": "The expectation of a product of centred Gaussians is the sum over all pairings of the"
    " products of their covariances (Isserlis, Wick).",
    "expectation": "The expectation is linear, and that of a product of independent variables is the product of"
    " their expectations.",
    "law of large numbers": "Means of independent, identically distributed variables of finite expectation tend to"
    " it with probability 1.",
    "differentiation": "A derivative is taken, by the sum, product and chain rules; under an integral or a sum"
    " where a bound that has a finite integral or sum allows it.",
    "fundamental theorem of calculus": "A continuously differentiable function is its value at one end and the"
    " integral of its derivative from there.",
    "integration by parts": "The integral of f' g is that of -f g' and the difference of f g between the ends.",
    "partial fractions": "A rational function is its polynomial part and its principal parts at the poles.",
    "residue": "A contour integral is 2 pi i times the sum of the residues inside the contour.",
    "Mittag-Leffler sum": "A meromorphic function that stays bounded on growing contours around the origin is its"
    " value there and the sum of its principal parts.",
    "power series": "A function is the sum of its Taylor series inside the circle of convergence.",
    "Fourier series": "A continuous function whose Fourier coefficients are absolutely summable is the sum of its"
    " Fourier series, and the coefficients are unique.",
    "aliasing": "The discrete Fourier transform of N samples of an absolutely convergent Fourier series is N times"
    " the sum of its coefficients over the frequencies that are equal modulo N.",
    "Poisson summation": "The sum of f over the integers is the sum of its Fourier transform over them.",
    "absolute convergence": "The terms of an absolutely convergent series may be rearranged and grouped at will.",
    "limit": "An equation between continuous functions holds in the limit.",
    "induction": "The claim holds for the first case, and for the next one whenever it holds for one.",
    "telescoping sum": "The sum of differences of neighbours is the last term minus the first.",
    "Neumann series": "(I - A)^-1 = I + A + A^2 + ... where the spectral radius of A is below 1.",
    "orthogonal projection": "A symmetric idempotent matrix takes each vector to the nearest point of its range.",
    "Cauchy-Schwarz inequality": "|<x,y>| is at most |x| |y|, with equality iff x and y are parallel.",
    "reproducing property": "In the RKHS the inner product of k(., x) and k(., y) is k(x, y).",
    "push-through identity": "A (B A + r I) = (A B + r I) A, and so for the inverses.",
    "harmonic and arithmetic mean": "The harmonic mean of positive numbers is at most the arithmetic one, with"
    " equality iff all are equal.",
}


def check_rule(rule: str) -> None:
    """Raise unless the rule is in the list.

    Raises:
        InputError: If it is not; the message suggests the nearest.

    Example:
        >>> from orbitkernels.proofs.rules import check_rule
        >>> check_rule("geometric sum")
    """
    if rule not in RULES:
        nearest = get_close_matches(rule, RULES, n=1, cutoff=0.0)[0]
        raise InputError(f"Argument 'rule' must be a rule of proofs/rules.py, not '{rule}'; nearest: '{nearest}'.")
