"""Rounding bounds of many errors at once: those of one, with all blocks of a matrix as bad as its worst.

The formulas are those of :mod:`orbitkernels.numerics.rounding`.  For one matrix each block has its own
perturbation and trace of the inverse; for a batch the largest perturbation and the largest trace of all blocks
stand for each of them, so that a few numbers a matrix and ridge are enough: with eta' for the worst block,

    |delta [K^-1]_ii| <= eta' [K^-1]_ii,

as sum_rho d_rho tr[(Khat(rho)^-1)_cc] eta'_rho is at most eta' N_c [K^-1]_ii.  Blocks are scaled orbit by orbit,
by powers of two, as there.

Blocks of two rows are inverted in closed form, for which the constants of Cholesky are ample: z = s - |q|^2/p
has |q| to 3 u, which is a change of q by 3 u (p s)^1/2, p, s and z to u each, and (s/p, 1)/z to 3 u, which is a
diagonal scaling of the block by as much. That is a perturbation of 10 u tr B at most, and sqrt(2) gamma_32 tr B
is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from orbitkernels.numerics.batched_errors import BlockSums
from orbitkernels.numerics.blocks import triangular_inverses
from orbitkernels.numerics.rounding import (
    DOUBLE,
    BlockSizes,
    InverseRounding,
    gamma,
    moved_inverse,
    quotient_bound,
)
from orbitkernels.numerics.rounding_sets import SetSizes, set_bound
from orbitkernels.numerics.transform_rounding import TransformRounding
from orbitkernels.theory.laws import IntArray

from .arguments import FloatArray

#: Distance of a computed basis of fixed vectors from an exact one, in units of u d.
_BASES = 32


@dataclass(frozen=True)
class TransformSizes:
    """What all matrices of a batch share.

    Attributes:
        orders: Array [C] of the orders |H_c|.
        order: n.
        degree: Largest degree of an irrep.
        rows: Array [C]: the largest number of rows that an orbit has in a block.
        rounding: Of the transform, for the worst irrep.
        irrep_error: Distance of the matrices from exact irreps, where the transform's own bound has not got it.
    """

    orders: IntArray
    order: int
    degree: int
    rows: IntArray
    rounding: TransformRounding
    irrep_error: float

    @property
    def sizes(self) -> IntArray:
        """Array [C] of the orbit sizes N_c."""
        return self.order // self.orders

    @property
    def distance(self) -> float:
        """Of irreps and fixed vectors from exact ones."""
        if (self.orders == 1).all():
            return self.irrep_error
        transform = float(self.rounding.sums.max()) + self.rounding.roots * np.sqrt(self.order)
        return float(self.irrep_error + 2 * _BASES * DOUBLE * self.degree + 3 * transform)


@dataclass(frozen=True)
class SymbolSizes:
    """Sizes of the symbols of Q matrices.

    Attributes:
        sums: Array [Q, C, C]: sum_g |phi_ab(g)| / sqrt(|H_a| |H_b|).
        own: Array [Q, C]: k(x_c, x_c).
        skew: Array [Q, C]: sum_g |phi_cc(g) - phi_cc(g^-1)| / (2 |H_c|).
    """

    sums: FloatArray
    own: FloatArray
    skew: FloatArray

    @classmethod
    def of(cls, symbols: FloatArray, links: IntArray, inverses: IntArray, scales: FloatArray) -> SymbolSizes:
        """Of P tuples and K kernels, Q = P K.

        Args:
            symbols: Array [L, K, n].
            links: Array [P, C, C]: which of them is phi_ab, for a <= b.
            inverses: Array [n] of the elements g^-1.
            scales: Array [C]: 1/sqrt|H_c|.
        """
        count, own = len(scales), np.arange(links.shape[1])
        upper = np.maximum(links, links.swapaxes(1, 2))  # below the diagonal there is -1
        diagonal = links[:, own, own]
        used, place = np.unique(diagonal, return_inverse=True)
        skews = np.abs(symbols[used] - symbols[used][:, :, inverses]).sum(axis=2) / 2  # [used, K]
        product = np.outer(scales, scales)[:, :, None]

        def flat(values: FloatArray) -> FloatArray:
            """[P, C, ..., K] as [P K, C, ...]."""
            return np.moveaxis(values, -1, 1).reshape(-1, *values.shape[1:-1])

        return cls(
            flat(np.abs(symbols).sum(axis=2)[upper] * product),
            flat(symbols[:, :, 0][diagonal]),
            flat(skews[place.reshape(-1, count)] * scales[:, None] ** 2),
        )


@dataclass(frozen=True)
class BatchRounding:
    """What is known of K^-1 for Q matrices and R ridges, scaled.

    Attributes:
        exponents: Array [Q, R, C] of the powers of two.
        blocks: The worst block of each matrix.
        moved: What is known of K^-1.
        diagonal: Array [Q, R, C] of [K^-1]_ii.
        duals: Array [Q, R, C, m] of [K^-1 y]_i.
    """

    exponents: IntArray
    blocks: BlockSizes
    moved: InverseRounding
    diagonal: FloatArray
    duals: FloatArray

    @classmethod
    def of(
        cls,
        transform: TransformSizes,
        symbols: SymbolSizes,
        sums: Sequence[BlockSums],
        trivial: tuple[FloatArray, FloatArray],
        targets: FloatArray,
        ridges: FloatArray,
        diagonal: FloatArray,
    ) -> BatchRounding:
        """From what the errors were found by.

        Args:
            transform: What all matrices share.
            symbols: Of Q matrices.
            sums: Of all blocks.
            trivial: [K^-1 y]_i, array [Q, R, C, m], and the diagonal of the inverse of the trivial block,
                [Q, R, C].
            targets: Array [Q, C, m].
            ridges: Array [Q, R].
            diagonal: Array [Q, R, C] of [K^-1]_ii.
        """
        with np.errstate(all="ignore"):  # beyond floating point a bound is infinite
            exponents = np.frexp(symbols.own[:, None] + ridges[:, :, None])[1] // 2  # [Q, R, C]
            up, blocks = 2 * exponents, _worst_blocks(transform, symbols, sums, ridges, exponents)
            inverses = np.ldexp(np.max([one.inverse_traces for one in sums], axis=0), up).sum(axis=2)
            perturbation = blocks.perturbations(DOUBLE)
            relative = tuple(
                gamma(perturbation * x, 1.0) for x in (np.ldexp(trivial[1], up).sum(axis=2), inverses)
            )
            summed = float(gamma(transform.order * (1 + len(transform.orders)) + 4))
            scaled, duals = np.ldexp(diagonal, up), np.ldexp(trivial[0], exponents[..., None])
            moved = moved_inverse(
                (relative[1] + summed)[:, :, None] * scaled,
                (relative[0], relative[1]),
                summed,
                transform.sizes,
                duals,
                np.ldexp(targets[:, None], -exponents[..., None]),
            )
        return cls(exponents, blocks, moved, scaled, duals)

    def pose(self, c: int, errors: FloatArray) -> FloatArray:
        """Bound [Q, R, m] of the errors [Q, R, m] at one missing pose of orbit c."""
        return self._back(
            c, errors, self._quotient(c, self.moved.entries[:, :, c], self.diagonal[:, :, c], errors)
        )

    def coset(self, c: int, errors: FloatArray, row_sums: FloatArray, count: int) -> FloatArray:
        """Bound [Q, R, m] at a coset of `count` poses, row_sums [Q, R] the sum of its row of K^-1."""
        with np.errstate(all="ignore"):
            total = np.ldexp(row_sums, 2 * self.exponents[:, :, c])
            noise = count * self.blocks.sums(DOUBLE) * self.diagonal[:, :, c]
            entry = np.minimum(count * self.moved.entries[:, :, c], self.moved.relative * total)
        return self._back(c, errors, self._quotient(c, entry + noise, total, errors))

    def poses(self, c: int, errors: FloatArray, matrices: FloatArray) -> FloatArray:
        """Bound [Q, R, s, m] of the errors [Q, R, s, m] at s poses, from M = [K^-1]_SS, [Q, R, s, s]."""
        count = matrices.shape[-1]
        with np.errstate(all="ignore"):
            scaled = np.ldexp(matrices, 2 * self.exponents[:, :, c, None, None])
            given = np.ldexp(errors, -self.exponents[:, :, c, None, None])
            rounded = np.broadcast_to(self.moved.rounded[:, :, None, c], errors.shape)
            factors = _factors(scaled)
            inverses = np.real(triangular_inverses(factors.reshape(-1, count, count)).reshape(factors.shape))
            entry = self.blocks.sums(DOUBLE) + float(gamma(3 * count + 2))
            bound = set_bound(SetSizes.of(factors, inverses, given, rounded), self.moved, entry)
        return self._back(c, errors, bound)

    def _quotient(self, c: int, entry: FloatArray, denominator: FloatArray, errors: FloatArray) -> FloatArray:
        with np.errstate(all="ignore"):
            sizes = np.ldexp(np.abs(errors), -self.exponents[:, :, c, None])
            return quotient_bound(self.moved.duals[:, :, c], entry, 1 / denominator, sizes)

    def _back(self, c: int, errors: FloatArray, bound: FloatArray) -> FloatArray:
        """Bounds as they are for the matrix itself."""
        exponents = self.exponents[:, :, c].reshape(*self.exponents.shape[:2], *(1,) * (errors.ndim - 2))
        with np.errstate(all="ignore"):
            found = np.ldexp(bound, exponents) + DOUBLE * np.abs(errors)
        return np.where(np.isnan(found), np.inf, found)


def _factors(matrices: FloatArray) -> FloatArray:
    """Cholesky factors of matrices [Q, R, s, s]; NaN, which makes bounds infinite, for those that have none."""
    try:
        return np.asarray(np.linalg.cholesky(matrices), dtype=np.float64)
    except np.linalg.LinAlgError:  # of the whole batch, for one matrix
        found = np.full(matrices.shape, np.nan)
    for place in np.ndindex(matrices.shape[:2]):
        with suppress(np.linalg.LinAlgError):
            found[place] = np.linalg.cholesky(matrices[place])
    return found


def _worst_blocks(
    transform: TransformSizes,
    symbols: SymbolSizes,
    sums: Sequence[BlockSums],
    ridges: FloatArray,
    exponents: IntArray,
) -> BlockSizes:
    """The largest sizes of all blocks of each scaled matrix, arrays [Q, R]."""
    across = -(exponents[:, :, :, None] + exponents[:, :, None, :])
    mass = np.ldexp(symbols.sums[:, None], across).sum(axis=3).max(axis=2)  # at least the norm
    diagonals = np.max([one.diagonals for one in sums], axis=0)[:, None] + ridges[:, :, None]
    traces = np.ldexp(diagonals * transform.rows, -2 * exponents).sum(axis=2)
    skew = np.ldexp(symbols.skew[:, None], -2 * exponents).sum(axis=2)
    rows = int(transform.rows.sum())
    return BlockSizes(
        degrees=np.array(transform.degree),
        rows=np.array(rows),
        weights=np.array(1.0),
        is_complex=np.array(True),
        traces=traces,
        inverse_traces=np.zeros(0),
        asymmetries=skew * np.sqrt(rows),
        irrep_errors=np.array(transform.distance),
        mass=mass,
        root_mean_square=mass,  # at least that
        order=transform.order,
        fast=transform.rounding,
    )
