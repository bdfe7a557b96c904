"""The terms of Theorem T10 at all poses of one orbit, written once for rationals and balls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from flint import arb_mat

from orbitkernels.theory.balls import ball

from .approximate_checks import within_bounds
from .approximate_symmetry import (
    circulant_part,
    eighth_power,
    expansion,
    pose_permutations,
    sizes_of_labels,
    symbol_of,
)
from .instances import SymbolCase, named_group, symbol_cases

if TYPE_CHECKING:
    from .instances import Instance

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class NearlyCase:
    """A random symmetric matrix near one that the group keeps.

    Attributes:
        symbol: Group, orbits, stabilisers and labels.
    """

    symbol: SymbolCase

    @property
    def group(self) -> str:
        """Name of the group."""
        return self.symbol.group

    def __str__(self) -> str:
        return f"{self.symbol}, nearly symmetric"


def nearly_cases(groups: Sequence[str], points: int, variants: int = 1) -> list[NearlyCase]:
    """Free and other orbits; the points are few, because every pose is refitted."""
    found = symbol_cases(groups, stabilisers=(False, True), variants=variants, points=points)
    return [
        NearlyCase(replace(case, ridge=Fraction(0)))
        for case in found
        if 2 * named_group(case.group).order <= points
    ]


def ball_matrix(rows: Rows) -> Any:
    """Rows of numbers as an arb_mat."""
    return arb_mat([[ball(value) for value in row] for row in rows])


@dataclass(frozen=True)
class OrbitTerms:
    """First-order terms, remainders and bounds at the poses of one orbit, for every label column.

    Attributes:
        poses: Positions of the poses.
        symbol: Symbol of Kc.
        first: First-order terms [N_c][m].
        rest: Remainders [N_c][m].
        squares: kappa_c^2 for each label column.
        power: tr (Kc^-1 E)^8, at least the eighth power of epsilon.
    """

    poses: range
    symbol: npt.NDArray[Any]
    first: Rows
    rest: Rows
    squares: Sequence[Any]
    power: Any

    def pairs(self, error: Sequence[Any], refitted: Rows) -> list[tuple[str, list[Any], list[Any]]]:
        """What is to be equal, given the error by T6 for each label column and the errors by refitting."""
        columns = range(len(error))
        count = len(self.poses)
        terms = zip(self.first, self.rest, strict=True)
        expanded = [error[m] + first[m] + rest[m] for first, rest in terms for m in columns]
        first = [error[m] + _total(self.first, m) for m in columns]
        means = [error[m] + _total(self.rest, m) / count for m in columns]
        return [
            ("error of a pose", expanded, [row[m] for row in refitted for m in columns]),
            ("sum of the first-order terms", first, list(error)),
            ("mean error", means, [_total(refitted, m) / count for m in columns]),
        ]

    def bounds(self, error: Sequence[Any], refitted: Rows, epsilon: Any) -> list[bool]:
        """Whether each pose and the mean are within the bounds, for every label column."""
        return [
            holds
            for m, square in enumerate(self.squares)
            for holds in within_bounds([row[m] - error[m] for row in refitted], square, epsilon)
        ]


def _total(rows: Rows, column: int) -> Any:
    """Sum of one column."""
    return sum((row[column] for row in rows[1:]), rows[0][column])


def orbit_terms(
    instance: Instance,
    values: npt.NDArray[Any],
    orbit: int,
    matrix: Callable[[Any], Any],
    number: Callable[[Any], Any],
) -> OrbitTerms:
    """Expand the errors of a matrix of exact numbers around its average over the group.

    Args:
        instance: Group, stabilisers and labels.
        values: K, array [N, N] of integers or balls.
        orbit: Which orbit.
        matrix: Makes a matrix of FLINT from rows.
        number: Makes a number that can be compared from one of its entries.
    """
    circulant = circulant_part(values, pose_permutations(instance.group, instance.stabilisers))
    K, Kc, y = matrix(values.tolist()), matrix(circulant.tolist()), matrix(instance.labels)
    start = int(instance.sizes[:orbit].sum())
    poses = range(start, start + int(instance.sizes[orbit]))
    terms = [expansion(K, Kc, y, i) for i in poses]
    first, rest = ([[number(value) for value in term[side]] for term in terms] for side in (0, 1))
    squares = [number(value) for value in sizes_of_labels(Kc, y, start)]
    symbol = symbol_of(circulant, instance.stabilisers)
    return OrbitTerms(poses, symbol, first, rest, squares, number(eighth_power(K, Kc)))


def noisy(values: npt.NDArray[Any], noise: Callable[[int], Any], rng: np.random.Generator) -> npt.NDArray[Any]:
    """K0 + S, with one value of a function of random integers 0, ..., 99 for each pair (i, j) and (j, i) in S.

    Args:
        values: K0, array [N, N].
        noise: The function.
        rng: Where the integers come from.
    """
    drawn = np.triu(rng.integers(0, 100, values.shape))
    symmetric = drawn + np.triu(drawn, 1).T
    result: npt.NDArray[Any] = values + np.frompyfunc(lambda k: noise(int(k)), 1, 1)(symmetric)
    return result
