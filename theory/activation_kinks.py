"""Where a formula in z has kinks: the zeros of the arguments of its absolute values and signs, found exactly.

Max(-1, Min(1, z)) is z/4 - |z/2 - 1/2|/2 + |z/4 + ... - |z/2 - 1/2|/2|: the argument of an outer absolute value is
free of absolute values only between the kinks of the inner ones, so these come first.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import sympy
from sympy import Abs, sign

from .gaussian_expectations import z


def kinks(expression: Any) -> tuple[Any, ...]:
    """Real zeros of the arguments of Abs and sign, in their order; a superset of the kinks.

    Args:
        expression: SymPy expression in the real symbol `z`, in terms of absolute values.

    Returns:
        SymPy numbers.  Zeros that SymPy does not find, or infinitely many, as those of Abs(sin(z)), are left out.

    Example:
        >>> from sympy import Abs, Max, Min
        >>> from orbitkernels.theory.activation_pieces import in_absolute_values
        >>> from orbitkernels.theory.activation_kinks import kinks
        >>> from orbitkernels.theory.gaussian_expectations import z
        >>> kinks(in_absolute_values(Max(-1, Min(1, z)))), kinks(Abs(z**2 - 2))
        ((-1, 1), (-sqrt(2), sqrt(2)))
    """
    found: set[Any] = set()
    for part in expression.atoms(Abs, sign):
        inner = kinks(part.args[0])
        for low, high in pairwise((-sympy.oo, *inner, sympy.oo)):
            plain = _without_absolute_values(part.args[0], _between(low, high))
            found.update(zero for zero in _zeros(plain) if low <= zero <= high)
    return tuple(sorted(found, key=float))


def inner_functions(expression: Any) -> tuple[Any, ...]:
    """What functions and powers in a formula are taken of: narrow features lie at zeros and extremes of these.

    The bump exp(-10^8 (z - 1/3)^2) lies where its exponent is largest, the step tanh(10^6 (exp(z) - 2)) where its
    argument is 0, and 1/(1 + 10^8 (z - 1/3)^2) where its denominator is least.

    Args:
        expression: SymPy expression in the real symbol `z`.

    Returns:
        Expressions in `z` other than `z` itself, in an order that is always the same.

    Example:
        >>> from sympy import exp, tanh
        >>> from orbitkernels.theory.activation_kinks import inner_functions
        >>> from orbitkernels.theory.gaussian_expectations import z
        >>> inner_functions(z * tanh(z) + exp(-((exp(z) - 2) ** 2)))
        (exp(z) - 2, -(exp(z) - 2)**2)
    """
    found = {inner for part in expression.atoms(sympy.Function, sympy.Pow) for inner in part.args if inner.has(z)}
    return tuple(sorted(found - {z}, key=sympy.default_sort_key))


def _between(low: Any, high: Any) -> Any:
    """A rational number inside an interval."""
    if low == -sympy.oo and high == sympy.oo:
        return sympy.S.Zero
    if low == -sympy.oo or high == sympy.oo:
        return sympy.floor(high) - 1 if low == -sympy.oo else sympy.ceiling(low) + 1
    return sympy.Rational(float(low + high) / 2)


def _without_absolute_values(expression: Any, point: Any) -> Any:
    """The expression with every absolute value and sign as it is near a point that is no kink."""
    for part in expression.atoms(Abs, sign):
        side = sympy.sign(part.args[0].subs(z, point).evalf(30))
        return _without_absolute_values(
            expression.xreplace({part: side * (part.args[0] if part.func is Abs else 1)}), point
        )
    return expression


def _zeros(function: Any) -> tuple[Any, ...]:
    """Real zeros of a function without absolute values, if there are finitely many and SymPy finds them."""
    if not function.has(z):
        return ()
    polynomial = function.as_poly(z)
    if polynomial is not None and (polynomial.domain.is_QQ or polynomial.domain.is_ZZ):
        return tuple(set(polynomial.real_roots()))
    try:
        found = sympy.solveset(function, z, sympy.S.Reals)
    except (NotImplementedError, ValueError, TypeError):
        return ()  # a kink that is not cut makes the error of quadrature, which is stated, larger
    return tuple(zero for zero in found if zero.is_real) if isinstance(found, sympy.FiniteSet) else ()
