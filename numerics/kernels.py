"""Gram matrices of dot-product and distance kernels in floating point: Numba and NumPy, arrays in, arrays out.

Nothing here is taken from the symbolic expressions of the kernels; tests make the two meet.
A pair of inputs carries 1 - u and 1 + u, both to full relative precision, through all layers of a net.
"""

from __future__ import annotations

from math import asin, atan, atan2, factorial, pi, sin, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from .angles import FloatArray, angles, checked_cosine, squared_distances
from .compilation import jit

# sin t - t cos t = t^3 sum_k c_k t^2k; for t <= pi/2 the first term left out is below 1e-19
_SINE_SERIES = tuple((-1) ** k * (2 * k + 2) / factorial(2 * k + 3) for k in range(12))


# ---------------------------------------------------------------------------------------------- one pair of inputs


@jit
def _sine_minus(t: float) -> float:
    """sin t - t cos t for 0 <= t <= pi/2, to full relative precision."""
    square = t * t
    total = 0.0
    for k in range(len(_SINE_SERIES) - 1, -1, -1):
        total = total * square + _SINE_SERIES[k]
    return total * square * t


@jit
def _arc_cosine(gap: float, rest: float) -> tuple[float, float, float]:
    """(kappa0, kappa1, 1 - kappa1) at the cosine u with gap = 1 - u and rest = 1 + u.

    With t the angle and s = pi - t: kappa0 = s/pi, kappa1 = (sin s - s cos s)/pi and
    1 - kappa1 = gap - (sin t - t cos t)/pi.  Each is taken from the smaller of t and s.
    """
    if gap <= rest:
        angle = 2.0 * atan(sqrt(gap / rest))
        deficit = gap - _sine_minus(angle) / pi
        return 1.0 - angle / pi, 1.0 - deficit, deficit
    angle = 2.0 * atan(sqrt(rest / gap))
    kappa1 = _sine_minus(angle) / pi
    return angle / pi, kappa1, 1.0 - kappa1


@jit
def _affine(
    a: float, b: float, cosine: float, gap: float, rest: float, gain: float, bias: float
) -> tuple[float, float, float, float, float]:
    """Covariance bias + gain a b cosine of two features of lengths a and b, with its normalisation.

    With A = sqrt(bias + gain a^2) and B likewise, S = bias + gain a b cosine:
    A B - S = bias gain (a - b)^2 / (A B + bias + gain a b) + gain a b gap and
    A B + S = bias (bias + gain (a^2 + b^2)) / (A B + gain a b) + bias + gain a b rest, sums of positive terms.

    Returns:
        (A, B, S, 1 - S/AB, 1 + S/AB); if A B = 0 the cosine is taken as 0.
    """
    long_a, long_b = sqrt(bias + gain * a * a), sqrt(bias + gain * b * b)
    old, new = gain * a * b, long_a * long_b
    if new == 0.0:
        return long_a, long_b, 0.0, 1.0, 1.0
    below = bias * gain * (a - b) ** 2 / (new + bias + old) + old * gap
    above = bias * (bias + gain * (a * a + b * b)) / (new + old) + bias + old * rest
    return long_a, long_b, bias + old * cosine, below / new, above / new


@jit
def _relu_pair(
    a: float,
    b: float,
    gap: float,
    rest: float,
    gain: float,
    depth: int,
    weight_variance: float,
    bias_variance: float,
    ntk: bool,
) -> float:
    """NNGP or NTK of a ReLU net at one pair of inputs of lengths a, b; gain = weight variance / d."""
    cosine = 1.0 - gap if gap <= rest else rest - 1.0
    a, b, covariance, gap, rest = _affine(a, b, cosine, gap, rest, gain, bias_variance)
    tangent = covariance
    half = weight_variance / 2
    for _ in range(depth):
        kappa0, kappa1, deficit = _arc_cosine(gap, rest)
        a, b, covariance, gap, rest = _affine(a, b, kappa1, deficit, 1.0 + kappa1, half, bias_variance)
        tangent = covariance + half * kappa0 * tangent
    return tangent if ntk else covariance


@jit
def _erf_excess(first: float, second: float, near: float, complement: float) -> float:
    """alpha - gamma for sin(alpha) = 2 A/X and sin(gamma) = 2 S/sqrt(XY), to full precision where A = B.

    With S = sqrt(AB) (1 - near), sin(alpha) - sin(gamma) is
    2 sqrt(A) ((A - B)/(sqrt(AY) + sqrt(BX)) + near sqrt(BX)) / (X sqrt(Y)) and also 2 cos(mean) sin(difference/2).

    Args:
        first: A > 0; X = 1 + 2A.
        second: B > 0; Y = 1 + 2B.
        near: From 0 to 1.
        complement: pi/2 - gamma.
    """
    x, y = 1.0 + 2.0 * first, 1.0 + 2.0 * second
    left, right = sqrt(first * y), sqrt(second * x)
    sines = 2.0 * sqrt(first) * ((first - second) / (left + right) + near * right) / (x * sqrt(y))
    mean = (atan2(sqrt(1.0 + 4.0 * first), 2.0 * first) + complement) / 2
    return 2.0 * asin(max(-1.0, min(1.0, sines / (2.0 * sin(mean)))))


@jit
def _erf_affine(
    a: float, b: float, gap: float, rest: float, scale: float, bias: float
) -> tuple[float, float, float, float, float]:
    """Covariance S' = bias + scale asin(2 S/sqrt(XY)) after a layer of erf, with its normalisation as in _affine.

    With alpha, beta, gamma the inverse sines for A = S(x,x), B = S(y,y) and |S|, A'B' - S'^2 is bias scale
    (alpha + beta -+ 2 gamma) + scale^2 (alpha beta - gamma^2).  If neither alpha nor beta is far below gamma, both
    brackets are written in alpha - gamma and beta - gamma.
    """
    first, second, near = a * a, b * b, min(gap, rest)
    mixed, root = (
        2.0 * a * b * (1.0 - near),
        sqrt(1.0 + 2.0 * (first + second) + 4.0 * first * second * gap * rest),
    )
    alpha = atan2(2.0 * first, sqrt(1.0 + 4.0 * first))
    beta = atan2(2.0 * second, sqrt(1.0 + 4.0 * second))
    gamma = atan2(mixed, root)
    covariance = bias + scale * (gamma if gap <= rest else -gamma)
    long_a, long_b = sqrt(bias + scale * alpha), sqrt(bias + scale * beta)
    size = long_a * long_b
    if size == 0.0:
        return long_a, long_b, 0.0, 1.0, 1.0
    total, product = alpha + beta - 2.0 * gamma, alpha * beta - gamma * gamma
    if 2.0 * min(alpha, beta) > gamma > 0.0:
        one = _erf_excess(first, second, near, atan2(root, mixed))
        two = _erf_excess(second, first, near, atan2(root, mixed))
        total, product = one + two, gamma * (one + two) + one * two
    if gap > rest:
        total = alpha + beta + 2.0 * gamma
    determinant = max(scale * (bias * total + scale * product), 0.0)
    small = determinant / (size * (size + abs(covariance)))
    if covariance >= 0.0:
        return long_a, long_b, covariance, small, 2.0 - small
    return long_a, long_b, covariance, 2.0 - small, small


@jit
def _erf_pair(
    a: float,
    b: float,
    gap: float,
    rest: float,
    gain: float,
    depth: int,
    weight_variance: float,
    bias_variance: float,
    ntk: bool,
) -> float:
    """NNGP or NTK of an erf net at one pair of inputs; E[erf' erf'] = (4/pi)/root, root^2 = XY - 4 S^2."""
    cosine = 1.0 - gap if gap <= rest else rest - 1.0
    a, b, covariance, gap, rest = _affine(a, b, cosine, gap, rest, gain, bias_variance)
    tangent = covariance
    scale = 2.0 * weight_variance / pi
    for _ in range(depth):
        first, second = a * a, b * b
        root = sqrt(1.0 + 2.0 * (first + second) + 4.0 * first * second * gap * rest)
        a, b, covariance, gap, rest = _erf_affine(a, b, gap, rest, scale, bias_variance)
        tangent = covariance + 2.0 * scale * tangent / root
    return tangent if ntk else covariance


# ---------------------------------------------------------------------------------------------- all pairs


@jit
def _fill_network(
    pair: Any,
    a: FloatArray,
    b: FloatArray,
    gap: FloatArray,
    rest: FloatArray,
    symmetric: bool,
    gain: float,
    depth: int,
    weight_variance: float,
    bias_variance: float,
    ntk: bool,
) -> None:
    """Replace gap [m, p] by the kernel of the net whose pair function is `pair`; a [m] and b [p] are lengths."""
    for i in range(gap.shape[0]):
        for j in range(i + 1 if symmetric else gap.shape[1]):
            gap[i, j] = pair(a[i], b[j], gap[i, j], rest[i, j], gain, depth, weight_variance, bias_variance, ntk)
            if symmetric:
                gap[j, i] = gap[i, j]


def _network_gram(
    pair: Any,
    x: FloatArray,
    y: FloatArray | None,
    depth: int,
    weight_variance: float,
    bias_variance: float,
    ntk: bool,
) -> FloatArray:
    """Gram matrix [m, p] of a net with the given pair function."""
    a, b, gap, rest = angles(x, y)
    gain = weight_variance / x.shape[1]
    _fill_network(pair, a, b, gap, rest, y is None, gain, depth, weight_variance, bias_variance, ntk)
    return gap


def _network_profile(
    pair: Any, u: npt.ArrayLike, depth: int, weight_variance: float, bias_variance: float, ntk: bool
) -> FloatArray:
    """Kernel at the cosine u for |x|^2 = |y|^2 = d, that is a = b = 1 and gain = weight variance."""
    cosine = checked_cosine(u)
    gap = (1.0 - cosine).reshape(1, -1)
    rest = (1.0 + cosine).reshape(1, -1)
    a, b = np.ones(1), np.ones(gap.size)
    _fill_network(pair, a, b, gap, rest, False, weight_variance, depth, weight_variance, bias_variance, ntk)
    return gap.reshape(cosine.shape)


# ---------------------------------------------------------------------------------------------- public functions


def relu_gram(
    X: FloatArray,
    Y: FloatArray | None,
    depth: int,
    weight_variance: float,
    bias_variance: float,
    ntk: bool,
) -> FloatArray:
    """NNGP or NTK Gram matrix of a fully connected ReLU net (theory of Cho-Saul 2009 and Jacot et al. 2018).

    S_0 = T_0 = sb2 + sw2 <x,y>/d, S' = sb2 + (sw2/2) sqrt(S(x,x) S(y,y)) kappa1(u),
    T' = S' + (sw2/2) kappa0(u) T.  The absolute error, relative to sqrt(K(x,x) K(y,y)), stays below 1e-14 depth
    (NNGP) and 1e-13 (NTK), near-duplicates and antipodes included.

    Args:
        X: Array [m, d], finite.
        Y: Array [p, d], or None for X itself; then the result is symmetric to the bit.
        depth: Number L >= 1 of hidden layers.
        weight_variance: sw2 > 0.
        bias_variance: sb2 >= 0.
        ntk: Whether T_L is returned instead of S_L.

    Returns:
        Array [m, p].

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.kernels import relu_gram
        >>> X = np.array([[1.0, 1.0], [-1.0, -1.0]])
        >>> relu_gram(X, None, depth=1, weight_variance=2.0, bias_variance=0.0, ntk=False)
        array([[2., 0.],
               [0., 2.]])
    """
    return _network_gram(_relu_pair, X, Y, depth, weight_variance, bias_variance, ntk)


def relu_profile(
    u: npt.ArrayLike, depth: int, weight_variance: float, bias_variance: float, ntk: bool
) -> FloatArray:
    """NNGP or NTK of a ReLU net as a function of the cosine u, for inputs with |x|^2 = d; same shape as u.

    Raises:
        InputError: If u is NaN or |u| > 1 + 1e-12.

    Example:
        >>> from orbitkernels.numerics.kernels import relu_profile
        >>> relu_profile([1.0, -1.0], depth=1, weight_variance=2.0, bias_variance=0.0, ntk=True)
        array([4., 0.])
    """
    return _network_profile(_relu_pair, u, depth, weight_variance, bias_variance, ntk)


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
    return _network_gram(_erf_pair, X, Y, depth, weight_variance, bias_variance, ntk)


def erf_profile(
    u: npt.ArrayLike, depth: int, weight_variance: float, bias_variance: float, ntk: bool
) -> FloatArray:
    """NNGP or NTK of an erf net as a function of the cosine u, for inputs with |x|^2 = d; same shape as u."""
    return _network_profile(_erf_pair, u, depth, weight_variance, bias_variance, ntk)


def gaussian_gram(X: FloatArray, Y: FloatArray | None, length_scale: float) -> FloatArray:
    """exp(-|x - y|^2 / (2 length_scale^2)) [m, p], the convention of scikit-learn's RBF."""
    return _mirrored(np.exp(-squared_distances(X, Y) / length_scale / length_scale / 2), Y)


def gaussian_profile(u: npt.ArrayLike, length_scale: float) -> FloatArray:
    """exp(-(1 - u) / length_scale^2), the Gaussian kernel of unit vectors; same shape as u."""
    return np.exp(-(1.0 - checked_cosine(u)) / length_scale / length_scale)


def laplace_gram(X: FloatArray, Y: FloatArray | None, length_scale: float) -> FloatArray:
    """exp(-|x - y| / length_scale) [m, p]."""
    return _mirrored(np.exp(-np.sqrt(squared_distances(X, Y)) / length_scale), Y)


def laplace_profile(u: npt.ArrayLike, length_scale: float) -> FloatArray:
    """exp(-sqrt(2 (1 - u)) / length_scale), the Laplace kernel of unit vectors; same shape as u."""
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
