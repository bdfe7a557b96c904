"""Duals of powers of ReLU, c max(z, 0)^n for n = 2 and 3: the arc-cosine kernels of these orders (Cho-Saul 2009).

With theta the angle between the inputs, E[f f] = c^2 (a b)^n J_n(theta)/(2 pi), where J_n(0) = pi (2n - 1)!! and

    J_2 = 3 sin theta cos theta + (pi - theta) (1 + 2 cos^2 theta),
    J_3 = 4 sin theta + 11 sin theta cos^2 theta + (pi - theta) (9 cos theta + 6 cos^3 theta),

and E[f' f'] = (n c)^2 (a b)^(n - 1) J_(n - 1)(theta)/(2 pi).  With t the smaller of theta and pi - theta,
near = 1 - cos t and h_n = |J_n - pi (its polynomial)|/J_n(0), of the order of near^(n + 1/2), J_n/J_n(0) is h_n
for u < 0 and, for u >= 0, u + h_1, 1 - 2/3 (1 - u^2) - h_2 and 1 - near (9 - 6 near + 2 near^2)/5 + h_3.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from orbitkernels.errors import InputError

from .compilation import jit_inline
from .dual_polynomials import segment_factor, segment_factor_2, segment_factor_3
from .duals import Dual, FloatArray


def arc_cosine(order: float, outer: float = 1.0) -> Dual:
    """f(z) = outer max(z, 0)^order, the order being 2 or 3."""
    if order not in (2, 3):
        raise InputError(f"Activation 'arc_cosine' needs the order 2 or 3, not {order}.")
    n = int(order)
    size, steep = abs(outer) * sqrt((3.0, 15.0)[n - 2] / 2.0), abs(outer) * n * sqrt((1.0, 3.0)[n - 2] / 2.0)

    def features(lengths: FloatArray) -> FloatArray:
        """a, A, E[f'^2] and its root."""
        root = steep * lengths ** (n - 1)
        return np.stack([lengths, size * lengths**n, root * root, root])

    return Dual("arc_cosine", np.empty(0), features, square_pair if n == 2 else cube_pair)


@jit_inline
def square_pair(
    parameters: FloatArray, fx: FloatArray, i: int, fy: FloatArray, j: int, gap: float, rest: float
) -> tuple[float, float, float]:
    """(1 - c, 1 + c, E[f' f']) for the order 2; c is never below 0."""
    zero, steep = fx[1, i] * fy[1, j] == 0.0, fx[3, i] * fy[3, j]
    close = gap <= rest
    near = gap if close else rest
    root = sqrt(near)
    first, second = near * root * segment_factor(near), near * near * root * segment_factor_2(near)
    wide = 2.0 / 3.0 * (gap * rest) + second if close else 1.0 - second
    wide = 1.0 if zero else wide
    return wide, 2.0 - wide, steep * ((1.0 - near if close else 0.0) + first)


@jit_inline
def cube_pair(
    parameters: FloatArray, fx: FloatArray, i: int, fy: FloatArray, j: int, gap: float, rest: float
) -> tuple[float, float, float]:
    """(1 - c, 1 + c, E[f' f']) for the order 3; c is never below 0."""
    zero, steep = fx[1, i] * fy[1, j] == 0.0, fx[3, i] * fy[3, j]
    close = gap <= rest
    near = gap if close else rest
    root = sqrt(near)
    second = near * near * root * segment_factor_2(near)
    third = near * near * near * root * segment_factor_3(near)
    wide = (0.2 * near * (9.0 + near * (2.0 * near - 6.0)) if close else 1.0) - third
    wide = 1.0 if zero else wide
    return wide, 2.0 - wide, steep * (1.0 - 2.0 / 3.0 * (gap * rest) - second if close else second)
