r"""How far rounding moves errors at a set S of missing poses, for each of the three ways in which they are solved.

*By Cholesky on S*, M e = w with M = [K^-1]_SS and w = [K^-1 y]_S, see :mod:`orbitkernels.numerics.rounding`: with
F the error of M and z that of w, e moves by delta with (M + F) delta = z - F e, so that

    ||M^1/2 delta|| <= (||M^-1/2 z|| + theta ||M^1/2 e||) / (1 - theta),    theta = ||M^-1/2 F M^-1/2||,

and |delta_i| <= [M^-1]_ii^1/2 ||M^1/2 delta||.

*By iteration on S*, the same a posteriori: what is left, rho = w - M e, adds ||M^-1/2 rho||, which is at most
||K||^1/2 ||rho||.  As M^-1 is a Schur complement of K, [M^-1]_ii <= K_ii, and no matrix of S is needed.

*By Cholesky on the other points R*, e = y_S - K_SR a with a = K_RR^-1 y_R: a perturbation D of K moves e_i by
(1, -b)^T D (0, a), with b = K_RR^-1 K_Ri.  As K_ii - K_iR K_RR^-1 K_Ri >= 0, |b|^2 <= K_ii ||K_RR^-1||.

Each is prepared in the place of the one matrix that the solution itself needs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from .rounding import DOUBLE, FloatArray, InverseRounding, gamma

#: Rows of an inverse factor whose sizes are summed at a time.
_ROWS = 256


@dataclass(frozen=True)
class SetSizes:
    """What the first bound needs to know of M = L L^T, of the errors e [s, m] and of rounding r [s, m] of w.

    For one set, or for many in leading axes.

    Attributes:
        spread: Array [...]: || |L^-1| diag(M)^1/2 ||^2.
        roots: Array [..., s]: [M^-1]_ii^1/2.
        energies: Array [..., m]: ||M^1/2 e||.
        rounded: Array [..., m]: || |L^-1| r ||.
    """

    spread: FloatArray
    roots: FloatArray
    energies: FloatArray
    rounded: FloatArray

    @classmethod
    def of(
        cls, factor: FloatArray, inverse_factor: FloatArray, errors: FloatArray, rounded: FloatArray
    ) -> SetSizes:
        """From L and L^-1, arrays [..., s, s]."""
        turned = factor.swapaxes(-2, -1) @ errors
        return cls._of(np.linalg.norm(factor, axis=-1), turned, inverse_factor, rounded)

    @classmethod
    def in_place(cls, matrix: FloatArray, errors: FloatArray, rounded: FloatArray) -> SetSizes:
        """From M, array [s, s], which is overwritten.

        Raises:
            numpy.linalg.LinAlgError: If M is not positive definite.
        """
        diagonal = np.sqrt(np.diagonal(matrix))
        factor = _cholesky(matrix)
        turned = factor.T @ errors
        return cls._of(diagonal, turned, lapack.dtrtri(factor, lower=1, overwrite_c=1)[0], rounded)

    @classmethod
    def _of(
        cls, diagonal: FloatArray, turned: FloatArray, inverse_factor: FloatArray, rounded: FloatArray
    ) -> SetSizes:
        columns = np.concatenate([diagonal[..., None], rounded], axis=-1)
        products, squares = np.zeros_like(columns[..., 0, :]), np.zeros_like(diagonal)
        for start in range(0, diagonal.shape[-1], _ROWS):
            sizes = np.abs(inverse_factor[..., start : start + _ROWS, :])
            products += np.sum((sizes @ columns) ** 2, axis=-2)
            squares += np.sum(sizes**2, axis=-2)
        energies = np.linalg.norm(turned, axis=-2)
        return cls(products[..., 0], np.sqrt(squares), energies, np.sqrt(products[..., 1:]))


def set_bound(sizes: SetSizes, moved: InverseRounding, entry: float) -> FloatArray:
    """Bound of the errors that were found by Cholesky on S.

    Args:
        sizes: Of the set.
        moved: What is known of K^-1.
        entry: Largest error of an entry of M, relative to (m_ii m_jj)^1/2, beside that of K^-1.

    Returns:
        Array [..., s, m]; infinite if M may be singular.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.rounding import InverseRounding
        >>> from orbitkernels.numerics.rounding_sets import SetSizes, set_bound
        >>> known = InverseRounding(np.zeros(1), np.zeros((1, 1)), np.array(0.5), np.zeros(1), np.zeros((1, 1)))
        >>> sizes = SetSizes.in_place(np.eye(2), np.array([[3.0], [4.0]]), np.zeros((2, 1)))
        >>> set_bound(sizes, known, 0.0).tolist()
        [[5.0], [5.0]]
    """
    noise = np.asarray(entry * sizes.spread)[..., None]
    theta = np.asarray(moved.relative)[..., None] * (1 + noise) + noise
    with np.errstate(invalid="ignore", divide="ignore"):  # where M may be singular
        norm = (moved.labels * np.sqrt(1 + noise) + sizes.rounded + theta * sizes.energies) / (1 - theta)
    return np.asarray(sizes.roots[..., :, None] * np.where(theta < 1, norm, np.inf)[..., None, :])


def residual_bound(
    own: FloatArray, norm: float, residual: FloatArray, energies: FloatArray, moved: InverseRounding
) -> FloatArray:
    """Bound of any errors e at S, from their residual.

    Args:
        own: Array [s]: the diagonal of K at S.
        norm: An upper bound of ||K||.
        residual: Array [m]: an upper bound of ||w - M e||, its rounding included.
        energies: Array [m]: ||M^1/2 e||.
        moved: What is known of K^-1.

    Returns:
        Array [s, m]; infinite if K may be singular.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.rounding import InverseRounding
        >>> from orbitkernels.numerics.rounding_sets import residual_bound
        >>> exact = InverseRounding(np.zeros(1), np.zeros((1, 1)), np.array(0.0), np.zeros(1), np.zeros((1, 1)))
        >>> residual_bound(np.array([4.0]), 4.0, np.array([0.5]), np.array([1.0]), exact).tolist()
        [[2.0]]
    """
    theta = moved.relative
    if not theta < 1:
        return np.full((own.size, energies.size), np.inf)
    total = (moved.labels + np.sqrt(norm) * residual + theta * energies) / (1 - theta)
    return np.asarray(np.sqrt(own)[:, None] * total)


@dataclass(frozen=True)
class ObservedSizes:
    """Kernel regression on the points R, solved by Cholesky.

    Attributes:
        count: r, the number of points.
        trace: tr K_RR.
        inverse: A bound of ||K_RR^-1||.
        duals: Array [m]: ||a||, a = K_RR^-1 y_R.
    """

    count: int
    trace: float
    inverse: float
    duals: FloatArray

    @classmethod
    def in_place(cls, matrix: FloatArray, labels: FloatArray) -> ObservedSizes:
        """From K_RR, array [r, r], which is overwritten, and y_R [r, m].

        Raises:
            numpy.linalg.LinAlgError: If K_RR is not positive definite.
        """
        if not len(labels):
            return cls(0, 0.0, 0.0, np.zeros(labels.shape[1]))
        trace = float(np.trace(matrix))
        factor = _cholesky(matrix)
        duals = lapack.dpotrs(factor, labels, lower=1)[0]
        inverse = lapack.dtrtri(factor, lower=1, overwrite_c=1)[0]
        squares = sum(float(np.sum(inverse[i : i + _ROWS] ** 2)) for i in range(0, len(inverse), _ROWS))
        return cls(len(labels), trace, squares, np.linalg.norm(duals, axis=0))

    def moved(self, size: float, own: FloatArray) -> FloatArray:
        """Bound [s, m] of what a perturbation D of K, ||D|| <= size, does; infinite if K_RR may be singular.

        Args:
            size: ||D||, or a typical entry of D.
            own: Array [s]: the diagonal of K at S.
        """
        eta = max(size, self.backward) * self.inverse
        if not eta < 1:
            return np.full((own.size, self.duals.size), np.inf)
        weights = np.sqrt(own * self.inverse / (1 - eta))
        return np.asarray(size * np.hypot(1, weights)[:, None] * self.duals / (1 - eta) ** 2)

    @property
    def backward(self) -> float:
        """||D|| for which Cholesky and two solves are exact."""
        return float(gamma(3 * self.count + 1, DOUBLE)) * self.trace


def _cholesky(matrix: FloatArray) -> FloatArray:
    """The lower factor of a symmetric matrix in its place."""
    factor, info = lapack.dpotrf(matrix.T, lower=1, clean=1, overwrite_a=1)
    if info:
        raise np.linalg.LinAlgError("The matrix is not positive definite.")
    return np.asarray(factor)
