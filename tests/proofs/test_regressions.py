"""Every way in which a certificate can be worse than an earlier one is named, and nothing else is."""

import dataclasses
from typing import Any

import pytest

from orbitkernels.proofs.certificate import Certificate, DerivationEvidence, Result
from orbitkernels.proofs.evidence import Check, Level
from orbitkernels.proofs.regressions import compare

EXACT = Check(Level.EXACT, True, 3, cases=("S3", "Q8", "C7:C3"))
NUMERIC = Check(Level.NUMERIC, True, 2, 1e-15, 2e-15, 10.0, 0.5, "S3", "", ("S3", "D4"))
DERIVATION = DerivationEvidence(True, Level.SYMBOLIC, 8, ("T1",))
RESULT = Result("T6", "Spectral error", "this work", "a" * 64, (EXACT, NUMERIC), DERIVATION, 1.0)
ENVIRONMENT = {"code": "c", "versions": {"numpy": "2.0"}, "platform": "Linux", "machine": "x86_64", "seed": 0,
               "quick": False}  # fmt: skip


def certificate(*results: Result, **environment: Any) -> Certificate:
    return Certificate(results, ENVIRONMENT | environment)


def changed(**changes: Any) -> Result:
    return dataclasses.replace(RESULT, **changes)


def checks(exact: dict[str, Any] | None = None, numeric: dict[str, Any] | None = None) -> Result:
    return changed(
        checks=(dataclasses.replace(EXACT, **(exact or {})), dataclasses.replace(NUMERIC, **(numeric or {})))
    )


def derivation(**changes: Any) -> Result:
    return changed(derivation=dataclasses.replace(DERIVATION, **changes))


WORSE = {
    "statement": (changed(statement_hash="b" * 64), ["its statement or hypotheses have changed"]),
    "derivation lost": (changed(derivation=None), ["it is exact only and was symbolic", "its derivation is lost"]),
    "derivation fails": (
        derivation(holds=False, level=Level.NUMERIC, detail="derivation: step 2"),
        ["it no longer holds (derivation: step 2)", "its derivation fails (step 2)"],
    ),
    "derivation weaker": (
        derivation(level=Level.NUMERIC),
        ["it is exact only and was symbolic", "its derivation is numeric only and was symbolic"],
    ),
    "fewer steps": (derivation(steps=7), ["its derivation has 7 steps and had 8"]),
    "check lost": (changed(checks=(NUMERIC,)), ["it has no exact check any more"]),
    "check fails": (
        checks(numeric={"holds": False, "detail": "D4: x", "ratio": 0.5}),
        ["it no longer holds (D4: x)", "its numeric check fails (D4: x)"],
    ),
    "fewer instances": (
        checks(exact={"instances": 1, "cases": ("Q8",)}),
        ["it has 1 exact instances and had 3", "the exact instance 'S3' and 1 more is missing"],
    ),
    "another instance": (
        checks(exact={"cases": ("S3", "Q8", "D4")}),
        ["the exact instance 'C7:C3' is missing"],
    ),
    "residual above its rounding level": (
        checks(numeric={"ratio": 1.5}),
        ["a residual of its numeric check is 1.5 times its rounding level and was at most 0.5 times"],
    ),
}


@pytest.mark.parametrize("case", WORSE)
def test_every_regression_is_named(case) -> None:
    worse, expected = WORSE[case]
    found = compare(certificate(RESULT), certificate(worse))
    assert found.regressions == [f"T6: {text}" for text in expected]
    assert found.remarks == []
    # the other way round nothing became worse but what may not change at all
    back = compare(certificate(worse), certificate(RESULT)).regressions
    assert bool(back) == (case in ("statement", "another instance"))


def test_a_missing_theorem_is_a_regression_unless_the_run_was_not_asked_for_it() -> None:
    other = changed(id="T1")
    both, one = certificate(other, RESULT), certificate(RESULT)
    assert compare(both, one).regressions == ["T1: it is missing"]
    asked = compare(both, one, asked=["T6"])
    assert asked.regressions == []
    assert asked.remarks == ["this run was not asked for T1"]
    assert compare(one, both).improvements == ["T1 new"]


def test_a_residual_that_was_above_its_level_before_is_no_regression() -> None:
    noisy = checks(numeric={"ratio": 1.2})
    assert compare(certificate(noisy), certificate(checks(numeric={"ratio": 3.0}))).regressions == []


def test_enclosures_have_no_rounding_level() -> None:
    enclosed = [Check(Level.ENCLOSED, True, 1, width, ratio=width, cases=("x",)) for width in (1e-50, 1e-40)]
    one, other = (changed(checks=(check,)) for check in enclosed)
    assert compare(certificate(one), certificate(other)).regressions == []


def test_quick_and_full_runs_are_compared_in_what_makes_sense_only() -> None:
    fewer = checks(exact={"instances": 1, "cases": ("Q8",)}, numeric={"ratio": 1.5})
    for old, new, words in ((False, True, "a full run is compared with a quick run"),
                            (True, False, "a quick run is compared with a full run")):  # fmt: skip
        found = compare(certificate(RESULT, quick=old), certificate(fewer, quick=new))
        assert found.regressions == []
        assert found.remarks == [f"{words}: instances and residuals were not compared"]
    lost = compare(certificate(RESULT), certificate(changed(derivation=None), quick=True)).regressions
    assert len(lost) == 2


def test_seeds_versions_platforms_and_code_are_mentioned() -> None:
    other = certificate(RESULT, seed=1, versions={"numpy": "2.1", "sympy": "1.13"}, platform="Darwin", code="d")
    assert compare(certificate(RESULT), other).remarks == [
        "the seed was 0 and is 1",
        "the platform was Linux and is Darwin",
        "the code has changed",
        "versions differ: numpy 2.0 -> 2.1, sympy None -> 1.13",
    ]


def test_improvements_are_summarised() -> None:
    weak = changed(checks=(dataclasses.replace(EXACT, instances=1, cases=("S3",)),), derivation=None)
    found = compare(certificate(weak), certificate(RESULT))
    assert found.regressions == []
    assert found.lines() == [
        "No regression.",
        "Improvements: T6 is symbolic and was exact, has a derivation now, 2 more exact instances,"
        " has a numeric check now.",
    ]
    failing = checks(exact={"holds": False, "detail": "S3: x"})
    assert compare(certificate(failing), certificate(RESULT)).improvements == ["T6 holds now"]
    assert compare(certificate(derivation(steps=6)), certificate(RESULT)).improvements == ["T6 2 more steps"]
