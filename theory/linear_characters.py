"""Characters of a finite abelian group, by extension along a chain of subgroups."""

from __future__ import annotations

import numpy as np

from .groups import FiniteGroup
from .laws import IntArray


def linear_characters(group: FiniteGroup) -> IntArray:
    """All characters of an abelian group as exponents: chi(g) = E(e)^a, e the exponent of the group.

    The characters of H are extended to the group of H and s: if m is least with s^m = h in H, chi(s) may be any
    m-th root of chi(h), so that each character has m extensions.

    Args:
        group: An abelian group of order n.

    Returns:
        Array [n, n] of the exponents a in 0..e-1; rows are characters, columns elements.

    Raises:
        ValueError: If the group is not abelian.

    Example:
        >>> C3 = FiniteGroup.from_permutations([[1, 2, 0]])
        >>> linear_characters(C3).tolist()
        [[0, 0, 0], [0, 1, 2], [0, 2, 1]]
    """
    if not group.is_abelian:
        raise ValueError(f"{group.name} is not abelian")
    elements = np.zeros(1, dtype=np.int64)
    exponents = np.zeros((1, 1), dtype=np.int64)
    for generator in group.generators:
        elements, exponents = _extended(group, elements, exponents, generator)
    table = np.empty_like(exponents)
    table[:, elements] = exponents
    return table


def _extended(
    group: FiniteGroup, elements: IntArray, exponents: IntArray, generator: int
) -> tuple[IntArray, IntArray]:
    """Elements [|H|] of H and exponents [|H|, |H|] of its characters, for H and a generator s together."""
    e = group.exponent
    powers = group.power(generator, np.arange(e + 1))
    inside = np.isin(powers[1:], elements)
    m = int(np.argmax(inside)) + 1
    h = int(np.flatnonzero(elements == powers[m])[0])
    # m divides the exponent a of chi(h): the order of chi(h) divides that of h, which is order(s)/m
    roots = exponents[:, h, None] // m + (e // m) * np.arange(m)[None, :]  # [|H|, m]
    steps = roots[:, :, None] * np.arange(m)  # [|H|, m, m]: exponents at s^0, ..., s^(m-1)
    values = (steps[:, :, :, None] + exponents[:, None, None, :]) % e  # [|H|, m, m, |H|]
    size = elements.size * m
    larger = group.multiply(powers[:m, None], elements[None, :]).ravel()
    return larger, values.reshape(size, size)
