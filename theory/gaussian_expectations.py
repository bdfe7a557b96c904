"""Gaussian expectations E[f(z1) f(z2)] in closed form, derived by a change of the Gaussian and by Stein's lemma.

(z1, z2) is Gaussian of mean 0 with the covariances s11, s22, s12.  The functions are sums of terms

    c z^n exp(a z^2 + b z) K(z),    K = 1, erf(k z) or sign(z),

with real a and complex b: polynomials, exp, sin, cos, sinh, cosh, Abs(z), erf, relu, GELU and products of them.

1. The exponentials are absorbed: exp(a1 z1^2 + b1 z1 + a2 z2^2 + b2 z2) times the density is a constant times the
   density of a Gaussian with the covariance S' = (S^-1 - 2 diag(a))^-1 and the mean m = S' b.
2. Powers of z are removed one by one by Stein's lemma, E[z1 G] = m1 E[G] + S'11 E[dG/dz1] + S'12 E[dG/dz2], where
   erf' is an exponential and sign' = 2 delta conditions on z1 = 0.
3. What is left has no powers: E erf(k z) = erf(k m/sqrt(1 + 2 k^2 S')), and for m = 0
   E[erf(k z1) erf(l z2)] = (2/pi) asin(2 k l S'12/sqrt((1 + 2 k^2 S'11)(1 + 2 l^2 S'22))) (Williams 1997, K3);
   sign(z) is erf(k z) as k grows (Sheppard 1899, K1).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import sympy
from sympy import Abs, DiracDelta, I, Integer, S, asin, erf, erfi, exp, pi, sign, sqrt

#: The argument of an activation, and the covariances of a pair of arguments.
z = sympy.Symbol("z", real=True)
s11, s22 = sympy.symbols("s_11 s_22", positive=True)
s12 = sympy.Symbol("s_12", real=True)

#: Most terms of a function, and highest power of a sum in it, for which a closed form is sought.
MAX_TERMS, MAX_POWER = 24, 12

_DELTA = "delta"


class NoClosedFormError(Exception):
    """The function is no sum of the terms above, or an expectation of two of them is not known."""


class Term(NamedTuple):
    """z^power exp(square z^2 + linear z) K(z), K(z) = erf(scale z): 0 stands for K = 1, infinity for sign(z)."""

    power: int
    square: Any
    linear: Any
    scale: Any


def closed_expectations(function: Any) -> tuple[Any, Any]:
    """E[f(z1) f(z2)] and E[f'(z1) f'(z2)] as expressions in s11, s22, s12.

    Args:
        function: SymPy expression of a continuous function in `z`.

    Raises:
        NoClosedFormError: If this method finds none.

    Example:
        >>> from sympy import sin
        >>> from orbitkernels.theory.gaussian_expectations import closed_expectations, z
        >>> closed_expectations(z**2)
        (s_11*s_22 + 2*s_12**2, 4*s_12)
        >>> closed_expectations(sin(z))[1]
        exp(-s_11/2 - s_12 - s_22/2)/2 + exp(-s_11/2 + s_12 - s_22/2)/2
    """
    return expectation(function, function), expectation(slope(function), slope(function))


def slope(function: Any) -> Any:
    """f' of a continuous f but for the points where it has a kink.

    Example:
        >>> from sympy import Abs
        >>> from orbitkernels.theory.gaussian_expectations import slope, z
        >>> slope(Abs(z) + z**2)
        2*z + sign(z)
    """
    return sympy.diff(function, z).replace(DiracDelta, lambda *_: S.Zero)


@cache
def expectation(one: Any, other: Any) -> Any:
    """E[g(z1) h(z2)] as an expression in s11, s22, s12.

    Raises:
        NoClosedFormError: If this method finds none.

    Example:
        >>> from sympy import sign
        >>> from orbitkernels.theory.gaussian_expectations import expectation, z
        >>> expectation(sign(z), sign(z))
        2*asin(s_12/(sqrt(s_11)*sqrt(s_22)))/pi
    """
    total = S.Zero
    for sign_of in (1, -1):  # an even function times an odd one has the expectation 0
        left, right = terms(_part(one, sign_of)), terms(_part(other, sign_of))
        total += sum((c * d * _expectation(t, w, (s11, s22, s12)) for c, t in left for d, w in right), S.Zero)
    return _real(total)


def _part(function: Any, sign_of: int) -> Any:
    """The even or the odd part of a function."""
    return (function + sign_of * function.subs(z, -z)) / 2


@cache
def terms(function: Any) -> tuple[tuple[Any, Term], ...]:
    """Coefficients and terms of a function.

    Raises:
        NoClosedFormError: If it is no sum of such terms, or one of too many.

    Example:
        >>> from sympy import erf
        >>> from orbitkernels.theory.gaussian_expectations import terms, z
        >>> terms(3 * z * erf(2 * z))
        ((3, Term(power=1, square=0, linear=0, scale=2)),)
    """
    if any(part.is_Pow and part.base.is_Add and not -MAX_POWER <= part.exp <= MAX_POWER
           for part in function.atoms(sympy.Pow) if part.exp.is_number):  # fmt: skip
        raise NoClosedFormError
    plain = function.rewrite([sympy.sin, sympy.cos, sympy.sinh, sympy.cosh], exp).replace(
        Abs, lambda argument: argument * sign(argument)
    )
    summands = sympy.Add.make_args(sympy.expand(plain, complex=False))
    if len(summands) > MAX_TERMS:
        raise NoClosedFormError
    found: dict[Term, Any] = {}
    for summand in summands:
        coefficient, term = _term(summand)
        found[term] = found.get(term, S.Zero) + coefficient
    return tuple((sympy.expand(c), term) for term, c in found.items() if sympy.expand(c) != 0)


def _term(summand: Any) -> tuple[Any, Term]:
    """Coefficient and term of a product."""
    coefficient, power, square, linear, scale, signs = S.One, 0, S.Zero, S.Zero, S.Zero, 0
    for factor in sympy.Mul.make_args(summand):
        base, exponent = factor.as_base_exp()
        if not factor.has(z):
            coefficient *= factor
        elif base == z and exponent.is_Integer and exponent > 0:
            power += int(exponent)
        elif factor.func is exp:
            constant, first, second = _quadratic(factor.args[0])
            coefficient, linear, square = coefficient * exp(constant), linear + first, square + second
        elif base == sign(z) and exponent.is_Integer and exponent > 0:
            signs += int(exponent)
        elif factor.func is erf and scale == 0:
            constant, scale, second = _quadratic(factor.args[0])
            if constant != 0 or second != 0 or not scale.is_real:
                raise NoClosedFormError
        else:
            raise NoClosedFormError
    if not square.is_real or (signs % 2 and scale != 0):
        raise NoClosedFormError
    return coefficient, Term(power, square, linear, S.Infinity if signs % 2 else scale)


def _quadratic(argument: Any) -> tuple[Any, Any, Any]:
    """Coefficients of 1, z, z^2 of a polynomial of degree at most 2."""
    polynomial = sympy.expand(argument).as_poly(z)
    if polynomial is None or polynomial.degree() > 2 or polynomial.has(sign):
        raise NoClosedFormError
    constant, first, second = (polynomial.coeff_monomial(z**k) for k in range(3))
    return constant, first, second


@cache
def _expectation(one: Term, other: Term, covariance: tuple[Any, Any, Any]) -> Any:
    """E[t(z1) w(z2)] of two terms."""
    if _DELTA in (one.scale, other.scale):
        return _at_zero(one, other, covariance)
    if one.power == 0 and other.power:
        first, second, mixed = covariance
        return _expectation(other, one, (second, first, mixed))
    factor, mean, tilted = _absorbed(one, other, covariance)
    if one.power == 0:
        return factor * _base(one.scale, other.scale, mean, tilted)
    less = one._replace(power=one.power - 1)
    parts = [(mean[0], less, other)]
    parts += [(tilted[0] * c, t, other) for c, t in _derivative(less)]
    parts += [(tilted[2] * c, less, t) for c, t in _derivative(other)]
    return sum((c * _expectation(t, w, covariance) for c, t, w in parts if c != 0), S.Zero)


def _derivative(term: Term) -> Iterable[tuple[Any, Term]]:
    """Derivative of z^n K(z), the exponential being part of the Gaussian."""
    if term.power:
        yield Integer(term.power), term._replace(power=term.power - 1)
    if term.scale is S.Infinity:
        yield Integer(2), term._replace(scale=_DELTA)
    elif term.scale != 0:
        yield 2 * term.scale / sqrt(pi), term._replace(square=term.square - term.scale**2, scale=S.Zero)


def _at_zero(one: Term, other: Term, covariance: tuple[Any, Any, Any]) -> Any:
    """E[delta(z1) z1^n w(z2)]: the density at z1 = 0 times the expectation given z1 = 0."""
    first, second, mixed = covariance
    if one.scale != _DELTA:
        return _at_zero(other, one, (second, first, mixed))
    if one.power:
        return S.Zero
    if other.scale == _DELTA:
        raise NoClosedFormError  # the slope of a jump
    nothing, variance = Term(0, S.Zero, S.Zero, S.Zero), sympy.Dummy("v", positive=True)
    given = _expectation(other, nothing, (variance, S.One, S.Zero))  # in a symbol, so that v/sqrt(v) is sqrt(v)
    return given.xreplace({variance: second - mixed**2 / first}) / sqrt(2 * pi * first)


def _absorbed(one: Term, other: Term, covariance: tuple[Any, Any, Any]) -> tuple[Any, Any, tuple[Any, Any, Any]]:
    """E[exp(...)], and mean and covariance of the Gaussian that the exponentials make of the given one."""
    first, second, mixed = covariance
    a, b, c, d = one.square, other.square, one.linear, other.linear
    gap = first * second - mixed**2
    size = (1 - 2 * a * first) * (1 - 2 * b * second) - 4 * a * b * mixed**2
    tilted = ((first - 2 * b * gap) / size, (second - 2 * a * gap) / size, mixed / size)
    mean = (tilted[0] * c + tilted[2] * d, tilted[2] * c + tilted[1] * d)
    return exp(sympy.expand((c * mean[0] + d * mean[1]) / 2)) / sqrt(size), mean, tilted


def _base(one: Any, other: Any, mean: tuple[Any, Any], covariance: tuple[Any, Any, Any]) -> Any:
    """E[K(z1) L(z2)] without powers or exponentials."""
    if one == 0 and other == 0:
        return S.One
    if one == 0:
        return erf(mean[1] / _spread(other, covariance[1]))
    if other == 0:
        return erf(mean[0] / _spread(one, covariance[0]))
    if mean != (0, 0):
        raise NoClosedFormError  # Owen's T
    product = _spread(one, covariance[0]) * _spread(other, covariance[1])
    return 2 / pi * asin(2 * covariance[2] / product)


def _spread(scale: Any, variance: Any) -> Any:
    """sqrt(1 + 2 k^2 s)/k, with its sign."""
    return sqrt(2 * variance) if scale is S.Infinity else sqrt(1 + 2 * scale**2 * variance) / scale


def _real(value: Any) -> Any:
    """A real value without imaginary parts, which the exponentials of sines leave behind."""
    if not value.has(I):
        return value
    value = sympy.expand(value.replace(erf, _real_erf))
    if value.has(I):
        value = sympy.re(sympy.expand(value, complex=True))
    if value.has(I, sympy.re, sympy.im, sympy.arg):
        raise NoClosedFormError
    return value


def _real_erf(argument: Any) -> Any:
    """erf(argument), or i erfi(x) for an argument i x."""
    if not argument.has(I):
        return erf(argument)
    imaginary = sympy.expand(-I * argument)
    if imaginary.has(I):
        raise NoClosedFormError
    return I * erfi(imaginary)
