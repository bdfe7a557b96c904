"""Angles and distances between inputs, to full precision where the usual formulas cancel.

The angle between two inputs is never ``arccos(u)``, which keeps only half of the digits near u = 1 and u = -1.  A
pair of inputs has a ``gap`` = 1 - u and a ``rest`` = 1 + u; the angle is 2 arctan sqrt(gap / rest).  For nearly
parallel inputs the gap is |x/|x| - y/|y||^2 / 2, from differences; for nearly opposite ones the rest is
|x/|x| + y/|y||^2 / 2.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError

from .compilation import jit, jit_inline, jit_sum

FloatArray = npt.NDArray[np.float64]

#: How far |u| may lie beyond 1 and still be taken for a rounded 1.
COSINE_SLACK = 1e-12

#: Below this number of coordinates sums over rows and over columns add in one order.
_FEW = 8

#: Below this part of its largest possible value, 1 - u, 1 + u or |x - y|^2 is computed from differences.
DIRECT_BELOW = 1.0 / 16.0


def checked_cosine(u: npt.ArrayLike) -> FloatArray:
    """u as float64, with |u| up to 1 + 1e-12 taken for a rounded 1.

    Raises:
        InputError: If an entry is NaN or further outside [-1, 1].

    Example:
        >>> from orbitkernels.numerics.angles import checked_cosine
        >>> checked_cosine([0.5, 1.0000000000000002])
        array([0.5, 1. ])
    """
    cosine = np.asarray(u, dtype=np.float64)
    wrong = ~(np.abs(cosine) <= 1.0 + COSINE_SLACK)  # true for NaN
    if np.any(wrong):
        value = float(cosine[wrong].flat[0])
        raise InputError(f"Argument 'u' must be a cosine between -1 and 1, not {value!r}.")
    return np.clip(cosine, -1.0, 1.0)


def cosines(X: FloatArray, Y: FloatArray | None) -> FloatArray:
    """Cosines u [m, p] of the angles between the rows, symmetric to the bit if Y is None.

    Raises:
        InputError: If a row is zero, for it has no angle.
    """
    for name, rows in (("X", X), ("Y", Y)):
        if rows is not None and not np.all(np.any(rows, axis=1)):
            row = int(np.argmin(np.any(rows, axis=1)))
            raise InputError(
                f"Argument '{name}' has the zero row {row}, which has no angle to other rows; remove it."
            )
    _, _, gap, rest = angles(X, Y)
    return np.where(gap <= rest, 1.0 - gap, rest - 1.0)


def squared_distances(X: FloatArray, Y: FloatArray | None, unit: float = 1.0) -> FloatArray:
    """(|x - y|/unit)^2 [m, p], from differences wherever |x|^2 + |y|^2 - 2 <x,y> would cancel or overflow.

    Relative precision, unless it is below 1e-300; infinite beyond floating point.
    """
    exponent = max(int(np.frexp(unit)[1]) - 1, -1022)
    inverse = np.ldexp(1.0, -exponent)  # a power of two, so that no coordinate is rounded
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        x = np.multiply(X, inverse, order="C")  # a copy: a read-only array would be compiled for anew
        y = x if Y is None else np.multiply(Y, inverse, order="C")
        out = x @ y.T
        _fill_distances(x, y, np.sum(x * x, axis=1), np.sum(y * y, axis=1), out, Y is None)
        if not np.all(np.isfinite(out)):
            raw = np.array(X, order="C")
            _fill_far(raw, raw if Y is None else np.array(Y, order="C"), float(inverse), out)
        left = unit * inverse
        scaled: FloatArray = out / left / left
    return scaled


def unit_rows(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rows of length 1 [m, d] and the lengths [m]; a zero row stays zero."""
    # a few coordinates of many rows are one array each: NumPy is slow along axes of a few numbers
    axis, values = (0, np.ascontiguousarray(x.T)) if x.shape[1] < _FEW else (1, x)
    largest = np.max(np.abs(values), axis=axis, keepdims=True).astype(np.float64)
    scale = np.where(largest > 0, largest, 1.0)
    scaled = values / scale
    lengths = np.sqrt(np.sum(scaled * scaled, axis=axis, keepdims=True))
    units = scaled / np.where(lengths > 0, lengths, 1.0)
    return np.ascontiguousarray(units if axis else units.T), (lengths * scale).ravel()


def angles(x: FloatArray, y: FloatArray | None) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Lengths [m], [p] of the rows and 1 - u, 1 + u [m, p]; between a zero row and any other, u = 0."""
    units, lengths = unit_rows(x)
    other_units, other_lengths = (units, lengths) if y is None else unit_rows(y)
    cosines = units @ other_units.T
    gap, rest = np.empty_like(cosines), np.empty_like(cosines)
    _fill_gaps(units, other_units, cosines, gap, rest, y is None)
    return lengths, other_lengths, gap, rest


@jit_sum
def _square_of_difference(x: FloatArray, y: FloatArray, sign: float) -> float:
    """|x - sign y|^2."""
    total = 0.0
    for i in range(x.size):
        difference = x[i] - sign * y[i]
        total += difference * difference
    return total


@jit_inline
def gaps_of_row(
    x: FloatArray,
    i: int,
    y: FloatArray,
    left: int,
    width: int,
    cosines: FloatArray,
    gap: FloatArray,
    rest: FloatArray,
    direct_below: float,
) -> None:
    """1 - u and 1 + u of unit row i of x and the rows of y from `left` on, in the first `width` entries.

    Where one of them is below `direct_below` it comes from differences instead of the cosines [m, p].
    """
    direct = 0
    for j in range(width):
        u = cosines[i, left + j]
        gap[j], rest[j] = 1.0 - u, 1.0 + u
        direct += 1 if min(gap[j], rest[j]) < direct_below else 0
    if direct > 0:
        for j in range(width):
            if gap[j] < direct_below:
                gap[j] = 0.5 * _square_of_difference(x[i], y[left + j], 1.0)
                rest[j] = 2.0 - gap[j]
            elif rest[j] < direct_below:
                rest[j] = 0.5 * _square_of_difference(x[i], y[left + j], -1.0)
                gap[j] = 2.0 - rest[j]


@jit
def _fill_gaps(
    x: FloatArray, y: FloatArray, cosines: FloatArray, gap: FloatArray, rest: FloatArray, symmetric: bool
) -> None:
    """1 - u and 1 + u of unit rows x [m, d] and y [p, d] whose products are `cosines`; all outputs [m, p]."""
    for i in range(x.shape[0]):
        for j in range(i + 1 if symmetric else y.shape[0]):
            u = cosines[i, j]
            gap[i, j], rest[i, j] = 1.0 - u, 1.0 + u
            if gap[i, j] < DIRECT_BELOW:
                gap[i, j] = 0.5 * _square_of_difference(x[i], y[j], 1.0)
                rest[i, j] = 2.0 - gap[i, j]
            elif rest[i, j] < DIRECT_BELOW:
                rest[i, j] = 0.5 * _square_of_difference(x[i], y[j], -1.0)
                gap[i, j] = 2.0 - rest[i, j]
            if symmetric:
                gap[j, i], rest[j, i] = gap[i, j], rest[i, j]


@jit
def _fill_distances(
    x: FloatArray,
    y: FloatArray,
    x_squares: FloatArray,
    y_squares: FloatArray,
    out: FloatArray,
    symmetric: bool,
) -> None:
    """Replace the products x y^T in `out` [m, p] by squared distances; x_squares [m] holds |x|^2."""
    for i in range(x.shape[0]):
        for j in range(i + 1 if symmetric else y.shape[0]):
            squares = x_squares[i] + y_squares[j]
            value = squares - 2.0 * out[i, j]
            if value < DIRECT_BELOW * squares:
                value = _square_of_difference(x[i], y[j], 1.0)
            out[i, j] = value
            if symmetric:
                out[j, i] = value


@jit
def _fill_far(x: FloatArray, y: FloatArray, inverse: float, out: FloatArray) -> None:
    """Replace what is not finite in `out` [m, p] by |inverse (x - y)|^2, the differences being taken first."""
    for i in range(x.shape[0]):
        for j in range(y.shape[0]):
            if not np.isfinite(out[i, j]):
                total = 0.0
                for k in range(x.shape[1]):
                    difference = (x[i, k] - y[j, k]) * inverse
                    total += difference * difference
                out[i, j] = total
