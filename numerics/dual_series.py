"""Duals by Hermite coefficients: f(a z) = sum_m c_m(a) h_m(z) gives E[f(z_x) f(z_y)] = sum_m c_m(a) c_m(b) u^m.

h_m = He_m/sqrt(m!) are the normalised polynomials of Hermite.  Polynomials have finitely many coefficients, in
closed form; of any other activation the coefficients come from Gauss-Legendre quadrature, and what is left of
E[f^2] beyond the first terms, its even and its odd part, is given the two powers that follow.

With unit vectors p = c/A, w = |u| = 1 - near and s the sign of u, 1 - c and 1 + c are
|p_x -+ s^m p_y|^2/2 +- near sum_k w^k sum_{m > k} s^m p_xm p_ym.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import factorial, sqrt

import numpy as np

from orbitkernels.errors import InputError

from .compilation import jit_inline
from .dual_quadrature import NODES, Function, hermite_coefficients, missed
from .duals import Dual, FloatArray

#: Numbers of terms of which pair functions are written out.
TERMS = (8, 16, 32, 64)

#: Numbers of terms above which rows of pairs are faster than pairs, and the longest row.
COLUMNS = 256

#: Largest degree of a polynomial.
MAX_DEGREE = TERMS[-1] - 1


def polynomial(*coefficients: float) -> Dual:
    """f(z) = c_0 + c_1 z + c_2 z^2 + ... ."""
    _require_degree(len(coefficients) - 1)
    slopes = [power * value for power, value in enumerate(coefficients)][1:]
    return _from_coefficients(
        "polynomial",
        lambda lengths: _of_powers(coefficients, lengths),
        lambda lengths: _of_powers(slopes, lengths),
        len(coefficients),
    )


def hermite(degree: float) -> Dual:
    """f(z) = He_n(z)/sqrt(n!), n >= 0 the degree."""
    if degree != int(degree) or degree < 0:
        raise InputError(f"Activation 'hermite' needs a degree that is an integer from 0, not {degree}.")
    n = int(degree)
    _require_degree(n)
    return _from_coefficients(
        "hermite",
        lambda lengths: _of_hermite(n, lengths),
        lambda lengths: sqrt(n) * _of_hermite(n - 1, lengths) if n else np.zeros((1, len(lengths))),
        n + 1,
    )


def series(name: str, function: Function, derivative: Function, kinks: tuple[float, ...] = ()) -> Dual:
    """Any activation with finite E[f^2] and E[f'^2], by 62 Hermite coefficients for each input.

    E[f f] is off by the share of A_x A_y that :func:`series_error` gives of f, and E[f' f'] by the share of
    sqrt(E[f'(z_x)^2] E[f'(z_y)^2]) that it gives of f'.

    Args:
        name: What messages call the activation.
        function: f, of an array.
        derivative: f', of an array.
        kinks: Where f may have kinks; 0 need not be among them.
    """
    return _from_coefficients(
        name,
        lambda lengths: hermite_coefficients(name, function, lengths, kinks),
        lambda lengths: hermite_coefficients(name, derivative, lengths, kinks),
        TERMS[-1],
    )


def series_error(
    name: str,
    function: Function,
    lengths: FloatArray,
    kinks: tuple[float, ...] = (),
    centres: tuple[float, ...] = (),
) -> FloatArray:
    """Twice the share of E[f(a z)^2] beyond the coefficients, plus the error of the quadrature, for each a.

    For lengths a and b sum_(m >= 62) c_m(a) c_m(b) u^m may have either sign, and so may be off by twice what the
    largest terms are from the two powers that stand for it; for a = b it is off by half of what is stated at most.
    The error of the quadrature is taken as four times what changes with three quarters of the nodes, plus what
    E[f(a z)^2] changes with panels that become narrower towards 0, where a long a puts what f does near 0, and
    towards the kinks and the centres, where f may have narrow features.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.dual_series import series_error
        >>> bool(series_error("exp(z)", np.exp, np.array([1.0]))[0] < 1e-13)
        True
        >>> bool(series_error("|z|", np.abs, np.array([1.0]))[0] > 1e-4)
        True
    """
    whole = hermite_coefficients(name, function, lengths, kinks)
    coarse = hermite_coefficients(name, function, lengths, kinks, 3 * NODES // 4)
    square = np.sum(whole * whole, axis=0)
    size = np.where(square > 0, square, 1.0)
    change = np.sqrt(np.sum((whole - coarse)[:-2] ** 2, axis=0) / size) + np.abs(
        np.sum(coarse * coarse, axis=0) / size - square / size
    )
    left_out = 2.0 * np.sum(whole[-2:] ** 2, axis=0) / size
    error: FloatArray = left_out + 4.0 * change + missed(function, lengths, kinks, centres)
    return error


# ---------------------------------------------------------------------------------------------- coefficients


def _require_degree(degree: int) -> None:
    """Refuse a polynomial with more terms than are written out."""
    if degree > MAX_DEGREE:
        raise InputError(f"Activations that are polynomials have degree {MAX_DEGREE} at most, not {degree}.")


def _from_coefficients(
    name: str,
    function: Callable[[FloatArray], FloatArray],
    derivative: Callable[[FloatArray], FloatArray],
    count: int,
) -> Dual:
    """The dual with the Hermite coefficients of f(a z) and f'(a z) as functions of the lengths a."""
    terms = next(terms for terms in TERMS if count <= terms)

    def features(lengths: FloatArray) -> FloatArray:
        """a, A, E[f'^2], then the unit vector c/A and the coefficients of f', filled up with zeros."""
        rows = np.zeros((3 + 2 * terms, len(lengths)))
        values, slopes = function(lengths), derivative(lengths)
        size = np.sqrt(np.sum(values * values, axis=0))
        rows[0], rows[1], rows[2] = lengths, size, np.sum(slopes * slopes, axis=0)
        rows[3 : 3 + len(values)] = values / np.where(size > 0, size, 1.0)
        rows[3 + terms : 3 + terms + len(slopes)] = slopes
        return rows

    return Dual(name, np.empty(0), features, _PAIRS[terms], series_row)


def _of_powers(coefficients: Sequence[float], lengths: FloatArray) -> FloatArray:
    """Hermite coefficients of a polynomial at a z: z^n = sum_k n!/(2^k k! (n - 2k)!) He_{n-2k}."""
    rows = np.zeros((len(coefficients), len(lengths)))
    for n, value in enumerate(coefficients):
        for k in range(n // 2 + 1):
            m = n - 2 * k
            factor = factorial(n) / (2**k * factorial(k) * factorial(m))
            rows[m] += value * factor * sqrt(factorial(m)) * lengths**n
    return rows


def _of_hermite(n: int, lengths: FloatArray) -> FloatArray:
    """Hermite coefficients of h_n at a z: a^m (a^2 - 1)^k sqrt(n!)/(2^k k! sqrt(m!)) with m = n - 2k."""
    rows = np.zeros((n + 1, len(lengths)))
    for k in range(n // 2 + 1):
        m = n - 2 * k
        factor = sqrt(factorial(n) / factorial(m)) / (2**k * factorial(k))
        rows[m] = factor * lengths**m * ((lengths - 1.0) * (lengths + 1.0)) ** k
    return rows


# ---------------------------------------------------------------------------------------------- pairs


@jit_inline
def _term(
    cx: float,
    cy: float,
    dx: float,
    dy: float,
    w: float,
    state: tuple[float, float, float, float, float],
) -> tuple[float, float, float, float, float]:
    """One step of the scheme of Horner: sum_k w^k tail_k, the tail, E[f' f'], |p_x - p_y|^2 and |p_x + p_y|^2."""
    curve, tail, slope, below, above = state
    less, more = cx - cy, cx + cy
    return curve * w + tail, tail + cx * cy, slope * w + dx * dy, below + less * less, above + more * more


@jit_inline
def _eight(
    fx: FloatArray,
    i: int,
    fy: FloatArray,
    j: int,
    c: int,
    d: int,
    w: float,
    s: float,
    state: tuple[float, float, float, float, float],
) -> tuple[float, float, float, float, float]:
    """Eight terms from the last to the first, whose coefficients are in rows c and d and the seven below."""
    state = _term(fx[c + 7, i], s * fy[c + 7, j], fx[d + 7, i], s * fy[d + 7, j], w, state)
    state = _term(fx[c + 6, i], fy[c + 6, j], fx[d + 6, i], fy[d + 6, j], w, state)
    state = _term(fx[c + 5, i], s * fy[c + 5, j], fx[d + 5, i], s * fy[d + 5, j], w, state)
    state = _term(fx[c + 4, i], fy[c + 4, j], fx[d + 4, i], fy[d + 4, j], w, state)
    state = _term(fx[c + 3, i], s * fy[c + 3, j], fx[d + 3, i], s * fy[d + 3, j], w, state)
    state = _term(fx[c + 2, i], fy[c + 2, j], fx[d + 2, i], fy[d + 2, j], w, state)
    state = _term(fx[c + 1, i], s * fy[c + 1, j], fx[d + 1, i], s * fy[d + 1, j], w, state)
    return _term(fx[c, i], fy[c, j], fx[d, i], fy[d, j], w, state)


@jit_inline
def _closed(
    size: float, near: float, state: tuple[float, float, float, float, float]
) -> tuple[float, float, float]:
    """(1 - c, 1 + c, E[f' f']) from the sums."""
    wide, thin = 0.5 * state[3] + near * state[0], 0.5 * state[4] - near * state[0]
    wide, thin = (0.0 if wide < 0.0 else wide), (0.0 if thin < 0.0 else thin)
    return (1.0 if size == 0.0 else wide), (1.0 if size == 0.0 else thin), state[2]


@jit_inline
def series_pair_8(
    parameters: FloatArray, fx: FloatArray, i: int, fy: FloatArray, j: int, gap: float, rest: float
) -> tuple[float, float, float]:
    """(1 - c, 1 + c, E[f' f']) by 8 terms."""
    near, s = (gap if gap <= rest else rest), (1.0 if gap <= rest else -1.0)
    w, state = 1.0 - near, (0.0, 0.0, 0.0, 0.0, 0.0)
    state = _eight(fx, i, fy, j, 3, 11, w, s, state)
    return _closed(fx[1, i] * fy[1, j], near, state)


@jit_inline
def series_pair_16(
    parameters: FloatArray, fx: FloatArray, i: int, fy: FloatArray, j: int, gap: float, rest: float
) -> tuple[float, float, float]:
    """(1 - c, 1 + c, E[f' f']) by 16 terms."""
    near, s = (gap if gap <= rest else rest), (1.0 if gap <= rest else -1.0)
    w, state = 1.0 - near, (0.0, 0.0, 0.0, 0.0, 0.0)
    state = _eight(fx, i, fy, j, 11, 27, w, s, state)
    state = _eight(fx, i, fy, j, 3, 19, w, s, state)
    return _closed(fx[1, i] * fy[1, j], near, state)


@jit_inline
def series_pair_32(
    parameters: FloatArray, fx: FloatArray, i: int, fy: FloatArray, j: int, gap: float, rest: float
) -> tuple[float, float, float]:
    """(1 - c, 1 + c, E[f' f']) by 32 terms."""
    near, s = (gap if gap <= rest else rest), (1.0 if gap <= rest else -1.0)
    w, state = 1.0 - near, (0.0, 0.0, 0.0, 0.0, 0.0)
    state = _eight(fx, i, fy, j, 27, 59, w, s, state)
    state = _eight(fx, i, fy, j, 19, 51, w, s, state)
    state = _eight(fx, i, fy, j, 11, 43, w, s, state)
    state = _eight(fx, i, fy, j, 3, 35, w, s, state)
    return _closed(fx[1, i] * fy[1, j], near, state)


@jit_inline
def series_pair_64(
    parameters: FloatArray, fx: FloatArray, i: int, fy: FloatArray, j: int, gap: float, rest: float
) -> tuple[float, float, float]:
    """(1 - c, 1 + c, E[f' f']) by 64 terms."""
    near, s = (gap if gap <= rest else rest), (1.0 if gap <= rest else -1.0)
    w, state = 1.0 - near, (0.0, 0.0, 0.0, 0.0, 0.0)
    state = _eight(fx, i, fy, j, 59, 123, w, s, state)
    state = _eight(fx, i, fy, j, 51, 115, w, s, state)
    state = _eight(fx, i, fy, j, 43, 107, w, s, state)
    state = _eight(fx, i, fy, j, 35, 99, w, s, state)
    state = _eight(fx, i, fy, j, 27, 91, w, s, state)
    state = _eight(fx, i, fy, j, 19, 83, w, s, state)
    state = _eight(fx, i, fy, j, 11, 75, w, s, state)
    state = _eight(fx, i, fy, j, 3, 67, w, s, state)
    return _closed(fx[1, i] * fy[1, j], near, state)


@jit_inline
def series_row(
    parameters: FloatArray,
    own: FloatArray,
    beside: FloatArray,
    at: int,
    width: int,
    carried: FloatArray,
    found: FloatArray,
) -> None:
    """All pairs of a row, eight terms at a time: the vectoriser gives up on loops that read hundreds of arrays."""
    terms = (own.shape[0] - 3) // 2
    state = np.empty((5, COLUMNS))
    for j in range(width):
        state[0, j], state[1, j], state[2, j], state[3, j], state[4, j] = 0.0, 0.0, 0.0, 0.0, 0.0
    for top in range(terms - 8, -1, -8):
        for j in range(width):
            gap, rest = carried[0, j], carried[1, j]
            w, s = 1.0 - (gap if gap <= rest else rest), (1.0 if gap <= rest else -1.0)
            before = state[0, j], state[1, j], state[2, j], state[3, j], state[4, j]
            after = _eight(own, 0, beside, at + j, 3 + top, 3 + terms + top, w, s, before)
            state[0, j], state[1, j], state[2, j], state[3, j], state[4, j] = after
    for j in range(width):
        gap, rest = carried[0, j], carried[1, j]
        sums = state[0, j], state[1, j], state[2, j], state[3, j], state[4, j]
        near = gap if gap <= rest else rest
        wide, thin, slope = _closed(own[1, 0] * beside[1, at + j], near, sums)
        found[0, j], found[1, j], found[2, j] = wide, thin, slope


_PAIRS = {8: series_pair_8, 16: series_pair_16, 32: series_pair_32, 64: series_pair_64}
