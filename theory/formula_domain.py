"""Whether a formula has a real finite value at every u in [-1, 1], decided by ball arithmetic (arb).

The interval is halved until the formula is enclosed on every part.  A part too short to halve is where it fails.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from flint import arb, ctx, fmpq

from orbitkernels.errors import InputError

#: Bits of the enclosures, halvings of [-1, 1] before a part is given up, and parts examined in all.
PRECISION, MAX_HALVINGS, MAX_PARTS = 256, 60, 4000

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
}


class _NoValueError(Exception):
    """A subexpression leaves the real numbers on the whole part, or is of a kind that is not known."""


def require_value(expression: Any, symbol: Any, text: str) -> None:
    """Check that an expression is real and finite for every value of its symbol in [-1, 1].

    Args:
        expression: SymPy expression of one symbol.
        symbol: That symbol.
        text: Shown in the message.

    Raises:
        InputError: Naming a value of the symbol where the formula fails, or could not be shown to hold.

    Example:
        >>> from orbitkernels.theory.formula import u
        >>> from orbitkernels.theory.formula_domain import require_value
        >>> require_value(1 / (2 - u), u, "1/(2-u)")
        >>> require_value(1 / u, u, "1/u")
        Traceback (most recent call last):
            ...
        orbitkernels.errors.InputError: Formula '1/u' lacks a finite real value at u = 0; it needs one on [-1, 1].
    """
    shown = text if len(text) <= 80 else text[:77] + "..."
    with ctx.workprec(PRECISION):
        failure = _first_failure(expression, symbol)
    if failure is not None:
        raise InputError(
            f"Formula {shown!r} lacks a finite real value at u = {failure:.6g}; it needs one on [-1, 1]."
        )


def _first_failure(expression: Any, symbol: Any) -> float | None:
    """Midpoint of the leftmost part of [-1, 1] on which there is no enclosure; None if there is none."""
    parts, examined = [(fmpq(0), fmpq(1), 0)], 0
    while parts:
        middle, radius, halvings = parts.pop()
        examined += 1
        last = halvings == MAX_HALVINGS or examined >= MAX_PARTS
        if _has_value(expression, symbol, arb(arb(middle), arb(radius)), last):
            continue
        if last:
            return round(int(middle.p) / int(middle.q), 9) + 0.0  # no minus zero
        half = radius / 2
        parts += [(middle + half, half, halvings + 1), (middle - half, half, halvings + 1)]
    return None


def _has_value(expression: Any, symbol: Any, ball: arb, clamp: bool) -> bool:
    """Whether the expression is enclosed by a finite ball on the ball of the symbol."""
    try:
        return bool(_enclosed(expression, symbol, ball, clamp).is_finite())
    except _NoValueError:
        return False


def _enclosed(expression: Any, symbol: Any, ball: arb, clamp: bool) -> arb:
    """Ball that holds all values of the expression; not finite if there may be none.

    At the edge of the domain of a root or an inverse sine, as in sqrt(1 - u^2) at u = 1, a ball always sticks out.
    With `clamp` the part that sticks out is cut off.
    """
    if expression == symbol:
        return ball
    if expression.is_Rational:
        return arb(fmpq(int(expression.p), int(expression.q)))
    if expression is sympy.pi:
        return arb.pi()
    if expression is sympy.E:
        return arb.const_e()
    values = [_enclosed(argument, symbol, ball, clamp) for argument in expression.args]
    if expression.is_Add:
        return sum(values, arb(0))
    if expression.is_Mul:
        product = arb(1)
        for value in values:
            product *= value
        return product
    if expression.is_Pow:
        return _enclosed_power(expression.exp, values[0], values[1], clamp)
    if expression.func in _ENTIRE:
        return _ENTIRE[expression.func](values[0])
    if expression.func in (sympy.asin, sympy.acos):
        method = arb.asin if expression.func is sympy.asin else arb.acos
        return _monotone(method, values[0], arb(-1), arb(1), clamp)
    raise _NoValueError


def _enclosed_power(exponent: Any, base: arb, power: arb, clamp: bool) -> arb:
    """base ** power: whole powers of any base, positive powers of base >= 0, other powers of base > 0."""
    if exponent.is_Integer:
        return base ** int(exponent)
    if exponent.is_number and power > 0:
        return _monotone(lambda value: arb(0) if value == 0 else value**power, base, arb(0), None, clamp)
    return (power * base.log()).exp()


def _monotone(method: Callable[[arb], arb], ball: arb, least: arb, most: arb | None, clamp: bool) -> arb:
    """Image of a ball under a monotone function with domain [least, most], from its two ends."""
    low, high = ball.lower(), ball.upper()
    if not ball.is_finite() or high < least or (most is not None and low > most):
        raise _NoValueError
    if not clamp and (low < least or (most is not None and high > most)):
        raise _NoValueError
    low = least if low < least else low
    high = most if most is not None and high > most else high
    return method(low).union(method(high))
