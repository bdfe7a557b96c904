r"""Spectrum of a net with one hidden layer of erf on N equispaced points of a circle (Theorem K9).

With sw2, sb2 the variances and q = |x|^2/d, the NNGP and the NTK at the angle theta are

    S = sb2 + (2 sw2/pi) asin(v),    T = S + (2 sw2/pi) v/sqrt(1 - v^2),    v = beta + alpha cos(theta),

alpha = 2 sw2 q/(1 + 2 sb2 + 2 sw2 q), beta = 2 sb2/(1 + 2 sb2 + 2 sw2 q).  With asin(v) = sum gamma_p v^p over odd
p, gamma_p = C(p - 1, (p - 1)/2)/(2^(p - 1) p), the Fourier coefficients of asin(v) are

    a_m = sum_{i, j >= 0, p = 2i + |m| + j odd} gamma_p p!/(i! (i + |m|)! j!) (alpha/2)^(2i + |m|) beta^j,

those of v/sqrt(1 - v^2) the same with each term times p.  All are >= 0, and a_m <= (pi/2) r^-|m| with the rate r.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache, partial
from math import comb, factorial
from typing import Any

from flint import arb, arb_poly

from .balls import ball
from .circle_enclosures import terms_needed

Exact = int | Fraction


def amplitudes(weight_variance: Any, bias_variance: Any, q: Any) -> tuple[Any, Any]:
    """(alpha, beta), of the type of the arguments.

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.theory.erf_spectrum import amplitudes
        >>> [str(value) for value in amplitudes(Fraction(1), Fraction(1), Fraction(1))]
        ['2/5', '2/5']
    """
    whole = 1 + 2 * bias_variance + 2 * weight_variance * q
    return 2 * weight_variance * q / whole, 2 * bias_variance / whole


def arc_sine_coefficient(p: int) -> Fraction:
    """gamma_p, the coefficient of v^p in asin(v).

    Example:
        >>> from orbitkernels.theory.erf_spectrum import arc_sine_coefficient
        >>> [str(arc_sine_coefficient(p)) for p in (1, 2, 3, 5)]
        ['1', '0', '1/6', '3/40']
    """
    return Fraction(comb(p - 1, (p - 1) // 2), 2 ** (p - 1) * p) if p % 2 else Fraction(0)


def term(m: int, i: int, j: int, slope: bool = False) -> Fraction:
    """Coefficient of alpha^(2i + |m|) beta^j in a_m; times p = 2i + |m| + j with `slope`.

    Example:
        >>> from orbitkernels.theory.erf_spectrum import term
        >>> str(term(1, 0, 0)), str(term(1, 1, 0)), str(term(1, 1, 0, slope=True))
        ('1/2', '1/16', '3/16')
    """
    m = abs(m)
    p = 2 * i + m + j
    multinomial = Fraction(factorial(p), factorial(i) * factorial(i + m) * factorial(j))
    return arc_sine_coefficient(p) * multinomial * Fraction(p if slope else 1, 2 ** (2 * i + m))


def aliased_term(N: int, k: int, e: int, j: int, slope: bool = False) -> Fraction:
    """Coefficient of alpha^e beta^j in N sum_m a_(k + mN)."""
    orders = [m for m in range(-e, e + 1, 2) if (m - k) % N == 0]
    return N * sum((term(m, (e - abs(m)) // 2, j, slope) for m in orders), Fraction(0))


def decay_rate(weight_variance: Any, q: Any) -> Any:
    """r = 1 + e + sqrt(e (2 + e)), e = 1/(2 sw2 q): the larger solution of beta + alpha (r + 1/r)/2 = 1, in SymPy.

    Example:
        >>> import sympy
        >>> from orbitkernels.theory.erf_spectrum import decay_rate
        >>> decay_rate(sympy.Rational(1, 2), 1)
        sqrt(3) + 2
    """
    import sympy

    e = 1 / (2 * sympy.sympify(weight_variance) * q)
    return 1 + e + sympy.sqrt(e * (2 + e))


# ---------------------------------------------------------------------- balls


@lru_cache(maxsize=16)
def enclosed_coefficients(alpha: Fraction, beta: Fraction, slope: bool) -> tuple[tuple[Any, ...], Any]:
    """a_0, ..., a_P from the powers up to P, and a bound of all that is left out of all coefficients together.

    The coefficients of the powers of v = (alpha/2) (z + 1/z) + beta are not negative and sum up to s^p,
    s = alpha + beta < 1.  As gamma_p <= 1 (p gamma_p <= 1), the odd powers beyond P = 2M - 1 are at most
    s^(2M + 1)/(1 - s^2).
    """
    total = ball(alpha + beta)
    rest = partial(_geometric_rest, total, total**2)
    needed = terms_needed(rest)
    largest = 2 * needed - 1
    found = _composed(largest, ball(alpha / 2), ball(beta), slope)
    return tuple(found[largest + m] for m in range(largest + 1)), rest(needed)


def _composed(largest: int, half: Any, middle: Any, slope: bool) -> Any:
    """z^P times the sum of gamma_p v^p over the odd p up to P, a polynomial in z, by Horner's rule in v^2.

    With K = half + middle z + half z^2 = z v it is K times the sum of gamma_p K^(p - 1) z^(P - p).
    """
    kernel = arb_poly([half, middle, half])
    square, found = kernel * kernel, arb_poly([])
    for p in range(largest, 0, -2):
        found *= square
        found[largest - p] += ball(arc_sine_coefficient(p) * (p if slope else 1))
    return found * kernel


def enclosed_spectrum(N: int, weight: Exact, bias: Exact, q: Exact, ntk: bool) -> list[Any]:
    """lambda_0, ..., lambda_(N-1) of the NNGP, or of the NTK, by the aliased double series.

    Example:
        >>> from orbitkernels.theory.erf_spectrum import enclosed_spectrum
        >>> from orbitkernels.theory.enclosures import working_precision
        >>> with working_precision():
        ...     enclosed_spectrum(1, 1, 0, 1, ntk=False)[0].str(10)  # (2/pi) asin(2/3)
        '[0.4645590544 +/- 2.47e-12]'
    """
    alpha, beta = amplitudes(Fraction(weight), Fraction(bias), Fraction(q))
    found = [N * ball(bias) if k == 0 else arb(0) for k in range(N)]
    for slope in (False, True) if ntk else (False,):
        coefficients, rest = enclosed_coefficients(alpha, beta, slope)
        scale = 2 * ball(weight) / arb.pi() * N
        for m, value in enumerate(coefficients):
            for k in (0,) if m == 0 else (m % N, -m % N):
                found[k] += scale * value
        found = [value + scale * rest * arb(0.5, 0.5) for value in found]
    return found


def enclosed_hypergeometric_spectrum(N: int, weight: Exact, q: Exact, ntk: bool) -> list[Any]:
    """The same for sb2 = 0 by 2F1; frequencies beyond 2M are at most 2 bound r^-(2M + 1)/(1 - r^-2) together.

    The bound of a_m r^m is pi/2.  For v/sqrt(1 - v^2) take the smaller rate sqrt(r), at which v < 1.
    """
    from .ball_expressions import enclose

    alpha, _ = amplitudes(Fraction(weight), Fraction(0), Fraction(q))
    rate = enclose(decay_rate(*map(_rational, (weight, q))), {})
    scale = 2 * ball(weight) / arb.pi() * N
    found = [arb(0)] * N
    for slope in (False, True) if ntk else (False,):
        slower = rate.sqrt() if slope else rate
        v = ball(alpha) / 2 * (slower + 1 / slower)
        bound = v / (1 - v * v).sqrt() if slope else arb.pi() / 2
        if not bound.is_finite():
            raise ArithmeticError(f"At the rate {slower} the series does not converge surely.")
        rest = partial(_geometric_rest, 2 * bound / slower, slower**-2)
        needed = terms_needed(rest)
        for m in range(1, 2 * needed, 2):
            value = enclosed_hypergeometric(m, ball(alpha), slope)
            for k in (m % N, -m % N):
                found[k] += scale * value
        found = [value + scale * rest(needed) * arb(0.5, 0.5) for value in found]
    return found


def _geometric_rest(first: Any, ratio: Any, M: int) -> Any:
    """Sum over i >= M of first ratio^i, ratio < 1."""
    return first * ratio**M / (1 - ratio)


def enclosed_hypergeometric(m: int, alpha: Any, slope: bool) -> Any:
    """a_m for beta = 0 and odd m > 0 as a ball: gamma_m (alpha/2)^m 2F1(m/2, m/2; m + 1; alpha^2).

    With `slope` m gamma_m (alpha/2)^m 2F1(m/2, m/2 + 1; m + 1; alpha^2).

    Example:
        >>> from flint import arb
        >>> from orbitkernels.theory.erf_spectrum import enclosed_hypergeometric
        >>> bool(abs(enclosed_hypergeometric(1, arb(1), False) - 2 / arb.pi()) < 1e-12)  # of asin(cos(theta))
        True
    """
    half = arb(m) / 2
    first = ball(arc_sine_coefficient(m) * (m if slope else 1))
    return first * (alpha / 2) ** m * (alpha * alpha).hypgeom_2f1(half, half + int(slope), arb(m + 1))


def _rational(value: Exact) -> Any:
    import sympy

    return sympy.Rational(Fraction(value).numerator, Fraction(value).denominator)
