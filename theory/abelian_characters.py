"""Characters of abelian groups, extended along a chain of subgroups: no matrices, no arithmetic modulo primes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .character_spectra import SpectralCharacters, Spectrum, sorted_characters
from .groups import FiniteGroup
from .laws import IntArray

Exponents = npt.NDArray[np.int32]


def abelian_characters(group: FiniteGroup) -> SpectralCharacters:
    """All irreducible characters of an abelian group, sorted.

    Example:
        >>> found = abelian_characters(FiniteGroup.from_permutations([[1, 0]]))
        >>> [[found.spectra[s] for s in row] for row in found.index]
        [[((0, 1),), ((0, 1),)], [((0, 1),), ((1, 1),)]]
    """
    exponents = linear_characters(group)[:, group.conjugacy_classes.representatives]
    # a character of order e exists, so that every exponent occurs
    spectra: list[Spectrum] = [((a, 1),) for a in range(group.exponent)]
    return sorted_characters(exponents, spectra)


def linear_characters(group: FiniteGroup) -> Exponents:
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
    exponents = np.zeros((1, 1), dtype=np.int32)
    for generator in group.generators:
        elements, exponents = _extended(group, elements, exponents, generator)
    return exponents[:, np.argsort(elements)]


def _extended(
    group: FiniteGroup, elements: IntArray, exponents: Exponents, generator: int
) -> tuple[IntArray, Exponents]:
    """Elements [|H|] of H and exponents [|H|, |H|] of its characters, for H and a generator s together."""
    e = group.exponent
    powers = group.power(generator, np.arange(e + 1))
    inside = np.isin(powers[1:], elements)
    m = int(np.argmax(inside)) + 1
    h = int(np.flatnonzero(elements == powers[m])[0])
    # m divides the exponent a of chi(h): the order of chi(h) divides that of h, which is order(s)/m
    roots = exponents[:, h, None] // m + (e // m) * np.arange(m)[None, :]  # [|H|, m]
    steps = (roots[:, :, None] * np.arange(m) % e).astype(np.int32)  # [|H|, m, m]: exponents at s^0, ..., s^(m-1)
    values = steps[:, :, :, None] + exponents[:, None, None, :]  # [|H|, m, m, |H|]
    values %= e
    size = elements.size * m
    larger = group.multiply(powers[:m, None], elements[None, :]).ravel()
    return larger, values.reshape(size, size)
