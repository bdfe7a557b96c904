r"""Powers of two that bring the diagonal of a Gram matrix, and its labels, near 1 before rounding is bounded.

For T = diag(2^e_i) the system K' = T^-1 K T^-1, y' = T^-1 y has the errors T^-1 e.  Cholesky, triangular
solves, sums of products and Fourier transforms, orbit by orbit, make the same roundings for both: a product by
a power of two is exact, each sum has all its terms multiplied by one power, a pivot by a square.  So what is
computed for K is T times what would be computed for K', bit by bit, and a bound for K' times T is a bound for
K, short of underflow and overflow.  K' has nearly the least condition number of all T^-1 K T^-1 (A. van der
Sluis, "Condition numbers and equilibration of matrices", Numerische Mathematik 14, 1969), and what Cholesky
does depends on that one alone (J. Demmel, "On floating point errors in Cholesky", LAPACK Working Note 14, 1989;
Higham, Theorem 10.6).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .blocks import BlockStack, FourierBlocks

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Exponents that need no care: squares of squares are within range, and a condition number changes by 2^8 at most.
_HARMLESS, _ALIKE = 100, 2


@dataclass(frozen=True)
class PowersOfTwo:
    """The exponents.

    Attributes:
        rows: Array [N]: e_i of each row of K, or [C] of each orbit.
        outputs: Array [m]: one more power for the labels of each output.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.rounding_scale import PowersOfTwo
        >>> scale = PowersOfTwo.balancing(np.array([1.0, 2.0**300]), np.array([[1.0], [2.0**150]]))
        >>> scale.matrix(np.array([[1.0, 0.0], [0.0, 2.0**300]])).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
        >>> scale.labels(np.array([[1.0], [2.0**150]])).tolist()
        [[1.0], [1.0]]
    """

    rows: IntArray
    outputs: IntArray

    @classmethod
    def balancing(cls, diagonal: FloatArray, labels: FloatArray) -> PowersOfTwo:
        """That bring a diagonal [N] and labels [N, m] near 1; all 0 where that gains nothing."""
        rows = np.where(diagonal > 0, np.frexp(diagonal)[1] // 2, 0).astype(np.int64)
        if np.ptp(rows) <= _ALIKE and np.abs(rows).max() <= _HARMLESS:
            rows = np.zeros_like(rows)
        exponents = np.where(labels != 0, np.frexp(labels)[1] - rows[:, None], np.iinfo(np.int32).min)
        outputs = np.where(np.any(labels != 0, axis=0), exponents.max(axis=0), 0).astype(np.int64)
        return cls(rows, np.where(np.abs(outputs) <= _HARMLESS, 0, outputs))

    def matrix(self, values: FloatArray) -> FloatArray:
        """T^-1 A T^-1 of a matrix [N, N], or of a symbol [C, C, n]."""
        exponents = -(self.rows[:, None] + self.rows[None, :])
        return self._times(values, exponents.reshape(exponents.shape + (1,) * (values.ndim - 2)))

    def diagonal(self, values: FloatArray | float) -> FloatArray:
        """The diagonal of T^-1 diag(a) T^-1, array [N]."""
        return self._times(np.broadcast_to(np.asarray(values, dtype=np.float64), self.rows.shape), -2 * self.rows)

    def labels(self, values: FloatArray, rows: IntArray | slice = slice(None)) -> FloatArray:
        """T^-1 y, array [p, m], of labels or errors at some rows."""
        return self._times(values, -(self.rows[rows][:, None] + self.outputs))

    def back(self, values: FloatArray, rows: IntArray | slice = slice(None)) -> FloatArray:
        """T y, array [p, m]."""
        return self._times(values, self.rows[rows][:, None] + self.outputs)

    def blocks(self, blocks: FourierBlocks) -> FourierBlocks:
        """The Fourier blocks of T^-1 K T^-1; the same object if nothing changes."""
        if not self.rows.any():
            return blocks
        return replace(blocks, stacks=tuple(self._stack(stack) for stack in blocks.stacks))

    def _stack(self, stack: BlockStack) -> BlockStack:
        factors = np.ldexp(1.0, -np.repeat(self.rows, np.diff(stack.offsets)))
        return replace(stack, matrices=stack.matrices * factors[:, None] * factors[None, :])

    @property
    def relative(self) -> FloatArray:
        """T over its largest entry, array [N]."""
        return np.asarray(np.ldexp(1.0, self.rows - self.rows.max()))

    @staticmethod
    def _times(values: FloatArray, exponents: IntArray) -> FloatArray:
        if not exponents.any():
            return np.asarray(values)
        with np.errstate(under="ignore", over="ignore"):
            return np.asarray(np.ldexp(values, exponents))
