"""Irreps of a finite group as exact matrices over cyclotomic fields, each proved to be what it is when it is made.

Symmetric groups have Young's seminormal form (:mod:`.young_forms`), linear irreps are their characters, and every
other irrep is a quotient of a module induced from a linear character (:mod:`.induced_quotients`), often the whole
of it.  The linear character is found by :mod:`.linear_restrictions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Protocol

from orbitkernels.errors import InputError

from .character_residues import CharacterResidues
from .characters import CharacterTable
from .cyclotomic_coordinates import CyclotomicField, Integers
from .cyclotomics import Cyclotomic
from .exact_matrices import Matrix
from .groups import FiniteGroup
from .induced_quotients import LeftCosets, dixon_quotients
from .laws import IntArray
from .linear_restrictions import LinearRestriction, linear_restrictions
from .young_forms import seminormal_modules

#: Largest order of a group all of whose exact irreps are made.
MAX_EXACT_ORDER = 10_000

#: Largest degree of an exact irrep.
MAX_EXACT_DEGREE = 100

#: Largest order of a group all of whose elements are given exact matrices in one call.
MAX_LISTED_ORDER = 1_000

#: Entries of the matrices that one irrep keeps once they have been asked for.
MAX_KEPT_ENTRIES = 1_000_000


class ExactModule(Protocol):
    """Matrices of all elements of a group over Q(E(m)), made one by one.

    Attributes:
        field: Q(E(m)).
        denominator: An integer that every prime in the denominator of an entry divides.
    """

    field: CyclotomicField
    denominator: int

    def coordinates(self, g: int) -> tuple[Integers, int]:
        """Array [d, d, phi(m)] and a denominator: the matrix of g in coordinates of the field."""

    def traces(self, elements: IntArray, p: int) -> IntArray:
        """Traces of elements modulo a prime p = 1 modulo m, for E(m) -> ``root_powers(m, p)[1]``."""

    def failure(self) -> str | None:
        """None if the matrices are proved to be a representation, else the law that does not hold."""


class ExactIrrep:
    """An irreducible representation g -> rho(g) with exact entries, proved to be one when it is made.

    Kept is a module, from which the matrix of any element follows.  The basis is not orthonormal, so rho(g) is in
    general not unitary: traces and spectra do not notice, but rho(g)^* is not rho(g^-1).

    Args:
        group: The group G.
        character: Row of its character table.
        module: Its matrices.
        residues: The character table modulo a prime, if it is known already.

    Attributes:
        degree: d.
        indicator: Frobenius-Schur indicator: 1 real, 0 complex, -1 quaternionic.
        conductor: N such that the entries lie in Q(E(N)); never 2 modulo 4.

    Raises:
        ArithmeticError: If the matrices are no representation with that character.
    """

    def __init__(
        self,
        group: FiniteGroup,
        character: int,
        module: ExactModule,
        residues: CharacterResidues | None = None,
    ) -> None:
        table = group.character_table()
        self.group, self.character = group, character
        self.degree, self.indicator = int(table.degrees[character]), int(table.indicators[character])
        m = module.field.modulus
        self.conductor = m // 2 if m % 4 == 2 else m
        self._module = module
        self._numbers: dict[tuple[int, ...], Cyclotomic] = {}
        self._matrices: dict[int, Matrix] = {}
        self.verify(residues)

    def verify(self, residues: CharacterResidues | None = None) -> None:
        """Proves that rho is a representation of the group with its character.

        The module proves that it is one, exactly (:meth:`ExactModule.failure`).  Its character theta then has the
        degree of the irreducible character chi, so that <theta, chi> is 1 if they are equal and 0 if not: it is
        enough that n <theta, chi>, the sum over classes of |C| theta(C) chi(C^-1), is n modulo one prime p = 1
        modulo the exponent, p > n, under one homomorphism from the cyclotomic integers with 1/denominator to F_p.

        Raises:
            ArithmeticError: If a law fails.
        """
        failure = self._module.failure()
        if failure is not None:
            self._fail(failure)
        table = self.group.character_table()
        above = max(2**30, 2 * self.group.order)
        if residues is None:
            residues = CharacterResidues(table, above)
        while self._module.denominator % residues.prime == 0:
            residues = CharacterResidues(table, residues.prime)
        classes, p = table.classes, residues.prime
        traces = self._module.traces(classes.representatives, p)
        values = residues.values(self.character, residues.unit(self._module.field.modulus, 1))
        terms = traces * values[classes.inverse] % p * classes.sizes % p
        if traces[0] != self.degree or int(terms.sum()) % p != self.group.order:
            self._fail("the trace is not the character")

    def _fail(self, law: str) -> None:
        raise ArithmeticError(f"internal error: exact irrep {self.character} of {self.group.name}: {law}")

    def _number(self, coordinates: Sequence[int], denominator: int) -> Cyclotomic:
        """The number with these coordinates over the denominator; equal ones are made once."""
        key = (*coordinates, denominator)
        if key not in self._numbers:
            rationals = [Fraction(int(c), denominator) for c in coordinates]
            self._numbers[key] = Cyclotomic(self._module.field.modulus, rationals)
        return self._numbers[key]

    def matrix(self, g: int) -> Matrix:
        """The matrix rho(g) as d rows of cyclotomic numbers; SymPy's by ``exact_matrices.to_sympy``.

        Example:
            >>> from orbitkernels.theory.names import group
            >>> S3 = group("S3")
            >>> rho = S3.irreps(exact=True)[2]
            >>> [[str(x) for x in row] for row in rho.matrix(0)]
            [['1', '0'], ['0', '1']]
        """
        g = int(g)
        if g in self._matrices:
            return self._matrices[g]
        coordinates, denominator = self._module.coordinates(g)
        found = tuple(tuple(self._number(entry, denominator) for entry in row) for row in coordinates.tolist())
        if (len(self._matrices) + 1) * self.degree**2 <= MAX_KEPT_ENTRIES:
            self._matrices[g] = found
        return found

    def matrices(self) -> list[Matrix]:
        """The matrices of all elements.

        Raises:
            InputError: If the order exceeds MAX_LISTED_ORDER.

        Example:
            >>> from orbitkernels.theory.names import group
            >>> len(group("S3").irreps(exact=True)[2].matrices())
            6
        """
        if self.group.order > MAX_LISTED_ORDER:
            raise InputError(
                f"The exact matrices of all elements of {self.group.name} (order {self.group.order}) would take "
                f"too long; use a group of order at most {MAX_LISTED_ORDER}, or matrix(g) of some elements."
            )
        return [self.matrix(g) for g in range(self.group.order)]

    @cached_property
    def generator_matrices(self) -> tuple[Matrix, ...]:
        """The matrices of the generators of the group."""
        return tuple(self.matrix(s) for s in self.group.generators)

    def __repr__(self) -> str:
        return (
            f"<ExactIrrep {self.character} of {self.group.name}: degree {self.degree} over Q(E({self.conductor}))>"
        )


def exact_irreps(group: FiniteGroup, rows: Sequence[int] | None = None) -> tuple[ExactIrrep, ...]:
    """Exact matrices of the irreps of a group, in the order of the character table.

    Args:
        group: A group of order at most MAX_EXACT_ORDER, with irreps of degree at most MAX_EXACT_DEGREE.
        rows: Rows of the table; all if omitted.

    Returns:
        One ExactIrrep a row, each over a field as small as the search found.

    Raises:
        InputError: If the group or a degree is larger, or an irrep has no linear character of multiplicity one on
            the subgroups tried.

    Example:
        >>> from orbitkernels.theory.irreps import exact_irreps
        >>> from orbitkernels.theory.names import group
        >>> [(rho.degree, rho.conductor) for rho in exact_irreps(group("Q8"))]
        [(1, 1), (1, 1), (1, 1), (1, 1), (2, 4)]
    """
    _refuse_large(group)
    table = group.character_table()
    wanted = list(range(len(table))) if rows is None else [int(row) for row in rows]
    _refuse_degrees(table, wanted)
    residues = CharacterResidues(table, max(2**30, 2 * group.order))
    modules = seminormal_modules(table, wanted)
    found = {row: ExactIrrep(group, row, module, residues) for row, module in modules.items()}
    rest = [row for row in wanted if row not in found]
    spaces: dict[bytes, LeftCosets] = {}
    for row, pair in zip(rest, linear_restrictions(table, rest), strict=True):
        found[row] = _induced(residues, row, pair, spaces)
    return tuple(found[row] for row in wanted)


def _induced(
    residues: CharacterResidues, row: int, pair: LinearRestriction | None, spaces: dict[bytes, LeftCosets]
) -> ExactIrrep:
    """The irrep of one row, from its pair; irreps with one subgroup share its cosets."""
    group, degree = residues.table.group, int(residues.table.degrees[row])
    if pair is None:
        raise InputError(
            f"Irrep {row} (degree {degree}) of {group.name} meets no linear character of a subgroup once; "
            "use irreps() in floating point."
        )
    key = pair.elements.tobytes()
    if key not in spaces:
        spaces[key] = LeftCosets(group, pair)
    failed: ArithmeticError | None = None
    for module in dixon_quotients(residues, row, pair, spaces[key]):
        try:
            return ExactIrrep(group, row, module, residues)
        except ArithmeticError as error:  # a guess from too few primes
            failed = error
    raise failed or InputError(
        f"Irrep {row} (degree {degree}) of {group.name} has matrices of very long numbers in the bases that were "
        "tried; use irreps() in floating point."
    )


def _refuse_large(group: FiniteGroup) -> None:
    if group.order > MAX_EXACT_ORDER:
        raise InputError(
            f"Exact irreps of {group.name} (order {group.order}) would take too long; use a group of order at "
            f"most {MAX_EXACT_ORDER}, or irreps() in floating point."
        )


def _refuse_degrees(table: CharacterTable, rows: list[int]) -> None:
    """Refuses rows that do not exist and irreps of too high a degree."""
    for row in rows:
        if not 0 <= row < len(table):
            raise InputError(
                f"Argument 'rows' must hold rows 0 to {len(table) - 1} of the character table, not {row}."
            )
        if table.degrees[row] > MAX_EXACT_DEGREE:
            raise InputError(
                f"Exact irrep {row} of {table.group.name} has degree {table.degrees[row]}, beyond the limit of "
                f"{MAX_EXACT_DEGREE}; name other rows, or use irreps() in floating point."
            )
