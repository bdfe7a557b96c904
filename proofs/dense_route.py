"""The dense route to an error: the Gram matrix of all points and Cholesky, without any group theory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from orbitkernels.numerics.dense import condition_of_spectrum, largest_inverse_eigenvalue, refit
from orbitkernels.numerics.rounding_scale import PowersOfTwo
from orbitkernels.theory.laws import IntArray

from .gram_size import require_matrices_fit
from .invariance import KernelLike, as_kernel, gram, refuse_asymmetric
from .missing import MissingLike, arranged, missing_points, missing_poses
from .orbits import FloatArray, Orbits, require_orbits
from .positivity import require_positive_matrix
from .ridge import Ridge, RidgeLike, mean_over_points
from .spectrum import is_positive

#: Matrices [N, N] held at once: what the kernel returns, K + r I, and a factor or the eigenvectors' workspace.
_HELD = 3


@dataclass(frozen=True)
class DenseRoute:
    """The Gram matrix of all points of the orbits, and the errors that follow from it.

    Attributes:
        orbits: The orbits.
        matrix: K + r I, array [N, N].
        ridge: r, absolute.
        rest: Array [N]: what rounding took from the diagonal when the ridge was added.
    """

    orbits: Orbits
    matrix: FloatArray
    ridge: float
    rest: FloatArray

    @classmethod
    def of(cls, kernel: KernelLike, orbits: Orbits, ridge: RidgeLike = 0.0) -> DenseRoute:
        """Evaluate the kernel at all pairs of points; the kernel need not be invariant."""
        given, kernel = Ridge.of(ridge), as_kernel(kernel)
        require_orbits(orbits, kernel)
        remedy = "spectral_error, or iterative_error with product='kernel'"
        require_matrices_fit(int(orbits.sizes.sum()), _HELD, remedy)
        matrix = gram(kernel, orbits.all_points).copy()
        diagonal = np.diagonal(matrix).copy()
        absolute = given.absolute(mean_over_points(diagonal, orbits.sizes) if given.is_relative else 0.0)
        refuse_asymmetric(matrix, ridge=absolute)
        sums = diagonal + absolute
        matrix[np.diag_indices_from(matrix)] = sums
        back = sums - diagonal
        return cls(orbits, matrix, absolute, (diagonal - (sums - back)) + (absolute - back))

    @cached_property
    def eigenvalues(self) -> FloatArray:
        """Array [N], ascending, of the eigenvalues of K + r I."""
        return np.linalg.eigvalsh(self.matrix).astype(np.float64, copy=False)

    def require_positive(self) -> None:
        """Check that K + r I is positive definite beyond rounding.

        Raises:
            SingularGramError: Otherwise.
        """
        if not is_positive(self.eigenvalues):
            require_positive_matrix(self.matrix, self.ridge)

    @cached_property
    def condition_number(self) -> float:
        """Largest over smallest eigenvalue of K + r I, which must be positive definite."""
        if PowersOfTwo.balancing(np.diagonal(self.matrix), self.orbits.point_targets).rows.any():
            return float(self.eigenvalues[-1]) * largest_inverse_eigenvalue(self.matrix)
        return condition_of_spectrum(self.eigenvalues)

    def errors(self, missing: MissingLike = "pose") -> FloatArray:
        """As :func:`orbitkernels.proofs.spectral.leave_out_error`."""
        self.require_positive()
        return refitted_errors(self.matrix, self.orbits, missing)


def dense_gram(kernel: KernelLike, orbits: Orbits, ridge: RidgeLike = 0.0) -> FloatArray:
    """Array [N, N]: K + r I over all points of the orbits."""
    return DenseRoute.of(kernel, orbits, ridge).matrix


def refitted_errors(dense: FloatArray, orbits: Orbits, missing: MissingLike = "pose") -> FloatArray:
    """Errors [C, m], or [C, p, m] for a list, from K + r I; that it is positive definite is not checked."""
    what = missing_poses(orbits.group, missing, len(orbits))
    return arranged([_refit(dense, orbits, points) for points in missing_points(orbits, what)], what)


def _refit(dense: FloatArray, orbits: Orbits, points: IntArray) -> FloatArray:
    """Array [p, m] of the errors when these points are missing, one of which may occur several times."""
    rows, position = np.unique(points, return_inverse=True)
    return refit(dense, orbits.point_targets, rows)[position]
