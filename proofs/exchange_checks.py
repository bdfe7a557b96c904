"""What the derivation of T12 claims of two orbits with one symbol each, checked exactly on a named group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import fmpq, fmpq_mat

from orbitkernels.theory.counterexample import counterexample
from orbitkernels.theory.rational_gram import as_fraction, exact_gram

from .arithmetic import Arithmetic, rationals
from .exact_checks import refit_error
from .instances import IntArray, convolution_square, named_group

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup


def pair_symbol(group: FiniteGroup, phi: Any, psi: Any) -> Any:
    """Symbol [2, 2, n] with phi on both orbits and psi between them."""
    backwards = np.asarray(psi)[group.inverse(np.arange(group.order))]
    return np.array([[phi, psi], [backwards, phi]])


def random_phi(group: FiniteGroup, rng: np.random.Generator, class_function: bool = False) -> IntArray:
    """A positive definite symbol of integers, phi(g^-1) = phi(g)."""
    beta = rng.integers(-1, 2, (1, 1, group.order))
    if class_function:
        classes = group.conjugacy_classes
        beta = beta[:, :, classes.representatives[classes.labels]]
    phi: IntArray = convolution_square(group, beta)[0, 0]
    phi[0] += 1
    return phi


def dominant(phi: Any, psi: Any) -> Any:
    """phi with so much added at e that P stays above |Q| in every direction: K is positive definite."""
    result = phi.copy()
    result[0] += np.abs(psi).sum()
    return result


def convolved(group: FiniteGroup, one: Any, other: Any) -> Any:
    """(phi * psi)(g) = sum_k phi(k) psi(k^-1 g), the symbol of the product of the matrices."""
    every = np.arange(group.order)
    quotients = group.multiply(group.inverse(every)[:, None], every[None, :])  # [k, g] -> k^-1 g
    return np.asarray(one) @ np.asarray(other)[quotients]


def circulant(group: FiniteGroup, symbol: Any) -> Any:
    """The n x n matrix of a symbol, rows g, columns h, entries symbol(g^-1 h)."""
    return exact_gram(group, [[list(symbol)]])


def _sample(name: str, seed: int = 0) -> tuple[FiniteGroup, IntArray, IntArray]:
    """A group, phi and psi without any symmetry between them; K is positive definite."""
    group, rng = named_group(name), np.random.default_rng(seed)
    psi = rng.integers(-2, 3, group.order)
    return group, dominant(random_phi(group, rng), psi), psi


def _diagonals(group: FiniteGroup, phi: Any, psi: Any) -> tuple[Fraction, Fraction]:
    """[K^-1]_ii on the two orbits."""
    inverted = exact_gram(group, pair_symbol(group, phi, psi)).inv()
    return as_fraction(inverted[0, 0]), as_fraction(inverted[group.order, group.order])


def labels_are_an_eigenvector(name: str) -> bool:
    """Whether K y = (sum phi - sum psi) y for the labels +-1, and K^-1 has one diagonal entry an orbit."""
    group, phi, psi = _sample(name)
    n, K = group.order, exact_gram(group, pair_symbol(group, phi, psi))
    y = fmpq_mat(2 * n, 1, [1] * n + [-1] * n)
    found = K.inv()
    constant = all(found[i, i] == found[i - i % n, i - i % n] for i in range(2 * n))
    return constant and K * y == y * fmpq(int(phi.sum() - psi.sum()))


def errors_by_refitting(name: str) -> bool:
    """Whether y_i/(lambda_- s_c) is the error at the first and last pose of each orbit, by solving without it."""
    group, phi, psi = _sample(name)
    n, K = group.order, exact_gram(group, pair_symbol(group, phi, psi))
    y, gap = [1] * n + [-1] * n, int(phi.sum() - psi.sum())
    diagonals = _diagonals(group, phi, psi)
    return all(
        refit_error(K, y, c * n + i) == (1 - 2 * c) / (gap * diagonals[c]) for c in (0, 1) for i in (0, n - 1)
    )


def ratio_is_the_harmonic_mean(name: str) -> bool:
    """Whether lambda_-^-1 over the mean of all 1/lambda_k is the harmonic mean of both |errors|."""
    group, phi, psi = _sample(name)
    n, gap = group.order, int(phi.sum() - psi.sum())
    K = exact_gram(group, pair_symbol(group, phi, psi))
    coefficients = K.charpoly().coeffs()  # sum of 1/lambda_k = -c_1/c_0
    ratio = Fraction(1, gap) / (as_fraction(-coefficients[1] / coefficients[0]) / (2 * n))
    one, other = (1 / (gap * s) for s in _diagonals(group, phi, psi))
    return ratio == 2 / (1 / one + 1 / other)


def commuting_symbols_agree(name: str) -> bool:
    """Whether both diagonals are equal if phi is a class function, psi is one, or psi is a polynomial in phi's."""
    group, rng = named_group(name), np.random.default_rng(1)
    classes = group.conjugacy_classes
    anything = rng.integers(-2, 3, group.order)
    central = rng.integers(-2, 3, len(classes))[classes.labels]
    phi = random_phi(group, rng)
    cases = [
        (random_phi(group, rng, class_function=True), anything),
        (phi, central),
        (phi, convolved(group, phi, phi) + central),
    ]
    for first, psi in cases:
        if not np.array_equal(convolved(group, first, psi), convolved(group, psi, first)):
            return False
        one, other = _diagonals(group, dominant(first, psi), psi)
        if one != other:
            return False
    return True


def exchange_keeps_the_matrix(name: str) -> bool:
    """Whether (1, g) -> (2, a(g) s), (2, g) -> (1, a(g)) leaves K as it is, and both diagonals are equal.

    a is the identity and s any generator, or a is conjugation by a generator and s is central.
    """
    group, rng = named_group(name), np.random.default_rng(2)
    n, first = group.order, group.generators[0]
    for by, s in ((0, 0), (0, first), *((first, z) for z in group.centre.elements.tolist()[:2])):
        a = group.conjugate(np.arange(n), by)
        phi, psi = exchanged_pair(group, a, s, rng)
        K = exact_gram(group, pair_symbol(group, phi, psi))
        moved = [*(n + group.multiply(a, s)).tolist(), *a.tolist()]
        if any(K[i, j] != K[moved[i], moved[j]] for i in range(2 * n) for j in range(2 * n)):
            return False
        one, other = _diagonals(group, phi, psi)
        if one != other:
            return False
    return True


def exchanged_pair(group: FiniteGroup, a: IntArray, s: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """phi(a(g)) = phi(g) = phi(s^-1 a(g) s) and psi(a(g)^-1 s) = psi(g): sums over the orbits of both maps.

    a is the identity, or s is central, so that phi has to be invariant under one map only.
    """
    phi = _summed(random_phi(group, rng), group.conjugate(a, group.inverse(s)))
    psi = _summed(rng.integers(-2, 3, group.order), group.multiply(group.inverse(a), s))
    return dominant(phi, psi), psi


def _summed(values: IntArray, permutation: IntArray) -> IntArray:
    """Sum of the values over all powers of a permutation of their places."""
    total, at = values.copy(), permutation
    while not np.array_equal(at, np.arange(at.size)):
        total, at = total + values[at], permutation[at]
    return total


# ---------------------------------------------------------------------- the converse


def commutes_with_translations(name: str) -> bool:
    """Whether R_s P R_s^-1 has the symbol phi(s^-1 g s), for a class function phi and another one."""
    group, other, _ = _sample(name)
    rng, every = np.random.default_rng(3), np.arange(group.order)
    for phi in (other, random_phi(group, rng, class_function=True)):
        P = circulant(group, phi)
        for s in group.generators:
            R = circulant(group, (every == s).astype(np.int64))
            conjugated = phi[group.conjugate(every, group.inverse(s))]
            if circulant(group, conjugated) * R != R * P or (R * P == P * R) != np.array_equal(conjugated, phi):
                return False
    return True


@dataclass(frozen=True)
class Separating:
    """phi, not a class function, and psi whose matrix is E_i R_s E_j times a number.

    Attributes:
        group: G.
        phi: Symbol of P.
        psi: Symbol of Q, fractions.
        p_i, p_j: Eigenvalues of P on the ranges of E_i and E_j.
    """

    group: FiniteGroup
    phi: Any
    psi: Any
    p_i: Fraction
    p_j: Fraction


def closed_form(pair: Separating, use: Arithmetic) -> Any:
    """n (s_1 - s_2) = (1/p_i - 1/p_j) tr[X (p_i p_j - X)^-1] with X = Q Q^T."""
    Q, size = use.gram(pair.group, [[list(pair.psi)]]), range(pair.group.order)
    X = Q * Q.transpose()
    scalar = use.matrix([[pair.p_i * pair.p_j if i == j else 0 for j in size] for i in size])
    solved = use.rows(X * (scalar - X).inv())
    return (1 / pair.p_i - 1 / pair.p_j) * sum(solved[i][i] for i in size)


#: Eigenvalues of 5 e + t + t^-1 (5 e + t for m = 2) by the order m of t.
_EIGENVALUES = {2: (6, 4), 3: (7, 4), 4: (7, 5, 3), 6: (7, 6, 4, 3)}


def separating_pairs(group: FiniteGroup) -> list[Separating]:
    """Pairs with rational spectral projections: phi = 5 e + t + t^-1 for t of order 2, 3, 4 or 6, not central.

    The eigenvalues are 5 + 2 cos(2 pi k/m).  Every s and all E_i, E_j with Q not zero, for one t; none if no such
    phi fails to be a class function.
    """
    every, inverse = np.arange(group.order), group.inverse(np.arange(group.order))
    for t in every[np.isin(group.element_orders, (2, 3, 4, 6))].tolist():
        phi = np.array([Fraction(5 * int(g == 0) + int(g in (t, inverse[t]))) for g in every], dtype=object)
        if all(np.array_equal(phi[group.conjugate(every, s)], phi) for s in group.generators):
            continue
        m = int(group.element_orders[t])
        values = [Fraction(value) for value in _EIGENVALUES[m]]
        projections = [_projection(group, phi, value, values) for value in values]
        return [
            pair
            for s in group.generators
            for i, E in enumerate(projections)
            for j, F in enumerate(projections)
            if i != j and (pair := _separating(group, phi, s, (E, values[i]), (F, values[j]))) is not None
        ]
    return []


def _projection(group: FiniteGroup, phi: Any, value: Fraction, values: Sequence[Fraction]) -> Any:
    """Symbol of the spectral projection of P at an eigenvalue, a product of (P - q)/(value - q)."""
    unit = np.array([Fraction(int(g == 0)) for g in range(group.order)], dtype=object)
    result = unit
    for other in values:
        if other != value:
            result = convolved(group, result, (phi - other * unit) / (value - other))
    return result


def _separating(
    group: FiniteGroup, phi: Any, s: int, first: tuple[Any, Fraction], second: tuple[Any, Fraction]
) -> Separating | None:
    """E_i R_s E_j, scaled so that K is positive definite; None if it vanishes."""
    translation = np.array([Fraction(int(g == s)) for g in range(group.order)], dtype=object)
    psi = convolved(group, convolved(group, first[0], translation), second[0])
    size = sum(abs(value) for value in psi)  # at least the norm of Q
    return Separating(group, phi, psi / size, first[1], second[1]) if size else None


def projections_are_circulant(name: str) -> bool:
    """Whether P Q = p_i Q and Q P = p_j Q with p_i, p_j different and Q not zero, in convolutions of symbols."""
    group = named_group(name)
    pairs = separating_pairs(group)
    return bool(pairs) and all(
        np.array_equal(convolved(group, pair.phi, pair.psi), pair.p_i * pair.psi)
        and np.array_equal(convolved(group, pair.psi, pair.phi), pair.p_j * pair.psi)
        and pair.p_i != pair.p_j
        and any(pair.psi)
        for pair in pairs
    )


def projections_separate(name: str) -> bool:
    """Whether n times the difference of the diagonals is the closed form, and not zero, for every such pair."""
    pairs = separating_pairs(named_group(name))
    for pair in pairs:
        one, other = _diagonals(pair.group, pair.phi, pair.psi)
        found = closed_form(pair, rationals())
        if not found or (one - other) * pair.group.order != found:
            return False
    return bool(pairs)


# ---------------------------------------------------------------------- single instances


def one_ratio_fails() -> bool:
    """The counterexample on S3: the errors differ, and the ratio of the whole spectrum is neither."""
    found = counterexample()
    sizes = sorted(abs(error) for error in found.brute_force)
    harmonic = 2 / (1 / sizes[0] + 1 / sizes[1])
    return (
        sizes == [Fraction(13495, 13203), Fraction(13495, 13098)]
        and found.whole_spectrum == harmonic
        and sizes[0] < harmonic < sizes[1]
    )


def neither_condition_is_needed() -> bool:
    """On S3: psi at one 3-cycle alone and a phi without symmetry, but the diagonals are equal."""
    group = named_group("S3")
    orders, rotation = group.element_orders, int(np.flatnonzero(group.element_orders == 3)[0])
    phi = np.zeros(6, dtype=np.int64)
    phi[np.flatnonzero(orders == 2)] = (0, 1, 2)
    phi[0] = 6
    psi = (np.arange(6) == rotation).astype(np.int64)
    commute = np.array_equal(convolved(group, phi, psi), convolved(group, psi, phi))
    one, other = _diagonals(group, phi, psi)
    return one == other and not commute and not _has_exchange(group, phi, psi)


def _has_exchange(group: FiniteGroup, phi: Any, psi: Any) -> bool:
    """Whether an automorphism of S3, all of which are inner, and an s satisfy the conditions of the exchange."""
    every = np.arange(group.order)
    for by in every:
        a = group.conjugate(every, by)
        for s in every:
            kept = np.array_equal(phi[a], phi) and np.array_equal(phi[group.conjugate(a, group.inverse(s))], phi)
            turned = np.array_equal(psi[group.multiply(group.inverse(a), s)], psi)
            if kept and turned:
                return True
    return False
