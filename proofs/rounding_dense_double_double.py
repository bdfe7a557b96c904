"""Errors without group theory in double-double precision: Cholesky of the given floats, with bounds.

The values of the kernel stay float64; the Gram matrix is made symmetric, and the ridge added, without rounding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from orbitkernels.errors import InputError, SingularGramError
from orbitkernels.numerics.rounding import DOUBLE, DOUBLE_DOUBLE, Refit, gamma, refit_bound, typical_refit_error
from orbitkernels.numerics.rounding_scale import PowersOfTwo
from orbitkernels.theory.laws import IntArray

from .dense_route import DenseRoute
from .missing import MissingLike, arranged, missing_points, missing_poses
from .orbits import FloatArray
from .rounding_double import Kind

if TYPE_CHECKING:
    from orbitkernels.numerics.double_double_matrices import DoubleDouble

#: Most points of a dense Gram matrix.
MOST_POINTS = 2048


class DenseDoubleDouble:
    """Errors by Cholesky on the points that are not missing, in double-double precision.

    Args:
        route: The Gram matrix.
        kernel_accuracy: As for :class:`orbitkernels.proofs.rounding_double_double.FourierDoubleDouble`.

    Raises:
        InputError: If there are more than MOST_POINTS points.
    """

    unit = DOUBLE_DOUBLE

    def __init__(self, route: DenseRoute, kernel_accuracy: float) -> None:
        self.route, self.kernel_accuracy = route, kernel_accuracy
        if len(route.matrix) > MOST_POINTS:
            raise InputError(
                f"Argument 'precision' is 'double-double', which is limited to {MOST_POINTS} points without group "
                f"theory, not {len(route.matrix)}; use spectral_error, or 'double'."
            )
        self.scale = PowersOfTwo.balancing(np.diagonal(route.matrix), route.orbits.point_targets)
        self.labels = self.scale.labels(route.orbits.point_targets)
        self.matrix = self._exact()
        self.symmetric = self.matrix.high
        self._done: dict[tuple[int, ...], tuple[FloatArray, Refit, float]] = {}

    def _exact(self) -> DoubleDouble:
        """(K + K^T)/2 + r I without rounding."""
        from orbitkernels.numerics import double_double_matrices as dd

        matrix = self.scale.matrix(self.route.matrix)
        half = dd.exactly(matrix / 2)
        total = dd.total(half, dd.exactly(matrix.T / 2))
        return dd.total(total, dd.exactly(np.diag(self.scale.diagonal(self.route.rest))))

    @property
    def condition_number(self) -> float:
        """Largest over smallest eigenvalue; the smallest from the factor in double-double precision."""
        from orbitkernels.numerics import double_double_matrices as dd

        inner = dd.inverse_factor(dd.cholesky(self.matrix, f"the {len(self.symmetric)} points"))
        T = np.outer(self.scale.relative, self.scale.relative)
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            inverse = dd.product(inner.T, inner).high / T
        if not np.isfinite(inverse).all():
            return float("inf")
        return float(np.linalg.eigvalsh(self.symmetric * T)[-1] * np.linalg.eigvalsh(inverse)[-1])

    def errors(self, missing: MissingLike) -> FloatArray:
        """Errors, rounded to float64."""
        what = missing_poses(self.route.orbits.group, missing, len(self.route.orbits))
        points = missing_points(self.route.orbits, what)
        return arranged([self._of_set(S)[np.unique(S, return_inverse=True)[1]] for S in points], what)

    def _of_set(self, points: IntArray) -> FloatArray:
        rows = np.unique(points)
        return self.scale.back(self._solved(rows)[0], rows)

    def bounds(self, missing: MissingLike, errors: FloatArray, kind: Kind) -> FloatArray:
        """Bounds of their errors, or typical sizes."""
        what = missing_poses(self.route.orbits.group, missing, len(self.route.orbits))
        labels, matrix = self.labels, self.symmetric
        perturbation = self.kernel_accuracy * float(np.trace(matrix)) if kind == "kernel" else None
        found = []
        for points in missing_points(self.route.orbits, what):
            rows, position = np.unique(points, return_inverse=True)
            _, refit, smallest = self._solved(rows)
            if kind == "level":
                bound = typical_refit_error(refit, matrix, labels, rows, self.unit)
            else:
                bound = refit_bound(refit, matrix, labels, rows, smallest, self.unit, perturbation)
            found.append(self.scale.back(bound, rows)[position])
        return np.asarray(arranged(found, what) + (0.0 if kind == "kernel" else DOUBLE * np.abs(errors)))

    def _solved(self, missing: IntArray) -> tuple[FloatArray, Refit, float]:
        """Errors [s, m], the solution on the other points, and a lower bound of the eigenvalues there."""
        from orbitkernels.numerics import double_double_matrices as dd

        key = tuple(missing.tolist())
        if key not in self._done:
            labels = self.labels
            kept = np.setdiff1d(np.arange(len(labels)), missing)
            factor = dd.cholesky(self.matrix.take(*np.ix_(kept, kept)), f"{kept.size} points")
            across = self.matrix.take(*np.ix_(missing, kept))
            duals = dd.solve(factor, dd.exactly(labels[kept]))
            weights = dd.solve(factor, across.T)
            errors = dd.total(dd.exactly(labels[missing]), -dd.product(across, duals))
            inverse = np.linalg.norm(dd.inverse_factor(factor).high) ** 2
            backward = gamma(3 * kept.size + 1, self.unit) * float(np.trace(self.symmetric))
            if not backward * inverse < 1:
                raise SingularGramError(
                    f"The Gram matrix of {kept.size} points is not positive definite beyond rounding in "
                    "double-double precision; add a ridge."
                )
            self._done[key] = (
                errors.high,
                Refit(duals.high, weights.high),
                float(1 / inverse) if kept.size else 1.0,
            )
        return self._done[key]


def takes_points(count: int) -> bool:
    """Whether so many points are not refused for their number.

    Example:
        >>> from orbitkernels.proofs.rounding_dense_double_double import takes_points
        >>> takes_points(2048), takes_points(2049)
        (True, False)
    """
    return count <= MOST_POINTS
