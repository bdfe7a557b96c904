"""A mistake planted in the Fourier formulas is caught: by the comparison with dense algebra, and by verify.

C7:C3 is not abelian and has complex irreps of degree 3, so no conjugate, transpose or degree is superfluous there.
"""

import importlib.util
import inspect
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from orbitkernels.numerics import dense, fourier
from orbitkernels.proofs import verify as verify_module
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.instances import SymbolCase, float_instance
from orbitkernels.proofs.irreps import unitary_irreps
from orbitkernels.proofs.theorem import Procedure, find_theorem

SOURCE = Path(fourier.__file__).read_text(encoding="utf-8")

#: Name, text of the formula, text with the mistake, theorems that must fail.
MISTAKES = [
    ("ridge with the wrong sign", "[...] += ridge", "[...] -= ridge", "T6"),
    (
        "sign of the inverse flipped",
        "a.conj().swapaxes(1, 2) @ b for b",
        "-a.conj().swapaxes(1, 2) @ b for b",
        "T2",
    ),
    ("conjugate of rho in the inverse dropped", "matrices.conj().swapaxes(0, 1)", "matrices.swapaxes(0, 1)", "T2"),
    ("conjugate of the fixed vectors dropped", "bases[a].conj().swapaxes(1, 2)", "bases[a].swapaxes(1, 2)", "T4"),
    (
        "factor n of the inverse lost",
        "np.sqrt(np.outer(orders, orders)) / blocks.order",
        "np.sqrt(np.outer(orders, orders))",
        "T2",
    ),
    ("factor N_c of the error lost", "return total / blocks.sizes\n", "return total\n", "T6"),
    ("orders of the stabilisers lost", "scale = 1 / np.sqrt([", "scale = 1 / np.ones_like([", "T4"),
    (
        "degree d_rho of the spectrum lost",
        "[array.shape[1] for array in arrays] if",
        "[1 for array in arrays] if",
        "T2 T6",
    ),
    (
        "degree d_rho of the denominator lost",
        "total += stack.weight * stack.inverse_traces",
        "total += 1 * stack.inverse_traces",
        "T6",
    ),
    ("degree d_rho of the inverse lost", "total += stack.weight * (left", "total += 1 * (left", "T2"),
    ("degrees d_rho^2 of class functions not squared", "weights=(degrees**2)", "weights=degrees", "T3"),
    ("characters not divided by the degree", "(table / degrees[:, None])", "table", "T3"),
    (
        "blocks of orbits a and b transposed",
        "full.transpose(2, 0, 3, 1, 4)",
        "full.transpose(2, 1, 3, 0, 4)",
        "T2",
    ),
    ("matrix of each block transposed", "full.transpose(2, 0, 3, 1, 4)", "full.transpose(2, 0, 4, 1, 3)", "T2"),
    (
        "rho(g^-1) in the place of rho(g)",
        "irreps.reshape(irreps.shape[0], -1)",
        "irreps.conj().swapaxes(2, 3).reshape(irreps.shape[0], -1)",
        "T2",
    ),
    ("labels without the root of the orbit size", "root * labels", "labels", "T6"),
]


def module(source: str) -> ModuleType:
    """The source compiled as a module beside numerics/fourier.py."""
    spec = importlib.util.spec_from_loader("orbitkernels.numerics.mutated", loader=None)
    made = importlib.util.module_from_spec(spec)
    exec(compile(source, "mutated.py", "exec"), made.__dict__)
    return made


def planted(old: str, new: str) -> ModuleType:
    assert SOURCE.count(old) == 1, f"{old!r} occurs {SOURCE.count(old)} times"
    assert old != new
    return module(SOURCE.replace(old, new))


def worst_difference(formulas: ModuleType) -> float:
    """Largest relative difference between the Fourier route and dense algebra on orbits of C7:C3."""
    found = [0.0]
    for stabilisers in (False, True):  # seed 1: two different stabilisers of order 3 and a trivial one
        case = SymbolCase("C7:C3", 3, stabilisers, 2)
        instance = float_instance(case, np.random.default_rng(1))
        found += compare(formulas, instance, ridge=0.05)
    found += compare_class_functions(formulas)
    return max(found)


def relative_difference(found, expected):
    """Largest |found - expected| over the largest |expected|."""
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def compare(formulas, instance, ridge):
    group = instance.group
    irreps = [irrep.matrices for irrep in unitary_irreps(group)]
    every = np.arange(group.order)
    division = group.multiply(group.inverse(every)[:, None], every[None, :])
    representatives = [h.left_representatives for h in instance.stabilisers]
    gram = dense.gram_from_symbol(instance.phi, division, representatives, ridge)
    orbit = np.repeat(np.arange(len(representatives)), instance.sizes)
    labels = instance.targets[orbit].astype(float)

    blocks = formulas.fourier_blocks(instance.phi, irreps, [h.elements for h in instance.stabilisers], ridge)
    values, weights, _ = formulas.block_spectrum(blocks)
    spectrum = np.sort(np.repeat(values, weights))
    if len(spectrum) != len(gram):
        return [np.inf]
    inverse = dense.gram_from_symbol(formulas.inverse_symbol(blocks, irreps), division, representatives)
    errors = formulas.spectral_errors(blocks, instance.targets)[orbit]
    return [
        relative_difference(spectrum, np.linalg.eigvalsh(gram)),
        relative_difference(inverse, np.linalg.inv(gram)),
        relative_difference(errors, dense.leave_one_out(gram, labels)),
    ]


def compare_class_functions(formulas):
    instance = float_instance(SymbolCase("C7:C3", 2), np.random.default_rng(5), class_functions=True)
    group, classes = instance.group, instance.group.conjugacy_classes
    every = np.arange(group.order)
    gram = dense.gram_from_symbol(instance.phi, group.multiply(group.inverse(every)[:, None], every[None, :]))
    on_classes = instance.phi[:, :, classes.representatives]
    blocks = formulas.class_function_blocks(on_classes, group.character_table().numeric, classes.sizes)
    values, weights, _ = formulas.block_spectrum(blocks)
    spectrum = np.sort(np.repeat(values, weights))
    if len(spectrum) != len(gram):
        return [np.inf]
    return [relative_difference(spectrum, np.linalg.eigvalsh(gram))]


def fails(formulas: ModuleType) -> bool:
    """Whether the comparison is off by more than rounding, or the formulas do not get through at all."""
    try:
        return worst_difference(formulas) > 1e-6
    except (ValueError, np.linalg.LinAlgError):
        return True


def test_formulas_without_a_mistake_agree_with_dense_algebra():
    assert worst_difference(module(SOURCE)) < 1e-11


@pytest.mark.parametrize(("old", "new"), [m[1:3] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_comparison_with_dense_algebra_catches_a_mistake(old, new):
    assert fails(planted(old, new))


# ---------------------------------------------------------------------- verify itself


def verify_on_C7_C3(monkeypatch, theorem: str, formulas: ModuleType):
    """The result of `verify` with other Fourier formulas, on the cases of C7:C3 and one exact case."""
    whole = find_theorem(theorem)
    numeric = Procedure(
        lambda quick: [case for case in whole.numeric.cases(quick) if case.group == "C7:C3"], whole.numeric.compare
    )
    exact = Procedure(lambda quick: whole.exact.cases(quick)[:1], whole.exact.compare)
    small = replace(whole, numeric=numeric, exact=exact, enclosed=None, derivation=None)
    monkeypatch.setattr(verify_module, "THEOREMS", {theorem: small})
    monkeypatch.setattr(verify_module, "find_theorem", {theorem: small}.__getitem__)
    for name, value in vars(fourier).items():
        if inspect.isfunction(value) and value.__module__ == fourier.__name__:
            monkeypatch.setattr(fourier, name, getattr(formulas, name))
    return verify_module.verify([theorem]).results[0]


@pytest.mark.parametrize("theorem", ["T2", "T3", "T4", "T6"])
def test_verify_holds_without_a_mistake(monkeypatch, theorem):
    result = verify_on_C7_C3(monkeypatch, theorem, module(SOURCE))
    assert result.holds
    assert result.check(Level.NUMERIC).instances >= 4


@pytest.mark.parametrize(
    ("old", "new", "theorem"),
    [(old, new, theorem) for _, old, new, theorems in MISTAKES for theorem in theorems.split()],
    ids=[f"{theorem}: {name}" for name, _, _, theorems in MISTAKES for theorem in theorems.split()],
)
def test_verify_fails_on_a_mistake(monkeypatch, old, new, theorem):
    result = verify_on_C7_C3(monkeypatch, theorem, planted(old, new))
    assert result.check(Level.EXACT).holds
    assert not result.check(Level.NUMERIC).holds
    assert not result.holds
    # found out by comparison, not by formulas that do not run
    assert not any(
        crash in result.check(Level.NUMERIC).detail for crash in ("NameError", "AttributeError", "TypeError")
    )
