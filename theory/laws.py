"""Multiplication laws: how the elements 0, 1, ..., n-1 of a finite group multiply, without a Cayley table.

Element 0 is always the identity.  Every law takes and returns integer arrays, so that a million products are
one call.  Permutations act on the left: (g h)(x) = g(h(x)).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError

IntArray = npt.NDArray[np.int64]

#: Bytes that the permutations of one group may fill before the group is refused.
MAX_PERMUTATION_BYTES = 2 * 1024**3

#: Largest order for which a full Cayley table is built on request.
MAX_TABLE_ORDER = 10_000


class Law(Protocol):
    """A group law on the integers 0, ..., order - 1 with identity 0."""

    @property
    def order(self) -> int:
        """Number of elements n."""

    def product(self, g: IntArray, h: IntArray) -> IntArray:
        """Elementwise products g h of two index arrays of one shape."""

    def inverse(self, g: IntArray) -> IntArray:
        """Elementwise inverses."""


@dataclass(frozen=True)
class CyclicLaw:
    """Addition modulo n."""

    order: int

    def product(self, g: IntArray, h: IntArray) -> IntArray:
        """G + h mod n."""
        return (g + h) % self.order

    def inverse(self, g: IntArray) -> IntArray:
        """-g mod n."""
        return -g % self.order


class TableLaw:
    """A law given by a checked Cayley table: table[g, h] = g h."""

    def __init__(self, table: IntArray) -> None:
        self.table = table
        self.order = int(table.shape[0])
        rows, columns = np.nonzero(table == 0)
        self._inverse = np.empty(self.order, dtype=np.int64)
        self._inverse[rows] = columns

    def product(self, g: IntArray, h: IntArray) -> IntArray:
        """Entries of the table."""
        return self.table[g, h].astype(np.int64, copy=False)

    def inverse(self, g: IntArray) -> IntArray:
        """The column that holds the identity."""
        return self._inverse[g]


class SemidirectLaw:
    """Semidirect product N x| H with (n, h)(m, k) = (n twist_h(m), h k), stored as n |H| + h.

    Args:
        normal: Law of N.
        complement: Law of H.
        twist: Array [|H|, |N|]: twist[h] permutes N as the automorphism of h; None for the direct product.
    """

    def __init__(self, normal: Law, complement: Law, twist: IntArray | None = None) -> None:
        self.normal, self.complement, self.twist = normal, complement, twist
        self.order = normal.order * complement.order

    def product(self, g: IntArray, h: IntArray) -> IntArray:
        """(n twist_h(m), h k)."""
        n, x = np.divmod(g, self.complement.order)
        m, y = np.divmod(h, self.complement.order)
        twisted = m if self.twist is None else self.twist[x, m]
        return self.normal.product(n, twisted) * self.complement.order + self.complement.product(x, y)

    def inverse(self, g: IntArray) -> IntArray:
        """(n, h)^-1 = (twist_{h^-1}(n^-1), h^-1)."""
        n, x = np.divmod(g, self.complement.order)
        n, x = self.normal.inverse(n), self.complement.inverse(x)
        return (n if self.twist is None else self.twist[x, n]) * self.complement.order + x


class PermutationLaw:
    """Composition of permutations of {0, ..., degree - 1}: (g h)(x) = g(h(x)).

    An element is found from its images of a *base*: points so many that no two elements agree on all of them.
    The images are hashed to 64 bits; that no two elements share a hash is checked, so a look-up is exact.

    Args:
        elements: Array [n, degree] of all elements as rows of images, the identity first.
    """

    def __init__(self, elements: npt.NDArray[np.integer]) -> None:
        self.elements = elements
        self.order, self.degree = elements.shape
        self.base = _base(elements)
        self._multipliers, keys = _separating_hash(elements[:, self.base])
        self._by_key = np.argsort(keys, kind="stable")
        self._sorted_keys = keys[self._by_key]

    def lookup(self, base_images: npt.NDArray[np.integer]) -> IntArray:
        """Indices of the elements whose images of the base are the rows of the argument."""
        keys = _hash_rows(base_images, self._multipliers)
        return self._by_key[np.minimum(np.searchsorted(self._sorted_keys, keys), self.order - 1)]

    def product(self, g: IntArray, h: IntArray) -> IntArray:
        """Base images of g h are g applied to the base images of h."""
        flat_g, flat_h = np.ravel(g), np.ravel(h)
        inner = self.elements[flat_h[:, None], self.base[None, :]]
        return self.lookup(self.elements[flat_g[:, None], inner]).reshape(np.shape(g))

    def inverse(self, g: IntArray) -> IntArray:
        """Read from one table of all inverses, made at the first call."""
        return self._inverses[g]

    @cached_property
    def _inverses(self) -> IntArray:
        inverses = np.empty(self.order, dtype=np.int64)
        step = max(1, 2**22 // self.degree)
        for start in range(0, self.order, step):
            block = self.elements[start : start + step]
            # g^-1(b) is the position at which b stands among the images of g
            inverses[start : start + step] = self.lookup(np.argsort(block, axis=1)[:, self.base])
        return inverses


def _hash_rows(rows: npt.NDArray[np.integer], multipliers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Sum of image times multiplier modulo 2^64 for each row."""
    keys = np.zeros(rows.shape[0], dtype=np.uint64)
    for column, multiplier in enumerate(multipliers):
        keys += rows[:, column].astype(np.uint64) * multiplier
    return keys


def _separating_hash(rows: npt.NDArray[np.integer]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Multipliers whose hash takes n different values on the n rows, and those values."""
    for seed in range(64):
        generator = np.random.default_rng(seed)
        multipliers = generator.integers(1, 2**63, size=rows.shape[1], dtype=np.uint64) * np.uint64(
            2
        ) + np.uint64(1)
        keys = _hash_rows(rows, multipliers)
        if np.unique(keys).size == keys.size:
            return multipliers, keys
    raise InputError("Argument 'elements' must hold different permutations; two rows are equal.")


def _base(elements: npt.NDArray[np.integer]) -> IntArray:
    """Points whose images together tell all elements apart, taken greedily from the left."""
    order, degree = elements.shape
    cells = np.zeros(order, dtype=np.int64)
    count, base = 1, []
    for point in range(degree):
        if count == order:
            break
        refined = cells * degree + elements[:, point]
        values, inverse = np.unique(refined, return_inverse=True)
        if values.size > count:
            cells, count = inverse.astype(np.int64), int(values.size)
            base.append(point)
    return np.array(base or [0], dtype=np.int64)


def enumerate_permutations(generators: npt.NDArray[np.int64], limit: int) -> npt.NDArray[np.integer] | None:
    """All products of the generators, sorted lexicographically; None if there are more than `limit`.

    Breadth-first on the Cayley graph of the generators and their inverses.  Neighbours of one sphere lie in that
    sphere, the one before or the one after, so only those two are searched for repetitions.

    Args:
        generators: Array [m, degree] of permutations.
        limit: Largest order wanted.

    Returns:
        Array [n, degree], the identity first, or None.
    """
    degree = generators.shape[1]
    dtype = np.min_scalar_type(max(degree - 1, 1))
    limit = min(limit, MAX_PERMUTATION_BYTES // max(degree * dtype.itemsize, 1))
    steps = np.unique(np.concatenate([generators, np.argsort(generators, axis=1)]), axis=0)
    before = np.empty((0, degree), dtype=dtype)
    sphere = np.arange(degree, dtype=dtype)[None, :]
    spheres, total = [sphere], 1
    while sphere.shape[0]:
        candidates = np.concatenate([sphere[:, step] for step in steps])
        fresh = _new_rows(candidates, np.concatenate([before, sphere]))
        total += fresh.shape[0]
        if total > limit:
            return None
        before, sphere = sphere, fresh
        spheres.append(sphere)
    elements = np.concatenate(spheres)
    return elements[np.lexsort(elements.T[::-1])]


def _new_rows(candidates: npt.NDArray[np.integer], known: npt.NDArray[np.integer]) -> npt.NDArray[np.integer]:
    """Rows of `candidates`, once each, that are not rows of `known`; compared byte by byte."""
    both = np.ascontiguousarray(np.concatenate([known, candidates]))
    rows = both.view(np.dtype((np.void, both.dtype.itemsize * both.shape[1]))).ravel()
    first = np.unique(rows, return_index=True)[1]
    return both[first[first >= known.shape[0]]]
