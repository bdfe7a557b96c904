"""Linear characters of subgroups that occur once in an irreducible character, and the subgroups that are tried."""

from functools import cache

import numpy as np
import pytest

from orbitkernels.theory.character_residues import CharacterResidues
from orbitkernels.theory.clifford_correspondence import scalar_elements, smallest_local_character
from orbitkernels.theory.linear_restrictions import (
    character_conductor,
    least_degree,
    linear_restrictions,
)
from orbitkernels.theory.modular import root_powers
from orbitkernels.theory.names import group
from orbitkernels.theory.subgroup_candidates import random_pairs, structured_subgroups
from orbitkernels.theory.subgroup_characters import linear_exponents
from orbitkernels.theory.subgroup_elements import (
    closure,
    conjugates,
    generating_set,
    normalising,
    sylow_subgroup,
)

named = cache(group)


@pytest.mark.parametrize(
    "name",
    [
        "S4",
        "Q8",
        "C7:C3",
        "SL(2,5)",
        "PSL(2,7)",
        "D4xD4xD4",
        "Q8xQ8",
        "GL(2,3)",
        "C2wrS4",
        "AGL(3,2)",
        "C12xC2",
        "M11",
    ],
)
def test_multiplicity_one_by_floating_point(name):
    G = named(name)
    table, labels = G.character_table(), G.conjugacy_classes.labels
    for row, pair in enumerate(linear_restrictions(table)):
        values = np.exp(2j * np.pi * pair.exponents / G.exponent)
        assert np.vdot(values, table.numeric[row, labels[pair.elements]]) / pair.elements.size == pytest.approx(1)
        assert pair.modulus % (G.exponent // np.gcd.reduce([G.exponent, *pair.exponents.tolist()])) == 0
        assert pair.modulus % character_conductor(table, row) == 0
        assert np.array_equal(G.subgroup(pair.generators).elements, np.sort(pair.elements))


def test_the_rows_asked_for():
    table = named("SL(2,5)").character_table()
    every = linear_restrictions(table)
    some = linear_restrictions(table, [7, 0])
    assert [pair.modulus for pair in some] == [every[7].modulus, every[0].modulus]


def test_fields_that_are_as_small_as_can_be():
    """Characters of Q8: rational but quaternionic; of C5 with values in Q(E(5)); of A5 with sqrt 5."""
    assert [least_degree(named("Q8").character_table(), row) for row in (0, 4)] == [1, 2]
    assert [least_degree(named("C5").character_table(), row) for row in range(5)] == [1, 4, 4, 4, 4]
    assert [character_conductor(named("A5").character_table(), row) for row in range(5)] == [1, 5, 5, 1, 1]


# ---------------------------------------------------------------------- linear characters of subgroups


@pytest.mark.parametrize("name", ["C1", "C6xC4", "S4", "Q8", "C7:C3", "SL(2,3)", "A5", "D6", "Q8xC2", "C2^4"])
def test_linear_characters_of_subgroups(name):
    """They are homomorphisms, all different, and as many as the commutator factor group has elements."""
    G = named(name)
    random = np.random.default_rng(0)
    for count in (0, 1, 2, 3):
        generators = random.integers(0, G.order, size=count).tolist()
        elements, words = closure(G, generators, G.order)
        H = G.subgroup(generators)
        exponents = linear_exponents(G, generators, elements, words)
        assert len({tuple(row) for row in exponents.tolist()}) == len(exponents)
        assert len(exponents) == H.order // H.as_group().commutator_subgroup.order
        place = {g: i for i, g in enumerate(elements.tolist())}
        for g, h in random.choice(elements, size=(20, 2)).tolist():
            sums = exponents[:, place[g]] + exponents[:, place[h]] - exponents[:, place[int(G.multiply(g, h))]]
            assert not (sums % G.exponent).any()
        assert linear_exponents(G, generators, elements, words, exponents.size).size == exponents.size
        assert linear_exponents(G, generators, elements, words, exponents.size - 1).shape == (0, elements.size)


# ---------------------------------------------------------------------- elements of subgroups


@pytest.mark.parametrize("name", ["S4", "SL(2,3)", "C2^4", "M11", "C60", "D12"])
def test_closures_and_their_words(name):
    """Elements as in the graph of cosets; a word for x maps to x in every abelian quotient."""
    G = named(name)
    random = np.random.default_rng(1)
    for count in (1, 2, 3):
        generators = random.integers(0, G.order, size=count).tolist()
        elements, words = closure(G, generators, G.order)
        assert np.array_equal(np.sort(elements), G.subgroup(generators).elements)
        linear = [row for row in range(len(G.character_table())) if G.character_table().degrees[row] == 1]
        for pair in linear_restrictions(G.character_table(), linear):
            # a pair of a linear character lists all elements in order
            assert not ((words @ pair.exponents[generators] - pair.exponents[elements]) % G.exponent).any()
        assert np.array_equal(np.sort(closure(G, generating_set(G, elements), G.order)[0]), np.sort(elements))


def test_a_subgroup_beyond_the_bound_is_left_out():
    S4 = named("S4")
    elements, words = closure(S4, list(S4.generators), 12)
    assert elements.size == 0
    assert words.shape == (0, len(S4.generators))
    assert closure(S4, list(S4.generators), 24)[0].size == 24


@pytest.mark.parametrize("name", ["S4", "SL(2,5)", "A6", "C7:C3", "M11"])
def test_sylow_subgroups_and_normalisers(name):
    """Sylow's theorems: the order, and the number of conjugates, n/|N(P)| = 1 modulo p."""
    G = named(name)
    every = np.arange(G.order)
    for p in (2, 3, 5, 7, 11):
        full = 1
        while G.order % (full * p) == 0:
            full *= p
        generators = sylow_subgroup(G, every, p)
        P = closure(G, generators, G.order)[0]
        assert P.size == full
        N = normalising(G, every, P, generators)
        assert G.order // N.size % p == 1 % p or full == 1
        brute = [x for x in range(0, G.order, max(1, G.order // 60)) if set(G.conjugate(P, x)) == set(P.tolist())]
        assert brute == [x for x in range(0, G.order, max(1, G.order // 60)) if x in set(N.tolist())]


def test_conjugates():
    S4 = named("S4")
    g, x = np.random.default_rng(0).integers(0, 24, size=(2, 10))
    assert np.array_equal(conjugates(S4, g, x), S4.conjugate(g, x))


def test_subgroups_that_are_tried():
    """All of S4's cyclic subgroups up to conjugacy, its Sylow subgroups and the normalisers of all of them."""
    S4 = named("S4")
    orders = [closure(S4, generators, 24)[0].size for generators in structured_subgroups(S4, np.arange(24))]
    # D4, S3 > C3; then D4 > C4, S3 > C3, D4 > C2 (double), C2^2 > C2 (single)
    assert sorted(orders) == sorted([8, 6, 3, 8, 4, 6, 3, 8, 2, 4, 2])
    pairs = list(random_pairs(S4, np.arange(24), 5))
    assert len(pairs) == 5
    assert all(0 < a < 24 and 0 <= b < 24 for a, b in pairs)
    assert list(random_pairs(named("C1"), np.zeros(1, dtype=np.int64), 5)) == []


# ---------------------------------------------------------------------- the Clifford correspondence


@pytest.mark.parametrize(
    "name", ["S4", "Q8", "C2wrS3", "SL(2,3)", "C7:C3", "GL(2,3)", "C5:C4xC7:C3", "S5xS3", "AGL(3,2)"]
)
def test_local_characters_induce_the_character(name):
    """The induced character at g is (1/t) sum_x psi(x g x^-1): it is chi(g), and psi(1) |G : T| = chi(1)."""
    G = named(name)
    table = G.character_table()
    residues = CharacterResidues(table, 2**30)
    p, every = residues.prime, np.arange(G.order)
    for row in range(len(table)):
        local = smallest_local_character(G, residues, row)
        assert local.degree * (G.order // local.elements.size) == table.degrees[row]
        for k, g in enumerate(table.classes.representatives.tolist()):
            induced = int(local.residues[G.conjugate(g, every)].sum()) * pow(local.elements.size, -1, p) % p
            assert induced == residues.values(row)[k]


@pytest.mark.parametrize(
    ("name", "degrees"),
    [
        ("Heis(3)", {3: 1}),
        ("C2wrS4", {8: 1}),
        ("SL(2,3)", {2: 2, 3: 1}),
        ("GL(2,3)", {4: 4}),
        ("A5", {5: 5}),
    ],
)
def test_how_far_the_correspondence_goes(name, degrees):
    """Down to 1 in supersolvable groups; SL(2,3) in degree 2 and A5 have no abelian normal subgroup to use."""
    G = named(name)
    residues = CharacterResidues(G.character_table(), 2**30)
    for row, degree in enumerate(G.character_table().degrees.tolist()):
        if degree in degrees:
            assert smallest_local_character(G, residues, row).degree == degrees[degree]


def test_scalar_elements_by_floating_point():
    G = named("SL(2,3)")
    table = G.character_table()
    residues = CharacterResidues(table, 2**30)
    for row in range(len(table)):
        if table.degrees[row] in (2, 1):
            local = smallest_local_character(G, residues, row)
            values = np.abs(table.numeric[row, table.classes.labels])
            scalar = np.isclose(values, table.degrees[row])
            assert np.array_equal(scalar_elements(G, local, residues.prime), scalar[local.elements])


# ---------------------------------------------------------------------- residues of characters


@pytest.mark.parametrize("name", ["C12", "SL(2,5)", "C7:C3"])
def test_residues_of_conjugate_characters(name):
    """sigma_k chi(g) = chi(g^k), and units that belong to a smaller field."""
    G = named(name)
    table = G.character_table()
    residues = CharacterResidues(table, 2**30)
    for k in (k for k in range(1, G.exponent) if np.gcd(k, G.exponent) == 1):
        for row in range(len(table)):
            assert np.array_equal(residues.values(row, k), residues.values(row)[G.power_map(k)])
    every = np.arange(G.exponent)
    assert np.array_equal(residues.logarithms(residues.powers), every)
    for m in (m for m in range(1, G.exponent + 1) if G.exponent % m == 0):
        for k in (k for k in range(1, m + 1) if np.gcd(k, m) == 1):
            unit = residues.unit(m, k)
            assert np.gcd(unit, G.exponent) == 1
            image = int(residues.powers[unit * (G.exponent // m) % G.exponent])
            assert image == root_powers(m, residues.prime)[k % m]
