"""A1 to A8: enough different instances, at the levels that each theorem has; derivations come to the claim."""

import numpy as np
import pytest

from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.theorem import THEOREMS

#: Least number of exact, enclosed and numeric instances in a full run.
LEAST = {
    "A1": {Level.EXACT: 28, Level.ENCLOSED: 17, Level.NUMERIC: 80},
    "A2": {Level.EXACT: 27, Level.ENCLOSED: 33, Level.NUMERIC: 60},
    "A3": {Level.EXACT: 60, Level.NUMERIC: 110},
    "A4": {Level.EXACT: 31, Level.ENCLOSED: 17, Level.NUMERIC: 47},
    "A5": {Level.EXACT: 45, Level.ENCLOSED: 51, Level.NUMERIC: 140},
    "A6": {Level.EXACT: 70, Level.NUMERIC: 45},
    "A7": {Level.EXACT: 60, Level.ENCLOSED: 34, Level.NUMERIC: 130},
    "A8": {Level.EXACT: 84, Level.ENCLOSED: 51, Level.NUMERIC: 180},
}

#: Theorems about groups with irreps of every kind.
OF_GROUPS = ("A1", "A2", "A3", "A4")


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


@pytest.mark.parametrize("name", OF_GROUPS)
def test_the_groups_with_complex_and_quaternionic_irreps_are_met(name):
    groups = {case.group for p in THEOREMS[name].procedures.values() for case in p.cases(False)}
    assert {"C7:C3", "Q8", "S3"} <= groups


@pytest.mark.parametrize("name", LEAST)
def test_the_derivation_comes_to_the_statement(name):
    derivation = THEOREMS[name].derivation()
    assert derivation.unshown == ()
    assert derivation.level in (Level.SYMBOLIC, Level.EXACT)
