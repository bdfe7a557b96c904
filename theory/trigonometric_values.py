"""Values of trigonometric formulas at given integers: in balls, or exactly as a + b/pi with cyclotomic a and b.

The formulas are SymPy expressions made of rational numbers, symbols, pi, sums, products, integer powers and sin,
cos, tan, cot, sec, csc of rational multiples of pi.  Such sines are sums of roots of unity; pi is
transcendental, so a and b are unique and 1/pi can be kept as a symbol.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy
from flint import arb, fmpq

from orbitkernels.errors import InputError

from .cyclotomics import ONE, ZERO, Cyclotomic, root_of_unity

#: Values of the symbols of a formula: int, Fraction, or arb.
Point = Mapping[Any, Any]


@dataclass(frozen=True)
class OverPi:
    """The number a + b/pi with cyclotomic a and b.

    Attributes:
        constant: a.
        over_pi: b.

    Example:
        >>> from orbitkernels.theory.trigonometric_values import OverPi
        >>> half = OverPi.of(2).inverse()
        >>> half + half == OverPi.of(1)
        True
    """

    constant: Cyclotomic
    over_pi: Cyclotomic = ZERO

    @classmethod
    def of(cls, value: Cyclotomic | int | Fraction) -> OverPi:
        """A cyclotomic number, integer or fraction."""
        return cls(ONE * value)

    def __add__(self, other: OverPi) -> OverPi:
        return OverPi(self.constant + other.constant, self.over_pi + other.over_pi)

    def __mul__(self, other: OverPi) -> OverPi:
        if self.over_pi and other.over_pi:
            raise InputError("A product with 1/pi^2 is not kept; expand the formula in 1/pi first.")
        a, b = self.constant, other.constant
        return OverPi(a * b, a * other.over_pi + self.over_pi * b)

    def inverse(self) -> OverPi:
        """1/a, if b = 0."""
        if self.over_pi:
            raise InputError("A quotient by a number with 1/pi is not kept.")
        return OverPi(self.constant.inverse())

    def __str__(self) -> str:
        return f"{self.constant} + ({self.over_pi})/pi" if self.over_pi else str(self.constant)


def enclose(formula: Any, point: Point) -> Any:
    """Value of a formula as a ball (python-flint's arb).

    Args:
        formula: SymPy expression.
        point: An integer or fraction for each symbol; a ball for one that is in no angle, exponent or condition.

    Raises:
        InputError: If the formula holds a function that is not known here, or a symbol without value.

    Example:
        >>> import sympy
        >>> from orbitkernels.theory.trigonometric_values import enclose
        >>> N = sympy.Symbol("N")
        >>> enclose(1 / sympy.sin(sympy.pi / N) ** 2, {N: 6}).contains(4)
        True
    """
    return _Walk(point, _ball_of, _ball_trigonometric, arb.pi(), 1 / arb.pi(), lambda x: 1 / x).value(formula)


def exact_value(formula: Any, point: Point) -> OverPi:
    """Value of a formula as a + b/pi; arguments as in :func:`enclose`.

    Example:
        >>> import sympy
        >>> from orbitkernels.theory.trigonometric_values import exact_value
        >>> print(exact_value(sympy.Symbol("N") / 3 + sympy.cos(sympy.pi / 3) / sympy.pi, {sympy.Symbol("N"): 1}))
        1/3 + (1/2)/pi
    """
    over_pi = OverPi(ZERO, ONE)
    found = _Walk(point, OverPi.of, _exact_trigonometric, None, over_pi, OverPi.inverse).value(formula)
    assert isinstance(found, OverPi)
    return found


@dataclass(frozen=True)
class _Walk:
    """Evaluates a formula from its leaves up.

    Attributes:
        point: Values of the symbols.
        number: Makes a value of a fraction.
        trigonometric: Value of a function, by its name, at a multiple of pi.
        pi: Value of pi, None if it is not available.
        over_pi: Value of 1/pi.
        inverse: 1/x.
    """

    point: Point
    number: Callable[[Fraction], Any]
    trigonometric: Callable[[str, Fraction], Any]
    pi: Any
    over_pi: Any
    inverse: Callable[[Any], Any]

    def value(self, formula: Any) -> Any:
        """Value of a formula."""
        if formula.is_Symbol and isinstance(self.point.get(formula), arb):
            return self.point[formula]
        if formula.is_Symbol or formula.is_Rational:
            return self.number(_rational(formula, self.point))
        if formula is sympy.pi and self.pi is not None:
            return self.pi
        if formula.is_Add or formula.is_Mul:
            first, *rest = (self.value(part) for part in formula.args)
            for part in rest:
                first = first + part if formula.is_Add else first * part
            return first
        if formula.is_Pow:
            return self._power(*formula.as_base_exp())
        if isinstance(formula, sympy.Piecewise):
            return self.value(next(value for value, condition in formula.args if _holds(condition, self.point)))
        if isinstance(formula, sympy.core.function.Function):
            return self.trigonometric(formula.func.__name__, _turns(formula.args[0], self.point))
        raise InputError(f"A formula of sines and rational numbers has no part {formula}.")

    def _power(self, base: Any, exponent: Any) -> Any:
        """An integer power."""
        count = _rational(exponent, self.point)
        if count.denominator != 1:
            raise InputError(f"The exponent {exponent} is {count}, which is no integer.")
        one = self.over_pi if base is sympy.pi and count < 0 else self.value(base)
        if count < 0 and base is not sympy.pi:
            one = self.inverse(one)
        result = self.number(Fraction(1))
        for _ in range(abs(int(count))):
            result = result * one
        return result


def _rational(expression: Any, point: Point) -> Fraction:
    """Value of a rational expression."""
    if expression.is_Symbol:
        if expression not in point:
            raise InputError(f"The symbol {expression} of the formula has no value.")
        return Fraction(point[expression])
    if expression.is_Rational:
        return Fraction(int(expression.p), int(expression.q))
    if expression.is_Add:
        return sum((_rational(part, point) for part in expression.args), Fraction(0))
    if expression.is_Mul:
        product = Fraction(1)
        for part in expression.args:
            product *= _rational(part, point)
        return product
    if expression.is_Pow and expression.exp.is_Integer:
        return _rational(expression.base, point) ** int(expression.exp)
    raise InputError(f"{expression} is no rational expression.")


def _turns(angle: Any, point: Point) -> Fraction:
    """The angle divided by pi."""
    factors = list(sympy.Mul.make_args(angle))
    if angle == 0:
        return Fraction(0)
    if sympy.pi not in factors:
        raise InputError(f"The angle {angle} is no rational multiple of pi.")
    factors.remove(sympy.pi)
    turns = Fraction(1)
    for factor in factors:
        turns *= _rational(factor, point)
    return turns


def _holds(condition: Any, point: Point) -> bool:
    """Whether a condition Eq(Mod(a, b), 0) or a truth value holds."""
    if condition in (sympy.true, sympy.false):
        return bool(condition)
    if isinstance(condition, sympy.Eq) and isinstance(condition.lhs, sympy.Mod):
        a, b = (_rational(part, point) for part in condition.lhs.args)
        return a % b == _rational(condition.rhs, point)
    raise InputError(f"The condition {condition} is not known.")


def _ball_of(value: Fraction) -> Any:
    return arb(fmpq(value.numerator, value.denominator))


def _ball_trigonometric(name: str, turns: Fraction) -> Any:
    angle = fmpq(turns.numerator, turns.denominator)
    return _trigonometric(name, arb.sin_pi_fmpq(angle), arb.cos_pi_fmpq(angle), lambda x: 1 / x)


def _exact_trigonometric(name: str, turns: Fraction) -> OverPi:
    root, i = root_of_unity(2 * turns.denominator, turns.numerator), root_of_unity(4)
    sine = (root - root.conjugate()) * i * Fraction(-1, 2)
    cosine = (root + root.conjugate()) * Fraction(1, 2)
    return OverPi(_trigonometric(name, sine, cosine, Cyclotomic.inverse))


def _trigonometric(name: str, sine: Any, cosine: Any, inverse: Callable[[Any], Any]) -> Any:
    """A function from sine and cosine.

    Raises:
        InputError: If it is not one of the six.
        ZeroDivisionError: At a pole, if the numbers are exact.
    """
    if name in ("sin", "cos"):
        return sine if name == "sin" else cosine
    if name not in ("tan", "cot", "sec", "csc"):
        raise InputError(f"The function {name} is not known.")
    divided = inverse(cosine if name in ("tan", "sec") else sine)
    return divided if name in ("sec", "csc") else divided * (sine if name == "tan" else cosine)
