"""Dual of erf (Williams 1997): E[erf(z_x) erf(z_y)] = (2/pi) gamma.

sin(gamma) = 2 S(x,y)/sqrt((1 + 2 S(x,x)) (1 + 2 S(y,y))).  An input of length a has the angle alpha with
sin(alpha) = w^2, w = cos(psi) = a/sqrt(a^2 + 1/2).  At |u| = 1 - near, sin(gamma) = w_x w_y (1 - near) and
c = gamma/sqrt(alpha_x alpha_y).  alpha_x - gamma and alpha_y - gamma come from the differences of the sines, where
for long inputs w_x - w_y = 2 (sin(psi_y/2)^2 - sin(psi_x/2)^2): saturated nets enlarge the errors of 1 - u by the
square of the weights in every layer.
"""

from __future__ import annotations

from math import pi, sqrt

import numpy as np

from .compilation import jit_inline
from .dual_polynomials import double_arctangent
from .duals import Dual, FloatArray


def erf(outer: float = 1.0, inner: float = 1.0) -> Dual:
    """f(z) = outer erf(inner z)."""
    steep = (outer * inner) ** 2

    def features(lengths: FloatArray) -> FloatArray:
        rows = _features(abs(inner) * lengths)
        rows[0], rows[1], rows[2] = lengths, abs(outer) * rows[1], steep * rows[2]
        return rows

    return Dual("erf", np.array([steep * 4.0 / pi, abs(inner)]), features, erf_pair)


def _features(lengths: FloatArray) -> FloatArray:
    """a, sqrt((2/pi) alpha), E[f'^2]; alpha, sqrt(alpha), cos(alpha), w = cos(psi), sin(psi), sin(psi/2)."""
    square = lengths * lengths
    sine_psi = 1.0 / np.sqrt(1.0 + 2.0 * square)
    cosine_psi = np.sqrt(2.0) * lengths * sine_psi
    cosine = np.sqrt(1.0 + 4.0 * square) * sine_psi * sine_psi
    alpha = np.arctan2(2.0 * square, np.sqrt(1.0 + 4.0 * square))
    half = sine_psi / np.sqrt(2.0 + 2.0 * cosine_psi)
    slope = 4.0 / pi / np.sqrt(1.0 + 4.0 * square)
    root = np.sqrt(alpha)
    return np.stack([lengths, np.sqrt(2.0 / pi) * root, slope, alpha, root, cosine, cosine_psi, sine_psi, half])


@jit_inline
def erf_pair(
    parameters: FloatArray, fx: FloatArray, i: int, fy: FloatArray, j: int, gap: float, rest: float
) -> tuple[float, float, float]:
    """(1 - c, 1 + c, E[f' f']); 1 - |c| is (alpha beta - gamma^2)/(s (s + gamma)) with s = sqrt(alpha beta).

    alpha beta - gamma^2 is written in alpha - gamma and beta - gamma where neither is far below gamma.
    """
    steep = parameters[0]
    alpha, root_x, cosine_x, w_x, v_x, half_x = fx[3, i], fx[4, i], fx[5, i], fx[6, i], fx[7, i], fx[8, i]
    beta, root_y, cosine_y, w_y, v_y, half_y = fy[3, j], fy[4, j], fy[5, j], fy[6, j], fy[7, j], fy[8, j]
    close = gap <= rest
    near = gap if close else rest
    from_halves = 2.0 * (half_y - half_x) * (half_y + half_x)
    longer = w_x - w_y if half_x + half_y > 1.0 else from_halves
    cosine = sqrt(v_x * v_x + w_x * w_x * (v_y * v_y + w_y * w_y * (gap * rest)))
    excess_x = double_arctangent(w_x * (longer + near * w_y) / (cosine_x + cosine))
    excess_y = double_arctangent(w_y * (near * w_x - longer) / (cosine_y + cosine))
    mean = root_x * root_y
    scale = 1.0 / (1.0 if mean == 0.0 else mean)
    shorter = alpha if alpha <= beta else beta
    gamma = shorter - (excess_x if alpha <= beta else excess_y)
    share, first, second = gamma * scale, excess_x * scale, excess_y * scale
    differences = (share * (first + second) + first * second) / (1.0 + share)
    small = differences if 2.0 * shorter > gamma else 1.0 - share
    small = 0.0 if small < 0.0 else small
    wide = small if close else 2.0 - small
    thin = 2.0 - small if close else small
    wide, thin = (1.0 if mean == 0.0 else wide), (1.0 if mean == 0.0 else thin)
    return wide, thin, steep * v_x * v_y / cosine
