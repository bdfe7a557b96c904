"""Many tuples of orbits of one group, each a data set of its own."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.theory.groups import FiniteGroup, require_group
from orbitkernels.theory.integer_input import integer_array, shown
from orbitkernels.theory.laws import IntArray
from orbitkernels.theory.subgroups import Subgroup

from .arguments import FloatArray
from .gram_products import absolute_ridge
from .image_arrays import require_image_shape
from .input_actions import Action, CoordinateAction, MatrixAction, as_action, finite_array
from .invariance import KernelLike, check_invariance
from .orbits import Orbits
from .pose_sources import ExactPoses, GivenPoses, ImageRotations, PoseSource, RotatedPoses, cyclic_powers
from .ridge import Ridge
from .tuple_stabilisers import require_different_orbits, stabilisers_of

#: On how many tuples of a batch, beside those of extreme lengths, it is checked that a kernel is invariant.
_CHECKED = 3


class OrbitBatch:
    """P tuples of C orbits of one group: each tuple is a data set of its own.

    Args:
        group: G of order n.
        inputs: Array [S, d], or images [S, h, w].
        members: Array [P, C]: which inputs are the seeds of each tuple.  An input may be in several tuples.
        targets: Array [C], [C, m] or [P, C, m]; if omitted, every orbit is a class of its own: +1 and -1 for two
            orbits, one-vs-rest for more.
        action: How G acts, as for :class:`~orbitkernels.proofs.orbits.Orbits`; or :class:`ImageRotations`, nearly
            an action, for which the average of the Gram matrix over G is taken.

    Attributes:
        group: G.
        members: Array [P, C].
        targets: Array [P, C, m].
        image_shape: Rows and columns of the images; None if inputs were given as vectors.

    Raises:
        InputError: If a shape does not fit, a number is not finite, there is no tuple, or seeds of one tuple lie
            on one orbit.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.batches import OrbitBatch
        >>> from orbitkernels.theory.names import group
        >>> OrbitBatch(group("C4"), np.eye(4)[[0, 0, 0]] * [[1], [2], [3]], [[0, 1], [0, 2]])
        <OrbitBatch of C4: 2 tuples of 2 orbits, 3 inputs>
    """

    def __init__(
        self,
        group: FiniteGroup,
        inputs: npt.ArrayLike,
        members: npt.ArrayLike,
        targets: npt.ArrayLike | None = None,
        action: Any = None,
    ) -> None:
        require_group(group)
        images = finite_array(inputs, "inputs", "[S, d] or [S, h, w]", (2, 3))
        chosen = _members(members, len(images))
        flat = images.reshape(len(images), -1)
        self.image_shape = (images.shape[1], images.shape[2]) if images.ndim == 3 else None
        if isinstance(action, ImageRotations):
            self._set(group, chosen, targets, RotatedPoses(flat, action, _rotation_powers(group, action)), {})
            return
        exact = as_action(group, action, images.shape[1:])
        _require_degree(exact, flat)
        stabilisers = stabilisers_of(exact, flat)
        require_different_orbits(exact, flat, chosen)
        self._set(group, chosen, targets, ExactPoses(flat, exact), stabilisers)

    @classmethod
    def of_poses(
        cls,
        group: FiniteGroup,
        poses: npt.ArrayLike,
        members: npt.ArrayLike,
        targets: npt.ArrayLike | None = None,
    ) -> OrbitBatch:
        """Tuples of inputs given in all poses, [S, n, d]; pose g is that of element g, nearly g times pose 0.

        Example:
            >>> import numpy as np
            >>> from orbitkernels.proofs.batches import OrbitBatch
            >>> from orbitkernels.theory.names import group
            >>> poses = np.random.default_rng(0).normal(size=(2, 5, 3))
            >>> OrbitBatch.of_poses(group("C5"), poses, [[0, 1]])
            <OrbitBatch of C5: 1 tuples of 2 orbits, 2 inputs>
        """
        require_group(group)
        given = finite_array(poses, "poses", f"[S, {group.order}, d]", (3,))
        batch = cls.__new__(cls)
        batch.image_shape = None
        batch._set(group, _members(members, len(given)), targets, GivenPoses(given, group), {})
        return batch

    @classmethod
    def of(cls, orbits: Sequence[Orbits]) -> OrbitBatch:
        """The same as a list of `Orbits` of one group and action, with equally many seeds and targets each.

        Raises:
            InputError: If the list is empty or they differ.
        """
        if isinstance(orbits, Orbits):
            orbits = [orbits]
        if not isinstance(orbits, Sequence) or not all(isinstance(one, Orbits) for one in orbits):
            raise InputError(f"Argument 'orbits' must be an OrbitBatch or a list of Orbits, not {shown(orbits)}.")
        if not orbits:
            raise InputError("Argument 'orbits' is an empty list; give at least one Orbits.")
        first = orbits[0]
        for p, one in enumerate(orbits):
            if not _same_action(one, first):
                raise InputError(
                    f"Argument 'orbits' must hold Orbits of one group and one action; number {p} has "
                    f"{one.group.name} acting otherwise than {first.group.name} in number 0."
                )
            if one.seeds.shape != first.seeds.shape or one.targets.shape != first.targets.shape:
                raise InputError(
                    "Argument 'orbits' must hold Orbits with equally many seeds, coordinates and targets; number "
                    f"{p} has seeds {list(one.seeds.shape)} and targets {list(one.targets.shape)}, number 0 "
                    f"{list(first.seeds.shape)} and {list(first.targets.shape)}."
                )
        seeds = np.concatenate([one.seeds for one in orbits])
        every = [H for one in orbits for H in one.stabilisers]
        stabilisers = {i: H for i, H in enumerate(every) if H.order > 1}
        members = np.arange(len(seeds)).reshape(len(orbits), -1)
        targets = np.stack([one.targets for one in orbits])
        batch = cls.__new__(cls)
        batch.image_shape = first.image_shape
        batch._set(first.group, members, targets, ExactPoses(seeds, first.action), stabilisers)
        return batch

    def _set(
        self,
        group: FiniteGroup,
        members: IntArray,
        targets: npt.ArrayLike | None,
        source: PoseSource,
        stabilisers: dict[int, Subgroup],
    ) -> None:
        used = set(members.ravel().tolist())
        self.group, self.members, self.source = group, members, source
        self._stabilisers = {i: H for i, H in stabilisers.items() if i in used}
        self.targets = _targets(targets, *members.shape)

    def __len__(self) -> int:
        return len(self.members)

    @property
    def is_free(self) -> bool:
        """Whether all inputs in the tuples have trivial stabilisers, which is assumed where poses are inexact."""
        return not self._stabilisers

    def alike(self) -> list[tuple[IntArray, tuple[Subgroup | None, ...]]]:
        """Tuples [p] whose orbits have the same stabilisers, with these."""
        if not self._stabilisers:
            return [(np.arange(len(self)), (None,) * self.members.shape[1])]
        found: dict[tuple[tuple[int, ...] | None, ...], tuple[list[int], tuple[Subgroup | None, ...]]] = {}
        for p, row in enumerate(self.members.tolist()):
            subgroups = tuple(self._stabilisers.get(i) for i in row)
            key = tuple(None if H is None else tuple(H.elements.tolist()) for H in subgroups)
            found.setdefault(key, ([], subgroups))[0].append(p)
        return [(np.array(rows), subgroups) for rows, subgroups in found.values()]

    def check_kernel(self, kernel: KernelLike, ridges: Sequence[Ridge] = ()) -> None:
        """Check on a few tuples that a kernel is invariant, beside the smallest ridge, if the action is exact.

        A kernel of images is asked first whether rows of the inputs are images of their shape to it.
        """
        require_image_shape(kernel, "inputs", self.image_shape)
        if isinstance(self.source, ExactPoses):
            for p in self._checked(self.source.inputs):
                seeds = self.source.inputs[self.members[p]]
                orbits = Orbits(self.group, seeds, None, self.source.action, self.targets[p])
                least = min((absolute_ridge(kernel, orbits, ridge) for ridge in ridges), default=0.0)
                check_invariance(kernel, orbits, ridge=least)

    def _checked(self, inputs: FloatArray) -> list[int]:
        """Numbers of some tuples, those with the shortest input that is not zero and the longest among them."""
        lengths = np.linalg.norm(inputs, axis=1)[self.members].ravel()
        shortest, longest = np.argmin(np.where(lengths > 0, lengths, np.inf)), np.argmax(lengths)
        extremes = np.array([shortest, longest]) // self.members.shape[1]
        spread = np.linspace(0, len(self) - 1, _CHECKED).astype(int)
        chosen: list[int] = np.union1d(spread, extremes).tolist()
        return chosen

    def __repr__(self) -> str:
        tuples, orbits = self.members.shape
        inputs = np.unique(self.members).size
        return f"<OrbitBatch of {self.group.name}: {tuples} tuples of {orbits} orbits, {inputs} inputs>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self)[1:-1])}, group of order {self.group.order:,}</p>"


def _members(members: npt.ArrayLike, inputs: int) -> IntArray:
    """Array [P, C] of numbers of inputs, all different within a tuple."""
    chosen = integer_array(members, "members")
    if chosen.ndim != 2 or chosen.size == 0:
        raise InputError(
            f"Argument 'members' must be [tuples, orbits] and not empty, not {list(chosen.shape)}; "
            "[[0, 1]] is one pair."
        )
    if chosen.min() < 0 or chosen.max() >= inputs:
        wrong = chosen[(chosen < 0) | (chosen >= inputs)].flat[0]
        raise InputError(f"Argument 'members' must hold numbers 0 to {inputs - 1} of inputs, not {wrong}.")
    ordered = np.sort(chosen, axis=1)
    same = np.flatnonzero((ordered[:, 1:] == ordered[:, :-1]).any(axis=1))
    if same.size:
        raise InputError(
            f"Argument 'members' has an input twice in tuple {same[0]}, {chosen[same[0]].tolist()}; the Gram "
            "matrix would be singular."
        )
    return chosen.astype(np.int64, copy=False)


def _targets(targets: npt.ArrayLike | None, tuples: int, orbits: int) -> FloatArray:
    """Array [P, C, m]."""
    if targets is None:
        own = 2 * np.eye(orbits) - 1
        return np.broadcast_to(own if orbits > 2 else own[:, :1], (tuples, orbits, orbits if orbits > 2 else 1))
    given = finite_array(targets, "targets", "[C], [C, m] or [P, C, m]", (1, 2, 3))
    array = given[:, None] if given.ndim == 1 else given
    if array.shape[-2] != orbits or (array.ndim == 3 and len(array) != tuples):
        raise InputError(
            f"Argument 'targets' must be [{orbits}], [{orbits}, m] or [{tuples}, {orbits}, m], not "
            f"{list(given.shape)}."
        )
    return np.broadcast_to(array, (tuples, *array.shape[-2:]))


def _rotation_powers(group: FiniteGroup, action: ImageRotations) -> IntArray:
    """Array [n]: the element that rotates by each number of steps."""
    powers = cyclic_powers(group)
    if powers is None or group.order != action.count:
        raise InputError(
            f"Argument 'action' has {action.count} rotations, a cyclic group, but {group.name} has {group.order} "
            f"elements{'' if powers is not None else ' and is not cyclic'}; use C{action.count}."
        )
    return powers


def _require_degree(action: Action, inputs: FloatArray) -> None:
    if inputs.shape[1] != action.degree:
        raise InputError(
            f"Argument 'inputs' has {inputs.shape[1]} coordinates an input, but the action of {action.group.name} "
            f"moves {action.degree}."
        )


def _same_action(one: Orbits, other: Orbits) -> bool:
    """Whether two Orbits have the same group and the same maps."""
    a, b = one.action, other.action
    if a is b:
        return True
    try:
        as_action(other.group, a, ())  # refuses the action of another group
    except InputError:
        return False
    if isinstance(a, CoordinateAction) and isinstance(b, CoordinateAction):
        return np.array_equal(a.permuting.permutations, b.permuting.permutations)
    return isinstance(a, MatrixAction) and isinstance(b, MatrixAction) and np.array_equal(a.matrices, b.matrices)
