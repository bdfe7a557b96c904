"""Theorem K1 as a property: two Gaussians of any variances, by what their signs are."""

from fractions import Fraction

import numpy as np
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels.numerics.kernels import relu_gram
from orbitkernels.proofs.arc_cosine_checks import chamber_fraction, enclosed_expectation
from orbitkernels.theory.ball_expressions import enclose
from orbitkernels.theory.enclosures import ball, working_precision
from orbitkernels.theory.formula import u
from orbitkernels.theory.kernels import kappa0

cosines = st.fractions(Fraction(-199, 200), Fraction(199, 200), max_denominator=10**6)


@settings(max_examples=40)
@given(cosines)
def test_the_closed_form_is_the_probability_of_two_equal_signs(value: Fraction) -> None:
    """P(z1 z2 > 0) = 2 P(z1 > 0, z2 > 0), and P(z1 z2 < 0) is the same for -u: they add up to 1."""
    with working_precision():
        cosine = ball(value)
        expected = enclosed_expectation(0, cosine)
        assert enclose(kappa0(), {u: cosine}).overlaps(expected)
        assert (expected + enclosed_expectation(0, -cosine)).overlaps(arb(1))
        assert expected.rad() < 1e-40


@given(st.integers(1, 24), st.data())
def test_wedges_of_a_dihedral_group(b: int, data: st.DataObject) -> None:
    a = data.draw(st.integers(0, b))
    assert chamber_fraction(a, b) == 1 - Fraction(a, b)


@given(st.integers(1, 40), st.integers(0, 40), st.floats(0.1, 10), st.floats(0.1, 10))
def test_the_difference_of_ntk_and_nngp_holds_kappa0(b: int, a: int, one: float, other: float) -> None:
    """Inputs at the angle pi a/b in R^2, of any lengths: T - S = sw2^2 <x,y>/4 kappa0."""
    angle = np.pi * min(a, b) / b
    x, y = np.array([[one, 0.0]]), other * np.array([[np.cos(angle), np.sin(angle)]])
    ntk, nngp = (relu_gram(x, y, 1, 1.0, 0.0, tangent)[0, 0] for tangent in (True, False))
    expected = one * other * np.cos(angle) / 4 * (1 - min(a, b) / b)
    assert abs(4 * (ntk - nngp) / one / other - 4 * expected / one / other) < 1e-14
