"""Invariant polynomials and harmonics of a finite group: by linear algebra, by Molien's series, by characters.

Three routes that share nothing: equations f(s x) = f(x) and Delta f = 0 on monomials, solved over the integers;
the coefficients of (1 - t^2)/det(I - t g); and Newton's identities for the characters of symmetric powers.

Source: T. Molien, "Ueber die Invarianten der linearen Substitutionsgruppen", 1897; R. Stanley, "Invariants of
finite groups and their applications to combinatorics", 1979.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import comb
from typing import TYPE_CHECKING

import numpy as np
from flint import fmpz_mat

from .cyclotomics import ONE, ZERO, Cyclotomic, weighted_sum
from .laws import IntArray

if TYPE_CHECKING:
    from .groups import FiniteGroup
    from .permutation_actions import PermutationAction

#: Exponents of a monomial.
Exponents = tuple[int, ...]


class SignedPermutations:
    """A representation by signed permutation matrices: g e_i = sign(g, i) e_{pi_g(i)}.

    Args:
        group: G of order n.
        permutations: Array [n, d], pi_g in row g.
        signs: Array [n, d] of 1 and -1.

    Example:
        >>> from orbitkernels.theory.invariant_polynomials import SignedPermutations
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.permutation_actions import PermutationAction
        >>> SignedPermutations.halved(PermutationAction.natural(group("Q8"))).degree
        4
    """

    def __init__(self, group: FiniteGroup, permutations: IntArray, signs: IntArray) -> None:
        self.group, self.permutations, self.signs = group, permutations, signs

    @classmethod
    def of_action(cls, action: PermutationAction) -> SignedPermutations:
        """Permutation matrices."""
        return cls(action.group, action.permutations, np.ones_like(action.permutations))

    @classmethod
    def halved(cls, action: PermutationAction) -> SignedPermutations:
        """The part of a transitive action on which a central involution z without fixed points is -1.

        Its basis are the differences e_i - e_{z(i)}, one for each pair of points that z exchanges.

        Raises:
            ValueError: If no such z exists.
        """
        group, points = action.group, np.arange(action.degree)
        central = [z for z in group.centre.elements.tolist() if z and group.element_orders[z] == 2]
        z = next((z for z in central if action.fixed_points[z] == 0), None)
        if z is None:
            raise ValueError(f"{group.name} has no central involution without fixed points.")
        partner = action.permutations[z]
        first = points[points < partner]
        place = np.empty(action.degree, dtype=np.int64)
        place[first] = place[partner[first]] = np.arange(first.size)
        images = action.permutations[:, first]
        return cls(group, place[images], np.where(images < partner[images], 1, -1))

    @property
    def degree(self) -> int:
        """Dimension d."""
        return int(self.permutations.shape[1])

    def matrix(self, g: int) -> IntArray:
        """The matrix of g, [d, d]."""
        found = np.zeros((self.degree, self.degree), dtype=np.int64)
        found[self.permutations[g], np.arange(self.degree)] = self.signs[g]
        return found

    def angles(self, g: int) -> list[Fraction]:
        """The d eigenvalues exp(2 pi i a) of g, by their a in [0, 1): the roots of the sign of each cycle."""
        found, seen = [], set()
        for start in range(self.degree):
            length, sign, i = 0, 1, start
            while i not in seen:
                seen.add(i)
                length, sign, i = length + 1, sign * int(self.signs[g, i]), int(self.permutations[g, i])
            shift = Fraction(int(sign < 0), 2)
            found += [(shift + j) / length for j in range(length)]
        return found

    def image(self, g: int, exponents: Exponents) -> tuple[Exponents, int]:
        """The monomial that g makes of x^a, and its sign: (g f)(x) = f(g^-1 x)."""
        moved, sign = list(exponents), 1
        for i, a in enumerate(exponents):
            moved[int(self.permutations[g, i])] = a
            sign *= int(self.signs[g, i]) ** a
        return tuple(moved), sign


def monomials(d: int, k: int) -> list[Exponents]:
    """Exponents of all monomials of degree k in d variables, none for negative k.

    Example:
        >>> from orbitkernels.theory.invariant_polynomials import monomials
        >>> monomials(2, 2)
        [(2, 0), (1, 1), (0, 2)]
    """
    return list(_monomials(d, k)) if k >= 0 else []


def _monomials(d: int, k: int) -> Iterator[Exponents]:
    if d == 1:
        yield (k,)
        return
    for a in range(k, -1, -1):
        yield from ((a, *rest) for rest in _monomials(d - 1, k - a))


def harmonic_dimension(d: int, k: int) -> int:
    """N(d, k), the dimension of the harmonic polynomials of degree k in d >= 2 variables.

    Example:
        >>> from orbitkernels.theory.invariant_polynomials import harmonic_dimension
        >>> [harmonic_dimension(3, k) for k in range(4)]
        [1, 3, 5, 7]
    """
    return comb(k + d - 1, d - 1) - (comb(k + d - 3, d - 1) if k >= 2 else 0)


def polynomial_matrix(representation: SignedPermutations, g: int, k: int) -> IntArray:
    """The matrix of g on the homogeneous polynomials of degree k, in the basis of the monomials."""
    basis = monomials(representation.degree, k)
    place = {exponents: i for i, exponents in enumerate(basis)}
    found = np.zeros((len(basis), len(basis)), dtype=np.int64)
    for i, exponents in enumerate(basis):
        image, sign = representation.image(g, exponents)
        found[place[image], i] = sign
    return found


def laplacian_matrix(d: int, k: int) -> IntArray:
    """The Laplacian from degree k to degree k - 2 in the bases of the monomials; no rows for k < 2."""
    basis, lower = monomials(d, k), monomials(d, k - 2)
    place = {exponents: i for i, exponents in enumerate(lower)}
    found = np.zeros((len(lower), len(basis)), dtype=np.int64)
    for column, exponents in enumerate(basis):
        for i, a in enumerate(exponents):
            if a >= 2:
                found[place[(*exponents[:i], a - 2, *exponents[i + 1 :])], column] += a * (a - 1)
    return found


def count_by_equations(representation: SignedPermutations, k: int, harmonic: bool) -> int:
    """Dimension of the invariant (harmonic) polynomials of degree k: nullity of s f = f for generators s.

    Harmonic ones solve Delta f = 0 too.

    Example:
        >>> from orbitkernels.theory.invariant_polynomials import SignedPermutations, count_by_equations
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.permutation_actions import PermutationAction
        >>> rho = SignedPermutations.of_action(PermutationAction.natural(group("S3")))
        >>> [count_by_equations(rho, k, harmonic=False) for k in range(4)]
        [1, 1, 2, 3]
    """
    d = representation.degree
    size = comb(k + d - 1, d - 1)
    unit = np.eye(size, dtype=np.int64)
    parts = [polynomial_matrix(representation, s, k) - unit for s in representation.group.generators]
    if harmonic:
        parts.append(laplacian_matrix(d, k))
    rows = [row for part in parts for row in part.tolist() if any(row)]
    return size - (int(fmpz_mat(rows).rank()) if rows else 0)


def molien_counts(representation: SignedPermutations, highest: int, harmonic: bool) -> list[Fraction]:
    """Coefficients of (1/n) sum_g 1/det(I - t g), times 1 - t^2 for harmonics, up to a degree.

    Example:
        >>> from orbitkernels.theory.invariant_polynomials import SignedPermutations, molien_counts
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.permutation_actions import PermutationAction
        >>> rho = SignedPermutations.of_action(PermutationAction.natural(group("S3")))
        >>> [str(c) for c in molien_counts(rho, 3, harmonic=True)]
        ['1', '1', '1', '2']
    """
    classes = representation.group.conjugacy_classes
    totals = [0] * (highest + 1)
    for g, size in zip(classes.representatives.tolist(), classes.sizes.tolist(), strict=True):
        polynomial = fmpz_mat(representation.matrix(g).tolist()).charpoly()
        determinant = [int(c) for c in reversed(polynomial.coeffs())]  # of I - t g, lowest first
        totals = [total + size * c for total, c in zip(totals, _reciprocal(determinant, highest), strict=True)]
    counts = [Fraction(total, representation.group.order) for total in totals]
    return _without_radius(counts) if harmonic else counts


def _reciprocal(polynomial: Sequence[int], highest: int) -> list[int]:
    """Coefficients of 1/p(t) for p(0) = 1."""
    found: list[int] = []
    for k in range(highest + 1):
        known = sum(c * found[k - j] for j, c in enumerate(polynomial[: k + 1]) if j)
        found.append(int(k == 0) - known)
    return found


def _without_radius(counts: list[Fraction]) -> list[Fraction]:
    """Coefficients times 1 - t^2."""
    return [c - (counts[k - 2] if k >= 2 else 0) for k, c in enumerate(counts)]


# ---------------------------------------------------------------------- from characters


def real_character(group: FiniteGroup, row: int) -> list[Cyclotomic]:
    """Character of the real representation of an irrep on the classes: chi, or chi + conj(chi) if not real."""
    table = group.character_table()
    values = list(table.values[row])
    if int(table.indicators[row]) == 1:
        return values
    return [value + value.conjugate() for value in values]


def character_counts(group: FiniteGroup, row: int, highest: int) -> list[Fraction]:
    """Dimensions of the invariant harmonics up to a degree, of the real representation of an irrep.

    The characters of the symmetric powers follow by Newton's identities, k h_k = sum_j chi(g^j) h_{k-j}.

    Example:
        >>> from orbitkernels.theory.invariant_polynomials import character_counts
        >>> from orbitkernels.theory.names import group
        >>> [int(c) for c in character_counts(group("A5"), 1, 12)]  # the rotations of the icosahedron
        [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1]
    """
    chi, classes = real_character(group, row), group.conjugacy_classes
    powers = [None, *([chi[c] for c in group.power_map(j).tolist()] for j in range(1, highest + 1))]
    total = [ZERO] * (highest + 1)
    for c, size in enumerate(classes.sizes.tolist()):
        h = [ONE]
        for k in range(1, highest + 1):
            p = [powers[j][c] for j in range(1, k + 1)]  # type: ignore[index]
            h.append(weighted_sum([Fraction(1, k)] * k, p, h[::-1]))
        total = [one + value * size for one, value in zip(total, h, strict=True)]
    return _without_radius([value.as_fraction() / group.order for value in total])


def character_angles(group: FiniteGroup, row: int, cls: int) -> list[Fraction]:
    """Eigenvalues exp(2 pi i a) of a class in the real representation of an irrep, by their a in [0, 1).

    Example:
        >>> from orbitkernels.theory.invariant_polynomials import character_angles
        >>> from orbitkernels.theory.names import group
        >>> [str(a) for a in character_angles(group("S3"), 2, 2)]
        ['1/3', '2/3']
    """
    table = group.character_table()
    counts = table.multiplicities(row, cls).tolist()
    found = [Fraction(j, len(counts)) for j, m in enumerate(counts) for _ in range(m)]
    return found if int(table.indicators[row]) == 1 else [*found, *(-a % 1 for a in found)]
