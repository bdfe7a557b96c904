"""Sets, weights and matrices that are drawn for A5 and A6 have the properties that their descriptions promise."""

from fractions import Fraction

import numpy as np
import pytest

from orbitkernels.proofs import duality_checks
from orbitkernels.proofs import invariant_predictor_checks as predictors
from orbitkernels.proofs.instances import named_group
from orbitkernels.proofs.permutation_instances import integer_points, random_action, small_action
from orbitkernels.theory.permutation_actions import PermutationAction


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("m", [2, 3])
def test_sets_of_matrices_are_of_their_kind(m, seed) -> None:
    def drawn(kind):
        return [
            np.array(A).reshape(m, m) for A in duality_checks.random_matrices(m, kind, np.random.default_rng(seed))
        ]

    (D,), (N,), (T,) = drawn("diagonal"), drawn("nilpotent"), drawn("turns")
    assert not (D - np.diag(np.diag(D))).any()
    assert not np.tril(N).any()
    assert not (T + T.T).any()
    assert 1 <= len(drawn("sparse")) <= 2


def test_kinds_of_matrices_are_not_all_alike() -> None:
    def some(kind):
        draws = [duality_checks.random_matrices(3, kind, np.random.default_rng(seed)) for seed in range(9)]
        return [np.array(A).reshape(3, 3) for S in draws for A in S]

    assert any(np.diag(A).any() for A in some("diagonal"))
    assert any((A @ A).any() for A in some("nilpotent"))
    assert any(A.any() for A in some("turns"))
    assert any(np.tril(A, -1).any() and (A + A.T).any() for A in some("sparse"))


@pytest.mark.parametrize("name", ["C1", "C2", "S3", "Q8", "C7:C3"])
def test_small_sets_have_few_points_and_are_moved(name) -> None:
    sizes = set()
    for seed in range(30):
        action = predictors.small_set(name, np.random.default_rng(seed), 8)
        assert 2 <= action.degree <= 8
        moved = (action.permutations != np.arange(action.degree)).any()
        assert moved or name == "C1"
        sizes.add(action.degree)
    assert len(sizes) > 1 or name == "C7:C3"


def test_predictors_and_errors_of_two_swapped_points_and_a_third() -> None:
    action = PermutationAction.from_permutations(named_group("C2"), [[0, 1, 2], [1, 0, 2]])
    found = predictors.all_predictors(action, 2)
    assert sorted(map(tuple, found.tolist())) == [(0, 0, 0), (0, 0, 1), (1, 1, 0), (1, 1, 1)]
    weights = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]
    known = dict(zip(map(tuple, found.tolist()), predictors.errors(found, weights, [0, 1, 1]), strict=True))
    assert known == {
        (0, 0, 0): Fraction(1, 2),
        (0, 0, 1): Fraction(1, 3),
        (1, 1, 0): Fraction(2, 3),
        (1, 1, 1): Fraction(1, 2),
    }
    # the mean of 0 and 1 with weights 3 : 2 is 2/5, and its squares 1/2 (2/5)^2 + 1/3 (3/5)^2 = 1/5
    squares = predictors.least_squares(predictors.rationals(), action, weights, [0, 1, 5])
    assert squares == Fraction(1, 5)


@pytest.mark.parametrize(
    ("weights", "labels", "kinds"),
    [
        ([1, 1, 0], [0, 0, 1], {"correct"}),
        ([1, 1, 1], [0, 1, 1], {"correct", "incorrect"}),
        ([1, 0, 1], [0, 0, 0], {"correct", "extrinsic"}),
        ([0, 0, 1], [0, 1, 0], {"correct"}),
    ],
)
def test_kinds_of_pairs(weights, labels, kinds) -> None:
    action = PermutationAction.from_permutations(named_group("C2"), [[0, 1, 2], [1, 0, 2]])
    assert predictors.pair_kinds(action, weights, labels) == kinds


@pytest.mark.parametrize("holes", [0, 1, 3, 9])
def test_weights_are_probabilities_with_holes(holes) -> None:
    for seed in range(9):
        found = predictors.random_weights(5, np.random.default_rng(seed), holes)
        assert sum(found) == 1
        assert min(found) >= 0
        assert found.count(0) == min(holes, 4)
        whole = predictors.random_weights(5, np.random.default_rng(seed), 0, [[0, 1], [2, 3, 4]])
        assert [w == 0 for w in whole] == [True, True, False, False, False]
        assert 0 not in predictors.random_weights(5, np.random.default_rng(seed), 0, [[0, 1, 2, 3, 4]])
        assert sum(predictors.random_weights(2, np.random.default_rng(seed), 1, [[0], [1]])) == 1


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_random_actions_have_their_parts(parts) -> None:
    """Each part is transitive, and the permutations multiply as the elements do."""
    group = named_group("A4")
    for seed in range(5):
        action = random_action(group, parts, np.random.default_rng(seed))
        assert len(action.orbits()) == parts
        g, h = 5, 7
        product = action.permutations[g][action.permutations[h]]
        assert np.array_equal(action.permutations[group.multiply(g, h)], product)


def test_the_last_of_some_points_may_have_a_stabiliser() -> None:
    action = small_action("S4")
    fixed = 0
    for seed in range(20):
        points = integer_points(action, 3, np.random.default_rng(seed))
        assert points.shape == (3, 4)
        assert set(points.ravel()) <= {-1, 0, 1}
        fixed += len({tuple(p) for p in action.apply(points[-1]).tolist()}) < 24
    assert fixed == 20
