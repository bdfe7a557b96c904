"""Theorems A5 to A8: how many instances stand behind them, and that planted mistakes are found."""

import numpy as np
import pytest

from orbitkernels.proofs import a8_mmd_to_the_orbit_average, orbit_average_checks
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.theorem import THEOREMS

#: Least number of exact, enclosed and numeric instances in a full run.
LEAST = {
    "A8": {Level.EXACT: 84, Level.ENCLOSED: 51, Level.NUMERIC: 180},
}


def rng():
    return np.random.default_rng(4)


@pytest.mark.parametrize("name", LEAST)
def test_enough_different_instances_that_hold_in_a_quick_run(name):
    theorem = THEOREMS[name]
    assert set(theorem.procedures) == set(LEAST[name])
    for level, procedure in theorem.procedures.items():
        cases = procedure.cases(False)
        assert len({str(case) for case in cases}) == len(cases) >= LEAST[name][level]
        quick = procedure.cases(True)
        assert 2 <= len(quick) < len(cases)
        for case in quick:
            found = procedure.compare(case, rng())
            assert found.holds, found
            assert found.level is level


@pytest.mark.parametrize("name", LEAST)
def test_the_derivation_comes_to_the_statement(name):
    derivation = THEOREMS[name].derivation()
    assert derivation.unshown == ()
    assert derivation.level in (Level.SYMBOLIC, Level.EXACT)


# ---------------------------------------------------------------------- A8


@pytest.mark.parametrize("level", ["exact", "enclosed"])
@pytest.mark.parametrize("name", ["S3", "Q8", "C7:C3"])
def test_A8_a_kernel_that_is_not_invariant_is_found(level, name, monkeypatch):
    procedure = getattr(THEOREMS["A8"], level)
    kernel = "quadratic" if level == "exact" else "exponential"
    case = a8_mmd_to_the_orbit_average.DistributionCase(name, "any", kernel, 2)
    assert procedure.compare(case, rng()).holds
    monkeypatch.setattr(orbit_average_checks, "inner", lambda x, z: 2 * x[0] * z[0] + x[1] * z[1])
    monkeypatch.setattr(orbit_average_checks, "quadratic", lambda x, z: (1 + x[0] * z[0] - x[1] * z[1]) ** 2)
    found = procedure.compare(case, rng())
    assert not found.holds
    assert found.detail.startswith("squared distance")


@pytest.mark.parametrize("level", ["exact", "enclosed", "numeric"])
def test_A8_an_average_that_forgets_the_unit_is_found(level, monkeypatch):
    """The mean over all g but e, so that Pbar is another distribution."""
    procedure = getattr(THEOREMS["A8"], level)
    kernel = {"exact": "quadratic", "enclosed": "exponential", "numeric": "gaussian(length_scale=2)"}[level]
    case = a8_mmd_to_the_orbit_average.DistributionCase("S3", "any", kernel, 2)
    assert procedure.compare(case, rng()).holds
    original = a8_mmd_to_the_orbit_average.orbit_average

    def mistaken(action, P):
        n = action.group.order
        found = original(action, P)
        return {x: (w * n - P[x]) / (n - 1) if x in P else w * n / (n - 1) for x, w in found.items()}

    monkeypatch.setattr(a8_mmd_to_the_orbit_average, "orbit_average", mistaken)
    assert not procedure.compare(case, rng()).holds


def test_A8_factors_of_moments_matter(monkeypatch):
    original = a8_mmd_to_the_orbit_average._moments
    case = a8_mmd_to_the_orbit_average.DistributionCase("D4", "any", "quadratic", 2)
    assert THEOREMS["A8"].exact.compare(case, rng()).holds
    monkeypatch.setattr(
        a8_mmd_to_the_orbit_average, "_moments", lambda P, kernel: [(1, v) for _, v in original(P, kernel)]
    )
    assert not THEOREMS["A8"].exact.compare(case, rng()).holds


def test_A8_a_distance_that_never_vanishes_is_found(monkeypatch):
    case = a8_mmd_to_the_orbit_average.DistributionCase("Q8", "constant on orbits", "quadratic", 1)
    assert THEOREMS["A8"].exact.compare(case, rng()).holds
    monkeypatch.setattr(orbit_average_checks, "embedding_is_invariant", lambda *arguments: False)
    found = THEOREMS["A8"].exact.compare(case, rng())
    assert found.detail.startswith("whether the distance vanishes")
