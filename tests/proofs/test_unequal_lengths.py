"""Orbits of very different lengths: no digit is lost and nothing is refused, but what is singular."""

import re
import warnings

import mpmath
import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.errors import RoundingWarning, SingularGramError
from orbitkernels.numerics.fourier import fourier_blocks
from orbitkernels.proofs.dense_route import DenseRoute
from orbitkernels.proofs.iterative import iterative_error
from orbitkernels.proofs.large_orbits import irrep_route
from orbitkernels.proofs.missing_sets import MissingSets
from orbitkernels.proofs.spectral import FourierRoute

RATIOS = [1e-12, 1e-7, 1e7, 1e8, 1e12]
SEEDS = np.random.default_rng(5).normal(size=(2, 6))
TARGETS = [0.75, -2.0]

#: More than the 60 that ratios of 1e12 ask for: pivots of 1e-120 are no zeros.
DIGITS = 200


def homogeneous(X, Y):
    """|x| |y| exp(2 cos): the length of a point scales its row and column."""
    lengths = np.linalg.norm(X, axis=1)[:, None], np.linalg.norm(Y, axis=1)[None, :]
    return lengths[0] * lengths[1] * np.exp(2 * (X / lengths[0]) @ (Y / lengths[1].T).T)


def orbits_of(ratio, name="C6", seeds=SEEDS):
    return ok.Orbits(ok.group(name), seeds * np.array([[1.0], [ratio]]), targets=TARGETS)


def refitted(K, targets, gone):
    """The definition at 60 digits, from the floats of K."""
    kept = np.setdiff1d(np.arange(len(K)), gone)
    with mpmath.workdps(DIGITS):
        A = mpmath.matrix(K[np.ix_(kept, kept)].tolist())
        dual = mpmath.lu_solve(A, mpmath.matrix(targets[kept].tolist()))
        errors = [mpmath.mpf(targets[i]) - mpmath.fdot(K[i, kept].tolist(), list(dual)) for i in gone]
        return np.array([float(e) for e in errors])


def condition(K):
    """Of two blocks of very different size, at 60 digits."""
    with mpmath.workdps(DIGITS):
        values = mpmath.eigsy(mpmath.matrix(K.tolist()), eigvals_only=True)
        return float(max(values) / min(values))


def floats_of(orbits, ridge):
    X = orbits.all_points
    K = homogeneous(X, X)
    return (K + K.T) / 2 + ridge * np.eye(len(X)), orbits.point_targets[:, 0]


def in_batch(kernel, orbits, ridge=0.0):
    return ok.spectral_errors(kernel, [orbits], ridge).errors[0, 0, 0]


def beside_equal_orbits(kernel, orbits, ridge=0.0):
    return ok.spectral_errors(kernel, [orbits_of(1.0), orbits], ridge).errors[1, 0, 0]


def by_conjugate_gradients(product, precondition=True):
    return lambda k, o, ridge=0.0: iterative_error(k, o, "pose", ridge, product, precondition).errors


ROUTES = {
    "spectral": ok.spectral_error,
    "dense": ok.leave_out_error,
    "batch": in_batch,
    "beside equal orbits": beside_equal_orbits,
    **{product: by_conjugate_gradients(product) for product in ("kernel", "group", "transform")},
    "plain": by_conjugate_gradients("kernel", precondition=False),
}


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("route", ROUTES)
def test_every_route_at_60_digits(ratio, route):
    orbits = orbits_of(ratio)
    for ridge in (0.0, 1e-3 * min(1.0, ratio) ** 2, 1e-3 * max(1.0, ratio) ** 2):
        K, y = floats_of(orbits, ridge)
        wanted = [refitted(K, y, [c * 6])[0] for c in range(2)]
        np.testing.assert_allclose(ROUTES[route](homogeneous, orbits, ridge=ridge).ravel(), wanted, rtol=2e-11)


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize(("name", "degree"), [("C6", 6), ("S3", 3)])
def test_condition_numbers_are_those_of_the_matrix_itself(ratio, name, degree):
    """Blocks of irreps of degree 2 have four rows, whose small eigenvalues a solver loses."""
    orbits = orbits_of(ratio, name, SEEDS[:, :degree])
    wanted = condition(floats_of(orbits, 0.0)[0])
    assert wanted > 1e14
    assert FourierRoute.of(homogeneous, orbits).condition_number == pytest.approx(wanted, rel=1e-11)
    assert DenseRoute.of(homogeneous, orbits).condition_number == pytest.approx(wanted, rel=1e-11)
    assert ok.spectral_errors(homogeneous, [orbits]).condition_numbers.item() == pytest.approx(wanted, rel=1e-11)


def test_condition_numbers_of_a_batch_where_eigenvalues_are_lost():
    images = ok.load("digits").images[[3, 8]] * np.array([1.0, 1e10])[:, None, None]
    orbits = ok.Orbits(ok.group("D4"), images, [3, 8])
    wanted = FourierRoute.of(ok.kernel("ntk(depth=3)"), orbits).condition_number
    assert ok.spectral_errors("ntk(depth=3)", [orbits]).condition_numbers.item() == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("ratio", [*RATIOS, 1e60])
def test_symbols(ratio):
    lag = np.minimum(np.arange(8), 8 - np.arange(8))
    row = np.exp(-lag / 3)
    phi = np.array([[row, 0.5 * ratio * row], [0.5 * ratio * row, ratio**2 * row]])
    position = (np.arange(8)[None, :] - np.arange(8)[:, None]) % 8
    K, y = np.block([[phi[a, b][position] for b in range(2)] for a in range(2)]), np.repeat([1.0, ratio], 8)
    found = ok.symbol_errors_with_bound(phi, "C8", [1.0, ratio])
    wanted = np.array([refitted(K, y, [8 * c])[0] for c in range(2)])
    assert (np.abs(found.error[:, 0] - wanted) <= found.rounding_bound[:, 0] + 1e-16 * np.abs(wanted)).all()
    assert found.relative_bound < 1e-11


@pytest.mark.parametrize("ratio", RATIOS)
def test_large_sets_by_conjugate_gradients(ratio):
    orbits = orbits_of(ratio)
    route = FourierRoute.of(homogeneous, orbits)
    K, y = floats_of(orbits, 0.0)
    gone = np.array([0, 1, 3, 7, 8, 10])
    found = MissingSets(orbits, irrep_route(orbits.group), route.blocks, route.symbol, 0.0)
    np.testing.assert_allclose(found.set_errors(gone, "iterative")[:, 0], refitted(K, y, gone), rtol=1e-10)


@pytest.mark.parametrize("ratio", RATIOS)
def test_an_easy_orbit_does_not_end_the_iteration_of_a_hard_one(ratio):
    """Orbits that do not see each other, one solved in one step: residuals are measured in units of each."""
    orbits, lag = orbits_of(2.0, "C24", np.eye(24)[[0, 0]]), np.minimum(np.arange(24), 24 - np.arange(24))
    phi = np.zeros((2, 2, 24))
    phi[0, 0, 0], phi[1, 1] = 1.0, ratio**2 * np.exp(-((lag / 2) ** 2))
    route, gone = irrep_route(orbits.group), np.concatenate([[3], 24 + np.arange(0, 20, 2)])
    found = MissingSets(orbits, route, route.blocks(phi, [None, None], 0.0), phi, 0.0)
    position = (np.arange(24)[None, :] - np.arange(24)[:, None]) % 24
    K = np.block([[phi[a, b][position] for b in range(2)] for a in range(2)])
    wanted = refitted(K, np.repeat(TARGETS, 24), gone)
    np.testing.assert_allclose(found.set_errors(gone, "iterative")[:, 0], wanted, rtol=1e-9)


def test_an_orbit_whose_right_hand_side_cancels_is_solved():
    """The third orbit sees the two others alike, and its target is 0: so is [K^-1 y] there, but for rounding."""
    group, lag = ok.group("C48"), np.minimum(np.arange(48), 48 - np.arange(48))
    near, far = np.exp(-lag / 5), 0.3 * np.exp(-lag / 7)
    phi = np.array([[near, 0.1 * far, far], [0.1 * far, near, far], [far, far, 1.1 * near]])
    seeds = np.eye(48)[[0, 0, 0]] * np.array([[1.0], [2.0], [3.0]])
    orbits, route = ok.Orbits(group, seeds, targets=[1.0, -1.0, 0.0]), irrep_route(group)
    found = MissingSets(orbits, route, route.blocks(phi, [None] * 3, 0.0), phi, 0.0)
    gone = np.concatenate([np.arange(0, 48, 3), 48 + np.arange(1, 48, 3), 96 + np.arange(0, 48, 2)])
    position = (np.arange(48)[None, :] - np.arange(48)[:, None]) % 48
    K = np.block([[phi[a, b][position] for b in range(3)] for a in range(3)])
    y, kept = orbits.point_targets[:, 0], np.setdiff1d(np.arange(144), gone)
    wanted = y[gone] - K[np.ix_(gone, kept)] @ np.linalg.solve(K[np.ix_(kept, kept)], y[kept])
    np.testing.assert_allclose(found.set_errors(gone, "iterative")[:, 0], wanted, atol=1e-12)


@pytest.mark.parametrize("ratio", [1.0, *RATIOS])
@pytest.mark.parametrize("route", [name for name in ROUTES if name != "plain"])
def test_an_image_and_its_multiple_are_singular(ratio, route):
    """The ridge that is offered is in units of the shorter one, and helps."""
    orbits = orbits_of(ratio * 1.5, seeds=SEEDS[[0, 0]])
    with pytest.raises(SingularGramError, match=r"singular|not positive definite") as caught:
        ROUTES[route](homogeneous, orbits)
    assert "\n" not in str(caught.value)
    if route in ("spectral", "dense", "batch"):
        assert ("lengths divided out" in str(caught.value)) == (ratio != 1)
        offered = float(re.search(r"ridge = (\S+) would", str(caught.value))[1])
        assert offered < 1e-5 * min(1.0, ratio) ** 2
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RoundingWarning)
            assert np.isfinite(ROUTES[route](homogeneous, orbits, ridge=offered)).all()


@pytest.mark.parametrize("ratio", [1.0, *RATIOS])
@pytest.mark.parametrize("route", ["spectral", "dense", "batch", "transform"])
def test_averages_are_singular(ratio, route):
    """All poses of one orbit are the same point to an average over the group."""
    for orbits in (orbits_of(ratio), orbits_of(1 / ratio)):
        average = ok.Averaged(ok.kernel("ntk(depth=1, bias_variance=0)"), orbits.group, orbits.action)
        with pytest.raises(SingularGramError):
            ROUTES[route](average, orbits)


@pytest.mark.parametrize("ratio", [1e-9, 1e9])
@pytest.mark.parametrize("route", ["spectral", "dense", "batch"])
def test_one_orbit_that_is_singular_in_itself(ratio, route):
    """The ridge is that of its own length: a ridge of the other's would be lost in its rounding, or drown it."""

    def partly(X, Y):
        lengths = np.linalg.norm(X, axis=1)[:, None], np.linalg.norm(Y, axis=1)[None, :]
        long = [np.isclose(length, np.linalg.norm(SEEDS[1]) * ratio) for length in lengths]
        return np.where(long[0] & long[1], lengths[0] * lengths[1], 0) + np.where(
            ~long[0] & ~long[1], homogeneous(X, Y), 0
        )

    orbits = orbits_of(ratio)
    with pytest.raises(SingularGramError) as caught:
        ROUTES[route](partly, orbits)
    offered = float(re.search(r"ridge = (\S+) would", str(caught.value))[1])
    assert offered == pytest.approx(1e-8 * (ratio * np.linalg.norm(SEEDS[1])) ** 2 * 6, rel=5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RoundingWarning)
        assert np.isfinite(ROUTES[route](partly, orbits, ridge=offered)).all()


def test_pivots_are_compared_with_their_orbit():
    """Blocks of one irrep: [[1, s/2], [s/2, s^2]] is like s = 1, [[1, s], [s, s^2]] is singular."""
    one = [np.ones((1, 1, 1))]
    for s in (1e-30, 1.0, 1e30):
        fourier_blocks(np.array([[[1.0], [s / 2]], [[s / 2], [s**2]]]), one).require_invertible()
        with pytest.raises(SingularGramError, match="singular: the Fourier block of irrep 0"):
            fourier_blocks(np.array([[[1.0], [s]], [[s], [s * s]]]), one).require_invertible()
