"""Rows of the Gram matrix of a fully connected net: all layers of a few hundred pairs at a time, in cache.

`network_rows` calls the global name `pair`, the pair function of an activation; see
:func:`~orbitkernels.numerics.compilation.tile_for`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .angles import gaps_of_row
from .compilation import jit_inline, jit_tile
from .duals import FloatArray

#: Columns that are carried through all layers together: their numbers and features stay in cache.
COLUMNS = 256

#: Rows of the layer features, one column an input.  The covariance after a layer is that of the unit vectors
#: p = (sqrt(sb2), sqrt(sw2) A, a) / length, whose entries have the cosines 1, c and u; a is there in residual
#: nets. 0: p_0, 1: p_1, 2: 1 - p_1, 3: p_2, 4: 1 - p_2, 5: the new length, 6: sqrt(w) A, 7: factor of the slope.
LAYER_ROWS = 8

#: What the templates call; `tile_for` puts the pair function of an activation and `pairs_of_row` with it there.
pair: Any = None
activated: Any = None


@jit_inline
def combined(
    hx: FloatArray, i: int, hy: FloatArray, j: int, gap: float, rest: float, old_gap: float, old_rest: float
) -> tuple[float, float]:
    """1 - u and 1 + u after the dense layer, from those of the activations (gap, rest) and of the skip (old).

    With p = (bias, branch, skip), 1 - u is |p_x - p_y|^2/2 plus the products of branch and skip with their gaps,
    and 1 + u likewise: sums of positive terms.  Differences of the branches, which are nearly 1 in saturated nets,
    are those of 1 - p.
    """
    bias_x, branch_x, less_x, skip_x, short_x = hx[0, i], hx[1, i], hx[2, i], hx[3, i], hx[4, i]
    bias_y, branch_y, less_y, skip_y, short_y = hy[0, j], hy[1, j], hy[2, j], hy[3, j], hy[4, j]
    below, above = bias_x - bias_y, bias_x + bias_y
    turn, lean = less_x - less_y, short_x - short_y
    aside = turn * turn + lean * lean
    branch, skip = branch_x * branch_y, skip_x * skip_y
    return (
        0.5 * (below * below + aside) + branch * gap + skip * old_gap,
        0.5 * (above * above + aside) + branch * rest + skip * old_rest,
    )


@jit_inline
def cosine_of(gap: float, rest: float) -> float:
    """u from the smaller of 1 - u and 1 + u."""
    return 1.0 - gap if gap <= rest else rest - 1.0


@jit_tile
def mirror(out: FloatArray, first: int, last: int) -> None:
    """Copy the rows first to last - 1 from below the diagonal to the columns above it, a square at a time."""
    side = 16
    for left in range(0, last, side):
        for top in range(first, last, side):
            for column in range(left, min(left + side, last)):
                for row in range(max(top, column + 1), min(top + side, last)):
                    out[column, row] = out[row, column]


def pairs_of_row(
    parameters: FloatArray,
    own: FloatArray,
    beside: FloatArray,
    at: int,
    width: int,
    carried: FloatArray,
    found: FloatArray,
) -> None:
    """The pair function at the features own [F, 1] and the columns from `at` on of beside [F, p].

    Args:
        parameters: Of the activation.
        own: Features of the row.
        beside: Features of the columns.
        at: The first column.
        width: Number of columns.
        carried: 1 - u and 1 + u in its first two rows.
        found: 1 - c, 1 + c and E[f' f'] in its three rows.
    """
    for j in range(width):
        gap, rest, slope = pair(parameters, own, 0, beside, at + j, carried[0, j], carried[1, j])
        found[0, j], found[1, j], found[2, j] = gap, rest, slope


def network_rows(
    parameters: FloatArray,
    fx: FloatArray,
    fy: FloatArray,
    hx: FloatArray,
    hy: FloatArray,
    constants: FloatArray,
    x: FloatArray,
    y: FloatArray,
    gaps: FloatArray,
    rests: FloatArray,
    out: FloatArray,
    first: int,
    last: int,
    links: int,
    direct_below: float,
    symmetric: bool,
    tangent: bool,
) -> None:
    """The kernel [m, p] in the rows first to last - 1, COLUMNS pairs at a time.

    All arrays lie in memory without gaps, which the loop vectoriser must know, so parts are named by their ends.

    Args:
        parameters: Of the activation.
        fx: Features [L, F, m] of the activations of the rows.
        fy: The same [L, F, links p] for the columns.
        hx: Layer features [L + 1, LAYER_ROWS, m] of the rows.
        hy: The same [L + 1, LAYER_ROWS, links p] for the columns.
        constants: [L + 1, 2]: what the bias adds to the tangent kernel, and 1 for a residual layer.
        x: Unit rows [m, d].
        y: Unit columns [p, d].
        gaps: 1 - u, [m, p]; without entries, 1 - u and 1 + u come from the cosines in `out` and from x and y.
        rests: 1 + u, likewise.
        out: The result [m, p].
        first: The first row.
        last: The row after the last one.
        links: Number of groups of m / links rows, each of which has p columns of its own.
        direct_below: Below this, 1 - u and 1 + u come from differences of x and y.
        symmetric: Whether rows and columns are the same and only entries up to the diagonal are wanted.
        tangent: Whether the NTK is returned instead of the NNGP kernel.
    """
    depth, columns = fx.shape[0], last if symmetric else out.shape[1]
    # One array each, and a copy of what belongs to the row: the vectoriser tells all that is written from all that
    # is read when the loop starts, and gives up above a hundred comparisons.
    carried, found = np.empty((3, COLUMNS)), np.empty((3, COLUMNS))
    gap, rest, ntk = carried[0], carried[1], carried[2]
    near, far, slope = found[0], found[1], found[2]
    own, here = np.empty((fx.shape[1], 1)), np.empty((LAYER_ROWS, 1))
    for left in range(0, columns, COLUMNS):
        for i in range(max(first, left) if symmetric else first, last):
            width = min(left + COLUMNS, i + 1 if symmetric else columns) - left
            at = left + (i * links // out.shape[0]) * columns
            if gaps.size > 0:
                gap[:width], rest[:width] = gaps[i, left : left + width], rests[i, left : left + width]
            else:
                gaps_of_row(x, i, y, left, width, out, gap, rest, direct_below)
            if symmetric and i < left + COLUMNS:
                gap[i - left], rest[i - left] = (0.0, 2.0) if np.any(x[i]) else (1.0, 1.0)
            here[:, 0], there, start = hx[0, :, i], hy[0], constants[0, 0]
            for j in range(width):
                ntk[j] = start + here[6, 0] * there[6, at + j] * cosine_of(gap[j], rest[j])
                gap[j], rest[j] = combined(here, 0, there, at + j, gap[j], rest[j], 0.0, 0.0)
            for layer in range(depth):
                own[:, 0], here[:, 0] = fx[layer, :, i], hx[layer + 1, :, i]
                beside, there = fy[layer], hy[layer + 1]
                constant, skip = constants[layer + 1, 0], constants[layer + 1, 1]
                activated(parameters, own, beside, at, width, carried, found)
                for j in range(width):
                    product = here[6, 0] * there[6, at + j] * cosine_of(near[j], far[j])
                    factor = skip + here[7, 0] * there[7, at + j] * slope[j]
                    ntk[j] = constant + product + factor * ntk[j]
                    gap[j], rest[j] = combined(here, 0, there, at + j, near[j], far[j], gap[j], rest[j])
            for j in range(width):
                value = here[5, 0] * there[5, at + j] * cosine_of(gap[j], rest[j])
                out[i, left + j] = ntk[j] if tangent else value
