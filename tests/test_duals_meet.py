"""The two rooms meet: theory's closed forms at 120 digits against the jitted duals of numerics."""

import mpmath
import numpy as np
import pytest
import sympy
from mpmath import mpf

from orbitkernels.proofs.activations import network_activation
from orbitkernels.theory.gaussian_expectations import s11, s12, s22

NAMED = ["relu", "leaky_relu(0.1)", "leaky_relu(-2)", "abs", "erf", "gelu", "sin", "sin(2)", "cos", "cos(0.5)",
         "hermite(1)", "hermite(4)", "polynomial(0,1,1/2)", "polynomial(1,-2,0,1/2)"]  # fmt: skip
SERIES = ["z+sin(z)/2", "exp(z/2)", "exp(-z^2/4)", "cos(z)*exp(z/3)"]

#: 1 - u from equal inputs over near-duplicates to a right angle; the same for 1 + u.
NEAR = [0.0, 1e-30, 1e-17, 3e-13, 1e-8, 2.5e-4, 0.1, 0.4, 1.0]
COSINES = [*((t, 2.0 - t) for t in NEAR), *((2.0 - t, t) for t in NEAR[:-1])]
LENGTHS = [(1.0, 1.0), (0.3, 1.7), (2.0, 2.0)]


def exact(f, a, b, gap, rest):
    """(1 - c, 1 + c, slope), and the sizes of c and of the slope, from s12 = a b u."""
    with mpmath.workdps(120):
        first, second = mpf(a) ** 2, mpf(b) ** 2
        mixed = mpf(a) * mpf(b) * (1 - mpf(gap) if gap <= rest else mpf(rest) - 1)
        covariance, slope = expectations(f.text)
        size = mpmath.sqrt(covariance(first, first, first) * covariance(second, second, second))
        scale = mpmath.sqrt(slope(first, first, first) * slope(second, second, second))
        cosine = covariance(first, second, mixed) / size
        return 1 - cosine, 1 + cosine, slope(first, second, mixed) / scale, scale


_KNOWN = {}


def expectations(text):
    """The closed forms as mpmath functions, with the limits of SymPy's arccos kept real."""
    if text not in _KNOWN:
        symbolic = network_activation(text).symbolic
        plain = [part(s11, s22, s12) for part in (symbolic.covariance, symbolic.slope_covariance)]
        found = [sympy.lambdify((s11, s22, s12), part, "mpmath") for part in plain]
        _KNOWN[text] = [lambda *values, part=part: mpmath.re(part(*values)) for part in found]
    return _KNOWN[text]


def errors(text, pair=None):
    """Largest errors of 1 - c and 1 + c; of 1 - c between equal lengths, relative to it; and of the slope."""
    f = network_activation(text)
    pair = pair or f.dual.pair
    absolute, relative, of_slope = 0.0, 0.0, 0.0
    for a, b in LENGTHS:
        fx, fy = f.dual.features(np.array([a])), f.dual.features(np.array([b]))
        for gap, rest in COSINES:
            found = pair(f.dual.parameters, fx, 0, fy, 0, gap, rest)
            known = exact(f, a, b, gap, rest)
            differences = [abs(float(mpf(value) - wanted)) for value, wanted in zip(found, known, strict=False)]
            absolute = max(absolute, *differences[:2])
            if a == b and gap <= rest and known[0] > mpf(10) ** -100:
                relative = max(relative, differences[0] / float(known[0]))
            of_slope = max(of_slope, abs(float(mpf(found[2]) / known[3] - known[2])))
    return absolute, relative, of_slope


@pytest.mark.parametrize("text", NAMED)
def test_closed_forms_meet_to_rounding(text):
    assert max(errors(text)) < 1.5e-15


@pytest.mark.parametrize("text", SERIES)
def test_series_meet_to_rounding_and_what_they_leave_out(text):
    absolute, _, of_slope = errors(text)
    left_out = (
        network_activation(text).series_error(np.array([length for pair in LENGTHS for length in pair])).max()
    )
    assert absolute < 1.5e-15 + left_out
    assert of_slope < 1e-13


@pytest.mark.parametrize("text", ["relu", "gelu", "sin(2)"])
@pytest.mark.parametrize(("component", "factor"), [(0, 1 + 1e-14), (1, 1 + 1e-14), (2, 1 + 1e-14)])
def test_planted_mistakes_are_caught(text, component, factor):
    right = network_activation(text).dual.pair

    def mistaken(*arguments):
        values = list(right(*arguments))
        values[component] *= factor
        return values

    assert max(errors(text, mistaken)) > 4e-15


def test_a_cosine_alone_would_not_do():
    """From the rounded cosine half of the digits of the slope of ReLU are lost: the grid sees it."""
    right = network_activation("relu").dual.pair

    def rounded(parameters, fx, i, fy, j, gap, rest):
        cosine = 1.0 - gap if gap <= rest else rest - 1.0
        return right(parameters, fx, i, fy, j, 1.0 - cosine, 1.0 + cosine)

    assert max(errors("relu", rounded)) > 1e-9
