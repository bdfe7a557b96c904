"""Spectra of kernels on N equispaced points of a circle in floating point, from closed forms.

All functions return lambda_k = sum_j kappa(2 pi j/N) exp(2 pi i jk/N) for k = 0, ..., N - 1, an array [N].  The
kernels are written as functions of the angle theta, 0 <= theta <= pi.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ive

from orbitkernels.errors import InputError

FloatArray = npt.NDArray[np.float64]

#: Terms of an infinite sum that are smaller than this, relative to the first ones, are left out.
NEGLIGIBLE = 1e-18

#: Least positive part of sb2 in sb2 + sw2 q for which the power series of a ReLU net is summed.
MIN_BIAS_SHARE = 1e-4


def kappa0_spectrum(N: int) -> FloatArray:
    """Spectrum of 1 - theta/pi (Theorem K6).

    Args:
        N: Number of points, at least 1.

    Example:
        >>> from orbitkernels.numerics.circle_spectra import kappa0_spectrum
        >>> kappa0_spectrum(4)
        array([2., 1., 0., 1.])
    """
    k = np.arange(N)
    odd = k % 2 == 1
    if N % 2 == 0:
        spectrum = np.where(odd, 2 / (N * np.sin(np.pi * np.where(odd, k, 1) / N) ** 2), 0.0)
    else:
        # cos(x) = sin(pi/2 - x), which keeps all digits near pi/2
        spectrum = 1 / (2 * N * np.sin(np.pi * np.where(odd, k, N - k) / (2 * N)) ** 2)
    spectrum[0] += N / 2
    return spectrum


def sine_spectrum(N: int) -> FloatArray:
    """Spectrum of |sin(theta)| (Theorem K7).

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.circle_spectra import sine_spectrum
        >>> np.round(sine_spectrum(4), 12) + 0.0
        array([ 2.,  0., -2.,  0.])
    """
    k = np.arange(N)
    if N == 1:
        return np.zeros(1)
    if N % 2 == 0:
        even = np.where(k % 2 == 0, k, 0)
        product = np.sin(np.pi * (even + 1) / N) * np.sin(np.pi * (even - 1) / N)
        return np.where(k % 2 == 0, -np.sin(2 * np.pi / N) / product, 0.0)
    reflected = np.where(k % 2 == 0, k, N - k)  # even, and lambda_(N-k) = lambda_k
    product = np.sin(np.pi * (reflected + 1) / (2 * N)) * np.sin(np.pi * (reflected - 1) / (2 * N))
    found: FloatArray = -np.sin(np.pi / N) / (2 * product)
    return found


def kappa1_spectrum(N: int) -> FloatArray:
    """Spectrum of (sin(theta) + (pi - theta) cos(theta))/pi (Theorem K7).

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.circle_spectra import kappa1_spectrum
        >>> np.round(kappa1_spectrum(4), 6) + 0.0
        array([1.63662, 1.     , 0.36338, 1.     ])
    """
    return sine_spectrum(N) / np.pi + _times_cosine(kappa0_spectrum(N))


def relu_spectrum(N: int, weight_variance: float, bias_variance: float, square: float, ntk: bool) -> FloatArray:
    """Spectrum of the NNGP kernel or NTK of a ReLU net with one hidden layer (Theorem K8).

    Args:
        N: Number of points.
        weight_variance: sw2 > 0.
        bias_variance: sb2 >= 0.  If it is positive, a power series in rho = sw2 q/s, s = sb2 + sw2 q, is summed.
        square: q = |x|^2/d > 0.
        ntk: Whether the NTK is meant.

    Raises:
        InputError: If 0 < sb2 < s/10000: the series would converge too slowly.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.circle_spectra import relu_spectrum
        >>> np.round(relu_spectrum(4, 1.0, 0.0, 2.0, ntk=True) + 0.0, 6)
        array([2.63662, 2.     , 1.36338, 2.     ])
    """
    size = bias_variance + weight_variance * square
    share = 2 if ntk else 1
    if bias_variance == 0:
        found = sine_spectrum(N) / np.pi + share * _times_cosine(kappa0_spectrum(N))
        return weight_variance * size / 2 * found
    rho = weight_variance * square / size
    if bias_variance < MIN_BIAS_SHARE * size:
        raise InputError(
            f"Argument 'bias_variance' must be 0 or at least {MIN_BIAS_SHARE * size:g} here, not"
            f" {bias_variance!r}; take the transform of the kernel's values instead."
        )
    constant = N * (np.arange(N) == 0)
    linear = (1 - rho) * constant + rho * _times_cosine(constant)
    series = share * linear + _relu_series(N, rho, ntk) / np.pi
    spectrum: FloatArray = bias_variance * constant + weight_variance * size / 2 * series
    return spectrum


def _relu_series(N: int, rho: float, ntk: bool) -> FloatArray:
    """sum_n c_n rho^(n+1/2) P_n(k), array [N]; P_(n+1) is P_n times sin(theta/2)^2 = (1 - cos(theta))/2."""
    power = half_angle_waves(N, 1)[0]
    result, n, factor = np.zeros(N), 0, np.sqrt(rho)
    before, arcsine = 0.0, 1.0  # coefficients of arcsin(w) in w^(2n-1) and w^(2n+1)
    while 8 * factor > NEGLIGIBLE * (1 - rho):
        coefficient = 8 * before / (2 * n + 1) + (4 * before - 2 * arcsine if ntk else 0.0)
        result += coefficient * factor * power
        power = (power - _times_cosine(power)) / 2
        n, factor = n + 1, factor * rho
        before, arcsine = arcsine, arcsine * (2 * n - 1) ** 2 / (2 * n * (2 * n + 1))
    return result


def _times_cosine(spectrum: npt.NDArray[np.generic]) -> FloatArray:
    """Spectrum of a kernel times cos(theta)."""
    found: FloatArray = (np.roll(spectrum, 1) + np.roll(spectrum, -1)) / 2
    return found


def gaussian_spectrum(N: int, z: float) -> FloatArray:
    """Spectrum of exp(-z (1 - cos(theta))): lambda_k = N e^-z sum_m I_(k+mN)(z) (Theorem K10).

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.circle_spectra import gaussian_spectrum
        >>> np.allclose(gaussian_spectrum(2, 1.0), [1 + np.exp(-2), 1 - np.exp(-2)])
        True
    """
    orders = np.arange(_largest_order(z) + 1)
    return N * _aliased(ive(orders, z), N)


def laplace_spectrum(N: int, c: float) -> FloatArray:
    """Spectrum of exp(-c sin(theta/2)) by modified Bessel functions (Theorem K11); accurate for c up to about 1.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.circle_spectra import laplace_spectrum
        >>> np.allclose(laplace_spectrum(2, 1.0), [1 + np.exp(-1), 1 - np.exp(-1)])
        True
    """
    largest = _largest_order(c)
    orders = np.arange(largest // 2 + 1)
    signs = np.where(orders % 2 == 0, 1.0, -1.0)
    even = N * _aliased(signs * ive(2 * orders, c), N)
    odd = 2 * (signs * ive(2 * orders + 1, c)) @ half_angle_waves(N, len(orders))
    spectrum: FloatArray = np.exp(c) * (even - odd)
    return spectrum


def geodesic_spectrum(N: int, rate: float) -> FloatArray:
    """Spectrum of exp(-rate theta) by geometric sums (Theorem K11).

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.circle_spectra import geodesic_spectrum
        >>> np.allclose(geodesic_spectrum(2, 1.0), [1 + np.exp(-np.pi), 1 - np.exp(-np.pi)])
        True
    """
    k, step = np.arange(N), 2 * np.pi * rate / N
    q, gap, sign = np.exp(-step), -np.expm1(-step), np.where(k % 2 == 0, 1.0, -1.0)
    sine = np.sin(np.pi * k / N)
    denominator = gap**2 + 4 * q * sine**2  # 1 - 2 q cos + q^2
    if N % 2 == 0:
        far = np.where(k % 2 == 0, -np.expm1(-step * N / 2), 1 + np.exp(-step * N / 2))
        numerator = (1 + q) * far
    else:
        numerator = 1 + q - 2 * sign * np.exp(-step * (N + 1) / 2) * np.cos(np.pi * k / N)
    spectrum: FloatArray = gap * numerator / denominator
    return spectrum


def half_angle_waves(N: int, count: int) -> FloatArray:
    """sigma_p(k) = sum_j sin(pi p j/N) cos(2 pi jk/N), array [count, N] for p = 1, 3, ..., 2 count - 1.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.circle_spectra import half_angle_waves
        >>> np.round(half_angle_waves(2, 1), 12)
        array([[ 1., -1.]])
    """
    p, k = 2 * np.arange(count)[:, None] + 1, np.arange(N)[None, :]
    quarter = np.pi * (2 * np.arange(N) + 1 - N) / (2 * N)
    table = -np.tan(quarter)  # cot(x) = tan(pi/2 - x)
    found: FloatArray = (table[(p + 2 * k) % (2 * N) // 2] + table[(p - 2 * k) % (2 * N) // 2]) / 2
    return found


def _aliased(coefficients: FloatArray, N: int) -> FloatArray:
    """sum of a_|j| over all integers j = k modulo N, array [N], from a_0, a_1, ..."""
    orders = np.arange(len(coefficients))
    weights = np.concatenate([coefficients, coefficients[1:]])
    sums = np.bincount(np.concatenate([orders, -orders[1:]]) % N, weights, minlength=N)
    return sums.astype(np.float64)


def _largest_order(z: float) -> int:
    """An order above which Bessel functions I_j(z), z >= 0, are negligible beside e^z: I_j < (z/2)^j/j! e^z."""
    order, bound = 1, z / 2
    while bound > NEGLIGIBLE:
        order += 1
        bound *= z / (2 * order)
    return order + order % 2 + 2
