"""Formulas that are a known activation up to scale, c f(w z).

3 relu(z), z + 2|z| and max(z, 0)/2 are piecewise linear; 2 relu(z)^2 is an arc-cosine activation of order 2 (Cho
and Saul 2009); sqrt(2) sin(3 z), erf(z/sqrt(2)), gelu(2 z) and sqrt(2) z^2 are scaled.  Their expectations are
those of f, times c^2 for the function and c^2 w^2 for the slope, at w times the lengths.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import sympy
from sympy import Abs, S, sign

from .gaussian_expectations import z

#: Highest order of an arc-cosine activation, and degree of a polynomial.
MAX_ORDER, MAX_DEGREE = 3, 63


class ScaledForm(NamedTuple):
    """f(z) = outer g(inner z).

    Attributes:
        name: g: piecewise_linear (parameters: the slopes for z > 0 and z < 0), step (the values
            there and the one at 0), arc_cosine (the order), polynomial (the coefficients), erf, gelu, sin or cos.
        parameters: Real SymPy numbers.
        outer: Likewise, not 0.
        inner: Likewise, not 0.
    """

    name: str
    parameters: tuple[Any, ...] = ()
    outer: Any = S.One
    inner: Any = S.One


def scaled_form(expression: Any) -> ScaledForm | None:
    """The known activation that a formula is up to scale; None if it is none.

    Args:
        expression: SymPy expression in the real symbol `z`, in terms of absolute values.

    Example:
        >>> from sympy import Abs, erf
        >>> from orbitkernels.theory.activation_forms import scaled_form
        >>> from orbitkernels.theory.gaussian_expectations import z
        >>> scaled_form(z + 2 * Abs(z))
        ScaledForm(name='piecewise_linear', parameters=(3, -1), outer=1, inner=1)
        >>> scaled_form(3 * erf(z / 2))
        ScaledForm(name='erf', parameters=(), outer=3, inner=1/2)
        >>> scaled_form(z + erf(z)) is None
        True
    """
    return _step(expression) or _in_powers(expression) or _of_one_function(expression) or _gelu(expression)


def _step(expression: Any) -> ScaledForm | None:
    """Steps at 0: numbers on either side, and the one at 0, the value at an input whose variance is 0."""
    if expression.atoms(sign) != {sign(z)}:
        return None
    right, left, middle = (expression.subs(sign(z), side) for side in (S.One, S.NegativeOne, S.Zero))
    if any(value.has(z) for value in (right, left, middle)) or right == left or not _real(right, left, middle):
        return None
    return ScaledForm("step", (right, left, middle))


def _in_powers(expression: Any) -> ScaledForm | None:
    """Piecewise linear functions, powers of ReLU and polynomials: polynomials on either side of 0."""
    if expression.atoms(Abs) - {Abs(z)}:
        return None
    right, left = (sympy.expand(expression.subs(Abs(z), side * z)) for side in (1, -1))
    if not (right.is_polynomial(z) and left.is_polynomial(z)):
        return None
    first, second = (side.as_poly(z) if side.has(z) else None for side in (right, left))
    if first is not None and right == left:
        values = tuple(first.all_coeffs()[::-1])
        return ScaledForm("polynomial", values) if len(values) <= MAX_DEGREE + 1 and _real(*values) else None
    one, two = _monomial(right, first), _monomial(left, second)
    if one is None or two is None:
        return None
    (slope, order), (other, degree) = one, two
    if max(order, degree) == 1:
        return ScaledForm("piecewise_linear", (slope, other)) if _real(slope, other) else None
    if S.Zero in (slope, other) and max(order, degree) <= MAX_ORDER and _real(slope + other):
        n = sympy.Integer(max(order, degree))
        way = S.One if other == 0 else S.NegativeOne
        return ScaledForm("arc_cosine", (n,), (slope + other) * way**n, way)
    return None


def _monomial(side: Any, polynomial: Any) -> tuple[Any, int] | None:
    """Coefficient and degree of c z^n, n > 0; (0, 0) for 0."""
    if side == 0:
        return S.Zero, 0
    if polynomial is None or len(polynomial.terms()) != 1:
        return None
    ((degree,), coefficient) = polynomial.terms()[0]
    return (coefficient, int(degree)) if degree else None


def _of_one_function(expression: Any) -> ScaledForm | None:
    """c erf(w z), c sin(w z) and c cos(w z)."""
    outer, inside = expression.as_independent(z, as_Add=False)
    if inside.func not in (sympy.erf, sympy.sin, sympy.cos):
        return None
    inner = sympy.expand(inside.args[0]) / z
    return ScaledForm(inside.func.__name__, (), outer, inner) if _real(outer, inner) else None


def _gelu(expression: Any) -> ScaledForm | None:
    """c g(w z), g(z) = z (1 + erf(z/sqrt(2)))/2: a z + b z erf(k z) with a = +-b."""
    expanded = sympy.expand(expression)
    found = list(expanded.atoms(sympy.erf))
    if len(found) != 1:
        return None
    straight, bent = (sympy.expand(expanded.coeff(found[0], power) / z) for power in (0, 1))
    steepness = sympy.expand(found[0].args[0]) / z
    if not _real(straight, bent, steepness) or straight == 0 or sympy.expand(straight**2 - bent**2) != 0:
        return None
    if sympy.expand(expanded - straight * z - bent * z * found[0]) != 0:
        return None
    inner = sympy.sqrt(2) * steepness * bent / straight
    return ScaledForm("gelu", (), 2 * straight / inner, inner)


def _real(*values: Any) -> bool:
    """Whether these are numbers, real and not all 0."""
    return all(value.is_number and value.is_real for value in values) and any(value != 0 for value in values)
