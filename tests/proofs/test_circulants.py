"""Two interleaved rings: the matrix written out, and checks that fail if one of their parts does."""

import pytest
import sympy
from planted import off_by_one

from orbitkernels.proofs import circulants


def test_the_matrix_of_three_poses_on_each_ring() -> None:
    """Points on a hexagon, ring A at even places: alpha_1 is a third of a turn, beta_3 opposite."""
    first = ["alpha_0", "beta_1", "alpha_1", "beta_3", "alpha_1", "beta_1"]
    expected = sympy.Matrix(6, 6, lambda m, k: sympy.Symbol(first[(k - m) % 6]))
    assert circulants.ring_matrix(3) == expected
    assert circulants.ring_matrix(1) == sympy.Matrix(2, 2, sympy.symbols("alpha_0 beta_1 beta_1 alpha_0"))


def test_symmetry_and_the_step_are_both_needed() -> None:
    assert circulants.is_symmetric_circulant(sympy.Matrix([[1, 2, 2], [2, 1, 2], [2, 2, 1]]))
    assert not circulants.is_symmetric_circulant(sympy.Matrix([[1, 2, 3], [3, 1, 2], [2, 3, 1]]))
    assert not circulants.is_symmetric_circulant(sympy.Matrix([[1, 2, 2], [2, 1, 2], [2, 2, 5]]))
    assert not circulants.is_circulant(2) or circulants.ring_matrix(2) == circulants.ring_matrix(2).T


@pytest.mark.parametrize("N", circulants.SIZES)
def test_samples_are_symmetric_circulants_and_diagonally_dominant(N) -> None:
    row, K = circulants._sample_circulant(N)
    assert K.tolist() == [[row[(k - m) % (2 * N)] for k in range(2 * N)] for m in range(2 * N)]
    assert K.transpose() == K
    assert row[0] > sum(map(abs, row[1:]))
    assert len(set(row)) == N + 1


@pytest.mark.parametrize("number", [0, 5])
@pytest.mark.parametrize(
    ("check", "part"),
    [
        (circulants.inverse_on_labels, "as_fraction"),
        (circulants.diagonal_of_inverse, "as_fraction"),
        (circulants.error_by_refitting, "refit_error"),
        (circulants.modes_are_eigenvectors, "root_of_unity"),
    ],
)
def test_one_wrong_number_fails_its_check(check, part, number, monkeypatch) -> None:
    """The first or the last of the six of three poses on each ring."""
    assert check(3)
    monkeypatch.setattr(circulants, part, off_by_one(getattr(circulants, part), number))
    assert not check(3)


def test_modes_need_their_frequency(monkeypatch) -> None:
    right = circulants.root_of_unity
    monkeypatch.setattr(circulants, "root_of_unity", lambda n, k: right(n, k * k))
    assert not circulants.modes_are_eigenvectors(3)


def test_labels_alternate() -> None:
    assert circulants._labels(3) == [1, -1, 1, -1, 1, -1]
