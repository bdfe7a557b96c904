"""Spectrum and errors of orbits by two independent routes: the Fourier transform of the group, and dense Cholesky.

The routes share the coordinates of the points and the kernel's Gram function, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from orbitkernels.numerics.blocks import FourierBlocks
from orbitkernels.numerics.rounding_scale import PowersOfTwo

from .dense_route import dense_gram, refitted_errors
from .gram_products import absolute_ridge
from .invariance import INVARIANCE_TOLERANCE, KernelLike, as_kernel, check_invariance, gram
from .large_orbits import irrep_route
from .missing import MissingLike, OrbitPoses
from .missing_sets import MissingSets
from .orbits import FloatArray, Orbits, require_orbits
from .positivity import largest_inverse, require_positive_blocks
from .ridge import Ridge, RidgeLike, mean_diagonal
from .spectrum import Spectrum, spectrum_of_blocks

if TYPE_CHECKING:
    from .rounding import Precision

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

#: Coordinates of points that are held at once, 128 MiB; more poses are made some at a time.
MAX_COORDINATES = 2**24


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
    kernel = as_kernel(kernel)
    require_orbits(orbits, kernel)
    own = getattr(kernel, "orbit_symbol", None)  # averages know a shorter way
    if own is not None and (found := own(orbits)) is not None:
        return np.asarray(found)
    every = np.arange(orbits.group.order)
    if orbits.sizes.sum() * orbits.seeds.shape[1] > MAX_COORDINATES:
        rows = [_to_poses(kernel, orbits, b)[:, orbits.pose_index(b, every)] for b in range(len(orbits))]
        return np.stack(rows, axis=1)
    values = gram(kernel, orbits.seeds, orbits.all_points)  # [C, N]
    columns = np.stack([orbits.offsets[b] + orbits.pose_index(b, every) for b in range(len(orbits))])  # [C, n]
    return values[:, columns]


def _to_poses(kernel: KernelLike, orbits: Orbits, b: int) -> FloatArray:
    """Array [C, N_b] of the kernel between seeds and the poses of orbit b, which are made some at a time."""
    elements, seed = orbits.representatives[b], orbits.seeds[b]
    step = max(1, MAX_COORDINATES // (16 * seed.size))
    parts = [elements[start : start + step] for start in range(0, elements.size, step)]
    return np.concatenate([gram(kernel, orbits.seeds, orbits.action.poses(seed, part)) for part in parts], axis=1)


@dataclass(frozen=True)
class FourierRoute:
    """Everything the Fourier route knows of one instance: the blocks of K + r I, and what follows from them.

    Attributes:
        orbits: The orbits.
        blocks: Fourier blocks, ridge included.
        ridge: r, absolute.
        symbol: phi_ab(g), array [C, C, n], without the ridge.
    """

    orbits: OrbitPoses
    blocks: FourierBlocks
    ridge: float
    symbol: FloatArray

    @classmethod
    def of(cls, kernel: KernelLike, orbits: Orbits, ridge: RidgeLike = 0.0, check: bool = True) -> FourierRoute:
        """Transform the symbol of a kernel, after checking on samples that the kernel is invariant."""
        given, kernel = Ridge.of(ridge), as_kernel(kernel)
        require_orbits(orbits, kernel)
        if check:
            check_invariance(kernel, orbits, ridge=absolute_ridge(kernel, orbits, given))
        symbol = orbit_symbol(kernel, orbits)
        absolute = given.absolute(mean_diagonal(symbol, orbits.sizes))
        stabilisers = [None if H.order == 1 else H.elements for H in orbits.stabilisers]
        return cls(orbits, irrep_route(orbits.group).blocks(symbol, stabilisers, absolute), absolute, symbol)

    @cached_property
    def spectrum(self) -> Spectrum:
        """Spectrum of K + r I."""
        return spectrum_of_blocks(self.blocks, self.orbits, self.ridge)

    def errors(self, missing: MissingLike = "pose") -> FloatArray:
        """As :func:`spectral_error`."""
        self.require_positive()
        return self._sets.errors(missing)

    def require_positive(self) -> None:
        """Check that K + r I is positive definite beyond rounding, whatever the lengths of the orbits.

        Raises:
            SingularGramError: Otherwise.
        """
        if not self.spectrum.is_positive:
            require_positive_blocks(self.blocks, self._diagonal, self.ridge, self.spectrum.name)

    @cached_property
    def condition_number(self) -> float:
        """Largest over smallest eigenvalue of K + r I, which must be positive definite."""
        if not self.scale.rows.any():
            return self.spectrum.condition_number
        return float(self.spectrum.eigenvalues.max()) * largest_inverse(self.blocks)

    @cached_property
    def scale(self) -> PowersOfTwo:
        """Powers of two for the orbits that bring the diagonal of K + r I and the labels near 1."""
        return PowersOfTwo.balancing(self._diagonal, self.orbits.targets)

    @property
    def _diagonal(self) -> FloatArray:
        """Array [C] of k(x_c, x_c) + r."""
        return np.asarray(np.einsum("cc->c", self.symbol[:, :, 0]) + self.ridge)

    @cached_property
    def _sets(self) -> MissingSets:
        """The equations of missing poses."""
        return MissingSets(self.orbits, irrep_route(self.orbits.group), self.blocks, self.symbol, self.ridge)


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
    kernel: KernelLike,
    orbits: Orbits,
    missing: MissingLike = "pose",
    ridge: RidgeLike = 0.0,
    precision: Precision = "double",
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
        precision: Of the linear algebra: ``"double"``, ``"double-double"`` or ``"arb"``; see
            :func:`orbitkernels.error_with_bound`, which returns bounds of the rounding as well.

    Returns:
        Array [C, m]: the error of a missing pose, or of each pose of a missing coset, which share one error (T7).
        For a list of p poses the array [C, p, m] of their errors.

    Warns:
        RoundingWarning: If rounding may change an error by more than a thousandth of its value.

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
    from .rounding import error_with_bound

    found = error_with_bound(kernel, orbits, missing, ridge, precision)
    found.warn()
    return found.error


def leave_out_error(
    kernel: KernelLike,
    orbits: Orbits,
    missing: MissingLike = "pose",
    ridge: RidgeLike = 0.0,
    precision: Precision = "double",
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
        precision: Of the linear algebra: ``"double"``, ``"double-double"`` or ``"arb"``; see
            :func:`orbitkernels.error_with_bound`, which returns bounds of the rounding as well.

    Returns:
        Array [C, m], or [C, p, m] for a list of p poses.

    Warns:
        RoundingWarning: As for :func:`spectral_error`.

    Raises:
        SingularGramError: If K + r I is not positive definite.
    """
    from .rounding import error_with_bound

    found = error_with_bound(kernel, orbits, missing, ridge, precision, "dense")
    found.warn()
    return found.error
