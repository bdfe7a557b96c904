"""Theorem A8 as a property: features of any kind, averaged over any small group."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels import strategies as ok


@st.composite
def problems(draw):
    """An action on the points 0, ..., degree - 1, features of them that make k invariant, and weights."""
    group = draw(ok.groups(10))
    action = draw(ok.permutation_actions(group))
    degree = action.degree
    rows = st.lists(st.integers(-2, 2), min_size=degree, max_size=degree)
    root = np.array(draw(st.lists(rows, min_size=1, max_size=2)))
    features = action.apply(root)  # [n, rows, degree]: the columns are features, k(gi, gj) = k(i, j)
    K = np.einsum("gri,grj->ij", features, features)
    weights = draw(st.lists(st.integers(0, 5), min_size=degree, max_size=degree).filter(any))
    p = np.array([Fraction(w, sum(weights)) for w in weights])
    return action, K, features.reshape(-1, degree), p


def averaged(action, p):
    return sum(p[row] for row in action.permutations) * Fraction(1, action.group.order)


@settings(max_examples=50)
@given(problems())
def test_A8_the_squared_distance_is_the_difference_of_means(problem):
    action, K, features, p = problem
    every = action.permutations
    assert all((K[np.ix_(g, g)] == K).all() for g in every)
    kbar = sum(K[:, g] for g in every) * Fraction(1, action.group.order)
    difference = features @ (p - averaged(action, p))
    squared_distance = difference @ difference
    assert squared_distance == p @ K @ p - p @ kbar @ p
    embedding = K @ p
    assert (squared_distance == 0) == all((embedding[g] == embedding).all() for g in every)
    assert 0 <= p @ kbar @ p <= p @ K @ p


@settings(max_examples=30)
@given(problems(), st.integers(1, 3))
def test_A8_a_kernel_that_is_not_invariant_breaks_it_at_some_point(problem, extra):
    """One feature (1, 0, ..., 0) and P at the first point: E k - E kbar is no MMD^2 unless the point is fixed."""
    action, _, _, _ = problem
    moved = [row for row in action.permutations if row[0] != 0]
    share = Fraction(len(action.permutations) - len(moved), len(action.permutations))
    claimed = extra**2 * (1 - share)
    squared_distance = extra**2 * (1 - share) ** 2
    p = np.array([Fraction(int(i == 0)) for i in range(action.degree)])
    feature = extra * p
    K = np.outer(feature, feature)
    kbar = sum(K[:, g] for g in action.permutations) * Fraction(1, action.group.order)
    assert p @ K @ p - p @ kbar @ p == claimed
    assert (feature @ (p - averaged(action, p))) ** 2 == squared_distance
    assert (claimed == squared_distance) == (not moved)
