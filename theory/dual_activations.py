"""Dual activations in closed form: E[f(z)^2], E[f(z1) f(z2)] and E[f'(z1) f'(z2)] for a centred Gaussian pair.

s11, s22 and s12 are the covariances, u = s12/sqrt(s11 s22).

* relu, leaky_relu, abs: from the arc-cosine kernels of :mod:`.arc_cosine` (Cho and Saul 2009), as
  f(z) = relu(z) - a relu(-z) and kappa1(-u) = kappa1(u) - u.
* steps: kappa0 itself (Sheppard 1899).
* erf: Williams (1997), theorem K3.
* GELU, f(z) = z Phi(z) (Tsuchida et al. 2021).  Stein's lemma twice gives
  E[f f] = s12 E[Phi Phi] + (s11 s22 + s12^2) E[phi phi] + s12 (s11 E[phi' Phi] + s22 E[Phi phi']), phi = Phi';
  with D^2 = (1 + s11)(1 + s22) - s12^2 the expectations are 1/4 + asin(s12/sqrt((1 + s11)(1 + s22)))/(2 pi),
  1/(2 pi D), and E[phi'(z1) Phi(z2)] = -s12/(2 pi (1 + s11) D).
* sin, cos: from E exp(i (w z1 +- w z2)) = exp(-w^2 (s11 + s22 +- 2 s12)/2).
* polynomials: E[f f] = sum_k D_k(s11) D_k(s22) s12^k/k! with D_k(s) = E[f^(k)(z)] (Mehler 1866).

Tests derive each of them once more by :mod:`.gaussian_expectations` and compare with integrals.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import sympy
from sympy import Integer, asin, cosh, exp, factorial, pi, sinh, sqrt

from orbitkernels.errors import InputError

from .arc_cosine import derive_kappa0, derive_kappa1
from .formula import u
from .gaussian_expectations import s11, s12, s22, z
from .polynomial_layers import pairings


class Dual(NamedTuple):
    """Gaussian expectations of an activation f.

    Attributes:
        variance: E[f(z)^2] as a function of E[z^2].
        covariance: E[f(z1) f(z2)] as a function of s11, s22, s12.
        slope_covariance: E[f'(z1) f'(z2)], likewise.
    """

    variance: Callable[[Any], Any]
    covariance: Callable[[Any, Any, Any], Any]
    slope_covariance: Callable[[Any, Any, Any], Any]


def from_expressions(covariance: Any, slope_covariance: Any) -> Dual:
    """Dual of expressions in the symbols s11, s22, s12."""

    def at(expression: Any) -> Callable[[Any, Any, Any], Any]:
        return lambda first, second, mixed: expression.xreplace({s11: first, s22: second, s12: mixed})

    # at s11 = s22 = s12, where expressions such as s22 - s12^2/s11 must become 0
    diagonal = sympy.simplify(covariance.subs({s22: s11, s12: s11}))
    return Dual(lambda s: diagonal.xreplace({s11: s}), at(covariance), at(slope_covariance))


def kappa0(cosine: Any = u) -> Any:
    """Arc-cosine kernel 1 - arccos(u)/pi of order 0, derived from 2 E[step(z1) step(z2)].

    Example:
        >>> from orbitkernels.theory.kernels import kappa0
        >>> kappa0(0), kappa0(1)
        (1/2, 1)
    """
    return derive_kappa0().expression.xreplace({u: sympy.sympify(cosine)})


def kappa1(cosine: Any = u) -> Any:
    """Arc-cosine kernel (sqrt(1 - u^2) + (pi - arccos u) u)/pi of order 1, from 2 E[relu(z1) relu(z2)].

    Example:
        >>> from orbitkernels.theory.kernels import kappa1
        >>> kappa1(0), kappa1(-1)
        (1/pi, 0)
    """
    return derive_kappa1().expression.xreplace({u: sympy.sympify(cosine)})


def erf_covariance(first: Any, second: Any, mixed: Any) -> Any:
    """E[erf(z1) erf(z2)] = (2/pi) asin(2 s12/sqrt((1 + 2 s11)(1 + 2 s22))) for covariances s11, s22, s12 (K3).

    Example:
        >>> from orbitkernels.theory.kernels import erf_covariance
        >>> erf_covariance(1, 1, 1)
        2*asin(2/3)/pi
    """
    return 2 / pi * asin(2 * mixed / geometric_mean(1 + 2 * first, 1 + 2 * second))


def erf_slope_covariance(first: Any, second: Any, mixed: Any) -> Any:
    """E[erf'(z1) erf'(z2)] = (4/pi)/sqrt((1 + 2 s11)(1 + 2 s22) - 4 s12^2), the derivative in s12 (K3).

    Example:
        >>> from orbitkernels.theory.kernels import erf_slope_covariance
        >>> erf_slope_covariance(1, 1, 0)
        4/(3*pi)
    """
    return 4 / pi / sqrt(geometric_mean(1 + 2 * first, 1 + 2 * second) ** 2 - 4 * mixed**2)


def geometric_mean(one: Any, other: Any) -> Any:
    """sqrt(one other) without a root if they are equal: SymPy is slow to find the sign of nested inverse sines."""
    one, other = sympy.sympify(one), sympy.sympify(other)
    return one if one == other else sqrt(one * other)


def leaky_relu(slope: Any) -> Dual:
    """f(z) = z for z > 0 and a z for z < 0: ((1 - a)^2 kappa1(u) + 2 a u) sqrt(s11 s22)/2, a = slope.

    For f' it is ((1 - a)^2 kappa0(u) + 2 a)/2.

    Example:
        >>> from orbitkernels.theory.dual_activations import leaky_relu
        >>> leaky_relu(1).covariance(4, 9, 2), leaky_relu(-1).covariance(4, 9, 0)
        (2, 12/pi)
    """

    def covariance(first: Any, second: Any, mixed: Any) -> Any:
        norm = sqrt(first * second)
        return (1 - slope) ** 2 / Integer(2) * norm * kappa1(mixed / norm) + slope * mixed

    def slope_covariance(first: Any, second: Any, mixed: Any) -> Any:
        return (1 - slope) ** 2 / Integer(2) * kappa0(mixed / sqrt(first * second)) + slope

    return Dual(lambda s: (1 + slope**2) / Integer(2) * s, covariance, slope_covariance)


def step(positive: Any, negative: Any, middle: Any) -> Dual:
    """f(z) = p for z > 0, q for z < 0, r at 0: ((p - q)^2 kappa0(u) + 2 p q)/2; the slopes have no second moment.

    Beside a variance of 0 the covariance is r (p + q)/2, and r^2 if both are.

    Example:
        >>> from orbitkernels.theory.dual_activations import step
        >>> step(1, -1, 0).covariance(4, 9, 3), step(1, 0, 0).variance(4), step(1, 0, 3).covariance(4, 0, 0)
        (1/3, 1/2, 3/2)
    """
    positive, negative, middle = map(sympy.sympify, (positive, negative, middle))
    mean, square = (positive + negative) / 2, (positive**2 + negative**2) / 2

    def covariance(first: Any, second: Any, mixed: Any) -> Any:
        if first == 0 or second == 0:
            return (middle if first == 0 else mean) * (middle if second == 0 else mean)
        cosine = mixed / geometric_mean(first, second)
        return (positive - negative) ** 2 / 2 * kappa0(cosine) + positive * negative

    def slope_covariance(first: Any, second: Any, mixed: Any) -> Any:
        raise InputError("The slope of a step has no second moment, so it has an NNGP kernel but no NTK.")

    return Dual(lambda s: middle**2 if s == 0 else square, covariance, slope_covariance)


def erf() -> Dual:
    """The error function."""
    return Dual(lambda s: erf_covariance(s, s, s), erf_covariance, erf_slope_covariance)


def gelu() -> Dual:
    """GELU z Phi(z), Phi the standard normal distribution function.

    Example:
        >>> from orbitkernels.theory.dual_activations import gelu
        >>> gelu().covariance(1, 1, 0)
        1/(4*pi)
    """
    return Dual(lambda s: _gelu_covariance(s, s, s), _gelu_covariance, _gelu_slope_covariance)


def _gelu_covariance(first: Any, second: Any, mixed: Any) -> Any:
    """E[z1 Phi(z1) z2 Phi(z2)] by the terms in the head of this file."""
    first, second, mixed = map(sympy.sympify, (first, second, mixed))
    one, other = 1 + first, 1 + second
    root = _gelu_root(first, second, mixed)
    angle = asin(mixed / geometric_mean(one, other))
    inner = first * second + mixed**2 - mixed**2 * (first / one + second / other)
    return mixed / Integer(4) + (mixed * angle + inner / root) / (2 * pi)


def _gelu_slope_covariance(first: Any, second: Any, mixed: Any) -> Any:
    """The derivative in s12, as f' = Phi + z phi."""
    first, second, mixed = map(sympy.sympify, (first, second, mixed))
    one, other = 1 + first, 1 + second
    root = _gelu_root(first, second, mixed)
    angle = asin(mixed / geometric_mean(one, other))
    inner = first * second + mixed**2 - mixed**2 * (first / one + second / other)
    return Integer(1) / 4 + (
        angle + mixed * (1 + 2 * (1 - first / one - second / other)) / root + inner * mixed / root**3
    ) / (2 * pi)


def _gelu_root(first: Any, second: Any, mixed: Any) -> Any:
    """D = sqrt((1 + s11)(1 + s22) - s12^2)."""
    return sqrt(geometric_mean(1 + first, 1 + second) ** 2 - mixed**2)


def sine(frequency: Any) -> Dual:
    """f(z) = sin(w z): exp(-w^2 (s11 + s22)/2) sinh(w^2 s12).

    Example:
        >>> from orbitkernels.theory.dual_activations import sine
        >>> sine(1).variance(1)
        1/2 - exp(-2)/2
    """
    return _wave(frequency, sinh, cosh, -1)


def cosine(frequency: Any) -> Dual:
    """f(z) = cos(w z): exp(-w^2 (s11 + s22)/2) cosh(w^2 s12)."""
    return _wave(frequency, cosh, sinh, 1)


def _wave(frequency: Any, value: Any, derivative: Any, parity: int) -> Dual:
    square = frequency**2

    def factor(first: Any, second: Any) -> Any:
        return exp(-square * (first + second) / Integer(2))

    return Dual(
        lambda s: (1 + parity * exp(-2 * square * s)) / 2,
        lambda first, second, mixed: factor(first, second) * value(square * mixed),
        lambda first, second, mixed: square * factor(first, second) * derivative(square * mixed),
    )


def polynomial_function(*coefficients: Any) -> Any:
    """c0 + c1 z + c2 z^2 + ..."""
    return sum((c * z**k for k, c in enumerate(coefficients)), Integer(0))


def polynomial(*coefficients: Any) -> Dual:
    """f(z) = c0 + c1 z + ...: sum_k D_k(s11) D_k(s22) s12^k/k!, and for the slopes k s12^(k-1)/k!.

    Example:
        >>> from orbitkernels.theory.dual_activations import polynomial
        >>> polynomial(0, 0, 1).covariance(1, 1, 1)
        3
    """
    degree = len(coefficients)

    def mean_derivative(k: int, s: Any) -> Any:
        """D_k(s) = sum_n c_n n!/(n - k)! E[z^(n - k)]."""
        return sum(
            (
                coefficients[n] * factorial(n) / factorial(n - k) * pairings(n - k) * s ** ((n - k) // 2)
                for n in range(k, degree, 2)
            ),
            Integer(0),
        )

    def expanded(lowest: int, first: Any, second: Any, mixed: Any) -> Any:
        return sum(
            (
                mean_derivative(k, first) * mean_derivative(k, second) * mixed**power / factorial(power)
                for power, k in enumerate(range(lowest, degree))
            ),
            Integer(0),
        )

    return Dual(
        lambda s: expanded(0, s, s, s),
        lambda *values: expanded(0, *values),
        lambda *values: expanded(1, *values),
    )


def hermite_function(degree: Any) -> Any:
    """He_k(z)/sqrt(k!), the normalised probabilists' Hermite polynomial."""
    k = int(degree)
    terms = (
        (-1) ** j * z ** (k - 2 * j) / (factorial(j) * factorial(k - 2 * j) * 2**j) for j in range(k // 2 + 1)
    )
    return sympy.expand(factorial(k) * sum(terms, Integer(0))) / sqrt(factorial(k))


def hermite(degree: Any) -> Dual:
    """f = h_k = He_k/sqrt(k!): k! sum_j s12^(k-2j) ((s11 - 1)(s22 - 1)/4)^j/((k - 2j)! j!^2).

    From sum_k He_k(z) t^k/k! = exp(t z - t^2/2); at s11 = s22 = 1 only s12^k is left.  The slope is
    sqrt(k) h_(k-1).

    Example:
        >>> import sympy
        >>> from orbitkernels.theory.dual_activations import hermite
        >>> hermite(3).covariance(1, 1, sympy.Symbol("u"))
        u**3
    """

    def expectation(k: int, first: Any, second: Any, mixed: Any) -> Any:
        product = (first - 1) * (second - 1) / Integer(4)
        return sum(
            (
                factorial(k) / (factorial(k - 2 * j) * factorial(j) ** 2) * mixed ** (k - 2 * j) * product**j
                for j in range(k // 2 + 1)
            ),
            Integer(0),
        )

    k = int(degree)
    return Dual(
        lambda s: expectation(k, s, s, s),
        lambda *values: expectation(k, *values),
        lambda *values: k * expectation(k - 1, *values),
    )
