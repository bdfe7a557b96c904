"""Subgroups H with a linear character lambda that occurs exactly once in an irreducible character restricted to H.

Such a pair makes the irrep explicit (J. D. Dixon, "Constructing representations of finite groups", 1993).  For each
irrep the pair is wanted whose values, together with those of the irreducible character, lie in the smallest field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import gcd, lcm

import numpy as np

from .characters import CharacterTable
from .cyclotomics import totient
from .groups import FiniteGroup
from .laws import IntArray
from .modular import character_prime, modular_root

#: Subgroups tried for the sake of a smaller field once every irrep has a pair.
MAX_TRIALS = 300

#: Subgroups tried for an irrep that has no pair.
MAX_SUBGROUPS = 20_000


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

    Tried are the trivial subgroup, cyclic ones, then those with two and three generators, until the field of every
    irrep is as small as can be or enough has been tried.

    Example:
        >>> from orbitkernels.theory.linear_restrictions import linear_restrictions
        >>> from orbitkernels.theory.names import group
        >>> Q8 = group("Q8")
        >>> pair = linear_restrictions(Q8.character_table())[4]
        >>> pair.elements.size, pair.modulus
        (4, 4)
    """
    search = _Search(table)
    for trials, (elements, exponents) in enumerate(_subgroups_with_characters(table.group)):
        search.offer(elements, exponents)
        enough = MAX_TRIALS if search.found_all else MAX_SUBGROUPS
        if search.finished or trials >= enough:
            break
    return search.best


class _Search:
    """The best pair of each irreducible character so far.

    Multiplicities are found modulo a prime p = 1 modulo the exponent, larger than every degree, hence exactly.
    """

    def __init__(self, table: CharacterTable) -> None:
        self.group, self.labels = table.group, table.classes.labels
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

    @property
    def found_all(self) -> bool:
        """Whether each irrep has a pair."""
        return None not in self.best

    @property
    def finished(self) -> bool:
        """Whether no smaller field is to be hoped for."""
        return all(score[0] == least for score, least in zip(self.score, self.least, strict=True))

    def offer(self, elements: IntArray, exponents: IntArray) -> None:
        """Takes the linear characters [l, h] of a subgroup [h] for the irreps that they suit better."""
        values = self.values[:, self.labels[elements]]  # [k, h]
        sums = values @ self.powers[-exponents.T % self.exponent] % self.prime  # [k, l]
        multiplicities = sums * pow(elements.size, -1, self.prime) % self.prime
        orders = [self.exponent // gcd(self.exponent, *row.tolist()) for row in exponents]
        for row, position in np.argwhere(multiplicities == 1).tolist():
            modulus = lcm(self.moduli[row], orders[position])
            score = totient(modulus), -int(elements.size)
            if score < self.score[row]:
                self.score[row] = score
                self.best[row] = LinearRestriction(elements, exponents[position], modulus)


def _subgroups_with_characters(group: FiniteGroup) -> Iterator[tuple[IntArray, IntArray]]:
    """Subgroups up to order n/2, each once, with their linear characters; those of few generators first."""
    seen: set[bytes] = set()
    for generators in _generating_sets(group):
        elements, words = _closure(group, generators, max(1, group.order // 2))
        key = np.sort(elements).tobytes()
        if elements.size and key not in seen:
            seen.add(key)
            yield elements, linear_exponents(group, generators, elements, words)


def _generating_sets(group: FiniteGroup) -> Iterator[list[int]]:
    """No generator, one, two and three, in random order where there are many; the first stands for its class."""
    random = np.random.default_rng(0)
    first = group.conjugacy_classes.representatives[1:]
    yield []
    yield from ([z] for z in first.tolist())
    pairs = random.permutation(first.size * group.order)
    yield from ([int(first[i // group.order]), int(i % group.order)] for i in pairs if i % group.order)
    for _ in range(MAX_SUBGROUPS):
        yield [int(random.choice(first)), *random.integers(1, group.order, size=2).tolist()]


def _closure(group: FiniteGroup, generators: list[int], largest: int) -> tuple[IntArray, IntArray]:
    """Elements [h] of the subgroup and how often each generator stands in a word for each of them, [h, generators].

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
            image = group.multiply(sphere, s)
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
    """All linear characters of a subgroup, as exponents [l, h] of E(e), e the exponent of the group.

    Values at the generators extend to a character exactly if each edge of the Cayley graph agrees with them: the
    exponent sum of the word of x, plus one s, minus that of x s, is a relation that must vanish modulo e.

    Args:
        group: The group.
        generators: Generators of the subgroup.
        elements: Array [h] of its elements.
        words: Array [h, generators]: the exponent sums of one word for each element.
    """
    e = group.exponent
    place = np.full(group.order, -1, dtype=np.int64)
    place[elements] = np.arange(elements.size)
    relations = [np.zeros((1, len(generators)), dtype=np.int64)]
    for position, s in enumerate(generators):
        closing = words - words[place[group.multiply(elements, s)]]
        closing[:, position] += 1
        relations.append(closing)
    needed = np.unique(np.concatenate(relations), axis=0)  # [relations, generators]
    steps = [range(0, e, e // int(group.element_orders[s])) for s in generators]
    choices = list(product(*steps))
    candidates = np.array(choices, dtype=np.int64).reshape(len(choices), len(generators))
    allowed = candidates[np.all(candidates @ needed.T % e == 0, axis=1)]
    return allowed @ words.T % e
