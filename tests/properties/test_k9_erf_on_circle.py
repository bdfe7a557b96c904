"""Theorem K9 as a property: any net, any circle, any number of points."""

from fractions import Fraction
from math import asin, pi, sqrt

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels.numerics.erf_spectrum import condition, erf_spectrum
from orbitkernels.numerics.kernels import erf_gram
from orbitkernels.proofs.circle_cases import points_on_circle
from orbitkernels.theory.enclosures import working_precision
from orbitkernels.theory.erf_spectrum import (
    aliased_term,
    amplitudes,
    decay_rate,
    enclosed_coefficients,
    enclosed_hypergeometric_spectrum,
    enclosed_spectrum,
)

positive = st.fractions(Fraction(1, 20), 2, max_denominator=20)
nonnegative = st.fractions(0, 2, max_denominator=20)


@settings(max_examples=60)
@given(st.integers(1, 60), positive, nonnegative, positive, st.booleans())
def test_the_double_series_is_the_spectrum_of_the_gram_matrix(N, weight, bias, q, ntk) -> None:
    gram = erf_gram(points_on_circle(N, 2 * float(q)), None, 1, float(weight), float(bias), ntk)
    found = erf_spectrum(N, float(weight), float(bias), float(q), ntk)
    level = 20 * np.finfo(float).eps * N * condition(float(weight), float(bias), float(q))
    np.testing.assert_allclose(np.sort(found), np.linalg.eigvalsh(gram), rtol=0, atol=level * found.max())
    assert found.min() > -level * found.max()


@settings(max_examples=20)
@given(st.integers(1, 30), positive, positive, st.booleans())
def test_hypergeometric_functions_sum_the_series_without_bias(N, weight, q, ntk) -> None:
    with working_precision():
        one = enclosed_spectrum(N, weight, 0, q, ntk)
        other = enclosed_hypergeometric_spectrum(N, weight, q, ntk)
        assert all(a.overlaps(b) for a, b in zip(one, other, strict=True))


@settings(max_examples=20)
@given(positive, nonnegative, positive)
def test_the_coefficients_fall_at_the_rate_of_the_bound(weight, bias, q) -> None:
    alpha, beta = amplitudes(weight, bias, q)
    rate = float(decay_rate(weight, q))
    with working_precision():
        coefficients, rest = enclosed_coefficients(alpha, beta, False)
        assert all(-rest <= value <= rest + pi / 2 * rate**-m * (1 + 1e-9) for m, value in enumerate(coefficients))
        total = 2 * sum(map(float, coefficients)) - float(coefficients[0])
    assert abs(total - asin(alpha + beta)) < 1e-13 / sqrt(1 - (alpha + beta) ** 2)


@given(st.integers(1, 12), st.integers(0, 8), st.integers(0, 5), st.booleans())
def test_the_eigenvalues_of_all_frequencies_sum_up_to_N_times_the_value_at_angle_zero(N, e, j, slope) -> None:
    """sum_k lambda_k = N kappa(0): [alpha^e beta^j] of asin(alpha + beta), or of v/sqrt(1 - v^2)."""
    from math import comb

    from orbitkernels.theory.erf_spectrum import arc_sine_coefficient

    p = e + j
    total = sum(aliased_term(N, k, e, j, slope) for k in range(N))
    assert total == N * comb(p, e) * arc_sine_coefficient(p) * (p if slope else 1)
