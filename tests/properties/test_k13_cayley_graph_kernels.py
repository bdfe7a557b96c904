"""Theorem K13 as a property: any union of classes closed under inverses, any parameter, against dense matrices."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from orbitkernels import strategies as ok
from orbitkernels.proofs.cayley_kernels import CayleyKernel
from orbitkernels.theory.cayley_kernels import adjacency_matrix


@st.composite
def kernels(draw):
    """A kernel of a Cayley graph that need not be connected."""
    group = draw(ok.groups(max_order=30).filter(lambda G: G.order > 1))
    inverse = group.conjugacy_classes.inverse.tolist()
    chosen = draw(st.sets(st.integers(1, len(inverse) - 1), min_size=1))
    classes = sorted(chosen | {inverse[k] for k in chosen})
    name = draw(st.sampled_from(["adjacency", "laplacian", "heat", "resolvent"]))
    parameter = draw(st.fractions(Fraction(1, 20), Fraction(2), max_denominator=20))
    return CayleyKernel(group, name, tuple(classes), parameter)


@given(kernels())
def test_every_function_of_the_graph_is_diagonalised_by_characters(kernel):
    group, A = kernel.group, adjacency_matrix(kernel.group, kernel.classes).astype(float)
    values, vectors = np.linalg.eigh(A)
    parameter, distance = float(kernel.parameter), kernel.degree - values
    function = {
        "adjacency": values,
        "laplacian": distance,
        "heat": np.exp(-parameter * distance),
        "resolvent": 1 / (parameter + distance),
    }[kernel.name]
    dense = (vectors * function) @ vectors.T
    every = np.arange(group.order)
    quotients = group.multiply(group.inverse(every)[:, None], every[None, :])
    scale = 1 + kernel.degree + 1 / parameter
    np.testing.assert_allclose(kernel.symbol()[quotients], dense, rtol=0, atol=1e-12 * scale**2)
    found, multiplicities = kernel.spectrum()
    assert multiplicities.sum() == group.order
    np.testing.assert_allclose(
        np.sort(np.repeat(found, multiplicities)), np.sort(function), rtol=0, atol=1e-12 * scale**2
    )
    S = np.flatnonzero(A[0]).tolist()
    assert kernel.components == group.subgroup(S).index
