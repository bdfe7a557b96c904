"""Whether a formula has a real finite value at every u in [-1, 1], decided by ball arithmetic (arb).

The interval is halved until the formula is enclosed on every part.  A part too short to halve is where it fails.
"""

from __future__ import annotations

from typing import Any

from flint import arb, ctx, fmpq

from orbitkernels.errors import InputError

from .ball_expressions import NoValueError, enclose

#: Bits of the enclosures, radius of a part that is given up, and parts examined in all.
PRECISION, SMALLEST, MAX_PARTS = 256, 1e-18, 4000


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
        failure = first_failure(expression, symbol, 1)
    if failure is not None:
        raise InputError(
            f"Formula {shown!r} lacks a finite real value at u = {failure:.6g}; it needs one on [-1, 1]."
        )


class Undecided(float):
    """A midpoint at which nothing failed but the patience: too many parts were examined."""


def first_failure(expression: Any, symbol: Any, reach: int, most: int | None = None) -> float | None:
    """Midpoint of the leftmost part of [-reach, reach] on which there is no enclosure; None if there is none.

    It is :class:`Undecided` if `most` parts, MAX_PARTS if omitted, were examined before.

    Example:
        >>> from orbitkernels.theory.formula import u
        >>> from orbitkernels.theory.formula_domain import first_failure
        >>> first_failure(1 / (u - 2), u, 1), first_failure(1 / (u - 2), u, 4)
        (None, 2.0)
    """
    parts, examined = [(fmpq(0), fmpq(reach))], 0
    while parts:
        middle, radius = parts.pop()
        examined += 1
        short, last = arb(radius) < SMALLEST, examined >= (most or MAX_PARTS)
        last = last or short
        if _has_value(expression, symbol, arb(arb(middle), arb(radius)), last):
            continue
        if last:
            found = round(int(middle.p) / int(middle.q), 9) + 0.0  # no minus zero
            return found if short else Undecided(found)
        half = radius / 2
        parts += [(middle + half, half), (middle - half, half)]
    return None


def _has_value(expression: Any, symbol: Any, ball: arb, clamp: bool) -> bool:
    """Whether the expression is enclosed by a finite ball on the ball of the symbol."""
    try:
        return bool(enclose(expression, {symbol: ball}, clamp).is_finite())
    except NoValueError:
        return False
