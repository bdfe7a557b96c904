"""Gaussian expectations by each route, series, wedges, balls and quadrature, against closed forms."""

from fractions import Fraction
from itertools import product
from math import acos, asin, pi, sqrt

import mpmath
import numpy as np
import pytest
import sympy
from flint import acb, arb

from orbitkernels.proofs import arc_cosine_checks, erf_checks, gaussian_quadrature, layer_integrals
from orbitkernels.theory.balls import ball
from orbitkernels.theory.cyclotomics import root_of_unity
from orbitkernels.theory.formula import u


def kappa(power, cosine):
    """kappa0 and kappa1 by their closed forms."""
    if power == 0:
        return 1 - acos(cosine) / pi
    return (sqrt(1 - cosine**2) + (pi - acos(cosine)) * cosine) / pi


def erf_pair(first, second, mixed):
    """E[erf erf] and E[erf' erf'] by Williams's closed forms."""
    product = (1 + 2 * first) * (1 + 2 * second)
    return 2 / pi * asin(2 * mixed / sqrt(product)), 4 / pi / sqrt(product - 4 * mixed**2)


# ---------------------------------------------------------------------- series


@pytest.mark.parametrize(
    ("power", "rational", "over_pi"),
    [
        (0, [Fraction(1, 2), 0, 0, 0, 0, 0, 0], [0, 1, 0, Fraction(1, 6), 0, Fraction(3, 40), 0]),
        (1, [0, Fraction(1, 2), 0, 0, 0, 0, 0], [1, 0, Fraction(1, 2), 0, Fraction(1, 24), 0, Fraction(1, 80)]),
        (2, [Fraction(1, 2), 0, 1, 0, 0], [0, 4, 0, Fraction(2, 3), 0]),
    ],
)
def test_hermite_coefficients(power, rational, over_pi) -> None:
    """Those of arcsin, and of its integral; for z^2 E[z^3; z > 0] = 2/sqrt(2 pi) gives the 4/pi."""
    found = [arc_cosine_checks.hermite_coefficient(power, m) for m in range(len(rational))]
    assert found == list(zip(rational, over_pi, strict=True))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (sympy.sqrt(1 - u**2), [(1, 0), (0, 0), (Fraction(-1, 2), 0), (0, 0), (Fraction(-1, 8), 0)]),
        (
            sympy.acos(u) / sympy.pi,
            [(Fraction(1, 2), 0), (0, -1), (0, 0), (0, Fraction(-1, 6)), (0, 0), (0, Fraction(-3, 40))],
        ),
        (u * (3 - sympy.acos(u) / sympy.pi), [(0, 0), (Fraction(5, 2), 0), (0, 1)]),
        (sympy.sqrt(1 - u**2) / sympy.pi + 7, [(7, 1)]),
        (sympy.acos(u) / sympy.pi, [(Fraction(1, 2), 0)]),
    ],
)
def test_taylor_coefficients(expression, expected) -> None:
    assert arc_cosine_checks.taylor_coefficients(expression, len(expected) - 1) == expected


@pytest.mark.parametrize(
    ("first", "second", "slope", "expected"),
    [
        (0, 0, False, [0, 1, 0, Fraction(2, 3)]),  # H_2(0)^2/3! = 4/6
        (0, 0, True, [1, 0, 2, 0, 6]),  # (1 - 4 s^2)^(-1/2)
        (Fraction(1, 2), Fraction(3, 2), False, [0, 1, 0, Fraction(1, 12)]),  # A B = 8
        (Fraction(1, 2), Fraction(3, 2), True, [1, 0, Fraction(1, 4)]),
    ],
)
def test_price_coefficients_are_those_of_the_closed_form(first, second, slope, expected) -> None:
    found = erf_checks.price_coefficients(Fraction(first), Fraction(second), len(expected) - 1, slope)
    assert found == expected


@pytest.mark.parametrize(
    ("n", "variance", "expected"),
    [
        (-1, 1, 0),
        (0, 3, 1),
        (1, 3, 0),
        (2, Fraction(1, 3), 4 * Fraction(1, 3) - 2),
        (3, 2, 0),
        (4, Fraction(1, 4), Fraction(16 * 3, 16) - 48 * Fraction(1, 4) + 12),
        (6, 1, 64 * 15 - 480 * 3 + 720 - 120),
    ],
)
def test_moments_of_hermite_polynomials(n, variance, expected) -> None:
    """E[4 w^2 - 2], E[16 w^4 - 48 w^2 + 12] and E[64 w^6 - 480 w^4 + 720 w^2 - 120]."""
    assert erf_checks._hermite_moment(n, Fraction(variance)) == expected


def test_taylor_coefficients_of_arcsine_and_inverse_root() -> None:
    s = sympy.Symbol("s")
    assert erf_checks.closed_form_coefficients(sympy.asin(s / 2), s, 5) == [
        0, Fraction(1, 2), 0, Fraction(1, 48), 0, Fraction(3, 40 * 32),
    ]  # fmt: skip
    expected = [Fraction(1, 2), 0, Fraction(1, 4), 0, Fraction(3, 16)]  # (1 - s^2)^(-1/2)/2
    assert erf_checks.closed_form_coefficients(1 / sympy.sqrt(4 - 4 * s**2), s, 4) == expected


# ---------------------------------------------------------------------- wedges


def test_wedges_give_kappa0_at_every_rational_angle() -> None:
    for b in range(1, 8):
        assert [arc_cosine_checks.chamber_fraction(a, b) for a in range(b + 1)] == [
            1 - Fraction(a, b) for a in range(b + 1)
        ]


@pytest.mark.parametrize(
    ("number", "positive"),
    [(root_of_unity(5), True), (root_of_unity(5, 2), False), (root_of_unity(1), True), (root_of_unity(2), False)],
)
def test_signs_of_real_parts(number, positive) -> None:
    assert arc_cosine_checks._is_positive(number) is positive


# ---------------------------------------------------------------------- balls


@pytest.mark.parametrize("power", [0, 1])
@pytest.mark.parametrize("cosine", [Fraction(-4, 5), Fraction(0), Fraction(1, 3), Fraction(99, 100)])
def test_conditional_integrals_are_the_arc_cosine_kernels(power, cosine) -> None:
    found = arc_cosine_checks.enclosed_expectation(power, ball(cosine))
    assert float(found.rad()) < 1e-10
    assert float(found) == pytest.approx(kappa(power, float(cosine)), rel=1e-13)


@pytest.mark.parametrize("power", [0, 1])
@pytest.mark.parametrize("cut", [1, 2])
def test_what_lies_beyond_the_cut_is_bounded(power, cut, monkeypatch) -> None:
    """The width is 2 int z^power (1 + z)^power n(z) dz beyond the cut, and the value lies inside."""
    monkeypatch.setattr(arc_cosine_checks, "CUT", cut)
    tail = mpmath.quad(lambda z: 2 * (z * (1 + z)) ** power * mpmath.npdf(z), [cut, cut + 5, 40])
    for cosine in (Fraction(-4, 5), Fraction(3, 5), Fraction(99, 100)):
        found = arc_cosine_checks.enclosed_expectation(power, ball(cosine))
        assert found.contains(arb(kappa(power, float(cosine))))
        assert 2 * float(found.rad()) == pytest.approx(float(tail), rel=1e-6)


def test_enclosed_gaussian_moments() -> None:
    """E[z^2] and E[z^4] of variance 3, E[1], and E[exp(-z^2)] = (1 + 2 s)^(-1/2)."""
    three = arb(3)
    for function, value in (
        (lambda z: z * z, 3),
        (lambda z: z**4, 27),
        (lambda z: acb(1), 1),
        (lambda z: (-z * z).exp(), 1 / sqrt(7)),
    ):
        found = gaussian_quadrature.enclosed_gaussian(function, three, 1)
        assert float(found.rad()) < 1e-10
        assert float(found) == pytest.approx(value, rel=1e-13)


@pytest.mark.parametrize("bound", [1, 5])
def test_the_tail_of_an_enclosed_expectation_is_bounded(bound, monkeypatch) -> None:
    """At most the bound times the measure beyond the cut on both sides."""
    monkeypatch.setattr(gaussian_quadrature, "CUT", 2)
    found = gaussian_quadrature.enclosed_gaussian(lambda z: acb(1), arb(3), bound)
    assert found.contains(1)
    assert float(found.rad()) == pytest.approx(bound * (2 - 2 * float(mpmath.ncdf(2))), rel=1e-6)


PAIRS = [(1.0, 2.0, 0.5), (0.25, 0.25, -0.2), (4.0, 1.0, -2.0), (0.01, 3.0, 0.1), (20.0, 30.0, 24.0)]


@pytest.mark.parametrize("pair", PAIRS)
def test_expectations_of_erf_in_balls_and_in_floats(pair) -> None:
    balls = erf_checks.enclosed_erf_expectations(*map(arb, pair))
    assert max(float(value.rad()) for value in balls) < 1e-10
    np.testing.assert_allclose([float(value) for value in balls], erf_pair(*pair), rtol=1e-12)
    np.testing.assert_allclose(erf_checks.erf_expectations(*pair), erf_pair(*pair), rtol=1e-13)


def test_tails_of_expectations_of_erf_are_bounded_by_their_largest_values(monkeypatch) -> None:
    """|erf| <= 1 and 0 <= erf' <= 2/sqrt(pi), with what lies beyond one standard deviation."""
    monkeypatch.setattr(gaussian_quadrature, "CUT", 1)
    balls = erf_checks.enclosed_erf_expectations(arb(1), arb(2), arb(0.5))
    beyond = 2 - 2 * float(mpmath.ncdf(1))
    assert [float(value.rad()) for value in balls] == pytest.approx([beyond, 4 / pi * beyond], rel=1e-6)
    assert all(value.contains(arb(right)) for value, right in zip(balls, erf_pair(1, 2, 0.5), strict=True))


# ---------------------------------------------------------------------- floating point


@pytest.mark.parametrize("power", [0, 1])
def test_quadrature_gives_the_arc_cosine_kernels_to_rounding(power) -> None:
    cosines = np.array([-0.999, -0.3, 0.0, 0.8, 1 - 1e-6])
    found, size = arc_cosine_checks.quadrature_expectation(power, cosines)
    np.testing.assert_allclose(found, [kappa(power, c) for c in cosines], rtol=1e-11, atol=1e-15)
    assert size == 11  # between 2^10 and 2^11 nodes
    assert arc_cosine_checks.quadrature_expectation(power, cosines[2:3])[1] == 10


@pytest.mark.parametrize("scale", [1e-3, 1.0, 10.0])
@pytest.mark.parametrize("variance", [0.0, 1e-4, 1.0, 9.0])
def test_gaussian_quadrature_of_moments(variance, scale) -> None:
    for function, value in (
        (np.ones_like, 1),
        (lambda z: z, 0),
        (np.square, variance),
        (lambda z: z**4, 3 * variance**2),
    ):
        found = gaussian_quadrature.gaussian_expectation(function, variance, scale)
        assert found == pytest.approx(value, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("width", [1e-1, 1e-3, 1e-5])
def test_gaussian_quadrature_of_a_narrow_peak(width) -> None:
    """E[exp(-z^2/2 w^2)] = w/sqrt(w^2 + s), which needs panels of the width of the peak."""
    found = gaussian_quadrature.gaussian_expectation(lambda z: np.exp(-z * z / 2 / width**2), 4.0, width)
    assert found == pytest.approx(width / sqrt(width**2 + 4), rel=1e-13)


# ---------------------------------------------------------------------- layers


def closed_recursion(activation, depth, weight, bias, inputs):
    """The recursion of K4 with the closed forms."""
    layer = [bias + weight * value for value in inputs]
    tangent = layer[2]
    for _ in range(depth):
        if activation == "erf":
            diagonal = [erf_pair(s, s, s)[0] for s in layer[:2]]
            value, slope = erf_pair(*layer)
        else:
            size = sqrt(layer[0] * layer[1])
            diagonal = [layer[0] / 2, layer[1] / 2]
            value, slope = size * kappa(1, layer[2] / size) / 2, kappa(0, layer[2] / size) / 2
        layer = [bias + weight * moment for moment in (*diagonal, value)]
        tangent = layer[2] + weight * slope * tangent
    return [layer[2], tangent]


@pytest.mark.parametrize(("activation", "depth"), list(product(["relu", "erf"], [1, 2, 3])))
def test_recursions_by_integrals_are_those_by_closed_forms(activation, depth) -> None:
    numbers, inputs = (1.5, 0.25), (0.75, 2.0, -0.5)
    expected = closed_recursion(activation, depth, *numbers, inputs)
    found, condition = layer_integrals.quadrature_recursion(activation, depth, *numbers, inputs)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    balls = layer_integrals.enclosed_recursion(activation, depth, *map(arb, numbers), tuple(map(arb, inputs)))
    np.testing.assert_allclose([float(value) for value in balls], expected, rtol=1e-12)
    assert (condition == 1) == (activation == "erf")


def test_the_condition_is_that_of_the_worst_layer() -> None:
    """1/sqrt(1 - u^2): the angle shrinks from layer to layer, so the last one counts; for one layer u = 3/5."""
    found = layer_integrals.quadrature_recursion("relu", 1, 1.0, 0.0, (1.0, 1.0, 0.6))[1]
    assert found == pytest.approx(1.25)
    second = kappa(1, 0.6)
    found = layer_integrals.quadrature_recursion("relu", 2, 1.0, 0.0, (1.0, 1.0, 0.6))[1]
    assert found == pytest.approx(1 / sqrt(1 - second**2))
