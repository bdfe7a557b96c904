"""Expectations of smooth functions of one Gaussian, in balls and in floating point.

Both integrate against the density; what lies beyond the ends is bounded (balls) or below rounding (floats).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .instances import FloatArray

#: Balls are cut off at this many standard deviations: the tail of the normal law is below 1e-86.
CUT = 20

#: Floating point is cut off here: the normal density is below 1e-300.
_FAR = 37.0


def enclosed_gaussian(function: Callable[[Any], Any], variance: Any, bound: Any) -> Any:
    """E[f(z)] for z normal of mean 0 in a ball.

    Args:
        function: f, analytic on a neighbourhood of the real axis, on acb.
        variance: Variance of z, a positive ball.
        bound: A number with |f| <= bound on the real axis.

    Example:
        >>> from flint import acb, arb
        >>> from orbitkernels.proofs.gaussian_quadrature import enclosed_gaussian
        >>> enclosed_gaussian(acb.cos, arb(2), 1).overlaps(arb(-1).exp())
        True
    """
    from flint import acb, arb

    spread = acb(arb(variance).sqrt())

    def integrand(z: Any, _: Any) -> Any:
        return function(spread * z) * (-z * z / 2).exp() / (2 * acb.pi()).sqrt()

    tail = arb(bound) * (arb(CUT) / arb(2).sqrt()).erfc()
    return acb.integral(integrand, -CUT, CUT).real + tail * arb(0, 1)


def gaussian_expectation(function: Callable[[FloatArray], FloatArray], variance: float, scale: float = 1.0) -> Any:
    """E[f(z)] for z normal of mean 0 in floating point, by Gauss-Legendre quadrature.

    The panels have the width `scale` or one standard deviation at 0, whichever is smaller, and grow outwards.

    Args:
        function: f of a vector.
        variance: Variance of z, not negative.
        scale: Length over which f changes near 0.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.gaussian_quadrature import gaussian_expectation
        >>> round(float(gaussian_expectation(np.cos, 2.0) * np.e), 12)
        1.0
    """
    spread = np.sqrt(variance)
    first = min(scale / spread, 1.0) if spread > 0 else 1.0
    outwards = first * 2.0 ** np.arange(np.ceil(np.log2(1 / first)))  # below 1
    half_edges = np.unique(np.concatenate([[0.0], outwards, np.arange(1.0, _FAR + 1)]))
    edges = np.concatenate([-half_edges[:0:-1], half_edges])
    nodes, weights = np.polynomial.legendre.leggauss(24)
    half = np.diff(edges)[:, None] / 2
    z = edges[:-1, None] + half * (1 + nodes)
    return np.sum(half * weights * function(spread * z) * np.exp(-z * z / 2)) / np.sqrt(2 * np.pi)


#: Depth of NumPy's pairwise summation over the nodes of :func:`gaussian_expectation`: the size of its rounding.
SUMMATION_SIZE = 12
