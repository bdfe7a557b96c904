"""Theorem A2 as a property: traces, series and equations count the same; the share nears its limit."""

from fractions import Fraction
from math import comb

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from orbitkernels import strategies as ok
from orbitkernels.proofs.invariant_checks import scalars
from orbitkernels.theory.balls import ball, working_precision
from orbitkernels.theory.invariant_bounds import bound_ball, trace_bound
from orbitkernels.theory.invariant_polynomials import (
    SignedPermutations,
    count_by_equations,
    harmonic_dimension,
    molien_counts,
)


@st.composite
def representations(draw, most=6):
    """Permutations of the cosets of a subgroup, with the signs of a homomorphism to {1, -1} or without."""
    group = draw(ok.groups(24))
    action = draw(ok.permutation_actions(group))
    assume(action.degree <= most)
    rows = [row for row in group.character_table().values if all(x in (1, -1) for x in row)]
    row = draw(st.sampled_from(rows))
    labels = group.conjugacy_classes.labels.tolist()
    signs = np.array([int(row[label].as_fraction()) for label in labels])
    return SignedPermutations(group, action.permutations, np.repeat(signs[:, None], action.degree, axis=1))


@given(representations(), st.integers(0, 5), st.booleans())
def test_A2_series_count_the_solutions_of_the_equations(rho, k, harmonic):
    assume(comb(k + rho.degree - 1, rho.degree - 1) <= 126)
    assume(rho.degree > 1 or not harmonic)
    assert molien_counts(rho, k, harmonic)[k] == count_by_equations(rho, k, harmonic)


@given(representations(8), st.integers(1, 60))
def test_A2_the_share_of_the_invariants_is_near_its_limit(rho, k):
    d, n = rho.degree, rho.group.order
    assume(d >= 3)
    fixed, reversed_ = scalars(rho)
    share = molien_counts(rho, k, True)[k] / harmonic_dimension(d, k)
    distance = abs(share - Fraction(fixed + (-1) ** k * reversed_, n))
    assert reversed_ in (0, fixed)
    if reversed_ and k % 2:
        assert share == 0
    with working_precision():
        constants = [bound_ball(b) for g in range(n) if (b := trace_bound(rho.angles(g))) is not None]
        bound = sum(constants, ball(0)) * ball(Fraction(d - 2, (2 * k + d - 2) * n))
        assert not bound < ball(distance)


@given(representations(5))
def test_A2_eigenvalues_are_those_of_the_matrices(rho):
    for g in range(rho.group.order):
        found = np.exp(2j * np.pi * np.array([float(a) for a in rho.angles(g)]))
        np.testing.assert_allclose(np.poly(found), np.poly(rho.matrix(g)), atol=1e-12)
