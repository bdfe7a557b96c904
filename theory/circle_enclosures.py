"""Spectra of kernels on N points of a circle in balls: from the values of the kernel, and as infinite sums.

The values are the discrete Fourier transform from its definition.  An infinite sum is a finite one and a ball that
holds the rest; every bound of a rest is stated where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache, partial
from itertools import count, pairwise
from math import comb
from typing import Any

from flint import arb, fmpq

from .enclosures import ball

#: Rests of infinite sums are made smaller than this.
REST = 1e-55

Exact = int | Fraction


def transform(values: Sequence[Any]) -> list[Any]:
    """lambda_k = sum_j f_j cos(2 pi jk/N) of an even sequence f_j = f_(N-j), in balls.

    Args:
        values: f_0, ..., f_(N-1), balls or exact numbers.

    Example:
        >>> from orbitkernels.theory.circle_enclosures import transform
        >>> [x.contains(1) for x in transform([1, 0, 0])]
        [True, True, True]
    """
    count = len(values)
    balls = [ball(value) for value in values]
    table = [cosine(Fraction(2 * j, count)) for j in range(count)]
    return [total(f * table[j * k % count] for j, f in enumerate(balls)) for k in range(count)]


def half_turns(j: int, N: int) -> Fraction:
    """The angle between the points 0 and j of N, divided by pi: from 0 to 1.

    Example:
        >>> from orbitkernels.theory.circle_enclosures import half_turns
        >>> half_turns(3, 4)
        Fraction(1, 2)
    """
    return Fraction(2 * min(j % N, -j % N), N)


def samples(profile: Callable[[Fraction], Any], N: int) -> list[Any]:
    """Values of a kernel at the N points; ``profile(t)`` is its value at the angle pi t, 0 <= t <= 1."""
    return [profile(half_turns(j, N)) for j in range(N)]


def cosine(turns: Fraction) -> Any:
    """cos(pi t)."""
    return arb.cos_pi_fmpq(fmpq(turns.numerator, turns.denominator))


def sine(turns: Fraction) -> Any:
    """sin(pi t)."""
    return arb.sin_pi_fmpq(fmpq(turns.numerator, turns.denominator))


def total(terms: Any) -> Any:
    """Sum of balls."""
    result = arb(0)
    for term in terms:
        result += term
    return result


def terms_needed(rest: Callable[[int], Any]) -> int:
    """The least M >= 0 with rest(M) < REST, a bound of what a sum leaves out that has the orders below M only.

    Example:
        >>> from flint import arb
        >>> from orbitkernels.theory.circle_enclosures import terms_needed
        >>> terms_needed(lambda M: arb(10) ** -M)
        56
    """
    return next(M for M in count() if rest(M) < REST)


# ---------------------------------------------------------------------- values of kernels


def kappa0_value(turns: Fraction) -> Fraction:
    """1 - theta/pi."""
    return 1 - turns


def kappa1_value(turns: Fraction) -> Any:
    """(sin(theta) + (pi - theta) cos(theta))/pi."""
    return sine(turns) / arb.pi() + ball(1 - turns) * cosine(turns)


def relu_value(turns: Fraction, weight: Exact, bias: Exact, q: Exact, ntk: bool) -> Any:
    """NNGP or NTK of a ReLU net with one hidden layer by the recursion over its layers, at |x|^2 = |y|^2 = d q."""
    w, b = ball(weight), ball(bias)
    size = b + w * ball(q)
    first = b + w * ball(q) * cosine(turns)
    half = (w * ball(q) / size).sqrt() * sine(turns / 2)  # sin(alpha/2)
    alpha = arb.pi() if bias == 0 and turns == 1 else 2 * half.asin()
    kappa0 = 1 - alpha / arb.pi()
    kappa1 = (alpha.sin() + (arb.pi() - alpha) * alpha.cos()) / arb.pi()
    covariance = b + w / 2 * size * kappa1
    return covariance + w / 2 * kappa0 * first if ntk else covariance


def gaussian_value(turns: Fraction, z: Exact) -> Any:
    """exp(-z (1 - cos(theta)))."""
    return (ball(z) * (cosine(turns) - 1)).exp()


def laplace_value(turns: Fraction, c: Exact) -> Any:
    """exp(-c sin(theta/2))."""
    return (-ball(c) * sine(turns / 2)).exp()


def geodesic_value(turns: Fraction, rate: Exact) -> Any:
    """exp(-rate theta)."""
    return (-ball(rate) * arb.pi() * ball(turns)).exp()


# ---------------------------------------------------------------------- aliased sums


def inverse_squares(x: int, step: int) -> Any:
    """sum over all integers m of 1/(x + m step)^2 by Hurwitz zeta functions, step not dividing x.

    Example:
        >>> from flint import arb
        >>> from orbitkernels.theory.circle_enclosures import inverse_squares
        >>> bool(abs(inverse_squares(1, 2) - arb.pi() ** 2 / 4) < 1e-12)
        True
    """
    part = Fraction(x % step, step)
    return (arb(2).zeta(ball(part)) + arb(2).zeta(ball(1 - part))) / step**2


def inverse_differences(x: int, y: int, step: int) -> Any:
    """sum over all integers m of 1/(x + m step) - 1/(y + m step) by digamma functions; step divides neither.

    The sum over m >= 0 of 1/(m + a) - 1/(m + b) is psi(b) - psi(a), the one over m < 0 psi(1 - a) - psi(1 - b).
    """
    a, b = (Fraction(value % step, step) for value in (x, y))
    psi = [ball(t).digamma() for t in (b, a, 1 - a, 1 - b)]
    return (psi[0] - psi[1] + psi[2] - psi[3]) / step


def aliased_kappa0(N: int, k: int) -> Any:
    """N sum_m a_(k+mN) with a_0 = 1/2, a_j = 2/(pi^2 j^2) for odd j, 0 for other even j."""
    found = arb(N) / 2 if k % N == 0 else arb(0)
    if N % 2 and k % 2 == 0:
        k += N
    if k % 2:
        found += 2 * N / arb.pi() ** 2 * inverse_squares(k, N if N % 2 == 0 else 2 * N)
    return found


def aliased_kappa1(N: int, k: int) -> Any:
    """N sum_m a_(k+mN) with a_j = 4/(pi^2 (j^2 - 1)^2) for even j, 1/4 for j = 1 and -1, 0 for other odd j.

    4/(j^2 - 1)^2 = 1/(j-1)^2 + 1/(j+1)^2 + 1/(j+1) - 1/(j-1).
    """
    found = sum((k - j) % N == 0 for j in (1, -1)) * arb(N) / 4
    if N % 2 and k % 2:
        k += N
    if k % 2 == 0:
        step = N if N % 2 == 0 else 2 * N
        squares = inverse_squares(k - 1, step) + inverse_squares(k + 1, step)
        found += N / arb.pi() ** 2 * (squares + inverse_differences(k + 1, k - 1, step))
    return found


def bessel_rest(z: Exact, order: int) -> Any:
    """A bound of sum_(j >= order) I_j(z), z > 0.

    (j + i)! >= j! (j + 1)^i gives I_j(z) <= (z/2)^j/j! exp(z^2/(4(j+1))), and the bounds for j + 1 and j have a
    ratio below z/(2(j+1)), so the sum is at most the first bound divided by 1 minus the first ratio.
    """
    half = ball(z) / 2
    first = half**order / arb(order + 1).gamma() * (half * half / (order + 1)).exp()
    ratio = half / (order + 1)
    return first / (1 - ratio) if ratio < 1 else arb.pos_inf()


def bessel_values(z: Exact, count: int) -> list[Any]:
    """I_0(z), ..., I_(count-1)(z) for z > 0.

    The recurrence I_(j-1) = I_(j+1) + (2j/z) I_j adds positive numbers, so it loses nothing from high orders down.

    Example:
        >>> from orbitkernels.theory.circle_enclosures import bessel_values
        >>> [value.str(5) for value in bessel_values(1, 3)]
        ['[1.2661 +/- 3.42e-5]', '[0.56516 +/- 8.97e-7]', '[0.13575 +/- 2.34e-6]']
    """
    argument = ball(z)
    values = [argument.bessel_i(count + 1), argument.bessel_i(count)]
    for j in range(count, 0, -1):
        values.append(values[-2] + values[-1] * (2 * j) / argument)
    return values[:1:-1]


def gaussian_spectrum(N: int, z: Exact) -> list[Any]:
    """lambda_k = N e^-z sum_m I_(k+mN)(z) for all k (Theorem K10)."""
    order = terms_needed(partial(bessel_rest, z))
    rest = _symmetric(2 * bessel_rest(z, order))
    bessel = bessel_values(z, order)
    sums = [total(bessel[abs(j)] for j in _residues(k, N, order)) for k in range(N)]
    return [N * (-ball(z)).exp() * (value + rest) for value in sums]


def laplace_spectrum(N: int, c: Exact) -> list[Any]:
    """lambda_k of exp(-c sin(theta/2)) for all k by Bessel functions (Theorem K11).

    A cotangent at an odd multiple of pi/2N is at most cot(pi/2N) < 2N/pi in absolute value, so the rests of both
    sums together are at most 2 N sum_(j >= order) I_j(c).
    """
    order = terms_needed(partial(bessel_rest, c))
    bessel = bessel_values(c, order)
    rest = _symmetric(2 * N * bessel_rest(c, order))
    waves = half_angle_table(N)
    found = []
    for k in range(N):
        even = total((-1) ** (j % 2) * bessel[2 * abs(j)] for j in _residues(k, N, (order + 1) // 2))
        odd = total((-1) ** i * bessel[2 * i + 1] * waves(2 * i + 1, k) for i in range(order // 2))
        found.append(N * even - 2 * odd + rest)
    return found


def neighbour_value(N: int, rate: Exact) -> Any:
    """q = exp(-2 pi rate/N), the value of exp(-rate theta) at neighbouring points (Theorem K11)."""
    return (-2 * arb.pi() * ball(rate) / N).exp()


def _residues(k: int, N: int, bound: int) -> range:
    """The integers j = k modulo N with |j| < bound."""
    return range(k - (bound - 1 + k) // N * N, bound, N)


def _symmetric(radius: Any) -> Any:
    """A ball around 0."""
    return arb(0, radius.upper())


def half_angle_table(N: int) -> Callable[[int, int], Any]:
    """sigma_p(k) = sum_j sin(pi p j/N) cos(2 pi jk/N) for odd p, from a table of cotangents.

    It is half the sum of cot(pi (p + 2k)/(2N)) and cot(pi (p - 2k)/(2N)).

    Example:
        >>> from orbitkernels.theory.circle_enclosures import half_angle_table
        >>> half_angle_table(2)(1, 0).contains(1)
        True
    """
    table = {}
    for p in range(1, 2 * N, 2):
        turns = Fraction(p, 2 * N)
        table[p] = cosine(turns) / sine(turns)
    return lambda p, k: (table[(p + 2 * k) % (2 * N)] + table[(p - 2 * k) % (2 * N)]) / 2


# ---------------------------------------------------------------------- ReLU nets with biases


@lru_cache(maxsize=16)
def relu_coefficients(count: int, ntk: bool) -> tuple[Fraction, ...]:
    """c_n with kappa1 [+ u kappa0] = u [+ u] + (1/pi) sum_n c_n w^(2n+1), u = 1 - 2 w^2 (Theorem K8).

    With arcsin(w) = sum_n b_n w^(2n+1): c_n = 8 b_(n-1)/(2n+1) for the NNGP kernel, and 4 b_(n-1) - 2 b_n more for
    the NTK (b_(-1) = 0).  They are at most 8 in absolute value.

    Example:
        >>> from orbitkernels.theory.circle_enclosures import relu_coefficients
        >>> [str(c) for c in relu_coefficients(3, ntk=False)], [str(c) for c in relu_coefficients(3, ntk=True)]
        (['0', '8/3', '4/15'], ['-2', '19/3', '47/60'])
    """
    arcsine = [Fraction(0)] + [Fraction(comb(2 * n, n), 4**n * (2 * n + 1)) for n in range(count)]
    return tuple(
        8 * b / (2 * n + 1) + (4 * b - 2 * after if ntk else 0) for n, (b, after) in enumerate(pairwise(arcsine))
    )


def relu_spectrum(N: int, weight: Exact, bias: Exact, q: Exact, ntk: bool) -> list[Any]:
    """lambda_k of a ReLU net with one hidden layer and biases, for all k (Theorem K8).

    The series in rho stops after M terms; the rest is at most 8 N rho^(M+1/2)/(1 - rho), as |c_n| <= 8.
    """
    size = Fraction(bias + weight * q)
    share = Fraction(weight * q) / size
    rho, whole = ball(share), ball(1 / (1 - share))

    def bound(M: int) -> Any:
        return 8 * N * rho.sqrt() * rho**M * whole

    needed = terms_needed(bound)
    rest = _symmetric(bound(needed))
    series = _sine_powers(N, [ball(c) for c in relu_coefficients(needed, ntk)], rho)
    times, found = (2 if ntk else 1), []
    for k in range(N):
        shifts = [sum((k - j) % N == 0 for j in group) for group in ((0,), (1, -1))]
        linear = N * times * ((1 - rho) * shifts[0] + rho / 2 * shifts[1])
        curved = (series[_least(k, N)] + rest) / arb.pi()
        found.append(N * ball(bias) * shifts[0] + ball(weight * size / 2) * (linear + curved))
    return found


def _sine_powers(N: int, coefficients: Sequence[Any], rho: Any) -> list[Any]:
    """sum_n c_n rho^(n+1/2) P_n(k) for k = 0, ..., N/2; k and N - k give one value.

    P_n(k) is the transform of sin(theta/2)^(2n+1), and sin(theta/2)^2 = (1 - cos(theta))/2 gives P_(n+1)(k) =
    P_n(k)/2 - (P_n(k-1) + P_n(k+1))/4.
    """
    waves, factor, half = half_angle_table(N), rho.sqrt(), range(N // 2 + 1)
    around = [(_least(k - 1, N), _least(k + 1, N)) for k in half]
    power, sums = [waves(1, k) for k in half], [arb(0) for _ in half]
    for c in coefficients:
        scaled = c * factor
        sums = [value + scaled * p for value, p in zip(sums, power, strict=True)]
        power = [p / 2 - (power[i] + power[j]) / 4 for p, (i, j) in zip(power, around, strict=True)]
        factor *= rho
    return sums


def _least(k: int, N: int) -> int:
    """The least absolute value of the integers that are k modulo N."""
    return min(k % N, -k % N)
