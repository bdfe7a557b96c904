"""Closed forms of characters against Dixon-Schneider and against values by hand, and its single steps."""

from fractions import Fraction
from itertools import permutations
from math import factorial, gcd

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbitkernels.errors import InputError
from orbitkernels.theory.abelian_characters import abelian_characters
from orbitkernels.theory.character_routes import spectral_characters
from orbitkernels.theory.character_spectra import (
    BLOCK_ENTRIES,
    TurnedSpectra,
    lifted,
    row_blocks,
    shifted_spectrum,
    sorted_characters,
)
from orbitkernels.theory.class_matrices import class_columns, class_matrix, simple_eigenvectors
from orbitkernels.theory.commutator_grading import CommutatorGrading, commutator_cosets
from orbitkernels.theory.constructions import metacyclic, permutation_group
from orbitkernels.theory.cyclic_index_two import cyclic_index_two, index_two_characters
from orbitkernels.theory.dixon import MAX_COSET_CLASSES, characters_from_omega, dixon_schneider
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.linear_orbits import linear_orbits
from orbitkernels.theory.modular import SMALL_MODULUS, character_prime, modular_inverses, modular_product
from orbitkernels.theory.names import group
from orbitkernels.theory.orthogonality import moved_rows
from orbitkernels.theory.symmetric_characters import (
    is_natural_symmetric,
    partitions,
    symmetric_character,
    symmetric_table,
)

P = character_prime(840, SMALL_MODULUS // 2)


def same(one, two) -> bool:
    return np.array_equal(one.index, two.index) and one.spectra == two.spectra


def regular(G: FiniteGroup) -> FiniteGroup:
    """G as permutations of its elements."""
    return permutation_group([G.multiply(s, np.arange(G.order)) for s in G.generators], f"regular {G.name}")


# ---------------------------------------------------------------------- against Dixon-Schneider


@pytest.mark.parametrize("name", ["C1", "C2", "C7", "C12", "C2^4", "C4xC6", "C3^2xC9", "C60"])
def test_abelian_closed_form_is_dixon_schneider(name) -> None:
    assert same(abelian_characters(group(name)), dixon_schneider(group(name)))


INDEX_TWO = [
    *(f"D{m}" for m in (3, 4, 5, 6, 9, 12, 15, 16)), *(f"Dic{m}" for m in (2, 3, 4, 5, 6, 9)), "Q8", "Q32", "SD16",
    "SD32", "C8:C2", "C15:C2", "C24:C2", "C20:C2", "D3xC5", "Dic3xC5", "C2xC2", "C2xC6", "C4xC2",
]  # fmt: skip


@pytest.mark.parametrize("name", INDEX_TWO)
def test_closed_form_of_a_cyclic_subgroup_of_index_two_is_dixon_schneider(name) -> None:
    for G in (group(name), regular(group(name))):
        subgroup = cyclic_index_two(G)
        assert subgroup is not None
        assert same(index_two_characters(G, subgroup), dixon_schneider(G))


def test_every_group_with_a_cyclic_subgroup_of_index_two_and_order_up_to_forty() -> None:
    """a^m = 1, b a b^-1 = a^r, b^2 = a^t for all r and t that exist; they include groups that no name has."""
    tried = expected = 0
    for m in range(2, 21):
        for r in range(1, m):
            expected += gcd(r - 1, m) if r * r % m == 1 else 0
            for t in range(m) if r * r % m == 1 else ():
                if (r * t - t) % m == 0:
                    G = metacyclic(m, 2, r, t)
                    subgroup = cyclic_index_two(G)
                    assert subgroup is not None
                    assert same(index_two_characters(G, subgroup), dixon_schneider(G))
                    tried += 1
    assert tried == expected > 200


@pytest.mark.parametrize("name", ["C1", "A4", "C2^3", "S4", "C3xC3", "C7:C3", "SL(2,3)", "C4xC4"])
def test_groups_without_a_cyclic_subgroup_of_index_two(name) -> None:
    assert cyclic_index_two(group(name)) is None


def test_data_of_a_cyclic_subgroup_of_index_two() -> None:
    for name, units in (("D7", {6}), ("SD16", {3}), ("Q16", {7}), ("C8:C2", {5, 3, 7}), ("C2xC6", {1})):
        G = group(name)
        found = cyclic_index_two(G)
        assert found is not None
        assert found.unit in units
        assert found.outside.sum() == found.order == G.order // 2
        b = int(np.argmax(found.outside))
        for g in range(G.order):
            power = G.power(found.a, found.logarithms[g])
            assert (G.multiply(power, b) if found.outside[g] else power) == g
        assert G.conjugate(found.a, b) == G.power(found.a, found.unit)


@pytest.mark.parametrize("n", [3, 4, 5, 6, 7, 8])
def test_murnaghan_nakayama_is_dixon_schneider(n) -> None:
    G = group(f"S{n}")
    assert is_natural_symmetric(G)
    found = sorted_characters(*lifted(G, symmetric_table(G) % P, P))
    assert same(found, dixon_schneider(G))


def test_s9_by_both_ways() -> None:
    G = group("S9")
    assert same(spectral_characters(G), dixon_schneider(G))


def test_symmetric_groups_are_recognised_by_what_they_do() -> None:
    scattered = permutation_group([[0, 7, 2, 3, 4, 5, 6, 1], [0, 4, 2, 3, 7, 5, 6, 1]], "S3 on 1, 4, 7")
    assert is_natural_symmetric(scattered)
    assert same(spectral_characters(scattered), dixon_schneider(scattered))
    for name in ("A5", "PGL(2,5)", "S4xC2", "C2wrS3", "D6"):
        assert not is_natural_symmetric(group(name))
    both = permutation_group([[1, 0, 2, 4, 3, 5], [1, 2, 0, 4, 5, 3]], "S3 twice")
    assert not is_natural_symmetric(both)


def test_the_route_is_the_closed_form(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(_: FiniteGroup) -> None:
        raise AssertionError("class matrices were used")

    monkeypatch.setattr("orbitkernels.theory.character_routes.dixon_schneider", forbidden)
    for name in ("C12", "C4xC6", "D9", "Dic5", "SD16", "S5"):
        spectral_characters(group(name))
    for name in ("A5", "S3xS3", "SL(2,3)", "D4xC2"):
        with pytest.raises(AssertionError, match="class matrices"):
            spectral_characters(group(name))


# ---------------------------------------------------------------------- Murnaghan and Nakayama by hand


def hook_length_degree(shape: tuple[int, ...]) -> int:
    """n! over the product of all hook lengths (Frame, Robinson, Thrall)."""
    columns = [sum(part > j for part in shape) for j in range(shape[0])]
    hooks = [part - j + columns[j] - i - 1 for i, part in enumerate(shape) for j in range(part)]
    return factorial(sum(shape)) // int(np.prod(np.array(hooks, dtype=object)))


@pytest.mark.parametrize("n", range(1, 11))
def test_degrees_are_those_of_the_hook_lengths(n) -> None:
    for shape in partitions(n):
        assert symmetric_character(shape, (1,) * n) == hook_length_degree(shape)


def test_known_characters_of_symmetric_groups() -> None:
    for n in range(2, 9):
        for cycles in partitions(n):
            sign = (-1) ** (n - len(cycles))
            assert symmetric_character((n,), cycles) == 1
            assert symmetric_character((1,) * n, cycles) == sign
            assert symmetric_character((n - 1, 1), cycles) == cycles.count(1) - 1
            for shape in partitions(n):
                transposed = tuple(sum(part > j for part in shape) for j in range(shape[0]))
                assert symmetric_character(transposed, cycles) == sign * symmetric_character(shape, cycles)
    # from the table of S6 in the ATLAS
    classes = ((5, 1), (3, 3), (3, 1, 1, 1), (2, 2, 1, 1))
    assert [symmetric_character((3, 2, 1), cycles) for cycles in classes] == [1, -2, -2, 0]


@pytest.mark.parametrize(("n", "count"), [(1, 1), (2, 2), (5, 7), (9, 30), (12, 77)])
def test_partitions_are_complete_and_in_order(n, count) -> None:
    found = list(partitions(n))
    assert len(found) == len(set(found)) == count
    assert found == sorted(found, reverse=True)
    assert all(sum(shape) == n and list(shape) == sorted(shape, reverse=True) for shape in found)


# ---------------------------------------------------------------------- orbits under linear characters

GRADED = ["C1", "C12", "S4", "A4", "A5", "C7:C3", "Q8", "SL(2,3)", "GL(2,3)", "Heis(3)", "D4^2", "C9:C6", "Q8wrC2",
          "S3xC4", "C2wrC2wrC2", "AGL(1,9)"]  # fmt: skip


@pytest.mark.parametrize("name", GRADED)
def test_cosets_of_the_commutator_subgroup(name) -> None:
    """Against the subgroup that all commutators generate."""
    G = group(name)
    labels = G.commutator_subgroup.left_coset_labels[G.conjugacy_classes.representatives]
    coset = commutator_cosets(G)
    pairs = set(zip(coset.tolist(), labels.tolist(), strict=True))
    assert len(pairs) == coset.max() + 1 == labels.max() + 1 == G.commutator_subgroup.index
    assert coset[0] == 0
    A = CommutatorGrading(G).quotient
    every = np.arange(G.order)
    of_element = coset[G.conjugacy_classes.labels]
    products = of_element[G.multiply(every[:, None], every)]
    assert np.array_equal(A.multiply(of_element[:, None], of_element), products)
    assert np.array_equal(A.inverse(of_element), of_element[G.inverse(every)])
    assert A.subgroup(A.generators).order == A.order


@pytest.mark.parametrize("name", GRADED)
def test_one_character_an_orbit(name) -> None:
    G = group(name)
    grading, p = CommutatorGrading(G), character_prime(G.exponent, 2**25)
    orbits = linear_orbits(grading, p)
    assert orbits.omega.shape[0] == grading.classes[0].size  # Brauer: orbits of Irr(G') are as many as of classes
    assert orbits.support.sum() == len(G.conjugacy_classes)
    chi = characters_from_omega(G, orbits.omega, p)
    a = class_matrix(G, (np.arange(len(G.conjugacy_classes)) == 1).astype(np.int64), p)
    for row, support in zip(orbits.omega, orbits.support, strict=True):
        if len(row) > 1:
            assert np.array_equal(modular_product(a, row[:, None], p)[:, 0], row[1] * row % p)
        assert np.array_equal(np.isin(np.arange(support.size), grading.coset[row != 0]), support)
    lengths = [int(support.sum()) for support in orbits.support]
    assert sum(length * int(d) ** 2 for length, d in zip(lengths, chi[:, 0], strict=True)) == G.order


def test_class_columns_are_the_class_matrix() -> None:
    G, p = group("GL(2,3)"), 10007
    k = len(G.conjugacy_classes)
    weights = np.random.default_rng(1).integers(0, p, size=k)
    whole = class_matrix(G, weights, p)
    columns = np.array([3, 0, 5])
    found = class_columns(G, weights, columns, np.arange(k), np.full(3, k), p)
    assert np.array_equal(found.reshape(3, k).T, whole[:, columns])


def test_class_matrix_in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    G, weights = group("SL(2,3)"), np.arange(1, 8)
    whole = class_matrix(G, weights, 1009)
    for chunk in (1, 5, 30):
        monkeypatch.setattr("orbitkernels.theory.class_matrices._CHUNK", chunk)
        assert np.array_equal(class_matrix(G, weights, 1009), whole)


def test_large_weights_are_summed_exactly() -> None:
    """Weights just below 2^31 on all 24 elements: the sums exceed 2^32."""
    G, p = group("S4"), 2**31 - 1
    ones = np.ones(5, dtype=np.int64)
    assert np.array_equal(class_matrix(G, (p - 1) * ones, p), (p - 1) * class_matrix(G, ones, p) % p)


@given(st.integers(2, 80), st.integers(0, 2**32))
def test_simple_eigenvectors(size, seed) -> None:
    random = np.random.default_rng(seed)
    values = random.choice(P, size=size, replace=False).astype(np.int64)
    basis = np.triu(random.integers(0, P, size=(size, size)), 1) + np.eye(size, dtype=np.int64)
    inverse = basis_inverse(basis)
    matrix = modular_product(basis * values % P, inverse, P)
    found = simple_eigenvectors(matrix, P, random)
    assert found is not None
    assert sorted(found[0].tolist()) == sorted(values.tolist())
    assert np.array_equal(modular_product(matrix, found[1], P), found[1] * found[0] % P)
    assert all(column[np.flatnonzero(column)[0]] == 1 for column in found[1].T)


def basis_inverse(basis: np.ndarray) -> np.ndarray:
    """Inverse of a unitriangular matrix modulo P by substitution."""
    size = basis.shape[0]
    inverse = np.eye(size, dtype=np.int64)
    for i in reversed(range(size)):
        for j in range(i + 1, size):
            inverse[i] = (inverse[i] - basis[i, j] * inverse[j]) % P
    return inverse


def test_eigenvectors_are_refused_where_they_are_not_simple() -> None:
    random = np.random.default_rng(0)
    for matrix in ([[2, 0], [0, 2]], [[2, 1], [0, 2]], [[0, -1], [1, 0]]):  # the last has none modulo 7
        assert simple_eigenvectors(np.array(matrix) % 7, 7, random) is None


@given(st.integers(1, 12), st.integers(1, 6), st.data())
def test_turned_spectra_are_numbered_once(order, factor, data) -> None:
    e = order * factor
    eigenvalues = st.dictionaries(st.integers(0, e - 1), st.integers(1, 3), min_size=1, max_size=4)
    spectrum = eigenvalues.map(lambda counts: tuple(sorted(counts.items())))
    spectra = data.draw(st.lists(spectrum, min_size=1, max_size=5, unique=True))
    turned = TurnedSpectra(spectra, e, order)
    codes = turned.codes(np.arange(len(spectra)), np.repeat(np.arange(order)[:, None], len(spectra), axis=1))
    images = [[shifted_spectrum(s, t * factor, e) for s in spectra] for t in range(order)]
    numbers: dict = {}
    for row, expected in zip(codes.tolist(), images, strict=True):
        for code, image in zip(row, expected, strict=True):
            assert turned.spectrum(code) == image
            assert numbers.setdefault(image, code) == code < turned.size


# ---------------------------------------------------------------------- arithmetic


@pytest.mark.parametrize("inner", [1, 300, 2**14, 2**14 + 1])
def test_products_modulo_a_small_prime_are_exact_at_the_limit(inner) -> None:
    p = next(q for q in range(SMALL_MODULUS, 0, -1) if all(q % r for r in range(2, int(q**0.5) + 1)))
    a, b = np.full((1, inner), p - 1), np.full((inner, 2), p - 1)
    assert modular_product(a, b, p).tolist() == [[inner % p] * 2]  # (-1)(-1) summed
    odd = np.arange(inner)[:, None] * 2 + p // 2
    assert modular_product(a, odd, p).tolist() == [[-sum(odd[:, 0].tolist()) % p]]


@pytest.mark.parametrize("p", [2, 3, 101, 2**31 - 1])
def test_inverses_modulo_a_prime(p) -> None:
    values = np.unique(np.random.default_rng(0).integers(1, p, size=50))
    assert modular_inverses(values, p).tolist() == [pow(int(x), -1, p) for x in values]


def test_lifting_refuses_what_is_no_character() -> None:
    C3 = group("C3")
    with pytest.raises(ArithmeticError, match="multiplicity is not between 0 and the degree"):
        lifted(C3, np.array([[1, 2, 3]]), 7)
    with pytest.raises(ArithmeticError, match="multiplicity is not between 0 and the degree"):
        lifted(C3, np.array([[1, 0, 0]]), 7)  # a third of each eigenvalue
    with pytest.raises(ArithmeticError, match="not the square of a degree"):
        characters_from_omega(group("S3"), np.array([[1, 1, 1]]), 101)


def test_lifting_by_hand() -> None:
    """The character of degree 2 of D5 modulo 11: eigenvalues w and 1/w on rotations, 1 and -1 on flips."""
    G = group("D5")
    w = 4  # of order 5 modulo 11
    golden = {int(G.conjugacy_classes.labels[G.element(f"r^{s}")]): (w**s + pow(w, -s, 11)) % 11 for s in (1, 2)}
    row = [golden.get(j, 2 if j == 0 else 0) for j in range(4)]
    index, spectra = lifted(G, np.array([row]), 11)
    on_rotation = spectra[index[0, int(G.conjugacy_classes.labels[G.element("r")])]]
    assert on_rotation in (((2, 1), (8, 1)), ((4, 1), (6, 1)))  # E(10)^2 = E(5)
    assert spectra[index[0, int(G.conjugacy_classes.labels[G.element("s")])]] == ((0, 1), (5, 1))


def test_rows_under_a_permutation_of_columns() -> None:
    index = np.array(list(permutations(range(4))), dtype=np.int32)
    columns = np.array([2, 0, 3, 1])
    found = moved_rows(index, columns)
    assert np.array_equal(index[found], index[:, columns])
    with pytest.raises(LookupError, match="missing or repeated"):
        moved_rows(index[:-1], columns)
    with pytest.raises(LookupError, match="missing or repeated"):
        moved_rows(np.zeros((2, 3), dtype=np.int32), np.arange(3))


def test_blocks_of_rows_cover_all() -> None:
    for rows, columns in ((1, 1), (10, 3), (7, BLOCK_ENTRIES // 2), (3, 2 * BLOCK_ENTRIES)):
        covered = np.concatenate([np.arange(rows)[block] for block in row_blocks(rows, columns)])
        assert covered.tolist() == list(range(rows))
    assert len(list(row_blocks(10, BLOCK_ENTRIES // 4))) == 3


# ---------------------------------------------------------------------- large tables


def test_a_2_group_of_order_4096_and_625_classes() -> None:
    """D4^4: products of characters of D4, four of degree 1 and one of degree 2."""
    G = group("D4^4")
    table = G.character_table()
    assert (G.order, len(table)) == (4096, 625)
    assert np.bincount(table.degrees).tolist() == [0, 256, 256, 0, 96, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 1]
    assert set(table.indicators.tolist()) == {1}


def test_psl_2_61_has_the_generic_table() -> None:
    """Degrees 1, q, q + 1, q - 1 and (q + 1)/2 twice for q = 1 modulo 4; (1 + sqrt(q))/2 at order q."""
    table = group("PSL(2,61)").character_table()
    assert table.group.order == 113_460
    assert np.unique(table.degrees, return_counts=True)[0].tolist() == [1, 31, 60, 61, 62]
    assert np.unique(table.degrees, return_counts=True)[1].tolist() == [1, 2, 15, 1, 14]
    unipotent = np.flatnonzero(table.classes.element_orders == 61)
    assert unipotent.size == 2
    x, y = (table.values[1][j] for j in unipotent)
    assert (x + y, x * y) == (1, Fraction(1 - 61, 4))


def test_three_thousand_dihedral_turns() -> None:
    table = group("D3001").character_table()
    assert len(table) == 2 + 1500
    turn = table.characters.index[2:, table.classes.labels[table.group.generators[0]]]
    assert {table.characters.spectra[s] for s in turn} == {((2 * k, 1), (6002 - 2 * k, 1)) for k in range(1, 1501)}


def test_tables_without_a_closed_form_are_refused_with_the_time() -> None:
    G = group("C7507:C3")  # 1 + 7506/3 classes in the commutator subgroup
    with pytest.raises(
        InputError, match=r"2503 classes in the commutator subgroup, about 1 minutes; at most 2500"
    ):
        G.character_table()
    assert MAX_COSET_CLASSES == 2500
