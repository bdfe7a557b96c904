"""Zonal kernels on the sphere, averaged over a group: a floating-point count of invariant harmonics."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from scipy.special import eval_gegenbauer

FloatArray = npt.NDArray[np.float64]


def zonal(d: int, k: int, u: npt.ArrayLike) -> FloatArray:
    """The zonal harmonic of degree k in d >= 3 dimensions, 1 at u = 1.

    Args:
        d: Dimension of the space.
        k: Degree.
        u: Cosines, any shape.

    Returns:
        C_k^(d/2-1)(u) / C_k^(d/2-1)(1), same shape.

    Example:
        >>> from orbitkernels.numerics.zonal import zonal
        >>> zonal(3, 2, [1.0, 0.0]).tolist()
        [1.0, -0.5]
    """
    order = d / 2 - 1
    values: FloatArray = eval_gegenbauer(k, order, np.clip(u, -1, 1)) / eval_gegenbauer(k, order, 1.0)
    return values


def invariant_dimension(
    matrices: Iterable[FloatArray], points: FloatArray, k: int, dimension: int
) -> tuple[float, float]:
    """Trace of the projection on the invariant harmonics of degree k, from zonal kernels on points.

    The zonal kernel z reproduces the harmonics of degree k up to a factor; its mean over G reproduces the
    invariant ones up to the same factor.  So the trace of Z^+ Zbar is their dimension, for Gram matrices on enough
    points.

    Args:
        matrices: Orthogonal matrices of the n elements.
        points: Unit vectors [M, d], M >= N(d, k).
        k: Degree.
        dimension: N(d, k), the rank of Z.

    Returns:
        The trace, and the condition number of Z on its range.
    """
    d = points.shape[1]
    values, vectors = np.linalg.eigh(zonal(d, k, points @ points.T))
    values, vectors = values[-dimension:], vectors[:, -dimension:]
    mean = np.mean([zonal(d, k, points @ (points @ g.T).T) for g in matrices], axis=0)
    trace = float(np.sum(np.einsum("ia,ij,ja->a", vectors, mean, vectors, optimize=True) / values))
    return trace, float(values[-1] / values[0])
