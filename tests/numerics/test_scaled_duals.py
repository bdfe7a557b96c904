"""Duals of scaled activations, of piecewise linear ones and of powers of ReLU, against 60 digits."""

from functools import cache

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from network_oracle import DIGITS, erf_expectations, gelu_expectations, leaky_relu, pair_errors, wave

from orbitkernels.errors import InputError
from orbitkernels.numerics.duals import scaled_dual


def scaled(expectations, outer, inner):
    """c f(w z), by the chain rule."""
    square, length = mpf(outer) ** 2, mpf(inner) ** 2

    def of(*covariances):
        value, slope = expectations(*(length * s for s in covariances))
        return square * value, square * length * slope

    return of


def two_slopes(positive, negative):
    """p (max(z, 0) + q/p min(z, 0)), or -q max(-z, 0) for p = 0."""
    if positive == 0:
        return scaled(leaky_relu(0), negative, 1)
    return scaled(leaky_relu(mpf(negative) / mpf(positive)), positive, 1)


@cache
def _sector(n, text):
    """Integral of cos(x)^n cos(x - theta)^n where both are positive; theta as text of all digits."""
    theta = mpf(text)
    ends = [theta - mpmath.pi / 2, theta / 2, mpmath.pi / 2]
    return mpmath.quad(lambda x: (mpmath.cos(x) * mpmath.cos(x - theta)) ** n, ends, method="gauss-legendre")


def relu_power(n):
    """In polar coordinates: the radial integral is 2^m m!, m the power."""

    def of(m, first, second, mixed):
        norm = mpmath.sqrt(first * second)
        theta = mpmath.acos(max(min(mixed / norm, 1), -1))
        return norm**m * 2**m * mpmath.factorial(m) / (2 * mpmath.pi) * _sector(m, mpmath.nstr(theta, 45))

    return lambda *covariances: (of(n, *covariances), n * n * of(n - 1, *covariances))


with mpmath.workdps(DIGITS):
    CASES = [
        ("piecewise_linear", (3.0, 0.0), 1.0, 1.0, two_slopes(3.0, 0.0)),
        ("piecewise_linear", (0.0, -2.5), 1.0, 1.0, two_slopes(0.0, -2.5)),
        ("piecewise_linear", (3.0, -1.0), 1.0, 1.0, two_slopes(3.0, -1.0)),
        ("piecewise_linear", (1.0, 0.1), -2.0, 1.0, two_slopes(-2.0, -2 * mpf(0.1))),
        ("piecewise_linear", (0.7, 0.7), 1.0, 1.0, two_slopes(0.7, 0.7)),
        ("erf", (), 3.0, 0.625, scaled(erf_expectations, 3.0, 0.625)),
        ("gelu", (), -0.5, -2.0, scaled(gelu_expectations, 0.5, 2.0)),
        ("sin", (), 5.0, 2.0, scaled(wave(2.0, True), 5.0, 1)),
        ("cos", (), 0.5, 1.5, scaled(wave(1.5, False), 0.5, 1)),
        ("arc_cosine", (2,), 1.0, 1.0, relu_power(2)),
        ("arc_cosine", (3,), -1.5, 1.0, scaled(relu_power(3), 1.5, 1)),
    ]


@pytest.mark.parametrize(("name", "parameters", "outer", "inner", "expectations"), CASES)
def test_pairs_keep_their_digits(name, parameters, outer, inner, expectations):
    """1 - c and 1 + c to rounding, 1 - c by itself down to 1e-30 for equal lengths, and the slope."""
    made = scaled_dual(name, parameters, outer, inner)
    worst = pair_errors(made, expectations)
    assert worst[0] < 2e-15
    assert worst[1] < 4e-15
    assert worst[2] < 2e-15


@pytest.mark.parametrize(("name", "parameters", "outer", "inner", "expectations"), CASES)
def test_features_are_the_moments(name, parameters, outer, inner, expectations):
    lengths = np.array([1e-3, 0.7, 30.0])
    found = scaled_dual(name, parameters, outer, inner).features(lengths)
    with mpmath.workdps(DIGITS):
        for a, row in zip(lengths, found[:3].T, strict=True):
            value, slope = expectations(*[mpf(a) ** 2] * 3)
            wanted = [a, float(mpmath.sqrt(value)), float(slope)]
            np.testing.assert_allclose(row, wanted, rtol=3e-15)


def test_planted_factors_are_caught():
    """The scale of the slope, of the lengths and of the order."""
    wrong = [
        ("erf", (), 3.0, 0.625, scaled(erf_expectations, 3.0, 0.626)),
        ("gelu", (), 0.5, 2.0, scaled(gelu_expectations, 0.5, 2.001)),
        ("piecewise_linear", (3.0, -1.0), 1.0, 1.0, two_slopes(3.0, -1.001)),
        ("arc_cosine", (3,), 1.0, 1.0, relu_power(2)),
    ]
    for name, parameters, outer, inner, expectations in wrong:
        assert pair_errors(scaled_dual(name, parameters, outer, inner), expectations).max() > 1e-6


def test_orders_are_2_and_3():
    with pytest.raises(InputError, match="needs the order 2 or 3, not 4"):
        scaled_dual("arc_cosine", (4,), 1.0, 1.0)
