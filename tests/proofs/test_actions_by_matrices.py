"""Orthogonal matrices as actions: representations, stabilisers, and which groups are the same."""

import re

import numpy as np
import pytest

from orbitkernels.errors import InputError
from orbitkernels.proofs.input_actions import MATRIX_TOLERANCE, MatrixAction, as_action
from orbitkernels.theory.actions import PermutationAction
from orbitkernels.theory.names import group


def signs(*values):
    return np.array(values, dtype=float)[:, None, None]


@pytest.mark.parametrize("matrices", [signs(-1, -1), signs(-1, 1)])
def test_the_unit_must_be_the_unit_matrix(matrices) -> None:
    """The products differ from the matrices by -2, or by 2 and -2."""
    with pytest.raises(InputError, match=r"no representation of C2.*differ by 2\.0e\+00"):
        MatrixAction(group("C2"), matrices)


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_scaled_matrices_are_not_orthogonal(scale) -> None:
    with pytest.raises(InputError, match="must hold orthogonal matrices"):
        MatrixAction(group("C2"), scale * np.eye(2)[None])


def test_one_dimensional_representations_of_c4() -> None:
    assert MatrixAction(group("C4"), signs(1, -1, 1, -1)).matrices.ravel().tolist() == [1, -1, 1, -1]
    assert MatrixAction(group("C4"), signs(-1)).matrices.ravel().tolist() == [1, -1, 1, -1]
    with pytest.raises(InputError, match="no representation"):
        MatrixAction(group("C4"), signs(1, -1, -1, -1))


@pytest.mark.parametrize("length", [1.0, 1e-4, 1e4])
@pytest.mark.parametrize(("off", "fixed"), [(0.4, True), (0.6, False)])
def test_points_are_compared_relative_to_their_length(length, off, fixed) -> None:
    """The reflection moves (1, 0, off) by 2 off."""
    action = MatrixAction(group("C2"), np.diag([1.0, 1.0, -1.0])[None])
    point = length * np.array([0.6, 0.8, off * MATRIX_TOLERANCE])
    assert action.stabiliser(point).order == 1 + fixed
    assert action.same(action.matrices @ point, point).tolist() == [True, fixed]


@pytest.mark.parametrize(
    ("one", "other"), [("C6", "S3"), ("C4", "C2^2"), ("D4", "Q8"), ("C4", "C2"), ("C9", "C3"), ("C4xC2", "D4")]
)
def test_actions_of_another_group_are_refused(one, other) -> None:
    """Of another order, with other generators, or with another product."""
    for first, second in ((one, other), (other, one)):
        foreign = group(second)
        trivial = PermutationAction.from_permutations(foreign, [np.arange(4)] * foreign.order)
        assert as_action(foreign, trivial, (4,)).degree == 4
        with pytest.raises(InputError, match=re.escape(f"elements multiply otherwise than those of {first};")):
            as_action(group(first), trivial, (4,))


def test_symmetric_groups_permute_members_and_other_groups_move_pixels() -> None:
    seed = np.arange(6.0)
    swapped = {tuple(p) for p in as_action(group("S3"), None, (3, 2)).poses(seed, np.arange(6))}
    assert (2.0, 3.0, 0.0, 1.0, 4.0, 5.0) in swapped
    assert len(swapped) == 6
    turns = as_action(group("C3"), None, (1, 6)).poses(seed, np.arange(3))
    assert {tuple(p) for p in turns} == {tuple(np.roll(seed, 2 * k)) for k in range(3)}
