"""Instances on real images: scikit-learn's handwritten digits under quarter turns, flips and cyclic shifts.

All of these permute pixels, so the theorems hold for them without approximation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from orbitkernels.theory.actions import image_action

from .instances import FloatArray, IntArray, named_group
from .orbits import Orbits

#: Kernels on images, each with a ridge.
KERNELS = (("ntk(depth=3)", 0.0), ("nngp(depth=1)", 0.5), ("gaussian(length_scale=2)", 0.0), ("ntk(depth=1)", 0.1))


@dataclass(frozen=True)
class ImageCase:
    """Random digits under a group that permutes pixels.

    Attributes:
        group: Name of the group, which acts on 8 x 8 images.
        kernel: Specification.
        orbits: Number of images; their digits are the labels.
        symmetric: Whether the first image, and others at random, is averaged over a subgroup, so that it has a
            stabiliser.
        ridge: r >= 0.
    """

    group: str
    kernel: str
    orbits: int
    symmetric: bool = False
    ridge: float = 0.0

    def __str__(self) -> str:
        kind = "symmetrised digits" if self.symmetric else "digits"
        return f"{self.group} on {self.orbits} {kind}, {self.kernel}, ridge {self.ridge:g}"


def image_cases(quick: bool, symmetric: bool = False) -> list[ImageCase]:
    """D4 and its subgroups and cyclic shifts on 2 to 5 digits.

    Example:
        >>> from orbitkernels.proofs.image_instances import image_cases
        >>> str(image_cases(True)[0])
        'D4 on 2 digits, ntk(depth=3), ridge 0'
    """
    groups = ("D4",) if quick else ("D4", "D4", "C4", "D2", "C8xC8")
    kernels = KERNELS[:2] if quick else KERNELS
    pairs = [(group, kernel, ridge) for group in groups for kernel, ridge in kernels]
    return [
        ImageCase(group, kernel, 2 + (turn + turn // 4) % (2 if "x" in group else 4), symmetric, ridge)
        for turn, (group, kernel, ridge) in enumerate(pairs)
    ]


def image_orbits(case: ImageCase, rng: np.random.Generator) -> Orbits:
    """Orbits of random digits; the labels are one-vs-rest (+1, -1 for two)."""
    images, labels = _digits()
    group = named_group(case.group)
    chosen = rng.choice(len(images), case.orbits, replace=False)
    while np.unique(labels[chosen]).size < 2:
        chosen = rng.choice(len(images), case.orbits, replace=False)
    seeds = images[chosen]
    if case.symmetric:
        seeds = np.stack([_symmetrised(case, image, c == 0, rng) for c, image in enumerate(seeds)])
    return Orbits(group, seeds, labels[chosen].tolist())


def _symmetrised(case: ImageCase, image: FloatArray, always: bool, rng: np.random.Generator) -> FloatArray:
    """The mean over a random cyclic subgroup, exact because pixels are sixteenths and 2-groups act."""
    group = named_group(case.group)
    low = 1 if always else 0
    subgroup = group.subgroup([int(rng.integers(low, group.order))])
    poses = image_action(group, *image.shape).apply(image.ravel())
    mean: FloatArray = poses[subgroup.elements].mean(axis=0).reshape(image.shape)
    return mean


@lru_cache(maxsize=1)
def _digits() -> tuple[FloatArray, IntArray]:
    """Images [1797, 8, 8] with pixels in 0, 1/16, ..., 1, and their digits."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    return images.reshape(-1, 8, 8) / 16, labels.astype(np.int64)
