"""Theorem K4 as a property: nets of finite width have the kernels of the recursion in expectation."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels.proofs.finite_networks import FiniteNetwork, recursion_kernels
from orbitkernels.theory.polynomial_layers import gaussian_moment, pairings

rationals = st.fractions(-2, 2, max_denominator=12)
variances = st.fractions(0, 2, max_denominator=12)
activations = st.lists(rationals, min_size=1, max_size=4).map(tuple)


@settings(max_examples=30)
@given(st.integers(1, 3), activations, st.tuples(variances, variances), st.integers(1, 2), st.data())
def test_one_hidden_layer_at_every_width(width, activation, both, dimension, data) -> None:
    points = st.lists(rationals, min_size=dimension, max_size=dimension)
    x, y = data.draw(points), data.draw(points)
    net = FiniteNetwork((dimension, width, 1), activation, *both)
    assert net.expected_kernels(x, y) == recursion_kernels(1, activation, both, x, y)


@settings(max_examples=20)
@given(st.integers(1, 3), activations, st.tuples(variances, variances), rationals)
def test_the_tangent_kernel_is_a_square_on_the_diagonal(width, activation, both, x) -> None:
    net = FiniteNetwork((1, width, 1), activation, *both)
    assert all(value >= 0 for value in net.expected_kernels([x], [x]))


@given(st.integers(0, 5), st.integers(0, 5), rationals, rationals, rationals)
def test_isserlis_by_the_linear_map_of_independent_gaussians(a, b, p, q, v) -> None:
    """z1 = p g1 and z2 = q g1 + v g2: expand z1^a z2^b and take the moments of g1 and g2."""
    from math import comb

    expected = sum(
        (comb(b, k) * p**a * q ** (b - k) * v**k * pairings(a + b - k) * pairings(k) for k in range(b + 1)),
        start=Fraction(0),
    )
    assert gaussian_moment(a, b, p * p, q * q + v * v, p * q) == expected
