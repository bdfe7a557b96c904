"""Theorems A5 to A8: how many instances stand behind them, and that planted mistakes are found."""

import numpy as np
import pytest

from orbitkernels.proofs import (
    a5_wrong_symmetry,
    a6_duality,
    a7_averaging_helps,
    a8_mmd_to_the_orbit_average,
    averaged_regression_checks,
    duality_checks,
    invariant_predictor_checks,
    orbit_average_checks,
)
from orbitkernels.proofs.theorem import THEOREMS
from orbitkernels.theory import averaged_regression, lie_symmetries


def rng():
    return np.random.default_rng(4)


# ---------------------------------------------------------------------- A5

LEVELS = ("exact", "enclosed", "numeric")


def some_fail(level, make):
    """Whether a comparison that holds for the cases now fails on one of them after `make` has changed the code."""
    procedure = getattr(THEOREMS["A5"], level)
    cases = [a5_wrong_symmetry.PredictorCase(name, "everywhere", 3) for name in ("S3", "Q8", "C7:C3")]
    seeds = range(4)
    assert all(procedure.compare(case, np.random.default_rng(seed)).holds for case in cases for seed in seeds)
    make()
    return not all(procedure.compare(case, np.random.default_rng(seed)).holds for case in cases for seed in seeds)


@pytest.mark.parametrize("level", LEVELS)
def test_A5_a_majority_that_counts_points_and_not_probabilities_is_found(level, monkeypatch):
    def mistaken(orbits, weights, classes):
        total = 0 * weights[0]
        for orbit in orbits:
            mode = max(range(3), key=lambda c: sum(classes[x] == c for x in orbit))
            total = total + sum((weights[x] for x in orbit if classes[x] != mode), 0 * weights[0])
        return total

    assert some_fail(level, lambda: monkeypatch.setattr(a5_wrong_symmetry, "least_error", mistaken))


@pytest.mark.parametrize("level", LEVELS)
def test_A5_a_mean_without_probabilities_is_found(level, monkeypatch):
    def mistaken(orbits, weights, values):
        total = 0 * weights[0]
        for orbit in orbits:
            mean = sum(values[x] for x in orbit) * (0 * weights[0] + 1) / len(orbit)
            total = total + sum(weights[x] * (values[x] - mean) * (values[x] - mean) for x in orbit)
        return total

    assert some_fail(level, lambda: monkeypatch.setattr(a5_wrong_symmetry, "variance_on_orbits", mistaken))


@pytest.mark.parametrize("level", LEVELS)
def test_A5_orbits_of_a_subgroup_are_found(level, monkeypatch):
    """Every point an orbit of its own: as if any function were invariant."""
    assert some_fail(
        level,
        lambda: monkeypatch.setattr(
            a5_wrong_symmetry, "_orbits", lambda action: [[x] for x in range(action.degree)]
        ),
    )


def test_A5_predictors_that_are_not_invariant_are_found(monkeypatch):
    def every(action, classes):
        codes = np.arange(classes**action.degree)
        return codes[:, None] // classes ** np.arange(action.degree) % classes

    assert some_fail("exact", lambda: monkeypatch.setattr(invariant_predictor_checks, "all_predictors", every))


def test_A5_pairs_that_leave_the_support_are_not_incorrect(monkeypatch):
    original = invariant_predictor_checks.pair_kinds
    cases = [a5_wrong_symmetry.PredictorCase(name, "with holes", 2) for name in ("C2", "S3", "C4", "A4")]
    compare = THEOREMS["A5"].exact.compare
    assert all(compare(case, np.random.default_rng(i)).holds for case in cases for i in range(9))

    def mistaken(action, weights, labels):
        ones = [1 for _ in weights]
        return original(action, ones, labels)

    monkeypatch.setattr(invariant_predictor_checks, "pair_kinds", mistaken)
    assert not all(compare(case, np.random.default_rng(i)).holds for case in cases for i in range(9))


# ---------------------------------------------------------------------- A6


@pytest.mark.parametrize("level", ["exact", "numeric"])
@pytest.mark.parametrize("name", ["the symplectic form of R^4", "the 3-form of G2"])
def test_A6_a_transposed_action_is_found(level, name, monkeypatch):
    """sum_k x_ki dF/dx_kj: the symmetries are transposed, which matters where they are not closed under it."""
    procedure = getattr(THEOREMS["A6"], level)
    case = a6_duality.FormCase(name, int(level == "numeric"))
    assert procedure.compare(case, rng()).holds
    original = lie_symmetries.unit_derivative
    monkeypatch.setattr(
        lie_symmetries, "unit_derivative", lambda F, m, i, j: original(F, m, j, i) if i else original(F, m, i, j)
    )
    assert not procedure.compare(case, rng()).holds


@pytest.mark.parametrize("name", ["the quadratic form of R^4", "the 3-form of G2"])
def test_A6_a_changed_coefficient_is_found(name, monkeypatch):
    m, polynomials, known = duality_checks.FORMS[name]
    changed = dict(polynomials[0])
    if name == "the 3-form of G2":
        changed = {key: 0 if i < 6 else value for i, (key, value) in enumerate(changed.items())}
    else:
        changed[1, 1, 0, 0], changed[0, 0, 2, 0] = 1, 0
    assert THEOREMS["A6"].exact.compare(a6_duality.FormCase(name), rng()).holds
    monkeypatch.setitem(duality_checks.FORMS, name, (m, (changed,), known))
    assert THEOREMS["A6"].exact.compare(a6_duality.FormCase(name), rng()).detail.startswith("dimension")


@pytest.mark.parametrize(
    "name", ["the quadratic form of R^2", "the determinant of R^2", "the product of the coordinates of R^3"]
)
def test_A6_symmetries_that_the_exact_null_space_loses_are_found_numerically(name, monkeypatch):
    case = a6_duality.FormCase(name, 1)
    assert THEOREMS["A6"].numeric.compare(case, rng()).holds
    original, (m, polynomials, known) = lie_symmetries.symmetries, duality_checks.FORMS[name]
    monkeypatch.setattr(lie_symmetries, "symmetries", lambda F, m: original(F, m)[: known - 1])
    monkeypatch.setitem(duality_checks.FORMS, name, (m, polynomials, known - 1))
    assert THEOREMS["A6"].numeric.compare(case, rng()).detail.startswith("dimension")


def test_A6_samples_that_are_not_generic_are_found(monkeypatch):
    """Points on one line leave more matrices than the symmetries."""
    case = a6_duality.FormCase("the determinant of R^3")
    monkeypatch.setattr(duality_checks, "generic_points", lambda name: [[i] * 9 for i in range(30)])
    assert THEOREMS["A6"].exact.compare(case, rng()).detail.startswith("Sym by samples")


@pytest.mark.parametrize("kind", ["diagonal", "nilpotent", "turns"])
def test_A6_lost_equations_of_invariants_break_the_closure(kind, monkeypatch):
    case = a6_duality.ClosureCase(kind, 3, 2)
    assert THEOREMS["A6"].exact.compare(case, np.random.default_rng(1)).holds
    original = lie_symmetries.invariants

    def mistaken(matrices, m, basis):
        """Every second row of the null space is lost."""
        return original(matrices, m, basis)[::2]

    monkeypatch.setattr(lie_symmetries, "invariants", mistaken)
    assert not THEOREMS["A6"].exact.compare(case, np.random.default_rng(1)).holds


def test_A6_a_bracket_with_the_wrong_sign_is_found(monkeypatch):
    case = a6_duality.FormCase("the quadratic form of R^3")
    original = lie_symmetries.bracket

    def anticommutator(xi, eta, m):
        half = original(xi, eta, m)
        product = [sum(xi[i * m + k] * eta[k * m + j] for k in range(m)) for i in range(m) for j in range(m)]
        return [2 * p - h for p, h in zip(product, half, strict=True)]

    monkeypatch.setattr(lie_symmetries, "bracket", anticommutator)
    assert THEOREMS["A6"].exact.compare(case, rng()).detail.startswith("closed under the bracket")


@pytest.mark.parametrize("name", ["S3", "Q8", "C7:C3"])
def test_A6_lost_invariant_functions_are_found(name, monkeypatch):
    cases = [a6_duality.GroupCase(name, seed) for seed in range(3)]
    assert all(THEOREMS["A6"].exact.compare(case, rng()).holds for case in cases)
    original = duality_checks.null_space
    monkeypatch.setattr(duality_checks, "null_space", lambda rows, columns: original(rows, columns)[:1])
    assert not all(THEOREMS["A6"].exact.compare(case, rng()).holds for case in cases)


# ---------------------------------------------------------------------- A7


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("shift", [-1, 1])
def test_A7_a_wrong_denominator_is_found(level, shift, monkeypatch):
    procedure = getattr(THEOREMS["A7"], level)
    case = a7_averaging_helps.GaussianCase("S3", 3)
    assert procedure.compare(case, rng()).holds
    original = a7_averaging_helps.formula
    monkeypatch.setattr(a7_averaging_helps, "formula", lambda n, d, m: original(n + shift, d, m))
    assert procedure.compare(case, rng()).detail.startswith("gap")


@pytest.mark.parametrize("level", LEVELS)
def test_A7_a_wrong_number_of_fixed_vectors_is_found(level, monkeypatch):
    procedure = getattr(THEOREMS["A7"], level)
    case = a7_averaging_helps.GaussianCase("S3", 3)
    original = a7_averaging_helps.formula
    monkeypatch.setattr(a7_averaging_helps, "formula", lambda n, d, m: original(n, d, m + 1 if m else 0))
    assert procedure.compare(case, rng()).detail.startswith("gap")


@pytest.mark.parametrize("level", ["exact", "enclosed"])
def test_A7_a_bartlett_factor_with_equal_degrees_of_freedom_is_found(level, monkeypatch):
    procedure = getattr(THEOREMS["A7"], level)
    case = a7_averaging_helps.GaussianCase("S3", 4)
    original = averaged_regression.inverse_wishart_diagonal

    def mistaken(n, d, mean_inverse):
        return original(n, d, lambda nu: mean_inverse(n))

    monkeypatch.setattr(averaged_regression, "inverse_wishart_diagonal", mistaken)
    assert not procedure.compare(case, rng()).holds


@pytest.mark.parametrize("name", ["C1", "C2", "S3", "A4"])
def test_A7_signs_find_what_the_formula_and_the_bartlett_factor_have_in_common(name, monkeypatch):
    """Both with one sample more: they agree with each other, and the listed designs contradict them."""
    case = a7_averaging_helps.GaussianCase(name, 2)
    assert THEOREMS["A7"].exact.compare(case, rng()).holds
    formula, bartlett = a7_averaging_helps.formula, averaged_regression.inverse_wishart_diagonal
    monkeypatch.setattr(a7_averaging_helps, "formula", lambda n, d, m: formula(n + 1, d, m))
    monkeypatch.setattr(averaged_regression, "inverse_wishart_diagonal", lambda n, d, f: bartlett(n + 1, d, f))
    assert THEOREMS["A7"].exact.compare(case, rng()).detail.startswith("mean inverse by signs")


def test_A7_sums_of_adjugates_and_determinants():
    W = np.array([[[2, 1, 0], [1, 3, 5], [4, 0, 1]], [[1, 2, 3], [2, 4, 6], [0, 1, 1]]])  # one is singular
    adjugates, determinants = averaged_regression.adjugate_sums(W)
    cofactors = [
        [sum((-1) ** (i + j) * np.linalg.det(np.delete(np.delete(A, j, 0), i, 1)) for A in W) for j in range(3)]
        for i in range(3)
    ]
    np.testing.assert_allclose(adjugates, cofactors, atol=1e-9)
    assert determinants == pytest.approx(sum(np.linalg.det(W)))


def test_A7_the_rest_of_an_integral_is_not_forgotten(monkeypatch):
    """Integrals of another density: two degrees of freedom more."""
    case = a7_averaging_helps.GaussianCase("Q8", 2)
    original = averaged_regression.mean_inverse_chi_squared
    monkeypatch.setattr(averaged_regression, "mean_inverse_chi_squared", lambda nu: original(nu + 2))
    assert not THEOREMS["A7"].enclosed.compare(case, rng()).holds


@pytest.mark.parametrize("name", ["S3", "Q8", "C7:C3"])
def test_A7_targets_that_are_not_invariant_are_found(name, monkeypatch):
    case = a7_averaging_helps.DesignCase(name, 1)
    original = averaged_regression_checks.design
    assert all(THEOREMS["A7"].exact.compare(case, np.random.default_rng(seed)).holds for seed in range(3))

    def mistaken(action, samples, generator):
        X, theta = original(action, samples, generator)
        theta[0, 0] = theta[0, 0] + 1
        return X, theta

    monkeypatch.setattr(averaged_regression_checks, "design", mistaken)
    assert not all(THEOREMS["A7"].exact.compare(case, np.random.default_rng(seed)).holds for seed in range(3))


def test_A7_an_average_that_is_no_projection_is_found(monkeypatch):
    original = a7_averaging_helps._mean_permutation
    case = a7_averaging_helps.DesignCase("S3", 2)
    assert THEOREMS["A7"].numeric.compare(case, rng()).holds
    monkeypatch.setattr(a7_averaging_helps, "_mean_permutation", lambda action: 0.9 * original(action))
    assert not THEOREMS["A7"].numeric.compare(case, rng()).holds


# ---------------------------------------------------------------------- A8


@pytest.mark.parametrize("level", ["exact", "enclosed"])
@pytest.mark.parametrize("name", ["S3", "Q8", "C7:C3"])
def test_A8_a_kernel_that_is_not_invariant_is_found(level, name, monkeypatch):
    procedure = getattr(THEOREMS["A8"], level)
    kernel = "quadratic" if level == "exact" else "exponential"
    case = a8_mmd_to_the_orbit_average.DistributionCase(name, "any", kernel, 2)
    assert procedure.compare(case, rng()).holds
    monkeypatch.setattr(orbit_average_checks, "inner", lambda x, z: 2 * x[0] * z[0] + x[1] * z[1])
    monkeypatch.setattr(orbit_average_checks, "quadratic", lambda x, z: (1 + x[0] * z[0] - x[1] * z[1]) ** 2)
    found = procedure.compare(case, rng())
    assert not found.holds
    assert found.detail.startswith("squared distance")


@pytest.mark.parametrize("level", ["exact", "enclosed", "numeric"])
def test_A8_an_average_that_forgets_the_unit_is_found(level, monkeypatch):
    """The mean over all g but e, so that Pbar is another distribution."""
    procedure = getattr(THEOREMS["A8"], level)
    kernel = {"exact": "quadratic", "enclosed": "exponential", "numeric": "gaussian(length_scale=2)"}[level]
    case = a8_mmd_to_the_orbit_average.DistributionCase("S3", "any", kernel, 2)
    assert procedure.compare(case, rng()).holds
    original = a8_mmd_to_the_orbit_average.orbit_average

    def mistaken(action, P):
        n = action.group.order
        found = original(action, P)
        return {x: (w * n - P[x]) / (n - 1) if x in P else w * n / (n - 1) for x, w in found.items()}

    monkeypatch.setattr(a8_mmd_to_the_orbit_average, "orbit_average", mistaken)
    assert not procedure.compare(case, rng()).holds


def test_A8_factors_of_moments_matter(monkeypatch):
    original = a8_mmd_to_the_orbit_average._moments
    case = a8_mmd_to_the_orbit_average.DistributionCase("D4", "any", "quadratic", 2)
    assert THEOREMS["A8"].exact.compare(case, rng()).holds
    monkeypatch.setattr(
        a8_mmd_to_the_orbit_average, "_moments", lambda P, kernel: [(1, v) for _, v in original(P, kernel)]
    )
    assert not THEOREMS["A8"].exact.compare(case, rng()).holds


def test_A8_a_distance_that_never_vanishes_is_found(monkeypatch):
    case = a8_mmd_to_the_orbit_average.DistributionCase("Q8", "constant on orbits", "quadratic", 1)
    assert THEOREMS["A8"].exact.compare(case, rng()).holds
    monkeypatch.setattr(orbit_average_checks, "embedding_is_invariant", lambda *arguments: False)
    found = THEOREMS["A8"].exact.compare(case, rng())
    assert found.detail.startswith("whether the distance vanishes")
