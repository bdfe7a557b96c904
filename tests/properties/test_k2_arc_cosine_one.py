"""Theorem K2 as a property: the covariance of two rectified Gaussians of any variances."""

from fractions import Fraction

import numpy as np
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels.numerics.kernels import relu_gram
from orbitkernels.proofs.arc_cosine_checks import enclosed_expectation, hermite_coefficient, quadrature_expectation
from orbitkernels.theory.ball_expressions import enclose
from orbitkernels.theory.enclosures import ball, working_precision
from orbitkernels.theory.formula import u
from orbitkernels.theory.kernels import kappa1

cosines = st.fractions(Fraction(-199, 200), Fraction(199, 200), max_denominator=10**6)


@settings(max_examples=40)
@given(cosines)
def test_the_closed_form_is_the_expectation(value: Fraction) -> None:
    """As max(z, 0) - max(-z, 0) = z, the expectations for u and -u differ by E[2 max(z1, 0) z2] = u."""
    with working_precision():
        cosine = ball(value)
        expected = enclosed_expectation(1, cosine)
        assert enclose(kappa1(), {u: cosine}).overlaps(expected)
        assert (expected - enclosed_expectation(1, -cosine)).overlaps(arb(cosine))
        assert expected.rad() < 1e-40


@given(st.integers(0, 60))
def test_hermite_coefficients_of_even_and_odd_degrees(m: int) -> None:
    rational, over_pi = hermite_coefficient(1, m)
    assert rational == (Fraction(1, 2) if m == 1 else 0)
    assert (over_pi > 0) == (m % 2 == 0)


@settings(max_examples=60)
@given(st.floats(-0.999, 0.999), st.floats(0.2, 5), st.floats(0.2, 5), st.floats(0.1, 4), st.floats(0, 4))
def test_one_layer_of_a_relu_net(cosine: float, one: float, other: float, weight: float, bias: float) -> None:
    """S' = sb2 + sw2 E[max(x, 0) max(y, 0)], with the variances and the correlation of the layer below."""
    x, y = np.array([[one, 0.0]]), other * np.array([[cosine, np.sqrt((1 - cosine) * (1 + cosine))]])
    variances = bias + weight * one**2 / 2, bias + weight * other**2 / 2
    size = np.sqrt(variances[0] * variances[1])
    correlation = (bias + weight * (x @ y.T)[0, 0] / 2) / size
    expected, _ = quadrature_expectation(1, np.array([min(correlation, 1 - 1e-16)]))
    found = relu_gram(x, y, 1, weight, bias, False)[0, 0]
    assert abs(found - bias - weight * size / 2 * expected[0]) < 1e-13 * (bias + weight * size)
