"""Gaps and rests of a convolutional net to relative precision, where products have lost it; compiled.

A pair of positions carries gap = 1 - u and rest = 1 + u of its cosine.  They come from a sum of products, which
is good to rounding, absolutely; where one of them is below 2^-14 it is found anew, to relative precision, since
the angle is their square root.  First from |X - Y|^2 - (a - b)^2 = 2 a b gap, vectorised, which keeps what matters
where a and b are close; then, one by one, from gap = sum_i (a_i b_i/(ab)) gap_i + (1/2) sum_i (a_i/a - b_i/b)^2, a
sum of terms that are not negative.  With the signs of b changed the same sum gives the rest.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .angles import FloatArray
from .compilation import jit

IntArray = npt.NDArray[np.int64]

#: A gap or rest below this is found to relative precision: 2^-14, where rounding moves the angle by 1e-14.
NEAR = 2.0**-14

#: Squared differences below this part of a b stand for 0: the angle is below 1e-15.
NOTHING = 2.0**-100

#: Columns of the table of layers.
OFFSET, FEATURES, ROWS, WIDTH, PAIRS, LOW_ROW, LOW = range(7)


@jit
def plane(image: FloatArray, table: IntArray, layer: int, which: int, shift: int) -> FloatArray:
    """Feature `which` of a layer as a flat image, from index `shift` on."""
    size = table[layer, ROWS] * table[layer, WIDTH]
    start = table[layer, OFFSET] + which * size
    return image[start + shift : start + size]


@jit
def planes(image: FloatArray, table: IntArray, layer: int, shift: int) -> FloatArray:
    """Features of a layer [F, size], each from index `shift` on; the last ones of a row belong to what follows."""
    size = table[layer, ROWS] * table[layer, WIDTH]
    start, count = table[layer, OFFSET] + shift, table[layer, FEATURES]
    return image[start : start + count * size].reshape((count, size))


@jit
def _add_shifted(source: FloatArray, step: int, terms: int, out: FloatArray, count: int) -> None:
    """out[t] = sum_{k < terms} source[t + k step]; three terms at a time, for that is the usual filter."""
    if terms == 3:
        second, third = source[step:], source[2 * step :]
        for t in range(count):
            out[t] = source[t] + second[t] + third[t]
        return
    for t in range(count):  # an assignment of slices takes four seconds to compile, for its message of errors
        out[t] = source[t]
    for k in range(1, terms):
        shifted = source[k * step :]
        for t in range(count):
            out[t] += shifted[t]


@jit
def patch_sums(
    source: FloatArray,
    columns: FloatArray,
    out: FloatArray,
    shape: IntArray,
    width: int,
    target_width: int,
    rows: int,
    count: int,
) -> None:
    """Sums over patches of a source with `width` columns; between the rows stands what is finite.

    What the last pair of images left there would grow by a factor with every pair until it is not.

    Args:
        source: Flat image.
        columns: Scratch.
        out: Row r, column c of the output stands at r target_width + c.
        shape: Filter rows and columns, stride of rows and of columns.
        width: Columns of the source.
        target_width: Columns of the output.
        rows: Rows of the output.
        count: Columns of the output that are wanted.
    """
    dense = shape[2] == 1 and shape[3] == 1 and width == target_width
    parts, height = (1, rows) if dense else (rows, 1)
    if not dense:
        out[: (rows - 1) * target_width + count] = 0.0
    for r in range(parts):
        _add_shifted(source[r * shape[2] * width :], width, shape[0], columns, height * width)
        if dense or shape[3] == 1:
            _add_shifted(columns, 1, shape[1], out[r * target_width :], (height - 1) * width + count)
            continue
        for c in range(count):
            total = 0.0
            for k in range(shape[1]):
                total += columns[c * shape[3] + k]
            out[r * target_width + c] = total


@jit
def _square_differences(x: FloatArray, y: FloatArray, out: FloatArray, count: int) -> None:
    """Sum over channels of (x - y)^2."""
    out[:count] = 0.0
    for c in range(x.shape[0]):
        first, second = x[c], y[c]
        for t in range(count):
            difference = first[t] - second[t]
            out[t] += difference * difference


@jit
def _distances(a: FloatArray, b: FloatArray, gap: FloatArray, out: FloatArray, count: int) -> None:
    """A^2 + B^2 - 2 A B u = (A - B)^2 + 2 A B gap."""
    for t in range(count):
        difference = a[t] - b[t]
        out[t] = difference * difference + 2.0 * a[t] * b[t] * gap[t]


@jit
def _how_many_below(gap: FloatArray, least_gap: float, rest: FloatArray, least_rest: float, count: int) -> int:
    """How many positions have a gap or a rest below these."""
    total = 0
    for t in range(count):
        total += 1 if min(gap[t] - least_gap, rest[t] - least_rest) < 0.0 else 0
    return total


@jit
def _refined(
    sums: FloatArray,
    gain: float,
    a: FloatArray,
    b: FloatArray,
    gap: FloatArray,
    rest: FloatArray,
    count: int,
) -> None:
    """Small gaps from squared distances gain sums; -1 where that loses too much."""
    for t in range(count):
        first, second = a[t], b[t]
        square = gain * sums[t]
        lost = (first - second) ** 2
        left = square - lost
        fine = (left >= NEAR * (square + lost)) or (square + lost <= NOTHING * first * second)
        better = 0.5 * max(left, 0.0) / (first * second) if fine else -1.0
        near = gap[t] < NEAR
        gap[t] = better if near else gap[t]
        rest[t] = 2.0 - better if near else rest[t]


@jit
def _near_from_channels(
    x: FloatArray,
    y: FloatArray,
    corner: int,
    width: int,
    shape: IntArray,
    gain: float,
    bias: float,
    a: float,
    b: float,
    sign: float,
) -> float:
    """|X/a - sign Y/b|^2 / 2 for patches X, Y that begin at `corner`, and the bias as one more coordinate."""
    total = bias * (1.0 / a - sign / b) ** 2
    for c in range(x.shape[0]):
        for r in range(shape[0]):
            for k in range(shape[1]):
                t = corner + r * width + k
                total += gain * (x[c, t] / a - sign * (y[c, t] / b)) ** 2
    return 0.5 * total


@jit
def _near_from_layer(
    x: FloatArray,
    y: FloatArray,
    near: FloatArray,
    corner: int,
    width: int,
    shape: IntArray,
    gain: float,
    bias: float,
    a: float,
    b: float,
    sign: float,
) -> float:
    """The same from lengths x, y and the gaps (sign 1) or rests (sign -1) of the layer below."""
    total = bias * (0.5 * (1.0 / a - 1.0 / b) ** 2 + (1.0 - sign) / (a * b))
    for r in range(shape[0]):
        for k in range(shape[1]):
            t = corner + r * width + k
            first, second = x[t] / a, y[t] / b
            total += gain * (0.5 * (first - second) ** 2 + first * second * near[t])
    return total


@jit
def _repair(
    layer: int,
    x: FloatArray,
    y: FloatArray,
    table: IntArray,
    plan: IntArray,
    shape: IntArray,
    gain: float,
    bias: float,
    gaps: FloatArray,
    rests: FloatArray,
) -> None:
    """Gaps and rests that are still not good, one by one."""
    width, below = table[layer, WIDTH], table[layer - 1, WIDTH]
    low = table[layer, LOW_ROW] * width + table[layer, LOW]
    gap, rest = gaps[layer], rests[layer]
    a = plane(x, table, layer, 0, plan[layer, 0] * width)
    b = plane(y, table, layer, 0, plan[layer, 1] * width)
    channels = planes(x, table, layer - 1, plan[layer - 1, 0] * below)
    others = planes(y, table, layer - 1, plan[layer - 1, 1] * below)
    for r in range(plan[layer, 2]):
        for c in range(table[layer, PAIRS]):
            t = low + r * width + c
            if min(gap[t], rest[t]) >= NEAR:
                continue
            first, second = a[t], b[t]
            sign = 1.0 if gap[t] < rest[t] else -1.0
            if sign > 0.0 and gap[t] >= 0.0:
                continue
            corner = r * shape[2] * below + c * shape[3]
            if layer == 1:
                found = _near_from_channels(
                    channels, others, corner, below, shape, gain, bias, first, second, sign
                )
            else:
                under = gaps[layer - 1] if sign > 0.0 else rests[layer - 1]
                found = _near_from_layer(
                    channels[1], others[1], under, corner, below, shape, gain, bias, first, second, sign
                )
            gap[t] = found if sign > 0.0 else 2.0 - found
            rest[t] = 2.0 - found if sign > 0.0 else found


@jit
def sharpen(
    layer: int,
    x: FloatArray,
    y: FloatArray,
    table: IntArray,
    plan: IntArray,
    shape: IntArray,
    gain: float,
    bias: float,
    gaps: FloatArray,
    rests: FloatArray,
    scratch: FloatArray,
) -> None:
    """Bring small gaps and rests of a layer to relative precision."""
    width, below = table[layer, WIDTH], table[layer - 1, WIDTH]
    rows = plan[layer, 2]
    low = table[layer, LOW_ROW] * width + table[layer, LOW]
    count = (rows - 1) * width + table[layer, PAIRS]
    gap, rest = gaps[layer][low:], rests[layer][low:]
    if _how_many_below(gap, NEAR, rest, NEAR, count) == 0:
        return
    size = plan[layer - 1, 3] * below
    first = planes(x, table, layer - 1, plan[layer - 1, 0] * below)
    second = planes(y, table, layer - 1, plan[layer - 1, 1] * below)
    if layer == 1:
        _square_differences(first, second, scratch[0], size)
    else:
        _distances(first[1], second[1], gaps[layer - 1], scratch[0], size)
    patch_sums(scratch[0], scratch[1], scratch[2], shape, below, width, rows, table[layer, PAIRS])
    a = plane(x, table, layer, 0, plan[layer, 0] * width + low)
    b = plane(y, table, layer, 0, plan[layer, 1] * width + low)
    _refined(scratch[2], gain, a, b, gap, rest, count)
    if _how_many_below(gap, 0.0, rest, NEAR, count) > 0:
        _repair(layer, x, y, table, plan, shape, gain, bias, gaps, rests)
