"""The checks behind the derivations of A1 to A8 hold, and fail if one thing that they use is wrong."""

import numpy as np
import pytest
from planting import Plant, becomes, double, negative, plus_one

from orbitkernels.proofs import (
    averaged_regression_checks,
    duality_checks,
    equivariant_checks,
    harmonics_checks,
    invariant_checks,
    invariant_predictor_checks,
    irrep_checks,
    orbit_average_checks,
)
from orbitkernels.theory import lie_symmetries
from orbitkernels.theory.cyclotomics import ONE


def last_wrong(values):
    return [*values[:-1], values[-1] + 1]


def one_large(values):
    return [*values[:-1], 10**9]


def last_row_wrong(functions):
    """One function is not constant on orbits; there are as many as before."""
    changed = functions.copy()
    changed[-1, 0] = (changed[-1, 0] + 1) % 3
    return changed


def not_invariant(x, z):
    return (1 + x[0] * z[0] - x[1] * z[1]) ** 2


def corner(matrix):
    return ((matrix[0][0] + ONE, *matrix[0][1:]), *matrix[1:])


def one_claim_wrong(found):
    name = list(found)[1]
    return {**found, name: (found[name][0], None)}


def all_true(found):
    return [True] * len(found)


ANY = orbit_average_checks.any_distribution


def always_spread(action, count, rng):
    return orbit_average_checks.orbit_average(action, ANY(action, count, rng))


RHO = invariant_checks.representation("S3", False)

PLANTS = [
    # A2: invariant polynomials
    (invariant_checks.mean_projects, (RHO,), Plant(invariant_checks, "count_by_equations", plus_one)),
    (invariant_checks.mean_projects, (RHO,), Plant(invariant_checks, "polynomial_matrix", double, 0)),
    (invariant_checks.multiplication_is_adjoint, (3, 4), Plant(invariant_checks, "harmonic_dimension", plus_one)),
    (invariant_checks.multiplication_is_adjoint, (3, 4), Plant(invariant_checks, "factorial", plus_one, 0)),
    (
        invariant_checks.commutes_with_the_laplacian,
        (RHO,),
        Plant(invariant_checks, "polynomial_matrix", double, 0),
    ),
    (invariant_checks.series_count, (RHO,), Plant(invariant_checks, "molien_counts", last_wrong, 0)),
    (invariant_checks.series_count, (RHO,), Plant(invariant_checks, "molien_counts", last_wrong, 1)),
    (invariant_checks.traces_are_bounded, (RHO,), Plant(invariant_checks, "integer_traces", one_large)),
    (invariant_checks.traces_are_bounded, (RHO,), Plant(invariant_checks, "integer_traces", one_large, 1)),
    (invariant_checks.shares_are_near, (RHO,), Plant(invariant_checks, "molien_counts", one_large)),
    (invariant_checks.shares_are_near, (RHO,), Plant(invariant_checks, "molien_counts", lambda c: [0] * len(c))),
    (invariant_checks.plane_has_no_limit, (), Plant(invariant_checks, "count_by_equations", plus_one, 5)),
    # A3: equivariant maps
    (equivariant_checks.indicators_are_a_basis, ("S3",), Plant(equivariant_checks, "nullity", plus_one)),
    (equivariant_checks.fixed_pairs_multiply, ("S3",), Plant(equivariant_checks, "orbit_count", plus_one)),
    (
        equivariant_checks.orbits_are_double_cosets,
        ("S3",),
        Plant(equivariant_checks, "double_cosets", np.zeros_like),
    ),
    (
        equivariant_checks.orbits_are_double_cosets,
        ("S3",),
        Plant(equivariant_checks, "double_cosets", lambda d: np.arange(d.size), 5),
    ),
    (
        equivariant_checks.regular_maps_are_convolutions,
        ("S3",),
        Plant(equivariant_checks, "convolution_matrix", np.zeros_like, 2),
    ),
    # A4: harmonics
    (
        harmonics_checks.translations_move_the_weights,
        ("S3",),
        Plant(harmonics_checks, "translated", lambda x: x[::-1], 2),
    ),
    (harmonics_checks.irreps_are_invariant, ("S3",), Plant(harmonics_checks, "adjoint", corner, 8)),
    (
        harmonics_checks._agree,
        ("C4", "the fourth roots of unity"),
        Plant(harmonics_checks, "invariant_networks", last_wrong),
    ),
    (harmonics_checks._rows_agree, ("C4",), Plant(harmonics_checks, "invariant_networks", all_true)),
    (
        harmonics_checks.real_inputs_do_not_suffice,
        (),
        Plant(harmonics_checks, "translated", lambda x: [2 * v for v in x], 3),
    ),
    (
        harmonics_checks.entries_are_independent,
        ("S3",),
        Plant(harmonics_checks, "row_reduced", becomes((0, [])), 0),
    ),
    (
        harmonics_checks.entries_are_independent,
        ("S3",),
        Plant(harmonics_checks, "row_reduced", becomes((0, range(6)))),
    ),
    (harmonics_checks.right_identity, ("S3",), Plant(harmonics_checks, "trace", plus_one, 4)),
    (harmonics_checks.signals_and_products_return, ("S3",), Plant(harmonics_checks, "recovered", last_wrong)),
    (
        harmonics_checks.signals_and_products_return,
        ("S3",),
        Plant(harmonics_checks, "product_from_weights", lambda k: [*k, 0], 1),
    ),
    # A5: invariant predictors
    (
        invariant_predictor_checks.invariant_is_constant_on_orbits,
        ("S3",),
        Plant(invariant_predictor_checks, "all_predictors", lambda h: h[1:]),
    ),
    (
        invariant_predictor_checks.invariant_is_constant_on_orbits,
        ("S3",),
        Plant(invariant_predictor_checks, "all_predictors", last_row_wrong),
    ),
    (invariant_predictor_checks.errors_split, ("S3",), Plant(invariant_predictor_checks, "errors", last_wrong)),
    (
        invariant_predictor_checks.least_error_is_attained_by_majorities,
        ("S3",),
        Plant(invariant_predictor_checks, "least_error", lambda b: b - 1),
    ),
    (
        invariant_predictor_checks.least_error_is_attained_by_majorities,
        ("S3",),
        Plant(invariant_predictor_checks, "least_error", plus_one),
    ),
    (
        invariant_predictor_checks.squares_are_least,
        ("S3",),
        Plant(invariant_predictor_checks, "least_squares", plus_one),
    ),
    (
        invariant_predictor_checks.zero_without_incorrect_pairs,
        ("S3",),
        Plant(invariant_predictor_checks, "least_error", plus_one),
    ),
    (
        invariant_predictor_checks.zero_without_incorrect_pairs,
        ("S3",),
        Plant(invariant_predictor_checks, "variance_on_orbits", plus_one),
    ),
    (
        invariant_predictor_checks.labels_off_the_support_do_not_matter,
        (),
        Plant(invariant_predictor_checks, "least_error", plus_one, 1),
    ),
    (
        invariant_predictor_checks.labels_off_the_support_do_not_matter,
        (),
        Plant(invariant_predictor_checks, "least_error", plus_one, 2),
    ),
    # A6: duality
    (duality_checks.closures_hold, (2, 2), Plant(duality_checks, "closures", one_claim_wrong, 3)),
    (duality_checks.is_galois, (2, 2), Plant(duality_checks, "row_space", becomes([]), 1)),
    (
        duality_checks.named_dimensions,
        ("the determinant of R^2",),
        Plant(lie_symmetries, "is_lie_algebra", becomes(False)),
    ),
    (
        duality_checks.named_dimensions,
        ("the determinant of R^2", "the determinant of R^3"),
        Plant(lie_symmetries, "symmetries", lambda s: s[1:], 0),
    ),
    (duality_checks.closure_depends_on_the_degree, (), Plant(lie_symmetries, "symmetries", lambda s: s[1:], 1)),
    (duality_checks.group_closures_hold, ("S3",), Plant(duality_checks, "group_closures", one_claim_wrong, 2)),
    # A7: averaging
    (
        averaged_regression_checks.sign_noise_has_the_gap,
        ("S3",),
        Plant(averaged_regression_checks, "fixed_design_gap", plus_one),
    ),
    (
        averaged_regression_checks.average_projects,
        ("S3",),
        Plant(averaged_regression_checks, "projection", double),
    ),
    # A8: distance to the average
    (orbit_average_checks.average_of_embedding, ("S3",), Plant(orbit_average_checks, "quadratic", plus_one, 0)),
    (
        orbit_average_checks.vanishes_with_the_variation,
        ("S3",),
        Plant(orbit_average_checks, "squared_distance", negative),
    ),
    (
        orbit_average_checks.vanishes_with_the_variation,
        ("S3",),
        Plant(orbit_average_checks, "squared_distance", lambda d: 0 * d),
    ),
    (
        orbit_average_checks.linear_kernel_is_blind,
        (),
        Plant(orbit_average_checks, "squared_distance", lambda d: 0 * d),
    ),
    (orbit_average_checks.linear_kernel_is_blind, (), Plant(orbit_average_checks, "squared_distance", plus_one)),
    (
        orbit_average_checks.linear_kernel_is_blind,
        (),
        Plant(orbit_average_checks, "distribution", lambda P: {(1, 0, 0): 0 * P[1, 0, 0]}),
    ),
]


@pytest.mark.parametrize(
    ("check", "arguments", "plant"),
    PLANTS,
    ids=lambda value: getattr(value, "__name__", getattr(value, "name", "")),
)
def test_a_check_fails_if_what_it_uses_is_wrong(check, arguments, plant, monkeypatch) -> None:
    assert check(*arguments) is True
    plant.into(monkeypatch)
    assert check(*arguments) is False


def replaced(module, **names):
    """A change of several names of a module."""

    def into(monkeypatch):
        for name, value in names.items():
            monkeypatch.setattr(module, name, value)

    return into


@pytest.mark.parametrize(
    ("check", "change"),
    [
        (orbit_average_checks.average_projects, replaced(orbit_average_checks, quadratic=not_invariant)),
        (
            orbit_average_checks.vanishes_with_the_variation,
            replaced(
                orbit_average_checks,
                spread_distribution=orbit_average_checks.any_distribution,
                balanced_distribution=orbit_average_checks.any_distribution,
            ),
        ),
        (
            orbit_average_checks.vanishes_with_the_variation,
            replaced(
                orbit_average_checks,
                any_distribution=always_spread,
                balanced_distribution=always_spread,
            ),
        ),
        (
            lambda name: harmonics_checks._agree(name, "the fourth roots of unity"),
            replaced(
                harmonics_checks,
                invariant_networks=lambda group, W: all_true(W),
                unitary_antihomomorphisms=lambda group, W: all_true(W),
            ),
        ),
        (
            lambda name: harmonics_checks.real_inputs_do_not_suffice(),
            replaced(harmonics_checks, translated=lambda group, x, h: x),
        ),
    ],
)
def test_a_check_fails_in_another_setting(check, change, monkeypatch) -> None:
    """Kernels that are not invariant, distributions or networks all alike, translations that do nothing."""
    assert check("S3") is True
    change(monkeypatch)
    assert check("S3") is False


@pytest.mark.parametrize(
    "witnessed", [harmonics_checks.witnessed, equivariant_checks.witnessed, irrep_checks.witnessed]
)
def test_an_instance_holds_only_if_all_checks_do(witnessed) -> None:
    one, other = (lambda name: True), (lambda name: name != "Q8")
    assert [holds() for _, holds in witnessed(one, other)] == [name != "Q8" for name, _ in witnessed(one)]


@pytest.mark.parametrize("rows", [[[1, 1], [0, 0]], [[2, 0], [0, 2]], [[1, 0], [0, 1]], [[0, 0], [0, 0]]])
def test_a_projection_is_symmetric_idempotent_and_of_its_rank(rows) -> None:
    """Neither idempotent and not symmetric, nor symmetric and not idempotent, nor of another rank."""
    from flint import fmpq_mat

    assert averaged_regression_checks.projects(fmpq_mat([[1, 0], [0, 0]]), 1)
    assert not averaged_regression_checks.projects(fmpq_mat(rows), 1)
