"""Chains of subgroups: every law by brute force over positions, the indices of the first step by hand."""

import numpy as np
import pytest
from hypothesis import given

from orbitkernels import strategies
from orbitkernels.theory.descending_subgroups import descend
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.names import group
from orbitkernels.theory.subgroup_chain import subgroup_chain
from orbitkernels.theory.subgroups import Subgroup

NAMES = (
    "C1", "C2", "C12", "C2^3", "C4xC6", "C2xC4xC8", "S3", "D4", "Q8", "C7:C3", "A4", "S4", "SL(2,3)", "Heis(3)",
    "C5:C4", "C2wrS3", "A5", "SL(2,5)", "S5", "PSL(2,7)", "C4wrC2", "A5xC3",
)  # fmt: skip


def assert_chain(G):
    """Positions are what the docstring says, by products of all pairs."""
    chain = subgroup_chain(G)
    orders = np.cumprod([int(np.prod(chain.cyclic_orders, dtype=np.int64)), *chain.indices]).tolist()
    assert orders[-1] == G.order
    assert len(chain.indices) == len(chain.cyclic) == len(chain.classes) - 1
    assert sorted(chain.elements.tolist()) == list(range(G.order))
    assert chain.elements[0] == 0
    np.testing.assert_array_equal(chain.elements[chain.positions], np.arange(G.order))
    for order, classes in zip(orders, chain.classes, strict=True):
        inside = chain.elements[:order]
        H = set(inside.tolist())
        assert {int(x) for x in G.multiply(inside[:, None], inside[None, :]).ravel()} == H  # a subgroup
        assert_classes(G, chain, inside, classes)
    for below, index, is_cyclic in zip(orders, chain.indices, chain.cyclic, strict=False):
        t = chain.elements[below * np.arange(index)]
        products = G.multiply(t[:, None], chain.elements[None, :below])
        np.testing.assert_array_equal(products.ravel(), chain.elements[: below * index])
        if is_cyclic:
            assert all(index % q for q in range(2, index))
            np.testing.assert_array_equal(t, G.power(t[1], np.arange(index)))
            conjugates = G.conjugate(chain.elements[:below], t[1])
            assert set(conjugates.tolist()) == set(chain.elements[:below].tolist())
    assert_cyclic_product(G, chain, orders[0])
    return chain


def assert_classes(G, chain, inside, classes):
    """Representatives of different classes whose sizes are those found by conjugating with every element."""
    seen = set()
    for position, size in zip(classes.representatives.tolist(), classes.sizes.tolist(), strict=True):
        found = {int(x) for x in G.conjugate(np.full(inside.size, chain.elements[position]), inside)}
        assert len(found) == size
        assert not seen & found
        seen |= found
    assert seen == set(inside.tolist())
    assert classes.representatives[0] == 0


def assert_cyclic_product(G, chain, order):
    """Exponents add modulo the orders, the last one running fastest."""
    shape = chain.cyclic_orders
    assert all(a > 1 for a in shape)
    digits = np.array(np.unravel_index(np.arange(order), shape)) if shape else np.zeros((0, 1), dtype=int)
    sums = (digits[:, :, None] + digits[:, None, :]) % np.array(shape, dtype=int)[:, None, None]
    expected = np.ravel_multi_index(tuple(sums), shape) if shape else np.zeros((1, 1), dtype=int)
    every = np.arange(order)
    np.testing.assert_array_equal(chain.product(every[:, None], every[None, :]), expected)


@pytest.mark.parametrize("name", NAMES)
def test_positions_follow_the_chain(name):
    assert_chain(group(name))


@given(strategies.groups(24))
def test_positions_follow_the_chain_in_random_groups(G):
    chain = assert_chain(G)
    every = np.arange(G.order)
    np.testing.assert_array_equal(chain.product(every, chain.inverse(every)), 0)


@pytest.mark.parametrize(
    ("name", "index"),
    [("D7", 2), ("Q8", 2), ("S4", 2), ("A4", 3), ("C7:C3", 3), ("Heis(5)", 5), ("S5", 2), ("A5", 5), ("A6", 6),
     ("PSL(2,7)", 7), ("SL(2,5)", 5), ("PSL(2,11)", 11), ("PSL(2,13)", 14), ("SL(2,7)", 7)],
)  # fmt: skip
def test_first_steps_have_the_least_index(name, index):
    H = descend(group(name))
    assert H.index == index


def test_least_index_whatever_the_law_is():
    A5 = group("A5")
    table = FiniteGroup.from_cayley_table(A5.table)  # no permutations, so no points
    assert descend(table).index in (5, 6)
    perfect = Subgroup.generated(group("S6"), group("S6").commutator_subgroup.generators).as_group()
    assert descend(perfect).index == 6  # A6, whose points are those of S6


@pytest.mark.parametrize(
    ("name", "orders", "indices"),
    [("D500", (500,), (2,)), ("Heis(5)", (5, 5), (5,)), ("C4wrC2", (4, 4), (2,)), ("C3wrC3", (3, 3, 3), (3,)),
     ("C13:C3", (13,), (3,)), ("S4", (2, 2), (3, 2)), ("C6xC4", (12, 2), ()), ("C2xS3", (6,), (2,))],
)  # fmt: skip
def test_an_abelian_subgroup_of_prime_index_ends_the_chain(name, orders, indices):
    chain = subgroup_chain(group(name))
    assert (chain.cyclic_orders, chain.indices) == (orders, indices)
