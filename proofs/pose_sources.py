"""Where the poses of inputs come from: an exact action of a group, rotations by interpolation, or arrays."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.laws import IntArray

from .arguments import FloatArray, integer
from .input_actions import Action, CoordinateAction, finite_array


class PoseSource(ABC):
    """Poses of inputs: pose e T + t is exact map e, a permutation of the coordinates, of base pose t < T.

    Attributes:
        turns: Array [E, d]: coordinate i after map e is coordinate turns[e, i] before.
        elements: Array [E T]: the group element of each pose.
        rows: How many of the base poses, the first ones, stand for all elements in the average over the group, if
            the kernel is one of inner products.
        is_exact: Whether the group acts by orthogonal maps; then one row does for every invariant kernel.
    """

    turns: IntArray
    elements: IntArray
    rows: int
    is_exact: bool = False

    @abstractmethod
    def base(self, chosen: IntArray) -> FloatArray:
        """Base poses [m, T, d] of the inputs with the given numbers."""

    def poses(self, chosen: IntArray) -> FloatArray:
        """All poses [m, E T, d]."""
        base = self.base(chosen)
        every: FloatArray = base[:, :, self.turns].swapaxes(1, 2)  # [m, E, T, d]
        return every.reshape(len(base), -1, base.shape[2])


class ExactPoses(PoseSource):
    """Poses g x of inputs [S, d] under an action by orthogonal maps."""

    is_exact = True
    rows = 1

    def __init__(self, inputs: FloatArray, action: Action) -> None:
        self.inputs, self.action = inputs, action
        every = np.arange(action.group.order, dtype=np.int64)
        self.elements = every
        self.turns = np.arange(inputs.shape[1], dtype=np.int64)[None, :]
        if isinstance(action, CoordinateAction):  # (g x)[i] = x[pi_g^-1(i)]
            self.turns = action.permuting.permutations[action.group.inverse(every)]

    def base(self, chosen: IntArray) -> FloatArray:
        """The inputs themselves, or all their poses if the maps do not permute coordinates."""
        if isinstance(self.action, CoordinateAction):
            return self.inputs[chosen][:, None, :]
        return np.stack([self.action.poses(x, self.elements) for x in self.inputs[chosen]])


class GivenPoses(PoseSource):
    """Poses [S, n, d] as they are; pose g is that of element g."""

    def __init__(self, poses: FloatArray, group: FiniteGroup) -> None:
        if poses.shape[1] != group.order:
            raise InputError(
                f"Argument 'poses' must have one pose for each of the {group.order} elements of {group.name}, in "
                f"the shape [S, {group.order}, d], not {list(poses.shape)}."
            )
        self.given, self.rows = poses, group.order
        self.elements = np.arange(group.order, dtype=np.int64)
        self.turns = np.arange(poses.shape[2], dtype=np.int64)[None, :]

    def base(self, chosen: IntArray) -> FloatArray:
        """The poses."""
        return self.given[chosen]


class ImageRotations:
    """Rotations by 2 pi j / n of images [h, w] about their centre, interpolated linearly: nearly an action of C_n.

    Pose j is the image turned counterclockwise by j steps; zeros come in from outside.  Quarter turns of a square
    image, and half turns of any, are exact.

    Args:
        count: n, the number of angles.
        height: h.
        width: w; h if omitted.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.pose_sources import ImageRotations
        >>> image = np.arange(9.0).reshape(1, 3, 3)
        >>> turned = ImageRotations(8, 3).poses(image)
        >>> turned.shape, bool((turned[0, 2].reshape(3, 3) == np.rot90(image[0])).all())
        ((1, 8, 9), True)
    """

    def __init__(self, count: int, height: int, width: int | None = None) -> None:
        from orbitkernels.numerics.rotations import rotations

        self.count = integer("count", count, most=100_000)
        self.height = integer("height", height, most=10_000)
        self.width = self.height if width is None else integer("width", width, most=10_000)
        if self.count * self.height * self.width > _MOST_PIXELS:
            raise InputError(
                f"Argument 'count' = {count} rotations of images {self.height} x {self.width} would take "
                f"{64 * self.count * self.height * self.width / 2**30:.1f} GiB; choose fewer or smaller ones."
            )
        self.rotations = rotations(self.count, self.height, self.width)

    def poses(self, images: npt.ArrayLike) -> FloatArray:
        """Array [S, n, d] of the poses of images [S, h, w] or [S, h w]."""
        flat = finite_array(images, "images", "[S, h, w] or [S, d]", (2, 3))
        source = RotatedPoses(flat.reshape(len(flat), -1), self, self._powers)
        return source.poses(np.arange(len(flat)))[:, np.argsort(source.elements)]

    @cached_property
    def _powers(self) -> IntArray:
        return np.arange(self.count, dtype=np.int64)

    def __repr__(self) -> str:
        return f"<ImageRotations by 1/{self.count} turn of images {self.height} x {self.width}>"


#: Pixels of all poses of an image, 64 bytes of positions and weights each.
_MOST_PIXELS = 2**25


class RotatedPoses(PoseSource):
    """Rotations of images [S, d]; element powers[j] of the cyclic group is the rotation by j steps."""

    def __init__(self, images: FloatArray, action: ImageRotations, powers: IntArray) -> None:
        if images.shape[1] != action.height * action.width:
            raise InputError(
                f"Argument 'images' has {images.shape[1]} pixels an image, but the action rotates images "
                f"{action.height} x {action.width}."
            )
        self.images, self.rotations = images, action.rotations
        self.turns, self.elements = self.rotations.turns, powers
        self.rows = len(self.rotations.positions)

    def base(self, chosen: IntArray) -> FloatArray:
        """The images rotated by less than an exact turn."""
        return self.rotations.apply(self.images[chosen])


def cyclic_powers(group: FiniteGroup) -> IntArray | None:
    """Array [n]: the powers of a generator of a cyclic group, in order; None if the group is not cyclic.

    Example:
        >>> from orbitkernels.proofs.pose_sources import cyclic_powers
        >>> from orbitkernels.theory.names import group
        >>> cyclic_powers(group("C4")).tolist(), cyclic_powers(group("V4"))
        ([0, 1, 2, 3], None)
    """
    orders = group.element_orders
    whole = [g for g in (*group.generators, int(np.argmax(orders))) if orders[g] == group.order]
    return group.power(whole[0], np.arange(group.order)) if whole else None


__all__ = ["ExactPoses", "GivenPoses", "ImageRotations", "PoseSource", "RotatedPoses", "cyclic_powers"]
