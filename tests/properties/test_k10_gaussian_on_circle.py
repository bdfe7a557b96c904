"""K10 as a property: any width and any N; every eigenvalue is positive."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels.numerics.circle_spectra import gaussian_spectrum as float_spectrum
from orbitkernels.theory.circle_enclosures import (
    bessel_rest,
    gaussian_spectrum,
    gaussian_value,
    samples,
    transform,
)
from orbitkernels.theory.enclosures import ball, working_precision

widths = st.fractions(Fraction(1, 20), 60, max_denominator=20)


@settings(max_examples=30)
@given(st.integers(1, 25), widths)
def test_K10_spectrum(N, z):
    with working_precision():
        found = gaussian_spectrum(N, z)
        expected = transform(samples(lambda turns: gaussian_value(turns, z), N))
        assert all(a.overlaps(b) for a, b in zip(found, expected, strict=True))
        floats = float_spectrum(N, float(z))
        assert (floats > 0).all()
        np.testing.assert_allclose(floats, [float(x.mid()) for x in expected], atol=1e-13 * N)


@settings(max_examples=30)
@given(widths, st.integers(2, 60))
def test_K10_bound_of_the_rest(z, order):
    with working_precision():
        true = sum((ball(z).bessel_i(j) for j in range(order, order + 150)), ball(0))
        assert not bessel_rest(z, order) < true
