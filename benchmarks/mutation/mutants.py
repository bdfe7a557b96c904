"""Mutants of a Python file: each changes one operator, number, comparison or call of one function."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_BINARY: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
}

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}

#: Names of functions that are put for each other.
_SWAPPED = {"min": "max", "max": "min", "cos": "sin", "sin": "cos", "any": "all", "all": "any"}

#: Calls that are left out, so that x.conjugate() becomes x and abs(x) becomes x.
_DROPPED = ("conjugate", "inverse", "transpose", "inv", "abs", "sqrt", "doit")

#: Generators of random numbers: another range draws another instance, which is as good.
_GENERATORS = ("rng", "generator")

#: Names of precisions and sizes of pieces of work, which decide how long something takes and nothing else.
_BUDGETS = ("step", "chunk", "block", "precision", "bits")

#: Functions whose mutants say nothing of formulas: how things are shown, and which instances are drawn.
_PASSED_OVER = ("__repr__", "__str__", "_repr_html_", "_repr_latex_", "to_latex", "to_text", "__reduce__")


@dataclass(frozen=True)
class Mutant:
    """One change of one file.

    Attributes:
        path: File, relative to the repository.
        number: Position among the mutants of the file.
        line: Line of the change.
        function: First line of the innermost function that holds it; 0 outside of functions.
        change: Old and new source of the expression.
        compiled: Whether Numba compiles the function.
    """

    path: str
    number: int
    line: int
    function: int
    change: str
    compiled: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.change}"


def mutants(path: str) -> list[Mutant]:
    """All mutants of a file, in the order of its lines."""
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    compiled = {
        first_line(node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and is_compiled(node)
    }
    found = []
    for number, (node, changed, function) in enumerate(_changes(tree)):
        change = f"{_short(ast.unparse(node))}  ->  {_short(ast.unparse(changed))}"
        found.append(Mutant(path, number, node.lineno, function, change, function in compiled))
    return found


def first_line(node: ast.FunctionDef) -> int:
    """The line where a function starts, with its decorators: what Python notes in its code."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def is_compiled(node: ast.FunctionDef) -> bool:
    """Whether Numba compiles a function, by a decorator of numerics/compilation.py or as a template."""
    named = (decorator.id for decorator in node.decorator_list if isinstance(decorator, ast.Name))
    return node.name in _templates() or any(name.startswith("jit") for name in named)


def mutated(path: str, number: int) -> ast.Module:
    """The file with its mutant of that number put in."""
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    for position, (node, changed, _) in enumerate(_changes(tree)):
        if position == number:
            _Replace(node, changed).visit(tree)
            return ast.fix_missing_locations(tree)
    raise IndexError(f"{path} has no mutant {number}")


@cache
def _templates() -> set[str]:
    """Names of the functions that ``tile_for`` compiles for each activation anew."""
    numerics = Path(__file__).resolve().parents[2] / "numerics"
    return {name for path in numerics.glob("*.py") for name in re.findall(r"tile_for\((\w+),", path.read_text())}


class _Replace(ast.NodeTransformer):
    """Puts one node for another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self.old:
            return ast.copy_location(self.new, node)
        return self.generic_visit(node)


def _changes(tree: ast.Module) -> Iterator[tuple[ast.expr, ast.expr, int]]:
    """Nodes, what is put for them, and the first line of their function."""
    yield from _inside(tree, 0)


def _inside(node: ast.AST, function: int) -> Iterator[tuple[ast.expr, ast.expr, int]]:
    if isinstance(node, ast.FunctionDef):
        if node.name in _PASSED_OVER or node.name.endswith("cases") or _makes_instances(node):
            return
        first = first_line(node)
        for statement in node.body:
            yield from _inside(statement, first)
        return
    if isinstance(node, ast.Raise | ast.Assert | ast.JoinedStr | ast.Import | ast.ImportFrom) or _draws(node):
        return
    if _is_budget(node, function):
        return
    if isinstance(node, ast.expr):
        for changed in _changed(node):
            yield node, changed, function
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        if name == "iter" and isinstance(value, ast.Tuple | ast.List | ast.Set):
            continue  # a loop over instances that are written down
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _inside(child, function)


def _draws(node: ast.AST) -> bool:
    """Whether random numbers are drawn here, or instances are named on which an argument is checked."""
    match node:
        case ast.Call(func=ast.Attribute(value=value)) if _is_generator(value):
            return True
        case ast.Call(args=args) if any(map(_is_generator, args)):
            return True
        case ast.Call() if _is_generator(node):
            return True
        case ast.keyword(arg="on"):
            return True
        case ast.Assign(value=value):
            return any(_draws(part) for part in ast.walk(value) if isinstance(part, ast.Call))
    return False


def _is_generator(node: ast.AST) -> bool:
    """``rng``, ``generator`` or ``default_rng(...)``."""
    match node:
        case ast.Name(id=name):
            return name in _GENERATORS
        case ast.Call(func=ast.Attribute(attr="default_rng")):
            return True
    return False


def _makes_instances(node: ast.FunctionDef) -> bool:
    """Whether a function is given a generator of random numbers and does not compare: it draws an instance."""
    given = {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
    compares = node.returns is not None and "Comparison" in ast.unparse(node.returns)
    return bool(given & set(_GENERATORS)) and not compares


def _is_budget(node: ast.AST, function: int) -> bool:
    """Whether a plain number is set: a limit or precision of a module, or the size of a piece of work."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            plain = all(isinstance(n, ast.Constant | ast.BinOp | ast.UnaryOp | ast.operator | ast.unaryop)
                        for n in ast.walk(value))  # fmt: skip
            return name in _BUDGETS or (function == 0 and name.isupper() and plain)
    return False


def _changed(node: ast.expr) -> Iterator[ast.expr]:
    """What is put for an expression; its parts are changed elsewhere."""
    new = copy.deepcopy(node)
    match new:
        case ast.BinOp(op=ast.MatMult(), left=left, right=right) if ast.dump(left) != ast.dump(right):
            new.left, new.right = new.right, new.left
            yield new
        case ast.BinOp(op=op) if type(op) in _BINARY and not _is_text(new):
            new.op = _BINARY[type(op)]()
            yield new
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            yield operand
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            yield ast.Constant(value + 1)
        case ast.Compare(ops=[op]) if type(op) in _COMPARISONS:
            new.ops = [_COMPARISONS[type(op)]()]
            yield new
        case ast.BoolOp(op=op):
            new.op = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield new
        case ast.Call(func=ast.Attribute(value=value, attr=name), args=[]) if name in _DROPPED:
            yield value
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[argument]) if name in _DROPPED:
            yield argument
        case ast.Call(func=ast.Name(id=name)) if name in _SWAPPED and isinstance(new.func, ast.Name):
            new.func.id = _SWAPPED[name]
            yield new
        case ast.Attribute(attr="T", value=value):
            yield value


def _is_text(node: ast.BinOp) -> bool:
    """Whether strings are put together, which is no arithmetic."""
    sides = (node.left, node.right)
    return any(
        isinstance(s, ast.JoinedStr) or (isinstance(s, ast.Constant) and isinstance(s.value, str)) for s in sides
    )


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 90 else text[:87] + "..."
