"""Linear characters extended to larger subgroups, which makes the modules induced from them smaller.

Let lambda be a linear character of H that occurs m times in chi restricted to H.  Let x normalise H and leave
lambda unchanged, and let x^p lie in H for a prime p, but not x.  Then lambda extends to the union K of H, H x,
..., H x^(p-1) in p ways, with lambda(x) any p-th root of lambda(x^p), and the p multiplicities sum to m.  So some
extension occurs at least once and at most m times, and the module induced from it is p times smaller.  In p-groups
and Frobenius groups a few steps often end at a module that is the irrep itself, with monomial matrices.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from .cayley_graph import CayleyGraph, IntArray
from .cosets import abelian_normal_subgroup
from .linear_characters import LinearCharacter, roots_of_unity
from .representation import Matrices

BoolArray = npt.NDArray[np.bool_]

#: Elements x that are tried at each step.
_TRIALS = 4

#: Numbers that the remembered conjugates of one group may hold.
_MEMORY = 2**24


class CharacterExtensions:
    """Extensions of linear characters of subgroups of one group.

    Args:
        graph: The group.
        class_labels: Array [n]: the conjugacy class of each element.
        exponent: e with g^e = 1 for all g.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.cayley_graph import CayleyGraph
        >>> from orbitkernels.numerics.extended_characters import CharacterExtensions
        >>> from orbitkernels.numerics.linear_characters import cyclic_character
        >>> V4 = CayleyGraph.of_letters(np.array([[1, 0, 3, 2], [2, 3, 0, 1]]))
        >>> sign = cyclic_character(np.array([0, 1]), 1, 1)
        >>> found = CharacterExtensions(V4, np.arange(4), 2).extended(sign, np.array([1.0, -1, 1, -1]), True)
        >>> dict(zip(found.elements.tolist(), found.exponents.tolist()))
        {0: 0, 1: 1, 2: 0, 3: 1}
    """

    def __init__(self, graph: CayleyGraph, class_labels: IntArray, exponent: int) -> None:
        self.graph, self.class_labels, self.exponent = graph, class_labels, exponent
        backward = np.argsort(graph.left_translations, axis=1)
        self._inner = np.take_along_axis(backward, graph.right_translations, axis=1)  # s^-1 y s
        self._conjugates: dict[int, IntArray] = {}

    @cached_property
    def _abelian(self) -> BoolArray:
        return abelian_normal_subgroup(self.graph, self.class_labels)

    def restricted(self, character: Matrices) -> LinearCharacter:
        """A linear character of the abelian normal subgroup in chi, extended as far as it goes.

        Args:
            character: Array [n]: chi(g).
        """
        zero, degree = np.zeros(1, dtype=np.int64), round(character[0].real)
        trivial = LinearCharacter((), zero, zero, 1, degree)
        return self.extended(self.extended(trivial, character, False, self._abelian), character, False)

    def extended(
        self, start: LinearCharacter, character: Matrices, real: bool, within: BoolArray | None = None
    ) -> LinearCharacter:
        """The last of a chain of extensions, each with less work than the one before.

        Args:
            start: lambda and its multiplicity m in chi.
            character: Array [n]: chi(g).
            real: Whether lambda is real and must stay so.
            within: Array [n]: which elements the subgroups may hold; all if omitted.
        """
        scale = self.exponent // start.modulus
        best = LinearCharacter(
            start.generators, start.elements, start.exponents * scale, self.exponent, start.multiplicity
        )
        while True:
            larger = self._extensions(best, character, real, within)
            if not larger:
                return best
            best = min(larger, key=lambda extension: extension.work)

    def _extensions(
        self, start: LinearCharacter, character: Matrices, real: bool, within: BoolArray | None
    ) -> list[LinearCharacter]:
        """Extensions by a few elements of the stabiliser of lambda in the normaliser of H."""
        table = np.full(self.graph.size, -1, dtype=np.int64)
        table[start.elements] = start.exponents
        stabiliser = table < 0  # outside H
        if within is not None:
            stabiliser &= within
        for h in start.generators:
            stabiliser &= table[self.conjugates(h)] == table[h]
        candidates = np.flatnonzero(stabiliser)
        # the constituents of chi on an abelian normal subgroup are conjugate, so that it is no matter which is met
        trials = _TRIALS if within is None else 1
        spread = candidates[:: -(-candidates.size // trials)] if candidates.size else candidates
        found = (self._extension(start, table, int(x), character, real) for x in spread)
        return [extension for extension in found if extension is not None]

    def _extension(
        self, start: LinearCharacter, table: IntArray, element: int, character: Matrices, real: bool
    ) -> LinearCharacter | None:
        """The extension to <H, x> that occurs least often, where x is a power of the element; None if not real."""
        powers = self.graph.powers(element)
        index = int(np.argmax(table[np.append(powers[1:], 0)] >= 0)) + 1  # the least power in H
        prime = _least_prime_factor(index)
        x, root = int(powers[index // prime]), int(table[powers[index % powers.size]])
        step = self.graph.right_translation(x)
        shells = [start.elements]
        for _ in range(prime - 1):
            shells.append(step[shells[-1]])
        first = root // prime  # p a = lambda(x^p) modulo e, solved by a = first + i e/p
        exponents = np.array([start.exponents + j * first for j in range(prime)]) % self.exponent
        elements = np.array(shells)
        sums = np.sum(character[elements] * roots_of_unity(-exponents, self.exponent), axis=1)
        counts = np.rint(np.fft.fft(sums).real / elements.size)  # of i = 0, ..., p - 1
        turns = np.arange(prime) * (self.exponent // prime)
        if real:
            counts[2 * (first + turns) % self.exponent != 0] = 0
        if not (counts > 0).any():
            return None
        i = int(np.argmin(np.where(counts > 0, counts, np.inf)))
        twisted = (exponents + np.arange(prime)[:, None] * turns[i]) % self.exponent
        return LinearCharacter(
            (*start.generators, x), elements.ravel(), twisted.ravel(), self.exponent, int(counts[i])
        )

    def conjugates(self, h: int) -> IntArray:
        """Array [n]: g^-1 h g, with (g s)^-1 h (g s) = s^-1 (g^-1 h g) s along the tree; remembered."""
        if h in self._conjugates:
            return self._conjugates[h]
        found = np.full(self.graph.size, h, dtype=np.int64)
        for children in self.graph.levels:
            found[children] = self._inner[self.graph.letter[children], found[self.graph.parent[children]]]
        if len(self._conjugates) * self.graph.size < _MEMORY:
            self._conjugates[h] = found
        return found


def _least_prime_factor(number: int) -> int:
    """The least prime that divides a number above 1."""
    return next(p for p in range(2, number + 1) if number % p == 0)
