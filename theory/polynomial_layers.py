"""Layers of a net whose activation is a polynomial, in rational numbers (Isserlis 1918).

For Gaussian (z1, z2) of mean 0 with covariances s11, s22, s12

    E[z1^a z2^b] = sum_k C(a, k) C(b, k) k! (a - k - 1)!! (b - k - 1)!! s12^k s11^((a - k)/2) s22^((b - k)/2)

over the k that make both a - k and b - k even: k pairs run between the two variables, the others within one.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb, factorial

from .covariance import Covariance


def gaussian_moment(a: int, b: int, first: Fraction, second: Fraction, mixed: Fraction) -> Fraction:
    """E[z1^a z2^b] for Gaussians of mean 0 with the covariances s11, s22, s12.

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.theory.polynomial_layers import gaussian_moment
        >>> gaussian_moment(2, 2, Fraction(1), Fraction(1), Fraction(1, 2))  # 1 + 2 s12^2
        Fraction(3, 2)
    """
    if (a + b) % 2:
        return Fraction(0)
    return sum(
        (
            comb(a, k) * comb(b, k) * factorial(k) * pairings(a - k) * pairings(b - k)
            * mixed**k * first ** ((a - k) // 2) * second ** ((b - k) // 2)
            for k in range(a % 2, min(a, b) + 1, 2)
        ),
        start=Fraction(0),
    )  # fmt: skip


def pairings(n: int) -> int:
    """Number (n - 1)!! of ways to pair n things; 0 if n is odd.

    Example:
        >>> from orbitkernels.theory.polynomial_layers import pairings
        >>> [pairings(n) for n in (0, 1, 2, 4, 6)]
        [1, 0, 1, 3, 15]
    """
    return 0 if n % 2 else factorial(n) // (2 ** (n // 2) * factorial(n // 2))


def polynomial_layer(
    before: Covariance, activation: Sequence[Fraction], weight_variance: Fraction, bias_variance: Fraction
) -> Covariance:
    """S' = sb2 + sw2 E[f(z1) f(z2)] and T' = S' + sw2 E[f'(z1) f'(z2)] T for f(z) = sum_k activation[k] z^k.

    Args:
        before: Covariances and tangent kernel of the layer below, rational.
        activation: Coefficients of f, rational.
        weight_variance: sw2.
        bias_variance: sb2.

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.theory.kernels import Covariance
        >>> from orbitkernels.theory.polynomial_layers import polynomial_layer
        >>> one, half = Fraction(1), Fraction(1, 2)
        >>> layer = polynomial_layer(Covariance(one, one, half, half), [0, 0, one], one, Fraction(0))
        >>> str(layer.mixed), str(layer.tangent)
        ('3/2', '5/2')
    """
    first, second, mixed = before.first, before.second, before.mixed

    def covariance(values: Sequence[Fraction], s11: Fraction, s22: Fraction, s12: Fraction) -> Fraction:
        return bias_variance + weight_variance * _expectation(values, s11, s22, s12)

    slope = [k * factor for k, factor in enumerate(activation)][1:]
    new = covariance(activation, first, second, mixed)
    return Covariance(
        covariance(activation, first, first, first),
        covariance(activation, second, second, second),
        new,
        new + weight_variance * _expectation(slope, first, second, mixed) * before.tangent,
    )


def _expectation(values: Sequence[Fraction], first: Fraction, second: Fraction, mixed: Fraction) -> Fraction:
    """E[f(z1) f(z2)]."""
    terms = (
        one * other * gaussian_moment(a, b, first, second, mixed)
        for a, one in enumerate(values)
        for b, other in enumerate(values)
        if one and other
    )
    return sum(terms, start=Fraction(0))
