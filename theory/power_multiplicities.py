"""How often irreps occur in tensor and symmetric powers of a representation, from characters (Theorem K12)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from .class_functions import ClassFunction
from .laws import IntArray


def distinct_values(character: ClassFunction) -> int:
    """r: how many different values a character takes.

    Example:
        >>> from orbitkernels.theory.class_functions import ClassFunction
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.power_multiplicities import distinct_values
        >>> distinct_values(ClassFunction(group("S3"), [3, 1, 0]))
        3
    """
    return len(set(character.values))


def is_faithful(character: ClassFunction) -> bool:
    """Whether the character takes its degree at the identity only: the representation is faithful."""
    return sum(value == character.degree for value in character.values) == 1


def tensor_multiplicities(character: ClassFunction, powers: int) -> IntArray:
    """Array [powers, k]: how often each irrep occurs in the m-th tensor power, m = 0, 1, ....

    Example:
        >>> from orbitkernels.theory.class_functions import ClassFunction
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.power_multiplicities import tensor_multiplicities
        >>> tensor_multiplicities(ClassFunction(group("S3"), [3, 1, 0]), 3).tolist()
        [[1, 0, 0], [1, 0, 1], [2, 1, 3]]
    """
    current, rows = ClassFunction.trivial(character.group), []
    for _ in range(powers):
        rows.append(current.decompose())
        current = current * character
    return np.array(rows, dtype=object)


def symmetric_multiplicities(character: ClassFunction, powers: int) -> IntArray:
    """Array [powers, k]: how often each irrep occurs in the m-th symmetric power, m = 0, 1, ....

    Example:
        >>> from orbitkernels.theory.class_functions import ClassFunction
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.power_multiplicities import symmetric_multiplicities
        >>> symmetric_multiplicities(ClassFunction(group("S3"), [3, 1, 0]), 4).tolist()
        [[1, 0, 0], [1, 0, 1], [2, 0, 2], [3, 1, 3]]
    """
    sums = [character.adams(i) for i in range(1, powers)]
    found = [ClassFunction.trivial(character.group)]
    for m in range(1, powers):
        total = sum((sums[i - 1] * found[m - i] for i in range(1, m + 1)), 0 * found[0])
        found.append(total / m)
    return np.array([power.decompose() for power in found], dtype=object)


def frame_eigenvalues(character: ClassFunction, factors: Sequence[Any]) -> tuple[Any, ...]:
    """(n/d_rho) sum_m a_m <chi_V^m, chi_rho>: the Gram matrix of the orbit of an orthonormal frame (Theorem K12).

    Args:
        character: chi_V.
        factors: a_0, a_1, ...: integers, fractions or balls.

    Returns:
        One number an irrep, in the order of the character table; it occurs d_rho^2 times.

    Example:
        >>> from orbitkernels.theory.class_functions import ClassFunction
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.power_multiplicities import frame_eigenvalues
        >>> frame_eigenvalues(ClassFunction(group("S3"), [3, 1, 0]), [0, 1, 1])
        (Fraction(18, 1), Fraction(6, 1), Fraction(12, 1))
    """
    counts, n = tensor_multiplicities(character, len(factors)), character.group.order
    degrees = character.group.character_table().degrees.tolist()
    numbers = [Fraction(a) if isinstance(a, int) else a for a in factors]
    return tuple(
        sum(a * (n * int(count)) for a, count in zip(numbers, column, strict=True)) / int(d)
        for d, column in zip(degrees, counts.T, strict=True)
    )
