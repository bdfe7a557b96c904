"""The bilinear form that a self-dual irrep leaves invariant, from which its quaternionic structure is read."""

from __future__ import annotations

import numpy as np

from .cayley_graph import IntArray
from .representation import Matrices, Representation

#: Vectors that are tried; the form of a random pair vanishes with probability zero and is rarely small.
_TRIALS = 8

#: Least norm of the form of a pair, beside that of a typical one.
_LEAST_NORM = 0.1


def quaternionic_structure(rho: Representation, degree: int) -> Matrices:
    """The unitary antisymmetric S with rho(g) S = S conj(rho(g)), of an irrep with Frobenius-Schur indicator -1.

    v -> S conj(v) is then the antiunitary map J that commutes with all rho(g) and has J^2 = -1.

    For row vectors w and u the form F = sum_g (w rho(g))^T (u rho(g)) satisfies rho(h)^T F rho(h) = F, that is,
    F rho(h) = conj(rho(h)) F.  By Schur's lemma it is a multiple of the unitary S^*; the phase of S is arbitrary.

    Args:
        rho: The irrep.
        degree: d.

    Returns:
        Array [d, d], exactly antisymmetric.

    Raises:
        ArithmeticError: If no such form is found: the irrep is real or complex.

    Source: J.-P. Serre, Linear Representations of Finite Groups, section 13.2.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.invariant_forms import quaternionic_structure
        >>> from orbitkernels.numerics.irreps import GroupArrays
        >>> i, j = [2, 3, 1, 0, 7, 6, 4, 5], [4, 5, 6, 7, 1, 0, 3, 2]  # on 1, -1, i, -i, j, -j, k, -k
        >>> Q8 = GroupArrays(np.array([i, j]), np.array([0, 1, 2, 2, 3, 3, 4, 4]))
        >>> (rho,) = Q8.irreps(np.array([[2.0, -2, 0, 0, 0]]), [-1])
        >>> S = quaternionic_structure(rho, 2)
        >>> bool(np.abs(rho(4) @ S - S @ rho(4).conj()).max() < 1e-14)
        True
    """
    random = np.random.default_rng(0)
    for _ in range(_TRIALS):
        pair = random.standard_normal((2, degree)) + 1j * random.standard_normal((2, degree))
        first, second = (rho.rows(vector / np.linalg.norm(vector)) for vector in pair)
        form = first.T @ second * (degree / len(first))
        structure = (form - form.T).conj().T / 2
        norm = np.linalg.norm(structure)
        if norm > _LEAST_NORM:
            return _unitary_antisymmetric(structure * (np.sqrt(degree) / norm))
    raise ArithmeticError(f"An irrep of degree {degree} leaves no antisymmetric form invariant.")


def structure_residual(rho: Representation, structure: Matrices, generators: IntArray) -> float:
    """Largest violation of rho(s) S = S conj(rho(s)) for generators s, and of S^* S = I, entrywise."""
    matrices = rho(generators)
    commutes = np.abs(matrices @ structure - structure @ matrices.conj()).max(initial=0.0)
    return float(max(commutes, np.abs(structure.conj().T @ structure - np.eye(len(structure))).max()))


def _unitary_antisymmetric(matrix: Matrices) -> Matrices:
    """One Newton step to the unitary factor, made antisymmetric to the last bit."""
    nearer = matrix @ (1.5 * np.eye(len(matrix)) - 0.5 * matrix.conj().T @ matrix)
    return (nearer - nearer.T) / 2
