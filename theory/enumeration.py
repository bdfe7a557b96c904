"""All elements of a permutation group, from its generators."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .graphs import spanning_tree, tree_levels
from .laws import IntArray, RowIndex, separating_columns

#: Bytes that the permutations of one group may fill before the group is refused.
MAX_PERMUTATION_BYTES = 1024**3

Rows = npt.NDArray[np.integer]


def enumerate_permutations(generators: IntArray, limit: int) -> Rows | None:
    """All products of the generators, sorted lexicographically; None if there are more than `limit`.

    The orbit of a tuple of points is enumerated breadth-first, which needs little memory.  One permutation for
    each tuple of the orbit follows from the tree.  If generators map this set into itself, it is the whole group;
    otherwise permutations of equal tuples differ in points that the tuple lacks, and these are added to it.

    Args:
        generators: Array [m, degree] of permutations.
        limit: Largest order wanted.

    Returns:
        Array [n, degree], the identity first, or None.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.theory.enumeration import enumerate_permutations
        >>> enumerate_permutations(np.array([[1, 2, 0]]), 100).tolist()
        [[0, 1, 2], [1, 2, 0], [2, 0, 1]]
        >>> enumerate_permutations(np.array([[1, 2, 0]]), 2) is None
        True
    """
    degree = generators.shape[1]
    dtype = np.min_scalar_type(max(degree - 1, 1))
    limit = permutation_limit(degree, limit)
    steps = np.unique(generators.astype(dtype), axis=0)
    moved = [np.flatnonzero(step != np.arange(degree))[:1] for step in steps[:4]]
    points = np.unique(np.concatenate(moved))
    while True:
        tuples = _orbit(steps, points, limit)
        if tuples is None:
            return None
        targets = _targets(steps, tuples)
        elements = _transversal(steps, targets)
        missing = _distinguishing_points(steps, targets, elements)
        if not missing.size:
            return np.asarray(elements[np.lexsort(elements[:, separating_columns(elements)].T[::-1])])
        points = np.append(points, missing)


def permutation_limit(degree: int, limit: int) -> int:
    """The largest order up to `limit` whose permutations fill at most MAX_PERMUTATION_BYTES."""
    return min(limit, MAX_PERMUTATION_BYTES // (degree * np.min_scalar_type(max(degree - 1, 1)).itemsize))


def _orbit(steps: Rows, points: IntArray, limit: int) -> Rows | None:
    """Array [orbit, k]: the images of a tuple of k points, breadth-first; None if there are more than `limit`.

    With inverse steps the neighbours of one sphere lie in that sphere, the one before or the one after, so that
    only two spheres are searched for repetitions.
    """
    both = np.concatenate([steps, np.argsort(steps, axis=1).astype(steps.dtype)])
    sphere = points.astype(steps.dtype)[None, :]
    before, spheres, total = sphere[:0], [sphere], 1
    while sphere.shape[0]:
        candidates = np.concatenate([step[sphere] for step in both])
        fresh = _new_rows(candidates, np.concatenate([before, sphere]))
        total += fresh.shape[0]
        if total > limit:
            return None
        before, sphere = sphere, fresh
        spheres.append(sphere)
    return np.concatenate(spheres)


def _new_rows(candidates: Rows, known: Rows) -> Rows:
    """Rows of `candidates`, once each, that are not rows of `known`; compared byte by byte."""
    both = np.ascontiguousarray(np.concatenate([known, candidates]))
    if both.shape[1] == 0:
        return both[:0]
    as_bytes = both.view(np.dtype((np.void, both.dtype.itemsize * both.shape[1]))).ravel()
    first = np.unique(as_bytes, return_index=True)[1]
    return np.asarray(both[first[first >= known.shape[0]]])


def _targets(steps: Rows, tuples: Rows) -> IntArray:
    """Array [steps, orbit]: the number of the tuple to which each step moves each tuple."""
    index = RowIndex(tuples)
    return np.array([index.positions(step[tuples]) for step in steps], dtype=np.int64)


def _transversal(steps: Rows, targets: IntArray) -> Rows:
    """Array [orbit, degree]: for each tuple of the orbit one product of steps that moves the first tuple to it."""
    tree = spanning_tree(targets)
    elements = np.empty((targets.shape[1], steps.shape[1]), dtype=steps.dtype)
    elements[0] = np.arange(steps.shape[1])
    for level in tree_levels(tree.order, tree.parent):
        elements[level] = steps[tree.letter[level][:, None], elements[tree.parent[level]]]
    return elements


def _distinguishing_points(steps: Rows, targets: IntArray, elements: Rows) -> IntArray:
    """Points on which steps times elements differ from the elements of the same tuples, one for each such step."""
    block = max(1, 2**22 // elements.shape[1])
    points = set()
    for step, heads in zip(steps, targets, strict=True):
        for start in range(0, elements.shape[0], block):
            part = slice(start, start + block)
            wrong = (step[elements[part]] != elements[heads[part]]).any(axis=0)
            if wrong.any():
                points.add(int(np.argmax(wrong)))
                break
    return np.array(sorted(points), dtype=np.int64)
