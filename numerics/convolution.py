"""Gram matrices of convolutional nets of infinite width, CNN-GP and CNTK: NumPy arrays in, arrays out.

What belongs to one image is computed once an image (:mod:`orbitkernels.numerics.convolution_windows`); pairs of
images are compiled (:mod:`orbitkernels.numerics.convolution_pair`) and spread over the cores.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from .compilation import tile_for
from .convolution_geometry import FloatArray, IntArray
from .convolution_pair import add_offset_of, dot
from .convolution_patches import patch_pair_sums, takes_patches
from .convolution_tensor import tensor_sums
from .convolution_windows import (
    ConvolutionalNet,
    Plan,
    filter_gain,
    image_layers,
    padded_layers,
    plans_of,
    windows_of,
)
from .cores import in_parts
from .duals import LENGTH, ROOT_MEAN_SQUARE
from .feature_sizes import require_feature_sizes

__all__ = ["ConvolutionalNet", "convolution_gram"]

#: What :func:`_add_offsets` calls; :func:`tile_for` puts an activation in its place.
pair: Any = None

#: Images of one block, at most; windows are held for two blocks at a time.
BLOCK = 256

#: Numbers of the windows of a block, at most (256 MiB).
BLOCK_NUMBERS = 2**25

#: Shortest work that is spread over the cores, in pairs of positions.
WORTHWHILE = 2**22


def convolution_gram(net: ConvolutionalNet, X: FloatArray, Y: FloatArray | None) -> FloatArray:
    """CNN-GP or CNTK Gram matrix (Novak et al. 2019, Arora et al. 2019).

    With C channels and f positions in the filter, S_1(p', q') = sb2 + sw2/(C f) sum_i <x[p], y[q]> over
    p = s p' + i - low, q = s q' + i - low, and T_1 = S_1; positions beyond the border count as zero, or modulo the
    size.  Then S' = sb2 + (sw2/f) sum_i E[f(z_p) f(z_q)] and T' = S' + (sw2/f) sum_i E[f'(z_p) f'(z_q)] T.  The
    head takes a mean over pairs of positions of E[f f] and of E[f' f'] T, and the readout is
    K = sb2 + sw2 mean, T = K + sw2 mean.

    Args:
        net: The net.
        X: Array [m, channels, height, width], finite.
        Y: Array [p, channels, height, width], or None for X; then only pairs i >= j are computed.

    Returns:
        Array [m, p], symmetric to the bit if Y is None.

    Raises:
        InputError: If features come near the limits of floating point.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.convolution import ConvolutionalNet, convolution_gram
        >>> from orbitkernels.numerics.duals import dual
        >>> net = ConvolutionalNet(2, 2, 1, (1, 1), (1, 1), "valid", "gap", (1, 1), (1, 1), (2, 1), (0, 0),
        ...                        dual("relu"), False)
        >>> convolution_gram(net, np.eye(2).reshape(1, 1, 2, 2), None)  # 2 of 4 positions hold 1
        array([[0.25]])
    """
    layers = image_layers(net, X)
    others = layers if Y is None else image_layers(net, Y)
    for images, found in ((X, layers), (X if Y is None else Y, others)):
        _require_sizes(net, images, found)
    columns = X.shape[0] if Y is None else Y.shape[0]
    out = np.empty((X.shape[0], columns))
    step = _block_size(net, X.shape[1])
    for i in range(0, X.shape[0], step):
        for j in range(0, i + 1 if Y is None else columns, step):
            rows, cols = slice(i, i + step), slice(j, j + step)
            same = Y is None and i == j
            out[rows, cols] = _block(net, [a[rows] for a in layers], [b[cols] for b in others], same)
            if Y is None and i != j:
                out[cols, rows] = out[rows, cols].T
    return out


def _require_sizes(net: ConvolutionalNet, images: FloatArray, layers: list[FloatArray]) -> None:
    """Refuse features whose squares lose digits."""
    inputs = np.sqrt(filter_gain(net, 0, images.shape[1])) * np.abs(images).max(axis=(1, 2, 3))
    lengths, sizes = (
        np.stack([values[:, row].max(axis=(1, 2)) for values in layers[1:]], axis=1)
        for row in (LENGTH, ROOT_MEAN_SQUARE)
    )
    require_feature_sizes(inputs, lengths, sizes, np.array(net.weights, dtype=np.float64), net.biases[-1])


# ---------------------------------------------------------------------------------------------- blocks of pairs


def _block_size(net: ConvolutionalNet, channels: int) -> int:
    """How many images a block has."""
    positions = prod(2 * (n + k) for n, k in zip((net.height, net.width), net.filter, strict=True))
    numbers = positions * (channels + net.depth * (1 + len(net.dual.features(np.ones(1)))))
    return max(1, min(BLOCK, BLOCK_NUMBERS // numbers))


def _block(net: ConvolutionalNet, x: list[FloatArray], y: list[FloatArray], symmetric: bool) -> FloatArray:
    """Gram matrix of two blocks of images."""
    first, second = _pairs(len(x[0]), len(y[0]), symmetric)
    if takes_patches(net, x[0].shape[1]):
        sums = patch_pair_sums(net, x, x if symmetric else y, first, second)
    elif net.offsets_stay_apart:
        sums = _offset_sums(net, x, y, first, second, symmetric)
    else:
        sums = tensor_sums(net, x, x if symmetric else y, first, second)
    values = net.biases[-1] + net.weights[-1] * (sums.sum(axis=1) if net.ntk else sums[:, 0])
    gram = np.empty((len(x[0]), len(y[0])))
    gram[first, second] = values
    if symmetric:
        gram[second, first] = values
    return gram


def _offset_sums(
    net: ConvolutionalNet,
    x: list[FloatArray],
    y: list[FloatArray],
    first: IntArray,
    second: IntArray,
    symmetric: bool,
) -> FloatArray:
    """Means of the head of E[f f] and of E[f' f'] T [pairs, 2], offset by offset."""
    sums = np.zeros((first.size, 4))  # covariance, tangent, and what rounding took from each
    plans = list(plans_of(net, x))
    x = padded_layers(net, x, plans)
    y = x if symmetric else padded_layers(net, y, plans)
    left = np.empty((0, 0))
    for k, plan in enumerate(plans):
        columns = plan.columns
        if k == 0 or (columns.first, columns.length) != (plans[k - 1].columns.first, plans[k - 1].columns.length):
            left = windows_of(x, plan, columns.first)
        alone = symmetric and columns.first == columns.second
        right = left if alone else windows_of(y, plan, columns.second)
        _fill_pairs(net, plan, left, right, first, second, sums)
    totals: FloatArray = sums[:, :2] + sums[:, 2:]
    return totals


def _pairs(m: int, p: int, symmetric: bool) -> tuple[IntArray, IntArray]:
    """Indices of the pairs, in tiles of 8 by 8 images that stay in the cache."""
    i, j = (np.arange(count, dtype=np.int64) for count in (m, p))
    first, second = (grid.ravel() for grid in np.meshgrid(i, j, indexing="ij"))
    if symmetric:
        kept = first >= second
        first, second = first[kept], second[kept]
    order = np.lexsort((second, first, second // 8, first // 8))
    return first[order], second[order]


# ---------------------------------------------------------------------------------------------- all cores


def _fill_pairs(
    net: ConvolutionalNet,
    plan: Plan,
    x: FloatArray,
    y: FloatArray,
    first: IntArray,
    second: IntArray,
    sums: FloatArray,
) -> None:
    """Add the offsets of a plan to the sums [pairs, 4]; each pair is one thread's, whatever their number."""
    channels = int(plan.table[0, 1])
    gains = np.array([filter_gain(net, layer, channels) for layer in range(net.depth)])
    biases = np.array(net.biases[:-1], dtype=np.float64)
    shape = np.array([*net.filter, *net.stride], dtype=np.int64)
    add_offsets = tile_for(_add_offsets, add_offset_of(net.dual))
    outside = np.nan if net.padding == "circular" else 0.0

    def add(part: slice) -> None:
        add_offsets(
            net.dual.parameters,
            x,
            y,
            first[part],
            second[part],
            plan.table,
            plan.plans,
            shape,
            gains,
            biases,
            outside,
            plan.column_weights,
            plan.row_weights,
            plan.even,
            plan.size,
            net.ntk,
            sums[part],
        )

    work = first.size * len(plan.plans) * net.height * net.width * net.depth
    in_parts(add, first.size, work >= WORTHWHILE)


def _add_offsets(
    parameters: FloatArray,
    X: FloatArray,
    Y: FloatArray,
    first: IntArray,
    second: IntArray,
    table: IntArray,
    plans: IntArray,
    shape: IntArray,
    gains: FloatArray,
    biases: FloatArray,
    outside: float,
    column_weights: FloatArray,
    row_weights: FloatArray,
    even: Any,
    size: int,
    ntk: bool,
    sums: FloatArray,
) -> None:
    """Add all offsets of a plan to the sums [pairs, 4]; columns 2 and 3 hold what rounding takes (Neumaier).

    A template: `pair` is what :func:`add_offset_of` returns for an activation.
    """
    buffers = np.zeros((3, gains.size + 1, size))
    scratch, totals = np.zeros((3, size)), np.zeros((2, size))
    for n in range(first.size):
        totals[:] = 0.0
        for k in range(plans.shape[0]):
            pair(
                parameters,
                X[first[n]],
                Y[second[n]],
                table,
                plans[k],
                shape,
                gains,
                biases,
                outside,
                row_weights[k],
                even[k],
                buffers,
                scratch,
                totals,
                ntk,
            )
        for s in range(2):
            old, term = sums[n, s], dot(totals[s], column_weights, column_weights.size)
            total = old + term
            sums[n, 2 + s] += (old - total) + term if abs(old) >= abs(term) else (term - total) + old
            sums[n, s] = total
