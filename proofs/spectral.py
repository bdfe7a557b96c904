"""Spectrum and errors of orbits by two independent routes: the Fourier transform of the group, and dense Cholesky.

The routes share the coordinates of the points and the kernel's Gram function, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from orbitkernels.numerics.blocks import FourierBlocks
from orbitkernels.numerics.fourier import (
    coset_errors,
    dual_coefficients,
    fourier_blocks,
    inverse_symbol,
    missing_set_errors,
    spectral_errors,
)
from orbitkernels.theory.laws import IntArray

from .dense_route import DenseRoute, dense_gram, refitted_errors
from .invariance import INVARIANCE_TOLERANCE, KernelLike, as_kernel, check_invariance, gram
from .irreps import unitary_irreps
from .missing import MissingLike, missing_poses
from .orbits import FloatArray, Orbits
from .ridge import Ridge, RidgeLike, mean_diagonal
from .spectrum import Spectrum, spectrum_of_blocks

__all__ = [
    "INVARIANCE_TOLERANCE",
    "Spectrum",
    "check_invariance",
    "dense_gram",
    "leave_out_error",
    "orbit_symbol",
    "refitted_errors",
    "spectral_error",
    "spectrum",
]


def orbit_symbol(kernel: KernelLike, orbits: Orbits) -> FloatArray:
    """The symbol phi_ab(g) = k(x_a, g x_b), which determines the whole Gram matrix if the kernel is invariant.

    Args:
        kernel: An object with gram(X, Y), a function k(X, Y) or a specification such as "ntk(depth=3)".
        orbits: C orbits of a group of order n.

    Returns:
        Array [C, C, n].

    Raises:
        InputError: If the kernel returns anything but finite real numbers [m, p].

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.orbits import Orbits
        >>> from orbitkernels.proofs.spectral import orbit_symbol
        >>> from orbitkernels.theory.names import group
        >>> orbit_symbol(lambda X, Y: X @ Y.T, Orbits(group("C3"), [[1.0, 2.0, 0.0]], [0])).tolist()
        [[[5.0, 2.0, 2.0]]]
    """
    own = getattr(kernel, "orbit_symbol", None)  # averages know a shorter way
    if own is not None and (found := own(orbits)) is not None:
        return np.asarray(found)
    values = gram(kernel, orbits.seeds, orbits.all_points)  # [C, N]
    every = np.arange(orbits.group.order)
    columns = np.stack([orbits.offsets[b] + orbits.pose_index(b, every) for b in range(len(orbits))])  # [C, n]
    return values[:, columns]


@dataclass(frozen=True)
class FourierRoute:
    """Everything the Fourier route knows of one instance: the blocks of K + r I, and what follows from them.

    Attributes:
        orbits: The orbits.
        blocks: Fourier blocks, ridge included.
        ridge: r, absolute.
        symbol: phi_ab(g), array [C, C, n], without the ridge.
    """

    orbits: Orbits
    blocks: FourierBlocks
    ridge: float
    symbol: FloatArray

    @classmethod
    def of(cls, kernel: KernelLike, orbits: Orbits, ridge: RidgeLike = 0.0, check: bool = True) -> FourierRoute:
        """Transform the symbol of a kernel, after checking on samples that the kernel is invariant."""
        given, kernel = Ridge.of(ridge), as_kernel(kernel)
        if check:
            check_invariance(kernel, orbits)
        symbol = orbit_symbol(kernel, orbits)
        absolute = given.absolute(mean_diagonal(symbol, orbits.sizes))
        stabilisers = [None if H.order == 1 else H.elements for H in orbits.stabilisers]
        return cls(orbits, fourier_blocks(symbol, _matrices(orbits), stabilisers, absolute), absolute, symbol)

    @cached_property
    def spectrum(self) -> Spectrum:
        """Spectrum of K + r I."""
        return spectrum_of_blocks(self.blocks, self.orbits, self.ridge)

    def errors(self, missing: MissingLike = "pose") -> FloatArray:
        """As :func:`spectral_error`."""
        self.spectrum.require_positive()
        what = missing_poses(self.orbits.group, missing)
        if not what.alike:
            return self._set_errors(what.elements)
        if what.elements.size == 1:
            return spectral_errors(self.blocks, self.orbits.targets)
        overlaps = [np.intersect1d(what.elements, H.elements).size for H in self.orbits.stabilisers]
        return coset_errors(self.blocks, _matrices(self.orbits), self.orbits.targets, what.elements, overlaps)

    def _set_errors(self, elements: IntArray) -> FloatArray:
        """Array [C, p, m]: Theorem T1 with the entries of K^-1 from its symbol."""
        group, orbits = self.orbits.group, self.orbits
        inverse = inverse_symbol(self.blocks, _matrices(orbits))
        coefficients = dual_coefficients(self.blocks, orbits.targets)
        errors = []
        for c in range(len(orbits)):
            poses, position = np.unique(orbits.pose_index(c, elements), return_inverse=True)
            chosen = orbits.representatives[c][poses]
            quotients = group.multiply(group.inverse(chosen)[:, None], chosen[None, :])
            found = missing_set_errors(inverse, coefficients, np.full(poses.size, c), quotients)
            errors.append(found[position])
        return np.stack(errors)


def spectrum(kernel: KernelLike, orbits: Orbits, ridge: RidgeLike = 0.0) -> Spectrum:
    """Eigenvalues of K + r I from the Fourier blocks of the symbol; the Gram matrix is not formed (T2, T4).

    Args:
        kernel: An object with gram(X, Y), a function k(X, Y) or a specification such as "ntk(depth=3)".
        orbits: The orbits; their labels give the weights of the label mode.
        ridge: r >= 0, or ``"relative:1e-10"`` of the mean diagonal of K; the matrix is K + r I.

    Raises:
        NotInvariantError: If the kernel is not invariant under the action.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.orbits import Orbits
        >>> from orbitkernels.proofs.spectral import spectrum
        >>> from orbitkernels.theory.names import group
        >>> two = Orbits(group("C2"), [[2.0, 0.0], [1.0, 1.0]], [0, 1])
        >>> found = spectrum(lambda X, Y: 1.0 + X @ Y.T, two, ridge=0.5)
        >>> found.multiplicities.tolist(), found.irreps.tolist()
        ([1, 1, 1], [0, 0, 1])
    """
    return FourierRoute.of(kernel, orbits, ridge).spectrum


def spectral_error(
    kernel: KernelLike, orbits: Orbits, missing: MissingLike = "pose", ridge: RidgeLike = 0.0
) -> FloatArray:
    """Error y - p at missing poses, from the symbol and its Fourier blocks alone (Theorems T6, T7 and T1).

    Each orbit in turn has the poses missing, with all other poses of all orbits in the training set; p is the
    prediction of kernel regression with ridge r.  For one pose of a free orbit c
    y - p = n [Khat(1)^-1 t]_c / sum_rho d_rho tr[(Khat(rho)^-1)_cc].  With labels +1 and -1 a pose is classified
    right iff label times error is below 1.

    Args:
        kernel: An object with gram(X, Y), a function k(X, Y) or a specification such as "ntk(depth=3)".
        orbits: C orbits with targets [C, m].
        missing: ``"pose"``, ``"coset:WORDS"`` or p poses, see :func:`orbitkernels.proofs.missing.missing_poses`.
        ridge: r >= 0, or ``"relative:1e-10"`` of the mean diagonal of K: K + r I.

    Returns:
        Array [C, m]: the error of a missing pose, or of each pose of a missing coset, which share one error (T7).
        For a list of p poses the array [C, p, m] of their errors.

    Raises:
        NotInvariantError: If the kernel is not invariant under the action.
        SingularGramError: If K + r I is not positive definite; the message names the irrep.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.orbits import Orbits
        >>> from orbitkernels.proofs.spectral import leave_out_error, spectral_error
        >>> from orbitkernels.theory.names import group
        >>> orbits = Orbits(group("C3"), [[1.0, 0.0, 0.0], [1.0, 1.0, 0.5]], [0, 1])
        >>> kernel = lambda X, Y: np.exp(X @ Y.T)
        >>> np.allclose(spectral_error(kernel, orbits), leave_out_error(kernel, orbits), rtol=1e-12)
        True
    """
    return FourierRoute.of(kernel, orbits, ridge).errors(missing)


def leave_out_error(
    kernel: KernelLike, orbits: Orbits, missing: MissingLike = "pose", ridge: RidgeLike = 0.0
) -> FloatArray:
    """Error y - p at missing poses from its definition: drop them, solve by dense Cholesky, predict.

    The same quantity as :func:`spectral_error` by an independent route: the full Gram matrix of all points, and no
    group theory.  The kernel need not be invariant; then the error at the seed itself is returned for ``"pose"``
    and for a coset.

    Args:
        kernel: As in :func:`spectral_error`.
        orbits: C orbits with targets [C, m].
        missing: As in :func:`spectral_error`.
        ridge: r >= 0, or ``"relative:1e-10"`` of the mean diagonal of K: K + r I.

    Returns:
        Array [C, m], or [C, p, m] for a list of p poses.

    Raises:
        SingularGramError: If K + r I is not positive definite.
    """
    return DenseRoute.of(kernel, orbits, ridge).errors(missing)


def _matrices(orbits: Orbits) -> list[FloatArray]:
    """Unitary matrices [n, d, d] of every irrep, the trivial one first; computed once a group."""
    return [irrep.matrices for irrep in unitary_irreps(orbits.group)]
