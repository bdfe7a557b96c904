"""K7 as a property: any N and any integer k, and which eigenvalues vanish."""

from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels.proofs.circle_cases import Formula
from orbitkernels.theory.circle_exact import exact_kappa1, exact_samples, transform_over_pi
from orbitkernels.theory.circle_spectra import kappa1_eigenvalue

FORMULA = Formula(kappa1_eigenvalue)


@settings(max_examples=30)
@given(st.integers(1, 24), st.integers(-60, 60))
def test_K7_at_every_integer(N, k):
    transformed = transform_over_pi(exact_samples(exact_kappa1, N))
    assert FORMULA.exact_at(N, k) == transformed[k % N]


@settings(max_examples=30)
@given(st.integers(1, 200), st.integers(-200, 200))
def test_K7_for_even_N_only_the_frequencies_one_are_left_of_the_odd_ones(half, index):
    N, k = 2 * half, 2 * index + 1
    assert (kappa1_eigenvalue(N, k) == 0) == (k % N not in (1, N - 1))
