"""What bounds of errors by conjugate gradients know of the eigenvalues of K + r I."""

from __future__ import annotations

import numpy as np

from orbitkernels.numerics.blocks import BlockStack, FourierBlocks
from orbitkernels.numerics.rounding import DOUBLE, gamma

from .fast_rounding import fast_irrep_error
from .gram_products import coordinates
from .invariance import KernelLike, gram, refuse_asymmetric
from .large_orbits import symbol_transform
from .orbits import FloatArray, Orbits
from .rounding_double import BASES, is_free, mass

#: Points at which a kernel is looked at for symmetry and negative eigenvalues.
SAMPLE = 64


def smallest_of_blocks(blocks: FourierBlocks, symbol: FloatArray, orbits: Orbits) -> float:
    """A lower bound of the eigenvalues of all blocks, with the rounding of the transform that made them."""
    return min(_smallest_of(stack, transform_error(symbol, orbits, stack)) for stack in blocks.stacks)


def _smallest_of(stack: BlockStack, off: float) -> float:
    """The same for some blocks, which are off by this norm."""
    values = stack.eigenvalues
    rounding = gamma(10 * stack.rows) * np.abs(values).max(axis=1, initial=0.0) + off
    return float(np.min(values - rounding[:, None], initial=np.inf))


def transform_error(symbol: FloatArray, orbits: Orbits, stack: BlockStack) -> float:
    """Norm of what rounding of the fast transform does to blocks, as in :mod:`orbitkernels.numerics.rounding`."""
    group, degree = orbits.group, stack.bases[0].shape[1]
    known, copies = symbol_transform(group).rounding, 1 + np.iscomplexobj(stack.matrices)
    sums, spread = float(known.sums.max()), known.roots * np.sqrt(group.order)
    error = sums + fast_irrep_error(group)
    if not is_free(orbits):  # lengths of the fixed vectors; that they are tilted by t, from projectors that are
        error += 2 * BASES * DOUBLE * degree  # transforms, is a part t^2: Phi(h g h') = Phi(g) has P Khat P = Khat
    error += float(gamma(copies * (2 * degree + 8))) * np.sqrt(degree * copies)
    return float(error * mass(symbol, orbits) + spread * mass(symbol, orbits, 2))


def lowest_of_a_sample(kernel: KernelLike, orbits: Orbits, ridge: float = 0.0) -> float:
    """Smallest eigenvalue of k(x, y)/sqrt((k(x, x) + r) (k(y, y) + r)) at points, >= 0 if k is semidefinite.

    Raises:
        InputError: If the kernel is not symmetric there.
    """
    total = int(orbits.offsets[-1])
    rows = np.random.default_rng(0).choice(total, size=min(SAMPLE, total), replace=False)
    values = gram(kernel, coordinates(orbits, rows))
    refuse_asymmetric(values, ridge=ridge)
    diagonal = np.diagonal(values) + ridge
    if (diagonal < 0).any() or values[diagonal == 0].any():
        return -np.inf
    lengths = np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    return float(np.linalg.eigvalsh(values / lengths / lengths[:, None])[0])
