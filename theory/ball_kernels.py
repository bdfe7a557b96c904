"""Kernels in balls at inputs whose inner products are known exactly, such as images with dyadic pixels."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import sympy
from flint import arb, ctx

from orbitkernels.errors import InputError

from .ball_expressions import NoValueError, enclose
from .balls import ball
from .formula import u
from .kernels import q_x, q_y

__all__ = ["KernelBalls", "NoValueError", "enclose"]


class KernelBalls:
    """A kernel in balls at pairs of inputs whose inner products are known exactly.

    Args:
        expression: SymPy expression in q_x = |x|^2/d, q_y = |y|^2/d and the cosine u.
        name: What messages call it.

    Example:
        >>> from orbitkernels.theory.ball_kernels import KernelBalls
        >>> from orbitkernels.theory.kernels import general_ntk_expression
        >>> value = KernelBalls(general_ntk_expression(3), "ntk(depth=3)")
        >>> value(1, 1, 1).contains(3.75), value(2, 1, 0).str(5)
        (True, '[3.0713 +/- 1.51e-5]')
    """

    def __init__(self, expression: Any, name: str) -> None:
        self.expression, self.name = expression, name
        self._known: dict[tuple[Fraction, Fraction, Fraction, int], arb] = {}

    def __call__(self, first: Any, second: Any, product: Any) -> arb:
        """k(x, y) at the working precision.

        Args:
            first: |x|^2/d, an integer or a Fraction.
            second: |y|^2/d.
            product: <x, y>/d.

        Raises:
            InputError: If the value cannot be enclosed.
        """
        key = (Fraction(first), Fraction(second), Fraction(product), ctx.prec)
        if key not in self._known:
            self._known[key] = self._value(*key[:3])
        return self._known[key]

    def _value(self, first: Fraction, second: Fraction, product: Fraction) -> arb:
        if first == second == abs(product):  # x = y or x = -y: a ball around u = +-1 would lose half of the digits
            q, sign = sympy.Rational(first.numerator, first.denominator), (product > 0) - (product < 0)
            expression, values = self.expression.subs({u: sign, q_x: q, q_y: q}), {}
        else:
            length = (ball(first) * ball(second)).sqrt()
            cosine = ball(product) / length if first * second else arb(0)
            expression, values = self.expression, {u: cosine, q_x: ball(first), q_y: ball(second)}
        try:
            found = enclose(expression, values)
        except NoValueError:
            found = arb.nan()
        if not found.is_finite():
            cosine = float(product) / math.sqrt(first * second or 1)
            raise InputError(
                f"The value of {self.name} at the cosine {cosine:.6g} cannot be enclosed at {ctx.prec} bits; raise"
                " the precision."
            )
        return found
