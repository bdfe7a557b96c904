"""Rounding bounds of the errors that ``predict --needed`` prints."""

import json

import mpmath
import numpy as np
import pytest

from orbitkernels.needed import RingProblem, needed_poses
from orbitkernels.needed_in_data import needed_separation_of_pairs
from orbitkernels.numerics import rounding_rings


def exact_ring_error(same, cross, ridge) -> mpmath.mpf:
    """The error of two rings by leaving the pose out, with 60 digits, of the floats of the symbol."""
    count = len(same)
    with mpmath.workdps(60):
        f, g = ([mpmath.mpf(float(x)) for x in values] for values in (same, cross))
        f = [(f[j] + f[-j]) / 2 + (mpmath.mpf(ridge) if j == 0 else 0) for j in range(count)]
        own = [[f[(j - i) % count] for j in range(count)] for i in range(count)]
        across = [[g[(j - i) % count] for j in range(count)] for i in range(count)]
        K = [a + b for a, b in zip(own, across, strict=True)]
        K += [list(a) + b for a, b in zip(zip(*across, strict=True), own, strict=True)]
        kept = range(1, 2 * count)
        labels = [mpmath.mpf(1 if i < count else -1) for i in kept]
        dual = mpmath.lu_solve(mpmath.matrix([[K[i][j] for j in kept] for i in kept]), mpmath.matrix(labels))
        return 1 - mpmath.fsum(K[0][j] * dual[j - 1] for j in kept)


def ring_ratios(spec: str, poses: int, height: float, rings: str, ridge: float) -> tuple[float, float]:
    """Bound and level over the error that rounding makes."""
    problem = RingProblem.of(spec, rings, ridge)
    true = exact_ring_error(*problem._symbol(poses, height))
    away = float(abs(true - mpmath.mpf(problem.error(poses, height).error)))
    known = problem.rounding(poses, height)
    assert away <= known.bound
    return known.bound / away, known.level / away


def test_rounding_bounds_of_rings_hold_and_are_not_idle() -> None:
    found = [
        ring_ratios(spec, poses, height, rings, ridge)
        for spec in ("ntk(depth=2)", "gaussian(length_scale=2)", "gaussian(length_scale=4)")
        for poses, height in ((3, 0.1), (6, 0.3), (8, 0.7), (11, 0.3))
        for rings in ("aligned", "interleaved")
        for ridge in (0.0, 1e-6)
    ]
    assert len(found) == 48
    bounds, levels = np.median(found, axis=0)
    assert 100 < bounds < 1e5
    assert 1 < levels < 1e3


def test_a_bound_of_rings_that_is_too_small_is_caught(monkeypatch) -> None:
    known = rounding_rings.quotient_bound
    monkeypatch.setattr(rounding_rings, "quotient_bound", lambda *given: known(*given) / 1e6)
    with pytest.raises(AssertionError):
        test_rounding_bounds_of_rings_hold_and_are_not_idle()


def test_every_error_has_its_bound_and_a_large_one_a_note() -> None:
    plain = needed_poses("ntk(depth=2)", most=16)
    for row in plain["curve"]:
        assert 0 < row["rounding_level"] < row["rounding_bound"] < 1e-9 * row["error"]
        assert row["condition_number"] >= 1
    assert plain["notes"] == []
    smooth = needed_poses("gaussian(length_scale=2)", separation=0.6, most=24)
    assert smooth["at"]["rounding_bound"] < 1e-3 * smooth["at"]["error"]
    assert smooth["curve"][-1]["rounding_bound"] > 1e-3 * smooth["curve"][-1]["error"]
    assert any(
        note.startswith("Rounding in double precision may change the error with 15 poses")
        for note in smooth["notes"]
    )
    json.dumps(smooth, allow_nan=False)


def test_every_error_of_images_has_its_bound_and_a_large_one_a_note() -> None:
    pairs = needed_separation_of_pairs("D4", "ntk(depth=3)", "digits", pairs=2)
    for row in pairs["pairs"]:
        sizes = np.abs(row["spectral_error"])
        assert (np.array(row["rounding_levels"]) < row["rounding_bounds"]).all()
        assert (np.array(row["rounding_bounds"]) < 1e-9 * sizes).all()
    rough = needed_separation_of_pairs("D4", "gaussian(length_scale=400000)", "digits", pairs=2)
    (note,) = (
        note for note in rough["notes"] if note.startswith("Rounding in double precision may change an error")
    )
    assert note.endswith("; a ridge lowers that.")  # there is no choice of precision
