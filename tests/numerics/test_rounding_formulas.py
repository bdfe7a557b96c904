"""Bounds and levels of rounding, each against numbers by hand or against perturbations drawn at random."""

import numpy as np
import pytest

from orbitkernels.numerics.rounding import (
    BlockSizes,
    Refit,
    asymmetry,
    inverse_rounding,
    refit_bound,
    typical_refit_error,
)


def matrix_of(rng, size):
    factor = rng.standard_normal((size, size))
    return factor @ factor.T + size * np.eye(size)


def refitted(matrix, labels, missing):
    kept = np.setdiff1d(np.arange(len(matrix)), missing)
    dual = np.linalg.solve(matrix[np.ix_(kept, kept)], labels[kept])
    return labels[missing] - matrix[np.ix_(missing, kept)] @ dual


@pytest.mark.parametrize("size", [4, 24])
def test_the_typical_error_is_that_of_entries_moved_at_random(size):
    """Entries are off by the unit times the mean diagonal, and labels and products by the unit times theirs."""
    rng, unit = np.random.default_rng(size), 1e-7
    matrix, labels, missing = matrix_of(rng, size), rng.standard_normal((size, 2)), np.array([0, 2])
    honest, refit, moved = refitted(matrix, labels, missing), Refit.of(matrix, labels, missing), []
    kept = np.setdiff1d(np.arange(size), missing)
    for _ in range(400):
        noise = np.tril(rng.standard_normal((size, size)) * unit * np.trace(matrix) / size)
        terms = matrix[np.ix_(missing, kept)][:, :, None] * refit.duals
        last = unit * (labels[missing] * rng.standard_normal(honest.shape))
        last += unit * (terms * rng.standard_normal(terms.shape)).sum(axis=1)
        moved.append(refitted(matrix + noise + np.tril(noise, -1).T, labels, missing) - honest + last)
    level = typical_refit_error(refit, matrix, labels, missing, unit)
    ratio = np.std(moved, axis=0) / level
    assert (ratio > 0.3).all()
    assert (ratio < 1.3).all()


def test_no_perturbation_of_that_norm_exceeds_the_bound():
    rng, size = np.random.default_rng(1), 8
    matrix, labels, missing = matrix_of(rng, size), rng.standard_normal((size, 2)), np.array([1, 5])
    smallest, refit = float(np.linalg.eigvalsh(matrix)[0]), Refit.of(matrix, labels, missing)
    honest = refitted(matrix, labels, missing)
    for norm in (1e-4, 0.3 * smallest):
        bound = refit_bound(refit, matrix, labels, missing, smallest, perturbation=norm)
        largest = np.zeros_like(bound)
        for _ in range(300):
            v = rng.standard_normal(size)
            noise = np.outer(v, v) * norm / (v @ v) * rng.choice([-1.0, 1.0])
            largest = np.maximum(largest, np.abs(refitted(matrix + noise, labels, missing) - honest))
        assert (largest <= bound).all()
        assert (largest >= 0.02 * bound).all()


def test_the_bound_of_two_points_by_hand():
    """Cholesky of one number: gamma_4 of the trace, then gamma_4 of the product with the dual coefficient."""
    u, K = 2.0**-20, np.array([[2.0, 1.0], [1.0, 2.0]])
    gamma, smallest = 4 * u / (1 - 4 * u), 1.0
    for label in (4.0, -4.0):
        y, missing = np.array([[1.0], [label]]), np.array([0])
        eta = 4.0 * gamma / smallest
        wanted = 4.0 * gamma * np.hypot(1, 0.5 / (1 - eta)) * 2 / (1 - eta) + gamma * (2 / (1 - eta) + 1)
        assert refit_bound(Refit.of(K, y, missing), K, y, missing, smallest, u)[0, 0] == pytest.approx(
            wanted, rel=1e-12
        )


def test_what_one_triangle_does_not_show_counts():
    K = np.array([[3.0, 1.0 + 3e-9], [1.0 - 3e-9, 3.0]])
    assert asymmetry(K) == pytest.approx(3e-9 * np.sqrt(2), rel=1e-6)
    y, missing = np.array([[1.0], [2.0]]), np.array([1])
    refit = Refit.of(K, y, missing)
    for error in (refit_bound(refit, K, y, missing, 2.0), typical_refit_error(refit, K, y, missing)):
        assert error[0, 0] > 3e-9 / 3  # the product with the dual coefficient 1/3


def blocks(rows, degrees, is_complex, traces, inverses, order):
    count = len(rows)
    return BlockSizes(
        np.array(degrees), np.array(rows), np.array(degrees), np.array(is_complex), np.array(traces),
        np.array(inverses), np.full(count, 1e-9), np.full(count, 1e-6), 5.0, 3.0, order,
    )  # fmt: skip


def test_perturbations_of_blocks_by_hand():
    """Sums of n products of matrices, then Cholesky and its inverse; complex numbers take twice as many."""
    u = 2.0**-30
    gamma = lambda k: k * u / (1 - k * u)  # noqa: E731
    found = blocks([3, 4], [1, 2], [False, True], [7.0, 11.0], [[1.0], [1.0]], 6).perturbations(u)
    first = (gamma(6 + 10) + 1e-6) * 5 + 1e-9 + gamma(19) * 7
    second = (gamma(6 + 24) * 2 + 1e-6) * 5 + 1e-9 + gamma(44) * np.sqrt(2) * 11
    assert found == pytest.approx([first, second], rel=1e-12)


def test_products_by_sums_have_the_norms_of_absolute_values():
    """|rho(g)| has a norm up to sqrt(d); complex numbers take sqrt(2) gamma_2n; three transforms and one block."""
    u = 2.0**-30
    gamma = lambda k: k * u / (1 - k * u)  # noqa: E731
    real = blocks([1, 2], [3, 4], [False, False], [7.0, 11.0], [[1.0], [1.0]], 6)
    both = 3e-6 * np.sqrt(6) + np.sqrt(4) * gamma(4)
    assert real.products(u) == pytest.approx(3 * np.sqrt(6) * gamma(6) * np.sqrt(4) + both, rel=1e-12)
    mixed = blocks([1, 2], [3, 4], [True, False], [7.0, 11.0], [[1.0], [1.0]], 6)
    each = np.sqrt(2) * gamma(12) * np.sqrt(3)
    assert mixed.products(u) == pytest.approx(3 * np.sqrt(6) * each + both, rel=1e-12)
    turned = np.abs(np.array([[np.cos(np.pi / 4), -np.sin(np.pi / 4)], [np.sin(np.pi / 4), np.cos(np.pi / 4)]]))
    assert np.linalg.norm(turned, 2) == pytest.approx(np.sqrt(2))  # it is reached


def test_one_orbit_moves_as_its_numbers_do():
    """B = lambda of one orbit of n free poses, off by d: y/lambda is off by y/(lambda - d) - y/lambda."""
    n, eigenvalue, off, y = 6, 4.0, 1e-3, 3.0
    sizes = blocks([1], [1], [False], [eigenvalue], [[1 / eigenvalue]], n)
    moved = inverse_rounding(
        sizes, np.array([off]), np.array([n]), np.array([[y / eigenvalue]]), 0.0, np.array([[y]])
    )
    assert moved.duals[0, 0] == pytest.approx(y / (eigenvalue - off) - y / eigenvalue, rel=1e-10)
    assert moved.entries[0] == pytest.approx((1 / (eigenvalue - off) - 1 / eigenvalue) / n, rel=1e-10)
