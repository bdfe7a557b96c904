"""K6 as a property: any N and any integer k, also negative and beyond N."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels.proofs.circle_cases import Formula
from orbitkernels.theory.circle_exact import exact_kappa0, exact_samples, transform_over_pi
from orbitkernels.theory.circle_spectra import kappa0_eigenvalue
from orbitkernels.theory.trigonometric_values import OverPi

FORMULA = Formula(kappa0_eigenvalue)


@settings(max_examples=30)
@given(st.integers(1, 30), st.integers(-70, 70))
def test_K6_at_every_integer(N, k):
    transformed = transform_over_pi(exact_samples(exact_kappa0, N))
    assert FORMULA.exact_at(N, k) == transformed[k % N]


@settings(max_examples=20)
@given(st.integers(1, 20))
def test_K6_sum_of_the_eigenvalues_is_the_trace(N):
    total = OverPi.of(0)
    for k in range(N):
        total = total + FORMULA.exact_at(N, k)
    assert total == OverPi.of(Fraction(N))  # N times kappa0(0) = 1
