"""Which irrep is which: equal lists of characters in different orders are matched by a few of their values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from .adapted_irreps import IntArray

Values = Callable[[IntArray], npt.NDArray[np.complex128]]

#: Least distance of two random combinations of character values, relative to the largest, that counts
#: as different.  Rounding is below 1e-13; k irreps come as near as 1/k^2.
_SEPARATION = 1e-11

#: Classes whose values are looked at first.
_FEW = 32


def match_characters(first: Values, second: Values, classes: int) -> IntArray:
    """Array [k]: which row of the second list each row of the first is.

    Random combinations of some values of each character tell the irreps apart; more are taken until they do.

    Args:
        first: Takes an array of classes [c], gives the values [k, c] there.
        second: The same characters in another order.
        classes: Number of classes.

    Raises:
        ArithmeticError: If the lists are not the same, or a character occurs twice.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.character_matching import match_characters
        >>> table = np.array([[1, 1, 1], [1, -1, 1], [2, 0, -1]])
        >>> match_characters(lambda c: table[:, c], lambda c: table[[2, 0, 1]][:, c], 3).tolist()
        [1, 2, 0]
    """
    generator = np.random.default_rng(0)
    order = generator.permutation(classes)
    for doublings in range((classes // _FEW).bit_length() + 2):
        chosen = order[: _FEW * 2**doublings]
        weights = generator.standard_normal(chosen.size) + 1j * generator.standard_normal(chosen.size)
        one, other = (first(chosen) @ weights).real, (second(chosen) @ weights).real
        by_one, by_other, scale = np.argsort(one), np.argsort(other), np.abs(one).max()
        if np.diff(one[by_one]).min(initial=np.inf) > _SEPARATION * scale:
            if np.abs(one[by_one] - other[by_other]).max() > _SEPARATION / 4 * scale:
                raise ArithmeticError("The two lists do not hold the same characters.")
            match = np.empty(one.size, dtype=np.int64)
            match[by_one] = by_other
            return match
    raise ArithmeticError("Two irreps have the same character.")
