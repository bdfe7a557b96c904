"""Theorem T7 as a property: cosets, right cosets and any missing sets, on whatever instance comes up, exactly."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels import strategies as ok
from orbitkernels.proofs.t7_missing_coset import located
from orbitkernels.theory.rational_gram import exact_gram, exact_leave_out, fraction_matrix, rational_matrix
from orbitkernels.theory.spectra import exact_coset_error, exact_inverse_symbol

INSTANCES = ok.instances(ok.groups(max_order=12), st.integers(1, 3))


def problem(instance):
    arguments = (instance.group, instance.phi, instance.stabilisers, instance.ridge)
    return exact_gram(*arguments), arguments


@settings(max_examples=25)
@given(INSTANCES, st.data())
def test_all_poses_of_a_left_coset_share_the_error_of_the_formula(instance, data):
    K, _ = problem(instance)
    group, targets = instance.group, instance.targets.tolist()
    H = data.draw(ok.subgroups(group))
    g = data.draw(st.integers(0, group.order - 1))
    c = data.draw(st.integers(0, len(targets) - 1))
    errors = exact_coset_error(group, instance.phi, targets, H.elements, instance.stabilisers, instance.ridge)
    points = instance.points(c, group.multiply(g, H.elements))
    assert set(exact_leave_out(K, instance.labels, points)) == {errors[c]}


@settings(max_examples=25)
@given(INSTANCES, st.data())
def test_a_right_coset_has_the_error_of_the_conjugate_subgroup(instance, data):
    K, _ = problem(instance)
    group, targets = instance.group, instance.targets.tolist()
    H = data.draw(ok.subgroups(group))
    g = data.draw(st.integers(0, group.order - 1))
    conjugate = group.multiply(group.inverse(g), group.multiply(H.elements, g))
    errors = exact_coset_error(group, instance.phi, targets, conjugate, instance.stabilisers, instance.ridge)
    points = instance.points(0, group.multiply(H.elements, g))
    assert set(exact_leave_out(K, instance.labels, points)) == {errors[0]}


@settings(max_examples=25)
@given(INSTANCES, st.data())
def test_a_wholly_missing_orbit_is_left_out_of_the_matrix_of_orbit_means(instance, data):
    """With stabilisers: the point c of the matrix of the means of K over pairs of orbits, ridge r/N_c."""
    K, _ = problem(instance)
    c = data.draw(st.integers(0, len(instance.targets) - 1))
    starts = np.concatenate([[0], np.cumsum(instance.sizes)]).tolist()
    rows = fraction_matrix(K)
    means = [
        [
            sum(rows[i][j] for i in range(*starts[a : a + 2]) for j in range(*starts[b : b + 2]))
            / Fraction(int(instance.sizes[a] * instance.sizes[b]))
            for b in range(len(instance.sizes))
        ]
        for a in range(len(instance.sizes))
    ]
    expected = exact_leave_out(rational_matrix(means), instance.targets.tolist(), [c])[0]
    found = exact_leave_out(K, instance.labels, list(range(*starts[c : c + 2])))
    assert set(found) == {expected}


@settings(max_examples=25)
@given(INSTANCES, st.data())
def test_any_missing_set_solves_the_system_of_the_inverse_symbol(instance, data):
    K, arguments = problem(instance)
    points = st.lists(st.integers(0, K.nrows() - 1), min_size=1, max_size=5, unique=True)
    missing = np.array(data.draw(points))
    psi = exact_inverse_symbol(*arguments)
    dual = fraction_matrix(K.inv() * rational_matrix(instance.labels))
    orbits, elements = located(instance, missing)
    errors = exact_leave_out(K, instance.labels, missing.tolist())
    for a, g, i in zip(orbits.tolist(), elements.tolist(), missing.tolist(), strict=True):
        quotients = instance.group.multiply(instance.group.inverse(g), elements).tolist()
        row = [psi[a][b][q] for b, q in zip(orbits.tolist(), quotients, strict=True)]
        for m, value in enumerate(dual[i]):
            assert sum(entry * error[m] for entry, error in zip(row, errors, strict=True)) == value
