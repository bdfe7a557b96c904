"""The dense layer after an activation: S' = sb2 + sw2 E[f f], with 1 - u and 1 + u kept to relative precision."""

from __future__ import annotations

from math import sqrt

from .compilation import jit_inline


@jit_inline
def affine(
    a: float, b: float, cosine: float, gap: float, rest: float, gain: float, bias: float
) -> tuple[float, float, float, float, float]:
    """Covariance bias + gain a b cosine of two features of lengths a and b, with its normalisation.

    With A = sqrt(bias + gain a^2) and B likewise, S = bias + gain a b cosine:
    A B - S = bias gain (a - b)^2 / (A B + bias + gain a b) + gain a b gap and
    A B + S = bias (bias + gain (a^2 + b^2)) / (A B + gain a b) + bias + gain a b rest, sums of positive terms.

    Returns:
        (A, B, S, 1 - S/AB, 1 + S/AB); if A B = 0 the cosine is taken as 0.
    """
    long_a, long_b = sqrt(bias + gain * a * a), sqrt(bias + gain * b * b)
    old, new = gain * a * b, long_a * long_b
    zero = new == 0.0
    size = 1.0 if zero else new
    below = bias * gain * (a - b) * (a - b) / (size + bias + old) + old * gap
    above = bias * (bias + gain * (a * a + b * b)) / (size + old) + bias + old * rest
    covariance = 0.0 if zero else bias + old * cosine
    return long_a, long_b, covariance, (1.0 if zero else below / size), (1.0 if zero else above / size)
