"""Errors of missing poses for many Gram matrices at once, from their Fourier blocks (Theorems T4, T6 and T7).

Q Gram matrices on C orbits of one group, with the same stabilisers, have blocks of the same shapes.  With the
Cholesky factor L L^* of a block and its ridge, and V_c the columns of orbit c of L^-1,

    tr[((Khat + r I)^-1)_cc X] = tr[V_c^* V_c X].

Blocks 2 x 2 and 1 x 1, those of two orbits of an abelian group, are done in closed form, all at once.

Cholesky's rounding does not depend on the lengths of the orbits: rows and columns of a block may be multiplied by
any numbers, powers of two change not a bit.  The eigenvectors of a block, one decomposition for all ridges, would
lose the digits by which one orbit is shorter than another.  Products of two entries, which overflow long before
their quotients do, are not formed.

Operations for Q pairs of orbits of an abelian group of order n and R ridges: about 12 Q n (R + 2)
multiplications, and 48 bytes a block read for every ridge; 512 pairs of C64 are 0.4 million multiplications a
ridge.  In general 4/3 sum_rho (C d_rho)^3 Q for the eigenvalues and two thirds of that for every ridge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .blocks import FloatArray, IntArray, Matrices, triangular_inverses


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
        inverses: Array [Q, R, C]: the largest diagonal entry of the inverses of blocks with ridge, 0 for an orbit
            that has no rows.
        inverse_traces: Array [Q, R, C]: the largest tr[((Khat + r I)^-1)_cc].
        diagonals: Array [Q, C]: the largest diagonal entry of the blocks, ridge not included.
    """

    traces: tuple[FloatArray, ...]
    smallest: FloatArray
    largest: FloatArray
    inverses: FloatArray
    inverse_traces: FloatArray
    diagonals: FloatArray


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
        return _by_cholesky(batch, ridges)


def _probed(batch: BlockBatch, c: int, inverse: FloatArray) -> FloatArray:
    """Array [Q, p]: traces for an orbit with one row, from the diagonal entry [Q, k] of the inverses."""
    probe = batch.probes[c]
    weights = batch.weights[None, :] if probe is None else batch.weights * probe[:, :, 0, 0].real
    return inverse @ weights.T


def _scalars(batch: BlockBatch, ridges: FloatArray) -> BlockSums:
    """Blocks 1 x 1; all but one orbit have no row."""
    values = batch.matrices[:, :, 0, 0].real
    filled = int(np.argmax(np.diff(batch.offsets)))
    reciprocals = [1 / (values + r[:, None]) for r in ridges.T]
    inverses = np.zeros((*ridges.shape, len(batch.probes)))
    inverses[:, :, filled] = np.stack([one.max(axis=1) for one in reciprocals], axis=1)
    diagonals = np.zeros((len(values), len(batch.probes)))
    diagonals[:, filled] = values.max(axis=1)
    traces = []
    for c, probe in enumerate(batch.probes):
        if c == filled:
            traces.append(np.stack([_probed(batch, c, one) for one in reciprocals], axis=1))
        else:
            traces.append(np.zeros((*ridges.shape, 1 if probe is None else len(probe))))
    return BlockSums(tuple(traces), values, values, inverses, inverses, diagonals)


def _two_by_two(batch: BlockBatch, ridges: FloatArray) -> BlockSums:
    """Blocks [[p, q], [conj q, s]]: with the Schur complement z = s - |q|^2/p the inverse has (s/p, 1)/z."""
    p, s = batch.matrices[:, :, 0, 0].real, batch.matrices[:, :, 1, 1].real  # [Q, k]
    q = np.abs(batch.matrices[:, :, 0, 1])
    largest = (p + s) / 2 + np.hypot((p - s) / 2, q)
    # the product of the eigenvalues is the determinant; half the difference would cancel
    smallest = np.where(largest != 0, p * (s / largest) - q * (q / largest), (p + s) / 2)
    sums: tuple[list[FloatArray], list[FloatArray]] = ([], [])
    most = np.empty((*ridges.shape, 2))
    for i, r in enumerate(ridges.T[:, :, None]):
        u, v = p + r, s + r
        second = 1 / (v - q * (q / u))
        for c, inverse in enumerate((second * (v / u), second)):
            sums[c].append(_probed(batch, c, inverse))
            most[:, i, c] = inverse.max(axis=1)
    traces = (np.stack(sums[0], axis=1), np.stack(sums[1], axis=1))
    return BlockSums(traces, smallest, largest, most, most, np.stack([p.max(axis=1), s.max(axis=1)], axis=1))


def _by_cholesky(batch: BlockBatch, ridges: FloatArray) -> BlockSums:
    """One Cholesky factor a block and ridge; eigenvalues for the condition numbers alone."""
    values = _eigenvalues(batch.matrices)
    rows = [slice(*batch.offsets[c : c + 2]) for c in range(len(batch.probes))]
    traces: list[list[FloatArray]] = [[] for _ in rows]
    inverses, diagonals = np.zeros((2, *ridges.shape, len(rows))), np.zeros((len(ridges), len(rows)))
    for i, r in enumerate(ridges.T):
        factors = _inverse_factors(batch.matrices, r[:, None])
        for c, probe in enumerate(batch.probes):
            columns = factors[:, :, :, rows[c]]  # [Q, k, D, f]
            entries = np.sum(np.abs(columns) ** 2, axis=2)  # [Q, k, f]
            inverses[0, :, i, c] = entries.max(axis=(1, 2), initial=0.0)
            inverses[1, :, i, c] = entries.sum(axis=2).max(axis=1, initial=0.0)
            forms = [entries] if probe is None else [_form(columns, x) for x in probe]
            traces[c].append(np.stack([form.sum(axis=2) @ batch.weights for form in forms], axis=1))
    for c, one in enumerate(rows):
        entries = np.diagonal(batch.matrices, axis1=2, axis2=3)[:, :, one].real
        diagonals[:, c] = entries.max(axis=(1, 2), initial=0.0)
    stacked = tuple(np.stack(one, axis=1) for one in traces)
    return BlockSums(stacked, values[:, :, 0], values[:, :, -1], inverses[0], inverses[1], diagonals)


def _eigenvalues(matrices: Matrices) -> FloatArray:
    """Eigenvalues [..., D], ascending; nan if there are entries beyond floating point."""
    try:
        return np.linalg.eigvalsh(matrices).astype(np.float64, copy=False)
    except np.linalg.LinAlgError:
        return np.full(matrices.shape[:-1], np.nan)


def _inverse_factors(matrices: Matrices, ridges: FloatArray) -> Matrices:
    """Array [..., D, D] of L^-1 with L L^* = A + r I, for A [..., D, D] and r [...]; nan where there is no L."""
    shape = matrices.shape
    ridged = matrices.reshape(-1, *shape[-2:]).copy()
    own = np.arange(shape[-1])
    ridged[:, own, own] += np.broadcast_to(ridges, shape[:-2]).reshape(-1, 1)
    return triangular_inverses(_factors(ridged)).reshape(shape)


def _factors(matrices: Matrices) -> Matrices:
    """Cholesky factors [k, D, D]; nan for matrices that are not positive definite."""
    try:
        return np.linalg.cholesky(matrices)
    except np.linalg.LinAlgError:
        if len(matrices) == 1:
            return np.full_like(matrices, np.nan)
    half = len(matrices) // 2  # few matrices have none, as a rule
    return np.concatenate([_factors(matrices[:half]), _factors(matrices[half:])])


def _form(columns: Matrices, probe: Matrices) -> FloatArray:
    """Array [Q, k, f] that adds up to the real part of tr[V^* V X], for V [Q, k, D, f] and X [k, f, f]."""
    form: FloatArray = np.sum(columns.conj() * (columns @ probe), axis=2).real
    return form


def trivial_solutions(
    blocks: Matrices, targets: FloatArray, sizes: IntArray, ridges: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """[K^-1 y]_i for a pose i of orbit c, (Khat(1) + r)^-1 (sqrt(N_b) t_b)_b / sqrt(N_c).

    Args:
        blocks: Blocks of the trivial irrep, [Q, C, C].
        targets: Array [Q, C, m].
        sizes: Array [C] of the orbit sizes N_c.
        ridges: Array [Q, R].

    Returns:
        These, array [Q, R, C, m], and the diagonal of (Khat(1) + r)^-1, array [Q, R, C]; nan where Khat(1) + r
        is not positive definite.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.batched_errors import trivial_solutions
        >>> targets, ridges = np.array([[[1.0]]]), np.array([[0.0, 1.0]])
        >>> trivial_solutions(np.array([[[4.0]]]), targets, np.array([2]), ridges)[0].ravel()
        array([0.25, 0.2 ])
    """
    root = np.sqrt(sizes)[:, None]
    factors = _inverse_factors(np.repeat(blocks.real[:, None], ridges.shape[1], axis=1), ridges)  # [Q, R, C, C]
    with np.errstate(invalid="ignore", over="ignore"):  # singular or beyond floating point: the caller refuses it
        solution: FloatArray = factors.swapaxes(2, 3) @ (factors @ (root * targets)[:, None]) / root
        return solution, np.sum(factors**2, axis=2)
