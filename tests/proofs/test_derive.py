"""Every target is derived with all its steps checked, and a planted mistake in what a step claims raises."""

from collections.abc import Callable
from typing import Any

import pytest
import sympy

import orbitkernels.proofs.checking as checking
import orbitkernels.proofs.circulants as circulants
import orbitkernels.proofs.irrep_checks as irrep_checks
import orbitkernels.proofs.stabiliser_checks as stabiliser_checks
from orbitkernels.errors import InputError
from orbitkernels.proofs.derive import derive
from orbitkernels.proofs.evaluation import DerivationError
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.irrep_checks import WITNESSES
from orbitkernels.proofs.theorem import THEOREMS


@pytest.mark.parametrize("name", list(THEOREMS))
def test_every_theorem_is_derived(name: str) -> None:
    derivation = derive(name.lower())
    assert derivation.goal == THEOREMS[name].statement
    claims = [step for step in derivation.steps if step.evidence.level]
    assert len(claims) >= 4
    assert all(step.evidence.cases >= 1 for step in claims)
    # what is neither decided nor exact names the identity that proves it, and digits stand beside it
    weak = [step for step in claims if step.evidence.level is Level.NUMERIC]
    assert all("; both sides evaluated to 50 digits" in step.evidence.how for step in weak)
    assert len(weak) <= 1


def test_theorems_are_not_derived_in_a_circle() -> None:
    uses = {name: derive(name).theorems for name in THEOREMS}
    order: list[str] = []
    while len(order) < len(uses):
        ready = [name for name in uses if name not in order and uses[name] <= set(order)]
        assert ready, f"a circle among {uses}"
        order += ready
    assert uses["T6"] == {"T1", "T2", "T4"}
    assert uses["T1"] == set()


@pytest.mark.parametrize("name", ["kappa0", "kappa1"])
def test_kernels_are_derived_symbolically(name: str) -> None:
    assert derive(name).level is Level.SYMBOLIC


def test_t6_for_a_group_is_the_error_of_that_group() -> None:
    assert derive("T6", group="C3").title == derive("error", group="C3").title


def test_a_kernel_is_put_in() -> None:
    plain = derive("spectrum", group="D3")
    for kernel in ("ntk(depth=1)", "exp(-2*(1-u))", "polynomial(degree=2)", "laplace(length_scale=1)"):
        derivation = derive("spectrum", group="D3", kernel=kernel)
        assert len(derivation.steps) == len(plain.steps) + 2


# ---------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"target": "T99"}, "nearest"),
        ({"target": "eror", "group": "C3"}, "'error'"),
        ({"target": "error"}, "'group' is missing"),
        ({"target": "T2", "group": "C3"}, "leave out group"),
        ({"target": "kappa0", "kernel": "ntk(depth=1)"}, "leave out group"),
        ({"target": "error", "group": "C3", "kernel": "x + 1"}, "."),
        ({"target": "spectrum", "group": "C6", "missing": "coset:a"}, "'missing'"),
        ({"target": "error", "group": "C6", "missing": "coset:z"}, "'missing'"),
        ({"target": "error", "group": "C6", "missing": "0,1"}, "coset:WORDS"),
        ({"target": "T6", "class_functions": True}, "leave out group"),
        ({"target": "error", "group": "CN", "kernel": "ntk(depth=1)"}, "CN"),
        (
            {"target": "error", "group": "D4", "kernel": "heat(t=1, generators=class:r)", "missing": "coset:r"},
            "pose",
        ),
    ],
)
def test_bad_input_gets_one_line(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        derive(**arguments)
    assert "\n" not in str(caught.value)


# ---------------------------------------------------------------------- planted mistakes


def spoiled(function: Callable[..., Any], change: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda *arguments, **keywords: change(function(*arguments, **keywords))


def transposed(matrix: Any) -> Any:
    return tuple(zip(*matrix, strict=True))


def conjugated(matrix: Any) -> Any:
    return tuple(tuple(entry.conjugate() for entry in row) for row in matrix)


#: Theorem, module, function and what is done to its result.
MISTAKES = [
    ("T2", irrep_checks, "fourier_block", transposed),
    ("T2", irrep_checks, "fourier_block", conjugated),
    ("T2", irrep_checks, "matrices", lambda rho: [transposed(m) for m in rho]),
    ("T2", irrep_checks, "inverse", lambda m: tuple(tuple(x * 2 for x in row) for row in m)),
    ("T2", irrep_checks, "sub_block", transposed),
    ("T3", irrep_checks, "character_matrices", lambda pairs: [(1, M) for _, M in pairs]),
    ("T3", irrep_checks, "scaled", lambda m: tuple(tuple(x * 2 for x in row) for row in m)),
    ("T4", stabiliser_checks, "weighted_blocks", lambda blocks: [transposed(m) for m in blocks][:-1]),
    ("T4", stabiliser_checks, "_mean", lambda m: tuple(tuple(x * 2 for x in row) for row in m)),
    ("T5", circulants, "_sample_spectrum", lambda values: values[1:] + values[:1]),
    ("T5", circulants, "_labels", lambda y: [1] * len(y)),
    ("T6", stabiliser_checks, "inverse_traces", lambda sums: [2 * x for x in sums]),
    ("T6", stabiliser_checks, "inverse_traces", lambda sums: sums[::-1]),
    ("T6", stabiliser_checks, "orbit_sums_solved", lambda alpha: [2 * a for a in alpha]),
    ("T6", irrep_checks, "combination", lambda m: tuple(tuple(x + 1 for x in row) for row in m)),
]


@pytest.mark.parametrize(
    ("name", "module", "function", "change"),
    MISTAKES,
    ids=[f"{name}-{function}-{i}" for i, (name, _, function, _) in enumerate(MISTAKES)],
)
def test_a_planted_mistake_raises(
    name: str, module: Any, function: str, change: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, function, spoiled(getattr(module, function), change))
    with pytest.raises((DerivationError, ValueError)):
        THEOREMS[name].derivation()  # type: ignore[misc]  # every theorem has one, see above


def test_a_sign_in_the_block_inverse_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """T1 with the Schur complement K_SS + K_SR K_RR^-1 K_RS."""
    from orbitkernels.proofs import t1_leave_one_out

    right = t1_leave_one_out._schur

    def wrong(missing: int, others: int) -> Any:
        K, schur = right(missing, others)
        return K, 2 * K[:missing, :missing] - schur

    monkeypatch.setattr(t1_leave_one_out, "_schur", wrong)
    with pytest.raises(DerivationError):
        t1_leave_one_out.derivation()


def test_a_check_that_does_not_decide_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "is_zero", lambda expression, domain: None)
    with pytest.raises(DerivationError, match="name the identity"):
        derive("T1")


def test_witnesses_hold_irreps_of_every_kind() -> None:
    kinds = set()
    for name in WITNESSES:
        table = irrep_checks.named_group(name).character_table()
        kinds |= {(int(d), int(i)) for d, i in zip(table.degrees, table.indicators, strict=True)}
    assert {(2, 1), (2, -1), (1, 0), (3, 0), (3, 1)} <= kinds


def test_sides_of_a_step_are_compared_as_given() -> None:
    x = sympy.Symbol("x")
    assert checking.Equal([(sympy.Integral(x, (x, 0, 1)), sympy.Rational(1, 2))]).run().level is Level.SYMBOLIC
