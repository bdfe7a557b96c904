"""Checks of closed forms on groups too large for dense matrices: K on functions of orbit and class only."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq_mat

from orbitkernels.theory.cyclotomics import ZERO, Cyclotomic
from orbitkernels.theory.exact_matrices import identity, inverse, product
from orbitkernels.theory.rational_gram import as_fraction, rational_matrix

from .closed_form_checks import sample_values, symbol_array, trace_sums
from .exact_checks import trace
from .linear_forms import Name
from .orbit_pair import OrbitPair, evaluated


def class_errors_agree(pair: OrbitPair, seed: int) -> bool:
    """Whether the column of K^-1 that the characters give is one, K times it being a unit vector at every class.

    The column at (orbit c, e) is a class function on each orbit; its value at (c, e) is S_c/n, and its sums over
    the orbits give K^-1 y, so this is all that T6 takes from K^-1.
    """
    values, k = sample_values(pair, seed), len(pair.group.conjugacy_classes)
    columns = inverse_columns(pair, values)
    sums, n = trace_sums(pair, values), pair.group.order
    return columns_invert(pair, values, columns) and all(sums[c] == columns[c * k][c] * n for c in (0, 1))


def columns_invert(pair: OrbitPair, values: Mapping[Name, Fraction], columns: list[list[Fraction]]) -> bool:
    """Whether K maps the two class functions to the unit vectors at (c, e), at every class."""
    k = len(pair.group.conjugacy_classes)
    units = fmpq_mat([[int(row == c * k) for c in (0, 1)] for row in range(2 * k)])
    return bool(class_matrix(pair, values) * rational_matrix(columns) == units)


def class_matrix(pair: OrbitPair, values: Mapping[Name, Fraction]) -> Any:
    """K on functions that depend on the orbit and the class only, 2 k rows (a, class).

    The entry at (a, C), (b, D) is the sum of phi_ab(g^-1 h) over h in D, for any g in C.
    """
    group = pair.group
    classes, every = group.conjugacy_classes, np.arange(group.order)
    k, phi = len(classes), symbol_array(pair, values)
    result = np.zeros((2, k, 2, k), dtype=np.int64)
    for row, g in enumerate(classes.representatives.tolist()):
        quotients = group.multiply(group.inverse(g), every)
        for a, b in np.ndindex(2, 2):
            np.add.at(result[a, row, b], classes.labels, phi[a, b][quotients])
    return fmpq_mat(result.reshape(2 * k, 2 * k).tolist())


def inverse_columns(pair: OrbitPair, values: Mapping[Name, Fraction]) -> list[list[Fraction]]:
    """The class function x_bc with K x_c = unit vector at (c, e), by T2 and T3: rows (b, class), columns c."""
    table, classes = pair.group.character_table(), pair.group.conjugacy_classes
    found: list[list[list[Cyclotomic]]] = [[[ZERO] * len(classes) for _ in (0, 1)] for _ in (0, 1)]
    for irrep in pair.irreps:
        M = inverse(evaluated(irrep.block, values))
        chi = table.values[irrep.number - 1]
        weight = Fraction(irrep.degree, pair.group.order)
        for b, c in np.ndindex(2, 2):
            for k in range(len(classes)):
                term = M[b][c] * chi[k]
                both = term + term.conjugate() if irrep.copies == 2 else term
                found[b][c][k] = found[b][c][k] + both * weight
    return [[found[b][c][k].as_fraction() for c in (0, 1)] for b in (0, 1) for k in range(len(classes))]


def class_traces_agree(pair: OrbitPair, seed: int) -> bool:
    """Whether the m-th powers of the eigenvalues, with their multiplicities, sum to tr K^m, m = 0, ..., 4 k - 1.

    K and the closed form have at most 2 k different eigenvalues each, k being the number of classes; 4 k equal
    power sums leave no difference.  The trace of K^m is n times the sum of its two entries at (c, e), (c, e).
    """
    values, k, n = sample_values(pair, seed), len(pair.group.conjugacy_classes), pair.group.order
    K = class_matrix(pair, values)
    power = fmpq_mat([[int(i == j) for j in range(2 * k)] for i in range(2 * k)])
    blocks = [
        (M, identity(2), pair.multiplicity(irrep) * irrep.copies)  # traces of Hermitian blocks are real
        for irrep in pair.irreps
        for M in [evaluated(irrep.block, values)]
    ]
    for _ in range(4 * k):
        walks = as_fraction(power[0, 0]) + as_fraction(power[k, k])
        if sum((trace(current) * weight for _, current, weight in blocks), ZERO) != walks * n:
            return False
        power = power * K
        blocks = [(M, product(current, M), weight) for M, current, weight in blocks]
    return True
