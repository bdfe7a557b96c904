"""Errors by conjugate gradients that stopped early lie within their bound; indefinite matrices are found."""

import numpy as np
import pytest
from orbits_by_numpy import laplace, orbits_of, refit

from orbitkernels.errors import SingularGramError
from orbitkernels.numerics.conjugate_gradients import conjugate_gradients
from orbitkernels.proofs import iterative
from orbitkernels.proofs.iterative import iterative_error

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
