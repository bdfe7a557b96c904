"""Convolutional nets with every dual activation against the whole tensor over pairs of positions at 60 digits."""

import mpmath
import numpy as np
import pytest
from convolution_reference import convolutional_kernels
from mpmath import mpf
from network_oracle import ACTIVATIONS, wave

from orbitkernels.numerics.convolution import ConvolutionalNet, convolution_gram
from orbitkernels.numerics.dual_series import series, series_error
from orbitkernels.numerics.duals import dual

#: Largest error relative to sqrt(K(x,x) K(y,y)), a layer, of the NNGP kernel and of the NTK.
TOLERANCES = (1e-14, 1e-13)

#: (shape, depth, filter, stride, padding, head): windows of 2 x 2 for average.
GEOMETRIES = [
    ((3, 3), 1, (3, 3), (1, 1), "circular", "gap"),
    ((3, 3), 2, (2, 2), (1, 1), "circular", "gap"),
    ((4, 4), 2, (3, 3), (1, 1), "circular", "flatten"),
    ((3, 3), 2, (3, 3), (1, 1), "zero", "gap"),
    ((4, 4), 1, (3, 3), (1, 1), "zero", "average"),
    ((4, 4), 2, (2, 2), (1, 1), "valid", "gap"),
    ((3, 5), 2, (2, 3), (2, 2), "circular", "gap"),
]

WEIGHTS, BIASES = (1.2, 0.9, 1.0), (0.2, 0.1, 0.3)

KINDS = ("plain", "near", "opposite")


def images(kind, shape, seed):
    x = np.random.default_rng(seed).normal(size=(3, 1, *shape))
    if kind != "plain":
        x[1] = (1 if kind == "near" else -1) * x[0] + 1e-9 * x[2]
    return x[:2]


def shifted_sine(first, second, mixed):
    """z + sin(z)/2, by Stein's lemma for the mixed terms."""
    sines, cosines = wave(1, True)(first, second, mixed)
    decays = mpmath.exp(-first / 2), mpmath.exp(-second / 2)
    return mixed + mixed * sum(decays) / 2 + sines / 4, 1 + sum(decays) / 2 + cosines / 4


def bell(first, second, mixed):
    """exp(-z^2/2): the determinant of I + S to the power -1/2, and its derivative in the covariance."""
    volume = (1 + first) * (1 + second) - mixed**2
    return 1 / mpmath.sqrt(volume), mixed / mpmath.sqrt(volume) ** 3


def squared_relu(first, second, mixed):
    """max(z, 0)^2: the arc-cosine kernel of order 2 (Cho and Saul 2009), and four times that of order 1."""
    norm = mpmath.sqrt(first * second)
    if not norm:
        return mpf(0), mpf(0)
    u = max(min(mixed / norm, mpf(1)), mpf(-1))
    angle, sine = mpmath.acos(u), mpmath.sqrt(1 - u * u)
    square = 3 * sine * u + (mpmath.pi - angle) * (1 + 2 * u * u)
    return norm**2 * square / (2 * mpmath.pi), 2 * norm * (sine + (mpmath.pi - angle) * u) / mpmath.pi


#: Activations by Hermite coefficients from quadrature: expectations, f, f', whether all digits are kept.
SERIES = {
    "z+sin(z)/2": (shifted_sine, lambda z: z + np.sin(z) / 2, lambda z: 1 + np.cos(z) / 2, True),
    "exp(-z^2/2)": (bell, lambda z: np.exp(-z * z / 2), lambda z: -z * np.exp(-z * z / 2), True),
    "max(z,0)^2": (squared_relu, lambda z: np.maximum(z, 0) ** 2, lambda z: 2 * np.maximum(z, 0), False),
}


def errors_of(the_dual, expectations, geometry, kind):
    """Largest errors of CNN-GP and CNTK relative to sqrt(K(x,x) K(y,y)), over the depth."""
    shape, depth, filter, stride, padding, head = geometry
    weights, biases = WEIGHTS[: depth + 1], BIASES[: depth + 1]
    x = images(kind, shape, seed=depth + shape[1])
    net = ConvolutionalNet(
        *shape, depth, filter, stride, padding, head, (2, 2), (1, 1), weights, biases, the_dual, False
    )
    common = (*net[2:9], expectations, net.weights, net.biases)
    exact = {(i, j): convolutional_kernels(x[i], x[j], *common) for i, j in ((0, 0), (0, 1), (1, 1))}
    found = []
    for which in (0, 1):
        gram = convolution_gram(net._replace(ntk=which == 1), x, None)
        sizes = [mpmath.sqrt(exact[i, i][which]) for i in (0, 1)]
        errors = [(gram[i, j] - value[which]) / (sizes[i] * sizes[j]) for (i, j), value in exact.items()]
        found.append(max(abs(float(error)) for error in errors) / depth)
    return found


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_named_activations(name, geometry):
    parameters, expectations, *_ = ACTIVATIONS[name]
    kind = KINDS[(GEOMETRIES.index(geometry) + list(ACTIVATIONS).index(name)) % 3]
    found = errors_of(dual(name, parameters), expectations, geometry, kind)
    assert found[0] < TOLERANCES[0]
    assert found[1] < TOLERANCES[1]


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
@pytest.mark.parametrize("name", SERIES)
def test_activations_by_hermite_coefficients(name, geometry):
    """62 coefficients are enough for smooth ones; of others the error is below the one that is stated."""
    expectations, function, derivative, exact = SERIES[name]
    kind = KINDS[(GEOMETRIES.index(geometry) + list(SERIES).index(name)) % 3]
    found = errors_of(series(name, function, derivative), expectations, geometry, kind)
    for error, tolerance, of in zip(found, TOLERANCES, (function, derivative), strict=True):
        stated = 0.0 if exact else float(np.max(series_error(name, of, np.linspace(0.3, 2.0, 5))))
        assert error < tolerance + stated


def test_what_cancels_in_a_mean_over_both_signs_is_lost():
    """erf without bias: E(p, q) is known to 1e-16 of the mean of E(p, p), which may be 360 times the mean."""
    worst, ratio = 0.0, 0.0
    for seed in range(6):
        x = np.random.default_rng(seed).normal(size=(2, 1, 3, 3))
        net = ConvolutionalNet(
            3, 3, 1, (3, 3), (1, 1), "circular", "gap", (1, 1), (1, 1), (1.0, 1.0), (0.0, 0.0), dual("erf"), False
        )
        gram = convolution_gram(net, x, None)
        for i in (0, 1):
            gap, flat = (
                convolutional_kernels(x[i], x[i], *net._replace(head=head)[2:9], "erf", net.weights, net.biases)[0]
                for head in ("gap", "flatten")
            )
            assert abs(gram[i, i] - gap) < 2e-16 * flat
            worst, ratio = max(worst, abs(float(gram[i, i] / gap - 1))), max(ratio, float(flat / gap))
    assert 360 < ratio < 370
    assert worst < 4e-14
