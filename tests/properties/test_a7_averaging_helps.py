"""Theorem A7 as a property: fixed designs with noises of signs, and the formula of Gaussian ones."""

from fractions import Fraction
from itertools import product

import numpy as np
from flint import fmpq_mat
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from orbitkernels import strategies as ok
from orbitkernels.theory.averaged_regression import inverse_wishart_diagonal
from orbitkernels.theory.rational_gram import fraction_matrix, rational_matrix


@st.composite
def problems(draw):
    """An action on at most five coordinates, a design of full rank, an invariant target."""
    group = draw(ok.groups(12))
    action = draw(ok.permutation_actions(group))
    d = action.degree
    assume(d <= 5)
    n = d + draw(st.integers(0, 2))
    entries = draw(st.lists(st.integers(-3, 3), min_size=n * d, max_size=n * d))
    X = fmpq_mat(n, d, entries)
    assume(X.rank() == d)
    values = draw(st.lists(st.integers(-3, 3), min_size=d, max_size=d))
    return action, X, [values[label] for label in action.orbit_labels.tolist()]


@settings(max_examples=40)
@given(problems())
def test_A7_the_mean_gap_of_a_fixed_design_is_a_trace(problem):
    action, X, theta = problem
    n, d, order = X.nrows(), X.ncols(), action.group.order
    inverse = (X.transpose() * X).inv()
    fit = np.array(fraction_matrix(inverse * X.transpose()))
    target = np.array(fraction_matrix(X * rational_matrix([[v] for v in theta])))[:, 0]
    gaps = []
    for signs in product((-1, 1), repeat=n):
        w = fit @ (target + np.array(signs))
        averaged = sum(w[row] for row in action.permutations) * Fraction(1, order)
        gaps.append(sum((w - theta) ** 2) - sum((averaged - theta) ** 2))
    assert min(gaps) >= 0
    P = sum(np.eye(d, dtype=np.int64)[row] for row in action.permutations) * Fraction(1, order)
    C = np.array(fraction_matrix(inverse))
    assert sum(gaps) / 2**n == np.trace(C) - np.trace(P @ C)


@settings(max_examples=60)
@given(st.integers(1, 9), st.integers(2, 12))
def test_A7_every_diagonal_entry_of_a_mean_inverse_wishart_matrix_is_the_formula(d, extra):
    n = d + extra
    assert inverse_wishart_diagonal(n, d, lambda nu: Fraction(1, nu - 2)) == [Fraction(1, n - d - 1)] * d
