"""How much a net enlarges small angles, and with them the rounding of its kernels.

Rounding moves the angle of two inputs by about 1e-16 in each layer, for unit vectors are kept to that.  A layer
multiplies a small angle by

    sqrt(sw2 E[f'(a z)^2] a^2 + skip^2) / a',

where a and a' are the lengths before and after it (with layer normalisation, f' at length 1 instead of a).  Where
that is above 1, as in the chaotic phase of deep nets (Poole et al. 2016), errors grow as the angles do.

As functions of the angle E[f' f'] of erf(w z), sin(w z) and cos(w z) are peaks of width 1/(w a), so its rounding
moves tangent kernels by 1e-16 w a times the growth of the layers before.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .duals import LENGTH, ROOT_MEAN_SQUARE, SLOPE, FloatArray
from .network import Network, features

#: Share of the accuracy of a tangent kernel, 1e-13, that rounding moves peaks of width 1 by: 1e-16.
PEAK = 1e-3


def angle_growth(network: Network, lengths: FloatArray, inputs: int, steepness: float = 0.0) -> FloatArray:
    """Largest factor by which consecutive layers enlarge a small angle between inputs of equal length; at least 1.

    Args:
        network: The net.
        lengths: |x|, [m].
        inputs: The dimension d.
        steepness: w for tangent kernels of erf(w z), sin(w z) and cos(w z), whose peaks count as PEAK w a; else 0.

    Returns:
        Array [m].

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.duals import dual
        >>> from orbitkernels.numerics.network import fully_connected
        >>> from orbitkernels.numerics.network_growth import angle_growth
        >>> angle_growth(fully_connected(dual("relu"), 9, 2.0, 0.1), np.ones(1), 3)
        array([1.])
        >>> angle_growth(fully_connected(dual("erf"), 9, 100.0, 0.0), np.ones(1), 1).round()
        array([4880.])
    """
    found = features(network, lengths, inputs)
    longest = following = np.ones_like(lengths)
    for layer in range(len(network.weight_variance) - 1):
        longest = np.maximum(longest, PEAK * steepness * following * found.dual[layer, LENGTH])
        before, after = found.layers[layer, 5], found.layers[layer + 1, 5]
        branch = np.sqrt(network.weight_variance[layer + 1] * found.dual[layer, SLOPE])
        branch = branch if network.layer_norm else branch * before
        grown = np.hypot(branch, before if network.residual else 0.0)
        factor = np.divide(grown, after, out=np.zeros_like(after), where=after > 0)
        following = np.maximum(following * factor, 1.0)  # the best product that ends here, or none
        longest = np.maximum(longest, following)
    return longest


def convolution_growth(
    features: Sequence[FloatArray], weights: Sequence[float], biases: Sequence[float], steepness: float = 0.0
) -> float:
    """An upper bound of the same for convolutional nets, whatever their filters, strides, padding and heads.

    A layer takes means over a filter, of windows whose angles t_i it enlarges by g_i = sqrt(E[f'(a z)^2]) a_i/A_i,
    A_i^2 = E[f(a_i z)^2], to an angle t' with t'^2 = sum_i w_i g_i^2 t_i^2 and sum_i w_i = 1 - sb2/a'^2 at most.
    That is bounded by the largest g_i and the largest a'^2 = sb2 + sw2 max_i A_i^2.

    Args:
        features: For each of L layers the features [F, p] of the dual at the positions of all images.
        weights: sw2 of the L + 1 layers with weights, the readout last.
        biases: sb2 of these.
        steepness: As for :func:`angle_growth`.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.duals import dual
        >>> from orbitkernels.numerics.network_growth import convolution_growth
        >>> bool(convolution_growth([dual("erf").features(np.array([1.0, 7.0]))] * 2, [50.0] * 3, [0.0] * 3) > 4)
        True
    """
    longest = following = 1.0
    for layer, values in enumerate(features):
        longest = max(longest, PEAK * steepness * following * float(values[LENGTH].max(initial=0.0)))
        squares = values[ROOT_MEAN_SQUARE] ** 2
        grown = np.divide(
            values[SLOPE] * values[LENGTH] ** 2, squares, out=np.zeros_like(squares), where=squares > 0
        )
        most = weights[layer + 1] * float(squares.max(initial=0.0))
        share = most / (most + biases[layer + 1]) if most > 0 else 0.0
        following = max(following * float(np.sqrt(grown.max(initial=0.0) * share)), 1.0)
        longest = max(longest, following)
    return longest
