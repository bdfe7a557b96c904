"""Conjugacy classes, as connected components of the conjugation graph, and the orders of elements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .graphs import components
from .laws import IntArray

if TYPE_CHECKING:
    from .groups import FiniteGroup


@dataclass(frozen=True)
class ConjugacyClasses:
    """Conjugacy classes, sorted by element order, then size, then smallest element; the identity's comes first.

    Attributes:
        labels: Array [n]: the class of each element.
        representatives: Array [k]: the smallest element of each class.
        sizes: Array [k].
        element_orders: Array [k].
        inverse: Array [k]: the class of the inverses.
    """

    labels: IntArray
    representatives: IntArray
    sizes: IntArray
    element_orders: IntArray
    inverse: IntArray

    def __len__(self) -> int:
        return int(self.sizes.size)


def conjugacy_classes(group: FiniteGroup) -> ConjugacyClasses:
    """Connected components of the conjugation graph, g -- s g s^-1 for generators s.

    Example:
        >>> from orbitkernels.theory.conjugacy import conjugacy_classes
        >>> from orbitkernels.theory.names import group
        >>> conjugacy_classes(group("S4")).sizes.tolist()
        [1, 3, 6, 8, 6]
    """
    found = _components(group)
    smallest = np.unique(found, return_index=True)[1].astype(np.int64)
    sizes = np.bincount(found).astype(np.int64)
    orders = element_orders(group, smallest)
    position = np.lexsort((smallest, sizes, orders))
    rank = np.empty(smallest.size, dtype=np.int64)
    rank[position] = np.arange(smallest.size)
    labels, representatives = rank[found], smallest[position]
    inverse = labels[group.inverse(representatives)]
    return ConjugacyClasses(labels, representatives, sizes[position], orders[position], inverse)


def _components(group: FiniteGroup) -> IntArray:
    """The component of each element; in an abelian group every element is one."""
    every = np.arange(group.order, dtype=np.int64)
    if group.is_abelian:
        return every
    moved = [group.conjugate(every, s) for s in group.generators]
    return components(np.array(moved, dtype=np.int64), group.order)


def element_orders(group: FiniteGroup, elements: IntArray) -> IntArray:
    """Orders of elements, prime by prime: if n = p^m q, the power of p in the order of g is the order of g^q.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.theory.conjugacy import element_orders
        >>> from orbitkernels.theory.constructions import cyclic
        >>> element_orders(cyclic(12), np.array([0, 1, 8, 9])).tolist()
        [1, 12, 3, 4]
    """
    from sympy import factorint

    orders = np.ones(elements.shape, dtype=np.int64)
    for prime, multiplicity in factorint(group.order).items():
        p = int(prime)
        power = group.power(elements, group.order // p ** int(multiplicity))
        while power.any():
            orders[power != 0] *= p
            power = group.power(power, p)
    return orders
