"""Kernels of Cayley graphs: values by hand and by dense matrices, and how their calls are read."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
from scipy.linalg import expm

from orbitkernels.errors import InputError
from orbitkernels.proofs.cayley_kernels import cayley_kernel, is_cayley_spec
from orbitkernels.proofs.instances import named_group

#: Eigenvalues on the trivial irrep, the sign and the irrep of degree 2, for the transpositions and the rotations.
VALUES = {
    "adjacency(": ((3, -3, 0), (2, 2, -1)),
    "laplacian(": ((0, 6, 3), (0, 0, 3)),
    "resolvent(shift=2, ": ((1 / 2, 1 / 8, 1 / 5), (1 / 2, 1 / 2, 1 / 5)),
    "heat(t=1/2, ": ((1, np.exp(-3), np.exp(-1.5)), (1, 1, np.exp(-1.5))),
}


def dense(name, A):
    """The function of the adjacency matrix, without characters."""
    L = np.diag(A.sum(axis=1)) - A
    if name.startswith("heat"):
        return expm(-L / 2)
    return {"a": A, "l": L, "r": np.linalg.inv(L + 2 * np.eye(len(A)))}[name[0]]


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize(("which", "word", "degree", "components"), [(0, "(0 1)", 3, 1), (1, "(0 1 2)", 2, 2)])
def test_kernels_of_S3(name, which, word, degree, components) -> None:
    group = named_group("S3")
    kernel = cayley_kernel(group, f"{name}generators=class:{word})")
    values, multiplicities = kernel.spectrum()
    np.testing.assert_allclose(values, VALUES[name][which], atol=1e-14)
    assert multiplicities.tolist() == [1, 1, 4]
    assert (kernel.degree, kernel.components) == (degree, components)
    exact = [kernel.function(sympy.Integer(int(alpha))) for alpha in VALUES["adjacency("][which]]
    np.testing.assert_allclose([float(value) for value in exact], values, atol=1e-14)
    every = np.arange(6)
    quotients = group.multiply(group.inverse(every)[:, None], every[None, :])
    A = np.isin(quotients, every[group.element_orders == (2 if which == 0 else 3)]).astype(float)
    np.testing.assert_allclose(kernel.symbol()[quotients], dense(name, A), atol=1e-14)


@pytest.mark.parametrize(
    ("spec", "parameter"),
    [
        ("heat(t=0, generators=1)", 0),
        ("heat(t=1000000, generators=1)", 10**6),
        ("heat(generators=1)", 1),
        ("heat(t=0.25, generators=1)", Fraction(1, 4)),
        ("heat(t=+3/4, generators=1)", Fraction(3, 4)),
        (" resolvent ( shift = 1/3 , generators = 1 ) ", Fraction(1, 3)),
        ("resolvent(generators=1)", 1),
        ("adjacency(generators=1)", 0),
        ("laplacian(generators=1)", 0),
    ],
)
def test_parameters(spec, parameter) -> None:
    kernel = cayley_kernel(named_group("C2"), spec)
    assert kernel.parameter == parameter
    assert cayley_kernel(kernel.group, kernel.spec) == kernel
    assert cayley_kernel(kernel.group, kernel) is kernel


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("heat(t=1000001, generators=1)", "at least 0 and at most 1000000"),
        ("resolvent(shift=1000001, generators=1)", "positive and at most 1000000"),
        ("resolvent(shift=-1, generators=1)", "positive"),
        ("resolvent(shift=0, generators=1)", "positive"),
        ("heat(t=-1/100, generators=1)", "at least 0"),
        ("heat(t=1, t=2, generators=1)", "given twice"),
        ("heat(t=1, shift=2, generators=1)", "takes the arguments t, generators, not 'shift=2'"),
        ("adjacency(t=1, generators=1)", "takes the arguments generators"),
        ("heat(1, generators=1)", "takes the arguments t, generators, not '1'"),
        ("heat(t=one, generators=1)", "number such as"),
        ("ntk(depth=1)", "must be a call"),
        (7, "must be a call"),
        ("heat(t=1, generators=2)", "numbers below 2"),
    ],
)
def test_wrong_calls(spec, message) -> None:
    with pytest.raises(InputError, match=message):
        cayley_kernel(named_group("C2"), spec)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("heat", True),
        (" laplacian(", True),
        ("resolvent (", True),
        ("heater(t=1)", False),
        ("ntk(1)", False),
        (3, False),
    ],
)
def test_which_calls_are_kernels_of_graphs(text, expected) -> None:
    assert is_cayley_spec(text) is expected


@pytest.mark.parametrize(
    ("words", "orders"),
    [
        ("class:(0 1)", {2}),
        ("class:(0 1)(2 3)", {2}),
        ("(0 1)(2 3),(0 2)(1 3),(0 3)(1 2)", {2}),
        ("class:( 3 1 ) ( 0 2 )", {2}),
        ("class:(0 1 2)", {3}),
        ("class:(3 1 0 2),(0 1)", {2, 4}),
        ("class:(0)(1 2 3)", {3}),
    ],
)
def test_cycles_name_permutations(words, orders) -> None:
    group = named_group("S4")
    kernel = cayley_kernel(group, f"adjacency(generators={words})")
    named = np.isin(group.conjugacy_classes.labels, kernel.classes)
    assert set(group.element_orders[named]) == orders


@pytest.mark.parametrize("cycles", ["(0 4)", "(0 1)(1 2)", "(0 1 0)", "(4)(0 1)"])
def test_cycles_that_are_no_permutation_of_the_points(cycles) -> None:
    with pytest.raises(InputError, match="are no element of S4"):
        cayley_kernel(named_group("S4"), f"adjacency(generators=class:{cycles})")


def test_cycles_beside_the_group_and_without_points() -> None:
    with pytest.raises(InputError, match="are no element of A4"):
        cayley_kernel(named_group("A4"), "adjacency(generators=class:(0 1))")
    with pytest.raises(InputError, match="are no element of Q8"):
        cayley_kernel(named_group("Q8"), "adjacency(generators=class:(0 1))")


def test_a_cycle_is_the_permutation_that_it_writes() -> None:
    """(0 1 2 3) and (0 3 2 1) are each other's inverses, the images of 0 being 1 and 3."""
    from orbitkernels.proofs.cayley_kernels import _by_cycles

    group = named_group("S4")
    images = [group.permutation(_by_cycles(group, word)).tolist() for word in ("(0 1 2 3)", "(0 3 2 1)", "(1 2)")]
    assert images == [[1, 2, 3, 0], [3, 0, 1, 2], [0, 2, 1, 3]]
