"""What the derivations of T4 and T6 claim of stabilisers and errors, checked exactly on a named group."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.theory.cyclotomics import ZERO, Cyclotomic, weighted_sum
from orbitkernels.theory.exact_matrices import Matrix, combination, identity, inverse, product
from orbitkernels.theory.rational_gram import as_fraction, exact_gram

from .exact_checks import (
    block,
    characteristic_polynomial,
    column,
    irreps,
    matrices,
    polynomial_product,
    rational_characteristic_polynomial,
    refit_error,
    sample,
    scaled,
    sub_block,
    trace,
)
from .instances import named_group
from .irrep_checks import blocks

if TYPE_CHECKING:
    from .instances import Instance


def averages_project(name: str) -> bool:
    """Whether P = mean of rho(h) over H satisfies rho(h) P = P = P^2 and tr P = mean of chi, for cyclic H."""
    group, table = named_group(name), named_group(name).character_table()
    labels = group.conjugacy_classes.labels
    for irrep in irreps(name):
        rho = matrices(irrep, group)
        for generator in range(group.order):
            elements = group.subgroup([generator]).elements.tolist()
            P = _mean(rho, elements)
            chi = weighted_sum(
                [Fraction(1, len(elements))] * len(elements),
                [table.values[irrep.character][labels[h]] for h in elements],
            )
            if product(rho[generator], P) != P or product(P, P) != P or trace(P) != chi:
                return False
    return True


def _mean(rho: list[Matrix], elements: list[int]) -> Matrix:
    """Mean of rho over a subset."""
    return combination([Fraction(1, len(elements))] * len(elements), [rho[h] for h in elements])


def symbols_are_invariant(name: str) -> bool:
    """Whether phi_ab(h g h') = phi_ab(g) for h in H_a, h' in H_b, seeds being sums over stabilisers of 0/1 points.

    Points are indicator vectors of left cosets of the sample's stabilisers, the kernel the dot product.
    """
    instance = sample(name, 3, stabilisers=True)
    group, every = instance.group, np.arange(instance.group.order)
    seeds = [h.elements for h in instance.stabilisers]
    moved = [group.multiply(every[:, None], elements[None, :]) for elements in seeds]  # g H_b as a set
    for a, b in np.ndindex(3, 3):
        phi = np.array([np.intersect1d(seeds[a], moved[b][g]).size for g in every])
        both = group.multiply(
            group.multiply(seeds[a][:, None, None], every[None, :, None]), seeds[b][None, None, :]
        )
        if not np.array_equal(phi[both], np.broadcast_to(phi[None, :, None], both.shape)):
            return False
    return True


def blocks_live_on_fixed_vectors(name: str) -> bool:
    """Whether P_a Khat_ab P_b = Khat_ab on a sample with stabilisers."""
    instance = sample(name, 3, stabilisers=True)
    for irrep, khat in zip(irreps(name), blocks(instance, name), strict=True):
        projectors = _projectors(irrep, instance)
        for a, b in np.ndindex(3, 3):
            part = sub_block(khat, a, b, irrep.degree)
            if product(projectors[a], product(part, projectors[b])) != part:
                return False
    return True


def fixed_vectors_fill_the_orbit(name: str) -> bool:
    """Whether sum_rho d_rho dim(fixed vectors of H) = n/|H| for every cyclic H."""
    group = named_group(name)
    for generator in range(group.order):
        H = group.subgroup([generator])
        dimension = weighted_sum(
            [irrep.degree for irrep in irreps(name)],
            [trace(_mean(matrices(irrep, group), H.elements.tolist())) for irrep in irreps(name)],
        )
        if dimension != H.index:
            return False
    return True


def _projectors(irrep: Any, instance: Instance) -> list[Matrix]:
    """Projector on the fixed vectors of each stabiliser."""
    rho = matrices(irrep, instance.group)
    return [_mean(rho, H.elements.tolist()) for H in instance.stabilisers]


def weighted_blocks(instance: Instance, name: str) -> list[Matrix]:
    """Khat_ab / |H_b|: on the fixed vectors it is similar to M_rho, on the others zero."""
    result = []
    for irrep, khat in zip(irreps(name), blocks(instance, name), strict=True):
        d, orbits = irrep.degree, len(instance.phi)
        parts = [
            [scaled(Fraction(1, instance.stabilisers[b].order), sub_block(khat, a, b, d)) for b in range(orbits)]
            for a in range(orbits)
        ]
        result.append(block(parts))
    return result


def distinct_points(instance: Instance) -> list[int]:
    """Rows of the Gram matrix of all (c, g) that belong to different points, the seed first in each orbit."""
    n = instance.group.order
    return [c * n + int(g) for c, H in enumerate(instance.stabilisers) for g in H.left_representatives]


def distinct_gram(instance: Instance) -> Any:
    """Gram matrix of the different points."""
    return exact_gram(instance.group, instance.phi, instance.stabilisers)


def stabiliser_spectra_agree(name: str) -> bool:
    """Whether det(x - K) x^(C n - number of points) is the product of det(x - Khat_ab/|H_b|), each d_rho times."""
    instance = sample(name, 3, stabilisers=True)
    K = distinct_gram(instance)
    surplus = 3 * instance.group.order - K.nrows()
    factors = [
        polynomial
        for irrep, W in zip(irreps(name), weighted_blocks(instance, name), strict=True)
        for polynomial in [characteristic_polynomial(W)] * irrep.degree
    ]
    return polynomial_product(factors) == rational_characteristic_polynomial(K) + [Fraction(0)] * surplus


# ---------------------------------------------------------------------- errors (T6)


def labels_stay_constant(name: str) -> bool:
    """Whether K (t on the orbits) = (Khat(1) t on the orbits) on a sample."""
    instance = sample(name)
    n, sums = instance.group.order, instance.phi.sum(axis=2)
    t = instance.targets[:, 0]
    found = exact_gram(instance.group, instance.phi) * column(np.repeat(t, n).tolist())
    return [as_fraction(found[i, 0]) for i in range(found.nrows())] == np.repeat(sums @ t, n).tolist()


def diagonal_of_inverse(name: str) -> bool:
    """Whether every [K^-1]_(c,g),(c,g) is (1/n) sum_rho d_rho tr[(Khat(rho)^-1)_cc] on a sample."""
    instance = sample(name)
    n, found = instance.group.order, exact_gram(instance.group, instance.phi).inv()
    for c, total in enumerate(inverse_traces(instance, name)):
        if any(total != as_fraction(found[c * n + g, c * n + g]) * n for g in range(n)):
            return False
    return True


def inverse_traces(instance: Instance, name: str) -> list[Cyclotomic]:
    """sum_rho d_rho tr[(M_rho^-1)_cc] for every orbit c; M_rho = Khat(rho) for free orbits."""
    orbits = len(instance.phi)
    totals = [ZERO] * orbits
    for irrep, W in zip(irreps(name), weighted_blocks(instance, name), strict=True):
        d, projectors = irrep.degree, _projectors(irrep, instance)
        # the identity on the vectors that are not fixed makes the block invertible; its trace is taken off again
        empty = [[tuple((ZERO,) * d for _ in range(d)) for _ in range(orbits)] for _ in range(orbits)]
        for c in range(orbits):
            empty[c][c] = _difference(identity(d), projectors[c])
        found = inverse(_sum(W, block(empty)))
        for c in range(orbits):
            fixed = trace(sub_block(found, c, c, d)) - trace(empty[c][c])
            totals[c] = totals[c] + fixed * d
    return totals


def _sum(left: Matrix, right: Matrix) -> Matrix:
    return tuple(tuple(a + b for a, b in zip(r, s, strict=True)) for r, s in zip(left, right, strict=True))


def _difference(left: Matrix, right: Matrix) -> Matrix:
    return _sum(left, scaled(-1, right))


def errors_by_formula(instance: Instance, name: str) -> list[Cyclotomic]:
    """T6 for every orbit.  With stabilisers sqrt(N_c) [M_1^-1 (sqrt(N_b) t_b)]_c = n [Khat(1)^-1 t]_c."""
    alpha, totals = orbit_sums_solved(instance), inverse_traces(instance, name)
    return [total.inverse() * (alpha[c] * instance.group.order) for c, total in enumerate(totals)]


def orbit_sums_solved(instance: Instance) -> list[Fraction]:
    """Khat(1)^-1 t."""
    from flint import fmpq_mat

    solution = fmpq_mat(instance.phi.sum(axis=2).tolist()).solve(column(instance.targets[:, 0].tolist()))
    return [as_fraction(solution[c, 0]) for c in range(len(instance.phi))]


def errors_by_refitting(name: str, stabilisers: bool = False) -> bool:
    """Whether T6 gives the error of the first and the last pose of every orbit, by solving without it."""
    instance = sample(name, 3, stabilisers=stabilisers)
    K, n = distinct_gram(instance), instance.group.order
    orbit_of = np.array(distinct_points(instance)) // n
    y = instance.targets[orbit_of, 0].tolist()
    for c, error in enumerate(errors_by_formula(instance, name)):
        poses = np.flatnonzero(orbit_of == c).tolist()
        if any(error != refit_error(K, y, i) for i in (poses[0], poses[-1])):
            return False
    return True


def inverse_on_orbits(name: str) -> bool:
    """Whether K^-1 y is |H_c| [Khat(1)^-1 t]_c on orbit c, and [K^-1]_ii the trace of T6 over N_c, on a sample."""
    instance = sample(name, 3, stabilisers=True)
    orbit_of = np.array(distinct_points(instance)) // instance.group.order
    found = distinct_gram(instance).inv()
    dual = found * column(instance.targets[orbit_of, 0].tolist())
    alpha, totals = orbit_sums_solved(instance), inverse_traces(instance, name)
    orders, sizes = [H.order for H in instance.stabilisers], instance.sizes.tolist()
    return all(
        as_fraction(dual[i, 0]) == alpha[c] * orders[c] and totals[c] == as_fraction(found[i, i]) * sizes[c]
        for i, c in enumerate(orbit_of.tolist())
    )


def orbits_have_different_errors() -> bool:
    """The two errors of the S3 example in exact arithmetic, by refitting and by the formula."""
    from .instances import Instance

    group = named_group("S3")
    one, other = np.array([8, 1, -1, -1, -1, 0]), np.array([0, 0, 1, 0, -1, -1])
    phi = np.array([[one, other], [other[group.inverse(np.arange(6))], one]])
    trivial = group.subgroup([])
    instance = Instance(group, phi, (trivial, trivial), np.array([[1], [-1]]), Fraction(0))
    K, y = exact_gram(group, phi), [1] * 6 + [-1] * 6
    refitted = [refit_error(K, y, pose) for pose in (0, 6)]
    agree = errors_by_formula(instance, "S3") == refitted
    return agree and [abs(error) for error in refitted] == [Fraction(13495, 13203), Fraction(13495, 13098)]
