"""K11 as a property: any length scale and any N, chord and geodesic distance."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels.numerics import circle_spectra
from orbitkernels.proofs.circle_cases import Formula
from orbitkernels.theory import circle_enclosures as balls
from orbitkernels.theory.circle_exact import exact_transform
from orbitkernels.theory.circle_spectra import geodesic_eigenvalue
from orbitkernels.theory.enclosures import working_precision

scales = st.fractions(Fraction(1, 20), 8, max_denominator=20)


@settings(max_examples=25)
@given(st.integers(1, 20), scales)
def test_K11_chord_distance(N, c):
    with working_precision():
        found = balls.laplace_spectrum(N, c)
        expected = balls.transform(balls.samples(lambda turns: balls.laplace_value(turns, c), N))
        assert all(a.overlaps(b) for a, b in zip(found, expected, strict=True))
    floats = circle_spectra.laplace_spectrum(N, float(c))
    np.testing.assert_allclose(floats, [float(x.mid()) for x in expected], atol=1e-14 * N * np.exp(float(c)))


@settings(max_examples=25)
@given(st.integers(1, 16), st.integers(-40, 40), st.fractions(-2, 2, max_denominator=7))
def test_K11_geodesic_distance_for_every_rational_q(N, k, q):
    """Also negative q and |q| > 1: a polynomial identity but for the zeros of the denominator."""
    import sympy

    if abs(q) == 1:
        return
    formula = Formula(lambda N, k: geodesic_eigenvalue(N, k, sympy.Symbol("q")))
    expected = exact_transform([q ** min(j, N - j) for j in range(N)])[k % N]
    assert formula.exact_at(N, k, q=q).constant == expected


@settings(max_examples=25)
@given(st.integers(2, 60), scales)
def test_K11_geodesic_eigenvalues_are_positive_and_have_the_trace(N, rate):
    found = circle_spectra.geodesic_spectrum(N, float(rate))
    assert (found > 0).all()
    np.testing.assert_allclose(found.sum(), N)
