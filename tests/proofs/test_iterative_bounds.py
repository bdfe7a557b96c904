"""Errors by conjugate gradients that stopped early lie within their bound; indefinite matrices are found."""

import numpy as np
import pytest
from orbits_by_numpy import laplace, orbits_of, refit

import orbitkernels as ok
from orbitkernels.errors import ConvergenceWarning, InputError, SingularGramError
from orbitkernels.numerics.conjugate_gradients import conjugate_gradients, iterate, ritz_values
from orbitkernels.proofs import iterative
from orbitkernels.proofs.iterative import iterative_error
from orbitkernels.proofs.iterative_spectrum import transform_error
from orbitkernels.proofs.missing_sets import orbit_operators

pytestmark = pytest.mark.filterwarnings("ignore::orbitkernels.errors.ConvergenceWarning")

LISTED = [5, 0, 2]


def distances(name, product, ridge, tolerance, missing="pose", fixed=False):
    """How far errors that stopped early are off, and their bounds."""
    orbits = orbits_of(name, seeds=3, fixed=fixed)
    K = laplace(orbits.all_points, orbits.all_points) + ridge * np.eye(int(orbits.sizes.sum()))
    gone = [0] if missing == "pose" else LISTED
    exact = np.stack([refit(K, orbits.point_targets, c + np.array(gone)) for c in orbits.offsets[:-1]])
    found = iterative_error(laplace, orbits, missing, ridge, product, precondition=False, tolerance=tolerance)
    exact = exact[:, 0] if missing == "pose" else exact
    assert found.error_bound.shape == found.errors.shape == exact.shape
    return np.abs(found.errors - exact), found.error_bound


@pytest.mark.parametrize("name", ["S4", "Q8", "C12"])
@pytest.mark.parametrize("tolerance", [0.5, 1e-2, 1e-5])
@pytest.mark.parametrize(("product", "ridge"), [("transform", 0.0), ("transform", 0.1), ("kernel", 0.1)])
@pytest.mark.parametrize("missing", ["pose", LISTED])
def test_errors_that_stopped_early_are_within_their_bound(name, tolerance, product, ridge, missing):
    off, bound = distances(name, product, ridge, tolerance, missing)
    assert (off <= bound + 1e-13).all()
    assert (bound <= 1e4 * off.max()).all()


def test_bounds_of_orbits_with_stabilisers():
    off, bound = distances("S4", "transform", 0.01, 1e-2, fixed=True)
    assert (off <= bound).all()


def test_a_smallest_eigenvalue_that_is_too_large_is_caught(monkeypatch):
    original = iterative._products

    def mistaken(*arguments):
        *rest, smallest = original(*arguments)
        return (*rest, 1e4 * smallest)

    monkeypatch.setattr(iterative, "_products", mistaken)
    off, bound = distances("S4", "transform", 0.1, 1e-2)
    assert (off > bound).any()


def test_without_a_ridge_and_transforms_nothing_is_bounded():
    assert np.isinf(distances("S4", "kernel", 0.0, 1e-3)[1]).all()


def smooth(X, Y):
    return np.exp(-((X[:, None] - Y[None]) ** 2).sum(-1) / 2)


def signed(X, Y):
    """One negative eigenvalue on the points below; a ridge just above it makes K + r I positive definite."""
    return smooth(X, Y) - 0.3 * np.sign(X[:, :1]) * np.sign(Y[:, :1]).T


@pytest.mark.parametrize("tolerance", [0.2, 0.1, 1e-4])
@pytest.mark.parametrize("left_out", [None, "lowest_of_a_sample"])
def test_a_kernel_that_is_not_semidefinite_has_no_bound_by_the_ridge(monkeypatch, tolerance, left_out):
    """Points show it, and so does the iteration once it has come that far."""
    S4 = ok.group("S4")
    seeds = np.random.default_rng(0).standard_normal((2, 4))
    orbits = ok.Orbits(S4, seeds, [1, -1.0], ok.PermutationAction.natural(S4))
    K = signed(orbits.all_points, orbits.all_points)
    ridge = -np.linalg.eigvalsh(K)[0] * (1 + 1e-6)
    if left_out:
        monkeypatch.setattr(iterative, left_out, lambda *_: 0.0)
    solve = lambda kernel: iterative_error(  # noqa: E731
        kernel, orbits, ridge=ridge, product="kernel", precondition=False, tolerance=tolerance
    )
    if left_out and tolerance == 0.2:
        assert np.isfinite(solve(signed).error_bound).all()  # taken on trust
    else:
        with pytest.warns(ConvergenceWarning, match="not positive semidefinite on these points") as caught:
            assert np.isinf(solve(signed).error_bound).all()
        assert "\n" not in str(caught[0].message)
    assert np.isfinite(solve(smooth).error_bound).all()


def test_ritz_values_are_those_of_the_spaces_of_krylov():
    rng = np.random.default_rng(1)
    Q = np.linalg.qr(rng.standard_normal((30, 30)))[0]
    A = Q * np.geomspace(1e-3, 1, 30) @ Q.T
    right = rng.standard_normal((30, 2))
    for steps in (1, 2, 5):
        found = ritz_values(iterate(lambda v: A @ v, right, None, 1e-14, steps)[2])
        expected = []
        for column in right.T:
            V = np.linalg.qr(np.stack([np.linalg.matrix_power(A, k) @ column for k in range(steps)], axis=1))[0]
            expected.extend(np.linalg.eigvalsh(V.T @ A @ V))
        np.testing.assert_allclose(found, [min(expected), max(expected)], rtol=1e-8)
    assert ritz_values(iterate(lambda v: A @ v, 0 * right, None, 1e-14, 5)[2]) == (np.inf, 0.0)


@pytest.mark.parametrize("kernel", [lambda X, Y: smooth(X, Y) * (1 + 0.01 * np.sin(X[:, :1]))])
def test_a_kernel_that_is_not_symmetric_is_refused_without_a_symbol_too(kernel):
    with pytest.raises(InputError, match=r"not symmetric: k\(x, y\) and k\(y, x\) differ by"):
        iterative_error(kernel, orbits_of("S4"), ridge=1.0, product="kernel", precondition=False)


def test_negative_and_zero_diagonals_are_seen():
    orbits = orbits_of("S3")
    lowest = iterative.lowest_of_a_sample
    assert lowest(lambda X, Y: np.zeros((len(X), len(Y))), orbits) == 0
    assert lowest(lambda X, Y: -laplace(X, Y), orbits) == -np.inf
    assert lowest(lambda X, Y: laplace(X, Y) - np.equal.outer(X[:, 0], Y[:, 0]), orbits) == -np.inf


@pytest.mark.parametrize("name", ["S4", "C12", "C257"])
@pytest.mark.parametrize("fixed", [False, True])
def test_the_smallest_eigenvalue_is_lowered_by_the_rounding_of_the_transform(name, fixed):
    """Blocks of another basis, by sums over the group or numpy, differ by less; nothing is left of zero blocks."""
    orbits = orbits_of(name, fixed=fixed and name == "S4")
    symbol = ok.orbit_symbol(laplace, orbits)
    blocks = orbit_operators(orbits, symbol, 0.0)[0].blocks
    lowest = iterative.smallest_of_blocks(blocks, symbol, orbits)
    exact = np.linalg.eigvalsh(laplace(orbits.all_points, orbits.all_points))[0]
    off = [transform_error(symbol, orbits, stack) for stack in blocks.stacks]
    assert min(off) > 20 * 2.0**-53 * np.abs(symbol).sum(axis=2).max()
    assert lowest <= min(stack.eigenvalues.min(initial=9.0) for stack in blocks.stacks) - min(off)
    assert exact - 1e-10 < lowest < exact


def test_an_indefinite_matrix_is_refused():
    """Eigenvalues 3 and -1; the right-hand side has a part of both."""
    A = np.array([[1.0, 2.0], [2.0, 1.0]])
    with pytest.raises(SingularGramError, match=r"step 2 of conjugate gradients .* a ridge above") as caught:
        conjugate_gradients(lambda v: A @ v, np.array([[1.0], [0.5]]))
    assert "\n" not in str(caught.value)
    found = conjugate_gradients(lambda v: A @ v + 1.5 * v, np.array([[1.0], [0.5]]))
    np.testing.assert_allclose((A + 1.5 * np.eye(2)) @ found.solution, [[1.0], [0.5]])


def test_an_indefinite_kernel_is_refused():
    indefinite = lambda X, Y: -laplace(X, Y)  # noqa: E731
    with pytest.raises(SingularGramError, match="not positive definite: step 1 of conjugate gradients"):
        iterative_error(indefinite, orbits_of("S3"), product="kernel", precondition=False)
