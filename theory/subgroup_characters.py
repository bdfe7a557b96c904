"""All linear characters of a subgroup, from the exponent sums of words for its elements."""

from __future__ import annotations

from math import prod

import numpy as np
from flint import fmpz_mat

from .groups import FiniteGroup
from .laws import IntArray


def linear_exponents(
    group: FiniteGroup, generators: list[int], elements: IntArray, words: IntArray, largest: int | None = None
) -> IntArray:
    """All linear characters of a subgroup H with values E(e)^a, as exponents [l, h], e the exponent of the group.

    Values at the generators extend to a character exactly if each edge of the Cayley graph agrees with them: the
    exponent sums of the word of x, plus one s, minus those of x s, are a relation.  The relations and e times each
    generator span a lattice; its Hermite form R is triangular, and R a = 0 modulo e is solved from below, row i in
    R_ii ways.

    Args:
        group: The group.
        generators: Generators of the subgroup.
        elements: Array [h] of its elements.
        words: Array [h, generators]: the exponent sums of one word for each element.
        largest: If l h would exceed it, the array is empty instead.

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
        closing = words - words[place[group.law.product(elements, np.full_like(elements, s))]]
        closing[:, position] += 1
        relations.append(closing)
    lattice = np.unique(np.concatenate(relations), axis=0) if count else relations[0]
    hermite = [[int(c) for c in row] for row in fmpz_mat(lattice.tolist()).hnf().tolist()[:count]]
    if largest is not None and prod(hermite[i][i] for i in range(count)) * elements.size > largest:
        return np.empty((0, elements.size), dtype=np.int64)
    solutions = np.zeros((1, count), dtype=np.int64)
    for i in reversed(range(count)):
        ways = hermite[i][i]
        remainder = -(solutions @ np.array(hermite[i], dtype=np.int64)) % e // ways  # exact division
        values = (remainder[:, None] + np.arange(ways) * (e // ways)) % e  # [solutions, ways]
        solutions = np.repeat(solutions, ways, axis=0)
        solutions[:, i] = values.ravel()
    return solutions @ words.T % e
