"""An exact proof that a table of characters is orthogonal, by integers modulo one prime."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .cyclotomics import prime_divisors
from .dixon import SpectralCharacters, character_prime, galois_spectrum, modular_matrix, modular_root
from .groups import FiniteGroup
from .laws import IntArray


class CharacterTableError(ArithmeticError):
    """A table of characters failed an exact check: an error of this package, not of its input."""


@dataclass(frozen=True)
class OrthogonalityProof:
    """What :func:`prove_orthogonality` found.

    Attributes:
        prime: The prime q of the argument.
        indicators: Array [k]: the Frobenius-Schur indicators, 1 (real), 0 (complex) or -1 (quaternionic).
    """

    prime: int
    indicators: IntArray


def prove_orthogonality(group: FiniteGroup, characters: SpectralCharacters) -> OrthogonalityProof:
    """Proves row and column orthogonality and finds the Frobenius-Schur indicators, all exactly.

    1. Degrees divide n and their squares add up to n.  Every spectrum has as many eigenvalues as the degree, and
       they are roots of unity of the order of the class.
    2. The spectrum on the class of g^p is the spectrum on that of g with eigenvalues to the power p, for each
       prime p that divides the exponent e and for generators p of the units modulo e (-1, inversion, is among
       their products).  So the automorphism sigma_s of Q(E(e)) takes chi(g) to chi(g^s).
    3. alpha = sum_C |C| chi_i(C) conj(chi_k(C)) - n [i = k] is thus fixed by every sigma_s, which only permutes
       classes of one size: alpha is a rational integer.  |alpha| <= n d_i d_k + n <= n^2 + n < q.
    4. q = 1 mod e is a prime; sending E(e) to a root of unity w of order e modulo q is a ring homomorphism
       Z[E(e)] -> F_q.  It takes every alpha to 0, so q divides alpha, and alpha = 0.
    5. beta = sum_i chi_i(C) conj(chi_i(D)) - [C = D] n/|C| is an integer, because sigma_s permutes the rows, and
       |beta| <= 2n < q vanishes by the same argument.
    6. sum_C |C| chi(C^2) is an integer of absolute value at most n d for the same reason; it is n, 0 or -n.

    Raises:
        CharacterTableError: If a check fails.
    """
    _check_degrees(group, characters)
    _check_power_maps(group, characters)
    q = character_prime(group.exponent, group.order**2 + group.order)
    images = _images(characters, group.exponent, q)
    table = _image_matrix(images, characters.index, q)
    _check_products(
        group, table, _image_matrix(images, characters.index[:, group.conjugacy_classes.inverse], q), q
    )
    squares = _image_matrix(images, characters.index[:, group.power_map(2)], q)
    return OrthogonalityProof(q, _indicators(group, characters, squares, q))


def _fail(what: str, group: FiniteGroup) -> None:
    raise CharacterTableError(f"internal error in the character table of {group.name}: {what}")


def _check_degrees(group: FiniteGroup, characters: SpectralCharacters) -> None:
    """Step 1 of the proof."""
    classes, index = group.conjugacy_classes, characters.index
    if index.shape != (len(classes), len(classes)):
        _fail(f"{index.shape[0]} characters on {index.shape[1]} classes, not {len(classes)}", group)
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
    return np.array(
        [sum(m * powers[a] for a, m in spectrum) % q for spectrum in characters.spectra], dtype=np.int64
    )


def _image_matrix(images: npt.NDArray[np.integer], index: npt.NDArray[np.integer], q: int) -> Any:
    return modular_matrix(images[index], q)


def _check_products(group: FiniteGroup, table: Any, conjugate: Any, q: int) -> None:
    """Steps 4 and 5: X diag(|C|) X^* = n I and X^* X = diag(n/|C|) modulo q, X^* the conjugate transpose."""
    sizes = group.conjugacy_classes.sizes
    every = np.eye(sizes.size, dtype=np.int64)
    adjoint = conjugate.transpose()
    if table * modular_matrix(np.diag(sizes), q) * adjoint != modular_matrix(group.order * every, q):
        _fail("the rows are not orthogonal", group)
    if adjoint * table != modular_matrix(np.diag(group.order // sizes), q):
        _fail("the columns are not orthogonal", group)


def _indicators(group: FiniteGroup, characters: SpectralCharacters, squares: Any, q: int) -> IntArray:
    """Step 6, and two checks: indicator 0 means not real; sum_i indicator times degree is #{x : x^2 = 1}."""
    classes, n = group.conjugacy_classes, group.order
    sums = [int(entry) for entry in (squares * modular_matrix(classes.sizes[:, None], q)).entries()]
    meaning = {0: 0, n: 1, q - n: -1}
    if not set(sums) <= set(meaning):
        _fail("a Frobenius-Schur indicator is not 1, 0 or -1", group)
    found = np.array([meaning[s] for s in sums], dtype=np.int64)
    real = np.all(characters.index == characters.index[:, classes.inverse], axis=1)
    degrees = np.array([dict(characters.spectra[s])[0] for s in characters.index[:, 0]], dtype=np.int64)
    if np.any(real != (found != 0)) or int(found @ degrees) != int(
        classes.sizes[classes.element_orders <= 2].sum()
    ):
        _fail("the Frobenius-Schur indicators contradict the conjugates or the number of involutions", group)
    return found
