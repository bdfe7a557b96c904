"""Reading kernel formulas in u and kernel calls such as ``ntk(depth=3)`` without evaluating any text.

The text is parsed by Python's own grammar into a syntax tree, and only the nodes named here become SymPy.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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

_EXAMPLES = {"activation": "gelu or tanh(z)"}

Value = int | float | Fraction | str | tuple[int | float | Fraction, ...]

#: What the text of an argument may be made of, such as ``leaky_relu(0.1)`` and ``z + sin(z)/2``.
_TEXT_NODES = (
    ast.Name, ast.Constant, ast.Call, ast.keyword, ast.BinOp, ast.UnaryOp, ast.Load, ast.USub, ast.UAdd, ast.Pow,
    *_OPERATORS,
)  # fmt: skip


def parse_expression(
    text: str, symbol: Any, functions: Mapping[str, Callable[[Any], Any]] = FUNCTIONS, argument: str = "formula"
) -> Any:
    """SymPy expression of a formula in one symbol; whether it has values is not asked.

    Args:
        text: The formula; see :func:`parse_formula` for what it may hold.
        symbol: The only symbol, read by its name.
        functions: Functions of one argument by name.
        argument: What messages call the text.

    Raises:
        InputError: If anything else occurs in the text or a number is huge.

    Example:
        >>> import sympy
        >>> from orbitkernels.theory.formula import parse_expression
        >>> parse_expression("z + z^2/2", sympy.Symbol("z"))
        z**2/2 + z
    """
    return _Reader(symbol, functions).read(parse_text(text, argument), argument)


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
    expression = parse_expression(text, u)
    require_value(expression, u, text)
    return expression


def parse_call(text: str) -> tuple[str, dict[str, Value]]:
    """Name and keyword arguments of a call such as ``ntk(depth=3, activation=relu)``; a bare name is a call too.

    Args:
        text: A name, then keyword arguments in parentheses; values are numbers (3, 1.5, 1/3), bracketed lists of
            numbers, words, or texts such as ``leaky_relu(0.1)`` and ``z + sin(z)/2``, which are not read further.

    Returns:
        The name and a dictionary of int, float, Fraction, tuple and str.

    Raises:
        InputError: If the text is no such call, or a keyword is repeated.

    Example:
        >>> from orbitkernels.theory.formula import parse_call
        >>> parse_call("ntk(depth=3, activation=relu, bias_variance=0.5)")
        ('ntk', {'depth': 3, 'activation': 'relu', 'bias_variance': 0.5})
        >>> parse_call("nngp(activation=z+sin(z)/2, weight_variance=[1, 1/2])")
        ('nngp', {'activation': 'z + sin(z) / 2', 'weight_variance': (1, Fraction(1, 2))})
        >>> parse_call("nngp")
        ('nngp', {})
    """
    node = parse_text(text, "kernel")
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
        try:
            arguments[keyword.arg] = _call_value(keyword.arg, keyword.value)
        except RecursionError:
            raise InputError(f"Argument '{keyword.arg}' is nested too deeply; simplify it.") from None
    return node.func.id, arguments


def parse_text(text: str, argument: str) -> ast.expr:
    """Syntax tree of one expression, of which nothing is evaluated; ``^`` binds as in mathematics, like ``**``.

    Args:
        text: The expression.
        argument: What messages call it.

    Raises:
        InputError: If the text is empty, too long or no expression.

    Example:
        >>> from orbitkernels.theory.formula import parse_text
        >>> type(parse_text("z^2", "formula")).__name__
        'BinOp'
    """
    if not isinstance(text, str):
        raise InputError(f"Argument '{argument}' must be text, not {text!r} (type {type(text).__name__}).")
    if not text.strip():
        examples = _EXAMPLES.get(argument, "exp(-2*(1-u)) or ntk(depth=3)")
        raise InputError(f"Argument '{argument}' is empty; write for instance {examples}.")
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


@dataclass(frozen=True)
class _Reader:
    """Makes SymPy of syntax trees with one symbol and the given functions."""

    symbol: Any
    functions: Mapping[str, Callable[[Any], Any]]

    def read(self, node: ast.expr, argument: str) -> Any:
        """SymPy expression of a whole tree."""
        try:
            return self._expression(node)
        except RecursionError:
            raise InputError(f"Argument '{argument}' is nested too deeply; simplify it.") from None

    def _expression(self, node: ast.expr) -> Any:
        """SymPy expression of one node, or InputError naming the piece that is not allowed."""
        match node:
            case ast.Constant():
                return _number(node)
            case ast.Name(id=name):
                return self._constant(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self._expression(operand)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._expression(operand)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return _power(self._expression(left), self._expression(right), node)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
                return _bounded(_OPERATORS[type(operator)](self._expression(left), self._expression(right)), node)
            case ast.Call():
                return _bounded(self._applied(node), node)
        raise InputError(
            f"Formula piece {_piece(node)} is not allowed; use numbers, {self.symbol}, + - * / ** and known"
            " functions."
        )

    def _constant(self, name: str) -> Any:
        """The symbol, or the constant of a name."""
        names = {str(self.symbol): self.symbol, "pi": sympy.pi, "E": sympy.E}
        if name in names:
            return names[name]
        if name in self.functions:
            raise InputError(
                f"Function '{name}' in the formula needs its argument in parentheses, as in {name}({self.symbol})."
            )
        raise InputError(
            f"Unknown name {_shortened(name)} in the formula; the names are {', '.join(names)} and functions such"
            " as exp."
        )

    def _applied(self, node: ast.Call) -> Any:
        """A known function of one argument."""
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in self.functions:
            known = ", ".join(self.functions)
            raise InputError(f"Unknown function {_piece(node.func)} in the formula; known are {known}.")
        if len(node.args) != 1 or node.keywords:
            raise InputError(f"Function '{name}' in the formula takes one argument, not {_piece(node)}.")
        argument = self._expression(node.args[0])
        try:
            return self.functions[name](argument)
        except (TypeError, AttributeError):  # SymPy gives up on inverse sines of sines of huge numbers
            raise InputError(f"Formula piece {_piece(node)} cannot be computed; simplify it.") from None


def _number(node: ast.Constant) -> Any:
    """Exact rational of a literal."""
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"Formula piece {_piece(node)} is not a real number.")
    if value == float("inf"):
        raise InputError("A number in the formula exceeds floating point; make it smaller.")
    return _bounded(sympy.Integer(value) if isinstance(value, int) else sympy.Rational(repr(value)), node)


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
    """Number, list of numbers, word or text of a keyword argument."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    found = _plain_number(node)
    if found is not None:
        return found
    if isinstance(node, ast.List) and node.elts:
        numbers = [_plain_number(entry) for entry in node.elts]
        if None not in numbers:
            return tuple(number for number in numbers if number is not None)
    if _is_text(node):
        return ast.unparse(node)
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return str(node.value).lower()  # as Python writes it; the word is true or false
    raise InputError(
        f"Argument '{name}' must be a number, a list of numbers, a word or a formula, not {_piece(node)}."
    )


def _plain_number(node: ast.expr) -> int | float | Fraction | None:
    """Number of 3, -1.5 and 1/3; None for anything else."""
    match node:
        case ast.Constant(value=bool() | None):
            return None
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _negative(_plain_number(operand))
        case ast.BinOp(
            left=ast.Constant(value=int() as numerator),
            op=ast.Div(),
            right=ast.Constant(value=int() as denominator),
        ) if denominator:
            return Fraction(numerator, denominator)
        case ast.BinOp(left=ast.UnaryOp(op=ast.USub(), operand=operand), op=ast.Div(), right=right):
            return _negative(_plain_number(ast.BinOp(operand, ast.Div(), right)))
    return None


def _negative(value: int | float | Fraction | None) -> int | float | Fraction | None:
    """The number with the other sign, if there is one."""
    return None if value is None else -value


def _is_text(node: ast.expr) -> bool:
    """Whether the piece is a name, a call of a name or a formula, with a name in it and numbers only beside."""
    parts = list(ast.walk(node))
    return (
        all(isinstance(part, _TEXT_NODES) for part in parts)
        and all(isinstance(part.func, ast.Name) for part in parts if isinstance(part, ast.Call))
        and all(type(part.value) in (int, float) for part in parts if isinstance(part, ast.Constant))
        and any(isinstance(part, ast.Name) for part in parts)
    )
