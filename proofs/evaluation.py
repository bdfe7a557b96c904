"""Values of expressions to 50 digits at random points that satisfy the assumptions on their symbols."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from typing import Any

import mpmath
import sympy


class DerivationError(ValueError):
    """A step is wrong, or cannot be checked."""


#: Decimal digits to which both sides of an equation must agree where SymPy does not decide.
DIGITS = 50

#: Random admissible points at which both sides are evaluated.
POINTS = 6

#: For each symbol the interval of its admissible values; integer symbols take integers of the closed interval.
Domain = Mapping[Any, tuple[float, float]]


def random_points(symbols: set[Any], domain: Domain, seed: int = 0) -> Any:
    """Endless random points: a dictionary symbol -> rational or complex number, or integer for integer symbols.

    Raises:
        DerivationError: If the interval of a symbol holds no value that satisfies its assumptions.
    """
    generator = random.Random(seed)
    ordered = sorted(symbols, key=str)
    while True:
        yield {symbol: _random_value(symbol, domain.get(symbol), generator) for symbol in ordered}


def reach(symbol: Any) -> tuple[float, float] | None:
    """The interval from which a symbol without a domain takes its values; None for complex symbols.

    Example:
        >>> import sympy
        >>> from orbitkernels.proofs.evaluation import reach
        >>> reach(sympy.Symbol("N", integer=True, positive=True)), reach(sympy.Symbol("x", real=True))
        ((1, 40), (-3, 3))
    """
    if symbol.is_integer:
        return (1 if symbol.is_positive else 0 if symbol.is_nonnegative else -40), 40
    if symbol.is_extended_real:
        return (0 if symbol.is_nonnegative else -3), (0 if symbol.is_nonpositive else 3)
    return None


def _random_value(symbol: Any, interval: tuple[float, float] | None, generator: random.Random) -> Any:
    """A value of the interval that satisfies the assumptions on the symbol."""
    for _ in range(100):
        value = _candidate(symbol, interval, generator)
        if all(getattr(value, f"is_{key}", truth) in (truth, None) for key, truth in symbol.assumptions0.items()):
            return value
    raise DerivationError(f"The domain {interval} of {symbol} holds no value that satisfies its assumptions.")


def _candidate(symbol: Any, interval: tuple[float, float] | None, generator: random.Random) -> Any:
    interval = interval or reach(symbol)
    low, high = (sympy.nsimplify(end) for end in interval or (-3, 3))
    if symbol.is_integer:
        return sympy.Integer(generator.randint(math.ceil(low), math.floor(high)))
    real, imaginary = (
        low + sympy.Rational(generator.randrange(1, 10**12), 10**12) * (high - low) for _ in range(2)
    )
    return real if interval else real + sympy.I * imaginary


#: Digits up to which the working precision is raised before a value counts as zero.
_MOST_DIGITS = 300


def evaluate(expression: sympy.Expr, point: Mapping[Any, Any]) -> tuple[Any, bool]:
    """Value at a point as an mpmath number, and whether its leading DIGITS digits are known.

    Integrals and sums are evaluated numerically.  A value whose digits all cancel is not known: it may be zero.

    Raises:
        ValueError: If the value is not finite.
        TypeError: If it is no number.
    """
    value = expression.subs(point).evalf(DIGITS + 10, maxn=_MOST_DIGITS)
    if value.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
        raise ValueError(f"{expression} has no value at {dict(point)}")
    if not value.is_number:
        raise TypeError(f"{expression} is no number at {dict(point)}")
    with mpmath.workdps(DIGITS + 10):
        found = mpmath.mpmathify(value)
        larger = max(value.as_real_imag(), key=lambda part: abs(mpmath.mpmathify(part)))
    known = not isinstance(larger, sympy.Float) or larger._prec >= sympy.Float("1", DIGITS)._prec
    return found, bool(found) and known


def largest_term(expression: sympy.Expr, point: Mapping[Any, Any]) -> Any:
    """Largest absolute value of the terms of the expanded sum."""
    return max(abs(evaluate(term, point)[0]) for term in sympy.Add.make_args(sympy.expand(expression)))


def relative_difference(left: sympy.Expr, right: sympy.Expr, point: Mapping[Any, Any]) -> Any:
    """|left - right| relative to the larger side; to the largest term if all digits of both sides cancel."""
    with mpmath.workdps(DIGITS + 10):
        (a, known), (b, known_too) = evaluate(left, point), evaluate(right, point)
        if a == b:
            return mpmath.mpf(0)
        if known or known_too:
            return abs(a - b) / max(abs(a), abs(b))
        scale = max(largest_term(left, point), largest_term(right, point))
        return abs(a - b) / scale if scale else mpmath.mpf(0)  # both sides expand to 0
