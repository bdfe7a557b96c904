"""Duals of sin(w z) and cos(w z): E[sin sin] and E[cos cos] are (e^-p -+ e^-m)/2.

For inputs of lengths a and b, times w, p = (a - b)^2/2 + a b gap and m = (a - b)^2/2 + a b rest are half the
variances of z_x - z_y and z_x + z_y.  With d = (a - b)^2/2 and N = A_x A_y,

    N (1 - c) = N (1 - c at u = 1) + e^-d (1 - e^(-a b gap)) (1 +- e^(-a b rest))/2,

where the first term vanishes for a = b and is found from 1 - c^2.  The two have pair functions of their own, for a
sign that is read from memory would leave branches, which the compiler does not vectorise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .compilation import jit_inline
from .dual_polynomials import decay
from .duals import Dual, FloatArray


def sine(frequency: float = 1.0, outer: float = 1.0) -> Dual:
    """f(z) = outer sin(frequency z)."""
    return _trigonometric("sin", frequency, outer, 1.0, sine_pair)


def cosine(frequency: float = 1.0, outer: float = 1.0) -> Dual:
    """f(z) = outer cos(frequency z)."""
    return _trigonometric("cos", frequency, outer, -1.0, cosine_pair)


def _trigonometric(name: str, frequency: float, outer: float, sign: float, pair: Callable[..., Any]) -> Dual:
    """sin for sign = 1 and cos for sign = -1."""
    steep = (outer * frequency) ** 2

    def features(lengths: FloatArray) -> FloatArray:
        """a, A, E[f'^2]; w a, 1/A or 0, exp(-w^2 a^2)."""
        scaled = abs(frequency) * lengths
        lost = -np.expm1(-2.0 * scaled * scaled)
        odd, even = lost / 2.0, 1.0 - lost / 2.0
        square, slope = (odd, even) if sign > 0 else (even, odd)
        root = np.sqrt(square)
        inverse = np.divide(1.0, root, out=np.zeros_like(root), where=root > 0)
        return np.stack([lengths, abs(outer) * root, steep * slope, scaled, inverse, np.exp(-scaled * scaled)])

    return Dual(name, np.array([steep / 2.0, frequency]), features, pair)


@jit_inline
def _falls(
    fx: FloatArray, i: int, fy: FloatArray, j: int, gap: float, rest: float, frequency: float, sign: float
) -> tuple[float, float, float, float, float]:
    """1 - e^-d, 1 - e^(-a b gap), 1 - e^(-a b rest), e^-d/(2 N) and 1 - c at u = 1; sign = 1 for sin, -1 for cos.

    With h = 1 - e^(-2 a b), 4 N^2 (1 - c^2) at u = 1 is
    (1 - e^(-2 d)) (1 - e^(-(a + b)^2)) -+ (e^(-a^2) - e^(-b^2))^2.
    """
    a, inverse_x, faded_x = fx[3, i], fx[4, i], fx[5, i]
    b, inverse_y, faded_y = fy[3, j], fy[4, j], fy[5, j]
    product, difference, scale = a * b, frequency * (fx[0, i] - fy[0, j]), inverse_x * inverse_y
    size = difference if difference > 0.0 else -difference
    largest = faded_x if faded_x > faded_y else faded_y
    lost, middle = decay(0.5 * difference * difference), largest * decay(size * (a + b))
    near, far = decay(product * gap), decay(product * rest)
    both = near + far * (1.0 - near)
    squares = lost * (2.0 - lost), both * (2.0 - both)  # 1 - e^(-2 d) and 1 - e^(-4 a b)
    total = squares[1] + squares[0] * (1.0 - squares[1])
    quarter = 0.25 * scale * scale
    sides, middle = quarter * (squares[0] * total), quarter * (middle * middle)
    square = sides - sign * middle
    square = 0.0 if square < 0.0 else square
    share = 0.5 * (1.0 - lost) * scale
    top = share * (1.0 - sign + sign * both)  # c at u = 1
    plain = 1.0 - top
    plain = 0.0 if plain < 0.0 else plain
    apart = square / (1.0 + top)
    return lost, near, far, share, (apart if sides + middle < 0.5 else plain)


@jit_inline
def sine_pair(
    parameters: FloatArray, fx: FloatArray, i: int, fy: FloatArray, j: int, gap: float, rest: float
) -> tuple[float, float, float]:
    """(1 - c, 1 + c, E[f' f'])."""
    lost, near, far, share, apart = _falls(fx, i, fy, j, gap, rest, parameters[1], 1.0)
    wide, thin = apart + share * near * (2.0 - far), apart + share * far * (2.0 - near)
    slope = parameters[0] * (1.0 - lost) * (2.0 - near - far)
    return (1.0 if share == 0.0 else wide), (1.0 if share == 0.0 else thin), slope


@jit_inline
def cosine_pair(
    parameters: FloatArray, fx: FloatArray, i: int, fy: FloatArray, j: int, gap: float, rest: float
) -> tuple[float, float, float]:
    """(1 - c, 1 + c, E[f' f']); c is never below 0."""
    lost, near, far, share, apart = _falls(fx, i, fy, j, gap, rest, parameters[1], -1.0)
    wide = apart + share * (near * far)
    return wide, 2.0 - wide, parameters[0] * (1.0 - lost) * (far - near)
