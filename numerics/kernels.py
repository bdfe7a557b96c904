"""Gram matrices of dot-product and distance kernels in floating point: arrays in, arrays out.

Nothing here is taken from the symbolic expressions of the kernels; tests make the two meet.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .angles import FloatArray, checked_cosine, squared_distances
from .duals import dual
from .network import fully_connected, network_gram


def relu_gram(
    X: FloatArray,
    Y: FloatArray | None,
    depth: int,
    weight_variance: float,
    bias_variance: float,
    ntk: bool,
) -> FloatArray:
    """NNGP or NTK Gram matrix [m, p] of a ReLU net (Cho-Saul 2009, Jacot et al. 2018), see :func:`.network_gram`.

    S_0 = T_0 = sb2 + sw2 <x,y>/d, S' = sb2 + (sw2/2) sqrt(S(x,x) S(y,y)) kappa1(u), T' = S' + (sw2/2) kappa0(u) T.

    Args:
        X: Array [m, d], finite.
        Y: Array [p, d], or None for X itself; then the result is symmetric to the bit.
        depth: Number L >= 1 of hidden layers.
        weight_variance: sw2 > 0.
        bias_variance: sb2 >= 0.
        ntk: Whether T_L is returned instead of S_L.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.kernels import relu_gram
        >>> X = np.array([[1.0, 1.0], [-1.0, -1.0]])
        >>> relu_gram(X, None, depth=1, weight_variance=2.0, bias_variance=0.0, ntk=False)
        array([[2., 0.],
               [0., 2.]])
    """
    return network_gram(fully_connected(dual("relu"), depth, weight_variance, bias_variance), X, Y, ntk)


def erf_gram(
    X: FloatArray,
    Y: FloatArray | None,
    depth: int,
    weight_variance: float,
    bias_variance: float,
    ntk: bool,
) -> FloatArray:
    """NNGP or NTK Gram matrix [m, p] of a fully connected net with activation erf (Williams 1997).

    S' = sb2 + sw2 (2/pi) asin(2 S / sqrt((1 + 2 S(x,x)) (1 + 2 S(y,y)))),
    T' = S' + sw2 (4/pi) T / sqrt((1 + 2 S(x,x)) (1 + 2 S(y,y)) - 4 S^2).  Arguments as in :func:`relu_gram`.
    """
    return network_gram(fully_connected(dual("erf"), depth, weight_variance, bias_variance), X, Y, ntk)


def gaussian_gram(X: FloatArray, Y: FloatArray | None, length_scale: float) -> FloatArray:
    """exp(-|x - y|^2 / (2 length_scale^2)) [m, p], the convention of scikit-learn's RBF."""
    return _mirrored(np.exp(-squared_distances(X, Y, length_scale) / 2), Y)


def gaussian_profile(u: npt.ArrayLike, length_scale: float) -> FloatArray:
    """exp(-(1 - u) / length_scale^2), the Gaussian kernel of unit vectors; same shape as u."""
    with np.errstate(over="ignore"):
        return np.exp(-(1.0 - checked_cosine(u)) / length_scale / length_scale)


def laplace_gram(X: FloatArray, Y: FloatArray | None, length_scale: float) -> FloatArray:
    """exp(-|x - y| / length_scale) [m, p]."""
    return _mirrored(np.exp(-np.sqrt(squared_distances(X, Y, length_scale))), Y)


def laplace_profile(u: npt.ArrayLike, length_scale: float) -> FloatArray:
    """exp(-sqrt(2 (1 - u)) / length_scale), the Laplace kernel of unit vectors; same shape as u."""
    with np.errstate(over="ignore"):
        return np.exp(-np.sqrt(2.0 * (1.0 - checked_cosine(u))) / length_scale)


def polynomial_gram(X: FloatArray, Y: FloatArray | None, degree: int, offset: float, scale: float) -> FloatArray:
    """(scale <x,y> + offset)^degree [m, p]; scikit-learn calls them gamma and coef0."""
    return _mirrored((scale * (X @ (X if Y is None else Y).T) + offset) ** degree, Y)


def polynomial_profile(u: npt.ArrayLike, degree: int, offset: float, scale: float) -> FloatArray:
    """(scale u + offset)^degree, the polynomial kernel of unit vectors; same shape as u."""
    return (scale * checked_cosine(u) + offset) ** degree


def _mirrored(gram: FloatArray, Y: FloatArray | None) -> FloatArray:
    """The lower triangle written over the upper one if Y is None."""
    return gram if Y is not None else np.tril(gram) + np.tril(gram, -1).T
