"""Words in the generators of a group, such as ``a^2*b``, ``(a*b)^3`` and ``[a, b]``; nothing is evaluated."""

from __future__ import annotations

import re
from collections.abc import Sequence

from orbitkernels.errors import InputError

from .integer_input import shown

#: Letters that a word may have when it is written out.
MAX_WORD_LENGTH = 2_000

#: A word in the generators: +i + 1 is generator i, -i - 1 its inverse.
Word = tuple[int, ...]

_TOKEN = re.compile(r"\s*([A-Za-z_]\w*|-?\d+|[*^()\[\],=])")


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
        >>> from orbitkernels.theory.words import parse_word
        >>> parse_word("(a*b)^2 = b*a", ["a", "b"])
        (1, 2, 1, 2, -1, -2)
    """
    if not isinstance(text, str):
        raise InputError(f"Argument '{argument}' must hold words such as 'a^2*b', not {shown(text)}.")
    parser = _WordParser(text, letters, argument)
    word = parser.product()
    if parser.peek() == "=":
        parser.take()
        word = parser.joined(word, _inverse(parser.product()))
    if parser.peek():
        raise parser.error("an operator or the end")
    return word


class _WordParser:
    """Recursive descent over the tokens of one word."""

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
        found = repr(self.peek()) if self.peek() else "the end"
        return InputError(
            f"Argument '{self.argument}' holds {shown(self.text)}; expected {expected} at position {self.at}, not "
            f"{found}; the generators are {', '.join(self.letters)}."
        )

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
        if not re.fullmatch(r"-?\d{1,6}", self.peek()):
            raise self.error("an integer exponent")
        exponent = int(self.take())
        if len(word) * abs(exponent) > MAX_WORD_LENGTH:
            raise self.too_long()
        return reduce_word((word if exponent > 0 else _inverse(word)) * abs(exponent))

    def atom(self) -> Word:
        """A generator, 1, a word in parentheses or a commutator."""
        token = self.peek()
        if token in self.letters:
            self.take()
            return (self.letters.index(token) + 1,)
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
        return self.joined(self.joined(first, second), self.joined(_inverse(first), _inverse(second)))

    def _expect(self, token: str) -> None:
        if self.peek() != token:
            raise self.error(repr(token))
        self.take()

    def joined(self, left: Word, right: Word) -> Word:
        """The reduced product of two words."""
        if len(left) + len(right) > MAX_WORD_LENGTH:
            raise self.too_long()
        return reduce_word(left + right)


def _inverse(word: Word) -> Word:
    return tuple(-letter for letter in reversed(word))


def reduce_word(word: Word) -> Word:
    """The word without neighbours that cancel.

    Example:
        >>> from orbitkernels.theory.words import reduce_word
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
