"""What the derivation of T7 claims of missing cosets and missing sets, checked exactly on a named group."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.theory.cyclotomics import ZERO, Cyclotomic
from orbitkernels.theory.exact_matrices import combination, inverse, product
from orbitkernels.theory.rational_gram import as_fraction, exact_leave_out, rational_matrix

from .exact_checks import irreps, matrices, sample, sub_block, trace
from .instances import named_group
from .irrep_checks import blocks, inverse_symbol
from .stabiliser_checks import distinct_gram, orbit_sums_solved

if TYPE_CHECKING:
    from orbitkernels.theory.subgroups import Subgroup

    from .instances import Instance


@cache
def _inverse_gram(name: str, stabilisers: bool) -> tuple[Instance, Any, Any]:
    """A sample with its Gram matrix and the inverse of that."""
    instance = sample(name, 2, stabilisers=stabilisers)
    K = distinct_gram(instance)
    return instance, K, K.inv()


@cache
def _inverse_symbol(name: str) -> list[list[list[Cyclotomic]]]:
    """The symbol of K^-1 on the sample of free orbits, from irreps."""
    return inverse_symbol(_inverse_gram(name, False)[0], name)


@cache
def subgroups(name: str) -> tuple[Subgroup, ...]:
    """Cyclic subgroups, one an order, and the whole group."""
    group = named_group(name)
    cyclic = {H.order: H for H in (group.subgroup([g]) for g in range(group.order))}
    return (*cyclic.values(), group.subgroup(group.generators))


def _refitted(instance: Instance, K: Any, points: Sequence[int]) -> list[Fraction]:
    """Errors of the first label column at points that are missing together."""
    return [row[0] for row in exact_leave_out(K, instance.labels, points)]


def any_set_solves(name: str) -> bool:
    """Whether the errors at missing poses of both orbits solve the system of the symbol of K^-1, on a sample."""
    instance, K, _ = _inverse_gram(name, False)
    group, n = instance.group, instance.group.order
    psi, alpha = _inverse_symbol(name), orbit_sums_solved(instance)
    for points in ([0, 1, n], [1, n - 1, n + 1, n + 2]):
        where = [divmod(i, n) for i in points]
        errors = _refitted(instance, K, points)
        for c, g in where:
            row = [psi[c][b][int(group.multiply(group.inverse(g), h))] for b, h in where]
            if sum((entry * error for entry, error in zip(row, errors, strict=True)), ZERO) != alpha[c]:
                return False
    return True


def rows_have_one_sum(name: str) -> bool:
    """Whether the rows of every block of K^-1 on a coset gH sum to sum_h psi_cc(h), on a sample."""
    instance, _, found = _inverse_gram(name, False)
    group, n = instance.group, instance.group.order
    psi = _inverse_symbol(name)
    for H in subgroups(name):
        elements = H.elements.tolist()
        for c in (0, 1):
            expected = sum((psi[c][c][h] for h in elements), ZERO)
            for g in (0, 1, n - 1):
                points = instance.points(c, group.multiply(g, H.elements))
                if any(expected != as_fraction(sum(found[i, j] for j in points)) for i in points):
                    return False
    return True


def constant_errors_solve(name: str) -> bool:
    """Whether refitting gives dual coefficient over row sum at each pose of a coset, on a sample."""
    instance, K, found = _inverse_gram(name, False)
    alpha, n = orbit_sums_solved(instance), instance.group.order
    for H in subgroups(name):
        for c in (0, 1):
            points = instance.points(c, instance.group.multiply(n - 1, H.elements))
            row_sum = as_fraction(sum(found[points[0], j] for j in points))
            if row_sum <= 0 or set(_refitted(instance, K, points)) != {alpha[c] / row_sum}:
                return False
    return True


def free_formula_by_refitting(name: str) -> bool:
    """Whether T7 with irreps gives the error on cosets of free orbits, by solving without them."""
    instance, K, _ = _inverse_gram(name, False)
    alpha, n = orbit_sums_solved(instance), instance.group.order
    for H in subgroups(name):
        for c, total in enumerate(_traces(instance, name, H)):
            points = instance.points(c, instance.group.multiply(1, H.elements))
            if any(total.inverse() * (alpha[c] * n) != error for error in _refitted(instance, K, points)):
                return False
    return True


def _traces(instance: Instance, name: str, H: Subgroup) -> list[Cyclotomic]:
    """sum_rho d_rho tr[(Khat(rho)^-1)_cc sum_h rho(h)] for each orbit c; H holds all inverses."""
    totals = [ZERO] * len(instance.phi)
    for irrep, khat in zip(irreps(name), blocks(instance, name), strict=True):
        found, rho = inverse(khat), matrices(irrep, instance.group)
        total = combination([1] * H.order, [rho[h] for h in H.elements.tolist()])
        for c in range(len(totals)):
            part = sub_block(found, c, c, irrep.degree)
            totals[c] = totals[c] + trace(product(part, total)) * irrep.degree
    return totals


def entries_of_the_inverse(name: str) -> bool:
    """Whether [K^-1]_(c,g),(c,h) is the trace formula's value at g^-1 h, on a sample with stabilisers."""
    from orbitkernels.theory.spectra import exact_inverse_symbol

    instance, _, found = _inverse_gram(name, True)
    group, every = instance.group, np.arange(instance.group.order)
    symbol = exact_inverse_symbol(group, instance.phi, instance.stabilisers)
    for c, stabiliser in enumerate(instance.stabilisers):
        position = int(instance.sizes[:c].sum()) + stabiliser.left_coset_labels
        for g in every:
            quotients = group.multiply(group.inverse(g), every)
            here = int(position[g])
            if any(as_fraction(found[here, int(position[h])]) != symbol[c][c][quotients[h]] for h in every):
                return False
    return True


def stabiliser_formula_by_refitting(name: str) -> bool:
    """Whether T7 gives the error on cosets of orbits with stabilisers, by solving without them.

    Bases of the fixed vectors that are not orthonormal come with dual bases in the place of U_c^*; see
    :mod:`orbitkernels.theory.spectra`.
    """
    from orbitkernels.theory.spectra import exact_coset_error

    instance, K, _ = _inverse_gram(name, True)
    group = instance.group
    for H in subgroups(name):
        errors = exact_coset_error(
            group, instance.phi, instance.targets.tolist(), H.elements.tolist(), instance.stabilisers
        )
        for c in range(2):
            points = instance.points(c, group.multiply(1, H.elements))
            overlap = np.intersect1d(H.elements, instance.stabilisers[c].elements).size
            if len(points) * overlap != H.order or set(_refitted(instance, K, points)) != {errors[c][0]}:
                return False
    return True


def whole_orbit_is_leave_one_out(name: str) -> bool:
    """Whether the error on a missing orbit is that of leaving point c out of the matrix of orbit sums."""
    instance, K, _ = _inverse_gram(name, False)
    sums = rational_matrix(instance.phi.sum(axis=2))
    n, t = instance.group.order, instance.targets[:, :1].tolist()
    return all(
        set(_refitted(instance, K, list(range(c * n, (c + 1) * n)))) == set(exact_leave_out(sums, t, [c])[0])
        for c in range(len(instance.phi))
    )


def conjugate_subgroups_differ() -> bool:
    """On S3: H and a conjugate of it give different errors, and three poses that are no coset different ones."""
    instance, K, _ = _inverse_gram("S3", False)
    group = instance.group
    first = next(g for g in range(1, 6) if int(group.element_orders[g]) == 2)
    by = next(g for g in range(6) if int(group.element_orders[g]) == 3)
    other = int(group.conjugate(first, by))
    left = [_refitted(instance, K, [0, h]) for h in (first, other)]
    three = _refitted(instance, K, [0, first, by])
    right = _refitted(instance, K, [by, int(group.multiply(first, by))])  # the right coset H by
    moved = _refitted(instance, K, [0, int(group.conjugate(first, group.inverse(by)))])
    return (
        left[0] != left[1] and len(set(three)) > 1 and moved in (right, right[::-1]) and set(right) != set(left[0])
    )
