"""Kernels on the elements of a group that are functions of a Cayley graph, exact and in balls (Theorem K13).

S is a set of elements, closed under conjugation and inverses and without the identity; A_gh = 1 if g^-1 h is in S.
The eigenvalues of A are alpha_rho = (1/d_rho) sum_{s in S} chi_rho(s), each d_rho^2 times, and f(A) has the symbol
(1/n) sum_rho d_rho f(alpha_rho) chi_rho(g), a class function.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitkernels.errors import InputError

from .balls import ball
from .cyclotomics import Cyclotomic, weighted_sum
from .laws import IntArray

if TYPE_CHECKING:
    from .groups import FiniteGroup


def connection_classes(group: FiniteGroup, elements: Sequence[int]) -> IntArray:
    """The conjugacy classes that make up a connection set S, which must be a union of them.

    Args:
        group: G.
        elements: S, closed under conjugation and inverses, not empty and without the identity 0.

    Returns:
        Their numbers, sorted.

    Raises:
        InputError: If S is empty, holds the identity, or is not closed; the message names what is missing.

    Example:
        >>> from orbitkernels.theory.cayley_kernels import connection_classes
        >>> from orbitkernels.theory.names import group
        >>> S3 = group("S3")
        >>> reflections = [g for g in range(6) if S3.element_orders[g] == 2]
        >>> connection_classes(S3, reflections).tolist()
        [1]
    """
    chosen = np.unique(group.elements(np.asarray(elements, dtype=np.int64), "generators"))
    classes = group.conjugacy_classes
    found = np.unique(classes.labels[chosen])
    if chosen.size == 0 or found[0] == 0:
        what = "is empty" if chosen.size == 0 else "holds the identity, a loop at every vertex"
        raise InputError(f"Argument 'generators' {what}; name elements of {group.name} other than the identity.")
    if chosen.size < int(classes.sizes[found].sum()):
        whole = np.flatnonzero(np.isin(classes.labels, found))
        missing = int(np.setdiff1d(whole, chosen, assume_unique=True)[0])
        raise InputError(
            f"Argument 'generators' is not closed under conjugation: {group.element_string(missing)} is"
            f" conjugate to "
            f"one of them and missing; write class:... to take whole classes of {group.name}."
        )
    inverses = np.setdiff1d(classes.inverse[found], found)
    if inverses.size:
        missing = int(classes.representatives[inverses[0]])
        raise InputError(
            f"Argument 'generators' is not closed under inverses: the class of"
            f" {group.element_string(missing)} is "
            "missing; name it too."
        )
    return found


def adjacency_eigenvalues(group: FiniteGroup, classes: Sequence[int] | IntArray) -> tuple[Cyclotomic, ...]:
    """alpha_rho = (1/d_rho) sum_{s in S} chi_rho(s), in the order of the character table.

    Args:
        group: G.
        classes: Numbers of the conjugacy classes that make up S.

    Example:
        >>> from orbitkernels.theory.cayley_kernels import adjacency_eigenvalues
        >>> from orbitkernels.theory.names import group
        >>> [str(alpha) for alpha in adjacency_eigenvalues(group("S3"), [1])]
        ['3', '-3', '0']
    """
    table, sizes = group.character_table(), group.conjugacy_classes.sizes
    weights = [int(sizes[k]) for k in classes]
    return tuple(
        weighted_sum(weights, [values[k] for k in classes]) / int(degree)
        for degree, values in zip(table.degrees, table.values, strict=True)
    )


def symbol_of_spectrum(group: FiniteGroup, eigenvalues: Sequence[Any]) -> list[Cyclotomic]:
    """The symbol (1/n) sum_rho d_rho f_rho chi_rho of the matrix with the eigenvalue f_rho on rho, on the classes.

    Args:
        group: G of order n.
        eigenvalues: f_rho, exact numbers in the order of the character table.

    Example:
        >>> from orbitkernels.theory.cayley_kernels import symbol_of_spectrum
        >>> from orbitkernels.theory.names import group
        >>> [str(x) for x in symbol_of_spectrum(group("S3"), [3, -3, 0])]
        ['0', '1', '0']
    """
    table, n = group.character_table(), group.order
    weighted = [f * int(d) for f, d in zip(eigenvalues, table.degrees, strict=True)]
    columns = zip(*table.values, strict=True)
    return [
        weighted_sum([1] * len(weighted), [_cyclotomic(w) for w in weighted], column) / n for column in columns
    ]


def _cyclotomic(value: Any) -> Cyclotomic:
    return value if isinstance(value, Cyclotomic) else Cyclotomic(1, [value])


def enclosed_symbol_of_spectrum(group: FiniteGroup, eigenvalues: Sequence[Any]) -> list[Any]:
    """:func:`symbol_of_spectrum` for real balls that are equal on conjugate irreps; real balls on the classes."""
    table, degrees = group.character_table(), group.character_table().degrees.tolist()
    weights = [ball(f) * int(d) / group.order for f, d in zip(eigenvalues, degrees, strict=True)]
    return [
        sum((w * ball(value).real for w, value in zip(weights, column, strict=True)), ball(0))
        for column in zip(*table.values, strict=True)
    ]


def components_of_graph(group: FiniteGroup, eigenvalues: Sequence[Cyclotomic]) -> int:
    """Number of connected components of Cay(G, S), the index of the subgroup that S generates.

    It is the multiplicity of the largest eigenvalue |S| of A: the sum of d_rho^2 over the rho trivial on S.

    Example:
        >>> from orbitkernels.theory.cayley_kernels import adjacency_eigenvalues, components_of_graph
        >>> from orbitkernels.theory.names import group
        >>> C6 = group("C6")
        >>> components_of_graph(C6, adjacency_eigenvalues(C6, [1]))
        3
    """
    degrees = group.character_table().degrees.tolist()
    return sum(int(d) ** 2 for d, alpha in zip(degrees, eigenvalues, strict=True) if alpha == eigenvalues[0])


def class_adjacency(group: FiniteGroup, classes: Sequence[int] | IntArray) -> IntArray:
    """Array [k, k]: how many of the neighbours g s of a representative g of each class lie in each class.

    It is A on functions that are constant on conjugacy classes; no characters take part.

    Example:
        >>> from orbitkernels.theory.cayley_kernels import class_adjacency
        >>> from orbitkernels.theory.names import group
        >>> class_adjacency(group("S3"), [1]).tolist()
        [[0, 3, 0], [1, 0, 2], [0, 3, 0]]
    """
    every = group.conjugacy_classes
    chosen = np.flatnonzero(np.isin(every.labels, classes))
    heads = every.labels[group.multiply(every.representatives[:, None], chosen[None, :])]
    return np.stack([(heads == k).sum(axis=1) for k in range(len(every))], axis=1).astype(np.int64)


def adjacency_matrix(group: FiniteGroup, classes: Sequence[int] | IntArray) -> IntArray:
    """A, array [n, n], drawn edge by edge: g -- g s for every s in S."""
    chosen = np.flatnonzero(np.isin(group.conjugacy_classes.labels, classes))
    every = np.arange(group.order)
    result = np.zeros((group.order, group.order), dtype=np.int64)
    result[every[:, None], group.multiply(every[:, None], chosen[None, :])] = 1
    return result
