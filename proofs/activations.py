"""Activations of networks: the symbolic one of theory and the dual of numerics, side by side."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.errors import ExpectationWarning, InputError
from orbitkernels.theory.integer_input import shown

from .arguments import FloatArray

if TYPE_CHECKING:
    from orbitkernels.numerics.duals import Dual
    from orbitkernels.theory.activations import Activation


#: A share of E[f(a z)^2] that an expansion may leave out without a warning.
UNNOTICED = 1e-5

#: A share from which the expansion is refused; that of a step, which long inputs make of tanh, is below 0.07.
USELESS = 0.1


class NetworkActivation:
    """An activation f for networks of infinite width.

    Two of them are equal if their texts are.

    Args:
        symbolic: The activation of :mod:`orbitkernels.theory.activations`.

    Attributes:
        symbolic: That.
        text: What :func:`network_activation` reads back to an equal activation.

    Example:
        >>> from orbitkernels.proofs.activations import network_activation
        >>> f = network_activation("z + sin(z)/2")
        >>> f.text, f.is_series, f.function([0.0, 1.0]).round(4).tolist()
        ('z + sin(z)/2', True, [0.0, 1.4207])
        >>> network_activation("leaky_relu(0.1)").dual.name
        'leaky_relu'
    """

    def __init__(self, symbolic: Activation) -> None:
        self.symbolic, self.text = symbolic, symbolic.text

    @property
    def is_series(self) -> bool:
        """Whether the dual is a series of Hermite coefficients, which has an error of its own."""
        return self.symbolic.name == "formula" and self.symbolic.scaled is None

    @cached_property
    def dual(self) -> Dual:
        """The dual of :mod:`orbitkernels.numerics.duals`: by name or scale, or by Hermite coefficients else.

        That of a formula gives an `ExpectationWarning` where it leaves out more than UNNOTICED, and an
        `InputError` from USELESS on.
        """
        from orbitkernels.numerics.dual_series import series
        from orbitkernels.numerics.duals import dual, scaled_dual

        form = self.symbolic.scaled
        if form is not None:
            values = [float(value) for value in (*form.parameters, form.outer, form.inner)]
            return scaled_dual(form.name, values[:-2], values[-2], values[-1])
        if not self.is_series:
            return dual(self.symbolic.name, [float(value) for value in self.symbolic.parameters])
        expanded = series(self.text, self.function, self.derivative)

        def features(lengths: FloatArray) -> FloatArray:
            self._warn(lengths)
            return expanded.features(lengths)

        return expanded._replace(features=features)

    def _warn(self, lengths: FloatArray) -> None:
        """Say so if the expansion leaves much out at the least or the largest length; refuse it if useless."""
        if not lengths.size:
            return
        extremes = np.array([np.min(lengths), np.max(lengths)])
        error = float(np.max(self.series_error(extremes))) if np.all(np.isfinite(extremes)) else 0.0
        if error >= USELESS:
            raise InputError(
                f"Activation '{self.text}' cannot be expanded in polynomials of Hermite at standard deviations of"
                f" the pre-activations from {extremes[0]:.3g} to {extremes[1]:.3g}; scale the inputs or the weight"
                " variances down, or use an activation in closed form."
            )
        if error > UNNOTICED:
            warnings.warn(
                f"Activation '{self.text}' is expanded in polynomials of Hermite, which leave out up to "
                f"{error:.0e} of E[f(z)^2] at standard deviations up to {extremes[1]:.3g}; use an activation in "
                "closed form, or lower the weight variance.",
                ExpectationWarning,
                stacklevel=2,
            )

    def series_error(self, lengths: FloatArray) -> FloatArray:
        """Share of E[f(a z)^2] that the series leaves out, for each length a; 0 for a closed form.

        Example:
            >>> import numpy as np
            >>> from orbitkernels.proofs.activations import network_activation
            >>> bool(network_activation("z + sin(z)/2").series_error(np.ones(1))[0] < 1e-12)
            True
        """
        from orbitkernels.numerics.dual_series import series_error

        return series_error(self.text, self.function, lengths) if self.is_series else np.zeros(len(lengths))

    @cached_property
    def function(self) -> Callable[[Any], FloatArray]:
        """f of an array, in floating point."""
        return _compiled(self.symbolic.expression)

    @cached_property
    def derivative(self) -> Callable[[Any], FloatArray]:
        """f' of an array, in floating point; at a kink the mean of both sides."""
        return _compiled(self.symbolic.slope)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NetworkActivation) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"<NetworkActivation {self.text}>"


def network_activation(value: Any) -> NetworkActivation:
    """The activation of a text, a SymPy expression in z, or an activation itself.

    Args:
        value: For instance ``"gelu"``, ``"leaky_relu(0.1)"``, ``"tanh(z)"``, or ``sympy.tanh(z)`` with a symbol
            named z.

    Raises:
        InputError: If it is none, or has no finite second moment; see
            :func:`orbitkernels.theory.activation_text.parse_activation`.

    Example:
        >>> import sympy
        >>> from orbitkernels.proofs.activations import network_activation
        >>> network_activation(sympy.tanh(sympy.Symbol("z"))) == network_activation("tanh(z)")
        True
    """
    from orbitkernels.theory.activation_text import formula_activation, parse_activation
    from orbitkernels.theory.activations import Activation, z

    if isinstance(value, NetworkActivation):
        return value
    if isinstance(value, Activation):
        return _joined(value)
    if isinstance(value, str):
        return _joined(parse_activation(value))
    import sympy

    if isinstance(value, sympy.Expr):
        same = {symbol: z for symbol in value.free_symbols if symbol.name == "z"}
        return _joined(formula_activation(value.subs(same)))
    raise InputError(
        f"Argument 'activation' must be text such as relu or tanh(z), or an expression in z, not {shown(value)}."
    )


@cache
def _joined(symbolic: Activation) -> NetworkActivation:
    """One object for each activation, so that what it compiles is compiled once."""
    return NetworkActivation(symbolic)


def _compiled(expression: Any) -> Callable[[Any], FloatArray]:
    """NumPy function of an expression in z, as accurate as floating point evaluates it as it stands.

    Where that overflows on the way, as in log(1 + exp(z)), the value is taken from ball arithmetic.
    """
    import scipy.special
    import sympy

    from orbitkernels.theory.activations import z

    from .formula_kernel import with_decimals

    plain = sympy.lambdify(z, with_decimals(expression), [{"erf": scipy.special.erf}, "numpy"], cse=True)

    def function(values: Any) -> FloatArray:
        array = np.asarray(values, dtype=np.float64)
        with np.errstate(all="ignore"):
            found = np.array(np.broadcast_to(np.asarray(plain(array), dtype=np.float64), array.shape))
        lost = ~np.isfinite(found)
        if np.any(lost):
            found[lost] = [_enclosed(expression, value) for value in array[lost]]
        return found

    return function


def _enclosed(expression: Any, value: float) -> float:
    """The expression at z = value, rounded from a ball; infinite where it exceeds floating point."""
    from flint import arb, ctx

    from orbitkernels.theory.activations import z
    from orbitkernels.theory.ball_expressions import enclose

    with ctx.workprec(128):
        return float(enclose(expression, {z: arb(value)}).mid())
