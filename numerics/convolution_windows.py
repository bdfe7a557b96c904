"""What belongs to single images of a convolutional net, and how it lies in memory for the pairs.

Variances and features of every position are computed once an image.  For each offset of the columns an image
becomes one row of numbers: of every layer a window with its border (see
:mod:`orbitkernels.numerics.convolution_pair`).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any, NamedTuple

import numpy as np

from .convolution_gaps import LOW, PAIRS, ROWS, WIDTH
from .convolution_geometry import (
    Axis,
    FloatArray,
    IntArray,
    Window,
    axis,
    head_weights,
    padded_positions,
    window,
)
from .duals import ROOT_MEAN_SQUARE, Dual


class ConvolutionalNet(NamedTuple):
    """A convolutional net: L convolutions, each with an activation, then a head and a dense readout.

    Attributes:
        height: Rows of an image.
        width: Columns.
        depth: Number L of convolutions.
        filter: Rows and columns of the filter.
        stride: Stride of the rows and of the columns, of every convolution.
        padding: "circular", "zero" or "valid".
        head: "flatten", "gap" or "average".
        window: Rows and columns of the window of "average".
        window_stride: Its strides.
        weights: The L + 1 weight variances, the readout last.
        biases: The L + 1 bias variances.
        dual: The activation.
        ntk: Whether the tangent kernel is meant, not the covariance.
    """

    height: int
    width: int
    depth: int
    filter: tuple[int, int]
    stride: tuple[int, int]
    padding: str
    head: str
    window: tuple[int, int]
    window_stride: tuple[int, int]
    weights: tuple[float, ...]
    biases: tuple[float, ...]
    dual: Dual
    ntk: bool

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """Geometry of rows and of columns."""
        rows = axis(self.height, self.filter[0], self.stride[0], self.padding, self.depth)
        return rows, axis(self.width, self.filter[1], self.stride[1], self.padding, self.depth)

    @property
    def offsets_stay_apart(self) -> bool:
        """Whether pairs of positions with one offset come from pairs with one offset in every layer below."""
        return self.head == "flatten" or all(line.offsets_stay_apart for line in self.axes)

    def head_weights(self, which: int) -> dict[int, FloatArray]:
        """Weights of the head by offset, along the rows (0) or the columns (1)."""
        return head_weights(self.axes[which], self.head, self.window[which], self.window_stride[which])


def image_layers(net: ConvolutionalNet, images: FloatArray) -> list[FloatArray]:
    """Arrays [m, F, h_l, w_l]: the channels, and for each convolution the features and 1/a of every position."""
    channels = images.shape[1]
    rows, columns = net.axes
    layers, squares = [images], np.sum(images * images, axis=1)
    for layer in range(net.depth):
        gain = filter_gain(net, layer, channels)
        for line, which in ((rows, 1), (columns, 2)):
            squares = _summed(line, layer, squares, which)
        lengths = np.sqrt(net.biases[layer] + gain * squares)
        shape = lengths.shape
        features = net.dual.features(lengths.ravel())
        inverse = np.divide(1.0, lengths.ravel(), out=np.zeros(lengths.size), where=lengths.ravel() > 0)
        stacked = np.concatenate([features, inverse[None]]).reshape(-1, *shape)
        layers.append(np.ascontiguousarray(np.moveaxis(stacked, 0, 1)))
        squares = np.square(features[1]).reshape(shape)
    return layers


def filter_gain(net: ConvolutionalNet, layer: int, channels: int) -> float:
    """Weight variance over the inputs of one filter."""
    return net.weights[layer] / (prod(net.filter) * (channels if layer == 0 else 1))


def _summed(line: Axis, layer: int, values: FloatArray, which: int) -> FloatArray:
    """Sums over the positions of a filter along one axis."""
    out = line.sizes[layer + 1]
    positions = padded_positions(line, layer, 0, line.stride * (out - 1) + line.filter)
    padded = _taken(values[:, None], positions, which + 1, np.zeros(1))[:, 0]
    starts = line.stride * np.arange(out)
    total = np.take(padded, starts, axis=which)
    for k in range(1, line.filter):
        total += np.take(padded, starts + k, axis=which)
    return total


def _taken(values: FloatArray, positions: IntArray, which: int, beyond: FloatArray) -> FloatArray:
    """Values [m, F, h, w] at positions of an axis; at position -1 the numbers `beyond` [F]."""
    taken = np.take(values, positions, axis=which)
    outside = (slice(None),) * which + (positions < 0,)
    taken[outside] = beyond[:, None, None]
    return taken


class Plan(NamedTuple):
    """The offsets of all rows for one offset of the columns."""

    table: IntArray
    plans: IntArray
    row_weights: FloatArray
    even: Any
    column_weights: FloatArray
    columns: Window
    size: int


def plans_of(net: ConvolutionalNet, layers: list[FloatArray]) -> Iterator[Plan]:
    """One plan for each offset of the columns."""
    lines = net.axes
    by_row = net.head_weights(0)
    windows = [window(lines[0], offset, False) for offset in by_row]
    starts = np.array([(w.first, w.second, w.pairs, w.length) for w in windows], dtype=np.int64)
    plans = np.ascontiguousarray(starts.transpose(0, 2, 1))  # [offsets, L + 1, 4]
    rows = (np.maximum(plans[:, :, 0], plans[:, :, 1]) + plans[:, :, 3]).max(axis=0)
    row_weights = np.zeros((len(windows), int(plans[:, -1, 2].max())))
    for k, weights in enumerate(by_row.values()):
        row_weights[k, : weights.size] = weights
    even = np.array([bool(np.all(weights == weights[0])) for weights in by_row.values()])
    for offset, weights in net.head_weights(1).items():
        columns = window(lines[1], offset, True)
        table = _table(net, layers, rows, columns)
        padded = np.zeros(columns.length[-1])
        padded[: weights.size] = weights
        size = int((plans[:, :, 3].max(axis=0) * table[:, WIDTH]).max()) + lines[1].filter + 8
        yield Plan(table, plans, row_weights, even, np.tile(padded, row_weights.shape[1]), columns, size)


def _table(net: ConvolutionalNet, layers: list[FloatArray], rows: IntArray, columns: Window) -> IntArray:
    """Layout of an image as a row of numbers, see :mod:`orbitkernels.numerics.convolution_pair`."""
    lines = net.axes
    table = np.zeros((len(layers), 7), dtype=np.int64)
    offset = 0
    for layer, values in enumerate(layers):
        features = values.shape[1] - (layer > 0)
        lows = [line.lows[layer] if layer < net.depth else 0 for line in lines]
        table[layer] = (offset, features, rows[layer], columns.length[layer], columns.pairs[layer], *lows)
        offset += values.shape[1] * int(rows[layer]) * columns.length[layer]
    return table


def padded_layers(net: ConvolutionalNet, layers: list[FloatArray], plans: list[Plan]) -> list[FloatArray]:
    """Layers with all borders that the plans need; beyond the image A = 0 and the rest as for a = 0."""
    blank = np.append(net.dual.features(np.zeros(1))[:, 0], 0.0)
    blank[ROOT_MEAN_SQUARE] = 0.0
    padded = []
    for layer, values in enumerate(layers):
        beyond = blank if layer > 0 else np.zeros(values.shape[1])
        rows = int(plans[0].table[layer, ROWS])
        columns = max(
            max(plan.columns.first[layer], plan.columns.second[layer]) + plan.columns.length[layer]
            for plan in plans
        )
        for which, (line, count) in enumerate(zip(net.axes, (rows, columns), strict=True)):
            values = _taken(values, padded_positions(line, layer, 0, count), which + 2, beyond)
        padded.append(values)
    return padded


def windows_of(padded: list[FloatArray], plan: Plan, starts: tuple[int, ...]) -> FloatArray:
    """Array [m, numbers]: all layers with their borders, the columns from `starts` on.

    Channels are read from the first row of an offset on, all at once (see `planes`); the rows end with as many
    numbers more as that is, for with strides the layers that follow may be smaller.
    """
    sizes = [
        values.shape[1] * int(plan.table[layer, ROWS] * plan.table[layer, WIDTH])
        for layer, values in enumerate(padded)
    ]
    beyond = int(plan.plans[:, 0, :2].max() * plan.table[0, WIDTH])
    out = np.empty((len(padded[0]), sum(sizes) + beyond))
    out[:, sum(sizes) :] = 0.0
    offset = 0
    for layer, values in enumerate(padded):
        rows, width, pairs, low = (int(plan.table[layer, k]) for k in (ROWS, WIDTH, PAIRS, LOW))
        part = out[:, offset : offset + sizes[layer]].reshape(-1, values.shape[1], rows, width)
        part[...] = values[..., starts[layer] : starts[layer] + width]
        if layer > 0:  # 1/a = 0: no angle outside the pairs
            part[:, -1, :, :low] = 0.0
            part[:, -1, :, low + pairs :] = 0.0
        offset += sizes[layer]
    return out
