"""How the steps of a derivation are checked: by SymPy, at 50 digits beside a named identity, or on instances."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

import mpmath
import sympy
from sympy.functions.elementary.hyperbolic import HyperbolicFunction
from sympy.functions.elementary.trigonometric import InverseTrigonometricFunction, TrigonometricFunction

from .evaluation import (
    DIGITS,
    POINTS,
    DerivationError,
    Domain,
    Evaluated,
    evaluate,
    largest_term,
    random_points,
    reach,
    relative_difference,
)
from .evidence import Level


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
    evaluated at 50 digits at random admissible points; the evidence is then NUMERIC and says so.  An equation that
    SymPy proves is evaluated at one point too, so that neither a division of nothing by nothing nor a wrong branch
    gets through.

    Args:
        pairs: Left and right sides: expressions (also noncommutative), matrices or unevaluated products of
            matrices.  A side that SymPy evaluates badly is an :class:`Evaluated`, compared in digits.
        identity: Name of the identity to fall back on.
        domain: For each symbol the interval (low, high) of its admissible values.  Integer symbols take integers
            of the closed interval.  Without an interval a symbol takes any value that its assumptions admit:
            complex ones if there are none.
        numbers: Both sides are numbers of at least 50 digits, so SymPy is not asked.

    Example:
        >>> import sympy
        >>> from orbitkernels.proofs.checking import Equal
        >>> x = sympy.Symbol("x")
        >>> Equal([((x + 1) ** 2, x**2 + 2 * x + 1)]).run().level
        <Level.SYMBOLIC: 'symbolic'>
    """

    pairs: Sequence[Pair]
    identity: str = ""
    domain: Domain = field(default_factory=dict)
    numbers: bool = False

    def run(self) -> StepEvidence:
        """SYMBOLIC evidence if SymPy decides every equation, else NUMERIC."""
        equations = (
            [_numbers(*p) for p in self.pairs] if self.numbers else [e for p in self.pairs for e in _entries(*p)]
        )
        if not equations:
            raise DerivationError("A step that claims no equation cannot be checked.")
        open_ones, done = [], []
        for equation in equations:
            if not (self.numbers or _by_values(equation)):
                done.append((equation[0].doit(), equation[1].doit()))
                if self._decided(*done[-1]):
                    continue
            open_ones.append(equation)
        if not open_ones:
            return StepEvidence(Level.SYMBOLIC, f"{_scope(equations, done)}by SymPy", len(equations))
        if not self.identity:
            left, right = open_ones[0]
            raise DerivationError(
                f"SymPy does not decide {_short(left)} = {_short(right)}; name the identity that proves it."
            )
        worst = max(digits_residual(left, right, self.domain) for left, right in open_ones)
        if worst > mpmath.mpf(10) ** (2 - DIGITS):
            raise DerivationError(f"{self.identity}: the sides differ by {mpmath.nstr(worst, 3)}.")
        by = dict.fromkeys(side.words for pair in open_ones for side in pair if isinstance(side, Evaluated))
        words = f", by {' and '.join(by)}" if by else ""
        how = f"{self.identity}; both sides evaluated to {DIGITS} digits{words}{self._where(open_ones)}"
        return StepEvidence(Level.NUMERIC, how, len(equations), mpmath.nstr(worst, 2))

    def _decided(self, left: Any, right: Any) -> bool:
        """True if proved, False if open; raises if refuted.  Both sides are carried out already."""
        difference = left - right
        if difference.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo) and not difference.free_symbols:
            raise DerivationError(f"The difference of {_short(left)} and {_short(right)} is not finite.")
        verdict = is_zero(difference, self.domain)
        if verdict is False:
            raise DerivationError(f"SymPy refutes {_short(left)} = {_short(right)}.")
        if verdict:
            _confirm(left, right, self.domain)
        return bool(verdict)

    def _where(self, equations: Sequence[Pair]) -> str:
        """Words about the points at which the sides were evaluated."""
        symbols = sorted(_symbols(equations), key=str)
        if not symbols:
            return ""
        intervals = {symbol: self.domain.get(symbol) or reach(symbol) for symbol in symbols}
        conditions = [condition(s, interval) or f"${sympy.latex(s)}$ complex" for s, interval in intervals.items()]
        return f" at {POINTS} random points with {', '.join(conditions)}"


def _by_values(equation: Pair) -> bool:
    """Whether a side is known by its values only."""
    return any(isinstance(side, Evaluated) for side in equation)


def _symbols(equations: Sequence[Pair]) -> set[Any]:
    return set().union(*(side.free_symbols for pair in equations for side in pair))


def _scope(equations: Sequence[Pair], done: Sequence[Pair]) -> str:
    """For which values of the symbols SymPy decided the equations; `done` has their sides carried out."""
    symbols = sorted(_symbols(equations), key=str)
    if not symbols:
        return ""
    if not all(symbol.is_commutative for symbol in symbols):
        return "for symbols that do not commute, "
    words = "for all values of the symbols"
    if not all(_is_defined_everywhere(side) for pair in done for side in pair):
        words += " at which both sides are defined"
    alike: dict[str, list[str]] = {}  # symbols by what is assumed of them
    for symbol in symbols:
        name = f"${sympy.latex(symbol)}$"
        alike.setdefault(condition(symbol).removeprefix(name), []).append(name)
    conditions = [f", {', '.join(names)}{said}" for said, names in alike.items() if said]
    return f"{words}{''.join(conditions)}, "


def _is_defined_everywhere(expression: sympy.Expr) -> bool:
    """Whether an expression surely has a value for all complex values of its symbols."""
    entire = (sympy.sin, sympy.cos, sympy.exp, sympy.acos, sympy.asin)
    powers = all(
        e.is_nonnegative or not b.free_symbols for b, e in (p.as_base_exp() for p in expression.atoms(sympy.Pow))
    )
    return powers and all(isinstance(f, entire) for f in expression.atoms(sympy.Function))


#: Assumptions on a symbol, the narrowest first, and how they are written.
_ASSUMPTIONS = (
    (("integer", "positive"), "{} integer and positive"),
    (("integer", "nonnegative"), "{} integer and not negative"),
    (("integer",), "{} integer"),
    (("positive",), "{} positive"),
    (("negative",), "{} negative"),
    (("nonnegative",), "{} not negative"),
    (("real",), "{} real"),
)


def condition(symbol: Any, interval: tuple[float, float] | None = None) -> str:
    """What a check assumes of a symbol: its interval, else its assumptions; empty if nothing.

    Example:
        >>> import sympy
        >>> from orbitkernels.proofs.checking import condition
        >>> condition(sympy.Symbol("x", positive=True)), condition(sympy.Symbol("x"), (1, 2))
        ('$x$ positive', '$1 < x < 2$')
    """
    latex = sympy.latex(symbol)
    if interval is not None:
        relation = r"\le" if symbol.is_integer else "<"
        low, high = (sympy.latex(sympy.nsimplify(end)) for end in interval)
        return f"${low} {relation} {latex} {relation} {high}$"
    for needed, words in _ASSUMPTIONS:
        if all(symbol.assumptions0.get(key) for key in needed):
            return words.format(f"${latex}$")
    return ""


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
        if len({name for name, _ in self.instances}) < len(self.instances):
            raise DerivationError("Two instances of an argument have one name.")
        for name, holds in self.instances:
            if holds() is not True:
                raise DerivationError(f"The claim fails on {name}.")
        names = ", ".join(name for name, _ in self.instances)
        scope = " for every symbol" if self.every_symbol else ""
        kind = "" if self.decided else "argument; "
        return StepEvidence(Level.EXACT, f"{kind}exactly{scope}, on {names}", len(self.instances))


def _entries(left: Any, right: Any) -> list[Pair]:
    """One equation an entry; an equation of a thing with itself is refused, because it proves nothing."""
    if _by_values((left, right)):
        left, right = (side if isinstance(side, Evaluated) else sympy.sympify(side) for side in (left, right))
        if getattr(left, "function", left) is getattr(right, "function", right):
            raise DerivationError(f"Both sides of a step are {left}, which proves nothing.")
        return [(left, right)]
    if isinstance(left, _MATRICES) != isinstance(right, _MATRICES):
        raise DerivationError("A matrix cannot equal an expression.")
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


def _numbers(left: Any, right: Any) -> Pair:
    """Two numbers that are known well enough to be compared."""
    for side in (left, right):
        if side.free_symbols or any(sympy.Float("1", DIGITS)._prec > f._prec for f in side.atoms(sympy.Float)):
            raise DerivationError(f"{_short(side)} is not a number of {DIGITS} digits.")
    if left == right and not left.atoms(sympy.Float):
        raise DerivationError(f"Both sides of a step are {left}, which proves nothing.")
    return left, right


def _short(expression: Any) -> str:
    """Text of an expression, cut where it gets long."""
    text = str(expression)
    return text if len(text) <= 200 else text[:200] + "..."


def is_zero(expression: sympy.Expr, domain: Domain | None = None) -> bool | None:
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
    if sympy.expand(_numerator(expression)) == 0:
        return True
    quick = not expanded.has(sympy.Integral, sympy.Sum)
    if quick and _clearly_nonzero(expanded, domain or {}):  # simplifying what is not 0 may take for ever
        return False
    for simplify in (_exponentials, sympy.radsimp, sympy.simplify):
        if sympy.expand(simplify(expression)) == 0:
            return True
    return False if not quick and _clearly_nonzero(expanded, domain or {}) else None


def _numerator(expression: sympy.Expr) -> sympy.Expr:
    """Numerator over a common denominator; zero exactly if the rational function is."""
    return sympy.expand(sympy.fraction(sympy.together(expression))[0])


def _exponentials(expression: sympy.Expr) -> sympy.Expr:
    """Numerator with sines and their like as exponentials: decides trigonometric identities much faster."""
    if expression.has(TrigonometricFunction, HyperbolicFunction) and not expression.has(
        InverseTrigonometricFunction
    ):
        return sympy.powsimp(_numerator(expression.rewrite(sympy.exp)))
    return expression


def _clearly_nonzero(expression: sympy.Expr, domain: Domain) -> bool:
    """Whether the value at a random point is known to be other than zero.

    Numerical integrals are trusted only where the value is far from zero beside its terms.
    """
    points = random_points(expression.free_symbols, domain)
    for _ in range(2):
        point = next(points)
        try:
            value, accurate = evaluate(expression, point)
            scale = largest_term(expression, point)
        except (TypeError, ValueError):
            continue
        surely = accurate and not expression.has(sympy.Integral, sympy.Sum, sympy.Float)
        if surely or (accurate and abs(value) > scale * mpmath.mpf(10) ** (-DIGITS // 2)):
            return True
    return False


def _confirm(left: sympy.Expr, right: sympy.Expr, domain: Domain) -> None:
    """Raise unless both sides of a proved equation have one value at a random point.

    Sides of which SymPy has no values, such as those of symbols that do not commute, are passed over.
    """
    if not (left.is_commutative and right.is_commutative):
        return
    rational = left.is_rational_function() and right.is_rational_function()
    points = random_points(left.free_symbols | right.free_symbols, domain)
    for _ in range(POINTS):
        point = next(points)
        try:
            difference = _rational_difference(left, right, point) if rational else None
            if difference is None:
                difference = relative_difference(left, right, point)
        except TypeError:
            return
        except ValueError:
            continue
        if difference > mpmath.mpf(10) ** (2 - DIGITS):
            raise DerivationError(f"The sides of {_short(left)} = {_short(right)} have different values.")
        return
    raise DerivationError(f"The sides of {_short(left)} = {_short(right)} have no value.")


def _rational_difference(left: sympy.Expr, right: sympy.Expr, point: Mapping[Any, Any]) -> Any:
    """|left - right| at the real part of a point, in rationals; None if a side is no rational number there."""
    place = {symbol: sympy.re(value) for symbol, value in point.items()}
    one, other = left.xreplace(place), right.xreplace(place)
    return abs(one - other) if one.is_Rational and other.is_Rational else None


def digits_residual(left: Any, right: Any, domain: Domain) -> Any:
    """Largest relative difference of the sides at random admissible points.

    Raises:
        DerivationError: If a side has no value at one of them.
    """
    points = list(islice(random_points(left.free_symbols | right.free_symbols, domain), POINTS))
    try:
        return max(relative_difference(left, right, point) for point in points)
    except (TypeError, ValueError) as error:
        raise DerivationError(f"The step cannot be checked: {error}.") from error
