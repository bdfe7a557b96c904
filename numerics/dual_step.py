"""Dual of a step, p for z > 0, q for z < 0 and r at 0: the arc-cosine kernel of order 0 (Cho-Saul 2009).

With theta the angle between the inputs, E[f f] = ((p - q)^2 kappa0 + 2 p q)/2, kappa0 = 1 - theta/pi.  In shares
of E[f^2] = (p^2 + q^2)/2, with k = (p - q)^2/(p^2 + q^2),

    1 - c = k theta/pi,    1 + c = (2 - k) + k (1 - theta/pi).

Beside an input of length 0, where f is r, E[f f] = r (p + q)/2, and r^2 if both are.  The slope has no second
moment, so there is no E[f' f'].
"""

from __future__ import annotations

from math import inf, nan, sqrt

import numpy as np

from .compilation import jit_inline
from .dual_polynomials import angle_factor
from .duals import Dual, FloatArray


def step(positive: float, negative: float, middle: float | None = None) -> Dual:
    """f(z) = positive for z > 0, negative for z < 0, not both 0, and middle, their mean if omitted, at 0."""
    largest = max(abs(positive), abs(negative))
    p, q = positive / largest, negative / largest
    squares = p * p + q * q
    size, mean = largest * sqrt(squares / 2.0), (p + q) / 2.0
    still_value = largest * mean if middle is None else middle
    parameters = np.array([(p - q) ** 2 / squares, (p + q) ** 2 / squares])

    def features(lengths: FloatArray) -> FloatArray:
        """a, A, infinity, E[f]/A; what is always 0 has A = |r|."""
        still = lengths == 0
        root = np.where(still, abs(still_value), size)
        share = np.where(still, np.sign(still_value), mean / sqrt(squares / 2.0))
        return np.stack([lengths, root, np.full_like(lengths, inf), share])

    return Dual("step", parameters, features, step_pair)


@jit_inline
def step_pair(
    parameters: FloatArray, fx: FloatArray, i: int, fy: FloatArray, j: int, gap: float, rest: float
) -> tuple[float, float, float]:
    """(1 - c, 1 + c, NaN); beside an input of length 0, c is the product of both E[f]/A."""
    curved, straight = parameters[0], parameters[1]
    alone = (1.0 if fx[0, i] == 0.0 else 0.0) + (1.0 if fy[0, j] == 0.0 else 0.0)
    product = fx[3, i] * fy[3, j]
    close = gap <= rest
    near = gap if close else rest
    turned = curved * (sqrt(near) * angle_factor(near))
    wide = turned if close else 2.0 - (straight + turned)
    thin = 2.0 - turned if close else straight + turned
    return (1.0 - product if alone > 0.0 else wide), (1.0 + product if alone > 0.0 else thin), nan
