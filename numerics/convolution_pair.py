"""One pair of images through a convolutional net of infinite width, offset by offset; compiled.

Each image is one row of numbers.  Layer 0 holds its channels, layer l the features of the activation at each
position after the l-th convolution (see :mod:`orbitkernels.numerics.duals`; row 0 the length a = sqrt(S(p,p)), row
1 the length A = sqrt(E f(a z)^2)), then 1/a.  All are images of W columns with their borders, so that a shift by
whole rows is a shift of the index, and most loops run over one flat index t.  What stands in columns of the border
is overwritten or weighted with zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .angles import FloatArray
from .compilation import jit, jit_sum, tile_for
from .convolution_gaps import (
    FEATURES,
    LOW,
    LOW_ROW,
    PAIRS,
    WIDTH,
    IntArray,
    patch_sums,
    plane,
    planes,
    sharpen,
)
from .duals import Dual

#: What the templates call; :func:`tile_for` puts a compiled function in its place.
pair: Any = None


def add_offset_of(dual: Dual) -> Callable[..., Any]:
    """:func:`_add_offset` compiled for one activation, once."""
    return tile_for(_add_offset, tile_for(_activate, dual.pair))


@jit
def _products(x: FloatArray, y: FloatArray, out: FloatArray, count: int) -> None:
    """Sum over channels of x y."""
    first, second = x[0], y[0]
    for t in range(count):
        out[t] = first[t] * second[t]
    for c in range(1, x.shape[0]):
        first, second = x[c], y[c]
        for t in range(count):
            out[t] += first[t] * second[t]


@jit
def _covariances(
    a: FloatArray, b: FloatArray, gap: FloatArray, rest: FloatArray, out: FloatArray, count: int
) -> None:
    """A B u, with u = (rest - gap)/2."""
    for t in range(count):
        out[t] = a[t] * b[t] * (0.5 * (rest[t] - gap[t]))


@jit
def _cosines(
    sums: FloatArray,
    gain: float,
    bias: float,
    a: FloatArray,
    b: FloatArray,
    gap: FloatArray,
    rest: FloatArray,
    count: int,
) -> None:
    """S = bias + gain sums in place, and 1 - u, 1 + u for u = S/(ab); a and b hold the inverse lengths."""
    for t in range(count):
        covariance = bias + gain * sums[t]
        sums[t] = covariance
        u = min(max(covariance * a[t] * b[t], -1.0), 1.0)
        gap[t] = 1.0 - u
        rest[t] = 1.0 + u


def _activate(
    parameters: FloatArray,
    fx: FloatArray,
    fy: FloatArray,
    gap: FloatArray,
    rest: FloatArray,
    tangent: FloatArray,
    count: int,
    last: bool,
    weight: float,
    covariances: FloatArray,
    tangents: FloatArray,
) -> None:
    """One activation in place, or the last one, whose A B c and T are added with a weight to totals.

    A template for the pair function of a dual.  Totals are kept position by position: a sum in the loop would need
    another order of additions to be vectorised, and the pair function does not allow that.
    """
    if last:
        a, b = fx[1], fy[1]
        for t in range(count):
            near, far, slope = pair(parameters, fx, t, fy, t, gap[t], rest[t])
            covariances[t] += weight * (a[t] * b[t] * (0.5 * (far - near)))
            tangents[t] += weight * (tangent[t] * slope)
        return
    for t in range(count):
        near, far, slope = pair(parameters, fx, t, fy, t, gap[t], rest[t])
        gap[t], rest[t] = near, far
        tangent[t] *= slope


@jit
def _border(values: FloatArray, table: IntArray, layer: int, rows: int, length: int, outside: float) -> None:
    """Fill the border of a layer: positions modulo the size if `outside` is nan, else that value."""
    width, low, high = table[layer, WIDTH], table[layer, LOW], table[layer, LOW_ROW]
    count = table[layer, PAIRS]
    for r in range(high, high + rows):
        for c in range(width):
            if c < low or c >= low + count:
                values[r * width + c] = (
                    values[r * width + low + (c - low) % count] if outside != outside else outside
                )
    for r in range(length):
        if r < high or r >= high + rows:
            source = (high + (r - high) % rows) * width
            for c in range(width):
                values[r * width + c] = values[source + c] if outside != outside else outside


@jit_sum
def dot(a: FloatArray, b: FloatArray, count: int) -> float:
    """Sum of a b."""
    total = 0.0
    for t in range(count):
        total += a[t] * b[t]
    return total


def _add_offset(
    parameters: FloatArray,
    x: FloatArray,
    y: FloatArray,
    table: IntArray,
    plan: IntArray,
    shape: IntArray,
    gains: FloatArray,
    biases: FloatArray,
    outside: float,
    row_weights: FloatArray,
    even: bool,
    buffers: FloatArray,
    scratch: FloatArray,
    totals: FloatArray,
    ntk: bool,
) -> None:
    """Add A B c and T of all pairs of positions of one offset, after the last activation, to the totals.

    A template: `pair` is the compiled :func:`_activate` of an activation.

    Args:
        parameters: Parameters of the activation.
        x: One image as a row of numbers, see the head of the module.
        y: Another, its columns shifted by the offset.
        table: Array [L + 1, 7] of the layout, columns named above.
        plan: Array [L + 1, 4]: first row in x, first row in y, rows of pairs, rows of the buffer.
        shape: Filter rows and columns, strides of rows and columns.
        gains: Array [L]: weight variance over the number of inputs of a filter.
        biases: Array [L].
        outside: nan for circular borders, else 0.
        row_weights: Weights of the rows of pairs.
        even: Whether the row weights are all the same.
        buffers: Scratch [3, L + 1, size]: gaps, rests and tangents of all layers.
        scratch: Scratch [3, size].
        totals: Flat images [2, size] of the covariances and tangents, to which is added.
        ntk: Whether the tangent is wanted.
    """
    depth = gains.size
    gaps, rests, tangents = buffers[0], buffers[1], buffers[2]
    for layer in range(1, depth + 1):
        below, width, rows = table[layer - 1, WIDTH], table[layer, WIDTH], plan[layer, 2]
        low = table[layer, LOW_ROW] * width + table[layer, LOW]
        columns = table[layer, PAIRS]
        count = (rows - 1) * width + columns
        gain, bias = gains[layer - 1], biases[layer - 1]
        gap, rest, tangent = gaps[layer][low:], rests[layer][low:], tangents[layer][low:]
        first = planes(x, table, layer - 1, plan[layer - 1, 0] * below)
        second = planes(y, table, layer - 1, plan[layer - 1, 1] * below)
        size = plan[layer - 1, 3] * below
        if layer == 1:
            _products(first, second, scratch[0], size)
        else:
            _covariances(first[1], second[1], gaps[layer - 1], rests[layer - 1], scratch[0], size)
        patch_sums(scratch[0], scratch[1], tangent, shape, below, width, rows, columns)
        i, j = plan[layer, 0] * width + low, plan[layer, 1] * width + low
        which = table[layer, FEATURES]
        a, b = plane(x, table, layer, which, i), plane(y, table, layer, which, j)
        _cosines(tangent, gain, bias, a, b, gap, rest, count)
        sharpen(layer, x, y, table, plan, shape, gain, bias, gaps, rests, scratch)
        if layer > 1 and ntk:
            patch_sums(tangents[layer - 1], scratch[1], scratch[0], shape, below, width, rows, columns)
            for t in range(count):
                tangent[t] += gain * scratch[0][t]
        last = layer == depth
        parts, columns = (plan[layer, 2], columns) if last and not even else (1, count)
        for r in range(parts):  # rows may have weights of their own after the last activation
            s = r * width
            fx, fy = planes(x, table, layer, i + s), planes(y, table, layer, j + s)
            weight, one, two = row_weights[r], totals[0][s:], totals[1][s:]
            pair(parameters, fx, fy, gap[s:], rest[s:], tangent[s:], columns, last, weight, one, two)
        if not last:
            for which in range(3):
                _border(buffers[which, layer], table, layer, rows, plan[layer, 3], outside)
