"""Formulas in pieces, with Max, Min, Piecewise and Heaviside, as formulas in absolute values and signs.

What is done with a Piecewise, and what with the pieces of another one, is done in the order in which they are
nested.  A sign whose argument keeps its side on an interval is +-1 there: sign(z) is 1 for z >= 1.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import Any, NamedTuple

import sympy
from sympy import Abs, Heaviside, Max, Min, Piecewise, S, sign

from orbitkernels.errors import InputError

from .gaussian_expectations import z


class _Part(NamedTuple):
    """A function on the interval from low to high."""

    function: Any
    low: Any
    high: Any


def in_absolute_values(expression: Any) -> Any:
    """The expression with Max, Min and Piecewise written by absolute values, steps by sign(z), and exact decimals.

    A continuous function in pieces f_0, f_1, ... that meet at c_1 < c_2 < ... is
    f_0(min(z, c_1)) + sum_k (f_k(z cut to [c_k, c_(k+1)]) - f_k(c_k)).  A step p, q with the value r at 0 is
    r + (p - q)/2 sign(z) + ((p + q)/2 - r) sign(z)^2.

    Raises:
        InputError: If pieces do not meet, conditions are no comparisons of z with numbers, a piece has no value
            at its end, or a number exceeds floating point.

    Example:
        >>> from sympy import Heaviside, Max, Piecewise
        >>> from orbitkernels.theory.activation_pieces import in_absolute_values
        >>> from orbitkernels.theory.gaussian_expectations import z
        >>> in_absolute_values(Max(z, 0)), in_absolute_values(Piecewise((z, z > 0), (-z, True)))
        (z/2 + Abs(z)/2, Abs(z))
        >>> in_absolute_values(Heaviside(z, 1))
        -sign(z)**2/2 + sign(z)/2 + 1
    """
    expression = expression.replace(lambda part: part.is_Float, _exact)
    expression = _without_pieces(expression.replace(Heaviside, _heaviside))
    expression = expression.replace(Max, lambda *sides: _extreme(sides, 1)).replace(
        Min, lambda *sides: _extreme(sides, -1)
    )
    if not expression.has(sign) and not expression.atoms(Abs) - {Abs(z)}:
        return expression
    if expression.has(sign):
        expression = _expanded(expression).subs(z * sign(z), Abs(z)).subs(Abs(z) * sign(z), z)
    return _by_half_lines(expression)


def _expanded(expression: Any) -> Any:
    """Products of sums as sums; exponentials stay whole, as exp(-800 (z - 1)^2) is 0 infinity in parts."""
    return sympy.expand(expression, power_exp=False)


def _exact(number: Any) -> Any:
    """The decimal that a SymPy float prints as in floating point."""
    if number != 0 and not sys.float_info.min <= abs(number) <= sys.float_info.max:
        raise InputError(f"Activation holds the number {sympy.N(number, 6)}, beyond floating point; scale it.")
    return sympy.Rational(repr(float(number)))


def _heaviside(argument: Any, middle: Any = S.Half) -> Any:
    """0, `middle` and 1 where the argument is negative, 0 and positive."""
    if not (middle.is_number and middle.is_real):
        raise InputError(
            f"Activation '{Heaviside(argument, middle)}' needs a real number as its value at the jump."
        )
    return _step(S.One, S.Zero, middle, argument)


def _step(right: Any, left: Any, middle: Any, argument: Any = z) -> Any:
    """The values where the argument is positive, negative and 0."""
    return middle + (right - left) / 2 * sign(argument) + ((right + left) / 2 - middle) * sign(argument) ** 2


def _by_half_lines(expression: Any) -> Any:
    """A polynomial for z > 0 and another for z < 0 that meet at 0, in powers of z and |z|; others as they are."""
    positive, sides = sympy.Dummy(positive=True), []
    for way in (1, -1):
        side = sympy.expand(expression.subs(z, way * positive))  # |t| is t for t > 0, and so are its sums
        if side.has(Abs, sign) or not side.is_polynomial(positive):
            return expression
        sides.append(side.subs(positive, way * z))
    ends = {sides[0].subs(z, 0), sides[1].subs(z, 0), expression.subs(z, 0)}
    if len(ends) > 1 or not any(side.has(z) for side in sides):
        return expression
    return sympy.expand(sum(sides) / 2) + sympy.expand(sympy.expand((sides[0] - sides[1]) / 2) / z) * Abs(z)


def _extreme(sides: tuple[Any, ...], way: int) -> Any:
    """The largest (way = 1) or least (-1) of some values: two of them are (a + b +- |a - b|)/2."""
    first, *others = sides
    for other in others:
        first = sympy.expand((first + other) / 2) + way * _absolute(sympy.expand((first - other) / 2))
    return first


def _absolute(value: Any) -> Any:
    """|value| with numbers taken out."""
    factor, rest = value.as_independent(z, as_Add=False)
    return abs(factor) * Abs(rest)


def _without_pieces(expression: Any) -> Any:
    """The expression with every outermost Piecewise, that may hold others, in absolute values."""
    if isinstance(expression, Piecewise):
        return _joined(expression)
    if not expression.has(Piecewise):
        return expression
    return expression.func(*map(_without_pieces, expression.args))


def _joined(pieces: Any) -> Any:
    """A Piecewise that is continuous, by values of z cut to intervals; or a step."""
    domains, shown = _domains(pieces), str(pieces)
    parts = _merged(_intervals(domains, shown), domains)
    if len(parts) == 2 and parts[1].low == 0 and not any(part.function.has(z) for part in parts):
        middle = _value(domains, S.Zero)
        if middle is None:
            raise InputError(f"Activation '{shown}' must have a value for every real z, but has none at z = 0.")
        return _step(parts[1].function, parts[0].function, middle)
    for one, other in pairwise(parts):
        _require_meeting(one, other, _value(domains, other.low), shown)
    total = S.Zero
    for function, low, high in parts:
        cut = z if low == -sympy.oo else _extreme((z, low), 1)
        cut = cut if high == sympy.oo else _extreme((cut, high), -1)
        total += function.subs(z, cut) - (0 if low == -sympy.oo else function.subs(z, low))
    return _expanded(total)


def _domains(pieces: Any) -> list[tuple[Any, Any]]:
    """The functions of a Piecewise and the sets where they hold."""
    unnested = sympy.piecewise_fold(pieces) if any(part.has(Piecewise) for part in pieces.args) else pieces
    if not isinstance(unnested, Piecewise):
        return [(unnested, S.Reals)]
    try:
        return list(unnested.as_expr_set_pairs(S.Reals))
    except (NotImplementedError, ValueError, TypeError) as error:
        raise InputError(
            f"Activation '{pieces}' has conditions that are no comparisons of z with numbers."
        ) from error


def _intervals(domains: list[tuple[Any, Any]], shown: str) -> list[_Part]:
    """The intervals of a Piecewise in their order on the line, cut where a sign in the function there changes."""
    parts = [
        _Part(function, interval.inf, interval.sup)
        for function, domain in domains
        for interval in (domain.args if isinstance(domain, sympy.Union) else (domain,))
        if isinstance(interval, sympy.Interval)
    ]
    parts.sort(key=lambda part: float(part.low))
    whole = parts and parts[0].low == -sympy.oo and parts[-1].high == sympy.oo
    if not whole or any(one.high != other.low for one, other in pairwise(parts)):
        raise InputError(f"Activation '{shown}' must have a value for every real z.")
    return [piece for part in parts for piece in _without_signs(part)]


def _without_signs(part: _Part) -> list[_Part]:
    """The intervals on which the signs of linear functions of z do not change, with their values there."""
    zeros = {}
    for found in part.function.atoms(sign):
        line = found.args[0].as_poly(z)
        if line is not None and line.degree() == 1:
            zeros[found] = (-line.coeff_monomial(1) / line.LC(), sympy.sign(line.LC()))
    inside = sorted({zero for zero, _ in zeros.values() if part.low < zero < part.high}, key=float)
    return [
        _Part(
            part.function.xreplace({s: way if zero <= low else -way for s, (zero, way) in zeros.items()}),
            low,
            high,
        )
        for low, high in pairwise((part.low, *inside, part.high))
    ]


def _merged(parts: list[_Part], domains: list[tuple[Any, Any]]) -> list[_Part]:
    """The parts, those beside each other being one if the function and its value between them are the same."""
    merged = parts[:1]
    for part in parts[1:]:
        last = merged[-1]
        if last.function == part.function and _value(domains, part.low) in (None, part.function.subs(z, part.low)):
            merged[-1] = last._replace(high=part.high)
        else:
            merged.append(part)
    return merged


def _value(domains: list[tuple[Any, Any]], point: Any) -> Any:
    """The value at a point as it is written; None where there is none."""
    return next((function.subs(z, point) for function, domain in domains if domain.contains(point) == True), None)  # noqa: E712


def _require_meeting(one: _Part, other: _Part, value: Any, shown: str) -> None:
    """Two functions have the same finite value where they meet, and so has the point itself."""
    point = other.low
    values = [one.function.subs(z, point), other.function.subs(z, point), *([] if value is None else [value])]
    for function, found in zip((one.function, other.function, value), values, strict=False):
        if found.has(S.NaN, S.ComplexInfinity, S.Infinity, S.NegativeInfinity, sympy.AccumBounds):
            raise InputError(
                f"Activation '{shown}' has no finite value of '{function}' at z = {point} as written, and limits"
                " are not taken; write the piece so that it has one at its ends."
            )
    if any(sympy.simplify(found - values[0]) != 0 for found in values[1:]):
        raise InputError(f"Activation '{shown}' jumps at z = {point}; it must be continuous.")
