"""Groups from tables, matrices and products; every bad input has its one line."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusals import refused

from orbitkernels.errors import InputError
from orbitkernels.theory.constructions import (
    cayley_table_group,
    cyclic,
    direct_product,
    matrix_group,
    metacyclic,
    permutation_group,
    quotient,
    semidirect_product,
    wreath_product,
)
from orbitkernels.theory.fields import finite_field
from orbitkernels.theory.homomorphisms import extend_homomorphism
from orbitkernels.theory.names import group
from orbitkernels.theory.structure import structure

#: The smallest loop that is no group: a Latin square of order 5 with identity 0.
LOOP = [[0, 1, 2, 3, 4], [1, 0, 3, 4, 2], [2, 4, 0, 1, 3], [3, 2, 4, 0, 1], [4, 3, 1, 2, 0]]


# ---------------------------------------------------------------------- Cayley tables


@given(st.sampled_from(["C5", "V4", "S3", "D4", "Q8", "C7:C3"]), st.randoms(use_true_random=False))
def test_relabelled_tables_give_the_same_group(name: str, random: Any) -> None:
    G = group(name)
    new = list(range(G.order))
    random.shuffle(new)
    label = np.array(new)
    table = np.empty_like(G.table)
    table[label[:, None], label[None, :]] = label[G.table]
    H = cayley_table_group(table)
    assert structure(H) == structure(G)
    original = H.law.labels  # type: ignore[attr-defined]
    assert original[0] == label[0]
    assert np.array_equal(original[H.table], table[original[:, None], original[None, :]])


BAD_TABLES = [
    ([], "'cayley_table' must hold at least one row"),
    ([[0, 1], [1]], "must be square; it has 2 rows, but row 1 has 1 entries"),
    ([[0, 1, 2], [1, 2, 0]], "must be square; it has 2 rows, but row 0 has 3 entries"),
    ([[0, 1], [1, 2]], "entries from 0 to 1; row 1, column 1 holds 2"),
    ([[0, -1], [1, 0]], "entries from 0 to 1; row 0, column 1 holds -1"),
    ([[0, 1], [1, 1]], "Latin square; row 1 holds 1 2 times"),
    ([[0, 1], [0, 1]], "Latin square; column 0 holds 0 2 times"),
    ([[0, 2, 1], [1, 0, 2], [2, 1, 0]], "has no identity; only 0 could be e, but e h = h fails for element 1"),
    ([[0, 1, 2], [2, 0, 1], [1, 2, 0]], "has no identity; only 0 could be e, but g e = g fails for element 1"),
    (LOOP, r"is not associative; \((\d) (\d)\) (\d) = (\d), but \1 \(\2 \3\) = (\d)"),
    ([[0, 1], [1, "0"]], r"'cayley_table\[1\]' must hold integers; entry 1 is '0'"),
    (5, "'cayley_table' must be a list of lists of integers, not 5"),
]


@pytest.mark.parametrize(("table", "message"), BAD_TABLES)
def test_bad_tables_are_refused_with_the_law_and_the_place(table: Any, message: str) -> None:
    refused(lambda: cayley_table_group(table), message)


def test_the_failing_triple_is_true() -> None:
    with pytest.raises(InputError) as caught:
        cayley_table_group(LOOP)
    found = re.search(r"\((\d) (\d)\) (\d) = (\d), but .* = (\d)\.", str(caught.value))
    assert found is not None
    a, b, c, left, right = map(int, found.groups())
    assert LOOP[LOOP[a][b]][c] == left != right == LOOP[a][LOOP[b][c]]


@given(st.integers(2, 5), st.data())
def test_every_single_change_of_a_group_table_is_caught(n: int, data: st.DataObject) -> None:
    table = cyclic(n).table.copy()
    g, h = data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, n - 1))
    table[g, h] = (table[g, h] + data.draw(st.integers(1, n - 1))) % n
    refused(lambda: cayley_table_group(table), "Latin square")


def test_table_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orbitkernels.theory.tables.MAX_TABLE_ORDER", 3)
    refused(lambda: cayley_table_group(cyclic(4).table), "has 4 rows, beyond the limit of 3; give permutations")


# ---------------------------------------------------------------------- matrices


@pytest.mark.parametrize(
    ("matrices", "modulus", "name"),
    [
        ([[[1, 1], [0, 1]], [[1, 0], [1, 1]]], 3, "SL(2,3)"),
        ([[[1, 1], [0, 1]], [[1, 0], [1, 1]]], 5, "SL(2,5)"),
        ([[[1, 1, 0], [0, 1, 0], [0, 0, 1]], [[1, 0, 0], [0, 1, 1], [0, 0, 1]]], 3, "Heis(3)"),
        ([[[2]]], 7, "C3"),
        ([[[0, -1], [1, 0]], [[1, 0], [0, -1]]], 11, "D4"),
        ([[[1, 0], [0, 1]]], 2, "C1"),
    ],
)
def test_matrix_groups_are_the_known_ones(matrices: Any, modulus: int, name: str) -> None:
    assert structure(matrix_group(matrices, modulus)) == structure(group(name))


@given(st.sampled_from([2, 3, 5]), st.data())
def test_matrix_groups_multiply_as_matrices(p: int, data: st.DataObject) -> None:
    entries = st.integers(0, p - 1)
    square = st.lists(st.lists(entries, min_size=2, max_size=2), min_size=2, max_size=2)
    invertible = square.filter(lambda m: (m[0][0] * m[1][1] - m[0][1] * m[1][0]) % p)
    A, B = np.array(data.draw(invertible)), np.array(data.draw(invertible))
    G = matrix_group([A, B, A @ B % p], p)
    a, b, ab = G.generators
    assert int(G.multiply(a, b)) == ab


BAD_MATRICES = [
    ([], 3, "'matrices' must be a non-empty list of matrices, not"),
    (7, 3, "'matrices' must be a non-empty list of matrices, not 7"),
    ([[[1, 0], [0, 1]]], 4, "'modulus' must be a prime up to 1000000, not 4"),
    ([[[1, 0], [0, 1]]], 2.0, "'modulus' must be a prime up to 1000000, not 2.0"),
    ([[[1, 0], [0, 1]]], -3, "'modulus' must be a prime up to 1000000, not -3"),
    ([[[1, 1], [2, 2]]], 3, r"'matrices\[0\]' must be invertible; its determinant is 0 modulo 3"),
    ([[[1, 2, 3], [4, 5, 6]]], 7, r"'matrices\[0\]' must be square; it has 2 rows, one of 3 entries"),
    ([[[1]], [[1, 0], [0, 1]]], 5, r"one size; matrices\[0\] is 1 x 1, matrices\[1\] is 2 x 2"),
    ([[[1, 0.5], [0, 1]]], 3, r"'matrices\[0\]\[0\]' must hold integers; entry 1 is 0.5"),
    ([[[1, 1], [0, 1]], [[1, 0], [1, 1]]], 101, "order (above|1030200)|more than 1048576"),
    ([[[1, 1], [0, 1]], [[1, 0], [1, 1]]], 99991, "orbit of at least 16385 vectors, beyond the limit of 1048576"),
    ([[[3]]], 65537, "orbit of at least 23171 vectors, beyond the limit of 1048576 elements or 1024 MiB"),
    ([np.roll(np.eye(40, dtype=int), 1, 0), np.eye(40, dtype=int) + np.eye(40, k=1, dtype=int)], 3, "orbit of at"),
    ([[[3]]], 10**4000, "'modulus' must be a prime up to 1000000, not an integer of 13288 bits"),
]


@pytest.mark.parametrize(("matrices", "modulus", "message"), BAD_MATRICES)
def test_bad_matrices_are_refused_in_one_line(matrices: Any, modulus: Any, message: str) -> None:
    refused(lambda: matrix_group(matrices, modulus), message)


@pytest.mark.parametrize("q", [2, 3, 4, 5, 7, 8, 9, 16, 25, 27])
def test_field_tables_satisfy_the_field_axioms(q: int) -> None:
    field = finite_field(q)
    add, times, every = field.addition, field.multiplication, np.arange(q)
    x, y, z = every[:, None, None], every[None, :, None], every[None, None, :]
    for table in (add, times):
        assert np.array_equal(table, table.T)
        assert np.array_equal(table[table[x, y], z], table[x, table[y, z]])
    assert np.array_equal(times[x, add[y, z]], add[times[x, y], times[x, z]])
    assert np.array_equal(add[0], every)
    assert np.array_equal(times[1], every)
    assert np.array_equal(np.sort(times[1:, 1:], axis=1), np.tile(every[1:], (q - 1, 1)))
    powers = [1]
    for _ in range(q - 2):
        powers.append(int(times[powers[-1], field.primitive]))
    assert sorted(powers) == list(range(1, q))


# ---------------------------------------------------------------------- products and quotients


def test_semidirect_products_follow_their_automorphisms() -> None:
    V4, C3 = group("V4"), cyclic(3)
    a, b = V4.generators
    A4 = semidirect_product(V4, C3, [[b, int(V4.multiply(a, b))]], "A4")
    assert structure(A4) == structure(group("A4"))
    assert structure(semidirect_product(V4, C3, [[a, b]])) == structure(group("C2^2xC3"))
    assert structure(semidirect_product(cyclic(7), cyclic(3), [[2]])) == structure(group("C7:C3"))
    Q8, order_three = group("Q8"), group("C3")
    i, j = Q8.generators
    rotate = [[j, int(Q8.multiply(i, j))]]
    assert structure(semidirect_product(Q8, order_three, rotate)) == structure(group("SL(2,3)"))


BAD_AUTOMORPHISMS = [
    ([], "must hold one row for each of the 1 generators of C3, not 0"),
    ([[2, 2]], r"'automorphisms\[0\]' must hold one image for each of the 1 generators of C7, not 2"),
    ([[0]], r"'automorphisms\[0\]' sends C7 onto a proper subgroup"),
    ([[7]], r"'automorphisms\[0\]' must hold elements 0 to 6 of C7, not 7"),
    ([[3]], "'automorphisms' does not extend to a homomorphism of C3: with s = a, the image of"),
]


@pytest.mark.parametrize(("automorphisms", "message"), BAD_AUTOMORPHISMS)
def test_bad_automorphisms_are_refused_in_one_line(automorphisms: Any, message: str) -> None:
    refused(lambda: semidirect_product(cyclic(7), cyclic(3), automorphisms), message)


def test_images_that_break_a_relation_are_refused() -> None:
    refused(lambda: extend_homomorphism(cyclic(4), cyclic(3), [1]), "does not extend to a homomorphism of C4")
    S3 = group("S3")
    sign = extend_homomorphism(S3, cyclic(2), [1, 0])
    assert sign.tolist() == [0, 1, 1, 0, 0, 1]


@pytest.mark.parametrize(("n", "m", "unit", "carry"), [(7, 3, 3, 0), (4, 2, -1, 1), (6, 2, 2, 0)])
def test_impossible_metacyclic_groups_are_refused(n: int, m: int, unit: int, carry: int) -> None:
    refused(lambda: metacyclic(n, m, unit, carry), "must satisfy r.* = 1 and r t = t modulo")


def test_wreath_products_act_on_blocks() -> None:
    W = wreath_product(group("S3"), group("C2"))
    assert (W.order, W.law.degree) == (72, 6)  # type: ignore[attr-defined]
    blocks = W.permutation(np.arange(72)) // 3
    assert np.all(blocks[:, :3] == blocks[:, :1])
    assert np.all(blocks[:, 3:] == blocks[:, 3:4])
    intransitive = permutation_group([[1, 0, 2]])
    assert wreath_product(cyclic(3), intransitive).order == 3**3 * 2
    assert wreath_product(cyclic(1), cyclic(5)).order == 5
    assert wreath_product(cyclic(5), cyclic(1)).order == 5


@given(st.sampled_from(["S4", "D6", "Q16", "C7:C3", "SL(2,3)", "C12"]), st.data())
def test_quotients_are_homomorphic_images(name: str, data: st.DataObject) -> None:
    from orbitkernels.theory.subgroups import normal_closure

    G = group(name)
    N = normal_closure(G, [data.draw(st.integers(0, G.order - 1))])
    Q = quotient(G, N)
    assert Q.order == N.index
    labels = N.left_coset_labels
    assert np.array_equal(labels[G.table], Q.multiply(labels[:, None], labels[None, :]))
    assert np.array_equal(labels[G.inverse(np.arange(G.order))], Q.inverse(labels))
    assert Q.spanning_tree.order.size == Q.order


def test_quotients_by_other_subgroups_are_refused() -> None:
    S3 = group("S3")
    refused(lambda: quotient(S3, S3.subgroup([S3.generators[0]])), "order 2 that is not normal in S3")
    refused(lambda: quotient(S3, group("S4").centre), "must be a subgroup of S3, not of S4")


def test_products_beyond_the_limit_are_refused_before_they_are_made() -> None:
    refused(lambda: direct_product(cyclic(1024), cyclic(1025)), "order 1049600, beyond the limit of 1048576")
    refused(lambda: cyclic(10**9), "'C1000000000' has order 1000000000, beyond the limit")
    refused(lambda: wreath_product(cyclic(3), group("S7")), "order 11022480, beyond the limit")
    refused(lambda: wreath_product(cyclic(2), cyclic(50_000)), r"more than 10\^30 elements")


def test_direct_products_of_names_and_no_factors() -> None:
    assert direct_product().order == 1
    G = direct_product(group("S3"), group("C2xC2"), cyclic(5))
    assert G.name == "S3x(C2xC2)xC5"
    assert (G.order, G.generator_names) == (120, ("a", "b", "c", "d", "e"))


@pytest.mark.parametrize("bad", [0, -3, 2.5, "4", True])
def test_cyclic_groups_have_a_positive_order(bad: Any) -> None:
    refused(lambda: cyclic(bad), "'order' must be a positive integer, not")


@pytest.mark.parametrize(("n", "m"), [(0, 3), (7, -1), (7, 0), (7.0, 3)])
def test_metacyclic_groups_have_positive_orders(n: Any, m: Any) -> None:
    refused(lambda: metacyclic(n, m, 1), "must be a positive integer, not")


def test_the_first_of_two_generators_with_one_image_gives_the_quotient_its_name():
    V4 = group("C2^2")
    a, b = V4.generators
    diagonal = V4.subgroup([int(V4.multiply(a, b))])
    found = quotient(V4, diagonal)
    assert (found.order, tuple(found.generator_names)) == (2, (V4.generator_names[0],))
