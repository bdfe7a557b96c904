"""An exact proof that a table of characters is orthogonal, by integers modulo a few primes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from .cyclotomics import prime_divisors
from .dixon import SpectralCharacters, galois_spectrum
from .groups import FiniteGroup
from .laws import IntArray
from .modular import character_prime, modular_product, modular_root


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
    3. alpha = sum_C |C| chi_i(C) conj(chi_k(C)) - n [i = k] is thus fixed by every sigma_s, which only permutes
       classes of one size: alpha is a rational integer.  |alpha| <= n d_i d_k + n <= n D^2 + n, D the largest
       degree.
    4. For a prime q = 1 mod e, sending E(e) to a root of unity w of order e modulo q is a ring homomorphism
       Z[E(e)] -> F_q.  If it takes alpha to 0, then q divides alpha.  This is done for primes q (mostly one)
       whose product exceeds n D^2 + 2 n, so that alpha = 0.
    5. beta = sum_i chi_i(C) conj(chi_i(D)) - [C = D] n/|C| is an integer, because sigma_s permutes the rows, and
       |beta| <= 2n vanishes by the same argument.
    6. sum_C |C| chi(C^2) is an integer of absolute value at most n d for the same reason; that it is n, 0 or -n
       modulo every q proves that it is.

    Raises:
        CharacterTableError: If a check fails.
    """
    _check_degrees(group, characters)
    _check_power_maps(group, characters)
    largest = max(m for spectrum in characters.spectra for _, m in spectrum)
    primes = _primes(group.exponent, group.order * largest**2 + 2 * group.order)
    every = []
    for q in primes:
        images = _images(characters, group.exponent, q)
        _check_products(group, characters, images, q)
        every.append(_square_sums(group, characters, images, q))
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
    if np.any(sums[index] != degrees[:, None]):
        _fail("a value has not as many eigenvalues as the degree", group)
    steps = group.exponent // classes.element_orders
    divisors = [np.gcd.reduce([a for a, _ in spectrum]) for spectrum in characters.spectra]
    if np.any(np.array(divisors, dtype=np.int64)[index] % steps[None, :]):
        _fail("an eigenvalue is no root of unity of the order of its class", group)


def _check_power_maps(group: FiniteGroup, characters: SpectralCharacters) -> None:
    """Steps 2 and 5: powers of spectra, sizes of classes and the permutation of the rows."""
    index, sizes = characters.index, group.conjugacy_classes.sizes
    rows = {row.tobytes() for row in index}
    if len(rows) != index.shape[0]:
        _fail("two characters are equal", group)
    number = {spectrum: s for s, spectrum in enumerate(characters.spectra)}
    units = list(unit_generators(group.exponent))
    for k in [*prime_divisors(group.exponent), *units]:
        powers = group.power_map(k)
        image = [number.get(galois_spectrum(s, k, group.exponent), -1) for s in characters.spectra]
        if np.any(index[:, powers] != np.array(image)[index]):
            _fail(f"the eigenvalues at g^{k} are not the powers of those at g", group)
        if k in units and not np.array_equal(sizes[powers], sizes):
            _fail(f"the power map {k} changes the size of a class", group)
        if k in units and any(row.tobytes() not in rows for row in index[:, powers]):
            _fail(f"the Galois automorphism {k} does not permute the characters", group)


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


def _images(characters: SpectralCharacters, exponent: int, q: int) -> IntArray:
    """Each spectrum's sum in F_q under E(e) -> w."""
    w = modular_root(exponent, q)
    powers = [1]
    for _ in range(exponent - 1):
        powers.append(powers[-1] * w % q)
    sums = [sum(m * powers[a] for a, m in spectrum) % q for spectrum in characters.spectra]
    return np.array(sums, dtype=np.int64)


def _check_products(group: FiniteGroup, characters: SpectralCharacters, images: IntArray, q: int) -> None:
    """Steps 4 and 5: X diag(|C|) X^* = n I and X^* X = diag(n/|C|) modulo q, X^* the conjugate transpose."""
    classes, index = group.conjugacy_classes, characters.index
    table, adjoint = images[index], images[index[:, classes.inverse]].T
    rows = modular_product(table * classes.sizes % q, adjoint, q)
    if not np.array_equal(rows, np.diag(np.full(len(classes), group.order))):
        _fail("the rows are not orthogonal", group)
    if not np.array_equal(modular_product(adjoint, table, q), np.diag(group.order // classes.sizes)):
        _fail("the columns are not orthogonal", group)


def _square_sums(group: FiniteGroup, characters: SpectralCharacters, images: IntArray, q: int) -> IntArray:
    """Array [k]: sum_C |C| chi(C^2) modulo q, as 1, 0 or -1 times n, else 2."""
    sizes = group.conjugacy_classes.sizes[:, None]
    sums = modular_product(images[characters.index[:, group.power_map(2)]], sizes, q)[:, 0]
    return np.select([sums == 0, sums == group.order, sums == q - group.order], [0, 1, -1], default=2)


def _indicators(group: FiniteGroup, characters: SpectralCharacters, found: list[IntArray]) -> IntArray:
    """Step 6, and two checks: indicator 0 means not real; sum_i indicator times degree is #{x : x^2 = 1}."""
    classes, indicators = group.conjugacy_classes, found[0]
    if np.any(indicators == 2) or any(np.any(other != indicators) for other in found):
        _fail("a Frobenius-Schur indicator is not 1, 0 or -1", group)
    real = np.all(characters.index == characters.index[:, classes.inverse], axis=1)
    degrees = np.array([dict(characters.spectra[s])[0] for s in characters.index[:, 0]], dtype=np.int64)
    involutions = int(classes.sizes[classes.element_orders <= 2].sum())
    if np.any(real != (indicators != 0)) or int(indicators @ degrees) != involutions:
        _fail("the Frobenius-Schur indicators contradict the conjugates or the number of involutions", group)
    return indicators
