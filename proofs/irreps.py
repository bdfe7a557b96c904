"""Unitary irreps of a finite group: exact characters from theory, matrices from numerics, every law checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.numerics.invariant_forms import quaternionic_structure, structure_residual
from orbitkernels.numerics.irreps import GroupArrays
from orbitkernels.numerics.representation import Matrices, Representation
from orbitkernels.numerics.representation_laws import Residuals, residuals
from orbitkernels.theory.groups import FiniteGroup, require_group
from orbitkernels.theory.integer_input import integer_array, shown
from orbitkernels.theory.laws import IntArray

#: Largest order of a group all of whose irreps are computed.
MAX_ORDER = 10_000

#: Largest degree of an irrep.
MAX_DEGREE = 100

#: Bytes that the matrices of all elements of the irreps of one group may take together.
MAX_BYTES = 2**30

#: Violation of a law of representations, in units of the rounding level, that is taken for a mistake.
LARGEST_RATIO = 64

#: What the Frobenius-Schur indicator says of an irrep.
KINDS = {1: "real", 0: "complex", -1: "quaternionic"}


@dataclass
class _Group:
    """What the irreps of one group share; it holds no reference to the group, so that both can be forgotten.

    Attributes:
        name: The name of the group.
        generators: Array of its generators.
        arrays: Its Cayley graph, subgroups and factorisation.
        bytes: Bytes in matrices of all elements so far.
        irreps: All irreps, once they are made.
    """

    name: str
    generators: IntArray
    arrays: GroupArrays
    bytes: int = 0
    irreps: tuple[UnitaryIrrep, ...] | None = None

    def reserve(self, number: int) -> None:
        """Room for the matrices of all elements of one irrep more."""
        if self.bytes + number > MAX_BYTES:
            raise InputError(
                f"The matrices of all elements of {self.name}, for this irrep and those before, would take "
                f"{(self.bytes + number) / 2**30:.2f} GiB, beyond the limit of {MAX_BYTES / 2**30:.2f} GiB; use "
                "rho(g) for the elements you need, or rho.blocks()."
            )
        self.bytes += number


_CACHE: WeakKeyDictionary[FiniteGroup, _Group] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class UnitaryIrrep:
    """An irreducible unitary representation g -> rho(g); rho(g) is made when it is asked for.

    Attributes:
        degree: d.
        indicator: Frobenius-Schur indicator: 1 real, 0 complex, -1 quaternionic.
        character: Row of the character table.
        generators: Array [generators, d, d] of the matrices of the generators of the group, read-only: float64 and
            orthogonal if the indicator is 1, else complex128 and unitary.
        residuals: Largest violations of rho(g s) = rho(g) rho(s), rho(g)^* rho(g) = I and tr rho(g) = chi(g).
        rounding: The rounding level, 2^-52 sqrt(d) times the number of factors in the longest product.

    Example:
        >>> from orbitkernels.proofs.irreps import unitary_irreps
        >>> from orbitkernels.theory.names import group
        >>> rho = unitary_irreps(group("Q8"))[4]
        >>> rho
        <UnitaryIrrep 4: degree 2, quaternionic>
        >>> rho(3).shape, rho([[0, 1], [2, 3]]).shape
        ((2, 2), (2, 2, 2, 2))
    """

    degree: int
    indicator: int
    character: int
    generators: Matrices
    residuals: Residuals
    rounding: float
    _representation: Representation = field(repr=False)
    _group: _Group = field(repr=False)

    @property
    def kind(self) -> str:
        """Real, complex or quaternionic."""
        return KINDS[self.indicator]

    @property
    def order(self) -> int:
        """The order n of the group."""
        return self._group.arrays.graph.size

    @property
    def residual(self) -> float:
        """The largest of the residuals."""
        return self.residuals.largest

    def __call__(self, g: npt.ArrayLike) -> Matrices:
        """rho(g) for one element, or an array [..., d, d] for an array of elements; one product each.

        Raises:
            InputError: If an entry is no integer or no element.
        """
        elements = integer_array(g, "g")
        if elements.size and (elements.min() < 0 or elements.max() >= self.order):
            wrong = shown(elements[(elements < 0) | (elements >= self.order)].flat[0])
            raise InputError(
                f"Argument 'g' must hold elements 0 to {self.order - 1} of {self._group.name}, not {wrong}."
            )
        return self._representation(elements.astype(np.int64, copy=False))

    def blocks(self) -> Iterator[tuple[IntArray, Matrices]]:
        """All elements, each once, in pieces [m] with their matrices [m, d, d]; a piece is at most 64 MiB.

        Example:
            >>> from orbitkernels.proofs.irreps import unitary_irreps
            >>> from orbitkernels.theory.names import group
            >>> rho = unitary_irreps(group("S4"))[4]
            >>> total = sum(matrices.sum(axis=0) for elements, matrices in rho.blocks())
            >>> bool(abs(total).max() < 1e-13)
            True
        """
        return self._representation.blocks()

    @cached_property
    def matrices(self) -> Matrices:
        """Array [n, d, d] of all matrices, read-only; kept once made.

        Raises:
            InputError: If the irreps of the group would hold more than MAX_BYTES together.
        """
        dtype = self.generators.dtype
        self._group.reserve(self.order * self.degree**2 * dtype.itemsize)
        found = np.empty((self.order, self.degree, self.degree), dtype=dtype)
        for elements, matrices in self.blocks():
            found[elements] = matrices
        found.flags.writeable = False
        return found

    @cached_property
    def quaternionic_structure(self) -> Matrices | None:
        """Unitary antisymmetric S [d, d] with rho(g) S = S conj(rho(g)) where the indicator is -1, else None.

        v -> S conj(v) is the antiunitary map J with J^2 = -1 that commutes with the group.

        Raises:
            ArithmeticError: If the violation is no rounding.
        """
        if self.indicator != -1:
            return None
        structure = quaternionic_structure(self._representation, self.degree)
        violation = structure_residual(self._representation, structure, self._group.generators)
        require(violation, self.rounding, f"The structure of irrep {self.character} of {self._group.name}")
        structure.flags.writeable = False
        return structure

    def __repr__(self) -> str:
        return f"<UnitaryIrrep {self.character}: degree {self.degree}, {self.kind}>"

    def _repr_html_(self) -> str:
        return (
            f"<b>Irrep {self.character}</b>: degree {self.degree}, {self.kind}, "
            f"{self.order} unitary matrices, residual {self.residual:.1e}"
        )


def unitary_irreps(group: FiniteGroup, rows: Sequence[int] | None = None) -> tuple[UnitaryIrrep, ...]:
    """Unitary irreps of a group, in the order of the character table.

    Made once for each group if all are asked for, and certified one by one: rho(g s) = rho(g) rho(s) on every edge
    of the Cayley graph, that is, on the relators of a presentation; unitarity; and the character on every element.
    It is a row of the exact table: no two irreps are equivalent and, if all are asked for, none is missing.

    Args:
        group: A group of order n up to MAX_ORDER; larger if rows are named.
        rows: Rows of the character table, of degree at most MAX_DEGREE; all if omitted.

    Returns:
        One UnitaryIrrep a row.

    Raises:
        InputError: If all irreps of a larger group are asked for, a row does not exist or its degree is larger.
        ArithmeticError: If a residual exceeds LARGEST_RATIO times the rounding level.

    Example:
        >>> from orbitkernels.proofs.irreps import unitary_irreps
        >>> from orbitkernels.theory.names import group
        >>> [(rho.degree, rho.kind) for rho in unitary_irreps(group("S3"))]
        [(1, 'real'), (1, 'real'), (2, 'real')]
        >>> unitary_irreps(group("A5"), rows=[1])[0].matrices.shape
        (60, 3, 3)
    """
    require_group(group)
    if rows is not None:
        return _checked_irreps(group, _existing(group, rows))
    _refuse_large(group)
    shared = _shared(group)
    if shared.irreps is None:
        shared.irreps = _checked_irreps(group, range(len(group.character_table())))
    return shared.irreps


def _shared(group: FiniteGroup) -> _Group:
    """What the irreps of a group share, made once."""
    if group not in _CACHE:
        arrays = GroupArrays(group.right_translations, group.conjugacy_classes.labels)
        _CACHE[group] = _Group(group.name, np.array(group.generators, dtype=np.int64), arrays)
    return _CACHE[group]


def _checked_irreps(group: FiniteGroup, rows: Sequence[int]) -> tuple[UnitaryIrrep, ...]:
    """The irreps of some rows, each with its residuals."""
    table, shared = group.character_table(), _shared(group)
    labels = shared.arrays.class_labels
    irreps = []
    for row, rho in zip(rows, shared.arrays.irreps(table.numeric, table.indicators, rows), strict=True):
        violations = residuals(rho, group.right_translations, table.numeric[row, labels])
        degree = int(table.degrees[row])
        rounding = np.finfo(float).eps * float(np.sqrt(degree)) * shared.arrays.longest_product(degree)
        require(violations.largest, rounding, f"Irrep {row} of {group.name}")
        generators = rho(shared.generators)
        generators.flags.writeable = False
        irreps.append(
            UnitaryIrrep(
                degree, int(table.indicators[row]), int(row), generators, violations, rounding, rho, shared
            )
        )
    return tuple(irreps)


def require(residual: float, rounding: float, what: str) -> None:
    """Checks that a residual is rounding.

    Raises:
        ArithmeticError: If it exceeds LARGEST_RATIO times the rounding level or is no number.
    """
    if not residual <= LARGEST_RATIO * rounding:
        raise ArithmeticError(
            f"{what} violates the laws of unitary irreps by {residual:.1e}; rounding is about {rounding:.1e}."
        )


def _existing(group: FiniteGroup, rows: Sequence[int]) -> list[int]:
    """The rows, after checking that the character table has them and their degrees are within the limit."""
    table = group.character_table()
    for row in rows:
        if not 0 <= row < len(table):
            raise InputError(
                f"Argument 'rows' must hold rows 0 to {len(table) - 1} of the character table, not {row}."
            )
        if table.degrees[row] > MAX_DEGREE:
            degree = int(table.degrees[row])
            size = 8 * group.order * degree**2 / 2**30
            raise InputError(
                f"Row {row} of {group.name} has the degree {degree}, beyond the limit of {MAX_DEGREE}; all its "
                f"matrices would hold {group.order} x {degree}^2 numbers ({size:.1f} GiB)."
            )
    return [int(row) for row in rows]


def _refuse_large(group: FiniteGroup) -> None:
    """The squares of the degrees sum to n, so all matrices hold n^2 numbers, and certifying them takes as many."""
    if group.order > MAX_ORDER:
        size = np.dtype(np.complex128).itemsize * group.order**2 / 2**30
        raise InputError(
            f"The matrices of all irreps of {group.name} (order {group.order}) hold {group.order}^2 numbers, up "
            f"to {size:.1f} GiB; use a group of order at most {MAX_ORDER}, or name the rows of the character "
            "table that you need."
        )
