"""Duals of sin(w z) and cos(w z): E[sin sin] and E[cos cos] are (e^-p -+ e^-m)/2.

For inputs of lengths a and b, times w, p = (a - b)^2/2 + a b gap and m = (a - b)^2/2 + a b rest are half the
variances of z_x - z_y and z_x + z_y.  With d = (a - b)^2/2 and N = A_x A_y,

    N (1 - c) = N (1 - c at u = 1) + e^-d (1 - e^(-a b gap)) (1 +- e^(-a b rest))/2,

where the first term vanishes for a = b and is found from 1 - c^2.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from .compilation import jit_inline
from .dual_polynomials import decay
from .duals import Dual, FloatArray


def sine(frequency: float = 1.0) -> Dual:
    """f(z) = sin(frequency z)."""
    return _trigonometric("sin", frequency, 1.0)


def cosine(frequency: float = 1.0) -> Dual:
    """f(z) = cos(frequency z)."""
    return _trigonometric("cos", frequency, -1.0)


def _trigonometric(name: str, frequency: float, sign: float) -> Dual:
    """sin for sign = 1 and cos for sign = -1."""

    def features(lengths: FloatArray) -> FloatArray:
        """a, A, E[f'^2]; w a, 1/A or 0, exp(-2 w^2 a^2)."""
        scaled = abs(frequency) * lengths
        lost = -np.expm1(-2.0 * scaled * scaled)
        odd, even = lost / 2.0, 1.0 - lost / 2.0
        square, slope = (odd, even) if sign > 0 else (even, odd)
        root = np.sqrt(square)
        inverse = np.divide(1.0, root, out=np.zeros_like(root), where=root > 0)
        return np.stack([lengths, root, frequency**2 * slope, scaled, inverse, 1.0 - lost])

    return Dual(name, np.array([sign, frequency * frequency / 2.0]), features, trigonometric_pair)


@jit_inline
def trigonometric_pair(
    parameters: FloatArray, fx: FloatArray, i: int, fy: FloatArray, j: int, gap: float, rest: float
) -> tuple[float, float, float]:
    """(1 - c, 1 + c, E[f' f'])."""
    sign, half_square = parameters[0], parameters[1]
    a, inverse_x, faded_x = fx[3, i], fx[4, i], fx[5, i]
    b, inverse_y, faded_y = fy[3, j], fy[4, j], fy[5, j]
    product, difference, total, scale = a * b, a - b, a + b, inverse_x * inverse_y
    lost = decay(0.5 * difference * difference)
    near, far = decay(product * gap), decay(product * rest)
    share = 0.5 * (1.0 - lost) * scale
    # 1 - c^2 at u = 1 from terms of the size of `sides`; 1 - c is half of it and a little more, or else found from
    # c
    sides = 0.25 * scale * scale * decay(total * total) * decay(difference * difference)
    middle = 0.5 * scale * decay((difference if difference > 0.0 else -difference) * total)
    square = sides - sign * (faded_x if faded_x > faded_y else faded_y) * middle * middle
    square = 0.0 if square < 0.0 else square
    both = decay(2.0 * product)
    plain = 1.0 - share * (1.0 - sign + sign * both)
    plain = 0.0 if plain < 0.0 else plain
    apart = square / (1.0 + sqrt(1.0 - (square if square < 0.5 else 0.5)))
    apart = apart if sides + middle * middle < 0.5 else plain
    wide = apart + share * near * (1.0 + sign - sign * far)
    opposite = apart + share * far * (2.0 - near)
    thin = opposite if sign > 0.0 else 2.0 - wide
    slope = half_square * (1.0 - lost) * (1.0 + sign - near - sign * far)
    wide, thin = (1.0 if scale == 0.0 else wide), (1.0 if scale == 0.0 else thin)
    return wide, thin, slope
