"""The permutation representation of an action: its character, multiplicities of irreps and rank."""

from __future__ import annotations

from functools import cached_property
from itertools import combinations
from math import comb

import numpy as np

from orbitkernels.errors import InputError

from .association_schemes import suborbit_labels
from .class_functions import ClassFunction
from .integer_input import is_integer, shown
from .laws import IntArray
from .permutation_actions import MAX_ENTRIES, PermutationAction


class PermutationRepresentation:
    """The representation of G on the functions of N points: (g f)(g x) = f(x).

    Args:
        action: G on N points, transitive or not.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.permutation_actions import PermutationAction
        >>> from orbitkernels.theory.permutation_representations import PermutationRepresentation
        >>> points = PermutationRepresentation(PermutationAction.natural(group("S5")))
        >>> points.multiplicities, points.rank, points.is_multiplicity_free
        ((1, 0, 1, 0, 0, 0, 0), 2, True)
    """

    def __init__(self, action: PermutationAction) -> None:
        self.action = action

    @cached_property
    def character(self) -> ClassFunction:
        """pi(g), the number of points that g fixes."""
        return ClassFunction(self.action.group, self.action.character.tolist())

    @cached_property
    def multiplicities(self) -> tuple[int, ...]:
        """How often each irrep occurs, m_rho = (1/n) sum_g fix(g) conj(chi_rho(g)), in the order of the table."""
        return self.character.decompose()

    @property
    def orbit_count(self) -> int:
        """Number of orbits: the mean number of fixed points, which is the multiplicity of the trivial irrep."""
        return int(self.action.fixed_points.sum()) // self.action.group.order

    @property
    def rank(self) -> int:
        """Number of orbits on pairs of points: the mean of fix(g)^2, which is sum_rho m_rho^2."""
        return int((self.action.fixed_points**2).sum()) // self.action.group.order

    @property
    def is_multiplicity_free(self) -> bool:
        """Whether no irrep occurs twice; for a transitive action, whether (G, stabiliser) is a Gelfand pair."""
        return max(self.multiplicities) <= 1

    def suborbits(self, point: int = 0) -> tuple[IntArray, ...]:
        """Orbits of the stabiliser of a point, as sorted arrays of points, ordered by smallest points.

        Raises:
            InputError: If the point is not 0, ..., N - 1.

        Example:
            >>> from orbitkernels.theory.names import group
            >>> from orbitkernels.theory.permutation_actions import PermutationAction
            >>> from orbitkernels.theory.permutation_representations import PermutationRepresentation
            >>> hexagon = PermutationRepresentation(PermutationAction.natural(group("D6")))
            >>> [orbit.tolist() for orbit in hexagon.suborbits()]
            [[0], [1, 5], [2, 4], [3]]
        """
        labels = suborbit_labels(self.action, point)
        return tuple(np.flatnonzero(labels == j) for j in range(int(labels.max()) + 1))

    def subdegrees(self, point: int = 0) -> IntArray:
        """Array: the lengths of the suborbits of a point."""
        return np.bincount(suborbit_labels(self.action, point)).astype(np.int64)

    def __repr__(self) -> str:
        return f"<PermutationRepresentation of {self.action.group.name} of degree {self.action.degree}>"


def subset_action(action: PermutationAction, k: int) -> PermutationAction:
    """G on the sets of k points, in lexicographic order; for S_N its orbitals are the Johnson scheme J(N, k).

    Args:
        action: G on N points.
        k: Size of the sets, 1 to N.

    Raises:
        InputError: If k is out of range, or the sets are too many.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.permutation_actions import PermutationAction
        >>> from orbitkernels.theory.permutation_representations import PermutationRepresentation, subset_action
        >>> pairs = subset_action(PermutationAction.natural(group("S5")), 2)
        >>> pairs.degree, PermutationRepresentation(pairs).subdegrees().tolist()
        (10, [1, 6, 3])
    """
    if not is_integer(k) or not 1 <= k <= action.degree:
        raise InputError(f"Argument 'k' must be an integer from 1 to {action.degree}, not {shown(k)}.")
    if comb(action.degree, k) * action.group.order > MAX_ENTRIES:
        raise InputError(
            f"Argument 'k' = {k} makes {comb(action.degree, k)} sets, too many for {action.group.name} of order "
            f"{action.group.order}; the limit is {MAX_ENTRIES} images. Choose a smaller k or group."
        )
    subsets = np.array(list(combinations(range(action.degree), k)), dtype=np.int64)
    number = {tuple(subset): i for i, subset in enumerate(subsets.tolist())}
    generators = action.permutations[np.array(action.group.generators, dtype=np.int64)]
    moved = np.sort(generators[:, subsets], axis=2)
    images = [[number[tuple(subset)] for subset in row] for row in moved.tolist()]
    return PermutationAction.from_generators(
        action.group, np.array(images, dtype=np.int64).reshape(moved.shape[:2])
    )


def cycle_counts(action: PermutationAction) -> IntArray:
    """Array [n]: the number of cycles of each element on the points, fixed points included.

    They are the orbits of the group that g generates: (1/o) sum_k fix(g^k) over k = 1, ..., o, the order of g.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.permutation_actions import PermutationAction
        >>> from orbitkernels.theory.permutation_representations import cycle_counts
        >>> cycle_counts(PermutationAction.natural(group("C6"))).tolist()
        [6, 1, 2, 3, 2, 1]
    """
    classes, fixed = action.group.conjugacy_classes, action.character
    counts = np.zeros(len(classes), dtype=np.int64)
    for k in range(1, int(classes.element_orders.max()) + 1):
        counts += np.where(k <= classes.element_orders, fixed[action.group.power_map(k)], 0)
    return (counts // classes.element_orders)[classes.labels]
