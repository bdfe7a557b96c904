"""What the derivations of T2, T3 and T6 claim of irreps, checked exactly on a named group.

Irreps are matrices over cyclotomic numbers, not always unitary ones; rho(g^-1) stands for rho(g)^*, which it
equals in a unitary basis.  Spectra, traces and inverses do not depend on the basis.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.theory.cyclotomics import ONE, ZERO, Cyclotomic, weighted_sum
from orbitkernels.theory.exact_matrices import Matrix, combination, identity, inverse, product
from orbitkernels.theory.rational_gram import exact_gram

from .exact_checks import (
    characteristic_polynomial,
    fourier_block,
    irreps,
    matrices,
    polynomial_product,
    rational_characteristic_polynomial,
    sample,
    scaled,
    sub_block,
    trace,
)
from .instances import named_group

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

    from .instances import Instance

#: Groups with irreps of every kind: real and of degree 2, quaternionic, complex of degrees 1 and 3.
WITNESSES = ("S3", "Q8", "A4", "C7:C3")


def witnessed(*checks: Callable[[str], bool]) -> list[tuple[str, Callable[[], bool]]]:
    """Instances of a step: on every witness all the checks hold."""

    def all_hold(name: str) -> bool:
        return all(check(name) for check in checks)

    return [(name, partial(all_hold, name)) for name in WITNESSES]


# ---------------------------------------------------------------------- the kernel and one irrep


def dot_products_are_invariant(name: str) -> bool:
    """Whether <g x, h y> and <x, g^-1 h y> are one polynomial in the coordinates, for all permutations g, h.

    With (g x)_(g(i)) = x_i both are sums of products x_i y_j: the pairs (i, j) are compared.
    """
    group = named_group(name)
    images = group.permutation(np.arange(group.order))
    preimages = np.argsort(images, axis=1)
    degree = images.shape[1]
    for g in range(group.order):
        for h in range(group.order):
            quotient = preimages[int(group.multiply(group.inverse(g), h))]
            one = {(int(preimages[g][i]), int(preimages[h][i])) for i in range(degree)}
            if one != {(i, int(quotient[i])) for i in range(degree)}:
                return False
    return True


def is_homomorphism(name: str) -> bool:
    """Whether rho(g s) = rho(g) rho(s) for all g, s and every irrep."""
    group = named_group(name)
    every, table = range(group.order), group.table.tolist()
    for irrep in irreps(name):
        rho = matrices(irrep, group)
        if any(product(rho[g], rho[s]) != rho[table[g][s]] for g in every for s in every):
            return False
    return True


def averages_intertwine(name: str) -> bool:
    """Whether T = sum_h rho(h) E_jk sigma(h^-1) satisfies rho(g) T = T sigma(g), for all irreps, j, k and g."""
    group = named_group(name)
    table = [matrices(irrep, group) for irrep in irreps(name)]
    for rho in table:
        for sigma in table:
            for j, k in np.ndindex(len(rho[0]), len(sigma[0])):
                T = _average(group, rho, sigma, j, k)
                if any(product(rho[g], T) != product(T, sigma[g]) for g in group.generators):
                    return False
    return True


def _average(group: FiniteGroup, rho: list[Matrix], sigma: list[Matrix], j: int, k: int) -> Matrix:
    """Sum over h of rho(h) E_jk sigma(h^-1), whose entry (i, l) is the sum of rho(h)_ij sigma(h^-1)_kl."""
    ones, inverses = [1] * group.order, group.inverse(np.arange(group.order)).tolist()
    columns = [[m[i][j] for m in rho] for i in range(len(rho[0]))]
    rows = [[sigma[h][k][l] for h in inverses] for l in range(len(sigma[0]))]
    return tuple(tuple(weighted_sum(ones, column, row) for row in rows) for column in columns)


def schur_orthogonality(name: str) -> bool:
    """Whether sum_h rho(h)_ij sigma(h^-1)_kl = (n/d) [rho = sigma] [i = l] [j = k] for all irreps and entries."""
    group = named_group(name)
    table = [matrices(irrep, group) for irrep in irreps(name)]
    inverses = group.inverse(np.arange(group.order)).tolist()
    ones = [1] * group.order
    for r, rho in enumerate(table):
        for s, sigma in enumerate(table):
            for i, j, k, l in np.ndindex(len(rho[0]), len(rho[0]), len(sigma[0]), len(sigma[0])):
                found = weighted_sum(ones, [m[i][j] for m in rho], [sigma[g][k][l] for g in inverses])
                expected = Fraction(group.order, len(rho[0])) if (r, i, j) == (s, l, k) else 0
                if found != expected:
                    return False
    return True


def degrees_fill_the_group(name: str) -> bool:
    """Whether the squares of the degrees sum to the order, one irrep a conjugacy class."""
    group, found = named_group(name), irreps(name)
    return sum(rho.degree**2 for rho in found) == group.order and len(found) == len(group.conjugacy_classes)


def sums_over_the_group_vanish(name: str) -> bool:
    """Whether sum_g rho(g) = 0 for every irrep but the trivial one, where it is n."""
    group = named_group(name)
    totals = [combination([1] * group.order, matrices(irrep, group)) for irrep in irreps(name)]
    left = [total for total in totals if any(entry for row in total for entry in row)]
    return left == [((ONE * group.order,),)]


# ---------------------------------------------------------------------- Fourier blocks of a sample


def blocks(instance: Instance, name: str) -> list[Matrix]:
    """Khat(rho) of every irrep."""
    return [fourier_block(irrep, instance.group, instance.phi) for irrep in irreps(name)]


def modes_are_mapped(name: str) -> bool:
    """Whether K U = U Khat(rho) for U_(b,h),(b',j) = [b = b'] rho(h)_ij, every i and rho, on a sample."""
    instance = sample(name)
    group, orbits = instance.group, len(instance.phi)
    left_quotients = group.multiply(group.inverse(np.arange(group.order))[:, None], np.arange(group.order))
    for irrep, khat in zip(irreps(name), blocks(instance, name), strict=True):
        rho = matrices(irrep, group)
        for a, b in np.ndindex(orbits, orbits):
            target = sub_block(khat, a, b, irrep.degree)
            for g in range(group.order):
                if combination(instance.phi[a, b][left_quotients[g]], rho) != product(rho[g], target):
                    return False
    return True


def spectra_agree(name: str) -> bool:
    """Whether det(x - K) is the product of det(x - Khat(rho)), each d_rho times, on a sample."""
    instance = sample(name)
    factors = [
        polynomial
        for irrep, khat in zip(irreps(name), blocks(instance, name), strict=True)
        for polynomial in [characteristic_polynomial(khat)] * irrep.degree
    ]
    return polynomial_product(factors) == rational_characteristic_polynomial(
        exact_gram(instance.group, instance.phi)
    )


def inverse_symbol(instance: Instance, name: str) -> list[list[list[Cyclotomic]]]:
    """(1/n) sum_rho d_rho tr[(Khat(rho)^-1)_ab rho(g^-1)] for all a, b, g."""
    group, orbits = instance.group, len(instance.phi)
    inverses = group.inverse(np.arange(group.order)).tolist()
    result = [[[ZERO] * group.order for _ in range(orbits)] for _ in range(orbits)]
    for irrep, khat in zip(irreps(name), blocks(instance, name), strict=True):
        rho, found, d = matrices(irrep, group), inverse(khat), irrep.degree
        for a, b in np.ndindex(orbits, orbits):
            part = sub_block(found, a, b, d)
            for g in range(group.order):
                weight = Fraction(d, group.order)
                result[a][b][g] = result[a][b][g] + trace(product(part, rho[inverses[g]])) * weight
    return result


def inverse_symbol_inverts(name: str) -> bool:
    """Whether the Gram matrix of the inverse symbol is K^-1 on a sample."""
    instance = sample(name)
    found = inverse_symbol(instance, name)
    exact = [[[entry.as_fraction() for entry in row] for row in rows] for rows in found]
    K = exact_gram(instance.group, instance.phi)
    return bool(exact_gram(instance.group, np.array(exact, dtype=object)) == K.inv())


# ---------------------------------------------------------------------- class functions (T3)


def class_sums_commute(name: str) -> bool:
    """Whether sum_(g in a class) rho(g) commutes with rho(h), for every class, irrep and generator h."""
    group = named_group(name)
    for irrep in irreps(name):
        for total in _class_sums(irrep, group):
            if any(product(irrep.matrix(h), total) != product(total, irrep.matrix(h)) for h in group.generators):
                return False
    return True


def class_sums_are_scalars(name: str) -> bool:
    """Whether sum_(g in a class) rho(g) = (class size) chi / d times the identity, for every class and irrep."""
    group, table = named_group(name), named_group(name).character_table()
    sizes = group.conjugacy_classes.sizes.tolist()
    for irrep in irreps(name):
        for k, total in enumerate(_class_sums(irrep, group)):
            value = table.values[irrep.character][k] * Fraction(sizes[k], irrep.degree)
            if total != scaled(value, identity(irrep.degree)):
                return False
    return True


def _class_sums(irrep: Any, group: FiniteGroup) -> list[Matrix]:
    """Sum of rho(g) over each conjugacy class."""
    labels, rho = group.conjugacy_classes.labels, matrices(irrep, group)
    return [combination((labels == k).astype(int), rho) for k in range(len(group.conjugacy_classes))]


def character_matrices(group: FiniteGroup, phi: Any) -> list[tuple[int, Matrix]]:
    """Degree and M_rho, entries (1/d) sum_g phi_ab(g) chi_rho(g), for every irrep."""
    table, labels = group.character_table(), group.conjugacy_classes.labels
    found = []
    for d, values in zip(table.degrees, table.values, strict=True):
        chi = [values[k] for k in labels]
        M = tuple(
            tuple(weighted_sum([Fraction(int(w), int(d)) for w in row], chi) for row in rows) for rows in phi
        )
        found.append((int(d), M))
    return found


def character_spectra_agree(name: str) -> bool:
    """Whether det(x - K) is the product of det(x - M_rho), each d_rho^2 times, on a sample of class functions."""
    instance = sample(name, class_functions=True)
    return _from_characters(instance.group, instance.phi, exact_gram(instance.group, instance.phi))


def adjacency_spectrum_agrees(name: str) -> bool:
    """The same for the adjacency matrix of the Cayley graph of the largest class S and its inverses.

    The matrix is drawn edge by edge, g -- g s.
    """
    from flint import fmpq_mat

    group = named_group(name)
    classes = group.conjugacy_classes
    largest = int(np.argmax(classes.sizes))
    inside = (classes.labels == largest) | (classes.labels == classes.inverse[largest])
    adjacency = np.zeros((group.order, group.order), dtype=np.int64)
    for s in np.flatnonzero(inside):
        adjacency[np.arange(group.order), group.multiply(np.arange(group.order), s)] = 1
    return _from_characters(group, inside.astype(np.int64)[None, None, :], fmpq_mat(adjacency.tolist()))


def _from_characters(group: FiniteGroup, phi: Any, K: Any) -> bool:
    factors = [characteristic_polynomial(M) for d, M in character_matrices(group, phi) for _ in range(d * d)]
    return polynomial_product(factors) == rational_characteristic_polynomial(K)
