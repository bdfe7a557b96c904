"""Spectra over the rationals, compared through characteristic polynomials: no eigenvalue is ever approximated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flint import fmpq, fmpq_poly

from orbitkernels.theory.exact_matrices import Matrix

from .exact_checks import characteristic_polynomial, polynomial_product

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup


def polynomial_of_blocks(group: FiniteGroup, blocks: Sequence[tuple[Matrix, int]]) -> Any:
    """Product over irreps of det(x I - M_rho)^weight as an fmpq_poly.

    The factors of Galois conjugate irreps are multiplied first, because their product is rational.

    Args:
        group: G.
        blocks: For each row of the character table M_rho and how often its eigenvalues occur; the blocks of
            conjugate irreps are conjugate up to similarity.

    Raises:
        ValueError: If such a product is not rational, so that the blocks cannot be those of a rational matrix.

    Example:
        >>> from orbitkernels.proofs.exact_spectra import polynomial_of_blocks
        >>> from orbitkernels.theory.names import group
        >>> from orbitkernels.theory.scalar_spectra import character_blocks
        >>> S3 = group("S3")
        >>> polynomial_of_blocks(S3, character_blocks(S3, [[[0, 1, 0]]])) == fmpq_poly([0, 0, 0, 0, -9, 0, 1])
        True
    """
    total = fmpq_poly([1])
    for orbit in group.character_table().galois_orbits:
        factors = [characteristic_polynomial(blocks[row][0]) for row in orbit]
        total *= _rational(polynomial_product(factors)) ** blocks[orbit[0]][1]
    return total


def _rational(coefficients: Sequence[Any]) -> Any:
    """Coefficients, highest first, as an fmpq_poly."""
    fractions = [coefficient.as_fraction() for coefficient in reversed(coefficients)]
    return fmpq_poly([fmpq(value.numerator, value.denominator) for value in fractions])
