"""Routes to the Gaussian expectations of erf and its derivative that do not use their closed forms.

* Taylor coefficients in the covariance s12: Price's theorem, applied m times, gives the product of the
  expectations of the m-th derivatives, which are Gaussian moments of Hermite polynomials: rational numbers.
* Conditional integrals: given z1 the second variable is normal with mean m = s12 z1/s11 and variance
  v = s22 - s12^2/s11, for which E erf = erf(m/sqrt(1 + 2v)) and E erf' = (2/sqrt(pi (1 + 2v))) exp(-m^2/(1 + 2v)).
"""

from __future__ import annotations

from fractions import Fraction
from math import comb, factorial
from typing import Any

import numpy as np

from .gaussian_quadrature import enclosed_gaussian, gaussian_expectation


def price_coefficients(first: Fraction, second: Fraction, order: int, slope: bool) -> list[Fraction]:
    """Coefficients of s12^0, ..., s12^order of (pi/4) sqrt(A B) E, A = 1 + 2 s11, B = 1 + 2 s22.

    E is E[erf(z1) erf(z2)], or E[erf'(z1) erf'(z2)] with `slope`.  The m-th derivative of erf is (2/sqrt(pi))
    (-1)^(m-1) H_(m-1)(z) exp(-z^2), and its expectation (2/sqrt(pi A)) (-1)^(m-1) E[H_(m-1)(w)] with w normal of
    variance s11/A.

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.proofs.erf_checks import price_coefficients
        >>> price_coefficients(Fraction(0), Fraction(1), 3, slope=False)
        [Fraction(0, 1), Fraction(1, 1), Fraction(0, 1), Fraction(2, 9)]
    """
    found = []
    for m in range(order + 1):
        derivative = m + slope
        factors = [_hermite_moment(derivative - 1, s / (1 + 2 * s)) for s in (first, second)]
        found.append(factors[0] * factors[1] / factorial(m))
    return found


def _hermite_moment(n: int, variance: Fraction) -> Fraction:
    """E[H_n(w)] for w normal; 0 for n = -1, which stands for E[erf(z)] = 0.

    H_n(w) = sum_j (-1)^j n!/(j! (n - 2j)!) (2w)^(n - 2j), and E[w^2k] = (2k)!/(2^k k!) variance^k.
    """
    if n < 0 or n % 2:
        return Fraction(0)
    total = Fraction(0)
    for j in range(n // 2 + 1):
        k = n // 2 - j
        moment = Fraction(factorial(2 * k), 2**k * factorial(k)) * variance**k
        total += Fraction((-1) ** j * factorial(n) * 4**k, factorial(j) * factorial(2 * k)) * moment
    return total


def closed_form_coefficients(expression: Any, mixed: Any, order: int) -> list[Fraction]:
    """The same coefficients of a closed form in the symbol s12, `mixed`, times (pi/4) sqrt(A B).

    asin and the inverse square root are replaced by their binomial series.

    Args:
        expression: Product of numbers and asin(c s12) or (a - 4 s12^2)^(-1/2), times (pi/4) sqrt(A B).
        mixed: The symbol.
        order: Highest power.
    """
    import sympy

    def arc_sine(argument: Any) -> Any:
        terms = (sympy.Rational(comb(2 * m, m), 4**m * (2 * m + 1)) for m in range(order // 2 + 1))
        return sum(term * argument ** (2 * m + 1) for m, term in enumerate(terms))

    def inverse_root(base: Any) -> Any:
        value = base.subs(mixed, 0)
        ratio = 1 - base / value
        series = sum(sympy.Rational(comb(2 * m, m), 4**m) * ratio**m for m in range(order // 2 + 1))
        return series / sympy.sqrt(value)

    series = expression.replace(sympy.asin, arc_sine).replace(
        lambda part: part.is_Pow and part.exp == -sympy.Rational(1, 2) and part.has(mixed),
        lambda part: inverse_root(part.base),
    )
    polynomial = sympy.Poly(sympy.expand(series), mixed)
    values = [polynomial.coeff_monomial(mixed**m) for m in range(order + 1)]
    return [Fraction(int(value.p), int(value.q)) for value in values]


def enclosed_erf_expectations(first: Any, second: Any, mixed: Any) -> list[Any]:
    """E[erf(z1) erf(z2)] and E[erf'(z1) erf'(z2)] in balls, s11 > 0.

    Args:
        first: s11, a ball.
        second: s22.
        mixed: s12 with s12^2 <= s11 s22.
    """
    from flint import acb, arb

    slope, wide = mixed / first, 1 + 2 * (second - mixed * mixed / first)
    root = acb(arb(wide).sqrt())

    def value(z: Any) -> Any:
        return z.erf() * (acb(slope) * z / root).erf()

    def derivative(z: Any) -> Any:
        return 4 / acb.pi() / root * (-z * z - (acb(slope) * z / root) ** 2).exp()

    return [enclosed_gaussian(value, first, 1), enclosed_gaussian(derivative, first, 4 / arb.pi())]


def erf_expectations(first: float, second: float, mixed: float) -> tuple[float, float]:
    """The same in floating point, by Gauss-Legendre quadrature."""
    from scipy.special import erf

    slope, wide = mixed / first, 1 + 2 * max(second - mixed * mixed / first, 0.0)
    scale = min(1.0, np.sqrt(wide) / max(abs(slope), 1e-300))
    value = gaussian_expectation(lambda z: erf(z) * erf(slope * z / np.sqrt(wide)), first, scale)
    derivative = gaussian_expectation(lambda z: np.exp(-z * z - (slope * z) ** 2 / wide), first, scale)
    return float(value), float(4 / np.pi / np.sqrt(wide) * derivative)
