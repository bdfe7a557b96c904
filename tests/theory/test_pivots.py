"""Pivots of elimination in balls decide whether a symmetric matrix is positive definite."""

import pytest
from flint import arb, arb_mat, fmpq

from orbitkernels.theory.definiteness import pivots

MATRICES = [
    ([[3]], [3], True),
    ([[0]], [0], False),
    ([[0, 1], [1, 5]], [0], False),  # a pivot that is not positive ends it
    ([[1, 1], [1, 1]], [1, 0], False),
    ([[4, 2, 2], [2, 3, 1], [2, 1, 3]], [4, 2, 2], True),
    ([[2, 1, 0], [1, 2, 1], [0, 1, 2]], [2, fmpq(3, 2), fmpq(4, 3)], True),
    ([[1, 2, 3], [2, 5, 8], [3, 8, 13]], [1, 1, 0], False),
    ([[1, 2, 3], [2, 3, 4], [3, 4, 9]], [1, -1], False),
]


@pytest.mark.parametrize(("rows", "expected", "definite"), MATRICES)
def test_pivots_by_hand(rows, expected, definite) -> None:
    found = pivots(arb_mat(rows))
    assert len(found) == len(expected)
    assert all(one.overlaps(arb(other)) for one, other in zip(found, expected, strict=True))
    assert (len(found) == len(rows) and all(pivot > 0 for pivot in found)) is definite
