"""Groups of permutations: orders, limits of order and memory, and one line for every bad input."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusals import refused
from sympy.combinatorics import Permutation, PermutationGroup
from sympy.combinatorics.named_groups import AlternatingGroup, SymmetricGroup

from orbitkernels.theory.constructions import (
    check_memory,
    permutation_group,
    sympy_group,
)
from orbitkernels.theory.names import group
from orbitkernels.theory.permutation_groups import permutation_bytes, permutation_limit, permutation_order
from orbitkernels.theory.structure import structure


@given(st.integers(1, 6), st.data())
def test_orders_agree_with_schreier_sims(degree: int, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.permutations(range(degree)), min_size=1, max_size=3))
    assert permutation_group(rows).order == PermutationGroup([Permutation(row) for row in rows]).order()


BAD_PERMUTATIONS = [
    ([], "'permutations' must hold at least one row, not an empty list"),
    ([[]], r"'permutations\[0\]' must be a permutation of at least one point"),
    ([[0, 1], [1, 0, 2]], r"permutations\[0\] has length 2, permutations\[1\] has length 3"),
    ([[1, 2, 0], [0, 0, 1]], r"'permutations\[1\]' must be a permutation; the image 0 is repeated, at 0 and at 1"),
    ([[1, 2, 3]], r"'permutations\[0\]' must hold images from 0 to 2; the image of 2 is 3 .*counted from 0"),
    ([[0, -1]], r"'permutations\[0\]' must hold images from 0 to 1; the image of 1 is -1"),
    ([[0, 1.5]], r"'permutations\[0\]' must hold integers; entry 1 is 1.5"),
    ([[True, False]], r"'permutations\[0\]' must hold integers; entry 0 is True"),
    ([["a", "b"]], r"'permutations\[0\]' must hold integers; entry 0 is 'a'"),
    ([[0, None]], r"'permutations\[0\]' must hold integers; entry 1 is None"),
    ([0, 1], r"'permutations\[0\]' must be a list of integers, not 0"),
    ("01", "'permutations' must be a list of lists of integers, not '01'"),
    ({"a": 1}, "'permutations' must be a list of lists"),
    (None, "'permutations' must be a list of lists of integers, not None"),
    ([[10**30, 0]], r"'permutations\[0\]' holds 10+ at 0, which is too large"),
    ([[10**5000, 0]], r"'permutations\[0\]' holds an integer of 16610 bits at 0, which is too large"),
    (np.array([[2**63, 0]], dtype=np.uint64), r"holds 9223372036854775808 at 0, which is too large"),
    (np.array(3), r"'permutations' must be a list of lists of integers, not array\(3\)"),
    ([np.array(3)], r"'permutations\[0\]' must be a list of integers, not array\(3\)"),
    ([{1, 0}], r"'permutations\[0\]' must be a list of integers, not \{0, 1\}"),
    ({(1, 0)}, r"'permutations' must be a list of lists of integers, not \{\(1, 0\)\}"),
    ([np.array([True, False])], r"'permutations\[0\]' must hold integers; entry 0 is True"),
    (np.array([[0.0, 1.0]]), r"'permutations\[0\]' must hold integers; entry 0 is 0.0"),
    ([[*range(1, 10), 0], [1, 0, *range(2, 10)]], "of order 3628800, beyond the limit of 1048576 elements"),
    ([[*range(1, 60), 0], [1, 0, *range(2, 60)]], r"a group of order above 1048576 \(degree 60\)"),
]


@pytest.mark.parametrize(("rows", "message"), BAD_PERMUTATIONS)
def test_bad_permutations_are_refused_in_one_line(rows: Any, message: str) -> None:
    refused(lambda: permutation_group(rows), message)


@pytest.mark.parametrize("names", [["r"], ["r", "s", "t"], ["r", "r"], ["r", 2], [], "rst"])
def test_generators_have_different_names(names: Any) -> None:
    rows = [[1, 2, 3, 0], [0, 3, 2, 1]]
    refused(lambda: permutation_group(rows, "D4", names), "must hold 2 different texts, one a generator")


def test_permutations_may_be_arrays_of_any_integer_type() -> None:
    for dtype in (np.uint8, np.int16, np.int64):
        assert permutation_group(np.array([[1, 2, 0]], dtype=dtype)).order == 3


@pytest.mark.parametrize(("pairs", "order"), [(15, 2**15), (16, 2**16)])
def test_groups_that_need_many_points_to_tell_their_elements_apart(pairs: int, order: int) -> None:
    rows = np.tile(np.arange(2 * pairs), (pairs, 1))
    for pair in range(pairs):
        rows[pair, [2 * pair, 2 * pair + 1]] = rows[pair, [2 * pair + 1, 2 * pair]]
    G = permutation_group(rows)
    assert (G.order, G.exponent, G.is_abelian) == (order, 2, True)
    images = G.permutation(np.arange(order))
    assert np.array_equal(images, np.unique(images, axis=0))


def test_the_limit_of_the_order_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [[1, 0, 2, 3], [1, 2, 3, 0]]
    monkeypatch.setattr("orbitkernels.theory.permutation_groups.MAX_ORDER", 24)
    assert permutation_group(rows).order == 24
    monkeypatch.setattr("orbitkernels.theory.permutation_groups.MAX_ORDER", 23)
    refused(lambda: permutation_group(rows), "a group of order 24, beyond the limit of 23 elements")


def test_a_generator_of_large_order_is_no_long_path() -> None:
    """Cycles of lengths 8, 9, 5, 7, 11, 13: the spheres of one generator would be 180180."""
    lengths = (8, 9, 5, 7, 11, 13)
    starts = np.cumsum((0, *lengths[:-1]))
    row = np.concatenate([start + np.roll(np.arange(c), -1) for start, c in zip(starts, lengths, strict=True)])
    G = permutation_group([row])
    assert (G.order, G.exponent, G.is_abelian) == (360_360, 360_360, True)
    assert permutation_order(row) == 360_360
    assert G.law.elements.nbytes == permutation_bytes(360_360, 53) == 360_360 * 53


@pytest.mark.parametrize(("degree", "size"), [(2, 1), (256, 1), (257, 2), (65_536, 2), (65_537, 4)])
def test_images_are_kept_in_the_smallest_type(degree: int, size: int) -> None:
    assert permutation_bytes(3, degree) == 3 * degree * size
    assert permutation_limit(degree, 10**9) == 2**30 // (degree * size)


@pytest.mark.parametrize(("order", "degree", "refused_for"), [
    (1_000_000, 1_000, "1000000 permutations of degree 1000, which would fill 1.9 GiB, beyond the limit of 1 GiB"),
    (1_000_000, 536, None), (1_000_000, 537, "537, which would fill 1.0 GiB"),
    (1_000_000, 1_000_000, None), (2**20 + 1, 1_000, None),
])  # fmt: skip
def test_permutations_beyond_the_memory_are_refused(order: int, degree: int, refused_for: str | None) -> None:
    if refused_for is None:
        check_memory("G", order, degree)
    else:
        refused(lambda: check_memory("G", order, degree), refused_for)


def test_points_far_apart_are_found_quickly() -> None:
    degree = 200_000
    row = np.arange(degree)
    row[[-1, -2]] = row[[-2, -1]]
    assert permutation_group([row]).order == 2


def test_sympy_groups_keep_their_permutations() -> None:
    G = sympy_group(AlternatingGroup(5), "A5")
    assert structure(G) == structure(group("A5"))
    images = [list(p.array_form) for p in AlternatingGroup(5).generators]
    assert G.permutation(np.array(G.generators)).tolist() == images
    assert sympy_group(SymmetricGroup(1)).order == 1
    refused(lambda: sympy_group("S3"), "'group' must be a SymPy PermutationGroup, not str")  # type: ignore[arg-type]
