"""Reading kernel formulas in u and kernel calls such as ``ntk(depth=3)`` without evaluating any text.

The text is parsed by Python's own grammar into a syntax tree, and only the nodes named here become SymPy.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy

from orbitkernels.errors import InputError

from .formula_domain import require_value

#: Cosine of the angle between two inputs.
u = sympy.Symbol("u")

#: Names that a formula may use as they stand.
CONSTANTS: dict[str, Any] = {"u": u, "pi": sympy.pi, "E": sympy.E}

#: Functions of one argument that a formula may use.
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "exp": sympy.exp,
    "log": sympy.log,
    "sqrt": sympy.sqrt,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "asin": sympy.asin,
    "acos": sympy.acos,
    "atan": sympy.atan,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "Abs": sympy.Abs,
    "abs": sympy.Abs,
}

#: Longest text that is read.
MAX_LENGTH = 2000

#: Largest exponent, and most bits of a number, that a formula may hold; floating point holds 1023.
MAX_EXPONENT, MAX_BITS = 1000, 1000

_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}

Value = int | float | Fraction | str


def parse_formula(text: str) -> Any:
    """SymPy expression of a formula in u, the cosine of the angle between two inputs.

    Allowed are numbers (decimals of at most 15 digits are read exactly: 0.1 is 1/10), u, pi, E, + - * / ** (or ^),
    parentheses and the functions of `FUNCTIONS`.  A real finite value is needed for every u in [-1, 1].

    Args:
        text: For instance ``"exp(-2*(1-u))"``.

    Returns:
        An expression whose only symbol is `u`.

    Raises:
        InputError: If anything else occurs in the text, a power is huge, or a value is missing on [-1, 1].

    Example:
        >>> from orbitkernels.theory.formula import parse_formula
        >>> parse_formula("exp(-2*(1-u))")
        exp(2*u - 2)
        >>> parse_formula("(sqrt(1-u^2) + (pi-acos(u))*u)/pi").subs("u", 1)
        1
    """
    expression = _translate(_parsed(text, "formula"), text)
    require_value(expression, u, text)
    return expression


def parse_call(text: str) -> tuple[str, dict[str, Value]]:
    """Name and keyword arguments of a call such as ``ntk(depth=3, activation=relu)``; a bare name is a call too.

    Args:
        text: A name, then keyword arguments in parentheses; values are numbers (3, 1.5, 1/3) or words.

    Returns:
        The name and a dictionary of int, float, Fraction and str.

    Raises:
        InputError: If the text is no such call, or a keyword is repeated.

    Example:
        >>> from orbitkernels.theory.formula import parse_call
        >>> parse_call("ntk(depth=3, activation=relu, bias_variance=0.5)")
        ('ntk', {'depth': 3, 'activation': 'relu', 'bias_variance': 0.5})
        >>> parse_call("nngp")
        ('nngp', {})
    """
    node = _parsed(text, "kernel")
    if isinstance(node, ast.Name):
        return node.id, {}
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise InputError(f"Argument 'kernel' must be a call such as ntk(depth=3), not {text!r}.")
    if node.args:
        piece = ast.unparse(node.args[0])
        raise InputError(
            f"Kernel '{node.func.id}' takes keyword arguments only; give {piece!r} its name, as in ntk(depth=3)."
        )
    arguments: dict[str, Value] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise InputError(f"Kernel '{node.func.id}' takes named arguments only, not {ast.unparse(keyword)!r}.")
        if keyword.arg in arguments:
            raise InputError(f"Argument '{keyword.arg}' of kernel '{node.func.id}' is given twice; keep one.")
        arguments[keyword.arg] = _call_value(keyword.arg, keyword.value)
    return node.func.id, arguments


def _parsed(text: str, argument: str) -> ast.expr:
    """Syntax tree of one expression; ``^`` is read as ``**``, so that it binds as in mathematics."""
    if not isinstance(text, str):
        raise InputError(f"Argument '{argument}' must be text, not {text!r} (type {type(text).__name__}).")
    if not text.strip():
        raise InputError(f"Argument '{argument}' is empty; write for instance exp(-2*(1-u)) or ntk(depth=3).")
    if len(text) > MAX_LENGTH:
        raise InputError(f"Argument '{argument}' has {len(text)} characters; at most {MAX_LENGTH} are read.")
    shown = text if len(text) <= 80 else text[:77] + "..."
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # for example about numbers that run into words
            return ast.parse(text.strip().replace("^", "**"), mode="eval").body
    except SyntaxError as error:
        what = error.msg if len(error.msg) < 80 else "invalid syntax"
        raise InputError(f"Argument '{argument}' cannot be read: {what} in {shown!r}.") from None
    except (ValueError, RecursionError, MemoryError):
        raise InputError(f"Argument '{argument}' cannot be read: {shown!r}; simplify it.") from None


def _translate(node: ast.expr, text: str) -> Any:
    """SymPy expression of a syntax tree."""
    try:
        return _expression(node)
    except RecursionError:
        raise InputError("Argument 'formula' is nested too deeply; simplify it.") from None


def _expression(node: ast.expr) -> Any:
    """SymPy expression of one node, or InputError naming the piece that is not allowed."""
    match node:
        case ast.Constant():
            return _number(node)
        case ast.Name(id=name):
            return _constant(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_expression(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _expression(operand)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(_expression(left), _expression(right), node)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            return _bounded(_OPERATORS[type(operator)](_expression(left), _expression(right)), node)
        case ast.Call():
            return _bounded(_applied(node), node)
    raise InputError(
        f"Formula piece {_piece(node)} is not allowed; use numbers, u, + - * / ** and known functions."
    )


def _number(node: ast.Constant) -> Any:
    """Exact rational of a literal."""
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"Formula piece {_piece(node)} is not a real number.")
    if value == float("inf"):
        raise InputError("A number in the formula exceeds floating point; make it smaller.")
    return _bounded(sympy.Integer(value) if isinstance(value, int) else sympy.Rational(repr(value)), node)


def _constant(name: str) -> Any:
    """Symbol or constant of a name."""
    if name in CONSTANTS:
        return CONSTANTS[name]
    if name in FUNCTIONS:
        raise InputError(f"Function '{name}' in the formula needs its argument in parentheses, as in {name}(u).")
    known = ", ".join(CONSTANTS)
    raise InputError(
        f"Unknown name {_shortened(name)} in the formula; the names are {known} and functions such as exp."
    )


def _applied(node: ast.Call) -> Any:
    """A known function of one argument."""
    name = node.func.id if isinstance(node.func, ast.Name) else None
    if name not in FUNCTIONS:
        known = ", ".join(FUNCTIONS)
        raise InputError(f"Unknown function {_piece(node.func)} in the formula; known are {known}.")
    if len(node.args) != 1 or node.keywords:
        raise InputError(f"Function '{name}' in the formula takes one argument, not {_piece(node)}.")
    argument = _expression(node.args[0])
    try:
        return FUNCTIONS[name](argument)
    except (TypeError, AttributeError):  # SymPy gives up on inverse sines of sines of huge numbers
        raise InputError(f"Formula piece {_piece(node)} cannot be computed; simplify it.") from None


def _power(base: Any, exponent: Any, node: ast.expr) -> Any:
    """base ** exponent, refused before it is computed if the number would be huge."""
    if exponent.is_number and not abs(exponent).is_comparable:
        raise InputError(f"Formula piece {_piece(node)} has no real value.")
    if exponent.is_number and abs(exponent) > MAX_EXPONENT:
        raise InputError(f"Formula piece {_piece(node)} has an exponent beyond {MAX_EXPONENT}; make it smaller.")
    if base.is_Rational and exponent.is_Rational and _bits(base) * abs(exponent) > MAX_BITS:
        raise InputError(
            f"Formula piece {_piece(node)} is a number of more than {MAX_BITS} bits; make it smaller."
        )
    return _bounded(base**exponent, node)


def _bounded(value: Any, node: ast.expr) -> Any:
    """The value itself, if no number in it is huge."""
    if any(_bits(number) > MAX_BITS for number in value.atoms(sympy.Rational)):
        raise InputError(
            f"Formula piece {_piece(node)} is a number of more than {MAX_BITS} bits; make it smaller."
        )
    return value


def _bits(number: Any) -> int:
    """Bits of numerator or denominator, whichever has more."""
    return max(int(number.p).bit_length(), int(number.q).bit_length())


def _piece(node: ast.AST) -> str:
    """Source of a node, quoted and shortened."""
    return _shortened(ast.unparse(node))


def _shortened(source: str) -> str:
    """Quoted, at most 60 characters."""
    return repr(source if len(source) <= 60 else source[:57] + "...")


def _call_value(name: str, node: ast.expr) -> Value:
    """Number or word of a keyword argument."""
    match node:
        case ast.Name(id=word):
            return word
        case ast.Constant(value=bool() | None):
            pass
        case ast.Constant(value=int() | float() | str() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.BinOp(
            left=ast.Constant(value=int() as numerator),
            op=ast.Div(),
            right=ast.Constant(value=int() as denominator),
        ) if denominator:
            return Fraction(numerator, denominator)
    raise InputError(f"Argument '{name}' must be a number or a word, not {_piece(node)}.")
