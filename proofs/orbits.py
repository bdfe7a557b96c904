"""Orbits of seeds under a finite group that acts on inputs: poses, stabilisers and labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.theory.actions import PermutationAction, image_action, set_action
from orbitkernels.theory.graphs import tree_levels
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.laws import IntArray, PermutationLaw
from orbitkernels.theory.subgroups import Subgroup

FloatArray = npt.NDArray[np.float64]

#: Matrices are orthogonal, multiply as the group does and fix a point if they do so up to this, relative to its
#: length.  Permutations are compared bit for bit.
MATRIX_TOLERANCE = 1e-9


class CommonOrbitError(InputError):
    """Two seeds lie on one orbit."""


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
            expected = self.matrices @ generator  # [n, d, d]
            off = np.abs(self.matrices[group.right_translations[position]] - expected).max(axis=(1, 2))
            if off.max() > MATRIX_TOLERANCE:
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
        elements = np.flatnonzero(self.same(self.matrices @ point, point))
        try:
            return Subgroup.from_elements(self.group, elements)
        except ValueError:
            raise InputError(
                f"Argument 'seeds' has a seed that elements of {self.group.name} fix only up to about "
                f"{MATRIX_TOLERANCE:.0e} of its length; make it exactly symmetric or less so."
            ) from None

    def poses(self, point: FloatArray, elements: IntArray) -> FloatArray:
        """Matrix times vector."""
        moved: FloatArray = self.matrices[elements] @ point
        return moved

    def same(self, points: FloatArray, point: FloatArray) -> npt.NDArray[np.bool_]:
        """Euclidean distance at most MATRIX_TOLERANCE times the length."""
        close: npt.NDArray[np.bool_] = np.linalg.norm(points - point, axis=1) <= MATRIX_TOLERANCE * np.linalg.norm(
            point
        )
        return close


class Orbits:
    """One orbit for each of C seeds, with labels that are constant on orbits.

    A pose of orbit c is a left coset g H_c of the stabiliser H_c of the seed; the orbit has N_c = n/|H_c| of them.

    Args:
        group: The finite group G with n elements.
        seeds: Array [C, d], or images [C, h, w], which are flattened row by row.
        labels: One label a seed, of any kind that can be compared; several seeds may share one.
        action: How G acts: a `PermutationAction` on the d coordinates, an array of orthogonal matrices
            [n, d, d] or [generators, d, d], or None for the usual action on images of that shape
            (see `image_action`).
        targets: Array [C, m] of regression targets instead of labels, any finite numbers.

    Attributes:
        group: G.
        seeds: Array [C, d].
        classes: The different labels in the order of first appearance; empty if targets were given alone.
        targets: Array [C, m].  Two classes: m = 1, +1 on the first class and -1 on the other.  More classes:
            one-vs-rest, column j is +1 on class j and -1 elsewhere.  One class: +1.
        stabilisers: The C stabilisers H_c.
        representatives: For each orbit the array [N_c] of the smallest element of each coset g H_c.

    Raises:
        InputError: If shapes do not fit, a number is not finite, or two seeds lie on one orbit (the Gram matrix of
            the orbits would be singular).

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.orbits import Orbits
        >>> from orbitkernels.theory.names import group
        >>> orbits = Orbits(group("C4"), np.array([[1.0, 2.0, 3.0, 4.0], [1.0, 0.0, 1.0, 0.0]]), labels=[5, 3])
        >>> orbits.sizes.tolist(), orbits.targets.ravel().tolist()
        ([4, 2], [1.0, -1.0])
        >>> orbits.points(1).tolist()
        [[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0]]
    """

    def __init__(
        self,
        group: FiniteGroup,
        seeds: npt.ArrayLike,
        labels: Sequence[Any] | npt.NDArray[Any] | None = None,
        action: PermutationAction | Action | npt.ArrayLike | None = None,
        targets: npt.ArrayLike | None = None,
    ) -> None:
        if not isinstance(group, FiniteGroup):
            raise InputError(f"Argument 'group' must be a FiniteGroup (see ok.group), not {group!r}.")
        images = _finite(seeds, "seeds", "[C, d] or [C, h, w]", (2, 3))
        self.group = group
        self.action = as_action(group, action, images.shape[1:])
        self.seeds = images.reshape(len(images), -1)
        if self.seeds.shape[1] != self.action.degree:
            raise InputError(
                f"Argument 'seeds' has {self.seeds.shape[1]} coordinates a seed, but the action of {group.name} "
                f"moves {self.action.degree}."
            )
        self.classes, self.targets = _targets(labels, targets, len(images))
        self.stabilisers = tuple(map(self.action.stabiliser, self.seeds))
        self.representatives = tuple(H.left_representatives for H in self.stabilisers)
        self._refuse_common_orbits()

    def __len__(self) -> int:
        return len(self.seeds)

    @property
    def sizes(self) -> IntArray:
        """Array [C] of the orbit sizes N_c = n/|H_c|."""
        return np.array([reps.size for reps in self.representatives], dtype=np.int64)

    @property
    def is_free(self) -> bool:
        """Whether every stabiliser is trivial."""
        return all(H.order == 1 for H in self.stabilisers)

    @cached_property
    def _points(self) -> tuple[FloatArray, ...]:
        return tuple(map(self.action.poses, self.seeds, self.representatives))

    def points(self, c: int) -> FloatArray:
        """Array [N_c, d] of the different poses of orbit c; pose j is representatives[c][j] applied to seed c."""
        return self._points[c]

    @property
    def all_points(self) -> FloatArray:
        """Array [N, d] of the poses of all orbits, orbit after orbit."""
        return np.concatenate(self._points)

    @property
    def offsets(self) -> IntArray:
        """Array [C + 1]: the poses of orbit c are the rows offsets[c] to offsets[c + 1] of `all_points`."""
        return np.concatenate([[0], np.cumsum(self.sizes)])

    def pose_index(self, c: int, elements: npt.ArrayLike) -> IntArray:
        """Which row of points(c) is g x_c, for an array of elements g."""
        return self.stabilisers[c].left_coset_labels[np.asarray(elements, dtype=np.int64)]

    @property
    def point_targets(self) -> FloatArray:
        """Array [N, m] of the targets of all points."""
        return np.repeat(self.targets, self.sizes, axis=0)

    def _refuse_common_orbits(self) -> None:
        """Raise if two seeds lie on one orbit."""
        for b in range(len(self)):
            for a in range(b):
                if self._may_share(a, b) and self.action.same(self.points(b), self.seeds[a]).any():
                    raise CommonOrbitError(
                        f"Argument 'seeds' has two seeds on one orbit of {self.group.name}, numbers {a} and {b}: "
                        "their Gram matrix is singular; drop one of them."
                    )

    def _may_share(self, a: int, b: int) -> bool:
        """Whether the two orbits have one size and the two seeds one length, up to rounding."""
        lengths = self._lengths
        return bool(
            self.representatives[a].size == self.representatives[b].size
            and abs(lengths[a] - lengths[b]) <= 2 * MATRIX_TOLERANCE * max(lengths[a], lengths[b])
        )

    @cached_property
    def _lengths(self) -> FloatArray:
        lengths: FloatArray = np.linalg.norm(self.seeds, axis=1)
        return lengths

    def __repr__(self) -> str:
        sizes = ", ".join(map(str, self.sizes.tolist()[:6])) + (", ..." if len(self) > 6 else "")
        return f"<Orbits of {self.group.name}: {len(self)} seeds, {sizes} poses>"

    def _repr_html_(self) -> str:
        from html import escape

        names = self.classes or [None] * len(self)
        labels = [" ".join(f"{t:+g}" for t in row) for row in self.targets]
        rows = "".join(
            f"<tr><td>{c}</td><td>{escape(label)}</td><td>{H.index}</td><td>{H.order}</td></tr>"
            for c, (label, H) in enumerate(zip(labels, self.stabilisers, strict=True))
        )
        heading = f"{len(self)} orbits of {escape(self.group.name)}"
        if names[0] is not None:
            heading += f", classes {escape(', '.join(map(str, names)))}"
        head = "<tr><th>orbit</th><th>target</th><th>poses</th><th>order of stabiliser</th></tr>"
        return f"<table><caption>{heading}</caption>{head}{rows}</table>"


def as_action(
    group: FiniteGroup, action: PermutationAction | Action | npt.ArrayLike | None, shape: tuple[int, ...]
) -> Action:
    """The action on inputs of a shape (h, w) or (d,): as given, or the usual one of the group.

    The usual one is :func:`image_action`; S_n and A_n permute the rows of inputs with n rows, which are sets of n
    vectors.

    Raises:
        InputError: If an action belongs to another group or the matrices are no representation.

    Example:
        >>> from orbitkernels.proofs.orbits import as_action
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


def _finite(values: npt.ArrayLike, name: str, shape: str, axes: tuple[int, ...]) -> FloatArray:
    """Copy as a finite float array with an allowed number of axes, none of length 0."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"Argument '{name}' must be an array {shape} of real numbers.") from None
    if array.ndim not in axes or array.size == 0:
        raise InputError(f"Argument '{name}' must have shape {shape} and no empty axis, not {list(array.shape)}.")
    bad = np.argwhere(~np.isfinite(array))
    if bad.size:
        raise InputError(f"Argument '{name}' must be finite; entry {bad[0].tolist()} is {array[tuple(bad[0])]}.")
    return array


def _targets(
    labels: Sequence[Any] | npt.NDArray[Any] | None, targets: npt.ArrayLike | None, count: int
) -> tuple[tuple[Any, ...], FloatArray]:
    """Classes in order of first appearance, and the targets [C, m]."""
    if labels is None and targets is None:
        raise InputError("Argument 'labels' is missing: give one label a seed, or 'targets'.")
    names: list[Any] = [] if labels is None else np.asarray(labels).tolist()
    if labels is not None and (not isinstance(names, list) or len(names) != count or np.ndim(labels) != 1):
        raise InputError(f"Argument 'labels' must have one label a seed, [{count}], not {list(np.shape(labels))}.")
    if any(name != name for name in names):
        raise InputError(
            f"Argument 'labels' must not hold NaN, as label {[n != n for n in names].index(True)} does."
        )
    classes = tuple(dict.fromkeys(names))
    if targets is None:
        return classes, _one_vs_rest(names, classes)
    array = _finite(targets, "targets", f"[{count}] or [{count}, m]", (1, 2))
    if len(array) != count:
        raise InputError(f"Argument 'targets' must have one row a seed, {count}, not {len(array)}.")
    return classes, array.reshape(count, -1)


def _one_vs_rest(names: list[Any], classes: tuple[Any, ...]) -> FloatArray:
    """Array [C, m] of +1 and -1; one column for at most two classes."""
    columns = classes if len(classes) > 2 else classes[:1]
    return np.array([[1.0 if name == column else -1.0 for column in columns] for name in names])


def _matrix_stack(group: FiniteGroup, matrices: npt.ArrayLike) -> FloatArray:
    """Array [n, d, d] or [generators, d, d] of orthogonal matrices, as given."""
    shape = f"[{group.order}, d, d] or [{len(group.generators)}, d, d]"
    given = _finite(matrices, "action", shape, (3,))
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


def _extended(group: FiniteGroup, generators: FloatArray) -> FloatArray:
    """All n matrices from those of the generators, along the spanning tree of the Cayley graph."""
    matrices = np.empty((group.order, *generators.shape[1:]))
    matrices[0] = np.eye(generators.shape[1])
    tree = group.spanning_tree
    for level in tree_levels(tree.order, tree.parent):
        matrices[level] = matrices[tree.parent[level]] @ generators[tree.letter[level]]
    return matrices
