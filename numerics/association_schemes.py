"""Eigenvalues of the matrices of an association scheme by dense linear algebra, and induced representations."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def pair_labels(generators: IntArray) -> IntArray:
    """Orbits on pairs of points as components of the graph (x, y) -> (s x, s y), numbered as they first occur.

    Args:
        generators: Array [m, N]: permutations that generate the group.

    Returns:
        Array [N, N].

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.association_schemes import pair_labels
        >>> pair_labels(np.array([[1, 2, 0]])).tolist()
        [[0, 1, 2], [2, 0, 1], [1, 2, 0]]
    """
    maps, size = generators.shape
    heads = (generators[:, :, None] * size + generators[:, None, :]).ravel()
    tails = np.tile(np.arange(size * size), maps)
    graph = coo_array((np.ones(heads.size), (tails, heads)), shape=(size * size, size * size))
    found = connected_components(graph, directed=False)[1]
    _, first, inverse = np.unique(found, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    return np.asarray(rank[inverse].reshape(size, size), dtype=np.int64)


def joint_eigenvalues(
    labels: IntArray, weights: npt.NDArray[Any]
) -> tuple[FloatArray, npt.NDArray[np.complex128]]:
    """Eigenvalues of K = sum_j w_j A_j, and v^* A_j v for its unit eigenvectors v.

    If the A_j commute and K tells their common eigenspaces apart, v is an eigenvector of every A_j.

    Args:
        labels: Array [N, N]: (A_j)_xy = 1 where the label is j.
        weights: Array [r], real or complex, that makes K Hermitian.

    Returns:
        Arrays [N], ascending, and [N, r].

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.association_schemes import joint_eigenvalues
        >>> values, rows = joint_eigenvalues(np.array([[0, 1], [1, 0]]), np.array([0.0, 1.0]))
        >>> values.round(12).tolist(), rows.real.round(12).tolist()
        ([-1.0, 1.0], [[1.0, -1.0], [1.0, 1.0]])
    """
    values, vectors = np.linalg.eigh(weights[labels])
    images = [((labels == j) @ vectors * vectors.conj()).sum(axis=0) for j in range(len(weights))]
    return values, np.array(images, dtype=np.complex128).T


def induced_matrices(matrices: npt.NDArray[Any], positions: IntArray) -> npt.NDArray[Any]:
    """The induced representation: block (i, j) of g is W(t_i^-1 g t_j) if that lies in H, else 0.

    Args:
        matrices: Array [|H|, d, d]: W.
        positions: Array [m, N, N]: the number of t_i^-1 g t_j among the elements of H, or -1, for m elements g
            and representatives t_1, ..., t_N of the cosets of H.

    Returns:
        Array [m, N d, N d].

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.association_schemes import induced_matrices
        >>> induced_matrices(np.ones((1, 1, 1)), np.array([[[-1, 0], [0, -1]]])).tolist()
        [[[0.0, 1.0], [1.0, 0.0]]]
    """
    count, size, _ = positions.shape
    degree = matrices.shape[1]
    blocks = np.where((positions >= 0)[..., None, None], matrices[positions], 0)
    return blocks.transpose(0, 1, 3, 2, 4).reshape(count, size * degree, size * degree)
