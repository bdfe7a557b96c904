"""Activations as objects: the function f(z), and its Gaussian expectations E[f(z1) f(z2)] and E[f'(z1) f'(z2)].

They are expressions in the covariances s11 = E[z1^2], s22 = E[z2^2] and s12 = E[z1 z2]: closed forms, stated in
:mod:`.dual_activations` for the named activations and derived in :mod:`.gaussian_expectations` for a formula in z.
A formula for which none is found has numbers with errors, from :mod:`.gaussian_quadrature`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import sympy

from orbitkernels.errors import InputError

from . import dual_activations as duals
from .activation_forms import ScaledForm, scaled_form
from .gaussian_expectations import NoClosedFormError, closed_expectations, s11, s12, s22, slope, z
from .rational_text import rational_text

__all__ = ["ACTIVATIONS", "Activation", "Kind", "named_activation", "s11", "s12", "s22", "z"]

#: Largest degree, largest frequency, and range of the other parameters that are not 0.
MAX_DEGREE, MAX_FREQUENCY, SMALLEST, LARGEST = 63, 10**6, sympy.Rational(1, 10**100), sympy.Integer(10) ** 100


@dataclass(frozen=True)
class Kind:
    """What there is to know of the activations of one name.

    Attributes:
        parameters: Names of the parameters.
        defaults: Their values if left out; None where there is none.
        function: f(z) of the parameters.
        dual: E[f(z)^2], E[f(z1) f(z2)] and E[f'(z1) f'(z2)], of the parameters.
        many: Whether the last parameter may be repeated.
    """

    parameters: tuple[str, ...]
    defaults: tuple[Any, ...]
    function: Callable[..., Any]
    dual: Callable[..., duals.Dual]
    many: bool = False


#: Activations by name.
ACTIVATIONS: dict[str, Kind] = {
    "relu": Kind((), (), lambda: (z + abs(z)) / 2, lambda: duals.leaky_relu(sympy.S.Zero)),
    "leaky_relu": Kind(("slope",), (None,), lambda a: (1 + a) / 2 * z + (1 - a) / 2 * abs(z), duals.leaky_relu),
    "abs": Kind((), (), lambda: abs(z), lambda: duals.leaky_relu(sympy.S.NegativeOne)),
    "erf": Kind((), (), lambda: sympy.erf(z), duals.erf),
    "gelu": Kind((), (), lambda: z * (1 + sympy.erf(z / sympy.sqrt(2))) / 2, duals.gelu),
    "sin": Kind(("frequency",), (1,), lambda w: sympy.sin(w * z), duals.sine),
    "cos": Kind(("frequency",), (1,), lambda w: sympy.cos(w * z), duals.cosine),
    "hermite": Kind(("degree",), (None,), duals.hermite_function, duals.hermite),
    "polynomial": Kind(("coefficient",), (None,), duals.polynomial_function, duals.polynomial, many=True),
}


@dataclass(frozen=True)
class Activation:
    """An activation f.

    Two activations are equal if name, parameters and expression are.

    Attributes:
        name: A name of ACTIVATIONS, or ``formula``.
        parameters: Its parameters, SymPy rationals.
        expression: f(z), a SymPy expression in the real symbol `z`.

    Example:
        >>> from orbitkernels.theory.activations import named_activation
        >>> f = named_activation("leaky_relu", "1/10")
        >>> f.text, f.expression
        ('leaky_relu(0.1)', 11*z/20 + 9*Abs(z)/20)
        >>> named_activation("sin", 2).covariance(1, 1, 0), named_activation("erf").covariance(1, 1, 1)
        (0, 2*asin(2/3)/pi)
    """

    name: str
    parameters: tuple[Any, ...] = field(default=())
    expression: Any = None

    @property
    def text(self) -> str:
        """What :func:`.activation_text.parse_activation` reads back to an equal activation."""
        if self.name == "formula":
            return str(self.expression)
        if not self.parameters or self.parameters == ACTIVATIONS[self.name].defaults:
            return self.name
        return f"{self.name}({', '.join(rational_text(Fraction(p.p, p.q)) for p in self.parameters)})"

    @cached_property
    def scaled(self) -> ScaledForm | None:
        """The known activation that a formula is up to scale; None for another formula.

        Example:
            >>> from orbitkernels.theory.activation_text import parse_activation
            >>> parse_activation("sqrt(2)*relu(z)").scaled
            ScaledForm(name='piecewise_linear', parameters=(sqrt(2), 0), outer=1, inner=1)
        """
        return scaled_form(self.expression) if self.name == "formula" else None

    @property
    def is_step(self) -> bool:
        """Whether f is a number p for z > 0 and another, q, for z < 0: E[f f] is known, E[f' f'] does not exist.

        Example:
            >>> from orbitkernels.theory.activation_text import parse_activation
            >>> step = parse_activation("sign(z)")
            >>> step.is_step, step.covariance(1, 1, "1/2"), step.covariance(4, 9, 6)
            (True, 1/3, 1)
        """
        return self.scaled is not None and self.scaled.name == "step"

    @cached_property
    def slope(self) -> Any:
        """f'(z), but for the points where f has a kink."""
        return slope(self.expression)

    @property
    def has_closed_form(self) -> bool:
        """Whether the expectations are known in closed form."""
        return self._dual is not None

    def variance(self, s: Any) -> Any:
        """E[f(z)^2] for a Gaussian z of mean 0 and variance s.

        Raises:
            InputError: If no closed form is known.
        """
        return self._closed().variance(sympy.sympify(s))

    def covariance(self, s_11: Any, s_22: Any, s_12: Any) -> Any:
        """E[f(z1) f(z2)] for a Gaussian pair of mean 0 with these covariances.

        Raises:
            InputError: If no closed form is known.
        """
        return self._closed().covariance(*map(sympy.sympify, (s_11, s_22, s_12)))

    def slope_covariance(self, s_11: Any, s_22: Any, s_12: Any) -> Any:
        """E[f'(z1) f'(z2)], the derivative of the covariance in s12 (Price 1958).

        Raises:
            InputError: If no closed form is known, or f is a step.
        """
        return self._closed().slope_covariance(*map(sympy.sympify, (s_11, s_22, s_12)))

    def _closed(self) -> duals.Dual:
        if self._dual is None:
            raise InputError(
                f"Activation {self.text!r} has no closed form of its Gaussian expectations; its kernels have Gram"
                " matrices and profiles only."
            )
        return self._dual

    @cached_property
    def _dual(self) -> duals.Dual | None:
        if self.is_step:
            return duals.step(*self.scaled.parameters)  # type: ignore[union-attr]
        if self.name in ACTIVATIONS:
            return ACTIVATIONS[self.name].dual(*self.parameters)
        try:
            return duals.from_expressions(*closed_expectations(self.expression))
        except NoClosedFormError:
            return None


def named_activation(name: str, *parameters: Any) -> Activation:
    """The activation of a name.

    Args:
        name: relu, leaky_relu (parameter slope: f(z) = slope z for z < 0), abs, erf, gelu (z Phi(z)), sin and cos
            (frequency, 1 if left out), hermite (degree; normalised to E[f(g)^2] = 1 for a standard Gaussian g) or
            polynomial (its coefficients c0, c1, ...).
        parameters: Rational numbers, or text of them.

    Raises:
        InputError: If there is no such activation, or a parameter is missing, too many or out of range.

    Example:
        >>> from orbitkernels.theory.activations import named_activation
        >>> named_activation("hermite", 2).expression
        sqrt(2)*(z**2 - 1)/2
        >>> named_activation("polynomial", 0, 1, "1/2").covariance(1, 1, "1/2")
        7/8
    """
    kind = ACTIVATIONS[name]
    given = tuple(sympy.Rational(value) for value in parameters)
    if len(given) > len(kind.parameters) and not kind.many:
        takes = f"only its {kind.parameters[0]}" if kind.parameters else "no parameters"
        raise InputError(f"Activation '{name}' takes {takes}, not {len(given)} numbers.")
    given += tuple(value for value in kind.defaults[len(given) :] if value is not None)
    if len(given) < len(kind.parameters):
        raise InputError(f"Activation '{name}' needs its {kind.parameters[0]}, as in {name}({_EXAMPLES[name]}).")
    given = tuple(map(sympy.Rational, given))
    _check(name, given)
    return Activation(name, given, kind.function(*given))


_EXAMPLES = {"leaky_relu": "0.1", "hermite": "3", "polynomial": "0, 1, 1/2"}


def _check(name: str, parameters: tuple[Any, ...]) -> None:
    """Refuse parameters that make no activation or numbers beyond floating point."""
    for value in parameters:
        if value != 0 and not SMALLEST <= abs(value) <= LARGEST:
            raise InputError(f"Activation '{name}' has a parameter beyond floating point; scale it.")
    if name in ("sin", "cos") and not 0 < parameters[0] <= MAX_FREQUENCY:
        raise InputError(
            f"The frequency of activation '{name}' must be a positive number up to {MAX_FREQUENCY}, not"
            f" {parameters[0]}."
        )
    if name == "hermite" and not (parameters[0].is_Integer and 1 <= parameters[0] <= MAX_DEGREE):
        raise InputError(
            f"The degree of activation 'hermite' must be an integer from 1 to {MAX_DEGREE}, not {parameters[0]}."
        )
    if name == "polynomial" and (len(parameters) > MAX_DEGREE + 1 or not any(parameters[1:])):
        raise InputError(
            "Activation 'polynomial' needs a coefficient c1, c2, ... that is not 0 (a constant has no kernel), and"
            f" at most {MAX_DEGREE + 1} in all."
        )
