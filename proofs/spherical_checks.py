"""Transitive sets that are Gelfand pairs or not, and what C9 claims of them, checked exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from itertools import product as tuples
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.theory.association_schemes import Orbitals
from orbitkernels.theory.cyclotomics import ZERO, Cyclotomic, weighted_sum
from orbitkernels.theory.double_cosets import DoubleCosets
from orbitkernels.theory.exact_matrices import combination
from orbitkernels.theory.permutation_actions import PermutationAction
from orbitkernels.theory.permutation_representations import PermutationRepresentation, subset_action
from orbitkernels.theory.spherical_functions import SphericalFunctions, zonal_matrices

from .exact_checks import irreps, matrices
from .instances import named_group

if TYPE_CHECKING:
    from collections.abc import Callable

    from orbitkernels.theory.groups import FiniteGroup

#: Names of the sets on which the theorem is checked: group, and how its points are made.
JOHNSON = ("J(4,2)", "J(5,2)", "J(6,2)", "J(6,3)")
CUBES = ("cube of dimension 2", "cube of dimension 3", "cube of dimension 4")
POINTS = tuple(
    f"{name} on points" for name in ("C5", "C6", "C12", "D5", "D6", "D8", "S4", "S5", "A5", "PSL(2,7)", "M11")
)
COSETS = (
    "C7:C3 on cosets of order 3", "C13:C3 on cosets of order 3", "C5:C4 on cosets of order 4",
    "C7:C6 on cosets of order 6", "SL(2,3) on cosets of order 6",
    "Heis(3) on cosets of order 9", "A5 on cosets of order 10", "PSL(2,7) on cosets of order 21",
    "A5 on cosets of order 6", "Q8 on cosets of order 4", "A4 on cosets of order 3",
    "A4 on cosets of order 2", "S4 on cosets of order 8",
)  # fmt: skip

#: Gelfand pairs, the first of them quick; their kinds: symmetric, complex, of several degrees.
GELFAND = (*JOHNSON, *CUBES, *POINTS, *COSETS)
QUICK_GELFAND = ("J(5,2)", "cube of dimension 3", "C6 on points", "D5 on points", "C7:C3 on cosets of order 3")

#: Transitive sets on which an irrep occurs more than once.
OTHERS = (
    "S3 on cosets of order 1",
    "Q8 on cosets of order 1",
    "A4 on cosets of order 1",
    "S4 on cosets of order 2",
    "C7:C6 on cosets of order 3",
)


@lru_cache(maxsize=64)
def transitive_set(name: str) -> PermutationAction:
    """The set of that name.

    Example:
        >>> from orbitkernels.proofs.spherical_checks import transitive_set
        >>> [transitive_set(name).degree for name in ("J(5,2)", "C7:C3 on cosets of order 3")]
        [10, 7]
    """
    if name.startswith("J("):
        n, k = (int(number) for number in name[2:-1].split(","))
        return subset_action(PermutationAction.natural(named_group(f"S{n}")), k)
    if name.startswith("cube"):
        return _cube(int(name.rpartition(" ")[2]))
    group, kind = name.split(" on ")
    if kind == "points":
        return PermutationAction.natural(named_group(group))
    return PermutationAction.on_cosets(_subgroup_of_order(named_group(group), int(kind.rpartition(" ")[2])))


def _cube(dimension: int) -> PermutationAction:
    """C2 wr S_d on the vertices of the d-cube; points 2i and 2i + 1 stand for the two values of coordinate i."""
    group = named_group(f"C2wrS{dimension}")
    vertices = [frozenset(2 * i + bit for i, bit in enumerate(bits)) for bits in tuples((0, 1), repeat=dimension)]
    number = {vertex: i for i, vertex in enumerate(vertices)}
    images = group.permutation(np.array(group.generators)).tolist()
    moved = [[number[frozenset(p[i] for i in vertex)] for vertex in vertices] for p in images]
    return PermutationAction.from_generators(group, moved)


def _subgroup_of_order(group: FiniteGroup, order: int) -> Any:
    """The first subgroup of that order that two representatives, or a representative and an element, generate."""
    for g in group.conjugacy_classes.representatives.tolist():
        for h in range(group.order):
            subgroup = group.subgroup([g, h])
            if subgroup.order == order:
                return subgroup
    raise ValueError(f"{group.name} has no subgroup of order {order} with two generators")


@dataclass(frozen=True)
class SetCase:
    """A transitive set.

    Attributes:
        name: Its name, see :func:`transitive_set`.
        number: Which of several like it.
    """

    name: str
    number: int = 1

    @property
    def group(self) -> str:
        """What comes before the points, so that cases of one group run together."""
        return self.name.split(" on ")[0]

    def __str__(self) -> str:
        return self.name + (f", {self.number}" if self.number > 1 else "")


@lru_cache(maxsize=64)
def spherical(name: str) -> tuple[SphericalFunctions, Orbitals, list[int]]:
    """Spherical functions, orbitals, and for each orbital (0, y) the double coset of the g with g 0 = y."""
    action = transitive_set(name)
    functions, orbitals = SphericalFunctions(action.stabiliser(0)), Orbitals(action)
    carrier = np.argmax(action.permutations[:, 0][:, None] == orbitals.first_pairs[1][None, :], axis=0)
    return functions, orbitals, functions.cosets.labels[carrier].tolist()


def eigenvalues(name: str) -> list[tuple[int, list[Cyclotomic]]]:
    """For each irrep that occurs its degree and the k_j omega(g_j), in the order of the orbitals."""
    functions, _, order = spherical(name)
    rows = zip(functions.degrees.tolist(), functions.eigenvalues, strict=True)
    return [(d, [row[j] for j in order]) for d, row in rows]


# ---------------------------------------------------------------------- instances of the steps

WITNESSES = ("J(4,2)", "D5 on points", "C7:C3 on cosets of order 3", "A4 on cosets of order 3")


def witnessed(check: Callable[[str], bool], names: tuple[str, ...] = WITNESSES) -> list[tuple[str, Any]]:
    """Instances of a step."""
    return [(name, partial(check, name)) for name in names]


def commutes_iff_free(name: str) -> bool:
    """Whether the matrices A_j commute exactly if no irrep occurs twice, by multiplying them."""
    action = transitive_set(name)
    orbitals = Orbitals(action)
    A = [orbitals.matrix(j) for j in range(len(orbitals))]
    commute = all(np.array_equal(B @ C, C @ B) for B in A for C in A)
    return commute == PermutationRepresentation(action).is_multiplicity_free


def multiplicities_give_the_rank(name: str) -> bool:
    """Whether the squares of the multiplicities add up to the number of orbitals."""
    action = transitive_set(name)
    return sum(m * m for m in PermutationRepresentation(action).multiplicities) == len(Orbitals(action))


def spherical_functions_are_zonal(name: str) -> bool:
    """Whether (1/|H|) sum_h chi(h g) is the matrix W rho(g) V of the fixed vector, 1 at g = e."""
    functions, _, _ = spherical(name)
    by_row = {irrep.character: irrep for irrep in irreps(functions.subgroup.group.name)}
    return all(
        zonal_matrices(by_row[row], functions.cosets) == tuple(((value,),) for value in values) and values[0] == 1
        for row, values in zip(functions.rows, functions.values, strict=True)
    )


def projector_multiplies(name: str) -> bool:
    """Whether P rho(g) P = omega(g) P for P = mean of rho(h), and omega(x) omega(y) is the mean of omega(xhy)."""
    functions, _, _ = spherical(name)
    H, group = functions.subgroup, functions.subgroup.group
    inside = H.elements.tolist()
    every = np.arange(group.order)
    for i, row in enumerate(functions.rows):
        rho = matrices(irreps(group.name)[row], group)
        P = combination([Fraction(1, H.order)] * H.order, [rho[h] for h in inside])
        values = [functions.at(i, g) for g in range(group.order)]
        for g in functions.cosets.representatives.tolist():
            between = group.multiply(group.multiply(H.elements[:, None], g), H.elements[None, :]).ravel().tolist()
            PgP = combination([Fraction(1, H.order**2)] * len(between), [rho[x] for x in between])
            if PgP != tuple(tuple(entry * values[g] for entry in line) for line in P):
                return False
            moved = group.multiply(group.multiply(g, H.elements)[:, None], every[None, :]).T.tolist()
            for y, met in enumerate(moved):
                if (
                    weighted_sum([Fraction(1, H.order)] * H.order, [values[x] for x in met])
                    != values[g] * values[y]
                ):
                    return False
    return True


def polynomial_of_roots(roots: list[tuple[int, Cyclotomic]]) -> list[Cyclotomic]:
    """Coefficients of prod (x - root)^multiplicity, highest first."""
    found: list[Cyclotomic] = [ZERO + 1]
    for multiplicity, root in roots:
        for _ in range(multiplicity):
            found = [a - b * root for a, b in zip([*found, ZERO], [ZERO, *found], strict=True)]
    return found


def adjacency_spectra_agree(name: str) -> bool:
    """Whether det(x - A_j) = prod (x - k_j omega(g_j))^d for every orbital."""
    from flint import fmpz_mat

    rows, orbitals = eigenvalues(name), spherical(name)[1]
    for j in range(len(orbitals)):
        expected = polynomial_of_roots([(d, row[j]) for d, row in rows])
        found = [int(c) for c in reversed(fmpz_mat(orbitals.matrix(j).tolist()).charpoly().coeffs())]
        if expected != found:
            return False
    return True


def orthogonality_holds(name: str) -> bool:
    """Whether sum_j k_j omega(g_j) conj(omega'(g_j)) = N/d if the irreps are one, else 0."""
    functions, _, _ = spherical(name)
    k, N = functions.cosets.subdegrees.tolist(), functions.subgroup.index
    for i, one in enumerate(functions.values):
        for j, other in enumerate(functions.values):
            total = weighted_sum(k, one, [value.conjugate() for value in other])
            if total != (Fraction(N, int(functions.degrees[i])) if i == j else 0):
                return False
    return True


def pair_cosets(name: str) -> DoubleCosets:
    """The double cosets of the stabiliser of the point 0."""
    H = transitive_set(name).stabiliser(0)
    return DoubleCosets(H, H)
