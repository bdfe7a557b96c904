"""Unitary irreps of a finite group: exact characters from theory, matrices from numerics, every law checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from orbitkernels.errors import InputError
from orbitkernels.numerics.irreps import Matrices
from orbitkernels.numerics.irreps import unitary_irreps as unitary_matrices
from orbitkernels.numerics.representation_laws import representation_residual, schur_residual
from orbitkernels.theory.groups import FiniteGroup

#: Largest order of a group all of whose irreps are computed.
MAX_ORDER = 2_000

#: Largest order of an abelian group all of whose irreps are computed.
MAX_ABELIAN_ORDER = 3_000

#: Violation of a law of representations that is taken for a mistake and not for rounding.
LARGEST_RESIDUAL = 1e-10

#: What the Frobenius-Schur indicator says of an irrep.
KINDS = {1: "real", 0: "complex", -1: "quaternionic"}


_CACHE: WeakKeyDictionary[FiniteGroup, tuple[UnitaryIrrep, ...]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class UnitaryIrrep:
    """An irreducible unitary representation g -> rho(g).

    Attributes:
        degree: d.
        indicator: Frobenius-Schur indicator: 1 real, 0 complex, -1 quaternionic.
        character: Row of the character table.
        matrices: Array [n, d, d], read-only: float64 and orthogonal if the indicator is 1, else complex128.
        residual: Largest violation of rho(g s) = rho(g) rho(s), rho(g)^* rho(g) = I and tr rho(g) = chi(g).

    Example:
        >>> from orbitkernels.proofs.irreps import unitary_irreps
        >>> from orbitkernels.theory.names import group
        >>> unitary_irreps(group("Q8"))[4]
        <UnitaryIrrep 4: degree 2, quaternionic>
    """

    degree: int
    indicator: int
    character: int
    matrices: Matrices
    residual: float

    @property
    def kind(self) -> str:
        """Real, complex or quaternionic."""
        return KINDS[self.indicator]

    def __repr__(self) -> str:
        return f"<UnitaryIrrep {self.character}: degree {self.degree}, {self.kind}>"

    def _repr_html_(self) -> str:
        return (
            f"<b>Irrep {self.character}</b>: degree {self.degree}, {self.kind}, "
            f"{len(self.matrices)} unitary matrices, residual {self.residual:.1e}"
        )


def unitary_irreps(group: FiniteGroup, rows: Sequence[int] | None = None) -> tuple[UnitaryIrrep, ...]:
    """Unitary matrices of the irreps of a group, in the order of the character table.

    Made once for each group if all are asked for, and checked: rho(g s) = rho(g) rho(s) on every edge of the
    Cayley graph, unitarity and character for each irrep, and Schur orthogonality for all of them together.

    Args:
        group: A group of order n up to MAX_ORDER (abelian: MAX_ABELIAN_ORDER); larger if rows are named.
        rows: Rows of the character table; all if omitted.

    Returns:
        One UnitaryIrrep a row.

    Raises:
        InputError: If all irreps of a larger group are asked for, or a row does not exist.
        ArithmeticError: If a residual exceeds LARGEST_RESIDUAL.

    Example:
        >>> from orbitkernels.proofs.irreps import unitary_irreps
        >>> from orbitkernels.theory.names import group
        >>> [(rho.degree, rho.kind) for rho in unitary_irreps(group("S3"))]
        [(1, 'real'), (1, 'real'), (2, 'real')]
        >>> unitary_irreps(group("A5"), rows=[1])[0].matrices.shape
        (60, 3, 3)
    """
    if rows is not None:
        return _checked_irreps(group, _existing(group, rows))
    _refuse_large(group)
    if group not in _CACHE:
        irreps = _checked_irreps(group, range(len(group.character_table())))
        require(schur_residual([rho.matrices for rho in irreps]), f"The irreps of {group.name} together")
        _CACHE[group] = irreps
    return _CACHE[group]


def _checked_irreps(group: FiniteGroup, rows: Sequence[int]) -> tuple[UnitaryIrrep, ...]:
    """The irreps of some rows, each with its residual."""
    table, tree = group.character_table(), group.spanning_tree
    labels = group.conjugacy_classes.labels
    found = unitary_matrices(
        group.right_translations,
        tree.order,
        tree.parent,
        tree.letter,
        labels,
        table.numeric,
        table.indicators,
        rows,
    )
    irreps = []
    for row, matrices in zip(rows, found, strict=True):
        residual = representation_residual(matrices, group.right_translations, table.numeric[row, labels])
        require(residual, f"Irrep {row} of {group.name}")
        matrices.flags.writeable = False
        irreps.append(
            UnitaryIrrep(int(table.degrees[row]), int(table.indicators[row]), int(row), matrices, residual)
        )
    return tuple(irreps)


def require(residual: float, what: str) -> None:
    """Checks that a residual is rounding.

    Raises:
        ArithmeticError: If it exceeds LARGEST_RESIDUAL or is no number.
    """
    if not residual <= LARGEST_RESIDUAL:
        raise ArithmeticError(f"{what} violates the laws of unitary irreps by {residual:.1e}.")


def _existing(group: FiniteGroup, rows: Sequence[int]) -> list[int]:
    """The rows, after checking that the character table has them."""
    count = len(group.character_table())
    for row in rows:
        if not 0 <= row < count:
            raise InputError(f"Argument 'rows' must hold rows 0 to {count - 1} of the character table, not {row}.")
    return [int(row) for row in rows]


def _refuse_large(group: FiniteGroup) -> None:
    """The squares of the degrees sum to n, so all matrices hold n^2 numbers."""
    limit = MAX_ABELIAN_ORDER if group.is_abelian else MAX_ORDER
    if group.order > limit:
        size = np.dtype(np.complex128).itemsize * group.order**2 / 2**30
        raise InputError(
            f"All irreps of {group.name} (order {group.order}) would take up to {size:.1f} GiB; "
            f"use a group of order at most {limit}, or name the rows of the character table that you need."
        )
