"""One pair of free orbits of a given group: its symbol as named values, and its Fourier blocks as linear forms.

phi_i = phi_11(g_i), psi_i = phi_12(g_i), omega_i = phi_22(g_i).  The symmetry phi_aa(g^-1) = phi_aa(g) gives g and
g^-1 one name, and phi_21(g) = psi(g^-1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from orbitkernels.theory.cyclotomics import ONE, Cyclotomic
from orbitkernels.theory.exact_matrices import Matrix

from .linear_forms import LinearForm, Name

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

#: Symmetry beyond phi_ba(g) = phi_ab(g^-1): none; exchangeable orbits, phi_11 = phi_22 and
#: phi_12(g^-1) = phi_12(g); class functions.
Symmetry = Literal["none", "exchange", "class"]

#: A square matrix of linear forms.
Forms = tuple[tuple[LinearForm, ...], ...]


@dataclass(frozen=True)
class Irrep:
    """An irrep of the pair's group, conjugate irreps counted as one.

    Attributes:
        number: Place in the character table, from 1.
        degree: d.
        copies: 2 for a complex irrep, which stands for its conjugate too, else 1.
        trivial: Whether it is the trivial irrep.
        block: Khat as a 2 d x 2 d matrix of forms; for class functions the 2 x 2 matrix M.
    """

    number: int
    degree: int
    copies: int
    trivial: bool
    block: Forms

    @property
    def size(self) -> int:
        """Rows of the block that belong to one orbit."""
        return len(self.block) // 2

    def part(self, a: int, b: int) -> Forms:
        """Block (a, b)."""
        m = self.size
        return tuple(row[b * m : (b + 1) * m] for row in self.block[a * m : (a + 1) * m])


class OrbitPair:
    """Two free orbits of a group, with the names of the independent values of their symbol.

    Args:
        group: G of order n.
        symmetry: See :data:`Symmetry`.

    Example:
        >>> from orbitkernels.proofs.orbit_pair import OrbitPair
        >>> from orbitkernels.theory.names import group
        >>> pair = OrbitPair(group("C3"), "class")
        >>> len(pair.names), [irrep.copies for irrep in pair.irreps]
        (7, [1, 2])
    """

    def __init__(self, group: FiniteGroup, symmetry: Symmetry = "none") -> None:
        self.group, self.symmetry = group, symmetry

    # ------------------------------------------------------------------ names

    @cached_property
    def indices(self) -> list[int]:
        """For each element its index: itself, or its conjugacy class for class functions."""
        if self.symmetry == "class":
            return [int(k) for k in self.group.conjugacy_classes.labels]
        return list(range(self.group.order))

    @cached_property
    def inverse_indices(self) -> list[int]:
        """The index of the inverse of each element."""
        return [self.indices[g] for g in self.group.inverse(np.arange(self.group.order)).tolist()]

    def name(self, a: int, b: int, g: int) -> Name:
        """Name of phi_ab(g), a and b being 0 or 1."""
        index, opposite = self.indices[g], self.inverse_indices[g]
        if a == b:
            kind = "varphi" if a == 0 or self.symmetry == "exchange" else "omega"
            return kind, min(index, opposite)
        if self.symmetry == "exchange":
            return "psi", min(index, opposite)
        return "psi", index if a < b else opposite

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """The independent names, sorted."""
        every = range(self.group.order)
        return tuple(sorted({self.name(a, b, g) for a in (0, 1) for b in (0, 1) for g in every}))

    def values(self, phi: Any) -> dict[Name, Fraction]:
        """Values of the names for a symbol [2, 2, n] that has the symmetry."""
        return {
            self.name(a, b, g): Fraction(int(phi[a][b][g]))
            for a in (0, 1)
            for b in (0, 1)
            for g in range(self.group.order)
        }

    # ------------------------------------------------------------------ blocks

    @cached_property
    def irreps(self) -> tuple[Irrep, ...]:
        """One entry a pair of conjugate irreps, in the order of the character table."""
        table = self.group.character_table()
        rows = [tuple(row) for row in table.values]
        found, seen = [], set()
        for row, values in enumerate(rows):
            if row in seen:
                continue
            partner = rows.index(tuple(v.conjugate() for v in values))
            seen |= {row, partner}
            trivial = all(v == ONE for v in values)
            found.append(Irrep(row + 1, int(table.degrees[row]), 1 + (partner != row), trivial, self._block(row)))
        return tuple(found)

    def _block(self, row: int) -> Forms:
        """Khat of the irrep in that row of the character table."""
        entry, size = self._entries(row)
        return tuple(
            tuple(
                LinearForm.of([(self.name(a, b, g), entry(g, i, j)) for g in range(self.group.order)])
                for b in (0, 1)
                for j in range(size)
            )
            for a in (0, 1)
            for i in range(size)
        )

    def _entries(self, row: int) -> tuple[Callable[[int, int, int], Cyclotomic], int]:
        """rho(g)_ij and its size: the matrix, or chi(g)/d where the character is enough."""
        table, labels = self.group.character_table(), self.group.conjugacy_classes.labels
        degree = int(table.degrees[row])
        if self.symmetry == "class" or degree == 1:
            values = [v * Fraction(1, degree) for v in table.values[row]]
            return (lambda g, i, j: values[labels[g]]), 1
        irrep = next(found for found in self.group.irreps(exact=True) if found.character == row)
        matrices = [irrep.matrix(g) for g in range(self.group.order)]
        return (lambda g, i, j: matrices[g][i][j]), degree

    def multiplicity(self, irrep: Irrep) -> int:
        """How often each eigenvalue of the block occurs in K, for one of the conjugate irreps."""
        return irrep.degree**2 if self.symmetry == "class" else irrep.degree

    def trivial(self) -> Irrep:
        """The trivial irrep, whose block is the 2 x 2 matrix of orbit sums."""
        return next(irrep for irrep in self.irreps if irrep.trivial)


def evaluated(forms: Forms, values: Mapping[Name, Fraction]) -> Matrix:
    """Exact matrix of the forms for rational values of the names."""
    return tuple(tuple(form.value(values) for form in row) for row in forms)
