"""Rational numbers from their residues modulo primes: Chinese remainders and a common denominator."""

from __future__ import annotations

from math import isqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from .laws import IntArray

#: Bits by which a modulus must exceed what is recovered from it, so that a wrong result is unlikely.
_MARGIN = 2**12


class RationalLift:
    """Residues of an array of rationals modulo more and more primes, and the array that they suggest.

    The result is a guess until it is proved.

    Example:
        >>> lift = RationalLift()
        >>> lift.add(np.array([1, pow(3, -1, 2**31 - 1)]), 2**31 - 1)
        >>> [part.tolist() if hasattr(part, "tolist") else part for part in lift.rationals()]
        [[3, 1], 3]
    """

    def __init__(self) -> None:
        self.modulus = 1
        self.residues: npt.NDArray[Any] = np.zeros(0, dtype=np.int64)

    def add(self, residues: IntArray, p: int) -> None:
        """Takes the residues modulo one more prime p < 2^31."""
        if self.modulus == 1:
            self.modulus, self.residues = p, residues
            return
        known = self.residues.astype(object)
        step = (residues - known) * pow(self.modulus, -1, p) % p
        self.residues, self.modulus = known + self.modulus * step, self.modulus * p

    def rationals(self) -> tuple[npt.NDArray[Any], int] | None:
        """Integers and one denominator, if small ones have these residues: int64 below 2^31, else dtype object."""
        denominator, half = 1, self.modulus // 2
        while True:
            numerators = (self.residues * denominator + half) % self.modulus - half
            large = np.abs(numerators) > isqrt(self.modulus // _MARGIN)
            if not large.any():
                break
            factor = _denominator(int(numerators[large][0]) % self.modulus, self.modulus)
            denominator *= factor
            if factor == 1 or denominator**2 * _MARGIN > self.modulus:
                return None
        small = max(int(np.abs(numerators).max(initial=0)), denominator) < 2**31
        return numerators.astype(np.int64 if small else object), denominator


def _denominator(residue: int, modulus: int) -> int:
    """Q of the fraction p/q with small p and q that is congruent to the residue, by Euclid's algorithm.

    Source: P. S. Wang, "A p-adic algorithm for univariate partial fractions", SYMSAC 1981.
    """
    bound = isqrt(modulus // 2)
    (r, s), (next_r, next_s) = (modulus, 0), (residue, 1)
    while next_r > bound:
        quotient = r // next_r
        (r, s), (next_r, next_s) = (next_r, next_s), (r - quotient * next_r, s - quotient * next_s)
    return abs(next_s)
