"""Kernels stated symbolically: NNGP and NTK of fully connected nets, Gaussian, Laplace, polynomial.

All are written in u, the cosine of the angle between the inputs.  Each kernel states the norm of the inputs:

* NNGP and NTK: |x|^2 = |y|^2 = d, the number of coordinates, or any norms through q_x = |x|^2/d and q_y = |y|^2/d;
* Gaussian, Laplace, polynomial: unit vectors, |x| = |y| = 1.

The recursion of a net with L hidden layers, L + 1 dense layers of weight variances sw2 and bias variances sb2, and
activation f (Jacot et al. 2018, Lee et al. 2018; activations not rescaled) starts from K = <x,y>/d, T = 0 and

    S' = sb2 + sw2 K,    T' = b + w K + sw2 E[f'(z_x) f'(z_y)] T,    K = E[f(z_x) f(z_y)],

where (z_x, z_y) is Gaussian with covariance S.  In NTK parameterisation (b, w) = (sb2, sw2), so that T' = S' and a
multiple of T; in standard parameterisation (Sohl-Dickstein et al. 2020) w is the number of incoming units and b is
1, or 0 for a bias variance of 0, which stands for a net without biases.

* Layer normalisation: every activation is given S/sqrt(S_xx S_yy) in place of S, of diagonal 1, and
  T/sqrt(S_xx S_yy) in place of T (the limit of the layer of Ba, Kiros and Hinton 2016, without its epsilon).
* A residual net adds the pre-activations: the dense layers but for the first give S + S' and T + T', where S and T
  are not normalised.  It is Dense, then L times FanInSum(Identity, [LayerNorm,] activation, Dense) in the words of
  the neural-tangents library, whose conventions these are.

The expectations are those of :mod:`orbitkernels.theory.activations`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Integer, S, exp, sqrt

from orbitkernels.errors import InputError

from .activation_text import as_activation
from .activations import Activation
from .covariance import Covariance
from .dual_activations import erf_covariance, erf_slope_covariance, geometric_mean, kappa0, kappa1
from .formula import u

__all__ = [
    "MAX_EXPRESSION_DEPTH", "Covariance", "Network", "erf_covariance", "erf_slope_covariance", "expectations",
    "first_covariance", "gaussian_expression", "general_nngp_expression", "general_ntk_expression", "kappa0",
    "kappa1",
    "laplace_expression", "next_covariance", "nngp_expression", "ntk_expression", "polynomial_expression", "q_x",
    "q_y",
]  # fmt: skip

#: |x|^2/d and |y|^2/d.
q_x, q_y = sympy.symbols("q_x q_y", positive=True)

#: Deepest net whose kernel is written out, by the name of the activation: an expression grows with every layer,
#: and SymPy is slow to simplify nested inverse sines of numbers.
MAX_EXPRESSION_DEPTH = {
    "relu": 8, "leaky_relu": 8, "abs": 8, "erf": 4, "gelu": 3, "sin": 8, "cos": 8, "hermite": 3, "polynomial": 3,
    "formula": 2,
}  # fmt: skip


@dataclass(frozen=True)
class Network:
    """A fully connected net of infinite width with L hidden layers.

    Attributes:
        depth: L.
        activation: f, an Activation or its text.
        weight_variance: sw2 > 0, a rational number or a symbol, or L + 1 of them.
        bias_variance: sb2 >= 0, likewise.
        residual: Whether the dense layers but for the first add their pre-activations.
        layer_norm: Whether the pre-activations are normalised.
        units: Incoming units of the dense layers but for the first in standard parameterisation, a number or a
            symbol; 0 in NTK parameterisation.
        inputs: Incoming units d of the first dense layer, which matter in standard parameterisation only.

    Example:
        >>> from orbitkernels.theory.kernels import Network
        >>> Network(2, "sin", weight_variance=[1, 2, 1], residual=True).covariance(1, 1).first.subs("u", 0)
        -exp(-4) - exp(-8 + 2*exp(-4))/2 + 11/2
    """

    depth: int
    activation: Activation | str = "relu"
    weight_variance: Any = 1
    bias_variance: Any = 1
    residual: bool = False
    layer_norm: bool = False
    units: Any = 0
    inputs: Any = 1

    def covariance(self, first: Any, second: Any) -> Covariance:
        """S and T of the outputs in u, for inputs with |x|^2/d = first and |y|^2/d = second.

        Raises:
            InputError: If the net is too deep to be written out, the activation has no closed form, or there are
                too few or too many variances.
        """
        activation = as_activation(self.activation)
        deepest = MAX_EXPRESSION_DEPTH[activation.name]
        if not 1 <= self.depth <= deepest:
            raise InputError(
                f"Argument 'depth' must be 1 to {deepest} for a written-out {activation.text} kernel, not"
                f" {self.depth}; deeper nets have Gram matrices and profiles only."
            )
        weights = self._layers("weight_variance", self.weight_variance)
        biases = self._layers("bias_variance", self.bias_variance)
        units, inputs = sympy.sympify(self.units), sympy.sympify(self.inputs)
        now = first_covariance(weights[0], biases[0], first, second, inputs if units != 0 else 0)
        for weight, bias in zip(weights[1:], biases[1:], strict=True):
            now = next_covariance(
                now, weight, bias, activation, residual=self.residual, layer_norm=self.layer_norm, units=units
            )
        return now

    def _layers(self, name: str, value: Any) -> list[Any]:
        """One value for every dense layer."""
        values = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else None
        if values is None:
            return [sympy.sympify(value)] * (self.depth + 1)
        if len(values) != self.depth + 1:
            raise InputError(
                f"Argument '{name}' must be one number or {self.depth + 1}, one for each dense layer (depth + 1),"
                f" not {len(values)}."
            )
        return [sympy.sympify(entry) for entry in values]


def nngp_expression(
    depth: int,
    weight_variance: Any = 1,
    bias_variance: Any = 1,
    activation: Activation | str = "relu",
    **options: Any,
) -> Any:
    """NNGP kernel S_L in u for inputs with |x|^2 = |y|^2 = d.

    Args:
        depth: Number L of hidden layers, at most MAX_EXPRESSION_DEPTH[activation].
        weight_variance: sw2 > 0, a rational number or a symbol, or L + 1 of them.
        bias_variance: sb2 >= 0, likewise.
        activation: An Activation with a closed form, or its text.
        options: residual, layer_norm, units and inputs of :class:`Network`.

    Raises:
        InputError: If the depth is out of range or the activation is not known.

    Example:
        >>> from orbitkernels.theory.kernels import nngp_expression
        >>> nngp_expression(1, weight_variance=2, bias_variance=0)
        2*(u*(pi - acos(u)) + sqrt(1 - u**2))/pi
        >>> nngp_expression(2, weight_variance=1, bias_variance=0, activation="hermite(3)")
        u**9
    """
    one = Integer(1)
    return Network(depth, activation, weight_variance, bias_variance, **options).covariance(one, one).mixed


def ntk_expression(
    depth: int,
    weight_variance: Any = 1,
    bias_variance: Any = 1,
    activation: Activation | str = "relu",
    **options: Any,
) -> Any:
    """NTK T_L in u for inputs with |x|^2 = |y|^2 = d; arguments as in :func:`nngp_expression`.

    Example:
        >>> from orbitkernels.theory.kernels import ntk_expression
        >>> from orbitkernels.theory.formula import u
        >>> ntk_expression(3).subs(u, 1)
        15/4
    """
    one = Integer(1)
    _require_slope(activation)
    return Network(depth, activation, weight_variance, bias_variance, **options).covariance(one, one).tangent


def general_nngp_expression(
    depth: int,
    weight_variance: Any = 1,
    bias_variance: Any = 1,
    activation: Activation | str = "relu",
    **options: Any,
) -> Any:
    """NNGP kernel in (q_x, q_y, u) with q_x = |x|^2/d, q_y = |y|^2/d, for inputs of any norms."""
    return Network(depth, activation, weight_variance, bias_variance, **options).covariance(q_x, q_y).mixed


def general_ntk_expression(
    depth: int,
    weight_variance: Any = 1,
    bias_variance: Any = 1,
    activation: Activation | str = "relu",
    **options: Any,
) -> Any:
    """NTK in (q_x, q_y, u) with q_x = |x|^2/d, q_y = |y|^2/d, for inputs of any norms.

    Example:
        >>> from orbitkernels.theory.kernels import general_ntk_expression, ntk_expression, q_x, q_y
        >>> (general_ntk_expression(2).subs({q_x: 1, q_y: 1}) - ntk_expression(2)).expand()
        0
    """
    _require_slope(activation)
    return Network(depth, activation, weight_variance, bias_variance, **options).covariance(q_x, q_y).tangent


def _require_slope(activation: Activation | str) -> None:
    """Refuse a step for an NTK."""
    function = as_activation(activation)
    if function.is_step:
        raise InputError(
            f"Activation '{function.text}' is a step, whose slope has no second moment: no NTK exists."
        )


def first_covariance(
    weight_variance: Any, bias_variance: Any, first: Any, second: Any, inputs: Any = 0
) -> Covariance:
    """S_0 = sb2 + sw2 sqrt(q_x q_y) u, from first = q_x and second = q_y, and T_0.

    T_0 = S_0 in NTK parameterisation (inputs = 0) and b + inputs sqrt(q_x q_y) u in standard parameterisation.
    """
    product = sqrt(first * second) * u
    bias, weight = _tangent_factors(weight_variance, bias_variance, inputs)
    return Covariance(
        bias_variance + weight_variance * first,
        bias_variance + weight_variance * second,
        bias_variance + weight_variance * product,
        bias + weight * product,
    )


def next_covariance(
    before: Covariance,
    weight_variance: Any,
    bias_variance: Any,
    activation: Activation | str,
    *,
    residual: bool = False,
    layer_norm: bool = False,
    units: Any = 0,
) -> Covariance:
    """Covariance after one more hidden layer; the arguments are those of :class:`Network` for this layer."""
    function = as_activation(activation)
    given = _normalised(before) if layer_norm else before
    values = (given.first, given.second, given.mixed)
    product = function.covariance(*values)
    bias, weight = _tangent_factors(weight_variance, bias_variance, units)
    slope = S.NaN if function.is_step else weight_variance * function.slope_covariance(*values)
    after = Covariance(
        bias_variance + weight_variance * function.variance(given.first),
        bias_variance + weight_variance * function.variance(given.second),
        bias_variance + weight_variance * product,
        bias + weight * product + slope * given.tangent,
    )
    return _added(before, after) if residual else after


def expectations(activation: Activation | str, layer_norm: bool = False) -> tuple[Any, Any]:
    """E[f(z_x) f(z_y)] and E[f'(z_x) f'(z_y)] of one layer with symbols, as a reader would write them.

    Args:
        activation: f.
        layer_norm: Whether the pair (z_x, z_y) has variances 1 and correlation u, in place of S_xx, S_yy and S.

    Returns:
        SymPy expressions, for relu, leaky_relu and abs with the arc-cosine kernels kappa_0 and kappa_1 at
        u = S/sqrt(S_xx S_yy); None where there is no closed form, and for the slope of a step.

    Example:
        >>> from orbitkernels.theory.kernels import expectations
        >>> expectations("relu")
        (sqrt(S_xx)*sqrt(S_yy)*kappa_1(u)/2, kappa_0(u)/2)
        >>> expectations("cos", layer_norm=True)
        (exp(-1)*cosh(u), exp(-1)*sinh(u))
        >>> expectations("tanh(z)")
        (None, None)
    """
    function = as_activation(activation)
    s_xx, s_yy = sympy.symbols("S_xx S_yy", positive=True)
    values = (Integer(1), Integer(1), u) if layer_norm else (s_xx, s_yy, sympy.Symbol("S", real=True))
    slopes = {"relu": (Integer(0),), "abs": (Integer(-1),), "leaky_relu": function.parameters}
    if function.name in slopes:
        a = slopes[function.name][0]
        arc0, arc1 = sympy.Function("kappa_0")(u), sympy.Function("kappa_1")(u)
        norm, half = sqrt(values[0] * values[1]), (1 - a) ** 2 / Integer(2)
        return half * norm * arc1 + a * values[2], half * arc0 + a
    if not function.has_closed_form:
        return None, None
    return function.covariance(*values), None if function.is_step else function.slope_covariance(*values)


def _tangent_factors(weight_variance: Any, bias_variance: Any, units: Any) -> tuple[Any, Any]:
    """(b, w): what biases and weights of a layer add to T; units = 0 stands for NTK parameterisation."""
    if units == 0:
        return bias_variance, weight_variance
    return Integer(0 if bias_variance == 0 else 1), units


def _normalised(before: Covariance) -> Covariance:
    """S and T over sqrt(S_xx S_yy)."""
    norm = geometric_mean(before.first, before.second)
    return Covariance(Integer(1), Integer(1), before.mixed / norm, before.tangent / norm)


def _added(one: Covariance, other: Covariance) -> Covariance:
    """Sum of two independent layers."""
    return Covariance(
        one.first + other.first, one.second + other.second, one.mixed + other.mixed, one.tangent + other.tangent
    )


def gaussian_expression(length_scale: Any = 1) -> Any:
    """exp(-|x - y|^2/(2 l^2)) of unit vectors, where |x - y|^2 = 2 (1 - u).

    Example:
        >>> from orbitkernels.theory.kernels import gaussian_expression
        >>> gaussian_expression(1)
        exp(u - 1)
    """
    return exp(-(1 - u) / sympy.sympify(length_scale) ** 2)


def laplace_expression(length_scale: Any = 1) -> Any:
    """exp(-|x - y|/l) of unit vectors.

    Example:
        >>> from orbitkernels.theory.kernels import laplace_expression
        >>> laplace_expression(1)
        exp(-sqrt(2 - 2*u))
    """
    return exp(-sqrt(2 * (1 - u)) / sympy.sympify(length_scale))


def polynomial_expression(degree: int, offset: Any = 1, scale: Any = 1) -> Any:
    """(scale <x,y> + offset)^degree of unit vectors.

    Example:
        >>> from orbitkernels.theory.kernels import polynomial_expression
        >>> polynomial_expression(3, offset=1, scale=2)
        (2*u + 1)**3
    """
    return (sympy.sympify(scale) * u + sympy.sympify(offset)) ** degree
