"""Two rings of poses in floating point: points, error from a discrete Fourier transform, density law (T11)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError, SingularGramError

FloatArray = npt.NDArray[np.float64]

#: Smallest eigenvalue, relative to the largest, that rounding of the kernel's values does not drown.
USABLE = 1e-13


def ring_points(poses: int, height: float, interleaved: bool = False) -> FloatArray:
    """Points [2N, 3] of the unit sphere: N equispaced poses at the height h, then N at -h.

    Args:
        poses: N >= 1.
        height: h, 0 < h < 1.
        interleaved: Whether the second ring is turned by half a step.

    Example:
        >>> from orbitkernels.numerics.ring_law import ring_points
        >>> ring_points(2, 0.6).round(12).tolist()
        [[0.8, 0.0, 0.6], [-0.8, 0.0, 0.6], [0.8, 0.0, -0.6], [-0.8, 0.0, -0.6]]
    """
    step = 2 * np.pi / poses
    first = step * np.arange(poses)
    angles = np.concatenate([first, first + (step / 2 if interleaved else 0.0)])
    radius = np.sqrt((1 - height) * (1 + height))
    return np.stack(
        [radius * np.cos(angles), radius * np.sin(angles), np.repeat([height, -height], poses)], axis=1
    )


@dataclass(frozen=True)
class RingError:
    """What the spectrum of two rings says of a missing pose.

    Attributes:
        error: Label minus prediction for the label 1; the pose is classified right iff it is below 1.
        mmd_squared: Squared kernel distance of the two rings, each pose with the weight 1/N.
        noise: 1/[K^-1]_ii, the harmonic mean of the spectrum and the posterior variance at the missing pose.
        needed_mmd_squared: The squared distance at which this noise gives the error 1: 2 (noise - r)/N.
        condition: Largest over smallest eigenvalue of K + r I.
    """

    error: float
    mmd_squared: float
    noise: float
    needed_mmd_squared: float
    condition: float


def ring_error(same: npt.ArrayLike, cross: npt.ArrayLike, ridge: float = 0.0) -> RingError:
    """Error at a missing pose of two rings with the labels 1 and -1 (Theorem T11, from T6 with two orbits of C_N).

    The eigenvalues of K + r I are P_m +- |Q_m| with the discrete Fourier transforms P of f + r [j = 0] and Q of g;
    error = noise/(N MMD^2/2 + r) with 1/noise the mean of P_m/(P_m^2 - |Q_m|^2) and MMD^2 = 2 (mean f - mean g),
    the ridge left out of the means.

    Args:
        same: f_j = k(x_1, g^j x_1), [N].
        cross: g_j = k(x_1, g^j x_2), [N].
        ridge: r >= 0.

    Raises:
        SingularGramError: If K + r I is not positive definite beyond rounding.

    Example:
        >>> from orbitkernels.numerics.ring_law import ring_error
        >>> round(ring_error([3.0, 1.0], [1.0, 0.0]).error, 12)
        0.714285714286
    """
    f, g = np.array(same, dtype=np.float64), np.asarray(cross, dtype=np.float64)
    count = f.size
    f[0] += ridge
    P, Q = np.fft.fft(f).real, np.fft.fft(g)
    size = np.abs(Q)
    largest, smallest = float(np.max(P + size)), float(np.min(P - size))
    if not smallest > USABLE * largest:
        raise SingularGramError(
            f"The Gram matrix of two rings of {count} poses is not positive definite beyond rounding (eigenvalues "
            f"from {smallest:.1e} to {largest:.1e}); add a ridge."
        )
    noise = float(1 / np.mean(P / ((P - size) * (P + size))))
    distance = float(P[0] - Q[0].real)
    mmd, needed = 2 * (distance - ridge) / count, 2 * (noise - ridge) / count
    return RingError(noise / distance, mmd, noise, needed, largest / smallest)


@dataclass(frozen=True)
class DensityLaw:
    """error ~ constant N^-exponent / MMD^2.

    Attributes:
        exponent: 2p: 2 for the NTK, 4 for the NNGP of a ReLU net.
        constant: Limit of N^2p MMD^2 error.
    """

    exponent: int
    constant: float


def relu_law(depth: int, weight_variance: float, bias_variance: float, height: float, ntk: bool) -> DensityLaw:
    """The density law of a ReLU net with biases on two rings of the unit sphere (Theorem T11).

    Args:
        depth: Number L of hidden layers.
        weight_variance: sw2 > 0.
        bias_variance: sb2 > 0.
        height: h, 0 < h < 1.
        ntk: Whether the kernel is the NTK; otherwise the NNGP.

    Raises:
        InputError: If sb2 = 0: antipodes then add to the law.

    Example:
        >>> from orbitkernels.numerics.ring_law import relu_law
        >>> law = relu_law(1, 1.0, 1.0, 0.3, ntk=True)
        >>> law.exponent, round(law.constant, 6)
        (2, 1.271919)
    """
    if not bias_variance > 0:
        raise InputError("Argument 'bias_variance' must be positive for this law, not 0.")
    half, square = weight_variance / 2, weight_variance / 3
    radius = np.sqrt((1 - height) * (1 + height))
    variance = tangent = bias_variance + square
    total = 0.0
    for l in range(depth):
        # the angle of layer l is slope |alpha|; its singularity passes the later layers with the factor half each
        slope = radius * np.sqrt(square * half**l / variance)
        total += half ** (depth - l) * (tangent * slope if ntk else variance * slope**3 / 3) / np.pi
        variance = bias_variance + half * variance
        tangent = variance + half * tangent
    if ntk:
        return DensityLaw(2, float(4 * np.pi * total))
    return DensityLaw(4, float(16 * np.pi**3 * (4 + 3 * np.sqrt(3)) * total / 11))
