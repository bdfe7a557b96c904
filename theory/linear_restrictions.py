"""Subgroups H with a linear character lambda that occurs exactly once in an irreducible character restricted to H.

Such a pair makes the irrep explicit (J. D. Dixon, "Constructing representations of finite groups", 1993).  For
each irrep the pair is wanted whose values, with those of the irreducible character, lie in the smallest field, and
among those the one with the largest H.  If the index of H is the degree, the irrep is induced from lambda.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from math import gcd, lcm

import numpy as np

from .character_residues import CharacterResidues
from .characters import CharacterTable
from .clifford_correspondence import LocalCharacter, scalar_elements, smallest_local_character
from .cyclotomics import totient
from .laws import IntArray
from .modular import modular_product
from .orthogonality import unit_generators
from .subgroup_candidates import random_pairs, structured_subgroups
from .subgroup_characters import linear_exponents
from .subgroup_elements import closure, generating_set

#: Subgroups of two random elements that are tried have this many elements together, at most MAX_PAIRS of them.
PAIR_WORK = 300_000
MAX_PAIRS = 300

#: Enlargements tried for irreps that have no pair.
MAX_ENLARGEMENTS = 2_000

#: Numbers in the table of all linear characters of one subgroup.
MAX_LINEAR_ENTRIES = 4_000_000


@dataclass(frozen=True)
class LinearRestriction:
    """A linear character lambda of a subgroup H with <chi restricted to H, lambda> = 1.

    Attributes:
        generators: Elements that generate H.
        elements: Array [h] of the elements of H.
        exponents: Array [h]: lambda(x) = E(e)^a, e the exponent of the group.
        modulus: m such that chi and lambda have their values in Q(E(m)).
    """

    generators: tuple[int, ...]
    elements: IntArray
    exponents: IntArray
    modulus: int


def linear_restrictions(
    table: CharacterTable, rows: Sequence[int] | None = None
) -> list[LinearRestriction | None]:
    """For each irreducible character a pair (H, lambda) of multiplicity one, None where none was found.

    1. A linear character is its own pair, H being the whole group.
    2. The Clifford correspondence leads to a subgroup T with a character psi of smaller degree.  If that is
       linear, it is the pair, and Galois automorphisms carry it to the conjugate characters.
    3. For the rows that have no pair, or one whose values lie in a field larger than need be, Sylow subgroups,
       cyclic ones, their normalisers and random ones are tried in the whole group.
    4. For the rows that have none yet, the same is tried in T for psi.

    Args:
        table: The characters.
        rows: Rows of the table; all if omitted.

    Example:
        >>> from orbitkernels.theory.linear_restrictions import linear_restrictions
        >>> from orbitkernels.theory.names import group
        >>> Q8 = group("Q8")
        >>> pair = linear_restrictions(Q8.character_table())[4]
        >>> pair.elements.size, pair.modulus
        (4, 4)
    """
    wanted = list(range(len(table))) if rows is None else list(rows)
    residues = CharacterResidues(table, max(2**30, 2 * table.group.order))
    found = _own_pairs(table, [row for row in wanted if table.degrees[row] == 1])
    higher = [row for row in wanted if table.degrees[row] > 1]
    local = _from_local_characters(table, residues, higher, found)
    whole = np.arange(table.group.order, dtype=np.int64)
    pending = [row for row in higher if row not in found or totient(found[row].modulus) > least_degree(table, row)]
    if pending:
        search = _Search(residues, whole, {row: residues.on_elements(row) for row in pending}, found)
        search.run()
        _update(residues, found, search.best, {})
    for row in higher:
        if row not in found and local[row].elements.size < whole.size:
            search = _Search(residues, local[row].elements, {row: local[row].residues}, {})
            search.run()
            _update(residues, found, search.best, local)
    return [found.get(row) for row in wanted]


def _update(
    residues: CharacterResidues,
    found: dict[int, LinearRestriction],
    better: dict[int, LinearRestriction],
    local: dict[int, LocalCharacter],
) -> None:
    """Takes the new pairs, each on the subgroup enlarged by the elements that act by scalars."""
    for row, pair in better.items():
        if pair is not found.get(row):
            found[row] = _with_scalars(residues, row, local.get(row), pair)


def least_degree(table: CharacterTable, row: int) -> int:
    """A lower bound of the degree phi(m) of a field Q(E(m)) over which the irrep has matrices.

    The field holds the character; a quaternionic irrep has no real matrices, so its field is not Q.
    """
    return max(totient(character_conductor(table, row)), 2 if table.indicators[row] == -1 else 1)


def character_conductor(table: CharacterTable, row: int) -> int:
    """Least m with all values of the character in Q(E(m))."""
    used = np.unique(table.characters.index[row]).tolist()
    return lcm(*(_conductors(table)[s] for s in used))


@lru_cache(maxsize=4)
def _conductors(table: CharacterTable) -> tuple[int, ...]:
    """The conductor of each distinct value."""
    return tuple(x.conductor for x in table.distinct_values)


def _own_pairs(table: CharacterTable, rows: list[int]) -> dict[int, LinearRestriction]:
    """Linear characters on the whole group: the only eigenvalue is the value."""
    group, characters = table.group, table.characters
    firsts = np.array([spectrum[0][0] for spectrum in characters.spectra], dtype=np.int64)
    every, found = np.arange(group.order, dtype=np.int64), {}
    for row in rows:
        values = firsts[characters.index[row]]
        order = group.exponent // int(np.gcd.reduce(values, initial=group.exponent))
        found[row] = LinearRestriction(group.generators, every, values[table.classes.labels], order)
    return found


def _modulus(table: CharacterTable, row: int, exponents: IntArray) -> int:
    """M for a linear character with these exponents."""
    e = table.group.exponent
    return lcm(character_conductor(table, row), e // int(np.gcd.reduce(exponents, initial=e)))


# ---------------------------------------------------------------------- the Clifford correspondence


def _from_local_characters(
    table: CharacterTable, residues: CharacterResidues, rows: list[int], found: dict[int, LinearRestriction]
) -> dict[int, LocalCharacter]:
    """Adds the pairs of characters that are induced from linear ones; returns what remains for the others."""
    group, remaining = table.group, {}
    symmetries = _Symmetries(residues) if rows else None
    for row in rows:
        if row in found or symmetries is None:
            continue
        local = smallest_local_character(group, residues, row)
        if local.degree > 1:
            remaining[row] = local
            continue
        exponents = residues.logarithms(local.residues[local.elements])
        generators = tuple(generating_set(group, local.elements))
        pair = LinearRestriction(generators, local.elements, exponents, _modulus(table, row, exponents))
        for other, moved in symmetries.images(row, pair):
            found.setdefault(other, moved)
    return remaining


class _Symmetries:
    """Products with linear characters and Galois automorphisms: they carry pairs (H, lambda) from row to row."""

    def __init__(self, residues: CharacterResidues) -> None:
        self.residues, self.table = residues, residues.table
        linear = np.flatnonzero(self.table.degrees == 1).tolist()
        self.linear = _own_pairs(self.table, linear)
        self.conjugations = {
            k: _galois_permutation(self.table, k) for k in unit_generators(self.table.group.exponent)
        }
        self.place = {residues.values(row).tobytes(): row for row in range(len(self.table))}

    def images(self, row: int, pair: LinearRestriction) -> Iterator[tuple[int, LinearRestriction]]:
        """The row with its pair, then its products with linear characters whose fields are least, and conjugates.

        If lambda occurs once in chi on H, then lambda mu in chi mu, and sigma lambda in sigma chi.
        """
        e, values = self.table.group.exponent, self.residues.values(row)
        for twist, own in self.linear.items():
            other = self.place[(values * self.residues.values(twist) % self.residues.prime).tobytes()]
            exponents = (pair.exponents + own.exponents[pair.elements]) % e
            modulus = _modulus(self.table, other, exponents)
            if other != row and totient(modulus) > least_degree(self.table, other):
                continue
            for conjugate, unit in _galois_orbit(other, self.conjugations, e):
                moved = exponents * unit % e
                yield conjugate, LinearRestriction(pair.generators, pair.elements, moved, modulus)


def _galois_permutation(table: CharacterTable, k: int) -> IntArray:
    """Array [characters]: the row of sigma_k chi, g -> chi(g^k), for each row chi."""
    index = table.characters.index
    place = {row.tobytes(): i for i, row in enumerate(index)}
    moved = index[:, table.group.power_map(k)]
    return np.array([place[row.tobytes()] for row in moved], dtype=np.int64)


def _galois_orbit(row: int, moves: dict[int, IntArray], exponent: int) -> Iterator[tuple[int, int]]:
    """The conjugates of a row with a unit k each, such that sigma_k takes the row there."""
    units, queue = {row: 1}, [row]
    for at in queue:
        for k, move in moves.items():
            target = int(move[at])
            if target not in units:
                units[target] = units[at] * k % exponent
                queue.append(target)
    yield from units.items()


def _with_scalars(
    residues: CharacterResidues, row: int, local: LocalCharacter | None, pair: LinearRestriction
) -> LinearRestriction:
    """The pair on H Z, Z the elements that act by scalars: lambda(h z) = lambda(h) chi(z)/d."""
    group, p = residues.table.group, residues.prime
    if local is None:
        degree, every = int(residues.table.degrees[row]), np.arange(group.order, dtype=np.int64)
        local = LocalCharacter(every, residues.on_elements(row), degree)
    scalars = local.elements[scalar_elements(group, local, p)]
    if np.isin(scalars, pair.elements).all():
        return pair
    values = residues.logarithms(local.residues[scalars] * pow(local.degree, -1, p) % p)
    products = group.law.product(*np.broadcast_arrays(pair.elements[:, None], scalars[None, :])).ravel()
    sums = ((pair.exponents[:, None] + values[None, :]) % group.exponent).ravel()
    elements, first = np.unique(products, return_index=True)
    generators = (*pair.generators, *generating_set(group, scalars))
    return LinearRestriction(generators, elements, sums[first], _modulus(residues.table, row, sums))


# ---------------------------------------------------------------------- trying subgroups


class _Search:
    """The best pair of each of some characters of a subgroup T.

    Multiplicities are found modulo a prime p = 1 modulo the exponent, larger than every degree, hence exactly.

    Args:
        residues: Characters modulo p.
        elements: The elements of T.
        characters: Characters of T modulo p, arrays [n], by the row of the table that they induce.
        found: Pairs known already.

    Attributes:
        best: The pairs.
        nearest: For each character the smallest multiplicity that occurred, and generators of that subgroup.
    """

    def __init__(
        self,
        residues: CharacterResidues,
        elements: IntArray,
        characters: dict[int, IntArray],
        found: dict[int, LinearRestriction],
    ) -> None:
        self.table, self.group, self.residues = residues.table, residues.table.group, residues
        self.elements, self.characters = elements, characters
        self.best = {row: found[row] for row in characters if row in found}
        self.least = {row: least_degree(self.table, row) for row in characters}
        self.conductors = {row: character_conductor(self.table, row) for row in characters}
        self.nearest: dict[int, tuple[int, list[int]]] = {}
        self.seen: set[bytes] = set()

    def run(self) -> None:
        """Tries subgroups until no smaller field is to be hoped for, or enough have been tried."""
        count = min(MAX_PAIRS, PAIR_WORK // self.elements.size + 10)
        pairs = random_pairs(self.group, self.elements, count)
        self._try(chain(structured_subgroups(self.group, self.elements), pairs, self._enlarged()))

    def _try(self, candidates: Iterable[list[int]]) -> None:
        for generators in candidates:
            if all(self._degree(row) == self.least[row] for row in self.characters):
                return
            self._offer(generators)

    def _degree(self, row: int) -> int:
        """Degree phi(m) of the field of the pair of a row."""
        return totient(self.best[row].modulus) if row in self.best else 10**9

    def _enlarged(self) -> Iterator[list[int]]:
        """Generators of the nearest subgroup of the first character without a pair, and one element more."""
        random = np.random.default_rng(1)
        for _ in range(MAX_ENLARGEMENTS):
            missing = [row for row in self.characters if row not in self.best]
            if not missing:
                return
            generators = self.nearest[missing[0]][1] if missing[0] in self.nearest else []
            yield [*generators, int(self.elements[random.integers(self.elements.size)])]

    def _offer(self, generators: list[int]) -> None:
        """Takes the linear characters of a new subgroup for the characters that they suit better."""
        elements, words = closure(self.group, generators, max(1, self.elements.size // 2))
        key = np.sort(elements).tobytes()
        if elements.size == 0 or key in self.seen:
            return
        self.seen.add(key)
        rows = [row for row in self.characters if self._degree(row) > self.least[row]]
        exponents = linear_exponents(self.group, generators, elements, words, MAX_LINEAR_ENTRIES)  # [l, h]
        if exponents.size == 0:
            return
        p = self.residues.prime
        values = np.array([self.characters[row][elements] for row in rows])
        sums = modular_product(values, self.residues.powers[-exponents.T % self.group.exponent], p)  # [rows, l]
        multiplicities = sums * pow(elements.size, -1, p) % p
        for row, found in zip(rows, multiplicities, strict=True):
            self._take(row, generators, elements, exponents, found)

    def _take(
        self, row: int, generators: list[int], elements: IntArray, exponents: IntArray, multiplicities: IntArray
    ) -> None:
        """Keeps a pair of multiplicity one if it is better, and the subgroup that comes nearest to it."""
        e = self.group.exponent
        for position in np.flatnonzero(multiplicities == 1).tolist():
            modulus = lcm(self.conductors[row], e // gcd(e, *exponents[position].tolist()))
            if totient(modulus) < self._degree(row):
                self.best[row] = LinearRestriction(tuple(generators), elements, exponents[position], modulus)
        positive = multiplicities[multiplicities > 0]
        if positive.size and (row not in self.nearest or positive.min() < self.nearest[row][0]):
            self.nearest[row] = int(positive.min()), generators
