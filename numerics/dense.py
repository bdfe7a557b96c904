"""Dense route: Gram matrices as plain matrices and leave-out errors by Cholesky, without any group theory.

It is the evidence against which the Fourier route is held (Theorems T1 and T1b).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve, lapack

from orbitkernels.errors import SingularGramError

FloatArray = npt.NDArray[np.float64]


def gram_from_symbol(
    phi: npt.ArrayLike,
    left_division: npt.ArrayLike,
    representatives: Sequence[npt.ArrayLike] | None = None,
    ridge: float = 0.0,
) -> FloatArray:
    """Gram matrix K[(a, s), (b, t)] = phi_ab(s^-1 t) + r [(a, s) = (b, t)], orbit after orbit.

    Args:
        phi: Symbol [C, C, n], phi[a, b, g] = k(x_a, g x_b).
        left_division: Array [n, n] of the elements g^-1 h.
        representatives: For each orbit one element of each coset g H_c; all elements if omitted (free orbits).
        ridge: r.

    Returns:
        Array [N, N] with N the number of poses.

    Example:
        >>> from orbitkernels.numerics.dense import gram_from_symbol
        >>> gram_from_symbol([[[2.0, 1.0]]], [[0, 1], [1, 0]]).tolist()
        [[2.0, 1.0], [1.0, 2.0]]
    """
    symbol, division = np.asarray(phi, dtype=np.float64), np.asarray(left_division, dtype=np.int64)
    count, order = symbol.shape[0], symbol.shape[2]
    chosen = [np.arange(order)] * count if representatives is None else [np.asarray(r) for r in representatives]
    gram = np.block(
        [[symbol[a, b][division[np.ix_(chosen[a], chosen[b])]] for b in range(count)] for a in range(count)]
    )
    gram[np.diag_indices_from(gram)] += ridge
    return gram


def leave_one_out(gram: npt.ArrayLike, labels: npt.ArrayLike) -> FloatArray:
    """Leave-one-out errors y_i - p_i = [K^-1 y]_i / [K^-1]_ii of every point (Theorem T1).

    Args:
        gram: K [N, N].
        labels: y, [N] or [N, m].

    Returns:
        Array [N, m].

    Raises:
        SingularGramError: If K is not positive definite.

    Example:
        >>> from orbitkernels.numerics.dense import leave_one_out
        >>> leave_one_out([[2.0, 1.0], [1.0, 2.0]], [1.0, 1.0]).round(12).tolist()
        [[0.5], [0.5]]
    """
    factor = _factor(gram)
    return _solve(factor, _columns(labels)) / _inverse_diagonal(factor)[:, None]


def posterior_variances(gram: npt.ArrayLike) -> FloatArray:
    """Array [N]: Gaussian-process variance 1 / [K^-1]_ii at each point given all others (Theorem T1b)."""
    return 1 / _inverse_diagonal(_factor(gram))


def leave_out(gram: npt.ArrayLike, labels: npt.ArrayLike, missing: npt.ArrayLike) -> FloatArray:
    """Errors y_S - p_S = ([K^-1]_SS)^-1 [K^-1 y]_S at the points S left out together (Theorem T1).

    Args:
        gram: K [N, N].
        labels: y, [N] or [N, m].
        missing: The positions S, [s].

    Returns:
        Array [s, m].
    """
    factor, where = _factor(gram), np.atleast_1d(np.asarray(missing, dtype=np.int64))
    unit = np.zeros((factor.shape[0], where.size))
    unit[where, np.arange(where.size)] = 1.0
    block = _solve(factor, unit)[where]
    return _solve(_factor(block), _solve(factor, _columns(labels))[where])


def refit(gram: npt.ArrayLike, labels: npt.ArrayLike, missing: npt.ArrayLike) -> FloatArray:
    """Errors at the points S from the definition: drop them, solve on the rest and predict.

    y_S - K_SR K_RR^-1 y_R with R the other points; nothing but linear algebra, so it is the brute force for T1.

    Args:
        gram: K [N, N].
        labels: y, [N] or [N, m].
        missing: The positions S, [s].

    Returns:
        Array [s, m].
    """
    kernel, y, gone, kept = _split(gram, labels, missing)
    return y[gone] - kernel[np.ix_(gone, kept)] @ _solve(_factor(kernel[np.ix_(kept, kept)]), y[kept])


def refit_variance(gram: npt.ArrayLike, missing: npt.ArrayLike) -> FloatArray:
    """Posterior covariance K_SS - K_SR K_RR^-1 K_RS at the points S from its definition, [s, s]."""
    kernel, _, gone, kept = _split(gram, np.zeros(np.shape(gram)[0]), missing)
    across = kernel[np.ix_(kept, gone)]
    result: FloatArray = kernel[np.ix_(gone, gone)] - across.T @ _solve(
        _factor(kernel[np.ix_(kept, kept)]), across
    )
    return result


def ridge_prediction(gram: npt.ArrayLike, labels: npt.ArrayLike, cross: npt.ArrayLike, ridge: float) -> FloatArray:
    """Prediction k (K + r I)^-1 y of ridge regression at p points.

    Args:
        gram: K [N, N].
        labels: y, [N] or [N, m].
        cross: Kernel k [p, N] of the points with the training points.
        ridge: r.

    Returns:
        Array [p, m].

    Raises:
        SingularGramError: If K + r I is not positive definite.

    Example:
        >>> from orbitkernels.numerics.dense import ridge_prediction
        >>> ridge_prediction([[1.0]], [3.0], [[2.0]], 0.5).round(12).tolist()
        [[4.0]]
    """
    matrix = np.asarray(gram, dtype=np.float64)
    factor = _factor(matrix + ridge * np.eye(len(matrix)))
    result: FloatArray = np.asarray(cross, dtype=np.float64) @ _solve(factor, _columns(labels))
    return result


def eigenvalues(gram: npt.ArrayLike) -> FloatArray:
    """All eigenvalues of a symmetric matrix, ascending."""
    return np.asarray(np.linalg.eigvalsh(np.asarray(gram, dtype=np.float64)))


def condition_of_spectrum(spectrum: FloatArray) -> float:
    """Ratio of the last to the first of ascending eigenvalues; infinite if the first is not positive."""
    return float(spectrum[-1] / spectrum[0]) if spectrum[0] > 0 else float("inf")


def condition_number(gram: npt.ArrayLike) -> float:
    """Ratio of the largest to the smallest eigenvalue of a symmetric matrix; infinite if that is not positive."""
    return condition_of_spectrum(eigenvalues(gram))


def largest_inverse_eigenvalue(gram: npt.ArrayLike) -> float:
    """Largest eigenvalue of K^-1, that of L^-T L^-1: accurate where rows of K have very different lengths.

    Raises:
        SingularGramError: If K is not positive definite.

    Example:
        >>> from orbitkernels.numerics.dense import largest_inverse_eigenvalue
        >>> round(largest_inverse_eigenvalue([[4.0, 2.0], [2.0, 4.0]]), 12)
        0.5
    """
    inverse = lapack.dtrtri(_factor(gram), lower=1)[0]
    return float(eigenvalues(inverse.T @ inverse)[-1])


# ---------------------------------------------------------------------- Cholesky


def _factor(gram: npt.ArrayLike) -> FloatArray:
    """Lower Cholesky factor with zeros above the diagonal."""
    matrix = np.asarray(gram, dtype=np.float64)
    try:
        factor: FloatArray = np.tril(cho_factor(matrix, lower=True)[0])
    except np.linalg.LinAlgError:
        smallest = float(np.linalg.eigvalsh(matrix)[0])
        raise SingularGramError(
            f"The Gram matrix of {matrix.shape[0]} points has the eigenvalue {smallest:.1e}; add a ridge above "
            f"{max(-smallest, 0.0) + 1e-12 * float(np.trace(matrix)):.0e}."
        ) from None
    return factor


def _solve(factor: FloatArray, right: FloatArray) -> FloatArray:
    """(L L^T)^-1 right."""
    solution: FloatArray = cho_solve((factor, True), right)
    return solution


def _inverse_diagonal(factor: FloatArray) -> FloatArray:
    """Diagonal of (L L^T)^-1: squared norms of the columns of L^-1."""
    inverse: FloatArray = lapack.dtrtri(factor, lower=1)[0]
    result: FloatArray = np.sum(inverse**2, axis=0)
    return result


def _columns(labels: npt.ArrayLike) -> FloatArray:
    """Labels as an array [N, m]."""
    y = np.asarray(labels, dtype=np.float64)
    return y[:, None] if y.ndim == 1 else y


def _split(
    gram: npt.ArrayLike, labels: npt.ArrayLike, missing: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """K, y, the missing positions and the others."""
    kernel = np.asarray(gram, dtype=np.float64)
    gone = np.atleast_1d(np.asarray(missing, dtype=np.int64))
    kept = np.setdiff1d(np.arange(kernel.shape[0]), gone)
    return kernel, _columns(labels), gone, kept
