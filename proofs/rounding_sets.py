"""Rounding bounds of lists of missing poses in double precision, whichever equation they are solved by.

Lists whose equation is solved by Cholesky have bounds a priori; those solved by conjugate gradients have theirs
from the residual of the errors that were found.  The formulas are in numerics.rounding_sets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from orbitkernels.numerics.rounding import DOUBLE, BlockSizes, InverseRounding, gamma
from orbitkernels.numerics.rounding_sets import ObservedSizes, SetSizes, residual_bound, set_bound
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.laws import IntArray

from .fast_rounding import fast_irrep_error
from .large_orbits import irrep_route, symbol_transform
from .missing import Missing, OrbitPoses, arranged, missing_points
from .orbits import FloatArray

if TYPE_CHECKING:
    from .rounding_double import FourierRounding, Kind


class ListRounding:
    """Bounds of lists of missing poses, prepared once for bounds, levels and what the kernel brings.

    Args:
        rounding: What is known of the blocks.
    """

    def __init__(self, rounding: FourierRounding) -> None:
        self.rounding, self.sets, self.orbits = rounding, rounding.route._sets, rounding.orbits
        self._known: dict[tuple[bytes, bytes], _Prepared | None] = {}

    def bounds(self, what: Missing, errors: FloatArray, moved: InverseRounding, kind: Kind) -> FloatArray:
        """Array of the shape of the errors; infinite where an equation is singular to rounding."""
        found = []
        for points, sets in zip(
            missing_points(self.orbits, what), errors if what.orbits is None else [errors], strict=True
        ):
            S, first, position = np.unique(points, return_index=True, return_inverse=True)
            bound = self._bound(S, sets[first], moved, kind)
            found.append(bound[position] + DOUBLE * np.abs(sets))
        return arranged(found, what)

    def _bound(self, S: IntArray, errors: FloatArray, moved: InverseRounding, kind: Kind) -> FloatArray:
        """Array [s, m] for one set."""
        key = S.tobytes(), errors.tobytes()
        if key not in self._known:
            self._known[key] = self._prepared(S, errors, moved.rounded)
        known, orbit = self._known[key], self.sets._orbit_of(S)
        if known is None:
            return np.full(errors.shape, np.inf)
        return self.rounding.scale.back(known.bound(self.rounding, moved, kind), orbit)

    def _prepared(self, S: IntArray, errors: FloatArray, rounded: FloatArray) -> _Prepared | None:
        """What is known of one set; None if its equation is singular to rounding."""
        orbit = self.sets._orbit_of(S)
        scaled, own = self.rounding.scale.labels(errors, orbit), self._diagonal[orbit]
        try:
            match self.sets._method(S.size):
                case "missing":
                    matrix = self.sets._looked_up(self._inverse, S)
                    return _OnMissing(SetSizes.in_place(matrix, scaled, rounded[orbit]), S.size)
                case "observed":
                    sizes = np.abs(self.rounding.targets[orbit]) + np.abs(scaled)
                    return _OnObserved(self._regression(S), own, sizes, self._rest)
                case _:
                    return self._iterated(S, errors, own, np.linalg.norm(rounded[orbit], axis=0))
        except np.linalg.LinAlgError:
            return None

    def _regression(self, S: IntArray) -> ObservedSizes:
        """The equation of the points that are not missing."""
        R = np.setdiff1d(np.arange(int(self.orbits.offsets[-1])), S, assume_unique=True)
        orbit = self.sets._orbit_of(R)
        if not R.size:
            return ObservedSizes.in_place(np.zeros((0, 0)), self.rounding.targets[orbit])
        matrix = self.sets._looked_up(self.rounding.symbol, R)
        matrix[np.diag_indices_from(matrix)] += self._ridges[orbit]
        return ObservedSizes.in_place(matrix, self.rounding.targets[orbit])

    def _iterated(self, S: IntArray, errors: FloatArray, own: FloatArray, rounded: FloatArray) -> _Iterated:
        """The residual of errors, by one product with K^-1."""
        orbit, scale = self.sets._orbit_of(S), self.rounding.scale
        padded = np.zeros((int(self.orbits.offsets[-1]), errors.shape[1]))
        padded[S] = errors
        product = self.sets._operators[1](padded)[S]
        # [K^-1 y]_S is T^-1 times that of the scaled matrix
        product, right = (
            np.ldexp(x, scale.rows[orbit][:, None] - scale.outputs)
            for x in (product, self.sets._coefficients[orbit])
        )
        scaled = scale.labels(errors, orbit)
        energies = np.sqrt(np.maximum(np.sum(scaled * product, axis=0), 0.0))
        left, size = (np.linalg.norm(x, axis=0) for x in (right - product, scaled))
        return _Iterated(own, left + rounded, size, energies)

    # ------------------------------------------------------------------ of the scaled matrix

    @cached_property
    def _inverse(self) -> FloatArray:
        """Symbol of its inverse."""
        return irrep_route(self.orbits.group).inverse_symbol(self.rounding.blocks)

    @cached_property
    def _ridges(self) -> FloatArray:
        """Array [C]."""
        return self.rounding.scale.diagonal(self.rounding.route.ridge)

    @cached_property
    def _diagonal(self) -> FloatArray:
        """Array [C]: the diagonal of K + r I."""
        return np.asarray(np.einsum("cc->c", self.rounding.symbol[:, :, 0]) + self._ridges)

    @cached_property
    def _rest(self) -> float:
        """Norm of what a symbol of floats lacks to be one."""
        from .rounding_double import mass

        return mass(self.rounding.symbol - averaged(self.rounding.symbol, self.orbits), self.orbits)


class _Prepared(Protocol):
    """What is known of one set."""

    def bound(self, rounding: FourierRounding, moved: InverseRounding, kind: Kind) -> FloatArray:
        """Array [s, m] for the scaled matrix."""


@dataclass(frozen=True)
class _OnMissing:
    """Cholesky on the missing poses."""

    sizes: SetSizes
    count: int

    def bound(self, rounding: FourierRounding, moved: InverseRounding, kind: Kind) -> FloatArray:
        """Array [s, m]."""
        from .rounding_double import entry_error

        return set_bound(self.sizes, moved, entry_error(rounding.sizes, self.count, DOUBLE, kind))


@dataclass(frozen=True)
class _OnObserved:
    """Cholesky on the other points, then one product by Fourier transforms."""

    sizes: ObservedSizes
    own: FloatArray
    numbers: FloatArray
    rest: float

    def bound(self, rounding: FourierRounding, moved: InverseRounding, kind: Kind) -> FloatArray:
        """Array [s, m]."""
        blocks, solved = rounding.sizes, self.sizes
        if kind == "kernel":
            return solved.moved(rounding.kernel_accuracy * (solved.trace + float(self.own.max())), self.own)
        if kind == "level":
            entry = DOUBLE * (solved.trace / max(1, solved.count)) + self.rest
            return solved.moved(entry, self.own) + DOUBLE * (blocks.root_mean_square * solved.duals + self.numbers)
        multiplied = multiplying(blocks, rounding.orbits.group)
        product = multiplied.products(DOUBLE) * blocks.mass + float(multiplied.perturbations(DOUBLE).max())
        rounded = (product + self.rest) * solved.duals + 2 * DOUBLE * self.numbers
        ridge = float(gamma(2)) * float(self.own.max())  # r is added to floats of the symbol
        return solved.moved(solved.backward + self.rest + ridge, self.own) + rounded


@dataclass(frozen=True)
class _Iterated:
    """Any errors, with their residual."""

    own: FloatArray
    residual: FloatArray
    size: FloatArray
    energies: FloatArray

    def bound(self, rounding: FourierRounding, moved: InverseRounding, kind: Kind) -> FloatArray:
        """Array [s, m]."""
        blocks = rounding.sizes
        norm, left = blocks.mass + float(self.own.max()), self.residual
        if kind == "kernel":
            return residual_bound(self.own, norm, np.zeros_like(left), self.energies, moved)
        inverse = float(blocks.inverse_traces.sum(axis=1).max())
        multiplied = multiplying(blocks, rounding.orbits.group)
        rounded = (DOUBLE if kind == "level" else multiplied.products(DOUBLE)) * inverse * self.size
        return residual_bound(self.own, norm, left + rounded, self.energies, moved)


def multiplying(blocks: BlockSizes, group: FiniteGroup) -> BlockSizes:
    """Sizes of the blocks with which products are made: by the fast transform, in groups of every order.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.orbits import Orbits
        >>> from orbitkernels.proofs.rounding_double import FourierRounding
        >>> from orbitkernels.proofs.rounding_sets import multiplying
        >>> from orbitkernels.proofs.spectral import FourierRoute
        >>> from orbitkernels.theory.names import group
        >>> orbits = Orbits(group("S3"), [[1.0, 2.0, 4.0]], [0])
        >>> known = FourierRounding(FourierRoute.of("ntk(depth=1)", orbits), 0.0).sizes
        >>> known.fast is None, multiplying(known, orbits.group).fast is None
        (True, False)
    """
    if blocks.fast is not None:
        return blocks
    found, own = symbol_transform(group).rounding, fast_irrep_error(group)
    return replace(
        blocks,
        fast=replace(found, sums=np.full(len(blocks.degrees), found.sums.max())),
        irrep_errors=np.maximum(blocks.irrep_errors, own),
    )


def averaged(symbol: FloatArray, orbits: OrbitPoses) -> FloatArray:
    """(phi_ab(g) + phi_ba(g^-1))/2, averaged over H_a g H_b.

    Args:
        symbol: phi [C, C, n].
        orbits: With the stabilisers H_c.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.rounding_sets import averaged
        >>> from orbitkernels.proofs.symbol_errors import FreeOrbits
        >>> from orbitkernels.theory.names import group
        >>> averaged(np.array([[[2.0, 1.0, 3.0]]]), FreeOrbits(group("C3"), np.ones((1, 1)))).tolist()
        [[[2.0, 2.0, 2.0]]]
    """
    inverses = orbits.group.inverse(np.arange(orbits.group.order))
    found = symbol
    for _ in range(2):  # the right side, and after g -> g^-1 the left side
        found = found.swapaxes(0, 1)[:, :, inverses]
        for b, H in enumerate(orbits.stabilisers):
            if H.order > 1:
                labels = H.left_coset_labels
                for a in range(len(orbits)):
                    found[a, b] = (np.bincount(labels, found[a, b]) / H.order)[labels]
    return np.asarray((found + found.swapaxes(0, 1)[:, :, inverses]) / 2)
