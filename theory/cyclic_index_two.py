"""Characters of groups with a cyclic subgroup of index two, in closed form: dihedral, dicyclic, semidihedral, ...

Let a generate the subgroup, of order m, and let b lie outside: b a b^-1 = a^r and b^2 = a^t.  The character
a -> E(m)^h of the subgroup induces an irreducible character of degree 2 if its conjugate, with r h instead of h,
is another one; otherwise it has two extensions, in which b is either square root of E(m)^(h t).

Source: I. M. Isaacs, Character Theory of Finite Groups (1976), Theorem 6.11 and Corollary 6.17 (Clifford and
Gallagher).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .character_spectra import SpectralCharacters, Spectrum, row_blocks, sorted_characters
from .groups import FiniteGroup
from .laws import IntArray


@dataclass(frozen=True)
class CyclicIndexTwo:
    """A cyclic subgroup <a> of index two and an element outside.

    Attributes:
        a: A generator of the subgroup.
        order: m, the order of a.
        logarithms: Array [n]: i for a^i and for a^i b.
        outside: Array [n]: whether an element lies outside.
        unit: r in b a b^-1 = a^r.
    """

    a: int
    order: int
    logarithms: IntArray
    outside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    unit: int


def cyclic_index_two(group: FiniteGroup) -> CyclicIndexTwo | None:
    """A cyclic subgroup of index two, found from the orders of elements; None if there is none.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> cyclic_index_two(group("D5")).unit, cyclic_index_two(group("A4"))
        (4, None)
    """
    classes, m = group.conjugacy_classes, group.order // 2
    found = np.flatnonzero(classes.element_orders == m)
    if 2 * m != group.order or not found.size:
        return None
    a = int(classes.representatives[found[0]])
    powers = group.power(a, np.arange(m))
    logarithms = np.full(group.order, -1, dtype=np.int64)
    logarithms[powers] = np.arange(m)
    outside = logarithms < 0
    b = int(np.argmax(outside))
    logarithms[group.multiply(powers, b)] = np.arange(m)
    return CyclicIndexTwo(a, m, logarithms, outside, int(logarithms[group.conjugate(a, b)]))


def index_two_characters(group: FiniteGroup, subgroup: CyclicIndexTwo) -> SpectralCharacters:
    """All irreducible characters, sorted.

    An element g outside has g^2 = a^u with r u = u, and the eigenvalues of rho(g) are square roots of E(m)^(h u):
    both in degree 2, because the trace vanishes.  One of them is E(2m)^(h u).

    Example:
        >>> from orbitkernels.theory.names import group
        >>> D3 = group("D3")
        >>> found = index_two_characters(D3, cyclic_index_two(D3))
        >>> [[found.spectra[s] for s in row] for row in found.index][2]
        [((0, 2),), ((0, 1), (3, 1)), ((2, 1), (4, 1))]
    """
    m, r = subgroup.order, subgroup.unit
    h = np.arange(m, dtype=np.int64)
    fixed, moved = h[h * r % m == h], h[h * r % m > h]
    codes = _Codes(group, subgroup)
    index = np.empty((2 * fixed.size + moved.size,) * 2, dtype=np.int32)
    index[: fixed.size] = codes.linear(fixed, 0)
    index[fixed.size : 2 * fixed.size] = codes.linear(fixed, m)
    rest = index[2 * fixed.size :]
    for block in row_blocks(*rest.shape):
        rest[block] = codes.planar(moved[block])
    used = np.zeros(4 * m, dtype=bool)
    for block in row_blocks(*index.shape):
        used[index[block]] = True
    known: dict[Spectrum, int] = {}
    number = np.zeros(4 * m, dtype=np.int32)
    for code in np.flatnonzero(used).tolist():
        number[code] = known.setdefault(codes.spectrum(code), len(known))
    for block in row_blocks(*index.shape):
        index[block] = number[index[block]]
    return sorted_characters(index, list(known))


class _Codes:
    """Numbers below 4m for the spectra on the classes, whose eigenvalues are roots of unity of order 2m.

    A linear character has the code x of E(2m)^x.  The pair E(m)^x, E(m)^(r x) on a^i has the code 2m + the smaller
    of x and r x modulo m, the pair of both square roots of E(m)^x the code 3m + x.
    """

    def __init__(self, group: FiniteGroup, subgroup: CyclicIndexTwo) -> None:
        classes = group.conjugacy_classes
        g = classes.representatives
        self.exponent, self.order, self.unit = group.exponent, subgroup.order, subgroup.unit
        self.outside = subgroup.outside[g]
        self.logarithms = subgroup.logarithms[g]
        self.squares = subgroup.logarithms[group.multiply(g, g)]
        b = int(np.argmax(subgroup.outside))
        t = int(subgroup.logarithms[group.multiply(b, b)])
        # with b -> E(2m)^(h t) the value at a^i b is E(2m)^(h (2i + t))
        self.halves = 2 * self.logarithms + t * self.outside

    def linear(self, h: IntArray, turn: int) -> IntArray:
        """Codes [h, classes] of the linear characters a -> E(m)^h, b -> E(2m)^(h t + turn)."""
        return (h[:, None] * self.halves + turn * self.outside) % (2 * self.order)

    def planar(self, h: IntArray) -> IntArray:
        """Codes [h, classes] of the characters of degree 2 induced from a -> E(m)^h."""
        m = self.order
        x = h[:, None] * np.where(self.outside, self.squares, self.logarithms) % m
        inside = 2 * m + np.minimum(x, x * self.unit % m)
        return np.where(self.outside, 3 * m + x, inside)

    def spectrum(self, code: int) -> Spectrum:
        """The eigenvalues of a code, with exponents of E(e) in place of those of E(2m)."""
        kind, x = divmod(code, self.order)
        if kind < 2:
            exponents = [code]
        elif kind == 2:
            exponents = [2 * x, 2 * (x * self.unit % self.order)]
        else:
            exponents = [x, x + self.order]
        found = sorted(a * self.exponent // (2 * self.order) for a in exponents)
        return tuple((a, found.count(a)) for a in dict.fromkeys(found))
