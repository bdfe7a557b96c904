"""Symmetries of the pixels of an image on a torus: shifts, with turns and flips about a pixel."""

from __future__ import annotations

import numpy as np

from orbitkernels.errors import InputError

from .constructions import cyclic, direct_product, semidirect_product
from .groups import FiniteGroup
from .integer_input import is_integer, shown
from .laws import IntArray
from .names import group
from .permutation_actions import PermutationAction, refuse_large

#: What the generators of the point group do to (i, j), as rows of 2 x 2 matrices; the point group by name.
POINT_GROUPS: dict[str, tuple[str, tuple[tuple[int, int, int, int], ...]]] = {
    "p1": ("C1", ()),
    "p2": ("C2", ((-1, 0, 0, -1),)),
    "p4": ("C4", ((0, -1, 1, 0),)),
    "p4m": ("D4", ((0, -1, 1, 0), (1, 0, 0, -1))),
}


def planar_action(symmetry: str, height: int, width: int | None = None) -> PermutationAction:
    """All circular shifts of an image, with half turns (p2), quarter turns (p4) or quarter turns and flips (p4m).

    The wallpaper groups p1, p2, p4 and p4m modulo shifts by whole images: (t, r) takes the pixel q to t + r q, r
    turning about pixel (0, 0).  The group is (C_h x C_w) : C_1, C_2, C_4 or D4; an element is
    (i w + j) m + r for the shift (i, j) and the element r of the point group of order m.  Turns about the
    middle of the image are among the elements.

    Args:
        symmetry: p1, p2, p4 or p4m.
        height: Rows h.
        width: Columns w; h if omitted, and p4 and p4m need h = w.

    Raises:
        InputError: If the symmetry is another one, or needs a square, or the permutations take too much memory.

    Example:
        >>> from orbitkernels.theory.planar_groups import planar_action
        >>> p4 = planar_action("p4", 3)
        >>> p4, p4.is_transitive, p4.is_faithful, p4.stabiliser(0).order
        (<PermutationAction of p4(3x3) on 9 points>, True, True, 4)
    """
    width = height if width is None else width
    for name, value in (("height", height), ("width", width)):
        if not is_integer(value) or value < 1:
            raise InputError(f"Argument '{name}' must be a positive integer, not {shown(value)}.")
    order = point_order(symmetry)
    point, matrices = POINT_GROUPS[symmetry]
    if height != width and symmetry in ("p4", "p4m"):
        raise InputError(f"Argument 'symmetry' = {symmetry!r} needs square images, not {height} x {width}.")
    refuse_large(f"{symmetry}({shown(height)}x{shown(width)})", height * width * order, height * width)
    turns = [np.array(matrix).reshape(2, 2) for matrix in matrices]
    rows, columns = np.divmod(np.arange(height * width), width)
    pixels = np.stack([rows, columns])
    steps = [step for step, size in zip(np.eye(2, dtype=int), (height, width), strict=True) if size > 1]

    def number(at: IntArray) -> IntArray:
        numbered: IntArray = (at[0] % height) * width + at[1] % width
        return numbered

    moves = [number(pixels + step[:, None]) for step in steps] + [number(turn @ pixels) for turn in turns]
    whole = _group(f"{symmetry}({height}x{width})", height, width, point, [
        [int(number(turn @ step)) for step in steps] for turn in turns
    ])  # fmt: skip
    if not moves:
        return PermutationAction.trivial(whole, 1).on_images((1, 1))
    return PermutationAction.from_generators(whole, np.stack(moves)).on_images((height, width))


def point_order(symmetry: str) -> int:
    """Order m of the point group of p1, p2, p4 or p4m.

    Raises:
        InputError: If the symmetry is another one.

    Example:
        >>> from orbitkernels.theory.planar_groups import point_order
        >>> point_order("p4m")
        8
    """
    if not isinstance(symmetry, str) or symmetry not in POINT_GROUPS:
        raise InputError(f"Argument 'symmetry' must be one of {', '.join(POINT_GROUPS)}, not {shown(symmetry)}.")
    return group(POINT_GROUPS[symmetry][0]).order


def _group(name: str, height: int, width: int, point: str, automorphisms: list[list[int]]) -> FiniteGroup:
    """(C_h x C_w) : P, with the images of the shifts by a row and by a column under the generators of P."""
    shifts = direct_product(cyclic(height), cyclic(width))
    return semidirect_product(shifts, group(point), automorphisms, name)
