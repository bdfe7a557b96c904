"""The dense route to an error: the Gram matrix of all points and Cholesky, without any group theory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from orbitkernels.numerics.dense import refit

from .invariance import KernelLike, gram, refuse_asymmetric
from .missing import Missing, MissingLike, missing_poses
from .orbits import FloatArray, Orbits
from .ridge import Ridge, RidgeLike
from .spectrum import require_positive


@dataclass(frozen=True)
class DenseRoute:
    """The Gram matrix of all points of the orbits, and the errors that follow from it.

    Attributes:
        orbits: The orbits.
        matrix: K + r I, array [N, N].
        ridge: r, absolute.
    """

    orbits: Orbits
    matrix: FloatArray
    ridge: float

    @classmethod
    def of(cls, kernel: KernelLike, orbits: Orbits, ridge: RidgeLike = 0.0) -> DenseRoute:
        """Evaluate the kernel at all pairs of points; the kernel need not be invariant."""
        given = Ridge.of(ridge)
        matrix = gram(kernel, orbits.all_points).copy()
        refuse_asymmetric(matrix)
        absolute = given.absolute(float(np.mean(np.diagonal(matrix))))
        matrix[np.diag_indices_from(matrix)] += absolute
        return cls(orbits, matrix, absolute)

    @cached_property
    def eigenvalues(self) -> FloatArray:
        """Array [N], ascending, of the eigenvalues of K + r I."""
        return np.linalg.eigvalsh(self.matrix).astype(np.float64, copy=False)

    def require_positive(self) -> None:
        """Check that K + r I is positive definite beyond rounding.

        Raises:
            SingularGramError: Otherwise.
        """
        require_positive(self.eigenvalues, f"the {len(self.matrix)} points", self.ridge)

    def errors(self, missing: MissingLike = "pose") -> FloatArray:
        """As :func:`orbitkernels.proofs.spectral.leave_out_error`."""
        self.require_positive()
        return refitted_errors(self.matrix, self.orbits, missing)


def dense_gram(kernel: KernelLike, orbits: Orbits, ridge: RidgeLike = 0.0) -> FloatArray:
    """Array [N, N]: K + r I over all points of the orbits."""
    return DenseRoute.of(kernel, orbits, ridge).matrix


def refitted_errors(dense: FloatArray, orbits: Orbits, missing: MissingLike = "pose") -> FloatArray:
    """Errors [C, m], or [C, p, m] for a list, from K + r I; that it is positive definite is not checked."""
    what = missing_poses(orbits.group, missing)
    errors = np.stack([_refit_orbit(dense, orbits, c, what) for c in range(len(orbits))])  # [C, p, m]
    return errors[:, 0] if what.alike else errors


def _refit_orbit(dense: FloatArray, orbits: Orbits, c: int, what: Missing) -> FloatArray:
    """Array [p, m] of the errors when the poses are missing from orbit c."""
    poses, position = np.unique(orbits.pose_index(c, what.elements), return_inverse=True)
    return refit(dense, orbits.point_targets, orbits.offsets[c] + poses)[position]
