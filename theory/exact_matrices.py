"""Matrices of cyclotomic numbers as tuples of rows: products, inverses and projectors split into bases."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from .cyclotomics import ONE, ZERO, Cyclotomic, weighted_sum

#: Rows of cyclotomic numbers.
Matrix = tuple[tuple[Cyclotomic, ...], ...]


def identity(size: int) -> Matrix:
    """The unit matrix."""
    return tuple(tuple(ONE if i == j else ZERO for j in range(size)) for i in range(size))


def product(left: Matrix, right: Matrix) -> Matrix:
    """Matrix product; each entry is reduced once."""
    columns = list(zip(*right, strict=True))
    return tuple(tuple(weighted_sum([1] * len(row), row, column) for column in columns) for row in left)


def combination(weights: Sequence[int | Fraction], matrices: Sequence[Matrix]) -> Matrix:
    """Sum of w_g A_g over rational weights; the terms of weight zero cost nothing."""
    terms = [(w, matrix) for w, matrix in zip(weights, matrices, strict=True) if w]
    factors = [w for w, _ in terms]
    rows, columns = len(matrices[0]), len(matrices[0][0])
    return tuple(
        tuple(weighted_sum(factors, [matrix[i][j] for _, matrix in terms]) for j in range(columns))
        for i in range(rows)
    )


def row_reduced(matrix: Matrix) -> tuple[Matrix, tuple[int, ...]]:
    """Reduced row echelon form without its zero rows, and the pivot columns.

    Example:
        >>> from orbitkernels.theory.exact_matrices import identity, row_reduced
        >>> row_reduced(identity(2))[1]
        (0, 1)
    """
    rows = [list(row) for row in matrix]
    pivots: list[int] = []
    for column in range(len(rows[0]) if rows else 0):
        top = len(pivots)
        found = next((i for i in range(top, len(rows)) if rows[i][column]), None)
        if found is None:
            continue
        rows[top], rows[found] = rows[found], rows[top]
        factor = rows[top][column].inverse()
        # entries left of the pivot are zero already
        rows[top] = [entry * factor if entry else entry for entry in rows[top]]
        for i, row in enumerate(rows):
            if i != top and (head := row[column]):
                rows[i] = [a - head * b if b else a for a, b in zip(row, rows[top], strict=True)]
        pivots.append(column)
    return tuple(tuple(row) for row in rows[: len(pivots)]), tuple(pivots)


def inverse(matrix: Matrix) -> Matrix:
    """Inverse by Gauss-Jordan elimination.

    Raises:
        ZeroDivisionError: If the matrix is singular.

    Example:
        >>> from orbitkernels.theory.cyclotomics import root_of_unity
        >>> from orbitkernels.theory.exact_matrices import inverse
        >>> print(inverse(((root_of_unity(3),),))[0][0])
        E(3)^2
    """
    size = len(matrix)
    joined = tuple(row + unit for row, unit in zip(matrix, identity(size), strict=True))
    reduced, pivots = row_reduced(joined)
    if pivots != tuple(range(size)):
        raise ZeroDivisionError(f"the {size} x {size} matrix is singular")
    return tuple(row[size:] for row in reduced)


def split_projector(projector: Matrix) -> tuple[Matrix, Matrix]:
    """Bases V of the range of a projector P and W of its dual: P = V W and W V = I.

    The pivot columns of P are V, the non-zero rows of its reduced echelon form W, so P = V W (rank factorisation);
    P P = P makes W V = I.  For a unitary representation and an orthonormal V, W would be V^*.

    Returns:
        V with d rows and f columns, W with f rows and d columns.
    """
    reduced, pivots = row_reduced(projector)
    return tuple(tuple(row[j] for j in pivots) for row in projector), reduced


def to_sympy(matrix: Matrix) -> Any:
    """The matrix as a SymPy Matrix of exact numbers.

    Example:
        >>> from orbitkernels.theory.exact_matrices import identity, to_sympy
        >>> to_sympy(identity(2))
        Matrix([
        [1, 0],
        [0, 1]])
    """
    import sympy

    return sympy.Matrix([[entry.to_sympy() for entry in row] for row in matrix])
