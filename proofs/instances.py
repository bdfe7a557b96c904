"""The instances that theorems are checked on: a list of groups and random symbols that are positive definite.

A symbol phi_ab(g) = k(x_a, g x_b) of C orbits of a group of order n is an array [C, C, n].  Here it is made as the
convolution square of random functions, so that the Gram matrix is B B^T + s I and positive definite by
construction, in integers as well as in floating point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from orbitkernels.theory.names import group as group_of

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup
    from orbitkernels.theory.subgroups import Subgroup

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Symbol = npt.NDArray[Any]  # [C, C, n], int64 or float64

#: Groups whose exact irreps are quick; every exact check runs on them.
SMALL_GROUPS = (
    "C2", "C3", "C4", "C5", "C6", "C2^2", "C3^2", "S3", "D4", "D5", "D6", "Q8", "A4", "C3:C4", "C7:C3", "S3xC2",
    "Q16", "C5:C4", "SL(2,3)", "S4", "Heis(3)", "C13:C3", "A5",
)  # fmt: skip

#: Groups of the numeric checks: abelian, dihedral, with quaternionic irreps (Q8, Q16, SL(2,3), SL(2,5)), with
#: complex ones of degree above 1 (C7:C3, Heis(3), SL(2,3), C13:C3, PSL(2,7)); soluble and simple groups.
GROUPS = (
    *SMALL_GROUPS,
    "C1", "C7", "C8", "C9", "C12", "C4xC2", "C2^3", "C6xC2", "C4^2", "D7", "D8", "D9", "Q8xC2", "C9:C3", "A4xC2",
    "C2wrS3", "S3xC3", "D4xC2", "S3xS3", "C2wrC4", "C7:C6", "SL(2,5)", "S5", "PSL(2,7)",
)  # fmt: skip

#: Groups that a quick run takes: each kind once.
QUICK_GROUPS = ("C6", "C2^3", "D4", "Q8", "C7:C3", "SL(2,3)", "Heis(3)", "S4", "A5")

#: Groups that a quick run takes for exact checks.
QUICK_SMALL_GROUPS = ("C4", "C3^2", "S3", "Q8", "A4", "C7:C3")

#: Points that an exact check may have, because characteristic polynomials over the rationals grow.
MAX_EXACT_POINTS = 130

#: Groups too large for a dense Gram matrix, checked through characters only.
LARGE_GROUPS = ("M11",)


@dataclass(frozen=True)
class SymbolCase:
    """What kind of random instance to make.

    Attributes:
        group: Name of the group.
        orbits: Number C of orbits.
        stabilisers: Whether some orbits are not free.
        columns: Number m of label columns.
        ridge: Ridge r >= 0.
    """

    group: str
    orbits: int
    stabilisers: bool = False
    columns: int = 1
    ridge: Fraction = Fraction(0)

    def __str__(self) -> str:
        kind = f"{self.orbits} orbit{'s' * (self.orbits > 1)}{' with stabilisers' * self.stabilisers}"
        labels = f", {self.columns} label columns" if self.columns > 1 else ""
        return f"{self.group}, {kind}{labels}, ridge {self.ridge}"


@dataclass(frozen=True)
class Instance:
    """A random instance.

    Attributes:
        group: G, of order n.
        phi: Symbol [C, C, n] without the ridge; integers or floats.
        stabilisers: One subgroup an orbit; trivial for a free orbit.
        targets: Labels [C, m], small integers, not all zero in any column.
        ridge: r >= 0.
    """

    group: FiniteGroup
    phi: Symbol
    stabilisers: tuple[Subgroup, ...]
    targets: IntArray
    ridge: Fraction

    @property
    def sizes(self) -> IntArray:
        """Orbit sizes N_c = n / |H_c|, array [C]."""
        return np.array([subgroup.index for subgroup in self.stabilisers], dtype=np.int64)

    @property
    def labels(self) -> list[list[int]]:
        """Labels of all points, a row of m integers each, orbit after orbit."""
        labels: list[list[int]] = np.repeat(self.targets, self.sizes, axis=0).tolist()
        return labels

    def points(self, c: int, elements: Any) -> list[int]:
        """Positions of the poses g x_c among all points, for an array of elements g, without repetition."""
        poses = np.unique(self.stabilisers[c].left_coset_labels[np.asarray(elements, dtype=np.int64)])
        return [int(i) for i in self.sizes[:c].sum() + poses]

    def random_poses(self, rng: np.random.Generator) -> list[int]:
        """Position of one pose of each orbit among all points."""
        starts = np.cumsum(self.sizes) - self.sizes
        return [int(start + rng.integers(size)) for start, size in zip(starts, self.sizes, strict=True)]


@lru_cache(maxsize=64)
def named_group(name: str) -> FiniteGroup:
    """The group of that name, made once a process, so that its irreps are found once."""
    return group_of(name)


def symbol_cases(
    groups: Sequence[str],
    *,
    stabilisers: Sequence[bool] = (False,),
    variants: int = 2,
    offset: int = 0,
    points: int | None = None,
) -> list[SymbolCase]:
    """Cases for each group: the number of orbits runs through 2, ..., 5 and the ridge through
    0, 0, 1/2, 1/2, 0, 0, 3, 3.

    Args:
        groups: Names.
        stabilisers: Kinds of orbits, taken in turn.
        variants: Cases a group and kind.
        offset: Start of the rotation, so that theorems see different combinations.
        points: Most points C n; fewer orbits are taken where that is exceeded, but two at least.

    Example:
        >>> from orbitkernels.proofs.instances import symbol_cases
        >>> [str(case) for case in symbol_cases(["Q8"], variants=2)]
        ['Q8, 2 orbits, ridge 0', 'Q8, 3 orbits, 3 label columns, ridge 0']
    """
    ridges = (Fraction(0), Fraction(1, 2), Fraction(0), Fraction(3))
    cases, turn = [], offset
    for name in groups:
        for kind in stabilisers:
            for _ in range(variants):
                orbits = 2 + turn % 4
                if points is not None:
                    orbits = max(2, min(orbits, points // named_group(name).order))
                cases.append(SymbolCase(name, orbits, kind, (1, 3, 2)[turn % 3], ridges[turn // 2 % 4]))
                turn += 1
    return cases


def exact_instance(case: SymbolCase, rng: np.random.Generator, *, class_functions: bool = False) -> Instance:
    """Random instance in integers; the Gram matrix of the different points is B B^T + I or larger.

    Args:
        case: What to make.
        rng: Where the numbers come from.
        class_functions: Whether every phi_ab is to be a class function.
    """
    return _instance(case, rng, integer=True, class_functions=class_functions)


def float_instance(case: SymbolCase, rng: np.random.Generator, *, class_functions: bool = False) -> Instance:
    """Random instance in floating point with phi_aa(e) of about 1; condition numbers stay below about 1e3."""
    return _instance(case, rng, integer=False, class_functions=class_functions)


def _instance(case: SymbolCase, rng: np.random.Generator, integer: bool, class_functions: bool) -> Instance:
    group = named_group(case.group)
    shape = (case.orbits, case.orbits, group.order)
    beta = (
        rng.integers(-1, 2, shape) if integer else rng.standard_normal(shape) / np.sqrt(case.orbits * group.order)
    )
    if class_functions:
        classes = group.conjugacy_classes
        beta = beta[:, :, classes.representatives[classes.labels]]
    phi = convolution_square(group, beta)
    diagonal = np.arange(case.orbits)
    phi[diagonal, diagonal, 0] += 1 if integer else 0.1
    chosen = random_stabilisers(group, case.orbits, rng) if case.stabilisers else None
    if chosen is not None:
        phi = symmetrised(group, phi, chosen)
        if not integer:
            scale = np.sqrt([h.order for h in chosen])
            phi = phi / np.outer(scale, scale)[:, :, None]
    trivial = group.subgroup([])
    return Instance(group, phi, chosen or (trivial,) * case.orbits, random_targets(case, rng), case.ridge)


def convolution_square(group: FiniteGroup, beta: Symbol) -> Symbol:
    """Symbol of B B^T for B[(a,g),(c,k)] = beta_ac(g^-1 k): phi_ab(g) = sum_{c,k} beta_ac(k) beta_bc(g^-1 k).

    Args:
        group: G of order n.
        beta: Array [C, C, n].

    Returns:
        Array [C, C, n] of the same type, with phi_ba(g) = phi_ab(g^-1).
    """
    every = np.arange(group.order)
    shifted = group.multiply(group.inverse(every)[:, None], every[None, :])  # [g, k] -> g^-1 k
    orbits = beta.shape[0]
    left = beta.reshape(orbits, -1)  # [a, (c, k)]
    right = beta[:, :, shifted]  # [b, c, g, k]
    flat = right.transpose(1, 3, 0, 2).reshape(left.shape[1], -1)  # [(c, k), (b, g)]
    product: Symbol = left @ flat
    return product.reshape(orbits, orbits, group.order)


def random_stabilisers(group: FiniteGroup, orbits: int, rng: np.random.Generator) -> tuple[Subgroup, ...]:
    """Subgroups generated by random elements; the first is not trivial unless G is, and now and then one is G."""
    chosen = []
    for orbit in range(orbits):
        low = min(1, group.order - 1) if orbit == 0 else 0
        count = 1 if orbit == 0 else int(rng.integers(0, 3))
        chosen.append(group.subgroup(rng.integers(low, group.order, count).tolist()))
    return tuple(chosen)


def symmetrised(group: FiniteGroup, phi: Symbol, stabilisers: Sequence[Subgroup]) -> Symbol:
    """Sum of phi_ab(h g h') over h in H_a and h' in H_b: the symbol of seeds summed over their stabilisers.

    The points of the new orbits are sums of disjoint sets of old points, so the Gram matrix of the different
    points stays positive definite.
    """
    result = np.empty_like(phi)
    every = np.arange(group.order)
    for a, left in enumerate(stabilisers):
        for b, right in enumerate(stabilisers):
            rows = phi[a, b][group.multiply(left.elements[:, None], every[None, :])].sum(axis=0)
            result[a, b] = rows[group.multiply(every[:, None], right.elements[None, :])].sum(axis=1)
    return result


def random_targets(case: SymbolCase, rng: np.random.Generator) -> IntArray:
    """Labels [C, m] in -2, ..., 2 with the first orbit's not zero, so that no column vanishes."""
    targets = rng.integers(-2, 3, (case.orbits, case.columns))
    targets[0] = np.where(targets[0] == 0, 1, targets[0])
    return targets
