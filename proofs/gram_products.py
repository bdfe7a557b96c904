"""Products with the Gram matrix without the matrix: by values of the kernel, or by multiplying in the group."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from orbitkernels.numerics.conjugate_gradients import Product
from orbitkernels.theory.laws import IntArray

from .invariance import KernelLike, gram
from .orbits import FloatArray, Orbits
from .ridge import Ridge, mean_over_orbits

#: Values of the kernel that are held at once.
_VALUES = 2**22

#: Points whose values k(x, y) are computed together where only k(x, x) is needed.
_POINTS = 64

#: Coordinates of points that are held at once; more poses are made some at a time.
_COORDINATES = 2**24


def kernel_product(kernel: KernelLike, orbits: Orbits, vectors: FloatArray) -> FloatArray:
    """K v for vectors v [N, m], from the kernel at all pairs of points, some rows at a time.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.gram_products import kernel_product
        >>> from orbitkernels.proofs.orbits import Orbits
        >>> from orbitkernels.theory.names import group
        >>> orbits = Orbits(group("C3"), [[1.0, 2.0, 4.0]], [0])
        >>> kernel_product(lambda X, Y: X @ Y.T, orbits, np.ones((3, 1))).ravel().tolist()
        [49.0, 49.0, 49.0]
    """
    return kernel_rows(kernel, orbits, np.arange(len(vectors)), vectors)


def kernel_rows(kernel: KernelLike, orbits: Orbits, rows: IntArray, vectors: FloatArray) -> FloatArray:
    """Some rows of K v, array [rows, m]."""
    step = max(1, _VALUES // len(vectors))
    parts = [rows[start : start + step] for start in range(0, len(rows), step)]
    if len(vectors) * orbits.seeds.shape[1] <= _COORDINATES or len(parts) > 1:
        points = orbits.all_points
        return np.concatenate([gram(kernel, points[part], points) @ vectors for part in parts])
    return _rows_in_pieces(kernel, orbits, rows, vectors)


def _rows_in_pieces(kernel: KernelLike, orbits: Orbits, rows: IntArray, vectors: FloatArray) -> FloatArray:
    """A few rows of K v where the points of all orbits would take much memory."""
    action, count = orbits.action, len(orbits)
    first = coordinates(orbits, rows)
    found = np.zeros((len(rows), vectors.shape[1]))
    step = max(1, _COORDINATES // (4 * orbits.seeds.shape[1]))
    for c in range(count):
        poses, part = orbits.representatives[c], vectors[orbits.offsets[c] : orbits.offsets[c + 1]]
        for start in range(0, len(poses), step):
            second = action.poses(orbits.seeds[c], poses[start : start + step])
            found += gram(kernel, first, second) @ part[start : start + step]
    return found


def group_product(symbol: FloatArray, orbits: Orbits, vectors: FloatArray) -> FloatArray:
    """K v for vectors v [N, m]: (K v)_a(g) = sum_b sum_x phi_ab(x) v_b(g x), by the multiplication of the group.

    Args:
        symbol: phi_ab(g), array [C, C, n].
        orbits: The orbits; where seed b has a stabiliser, the sum over x runs over the cosets x H_b.
        vectors: v, [N, m].
    """
    group, offsets = orbits.group, orbits.offsets
    result = np.zeros_like(vectors)
    for a, poses in enumerate(orbits.representatives):
        rows = slice(offsets[a], offsets[a + 1])
        for b, moves in enumerate(orbits.representatives):
            part = vectors[offsets[b] : offsets[b + 1]]
            for x in moves.tolist():
                moved = group.law.product(poses, np.full_like(poses, x))
                result[rows] += symbol[a, b, x] * part[orbits.pose_index(b, moved)]
    return result


def kernel_diagonal(kernel: KernelLike, points: FloatArray) -> FloatArray:
    """Array [p]: k(x, x) of points, some at a time."""
    parts = [points[start : start + _POINTS] for start in range(0, len(points), _POINTS)]
    return np.concatenate([np.diagonal(gram(kernel, part)) for part in parts])


def absolute_ridge(kernel: KernelLike, orbits: Orbits, ridge: Ridge) -> float:
    """r, if the kernel is invariant; a relative ridge takes k(x_c, x_c) at the seeds, nothing else."""
    if not ridge.is_relative:
        return ridge.amount
    return ridge.absolute(mean_over_orbits(kernel_diagonal(kernel, orbits.seeds), orbits.sizes))


def coordinates(orbits: Orbits, rows: IntArray) -> FloatArray:
    """Array [p, d]: the points with these numbers, without those of whole orbits."""
    owner = np.searchsorted(orbits.offsets, rows, side="right") - 1
    found = np.empty((len(rows), orbits.seeds.shape[1]))
    for c in np.unique(owner).tolist():
        here = owner == c
        elements = orbits.representatives[c][rows[here] - orbits.offsets[c]]
        found[here] = orbits.action.poses(orbits.seeds[c], elements)
    return found


def counted(product: Product, progress: Callable[[int], object]) -> Product:
    """A product of vectors with a matrix, with a call of `progress` after each.

    Example:
        >>> from orbitkernels.proofs.gram_products import counted
        >>> counted(lambda v: 2 * v, print)(3)
        1
        6
    """
    count = 0

    def told(vectors: FloatArray) -> FloatArray:
        nonlocal count
        result = product(vectors)
        count += 1
        progress(count)
        return result

    return told
