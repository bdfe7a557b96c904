"""Fourier transform of a finite group along a chain of subgroups, forward and inverse.

With fhat(rho) = sum_g f(g) rho(g) and f_j(h) = f(t_j h) for the representatives t_j of the left cosets of H in K,

    fhat(rho) = sum_j rho(t_j) diag(fhat_j(sigma_1), fhat_j(sigma_2), ...),

because rho in an adapted basis is block diagonal on H.  The inverse takes diagonal blocks of rho(t_j)^* fhat(rho),

    fhat_j(sigma) = sum_(rho, b) (d_rho |H|) / (d_sigma |K|) [rho(t_j)^* fhat(rho)]_bb

over the blocks b of all rho that are equal to sigma.

All cosets of all levels above and all functions go through one matrix product for each irrep and block.  On the
abelian group at the bottom the fast Fourier transform of SciPy is used.

Source: M. Clausen, "Fast generalized Fourier transforms", Theoret. Comput. Sci. 67 (1989); U. Baum, "Existence and
efficient construction of fast Fourier transforms on supersolvable groups", Comput. Complexity 1 (1991).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

import numpy as np
from scipy.fft import fftn, ifftn

from .adapted_irreps import BATCH, AdaptedIrreps, Block, Family, IntArray, Matrices


def forward(irreps: AdaptedIrreps, functions: Matrices) -> list[Matrices]:
    """Fourier transforms of functions given by their values at the positions of a chain.

    Args:
        irreps: All irreps of G, adapted to the chain.
        functions: Array [m, n], float64 or complex128.

    Returns:
        One array [k, m, d, d] a family of irreps.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.adapted_irreps import AdaptedIrreps
        >>> from orbitkernels.numerics.group_fourier import forward
        >>> forward(AdaptedIrreps((2,), ()), np.array([[3.0, 1.0]]))[0].ravel()
        array([4., 2.])
    """
    values = [_bottom_forward(irreps.cyclic_orders, functions)]
    for level in irreps.levels:
        values = [_assemble(family, level.index, values) for family in level.families]
    return values


def inverse(irreps: AdaptedIrreps, transforms: Sequence[Matrices]) -> Matrices:
    """Values [m, n] at the positions of the functions with the given transforms, one array [k, m, d, d] a family.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.adapted_irreps import AdaptedIrreps
        >>> from orbitkernels.numerics.group_fourier import inverse
        >>> inverse(AdaptedIrreps((2,), ()), [np.array([4.0, 2.0]).reshape(2, 1, 1, 1)])
        array([[3., 1.]])
    """
    values, subgroup = list(transforms), irreps
    while subgroup.levels:
        level, subgroup = subgroup.levels[-1], subgroup.below
        values = _split(level.families, level.index, values, subgroup.shapes)
    return _bottom_inverse(irreps.cyclic_orders, values[0], transforms[0].shape[1])


def multiplications(irreps: AdaptedIrreps) -> int:
    """Number of multiplications of one forward transform above the abelian group, as matrix products make them.

    The sum over the levels of n/|K| sum_rho sum_b q d_rho d_b^2, rho running over the irreps of K and b over the
    blocks of rho; the definition needs n^2.

    Example:
        >>> from orbitkernels.numerics.group_fourier import multiplications
        >>> from orbitkernels.numerics.young_orthogonal import symmetric_group_irreps
        >>> [multiplications(symmetric_group_irreps(n)) for n in (3, 4, 5)]
        [30, 280, 3000]
    """
    total, order = 0, prod(irreps.cyclic_orders)
    for level in irreps.levels:
        order *= level.index
        each = sum(
            family.size * level.index * family.degree * block.degree**2
            for family in level.families
            for block in family.blocks
        )
        total += irreps.order // order * each
    return total


# ---------------------------------------------------------------------- one level


def _assemble(family: Family, index: int, below: Sequence[Matrices]) -> Matrices:
    """Transforms [k, N, d, d] on N cosets of K from those [k', N q, e, e] on the cosets of H."""
    cosets, d = below[0].shape[1] // index, family.degree
    kinds = [family.matrices.dtype, *(below[block.family].dtype for block in family.blocks)]
    result = np.empty((family.size, cosets, d, d), dtype=np.result_type(*kinds))
    for block, part in _batches(family, index * cosets):
        e = block.degree
        inner = below[block.family][block.members[part]].reshape(-1, cosets, index, e, e)
        inner = inner.transpose(0, 2, 3, 1, 4).reshape(-1, index * e, cosets * e)
        products = _factors(family, block, part) @ inner  # [k, d, N e]
        result[part, :, :, block.rows] = products.reshape(-1, d, cosets, e).transpose(0, 2, 1, 3)
    return result


def _factors(family: Family, block: Block, part: slice) -> Matrices:
    """Columns of the block of all rho(t_j), side by side: array [k, d, q e]."""
    columns = family.matrices[part, :, :, block.rows].transpose(0, 2, 1, 3)
    return columns.reshape(columns.shape[0], family.degree, -1)


def _split(
    families: Sequence[Family], index: int, transforms: Sequence[Matrices], shapes: Sequence[tuple[int, int]]
) -> list[Matrices]:
    """Transforms on the cosets of H from those on the cosets of K; `shapes` are those of the irreps of H."""
    cosets = transforms[0].shape[1]
    kind = np.result_type(*transforms, *(family.matrices for family in families))
    result = [np.zeros((size, cosets * index, e, e), dtype=kind) for size, e in shapes]
    for family, transform in zip(families, transforms, strict=True):
        for block, part in _batches(family, index * cosets):
            e, d = block.degree, family.degree
            outer = transform[part, :, :, block.rows].transpose(0, 2, 1, 3).reshape(-1, d, cosets * e)
            products = _factors(family, block, part).conj().swapaxes(1, 2) @ outer  # [k, q e, N e]
            products *= d / (e * index)
            products = products.reshape(-1, index, e, cosets, e).transpose(0, 3, 1, 2, 4)
            _accumulate(result[block.family], block.members[part], products.reshape(-1, cosets * index, e, e))
    return result


def _accumulate(total: Matrices, members: IntArray, terms: Matrices) -> None:
    """Adds terms[i] to total[members[i]]; a member may occur several times."""
    if np.unique(members).size == members.size:
        total[members] += terms
    else:
        np.add.at(total, members, terms)


def _batches(family: Family, copies: int) -> Iterator[tuple[Block, slice]]:
    """All blocks of all irreps, in parts such that `copies` blocks of each fit into a batch."""
    for block in family.blocks:
        step = max(1, BATCH // (copies * block.degree**2))
        for start in range(0, family.size, step):
            yield block, slice(start, min(start + step, family.size))


# ---------------------------------------------------------------------- the abelian group


def _bottom_forward(cyclic_orders: Sequence[int], functions: Matrices) -> Matrices:
    """Transforms [|A|, cosets, 1, 1] of functions [m, n] on all cosets of A: sum_a f(a) exp(2 pi i k a / |A|)."""
    order = prod(cyclic_orders)
    values = functions.reshape(-1, *cyclic_orders)
    if cyclic_orders:
        axes = tuple(range(1, len(cyclic_orders) + 1))
        values = ifftn(values, axes=axes, norm="forward")
        if not np.iscomplexobj(functions) and max(cyclic_orders) <= 2:
            values = values.real
    return np.ascontiguousarray(values.reshape(-1, order).T)[:, :, None, None]


def _bottom_inverse(cyclic_orders: Sequence[int], transforms: Matrices, count: int) -> Matrices:
    """Values [m, n] from the transforms on all cosets of A."""
    values = transforms[:, :, 0, 0].T.reshape(-1, *cyclic_orders)
    if cyclic_orders:
        axes = tuple(range(1, len(cyclic_orders) + 1))
        found = fftn(values, axes=axes, norm="forward")
        values = found.real if not np.iscomplexobj(values) and max(cyclic_orders) <= 2 else found
    return values.reshape(count, -1)
