"""The value of a step at 0: what a pre-activation of variance 0 gives, by the definition, layer by layer."""

from itertools import product

import numpy as np
import pytest
import sympy
from scipy.integrate import quad
from scipy.special import ndtr
from sympy import Eq, Heaviside, Piecewise, Rational, exp, sign

import orbitkernels as ok
from orbitkernels.errors import InputError
from orbitkernels.proofs.activations import network_activation
from orbitkernels.theory.activation_text import parse_activation

z = sympy.Symbol("z", real=True)

#: What is typed, and the values for z > 0, z < 0 and z = 0.
STEPS = [
    (Heaviside(z), 1, 0, 0.5),
    (Heaviside(z, 0), 1, 0, 0),
    (Heaviside(z, 1), 1, 0, 1),
    (3 * Heaviside(-z, 2) - 1, -1, 2, 5),
    (Piecewise((2, z >= 0), (5, True)), 2, 5, 2),
    (Piecewise((2, z > 0), (5, True)), 2, 5, 5),
    (Piecewise((1, z > 0), (-4, Eq(z, 0)), (0, True)), 1, 0, -4),
    (Piecewise((1, z > 0), (sign(z), True)), 1, -1, 0),
    ("sign(z)", 1, -1, 0),
    ("heaviside(z)", 1, 0, 0.5),
    ("sign(z)+sign(z)^2", 2, 0, 0),
    ("3-sign(z)-2*sign(z)^2", 0, 2, 3),
    (2 ** sign(z), 2, 0.5, 1),
]
NAMES = [str(typed) for typed, *_ in STEPS]
X = np.array([[0.0, 0.0], [1.0, 2.0], [-2.0, 0.5], [0.0, 0.0]])


def expectation(p, q, r, first, second, mixed):
    """E[f(z1) f(z2)]: f is r where the variance is 0; else the probabilities of the signs, by quadrature."""
    if first == 0 and second == 0:
        return r * r
    if first == 0 or second == 0:
        return r * (p + q) / 2
    u = mixed / np.sqrt(first * second)
    if abs(u) > 1 - 1e-12:  # inputs that are the same in every layer; the others are far from that
        return (p * p + q * q) / 2 if u > 0 else p * q
    tilt = u / np.sqrt(1 - u * u)
    both = quad(lambda g: np.exp(-g * g / 2) * ndtr(tilt * g), 0, 12, epsabs=1e-14)[0] / np.sqrt(2 * np.pi)
    return both * (p * p + q * q) + (1 - 2 * both) * p * q


def gram(values, depth, weight, bias):
    """The NNGP kernel of rows of X, layer by layer from the definition."""
    found, rows = X @ X.T / X.shape[1] * weight + bias, range(len(X))
    for _ in range(depth):
        of_pairs = [[expectation(*values, found[i, i], found[j, j], found[i, j]) for j in rows] for i in rows]
        found = np.array(of_pairs) * weight + bias
    return found


@pytest.mark.parametrize(("typed", "p", "q", "r"), STEPS, ids=NAMES)
def test_rows_of_zeros_give_the_value_at_0(typed, p, q, r):
    """The last layer has variances too; both are 3/2 here."""
    for depth in (1, 2, 3):
        kernel = ok.NNGP(depth, typed, weight_variance=1.5, bias_variance=0)
        assert kernel.gram(X) == pytest.approx(gram((p, q, r), depth, 1.5, 0.0), rel=1e-12, abs=1e-13)
        assert kernel.gram(X, X[:1])[:, 0] == pytest.approx(kernel.gram(X)[:, 0], rel=1e-14)


@pytest.mark.parametrize(("typed", "p", "q", "r"), STEPS, ids=NAMES)
def test_specifications_keep_the_value_at_0(typed, p, q, r):
    kernel = ok.NNGP(activation=typed, bias_variance=0)
    assert ok.kernel(kernel.spec) == kernel
    assert [float(v) for v in network_activation(typed).symbolic.scaled.parameters] == [p, q, r]


def test_planted_values_at_0_are_caught():
    for (typed, p, q, r), wrong in product(STEPS, (-1, 1)):
        found = ok.NNGP(activation=typed, bias_variance=0).gram(X)
        assert np.max(np.abs(found - gram((p, q, r + wrong / 8), 1, 1.0, 0.0))) > 0.01


@pytest.mark.parametrize(("typed", "p", "q", "r"), STEPS, ids=NAMES)
def test_closed_forms_at_variance_0(typed, p, q, r):
    f = network_activation(typed).symbolic
    assert float(f.variance(0)) == r**2
    for first, second, mixed in ((0, 0, 0), (0, 4, 0), (9, 0, 0), (4, 9, 3)):
        wanted = expectation(p, q, r, first, second, mixed)
        assert float(f.covariance(first, second, mixed)) == pytest.approx(wanted, rel=1e-13)


def test_blank_pixels_of_convolutional_nets():
    """CNNGP of depth 1 and filter 1: the mean over pixels of E[f f], a pixel of value 0 having variance 0."""
    images = np.array([[0.0, 1.0, -2.0, 0.0], [0.0, 0.0, 3.0, -1.0]])
    text = (
        "cnngp(depth=1, filter=1, head=flatten, activation=3-sign(z)-2*sign(z)^2, height=2, width=2, channels=1,"
    )
    kernel = ok.kernel(text + " bias_variance=0)")
    values = [expectation(0, 2, 3, a * a, b * b, a * b) for a, b in zip(*images, strict=True)]
    assert kernel.gram(images)[0, 1] == pytest.approx(sum(values) / 4, rel=1e-13)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (Piecewise((z, sympy.Ne(z, 0)), (5, True)), "jumps at z = 0; it must be continuous"),
        (Piecewise((z, z > 0), (1, Eq(z, 0)), (-z, True)), "jumps at z = 0; it must be continuous"),
        (Piecewise((2, sympy.Ne(z, 0)), (0, True)), "jumps; it must be continuous"),
        (z * sign(z) + 1 - sign(z) ** 2, "jumps; it must be continuous"),
        (Piecewise((1, z > 0), (0, z < 0)), "must have a value for every real z, but has none at z = 0"),
        (Heaviside(z, sympy.nan), "needs a real number as its value at the jump"),
    ],
)
def test_other_values_at_0_are_refused(expression, message):
    with pytest.raises(InputError, match=message) as caught:
        network_activation(expression)
    assert "\n" not in str(caught.value)


def test_continuous_functions_keep_theirs():
    for typed, value in (
        (z * Heaviside(z, 1), 0),
        (Piecewise((z, z > 0), (exp(z) - 1, True)), 0),
        ("cos(z)+z", 1),
    ):
        assert ok.NNGP(activation=typed, bias_variance=0).gram(X)[0, 0] == pytest.approx(value, abs=1e-15)
    assert parse_activation("z+z*sign(z)^2").text == "polynomial(0, 2)"
    assert network_activation(Piecewise((z, sympy.Ne(z, 0)), (0, True))).text == "polynomial(0, 1)"
    assert network_activation(Piecewise((Rational(1, 2), z > 0), (Rational(1, 2), True)) * z).text
