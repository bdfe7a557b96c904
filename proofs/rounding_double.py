"""Rounding bounds of the two routes to an error in double precision; the formulas are in numerics.rounding."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from orbitkernels.numerics.blocks import BlockStack, FourierBlocks
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
from orbitkernels.numerics.rounding_scale import PowersOfTwo
from orbitkernels.theory.laws import IntArray

from .dense_route import DenseRoute
from .fast_rounding import fast_irrep_error, fast_rounding
from .irreps import UnitaryIrrep, unitary_irreps
from .large_orbits import irrep_route
from .missing import Missing, MissingLike, OrbitPoses, arranged, missing_points, missing_poses
from .orbits import FloatArray
from .rounding_sets import ListRounding
from .spectral import FourierRoute

#: What a bound is for: rounding whatever happens, rounding as it usually is, or errors of the kernel's values.
Kind = Literal["bound", "level", "kernel"]

#: Distance of a computed basis of fixed vectors from an exact one, in units of u d.
BASES = 32


class FourierRounding:
    """Bounds for errors by Fourier blocks.

    Args:
        route: The blocks.
        kernel_accuracy: Largest error of k(x, y) relative to sqrt(k(x, x) k(y, y)).
    """

    def __init__(self, route: FourierRoute, kernel_accuracy: float) -> None:
        self.route, self.kernel_accuracy, self.unit = route, kernel_accuracy, DOUBLE
        self.orbits = route.orbits
        self.scale = orbit_scale(route)
        self.blocks, self.symbol = self.scale.blocks(route.blocks), self.scale.matrix(route.symbol)
        self.targets = self.scale.labels(route.orbits.targets)
        sizes = block_sizes(self.blocks, *(mass(self.symbol, route.orbits, power) for power in (1, 2)))
        self.sizes = replace(
            sizes, irrep_errors=irrep_errors(route.orbits, sizes.degrees), fast=fast_rounding(route.orbits.group)
        )
        self.duals = dual_coefficients(self.blocks, self.targets)
        self.diagonal = inverse_diagonal(self.blocks)

    @property
    def condition_number(self) -> float:
        """Of K + r I."""
        return self.route.condition_number

    def bounds(self, missing: MissingLike, errors: FloatArray, kind: Kind) -> FloatArray:
        """Array of the shape of the errors."""
        what = missing_poses(self.orbits.group, missing, len(self.orbits))
        moved = inverse_rounding(
            self.sizes, self._perturbations(kind), self.orbits.sizes, self.duals, self.unit, self.targets
        )
        if not what.alike:
            return self._lists.bounds(what, errors, moved, kind)
        scaled = self.scale.labels(errors)
        found = np.stack([self._alike(what, c, scaled[c], moved) for c in range(len(errors))])
        return DOUBLE * np.abs(errors) + self.scale.back(found)

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
        row_sum = irrep_route(self.orbits.group).row_sums(self.blocks, what.elements, overlaps)[c]
        if not row_sum > 0:
            return np.full(errors.shape, np.inf)
        noise = count * self.sizes.sums(self.unit) * self.diagonal[c]
        entry = min(count * moved.entries[c], moved.relative * row_sum)
        return quotient_bound(moved.duals[c], entry + noise, 1 / row_sum, np.abs(errors))

    @cached_property
    def _lists(self) -> ListRounding:
        """Bounds of lists."""
        return ListRounding(self)


class DenseRounding:
    """Bounds for errors by Cholesky on the points that are not missing.

    Args:
        route: The Gram matrix.
        kernel_accuracy: As for :class:`FourierRounding`.
    """

    def __init__(self, route: DenseRoute, kernel_accuracy: float) -> None:
        self.route, self.kernel_accuracy = route, kernel_accuracy
        self.scale = PowersOfTwo.balancing(np.diagonal(route.matrix), route.orbits.point_targets)
        self.matrix, self.labels = (
            self.scale.matrix(route.matrix),
            self.scale.labels(route.orbits.point_targets),
        )
        eigenvalues = np.linalg.eigvalsh(self.matrix) if self.scale.rows.any() else route.eigenvalues
        self.smallest = smallest_eigenvalue(np.asarray(eigenvalues, dtype=np.float64))

    @property
    def condition_number(self) -> float:
        """Of K + r I."""
        return self.route.condition_number

    def bounds(self, missing: MissingLike, errors: FloatArray, kind: Kind) -> FloatArray:
        """Array of the shape of the errors."""
        what = missing_poses(self.route.orbits.group, missing, len(self.route.orbits))
        matrix, labels = self.matrix, self.labels
        perturbation = self.kernel_accuracy * float(np.trace(matrix)) if kind == "kernel" else None
        found = []
        for points in missing_points(self.route.orbits, what):
            rows, position = np.unique(points, return_inverse=True)
            refit = Refit.of(matrix, labels, rows)
            if kind == "level":
                bound = typical_refit_error(refit, matrix, labels, rows)
            else:
                bound = refit_bound(refit, matrix, labels, rows, self.smallest, perturbation=perturbation)
            found.append(self.scale.back(bound, rows)[position])
        return arranged(found, what) + DOUBLE * np.abs(errors)


# ---------------------------------------------------------------------- what the bounds need


def entry_error(sizes: BlockSizes, missing: int, unit: float, kind: Kind) -> float:
    """What one more transform and Cholesky do to entries of M = [K^-1]_SS, relative to (m_ii m_jj)^1/2."""
    return unit if kind == "level" else sizes.sums(unit) + float(gamma(3 * missing + 2, unit))


def orbit_scale(route: FourierRoute) -> PowersOfTwo:
    """Powers of two for the orbits that bring the diagonal of K + r I and the labels near 1."""
    return route.scale


def block_sizes(blocks: FourierBlocks, mass: float, root_mean_square: float) -> BlockSizes:
    """Traces and sizes of the blocks, irrep after irrep, for exact irreps."""
    columns: list[Any] = [
        column[0] if len(column) == 1 else np.concatenate(column)
        for column in zip(*map(_stack_sizes, blocks.stacks), strict=True)
    ]
    numbers = np.concatenate([stack.irreps for stack in blocks.stacks])
    if (numbers[1:] < numbers[:-1]).any():
        place = np.argsort(numbers, kind="stable")
        columns = [column[place] for column in columns]
    degrees, rows, weights, is_complex, traces, inverses, skew = columns
    exact = np.zeros(len(degrees))
    return BlockSizes(
        degrees, rows, weights, is_complex, traces, inverses, skew, exact, mass, root_mean_square, blocks.order
    )


def _stack_sizes(stack: BlockStack) -> tuple[FloatArray, ...]:
    """Columns of :class:`BlockSizes` for one stack."""
    count = len(stack.matrices)
    return (
        np.full(count, stack.bases[0].shape[1]),
        np.full(count, stack.rows),
        np.full(count, float(stack.weight)),
        np.full(count, np.iscomplexobj(stack.matrices)),
        stack.traces,
        stack.inverse_traces.T,
        stack.asymmetries,
    )


def mass(symbol: FloatArray, orbits: OrbitPoses, power: int = 1) -> float:
    """||Phi|| with Phi_ab = (sum_g |phi_ab(g)|^p)^(1/p) / sqrt(|H_a| |H_b|)."""
    scale = 1 / np.sqrt([H.order for H in orbits.stabilisers])
    sums = np.abs(symbol).sum(axis=2) if power == 1 else np.sqrt(np.einsum("abg,abg->ab", symbol, symbol))
    return float(np.linalg.norm(sums * np.outer(scale, scale), 2))


def irrep_errors(orbits: OrbitPoses, degrees: IntArray) -> FloatArray:
    """Array [k]: distance of the matrices of each irrep, and of the bases of fixed vectors, from exact ones.

    A violation v of rho(g s) = rho(g) rho(s) on the edges of the Cayley graph is one of at most L v for all pairs
    of elements, with L factors in the longest product, and an exact irrep is within twice that (D. Kazhdan, "On
    epsilon-representations", Israel Journal of Mathematics 43, 1982).
    """
    fast = fast_rounding(orbits.group)
    if fast is None:
        errors = np.array([_irrep_error(rho) for rho in unitary_irreps(orbits.group)])
    else:
        errors = np.full(len(degrees), fast_irrep_error(orbits.group))
    if not is_free(orbits):  # a basis is one of the range of a projector, which the fast transform computes
        errors = errors + 2 * BASES * DOUBLE * degrees
        if fast is not None:
            errors += 3 * (fast.sums + fast.roots * np.sqrt(orbits.group.order))
    return np.asarray(errors)


def _irrep_error(rho: UnitaryIrrep) -> float:
    """2 L d v."""
    length = rho.rounding / (2 * DOUBLE * np.sqrt(rho.degree))
    return float(2 * length * rho.degree * max(rho.residual, DOUBLE))


def is_free(orbits: OrbitPoses) -> bool:
    """Whether every stabiliser is trivial."""
    return all(H.order == 1 for H in orbits.stabilisers)
