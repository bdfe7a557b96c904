"""Theorem K4: the derivation comes to the claim, and mistakes in the recursion or in a route are found."""

from fractions import Fraction

import numpy as np
import pytest

from orbitkernels.numerics import kernels as numeric_kernels
from orbitkernels.proofs import finite_networks as nets
from orbitkernels.proofs import layer_integrals
from orbitkernels.proofs.derivation import DerivationError
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.k4_layer_recursion import POLYNOMIALS, FiniteCase, LimitCase, NetworkCase
from orbitkernels.proofs.theorem import THEOREMS
from orbitkernels.theory import kernels, polynomial_layers
from orbitkernels.theory.kernels import Covariance

K4 = THEOREMS["K4"]
CASES = {
    "exact": [FiniteCase(2, name, 2) for name in POLYNOMIALS] + [LimitCase(0)],
    "enclosed": [NetworkCase(activation, 2, 0) for activation in ("relu", "erf")],
    "numeric": [NetworkCase(activation, 3, 0) for activation in ("relu", "erf")],
}


def outcomes(level: str) -> list[bool]:
    return [getattr(K4, level).compare(case, np.random.default_rng(5)).holds for case in CASES[level]]


def test_the_derivation_comes_to_the_claim() -> None:
    derivation = K4.derivation()
    assert derivation.level is Level.EXACT
    assert derivation.unshown == ()
    assert derivation.goal == K4.statement


@pytest.mark.parametrize("level", CASES)
def test_many_different_cases(level) -> None:
    cases = getattr(K4, level).cases(False)
    assert len({str(case) for case in cases}) == len(cases) >= {"exact": 28, "enclosed": 30, "numeric": 80}[level]


# ---------------------------------------------------------------------- nets of finite width


def test_expectations_of_a_finite_net_are_means_over_random_parameters() -> None:
    """Gauss-Hermite quadrature over all five parameters of a net of width 1, which is exact for its degrees."""
    net = nets.FiniteNetwork((1, 1, 1), (0, 1, Fraction(1, 2)), Fraction(2, 3), Fraction(1, 5))
    x, y = 1.5, -0.7
    nodes, weights = np.polynomial.hermite_e.hermegauss(8)
    w, b, a, c = np.meshgrid(*[nodes] * 4, indexing="ij")
    total = (
        np.multiply.outer(np.multiply.outer(weights, weights), np.multiply.outer(weights, weights))
        / (2 * np.pi) ** 2
    )
    gain, shift = np.sqrt(2 / 3), np.sqrt(1 / 5)

    def phi(z):
        return z + z * z / 2

    hx, hy = gain * w * x + shift * b, gain * w * y + shift * b
    fx, fy = gain * a * phi(hx) + shift * c, gain * a * phi(hy) + shift * c
    tangent = 2 / 3 * phi(hx) * phi(hy) + 1 / 5 + 2 / 3 * a * a * (1 + hx) * (1 + hy) * (2 / 3 * x * y + 1 / 5)
    found = net.expected_kernels([Fraction(3, 2)], [Fraction(-7, 10)])
    np.testing.assert_allclose(
        [float(v) for v in found], [np.sum(total * fx * fy), np.sum(total * tangent)], rtol=1e-12
    )


def test_the_second_layer_of_a_finite_net_differs_from_its_limit() -> None:
    """So the limit of the exact check is a limit."""
    finite = nets.kernels_of_two_squares(1, nets.VARIANCES, nets.X[0], nets.Y[0])
    limit = nets.recursion_kernels(2, nets.ACTIVATIONS["z^2"], nets.VARIANCES, nets.X[:1], nets.Y[:1])
    assert all(a != b for a, b in zip(finite, limit, strict=True))


# ---------------------------------------------------------------------- planted mistakes


def doubled_slope(before, activation, weight, bias):
    layer = polynomial_layers_original(before, activation, weight, bias)
    return Covariance(layer.first, layer.second, layer.mixed, layer.mixed + 2 * (layer.tangent - layer.mixed))


def without_new_covariance(before, activation, weight, bias):
    layer = polynomial_layers_original(before, activation, weight, bias)
    return Covariance(layer.first, layer.second, layer.mixed, layer.tangent - layer.mixed)


def rescaled(before, activation, weight, bias):
    """A factor 2 of the weight variance, as for a rescaled activation."""
    return polynomial_layers_original(before, activation, 2 * weight, bias)


def biased(before, activation, weight, bias):
    return polynomial_layers_original(before, activation, weight, bias + Fraction(1, 10**20))


polynomial_layers_original = polynomial_layers.polynomial_layer


@pytest.mark.parametrize("mistake", [doubled_slope, without_new_covariance, rescaled, biased])
def test_a_wrong_layer_is_found(mistake, monkeypatch) -> None:
    assert all(outcomes("exact"))
    monkeypatch.setattr(polynomial_layers, "polynomial_layer", mistake)
    assert not any(outcomes("exact"))
    with pytest.raises(DerivationError):
        K4.derivation()


@pytest.mark.parametrize(
    ("function", "change"),
    [
        ("pairings", lambda n: 2),
        ("gaussian_moment", lambda a, b, first, second, mixed: first**a * second**b),
    ],
)
def test_wrong_moments_are_found(function, change, monkeypatch) -> None:
    monkeypatch.setattr(polynomial_layers, function, change)
    assert not any(outcomes("exact"))


def test_a_wrong_gradient_is_found(monkeypatch) -> None:
    original = nets.FiniteNetwork.tangent
    monkeypatch.setattr(
        nets.FiniteNetwork, "tangent", lambda net, f, g: original(net, f, g) + net.parameter("b_0_0")
    )
    with pytest.raises(DerivationError):
        K4.derivation()


@pytest.mark.parametrize("activation", ["relu", "erf"])
def test_a_wrong_closed_form_is_found(activation, monkeypatch) -> None:
    assert all(outcomes("enclosed"))
    original = kernels.next_covariance

    def mistake(before, weight, bias, function, **options):
        return original(before, weight, bias / 2 if function.name == activation else bias, function, **options)

    monkeypatch.setattr(kernels, "next_covariance", mistake)
    assert outcomes("enclosed").count(False) == 1


def test_a_wrong_floating_point_kernel_is_found(monkeypatch) -> None:
    assert all(outcomes("numeric"))
    for function in ("relu_gram", "erf_gram"):
        original = getattr(numeric_kernels, function)
        monkeypatch.setattr(numeric_kernels, function, lambda *a, original=original: original(*a) * (1 + 1e-12))
    assert not any(outcomes("numeric"))


@pytest.mark.parametrize(
    ("function", "level"),
    [
        ("enclosed_expectation", "enclosed"),
        ("enclosed_erf_expectations", "enclosed"),
        ("quadrature_expectation", "numeric"),
        ("erf_expectations", "numeric"),
    ],
)
def test_a_wrong_integral_is_found(function, level, monkeypatch) -> None:
    original = getattr(layer_integrals, function)

    def changed(*arguments):
        found = original(*arguments)
        if isinstance(found, list):
            return [value * (1 + 2**-30) for value in found]
        wrong = (found[0] if isinstance(found, tuple) else found) * (1 - 2**-30)
        return (wrong, *found[1:]) if isinstance(found, tuple) else wrong

    monkeypatch.setattr(layer_integrals, function, changed)
    assert outcomes(level).count(False) == 1
