"""Exact comparisons of K12: multiplicities of irreps against ranks and spectra of rational Gram matrices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from . import dot_product_checks as checks
from . import dot_product_orbits as orbits
from .evidence import Comparison, compare_exactly, joint

if TYPE_CHECKING:
    from orbitkernels.theory.permutation_actions import PermutationAction


@dataclass(frozen=True)
class OrbitCase:
    """Orbits of one kind under permutations of coordinates.

    Attributes:
        group: Name of the group.
        kind: ``frame``: an orthonormal frame; ``vectors``: the orbits of two seeds, or of one if there are many
            points; ``powers``: one term m at a time; ``characters``: characters only.
        faithful: Whether the action is.
    """

    group: str
    kind: str
    faithful: bool = True

    def __str__(self) -> str:
        words = {
            "frame": "orbit of a frame",
            "vectors": "orbits of vectors",
            "powers": "powers of the dot product",
        }
        name = words.get(self.kind, "tensor powers")
        return f"{self.group} on {self.action.degree} points{'' if self.faithful else ', not faithful'}, {name}"

    @property
    def action(self) -> PermutationAction:
        """G permutes the coordinates."""
        return checks.representation(self.group, self.faithful)


def compare_frame(case: OrbitCase, rng: np.random.Generator) -> Comparison:
    """Random a_m >= 0, some zero: eigenvalues by characters, rank by the irreps that occur, against matrices."""
    from orbitkernels.theory.cyclotomics import ONE
    from orbitkernels.theory.power_multiplicities import distinct_values, frame_eigenvalues

    from .exact_spectra import polynomial_of_blocks

    action = case.action
    chi = checks.character(action)
    factors = rng.integers(0, 3, max(3, min(distinct_values(chi), 6))).tolist()
    values = frame_eigenvalues(chi, factors)
    degrees = action.group.character_table().degrees.tolist()
    u = orbits.frame_products(action)
    K = checks.dense(action, sum((a * u**m for m, a in enumerate(factors)), 0 * u)[None, None, :])
    blocks = [(((ONE * value,),), int(d) ** 2) for value, d in zip(values, degrees, strict=True)]
    name = f"{case}, a = {factors}"
    positive = sum(int(d) ** 2 for d, value in zip(degrees, values, strict=True) if value > 0)
    return joint(
        [
            compare_exactly(
                name,
                "characteristic polynomial",
                polynomial_of_blocks(action.group, blocks).coeffs(),
                K.charpoly().coeffs(),
            ),
            compare_exactly(name, "rank", [positive], [K.rank()]),
        ]
    )


def compare_vectors(case: OrbitCase, rng: np.random.Generator) -> Comparison:
    """a_m = 1 for m < N makes the Gram matrix of the orbits of integer vectors definite: its rank is N."""
    action = case.action
    count = 2 if action.group.order <= 10 else 1
    size = count * action.group.order
    u = checks.inner_products(action, checks.random_seeds(action, count, rng))
    phi = sum(u**m for m in range(size))
    return compare_exactly(str(case), "rank", [checks.dense(action, phi).rank()], [size])


def compare_powers(case: OrbitCase, rng: np.random.Generator) -> Comparison:
    """Where blocks of single powers vanish, and ranks within the bound, for one seed and m < 5."""
    from orbitkernels.theory.power_multiplicities import symmetric_multiplicities

    action = case.action
    counts = symmetric_multiplicities(checks.character(action), 5)
    u = checks.inner_products(action, checks.random_seeds(action, 1, rng))
    comparisons = []
    for m, row in enumerate(counts):
        rank = checks.dense(action, u**m).rank()
        zeros = checks.zero_blocks(action, u**m)
        comparisons += [
            compare_exactly(str(case), f"blocks of m = {m} that vanish", [c == 0 for c in row], zeros),
            compare_exactly(
                str(case), f"rank of m = {m} in bounds", [rank <= checks.rank_bound(action, row, 1)], [True]
            ),
        ]
    return joint(comparisons)


def compare_characters(case: OrbitCase, rng: np.random.Generator) -> Comparison:
    """Every irrep occurs below r; degrees add up; the trivial irrep counts orbits on pairs of points."""
    from orbitkernels.theory.power_multiplicities import distinct_values, tensor_multiplicities

    action = case.action
    chi = checks.character(action)
    r = distinct_values(chi)
    counts = tensor_multiplicities(chi, max(r, 3))
    degrees = action.group.character_table().degrees.tolist()
    pairs = sum(len(np.unique(orbits.orbits_of_stabiliser(action, int(orbit[0])))) for orbit in action.orbits())
    return joint(
        [
            compare_exactly(
                str(case), "irreps below r", [any(column) for column in counts[:r].T], [True] * len(degrees)
            ),
            compare_exactly(
                str(case),
                "dimensions of the powers",
                [sum(int(c) * int(d) for c, d in zip(row, degrees, strict=True)) for row in counts],
                [action.degree**m for m in range(len(counts))],
            ),
            compare_exactly(str(case), "orbits on pairs of points", [int(counts[2][0])], [pairs]),
        ]
    )
