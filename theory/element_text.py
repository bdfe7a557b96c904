"""How elements of a group are written: letters for generators, words with powers collected, disjoint cycles."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from orbitkernels.errors import InputError

from .integer_input import shown


def generator_names(names: Sequence[str] | None, count: int) -> tuple[str, ...]:
    """Different names, one a generator: a, b, ..., z, g27, g28, ... if none are given.

    Raises:
        InputError: If the names are not as many, not different or no texts.

    Example:
        >>> from orbitkernels.theory.element_text import generator_names
        >>> generator_names(None, 2), generator_names(["r", "s"], 2)
        (('a', 'b'), ('r', 's'))
    """
    if names is None:
        return tuple(chr(ord("a") + i) if i < 26 else f"g{i + 1}" for i in range(count))
    found = tuple(names)
    if len(found) != count or len(set(found)) != count or not all(isinstance(name, str) for name in found):
        raise InputError(
            f"Argument 'generator_names' must hold {count} different texts, one a generator, not {shown(names)}."
        )
    return found


def word_text(word: Sequence[int], names: Sequence[str]) -> str:
    """A word, given as positions of generators, with powers collected; ``1`` for the empty one.

    Example:
        >>> from orbitkernels.theory.element_text import word_text
        >>> word_text((0, 0, 1), ("a", "b")), word_text((), ("a", "b"))
        ('a^2*b', '1')
    """
    runs = [(names[letter], len(list(run))) for letter, run in groupby(word)]
    return "*".join(name if length == 1 else f"{name}^{length}" for name, length in runs) or "1"


def cycle_text(images: Sequence[int]) -> str:
    """Disjoint cycles of length at least 2 of a permutation, points counted from 0; ``()`` for the identity.

    Example:
        >>> from orbitkernels.theory.element_text import cycle_text
        >>> cycle_text([1, 0, 2, 4, 3]), cycle_text([0, 1])
        ('(0 1)(3 4)', '()')
    """
    seen, text = set(), ""
    for start in range(len(images)):
        cycle = []
        while start not in seen:
            seen.add(start)
            cycle.append(start)
            start = images[start]
        if len(cycle) > 1:
            text += "(" + " ".join(map(str, cycle)) + ")"
    return text or "()"
