"""Pairs of images of different classes, on which a group acts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from orbitkernels.data import Dataset
from orbitkernels.errors import InputError
from orbitkernels.proofs.averaged_kernels import Averaged
from orbitkernels.proofs.image_arrays import require_image_shape
from orbitkernels.proofs.input_actions import Action, as_action
from orbitkernels.proofs.invariance import KernelLike
from orbitkernels.proofs.orbits import CommonOrbitError, Orbits
from orbitkernels.theory.actions import padded_shape, shift_orders
from orbitkernels.theory.groups import FiniteGroup
from orbitkernels.theory.integer_input import shown

#: Draws that a pair may cost on average before the data are taken to have no more pairs on different orbits.
_DRAWS_PER_PAIR = 200


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


def draw_stage(group: FiniteGroup, dataset: Dataset, kernel: KernelLike | None = None) -> tuple[Stage, list[str]]:
    """The action on images of this shape, padded if cyclic shifts need it, and a note of the padding.

    Raises:
        InputError: If the group does not act on them, or the kernel reads them as images of another shape.
    """
    shape = dataset.images.shape[1:]
    padding = _padding(group, shape)
    padded = tuple(size + before + after for size, (before, after) in zip(shape, padding, strict=True))
    if len(padded) == 2:
        require_image_shape(kernel, "data", (padded[0], padded[1]))
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


def averaged(kernel: KernelLike, stage: Stage, average: str) -> Averaged:
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
