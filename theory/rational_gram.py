"""Gram matrices on group orbits over the rationals, and leave-out errors by brute force (Theorem T1)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import fmpq, fmpq_mat

from orbitkernels.errors import InputError, SingularGramError

from .cyclotomics import Cyclotomic

if TYPE_CHECKING:
    from .groups import FiniteGroup
    from .subgroups import Subgroup


#: phi[a][b][g], integers (NumPy's too) or fractions.
Symbol = Sequence[Sequence[Sequence[Any]]] | Any
#: Rows of fractions.
FractionMatrix = tuple[tuple[Fraction, ...], ...]


def as_fraction(value: Any) -> Fraction:
    """An integer (NumPy's too), Fraction, fmpq or rational Cyclotomic as a Fraction.

    Raises:
        InputError: If the value is a float or irrational.

    Example:
        >>> from orbitkernels.theory.rational_gram import as_fraction
        >>> as_fraction(3)
        Fraction(3, 1)
    """
    if isinstance(value, Fraction):
        return value
    if isinstance(value, int | np.integer):
        return Fraction(int(value))
    if isinstance(value, fmpq):
        return Fraction(int(value.p), int(value.q))
    if isinstance(value, Cyclotomic):
        return value.as_fraction()
    raise InputError(f"Exact values must be integers or fractions, not {value!r} of type {type(value).__name__}.")


def rational_matrix(rows: Any) -> Any:
    """Rows of integers or fractions as an fmpq_mat."""
    return fmpq_mat([[_flint_rational(value) for value in row] for row in rows])


def _flint_rational(value: Any) -> Any:
    """An exact number as an fmpq."""
    if isinstance(value, fmpq):
        return value
    if isinstance(value, int):
        return fmpq(value)
    exact = as_fraction(value)
    return fmpq(exact.numerator, exact.denominator)


def fraction_matrix(matrix: Any) -> FractionMatrix:
    """An fmpq_mat as rows of Fractions."""
    return tuple(tuple(as_fraction(value) for value in row) for row in matrix.tolist())


def exact_gram(
    group: FiniteGroup, phi: Symbol, stabilisers: Sequence[Subgroup] | None = None, ridge: Any = 0
) -> Any:
    """Gram matrix K[(a, s), (b, t)] = phi_ab(s^-1 t) + r [(a, s) = (b, t)] as an fmpq_mat, orbit after orbit.

    Args:
        group: G.
        phi: Symbol [C][C][n].
        stabilisers: H_c for each orbit; s runs through the left representatives of G/H_c.  None: free orbits.
        ridge: r.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.rational_gram import exact_gram
        >>> exact_gram(group("C2"), [[[2, 1]]], ridge=1)
        [3, 1]
        [1, 3]
    """
    count = len(phi)
    chosen = coset_representatives(group, stabilisers, count)
    rows = []
    for a in range(count):
        for s in chosen[a]:
            quotients = [group.multiply(group.inverse(s), reps) for reps in chosen]
            rows.append([phi[a][b][int(q)] for b in range(count) for q in quotients[b]])
    for i, row in enumerate(rows):
        row[i] = as_fraction(row[i]) + as_fraction(ridge)
    return rational_matrix(rows)


def exact_leave_out(gram: Any, labels: Any, missing: Sequence[int]) -> FractionMatrix:
    """Errors y_S - K_SR K_RR^-1 y_R at the points S from the definition: drop them, solve on the rest R, predict.

    Args:
        gram: K, an fmpq_mat of N rows.
        labels: y, [N] or [N][m].
        missing: The positions S.

    Returns:
        One row for each missing point.

    Raises:
        SingularGramError: If K_RR is singular.

    Example:
        >>> from orbitkernels.theory.rational_gram import exact_leave_out, rational_matrix
        >>> exact_leave_out(rational_matrix([[2, 1], [1, 2]]), [1, -1], [0])
        ((Fraction(3, 2),),)
    """
    y = rational_matrix(label_rows(labels))
    gone = [int(i) for i in missing]
    kept = [i for i in range(gram.nrows()) if i not in set(gone)]
    here = _rows(y, gone)
    if not kept:
        return fraction_matrix(here)
    try:
        dual = fmpq_mat([[gram[i, j] for j in kept] for i in kept]).solve(_rows(y, kept))
    except ZeroDivisionError:
        raise SingularGramError("The Gram matrix of the remaining points is singular; add a ridge.") from None
    return fraction_matrix(here - fmpq_mat([[gram[i, j] for j in kept] for i in gone]) * dual)


# ---------------------------------------------------------------------- arguments


def coset_representatives(
    group: FiniteGroup, stabilisers: Sequence[Subgroup] | None, count: int
) -> list[list[int]]:
    """One element of each left coset of each stabiliser."""
    if stabilisers is None:
        return [list(range(group.order))] * count
    if len(stabilisers) != count:
        raise InputError(
            f"Argument 'stabilisers' must hold {count} subgroups, one an orbit; it holds {len(stabilisers)}."
        )
    return [subgroup.left_representatives.tolist() for subgroup in stabilisers]


def orbit_sizes(group: FiniteGroup, stabilisers: Sequence[Subgroup] | None, count: int) -> list[int]:
    """Orbit sizes N_c."""
    return [len(chosen) for chosen in coset_representatives(group, stabilisers, count)]


def exact_symbol(phi: Symbol) -> list[list[list[Fraction]]]:
    """The symbol in Fractions."""
    return [[[as_fraction(value) for value in row] for row in rows] for rows in phi]


def label_rows(values: Any) -> list[list[Any]]:
    """[N] as [N][1]."""
    return [list(row) if isinstance(row, Sequence | np.ndarray) else [row] for row in values]


def _rows(matrix: Any, chosen: Sequence[int]) -> Any:
    """Some rows of an fmpq_mat."""
    return fmpq_mat([[matrix[i, j] for j in range(matrix.ncols())] for i in chosen])
