"""Positive definiteness of a real symmetric matrix of balls: rigorous, by the pivots of Gaussian elimination."""

from __future__ import annotations

from typing import Any


def pivots(matrix: Any) -> list[Any]:
    """Pivots of elimination without exchanges; all positive iff the symmetric matrix is positive definite.

    Their product is the determinant.  Elimination stops after a pivot that is not known to be positive.

    Args:
        matrix: A symmetric arb_mat.

    Returns:
        Balls; as many as there are rows if all are positive.

    Example:
        >>> from flint import arb_mat
        >>> from orbitkernels.theory.definiteness import pivots
        >>> [bool(pivot > 0) for pivot in pivots(arb_mat([[2, 1], [1, 2]]))]
        [True, True]
        >>> [bool(pivot > 0) for pivot in pivots(arb_mat([[1, 2], [2, 1]]))]
        [True, False]
    """
    rows: list[list[Any]] = [list(row) for row in matrix.tolist()]
    found = []
    for k, row in enumerate(rows):
        found.append(row[k])
        if not row[k] > 0:
            break
        for below in rows[k + 1 :]:
            factor = below[k] / row[k]
            for j in range(k + 1, len(row)):
                below[j] -= factor * row[j]
    return found
