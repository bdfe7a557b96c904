"""An exact proof that a table of characters is orthogonal, by integers modulo a few primes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd, prod
from typing import Any

import numpy as np
import numpy.typing as npt

from .character_spectra import SpectralCharacters, galois_spectrum, row_blocks
from .cyclotomics import prime_divisors
from .graphs import components
from .groups import FiniteGroup
from .laws import IntArray
from .modular import character_prime, modular_product, root_powers


class CharacterTableError(ArithmeticError):
    """A table of characters failed an exact check: an error of this package, not of its input."""


@dataclass(frozen=True)
class OrthogonalityProof:
    """What :func:`prove_orthogonality` found.

    Attributes:
        primes: The primes q of the argument.
        indicators: Array [k]: the Frobenius-Schur indicators, 1 (real), 0 (complex) or -1 (quaternionic).
    """

    primes: tuple[int, ...]
    indicators: IntArray


def prove_orthogonality(group: FiniteGroup, characters: SpectralCharacters) -> OrthogonalityProof:
    """Proves row and column orthogonality and finds the Frobenius-Schur indicators, all exactly.

    1. Degrees divide n and their squares add up to n.  Every spectrum has positive multiplicities that add up to
       the degree, so that |chi| <= d, and its eigenvalues are roots of unity of the order of the class.
    2. The spectrum on the class of g^p is the spectrum on that of g with eigenvalues to the power p, for each
       prime p that divides the exponent e and for generators p of the units modulo e (-1, inversion, is among
       their products).  So the automorphism sigma_s of Q(E(e)) takes chi(g) to chi(g^s).
    3. alpha_ik = sum_C |C| chi_i(C) conj(chi_k(C)) - n [i = k] is thus fixed by every sigma_s, which only permutes
       classes of one size: alpha is a rational integer.  |alpha| <= n d_i d_k + n <= n D^2 + n, D the largest
       degree.
    4. For a prime q = 1 mod e, sending E(e) to a root of unity w of order e modulo q is a ring homomorphism
       Z[E(e)] -> F_q.  If it takes alpha to 0, then q divides alpha.  This is done for primes q (mostly one)
       whose product exceeds n D^2 + 2 n, so that alpha = 0.
    5. If a permutation of the rows comes from sigma_s, or from multiplication by a row of degree 1 modulo q, then
       alpha_ik does not change modulo q when it moves i and k.  So one row i of each orbit is enough, with all k.
    6. The table X satisfies X diag(|C|) X^* = n I.  X is square, so that X^* X = diag(n/|C|): the columns are
       orthogonal as well.
    7. sum_C |C| chi(C^2) is an integer of absolute value at most n d for the same reason; that it is n, 0 or -n
       modulo every q proves that it is.

    Raises:
        CharacterTableError: If a check fails.
    """
    _check_degrees(group, characters)
    galois = _check_power_maps(group, characters)
    largest = max(m for spectrum in characters.spectra for _, m in spectrum)
    primes = _primes(group.exponent, group.order * largest**2 + 2 * group.order)
    every = []
    for q in primes:
        rows = _Residues(group, characters, q)
        rows.check_products(galois)
        every.append(rows.square_sums())
    return OrthogonalityProof(primes, _indicators(group, characters, every))


def _primes(exponent: int, bound: int) -> tuple[int, ...]:
    """Primes q = 1 modulo the exponent whose product exceeds the bound."""
    found = [character_prime(exponent, 2**30)]
    while prod(found) <= bound:
        found.append(character_prime(exponent, found[-1]))
    return tuple(found)


def _fail(what: str, group: FiniteGroup) -> None:
    raise CharacterTableError(f"internal error in the character table of {group.name}: {what}")


def _check_degrees(group: FiniteGroup, characters: SpectralCharacters) -> None:
    """Step 1 of the proof."""
    classes, index = group.conjugacy_classes, characters.index
    if index.shape != (len(classes), len(classes)):
        _fail(f"{index.shape[0]} characters on {index.shape[1]} classes, not {len(classes)}", group)
    if any(m < 1 for spectrum in characters.spectra for _, m in spectrum):
        _fail("a multiplicity of an eigenvalue is not positive", group)
    sums = np.array([sum(m for _, m in spectrum) for spectrum in characters.spectra], dtype=np.int64)
    degrees = sums[index[:, 0]]
    if np.any(degrees <= 0) or np.any(group.order % degrees) or int((degrees**2).sum()) != group.order:
        _fail("the degrees do not divide the order or their squares do not add up to it", group)
    steps = group.exponent // classes.element_orders
    divisors = np.array([gcd(*(a for a, _ in spectrum)) for spectrum in characters.spectra], dtype=np.int64)
    for block in row_blocks(*index.shape):
        if np.any(sums[index[block]] != degrees[block, None]):
            _fail("a value has not as many eigenvalues as the degree", group)
        if np.any(divisors[index[block]] % steps[None, :]):
            _fail("an eigenvalue is no root of unity of the order of its class", group)


def _check_power_maps(group: FiniteGroup, characters: SpectralCharacters) -> list[IntArray]:
    """Steps 2 and 5: powers of spectra, sizes of classes; the permutations of the rows by generators of units."""
    index, sizes = characters.index, group.conjugacy_classes.sizes
    number = {spectrum: s for s, spectrum in enumerate(characters.spectra)}
    units = list(unit_generators(group.exponent))
    found = []
    for k in [*prime_divisors(group.exponent), *units]:
        powers = group.power_map(k)
        image = [number.get(galois_spectrum(s, k, group.exponent), -1) for s in characters.spectra]
        images = np.array(image, dtype=index.dtype)
        if any(np.any(index[block][:, powers] != images[index[block]]) for block in row_blocks(*index.shape)):
            _fail(f"the eigenvalues at g^{k} are not the powers of those at g", group)
        if k in units and not np.array_equal(sizes[powers], sizes):
            _fail(f"the power map {k} changes the size of a class", group)
        if k in units:
            found.append(_galois_permutation(group, index, powers, k))
    return found


def _galois_permutation(group: FiniteGroup, index: npt.NDArray[np.int32], powers: IntArray, k: int) -> IntArray:
    """Array [k]: the row of sigma_k chi, whose values are those of chi on the classes of k-th powers."""
    try:
        return moved_rows(index, powers)
    except LookupError:
        _fail(f"the Galois automorphism {k} does not permute the characters", group)
        raise


def moved_rows(index: npt.NDArray[np.int32], columns: IntArray) -> IntArray:
    """Array [rows]: the row j with index[j] = index[i, columns] for each row i, a permutation of the rows.

    Rows are compared by hashes of 64 bits first, and then entry by entry.

    Raises:
        LookupError: If there is no such permutation.

    Example:
        >>> moved_rows(np.array([[0, 1, 2], [0, 2, 1]], dtype=np.int32), np.array([0, 2, 1])).tolist()
        [1, 0]
    """
    weights = np.random.default_rng(0).integers(0, 2**63, size=index.shape[1], dtype=np.uint64)
    moved = np.zeros_like(weights)
    np.add.at(moved, columns, weights)
    blocks = list(row_blocks(*index.shape))
    keys = np.concatenate([index[block].astype(np.uint64) @ weights for block in blocks])
    found = _places(keys, np.concatenate([index[block].astype(np.uint64) @ moved for block in blocks]))
    wrong = any(np.any(index[found[block]] != index[block][:, columns]) for block in blocks)
    if wrong or not _is_permutation(found):
        raise LookupError("a row is missing or repeated")
    return found


def _is_permutation(images: IntArray) -> bool:
    return np.array_equal(np.sort(images), np.arange(images.size))


def _places(keys: npt.NDArray[Any], wanted: npt.NDArray[Any]) -> IntArray:
    """Array [rows]: where each wanted key stands, any place for those that are not there."""
    order = np.argsort(keys)
    place = np.searchsorted(keys[order], wanted)
    return order[np.minimum(place, keys.size - 1)]


def unit_generators(e: int) -> Iterator[int]:
    """Generators of the units modulo e: a primitive root (or -1 and 5) for each prime power of e.

    Example:
        >>> list(unit_generators(12))
        [7, 5]
    """
    for p in prime_divisors(e):
        q = p
        while e % (q * p) == 0:
            q *= p
        rest = e // q
        local = [-1, 5] if p == 2 else [_primitive_root(p, q)]
        for g in local:
            # 1 modulo the rest, g modulo q
            generator = (1 + rest * ((g - 1) * pow(rest, -1, q) % q)) % e
            if generator != 1:
                yield generator


def _primitive_root(p: int, q: int) -> int:
    """A generator of the units modulo q, a power of the odd prime p."""
    order = q // p * (p - 1)
    return next(g for g in range(2, q) if g % p and all(pow(g, order // r, q) != 1 for r in prime_divisors(order)))


class _Residues:
    """The values of the characters modulo q under E(e) -> w."""

    def __init__(self, group: FiniteGroup, characters: SpectralCharacters, q: int) -> None:
        self.group, self.index, self.q = group, characters.index, q
        powers = root_powers(group.exponent, q).tolist()
        sums = [sum(m * powers[a] for a, m in spectrum) % q for spectrum in characters.spectra]
        self._images = np.array(sums, dtype=np.int64)
        self._blocks = list(row_blocks(*self.index.shape))

    def values(self, rows: slice | IntArray) -> IntArray:
        """Array [rows, classes]."""
        return self._images[self.index[rows]]

    def check_products(self, galois: list[IntArray]) -> None:
        """Steps 4 and 5: X diag(|C|) X^* = n I modulo q, X^* the conjugate transpose."""
        classes = self.group.conjugacy_classes
        orbit = components(np.array([np.arange(len(classes)), *galois, *self.linear_permutations()]), len(classes))
        rows = np.unique(orbit, return_index=True)[1]
        weighted = self.values(rows) * classes.sizes % self.q
        for block in self._blocks:
            adjoint = self.values(block)[:, classes.inverse].T
            expected = self.group.order * (rows[:, None] == np.arange(len(classes))[block])
            if not np.array_equal(modular_product(weighted, adjoint, self.q), expected):
                _fail("the rows are not orthogonal", self.group)

    def linear_permutations(self) -> list[IntArray]:
        """Permutations of the rows by rows of degree 1 that generate all of them, as far as they permute rows.

        They are drawn in any order, since one or two random elements mostly generate a cyclic group.
        """
        found: list[IntArray] = []
        k = self.index.shape[0]
        reached = np.arange(k) == 0
        for row in np.random.default_rng(0).permutation(np.flatnonzero(self._images[self.index[:, 0]] == 1)):
            if not reached[row]:
                permutation = self._products_with(int(row))
                if permutation is None:
                    break
                found.append(permutation)
                reached = components(np.array(found), k) == 0
        return found

    def _products_with(self, row: int) -> IntArray | None:
        """Array [rows]: the row of the product with a row, modulo q; None if this is no permutation."""
        factor = self.values(np.array([row]))[0]
        if np.any(factor * factor[self.group.conjugacy_classes.inverse] % self.q != 1):
            return None
        weights = np.random.default_rng(0).integers(0, self.q, size=(factor.size, 2))
        both = np.concatenate([weights, weights * factor[:, None] % self.q], axis=1)
        sums = np.concatenate([modular_product(self.values(block), both, self.q) for block in self._blocks])
        found = _places(sums[:, 0] * self.q + sums[:, 1], sums[:, 2] * self.q + sums[:, 3])
        for block in self._blocks:
            if np.any(self.values(block) * factor % self.q != self.values(found[block])):
                return None
        return found if _is_permutation(found) else None

    def square_sums(self) -> IntArray:
        """Array [k]: sum_C |C| chi(C^2), as 1, 0 or -1 times n, else 2."""
        classes, n = self.group.conjugacy_classes, self.group.order
        roots = np.bincount(self.group.power_map(2), classes.sizes, len(classes)).astype(np.int64)[:, None]
        sums = np.concatenate([modular_product(self.values(block), roots, self.q)[:, 0] for block in self._blocks])
        return np.select([sums == 0, sums == n, sums == self.q - n], [0, 1, -1], default=2)


def _indicators(group: FiniteGroup, characters: SpectralCharacters, found: list[IntArray]) -> IntArray:
    """Step 6, and two checks: indicator 0 means not real; sum_i indicator times degree is #{x : x^2 = 1}."""
    classes, indicators = group.conjugacy_classes, found[0]
    if np.any(indicators == 2) or any(np.any(other != indicators) for other in found):
        _fail("a Frobenius-Schur indicator is not 1, 0 or -1", group)
    blocks = [characters.index[block] for block in row_blocks(*characters.index.shape)]
    real = np.concatenate([np.all(rows == rows[:, classes.inverse], axis=1) for rows in blocks])
    degrees = np.array([dict(characters.spectra[s])[0] for s in characters.index[:, 0]], dtype=np.int64)
    involutions = int(classes.sizes[classes.element_orders <= 2].sum())
    if np.any(real != (indicators != 0)) or int(indicators @ degrees) != involutions:
        _fail("the Frobenius-Schur indicators contradict the conjugates or the number of involutions", group)
    return indicators
