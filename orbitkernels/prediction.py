"""Spectral and exact errors of missing poses for pairs of labelled images of different classes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from orbitkernels.data import Dataset, load
from orbitkernels.errors import InputError, SingularGramError
from orbitkernels.proofs.arguments import integer
from orbitkernels.proofs.averaged_kernels import Averaged
from orbitkernels.proofs.batches import levelled_errors
from orbitkernels.proofs.dense_route import DenseRoute, dense_gram, refitted_errors
from orbitkernels.proofs.input_actions import Action, as_action
from orbitkernels.proofs.invariance import KernelLike, as_kernel
from orbitkernels.proofs.missing import MissingLike, missing_poses
from orbitkernels.proofs.orbits import CommonOrbitError, Orbits
from orbitkernels.proofs.ridge import Ridge, RidgeLike
from orbitkernels.proofs.rounding import (
    BoundedError,
    Precision,
    bounded,
    checked_precision,
    finite_lists,
    kernel_accuracy,
)
from orbitkernels.proofs.spectral import FourierRoute
from orbitkernels.proofs.symmetrisation import checked_symmetrisation, require_scalar
from orbitkernels.theory.actions import padded_shape, shift_orders
from orbitkernels.theory.groups import FiniteGroup, require_group
from orbitkernels.theory.integer_input import shown
from orbitkernels.theory.names import group as group_of

FloatArray = npt.NDArray[np.float64]

#: Agreement of the two routes, relative, that is expected unless rounding makes it impossible.
WANTED_AGREEMENT = 1e-8

#: Draws that a pair may cost on average before the data are taken to have no more pairs on different orbits.
_DRAWS_PER_PAIR = 200

#: Points of two orbits up to which the dense route is taken; 8192 fill 512 MiB.
MAX_POINTS = 8192

#: Pairs whose spectral errors are found together; more would not be faster, and progress is told in between.
_TOGETHER = 128

_SCALAR_NOTE = (
    "The spectral errors are those of the scalar circulant of the interleaved orbits, which is not exact and "
    "depends on the pose that each orbit begins with; symmetrisation 'block' is exact."
)


def predict(
    group: str | FiniteGroup,
    kernel: KernelLike,
    data: str | Dataset,
    missing: MissingLike = "pose",
    ridge: RidgeLike = 0.0,
    pairs: int = 16,
    seed: int = 0,
    progress: Callable[[int, int], object] | None = None,
    symmetrisation: str = "block",
    average: str | None = None,
    precision: Precision = "double",
) -> dict[str, Any]:
    """Error y - p of a missing pose, by the Fourier route (T6) and by dense Cholesky, for random pairs of images.

    Each pair is two images of different classes; every pose of the first has the label +1, every pose of the
    second -1, and poses are missing from one of the two orbits in turn.  The missing pose of the first is
    classified right iff its error is below 1.  The routes share the images and the kernel's Gram function, nothing
    else.

    Args:
        group: Name of a group that acts on the images, such as ``D4`` or ``C8xC8``, or a `FiniteGroup`.
        kernel: Specification such as ``ntk(depth=3)``, an object with gram(X, Y), or a function k(X, Y).
        data: ``digits``, ``mnist:DIR``, the path of a ``.npz`` file, or a `Dataset`.
        missing: ``"pose"``, ``"coset:WORDS"`` or a list of poses, see `missing_poses`.
        ridge: r >= 0, or ``"relative:1e-10"`` of the mean diagonal of K: the Gram matrix becomes K + r I.
        pairs: How many pairs, all different.
        seed: Seed of the draw.
        progress: Called with the number of pairs done and the number of pairs.
        symmetrisation: ``"block"``, exact; or ``"scalar"``, the circulant of two interleaved orbits of a cyclic
            group (Perin and Deny), see :mod:`orbitkernels.proofs.symmetrisation`.  The exact error is the same.
        average: ``"G"`` or the words of generators of a subgroup such as ``"r^2,s"``, over which the kernel is
            averaged (:class:`orbitkernels.Averaged`).
        precision: Of the linear algebra of both routes: ``"double"``, ``"double-double"`` or ``"arb"``, see
            :func:`orbitkernels.error_with_bound`.

    Returns:
        A dictionary fit for JSON: ``group``, ``kernel``, ``data``, ``ridge``, ``missing``, ``symmetrisation``,
        ``precision``, ``seed``, ``pairs``,
        ``largest_relative_difference`` and ``notes``.  A pair has ``labels``, ``indices`` (which images),
        ``spectral_error`` and ``exact_error`` (first orbit, first missing pose), ``spectral_errors`` and
        ``exact_errors`` (both orbits; a list each if several poses with their own errors are missing),
        ``relative_difference`` (the largest), ``ridge`` (r, absolute), ``condition_number`` (of K + r I, 2-norm),
        ``rounding_bound`` and ``rounding_bounds`` (of the spectral errors, in their shape; None where there is
        none) and ``stabiliser_orders``.

    Raises:
        InputError: If an argument cannot be used; one line that says why.

    Example:
        >>> from orbitkernels.prediction import predict
        >>> result = predict("D4", "ntk(depth=3)", "digits", pairs=2)
        >>> result["largest_relative_difference"] < 1e-8
        True
        >>> sorted(result["pairs"][0])[:4]
        ['condition_number', 'exact_error', 'exact_errors', 'indices']
    """
    G = group_of(group) if isinstance(group, str) else group
    require_group(G)
    k, r = as_kernel(kernel), Ridge.of(ridge)
    _refuse_dense(G)
    if isinstance(missing, Mapping):
        raise InputError(
            "Argument 'missing' must be 'pose', 'coset:WORDS' or a list of poses, not a dictionary; "
            "spectral_error and leave_out_error take one."
        )
    missing_poses(G, missing)  # a bad word is refused before the data are read
    if checked_symmetrisation(symmetrisation) == "scalar":
        require_scalar(G, 2)
    if checked_precision(precision) != "double" and symmetrisation == "scalar":
        raise InputError(f"Argument 'precision' is {precision}, which needs symmetrisation 'block'.")
    dataset = load(data) if isinstance(data, str) else data
    stage, notes = draw_stage(G, dataset)
    if average is not None:
        k = _averaged(k, stage, average)
    rows: list[dict[str, Any]] = []
    remarks: list[BoundedError] = []
    with threadpool_limits(limits=1, user_api="blas"):  # small matrices: threads would only wait for each other
        drawn = drawn_pairs(stage, integer("pairs", pairs), integer("seed", seed, least=0))
        while piece := list(islice(drawn, _TOGETHER)):
            found = (
                _rows(k, piece, missing, r, symmetrisation, remarks)
                if precision == "double"
                else _precise_rows(k, piece, missing, r, precision, remarks)
            )
            for row in found:
                rows.append(row)
                if progress is not None:
                    progress(len(rows), pairs)
    return {
        "group": G.name,
        "kernel": kernel if isinstance(kernel, str) and average is None else _named(k),
        "data": dataset.name,
        "ridge": r.asked,
        "missing": missing if isinstance(missing, str) else [g if isinstance(g, str) else int(g) for g in missing],
        "symmetrisation": symmetrisation,
        "precision": precision,
        "seed": int(seed),
        "pairs": rows,
        "largest_relative_difference": max(row["relative_difference"] for row in rows),
        "notes": notes + (_notes(rows, remarks) if symmetrisation == "block" else [_SCALAR_NOTE]),
    }


def _refuse_dense(group: FiniteGroup) -> None:
    """Refuse pairs of orbits that are too large for the dense route, before data and action are made.

    Raises:
        InputError: If two free orbits have more than MAX_POINTS points.
    """
    points = 2 * group.order
    if points > MAX_POINTS:
        raise InputError(
            f"Argument 'group' = {group.name!r} has {group.order} elements: the dense route of each pair would "
            f"take a Gram matrix of {points} points, {8 * points**2 / 2**30:.1f} GiB, and about "
            f"{points**3 / 3:.0e} multiplications, beyond the limit of {MAX_POINTS} points; use "
            "spectral_error in Python, which needs no Gram matrix."
        )


def _named(kernel: KernelLike) -> str:
    """Specification of a kernel, or the name of a function or class: nothing that differs from run to run."""
    spec = getattr(kernel, "spec", None)
    return str(spec or getattr(kernel, "__name__", type(kernel).__name__))


@dataclass(frozen=True)
class Stage:
    """A group, its action and the images it acts on.

    Attributes:
        group: G.
        dataset: The images as they were loaded.
        padding: Zeros before and after each axis of an image.
        action: How G acts on the padded, flattened images.
    """

    group: FiniteGroup
    dataset: Dataset
    padding: tuple[tuple[int, int], ...]
    action: Action

    def orbits(self, first: int, second: int) -> Orbits:
        """The orbits of two images."""
        chosen = [first, second]
        images = np.pad(self.dataset.images[chosen], ((0, 0), *self.padding))
        return Orbits(self.group, images, self.dataset.labels[chosen], self.action)


def draw_stage(group: FiniteGroup, dataset: Dataset) -> tuple[Stage, list[str]]:
    """The action on images of this shape, padded if cyclic shifts need it, and a note of the padding."""
    shape = dataset.images.shape[1:]
    padding = _padding(group, shape)
    padded = tuple(size + before + after for size, (before, after) in zip(shape, padding, strict=True))
    notes = []
    if padded != shape:
        old, new = ("x".join(map(str, size)) for size in (shape, padded))
        notes.append(
            f"Images were padded with zeros from {old} to {new} pixels, so that {group.name} can shift them."
        )
    return Stage(group, dataset, padding, as_action(group, None, padded)), notes


def _padding(group: FiniteGroup, shape: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """Zeros that bring images to a shape that circular shifts divide, half on each side; none for other groups."""
    if len(shape) != 2 or shift_orders(group.name) is None:
        return tuple((0, 0) for _ in shape)
    short = [wanted - size for wanted, size in zip(padded_shape(group, *shape), shape, strict=True)]
    return tuple((lacking // 2, lacking - lacking // 2) for lacking in short)


def _averaged(kernel: KernelLike, stage: Stage, average: str) -> Averaged:
    """The average of a kernel over the group of the images, or over the subgroup that words generate."""
    if average == "G":
        return Averaged(kernel, stage.group, stage.action)
    if not isinstance(average, str):
        raise InputError(f"Argument 'average' must be 'G' or words such as 'r^2,s', not {shown(average)}.")
    generators = [stage.group.element(word.strip(), "average") for word in average.split(",")]
    return Averaged(kernel, stage.group, stage.action, stage.group.subgroup(generators))


def drawn_pairs(stage: Stage, pairs: int, seed: int) -> Iterator[tuple[Orbits, tuple[int, int]]]:
    """Different pairs of images of different classes on different orbits, in random order."""
    labels = stage.dataset.labels
    _refuse_too_many(stage.dataset, pairs)
    generator, seen = np.random.default_rng(seed), set[frozenset[int]]()
    found = 0
    for _ in range(_DRAWS_PER_PAIR * (pairs + 20)):
        first, second = (int(i) for i in generator.integers(labels.size, size=2))
        pair = frozenset((first, second))
        if labels[first] == labels[second] or pair in seen:
            continue
        seen.add(pair)
        try:
            orbits = stage.orbits(first, second)
        except CommonOrbitError:
            continue
        yield orbits, (first, second)
        found += 1
        if found == pairs:
            return
    raise InputError(
        f"Argument 'pairs' is {pairs}, but only {found} pairs of images of different classes on different orbits "
        f"were found in {stage.dataset.name}; ask for fewer."
    )


def _refuse_too_many(dataset: Dataset, pairs: int) -> None:
    """Raise if the classes do not allow so many pairs."""
    counts = [int(count) for count in np.unique(dataset.labels, return_counts=True)[1]]
    possible = (sum(counts) ** 2 - sum(count**2 for count in counts)) // 2
    if pairs > possible:
        raise InputError(
            f"Argument 'pairs' is {pairs}, but {dataset.name} has only {possible} pairs of images of different "
            "classes; ask for fewer."
        )


def _rows(
    kernel: KernelLike,
    drawn: list[tuple[Orbits, tuple[int, int]]],
    missing: MissingLike,
    ridge: Ridge,
    symmetrisation: str,
    bounds: list[BoundedError],
) -> Iterator[dict[str, Any]]:
    """Both routes on some pairs of images: the spectral one for all together, the dense one for each.

    What is known of the rounding of the exact spectral errors is appended to the bounds.
    """
    names = [f"Images {first} and {second}" for _, (first, second) in drawn]
    found = levelled_errors(
        kernel, [orbits for orbits, _ in drawn], ridge, missing, symmetrisation, names.__getitem__
    )
    if symmetrisation == "scalar":  # there is no bound then
        found.warn()
    for p, (orbits, indices) in enumerate(drawn):
        try:
            exact = refitted_errors(dense_gram(kernel, orbits, ridge), orbits, missing)[..., 0]
        except SingularGramError as error:
            raise SingularGramError(f"{names[p]}: {error}") from error
        spectral = found.errors[p, 0, 0, ..., 0]  # [2], or [2, poses] for a list of poses
        bound = np.full(spectral.shape, np.nan)
        if symmetrisation == "block":
            route = FourierRoute.of(kernel, orbits, ridge, check=False)
            bounds.append(bounded(route, missing, accuracy=kernel_accuracy(kernel, orbits.seeds)))
            bound = bounds[-1].rounding_bound[..., 0]
        condition, absolute = float(found.condition_numbers[p, 0, 0]), float(found.ridges[p, 0, 0])
        yield _row(orbits, indices, spectral, exact, bound, condition, absolute)


def _precise_rows(
    kernel: KernelLike,
    drawn: list[tuple[Orbits, tuple[int, int]]],
    missing: MissingLike,
    ridge: Ridge,
    precision: Precision,
    bounds: list[BoundedError],
) -> Iterator[dict[str, Any]]:
    """Both routes in a higher precision, pair by pair; what is known of the spectral errors is appended."""
    for orbits, indices in drawn:
        try:
            spectral, exact = (
                bounded(route, missing, precision, kernel_accuracy(kernel, orbits.seeds))
                for route in (FourierRoute.of(kernel, orbits, ridge), DenseRoute.of(kernel, orbits, ridge))
            )
        except SingularGramError as error:
            raise SingularGramError(f"Images {indices[0]} and {indices[1]}: {error}") from error
        bounds.append(spectral)
        first, second, bound = (x[..., 0] for x in (spectral.error, exact.error, spectral.rounding_bound))
        yield _row(orbits, indices, first, second, bound, spectral.condition_number, spectral.ridge)


def _row(
    orbits: Orbits,
    indices: tuple[int, int],
    spectral: FloatArray,
    exact: FloatArray,
    bound: FloatArray,
    condition: float,
    ridge: float,
) -> dict[str, Any]:
    """What is said of one pair."""
    difference = np.abs(spectral - exact) / np.where(exact == 0, 1.0, np.abs(exact))
    return {
        "labels": list(orbits.classes),
        "indices": list(indices),
        "spectral_error": float(spectral.flat[0]),
        "exact_error": float(exact.flat[0]),
        "spectral_errors": spectral.tolist(),
        "exact_errors": exact.tolist(),
        "relative_difference": float(np.max(difference)),
        "ridge": ridge,
        "condition_number": condition if np.isfinite(condition) else None,
        "rounding_bound": finite_lists(bound.flat[0]),
        "rounding_bounds": finite_lists(bound),
        "stabiliser_orders": [H.order for H in orbits.stabilisers],
    }


def _notes(rows: list[dict[str, Any]], bounds: list[BoundedError]) -> list[str]:
    """How far rounding may separate the routes, and the worst pair if a bound is large."""
    worst = max(bounds, key=lambda found: max(found.relative_bound, found.relative_kernel_bound))
    remark = next((found.remark for found in (worst, *bounds) if found.remark is not None), None)
    agreement = rounding_notes(rows) if worst.precision == "double" else []
    return agreement + ([] if remark is None else [remark])


def rounding_notes(rows: list[dict[str, Any]]) -> list[str]:
    """Says so if rounding may separate the routes by more than WANTED_AGREEMENT.

    The dense route finds the error as a difference y - p with |y| = 1 and p good to about eps times the condition
    number, so a small error loses digits.
    """
    smallest = [min(1.0, float(np.min(np.abs(row["exact_errors"])))) for row in rows]
    relative = [row["condition_number"] / error for row, error in zip(rows, smallest, strict=True) if error]
    worst = float(np.finfo(np.float64).eps) * max(relative, default=0.0)
    if worst <= WANTED_AGREEMENT:
        return []
    condition = max(row["condition_number"] for row in rows)
    return [
        f"Rounding alone may separate the two routes by up to about {worst:.0e}, relative: eps times a condition "
        f"number (the largest is {condition:.1e}) over an error y - p; a ridge lowers it."
    ]
