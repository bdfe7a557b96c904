"""How a finite group moves inputs: by permuting their coordinates, or by orthogonal matrices."""

from __future__ import annotations

import re
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.theory.actions import PermutationAction, image_action, set_action
from orbitkernels.theory.graphs import tree_levels
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.laws import CyclicLaw, IntArray, PermutationLaw
from orbitkernels.theory.subgroups import Subgroup

from .arguments import reals

FloatArray = npt.NDArray[np.float64]

#: Matrices are orthogonal, multiply as the group does and fix a point if they do so up to this, relative to its
#: length.  Permutations are compared bit for bit.
MATRIX_TOLERANCE = 1e-9


class Action(Protocol):
    """How the elements of a group move points."""

    @property
    def group(self) -> FiniteGroup:
        """The group."""

    @property
    def degree(self) -> int:
        """Number d of coordinates."""

    def stabiliser(self, point: FloatArray) -> Subgroup:
        """Elements g with g x = x."""

    def poses(self, point: FloatArray, elements: IntArray) -> FloatArray:
        """Array [m, d]: g x for each of m elements g."""

    def same(self, points: FloatArray, point: FloatArray) -> npt.NDArray[np.bool_]:
        """Array [m]: which of m points [m, d] are the given one."""


class CoordinateAction:
    """The elements permute the coordinates: (g x)[pi_g(i)] = x[i].  Points are compared bit for bit.

    Args:
        action: The permutations.
    """

    def __init__(self, action: PermutationAction) -> None:
        self.permuting = action
        self.group, self.degree = action.group, action.degree

    def stabiliser(self, point: FloatArray) -> Subgroup:
        """Elements g with x[pi_g(i)] = x[i] for all i."""
        return self.permuting.fixing(point)

    def poses(self, point: FloatArray, elements: IntArray) -> FloatArray:
        """The coordinates of x, put where each permutation sends them."""
        return self.permuting.apply(point, elements)

    def same(self, points: FloatArray, point: FloatArray) -> npt.NDArray[np.bool_]:
        """All coordinates equal."""
        equal: npt.NDArray[np.bool_] = (points == point).all(axis=1)
        return equal


class MatrixAction:
    """The elements act by orthogonal matrices.  Points are compared up to MATRIX_TOLERANCE.

    Args:
        group: G with n elements.
        matrices: Array [n, d, d], one matrix an element, or [generators, d, d].

    Raises:
        InputError: If the shape is wrong, a matrix is not orthogonal or a product is not that of the group.
    """

    def __init__(self, group: FiniteGroup, matrices: npt.ArrayLike) -> None:
        given = _matrix_stack(group, matrices)
        self.group = group
        self.degree = int(given.shape[1])
        whole = len(given) == group.order
        generators = given[list(group.generators)] if whole else given
        self.matrices = given if whole else _extended(group, given)
        for position, generator in enumerate(generators):
            expected = _applied(self.matrices, generator)  # [n, d, d]
            off = np.abs(self.matrices.take(group.right_translations[position], axis=0) - expected)
            if off.max() > MATRIX_TOLERANCE:
                off = off.max(axis=(1, 2))
                g = int(off.argmax())
                raise InputError(
                    f"Argument 'action' is no representation of {group.name}: the matrix of "
                    f"({group.word_string(g)})*{group.generator_names[position]} is not the product of the "
                    f"matrices; they differ by {off[g]:.1e}."
                )

    def stabiliser(self, point: FloatArray) -> Subgroup:
        """Elements g with |g x - x| <= MATRIX_TOLERANCE |x|.

        Raises:
            InputError: If they are no subgroup, because the tolerance cuts between nearly equal poses.
        """
        elements = np.flatnonzero(self.same(_applied(self.matrices, point), point))
        try:
            return Subgroup.from_elements(self.group, elements)
        except ValueError:
            raise InputError(
                f"Argument 'seeds' has a seed that elements of {self.group.name} fix only up to about "
                f"{MATRIX_TOLERANCE:.0e} of its length; make it exactly symmetric or less so."
            ) from None

    def poses(self, point: FloatArray, elements: IntArray) -> FloatArray:
        """Matrix times vector."""
        whole = len(elements) == len(self.matrices) and bool((elements == np.arange(len(elements))).all())
        return _applied(self.matrices if whole else self.matrices[elements], point)

    def same(self, points: FloatArray, point: FloatArray) -> npt.NDArray[np.bool_]:
        """Euclidean distance at most MATRIX_TOLERANCE times the length."""
        moved = points - point
        close: npt.NDArray[np.bool_] = np.sqrt(
            np.einsum("ij,ij->i", moved, moved)
        ) <= MATRIX_TOLERANCE * np.linalg.norm(point)
        return close


def as_action(
    group: FiniteGroup, action: PermutationAction | Action | npt.ArrayLike | None, shape: tuple[int, ...]
) -> Action:
    """The action on inputs of a shape (h, w) or (d,): as given, or the usual one of the group.

    The usual one is :func:`image_action`; S_n and A_n permute the rows of inputs with n rows, which are sets of n
    vectors.

    Raises:
        InputError: If an action belongs to another group or the matrices are no representation.

    Example:
        >>> from orbitkernels.proofs.input_actions import as_action
        >>> from orbitkernels.theory.names import group
        >>> as_action(group("D4"), None, (8, 8)).degree, as_action(group("S3"), None, (3, 2)).degree
        (64, 6)
    """
    if action is None:
        return CoordinateAction(_usual_action(group, shape))
    if isinstance(action, PermutationAction):
        action = CoordinateAction(action)
    if not isinstance(action, (CoordinateAction, MatrixAction)):
        return MatrixAction(group, cast(npt.ArrayLike, action))
    if not _same_group(action.group, group):
        raise InputError(
            f"Argument 'action' belongs to {action.group.name} of order {action.group.order}, whose elements "
            f"multiply otherwise than those of {group.name}; make the action with the same group."
        )
    return action


def require_image_shape(name: str, shape: tuple[int, ...], action: Action) -> None:
    """Refuse images whose pixels would be read in another order than that of the action.

    Args:
        name: What messages call the argument.
        shape: (h, w) of the images.
        action: The action on their pixels, row after row.

    Raises:
        InputError: If the action is one on images of another shape, or on another number of points.
    """
    wanted = action.permuting.shape if isinstance(action, CoordinateAction) else None
    if shape == wanted or (wanted is None and shape[0] * shape[1] == action.degree):
        return
    points = f"{wanted[0]} x {wanted[1]}" if wanted else f"{action.degree} coordinates"
    raise InputError(
        f"Argument '{name}' has images of {shape[0]} x {shape[1]}, but {action.group.name} acts on {points}; give "
        "such images, or rows [inputs, coordinates]."
    )


def _same_group(one: FiniteGroup, other: FiniteGroup) -> bool:
    """Whether element i means the same in both: one Cayley graph with the same generators."""
    return one is other or (
        one.order == other.order
        and one.generators == other.generators
        and np.array_equal(one.right_translations, other.right_translations)
    )


def _usual_action(group: FiniteGroup, shape: tuple[int, ...]) -> PermutationAction:
    """Permuted members for S_n and A_n on sets, otherwise the action on images."""
    height, width = shape if len(shape) == 2 else (1, shape[0])
    symmetric = re.fullmatch(r"[SA]\d+", group.name) is not None and isinstance(group.law, PermutationLaw)
    if symmetric and len(shape) == 2 and cast(PermutationLaw, group.law).degree == height:
        return set_action(group, height, width)
    return image_action(group, height, width)


def finite_array(values: npt.ArrayLike, name: str, shape: str, axes: tuple[int, ...]) -> FloatArray:
    """New finite float array with an allowed number of axes, none of length 0."""
    array = reals(name, values)
    if array.ndim not in axes or array.size == 0:
        raise InputError(f"Argument '{name}' must have shape {shape} and no empty axis, not {list(array.shape)}.")
    bad = np.argwhere(~np.isfinite(array))
    if bad.size:
        raise InputError(f"Argument '{name}' must be finite; entry {bad[0].tolist()} is {array[tuple(bad[0])]}.")
    return array


def _matrix_stack(group: FiniteGroup, matrices: npt.ArrayLike) -> FloatArray:
    """Array [n, d, d] or [generators, d, d] of orthogonal matrices, as given."""
    shape = f"[{group.order}, d, d] or [{len(group.generators)}, d, d]"
    given = finite_array(matrices, "action", shape, (3,))
    if given.shape[1] != given.shape[2] or len(given) not in (group.order, len(group.generators)):
        raise InputError(f"Argument 'action' must have shape {shape} for {group.name}, not {list(given.shape)}.")
    products = given @ given.transpose(0, 2, 1) - np.eye(given.shape[1])
    off = np.abs(products).max(axis=(1, 2))
    if off.max() > MATRIX_TOLERANCE:
        raise InputError(
            f"Argument 'action' must hold orthogonal matrices; A A^T of matrix {off.argmax()} differs from the "
            f"identity by {off.max():.1e}."
        )
    return given


def _applied(matrices: FloatArray, right: FloatArray) -> FloatArray:
    """Products A B [n, d, d] or A x [n, d] of matrices A [n, d, d], as one product of all their rows."""
    rows, d = matrices.reshape(-1, matrices.shape[2]), matrices.shape[1]
    found: FloatArray = (rows @ right).reshape(len(matrices), d, *right.shape[1:])
    return found


def _extended(group: FiniteGroup, generators: FloatArray) -> FloatArray:
    """All n matrices from those of the generators, along the spanning tree of the Cayley graph.

    The tree of a cyclic group is a path: its powers A^(2^k + j) = A^(2^k) A^j are made by doubling instead.
    """
    matrices = np.empty((group.order, *generators.shape[1:]))
    matrices[0] = np.eye(generators.shape[1])
    if isinstance(group.law, CyclicLaw) and group.generators == (1,):
        power, known = generators[0], 1
        while known < group.order:
            more = min(known, group.order - known)
            matrices[known : known + more] = _applied(matrices[:more], power)
            power, known = power @ power, 2 * known
        return matrices
    tree = group.spanning_tree
    for level in tree_levels(tree.order, tree.parent):
        matrices[level] = matrices[tree.parent[level]] @ generators[tree.letter[level]]
    return matrices
