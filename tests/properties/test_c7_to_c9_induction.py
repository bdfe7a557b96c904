"""Theorems C7 to C9 as properties of random groups and subgroups: induction, Mackey's formula, orbits on pairs."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from orbitkernels import strategies as ok
from orbitkernels.numerics.association_schemes import joint_eigenvalues, pair_labels
from orbitkernels.theory.association_schemes import Orbitals
from orbitkernels.theory.class_functions import ClassFunction
from orbitkernels.theory.cyclotomics import ZERO, root_of_unity
from orbitkernels.theory.double_cosets import DoubleCosets
from orbitkernels.theory.mackey import intertwining_number, mackey_parts
from orbitkernels.theory.permutation_actions import PermutationAction
from orbitkernels.theory.permutation_representations import PermutationRepresentation
from orbitkernels.theory.spherical_functions import SphericalFunctions, zonal_block


@st.composite
def class_functions(draw, group):
    """Values a + b E(3), a and b small integers."""
    count = len(group.conjugacy_classes)
    pairs = draw(st.lists(st.tuples(st.integers(-2, 2), st.integers(-1, 1)), min_size=count, max_size=count))
    return ClassFunction(group, [root_of_unity(3) * b + a for a, b in pairs])


@given(ok.groups(30), st.data())
def test_C7_induction_is_adjoint_to_restriction(group, data):
    H = data.draw(ok.subgroups(group))
    f, h = data.draw(class_functions(H.as_group())), data.draw(class_functions(group))
    assert f.induce(H).inner(h) == f.inner(h.restrict(H))


@given(ok.groups(30), st.data())
def test_C7_induction_in_stages(group, data):
    H = data.draw(ok.subgroups(group))
    small = H.as_group()
    L = data.draw(ok.subgroups(small))
    inside = group.subgroup(H.elements[list(L.generators)].tolist())
    f = data.draw(class_functions(L.as_group()))
    again = ClassFunction(inside.as_group(), f.values)  # the same elements in the same order
    assert f.induce(L).induce(H) == again.induce(inside)


@given(ok.groups(30), st.data())
def test_C8_mackey(group, data):
    H, K = data.draw(ok.subgroups(group)), data.draw(ok.subgroups(group))
    f, h = data.draw(class_functions(K.as_group())), data.draw(class_functions(H.as_group()))
    parts = mackey_parts(f, K, H)
    assert len(parts) == len(DoubleCosets(H, K))
    assert sum(parts[1:], parts[0]) == f.induce(K).restrict(H)
    assert intertwining_number(h, H, f, K) == h.induce(H).inner(f.induce(K))


@given(ok.groups(30), st.data())
def test_double_cosets_partition_the_group(group, data):
    H, K = data.draw(ok.subgroups(group)), data.draw(ok.subgroups(group))
    cosets = DoubleCosets(H, K)
    assert cosets.sizes.sum() == group.order
    for j, g in enumerate(cosets.representatives.tolist()):
        products = group.multiply(group.multiply(H.elements, g)[:, None], K.elements[None, :])
        assert np.array_equal(np.unique(products), np.flatnonzero(cosets.labels == j))
        assert cosets.sizes[j] * cosets.intersection(j).order == H.order * K.order


@given(ok.groups(24), st.data())
def test_C9_orbitals_commute_exactly_for_gelfand_pairs_and_spherical_functions_are_their_eigenvalues(group, data):
    H = data.draw(ok.subgroups(group))
    action = PermutationAction.on_cosets(H)
    orbitals = Orbitals(action)
    generators = action.permutations[list(group.generators)].reshape(-1, action.degree)
    if len(generators):
        assert np.array_equal(orbitals.labels, pair_labels(generators))
    A = [orbitals.matrix(j) for j in range(len(orbitals))]
    commute = all(np.array_equal(B @ C, C @ B) for B in A for C in A)
    found = PermutationRepresentation(action)
    assert commute == found.is_multiplicity_free == orbitals.is_commutative
    assert found.rank == len(orbitals) == len(DoubleCosets(H, H))
    if commute:
        functions = SphericalFunctions(H)
        weights = np.arange(1, len(A) + 1) ** 2
        weights = weights + weights[orbitals.pairing]
        values, _ = joint_eigenvalues(orbitals.labels, weights.astype(float))
        order = functions.cosets.labels[H.left_representatives[orbitals.first_pairs[1]]]
        kernel = np.zeros(len(A), dtype=np.int64)
        kernel[order] = weights
        predicted = np.repeat([complex(x).real for x in functions.transform(kernel.tolist())], functions.degrees)
        np.testing.assert_allclose(values, np.sort(predicted), atol=1e-9 * weights.max() * len(values))


@given(ok.groups(12), st.data())
def test_T4_zonal_blocks_have_the_trace_of_the_kernel(group, data):
    """tr K^m = sum over irreps of d tr(block^m), m = 1 and 2, for a symbol on the double cosets of H."""
    H = data.draw(ok.subgroups(group))
    cosets = DoubleCosets(H, H)
    values = [data.draw(st.integers(-3, 3)) for _ in range(len(cosets))]
    t = H.left_representatives
    K = np.array(values)[cosets.labels[group.multiply(group.inverse(t)[:, None], t[None, :])]]
    first, second = ZERO, ZERO
    for rho in group.irreps(exact=True):
        block = zonal_block(rho, cosets, values)
        first = first + sum((block[i][i] for i in range(len(block))), ZERO) * rho.degree
        squares = (block[i][j] * block[j][i] for i in range(len(block)) for j in range(len(block)))
        second = second + sum(squares, ZERO) * rho.degree
    assert first == int(np.trace(K))
    assert second == Fraction(int(np.trace(K @ K)))
