"""What the derivation of T10 claims, in symbols or exactly on integer matrices that are nearly group-circulant."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from orbitkernels.theory.rational_gram import as_fraction, exact_gram, rational_matrix

from .approximate_symmetry import (
    circulant_part,
    eighth_power,
    expansion,
    part,
    pose_permutations,
    relative_size,
    sizes_of_labels,
)
from .exact_checks import refit_error, sample
from .instances import Instance, IntArray, named_group

if TYPE_CHECKING:
    from collections.abc import Sequence


def integer_gram(instance: Instance, rng: np.random.Generator) -> IntArray:
    """t K0 + S with K0 >= I the integer Gram matrix of an instance, S symmetric in -1, 0, 1 and t about 4 sqrt(N).

    The spectral norm of S is at most about 2 sqrt(N), so that K stays positive definite and E small beside it.
    """
    K0 = exact_gram(instance.group, instance.phi, instance.stabilisers)
    size = K0.nrows()
    noise = np.triu(rng.integers(-1, 2, (size, size)))
    values = np.array([[int(as_fraction(K0[i, j])) for j in range(size)] for i in range(size)], dtype=np.int64)
    return (1 + 4 * isqrt(size)) * values + noise + np.triu(noise, 1).T


@lru_cache(maxsize=8)
def _nearly(name: str) -> tuple[Instance, Any, npt.NDArray[Any], Any]:
    """Instance, K, the average of K as an array, and the labels, for two free orbits of small groups, else one."""
    instance = sample(name, 2 if named_group(name).order < 10 else 1)
    values = integer_gram(instance, np.random.default_rng(1))
    circulant = circulant_part(values, pose_permutations(instance.group, instance.stabilisers))
    return instance, rational_matrix(values), circulant, rational_matrix(instance.labels)


def _orbits(instance: Instance) -> Sequence[range]:
    """Positions of the poses of each orbit."""
    ends = np.cumsum(instance.sizes).tolist()
    return [range(end - size, end) for end, size in zip(ends, instance.sizes.tolist(), strict=True)]


def perturbation_averages_to_zero(name: str) -> bool:
    """Whether P_g Kc P_g^T = Kc for every g, and the average of E over the group is zero."""
    instance, K, circulant, _ = _nearly(name)
    permutations = pose_permutations(instance.group, instance.stabilisers)
    E = np.array([[as_fraction(v) for v in row] for row in K.tolist()]) - circulant
    invariant = all(np.array_equal(circulant[np.ix_(p, p)], circulant) for p in permutations)
    return invariant and bool((circulant_part(E, permutations) == 0).all()) and bool((E != 0).any())


def first_order_cancels(name: str) -> bool:
    """Whether the first-order terms add to zero over each orbit, and not all of them are zero."""
    instance, K, circulant, y = _nearly(name)
    Kc = rational_matrix(circulant.tolist())
    terms = [[expansion(K, Kc, y, i)[0][0] for i in orbit] for orbit in _orbits(instance)]
    return all(sum(orbit, orbit[0] * 0) == 0 for orbit in terms) and any(t != 0 for orbit in terms for t in orbit)


def mean_difference_is_the_mean_remainder(name: str) -> bool:
    """Whether the mean error over an orbit is the error of Kc and the mean remainder, by refitting."""
    instance, K, circulant, y = _nearly(name)
    Kc, labels = rational_matrix(circulant.tolist()), [row[0] for row in instance.labels]
    for orbit in _orbits(instance)[:1]:
        mean = sum((refit_error(K, labels, i) for i in orbit), Fraction(0)) / len(orbit)
        rest = sum((as_fraction(expansion(K, Kc, y, i)[1][0]) for i in orbit), Fraction(0)) / len(orbit)
        if mean - refit_error(Kc, labels, orbit[0]) != rest:
            return False
    return True


def sizes_agree(name: str) -> bool:
    """Whether v y_R^T Kc_RR^-1 y_R = v y^T Kc^-1 y - error^2 at every pose."""
    _, _, circulant, y = _nearly(name)
    Kc = rational_matrix(circulant.tolist())
    inverse = Kc.inv()
    dual = inverse * y
    whole = (y.transpose() * dual)[0, 0]
    for i in range(Kc.nrows()):
        v = 1 / inverse[i, i]
        if sizes_of_labels(Kc, y, i)[0] != v * whole - (dual[i, 0] * v) ** 2:
            return False
    return True


def blocks_of_the_square(name: str) -> bool:
    """Whether eta^T eta / v + F D^-1 F is the block of E Kc^-1 E on all points but one."""
    _, K, circulant, _ = _nearly(name)
    Kc = rational_matrix(circulant.tolist())
    E, inverse, others = K - Kc, Kc.inv(), list(range(1, K.nrows()))
    D, F = part(Kc, others, others), part(E, others, others)
    eta = part(E, [0], others) - part(Kc, [0], others) * D.inv() * F
    return bool(eta.transpose() * eta * inverse[0, 0] + F * D.inv() * F == part(E * inverse * E, others, others))


def bounds_hold(name: str) -> bool:
    """Whether both bounds hold at every pose and for the mean, with a rational number from epsilon to 1."""
    instance, K, circulant, y = _nearly(name)
    Kc, labels = rational_matrix(circulant.tolist()), [row[0] for row in instance.labels]
    epsilon = relative_size(as_fraction(eighth_power(K, Kc)))
    orbit = _orbits(instance)[0]
    differences = [refit_error(K, labels, i) - refit_error(Kc, labels, i) for i in orbit]
    square = as_fraction(sizes_of_labels(Kc, y, orbit[0])[0])
    return epsilon < 1 and all(within_bounds(differences, square, epsilon))


def within_bounds(differences: Sequence[Any], square: Any, epsilon: Any) -> list[bool]:
    """Squares of the claim: for each difference d of a pose d^2 (1 - eps^2) <= kappa^2 eps^2; then for their mean.

    Args:
        differences: error_i - spectral_c of all poses of an orbit, exact numbers or balls.
        square: kappa_c^2.
        epsilon: A number from epsilon to 1.

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.proofs.approximate_checks import within_bounds
        >>> within_bounds([1, -1], 1, Fraction(1, 2))
        [False, False, True]
    """
    mean = sum(differences[1:], differences[0]) / len(differences)
    one = [bool(d * d * (1 - epsilon**2) <= square * epsilon**2) for d in differences]
    return [*one, bool(4 * mean * mean * (1 - epsilon) ** 2 <= square * epsilon**4)]


# ---------------------------------------------------------------------- in symbols


def prediction_pairs() -> list[tuple[Any, Any]]:
    """K_iR = w K_RR + eta for K_iR = w D + b, K_RR = D + F and eta = b - w F; and the resolvent identity."""
    import sympy

    w, D, F, b, X = sympy.symbols("w D F b X", commutative=False)
    return [
        (w * D + b, w * (D + F) + (b - w * F)),
        (sympy.Subs(((D**-1 - D**-1 * F * X**-1) * X).expand(), X, D + F), sympy.Integer(1)),
    ]


def coordinate_pairs() -> list[tuple[Any, Any]]:
    """D + F = S (I + Z) S for D = S^2 and F = S Z S; nothing commutes."""
    import sympy

    S, Z = sympy.symbols("S Z", commutative=False)
    return [(S * (1 + Z) * S, S**2 + S * Z * S)]


def cancellation_pairs() -> list[tuple[Any, Any]]:
    """First-order terms times [Kc^-1]_ii^2 of all poses of orbit 1 but one, and of that one, for C2 and C3."""
    return [_first_order_sum(turns, orbits) for turns, orbits in ((2, 2), (3, 1))]


def _first_order_sum(turns: int, orbits: int) -> tuple[Any, Any]:
    """A = Kc^-1 is any symmetric matrix that the turns keep, E any symmetric one that they average to zero."""
    import sympy

    size = turns * orbits
    A, E = sympy.zeros(size), sympy.zeros(size)
    for i, j in ((i, j) for i in range(0, size, turns) for j in range(size)):
        moved = [(i + s, j - j % turns + (j + s) % turns) for s in range(turns)]  # the turned pairs (i, j)
        distinct = list(dict.fromkeys((min(pair), max(pair)) for pair in moved))
        values = [sympy.Symbol(f"e_{k}{l}") for k, l in distinct[1:]]
        for (k, l), value in zip(distinct, [-sum(values), *values], strict=True):
            A[k, l] = A[l, k] = sympy.Symbol("a_{}{}".format(*min(distinct)))
            E[k, l] = E[l, k] = value
    y = sympy.Matrix([sympy.Symbol(f"t_{c}") for c in range(orbits) for _ in range(turns)])
    dual = A * y  # A_ii is the same for all i
    first, *others = ((A[i, :] * E * (A[i, i] * dual - dual[i] * A[:, i]))[0] for i in range(turns))
    return sum(others), -first


def scalar_bounds() -> dict[str, Any]:
    """The three inequalities between numbers, with differences whose sign shows.

    z^2 (eps^2 - z^2) <= eps^4/4; with q = 1 - eps^2 and u = 1 + z the second; with eps = (1 - p)/2 the third.
    """
    import sympy

    z, eps = sympy.symbols("z epsilon", real=True)
    q, u = sympy.symbols("q u", positive=True)
    p = sympy.Symbol("p", nonnegative=True)
    small = (1 - p) / 2
    return {
        "pairs": [
            (z**2 * (eps**2 - z**2), eps**4 / 4),
            ((1 - q - (u - 1) ** 2) / u**2, (1 - q) / q),
            (small**2 / (2 * (1 - small)), small**2),
        ],
        "because": [(eps**2 / 2 - z**2) ** 2, (u - q) ** 2 / (q * u**2), small**2 * p / (1 + p)],
        "domain": {q: (0, 1), p: (0, 1)},
    }


def example_pairs() -> list[tuple[Any, Any]]:
    """C2 on two poses, Kc = [[a, b], [b, a]], E = diag(p, -p), y = (1, 1): the errors by dropping a pose."""
    import sympy

    a, b, p = sympy.symbols("a b p", positive=True)
    errors = [1 - b / (a - p), 1 - b / (a + p)]
    exact = 1 - b / a
    root = sympy.Matrix([[a, b], [b, a]])
    E = sympy.diag(p, -p)
    size = p**2 / (a**2 - b**2)  # (Kc^-1 E)^2 is epsilon^2 times the unit matrix
    inverse = root.inv()
    kappa_squared = sum(inverse) / inverse[0, 0] - exact**2
    return [
        (errors[0] - exact, -b * p / (a * (a - p))),
        ((errors[0] + errors[1]) / 2 - exact, -b * p**2 / (a * (a**2 - p**2))),
        (sympy.MatMul(inverse * E, inverse * E), size * sympy.eye(2)),
        (kappa_squared, (a**2 - b**2) / a**2),
        (
            sympy.Limit(b * p**2 / (a * (a**2 - p**2)) / (size * sympy.sqrt(a**2 - b**2) / (2 * a)), p, 0),
            2 * b * sympy.sqrt(a**2 - b**2) / a**2,
        ),
        (sympy.Subs(4 * b**2 * (a**2 - b**2) / a**4, b, a / sympy.sqrt(2)), sympy.Integer(1)),
    ]
