"""Duals of piecewise linear activations max(z, 0) + s min(z, 0): ReLU, leaky ReLU, absolute value (Cho-Saul 2009).

With t the smaller of the angle and its supplement, near = 1 - cos t and h = (sin t - t cos t)/pi, the arc-cosine
kernel is kappa1(u) = u + h for u >= 0 and h for u < 0, and E[f f]/(A_x A_y) = u + k (kappa1(u) - u) with
k = (1 - s)^2/(1 + s^2).  Each of 1 - c and 1 + c is taken as a sum in which nothing large cancels.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from .compilation import jit_inline
from .dual_polynomials import angle_factor, segment_factor
from .duals import Dual, FloatArray


def relu() -> Dual:
    """f(z) = max(z, 0)."""
    return _rectifier("relu", 0.0)


def absolute() -> Dual:
    """f(z) = |z|."""
    return _rectifier("abs", -1.0)


def leaky_relu(slope: float) -> Dual:
    """f(z) = max(z, 0) + slope min(z, 0)."""
    return _rectifier("leaky_relu", slope)


def _rectifier(name: str, slope: float) -> Dual:
    """The dual of max(z, 0) + slope min(z, 0), whose kernel scales with the lengths."""
    square = (1.0 + slope * slope) / 2.0  # E[f(z)^2]
    curved = (1.0 - slope) ** 2 / (1.0 + slope * slope)
    parameters = np.array(
        [
            curved,
            (1.0 + slope) ** 2 / (1.0 + slope * slope),  # 2 - curved
            2.0 * slope / (1.0 + slope * slope),  # 1 - curved
            (1.0 - slope) ** 2 / 2.0,
            square,
            slope,
        ]
    )

    def features(lengths: FloatArray) -> FloatArray:
        return np.stack([lengths, np.sqrt(square) * lengths, np.full_like(lengths, square)])

    return Dual(name, parameters, features, rectifier_pair)


@jit_inline
def rectifier_pair(
    parameters: FloatArray, fx: FloatArray, i: int, fy: FloatArray, j: int, gap: float, rest: float
) -> tuple[float, float, float]:
    """(1 - c, 1 + c, E[f' f']); f' f' is s where the signs differ and 1 or s^2 where they agree."""
    curved, two_minus, one_minus = parameters[0], parameters[1], parameters[2]
    turn, square, slope = parameters[3], parameters[4], parameters[5]
    zero = fx[1, i] * fy[1, j] == 0.0
    close = gap <= rest
    near = gap if close else rest
    root = sqrt(near)
    angle = root * angle_factor(near)
    segment = curved * (near * root * segment_factor(near))
    wide = (near if close else two_minus + one_minus * (-near)) - segment
    wide = 1.0 if zero else wide
    return wide, 2.0 - wide, (square if close else slope) + (-turn if close else turn) * angle
