"""Groups from presentations, by coset enumeration over the trivial subgroup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from orbitkernels.errors import InputError

from .groups import FiniteGroup
from .integer_input import shown
from .laws import MAX_TABLE_ORDER, IntArray, TableLaw
from .words import Word, parse_word

#: Cosets that the enumeration may define before it is given up; it may need several times the order.
MAX_COSETS = 50_000


def presented_group(generators: str, relators: Sequence[str], name: str | None = None) -> FiniteGroup:
    """Group <generators | relators>, by SymPy's coset enumeration over the trivial subgroup.

    Args:
        generators: Names divided by spaces or commas, such as ``"a b"``.
        relators: Words that equal 1, or equations: ``"a^4"``, ``"(a*b)^2"``, ``"[a, b]"`` for a b a^-1 b^-1,
            ``"a^2 = b^3"``.  Nothing is evaluated.
        name: Shown in tables.

    Raises:
        InputError: If a word cannot be read, or the enumeration does not close within MAX_COSETS cosets.

    Example:
        >>> from orbitkernels.theory.presentations import presented_group
        >>> presented_group("a b", ["a^4", "a^2 = b^2", "b*a*b^-1*a"]).order
        8
    """
    letters = _generator_names(generators)
    if isinstance(relators, str) or not isinstance(relators, Sequence):
        raise InputError(f"Argument 'relators' must be a list of words, not {shown(relators)}.")
    words = [parse_word(relator, letters, "relators") for relator in relators]
    words = [word for word in words if word]
    if len(words) < len(letters):
        raise InputError(
            f"Argument 'relators' holds {len(words)} relators for {len(letters)} generators, so the group is "
            "infinite; add relators."
        )
    translations = _coset_table(len(letters), words)
    table = _cayley_table(translations)
    kept = [(int(row[0]), letter) for row, letter in zip(translations, letters, strict=True) if row[0] != 0]
    name = name or " ".join(f"<{', '.join(letters)} | {', '.join(relators)}>".split())
    return FiniteGroup(TableLaw(table), [s for s, _ in kept], name, [letter for _, letter in kept])


def _generator_names(generators: str) -> list[str]:
    """The names, checked."""
    if not isinstance(generators, str):
        raise InputError(f"Argument 'generators' must be names such as 'a b', not {shown(generators)}.")
    letters = generators.replace(",", " ").split()
    for letter in letters:
        if not re.fullmatch(r"[A-Za-z_]\w*", letter):
            raise InputError(
                f"Argument 'generators' holds {letter!r}, which is no name; write names such as 'a b'."
            )
    if not letters or len(set(letters)) < len(letters):
        raise InputError(f"Argument 'generators' must hold different names such as 'a b', not {generators!r}.")
    return letters


class _Letter(int):
    """A generator i + 1 or its inverse -i - 1.

    SymPy's coset table asks of letters only that they are different, hashable and have a power -1; with its own
    free-group elements a look at one letter of a word takes time in proportion to the whole word.
    """

    def __pow__(self, exponent: int, modulus: None = None) -> _Letter:  # type: ignore[override]  # only -1 occurs
        return _Letter(self * exponent)


@dataclass(frozen=True)
class _Presentation:
    """What SymPy's coset enumeration reads of a finitely presented group."""

    generators: list[_Letter]
    relators: list[list[_Letter]]


def _coset_table(rank: int, words: list[Word]) -> IntArray:
    """Array [generators, n]: coset times generator, coset 0 being the trivial subgroup.

    This is the relator-based method (Haselgrove, Leech, Trotter; Holt, Handbook of Computational Group Theory,
    section 5.2) on SymPy's coset table.  SymPy's own loop over it counts all cosets anew at every step, so that
    50,000 of them take minutes.
    """
    from sympy.combinatorics.coset_table import CosetTable

    relators = [[_Letter(letter) for letter in word] for word in words]
    presentation = _Presentation([_Letter(i + 1) for i in range(rank)], relators)
    table = CosetTable(presentation, [], max_cosets=MAX_COSETS)
    coset = 0
    try:
        while coset < len(table.table):
            _complete_coset(table, coset, relators)
            coset += 1
    except ValueError as error:
        raise InputError(
            f"Argument 'relators' defines a group whose coset enumeration needs more than {MAX_COSETS} cosets; it "
            "is infinite or too large: add relators or give permutations."
        ) from error
    return _numbered(table)


def _complete_coset(table: Any, coset: int, relators: list[list[_Letter]]) -> None:
    """Trace every relator from a coset that is still alive, then define what its row lacks."""
    for relator in relators:
        if table.p[coset] != coset:  # found equal to an earlier coset
            return
        table.scan_and_fill(coset, relator)
    if table.p[coset] != coset:
        return
    for letter in table.A:
        if table.table[coset][table.A_dict[letter]] is None:
            table.define(coset, letter)


def _numbered(table: Any) -> IntArray:
    """Array [generators, n] of a complete table, the live cosets numbered breadth-first from 0."""
    number, rows = {0: 0}, table.table
    reached = [0]
    for coset in reached:
        for neighbour in rows[coset]:
            if neighbour not in number:
                number[neighbour] = len(reached)
                reached.append(neighbour)
    if len(reached) > MAX_TABLE_ORDER:
        raise InputError(
            f"Argument 'relators' defines a group of order {len(reached)}, beyond the limit of {MAX_TABLE_ORDER} "
            "for presentations; give permutations."
        )
    return np.array([[number[image] for image in rows[coset][::2]] for coset in reached], dtype=np.int64).T


def _cayley_table(translations: IntArray) -> IntArray:
    """Cayley table of the elements 1 * w: column h s is column h followed by the translation by s."""
    order = translations.shape[1]
    table = np.empty((order, order), dtype=np.min_scalar_type(order))
    table[:, 0] = np.arange(order)
    reached = [0]
    known = {0}
    for parent in reached:
        for row in translations:
            child = int(row[parent])
            if child not in known:
                known.add(child)
                reached.append(child)
                table[:, child] = row[table[:, parent]]
    return table
