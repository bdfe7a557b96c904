"""Matrices of conjugacy classes acting on the class algebra, and eigenvectors of matrices modulo a prime."""

from __future__ import annotations

import numpy as np
from flint import nmod_poly

from .groups import FiniteGroup
from .laws import IntArray
from .modular import modular_inverses, modular_product, modular_solution

#: Products of group elements made in one call; bounds the memory of a class matrix.
_CHUNK = 2**19

#: Columns of a Krylov basis made at once; more of them cost more squarings of the matrix.
_BLOCK = 64


def class_matrix(group: FiniteGroup, weights: IntArray, p: int) -> IntArray:
    """The combination sum_r w_r a_rst modulo p of class matrices, an array [k, k] indexed by s, t.

    a_rst is the number of pairs (x, y) in C_r x C_s with x y = z for one z in C_t: for each x, y = x^-1 z.

    Args:
        group: Any finite group.
        weights: Array [k]: w_r modulo p; classes of weight 0 cost nothing.
        p: The modulus, below 2^31.

    Example:
        >>> S3 = FiniteGroup.from_permutations([[1, 0, 2], [1, 2, 0]])
        >>> class_matrix(S3, np.array([0, 1, 0]), 101).tolist()  # the class of the three transpositions
        [[0, 1, 0], [3, 0, 3], [0, 2, 0]]
    """
    k = len(group.conjugacy_classes)
    every = np.arange(k)
    return class_columns(group, weights, every, every, np.full(k, k), p).reshape(k, k).T


def class_columns(
    group: FiniteGroup, weights: IntArray, columns: IntArray, position: IntArray, heights: IntArray, p: int
) -> IntArray:
    """Columns t of :func:`class_matrix`, one after the other, each without rows that are known to vanish.

    Args:
        group: Any finite group.
        weights: Array [k]: w_r modulo p.
        columns: Array [m]: the classes t.
        position: Array [k]: which entry of a column belongs to the class s; classes s that occur in one column
            have different positions.
        heights: Array [m]: the number of entries of each column.
        p: The modulus, below 2^31.

    Returns:
        Array [sum of heights].

    Example:
        >>> S3 = FiniteGroup.from_permutations([[1, 0, 2], [1, 2, 0]])
        >>> transpositions, position = np.array([0, 1, 0]), np.array([0, 0, 1])  # C_0 and C_2 lie in A3
        >>> class_columns(S3, transpositions, np.array([1, 2]), position, np.array([2, 1]), 101).tolist()
        [1, 2, 3]
    """
    classes = group.conjugacy_classes
    x = np.flatnonzero(weights[classes.labels]).astype(np.int64)
    by_element, inverse = weights[classes.labels[x]], group.inverse(x)
    offsets = np.concatenate([[0], np.cumsum(heights)])
    found = np.zeros(int(offsets[-1]), dtype=np.int64)
    width = max(1, _CHUNK // max(x.size, 1))  # columns made at once
    for t in range(0, columns.size, width):
        z = classes.representatives[columns[t : t + width], None]
        cells = found[offsets[t] : offsets[min(t + width, columns.size)]]
        shift = offsets[t : t + z.size, None] - offsets[t]
        for start in range(0, x.size, _CHUNK):
            part = slice(start, start + _CHUNK)
            products = group.law.product(*np.broadcast_arrays(inverse[part], z))
            entries = shift + position[classes.labels[products]]
            repeated = np.broadcast_to(by_element[part], entries.shape)
            cells += _weighted_counts(entries.ravel(), repeated.ravel(), cells.size) % p
    return found % p


def _weighted_counts(labels: IntArray, weights: IntArray, count: int) -> IntArray:
    """Exact sums of weights below 2^31 by label; halves of 16 bits keep the sums of bincount exact integers."""
    low = np.bincount(labels, weights & 0xFFFF, minlength=count).astype(np.int64)
    high = np.bincount(labels, weights >> 16, minlength=count).astype(np.int64)
    return (high << 16) + low


def simple_eigenvectors(matrix: IntArray, p: int, random: np.random.Generator) -> tuple[IntArray, IntArray] | None:
    """Eigenvalues and eigenvectors of a matrix modulo p with as many different eigenvalues as rows.

    A Krylov basis v, Mv, ..., M^(k-1) v gives the minimal polynomial m; (m/(x - l))(M) v is the eigenvector of
    the root l.  One matrix product serves all eigenvalues, in O(k^3 log k) altogether.

    Args:
        matrix: Array [k, k] of residues.
        p: A prime below 2^31.
        random: Draws v.

    Returns:
        Arrays [k] and [k, k]; the first entry of each column that does not vanish is 1.  None if the matrix has
        fewer eigenvalues modulo p, or v is unlucky.

    Example:
        >>> values, vectors = simple_eigenvectors(np.array([[1, 1], [0, 2]]), 101, np.random.default_rng(0))
        >>> sorted(zip(values.tolist(), vectors.T.tolist()))
        [(1, [1, 0]), (2, [1, 1])]
    """
    size = matrix.shape[0]
    if size == 1:
        return matrix[0], np.ones((1, 1), dtype=np.int64)
    start = np.asarray(random.integers(1, p, size=size), dtype=np.int64)
    krylov = _krylov(matrix, start, p)
    relation = modular_solution(krylov[:, :size], krylov[:, size:], p)
    if relation is None:
        return None
    coefficients = [-int(c) % p for c in relation[:, 0]] + [1]
    roots = nmod_poly(coefficients, p).roots()
    if len(roots) < size:
        return None
    values = np.array([int(root) for root, _ in roots], dtype=np.int64)
    quotients = np.ones((size, size), dtype=np.int64)  # [power, root]: coefficients of m/(x - l) by Horner's rule
    for j in reversed(range(size - 1)):
        quotients[j] = (coefficients[j + 1] + values * quotients[j + 1]) % p
    vectors = modular_product(krylov[:, :size], quotients, p)
    leading = vectors[np.argmax(vectors != 0, axis=0), np.arange(size)]
    return values, vectors * modular_inverses(leading, p) % p


def _krylov(matrix: IntArray, start: IntArray, p: int) -> IntArray:
    """Array [k, k + 1] of the columns v, Mv, ..., M^k v, made in blocks [M^m w, ...] from the last m columns w."""
    wanted = matrix.shape[0] + 1
    vectors, power, step = start.reshape(-1, 1), matrix, 1
    while vectors.shape[1] < wanted:
        following = modular_product(power, vectors[:, -step:], p)
        vectors = np.concatenate([vectors, following], axis=1)
        if step < _BLOCK and vectors.shape[1] < wanted:
            power, step = modular_product(power, power, p), 2 * step
    return vectors[:, :wanted]
