"""Whether a formula in z can be an activation: not constant, real and finite, its slope too, with second moments.

Values and slopes are enclosed by ball arithmetic on all of [-REACH, REACH].  The growth is seen at the points FAR:
log|f(z)| must grow more slowly than z^2, so that E[f(z)^2] is finite for every variance.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import sympy
from flint import arb, ctx
from sympy import sign

from orbitkernels.errors import InputError

from .activation_kinks import kinks
from .ball_expressions import NoValueError, enclose
from .formula_domain import Undecided, first_failure
from .gaussian_expectations import slope, z

#: Where every value is enclosed.
REACH = 256

#: Most parts of it that are examined: sigmoid(w z) needs about 40 w.
MAX_PARTS = 2**15

#: Points that show the growth, the logarithm of their ratio, and the largest order of log|f|.
FAR = (2**20, 2**30)
STEPS, ORDER = arb(2**10).log(), 1.99


def require_activation(expression: Any, text: str) -> None:
    """Check that an expression in `z` is an activation.

    Args:
        expression: SymPy expression in the real symbol `z`.
        text: Shown in messages.

    Raises:
        InputError: One line that says what is missing, and where.

    Example:
        >>> from sympy import exp, log
        >>> from orbitkernels.theory.activation_domain import require_activation
        >>> from orbitkernels.theory.gaussian_expectations import z
        >>> require_activation(exp(z), "exp(z)")
        >>> require_activation(log(z), "log(z)")
        Traceback (most recent call last):
            ...
        orbitkernels.errors.InputError: Activation 'log(z)' lacks a finite real value at z = -256; it ...
    """
    shown = text if len(text) <= 60 else text[:57] + "..."
    if not expression.has(z):
        raise InputError(f"Activation {shown!r} is constant, so it has no kernel; it must depend on z.")
    if expression.has(sign):
        jump = "jumps; it must be continuous, or a step at 0 such as sign(z)."
        wrong = jump if _jumps(expression) else "holds a sign; write it as Piecewise, or by abs."
        raise InputError(f"Activation {shown!r} {wrong}")
    derivative = slope(expression)
    with ctx.workprec(256):
        _require_finite(expression, f"Activation {shown!r} lacks a finite real value")
        _require_finite(derivative, f"The slope of activation {shown!r} lacks a finite value")
        _require_moment(expression, f"Activation {shown!r}")
        _require_moment(derivative, f"The slope of activation {shown!r}")
        if _is_constant(expression):
            raise InputError(f"Activation {shown!r} is constant, so it has no kernel; it must depend on z.")


def _require_finite(function: Any, what: str) -> None:
    """Finite balls on [-REACH, REACH]."""
    failure = first_failure(function, z, REACH, MAX_PARTS)
    if isinstance(failure, Undecided):
        raise InputError(
            f"{what.replace('lacks', 'could not be shown to have')} near z = {failure:.6g}, where it changes too "
            "fast for interval arithmetic; scale z down and the first weight variance up."
        )
    if failure is not None:
        raise InputError(f"{what} at z = {failure:.6g}; it needs one for every real z.")


def _jumps(expression: Any) -> bool:
    """Whether the values that a sign may have, where it changes, give f different ones."""
    sides = sympy.S.One, sympy.S.NegativeOne, sympy.S.Zero
    for part in expression.atoms(sign):
        for kink in kinks(part):
            values = {sympy.simplify(expression.xreplace({part: side}).subs(z, kink)) for side in sides}
            if len(values) > 1:
                return True
    return False


def _is_constant(function: Any) -> bool:
    """Whether the balls of all values meet: many points between any two kinks of an analytic function decide."""
    found = [arb(str(sympy.N(kink, 30))) for kink in kinks(function)]
    reach = max([arb(REACH), *(2 * abs(kink) for kink in found)])
    ends = [-reach, *found, reach]
    shares = [arb(k) / 97 for k in (1, 5, 17, 31, 48, 60, 79, 92, 96)]
    points = [arb(n) / 7 for n in range(-24, 25, 3)]
    points += [low + share * (high - low) for low, high in pairwise(ends) for share in shares]
    try:
        values = [enclose(function, {z: point}) for point in points]
    except NoValueError:
        return False
    return all(value.overlaps(values[0]) for value in values)


def _require_moment(function: Any, what: str) -> None:
    """log|f| grows more slowly than z^2: its order between two points far out is below 2."""
    for side in (1, -1):
        low, high = (_logarithm(function, side * point) for point in FAR)
        if high is None or (low is not None and low > 1 and not (high / low).log() / STEPS < ORDER):
            raise InputError(
                f"{what} has no finite second moment for every variance of a Gaussian z; it must grow more slowly "
                "than exp(c z^2) for every c > 0."
            )


def _logarithm(function: Any, point: int) -> arb | None:
    """log(1 + |f|) from above; None if f overflows or has no value."""
    try:
        value = enclose(function, {z: arb(point)})
    except NoValueError:
        return None
    return (1 + value.abs_upper()).log() if value.is_finite() else None
