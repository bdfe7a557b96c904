"""Functions of the Laplacian of a Cayley graph in floating point: by characters, and by dense matrices."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def adjacency_eigenvalues(characters: npt.ArrayLike, sizes: npt.ArrayLike, classes: npt.ArrayLike) -> FloatArray:
    """alpha_rho = (1/d_rho) sum over the chosen classes of size times character.

    Args:
        characters: Array [k, k]: chi_rho on the classes, the identity's class first.
        sizes: Array [k] of class sizes.
        classes: The classes that make up the connection set, closed under inverses.

    Returns:
        Array [k] of real numbers.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.cayley_kernels import adjacency_eigenvalues
        >>> S3 = np.array([[1, 1, 1], [1, -1, 1], [2, 0, -1]])
        >>> adjacency_eigenvalues(S3, [1, 3, 2], [1]).tolist()
        [3.0, -3.0, 0.0]
    """
    chi, weights, chosen = np.asarray(characters), np.asarray(sizes), np.asarray(classes)
    sums = (chi[:, chosen] * weights[chosen]).sum(axis=1)
    return np.asarray((sums / chi[:, 0]).real, dtype=np.float64)


def symbol_of_spectrum(characters: npt.ArrayLike, order: int, eigenvalues: npt.ArrayLike) -> FloatArray:
    """(1/n) sum_rho d_rho f_rho chi_rho on the classes.

    Args:
        characters: Array [k, k].
        order: n.
        eigenvalues: Array [k]: f_rho, equal on conjugate irreps.

    Returns:
        Array [k].
    """
    chi = np.asarray(characters)
    return np.asarray((chi[:, 0] * np.asarray(eigenvalues) @ chi).real / order, dtype=np.float64)


def laplacian_function(adjacency: npt.ArrayLike, function: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """f(L) for L = D - A by the eigenvectors of the dense matrix.

    Args:
        adjacency: Array [n, n], symmetric, zeros and ones.
        function: f on an array of eigenvalues of L.
    """
    A = np.asarray(adjacency, dtype=np.float64)
    values, vectors = np.linalg.eigh(np.diag(A.sum(axis=1)) - A)
    return np.asarray((vectors * function(values)) @ vectors.T)


def heat_matrix(adjacency: npt.ArrayLike, time: float) -> FloatArray:
    """exp(-t L) by scaling and squaring (SciPy at the norm 1, then squares of stochastic matrices).

    For larger norms SciPy's Pade approximant solves equations of a condition of its own, which on C2 at t = 2
    costs five times the rounding level; powers of a matrix of probabilities lose nothing.

    Example:
        >>> from orbitkernels.numerics.cayley_kernels import heat_matrix
        >>> heat_matrix([[0, 1], [1, 0]], 0.0).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    from scipy.linalg import expm

    A = np.asarray(adjacency, dtype=np.float64)
    degrees = A.sum(axis=1)
    halvings = max(0, math.ceil(math.log2(max(2 * time * float(degrees.max()), 1.0))))
    step = expm(-(time / 2**halvings) * (np.diag(degrees) - A))
    return np.asarray(np.linalg.matrix_power(step, 2**halvings))
