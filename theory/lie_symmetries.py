"""Polynomials and the matrices that leave them unchanged to first order, over the rationals.

A polynomial of K vectors of R^m is a dictionary from exponents of the coordinates, vector after vector, to
factors.
The Lie derivative along xi in gl(m) is (L_xi F)(x) = DF(x) xi x, where xi acts on every vector.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations_with_replacement, permutations
from typing import Any

from flint import fmpq

from .null_spaces import Rows, null_space, row_space

Exponents = tuple[int, ...]
Polynomial = Mapping[Exponents, Any]


def monomials(variables: int, degree: int) -> list[Exponents]:
    """Exponents of the monomials of a degree up to the given one.

    Example:
        >>> from orbitkernels.theory.lie_symmetries import monomials
        >>> monomials(2, 1)
        [(0, 0), (1, 0), (0, 1)]
    """
    chosen = (c for k in range(degree + 1) for c in combinations_with_replacement(range(variables), k))
    return [tuple(c.count(i) for i in range(variables)) for c in chosen]


def form(terms: Iterable[tuple[Any, Sequence[int]]], variables: int) -> dict[Exponents, Any]:
    """The polynomial that is the sum of factor * product of the variables listed.

    Example:
        >>> from orbitkernels.theory.lie_symmetries import form
        >>> form([(3, (0, 0)), (1, (0, 1))], 2)
        {(2, 0): 3, (1, 1): 1}
    """
    found: dict[Exponents, Any] = {}
    for factor, listed in terms:
        key = tuple(list(listed).count(i) for i in range(variables))
        found[key] = found.get(key, 0) + factor
    return found


def sign(order: Sequence[int]) -> int:
    """Sign of a permutation."""
    inversions = sum(order[i] > order[j] for i in range(len(order)) for j in range(i + 1, len(order)))
    return -1 if inversions % 2 else 1


def alternating(terms: Sequence[tuple[int, Sequence[int]]], m: int) -> dict[Exponents, int]:
    """Alternating form of K vectors: the sum of factor * det of the rows listed of (x_1, ..., x_K).

    Example:
        >>> from orbitkernels.theory.lie_symmetries import alternating
        >>> alternating([(1, (0, 1))], 2)
        {(1, 0, 0, 1): 1, (0, 1, 1, 0): -1}
    """
    K = len(terms[0][1])
    listed = [
        (factor * sign(order), [k * m + rows[order[k]] for k in range(K)])
        for factor, rows in terms
        for order in permutations(range(K))
    ]
    return form(listed, K * m)


def unit_derivative(F: Polynomial, m: int, i: int, j: int) -> dict[Exponents, Any]:
    """L_xi F for the matrix xi with the one entry 1 at (i, j): sum_k x_kj dF/dx_ki.

    Example:
        >>> from orbitkernels.theory.lie_symmetries import unit_derivative
        >>> unit_derivative({(2, 0): 1}, 2, 0, 1)
        {(1, 1): 2}
    """
    found: dict[Exponents, Any] = {}
    for exponents, factor in F.items():
        for start in range(0, len(exponents), m):
            if exponents[start + i]:
                moved = list(exponents)
                moved[start + i] -= 1
                moved[start + j] += 1
                key = tuple(moved)
                found[key] = found.get(key, 0) + factor * exponents[start + i]
    return {key: value for key, value in found.items() if value}


def derivative(F: Polynomial, xi: Sequence[Any], m: int) -> dict[Exponents, Any]:
    """L_xi F for any matrix, given as its m^2 entries row by row.

    Example:
        >>> from orbitkernels.theory.lie_symmetries import derivative
        >>> derivative({(2, 0): 1, (0, 2): 1}, [0, -1, 1, 0], 2)
        {}
    """
    found: dict[Exponents, Any] = {}
    for place, entry in enumerate(xi):
        if entry:
            for key, value in unit_derivative(F, m, *divmod(place, m)).items():
                found[key] = found.get(key, 0) + entry * value
    return {key: value for key, value in found.items() if value}


def symmetries(polynomials: Sequence[Polynomial], m: int) -> Rows:
    """Sym: basis of the matrices xi with L_xi F = 0 for every polynomial, from the coefficients of L_xi F.

    Returns:
        Rows of m^2 entries in reduced echelon form.

    Example:
        >>> from orbitkernels.theory.lie_symmetries import symmetries
        >>> symmetries([{(2, 0): 1, (0, 2): 1}], 2)
        ((0, 1, -1, 0),)
    """
    equations: list[list[Any]] = []
    for F in polynomials:
        rows: dict[Exponents, list[Any]] = {}
        for place in range(m * m):
            for key, value in unit_derivative(F, m, *divmod(place, m)).items():
                rows.setdefault(key, [0] * (m * m))[place] = value
        equations += rows.values()
    return null_space(equations, m * m)


def invariants(matrices: Sequence[Sequence[Any]], m: int, basis: Sequence[Exponents]) -> Rows:
    """Inv: basis of the combinations F of monomials with L_xi F = 0 for every matrix.

    Args:
        matrices: Each as m^2 entries.
        m: Dimension.
        basis: The monomials.

    Returns:
        Rows of coefficients in reduced echelon form.

    Example:
        >>> from orbitkernels.theory.lie_symmetries import invariants
        >>> invariants([[0, 1, -1, 0]], 2, [(2, 0), (1, 1), (0, 2)])
        ((1, 0, 1),)
    """
    equations: list[list[Any]] = []
    for xi in matrices:
        rows: dict[Exponents, list[Any]] = {}
        for column, exponents in enumerate(basis):
            for key, value in derivative({exponents: 1}, xi, m).items():
                rows.setdefault(key, [0] * len(basis))[column] = value
        equations += rows.values()
    return null_space(equations, len(basis))


def polynomial(coefficients: Sequence[Any], basis: Sequence[Exponents]) -> dict[Exponents, Any]:
    """A combination of monomials without its vanishing terms."""
    return {exponents: c for exponents, c in zip(basis, coefficients, strict=True) if c}


def bracket(xi: Sequence[Any], eta: Sequence[Any], m: int) -> list[Any]:
    """xi eta - eta xi.

    Example:
        >>> from orbitkernels.theory.lie_symmetries import bracket
        >>> bracket([0, 1, 0, 0], [0, 0, 1, 0], 2)
        [1, 0, 0, -1]
    """

    def entry(i: int, j: int) -> Any:
        return sum(xi[i * m + k] * eta[k * m + j] - eta[i * m + k] * xi[k * m + j] for k in range(m))

    return [entry(i, j) for i in range(m) for j in range(m)]


def is_lie_algebra(matrices: Rows, m: int) -> bool:
    """Whether the span holds the brackets of its elements.

    Example:
        >>> from orbitkernels.theory.lie_symmetries import is_lie_algebra
        >>> is_lie_algebra(((0, 1, 0, 0), (0, 0, 1, 0)), 2)
        False
    """
    brackets = [bracket(a, b, m) for a in matrices for b in matrices]
    return row_space([*matrices, *brackets], m * m) == row_space(matrices, m * m)


# ---------------------------------------------------------------------- by samples


def gradient(F: Polynomial, x: Sequence[Any]) -> list[Any]:
    """All partial derivatives at a point.

    Example:
        >>> from orbitkernels.theory.lie_symmetries import gradient
        >>> gradient({(2, 1): 1}, [3, 5])
        [30, 9]
    """
    found: list[Any] = [0 * x[0]] * len(x)
    for exponents, factor in F.items():
        for i, e in enumerate(exponents):
            if e:
                value = factor * e
                for j, power in enumerate(exponents):
                    value = value * x[j] ** (power - (i == j))
                found[i] = found[i] + value
    return found


def sampled_symmetries(polynomials: Sequence[Polynomial], m: int, points: Sequence[Sequence[int]]) -> Rows:
    """The xi with grad F(x)^T xi x = 0 at the points: Sym if the points are generic, else perhaps more.

    Args:
        polynomials: Of K vectors.
        m: Dimension.
        points: Rows of K m whole coordinates.

    Example:
        >>> from orbitkernels.theory.lie_symmetries import sampled_symmetries
        >>> sampled_symmetries([{(2, 0): 1, (0, 2): 1}], 2, [(1, 0), (0, 1), (1, 1), (1, 2)])
        ((0, 1, -1, 0),)
    """
    rows = []
    for F in polynomials:
        for x in points:
            slope = gradient(F, [fmpq(v) for v in x])
            starts = range(0, len(x), m)
            rows.append([sum(slope[s + i] * x[s + j] for s in starts) for i in range(m) for j in range(m)])
    return null_space(rows, m * m)
