"""Balls that hold the true values: numbers, matrices and the working precision of interval arithmetic.

A ball (python-flint's arb or acb) is a midpoint and a radius; every operation rounds outwards, so the result holds
the true value whatever was rounded on the way.  Numbers that are exact (integers, fractions, cyclotomics, and
floats, which are dyadic fractions) become balls as narrow as the working precision allows.

Source: F. Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic", 2017.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import numpy as np
from flint import acb, acb_mat, arb, ctx, fmpq, fmpz

from orbitkernels.errors import InputError, SingularGramError

from .cyclotomics import Cyclotomic
from .exact_matrices import Matrix
from .integer_input import is_integer, shown

#: Working precision of enclosures in bits, about 60 decimal digits.
BITS = 200


@contextmanager
def working_precision(bits: int = BITS) -> Iterator[None]:
    """Sets python-flint's precision for a block of code and puts it back after.

    Args:
        bits: At least 2.

    Raises:
        InputError: If it is no such integer.

    Example:
        >>> from flint import arb
        >>> from orbitkernels.theory.balls import working_precision
        >>> with working_precision(300):
        ...     bool(arb.pi().rad() < 1e-80)
        True
    """
    if not is_integer(bits) or bits < 2:
        raise InputError(f"Argument 'bits' must be an integer of at least 2, not {shown(bits)}.")
    before = ctx.prec
    ctx.prec = int(bits)
    try:
        yield
    finally:
        ctx.prec = before


def ball(value: Any) -> Any:
    """A number as a ball that holds it: arb if it is real by type, acb for a cyclotomic number that is not.

    Args:
        value: arb, acb, integer (NumPy's too), Fraction, fmpq, Cyclotomic, or a finite float, taken as the dyadic
            fraction that it is.

    Raises:
        InputError: If it is none of these.

    Example:
        >>> from fractions import Fraction
        >>> from orbitkernels.theory.balls import ball
        >>> ball(Fraction(1, 3)).rad() > 0, (3 * ball(Fraction(1, 3))).contains(1)
        (True, True)
    """
    if isinstance(value, arb | acb):
        return value
    if isinstance(value, int | np.integer | fmpz):
        return arb(int(value))
    if isinstance(value, Fraction):
        return arb(fmpq(value.numerator, value.denominator))
    if isinstance(value, fmpq):
        return arb(value)
    if isinstance(value, Cyclotomic):
        return _cyclotomic_ball(value)
    if isinstance(value, float | np.floating) and np.isfinite(value):
        return arb(float(value))
    raise InputError(f"A ball holds a finite real number or a cyclotomic one, not {value!r}.")


def _cyclotomic_ball(number: Cyclotomic) -> Any:
    """Sum of rational multiples of roots of unity."""
    total = acb(0)
    for j, factor in enumerate(number.coefficients):
        if factor:
            angle = fmpq(2 * j, number.conductor)
            total += acb(arb.cos_pi_fmpq(angle), arb.sin_pi_fmpq(angle)) * ball(factor)
    return total


def relative_width(values: Sequence[Any]) -> float:
    """Largest radius of the balls relative to the largest absolute value; infinite if a ball is not finite.

    Example:
        >>> from flint import arb
        >>> from orbitkernels.theory.balls import relative_width
        >>> round(relative_width([arb(2, 0.5), arb(1)]), 6)
        0.25
    """
    if not values:
        return 0.0
    radii = [float(value.rad()) for value in values]
    if not all(value.is_finite() for value in values):
        return float("inf")
    largest = max(float(abs(value.mid() if isinstance(value, arb) else value).mid()) for value in values)
    return max(radii) / (largest or 1.0)


# ---------------------------------------------------------------------- matrices


def ball_matrices(matrices: Sequence[Matrix]) -> list[Any]:
    """Exact matrices of one shape in complex balls; each different number is enclosed once."""
    known: dict[Cyclotomic, Any] = {}
    for matrix in matrices:
        for row in matrix:
            for entry in row:
                if entry not in known:
                    known[entry] = acb(ball(entry))
    return [acb_mat(len(m), len(m[0]) if m else 0, [known[entry] for row in m for entry in row]) for m in matrices]


def solved(matrix: Any, right: Any, what: str) -> Any:
    """Solution of a linear system of balls.

    Args:
        matrix: Square arb_mat or acb_mat.
        right: Right sides, a matrix of the same type.
        what: Name of the matrix in the message.

    Raises:
        SingularGramError: If the matrix cannot be shown to be invertible at this precision.

    Example:
        >>> from flint import arb_mat
        >>> from orbitkernels.theory.balls import solved
        >>> solved(arb_mat([[2]]), arb_mat([[1]]), "the matrix")[0, 0].contains(0.5)
        True
    """
    try:
        return matrix.solve(right)
    except ZeroDivisionError:
        raise SingularGramError(
            f"At {ctx.prec} bits {what} cannot be shown to be invertible; add a ridge or raise the precision."
        ) from None


def unit_matrix(size: int) -> Any:
    """The unit matrix as an acb_mat."""
    return acb_mat([[int(i == j) for j in range(size)] for i in range(size)])


def matrix_sum(matrices: Sequence[Any]) -> Any:
    """Sum of at least one matrix."""
    total = matrices[0]
    for matrix in matrices[1:]:
        total = total + matrix
    return total


def part(matrix: Any, rows: range, columns: range) -> Any:
    """The acb_mat of some rows and columns."""
    return acb_mat(len(rows), len(columns), [matrix[i, j] for i in rows for j in columns])
