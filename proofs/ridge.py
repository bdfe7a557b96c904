"""Regularisation: an absolute ridge r, or one relative to the mean diagonal of the Gram matrix."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.theory.integer_input import shown

from .invariance import INVARIANCE_TOLERANCE

FloatArray = npt.NDArray[np.float64]

#: Largest ridge; sums of squares of larger numbers exceed a float.
MAX_RIDGE = 1e150

#: How a relative ridge begins in text.
RELATIVE = "relative:"


@dataclass(frozen=True)
class Ridge:
    """What is added to the diagonal of a Gram matrix K: K + r I.

    Attributes:
        amount: r itself, or r as a multiple of the mean diagonal of K; from 0 to MAX_RIDGE.
        is_relative: Which of the two.

    Raises:
        InputError: If the amount is no such number.

    Example:
        >>> from orbitkernels.proofs.ridge import Ridge
        >>> Ridge.of("relative:1e-3").absolute(4.0), Ridge.of(0.5).absolute(4.0), Ridge.of("0.5").asked
        (0.004, 0.5, 0.5)
    """

    amount: float
    is_relative: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", _amount(self.amount, self.amount))

    @classmethod
    def of(cls, ridge: RidgeLike) -> Ridge:
        """Read a number, its text, or ``"relative:NUMBER"``.

        Raises:
            InputError: If it is no finite number >= 0, or above MAX_RIDGE.
        """
        if isinstance(ridge, Ridge):
            return ridge
        is_relative = isinstance(ridge, str) and ridge.strip().startswith(RELATIVE)
        text = ridge.strip().removeprefix(RELATIVE) if isinstance(ridge, str) else ridge
        return cls(_amount(text, ridge), is_relative)

    @property
    def asked(self) -> float | str:
        """What was asked for: a number, or ``relative:`` and one."""
        return f"{RELATIVE}{self.amount}" if self.is_relative else self.amount

    def __str__(self) -> str:
        return f"{RELATIVE}{self.amount:g}" if self.is_relative else f"{self.amount:g}"

    def absolute(self, mean_diagonal: float) -> float:
        """The number r that is added to the diagonal.

        Args:
            mean_diagonal: (1/N) sum_i K_ii over all points, rounded once (:func:`mean_over_orbits`).

        Raises:
            InputError: If a relative ridge would not be a number from 0 to MAX_RIDGE.
        """
        if not self.is_relative:
            return self.amount
        found = self.amount * float(mean_diagonal)
        if not 0 <= found <= MAX_RIDGE:
            raise InputError(
                f"Argument 'ridge' is {self.asked}, and the mean diagonal of the Gram matrix is "
                f"{mean_diagonal:.3g}; give an absolute ridge."
            )
        return found


def _amount(value: Any, given: object) -> float:
    """A number from 0 to MAX_RIDGE of any real type, or its text; `given` is shown if it is none."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    known = isinstance(value, str | Real | Decimal) and not isinstance(value, bool | np.bool_)
    try:
        amount = float(value) if known else float("nan")
    except OverflowError:  # an integer
        amount = float("inf") if value > 0 else float("-inf")
    except (TypeError, ValueError):
        amount = float("nan")
    if MAX_RIDGE < amount < float("inf"):
        raise InputError(f"Argument 'ridge' must be at most {MAX_RIDGE:.0e}, not {shown(given)}.")
    if not 0 <= amount < float("inf"):
        raise InputError(
            f"Argument 'ridge' must be a finite number >= 0, not {shown(given)}; text such as "
            f"'{RELATIVE}1e-10' is that factor times the mean diagonal of the Gram matrix."
        )
    return amount


#: A number r >= 0, its text, ``"relative:1e-10"`` or a Ridge.
RidgeLike = float | str | Ridge


def mean_diagonal(phi: npt.ArrayLike, sizes: npt.ArrayLike) -> float:
    """Mean of K_ii over all N points of orbits: sum_c N_c phi_cc(e) / N, as :func:`mean_over_orbits` rounds it.

    Args:
        phi: Symbol [C, C, n], the identity first.
        sizes: Array [C] of the orbit sizes N_c.

    Example:
        >>> from orbitkernels.proofs.ridge import mean_diagonal
        >>> mean_diagonal([[[1.0, 0.5], [0.0, 0.0]], [[0.0, 0.0], [4.0, 4.0]]], [2, 1])
        2.0
    """
    values: FloatArray = np.asarray(phi, dtype=np.float64)
    count = np.arange(len(values))
    return mean_over_orbits(values[count, count, 0], sizes)


def mean_over_orbits(own: npt.ArrayLike, sizes: npt.ArrayLike) -> float:
    """The exact number sum_c N_c k(x_c, x_c) / N, rounded once: no order of summation has a part in it.

    So a relative ridge is the same to the bit in every route that has the same floats k(x_c, x_c).

    Args:
        own: Array [C] of k(x_c, x_c) at the seeds.
        sizes: Array [C] of the orbit sizes N_c.

    Returns:
        The mean; NaN if a value is not finite.

    Example:
        >>> from orbitkernels.proofs.ridge import mean_over_orbits
        >>> mean_over_orbits([0.5, 1e17, -1e17], [6, 2, 2])
        0.3
    """
    values, counts = np.asarray(own, dtype=np.float64), np.asarray(sizes).tolist()
    if not np.isfinite(values).all():
        return float("nan")
    total = sum(
        (count * Fraction(value) for count, value in zip(counts, values.tolist(), strict=True)), Fraction(0)
    )
    return float(total / sum(counts))


def mean_over_points(diagonal: FloatArray, sizes: npt.ArrayLike) -> float:
    """Mean of all K_ii, orbit after orbit; seeds stand for their orbits if the kernel is invariant.

    Where all k(g x_c, g x_c) are k(x_c, x_c) but for rounding, that is to `INVARIANCE_TOLERANCE`, their mean is
    taken to be that of :func:`mean_over_orbits`, which the other routes know.  If the kernel is not invariant, the
    mean is over all points.

    Args:
        diagonal: Array [N] of K_ii, the seed first in each orbit.
        sizes: Array [C] of the orbit sizes N_c.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.ridge import mean_over_points
        >>> mean_over_points(np.array([2.0, np.nextafter(2.0, 3.0), 5.0]), [2, 1])
        3.0
        >>> mean_over_points(np.array([2.0, 3.0, 5.5]), [2, 1])
        3.5
    """
    counts = np.asarray(sizes)
    seeds = diagonal[np.cumsum(counts) - counts]
    stand = np.repeat(seeds, counts)
    if (np.abs(diagonal - stand) <= INVARIANCE_TOLERANCE * np.abs(stand)).all():
        return mean_over_orbits(seeds, counts)
    return math.fsum(diagonal / len(diagonal))
