"""Fourier blocks of a Gram matrix on a large group, by the fast transform along a chain of subgroups.

:mod:`~orbitkernels.numerics.fourier` multiplies a symbol with the matrices of all irreps at all elements, n^2
numbers.  Here neither they nor the Gram matrix are formed.  Everything that Theorems T2, T4, T6 and T7 ask of the
irreps is a Fourier transform of a function on the group, and memory grows as n:

* the blocks are the transform of the symbol;
* the projector (1/|H|) sum_h rho(h) onto the fixed vectors of a stabiliser is that of its indicator, over |H|;
* the sum of rho(h) over a subgroup is the transform of its indicator;
* the symbol of K^-1 is the inverse transform of the inverse blocks.

On an abelian group the chain has one member, and the transform is the multidimensional FFT.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError

from .adapted_irreps import AdaptedIrreps
from .blocks import BlockStack, FloatArray, FourierBlocks, IntArray, Matrices
from .fourier import change_of_basis, lifted_inverse, row_sums
from .group_fourier import forward, inverse
from .transform_rounding import TransformRounding, transform_rounding


@dataclass(frozen=True, eq=False)
class SymbolTransform:
    """The Fourier transform of one group, with a number for each irrep.

    Attributes:
        irreps: All irreps in bases adapted to a chain of subgroups.
        rows: For each family of irreps the array [k] of their numbers; the trivial irrep has the number 0.
        elements: Array [n]: the element at each position of the chain; None if positions are elements.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.symbol_transform import abelian_transform
        >>> abelian_transform([3]).forward(np.array([[1.0, 1.0, 1.0]]))[0].ravel().real.round(12).tolist()
        [3.0, 0.0, 0.0]
    """

    irreps: AdaptedIrreps
    rows: tuple[IntArray, ...]
    elements: IntArray | None = None

    @property
    def order(self) -> int:
        """n."""
        return self.irreps.order

    @cached_property
    def positions(self) -> IntArray | None:
        """Array [n]: the position of each element in the chain."""
        if self.elements is None:
            return None
        found = np.empty_like(self.elements)
        found[self.elements] = np.arange(self.elements.size)
        return found

    @cached_property
    def places(self) -> tuple[IntArray, IntArray]:
        """Family and member of each irrep by its number."""
        numbers = np.concatenate(self.rows)
        families, members = np.empty_like(numbers), np.empty_like(numbers)
        families[numbers] = np.repeat(np.arange(len(self.rows)), [row.size for row in self.rows])
        members[numbers] = np.concatenate([np.arange(row.size) for row in self.rows])
        return families, members

    @cached_property
    def rounding(self) -> TransformRounding:
        """What rounding may do to :meth:`forward`, family by family."""
        return transform_rounding(self.irreps)

    def forward(self, functions: Matrices) -> list[Matrices]:
        """Transforms sum_g f(g) rho(g), one array [k, m, d, d] a family, of functions [m, n]."""
        return forward(self.irreps, functions if self.elements is None else functions[:, self.elements])

    def inverse(self, transforms: Sequence[Matrices]) -> Matrices:
        """Functions [m, n] from the transforms of each family; imaginary parts of real functions are rounding."""
        values = inverse(self.irreps, transforms)
        return values if self.positions is None else values[:, self.positions]

    def indicator(self, elements: npt.ArrayLike) -> list[Matrices]:
        """Sums of rho(h) over some elements, one array [k, d, d] a family."""
        function = np.zeros((1, self.order))
        function[0, np.asarray(elements, dtype=np.int64)] = 1.0
        return [found[:, 0] for found in self.forward(function)]


def abelian_transform(cyclic_orders: Sequence[int]) -> SymbolTransform:
    """The transform of C_a1 x ... x C_ar, whose element (j_1, ..., j_r) has the number with these digits.

    Irrep k with the digits k_1, ..., k_r is the character exp(2 pi i sum_i k_i j_i / a_i).

    Args:
        cyclic_orders: a_1, ..., a_r; the last digit runs fastest.
    """
    irreps = AdaptedIrreps(tuple(map(int, cyclic_orders)), ())
    return SymbolTransform(irreps, (np.arange(irreps.order),))


# ---------------------------------------------------------------------- blocks


def symbol_blocks(
    phi: npt.ArrayLike,
    transform: SymbolTransform,
    stabilisers: Sequence[npt.ArrayLike | None] | None = None,
    ridge: float = 0.0,
) -> FourierBlocks:
    """As :func:`~orbitkernels.numerics.fourier.fourier_blocks`, by the fast transform and in its bases.

    Args:
        phi: Symbol [C, C, n], phi[a, b, g] = k(x_a, g x_b).
        transform: The transform of the group.
        stabilisers: Elements of H_c for each orbit, None where it is trivial; None if all orbits are free.
        ridge: r, added to the diagonal of the Gram matrix.

    Raises:
        InputError: If phi has another shape.
        NotInvariantError: If phi_ba(g) = phi_ab(g^-1) fails or a value is NaN.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.fourier import spectral_errors
        >>> from orbitkernels.numerics.symbol_transform import abelian_transform, symbol_blocks
        >>> blocks = symbol_blocks(np.array([[[2.0, 1.0]]]), abelian_transform([2]))
        >>> spectral_errors(blocks, [1.0]).tolist()
        [[0.5]]
    """
    symbol = checked_symbol(phi, transform.order)
    count, order = len(symbol), transform.order
    subgroups = [np.atleast_1d(np.asarray(0 if h is None else h)) for h in (stabilisers or [None] * count)]
    sizes = np.array([subgroup.size for subgroup in subgroups], dtype=np.int64)
    averages = [None if s.size == 1 else transform.indicator(s) for s in subgroups]
    if max(sizes) > 1:
        symbol = symbol / np.sqrt(np.multiply.outer(sizes, sizes))[:, :, None]
    stacks = []
    for family, transforms in enumerate(transform.forward(symbol.reshape(count * count, order))):
        k, _, d, _ = transforms.shape
        full = transforms.reshape(k, count, count, d, d).transpose(1, 2, 0, 3, 4)
        projectors = [None if a is None else a[family] / n for a, n in zip(averages, sizes, strict=True)]
        for members, bases in _fixed_bases(projectors, k, d):
            part = full if members.size == k else full[:, :, members]
            stacks.append(BlockStack(transform.rows[family][members], d, bases, change_of_basis(part, bases)))
            np.einsum("kii->ki", stacks[-1].matrices)[...] += ridge  # a view of the diagonals
    blocks = FourierBlocks(order, order // sizes, tuple(stacks))
    blocks.require_hermitian()
    return blocks


def checked_symbol(phi: npt.ArrayLike, order: int) -> FloatArray:
    """A symbol as float64 [C, C, n].

    Raises:
        InputError: If the shape is another one.
    """
    symbol = np.asarray(phi, dtype=np.float64)
    if symbol.ndim != 3 or symbol.shape[0] != symbol.shape[1] or symbol.shape[2] != order or not len(symbol):
        raise InputError(f"Argument 'phi' must have the shape [C, C, {order}], not {list(symbol.shape)}.")
    return symbol


def _fixed_bases(
    projectors: Sequence[Matrices | None], size: int, degree: int
) -> list[tuple[IntArray, tuple[Matrices, ...]]]:
    """The irreps of a family sorted by the dimensions f_c of their fixed vectors, with bases [k, d, f_c] of them.

    Args:
        projectors: For each orbit the projectors [size, d, d] onto the fixed vectors, None for the unit matrix.
        size: Number of irreps.
        degree: d.
    """
    unit = np.eye(degree)
    ranks = [np.full(size, degree) if P is None else _ranks(P) for P in projectors]
    labels = np.zeros(size, dtype=np.int64)
    for P, rank in zip(projectors, ranks, strict=True):
        if P is not None:
            labels = np.unique(labels * (degree + 1) + rank, return_inverse=True)[1]
    found = []
    for kind in range(int(labels.max()) + 1):
        members = np.flatnonzero(labels == kind)
        bases: list[Matrices] = []
        for P, dimensions in zip(projectors, ranks, strict=True):
            dimension = int(dimensions[members[0]])
            if P is None or dimension == degree:
                bases.append(np.broadcast_to(unit, (members.size, degree, degree)))
            else:  # eigenvalues of a projector are 0 and 1, so the last eigenvectors span its range
                bases.append(np.linalg.eigh(P[members])[1][:, :, degree - dimension :])
        found.append((members, tuple(bases)))
    return found


def _ranks(projectors: Matrices) -> IntArray:
    """Ranks [k] of projectors [k, d, d]."""
    ranks: IntArray = np.rint(np.trace(projectors, axis1=1, axis2=2).real).astype(np.int64)
    return ranks


# ---------------------------------------------------------------------- inverse


def full_transforms(blocks: FourierBlocks, transform: SymbolTransform, inverted: bool = True) -> list[Matrices]:
    """Transforms of the symbol of K^-1 (or of K), one array [k, C, C, d, d] a family.

    They are sqrt(|H_a| |H_b|) U_a (Khat(rho)^-1)_ab U_b^*, zero where there are no fixed vectors.
    """
    families, members = transform.places
    count = blocks.sizes.size
    orders = blocks.order / blocks.sizes
    scale = np.sqrt(np.outer(orders, orders))[:, :, None, None]
    kind = np.result_type(*(stack.matrices.dtype for stack in blocks.stacks))
    found = [np.zeros((k, count, count, d, d), dtype=kind) for k, d in transform.irreps.shapes]
    for stack in blocks.stacks:
        if stack.matrices.shape[1]:
            family = int(families[stack.irreps[0]])
            found[family][members[stack.irreps]] = scale * (
                lifted_inverse(stack) if inverted else _lifted(stack, stack.matrices)
            )
    return found


def _lifted(stack: BlockStack, matrices: Matrices) -> Matrices:
    """U_a M_ab U_b^* as an array [k, C, C, d, d]."""
    rows = [
        [left @ matrices[:, stack.orbit(a), stack.orbit(b)] @ right.conj().swapaxes(1, 2)
         for b, right in enumerate(stack.bases)]
        for a, left in enumerate(stack.bases)
    ]  # fmt: skip
    return np.stack([np.stack(row, axis=1) for row in rows], axis=1)


def transformed_inverse_symbol(blocks: FourierBlocks, transform: SymbolTransform) -> FloatArray:
    """As :func:`~orbitkernels.numerics.fourier.inverse_symbol`, array [C, C, n], by the inverse transform.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.symbol_transform import (
        ...     abelian_transform, symbol_blocks, transformed_inverse_symbol)
        >>> C2 = abelian_transform([2])
        >>> transformed_inverse_symbol(symbol_blocks(np.array([[[2.0, 1.0]]]), C2), C2).round(12) * 3
        array([[[ 2., -1.]]])
    """
    blocks.require_invertible()
    count = blocks.sizes.size
    spectra = full_transforms(blocks, transform)
    values = transform.inverse([s.reshape(len(s), count * count, *s.shape[3:]) for s in spectra])
    return np.ascontiguousarray(values.real).reshape(count, count, -1)


def transformed_row_sums(
    blocks: FourierBlocks,
    transform: SymbolTransform,
    subgroup: npt.ArrayLike,
    overlaps: npt.ArrayLike | None = None,
) -> FloatArray:
    """As :func:`~orbitkernels.numerics.fourier.coset_row_sums`, with the sums of rho(h) by the fast transform."""
    families, members = transform.places
    sums = transform.indicator(subgroup)
    return row_sums(blocks, lambda stack: sums[int(families[stack.irreps[0]])][members[stack.irreps]], overlaps)
