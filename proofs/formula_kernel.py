"""Kernels given by a formula in u."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError

from .arguments import FloatArray, Parameter, reals
from .kernel_base import Kernel


class Formula(Kernel):
    """A formula in u, the cosine of the angle between the inputs, whatever their norms.

    The Gram function is compiled from the SymPy expression, so it is as accurate as the formula in u itself.
    Whether the formula is positive semidefinite is not checked.

    Args:
        text: For instance ``"exp(-2*(1-u))"``; see :func:`orbitkernels.theory.formula.parse_formula`.

    Raises:
        InputError: If the text holds anything but u, numbers and known functions, or lacks a value on [-1, 1].

    Example:
        >>> from orbitkernels.proofs.kernels import Formula
        >>> Formula("exp(-2*(1-u))").gram([[1.0, 0.0], [3.0, 0.0]])
        array([[1., 1.],
               [1., 1.]])
    """

    name = "formula"

    def __init__(self, text: str) -> None:
        from orbitkernels.theory.formula import parse_formula

        self._expression = parse_formula(text)
        self.text = " ".join(text.split())
        self._require_floats()

    @property
    def parameters(self) -> dict[str, Parameter]:
        """The formula in SymPy's own form, so that two ways of writing it are equal."""
        return {"expression": str(self._expression)}

    @property
    def spec(self) -> str:
        """The formula as it was given."""
        return self.text

    @property
    def expression(self) -> Any:
        """SymPy expression in u, for inputs of any norms."""
        return self._expression

    @cached_property
    def _function(self) -> Callable[[FloatArray], Any]:
        import sympy

        from orbitkernels.theory.formula import u

        expression = with_decimals(self._expression)
        function: Callable[[FloatArray], Any] = sympy.lambdify(u, expression, "numpy", cse=True)
        return function

    def _values(self, cosine: FloatArray) -> FloatArray:
        """Values at checked cosines; a constant formula fills the shape."""
        with np.errstate(all="ignore"):
            values = np.asarray(self._function(cosine), dtype=np.float64)
        return np.array(np.broadcast_to(values, cosine.shape))

    def _require_floats(self) -> None:
        """The values on a grid must not exceed floating point."""
        grid = np.linspace(-1.0, 1.0, 257)
        lost = ~np.isfinite(self._values(grid))
        if np.any(lost):
            raise InputError(
                f"Formula {self.text!r} exceeds floating point at u = {grid[lost][0]:.6g}; scale it down."
            )

    def _gram(self, X: FloatArray, Y: FloatArray | None) -> FloatArray:
        from orbitkernels.numerics.angles import cosines

        return self._values(cosines(X, Y))

    def profile(self, u: npt.ArrayLike) -> FloatArray:
        """The formula at the cosines u; same shape as u."""
        from orbitkernels.numerics.angles import checked_cosine

        return self._values(checked_cosine(reals("u", u)))


def with_decimals(expression: Any) -> Any:
    """The expression with its irrational constants as decimals, for NumPy has no sine of long integers."""
    if expression.is_Rational:
        return expression
    if not expression.free_symbols:
        return expression.evalf(20)
    return expression.func(*map(with_decimals, expression.args)) if expression.args else expression
