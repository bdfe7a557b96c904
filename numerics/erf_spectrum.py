"""Spectrum of an erf net with one hidden layer on N equispaced points of a circle, in floating point (Theorem K9).

The Fourier coefficients of asin(v) and v/sqrt(1 - v^2), v = beta + alpha cos(theta), are sums of positive terms,
the coefficients of the powers of v; nothing cancels.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def erf_spectrum(N: int, weight_variance: float, bias_variance: float, q: float, ntk: bool) -> FloatArray:
    """lambda_k = sum_j K(2 pi j/N) exp(2 pi i jk/N), k = 0, ..., N - 1, of the NNGP or NTK; |x|^2 = d q.

    Args:
        N: Number of points, at least 1.
        weight_variance: sw2 > 0.
        bias_variance: sb2 >= 0.
        q: |x|^2/d > 0.
        ntk: Whether the NTK is meant.

    Returns:
        Array [N].

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.erf_spectrum import erf_spectrum
        >>> np.round(erf_spectrum(2, 1.0, 0.0, 1.0, ntk=False) * np.pi / 4 / np.arcsin(2 / 3), 12)  # K = +-K(0)
        array([0., 1.])
    """
    whole = 1 + 2 * bias_variance + 2 * weight_variance * q
    alpha, beta = 2 * weight_variance * q / whole, 2 * bias_variance / whole
    coefficients = _coefficients(alpha, beta, ntk)
    most = len(coefficients) // 2  # frequencies from -most to most
    width = N * (-(-(2 * most + 1) // N))
    folded = np.zeros(width)
    folded[: 2 * most + 1] = coefficients
    # column k of the rows of length N holds the frequencies k - most
    spectrum: FloatArray = np.roll(folded.reshape(-1, N).T.copy().sum(axis=1), -most)
    spectrum *= 2 * weight_variance / np.pi * N
    spectrum[0] += N * bias_variance
    return spectrum


def condition(weight_variance: float, bias_variance: float, q: float) -> float:
    """1/(1 - s^2) for s = alpha + beta, by which v/sqrt(1 - v^2) at v = s magnifies a relative change of s.

    Example:
        >>> from orbitkernels.numerics.erf_spectrum import condition
        >>> round(condition(1.0, 0.0, 1.0), 12)
        1.8
    """
    whole = 1 + 2 * bias_variance + 2 * weight_variance * q
    return whole * whole / (2 * whole - 1)  # 1 - s = 1/whole


def _coefficients(alpha: float, beta: float, ntk: bool) -> FloatArray:
    """Coefficients of z^-P, ..., z^P in asin(v), plus those of v/sqrt(1 - v^2) for the NTK; z = exp(i theta)."""
    kernel = np.array([alpha / 2, beta, alpha / 2])
    power, gamma, p = kernel, 1.0, 1  # coefficients of v^p
    terms: list[FloatArray] = []
    while not terms or power.sum() > 1e-18 * (1 - (alpha + beta) ** 2) * alpha:
        terms.append((gamma * (1 + p) if ntk else gamma) * power)
        gamma *= p * p / ((p + 1) * (p + 2))
        power, p = np.convolve(np.convolve(power, kernel), kernel), p + 2
    total = np.zeros(len(terms[-1]))
    for term in reversed(terms):  # the smallest first
        spare = (len(total) - len(term)) // 2
        total[spare : len(total) - spare] += term
    return total
