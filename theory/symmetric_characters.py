"""Characters of symmetric groups by the rule of Murnaghan and Nakayama: integers, without any class matrix.

Sources: F. D. Murnaghan, Amer. J. Math. 59 (1937); T. Nakayama, Japan. J. Math. 17 (1940); in the form with beta
numbers: G. James and A. Kerber, The Representation Theory of the Symmetric Group (1981), Section 2.7.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import factorial

import numpy as np

from .graphs import components
from .groups import FiniteGroup
from .laws import IntArray, PermutationLaw

Partition = tuple[int, ...]


def partitions(n: int, largest: int | None = None) -> Iterator[Partition]:
    """Partitions of n into parts in decreasing order, the longest part first.

    Example:
        >>> list(partitions(4))
        [(4,), (3, 1), (2, 2), (2, 1, 1), (1, 1, 1, 1)]
    """
    if n == 0:
        yield ()
    for part in range(min(n, n if largest is None else largest), 0, -1):
        for rest in partitions(n - part, part):
            yield (part, *rest)


def symmetric_character(shape: Partition, cycles: Partition) -> int:
    """The irreducible character of S_n of a partition, at permutations with given cycle lengths.

    Example:
        >>> [symmetric_character((3, 1), cycles) for cycles in partitions(4)]
        [-1, 0, -1, 1, 3]
    """
    beta = tuple(part + len(shape) - 1 - i for i, part in enumerate(shape))
    return _murnaghan_nakayama(tuple(sorted(beta)), cycles)


@lru_cache(maxsize=2**16)
def _murnaghan_nakayama(beta: tuple[int, ...], cycles: Partition) -> int:
    """Sum over rim hooks of the length of the first cycle: a beta number falls by it, and the sign is that of the
    number of beta numbers it jumps over."""
    if not cycles:
        return 1
    length, rest, total = cycles[0], cycles[1:], 0
    for b in beta:
        if b >= length and b - length not in beta:
            jumped = sum(b - length < other < b for other in beta)
            removed = tuple(sorted([*(other for other in beta if other != b), b - length]))
            total += (-1) ** jumped * _murnaghan_nakayama(removed, rest)
    return total


def is_natural_symmetric(group: FiniteGroup) -> bool:
    """Whether a group of permutations is the symmetric group of all points that it moves.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> is_natural_symmetric(group("S4")), is_natural_symmetric(group("PGL(2,5)"))
        (True, False)
    """
    if not isinstance(group.law, PermutationLaw):
        return False
    return group.order == factorial(_moved(group).size)


def _moved(group: FiniteGroup) -> IntArray:
    """The points that a generator moves."""
    images = group.permutation(np.array(group.generators, dtype=np.int64))
    return np.flatnonzero((images != np.arange(images.shape[-1])).any(axis=0)).astype(np.int64)


def symmetric_table(group: FiniteGroup) -> IntArray:
    """Array [k, k] of the characters (rows, in the order of :func:`partitions`) of a natural symmetric group.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> symmetric_table(group("S3")).tolist()
        [[1, 1, 1], [2, 0, -1], [1, -1, 1]]
    """
    moved = _moved(group)
    images = group.permutation(group.conjugacy_classes.representatives)[:, moved]
    lengths = [np.bincount(components(np.searchsorted(moved, row)[None, :], moved.size)) for row in images]
    types = [tuple(sorted(row.tolist(), reverse=True)) for row in lengths]
    return np.array([[symmetric_character(shape, t) for t in types] for shape in partitions(moved.size)])
