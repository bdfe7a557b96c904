"""Infinite sums in balls: wherever a sum stops its ball holds the value, and the bound of its rest is near it."""

from fractions import Fraction

import mpmath
import pytest
from flint import arb

from orbitkernels.theory import aliasing_examples, circle_enclosures, erf_spectrum
from orbitkernels.theory.balls import working_precision

NINTH = Fraction(1, 9)
SMALL = Fraction(1, 900)


def theta(angle, t):
    """sum_m exp(-t m^2) cos(m angle)."""
    return mpmath.jtheta(3, mpmath.mpf(angle) / 2, mpmath.exp(-mpmath.mpf(t)))


def relu(ntk):
    """lambda_1 of two opposite points for sw2 = 1/9, sb2 = 1 and q = 1, so that rho = 1/10."""

    def value(first):
        angle = mpmath.acos(first * 9 / 10)
        arc = (mpmath.sin(angle) + (mpmath.pi - angle) * mpmath.cos(angle)) / mpmath.pi
        return 1 + mpmath.mpf(5) / 81 * arc + (first / 18 * (1 - angle / mpmath.pi) if ntk else 0)

    return value(mpmath.mpf(10) / 9) - value(mpmath.mpf(8) / 9)


def erf(weight, bias, ntk):
    """The kernel at the angle 0 for q = 1, which is lambda_0 of one point."""
    weight, bias = mpmath.mpf(weight.numerator) / weight.denominator, mpmath.mpf(bias)
    v = 2 * (weight + bias) / (1 + 2 * (weight + bias))
    return bias + 2 * weight / mpmath.pi * (mpmath.asin(v) + (v / mpmath.sqrt(1 - v * v) if ntk else 0))


#: The sum, its value, where it stops, and how many times the rest the ball may be at most.
SYMMETRIC = {
    "heat kernel": (lambda: aliasing_examples.heat_value(Fraction(1), 1), lambda: theta(mpmath.pi, 1), 1, 2.01),
    "wide heat kernel": (
        lambda: aliasing_examples.heat_value(Fraction(1), 40), lambda: theta(mpmath.pi, 40), 2, 1.7
    ),
    "wider heat kernel": (
        lambda: aliasing_examples.heat_value(Fraction(1), 10**4), lambda: theta(mpmath.pi, 10**4), 50, 1.4
    ),
    "heat eigenvalue": (lambda: aliasing_examples.heat_eigenvalue(1, 0, 1), lambda: theta(0, 1), 1, 1.11),
    "slow heat eigenvalue": (
        lambda: aliasing_examples.heat_eigenvalue(1, 0, Fraction(1, 8)), lambda: theta(0, 1 / 8), 2, 1.4
    ),
    "exponential": (
        lambda: aliasing_examples.exponential_eigenvalue(1, 0, Fraction(1, 2)), lambda: mpmath.exp(0.5), 1, 1.03
    ),
    "late exponential": (
        lambda: aliasing_examples.exponential_eigenvalue(1, 0, 2), lambda: mpmath.exp(2), 3, 1.13
    ),
    "Gaussian": (lambda: circle_enclosures.gaussian_spectrum(1, Fraction(1, 2))[0], lambda: 1, 2, 1.003),
    "wide Gaussian": (lambda: circle_enclosures.gaussian_spectrum(1, 2)[0], lambda: 1, 3, 1.04),
    "Gaussian of two points": (
        lambda: circle_enclosures.gaussian_spectrum(2, 2)[1], lambda: 1 - mpmath.exp(-4), 3, 9
    ),
    "Laplace": (lambda: circle_enclosures.laplace_spectrum(1, Fraction(1, 4))[0], lambda: 1, 2, 1.05),
    "Laplace of two points": (
        lambda: circle_enclosures.laplace_spectrum(2, Fraction(1, 4))[1], lambda: 1 - mpmath.exp(-0.25), 2, 1.07
    ),
    "ReLU NNGP": (lambda: circle_enclosures.relu_spectrum(2, NINTH, 1, 1, False)[1], lambda: relu(False), 1, 6.6),
    "ReLU NTK": (lambda: circle_enclosures.relu_spectrum(2, NINTH, 1, 1, True)[1], lambda: relu(True), 1, 2.78),
}  # fmt: skip

#: The same for sums of positive terms, whose rest lies on one side.
POSITIVE = {
    "erf NNGP": (lambda: erf_spectrum.enclosed_spectrum(1, NINTH, 0, 1, False)[0], (NINTH, 0, False), 0, 1.03),
    "later erf NNGP": (
        lambda: erf_spectrum.enclosed_spectrum(1, NINTH, 0, 1, False)[0], (NINTH, 0, False), 1, 6.2
    ),
    "erf NTK": (lambda: erf_spectrum.enclosed_spectrum(1, NINTH, 0, 1, True)[0], (NINTH, 0, True), 0, 1.03),
    "erf NNGP with bias": (
        lambda: erf_spectrum.enclosed_spectrum(1, NINTH, 1, 1, False)[0], (NINTH, 1, False), 0, 1.73
    ),
    "hypergeometric NNGP": (
        lambda: erf_spectrum.enclosed_hypergeometric_spectrum(1, SMALL, 1, False)[0], (SMALL, 0, False), 0, 1.58
    ),
    "hypergeometric NTK": (
        lambda: erf_spectrum.enclosed_hypergeometric_spectrum(1, SMALL, 1, True)[0], (SMALL, 0, True), 0, 1.29
    ),
}  # fmt: skip


@pytest.fixture
def stop(monkeypatch):
    """Stops every sum before its M-th term."""

    def at(M):
        for module in (aliasing_examples, circle_enclosures, erf_spectrum):
            monkeypatch.setattr(module, "terms_needed", lambda rest: M)

    erf_spectrum.enclosed_coefficients.cache_clear()
    yield at
    erf_spectrum.enclosed_coefficients.cache_clear()


def exact(number):
    return arb(mpmath.nstr(number, 65))


@pytest.mark.parametrize("name", SYMMETRIC)
def test_a_sum_that_stops_early_misses_its_value_by_little_less_than_its_radius(name, stop) -> None:
    value, truth, M, times = SYMMETRIC[name]
    stop(M)
    with working_precision(), mpmath.workdps(70):
        found = value()
        missed = abs(found.mid() - exact(truth()))
        assert missed <= found.rad() <= times * missed


@pytest.mark.parametrize("name", POSITIVE)
def test_a_sum_of_positive_terms_that_stops_early_has_its_value_above(name, stop) -> None:
    value, parameters, M, times = POSITIVE[name]
    stop(M)
    with working_precision(), mpmath.workdps(70):
        found = value()
        missed = exact(erf(*parameters)) - found.lower()
        assert 0 <= missed <= 2 * found.rad() <= times * missed


@pytest.mark.parametrize("name", [*SYMMETRIC, *POSITIVE])
def test_whole_sums_hold_their_values_narrowly(name) -> None:
    value, truth, *_ = SYMMETRIC.get(name) or POSITIVE[name]
    with working_precision(), mpmath.workdps(70):
        found = value()
        assert found.overlaps(exact(erf(*truth) if isinstance(truth, tuple) else truth()))
        assert found.rad() < 1e-55


@pytest.mark.parametrize(("base", "least"), [(10, 56), (2, 183)])
def test_as_many_terms_are_taken_as_the_rest_needs(base, least) -> None:
    """10^-56 < 1e-55 <= 10^-55 and 2^-183 < 1e-55 < 2^-182; nothing is added if nothing is left out."""
    assert circle_enclosures.terms_needed(lambda M: arb(base) ** -M) == least
    assert circle_enclosures.terms_needed(lambda _: arb(0)) == 0
