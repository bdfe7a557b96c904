"""Spectra, inverses and errors of Gram matrices on group orbits by exact Fourier blocks (Theorems T2, T4, T6, T7).

The symbol phi[a][b][g] = k(x_a, g x_b) holds integers or fractions.  Irreps are matrices of cyclotomic numbers, in
general not unitary: rho(g^-1) stands where the unitary formula has rho(g)^*, and a basis V of the vectors fixed by
a stabiliser comes with its dual basis W (W V = I) in place of U^*.  With t through representatives of G/H_b

    M(rho)_ab = W_a (sum_t phi_ab(t) rho(t)) V_b + r delta_ab I

is similar to the block of Theorem T4 by a matrix that is diagonal in the orbits (sqrt|H_a| and a change of basis
on orbit a), so spectra and the traces of (M^-1)_cc agree, and no square root is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.errors import SingularGramError

from .cyclotomics import ZERO, Cyclotomic, weighted_sum
from .exact_matrices import Matrix, combination, inverse, product, split_projector
from .rational_gram import (
    FractionMatrix,
    Symbol,
    as_fraction,
    coset_representatives,
    exact_symbol,
    fraction_matrix,
    label_rows,
    orbit_sizes,
    rational_matrix,
)

if TYPE_CHECKING:
    from .groups import FiniteGroup
    from .irreps import ExactIrrep
    from .subgroups import Subgroup


@dataclass(frozen=True)
class ExactBlock:
    """The block M(rho) of one irrep.

    Attributes:
        irrep: rho.
        bases: For each orbit V with d rows and f_c columns.
        duals: For each orbit W with f_c rows and d columns, W V = I.
        matrix: M(rho), sum_c f_c rows.
    """

    irrep: ExactIrrep
    bases: tuple[Matrix, ...]
    duals: tuple[Matrix, ...]
    matrix: Matrix

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """Orbit c fills the rows offsets[c] to offsets[c + 1]."""
        offsets = [0]
        for dual in self.duals:
            offsets.append(offsets[-1] + len(dual))
        return tuple(offsets)

    @cached_property
    def inverse(self) -> Matrix:
        """M(rho)^-1.

        Raises:
            SingularGramError: If the block is singular.
        """
        try:
            return inverse(self.matrix)
        except ZeroDivisionError:
            raise SingularGramError(
                f"The Gram matrix is singular: the Fourier block of irrep {self.irrep.character} (degree "
                f"{self.irrep.degree}) is; a ridge r > 0 adds r to every eigenvalue."
            ) from None

    def inverse_part(self, a: int, b: int) -> Matrix:
        """(M(rho)^-1)_ab, f_a rows and f_b columns."""
        rows = self.inverse[self.offsets[a] : self.offsets[a + 1]]
        return tuple(row[self.offsets[b] : self.offsets[b + 1]] for row in rows)


def exact_blocks(
    group: FiniteGroup, phi: Symbol, stabilisers: Sequence[Subgroup] | None = None, ridge: Any = 0
) -> tuple[ExactBlock, ...]:
    """Blocks M(rho) of every irrep, the trivial one first (Theorems T2 and T4).

    Args:
        group: G.
        phi: Symbol [C][C][n].
        stabilisers: H_c for each orbit; None if all are trivial.
        ridge: r.
    """
    symbol = exact_symbol(phi)
    return tuple(
        _block(group, irrep, symbol, stabilisers, as_fraction(ridge)) for irrep in group.irreps(exact=True)
    )


def _block(
    group: FiniteGroup,
    irrep: ExactIrrep,
    phi: list[list[list[Fraction]]],
    stabilisers: Sequence[Subgroup] | None,
    ridge: Fraction,
) -> ExactBlock:
    count = len(phi)
    matrices = irrep.matrices()
    chosen = coset_representatives(group, stabilisers, count)
    split = [fixed_bases(matrices, None if stabilisers is None else stabilisers[c]) for c in range(count)]
    rows: list[tuple[Cyclotomic, ...]] = []
    for a, (_, dual) in enumerate(split):
        parts = []
        for b, (basis, _) in enumerate(split):
            total = combination([phi[a][b][t] for t in chosen[b]], [matrices[t] for t in chosen[b]])
            parts.append(product(product(dual, total), basis))
        rows.extend(tuple(entry for part in parts for entry in part[i]) for i in range(len(dual)))
    shifted = tuple(
        tuple(entry + ridge if i == j else entry for j, entry in enumerate(row)) for i, row in enumerate(rows)
    )
    bases, duals = zip(*split, strict=True)
    return ExactBlock(irrep, bases, duals, shifted)


def fixed_bases(
    matrices: Sequence[Matrix] | Mapping[int, Matrix], stabiliser: Subgroup | None
) -> tuple[Matrix, Matrix]:
    """Basis of the vectors fixed by a subgroup and its dual, from the projector (1/|H|) sum_h rho(h)."""
    elements = [0] if stabiliser is None else stabiliser.elements.tolist()
    weights = [Fraction(1, len(elements))] * len(elements)
    return split_projector(combination(weights, [matrices[h] for h in elements]))


def exact_inverse_symbol(
    group: FiniteGroup, phi: Symbol, stabilisers: Sequence[Subgroup] | None = None, ridge: Any = 0
) -> list[list[tuple[Fraction, ...]]]:
    """Symbol of K^-1: phi^-1_ab(g) = (1/N_b) sum_rho d_rho tr[V_a (M(rho)^-1)_ab W_b rho(g^-1)] (Theorem T2).

    K^-1[(a, s), (b, t)] = phi^-1_ab(s^-1 t).  For free orbits V and W are unit matrices and N_b = n.

    Returns:
        Values [C][C][n].

    Raises:
        SingularGramError: If a block is singular.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.spectra import exact_inverse_symbol
        >>> [str(x) for x in exact_inverse_symbol(group("C2"), [[[2, 1]]])[0][0]]
        ['2/3', '-1/3']
    """
    blocks = exact_blocks(group, phi, stabilisers, ridge)
    count, sizes = len(phi), orbit_sizes(group, stabilisers, len(phi))
    inverses = group.inverse(np.arange(group.order)).tolist()
    return [
        [tuple(_inverse_value(blocks, a, b, g) / sizes[b] for g in inverses) for b in range(count)]
        for a in range(count)
    ]


def _inverse_value(blocks: Sequence[ExactBlock], a: int, b: int, g: int) -> Fraction:
    """Sum_rho d_rho tr[(M(rho)^-1)_ab W_b rho(g) V_a]."""
    total = ZERO
    for block in blocks:
        if block.duals[a] and block.duals[b]:
            moved = product(product(block.duals[b], block.irrep.matrix(g)), block.bases[a])
            total = total + trace_of_product(block.inverse_part(a, b), moved) * block.irrep.degree
    return total.as_fraction()


def trace_of_product(left: Matrix, right: Matrix) -> Cyclotomic:
    """tr(A B) without the product."""
    entries = [entry for row in left for entry in row]
    others = [right[j][i] for i in range(len(left)) for j in range(len(right))]
    return weighted_sum([1] * len(entries), entries, others)


# ---------------------------------------------------------------------- errors


def exact_spectral_error(
    group: FiniteGroup,
    phi: Symbol,
    targets: Any,
    stabilisers: Sequence[Subgroup] | None = None,
    ridge: Any = 0,
) -> FractionMatrix:
    """Error at a missing pose of each orbit: N_c [M(1)^-1 t]_c / sum_rho d_rho tr[(M(rho)^-1)_cc] (Theorem T6).

    Args:
        group: G.
        phi: Symbol [C][C][n].
        targets: Labels t_c, [C] or [C][m].
        stabilisers: H_c for each orbit; None if all are trivial.
        ridge: r.

    Returns:
        Fractions [C][m].

    Raises:
        SingularGramError: If a block is singular.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.spectra import exact_spectral_error
        >>> exact_spectral_error(group("C2"), [[[2, 1]]], [1])
        ((Fraction(1, 2),),)
    """
    return exact_coset_error(group, phi, targets, [0], stabilisers, ridge)


def exact_coset_error(
    group: FiniteGroup,
    phi: Symbol,
    targets: Any,
    subgroup: Sequence[int],
    stabilisers: Sequence[Subgroup] | None = None,
    ridge: Any = 0,
) -> FractionMatrix:
    """Error at every pose of g H x_c when they are missing together (Theorem T7; H = {e} is Theorem T6).

    N_c [M(1)^-1 t]_c / sum_rho d_rho tr[(M(rho)^-1)_cc W_c (sum_h rho(h^-1)) V_c], h through elements of H that
    move x_c to different poses.

    Args:
        group: G.
        phi: Symbol [C][C][n].
        targets: Labels t_c, [C] or [C][m].
        subgroup: Elements of H.
        stabilisers: H_c for each orbit; None if all are trivial.
        ridge: r.

    Returns:
        Fractions [C][m].
    """
    blocks = exact_blocks(group, phi, stabilisers, ridge)
    sizes = orbit_sizes(group, stabilisers, len(phi))
    columns = rational_matrix(label_rows(targets))
    trivial = blocks[0].inverse  # the matrix of orbit sums; its entries are rational
    dual = fraction_matrix(rational_matrix(trivial) * columns)
    errors = []
    for c, size in enumerate(sizes):
        poses = distinct_poses(subgroup, None if stabilisers is None else stabilisers[c])
        total = sum((_inverse_value(blocks, c, c, int(group.inverse(h))) for h in poses), Fraction(0))
        errors.append(tuple(value * size / total for value in dual[c]))
    return tuple(errors)


def distinct_poses(subgroup: Sequence[int], stabiliser: Subgroup | None) -> list[int]:
    """Elements of H that move the seed to different poses, one for each pose."""
    if stabiliser is None:
        return [int(h) for h in subgroup]
    return list({int(stabiliser.left_coset_labels[h]): int(h) for h in subgroup}.values())
