"""Theorems T1 to T7 and T12: what they say, how many instances stand behind them, that a run verifies them."""

from collections import Counter

import numpy as np
import pytest

from orbitkernels.proofs.evidence import Level, strongest
from orbitkernels.proofs.image_instances import ImageCase, image_orbits
from orbitkernels.proofs.instances import GROUPS, LARGE_GROUPS, SymbolCase
from orbitkernels.proofs.t3_class_functions import CayleyCase
from orbitkernels.proofs.t5_cyclic_two_classes import RingsCase
from orbitkernels.proofs.t6_spectral_error import CounterexampleCase
from orbitkernels.proofs.theorem import THEOREMS, find_theorem
from orbitkernels.proofs.verify import verify

#: Least number of exact, enclosed and numeric instances of each theorem in a full run.
LEAST = {
    "T1": (12, 19, 24),
    "T2": (23, 17, 180),
    "T3": (46, 33, 230),
    "T4": (46, 17, 200),
    "T5": (9, 22, 112),
    "T6": (47, 34, 380),
    "T7": (46, 34, 94),
    "T12": (100, 90, 200),
}


def rng() -> np.random.Generator:
    """With this seed the stabilisers in C7:C3 have the orders 3, 1, 1."""
    return np.random.default_rng(4)


@pytest.mark.parametrize("name", LEAST)
def test_every_theorem_is_stated_with_hypotheses_source_and_derivation(name) -> None:
    theorem = THEOREMS[name]
    assert theorem.id == name
    assert find_theorem(theorem.title) is theorem
    assert theorem.source
    assert theorem.derivation is not None
    assert len(theorem.hypotheses) >= 3
    for text in (*theorem.hypotheses, f"${theorem.statement}$"):
        assert text.count("$") % 2 == 0
        assert text.count("{") == text.count("}")
        assert text.count(r"\left") == text.count(r"\right")
    assert theorem.derivation().unshown == ()


def test_the_list_holds_them_in_order_with_different_statements() -> None:
    assert [name for name in THEOREMS if name in LEAST] == list(LEAST)
    assert len({THEOREMS[name].statement_hash for name in LEAST}) == len(LEAST)


def test_the_statement_hash_is_the_statement_s() -> None:
    import dataclasses

    theorem = THEOREMS["T1"]
    assert dataclasses.replace(theorem, title="other").statement_hash == theorem.statement_hash
    assert dataclasses.replace(theorem, statement="other").statement_hash != theorem.statement_hash
    assert dataclasses.replace(theorem, hypotheses=("other",)).statement_hash != theorem.statement_hash


# ---------------------------------------------------------------------- what is compared


@pytest.mark.parametrize("name", LEAST)
def test_enough_different_instances(name) -> None:
    theorem = THEOREMS[name]
    for procedure, least in zip((theorem.exact, theorem.enclosed, theorem.numeric), LEAST[name], strict=True):
        cases = procedure.cases(False)
        assert len(cases) >= least
        assert len({str(case) for case in cases}) == len(cases)
        quick = procedure.cases(True)
        assert 2 <= len(quick) < len(cases)


@pytest.mark.parametrize("name", ["T2", "T3", "T4", "T6"])
def test_group_theorems_meet_every_group_with_two_to_five_orbits_and_ridges(name) -> None:
    cases = THEOREMS[name].numeric.cases(False)
    symbols = [case for case in cases if isinstance(case, SymbolCase)]
    assert {case.group for case in symbols} == set(GROUPS)
    assert {case.orbits for case in symbols} == {2, 3, 4, 5}
    assert {case.ridge > 0 for case in symbols} == {False, True}
    assert max(case.columns for case in symbols) == 3
    kinds = {case.stabilisers for case in symbols}
    assert kinds == {"T2": {False}, "T3": {False}, "T4": {True}, "T6": {False, True}}[name]


def test_characters_of_a_large_group_and_images_and_rings_are_among_the_cases() -> None:
    for procedure in (THEOREMS["T3"].exact, THEOREMS["T3"].numeric):
        groups = Counter(case.group for case in procedure.cases(False) if isinstance(case, CayleyCase))
        assert groups[LARGE_GROUPS[0]] == 2
    for name in ("T4", "T6"):
        images = [case for case in THEOREMS[name].numeric.cases(False) if isinstance(case, ImageCase)]
        assert {"D4", "C4", "C8xC8"} <= {case.group for case in images}
        assert {case.symmetric for case in images} == {name == "T4"}
    rings = THEOREMS["T5"].numeric.cases(False)
    assert {case.height > 0 for case in rings} == {False, True}
    assert len({case.poses for case in rings}) >= 12


def test_symmetrised_digits_have_stabilisers_and_others_have_none() -> None:
    for seed in range(5):
        symmetric = image_orbits(ImageCase("D4", "ntk(depth=1)", 3, True), np.random.default_rng(seed))
        assert symmetric.stabilisers[0].order > 1
        assert not symmetric.is_free
        assert image_orbits(ImageCase("D4", "ntk(depth=1)", 3), np.random.default_rng(seed)).is_free


def test_the_counterexample_comes_out_in_exact_arithmetic() -> None:
    cases = [case for case in THEOREMS["T6"].exact.cases(True) if isinstance(case, CounterexampleCase)]
    assert len(cases) == 1
    found = THEOREMS["T6"].exact.compare(cases[0], rng())
    assert found.holds
    assert found.level is Level.EXACT


@pytest.mark.parametrize(("height", "right"), [(0.0, False), (0.9, True)])
def test_rings_far_apart_are_told_apart_and_alternating_points_are_not(height, right) -> None:
    """The sign criterion is met with both answers."""
    from orbitkernels.proofs.kernels import kernel
    from orbitkernels.proofs.t5_cyclic_two_classes import _rings

    case = RingsCase(8, "ntk(depth=1)", height, 0.0)
    assert THEOREMS["T5"].numeric.compare(case, rng()).holds
    K = kernel(case.kernel).gram(_rings(case, rng()))
    labels = np.tile([1.0, -1.0], 8)
    prediction = K[0, 1:] @ np.linalg.solve(K[1:, 1:], labels[1:])
    assert (prediction > 0) == right


# ---------------------------------------------------------------------- the whole run


def test_a_quick_run_verifies_every_theorem_at_least_exactly() -> None:
    certificate = verify(LEAST, quick=True)
    assert certificate.holds, certificate.lines()
    assert {result.id: result.level for result in certificate.results}["T1"] is Level.SYMBOLIC
    for result in certificate.results:
        assert strongest([Level.EXACT, result.level]) is result.level
        assert result.check(Level.ENCLOSED).instances >= 2
        assert result.check(Level.ENCLOSED).residual < 1e-40
        assert 0 < result.check(Level.NUMERIC).residual <= 4 * result.check(Level.NUMERIC).rounding
        assert result.check(Level.NUMERIC).condition >= 1


@pytest.mark.parametrize("name", sorted(set(THEOREMS) - set(LEAST)))
def test_a_quick_run_verifies(name: str) -> None:
    """Every other theorem: no level fails, and none is numeric only."""
    certificate = verify([name], quick=True)
    assert certificate.holds, certificate.lines()
    assert strongest([Level.EXACT, certificate.results[0].level]) is certificate.results[0].level
