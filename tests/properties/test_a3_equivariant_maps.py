"""Theorem A3 as a property: ranks, orbits and fixed points count one thing."""

from fractions import Fraction

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from orbitkernels import strategies as ok
from orbitkernels.theory.permutation_actions import PermutationAction


@st.composite
def two_sets(draw):
    """Two unions of coset spaces of one group, with few pairs of points."""
    group = draw(ok.groups(24))
    chosen = []
    for _ in range(2):
        subgroups = draw(st.lists(ok.subgroups(group), min_size=1, max_size=2))
        parts = [PermutationAction.on_cosets(H).permutations for H in subgroups]
        offsets = np.cumsum([0, *(part.shape[1] for part in parts[:-1])])
        images = np.concatenate([part + offset for part, offset in zip(parts, offsets, strict=True)], axis=1)
        chosen.append(PermutationAction.from_permutations(group, images))
    assume(chosen[0].degree * chosen[1].degree <= 150)
    return chosen


def orbits_by_hand(Y, X):
    """Orbits on pairs, by applying every element to every pair."""
    return {
        min((int(p[y]), int(q[x])) for p, q in zip(Y.permutations, X.permutations, strict=True))
        for y in range(Y.degree)
        for x in range(X.degree)
    }


@given(two_sets())
def test_A3_equivariant_maps_are_counted_by_orbits_and_fixed_points(sets):
    from flint import fmpq_mat

    Y, X = sets
    rows = []
    for p, q in zip(Y.permutations, X.permutations, strict=True):
        for y in range(Y.degree):
            for x in range(X.degree):
                row = [0] * (Y.degree * X.degree)
                row[p[y] * X.degree + q[x]] += 1
                row[y * X.degree + x] -= 1
                if any(row):
                    rows.append(tuple(row))
    rows = sorted(set(rows))
    rank = fmpq_mat([list(row) for row in rows]).rank() if rows else 0
    dimension = Y.degree * X.degree - rank
    assert dimension == len(orbits_by_hand(Y, X))
    assert dimension == Fraction(int((Y.fixed_points * X.fixed_points).sum()), X.group.order)


@given(ok.groups(16), st.data())
def test_A3_maps_between_cosets_are_convolutions_with_functions_of_double_cosets(group, data):
    H, K = data.draw(ok.subgroups(group)), data.draw(ok.subgroups(group))
    numbers = {}
    for g in range(group.order):
        coset = frozenset(
            int(group.multiply(group.multiply(h, g), k)) for h in H.elements.tolist() for k in K.elements.tolist()
        )
        numbers.setdefault(coset, len(numbers))
    w = {g: number for coset, number in numbers.items() for g in coset}
    X, Y = PermutationAction.on_cosets(H), PermutationAction.on_cosets(K)
    L = np.array(
        [
            [w[int(group.multiply(group.inverse(b), a))] for b in H.left_representatives]
            for a in K.left_representatives
        ]
    )
    for p, q in zip(Y.permutations, X.permutations, strict=True):
        assert np.array_equal(L[np.ix_(p, q)], L)
    assert len(numbers) == len(orbits_by_hand(Y, X))
