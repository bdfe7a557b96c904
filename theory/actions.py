"""Actions of named groups on images and vectors: quarter turns, flips, circular shifts, permuted coordinates."""

from __future__ import annotations

import re

import numpy as np

from orbitkernels.errors import InputError

from .groups import FiniteGroup, require_group
from .integer_input import is_integer, shown
from .laws import IntArray, PermutationLaw
from .permutation_actions import PermutationAction
from .subgroups import SubgroupLaw

__all__ = [
    "PermutationAction",
    "coordinate_action",
    "image_action",
    "padded_shape",
    "set_action",
    "shift_action",
    "square_symmetries",
]

_REMEDY = (
    "give an action: PermutationAction.from_generators(group, images), set_action or coordinate_action; "
    "by name D4, D2, D1, V4, Cn, CaxCb and permutation groups of the right degree act on images"
)


def image_action(group: FiniteGroup, height: int, width: int) -> PermutationAction:
    """The usual action of a named group on images of a height and a width; pixel (i, j) is coordinate i width + j.

    * ``D4``: quarter turns and flips of a square image; ``D2``: half turn and left-right flip; ``D1``: left-right
      flip; ``V4``: up-down and left-right flips.
    * ``CaxCb`` (``Ca^2``): circular shifts by height/a rows and width/b columns.
    * ``Cn``: quarter turns if n = 4 and the image is square, the left-right flip if n = 2, otherwise circular
      shifts by width/n columns.  Vectors (height 1) are always shifted.
    * A permutation group whose degree is the number of coordinates permutes them, whatever its name, but for D4 on
      images 2 x 2.
    * A subgroup made by ``Subgroup.as_group()`` acts as its group does.

    Raises:
        InputError: If the group has no usual action on that shape; the message names the remedies.

    Example:
        >>> from orbitkernels.theory.actions import image_action
        >>> from orbitkernels.theory.names import group
        >>> image_action(group("D4"), 8, 8)
        <PermutationAction of D4 on 64 points>
        >>> image_action(group("C4xC2"), 8, 8).apply([*range(64)])[1, :8].tolist()
        [4, 5, 6, 7, 0, 1, 2, 3]
    """
    require_group(group)
    _check_shape(height, width)
    if isinstance(group.law, SubgroupLaw):
        whole = image_action(group.law.group, height, width)
        restricted = PermutationAction.from_permutations(group, whole.permutations[group.law.elements])
        return restricted.on_images(whole.shape)
    if _permutes_pixels(group, height, width):
        return PermutationAction.natural(group)
    shifts = shift_orders(group.name)
    if group.name in _FLIPS and height > 1:
        return square_symmetries(group, height, width)
    if group.name in ("C4", "C2") and height > 1 and (group.name == "C2" or height == width):
        return square_symmetries(group, height, width)
    if shifts is not None:
        return shift_action(group, height, width)
    raise InputError(
        f"Argument 'group' = {group.name!r} has no usual action on images {height} x {width}; {_REMEDY}."
    )


def _permutes_pixels(group: FiniteGroup, height: int, width: int) -> bool:
    """Whether the group is one of permutations of the pixels, such as one from a file.

    On images 2 x 2, D4 permutes the corners of the square in another order than the pixels.
    """
    if not isinstance(group.law, PermutationLaw) or (group.name, height, width) == ("D4", 2, 2):
        return False
    return int(group.law.degree) == height * width


# ---------------------------------------------------------------------- quarter turns and flips


def _turn(pixels: IntArray) -> IntArray:
    """Where a quarter turn takes each pixel of a square image, counterclockwise as in numpy.rot90."""
    return _inverse(np.rot90(pixels).ravel())


def _inverse(images: IntArray) -> IntArray:
    return np.argsort(images).astype(np.int64)


def _half_turn(pixels: IntArray) -> IntArray:
    return _inverse(pixels[::-1, ::-1].ravel())


def _left_right(pixels: IntArray) -> IntArray:
    return _inverse(pixels[:, ::-1].ravel())


def _up_down(pixels: IntArray) -> IntArray:
    return _inverse(pixels[::-1].ravel())


#: What the generators of each group do to an image.
_FLIPS = {
    "D4": (_turn, _left_right),
    "D2": (_half_turn, _left_right),
    "D1": (_left_right,),
    "V4": (_up_down, _left_right),
}


def square_symmetries(group: FiniteGroup, height: int, width: int | None = None) -> PermutationAction:
    """D4 on a square image: r turns it by a quarter counterclockwise (numpy.rot90), s flips it left to right.

    C4 acts by quarter turns; D2, D1, V4 and C2 need no square, as half turns and flips keep the shape.  All are
    orthogonal maps, because they permute pixels, and (g h) x = g (h x).

    Args:
        group: D4, C4, D2, D1, V4 or C2 by name.
        height: Rows.
        width: Columns; as many as rows if omitted.

    Raises:
        InputError: If the group is another one, or the image is not square where quarter turns need it.

    Example:
        >>> from orbitkernels.theory.actions import square_symmetries
        >>> from orbitkernels.theory.names import group
        >>> D4 = group("D4")
        >>> square_symmetries(D4, 2).apply([1, 2, 3, 4], D4.generators).tolist()
        [[2, 4, 1, 3], [2, 1, 4, 3]]
    """
    require_group(group)
    width = height if width is None else width
    _check_shape(height, width)
    maps = {**_FLIPS, "C4": (_turn,), "C2": (_left_right,)}.get(group.name)
    if maps is None:
        raise InputError(
            f"Argument 'group' = {group.name!r} has no quarter turns and flips; choose D4, C4, D2, D1."
        )
    if _turn in maps and height != width:
        raise InputError(
            f"Argument 'group' = {group.name!r} turns images by quarters, so they must be square, not {height} x "
            f"{width}; crop or pad them, or choose D2 (half turn and flips)."
        )
    pixels = np.arange(height * width, dtype=np.int64).reshape(height, width)
    turned = PermutationAction.from_generators(group, np.stack([move(pixels) for move in maps]))
    return turned.on_images((height, width))


# ---------------------------------------------------------------------- circular shifts


def shift_orders(name: str) -> tuple[int, int] | None:
    """(a, b) of a name CaxCb, (a, a) of Ca^2, (1, n) of Cn; None for other names.

    Example:
        >>> from orbitkernels.theory.actions import shift_orders
        >>> shift_orders("C4xC2"), shift_orders("C3^2"), shift_orders("C5"), shift_orders("S3")
        ((4, 2), (3, 3), (1, 5), None)
    """
    match = re.fullmatch(r"C(\d+)(?:xC(\d+)|\^(2))?", name)
    if match is None:
        return None
    first = int(match[1])
    if match[3]:
        return first, first
    return (first, int(match[2])) if match[2] else (1, first)


def shift_action(group: FiniteGroup, height: int, width: int) -> PermutationAction:
    """Circular shifts: CaxCb moves rows by multiples of height/a and columns by multiples of width/b.

    Raises:
        InputError: If the group is not named CaxCb, Ca^2 or Cn, or a does not divide the height or b the width;
            the message names the padded shape.

    Example:
        >>> from orbitkernels.theory.actions import shift_action
        >>> from orbitkernels.theory.names import group
        >>> shift_action(group("C3"), 1, 6).apply([0, 1, 2, 3, 4, 5])[1].tolist()
        [4, 5, 0, 1, 2, 3]
    """
    require_group(group)
    _check_shape(height, width)
    orders = shift_orders(group.name)
    if orders is None:
        raise InputError(f"Argument 'group' = {group.name!r} has no circular shifts; choose Cn or CaxCb.")
    if height % orders[0] or width % orders[1]:
        padded = padded_shape(group, height, width)
        raise InputError(
            f"Argument 'group' = {group.name!r} shifts images by parts of their size, so {orders[0]} must divide "
            f"the height and {orders[1]} the width, not {height} x {width}; pad the images to "
            f"{padded[0]} x {padded[1]}."
        )
    pixels = np.arange(height * width, dtype=np.int64).reshape(height, width)
    images = [
        _inverse(np.roll(pixels, (height, width)[axis] // order, axis=axis).ravel())
        for axis, order in enumerate(orders)
        if order > 1
    ]
    if not images:
        return PermutationAction.trivial(group, height * width).on_images((height, width))
    return PermutationAction.from_generators(group, np.stack(images)).on_images((height, width))


def padded_shape(group: FiniteGroup, height: int, width: int) -> tuple[int, int]:
    """The smallest shape (height', width') at least as large on which the group acts as :func:`image_action` says.

    Quarter turns need a square, circular shifts of CaxCb multiples of a and b.

    Example:
        >>> from orbitkernels.theory.actions import padded_shape
        >>> from orbitkernels.theory.names import group
        >>> padded_shape(group("C8xC8"), 28, 28), padded_shape(group("D4"), 28, 30)
        ((32, 32), (30, 30))
    """
    require_group(group)
    _check_shape(height, width)
    if _permutes_pixels(group, height, width):
        return height, width
    if group.name == "D4":
        return max(height, width), max(height, width)
    rows, columns = shift_orders(group.name) or (1, 1)
    if height > 1 and (group.name == "C2" or (group.name == "C4" and height == width)):
        rows, columns = 1, 1
    return -(-height // rows) * rows, -(-width // columns) * columns


# ---------------------------------------------------------------------- permuted coordinates


def coordinate_action(group: FiniteGroup, count: int) -> PermutationAction:
    """A permutation group of degree `count` on vectors of that many coordinates: (g x)[g(i)] = x[i].

    Raises:
        InputError: If the group is no permutation group of that degree.

    Example:
        >>> from orbitkernels.theory.actions import coordinate_action
        >>> from orbitkernels.theory.names import group
        >>> coordinate_action(group("S4"), 4).character.tolist()
        [4, 0, 2, 1, 0]
    """
    require_group(group)
    if not isinstance(group.law, PermutationLaw) or group.law.degree != count:
        kind = (
            f"permutes {group.law.degree} points"
            if isinstance(group.law, PermutationLaw)
            else "is not made of them"
        )
        raise InputError(
            f"Argument 'group' = {group.name!r} must be a group of permutations of {shown(count)} coordinates, "
            f"but it {kind}; use PermutationAction.from_generators()."
        )
    return PermutationAction.natural(group)


def set_action(group: FiniteGroup, members: int, features: int) -> PermutationAction:
    """A permutation group of degree n on sets of n vectors in R^m, stored as [n, m]: the rows are permuted.

    Args:
        group: Permutation group of degree n, such as S5.
        members: n, the number of vectors.
        features: m, the number of features of each.

    Raises:
        InputError: If the group is no permutation group of degree n.

    Example:
        >>> from orbitkernels.theory.actions import set_action
        >>> from orbitkernels.theory.names import group
        >>> S2 = group("S2")
        >>> set_action(S2, 2, 3).apply([1, 2, 3, 4, 5, 6])[1].tolist()
        [4, 5, 6, 1, 2, 3]
    """
    require_group(group)
    _check_shape(members, features, ("members", "features"))
    rows = coordinate_action(group, members).permutations[np.array(group.generators, dtype=np.int64)]
    columns = np.arange(features, dtype=np.int64)
    images = (rows[:, :, None] * features + columns).reshape(len(group.generators), members * features)
    return PermutationAction.from_generators(group, images).on_images((members, features))


def _check_shape(height: int, width: int, names: tuple[str, str] = ("height", "width")) -> None:
    """Raise unless both are positive integers."""
    for argument, value in zip(names, (height, width), strict=True):
        if not is_integer(value) or value < 1:
            raise InputError(f"Argument '{argument}' must be a positive integer, not {shown(value)}.")
