"""Duals of formulas that users type, against integrals by panels: no further off than they state."""

import warnings
from itertools import pairwise

import numpy as np
import pytest
import sympy
from scipy.special import erf, expit, ndtr

from orbitkernels.errors import ExpectationWarning
from orbitkernels.numerics.dual_series import series_error
from orbitkernels.proofs.activations import network_activation

z = sympy.Symbol("z", real=True)
ELU = sympy.Piecewise((z, z > 0), (sympy.exp(z) - 1, True))
HARD_TANH = sympy.Max(-1, sympy.Min(1, z))
RELU_SHIFTED = sympy.Max(z + 1, 0) + sympy.sin(z)

#: What is typed, f in NumPy, and whether its dual is exact.
TYPED = [
    ("softplus(z)", lambda t: np.logaddexp(0, t), False),
    ("log(1+exp(z))", lambda t: np.logaddexp(0, t), False),
    ("1/(1+exp(-z))", expit, False),
    ("z/(1+exp(-z))", lambda t: t * expit(t), False),
    ("tanh(z)", np.tanh, False),
    ("exp(z/4)", lambda t: np.exp(t / 4), False),
    ("exp(-z**2)", lambda t: np.exp(-t * t), False),
    ("z*exp(-z**2)", lambda t: t * np.exp(-t * t), False),
    ("cos(z)+z", lambda t: np.cos(t) + t, False),
    (ELU, lambda t: np.where(t > 0, t, np.expm1(np.minimum(t, 0))), False),
    (HARD_TANH, lambda t: np.clip(t, -1, 1), False),
    ("z**3", lambda t: t**3, True),
    ("relu(z)**2", lambda t: np.maximum(t, 0) ** 2, True),
    (sympy.Max(0, z) ** 3, lambda t: np.maximum(t, 0) ** 3, True),
    ("sqrt(2)*relu(z)", lambda t: np.sqrt(2) * np.maximum(t, 0), True),
    ("z+2*abs(z)", lambda t: t + 2 * np.abs(t), True),
    ("erf(z/sqrt(2))", lambda t: erf(t / np.sqrt(2)), True),
    ("3*gelu(2*z)", lambda t: 6 * t * ndtr(2 * t), True),
    ("z", lambda t: t, True),
]
NODES, WEIGHTS = np.polynomial.legendre.leggauss(60)


def gaussian_rule(cuts):
    """Nodes and weights of the standard Gaussian, on panels between the cuts."""
    edges = sorted({-12.0, -6.0, -3.0, 3.0, 6.0, 12.0, *(float(cut) for cut in cuts if abs(cut) < 12)})
    points = np.concatenate([(b + a) / 2 + (b - a) / 2 * NODES for a, b in pairwise(edges)])
    weights = np.concatenate([(b - a) / 2 * WEIGHTS for a, b in pairwise(edges)])
    return points, weights * np.exp(-points * points / 2) / np.sqrt(2 * np.pi)


def expectation(f, a, b, u):
    """E[f(a g) f(b (u g + sqrt(1 - u^2) h))] of standard Gaussians g, h; f has kinks at -1, 0 and 1 at most."""
    rest, kinks, total = np.sqrt(1 - u * u), np.array([-1.0, 0.0, 1.0]), 0.0
    for g, weight in zip(*gaussian_rule(kinks / a), strict=True):
        h, weights = gaussian_rule((kinks / b - u * g) / rest)
        total += weight * f(np.array(a * g)) * (weights @ f(b * (u * g + rest * h)))
    return total


@pytest.mark.parametrize(("typed", "function", "is_exact"), TYPED, ids=[str(typed) for typed, *_ in TYPED])
def test_formulas_are_as_exact_as_they_state(typed, function, is_exact):
    f = network_activation(typed)
    lengths = np.array([1.0, 1.5])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExpectationWarning)
        features = f.dual.features(lengths)
    stated = float(np.max(f.series_error(lengths)))
    assert (stated == 0.0) == is_exact == (not f.is_series)
    size = features[1, 0] * features[1, 1]
    for u in (0.6, -0.2):
        gap, _, _ = f.dual.pair(f.dual.parameters, features, 0, features, 1, 1 - u, 1 + u)
        error = abs(size * (1 - gap) - expectation(function, 1.0, 1.5, u)) / size
        assert error <= stated + 1e-13
    assert stated < 0.05


#: f' of what stays a series, in NumPy.
SLOPES = {
    "softplus(z)": expit,
    "z/(1+exp(-z))": lambda t: expit(t) * (1 + t * expit(-t)),
    "tanh(z)": lambda t: np.cosh(t) ** -2.0,
    "1/(1+exp(-z))": lambda t: expit(t) * expit(-t),
    "z*exp(-z**2)": lambda t: (1 - 2 * t * t) * np.exp(-t * t),
    "cos(z)+z": lambda t: 1 - np.sin(t),
    ELU: lambda t: np.where(t > 0, 1, np.exp(np.minimum(t, 0))),
    HARD_TANH: lambda t: np.where(abs(t) < 1, 1.0, 0.0),
    RELU_SHIFTED: lambda t: np.where(t > -1, 1.0, 0.0) + np.cos(t),
}


def slope_errors(typed, slope, a=1.0, b=1.5):
    """Largest error of E[f' f'] in shares of the root of both variances, over |u|^62, and the share stated."""
    f, lengths, worst = network_activation(typed), np.array([a, b]), 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExpectationWarning)
        features = f.dual_of(tangent=True).features(lengths)
    size = np.sqrt(features[2, 0] * features[2, 1])
    for u in (0.6, -0.2, 0.97, -0.9999):
        _, _, found = f.dual.pair(f.dual.parameters, features, 0, features, 1, 1 - u, 1 + u)
        error = abs(found - expectation(slope, a, b, u)) / size
        worst = max(worst, max(error - 1e-13, 0.0) / abs(u) ** 62)
    return worst, float(np.max(f.slope_error(lengths)))


@pytest.mark.parametrize("typed", SLOPES, ids=str)
def test_slopes_are_as_exact_as_they_state(typed):
    worst, stated = slope_errors(typed, SLOPES[typed])
    assert worst <= stated
    assert stated < 0.2
    assert worst > 1e-2 * stated or stated < 1e-3  # not stated in vain


def test_planted_slopes_are_caught():
    worst, stated = slope_errors("tanh(z)", lambda t: np.cosh(1.001 * t) ** -2.0)
    assert worst > stated


def test_what_hard_tanh_states_is_what_62_coefficients_leave_out():
    """Panels that a kink lies inside of state 1e-2."""
    f = network_activation(HARD_TANH)
    assert f.kinks == (-1.0, 1.0)
    assert 2e-4 < f.series_error(np.array([1.0, 1.5])).max() < 1e-3
    uncut = series_error(f.text, f.function, np.array([1.5]))
    assert uncut[0] > 5e-3


def test_the_share_stated_covers_inputs_of_different_lengths():
    """At u = -1 and 1 the sum that is left out is largest; its sign is any for a and b apart."""
    f = network_activation("abs(z-1)")
    lengths = np.array([1.0, 1.2, 1.5, 2.0, 3.0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExpectationWarning)
        features = f.dual.features(lengths)
    worst = 0.0
    for i, a in enumerate(lengths):
        for j, b in enumerate(lengths):
            for u in (1.0, -1.0):
                gap, _, _ = f.dual.pair(f.dual.parameters, features, i, features, j, 1 - u, 1 + u)
                points, weights = gaussian_rule([1 / a, u / b])
                known = weights @ (abs(a * points - 1) * abs(u * b * points - 1))
                error = abs(features[1, i] * features[1, j] * (1 - gap) - known)
                worst = max(worst, error / features[1, i] / features[1, j] / f.series_error(lengths[[i, j]]).max())
    assert 0.5 < worst <= 1.0


def test_planted_functions_are_caught():
    """A thousandth of the function is seen."""
    f = network_activation("relu(z)**2")
    features = f.dual.features(np.ones(2))
    gap, _, _ = f.dual.pair(f.dual.parameters, features, 0, features, 1, 0.4, 1.6)
    wrong = expectation(lambda t: np.maximum(t, 0.001) ** 2, 1.0, 1.0, 0.6)
    assert abs(features[1, 0] ** 2 * (1 - gap) - wrong) > 1e-8
