"""Characters through the eigenvalues of their representations: multisets of roots of unity, kept as integers.

A character value is a sum of roots of unity, the eigenvalues of rho(g).  The values are kept as such *spectra*:
the exponents a of E(e)^a, e the exponent of the group, with multiplicities.  Spectra are integers, few of them
are different, and Galois automorphisms, power maps and reductions modulo primes act on them directly.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd

import numpy as np
import numpy.typing as npt

from .groups import FiniteGroup
from .laws import IntArray
from .modular import modular_product, root_powers

#: Eigenvalues of a matrix of finite order: pairs (a, multiplicity of E(e)^a), a increasing in 0..e-1.
Spectrum = tuple[tuple[int, int], ...]

#: Entries of a table that are computed at once.
BLOCK_ENTRIES = 2**22


@dataclass(frozen=True)
class SpectralCharacters:
    """Characters through the eigenvalues of their representations.

    Attributes:
        index: Array [characters, classes]: which spectrum a character has on a class.
        spectra: The different spectra, in the order of :func:`spectrum_key`.
    """

    index: npt.NDArray[np.int32]
    spectra: tuple[Spectrum, ...]


def spectrum_key(spectrum: Spectrum) -> tuple[int, tuple[tuple[int, int], ...]]:
    """Sorting key: the degree, then the list of exponents, so that eigenvalues 1 come first."""
    return sum(m for _, m in spectrum), tuple((a, -m) for a, m in spectrum)


def sorted_characters(index: npt.NDArray[np.integer], spectra: list[Spectrum]) -> SpectralCharacters:
    """Spectra by key, then rows by their spectra; the first column (the identity) decides by degree.

    Args:
        index: Array [characters, classes] of positions in the list; rows differ.
        spectra: Different spectra.

    Example:
        >>> found = sorted_characters(np.array([[0, 1], [0, 0]]), [((0, 1),), ((1, 1),)])
        >>> found.index.tolist()
        [[0, 0], [0, 1]]
    """
    by_key = sorted(range(len(spectra)), key=lambda s: spectrum_key(spectra[s]))
    rank = np.empty(len(spectra), dtype=np.int32)
    rank[by_key] = np.arange(len(spectra), dtype=np.int32)
    ranked = rank[index]
    digits = ranked.astype(">u4", order="C")  # bytes of such rows compare as the rows do
    rows = np.argsort(digits.view(np.dtype((np.void, 4 * ranked.shape[1]))).ravel())
    return SpectralCharacters(ranked[rows], tuple(spectra[s] for s in by_key))


def galois_spectrum(spectrum: Spectrum, k: int, exponent: int) -> Spectrum:
    """The eigenvalues to the power k, collected; for k prime to the exponent a Galois automorphism.

    Example:
        >>> galois_spectrum(((1, 2), (4, 1)), 2, 6)
        ((2, 3),)
    """
    found: dict[int, int] = {}
    for a, m in spectrum:
        found[a * k % exponent] = found.get(a * k % exponent, 0) + m
    return tuple(sorted(found.items()))


def shifted_spectrum(spectrum: Spectrum, shift: int, exponent: int) -> Spectrum:
    """The eigenvalues times E(e)^shift: those of the tensor product with a linear character.

    Example:
        >>> shifted_spectrum(((1, 2), (4, 1)), 3, 6)
        ((1, 1), (4, 2))
    """
    return tuple(sorted(((a + shift) % exponent, m) for a, m in spectrum))


class TurnedSpectra:
    """Spectra times the roots of unity of order m | e, numbered so that equal ones have equal numbers.

    Each spectrum is a turn of one representative, by t steps of e/m; only t modulo the number of its different
    turns counts.

    Args:
        spectra: Different spectra.
        exponent: e.
        order: m.

    Attributes:
        size: All numbers are below it.

    Example:
        >>> turned = TurnedSpectra([((0, 1),), ((3, 1),), ((1, 1), (4, 1))], exponent=6, order=2)
        >>> turned.codes(np.array([0, 1, 2]), np.array([[0, 0, 0], [1, 1, 1]])).tolist()
        [[0, 1, 2], [1, 0, 2]]
        >>> turned.spectrum(1)
        ((3, 1),)
    """

    def __init__(self, spectra: list[Spectrum], exponent: int, order: int) -> None:
        self._exponent, self._step = exponent, exponent // order
        known: dict[Spectrum, tuple[int, int]] = {}  # first number and how many different turns
        self.size = 0
        found = np.empty((len(spectra), 3), dtype=np.int64)
        self._shapes: list[Spectrum] = []
        self._starts: list[int] = []
        for s, spectrum in enumerate(spectra):
            turns = list(dict.fromkeys(a // self._step for a, _ in spectrum))
            images = [shifted_spectrum(spectrum, -t * self._step, exponent) for t in turns]
            shape = min(images)
            if shape not in known:
                known[shape] = (self.size, order // images.count(shape))
                self._shapes.append(shape)
                self._starts.append(self.size)
                self.size += known[shape][1]
            found[s] = *known[shape], turns[images.index(shape)]
        self._first, self._period, self._turn = found.T

    def codes(self, spectra: IntArray, turns: npt.NDArray[np.integer]) -> IntArray:
        """Array [m, k] of numbers, from positions [k] in the list of spectra and turns [m, k] in steps of e/m."""
        turned = (self._turn[spectra] + turns) % self._period[spectra]
        return np.asarray(self._first[spectra] + turned, dtype=np.int64)

    def spectrum(self, code: int) -> Spectrum:
        """The spectrum of a number."""
        shape = bisect_right(self._starts, code) - 1
        return shifted_spectrum(self._shapes[shape], (code - self._starts[shape]) * self._step, self._exponent)


def row_blocks(rows: int, columns: int) -> Iterator[slice]:
    """Slices of the rows of an array [rows, columns], BLOCK_ENTRIES of it at a time.

    Example:
        >>> list(row_blocks(3, BLOCK_ENTRIES))
        [slice(0, 1, None), slice(1, 2, None), slice(2, 3, None)]
    """
    step = max(1, BLOCK_ENTRIES // max(columns, 1))
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


# ---------------------------------------------------------------------- lifting


def lifted(group: FiniteGroup, values: IntArray, p: int) -> tuple[IntArray, list[Spectrum]]:
    """Spectra of characters from their values modulo p.

    The multiplicity of E(o)^l as an eigenvalue of rho(g), g of order o, is (1/o) sum_s chi(g^s) E(o)^(-ls), an
    integer between 0 and d < p.  Only one class of each cyclic subgroup is transformed: for s prime to o the
    spectrum of g^s has exponents times s.

    Args:
        group: Any finite group.
        values: Array [characters, classes] of residues.
        p: A prime with p = 1 modulo the exponent e, above all degrees; E(e) is ``modular_root(e, p)``.

    Returns:
        Array [characters, classes] of positions in a list of spectra, and the list.

    Raises:
        ArithmeticError: If a multiplicity is not between 0 and the degree: the values are no characters.

    Example:
        >>> sorted(lifted(FiniteGroup.from_permutations([[1, 0]]), np.array([[1, 1], [1, 6]]), 7)[1])
        [((0, 1),), ((1, 1),)]
    """
    e, classes = group.exponent, group.conjugacy_classes
    # the hash of a spectrum is the sum of the random hashes of its eigenvalues; the proof of a table uses none
    hashes = np.random.default_rng(0).integers(0, 2**63, size=e, dtype=np.uint64)
    keys = np.empty(values.shape, dtype=np.uint64)
    source: list[tuple[_Eigenvalues, int] | None] = [None] * len(classes)
    for j, order in enumerate(classes.element_orders.tolist()):
        if source[j] is None:
            powers = classes.labels[group.power(classes.representatives[j], np.arange(order))]
            eigenvalues = _Eigenvalues(values, powers, e, p)
            for s in range(order):
                if gcd(s, order) == 1 and source[powers[s]] is None:
                    keys[:, powers[s]] = eigenvalues.hashed(s, hashes)
                    source[powers[s]] = (eigenvalues, s)
    first, index = np.unique(keys, return_index=True, return_inverse=True)[1:]
    spectra = []
    for row, j in zip(*np.divmod(first, len(classes)), strict=True):
        found = source[j]
        assert found is not None
        spectra.append(found[0].spectrum(int(row), found[1]))
    return index.reshape(values.shape), spectra


class _Eigenvalues:
    """The eigenvalues of rho(g) for all characters, from values modulo p at the powers of g.

    A unit h modulo o with g^h conjugate to g moves eigenvalues E(o)^l to E(o)^(h l) and keeps multiplicities, so
    that one l of each orbit of such units is enough, and one sum over the powers in each class.

    Args:
        values: Array [characters, classes] of residues modulo p.
        powers: Array [o]: the class of g^s.
        exponent: e.
        p: The modulus.
    """

    def __init__(self, values: IntArray, powers: IntArray, exponent: int, p: int) -> None:
        self.order, self.exponent = powers.size, exponent
        classes, which = np.unique(powers, return_inverse=True)
        different, place = np.unique(values[:, classes], axis=0, return_inverse=True)
        leaders, member = np.unique(_orbits_of_units(powers), return_inverse=True)
        roots = root_powers(exponent, p)[:: exponent // self.order]
        counts = modular_product(different, _class_sums(which, leaders, roots, p), p)
        degrees = different[:, which[0]]
        sizes = np.bincount(member)
        if np.any(counts > degrees[:, None]) or np.any(counts @ sizes != degrees):
            raise ArithmeticError("internal error: an eigenvalue multiplicity is not between 0 and the degree")
        self._place = place.ravel()
        rows, orbits = np.nonzero(counts)
        by_orbit, starts = np.argsort(member, kind="stable"), np.concatenate([[0], np.cumsum(sizes)])
        repeats = sizes[orbits]
        # the eigenvalues E(o)^l of each different row, one after the other
        within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        self._exponents = by_orbit[np.repeat(starts[orbits], repeats) + within]
        self._multiplicities = np.repeat(counts[rows, orbits], repeats)
        self._starts = np.searchsorted(np.repeat(rows, repeats), np.arange(different.shape[0] + 1))

    def hashed(self, s: int, hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
        """Array [characters]: hashes of the spectra at g^s, s prime to o."""
        terms = hashes[self._moved(slice(None), s)] * self._multiplicities.astype(np.uint64)
        return np.asarray(np.add.reduceat(terms, self._starts[:-1])[self._place])

    def spectrum(self, character: int, s: int) -> Spectrum:
        """The spectrum of a character at g^s, s prime to o."""
        row = self._place[character]
        part = slice(self._starts[row], self._starts[row + 1])
        return tuple(sorted(zip(self._moved(part, s).tolist(), self._multiplicities[part].tolist(), strict=True)))

    def _moved(self, part: slice, s: int) -> IntArray:
        """Exponents of E(e) in place of those of E(o), times s."""
        return np.asarray(self._exponents[part] * s % self.order * (self.exponent // self.order), dtype=np.int64)


def _orbits_of_units(powers: IntArray) -> IntArray:
    """Array [o]: the least element of the orbit of each l under the units h modulo o with g^h conjugate to g."""
    order = powers.size
    units = np.flatnonzero(powers == powers[1 % order])  # a group whose order times o divides that of G
    return np.asarray((units[:, None] * np.arange(order) % order).min(axis=0))


def _class_sums(which: IntArray, leaders: IntArray, roots: IntArray, p: int) -> IntArray:
    """Array [classes, leaders l]: (1/o) sum of E(o)^(-l s) over the s with g^s in a class; roots = E(o)^0, ...."""
    order = roots.size
    found = np.zeros((int(which.max()) + 1, leaders.size), dtype=np.int64)
    by_class = np.argsort(which, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(which))[:-1]])
    for columns in row_blocks(leaders.size, order):
        terms = roots[-by_class[:, None] * leaders[columns] % order]
        found[:, columns] = np.add.reduceat(terms, starts, axis=0) % p
    return found * pow(order, -1, p) % p
