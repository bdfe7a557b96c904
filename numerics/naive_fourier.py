"""Fourier transform of a finite group from its definition: the reference for the fast one.

fhat(rho) = sum_g f(g) rho(g) needs n^2 multiplications for all irreps.  The matrices rho(g) are made a block of
elements at a time, so that at no time n^2 numbers are held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from .adapted_irreps import BATCH, IntArray, Matrices
from .cayley_graph import CayleyGraph

#: Takes elements [b], gives their matrices [b, d, d].
MatricesOf = Callable[[IntArray], Matrices]


def naive_transform(functions: Matrices, matrices: MatricesOf, degree: int) -> Matrices:
    """The transform sum_g f(g) rho(g), array [m, d, d], of functions [m, n].

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.naive_fourier import naive_transform
        >>> sign = np.array([1.0, -1.0])[:, None, None]
        >>> naive_transform(np.array([[3.0, 1.0]]), lambda g: sign[g], 1).ravel()
        array([2.])
    """
    total: Matrices = np.zeros((), dtype=functions.dtype)
    for elements in _blocks(functions.shape[1], degree):
        total = total + functions[:, elements] @ matrices(elements).reshape(elements.size, -1)
    return np.asarray(total).reshape(-1, degree, degree)


def naive_inverse(transforms: Sequence[Matrices], matrices: Sequence[MatricesOf], order: int) -> Matrices:
    """Functions [m, n] with given transforms: f(g) = (1/n) sum_rho d_rho tr(rho(g)^* fhat(rho)).

    Args:
        transforms: One array [m, d, d] an irrep.
        matrices: The matrices of each irrep.
        order: n.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.naive_fourier import naive_inverse
        >>> signs = [np.ones((2, 1, 1)), np.array([1.0, -1.0])[:, None, None]]
        >>> transforms = [np.array([[[4.0]]]), np.array([[[2.0]]])]
        >>> naive_inverse(transforms, [lambda g: signs[0][g], lambda g: signs[1][g]], 2).real
        array([[3., 1.]])
    """
    total = np.zeros((transforms[0].shape[0], order), dtype=np.complex128)
    for transform, matrices_of in zip(transforms, matrices, strict=True):
        degree = transform.shape[1]
        flat = transform.reshape(transform.shape[0], -1)
        for elements in _blocks(order, degree):
            conjugate = matrices_of(elements).conj().reshape(elements.size, -1)
            total[:, elements] += degree / order * (flat @ conjugate.T)
    return total


def _blocks(order: int, degree: int) -> Iterator[IntArray]:
    """All elements in blocks whose matrices fit a batch."""
    step = max(1, BATCH // degree**2)
    for start in range(0, order, step):
        yield np.arange(start, min(start + step, order))


class HalfwayProducts:
    """Every element as a product of two at distance at most h from the identity, h half the diameter.

    An irrep is then held by its matrices at the elements up to that distance in the Cayley graph, which are few
    where the diameter is large.

    Attributes:
        left: Array [n]: the ancestor a of g at distance h in the spanning tree; g itself if it is nearer.
        right: Array [n]: b with a b = g.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.cayley_graph import CayleyGraph
        >>> from orbitkernels.numerics.naive_fourier import HalfwayProducts
        >>> C3 = CayleyGraph.of_letters(np.array([[1, 2, 0]]))
        >>> turn = np.exp(2j * np.pi / 3) * np.ones((1, 1, 1))
        >>> HalfwayProducts(C3).matrices_of(turn)(np.arange(3)).ravel().round(3)
        array([ 1. +0.j   , -0.5+0.866j, -0.5-0.866j])
    """

    def __init__(self, graph: CayleyGraph) -> None:
        self._graph = graph
        half = (int(graph.depth.max()) + 1) // 2
        self.left, self.right = np.arange(graph.size), np.zeros(graph.size, dtype=np.int64)
        for distance, level in enumerate(graph.levels, start=1):
            if distance > half:
                parents = graph.parent[level]
                self.left[level] = self.left[parents]
                self.right[level] = graph.right_translations[graph.letter[level], self.right[parents]]
        self._near = np.flatnonzero(self.left == np.arange(graph.size))

    @property
    def letters(self) -> IntArray:
        """The letters of the graph as elements."""
        return self._graph.letters

    def matrices_of(self, letters: Matrices) -> MatricesOf:
        """Matrices at any elements of the representation with given matrices [letters, d, d] of the letters."""
        graph, near, degree = self._graph, self._near, letters.shape[1]
        row = np.full(graph.size, -1, dtype=np.int64)
        row[near] = np.arange(near.size)
        known = np.empty((near.size, degree, degree), dtype=letters.dtype)
        known[row[0]] = np.eye(degree)
        for level in graph.levels:
            inside = level[row[level] >= 0]
            known[row[inside]] = known[row[graph.parent[inside]]] @ letters[graph.letter[inside]]
        return lambda elements: known[row[self.left[elements]]] @ known[row[self.right[elements]]]
