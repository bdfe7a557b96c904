"""T10: what is compared, how sharp the bounds are, and that planted mistakes are found."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from orbitkernels.numerics import dense
from orbitkernels.proofs import approximate_checks, approximate_routes, approximate_symmetry
from orbitkernels.proofs import t10_approximate_symmetry as t10
from orbitkernels.proofs.approximate_routes import NearlyCase
from orbitkernels.proofs.approximate_symmetry import (
    RotationCase,
    circulant_part,
    pose_permutations,
    rotated_digits,
)
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.instances import SymbolCase, named_group
from orbitkernels.proofs.verify import verify

COMPARE = {
    Level.EXACT: t10.exact_compare,
    Level.ENCLOSED: t10.enclosed_compare,
    Level.NUMERIC: t10.numeric_compare,
}
CASE = NearlyCase(SymbolCase("S3", 2, False, 2))


def rng():
    return np.random.default_rng(5)


def test_the_derivation_comes_to_the_claim_and_enough_is_compared():
    assert t10.derivation().unshown == ()
    for procedure, least in zip(t10.THEOREM.procedures.values(), (30, 20, 80), strict=True):
        cases = procedure.cases(False)
        assert len({str(case) for case in cases}) == len(cases) >= least
        assert {"Q8", "C7:C3"} <= {case.group for case in cases}
    rotations = [case for case in t10.numeric_cases(False) if isinstance(case, RotationCase)]
    assert {case.turns for case in rotations} >= {5, 8, 12}
    assert not any(case.turns in (1, 2, 4) for case in rotations)  # these permute pixels: no approximation


# ---------------------------------------------------------------------- how sharp


@pytest.mark.parametrize("ratio", [0.2, 0.7071, 0.95])
def test_the_bound_of_the_mean_is_attained_in_the_limit(ratio):
    """Kc = [[1, b], [b, 1]], E = diag(p, -p): truth over bound tends to 2 b sqrt(1 - b^2)."""
    p = 1e-4
    K = np.array([[1 + p, ratio], [ratio, 1 - p]])
    mean = dense.leave_one_out(K, [1.0, 1.0]).mean()
    epsilon = p / np.sqrt(1 - ratio**2)
    bound = np.sqrt(1 - ratio**2) * epsilon**2 / (2 - 2 * epsilon)
    assert 1 >= abs(mean - (1 - ratio)) / bound == pytest.approx(2 * ratio * np.sqrt(1 - ratio**2), abs=1e-2)


@pytest.mark.parametrize("turns", [5, 8, 12])
def test_the_mean_over_rotated_digits_is_far_nearer_than_a_pose(turns):
    found = rotated_digits(RotationCase(turns, "gaussian(length_scale=2)", 2), rng())
    assert 0 < found.epsilon < 0.5
    from orbitkernels.numerics import fourier

    errors = fourier.spectral_errors(found.routes.blocks, found.instance.targets)
    refitted = found.refitted()
    one = np.abs(refitted - errors[found.routes.orbit_of_point]).max()
    assert np.abs(found.orbit_means(refitted) - errors).max() < one / 5


def test_the_base_point_matters_at_first_order():
    """The symbol of one row of K in the place of the average: an error of another order."""
    found = rotated_digits(RotationCase(8, "gaussian(length_scale=2)", 2), rng())
    orders = []
    for epsilon in (1e-3, 5e-4):
        small = found.scaled(epsilon / found.epsilon)
        mean = small.orbit_means(small.refitted())
        rows = small.gram.reshape(2, 8, 2, 8)[:, 0]  # k(x_a, g x_b) of the first base point
        symbol = (rows + rows.transpose(1, 0, 2)[:, :, -np.arange(8) % 8]) / 2
        from orbitkernels.numerics import fourier
        from orbitkernels.proofs.routes import NumericRoutes

        errors = fourier.spectral_errors(
            NumericRoutes(replace(small.instance, phi=symbol)).blocks, small.instance.targets
        )
        orders.append(np.abs(mean - errors).max())
    assert abs(np.log2(orders[0] / orders[1]) - 1) < 0.1


# ---------------------------------------------------------------------- planted mistakes


@pytest.mark.parametrize("level", [Level.EXACT, Level.ENCLOSED])
def test_an_average_over_half_of_the_group_is_found(level, monkeypatch):
    assert COMPARE[level](CASE, rng()).holds

    def half(gram, permutations):
        return circulant_part(gram, permutations[:2])

    for module in (approximate_routes, approximate_symmetry):
        monkeypatch.setattr(module, "circulant_part", half)
    assert not COMPARE[level](CASE, rng()).holds


@pytest.mark.parametrize("level", [Level.EXACT, Level.ENCLOSED])
@pytest.mark.parametrize("side", [0, 1])
def test_a_wrong_sign_of_a_term_is_found(level, side, monkeypatch):
    original = approximate_routes.expansion

    def flipped(*arguments):
        terms = list(original(*arguments))
        terms[side] = [-value for value in terms[side]]
        return tuple(terms)

    monkeypatch.setattr(approximate_routes, "expansion", flipped)
    found = COMPARE[level](CASE, rng())
    assert not found.holds
    assert found.detail.startswith("error of a pose")


def test_a_wrong_remainder_is_found_in_floating_point(monkeypatch):
    original = approximate_symmetry.Nearly.remainders
    monkeypatch.setattr(approximate_symmetry.Nearly, "remainders", lambda self: 1.001 * original(self))
    assert t10.numeric_compare(CASE, rng()).detail.startswith("mean error")


@pytest.mark.parametrize("level", [Level.EXACT, Level.ENCLOSED])
def test_bounds_that_are_too_small_are_found(level, monkeypatch):
    original = approximate_routes.sizes_of_labels
    monkeypatch.setattr(approximate_routes, "sizes_of_labels", lambda *a: [v / 10**4 for v in original(*a)])
    assert COMPARE[level](CASE, rng()).detail.startswith("bounds hold")


def test_orders_that_are_not_one_and_two_are_found(monkeypatch):
    """A spectral error that is a little wrong leaves a difference that does not shrink with E."""
    original = t10.fourier.spectral_errors
    found = t10._random(CASE, rng())
    errors = original(found.routes.blocks, found.instance.targets)
    assert t10._orders(found, errors) == [True, True]
    assert t10._orders(found, errors + 1e-6)[1] is False
    assert t10._orders(found, errors + 1e-2) == [False, False]


def test_a_perturbation_with_a_mean_is_found():
    """Then the difference of the means is of first order."""
    found = t10._random(CASE, rng())
    biased = replace(found, perturbation=found.perturbation + 0.01 * np.eye(len(found.circulant)))
    errors = t10.fourier.spectral_errors(found.routes.blocks, found.instance.targets)
    assert t10._orders(biased, errors) == [True, False]


def test_a_perturbation_with_a_mean_is_found_by_the_comparison(monkeypatch):
    original = t10.nearly

    def biased(instance, gram):
        found = original(instance, gram)
        return replace(found, perturbation=found.perturbation + 0.3 * np.eye(len(gram)))

    monkeypatch.setattr(t10, "nearly", biased)
    assert t10.numeric_compare(CASE, rng()).detail.startswith("mean error")


def test_a_wrong_first_order_term_is_found_in_the_derivation(monkeypatch):
    monkeypatch.setattr(approximate_checks, "circulant_part", lambda K, p: circulant_part(K, p[:1]))
    approximate_checks._nearly.cache_clear()
    try:
        assert not approximate_checks.perturbation_averages_to_zero("S3")
    finally:
        approximate_checks._nearly.cache_clear()


def test_poses_are_permuted_as_cosets():
    S3 = named_group("S3")
    moved = pose_permutations(S3, [S3.subgroup([1]), S3.subgroup([])])
    assert moved.shape == (6, 9)
    for g in range(6):
        for h in range(6):
            np.testing.assert_array_equal(moved[g][moved[h]], moved[S3.multiply(g, h)])


def test_relative_size_is_above_and_near():
    for power in (Fraction(1, 3), Fraction(7, 5), Fraction(1, 10**9)):
        root = approximate_symmetry.relative_size(power)
        assert root**8 >= power > (root - Fraction(1, 10**6)) ** 8


def test_verify_reports_a_planted_mistake(monkeypatch):
    original = approximate_routes.eighth_power
    monkeypatch.setattr(approximate_routes, "eighth_power", lambda K, Kc: original(K, Kc) / 10**20)
    (result,) = verify(["T10"], quick=True).results
    assert not result.holds
    assert not result.check(Level.EXACT).holds
