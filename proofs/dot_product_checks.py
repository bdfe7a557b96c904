"""What the derivation of K12 claims of dot-product kernels on orbits, checked exactly with permutations."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from flint import fmpq_mat

from orbitkernels.theory.class_functions import ClassFunction
from orbitkernels.theory.laws import PermutationLaw
from orbitkernels.theory.permutation_actions import PermutationAction
from orbitkernels.theory.power_multiplicities import (
    distinct_values,
    frame_eigenvalues,
    is_faithful,
    symmetric_multiplicities,
    tensor_multiplicities,
)
from orbitkernels.theory.spectra import exact_blocks

from .instances import IntArray, named_group

#: Groups on which the steps are checked, with complex (C7:C3) and quaternionic (Q8) irreps.
WITNESSES = ("S3", "D4", "Q8", "C7:C3")

#: The coordinates of random seeds are different integers from 1 to this.
SEED_ENTRIES = 1000


@lru_cache(maxsize=64)
def representation(name: str, faithful: bool = True) -> PermutationAction:
    """Permutations of few points: a permutation group's own; else the cosets of a cyclic subgroup.

    Args:
        name: A named group.
        faithful: Whether only the identity moves nothing; otherwise a small action that is not faithful, on
            two points at least if there is one.

    Example:
        >>> from orbitkernels.proofs.dot_product_checks import representation
        >>> representation("C7:C3").degree, representation("Q8", faithful=False).degree
        (7, 2)
    """
    group = named_group(name)
    if faithful and isinstance(group.law, PermutationLaw):
        return PermutationAction.natural(group)
    found = [group.subgroup([int(g)]) for g in group.conjugacy_classes.representatives]
    if not faithful:
        found += [group.subgroup([int(g), int(h)]) for g in group.generators for h in range(min(group.order, 30))]
    actions = [PermutationAction.on_cosets(H) for H in found if H.index > 1 or group.order == 1]
    fitting = [action for action in actions if action.is_faithful == faithful]
    return min(fitting, key=lambda action: action.degree, default=PermutationAction.trivial(group, 2))


def character(action: PermutationAction) -> ClassFunction:
    """chi_V, the numbers of fixed points."""
    return ClassFunction(action.group, action.character.tolist())


def inner_products(action: PermutationAction, seeds: Sequence[Any]) -> Any:
    """<x_a, g x_b> of integer seeds: array [C, C, n] of Python integers; a seed of two axes is a list of vectors.

    Args:
        action: G permutes the coordinates.
        seeds: C arrays [D] or [q, D].
    """
    rows = [np.atleast_2d(np.asarray(x, dtype=object)) for x in seeds]
    moved = [np.empty((action.group.order, *x.shape), dtype=object) for x in rows]
    for x, image in zip(rows, moved, strict=True):
        for g, permutation in enumerate(action.permutations):
            image[g][:, permutation] = x
    return np.array([[[(x * y).sum() for y in image] for image in moved] for x in rows], dtype=object)


def random_seeds(action: PermutationAction, orbits: int, rng: np.random.Generator) -> list[IntArray]:
    """Vectors of different integers, of several digits: generic, and moved freely by faithful actions."""
    return [rng.choice(SEED_ENTRIES, action.degree, replace=False) + 1 for _ in range(orbits)]


def dense(action: PermutationAction, phi: Any) -> Any:
    """Gram matrix phi_ab(g^-1 h) as an fmpq_mat."""
    from orbitkernels.theory.rational_gram import exact_gram

    return exact_gram(action.group, [[[int(v) for v in row] for row in rows] for rows in phi])


# ---------------------------------------------------------------------- what the steps claim


def zero_blocks(action: PermutationAction, phi: Any) -> list[bool]:
    """For each irrep whether its Fourier block vanishes."""
    blocks = exact_blocks(action.group, [[[int(v) for v in row] for row in rows] for rows in phi])
    return [not any(entry for row in block.matrix for entry in row) for block in blocks]


def blocks_follow_symmetric_powers(name: str, most: int = 4) -> bool:
    """Whether Khat_m(rho) = 0 exactly where rho is not in Sym^m V, and rank K_m is in bounds, m <= most."""
    action = representation(name)
    counts = symmetric_multiplicities(character(action), most + 1)
    u = inner_products(action, random_seeds(action, 1, np.random.default_rng(0)))
    return all(
        zero_blocks(action, u**m) == [count == 0 for count in counts[m]]
        and dense(action, u**m).rank() <= rank_bound(action, counts[m], 1)
        for m in range(most + 1)
    )


def rank_bound(action: PermutationAction, counts: Sequence[int], orbits: int) -> int:
    """Sum over rho of d_rho min(C d_rho, multiplicity)."""
    degrees = action.group.character_table().degrees.tolist()
    return sum(int(d) * min(orbits * int(d), int(count)) for d, count in zip(degrees, counts, strict=True))


def interpolation_is_definite(name: str) -> bool:
    """Whether K with a_m = 1 for m < n is invertible on one orbit of integers, and no block vanishes."""
    action = representation(name)
    u = inner_products(action, random_seeds(action, 1, np.random.default_rng(1)))
    phi = sum(u**m for m in range(action.group.order))
    return bool(dense(action, phi).rank() == action.group.order)


def frames_follow_tensor_powers(name: str) -> bool:
    """Whether the m-th term on a frame has rank sum of d^2 over the rho in the m-th tensor power, m <= 3."""
    action = representation(name)
    counts = tensor_multiplicities(character(action), 4)
    degrees = action.group.character_table().degrees.tolist()
    D = action.degree
    frame = np.eye(D, dtype=np.int64) + np.triu(np.ones((D, D), dtype=np.int64), 1)  # a basis, not orthonormal
    u = inner_products(action, [frame])
    return all(
        dense(action, u**m).rank()
        == sum(int(d) ** 2 for d, count in zip(degrees, counts[m], strict=True) if count)
        for m in range(4)
    )


def frame_products_are_characters(name: str) -> bool:
    """Whether <X, g X> of the identity matrix counts fixed points, and its powers have the eigenvalues."""
    from orbitkernels.theory.cyclotomics import ONE

    from .exact_spectra import polynomial_of_blocks

    action = representation(name)
    u = inner_products(action, [np.eye(action.degree, dtype=np.int64)])
    if u[0, 0].tolist() != action.fixed_points.tolist():
        return False
    values = frame_eigenvalues(character(action), [1, 2, 3])
    degrees = action.group.character_table().degrees.tolist()
    blocks = [(((ONE * value,),), int(d) ** 2) for value, d in zip(values, degrees, strict=True)]
    K = dense(action, 1 + 2 * u + 3 * u**2)
    return bool(polynomial_of_blocks(action.group, blocks) == K.charpoly())


def every_irrep_occurs(name: str) -> bool:
    """Whether every irrep occurs in a tensor power below r if V is faithful, and not every one else."""
    faithful, other = character(representation(name)), character(representation(name, faithful=False))
    found = tensor_multiplicities(faithful, distinct_values(faithful)).any(axis=0)
    missing = tensor_multiplicities(other, distinct_values(other)).any(axis=0)
    return is_faithful(faithful) and bool(found.all()) and not is_faithful(other) and not bool(missing.all())


def single_vectors_need_more() -> bool:
    """S3 on R^3, three values: rank 5 of 6 with a_0, a_1, a_2, and sgn's block is zero; rank 6 with a_3."""
    action = representation("S3")
    chi = character(action)
    u = inner_products(action, [np.array([1, 2, 5])])
    low, high = 1 + u + u**2, 1 + u + u**2 + u**3
    sign = [index for index, count in enumerate(tensor_multiplicities(chi, 3)[2]) if count == 1]
    return (
        distinct_values(chi) == 3
        and zero_blocks(action, low)[sign[0]]
        and [dense(action, low).rank(), dense(action, high).rank()] == [5, 6]
        and symmetric_multiplicities(chi, 4)[:, sign[0]].tolist() == [0, 0, 0, 1]
    )


def dependent_covariants() -> bool:
    """D3 on the plane, degrees 1 and 3: the irrep of degree 2 occurs twice, but its block has rank 1."""
    from orbitkernels.theory.exact_matrices import row_reduced

    action = representation("S3")
    chi = character(action) - 1  # the plane of vectors whose coordinates sum to zero
    u = inner_products(action, [np.array([1, 2, -3])])
    counts = symmetric_multiplicities(chi, 4)
    block = exact_blocks(action.group, (u + u**3).tolist())[2].matrix
    return [int(counts[m][2]) for m in (1, 3)] == [1, 1] and len(row_reduced(block)[1]) == 1


def vandermonde_pair(size: int) -> tuple[Any, Any]:
    """det (c_j^m) and the product of the differences, in symbols."""
    import sympy

    c = sympy.symbols(f"c_0:{size}")
    matrix = sympy.Matrix(size, size, lambda m, j: c[j] ** m)
    product = sympy.Mul(*(c[j] - c[i] for j in range(size) for i in range(j)))
    return sympy.Determinant(matrix), product


def tensor_pair(dimension: int, m: int) -> tuple[Any, Any]:
    """<x, y>^m and the sum over all index tuples of the products of coordinates."""
    from itertools import product

    import sympy

    x, y = (sympy.symbols(f"{letter}_1:{dimension + 1}") for letter in "xy")
    tuples = product(range(dimension), repeat=m)
    return (
        sum(a * b for a, b in zip(x, y, strict=True)) ** m,
        sum(sympy.Mul(*(x[i] for i in t)) * sympy.Mul(*(y[i] for i in t)) for t in tuples),
    )


def unit_matrix(size: int) -> Any:
    """The identity as an fmpq_mat."""
    return fmpq_mat(np.eye(size, dtype=np.int64).tolist())
