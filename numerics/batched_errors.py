"""Errors of missing poses for many Gram matrices at once, from their Fourier blocks (Theorems T4, T6 and T7).

Q Gram matrices on C orbits of one group, with the same stabilisers, have blocks of the same shapes.  One
eigendecomposition a block serves all ridges and the condition number:

    tr[((Khat + r I)^-1)_cc X] = sum_j v_j^* X v_j / (lambda_j + r),  v_j the rows of orbit c of eigenvector j.

Blocks 2 x 2 and 1 x 1, those of two orbits of an abelian group, are done in closed form, all at once.

Operations for Q pairs of orbits of an abelian group of order n and R ridges: about 10 Q n (R + 2)
multiplications, and 48 bytes a block read for every ridge; 512 pairs of C64 are 0.3 million multiplications a
ridge.  In general 9 sum_rho (C d_rho)^3 Q for the eigenvectors, and Q R sum_rho C^2 d_rho for the ridges: a
Cholesky factor and its inverse would cost a tenth of the first, but for every ridge, and give no condition
number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .blocks import FloatArray, IntArray, Matrices


@dataclass(frozen=True)
class BlockBatch:
    """Blocks of one shape of Q Gram matrices.

    Attributes:
        irreps: Array [k]: which irreps.
        weights: Array [k]: how often each eigenvalue occurs; d_rho, or 2 d_rho where the conjugate irrep is left
            out, whose block has the same eigenvalues.
        matrices: The blocks [Q, k, D, D], ridge not included.
        offsets: Array [C + 1]: orbit c fills the rows offsets[c] to offsets[c + 1].
        probes: For each orbit the matrices X [p, k, f, f] whose traces are wanted; None for the unit matrix.
    """

    irreps: IntArray
    weights: FloatArray
    matrices: Matrices
    offsets: IntArray
    probes: tuple[Matrices | None, ...]


@dataclass(frozen=True)
class BlockSums:
    """What the errors need of the blocks of one shape.

    Attributes:
        traces: For each orbit the array [Q, R, p]: sum over the irreps of weight tr[((Khat + r I)^-1)_cc X].
        smallest: Array [Q, k] of the smallest eigenvalues of the blocks, ridge not included.
        largest: Array [Q, k] of the largest ones.
    """

    traces: tuple[FloatArray, ...]
    smallest: FloatArray
    largest: FloatArray


def assembled(
    transforms: Matrices, links: IntArray, bases: Sequence[Matrices | None], scales: FloatArray
) -> tuple[Matrices, IntArray]:
    """Blocks U_a^* phihat_ab U_b scale_a scale_b of Q Gram matrices, from the transforms of their symbols.

    Args:
        transforms: Array [k, L, d, d] of the transforms of L symbols.
        links: Array [Q, C, C]: which of them is phi_ab, for a <= b.
        bases: For each orbit the fixed vectors U_c [k, d, f], None for the unit matrix.
        scales: Array [C]: 1/sqrt|H_c|.

    Returns:
        Array [Q, k, D, D], and the offsets [C + 1] of the orbits in its rows.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.batched_errors import assembled
        >>> transforms = np.array([5.0, 2.0, 3.0]).reshape(1, 3, 1, 1)
        >>> assembled(transforms, np.array([[[0, 1], [-1, 2]]]), [None, None], np.ones(2))[0].tolist()
        [[[[5.0, 2.0], [2.0, 3.0]]]]
    """
    k, _, d, _ = transforms.shape
    count = len(bases)
    sizes = [d if basis is None else basis.shape[2] for basis in bases]
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    blocks = np.empty((len(links), k, offsets[-1], offsets[-1]), dtype=transforms.dtype)
    for a in range(count):
        for b in range(a, count):
            part = transforms[:, links[:, a, b]].swapaxes(0, 1)  # [Q, k, d, d]
            left, right = bases[a], bases[b]
            if left is not None:
                part = left.conj().swapaxes(1, 2) @ part
            if right is not None:
                part = part @ right
            part = part * (scales[a] * scales[b])
            rows, columns = slice(*offsets[a : a + 2]), slice(*offsets[b : b + 2])
            blocks[:, :, rows, columns] = part
            if a != b:
                blocks[:, :, columns, rows] = part.conj().swapaxes(2, 3)
    return blocks, offsets


def block_sums(batch: BlockBatch, ridges: FloatArray) -> BlockSums:
    """Traces of the inverses of all blocks for all ridges, and the extreme eigenvalues.

    Args:
        batch: Blocks of Q Gram matrices.
        ridges: Array [Q, R], such that every block plus r I is positive definite where the traces are used.
    """
    size = batch.matrices.shape[2]
    sizes = np.diff(batch.offsets)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # singular blocks: the caller refuses them
        if size == 1:
            return _scalars(batch, ridges)
        if size == 2 and sizes.tolist() == [1, 1]:
            return _two_by_two(batch, ridges)
        return _by_eigenvectors(batch, ridges)


def _probed(batch: BlockBatch, c: int, inverse: FloatArray) -> FloatArray:
    """Array [Q, p]: traces for an orbit with one row, from the diagonal entry [Q, k] of the inverses."""
    probe = batch.probes[c]
    weights = batch.weights[None, :] if probe is None else batch.weights * probe[:, :, 0, 0].real
    return inverse @ weights.T


def _scalars(batch: BlockBatch, ridges: FloatArray) -> BlockSums:
    """Blocks 1 x 1; all but one orbit have no row."""
    values = batch.matrices[:, :, 0, 0].real
    filled = int(np.argmax(np.diff(batch.offsets)))
    traces = []
    for c, probe in enumerate(batch.probes):
        if c == filled:
            found = [_probed(batch, c, 1 / (values + r[:, None])) for r in ridges.T]
            traces.append(np.stack(found, axis=1))
        else:
            traces.append(np.zeros((*ridges.shape, 1 if probe is None else len(probe))))
    return BlockSums(tuple(traces), values, values)


def _two_by_two(batch: BlockBatch, ridges: FloatArray) -> BlockSums:
    """Blocks [[p, q], [conj q, s]]: the inverse has the diagonal (s, p)/(p s - |q|^2)."""
    p, s = batch.matrices[:, :, 0, 0].real, batch.matrices[:, :, 1, 1].real  # [Q, k]
    square = np.abs(batch.matrices[:, :, 0, 1]) ** 2
    largest = (p + s) / 2 + np.sqrt(((p - s) / 2) ** 2 + square)
    # the product of the eigenvalues is the determinant; half the difference would cancel
    smallest = np.where(largest != 0, (p * s - square) / largest, (p + s) / 2)
    first, second = [], []
    for r in ridges.T[:, :, None]:
        determinant = (p + r) * (s + r) - square
        first.append(_probed(batch, 0, (s + r) / determinant))
        second.append(_probed(batch, 1, (p + r) / determinant))
    return BlockSums((np.stack(first, axis=1), np.stack(second, axis=1)), smallest, largest)


def _by_eigenvectors(batch: BlockBatch, ridges: FloatArray) -> BlockSums:
    """One eigendecomposition a block, for all ridges."""
    values, vectors = np.linalg.eigh(batch.matrices)
    weighted = [batch.weights[:, None] / (values + r[:, None, None]) for r in ridges.T]  # R arrays [Q, k, D]
    traces = []
    for c, probe in enumerate(batch.probes):
        rows = vectors[:, :, batch.offsets[c] : batch.offsets[c + 1], :]
        forms = [np.sum(np.abs(rows) ** 2, axis=2)] if probe is None else [_form(x, rows) for x in probe]
        found = [[np.einsum("qkj,qkj->q", form, w) for form in forms] for w in weighted]
        traces.append(np.array(found).transpose(2, 0, 1))
    return BlockSums(tuple(traces), values[:, :, 0], values[:, :, -1])


def _form(probe: Matrices, rows: Matrices) -> FloatArray:
    """Array [Q, k, D]: the real part of v^* X v for every column v of rows [Q, k, f, D]."""
    form: FloatArray = np.sum(rows.conj() * (probe @ rows), axis=2).real
    return form


def trivial_solutions(blocks: Matrices, targets: FloatArray, sizes: IntArray, ridges: FloatArray) -> FloatArray:
    """Array [Q, R, C, m]: [K^-1 y]_i for a pose i of orbit c, (Khat(1) + r)^-1 (sqrt(N_b) t_b)_b / sqrt(N_c).

    Args:
        blocks: Blocks of the trivial irrep, [Q, C, C].
        targets: Array [Q, C, m].
        sizes: Array [C] of the orbit sizes N_c.
        ridges: Array [Q, R].

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.batched_errors import trivial_solutions
        >>> targets, ridges = np.array([[[1.0]]]), np.array([[0.0, 1.0]])
        >>> trivial_solutions(np.array([[[4.0]]]), targets, np.array([2]), ridges).ravel()
        array([0.25, 0.2 ])
    """
    root = np.sqrt(sizes)[:, None]
    values, vectors = np.linalg.eigh(blocks.real)
    parts = vectors.swapaxes(1, 2) @ (root * targets)  # [Q, C, m]
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = parts[:, None] / (values[:, None, :] + ridges[:, :, None])[..., None]  # [Q, R, C, m]
        solution: FloatArray = (vectors[:, None] @ scaled) / root
    return solution
