"""Theorems C1 to C6 as properties of random groups: characters against counts of elements, orbits and maps."""

from fractions import Fraction
from itertools import product

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from orbitkernels import strategies as ok
from orbitkernels.theory.class_functions import ClassFunction
from orbitkernels.theory.cyclotomics import ZERO
from orbitkernels.theory.permutation_representations import PermutationRepresentation, cycle_counts


@given(ok.groups(24), st.data())
def test_C1_inner_products_of_permutation_characters_count_orbits_on_pairs(group, data):
    X, Y = data.draw(ok.permutation_actions(group)), data.draw(ok.permutation_actions(group))
    assume(X.degree * Y.degree <= 200)
    pi, psi = (ClassFunction(group, action.character.tolist()) for action in (X, Y))
    orbits = {
        min((int(p[x]), int(q[y])) for p, q in zip(X.permutations, Y.permutations, strict=True))
        for x in range(X.degree)
        for y in range(Y.degree)
    }
    assert pi.inner(psi) == len(orbits)
    table = group.character_table()
    both = [pi.inner(table.character(i)) * psi.inner(table.character(i)) for i in range(len(table))]
    assert sum(both, ZERO) == len(orbits)


@given(ok.groups(30), st.data())
def test_C2_columns_count_conjugating_elements(group, data):
    g, h = (data.draw(st.integers(0, group.order - 1)) for _ in range(2))
    labels = group.conjugacy_classes.labels
    values = group.character_table().values
    total = sum((row[labels[g]] * row[labels[h]].conjugate() for row in values), ZERO)
    assert total == sum(int(group.multiply(x, g)) == int(group.multiply(h, x)) for x in range(group.order))


@given(ok.groups(24), st.integers(1, 3), st.data())
def test_C3_orbits_are_means_of_fixed_points(group, q, data):
    action = data.draw(ok.permutation_actions(group))
    found = PermutationRepresentation(action)
    assert found.orbit_count == len(
        {min(p[x] for p in action.permutations.tolist()) for x in range(action.degree)}
    )
    assume(q**action.degree * group.order <= 20_000)
    images = np.argsort(action.permutations, axis=1).tolist()
    colourings = {min(tuple(c[i] for i in p) for p in images) for c in product(range(q), repeat=action.degree)}
    assert Fraction(sum(q**z for z in cycle_counts(action).tolist()), group.order) == len(colourings)


@given(ok.groups(40))
def test_C4_indicators_count_square_roots(group):
    table, labels = group.character_table(), group.conjugacy_classes.labels
    roots = [0] * group.order
    for x in range(group.order):
        roots[int(group.multiply(x, x))] += 1
    for g in range(group.order):
        total = sum(
            (row[labels[g]] * int(nu) for nu, row in zip(table.indicators, table.values, strict=True)), ZERO
        )
        assert total == roots[g]


@given(ok.groups(24), st.data())
def test_C5_products_of_classes(group, data):
    table, labels = group.character_table(), group.conjugacy_classes.labels.tolist()
    r, s = (data.draw(st.integers(0, len(table) - 1)) for _ in range(2))
    z = data.draw(st.integers(0, group.order - 1))
    pairs = [(x, y) for x in range(group.order) for y in range(group.order) if (labels[x], labels[y]) == (r, s)]
    count = sum(int(group.multiply(x, y)) == z for x, y in pairs)
    total = ZERO
    for d, row in zip(table.degrees.tolist(), table.values, strict=True):
        total = total + row[r] * row[s] * row[labels[z]].conjugate() * Fraction(len(pairs), group.order * d)
    assert total == count


@given(ok.groups(24), st.data())
def test_C6_irreps_with_the_kernel_of_V_occur_below_the_number_of_values(group, data):
    table = group.character_table()
    V = data.draw(st.integers(0, len(table) - 1))
    chi = table.character(V)
    kernels = [{j for j, x in enumerate(row) if x == row[0]} for row in table.values]
    power, seen = ClassFunction.trivial(group), set()
    for _ in range(len(set(chi.values))):
        seen |= {i for i, m in enumerate(power.decompose()) if m}
        power = power * chi
    assert seen == {i for i, kernel in enumerate(kernels) if kernels[V] <= kernel}
    polynomial = ClassFunction.trivial(group)
    for c in set(chi.values) - {chi.degree}:
        polynomial = polynomial * (chi - c)
    assert {j for j, x in enumerate(polynomial.values) if x} == kernels[V]
