"""Character values modulo a prime that splits completely: searches and constructions compute with them.

Sending E(e) to an element w of order e modulo a prime p = 1 modulo e is a ring homomorphism Z[E(e)] -> F_p.
Residues only guide: what is made from them is proved in integers afterwards.
"""

from __future__ import annotations

from functools import cached_property
from math import gcd

import numpy as np

from .characters import CharacterTable
from .laws import IntArray
from .modular import character_prime, root_powers


class CharacterResidues:
    """The values of a character table modulo p.

    Args:
        table: The characters.
        above: The prime is the least p = 1 modulo the exponent above this bound, which must be at least 2 n.

    Attributes:
        prime: p.
        powers: Array [e]: w^a for each exponent a.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> CharacterResidues(group("S3").character_table(), 100).values(2).tolist()
        [2, 0, 102]
    """

    def __init__(self, table: CharacterTable, above: int) -> None:
        self.table, self.exponent = table, table.group.exponent
        self.prime = character_prime(self.exponent, above)
        self.powers = root_powers(self.exponent, self.prime)
        self._spectra: dict[int, IntArray] = {}

    def values(self, row: int, unit: int = 1) -> IntArray:
        """Array [classes]: the image of sigma_k chi for a unit k modulo e, sigma_k E(e) = E(e)^k."""
        return np.asarray(self.spectra(unit)[self.table.characters.index[row]])

    def spectra(self, unit: int = 1) -> IntArray:
        """Array [spectra]: the images of the sums of eigenvalues."""
        if unit not in self._spectra:
            powers = self.powers[np.arange(self.exponent) * unit % self.exponent].tolist()
            sums = [sum(m * powers[a] for a, m in s) % self.prime for s in self.table.characters.spectra]
            self._spectra[unit] = np.array(sums, dtype=np.int64)
        return self._spectra[unit]

    def unit(self, m: int, k: int) -> int:
        """A unit u modulo e such that w^(u e/m) is the k-th power of ``root_powers(m, p)[1]``, of order m.

        With it sigma_u chi has the residues that belong to the homomorphism E(m) -> that power.
        """
        root = root_powers(m, self.prime)[k % m]
        start = int(self.logarithms(np.array([root]))[0]) * m // self.exponent
        return next(u for u in range(start, start + self.exponent * m, m) if gcd(u, self.exponent) == 1)

    def on_elements(self, row: int) -> IntArray:
        """Array [n]: the image of chi(g)."""
        return self.values(row)[self.table.classes.labels]

    @cached_property
    def _by_value(self) -> IntArray:
        return np.argsort(self.powers)

    def logarithms(self, roots: IntArray) -> IntArray:
        """The exponents a with w^a equal to the given residues, which must be powers of w."""
        place = np.searchsorted(self.powers[self._by_value], roots)
        return np.asarray(self._by_value[np.minimum(place, self.exponent - 1)], dtype=np.int64)
