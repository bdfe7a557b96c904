"""How far rounding moves the error at a missing pose of two rings, whose blocks are 2 x 2 and one formula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .ring_law import ring_error
from .rounding import DOUBLE, BlockSizes, inverse_rounding, quotient_bound
from .symbol_transform import abelian_transform


@dataclass(frozen=True)
class RingRounding:
    """What rounding does to the error of :func:`orbitkernels.numerics.ring_law.ring_error`.

    Attributes:
        bound: What it is off at most from the exact error for the given floats.
        level: What it is off if roundings are independent of each other.
    """

    bound: float
    level: float


def ring_rounding(same: npt.ArrayLike, cross: npt.ArrayLike, ridge: float = 0.0) -> RingRounding:
    """Bounds for the error of two rings with the labels 1 and -1 (:mod:`orbitkernels.numerics.rounding`).

    The blocks are [[P_m, Q_m], [conj Q_m, P_m]], with the diagonal P_m / ((P_m - |Q_m|) (P_m + |Q_m|)) of their
    inverses, and [K^-1 y]_i is 1 / (P_0 - Q_0).

    Args:
        same: f_j = k(x_1, g^j x_1), [N].
        cross: g_j = k(x_1, g^j x_2), [N].
        ridge: r >= 0.

    Raises:
        SingularGramError: If K + r I is not positive definite beyond rounding.

    Example:
        >>> from orbitkernels.numerics.rounding_rings import ring_rounding
        >>> found = ring_rounding([3.0, 1.0], [1.0, 0.0])
        >>> 0 < found.level < found.bound < 1e-13
        True
    """
    found = ring_error(same, cross, ridge)
    f, g = np.array(same, dtype=np.float64), np.asarray(cross, dtype=np.float64)
    count = f.size
    skew = float(np.abs(f - np.roll(f[::-1], 1)).sum()) / 2  # f_j = f_-j, of which rounding leaves a little
    f[0] += ridge
    P, size = np.fft.fft(f).real, np.abs(np.fft.fft(g))
    inverses = P / ((P - size) * (P + size))
    rounding = abelian_transform([count]).rounding
    blocks = BlockSizes(
        degrees=np.ones(count, dtype=np.int64),
        rows=np.full(count, 2),
        weights=np.ones(count),
        is_complex=np.ones(count, dtype=np.bool_),
        traces=2 * P,
        inverse_traces=np.stack([inverses, inverses], axis=1),
        asymmetries=np.full(count, np.sqrt(2) * skew),
        irrep_errors=np.zeros(count),
        mass=float(np.abs(f).sum() + np.abs(g).sum()),
        root_mean_square=float(np.linalg.norm(f) + np.linalg.norm(g)),
        order=count,
        fast=rounding,
    )
    labels = np.array([[1.0], [-1.0]])
    bounds = []
    for perturbations in (blocks.perturbations(DOUBLE), blocks.typical_perturbations(DOUBLE)):
        moved = inverse_rounding(
            blocks, perturbations, np.array([count, count]), labels * found.error / found.noise, DOUBLE, labels
        )
        error = np.array([found.error])
        bounds.append(quotient_bound(moved.duals[0], moved.entries[0], found.noise, error) + 2 * DOUBLE * error)
    return RingRounding(*(float(bound[0]) for bound in bounds))
