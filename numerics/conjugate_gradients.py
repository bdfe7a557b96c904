"""Conjugate gradients for several right-hand sides at once, from matrix products alone.

Source: M. R. Hestenes, E. Stiefel, "Methods of conjugate gradients for solving linear systems", J. Res. NBS 49
(1952); preconditioned as in Y. Saad, "Iterative methods for sparse linear systems", section 9.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigvalsh_tridiagonal

from orbitkernels.errors import SingularGramError

FloatArray = npt.NDArray[np.float64]
Product = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True)
class IterativeSolution:
    """Approximate solution of A x = b.

    Attributes:
        solution: x, array [N, m].
        iterations: Number of products with A in the iteration.
        residual: Largest |b - A x|_p / max(|b|_p, max over q of |A x_q|_p) over the columns and the parts p of the
            rows, x_q being x on the part q, from products of their own.
    """

    solution: FloatArray
    iterations: int
    residual: float


def conjugate_gradients(
    product: Product,
    right: FloatArray,
    precondition: Product | None = None,
    tolerance: float = 1e-12,
    limit: int = 1000,
    parts: npt.NDArray[np.int64] | None = None,
) -> IterativeSolution:
    """Solve A x = b for a symmetric positive definite A, to the accuracy of each part of b by its own size.

    Where b is much smaller than elsewhere, an iteration stops before A x is near it.  So it is begun anew on what
    is left, b - A x, while that at least halves the largest residual of a part.  A part of b may be 0 by
    cancellation, so what is left there is compared with what cancels as well.

    Args:
        product: v -> A v on arrays [N, m].
        right: b, array [N, m].
        precondition: v -> P v for a symmetric positive definite P near A^-1; the identity if omitted.
        tolerance: Stop when |b - A x| <= tolerance |b| in each column, by the recurrence.
        limit: Most iterations, all beginnings together.
        parts: Array [N]: the part of each row; all are one if omitted.

    Raises:
        SingularGramError: If p^T A p <= 0 for a direction p, which shows that A is not positive definite.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.conjugate_gradients import conjugate_gradients
        >>> A = np.array([[2.0, 1.0], [1.0, 2.0]])
        >>> found = conjugate_gradients(lambda v: A @ v, np.array([[3.0], [3.0]]))
        >>> found.solution.ravel().round(12).tolist(), found.iterations
        ([1.0, 1.0], 1)
    """
    x, rest, residual, iterations = np.zeros_like(right), right, np.inf, 0
    rows = [np.ones(len(right), dtype=bool)] if parts is None else [parts == part for part in np.unique(parts)]
    while True:
        step, count, _ = iterate(product, rest, precondition, tolerance, limit - iterations)
        left, found = _left_by_parts(product, x + step, right, rows)
        if not found < residual:
            return IterativeSolution(x, iterations, residual)
        halved, residual = found <= residual / 2, found
        x, rest, iterations = x + step, left, iterations + count
        if not halved or residual <= tolerance or iterations >= limit:
            return IterativeSolution(x, iterations, residual)


def _left_by_parts(
    product: Product, x: FloatArray, right: FloatArray, rows: Sequence[npt.NDArray[np.bool_]]
) -> tuple[FloatArray, float]:
    """b - A x, and its largest size relative to the largest of b and of the A x_q that add up to A x, by parts."""
    several = np.stack([np.where(here[:, None], x, 0.0) for here in rows], axis=1)  # [N, parts, m]
    terms = product(several.reshape(len(x), -1)).reshape(several.shape)
    left = right - terms.sum(axis=1)
    beside = np.concatenate([terms, right[:, None]], axis=1)
    sizes = [
        (np.linalg.norm(left[here], axis=0), np.linalg.norm(beside[here], axis=0).max(axis=0)) for here in rows
    ]
    return left, max(float(_ratio(*pair).max(initial=0.0)) for pair in sizes)


def iterate(
    product: Product, right: FloatArray, precondition: Product | None, tolerance: float, limit: int
) -> tuple[FloatArray, int, FloatArray]:
    """The solution [N, m] and the steps of :func:`conjugate_gradients`; what is left is not measured.

    The third is the array [iterations, 2, m] of its coefficients alpha and beta, NaN where a column was solved.
    """
    x, r = np.zeros_like(right), right.copy()
    size = np.linalg.norm(right, axis=0)
    z = r if precondition is None else precondition(r)
    p, rz, iterations = z.copy(), np.sum(r * z, axis=0), 0
    coefficients = []
    while iterations < limit and (unsolved := np.linalg.norm(r, axis=0) > tolerance * size).any():
        Ap = product(p)
        curvature = np.sum(p * Ap, axis=0)
        _require_positive(curvature, p, unsolved, iterations + 1)
        step = _ratio(rz, curvature)
        x += step * p
        r -= step * Ap
        z = r if precondition is None else precondition(r)
        before, rz = rz, np.sum(r * z, axis=0)
        ratio = _ratio(rz, before)
        p = z + ratio * p
        coefficients.append(np.where(unsolved, [step, ratio], np.nan))
        iterations += 1
    return x, iterations, np.reshape(coefficients, (iterations, 2, right.shape[1]))


def ritz_values(coefficients: FloatArray) -> tuple[float, float]:
    """Smallest and largest Ritz value of A in the spaces that were searched; inf and 0 if there was no step.

    They lie between the extreme eigenvalues of A (of P^1/2 A P^1/2 with a preconditioner), to rounding: they are
    those of the tridiagonal matrix of Lanczos, which has 1/alpha_j + beta_(j-1)/alpha_(j-1) on its diagonal and
    beta_j^1/2/alpha_j beside it (Saad, section 6.7.3).

    Args:
        coefficients: alpha and beta from :func:`iterate`.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.conjugate_gradients import iterate, ritz_values
        >>> A = np.diag([1.0, 2.0, 5.0])
        >>> np.round(ritz_values(iterate(lambda v: A @ v, np.ones((3, 1)), None, 1e-12, 9)[2]), 10).tolist()
        [1.0, 5.0]
    """
    smallest, largest = np.inf, 0.0
    for column in np.moveaxis(coefficients, 2, 0):
        alpha, beta = column[~np.isnan(column[:, 0]) & (column[:, 0] != 0)].T
        if alpha.size:
            diagonal = 1 / alpha
            diagonal[1:] += beta[:-1] / alpha[:-1]
            found = eigvalsh_tridiagonal(diagonal, np.sqrt(beta[:-1]) / alpha[:-1])
            smallest, largest = min(smallest, float(found[0])), max(largest, float(found[-1]))
    return smallest, largest


def _require_positive(curvature: FloatArray, p: FloatArray, unsolved: npt.NDArray[np.bool_], step: int) -> None:
    """Refuse a matrix that is not positive definite along the direction of a column that is not solved yet."""
    wrong = unsolved & (curvature <= 0)
    if wrong.any():
        quotient = float(np.min(curvature[wrong] / np.sum(p[:, wrong] ** 2, axis=0)))
        raise SingularGramError(
            f"The matrix is not positive definite: step {step} of conjugate gradients finds a direction p with "
            f"p^T A p = {quotient:.1e} |p|^2; a ridge above {max(-quotient, np.finfo(float).tiny):.1e} is needed."
        )


def largest_residual(rest: FloatArray, right: FloatArray) -> float:
    """Largest |rest| / |right| over the columns, 0 where both are."""
    return float(_ratio(np.linalg.norm(rest, axis=0), np.linalg.norm(right, axis=0)).max(initial=0.0))


def _ratio(numerators: FloatArray, denominators: FloatArray) -> FloatArray:
    """Quotients, 0 where a column is solved exactly."""
    found: FloatArray = np.divide(numerators, denominators, out=np.zeros_like(numerators), where=denominators != 0)
    return found
