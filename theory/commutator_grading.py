"""The conjugacy classes over the abelian group G/G', found from products of classes with generators."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .abelian_characters import linear_characters
from .graphs import renumbered
from .groups import FiniteGroup
from .laws import IntArray


class CommutatorGrading:
    """The classes of a group by the cosets of its commutator subgroup.

    Attributes:
        group: G.
        coset: Array [k]: the element of A = G/G' that each class lies over; 0 for classes inside G'.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> grading = CommutatorGrading(group("S4"))
        >>> grading.coset.tolist(), [classes.tolist() for classes in grading.classes]
        ([0, 0, 1, 0, 1], [[0, 1, 3], [2, 4]])
    """

    def __init__(self, group: FiniteGroup) -> None:
        self.group, self.coset = group, commutator_cosets(group)

    @cached_property
    def quotient(self) -> FiniteGroup:
        """A."""
        law = _CosetLaw(self.group, self.coset)
        images = self.coset[self.group.conjugacy_classes.labels[list(self.group.generators)]]
        return FiniteGroup(law, [g for g in dict.fromkeys(images.tolist()) if g], f"{self.group.name}/G'")

    @cached_property
    def linear(self) -> npt.NDArray[np.int32]:
        """Array [|A|, |A|]: the characters of A, as exponents a of E(m)^a, m the exponent of A."""
        return linear_characters(self.quotient)

    @cached_property
    def classes(self) -> list[IntArray]:
        """The classes over each element of A, in increasing order."""
        counts = np.bincount(self.coset)
        return np.split(np.argsort(self.coset, kind="stable"), np.cumsum(counts)[:-1])

    @cached_property
    def position(self) -> IntArray:
        """Array [k]: the place of each class among those over the same element of A."""
        found = np.empty(self.coset.size, dtype=np.int64)
        for classes in self.classes:
            found[classes] = np.arange(classes.size)
        return found

    def by_size(self, classes: IntArray) -> tuple[IntArray, IntArray]:
        """The classes in the order of their sizes, and the sizes."""
        sizes = self.group.conjugacy_classes.sizes[classes]
        order = np.argsort(sizes, kind="stable")
        return classes[order], sizes[order]


class _CosetLaw:
    """The law of G/G': cosets multiply through representatives of classes."""

    def __init__(self, group: FiniteGroup, coset: IntArray) -> None:
        self.group, self.order = group, int(coset.max()) + 1
        classes = group.conjugacy_classes
        self._labels, self._coset = classes.labels, coset
        self._first = classes.representatives[np.unique(coset, return_index=True)[1]]

    def product(self, g: IntArray, h: IntArray) -> IntArray:
        """The coset of the product of the representatives."""
        return self._coset[self._labels[self.group.law.product(self._first[g], self._first[h])]]

    def inverse(self, g: IntArray) -> IntArray:
        """The coset of the inverse of the representative."""
        return self._coset[self._labels[self.group.law.inverse(self._first[g])]]


def commutator_cosets(group: FiniteGroup) -> IntArray:
    """Array [k]: the coset of G' in which each class lies, numbered by first classes.

    The cosets are the finest partition of the classes such that s x and s y lie in one part whenever x and y do,
    for every generator s: G acts on the parts of such a partition, the part of 1 is a normal subgroup N, and x N
    holds all conjugates of x, so that G/N is abelian.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> commutator_cosets(group("A4")).tolist()
        [0, 0, 1, 2]
    """
    classes, every = group.conjugacy_classes, np.arange(group.order, dtype=np.int64)
    k = len(classes)
    steps = [_class_pairs(classes.labels, group.law.product(np.full_like(every, s), every), k)
             for s in group.generators]  # fmt: skip
    parts = np.arange(k)
    while True:
        edges = [np.stack([parts, np.arange(k)])]  # a class and the least one of its part
        for tails, heads in steps:
            least = np.full(k, k)
            np.minimum.at(least, parts[tails], heads)
            edges.append(np.stack([least[parts[tails]], heads]))
        tails, heads = np.concatenate(edges, axis=1)
        graph = coo_array((np.ones(tails.size, dtype=np.int8), (tails, heads)), shape=(k, k))
        labels = connected_components(graph, directed=False)[1]
        coarser = np.unique(labels, return_index=True)[1][labels]
        if np.array_equal(coarser, parts):
            return renumbered(labels)
        parts = coarser


def _class_pairs(labels: IntArray, images: IntArray, k: int) -> tuple[IntArray, IntArray]:
    """The different pairs (class of x, class of the image of x)."""
    codes = np.unique(labels * k + labels[images])
    tails, heads = np.divmod(codes, k)
    return tails, heads
