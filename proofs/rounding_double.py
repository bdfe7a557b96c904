"""Rounding bounds of the two routes to an error in double precision; the formulas are in numerics.rounding."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from orbitkernels.numerics.blocks import BlockStack, FourierBlocks
from orbitkernels.numerics.dense import condition_of_spectrum
from orbitkernels.numerics.fourier import dual_coefficients, inverse_diagonal
from orbitkernels.numerics.rounding import (
    DOUBLE,
    BlockSizes,
    InverseRounding,
    Refit,
    gamma,
    inverse_rounding,
    quotient_bound,
    refit_bound,
    smallest_eigenvalue,
    typical_refit_error,
)
from orbitkernels.theory.laws import IntArray

from .dense_route import DenseRoute
from .irreps import UnitaryIrrep, unitary_irreps
from .large_orbits import StackedRoute, irrep_route
from .missing import Missing, MissingLike, OrbitPoses, arranged, missing_points, missing_poses
from .orbits import FloatArray
from .spectral import FourierRoute

#: What a bound is for: rounding whatever happens, rounding as it usually is, or errors of the kernel's values.
Kind = Literal["bound", "level", "kernel"]

#: Longest list of missing poses with a bound; what solves for more is not bounded here.
MOST_MISSING = 512

#: Distance of a matrix of the fast transform from an exact irrep, in units of u sqrt(d) log2 n.
_FAST_IRREPS = 64

#: Distance of a computed basis of fixed vectors from an exact one, in units of u d.
_BASES = 32


class FourierRounding:
    """Bounds for errors by Fourier blocks.

    Args:
        route: The blocks.
        kernel_accuracy: Largest error of k(x, y) relative to sqrt(k(x, x) k(y, y)).
    """

    def __init__(self, route: FourierRoute, kernel_accuracy: float) -> None:
        self.route, self.kernel_accuracy, self.unit = route, kernel_accuracy, DOUBLE
        self.orbits = route.orbits
        sizes = block_sizes(route.blocks, *(mass(route.symbol, route.orbits, power) for power in (1, 2)))
        self.sizes = replace(sizes, irrep_errors=irrep_errors(route.orbits, sizes.degrees))
        self.duals = dual_coefficients(route.blocks, route.orbits.targets)
        self.diagonal = inverse_diagonal(route.blocks)

    @property
    def condition_number(self) -> float:
        """Of K + r I."""
        return self.route.spectrum.condition_number

    def bounds(self, missing: MissingLike, errors: FloatArray, kind: Kind) -> FloatArray:
        """Array of the shape of the errors; NaN for lists of more than MOST_MISSING poses."""
        what = missing_poses(self.orbits.group, missing, len(self.orbits))
        moved = inverse_rounding(self.sizes, self._perturbations(kind), self.orbits.sizes, self.duals, self.unit)
        if not what.alike:
            return self._set_bounds(what, errors, moved)
        rounded = DOUBLE * np.abs(errors)
        return rounded + np.stack([self._alike(what, c, errors[c], moved) for c in range(len(errors))])

    def _perturbations(self, kind: Kind) -> FloatArray:
        """Array [k]: how far each block is off."""
        if kind == "kernel":
            return np.full(len(self.sizes.traces), self.kernel_accuracy * self.sizes.trace)
        return (
            self.sizes.perturbations(self.unit) if kind == "bound" else self.sizes.typical_perturbations(self.unit)
        )

    def _alike(self, what: Missing, c: int, errors: FloatArray, moved: InverseRounding) -> FloatArray:
        """Array [m]: one pose, or a coset with the sum s of its row of K^-1."""
        count = np.unique(self.orbits.pose_index(c, what.elements)).size
        if count == 1:
            return quotient_bound(moved.duals[c], moved.entries[c], 1 / self.diagonal[c], np.abs(errors))
        overlaps = [np.intersect1d(what.elements, H.elements).size for H in self.orbits.stabilisers]
        row_sum = irrep_route(self.orbits.group).row_sums(self.route.blocks, what.elements, overlaps)[c]
        entry = moved.entries[c] + self.sizes.sums(self.unit) * self.diagonal[c]
        return quotient_bound(moved.duals[c], count * entry, 1 / row_sum, np.abs(errors))

    def _set_bounds(self, what: Missing, errors: FloatArray, moved: InverseRounding) -> FloatArray:
        """Bounds for the poses of lists, by the entries of K^-1 among them."""
        inverse = irrep_route(self.orbits.group).inverse_symbol(self.route.blocks)
        found = []
        for points, sets in zip(
            missing_points(self.orbits, what), errors if what.orbits is None else [errors], strict=True
        ):
            S, first = np.unique(points, return_index=True)
            if S.size > MOST_MISSING:
                found.append(np.full(sets.shape, np.nan))
                continue
            orbit = np.searchsorted(self.orbits.offsets, S, side="right") - 1
            block = entries(inverse, self.orbits, S, orbit)
            extra = self.sizes.sums(self.unit) + float(gamma(3 * S.size + 1, self.unit))
            entry = float(np.max(moved.entries[orbit] + extra * self.diagonal[orbit]))
            smallest = float(np.linalg.eigvalsh(block)[0])
            norm = 1 / smallest if smallest > 0 else np.inf
            numerators = np.linalg.norm(moved.duals[orbit], axis=0)
            bound = quotient_bound(numerators, S.size * entry, norm, np.linalg.norm(sets[first], axis=0))
            found.append(np.broadcast_to(bound, sets.shape) + DOUBLE * np.abs(sets))
        return arranged(found, what)


class DenseRounding:
    """Bounds for errors by Cholesky on the points that are not missing.

    Args:
        route: The Gram matrix.
        kernel_accuracy: As for :class:`FourierRounding`.
    """

    def __init__(self, route: DenseRoute, kernel_accuracy: float) -> None:
        self.route, self.kernel_accuracy = route, kernel_accuracy
        self.smallest = smallest_eigenvalue(route.eigenvalues)

    @property
    def condition_number(self) -> float:
        """Of K + r I."""
        return condition_of_spectrum(self.route.eigenvalues)

    def bounds(self, missing: MissingLike, errors: FloatArray, kind: Kind) -> FloatArray:
        """Array of the shape of the errors."""
        what = missing_poses(self.route.orbits.group, missing, len(self.route.orbits))
        matrix, labels = self.route.matrix, self.route.orbits.point_targets
        perturbation = self.kernel_accuracy * float(np.trace(matrix)) if kind == "kernel" else None
        found = []
        for points in missing_points(self.route.orbits, what):
            rows, position = np.unique(points, return_inverse=True)
            refit = Refit.of(matrix, labels, rows)
            if kind == "level":
                bound = typical_refit_error(refit, matrix, labels, rows)
            else:
                bound = refit_bound(refit, matrix, labels, rows, self.smallest, perturbation=perturbation)
            found.append(bound[position])
        return arranged(found, what) + DOUBLE * np.abs(errors)


# ---------------------------------------------------------------------- what the bounds need


def block_sizes(blocks: FourierBlocks, mass: float, root_mean_square: float) -> BlockSizes:
    """Traces and sizes of the blocks, irrep after irrep, for exact irreps."""
    parts = [_stack_sizes(stack, blocks.sizes.size) for stack in blocks.stacks]
    place = np.argsort(np.concatenate([stack.irreps for stack in blocks.stacks]), kind="stable")
    degrees, rows, weights, is_complex, traces, inverses, skew = (
        np.concatenate(column)[place] for column in zip(*parts, strict=True)
    )
    exact = np.zeros(len(degrees))
    return BlockSizes(
        degrees, rows, weights, is_complex, traces, inverses, skew, exact, mass, root_mean_square, blocks.order
    )


def _stack_sizes(stack: BlockStack, orbits: int) -> tuple[FloatArray, ...]:
    """Columns of :class:`BlockSizes` for one stack."""
    count, rows = stack.matrices.shape[:2]
    columns = np.sum(np.abs(stack.inverse_factors) ** 2, axis=1)  # [k, D]
    inverses = np.stack([columns[:, stack.orbit(c)].sum(axis=1) for c in range(orbits)], axis=1)
    skew = np.linalg.norm(stack.matrices - stack.matrices.conj().swapaxes(1, 2), axis=(1, 2)) / 2
    return (
        np.full(count, stack.bases[0].shape[1]),
        np.full(count, rows),
        np.full(count, float(stack.weight)),
        np.full(count, np.iscomplexobj(stack.matrices)),
        np.trace(stack.matrices, axis1=1, axis2=2).real,
        inverses,
        skew,
    )


def mass(symbol: FloatArray, orbits: OrbitPoses, power: int = 1) -> float:
    """||Phi|| with Phi_ab = (sum_g |phi_ab(g)|^p)^(1/p) / sqrt(|H_a| |H_b|)."""
    scale = 1 / np.sqrt([H.order for H in orbits.stabilisers])
    return float(np.linalg.norm(np.linalg.norm(symbol, power, axis=2) * np.outer(scale, scale), 2))


def irrep_errors(orbits: OrbitPoses, degrees: IntArray) -> FloatArray:
    """Array [k]: distance of the matrices of each irrep, and of the bases of fixed vectors, from exact ones.

    A violation v of rho(g s) = rho(g) rho(s) on the edges of the Cayley graph is one of at most L v for all pairs
    of elements, with L factors in the longest product, and an exact irrep is within twice that (D. Kazhdan, "On
    epsilon-representations", Israel Journal of Mathematics 43, 1982).
    """
    if isinstance(irrep_route(orbits.group), StackedRoute):
        errors = np.array([_irrep_error(rho) for rho in unitary_irreps(orbits.group)])
    else:
        errors = _FAST_IRREPS * DOUBLE * np.sqrt(degrees) * np.log2(orbits.group.order)
    return np.asarray(errors + (0 if is_free(orbits) else 2 * _BASES * DOUBLE * degrees))


def _irrep_error(rho: UnitaryIrrep) -> float:
    """2 L d v."""
    length = rho.rounding / (2 * DOUBLE * np.sqrt(rho.degree))
    return float(2 * length * rho.degree * max(rho.residual, DOUBLE))


def is_free(orbits: OrbitPoses) -> bool:
    """Whether every stabiliser is trivial."""
    return all(H.order == 1 for H in orbits.stabilisers)


def entries(symbol: FloatArray, orbits: OrbitPoses, points: IntArray, orbit: IntArray) -> FloatArray:
    """Matrix phi_ab(g^-1 h) [p, p] over poses g x_a and h x_b."""
    group = orbits.group
    places = zip(points.tolist(), orbit.tolist(), strict=True)
    elements = np.array([orbits.representatives[c][p - orbits.offsets[c]] for p, c in places], dtype=np.int64)
    quotients = group.multiply(group.inverse(elements)[:, None], elements[None, :])
    found: FloatArray = symbol[orbit[:, None], orbit[None, :], quotients]
    return found
