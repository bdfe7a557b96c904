"""K8 as a property: any variances and any N, in balls and in floating point."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels.numerics.circle_spectra import relu_spectrum as float_spectrum
from orbitkernels.theory.circle_enclosures import relu_spectrum, relu_value, samples, transform
from orbitkernels.theory.enclosures import relative_width, working_precision

positive = st.fractions(Fraction(1, 2), 2, max_denominator=9)


@settings(max_examples=25)
@given(st.integers(1, 12), positive, positive, positive, st.booleans())
def test_K8_with_biases(N, weight, bias, q, ntk):
    with working_precision():
        found = relu_spectrum(N, weight, bias, q, ntk)
        expected = transform(samples(lambda turns: relu_value(turns, weight, bias, q, ntk), N))
        assert all(a.overlaps(b) for a, b in zip(found, expected, strict=True))
        assert relative_width(found) < 1e-40
    floats = float_spectrum(N, float(weight), float(bias), float(q), ntk)
    np.testing.assert_allclose(floats, [float(x.mid()) for x in expected], atol=1e-12 * floats.max())


@settings(max_examples=25)
@given(st.integers(1, 60), positive, positive, st.booleans())
def test_K8_the_spectrum_without_biases_scales_and_has_the_right_trace(N, weight, q, ntk):
    found = float_spectrum(N, float(weight), 0.0, float(q), ntk)
    scale = float(weight**2 * q)
    np.testing.assert_allclose(found, scale * float_spectrum(N, 1.0, 0.0, 1.0, ntk), atol=1e-12 * found.max())
    np.testing.assert_allclose(found.sum(), N * scale * (1 if ntk else 0.5))
