"""Reading activations: ``gelu``, ``leaky_relu(0.1)``, ``sin(2)``, ``polynomial(0, 1, 1/2)`` or a formula in z.

A formula that is a named activation becomes it: ``sin(2*z)`` is ``sin(2)``.
"""

from __future__ import annotations

import ast
from difflib import get_close_matches
from functools import cache
from typing import Any, NoReturn

import sympy

from orbitkernels.errors import InputError

from .activation_domain import require_activation
from .activation_pieces import in_absolute_values
from .activations import ACTIVATIONS, MAX_DEGREE, Activation, named_activation
from .formula import FUNCTIONS, parse_expression, parse_text
from .gaussian_expectations import z
from .integer_input import shown

#: Functions of one argument that a formula in z may use.
ACTIVATION_FUNCTIONS = {
    **FUNCTIONS,
    "erf": sympy.erf,
    "relu": lambda x: (x + abs(x)) / 2,
    "gelu": lambda x: x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
    "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
    "sign": sympy.sign,
    "heaviside": lambda x: (1 + sympy.sign(x)) / 2,
    "softplus": lambda x: sympy.log(1 + sympy.exp(x)),
}


@cache
def _parsed_activation(text: str) -> Activation:
    """See :func:`parse_activation`."""
    node = parse_text(text, "activation")
    call = _named_call(node)
    if call is not None:
        return named_activation(*call)
    if isinstance(node, ast.Name) and node.id != "z":
        _refuse_name(node.id, text)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id not in ACTIVATION_FUNCTIONS:
        _refuse_name(node.func.id, text)
    return formula_activation(parse_expression(text, z, ACTIVATION_FUNCTIONS, "activation"), text)


def parse_activation(text: str) -> Activation:
    """Activation of a text.

    Args:
        text: A name of ACTIVATIONS with its parameters, or a formula in z with the functions ACTIVATION_FUNCTIONS.

    Raises:
        InputError: If the text is neither, a parameter is out of range, or the formula lacks a finite real value,
            a bounded slope at its kinks or a second moment, or is constant.

    Example:
        >>> from orbitkernels.theory.activation_text import parse_activation
        >>> parse_activation("leaky_relu(0.1)").expression
        11*z/20 + 9*Abs(z)/20
        >>> parse_activation("tanh(z)").has_closed_form, parse_activation("z+sin(z)/2").has_closed_form
        (False, True)
        >>> parse_activation("z + z^2/2").text
        'polynomial(0, 1, 0.5)'
    """
    if not isinstance(text, str):
        raise InputError(f"Argument 'activation' must be text, not {shown(text)}.")
    return _parsed_activation(text)


def as_activation(value: Activation | str) -> Activation:
    """The activation itself, or the one of a text."""
    return value if isinstance(value, Activation) else parse_activation(value)


def formula_activation(expression: Any, text: str | None = None) -> Activation:
    """Activation of a SymPy expression in the real symbol `z`; a named one if it is one of those.

    Args:
        expression: f(z); Max, Min and continuous Piecewise functions are written by absolute values.
        text: What messages call it.

    Raises:
        InputError: As :func:`parse_activation`.

    Example:
        >>> from sympy import Abs
        >>> from orbitkernels.theory.activation_text import formula_activation
        >>> from orbitkernels.theory.gaussian_expectations import z
        >>> formula_activation(Abs(z)).name, formula_activation(1 + Abs(z)).name
        ('abs', 'formula')
    """
    expression = sympy.sympify(expression)
    if expression.free_symbols - {z}:
        others = ", ".join(sorted(map(str, expression.free_symbols - {z})))
        raise InputError(f"An activation must be an expression in the real symbol z, not in {others}.")
    expression = in_absolute_values(expression)
    known = _recognised(expression)
    if known is not None:
        return known
    found = Activation("formula", (), expression)
    if not found.is_step:
        require_activation(expression, text or str(expression))
    return found


def _named_call(node: ast.expr) -> tuple[Any, ...] | None:
    """Name and rational parameters of a call of a named activation; None for anything else."""
    if isinstance(node, ast.Name) and node.id in ACTIVATIONS:
        return (node.id,)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in ACTIVATIONS:
        return None
    name = node.func.id
    if any(isinstance(part, ast.Name) and part.id == "z" for part in ast.walk(node)):
        if name in ACTIVATION_FUNCTIONS:
            return None
        _refuse_argument(name)
    values = [_parameter(name, argument) for argument in node.args]
    for keyword in node.keywords:
        if len(node.args) + len(node.keywords) > 1 or (keyword.arg,) != ACTIVATIONS[name].parameters:
            takes = " and ".join(ACTIVATIONS[name].parameters) or "no parameters"
            raise InputError(f"Activation '{name}' has no argument '{keyword.arg}'; it takes {takes}.")
        values.append(_parameter(name, keyword.value))
    return (name, *values)


def _parameter(name: str, node: ast.expr) -> Any:
    """Rational number of a piece of text."""
    value = parse_expression(ast.unparse(node), z, {}, "activation")
    if not value.is_Rational:
        raise InputError(f"The parameters of activation '{name}' must be rational numbers, not {value}.")
    return value


def _refuse_argument(name: str) -> NoReturn:
    """Say that a named activation is not applied to z."""
    parameters = ACTIVATIONS[name].parameters
    raise InputError(
        f"Activation '{name}' takes numbers, not z; write {name}" + (f"({parameters[0]})." if parameters else ".")
    )


def _refuse_name(name: str, text: str) -> NoReturn:
    """Say what activations there are, and which name is near."""
    if name in ACTIVATION_FUNCTIONS or name == "u":
        near = f"{name}(z)" if name != "u" else "z"
    else:
        found = get_close_matches(name, [*ACTIVATIONS, *ACTIVATION_FUNCTIONS], n=1)
        near = "" if not found else found[0] if found[0] in ACTIVATIONS else f"{found[0]}(z)"
    hint = f"; did you mean '{near}'?" if near else "."
    raise InputError(
        f"Argument 'activation' must be one of {', '.join(ACTIVATIONS)}, or a formula in z, not"
        f" {shown(text)}{hint}"
    )


def _recognised(expression: Any) -> Activation | None:
    """The named activation with this function, if there is one."""
    for name in ("relu", "abs", "erf", "gelu"):
        if sympy.expand(expression - named_activation(name).expression) == 0:
            return named_activation(name)
    if expression.func in (sympy.sin, sympy.cos):
        frequency = expression.args[0] / z
        if frequency.is_Rational and frequency > 0:
            return named_activation(expression.func.__name__, frequency)
    if expression.is_polynomial(z) and expression.has(z):
        coefficients = expression.as_poly(z).all_coeffs()[::-1]
        if all(value.is_Rational for value in coefficients) and len(coefficients) <= MAX_DEGREE + 1:
            return named_activation("polynomial", *coefficients)
    return None
