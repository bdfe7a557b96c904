"""Spectra of kernels on N points of a circle exactly: discrete Fourier transforms in cyclotomic numbers.

The transforms are taken from their definition.  Kernels whose values are transcendental are compared as power
series in their parameter, coefficient by coefficient.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from math import comb, factorial

from .circle_enclosures import half_turns
from .cyclotomics import ONE, Cyclotomic, root_of_unity, weighted_sum
from .trigonometric_values import OverPi

Exact = int | Fraction


def exact_cosine(turns: Fraction) -> Cyclotomic:
    """cos(pi t).

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.theory.circle_exact import exact_cosine, exact_sine
        >>> print(exact_cosine(Fraction(1, 3)), exact_sine(Fraction(1, 6)))
        1/2 1/2
    """
    root = root_of_unity(2 * turns.denominator, turns.numerator)
    return (root + root.conjugate()) * Fraction(1, 2)


def exact_sine(turns: Fraction) -> Cyclotomic:
    """sin(pi t) = cos(pi/2 - pi t)."""
    return exact_cosine(Fraction(1, 2) - turns)


def exact_transform(values: Sequence[Cyclotomic | Exact]) -> list[Cyclotomic]:
    """lambda_k = sum_j f_j omega^(jk), omega = exp(2 pi i/N), for all k.

    Example:
        >>> from orbitkernels.theory.circle_exact import exact_transform
        >>> [str(x) for x in exact_transform([1, 2, 2])]
        ['5', '-1', '-1']
    """
    count = len(values)
    numbers = [ONE * value for value in values]
    roots = [root_of_unity(count, j) for j in range(count)]
    return [weighted_sum([1] * count, numbers, [roots[j * k % count] for j in range(count)]) for k in range(count)]


def transform_over_pi(values: Sequence[OverPi]) -> list[OverPi]:
    """The same for numbers a + b/pi."""
    constants = exact_transform([value.constant for value in values])
    rest = exact_transform([value.over_pi for value in values])
    return [OverPi(a, b) for a, b in zip(constants, rest, strict=True)]


def exact_samples(profile: Callable[[Fraction], OverPi], N: int) -> list[OverPi]:
    """Values of a kernel at the N points; ``profile(t)`` is its value at the angle pi t, 0 <= t <= 1."""
    return [profile(half_turns(j, N)) for j in range(N)]


def exact_kappa0(turns: Fraction) -> OverPi:
    """1 - theta/pi."""
    return OverPi.of(1 - turns)


def exact_kappa1(turns: Fraction) -> OverPi:
    """sin(theta)/pi + (1 - theta/pi) cos(theta)."""
    return OverPi(exact_cosine(turns) * (1 - turns), exact_sine(turns))


def exact_relu(turns: Fraction, scale: Fraction, ntk: bool) -> OverPi:
    """(scale/2) kappa1, and (scale/2) kappa0 cos(theta) more for the NTK: one hidden layer without biases."""
    found = exact_kappa1(turns)
    if ntk:
        found = found + OverPi.of(exact_cosine(turns) * (1 - turns))
    return found * OverPi.of(scale / 2)


# ---------------------------------------------------------------------- power series


def bessel_coefficient(order: int, power: int) -> Fraction:
    """[z^n] I_j(z) = 1/(2^n ((n-j)/2)! ((n+j)/2)!) for n = |j|, |j| + 2, ..., else 0.

    Example:
        >>> from orbitkernels.theory.circle_exact import bessel_coefficient
        >>> [str(bessel_coefficient(1, n)) for n in range(4)]
        ['0', '1/2', '0', '1/16']
    """
    less, odd = divmod(power - abs(order), 2)
    if less < 0 or odd:
        return Fraction(0)
    return Fraction(1, 2**power * factorial(less) * factorial(less + abs(order)))


def aliased_bessel(N: int, k: int, power: int, step: int = 1, alternate: bool = False) -> Fraction:
    """N times [z^n] sum over j = k modulo N of (+-1)^j I_(step j)(z)."""
    orders = [j for j in range(-power, power + 1) if (j - k) % N == 0]
    signs = [-1 if alternate and j % 2 else 1 for j in orders]
    return N * sum(
        (sign * bessel_coefficient(step * j, power) for sign, j in zip(signs, orders, strict=True)), Fraction(0)
    )


def half_angle_transform(N: int, p: int, k: int) -> Cyclotomic:
    """sigma_p(k) = (cot(pi (p + 2k)/(2N)) + cot(pi (p - 2k)/(2N)))/2 for odd p.

    Example:
        >>> from orbitkernels.theory.circle_exact import half_angle_transform
        >>> print(half_angle_transform(2, 1, 0))
        1
    """
    above, below = (_exact_cotangent(Fraction(p + sign * 2 * k, 2 * N) % 1) for sign in (1, -1))
    return (above + below) * Fraction(1, 2)


@lru_cache(maxsize=1024)
def _exact_cotangent(turns: Fraction) -> Cyclotomic:
    """cot(pi t), 0 < t < 1."""
    return exact_cosine(turns) * exact_sine(turns).inverse()


def laplace_coefficient(N: int, k: int, power: int) -> Cyclotomic:
    """[c^n] of lambda_k of exp(-c sin(theta/2)) by Theorem K11."""
    if power % 2 == 0:
        return ONE * aliased_bessel(N, k, power, step=2, alternate=True)
    waves = [half_angle_transform(N, p, k) for p in range(1, power + 1, 2)]
    weights = [-2 * (-1) ** i * bessel_coefficient(2 * i + 1, power) for i in range(len(waves))]
    return weighted_sum(weights, waves)


def odd_sine_power(N: int, k: int, n: int) -> Cyclotomic:
    """P_n(k) = sum_j sin(pi j/N)^(2n+1) omega^(jk) by Theorem K8."""
    waves = [half_angle_transform(N, 2 * i + 1, k) for i in range(n + 1)]
    weights = [Fraction((-1) ** i * comb(2 * n + 1, n - i), 4**n) for i in range(n + 1)]
    return weighted_sum(weights, waves)
