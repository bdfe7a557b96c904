"""Formulas that are known activations up to scale, and functions in pieces."""

import mpmath
import pytest
import sympy
from flint import arb
from mpmath import mpf
from sympy import Abs, Heaviside, Max, Min, Piecewise, cos, erf, exp, sign, sin, sqrt

from orbitkernels.errors import InputError
from orbitkernels.theory.activation_forms import scaled_form
from orbitkernels.theory.activation_pieces import in_absolute_values
from orbitkernels.theory.activation_text import ACTIVATION_FUNCTIONS, formula_activation, parse_activation
from orbitkernels.theory.ball_expressions import enclose
from orbitkernels.theory.gaussian_expectations import z

x = sympy.Symbol("x", real=True)
BASES = {
    "erf": erf(x), "sin": sin(x), "cos": cos(x), "gelu": x * (1 + erf(x / sqrt(2))) / 2,
}  # fmt: skip

FORMS = [
    ("3*relu(z)", "piecewise_linear"), ("relu(z)-relu(-z)/10", "piecewise_linear"),
    ("2*abs(z)+z", "piecewise_linear"), ("sqrt(2)*relu(3*z)", "piecewise_linear"),
    ("-relu(-z)", "piecewise_linear"),
    ("0.1*z+pi*abs(z)", "piecewise_linear"), ("relu(z)+z/2", "piecewise_linear"),
    ("relu(z)^2", "arc_cosine"), ("relu(-2*z)^3/5", "arc_cosine"), ("sqrt(2)*z^2+z", "polynomial"),
    ("3*erf(z)", "erf"), ("erf(-z/sqrt(2))", "erf"), ("5*sin(2*z)", "sin"), ("cos(-3*z)/7", "cos"),
    ("gelu(2*z)", "gelu"), ("-3*gelu(-z/3)", "gelu"), ("z*(1-erf(z))", "gelu"),
]  # fmt: skip


def function_of(form):
    """The function that a form names, built anew."""
    if form.name == "piecewise_linear":
        right, left = form.parameters
        inside = right * Max(x, 0) + left * Min(x, 0)
    elif form.name == "arc_cosine":
        inside = Max(x, 0) ** form.parameters[0]
    elif form.name == "polynomial":
        inside = sum(c * x**n for n, c in enumerate(form.parameters))
    else:
        inside = BASES[form.name]
    return form.outer * inside.subs(x, form.inner * x)


def same(one, other):
    """At points on both sides of 0."""
    points = [sympy.Rational(k, 7) for k in (-11, -3, 2, 9)]
    return max(abs(sympy.N(one.subs(z, p) - other.subs(x, p), 30)) for p in points) < 1e-25


@pytest.mark.parametrize(("text", "name"), FORMS)
def test_scaled_forms(text, name):
    activation = parse_activation(text)
    form = activation.scaled
    assert form.name == name
    assert same(activation.expression, function_of(form))
    assert parse_activation(activation.text) == activation


@pytest.mark.parametrize(
    "text",
    ["z+erf(z)", "z*(2+erf(z))", "sin(z+1)", "sin(z)^2", "relu(z-1)", "1+relu(z)", "relu(z)^4", "abs(z)^3",
     "tanh(z)", "z*abs(z)+z", "erf(z)*z^2", "relu(z)^2+relu(z)", "z*erf(z)"],
)  # fmt: skip
def test_formulas_that_are_none(text):
    assert parse_activation(text).scaled is None


def test_named_activations_stay_named():
    assert formula_activation(Max(z, 0)).text == "relu"
    assert formula_activation(Max(z, -z)).text == "abs"
    assert formula_activation(Piecewise((z, z > 0), (0, True))).text == "relu"
    assert parse_activation("z").text == "polynomial(0, 1)"


PIECES = [
    (Piecewise((z, z > 0), (exp(z) - 1, True)), lambda t: t if t > 0 else mpmath.expm1(t)),
    (Piecewise((-1, z < -1), (z, z < 1), (1, True)), lambda t: max(-1, min(1, t))),
    (Max(-1, Min(1, z)), lambda t: max(-1, min(1, t))),
    (Piecewise((z**2, z <= 1), (2 * z - 1, z > 1)), lambda t: t * t if t <= 1 else 2 * t - 1),
    (Max(z, 0) ** 3, lambda t: max(t, mpf(0)) ** 3),
    (Max(-z, z / 10, z - 1), lambda t: max(-t, t / 10, t - 1)),
    (Piecewise((z, z > 0), (sympy.Float(0.1) * z, True)), lambda t: t if t > 0 else t / 10),
    (Piecewise((z, Abs(z) < 1), (sign(1), z >= 1), (-1, True)), lambda t: max(-1, min(1, t))),
]


def test_signs_of_z_times_z_are_absolute_values():
    assert formula_activation(z * sign(z)).name == "abs"
    assert formula_activation(Abs(z) * sign(z)) == formula_activation(z)
    assert formula_activation(z**2 * sign(z)).expression == z * Abs(z)


@pytest.mark.parametrize(("expression", "function"), PIECES, ids=[str(part) for part, _ in PIECES])
def test_functions_in_pieces(expression, function):
    written = formula_activation(expression).expression
    assert not written.has(Piecewise, Max, Min)
    for k in range(-40, 41):
        point = mpf(k) / 8
        found = enclose(written, {z: arb(k) / 8})
        assert abs(mpf(float(found)) - function(point)) < 1e-14


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (Piecewise((1, z > 1), (0, True)), "jumps at z = 1; it must be continuous"),
        (Piecewise((z, z > 0), (1, True)), "jumps at z = 0; it must be continuous"),
        (Piecewise((z + 1, z > 2), (z, True)), "jumps at z = 2; it must be continuous"),
        (Heaviside(z - 1), "jumps; it must be continuous, or a step at 0"),
        (sign(z - 1), "jumps; it must be continuous, or a step at 0"),
        (z + sign(z), "jumps; it must be continuous, or a step at 0"),
        (sign(z) ** 2, "jumps; it must be continuous, or a step at 0"),
        (Piecewise((z, z > 0)), "must have a value for every real z"),
        (Piecewise((z, sin(z) > z / 2), (0, True)), "(has a condition that compares no|must have a value)"),
    ],
)
def test_pieces_that_are_refused(expression, message):
    with pytest.raises(InputError, match=message):
        formula_activation(expression)


def test_a_planted_scale_is_caught():
    expression = parse_activation("gelu(2*z)").expression
    form = scaled_form(expression)
    assert same(expression, function_of(form))
    assert not same(expression, function_of(form._replace(inner=form.inner * 2)))
    assert in_absolute_values(ACTIVATION_FUNCTIONS["relu"](z)) == (z + Abs(z)) / 2
