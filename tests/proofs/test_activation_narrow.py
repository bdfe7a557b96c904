"""Narrow features of formulas: what is stated covers what the expansion misses, by integrals on graded panels."""

import warnings

import numpy as np
import pytest
import sympy

import orbitkernels as ok
from orbitkernels.errors import ExpectationWarning, InputError
from orbitkernels.numerics.dual_quadrature import hermite_coefficients
from orbitkernels.proofs.activations import network_activation

NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)
LOG2 = float(np.log(2))

#: Formula, f in NumPy, and where its narrow features are: at kinks and away from them.
NARROW = [
    ("z+1000*exp(-10^6*abs(z-1/3))", lambda t: t + 1e3 * np.exp(-1e6 * abs(t - 1 / 3)), [1 / 3]),
    ("z/10+100*z*exp(-10^4*abs(abs(z)-1))", lambda t: t / 10 + 100 * t * np.exp(-1e4 * abs(abs(t) - 1)), [-1, 1]),
    ("z/10+exp(-10^4*abs(z-1/2))", lambda t: t / 10 + np.exp(-1e4 * abs(t - 0.5)), [0.5]),
    ("z+5*tanh(10^4*abs(z-1/3))", lambda t: t + 5 * np.tanh(1e4 * abs(t - 1 / 3)), [1 / 3]),
    ("z+exp(-10^4*(abs(z)-1)^2)", lambda t: t + np.exp(-1e4 * (abs(t) - 1) ** 2), [-1, 1]),
    ("z+100*exp(-10^8*(z-1/3)^2)", lambda t: t + 100 * np.exp(-1e8 * (t - 1 / 3) ** 2), [1 / 3]),
    ("z+100*exp(-10^8*(exp(z)-2)^2)", lambda t: t + 100 * np.exp(-1e8 * (np.exp(t) - 2) ** 2), [LOG2]),
    ("z+100/(1+10^10*(z-1/3)^4)", lambda t: t + 100 / (1 + 1e10 * (t - 1 / 3) ** 4), [1 / 3]),
    ("z+100*exp(-10^8*z^2+2*10^8*z/3-10^8/9)", lambda t: t + 100 * np.exp(-1e8 * (t - 1 / 3) ** 2), [1 / 3]),
    ("z+10*tanh(10^6*exp(z)-2*10^6)-10*tanh(10^6*exp(z)-2*10^6-100)",
     lambda t: t + 10 * np.tanh(1e6 * (np.exp(t) - 2)) - 10 * np.tanh(1e6 * (np.exp(t) - 2) - 100), [LOG2]),
    ("z+10*tanh(10^5*(exp(z)-2))*exp(-10^3*(exp(z)-2)^2)",
     lambda t: t + 10 * np.tanh(1e5 * (np.exp(t) - 2)) * np.exp(-1e3 * (np.exp(t) - 2) ** 2), [LOG2]),
]  # fmt: skip


def second_moment(function, places, a):
    """E[f(a z)^2] on panels that shrink to a billionth towards 0 and the places."""
    steps = np.concatenate([[0.0], np.geomspace(1e-9, 30, 240)])
    centres = np.array([0.0, *places])[:, None] / a
    edges = np.unique(np.clip(np.concatenate([centres - steps, centres + steps]), -12, 12))
    middle, half = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
    points = middle[:, None] + half[:, None] * NODES
    density = np.exp(-points * points / 2) / np.sqrt(2 * np.pi)
    return float(np.sum(half[:, None] * WEIGHTS * density * function(a * points) ** 2))


def missed_and_stated(text, function, places, a):
    """What the coefficients and the integral differ by, as a share of the larger, and the share that is stated."""
    f, lengths = network_activation(text), np.array([a])
    known = second_moment(function, places, a)
    found = np.sum(hermite_coefficients(f.text, f.function, lengths, f.kinks) ** 2)
    return abs(found - known) / max(found, known), f.series_error(lengths)[0]


@pytest.mark.parametrize(("text", "function", "places"), NARROW, ids=[text for text, *_ in NARROW])
@pytest.mark.parametrize("a", [0.3, 1.0, 2.5])
def test_what_is_stated_covers_narrow_features(text, function, places, a):
    missed, stated = missed_and_stated(text, function, places, a)
    assert missed > 1e-9  # at a = 1 from 8e-5 on: the panels alone do not see it
    assert missed <= stated * (1 + 1e-6) + 1e-13


def test_planted_features_are_caught():
    """Ten times the width is far more than what is stated."""
    text, _, places = NARROW[3]
    missed, stated = missed_and_stated(text, lambda t: t + 5 * np.tanh(1e3 * abs(t - 1 / 3)), places, 1.0)
    assert missed > 5 * stated


def test_narrow_features_at_kinks_are_refused_or_warned_of():
    for text in (NARROW[0][0], NARROW[1][0]):
        with pytest.raises(InputError, match="cannot be expanded in polynomials of Hermite") as caught:
            ok.NNGP(activation=text, bias_variance=0).gram([[1.0]])
        assert "\n" not in str(caught.value)
    for text, share in ((NARROW[2][0], "4e-03"), (NARROW[3][0], "8e-05"), (NARROW[6][0], "2e-01")):
        with pytest.warns(ExpectationWarning, match=f"leave out up to {share} of"):
            ok.NNGP(activation=text, bias_variance=0).gram([[1.0]])


def test_features_of_lengths_between_the_extremes_are_looked_at():
    """Neither short nor long inputs see the bump at 1."""
    kernel = ok.NNGP(activation=NARROW[1][0], bias_variance=0)
    for alone in (1e-2, 1e4):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert kernel.gram([[alone]])[0, 0] == pytest.approx(alone**2 / 100, rel=1e-3)
    with pytest.raises(InputError, match=r"from 0.01 to 1e\+04: 1e\+00 of"):
        kernel.gram([[1e-2], [1.0], [1e4]])


def test_many_kinks_leave_room_for_other_features():
    """Forty-one kinks nearer to 0 than the bump."""
    z = sympy.Symbol("z")
    ramps = sum(sympy.Abs(z - sympy.Rational(k, 50)) for k in range(-20, 21)) / 41
    bump = 100 * sympy.exp(-(10**8) * (sympy.exp(z) - 2) ** 2)
    plain, narrow = (network_activation(part).series_error(np.ones(1))[0] for part in (ramps, ramps + bump))
    assert plain < 1e-2
    assert narrow > 0.1


def test_smooth_formulas_state_rounding_as_before():
    for text in ("softplus(z)", "z*sigmoid(z)", "cos(z)^3+z", "tanh(z/2)", "z+exp(-(exp(z/8)-1)^2/8)"):
        assert network_activation(text).series_error(np.array([0.5, 1.0])).max() < 1e-12
