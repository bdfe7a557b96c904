"""K12: planted mistakes are caught; the bound of Burnside and Brauer is not one for single vectors."""

import numpy as np
import pytest

from orbitkernels.proofs import dot_product_checks as checks
from orbitkernels.proofs import dot_product_orbits as orbits
from orbitkernels.proofs import k12_dot_product_kernels as k12
from orbitkernels.proofs.evaluation import DerivationError
from orbitkernels.theory import power_multiplicities as powers


def rng():
    return np.random.default_rng(0)


def test_the_derivation_comes_to_what_is_claimed():
    assert k12.derivation().unshown == ()


def test_cases_hold_faithful_actions_and_others_complex_and_quaternionic_irreps():
    cases = k12.exact_cases(False)
    assert {"Q8", "C7:C3", "M11"} <= {case.group for case in cases}
    assert {case.faithful for case in cases} == {True, False}
    for case in cases:
        assert case.action.is_faithful == case.faithful
    assert len({str(case) for case in cases}) == len(cases) >= 90


@pytest.mark.parametrize(
    ("kind", "function"),
    [
        ("frame", "frame_eigenvalues"),
        ("powers", "symmetric_multiplicities"),
        ("characters", "tensor_multiplicities"),
    ],
)
def test_a_mistake_in_the_multiplicities_is_found(kind, function, monkeypatch):
    case = k12.OrbitCase("C7:C3", kind)
    assert k12.exact_compare(case, rng()).holds
    original = getattr(powers, function)

    def wrong(*arguments):
        found = original(*arguments)
        return found[::-1]

    monkeypatch.setattr(powers, function, wrong)
    assert not k12.exact_compare(case, rng()).holds


def test_tensor_powers_in_place_of_symmetric_ones_are_found(monkeypatch):
    """What Burnside and Brauer say of tensor powers would be wrong for the orbit of one vector."""
    case = k12.OrbitCase("S3", "powers")
    assert k12.exact_compare(case, rng()).holds
    monkeypatch.setattr(powers, "symmetric_multiplicities", powers.tensor_multiplicities)
    assert not k12.exact_compare(case, rng()).holds


@pytest.mark.parametrize("kind", ["frame", "vectors"])
def test_enclosed_determinants_are_told_from_neighbours_and_zeros(kind, monkeypatch):
    case = k12.OrbitCase("Q8", kind)
    assert k12.enclosed_compare(case, rng()).holds
    name = f"enclosed_{kind}"
    original = getattr(orbits, name)

    def off(action, generator):
        phi, determinant = original(action, generator)
        return phi, determinant * (1 + 2.0**-50)

    monkeypatch.setattr(orbits, name, off)
    assert not k12.enclosed_compare(case, rng()).holds

    def singular(action, generator):
        phi, determinant = original(action, generator)
        return [[[phi[0][0][0]] * len(row) for row in rows] for rows in phi], determinant

    monkeypatch.setattr(orbits, name, singular)
    found = k12.enclosed_compare(case, rng())
    assert not found.holds
    assert "pivots" in found.detail


@pytest.mark.parametrize(
    ("kind", "function"), [("frame", "spectrum_by_characters"), ("vectors", "spectrum_by_blocks")]
)
def test_a_wrong_spectrum_is_found(kind, function, monkeypatch):
    case = k12.OrbitCase("C7:C3", kind)
    assert k12.numeric_compare(case, rng()).holds
    original = getattr(orbits, function)
    monkeypatch.setattr(orbits, function, lambda *a: original(*a) * (1 + 1e-9))
    assert not k12.numeric_compare(case, rng()).holds


@pytest.mark.parametrize(
    "function", ["symmetric_multiplicities", "tensor_multiplicities", "frame_eigenvalues", "inner_products"]
)
def test_a_planted_mistake_in_the_derivation_raises(function, monkeypatch):
    original = getattr(checks, function)

    def wrong(*arguments):
        found = original(*arguments)
        return found + 1 if isinstance(found, np.ndarray) else found[::-1]

    monkeypatch.setattr(checks, function, wrong)
    with pytest.raises((DerivationError, ValueError)):
        k12.derivation()
