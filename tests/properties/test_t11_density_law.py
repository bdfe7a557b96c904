"""T11 as properties: the error of two rings in closed form, and how fast it falls, whatever the kernel and the"
" rings."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from orbitkernels.numerics import dense, ring_law
from orbitkernels.proofs.instances import named_group
from orbitkernels.proofs.kernels import NNGP, NTK
from orbitkernels.theory.rational_gram import exact_gram, exact_leave_out
from orbitkernels.theory.ring_singularities import model_error, model_rings

EIGHTHS = st.integers(-16, 16).map(lambda n: Fraction(n, 8))


@settings(max_examples=30)
@given(
    st.integers(2, 11),
    st.sampled_from([1, 2]),
    st.sampled_from([0, 3, 4]),
    st.booleans(),
    EIGHTHS,
    st.integers(1, 9),
)
def test_exact_T11_the_closed_form_of_the_model_is_the_error(N, p, fifths, interleaved, b0, excess):
    ratio, means = Fraction(fifths, 5), (abs(b0) + Fraction(excess, 4), b0)
    assume(p == 1 or not ratio or (N % 2 == 0) != interleaved)
    gram = exact_gram(named_group(f"C{N}"), model_rings(N, p, means, ratio, interleaved))
    error, mmd = model_error(N, p, means, ratio, interleaved)
    labels = [1] * N + [-1] * N
    assert error == exact_leave_out(gram, labels, [0])[0][0] == -exact_leave_out(gram, labels, [N])[0][0]
    total = sum(Fraction(int(gram[i, j].p), int(gram[i, j].q)) * labels[i] * labels[j]
                for i in range(2 * N) for j in range(2 * N))  # fmt: skip
    assert mmd == total / N**2


@settings(max_examples=40)
@given(
    st.sampled_from([NTK, NNGP]),
    st.integers(1, 4),
    st.floats(0.5, 3),
    st.floats(0, 2),
    st.floats(0.05, 0.95),
    st.booleans(),
    st.integers(1, 24),
    st.floats(0, 1),
)
def test_T11_the_error_is_what_leaving_out_gives(kind, depth, weight, bias, height, interleaved, N, ridge):
    points = ring_law.ring_points(N, height, interleaved)
    gram = kind(depth, weight_variance=weight, bias_variance=bias).gram(points) + ridge * np.eye(2 * N)
    condition = dense.condition_number(gram)
    assume(condition < 1e10)
    found = ring_law.ring_error(gram[0, :N] - ridge * (np.arange(N) == 0), gram[0, N:], ridge)
    labels = np.repeat([1.0, -1.0], N)
    level = 1e-14 * N * condition
    assert found.error == pytest.approx(dense.refit(gram, labels, [0])[0, 0], abs=level)
    assert found.error == pytest.approx(found.noise / (N * found.mmd_squared / 2 + ridge), rel=1e-9)
    assert found.noise == pytest.approx(dense.refit_variance(gram, [0])[0, 0], rel=1e-9 + level)


@settings(max_examples=25)
@given(st.sampled_from([NTK, NNGP]), st.integers(1, 4), st.floats(0.5, 3), st.floats(0.2, 2), st.floats(0.2, 0.8))
def test_T11_the_error_comes_to_its_law_as_poses_double(kind, depth, weight, bias, height):
    kernel = kind(depth, weight_variance=weight, bias_variance=bias)
    law = ring_law.relu_law(depth, weight, bias, height, ntk=kind is NTK)
    distances = []
    for N in (64, 128, 256):
        points = ring_law.ring_points(N, height)
        row = kernel.gram(points[:1], points)[0]
        found = ring_law.ring_error(row[:N], row[N:])
        distances.append(abs(found.error * found.mmd_squared * N**law.exponent / law.constant - 1))
    assert distances[-1] < 0.01
    assert distances[1] < distances[0] / 2 or distances[1] < 1e-3
