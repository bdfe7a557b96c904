"""Young's seminormal form: rational matrices of the irreps of symmetric groups.

The irreps of S_n belong to the partitions of n.  A basis is given by the standard tableaux T of the shape; with
delta = c_T(i + 1) - c_T(i), c_T(k) = column - row of k in T, the transposition s_i = (i, i + 1) acts by

    s_i v_T = (1/delta) v_T + v_U               if U = s_i T is standard and delta < 0,
    s_i v_T = (1/delta) v_T + (1 - 1/delta^2) v_U  if U is standard and delta > 0,
    s_i v_T = (1/delta) v_T                     if not (delta = 1 or -1).

Restricted to S_(n-1), ..., S_1 the basis stays adapted.  The v_T are orthogonal for the invariant form, so that
multiples of them give Young's orthogonal form.

Source: G. James and A. Kerber, "The Representation Theory of the Symmetric Group", 1981, section 3.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import factorial, lcm

import numpy as np
from flint import fmpz_mat

from .character_residues import CharacterResidues
from .characters import CharacterTable
from .cyclotomic_coordinates import Integers, cyclotomic_field
from .groups import FiniteGroup
from .laws import IntArray, PermutationLaw

#: A standard tableau as the row in which each of 0, ..., n - 1 stands.
Tableau = tuple[int, ...]


def partitions(n: int, largest: int | None = None) -> Iterator[tuple[int, ...]]:
    """Partitions of n into decreasing parts.

    Example:
        >>> list(partitions(3))
        [(3,), (2, 1), (1, 1, 1)]
    """
    if n == 0:
        yield ()
    for first in range(min(n, n if largest is None else largest), 0, -1):
        yield from ((first, *rest) for rest in partitions(n - first, first))


def standard_tableaux(shape: Sequence[int]) -> list[Tableau]:
    """All standard tableaux of a shape, in lexicographic order of the rows of 0, 1, ..., n - 1.

    Example:
        >>> standard_tableaux((2, 1))
        [(0, 0, 1), (0, 1, 0)]
    """
    found: list[Tableau] = [()]
    for _ in range(sum(shape)):
        found = [
            (*rows, row)
            for rows in found
            for row in range(len(shape))
            if rows.count(row) < shape[row] and (row == 0 or rows.count(row) < rows.count(row - 1))
        ]
    return found


def contents(tableau: Tableau) -> list[int]:
    """Column minus row of each of 0, ..., n - 1.

    Example:
        >>> contents((0, 0, 1))
        [0, 1, -1]
    """
    return [tableau[:k].count(row) - row for k, row in enumerate(tableau)]


class SeminormalModule:
    """The irrep of the symmetric group that belongs to a partition, in Young's seminormal form.

    Args:
        group: S_n as the group of all permutations of 0, ..., n - 1.
        shape: A partition of n.

    Attributes:
        transpositions: Array [n - 1, d, d]: s_i times the denominator.
        denominator: One denominator of all s_i.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> module = SeminormalModule(group("S3"), (2, 1))
        >>> module.transpositions.tolist(), module.denominator
        ([[[4, 0], [0, -4]], [[-2, 3], [4, 2]]], 4)
    """

    def __init__(self, group: FiniteGroup, shape: Sequence[int]) -> None:
        self.group, self.field = group, cyclotomic_field(1)
        n, tableaux = sum(shape), standard_tableaux(shape)
        number = {tableau: k for k, tableau in enumerate(tableaux)}
        self.denominator = lcm(*(delta**2 for delta in range(1, n)))
        self.transpositions = np.zeros((max(n - 1, 0), len(tableaux), len(tableaux)), dtype=np.int64)
        for column, tableau in enumerate(tableaux):
            c = contents(tableau)
            for i in range(n - 1):
                delta = c[i + 1] - c[i]
                self.transpositions[i, column, column] = self.denominator // delta
                moved = number.get((*tableau[:i], tableau[i + 1], tableau[i], *tableau[i + 2 :]))
                if moved is not None and moved != column:
                    less = self.denominator // delta**2 if delta > 0 else 0
                    self.transpositions[i, moved, column] = self.denominator - less

    def word(self, g: int) -> list[int]:
        """Positions i_1, ..., i_k with g = s_(i_1) ... s_(i_k): g s_i exchanges the images of i and i + 1."""
        images, found = self.group.permutation(g).tolist(), []
        for end in range(len(images) - 1, 0, -1):
            for i in range(end):
                if images[i] > images[i + 1]:
                    images[i], images[i + 1] = images[i + 1], images[i]
                    found.append(i)
        return found[::-1]

    def coordinates(self, g: int) -> tuple[Integers, int]:
        """Array [d, d, 1] and a denominator: the matrix of g."""
        size = self.transpositions.shape[1]
        matrix, denominator = np.eye(size, dtype=np.int64).astype(object), 1
        for i in self.word(g):
            matrix = matrix @ self.transpositions[i].astype(object)
            common = int(np.gcd.reduce(matrix, axis=None, initial=denominator * self.denominator))
            matrix, denominator = matrix // common, denominator * self.denominator // common
        return matrix[:, :, None], denominator

    def traces(self, elements: IntArray, p: int) -> IntArray:
        """The traces of some elements modulo a prime p > n."""
        steps = self.transpositions % p * pow(self.denominator, -1, p) % p
        diagonal = np.arange(steps.shape[1])
        partners = np.array([np.argmax((step != 0) & (np.eye(diagonal.size) == 0), axis=0) for step in steps])
        found = []
        for g in elements.tolist():
            matrix = np.eye(diagonal.size, dtype=np.int64)
            for i in self.word(g):
                # a column of s_i has its diagonal entry and at most one more
                other = steps[i][partners[i], diagonal] * (partners[i] != diagonal)
                matrix = (matrix * steps[i][diagonal, diagonal] % p + matrix[:, partners[i]] * other) % p
            found.append(int(np.trace(matrix)) % p)
        return np.array(found, dtype=np.int64)

    def failure(self) -> str | None:
        """None if the s_i satisfy Coxeter's relations, which present S_n:

        s_i^2 = 1, s_i s_(i+1) s_i = s_(i+1) s_i s_(i+1), and s_i s_j = s_j s_i for |i - j| > 1.
        """
        s = [fmpz_mat(step.tolist()) for step in self.transpositions]
        unit = fmpz_mat(np.eye(self.transpositions.shape[1], dtype=np.int64).tolist())
        for i, a in enumerate(s):
            if a * a != unit * self.denominator**2:
                return f"s_{i}^2 is not 1"
            for j, b in enumerate(s[:i]):
                if (a * b * a != b * a * b) if j == i - 1 else (a * b != b * a):
                    return f"s_{j} and s_{i} violate Coxeter's relation"
        return None


def is_natural_symmetric(group: FiniteGroup) -> bool:
    """Whether the group consists of all permutations of its points.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> is_natural_symmetric(group("S4")), is_natural_symmetric(group("A4"))
        (True, False)
    """
    law = group.law
    return isinstance(law, PermutationLaw) and law.degree < 100 and group.order == factorial(law.degree)


def seminormal_modules(table: CharacterTable, rows: Sequence[int]) -> dict[int, SeminormalModule]:
    """Young's forms of some rows of degree above 1 of the table of a symmetric group; none for other groups.

    A partition and a row belong together if their values agree modulo a prime, which is proved afterwards.
    """
    group = table.group
    wanted = [row for row in rows if table.degrees[row] > 1]
    if not wanted or not is_natural_symmetric(group):
        return {}
    residues = CharacterResidues(table, 2**30)
    place = {residues.values(row).tobytes(): row for row in wanted}
    found = {}
    for shape in partitions(group.permutation(0).size):
        module = SeminormalModule(group, shape)
        row = place.get(module.traces(table.classes.representatives, residues.prime).tobytes())
        if row is not None:
            found[row] = module
    return found
