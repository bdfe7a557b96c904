"""Conjugate gradients for several right-hand sides at once, from matrix products alone.

Source: M. R. Hestenes, E. Stiefel, "Methods of conjugate gradients for solving linear systems", J. Res. NBS 49
(1952); preconditioned as in Y. Saad, "Iterative methods for sparse linear systems", section 9.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import SingularGramError

FloatArray = npt.NDArray[np.float64]
Product = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True)
class IterativeSolution:
    """Approximate solution of A x = b.

    Attributes:
        solution: x, array [N, m].
        iterations: Number of products with A in the iteration.
        residual: Largest |b - A x| / |b| over the columns, from one more product at the end.
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
) -> IterativeSolution:
    """Solve A x = b for a symmetric positive definite A.

    Args:
        product: v -> A v on arrays [N, m].
        right: b, array [N, m].
        precondition: v -> P v for a symmetric positive definite P near A^-1; the identity if omitted.
        tolerance: Stop when |b - A x| <= tolerance |b| in each column, by the recurrence.
        limit: Most iterations.

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
    x, iterations = iterate(product, right, precondition, tolerance, limit)
    return IterativeSolution(x, iterations, largest_residual(right - product(x), right))


def iterate(
    product: Product, right: FloatArray, precondition: Product | None, tolerance: float, limit: int
) -> tuple[FloatArray, int]:
    """The solution [N, m] and the steps of :func:`conjugate_gradients`; what is left is not measured."""
    x, r = np.zeros_like(right), right.copy()
    size = np.linalg.norm(right, axis=0)
    z = r if precondition is None else precondition(r)
    p, rz, iterations = z.copy(), np.sum(r * z, axis=0), 0
    while iterations < limit and (np.linalg.norm(r, axis=0) > tolerance * size).any():
        Ap = product(p)
        curvature = np.sum(p * Ap, axis=0)
        _require_positive(curvature, p, np.linalg.norm(r, axis=0) > tolerance * size, iterations + 1)
        step = _ratio(rz, curvature)
        x += step * p
        r -= step * Ap
        z = r if precondition is None else precondition(r)
        before, rz = rz, np.sum(r * z, axis=0)
        p = z + _ratio(rz, before) * p
        iterations += 1
    return x, iterations


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
