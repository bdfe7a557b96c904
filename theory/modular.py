"""Arithmetic modulo primes that split completely in a cyclotomic field: roots of unity and matrix products."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from flint import fmpz, nmod_mat

from .cyclotomics import prime_divisors
from .laws import IntArray

#: Moduli of matrix products lie below this bound.
MAX_MODULUS = 2**31

#: Matrix products are twice as fast for moduli up to here.
SMALL_MODULUS = 2**26


def character_prime(exponent: int, above: int) -> int:
    """The least prime p = 1 modulo the exponent with p > above; it splits completely in Q(E(exponent)).

    Example:
        >>> character_prime(6, 10)
        13
    """
    candidate = above - above % exponent + 1
    while candidate <= above or not fmpz(candidate).is_prime():
        candidate += exponent
    return candidate


def modular_root(exponent: int, p: int) -> int:
    """An element of order exactly `exponent` modulo a prime p = 1 mod exponent: the image of E(exponent).

    Example:
        >>> pow(modular_root(6, 13), 6, 13), pow(modular_root(6, 13), 3, 13)
        (1, 12)
    """
    for base in range(2, p):
        root = pow(base, (p - 1) // exponent, p)
        if all(pow(root, exponent // r, p) != 1 for r in prime_divisors(exponent)):
            return root
    return 1  # p = 2, exponent 1


@lru_cache(maxsize=64)
def root_powers(exponent: int, p: int) -> IntArray:
    """Array [e] of w^a modulo p < 2^31, w of order e; not to be changed, because it is kept.

    Example:
        >>> root_powers(3, 7).tolist()
        [1, 4, 2]
    """
    powers = np.ones(1, dtype=np.int64)
    square = modular_root(exponent, p)  # w^(number of powers so far)
    while powers.size < exponent:
        powers = np.concatenate([powers, powers * square % p])
        square = square * square % p
    return powers[:exponent]


def modular_product(a: IntArray, b: IntArray, p: int) -> IntArray:
    """The matrix product modulo p < 2^31 of arrays [l, m] and [m, r] of residues, exact for m <= 2^21.

    Residues are split into halves below 2^16, whose products below 2^32 add up to less than 2^53: the four
    products of halves are exact integers in double precision, where they run at the speed of floating point.
    For p < 2^26 and m <= 2^14 it is enough to split the first factor, into halves below 2^13.

    Example:
        >>> modular_product(np.array([[2, 3]]), np.array([[5], [7]]), 11).tolist()
        [[9]]
    """
    if p >= MAX_MODULUS or a.shape[1] > 2**21:
        raise ValueError(f"modulus {p} or inner dimension {a.shape[1]} is too large for an exact product")
    if p <= SMALL_MODULUS and a.shape[1] <= 2**14:
        factor = b.astype(np.float64)
        above, below = ((half.astype(np.float64) @ factor).astype(np.int64) for half in np.divmod(a, 2**13))
        return (above % p * 2**13 + below) % p
    a_high, a_low = (half.astype(np.float64) for half in np.divmod(a, 2**16))
    b_high, b_low = (half.astype(np.float64) for half in np.divmod(b, 2**16))
    high = (a_high @ b_high).astype(np.int64) % p
    middle = (a_high @ b_low + a_low @ b_high).astype(np.int64) % p
    low = (a_low @ b_low).astype(np.int64) % p
    return ((high * 2**16 + middle) % p * 2**16 + low) % p


def modular_solution(a: IntArray, b: IntArray, p: int) -> IntArray | None:
    """The array x with a x = b modulo the prime p for a square a, or None if a is singular.

    Example:
        >>> modular_solution(np.array([[2]]), np.array([[1]]), 11).tolist()
        [[6]]
    """
    size, columns = b.shape
    matrix = nmod_mat(size, size, a.ravel().tolist(), p)
    try:
        found = matrix.solve(nmod_mat(size, columns, b.ravel().tolist(), p))
    except ZeroDivisionError:
        return None
    return np.array([int(entry) for entry in found.entries()], dtype=np.int64).reshape(size, columns)


def modular_inverses(values: IntArray, p: int) -> IntArray:
    """The inverses modulo a prime p < 2^31 of residues that are not 0, by Fermat's little theorem.

    Example:
        >>> modular_inverses(np.array([1, 2, 3]), 7).tolist()
        [1, 4, 5]
    """
    result, square, exponent = np.ones_like(values), values % p, p - 2
    while exponent:
        if exponent & 1:
            result = result * square % p
        square, exponent = square * square % p, exponent >> 1
    return result
