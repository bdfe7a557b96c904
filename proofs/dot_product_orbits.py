"""Symbols, determinants and spectra on the orbits of K12: in balls and in floating point."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import factorial
from typing import TYPE_CHECKING, Any

import numpy as np

from .dot_product_checks import character, random_seeds

if TYPE_CHECKING:
    from orbitkernels.theory.permutation_actions import PermutationAction

#: Terms of the exponential series that are summed; the rest is enclosed.
TERMS = 70


def frame_products(action: PermutationAction) -> Any:
    """<P_e, P_g> = sum of products of entries of the permutation matrices, array [n] of Python integers."""
    D, n = action.degree, action.group.order
    matrices = np.zeros((n, D, D), dtype=np.int64)
    matrices[np.arange(n)[:, None], action.permutations, np.arange(D)] = 1
    return np.einsum("ij,gij->g", matrices[0], matrices).astype(object)


def orbits_of_stabiliser(action: PermutationAction, point: int) -> Any:
    """The smallest image of each point under the stabiliser of one of them."""
    stabiliser = np.flatnonzero(action.permutations[:, point] == point)
    return action.permutations[stabiliser].min(axis=0)


def enclosed_frame(action: PermutationAction, rng: np.random.Generator) -> tuple[Any, Any]:
    """Symbol exp(chi_V(g)/D), and the product of the eigenvalues from the multiplicities in tensor powers.

    The terms from TERMS on are at most n sum_m 1/m! <= 2 n/TERMS!, because <chi_V^m, chi_rho> <= d_rho D^m.
    """
    from flint import arb

    from orbitkernels.theory.balls import ball
    from orbitkernels.theory.power_multiplicities import frame_eigenvalues

    n, D = action.group.order, action.degree
    factors = [ball(Fraction(1, factorial(m) * D**m)) for m in range(TERMS)]
    rest = arb(0, 2 * n / factorial(TERMS))
    determinant = arb(1)
    values = frame_eigenvalues(character(action), factors)
    for d, value in zip(action.group.character_table().degrees.tolist(), values, strict=True):
        determinant *= (value + rest) ** (int(d) ** 2)
    return [[[ball(Fraction(int(u), D)).exp() for u in frame_products(action)]]], determinant


def enclosed_vectors(action: PermutationAction, rng: np.random.Generator) -> tuple[Any, Any]:
    """Seeds of square roots of integers, kernel exp(8 <x, y>/|x||y|), and the blocks' determinants."""
    from flint import arb

    from orbitkernels.theory.balls import ball
    from orbitkernels.theory.enclosed_spectra import enclosed_blocks

    squares = random_seeds(action, 2 if action.group.order <= 6 else 1, rng)
    seeds = [[ball(int(v)).sqrt() / ball(int(x.sum())).sqrt() for v in x] for x in squares]
    phi = [[[_moved_product(x, y, row) for row in action.permutations.tolist()] for y in seeds] for x in seeds]
    determinant = arb(1)
    for block in enclosed_blocks(action.group, phi):
        determinant *= (block.matrix.det() ** block.irrep.degree).real
    return phi, determinant


def _moved_product(x: Sequence[Any], y: Sequence[Any], permutation: Sequence[int]) -> Any:
    """exp(8 <x, g y>), (g y)[pi(i)] = y[i]."""
    total = x[permutation[0]] * y[0]
    for i in range(1, len(y)):
        total += x[permutation[i]] * y[i]
    return (8 * total).exp()


def float_products(action: PermutationAction, seeds: Any) -> Any:
    """<x_a, g x_b>, array [C, C, n]."""
    moved = np.empty((len(seeds), action.group.order, action.degree))
    for b, x in enumerate(seeds):
        for g, permutation in enumerate(action.permutations):
            moved[b, g, permutation] = x
    return np.einsum("ai,bgi->abg", seeds, moved)


def spectrum_by_characters(action: PermutationAction, factors: Any) -> Any:
    """(1/d) sum_g chi_rho(g) sum_m a_m chi_V(g)^m, each d^2 times, ascending."""
    table, sizes = action.group.character_table(), action.group.conjugacy_classes.sizes
    symbol = sum(a * action.character.astype(np.float64) ** m for m, a in enumerate(factors))
    values = (table.numeric @ (sizes * symbol)).real / table.degrees
    return np.sort(np.repeat(values, np.asarray(table.degrees) ** 2))


def spectrum_by_blocks(action: PermutationAction, phi: Any) -> Any:
    """Eigenvalues of the Fourier blocks, ascending."""
    from orbitkernels.numerics import fourier

    from .irreps import unitary_irreps
    from .routes import repeated_spectrum

    return repeated_spectrum(fourier.fourier_blocks(phi, [rho.matrices for rho in unitary_irreps(action.group)]))
