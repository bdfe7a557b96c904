"""Irreps of a finite group as exact matrices over cyclotomic fields.

Let lambda be a linear character of a subgroup H that occurs once in chi restricted to H.  Then
f(g) = (1/|H|) sum_h lambda(h^-1) chi(g h) is the matrix coefficient <rho(g) v, v> of the one vector v with
rho(h) v = lambda(h) v.  With elements t_1, ..., t_d for which the vectors rho(t_j) v form a basis, the Gram matrix
A_ij = f(t_i^-1 t_j) is invertible, rho(g) v has the coordinates A^-1 [f(t_i^-1 g)]_i in that basis, and
rho(g) = A^-1 [f(t_i^-1 g t_j)].

Source: J. D. Dixon, "Constructing representations of finite groups", 1993.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from orbitkernels.errors import InputError

from .characters import CharacterTable
from .cyclotomic_coordinates import CyclotomicField, Integers, cyclotomic_field, integer_array, integer_matrix
from .cyclotomics import Cyclotomic
from .exact_matrices import Matrix
from .groups import FiniteGroup
from .laws import IntArray
from .linear_restrictions import LinearRestriction, linear_restrictions
from .modular import character_prime, modular_root

#: Largest order of a group whose exact irreps are computed.
MAX_EXACT_ORDER = 1_000


class ExactIrrep:
    """An irreducible representation g -> rho(g) with exact entries, proved to be one when it is made.

    Kept are the coordinates c(g) of rho(g) v in the basis rho(t_1) v, ..., rho(t_d) v; rho(g) has the columns
    c(g t_1), ..., c(g t_d).  The basis is not orthonormal, so rho(g) is in general not unitary: traces and spectra
    do not notice, but rho(g)^* is not rho(g^-1).

    Args:
        group: The group G.
        character: Row of its character table.
        field: The field Q(E(m)) of the entries.
        basis: Elements t_1, ..., t_d.
        numerators: Array [d, n, phi(m)]: c(g) times the denominator at [:, g], in coordinates of the field.
        denominator: One denominator for all.

    Attributes:
        degree: d.
        indicator: Frobenius-Schur indicator: 1 real, 0 complex, -1 quaternionic.
        conductor: N such that the entries lie in Q(E(N)); never 2 modulo 4.

    Raises:
        ArithmeticError: If the coordinates do not make a representation with that character.
    """

    def __init__(
        self,
        group: FiniteGroup,
        character: int,
        field: CyclotomicField,
        basis: Sequence[int],
        numerators: Integers,
        denominator: int,
    ) -> None:
        table = group.character_table()
        self.group, self.character = group, character
        self.degree, self.indicator = int(table.degrees[character]), int(table.indicators[character])
        self.conductor = field.modulus // 2 if field.modulus % 4 == 2 else field.modulus
        self._field, self._basis = field, np.array(basis, dtype=np.int64)
        self._numerators, self._denominator = numerators, denominator
        self._numbers: dict[tuple[int, ...], Cyclotomic] = {}
        self._matrices: dict[int, Matrix] = {}
        self.verify()

    def verify(self) -> None:
        """Proves that rho is a representation of the group with its character.

        c(t_j) = e_j and X_s c(g) = c(s g), for X_s = [c(s t_1), ..., c(s t_d)], all generators s and all g, say
        that the linear map g -> c(g) from C[G] onto C^d makes C^d a quotient module on which s acts as X_s, and
        hence g as [c(g t_1), ..., c(g t_d)].  The character is compared on every class.

        Raises:
            ArithmeticError: If an equation fails.
        """
        unit = np.zeros((self.degree, self.degree, self._field.degree), dtype=object)
        unit[np.arange(self.degree), np.arange(self.degree), 0] = self._denominator
        if not np.array_equal(self._numerators[:, self._basis], unit):
            self._fail("rho(1) is not the unit matrix")
        known = integer_matrix(self._field.columns(self._numerators))
        for s in self.group.generators:
            moved = self._field.columns(self._numerators[:, self.group.table[s]])
            if self._multiplication(s) * known != integer_matrix(moved) * self._denominator:
                self._fail(f"rho(s g) = rho(s) rho(g) does not hold for s = {s}")
        if not self._has_its_character():
            self._fail("the trace is not the character")

    def _multiplication(self, g: int) -> Any:
        """Rho(g) times the denominator as an integer matrix [d phi, d phi]."""
        return integer_matrix(self._field.blocks(self._coordinates(g)))

    def _coordinates(self, g: int) -> Integers:
        """Rho(g) times the denominator, [d, d, phi]."""
        return self._numerators[:, self.group.table[g, self._basis]]

    def _has_its_character(self) -> bool:
        """Whether tr rho(g) = chi(g) for a g of each class."""
        table = self.group.character_table()
        traces = [np.trace(self._coordinates(g)) for g in table.classes.representatives.tolist()]
        values = self._field.coordinates(_character_sums(table, self.character, self._field.modulus))
        return np.array_equal(np.array(traces, dtype=object), values.astype(object) * self._denominator)

    def _fail(self, law: str) -> None:
        raise ArithmeticError(f"internal error: exact irrep {self.character} of {self.group.name}: {law}")

    def _number(self, coordinates: Sequence[int]) -> Cyclotomic:
        """The number with these coordinates over the denominator; equal ones are made once."""
        key = tuple(coordinates)
        if key not in self._numbers:
            rationals = [Fraction(int(c), self._denominator) for c in key]
            self._numbers[key] = Cyclotomic(self._field.modulus, rationals)
        return self._numbers[key]

    def matrix(self, g: int) -> Matrix:
        """The matrix rho(g) as d rows of cyclotomic numbers.

        Example:
            >>> from orbitkernels.theory.names import group
            >>> S3 = group("S3")
            >>> rho = S3.irreps(exact=True)[2]
            >>> [[str(x) for x in row] for row in rho.matrix(0)]
            [['1', '0'], ['0', '1']]
        """
        g = int(g)
        if g not in self._matrices:
            rows = self._coordinates(g).tolist()
            self._matrices[g] = tuple(tuple(self._number(entry) for entry in row) for row in rows)
        return self._matrices[g]

    @cached_property
    def generator_matrices(self) -> tuple[Matrix, ...]:
        """The matrices of the generators of the group."""
        return tuple(self.matrix(s) for s in self.group.generators)

    def __repr__(self) -> str:
        return (
            f"<ExactIrrep {self.character} of {self.group.name}: degree {self.degree} over Q(E({self.conductor}))>"
        )


def exact_irreps(group: FiniteGroup) -> tuple[ExactIrrep, ...]:
    """Exact matrices of all irreps of a group, in the order of the character table.

    Args:
        group: A group of order at most MAX_EXACT_ORDER.

    Returns:
        One ExactIrrep a row of the table, each over a field as small as the search found.

    Raises:
        InputError: If the group is larger, or an irrep has no linear character of multiplicity one on the
            subgroups tried.

    Example:
        >>> from orbitkernels.theory.irreps import exact_irreps
        >>> from orbitkernels.theory.names import group
        >>> [(rho.degree, rho.conductor) for rho in exact_irreps(group("Q8"))]
        [(1, 1), (1, 1), (1, 1), (1, 1), (2, 4)]
    """
    if group.order > MAX_EXACT_ORDER:
        raise InputError(
            f"Exact irreps of {group.name} (order {group.order}) would take too long; use a group of order at "
            f"most {MAX_EXACT_ORDER}, or irreps() in floating point."
        )
    table = group.character_table()
    pairs = linear_restrictions(table)
    return tuple(_irrep(table, row, pair) for row, pair in enumerate(pairs))


def _irrep(table: CharacterTable, row: int, pair: LinearRestriction | None) -> ExactIrrep:
    """The irrep of one row by Dixon's formula."""
    group, degree = table.group, int(table.degrees[row])
    if pair is None:
        raise InputError(
            f"Irrep {row} (degree {degree}) of {group.name} meets no linear character of a subgroup once; "
            "use irreps() in floating point."
        )
    field = cyclotomic_field(pair.modulus)
    f = _matrix_coefficient(table, row, pair, field)
    basis = _basis(group, pair, f, degree)
    shifted = f[group.table[group.inverse(basis)]]  # [d, n, phi]: f(t_i^-1 g)
    gram = integer_matrix(field.blocks(shifted[:, basis]))
    coordinates = gram.solve(integer_matrix(field.columns(shifted)))
    numerators, denominator = coordinates.numer_denom()
    found = integer_array(numerators).reshape(degree, field.degree, group.order).transpose(0, 2, 1)
    return ExactIrrep(group, row, field, basis.tolist(), found, int(denominator))


def _matrix_coefficient(
    table: CharacterTable, row: int, pair: LinearRestriction, field: CyclotomicField
) -> Integers:
    """|H| f(g) = sum_h lambda(h^-1) chi(g h) in coordinates of the field, [n, phi]."""
    group, m = table.group, field.modulus
    chi = _character_sums(table, row, m)
    sums = np.zeros((group.order, m), dtype=np.int64)
    for h, a in zip(pair.elements.tolist(), pair.exponents.tolist(), strict=True):
        # lambda(h^-1) = E(e)^-a = E(m)^(-a m/e), a whole exponent because the order of lambda divides m
        sums += np.roll(chi, -(a * m // group.exponent) % m, axis=1)[table.classes.labels[group.table[:, h]]]
    return field.coordinates(sums)


def _character_sums(table: CharacterTable, row: int, m: int) -> IntArray:
    """Array [k, m] of integers c with chi(C_j) = sum_l c_jl E(m)^l, m a multiple of all conductors of the row."""
    chi = np.zeros((len(table), m), dtype=np.int64)
    for j, value in enumerate(table.characters.index[row].tolist()):
        conductor, coefficients = _integer_values(table)[value]
        chi[j, : m // conductor * coefficients.size : m // conductor] = coefficients
    return chi


@lru_cache(maxsize=4)
def _integer_values(table: CharacterTable) -> tuple[tuple[int, IntArray], ...]:
    """Conductor and coefficients of each value in the table; algebraic integers have integer coefficients."""
    return tuple(
        (x.conductor, np.array([int(c) for c in x.coefficients], dtype=np.int64)) for x in table.distinct_values
    )


def _basis(group: FiniteGroup, pair: LinearRestriction, f: Integers, degree: int) -> IntArray:
    """Elements t_1 = 1, ..., t_d with independent rho(t_j) v: those of the first independent rows [f(t_i^-1 t)]_t.

    One t a coset t H is enough, because rho(t h) v = lambda(h) rho(t) v.  Independence modulo a prime implies
    independence, and the Gram matrix of independent vectors is invertible.
    """
    smallest = group.table[:, pair.elements].min(axis=1)
    cosets = np.flatnonzero(smallest == np.arange(group.order))
    p = character_prime(group.exponent, 2**26)
    root = modular_root(group.exponent, p)
    residues = np.zeros(group.order, dtype=np.int64)
    for j, column in enumerate(f.T):
        residues = (residues + column % p * pow(root, j * group.exponent // pair.modulus, p)) % p
    found, echelon = [], _Echelon(cosets.size, p)
    for t in cosets.tolist():
        if echelon.extend(residues[group.table[group.inverse(t), cosets]]):
            found.append(t)
        if len(found) == degree:
            return np.array(found, dtype=np.int64)
    raise ArithmeticError(f"internal error: rank {len(found)} modulo {p} instead of the degree {degree}")


class _Echelon:
    """Independent rows modulo a prime p < 2^27 in reduced echelon form.

    Products of residues are below 2^54, so a sum of 500 of them fits into 63 bits.
    """

    def __init__(self, columns: int, p: int) -> None:
        self.p, self.pivots = p, np.empty(0, dtype=np.int64)
        self.rows = np.empty((0, columns), dtype=np.int64)

    def extend(self, row: IntArray) -> bool:
        """Takes a row if it is independent of those before."""
        row = (row - row[self.pivots] @ self.rows) % self.p
        pivot = int(np.argmax(row != 0))
        if row[pivot] == 0:
            return False
        row = row * pow(int(row[pivot]), -1, self.p) % self.p
        reduced = (self.rows - self.rows[:, pivot, None] * row) % self.p
        self.rows = np.concatenate([reduced, row[None, :]])
        self.pivots = np.append(self.pivots, pivot)
        return True
