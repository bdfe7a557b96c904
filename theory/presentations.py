"""Words in generators, and groups from presentations by coset enumeration over the trivial subgroup."""

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

#: Letters that a word may have when it is written out.
MAX_WORD_LENGTH = 2_000

#: A word in the generators: +i + 1 is generator i, -i - 1 its inverse.
Word = tuple[int, ...]

_TOKEN = re.compile(r"\s*([A-Za-z_]\w*|-?[0-9]+|[*^()\[\],=])")

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


# ---------------------------------------------------------------------- words


def parse_word(text: str, letters: Sequence[str], argument: str = "word") -> Word:
    """The word of a text, or of an equation u = v, which is u v^-1; freely reduced.

    Args:
        text: Products with ``*`` (which may be left out before a parenthesis), integer powers with ``^``,
            parentheses, commutators ``[a, b]`` = a b a^-1 b^-1, and ``1``.
        letters: Names of the generators.
        argument: Name for messages.

    Raises:
        InputError: The message says what was expected and where.

    Example:
        >>> from orbitkernels.theory.presentations import parse_word
        >>> parse_word("(a*b)^2 = b*a", ["a", "b"])
        (1, 2, 1, 2, -1, -2)
    """
    if not isinstance(text, str):
        raise InputError(f"Argument '{argument}' must hold words such as 'a^2*b', not {shown(text)}.")
    parser = _WordParser(text, letters, argument)
    word = parser.product()
    if parser.peek() == "=":
        parser.take()
        word = parser.joined(word, parser.inverse(parser.product()))
    parser.require_end()
    return word


def element_of_word(group: FiniteGroup, text: str, argument: str = "word") -> int:
    """The element of a group that a word stands for, as in :func:`parse_word` without equations.

    Powers are taken in the group, so that exponents may have 18 digits.

    Args:
        group: G, whose generators have names.
        text: The word.
        argument: Name for messages.

    Raises:
        InputError: As for :func:`parse_word`.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.presentations import element_of_word
        >>> C6 = group("C6")
        >>> element_of_word(C6, "a^-1"), element_of_word(C6, "(a*a)^1000001")
        (5, 4)
    """
    if not isinstance(text, str):
        raise InputError(f"Argument '{argument}' must hold words such as 'a^2*b', not {shown(text)}.")
    parser = _ElementParser(group, text, argument)
    word = parser.product()
    parser.require_end()
    return word[0] if word else 0


class _WordParser:
    """Recursive descent over the tokens of one word."""

    #: Digits that an exponent may have.
    exponent_digits = 6

    def __init__(self, text: str, letters: Sequence[str], argument: str) -> None:
        self.text, self.letters, self.argument = text, letters, argument
        self.at, self.depth = 0, 0

    def peek(self) -> str:
        """The next token; empty at the end."""
        match = _TOKEN.match(self.text, self.at)
        if match:
            return match[1]
        return self.text[self.at :].strip()[:1]

    def take(self) -> str:
        """The next token, passed over."""
        match = _TOKEN.match(self.text, self.at)
        if match is None:
            raise self.error("a generator")
        self.at = match.end()
        return match[1]

    def error(self, expected: str) -> InputError:
        """The message at the present place."""
        found = shown(self.peek()) if self.peek() else "the end"
        return InputError(
            f"Argument '{self.argument}' holds {shown(self.text)}; expected {expected} at position {self.at}, not "
            f"{found}; the generators are {', '.join(self.letters) or '(none)'}."
        )

    def require_end(self) -> None:
        """Refuse what is left of the text."""
        if self.peek():
            raise self.error("an operator or the end")

    def too_long(self) -> InputError:
        """The message for a word of too many letters."""
        return InputError(
            f"Argument '{self.argument}' holds {shown(self.text)}, a word of more than {MAX_WORD_LENGTH} letters."
        )

    def product(self) -> Word:
        """Factor * factor * ...; the star may be left out between parentheses and letters."""
        word = self.power()
        while self.peek() and self.peek() not in "=),]":
            if self.peek() == "*":
                self.take()
            word = self.joined(word, self.power())
        return word

    def power(self) -> Word:
        """Atom, or atom ^ integer."""
        word = self.atom()
        if self.peek() != "^":
            return word
        self.take()
        if not re.fullmatch(rf"-?[0-9]{{1,{self.exponent_digits}}}", self.peek()):
            raise self.error("an integer exponent")
        return self.powered(word, int(self.take()))

    def atom(self) -> Word:
        """A generator, 1, a word in parentheses or a commutator."""
        token = self.peek()
        if token in self.letters:
            self.take()
            return self.letter(self.letters.index(token))
        if token == "1":
            self.take()
            return ()
        if token not in ("(", "["):
            raise self.error("a generator")
        self.depth += 1
        if self.depth > 50:
            raise self.error("at most 50 nested parentheses")
        word = self._parenthesis() if token == "(" else self._commutator()
        self.depth -= 1
        return word

    def _parenthesis(self) -> Word:
        self.take()
        word = self.product()
        self._expect(")")
        return word

    def _commutator(self) -> Word:
        self.take()
        first = self.product()
        self._expect(",")
        second = self.product()
        self._expect("]")
        return self.joined(self.joined(first, second), self.joined(self.inverse(first), self.inverse(second)))

    def _expect(self, token: str) -> None:
        if self.peek() != token:
            raise self.error(repr(token))
        self.take()

    def letter(self, number: int) -> Word:
        """A generator."""
        return (number + 1,)

    def joined(self, left: Word, right: Word) -> Word:
        """The reduced product of two words."""
        if len(left) + len(right) > MAX_WORD_LENGTH:
            raise self.too_long()
        return reduce_word(left + right)

    def inverse(self, word: Word) -> Word:
        """The inverse of a word."""
        return tuple(-letter for letter in reversed(word))

    def powered(self, word: Word, exponent: int) -> Word:
        """A power of a word."""
        if len(word) * abs(exponent) > MAX_WORD_LENGTH:
            raise self.too_long()
        return reduce_word((word if exponent > 0 else self.inverse(word)) * abs(exponent))


class _ElementParser(_WordParser):
    """The same grammar, evaluated in a group: a word is the number of its element, and () the identity."""

    exponent_digits = 18

    def __init__(self, group: FiniteGroup, text: str, argument: str) -> None:
        super().__init__(text, group.generator_names, argument)
        self.group = group

    def letter(self, number: int) -> Word:
        return (self.group.generators[number],)

    def joined(self, left: Word, right: Word) -> Word:
        return (int(self.group.multiply(left[0], right[0])),) if left and right else left or right

    def inverse(self, word: Word) -> Word:
        return self.powered(word, -1)

    def powered(self, word: Word, exponent: int) -> Word:
        return (int(self.group.power(word[0], exponent)),) if word else word


def reduce_word(word: Word) -> Word:
    """The word without neighbours that cancel.

    Example:
        >>> from orbitkernels.theory.presentations import reduce_word
        >>> reduce_word((1, 2, -2, 1))
        (1, 1)
    """
    stack: list[int] = []
    for letter in word:
        if stack and stack[-1] == -letter:
            stack.pop()
        else:
            stack.append(letter)
    return tuple(stack)
