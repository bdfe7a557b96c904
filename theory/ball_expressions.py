"""SymPy expressions in balls: evaluated in interval arithmetic, as kernels and the domains of formulas need it.

Every value holds the true one.  Where a true argument lies on the edge of the domain of a root or an inverse sine,
as in sqrt(1 - u^2) at u = 1, the ball of the argument sticks out; what sticks out is cut off, which keeps the
result true because the argument itself lies in the domain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy
from flint import arb, fmpq

_ENTIRE: dict[Any, Callable[[arb], arb]] = {
    sympy.exp: arb.exp,
    sympy.log: arb.log,  # nan unless the argument is surely positive
    sympy.sin: arb.sin,
    sympy.cos: arb.cos,
    sympy.tan: arb.tan,
    sympy.atan: arb.atan,
    sympy.sinh: arb.sinh,
    sympy.cosh: arb.cosh,
    sympy.tanh: arb.tanh,
    sympy.Abs: abs,
    sympy.sign: lambda ball: arb(1) if ball > 0 else arb(-1) if ball < 0 else arb(0) if ball == 0 else arb(0, 1),
    sympy.erf: arb.erf,
    sympy.erfi: arb.erfi,
}


class NoValueError(Exception):
    """A subexpression leaves the real numbers on the whole ball, or is of a kind that is not known."""


def enclose(expression: Any, values: Mapping[Any, arb], clamp: bool = True) -> arb:
    """Ball that holds all values of an expression, not finite if there may be none.

    Args:
        expression: SymPy expression of real value in the symbols below: sums, products, powers, pi, E, rational
            numbers, the functions of :data:`orbitkernels.theory.formula.FUNCTIONS`, sign, erf and erfi.
        values: A ball for each symbol.
        clamp: Whether a ball that sticks out of the domain of a function is cut off at its edge.

    Raises:
        NoValueError: If a ball lies outside of the domain, or sticks out of it without `clamp`.

    Example:
        >>> import sympy
        >>> from flint import arb
        >>> from orbitkernels.theory.ball_expressions import enclose
        >>> x = sympy.Symbol("x")
        >>> enclose(sympy.exp(x) / sympy.pi, {x: arb(1)}).str(10)
        '[0.8652559794 +/- 3.23e-11]'
    """
    known: dict[Any, arb] = dict(values)

    def value(part: Any) -> arb:
        if part not in known:  # each different subexpression is evaluated once
            known[part] = _value(part, [value(argument) for argument in part.args], clamp)
        return known[part]

    return value(expression)


def _value(expression: Any, arguments: list[arb], clamp: bool) -> arb:
    """The value of an expression whose arguments have these values."""
    if expression.is_Rational:
        return arb(fmpq(int(expression.p), int(expression.q)))
    if expression is sympy.pi:
        return arb.pi()
    if expression is sympy.E:
        return arb.const_e()
    if expression.is_Add:
        return sum(arguments, arb(0))
    if expression.is_Mul:
        product = arb(1)
        for argument in arguments:
            product *= argument
        return product
    if expression.is_Pow:
        return _power(expression.exp, arguments[0], arguments[1], clamp)
    if expression.func in _ENTIRE:
        return _ENTIRE[expression.func](arguments[0])
    if expression.func in (sympy.asin, sympy.acos):
        method = arb.asin if expression.func is sympy.asin else arb.acos
        return _monotone(method, arguments[0], arb(-1), arb(1), clamp)
    raise NoValueError(f"{expression} has no known value.")


def _power(exponent: Any, base: arb, power: arb, clamp: bool) -> arb:
    """base ** power: whole powers of any base, positive powers of base >= 0, other powers of base > 0."""
    if exponent.is_Integer:
        return _whole_power(base, int(exponent))
    if exponent.is_number and power > 0:
        return _monotone(lambda value: arb(0) if value == 0 else value**power, base, arb(0), None, clamp)
    return (power * base.log()).exp()


def _whole_power(base: arb, exponent: int) -> arb:
    """base ** exponent; python-flint has no value for a ball that holds numbers of both signs."""
    if exponent <= 0 or not base.contains(0):
        return base**exponent
    most = base.abs_upper() ** exponent
    return most.union(arb(0) if exponent % 2 == 0 else -most)


def _monotone(method: Callable[[arb], arb], ball: arb, least: arb, most: arb | None, clamp: bool) -> arb:
    """Image of a ball under a monotone function with domain [least, most], from its two ends."""
    low, high = ball.lower(), ball.upper()
    if not ball.is_finite() or high < least or (most is not None and low > most):
        raise NoValueError
    if not clamp and (low < least or (most is not None and high > most)):
        raise NoValueError
    low = least if low < least else low
    high = most if most is not None and high > most else high
    return method(low).union(method(high))
