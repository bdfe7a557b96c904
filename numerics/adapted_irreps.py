"""Irreps of a chain of groups in bases adapted to it, and their matrices at any element.

For a chain A = H_0 < H_1 < ... < H_L with A abelian, a basis of an irrep rho of H_i is *adapted* if rho
restricted to H_(i-1) is block diagonal and its blocks are irreps of H_(i-1) in adapted bases, equal (not only
equivalent) wherever they are equivalent.  Then rho is known from its matrices at representatives t_0 = 1, t_1,
... of the left cosets of H_(i-1) in H_i: rho(t_j h) = rho(t_j) diag(sigma_1(h), sigma_2(h), ...).

Elements are positions: t_j h has the position j |H_(i-1)| plus that of h, and in A = C_a1 x ... x C_ar the
position counts the exponents, the last one fastest.

Source: M. Clausen, "Fast generalized Fourier transforms", Theoret. Comput. Sci. 67 (1989).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
Matrices = npt.NDArray[Any]  # float64 or complex128

#: Numbers that one batch of matrices may hold.
BATCH = 2**22


@dataclass(frozen=True)
class Block:
    """One diagonal block of the irreps of a family, restricted to the subgroup below.

    Attributes:
        family: Family of the subgroup below that holds the block of every irrep.
        members: Array [k]: which member of it.
        start: First row of the block.
        degree: Its size e.
    """

    family: int
    members: IntArray
    start: int
    degree: int

    @property
    def rows(self) -> slice:
        """Rows and columns of the block."""
        return slice(self.start, self.start + self.degree)


@dataclass(frozen=True)
class Family:
    """Irreps of one degree whose blocks come from the same families.

    Attributes:
        matrices: Array [k, q, d, d]: rho(t_j) at [:, j].
        blocks: Blocks of the restrictions, from the top left to the bottom right.
    """

    matrices: Matrices
    blocks: tuple[Block, ...]

    @property
    def size(self) -> int:
        """Number k of irreps."""
        return int(self.matrices.shape[0])

    @property
    def degree(self) -> int:
        """Degree d of each."""
        return int(self.matrices.shape[2])


@dataclass(frozen=True)
class Level:
    """All irreps of one group of the chain.

    Attributes:
        index: q, the index of the subgroup below.
        families: The irreps.
    """

    index: int
    families: tuple[Family, ...]


@dataclass(frozen=True)
class AdaptedIrreps:
    """All irreps of a group in bases adapted to a chain of subgroups.

    Attributes:
        cyclic_orders: a_1, ..., a_r for A = C_a1 x ... x C_ar at the bottom.
        levels: The groups above A; none if the group is A.
        is_young: Whether the matrices are those of Young's orthogonal form, which are exact up to few roundings.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.adapted_irreps import AdaptedIrreps
        >>> AdaptedIrreps((4,), ()).matrices(0, [1], np.arange(4)).ravel().round(12)
        array([ 1.+0.j,  0.+1.j, -1.+0.j, -0.-1.j])
    """

    cyclic_orders: tuple[int, ...]
    levels: tuple[Level, ...]
    is_young: bool = False

    @cached_property
    def order(self) -> int:
        """Order of the group."""
        return prod(self.cyclic_orders) * prod(level.index for level in self.levels)

    @cached_property
    def below(self) -> AdaptedIrreps:
        """The irreps of the subgroup one step down."""
        return replace(self, levels=self.levels[:-1])

    def with_level(self, level: Level) -> AdaptedIrreps:
        """The irreps of the group one step up."""
        return replace(self, levels=(*self.levels, level))

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """Size and degree of each family: those of A are one family of degree 1."""
        if not self.levels:
            return [(self.order, 1)]
        return [(family.size, family.degree) for family in self.levels[-1].families]

    def matrices(self, family: int, members: Sequence[int] | IntArray, positions: IntArray) -> Matrices:
        """Matrices [k, P, d, d] of some irreps of a family at P elements."""
        chosen = np.asarray(members, dtype=np.int64)
        if not self.levels:
            return self._linear(chosen, positions)[:, :, None, None]
        top = self.levels[-1].families[family]
        representative, rest = np.divmod(positions, self.below.order)
        left = top.matrices[chosen][:, representative]
        columns = []
        for block in top.blocks:
            wanted, inverse = np.unique(block.members[chosen], return_inverse=True)
            columns.append(left[..., block.rows] @ self.below.matrices(block.family, wanted, rest)[inverse])
        return np.concatenate(columns, axis=-1)

    def _linear(self, members: IntArray, positions: IntArray) -> Matrices:
        """Characters exp(2 pi i sum_i k_i j_i / a_i) of A, [k, P], for digits k of members and j of positions."""
        turns = np.zeros((members.size, positions.size))
        for order in reversed(self.cyclic_orders):
            members, k = np.divmod(members, order)
            positions, j = np.divmod(positions, order)
            turns += np.outer(k, j) % order / order
        if self.is_real_below:
            return np.where(np.rint(2 * turns) % 2 == 1, -1.0, 1.0)
        characters: Matrices = np.exp(2j * np.pi * turns)
        return characters

    @property
    def is_real_below(self) -> bool:
        """Whether the characters of A are real: A is a product of groups of order 2."""
        return all(order <= 2 for order in self.cyclic_orders)

    def traces(self, positions: IntArray) -> npt.NDArray[np.complex128]:
        """Characters [irreps, P] at P elements, the families one after the other."""
        rows = [self._traces(family, chunk, positions) for family, chunk in self.chunks(positions.size)]
        return np.concatenate(rows).astype(np.complex128)

    def _traces(self, family: int, members: IntArray, positions: IntArray) -> Matrices:
        found: Matrices = np.trace(self.matrices(family, members, positions), axis1=2, axis2=3)
        return found

    def chunks(self, copies: int) -> Iterator[tuple[int, IntArray]]:
        """All irreps as pairs (family, members) such that `copies` matrices of each fit into a batch."""
        for family, (size, degree) in enumerate(self.shapes):
            step = max(1, BATCH // (copies * degree**2))
            for start in range(0, size, step):
                yield family, np.arange(start, min(start + step, size))

    def averaging_steps(self) -> list[IntArray]:
        """Sets S_1, ..., S_l of positions such that every element is s_l ... s_1 with s_i in S_i in one way.

        A sum over the group is then l sums over small sets: representatives of cosets, and in A the powers
        1, z^u, ..., z^(u (p-1)) with p prime.
        """
        steps, stride = [], 1
        for order in reversed(self.cyclic_orders):
            count = 1
            for p in prime_factors(order):
                steps.append(stride * order // (count * p) * np.arange(p))
                count *= p
            stride *= order
        for level in self.levels:
            steps.append(stride * np.arange(level.index))
            stride *= level.index
        return steps


def prime_factors(number: int) -> list[int]:
    """Prime factors in increasing order, repeated.

    Example:
        >>> from orbitkernels.numerics.adapted_irreps import prime_factors
        >>> prime_factors(12)
        [2, 2, 3]
    """
    found, p = [], 2
    while number > 1:
        while number % p == 0:
            found.append(p)
            number //= p
        p = p + 1 if p * p <= number else max(number, p + 1)
    return found
