"""Whether K + r I is positive definite beyond rounding where orbits have very different lengths.

Of a matrix whose diagonal runs over 16 digits the small eigenvalues are lost in the rounding of the large ones,
though no algorithm here loses a digit: all make the same roundings for T^-1 (K + r I) T^-1, T a diagonal of powers
of two, see :mod:`orbitkernels.numerics.rounding_scale`.  The two are positive definite together, so the second,
whose diagonal is near 1, decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np

from orbitkernels.numerics.blocks import BlockStack, FourierBlocks
from orbitkernels.numerics.fourier import block_spectrum
from orbitkernels.numerics.rounding_scale import PowersOfTwo

from .orbits import FloatArray
from .spectrum import USEFUL_CONDITION, is_positive, refusal, ridge_to_add

#: Smallest k(x, x) + r of which reciprocals, and sums of them, are floats.
_SHORTEST = 2.0**-1000


@dataclass(frozen=True)
class _Balanced:
    """T^-1 (K + (r + s) I) T^-1, the diagonal near 1.

    Attributes:
        eigenvalues: Array [k].
        what: Whose the smallest is.
        rows: Rows of the largest matrix that they were computed from.
    """

    eigenvalues: FloatArray
    what: str
    rows: int

    @property
    def is_positive(self) -> bool:
        """Beyond rounding."""
        return is_positive(self.eigenvalues, self.rows)

    @property
    def is_useful(self) -> bool:
        """Whether the condition number is near USEFUL_CONDITION; a ridge in units of one orbit lifts by less."""
        return bool(self.eigenvalues.max() < 32 * USEFUL_CONDITION * self.eigenvalues.min())


def require_positive_blocks(blocks: FourierBlocks, diagonal: FloatArray, ridge: float, name: str) -> None:
    """Check that K + r I is positive definite beyond rounding, its orbits scaled to equal length.

    Args:
        blocks: Fourier blocks of K + r I.
        diagonal: Array [C] of k(x_c, x_c) + r.
        ridge: r.
        name: What the Gram matrix belongs to.

    Raises:
        SingularGramError: If it is not; the message names the irrep with the smallest eigenvalue of the scaled
            matrix, and the least ridge, about, that would bring its condition number to about 10^8.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.fourier import fourier_blocks
        >>> from orbitkernels.proofs.positivity import require_positive_blocks
        >>> phi = np.array([[[1.0], [5e8]], [[5e8], [1e18]]])
        >>> blocks = fourier_blocks(phi, [np.ones((1, 1, 1))])
        >>> require_positive_blocks(blocks, np.array([1.0, 1e18]), 0.0, "two points")
    """

    def balanced(added: float) -> _Balanced:
        scale = _scale(diagonal + added)
        scaled = scale.blocks(_shifted(blocks, added))
        values, weights, irreps = block_spectrum(scaled)
        worst = int(np.argmin(values))
        where = f"{name}, in the Fourier block of irrep {irreps[worst]} (degree {weights[worst]}){_note(scale)},"
        return _Balanced(values, where, int(np.bincount(irreps).max()))

    _require(balanced, diagonal, ridge)


def require_positive_matrix(matrix: FloatArray, ridge: float) -> None:
    """As :func:`require_positive_blocks`, of the matrix K + r I [N, N] itself, point by point."""
    diagonal = np.diagonal(matrix)

    def balanced(added: float) -> _Balanced:
        scale = _scale(diagonal + added)
        scaled = scale.matrix(matrix + added * np.eye(len(matrix)) if added else matrix)
        values = np.linalg.eigvalsh(scaled).astype(np.float64, copy=False)
        return _Balanced(values, f"the {len(matrix)} points{_note(scale)}", len(matrix))

    _require(balanced, diagonal, ridge)


def largest_inverse(blocks: FourierBlocks) -> float:
    """Largest eigenvalue of (K + r I)^-1, accurate where lengths differ: it is that of L^-* L^-1.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.fourier import fourier_blocks
        >>> from orbitkernels.proofs.positivity import largest_inverse
        >>> round(largest_inverse(fourier_blocks(np.array([[[4.0, 2.0]]]), [np.ones((2, 1, 1))])), 12)
        0.166666666667
    """

    def largest(stack: BlockStack) -> float:
        L = stack.inverse_factors
        return float(replace(stack, matrices=L.conj().swapaxes(1, 2) @ L).eigenvalues.max(initial=0.0))

    return max(map(largest, blocks.stacks))


def _require(balanced: Callable[[float], _Balanced], diagonal: FloatArray, ridge: float) -> None:
    found = balanced(0.0)
    if not found.is_positive:
        _refuse(balanced, found, diagonal, ridge)


def _refuse(
    balanced: Callable[[float], _Balanced], found: _Balanced, diagonal: FloatArray, ridge: float
) -> NoReturn:
    """With the least ridge that helps: that of the orbit that makes it singular, in units of its length."""
    units = np.ldexp(1.0, 2 * np.unique(_scale(diagonal).rows))
    tried = ridge_to_add(found.eigenvalues) * units
    added = next((float(r) for r in tried[:-1] if balanced(float(r)).is_useful), float(tried[-1]))
    raise refusal(found.eigenvalues, found.what, ridge, found.rows, added)


def _scale(diagonal: FloatArray) -> PowersOfTwo:
    """T; the unit matrix if an orbit is so short that K^-1 overflows, which no scale would mend."""
    none = np.zeros((len(diagonal), 0))
    return PowersOfTwo.balancing(diagonal if not 0 < diagonal.min() < _SHORTEST else np.ones(len(diagonal)), none)


def _note(scale: PowersOfTwo) -> str:
    """What is added to the name of a matrix that is scaled."""
    return " (lengths divided out)" if scale.rows.any() else ""


def _shifted(blocks: FourierBlocks, added: float) -> FourierBlocks:
    """The blocks of K + (r + s) I."""
    if not added:
        return blocks
    stacks = (replace(s, matrices=s.matrices + added * np.eye(s.rows)) for s in blocks.stacks)
    return replace(blocks, stacks=tuple(stacks))
