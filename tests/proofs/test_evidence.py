"""Evidence: levels, comparisons that can fail, and what counts as rounding."""

import math

import numpy as np
import pytest

from orbitkernels.proofs.evidence import (
    ROUNDING_MULTIPLE,
    Check,
    Comparison,
    Level,
    compare_exactly,
    compare_numerically,
    strongest,
    weakest,
)

EPS = float(np.finfo(np.float64).eps)


def test_levels_are_ordered_from_formal_to_numeric() -> None:
    assert [str(level) for level in Level] == ["formal", "symbolic", "exact", "enclosed", "numeric"]
    assert strongest([Level.ENCLOSED, Level.FORMAL, Level.NUMERIC]) is Level.FORMAL
    assert weakest([Level.ENCLOSED, Level.FORMAL, Level.EXACT]) is Level.ENCLOSED
    assert strongest([]) is weakest([]) is Level.NUMERIC


def test_exact_comparison_names_the_first_difference_and_a_missing_value() -> None:
    assert compare_exactly("C3", "x", [1, 2], [1, 2]).holds
    wrong = compare_exactly("C3", "x", [1, 2, 3], [1, 5, 4])
    assert not wrong.holds
    assert wrong.residual == 1
    assert wrong.detail == "x, entry 1 of 3: 2 by one route, 5 by the other"
    assert compare_exactly("C3", "x", [1], [1, 2]).detail == "x: 1 values by one route, 2 by the other"


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_numeric_comparison_holds_up_to_the_stated_multiple_of_the_rounding_level(factor: float) -> None:
    size, condition = 10, 1e4
    off = factor * ROUNDING_MULTIPLE * EPS * condition * size
    found = compare_numerically("C3", "x", [4.0, 1.0 + 4 * off], [4.0, 1.0], size=size, condition=condition)
    assert found.rounding == pytest.approx(EPS * condition * size)
    assert found.residual == pytest.approx(off, rel=1e-3)
    assert found.ratio == pytest.approx(factor * ROUNDING_MULTIPLE, rel=1e-3)
    assert found.holds == (factor < 1)
    assert ("entry (1,)" in found.detail) == (factor > 1)


def test_nan_infinity_and_wrong_shapes_never_hold() -> None:
    for bad in ([1.0, math.nan], [math.nan, 1.0], [1.0, math.inf], [1.0, 1.0, 1.0]):
        found = compare_numerically("C3", "x", bad, [1.0, 1.0], size=2)
        assert not found.holds
        assert found.detail
    assert not compare_numerically("C3", "x", [1.0], [1.0], size=2, condition=math.nan).holds
    assert compare_numerically("C3", "x", [0.0, 0.0], [0.0, 0.0], size=2).holds


@pytest.mark.parametrize(("condition", "holds"), [(1e11, True), (1e13, False), (math.inf, False)])
def test_a_condition_number_that_lets_everything_pass_is_no_evidence(condition: float, holds: bool) -> None:
    found = compare_numerically("C3", "x", [1.0, 2.0], [1.0, 2.0], size=2, condition=condition)
    assert found.holds == holds
    assert ("rounding level" in found.detail) == (not holds)


def test_a_check_holds_only_if_every_comparison_does_and_there_is_one() -> None:
    assert not Check.of(Level.EXACT, []).holds
    good = Comparison("C2", Level.NUMERIC, True, 1e-12, 1e-12, 10.0)
    small = Comparison("C3", Level.NUMERIC, True, 1e-16, 1e-17, 5.0)
    check = Check.of(Level.NUMERIC, [small, good])
    assert (check.holds, check.instances, check.residual, check.worst) == (True, 2, 1e-12, "C2")
    assert check.rounding == 1e-12
    assert check.ratio == pytest.approx(10.0)
    bad = Comparison("C4", Level.NUMERIC, False, math.nan, 1e-17, 5.0, "x differs")
    worse = Comparison("C5", Level.NUMERIC, False, 1.0, 1e-17, 5.0, "y differs")
    failed = Check.of(Level.NUMERIC, [small, bad, worse, good])
    assert not failed.holds
    assert failed.detail == "C4: x differs"
    assert failed.worst == "C4"
