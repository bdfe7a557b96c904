"""The scalar circulant against its definition by loops, and what it does that the block-circulant does not."""

from itertools import pairwise

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.data import load
from orbitkernels.errors import InputError
from orbitkernels.numerics.fourier import two_orbit_formula
from orbitkernels.proofs.symmetrisation import interleaved_symbol
from orbitkernels.theory.actions import PermutationAction

RNG = np.random.default_rng(6)
NTK3 = ok.NTK(depth=3)


def circulant_by_loops(K: np.ndarray, N: int) -> np.ndarray:
    """Interleave the poses, A_0, B_0, A_1, ..., and average the matrix along its cyclic diagonals."""
    order = [c * N + i for i in range(N) for c in range(2)]
    matrix = K[np.ix_(order, order)]
    means = [sum(matrix[i, (i + m) % (2 * N)] for i in range(2 * N)) / (2 * N) for m in range(2 * N)]
    return np.array([[means[(j - i) % (2 * N)] for j in range(2 * N)] for i in range(2 * N)])


def refitted(K: np.ndarray, y: np.ndarray, gone: list[int]) -> np.ndarray:
    """Drop points, solve, predict."""
    kept = np.setdiff1d(np.arange(len(K)), gone)
    return y[gone] - K[np.ix_(gone, kept)] @ np.linalg.solve(K[np.ix_(kept, kept)], y[kept])


def poses_of(N: int, d: int = 7) -> np.ndarray:
    """Poses of no action at all, smooth enough for the averages to differ from the matrix but little."""
    angle = 2 * np.pi * np.arange(N) / N
    waves = np.stack([np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)], axis=1)
    return waves @ RNG.normal(size=(2, 4, d)) + 2 * RNG.normal(size=(2, 1, d)) + 0.2 * RNG.normal(size=(2, N, d))


@pytest.mark.parametrize("N", [1, 2, 3, 5, 8, 12])
@pytest.mark.parametrize("ridge", [0.0, 0.3])
def test_scalar_is_the_circulant_of_the_interleaved_orbits(N: int, ridge: float) -> None:
    G, poses, targets = ok.group(f"C{N}"), poses_of(N), RNG.normal(size=(2, 2))
    K = NTK3.gram(poses.reshape(2 * N, -1))
    C = circulant_by_loops(K, N) + ridge * np.eye(2 * N)
    y = np.tile(targets, (N, 1))
    batch = ok.OrbitBatch.of_poses(G, poses, [[0, 1]], targets)
    found = ok.spectral_errors(NTK3, batch, ridge, symmetrisation="scalar")
    assert found.condition_numbers.item() == pytest.approx(np.linalg.cond(C), rel=1e-9)
    for c in range(2):
        assert np.allclose(found.errors[0, 0, 0, c], refitted(C, y, [c]), rtol=1e-9, atol=1e-12)
    if N > 3:  # several poses of one orbit: places 2g + c
        several = ok.spectral_errors(NTK3, batch, ridge, [1, 3], "scalar").errors[0, 0, 0]
        for c in range(2):
            assert np.allclose(several[c], refitted(C, y, [2 + c, 6 + c]), rtol=1e-8, atol=1e-12)


def test_two_orbit_formula_agrees_with_it() -> None:
    """The formula of T5 for the numbers of the circulant itself."""
    poses, N = poses_of(6), 6
    K = NTK3.gram(poses.reshape(12, -1))
    row = circulant_by_loops(K, N)[0]
    cross = row[1::2]
    phi = np.array([[row[::2], cross], [np.roll(cross[::-1], 1), row[::2]]])
    expected, _ = two_orbit_formula(phi)
    batch = ok.OrbitBatch.of_poses(ok.group("C6"), poses, [[0, 1]])
    found = ok.spectral_errors(NTK3, batch, symmetrisation="scalar").errors.ravel()
    assert np.allclose(found, [expected, -expected], rtol=1e-10)


def test_block_is_the_average_over_the_group() -> None:
    """P_g K P_g^T by loops, then the dense inverse."""
    for name in ("C7", "S3", "Q8"):
        G, n = ok.group(name), ok.group(name).order
        poses = RNG.normal(size=(2, n, 5))
        K = NTK3.gram(poses.reshape(2 * n, -1))
        mean = np.zeros_like(K)
        for g in range(n):
            moved = np.concatenate([c * n + G.multiply(g, np.arange(n)) for c in range(2)])
            mean += K[np.ix_(moved, moved)] / n
        y = np.repeat([1.0, -1.0], n)
        for symmetric_kernel in (NTK3, lambda X, Y: NTK3.gram(X, Y)):  # by angles, and by Gram matrices
            found = ok.spectral_errors(symmetric_kernel, ok.OrbitBatch.of_poses(G, poses, [[0, 1]]))
            assert np.allclose(
                found.errors.ravel(), [refitted(mean, y, [0])[0], refitted(mean, y, [n])[0]], rtol=1e-9
            )
            assert found.condition_numbers.item() == pytest.approx(np.linalg.cond(mean), rel=1e-9)


def test_scalar_moves_with_the_base_point_and_block_does_not() -> None:
    digits, C8 = load("digits").images[[3, 8]], ok.group("C8")
    renamed = np.stack([digits[0], *(np.roll(digits[1], s, axis=1) for s in range(8))])
    batch = ok.OrbitBatch(C8, renamed, [[0, 1 + s] for s in range(8)])
    exact = ok.leave_out_error(NTK3, ok.Orbits(C8, digits, [0, 1]))
    block, scalar = (
        ok.spectral_errors(NTK3, batch, symmetrisation=how).errors[:, 0, 0] for how in ("block", "scalar")
    )
    assert np.allclose(block, exact, rtol=1e-11)
    assert np.ptp(scalar[:, 0]) > 0.05 * np.abs(scalar[:, 0]).mean()
    assert np.abs(scalar[:, 0] - exact[0]).min() > 0.1 * abs(exact[0, 0])


def test_real_rotations_agree_in_the_mean_to_second_order() -> None:
    """T10 with block; scalar is off by more than ten times as much, however small E = K - Kc."""
    C16, rotations = ok.group("C16"), ok.ImageRotations(16, 8)
    poses = rotations.poses(load("digits").images[[3, 8]])
    K, y = NTK3.gram(poses.reshape(32, -1)), np.repeat([1.0, -1.0], 16)
    moved = [np.roll(np.arange(32).reshape(2, 16), -g, axis=1).ravel() for g in range(16)]
    Kc = sum(K[np.ix_(m, m)] for m in moved) / 16
    batch = ok.OrbitBatch.of_poses(C16, poses, [[0, 1]])
    block, scalar = (
        ok.spectral_errors(NTK3, batch, symmetrisation=how).errors.ravel() for how in ("block", "scalar")
    )

    def mean_error(t: float) -> float:
        inverse = np.linalg.inv(Kc + t * (K - Kc))
        return float(((inverse @ y) / np.diagonal(inverse))[:16].mean())

    off = [mean_error(2.0**-k) - block[0] for k in range(9)]
    away = [abs(first / second - 4) for first, second in pairwise(off[2:])]  # of third order: halved
    assert all(second < 0.6 * first for first, second in pairwise(away))
    assert away[-1] < 0.01
    assert abs(scalar[0] - mean_error(1.0)) > 10 * abs(off[0])


def test_the_steps_of_another_generator_give_another_circulant() -> None:
    """`a` and `a^3` both generate C8: the step is the first generator of the group."""
    phi = NTK3.gram(RNG.normal(size=(2, 4)), RNG.normal(size=(16, 4))).reshape(2, 2, 8)
    found = interleaved_symbol(phi, ok.group("C8"))
    steps = np.arange(8)
    assert np.allclose(found[0, 1], (phi[0, 1] + phi[0, 1, (-steps - 1) % 8]) / 2)
    assert np.allclose(found[0, 0], found[1, 1])
    assert np.allclose(found[1, 0], found[0, 1, -steps % 8])


FIXED = np.array([[1.0, 0, 1, 0], [1, 2, 3, 5], [0, 1, 2, 4]])

REFUSED = {
    "not cyclic": (("V4", RNG.normal(size=(2, 4, 4)), [[0, 1]]), "but V4 is not cyclic; use 'block'."),
    "three orbits": (("C4", RNG.normal(size=(3, 4)), [[0, 1, 2]]), "but there are 3 orbits; use 'block'."),
    "one orbit": (("C4", RNG.normal(size=(1, 4)), [[0]]), "but there is 1 orbit; use 'block'."),
    "not free": (("C4", FIXED, [[1, 2], [0, 1]]), "but an element of C4 other than the identity fixes an input;"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_scalar_is_refused_elsewhere(case: str) -> None:
    (name, inputs, members), expected = REFUSED[case]
    with pytest.raises(InputError) as caught:
        ok.spectral_errors(NTK3, ok.OrbitBatch(ok.group(name), inputs, members), symmetrisation="scalar")
    assert str(caught.value).startswith(
        "Argument 'symmetrisation' = 'scalar' needs two free orbits of a cyclic group,"
    )
    assert expected in str(caught.value)


def test_an_input_that_is_in_no_tuple_need_not_be_free() -> None:
    batch = ok.OrbitBatch(ok.group("C4"), FIXED, [[1, 2]])
    assert np.isfinite(ok.spectral_errors(NTK3, batch, symmetrisation="scalar").errors).all()


def test_unknown_symmetrisations() -> None:
    batch = ok.OrbitBatch(ok.group("C4"), RNG.normal(size=(2, 4)), [[0, 1]])
    with pytest.raises(InputError, match=r"'symmetrisation' must be one of block, scalar, not 'blocks'\."):
        ok.spectral_errors(NTK3, batch, symmetrisation="blocks")


def test_a_cyclic_group_of_permutations() -> None:
    """Element numbers of a group from permutations are not the powers of its generator."""
    G = ok.FiniteGroup.from_permutations([[1, 2, 3, 4, 5, 0]], name="six")
    seeds = RNG.normal(size=(2, 6))
    found, same = (
        ok.spectral_errors(NTK3, ok.OrbitBatch(H, seeds, [[0, 1]], None, a), symmetrisation="scalar").errors
        for H, a in ((G, PermutationAction.natural(G)), (ok.group("C6"), None))
    )
    assert np.allclose(found, same, rtol=1e-11)
