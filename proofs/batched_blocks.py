"""Fourier blocks and errors of many tuples of orbits with the same stabilisers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from orbitkernels.numerics.batched_errors import BlockBatch, BlockSums, assembled, block_sums, trivial_solutions
from orbitkernels.numerics.blocks import Matrices
from orbitkernels.numerics.fourier import fixed_vectors
from orbitkernels.numerics.group_fourier import forward
from orbitkernels.numerics.transform_rounding import transform_rounding
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.laws import IntArray
from orbitkernels.theory.subgroups import Subgroup

from .arguments import FloatArray
from .batched_rounding import BatchRounding, SymbolSizes, TransformSizes
from .fast_rounding import fast_irrep_error
from .fourier_basis import FourierBasis, fourier_basis
from .missing import Missing
from .ridge import Ridge, mean_over_orbits

#: Bytes of the blocks and eigenvectors of one piece of a batch.
PIECE_BYTES = 2**26


@dataclass(frozen=True)
class _Part:
    """Irreps of one family whose fixed vectors have equal dimensions.

    Attributes:
        family: Which family of the basis.
        members: Array [k]: which of its irreps.
        rows: Array [k]: their rows in the character table, or their places where it is not made.
        degree: d_rho.
        weights: Array [k]: d_rho, twice if the conjugate irrep is left out.
        bases: For each orbit the fixed vectors [k, d, f]; None for all vectors.
        probes: For each orbit the matrices [p, k, f, f] whose traces are wanted; None for the unit matrix.
    """

    family: int
    members: IntArray
    rows: IntArray
    degree: int
    weights: FloatArray
    bases: tuple[Matrices | None, ...]
    probes: tuple[Matrices | None, ...]


@dataclass(frozen=True)
class BatchErrors:
    """Errors of p tuples, K kernels and R ridges.

    Attributes:
        errors: Array [p, K, R, C, m], or [p, K, R, C, poses, m] for a list of poses.
        ridges: Array [p, K, R], absolute.
        smallest: Array [p, K, R] of the smallest eigenvalue of K + r I.
        largest: Array [p, K, R].
        scaled: Array [p, K, R]: condition number of D^-1/2 (K + r I) D^-1/2, with D constant on orbits, which
            makes them equally long; an estimate, see :func:`_scaled_conditions`.
        irreps: Array [p, K, 2]: row and degree of the irrep with the smallest eigenvalue.
        bounds: Array of the shape of the errors: what rounding may change.
    """

    errors: FloatArray
    ridges: FloatArray
    smallest: FloatArray
    largest: FloatArray
    scaled: FloatArray
    irreps: IntArray
    bounds: FloatArray


@dataclass(frozen=True)
class _Quotients:
    """What is missing from one orbit: the symbol of K^-1 is wanted at some elements, or summed over them.

    Attributes:
        elements: Array [p] of the elements at which psi(g) is wanted; None for the identity alone.
        summed: Divide the sum of psi over the elements by this, and psi(e) is wanted too; 0 if they are wanted one
            by one.
        places: Array [s, s]: which element is s_i^-1 s_j, for the different missing poses.
        position: Array: which of the different poses each missing pose is.
    """

    elements: IntArray | None
    summed: int
    places: IntArray
    position: IntArray

    @property
    def identity(self) -> int:
        """Where psi(e) is found."""
        return int(self.places[0, 0]) if self.places.size else int(self.elements is not None)


@dataclass(frozen=True)
class BatchRoute:
    """What tuples with the same stabilisers share.

    Attributes:
        group: G.
        sizes: Array [C] of the orbit sizes N_c.
        scales: Array [C]: 1/sqrt|H_c|.
        basis: Bases of the irreps.
        parts: The irreps, one of each pair of conjugate ones.
        quotients: For each orbit what is missing from it.
    """

    group: FiniteGroup
    sizes: IntArray
    scales: FloatArray
    basis: FourierBasis
    parts: tuple[_Part, ...]
    quotients: tuple[_Quotients, ...]

    @classmethod
    def of(cls, group: FiniteGroup, stabilisers: Sequence[Subgroup | None], what: Missing) -> BatchRoute:
        """Fixed vectors and traces that are wanted, for orbits with these stabilisers (None: trivial)."""
        orders = np.array([1 if H is None else H.order for H in stabilisers])
        quotients = tuple(_quotients(group, H, what) for H in stabilisers)
        basis = fourier_basis(group)
        parts = tuple(_parts(group, basis, stabilisers, quotients))
        return cls(group, group.order // orders, 1 / np.sqrt(orders), basis, parts, quotients)

    def errors(
        self, symbols: FloatArray, links: IntArray, targets: FloatArray, ridges: Sequence[Ridge]
    ) -> BatchErrors:
        """Errors of p tuples.

        Args:
            symbols: Array [L, K, n].
            links: Array [p, C, C]: which symbol is phi_ab, for a <= b.
            targets: Array [p, C, m].
            ridges: R ridges.
        """
        found = [self._piece(symbols, links[s], targets[s], ridges) for s in self._pieces(links, symbols.shape[1])]
        return BatchErrors(
            *(np.concatenate([getattr(one, name) for one in found]) for name in BatchErrors.__dataclass_fields__)
        )

    def _pieces(self, links: IntArray, kernels: int) -> Iterator[slice]:
        """Tuples in pieces of about PIECE_BYTES: blocks, eigenvectors and the products with them."""
        each = 4 * np.dtype(np.complex128).itemsize * kernels * self.group.order * links.shape[1] ** 2
        step = max(1, PIECE_BYTES // each)
        return (slice(start, start + step) for start in range(0, len(links), step))

    def _piece(
        self, symbols: FloatArray, links: IntArray, targets: FloatArray, ridges: Sequence[Ridge]
    ) -> BatchErrors:
        """Errors of a few tuples; Q = p K Gram matrices."""
        kernels, (tuples, count, _) = symbols.shape[1], links.shape
        upper = np.triu_indices(count)
        used, position = np.unique(links[:, upper[0], upper[1]], return_inverse=True)
        absolute = self._ridges(symbols, links, ridges).reshape(-1, len(ridges))  # [Q, R]
        transforms = forward(
            self.basis.irreps, symbols[used].reshape(-1, self.group.order)[:, self.basis.elements]
        )
        where = position.reshape(tuples, 1, -1) * kernels + np.arange(kernels)[:, None]
        places = np.full((tuples * kernels, count, count), -1, dtype=np.int64)
        places[:, upper[0], upper[1]] = where.reshape(len(places), -1)
        sums, trivial = [], None
        for part in self.parts:
            chosen = transforms[part.family][part.members]
            blocks, offsets = assembled(chosen, places, part.bases, self.scales)
            sums.append(block_sums(BlockBatch(part.rows, part.weights, blocks, offsets, part.probes), absolute))
            if 0 in part.rows:
                trivial = blocks[:, int(np.argmax(part.rows == 0))]
        assert trivial is not None
        goal = np.repeat(targets, kernels, axis=0)
        solved = trivial_solutions(trivial, goal, self.sizes, absolute)  # [Q, R, C, m] and [Q, R, C]
        psi = [self._inverse_symbol(c, sums) for c in range(count)]
        errors = [self._orbit_errors(c, psi[c], solved[0][:, :, c]) for c in range(count)]
        diagonal = np.stack([values[:, :, self.quotients[c].identity] for c, values in enumerate(psi)], axis=2)
        pairs = position.reshape(tuples, -1)[:, _square(count)]
        sizes = SymbolSizes.of(symbols[used], pairs, self._inverses, self.scales)
        rounding = BatchRounding.of(self.transform, sizes, sums, solved, goal, absolute, diagonal)
        bounds = [self._orbit_bounds(c, rounding, errors[c], psi[c]) for c in range(count)]
        stacked = np.stack(errors, axis=2), np.stack(bounds, axis=2)
        return self._collected(stacked, sums, absolute, (tuples, kernels))

    def _ridges(self, symbols: FloatArray, links: IntArray, ridges: Sequence[Ridge]) -> FloatArray:
        """Array [p, K, R] of absolute ridges; k(x_c, x_c) is the symbol at the identity."""
        own = np.arange(links.shape[1])
        values = np.moveaxis(symbols[links[:, own, own], :, 0], 1, 2)  # [p, K, C]
        means = np.zeros(values.shape[:2])
        if any(ridge.is_relative for ridge in ridges):
            means[...] = [[mean_over_orbits(x, self.sizes) for x in rows] for rows in values]
        return np.stack([np.vectorize(ridge.absolute, otypes=[float])(means) for ridge in ridges], axis=-1)

    def _inverse_symbol(self, c: int, sums: Sequence[BlockSums]) -> FloatArray:
        """Array [Q, R, p]: psi_cc at the elements that are wanted."""
        return np.asarray(sum((one.traces[c] for one in sums), start=np.zeros(1)) / self.sizes[c])

    def _orbit_errors(self, c: int, psi: FloatArray, alpha: FloatArray) -> FloatArray:
        """Array [Q, R, m] of [K^-1 y]_i / [K^-1]_ii, or [Q, R, poses, m] by Theorem T1, for orbit c."""
        quotients = self.quotients[c]
        with np.errstate(divide="ignore", invalid="ignore"):
            if quotients.summed:
                found: FloatArray = alpha / (psi[:, :, :1] / quotients.summed)
                return found
            right = np.broadcast_to(alpha[:, :, None], (*alpha.shape[:2], len(quotients.places), alpha.shape[2]))
            matrices = psi[:, :, quotients.places]  # [Q, R, s, s]
            usable = np.isfinite(matrices).all(axis=(2, 3), keepdims=True)
            solved = _solved(np.where(usable, matrices, np.eye(len(quotients.places))), right)
            return solved[:, :, quotients.position]

    def _orbit_bounds(self, c: int, rounding: BatchRounding, errors: FloatArray, psi: FloatArray) -> FloatArray:
        """Array of the shape of the errors: bounds of their rounding."""
        quotients = self.quotients[c]
        if quotients.elements is None:
            return rounding.pose(c, errors)
        if quotients.summed:
            count = quotients.elements.size // quotients.summed
            return rounding.coset(c, errors, psi[:, :, 0] / quotients.summed, count)
        first = np.unique(quotients.position, return_index=True)[1]
        return rounding.poses(c, errors[:, :, first], psi[:, :, quotients.places])[:, :, quotients.position]

    @cached_property
    def _inverses(self) -> IntArray:
        """Array [n] of the elements g^-1."""
        return self.group.inverse(np.arange(self.group.order))

    @cached_property
    def transform(self) -> TransformSizes:
        """What the bounds need to know of the transform."""
        found = transform_rounding(self.basis.irreps)
        rows = np.max([[self._rank(part, c) for c in range(len(self.sizes))] for part in self.parts], axis=0)
        return TransformSizes(
            self.group.order // self.sizes,
            self.group.order,
            max(part.degree for part in self.parts),
            rows,
            replace(found, sums=np.array(found.sums.max())),
            fast_irrep_error(self.group),
        )

    @staticmethod
    def _rank(part: _Part, c: int) -> int:
        """Number of rows of orbit c in the blocks of some irreps."""
        basis = part.bases[c]
        return part.degree if basis is None else int(basis.shape[2])

    def _collected(
        self,
        found: tuple[FloatArray, FloatArray],
        sums: Sequence[BlockSums],
        ridges: FloatArray,
        shape: tuple[int, int],
    ) -> BatchErrors:
        """Extreme eigenvalues over all irreps, and everything in the shape [p, K, ...]."""
        smallest = np.concatenate([one.smallest for one in sums], axis=1)
        largest = np.concatenate([one.largest for one in sums], axis=1).max(axis=1, keepdims=True)
        names = np.concatenate(
            [np.stack([part.rows, np.full_like(part.rows, part.degree)], axis=1) for part in self.parts]
        )
        worst = np.argmin(smallest, axis=1)
        least = np.take_along_axis(smallest, worst[:, None], axis=1)
        return BatchErrors(
            found[0].reshape(*shape, *found[0].shape[1:]),
            ridges.reshape(*shape, -1),
            (least + ridges).reshape(*shape, -1),
            (largest + ridges).reshape(*shape, -1),
            _scaled_conditions(sums, ridges).reshape(*shape, -1),
            names[worst].reshape(*shape, 2),
            found[1].reshape(*shape, *found[1].shape[1:]),
        )


def _square(count: int) -> IntArray:
    """Array [C, C]: the place of each pair of orbits a <= b among all such pairs, the same for (b, a)."""
    found = np.zeros((count, count), dtype=np.int64)
    upper = np.triu_indices(count)
    found[upper] = found.T[upper] = np.arange(upper[0].size)
    return found


def _scaled_conditions(sums: Sequence[BlockSums], ridges: FloatArray) -> FloatArray:
    """Array [Q, R]: C max over orbits of the largest diagonal entry of the blocks times that of their inverses.

    With D_cc the largest diagonal entry on orbit c, the largest eigenvalue of D^-1/2 (K + r I) D^-1/2 is within a
    factor C d_rho of 1, and that of its inverse within this factor of the largest diagonal entry.
    """
    inverses = np.max([one.inverses for one in sums], axis=0)  # [Q, R, C]
    diagonals = np.max([one.diagonals for one in sums], axis=0)[:, None] + ridges[:, :, None]
    with np.errstate(invalid="ignore", over="ignore"):  # singular blocks: the caller refuses them
        found: FloatArray = inverses.shape[2] * (diagonals * inverses).max(axis=2)
    return found


def _solved(matrices: FloatArray, right: FloatArray) -> FloatArray:
    """Solutions of many systems; a singular one, which the caller refuses, gives nan instead of an exception."""
    try:
        return np.asarray(np.linalg.solve(matrices, right), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.full(right.shape, np.nan)


def _quotients(group: FiniteGroup, stabiliser: Subgroup | None, what: Missing) -> _Quotients:
    """Where the symbol of K^-1 is wanted, for an orbit with this stabiliser."""
    none = np.zeros(0, dtype=np.int64)
    if what.alike and what.elements.size == 1:
        return _Quotients(None, 1, none, none)
    if what.alike:
        overlap = 1 if stabiliser is None else np.intersect1d(what.elements, stabiliser.elements).size
        return _Quotients(what.elements, overlap, none, none)
    poses = what.elements if stabiliser is None else stabiliser.left_coset_labels[what.elements]
    different, position = np.unique(poses, return_inverse=True)
    chosen = different if stabiliser is None else stabiliser.left_representatives[different]
    quotients = group.multiply(group.inverse(chosen)[:, None], chosen[None, :])
    elements, places = np.unique(quotients, return_inverse=True)
    return _Quotients(elements, 0, places.reshape(quotients.shape), position)


def _parts(
    group: FiniteGroup,
    basis: FourierBasis,
    stabilisers: Sequence[Subgroup | None],
    quotients: Sequence[_Quotients],
) -> Iterator[_Part]:
    """Irreps in parts, one of each pair of conjugate ones."""
    rows, weights = _irreps(group, basis)
    for family, (size, degree) in enumerate(basis.irreps.shapes):
        kept = [i for i in range(size) if weights[family, i]]
        bases = {i: [_fixed(basis, family, i, H) for H in stabilisers] for i in kept}
        ranks: dict[tuple[int, ...], list[int]] = {}
        for i in kept:
            ranks.setdefault(tuple(degree if U is None else U.shape[1] for U in bases[i]), []).append(i)
        for rank, members in ranks.items():
            if not any(rank):
                continue
            stacked = tuple(
                None if stabilisers[c] is None else np.stack([_matrix(bases[i][c]) for i in members])
                for c in range(len(stabilisers))
            )
            chosen = np.array(members)
            yield _Part(
                family,
                chosen,
                np.array([rows[family, i] for i in members]),
                degree,
                np.array([float(weights[family, i]) for i in members]),
                stacked,
                tuple(_probe(basis, family, chosen, U, q) for U, q in zip(stacked, quotients, strict=True)),
            )


def _matrix(basis: Matrices | None) -> Matrices:
    assert basis is not None
    return basis


def _irreps(
    group: FiniteGroup, basis: FourierBasis
) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]]:
    """Row of each irrep (family, member), the trivial one 0; its weight, 0 where its conjugate stands for both."""
    ordered = all(rho.character is not None for rho in basis.all)
    rows = {rho.place: i for i, rho in enumerate(basis.all)}
    if not ordered:  # no character table: exchange the trivial irrep with the first one
        ones = forward(basis.irreps, np.ones((1, group.order)))
        trivial = next((f, i) for f, T in enumerate(ones) for i in range(len(T)) if abs(T[i, 0, 0, 0]) > 0.5)
        first = next(place for place, row in rows.items() if row == 0)
        rows[first], rows[trivial] = rows[trivial], 0
        return rows, {rho.place: rho.degree for rho in basis.all}
    conjugates = group.character_table().conjugates
    weights = {
        rho.place: rho.degree * (1 if conjugates[i] == i else 2 * int(i < conjugates[i]))
        for i, rho in enumerate(basis.all)
    }
    return rows, weights


def _fixed(basis: FourierBasis, family: int, member: int, stabiliser: Subgroup | None) -> Matrices | None:
    """Fixed vectors [d, f] of a stabiliser; None if it is trivial."""
    if stabiliser is None:
        return None
    matrices = basis.irreps.matrices(family, [member], basis.positions[stabiliser.elements])[0]
    return fixed_vectors(matrices, np.arange(len(matrices)))


def _probe(
    basis: FourierBasis, family: int, members: IntArray, fixed: Matrices | None, quotients: _Quotients
) -> Matrices | None:
    """U^* rho(g)^* U for the elements wanted, [p, k, f, f], or their sum and 1, [2, k, f, f]; None for 1 alone."""
    if quotients.elements is None:
        return None
    matrices = basis.irreps.matrices(family, members, basis.positions[quotients.elements])  # [k, p, d, d]
    if quotients.summed:
        one = np.broadcast_to(np.eye(matrices.shape[2]), matrices[:, :1].shape)
        matrices = np.concatenate([matrices.sum(axis=1, keepdims=True), one], axis=1)
    probes = matrices.conj().swapaxes(2, 3).swapaxes(0, 1)
    return probes if fixed is None else fixed.conj().swapaxes(1, 2) @ probes @ fixed
