"""The Cayley graph of a finite group as arrays: words, translations, short words and plans of products."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]

#: Numbers that the remembered translations of one graph may hold.
_MEMORY = 2**24

#: Words longer than this are made shorter by more letters.
LONGEST_WORD = 24


@dataclass(frozen=True)
class WordTree:
    """A breadth-first spanning tree of what the letters reach from the identity, edges g -> g s.

    Attributes:
        parent: Array [n]: -1 at the identity and where nothing leads.
        letter: Array [n]: element = parent * letter.
        spheres: The elements at distance 0, 1, 2, ... from the identity.
    """

    parent: IntArray
    letter: IntArray
    spheres: list[IntArray]

    @property
    def order(self) -> IntArray:
        """Array [m]: the elements reached, breadth-first."""
        return np.concatenate(self.spheres)


def word_tree(right_translations: IntArray) -> WordTree:
    """Breadth-first spanning tree of the Cayley graph g -> g s, level by level.

    Args:
        right_translations: Array [letters, n]: g s.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.cayley_graph import word_tree
        >>> tree = word_tree(np.array([[1, 2, 0]]))
        >>> tree.order.tolist(), tree.parent.tolist(), [sphere.tolist() for sphere in tree.spheres]
        ([0, 1, 2], [-1, 0, 1], [[0], [1], [2]])
    """
    size = right_translations.shape[1]
    parent, letter = np.full(size, -1, dtype=np.int64), np.full(size, -1, dtype=np.int64)
    known = np.zeros(size, dtype=np.bool_)
    known[0] = True
    spheres = [np.zeros(1, dtype=np.int64)]
    while True:
        sphere = spheres[-1]
        images = right_translations[:, sphere].ravel()
        new = np.flatnonzero(~known[images])
        if new.size == 0:
            return WordTree(parent, letter, spheres)
        reached, first = np.unique(images[new], return_index=True)
        letter[reached], source = np.divmod(new[first], sphere.size)
        parent[reached] = sphere[source]
        known[reached] = True
        spheres.append(reached)


@dataclass(frozen=True)
class CayleyGraph:
    """The Cayley graph g -> g s of a group on 0, ..., n-1 with identity 0; the letters s generate the group.

    Attributes:
        right_translations: Array [letters, n]: g s.
        order: Array [n]: all elements in breadth-first order.
        parent: Array [n]: -1 at the identity.
        letter: Array [n]: element = parent * letter.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.cayley_graph import CayleyGraph
        >>> C3 = CayleyGraph.of_letters(np.array([[1, 2, 0]]))
        >>> C3.right_translation(2).tolist(), C3.depth.tolist()
        ([2, 0, 1], [0, 1, 2])
    """

    right_translations: IntArray
    order: IntArray
    parent: IntArray
    letter: IntArray
    _translations: dict[int, IntArray] = field(default_factory=dict, repr=False)

    @classmethod
    def of_letters(cls, right_translations: IntArray) -> CayleyGraph:
        """With a breadth-first tree of its own."""
        tree = word_tree(right_translations)
        return cls(right_translations, tree.order, tree.parent, tree.letter)

    @property
    def size(self) -> int:
        """Order n of the group."""
        return int(self.order.size)

    @property
    def letters(self) -> IntArray:
        """The letters as elements: the edges that leave the identity."""
        return self.right_translations[:, 0]

    @cached_property
    def depth(self) -> IntArray:
        """Array [n]: distance from the identity."""
        depth, parents = [0] * self.size, self.parent.tolist()
        for element in self.order[1:].tolist():
            depth[element] = depth[parents[element]] + 1
        return np.array(depth, dtype=np.int64)

    @property
    def longest(self) -> int:
        """Length of the longest word."""
        return int(self.depth[self.order[-1]])

    @cached_property
    def levels(self) -> list[IntArray]:
        """Elements at distance 1, 2, ... from the identity."""
        return self._between(list(range(self.longest + 1)))

    @cached_property
    def doubling(self) -> list[IntArray]:
        """Elements at distance 2, 3 to 4, 5 to 8, ...: their factors lie in earlier parts, or at distance 1."""
        return self._between([2**k for k in range(self.longest.bit_length() + 1)])

    def _between(self, distances: list[int]) -> list[IntArray]:
        """Elements farther than one distance and at most as far as the next, for each pair of neighbours."""
        stops = np.searchsorted(self.depth[self.order], distances, side="right")
        return [self.order[start:stop] for start, stop in pairwise(stops)]

    def with_short_words(self, longest: int = LONGEST_WORD) -> CayleyGraph:
        """The graph with letters added until no word is much longer than `longest`, or it helps no more.

        Letters are added that stand at distance 2, 4, 8, ... on the way to the farthest element; for a cyclic
        group they are the powers s^2, s^4, s^8, ... of the generator.

        Example:
            >>> import numpy as np
            >>> from orbitkernels.numerics.cayley_graph import CayleyGraph
            >>> C100 = CayleyGraph.of_letters(np.roll(np.arange(100), -1)[None, :])
            >>> short = C100.with_short_words()
            >>> short.letters.tolist(), short.longest
            ([1, 2, 4, 8, 16, 32, 64], 5)
        """
        graph = self
        while graph.longest > longest:
            way, at = [], int(graph.order[-1])
            while at != 0:
                way.append(at)
                at = int(graph.parent[at])
            added = [way[-(2**k)] for k in range(1, len(way).bit_length())]
            rows = [graph.right_translation(element) for element in added]
            longer = CayleyGraph.of_letters(np.concatenate([graph.right_translations, rows]))
            if longer.longest >= graph.longest:
                break
            graph = longer
        return graph

    @cached_property
    def factors(self) -> tuple[IntArray, IntArray]:
        """Arrays a, b [n] with a b = g: a is the ancestor of g at distance 2^k where 2^k < depth(g) <= 2^(k+1).

        Then b is at most as far from the identity as a.  At distance 0 and 1, a is the identity.
        """
        left, right = np.zeros(self.size, dtype=np.int64), np.zeros(self.size, dtype=np.int64)
        for distance, children in enumerate(self.levels, start=1):
            parents, letters = self.parent[children], self.letter[children]
            restart = (distance - 1) & (distance - 2) == 0  # the parents are at distance 0 or 2^k
            left[children] = parents if restart else left[parents]
            right[children] = self.right_translations[letters, 0 if restart else right[parents]]
        return left, right

    def right_translation(self, element: int) -> IntArray:
        """Array [n]: g x for every g, from the factors of x; remembered while there is room."""
        if element in self._translations:
            return self._translations[element]
        if self.depth[element] > 1:
            left, right = (int(factor[element]) for factor in self.factors)
            image = self.right_translation(right)[self.right_translation(left)]
        elif element != 0:
            image = self.right_translations[self.letter[element]]
        else:
            image = np.arange(self.size, dtype=np.int64)
        if len(self._translations) * self.size < _MEMORY:
            self._translations[element] = image
        return image

    @cached_property
    def left_translations(self) -> IntArray:
        """Array [letters, n]: s g for every g; s (h t) = (s h) t along the tree."""
        image = np.empty_like(self.right_translations)
        image[:, 0] = self.letters
        for children in self.levels:
            parents, letters = self.parent[children], self.letter[children]
            image[:, children] = self.right_translations[letters, image[:, parents]]
        return image

    @cached_property
    def inverses(self) -> IntArray:
        """Array [n]: g^-1; (h s)^-1 = s^-1 h^-1 along the tree."""
        backward = np.argsort(self.left_translations, axis=1)  # s^-1 g
        inverse = np.zeros(self.size, dtype=np.int64)
        for children in self.levels:
            inverse[children] = backward[self.letter[children], inverse[self.parent[children]]]
        return inverse

    def left_products(self, element: int, others: IntArray) -> IntArray:
        """Products z x = (x^-1 z^-1)^-1 of one element with others."""
        backward = self.right_translation(int(self.inverses[element]))
        return self.inverses[backward[self.inverses[others]]]

    def powers(self, element: int) -> IntArray:
        """Array [o]: 1, z, z^2, ..., z^(o-1)."""
        step = self.right_translation(element)
        powers = [0]
        while step[powers[-1]] != 0:
            powers.append(int(step[powers[-1]]))
        return np.array(powers, dtype=np.int64)


@dataclass(frozen=True)
class ProductPlan:
    """How some elements come out as products of letters, in an order in which the factors are known.

    Attributes:
        elements: Array [m]: the identity, then the letters in use, then products.
        letters: Array [l]: which letters stand at the positions 1, ..., l.
        steps: Positions (targets, lefts, rights) of products that can be made at once.
    """

    elements: IntArray
    letters: IntArray
    steps: list[tuple[slice, IntArray, IntArray]]

    @classmethod
    def of(cls, graph: CayleyGraph, wanted: IntArray) -> ProductPlan:
        """Factors of the wanted elements and their factors; the distance from the identity halves each time."""
        left, right = graph.factors
        depth = graph.depth
        needed = np.zeros(graph.size, dtype=np.bool_)
        needed[wanted] = True
        for part in reversed(graph.doubling):
            used = part[needed[part]]
            needed[left[used]] = needed[right[used]] = True
        first = np.flatnonzero(needed & (depth == 1))
        products = [part[needed[part]] for part in graph.doubling]
        elements = np.concatenate([[0], first, *products])
        position = np.zeros(graph.size, dtype=np.int64)
        position[elements] = np.arange(elements.size)
        steps, start = [], 1 + first.size
        for part in products:
            steps.append((slice(start, start + part.size), position[left[part]], position[right[part]]))
            start += part.size
        return cls(elements, graph.letter[first], steps)

    def matrices(self, letters: npt.NDArray[np.inexact]) -> npt.NDArray[np.inexact]:
        """Array [m, d, d]: the matrices of the elements from those of all letters [letters, d, d]."""
        degree = letters.shape[1]
        found = np.empty((self.elements.size, degree, degree), dtype=letters.dtype)
        found[0] = np.eye(degree)
        found[1 : 1 + self.letters.size] = letters[self.letters]
        for target, left, right in self.steps:
            np.matmul(found[left], found[right], out=found[target])
        return found
