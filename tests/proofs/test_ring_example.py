"""Two interleaved rings: eigenvalues against NumPy, T5 against refitting, singular kernels left out."""

import mpmath
import numpy as np
import pytest
import sympy

from orbitkernels.proofs import ring_example
from orbitkernels.proofs.derive import derive
from orbitkernels.proofs.evaluation import DerivationError
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.kernels import kernel

SPECS = ("ntk(depth=1)", "nngp(depth=2)", "gaussian(length_scale=1)", "exp(-2*(1-u))", "laplace(length_scale=1)")


@pytest.mark.parametrize("spec", SPECS)
def test_eigenvalues_and_error_against_numpy(spec: str) -> None:
    compared = 0
    for poses in (2, 3, 5, 8):
        row = ring_example.kernel_row(poses, sympy.sympify(kernel(spec).expression))
        values = ring_example.spectrum(row)
        angles = np.pi * np.arange(2 * poses) / poses
        K = kernel(spec).profile(np.clip(np.cos(angles[:, None] - angles[None, :]), -1, 1))
        assert np.allclose(sorted(map(float, values)), np.linalg.eigvalsh(K), rtol=0, atol=1e-13 * np.trace(K))
        formula, refitted = ring_example.by_formula(values), ring_example.by_refitting(row)
        assert abs(formula - refitted) < mpmath.mpf(10) ** -50 * formula
        compared += 1
    assert compared == 4


@pytest.mark.parametrize("target", ["error", "spectrum"])
def test_rings_are_shown_for_cyclic_groups_only(target: str) -> None:
    cyclic = derive(target, group="C4", kernel="ntk(depth=1)")
    assert cyclic.steps[-1].evidence.level is Level.NUMERIC
    assert "50 digits" in cyclic.steps[-1].evidence.how
    sections = [step.section for step in derive(target, group="D4", kernel="ntk(depth=1)").steps]
    assert "Two interleaved rings" not in sections  # not cyclic


@pytest.mark.parametrize("target", ["error", "spectrum"])
@pytest.mark.parametrize(
    ("group", "spec", "words"),
    [("C4", "polynomial(degree=2)", "below $10^{-50}$"), ("C18", "gaussian(length_scale=1)", "10^{-2")],
)
def test_rings_that_are_singular_or_ill_conditioned_are_named_and_left_out(target, group, spec, words) -> None:
    last = derive(target, group=group, kernel=spec).steps[-1]
    assert last.section == "Two interleaved rings"
    assert last.evidence.level is None
    assert words in last.text


def test_a_wrong_formula_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    right = ring_example.by_formula
    monkeypatch.setattr(ring_example, "by_formula", lambda values: right(values) * (1 + mpmath.mpf(10) ** -40))
    with pytest.raises(DerivationError, match="differ"):
        derive("error", group="C4", kernel="ntk(depth=1)")


@pytest.mark.parametrize("target", ["error", "spectrum"])
def test_every_eigenvalue_is_shown_once(target: str) -> None:
    """Lambda_k = lambda_(2N - k): 0, ..., N are all."""
    lines = derive(target, group="C3", kernel="exp(-2*(1-u))").steps[-1].lines
    shown = [line for line in lines if line.startswith(r"\lambda_")]
    assert [line.split(" = ")[0] for line in shown] == [rf"\lambda_{{{k}}}" for k in range(4)]
    row = ring_example.kernel_row(3, sympy.sympify("exp(-2*(1-u))"))
    assert [float(line.split(" = ")[1]) for line in shown] == pytest.approx(
        [float(value) for value in ring_example.spectrum(row)[:4]], rel=1e-8
    )


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "0.5"), (-2, "-2.0"), (1.5e-20, r"1.5 \cdot 10^{-20}"), (3e40, r"3.0 \cdot 10^{40}")]
)
def test_numbers_are_shown_with_powers_of_ten(value, text) -> None:
    assert ring_example.shown(mpmath.mpf(value), 3) == text


def test_the_error_of_two_poses_by_hand() -> None:
    """c = (4, 1, 0, 1): eigenvalues 6, 4, 2, 4, so 1/2 over the mean of 1/6, 1/4, 1/2, 1/4, which is 7/24."""
    row = tuple(map(mpmath.mpf, (4, 1, 0, 1)))
    values = ring_example.spectrum(row)
    assert [float(value) for value in values] == pytest.approx([6, 4, 2, 4])
    assert float(ring_example.by_formula(values)) == pytest.approx(12 / 7)
    assert float(ring_example.by_refitting(row)) == pytest.approx(12 / 7)
