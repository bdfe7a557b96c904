"""The arc-cosine kernels kappa0 and kappa1, derived from a Gaussian expectation (Cho-Saul 2009).

For standard Gaussians z1, z2 with correlation u = cos(theta),

    kappa0(u) = 2 E[step(z1) step(z2)],    kappa1(u) = 2 E[relu(z1) relu(z2)].

Both are integrals over a wedge of the plane, which SymPy carries out in polar coordinates.  Every step is checked
when it is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import sympy
from sympy import Derivative, Eq, Integral, Max, Min, Mul, acos, cos, exp, oo, pi, sin, sqrt

from .formula import u

#: The angle between the inputs, 0 < theta < pi; the ends follow by continuity.
theta = sympy.Symbol("theta", positive=True)

_r = sympy.Symbol("r", positive=True)
_phi, _g1 = sympy.symbols("phi g1", real=True)


@dataclass(frozen=True)
class KernelStep:
    """One equation of a derivation and the rule that gives it.

    Attributes:
        rule: What is done, in words.
        equation: SymPy equation whose sides were checked to agree.
    """

    rule: str
    equation: Any


@dataclass(frozen=True)
class KernelDerivation:
    """A derived function of u with the steps that lead to it.

    Attributes:
        expression: SymPy expression in u.
        in_angle: The same in theta.
        steps: The derivation, in order.
    """

    expression: Any
    in_angle: Any
    steps: tuple[KernelStep, ...]


@cache
def derive_kappa0() -> KernelDerivation:
    """kappa0(u) = 2 P(z1 > 0, z2 > 0) = 1 - theta/pi, with its derivation.

    Example:
        >>> from orbitkernels.theory.arc_cosine import derive_kappa0
        >>> derive_kappa0().expression
        (pi - acos(u))/pi
    """
    return _derive("kappa0", 0)


@cache
def derive_kappa1() -> KernelDerivation:
    """kappa1(u) = 2 E[relu(z1) relu(z2)] = (sin(theta) + (pi - theta) cos(theta))/pi, with its derivation.

    Example:
        >>> from orbitkernels.theory.arc_cosine import derive_kappa1
        >>> derive_kappa1().expression
        (u*(pi - acos(u)) + sqrt(1 - u**2))/pi
        >>> print(derive_kappa1().steps[-1].rule)
        theta = acos(u)
    """
    return _derive("kappa1", 1)


@cache
def derivative_step() -> KernelStep:
    """d kappa1/du = kappa0: the covariance of derivatives is the derivative of the covariance.

    Example:
        >>> from orbitkernels.theory.arc_cosine import derivative_step
        >>> derivative_step().equation.rhs
        (pi - acos(u))/pi
    """
    return checked("differentiate kappa1", Derivative(derive_kappa1().expression, u), derive_kappa0().expression)


def checked(rule: str, left: Any, right: Any) -> KernelStep:
    """Step whose equation left = right is verified: integrals and derivatives are carried out, then simplified.

    Raises:
        ValueError: If the sides are not shown to be equal.
    """
    difference = sympy.simplify(left.doit() - right)
    if difference != 0:
        raise ValueError(f"Step '{rule}' does not hold: the sides differ by {difference}")
    return KernelStep(rule, Eq(left, right, evaluate=False))


def _derive(name: str, degree: int) -> KernelDerivation:
    """2 E[z1^degree z2^degree; z1 > 0, z2 > 0] by polar coordinates."""
    radial, angular = _radial_step(degree), _angular_step(degree)
    product = Mul(2, 1 / (2 * pi), radial.equation.rhs, angular.equation.rhs, evaluate=False)
    value = sympy.simplify(product.doit())
    total = checked(f"{name} is twice the integral over the wedge", product, value)
    expression = _in_cosine(value)
    last = checked("theta = acos(u)", value.subs(theta, acos(u)), expression)
    return KernelDerivation(
        expression, value, (*_pair_steps(), *_polar_steps(), *_wedge_steps(), radial, angular, total, last)
    )


@cache
def _pair_steps() -> tuple[KernelStep, ...]:
    """z1 = g1 and z2 = cos(theta) g1 + sin(theta) g2, with g1, g2 independent, are the pair that is wanted.

    E[g1 g2] = 0 and E[g1^2] = E[g2^2], so that E[z1 z2] = cos(theta) E[g1^2] and
    E[z2^2] = (cos(theta)^2 + sin(theta)^2) E[g1^2].
    """
    square = Integral(_g1**2 * exp(-(_g1**2) / 2) / sqrt(2 * pi), (_g1, -oo, oo))
    return (
        checked("z1 = g1, z2 = cos(theta) g1 + sin(theta) g2: the covariance", cos(theta) * square, cos(theta)),
        checked("and z2 has variance 1", (cos(theta) ** 2 + sin(theta) ** 2) * square, sympy.Integer(1)),
    )


@cache
def _polar_steps() -> tuple[KernelStep, ...]:
    """The independent g1 = r cos(phi), g2 = r sin(phi)."""
    g1, g2 = _r * cos(_phi), _r * sin(_phi)
    jacobian = sympy.Matrix([g1, g2]).jacobian([_r, _phi]).det()
    return (
        checked(
            "polar coordinates: z1 = r cos(phi) and z2 =",
            cos(theta) * g1 + sin(theta) * g2,
            _r * cos(_phi - theta),
        ),
        checked("the area element is r dr dphi", jacobian, _r),
    )


@cache
def _wedge_steps() -> tuple[KernelStep, ...]:
    """cos(phi) > 0 on (-pi/2, pi/2) and cos(phi - theta) > 0 on (theta - pi/2, theta + pi/2)."""
    return (
        checked(
            "z1 > 0 for -pi/2 < phi < pi/2 and z2 > 0 for theta - pi/2 < phi < theta + pi/2: both begin at phi =",
            Max(-pi / 2, theta - pi / 2, evaluate=False),
            theta - pi / 2,
        ),
        checked("and end at phi =", Min(pi / 2, theta + pi / 2, evaluate=False), pi / 2),
    )


def _radial_step(degree: int) -> KernelStep:
    """Integral over r of r^(2 degree) against the density, but for the factor 1/(2 pi)."""
    integrand = _r ** (2 * degree) * exp(-(_r**2) / 2) * _r
    value = sympy.integrate(integrand, (_r, 0, oo))
    return checked("integrate over r", Integral(integrand, (_r, 0, oo)), value)


def _angular_step(degree: int) -> KernelStep:
    """Integral over the wedge of (cos(phi) cos(phi - theta))^degree."""
    integrand = (cos(_phi) * cos(_phi - theta)) ** degree
    limits = (_phi, theta - pi / 2, pi / 2)
    value = sympy.simplify(sympy.integrate(integrand, limits))
    return checked("integrate over phi", Integral(integrand, limits), value)


def _in_cosine(value: Any) -> Any:
    """The value with theta = acos(u), terms in u gathered."""
    return sympy.collect(sympy.expand(pi * value.subs(theta, acos(u))), u) / pi
