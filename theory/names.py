"""Groups by name or from a file: ``C12``, ``D4``, ``S3xC2``, ``C7:C3``, ``C2wrS3``, ``@file.json``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import gcd
from pathlib import Path
from typing import Any, NoReturn

from orbitkernels.errors import InputError

from .constructions import (
    ORDER_CEILING,
    cayley_table_group,
    check_memory,
    check_order,
    direct_product,
    metacyclic,
    permutation_group,
    wreath_product,
)
from .families import FAMILIES, LARGE_MATHIEU_GROUPS, Family, capped_power
from .groups import MAX_ORDER, FiniteGroup
from .integer_input import shown

#: Longest name that is read.
MAX_NAME_LENGTH = 200

#: Deepest nesting of parentheses in a name.
MAX_DEPTH = 20

#: The catalogue: (form, description, order, example).
NAMES: tuple[tuple[str, str, str, str], ...] = (
    *((family.form, family.description, family.order_formula, family.example) for family in FAMILIES),
    ("<G>^<k>", "direct power", "|G|^k", "C2^3"),
    ("<G>x<H>", "direct product", "|G| |H|", "S3xC2"),
    (
        "C<a>:C<b>",
        "semidirect product, b acts by x -> r x with the least r of order b modulo a (of the largest order that "
        "divides b if there is none)",
        "a b",
        "C7:C3",
    ),
    ("<G>wr<H>", "wreath product, H permuting d copies of G", "|G|^d |H|", "C2wrS3"),
    ("(<G>)", "parentheses; ^ binds before wr, wr before :, : before x", "|G|", "(C2xC2)xS3"),
    ("@<file.json>", 'a file {"permutations": [[...]]} or {"cayley_table": [[...]]}', "", "@group.json"),
)

_FORMS = '{"permutations": [[...]]} with images counted from 0, or {"cayley_table": [[...]]}'

#: Longest file that is read.
MAX_FILE_BYTES = 2**28

_KEYS = ("permutations", "cayley_table")

_BY_PREFIX = {family.prefix: family for family in FAMILIES}
_ATOM = re.compile(r"(M(?:1[12]|2[234])(?!\d)|V4(?!\d)|[A-Za-z]+)(?:(\d+)|\(\s*(\d+(?:\s*,\s*\d+)*)\s*\))?")
_SYNONYMS = {
    "z": "C",
    "cyc": "C",
    "cyclic": "C",
    "sym": "S",
    "symmetric": "S",
    "alt": "A",
    "alternating": "A",
    "dih": "D",
    "dihedral": "D",
    "klein": "V4",
    "quaternion": "Q",
    "h": "Heis",
    "l": "PSL",
}
_BY_FILE = 'give a group by file, as @group.json with {"permutations": [[...]]} or {"cayley_table": [[...]]}'


def group(spec: str) -> FiniteGroup:
    """The group of a name, or of a file.

    Args:
        spec: A name of the catalogue NAMES, products of names, or ``@file.json``.

    Raises:
        InputError: If the name is unknown (the nearest is suggested), a parameter is impossible, or the order
            exceeds MAX_ORDER (refused from the order formula, before any element is made).

    Example:
        >>> from orbitkernels.theory.names import group
        >>> [group(name).order for name in ("D4", "C7:C3", "SL(2,5)", "C2wrS3", "S3xC2^2")]
        [8, 21, 120, 48, 24]
    """
    if not isinstance(spec, str):
        raise InputError(f"Argument 'group' must be a name such as 'D4' or '@group.json', not {shown(spec)}.")
    text = spec.strip()
    if text.startswith("@"):
        return group_from_file(text[1:])
    if not text or len(text) > MAX_NAME_LENGTH:
        raise InputError(
            f"Argument 'group' must be a name of at most {MAX_NAME_LENGTH} characters such as 'D4', "
            f"not {shown(spec)}."
        )
    tree = _NameParser(text).whole()
    check_order(tree.name, tree.order)
    return tree.build()


@dataclass(frozen=True)
class _Node:
    """A parsed name: what it will be called, its order, its permutation degree, and how to make it."""

    name: str
    order: int
    degree: int
    build: Callable[[], FiniteGroup]
    cyclic: bool = False
    simple_name: bool = True

    @property
    def bracketed(self) -> str:
        return self.name if self.simple_name else f"({self.name})"


class _NameParser:
    """Recursive descent: x lowest, then :, then wr, then ^."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0

    def whole(self) -> _Node:
        node = self.product()
        if self.at < len(self.text):
            self.fail()
        return node

    def operator(self, pattern: str) -> bool:
        """Pass over an operator, if it comes next."""
        match = re.compile(rf"\s*(?:{pattern})\s*").match(self.text, self.at)
        if match:
            self.at = match.end()
        return match is not None

    def product(self) -> _Node:
        nodes = [self.semidirect()]
        while self.operator("x|×"):
            nodes.append(self.semidirect())
        return nodes[0] if len(nodes) == 1 else _direct(nodes)

    def semidirect(self) -> _Node:
        node = self.wreath()
        while self.operator(":|⋊"):
            node = _semidirect(node, self.wreath())
        return node

    def wreath(self) -> _Node:
        node = self.power()
        while self.operator("wr|≀"):
            node = _wreath(node, self.power())
        return node

    def power(self) -> _Node:
        node = self.atom()
        while self.operator(r"\^"):
            match = re.compile(r"[1-9]\d{0,8}(?!\d)").match(self.text, self.at)
            if match is None:
                self.fail("a positive exponent of at most 9 digits")
            self.at = match.end()
            node = _power(node, int(match[0]))
        return node

    def atom(self) -> _Node:
        if self.operator(r"\("):
            self.depth += 1
            if self.depth > MAX_DEPTH:
                self.fail(f"at most {MAX_DEPTH} nested parentheses")
            node = self.product()
            self.depth -= 1
            if not self.operator(r"\)"):
                self.fail("')'")
            return node
        match = _ATOM.match(self.text, self.at)
        if match is None:
            self.fail("a group")
        family = _BY_PREFIX.get(match[1])
        digits = match[2] or match[3] or ""
        parameters = re.findall(r"\d+", digits)
        called = match[3] is not None
        if match[0] in LARGE_MATHIEU_GROUPS:
            check_order(match[0], LARGE_MATHIEU_GROUPS[match[0]])
        if family is None or len(parameters) != family.parameters or called != ("(" in family.form):
            _unknown(match[0], match[1], parameters)
        self.at = match.end()
        return _member(family, match[0], parameters)

    def fail(self, expected: str = "x, :, wr, ^ or the end") -> NoReturn:
        rest = self.text[self.at :]
        found = repr(rest) if rest else "the end"
        raise InputError(
            f"Argument 'group' = {shown(self.text)} cannot be read: expected {expected} at position {self.at}, "
            f"not {found}; examples: D4, S3xC2, C7:C3, SL(2,5)."
        )


def _member(family: Family, text: str, digits: list[str]) -> _Node:
    """One member of a family, its parameters checked."""
    if any(len(number) > 12 or int(number) < 1 for number in digits):
        raise InputError(f"Argument 'group' = {shown(text)} must have parameters of 1 to 12 digits, at least 1.")
    parameters = [int(number) for number in digits]
    name = family.name(*parameters)
    order = family.order(*parameters)
    degree = family.degree(*parameters) if family.degree else order
    check_memory(name, order, degree)
    return _Node(name, order, degree, lambda: family.build(name, *parameters), cyclic=family.prefix == "C")


def _direct(nodes: list[_Node]) -> _Node:
    name = "x".join(node.bracketed for node in nodes)
    order = 1
    for node in nodes:
        order = min(order * node.order, ORDER_CEILING)
    return _Node(
        name, order, order, lambda: direct_product(*[n.build() for n in nodes], name=name), simple_name=False
    )


def _power(base: _Node, exponent: int) -> _Node:
    if base.order == 1 or exponent == 1:
        return base
    name, order = f"{base.bracketed}^{exponent}", capped_power(base.order, exponent)
    return _Node(name, order, order, lambda: direct_product(*[base.build()] * exponent, name=name))


def _wreath(base: _Node, top: _Node) -> _Node:
    name = f"{base.bracketed}wr{top.bracketed}"
    order = min(capped_power(base.order, top.degree) * top.order, ORDER_CEILING)
    degree = base.degree * top.degree
    check_memory(name, order, degree)
    return _Node(name, order, degree, lambda: wreath_product(base.build(), top.build(), name), simple_name=False)


def _semidirect(normal: _Node, complement: _Node) -> _Node:
    name = f"{normal.bracketed}:{complement.bracketed}"
    if not (normal.cyclic and complement.cyclic):
        raise InputError(
            f"Argument 'group' = {name!r} does not say how the second group acts: ':' is for two cyclic groups, "
            "such as C7:C3; use semidirect_product() or a file of permutations for others."
        )
    a, b = normal.order, complement.order
    order = min(a * b, ORDER_CEILING)
    check_order(name, order)
    unit = least_unit(a, b)
    if unit == 1:
        raise InputError(
            f"Argument 'group' = {name!r} has no non-trivial action: no unit modulo {a} has an order above 1 that "
            f"divides {b}; the direct product is {normal.name}x{complement.name}."
        )
    return _Node(name, order, order, lambda: metacyclic(a, b, unit, 0, name), simple_name=False)


def least_unit(a: int, b: int) -> int:
    """The least unit r modulo a whose order is the largest one that divides b; 1 if only the trivial one does.

    The action x -> r x of C_b on C_a is faithful if that order is b.

    Example:
        >>> from orbitkernels.theory.names import least_unit
        >>> least_unit(7, 3), least_unit(5, 4), least_unit(3, 4), least_unit(3, 5)
        (2, 2, 2, 1)
    """
    best, best_order = 1, 1
    for unit in range(2, a):
        if best_order == b:
            break
        if gcd(unit, a) == 1 and pow(unit, b, a) == 1:
            order = next(d for d in range(1, b + 1) if b % d == 0 and pow(unit, d, a) == 1)
            if order > best_order:
                best, best_order = unit, order
    return best


def _unknown(text: str, prefix: str, parameters: list[str]) -> NoReturn:
    """Raise with the nearest name that exists."""
    nearest = _nearest(text, prefix, parameters)
    raise InputError(
        f"Argument 'group' = {shown(text)} is unknown; did you mean {nearest}? See docs/groups.md, or {_BY_FILE}."
    )


def _nearest(text: str, prefix: str, parameters: list[str]) -> str:
    """The member, within the limit, of the family with these letters, or of one with letters like them.

    Families with as many parameters come first; all families are looked at if none shares half of the letters.
    """
    letters = _SYNONYMS.get(prefix.lower(), prefix)
    near = [family for family in FAMILIES if _likeness(letters, family.prefix) >= 0.5] or FAMILIES

    def closeness(family: Family) -> tuple[bool, bool, float, float]:
        likeness, whole = _likeness(letters, family.prefix), _likeness(text, _suggested(family, parameters))
        return likeness == 1.0, family.parameters == len(parameters), likeness, whole

    return _suggested(max(near, key=closeness), parameters)


def _likeness(first: str, second: str) -> float:
    """From 0 to 1 for equal texts, upper and lower case alike."""
    return SequenceMatcher(None, first.lower(), second.lower()).ratio()


def _suggested(family: Family, parameters: list[str]) -> str:
    """The member with these parameters if there is one within the limit, otherwise the example."""
    numbers = [int(number[:12]) for number in parameters]
    if len(numbers) == family.parameters and min(numbers, default=1) > 0:
        try:
            if family.order(*numbers) <= MAX_ORDER:
                return family.name(*numbers)
        except InputError:  # no such member
            pass
    return family.example


# ---------------------------------------------------------------------- files


def group_from_file(path: str | Path) -> FiniteGroup:
    """The group of a JSON file ``{"permutations": [[...], ...]}`` or ``{"cayley_table": [[...], ...]}``.

    An optional key ``"name"`` names the group; otherwise the file's name does.

    Raises:
        InputError: If the file cannot be read, is no JSON, has other keys, or holds no group.

    Example:
        >>> import pathlib, tempfile
        >>> from orbitkernels.theory.names import group_from_file
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "klein.json")
        ...     _ = path.write_text('{"permutations": [[1, 0, 2, 3], [0, 1, 3, 2]]}')
        ...     group_from_file(path)
        <FiniteGroup klein of order 4>
    """
    content = _content(Path(path))
    keys = [key for key in _KEYS if key in content]
    others = sorted(set(content) - {*_KEYS, "name"})
    if len(keys) != 1 or others:
        raise InputError(f"File {shown(str(path))} must hold {_FORMS}; its keys are {shown(sorted(content))}.")
    name = content.get("name", Path(path).stem)
    if not isinstance(name, str) or not name.strip():
        raise InputError(f"File {shown(str(path))} must hold a text under 'name', not {shown(name)}.")
    make = permutation_group if keys[0] == "permutations" else cayley_table_group
    try:
        return make(content[keys[0]], " ".join(name.split()))
    except InputError as error:
        raise InputError(f"File {shown(str(path))}: {error}") from error


def _content(path: Path) -> dict[str, Any]:
    """The JSON object of the file."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_FILE_BYTES + 1)
        if len(text) > MAX_FILE_BYTES:
            raise InputError(
                f"File {shown(str(path))} is longer than {MAX_FILE_BYTES // 2**20} MiB; "
                "give permutations that generate the group."
            )
        content = json.loads(text.decode("utf-8-sig"))
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"File {shown(str(path))} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:100]
        raise InputError(f"File {shown(str(path))} is not valid JSON ({reason}); write {_FORMS}.") from error
    if not isinstance(content, dict):
        raise InputError(f"File {shown(str(path))} must hold {_FORMS}, not a {type(content).__name__}.")
    return content
