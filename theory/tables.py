"""Groups from Cayley tables, after checking that the table is one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError

from .groups import FiniteGroup
from .integer_input import integer_rows
from .laws import MAX_TABLE_ORDER, IntArray, TableLaw

_ARGUMENT = "cayley_table"


def cayley_table_group(
    table: Sequence[Sequence[int]] | npt.NDArray[np.integer], name: str | None = None
) -> FiniteGroup:
    """Group of a Cayley table, table[g][h] = g h.

    Checked in this order: entries 0, ..., n - 1; every row and column holds each of them once (Latin square); an
    identity exists; (x s) y = x (s y) for all x, y and all s of a generating set (Light's associativity test,
    Clifford-Preston 1961, section 1.2).  Together these are the group axioms.  An identity other than 0 is moved
    to 0, the others keep their order; ``group.law.labels`` holds the label each element had in the table.

    Args:
        table: Array [n, n].
        name: Shown in tables.

    Raises:
        InputError: The message says which law fails and where.

    Example:
        >>> from orbitkernels.theory.tables import cayley_table_group
        >>> cayley_table_group([[1, 0], [0, 1]]).law.labels.tolist()
        [1, 0]
    """
    square = _square(table)
    _check_latin(square)
    labels = _labels_identity_first(square)
    position = np.empty_like(labels)
    position[labels] = np.arange(labels.size)
    moved = position[square[np.ix_(labels, labels)]]
    generators = _associative_generators(moved, labels)
    law = TableLaw(moved.astype(np.min_scalar_type(moved.shape[0])), labels)
    return FiniteGroup(law, generators, name or f"group of order {law.order} of a Cayley table")


def _square(table: Sequence[Sequence[int]] | npt.NDArray[np.integer]) -> IntArray:
    """The table as an array [n, n] of entries 0, ..., n - 1."""
    rows = integer_rows(table, _ARGUMENT)
    order = len(rows)
    if order > MAX_TABLE_ORDER:
        raise InputError(
            f"Argument '{_ARGUMENT}' has {order} rows, beyond the limit of {MAX_TABLE_ORDER}; give permutations."
        )
    for position, row in enumerate(rows):
        if row.size != order:
            raise InputError(
                f"Argument '{_ARGUMENT}' must be square; it has {order} rows, but row {position} has {row.size} "
                "entries."
            )
        outside = np.flatnonzero((row < 0) | (row >= order))
        if outside.size:
            column = int(outside[0])
            raise InputError(
                f"Argument '{_ARGUMENT}' must hold entries from 0 to {order - 1}; row {position}, column {column} "
                f"holds {row[column]} (elements are counted from 0)."
            )
    return np.stack(rows)


def _check_latin(table: IntArray) -> None:
    """Raise unless every row and every column holds every element once."""
    for what, lines in (("row", table), ("column", table.T)):
        for position, line in enumerate(lines):
            counts = np.bincount(line, minlength=line.size)
            if counts.max() > 1:
                entry = int(np.argmax(counts > 1))
                raise InputError(
                    f"Argument '{_ARGUMENT}' must be a Latin square; {what} {position} holds {entry} "
                    f"{counts[entry]} times, so cancellation fails."
                )


def _labels_identity_first(table: IntArray) -> IntArray:
    """Labels with the identity moved to the front."""
    every = np.arange(table.shape[0])
    candidate = int(np.argmax(table[:, 0] == 0))  # e 0 = 0 leaves one candidate, as columns hold 0 once
    for line, text in ((table[candidate], "e h = h"), (table[:, candidate], "g e = g")):
        if not np.array_equal(line, every):
            at = int(np.argmax(line != every))
            raise InputError(
                f"Argument '{_ARGUMENT}' has no identity; only {candidate} could be e, but {text} fails for "
                f"element {at}."
            )
    return np.concatenate([[candidate], np.delete(every, candidate)])


def _associative_generators(table: IntArray, labels: IntArray) -> list[int]:
    """Generators of the table, each tested by Light's criterion as it is found.

    The elements s with (x s) y = x (s y) for all x, y are closed under products, so testing generators is enough.
    """
    generators: list[int] = []
    reached = np.zeros(table.shape[0], dtype=bool)
    reached[0] = True
    while not reached.all():
        generators.append(int(np.argmin(reached)))
        _check_light(table, generators[-1], labels)
        frontier = np.flatnonzero(reached)
        while frontier.size:
            products = np.unique(table[frontier][:, generators])
            frontier = products[~reached[products]]
            reached[frontier] = True
    return generators


def _check_light(table: IntArray, s: int, labels: IntArray) -> None:
    """Raise unless (x s) y = x (s y) for all x and y; blocks of rows keep the memory small."""
    order = table.shape[0]
    step = max(1, 2**22 // order)
    for start in range(0, order, step):
        left = table[table[start : start + step, s]]  # [block, n]: (x s) y
        right = table[start : start + step][:, table[s]]  # [block, n]: x (s y)
        if not np.array_equal(left, right):
            x, y = (int(v[0]) for v in np.nonzero(left != right))
            a, b, c = labels[start + x], labels[s], labels[y]
            raise InputError(
                f"Argument '{_ARGUMENT}' is not associative; ({a} {b}) {c} = {labels[left[x, y]]}, but "
                f"{a} ({b} {c}) = {labels[right[x, y]]}."
            )
