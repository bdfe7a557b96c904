"""Clifford correspondence with abelian normal subgroups: an irrep is induced from one of smaller degree.

Let psi be an irreducible character of T and N a normal subgroup of T that is abelian modulo the kernel of psi and
does not act by scalars.  For a linear constituent lambda of psi on N let T' be its stabiliser in T; the part of
the module on which N acts by lambda is an irreducible module of T', and psi is induced from its character psi'.
So psi' is smaller, and a linear character that occurs once in psi' on a subgroup H of T' that contains N occurs
once in psi on H.  Where this goes on down to degree 1, as it does in supersolvable groups, psi is induced from a
linear character.

Everything is computed with residues of character values modulo p; see :mod:`.character_residues`.

Sources: I. M. Isaacs, "Character theory of finite groups", Theorem 6.11; U. Baum and M. Clausen, "Computing
irreducible representations of supersolvable groups", Math. Comp. 63 (1994).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .character_residues import CharacterResidues
from .graphs import components
from .groups import FiniteGroup
from .laws import IntArray
from .subgroup_elements import conjugates, generating_set

#: Classes whose normal closure is tested for being abelian, the smallest first.
MAX_CLASSES_TRIED = 200


@dataclass(frozen=True)
class LocalCharacter:
    """An irreducible character psi of a subgroup T that induces the irreducible character one began with.

    Attributes:
        elements: Array [t] of the elements of T.
        residues: Array [n]: psi modulo p on T, zero elsewhere.
        degree: psi(1).
    """

    elements: IntArray
    residues: IntArray
    degree: int


def smallest_local_character(group: FiniteGroup, residues: CharacterResidues, row: int) -> LocalCharacter:
    """Applies the Clifford correspondence to a row of the table as long as there is a normal subgroup for it.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> D4 = group("D4")
        >>> found = smallest_local_character(D4, CharacterResidues(D4.character_table(), 100), 4)
        >>> found.degree, found.elements.size
        (1, 4)
    """
    degree = int(residues.table.degrees[row])
    local = LocalCharacter(np.arange(group.order, dtype=np.int64), residues.on_elements(row), degree)
    while local.degree > 1:
        members = _abelian_normal(group, local, residues.prime)
        if members.size == 0:
            break
        local = _correspondent(group, local, members, residues)
    return local


def scalar_elements(group: FiniteGroup, local: LocalCharacter, p: int) -> npt.NDArray[np.bool_]:
    """Array [t]: which elements of T act by scalars, |psi| = psi(1)."""
    back = local.residues[group.law.inverse(local.elements)]
    square = local.residues[local.elements] * back % p
    return np.asarray(square == local.degree**2 % p)


def _abelian_normal(group: FiniteGroup, local: LocalCharacter, p: int) -> IntArray:
    """A conjugacy class of T that is not scalar and whose elements commute modulo the kernel; empty if none.

    A class commutes as soon as one member commutes with the others.
    """
    scalar = scalar_elements(group, local, p)
    labels = _classes(group, local.elements)
    sizes = np.bincount(labels)
    by_class = np.split(np.argsort(labels, kind="stable"), np.cumsum(sizes)[:-1])
    tried = 0
    for k in np.argsort(sizes, kind="stable").tolist():
        first = int(by_class[k][0])
        if scalar[first]:
            continue
        members = local.elements[by_class[k]]
        a = np.full_like(members, members[0])
        products = group.law.product(a, members), group.law.product(members, a)
        commutators = group.law.product(products[0], group.law.inverse(products[1]))
        if (local.residues[commutators] == local.degree).all():
            return np.asarray(members)
        tried += 1
        if tried == MAX_CLASSES_TRIED:
            break
    return np.empty(0, dtype=np.int64)


def _classes(group: FiniteGroup, elements: IntArray) -> IntArray:
    """Array [t]: the conjugacy class in T of each of its elements."""
    if elements.size == group.order:
        return group.conjugacy_classes.labels[elements]
    place = np.empty(group.order, dtype=np.int64)
    place[elements] = np.arange(elements.size)
    generators = generating_set(group, elements)
    moved = [place[conjugates(group, elements, np.array(s))] for s in generators]
    return components(np.array(moved, dtype=np.int64), elements.size)


def _correspondent(
    group: FiniteGroup, local: LocalCharacter, members: IntArray, residues: CharacterResidues
) -> LocalCharacter:
    """The character psi' of the stabiliser T' of one linear constituent of psi on the group of the members.

    Member by member the module is cut down to the eigenspace of one eigenvalue E(o)^l, whose trace at t is
    (1/o) sum_j E(o)^(-l j) tr(t c^j).
    """
    values, degree = local.residues, local.degree
    exponents = np.zeros(group.order, dtype=np.int64)
    for c in members.tolist():
        eigenvalues = _multiplicities(group, values, c, residues)
        l = _simplest_root(eigenvalues)
        if eigenvalues[l] < degree:
            values = _eigenspace(group, local.elements, values, c, l, residues)
            degree = int(eigenvalues[l])
        exponents[c] = l * (residues.exponent // eigenvalues.size)
    stabiliser = local.elements
    wanted = local.elements.size * degree // local.degree
    for c in members.tolist():
        if stabiliser.size == wanted:
            break
        stabiliser = stabiliser[exponents[conjugates(group, np.array(c), stabiliser)] == exponents[c]]
    restricted = np.zeros(group.order, dtype=np.int64)
    restricted[stabiliser] = values[stabiliser]
    return LocalCharacter(stabiliser, restricted, degree)


def _multiplicities(group: FiniteGroup, values: IntArray, c: int, residues: CharacterResidues) -> IntArray:
    """Array [o]: how often E(o)^l is an eigenvalue of c, (1/o) sum_j E(o)^(-l j) tr(c^j)."""
    p, order = residues.prime, int(group.element_orders[c])
    every = np.arange(order)
    roots = residues.powers[-np.outer(every, every) % order * (residues.exponent // order)]
    traces = values[group.power(c, every)]
    return np.asarray((roots * traces % p).sum(axis=1) % p * pow(order, -1, p) % p)


def _simplest_root(multiplicities: IntArray) -> int:
    """The eigenvalue E(o)^l of least order, the most frequent one among those."""
    present = np.flatnonzero(multiplicities)
    orders = multiplicities.size // np.gcd(present, multiplicities.size)
    return int(present[np.lexsort((-multiplicities[present], orders))[0]])


def _eigenspace(
    group: FiniteGroup, elements: IntArray, values: IntArray, c: int, l: int, residues: CharacterResidues
) -> IntArray:
    """Array [n]: t -> (1/o) sum_j E(o)^(-l j) tr(t c^j) on T."""
    p, order = residues.prime, int(group.element_orders[c])
    step = residues.exponent // order
    sums, moved = np.zeros(elements.size, dtype=np.int64), elements
    for j in range(order):
        sums += values[moved] * int(residues.powers[-l * j * step % residues.exponent]) % p
        moved = group.law.product(moved, np.full_like(moved, c))
    result = np.zeros(group.order, dtype=np.int64)
    result[elements] = sums % p * pow(order, -1, p) % p
    return result
