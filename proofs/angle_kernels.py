"""Kernels of lengths and angles: several of them share one pass over the inner products of the inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from orbitkernels.errors import InputError

from .arguments import FloatArray
from .invariance import KernelLike
from .kernels import NNGP, NTK, Formula, Gaussian, Laplace, Polynomial


@dataclass(frozen=True)
class Angles:
    """Lengths and angles between the inputs of L links, R rows and p columns each.

    Attributes:
        rows: Lengths [L, R] of the inputs in the rows.
        columns: Lengths [L, p] of those in the columns.
        gap: 1 - u, array [L, R, p], with u the cosine; to full relative precision.
        rest: 1 + u.
        dimension: d, the number of coordinates of an input.
    """

    rows: FloatArray
    columns: FloatArray
    gap: FloatArray
    rest: FloatArray
    dimension: int

    @property
    def cosines(self) -> FloatArray:
        """u, array [L, R, p]."""
        return np.where(self.gap <= self.rest, 1.0 - self.gap, self.rest - 1.0)

    @property
    def products(self) -> FloatArray:
        """Lengths of the two inputs multiplied, array [L, R, p]."""
        return self.rows[:, :, None] * self.columns[:, None, :]

    @property
    def squared_distances(self) -> FloatArray:
        """|x - y|^2 = (|x| - |y|)^2 + 2 |x| |y| (1 - u), a sum of two terms that do not cancel."""
        return (self.rows[:, :, None] - self.columns[:, None, :]) ** 2 + 2 * self.products * self.gap


def angle_function(kernel: KernelLike) -> Callable[[Angles], FloatArray] | None:
    """The kernel as a function of lengths and angles, array [L, R, p]; None if it is not known to be one.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.angle_kernels import Angles, angle_function
        >>> from orbitkernels.proofs.kernels import kernel
        >>> one = np.ones((1, 1))
        >>> right = Angles(one, one, one[:, None], one[:, None], 2)
        >>> angle_function(kernel("gaussian(length_scale=1)"))(right).round(6).tolist()
        [[[0.367879]]]
    """
    return _FUNCTIONS[type(kernel)](kernel) if type(kernel) in _FUNCTIONS else None


def _network(kernel: NNGP | NTK) -> Callable[[Angles], FloatArray]:
    """Nets of infinite width."""

    def values(angles: Angles) -> FloatArray:
        from orbitkernels.numerics.network import network_values

        lengths = angles.rows, angles.columns
        return network_values(
            kernel.numeric, lengths, angles.gap, angles.rest, isinstance(kernel, NTK), angles.dimension
        )

    return values


def _formula(kernel: Formula) -> Callable[[Angles], FloatArray]:
    """A formula in u, which an input of length 0 does not have."""

    def values(angles: Angles) -> FloatArray:
        if not (angles.rows.all() and angles.columns.all()):
            raise InputError(
                f"Kernel {kernel.spec!r} is a formula in the cosine, which a zero input does not have; remove it."
            )
        return kernel.profile(angles.cosines)

    return values


_FUNCTIONS: dict[type, Callable[..., Callable[[Angles], FloatArray]]] = {
    NTK: _network,
    NNGP: _network,
    Formula: _formula,
    Gaussian: lambda k: lambda angles: np.exp(-angles.squared_distances / k.length_scale / k.length_scale / 2),
    Laplace: lambda k: lambda angles: np.exp(-np.sqrt(angles.squared_distances) / k.length_scale),
    Polynomial: lambda k: lambda angles: (k.scale * angles.products * angles.cosines + k.offset) ** k.degree,
}
