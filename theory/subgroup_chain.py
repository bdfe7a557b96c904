"""Chains of subgroups A = H_0 < H_1 < ... < H_L = G with A abelian, and elements numbered along them.

Every element of H_i is t_j h with h in H_(i-1) and one of the representatives t_0 = 1, ..., t_(q-1) of the left
cosets of H_(i-1), q = |H_i| / |H_(i-1)|.  Its *position* is j |H_(i-1)| plus the position of h, so that H_i is
the set of the first |H_i| positions.  At the bottom, A is a product of cyclic groups and positions count the
exponents.

Source: M. Clausen, "Fast generalized Fourier transforms", Theoret. Comput. Sci. 67 (1989).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .descending_subgroups import descend
from .groups import FiniteGroup
from .laws import IntArray
from .subgroups import Subgroup, SubgroupLaw


@dataclass(frozen=True)
class ChainClasses:
    """Conjugacy classes of one subgroup of the chain.

    Attributes:
        representatives: Array [k]: positions, the identity's first.
        sizes: Array [k].
    """

    representatives: IntArray
    sizes: IntArray


@dataclass(frozen=True)
class SubgroupChain:
    """A chain A = H_0 < ... < H_L = G with A abelian.

    Attributes:
        group: G of order n.
        cyclic_orders: Orders a_1, ..., a_r with A = C_a1 x ... x C_ar.
        indices: |H_i| / |H_(i-1)| for i = 1, ..., L.
        cyclic: Whether H_(i-1) is normal in H_i of prime index; then the representatives are t, t^2, ...
        elements: Array [n]: the element at each position.
        classes: Conjugacy classes of A, H_1, ..., H_L.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.subgroup_chain import subgroup_chain
        >>> chain = subgroup_chain(group("S4"))
        >>> chain.cyclic_orders, chain.indices
        ((2, 2), (3, 2))
        >>> sorted(chain.elements.tolist()) == list(range(24))
        True
    """

    group: FiniteGroup
    cyclic_orders: tuple[int, ...]
    indices: tuple[int, ...]
    cyclic: tuple[bool, ...]
    elements: IntArray
    classes: tuple[ChainClasses, ...]

    @cached_property
    def positions(self) -> IntArray:
        """Array [n]: the position of each element."""
        positions = np.empty_like(self.elements)
        positions[self.elements] = np.arange(self.elements.size)
        return positions

    def product(self, left: IntArray, right: IntArray) -> IntArray:
        """Position of g h for positions of g and h; the arguments broadcast."""
        g, h = np.broadcast_arrays(self.elements[left], self.elements[right])
        return self.positions[self.group.law.product(g, h)]

    def inverse(self, position: IntArray) -> IntArray:
        """Position of g^-1."""
        return self.positions[self.group.law.inverse(self.elements[position])]


def subgroup_chain(group: FiniteGroup) -> SubgroupChain:
    """A chain from G down to an abelian subgroup, in steps of small index (see :func:`descend`).

    Args:
        group: G; its order is not limited here, each step costs O(n) products for each generator.

    Returns:
        The chain with all elements in its order.
    """
    subgroup, lift = group, np.arange(group.order, dtype=np.int64)
    groups, lifts, steps = [group], [lift], []
    while not subgroup.is_abelian:
        below = descend(subgroup)
        representatives, is_cyclic = _representatives(subgroup, below)
        steps.append((lift[representatives], is_cyclic))
        generators = np.array(below.generators, dtype=np.int64)
        lift, generators = lift[below.elements], lift[generators]
        subgroup = _restricted(group, lift, generators)
        groups.append(subgroup)
        lifts.append(lift)
    orders, elements = _cyclic_product(subgroup)
    elements = lift[elements]
    for representatives, _ in reversed(steps):
        elements = group.law.product(*np.broadcast_arrays(representatives[:, None], elements[None, :])).ravel()
    positions = np.empty_like(elements)
    positions[elements] = np.arange(elements.size)
    classes = [_classes(H, positions[lift]) for H, lift in zip(groups, lifts, strict=True)]
    steps.reverse()
    return SubgroupChain(
        group,
        orders,
        tuple(int(representatives.size) for representatives, _ in steps),
        tuple(is_cyclic for _, is_cyclic in steps),
        elements,
        tuple(reversed(classes)),
    )


def _restricted(group: FiniteGroup, elements: IntArray, generators: IntArray) -> FiniteGroup:
    """The subgroup with these sorted elements as a group of its own, straight from G."""
    law = SubgroupLaw(group, elements)
    return FiniteGroup(law, np.searchsorted(elements, generators).tolist(), f"subgroup of {group.name}")


def _classes(group: FiniteGroup, positions: IntArray) -> ChainClasses:
    """Conjugacy classes by positions in the chain."""
    classes = group.conjugacy_classes
    return ChainClasses(positions[classes.representatives], classes.sizes)


def _representatives(group: FiniteGroup, subgroup: Subgroup) -> tuple[IntArray, bool]:
    """Representatives of the left cosets, 1 first: powers of one element if the subgroup is normal of prime index.

    A normal subgroup of prime index p with t outside has the cosets t^i H for i < p.
    """
    from sympy import isprime

    if not (isprime(subgroup.index) and subgroup.is_normal):
        return subgroup.left_representatives, False
    t = int(subgroup.left_representatives[1])
    return group.power(t, np.arange(subgroup.index)), True


def _cyclic_product(group: FiniteGroup) -> tuple[tuple[int, ...], IntArray]:
    """Orders a_i and elements z_1^j_1 ... z_r^j_r of an abelian group, the last exponent running fastest.

    An element of the largest order generates a direct factor, and the largest order in A/B is met by an element of
    A that has the same order, whose powers meet B in 1 only.
    """
    orders, elements = [], np.zeros(1, dtype=np.int64)
    while elements.size < group.order:
        z = _independent(group, elements)
        order = int(group.element_orders[z])
        powers = group.power(z, np.arange(order))
        elements = group.law.product(*np.broadcast_arrays(elements[:, None], powers[None, :])).ravel()
        orders.append(order)
    return tuple(orders), elements


def _independent(group: FiniteGroup, elements: IntArray) -> int:
    """An element of the largest order among those whose powers meet the subgroup B = `elements` in 1 only.

    They do unless z^(o/p), o the order of z, lies in B for a prime p.
    """
    from sympy import primefactors

    inside = np.zeros(group.order, dtype=bool)
    inside[elements] = True
    orders, every = group.element_orders, np.arange(group.order, dtype=np.int64)
    independent = orders > 1
    for p in map(int, primefactors(group.order)):
        independent &= (orders % p != 0) | ~inside[group.power(every, orders // p)]
    return int(np.argmax(np.where(independent, orders, 0)))
