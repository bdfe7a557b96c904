"""Dual of GELU, f(z) = z Phi(z) (Tsuchida et al. 2021), as differences from its value at u = 1.

With S = a b u, P = (1 + a^2)(1 + b^2), D = sqrt(P - S^2) and sin(t) = S/sqrt(P),

    E[f f] = S/4 + (S t + (S^2 + a^2 b^2 D^2)/(P D))/(2 pi),
    E[f' f'] = 1/4 + t/(2 pi) + S (1/D^2 + (2 + a^2 + b^2)/P)/(2 pi D).

E[f f] at u = 1 minus E[f f] is written in differences of S, t and D that do not cancel.
"""

from __future__ import annotations

from math import pi, sqrt

import numpy as np

from .compilation import jit_inline
from .dual_polynomials import double_arctangent
from .duals import Dual, FloatArray


def gelu() -> Dual:
    """f(z) = z Phi(z), Phi the distribution function of the standard Gaussian."""
    return Dual("gelu", np.empty(0), _features, gelu_pair)


def _features(lengths: FloatArray) -> FloatArray:
    """a, sqrt(E[f^2]), E[f'^2]; 1/A or 0, sqrt(1 + a^2)."""
    square = lengths * lengths
    root = np.sqrt(1.0 + 2.0 * square)
    angle = np.arctan2(square, root)
    mean = 0.25 + (angle + 2.0 * square / ((1.0 + square) * root)) / (2.0 * pi)
    size = lengths * np.sqrt(mean)
    slope = 0.25 + (angle + square / root * (1.0 / root**2 + 2.0 / (1.0 + square))) / (2.0 * pi)
    inverse = np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)
    return np.stack([lengths, size, slope, inverse, np.sqrt(1.0 + square)])


@jit_inline
def gelu_pair(
    parameters: FloatArray, fx: FloatArray, i: int, fy: FloatArray, j: int, gap: float, rest: float
) -> tuple[float, float, float]:
    """(1 - c, 1 + c, E[f' f']); for u >= 0 from the difference to u = 1, else from E[f f] itself."""
    a, size_x, inverse_x, wide_x = fx[0, i], fx[1, i], fx[3, i], fx[4, i]
    b, size_y, inverse_y, wide_y = fy[0, j], fy[1, j], fy[3, j], fy[4, j]
    close = gap <= rest
    top, root = a * b, wide_x * wide_y
    size, scale, whole = size_x * size_y, inverse_x * inverse_y, root * root
    covariance = top * (1.0 - gap if close else rest - 1.0)
    plain = 1.0 + a * a + b * b  # P - (a b)^2
    here, there = sqrt(plain + top * top * (gap * rest)), sqrt(plain)
    angle = double_arctangent(covariance / (root + here))
    # E[f f] and its value at u = 1, from the angles t and t_1
    curve = (covariance * covariance + top * top * (here * here)) / (whole * here)
    value = covariance * (0.25 + angle / (2.0 * pi)) + curve / (2.0 * pi)
    fall = top * gap
    lower = top * top * (gap * rest) / (here + there)  # D - D_1
    sine = (fall * here + covariance * lower) / whole
    turned = (here * there + covariance * top) / whole
    turn = double_arctangent((sine if close else 0.0) / (1.0 + turned))
    bend = lower * (1.0 / (here * there) + (1.0 - top * top) / whole)
    drop = fall * (0.25 + (angle + turn) / (2.0 * pi)) + (covariance * turn + bend) / (2.0 * pi)
    top_angle = angle + turn
    top_curve = (top * top + top * top * (there * there)) / (whole * there)
    top_value = top * (0.25 + top_angle / (2.0 * pi)) + top_curve / (2.0 * pi)
    apart = 1.0 - top_value * scale
    apart = 0.0 if a == b or apart < 0.0 else apart
    cosine = value * scale
    near = apart + drop * scale
    slope = 0.25 + (angle + covariance / here * (1.0 / (here * here) + (1.0 + plain) / whole)) / (2.0 * pi)
    wide, thin = (near if close else 1.0 - cosine), (2.0 - near if close else 1.0 + cosine)
    return (1.0 if size == 0.0 else wide), (1.0 if size == 0.0 else thin), slope
