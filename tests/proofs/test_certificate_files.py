"""Certificates on disk: read back, resumed, refused when damaged, and never half written."""

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from toy_theorems import FakeDerivation, Toy, toy_theorem

from orbitkernels.errors import InputError
from orbitkernels.proofs import certificate as certificate_module
from orbitkernels.proofs.certificate import Certificate, DerivationEvidence, Result
from orbitkernels.proofs.evidence import Check, Comparison, Level
from orbitkernels.proofs.theorem import Procedure, Theorem
from orbitkernels.proofs.verify import verify


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
