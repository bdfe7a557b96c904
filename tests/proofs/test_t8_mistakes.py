"""T8: what is compared, and that planted mistakes are found."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from orbitkernels.proofs import t8_signal_and_noise as t8
from orbitkernels.proofs import two_class_checks, two_classes
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.two_classes import RingCase, TwoClassCase
from orbitkernels.proofs.verify import verify

EXCHANGEABLE = TwoClassCase("C7:C3", "exchangeable", 1, Fraction(1, 2))
BALANCED = TwoClassCase("C7:C3", "balanced", 1, Fraction(1, 2))
COMPARE = {
    Level.EXACT: t8.exact_compare,
    Level.ENCLOSED: t8.enclosed_compare,
    Level.NUMERIC: t8.numeric_compare,
}


def rng():
    return np.random.default_rng(1)


def test_the_derivation_comes_to_the_claim_and_enough_is_compared():
    assert t8.derivation().unshown == ()
    for procedure, least in zip(t8.THEOREM.procedures.values(), (50, 45, 120), strict=True):
        assert len(procedure.cases(False)) >= least
        assert len({str(case) for case in procedure.cases(False)}) == len(procedure.cases(False))
        assert {"Q8", "C7:C3"} <= {case.group for case in procedure.cases(True)}
        assert len({case.ridge for case in procedure.cases(True)}) > 1


@pytest.mark.parametrize("level", COMPARE)
@pytest.mark.parametrize("case", [EXCHANGEABLE, BALANCED], ids=str)
def test_a_wrong_distance_is_found(level, case, monkeypatch):
    assert COMPARE[level](case, rng()).holds
    original = two_classes.TwoClasses.squared_distance.fget
    monkeypatch.setattr(two_classes.TwoClasses, "squared_distance", property(lambda self: original(self) * 2))
    assert COMPARE[level](case, rng()).detail.startswith("signal")


@pytest.mark.parametrize("level", COMPARE)
def test_the_harmonic_mean_of_the_whole_spectrum_is_wrong_unless_exchangeable(level, monkeypatch):
    original = t8.two_classes
    monkeypatch.setattr(t8, "two_classes", lambda *a, **k: replace(original(*a, **k), exchangeable=True))
    assert COMPARE[level](EXCHANGEABLE, rng()).holds
    found = COMPARE[level](BALANCED, rng())
    assert not found.holds
    assert found.detail.startswith("error")


@pytest.mark.parametrize("level", COMPARE)
def test_a_lost_ridge_is_found(level, monkeypatch):
    """The Gram matrix and its symbol lose the ridge, which the signal has."""
    original = two_classes.TwoClasses.instance.fget
    lost = property(lambda self: replace(original(self), ridge=Fraction(0)))
    monkeypatch.setattr(two_classes.TwoClasses, "instance", lost)
    gram = two_classes.TwoClasses.exact_gram.fget
    monkeypatch.setattr(two_classes.TwoClasses, "exact_gram", property(lambda self: gram(replace(self, ridge=0))))
    dense = t8.enclosed_gram
    monkeypatch.setattr(t8, "enclosed_gram", lambda *problem, ridge: dense(*problem))
    assert not COMPARE[level](EXCHANGEABLE, rng()).holds
    assert COMPARE[level](replace(EXCHANGEABLE, ridge=Fraction(0)), rng()).holds


def test_a_wrong_distance_of_rings_is_found(monkeypatch):
    case = RingCase(4, Fraction(3, 5), Fraction(1, 2))
    assert t8.enclosed_compare(case, rng()).holds
    original = t8.exponential_rings

    def wrong(poses, height):
        row, distance = original(poses, height)
        return row, distance * (1 + 1e-9)

    monkeypatch.setattr(t8, "exponential_rings", wrong)
    assert "disjoint" in t8.enclosed_compare(case, rng()).detail


def test_labels_that_are_no_eigenvector_are_found(monkeypatch):
    original = two_classes._functions

    def unbalanced(case, order, rng, integer):
        beta = original(case, order, rng, integer)
        beta[0, 0, 0] += 1
        return beta

    monkeypatch.setattr(two_classes, "_functions", unbalanced)
    for compare in COMPARE.values():
        assert not compare(BALANCED, rng()).holds
    assert not two_class_checks.labels_are_an_eigenvector("S3")
    assert not two_class_checks.errors_are_the_ratio("S3")


def test_a_bound_that_is_called_attained_is_found(monkeypatch):
    """A noise equal to the prior variance where points are correlated."""
    monkeypatch.setattr(t8, "harmonic_mean", lambda gram: Fraction(int(gram[0, 0].p), int(gram[0, 0].q)))
    assert not t8.exact_compare(EXCHANGEABLE, rng()).holds
    assert t8.exact_compare(TwoClassCase("S3", "uncorrelated"), rng()).holds


def test_verify_reports_a_planted_mistake(monkeypatch):
    monkeypatch.setattr(t8, "harmonic_mean", lambda gram: Fraction(1))
    (result,) = verify(["T8"], quick=True).results
    assert not result.holds
    assert not result.check(Level.EXACT).holds
