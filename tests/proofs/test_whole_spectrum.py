"""Mistakes planted in T12 are found; where one ratio of the whole spectrum fails, it is seen to fail."""

from typing import Any

import numpy as np
import pytest
from flint import arb

from orbitkernels.numerics import fourier
from orbitkernels.proofs import exchange_checks, pair_instances, t12_whole_spectrum
from orbitkernels.proofs.evaluation import DerivationError
from orbitkernels.proofs.instances import named_group
from orbitkernels.proofs.pair_instances import KINDS, PairCase
from orbitkernels.proofs.theorem import THEOREMS
from orbitkernels.theory import enclosures, spectra

LEVELS = ("exact", "enclosed", "numeric")
RIGHT = [kind for kind in KINDS if kind not in ("any", "separating")]


def compare(level: str, kind: str, group: str = "C7:C3", seed: int = 0) -> Any:
    return getattr(THEOREMS["T12"], level).compare(PairCase(group, kind), np.random.default_rng(seed))


@pytest.mark.parametrize("level", LEVELS)
def test_every_kind_is_met_on_groups_that_are_not_abelian(level) -> None:
    kinds = {case.kind for case in getattr(THEOREMS["T12"], level).cases(False) if case.group == "C7:C3"}
    assert kinds == set(KINDS) - ({"separating"} if level == "numeric" else set())


def test_no_pair_separates_where_every_symbol_is_a_class_function() -> None:
    """In Q8 and in abelian groups g is conjugate to g or g^-1 only, and phi(g^-1) = phi(g)."""
    assert not exchange_checks.separating_pairs(named_group("Q8"))
    assert not exchange_checks.separating_pairs(named_group("C6"))
    assert exchange_checks.separating_pairs(named_group("SL(2,3)"))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", RIGHT)
def test_the_conditions_are_needed_for_the_check_to_hold(level, kind, monkeypatch) -> None:
    """With symbols that meet no condition, the claim of each kind is refuted."""
    assert compare(level, kind).holds
    plain = PairCase("C7:C3", "any")
    for name in ("exact_pair", "ball_pair"):
        original = getattr(pair_instances, name)
        monkeypatch.setattr(t12_whole_spectrum, name, lambda case, rng, original=original: original(plain, rng))
    assert "ratio on both orbits" in compare(level, kind).detail


@pytest.mark.parametrize(
    ("level", "module", "function"),
    [
        ("exact", spectra, "exact_spectral_error"),
        ("enclosed", enclosures, "enclosed_spectral_error"),
        ("numeric", fourier, "spectral_errors"),
    ],
)
def test_one_error_for_both_orbits_is_found(level, module, function, monkeypatch) -> None:
    """As if the block of the orbit did not matter."""
    original = getattr(module, function)

    def alike(*arguments: Any) -> Any:
        errors = original(*arguments)
        changed = [errors[0], [-value for value in errors[0]]]
        return np.array(changed) if level == "numeric" else changed

    assert compare(level, "any").holds
    monkeypatch.setattr(module, function, alike)
    assert not compare(level, "any").holds


@pytest.mark.parametrize("level", ["exact", "enclosed"])
def test_a_wrong_closed_form_or_order_is_found(level, monkeypatch) -> None:
    original = exchange_checks.closed_form
    assert compare(level, "separating").holds
    with monkeypatch.context() as patch:
        patch.setattr(exchange_checks, "closed_form", lambda pair, use: -original(pair, use))
        assert "n (s_1 - s_2)" in compare(level, "separating").detail
    name = "exact_pair" if level == "exact" else "ball_pair"
    pair_of = getattr(pair_instances, name)

    def swapped(case: Any, rng: Any) -> Any:
        from dataclasses import replace

        pair = pair_of(case, rng)
        return replace(pair, p_i=pair.p_j, p_j=pair.p_i)

    monkeypatch.setattr(t12_whole_spectrum, name, swapped)
    assert not compare(level, "separating").holds


def test_a_relative_mistake_of_1e_40_is_refuted_in_balls(monkeypatch) -> None:
    original = enclosures.enclosed_spectral_error
    monkeypatch.setattr(
        enclosures,
        "enclosed_spectral_error",
        lambda *arguments: [[x * (1 + arb(10) ** -40) for x in row] for row in original(*arguments)],
    )
    assert "disjoint" in compare("enclosed", "any").detail


@pytest.mark.parametrize("function", ["convolved", "_diagonals", "refit_error", "pair_symbol"])
def test_a_mistake_in_a_step_of_the_derivation_is_found(function, monkeypatch) -> None:
    original = getattr(exchange_checks, function)
    changes = {
        "convolved": lambda group, one, other: original(group, one, other) + (np.arange(group.order) == 1),
        "_diagonals": lambda *arguments: (lambda a, b: (a, 2 * b))(*original(*arguments)),
        "refit_error": lambda *arguments: -original(*arguments),
        "pair_symbol": lambda group, phi, psi: np.array([[phi, psi], [psi, phi]]),
    }
    monkeypatch.setattr(exchange_checks, function, changes[function])
    with pytest.raises((DerivationError, ValueError)):
        THEOREMS["T12"].derivation()


def test_every_formula_of_the_claim_is_a_line_of_a_step() -> None:
    assert THEOREMS["T12"].derivation().unshown == ()
