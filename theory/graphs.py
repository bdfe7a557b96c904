"""Graphs whose edges are the steps of maps: Cayley graphs, conjugation graphs, actions on points."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

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
