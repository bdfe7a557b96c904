"""Sizes of the features of a net near the limits of floating point, where squares and products lose digits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError

FloatArray = npt.NDArray[np.float64]

#: Sizes between which squares, and products of two of them, keep their digits.
SMALLEST, LARGEST = 1e-140, 1e150

#: Least sqrt(k(x, x)): the spacing of the smallest floats, 5e-324, is below eps k(x, x) by far.
SMALLEST_ROOT = 1e-151


def require_feature_sizes(
    inputs: FloatArray, lengths: FloatArray, sizes: FloatArray, weights: FloatArray, bias: float
) -> None:
    """Refuse features that are near the limits, or that vanish where their inputs do not, and such kernels.

    An activation such as z^2 takes inputs of size 1e-90 to features of 1e-180, which squares take to 0.

    Args:
        inputs: Largest sqrt(sw2/taps) |x| of each image, [m].
        lengths: Largest a = sqrt(S(p, p)) in each of L layers, [m, L].
        sizes: Largest A = sqrt(E[f(a z)^2]), likewise.
        weights: The L + 1 weight variances.
        bias: Bias variance of the readout.

    Raises:
        InputError: If a size is not zero and beyond SMALLEST or LARGEST, an A is zero where a is not, or the
            kernel sb2 + sw2 A^2 of the readout is too small.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.feature_sizes import require_feature_sizes
        >>> a = np.array([[1e-90]])
        >>> require_feature_sizes(a[0], a, 0 * a, np.ones(2), 0.0)
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
            require_values(np.hypot(np.sqrt(bias), np.sqrt(weights[-1]) * sizes[:, -1]), lengths[:, -1])
            return
        image, layer = np.argwhere(bad)[0]
        size, what = found[image, layer], f"in layer {layer + 1}"
    raise InputError(
        f"Argument 'X' or 'Y' has features of size {size:.0e} {what}, near the limits of floating point; scale "
        "the inputs or weight_variance."
    )


def require_values(roots: FloatArray, sizes: FloatArray) -> None:
    """Refuse kernels that underflow though what they are made of does not vanish.

    Args:
        roots: sqrt(k(x, x)) of each input, found without squares, [m].
        sizes: Size of each input, or of the pre-activations of the last layer, [m].

    Raises:
        InputError: If a size is not zero and its root is below SMALLEST_ROOT.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.feature_sizes import require_values
        >>> require_values(np.array([1e-170, 0.0]), np.array([1e-170, 0.0]))
        Traceback (most recent call last):
        orbitkernels.errors.InputError: Argument 'X' or 'Y' has features of size 1e-170 whose k(x, x) is below ...
    """
    small = (sizes > 0) & (roots < SMALLEST_ROOT)
    if small.any():
        raise InputError(
            f"Argument 'X' or 'Y' has features of size {sizes[small][0]:.0e} whose k(x, x) is below "
            f"{SMALLEST_ROOT**2:.0e}, near the limits of floating point; scale the inputs, the activation or "
            "weight_variance up."
        )
