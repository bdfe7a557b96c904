"""Angles between the poses of many pairs of inputs, and networks' kernels at them: from images to symbols.

The poses of an input are T base poses, interpolated or given, and what E exact maps, permutations of the
coordinates, make of each; an exact action has T = 1.  A kernel of inner products does not change if both inputs
are moved by an exact map, so R <= T rows of base poses against all E T poses say everything.

Operations for a link, that is a pair of inputs: 2 R E T d in the inner products, one BLAS product, which all
kernels share, and R E T evaluations a kernel; bytes: 8 E T d for the poses of an input, made once for all links of
a piece, and 16 R E T for the angles.  512 pairs of images 28 x 28 and 64 rotations (T = R = 16, E = 4, three
links a pair) are 2.5 GFLOP and 1.6 million evaluations a kernel, instead of 13 GFLOP and 8.4 million for 128 x 128
Gram matrices.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .angles import _fill_gaps, unit_rows
from .compilation import jit

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def link_angles(
    base: FloatArray, turns: IntArray, first: IntArray, second: IntArray, rows: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Lengths and angles between base poses of one input and all poses of another, for L pairs of inputs.

    Args:
        base: Base poses [S, T, d] of S inputs.
        turns: Exact maps [E, d]: coordinate i of the moved pose is coordinate turns[e, i] of the pose.
        first: Array [L]: the input whose base poses are the rows.
        second: Array [L]: the input all of whose poses are the columns; equal ones side by side are made once.
        rows: R, how many base poses are rows.

    Returns:
        Lengths [L, R] and [L, E T], and gap = 1 - u and rest = 1 + u [L, R, E T]; pose e T + t is map e of base
        pose t.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.batched_angles import link_angles
        >>> base, turns = np.array([[[3.0, 0.0]]]), np.array([[0, 1], [1, 0]])
        >>> a, b, gap, rest = link_angles(base, turns, np.array([0]), np.array([0]), 1)
        >>> a.tolist(), b.tolist(), gap.tolist()
        ([[3.0]], [[3.0, 3.0]], [[[0.0, 1.0]]])
    """
    inputs, count, dimension = base.shape
    units, lengths = unit_rows(base.reshape(-1, dimension))
    units, lengths = units.reshape(base.shape), lengths.reshape(inputs, count)
    poses = len(turns) * count
    gap = np.empty((len(first), rows, poses))
    rest = np.empty_like(gap)
    _fill_links(units, np.array(turns, order="C"), np.array(first), np.array(second), rows, gap, rest)
    return lengths[first, :rows], np.tile(lengths, len(turns))[second], gap, rest


@jit
def _fill_links(
    units: FloatArray,
    turns: IntArray,
    first: IntArray,
    second: IntArray,
    rows: int,
    gap: FloatArray,
    rest: FloatArray,
) -> None:
    """Fill gap and rest [L, R, E T] for unit base poses [S, T, d]."""
    count, dimension = units.shape[1], units.shape[2]
    poses = np.empty((turns.shape[0] * count, dimension))
    held = -1
    for link in range(first.size):
        if second[link] != held:
            held = second[link]
            for e in range(turns.shape[0]):
                for t in range(count):
                    for i in range(dimension):
                        poses[e * count + t, i] = units[held, t, turns[e, i]]
        chosen = units[first[link]][:rows]
        _fill_gaps(chosen, poses, np.dot(chosen, poses.T), gap[link], rest[link], False)
