"""The two floating-point routes to one random instance: Fourier blocks, and the dense Gram matrix."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from orbitkernels.numerics import dense, fourier
from orbitkernels.numerics.blocks import FourierBlocks

from .instances import FloatArray, Instance, IntArray
from .irreps import unitary_irreps


class NumericRoutes:
    """Blocks by the Fourier transform of the group and the Gram matrix entry by entry, made from one symbol.

    Args:
        instance: Group, symbol, stabilisers, labels and ridge.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.ridge = float(instance.ridge)

    @property
    def matrices(self) -> list[npt.NDArray[np.generic]]:
        """Unitary matrices [n, d, d] of each irrep."""
        return [irrep.matrices for irrep in unitary_irreps(self.instance.group)]

    @cached_property
    def blocks(self) -> FourierBlocks:
        """Fourier blocks, ridge included."""
        stabilisers = [subgroup.elements for subgroup in self.instance.stabilisers]
        return fourier.fourier_blocks(self.instance.phi, self.matrices, stabilisers, self.ridge)

    @cached_property
    def gram(self) -> FloatArray:
        """Gram matrix [N, N] of the different points, ridge included."""
        representatives = [subgroup.left_representatives for subgroup in self.instance.stabilisers]
        return self.block_circulant(self.instance.phi, representatives, self.ridge)

    def block_circulant(
        self, phi: npt.ArrayLike, representatives: list[IntArray] | None = None, ridge: float = 0.0
    ) -> FloatArray:
        """Matrix phi_ab(g^-1 h) + r I over the points."""
        group = self.instance.group
        every = np.arange(group.order)
        division = group.multiply(group.inverse(every)[:, None], every[None, :])
        return dense.gram_from_symbol(phi, division, representatives, ridge)

    @property
    def size(self) -> int:
        """Number N of points."""
        return int(self.instance.sizes.sum())

    @cached_property
    def orbit_of_point(self) -> IntArray:
        """Array [N]: the orbit that each point lies in."""
        return np.repeat(np.arange(len(self.instance.stabilisers)), self.instance.sizes)

    @cached_property
    def condition(self) -> float:
        """Condition number of the Gram matrix, from its dense spectrum."""
        return dense.condition_of_spectrum(self.dense_spectrum)

    @property
    def fourier_spectrum(self) -> FloatArray:
        """All eigenvalues by the Fourier route, ascending, each as often as the theorem says."""
        return repeated_spectrum(self.blocks)

    @cached_property
    def dense_spectrum(self) -> FloatArray:
        """All eigenvalues of the dense matrix, ascending."""
        return dense.eigenvalues(self.gram)


def repeated_spectrum(blocks: FourierBlocks) -> FloatArray:
    """Eigenvalues of all blocks, ascending, each as often as it occurs in the Gram matrix."""
    values, multiplicities, _ = fourier.block_spectrum(blocks)
    return np.sort(np.repeat(values, multiplicities))
