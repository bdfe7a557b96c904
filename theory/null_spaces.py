"""Null spaces and row spaces over the rationals, each by the one basis in reduced echelon form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flint import fmpq, fmpq_mat

#: Rows of fmpq.
Rows = tuple[tuple[Any, ...], ...]


def row_space(rows: Sequence[Sequence[Any]], columns: int) -> Rows:
    """Nonzero rows of the reduced echelon form: two lists of rows span one space iff these are equal.

    Args:
        rows: Integers or fmpq; there may be none.
        columns: Length of each row.

    Example:
        >>> from orbitkernels.theory.null_spaces import row_space
        >>> row_space([[2, 4], [1, 2]], 2)
        ((1, 2),)
    """
    if not rows:
        return ()
    reduced, rank = fmpq_mat(len(rows), columns, [fmpq(v) for row in rows for v in row]).rref()
    return tuple(tuple(reduced[i, j] for j in range(columns)) for i in range(rank))


def pivots(echelon: Rows) -> list[int]:
    """Columns of the leading entries of an echelon form.

    Example:
        >>> from orbitkernels.theory.null_spaces import pivots
        >>> pivots(((1, 2, 0), (0, 0, 1)))
        [0, 2]
    """
    return [next(j for j, v in enumerate(row) if v) for row in echelon]


def null_space(rows: Sequence[Sequence[Any]], columns: int) -> Rows:
    """Basis of the vectors v with <row, v> = 0 for every row, in reduced echelon form.

    Args:
        rows: Integers or fmpq; without any, every vector counts.
        columns: Length of each row.

    Example:
        >>> from orbitkernels.theory.null_spaces import null_space
        >>> null_space([[1, 1, 0]], 3)
        ((1, -1, 0), (0, 0, 1))
    """
    echelon = row_space(rows, columns)
    leading = pivots(echelon)
    found = []
    for free in sorted(set(range(columns)) - set(leading)):
        vector = [fmpq(0)] * columns
        vector[free] = fmpq(1)
        for row, pivot in zip(echelon, leading, strict=True):
            vector[pivot] = -row[free]
        found.append(vector)
    return row_space(found, columns)
