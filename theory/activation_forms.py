"""Formulas that are a known activation up to scale, c f(w z), and formulas in pieces as formulas in |z|.

3 relu(z), z + 2|z| and max(z, 0)/2 are piecewise linear; 2 relu(z)^2 is an arc-cosine activation of order 2 (Cho
and Saul 2009); sqrt(2) sin(3 z), erf(z/sqrt(2)), gelu(2 z) and sqrt(2) z^2 are scaled.  Their expectations are
those of f, times c^2 for the function and c^2 w^2 for the slope, at w times the lengths.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import sympy
from sympy import Abs, Heaviside, Max, Min, Piecewise, S, sign

from orbitkernels.errors import InputError

from .gaussian_expectations import z

#: Highest order of an arc-cosine activation, and degree of a polynomial.
MAX_ORDER, MAX_DEGREE = 3, 63


class ScaledForm(NamedTuple):
    """f(z) = outer g(inner z).

    Attributes:
        name: g: piecewise_linear (parameters: the slopes for z > 0 and z < 0), step (the values there), arc_cosine
            (the order), polynomial (the coefficients), erf, gelu, sin or cos.
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
    """Steps at 0: numbers on either side."""
    if expression.atoms(sign) != {sign(z)}:
        return None
    right, left = (expression.subs(sign(z), side) for side in (S.One, S.NegativeOne))
    if right.has(z) or left.has(z) or right == left or not _real(right, left):
        return None
    return ScaledForm("step", (right, left))


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


def in_absolute_values(expression: Any) -> Any:
    """The expression with Max, Min and Piecewise written by absolute values, steps by sign(z), and exact decimals.

    A continuous function in pieces f_0, f_1, ... that meet at c_1 < c_2 < ... is
    f_0(min(z, c_1)) + sum_k (f_k(z cut to [c_k, c_(k+1)]) - f_k(c_k)).

    Raises:
        InputError: If pieces do not meet, or conditions are no comparisons of z with numbers.

    Example:
        >>> from sympy import Max, Piecewise
        >>> from orbitkernels.theory.activation_forms import in_absolute_values
        >>> from orbitkernels.theory.gaussian_expectations import z
        >>> in_absolute_values(Max(z, 0)), in_absolute_values(Piecewise((z, z > 0), (-z, True)))
        (z/2 + Abs(z)/2, Abs(z))
    """
    expression = expression.replace(lambda part: part.is_Float, lambda part: sympy.Rational(repr(float(part))))
    expression = expression.replace(Heaviside, lambda part, *_: (1 + sign(part)) / 2)
    for part in expression.atoms(Piecewise):
        expression = expression.xreplace({part: _joined(part)})
    expression = expression.replace(Max, lambda *sides: _extreme(sides, 1)).replace(
        Min, lambda *sides: _extreme(sides, -1)
    )
    if not expression.has(sign) and not expression.atoms(Abs) - {Abs(z)}:
        return expression
    return _by_half_lines(sympy.expand(expression).subs(z * sign(z), Abs(z)).subs(Abs(z) * sign(z), z))


def _by_half_lines(expression: Any) -> Any:
    """A polynomial for z > 0 and another for z < 0 that meet at 0, in powers of z and |z|; others as they are."""
    positive, sides = sympy.Dummy(positive=True), []
    for way in (1, -1):
        side = sympy.expand(expression.subs(z, way * positive))  # |t| is t for t > 0, and so are its sums
        if side.has(Abs, sign) or not side.is_polynomial(positive):
            return expression
        sides.append(side.subs(positive, way * z))
    half = sympy.expand((sides[0] - sides[1]) / 2)
    if half.subs(z, 0) != 0 or not any(side.has(z) for side in sides):
        return expression
    return sympy.expand(sum(sides) / 2) + sympy.expand(half / z) * Abs(z)


def _extreme(sides: tuple[Any, ...], way: int) -> Any:
    """The largest (way = 1) or least (-1) of some values: two of them are (a + b +- |a - b|)/2."""
    first, *others = sides
    for other in others:
        first = sympy.expand((first + other) / 2) + way * _absolute(sympy.expand((first - other) / 2))
    return first


def _absolute(value: Any) -> Any:
    """|value| with numbers taken out."""
    factor, rest = value.as_independent(z, as_Add=False)
    return abs(factor) * Abs(rest)


def _joined(pieces: Any) -> Any:
    """A Piecewise that is continuous, by values of z cut to intervals."""
    parts = _intervals(pieces)
    if len(parts) == 2 and parts[1][1] == 0 and not any(part[0].has(z) for part in parts):
        left, right = parts[0][0], parts[1][0]
        return (left + right) / 2 + (right - left) / 2 * sign(z)
    total = S.Zero
    for k, (function, low, high) in enumerate(parts):
        cut = z if low == -sympy.oo else _extreme((z, low), 1)
        cut = cut if high == sympy.oo else _extreme((cut, high), -1)
        total += function.subs(z, cut)
        if k:
            before = parts[k - 1][0].subs(z, low)
            if sympy.simplify(before - function.subs(z, low)) != 0:
                raise InputError(f"Activation '{pieces}' jumps at z = {low}; it must be continuous.")
            total -= before
    return sympy.expand(total)


def _intervals(pieces: Any) -> list[tuple[Any, Any, Any]]:
    """Function and ends of the intervals of a Piecewise, in their order on the line."""
    try:
        found = pieces.as_expr_set_pairs(sympy.S.Reals)
    except (NotImplementedError, ValueError, TypeError) as error:
        raise InputError(
            f"Activation '{pieces}' has conditions that are no comparisons of z with numbers."
        ) from error
    parts = [
        (function, interval.inf, interval.sup)
        for function, domain in found
        for interval in (domain.args if isinstance(domain, sympy.Union) else (domain,))
        if isinstance(interval, sympy.Interval)
    ]
    parts.sort(key=lambda part: float(part[1]))
    whole = parts and parts[0][1] == -sympy.oo and parts[-1][2] == sympy.oo
    if not whole or any(one[2] != other[1] for one, other in pairwise(parts)):
        raise InputError(f"Activation '{pieces}' must have a value for every real z.")
    return parts
