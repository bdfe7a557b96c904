"""The laws that unitary irreps obey, measured: homomorphism, unitarity, character and Schur orthogonality."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Matrices = npt.NDArray[Any]  # float64 or complex128

#: Numbers that one batch of matrix products may hold.
_BATCH = 2**22


def blocks(count: int, degree: int) -> Iterator[slice]:
    """Slices that cover 0, ..., count - 1; the degree x degree matrices of one slice fit a batch."""
    step = max(1, _BATCH // degree**2)
    for start in range(0, count, step):
        yield slice(start, start + step)


def representation_residual(
    matrices: Matrices, right_translations: npt.NDArray[np.int64], character: Matrices
) -> float:
    """Largest violation of the laws of a unitary representation with a given character.

    The maximum of |rho(g s) - rho(g) rho(s)| over all edges of the Cayley graph, |rho(g)^* rho(g) - I| and
    |tr rho(g) - chi(g)|, entrywise.  Zero on all edges and rho(1) = I make rho a homomorphism.

    Args:
        matrices: Array [n, d, d].
        right_translations: Array [generators, n]: g s.
        character: Array [n]: chi(g).

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.representation_laws import representation_residual
        >>> sign = np.array([[[1.0]], [[-1.0]]])
        >>> representation_residual(sign, np.array([[1, 0]]), np.array([1, -1]))
        0.0
    """
    unit = np.eye(matrices.shape[1])
    worst = float(np.abs(matrices[0] - unit).max())
    for block in blocks(len(matrices), matrices.shape[1]):
        rho = matrices[block]
        errors = [
            np.abs(rho.conj().transpose(0, 2, 1) @ rho - unit).max(),
            np.abs(np.trace(rho, axis1=1, axis2=2) - character[block]).max(),
            *(np.abs(matrices[row[block]] - rho @ matrices[row[0]]).max() for row in right_translations),
        ]
        worst = float(np.max([worst, *errors]))  # unlike max(), it hands on a NaN
    return worst


def schur_residual(irreps: Sequence[Matrices], trials: int = 2) -> float:
    """How far a complete list of irreps is from Schur's orthogonality relations.

    (d_rho/n) sum_g rho_ij(g) conj(sigma_kl(g)) = [rho = sigma][i = k][j = l] for all matrix coefficients says that
    an n x n matrix is unitary, that is, that Fourier inversion f(g) = (1/n) sum_rho d_rho tr(rho(g)^* fhat(rho))
    with fhat(rho) = sum_g f(g) rho(g) restores every function.  It is tried on random functions, which costs n^2
    operations instead of n^3; a violation escapes with probability zero.

    Args:
        irreps: All irreps, one array [n, d, d] each.
        trials: Number of random functions.

    Returns:
        The largest error relative to the largest value of the function; about 1 if an irrep is missing or occurs
        twice.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.representation_laws import schur_residual
        >>> trivial, sign = np.array([[[1.0]], [[1.0]]]), np.array([[[1.0]], [[-1.0]]])
        >>> schur_residual([trivial, sign]) < 1e-15, schur_residual([trivial, trivial]) > 0.01
        (True, True)
    """
    order = len(irreps[0])
    generator = np.random.default_rng(0)
    functions = generator.standard_normal((trials, order)) + 1j * generator.standard_normal((trials, order))
    restored = np.zeros_like(functions)
    for rho in irreps:
        flat = rho.reshape(order, -1)
        transforms = functions @ flat  # [trials, d d]
        restored += rho.shape[1] / order * (transforms.conj() @ flat.T).conj()
    return float(np.abs(restored - functions).max() / np.abs(functions).max())
