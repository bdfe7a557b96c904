"""Words, translations, cosets and plans of products, against the multiplication of the group."""

import numpy as np
import pytest

from orbitkernels.numerics.cayley_graph import LONGEST_WORD, CayleyGraph, ProductPlan, word_tree
from orbitkernels.numerics.cosets import cyclic_cosets, cyclic_subgroups, middle_cosets, subgroup_cosets
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.names import group


def graph_of(G):
    tree = G.spanning_tree
    return CayleyGraph(G.right_translations, tree.order, tree.parent, tree.letter)


def two_reflections(n):
    """D_n of two reflections: no generator has an order above 2, and the words have length n."""
    points = np.arange(n)
    return FiniteGroup.from_permutations([-points % n, (1 - points) % n])


@pytest.mark.parametrize("name", ["C1", "C12", "S4", "C7:C3", "Q16", "D30"])
def test_translations_powers_and_inverses(name):
    G = group(name)
    every = np.arange(G.order)
    for graph in (graph_of(G), CayleyGraph.of_letters(G.right_translations)):
        np.testing.assert_array_equal(graph.inverses, G.inverse(every))
        for x in range(G.order):
            np.testing.assert_array_equal(graph.right_translation(x), G.multiply(every, x))
            assert graph.powers(x).tolist() == G.power(x, np.arange(int(G.element_orders[x]))).tolist()
            assert graph.depth[x] == len(G.word(x))
        for s, row in zip(G.generators, graph.left_translations, strict=True):
            np.testing.assert_array_equal(row, G.multiply(s, every))


def test_word_tree_of_a_subgroup():
    C12 = group("C12")
    tree = word_tree(np.array([C12.multiply(np.arange(12), 4)]))
    assert [sphere.tolist() for sphere in tree.spheres] == [[0], [4], [8]]
    assert tree.order.tolist() == [0, 4, 8]
    assert (tree.parent[4], tree.parent[8], tree.parent[0], tree.parent[1]) == (0, 4, -1, -1)


@pytest.mark.parametrize("name", ["C12", "S4", "D30", "C31:C5"])
def test_factors_double_the_distance(name):
    G = group(name)
    graph = graph_of(G)
    left, right = graph.factors
    np.testing.assert_array_equal(G.multiply(left, right), np.arange(G.order))
    known = np.flatnonzero(graph.depth <= 1)
    for part in graph.doubling:
        assert np.isin(left[part], known).all()
        assert np.isin(right[part], known).all()
        known = np.concatenate([known, part])
    assert sorted(known.tolist()) == list(range(G.order))
    assert len(graph.doubling) <= np.log2(graph.depth.max()) + 1


@pytest.mark.parametrize(
    "G", [group("C1000"), group("D500"), group("C3xC250"), two_reflections(300)], ids=lambda G: G.name
)
def test_more_letters_make_words_short(G):
    long = graph_of(G)
    short = long.with_short_words()
    assert long.longest > 2 * LONGEST_WORD
    assert short.longest <= LONGEST_WORD
    assert len(short.letters) <= len(long.letters) + 2 * np.log2(long.longest)
    for letter, row in zip(short.letters, short.right_translations, strict=True):
        np.testing.assert_array_equal(row, G.multiply(np.arange(G.order), letter))
    every = np.arange(G.order)
    np.testing.assert_array_equal(G.multiply(short.parent[1:], short.letters[short.letter[1:]]), every[1:])
    np.testing.assert_array_equal(G.multiply(*short.factors), every)


def test_short_words_are_left_alone():
    graph = graph_of(group("S5"))
    assert graph.with_short_words() is graph


@pytest.mark.parametrize("name", ["C1", "C12", "S4", "C7:C3"])
def test_cosets_of_all_cyclic_subgroups(name):
    G = group(name)
    graph, every = graph_of(G), np.arange(G.order)
    for z in range(G.order):
        powers = graph.powers(z)
        for cosets in (cyclic_cosets(graph, powers), subgroup_cosets(graph, [z])):
            assert (cosets.order, cosets.index) == (powers.size, G.order // powers.size)
            expected = G.multiply(cosets.representatives[None, :], cosets.subgroup[:, None])
            np.testing.assert_array_equal(cosets.elements, expected)
            np.testing.assert_array_equal(cosets.elements[cosets.position, cosets.coset], every)
            assert sorted(cosets.subgroup.tolist()) == sorted(powers.tolist())
            np.testing.assert_array_equal(cosets.representatives, cosets.elements.min(axis=0))
        assert cyclic_cosets(graph, powers).subgroup.tolist() == powers.tolist()


def test_cosets_of_a_subgroup_of_two_generators():
    S5 = group("S5")
    H = S5.subgroup([S5.element("a"), int(S5.conjugate(S5.element("a"), S5.element("b")))])
    cosets = subgroup_cosets(graph_of(S5), H.generators)
    np.testing.assert_array_equal(np.sort(cosets.subgroup), H.elements)
    np.testing.assert_array_equal(
        cosets.elements, S5.multiply(cosets.representatives[None, :], cosets.subgroup[:, None])
    )


def test_cyclic_subgroups_one_of_each_class():
    S5 = group("S5")
    found = cyclic_subgroups(graph_of(S5), S5.conjugacy_classes.labels)
    assert [powers.size for powers in found] == [6, 5, 4, 3, 2, 2, 1]  # cycle types of S5
    Q8 = group("Q8")
    assert len(cyclic_subgroups(graph_of(Q8), Q8.conjugacy_classes.labels)) == 5


@pytest.mark.parametrize("name", ["S6", "C2^9", "C43:C42", "PSL(2,13)"])
def test_two_factors_make_all_elements(name):
    G = group(name)
    graph = graph_of(G).with_short_words()
    cosets = middle_cosets(graph, cyclic_subgroups(graph, G.conjugacy_classes.labels))
    assert cosets.order * cosets.index == G.order
    assert cosets.order + cosets.index <= 4 * np.sqrt(G.order)


@pytest.mark.parametrize("name", ["C1", "S4", "D60"])
def test_plan_of_products(name):
    """On the regular representation by permutation matrices the products are exact."""
    G = group(name)
    graph = graph_of(G)
    wanted = np.arange(0, G.order, 3)
    plan = ProductPlan.of(graph, wanted)
    assert np.isin(wanted, plan.elements).all()
    assert np.unique(plan.elements).size == plan.elements.size
    every = np.arange(G.order)
    letters = np.zeros((len(graph.letters), G.order, G.order))
    for matrix, s in zip(letters, graph.letters, strict=True):
        matrix[G.multiply(s, every), every] = 1
    for g, matrix in zip(plan.elements, plan.matrices(letters), strict=True):
        assert (matrix[G.multiply(g, every), every] == 1).all()
        assert matrix.sum() == G.order
