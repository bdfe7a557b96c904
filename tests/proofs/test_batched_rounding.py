"""Rounding bounds of batches against exact fractions of the same symbols, and against those of one pair."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rounding_oracle import MISSING, distances, orbits_of, regular, true_errors

import orbitkernels as ok
from orbitkernels.errors import RoundingWarning
from orbitkernels.proofs import batched_blocks, batched_rounding
from orbitkernels.proofs.batched_blocks import BatchRoute
from orbitkernels.proofs.batches import levelled_errors

RIDGES = [0.0, 1e-9, "relative:1e-3"]


def symbols_and_batch(kernels, orbits, ridges, missing, how="block"):
    """A batch, and the symbols from which it found its errors, [P, K, C, C, n]."""
    seen, known = [], BatchRoute.errors

    def errors(self, symbols, links, targets, wanted):
        inverses = self.group.inverse(np.arange(self.group.order))
        phi = symbols[np.maximum(links, links.swapaxes(1, 2))]  # [P, C, C, K, n]
        lower = np.tril_indices(links.shape[1], -1)
        phi[:, lower[0], lower[1]] = phi[:, lower[0], lower[1]][..., inverses]
        seen.append(phi.transpose(0, 3, 1, 2, 4))
        return known(self, symbols, links, targets, wanted)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BatchRoute, "errors", errors)
        found = levelled_errors(kernels, orbits, ridges, missing, how)
    return seen, found


def checked(kernels, orbits, missing, how="block"):
    """Bound over error of every instance; the bound holds."""
    try:
        seen, found = symbols_and_batch(kernels, [orbits], RIDGES, missing, how)
    except ok.SingularGramError:
        seen, found = symbols_and_batch(kernels, [orbits], RIDGES[2:], missing, how)
    ratios = []
    assert found.rounding_bounds.shape == found.errors.shape
    for k in range(len(kernels)):
        for r in range(found.ridges.shape[2]):
            route = SimpleNamespace(orbits=orbits, symbol=seen[0][0, k], ridge=float(found.ridges[0, k, r]))
            one = SimpleNamespace(error=found.errors[0, k, r])
            away, bound = distances(one, true_errors(route, missing)), found.rounding_bounds[0, k, r]
            assert (away <= bound.ravel()).all()
            ratios.append((bound.max() / away.max(), away.max()))
    return ratios


@settings(max_examples=12)
@given(
    name=st.sampled_from(["C6", "D4", "S3", "Q8"]),
    seed=st.integers(0, 10**6),
    scale=st.floats(0, 2.5),
    what=st.sampled_from(["pose", "1,2", "0,1,3,4,5", "coset"]),
    fixed=st.booleans(),
)
def test_bounds_are_never_violated(name, seed, scale, what, fixed):
    kernels = [ok.Gaussian(length_scale=10.0**scale), ok.NTK(depth=2)]
    checked(kernels, orbits_of(name, seed, fixed), MISSING[name] if what == "coset" else what)


def test_kernels_that_are_not_quite_symmetric():
    """k(x, y) + 10^-12 x^T A y with A^T = -A, A right translations by c and c^-1: only a triangle is read."""
    G, _ = regular("S3")
    every = np.arange(6)
    c = next(g for g in every if G.multiply(g, g) == G.inverse(g) != g)
    right = np.zeros((6, 6))
    right[every, G.multiply(every, c)] = 1.0
    gaussian = ok.Gaussian(length_scale=3.0)
    for size in (1e-12, -1e-12):
        skewed = lambda X, Y, size=size: gaussian.gram(X, Y) + size * X @ (right - right.T) @ Y.T  # noqa: E731
        for seed in range(3):
            orbits = ok.Orbits(G, np.random.default_rng(seed).standard_normal((2, 6)), [0, 1], regular("S3")[1])
            for missing in ("pose", "1,2"):
                assert checked([skewed], orbits, missing)


def test_two_orbits_as_one_circulant():
    """The scalar symmetrisation has bounds for the circulant that it makes."""
    for name, scale in (("C6", 3.0), ("C6", 100.0), ("C12", 30.0)):
        checked([ok.Gaussian(length_scale=scale)], orbits_of(name, 4), "pose", "scalar")


def test_bounds_are_not_idle():
    """Beside errors, and beside the bounds of one pair, which know each block."""
    ratios, beside = [], []
    for seed, name in enumerate(["C9", "D4", "S3", "Q8"] * 2):
        kernel, orbits = ok.Gaussian(length_scale=10 ** (0.5 + seed / 4)), orbits_of(name, seed)
        ratios += [ratio for ratio, _ in checked([kernel], orbits, "pose")]
        one = ok.error_with_bound(kernel, orbits, ridge=1e-9).rounding_bound
        beside.append((levelled_errors(kernel, [orbits], 1e-9).rounding_bounds.reshape(one.shape) / one).max())
    assert 100 < np.median(ratios) < 1e5
    assert min(beside) > 1
    assert np.median(beside) < 10


@pytest.mark.parametrize("missing", ["pose", "coset:r^2", "1,2"])
def test_lengths_of_orbits_do_not_matter(missing):
    """Bounds relative to errors are those of orbits of equal length."""
    start, bounds = orbits_of("D4", 5), []
    kernel = ok.Polynomial(degree=4, offset=0)
    for length in (1.0, 8.0):
        seeds, targets = start.seeds * np.array([[1.0], [length]]), [1.0, length**4]
        orbits = ok.Orbits(start.group, seeds, targets=targets, action=start.action)
        found = levelled_errors(kernel, [orbits], 0.0, missing)
        bounds.append(found.rounding_bounds / np.abs(found.errors))
    np.testing.assert_allclose(bounds[1], bounds[0], rtol=1e-9)


def test_bounds_do_not_depend_on_company():
    """Several tuples, kernels and ridges at once, with stabilisers, as each alone."""
    group = [orbits_of("D4", seed, seed % 2 == 1) for seed in range(4)]
    kernels, ridges = [ok.Gaussian(length_scale=3.0), ok.NTK(depth=1)], [0.0, 0.1]
    for missing in ("pose", "coset:r^2", "1,2"):
        together = levelled_errors(kernels, group, ridges, missing)
        for p, orbits in enumerate(group):
            for k, kernel in enumerate(kernels):
                for r, ridge in enumerate(ridges):
                    alone = levelled_errors(kernel, [orbits], ridge, missing).rounding_bounds[0, 0, 0]
                    np.testing.assert_allclose(together.rounding_bounds[p, k, r], alone, rtol=1e-9)


def test_a_matrix_without_a_factor_has_no_bound_and_the_others_keep_theirs(monkeypatch):
    kernel, known = ok.Gaussian(length_scale=3.0), batched_rounding.BatchRounding.poses
    group = [orbits_of("D4", seed) for seed in range(3)]
    whole = levelled_errors(kernel, group, [0.0, 0.1], "1,2").rounding_bounds
    assert np.isfinite(whole).all()

    def spoiled(self, c, errors, matrices):
        matrices = matrices.copy()
        matrices[1, 0] *= -1
        return known(self, c, errors, matrices)

    monkeypatch.setattr(batched_rounding.BatchRounding, "poses", spoiled)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RoundingWarning)
        found = levelled_errors(kernel, group, [0.0, 0.1], "1,2").rounding_bounds
    assert np.isinf(found[1, 0, 0]).all()
    found[1, 0, 0] = whole[1, 0, 0]
    np.testing.assert_array_equal(found, whole)


def test_a_warning_is_given_where_a_bound_is_large():
    orbits = orbits_of("C16", 3)
    with pytest.warns(RoundingWarning, match=r"Inputs \[0, 1\]: rounding .* may change an error by"):
        found = ok.spectral_errors(ok.Gaussian(length_scale=300.0), [orbits])
    assert (found.rounding_bounds / np.abs(found.errors)).max() > 1e-3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ok.spectral_errors(ok.Gaussian(length_scale=2.0), [orbits]).remark is None


# ---------------------------------------------------------------------- planted mistakes


def violated(missing, seeds=range(6)):
    """Whether some instance violates its bound."""
    try:
        for seed in seeds:
            for scale in (3.0, 30.0, 100.0):
                checked([ok.Gaussian(length_scale=scale)], orbits_of("C6", seed), missing)
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize(
    ("missing", "name"), [("pose", "quotient_bound"), ("coset:a^3", "quotient_bound"), ("1,2", "set_bound")]
)
def test_bounds_that_are_too_small_are_caught(monkeypatch, missing, name):
    assert not violated(missing, range(1))
    known = getattr(batched_rounding, name)
    monkeypatch.setattr(batched_rounding, name, lambda *given: known(*given) / 1e6)
    assert violated(missing)


def test_the_least_trace_for_the_largest_is_caught(monkeypatch):
    """An inverse that is taken to be that of the trivial block alone."""
    known = batched_blocks.block_sums

    def wrong(batch, ridges):
        sums = known(batch, ridges)
        return type(sums)(**{**vars(sums), "inverse_traces": sums.inverse_traces * 1e-9})

    monkeypatch.setattr(batched_blocks, "block_sums", wrong)
    assert violated("pose")
