"""Duals of piecewise linear activations p max(z, 0) + q min(z, 0): ReLU, leaky ReLU, |z|, z (Cho-Saul 2009).

With t the smaller of the angle and its supplement, near = 1 - cos t and h = (sin t - t cos t)/pi, the arc-cosine
kernel is kappa1(u) = u + h for u >= 0 and h for u < 0, and E[f f]/(A_x A_y) = u + k (kappa1(u) - u) with
k = (p - q)^2/(p^2 + q^2).  Each of 1 - c and 1 + c is taken as a sum in which nothing large cancels.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from .compilation import jit_inline
from .dual_polynomials import angle_factor, segment_factor
from .duals import Dual, FloatArray


def relu() -> Dual:
    """f(z) = max(z, 0)."""
    return piecewise_linear(1.0, 0.0, "relu")


def absolute() -> Dual:
    """f(z) = |z|."""
    return piecewise_linear(1.0, -1.0, "abs")


def leaky_relu(slope: float) -> Dual:
    """f(z) = max(z, 0) + slope min(z, 0)."""
    return piecewise_linear(1.0, slope)


def piecewise_linear(positive: float, negative: float, name: str = "leaky_relu") -> Dual:
    """f(z) = positive max(z, 0) + negative min(z, 0), not 0; its kernel scales with the lengths.

    The two slopes are the last parameters.
    """
    squares = positive * positive + negative * negative
    square = squares / 2.0  # E[f(z)^2]
    turn, product = (positive - negative) ** 2, positive * negative
    straight = (positive + negative) ** 2 / squares  # 2 - curved
    parameters = np.array(
        [turn / squares, straight, 2.0 * product / squares, turn / 2.0, square, product, positive, negative]
    )

    def features(lengths: FloatArray) -> FloatArray:
        return np.stack([lengths, np.sqrt(square) * lengths, np.full_like(lengths, square)])

    return Dual(name, parameters, features, rectifier_pair)


@jit_inline
def rectifier_pair(
    parameters: FloatArray, fx: FloatArray, i: int, fy: FloatArray, j: int, gap: float, rest: float
) -> tuple[float, float, float]:
    """(1 - c, 1 + c, E[f' f']); f' f' is p q where the signs differ and p^2 or q^2 where they agree."""
    curved, two_minus, one_minus = parameters[0], parameters[1], parameters[2]
    turn, square, product = parameters[3], parameters[4], parameters[5]
    zero = fx[1, i] * fy[1, j] == 0.0
    close = gap <= rest
    near = gap if close else rest
    root = sqrt(near)
    angle = root * angle_factor(near)
    segment = curved * (near * root * segment_factor(near))
    wide = (near if close else two_minus + one_minus * (-near)) - segment
    wide = 1.0 if zero else wide
    return wide, 2.0 - wide, (square if close else product) + (-turn if close else turn) * angle
