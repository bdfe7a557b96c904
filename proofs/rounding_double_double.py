"""Errors by Fourier blocks in double-double precision: the linear algebra on the given floats, with bounds.

The values of the kernel stay float64.  Irreps are refined to the same precision, unitary ones as orthogonal ones
of twice the size; of a pair of conjugate irreps one stands for both.  With V_c = sqrt(|H_c|) U_c no root is taken:
blocks V_a^T (sum_g phi_ab(g) rho(g)) V_b + r |H_a| have the inverse of Theorem T4 up to the factor |H_a| |H_b|.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from orbitkernels.errors import InputError, SingularGramError
from orbitkernels.numerics.fourier import fixed_vectors
from orbitkernels.numerics.rounding import (
    DOUBLE,
    DOUBLE_DOUBLE,
    BlockSizes,
    inverse_rounding,
)
from orbitkernels.numerics.rounding_sets import SetSizes, set_bound
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.laws import IntArray

from .irreps import UnitaryIrrep, unitary_irreps
from .missing import MissingLike, OrbitPoses, arranged, missing_points, missing_poses
from .orbits import FloatArray
from .rounding_dense_double_double import takes_points
from .rounding_double import Kind, entry_error, is_free, mass, orbit_scale
from .spectral import FourierRoute

if TYPE_CHECKING:
    from orbitkernels.numerics.double_double_matrices import DoubleDouble

#: Most products of double-doubles; a core makes some 10^8 of them a second.
MOST_PRODUCTS = 1e10

#: Largest order of a group; the matrices of all irreps take up to 32 n^2 bytes.
MOST_ELEMENTS = 4096

#: Distance of a refined basis of fixed vectors from an exact one, in units of u d.
_BASES = 64


#: Largest order of a group whose refined irreps are kept, up to 8 MiB.
_KEPT = 512

#: Refined irreps, and how far they violate the laws, by the row of the character table.
_REFINED: WeakKeyDictionary[FiniteGroup, dict[int, tuple[DoubleDouble, float]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class RefinedBlock:
    """One block in double-double precision.

    Attributes:
        weight: How often each eigenvalue of the block occurs in the Gram matrix.
        matrices: rho, [n, d, d], real.
        irrep_error: Its distance from an exact irrep.
        bases: U_c, [d, f_c], for each orbit.
        block: The block [D, D].
        factor: Its Cholesky factor.
        inverse_factor: The inverse of that.
    """

    weight: float
    matrices: DoubleDouble
    irrep_error: float
    bases: tuple[DoubleDouble, ...]
    block: DoubleDouble
    factor: DoubleDouble
    inverse_factor: DoubleDouble

    @property
    def offsets(self) -> IntArray:
        """Where the rows of each orbit begin."""
        return np.concatenate([[0], np.cumsum([basis.shape[1] for basis in self.bases])]).astype(np.int64)

    def orbit(self, c: int) -> slice:
        """Rows of orbit c."""
        return slice(int(self.offsets[c]), int(self.offsets[c + 1]))


class FourierDoubleDouble:
    """Errors by Fourier blocks in double-double precision.

    Args:
        route: Its orbits, symbol and ridge are used.
        kernel_accuracy: Largest error of k(x, y) relative to sqrt(k(x, x) k(y, y)).

    Raises:
        InputError: If the irreps would take too many operations.
        SingularGramError: If K + r I is not positive definite to this precision.
    """

    unit = DOUBLE_DOUBLE

    def __init__(self, route: FourierRoute, kernel_accuracy: float) -> None:
        self.route, self.orbits, self.kernel_accuracy = route, route.orbits, kernel_accuracy
        _refuse_large(self.orbits)
        self.scale = orbit_scale(route)
        symbol, self.targets = self.scale.matrix(route.symbol), self.scale.labels(self.orbits.targets)
        self.symbol = symmetrised(symbol, self.orbits)
        self.blocks = tuple(self._blocks())
        self.orders = np.array([H.order for H in self.orbits.stabilisers], dtype=np.float64)
        self.sizes = self._sizes(*(mass(symbol, self.orbits, power) for power in (1, 2)))
        self._require_positive()
        self.duals = self._duals()

    def _blocks(self) -> Iterator[RefinedBlock]:
        from orbitkernels.numerics import double_double_irreps as irreps
        from orbitkernels.numerics import double_double_matrices as dd

        group = self.orbits.group
        translations = group.right_translations
        known = _REFINED.setdefault(group, {}) if group.order <= _KEPT else {}
        length = irreps.longest_word(translations)
        count = len(self.orbits)
        for rho, weight in _one_of_each_pair(self.orbits):
            if rho.character not in known:
                real = irreps.real_form(rho.matrices)
                known[rho.character] = irreps.refined_representation(real, translations)
            refined, violation = known[rho.character]
            degree = refined.shape[1]
            bases = []
            for H in self.orbits.stabilisers:
                basis = irreps.real_form(fixed_vectors(rho.matrices, H.elements))
                fixed = basis.shape[1] < degree
                bases.append(irreps.fixed_space(refined, basis, H.elements) if fixed else dd.exactly(basis))
            full = dd.product(self.symbol.reshape(count * count, -1), refined.reshape(-1, degree * degree))
            block = self._assembled(full.reshape(count, count, degree, degree), bases)
            if not block.shape[0]:
                continue
            factor = dd.cholesky(block, f"the Fourier block of irrep {rho.character} (degree {rho.degree})")
            error = 2 * length * max(violation, self.unit)
            error += 0.0 if is_free(self.orbits) else _BASES * self.unit * degree
            yield RefinedBlock(weight, refined, error, tuple(bases), block, factor, dd.inverse_factor(factor))

    def _assembled(self, full: DoubleDouble, bases: list[DoubleDouble]) -> DoubleDouble:
        """U_a^T full_ab U_b + r |H_a| delta_ab."""
        from orbitkernels.numerics import double_double_matrices as dd

        count = range(len(bases))
        parts = [[dd.product(dd.product(bases[a].T, full.take(a, b)), bases[b]) for b in count] for a in count]
        found = dd.DoubleDouble(*(np.block([[p[word] for p in row] for row in parts]) for word in (0, 1)))
        return dd.total(found, self._ridges([basis.shape[1] for basis in bases]))

    def _ridges(self, widths: list[int]) -> DoubleDouble:
        """The diagonal matrix of r |H_c|, f_c times; r |H_c| may be no float."""
        from orbitkernels.numerics import double_double_matrices as dd

        own = dd.exactly(self.scale.diagonal(self.route.ridge))
        rows = [dd.scaled(own.take(slice(c, c + 1)), H.order) for c, H in enumerate(self.orbits.stabilisers)]
        return dd.DoubleDouble(*(np.diag(np.repeat(np.concatenate(x), widths)) for x in zip(*rows, strict=True)))

    def _sizes(self, mass: float, root_mean_square: float) -> BlockSizes:
        """What the bounds need to know."""
        rows = [np.repeat(np.sqrt(self.orders), np.diff(block.offsets)) for block in self.blocks]
        matrices = [b.block.high / np.outer(x, x) for b, x in zip(self.blocks, rows, strict=True)]
        inverses = [self._inverse(b).high * np.outer(x, x) for b, x in zip(self.blocks, rows, strict=True)]
        self.condition_number = self._condition(matrices, inverses)
        traces = [
            [float(np.diagonal(inverse)[block.orbit(c)].sum()) for c in range(len(self.orbits))]
            for inverse, block in zip(inverses, self.blocks, strict=True)
        ]
        return BlockSizes(
            degrees=np.array([block.matrices.shape[1] for block in self.blocks]),
            rows=np.array([len(matrix) for matrix in matrices]),
            weights=np.array([block.weight for block in self.blocks]),
            is_complex=np.zeros(len(self.blocks), dtype=np.bool_),
            traces=np.array([np.trace(matrix) for matrix in matrices]),
            inverse_traces=np.array(traces),
            asymmetries=np.zeros(len(self.blocks)),
            irrep_errors=np.array([block.irrep_error for block in self.blocks]),
            mass=mass,
            root_mean_square=root_mean_square,
            order=self.orbits.group.order,
        )

    def _condition(self, matrices: list[FloatArray], inverses: list[FloatArray]) -> float:
        """Of K + r I, from the blocks of the scaled matrix and their inverses."""
        rows = [np.repeat(self.scale.relative, np.diff(block.offsets)) for block in self.blocks]
        with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
            pairs = [
                (A * np.outer(x, x), B / np.outer(x, x)) for A, B, x in zip(matrices, inverses, rows, strict=True)
            ]
        if not all(np.isfinite(B).all() for _, B in pairs):
            return float("inf")
        first, second = (max(float(np.linalg.eigvalsh(p[i])[-1]) for p in pairs) for i in (0, 1))
        return first * second

    @staticmethod
    def _inverse(block: RefinedBlock) -> DoubleDouble:
        """The inverse of a block."""
        from orbitkernels.numerics import double_double_matrices as dd

        return dd.product(block.inverse_factor.T, block.inverse_factor)

    def _require_positive(self) -> None:
        """Raise if rounding alone may have made a block positive definite."""
        eta = self.sizes.perturbations(self.unit) * self.sizes.inverse_traces.sum(axis=1)
        if not eta.max() < 1:
            raise SingularGramError(
                "The Gram matrix is not positive definite beyond rounding in double-double precision: the Fourier "
                f"blocks have the condition number {self.condition_number:.0e}; add a ridge."
            )

    def _duals(self) -> DoubleDouble:
        """K^-1 y on each orbit, [C, m]: |H_c| times the solution with the trivial block."""
        from orbitkernels.numerics import double_double_matrices as dd

        solved = dd.solve(self.blocks[0].factor, dd.exactly(self.targets))
        rows = [dd.scaled(solved.take(slice(c, c + 1)), order) for c, order in enumerate(self.orders.tolist())]
        return dd.DoubleDouble(*(np.concatenate(words) for words in zip(*rows, strict=True)))

    # ------------------------------------------------------------------ errors

    def errors(self, missing: MissingLike) -> FloatArray:
        """Errors, rounded to float64."""
        what = missing_poses(self.orbits.group, missing, len(self.orbits))
        found = []
        for points in missing_points(self.orbits, what):
            S, position = np.unique(points, return_inverse=True)
            found.append(self.scale.back(self._solved(S)[0], self._orbit_of(S))[position])
        return arranged(found, what)

    def bounds(self, missing: MissingLike, errors: FloatArray, kind: Kind) -> FloatArray:
        """Bounds of their errors, or typical sizes."""
        what = missing_poses(self.orbits.group, missing, len(self.orbits))
        moved = inverse_rounding(
            self.sizes, self._perturbations(kind), self.orbits.sizes, self.duals.high, self.unit, self.targets
        )
        found = []
        for points in missing_points(self.orbits, what):
            S, position = np.unique(points, return_inverse=True)
            orbit = self._orbit_of(S)
            sets, factor, inner = self._solved(S)
            entry = entry_error(self.sizes, S.size, self.unit, kind)
            bound = set_bound(SetSizes.of(factor, inner, sets, moved.rounded[orbit]), moved, entry)
            found.append(self.scale.back(bound, orbit)[position])
        rounded = 0.0 if kind == "kernel" else DOUBLE * np.abs(errors)
        return np.asarray(arranged(found, what) + rounded)

    def _orbit_of(self, points: IntArray) -> IntArray:
        """Array [p]: the orbit of each point."""
        return np.searchsorted(self.orbits.offsets, points, side="right") - 1

    def _perturbations(self, kind: Kind) -> FloatArray:
        """Array [k]: how far each block is off."""
        if kind == "kernel":
            return np.full(len(self.blocks), self.kernel_accuracy * self.sizes.trace)
        return (
            self.sizes.perturbations(self.unit) if kind == "bound" else self.sizes.typical_perturbations(self.unit)
        )

    def _solved(self, S: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Errors [s, m] of poses missing together, the Cholesky factor of M = [K^-1]_SS and its inverse."""
        from orbitkernels.numerics import double_double_matrices as dd

        orbit = self._orbit_of(S)
        factor = dd.cholesky(self._inverse_entries(S, orbit), f"the inverse at {S.size} missing poses")
        solved = dd.solve(factor, self.duals.take(orbit))
        return solved.high, factor.high, dd.inverse_factor(factor).high

    def _inverse_entries(self, points: IntArray, orbit: IntArray) -> DoubleDouble:
        """[K^-1]_ij = (|H_a| |H_b| / n) sum_rho w tr[U_a (B^-1)_ab U_b^T rho(g_i^-1 g_j)^T]."""
        from orbitkernels.numerics import double_double_matrices as dd

        group, orbits = self.orbits.group, self.orbits
        places = zip(points.tolist(), orbit.tolist(), strict=True)
        elements = np.array([orbits.representatives[c][p - orbits.offsets[c]] for p, c in places], dtype=np.int64)
        quotients = group.multiply(group.inverse(elements)[:, None], elements[None, :])
        found = dd.exactly(np.zeros((points.size, points.size)))
        for a in np.unique(orbit).tolist():
            for b in np.unique(orbit).tolist():
                here = np.ix_(orbit == a, orbit == b)
                wanted, back = np.unique(quotients[here], return_inverse=True)
                values = self._inverse_symbol(a, b, wanted)
                for word, value in zip(found, values, strict=True):
                    word[here] = value[back].reshape(word[here].shape)
        return found

    def _inverse_symbol(self, a: int, b: int, elements: IntArray) -> DoubleDouble:
        """Entries of K^-1 between the seed of orbit a and poses g x_b, for some g."""
        from orbitkernels.numerics import double_double_matrices as dd

        total = dd.exactly(np.zeros((1, elements.size)))
        for block in self.blocks:
            degree = block.matrices.shape[1]
            if not all(block.bases[c].shape[1] for c in (a, b)):
                continue
            inner = block.inverse_factor
            inverse = dd.product(
                inner.take(slice(None), block.orbit(a)).T, inner.take(slice(None), block.orbit(b))
            )
            lifted = dd.product(dd.product(block.bases[a], inverse), block.bases[b].T)
            matrices = block.matrices.take(elements).reshape(-1, degree * degree).T
            part = dd.product(lifted.reshape(1, degree * degree), matrices)
            total = dd.total(total, dd.scaled(part, block.weight))
        scale = float(self.orbits.stabilisers[a].order * self.orbits.stabilisers[b].order)
        return dd.scaled(total, scale, float(self.orbits.group.order)).reshape(-1)


def symmetrised(symbol: FloatArray, orbits: OrbitPoses) -> DoubleDouble:
    """(phi_ab(g) + phi_ba(g^-1))/2 without rounding, [C, C, n]."""
    from orbitkernels.numerics import double_double_matrices as dd

    inverses = orbits.group.inverse(np.arange(orbits.group.order))
    return dd.total(dd.exactly(symbol / 2), dd.exactly(symbol.swapaxes(0, 1)[:, :, inverses] / 2))


def _one_of_each_pair(orbits: OrbitPoses) -> Iterator[tuple[UnitaryIrrep, float]]:
    """Irreps with the weights of their real forms; one stands for itself and its complex conjugate."""
    table = orbits.group.character_table().numeric
    seen: set[int] = set()
    for row, rho in enumerate(unitary_irreps(orbits.group)):
        if row in seen:
            continue
        if rho.indicator == 0:
            seen.add(int(np.argmin(np.abs(table - table[row].conj()).max(axis=1))))
        yield rho, rho.degree / 2 if rho.indicator == -1 else float(rho.degree)


def takes(orbits: OrbitPoses, route: str) -> bool:
    """Whether a route, spectral or dense, is not refused for its size in double-double precision."""
    if route == "dense":
        return takes_points(int(orbits.sizes.sum()))
    return orbits.group.order <= MOST_ELEMENTS and _products(orbits) <= MOST_PRODUCTS


def _products(orbits: OrbitPoses) -> float:
    """Products that refining the irreps and multiplying with them take."""
    group = orbits.group
    steps = 4 + 2 * len(group.generators)
    degrees = np.ones(group.order) if group.is_abelian else np.array(group.character_table().degrees, dtype=float)
    return float(np.sum(group.order * (4 * steps * degrees**3 + 2 * len(orbits) ** 2 * degrees**2)))


def _refuse_large(orbits: OrbitPoses) -> None:
    """Raise if refining the irreps would take too long."""
    group, products = orbits.group, _products(orbits)
    if products > MOST_PRODUCTS or group.order > MOST_ELEMENTS:
        raise InputError(
            f"Argument 'precision' is 'double-double', which takes some {products:.0e} products for the irreps of "
            f"{group.name} of order {group.order}, beyond the limits of {MOST_PRODUCTS:.0e} and order "
            f"{MOST_ELEMENTS}; use a ridge and 'double'."
        )
