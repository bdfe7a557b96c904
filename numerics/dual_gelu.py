"""Dual of GELU, f(z) = z Phi(z) (Tsuchida et al. 2021), as differences from its value at u = 1.

With S = a b u, P = (1 + a^2)(1 + b^2), D = sqrt(P - S^2) and sin(t) = S/sqrt(P),

    E[f f] = S/4 + (S t + (S^2 + a^2 b^2 D^2)/(P D))/(2 pi),
    E[f' f'] = 1/4 + t/(2 pi) + S (1/D^2 + (2 + a^2 + b^2)/P)/(2 pi D).

E[f f] at u = 1 minus E[f f] is written in differences of S, t and D that do not cancel.  All of it is in units of
sqrt(P), so that no square of a product of lengths exceeds floating point.
"""

from __future__ import annotations

from math import pi, sqrt

import numpy as np

from .compilation import jit_inline
from .dual_polynomials import double_arctangent
from .duals import Dual, FloatArray


def gelu(outer: float = 1.0, inner: float = 1.0) -> Dual:
    """f(z) = outer g(inner z), g(z) = z Phi(z), Phi the distribution function of the standard Gaussian."""
    steep = (outer * inner) ** 2

    def features(lengths: FloatArray) -> FloatArray:
        rows = _features(abs(inner) * lengths)
        rows[0], rows[1], rows[2] = lengths, abs(outer) * rows[1], steep * rows[2]
        return rows

    return Dual("gelu", np.array([steep, abs(inner)]), features, gelu_pair)


def _features(lengths: FloatArray) -> FloatArray:
    """a, A = sqrt(E[f^2]), E[f'^2]; sqrt(1 + a^2)/A or 0, 1/sqrt(1 + a^2), a/sqrt(1 + a^2), a, of z Phi(z)."""
    square = lengths * lengths
    root = np.sqrt(1.0 + 2.0 * square)
    angle = np.arctan2(square, root)
    mean = 0.25 + (angle + 2.0 * square / (1.0 + square) / root) / (2.0 * pi)
    size = lengths * np.sqrt(mean)
    slope = 0.25 + (angle + square / root * (1.0 / root**2 + 2.0 / (1.0 + square))) / (2.0 * pi)
    wide = np.hypot(1.0, lengths)
    ratio = np.divide(wide, size, out=np.zeros_like(size), where=size > 0)
    return np.stack([lengths, size, slope, ratio, 1.0 / wide, lengths / wide, lengths])


@jit_inline
def gelu_pair(
    parameters: FloatArray, fx: FloatArray, i: int, fy: FloatArray, j: int, gap: float, rest: float
) -> tuple[float, float, float]:
    """(1 - c, 1 + c, E[f' f']); for u >= 0 from the difference to u = 1, else from E[f f] itself."""
    steep = parameters[0]
    a, size_x, ratio_x, short_x, share_x = fx[6, i], fx[1, i], fx[3, i], fx[4, i], fx[5, i]
    b, size_y, ratio_y, short_y, share_y = fy[6, j], fy[1, j], fy[3, j], fy[4, j], fy[5, j]
    close = gap <= rest
    top, small = share_x * share_y, short_x * short_y * short_x * short_y  # S at u = 1, and 1/P
    size, scale, square = size_x * size_y, ratio_x * ratio_y, top * top
    covariance = top * (1.0 - gap if close else rest - 1.0)
    plain = short_x * short_x + share_x * share_x * (short_y * short_y)  # 1 - square
    here, there = sqrt(plain + square * (gap * rest)), sqrt(plain)
    angle = double_arctangent(covariance / (1.0 + here))
    # E[f f] and its value at u = 1, from the angles t and t_1
    value = covariance * (0.25 + angle / (2.0 * pi))
    value = value + (covariance * covariance * (small / here) + square * here) / (2.0 * pi)
    fall = top * gap
    lower = square * (gap * rest) / (here + there)  # D - D_1
    sine = fall * here + covariance * lower
    turned = here * there + covariance * top
    turn = double_arctangent((sine if close else 0.0) / (1.0 + turned))
    bend = lower * (small / (here * there) + small - square)
    drop = fall * (0.25 + (angle + turn) / (2.0 * pi)) + (covariance * turn + bend) / (2.0 * pi)
    top_value = top * (0.25 + (angle + turn) / (2.0 * pi)) + square * (small / there + there) / (2.0 * pi)
    apart = 1.0 - top_value * scale
    # f(a z)/a changes with log a by a z^2 phi(a z), whose mean square is below 0.085/a^3, and A^2 is above a^2/4
    inverse = 1.0 / (a if a <= b else b)
    change = (a - b) * inverse
    most = 0.17 * (change * change) * (inverse * inverse * inverse)
    apart = most if apart > most else apart
    apart = 0.0 if a == b or apart < 0.0 else apart
    cosine = value * scale
    near = apart + drop * scale
    slope = 0.25 + (angle + covariance / here * (small / (here * here) + small + plain)) / (2.0 * pi)
    wide, thin = (near if close else 1.0 - cosine), (2.0 - near if close else 1.0 + cosine)
    return (1.0 if size == 0.0 else wide), (1.0 if size == 0.0 else thin), steep * slope
