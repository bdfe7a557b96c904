"""Errors of any set of missing poses without the Gram matrix: Theorem T1 with K and K^-1 from their symbols (T2).

For a set S of s poses, of one orbit or several, and the R of the other N - s,

    error_S = ([K^-1]_SS)^-1 [K^-1 y]_S = y_S - K_SR K_RR^-1 y_R.

The first is solved by Cholesky if S is small, the second if R is; memory is that of one such matrix.  If both are
large, the first is solved by conjugate gradients: products with [K^-1]_SS by Fourier transforms, memory O(n),
preconditioned by K_SS.  As K K^-1 = I, K_SS [K^-1]_SS = I - K_SR [K^-1]_RS, so that at most N - s eigenvalues of
the product differ from 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from orbitkernels.errors import SingularGramError
from orbitkernels.numerics.blocks import FourierBlocks
from orbitkernels.numerics.conjugate_gradients import Product, conjugate_gradients
from orbitkernels.numerics.fourier import dual_coefficients, spectral_errors
from orbitkernels.numerics.symbol_operator import OrbitOperator, gram_operators
from orbitkernels.numerics.symbol_transform import symbol_blocks
from orbitkernels.theory.laws import IntArray

from .large_orbits import IrrepRoute, symbol_transform
from .missing import MissingLike, OrbitPoses, arranged, missing_points, missing_poses
from .orbits import FloatArray

Method = Literal["auto", "missing", "observed", "iterative"]

#: Largest matrix that is factored; 4096 rows take 128 MiB.
MAX_DENSE = 4096

#: Size of S up to which [K^-1]_SS is taken, whatever remains.
_SMALL = 512

#: Entries of a symbol that are looked up at a time.
_ENTRIES = 2**20

#: Relative residual at which the iteration stops, and the one that is still accepted, of each orbit.
TOLERANCE, ACCEPTED = 1e-14, 1e-8

#: Most iterations.
MAX_ITERATIONS = 2000


@dataclass(frozen=True, eq=False)
class MissingSets:
    """Errors of missing poses from the Fourier blocks of K + r I.

    Attributes:
        orbits: C orbits with their targets [C, m].
        route: The irreps.
        blocks: Fourier blocks, ridge included.
        symbol: phi_ab(g) without the ridge, array [C, C, n].
        ridge: r.
    """

    orbits: OrbitPoses
    route: IrrepRoute
    blocks: FourierBlocks
    symbol: FloatArray
    ridge: float

    def errors(self, missing: MissingLike = "pose") -> FloatArray:
        """As :func:`orbitkernels.spectral_error`."""
        what = missing_poses(self.orbits.group, missing, len(self.orbits))
        if not what.alike:
            return arranged([self.set_errors(points) for points in missing_points(self.orbits, what)], what)
        if what.elements.size == 1:
            return spectral_errors(self.blocks, self.orbits.targets)
        overlaps = [np.intersect1d(what.elements, H.elements).size for H in self.orbits.stabilisers]
        return self._coefficients / self.route.row_sums(self.blocks, what.elements, overlaps)[:, None]

    def set_errors(self, points: IntArray, method: Method = "auto") -> FloatArray:
        """Errors [p, m] at poses that are missing at the same time.

        Args:
            points: Positions [p] among all poses, orbit after orbit; one may occur several times.
            method: Which equation is solved, and how: ``"missing"`` and ``"observed"`` by Cholesky on S and R,
                ``"iterative"`` by conjugate gradients on S, ``"auto"`` what costs least.

        Raises:
            SingularGramError: If the equation cannot be solved to the accuracy ACCEPTED.
        """
        S, position = np.unique(points, return_inverse=True)
        solve = {"missing": self._on_missing, "observed": self._on_observed, "iterative": self._iterative}
        return solve[self._method(S.size) if method == "auto" else method](S)[position]

    def _method(self, size: int) -> Method:
        """What costs least: Cholesky on the smaller set, unless both are large."""
        others = int(self.orbits.offsets[-1]) - size
        if size <= max(_SMALL, min(others, MAX_DENSE)):
            return "missing"
        return "observed" if others <= MAX_DENSE else "iterative"

    def _on_missing(self, S: IntArray) -> FloatArray:
        """([K^-1]_SS)^-1 [K^-1 y]_S."""
        return _solve(self._looked_up(self._inverse, S), self._coefficients[self._orbit_of(S)])

    def _on_observed(self, S: IntArray) -> FloatArray:
        """y_S - K_SR K_RR^-1 y_R."""
        labels, N = self._labels, int(self.orbits.offsets[-1])
        R = np.setdiff1d(np.arange(N), S, assume_unique=True)
        dual = np.zeros_like(labels)
        if R.size:
            block = self._looked_up(self.symbol, R)
            block[np.diag_indices_from(block)] += self.ridge
            dual[R] = _solve(block, labels[R])
        return labels[S] - self._operators[0](dual)[S]

    def _iterative(self, S: IntArray) -> FloatArray:
        """Conjugate gradients on [K^-1]_SS with the preconditioner K_SS, to the accuracy of each orbit."""
        K, inverse = (Restricted(A, S, int(self.orbits.offsets[-1])) for A in self._operators)
        orbit = self._orbit_of(S)
        found = conjugate_gradients(inverse, self._coefficients[orbit], K, TOLERANCE, MAX_ITERATIONS, orbit)
        if not found.residual <= ACCEPTED:
            raise SingularGramError(
                f"The {S.size} missing poses of {self.orbits.group.name} leave an equation with the residual "
                f"{found.residual:.1e} after {found.iterations} steps of conjugate gradients; a larger ridge than "
                f"{self.ridge:.1e} makes it better conditioned."
            )
        return found.solution

    # ------------------------------------------------------------------ parts

    @cached_property
    def _coefficients(self) -> FloatArray:
        """K^-1 y on each orbit, [C, m]."""
        return dual_coefficients(self.blocks, self.orbits.targets)

    @cached_property
    def _inverse(self) -> FloatArray:
        """Symbol of K^-1."""
        return self.route.inverse_symbol(self.blocks)

    @cached_property
    def _labels(self) -> FloatArray:
        """y, [N, m]."""
        return np.repeat(self.orbits.targets, self.orbits.sizes, axis=0)

    @cached_property
    def _operators(self) -> tuple[OrbitOperator, OrbitOperator]:
        """K + r I and its inverse, by Fourier transforms."""
        return orbit_operators(self.orbits, self.symbol, self.ridge)

    def _orbit_of(self, points: IntArray) -> IntArray:
        """Array [p]: the orbit of each point."""
        return np.searchsorted(self.orbits.offsets, points, side="right") - 1

    def _looked_up(self, symbol: FloatArray, points: IntArray) -> FloatArray:
        """Matrix phi_ab(g^-1 h) [p, p] over poses g x_a and h x_b."""
        group, orbit = self.orbits.group, self._orbit_of(points)
        starts = self.orbits.offsets[orbit]
        elements = np.empty_like(points)
        for c in np.unique(orbit).tolist():
            here = orbit == c
            elements[here] = self.orbits.representatives[c][points[here] - starts[here]]
        inverses, found = group.law.inverse(elements), np.empty((points.size, points.size))
        step = max(1, _ENTRIES // points.size)
        for start in range(0, points.size, step):
            rows = slice(start, start + step)
            quotients = group.law.product(*np.broadcast_arrays(inverses[rows, None], elements[None, :]))
            found[rows] = symbol[orbit[rows, None], orbit[None, :], quotients]
        return found


def orbit_operators(orbits: OrbitPoses, symbol: FloatArray, ridge: float) -> tuple[OrbitOperator, OrbitOperator]:
    """K + r I and its inverse as products [N, m] -> [N, m] by Fourier transforms.

    Args:
        orbits: C orbits of a group of order n.
        symbol: phi_ab(g) without the ridge, array [C, C, n].
        ridge: r.
    """
    transform = symbol_transform(orbits.group)
    stabilisers = [None if H.order == 1 else H.elements for H in orbits.stabilisers]
    blocks = symbol_blocks(symbol, transform, stabilisers, ridge)
    every = np.arange(orbits.group.order, dtype=np.int64)
    cosets = [orbits.pose_index(c, every) for c in range(len(orbits))]
    return gram_operators(blocks, transform, cosets, orbits.representatives)


class Restricted:
    """The rows and columns S of a matrix that is known by its products.

    Args:
        product: v -> A v on arrays [N, m].
        points: S.
        size: N.
    """

    def __init__(self, product: Product, points: IntArray, size: int) -> None:
        self.product, self.points, self.size = product, points, size

    def __call__(self, vectors: FloatArray) -> FloatArray:
        """A_SS v for v [s, m]."""
        padded = np.zeros((self.size, vectors.shape[1]))
        padded[self.points] = vectors
        return self.product(padded)[self.points]


def _solve(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """Solution by Cholesky, in the place of the matrix."""
    try:
        found: FloatArray = cho_solve(cho_factor(matrix, overwrite_a=True, check_finite=False), right)
    except LinAlgError:
        raise SingularGramError(
            f"The matrix of {len(matrix)} poses is not positive definite to rounding; add a ridge."
        ) from None
    return found
