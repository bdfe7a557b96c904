"""What the derivation of A2 claims of polynomials and harmonics, checked exactly for signed permutations."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache, partial
from math import comb, factorial, prod
from typing import Any

import numpy as np

from orbitkernels.theory.balls import ball
from orbitkernels.theory.invariant_bounds import bound_ball, squared_bound, trace_bound
from orbitkernels.theory.invariant_polynomials import (
    SignedPermutations,
    count_by_equations,
    harmonic_dimension,
    laplacian_matrix,
    molien_counts,
    monomials,
    polynomial_matrix,
)
from orbitkernels.theory.permutation_actions import PermutationAction

from .instances import named_group
from .permutation_instances import small_action

#: Groups acting by permutations, and by signed ones with -I among them.
WITNESSES = (("S3", False), ("A4", False), ("Q8", True), ("C2wrC3", True), ("C7:C3", False))

#: Witnesses whose elements have orders 1, 2, 3, 4 and 6, so that the squared constants are rational.
RATIONAL = (("S3", False), ("S4", False), ("Q8", True), ("C2wrS3", True), ("SL(2,3)", True))


@lru_cache(maxsize=64)
def representation(name: str, signed: bool) -> SignedPermutations:
    """The named group by permutations of few coordinates, or by signed permutations with -I among them."""
    if signed:
        return SignedPermutations.halved(PermutationAction.natural(named_group(name)))
    return SignedPermutations.of_action(small_action(name))


def _name(name: str, signed: bool) -> str:
    d = representation(name, signed).degree
    return f"{name} by {'signed ' * signed}permutations of {d} coordinates"


def witnessed(
    check: Callable[[SignedPermutations], bool], cases: tuple[tuple[str, bool], ...] = WITNESSES
) -> list[tuple[str, Callable[[], bool]]]:
    """Instances of a step."""
    return [(_name(*case), partial(lambda case: check(representation(*case)), case)) for case in cases]


def mean_projects(rho: SignedPermutations) -> bool:
    """Whether n P = sum_g g on quadratic polynomials has (nP)^2 = n (nP), and rank and trace count."""
    from flint import fmpz_mat

    order = rho.group.order
    total = np.sum([polynomial_matrix(rho, g, 2) for g in range(order)], axis=0)
    count = count_by_equations(rho, 2, harmonic=False)
    rank = int(fmpz_mat(total.tolist()).rank())
    return np.array_equal(total @ total, order * total) and int(np.trace(total)) == order * count and rank == count


def multiplication_is_adjoint(d: int, k: int) -> bool:
    """Whether <|x|^2 q, p> = <q, Delta p> for <x^a, x^b> = a! [a = b], and Delta is onto degree k - 2."""
    from flint import fmpz_mat

    upper, lower = monomials(d, k), monomials(d, k - 2)
    place = {a: i for i, a in enumerate(upper)}
    multiply = np.zeros((len(upper), len(lower)), dtype=np.int64)
    for column, a in enumerate(lower):
        for i in range(d):
            multiply[place[(*a[:i], a[i] + 2, *a[i + 1 :])], column] += 1
    weights, lower_weights = (np.array([prod(map(factorial, a)) for a in basis]) for basis in (upper, lower))
    laplacian = laplacian_matrix(d, k)
    adjoint = np.array_equal(multiply.T * weights, lower_weights[:, None] * laplacian)
    rank = int(fmpz_mat(laplacian.tolist()).rank())
    return adjoint and rank == len(lower) and len(upper) - rank == harmonic_dimension(d, k)


def commutes_with_the_laplacian(rho: SignedPermutations) -> bool:
    """Whether Delta (g f) = g (Delta f) on degree 3 for all generators."""
    d = rho.degree
    laplacian = laplacian_matrix(d, 3)
    return all(
        np.array_equal(laplacian @ polynomial_matrix(rho, s, 3), polynomial_matrix(rho, s, 1) @ laplacian)
        for s in rho.group.generators
    )


def series_count(rho: SignedPermutations) -> bool:
    """Whether both series count the solutions of the equations, up to degree 3 or 4."""
    highest = 4 if rho.degree <= 4 else 3
    return all(
        molien_counts(rho, highest, harmonic) == [count_by_equations(rho, k, harmonic) for k in range(highest + 1)]
        for harmonic in (False, True)
    )


def traces_are_bounded(rho: SignedPermutations) -> bool:
    """Whether tr(g)^2 <= c_g^2 C(k+d-3, d-3)^2 on harmonics of degree k up to 24, for all g but I and -I."""
    d, highest = rho.degree, 24
    for g in rho.group.conjugacy_classes.representatives.tolist():
        bound = trace_bound(rho.angles(g))
        if bound is None:
            continue
        traces = integer_traces(rho, g, highest)
        if any(t**2 > squared_bound(bound) * comb(k + d - 3, d - 3) ** 2 for k, t in enumerate(traces)):
            return False
    return True


def integer_traces(rho: SignedPermutations, g: int, highest: int) -> list[int]:
    """Traces of one element on the harmonics: the coefficients of (1 - t^2)/det(I - t g)."""
    polynomial = _determinant(rho, g)
    found: list[int] = []
    for k in range(highest + 1):
        known = sum(c * found[k - j] for j, c in enumerate(polynomial[: k + 1]) if j)
        found.append(int(k == 0) - int(k == 2) - known)
    return found


def _determinant(rho: SignedPermutations, g: int) -> list[int]:
    """Coefficients of det(I - t g) = prod over cycles of 1 - (sign) t^(length), lowest first."""
    found, seen = [1], set()
    for start in range(rho.degree):
        length, sign, i = 0, 1, start
        while i not in seen:
            seen.add(i)
            length, sign, i = length + 1, sign * int(rho.signs[g, i]), int(rho.permutations[g, i])
        if length:
            longer = [*found, *[0] * length]
            for j, c in enumerate(found):
                longer[j + length] -= sign * c
            found = longer
    return found


def scalars(rho: SignedPermutations) -> tuple[int, int]:
    """How many elements act as I and how many as -I."""
    angles = [set(rho.angles(g)) for g in range(rho.group.order)]
    return sum(a == {Fraction(0)} for a in angles), sum(a == {Fraction(1, 2)} for a in angles)


def shares_are_near(rho: SignedPermutations) -> bool:
    """Whether |n N gamma - N (a + (-1)^k b)| <= sum c_g^2 C, with C = C(k+d-3, d-3).

    c_g is bounded by its square, which is rational: every c_g is at least 1.
    """
    d, order, highest = rho.degree, rho.group.order, 24
    counts = molien_counts(rho, highest, harmonic=True)
    fixed, reversed_ = scalars(rho)
    bounds = [trace_bound(rho.angles(g)) for g in range(order)]
    total = sum((squared_bound(bound) for bound in bounds if bound), Fraction(0))  # c <= c^2, as c >= 1
    return all(
        abs(order * count - harmonic_dimension(d, k) * (fixed + (-1) ** k * reversed_))
        <= total * comb(k + d - 3, d - 3)
        for k, count in enumerate(counts)
    )


def plane_has_no_limit() -> bool:
    """Whether the quarter turns of the plane fix all harmonics of degree k > 0 if 4 divides k, and none else."""
    group = named_group("C4")
    turn = group.generators[0]
    signs, permutations = np.ones((4, 2), dtype=np.int64), np.tile(np.arange(2), (4, 1))
    for j in range(4):
        g = int(group.power(turn, j))
        permutations[g] = (0, 1) if j % 2 == 0 else (1, 0)
        signs[g] = ((1, 1), (1, -1), (-1, -1), (-1, 1))[j]
    rho = SignedPermutations(group, permutations, signs)
    degrees = range(1, 13)
    return [count_by_equations(rho, k, harmonic=True) for k in degrees] == [2 * (k % 4 == 0) for k in degrees]


def complete_symmetric(values: tuple[Any, ...], k: int) -> Any:
    """Sum of all monomials of degree k in some symbols."""
    basis = monomials(len(values), k)
    return sum(prod(x**a for x, a in zip(values, exponents, strict=True)) for exponents in basis)


def share_is_within_bound(d: int, k: int, count: Fraction, sizes: list[int], angles: list[list[Fraction]]) -> bool:
    """Whether |gamma - (a + (-1)^k b)/n| <= (d-2)/(2k+d-2) (1/n) sum c_g, decided by balls."""
    order = sum(sizes)
    bounds = [trace_bound(values) for values in angles]
    ones = sum(size for size, bound in zip(sizes, bounds, strict=True) if bound and bound[0] == "one")
    others = [(size, b) for size, b in zip(sizes, bounds, strict=True) if b and b[0] != "one"]
    fixed = sum(s for s, b, v in zip(sizes, bounds, angles, strict=True) if b is None and v[0] == 0)
    reversed_ = sum(s for s, b, v in zip(sizes, bounds, angles, strict=True) if b is None and v[0] != 0)
    share = count / harmonic_dimension(d, k)
    # n (2k+d-2)/(d-2) times the distance, less the constants that are 1
    left = abs(share * order - fixed - (-1) ** k * reversed_) * Fraction(2 * k + d - 2, d - 2) - ones
    if not others:
        return bool(left <= 0)
    total = sum((size * bound_ball(b) for size, b in others[1:]), others[0][0] * bound_ball(others[0][1]))
    return bool(total >= ball(left))


def trace_is_bounded(angles: list[Fraction], traces: list[Any]) -> bool:
    """Whether no ball of a trace on harmonics lies above c_g C(k+d-3, d-3), which some traces attain."""
    d, bound = len(angles), trace_bound(angles)
    if bound is None:
        return True
    c = bound_ball(bound)
    return not any(abs(trace) > c * comb(k + d - 3, d - 3) for k, trace in enumerate(traces))


# ---------------------------------------------------------------------- symbols


def coefficient(expression: Any, t: Any, k: int) -> Any:
    """Coefficient of t^k in the Taylor series, not yet evaluated."""
    import sympy

    return sympy.Subs(sympy.diff(expression, t, k), t, 0) / sympy.factorial(k)


def recurrences(k: Any, z: Any, w: Any) -> list[tuple[Any, Any]]:
    """s_0, s_1 and s_{k+2} - (sum of the pair) s_{k+1} + s_k = 0 for each closed form, sines in exponentials."""

    def odd(j: Any) -> Any:  # sin((j + 1/2) theta)/sin(theta/2)
        return (z ** (2 * j + 1) - z ** (-2 * j - 1)) / (z - 1 / z)

    def even(j: Any) -> Any:  # 2 cos(j theta)
        return z ** (2 * j) + z ** (-2 * j)

    def sines(j: Any) -> Any:  # sin((j + 1) phi)/sin(phi)
        return (w ** (j + 1) - w ** (-j - 1)) / (w - 1 / w)

    pair, other = z**2 + z**-2, w + 1 / w
    return [
        (odd(1), 1 + pair),  # numerator 1 + t
        (odd(k + 2) + odd(k), pair * odd(k + 1)),
        (even(2), pair * even(1) - 2),  # numerator 1 - t^2, with 1 for the half of even(0)
        (even(k + 2) + even(k), pair * even(k + 1)),
        (sines(1), other),  # numerator 1
        (sines(k + 2) + sines(k), other * sines(k + 1)),
    ]


def binomial_polynomial(k: Any, j: int) -> Any:
    """Binomial coefficient C(k + j, j) as a polynomial in k."""
    import sympy

    return sympy.prod([k + i for i in range(1, j + 1)]) / sympy.factorial(j)


def binomial_ratios(k: Any) -> list[tuple[Any, Any]]:
    """C(k+d-2, d-2) and C(k+d-3, d-2), multiplied out, and multiples of C(k+d-3, d-3), for d = 4, ..., 8."""
    pairs = []
    for d in range(4, 9):
        last = binomial_polynomial(k, d - 3)
        pairs.append((binomial_polynomial(k, d - 2).expand(), last * (k + d - 2) / (d - 2)))
        pairs.append((binomial_polynomial(k - 1, d - 2).expand(), last * k / (d - 2)))
    return pairs
