"""Matrices of any elements of a group in a representation, from the matrices of its letters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from .cayley_graph import CayleyGraph, IntArray, ProductPlan
from .cosets import Cosets

Matrices = npt.NDArray[Any]  # float64 or complex128

#: Numbers that one batch of matrices may hold.
BATCH = 2**22


def blocks(count: int, degree: int) -> Iterator[slice]:
    """Slices that cover 0, ..., count - 1; the degree x degree matrices of one slice fit a batch."""
    step = max(1, BATCH // degree**2)
    for start in range(0, count, step):
        yield slice(start, start + step)


class Representation(Protocol):
    """A representation g -> rho(g) of degree d; matrices are made when they are asked for."""

    def __call__(self, elements: IntArray) -> Matrices:
        """Array [..., d, d]: rho(g) of the elements [...]."""

    def blocks(self) -> Iterator[tuple[IntArray, Matrices]]:
        """All elements, each once, in pieces [m] with their matrices [m, d, d]."""

    def rows(self, vector: Matrices) -> Matrices:
        """Array [n, d]: the row vectors w rho(g) for w = `vector`."""

    def traces(self) -> Matrices:
        """Array [n]: tr rho(g)."""


@dataclass(frozen=True)
class LinearRepresentation:
    """A linear character, from its values on the conjugacy classes.

    Attributes:
        values: Array [k].
        class_labels: Array [n].
    """

    values: Matrices
    class_labels: IntArray

    def __call__(self, elements: IntArray) -> Matrices:
        """Array [..., 1, 1]."""
        return self.values[self.class_labels[elements]][..., None, None]

    def blocks(self) -> Iterator[tuple[IntArray, Matrices]]:
        """All at once: n numbers."""
        every = np.arange(self.class_labels.size)
        yield every, self(every)

    def rows(self, vector: Matrices) -> Matrices:
        """Array [n, 1]."""
        return vector * self.values[self.class_labels, None]

    def traces(self) -> Matrices:
        """Array [n]: the values."""
        return self.values[self.class_labels]


class MiddleFactors:
    """Every element as t_i x_j, with |T| + |H| near 2 sqrt(n), and the products that make the t_i and x_j.

    Args:
        graph: The group, with short words.
        cosets: The cosets t_i H.
    """

    def __init__(self, graph: CayleyGraph, cosets: Cosets) -> None:
        self.graph, self.cosets = graph, cosets
        self.plan = ProductPlan.of(graph, np.concatenate([cosets.representatives, cosets.subgroup]))
        position = np.zeros(graph.size, dtype=np.int64)
        position[self.plan.elements] = np.arange(self.plan.elements.size)
        self._left, self._right = position[cosets.representatives], position[cosets.subgroup]

    def matrices(self, letters: Matrices) -> tuple[Matrices, Matrices]:
        """Arrays rho(t_i) [N, d, d] and rho(x_j) [h, d, d] from the matrices of the letters."""
        found = self.plan.matrices(letters)
        return found[self._left], found[self._right]


class FactoredRepresentation:
    """rho(t_i x_j) = rho(t_i) rho(x_j): about 2 sqrt(n) matrices are kept, all others are one product.

    Args:
        factors: How elements factor; shared by all representations of a group.
        letters: Array [letters, d, d]: the matrices of the letters of the Cayley graph.

    Attributes:
        degree: d.
    """

    def __init__(self, factors: MiddleFactors, letters: Matrices) -> None:
        self._cosets = factors.cosets
        self._factors, self._letters = factors, letters
        self.degree = int(letters.shape[1])

    @cached_property
    def _matrices(self) -> tuple[Matrices, Matrices]:
        return self._factors.matrices(self._letters)

    def __call__(self, elements: IntArray) -> Matrices:
        """Array [..., d, d]: one product each."""
        left, right = self._matrices
        return left[self._cosets.coset[elements]] @ right[self._cosets.position[elements]]

    def blocks(self) -> Iterator[tuple[IntArray, Matrices]]:
        """Some left cosets at a time: one product of a tall and a wide matrix."""
        left, right = self._matrices
        d, order = self.degree, self._cosets.order
        wide = right.transpose(1, 0, 2).reshape(d, order * d)
        step = max(1, BATCH // (order * d * d))
        for start in range(0, self._cosets.index, step):
            part = slice(start, start + step)
            product = (left[part].reshape(-1, d) @ wide).reshape(-1, d, order, d).transpose(2, 0, 1, 3)
            yield self._cosets.elements[:, part].ravel(), product.reshape(-1, d, d)

    def rows(self, vector: Matrices) -> Matrices:
        """w rho(t_i) rho(x_j): the n d^2 operations of one matrix product."""
        left, right = self._matrices
        first = (vector @ left.transpose(1, 0, 2).reshape(self.degree, -1)).reshape(-1, self.degree)  # [N, d]
        wide = right.transpose(1, 0, 2).reshape(self.degree, -1)
        rows = np.empty((self._cosets.coset.size, self.degree), dtype=np.result_type(vector, left))
        rows[self._cosets.elements.T] = (first @ wide).reshape(len(first), -1, self.degree)
        return rows

    def traces(self) -> Matrices:
        """tr rho(t_i) rho(x_j) = sum_ab rho(t_i)_ab rho(x_j)_ba."""
        left, right = self._matrices
        traces = np.empty(self._cosets.coset.size, dtype=left.dtype)
        flat = right.transpose(0, 2, 1).reshape(len(right), -1)
        traces[self._cosets.elements.T] = left.reshape(len(left), -1) @ flat.T
        return traces
