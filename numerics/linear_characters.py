"""Linear characters of subgroups, and how often they occur in irreducible characters of the group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .cayley_graph import IntArray
from .representation import BATCH, Matrices

ComplexArray = npt.NDArray[np.complex128]


def roots_of_unity(exponents: npt.ArrayLike, order: int) -> ComplexArray:
    """exp(2 pi i a/o), with 0, 1/2 and 1 exact: the angle is taken to at most an eighth of a turn in integers.

    Example:
        >>> from orbitkernels.numerics.linear_characters import roots_of_unity
        >>> roots_of_unity([0, 1, 2, 3], 4).tolist() == [1, 1j, -1, -1j]
        True
    """
    eighths, rest = np.divmod(8 * (np.asarray(exponents, dtype=np.int64) % order), order)  # a/o = (e + r/o)/8
    odd = eighths % 2 == 1
    angle = np.pi / 4 * np.where(odd, order - rest, rest) / order
    cosine, sine = np.cos(angle), np.sin(angle)
    first = np.where(odd, sine, cosine) + 1j * np.where(odd, cosine, sine)  # in the first quarter
    found: ComplexArray = first * np.array([1, 1j, -1, -1j])[eighths // 2]
    return found


@dataclass(frozen=True)
class LinearCharacter:
    """A linear character lambda of a subgroup H of order h, beside an irreducible character chi of the group.

    Attributes:
        generators: Elements that generate H.
        elements: Array [h] of the elements of H; the powers of the generator if there is one.
        exponents: Array [h]: lambda(x) = exp(2 pi i a/e).
        modulus: e.
        multiplicity: m = <chi restricted to H, lambda>.
    """

    generators: tuple[int, ...]
    elements: IntArray
    exponents: IntArray
    modulus: int
    multiplicity: int

    @property
    def order(self) -> int:
        """The order h."""
        return int(self.elements.size)

    @property
    def work(self) -> float:
        """m^2/h; cutting chi out of the module of dimension n/h takes n d^2 times as many operations."""
        return self.multiplicity**2 / self.order

    def values(self, elements: IntArray, real: bool) -> Matrices:
        """lambda(x) of elements x of H; float64 if lambda is to be real."""
        sorting = np.argsort(self.elements)
        exponents = self.exponents[sorting[np.searchsorted(self.elements, elements, sorter=sorting)]]
        return np.where(exponents == 0, 1.0, -1.0) if real else roots_of_unity(exponents, self.modulus)


def cyclic_character(powers: IntArray, index: int, multiplicity: int) -> LinearCharacter:
    """z^j -> exp(2 pi i l j/o) from the powers 1, z, z^2, ... of an element of order o, and l."""
    order = powers.size
    exponents = index * np.arange(order) % order
    return LinearCharacter((int(powers[1 % order]),), powers, exponents, order, multiplicity)


def least_multiplicities(
    powers: IntArray, characters: ComplexArray, class_labels: IntArray, real: bool
) -> tuple[IntArray, IntArray]:
    """For each character chi the least <chi restricted to H, lambda_l> above 0, of a cyclic subgroup H.

    lambda_l(z^j) = exp(2 pi i l j/o), and the multiplicities (1/o) sum_j chi(z^j) exp(-2 pi i l j/o) of all l are
    a discrete Fourier transform.

    Args:
        powers: Array [o]: 1, z, z^2, ...
        characters: Array [r, k]: characters in rows, classes in columns.
        class_labels: Array [n].
        real: Whether lambda_l must be real: l = 0, or l = o/2.

    Returns:
        Multiplicities [r], 0 where there is none, and the l [r] where they are attained.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.linear_characters import least_multiplicities
        >>> C3, labels, degree_two = np.array([0, 1, 2]), np.array([0, 1, 1]), np.array([[2, -1]])
        >>> [x.tolist() for x in least_multiplicities(C3, degree_two, labels, real=False)]
        [[1], [1]]
        >>> [x.tolist() for x in least_multiplicities(C3, degree_two, labels, real=True)]
        [[0], [0]]
    """
    order, labels = powers.size, class_labels[powers]
    if real:
        return _real_multiplicities(characters, labels)
    step = max(1, BATCH // order)
    parts = [
        _least(np.fft.fft(characters[start : start + step, labels], axis=1).real / order)
        for start in range(0, len(characters), step)
    ]
    return np.concatenate([m for m, _ in parts]), np.concatenate([l for _, l in parts])


def _real_multiplicities(characters: ComplexArray, labels: IntArray) -> tuple[IntArray, IntArray]:
    """Only l = 0 and, if the order is even, l = o/2: one sum over classes each."""
    order = labels.size
    signs = [np.ones(order), 1.0 - 2 * (np.arange(order) % 2)][: 2 - order % 2]
    weights = [np.bincount(labels, sign, characters.shape[1]) for sign in signs]
    least, position = _least(characters.real @ np.array(weights).T / order)
    return least, position * (order // 2)


def _least(counts: npt.NDArray[np.float64]) -> tuple[IntArray, IntArray]:
    """The least entry above 0 of each row and where it stands; 0 if there is none."""
    whole = np.rint(counts)
    whole[whole < 1] = np.inf
    index = np.argmin(whole, axis=1)
    least = whole[np.arange(len(whole)), index]
    return np.where(np.isfinite(least), least, 0).astype(np.int64), index.astype(np.int64)
