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
    "invariance": "The kernel satisfies k(gx, gy) = k(x, y).",
    "block elimination": "Gaussian elimination of a block: the Schur complement of a block matrix.",
    "homomorphism": "A representation satisfies rho(gh) = rho(g) rho(h).",
    "Schur's lemma": "A matrix that commutes with an irrep is a multiple of the identity; one that intertwines"
    " two inequivalent irreps is zero.",
    "Schur orthogonality": "The matrix entries of inequivalent unitary irreps are orthogonal functions on G; those"
    " of one irrep have the squared length n/d.",
    "counting dimensions": "Orthonormal vectors as many as the dimension of the space are a basis.",
    "unitary similarity": "A matrix and its conjugate by a unitary matrix have one spectrum, one trace and similar"
    " inverses.",
    "trace": "Similar matrices have one trace, and the trace of a sum is the sum of the traces.",
    "averaging over a subgroup": "The mean of the matrices of a subgroup projects on its fixed vectors.",
    "orbit-stabiliser": "The points of an orbit are the cosets of the stabiliser.",
    "geometric sum": "1 + w + ... + w^(m-1) = 0 for w^m = 1, w not 1.",
    "eigenvector": "A matrix acts on an eigenvector as a number; so do its powers and its inverse.",
    "Cramer's rule": "The inverse of a matrix is its adjugate divided by its determinant.",
    "Jacobi's formula": "d det M(s) / ds = tr(adj(M) dM/ds).",
    "quadratic formula": "The roots of a quadratic polynomial.",
    "determinant of a block matrix": "det [[P, Q], [Q, P]] = det(P + Q) det(P - Q).",
    "theorem": "An earlier theorem of this collection.",
    "comparison": "A positive factor does not change a sign; the larger of two lower bounds counts.",
    "counterexample": "One instance that refutes a general claim.",
    "change of variables": "An integral in new coordinates, with the Jacobian determinant.",
    "Gaussian integral": "An expectation over jointly Gaussian variables.",
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
