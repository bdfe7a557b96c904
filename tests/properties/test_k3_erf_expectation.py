"""Theorem K3 as a property: Gaussian expectations of erf for any covariance matrix."""

from fractions import Fraction

import numpy as np
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels.numerics.kernels import erf_gram
from orbitkernels.proofs.erf_checks import enclosed_erf_expectations, erf_expectations
from orbitkernels.theory.ball_expressions import enclose
from orbitkernels.theory.enclosures import ball, working_precision
from orbitkernels.theory.kernels import erf_covariance, erf_slope_covariance

positive = st.fractions(Fraction(1, 10), 5, max_denominator=50)
any_sign = st.fractions(-5, 5, max_denominator=50)


@settings(max_examples=40)
@given(positive, any_sign, any_sign)
def test_closed_forms_are_the_expectations(p: Fraction, q: Fraction, v: Fraction) -> None:
    """The covariance matrix R R^T of R = [[p, 0], [q, v]], singular if v = 0."""
    values = (p * p, q * q + v * v, p * q)
    exact = [sympy.Rational(value.numerator, value.denominator) for value in values]
    with working_precision():
        found = enclosed_erf_expectations(*(ball(value) for value in values))
        for function, expected in zip((erf_covariance, erf_slope_covariance), found, strict=True):
            closed = enclose(function(*exact), {})
            assert closed.overlaps(expected)
            assert expected.rad() < 1e-30


@settings(max_examples=60)
@given(st.floats(0.1, 4), st.floats(-4, 4), st.floats(-4, 4), st.floats(0.1, 3), st.floats(0, 3))
def test_one_layer_of_an_erf_net(p: float, q: float, v: float, weight: float, bias: float) -> None:
    """S' = sb2 + sw2 E[erf erf] and T' = S' + sw2 E[erf' erf'] S with the covariances of the layer below."""
    x, y = np.array([[p, 0.0]]), np.array([[q, v]])
    first, second, mixed = (bias + weight * product / 2 for product in (p * p, q * q + v * v, p * q))
    value, slope = erf_expectations(first, second, mixed)
    nngp, ntk = (erf_gram(x, y, 1, weight, bias, tangent)[0, 0] for tangent in (False, True))
    assert abs(nngp - bias - weight * value) < 1e-13 * (bias + weight)
    expected = bias + weight * value + weight * slope * mixed
    assert abs(ntk - expected) < 1e-13 * (bias + weight + weight * slope * abs(mixed)) + 1e-14
