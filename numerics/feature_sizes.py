"""Sizes of the features of a net near the limits of floating point, where squares and products lose digits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError

FloatArray = npt.NDArray[np.float64]

#: Sizes between which squares, and products of two of them, keep their digits.
SMALLEST, LARGEST = 1e-140, 1e150


def require_feature_sizes(inputs: FloatArray, lengths: FloatArray, sizes: FloatArray, weights: FloatArray) -> None:
    """Refuse features that are near the limits, or that vanish where their inputs do not.

    An activation such as z^2 takes inputs of size 1e-90 to features of 1e-180, which squares take to 0.

    Args:
        inputs: Largest sqrt(sw2/taps) |x| of each image, [m].
        lengths: Largest a = sqrt(S(p, p)) in each of L layers, [m, L].
        sizes: Largest A = sqrt(E[f(a z)^2]), likewise.
        weights: The L + 1 weight variances.

    Raises:
        InputError: If a size is not zero and beyond SMALLEST or LARGEST, or an A is zero where a is not.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.feature_sizes import require_feature_sizes
        >>> a = np.array([[1e-90]])
        >>> require_feature_sizes(a[0], a, 0 * a, np.ones(2))
        Traceback (most recent call last):
        orbitkernels.errors.InputError: Argument 'X' or 'Y' has features of size 1e-90 that vanish in layer 2, ...
    """
    scales = np.sqrt(np.append(weights[1:-1], 1.0))
    found = np.concatenate([inputs[:, None], scales * sizes], axis=1)  # [m, 1 + L]
    lost = (sizes == 0) & (lengths > 0)
    if lost.any():
        image, layer = np.argwhere(lost)[0]
        size, what = lengths[image, layer], f"that vanish in layer {layer + 2}"
    else:
        bad = (found > 0) & ~((found >= SMALLEST) & (found <= LARGEST))
        if not bad.any():
            return
        image, layer = np.argwhere(bad)[0]
        size, what = found[image, layer], f"in layer {layer + 1}"
    raise InputError(
        f"Argument 'X' or 'Y' has features of size {size:.0e} {what}, near the limits of floating point; scale "
        "the inputs or weight_variance."
    )
