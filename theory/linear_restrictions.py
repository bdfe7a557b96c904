"""Subgroups H with a linear character lambda that occurs exactly once in an irreducible character restricted to H.

Such a pair makes the irrep explicit (J. D. Dixon, "Constructing representations of finite groups", 1993).  For
each irrep the pair is wanted whose values, with those of the irreducible character, lie in the smallest field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from math import gcd, lcm

import numpy as np
from flint import fmpz_mat

from .characters import CharacterTable
from .cyclotomics import totient
from .groups import FiniteGroup
from .laws import IntArray
from .modular import character_prime, modular_product, modular_root

#: Subgroups of two generators that are tried.
MAX_PAIRS = 300

#: Enlargements tried for irreps that have no pair.
MAX_ENLARGEMENTS = 5_000


@dataclass(frozen=True)
class LinearRestriction:
    """A linear character lambda of a subgroup H with <chi restricted to H, lambda> = 1.

    Attributes:
        elements: Array [h] of the elements of H.
        exponents: Array [h]: lambda(x) = E(e)^a, e the exponent of the group.
        modulus: m such that chi and lambda have their values in Q(E(m)).
    """

    elements: IntArray
    exponents: IntArray
    modulus: int


def linear_restrictions(table: CharacterTable) -> list[LinearRestriction | None]:
    """For each irreducible character a pair (H, lambda) of multiplicity one, None where none was found.

    Tried are the trivial subgroup, cyclic ones and those of two generators, until the field of every irrep is as
    small as can be or enough has been tried.  For an irrep without a pair, the subgroup with the smallest
    multiplicity is then enlarged, element by element, as long as that makes the multiplicity smaller.

    Example:
        >>> from orbitkernels.theory.linear_restrictions import linear_restrictions
        >>> from orbitkernels.theory.names import group
        >>> Q8 = group("Q8")
        >>> pair = linear_restrictions(Q8.character_table())[4]
        >>> pair.elements.size, pair.modulus
        (4, 4)
    """
    search = _Search(table)
    for generators in chain(_generating_sets(table.group), _enlarged(search)):
        search.offer(generators)
        if search.finished:
            break
    return search.best


class _Search:
    """The best pair of each irreducible character so far.

    Multiplicities are found modulo a prime p = 1 modulo the exponent, larger than every degree, hence exactly.

    Attributes:
        best: The pairs; None where no multiplicity was one.
        score: Degree of the field and -|H| of each pair, to be made small; |H| is no matter for linear characters.
        least: Smallest degree of the field that can be hoped for.
        nearest: For each character the smallest multiplicity that occurred, and generators of that subgroup.
    """

    def __init__(self, table: CharacterTable) -> None:
        self.group, self.labels, self.degrees = table.group, table.classes.labels, table.degrees
        self.exponent = table.group.exponent
        self.prime = character_prime(self.exponent, 2 * table.group.order)
        root = modular_root(self.exponent, self.prime)
        self.powers = np.array([pow(root, a, self.prime) for a in range(self.exponent)], dtype=np.int64)
        spectra = [sum(m * int(self.powers[a]) for a, m in s) % self.prime for s in table.characters.spectra]
        self.values = np.array(spectra, dtype=np.int64)[table.characters.index]  # [k, k]
        self.moduli = [lcm(*(x.conductor for x in row)) for row in table.values]
        # a quaternionic irrep has no real matrices, so its field is not Q
        self.least = [
            max(totient(m), 2 if indicator == -1 else 1)
            for m, indicator in zip(self.moduli, table.indicators, strict=True)
        ]
        self.best: list[LinearRestriction | None] = [None] * len(table)
        self.score = [(10**9, 0)] * len(table)
        self.nearest: list[tuple[int, list[int]]] = [(int(d), []) for d in table.degrees]
        self.seen: set[bytes] = set()

    @property
    def finished(self) -> bool:
        """Whether no smaller field is to be hoped for."""
        return all(score[0] == least for score, least in zip(self.score, self.least, strict=True))

    def offer(self, generators: list[int]) -> None:
        """Takes the linear characters of a new subgroup for the irreps that they suit better."""
        elements, words = _closure(self.group, generators, max(1, self.group.order // 2))
        key = np.sort(elements).tobytes()
        if elements.size == 0 or key in self.seen:
            return
        self.seen.add(key)
        exponents = linear_exponents(self.group, generators, elements, words)  # [l, h]
        values = self.values[:, self.labels[elements]]  # [k, h]
        sums = modular_product(values, self.powers[-exponents.T % self.exponent], self.prime)  # [k, l]
        multiplicities = sums * pow(elements.size, -1, self.prime) % self.prime
        self._take(generators, elements, exponents, multiplicities)

    def _take(
        self, generators: list[int], elements: IntArray, exponents: IntArray, multiplicities: IntArray
    ) -> None:
        """Keeps the pairs of multiplicity one, and the subgroups that come nearest to it."""
        orders = [self.exponent // gcd(self.exponent, *row.tolist()) for row in exponents]
        for row, position in np.argwhere(multiplicities == 1).tolist():
            modulus = lcm(self.moduli[row], orders[position])
            score = totient(modulus), -int(elements.size) if self.degrees[row] > 1 else 0
            if score < self.score[row]:
                self.score[row] = score
                self.best[row] = LinearRestriction(elements, exponents[position], modulus)
        smallest = np.where(multiplicities > 0, multiplicities, self.prime).min(axis=1)
        for row in np.flatnonzero(smallest < [count for count, _ in self.nearest]).tolist():
            self.nearest[row] = int(smallest[row]), generators


def _generating_sets(group: FiniteGroup) -> Iterator[list[int]]:
    """No generator, one, then MAX_PAIRS pairs in random order; the first generator stands for its class."""
    first = group.conjugacy_classes.representatives[1:]
    yield []
    yield from ([z] for z in first.tolist())
    pairs = np.random.default_rng(0).permutation(first.size * group.order)[:MAX_PAIRS]
    yield from ([int(first[i // group.order]), int(i % group.order)] for i in pairs)


def _enlarged(search: _Search) -> Iterator[list[int]]:
    """Generators of the nearest subgroup of the first irrep without a pair, and one random element more."""
    random = np.random.default_rng(1)
    for _ in range(MAX_ENLARGEMENTS):
        if None not in search.best:
            return
        _, generators = search.nearest[search.best.index(None)]
        yield [*generators, int(random.integers(1, search.group.order))]


def _closure(group: FiniteGroup, generators: list[int], largest: int) -> tuple[IntArray, IntArray]:
    """Elements [h] of the subgroup, and how often each generator stands in a word for each, [h, generators].

    Both are empty if the subgroup has more than `largest` elements.
    """
    counts = np.full((group.order, len(generators)), -1, dtype=np.int64)
    counts[0] = 0
    sphere, spheres, total = np.zeros(1, dtype=np.int64), [np.zeros(1, dtype=np.int64)], 1
    reached = np.zeros(group.order, dtype=np.bool_)
    reached[0] = True
    while sphere.size and generators:
        fresh = []
        for position, s in enumerate(generators):
            image = group.table[sphere, s]
            new = ~reached[image]
            reached[image[new]] = True
            counts[image[new]] = counts[sphere[new]]
            counts[image[new], position] += 1
            fresh.append(image[new])
        sphere = np.concatenate(fresh)
        spheres.append(sphere)
        total += sphere.size
        if total > largest:
            return np.empty(0, dtype=np.int64), np.empty((0, len(generators)), dtype=np.int64)
    elements = np.concatenate(spheres)
    return elements, counts[elements]


def linear_exponents(group: FiniteGroup, generators: list[int], elements: IntArray, words: IntArray) -> IntArray:
    """All linear characters of a subgroup H, as exponents [l, h] of E(e), e the exponent of the group.

    Values at the generators extend to a character exactly if each edge of the Cayley graph agrees with them: the
    exponent sums of the word of x, plus one s, minus those of x s, are a relation.  The relations and e times each
    generator span a lattice; its Hermite form R is triangular, and R a = 0 modulo e is solved from below, row i in
    R_ii ways.

    Args:
        group: The group.
        generators: Generators of the subgroup.
        elements: Array [h] of its elements.
        words: Array [h, generators]: the exponent sums of one word for each element.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> C4 = group("C4")
        >>> linear_exponents(C4, [1], np.arange(4), np.arange(4)[:, None]).tolist()
        [[0, 0, 0, 0], [0, 1, 2, 3], [0, 2, 0, 2], [0, 3, 2, 1]]
    """
    e, count = group.exponent, len(generators)
    place = np.full(group.order, -1, dtype=np.int64)
    place[elements] = np.arange(elements.size)
    relations = [e * np.eye(count, dtype=np.int64)]
    for position, s in enumerate(generators):
        closing = words - words[place[group.table[elements, s]]]
        closing[:, position] += 1
        relations.append(closing)
    lattice = np.unique(np.concatenate(relations), axis=0) if count else relations[0]
    hermite = [[int(c) for c in row] for row in fmpz_mat(lattice.tolist()).hnf().tolist()[:count]]
    solutions = np.zeros((1, count), dtype=np.int64)
    for i in reversed(range(count)):
        ways = hermite[i][i]
        remainder = -(solutions @ np.array(hermite[i], dtype=np.int64)) % e // ways  # exact division
        values = (remainder[:, None] + np.arange(ways) * (e // ways)) % e  # [solutions, ways]
        solutions = np.repeat(solutions, ways, axis=0)
        solutions[:, i] = values.ravel()
    return solutions @ words.T % e
