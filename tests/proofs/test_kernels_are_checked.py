"""Values of a kernel are checked: shape, numbers, symmetry, and by how much it is not invariant."""

import re

import numpy as np
import pytest

from orbitkernels.errors import InputError, NotInvariantError
from orbitkernels.proofs.invariance import _sample, check_invariance, gram, refuse_asymmetric
from orbitkernels.proofs.kernels import kernel
from orbitkernels.proofs.orbits import Orbits
from orbitkernels.theory.names import group

X, Y = np.array([[1.0, 3.0], [2.0, 0.0]]), np.array([[1.0, 1.0], [0.0, 1.0], [4.0, 2.0]])

#: Two poses, (1, 3) and (3, 1).
SWAPPED = Orbits(group("C2"), [[1.0, 3.0]], [0])


class Linear:
    """A kernel object whose gram needs both arguments."""

    def gram(self, X, Y):
        return X @ Y.T


@pytest.mark.parametrize("linear", [Linear(), lambda X, Y: X @ Y.T, kernel("polynomial(degree=1)")])
def test_values_are_those_of_the_kernel(linear) -> None:
    offset = gram(linear, np.zeros((1, 2)))[0, 0]
    np.testing.assert_allclose(gram(linear, X) - offset, X @ X.T)
    np.testing.assert_allclose(gram(linear, X, Y) - offset, X @ Y.T)
    np.testing.assert_allclose(gram(linear, X, X) - offset, X @ X.T)


@pytest.mark.parametrize("made", [lambda X, Y: (X @ Y.T) > 1, lambda X, Y: (X @ Y.T).astype(int)])
def test_whole_numbers_and_truth_values_become_floats(made) -> None:
    found = gram(made, X, Y)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, made(X, Y))


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda X, Y: X @ Y.T + 0j, "real numbers of shape [2, 3], not complex128 of shape [2, 3]"),
        (lambda X, Y: Y @ X.T, "not float64 of shape [3, 2]"),
        (lambda X, Y: (X @ Y.T).astype(str), "not <U32 of shape [2, 3]"),
        (lambda X, Y: np.where(np.arange(3) == 1, np.nan, X @ Y.T), "returns nan for points 0 and 1"),
        (lambda X, Y: np.diag([1.0, np.inf, 1.0])[:2], "returns inf for points 1 and 1"),
        (Linear, "must have a method gram(X, Y)"),
        (7, "not 7"),
    ],
)
def test_other_values_are_refused(made, expected) -> None:
    with pytest.raises(InputError, match=re.escape(expected)):
        gram(made, X, Y)


@pytest.mark.parametrize("delta", [1e-3, -1e-3, 0.25, -0.25])
def test_the_defect_is_relative_to_the_largest_value(delta) -> None:
    """<x, y> + delta x_0 y_0 differs by 8 delta, and its largest value is 10 + 9 delta or 10 + delta."""

    def tilted(X, Y):
        return X @ Y.T + delta * np.outer(X[:, 0], Y[:, 0])

    defect = 8 * abs(delta) / max(10 + 9 * delta, 10 + delta)
    assert check_invariance(tilted, SWAPPED, tolerance=1.01 * defect) == pytest.approx(defect, rel=1e-9)
    with pytest.raises(NotInvariantError, match="under C2"):
        check_invariance(tilted, SWAPPED, tolerance=0.99 * defect)
    scaled = check_invariance(lambda X, Y: -1e6 * tilted(X, Y), SWAPPED, tolerance=1.0)
    assert scaled == pytest.approx(defect, rel=1e-9)


def test_every_generator_is_tried() -> None:
    """x_0 y_0 + x_1 y_1 is kept by the half turn that swaps 0 with 1 and 2 with 3, not by a quarter turn."""
    square = Orbits(group("C2^2"), [[1.0, 2.0, 5.0, 9.0]], [0], [np.eye(4)[[1, 0, 3, 2]], np.eye(4)[[2, 3, 0, 1]]])

    def half(X, Y):
        return X[:, :2] @ Y[:, :2].T

    with pytest.raises(NotInvariantError):
        check_invariance(half, square)
    other = Orbits(group("C2^2"), [[1.0, 2.0, 5.0, 9.0]], [0], [np.eye(4)[[2, 3, 0, 1]], np.eye(4)[[1, 0, 3, 2]]])
    with pytest.raises(NotInvariantError):
        check_invariance(half, other)
    assert check_invariance(half, other, tolerance=10.0) == check_invariance(half, square, tolerance=10.0) > 0


def test_a_kernel_that_is_zero_is_invariant() -> None:
    assert check_invariance(lambda X, Y: 0 * (X @ Y.T), SWAPPED) == 0


@pytest.mark.parametrize("scale", [1.0, -1e-6, 1e6])
def test_asymmetry_is_relative_to_the_lengths(scale) -> None:
    values = scale * np.array([[2.0, 1.0], [1.6, -8.0]])  # 0.6 of 4, the geometric mean of 2 and 8
    refuse_asymmetric(values, 0.151)
    with pytest.raises(InputError, match=r"differ by 1\.5e-01"):
        refuse_asymmetric(values, 0.149)
    refuse_asymmetric(values.T, 0.151)
    refuse_asymmetric(np.zeros((2, 2)))
    with pytest.raises(InputError, match="not symmetric"):
        check_invariance(lambda X, Y: np.outer(X[:, 0], Y[:, 1]), SWAPPED, tolerance=0.1)


#: Poses of C6 on 6, 3, 2 and 1 points, with lengths that fall.
FOUR = Orbits(
    group("C6"), [[2, 4, 6, 8, 10, 12], [1, 2, 3, 1, 2, 3], [1, 2, 1, 2, 1, 2], [1, 1, 1, 1, 1, 1]], range(4)
)


@pytest.mark.parametrize(("samples", "count"), [(8, 8), (11, 11), (12, 12), (13, 12), (None, 12)])
def test_poses_are_drawn_without_repetition(samples, count) -> None:
    ((orbit, pose),) = _sample(FOUR, samples, 0)
    drawn = list(zip(orbit.tolist(), pose.tolist(), strict=True))
    assert len(set(drawn)) == len(drawn) == count
    every = [(c, j) for c, size in enumerate((6, 3, 2, 1)) for j in range(size)]
    assert set(drawn) <= set(every)
    assert [orbit.tolist().count(c) >= min(2, size) for c, size in enumerate((6, 3, 2, 1))] == [True] * 4
    if count == 12:
        assert drawn == every


@pytest.mark.parametrize(("name", "count"), [("C4", 40), ("S3", 40), ("A5", 40), ("C2", 200)])
def test_orbits_are_drawn_from_the_shortest_to_the_longest(name, count) -> None:
    """Of many orbits beside a small group some; of all, where that costs little beside the symbol."""
    G = group(name)
    sizes = 1.0 + np.random.default_rng(0).permutation(count)
    seeds = np.random.default_rng(1).normal(size=(count, 5))
    seeds *= (sizes / np.linalg.norm(seeds, axis=1))[:, None]
    seeds[7] = 0
    action = np.broadcast_to(np.eye(5), (G.order, 5, 5)) if name != "A5" else None
    orbits = Orbits(G, seeds, range(count), action)
    parts = _sample(orbits, 32, 0)
    chosen = np.concatenate([np.unique(orbit) for orbit, _ in parts])
    assert len(set(chosen.tolist())) == len(chosen) >= 16
    ranks = np.argsort(np.linalg.norm(seeds, axis=1))
    assert {int(ranks[1]), int(ranks[-1])} <= set(chosen.tolist())
    values = sum(orbit.size**2 for orbit, _ in parts) * (len(G.generators) + 1)
    assert values <= max(32**2 * (len(G.generators) + 1), count**2 * G.order / 4)
    assert (len(chosen) == count) == (name == "A5")
    for orbit, pose in parts:
        assert (np.diff(orbit) >= 0).all()
        assert (pose < orbits.sizes[orbit]).all()
        assert (np.unique(orbit, return_counts=True)[1] >= np.minimum(2, orbits.sizes[np.unique(orbit)])).all()
