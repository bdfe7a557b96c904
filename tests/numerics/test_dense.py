"""The dense route: identities of leave-one-out against dropping the points, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from orbitkernels.errors import SingularGramError
from orbitkernels.numerics import dense


@st.composite
def problems(draw):
    """A positive definite matrix B B^T + I, labels and a set of missing points."""
    size = draw(st.integers(2, 8))
    factor = draw(arrays(np.float64, (size, size), elements=st.floats(-2, 2, width=16)))
    labels = draw(arrays(np.float64, (size, 2), elements=st.floats(-3, 3, width=16)))
    missing = draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=size, unique=True))
    return factor @ factor.T + np.eye(size), labels, missing


def close(found, expected, gram):
    level = 50 * np.finfo(float).eps * len(gram) * dense.condition_number(gram)
    assert np.abs(found - expected).max() <= level * max(1.0, np.abs(expected).max())


@given(problems())
def test_leave_out_is_what_dropping_the_points_gives(problem):
    gram, labels, missing = problem
    close(dense.leave_out(gram, labels, missing), dense.refit(gram, labels, missing), gram)


@given(problems())
def test_leave_one_out_is_dropping_one_point_at_a_time(problem):
    gram, labels, _ = problem
    one_by_one = np.concatenate([dense.refit(gram, labels, [i]) for i in range(len(gram))])
    close(dense.leave_one_out(gram, labels), one_by_one, gram)


@given(problems())
def test_error_is_dual_coefficient_times_posterior_variance(problem):
    gram, labels, missing = problem
    variances = dense.posterior_variances(gram)
    close(dense.leave_one_out(gram, labels), np.linalg.solve(gram, labels) * variances[:, None], gram)
    close(variances[missing[0]], dense.refit_variance(gram, missing[:1])[0, 0], gram)


def test_refit_with_every_point_missing_predicts_zero():
    assert dense.refit([[2.0, 1.0], [1.0, 2.0]], [3.0, 4.0], [0, 1]).ravel().tolist() == [3.0, 4.0]


def test_leave_one_out_by_hand():
    # p_0 = (1/2) y_1 and p_1 = (1/2) y_0
    errors = dense.leave_one_out([[2.0, 1.0], [1.0, 2.0]], [[1.0], [-1.0]])
    np.testing.assert_allclose(errors, [[1.5], [-1.5]], rtol=1e-15)


def test_gram_of_a_symbol_on_C3_with_stabiliser_and_ridge():
    division = (np.arange(3)[None, :] - np.arange(3)[:, None]) % 3
    phi = np.zeros((2, 2, 3))
    phi[0, 0], phi[1, 1], phi[0, 1], phi[1, 0] = [5, 1, 1], 7, 2, 2  # the second seed is fixed by C3
    gram = dense.gram_from_symbol(phi, division, [[0, 1, 2], [0]], ridge=0.5)
    expected = [[5.5, 1, 1, 2], [1, 5.5, 1, 2], [1, 1, 5.5, 2], [2, 2, 2, 7.5]]
    assert gram.tolist() == expected


def test_gram_of_a_symbol_uses_left_division():
    phi = [[[3.0, 1.0, 2.0]]]  # not symmetric on purpose: K[g, h] = phi(g^-1 h)
    division = (np.arange(3)[None, :] - np.arange(3)[:, None]) % 3
    assert dense.gram_from_symbol(phi, division)[0].tolist() == [3.0, 1.0, 2.0]


def test_singular_gram_is_refused_in_one_line():
    with pytest.raises(SingularGramError, match="ridge") as caught:
        dense.leave_one_out(np.ones((3, 3)), np.ones(3))
    assert "\n" not in str(caught.value)


def test_condition_number_of_a_diagonal_matrix_and_of_an_indefinite_one():
    assert dense.condition_number(np.diag([1.0, 4.0])) == 4.0
    assert dense.condition_number(np.diag([1.0, -4.0])) == np.inf
