"""What the derivation of T9 claims of averaged kernels, in symbols or exactly on a named group."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq

from orbitkernels.theory.constructions import quotient
from orbitkernels.theory.rational_gram import exact_gram, exact_leave_out, rational_matrix
from orbitkernels.theory.spectra import exact_blocks, exact_spectral_error

from .collapse import chosen_subgroup, collapsed_error, coset_of_point, merged
from .exact_checks import refit_error, sample
from .instances import named_group
from .reynolds import averaged_gram, averaged_symbol, recovered_poses

#: Ridge of the instances.
RIDGE = Fraction(1, 2)


def ridged(gram: Any, ridge: Any = RIDGE) -> Any:
    """K + r I as an fmpq_mat."""
    return rational_matrix(gram) + rational_matrix((np.eye(len(gram), dtype=int) * ridge).tolist())


def rational(value: Fraction) -> Any:
    """A fraction as an fmpq."""
    return fmpq(value.numerator, value.denominator)


def blocks_vanish(name: str) -> bool:
    """Whether the Fourier blocks of the average over G are n Phi for the trivial irrep and zero for the others."""
    instance = sample(name)
    group = instance.group
    phi = averaged_symbol(instance.phi, group.subgroup(group.generators))
    first, *others = exact_blocks(group, phi)
    sums = [[group.order * phi[a, b, 0] for b in range(2)] for a in range(2)]
    return all(first.matrix[a][b] == sums[a][b] for a in range(2) for b in range(2)) and all(
        entry == 0 for block in others for row in block.matrix for entry in row
    )


def error_of_the_average(name: str) -> bool:
    """Whether the formula is the error by refitting, for orbits of different sizes."""
    instance = sample(name, stabilisers=True)
    sizes, r = instance.sizes.tolist(), rational(RIDGE)
    mean = rational_matrix(instance.phi.sum(axis=2).tolist()) / instance.group.order
    phi = [[[mean[a, b]] * instance.group.order for b in range(2)] for a in range(2)]
    K = exact_gram(instance.group, phi, instance.stabilisers, RIDGE)
    labels = [1] * sizes[0] + [-2] * sizes[1]
    errors = collapsed_error(mean, sizes, rational_matrix([[1], [-2]]), r)
    found = [refit_error(K, labels, i) for i in (0, len(labels) - 1)]
    return [row[0] for row in errors] == [rational(error) for error in found]


def cosets_coincide(name: str) -> bool:
    """Whether the rows of all poses of a coset Hg are equal, for every cyclic H."""
    instance = sample(name)
    cyclic = (instance.group.subgroup([g]) for g in range(instance.group.order))
    for H in {tuple(H.elements.tolist()): H for H in cyclic}.values():
        K, cosets = averaged_gram(instance.phi, H), coset_of_point(H, 2)
        representatives = np.unique(cosets, return_index=True)[1]
        if not (K[representatives[cosets]] == K).all():
            return False
    return True


def merging_keeps_predictions(name: str) -> bool:
    """Whether merged cosets with the ridge r/m predict what all observed poses do, three poses being missing."""
    instance = sample(name)
    H = chosen_subgroup(instance.group, "any", np.random.default_rng(0))
    K, missing = averaged_gram(instance.phi, H), [0, 1, instance.group.order - 1]
    labels = [1] * instance.group.order + [-2] * instance.group.order
    problem = merged(coset_of_point(H, 2), missing)
    one = exact_leave_out(ridged(K), labels, missing)
    small = rational_matrix(problem.gram(K, RIDGE))
    return one == exact_leave_out(small, [labels[i] for i in problem.points], problem.missing)


def recovered_in_the_limit(name: str) -> bool:
    """Whether errors at ridge 2^-40 are below 2^-20 just where the coset of a missing pose keeps a pose."""
    instance = sample(name)
    n = instance.group.order
    H = chosen_subgroup(instance.group, "any", np.random.default_rng(0))
    gone = sorted({0, *H.elements.tolist(), n - 1})  # all of the coset H, and one pose more
    gram = ridged(averaged_gram(instance.phi, H), Fraction(1, 2**40))
    errors = exact_leave_out(gram, [1] * n + [-2] * n, gone)
    small = [g for g, (error,) in zip(gone, errors, strict=True) if abs(error) < Fraction(1, 2**20)]
    return bool(small == recovered_poses(H, gone).tolist())


def average_is_invariant(name: str) -> bool:
    """Whether the average over a normal subgroup has a symbol."""
    instance = sample(name)
    H = chosen_subgroup(instance.group, "normal", np.random.default_rng(0))
    symbol = averaged_symbol(instance.phi, H)
    return bool(exact_gram(instance.group, symbol) == rational_matrix(averaged_gram(instance.phi, H)))


def missing_coset_is_a_quotient_problem(name: str) -> bool:
    """Whether leaving out a coset has the error of one missing pose on G/H, with the ridge r/|H|."""
    instance = sample(name)
    n = instance.group.order
    H = chosen_subgroup(instance.group, "normal", np.random.default_rng(0))
    symbol = averaged_symbol(instance.phi, H)[:, :, H.left_representatives]
    (expected,), _ = exact_spectral_error(quotient(instance.group, H), symbol, [1, -2], None, RIDGE / H.order)
    gone = np.flatnonzero(H.left_coset_labels == H.left_coset_labels[n - 1]).tolist()
    found = exact_leave_out(ridged(averaged_gram(instance.phi, H)), [1] * n + [-2] * n, gone)
    return set(found) == {(expected,)}


def average_is_not_invariant() -> bool:
    """The counterexample: S3, phi = 2 at e and 1 at (0 1), H generated by (1 2), ridge 1."""
    S3 = named_group("S3")
    names = [S3.element_string(g) for g in range(6)]
    H = S3.subgroup([names.index("(1 2)")])
    phi = [[[{"()": 2, "(0 1)": 1}.get(name, 0) for name in names]]]
    K, other = averaged_gram(phi, H), names.index("(0 2)")
    found = [K[0, 0], K[other, other]] + [refit_error(ridged(K, 1), [1] * 6, i) for i in (0, other)]
    return found == [1, Fraction(3, 2), Fraction(4, 11), Fraction(2, 5)]


# ---------------------------------------------------------------------- in symbols


def inverse_pairs() -> list[tuple[Any, Any]]:
    """(P Phi P^T + r I)(I - P D^-1 P^T) and (P Phi P^T + r I) P, with D put for X = P^T P; nothing commutes."""
    import sympy

    P, Pt, Phi, D, X = sympy.symbols("P P^T Phi D X", commutative=False)
    r = sympy.Symbol("r", positive=True)
    alone = 1 - P * D**-1 * Pt
    left = (P * Phi * Pt + r) * alone
    return [
        (sympy.Subs(left.expand().subs(Pt * P, X), X, D), r * alone),
        (sympy.Subs(P * Phi * X + r * P, X, D), P * (Phi * D + r)),
    ]


def merging_pairs() -> list[tuple[Any, Any]]:
    """(P B P^T + r I) P with m put for X = P^T P, and (B + r/m) m; nothing commutes."""
    import sympy

    P, B, m, X = sympy.symbols("P B m X", commutative=False)
    r = sympy.Symbol("r", positive=True)
    return [(sympy.Subs(P * B * X + r * P, X, m), P * (B * m + r)), ((B + r * m**-1) * m, B * m + r)]


def recovery_pairs() -> list[tuple[Any, Any]]:
    """(I - r m^-1 X^-1) X for X = B + r m^-1, and B; nothing commutes."""
    import sympy

    B, m, X = sympy.symbols("B m X", commutative=False)
    r = sympy.Symbol("r", positive=True)
    return [(sympy.Subs(((1 - r * m**-1 * X**-1) * X).expand(), X, B + r * m**-1), B)]


def _error(Phi: Any, sizes: Any, targets: Any, r: Any) -> Any:
    """The formula for orbit 1, by Cramer's rule."""
    D = Phi.diag(*sizes)
    sums = Phi * D + r * Phi.eye(Phi.rows)
    inverse = sums.adjugate() / sums.det()
    return sizes[0] * (inverse * targets)[0] / (inverse[0, 0] + (sizes[0] - 1) / r)


def limits() -> list[tuple[Any, Any]]:
    """Limits of the error as r -> 0: Phi invertible of one and two rows; Phi of two rows and rank one; rates."""
    import sympy

    r, N, M, a, b = sympy.symbols("r N_1 N_2 a b", positive=True)
    c, s, t = sympy.symbols("c t_1 t_2", real=True)
    one = _error(sympy.Matrix([[a]]), [N], sympy.Matrix([s]), r)
    Phi, targets = sympy.Matrix([[a, c], [c, b]]), sympy.Matrix([s, t])
    two = sympy.cancel(_error(Phi, [N, M], targets, r))
    rate = (Phi.adjugate() * targets)[0] / Phi.det() / (N - 1)
    v = sympy.Matrix([a, c])
    singular = sympy.cancel(_error(v * v.T, [N, M], targets, r))
    Q = sympy.eye(2) - v * v.T * sympy.diag(N, M) / (v.T * sympy.diag(N, M) * v)[0]
    return [
        (sympy.Limit(one, r, 0), sympy.Integer(0)),
        (sympy.Subs(two, r, 0), sympy.Integer(0)),
        (sympy.Subs(sympy.cancel(two / r), r, 0), rate),
        (sympy.Subs(singular, r, 0), N * (Q * targets)[0] / (Q[0, 0] + N - 1)),
    ]
