"""Finite fields GF(q) of prime-power order by tables of sums and products."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np

from orbitkernels.errors import InputError

from .laws import IntArray


@dataclass(frozen=True, eq=False)
class FiniteField:
    """GF(q), q = p^k: the element with base-p digits c_0, c_1, ... is the polynomial c_0 + c_1 x + ...

    Attributes:
        order: q.
        characteristic: p.
        degree: k.
        addition: Array [q, q].
        multiplication: Array [q, q].
        primitive: An element whose powers are all nonzero elements.
    """

    order: int
    characteristic: int
    degree: int
    addition: IntArray
    multiplication: IntArray
    primitive: int

    def apply(self, matrix: IntArray, vectors: IntArray) -> IntArray:
        """Products A v of a matrix [m, m] with rows of vectors [..., m]."""
        total = np.zeros(vectors.shape, dtype=np.int64)
        for column in range(matrix.shape[1]):
            total = self.addition[total, self.multiplication[matrix[:, column], vectors[..., column, None]]]
        return total

    def normalise(self, vectors: IntArray) -> IntArray:
        """Multiples of nonzero rows whose first nonzero entry is 1: projective points."""
        first = np.take_along_axis(vectors, np.argmax(vectors != 0, axis=-1)[..., None], axis=-1)
        inverse = np.argmax(self.multiplication == 1, axis=1)
        return np.asarray(self.multiplication[inverse[first], vectors])

    @property
    def basis(self) -> list[int]:
        """Generators 1, x, ..., x^(k-1) of the additive group."""
        return [self.characteristic**power for power in range(self.degree)]


@cache
def finite_field(order: int) -> FiniteField:
    """The field GF(q), modulo the first monic irreducible polynomial in lexicographic order.

    Raises:
        InputError: If q is no prime power.

    Example:
        >>> from orbitkernels.theory.fields import finite_field
        >>> finite_field(4).multiplication.tolist()
        [[0, 0, 0, 0], [0, 1, 2, 3], [0, 2, 3, 1], [0, 3, 1, 2]]
    """
    p, degree = prime_power(order)
    digits = np.array([[a // p**i % p for i in range(degree)] for a in range(order)], dtype=np.int64)
    weights = p ** np.arange(degree, dtype=np.int64)
    addition = (digits[:, None] + digits[None, :]) % p @ weights
    for low in product(range(p), repeat=degree):
        multiplication = _multiplication(digits, weights, np.array(low[::-1], dtype=np.int64), p)
        primitive = _primitive(multiplication, order)
        if primitive is not None:
            return FiniteField(order, p, degree, addition, multiplication, primitive)
    raise InputError(f"Argument 'q' must be a prime power, not {order}.")


def _multiplication(digits: IntArray, weights: IntArray, low: IntArray, p: int) -> IntArray:
    """Products modulo x^k + low polynomial: b -> sum_i a_i x^i b."""
    order, degree = digits.shape
    table = np.zeros((order, order, degree), dtype=np.int64)
    shifted = digits.copy()  # x^i b
    for power in range(degree):
        table += digits[:, None, power, None] * shifted[None, :, :]
        carry = shifted[:, -1:]
        shifted = (
            np.concatenate([np.zeros((order, 1), dtype=np.int64), shifted[:, :-1]], axis=1) - carry * low
        ) % p
    return np.asarray(table % p @ weights)


def _primitive(multiplication: IntArray, order: int) -> int | None:
    """The least element with q - 1 different powers; None if the ring is no field."""
    for element in range(1, order):
        power, count = element, 1
        while power not in (0, 1) and count < order:
            power, count = int(multiplication[power, element]), count + 1
        if power == 1 and count == order - 1:
            return element
    return None


def prime_power(order: int) -> tuple[int, int]:
    """(p, k) with q = p^k.

    Raises:
        InputError: If q is no prime power.

    Example:
        >>> from orbitkernels.theory.fields import prime_power
        >>> prime_power(81)
        (3, 4)
    """
    from sympy import factorint

    factors = factorint(order)
    if len(factors) != 1:
        raise InputError(f"Argument 'q' must be a prime power, not {order}.")
    ((p, degree),) = factors.items()
    return int(p), int(degree)
