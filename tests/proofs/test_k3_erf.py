"""Theorem K3: the derivation comes to the claim, and mistakes in a formula or a route are found."""

import numpy as np
import pytest
import sympy

from orbitkernels.numerics import kernels as numeric_kernels
from orbitkernels.proofs import erf_checks, gaussian_quadrature
from orbitkernels.proofs.derivation import DerivationError
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.k3_erf_expectation import KINDS, CovarianceCase, covariance
from orbitkernels.proofs.theorem import THEOREMS
from orbitkernels.theory import kernels

K3 = THEOREMS["K3"]
CASES = {
    "exact": [CovarianceCase("rational", 0), CovarianceCase("rational", 1)],
    "enclosed": [CovarianceCase(kind, 0) for kind in KINDS],
    "numeric": [CovarianceCase(kind, 0) for kind in KINDS],
}


def outcomes(level: str) -> list[bool]:
    return [getattr(K3, level).compare(case, np.random.default_rng(1)).holds for case in CASES[level]]


def test_the_derivation_comes_to_the_claim() -> None:
    derivation = K3.derivation()
    assert derivation.level is Level.SYMBOLIC
    assert derivation.unshown == ()
    assert derivation.goal == K3.statement


@pytest.mark.parametrize("level", CASES)
def test_many_different_cases(level) -> None:
    cases = getattr(K3, level).cases(False)
    assert len({str(case) for case in cases}) == len(cases) >= {"exact": 24, "enclosed": 40, "numeric": 40}[level]


def test_covariance_matrices_of_every_kind() -> None:
    determinants = []
    for turn in range(20):
        for kind in KINDS:
            first, second, mixed = covariance(CovarianceCase(kind, turn), np.random.default_rng(turn))
            determinants.append(first * second - mixed**2)
            assert (determinants[-1] == 0) == (kind == "singular")
    assert min(determinants) == 0


#: Mistakes in the closed forms, one for the value and one for the slope each.
WRONG = {
    "a factor 2": lambda value: 2 * value,
    "a small constant": lambda value: value * (1 + sympy.Rational(1, 10**20)),
}


@pytest.mark.parametrize("function", ["erf_covariance", "erf_slope_covariance"])
@pytest.mark.parametrize("change", WRONG)
def test_a_wrong_closed_form_is_found(function, change, monkeypatch) -> None:
    original = getattr(kernels, function)
    assert all(outcomes("exact") + outcomes("enclosed"))
    monkeypatch.setattr(kernels, function, lambda *s: WRONG[change](original(*s)))
    assert not any(outcomes("exact") + outcomes("enclosed"))
    with pytest.raises(DerivationError):
        K3.derivation()


def test_a_lost_term_of_the_variances_is_found(monkeypatch) -> None:
    def without(first, second, mixed):
        return 2 / sympy.pi * sympy.asin(2 * mixed / sympy.sqrt((1 + 2 * first) * (2 + 2 * second)))

    monkeypatch.setattr(kernels, "erf_covariance", without)
    assert not any(outcomes("enclosed"))
    with pytest.raises(DerivationError):
        K3.derivation()


def test_a_wrong_floating_point_formula_is_found(monkeypatch) -> None:
    assert all(outcomes("numeric"))
    original = numeric_kernels.erf_gram
    monkeypatch.setattr(numeric_kernels, "erf_gram", lambda *a: original(*a) * (1 + 1e-13))
    assert not any(outcomes("numeric"))


@pytest.mark.parametrize(
    ("function", "change", "level"),
    [
        ("price_coefficients", lambda f: lambda a, b, order, slope: f(a, b + 1, order, slope), "exact"),
        ("_hermite_moment", lambda f: lambda n, v: f(n, 2 * v), "exact"),
        ("enclosed_erf_expectations", lambda f: lambda a, b, c: f(a, b, -c), "enclosed"),
        ("erf_expectations", lambda f: lambda a, b, c: f(a, b * (1 + 1e-12), c), "numeric"),
    ],
)
def test_a_wrong_route_is_found(function, change, level, monkeypatch) -> None:
    monkeypatch.setattr(erf_checks, function, change(getattr(erf_checks, function)))
    assert not all(outcomes(level))


def test_a_quadrature_that_stops_too_early_is_found(monkeypatch) -> None:
    monkeypatch.setattr(gaussian_quadrature, "CUT", 1)
    found = K3.enclosed.compare(CASES["enclosed"][0], np.random.default_rng(1))
    assert not found.holds
    assert "undecided" in found.detail  # the ball is wide, and still holds the value
    monkeypatch.setattr(gaussian_quadrature, "_FAR", 5.0)
    assert not all(outcomes("numeric"))
