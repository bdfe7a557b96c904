"""Finite distributions, their averages over a group and the kernel distance between them, from the definitions.

The numbers may be fractions, which makes every result exact, or balls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .permutation_actions import PermutationAction

Point = tuple[int, ...]

#: Weight of each point; points of weight zero may be listed.
Distribution = Mapping[Point, Any]

#: A kernel of two points.
Kernel = Callable[[Point, Point], Any]


def distribution(points: Sequence[Sequence[int]], weights: Sequence[Any]) -> dict[Point, Any]:
    """The distribution that gives each point the sum of its weights; points may repeat.

    Args:
        points: Rows of integers.
        weights: One number a row.

    Example:
        >>> from orbitkernels.theory.mean_embeddings import distribution
        >>> distribution([[1, 0], [0, 1], [1, 0]], [1, 2, 3])
        {(1, 0): 4, (0, 1): 2}
    """
    total: dict[Point, Any] = {}
    for row, weight in zip(points, weights, strict=True):
        point = tuple(int(v) for v in row)
        total[point] = total[point] + weight if point in total else weight
    return total


def orbit_average(action: PermutationAction, P: Distribution) -> dict[Point, Any]:
    """Distribution of g x, where x has the distribution P and g is uniform on G: mean of P(g^-1 .) over G.

    Args:
        action: G, which permutes coordinates.
        P: Distribution.

    Example:
        >>> from orbitkernels.theory.mean_embeddings import orbit_average
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.permutation_actions import PermutationAction
        >>> orbit_average(PermutationAction.natural(group("S3")), {(1, 0, 0): 3})[0, 0, 1]
        Fraction(1, 1)
    """
    poses = action.apply(np.array(list(P), dtype=np.int64))  # [n, points, degree]
    share = Fraction(1, action.group.order)
    shares = [times(weight, share) for weight in P.values()]
    return distribution(poses.reshape(-1, action.degree).tolist(), shares * action.group.order)


def times(value: Any, factor: Fraction) -> Any:
    """A number times a fraction, whether it is exact or a ball."""
    if isinstance(value, int | Fraction):
        return value * factor
    return value * factor.numerator / factor.denominator


def averaged_kernel(action: PermutationAction, k: Kernel) -> Kernel:
    """kbar(x, x') = (1/n) sum_g k(x, g x').

    Example:
        >>> from orbitkernels.theory.mean_embeddings import averaged_kernel
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.permutation_actions import PermutationAction
        >>> S3 = PermutationAction.natural(group("S3"))
        >>> averaged_kernel(S3, lambda x, z: x[0] * z[0])((1, 0, 0), (0, 5, 0))
        Fraction(5, 3)
    """

    def kbar(x: Point, z: Point) -> Any:
        poses = action.apply(np.array(z, dtype=np.int64)).tolist()
        values = [k(x, tuple(pose)) for pose in poses]
        return times(sum(values[1:], values[0]), Fraction(1, action.group.order))

    return kbar


def expectation(P: Distribution, Q: Distribution, k: Kernel) -> Any:
    """E k(x, z) for independent x and z with the distributions P and Q: the double sum.

    Example:
        >>> from orbitkernels.theory.mean_embeddings import expectation
        >>> expectation({(1,): 2, (3,): 1}, {(5,): 1}, lambda x, z: x[0] * z[0])
        25
    """
    terms = [p * q * k(x, z) for x, p in P.items() for z, q in Q.items()]
    return sum(terms[1:], terms[0])


def squared_distance(P: Distribution, Q: Distribution, k: Kernel) -> Any:
    """MMD^2(P, Q) = E k(x, x') - 2 E k(x, z) + E k(z, z') for independent x, x' from P and z, z' from Q.

    Source: Gretton et al. 2012, lemma 6.

    Example:
        >>> from orbitkernels.theory.mean_embeddings import squared_distance
        >>> squared_distance({(1,): 1}, {(4,): 1}, lambda x, z: x[0] * z[0])
        9
    """
    return expectation(P, P, k) - 2 * expectation(P, Q, k) + expectation(Q, Q, k)
