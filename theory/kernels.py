"""Kernels stated symbolically: NNGP and NTK of fully connected nets, Gaussian, Laplace, polynomial.

All are written in u, the cosine of the angle between the inputs.  Each kernel states the norm of the inputs:

* NNGP and NTK: |x|^2 = |y|^2 = d, the number of coordinates, or any norms through q_x = |x|^2/d and q_y = |y|^2/d;
* Gaussian, Laplace, polynomial: unit vectors, |x| = |y| = 1.

The recursion of a net with L hidden layers, weight variance sw2 and bias variance sb2 (Jacot et al. 2018, Lee et
al. 2018; NTK parameterisation, activations not rescaled) starts from S_0 = T_0 = sb2 + sw2 <x,y>/d; a layer gives

    S' = sb2 + sw2 E[f(z_x) f(z_y)],    T' = S' + sw2 E[f'(z_x) f'(z_y)] T,

where (z_x, z_y) is Gaussian with covariance S.  For f = relu the expectations are arc-cosine kernels, derived in
:mod:`orbitkernels.theory.arc_cosine`; for f = erf they are Williams's (1997).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Eq, Integer, asin, exp, pi, sqrt

from orbitkernels.errors import InputError

from .arc_cosine import derive_kappa0, derive_kappa1
from .formula import u

#: |x|^2/d and |y|^2/d.
q_x, q_y = sympy.symbols("q_x q_y", positive=True)

#: Activations whose Gaussian expectations are known in closed form.
ACTIVATIONS = ("relu", "erf")

#: Deepest net whose kernel is written out: an expression triples with every layer, and SymPy is slow to simplify
#: nested inverse sines of numbers.
MAX_EXPRESSION_DEPTH = {"relu": 8, "erf": 4}


@dataclass(frozen=True)
class Covariance:
    """Covariance of the pre-activations at two inputs: S(x,x), S(y,y), S(x,y); and the tangent kernel T(x,y)."""

    first: Any
    second: Any
    mixed: Any
    tangent: Any


def kappa0(cosine: Any = u) -> Any:
    """Arc-cosine kernel 1 - arccos(u)/pi of order 0, derived from 2 E[step(z1) step(z2)].

    Example:
        >>> from orbitkernels.theory.kernels import kappa0
        >>> kappa0(0), kappa0(1)
        (1/2, 1)
    """
    return derive_kappa0().expression.xreplace({u: sympy.sympify(cosine)})


def kappa1(cosine: Any = u) -> Any:
    """Arc-cosine kernel (sqrt(1 - u^2) + (pi - arccos u) u)/pi of order 1, from 2 E[relu(z1) relu(z2)].

    Example:
        >>> from orbitkernels.theory.kernels import kappa1
        >>> kappa1(0), kappa1(-1)
        (1/pi, 0)
    """
    return derive_kappa1().expression.xreplace({u: sympy.sympify(cosine)})


def erf_covariance(first: Any, second: Any, mixed: Any) -> Any:
    """E[erf(z1) erf(z2)] = (2/pi) asin(2 s12/sqrt((1 + 2 s11)(1 + 2 s22))) for covariances s11, s22, s12 (K3).

    Example:
        >>> from orbitkernels.theory.kernels import erf_covariance
        >>> erf_covariance(1, 1, 1)
        2*asin(2/3)/pi
    """
    return 2 / pi * asin(2 * mixed / _geometric_mean(1 + 2 * first, 1 + 2 * second))


def erf_slope_covariance(first: Any, second: Any, mixed: Any) -> Any:
    """E[erf'(z1) erf'(z2)] = (4/pi)/sqrt((1 + 2 s11)(1 + 2 s22) - 4 s12^2), the derivative in s12 (K3).

    Example:
        >>> from orbitkernels.theory.kernels import erf_slope_covariance
        >>> erf_slope_covariance(1, 1, 0)
        4/(3*pi)
    """
    return 4 / pi / sqrt(_geometric_mean(1 + 2 * first, 1 + 2 * second) ** 2 - 4 * mixed**2)


def _geometric_mean(one: Any, other: Any) -> Any:
    """sqrt(one other) without a root if they are equal: SymPy is slow to find the sign of nested inverse sines."""
    one, other = sympy.sympify(one), sympy.sympify(other)
    return one if one == other else sqrt(one * other)


def nngp_expression(depth: int, weight_variance: Any = 1, bias_variance: Any = 1, activation: str = "relu") -> Any:
    """NNGP kernel S_L in u for inputs with |x|^2 = |y|^2 = d.

    Args:
        depth: Number L of hidden layers, at most MAX_EXPRESSION_DEPTH[activation].
        weight_variance: sw2 > 0, a rational number or a symbol.
        bias_variance: sb2 >= 0, likewise.
        activation: One of ACTIVATIONS.

    Raises:
        InputError: If the depth is out of range or the activation is not known.

    Example:
        >>> from orbitkernels.theory.kernels import nngp_expression
        >>> nngp_expression(1, weight_variance=2, bias_variance=0)
        2*(u*(pi - acos(u)) + sqrt(1 - u**2))/pi
    """
    return _network(depth, weight_variance, bias_variance, activation, Integer(1), Integer(1)).mixed


def ntk_expression(depth: int, weight_variance: Any = 1, bias_variance: Any = 1, activation: str = "relu") -> Any:
    """NTK T_L in u for inputs with |x|^2 = |y|^2 = d; arguments as in :func:`nngp_expression`.

    Example:
        >>> from orbitkernels.theory.kernels import ntk_expression
        >>> from orbitkernels.theory.formula import u
        >>> ntk_expression(3).subs(u, 1)
        15/4
    """
    return _network(depth, weight_variance, bias_variance, activation, Integer(1), Integer(1)).tangent


def general_nngp_expression(
    depth: int, weight_variance: Any = 1, bias_variance: Any = 1, activation: str = "relu"
) -> Any:
    """NNGP kernel in (q_x, q_y, u) with q_x = |x|^2/d, q_y = |y|^2/d, for inputs of any norms."""
    return _network(depth, weight_variance, bias_variance, activation, q_x, q_y).mixed


def general_ntk_expression(
    depth: int, weight_variance: Any = 1, bias_variance: Any = 1, activation: str = "relu"
) -> Any:
    """NTK in (q_x, q_y, u) with q_x = |x|^2/d, q_y = |y|^2/d, for inputs of any norms.

    Example:
        >>> from orbitkernels.theory.kernels import general_ntk_expression, ntk_expression, q_x, q_y
        >>> (general_ntk_expression(2).subs({q_x: 1, q_y: 1}) - ntk_expression(2)).expand()
        0
    """
    return _network(depth, weight_variance, bias_variance, activation, q_x, q_y).tangent


def first_covariance(weight_variance: Any, bias_variance: Any, first: Any, second: Any) -> Covariance:
    """S_0 = T_0 = sb2 + sw2 sqrt(q_x q_y) u, from first = q_x and second = q_y."""
    mixed = bias_variance + weight_variance * sqrt(first * second) * u
    return Covariance(
        bias_variance + weight_variance * first, bias_variance + weight_variance * second, mixed, mixed
    )


def next_covariance(before: Covariance, weight_variance: Any, bias_variance: Any, activation: str) -> Covariance:
    """Covariance after one more hidden layer."""
    layer = {"relu": _relu_layer, "erf": _erf_layer}[activation]
    return layer(before, weight_variance, bias_variance)


def recursion(activation: str) -> tuple[Any, ...]:
    """Equations of one layer with symbols, as a reader would write them.

    Returns:
        SymPy equations for the cosine (relu only), S' and T'.

    Example:
        >>> from orbitkernels.theory.kernels import recursion
        >>> len(recursion("relu"))
        3
    """
    _require_activation(activation)
    sw2, sb2, s_xx, s_yy = sympy.symbols("sigma_w^2 sigma_b^2 S_xx S_yy", positive=True)
    s, t = sympy.symbols("S T", real=True)
    s_next, t_next = sympy.symbols("S' T'", real=True)
    if activation == "relu":
        arc0, arc1 = sympy.Function("kappa_0")(u), sympy.Function("kappa_1")(u)
        return (
            Eq(u, s / sqrt(s_xx * s_yy)),
            Eq(s_next, sb2 + sw2 / 2 * sqrt(s_xx * s_yy) * arc1),
            Eq(t_next, s_next + sw2 / 2 * arc0 * t),
        )
    after = _erf_layer(Covariance(s_xx, s_yy, s, t), sw2, sb2)
    return Eq(s_next, after.mixed), Eq(t_next, s_next + after.tangent - after.mixed)


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


def _network(
    depth: int, weight_variance: Any, bias_variance: Any, activation: str, first: Any, second: Any
) -> Covariance:
    """Covariance after `depth` hidden layers."""
    _require_activation(activation)
    deepest = MAX_EXPRESSION_DEPTH[activation]
    if not 1 <= depth <= deepest:
        raise InputError(
            f"Argument 'depth' must be 1 to {deepest} for a written-out {activation} kernel, not {depth};"
            " deeper nets have Gram matrices and profiles only."
        )
    weight, bias = sympy.sympify(weight_variance), sympy.sympify(bias_variance)
    covariance = first_covariance(weight, bias, first, second)
    for _ in range(depth):
        covariance = next_covariance(covariance, weight, bias, activation)
    return covariance


def _require_activation(activation: str) -> None:
    """Refuse an activation without closed form."""
    if activation not in ACTIVATIONS:
        raise InputError(f"Argument 'activation' must be one of {', '.join(ACTIVATIONS)}, not {activation!r}.")


def _relu_layer(before: Covariance, weight: Any, bias: Any) -> Covariance:
    """E[relu relu] = sqrt(S_xx S_yy) kappa1(u)/2, as relu(c z) = c relu(z), c > 0; E[step step] = kappa0(u)/2."""
    norm = sqrt(before.first * before.second)
    cosine = before.mixed / norm
    mixed = bias + weight / 2 * norm * kappa1(cosine)
    return Covariance(
        bias + weight / 2 * before.first,
        bias + weight / 2 * before.second,
        mixed,
        mixed + weight / 2 * kappa0(cosine) * before.tangent,
    )


def _erf_layer(before: Covariance, weight: Any, bias: Any) -> Covariance:
    """One hidden layer of erf (K3, K4)."""
    first, second = before.first, before.second
    mixed = bias + weight * erf_covariance(first, second, before.mixed)
    return Covariance(
        bias + weight * erf_covariance(first, first, first),
        bias + weight * erf_covariance(second, second, second),
        mixed,
        mixed + weight * erf_slope_covariance(first, second, before.mixed) * before.tangent,
    )
