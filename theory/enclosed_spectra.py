"""Spectra and inverses of Gram matrices on group orbits in balls: the Fourier route in interval arithmetic.

The formulas, and the bases V and W of irreps that need not be unitary, are those of
:mod:`orbitkernels.theory.spectra` and :mod:`orbitkernels.theory.scalar_spectra`; the symbol holds balls, so its
values may be transcendental.  Spectra are compared through characteristic polynomials, because multiple
eigenvalues, which every irrep of degree above 1 brings, cannot be told apart by balls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import acb, acb_mat, acb_poly, arb, fmpq

from .balls import ball, ball_matrices, matrix_sum, part, solved, unit_matrix
from .rational_gram import coset_representatives, label_rows, orbit_sizes
from .spectra import fixed_bases

if TYPE_CHECKING:
    from .groups import FiniteGroup
    from .irreps import ExactIrrep
    from .subgroups import Subgroup

#: phi[a][b][g]: balls or exact real numbers.
BallSymbol = Any


@dataclass(frozen=True)
class EnclosedBlock:
    """The block M(rho) of one irrep in balls.

    Attributes:
        irrep: rho.
        rho: rho(g) for every element, acb_mat.
        bases: For each orbit V with d rows and f_c columns.
        duals: For each orbit W with f_c rows and d columns, W V = I.
        matrix: M(rho), an acb_mat of sum_c f_c rows.
    """

    irrep: ExactIrrep
    rho: tuple[Any, ...]
    bases: tuple[Any, ...]
    duals: tuple[Any, ...]
    matrix: Any

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """Orbit c fills the rows offsets[c] to offsets[c + 1]."""
        return tuple(accumulate((dual.nrows() for dual in self.duals), initial=0))

    @cached_property
    def inverse(self) -> Any:
        """M(rho)^-1.

        Raises:
            SingularGramError: If the block cannot be shown to be invertible at this precision.
        """
        name = f"the Fourier block of irrep {self.irrep.character} (degree {self.irrep.degree})"
        return solved(self.matrix, unit_matrix(self.offsets[-1]), name)

    def lifted_inverse(self, a: int, b: int) -> Any:
        """V_a (M(rho)^-1)_ab W_b, an acb_mat [d, d]."""
        rows, columns = (range(self.offsets[c], self.offsets[c + 1]) for c in (a, b))
        return self.bases[a] * part(self.inverse, rows, columns) * self.duals[b]

    def inverse_trace(self, a: int, b: int, elements: Sequence[int]) -> Any:
        """d_rho tr[V_a (M(rho)^-1)_ab W_b sum_g rho(g)] over some elements g; 0 without fixed vectors."""
        if not (self.duals[a].nrows() and self.duals[b].nrows()):
            return acb(0)
        return (
            self.lifted_inverse(a, b) * matrix_sum([self.rho[g] for g in elements])
        ).trace() * self.irrep.degree


def enclosed_blocks(
    group: FiniteGroup, phi: BallSymbol, stabilisers: Sequence[Subgroup] | None = None, ridge: Any = 0
) -> tuple[EnclosedBlock, ...]:
    """Blocks M(rho)_ab = W_a (sum_t phi_ab(t) rho(t)) V_b + r delta_ab I, the trivial irrep first (T2 and T4).

    Irreps in which no stabiliser has fixed vectors are left out.

    Args:
        group: G.
        phi: Symbol [C][C][n] of balls or exact real numbers.
        stabilisers: H_c for each orbit; None if all are trivial.
        ridge: r, a ball or an exact number.

    Example:
        >>> from orbitkernels.theory.enclosed_spectra import enclosed_blocks
        >>> from orbitkernels.theory.names import group
        >>> [block.matrix.str(3) for block in enclosed_blocks(group("C2"), [[[2, 1]]])]
        ['[3.00]', '[1.00]']
    """
    count = len(phi)
    symbol = [[[ball(value) for value in row] for row in rows] for rows in phi]
    chosen = coset_representatives(group, stabilisers, count)
    subgroups = [None] * count if stabilisers is None else list(stabilisers)
    found = []
    for irrep in group.irreps(exact=True):
        exact = irrep.matrices()
        split = [fixed_bases(exact, h) for h in subgroups]
        rho = ball_matrices(exact)
        bases, duals = ([ball_matrices([pair[k]])[0] for pair in split] for k in (0, 1))
        if not any(dual.nrows() for dual in duals):
            continue
        matrix = _block(symbol, rho, bases, duals, chosen, ball(ridge))
        found.append(EnclosedBlock(irrep, tuple(rho), tuple(bases), tuple(duals), matrix))
    return tuple(found)


def _block(
    symbol: list[list[list[Any]]],
    rho: Sequence[Any],
    bases: Sequence[Any],
    duals: Sequence[Any],
    chosen: Sequence[Sequence[int]],
    ridge: Any,
) -> Any:
    rows: list[list[Any]] = []
    for a, dual in enumerate(duals):
        if not dual.nrows():
            continue
        parts = [
            (dual * matrix_sum([rho[t] * symbol[a][b][t] for t in chosen[b]]) * basis).tolist()
            for b, basis in enumerate(bases)
        ]
        rows += [[entry for row in parts for entry in row[i]] for i in range(dual.nrows())]
    for i, row in enumerate(rows):
        row[i] = row[i] + ridge
    return acb_mat(rows)


def enclosed_characteristic_polynomial(blocks: Sequence[tuple[Any, int]]) -> list[Any]:
    """Coefficients of the product of det(x I - M)^weight, lowest first: the spectrum with multiplicities.

    Args:
        blocks: Pairs of an acb_mat M and a weight.

    Returns:
        Complex balls.

    Example:
        >>> from flint import acb_mat
        >>> from orbitkernels.theory.enclosed_spectra import enclosed_characteristic_polynomial
        >>> [c.str(3) for c in enclosed_characteristic_polynomial([(acb_mat([[1]]), 2)])]
        ['1.00', '-2.00', '1.00']
    """
    total = acb_poly([1])
    for matrix, weight in blocks:
        total *= matrix.charpoly() ** weight
    return list(total.coeffs())


def enclosed_inverse_symbol(
    group: FiniteGroup, phi: BallSymbol, stabilisers: Sequence[Subgroup] | None = None, ridge: Any = 0
) -> list[list[list[Any]]]:
    """Symbol of K^-1: phi^-1_ab(g) = (1/N_b) sum_rho d_rho tr[V_a (M(rho)^-1)_ab W_b rho(g^-1)] (T2 and T4).

    Returns:
        Real balls [C][C][n].

    Raises:
        SingularGramError: If a block cannot be shown to be invertible at this precision.

    Example:
        >>> from orbitkernels.theory.enclosed_spectra import enclosed_inverse_symbol
        >>> from orbitkernels.theory.names import group
        >>> [(3 * x).contains(y) for x, y in zip(enclosed_inverse_symbol(group("C2"), [[[2, 1]]])[0][0], (2, -1))]
        [True, True]
    """
    blocks = enclosed_blocks(group, phi, stabilisers, ridge)
    count, sizes = len(phi), orbit_sizes(group, stabilisers, len(phi))
    inverses = group.inverse(np.arange(group.order)).tolist()
    return [
        [
            [sum((block.inverse_trace(a, b, [g]) for block in blocks), acb(0)).real / sizes[b] for g in inverses]
            for b in range(count)
        ]
        for a in range(count)
    ]


# ---------------------------------------------------------------------- without irreps


def enclosed_character_blocks(group: FiniteGroup, phi: BallSymbol, ridge: Any = 0) -> tuple[tuple[Any, int], ...]:
    """Matrices (M_rho)_ab = (1/d_rho) sum_g phi_ab(g) chi_rho(g) and the multiplicity d_rho^2 (Theorem T3).

    Args:
        group: G.
        phi: Values [C][C][k] of class functions on the conjugacy classes: balls or exact real numbers.
        ridge: r.

    Returns:
        A pair of an acb_mat and an integer for each row of the character table.

    Example:
        >>> from orbitkernels.theory.enclosed_spectra import enclosed_character_blocks
        >>> from orbitkernels.theory.names import group
        >>> [(M.str(3), m) for M, m in enclosed_character_blocks(group("S3"), [[[0, 1, 0]]])]
        [('[3.00]', 1), ('[-3.00]', 1), ('[0]', 4)]
    """
    table, sizes = group.character_table(), group.conjugacy_classes.sizes.tolist()
    weighted = [[[ball(x) * size for x, size in zip(row, sizes, strict=True)] for row in rows] for rows in phi]
    found = []
    for degree, values in zip(np.asarray(table.degrees).tolist(), table.values, strict=True):
        chi = [acb(ball(value)) for value in values]
        matrix = [
            [sum((x * y for x, y in zip(row, chi, strict=True)), acb(0)) / degree for row in rows]
            for rows in weighted
        ]
        for a, row in enumerate(matrix):
            row[a] = row[a] + ball(ridge)
        found.append((acb_mat(matrix), int(degree) ** 2))
    return tuple(found)


def enclosed_character_error(group: FiniteGroup, phi: BallSymbol, targets: Any, ridge: Any = 0) -> list[list[Any]]:
    """Theorem T6 for class functions: n [M_1^-1 t]_c / sum_rho d_rho^2 (M_rho^-1)_cc.

    Args:
        group: G.
        phi: Values [C][C][k] on the conjugacy classes.
        targets: Labels t_c, [C] or [C][m].
        ridge: r.

    Returns:
        Real balls [C][m].
    """
    count = len(phi)
    inverses = [
        (solved(matrix, unit_matrix(count), f"the matrix of character {row}"), weight)
        for row, (matrix, weight) in enumerate(enclosed_character_blocks(group, phi, ridge))
    ]
    dual = inverses[0][0] * acb_mat([[ball(value) for value in row] for row in label_rows(targets)])
    totals = [sum((matrix[c, c] * weight for matrix, weight in inverses), acb(0)) for c in range(count)]
    return [[(dual[c, m] * group.order / totals[c]).real for m in range(dual.ncols())] for c in range(count)]


def enclosed_circulant_spectrum(row: Sequence[Any]) -> list[Any]:
    """Eigenvalues lambda_k = sum_j c_j cos(2 pi j k/N) of a symmetric circulant, k = 0, ..., N - 1 (Theorem T5).

    Args:
        row: Its first row c with c_j = c_(N-j), balls or exact real numbers.

    Example:
        >>> from orbitkernels.theory.enclosed_spectra import enclosed_circulant_spectrum
        >>> [x.str(3) for x in enclosed_circulant_spectrum([2, 1])]
        ['3.00', '1.00']
    """
    size = len(row)
    entries = [ball(value) for value in row]
    cosines = [arb.cos_pi_fmpq(fmpq(2 * j, size)) for j in range(size)]
    return [sum((c * cosines[j * k % size] for j, c in enumerate(entries)), arb(0)) for k in range(size)]


def enclosed_two_ring_error(row: Sequence[Any]) -> Any:
    """lambda_N^-1 / mean_k(lambda_k^-1) of the 2N x 2N circulant of two interleaved rings (Theorem T5).

    Args:
        row: Its first row, 2N balls or exact real numbers, ridge included.

    Example:
        >>> from orbitkernels.theory.enclosed_spectra import enclosed_two_ring_error
        >>> enclosed_two_ring_error([2, 1]).contains(1.5)
        True
    """
    spectrum = enclosed_circulant_spectrum(row)
    total = sum((1 / value for value in spectrum), arb(0))
    return len(row) / (spectrum[len(row) // 2] * total)
