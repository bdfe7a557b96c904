"""Orbits of large groups: irreps by the fast Fourier transform, and errors from a symbol alone.

Below FAST_FROM elements the matrices of all irreps at all elements are kept, n^2 numbers; above, nothing larger
than a few functions on the group is: blocks, sums over subgroups and the inverse are Fourier transforms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np

from orbitkernels.errors import InputError
from orbitkernels.numerics.blocks import FourierBlocks, Matrices
from orbitkernels.numerics.fourier import coset_row_sums, fourier_blocks, inverse_symbol
from orbitkernels.numerics.symbol_transform import (
    SymbolTransform,
    abelian_transform,
    symbol_blocks,
    transformed_inverse_symbol,
    transformed_row_sums,
)
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.laws import IntArray, cyclic_orders

from .fourier_basis import MAX_ORDERED_CLASSES, FourierBasis, fourier_basis
from .irreps import MAX_ORDER, unitary_irreps
from .orbits import FloatArray

#: Order from which on the fast transform is used.
FAST_FROM = 256

Stabilisers = Sequence[IntArray | None]


class IrrepRoute(Protocol):
    """What the theorems ask of the irreps of a group."""

    def blocks(self, phi: FloatArray, stabilisers: Stabilisers, ridge: float) -> FourierBlocks:
        """Fourier blocks of K + r I."""

    def row_sums(self, blocks: FourierBlocks, subgroup: IntArray, overlaps: Sequence[int]) -> FloatArray:
        """Sums of K^-1 over the poses h x_c, h in a subgroup (Theorem T7)."""

    def inverse_symbol(self, blocks: FourierBlocks) -> FloatArray:
        """Symbol [C, C, n] of K^-1."""


@dataclass(frozen=True, eq=False)
class StackedRoute:
    """Matrices [n, d, d] of every irrep, the trivial one first."""

    matrices: Sequence[Matrices]

    def blocks(self, phi: FloatArray, stabilisers: Stabilisers, ridge: float) -> FourierBlocks:
        """Fourier blocks of K + r I."""
        return fourier_blocks(phi, self.matrices, stabilisers, ridge)

    def row_sums(self, blocks: FourierBlocks, subgroup: IntArray, overlaps: Sequence[int]) -> FloatArray:
        """Sums of K^-1 over the poses h x_c, h in a subgroup."""
        return coset_row_sums(blocks, self.matrices, subgroup, overlaps)

    def inverse_symbol(self, blocks: FourierBlocks) -> FloatArray:
        """Symbol [C, C, n] of K^-1."""
        return inverse_symbol(blocks, self.matrices)


@dataclass(frozen=True, eq=False)
class FastRoute:
    """The Fourier transform along a chain of subgroups."""

    transform: SymbolTransform

    def blocks(self, phi: FloatArray, stabilisers: Stabilisers, ridge: float) -> FourierBlocks:
        """Fourier blocks of K + r I."""
        return symbol_blocks(phi, self.transform, stabilisers, ridge)

    def row_sums(self, blocks: FourierBlocks, subgroup: IntArray, overlaps: Sequence[int]) -> FloatArray:
        """Sums of K^-1 over the poses h x_c, h in a subgroup."""
        return transformed_row_sums(blocks, self.transform, subgroup, overlaps)

    def inverse_symbol(self, blocks: FourierBlocks) -> FloatArray:
        """Symbol [C, C, n] of K^-1."""
        return transformed_inverse_symbol(blocks, self.transform)


_TRANSFORMS: WeakKeyDictionary[FiniteGroup, SymbolTransform] = WeakKeyDictionary()


def irrep_route(group: FiniteGroup) -> IrrepRoute:
    """Stacked matrices for small groups, the fast transform for others.

    Raises:
        InputError: If neither fits into memory.

    Example:
        >>> from orbitkernels.proofs.large_orbits import irrep_route
        >>> from orbitkernels.theory.names import group
        >>> [type(irrep_route(group(name))).__name__ for name in ("D4", "S6")]
        ['StackedRoute', 'FastRoute']
    """
    if group.order >= FAST_FROM:
        try:
            return FastRoute(symbol_transform(group))
        except InputError:
            if group.order > MAX_ORDER:
                raise
    return StackedRoute([irrep.matrices for irrep in unitary_irreps(group)])


def symbol_transform(group: FiniteGroup) -> SymbolTransform:
    """The fast transform of a group, made once, irreps numbered as in the character table unless that is large.

    Without a character table the trivial irrep is still number 0; the irreps of C_a1 x ... x C_ar are numbered by
    their frequencies then.

    Raises:
        InputError: If the matrices along the chain of subgroups would be too many.
    """
    if group not in _TRANSFORMS:
        orders = cyclic_orders(group.law)
        is_direct = orders is not None and group.order > MAX_ORDERED_CLASSES
        _TRANSFORMS[group] = (
            abelian_transform(orders or ()) if is_direct else _chain_transform(fourier_basis(group), group)
        )
    return _TRANSFORMS[group]


def _chain_transform(basis: FourierBasis, group: FiniteGroup) -> SymbolTransform:
    """The transform in the adapted bases."""
    rows = [np.empty(size, dtype=np.int64) for size, _ in basis.irreps.shapes]
    for number, rho in enumerate(basis.all):
        rows[rho.place[0]][rho.place[1]] = number
    if basis.all[0].character is None:  # families in the order of the bases: the trivial irrep may be anywhere
        family, member = _trivial(basis, group)
        before = rows[family][member]
        for row in rows:
            row[row < before] += 1
        rows[family][member] = 0
    return SymbolTransform(basis.irreps, tuple(rows), basis.elements)


def _trivial(basis: FourierBasis, group: FiniteGroup) -> tuple[int, int]:
    """Family and member of the irrep that is 1 on all generators."""
    positions = basis.positions[np.array(group.generators, dtype=np.int64)]
    for family, (size, degree) in enumerate(basis.irreps.shapes):
        if degree == 1:
            values = basis.irreps.matrices(family, np.arange(size), positions)[:, :, 0, 0]
            found = np.flatnonzero((np.abs(values - 1) < 0.5 / group.order).all(axis=1))
            if found.size:
                return family, int(found[0])
    raise ArithmeticError(f"The trivial irrep of {group.name} was not found.")
