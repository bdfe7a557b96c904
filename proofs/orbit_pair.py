"""One pair of free orbits of a given group: its symbol as named values, and its Fourier blocks as linear forms.

phi_i = phi_11(g_i), psi_i = phi_12(g_i), omega_i = phi_22(g_i).  The symmetry phi_aa(g^-1) = phi_aa(g) gives g and
g^-1 one name, and phi_21(g) = psi(g^-1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from orbitkernels.theory.cyclotomics import ONE, ZERO, Cyclotomic, weighted_sum
from orbitkernels.theory.exact_matrices import Matrix

from .linear_forms import LinearForm, Name

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup
    from orbitkernels.theory.subgroups import Subgroup

#: Symmetry beyond phi_ba(g) = phi_ab(g^-1): none; exchangeable orbits, phi_11 = phi_22 and
#: phi_12(g^-1) = phi_12(g); class functions; both.
Symmetry = Literal["none", "exchange", "class", "class exchange"]

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
        #: Whether the orbits can be exchanged, and whether the symbol is made of class functions.
        self.is_exchangeable, self.is_class = symmetry.endswith("exchange"), symmetry.startswith("class")

    # ------------------------------------------------------------------ names

    @cached_property
    def indices(self) -> list[int]:
        """For each element its index: itself, or its conjugacy class for class functions."""
        if self.is_class:
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
            kind = "varphi" if a == 0 or self.is_exchangeable else "omega"
            return kind, min(index, opposite)
        if self.is_exchangeable:
            return "psi", min(index, opposite)
        return "psi", index if a < b else opposite

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """The independent names, sorted."""
        classes = self.group.conjugacy_classes.representatives.tolist()
        chosen = classes if self.is_class else range(self.group.order)
        return tuple(sorted({self.name(a, b, g) for a in (0, 1) for b in (0, 1) for g in chosen}))

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
        chosen, weights = range(self.group.order), [1] * self.group.order
        if self.is_class:  # one element a class, as often as the class has elements
            classes = self.group.conjugacy_classes
            chosen, weights = classes.representatives.tolist(), classes.sizes.tolist()
        return tuple(
            tuple(
                LinearForm.of(
                    [
                        (self.name(a, b, g), entry(g, i, j) * weight if weight > 1 else entry(g, i, j))
                        for g, weight in zip(chosen, weights, strict=True)
                    ]
                )
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
        if self.is_class or degree == 1:
            values = [v * Fraction(1, degree) for v in table.values[row]]
            return (lambda g, i, j: values[labels[g]]), 1
        matrices = readable_matrices(self.group, row)
        return (lambda g, i, j: matrices[g][i][j]), degree

    def multiplicity(self, irrep: Irrep) -> int:
        """How often each eigenvalue of the block occurs in K, for one of the conjugate irreps."""
        return irrep.degree**2 if self.is_class else irrep.degree

    def trivial(self) -> Irrep:
        """The trivial irrep, whose block is the 2 x 2 matrix of orbit sums."""
        return next(irrep for irrep in self.irreps if irrep.trivial)


def evaluated(forms: Forms, values: Mapping[Name, Fraction]) -> Matrix:
    """Exact matrix of the forms for rational values of the names."""
    return tuple(tuple(form.value(values) for form in row) for row in forms)


@lru_cache(maxsize=128)
def readable_matrices(group: FiniteGroup, row: int) -> list[Matrix]:
    """Matrices rho(g) of the irrep in a row of the character table, with one entry a row and column if found.

    Such a basis makes each value of the symbol occur once a row.  It exists where the irrep is induced by a linear
    character of a subgroup; cyclic subgroups and the commutator subgroup are tried.
    """
    irrep = next(found for found in group.irreps(exact=True) if found.character == row)
    matrices = irrep.matrices()
    if all(sum(map(bool, line)) == 1 for s in group.generators for line in matrices[s]):
        return matrices
    return induced_matrices(group, row) or matrices


def induced_matrices(group: FiniteGroup, row: int) -> list[Matrix]:
    """lambda(t_i^-1 g t_j) where it is in H, else 0, for a linear character lambda of a subgroup H of index d.

    The t_i represent the left cosets of H.  Empty if no subgroup that is tried has a lambda that induces chi; by
    Frobenius reciprocity it does iff lambda occurs in chi restricted to H.
    """
    table = group.character_table()
    chi, labels = table.values[row], group.conjugacy_classes.labels
    tried = [group.subgroup([int(g)]) for g in group.conjugacy_classes.representatives]
    for H in [*tried, group.commutator_subgroup]:
        if H.index != int(table.degrees[row]):
            continue
        small = H.as_group()
        ones = [1] * H.order
        for values, degree in zip(small.character_table().values, small.character_table().degrees, strict=True):
            linear = [values[k] for k in small.conjugacy_classes.labels]
            restricted = [chi[labels[g]] for g in H.elements]
            if degree == 1 and weighted_sum(ones, restricted, [x.conjugate() for x in linear]):
                return _induced(group, H, dict(zip(H.elements.tolist(), linear, strict=True)))
    return []


def _induced(group: FiniteGroup, subgroup: Subgroup, linear: Mapping[int, Cyclotomic]) -> list[Matrix]:
    """The matrices of the induced representation."""
    t = subgroup.left_representatives
    back = group.inverse(t)
    found = []
    for g in range(group.order):
        moved = group.multiply(back[:, None], group.multiply(g, t)[None, :]).tolist()
        found.append(tuple(tuple(linear.get(h, ZERO) for h in line) for line in moved))
    return found
