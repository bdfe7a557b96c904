"""Adapted irreps: Young's form by hand, and the laws of all others over all pairs of elements, on any chain."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from scipy.linalg import block_diag

from orbitkernels.numerics.adapted_bases import adapted_irreps
from orbitkernels.numerics.adapted_irreps import AdaptedIrreps
from orbitkernels.numerics.character_matching import match_characters
from orbitkernels.numerics.group_fourier import multiplications
from orbitkernels.numerics.intertwiners import average, nearest_unitary, unitary_intertwiners
from orbitkernels.numerics.young_orthogonal import permutation_positions, symmetric_group_irreps
from orbitkernels.theory.names import group
from orbitkernels.theory.subgroup_chain import ChainClasses, SubgroupChain, subgroup_chain
from orbitkernels.theory.subgroups import Subgroup

NAMES = (
    "C1", "C4", "C2xC4", "S3", "D4", "Q8", "C7:C3", "S4", "SL(2,3)", "Heis(3)", "C5:C4", "C2wrS3", "Q8xS3", "A5",
    "SL(2,5)", "PSL(2,7)", "GL(2,3)", "C4wrC2", "C3wrC3",
)  # fmt: skip


def bases(chain):
    """Irreps adapted to a chain."""
    pairs = [(classes.representatives, classes.sizes) for classes in chain.classes]
    return adapted_irreps(chain.cyclic_orders, chain.indices, chain.cyclic, chain.product, chain.inverse, pairs)


def assert_irreps(irreps, product):
    """Homomorphism and unitarity over all pairs, Schur orthogonality, equal blocks on the subgroup below."""
    every = np.arange(irreps.order)
    coefficients = []
    for family, (size, degree) in enumerate(irreps.shapes):
        for rho in irreps.matrices(family, np.arange(size), every):
            np.testing.assert_allclose(rho[:, None] @ rho[None, :], rho[product], atol=2e-13)
            np.testing.assert_allclose(
                rho @ rho.conj().swapaxes(1, 2), np.broadcast_to(np.eye(degree), rho.shape), atol=2e-13
            )
            coefficients.append(rho.reshape(irreps.order, -1) * np.sqrt(degree / irreps.order))
    table = np.concatenate(coefficients, axis=1)
    np.testing.assert_allclose(table.conj().T @ table, np.eye(irreps.order), atol=2e-12)


@cache
def table_of(name):
    """A chain with all products of positions."""
    chain = subgroup_chain(group(name))
    every = np.arange(chain.elements.size)
    return chain, chain.product(every[:, None], every[None, :])


@pytest.mark.parametrize("name", NAMES)
def test_irreps_of_every_level_are_irreps(name):
    chain, product = table_of(name)
    irreps = bases(chain)
    while True:
        assert_irreps(irreps, product[: irreps.order, : irreps.order])
        if not irreps.levels:
            break
        irreps = irreps.below


def test_restrictions_are_block_diagonal_with_equal_blocks():
    for name in ("S4", "SL(2,3)", "A5", "Q8xS3"):
        irreps = bases(subgroup_chain(group(name)))
        below = np.arange(irreps.below.order)
        for number, family in enumerate(irreps.levels[-1].families):
            for member in range(family.size):
                rho = irreps.matrices(number, [member], below)[0]
                for position in below:
                    parts = [
                        irreps.below.matrices(block.family, [block.members[member]], below[[position]])[0, 0]
                        for block in family.blocks
                    ]
                    np.testing.assert_allclose(rho[position], block_diag(*parts), atol=1e-14)


def any_chain(G, generators):
    """The chain 1 < H_1 < ... of the subgroups with these generators; no step counts as normal."""
    groups = [Subgroup.generated(G, [])] + [Subgroup.generated(G, elements) for elements in generators]
    elements, indices = np.zeros(1, dtype=np.int64), []
    for H in groups[1:]:
        inside = np.zeros(G.order, dtype=bool)
        representatives = []
        for x in H.elements.tolist():
            if not inside[x]:
                representatives.append(x)
                inside[G.multiply(x, elements)] = True
        elements = G.multiply(np.array(representatives)[:, None], elements[None, :]).ravel()
        indices.append(len(representatives))
    positions = np.argsort(elements)
    classes = []
    for H in groups:
        found = H.as_group().conjugacy_classes
        classes.append(ChainClasses(positions[H.elements[found.representatives]], found.sizes))
    return SubgroupChain(G, (), tuple(indices), (False,) * len(indices), elements, tuple(classes))


def largest_multiplicity(irreps):
    """How often an irrep of the subgroup below occurs at most in one irrep."""
    names = [
        [(block.family, int(block.members[i])) for block in family.blocks]
        for family in irreps.levels[-1].families
        for i in range(family.size)
    ]
    return max(row.count(name) for row in names for name in row)


@pytest.mark.parametrize(
    ("name", "multiplicity"), [("C6", 1), ("Q8", 2), ("SL(2,3)", 3), ("S4", 3), ("C7:C3", 3), ("A5", 5)]
)
def test_induction_from_the_trivial_group(name, multiplicity):
    # every irrep lies d times in the regular representation and restricts to d copies of the trivial one; no real
    # commutant splits those of Q8 and SL(2,3), which are quaternionic or complex
    G = group(name)
    chain = any_chain(G, [G.generators])
    irreps = bases(chain)
    every = np.arange(G.order)
    assert_irreps(irreps, chain.product(every[:, None], every[None, :]))
    assert largest_multiplicity(irreps) == multiplicity == max(degree for _, degree in irreps.shapes)


@pytest.mark.parametrize(("name", "word", "multiplicity"), [("S4", "b^2", 2), ("A5", "a", 2), ("SL(2,5)", "a", 2)])
def test_induction_from_a_subgroup_that_is_not_normal(name, word, multiplicity):
    G = group(name)
    chain = any_chain(G, [[G.element(word)], G.generators])
    irreps = bases(chain)
    every = np.arange(G.order)
    assert_irreps(irreps, chain.product(every[:, None], every[None, :]))
    assert largest_multiplicity(irreps) == multiplicity


# ---------------------------------------------------------------------- symmetric groups


def test_young_orthogonal_form_of_S3_by_hand():
    irreps = symmetric_group_irreps(3)
    assert irreps.shapes == [(1, 1), (1, 2), (1, 1)]
    images = np.array([[1, 0, 2], [0, 2, 1]])
    s1, s2 = irreps.matrices(1, [0], permutation_positions(images))[0]
    root = np.sqrt(3) / 2
    # the first tableau has 3 in the first row, so 1 and 2 in one column: s1 acts by -1 on it
    np.testing.assert_allclose(s1, [[-1, 0], [0, 1]], atol=1e-15)
    np.testing.assert_allclose(s2, [[0.5, root], [root, -0.5]], atol=1e-15)
    signs = [irreps.matrices(family, [0], permutation_positions(images)).ravel().tolist() for family in (0, 2)]
    assert signs == [[-1, -1], [1, 1]]


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_young_orthogonal_form_is_a_representation(n):
    G = group(f"S{n}")
    positions = permutation_positions(G.permutation(np.arange(G.order)))
    elements = np.argsort(positions)
    product = positions[G.multiply(elements[:, None], elements[None, :])]
    assert_irreps(symmetric_group_irreps(n), product)


def test_degrees_are_numbers_of_standard_tableaux():
    degrees = sorted(degree for _, degree in symmetric_group_irreps(8).shapes)
    assert sum(d * d for d in degrees) == 40320
    assert degrees[-4:] == [64, 70, 70, 90]  # (5,2,1) and conjugate 64, hook formula
    assert sum(degrees) == 764  # involutions in S8, with the identity


def test_positions_of_all_permutations():
    rng = np.random.default_rng(0)
    for n in (1, 2, 4, 6):
        images = np.array([rng.permutation(n) for _ in range(50)])
        found = permutation_positions(images)
        assert found.max() < np.prod(np.arange(1, n + 1))
        # t_j takes the last point to j: cycles (j j+1 ... k-1) multiply from the left, largest k first
        for image, position in zip(images, found.tolist(), strict=True):
            product, count = np.arange(n), 1
            for k in range(2, n + 1):
                count *= k - 1
                digit = position // count % k
                t = np.arange(n)
                t[k - 1 - digit : k] = np.roll(np.arange(k - 1 - digit, k), -1)
                product = t[product]
            np.testing.assert_array_equal(product, image)


def test_multiplications_by_hand():
    # S2: 2 irreps, 2 cosets; S3: 1 + 2 (1 + 1) + 1 = 6 times 3, and 3 times S2
    assert [multiplications(symmetric_group_irreps(n)) for n in (2, 3, 4, 5)] == [4, 30, 280, 3000]
    assert multiplications(AdaptedIrreps((6, 2), ())) == 0
    chain = subgroup_chain(group("C7:C3"))  # 3 linear irreps of C7 extended and 2 of degree 3 with 3 blocks
    assert multiplications(bases(chain)) == 3 * (3 + 2 * 3 * 3)


def test_fewer_multiplications_than_n_to_three_halves():
    counts = [multiplications(symmetric_group_irreps(n)) for n in range(4, 10)]
    orders = [24, 120, 720, 5040, 40320, 362880]
    ratios = [count / order**1.5 for count, order in zip(counts, orders, strict=True)]
    assert all(a > b for a, b in pairwise(ratios))
    assert ratios[-1] < 1.51


# ---------------------------------------------------------------------- averages and characters


def test_average_is_the_sum_over_the_group():
    chain, _ = table_of("SL(2,3)")
    irreps = bases(chain)
    rng = np.random.default_rng(0)
    every = np.arange(24)
    a, b = irreps.matrices(len(irreps.shapes) - 1, [0], every)[0], irreps.matrices(0, [0], every)[0]
    for left, right in ((a, a), (a, b)):
        X = rng.standard_normal((left.shape[1], right.shape[1]))
        steps = irreps.averaging_steps()
        found = average([left[s] for s in steps], [right[s] for s in steps], X)
        expected = np.mean(left @ X @ right.conj().swapaxes(1, 2), axis=0)
        np.testing.assert_allclose(found, expected, atol=1e-15)
        np.testing.assert_allclose(left @ found, found @ right, atol=1e-14)


def test_averaging_steps_are_a_factorisation():
    for orders in ((), (2,), (12,), (4, 6), (8, 9, 5), (7, 1)):
        sums = np.zeros(1, dtype=np.int64)
        for step in AdaptedIrreps(orders, ()).averaging_steps():
            digits = [np.array(np.unravel_index(x, orders)) for x in (sums, step)]
            total = (digits[1][:, :, None] + digits[0][:, None, :]) % np.array(orders)[:, None, None]
            sums = np.ravel_multi_index(tuple(total), orders).ravel()
        assert sorted(sums.tolist()) == list(range(int(np.prod(orders, dtype=int))))


def test_intertwiners_of_equivalent_irreps_only():
    irreps = bases(subgroup_chain(group("S4")))
    steps = irreps.averaging_steps()
    three = [(f, i) for f, (size, degree) in enumerate(irreps.shapes) for i in range(size) if degree == 3]
    (f, i), (g, j) = three
    U = nearest_unitary(np.random.default_rng(1).standard_normal((3, 3)))
    right = [irreps.matrices(f, [i], step) for step in steps]
    left = [U @ a @ U.T for a in right]
    T = unitary_intertwiners(left, right)[0]
    np.testing.assert_allclose(np.abs(np.vdot(T, U)), 3, rtol=1e-13)
    with pytest.raises(ArithmeticError, match="equivalent"):
        unitary_intertwiners(left, [irreps.matrices(g, [j], step) for step in steps])


def test_characters_are_matched_or_refused():
    table = group("C7:C3").character_table().numeric
    shuffled = np.random.default_rng(3).permutation(len(table))
    match = match_characters(lambda c: table[:, c], lambda c: table[shuffled][:, c], len(table))
    np.testing.assert_array_equal(shuffled[match], np.arange(len(table)))
    with pytest.raises(ArithmeticError, match="same characters"):
        match_characters(lambda c: table[:, c], lambda c: table[:, c] + 1e-3, len(table))
    with pytest.raises(ArithmeticError, match="same character"):
        match_characters(lambda c: table[[0, 0]][:, c], lambda c: table[[0, 0]][:, c], len(table))


def test_characters_that_differ_on_one_class_of_many_are_told_apart():
    first = np.zeros((2, 500), dtype=complex)
    first[1, 77] = 1.0
    assert match_characters(lambda c: first[:, c], lambda c: first[::-1][:, c], 500).tolist() == [1, 0]
