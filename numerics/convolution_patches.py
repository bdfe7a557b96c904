"""One convolution and a mean over all pairs of positions: the pairs of different patches; compiled.

The mean takes every patch of x with every patch of y, wherever they lie.  A patch that an image has several times,
as on a blank background, is taken once, with its number as weight.  Sorted patches are the same for all circular
shifts of an image, so that these have the same kernel to the bit.

The cosine of two patches is a product of unit vectors, good to rounding; where 1 - u or 1 + u is small it is taken
from the difference or the sum of these vectors, since the angle is the square root.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .compilation import jit_tile, tile_for
from .convolution_gaps import NEAR
from .convolution_geometry import FloatArray, IntArray, padded_positions
from .convolution_windows import ConvolutionalNet, filter_gain
from .cores import in_parts
from .duals import LENGTH, ROOT_MEAN_SQUARE

#: Shortest work that is spread over the cores, in pairs of positions.
WORTHWHILE = 2**22

#: Numbers in a patch above which sums along rows and columns of the filter are cheaper.
MOST_NUMBERS = 32

#: What :func:`_add_pairs` calls; :func:`tile_for` puts the pair function of a dual in its place.
pair: Any = None


class Patches(NamedTuple):
    """The different patches of each image.

    Attributes:
        units: Array [m, K, n]: patches and bias as unit vectors.
        features: Array [m, F, n]: features of the dual.
        shares: Array [m, n]: share of the positions with this patch.
        counts: Array [m]: how many of the n there are.
    """

    units: FloatArray
    features: FloatArray
    shares: FloatArray
    counts: IntArray


def takes_patches(net: ConvolutionalNet, channels: int) -> bool:
    """Whether the kernel is a mean over all pairs of patches, short ones."""
    numbers = channels * net.filter[0] * net.filter[1]
    return net.depth == 1 and net.head == "gap" and numbers <= MOST_NUMBERS


def patch_pair_sums(
    net: ConvolutionalNet, x: list[FloatArray], y: list[FloatArray], first: IntArray, second: IntArray
) -> FloatArray:
    """Means over all pairs of positions of E[f f] and of E[f' f'] S, for pairs of images.

    Args:
        net: A net of depth 1 with the head gap.
        x: Its layers, as :func:`orbitkernels.numerics.convolution_windows.image_layers` gives them.
        y: Those of the other images.
        first: Which image of x, [P].
        second: Which image of y, [P].

    Returns:
        Array [P, 2].

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.convolution_patches import patch_pair_sums
        >>> from orbitkernels.numerics.convolution_windows import ConvolutionalNet, image_layers
        >>> from orbitkernels.numerics.duals import dual
        >>> net = ConvolutionalNet(2, 2, 1, (1, 1), (1, 1), "valid", "gap", (1, 1), (1, 1), (2, 1), (0, 0),
        ...                        dual("relu"), False)
        >>> layers = image_layers(net, np.eye(2).reshape(1, 1, 2, 2))
        >>> zero = np.zeros(1, dtype=int)
        >>> patch_pair_sums(net, layers, layers, zero, zero)[:, 0]  # 2 of 4 positions hold 1
        array([0.25])
    """
    ours = _patches(net, x)
    theirs = ours if y is x else _patches(net, y)
    sums = np.zeros((first.size, 2))
    add = tile_for(_add_pairs, net.dual.pair)

    def add_part(part: slice) -> None:
        add(net.dual.parameters, ours, theirs, first[part], second[part], sums[part])

    work = float(ours.counts.mean() * theirs.counts.mean()) * first.size
    in_parts(add_part, first.size, work >= WORTHWHILE)
    return sums


def _patches(net: ConvolutionalNet, layers: list[FloatArray]) -> Patches:
    """The different patches of images."""
    images, found = layers
    m, channels, n = len(images), images.shape[1], found.shape[2] * found.shape[3]
    every = _all_patches(net, images)  # [m, n, channels taps]
    lengths = found.reshape(m, found.shape[1], n)
    root = np.sqrt(filter_gain(net, 0, channels))
    chosen = [np.unique(rows, axis=0, return_index=True, return_counts=True)[1:] for rows in every]
    counts = np.array([len(index) for index, _ in chosen])
    units = np.zeros((m, every.shape[2] + 1, int(counts.max())))
    features, shares = np.zeros((m, found.shape[1] - 1, int(counts.max()))), np.zeros((m, int(counts.max())))
    for i, (index, times) in enumerate(chosen):
        c, inverse = counts[i], lengths[i, -1, index]
        units[i, :-1, :c] = root * every[i, index].T * inverse
        units[i, -1, :c] = np.sqrt(net.biases[0]) * inverse
        features[i, :, :c], shares[i, :c] = lengths[i, :-1, index].T, times / n
    return Patches(units, features, shares, counts)


def _all_patches(net: ConvolutionalNet, images: FloatArray) -> FloatArray:
    """Array [m, n, channels taps]: what is under the filter at each position, zeros beyond the border."""
    rows, columns = (
        padded_positions(line, 0, 0, line.stride * (line.sizes[1] - 1) + line.filter)[
            line.stride * np.arange(line.sizes[1])[:, None] + np.arange(line.filter)
        ]
        for line in net.axes
    )  # [n', taps]
    padded = np.pad(images, [(0, 0), (0, 0), (0, 1), (0, 1)])  # -1 is a zero
    taken = padded[:, :, rows[:, None, :, None], columns[None, :, None, :]]
    m, channels, height, width = taken.shape[:4]
    return taken.reshape(m, channels, height * width, -1).transpose(0, 2, 1, 3).reshape(m, height * width, -1)


# ---------------------------------------------------------------------- one pair of images, compiled


@jit_tile
def _cosines(x: FloatArray, p: int, y: FloatArray, n: int, gap: FloatArray, rest: FloatArray) -> None:
    """1 - u and 1 + u of column p of x and the first n columns of y [K, n]; three rows at a time."""
    over = x.shape[0] % 3
    for q in range(n):
        gap[q] = 0.0
    for k in range(over):
        value, row = x[k, p], y[k]
        for q in range(n):
            gap[q] += value * row[q]
    for k in range(over, x.shape[0], 3):
        one, two, three = x[k, p], x[k + 1, p], x[k + 2, p]
        first, second, third = y[k], y[k + 1], y[k + 2]
        for q in range(n):
            gap[q] += one * first[q] + two * second[q] + three * third[q]
    near = 0
    for q in range(n):
        u = gap[q]
        gap[q], rest[q] = 1.0 - u, 1.0 + u
        near += 1 if min(1.0 - u, 1.0 + u) < NEAR else 0
    if near > 0:
        for q in range(n):
            if min(gap[q], rest[q]) < NEAR:
                _sharpen(x, p, y, q, gap, rest)


@jit_tile
def _sharpen(x: FloatArray, p: int, y: FloatArray, q: int, gap: FloatArray, rest: FloatArray) -> None:
    """The smaller of 1 - u and 1 + u from differences."""
    sign = 1.0 if gap[q] < rest[q] else -1.0
    total = 0.0
    for k in range(x.shape[0]):
        difference = x[k, p] - sign * y[k, q]
        total += 0.5 * difference * difference
    gap[q] = total if sign > 0.0 else 2.0 - total
    rest[q] = 2.0 - total if sign > 0.0 else total


def _add_pairs(
    parameters: FloatArray, x: Any, y: Any, first: IntArray, second: IntArray, sums: FloatArray
) -> None:
    """Add the means of E[f f] and of E[f' f'] S to sums [P, 2].

    Totals are kept patch by patch of y: a sum in the loop would need another order of additions to be vectorised.
    """
    size = y.shares.shape[1]
    gap, rest, totals = np.empty(size), np.empty(size), np.empty((2, size))
    covariances, tangents = totals[0], totals[1]
    for t in range(first.size):
        i, j = first[t], second[t]
        fx, fy, n = x.features[i], y.features[j], y.counts[j]
        totals[:] = 0.0
        for p in range(x.counts[i]):
            _cosines(x.units[i], p, y.units[j], n, gap, rest)
            weight = x.shares[i, p]
            length, size_x = weight * fx[LENGTH, p], weight * fx[ROOT_MEAN_SQUARE, p]
            for q in range(n):
                near, far, slope = pair(parameters, fx, p, fy, q, gap[q], rest[q])
                tangents[q] += length * (slope * (1.0 - gap[q] if gap[q] <= rest[q] else rest[q] - 1.0))
                covariances[q] += size_x * (1.0 - near if near <= far else far - 1.0)
        for q in range(n):
            sums[t, 0] += y.shares[j, q] * (fy[ROOT_MEAN_SQUARE, q] * covariances[q])
            sums[t, 1] += y.shares[j, q] * (fy[LENGTH, q] * tangents[q])
