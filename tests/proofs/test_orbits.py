"""Orbits: poses, stabilisers and labels, against brute force over all elements; and what cannot be an orbit."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbitkernels.errors import InputError
from orbitkernels.proofs.input_actions import MATRIX_TOLERANCE, as_action
from orbitkernels.proofs.orbits import CommonOrbitError, Orbits
from orbitkernels.strategies import orbits as drawn_orbits
from orbitkernels.theory.actions import PermutationAction
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.names import group

RNG = np.random.default_rng(5)


def message(*args: object, **keywords: object) -> str:
    """The one line that bad arguments raise."""
    with pytest.raises(InputError) as caught:
        Orbits(*args, **keywords)
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


@given(drawn_orbits(stabilisers=True))
def test_points_are_the_distinct_poses(found: Orbits) -> None:
    """Against the set of all moved seeds, found by brute force."""
    every = np.arange(found.group.order)
    for c, H in enumerate(found.stabilisers):
        poses = found.action.poses(found.seeds[c], every)
        assert len({tuple(pose) for pose in poses}) == found.sizes[c] == H.index
        assert sorted(map(tuple, found.points(c))) == sorted({tuple(pose) for pose in poses})
        assert np.array_equal(found.points(c)[found.pose_index(c, every)], poses)
        assert np.array_equal(np.flatnonzero((poses == found.seeds[c]).all(axis=1)), H.elements)
    assert found.all_points.shape == (found.sizes.sum(), found.seeds.shape[1])
    assert found.point_targets.shape[0] == found.offsets[-1] == len(found.all_points)


@given(drawn_orbits(action="orthogonal", stabilisers=True))
def test_orthogonal_matrices_have_the_stabilisers_of_the_permutations_they_come_from(found: Orbits) -> None:
    assert found.seeds.shape[1] == found.action.degree
    for c, H in enumerate(found.stabilisers):
        poses = found.action.poses(found.seeds[c], np.arange(found.group.order))
        distance = np.linalg.norm(poses - found.seeds[c], axis=1)
        fixed = distance <= 1e-9 * np.linalg.norm(found.seeds[c])
        assert np.array_equal(np.flatnonzero(fixed), H.elements)
        assert distance[~fixed].min(initial=np.inf) > 1e-6  # nothing lies near the tolerance


def test_d4_on_images_is_quarter_turns_and_flips() -> None:
    image = RNG.normal(size=(5, 5))
    found = Orbits(group("D4"), image[None], [0])
    turned = [np.rot90(face, k) for face in (image, image.T) for k in range(4)]
    assert {face.tobytes() for face in turned} == {row.tobytes() for row in found.points(0)}
    assert found.is_free


def test_symmetric_images_are_not_free() -> None:
    plain = RNG.integers(0, 9, size=(4, 4)).astype(float)
    images = {
        8: plain,
        4: plain + np.fliplr(plain),
        2: sum(np.rot90(plain, k) for k in range(4)),
        1: sum(np.rot90(face, k) for face in (plain, plain.T) for k in range(4)),
    }
    found = Orbits(group("D4"), np.stack(list(images.values())), range(4))
    assert found.sizes.tolist() == list(images)
    assert not found.is_free
    blank = Orbits(group("C4xC2"), np.zeros((1, 8, 8)), [0])
    assert blank.sizes.tolist() == [1]


def test_a_seed_one_ulp_from_symmetry_is_free() -> None:
    """Permutations are compared bit for bit, matrices up to the tolerance."""
    C2 = group("C2")
    seed = np.array([[1.0, np.nextafter(1.0, 2.0)]])
    assert Orbits(C2, seed, [0]).sizes.tolist() == [2]
    swap = np.array([[[0.0, 1.0], [1.0, 0.0]]])
    assert Orbits(C2, seed, [0], swap).sizes.tolist() == [1]


def test_sets_and_vectors() -> None:
    members = RNG.normal(size=(2, 3, 2))
    found = Orbits(group("S3"), members, ["u", "v"])
    assert {row.tobytes() for row in found.points(1)} == {
        np.ascontiguousarray(members[1][list(order)]).tobytes() for order in itertools.permutations(range(3))
    }
    vectors = Orbits(group("S3"), members[:, :, 0], [0, 1])
    assert vectors.points(0).shape == (6, 3)
    shifted = Orbits(group("C4"), RNG.normal(size=(1, 8)), [0])
    assert {row.tobytes() for row in shifted.points(0)} == {
        np.roll(shifted.seeds[0], 2 * k).tobytes() for k in range(4)
    }


@pytest.mark.parametrize(
    ("labels", "classes", "targets"),
    [
        ([4, 7, 4], (4, 7), [[1], [-1], [1]]),
        (["b", "a", "b"], ("b", "a"), [[1], [-1], [1]]),
        (np.array([2, 0, 1]), (2, 0, 1), [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]]),
        ([9, 9, 9], (9,), [[1], [1], [1]]),
    ],
)
def test_labels_become_targets(labels, classes, targets) -> None:
    found = Orbits(group("C3"), RNG.normal(size=(3, 3)), labels)
    assert found.classes == classes
    assert found.targets.tolist() == targets
    assert np.array_equal(found.point_targets, np.repeat(targets, 3, axis=0))


def test_any_targets() -> None:
    seeds = RNG.normal(size=(2, 3))
    assert Orbits(group("C3"), seeds, targets=[0.25, -3]).targets.tolist() == [[0.25], [-3.0]]
    both = Orbits(group("C3"), seeds, ["x", "y"], targets=[[1, 2], [3, 4]])
    assert both.classes == ("x", "y")
    assert both.targets.tolist() == [[1, 2], [3, 4]]


def rotation(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def test_matrices_of_generators_or_of_all_elements() -> None:
    C7 = group("C7")
    every = np.stack([rotation(2 * np.pi * k / 7) for k in range(7)])
    one = Orbits(C7, [[1.0, 0.5]], [0], every[1:2])
    all_of_them = Orbits(C7, [[1.0, 0.5]], [0], every)
    assert np.abs(one.points(0) - all_of_them.points(0)).max() < 1e-14
    assert np.abs(all_of_them.points(0) - every @ [1.0, 0.5]).max() == 0


def test_permutation_matrices_equal_the_permutations() -> None:
    A4 = group("A4")
    natural = PermutationAction.natural(A4)
    seeds = np.array([[1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 2.0, 2.0]])
    matrices = np.eye(4)[natural.permutations].transpose(0, 2, 1)  # column i is the unit vector at pi(i)
    by_matrices, by_permutations = Orbits(A4, seeds, [0, 1], matrices), Orbits(A4, seeds, [0, 1], natural)
    assert by_permutations.sizes.tolist() == by_matrices.sizes.tolist() == [12, 6]
    assert np.array_equal(by_matrices.all_points, by_permutations.all_points)


def test_an_action_made_with_an_equal_group_is_welcome() -> None:
    permutations = [[1, 2, 0], [1, 0, 2]]
    one, other = FiniteGroup.from_permutations(permutations), FiniteGroup.from_permutations(permutations)
    assert Orbits(one, [[1.0, 2.0, 3.0]], [0], PermutationAction.natural(other)).sizes.tolist() == [6]
    foreign = PermutationAction.from_permutations(group("C6"), [np.arange(3)] * 6)
    assert "elements multiply otherwise than those of S3" in message(group("S3"), np.eye(3)[:1], [0], foreign)


@given(st.integers(1, 7), st.integers(0, 2**32 - 1))
def test_two_seeds_on_one_orbit_are_refused(element: int, seed: int) -> None:
    D4 = group("D4")
    images = np.random.default_rng(seed).normal(size=(3, 16))
    action = as_action(D4, None, (4, 4))
    images[2] = action.poses(images[0], np.array([element]))[0]
    with pytest.raises(CommonOrbitError, match=r"two seeds on one orbit of D4, numbers 0 and 2"):
        Orbits(D4, images.reshape(3, 4, 4), [0, 1, 1])


def test_two_seeds_on_one_orbit_of_matrices_are_refused() -> None:
    C5 = group("C5")
    turn = rotation(2 * np.pi / 5)
    with pytest.raises(CommonOrbitError):
        Orbits(C5, np.stack([[1.0, 0.2], turn @ turn @ [1.0, 0.2]]), [0, 1], turn[None])
    assert len(Orbits(C5, np.stack([[1.0, 0.2], rotation(0.1) @ [1.0, 0.2]]), [0, 1], turn[None])) == 2


SEEDS = np.array([[1.0, 2.0, 4.0], [0.0, 1.0, 1.0]])
BAD = {
    "NaN": ((SEEDS * [1, np.nan, 1], [0, 1]), "'seeds' must be finite; entry [0, 1] is nan"),
    "infinite": ((SEEDS * [1, 1, np.inf], [0, 1]), "entry [0, 2] is inf"),
    "dimension": ((SEEDS[:, :2], [0, 1]), "no usual action on images 1 x 2"),
    "one axis": ((SEEDS[0], [0]), "must have shape [C, d] or [C, h, w] and no empty axis, not [3]"),
    "no seeds": ((SEEDS[:0], []), "no empty axis, not [0, 3]"),
    "words as seeds": (([["a", "b", "c"]], [0]), "'seeds' must hold real numbers, not <U1 entries"),
    "numbers as text": (([["1", "2", "3"]], [0]), "'seeds' must hold real numbers"),
    "complex": ((SEEDS + 1j, [0, 1]), "'seeds' must hold real numbers, not complex128 entries"),
    "ragged": (([[1.0, 2.0], [1.0]], [0, 1]), "'seeds' must be an array of numbers; its rows differ in length"),
    "beyond floating point": ((SEEDS * 1e200, [0, 1]), "up to 4e+200 in seed 0, whose length is beyond"),
    "integers beyond floating point": (([[10**400, 1, 2]], [0]), "'seeds' has an entry beyond floating point"),
    "few labels": ((SEEDS, [0]), "one label a seed, [2], not [1]"),
    "many labels": ((SEEDS, [0, 1, 1]), "one label a seed, [2], not [3]"),
    "label columns": ((SEEDS, [[0], [1]]), "one label a seed, not [0] for one"),
    "ragged labels": ((SEEDS, [0, [1, 2]]), "not [1, 2] for one"),
    "labels as text": ((SEEDS, "ab"), "must be a list of one label a seed, not 'ab'"),
    "one label": ((SEEDS, 3), "must be a list of one label a seed, not 3"),
    "NaN label": ((SEEDS, [0.0, np.nan]), "must not hold NaN, as label 1 does"),
    "no labels": ((SEEDS,), "'labels' is missing"),
}


def test_a_number_and_its_digits_are_different_labels() -> None:
    orbits = Orbits(group("S3"), SEEDS, [1, "1"])
    assert orbits.classes == (1, "1")
    assert orbits.targets.ravel().tolist() == [1.0, -1.0]


@pytest.mark.parametrize("case", BAD)
def test_bad_seeds_and_labels(case: str) -> None:
    arguments, expected = BAD[case]
    assert expected in message(group("S3"), *arguments)


def test_bad_targets_and_groups() -> None:
    S3 = group("S3")
    assert "one row a seed, 2, not 3" in message(S3, SEEDS, targets=[1, 2, 3])
    assert "entry [1] is inf" in message(S3, SEEDS, targets=[1, np.inf])
    assert "'targets' must have shape [2] or [2, m]" in message(S3, SEEDS, targets=np.ones((2, 1, 1)))
    assert "must be a FiniteGroup (see ok.group), not 'S3'" in message("S3", SEEDS, [0, 1])
    action = PermutationAction.natural(S3)
    assert "4 coordinates a seed, but the action of S3 moves 3" in message(S3, np.eye(4)[:2], [0, 1], action)
    assert "must be square, not 4 x 6" in message(group("D4"), np.ones((1, 4, 6)), [0])


def test_bad_matrices() -> None:
    C3 = group("C3")
    turn = rotation(2 * np.pi / 3)
    plane = [[1.0, 0.0]]
    assert "A A^T of matrix 0 differs from the identity by 1.0e-02" in message(
        C3, plane, [0], turn[None] * np.sqrt(1.01)
    )
    assert "is no representation of C3: the matrix of (" in message(C3, plane, [0], rotation(0.3)[None])
    whole = np.stack([np.eye(2), turn, turn])
    assert "not the product of the matrices; they differ by 1.7e+00" in message(C3, plane, [0], whole)
    assert "must have shape [3, d, d] or [1, d, d] for C3, not [2, 2, 2]" in message(C3, plane, [0], whole[:2])
    assert "not [3, 2, 1]" in message(C3, plane, [0], whole[:, :, :1])
    assert "'action' must be finite" in message(C3, plane, [0], whole * np.nan)
    assert "has 3 coordinates a seed, but the action of C3 moves 2" in message(
        C3, [[1.0, 0.0, 0.0]], [0], turn[None]
    )


def test_a_tolerance_that_cuts_between_poses_is_refused() -> None:
    """Nearly fixed seeds: the elements within the tolerance need not be a subgroup."""
    C8 = group("C8")
    # an eighth turn moves this seed by 0.7 tolerances, two of them by 1.3
    action = np.zeros((1, 3, 3))
    action[0, :2, :2], action[0, 2, 2] = rotation(np.pi / 4), 1.0
    seed = [[0.9 * MATRIX_TOLERANCE, 0.0, 1.0]]
    assert "fix only up to about 1e-09 of its length" in message(C8, seed, [0], action)


def test_display() -> None:
    found = Orbits(group("C3"), SEEDS, ["<a>", "b"])
    assert repr(found) == "<Orbits of C3: 2 seeds, 3, 3 poses>"
    assert "&lt;a&gt;, b" in found._repr_html_()
    assert found._repr_html_().count("<tr>") == 3
