"""Fourier blocks of a kernel that is averaged over a subgroup, from those of the kernel itself.

With the projector P(rho) = (1/|H|) sum_h rho(h) onto the vectors that rho(h) fixes for all h in H,

    sum_g [(1/|H|^2) sum_{h, h'} phi(h g h')] rho(g) = P(rho) Khat(rho) P(rho),

so that an average over H costs no value of the kernel and no transform.  If H is normal, P(rho) is I where H lies
in the kernel of rho and 0 elsewhere (Schur), and the bracket is the symbol of the kernel averaged in both
arguments: the blocks of the irreps of G/H stay as they are, the others vanish.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from .blocks import BlockStack, FourierBlocks, Matrices


def averaged_blocks(
    blocks: FourierBlocks, irreps: Sequence[npt.ArrayLike], subgroup: npt.ArrayLike, ridge: float = 0.0
) -> FourierBlocks:
    """Blocks P(rho) (Khat(rho) - r I) P(rho) + r I of a kernel averaged over H, ridge not averaged (Theorem T9).

    Args:
        blocks: Blocks Khat(rho) of an invariant kernel, ridge included.
        irreps: The matrices [n, d, d] they were made with.
        subgroup: Elements of H.  If H is normal: the average over H in each argument.  If not, orbits must be
            free, and the kernel of the poses g x and g' y of seeds x and y becomes the mean of k(g h x, g' h' y)
            over h and h' in H: not every input is averaged, but the seeds are.
        ridge: r.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.averaged_blocks import averaged_blocks
        >>> from orbitkernels.numerics.fourier import block_spectrum, fourier_blocks
        >>> signs = [np.array([[[1.0]], [[1.0]]]), np.array([[[1.0]], [[-1.0]]])]
        >>> blocks = fourier_blocks(np.array([[[3.0, 1.0]]]), signs)
        >>> block_spectrum(averaged_blocks(blocks, signs, [0, 1]))[0].tolist()
        [4.0, 0.0]
    """
    elements = np.atleast_1d(np.asarray(subgroup, dtype=np.int64))
    return replace(blocks, stacks=tuple(_averaged(stack, irreps, elements, ridge) for stack in blocks.stacks))


def _averaged(
    stack: BlockStack, irreps: Sequence[npt.ArrayLike], elements: npt.NDArray[np.int64], ridge: float
) -> BlockStack:
    """One stack of blocks."""
    means = np.stack([np.asarray(irreps[r])[elements].mean(axis=0) for r in stack.irreps])  # [k, d, d]
    projector: Matrices = np.zeros_like(stack.matrices)
    for c, basis in enumerate(stack.bases):
        rows = stack.orbit(c)
        projector[:, rows, rows] = basis.conj().swapaxes(1, 2) @ means @ basis
    unit = ridge * np.eye(projector.shape[1])
    return BlockStack(
        stack.irreps, stack.weight, stack.bases, projector @ (stack.matrices - unit) @ projector + unit
    )
