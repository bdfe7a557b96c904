"""Rational numbers as specifications write them."""

from __future__ import annotations

from fractions import Fraction


def rational_text(value: Fraction) -> str:
    """A whole number, a decimal where that is exact, or p/q.

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.theory.rational_text import rational_text
        >>> rational_text(Fraction(3)), rational_text(Fraction(1, 10)), rational_text(Fraction(1, 3))
        ('3', '0.1', '1/3')
    """
    if value.denominator == 1 and value < 10**15:
        return str(value.numerator)
    try:
        decimal = repr(float(value))
    except OverflowError:
        return f"{value.numerator}/{value.denominator}"
    return decimal if Fraction(decimal) == value else f"{value.numerator}/{value.denominator}"
