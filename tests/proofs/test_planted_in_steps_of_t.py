"""The checks behind the derivations of T2 to T12 hold, and fail if one thing that they use is wrong."""

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from planting import Plant, becomes, double, negative, plus_one

from orbitkernels.proofs import (
    approximate_checks,
    collapse_checks,
    coset_checks,
    exchange_checks,
    irrep_checks,
    stabiliser_checks,
    two_class_checks,
)
from orbitkernels.theory.cyclotomics import ONE


def first_longer(errors):
    """One of several errors is wrong."""
    return [errors[0] + 1, *errors[1:]] if len(errors) > 1 else errors


def one_label(found):
    return replace(found, labels=np.ones_like(found.labels))


def corner(matrix):
    return tuple(
        tuple(entry + ONE if (i, j) == (0, 0) else entry for j, entry in enumerate(row))
        for i, row in enumerate(matrix)
    )


def block_with_wrong_corner(which):
    return lambda blocks: [
        replace(block, matrix=corner(block.matrix)) if i == which else block for i, block in enumerate(blocks)
    ]


def across_labels(K):
    """K + v v^T with v = e_1 - e_2, orthogonal to the labels: K y stays, the diagonal of K^-1 does not."""
    v = type(K)(K.nrows(), 1, [1, -1, *[0] * (K.nrows() - 2)])
    return K + v * v.transpose()


def wrong_corner(K):
    unit = type(K)(K.nrows(), K.ncols(), [1, *[0] * (K.nrows() * K.ncols() - 1)])
    return K + unit


def wrong_pair(pairs):
    return [*pairs, replace(pairs[0], p_i=pairs[0].p_i + 1)]


def half_averaged(nearly):
    """Kc + E/2 in the place of Kc: the rest averages to zero, but Kc is not invariant."""
    instance, K, circulant, y = nearly
    values = np.array([[Fraction(int(v.p), int(v.q)) for v in row] for row in K.tolist()], dtype=object)
    return instance, K, (circulant + values) / 2, y


def without_perturbation(nearly):
    instance, K, circulant, y = nearly
    return instance, type(K)(circulant.shape[0], circulant.shape[0], circulant_entries(circulant)), circulant, y


def circulant_entries(circulant):
    from flint import fmpq

    return [fmpq(v.numerator, v.denominator) for v in circulant.ravel()]


def no_first_order(terms):
    return [0 * v for v in terms[0]], terms[1]


def more_first_order(terms):
    return [v + 1 for v in terms[0]], terms[1]


PLANTS = [
    # T2 and T3: irreps
    ("is_homomorphism", Plant(irrep_checks, "product", corner, 1)),
    ("averages_intertwine", Plant(irrep_checks, "product", corner, 0)),
    ("schur_orthogonality", Plant(irrep_checks, "weighted_sum", plus_one, 5)),
    ("degrees_fill_the_group", Plant(irrep_checks, "irreps", becomes([SimpleNamespace(degree=1)] * 6))),
    ("sums_over_the_group_vanish", Plant(irrep_checks, "combination", corner, 1)),
    ("sums_over_the_group_vanish", Plant(irrep_checks, "combination", corner, 2)),
    ("modes_are_mapped", Plant(irrep_checks, "sub_block", corner, 0)),
    ("spectra_agree", Plant(irrep_checks, "characteristic_polynomial", lambda p: [*p[:-1], p[-1] + 1], 1)),
    ("class_sums_commute", Plant(irrep_checks, "product", corner, 12)),
    ("class_sums_are_scalars", Plant(irrep_checks, "scaled", corner, 4)),
    # T4 and T6: stabilisers
    ("averages_project", Plant(stabiliser_checks, "trace", plus_one)),
    ("averages_project", Plant(stabiliser_checks, "product", corner, 0)),
    ("averages_project", Plant(stabiliser_checks, "product", corner, 1)),
    ("blocks_live_on_fixed_vectors", Plant(stabiliser_checks, "sub_block", corner, 12)),
    ("fixed_vectors_fill_the_orbit", Plant(stabiliser_checks, "weighted_sum", plus_one, 1)),
    ("diagonal_of_inverse", Plant(stabiliser_checks, "as_fraction", plus_one, 3)),
    ("errors_by_refitting", Plant(stabiliser_checks, "refit_error", plus_one, 1)),
    ("errors_by_refitting", Plant(stabiliser_checks, "refit_error", plus_one, 2)),
    ("inverse_on_orbits", Plant(stabiliser_checks, "inverse_traces", lambda t: [v + 1 for v in t])),
    ("inverse_on_orbits", Plant(stabiliser_checks, "orbit_sums_solved", lambda t: [v + 1 for v in t])),
    ("inverse_on_orbits", Plant(stabiliser_checks, "as_fraction", plus_one, 9)),
    ("orbits_have_different_errors", Plant(stabiliser_checks, "errors_by_formula", lambda e: [-v for v in e])),
    # T7: cosets
    ("any_set_solves", Plant(coset_checks, "_refitted", first_longer, 1)),
    ("rows_have_one_sum", Plant(coset_checks, "as_fraction", plus_one, 6 + 1)),
    ("constant_errors_solve", Plant(coset_checks, "_refitted", first_longer)),
    ("free_formula_by_refitting", Plant(coset_checks, "_refitted", first_longer)),
    ("entries_of_the_inverse", Plant(coset_checks, "as_fraction", plus_one, 2)),
    ("stabiliser_formula_by_refitting", Plant(coset_checks, "_refitted", lambda e: [v + 1 for v in e])),
    ("whole_orbit_is_leave_one_out", Plant(coset_checks, "_refitted", first_longer, 0)),
    ("conjugate_subgroups_differ", Plant(coset_checks, "_refitted", lambda e: [0 * v for v in e])),
    # T8: two classes
    ("embeddings_have_the_distance", Plant(two_class_checks, "Fraction", plus_one)),
    (
        "two labels_are_an_eigenvector",
        Plant(two_class_checks, "sample", lambda s: replace(s, labels=np.roll(s.labels, 1)), 1),
    ),
    ("translations_exchange", Plant(two_class_checks, "sample", one_label)),
    ("diagonal_is_constant", Plant(two_class_checks, "as_fraction", plus_one, 4)),
    ("errors_are_the_ratio", Plant(two_class_checks, "refit_error", negative, 1)),
    ("errors_are_the_ratio", Plant(two_class_checks, "refit_error", negative, 5)),
    ("diagonal_by_partial_fractions", Plant(two_class_checks, "rational_matrix", double, 1)),
    ("orbits_have_different_noise", Plant(two_class_checks, "refit_error", plus_one, 1)),
    # T9: averages
    ("blocks_vanish", Plant(collapse_checks, "exact_blocks", block_with_wrong_corner(0))),
    ("blocks_vanish", Plant(collapse_checks, "exact_blocks", block_with_wrong_corner(1))),
    ("blocks_vanish", Plant(collapse_checks, "exact_blocks", block_with_wrong_corner(2))),
    ("error_of_the_average", Plant(collapse_checks, "refit_error", plus_one, 1)),
    (
        "merging_keeps_predictions",
        Plant(collapse_checks, "exact_leave_out", lambda e: [[v + 1 for v in row] for row in e], 1),
    ),
    ("recovered_in_the_limit", Plant(collapse_checks, "recovered_poses", becomes(np.array([5])))),
    ("average_is_invariant", Plant(collapse_checks, "averaged_symbol", double)),
    ("missing_coset_is_a_quotient_problem", Plant(collapse_checks, "averaged_symbol", double)),
    ("average_is_not_invariant", Plant(collapse_checks, "refit_error", plus_one, 1)),
    # T10: nearly circulant
    ("perturbation_averages_to_zero", Plant(approximate_checks, "_nearly", half_averaged)),
    ("perturbation_averages_to_zero", Plant(approximate_checks, "_nearly", without_perturbation)),
    ("first_order_cancels", Plant(approximate_checks, "expansion", no_first_order)),
    ("first_order_cancels", Plant(approximate_checks, "expansion", more_first_order, 1)),
    ("mean_difference_is_the_mean_remainder", Plant(approximate_checks, "refit_error", plus_one, 3)),
    ("sizes_agree", Plant(approximate_checks, "sizes_of_labels", lambda k: [v + 1 for v in k], 2)),
    ("blocks_of_the_square", Plant(approximate_checks, "part", wrong_corner, 0)),
    ("bounds_hold", Plant(approximate_checks, "relative_size", becomes(Fraction(2)))),
    ("bounds_hold", Plant(approximate_checks, "refit_error", plus_one, 2)),
    # T12: two orbits
    ("both labels_are_an_eigenvector", Plant(exchange_checks, "fmpq", plus_one)),
    ("both labels_are_an_eigenvector", Plant(exchange_checks, "exact_gram", across_labels)),
    ("both errors_by_refitting", Plant(exchange_checks, "refit_error", plus_one, 0)),
    ("both errors_by_refitting", Plant(exchange_checks, "refit_error", plus_one, 3)),
    ("ratio_is_the_harmonic_mean", Plant(exchange_checks, "as_fraction", plus_one, 1)),
    ("commuting_symbols_agree", Plant(exchange_checks, "_diagonals", lambda d: (d[0], d[1] + 1), 2)),
    ("commuting_symbols_agree", Plant(exchange_checks, "convolved", plus_one, 1)),
    ("exchange_keeps_the_matrix", Plant(exchange_checks, "exact_gram", wrong_corner, 0)),
    ("exchange_keeps_the_matrix", Plant(exchange_checks, "_diagonals", lambda d: (d[0], d[1] + 1), 2)),
    ("commutes_with_translations", Plant(exchange_checks, "circulant", double, 2)),
    ("projections_are_circulant", Plant(exchange_checks, "separating_pairs", becomes([]))),
    ("projections_are_circulant", Plant(exchange_checks, "separating_pairs", wrong_pair)),
    ("projections_separate", Plant(exchange_checks, "separating_pairs", becomes([]))),
    ("projections_separate", Plant(exchange_checks, "closed_form", plus_one)),
    (
        "one_ratio_fails",
        Plant(exchange_checks, "counterexample", lambda c: replace(c, whole_spectrum=1 + c.whole_spectrum)),
    ),
    ("neither_condition_is_needed", Plant(exchange_checks, "_has_exchange", becomes(True))),
    ("neither_condition_is_needed", Plant(exchange_checks, "_diagonals", lambda d: (d[0], d[1] + 1))),
]

#: The module of a check is that into which the mistake is planted; the group is S3.
WITHOUT_GROUP = {
    "orbits_have_different_errors", "conjugate_subgroups_differ", "orbits_have_different_noise",
    "average_is_not_invariant", "one_ratio_fails", "neither_condition_is_needed",
}  # fmt: skip


@pytest.mark.parametrize(("name", "plant"), PLANTS, ids=lambda value: getattr(value, "name", value))
def test_a_check_fails_if_what_it_uses_is_wrong(name, plant, monkeypatch) -> None:
    name = name.split()[-1]
    arguments = () if name in WITHOUT_GROUP else ("S3",)
    check = getattr(plant.owner, name)
    assert check(*arguments) is True
    plant.into(monkeypatch)
    assert check(*arguments) is False
