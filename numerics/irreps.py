"""Unitary irreps of a finite group in floating point, computed from its Cayley graph and its characters.

Every nonlinear irrep rho is cut out of a small module: the representation induced from a linear character lambda
of a subgroup H, of dimension N = n/|H|.  It holds rho as often as lambda occurs in rho restricted to H (Frobenius
reciprocity), say m times, and H and lambda are chosen so that N (d m)^2 is least.  If N = d the module is rho, and
its matrices are monomial.  Otherwise the projection onto the isotypic part, P = (d/n) sum_g conj(chi(g)) M(g), has
rank d m; its pivoted Cholesky factor is an orthonormal basis.  A random self-adjoint element of the commutant then
has m eigenspaces, each of them a copy of rho.

Where the Frobenius-Schur indicator is +1, lambda is taken real.  Then the module, the projection and the commutant
are real, and so are the matrices, which come out orthogonal.

Source: J. D. Dixon, "Constructing representations of finite groups", 1993, for the subgroup that meets chi in a
small multiplicity; J. D. Dixon, "Computing irreducible representations of groups", Math. Comp. 24 (1970), for the
commutant.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import lcm

import numpy as np
import numpy.typing as npt

from .cayley_graph import CayleyGraph, IntArray
from .cosets import Cosets, cyclic_cosets, cyclic_subgroups, middle_cosets, subgroup_cosets
from .extended_characters import CharacterExtensions
from .induced_modules import InducedModule
from .linear_characters import LinearCharacter, cyclic_character, least_multiplicities
from .representation import FactoredRepresentation, LinearRepresentation, Matrices, MiddleFactors, Representation

ComplexArray = npt.NDArray[np.complex128]

#: Numbers that the remembered cosets of one group may hold.
_MEMORY = 2**24

#: Operations of cutting a real irrep out of a module, in multiples of n, above which a smaller module is sought.
#: For complex irreps, which are monomial more often, it always is.
_WORTHWHILE = 4


class GroupArrays:
    """What all irreps of one group share: its Cayley graph, classes, subgroups and factorisation.

    Args:
        right_translations: Array [generators, n]: g s, elements being 0, ..., n-1 with identity 0.
        class_labels: Array [n]: the conjugacy class of each element.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.irreps import GroupArrays
        >>> C3 = GroupArrays(np.array([[1, 2, 0]]), np.array([0, 1, 2]))
        >>> w = np.exp(2j * np.pi / 3)
        >>> table = np.array([[1, 1, 1], [1, w, w**2], [1, w**2, w]])
        >>> [rho(np.arange(3)).shape for rho in C3.irreps(table, [1, 0, 0])]
        [(3, 1, 1), (3, 1, 1), (3, 1, 1)]
    """

    def __init__(self, right_translations: IntArray, class_labels: IntArray) -> None:
        self.graph = CayleyGraph.of_letters(right_translations).with_short_words()
        self.class_labels = class_labels
        self._cosets: dict[tuple[int, ...], Cosets] = {}

    @cached_property
    def cyclic(self) -> list[IntArray]:
        """Powers of generators of the cyclic subgroups, one of each conjugacy class, the largest first."""
        return cyclic_subgroups(self.graph, self.class_labels)

    @cached_property
    def extensions(self) -> CharacterExtensions:
        """Extensions of linear characters of subgroups."""
        return CharacterExtensions(self.graph, self.class_labels, lcm(*(powers.size for powers in self.cyclic)))

    @cached_property
    def factors(self) -> MiddleFactors:
        """How elements are products of few."""
        return MiddleFactors(self.graph, middle_cosets(self.graph, self.cyclic))

    def longest_product(self, degree: int) -> int:
        """Number of factors in the longest product that makes a matrix of an irrep of some degree."""
        return 1 if degree == 1 else 2 * max(1, self.graph.longest)

    def cosets(self, character: LinearCharacter) -> Cosets:
        """Cosets of the subgroup of a linear character; remembered while there is room."""
        key = character.generators
        if key not in self._cosets:
            cyclic = len(key) == 1
            cosets = cyclic_cosets(self.graph, character.elements) if cyclic else subgroup_cosets(self.graph, key)
            if 3 * len(self._cosets) * self.graph.size > _MEMORY:
                return cosets
            self._cosets[key] = cosets
        return self._cosets[key]

    def irreps(
        self, characters: ComplexArray, indicators: Sequence[int] | IntArray, rows: Sequence[int] | None = None
    ) -> list[Representation]:
        """Unitary irreps: rho(g s) = rho(g) rho(s), rho(g)^* rho(g) = I, tr rho(g) = chi(g).

        Args:
            characters: Array [k, k]: irreducible characters in rows, classes in columns.
            indicators: Frobenius-Schur indicators [k], each 1, 0 or -1.
            rows: The characters wanted; all if omitted.

        Returns:
            One representation a wanted character: float64 (orthogonal) where the indicator is 1, else complex128.

        Raises:
            ArithmeticError: If a module does not split; the characters are then not those of the group.
        """
        wanted = list(range(len(characters))) if rows is None else list(rows)
        degrees = np.rint(characters[:, self.class_labels[0]].real).astype(np.int64)
        real = np.asarray(indicators) == 1
        nonlinear = [row for row in dict.fromkeys(wanted) if degrees[row] > 1]
        chosen = dict(zip(nonlinear, self.smallest_modules(characters[nonlinear], real[nonlinear]), strict=True))
        found: list[Representation] = []
        for row in wanted:
            values = characters[row].real if real[row] else characters[row]
            if degrees[row] == 1:
                found.append(LinearRepresentation(values, self.class_labels))
            else:
                found.append(self._nonlinear_irrep(values[self.class_labels], chosen[row]))
        return found

    def smallest_modules(self, characters: ComplexArray, real: npt.NDArray[np.bool_]) -> list[LinearCharacter]:
        """For each character the linear character of a cyclic subgroup with the least m^2 n/h."""
        best = np.full(len(characters), np.inf)
        choices = np.zeros((len(characters), 3), dtype=np.int64)  # subgroup, l, m
        for number, powers in enumerate(self.cyclic):
            for kind in (True, False):
                rows = np.flatnonzero(real == kind)
                if rows.size == 0:
                    continue
                least, index = least_multiplicities(powers, characters[rows], self.class_labels, kind)
                work = np.where(least > 0, least**2 / powers.size, np.inf)
                better = work < best[rows]
                best[rows[better]] = work[better]
                choices[rows[better]] = np.stack([np.full(rows.size, number), index, least], axis=1)[better]
        return [cyclic_character(self.cyclic[number], l, m) for number, l, m in choices.tolist()]

    def _nearly_monomial(self, smallest: LinearCharacter, character: Matrices, degree: int) -> LinearCharacter:
        """Larger subgroups until the module has dimension d, or else the best of what was found."""
        largest = self.graph.size // degree  # order of H if N = d
        if smallest.order < largest:
            smallest = min(smallest, self.extensions.restricted(character), key=lambda found: found.work)
        if smallest.order < largest:
            smallest = self.extensions.extended(smallest, character, False)
        return smallest

    def _nonlinear_irrep(self, character: Matrices, smallest: LinearCharacter) -> FactoredRepresentation:
        """The irrep with character [n]; its module is made smaller where that promises much."""
        degree, real = round(character[0].real), not np.iscomplexobj(character)
        if not real:
            smallest = self._nearly_monomial(smallest, character, degree)
        elif degree**2 * smallest.work > _WORTHWHILE:
            smallest = self.extensions.extended(smallest, character, real)
        cosets = self.cosets(smallest)
        module = InducedModule(self.graph, cosets, smallest.values(cosets.subgroup, real))
        isotypic = module.isotypic_basis(character, smallest.multiplicity)
        return FactoredRepresentation(self.factors, module.restricted(module.one_copy(isotypic, degree)))
