"""How fast the share of invariant harmonics comes to its limit: the constants c_g of Theorem A2, and balls."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flint import acb, arb, fmpq

#: 2 cos(2 pi a) for the a at which it is rational (Niven).
_RATIONAL_COSINES = {1: 2, 2: -2, 3: -1, 4: 0, 6: 1}


def trace_bound(angles: Sequence[Fraction]) -> tuple[str, Fraction] | None:
    """What bounds the trace of g on harmonics of degree k by c C(k+d-3, d-3), d >= 3; None if g = I or -I.

    Args:
        angles: The eigenvalues exp(2 pi i a) of g, by their a in [0, 1).

    Returns:
        A kind and an angle a: ``"one"`` for c = 1, ``"sine"`` for c = 1/sin(pi a), ``"cosine"`` for
        c = 1/|cos(pi a)|, ``"pair"`` for c = 2/|sin(2 pi a)|; the angle is that of the least c.

    Example:
        >>> from fractions import Fraction as F
        >>> from orbitkernels.theory.invariant_bounds import trace_bound
        >>> trace_bound([F(0), F(1, 5), F(4, 5)])
        ('sine', Fraction(1, 5))
    """
    plus, minus = 0 in angles, Fraction(1, 2) in angles
    turns = [a for a in angles if a not in (0, Fraction(1, 2))]
    if plus and minus:
        return "one", Fraction(0)
    if not turns:
        return None
    if plus:
        return "sine", min(turns, key=lambda a: (abs(a - Fraction(1, 2)), a))
    if minus:
        return "cosine", min(turns, key=lambda a: (min(a, 1 - a), a))
    return "pair", min(turns, key=lambda a: (abs(a % Fraction(1, 2) - Fraction(1, 4)), a))


def bound_ball(bound: tuple[str, Fraction]) -> Any:
    """The constant c as a ball."""
    kind, a = bound
    angle = fmpq(a.numerator, a.denominator)
    if kind == "one":
        return arb(1)
    if kind == "pair":
        return 2 / abs(arb.sin_pi_fmpq(2 * angle))
    return 1 / abs(arb.sin_pi_fmpq(angle) if kind == "sine" else arb.cos_pi_fmpq(angle))


def squared_bound(bound: tuple[str, Fraction]) -> Fraction:
    """c^2 as a fraction, for angles a of denominator 1, 2, 3, 4 or 6.

    Raises:
        KeyError: For another denominator, whose cosine is irrational.
    """
    kind, a = bound
    if kind == "one":
        return Fraction(1)
    cosine = _RATIONAL_COSINES[a.denominator]  # 2 cos(2 pi a)
    if kind == "pair":
        return Fraction(16, 4 - cosine**2)
    return Fraction(4, 2 - cosine if kind == "sine" else 2 + cosine)


def trace_series(angles: Sequence[Fraction], highest: int) -> list[Any]:
    """Coefficients of (1 - t^2)/prod_i (1 - lambda_i t) up to a degree in balls: traces of g on harmonics."""
    found = [acb(int(k == 0) - int(k == 2)) for k in range(highest + 1)]
    for a in angles:
        angle = fmpq(2 * a.numerator, a.denominator)
        value = acb(arb.cos_pi_fmpq(angle), arb.sin_pi_fmpq(angle))
        for k in range(1, highest + 1):
            found[k] = found[k] + value * found[k - 1]
    return found
