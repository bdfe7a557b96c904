"""K5 as a property: whatever the coefficients and N, the transform of the values is the sum over the aliases."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels.theory.circle_exact import exact_transform
from orbitkernels.theory.cyclotomics import root_of_unity, weighted_sum

fractions = st.fractions(-3, 3, max_denominator=9)


@settings(max_examples=25)
@given(st.integers(1, 12), st.lists(fractions, min_size=1, max_size=20))
def test_K5_transform_of_an_even_trigonometric_polynomial(N, half):
    orders = range(1 - len(half), len(half))
    values = [
        weighted_sum([half[abs(m)] for m in orders], [root_of_unity(N, j * m) for m in orders]) for j in range(N)
    ]
    aliased = [N * sum((half[abs(m)] for m in orders if (m - k) % N == 0), Fraction(0)) for k in range(N)]
    assert exact_transform(values) == aliased
