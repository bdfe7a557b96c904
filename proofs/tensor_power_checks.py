"""What the derivation of C6 claims of tensor powers, checked exactly on a named group."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.theory.class_functions import ClassFunction
from orbitkernels.theory.cyclotomics import Cyclotomic, weighted_sum
from orbitkernels.theory.exact_matrices import identity
from orbitkernels.theory.permutation_actions import PermutationAction

from .character_checks import witnessed
from .exact_checks import irreps
from .instances import named_group

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

__all__ = [
    "cyclic_groups_need_every_power",
    "kernels_are_where_the_character_is_the_degree",
    "powers_hold_the_irreps_of_the_quotient",
    "product_is_regular",
    "quotients_have_regular_characters",
    "witnessed",
]


def kernel(irrep: Any) -> frozenset[int]:
    """The elements whose exact matrix is the unit matrix."""
    unit = identity(irrep.degree)
    return frozenset(g for g in range(irrep.group.order) if irrep.matrix(g) == unit)


def values_of(chi: ClassFunction) -> list[Cyclotomic]:
    """The different values of a character, the degree first."""
    return list(dict.fromkeys(chi.values))


def product_function(chi: ClassFunction) -> ClassFunction:
    """prod_(j >= 1) (chi - c_j) over the values c_j of chi other than the degree."""
    found = ClassFunction.trivial(chi.group)
    for c in values_of(chi)[1:]:
        found = found * (chi - c)
    return found


def regular_coefficients(chi: ClassFunction, kernel_order: int, inside: list[bool]) -> list[Cyclotomic]:
    """(|K|/n) prod_j (D - c_j) d_rho for the irreps with K in their kernel, else 0."""
    group = chi.group
    factor = weighted_sum([Fraction(kernel_order, group.order)], [ClassFunction.trivial(group)[0]])
    for c in values_of(chi)[1:]:
        factor = factor * (chi.degree - c)
    degrees = group.character_table().degrees.tolist()
    return [factor * (d if held else 0) for d, held in zip(degrees, inside, strict=True)]


def first_powers(chi: ClassFunction) -> list[int]:
    """For each irrep the least m < r with <chi^m, chi_rho> > 0, r the number of values of chi; -1 if none is."""
    power, first = ClassFunction.trivial(chi.group), [-1] * len(chi.values)
    for m in range(len(values_of(chi))):
        for i, count in enumerate(power.decompose()):
            if count and first[i] < 0:
                first[i] = m
        power = power * chi
    return first


def kernels_are_where_the_character_is_the_degree(name: str) -> bool:
    """Whether rho(g) = I exactly where chi(g) = d, for every irrep."""
    labels = named_group(name).conjugacy_classes.labels
    for irrep in irreps(name):
        chi = irrep.group.character_table().values[irrep.character]
        if kernel(irrep) != {g for g, k in enumerate(labels.tolist()) if chi[k] == irrep.degree}:
            return False
    return True


def quotients_have_regular_characters(name: str) -> bool:
    """Whether the sum of d chi over the irreps with K in their kernel is |G/K| on K and 0 elsewhere."""
    group, table = named_group(name), named_group(name).character_table()
    labels = group.conjugacy_classes.labels.tolist()
    kernels = [kernel(irrep) for irrep in irreps(name)]
    for own in kernels:
        weights = [rho.degree if own <= held else 0 for rho, held in zip(irreps(name), kernels, strict=True)]
        for g in range(group.order):
            total = weighted_sum(weights, [row[labels[g]] for row in table.values])
            if total != (Fraction(group.order, len(own)) if g in own else 0):
                return False
    return True


def product_is_regular(name: str) -> bool:
    """Whether the product has the coefficients of the statement, for every irrep as V."""
    table, kernels = named_group(name).character_table(), [kernel(irrep) for irrep in irreps(name)]
    for irrep, own in zip(irreps(name), kernels, strict=True):
        chi = table.character(irrep.character)
        expected = regular_coefficients(chi, len(own), [own <= held for held in kernels])
        if list(product_function(chi).coefficients()) != expected:
            return False
    return True


def powers_hold_the_irreps_of_the_quotient(name: str) -> bool:
    """Whether the irreps in powers below r are those with K in their kernel, and no more in three more powers."""
    table, kernels = named_group(name).character_table(), [kernel(irrep) for irrep in irreps(name)]
    for irrep, own in zip(irreps(name), kernels, strict=True):
        chi = table.character(irrep.character)
        expected = [own <= held for held in kernels]
        if [m >= 0 for m in first_powers(chi)] != expected:
            return False
        power = ClassFunction.trivial(chi.group)
        for _ in range(3):
            power = power * chi
            if any(count and not held for count, held in zip(power.decompose(), expected, strict=True)):
                return False
    return True


def cyclic_groups_need_every_power(name: str) -> bool:
    """Whether the powers 0, ..., N - 1 of a faithful character of C_N hold one irrep each, all different."""
    table = named_group(name).character_table()
    faithful = next(table.character(i) for i in range(len(table)) if len(set(table.values[i])) == len(table))
    return len(values_of(faithful)) == len(table) and sorted(first_powers(faithful)) == list(range(len(table)))


def tuple_multiplicities(action: PermutationAction, m: int) -> list[int]:
    """How often each irrep occurs in the functions on m-tuples of points, by fixed vectors of stabilisers.

    Each orbit of tuples counts (1/|S|) sum_(s in S) chi(s), S the stabiliser of one of its tuples.
    """
    group, points = action.group, action.permutations
    images = np.zeros((group.order, 1), dtype=np.int64)
    for _ in range(m):
        images = (images[:, :, None] * action.degree + points[:, None, :]).reshape(group.order, -1)
    tuples = PermutationAction(group, images)
    table, labels = group.character_table(), group.conjugacy_classes.labels
    totals = [0] * len(table)
    for orbit in tuples.orbits():
        stabiliser = np.flatnonzero(images[:, int(orbit[0])] == orbit[0])
        counts = np.bincount(labels[stabiliser], minlength=len(table)).tolist()
        weights = [Fraction(c, stabiliser.size) for c in counts]
        totals = [
            t + int(weighted_sum(weights, row).as_fraction()) for t, row in zip(totals, table.values, strict=True)
        ]
    return totals


def faithful_row(group: FiniteGroup) -> int:
    """A row of least degree among those with the smallest kernels."""
    table = group.character_table()
    sizes = table.classes.sizes

    def kernel_order(i: int) -> int:
        return sum(int(s) for x, s in zip(table.values[i], sizes, strict=True) if x == table.values[i][0])

    return min(range(len(table)), key=lambda i: (kernel_order(i), int(table.degrees[i])))
