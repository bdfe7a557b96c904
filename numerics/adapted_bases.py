"""Adapted irreps of every group of a chain, level by level from the abelian group at its bottom."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from .adapted_irreps import AdaptedIrreps, IntArray
from .clifford_step import clifford_level
from .induction_step import ClassPositions, induced_level


def adapted_irreps(
    cyclic_orders: Sequence[int],
    indices: Sequence[int],
    cyclic: Sequence[bool],
    product: Callable[[IntArray, IntArray], IntArray],
    inverse: Callable[[IntArray], IntArray],
    classes: Sequence[tuple[IntArray, IntArray]],
) -> AdaptedIrreps:
    """All irreps of a group, adapted to a chain A = H_0 < ... < H_L of its subgroups.

    Elements are positions along the chain, see :mod:`~orbitkernels.numerics.adapted_irreps`.

    Args:
        cyclic_orders: Orders of the cyclic groups whose product A is.
        indices: |H_i| / |H_(i-1)| for i = 1, ..., L.
        cyclic: Whether H_(i-1) is normal in H_i of prime index with representatives 1, t, t^2, ...
        product: Position of g h from those of g and h, elementwise.
        inverse: Position of g^-1.
        classes: For A, H_1, ..., H_L the positions of representatives of the conjugacy classes and their sizes.

    Raises:
        ArithmeticError: If the arguments do not describe a chain of groups.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.adapted_bases import adapted_irreps
        >>> def product(g, h):  # the symmetric group S3: a^i b^j has the position i + 3 j, b a b = a^-1
        ...     return (g % 3 + (-1) ** (g // 3) * (h % 3)) % 3 + 3 * ((g // 3 + h // 3) % 2)
        >>> def inverse(g):
        ...     return np.where(np.asarray(g) < 3, -np.asarray(g) % 3, g)
        >>> pairs = [(np.arange(3), np.ones(3)), (np.array([0, 1, 3]), np.array([1, 2, 3]))]
        >>> adapted_irreps([3], [2], [True], product, inverse, pairs).shapes
        [(2, 1), (1, 2)]
    """
    irreps = AdaptedIrreps(tuple(map(int, cyclic_orders)), ())
    pairs = [ClassPositions(np.asarray(positions), np.asarray(sizes)) for positions, sizes in classes]
    for index, is_cyclic, below, above in zip(indices, cyclic, pairs, pairs[1:], strict=False):
        if is_cyclic:
            level = clifford_level(irreps, int(index), product, inverse, below.representatives)
        else:
            level = induced_level(irreps, int(index), product, above, below)
        irreps = irreps.with_level(level)
    return irreps
