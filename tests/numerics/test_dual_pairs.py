"""Dual activations, pair by pair, against 60 digits; what they are given; what their polynomials leave."""

from itertools import pairwise

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from network_oracle import ACTIVATIONS, pair_errors

from orbitkernels.errors import InputError
from orbitkernels.numerics import dual_polynomials
from orbitkernels.numerics.dual_series import series_error
from orbitkernels.numerics.duals import dual


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_pairs_keep_their_digits(name):
    """1 - c and 1 + c to rounding, 1 - c by itself down to 1e-30 for equal lengths, and the slope."""
    parameters, expectations, *_ = ACTIVATIONS[name]
    worst = pair_errors(dual(name, parameters), expectations)
    assert worst[0] < 2e-15
    assert worst[1] < 4e-15
    assert worst[2] < 2e-15


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_oracle_is_the_definition(name):
    """E[f(z_x) f(z_y)] and E[f' f'] by quadrature in the plane; kinks lie on rays, hence polar coordinates."""
    _, expectations, function, slope = ACTIVATIONS[name]
    a, b, u = 0.9, 1.4, 0.35
    angles, angle_weights = _pieces(sorted(_kinks(u)))
    points, weights = np.polynomial.legendre.leggauss(200)
    radii, radius_weights = 6 * (points + 1), 6 * weights
    radius, angle = radii[:, None], angles[None, :]
    measure = (radius_weights * radii * np.exp(-(radii**2) / 2))[:, None] * angle_weights / (2 * np.pi)
    x = a * radius * np.cos(angle)
    y = b * radius * (u * np.cos(angle) + np.sqrt(1 - u * u) * np.sin(angle))
    value, right = (float(part) for part in expectations(mpf(a) ** 2, mpf(b) ** 2, mpf(a) * mpf(b) * mpf(u)))
    assert np.sum(measure * function(x) * function(y)) == pytest.approx(value, rel=1e-13)
    assert np.sum(measure * slope(x) * slope(y)) == pytest.approx(right, rel=1e-13)


def _kinks(u):
    """Angles at which z_x or z_y changes its sign."""
    across = np.arctan2(-u, np.sqrt(1 - u * u))
    return [-np.pi, -np.pi / 2, np.pi / 2, np.pi, across, across + np.pi]


def _pieces(edges):
    points, weights = np.polynomial.legendre.leggauss(60)
    halves = [(right - left) / 2 for left, right in pairwise(edges)]
    nodes = [left + half * (points + 1) for left, half in zip(edges, halves, strict=False)]
    return np.concatenate(nodes), np.concatenate([half * weights for half in halves])


def segment(x, scale, numerator, order):
    """numerator(t, cos t, sin t)/(scale pi x^(order + 1/2)), cos t = 1 - x, to digits that cancel."""
    with mpmath.workdps(300):
        t = mpmath.acos(1 - x)
        return numerator(t, mpmath.cos(t), mpmath.sin(t)) / (scale * mpmath.pi * x**order * mpmath.sqrt(x))


@pytest.mark.parametrize(
    ("name", "exact", "most"),
    [
        ("angle_factor", lambda x: mpmath.acos(1 - x) / (mpmath.pi * mpmath.sqrt(x)), 1),
        (
            "segment_factor",
            lambda x: (
                (mpmath.sin(mpmath.acos(1 - x)) - mpmath.acos(1 - x) * (1 - x)) / (mpmath.pi * x * mpmath.sqrt(x))
            ),
            1,
        ),
        ("segment_factor_2", lambda x: segment(x, 3, lambda t, c, s: t * (1 + 2 * c * c) - 3 * s * c, 2), 1),
        (
            "segment_factor_3",
            lambda x: segment(x, 15, lambda t, c, s: 4 * s + 11 * s * c * c - 9 * t * c - 6 * t * c**3, 3),
            1,
        ),
        ("double_arctangent", lambda x: 2 * mpmath.atan(x), 1),
        ("decay", lambda x: -mpmath.expm1(-x), 200),
    ],
)
def test_polynomials(name, exact, most):
    function = getattr(dual_polynomials, name)
    points = [*(10.0**-k for k in range(1, 31)), *(most * np.linspace(0, 1, 101)[1:])]
    with mpmath.workdps(100):
        worst = max(abs(function(float(x)) / exact(mpf(float(x))) - 1) for x in points)
    assert worst < (1e-15 if name == "decay" else 4e-16)


def test_zero_lengths():
    """c = 0 where an activation vanishes; cos does not vanish at 0."""
    for name, (parameters, *_) in ACTIVATIONS.items():
        made = dual(name, parameters)
        features = made.features(np.array([0.0, 2.0]))
        gap, rest, slope = made.pair(made.parameters, features, 0, features, 1, 1.0, 1.0)
        assert np.isfinite(slope)
        if name not in ("cos", "polynomial"):
            assert (gap, rest) == (1.0, 1.0), name


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("tanhh", (), "Activation 'tanhh' is not available; use relu,"),
        ("relu", (1.0,), "takes no parameters, not 1"),
        ("leaky_relu", (), "takes 1 to 1 parameters, not 0"),
        ("leaky_relu", (np.nan,), "needs finite parameters up to 1e\\+100, not nan"),
        ("leaky_relu", (1e200,), "needs finite parameters up to 1e\\+100, not 1e\\+200"),
        ("sin", (1e200,), "needs finite parameters"),
        ("sin", (10**400,), "needs finite parameters .*, not a number of type int"),
        ("polynomial", (1e308,) * 64, "needs finite parameters"),
        ("relu", ("x",), "needs finite parameters .*, not 'x'"),
        ("hermite", (None,), "needs finite parameters .*, not a number of type NoneType"),
        ("hermite", (2.5,), "needs a degree that is an integer"),
        ("hermite", (99,), "have degree 63 at most, not 99"),
    ],
)
def test_bad_activations(name, parameters, message):
    with pytest.raises(InputError, match=message):
        dual(name, parameters)


def test_the_largest_parameters_are_numbers():
    for name, count in (("leaky_relu", 1), ("sin", 1), ("polynomial", 64)):
        assert np.all(np.isfinite(dual(name, [1e100] * count).features(np.ones(1))))


def test_what_quadrature_misses_is_part_of_the_error():
    """exp(-z^2) of long inputs lies between the nodes."""
    found = series_error("exp(-z^2)", lambda z: np.exp(-z * z), np.array([0.1, 10.0, 1e4, 1e6]))
    assert found[0] < 1e-12
    assert np.all(found[1:] > 0.4)
