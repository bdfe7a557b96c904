"""Permutation actions: homomorphisms from a finite group to permutations of points or coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError

from .graphs import components
from .groups import FiniteGroup, require_group
from .homomorphisms import check_edges, extend_permutations
from .integer_input import check_permutations, is_integer, shown
from .laws import IntArray, PermutationLaw
from .subgroups import Subgroup

#: Entries that the permutations of all elements of one action may have.
MAX_ENTRIES = 2**28


class PermutationAction:
    """An action of G on the points 0, ..., degree - 1: pi_{g h} = pi_g o pi_h.

    Vectors move with their coordinates: (g x)[pi_g(i)] = x[i], so that (g h) x = g (h x).  That the permutations
    are a homomorphism is checked exactly on every edge of the Cayley graph by `from_generators` and
    `from_permutations`.

    Attributes:
        group: G.
        permutations: Array [n, degree]; row g is pi_g.
        shape: Rows and columns if the points are the pixels of images, row after row; None if nothing says so.

    Raises:
        InputError: If the permutations are no array of integers [n, degree].

    Example:
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.actions import PermutationAction
        >>> action = PermutationAction.natural(group("S3"))
        >>> action.character.tolist(), action.stabiliser(0).order
        ([3, 1, 0], 2)
    """

    def __init__(self, group: FiniteGroup, permutations: IntArray, shape: tuple[int, int] | None = None) -> None:
        _check_array(group, permutations)
        self.group = group
        self.permutations = permutations
        self.shape = shape

    # ------------------------------------------------------------------ constructors

    @classmethod
    def from_generators(cls, group: FiniteGroup, images: Sequence[Sequence[int]] | IntArray) -> PermutationAction:
        """The action in which each generator of G permutes the points as given.

        Args:
            group: G.
            images: Array [generators, degree]: one permutation for each of ``group.generators``.

        Raises:
            InputError: If a row is no permutation, their number is wrong, or a relation of G fails.

        Example:
            >>> from orbitkernels.theory.constructions import cyclic
            >>> from orbitkernels.theory.actions import PermutationAction
            >>> PermutationAction.from_generators(cyclic(4), [[1, 0]]).kernel.order
            2
        """
        require_group(group)
        checked = check_permutations(images, "images")
        if len(checked) != len(group.generators):
            raise InputError(
                f"Argument 'images' must hold one permutation for each of the {len(group.generators)} generators "
                f"of {group.name}, not {len(checked)}."
            )
        _check_size(group, checked.shape[1])
        return cls(group, extend_permutations(group, checked, "images"))

    @classmethod
    def from_permutations(
        cls, group: FiniteGroup, permutations: Sequence[Sequence[int]] | IntArray
    ) -> PermutationAction:
        """The action with the given permutation of every element.

        Args:
            group: G.
            permutations: Array [n, degree]; row g is pi_g.

        Raises:
            InputError: If a row is no permutation, their number is not n, or the homomorphism law fails.

        Example:
            >>> from orbitkernels.theory.constructions import cyclic
            >>> from orbitkernels.theory.actions import PermutationAction
            >>> PermutationAction.from_permutations(cyclic(2), [[0, 1, 2], [2, 1, 0]]).fixed_points.tolist()
            [3, 1]
        """
        require_group(group)
        checked = check_permutations(permutations, "permutations")
        if len(checked) != group.order:
            raise InputError(
                f"Argument 'permutations' must hold one row for each of the {group.order} elements of {group.name}"
                f", not {len(checked)}."
            )
        moved = np.flatnonzero(checked[0] != np.arange(checked.shape[1]))
        if moved.size:
            raise InputError(f"Argument 'permutations' moves point {moved[0]} under element 0, the identity.")
        check_edges(group, checked, checked[np.array(group.generators, dtype=np.int64)], "permutations")
        return cls(group, checked)

    @classmethod
    def natural(cls, group: FiniteGroup) -> PermutationAction:
        """A permutation group on its own points; any other group on itself from the left.

        Example:
            >>> from orbitkernels.theory.names import group
            >>> from orbitkernels.theory.actions import PermutationAction
            >>> PermutationAction.natural(group("Q8")).degree
            8
        """
        require_group(group)
        degree = group.law.degree if isinstance(group.law, PermutationLaw) else group.order
        _check_size(group, degree)
        every = np.arange(group.order, dtype=np.int64)
        return cls(group, group.permutation(every).astype(np.int64))

    @classmethod
    def trivial(cls, group: FiniteGroup, degree: int) -> PermutationAction:
        """The action in which nothing moves."""
        require_group(group)
        if not is_integer(degree) or degree < 1:
            raise InputError(f"Argument 'degree' must be a positive integer, not {shown(degree)}.")
        _check_size(group, degree)
        return cls(group, np.tile(np.arange(degree, dtype=np.int64), (group.order, 1)))

    def on_images(self, shape: tuple[int, int] | None) -> PermutationAction:
        """The same action, whose points are said to be the pixels of images of that shape."""
        return PermutationAction(self.group, self.permutations, shape)

    @classmethod
    def on_cosets(cls, subgroup: Subgroup) -> PermutationAction:
        """G on the left cosets of H: g (x H) = (g x) H; points are numbered as ``left_coset_labels``.

        Example:
            >>> from orbitkernels.theory.names import group
            >>> from orbitkernels.theory.actions import PermutationAction
            >>> S4 = group("S4")
            >>> PermutationAction.on_cosets(S4.subgroup([1, 2])).degree
            4
        """
        group = subgroup.group
        _check_size(group, subgroup.index)
        every = np.arange(group.order, dtype=np.int64)[:, None]
        return cls(
            group, subgroup.left_coset_labels[group.multiply(every, subgroup.left_representatives[None, :])]
        )

    # ------------------------------------------------------------------ vectors

    @property
    def degree(self) -> int:
        """Number of points."""
        return int(self.permutations.shape[1])

    def apply(self, x: npt.ArrayLike, elements: npt.ArrayLike | None = None) -> npt.NDArray[Any]:
        """Vectors moved by every element: (g x)[pi_g(i)] = x[i].

        Args:
            x: Array [..., degree] of any type.
            elements: Elements to apply, an array [m]; all of them if omitted.

        Returns:
            Array [m, ..., degree], m = n if `elements` is omitted.

        Raises:
            InputError: If the last axis of `x` has another length than the degree.

        Example:
            >>> from orbitkernels.theory.constructions import cyclic
            >>> from orbitkernels.theory.actions import PermutationAction
            >>> PermutationAction.from_generators(cyclic(3), [[1, 2, 0]]).apply([5, 6, 7]).tolist()
            [[5, 6, 7], [7, 5, 6], [6, 7, 5]]
        """
        vectors = np.asarray(x)
        if vectors.ndim == 0 or vectors.shape[-1] != self.degree:
            raise InputError(
                f"Argument 'x' must have {self.degree} coordinates on its last axis, not shape {vectors.shape}."
            )
        chosen = np.arange(self.group.order) if elements is None else self.group.elements(elements, "elements")
        back = self.permutations[self.group.inverse(chosen)]  # [m, degree]: (g x)[j] = x[pi_g^-1(j)]
        return np.moveaxis(vectors[..., back], -2, 0)

    def fixing(self, x: npt.ArrayLike) -> Subgroup:
        """Stabiliser of a vector: all g with g x = x exactly.

        Example:
            >>> from orbitkernels.theory.names import group
            >>> from orbitkernels.theory.actions import PermutationAction
            >>> PermutationAction.natural(group("S4")).fixing([1, 1, 2, 2]).order
            4
        """
        vector = np.asarray(x)
        if vector.shape != (self.degree,):
            raise InputError(
                f"Argument 'x' must be one vector of {self.degree} coordinates, not shape {vector.shape}."
            )
        if np.any(vector != vector):
            raise InputError(
                f"Argument 'x' must not hold NaN; it does at coordinate {np.argmax(vector != vector)}."
            )
        same = (vector[self.permutations] == vector).all(axis=1)
        return Subgroup.from_elements(self.group, np.flatnonzero(same))

    # ------------------------------------------------------------------ points

    def stabiliser(self, point: int) -> Subgroup:
        """Elements that fix a point.

        Raises:
            InputError: If the point is not 0, ..., degree - 1.
        """
        if not is_integer(point) or not 0 <= point < self.degree:
            raise InputError(f"Argument 'point' must be from 0 to {self.degree - 1}, not {shown(point)}.")
        return Subgroup.from_elements(self.group, np.flatnonzero(self.permutations[:, point] == point))

    @cached_property
    def orbit_labels(self) -> IntArray:
        """Array [degree]: the orbit of each point, numbered by smallest points."""
        generators = self.permutations[np.array(self.group.generators, dtype=np.int64)]
        return components(generators, self.degree)

    def orbits(self) -> tuple[IntArray, ...]:
        """The orbits, as sorted arrays of points, ordered by smallest points.

        Example:
            >>> from orbitkernels.theory.constructions import cyclic
            >>> from orbitkernels.theory.actions import PermutationAction
            >>> [o.tolist() for o in PermutationAction.from_generators(cyclic(2), [[2, 1, 0]]).orbits()]
            [[0, 2], [1]]
        """
        labels = self.orbit_labels
        return tuple(np.flatnonzero(labels == orbit) for orbit in range(int(labels.max()) + 1))

    @property
    def is_transitive(self) -> bool:
        """Whether there is one orbit."""
        return bool(self.orbit_labels.max() == 0)

    @cached_property
    def fixed_points(self) -> IntArray:
        """Array [n]: how many points each element fixes, fix(g)."""
        fixed = self.permutations == np.arange(self.degree)
        return np.asarray(fixed.sum(axis=1), dtype=np.int64)

    @cached_property
    def character(self) -> IntArray:
        """Array [classes]: the permutation character, fix(g) on each conjugacy class."""
        return self.fixed_points[self.group.conjugacy_classes.representatives]

    @cached_property
    def kernel(self) -> Subgroup:
        """Elements that fix every point."""
        return Subgroup.from_elements(self.group, np.flatnonzero(self.fixed_points == self.degree))

    @property
    def is_faithful(self) -> bool:
        """Whether only the identity fixes every point."""
        return int(np.count_nonzero(self.fixed_points == self.degree)) == 1

    def __repr__(self) -> str:
        kernel = "" if self.is_faithful else f" with kernel of order {self.kernel.order}"
        return f"<PermutationAction of {self.group.name} on {self.degree} points{kernel}>"


def _check_array(group: FiniteGroup, permutations: Any) -> None:
    """Raise unless there is an array with a row of integers for each element."""
    require_group(group)
    known = isinstance(permutations, np.ndarray) and permutations.ndim == 2
    if not known or len(permutations) != group.order or not np.issubdtype(permutations.dtype, np.integer):
        raise InputError(
            f"Argument 'permutations' must be an array of integers [{group.order}, degree], a row for each "
            f"element of {group.name}, not {shown(permutations)}; PermutationAction.from_permutations takes lists."
        )


def _check_size(group: FiniteGroup, degree: int) -> None:
    """Refuse an action whose permutations would fill the memory."""
    refuse_large(group.name, group.order, degree)


def refuse_large(name: str, order: int, degree: int) -> None:
    """Refuse an action of a group of that order, which need not be made yet."""
    if order * degree > MAX_ENTRIES:
        entries = min(order * degree, 10**300)  # an integer that a float holds
        gibibytes = entries * 8 / 2**30
        need = f"{gibibytes:.1f}" if gibibytes < 10**6 else f"{gibibytes:.0e}"
        raise InputError(
            f"Argument 'group' = {name} on {shown(degree)} points needs {need} GiB of permutations, beyond "
            f"the limit of {MAX_ENTRIES * 8 / 2**30:.0f} GiB; choose a smaller group or image."
        )
