"""Which pairs of group elements a group-convolutional kernel needs, offset by offset.

A covariance S(g, h) is a matrix over pairs of elements.  A convolution with the filter S takes the pair (g, g d)
of its output from the pairs (g s, g d s) = (g s, (g s) s^-1 d s) of its input: the matrix splits by the *offset*
d = g^-1 h into orbits of offsets under conjugation by the filter, and each offset needs one buffer [n].
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

IntArray = npt.NDArray[np.int64]


class Filter(NamedTuple):
    """The filter S = S_1 S_2 ... of all group convolutions, each product met once.

    Averages over S go factor by factor, so that they cost |S_1| + |S_2| + ... instead of |S|.

    Attributes:
        right: Array [W, n]: the elements g s, for each s of the last factor, then of the one before, and so on.
        sizes: Array [factors] of their sizes in that order; the sum is W.
        elements: Array [W]: the elements s.
        inverses: Array [W]: s^-1.
    """

    right: IntArray
    sizes: IntArray
    elements: IntArray
    inverses: IntArray


class Offsets(NamedTuple):
    """Offsets d that are needed together.

    Attributes:
        columns: Array [k, n]: the elements g d.
        conjugates: Array [W, k]: where s^-1 d s stands among the offsets, for each s of the filter.
    """

    columns: IntArray
    conjugates: IntArray


def identity_offset(order: int, width: int) -> Offsets:
    """The offset e alone: all pairs (g, g)."""
    return Offsets(np.arange(order)[None, :], np.zeros((width, 1), dtype=np.int64))


def right_products(right_translations: IntArray, parent: Sequence[IntArray], order: int) -> npt.NDArray[np.int32]:
    """Array [n, n]: the element g d in row d and column g, from the products with generators.

    Args:
        right_translations: Array [generators, n]: g s.
        parent: Three arrays [n - 1]: elements in an order in which parents come first, their parents d' and the
            position s of the generator with d = d' s.
        order: n.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.group_convolution_geometry import right_products
        >>> one = np.array([1]), np.array([0]), np.array([0])
        >>> right_products(np.array([[1, 0]]), one, 2).tolist()
        [[0, 1], [1, 0]]
    """
    products = np.empty((order, order), dtype=np.int32)
    products[0] = np.arange(order)
    for d, before, letter in zip(*(array.tolist() for array in parent), strict=True):
        products[d] = right_translations[letter][products[before]]
    return products


def offset_batches(products: npt.NDArray[np.int32], filter: Filter, entries: int) -> Iterator[Offsets]:
    """All offsets, in batches closed under conjugation by the filter, of about so many entries or of one orbit.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.group_convolution_geometry import Filter, offset_batches
        >>> empty = np.zeros(0, dtype=np.int64)
        >>> lifting_only = Filter(empty.reshape(0, 2), empty, empty, empty)
        >>> [batch.columns.tolist() for batch in offset_batches(np.array([[0, 1], [1, 0]]), lifting_only, 2)]
        [[[0, 1]], [[1, 0]]]
    """
    order = len(products)
    conjugates = conjugates_of(products, filter)
    position = np.empty(order, dtype=np.int64)
    for members in _batches(_orbits(conjugates, order), max(1, entries // order)):
        position[members] = np.arange(members.size)
        yield Offsets(products[members].astype(np.int64), np.ascontiguousarray(position[conjugates[:, members]]))


def conjugates_of(products: npt.NDArray[np.int32], filter: Filter) -> IntArray:
    """Array [W, n]: s^-1 d s for every offset d."""
    left = products[:, filter.inverses].T.astype(np.int64)  # [W, n]: s^-1 d
    return np.take_along_axis(products[filter.elements].astype(np.int64), left, axis=1)


def largest_orbit(products: npt.NDArray[np.int32], filter: Filter) -> int:
    """Size of the largest set of offsets that are needed together."""
    return max(orbit.size for orbit in _orbits(conjugates_of(products, filter), len(products)))


def _orbits(conjugates: IntArray, order: int) -> list[IntArray]:
    """Orbits of the offsets under conjugation by the elements of the filter."""
    every = np.tile(np.arange(order), len(conjugates))
    edges = coo_array((np.ones(every.size, dtype=np.int8), (every, conjugates.ravel())), shape=(order, order))
    count, labels = connected_components(edges, directed=False)
    return np.split(np.argsort(labels, kind="stable"), np.cumsum(np.bincount(labels, minlength=count))[:-1])


def _batches(orbits: list[IntArray], most: int) -> Iterator[IntArray]:
    """Orbits put together as long as they have at most so many offsets."""
    held: list[IntArray] = []
    for orbit in orbits:
        if held and sum(map(len, held)) + orbit.size > most:
            yield np.concatenate(held)
            held = []
        held.append(orbit)
    yield np.concatenate(held)
