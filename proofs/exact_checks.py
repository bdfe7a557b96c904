"""Exact linear algebra for the steps of derivations: samples, refitting, matrices of cyclotomic numbers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from orbitkernels.theory.cyclotomics import ONE, ZERO, Cyclotomic, weighted_sum
from orbitkernels.theory.exact_matrices import Matrix, combination, identity, product
from orbitkernels.theory.rational_gram import as_fraction, exact_leave_out, rational_matrix

from .instances import SymbolCase, exact_instance, named_group

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

    from .instances import Instance


def sample(group: str, orbits: int = 2, seed: int = 0, **kinds: bool) -> Instance:
    """A random instance in integers with a positive definite Gram matrix, the same for the same arguments.

    Example:
        >>> from orbitkernels.proofs.exact_checks import sample
        >>> sample("S3").phi.shape
        (2, 2, 6)
    """
    case = SymbolCase(group, orbits, kinds.get("stabilisers", False))
    return exact_instance(case, np.random.default_rng(seed), class_functions=kinds.get("class_functions", False))


def column(values: Sequence[Any]) -> Any:
    """A column of rationals as an fmpq_mat."""
    return rational_matrix([[v] for v in values])


def refit_error(K: Any, y: Sequence[Any], missing: int) -> Fraction:
    """y - p at one point, by dropping its row and column and solving anew: the brute force.

    Example:
        >>> from flint import fmpq_mat
        >>> from orbitkernels.proofs.exact_checks import refit_error
        >>> refit_error(fmpq_mat(2, 2, [2, 1, 1, 2]), [1, -1], 0)
        Fraction(3, 2)
    """
    return exact_leave_out(K, y, [missing])[0][0]


# ---------------------------------------------------------------------- matrices of cyclotomic numbers


def scaled(factor: Any, matrix: Matrix) -> Matrix:
    """A multiple of a matrix."""
    return tuple(tuple(entry * factor for entry in row) for row in matrix)


def trace(matrix: Matrix) -> Cyclotomic:
    """Sum of the diagonal."""
    return weighted_sum([1] * len(matrix), [matrix[i][i] for i in range(len(matrix))])


def block(blocks: Sequence[Sequence[Matrix]]) -> Matrix:
    """One matrix from a square array of square blocks of one size."""
    return tuple(tuple(entry for part in row for entry in part[i]) for row in blocks for i in range(len(row[0])))


def sub_block(matrix: Matrix, a: int, b: int, size: int) -> Matrix:
    """Block (a, b) of a matrix made of square blocks."""
    return tuple(row[b * size : (b + 1) * size] for row in matrix[a * size : (a + 1) * size])


def characteristic_polynomial(matrix: Matrix) -> list[Cyclotomic]:
    """Coefficients of det(x I - A), highest first, by the method of Faddeev and LeVerrier."""
    size = len(matrix)
    coefficients, current = [ONE], identity(size)
    for k in range(1, size + 1):
        applied = product(matrix, current)
        c = trace(applied) * Fraction(-1, k)
        coefficients.append(c)
        current = tuple(tuple(applied[i][j] + (c if i == j else 0) for j in range(size)) for i in range(size))
    return coefficients


def polynomial_product(factors: Sequence[Sequence[Cyclotomic]]) -> list[Cyclotomic]:
    """Product of polynomials given by coefficients, highest first."""
    result = [ONE]
    for factor in factors:
        longer = [ZERO] * (len(result) + len(factor) - 1)
        for i, a in enumerate(result):
            for j, b in enumerate(factor):
                longer[i + j] = longer[i + j] + a * b
        result = longer
    return result


def rational_characteristic_polynomial(K: Any) -> list[Fraction]:
    """Coefficients of det(x I - K), highest first."""
    return [as_fraction(c) for c in reversed(K.charpoly().coeffs())]


def irreps(name: str) -> tuple[Any, ...]:
    """Exact irreps of a named group; made once."""
    return named_group(name).irreps(exact=True)


def matrices(irrep: Any, group: FiniteGroup) -> list[Matrix]:
    """All matrices rho(g), in the order of the elements."""
    return [irrep.matrix(g) for g in range(group.order)]


def fourier_block(irrep: Any, group: FiniteGroup, phi: npt.NDArray[Any]) -> Matrix:
    """Khat(rho) with blocks sum_g phi_ab(g) rho(g).

    Args:
        irrep: rho of degree d.
        group: G of order n.
        phi: Array [C, C, n] of rationals.

    Returns:
        C d rows of cyclotomic numbers.
    """
    every = matrices(irrep, group)
    return block([[combination(row, every) for row in rows] for rows in phi])
