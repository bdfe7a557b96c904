"""K13: planted mistakes are caught, and connection sets that are none get one line."""

import re

import numpy as np
import pytest

from orbitkernels.errors import InputError
from orbitkernels.numerics import cayley_kernels as numeric
from orbitkernels.proofs import cayley_checks
from orbitkernels.proofs import k13_cayley_graph_kernels as k13
from orbitkernels.proofs.cayley_kernels import CayleyKernel, cayley_kernel
from orbitkernels.proofs.derive import derive
from orbitkernels.proofs.evaluation import DerivationError
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.instances import named_group
from orbitkernels.theory import cayley_kernels as exact

CASE = k13.GraphCase("C7:C3", k13.PARAMETERS[0])


def rng():
    return np.random.default_rng(0)


def test_the_derivation_comes_to_what_is_claimed():
    assert k13.derivation().unshown == ()


@pytest.mark.parametrize("compare", [k13.exact_compare, k13.enclosed_compare, k13.numeric_compare])
def test_a_lost_degree_in_the_symbol_is_found(compare, monkeypatch):
    assert compare(CASE, rng()).holds
    for module, name in (
        (exact, "symbol_of_spectrum"),
        (exact, "enclosed_symbol_of_spectrum"),
        (numeric, "symbol_of_spectrum"),
    ):
        original = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *a, original=original: [2 * x for x in original(*a)])
    if compare is k13.numeric_compare:
        monkeypatch.setattr(numeric, "symbol_of_spectrum", lambda chi, n, f: (np.asarray(f) @ chi).real / n)
    assert not compare(CASE, rng()).holds


@pytest.mark.parametrize("compare", [k13.exact_compare, k13.enclosed_compare, k13.numeric_compare])
def test_a_wrong_eigenvalue_is_found(compare, monkeypatch):
    one, two = exact.adjacency_eigenvalues, numeric.adjacency_eigenvalues
    monkeypatch.setattr(exact, "adjacency_eigenvalues", lambda *a: (*one(*a)[:-2], *one(*a)[:1] * 2))
    monkeypatch.setattr(numeric, "adjacency_eigenvalues", lambda *a: two(*a) * (1 + 1e-9))
    assert not compare(CASE, rng()).holds


def test_large_groups_are_checked_on_classes_and_a_mistake_is_found(monkeypatch):
    case = k13.GraphCase("PSL(2,7)", k13.PARAMETERS[1])
    assert k13.exact_compare(case, rng()).holds
    original = exact.symbol_of_spectrum
    monkeypatch.setattr(exact, "symbol_of_spectrum", lambda *a: original(*a)[::-1])
    assert not k13.exact_compare(case, rng()).holds


@pytest.mark.parametrize("function", ["symbol_of_spectrum", "adjacency_eigenvalues", "adjacency_matrix"])
def test_a_planted_mistake_in_the_derivation_raises(function, monkeypatch):
    original = getattr(cayley_checks, function)

    def wrong(*arguments):
        found = original(*arguments)
        return found * 2 if isinstance(found, np.ndarray) else type(found)([*found[:-1], found[-1] + 1])

    monkeypatch.setattr(cayley_checks, function, wrong)
    with pytest.raises((DerivationError, ValueError)):
        k13.derivation()


# ---------------------------------------------------------------------- kernels of users


@pytest.mark.parametrize(
    ("group", "spec", "message"),
    [
        ("S4", "heat(t=1/2, generators=(0 1),(0 2))", "not closed under conjugation"),
        ("C7:C3", "adjacency(generators=class:a)", "not closed under inverses"),
        ("S4", "heat(t=1, generators=class:(0 9))", "no element"),
        ("S4", "heat(t=1, generators=class:(0 1)(1 2))", "no element"),
        ("D4", "heat(t=1, generators=class:0)", "identity"),
        ("C1", "heat(t=1, generators=class:0)", "identity"),
        ("Q8", "resolvent(shift=0, generators=class:1)", "positive"),
        ("Q8", "heat(t=-1, generators=class:1)", "at least 0"),
        ("Q8", "heat(t=1/0, generators=class:1)", "number such as"),
        ("Q8", "heat(t=1e999999999, generators=class:1)", "number such as"),
        ("Q8", "heat(u=1, generators=class:1)", "takes the arguments"),
        ("Q8", "heat(t=1)", "needs generators"),
        ("Q8", "heat(t=1, generators=class:zz)", "'zz'"),
        ("Q8", "heat", "must be a call"),
    ],
)
def test_bad_kernels_get_one_line(group, spec, message):
    with pytest.raises(InputError, match=message) as caught:
        cayley_kernel(named_group(group), spec)
    assert "\n" not in str(caught.value)


def test_a_kernel_is_read_back_from_its_call():
    group = named_group("S4")
    for spec in ("heat(t=1/3, generators=class:(0 1))", "adjacency(generators=class:(0 1 2),(0 1))"):
        kernel = cayley_kernel(group, spec)
        assert cayley_kernel(group, kernel.spec) == kernel
    assert cayley_kernel(group, "laplacian(generators=class:(0 1)(2 3))").components == 6  # cosets of V4


@pytest.mark.parametrize("name", ["adjacency(", "laplacian(", "heat(t=1/2, ", "resolvent(shift=2, "])
@pytest.mark.parametrize("group", ["S4", "C7:C3", "C6", "Q8"])
def test_closed_forms_of_a_kernel(name, group):
    word = "class:a,a^-1" if group == "C7:C3" else "class:a" if group == "S4" else "class:a,a^-1"
    spec = f"{name}generators={word})"
    assert derive("spectrum", group, spec).level in (Level.EXACT, Level.NUMERIC)
    if name.startswith(("heat", "resolvent")):
        derivation = derive("error", group, spec)
        kernel = cayley_kernel(named_group(group), spec)
        every = np.arange(kernel.group.order)
        K = kernel.symbol()[kernel.group.multiply(kernel.group.inverse(every)[:, None], every[None, :])]
        error = 1 - K[0, 1:] @ np.linalg.solve(K[1:, 1:], np.ones(len(K) - 1))
        printed = derivation.steps[-1].lines[-1].split("=")[1].removesuffix(r"\, t_1")
        assert float(printed.replace(r" \cdot 10^{", "e").replace("}", "")) == np.float64(error).round(
            10
        ) or np.isclose(float(printed.replace(r" \cdot 10^{", "e").replace("}", "")), error, rtol=1e-8)
    else:
        with pytest.raises(InputError, match="not positive definite"):
            derive("error", group, spec)


def test_eigenvalues_are_printed_with_their_multiplicities():
    derivation = derive("spectrum", "S4", "adjacency(generators=class:(0 1))")
    found = {
        int(value): 1 if "once" in times else int(re.search(r"\d+", times)[0])
        for step in derivation.steps
        for line in step.lines
        for value, times in re.findall(r"(-?\d+) \\qquad \((.*?)\)", line)
    }
    assert found == {6: 1, 2: 9, 0: 4, -2: 9, -6: 1}  # random transpositions of four cards


def test_a_wrong_eigenvalue_of_a_closed_form_raises(monkeypatch):
    from orbitkernels.proofs import cayley_closed_form

    group = named_group("Q8")
    spec = "resolvent(shift=1, generators=class:a)"
    assert derive("error", group, spec)
    for function in ("symbol_of_spectrum", "error_without_characters"):
        with monkeypatch.context() as patch:
            original = getattr(cayley_closed_form, function)
            patch.setattr(
                cayley_closed_form,
                function,
                lambda *a, original=original: (
                    [2 * x for x in original(*a)] if isinstance(original(*a), list) else original(*a) * 2
                ),
            )
            with pytest.raises(DerivationError):
                derive("error", group, spec)
    right = CayleyKernel.adjacency_spectrum.func
    monkeypatch.setattr(CayleyKernel, "adjacency_spectrum", property(lambda self: right(self)[::-1]))
    with pytest.raises(DerivationError):
        derive("spectrum", group, spec)
