"""Irreducible characters by Burnside, Dixon and Schneider: eigenvectors of class matrices modulo a prime, lifted.

One character of each orbit under tensor products with linear characters is found and lifted; the others are its
products with the characters of G/G', which move the exponents of eigenvalues.

Sources: J. D. Dixon, "High speed computation of group characters", Numer. Math. 10 (1967); G. J. A. Schneider,
"Dixon's character table algorithm revisited", J. Symb. Comput. 9 (1990).
"""

from __future__ import annotations

from math import isqrt

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError

from .character_spectra import (
    SpectralCharacters,
    Spectrum,
    TurnedSpectra,
    lifted,
    row_blocks,
    sorted_characters,
)
from .commutator_grading import CommutatorGrading
from .groups import FiniteGroup
from .laws import IntArray
from .linear_orbits import linear_orbits
from .modular import SMALL_MODULUS, character_prime, modular_inverses

#: Largest number of conjugacy classes inside the commutator subgroup; the time grows with its third power.
MAX_COSET_CLASSES = 2_500

#: Seconds that the largest number takes.
_SECONDS = 45


def dixon_schneider(group: FiniteGroup) -> SpectralCharacters:
    """All irreducible characters of any group, sorted.

    Raises:
        InputError: If the commutator subgroup holds more than MAX_COSET_CLASSES conjugacy classes.

    Example:
        >>> S3 = FiniteGroup.from_permutations([[1, 0, 2], [1, 2, 0]])
        >>> found = dixon_schneider(S3)
        >>> [[found.spectra[s] for s in row] for row in found.index][2]
        [((0, 2),), ((0, 1), (3, 1)), ((2, 1), (4, 1))]
    """
    p = character_prime(group.exponent, SMALL_MODULUS // 2)
    grading = CommutatorGrading(group)
    inside = grading.classes[0].size
    if inside > MAX_COSET_CLASSES:
        minutes = _SECONDS * (inside / MAX_COSET_CLASSES) ** 3 / 60
        raise InputError(
            f"The character table of {group.name} needs the eigenvectors of a matrix of {inside} classes in the "
            f"commutator subgroup, about {minutes:.0f} minutes; at most {MAX_COSET_CLASSES} of them are allowed."
        )
    orbits = linear_orbits(grading, p)
    index, spectra = lifted(group, characters_from_omega(group, orbits.omega, p), p)
    expanded = _expanded(grading, index, spectra, orbits.support)
    del grading  # its linear characters may fill as much memory as the table
    return sorted_characters(*expanded)


def characters_from_omega(group: FiniteGroup, omega: IntArray, p: int) -> IntArray:
    """Characters modulo p, an array [characters, classes], from the numbers omega(C) = |C| chi(C)/d.

    The degree follows from n/d^2 = sum_C omega(C) omega(C^-1)/|C|.

    Args:
        group: Any finite group.
        omega: Array [characters, classes].
        p: A prime above n.

    Raises:
        ArithmeticError: If a degree is no divisor of n.

    Example:
        >>> S3 = FiniteGroup.from_permutations([[1, 0, 2], [1, 2, 0]])
        >>> characters_from_omega(S3, np.array([[1, 0, 100]]), 101).tolist()
        [[2, 0, 100]]
    """
    classes = group.conjugacy_classes
    scaled = omega * modular_inverses(classes.sizes, p) % p
    norms = (scaled * omega[:, classes.inverse] % p).sum(axis=1) % p
    squares = group.order * modular_inverses(norms, p) % p
    degrees = np.array([_degree(int(square), group.order) for square in squares], dtype=np.int64)
    return scaled * degrees[:, None] % p


def _degree(square: int, order: int) -> int:
    """The degree d from d^2 modulo p; it is d^2 itself because d^2 <= n < p."""
    degree = isqrt(square)
    if degree**2 != square or order % degree:
        raise ArithmeticError(f"internal error: {square} is not the square of a degree dividing {order}")
    return degree


def _expanded(
    grading: CommutatorGrading, index: IntArray, spectra: list[Spectrum], support: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int32], list[Spectrum]]:
    """All members of the orbits: a character that lives on S times the characters of S, restricted from G/G'."""
    e, k, m = grading.group.exponent, grading.coset.size, grading.quotient.exponent
    shapes = TurnedSpectra(spectra, e, m)
    codes, filled = np.empty((k, k), dtype=np.int32), 0
    for row, pattern in zip(index, support, strict=True):
        different = _restrictions(grading, pattern)
        for block in row_blocks(different.size, k):
            turns = grading.linear[different[block]][:, grading.coset]
            codes[filled : filled + turns.shape[0]] = shapes.codes(row, turns)
            filled += turns.shape[0]
    blocks, used = list(row_blocks(k, k)), np.zeros(shapes.size, dtype=bool)
    for block in blocks:
        used[codes[block]] = True
    number = np.cumsum(used, dtype=np.int32) - 1
    for block in blocks:
        codes[block] = number[codes[block]]
    return codes, [shapes.spectrum(code) for code in np.flatnonzero(used).tolist()]


def _restrictions(grading: CommutatorGrading, pattern: npt.NDArray[np.bool_]) -> IntArray:
    """One character of G/G' for each of its different restrictions to a subgroup."""
    if pattern.all():
        return np.arange(pattern.size)
    return np.unique(grading.linear[:, pattern], axis=0, return_index=True)[1].astype(np.int64)
