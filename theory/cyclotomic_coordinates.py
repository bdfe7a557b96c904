"""Arrays of numbers of one cyclotomic field as integer coordinates, for exact linear algebra in bulk.

A number of Q(E(m)) is its row of phi(m) coordinates in the basis 1, E(m), ..., E(m)^(phi(m)-1), and multiplication
by it is a phi(m) x phi(m) matrix, so that matrices over the field become integer matrices that FLINT multiplies
and solves.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpz_mat, fmpz_poly

from .cyclotomics import totient
from .laws import IntArray

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

    @cached_property
    def multiplication(self) -> Integers:
        """Array [phi, phi, phi]: the coordinates of E(m)^j E(m)^k at [j, k]."""
        basis = np.arange(self.degree)
        products: Integers = self.reduction[(basis[:, None] + basis[None, :]) % self.modulus]
        return products

    def coordinates(self, sums: Integers) -> Integers:
        """Coordinates [..., phi] of the sums over j of c_j E(m)^j given by c [..., m]."""
        reduced: Integers = sums @ self.reduction
        return reduced

    def blocks(self, coordinates: Integers) -> Integers:
        """Array [r phi, c phi]: multiplication by a matrix [r, c, phi] over the field, as a matrix over Z."""
        rows, columns, degree = coordinates.shape
        # x = sum_j x_j E^j sends E^k to sum_j x_j E^(j+k), whose coordinates stand at [j, k]
        image = np.tensordot(coordinates, self.multiplication, axes=(2, 0))  # [r, c, k, l]
        return image.transpose(0, 3, 1, 2).reshape(rows * degree, columns * degree)

    def columns(self, coordinates: Integers) -> Integers:
        """Array [r phi, c]: the columns of a matrix [r, c, phi] over the field, as columns over Z."""
        return coordinates.transpose(0, 2, 1).reshape(-1, coordinates.shape[1])


@lru_cache(maxsize=8)
def cyclotomic_field(modulus: int) -> CyclotomicField:
    """Q(E(m)); recent fields and their tables are kept."""
    return CyclotomicField(modulus)


def integer_matrix(array: Integers) -> Any:
    """A two-dimensional integer array as FLINT's fmpz_mat."""
    return fmpz_mat(array.tolist())


def integer_array(matrix: Any) -> Integers:
    """FLINT's fmpz_mat as an array: int64 if the entries are below 2^31, Python integers if not.

    Sums of some thousand such numbers, multiplied by the small entries of the reduction, stay far below 2^63.
    """
    rows, columns = matrix.nrows(), matrix.ncols()
    entries = [int(entry) for entry in matrix.entries()]
    small = max(map(abs, entries), default=0) < 2**31
    return np.array(entries, dtype=np.int64 if small else object).reshape(rows, columns)
