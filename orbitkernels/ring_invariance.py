"""What makes the answers on two rings true: a kernel that turns and the exchange of the rings leave as it is.

Theorem T11 takes k(x_1, g^j x_1) and k(x_1, g^j x_2) for the whole Gram matrix: its blocks must be circulants,
those of the two rings the same.  A sequence or an image of three coordinates has kernels for which that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import NotInvariantError
from orbitkernels.proofs.invariance import (
    INVARIANCE_TOLERANCE,
    gram,
    largest_ratio,
    natural_lengths,
    natural_scale,
    refuse_asymmetric,
)
from orbitkernels.proofs.kernels import Kernel

FloatArray = npt.NDArray[np.float64]

#: Heights of the rings that are tried, and poses of each.
_HEIGHTS, _SAMPLES = (0.3, -0.3, 0.7, -0.7), 8

_EPS = float(np.finfo(np.float64).eps)


def require_ring_invariance(kernel: Kernel, poses: int | None = None, interleaved: bool = False) -> float:
    """See that k(gx, gy) = k(x, y) for the maps of two rings of the unit sphere: turns, and the exchange of both.

    Tried are up to 8 poses of rings at the heights +-0.3 and +-0.7 and the maps that generate all others: for N
    poses the turn by 2 pi/N, for every number of them the turn by 1, whose multiples come near every turn; and the
    reflection z -> -z, if the rings are interleaved with half a step.

    Args:
        kernel: k.
        poses: N; None for every number of poses.
        interleaved: Whether the second ring is turned by half a step.

    Returns:
        The largest difference found, relative to sqrt(k(x, x) k(y, y)).

    Raises:
        NotInvariantError: If one exceeds the tolerance of :mod:`orbitkernels.proofs.invariance`.

    Example:
        >>> from orbitkernels.proofs.kernels import kernel
        >>> from orbitkernels.ring_invariance import require_ring_invariance
        >>> require_ring_invariance(kernel("ntk(depth=2)"), 5) < 1e-13
        True
    """
    step = 1.0 if poses is None else 2 * np.pi / poses
    half = step / 2 if interleaved else 0.0
    places = [(turn + (half if z < 0 else 0.0), z) for z in _HEIGHTS for turn in _turns(poses, step)]
    angle, z = np.array(places).T
    still = gram(kernel, _points(angle, z))
    refuse_asymmetric(still)
    lengths = natural_lengths(still)
    scale, largest = natural_scale(lengths, lengths), 0.0
    for what, moved in (("turns", _points(angle + step, z)), ("the exchange", _points(angle + half, -z))):
        defect = largest_ratio(gram(kernel, moved) - still, scale)
        if defect > INVARIANCE_TOLERANCE:
            raise NotInvariantError(
                f"Argument 'kernel' is not invariant under {what} of two rings of the unit sphere: for "
                f"'{kernel.spec}' k(gx, gy) differs from k(x, y) by {defect:.1e} relative to "
                "sqrt(k(x, x) k(y, y)); take a function of inner products, or images and a group that does not "
                "change the kernel."
            )
        largest = max(largest, defect)
    return largest


def _turns(poses: int | None, step: float) -> list[float]:
    """Angles of some poses of a ring, or of some points if every number of poses is meant."""
    generator = np.random.default_rng(0)
    if poses is None:
        return [float(angle) for angle in generator.uniform(0, 2 * np.pi, _SAMPLES)]
    return [step * int(j) for j in generator.choice(poses, min(poses, _SAMPLES), replace=False)]


def _points(angle: FloatArray, z: FloatArray) -> FloatArray:
    """Points [n, 3] of the unit sphere."""
    radius = np.sqrt((1 - z) * (1 + z))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)


def dense_rounding(points: int, condition: float, accuracy: float = 0.0) -> float:
    """n (eps + a) cond: what rounding, and values off by a, may move an error by that a dense solver finds."""
    return points * (_EPS + accuracy) * condition


def disagreement_notes(found: Iterable[tuple[str, float, float]]) -> list[str]:
    """A warning if two routes differ by more than rounding explains; nothing is said where that is unknown.

    Args:
        found: Of each place where both were taken: its name, the difference, and what rounding explains.

    Returns:
        One line about the worst place, or none.

    Example:
        >>> from orbitkernels.ring_invariance import disagreement_notes
        >>> disagreement_notes([("with 2 poses", 1e-9, 1e-8)])
        []
        >>> disagreement_notes([("with 2 poses", 0.5, 1e-8)])[0][:62]
        'DO NOT TRUST THIS: with 2 poses the two routes differ by 5e-01'
    """
    worst = max(found, key=lambda one: one[1] / one[2], default=("", 0.0, 1.0))
    place, difference, explained = worst
    if not difference > explained:
        return []
    return [
        f"DO NOT TRUST THIS: {place} the two routes differ by {difference:.0e}, and rounding explains at most "
        f"{explained:.0e}; is the kernel invariant, and exact enough for the condition number? A ridge lowers it."
    ]
