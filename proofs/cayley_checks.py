"""What the derivation of K13 claims of Cayley graphs, checked exactly on named groups.

Every connection set that is a class with its inverses is taken; matrices are drawn edge by edge.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from flint import fmpq_mat

from orbitkernels.theory.balls import ball
from orbitkernels.theory.cayley_kernels import (
    adjacency_eigenvalues,
    adjacency_matrix,
    components_of_graph,
    symbol_of_spectrum,
)
from orbitkernels.theory.cyclotomics import ONE, ZERO, weighted_sum
from orbitkernels.theory.rational_gram import exact_gram, rational_matrix

from .instances import named_group

#: shift of the resolvents.
SHIFT = Fraction(1, 2)


@lru_cache(maxsize=32)
def connection_sets(name: str) -> tuple[tuple[int, ...], ...]:
    """Every class with its inverses, as sorted numbers of classes."""
    inverse = named_group(name).conjugacy_classes.inverse.tolist()
    return tuple(sorted({tuple(sorted({k, inverse[k]})) for k in range(1, len(inverse))}))


def _graphs(name: str) -> Iterator[tuple[Any, Any, Any]]:
    """Group, A as an integer matrix, and alpha, for every connection set."""
    group = named_group(name)
    for classes in connection_sets(name):
        yield group, adjacency_matrix(group, classes), adjacency_eigenvalues(group, classes)


def circulant(group: Any, on_classes: Any) -> Any:
    """The group-circulant fmpq_mat of a rational class function."""
    values = [value.as_fraction() for value in on_classes]
    return exact_gram(group, [[[values[k] for k in group.conjugacy_classes.labels]]])


def characters_convolve(name: str) -> bool:
    """Whether sum_h chi_rho(h) chi_sigma(h^-1 g) = [rho = sigma] (n/d) chi_rho(g) for all rho, sigma and g."""
    group, table = named_group(name), named_group(name).character_table()
    labels, every = group.conjugacy_classes.labels, np.arange(group.order)
    ones = [1] * group.order
    for g in group.conjugacy_classes.representatives.tolist():
        others = labels[group.multiply(group.inverse(every), g)]
        for i, chi in enumerate(table.values):
            for j, psi in enumerate(table.values):
                found = weighted_sum(ones, [chi[k] for k in labels], [psi[k] for k in others])
                expected = chi[labels[g]] * Fraction(group.order, int(table.degrees[i])) if i == j else ZERO
                if found != expected:
                    return False
    return True


def projections_are_complete(name: str) -> bool:
    """Whether sum_rho d_rho chi_rho(g) = n [g = e], and each value at e is d_rho, so that tr E_rho = d_rho^2."""
    table = named_group(name).character_table()
    sums = symbol_of_spectrum(named_group(name), [1] * len(table))
    return sums == [ONE, *[ZERO] * (len(table) - 1)] and all(
        values[0] == int(d) for values, d in zip(table.values, table.degrees, strict=True)
    )


def eigenvalues_are_real(name: str) -> bool:
    """Whether alpha is its own conjugate and -|S| <= alpha <= |S|, for every connection set."""
    return all(x.is_real and _is_bounded(x, alpha[0]) for _, _, alpha in _graphs(name) for x in alpha)


def _is_bounded(x: Any, bound: Any) -> bool:
    """Whether |x| <= bound: equal, or apart in balls."""
    return x in (bound, -bound) or bool(abs(ball(x).real) < ball(bound).real)


def adjacency_is_recovered(name: str) -> bool:
    """Whether (1/n) sum d alpha chi is the indicator function of S, for every connection set."""
    return all(
        circulant(group, symbol_of_spectrum(group, alpha)) == fmpq_mat(A.tolist())
        for group, A, alpha in _graphs(name)
    )


def powers_agree(name: str) -> bool:
    """Whether A^m has the symbol (1/n) sum d alpha^m chi, m = 0, ..., 4, and (SHIFT I + L)^-1 that of 1/(...)."""
    for group, A, alpha in _graphs(name):
        power, values = np.eye(group.order, dtype=np.int64), [ONE] * len(alpha)
        for _ in range(5):
            if circulant(group, symbol_of_spectrum(group, values)) != fmpq_mat(power.tolist()):
                return False
            power, values = power @ A, [v * a for v, a in zip(values, alpha, strict=True)]
    return resolvents_invert(name)


def resolvents_invert(name: str) -> bool:
    """Whether (SHIFT I + L) times the group-circulant matrix of (1/n) sum d chi/(SHIFT + |S| - alpha) is I."""
    for group, A, alpha in _graphs(name):
        found = circulant(group, symbol_of_spectrum(group, [(alpha[0] - a + SHIFT).inverse() for a in alpha]))
        if shifted_laplacian(A, SHIFT) * found != fmpq_mat(np.eye(len(A), dtype=np.int64).tolist()):
            return False
    return True


def shifted_laplacian(adjacency: Any, shift: Fraction) -> Any:
    """shift I + L as an fmpq_mat, L the degrees minus the adjacency matrix."""
    size, degrees = len(adjacency), adjacency.sum(axis=1).tolist()
    return rational_matrix(
        [[(degrees[g] + shift if g == h else 0) - int(adjacency[g, h]) for h in range(size)] for g in range(size)]
    )


def components_agree(name: str) -> bool:
    """Whether the multiplicity of |S| is the index of the subgroup that S generates, for every connection set."""
    group = named_group(name)
    for classes in connection_sets(name):
        S = np.flatnonzero(np.isin(group.conjugacy_classes.labels, classes)).tolist()
        if components_of_graph(group, adjacency_eigenvalues(group, classes)) != group.subgroup(S).index:
            return False
    return True


def laplacian_form(name: str) -> tuple[Any, Any]:
    """x^T L x and half the sum of (x_g - x_gs)^2 over g and s in S, in symbols, for the first connection set."""
    import sympy

    group = named_group(name)
    A = adjacency_matrix(group, connection_sets(name)[0])
    x = sympy.symbols(f"x_0:{group.order}", real=True)
    form = sum(int(A[g].sum()) * x[g] ** 2 for g in range(len(x))) - sum(
        int(A[g, h]) * x[g] * x[h] for g in range(len(x)) for h in range(len(x))
    )
    squares = sum((x[g] - x[h]) ** 2 for g in range(len(x)) for h in range(len(x)) if A[g, h])
    return form, squares / 2


def heat_equation_pairs(name: str) -> list[tuple[Any, Any]]:
    """d phi_t(g)/dt and sum_s (phi_t(gs) - phi_t(g)) at every class, and phi_0(g) with [g = e]."""
    import sympy

    group, t = named_group(name), sympy.Symbol("t", real=True)
    classes = connection_sets(name)[0]
    A, labels = adjacency_matrix(group, classes), group.conjugacy_classes.labels
    alpha, table = adjacency_eigenvalues(group, classes), group.character_table()
    on_classes = [
        sum(
            int(d) * sympy.exp(-t * (alpha[0] - a).to_sympy()) * values[k].to_sympy()
            for d, a, values in zip(table.degrees, alpha, table.values, strict=True)
        )
        / group.order
        for k in range(len(table))
    ]
    pairs = []
    for k, g in enumerate(group.conjugacy_classes.representatives.tolist()):
        around = sum(on_classes[labels[h]] - on_classes[k] for h in np.flatnonzero(A[g]).tolist())
        pairs.append((sympy.Derivative(on_classes[k], t), around))
        pairs.append((sympy.Subs(on_classes[k], t, 0), sympy.Integer(int(g == 0))))
    return pairs
