"""Where functions of one variable change their sign, by a grid and bisection, without proof that all are found.

The grid is geometric, so that zeros are found at any scale; two zeros nearer to each other than its ratio, 2%, are
seen only by the zero of the derivative between them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .duals import FloatArray

#: Octaves of the grid on each side of 0 (sqrt(2) keeps it off simple numbers), and points in each.
LEAST, MOST, DENSITY = -20, 20, 32

#: Halvings of an interval: as many as there are bits in its ends.
HALVINGS = 60

#: Zeros of several functions that are nearer to each other than this share of them are one.
SAME = 1e-12


def sign_changes(functions: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """Points beside which a function has opposite signs, in their order.

    Args:
        functions: Maps points [n] to the values of k functions, [k, n]; values that are no numbers are left out.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.sign_changes import sign_changes
        >>> sign_changes(lambda x: np.array([np.exp(x) - 2, x - 1 / 3])).round(12).tolist()
        [0.333333333333, 0.69314718056]
    """
    half = np.sqrt(2.0) * 2.0 ** np.arange(LEAST, MOST, 1 / DENSITY)
    grid = np.concatenate([-half[::-1], half])
    with np.errstate(all="ignore"):
        signs = np.sign(functions(grid))
        which, at = np.nonzero(signs[:, :-1] * signs[:, 1:] < 0)
        low, high, left = grid[at], grid[at + 1], signs[which, at]
        for _ in range(HALVINGS):
            middle = (low + high) / 2.0
            same = np.sign(functions(middle)[which, np.arange(len(which))]) == left
            low, high = np.where(same, middle, low), np.where(same, high, middle)
    found: FloatArray = np.unique(high)
    return found[np.diff(found, prepend=-np.inf) > SAME * abs(found)]
