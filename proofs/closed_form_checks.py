"""The checks behind the closed forms of a pair of orbits: forms of this group, brute force on samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.theory.cyclotomics import ZERO, Cyclotomic, weighted_sum
from orbitkernels.theory.exact_matrices import inverse, product
from orbitkernels.theory.rational_gram import exact_gram

from .exact_checks import (
    characteristic_polynomial,
    polynomial_product,
    rational_characteristic_polynomial,
    refit_error,
    sub_block,
    trace,
)
from .linear_forms import LinearForm, Name
from .orbit_pair import Forms, Irrep, OrbitPair, evaluated

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup


#: Largest Gram matrix that is solved or whose characteristic polynomial is taken, exactly.
MAX_DENSE = 130

#: Labels of the two orbits in the samples.
LABELS = (2, -3)


# ---------------------------------------------------------------------- this group, every symbol


def dot_products_are_symmetric(group: FiniteGroup) -> bool:
    """Whether <x, g y> = <y, g^-1 x> as polynomials, G acting on its own elements from the left."""
    every = np.arange(group.order)
    chosen = every if group.order <= 200 else group.conjugacy_classes.representatives
    # x_(g j) y_j for all j, and x_i y_(g^-1 i) for all i: with i = g j the pairs are the same
    return all(
        np.array_equal(group.multiply(group.inverse(g), group.multiply(g, every)), every) for g in chosen.tolist()
    )


def irreps_are_complete(pair: OrbitPair) -> bool:
    """Whether the irreps are homomorphisms with the characters of the table, and sum d chi(g) = n [g = e]."""
    group, table = pair.group, pair.group.character_table()
    labels, translations = group.conjugacy_classes.labels, group.right_translations
    for irrep in group.irreps(exact=True):
        rho = irrep.matrices()
        values = table.values[irrep.character]
        if any(trace(rho[g]) != values[labels[g]] for g in range(group.order)):
            return False
        for s, row in zip(group.generators, translations, strict=True):
            if any(product(rho[g], rho[s]) != rho[row[g]] for g in range(group.order)):
                return False
    degrees = [int(d) for d in table.degrees]
    sums = [weighted_sum(degrees, [values[k] for values in table.values]) for k in range(len(degrees))]
    return sums[0] == group.order and not any(sums[1:])


def block_is_right(pair: OrbitPair, irrep: Irrep) -> bool:
    """Whether a block is sum_g phi_ab(g) rho(g) for a representation rho with the character of the irrep.

    The psi_i belong to one element each, so that their coefficients in Q are rho(g_i): they must multiply like the
    elements and have the right traces.  The other three parts must have the same coefficients.
    """
    group, values = pair.group, pair.group.character_table().values[irrep.number - 1]
    labels, every = group.conjugacy_classes.labels, range(group.order)
    Q = irrep.part(0, 1)
    coefficients = [[dict(form.terms) for form in row] for row in Q]
    rho = [tuple(tuple(c.get(("psi", g), ZERO) for c in row) for row in coefficients) for g in every]
    if any(trace(rho[g]) != values[labels[g]] for g in every):
        return False
    for s, row in zip(group.generators, group.right_translations, strict=True):
        if any(product(rho[g], rho[s]) != rho[row[g]] for g in every):
            return False
    parts_agree = all(
        renamed(Q, lambda name, a=a, b=b: pair.name(a, b, name[1])) == irrep.part(a, b)
        for a, b in np.ndindex(2, 2)
    )
    return parts_agree and (irrep.size > 1 or _is_hermitian(irrep.block))


def _is_hermitian(block: Forms) -> bool:
    """Whether a block of two rows has a real diagonal and B conj(B) = (Re B)^2 + (Im B)^2, as it is printed."""
    (A, B), (C, D) = block
    squares = _plus(_times(B.real, B.real), _times(B.imaginary, B.imaginary))
    return A.conjugate() == A and D.conjugate() == D and B.conjugate() == C and _times(B, C) == squares


def renamed(forms: Forms, new: Any) -> Forms:
    """The forms with every name replaced."""
    return tuple(tuple(LinearForm.of([(new(name), c) for name, c in form.terms]) for form in row) for row in forms)


def exchange_is_right(pair: OrbitPair, general: OrbitPair) -> bool:
    """Whether the general blocks become [[P, Q], [Q, P]] for every irrep, P and Q one form in phi and in psi.

    Args:
        pair: Exchangeable orbits.
        general: Any two orbits of the same group.
    """
    opposite = pair.inverse_indices
    kinds = {"varphi": "varphi", "omega": "varphi", "psi": "psi"}
    for irrep, unlike in zip(pair.irreps, general.irreps, strict=True):
        P, Q = irrep.part(0, 0), irrep.part(0, 1)
        if renamed(P, lambda name: ("psi", name[1])) != Q or irrep.part(1, 0) != Q or irrep.part(1, 1) != P:
            return False
        if renamed(unlike.block, lambda name: (kinds[name[0]], min(name[1], opposite[name[1]]))) != irrep.block:
            return False
    return True


def class_exchange_is_right(exchange: OrbitPair, general: OrbitPair) -> bool:
    """Whether the 2 x 2 matrices of class functions become [[A, B], [B, A]], B real and A with psi for phi."""
    kinds = {"varphi": "varphi", "omega": "varphi", "psi": "psi"}
    opposite = general.group.conjugacy_classes.inverse.tolist()
    for irrep, unlike in zip(exchange.irreps, general.irreps, strict=True):
        (A, B), (C, D) = irrep.block
        if A != D or B != C or B.imaginary or renamed(((A,),), lambda name: ("psi", name[1])) != ((B,),):
            return False
        if renamed(unlike.block, lambda name: (kinds[name[0]], min(name[1], opposite[name[1]]))) != irrep.block:
            return False
    return True


def class_blocks_are_right(pair: OrbitPair) -> bool:
    """Whether each class has the coefficient size times chi/d, classes of inverses joined where names are."""
    table, classes = pair.group.character_table(), pair.group.conjugacy_classes
    for irrep in pair.irreps:
        values = table.values[irrep.number - 1]
        weights = [values[k] * Fraction(int(classes.sizes[k]), irrep.degree) for k in range(len(classes))]
        inverse_of = classes.inverse.tolist()
        expected = {
            (0, 0): [("varphi", min(k, inverse_of[k])) for k in range(len(classes))],
            (1, 1): [("omega", min(k, inverse_of[k])) for k in range(len(classes))],
            (0, 1): [("psi", k) for k in range(len(classes))],
            (1, 0): [("psi", inverse_of[k]) for k in range(len(classes))],
        }
        if any(
            LinearForm.of(zip(names, weights, strict=True)) != irrep.block[a][b]
            for (a, b), names in expected.items()
        ):
            return False
    return True


Quadratic = dict[tuple[Name, Name], Cyclotomic]


def _times(one: LinearForm, other: LinearForm) -> Quadratic:
    """Product of two forms as coefficients of products of names."""
    result: Quadratic = {}
    for a, x in one.terms:
        for b, y in other.terms:
            key = (min(a, b), max(a, b))
            result[key] = result.get(key, ZERO) + x * y
    return {key: c for key, c in result.items() if c}


def _plus(one: Quadratic, other: Quadratic) -> Quadratic:
    result = {key: one.get(key, ZERO) + other.get(key, ZERO) for key in {*one, *other}}
    return {key: c for key, c in result.items() if c}


# ---------------------------------------------------------------------- samples


def sample_values(pair: OrbitPair, seed: int) -> dict[Name, Fraction]:
    """Random integers for the names, phi_0 and omega_0 so large that the Gram matrix is positive definite.

    Each row of the Gram matrix is diagonally dominant.
    """
    generator = np.random.default_rng(seed)
    values = {name: Fraction(int(generator.integers(-3, 4))) for name in pair.names}
    for kind in ("varphi", "omega"):
        values[(kind, 0)] = Fraction(0)
    phi = symbol_array(pair, values)
    for a, kind in enumerate(("varphi", "omega")):
        values[(kind, 0)] = Fraction(int(np.abs(phi[a]).sum())) + 1 + a
    if pair.is_exchangeable:
        del values[("omega", 0)]
    return values


def symbol_array(pair: OrbitPair, values: Mapping[Name, Fraction]) -> Any:
    """The symbol [2, 2, n] with those values."""
    classes = pair.group.conjugacy_classes
    chosen = classes.representatives.tolist() if pair.is_class else range(pair.group.order)
    found = np.array([[[int(values[pair.name(a, b, g)]) for g in chosen] for b in (0, 1)] for a in (0, 1)])
    return found[:, :, classes.labels] if pair.is_class else found


def errors_agree(pair: OrbitPair, seed: int) -> bool:
    """Whether the closed form gives both errors of a sample, by dropping the point and solving anew."""
    values, n = sample_values(pair, seed), pair.group.order
    K = exact_gram(pair.group, symbol_array(pair, values))
    y = [LABELS[0]] * n + [LABELS[1]] * n
    refitted = [refit_error(K, y, 0), refit_error(K, y, 2 * n - 1)]
    formula = exchange_errors if pair.is_exchangeable else errors
    return formula(pair, values) == refitted


def errors(pair: OrbitPair, values: Mapping[Name, Fraction]) -> list[Cyclotomic]:
    """The closed form: n (D t_1 - B t_2)/Delta of the trivial block over the sum of traces, for both orbits."""
    t, n = LABELS, pair.group.order
    (A, B), (C, D) = evaluated(pair.trivial().block, values)
    alpha = [(D * t[0] - B * t[1]) / (A * D - B * C), (A * t[1] - C * t[0]) / (A * D - B * C)]
    sums = trace_sums(pair, values)
    return [alpha[c] * n / sums[c] for c in (0, 1)]


def trace_sums(pair: OrbitPair, values: Mapping[Name, Fraction]) -> list[Cyclotomic]:
    """S_c = sum over irreps of d tr[(Khat^-1)_cc], each M of class functions standing for M times the identity."""
    sums = [ZERO, ZERO]
    for irrep in pair.irreps:
        found = inverse(evaluated(irrep.block, values))
        for c in (0, 1):
            part = trace(sub_block(found, c, c, irrep.size))
            # the inverse of the conjugate block has the conjugate trace
            both = part + part.conjugate() if irrep.copies == 2 else part
            sums[c] = sums[c] + both * pair.multiplicity(irrep)
    return sums


def exchange_errors(pair: OrbitPair, values: Mapping[Name, Fraction]) -> list[Cyclotomic]:
    """The closed form of exchangeable orbits, from X = P + Q and P - Q."""
    total, both_thetas = ZERO, thetas(values)
    for irrep in pair.irreps:
        for theta in both_thetas:
            part = trace(inverse(evaluated(irrep.part(0, 0), theta)))
            both = part + part.conjugate() if irrep.copies == 2 else part
            total = total + both * pair.multiplicity(irrep)
    trivial = [pair.trivial().block[0][0].value(theta) for theta in both_thetas]
    t, n = LABELS, pair.group.order
    plus, minus = trivial[0].inverse() * (t[0] + t[1]), trivial[1].inverse() * (t[0] - t[1])
    return [(plus + minus) * n / total, (plus - minus) * n / total]


def thetas(values: Mapping[Name, Fraction]) -> list[dict[Name, Fraction]]:
    """theta^+ = phi + psi and theta^- = phi - psi, under the names of phi."""
    indices = [i for kind, i in values if kind == "psi"]
    return [{("varphi", i): values["varphi", i] + sign * values["psi", i] for i in indices} for sign in (1, -1)]


def spectra_agree(pair: OrbitPair, seed: int) -> bool:
    """Whether det(x - K) of a sample is the product of those of the blocks, with their multiplicities."""
    values = sample_values(pair, seed)
    factors: list[Sequence[Cyclotomic]] = []
    for irrep in pair.irreps:
        polynomial = characteristic_polynomial(evaluated(irrep.block, values))
        copies = [polynomial, [c.conjugate() for c in polynomial]][: irrep.copies]
        factors += [copy for copy in copies for _ in range(pair.multiplicity(irrep))]
    K = exact_gram(pair.group, symbol_array(pair, values))
    return polynomial_product(factors) == rational_characteristic_polynomial(K)
