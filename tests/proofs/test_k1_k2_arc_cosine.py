"""Theorems K1 and K2: the derivation comes to the claim, and mistakes in a formula or a route are found."""

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
import sympy

from orbitkernels.numerics import kernels as numeric_kernels
from orbitkernels.numerics import network
from orbitkernels.proofs import arc_cosine_checks, arc_cosine_derivation
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.k1_arc_cosine_zero import AngleCase, CosineCase, RandomCase, SeriesCase
from orbitkernels.proofs.theorem import THEOREMS
from orbitkernels.theory import arc_cosine, dual_activations
from orbitkernels.theory.formula import u

#: Cases of each check of each theorem.
CASES = {
    "K1": {
        "exact": [AngleCase(7), SeriesCase((0, 5))],
        "enclosed": [CosineCase(Fraction(1, 3))],
        "numeric": [RandomCase(1e-3, 0)],
    },
    "K2": {
        "exact": [SeriesCase((0, 5))],
        "enclosed": [CosineCase(Fraction(-1, 3))],
        "numeric": [RandomCase(1e-3, 0)],
    },
}


def outcomes(name: str, level: str) -> list[bool]:
    procedure = getattr(THEOREMS[name], level)
    return [procedure.compare(case, np.random.default_rng(0)).holds for case in CASES[name][level]]


@pytest.mark.parametrize("name", CASES)
def test_the_derivation_comes_to_the_claim(name) -> None:
    derivation = THEOREMS[name].derivation()
    assert derivation.level is Level.SYMBOLIC
    assert derivation.unshown == ()
    assert derivation.goal == THEOREMS[name].statement


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("level", ["exact", "enclosed", "numeric"])
def test_many_different_cases(name, level) -> None:
    procedure = getattr(THEOREMS[name], level)
    cases = procedure.cases(False)
    assert len({str(case) for case in cases}) == len(cases) >= {"exact": 12, "enclosed": 40, "numeric": 40}[level]
    assert 2 <= len(procedure.cases(True)) < len(cases)


#: Small changes of a closed form.
WRONG = {
    "a sign": lambda form: form.xreplace({sympy.acos(u): -sympy.acos(u)}),
    "a factor": lambda form: 2 * form,
    "a small constant": lambda form: form + sympy.Rational(1, 10**20),
}


@pytest.mark.parametrize("change", WRONG)
@pytest.mark.parametrize("name", CASES)
def test_a_wrong_closed_form_is_found(name, change, monkeypatch) -> None:
    function = {"K1": "derive_kappa0", "K2": "derive_kappa1"}[name]
    right = getattr(arc_cosine, function)()
    wrong = dataclasses.replace(
        right,
        expression=WRONG[change](right.expression),
        in_angle=right.in_angle + sympy.Rational(1, 10**20),
        steps=(*right.steps[:-1], dataclasses.replace(
            right.steps[-1],
            equation=sympy.Eq(right.steps[-1].equation.lhs, WRONG[change](right.expression), evaluate=False),
        )),
    )  # fmt: skip
    for level in ("exact", "enclosed"):
        assert all(outcomes(name, level))
    for module in (arc_cosine, dual_activations, arc_cosine_derivation):
        monkeypatch.setattr(module, function, lambda: wrong)
    for level in ("exact", "enclosed"):
        assert not any(outcomes(name, level))
    with pytest.raises(ValueError, match=r"refute|differ|does not hold"):
        THEOREMS[name].derivation()


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_floating_point_formula_is_found(name, monkeypatch) -> None:
    assert all(outcomes(name, "numeric"))
    for module, function in ((network, "network_profile"), (numeric_kernels, "relu_gram")):
        original = getattr(module, function)
        monkeypatch.setattr(module, function, lambda *a, original=original: original(*a) * (1 + 1e-13))
    assert not any(outcomes(name, "numeric"))


@pytest.mark.parametrize(
    ("function", "level"),
    [
        ("hermite_coefficient", "exact"),
        ("taylor_coefficients", "exact"),
        ("chamber_fraction", "exact"),
        ("enclosed_expectation", "enclosed"),
        ("quadrature_expectation", "numeric"),
    ],
)
def test_a_wrong_route_is_found(function, level, monkeypatch) -> None:
    """Each function is asked for its neighbour: the other degree, the next angle."""
    original = getattr(arc_cosine_checks, function)
    changed = {
        "hermite_coefficient": lambda power, m: original(1 - power, m),
        "taylor_coefficients": lambda form, order: original(-form, order),
        "chamber_fraction": lambda a, b: original(b - a, b),
        "enclosed_expectation": lambda power, u: original(power, -u),
        "quadrature_expectation": lambda power, u: original(power, u + 1e-12),
    }[function]
    monkeypatch.setattr(arc_cosine_checks, function, changed)
    assert not all(outcomes("K1", level))
    if function != "chamber_fraction":
        assert not all(outcomes("K2", level))


def test_wedges_are_counted_with_the_signs_of_exact_numbers() -> None:
    for b in range(1, 9):
        assert [arc_cosine_checks.chamber_fraction(a, b) for a in (0, b)] == [1, 0]
    with pytest.raises(ArithmeticError):
        arc_cosine_checks._is_positive(_zero())


def _zero():
    from orbitkernels.theory.cyclotomics import root_of_unity

    return root_of_unity(4, 1)  # its real part vanishes
