"""Values of expressions to 50 digits at random points that satisfy the assumptions on their symbols."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, eq=False)
class Evaluated:
    """A side of an equation that is given by its values, for series and integrals that SymPy evaluates badly.

    Equations with such a side are compared in digits only, beside a named identity.

    Attributes:
        symbols: The symbols on which it depends.
        function: Its value as an mpmath number at values of the symbols, in the same order: integers, mpf or mpc.
            It is called while mpmath works with more than DIGITS digits.
        words: How the values are found, e.g. ``"quadrature"``.
        scale: Size of the terms if they may cancel; a difference is then seen relative to it.

    Example:
        >>> import mpmath, sympy
        >>> from orbitkernels.proofs.evaluation import Evaluated, evaluate
        >>> k = sympy.Symbol("k", integer=True, positive=True)
        >>> zeta = Evaluated((k,), lambda k: mpmath.nsum(lambda m: m ** (-k - 1), [1, mpmath.inf]), "summation")
        >>> mpmath.nstr(evaluate(zeta, {k: sympy.Integer(1)})[0] * 6 / mpmath.pi**2, 12)
        '1.0'
    """

    symbols: Sequence[Any]
    function: Callable[..., Any]
    words: str = "mpmath"
    scale: float = 0.0

    @property
    def free_symbols(self) -> set[Any]:
        """The symbols on which it depends."""
        return set(self.symbols)

    def at(self, point: Mapping[Any, Any]) -> Any:
        """Value at a point.

        Raises:
            TypeError: If the function returns no mpmath number: a float has too few digits.
            ValueError: If the value is not finite.
        """
        with mpmath.workdps(DIGITS + 15):
            value = self.function(*(_number(point[symbol]) for symbol in self.symbols))
            if not isinstance(value, int | mpmath.mpf | mpmath.mpc):
                raise TypeError(f"{self} returns {value!r}, which is no mpmath number")
            if not mpmath.isfinite(value):
                raise ValueError(f"{self} has no value at {dict(point)}")
            return mpmath.mpmathify(value)

    def __str__(self) -> str:
        return f"a function by {self.words}"


def _number(value: Any) -> Any:
    """A value of a symbol as an integer or an mpmath number."""
    return int(value) if value.is_Integer else mpmath.mpmathify(value)


#: Digits up to which the working precision is raised before a value counts as zero.
_MOST_DIGITS = 300


def evaluate(expression: Any, point: Mapping[Any, Any]) -> tuple[Any, bool]:
    """Value at a point as an mpmath number, and whether its leading DIGITS digits are known.

    Integrals and sums are evaluated numerically.  A value whose digits all cancel is not known: it may be zero.

    Raises:
        ValueError: If the value is not finite.
        TypeError: If it is no number.
    """
    if isinstance(expression, Evaluated):
        value = expression.at(point)
        return value, bool(value)
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


def largest_term(expression: Any, point: Mapping[Any, Any]) -> Any:
    """Largest absolute value of the terms of the expanded sum; the scale of a side that is given by its values."""
    if isinstance(expression, Evaluated):
        return mpmath.mpf(expression.scale)
    return max(abs(evaluate(term, point)[0]) for term in sympy.Add.make_args(sympy.expand(expression)))


def relative_difference(left: Any, right: Any, point: Mapping[Any, Any]) -> Any:
    """|left - right| relative to the larger side; to the largest term if all digits of both sides cancel."""
    with mpmath.workdps(DIGITS + 10):
        (a, known), (b, known_too) = evaluate(left, point), evaluate(right, point)
        if a == b:
            return mpmath.mpf(0)
        if known or known_too:
            scale = max((mpmath.mpf(s.scale) for s in (left, right) if isinstance(s, Evaluated)), default=0)
            return abs(a - b) / max(abs(a), abs(b), scale)
        scale = max(largest_term(left, point), largest_term(right, point))
        return abs(a - b) / scale if scale else mpmath.mpf(0)  # both sides expand to 0
