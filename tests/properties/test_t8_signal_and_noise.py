"""T8 as a property: whatever the kernel and the ridge, noise over signal is the error of a missing point."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from orbitkernels import strategies as ok
from orbitkernels.proofs.two_classes import TwoClassCase, harmonic_mean, two_classes
from orbitkernels.theory.rational_gram import as_fraction, exact_leave_out, rational_matrix

GROUPS = ("C1", "C2", "C3", "C5", "C2^2", "S3", "D4", "Q8", "C7:C3")


def squared_distance(features, labels):
    """|mu_+ - mu_-|^2, coordinate by coordinate."""
    size = len(labels) // 2
    sums = [sum(int(y) * int(f) for y, f in zip(labels, column, strict=True)) for column in features.T]
    return sum(Fraction(total, size) ** 2 for total in sums)


@settings(max_examples=25)
@given(
    st.sampled_from(GROUPS),
    st.sampled_from(["exchangeable", "balanced"]),
    ok.ridges(),
    st.integers(0, 99),
    st.data(),
)
def test_T8_the_error_is_noise_over_signal_and_below_the_bound(group, kind, ridge, seed, data):
    found = two_classes(TwoClassCase(group, kind, 1, ridge), np.random.default_rng(seed))
    y, K = found.labels.tolist(), found.exact_gram
    i = data.draw(st.integers(0, len(y) - 1))
    error = exact_leave_out(K, y, [i])[0][0] * y[i]
    signal = found.class_size * squared_distance(found.features, y) / 2 + ridge
    noise = harmonic_mean(K) if kind == "exchangeable" else 1 / as_fraction(K.inv()[i, i])
    assert error == noise / signal
    assert error <= as_fraction(K[i, i]) / signal


@settings(max_examples=40)
@given(st.integers(2, 5).flatmap(lambda n: arrays(np.int64, (n, n), elements=st.integers(-2, 2))), st.data())
def test_T8_the_noise_is_the_prior_variance_iff_the_point_is_uncorrelated(root, data):
    gram = root @ root.T + np.eye(len(root), dtype=np.int64)
    i = data.draw(st.integers(0, len(root) - 1))
    if data.draw(st.booleans()):
        gram[i, :i] = gram[:i, i] = gram[i, i + 1 :] = gram[i + 1 :, i] = 0
    noise = 1 / as_fraction(rational_matrix(gram).inv()[i, i])
    assert noise <= gram[i, i]
    assert (noise == gram[i, i]) == (np.count_nonzero(gram[i]) == 1)
