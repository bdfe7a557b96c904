"""Exact spectra without irreps: class functions need characters only (T3), circulants roots of unity (T5)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.errors import InputError

from .cyclotomics import root_of_unity, weighted_sum
from .exact_matrices import Matrix, inverse
from .rational_gram import (
    FractionMatrix,
    Symbol,
    as_fraction,
    exact_symbol,
    fraction_matrix,
    label_rows,
    rational_matrix,
)

if TYPE_CHECKING:
    from .groups import FiniteGroup


def character_blocks(group: FiniteGroup, phi: Symbol, ridge: Any = 0) -> tuple[tuple[Matrix, int], ...]:
    """Matrices (M_rho)_ab = (1/d_rho) sum_g phi_ab(g) chi_rho(g) and the multiplicity d_rho^2 (Theorem T3).

    Args:
        group: G.
        phi: Values [C][C][k] of class functions on the conjugacy classes of the group.
        ridge: r.

    Returns:
        A pair for each row of the character table; for one orbit the matrix is the eigenvalue.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.scalar_spectra import character_blocks
        >>> [(str(M[0][0]), m) for M, m in character_blocks(group("S3"), [[[0, 1, 0]]])]
        [('3', 1), ('-3', 1), ('0', 4)]
    """
    table, sizes = group.character_table(), group.conjugacy_classes.sizes.tolist()
    weights = [
        [[as_fraction(x) * size for x, size in zip(row, sizes, strict=True)] for row in rows] for rows in phi
    ]
    found = []
    for degree, values in zip(np.asarray(table.degrees).tolist(), table.values, strict=True):
        matrix = tuple(
            tuple(
                weighted_sum(row, values) / int(degree) + (as_fraction(ridge) if a == b else 0)
                for b, row in enumerate(rows)
            )
            for a, rows in enumerate(weights)
        )
        found.append((matrix, int(degree) ** 2))
    return tuple(found)


def character_spectral_error(group: FiniteGroup, phi: Symbol, targets: Any, ridge: Any = 0) -> FractionMatrix:
    """Theorem T6 for class functions: n [M_1^-1 t]_c / sum_rho d_rho^2 (M_rho^-1)_cc, no irreps needed.

    Args:
        group: G.
        phi: Values [C][C][k] on the conjugacy classes.
        targets: Labels t_c, [C] or [C][m].
        ridge: r.
    """
    inverses = [(inverse(matrix), weight) for matrix, weight in character_blocks(group, phi, ridge)]
    dual = fraction_matrix(rational_matrix(inverses[0][0]) * rational_matrix(label_rows(targets)))
    weights = [weight for _, weight in inverses]
    totals = [weighted_sum(weights, [m[c][c] for m, _ in inverses]).as_fraction() for c in range(len(phi))]
    return tuple(
        tuple(value * group.order / total for value in row) for row, total in zip(dual, totals, strict=True)
    )


def exact_two_orbit_error(phi: Symbol, ridge: Any = 0) -> Fraction:
    """lambda_N^-1 / mean_k(lambda_k^-1) of the 2N x 2N circulant of two interleaved orbits of C_N (Theorem T5).

    Args:
        phi: Symbol [2][2][N], element g being the g-th power of the generator.
        ridge: r.

    Raises:
        InputError: If phi_AA = phi_BB or phi_AB(g) = phi_AB(-1-g) fails.

    Example:
        >>> from orbitkernels.theory.scalar_spectra import exact_two_orbit_error
        >>> exact_two_orbit_error([[[3, 1], [1, 1]], [[1, 1], [3, 1]]])
        Fraction(6, 5)
    """
    symbol = exact_symbol(phi)
    same, cross = symbol[0][0], symbol[0][1]
    if same != symbol[1][1] or cross != cross[::-1]:
        raise InputError("Argument 'phi' violates phi_AA = phi_BB or phi_AB(g) = phi_AB(-1-g); use Theorem T6.")
    circulant = [value for pair in zip(same, cross, strict=True) for value in pair]
    circulant[0] += as_fraction(ridge)
    size = len(circulant)
    inverses = [
        weighted_sum(circulant, [root_of_unity(size, j * k) for j in range(size)]).inverse() for k in range(size)
    ]
    mean = weighted_sum([Fraction(1, size)] * size, inverses)
    return (inverses[size // 2] / mean).as_fraction()
