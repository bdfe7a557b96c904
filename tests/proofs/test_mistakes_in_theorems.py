"""Mistakes planted in the routes of T1 to T7 and T12 are found, in floating point, exactly and in balls."""

from collections.abc import Callable
from fractions import Fraction
from inspect import signature
from typing import Any

import numpy as np
import pytest
from flint import arb

from orbitkernels.errors import SingularGramError
from orbitkernels.numerics import fourier
from orbitkernels.proofs import enclosed_instances, routes, t5_cyclic_two_classes
from orbitkernels.proofs.evidence import Comparison, Level
from orbitkernels.proofs.instances import SymbolCase, named_group
from orbitkernels.proofs.t3_class_functions import CayleyCase
from orbitkernels.proofs.t5_cyclic_two_classes import BorderCase, CirculantCase, RingsCase
from orbitkernels.proofs.theorem import THEOREMS
from orbitkernels.proofs.verify import verify
from orbitkernels.theory import enclosed_spectra, enclosures, rational_gram, scalar_spectra, spectra
from orbitkernels.theory.balls import working_precision


def rng() -> np.random.Generator:
    """With this seed the stabilisers in C7:C3 have the orders 3, 1, 1."""
    return np.random.default_rng(4)


# ---------------------------------------------------------------------- planted mistakes

#: Complex irreps of degree 3, not abelian: every conjugate, order and transpose matters.
COMPLEX = "C7:C3"


def numeric(name: str, **changes: Any) -> Comparison:
    case = SymbolCase(COMPLEX, 3, **changes)
    return THEOREMS[name].numeric.compare(case, rng())


def exact(name: str, **changes: Any) -> Comparison:
    case = SymbolCase(COMPLEX, 2, **changes)
    return THEOREMS[name].exact.compare(case, rng())


def changed_blocks(change: Callable[..., tuple[Any, ...]]) -> Callable[..., Any]:
    """fourier_blocks on changed arguments."""
    original = fourier.fourier_blocks

    def blocks(phi: Any, irreps: Any, stabilisers: Any = None, ridge: float = 0.0, weights: Any = None) -> Any:
        return original(*change(np.asarray(phi), irreps, stabilisers, ridge, weights))

    return blocks


def flipped_sign(phi, irreps, stabilisers, ridge, weights):
    signs = np.ones((len(phi), len(phi), 1))
    signs[0, 1:] = signs[1:, 0] = -1
    return phi * signs, irreps, stabilisers, ridge, weights


def dropped_degree(phi, irreps, stabilisers, ridge, weights):
    return phi, irreps, stabilisers, ridge, [1] * len(irreps)


def transposed_block(phi, irreps, stabilisers, ridge, weights):
    return phi.transpose(1, 0, 2), irreps, stabilisers, ridge, weights


def inverted_elements(phi, irreps, stabilisers, ridge, weights):
    group = named_group(COMPLEX)
    inverse = group.inverse(np.arange(group.order))
    return phi, [rho[inverse] for rho in irreps], stabilisers, ridge, weights


def dropped_ridge(phi, irreps, stabilisers, ridge, weights):
    return phi, irreps, stabilisers, 0.0, weights


def dropped_stabilisers(phi, irreps, stabilisers, ridge, weights):
    return phi, irreps, None, ridge, weights


#: Theorem, mistake, instance, and what shows it: the routes differ, or blocks that are not positive definite.
MISTAKES = [
    ("T2", flipped_sign, {}, "inverse, entry"),
    ("T2", dropped_degree, {}, "spectrum: shape"),
    ("T2", transposed_block, {}, SingularGramError),
    ("T2", inverted_elements, {}, SingularGramError),
    ("T2", dropped_ridge, {"ridge": Fraction(1, 2)}, "spectrum, entry"),
    ("T4", dropped_degree, {"stabilisers": True}, "spectrum: shape"),
    ("T4", transposed_block, {"stabilisers": True}, "spectrum, entry"),
    ("T4", inverted_elements, {"stabilisers": True}, "spectrum, entry"),
    ("T4", dropped_stabilisers, {"stabilisers": True}, "spectrum: shape"),
    ("T6", flipped_sign, {}, "error, entry"),
    ("T6", dropped_degree, {}, "error, entry"),
    ("T6", transposed_block, {}, SingularGramError),
    ("T6", inverted_elements, {}, SingularGramError),
    ("T6", dropped_ridge, {"ridge": Fraction(1, 2)}, "error, entry"),
    ("T6", dropped_stabilisers, {"stabilisers": True}, SingularGramError),
]


@pytest.mark.parametrize(("name", "change", "kind", "shown"), MISTAKES)
def test_a_mistake_in_the_blocks_is_found(name, change, kind, shown, monkeypatch) -> None:
    assert numeric(name, **kind).holds
    monkeypatch.setattr(routes.fourier, "fourier_blocks", changed_blocks(change))
    if shown is SingularGramError:  # verify reports it as a failure
        with pytest.raises(SingularGramError, match=r"the Fourier block of irrep . .* has the pivot"):
            numeric(name, **kind)
        return
    found = numeric(name, **kind)
    assert not found.holds
    assert found.detail.startswith(shown)


def test_what_is_refused_is_no_theorem_that_holds(monkeypatch) -> None:
    monkeypatch.setattr(routes.fourier, "fourier_blocks", changed_blocks(transposed_block))
    (result,) = verify(["T6"], quick=True).results
    assert not result.holds
    assert not result.check(Level.NUMERIC).holds


@pytest.mark.parametrize(
    "change",
    [
        lambda original, blocks, irreps: -original(blocks, irreps),
        lambda original, blocks, irreps: original(blocks, [rho.conj() for rho in irreps]),
        lambda original, blocks, irreps: original(blocks, irreps) * named_group(COMPLEX).order,
        lambda original, blocks, irreps: original(blocks, irreps).transpose(1, 0, 2),
    ],
    ids=["flipped sign", "dropped conjugate", "dropped factor n", "transposed block"],
)
def test_a_mistake_in_the_inverse_is_found(change, monkeypatch) -> None:
    original = fourier.inverse_symbol
    assert numeric("T2").holds
    monkeypatch.setattr(fourier, "inverse_symbol", lambda blocks, irreps: change(original, blocks, irreps))
    found = numeric("T2")
    assert not found.holds
    assert found.detail.startswith("inverse, entry")


def test_a_lost_factor_in_the_spectral_error_is_found(monkeypatch) -> None:
    original = fourier.spectral_errors
    assert numeric("T6").holds
    assert numeric("T3").holds
    monkeypatch.setattr(fourier, "spectral_errors", lambda *arguments: original(*arguments) * (1 + 1e-9))
    assert not numeric("T6").holds
    assert not numeric("T3").holds


EXACT = [
    ("T2", spectra, "exact_blocks", {}),
    ("T2", spectra, "exact_inverse_symbol", {}),
    ("T4", spectra, "exact_blocks", {"stabilisers": True}),
    ("T6", spectra, "exact_spectral_error", {}),
    ("T3", scalar_spectra, "character_blocks", {}),
    ("T3", scalar_spectra, "character_spectral_error", {}),
]


def transposed(original, given):
    given["phi"] = given["phi"].transpose(1, 0, 2)
    return original(**given)


def without_ridge(original, given):
    assert given["ridge"] == Fraction(1, 2)
    return original(**{**given, "ridge": 0})


def doubled(original, given):
    return original(**{**given, "phi": 2 * given["phi"]})


def moved_at_the_identity(original, given):
    phi = given["phi"]
    return original(**{**given, "phi": phi + (np.arange(phi.shape[2]) == 0)})


@pytest.mark.parametrize("change", [transposed, without_ridge, doubled, moved_at_the_identity])
@pytest.mark.parametrize(("name", "module", "function", "kind"), EXACT)
def test_a_transposed_symbol_a_lost_ridge_or_a_wrong_value_is_found_exactly(
    name, module, function, kind, change, monkeypatch
) -> None:
    original = getattr(module, function)

    def mistaken(*arguments: Any, **words: Any) -> Any:
        return change(original, dict(signature(original).bind(*arguments, **words).arguments))

    assert exact(name, ridge=Fraction(1, 2), **kind).holds
    monkeypatch.setattr(module, function, mistaken)
    found = exact(name, ridge=Fraction(1, 2), **kind)
    if name == "T3" and change is transposed:  # exchanges the blocks of an irrep and its dual: the same polynomial
        assert found.holds
        return
    assert not found.holds
    assert "by one route" in found.detail


def test_elements_for_their_inverses_are_found_exactly(monkeypatch) -> None:
    original = spectra.exact_spectral_error
    group = named_group(COMPLEX)
    inverse = group.inverse(np.arange(group.order))

    def inverted(group: Any, phi: Any, *rest: Any) -> Any:
        return original(group, phi[:, :, inverse], *rest)

    monkeypatch.setattr(spectra, "exact_spectral_error", inverted)
    assert not exact("T6").holds


def test_a_wrong_leave_one_out_formula_is_found(monkeypatch) -> None:
    from orbitkernels.numerics import dense

    case = THEOREMS["T1"].numeric.cases(True)[0]
    assert THEOREMS["T1"].numeric.compare(case, rng()).holds
    for function in ("leave_one_out", "leave_out", "posterior_variances"):
        with monkeypatch.context() as patch:
            original = getattr(dense, function)
            patch.setattr(dense, function, lambda *arguments, original=original: original(*arguments) * (1 + 1e-9))
            assert not THEOREMS["T1"].numeric.compare(case, rng()).holds
    exact_case = THEOREMS["T1"].exact.cases(True)[0]
    monkeypatch.setattr(rational_gram, "exact_leave_out", lambda K, y, S: tuple(tuple(row) for row in y[: len(S)]))
    assert not THEOREMS["T1"].exact.compare(exact_case, rng()).holds


def test_a_wrong_frequency_of_the_labels_is_found(monkeypatch) -> None:
    case = RingsCase(6, "ntk(depth=1)", 0.3, 0.0)
    assert THEOREMS["T5"].numeric.compare(case, rng()).holds
    original = fourier.two_orbit_formula

    def neighbour(phi: Any, ridge: float = 0.0) -> Any:
        error, values = original(phi, ridge)
        return error * values[6] / values[5], values

    monkeypatch.setattr(fourier, "two_orbit_formula", neighbour)
    assert not THEOREMS["T5"].numeric.compare(case, rng()).holds


def test_verify_reports_a_planted_mistake_and_where_it_showed(monkeypatch) -> None:
    monkeypatch.setattr(routes.fourier, "fourier_blocks", changed_blocks(dropped_degree))
    (result,) = verify(["T4"], quick=True).results
    assert not result.holds
    assert not result.check(Level.NUMERIC).holds
    assert result.check(Level.EXACT).holds
    assert "orbits with stabilisers" in result.check(Level.NUMERIC).detail
    assert "values" in result.check(Level.NUMERIC).detail or "shape" in result.check(Level.NUMERIC).detail


# ---------------------------------------------------------------------- planted mistakes, in balls


def enclosed(name: str, **changes: Any) -> Comparison:
    case = SymbolCase(COMPLEX, 2, **changes)
    return THEOREMS[name].enclosed.compare(case, rng())


def with_symbol(original: Callable[..., Any], change: Callable[[Any], Any]) -> Callable[..., Any]:
    """A function of group and symbol, on a changed symbol."""
    return lambda group, phi, *rest, **more: original(group, change(phi), *rest, **more)


def inverted(phi: Any) -> Any:
    group = named_group(COMPLEX)
    return phi[:, :, group.inverse(np.arange(group.order))]


def barely_scaled(phi: Any) -> Any:
    """A relative change of 1e-40, far below anything that floating point could show."""
    changed = phi.copy()
    changed[0, 0, 0] = phi[0, 0, 0] * (1 + arb(10) ** -40)
    return changed


@pytest.mark.parametrize("change", [inverted, barely_scaled], ids=lambda change: change.__name__)
@pytest.mark.parametrize(
    ("name", "module", "function", "kind"),
    [
        ("T2", enclosed_instances, "enclosed_blocks", {}),
        ("T2", enclosed_spectra, "enclosed_inverse_symbol", {}),
        ("T4", enclosed_instances, "enclosed_blocks", {"stabilisers": True}),
        ("T6", enclosures, "enclosed_spectral_error", {}),
        ("T6", enclosures, "enclosed_spectral_error", {"stabilisers": True}),
    ],
)
def test_a_changed_symbol_is_refuted_in_balls(name, module, function, kind, change, monkeypatch) -> None:
    assert enclosed(name, **kind).holds
    monkeypatch.setattr(module, function, with_symbol(getattr(module, function), change))
    found = enclosed(name, **kind)
    assert not found.holds
    assert "the enclosures are disjoint" in found.detail


@pytest.mark.parametrize("function", ["enclosed_character_blocks", "enclosed_character_error"])
def test_a_lost_ridge_of_class_functions_is_refuted_in_balls(function, monkeypatch) -> None:
    original = getattr(enclosed_spectra, function)
    assert enclosed("T3", ridge=Fraction(1, 2)).holds
    monkeypatch.setattr(enclosed_spectra, function, lambda *arguments: original(*arguments[:-1]))
    assert "disjoint" in enclosed("T3", ridge=Fraction(1, 2)).detail


def test_a_wrong_character_is_refuted_by_the_heat_kernel(monkeypatch) -> None:
    case = CayleyCase(COMPLEX)
    assert THEOREMS["T3"].enclosed.compare(case, rng()).holds
    original = enclosed_spectra.enclosed_character_blocks
    monkeypatch.setattr(
        enclosed_spectra, "enclosed_character_blocks", lambda *arguments: original(*arguments)[::-1]
    )
    assert "heat kernel" in THEOREMS["T3"].enclosed.compare(case, rng()).detail


def test_a_wrong_leave_one_out_formula_is_refuted_in_balls(monkeypatch) -> None:
    case = THEOREMS["T1"].enclosed.cases(True)[0]
    assert THEOREMS["T1"].enclosed.compare(case, rng()).holds
    original = enclosures.enclosed_leave_out

    def scaled(K: Any, labels: Any, missing: Any) -> Any:
        return [[value * (1 + arb(10) ** -40) for value in row] for row in original(K, labels, missing)]

    monkeypatch.setattr(enclosures, "enclosed_leave_out", scaled)
    assert "disjoint" in THEOREMS["T1"].enclosed.compare(case, rng()).detail


def test_signs_are_decided_beside_the_border_and_left_open_on_it() -> None:
    cases = [case for case in THEOREMS["T5"].enclosed.cases(False) if isinstance(case, BorderCase)]
    assert {(case.shift > 0) - (case.shift < 0) for case in cases} == {-1, 0, 1}
    assert all(THEOREMS["T5"].enclosed.compare(case, rng()).holds for case in cases)


def test_too_few_bits_leave_a_close_sign_open_and_the_check_says_so(monkeypatch) -> None:
    case = BorderCase(3, Fraction(1, 10**30))
    monkeypatch.setattr(enclosures, "working_precision", lambda: working_precision(64))
    found = THEOREMS["T5"].enclosed.compare(case, rng())
    assert not found.holds
    assert "undecided by one route, right by the other" in found.detail


@pytest.mark.parametrize("mistake", ["neighbouring frequency", "criterion turned round"])
def test_a_wrong_frequency_or_criterion_is_refuted_in_balls(mistake, monkeypatch) -> None:
    original, case = enclosed_spectra.enclosed_circulant_spectrum, CirculantCase(5)
    assert THEOREMS["T5"].enclosed.compare(case, rng()).holds
    if mistake == "neighbouring frequency":
        monkeypatch.setattr(
            enclosed_spectra, "enclosed_circulant_spectrum", lambda row: (lambda x: x[1:] + x[:1])(original(row))
        )
    else:
        monkeypatch.setattr(t5_cyclic_two_classes, "_criterion", lambda spectrum: enclosures.Verdict.UNDECIDED)
    assert not THEOREMS["T5"].enclosed.compare(case, rng()).holds
