"""Left cosets of subgroups of a finite group as arrays, and subgroups of middle order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .cayley_graph import CayleyGraph, IntArray, word_tree

#: Elements that are tried one after the other to make a subgroup larger.
_TRIALS = 24


@dataclass(frozen=True)
class Cosets:
    """The left cosets t_i H of a subgroup H of order h and index N = n/h.

    Attributes:
        elements: Array [h, N]: t_i x_j at [j, i]; column 0 is H itself, with x_0 = 1, and row 0 holds the t_i.
        coset: Array [n]: i for the element t_i x_j.
        position: Array [n]: j for the element t_i x_j.
    """

    elements: IntArray
    coset: IntArray
    position: IntArray

    @property
    def order(self) -> int:
        """The order h of the subgroup."""
        return int(self.elements.shape[0])

    @property
    def index(self) -> int:
        """The number N of cosets."""
        return int(self.elements.shape[1])

    @property
    def subgroup(self) -> IntArray:
        """Array [h]: the elements x_j of H."""
        subgroup: IntArray = self.elements[:, 0]
        return subgroup

    @property
    def representatives(self) -> IntArray:
        """Array [N]: the t_i."""
        representatives: IntArray = self.elements[0]
        return representatives


def subgroup_cosets(graph: CayleyGraph, generators: Sequence[int]) -> Cosets:
    """Left cosets of the subgroup that some elements generate; t_i is the smallest element of its coset.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.cayley_graph import CayleyGraph
        >>> from orbitkernels.numerics.cosets import subgroup_cosets
        >>> C4 = CayleyGraph.of_letters(np.array([[1, 2, 3, 0]]))
        >>> subgroup_cosets(C4, [2]).elements.tolist()
        [[0, 1], [2, 3]]
    """
    steps = _steps(graph, generators)
    tree = word_tree(steps)
    subgroup, position = tree.order, np.empty(graph.size, dtype=np.int64)
    position[subgroup] = np.arange(subgroup.size)
    representatives = _representatives(steps)
    elements = np.empty((subgroup.size, representatives.size), dtype=np.int64)
    elements[0] = representatives
    for children in tree.spheres[1:]:
        known = elements[position[tree.parent[children]]]
        elements[position[children]] = steps[tree.letter[children, None], known]
    return _numbered(elements, graph.size)


def cyclic_cosets(graph: CayleyGraph, powers: IntArray) -> Cosets:
    """Left cosets of a cyclic subgroup, with x_j = z^j from the array [o] of the powers 1, z, z^2, ...

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.cayley_graph import CayleyGraph
        >>> from orbitkernels.numerics.cosets import cyclic_cosets
        >>> C4 = CayleyGraph.of_letters(np.array([[1, 2, 3, 0]]))
        >>> cyclic_cosets(C4, C4.powers(2)).elements.tolist()
        [[0, 1], [2, 3]]
    """
    order = powers.size
    step = graph.right_translation(int(powers[1 % order]))
    representatives = _representatives(step[None, :])
    elements = np.empty((order, representatives.size), dtype=np.int64)
    elements[0], known = representatives, 1
    while known < order:  # the step is the right translation by z^known
        more = min(known, order - known)
        elements[known : known + more] = step[elements[:more]]
        step, known = step[step], 2 * known
    return _numbered(elements, graph.size)


def _representatives(steps: IntArray) -> IntArray:
    """The smallest element of each connected component of the graph g -> g s."""
    count, size = steps.shape
    positions = np.tile(np.arange(size), count), steps.ravel()
    edges = coo_array((np.ones(steps.size, dtype=np.int8), positions), (size, size))
    labels = connected_components(edges, directed=False)[1]
    return np.unique(labels, return_index=True)[1].astype(np.int64)


def _numbered(elements: IntArray, size: int) -> Cosets:
    """The cosets with the tables of the positions i and j of each element."""
    coset, position = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    coset[elements] = np.arange(elements.shape[1])
    position[elements] = np.arange(elements.shape[0])[:, None]
    return Cosets(elements, coset, position)


def cyclic_subgroups(graph: CayleyGraph, class_labels: IntArray) -> list[IntArray]:
    """Powers 1, z, ..., z^(o-1) of one cyclic subgroup of each conjugacy class of them, the largest first.

    Args:
        graph: The group.
        class_labels: Array [n]: the conjugacy class of each element.
    """
    seen: set[int] = set()
    found = []
    for element in np.unique(class_labels, return_index=True)[1].tolist():
        if int(class_labels[element]) not in seen:
            powers = graph.powers(element)
            generating = np.gcd(np.arange(powers.size), powers.size) == 1
            seen.update(class_labels[powers[generating]].tolist())
            found.append(powers)
    return sorted(found, key=lambda powers: -powers.size)


def middle_cosets(graph: CayleyGraph, cyclic: Sequence[IntArray]) -> Cosets:
    """Cosets of a subgroup H for which |H| + n/|H| is small, so that few products make all elements.

    The best of the cyclic subgroups is made larger by random elements and by the others while that helps.

    Args:
        graph: The group.
        cyclic: Powers of the generators of cyclic subgroups.
    """

    def work(order: int) -> float:
        return order + graph.size / order

    best = min(cyclic, key=lambda powers: work(powers.size))
    generators, order = [int(best[1 % best.size])], best.size
    random = np.random.default_rng(0)
    for turn in range(_TRIALS):
        powers = cyclic[int(random.integers(len(cyclic)))]
        extra = int(powers[1 % powers.size]) if turn % 2 else int(random.integers(graph.size))
        larger = _order(graph, [*generators, extra])
        if work(larger) < work(order):
            generators, order = [*generators, extra], larger
    return subgroup_cosets(graph, generators)


def _order(graph: CayleyGraph, generators: Sequence[int]) -> int:
    """The order of the subgroup that some elements generate."""
    return int(word_tree(_steps(graph, generators)).order.size)


def _steps(graph: CayleyGraph, generators: Sequence[int]) -> IntArray:
    """Right translations [generators, n] by some elements."""
    return np.array([graph.right_translation(z) for z in generators], dtype=np.int64).reshape(-1, graph.size)


def abelian_normal_subgroup(graph: CayleyGraph, class_labels: IntArray) -> npt.NDArray[np.bool_]:
    """Array [n]: whether an element lies in a certain abelian normal subgroup, a maximal one.

    Conjugacy classes are taken in the order of their sizes if their elements commute with one another and with
    those of the classes taken before; what they generate is normal and abelian.

    Args:
        graph: The group.
        class_labels: Array [n]: the conjugacy class of each element.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.cayley_graph import CayleyGraph
        >>> from orbitkernels.numerics.cosets import abelian_normal_subgroup
        >>> S3 = CayleyGraph.of_letters(np.array([[1, 2, 0, 4, 5, 3], [3, 5, 4, 0, 2, 1]]))
        >>> abelian_normal_subgroup(S3, np.array([0, 1, 1, 2, 2, 2])).tolist()
        [True, True, True, False, False, False]
    """
    inside = np.zeros(graph.size, dtype=np.bool_)
    inside[0] = True
    generators: list[int] = []
    members = np.argsort(class_labels, kind="stable")
    classes = np.split(members, np.cumsum(np.bincount(class_labels))[:-1])
    for conjugates in sorted(classes, key=len):
        z = int(conjugates[0])
        known = np.concatenate([conjugates, np.array(generators, dtype=np.int64)])
        if inside[z] or not np.array_equal(graph.left_products(z, known), graph.right_translation(z)[known]):
            continue
        for conjugate in conjugates.tolist():
            if not inside[conjugate]:
                generators.append(conjugate)
                inside[word_tree(_steps(graph, generators)).order] = True
    return inside
