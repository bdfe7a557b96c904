"""How the steps of a derivation are checked: by SymPy, at 50 digits beside a named identity, or on instances."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import mpmath
import sympy

from .evidence import Level

#: Decimal digits to which both sides must agree where SymPy does not decide.
DIGITS = 50

#: Random admissible points at which both sides are evaluated.
POINTS = 6


class DerivationError(ValueError):
    """A step is wrong, or cannot be checked."""


@dataclass(frozen=True)
class StepEvidence:
    """What the check of one step showed.

    Attributes:
        level: SYMBOLIC (all values of the symbols), EXACT (instances), NUMERIC (digits), None (nothing to check).
        how: The check in one phrase, e.g. ``"exactly, on Q8, S4"``.
        cases: How many equations or instances were checked.
        residual: Largest relative difference of a check in digits, as text.
    """

    level: Level | None
    how: str
    cases: int = 0
    residual: str | None = None


class Check(Protocol):
    """Anything that can be run and says what it showed."""

    def run(self) -> StepEvidence:
        """Evidence of the check.

        Raises:
            DerivationError: If the check fails or cannot decide.
        """


@dataclass(frozen=True)
class Introduced:
    """Nothing to check: the step introduces a name or states a hypothesis."""

    def run(self) -> StepEvidence:
        """No evidence, because nothing is claimed."""
        return StepEvidence(None, "")


Pair = tuple[Any, Any]
_MATRICES = (sympy.MatrixBase, sympy.MatrixExpr)


@dataclass(frozen=True)
class Equal:
    """Equations that SymPy decides for all values of the symbols.

    If SymPy leaves one open, the check needs the name of the identity that proves it, and both sides are
    evaluated at 50 digits at random admissible points; the evidence is then NUMERIC and says so.

    Args:
        pairs: Left and right sides: expressions (also noncommutative), matrices or unevaluated products of
            matrices.
        identity: Name of the identity to fall back on.
        domain: For each symbol the interval (low, high) of its admissible values; (1, 2) if omitted.  Integer
            symbols take integers of the closed interval.
        numbers: Both sides are known in digits only, so SymPy is not asked.

    Example:
        >>> import sympy
        >>> from orbitkernels.proofs.checking import Equal
        >>> x = sympy.Symbol("x")
        >>> Equal([((x + 1) ** 2, x**2 + 2 * x + 1)]).run().level
        <Level.SYMBOLIC: 'symbolic'>
    """

    pairs: Sequence[Pair]
    identity: str = ""
    domain: Mapping[Any, tuple[float, float]] = field(default_factory=dict)
    numbers: bool = False

    def run(self) -> StepEvidence:
        """SYMBOLIC evidence if SymPy decides every equation, else NUMERIC."""
        equations = list(self.pairs) if self.numbers else [e for pair in self.pairs for e in _entries(*pair)]
        if not equations:
            raise DerivationError("A step that claims no equation cannot be checked.")
        open_ones = [e for e in equations if self.numbers or not self._decided(*e)]
        if not open_ones:
            return StepEvidence(Level.SYMBOLIC, "for all values of the symbols, by SymPy", len(equations))
        if not self.identity:
            left, right = open_ones[0]
            raise DerivationError(
                f"SymPy does not decide {_short(left)} = {_short(right)}; name the identity that proves it."
            )
        worst = max(digits_residual(left, right, self.domain) for left, right in open_ones)
        if worst > mpmath.mpf(10) ** (2 - DIGITS):
            raise DerivationError(f"{self.identity}: the sides differ by {mpmath.nstr(worst, 3)}.")
        free = any(left.free_symbols | right.free_symbols for left, right in open_ones)
        where = f" at {POINTS} random points" if free else ""
        how = f"{self.identity}; both sides evaluated to {DIGITS} digits{where}"
        return StepEvidence(Level.NUMERIC, how, len(equations), mpmath.nstr(worst, 2))

    def _decided(self, left: Any, right: Any) -> bool:
        """True if proved, False if open; raises if refuted."""
        verdict = is_zero((left - right).doit())
        if verdict is False:
            raise DerivationError(f"SymPy refutes {_short(left)} = {_short(right)}.")
        return bool(verdict)


@dataclass(frozen=True)
class Argued:
    """The step is argued in words; the machine checks it exactly on named instances and claims no more.

    Args:
        instances: Pairs of a name and a function that tells whether the claim holds there.
        every_symbol: The instances hold for every symbol phi on the group named, not for sampled ones.
        decided: The claim is about the instances only, so that no argument is needed beside the check.

    Example:
        >>> from orbitkernels.proofs.checking import Argued
        >>> Argued([("2 + 2", lambda: 2 + 2 == 4)]).run().how
        'argument; exactly, on 2 + 2'
    """

    instances: Sequence[tuple[str, Callable[[], bool]]]
    every_symbol: bool = False
    decided: bool = False

    def run(self) -> StepEvidence:
        """EXACT evidence on all instances."""
        if not self.instances:
            raise DerivationError("An argument needs at least one instance to be checked on.")
        for name, holds in self.instances:
            if holds() is not True:
                raise DerivationError(f"The claim fails on {name}.")
        names = ", ".join(name for name, _ in self.instances)
        scope = " for every symbol" if self.every_symbol else ""
        kind = "" if self.decided else "argument; "
        return StepEvidence(Level.EXACT, f"{kind}exactly{scope}, on {names}", len(self.instances))


def _entries(left: Any, right: Any) -> list[Pair]:
    """One equation an entry; an equation of a thing with itself is refused, because it proves nothing."""
    if isinstance(left, _MATRICES):
        if left.shape != right.shape:
            raise DerivationError(f"A {left.shape} matrix cannot equal a {right.shape} matrix.")
        if left == right:
            raise DerivationError("Both sides of a step are the same matrix, which proves nothing.")
        return list(zip(sympy.Matrix(left.doit()), sympy.Matrix(right.doit()), strict=True))
    left, right = sympy.sympify(left), sympy.sympify(right)
    if left == right:
        raise DerivationError(f"Both sides of a step are {left}, which proves nothing.")
    return [(left, right)]


def _short(expression: Any) -> str:
    """Text of an expression, cut where it gets long."""
    text = str(expression)
    return text if len(text) <= 200 else text[:200] + "..."


def is_zero(expression: sympy.Expr) -> bool | None:
    """Whether an expression vanishes for all values of its symbols: proved (True), refuted (False) or open (None).

    Example:
        >>> import sympy
        >>> from orbitkernels.proofs.checking import is_zero
        >>> x = sympy.Symbol("x", real=True)
        >>> is_zero(sympy.sin(x) ** 2 + sympy.cos(x) ** 2 - 1), is_zero(sympy.sin(x) - x)
        (True, False)
    """
    expanded = sympy.expand(expression)
    if expanded == 0:
        return True
    if not expanded.is_commutative:
        return None
    for simplify in (_numerator, sympy.radsimp, sympy.simplify):
        if sympy.expand(simplify(expression)) == 0:
            return True
    return False if _clearly_nonzero(expanded) else None


def _numerator(expression: sympy.Expr) -> sympy.Expr:
    """Numerator over a common denominator; zero exactly if the rational function is."""
    return sympy.expand(sympy.fraction(sympy.together(expression))[0])


def _clearly_nonzero(expression: sympy.Expr) -> bool:
    """Whether the value at one random point is far from zero, beside its terms."""
    try:
        value = evaluate(expression, next(random_points(expression.free_symbols, {})))
    except (TypeError, ValueError):
        return False
    return bool(abs(value) > mpmath.mpf(10) ** (-DIGITS // 2))


def random_points(symbols: set[Any], domain: Mapping[Any, tuple[float, float]], seed: int = 0) -> Any:
    """Endless random points: a dictionary symbol -> rational of 40 digits, or integer for integer symbols."""
    generator = random.Random(seed)
    ordered = sorted(symbols, key=str)
    while True:
        point = {}
        for symbol in ordered:
            low, high = domain.get(symbol, (1, 2))
            if symbol.is_integer:
                point[symbol] = sympy.Integer(generator.randint(int(low), int(high)))
            else:
                part = sympy.Rational(generator.randrange(1, 10**12), 10**12)
                point[symbol] = sympy.nsimplify(low) + part * (sympy.nsimplify(high) - sympy.nsimplify(low))
        yield point


def evaluate(expression: sympy.Expr, point: Mapping[Any, Any]) -> Any:
    """Value at a point as an mpmath number with guard digits; integrals and sums are evaluated numerically.

    Raises:
        ValueError: If the value is no number.
    """
    value = expression.subs(point).evalf(DIGITS + 10)
    if not value.is_number or value.has(sympy.nan, sympy.zoo, sympy.oo):
        raise ValueError(f"{expression} has no value at {dict(point)}")
    with mpmath.workdps(DIGITS + 10):
        return mpmath.mpmathify(value)


def digits_residual(left: sympy.Expr, right: sympy.Expr, domain: Mapping[Any, tuple[float, float]]) -> Any:
    """Largest |left - right| / max(1, |right|) at random admissible points.

    Raises:
        DerivationError: If a side has no value at one of them.
    """
    points = random_points(left.free_symbols | right.free_symbols, domain)
    worst = mpmath.mpf(0)
    with mpmath.workdps(DIGITS + 10):
        for _ in range(POINTS):
            point = next(points)
            try:
                a, b = evaluate(left, point), evaluate(right, point)
            except (TypeError, ValueError) as error:
                raise DerivationError(f"The step cannot be checked: {error}.") from error
            worst = max(worst, abs(a - b) / max(1, abs(b)))
    return worst
