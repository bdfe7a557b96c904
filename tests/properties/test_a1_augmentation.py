"""Theorem A1 as a property: all poses with ridge r, and the averaged kernel with r/n, predict the same."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from orbitkernels import strategies as ok
from orbitkernels.theory.rational_gram import fraction_matrix, rational_matrix


@st.composite
def problems(draw):
    """An action, training points with repetitions, queries, labels and a positive ridge."""
    group = draw(ok.groups(12))
    action = draw(ok.permutation_actions(group))
    rows = st.lists(st.integers(-2, 2), min_size=action.degree, max_size=action.degree)
    X = draw(st.lists(rows, min_size=1, max_size=3))
    X.append(X[draw(st.integers(0, len(X) - 1))])  # a point that occurs twice
    queries = draw(st.lists(rows, min_size=1, max_size=2))
    labels = draw(st.lists(st.integers(-3, 3), min_size=len(X), max_size=len(X)))
    ridge = draw(st.fractions(Fraction(1, 9), 9, max_denominator=9))
    return action, np.array(X), np.array(queries), labels, ridge


def kernel(x, z):
    """An invariant kernel: the dot product and the sums of the coordinates do not change."""
    return (1 + int(x @ z)) ** 3 + int(x.sum()) * int(z.sum())


def predict(points, others, k, labels, ridge):
    """sum_i k(x, x_i) ((K + r)^-1 y)_i at the points x, by solving over the rationals."""
    K = rational_matrix(
        [[k(x, z) + (ridge if i == j else 0) for j, z in enumerate(others)] for i, x in enumerate(others)]
    )
    dual = K.solve(rational_matrix([[y] for y in labels]))
    return fraction_matrix(rational_matrix([[k(x, z) for z in others] for x in points]) * dual)


@given(problems())
def test_A1_augmentation_is_the_averaged_kernel(problem):
    action, X, queries, labels, ridge = problem
    order = action.group.order
    poses = [pose for x in X for pose in action.apply(x)]
    pose_labels = [y for y in labels for _ in range(order)]

    def averaged(x, z):
        return Fraction(sum(kernel(x, pose) for pose in action.apply(z)), order)

    expected = predict(queries, poses, kernel, pose_labels, ridge)
    assert predict(queries, list(X), averaged, labels, ridge / order) == expected
    for h in range(order):
        assert predict(action.apply(queries)[h], poses, kernel, pose_labels, ridge) == expected


@given(problems())
def test_A1_another_ridge_predicts_otherwise_unless_nothing_is_learned(problem):
    action, X, _, labels, ridge = problem
    order = action.group.order
    poses = [pose for x in X for pose in action.apply(x)]
    one = predict(list(X), poses, kernel, [y for y in labels for _ in range(order)], ridge)

    def averaged(x, z):
        return Fraction(sum(kernel(x, pose) for pose in action.apply(z)), order)

    other = predict(list(X), list(X), averaged, labels, ridge)
    assert (one == other) == (order == 1 or not any(value for row in one for value in row))
