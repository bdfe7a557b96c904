"""Kernels of the angle whose values and Fourier coefficients are both known, each on its own (Theorem K5)."""

from __future__ import annotations

from fractions import Fraction
from math import factorial
from typing import Any

from flint import arb

from .circle_enclosures import cosine, sine, terms_needed, total
from .cyclotomics import ONE, Cyclotomic, root_of_unity
from .enclosures import ball

Exact = int | Fraction


def poisson_value(r: Fraction, N: int, j: int) -> Cyclotomic:
    """(1 - r^2)/(1 - 2 r cos(theta) + r^2) at theta = 2 pi j/N, |r| < 1; a_m = r^|m|.

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.theory.aliasing_examples import poisson_value
        >>> print(poisson_value(Fraction(1, 2), 3, 0))
        3
    """
    root = root_of_unity(N, j)
    denominator = ONE * (1 + r * r) - (root + root.conjugate()) * r
    return denominator.inverse() * (1 - r * r)


def poisson_series(r: Fraction, N: int, j: int) -> Cyclotomic:
    """sum_m r^|m| e^(im theta), two geometric series in r e^(i theta) and its conjugate."""
    forward = (ONE - root_of_unity(N, j) * r).inverse()
    return forward + forward.conjugate() - 1


def poisson_eigenvalue(r: Fraction, N: int, k: int) -> Fraction:
    """N sum_m r^|k + mN| = N (r^k + r^(N-k))/(1 - r^N) for 0 <= k < N."""
    return N * (r**k + r ** (N - k)) / (1 - r**N)


def heat_value(turns: Fraction, time: Exact) -> Any:
    """sqrt(pi/t) sum_m exp(-(theta + 2 pi m)^2/(4t)), the heat kernel of the circle; a_m = exp(-t m^2).

    For 0 <= theta <= pi the terms of |m| >= M are at most exp(-pi^2 (2|m|-1)^2/(4t)), of which the next is at most
    exp(-2 pi^2 M/t) times the one before.
    """
    t = ball(time)

    def rest(M: int) -> Any:
        return 2 * _geometric(-(arb.pi() ** 2) * (2 * M - 1) ** 2 / (4 * t), -2 * arb.pi() ** 2 * M / t)

    M = terms_needed(rest)
    terms = ((-((arb.pi() * ball(turns + 2 * m)) ** 2) / (4 * t)).exp() for m in range(1 - M, M))
    return (arb.pi() / t).sqrt() * (total(terms) + arb(0, rest(M).upper()))


def heat_eigenvalue(N: int, k: int, time: Exact) -> Any:
    """N sum_m exp(-t (k + mN)^2); with |j| >= M the rest is below 2 exp(-tM^2)/(1 - exp(-2tM))."""
    t = ball(time)

    def rest(M: int) -> Any:
        return 2 * _geometric(-t * M * M, -2 * t * M)

    M = terms_needed(rest)
    terms = ((-t * j * j).exp() for j in range(1 - M, M) if (j - k) % N == 0)
    return N * (total(terms) + arb(0, rest(M).upper()))


def _geometric(first: Any, ratio: Any) -> Any:
    """exp(first)/(1 - exp(ratio))."""
    return first.exp() / (1 - ratio.exp())


def bernoulli_value(turns: Fraction, half_degree: int) -> Fraction:
    """Bernoulli polynomial B_2s(theta/2pi) times (-1)^(s-1); a_m = (2s)!/(2 pi m)^2s for m not 0, a_0 = 0."""
    from flint import fmpq_poly

    polynomial = _bernoulli_polynomial(2 * half_degree)
    value = fmpq_poly(polynomial)(_fmpq(turns / 2)) * (-1 if half_degree % 2 == 0 else 1)
    return Fraction(int(value.p), int(value.q))


def bernoulli_eigenvalue(N: int, k: int, half_degree: int) -> Any:
    """N sum_m a_(k+mN) by Hurwitz zeta functions."""
    s = 2 * half_degree
    scale = factorial(s) / (2 * arb.pi()) ** s
    part = Fraction(k % N, N)
    if part == 0:
        return scale * 2 * arb(s).zeta() * arb(N) ** (1 - s)
    return scale * (arb(s).zeta(ball(part)) + arb(s).zeta(ball(1 - part))) * arb(N) ** (1 - s)


def _bernoulli_polynomial(degree: int) -> list[Any]:
    """Coefficients of B_n(x), lowest first, from B_n' = n B_(n-1) and the vanishing integral over [0, 1]."""
    coefficients = [_fmpq(Fraction(1))]
    for n in range(1, degree + 1):
        raised = [c * n / (i + 1) for i, c in enumerate(coefficients)]
        mean = sum((c / (i + 2) for i, c in enumerate(raised)), _fmpq(Fraction(0)))
        coefficients = [-mean, *raised]
    return coefficients


def _fmpq(value: Fraction) -> Any:
    from flint import fmpq

    return fmpq(value.numerator, value.denominator)


def exponential_value(turns: Fraction, scale: Exact) -> Any:
    """Re exp(s e^(i theta)) = exp(s cos(theta)) cos(s sin(theta)); a_0 = 1, a_m = s^|m|/(2 |m|!)."""
    s = ball(scale)
    return (s * cosine(turns)).exp() * (s * sine(turns)).cos()


def exponential_eigenvalue(N: int, k: int, scale: Exact) -> Any:
    """N sum_m a_(k+mN) for s > 0; for M + 1 > s the rest sum_(|j| >= M) is below s^M/M!/(1 - s/(M + 1))."""
    s = ball(scale)

    def rest(M: int) -> Any:
        ratio = s / (M + 1)
        return s**M / factorial(M) / (1 - ratio) if ratio < 1 else arb.pos_inf()

    M = terms_needed(rest)
    terms = (
        s ** abs(j) / (2 * factorial(abs(j))) * (2 if j == 0 else 1) for j in range(1 - M, M) if (j - k) % N == 0
    )
    return N * (total(terms) + arb(0, rest(M).upper()))
