"""Nested pieces, signs in pieces, pieces without a value at their ends, and numbers beyond floating point."""

import os
import subprocess
import sys

import numpy as np
import pytest
import sympy
from flint import arb
from sympy import Abs, Float, Heaviside, Max, Ne, Piecewise, exp, log, sign, sin, tanh

from orbitkernels.errors import InputError
from orbitkernels.theory.activation_pieces import in_absolute_values
from orbitkernels.theory.activation_text import formula_activation
from orbitkernels.theory.ball_expressions import enclose
from orbitkernels.theory.gaussian_expectations import z

INNER = Piecewise((0, z > -1), (z + 1, True))
NESTED = Piecewise((z, z > 0), (INNER, True))

#: What is typed, and the function in plain Python.
PIECES = [
    (NESTED, lambda t: t if t > 0 else 0 if t > -1 else t + 1),
    (z + tanh(NESTED), lambda t: t + np.tanh(t if t > 0 else 0 if t > -1 else t + 1)),
    (Piecewise((z, z > 0), (-INNER, True)), lambda t: t if t > 0 else 0 if t > -1 else -t - 1),
    (Piecewise((z, z > 0), (Piecewise((0, z < 5), (1, True)), True)), lambda t: max(t, 0)),  # the jump is not used
    (Piecewise((Max(z, 1) - 1, z > 0), (Piecewise((z, z < -2), (2 * z + 2, z < -1), (0, True)), True)),
     lambda t: max(t, 1) - 1 if t > 0 else t if t < -2 else 2 * t + 2 if t < -1 else 0),
    (Max(Piecewise((z, z > 1), (1, True)), 2), lambda t: max(t, 1, 2)),
    (Piecewise((z, Abs(z) < 1), (sign(z), True)), lambda t: max(-1, min(1, t))),
    (Piecewise((z, Abs(z) <= 1), (2 * Heaviside(z) - 1, True)), lambda t: max(-1, min(1, t))),
    (Piecewise((z * sign(z), z < 1), (1, True)), lambda t: abs(t) if t < 1 else 1),
    (Piecewise((z * sign(2 - 3 * z), z > 1), (-z, True)), lambda t: -t),
    (Piecewise(((z - 1) ** 2 * Heaviside(z - 1), z > -1), (0, True)), lambda t: (t - 1) ** 2 if t > 1 else 0),
    (Piecewise((z, Ne(z, 0)), (0, True)) + sin(z), lambda t: t + np.sin(t)),
    (Piecewise((z, z > 0), (-z, z < 0)), abs),
]  # fmt: skip


def largest_error(expression, function):
    """At points on all pieces and at their ends."""
    written = formula_activation(expression).expression
    assert not written.has(Piecewise, Max, sign)
    points = [k / 8 for k in range(-48, 49)]
    return max(abs(float(enclose(written, {z: arb(t)}).mid()) - function(t)) for t in points)


@pytest.mark.parametrize(("expression", "function"), PIECES, ids=[str(part) for part, _ in PIECES])
def test_nested_pieces_and_signs_in_pieces(expression, function):
    assert largest_error(expression, function) < 1e-14


@pytest.mark.parametrize(("expression", "function"), PIECES, ids=[str(part) for part, _ in PIECES])
def test_planted_pieces_are_caught(expression, function):
    assert largest_error(expression, lambda t: function(t) + (t > 3) / 1000) > 1e-4


def test_exponentials_in_pieces_stay_whole():
    """exp(-10^8 (exp(z) - 2)^2) is 0 times infinity in parts."""
    bump = Piecewise((z + exp(-(10**8) * (exp(z) - 2) ** 2), z > 0), (z + exp(-(10**8)), True))
    for typed in (bump, Abs(z - 1) + exp(-(10**8) * (exp(z) - 2) ** 2)):
        assert float(enclose(formula_activation(typed).expression, {z: arb(2).log()}).mid()) > 1


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (Piecewise((sin(z) / z, Ne(z, 0)), (1, True)), r"no finite value of 'sin\(z\)/z' at z = 0 as written"),
        (Piecewise((z * log(z), z > 0), (0, True)), r"no finite value of 'z\*log\(z\)' at z = 0 as written"),
        (Piecewise((exp(-1 / z), z > 0), (0, True)), r"no finite value of 'exp\(-1/z\)' at z = 0 as written"),
        (Piecewise((1 / (z - 1), z > 1), (0, True)), r"no finite value of '1/\(z - 1\)' at z = 1 as written"),
        (Piecewise((sign(z), Abs(z) < 1), (z, True)), "jumps at z = 0; it must be continuous"),
        (Piecewise((z, sympy.Ne(z, 1)), (5, True)), "jumps at z = 1; it must be continuous"),
        (Piecewise((z, z > 0), (Piecewise((0, z < -5), (1, True)), True)), "jumps at z = -5; it must be"),
    ],
    ids=str,
)
def test_pieces_that_are_refused_say_why(expression, message):
    with pytest.raises(InputError, match=message) as caught:
        formula_activation(expression)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("seed", ["0", "1", "3"])
def test_the_text_does_not_depend_on_the_order_of_sets(seed):
    made = (
        "from sympy import Max, Piecewise, tanh;"
        "from orbitkernels.theory.activation_text import formula_activation;"
        "from orbitkernels.theory.gaussian_expectations import z; inner = Piecewise((0, z > -1), (z + 1, True));"
        "print(formula_activation(z + tanh(Piecewise((z, z > 0), (inner, True))) + Max(z, 1 - z, z/3 - 5)).text)"
    )
    nested = z + tanh(NESTED) + Max(z, 1 - z, z / 3 - 5)
    found = subprocess.run(
        [sys.executable, "-c", made], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True
    )
    assert found.stdout.strip() == formula_activation(nested).text


@pytest.mark.parametrize(
    ("expression", "number"),
    [
        (Float("1e400") * z, r"1\.00000E\+400"),
        (Float("-1e309") * tanh(z), r"-1\.00000E\+309"),
        (tanh(Float("1e500") * z), r"1\.00000E\+500"),
        (Float("1e-400") * z, r"1\.00000E-400"),
        (Piecewise((z, z > Float("1e400")), (0, True)), r"1\.00000E\+400"),
    ],
)
def test_numbers_beyond_floating_point_are_refused(expression, number):
    with pytest.raises(InputError, match=f"^Activation holds the number {number}, beyond floating point;"):
        formula_activation(expression)


def test_numbers_at_the_ends_of_floating_point_keep_their_digits():
    for text in ("1.7976931348623157e308", "2.2250738585072014e-308", "0.1", "-0.3"):
        assert in_absolute_values(Float(text) * z) == sympy.Rational(text) * z
    assert in_absolute_values(Float(0) + z + Float("0.0") * tanh(z)) == z
