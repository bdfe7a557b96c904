"""The runner: deterministic, resumable, honest about failures, and never leaving half a file."""

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

from orbitkernels.errors import InputError
from orbitkernels.proofs import certificate as certificate_module
from orbitkernels.proofs import reasons as reasons_module
from orbitkernels.proofs import theorem as theorem_module
from orbitkernels.proofs import verify as verify_module
from orbitkernels.proofs.certificate import Certificate, DerivationEvidence, Result
from orbitkernels.proofs.documents import Document
from orbitkernels.proofs.evidence import Check, Comparison, Level, compare_exactly, compare_numerically
from orbitkernels.proofs.reasons import Reasons
from orbitkernels.proofs.theorem import Procedure, Theorem
from orbitkernels.proofs.verify import theorem_ids, verify


@dataclasses.dataclass(frozen=True)
class Toy:
    """A case of the toy theorem (x + 1)^2 = x^2 + 2 x + 1 at a random x."""

    number: int
    group: str = "none"

    def __str__(self) -> str:
        return f"toy {self.number}"


def toy_theorem(name: str = "X1", numeric: float = 0.0, exact: int = 0, **changes: Any) -> Theorem:
    """The toy theorem, with an error put into one of its formulas."""

    def compare_exact(case: Toy, rng: np.random.Generator) -> Comparison:
        x = int(rng.integers(1, 100))
        return compare_exactly(str(case), "square", [(x + 1) ** 2], [x**2 + 2 * x + 1 + exact * (case.number > 1)])

    def compare_numeric(case: Toy, rng: np.random.Generator) -> Comparison:
        x = rng.random()
        wrong = numeric * (case.number > 1)
        return compare_numerically(str(case), "square", [(x + 1) ** 2], [x**2 + 2 * x + 1 + wrong], size=4)

    def cases(quick: bool) -> list[Toy]:
        return [Toy(k, f"group {k % 2}") for k in range(3 if quick else 5)]

    fields: dict[str, Any] = {
        "title": "A square",
        "source": "Euclid",
        "statement": r"(x+1)^2",
        "hypotheses": ("x",),
    }
    procedures = {"exact": Procedure(cases, compare_exact), "numeric": Procedure(cases, compare_numeric)}
    return Theorem(id=name, **(fields | procedures | changes))


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Replaces the list of theorems."""

    def install(*theorems: Theorem) -> None:
        registry = {theorem.id: theorem for theorem in theorems}
        for module in (theorem_module, verify_module, reasons_module):
            monkeypatch.setattr(module, "THEOREMS", registry)

    return install


def without_times(certificate: Certificate) -> dict[str, Any]:
    document = certificate.to_dict()
    for entry in document["theorems"]:
        del entry["seconds"]
    return document


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


class FakeDerivation:
    """As much of a derivation as the runner looks at."""

    def __init__(self, level: Level, theorems: tuple[str, ...] = ()) -> None:
        self.level, self.theorems, self.steps = level, frozenset(theorems), (1, 2)


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
    assert sorted(every, key=lambda key: ("TKA".index(key[0]), int(key[1:]))) == every
    assert theorem_ids(["t6", "T1", "T6", "T1b"]) == ["T1", "T6"]
    assert theorem_ids("T3") == ["T3"]


def test_a_bad_name_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match=r"Unknown theorem 'T66'; the nearest is 'T6'"):
        verify(["T66"])
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


# ---------------------------------------------------------------------- files


def test_the_certificate_survives_writing_and_reading(toys, tmp_path) -> None:
    toys(toy_theorem(derivation=lambda: FakeDerivation(Level.SYMBOLIC)), toy_theorem("X2", numeric=1.0))
    certificate = verify()
    path = certificate.write(tmp_path / "new" / "certificate.json")
    document = json.loads(path.read_text())
    assert document == certificate.to_dict()
    assert Certificate.read(path).to_dict() == document
    assert [entry["holds"] for entry in document["theorems"]] == [True, False]
    wanted = {"id", "title", "level", "holds", "instances", "residual", "source", "statement_hash", "checks",
              "absent", "seconds"}  # fmt: skip
    assert wanted <= set(document["theorems"][0])
    assert list(document["theorems"][0]["checks"]) == ["exact", "numeric"]
    assert document["theorems"][0]["checks"]["exact"]["cases"] == [f"toy {k}" for k in range(5)]
    assert {"versions", "platform", "seed"} <= set(document["environment"])
    assert {"python", "numpy", "sympy"} <= set(document["environment"]["versions"])


def count_runs(theorem: Theorem) -> tuple[Theorem, list[int]]:
    """The theorem, and a list that grows with each exact comparison."""
    runs: list[int] = []

    def compare(case: Toy, rng: np.random.Generator) -> Comparison:
        runs.append(case.number)
        return theorem.exact.compare(case, rng)

    return dataclasses.replace(theorem, exact=Procedure(theorem.exact.cases, compare)), runs


def test_resume_keeps_what_says_the_same_and_runs_the_rest(toys, tmp_path) -> None:
    path = tmp_path / "certificate.json"
    toys(toy_theorem("X1"), toy_theorem("X2"), toy_theorem("X3", numeric=1.0))
    verify(["X1", "X3"], quick=True).write(path)
    counted = [count_runs(toy_theorem(name)) for name in ("X1", "X2", "X3")]
    toys(*(theorem for theorem, _ in counted))
    certificate = verify(quick=True, resume=path)
    assert [result.id for result in certificate.results] == ["X1", "X2", "X3"]
    assert certificate.holds
    assert [len(runs) for _, runs in counted] == [0, 3, 3]  # X1 kept, X2 new, X3 had failed


@pytest.mark.parametrize("change", ["statement", "seed", "quick", "version", "code"])
def test_resume_keeps_nothing_that_may_have_changed(toys, tmp_path, monkeypatch, change) -> None:
    path = tmp_path / "certificate.json"
    toys(toy_theorem())
    verify(quick=True).write(path)
    theorem, runs = count_runs(toy_theorem(**({"statement": "(x+1)^3"} if change == "statement" else {})))
    toys(theorem)
    if change == "version":
        monkeypatch.setattr(certificate_module, "_version", lambda package: "0.0.0")
    if change == "code":
        monkeypatch.setattr(certificate_module, "code_hash", lambda: "another")
    verify(quick=change != "quick", seed=int(change == "seed"), resume=path)
    assert len(runs) == (5 if change == "quick" else 3)


def test_resume_without_a_certificate_starts_afresh(toys, tmp_path) -> None:
    toys(toy_theorem())
    assert verify(resume=tmp_path / "none.json").holds


def damaged(document: dict[str, Any], how: str) -> str:
    entry = document["theorems"][0]
    if how == "twice":
        document["theorems"].append(entry)
    if how == "deep":
        return "[" * 100_000
    if how == "environment":
        document["environment"] = 5
    if how == "not a number":
        entry["seconds"] = float("nan")
    if how == "truncated":
        return json.dumps(document)[:100]
    if how == "foreign":
        return json.dumps({"theorems": {"X1": True}})
    if how == "list":
        return "[]"
    if how == "forged":
        entry["holds"] = False
    if how == "missing":
        del entry["checks"]
    if how == "level":
        entry["checks"]["exact"]["level"] = "certain"
    return json.dumps(document)


@pytest.mark.parametrize(
    "how",
    ["truncated", "foreign", "list", "forged", "missing", "level", "twice", "deep", "environment", "not a number"],
)
def test_a_damaged_certificate_is_refused_and_left_alone(toys, tmp_path, how) -> None:
    toys(toy_theorem())
    path = tmp_path / "certificate.json"
    text = damaged(verify().to_dict(), how)
    path.write_text(text)
    with pytest.raises(InputError, match="is damaged") as caught:
        verify(resume=path, save=path)
    assert "\n" not in str(caught.value)
    assert path.read_text() == text


def test_an_interruption_leaves_the_finished_theorems_and_no_half_written_file(toys, tmp_path) -> None:
    def interrupt(case: Toy, rng: np.random.Generator) -> Comparison:
        raise KeyboardInterrupt

    path = tmp_path / "certificate.json"
    stopped = dataclasses.replace(toy_theorem("X2"), numeric=Procedure(lambda quick: [Toy(1)], interrupt))
    toys(toy_theorem("X1"), stopped, toy_theorem("X3"))
    with pytest.raises(KeyboardInterrupt):
        verify(save=path)
    assert [result.id for result in Certificate.read(path).results] == ["X1"]
    assert list(tmp_path.iterdir()) == [path]
    toys(toy_theorem("X1"), toy_theorem("X2"), toy_theorem("X3"))
    assert [result.id for result in verify(resume=path, save=path).results] == ["X1", "X2", "X3"]
    assert len(Certificate.read(path).results) == 3


def test_an_interruption_while_writing_keeps_the_old_file(tmp_path, monkeypatch) -> None:
    path = tmp_path / "certificate.json"
    path.write_text("old")

    def interrupted(*arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("orbitkernels.proofs.files.os.replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Certificate((), {}).write(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_certificate_that_cannot_be_written_is_one_clear_line(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        Certificate((), {}).write(tmp_path / "file" / "certificate.json")


def test_a_failing_result_is_refuted_at_the_level_of_the_failing_check() -> None:
    good, bad = Check(Level.EXACT, True, 3), Check(Level.NUMERIC, False, 3, 1.0, 1e-15, detail="x differs")
    proved = DerivationEvidence(True, Level.SYMBOLIC, 2)
    result = Result("X1", "", "", "", (good, bad), proved, 0.0)
    assert result.level is Level.NUMERIC
    assert dataclasses.replace(result, checks=(good, dataclasses.replace(bad, holds=True))).level is Level.SYMBOLIC


def test_a_certificate_shows_itself():
    certificate = verify(["T1"], quick=True)
    assert repr(certificate) == "<Certificate: 1 of 1 theorems verified>"
    assert str(certificate).startswith("T1 verified")
    assert "<td>Leave-one-out error</td><td>verified</td>" in certificate._repr_html_()
