"""Intertwiners of two representations of a group, as averages over it taken along a chain of subgroups.

The average T = (1/m) sum_h left(h) X right(h)^* of any matrix X satisfies left(h) T = T right(h).  If every h is
s_l ... s_1 with s_i in S_i in one way, it is the result of l short sums.  Between equivalent irreps it is a
multiple of a unitary matrix, by Schur's lemma, and not 0 with probability one if X is random."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .adapted_irreps import Matrices


def average(left: Sequence[Matrices], right: Sequence[Matrices], start: Matrices) -> Matrices:
    """The average of left(h) X right(h)^* over all h = s_l ... s_1.

    Args:
        left: For each set S_i an array [..., |S_i|, d, d].
        right: For each set an array [..., |S_i|, e, e].
        start: X, array [..., d, e].

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.intertwiners import average
        >>> sign = np.array([[[1.0]], [[-1.0]]])
        >>> average([sign], [sign], np.eye(1)).item(), average([sign], [sign**2], np.eye(1)).item()
        (1.0, 0.0)
    """
    for a, b in zip(left, right, strict=True):
        start = np.mean(a @ start[..., None, :, :] @ b.conj().swapaxes(-1, -2), axis=-3)
    return start


def random_matrix(shape: tuple[int, ...], seed: int, real: bool) -> Matrices:
    """Entries from the normal distribution, real or complex; the same for the same seed."""
    generator = np.random.default_rng(seed)
    found: Matrices = generator.standard_normal(shape)
    return found if real else found + 1j * generator.standard_normal(shape)


def nearest_unitary(matrices: Matrices) -> Matrices:
    """Unitary factors of the polar decompositions of matrices [..., d, d]."""
    left, _, right = np.linalg.svd(matrices)
    unitary: Matrices = left @ right
    return unitary


def unitary_intertwiners(left: Sequence[Matrices], right: Sequence[Matrices]) -> Matrices:
    """Unitary matrices T [k, d, d] with left(h) T = T right(h), for k pairs of equivalent irreps of degree d.

    Args:
        left: For each set S_i of :func:`average` an array [k, |S_i|, d, d].
        right: The same of the other irreps.

    Raises:
        ArithmeticError: If two irreps are not equivalent.
    """
    count, _, degree, _ = left[0].shape
    real = not any(np.iscomplexobj(a) for a in (*left, *right))
    best = np.zeros((count, degree, degree), dtype=np.float64 if real else np.complex128)
    for seed in range(4):
        found = average(left, right, random_matrix((count, degree, degree), seed, real))
        larger = np.linalg.norm(found, axis=(1, 2)) > np.linalg.norm(best, axis=(1, 2))
        best[larger] = found[larger]
    if (np.linalg.norm(best, axis=(1, 2)) < 1e-6).any():
        raise ArithmeticError("Two irreps that were to be equivalent are not.")
    return nearest_unitary(best)
