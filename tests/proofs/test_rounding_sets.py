"""Rounding bounds of lists of missing poses against exact fractions, for each way in which they are solved."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rounding_oracle import distances, orbits_of, true_errors

import orbitkernels as ok
from orbitkernels.proofs import rounding_sets
from orbitkernels.proofs.missing_sets import MissingSets
from orbitkernels.proofs.rounding import bounded
from orbitkernels.proofs.spectral import FourierRoute

METHODS = ["missing", "observed", "iterative"]


def solved_by(monkeypatch, method):
    monkeypatch.setattr(MissingSets, "_method", lambda self, size: method)


def ratios(name, seed, scale, ridge, what, fixed):
    """Bound over error for each equation; None if it is not solved."""
    orbits = orbits_of(name, seed, fixed)
    most = {0: range(1, orbits.group.order), 1: "1,2"}
    missing = {"both": {0: "pose", 1: "1,2"}, "most": most}.get(what, what)
    route = FourierRoute.of(ok.Gaussian(length_scale=10.0**scale), orbits, ridge)
    true = true_errors(route, missing)
    found = {}
    for method in METHODS:
        with pytest.MonkeyPatch.context() as patch:
            solved_by(patch, method)
            try:
                result = bounded(FourierRoute(orbits, route.blocks, route.ridge, route.symbol), missing)
            except ok.SingularGramError:
                continue
        assert not np.isnan(result.rounding_bound).any()
        away = distances(result, true)
        assert (away <= result.rounding_bound.ravel()).all(), (method, result)
        found[method] = (
            result.rounding_bound.max() / max(away.max(), 1e-300),
            result.rounding_level.max() / away.max(),
        )
    return found


@settings(max_examples=25)
@given(
    name=st.sampled_from(["C6", "D4", "S3", "Q8"]),
    seed=st.integers(0, 10**6),
    scale=st.floats(0, 2.6),
    ridge=st.sampled_from([0.0, 1e-9, "relative:1e-12"]),
    what=st.sampled_from(["1,2", "0,1,3,4,5", "both", "most"]),
    fixed=st.booleans(),
)
def test_bounds_are_never_violated(name, seed, scale, ridge, what, fixed):
    ratios(name, seed, scale, ridge, what, fixed)


def test_bounds_are_not_idle():
    """Bound and level over the error, for condition numbers of 10^2 to 10^12."""
    found = {method: [] for method in METHODS}
    for scale in (0.5, 1, 1.5, 2, 2.5):
        for what in ("1,2", "0,1,3,4,5", "most"):
            for method, values in ratios("D4", 11, scale, 0.0, what, False).items():
                found[method].append(values)
    for method, most in (("missing", 1e5), ("observed", 1e5), ("iterative", 1e8)):
        bounds, levels = np.median(found[method], axis=0)
        assert 100 < bounds < most, method
        assert 1 < levels < most / 100, method


def test_levels_of_lists_are_no_typical_size():
    """Medians of level and of bound over the error lie where docs/conditioning.md says, and reach its ends."""
    seen = {method: [] for method in METHODS}
    for what in ("1,2", "0,1,3,4,5", "most"):
        found = {method: [] for method in METHODS}
        for name, seed, scale in product(("C6", "D4", "S3", "Q8"), (1, 2), (0.5, 1.5, 2.5)):
            for method, values in ratios(name, seed, scale, 0.0, what, False).items():
                found[method].append(values)
        for method, values in found.items():
            seen[method].append(np.median(values, axis=0))
    for method, levels, bounds in (
        ("missing", (20, 4e4), (2e3, 5e6)),
        ("observed", (50, 4e3), (8e3, 2e6)),
        ("iterative", (6e3, 3e5), (5e5, 4e7)),
    ):
        bound, level = np.transpose(seen[method])
        for found, (least, most) in ((level, levels), (bound, bounds)):
            assert least < found.min() < 4 * least, method
            assert most / 4 < found.max() < most, method


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("missing", ["1,2", "1,2,3,4,5", {0: "pose", 1: "1,2,3"}])
def test_orbits_of_unequal_length(monkeypatch, method, missing):
    """Bounds do not see lengths, which change no rounding."""
    solved_by(monkeypatch, method)
    start, bounds = orbits_of("S3", 5), []
    for length in (1.0, 8.0, 0.125):
        orbits = ok.Orbits(
            start.group, start.seeds * np.array([[1.0], [length]]), targets=[1.0, length**4], action=start.action
        )
        route = FourierRoute.of(ok.Polynomial(degree=4, offset=0), orbits)
        found = bounded(route, missing)
        assert (distances(found, true_errors(route, missing)) <= found.rounding_bound.ravel()).all()
        bounds.append((found.rounding_bound / np.abs(found.error)).ravel())
    np.testing.assert_allclose(bounds[1:], [bounds[0]] * 2, rtol=1e-9 if method != "iterative" else 2)


def test_sets_of_most_poses_and_of_all(monkeypatch):
    """No point is observed: the errors are the labels, to a rounding."""
    solved_by(monkeypatch, "observed")
    orbits = orbits_of("S3", 1)
    every = {0: range(6), 1: range(6)}
    found = ok.error_with_bound(ok.Gaussian(length_scale=3.0), orbits, every)
    np.testing.assert_array_equal(found.error, orbits.point_targets)
    assert (found.rounding_bound < 1e-15).all()


def test_a_long_list_is_prepared_once(monkeypatch):
    """Bounds, levels and what the kernel brings share one factorisation a set."""
    calls, known = [], rounding_sets.SetSizes.in_place
    monkeypatch.setattr(rounding_sets.SetSizes, "in_place", lambda *given: calls.append(1) or known(*given))
    ok.error_with_bound(ok.Gaussian(length_scale=3.0), orbits_of("S3", 1), "1,2")
    assert len(calls) == 2  # two orbits


def test_the_lists_that_are_solved_have_bounds():
    """600 of 1024 poses, and all but 100: more than 512."""
    G = ok.group("C512")
    angles = 2 * np.pi * np.arange(512) / 512
    phi = np.exp(-3 * np.sin(angles / 2)) * np.array([[1.0, 0.3], [0.3, 1.0]])[:, :, None]
    for missing in ({0: range(512), 1: range(88)}, {0: range(512), 1: range(412)}):
        found = ok.symbol_errors_with_bound(phi, G, [1.0, -1.0], missing)
        assert np.isfinite(found.rounding_bound).all()
        assert (found.rounding_level <= found.rounding_bound).all()
        assert found.rounding_bound.max() < 1e-4


# ---------------------------------------------------------------------- planted mistakes


def violated(monkeypatch, method):
    """Whether some instance violates its bound."""
    solved_by(monkeypatch, method)
    for scale in (1, 3, 10, 30, 100):
        route = FourierRoute.of(ok.Gaussian(length_scale=scale), orbits_of("D4", 3))
        for missing in ("1,2,4", "1,2,3,4,5,6,7"):
            found = bounded(route, missing)
            if (distances(found, true_errors(route, missing)) > found.rounding_bound.ravel()).any():
                return True
    return False


@pytest.mark.parametrize(
    ("method", "owner", "name", "factor"),
    [
        ("missing", rounding_sets, "set_bound", 2.0**-22),
        ("observed", rounding_sets._OnObserved, "bound", 2.0**-22),
        ("iterative", rounding_sets, "residual_bound", 2.0**-30),
    ],
)
def test_bounds_that_are_too_small_are_caught(monkeypatch, method, owner, name, factor):
    with monkeypatch.context() as patch:
        assert not violated(patch, method)
    known = getattr(owner, name)
    monkeypatch.setattr(owner, name, lambda *given: factor * known(*given))
    assert violated(monkeypatch, method)


def test_a_residual_that_is_not_looked_at_is_caught(monkeypatch):
    """Errors off by a thousandth, as from an iteration that ended too early."""
    solved_by(monkeypatch, "iterative")
    known = MissingSets._iterative
    monkeypatch.setattr(MissingSets, "_iterative", lambda self, S: known(self, S) * 1.001)
    assert not violated(monkeypatch, "iterative")
    bound = rounding_sets.residual_bound
    monkeypatch.setattr(
        rounding_sets, "residual_bound", lambda own, norm, residual, *rest: bound(own, norm, 0 * residual, *rest)
    )
    assert violated(monkeypatch, "iterative")
