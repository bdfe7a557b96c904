"""Linear characters of subgroups, and how often they occur in the irreducible characters of the group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from .cayley_graph import CayleyGraph, IntArray
from .cosets import Cosets, cyclic_cosets
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


class LinearCharacters(Protocol):
    """Linear characters lambda_l of a subgroup H of order h."""

    @property
    def order(self) -> int:
        """The order h."""

    def cosets(self, graph: CayleyGraph) -> Cosets:
        """The cosets t_i H, with the elements x_j of H in the order of `values`."""

    def values(self, index: int, real: bool) -> Matrices:
        """Array [h]: lambda_l(x_j), float64 if it is to be real."""

    def least_multiplicities(
        self, characters: ComplexArray, class_labels: IntArray, real: bool
    ) -> tuple[IntArray, IntArray]:
        """For each character the least <chi restricted to H, lambda_l> above 0 and the l where it is attained.

        Args:
            characters: Array [r, k]: characters in rows, classes in columns.
            class_labels: Array [n].
            real: Whether lambda_l must be real.

        Returns:
            Multiplicities [r], 0 where there is none, and indices [r].
        """


def _least(counts: npt.NDArray[np.float64]) -> tuple[IntArray, IntArray]:
    """The least entry above 0 of each row and where it stands; 0 if there is none."""
    whole = np.rint(counts)
    whole[whole < 1] = np.inf
    index = np.argmin(whole, axis=1)
    least = whole[np.arange(len(whole)), index]
    return np.where(np.isfinite(least), least, 0).astype(np.int64), index.astype(np.int64)


@dataclass(frozen=True)
class CyclicCharacters:
    """The characters z^j -> exp(2 pi i l j/o) of a cyclic subgroup.

    Attributes:
        powers: Array [o]: 1, z, z^2, ...

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.linear_characters import CyclicCharacters
        >>> C3, degree_two = CyclicCharacters(np.array([0, 1, 2])), np.array([[2, -1]])
        >>> [x.tolist() for x in C3.least_multiplicities(degree_two, np.array([0, 1, 1]), real=False)]
        [[1], [1]]
    """

    powers: IntArray

    @property
    def order(self) -> int:
        """The order o."""
        return int(self.powers.size)

    def cosets(self, graph: CayleyGraph) -> Cosets:
        """With x_j = z^j."""
        return cyclic_cosets(graph, self.powers)

    def values(self, index: int, real: bool) -> Matrices:
        """exp(2 pi i l j/o)."""
        if real:
            return np.where(index * np.arange(self.order) % self.order == 0, 1.0, -1.0)
        return roots_of_unity(index * np.arange(self.order), self.order)

    def least_multiplicities(
        self, characters: ComplexArray, class_labels: IntArray, real: bool
    ) -> tuple[IntArray, IntArray]:
        """(1/o) sum_j chi(z^j) exp(-2 pi i l j/o), a discrete Fourier transform."""
        labels = class_labels[self.powers]
        if real:
            return self._real_multiplicities(characters, labels)
        step = max(1, BATCH // self.order)
        parts = [
            _least(np.fft.fft(characters[start : start + step, labels], axis=1).real / self.order)
            for start in range(0, len(characters), step)
        ]
        return np.concatenate([m for m, _ in parts]), np.concatenate([l for _, l in parts])

    def _real_multiplicities(self, characters: ComplexArray, labels: IntArray) -> tuple[IntArray, IntArray]:
        """Only l = 0 and, if the order is even, l = o/2: one sum over classes each."""
        indices = [0] if self.order % 2 else [0, self.order // 2]
        weights = [np.bincount(labels, self.values(l, True), characters.shape[1]) for l in indices]
        counts = characters.real @ np.array(weights).T / self.order
        least, position = _least(counts)
        return least, np.array(indices)[position]
