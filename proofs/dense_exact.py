"""Dense linear algebra over the rationals by python-flint: the exact counterpart of dropping points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpq_mat

from .exact_checks import rational


def rational_matrix(rows: npt.ArrayLike | Sequence[Sequence[Any]]) -> Any:
    """Integers or fractions [m, p] as an fmpq_mat."""
    array = np.asarray(rows, dtype=object)
    return fmpq_mat([[rational(value) for value in row] for row in array])


def submatrix(matrix: Any, rows: Sequence[int], columns: Sequence[int]) -> Any:
    """The entries in some rows and columns.

    Example:
        >>> from orbitkernels.proofs.dense_exact import rational_matrix, submatrix
        >>> submatrix(rational_matrix([[1, 2], [3, 4]]), [1], [0, 1])
        [3, 4]
    """
    return fmpq_mat([[matrix[int(i), int(j)] for j in columns] for i in rows])


def refit(K: Any, Y: Any, missing: Sequence[int]) -> tuple[Any, Any]:
    """Errors and posterior covariance at the points S, from the definition: drop them, solve on the rest, predict.

    Args:
        K: fmpq_mat [N, N].
        Y: Labels, fmpq_mat [N, m].
        missing: The positions S.

    Returns:
        y_S - K_SR K_RR^-1 y_R, an fmpq_mat [s, m], and K_SS - K_SR K_RR^-1 K_RS, an fmpq_mat [s, s].

    Example:
        >>> from orbitkernels.proofs.dense_exact import rational_matrix, refit
        >>> refit(rational_matrix([[2, 1], [1, 2]]), rational_matrix([[1], [-1]]), [0])
        ([3/2], [3/2])
    """
    gone = [int(i) for i in missing]
    kept = [i for i in range(K.nrows()) if i not in set(gone)]
    columns = range(Y.ncols())
    if not kept:
        return submatrix(Y, gone, columns), submatrix(K, gone, gone)
    across = submatrix(K, gone, kept)
    weights = submatrix(K, kept, kept).solve(fmpq_mat(_beside(submatrix(Y, kept, columns), across.transpose())))
    predicted = across * weights
    errors = submatrix(Y, gone, columns) - submatrix(predicted, range(len(gone)), columns)
    reached = submatrix(predicted, range(len(gone)), range(Y.ncols(), predicted.ncols()))
    return errors, submatrix(K, gone, gone) - reached


def _beside(left: Any, right: Any) -> list[list[Any]]:
    """Two matrices side by side, as rows."""
    return [[*a, *b] for a, b in zip(left.tolist(), right.tolist(), strict=True)]
