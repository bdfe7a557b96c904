"""Convolutional nets whose strides do not divide a circular axis: all pairs of positions, layer by layer.

Where a pair of positions wraps around an axis of n' = ceil(n/s) positions, its offset below is s (q' - p') or that
minus s n', which differ modulo n unless s divides n.  Offsets then do not stay apart, and a pair of images takes
the whole tensor over pairs of positions after each convolution, smaller than that of the pixels by the fourth
power of the stride.  A pair of positions carries gap = 1 - u and rest = 1 + u as sums of terms that are not
negative, see :mod:`orbitkernels.numerics.group_convolution`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .compilation import jit_tile, tile_for
from .convolution_geometry import FloatArray, IntArray, padded_positions
from .convolution_windows import ConvolutionalNet, filter_gain
from .cores import in_parts
from .duals import LENGTH, ROOT_MEAN_SQUARE

#: Shortest work that is spread over the cores, in terms of sums over the filters.
WORTHWHILE = 2**24

#: What :func:`_add_pairs` calls; :func:`tile_for` puts the pair function of a dual in its place.
pair: Any = None


class Images(NamedTuple):
    """What each image brings to its pairs; layers have n_1 >= n_2 >= ... positions, and zeros beyond them.

    Attributes:
        units: Array [m, K, n_1]: patches and bias as unit vectors.
        features: Array [m, L, F, n_1]: features of the dual.
        shares: Array [m, L, taps, n_1]: sqrt(sw2/taps) A_i/a of each position under the filter; zeros in layer 1.
        biases: Array [m, L, n_1]: sqrt(sb2)/a.
    """

    units: FloatArray
    features: FloatArray
    shares: FloatArray
    biases: FloatArray


def tensor_sums(
    net: ConvolutionalNet, x: list[FloatArray], y: list[FloatArray], first: IntArray, second: IntArray
) -> FloatArray:
    """Means of the head of E[f f] and of E[f' f'] T, for pairs of images.

    Args:
        net: The net, with padding circular or valid: nothing is zero beyond the border.
        x: Its layers, as :func:`orbitkernels.numerics.convolution_windows.image_layers` gives them.
        y: Those of the other images.
        first: Which image of x, [P].
        second: Which image of y, [P].

    Returns:
        Array [P, 2].

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.convolution_tensor import tensor_sums
        >>> from orbitkernels.numerics.convolution_windows import ConvolutionalNet, image_layers
        >>> from orbitkernels.numerics.duals import dual
        >>> net = ConvolutionalNet(1, 3, 1, (1, 1), (1, 2), "circular", "gap", (1, 1), (1, 1), (2, 1), (0, 0),
        ...                        dual("relu"), False)
        >>> layers = image_layers(net, np.array([[[[1.0, 5.0, 1.0]]]]))
        >>> tensor_sums(net, layers, layers, np.zeros(1, dtype=int), np.zeros(1, dtype=int))[:, 0]  # 1 and 1
        array([1.])
    """
    taps = patches_of(net)
    ours = _prepared(net, x, taps)
    theirs = ours if y is x else _prepared(net, y, taps)
    pairs = np.ascontiguousarray(np.stack([first, second], axis=1), dtype=np.int64)
    counts = np.array([patch.shape[1] for patch in taps])
    below = np.zeros((net.depth, taps[0].shape[0], counts[0]), dtype=np.int64)
    for layer, patch in enumerate(taps):
        below[layer, :, : patch.shape[1]] = patch
    weights, head = np.array(net.weights, dtype=np.float64), _head_matrix(net)
    sums = np.zeros((len(pairs), 2))
    add = tile_for(_add_pairs, net.dual.pair)

    def add_part(part: slice) -> None:
        add(net.dual.parameters, ours, theirs, pairs[part], below, counts, weights, head, sums[part])

    work = len(pairs) * int(np.sum(counts**2)) * ours.units.shape[1]
    in_parts(add_part, len(pairs), work >= WORTHWHILE)
    return sums


def patches_of(net: ConvolutionalNet) -> list[IntArray]:
    """For each convolution [taps, n_l]: the positions below that are under the filter, numbered row by row."""
    found = []
    for layer in range(net.depth):
        rows, columns = (
            padded_positions(line, layer, 0, line.stride * (line.sizes[layer + 1] - 1) + line.filter)[
                np.arange(line.filter)[:, None] + line.stride * np.arange(line.sizes[layer + 1])
            ]
            for line in net.axes
        )
        both = rows[:, None, :, None] * net.axes[1].sizes[layer] + columns[None, :, None, :]
        found.append(both.reshape(len(rows) * len(columns), -1))
    return found


def _prepared(net: ConvolutionalNet, found: list[FloatArray], taps: list[IntArray]) -> Images:
    """What images bring to their pairs."""
    m, channels, positions = len(found[0]), found[0].shape[1], taps[0].shape[1]
    layers = [values.reshape(m, values.shape[1], -1) for values in found]
    features = np.zeros((m, net.depth, layers[1].shape[1] - 1, positions))
    shares = np.zeros((m, net.depth, len(taps[0]), positions))
    biases = np.zeros((m, net.depth, positions))
    units = np.empty((m, channels * len(taps[0]) + 1, positions))
    for layer, patch in enumerate(taps):
        n, inverse = patch.shape[1], layers[layer + 1][:, -1]
        features[:, layer, :, :n] = layers[layer + 1][:, :-1]
        biases[:, layer, :n] = np.sqrt(net.biases[layer]) * inverse
        root = np.sqrt(filter_gain(net, layer, channels))
        if layer:
            sizes = layers[layer][:, ROOT_MEAN_SQUARE]
            shares[:, layer, :, :n] = root * sizes[:, patch] * inverse[:, None]
        else:
            units[:, :-1] = (root * layers[0][:, :, patch] * inverse[:, None, None]).reshape(m, -1, n)
            units[:, -1] = biases[:, 0]
    return Images(units, features, shares, biases)


def _head_matrix(net: ConvolutionalNet) -> FloatArray:
    """Weight of each pair of positions after the last layer [n_L, n_L]."""
    parts = []
    for which, line in enumerate(net.axes):
        n = line.sizes[-1]
        matrix = np.zeros((n, n))
        for offset, weights in net.head_weights(which).items():
            starts = np.arange(weights.size) + (0 if line.circular else max(0, -offset))
            matrix[starts, (starts + offset) % n] = weights
        parts.append(matrix)
    both: FloatArray = np.kron(*parts).astype(np.float64)
    return both


# ---------------------------------------------------------------------- one pair of images, compiled


@jit_tile
def _lift(x: Any, i: int, y: Any, j: int, n: int, out: FloatArray) -> None:
    """Gap and rest of all patches; u = 0 where one has no length."""
    for p in range(n):
        gap, rest = out[0, p], out[1, p]
        alone = 0.0 if x.features[i, 0, LENGTH, p] > 0.0 else 0.5
        for q in range(n):
            gap[q] = alone + (0.0 if y.features[j, 0, LENGTH, q] > 0.0 else 0.5)
            rest[q] = gap[q]
            out[2, p, q] = 0.0
        for k in range(x.units.shape[1]):
            value, row = x.units[i, k, p], y.units[j, k]
            for q in range(n):
                gap[q] += 0.5 * (value - row[q]) * (value - row[q])
                rest[q] += 0.5 * (value + row[q]) * (value + row[q])


@jit_tile
def _convolve(
    x: Any, i: int, y: Any, j: int, layer: int, n: int, patch: IntArray, gain: float, source: Any, out: Any
) -> None:
    """Gap, rest and tangent after a convolution, from those below."""
    for p in range(n):
        gap, rest, tangent = out[0, p], out[1, p], out[2, p]
        alone, bias = 0.0 if x.features[i, layer, LENGTH, p] > 0.0 else 0.5, x.biases[i, layer, p]
        for q in range(n):
            other = y.biases[j, layer, q]
            empty = alone + (0.0 if y.features[j, layer, LENGTH, q] > 0.0 else 0.5)
            gap[q] = empty + 0.5 * (bias - other) * (bias - other)
            rest[q] = empty + 0.5 * (bias + other) * (bias + other)
            tangent[q] = 0.0
        for k in range(patch.shape[0]):
            at, share, shares = patch[k, p], x.shares[i, layer, k, p], y.shares[j, layer, k]
            gaps, rests, tangents = source[0, at], source[1, at], source[2, at]
            for q in range(n):
                under, product, apart = patch[k, q], share * shares[q], share - shares[q]
                gap[q] += 0.5 * apart * apart + product * gaps[under]
                rest[q] += 0.5 * apart * apart + product * rests[under]
                tangent[q] += gain * tangents[under]


@jit_tile
def _cosine(gap: float, rest: float) -> float:
    """u, from the smaller of 1 - u and 1 + u."""
    return 1.0 - gap if gap <= rest else rest - 1.0


def _add_pairs(
    parameters: FloatArray,
    x: Any,
    y: Any,
    pairs: IntArray,
    below: IntArray,
    counts: IntArray,
    weights: FloatArray,
    head: FloatArray,
    sums: FloatArray,
) -> None:
    """Add the means of the head, of E[f f] and of E[f' f'] T, to sums [P, 2]."""
    buffers = np.empty((2, 3, counts[0], counts[0]))
    for t in range(pairs.shape[0]):
        i, j, now = pairs[t, 0], pairs[t, 1], 0
        _lift(x, i, y, j, counts[0], buffers[0])
        for layer in range(counts.size):
            n = counts[layer]
            if layer > 0:
                gain = weights[layer] / below.shape[1]
                _convolve(x, i, y, j, layer, n, below[layer], gain, buffers[now], buffers[1 - now])
                now = 1 - now
            fx, fy = x.features[i, layer], y.features[j, layer]
            for p in range(n):
                gap, rest, tangent = buffers[now, 0, p], buffers[now, 1, p], buffers[now, 2, p]
                for q in range(n):
                    covariance = fx[LENGTH, p] * fy[LENGTH, q] * _cosine(gap[q], rest[q])
                    one, two, slope = pair(parameters, fx, p, fy, q, gap[q], rest[q])
                    gap[q], rest[q], tangent[q] = one, two, slope * (tangent[q] + covariance)
        last = counts.size - 1
        a, b = x.features[i, last, ROOT_MEAN_SQUARE], y.features[j, last, ROOT_MEAN_SQUARE]
        for p in range(counts[last]):
            value, slope = 0.0, 0.0
            for q in range(counts[last]):
                value += head[p, q] * (a[p] * b[q] * _cosine(buffers[now, 0, p, q], buffers[now, 1, p, q]))
                slope += head[p, q] * buffers[now, 2, p, q]
            sums[t, 0] += value
            sums[t, 1] += slope
