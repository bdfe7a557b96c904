"""Formulas at the limits: tiny factors, narrow bumps, steep and constant functions, pieces on the half lines."""

import numpy as np
import pytest
import sympy

import orbitkernels as ok
from orbitkernels.errors import InputError
from orbitkernels.proofs.activations import network_activation

PLAIN = sympy.Symbol("z")


def refused(value, word):
    with pytest.raises(InputError, match=word) as caught:
        network_activation(value).dual.features(np.ones(1))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        "1e-200*relu(z)",
        "1e-162*relu(z)",
        "relu(z)+1e-162*z",
        "1e-200*erf(z)",
        "1e-60*erf(1e-60*z)",
        "erf(z/10^200)",
        sympy.Float("1e-200") * sympy.Max(PLAIN, 0),
    ],
)
def test_factors_whose_squares_underflow_are_refused(value):
    refused(value, "needs factors of at least 1e-100")


def test_small_factors_keep_their_digits():
    x = np.eye(2)
    tiny, plain = (ok.NTK(activation=f, bias_variance=0).gram(x) for f in ("1e-60*relu(z)", "relu"))
    assert np.allclose(tiny * 1e120, plain, rtol=1e-14)


BUMPS = ["z+exp(-10^8*(z-1/3)^2)", "z+1/(1+10^8*(z-1/3)^2)", "tanh(10^6*z-10^6/3)+z", "z+exp(-10^7*(3*z+1)^2)"]


@pytest.mark.parametrize("formula", BUMPS)
def test_narrow_features_away_from_0_are_seen(formula):
    """The slope has nearly all of its second moment in a bump between the nodes."""
    with pytest.raises(InputError, match="cannot be expanded in polynomials of Hermite"):
        ok.NTK(activation=formula, bias_variance=0).gram([[1.0]])
    assert network_activation(formula).slope_error(np.ones(1))[0] > 0.9
    assert network_activation(formula).series_error(np.ones(1))[0] > 1e-6


def test_centres_leave_smooth_formulas_alone():
    for formula in ("softplus(z)", "sigmoid(z)", "z+exp(-(z-1/3)^2/4)"):
        assert network_activation(formula).slope_error(np.array([0.0, 0.5, 1.0]))[1:].max() < 1e-12


@pytest.mark.parametrize("formula", ["sigmoid(100*z)", "log(1+exp(100*z))", "sigmoid(500*z)"])
def test_steep_formulas_are_taken(formula):
    assert network_activation(formula).is_series


def test_what_cannot_be_enclosed_is_not_said_to_lack_a_value():
    refused("sigmoid(10^6*z)", "could not be shown to have a finite real value near z")
    refused("1/(z-1/3)", "lacks a finite real value at z = 0.333")
    refused("exp(z^2/10)", "no finite second moment for every variance")


CONSTANTS = [
    "cos(z)^2+sin(z)^2", "relu(-relu(z))", "relu(z)*relu(-z)", "sigmoid(z)*(1+exp(-z))", "relu(z-relu(z))",
    "cosh(z)^2-sinh(z)^2", "abs(z-1)-abs(1-z)",
]  # fmt: skip


@pytest.mark.parametrize("formula", CONSTANTS)
def test_constants_in_disguise_are_refused(formula):
    refused(formula, "is constant")


@pytest.mark.parametrize(
    "formula", ["relu(z-300)", "exp(-10^4*z^2)", "relu(z-1)*relu(2-z)", "cos(z)^2", "1e-90*erf(z)"]
)
def test_functions_that_are_flat_nearly_everywhere_are_no_constants(formula):
    assert network_activation(formula).text


HALVES = [
    ("relu(relu(z))", "relu"),
    ("abs(relu(z))", "relu"),
    ("abs(abs(z))", "abs"),
    (sympy.Max(0, PLAIN, 2 * PLAIN), "z + Abs(z)"),
    ("relu(2*z+relu(z))", "3*z/2 + 3*Abs(z)/2"),
    (PLAIN * sympy.sign(PLAIN), "abs"),
    (PLAIN * sympy.Heaviside(PLAIN), "relu"),
    (sympy.Max(PLAIN, 0) * sympy.sign(PLAIN), "relu"),
]


@pytest.mark.parametrize(("value", "text"), HALVES)
def test_polynomials_on_the_half_lines_have_closed_forms(value, text):
    found = network_activation(value)
    assert found.text == text
    assert not found.is_series


def test_other_pieces_stay_as_they_are():
    found = network_activation("relu(relu(z)-1)")
    assert found.is_series
    points = np.linspace(-3, 3, 25)
    assert np.allclose(found.function(points), np.maximum(np.maximum(points, 0) - 1, 0))


def test_a_sign_that_vanishes_with_its_factor_does_not_jump():
    for value in (sympy.sin(PLAIN) * sympy.sign(PLAIN), (PLAIN - 1) * sympy.sign(PLAIN - 1)):
        refused(value, "holds a sign; write it as Piecewise")
    refused(sympy.exp(PLAIN) * sympy.sign(PLAIN), "jumps; it must be continuous")
    assert network_activation(sympy.Piecewise((sympy.sin(PLAIN), PLAIN > 0), (-sympy.sin(PLAIN), True))).is_series
