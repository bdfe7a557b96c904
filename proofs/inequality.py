"""How a step that claims an inequality is checked: by a difference whose sign shows, or at 50 digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import mpmath
import sympy

from .checking import Pair, StepEvidence, condition, is_zero
from .evaluation import DIGITS, DerivationError, Domain, evaluate, random_points, reach
from .evidence import Level

#: Random admissible points at which an inequality is tried.
TRIALS = 20


@dataclass(frozen=True)
class Bounded:
    """Inequalities smaller <= larger for all values of the symbols.

    SYMBOLIC if the difference equals a form whose sign SymPy sees from the assumptions on the symbols, such as a
    sum of squares of real expressions or a product of positive factors.  Otherwise the inequality needs a name;
    both sides are evaluated at 50 digits at random admissible points, and the evidence is NUMERIC.

    Args:
        pairs: Pairs (smaller, larger) of real expressions, or of :class:`Evaluated` functions.
        because: For each pair its difference in a form whose sign shows; if empty, the difference itself is asked.
        identity: Name of the inequality to fall back on.
        strict: Whether equality is excluded.
        domain: As in :class:`Equal`; what it says is not known to SymPy.

    Example:
        >>> import sympy
        >>> from orbitkernels.proofs.inequality import Bounded
        >>> x, y = sympy.symbols("x y", positive=True)
        >>> Bounded([(4 * x * y, (x + y) ** 2)], [(x - y) ** 2]).run().how
        'a difference whose sign shows, for all values of the symbols, by SymPy'
    """

    pairs: Sequence[Pair]
    because: Sequence[Any] = ()
    identity: str = ""
    strict: bool = False
    domain: Domain = field(default_factory=dict)

    def run(self) -> StepEvidence:
        """SYMBOLIC evidence if SymPy sees the sign of every difference, else NUMERIC."""
        if not self.pairs:
            raise DerivationError("A step that claims no inequality cannot be checked.")
        if self.because and len(self.because) != len(self.pairs):
            raise DerivationError(f"{len(self.pairs)} inequalities have {len(self.because)} reasons.")
        for smaller, larger in self.pairs:
            if smaller == larger:
                raise DerivationError(f"Both sides of a step are {smaller}, which proves nothing.")
            self._try(smaller, larger)
        reasons = self.because or [None] * len(self.pairs)
        open_ones = [p for p, reason in zip(self.pairs, reasons, strict=True) if not self._decided(p, reason)]
        if not open_ones:
            how = "a difference whose sign shows, for all values of the symbols, by SymPy"
            return StepEvidence(Level.SYMBOLIC, how, len(self.pairs))
        if not self.identity:
            smaller, larger = open_ones[0]
            raise DerivationError(f"SymPy does not see that {smaller} <= {larger}; name the inequality.")
        how = f"{self.identity}; both sides evaluated to {DIGITS} digits at {TRIALS} random points{self._where()}"
        return StepEvidence(Level.NUMERIC, how, len(self.pairs))

    def _decided(self, pair: Pair, reason: Any) -> bool:
        """Whether SymPy sees the sign; raises if a reason given is not the difference."""
        smaller, larger = pair
        if not (isinstance(smaller, sympy.Expr | int) and isinstance(larger, sympy.Expr | int)):
            return False
        difference = (sympy.sympify(larger) - smaller).doit()
        if reason is not None and is_zero(difference - reason, self.domain) is not True:
            raise DerivationError(f"{larger} - ({smaller}) is not shown to be {reason}.")
        forms = [difference, sympy.factor(difference)] if reason is None else [sympy.sympify(reason)]
        return any(bool(form.is_positive if self.strict else form.is_nonnegative) for form in forms)

    def _try(self, smaller: Any, larger: Any) -> None:
        """Raise if the inequality fails at a random point."""
        sides = [side if hasattr(side, "free_symbols") else sympy.sympify(side) for side in (smaller, larger)]
        symbols = sides[0].free_symbols | sides[1].free_symbols
        for point in islice(random_points(symbols, self.domain), TRIALS if symbols else 1):
            try:
                (low, _), (high, _) = (evaluate(side, point) for side in sides)
            except (TypeError, ValueError) as error:
                raise DerivationError(f"The step cannot be checked: {error}.") from error
            slack = abs(low) * mpmath.mpf(10) ** (2 - DIGITS)  # matters only where both are nearly equal
            if mpmath.im(low) or mpmath.im(high) or not high - low >= (slack if self.strict else -slack):
                raise DerivationError(f"{smaller} <= {larger} fails at {point}.")

    def _where(self) -> str:
        """Words about the points."""
        symbols = set().union(*(side.free_symbols for p in self.pairs for side in map(_symbolic, p)))
        intervals = {s: self.domain.get(s) or reach(s) for s in sorted(symbols, key=str)}
        words = [said for s, interval in intervals.items() if (said := condition(s, interval))]
        return f" with {', '.join(words)}" if words else ""


def _symbolic(side: Any) -> Any:
    return side if hasattr(side, "free_symbols") else sympy.sympify(side)
