"""Arrays of numbers of one cyclotomic field as integer coordinates, for exact linear algebra in bulk.

A number of Q(E(m)) is its row of phi(m) coordinates in the basis 1, E(m), ..., E(m)^(phi(m)-1).  Modulo a prime
p = 1 modulo m the ring Z[E(m)] becomes F_p^phi(m), one factor an embedding, so that matrices over the field are
multiplied and inverted modulo p, embedding by embedding.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from math import gcd
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpz_poly

from .cyclotomics import totient
from .laws import IntArray
from .modular import modular_product, modular_solution, root_powers

#: int64, or Python integers (dtype object) where numbers may be large.
Integers = npt.NDArray[Any]


class CyclotomicField:
    """The field Q(E(m)), E(m) = exp(2 pi i/m), with its power basis.

    Attributes:
        modulus: m.
        degree: phi(m).

    Example:
        >>> from orbitkernels.theory.cyclotomic_coordinates import CyclotomicField
        >>> import numpy as np
        >>> CyclotomicField(3).coordinates(np.array([1, 0, 5])).tolist()
        [-4, -5]
    """

    def __init__(self, modulus: int) -> None:
        self.modulus, self.degree = modulus, totient(modulus)

    @cached_property
    def reduction(self) -> IntArray:
        """Array [m, phi(m)]: row j holds the coordinates of E(m)^j."""
        phi = fmpz_poly.cyclotomic(self.modulus)
        lower = np.array([int(c) for c in phi.coeffs()[:-1]], dtype=np.int64)
        rows = np.zeros((self.modulus, self.degree), dtype=np.int64)
        rows[0, 0] = 1
        for j in range(1, self.modulus):
            rows[j, 1:] = rows[j - 1, :-1]
            rows[j] -= rows[j - 1, -1] * lower
        return rows

    def coordinates(self, sums: Integers) -> Integers:
        """Coordinates [..., phi] of the sums over j of c_j E(m)^j given by c [..., m]."""
        reduced: Integers = sums @ self.reduction
        return reduced

    def rotated(self, coordinates: Integers, exponents: IntArray) -> Integers:
        """Coordinates [..., phi] of the numbers times E(m)^a, for exponents a [...].

        Example:
            >>> CyclotomicField(4).rotated(np.array([[1, 2], [1, 2]]), np.array([0, 1])).tolist()
            [[1, 2], [-2, 1]]
        """
        result = coordinates.copy()
        basis = np.arange(self.degree)
        for a in np.unique(exponents % self.modulus).tolist():
            if a:
                chosen = exponents % self.modulus == a
                result[chosen] = coordinates[chosen] @ self.reduction[(basis + a) % self.modulus]
        return result

    @cached_property
    def units(self) -> list[int]:
        """The k prime to m, one an embedding E(m) -> E(m)^k."""
        return [k for k in range(1, self.modulus + 1) if gcd(k, self.modulus) == 1]

    def embeddings(self, p: int) -> IntArray:
        """Array [phi, phi] of w^(k j) modulo a prime p = 1 modulo m, w of order m: units k, basis powers j.

        Its rows are the ring homomorphisms Z[E(m)] -> F_p, and it is invertible: a number of Z[E(m)] vanishes
        under all of them exactly if p divides all its coordinates.
        """
        powers = root_powers(self.modulus, p)
        return np.asarray(powers[np.outer(self.units, np.arange(self.degree)) % self.modulus])

    def residues(self, coordinates: Integers, p: int) -> IntArray:
        """Array [phi, ...]: the images of numbers [..., phi] under all homomorphisms to F_p."""
        flat = np.asarray(coordinates.reshape(-1, self.degree) % p, dtype=np.int64)
        images = modular_product(self.embeddings(p), flat.T, p)
        return images.reshape(self.degree, *coordinates.shape[:-1])

    def image(self, coordinates: Integers, p: int) -> IntArray:
        """The images of numbers [..., phi] under E(m) -> ``root_powers(m, p)[1]`` alone."""
        flat = np.asarray(coordinates % p, dtype=np.int64)
        return np.asarray((flat * root_powers(self.modulus, p)[: self.degree] % p).sum(axis=-1) % p)

    def from_residues(self, images: IntArray, p: int) -> IntArray:
        """Coordinates modulo p [..., phi] of the numbers with these images [phi, ...]."""
        flat = images.reshape(self.degree, -1)
        found = modular_product(self._interpolation(p), flat, p)
        return found.T.reshape(*images.shape[1:], self.degree)

    def _interpolation(self, p: int) -> IntArray:
        inverse = modular_solution(self.embeddings(p), np.eye(self.degree, dtype=np.int64), p)
        if inverse is None:
            raise ArithmeticError(f"internal error: E({self.modulus}) has not {self.degree} images modulo {p}")
        return inverse

    @cached_property
    def growth(self) -> int:
        """Largest |coordinate| of a power of E(m)."""
        return int(np.abs(self.reduction).max())


@lru_cache(maxsize=8)
def cyclotomic_field(modulus: int) -> CyclotomicField:
    """Q(E(m)); recent fields and their tables are kept."""
    return CyclotomicField(modulus)
