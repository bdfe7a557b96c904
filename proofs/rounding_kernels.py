"""Accuracy of the values of a kernel: stated for networks, that of the base kernel for averages, else assumed."""

from __future__ import annotations

import warnings
from copy import copy

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import ExpectationWarning
from orbitkernels.numerics.rounding import DOUBLE

from .activations import NetworkActivation
from .arguments import rows
from .attention_kernels import AttentionNNGP, AttentionNTK
from .averaged_kernels import Averaged
from .convolutional_kernels import CNNGP, CNTK
from .group_convolutional_kernels import GroupConvolutionalNNGP, GroupConvolutionalNTK
from .invariance import KernelLike, as_kernel, gram
from .kernels import NNGP, NTK
from .orbits import FloatArray

#: Accuracy that is taken for granted of values of kernels, relative to sqrt(k(x, x) k(y, y)).
KERNEL_ACCURACY = 4 * float(np.finfo(np.float64).eps)

#: That of tangent kernels, and of covariances, of one layer.
_TANGENT, _COVARIANCE = 1e-13, 1e-14

_TANGENTS = (NTK, CNTK, GroupConvolutionalNTK, AttentionNTK)
_COVARIANCES = (NNGP, CNNGP, GroupConvolutionalNNGP, AttentionNNGP)
_Network = (
    NTK | CNTK | GroupConvolutionalNTK | AttentionNTK | NNGP | CNNGP | GroupConvolutionalNNGP | AttentionNNGP
)


def kernel_accuracy(kernel: KernelLike, points: npt.ArrayLike | None = None) -> float:
    """Accuracy of the values of a kernel relative to sqrt(k(x, x) k(y, y)): as stated for nets, else assumed.

    A net of depth L has L times 10^-13 (NTK) or 10^-14 (NNGP), convolutional or not, and L times what the
    expansion of a formula leaves out at the points, all times the factor by which its layers enlarge small angles
    (:mod:`orbitkernels.numerics.network_growth`), 1 unless the net is chaotic, or tangent kernels of erf, sin or
    cos have pre-activations of standard deviations above 1000.  An average over h elements has
    what its kernel has, which is relative to that kernel's diagonal and so grows by the ratio of the diagonals at
    the points, and h roundings of the sum in each argument.

    Args:
        kernel: As for :func:`orbitkernels.spectral_error`.
        points: Array [m, d] of inputs; without them growth, lengths, formulas and ratios are not looked at.

    Raises:
        InputError: If a specification names no kernel, or the points do not suit the kernel.

    Example:
        >>> from orbitkernels.proofs.rounding_kernels import kernel_accuracy
        >>> kernel_accuracy("ntk(depth=2)"), kernel_accuracy("cnngp"), kernel_accuracy(lambda X, Y: X @ Y.T)
        (2e-13, 1e-14, 8.881784197001252e-16)
        >>> chaotic = "ntk(depth=20, activation=erf, weight_variance=100, bias_variance=0)"
        >>> kernel_accuracy(chaotic, [[1.0, 0.0]]) > 1e6 * kernel_accuracy(chaotic)
        True
    """
    kernel, inputs = as_kernel(kernel), None if points is None else rows("points", points)
    if isinstance(kernel, Averaged):
        return _average(kernel, inputs)
    if not isinstance(kernel, _TANGENTS + _COVARIANCES):
        return KERNEL_ACCURACY
    layer = _TANGENT if isinstance(kernel, _TANGENTS) else _COVARIANCE
    if kernel._function.is_step:
        return float(layer**0.5 ** (kernel.depth - 1))  # a layer moves 1 - u as the root of what it is given
    if inputs is None or not len(inputs):
        return kernel.depth * layer
    return kernel.depth * (layer + _expectation_error(kernel, inputs)) * _growth(kernel, inputs)


def _average(kernel: Averaged, points: FloatArray | None) -> float:
    """Of an average."""
    ratio = 1.0
    if points is not None:
        ratios = [_diagonal(kernel.kernel, x) / _diagonal(kernel, x) for x in points]
        ratio = max([1.0, *(r for r in ratios if np.isfinite(r))])
    return ratio * (kernel_accuracy(kernel.kernel, points) + 2 * kernel.subgroup.order * DOUBLE)


def _diagonal(kernel: KernelLike, x: FloatArray) -> float:
    """k(x, x); infinity where it is not positive, so that no ratio to it counts."""
    value = float(gram(kernel, x[None])[0, 0])
    return value if value > 0 else np.inf


def _growth(kernel: _Network, points: FloatArray) -> float:
    """Largest factor by which consecutive layers enlarge small angles of the points, narrow peaks included."""
    from orbitkernels.numerics.angles import unit_rows
    from orbitkernels.numerics.attention_growth import attention_growth
    from orbitkernels.numerics.network_growth import angle_growth, convolution_growth

    steepness = _steepness(kernel)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", ExpectationWarning)  # the kernel itself gives it
        if isinstance(kernel, NTK | NNGP):
            return float(np.max(angle_growth(kernel.numeric, unit_rows(points)[1], points.shape[1], steepness)))
        if isinstance(kernel, AttentionNTK | AttentionNNGP):
            return attention_growth(kernel.net, kernel._sequences("X", points), steepness)
        layers, weights, biases = kernel.layers(points)
        return convolution_growth(layers, weights, biases, steepness)


def _steepness(kernel: _Network) -> float:
    """w of tangent kernels of erf(w z), sin(w z) and cos(w z); 0 for other kernels, which have no narrow peaks."""
    symbolic = kernel._function.symbolic
    form = symbolic.scaled
    if not isinstance(kernel, _TANGENTS) or (form or symbolic).name not in ("erf", "sin", "cos"):
        return 0.0
    if form is None:
        return abs(float(symbolic.parameters[0])) if symbolic.parameters else 1.0
    return abs(float(form.inner))


def _expectation_error(kernel: _Network, points: FloatArray) -> float:
    """Largest share of E[f(z)^2] that the series of a formula leaves out in some layer."""
    if isinstance(kernel, NTK | NNGP):
        return kernel.expectation_error(points)
    if not kernel._function.is_series:
        return 0.0
    seen = _Lengths(kernel._function.symbolic)
    same = copy(kernel)
    same._function = seen
    for x in points:
        same.gram(x[None])
    return max(seen.errors, default=0.0)


class _Lengths(NetworkActivation):
    """The same activation, which keeps the errors of its series at the lengths of the pre-activations it meets."""

    def __init__(self, symbolic: object) -> None:
        super().__init__(symbolic)  # type: ignore[arg-type]
        self.errors: list[float] = []

    def _warn(self, lengths: FloatArray, tangent: bool = False) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExpectationWarning)  # the kernel itself gives it
            super()._warn(lengths, tangent)
        if lengths.size:
            extremes = np.array([np.min(lengths), np.max(lengths)])
            self.errors.append(self.expectation_error(extremes, tangent))
