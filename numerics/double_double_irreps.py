"""Orthogonal representations to the precision of double-doubles, from ones in double precision.

The mean rho'(s) = (1/n) sum_h rho(h)^T rho(h s) over the group is a representation up to the square of the
violation of rho, if rho is orthogonal (K. Grove, H. Karcher, E. A. Ruh, "Group actions and curvature", Inventiones
Mathematicae 23, 1974; D. Kazhdan, "On epsilon-representations", Israel Journal of Mathematics 43, 1982).  Newton's
iteration for the polar factor, X (3 I - X^T X) / 2, squares the violation of orthogonality (Higham, "Functions of
Matrices", SIAM 2008, section 8.3).  Unitary matrices are taken as orthogonal ones of twice the size.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .compilation import jit
from .double_double_matrices import (
    DoubleDouble,
    FloatArray,
    _multiply_add,
    _product,
    exactly,
    product,
    scaled,
    total,
)

IntArray = npt.NDArray[np.int64]

#: Each round squares the violation: 1e-14, 1e-28, then rounding.
_ROUNDS = 2


def real_form(matrices: npt.NDArray[np.inexact[Any]]) -> FloatArray:
    """Complex matrices [..., d, f] as real ones [..., 2d, 2f]: [[Re, -Im], [Im, Re]]; real ones as they are.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.double_double_irreps import real_form
        >>> real_form(np.array([[1j]])).tolist()
        [[0.0, -1.0], [1.0, 0.0]]
    """
    if not np.iscomplexobj(matrices):
        return np.ascontiguousarray(matrices, dtype=np.float64)
    upper = np.concatenate([matrices.real, -matrices.imag], axis=-1)
    lower = np.concatenate([matrices.imag, matrices.real], axis=-1)
    return np.ascontiguousarray(np.concatenate([upper, lower], axis=-2))


def refined_representation(matrices: FloatArray, right_translations: IntArray) -> tuple[DoubleDouble, float]:
    """The representation near the given matrices.

    Args:
        matrices: Orthogonal matrices [n, d, d] of all elements, the identity first; a representation to rounding.
        right_translations: Array [generators, n] of the elements g s.

    Returns:
        Double-doubles [n, d, d], and the largest violation of rho(g s) = rho(g) rho(s) and of orthogonality of the
        generators, in the Frobenius norm.
    """
    refined = exactly(matrices)
    parents = _tree(right_translations)
    _orthogonalise(refined.high, refined.low)
    for _ in range(_ROUNDS):
        generators = _averages(refined, right_translations)
        _orthogonalise(generators.high, generators.low)
        refined = _along_tree(generators, parents, matrices.shape)
    return refined, _violation(refined, generators, right_translations)


def longest_word(right_translations: IntArray) -> int:
    """Number of factors of the longest product that makes a matrix."""
    parents = _tree(right_translations)
    depth = np.zeros(right_translations.shape[1], dtype=np.int64)
    for g, parent, _ in parents.tolist():
        depth[g] = depth[parent] + 1
    return int(depth.max(initial=0))


def fixed_space(refined: DoubleDouble, basis: FloatArray, stabiliser: IntArray) -> DoubleDouble:
    """Orthonormal basis [d, f] of the vectors that a subgroup fixes, near a basis in double precision.

    Args:
        refined: rho, [n, d, d].
        basis: Array [d, f].
        stabiliser: Elements of the subgroup.
    """
    mean = exactly(np.zeros(refined.shape[1:]))
    for h in stabiliser.tolist():
        mean = total(mean, refined.take(h))
    projected = product(scaled(mean, 1.0, float(stabiliser.size)), exactly(basis))
    for _ in range(2):  # the first step leaves the square of 1e-15
        gram = product(projected.T, projected)
        step = total(exactly(3 * np.eye(basis.shape[1])), -gram)
        projected = scaled(product(projected, step), 0.5)
    return projected


def _tree(right_translations: IntArray) -> IntArray:
    """Array [n - 1, 3]: element, the one before it, generator; breadth first from the identity."""
    size = right_translations.shape[1]
    seen = np.zeros(size, dtype=np.bool_)
    seen[0] = True
    rows, layer = [], np.zeros(1, dtype=np.int64)
    while layer.size:
        following = []
        for s, row in enumerate(right_translations):
            reached, first = np.unique(row[layer], return_index=True)
            is_new = ~seen[reached]
            seen[reached] = True
            rows.append(np.stack([reached[is_new], layer[first[is_new]], np.full(is_new.sum(), s)], axis=1))
            following.append(reached[is_new])
        layer = np.concatenate(following) if following else np.zeros(0, dtype=np.int64)
    return np.concatenate(rows) if rows else np.zeros((0, 3), dtype=np.int64)


def _averages(refined: DoubleDouble, right_translations: IntArray) -> DoubleDouble:
    """(1/n) sum_h rho(h)^T rho(h s) for every generator s, [generators, d, d]: one product of stacks each."""
    size, degree = refined.shape[:2]
    left = refined.reshape(-1, degree).T
    means = [
        scaled(product(left, refined.take(row).reshape(-1, degree)), 1.0, float(size))
        for row in right_translations
    ]
    return DoubleDouble(*(np.array(words).reshape(-1, degree, degree) for words in zip(*means, strict=True)))


def _violation(refined: DoubleDouble, generators: DoubleDouble, right_translations: IntArray) -> float:
    """Largest Frobenius norm of rho(g) rho(s) - rho(g s), and of rho(s)^T rho(s) - I."""
    degree = refined.shape[1]
    largest = 0.0
    for s, row in enumerate(right_translations):
        generator = generators.take(s)
        moved = product(refined.reshape(-1, degree), generator).reshape(*refined.shape)
        edges = total(moved, -refined.take(row))
        square = total(product(generator.T, generator), exactly(-np.eye(degree)))
        norms = np.linalg.norm(edges.high, axis=(1, 2))
        largest = max(largest, float(norms.max()), float(np.linalg.norm(square.high)))
    return largest


def _along_tree(generators: DoubleDouble, parents: IntArray, shape: tuple[int, ...]) -> DoubleDouble:
    """All matrices [n, d, d] as products of the generators."""
    found = DoubleDouble(np.zeros(shape), np.zeros(shape))
    found.high[0] = np.eye(shape[1])
    _multiply_along(parents, generators.high, generators.low, found.high, found.low)
    return found


@jit
def _multiply_along(parents: Any, gh: Any, gl: Any, high: Any, low: Any) -> None:
    for row in range(parents.shape[0]):
        g, before, s = parents[row]
        _product(high[before], low[before], gh[s], gl[s], high[g], low[g])


@jit
def _orthogonalise(high: Any, low: Any) -> None:
    """One Newton step of the polar factor for each matrix, in place."""
    degree = high.shape[1]
    step, step_low = np.empty((degree, degree)), np.empty((degree, degree))
    found, found_low = np.empty((degree, degree)), np.empty((degree, degree))
    for g in range(high.shape[0]):
        step[:] = 0.0
        step_low[:] = 0.0
        for i in range(degree):
            step[i, i] = 3.0
            for k in range(degree):  # row k of X contributes -X_ki X_k
                _multiply_add(-high[g, k, i], -low[g, k, i], high[g, k], low[g, k], step[i], step_low[i], degree)
        found[:] = 0.0
        found_low[:] = 0.0
        _product(high[g], low[g], step, step_low, found, found_low)
        high[g] = found / 2
        low[g] = found_low / 2
