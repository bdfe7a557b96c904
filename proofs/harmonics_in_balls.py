"""Unitary weights of power-spectral networks in balls, from exact irreps by the Cholesky factor of their form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flint import acb, acb_mat

from orbitkernels.theory.balls import ball_matrices

if TYPE_CHECKING:
    from .harmonics_checks import ExactNetwork


def unitary_weights(network: ExactNetwork) -> list[Any]:
    """Unitary V(g) = L^-1 rho(g^-1) L for Q = L L^*, as acb_mat in the order of the elements.

    They are unitary because rho(h) Q rho(h)^* = Q for the form Q = sum_h rho(h) rho(h)^*.
    """
    *weights, form = ball_matrices([*network.weights, network.form])
    L = cholesky(form)
    inverse = L.inv()
    return [inverse * weight * L for weight in weights]


def cholesky(matrix: Any) -> Any:
    """Lower factor L of a Hermitian positive definite matrix of balls, Q = L L^*.

    Example:
        >>> from flint import acb_mat
        >>> from orbitkernels.proofs.harmonics_in_balls import cholesky
        >>> [round(float(z.real)) for z in cholesky(acb_mat([[4, 2], [2, 10]])).entries()]
        [2, 0, 1, 3]
    """
    size = matrix.nrows()
    rows = [[acb(0)] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            rest = matrix[i, j] - sum((rows[i][k] * rows[j][k].conjugate() for k in range(j)), acb(0))
            rows[i][j] = acb(rest.real.sqrt()) if i == j else rest / rows[j][j]
    return acb_mat(rows)


def adjoint(matrix: Any) -> Any:
    """Conjugate transpose."""
    rows = range(matrix.nrows())
    return acb_mat([[matrix[i, j].conjugate() for i in rows] for j in range(matrix.ncols())])


def combined(factors: Sequence[Any], matrices: Sequence[Any]) -> Any:
    """Sum of c_j A_j."""
    total = matrices[0] * factors[0]
    for factor, matrix in zip(factors[1:], matrices[1:], strict=True):
        total = total + matrix * factor
    return total


def flat(matrix: Any) -> list[Any]:
    """All entries, row by row."""
    return list(matrix.entries())
