"""What the derivation of C3 claims of orbits, fixed points and colourings, checked one by one on a named group."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from orbitkernels.theory.class_functions import ClassFunction
from orbitkernels.theory.permutation_representations import cycle_counts

from .character_checks import witnessed
from .equivariant_checks import orbit_count, pair_action
from .instances import IntArray, named_group
from .permutation_instances import random_action, small_action

if TYPE_CHECKING:
    from orbitkernels.theory.permutation_actions import PermutationAction

__all__ = [
    "fixed_colourings_are_constant_on_cycles",
    "moved_colourings",
    "orbit_count",
    "pair_action",
    "pairs_are_counted_twice",
    "squares_count_pairs",
    "traces_are_fixed_points",
    "witnessed",
]


def _several_orbits(name: str) -> PermutationAction:
    """A set of three orbits, by the name of the group."""
    return random_action(named_group(name), 3, np.random.default_rng(len(name)))


def pairs_are_counted_twice(name: str) -> bool:
    """Whether the pairs (g, x) with gx = x are n times the orbits, and n/|Gx| for each x."""
    action = _several_orbits(name)
    n, labels = action.group.order, action.orbit_labels
    by_points = [int(np.count_nonzero(action.permutations[:, x] == x)) for x in range(action.degree)]
    lengths = np.bincount(labels)[labels].tolist()
    return by_points == [n // length for length in lengths] and int(action.fixed_points.sum()) == sum(
        by_points
    ) == n * orbit_count(action)


def traces_are_fixed_points(name: str) -> bool:
    """Whether traces of permutation matrices are numbers of fixed points, and <pi, 1> counts the orbits."""
    action = _several_orbits(name)
    traces = []
    for images in action.permutations:
        P = np.zeros((action.degree, action.degree), dtype=np.int64)
        P[images, np.arange(action.degree)] = 1
        traces.append(int(np.trace(P)))
    pi = ClassFunction(action.group, action.character.tolist())
    mean = pi.inner(ClassFunction.trivial(action.group))
    return traces == action.fixed_points.tolist() and mean == orbit_count(action)


def squares_count_pairs(name: str) -> bool:
    """Whether <pi, pi> and the sum of the squares of the multiplicities are the number of orbits on pairs."""
    action = _several_orbits(name)
    pi = ClassFunction(action.group, action.character.tolist())
    pairs = orbit_count(pair_action(action, action))
    return pi.inner(pi) == pairs == sum(m * m for m in pi.decompose())


def moved_colourings(action: PermutationAction, q: int) -> IntArray:
    """Array [generators, q^N]: where each generator takes each colouring, as a number in base q.

    Colour c(x) is the digit of q^x, and (g c)(g x) = c(x).
    """
    numbers = np.arange(q**action.degree)
    digits = numbers[None, :] // q ** np.arange(action.degree)[:, None] % q  # [N, q^N]
    generators = action.permutations[np.array(action.group.generators, dtype=np.int64)]
    moved = [(q**images)[None, :] @ digits for images in generators]
    return np.array(moved, dtype=np.int64).reshape(len(moved), numbers.size)


def fixed_colourings_are_constant_on_cycles(name: str) -> bool:
    """Whether each element fixes 2^(number of its cycles) colourings with two colours."""
    action = small_action(name)
    colourings = np.array(list(product((0, 1), repeat=action.degree)))
    for images, cycles in zip(action.permutations, cycle_counts(action).tolist(), strict=True):
        fixed = np.count_nonzero((colourings[:, images] == colourings).all(axis=1))
        if fixed != 2**cycles:
            return False
    return True
