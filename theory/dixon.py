"""Irreducible characters by Burnside, Dixon and Schneider: eigenvectors of class matrices modulo a prime, lifted.

A character value is a sum of roots of unity, the eigenvalues of rho(g).  The values are kept as such *spectra*:
the exponents a of E(e)^a, e the exponent of the group, with multiplicities.  Spectra are integers, few of them
are different, and Galois automorphisms, power maps and reductions modulo primes act on them directly.

Abelian groups need no matrices: characters are extended along a chain of subgroups.

Sources: J. D. Dixon, "High speed computation of group characters", Numer. Math. 10 (1967); G. J. A. Schneider,
"Dixon's character table algorithm revisited", J. Symb. Comput. 9 (1990).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd, isqrt

import numpy as np
import numpy.typing as npt
from flint import nmod_poly

from .groups import FiniteGroup
from .laws import IntArray
from .modular import character_prime, modular_product, modular_root, modular_solution

#: Eigenvalues of a matrix of finite order: pairs (a, multiplicity of E(e)^a), a increasing in 0..e-1.
Spectrum = tuple[tuple[int, int], ...]

#: Products of group elements made in one call; bounds the memory of a class matrix.
_CHUNK = 2**21

#: Columns of a Krylov basis made at once; more of them cost more squarings of the matrix.
_BLOCK = 64


@dataclass(frozen=True)
class SpectralCharacters:
    """Characters through the eigenvalues of their representations.

    Attributes:
        index: Array [characters, classes]: which spectrum a character has on a class.
        spectra: The different spectra, in the order of :func:`spectrum_key`.
    """

    index: npt.NDArray[np.int32]
    spectra: tuple[Spectrum, ...]


def spectral_characters(group: FiniteGroup) -> SpectralCharacters:
    """All irreducible characters, sorted by degree, then by :func:`spectrum_key` along the classes.

    Example:
        >>> C2 = FiniteGroup.from_permutations([[1, 0]])
        >>> found = spectral_characters(C2)
        >>> [[found.spectra[s] for s in row] for row in found.index]
        [[((0, 1),), ((0, 1),)], [((0, 1),), ((1, 1),)]]
    """
    if group.is_abelian:
        exponents = linear_characters(group)[:, group.conjugacy_classes.representatives]
        used, index = np.unique(exponents, return_inverse=True)
        spectra: list[Spectrum] = [((int(a), 1),) for a in used]
        return _sorted(index.reshape(exponents.shape), spectra)
    modulus = character_prime(group.exponent, 2**30)
    values = modular_characters(group, modulus)
    return _sorted(*_lift(group, values, modulus))


def spectrum_key(spectrum: Spectrum) -> tuple[int, tuple[tuple[int, int], ...]]:
    """Sorting key: the degree, then the list of exponents, so that eigenvalues 1 come first."""
    return sum(m for _, m in spectrum), tuple((a, -m) for a, m in spectrum)


def _sorted(index: npt.NDArray[np.integer], spectra: list[Spectrum]) -> SpectralCharacters:
    """Spectra by key, then rows by their spectra; the first column (the identity) decides by degree."""
    by_key = sorted(range(len(spectra)), key=lambda s: spectrum_key(spectra[s]))
    rank = np.empty(len(spectra), dtype=np.int32)
    rank[by_key] = np.arange(len(spectra), dtype=np.int32)
    ranked = rank[index]
    rows = np.lexsort(ranked.T[::-1])
    return SpectralCharacters(ranked[rows], tuple(spectra[s] for s in by_key))


# ---------------------------------------------------------------------- abelian groups


def linear_characters(group: FiniteGroup) -> IntArray:
    """All characters of an abelian group as exponents: chi(g) = E(e)^a, e the exponent of the group.

    The characters of H are extended to the group of H and s: if m is least with s^m = h in H, chi(s) may be any
    m-th root of chi(h), so that each character has m extensions.

    Args:
        group: An abelian group of order n.

    Returns:
        Array [n, n] of the exponents a in 0..e-1; rows are characters, columns elements.

    Raises:
        ValueError: If the group is not abelian.

    Example:
        >>> C3 = FiniteGroup.from_permutations([[1, 2, 0]])
        >>> linear_characters(C3).tolist()
        [[0, 0, 0], [0, 1, 2], [0, 2, 1]]
    """
    if not group.is_abelian:
        raise ValueError(f"{group.name} is not abelian")
    elements = np.zeros(1, dtype=np.int64)
    exponents = np.zeros((1, 1), dtype=np.int64)
    for generator in group.generators:
        elements, exponents = _extended(group, elements, exponents, generator)
    table = np.empty_like(exponents)
    table[:, elements] = exponents
    return table


def _extended(
    group: FiniteGroup, elements: IntArray, exponents: IntArray, generator: int
) -> tuple[IntArray, IntArray]:
    """Elements [|H|] of H and exponents [|H|, |H|] of its characters, for H and a generator s together."""
    e = group.exponent
    powers = group.power(generator, np.arange(e + 1))
    inside = np.isin(powers[1:], elements)
    m = int(np.argmax(inside)) + 1
    h = int(np.flatnonzero(elements == powers[m])[0])
    # m divides the exponent a of chi(h): the order of chi(h) divides that of h, which is order(s)/m
    roots = exponents[:, h, None] // m + (e // m) * np.arange(m)[None, :]  # [|H|, m]
    steps = roots[:, :, None] * np.arange(m)  # [|H|, m, m]: exponents at s^0, ..., s^(m-1)
    values = (steps[:, :, :, None] + exponents[:, None, None, :]) % e  # [|H|, m, m, |H|]
    size = elements.size * m
    larger = group.multiply(powers[:m, None], elements[None, :]).ravel()
    return larger, values.reshape(size, size)


# ---------------------------------------------------------------------- characters modulo p


def modular_characters(group: FiniteGroup, p: int) -> IntArray:
    """The irreducible characters modulo p, an array [k, k] (characters, classes), rows in no particular order.

    omega(C) = |C| chi(C)/d satisfies omega(C_r) omega(C_s) = sum_t a_rst omega(C_t), so that the vector omega is
    an eigenvector of every combination sum_r w_r (a_rst)_{s,t} of class matrices.  With random weights w the
    eigenvalues sum_r w_r omega(C_r) differ (two agree with probability 1/p); then d follows from
    n/d^2 = sum_C omega(C) omega(C^-1)/|C|.

    Args:
        group: Any finite group.
        p: A prime with p = 1 modulo the exponent and n < p < 2^31.
    """
    classes = group.conjugacy_classes
    omega = _common_eigenvectors(group, p)  # [k classes, k characters]
    inverse_sizes = np.array([pow(int(s), -1, p) for s in classes.sizes], dtype=np.int64)
    scaled = omega * inverse_sizes[:, None] % p
    norms = (scaled * omega[classes.inverse] % p).sum(axis=0) % p
    degrees = [_degree(group.order * pow(int(norm), -1, p) % p, group.order) for norm in norms]
    return (scaled * np.array(degrees, dtype=np.int64) % p).T


def _degree(square: int, order: int) -> int:
    """The degree d from d^2 modulo p; it is d^2 itself because d^2 <= n < p."""
    degree = isqrt(square)
    if degree**2 != square or order % degree:
        raise ArithmeticError(f"internal error: {square} is not the square of a degree dividing {order}")
    return degree


def _common_eigenvectors(group: FiniteGroup, p: int) -> IntArray:
    """Array [k, k] whose columns are the k vectors omega.

    The classes of the generators (they tell linear characters apart) and the smallest classes mostly suffice; all
    classes always do.
    """
    classes = group.conjugacy_classes
    by_size = np.argsort(classes.sizes, kind="stable")
    elements = np.cumsum(classes.sizes[by_size])
    random = np.random.default_rng(0)
    for budget in (max(group.order // 64, _CHUNK // len(classes)), group.order, group.order, group.order):
        weights = np.zeros(len(classes), dtype=np.int64)
        weights[by_size[elements <= budget]] = 1
        weights[classes.labels[list(group.generators)]] = 1
        weights *= random.integers(1, p, size=weights.size)
        vectors = _simple_eigenvectors(class_matrix(group, weights, p), p, random)
        if vectors is not None:
            return vectors
    raise ArithmeticError(f"internal error: the class matrices of {group.name} were not split modulo {p}")


def class_matrix(group: FiniteGroup, weights: IntArray, p: int) -> IntArray:
    """The combination sum_r w_r a_rst modulo p of class matrices, an array [k, k] indexed by s, t.

    a_rst is the number of pairs (x, y) in C_r x C_s with x y = z for one z in C_t: for each x, y = x^-1 z.

    Args:
        group: Any finite group.
        weights: Array [k]: w_r modulo p; classes of weight 0 cost nothing.
        p: The modulus, below 2^31.

    Example:
        >>> S3 = FiniteGroup.from_permutations([[1, 0, 2], [1, 2, 0]])
        >>> class_matrix(S3, np.array([0, 1, 0]), 101).tolist()  # the class of the three transpositions
        [[0, 1, 0], [3, 0, 3], [0, 2, 0]]
    """
    classes = group.conjugacy_classes
    x = np.flatnonzero(weights[classes.labels]).astype(np.int64)
    by_element = weights[classes.labels[x]]
    inverse = group.inverse(x)
    matrix = np.zeros((len(classes), len(classes)), dtype=np.int64)
    for start in range(0, x.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        for t, z in enumerate(classes.representatives):
            labels = classes.labels[group.multiply(inverse[part], z)]
            matrix[:, t] += _weighted_counts(labels, by_element[part], len(classes)) % p
    return matrix % p


def _weighted_counts(labels: IntArray, weights: IntArray, count: int) -> IntArray:
    """Exact sums of weights below 2^31 by label; halves of 16 bits keep the sums of bincount exact integers."""
    low = np.bincount(labels, weights & 0xFFFF, minlength=count).astype(np.int64)
    high = np.bincount(labels, weights >> 16, minlength=count).astype(np.int64)
    return (high << 16) + low


def _simple_eigenvectors(matrix: IntArray, p: int, random: np.random.Generator) -> IntArray | None:
    """Columns with first entry 1 that are eigenvectors of k different eigenvalues; None if there are fewer than k.

    A Krylov basis v, Mv, ..., M^(k-1) v gives the minimal polynomial m; (m/(x - l))(M) v is the eigenvector of
    the root l.  One matrix product serves all eigenvalues, in O(k^3 log k) altogether.
    """
    size = matrix.shape[0]
    start = np.asarray(random.integers(1, p, size=size), dtype=np.int64)
    krylov = _krylov(matrix, start, p)
    relation = modular_solution(krylov[:, :size], krylov[:, size:], p)
    if relation is None:
        return None
    coefficients = [-int(c) % p for c in relation[:, 0]] + [1]
    roots = nmod_poly(coefficients, p).roots()
    if len(roots) < size:
        return None
    values = np.array([int(root) for root, _ in roots], dtype=np.int64)
    quotients = np.ones((size, size), dtype=np.int64)  # [power, root]: coefficients of m/(x - l) by Horner's rule
    for j in reversed(range(size - 1)):
        quotients[j] = (coefficients[j + 1] + values * quotients[j + 1]) % p
    vectors = modular_product(krylov[:, :size], quotients, p)
    scale = np.array([pow(int(c), -1, p) for c in vectors[0]], dtype=np.int64)
    return vectors * scale % p


def _krylov(matrix: IntArray, start: IntArray, p: int) -> IntArray:
    """Array [k, k + 1] of the columns v, Mv, ..., M^k v, made in blocks [M^m w, ...] from the last m columns w."""
    wanted = matrix.shape[0] + 1
    vectors, power, step = start.reshape(-1, 1), matrix, 1
    while vectors.shape[1] < wanted:
        following = modular_product(power, vectors[:, -step:], p)
        vectors = np.concatenate([vectors, following], axis=1)
        if step < _BLOCK and vectors.shape[1] < wanted:
            power, step = modular_product(power, power, p), 2 * step
    return vectors[:, :wanted]


# ---------------------------------------------------------------------- lifting


def _lift(group: FiniteGroup, values: IntArray, p: int) -> tuple[IntArray, list[Spectrum]]:
    """Spectra from characters modulo p: the multiplicity of E(o)^l in rho(g), g of order o, is
    (1/o) sum_s chi(g^s) E(o)^(-ls), an integer between 0 and d < p.

    Only one class of each cyclic subgroup is transformed: for s prime to o the spectrum of g^s has exponents
    times s.
    """
    e, classes = group.exponent, group.conjugacy_classes
    root = modular_root(e, p)
    known: dict[Spectrum, int] = {}
    index = np.full(values.shape, -1, dtype=np.int64)
    for j, order in enumerate(classes.element_orders.tolist()):
        if index[0, j] >= 0:
            continue
        powers = classes.labels[group.power(classes.representatives[j], np.arange(order))]
        spectra = _spectra(values[:, powers], order, e, root, p)
        different = list(dict.fromkeys(spectra))
        for s in range(order):
            if gcd(s, order) == 1 and index[0, powers[s]] < 0:
                place = {
                    spectrum: known.setdefault(galois_spectrum(spectrum, s, e), len(known))
                    for spectrum in different
                }
                index[:, powers[s]] = [place[spectrum] for spectrum in spectra]
    return index, list(known)


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


def _spectra(values: IntArray, order: int, exponent: int, root: int, p: int) -> list[Spectrum]:
    """One spectrum a character from its values modulo p at 1, g, ..., g^(order-1), an array [k, order]."""
    different, place = np.unique(values, axis=0, return_inverse=True)
    w = pow(root, -(exponent // order), p)
    powers = np.array([pow(w, s, p) for s in range(order)], dtype=np.int64)
    every = np.arange(order)
    transform = powers[every[:, None] * every[None, :] % order] * pow(order, -1, p) % p
    counts = modular_product(different, transform, p)
    if np.any(counts > different[:, :1]) or np.any(counts.sum(axis=1) != different[:, 0]):
        raise ArithmeticError("internal error: an eigenvalue multiplicity is not between 0 and the degree")
    step = exponent // order
    spectra = [tuple((int(l) * step, int(row[l])) for l in np.flatnonzero(row)) for row in counts]
    return [spectra[s] for s in place.ravel().tolist()]
