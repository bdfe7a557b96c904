"""How much a net enlarges small angles, and with them the rounding of its kernels.

Rounding moves the angle of two inputs by about 1e-16 in each layer, for unit vectors are kept to that.  A layer
multiplies a small angle by

    sqrt(sw2 E[f'(a z)^2] a^2 + skip^2) / a',

where a and a' are the lengths before and after it (with layer normalisation, f' at length 1 instead of a).  Where
that is above 1, as in the chaotic phase of deep nets (Poole et al. 2016), errors grow as the angles do.
"""

from __future__ import annotations

import numpy as np

from .duals import SLOPE, FloatArray
from .network import Network, features


def angle_growth(network: Network, lengths: FloatArray, inputs: int) -> FloatArray:
    """Largest factor by which consecutive layers enlarge a small angle between inputs of equal length; at least 1.

    Args:
        network: The net.
        lengths: |x|, [m].
        inputs: The dimension d.

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
        before, after = found.layers[layer, 5], found.layers[layer + 1, 5]
        branch = np.sqrt(network.weight_variance[layer + 1] * found.dual[layer, SLOPE])
        branch = branch if network.layer_norm else branch * before
        grown = np.hypot(branch, before if network.residual else 0.0)
        factor = np.divide(grown, after, out=np.zeros_like(after), where=after > 0)
        following = np.maximum(following * factor, 1.0)  # the best product that ends here, or none
        longest = np.maximum(longest, following)
    return longest
