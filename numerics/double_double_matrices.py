"""Matrices of double-doubles: products, Cholesky and triangular solves.

The loops run over rows of both words, without branches inside, so that several columns are done at once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import SingularGramError

from .compilation import jit
from .double_double import add, divide, multiply, square_root

FloatArray = npt.NDArray[np.float64]


class DoubleDouble(NamedTuple):
    """An array of double-doubles.

    Attributes:
        high: The rounded numbers.
        low: What is missing, at most half a unit in the last place of high.

    Example:
        >>> from orbitkernels.numerics.double_double_matrices import exactly, product
        >>> square = product(exactly([[2.0**30 + 1]]), exactly([[2.0**30 + 1]]))
        >>> int(square.high[0, 0]) + int(square.low[0, 0]) == (2**30 + 1) ** 2
        True
    """

    high: FloatArray
    low: FloatArray

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return self.high.shape

    @property
    def T(self) -> DoubleDouble:
        """The transposed matrix."""
        return DoubleDouble(np.ascontiguousarray(self.high.T), np.ascontiguousarray(self.low.T))

    def __neg__(self) -> DoubleDouble:
        return DoubleDouble(-self.high, -self.low)

    def take(self, *index: Any) -> DoubleDouble:
        """The part at an index, as NumPy has it."""
        return DoubleDouble(np.ascontiguousarray(self.high[index]), np.ascontiguousarray(self.low[index]))

    def reshape(self, *shape: int) -> DoubleDouble:
        """The same numbers in another shape."""
        return DoubleDouble(self.high.reshape(shape), self.low.reshape(shape))


def exactly(values: npt.ArrayLike) -> DoubleDouble:
    """Floats as double-doubles."""
    high: FloatArray = np.array(values, dtype=np.float64, order="C")
    return DoubleDouble(high, np.zeros_like(high))


def total(a: DoubleDouble, b: DoubleDouble) -> DoubleDouble:
    """a + b of one shape."""
    high, low = np.empty(a.shape), np.empty(a.shape)
    x, y = a.reshape(-1), b.reshape(-1)
    _add(x.high, x.low, y.high, y.low, high.reshape(-1), low.reshape(-1))
    return DoubleDouble(high, low)


def scaled(a: DoubleDouble, numerator: float, denominator: float = 1.0) -> DoubleDouble:
    """a times the quotient of two floats."""
    high, low = np.empty(a.shape), np.empty(a.shape)
    _scale(a.high.reshape(-1), a.low.reshape(-1), numerator, denominator, high.reshape(-1), low.reshape(-1))
    return DoubleDouble(high, low)


def quotient(a: DoubleDouble, b: DoubleDouble) -> DoubleDouble:
    """a / b entry by entry, of one shape."""
    high, low = np.empty(a.shape), np.empty(a.shape)
    x, y = a.reshape(-1), b.reshape(-1)
    _divide(x.high, x.low, y.high, y.low, high.reshape(-1), low.reshape(-1))
    return DoubleDouble(high, low)


def product(a: DoubleDouble, b: DoubleDouble) -> DoubleDouble:
    """Matrix product [m, p] of [m, n] and [n, p]."""
    high, low = np.zeros((a.shape[0], b.shape[1])), np.zeros((a.shape[0], b.shape[1]))
    _product(a.high, a.low, b.high, b.low, high, low)
    return DoubleDouble(high, low)


def cholesky(a: DoubleDouble, what: str) -> DoubleDouble:
    """Lower triangular L with L L^T = A, from the lower triangle of A.

    Raises:
        SingularGramError: If a pivot is not positive.
    """
    high, low = np.tril(a.high), np.tril(a.low)
    pivot = _cholesky(high, low)
    if pivot >= 0:
        raise SingularGramError(
            f"The Gram matrix is not positive definite in double-double precision: pivot {pivot} of {what} is not "
            "positive; add a ridge."
        )
    return DoubleDouble(high, low)


def inverse_factor(factor: DoubleDouble) -> DoubleDouble:
    """L^-1 of a lower triangular L, by forward substitution."""
    return forward(factor, exactly(np.eye(factor.shape[0])))


def forward(factor: DoubleDouble, right: DoubleDouble) -> DoubleDouble:
    """L^-1 B."""
    high, low = right.high.copy(), right.low.copy()
    _forward(factor.high, factor.low, high, low)
    return DoubleDouble(high, low)


def solve(factor: DoubleDouble, right: DoubleDouble) -> DoubleDouble:
    """(L L^T)^-1 B by two triangular solves."""
    upwards = factor.take(slice(None, None, -1), slice(None, None, -1)).T  # L^T with rows and columns reversed
    back = forward(upwards, forward(factor, right).take(slice(None, None, -1)))
    return back.take(slice(None, None, -1))


# ---------------------------------------------------------------------- compiled loops


@jit
def _add(ah: Any, al: Any, bh: Any, bl: Any, high: Any, low: Any) -> None:
    for i in range(ah.size):
        high[i], low[i] = add(ah[i], al[i], bh[i], bl[i])


@jit
def _divide(ah: Any, al: Any, bh: Any, bl: Any, high: Any, low: Any) -> None:
    for i in range(ah.size):
        high[i], low[i] = divide(ah[i], al[i], bh[i], bl[i])


@jit
def _scale(ah: Any, al: Any, numerator: float, denominator: float, high: Any, low: Any) -> None:
    for i in range(ah.size):
        h, l = multiply(ah[i], al[i], numerator, 0.0)
        high[i], low[i] = divide(h, l, denominator, 0.0)


@jit
def _multiply_add(fh: float, fl: float, bh: Any, bl: Any, high: Any, low: Any, count: int) -> None:
    """high, low += f b for the first entries of a row."""
    for j in range(count):
        ph, pl = multiply(fh, fl, bh[j], bl[j])
        high[j], low[j] = add(high[j], low[j], ph, pl)


@jit
def _product(ah: Any, al: Any, bh: Any, bl: Any, high: Any, low: Any) -> None:
    for i in range(ah.shape[0]):
        for k in range(ah.shape[1]):
            _multiply_add(ah[i, k], al[i, k], bh[k], bl[k], high[i], low[i], bh.shape[1])


@jit
def _cholesky(high: Any, low: Any) -> int:
    """In place, column by column; the first pivot that is not positive, or -1."""
    size = high.shape[0]
    column, column_low = np.empty(size), np.empty(size)
    for k in range(size):
        if not high[k, k] > 0:
            return k
        ph, pl = square_root(high[k, k], low[k, k])
        high[k, k], low[k, k] = ph, pl
        for i in range(k + 1, size):
            h, l = divide(high[i, k], low[i, k], ph, pl)
            high[i, k], low[i, k] = h, l
            column[i], column_low[i] = h, l
        for i in range(k + 1, size):
            rest = slice(k + 1, i + 1)
            _multiply_add(
                -column[i], -column_low[i], column[rest], column_low[rest], high[i, rest], low[i, rest], i - k
            )
    return -1


@jit
def _forward(fh: Any, fl: Any, high: Any, low: Any) -> None:
    """In place L^-1 B."""
    size, columns = high.shape
    for i in range(size):
        for k in range(i):
            _multiply_add(-fh[i, k], -fl[i, k], high[k], low[k], high[i], low[i], columns)
        for j in range(columns):
            high[i, j], low[i, j] = divide(high[i, j], low[i, j], fh[i, i], fl[i, i])
