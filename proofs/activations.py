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

#: Shares of E[f(a z)^2] and of E[f'(a z)^2] from which the expansion is refused; that of a step, which long inputs
#: make of tanh, is below 0.14.
USELESS, USELESS_SLOPE = 0.2, 0.5

#: Pre-activations below SMALL are looked at for terms that cancel, and what may be lost of f there.
SMALL, LOST = 1e-3, 1e-6


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

    @property
    def is_step(self) -> bool:
        """Whether f is a step, which has an NNGP kernel but no NTK."""
        return self.symbolic.is_step

    def require_slope(self, kernel: str) -> None:
        """Refuse a step for a tangent kernel.

        Args:
            kernel: Its name.

        Raises:
            InputError: If f is a step.

        Example:
            >>> from orbitkernels.proofs.activations import network_activation
            >>> network_activation("sign(z)").require_slope("ntk")
            Traceback (most recent call last):
                ...
            orbitkernels.errors.InputError: Activation 'sign(z)' is a step, whose slope has no second ...
        """
        if self.is_step:
            raise InputError(
                f"Activation '{self.text}' is a step, whose slope has no second moment, so {kernel} does not"
                " exist; use the NNGP kernel, or a continuous activation such as erf."
            )

    @property
    def dual(self) -> Dual:
        """The dual of :mod:`orbitkernels.numerics.duals`: by name or scale, or by Hermite coefficients else.

        That of a formula gives an `ExpectationWarning` where it leaves out more than UNNOTICED, and an
        `InputError` from USELESS on.
        """
        return self.dual_of(tangent=False)

    def dual_of(self, tangent: bool) -> Dual:
        """`dual`, that minds what the expansion leaves out of the slope too if it is for a tangent kernel."""
        if not self.is_series:
            return self._exact_dual

        def features(lengths: FloatArray) -> FloatArray:
            self._warn(lengths, tangent)
            return self._expanded.features(lengths)

        return self._expanded._replace(features=features)

    @cached_property
    def _exact_dual(self) -> Dual:
        from orbitkernels.numerics.duals import dual, scaled_dual

        form = self.symbolic.scaled
        if form is None:
            return dual(self.symbolic.name, [float(value) for value in self.symbolic.parameters])
        values = [float(value) for value in (*form.parameters, form.outer, form.inner)]
        return scaled_dual(form.name, values[:-2], values[-2], values[-1])

    @cached_property
    def _expanded(self) -> Dual:
        from orbitkernels.numerics.dual_series import series

        return series(self.text, self.function, self.derivative, self.kinks)

    @cached_property
    def kinks(self) -> tuple[float, ...]:
        """Where f or f' may have kinks.

        Example:
            >>> from orbitkernels.proofs.activations import network_activation
            >>> network_activation("relu(z+1)-relu(z-1)-1").kinks
            (-1.0, 1.0)
        """
        from orbitkernels.theory.activation_kinks import kinks

        return tuple(map(float, kinks(self.symbolic.expression)))

    @cached_property
    def centres(self) -> tuple[float, ...]:
        """Where else f may have narrow features: zeros and extremes of functions inside it, as a grid finds them.

        Example:
            >>> from orbitkernels.proofs.activations import network_activation
            >>> [round(place, 12) for place in network_activation("z+exp(-(exp(z)-2)^2)").centres]
            [0.69314718056]
        """
        from orbitkernels.numerics.sign_changes import sign_changes
        from orbitkernels.theory.activation_kinks import inner_functions
        from orbitkernels.theory.gaussian_expectations import slope

        inside = inner_functions(self.symbolic.expression)
        if not inside:
            return ()
        functions = _lambdified([part for inner in inside for part in (inner, slope(inner))])
        found = sign_changes(lambda x: np.array([np.broadcast_to(row, x.shape) for row in functions(x)]))
        known = np.isclose(found[:, None], np.array(self.kinks), rtol=1e-12, atol=0.0).any(axis=1)
        return tuple(found[~known].tolist())

    def _warn(self, lengths: FloatArray, tangent: bool = False) -> None:
        """Say so if the expansion leaves much out at a length; refuse it if useless."""
        if not lengths.size:
            return
        extremes = np.array([np.min(lengths), np.max(lengths)])
        if not np.all(np.isfinite(extremes)):
            return
        some = _spread(lengths)
        self._require_digits(float(np.min(lengths, where=lengths > 0, initial=SMALL)))
        errors = {"f(z)": (float(np.max(self.series_error(some))), USELESS)}
        if tangent:
            errors["f'(z)"] = float(np.max(self.slope_error(some))), USELESS_SLOPE
        for what, (error, useless) in errors.items():
            if error >= useless:
                raise InputError(
                    f"Activation '{self.text}' cannot be expanded in polynomials of Hermite at standard deviations"
                    f" of the pre-activations from {extremes[0]:.3g} to {extremes[1]:.3g}: {error:.0e} of"
                    f" E[{what}^2] is left out; scale the inputs or the weight variances down, or use an"
                    " activation in closed form."
                )
        what = max(errors, key=lambda name: errors[name][0])
        if errors[what][0] > UNNOTICED:
            warnings.warn(
                f"Activation '{self.text}' is expanded in polynomials of Hermite, which leave out up to "
                f"{errors[what][0]:.0e} of E[{what}^2] at standard deviations up to {extremes[1]:.3g}; use an "
                "activation in closed form, or lower the weight variance.",
                ExpectationWarning,
                stacklevel=2,
            )

    def _require_digits(self, length: float) -> None:
        """Refuse a formula such as 1 - cos(z) at lengths where its terms cancel in floating point."""
        if length >= SMALL:
            return
        points = length * np.array([-1.0, -0.5, 0.5, 1.0])
        exact = np.array([_enclosed(self.symbolic.expression, point) for point in points])
        if np.max(np.abs(self.function(points) - exact)) > LOST * np.max(np.abs(exact)):
            raise InputError(
                f"Activation '{self.text}' loses its digits to cancellation at standard deviations of the"
                f" pre-activations of {length:.3g}; scale the inputs up, or write it without differences."
            )

    def series_error(self, lengths: FloatArray) -> FloatArray:
        """Share of E[f(a z)^2] that the series leaves out, for each length a; 0 for a closed form.

        Example:
            >>> import numpy as np
            >>> from orbitkernels.proofs.activations import network_activation
            >>> bool(network_activation("z + sin(z)/2").series_error(np.ones(1))[0] < 1e-12)
            True
        """
        return self._share(self.function, lengths)

    def slope_error(self, lengths: FloatArray) -> FloatArray:
        """Share of E[f'(a z)^2] that the series leaves out, for each length a; 0 for a closed form.

        Example:
            >>> import numpy as np
            >>> from orbitkernels.proofs.activations import network_activation
            >>> f = network_activation("tanh(z)")
            >>> bool(f.series_error(np.ones(1))[0] < f.slope_error(np.ones(1))[0] < 1e-7)
            True
        """
        return self._share(self.derivative, lengths)

    def expectation_error(self, lengths: FloatArray, tangent: bool) -> float:
        """The largest of these shares, at a length of each quarter octave, of slopes too for a tangent kernel."""
        parts = (self.series_error, self.slope_error) if tangent else (self.series_error,)
        return max(float(np.max(part(_spread(lengths)), initial=0.0)) for part in parts)

    def _share(self, function: Callable[[Any], FloatArray], lengths: FloatArray) -> FloatArray:
        from orbitkernels.numerics.dual_series import series_error

        if not self.is_series:
            return np.zeros(len(lengths))
        return series_error(self.text, function, lengths, self.kinks, self.centres)

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
    plain = _lambdified(expression)

    def function(values: Any) -> FloatArray:
        array = np.asarray(values, dtype=np.float64)
        with np.errstate(all="ignore"):
            found = np.array(np.broadcast_to(np.asarray(plain(array), dtype=np.float64), array.shape))
        lost = ~np.isfinite(found)
        if np.any(lost):
            found[lost] = [_enclosed(expression, value) for value in array[lost]]
        return found

    return function


def _lambdified(expressions: Any) -> Callable[[FloatArray], Any]:
    """NumPy function of one expression in z, or of a list of them."""
    import scipy.special
    import sympy

    from orbitkernels.theory.activations import z

    from .formula_kernel import with_decimals

    many = isinstance(expressions, list)
    decimal = [with_decimals(part) for part in expressions] if many else with_decimals(expressions)
    found: Callable[[FloatArray], Any] = sympy.lambdify(
        z, decimal, [{"erf": scipy.special.erf}, "numpy"], cse=True
    )
    return found


def _enclosed(expression: Any, value: float) -> float:
    """The expression at z = value, rounded from a ball; infinite where it exceeds floating point."""
    from flint import arb, ctx

    from orbitkernels.theory.activations import z
    from orbitkernels.theory.ball_expressions import enclose

    for bits in (128, 512, 2048):  # terms may cancel
        with ctx.workprec(bits):
            ball = enclose(expression, {z: arb(value)})
        if ball.rel_accuracy_bits() > 60:
            break
    return float(ball.mid())


def _spread(lengths: FloatArray) -> FloatArray:
    """The least and the largest length, and one of each quarter octave that occurs between.

    What an expansion leaves out at the length a is an integral against a density of z/a: it changes little over so
    short a way, but may be largest far from both ends.
    """
    if not lengths.size:
        return lengths
    different = np.unique(lengths)
    with np.errstate(divide="ignore"):
        quarters = np.floor(4 * np.log2(different))
    first = np.flatnonzero(np.diff(quarters, prepend=np.nan) != 0)
    return different[np.union1d(first, different.size - 1)]
