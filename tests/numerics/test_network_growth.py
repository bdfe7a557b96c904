"""Nets that enlarge angles: the growth against 60 digits, and the errors within the growth."""

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from network_oracle import ACTIVATIONS, DIGITS, hard_rows, net_errors, network_values

from orbitkernels.numerics import network
from orbitkernels.numerics.duals import dual
from orbitkernels.numerics.network import Network
from orbitkernels.numerics.network_growth import angle_growth, convolution_growth

#: Activation, weight and bias variance, options, depths, and whether the errors need the growth.
NETS = [
    ("erf", 100.0, 0.0, {}, (12, 20), True),
    ("erf", 1e4, 1e-3, {}, (3, 6), True),
    ("erf", 100.0, 0.0, {"residual": True}, (20,), False),
    ("sin", 50.0, 0.01, {}, (6, 8), True),
    ("cos", 10.0, 0.01, {}, (6,), False),
    ("hermite", 1.0, 0.0, {"layer_norm": True}, (10, 30), True),
    ("gelu", 2.0, 0.0, {}, (20,), False),
    ("leaky_relu", 3.0, 0.5, {"layer_norm": True, "residual": True}, (20,), False),
]


def made(name, weight, bias, depth, options):
    parameters = ACTIVATIONS[name][0]
    return Network(dual(name, parameters), (weight,) * (depth + 1), (bias,) * (depth + 1), **options)


@pytest.mark.parametrize(("name", "weight", "bias", "options", "depths", "needed"), NETS)
def test_errors_grow_no_faster_than_angles(name, weight, bias, options, depths, needed):
    """The bounds of the docstring of `network_gram`; without the growth they would be broken."""
    X = np.concatenate([hard_rows(2)[1::6], hard_rows(2)[1:13:2] * 1.0000001])
    variances = [weight] * (max(depths) + 1), [bias] * (max(depths) + 1)
    worst = net_errors(network, dual(name, ACTIVATIONS[name][0]), name, depths, X, *variances, **options)
    bounds = np.outer(depths, [1e-14, 1e-13])
    lengths = np.linalg.norm(X, axis=1)
    growth = [np.max(angle_growth(made(name, weight, bias, depth, options), lengths, 2)) for depth in depths]
    assert np.all(worst < bounds * np.array(growth)[:, None])
    assert np.any(worst > bounds) == needed


@pytest.mark.parametrize(("name", "weight", "bias", "options", "depths", "needed"), NETS)
def test_the_growth_is_that_of_a_small_angle(name, weight, bias, options, depths, needed):
    """The largest ratio of angles after two layers, from textbook formulas at two vectors an angle 1e-25 apart."""
    depth = max(depths)
    net = made(name, weight, bias, depth, options)
    assert angle_growth(net, np.array([1.7]), 2)[0] == pytest.approx(exact_growth(name, net, options), rel=1e-10)


def test_the_growth_is_that_of_the_worst_layers():
    """Layers that shrink angles before and after do not count."""
    weights, biases = (1.0, 0.2, 0.3, 200.0, 200.0, 50.0, 0.1, 0.2), (0.1, 0.5, 0.5, 0.0, 0.1, 0.0, 0.5, 0.5)
    net = Network(dual("erf"), weights, biases)
    found = angle_growth(net, np.array([1.7]), 2)[0]
    assert found == pytest.approx(exact_growth("erf", net, {}), rel=1e-10)
    assert found > 3


def exact_angles(name, net, options):
    """Angles and lengths after the layers for |x| = 1.7 and two coordinates."""
    weights, biases = net.weight_variance, net.bias_variance
    with mpmath.workdps(2 * DIGITS):
        angle, length = mpf("1e-25"), mpf(1.7)
        x, y = [length, mpf(0)], [length * mpmath.cos(angle), length * mpmath.sin(angle)]
        mixed, own = (network_values(name, x, other, weights, biases, **options) for other in (y, x))
        first = mpf(weights[0]) * length**2 / 2
        angles = [angle * mpmath.sqrt(first / (first + biases[0]))]
        angles += [mpmath.sqrt(2 * (1 - pair[0] / square[0])) for pair, square in zip(mixed, own, strict=True)]
        lengths = [mpmath.sqrt(first + biases[0]), *(mpmath.sqrt(square[0]) for square in own)]
    return angles, lengths


def exact_growth(name, net, options):
    """The largest factor of consecutive layers."""
    angles, _ = exact_angles(name, net, options)
    return float(max(angles[j] / angles[i] for i in range(len(angles)) for j in range(i, len(angles))))


@pytest.mark.parametrize(("weights", "name"), [((100.0, 100.0, 100.0, 1.0), "erf"), ((1.0, 400.0, 1.0), "sin")])
def test_narrow_peaks_are_moved_by_the_angles_that_earlier_layers_enlarged(weights, name):
    """10^-3 w a times the largest factor of consecutive layers before; the same at a single position."""
    net = Network(dual(name, ACTIVATIONS[name][0]), weights, (0.0, 0.1, 0.2, 0.1)[: len(weights)])
    angles, lengths = exact_angles(name, net, {})
    steepness = 1e9  # beyond all growth of angles
    before = [max(angles[j] / angles[i] for i in range(j + 1)) for j in range(len(weights) - 1)]
    expected = float(max(mpf("1e-3") * steepness * a * g for a, g in zip(lengths, before, strict=False)))
    assert max(before) > 1.5
    assert angle_growth(net, np.array([1.7]), 2, steepness)[0] == pytest.approx(expected, rel=1e-10)
    features = [net.dual.features(np.array([float(a)])) for a in lengths[:-1]]
    found = convolution_growth(features, net.weight_variance, net.bias_variance, steepness)
    assert found == pytest.approx(expected, rel=1e-10)
    without = convolution_growth(features, net.weight_variance, net.bias_variance)
    assert without == pytest.approx(exact_growth(name, net, {}), rel=1e-10)
