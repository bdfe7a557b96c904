"""Permutation actions: the homomorphism law, orbits and stabilisers, quarter turns, flips, shifts and sets."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusals import refused

from orbitkernels.errors import InputError
from orbitkernels.theory.actions import (
    PermutationAction,
    coordinate_action,
    image_action,
    padded_shape,
    set_action,
    shift_action,
    square_symmetries,
)
from orbitkernels.theory.constructions import cyclic, direct_product, permutation_group, wreath_product
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.names import group

#: (group, height, width) on which image_action must give an action.
SHAPES = [
    ("D4", 1, 4), ("D4", 2, 2), ("D4", 3, 3), ("D4", 8, 8), ("C4", 5, 5), ("C4", 1, 8), ("C4", 3, 8), ("C2", 4, 6),
    ("C2", 1, 6), ("D2", 4, 6), ("D2", 5, 5), ("D1", 3, 7), ("V4", 4, 6), ("C8xC8", 8, 8), ("C4xC2", 8, 6),
    ("C2^2", 6, 4), ("C1xC3", 2, 6), ("C3xC1", 6, 2), ("C1", 3, 5), ("C1xC1", 2, 2), ("C3", 2, 9), ("C12", 1, 12),
    ("S3", 1, 3), ("S4", 2, 2), ("A4", 1, 4), ("D5", 1, 5), ("M11", 1, 11), ("C2wrC3", 2, 3), ("PSL(2,7)", 2, 4),
]  # fmt: skip


def assert_is_left_action(action: PermutationAction) -> None:
    """pi_{g h} = pi_g o pi_h for all pairs, by the whole table; the identity fixes all."""
    G, pi = action.group, action.permutations
    g, h = np.arange(G.order)[:, None], np.arange(min(G.order, 60))[None, :]
    assert np.array_equal(pi[G.multiply(g, h)], pi[g[:, :, None], pi[h]])
    assert np.array_equal(pi[0], np.arange(action.degree))
    assert np.array_equal(np.sort(pi, axis=1), np.tile(np.arange(action.degree), (G.order, 1)))


@st.composite
def permutation_groups(draw: st.DrawFn) -> FiniteGroup:
    degree = draw(st.integers(1, 5))
    rows = [draw(st.permutations(range(degree))) for _ in range(draw(st.integers(1, 3)))]
    return permutation_group(rows)


# ---------------------------------------------------------------------- the class


@given(permutation_groups())
def test_natural_and_coset_actions_are_left_actions(G: FiniteGroup) -> None:
    natural = PermutationAction.natural(G)
    assert_is_left_action(natural)
    cosets = PermutationAction.on_cosets(natural.stabiliser(0))
    assert_is_left_action(cosets)
    assert cosets.is_transitive
    assert cosets.degree == natural.orbits()[0].size


@given(permutation_groups(), st.data())
def test_vectors_move_as_a_left_action(G: FiniteGroup, data: st.DataObject) -> None:
    action = PermutationAction.natural(G)
    x = np.array(data.draw(st.lists(st.integers(0, 3), min_size=action.degree, max_size=action.degree)))
    g, h = data.draw(st.integers(0, G.order - 1)), data.draw(st.integers(0, G.order - 1))
    moved = action.apply(x)
    assert moved.shape == (G.order, action.degree)
    assert np.array_equal(moved[int(G.multiply(g, h))], action.apply(moved[h])[g])
    for i in range(action.degree):
        assert moved[g][action.permutations[g, i]] == x[i]
    fixing = action.fixing(x)
    assert np.array_equal(fixing.elements, np.flatnonzero((moved == x).all(axis=1)))
    assert np.unique(moved, axis=0).shape[0] == fixing.index


@given(permutation_groups())
def test_orbits_stabilisers_and_characters_by_counting(G: FiniteGroup) -> None:
    action = PermutationAction.natural(G)
    orbits = action.orbits()
    assert np.array_equal(np.sort(np.concatenate(orbits)), np.arange(action.degree))
    for orbit in orbits:
        assert set(orbit.tolist()) == set(action.permutations[:, orbit[0]].tolist())
        assert action.stabiliser(int(orbit[0])).index == orbit.size
    assert action.fixed_points.sum() == len(orbits) * G.order  # Burnside's lemma
    assert np.array_equal(action.character[G.conjugacy_classes.labels], action.fixed_points)
    assert action.kernel.order == 1
    assert action.is_faithful


def test_batches_and_chosen_elements() -> None:
    D4 = group("D4")
    action = image_action(D4, 4, 4)
    images = np.random.default_rng(0).normal(size=(2, 3, 16))
    everything = action.apply(images)
    assert everything.shape == (8, 2, 3, 16)
    assert np.array_equal(action.apply(images, [3, 5]), everything[[3, 5]])
    assert np.array_equal(action.apply(images[1, 2]), everything[:, 1, 2])


def test_an_action_need_not_be_faithful() -> None:
    S4 = group("S4")
    V = S4.commutator_subgroup.as_group().commutator_subgroup
    klein = S4.commutator_subgroup.elements[V.elements]
    action = PermutationAction.on_cosets(S4.subgroup(klein))
    assert action.degree == 6
    assert np.array_equal(action.kernel.elements, klein)
    assert not action.is_faithful
    assert repr(action) == "<PermutationAction of S4 on 6 points with kernel of order 4>"
    assert PermutationAction.trivial(S4, 3).kernel.order == 24


@given(st.sampled_from(["D4", "S3", "Q8", "C7:C3"]), st.data())
def test_a_changed_permutation_breaks_the_law(name: str, data: st.DataObject) -> None:
    G = group(name)
    rows = PermutationAction.natural(G).permutations.copy()
    assert np.array_equal(PermutationAction.from_permutations(G, rows).permutations, rows)
    g = data.draw(st.integers(1, G.order - 1))
    i, j = data.draw(st.permutations(range(rows.shape[1])))[:2]
    rows[g, [i, j]] = rows[g, [j, i]]
    refused(
        lambda: PermutationAction.from_permutations(G, rows), "does not extend to a homomorphism of|moves point"
    )


def test_right_multiplication_is_no_left_action() -> None:
    S3 = group("S3")
    every = np.arange(6)
    rows = S3.multiply(every[None, :], every[:, None])
    refused(lambda: PermutationAction.from_permutations(S3, rows), "'permutations' does not extend")
    PermutationAction.from_permutations(S3, rows[S3.inverse(every)])


BAD_ACTIONS = [
    (lambda: PermutationAction.from_generators(cyclic(4), [[1, 2, 0]]), "does not extend .* of C4: with s = a"),
    (lambda: PermutationAction.from_generators(cyclic(4), [[1, 0], [0, 1]]), "1 generators of C4, not 2"),
    (lambda: PermutationAction.from_generators(cyclic(4), [[1, 1]]), r"'images\[0\]' must be a permutation"),
    (lambda: PermutationAction.from_permutations(cyclic(2), [[0, 1]]), "each of the 2 elements of C2, not 1"),
    (lambda: PermutationAction.from_permutations(cyclic(2), [[1, 0], [0, 1]]), "moves point 0 under element 0"),
    (lambda: PermutationAction.trivial(cyclic(2), 0), "'degree' must be a positive integer, not 0"),
    (lambda: PermutationAction.natural(cyclic(100_000)), "needs 74.5 GiB of permutations, beyond .* 2 GiB"),
    (lambda: image_action(group("D4"), 2, 2).stabiliser(4), "'point' must be from 0 to 3, not 4"),
    (lambda: image_action(group("D4"), 2, 2).apply([1, 2]), r"4 coordinates on its last axis, not shape \(2,\)"),
    (lambda: image_action(group("D4"), 2, 2).fixing([[1, 2, 3, 4]]), r"one vector of 4 coordinates, not shape"),
    (lambda: PermutationAction(group("C2"), [[0, 1], [1, 0]]), "'permutations' must be an array .* takes lists"),
    (lambda: PermutationAction(group("C2"), np.array([[0, 1]])), r"\[2, degree\], a row for each element of C2"),
    (lambda: PermutationAction(group("C2"), np.eye(2)), "'permutations' must be an array of integers"),
    (lambda: PermutationAction("C2", np.array([[0, 1], [1, 0]])), "'group' must be"),
    (lambda: image_action(group("D4"), 0, 2), "'height' must be a positive integer, not 0"),
    (lambda: image_action(group("D4"), 2, 2.0), "'width' must be a positive integer, not 2.0"),
    (lambda: image_action(group("D4"), 28, 30), "'D4' turns .* must be square, not 28 x 30"),
    (lambda: square_symmetries(group("C4"), 3, 8), "'C4' turns .* must be square, not 3 x 8"),
    (lambda: square_symmetries(group("S3"), 4), "'S3' has no quarter turns and flips; choose D4"),
    (lambda: image_action(group("C3xC4"), 28, 28), "3 must divide the height and 4 .* pad .* 30 x 28"),
    (lambda: image_action(group("C5"), 1, 12), "5 the width, not 1 x 12; pad the images to 1 x 15"),
    (lambda: shift_action(group("S3"), 4, 4), "'S3' has no circular shifts; choose Cn or CaxCb"),
    (lambda: image_action(group("S5"), 8, 8), "no usual action on images 8 x 8; give an action:"),
    (lambda: image_action(group("Q8"), 2, 4), "'Q8' has no usual action on images 2 x 4"),
    (lambda: coordinate_action(group("S5"), 6), "of 6 coordinates, but it permutes 5 points"),
    (lambda: coordinate_action(group("Q8"), 8), "of 8 coordinates, but it is not made of them"),
    (lambda: set_action(group("S5"), 4, 2), "permutations of 4 coordinates, but it permutes 5 points"),
    (lambda: set_action(group("S5"), 5, -1), "'features' must be a positive integer, not -1"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "message"), BAD_ACTIONS)
def test_bad_actions_are_refused_in_one_line(make: Callable[[], Any], message: str) -> None:
    refused(make, message)


# ---------------------------------------------------------------------- images


def test_image_actions_are_orthogonal_left_actions() -> None:
    tried = 0
    for name, height, width in SHAPES:
        action = image_action(group(name), height, width)
        assert action.degree == height * width
        assert_is_left_action(action)
        tried += 1
    assert tried == len(SHAPES) == 29


@pytest.mark.parametrize("side", [1, 2, 3, 8, 28])
def test_d4_turns_and_flips_like_numpy(side: int) -> None:
    D4 = group("D4")
    image = np.random.default_rng(side).normal(size=(side, side))
    action = image_action(D4, side, side) if side > 1 else square_symmetries(D4, side)
    for k in range(4):
        for flips in range(2):
            g = int(D4.multiply(D4.power(D4.generators[0], k), D4.power(D4.generators[1], flips)))
            expected = np.rot90(image[:, ::-1] if flips else image, k)  # (r^k s) x = r^k (s x)
            assert np.array_equal(action.apply(image.ravel(), [g])[0].reshape(side, side), expected)


def test_smaller_symmetries_are_those_of_d4() -> None:
    image = np.arange(36.0).reshape(6, 6)
    flip, turn, half, up_down = image[:, ::-1], np.rot90(image), image[::-1, ::-1], image[::-1]
    expected = {"C4": [turn], "C2": [flip], "D1": [flip], "D2": [half, flip], "V4": [up_down, flip]}
    for name, images in expected.items():
        G = group(name)
        moved = image_action(G, 6, 6).apply(image.ravel(), G.generators).reshape(-1, 6, 6)
        assert np.array_equal(moved, images)
    rectangle = np.arange(12.0).reshape(3, 4)
    for name, images in {"D2": [rectangle[::-1, ::-1], rectangle[:, ::-1]], "C2": [rectangle[:, ::-1]]}.items():
        G = group(name)
        moved = image_action(G, 3, 4).apply(rectangle.ravel(), G.generators).reshape(-1, 3, 4)
        assert np.array_equal(moved, images)


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3))
def test_shifts_roll_rows_and_columns(a: int, b: int, rows: int, columns: int) -> None:
    G = group(f"C{a}xC{b}")
    image = np.arange(a * rows * b * columns).reshape(a * rows, b * columns)
    action = shift_action(G, *image.shape)
    for i in range(a):
        for j in range(b):
            expected = np.roll(image, (i * rows, j * columns), axis=(0, 1))
            assert np.array_equal(action.apply(image.ravel(), [i * b + j])[0], expected.ravel())
    assert action.is_faithful


def test_a_cyclic_group_shifts_vectors() -> None:
    action = image_action(cyclic(4), 1, 8)
    assert np.array_equal(action.apply(np.arange(8)), [np.roll(np.arange(8), 2 * g) for g in range(4)])
    flip_or_shift = image_action(cyclic(2), 1, 6)
    assert flip_or_shift.apply(np.arange(6))[1].tolist() == [3, 4, 5, 0, 1, 2]
    assert image_action(cyclic(4), 1, 4).apply(np.arange(4))[1].tolist() == [3, 0, 1, 2]


@pytest.mark.parametrize("name", ["D1", "D2", "V4"])
def test_vectors_are_not_flipped(name) -> None:
    with pytest.raises(InputError, match="has no usual action on images 1 x 7"):
        image_action(group(name), 1, 7)


@pytest.mark.parametrize(
    ("name", "shape", "padded"),
    [
        ("C8xC8", (28, 28), (32, 32)),
        ("C3xC1", (28, 28), (30, 28)),
        ("C5", (4, 12), (4, 15)),
        ("C5^2", (4, 12), (5, 15)),
        ("D4", (28, 30), (30, 30)),
        ("C4", (7, 7), (7, 7)),
        ("C2", (7, 7), (7, 7)),
        ("C2", (1, 7), (1, 8)),
        ("D2", (7, 9), (7, 9)),
    ],
)
def test_padded_shapes_carry_the_action(name: str, shape: tuple[int, int], padded: tuple[int, int]) -> None:
    G = group(name)
    assert padded_shape(G, *shape) == padded
    assert image_action(G, *padded).degree == padded[0] * padded[1]


def test_subgroups_act_as_their_group_does() -> None:
    D4 = group("D4")
    whole = image_action(D4, 4, 4)
    r, s = D4.generators
    tried = 0
    for generators in ([r], [s], [D4.element("r^2"), s], [D4.element("r*s")], []):
        H = D4.subgroup(generators)
        action = image_action(H.as_group(), 4, 4)
        assert np.array_equal(action.permutations, whole.permutations[H.elements])
        assert_is_left_action(action)
        tried += 1
    assert tried == 5


def test_a_group_with_a_misleading_name_is_caught() -> None:
    imposter = permutation_group([[1, 2, 0], [1, 0, 2]], "D4")
    refused(lambda: image_action(imposter, 4, 4), "'images' does not extend to a homomorphism of D4")
    refused(
        lambda: image_action(permutation_group([[1, 2, 0]], "C4xC2"), 4, 4), "one permutation for each of the 1"
    )


# ---------------------------------------------------------------------- coordinates and sets


def test_sets_move_row_by_row() -> None:
    S3 = group("S3")
    points = np.arange(12.0).reshape(3, 4)
    action = set_action(S3, 3, 4)
    assert_is_left_action(action)
    for g in range(6):
        moved = action.apply(points.ravel(), [g])[0].reshape(3, 4)
        for i in range(3):
            assert np.array_equal(moved[S3.permutation(g)[i]], points[i])
    assert action.character.tolist() == [12, 4, 0]


def test_coordinates_of_a_symmetric_group() -> None:
    S4 = group("S4")
    action = coordinate_action(S4, 4)
    assert np.array_equal(action.permutations, S4.permutation(np.arange(24)))
    assert len({tuple(row) for row in action.apply(np.arange(4)).tolist()}) == 24


def test_a_group_without_generators_acts_on_everything() -> None:
    C1 = group("C1")
    assert image_action(C1, 2, 3).permutations.tolist() == [[0, 1, 2, 3, 4, 5]]
    assert PermutationAction.trivial(C1, 2).orbits()[1].tolist() == [1]
    assert PermutationAction.natural(C1).degree == 1


@pytest.mark.parametrize("name", ["D4", "C2", "C4", "V4", "C3xC3", "anything"])
def test_permutations_of_the_pixels_are_kept_whatever_the_name(name: str) -> None:
    """A file C2.json with a flip of its own must not be read as the left-right flip."""
    upside_down = np.arange(12).reshape(4, 3)[::-1].ravel()
    G = FiniteGroup.from_permutations([upside_down], name=name)
    assert padded_shape(G, 4, 3) == (4, 3)
    assert np.array_equal(image_action(G, 4, 3).permutations[1], upside_down)


@pytest.mark.parametrize(
    "make",
    [
        lambda: image_action("D4", 8, 8),
        lambda: PermutationAction.natural(4),
        lambda: direct_product(group("C2"), 3),
        lambda: wreath_product(group("C2"), "S3"),
    ],
)
def test_what_is_no_group_is_refused_by_name(make):
    with pytest.raises(
        InputError, match=r"^Argument '\w+(\[1\])?' must be a FiniteGroup \(see ok.group\), not .*\.$"
    ):
        make()
