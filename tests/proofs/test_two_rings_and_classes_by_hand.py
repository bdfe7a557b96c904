"""T5 and T8: signs beside the harmonic mean, spectra on the border, and the distance of two rings."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from orbitkernels.numerics import fourier
from orbitkernels.proofs import t5_cyclic_two_classes as t5
from orbitkernels.proofs.two_classes import (
    TwoClassCase,
    exponential_rings,
    harmonic_mean,
    ring_points,
    two_classes,
)
from orbitkernels.theory.enclosed_spectra import enclosed_circulant_spectrum
from orbitkernels.theory.enclosures import Verdict, working_precision
from orbitkernels.theory.rational_gram import rational_matrix


@pytest.mark.parametrize("height", [0.0, 0.9])
def test_a_wrong_criterion_is_found_where_the_error_is_right(height, monkeypatch) -> None:
    """The eigenvalue of the labels changes places with the largest, or the smallest: only the signs show it."""
    case = t5.RingsCase(8, "ntk(depth=1)", height, 0.0)
    assert t5.numeric_compare(case, np.random.default_rng(0)).holds
    original = fourier.two_orbit_formula

    def exchanged(phi, ridge=0.0):
        error, values = original(phi, ridge)
        other = int(np.argmax(values) if height == 0 else np.argmin(values))
        values = values.copy()
        values[[8, other]] = values[[other, 8]]
        return error, values

    monkeypatch.setattr(fourier, "two_orbit_formula", exchanged)
    assert t5.numeric_compare(case, np.random.default_rng(0)).detail.startswith("right sign")


@pytest.mark.parametrize(
    ("middle", "expected"), [("9/5", "UNDECIDED"), ("2", "RIGHT"), ("7/4", "WRONG"), ("100", "RIGHT")]
)
def test_the_criterion_compares_with_the_harmonic_mean(middle, expected) -> None:
    """That of 1, 3, 3 is 9/5."""
    value = Fraction(middle)
    with working_precision():
        # 5/9 is enclosed by a ball, so that nothing is decided on the border
        values = [arb(1), arb(3), arb(value.numerator) / value.denominator, arb(3)]
        assert t5._criterion(values) is getattr(Verdict, expected)


@pytest.mark.parametrize("poses", [1, 2, 5])
@pytest.mark.parametrize("shift", [Fraction(0), Fraction(1, 3), Fraction(-1, 10)])
def test_spectra_on_the_border_have_the_harmonic_mean_of_the_others_in_the_middle(poses, shift) -> None:
    with working_precision():
        row = t5._border_row(t5.BorderCase(poses, shift), np.random.default_rng(poses))
        values = enclosed_circulant_spectrum(row)
        others = values[:poses] + values[poses + 1 :]
        mean = len(others) / sum((1 / v for v in others), arb(0))
        assert values[poses].overlaps(mean * (1 + arb(shift.numerator) / shift.denominator))
        assert all(1 < v < 3 for v in others)


# ---------------------------------------------------------------------- T8


@pytest.mark.parametrize("poses", [1, 2, 3, 6])
@pytest.mark.parametrize("height", [Fraction(0), Fraction(3, 10), Fraction(4, 5)])
def test_the_distance_of_two_rings_is_that_of_its_gram_matrix(poses, height) -> None:
    """MMD^2 = y^T K y/N^2, from the row of the circulant, which is exp of the inner products."""
    with working_precision():
        row, distance = exponential_rings(poses, height)
        signs = [(-1) ** i for i in range(2 * poses)]
        total = 2 * poses * sum(s * k for s, k in zip(signs, row, strict=True))
        assert distance.overlaps(total / poses**2)
        assert distance.rad() < 1e-30
    points = ring_points(poses, float(height))
    np.testing.assert_allclose([float(k) for k in row], np.exp(points @ points[0]), rtol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1)


def test_harmonic_means() -> None:
    assert harmonic_mean(rational_matrix([[2, 1], [1, 2]])) == Fraction(2) / (1 + Fraction(1, 3))
    assert harmonic_mean(rational_matrix([[5]])) == 5


@pytest.mark.parametrize("kind", ["exchangeable", "balanced", "uncorrelated"])
@pytest.mark.parametrize("integer", [True, False])
def test_classes_are_of_their_kind(kind, integer) -> None:
    """K y = (M MMD^2/2) y; moving on by an orbit is a symmetry if the classes are exchangeable."""
    seeds = 1 if kind == "balanced" else 2
    found = two_classes(TwoClassCase("S3", kind, seeds, Fraction(1, 2)), np.random.default_rng(1), integer=integer)
    K, y, M = found.features @ found.features.T, found.labels, found.class_size
    signal = M * float(found.squared_distance) / 2
    np.testing.assert_allclose(K @ y, signal * y, atol=1e-12)
    np.testing.assert_allclose(np.asarray(found.signals, dtype=float), signal)
    assert (M, y.tolist()) == (6 * seeds, ([1] * 6 + [-1] * 6) * seeds)
    swapped = np.roll(np.arange(y.size), 6)
    assert np.allclose(K[np.ix_(swapped, swapped)], K) == (kind != "balanced")
    assert np.allclose(K, np.diag(np.diag(K))) == (kind == "uncorrelated")
    assert found.exchangeable == (kind != "balanced")
    if integer:
        assert found.exact_gram == rational_matrix(K) + rational_matrix(
            (np.eye(y.size, dtype=int) * Fraction(1, 2)).tolist()
        )
    else:
        assert np.linalg.eigvalsh(K)[0] >= 0.1 - 1e-12
