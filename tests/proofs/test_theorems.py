"""Theorems T1 to T7 and T12: what they say, how many instances stand behind them, that mistakes are found."""

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb

from orbitkernels.numerics import fourier
from orbitkernels.proofs import enclosed_instances, routes, t5_cyclic_two_classes
from orbitkernels.proofs.evidence import Comparison, Level, strongest
from orbitkernels.proofs.image_instances import ImageCase, image_orbits
from orbitkernels.proofs.instances import GROUPS, LARGE_GROUPS, SymbolCase, named_group
from orbitkernels.proofs.t3_class_functions import CayleyCase
from orbitkernels.proofs.t5_cyclic_two_classes import BorderCase, CirculantCase, RingsCase
from orbitkernels.proofs.t6_spectral_error import CounterexampleCase
from orbitkernels.proofs.theorem import THEOREMS, find_theorem
from orbitkernels.proofs.verify import verify
from orbitkernels.theory import enclosed_spectra, enclosures, rational_gram, scalar_spectra, spectra
from orbitkernels.theory.balls import working_precision

#: Least number of exact, enclosed and numeric instances of each theorem in a full run.
LEAST = {
    "T1": (12, 19, 24),
    "T2": (23, 17, 180),
    "T3": (46, 33, 230),
    "T4": (46, 17, 200),
    "T5": (9, 22, 112),
    "T6": (47, 34, 380),
    "T7": (46, 34, 94),
    "T12": (100, 90, 200),
}


def rng() -> np.random.Generator:
    """With this seed the stabilisers in C7:C3 have the orders 3, 1, 1."""
    return np.random.default_rng(4)


@pytest.mark.parametrize("name", LEAST)
def test_every_theorem_is_stated_with_hypotheses_source_and_derivation(name) -> None:
    theorem = THEOREMS[name]
    assert theorem.id == name
    assert find_theorem(theorem.title) is theorem
    assert theorem.source
    assert theorem.derivation is not None
    assert len(theorem.hypotheses) >= 3
    for text in (*theorem.hypotheses, f"${theorem.statement}$"):
        assert text.count("$") % 2 == 0
        assert text.count("{") == text.count("}")
        assert text.count(r"\left") == text.count(r"\right")
    assert theorem.derivation().unshown == ()


def test_the_list_holds_them_in_order_with_different_statements() -> None:
    assert [name for name in THEOREMS if name in LEAST] == list(LEAST)
    assert len({THEOREMS[name].statement_hash for name in LEAST}) == len(LEAST)


def test_the_statement_hash_is_the_statement_s() -> None:
    import dataclasses

    theorem = THEOREMS["T1"]
    assert dataclasses.replace(theorem, title="other").statement_hash == theorem.statement_hash
    assert dataclasses.replace(theorem, statement="other").statement_hash != theorem.statement_hash
    assert dataclasses.replace(theorem, hypotheses=("other",)).statement_hash != theorem.statement_hash


# ---------------------------------------------------------------------- what is compared


@pytest.mark.parametrize("name", LEAST)
def test_enough_different_instances(name) -> None:
    theorem = THEOREMS[name]
    for procedure, least in zip((theorem.exact, theorem.enclosed, theorem.numeric), LEAST[name], strict=True):
        cases = procedure.cases(False)
        assert len(cases) >= least
        assert len({str(case) for case in cases}) == len(cases)
        quick = procedure.cases(True)
        assert 2 <= len(quick) < len(cases)


@pytest.mark.parametrize("name", ["T2", "T3", "T4", "T6"])
def test_group_theorems_meet_every_group_with_two_to_five_orbits_and_ridges(name) -> None:
    cases = THEOREMS[name].numeric.cases(False)
    symbols = [case for case in cases if isinstance(case, SymbolCase)]
    assert {case.group for case in symbols} == set(GROUPS)
    assert {case.orbits for case in symbols} == {2, 3, 4, 5}
    assert {case.ridge > 0 for case in symbols} == {False, True}
    assert max(case.columns for case in symbols) == 3
    kinds = {case.stabilisers for case in symbols}
    assert kinds == {"T2": {False}, "T3": {False}, "T4": {True}, "T6": {False, True}}[name]


def test_characters_of_a_large_group_and_images_and_rings_are_among_the_cases() -> None:
    for procedure in (THEOREMS["T3"].exact, THEOREMS["T3"].numeric):
        groups = Counter(case.group for case in procedure.cases(False) if isinstance(case, CayleyCase))
        assert groups[LARGE_GROUPS[0]] == 2
    for name in ("T4", "T6"):
        images = [case for case in THEOREMS[name].numeric.cases(False) if isinstance(case, ImageCase)]
        assert {"D4", "C4", "C8xC8"} <= {case.group for case in images}
        assert {case.symmetric for case in images} == {name == "T4"}
    rings = THEOREMS["T5"].numeric.cases(False)
    assert {case.height > 0 for case in rings} == {False, True}
    assert len({case.poses for case in rings}) >= 12


def test_symmetrised_digits_have_stabilisers_and_others_have_none() -> None:
    for seed in range(5):
        symmetric = image_orbits(ImageCase("D4", "ntk(depth=1)", 3, True), np.random.default_rng(seed))
        assert symmetric.stabilisers[0].order > 1
        assert not symmetric.is_free
        assert image_orbits(ImageCase("D4", "ntk(depth=1)", 3), np.random.default_rng(seed)).is_free


def test_the_counterexample_comes_out_in_exact_arithmetic() -> None:
    cases = [case for case in THEOREMS["T6"].exact.cases(True) if isinstance(case, CounterexampleCase)]
    assert len(cases) == 1
    found = THEOREMS["T6"].exact.compare(cases[0], rng())
    assert found.holds
    assert found.level is Level.EXACT


@pytest.mark.parametrize(("height", "right"), [(0.0, False), (0.9, True)])
def test_rings_far_apart_are_told_apart_and_alternating_points_are_not(height, right) -> None:
    """The sign criterion is met with both answers."""
    from orbitkernels.proofs.kernels import kernel
    from orbitkernels.proofs.t5_cyclic_two_classes import _rings

    case = RingsCase(8, "ntk(depth=1)", height, 0.0)
    assert THEOREMS["T5"].numeric.compare(case, rng()).holds
    K = kernel(case.kernel).gram(_rings(case, rng()))
    labels = np.tile([1.0, -1.0], 8)
    prediction = K[0, 1:] @ np.linalg.solve(K[1:, 1:], labels[1:])
    assert (prediction > 0) == right


# ---------------------------------------------------------------------- the whole run


def test_a_quick_run_verifies_every_theorem_at_least_exactly() -> None:
    certificate = verify(LEAST, quick=True)
    assert certificate.holds, certificate.lines()
    assert {result.id: result.level for result in certificate.results}["T1"] is Level.SYMBOLIC
    for result in certificate.results:
        assert strongest([Level.EXACT, result.level]) is result.level
        assert result.check(Level.ENCLOSED).instances >= 2
        assert result.check(Level.ENCLOSED).residual < 1e-40
        assert 0 < result.check(Level.NUMERIC).residual <= 4 * result.check(Level.NUMERIC).rounding
        assert result.check(Level.NUMERIC).condition >= 1


@pytest.mark.parametrize("name", sorted(set(THEOREMS) - set(LEAST)))
def test_a_quick_run_verifies(name: str) -> None:
    """Every other theorem: no level fails, and none is numeric only."""
    certificate = verify([name], quick=True)
    assert certificate.holds, certificate.lines()
    assert strongest([Level.EXACT, certificate.results[0].level]) is certificate.results[0].level


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


MISTAKES = [
    ("T2", flipped_sign, {}),
    ("T2", dropped_degree, {}),
    ("T2", transposed_block, {}),
    ("T2", inverted_elements, {}),
    ("T2", dropped_ridge, {"ridge": Fraction(1, 2)}),
    ("T4", dropped_degree, {"stabilisers": True}),
    ("T4", transposed_block, {"stabilisers": True}),
    ("T4", inverted_elements, {"stabilisers": True}),
    ("T4", dropped_stabilisers, {"stabilisers": True}),
    ("T6", flipped_sign, {}),
    ("T6", dropped_degree, {}),
    ("T6", transposed_block, {}),
    ("T6", inverted_elements, {}),
    ("T6", dropped_ridge, {"ridge": Fraction(1, 2)}),
    ("T6", dropped_stabilisers, {"stabilisers": True}),
]


@pytest.mark.parametrize(("name", "change", "kind"), MISTAKES)
def test_a_mistake_in_the_blocks_is_found(name, change, kind, monkeypatch) -> None:
    assert numeric(name, **kind).holds
    monkeypatch.setattr(routes.fourier, "fourier_blocks", changed_blocks(change))
    try:
        found = numeric(name, **kind)
    except (ValueError, np.linalg.LinAlgError):
        return  # blocks that are not positive definite are refused, which verify reports as a failure
    assert not found.holds
    assert found.detail


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


@pytest.mark.parametrize(
    ("name", "module", "function", "kind"),
    [
        ("T2", spectra, "exact_blocks", {}),
        ("T2", spectra, "exact_inverse_symbol", {}),
        ("T4", spectra, "exact_blocks", {"stabilisers": True}),
        ("T6", spectra, "exact_spectral_error", {}),
        ("T3", scalar_spectra, "character_blocks", {}),
        ("T3", scalar_spectra, "character_spectral_error", {}),
    ],
)
def test_a_transposed_symbol_or_a_lost_ridge_is_found_exactly(name, module, function, kind, monkeypatch) -> None:
    original = getattr(module, function)
    assert exact(name, ridge=Fraction(1, 2), **kind).holds
    for change in (lambda phi: 2 * phi, lambda phi: phi + (np.arange(phi.shape[2]) == 0)):
        monkeypatch.setattr(
            module,
            function,
            lambda group, phi, *rest, change=change, **more: original(group, change(phi), *rest, **more),
        )
        found = exact(name, ridge=Fraction(1, 2), **kind)
        assert not found.holds
        assert found.detail


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
