"""Graphs whose edges are the steps of maps: Cayley graphs, conjugation graphs, actions on points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from .laws import IntArray


def step_graph(targets: IntArray, order: int) -> csr_array:
    """Sparse adjacency of the edges i -> targets[s, i].

    Args:
        targets: Array [maps, order].
        order: Number of nodes.

    Returns:
        Sparse matrix [order, order]; an entry counts the maps that take the step.
    """
    heads = targets.ravel()
    tails = np.tile(np.arange(order, dtype=np.int64), targets.shape[0])
    return coo_array((np.ones(heads.size, dtype=np.int16), (tails, heads)), shape=(order, order)).tocsr()


def components(targets: IntArray, order: int) -> IntArray:
    """Array [order]: the component of each node, numbered in the order of their smallest nodes.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.theory.graphs import components
        >>> components(np.array([[3, 1, 2, 0]]), 4).tolist()
        [0, 1, 2, 0]
    """
    return renumbered(connected_components(step_graph(targets, order), directed=False)[1])


def renumbered(labels: IntArray) -> IntArray:
    """Labels 0, ..., k - 1 renumbered so that they first occur in increasing order.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.theory.graphs import renumbered
        >>> renumbered(np.array([2, 0, 2, 1])).tolist()
        [0, 1, 0, 2]
    """
    first = np.unique(labels, return_index=True)[1]
    rank = np.empty(first.size, dtype=np.int64)
    rank[np.argsort(first)] = np.arange(first.size)
    return rank[labels]


@dataclass(frozen=True)
class SpanningTree:
    """Breadth-first tree rooted at node 0.  In a Cayley graph, element = parent * generator[letter].

    Attributes:
        order: Array [n] of all nodes, parents before children; order[0] is the root 0.
        parent: Array [n]; -1 at the root.
        letter: Array [n]: the first of the maps that takes the parent to the node; -1 at the root.
    """

    order: IntArray
    parent: IntArray
    letter: IntArray


def spanning_tree(targets: IntArray) -> SpanningTree:
    """Breadth-first tree of the edges i -> targets[s, i] from node 0, which must reach every node.

    Args:
        targets: Array [maps, n].

    Example:
        >>> import numpy as np
        >>> from orbitkernels.theory.graphs import spanning_tree
        >>> tree = spanning_tree(np.array([[1, 2, 0], [2, 0, 1]]))
        >>> tree.parent.tolist(), tree.letter.tolist()
        ([-1, 0, 0], [-1, 0, 1])
    """
    size = targets.shape[1]
    order, parent = breadth_first_order(step_graph(targets, size), 0, return_predecessors=True)
    parent = parent.astype(np.int64)
    parent[0] = -1
    letter = np.full(size, -1, dtype=np.int64)
    children = np.arange(1, size)
    for position in reversed(range(targets.shape[0])):
        hit = targets[position, parent[children]] == children
        letter[children[hit]] = position
    return SpanningTree(order.astype(np.int64), parent, letter)


def tree_levels(order: IntArray, parent: IntArray) -> list[IntArray]:
    """Nodes of a breadth-first tree at distance 1, 2, ... from its root.

    What is defined along a tree is computed level by level, one array operation each.

    Args:
        order: Array [n]: the nodes, breadth-first, the root first.
        parent: Array [n]: the parent of each node; unused at the root.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.theory.graphs import tree_levels
        >>> [level.tolist() for level in tree_levels(np.array([0, 2, 1, 3]), np.array([-1, 0, 0, 2]))]
        [[2, 1], [3]]
    """
    depth = [0] * order.size
    parents, nodes = parent.tolist(), order.tolist()
    for node in nodes[1:]:
        depth[node] = depth[parents[node]] + 1
    starts = np.flatnonzero(np.diff(np.array(depth, dtype=np.int64)[order])) + 1
    return np.split(order, starts)[1:]
