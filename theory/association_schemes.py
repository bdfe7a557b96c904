"""Orbits on pairs of points as relations: subdegrees, pairing, adjacency matrices and intersection numbers.

The orbits of G on X x X (orbitals) cut X x X into relations R_0, ..., R_(r-1), a coherent configuration; if G is
transitive it is an association scheme.  Source: D. G. Higman, "Coherent configurations", 1975; E. Bannai and
T. Ito, "Algebraic Combinatorics I", 1984.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from orbitkernels.errors import InputError

from .graphs import components
from .integer_input import is_integer, shown
from .laws import IntArray
from .permutation_actions import PermutationAction

#: Points of an action whose pairs are labelled one by one.
MAX_POINTS = 4_000


class Orbitals:
    """The orbits of G on pairs of points, numbered in the order of their smallest pairs (x, y), row by row.

    Args:
        action: G on N points.

    Attributes:
        action: The action.
        labels: Array [N, N]: the orbital of the pair (x, y).
        first_pairs: Two arrays [r]: x and y of the smallest pair of each orbital.

    Raises:
        InputError: If the action has more than MAX_POINTS points.

    Example:
        >>> from orbitkernels.theory.association_schemes import Orbitals
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.permutation_actions import PermutationAction
        >>> pentagon = Orbitals(PermutationAction.natural(group("D5")))
        >>> pentagon.subdegrees.tolist(), pentagon.intersection_numbers[1, 1].tolist()
        ([1, 2, 2], [2, 0, 1])
    """

    def __init__(self, action: PermutationAction) -> None:
        size = action.degree
        if size > MAX_POINTS:
            raise InputError(
                f"Argument 'action' has {size} points, whose pairs need {8 * size**2 / 2**30:.1f} GiB; the limit "
                f"is {MAX_POINTS} points. Subdegrees and spherical functions need only double cosets."
            )
        self.action = action
        self.labels: IntArray = np.empty((size, size), dtype=np.int64)
        starts, ends, count = [], [], 0
        for orbit in action.orbits():
            start = int(orbit[0])
            suborbits = suborbit_labels(action, start) + count
            first = np.unique(suborbits, return_index=True)[1]
            starts += [start] * first.size
            ends += first.tolist()
            count += first.size
            # (x, y) lies on one orbital with (start, t^-1 y) if x = t start
            back = action.group.inverse(_carriers(action, start)[orbit])
            self.labels[orbit] = suborbits[action.permutations[back]]
        self.first_pairs = np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)

    def __len__(self) -> int:
        return int(self.first_pairs[0].size)

    @cached_property
    def subdegrees(self) -> IntArray:
        """Array [r]: the number of y with (x, y) in the orbital, for each x that occurs in it."""
        rows = self.labels[self.first_pairs[0]] == np.arange(len(self))[:, None]
        return np.asarray(rows.sum(axis=1), dtype=np.int64)

    @cached_property
    def pairing(self) -> IntArray:
        """Array [r]: the orbital of the reversed pairs (y, x)."""
        x, y = self.first_pairs
        return self.labels[y, x]

    @property
    def is_symmetric(self) -> bool:
        """Whether every orbital holds the reverse of its pairs (the action is generously transitive)."""
        return bool(np.all(self.pairing == np.arange(len(self))))

    def matrix(self, j: int) -> IntArray:
        """The adjacency matrix A_j, array [N, N]: 1 at the pairs of orbital j, else 0.

        Raises:
            InputError: If there is no orbital j.
        """
        if not is_integer(j) or not 0 <= j < len(self):
            raise InputError(f"Argument 'j' must be an orbital from 0 to {len(self) - 1}, not {shown(j)}.")
        return np.asarray(self.labels == j, dtype=np.int64)

    @cached_property
    def intersection_numbers(self) -> IntArray:
        """Array [r, r, r]: p[i, j, k], the number of z with (x, z) in R_i and (z, y) in R_j, (x, y) in R_k.

        A_i A_j = sum_k p[i, j, k] A_k.
        """
        rank, found = len(self), []
        for x, y in zip(*self.first_pairs, strict=True):
            pairs = self.labels[x] * rank + self.labels[:, y]
            found.append(np.bincount(pairs, minlength=rank * rank).reshape(rank, rank))
        return np.array(found, dtype=np.int64).transpose(1, 2, 0)

    @cached_property
    def is_commutative(self) -> bool:
        """Whether all A_i commute: p[i, j, k] = p[j, i, k]."""
        p = self.intersection_numbers
        return np.array_equal(p, p.transpose(1, 0, 2))

    def __repr__(self) -> str:
        return f"<Orbitals of {self.action.group.name} on {self.action.degree} points: {len(self)}>"


def suborbit_labels(action: PermutationAction, point: int) -> IntArray:
    """Array [N]: the orbit of the stabiliser of a point on which each point lies, numbered by smallest points.

    Raises:
        InputError: If the point is not 0, ..., N - 1.

    Example:
        >>> from orbitkernels.theory.association_schemes import suborbit_labels
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.permutation_actions import PermutationAction
        >>> suborbit_labels(PermutationAction.natural(group("D5")), 0).tolist()
        [0, 1, 2, 2, 1]
    """
    moving = action.permutations[np.array(action.stabiliser(point).generators, dtype=np.int64)]
    return components(moving, action.degree)


def _carriers(action: PermutationAction, start: int) -> IntArray:
    """Array [N]: an element that takes the point `start` to each point of its orbit; 0 outside of it."""
    carriers = np.zeros(action.degree, dtype=np.int64)
    carriers[action.permutations[:, start]] = np.arange(action.group.order)
    return carriers
