"""Orbits of seeds under a finite group that acts on inputs: poses, stabilisers and labels."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import cached_property
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.theory.actions import PermutationAction
from orbitkernels.theory.groups import FiniteGroup, require_group
from orbitkernels.theory.integer_input import shown
from orbitkernels.theory.laws import IntArray

from .image_arrays import require_image_shape
from .input_actions import MATRIX_TOLERANCE, Action, FloatArray, as_action, finite_array

__all__ = ["CommonOrbitError", "FloatArray", "Orbits"]


class CommonOrbitError(InputError):
    """Two seeds lie on one orbit."""


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
        image_shape: Rows and columns of the images; None if seeds were given as vectors.
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
        require_group(group)
        images = finite_array(seeds, "seeds", "[C, d] or [C, h, w]", (2, 3))
        self.group = group
        self.action = as_action(group, action, images.shape[1:])
        self.image_shape = (images.shape[1], images.shape[2]) if images.ndim == 3 else None
        self.seeds = images.reshape(len(images), -1)
        self._lengths = _lengths(self.seeds)
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

    def __repr__(self) -> str:
        sizes = ", ".join(map(str, self.sizes.tolist()[:6])) + (", ..." if len(self) > 6 else "")
        return f"<Orbits of {self.group.name}: {len(self)} seeds, {sizes} poses>"

    def _repr_html_(self) -> str:
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


def require_orbits(value: object, kernel: object) -> None:
    """Refuse what are no orbits, such as a list of them, or images that a kernel would read in another shape.

    Raises:
        InputError: If the value is no `Orbits`, or the kernel one of images of another shape.
    """
    if not isinstance(value, Orbits):
        raise InputError(f"Argument 'orbits' must be ok.Orbits, not {shown(value)}.")
    require_image_shape(kernel, "seeds", value.image_shape)


def _lengths(seeds: FloatArray) -> FloatArray:
    """Euclidean lengths [C] of seeds [C, d]."""
    with np.errstate(over="ignore"):
        lengths: FloatArray = np.linalg.norm(seeds, axis=1)
    if not np.isfinite(lengths).all():
        c = int(np.argmin(np.isfinite(lengths)))
        raise InputError(
            f"Argument 'seeds' has numbers up to {np.abs(seeds[c]).max():.0e} in seed {c}, whose length is beyond "
            "floating point; scale the inputs down."
        )
    return lengths


def _targets(
    labels: Sequence[Any] | npt.NDArray[Any] | None, targets: npt.ArrayLike | None, count: int
) -> tuple[tuple[Any, ...], FloatArray]:
    """Classes in order of first appearance, and the targets [C, m]."""
    if labels is None and targets is None:
        raise InputError("Argument 'labels' is missing: give one label a seed, or 'targets'.")
    names = [] if labels is None else _names(labels, count)
    if any(name != name for name in names):
        raise InputError(
            f"Argument 'labels' must not hold NaN, as label {[n != n for n in names].index(True)} does."
        )
    classes = tuple(dict.fromkeys(names))
    if targets is None:
        return classes, _one_vs_rest(names, classes)
    array = finite_array(targets, "targets", f"[{count}] or [{count}, m]", (1, 2))
    if len(array) != count:
        raise InputError(f"Argument 'targets' must have one row a seed, {count}, not {len(array)}.")
    return classes, array.reshape(count, -1)


def _names(labels: Sequence[Any] | npt.NDArray[Any], count: int) -> list[Any]:
    """The labels as a list, one a seed; 1 and "1" are different labels, which an array would confuse."""
    given = labels if isinstance(labels, Sequence) else np.asarray(labels).tolist()
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise InputError(f"Argument 'labels' must be a list of one label a seed, not {shown(labels)}.")
    if len(given) != count:
        raise InputError(f"Argument 'labels' must have one label a seed, [{count}], not [{len(given)}].")
    for name in given:
        if not isinstance(name, Hashable):
            raise InputError(f"Argument 'labels' must have one label a seed, not {shown(name)} for one of them.")
    return [name.item() if isinstance(name, np.generic) else name for name in given]


def _one_vs_rest(names: list[Any], classes: tuple[Any, ...]) -> FloatArray:
    """Array [C, m] of +1 and -1; one column for at most two classes."""
    columns = classes if len(classes) > 2 else classes[:1]
    return np.array([[1.0 if name == column else -1.0 for column in columns] for name in names])
