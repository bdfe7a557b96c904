"""Moments that averaging in least squares needs (Theorem A7), and the gap of a fixed design, by other roads."""

from fractions import Fraction as F
from math import gamma

import numpy as np
import pytest
from flint import arb, fmpq_mat

from orbitkernels.theory import averaged_regression as regression
from orbitkernels.theory.balls import working_precision


@pytest.mark.parametrize("T", [3, 4])
@pytest.mark.parametrize("k", range(5))
def test_integrals_that_stop_early_have_their_value_little_above(k, T) -> None:
    """The integral of t^k exp(-t^2/2) is 2^((k-1)/2) Gamma((k+1)/2); its bound is at most 2.2 times the rest."""
    with working_precision():
        found = regression.radial_moment(k, T)
        missed = arb(2) ** (arb(k - 1) / 2) * (arb(k + 1) / 2).gamma() - found.lower()
        assert 0 <= missed <= 2 * found.rad() <= 2.2 * missed
        whole = regression.radial_moment(k, 30)
    assert float(whole.mid()) == pytest.approx(2 ** ((k - 1) / 2) * gamma((k + 1) / 2), rel=1e-12)
    assert whole.rad() < 1e-50


@pytest.mark.parametrize("nu", range(3, 9))
def test_the_mean_inverse_of_chi_squared(nu) -> None:
    with working_precision():
        found = regression.mean_inverse_chi_squared(nu)
        assert (found * (nu - 2)).contains(1)
        assert found.rad() < 1e-50


@pytest.mark.parametrize(("n", "d"), [(3, 1), (4, 2), (6, 2), (5, 3), (7, 3)])
def test_inverse_wishart_means_by_both_roads_are_the_known_one(n, d) -> None:
    """E (X^T X)^-1 = I/(n - d - 1)."""
    mean = F(1, n - d - 1)
    assert regression.inverse_wishart_diagonal(n, d, lambda nu: F(1, nu - 2)) == [mean] * d
    found = regression.inverse_wishart_by_signs(n, d)
    assert found * (n - d - 1) == fmpq_mat(d, d, [int(i == j) for i in range(d) for j in range(d)])


@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_sums_of_adjugates_and_determinants(d) -> None:
    """adj W = det(W) W^-1, from minors by hand."""
    W = np.random.default_rng(d).integers(-4, 5, size=(6, d, d))
    adjugates, determinants = regression.adjugate_sums(W)

    def determinant(rows):
        if not rows:
            return 1
        return sum(
            (-1) ** j * entry * determinant([row[:j] + row[j + 1 :] for row in rows[1:]])
            for j, entry in enumerate(rows[0])
        )

    def minor(rows, i, j):
        return [row[:j] + row[j + 1 :] for k, row in enumerate(rows) if k != i]

    matrices = W.tolist()
    assert determinants == sum(map(determinant, matrices))
    for i in range(d):
        for j in range(d):
            cofactors = [(-1) ** (i + j) * determinant(minor(rows, i, j)) for rows in matrices]
            assert adjugates[j, i] == sum(cofactors)


X = fmpq_mat([[1, 2], [0, 1], [3, -1]])
P = fmpq_mat([[1, 1], [1, 1]]) / 2


def test_the_gap_of_a_fixed_design_by_hand_and_by_all_noises_of_signs() -> None:
    """X^T X = [[10, -1], [-1, 6]] and I - P = [[1, -1], [-1, 1]]/2 give (6 + 10 - 2)/2 over 59.

    Where theta is not invariant the bias |theta - P theta|^2 is lost: 1/2 (3 - 1)^2 = 2.
    """
    assert regression.fixed_design_gap(X, P) == F(7, 59)
    assert regression.gap_by_sign_noise(X, P, fmpq_mat([[4], [4]])) == F(7, 59)
    assert regression.gap_by_sign_noise(X, P, fmpq_mat([[3], [1]])) == F(7, 59) - 2


@pytest.mark.parametrize(
    ("diagonal", "rows", "gap"),
    [
        ([F(3)], [[0]], F(3)),
        ([F(1), F(4)], [[1, 1], [1, 1]], F(5, 2)),
        ([F(1), F(4), F(9)], [[2, 0, 0], [0, 0, 0], [0, 0, 1]], F(17, 2)),
    ],
)
def test_the_gaussian_gap_weighs_the_diagonal(diagonal, rows, gap) -> None:
    d = len(rows)
    assert (
        regression.gaussian_gap(diagonal, fmpq_mat(d, d, [v for row in rows for v in row]) / 2 ** (d > 1)) == gap
    )
