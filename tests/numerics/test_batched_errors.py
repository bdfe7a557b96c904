"""Sums over many blocks at once against NumPy's inverse of each block."""

import numpy as np
import pytest

from orbitkernels.numerics.batched_angles import link_angles
from orbitkernels.numerics.batched_errors import BlockBatch, assembled, block_sums, trivial_solutions

RNG = np.random.default_rng(5)


def hermitian(*shape: int, kind: str = "complex") -> np.ndarray:
    """Positive definite blocks."""
    half = RNG.normal(size=(*shape, shape[-1])) + (
        1j * RNG.normal(size=(*shape, shape[-1])) if kind == "complex" else 0
    )
    return half @ half.conj().swapaxes(-1, -2) + np.eye(shape[-1])


@pytest.mark.parametrize("kind", ["real", "complex"])
@pytest.mark.parametrize("sizes", [[1, 1], [1], [0, 1], [2, 2], [1, 2, 1], [3], [1, 1, 1, 1], [2, 0, 1]])
@pytest.mark.parametrize("probed", [False, True])
def test_traces_of_inverses(sizes: list[int], kind: str, probed: bool) -> None:
    size, offsets = sum(sizes), np.concatenate([[0], np.cumsum(sizes)])
    blocks = hermitian(5, 3, size, kind=kind)
    weights, ridges = np.array([1.0, 2.0, 3.0]), RNG.uniform(size=(5, 2))
    probes = tuple(
        RNG.normal(size=(4, 3, f, f)) + 1j * RNG.normal(size=(4, 3, f, f)) if probed else None for f in sizes
    )
    found = block_sums(BlockBatch(np.arange(3), weights, blocks, offsets, probes), ridges)
    values = np.linalg.eigvalsh(blocks)
    assert np.allclose(found.smallest, values[..., 0], rtol=1e-12)
    assert np.allclose(found.largest, values[..., -1], rtol=1e-12)
    for q in range(5):
        for r in range(2):
            inverses = np.linalg.inv(blocks[q] + ridges[q, r] * np.eye(size))
            for c, f in enumerate(sizes):
                rows = slice(offsets[c], offsets[c + 1])
                probe = [np.broadcast_to(np.eye(f), (3, f, f))] if probes[c] is None else probes[c]
                for p, x in enumerate(probe):
                    expected = sum(
                        w * np.trace(m[rows, rows] @ y).real for w, m, y in zip(weights, inverses, x, strict=True)
                    )
                    assert found.traces[c][q, r, p] == pytest.approx(expected, rel=1e-11, abs=1e-12)


def test_the_smallest_eigenvalue_of_two_by_two_does_not_cancel() -> None:
    block = np.array([[1.0, 1.0], [1.0, 1.0 + 1e-9]]).reshape(1, 1, 2, 2)
    found = block_sums(
        BlockBatch(np.zeros(1), np.ones(1), block, np.array([0, 1, 2]), (None, None)), np.zeros((1, 1))
    )
    assert found.smallest.item() == pytest.approx(5e-10, rel=1e-6)


LENGTHS = {
    "alike": (1.0, 1.0),
    "one longer": (1.0, 2.0**40),
    "huge": (2.0**500, 2.0**495),
    "tiny": (2.0**-500, 2.0**-490),
}


@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
@pytest.mark.parametrize("sizes", [[1, 1], [2, 2], [1, 3], [4, 5]])
@pytest.mark.parametrize("kind", ["real", "complex"])
def test_lengths_of_orbits_do_no_harm(sizes: list[int], kind: str, lengths: tuple[float, float]) -> None:
    """Rows times powers of two: every sum and solution is that of equal lengths times them, to the last digits."""
    blocks, offsets = hermitian(3, 2, sum(sizes), kind=kind), np.concatenate([[0], np.cumsum(sizes)])
    rows = np.repeat(lengths, sizes)
    none, zero, weights = (None, None), np.zeros((3, 1)), np.array([1.0, 2.0])
    alike = block_sums(BlockBatch(np.arange(2), weights, blocks, offsets, none), zero)
    found = block_sums(
        BlockBatch(np.arange(2), weights, blocks * rows[:, None] * rows[None, :], offsets, none), zero
    )
    for c, length in enumerate(lengths):
        np.testing.assert_allclose(found.traces[c] * length**2, alike.traces[c], rtol=1e-14)
        np.testing.assert_allclose(found.diagonals[:, c] / length**2, alike.diagonals[:, c], rtol=1e-14)
        np.testing.assert_allclose(found.inverses[:, :, c] * length**2, alike.inverses[:, :, c], rtol=1e-14)


@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
def test_lengths_of_orbits_and_trivial_solutions(lengths: tuple[float, float]) -> None:
    blocks, targets, sizes = hermitian(3, 2, kind="real"), RNG.normal(size=(3, 2, 1)), np.array([4, 4])
    scale, zero = np.array(lengths), np.zeros((3, 1))
    alike = trivial_solutions(blocks, targets * scale[0] / scale[:, None], sizes, zero)[0]
    found = trivial_solutions(blocks * scale[:, None] * scale[None, :], targets, sizes, zero)[0]
    np.testing.assert_allclose(found[:, 0] * scale[:, None] * scale[0], alike[:, 0], rtol=1e-13)


@pytest.mark.parametrize("sizes", [[1, 1], [2, 2]])
def test_largest_entries_of_blocks_and_of_inverses(sizes: list[int]) -> None:
    size, offsets = sum(sizes), np.concatenate([[0], np.cumsum(sizes)])
    blocks, ridges = hermitian(3, 4, size), RNG.uniform(size=(3, 2))
    found = block_sums(BlockBatch(np.arange(4), np.ones(4), blocks, offsets, (None, None)), ridges)
    for c in range(2):
        rows = np.arange(offsets[c], offsets[c + 1])
        assert np.allclose(found.diagonals[:, c], blocks[:, :, rows, rows].real.max(axis=(1, 2)))
        for r in range(2):
            inverses = np.linalg.inv(blocks + ridges[:, r, None, None, None] * np.eye(size))
            assert np.allclose(found.inverses[:, r, c], inverses[:, :, rows, rows].real.max(axis=(1, 2)))


def test_one_matrix_without_a_factor_leaves_the_others() -> None:
    blocks = hermitian(5, 2, 3)
    blocks[3, 1] = -np.eye(3)
    offsets = np.array([0, 1, 3])
    found = block_sums(BlockBatch(np.arange(2), np.ones(2), blocks, offsets, (None, None)), np.zeros((5, 1)))
    assert np.isnan(found.traces[1][:, 0, 0]).tolist() == [False, False, False, True, False]


def test_assembled_blocks_are_hermitian_and_in_place() -> None:
    transforms = RNG.normal(size=(2, 3, 2, 2)) + 1j * RNG.normal(size=(2, 3, 2, 2))
    links = np.array([[[0, 1], [-1, 2]]])
    basis = np.linalg.qr(RNG.normal(size=(2, 2, 1)))[0]
    blocks, offsets = assembled(transforms, links, [None, basis], np.array([1.0, 0.5]))
    assert offsets.tolist() == [0, 2, 3]
    for k in range(2):
        assert np.allclose(blocks[0, k, :2, 2:], transforms[k, 1] @ basis[k] / 2)
        assert np.allclose(blocks[0, k, 2:, :2], (transforms[k, 1] @ basis[k]).conj().T / 2)
        assert np.allclose(blocks[0, k, 2:, 2:], basis[k].T @ transforms[k, 2] @ basis[k] / 4)


def test_trivial_solutions() -> None:
    blocks, targets = hermitian(4, 3, kind="real"), RNG.normal(size=(4, 3, 2))
    sizes, ridges = np.array([4, 2, 1]), RNG.uniform(size=(4, 2))
    found, diagonal = trivial_solutions(blocks, targets, sizes, ridges)
    root = np.sqrt(sizes)[:, None]
    for q in range(4):
        for r in range(2):
            matrix = blocks[q] + ridges[q, r] * np.eye(3)
            assert np.allclose(found[q, r], np.linalg.solve(matrix, root * targets[q]) / root, rtol=1e-11)
            assert np.allclose(diagonal[q, r], np.linalg.inv(matrix).diagonal(), rtol=1e-11)


def test_angles_of_links() -> None:
    """Rows of the first input against all poses of the second, near-duplicates to relative precision."""
    base, turns = RNG.normal(size=(3, 2, 4)), np.array([[0, 1, 2, 3], [1, 2, 3, 0]])
    base[2, 1] = 2 * base[0, 0] + 1e-9 * RNG.normal(size=4)
    first, second = np.array([0, 1, 0]), np.array([0, 0, 2])
    a, b, gap, rest = link_angles(base, turns, first, second, 1)
    assert gap.shape == rest.shape == (3, 1, 4)
    for link, (i, j) in enumerate(zip(first, second, strict=True)):
        x, poses = base[i, 0], np.stack([base[j, t][turn] for turn in turns for t in range(2)])
        assert a[link].tolist() == pytest.approx([np.linalg.norm(x)])
        assert b[link] == pytest.approx(np.linalg.norm(poses, axis=1))
        unit, units = x / np.linalg.norm(x), poses / np.linalg.norm(poses, axis=1)[:, None]
        assert np.allclose(gap[link, 0], 0.5 * np.sum((unit - units) ** 2, axis=1), rtol=1e-6, atol=1e-30)
        assert np.allclose(rest[link, 0], 0.5 * np.sum((unit + units) ** 2, axis=1), rtol=1e-12)
    assert 0 < gap[2, 0, 1] < 1e-16
