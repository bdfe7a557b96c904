"""Spectrum and errors of orbits of which only the symbol phi_ab(g) = k(x_a, g x_b) is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.numerics.symbol_transform import checked_symbol
from orbitkernels.theory.groups import FiniteGroup, require_group
from orbitkernels.theory.laws import IntArray
from orbitkernels.theory.names import group as named_group

from .arguments import number
from .input_actions import finite_array
from .large_orbits import irrep_route
from .missing import MissingLike
from .orbits import FloatArray
from .ridge import Ridge, RidgeLike, mean_diagonal
from .rounding import BoundedError, Precision, bounded, checked_precision
from .rounding_kernels import KERNEL_ACCURACY
from .spectral import FourierRoute
from .spectrum import Spectrum


class FreeOrbits:
    """C free orbits without points: the poses are the elements of the group.

    Args:
        group: G of order n.
        targets: Array [C, m].

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.symbol_errors import FreeOrbits
        >>> from orbitkernels.theory.names import group
        >>> FreeOrbits(group("C4"), np.ones((2, 1))).sizes.tolist()
        [4, 4]
    """

    def __init__(self, group: FiniteGroup, targets: FloatArray) -> None:
        self.group, self.targets = group, targets
        self.stabilisers = (group.subgroup([]),) * len(targets)
        self.representatives = (np.arange(group.order, dtype=np.int64),) * len(targets)

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def sizes(self) -> IntArray:
        """Array [C] of the orbit sizes, all n."""
        return np.full(len(self), self.group.order, dtype=np.int64)

    @property
    def offsets(self) -> IntArray:
        """Array [C + 1]: where the poses of each orbit begin."""
        return np.arange(len(self) + 1, dtype=np.int64) * self.group.order

    def pose_index(self, c: int, elements: npt.ArrayLike) -> IntArray:
        """The elements themselves."""
        return np.asarray(elements, dtype=np.int64)


def symbol_errors(
    phi: npt.ArrayLike,
    group: FiniteGroup | str,
    targets: npt.ArrayLike,
    missing: MissingLike = "pose",
    ridge: RidgeLike = 0.0,
    precision: Precision = "double",
) -> FloatArray:
    """Error y - p at missing poses of C free orbits, from the symbol alone (Theorems T6, T7 and T1).

    As :func:`orbitkernels.spectral_error`, for symbols that were not computed from points: of a stationary process
    on a cyclic group, of a kernel on a group, or of orbits with too many points to hold.

    Args:
        phi: Symbol [C, C, n], phi[a, b, g] = k(x_a, g x_b); [n] for one orbit.
        group: G of order n, or its name.
        targets: Target of each orbit, [C] or [C, m].
        missing: What is missing, as for :func:`orbitkernels.spectral_error`.
        ridge: r >= 0, or ``"relative:1e-10"`` of the mean diagonal: K + r I.
        precision: Of the linear algebra, as for :func:`orbitkernels.spectral_error`.

    Returns:
        Array [C, m]; [C, p, m] for a list of p poses, [p, m] for a dictionary of p poses altogether.

    Warns:
        RoundingWarning: If rounding may change an error by more than a thousandth of its value.

    Raises:
        InputError: If a shape is wrong or a number is not finite.
        NotInvariantError: If phi_ba(g) = phi_ab(g^-1) fails.
        SingularGramError: If K + r I is not positive definite.

    Example:
        >>> import numpy as np
        >>> import orbitkernels as ok
        >>> distance = np.minimum(np.arange(65536), 65536 - np.arange(65536)) / 100
        >>> phi = np.exp(-distance) * np.array([[1.0, 0.5], [0.5, 1.0]])[:, :, None]
        >>> ok.symbol_errors(phi, "C65536", [1.0, -1.0]).round(9).tolist()
        [[7.4997e-05], [-7.4997e-05]]
    """
    found = symbol_errors_with_bound(phi, group, targets, missing, ridge, precision)
    found.warn()
    return found.error


def symbol_errors_with_bound(
    phi: npt.ArrayLike,
    group: FiniteGroup | str,
    targets: npt.ArrayLike,
    missing: MissingLike = "pose",
    ridge: RidgeLike = 0.0,
    precision: Precision = "double",
    kernel_accuracy: float = KERNEL_ACCURACY,
) -> BoundedError:
    """As :func:`symbol_errors`, with the condition number and bounds as of :func:`orbitkernels.error_with_bound`.

    The symbol is taken as it is given: the bound of rounding is what the errors may be off from the exact errors
    of these floats.

    Args:
        phi: As for :func:`symbol_errors`.
        group: As there.
        targets: As there.
        missing: As there.
        ridge: As there.
        precision: ``"double"``, ``"double-double"`` or ``"arb"``, as for :func:`orbitkernels.error_with_bound`.
        kernel_accuracy: How far values of phi may be off, relative to sqrt(phi_aa(e) phi_bb(e)), >= 0.

    Returns:
        The errors and what is known of them; nothing is warned of.

    Raises:
        InputError: If a shape is wrong, a number is not finite or the problem is too large for the precision.
        NotInvariantError: If phi_ba(g) = phi_ab(g^-1) fails.
        SingularGramError: If K + r I is not positive definite.

    Example:
        >>> import numpy as np
        >>> import orbitkernels as ok
        >>> distance = np.minimum(np.arange(65536), 65536 - np.arange(65536)) / 100
        >>> found = ok.symbol_errors_with_bound(np.exp(-distance), "C65536", [1.0])
        >>> found.error.round(9).tolist(), bool(found.rounding_bound[0, 0] < 1e-4 * found.error[0, 0])
        ([[4.9998e-05]], True)
        >>> round(found.condition_number)
        40001
    """
    checked_precision(precision)
    accuracy = float(number("kernel_accuracy", kernel_accuracy, positive=False))
    return bounded(_route(phi, group, targets, ridge), missing, precision, accuracy)


def symbol_spectrum(
    phi: npt.ArrayLike, group: FiniteGroup | str, targets: npt.ArrayLike | None = None, ridge: RidgeLike = 0.0
) -> Spectrum:
    """Eigenvalues of K + r I of C free orbits, from the symbol alone (Theorem T2).

    Args:
        phi: Symbol [C, C, n], phi[a, b, g] = k(x_a, g x_b); [n] for one orbit.
        group: G of order n, or its name.
        targets: Target of each orbit, [C] or [C, m]; 1 for each if omitted.
        ridge: As in :func:`symbol_errors`.

    Raises:
        InputError: If a shape is wrong or a number is not finite.
        NotInvariantError: If phi_ba(g) = phi_ab(g^-1) fails.

    Example:
        >>> import orbitkernels as ok
        >>> ok.symbol_spectrum([2.0, 1.0, 0.0, 1.0], "C4").repeated.round(12).tolist()
        [0.0, 2.0, 2.0, 4.0]
    """
    return _route(phi, group, targets, ridge).spectrum


def _route(
    phi: npt.ArrayLike, group: FiniteGroup | str, targets: npt.ArrayLike | None, ridge: RidgeLike
) -> FourierRoute:
    """The Fourier route to a symbol, after checking the arguments."""
    G = named_group(group) if isinstance(group, str) else group
    require_group(G)
    given = finite_array(phi, "phi", f"[C, C, {G.order}]", (1, 3))
    symbol = checked_symbol(given[None, None] if given.ndim == 1 else given, G.order)
    labels = np.ones(len(symbol)) if targets is None else targets
    rows = finite_array(labels, "targets", f"[{len(symbol)}] or [{len(symbol)}, m]", (1, 2))
    if len(rows) != len(symbol):
        raise InputError(f"Argument 'targets' must have one row an orbit, {len(symbol)}, not {len(rows)}.")
    orbits = FreeOrbits(G, rows.reshape(len(symbol), -1))
    absolute = Ridge.of(ridge).absolute(mean_diagonal(symbol, orbits.sizes))
    blocks = irrep_route(G).blocks(symbol, [None] * len(symbol), absolute)
    return FourierRoute(orbits, blocks, absolute, symbol)
