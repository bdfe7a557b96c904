"""Theorem A6 as a property: two steps of the duality close any set, of matrices or of polynomials."""

from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels.theory import lie_symmetries as lie
from orbitkernels.theory.null_spaces import row_space


@st.composite
def problems(draw):
    """Dimension, degree, some matrices and some polynomials."""
    m, degree = draw(st.sampled_from([(2, 2), (2, 3), (3, 2)]))
    basis = lie.monomials(m, degree)
    matrix = st.lists(st.sampled_from([0, 0, 0, 1, -1, 2]), min_size=m * m, max_size=m * m)
    factors = st.lists(st.sampled_from([0, 0, 0, 1, -2]), min_size=len(basis), max_size=len(basis))
    S = draw(st.lists(matrix, min_size=1, max_size=2))
    M = draw(st.lists(factors, min_size=1, max_size=2))
    return m, basis, S, M


def sym(rows, m, basis):
    return lie.symmetries([lie.polynomial(row, basis) for row in rows], m)


@settings(max_examples=60)
@given(problems())
def test_A6_two_steps_close_a_set(problem):
    m, basis, S, M = problem
    inv = lie.invariants(S, m, basis)
    assert lie.invariants(sym(inv, m, basis), m, basis) == inv
    symmetries = sym(M, m, basis)
    assert sym(lie.invariants(symmetries, m, basis), m, basis) == symmetries
    assert lie.is_lie_algebra(symmetries, m)


@settings(max_examples=60)
@given(problems())
def test_A6_it_is_a_galois_connection(problem):
    m, basis, S, M = problem
    symmetries, inv = sym(M, m, basis), lie.invariants(S, m, basis)
    kept = row_space([*symmetries, *S], m * m) == symmetries
    assert kept == (row_space([*inv, *M], len(basis)) == inv)
    assert kept == (not any(lie.derivative(lie.polynomial(F, basis), xi, m) for F in M for xi in S))


@settings(max_examples=40)
@given(st.integers(1, 4), st.data())
def test_A6_a_quadratic_form_of_full_rank_has_the_dimension_of_so_m(m, data):
    signs = data.draw(st.lists(st.sampled_from([-2, -1, 1, 3]), min_size=m, max_size=m))
    F = lie.form([(s, (i, i)) for i, s in enumerate(signs)], m)
    assert len(lie.symmetries([F], m)) == m * (m - 1) // 2
