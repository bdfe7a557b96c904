"""The runner: deterministic, whatever the number of processes, and honest about failures."""

import dataclasses
import os
from typing import Any

import numpy as np
import pytest
from toy_theorems import FakeDerivation, Toy, toy_theorem, without_times

from orbitkernels.errors import InputError
from orbitkernels.proofs import theorem as theorem_module
from orbitkernels.proofs.certificate import DerivationEvidence
from orbitkernels.proofs.documents import Document
from orbitkernels.proofs.evidence import Comparison, Level, compare_exactly
from orbitkernels.proofs.reasons import Reasons
from orbitkernels.proofs.theorem import Procedure
from orbitkernels.proofs.verify import theorem_ids, verify, workers

# ---------------------------------------------------------------------- verdicts


def test_a_true_theorem_holds_at_the_strongest_level_of_its_checks(toys) -> None:
    toys(toy_theorem())
    (result,) = verify().results
    assert result.holds
    assert result.level is Level.EXACT
    assert (result.check(Level.EXACT).instances, result.check(Level.NUMERIC).instances, result.instances) == (
        5,
        5,
        10,
    )
    assert result.check(Level.NUMERIC).rounding == 4 * 2.0**-52
    assert result.check(Level.NUMERIC).residual <= 4 * result.check(Level.NUMERIC).rounding
    assert result.detail == ""


@pytest.mark.parametrize(
    ("mistake", "level", "message"),
    [
        ({"numeric": 1e-12}, Level.NUMERIC, "toy 2: square, entry (0,)"),
        ({"exact": 1}, Level.EXACT, "toy 2: square, entry 0"),
    ],
)
def test_a_planted_mistake_fails_and_the_first_instance_is_described(toys, mistake, level, message) -> None:
    toys(toy_theorem(), toy_theorem("X2", **mistake))
    certificate = verify()
    good, bad = certificate.results
    assert good.holds
    assert not bad.holds
    assert not certificate.holds
    assert bad.level is level
    assert bad.detail.startswith(message)
    assert "FAILS" in certificate.lines()[1]
    assert message in certificate.lines()[1]


def test_a_check_that_raises_is_a_failure_not_a_crash(toys) -> None:
    def compare(case: Toy, rng: np.random.Generator) -> Comparison:
        raise ZeroDivisionError("the pivot vanishes")

    toys(toy_theorem(exact=0, numeric=0))
    broken = dataclasses.replace(toy_theorem(), numeric=Procedure(lambda quick: [Toy(7)], compare))
    toys(broken)
    (result,) = verify().results
    assert not result.holds
    assert result.detail == "toy 7: ZeroDivisionError: the pivot vanishes"
    assert result.to_dict()["residual"] is None


def test_a_theorem_without_instances_does_not_hold(toys) -> None:
    toys(dataclasses.replace(toy_theorem(), exact=Procedure(lambda quick: [], toy_theorem().exact.compare)))
    (result,) = verify().results
    assert not result.holds
    assert result.detail == "no instance was compared"


def test_symbolic_needs_symbolic_steps_all_the_way_down(toys) -> None:
    symbolic = toy_theorem("X1", derivation=lambda: FakeDerivation(Level.SYMBOLIC))
    instances = toy_theorem("X2", derivation=lambda: FakeDerivation(Level.EXACT))
    upon_good = toy_theorem("X3", derivation=lambda: FakeDerivation(Level.SYMBOLIC, ("X1",)))
    upon_weak = toy_theorem("X4", derivation=lambda: FakeDerivation(Level.SYMBOLIC, ("X1", "X2")))
    upon_none = toy_theorem("X5", derivation=lambda: FakeDerivation(Level.SYMBOLIC, ("X6",)))
    toys(symbolic, instances, upon_good, upon_weak, upon_none, toy_theorem("X6"))
    levels = {result.id: result.level for result in verify().results}
    exact, proved = Level.EXACT, Level.SYMBOLIC
    assert levels == {"X1": proved, "X2": exact, "X3": proved, "X4": exact, "X5": exact, "X6": exact}


def test_a_derivation_that_cannot_be_made_fails_the_theorem(toys) -> None:
    def derivation() -> Any:
        raise ValueError("SymPy refutes 1 = 2.")

    toys(toy_theorem(derivation=derivation))
    (result,) = verify().results
    assert not result.holds
    assert result.detail == "derivation: ValueError: SymPy refutes 1 = 2."


def test_a_derivation_in_a_circle_fails(toys) -> None:
    first = toy_theorem("X1", derivation=lambda: FakeDerivation(Level.SYMBOLIC, ("X2",)))
    second = toy_theorem("X2", derivation=lambda: FakeDerivation(Level.SYMBOLIC, ("X1",)))
    upon = toy_theorem("X3", derivation=lambda: FakeDerivation(Level.SYMBOLIC, ("X1",)))
    itself = toy_theorem("X4", derivation=lambda: FakeDerivation(Level.SYMBOLIC, ("X4",)))
    toys(first, second, upon, itself)
    details = [result.detail for result in verify().results]
    assert [result.holds for result in verify().results] == [False] * 4
    assert "it rests on X2, which fails" in details[0]
    assert details[2].endswith("the reasons go in a circle: X1, X2, X1")
    assert details[3].endswith("the reasons go in a circle: X4, X4")
    assert [result.detail for result in verify(["X3", "X2"]).results] == details[1:3]


def test_a_link_that_fails_is_named_all_the_way_up(toys) -> None:
    def broken() -> Any:
        raise ValueError("SymPy refutes 1 = 2.")

    toys(
        toy_theorem("X1", derivation=lambda: FakeDerivation(Level.SYMBOLIC, ("X2", "X3"))),
        toy_theorem("X2", derivation=lambda: FakeDerivation(Level.SYMBOLIC)),
        toy_theorem("X3", derivation=lambda: FakeDerivation(Level.SYMBOLIC, ("X4",))),
        toy_theorem("X4", derivation=broken),
    )
    results = {result.id: result for result in verify().results}
    assert [results[f"X{k}"].holds for k in (1, 2, 3, 4)] == [False, True, False, False]
    for_one = (
        "derivation: it rests on X3, which fails: it rests on X4, which fails: ValueError: SymPy refutes 1 = 2."
    )
    assert results["X1"].detail == for_one
    assert results["X1"].derivation.theorems == ("X2", "X3")
    assert verify(["X1"]).results[0].detail == for_one  # X3 and X4 were not asked for
    failing = results["X1"].check(Level.EXACT)
    assert failing.holds  # only the derivation fails, and it does so at the level of what refutes it
    assert results["X1"].level is Level.NUMERIC


def test_reasons_wait_for_what_is_awaited_and_take_what_was_kept(toys) -> None:
    toys(*(toy_theorem(f"X{k}") for k in range(1, 5)))
    exact = DerivationEvidence(True, Level.EXACT, 3)
    reasons = Reasons(["X1", "X2"], {"X3": exact})
    reasons.add("X1", DerivationEvidence(True, Level.SYMBOLIC, 2, ("X2", "X3")))
    assert reasons.chained("X1") is None
    assert reasons.chained("X2") is None
    reasons.add("X2", DerivationEvidence(True, Level.SYMBOLIC, 1))
    assert reasons.chained("X1") == DerivationEvidence(True, Level.EXACT, 2, ("X2", "X3"))
    assert reasons.chained("X2").level is Level.SYMBOLIC
    assert reasons.chained("X3") is exact
    assert reasons.chained("X4").level is Level.NUMERIC  # no derivation: believed for its instances only


def test_a_diamond_of_reasons_is_not_a_circle(toys) -> None:
    toys(*(toy_theorem(f"X{k}") for k in range(1, 5)))
    reasons = Reasons([], {})
    for key, uses in {"X1": ("X2", "X3"), "X2": ("X4",), "X3": ("X4",), "X4": ()}.items():
        reasons.add(key, DerivationEvidence(True, Level.EXACT if key == "X4" else Level.SYMBOLIC, 1, uses))
    assert reasons.chained("X1").holds
    assert reasons.chained("X1").level is Level.EXACT


# ---------------------------------------------------------------------- seeds, processes, progress


def test_one_seed_gives_one_certificate_but_for_times(toys) -> None:
    toys(toy_theorem(), toy_theorem("X2"))
    assert without_times(verify(seed=3)) == without_times(verify(seed=3))
    assert verify(seed=3).environment["seed"] == 3
    alone = verify(["X2"], seed=3).results[0]
    both = verify(seed=3).results[1]
    assert dataclasses.replace(alone, seconds=0) == dataclasses.replace(both, seconds=0)


def test_theorems_routes_and_cases_draw_different_numbers(toys) -> None:
    seen: list[float] = []

    def compare(case: Toy, rng: np.random.Generator) -> Comparison:
        seen.append(rng.random())
        return compare_exactly(str(case), "x", [1], [1])

    procedure = Procedure(lambda quick: [Toy(1), Toy(2)], compare)
    toys(toy_theorem("X1", exact=0) and dataclasses.replace(toy_theorem("X1"), exact=procedure, numeric=procedure),
         dataclasses.replace(toy_theorem("X2"), exact=procedure, numeric=procedure))  # fmt: skip
    verify(seed=0)
    verify(seed=1)
    assert len(seen) == len(set(seen)) == 16


def test_the_number_of_processes_changes_nothing_but_times() -> None:
    """Residuals too, to the last digit: T2 and T6 compare eigenvalues, T5 network kernels, T1 uses nothing."""
    names = ["T1", "T2", "T5", "T6"]
    one, two = verify(names, quick=True, seed=2), verify(names, quick=True, seed=2, jobs=2)
    assert one.holds
    assert without_times(one) == without_times(two)
    other = verify(["T5"], quick=True, seed=3).results[0].check(Level.NUMERIC)
    assert other.residual != one.results[2].check(Level.NUMERIC).residual


def test_progress_starts_at_nothing_and_ends_at_all(toys) -> None:
    toys(toy_theorem(), toy_theorem("X2"))
    calls: list[tuple[str, int, int]] = []
    verify(quick=True, progress=lambda *call: calls.append(call))
    assert calls[:2] == [("X1", 0, 6), ("X2", 0, 6)]
    for name in ("X1", "X2"):
        done = [finished for key, finished, _ in calls if key == name]
        assert done == sorted(done)
        assert done[-1] == 6
    assert len(calls) == 2 + 2 * 4  # two groups for each of two routes


def test_a_derivation_counts_one_in_the_progress(toys) -> None:
    toys(toy_theorem(derivation=lambda: FakeDerivation(Level.SYMBOLIC)))
    calls: list[tuple[str, int, int]] = []
    verify(quick=True, progress=lambda *call: calls.append(call))
    assert calls[:2] == [("X1", 0, 7), ("X1", 1, 7)]
    assert calls[-1] == ("X1", 7, 7)


def test_derivations_come_back_ready_to_be_shown() -> None:
    documents: dict[str, Document] = {}
    verify(["T1"], quick=True, documents=documents)
    assert list(documents) == ["T1"]
    assert "<math" in documents["T1"].html
    assert r"\formula{" in documents["T1"].latex
    assert documents["T1"].error == ""


def test_a_derivation_that_cannot_be_shown_is_no_failure(monkeypatch) -> None:
    def broken(*_: object) -> str:
        raise ValueError("unknown command")

    monkeypatch.setattr("orbitkernels.proofs.rendering.html_steps", broken)
    documents: dict[str, Document] = {}
    assert verify(["T1"], quick=True, documents=documents).holds
    assert documents["T1"].error == "ValueError: unknown command"


# ---------------------------------------------------------------------- arguments


def test_every_id_resolves_and_order_is_that_of_the_list() -> None:
    every = theorem_ids()
    assert every == theorem_ids([]) == list(theorem_module.THEOREMS)
    assert every[:6] == ["T1", "T2", "T3", "T4", "T5", "T6"]
    assert sorted(every, key=lambda key: ("TKAC".index(key[0]), int(key[1:]))) == every
    assert theorem_ids(["t6", "T1", "T6", "T1b"]) == ["T1", "T6"]
    assert theorem_ids("T3") == ["T3"]


def test_a_bad_name_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match=r"Unknown theorem 'T66'; the nearest is 'T6'"):
        verify(["T66"])


@pytest.mark.parametrize("part", ["T1x", "T1a", "T2b", "T1bb", "K1b"])
def test_a_part_that_is_none_is_refused_in_one_line(part: str) -> None:
    with pytest.raises(InputError, match=f"^Unknown theorem '{part}'; the nearest is '") as caught:
        theorem_ids([part])
    assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match=r"Unknown theorem 'leave one out'; the nearest is 'T1'"):
        verify(["leave one out"])
    with pytest.raises(InputError, match=r"Unknown theorem ''"):
        verify([""])


@pytest.mark.parametrize(
    ("arguments", "name"),
    [({"jobs": 0}, "jobs"), ({"jobs": 1.5}, "jobs"), ({"seed": -1}, "seed"), ({"seed": True}, "seed")],
)
def test_bad_numbers_are_refused(arguments, name) -> None:
    with pytest.raises(InputError, match=f"Argument '{name}' must be (a positive integer|an integer of at least)"):
        verify(["T1"], **arguments)


def test_processes_are_counted_as_threads_are(monkeypatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(5)), raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert workers(None) == 5
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert workers(None) == 3
    assert workers(4) == 4
    monkeypatch.setenv("OMP_NUM_THREADS", "64")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    assert workers(None) == 8
