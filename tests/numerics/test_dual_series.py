"""Pair functions of Hermite series term by term, for each number of terms, against exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from orbitkernels.numerics.dual_quadrature import hermite_coefficients
from orbitkernels.numerics.dual_series import TERMS, polynomial


def unit(vector):
    return vector / np.linalg.norm(vector)


def sums(p, q, dp, dq, gap):
    """1 - c, 1 + c and E[f' f'] for c = sum_k w^k p_k q_k, w = 1 - gap, exactly.

    The vectors have length 1 up to rounding only, so |p|^2/2 + |q|^2/2 stands for 1.
    """
    p, q, dp, dq = ([Fraction(float(v)) for v in values] for values in (p, q, dp, dq))
    w = 1 - Fraction(gap)
    one = sum(a * a + b * b for a, b in zip(p, q, strict=True)) / 2
    c = sum(w**k * a * b for k, (a, b) in enumerate(zip(p, q, strict=True)))
    return (
        float(one - c),
        float(one + c),
        float(sum(w**k * a * b for k, (a, b) in enumerate(zip(dp, dq, strict=True)))),
    )


@pytest.mark.parametrize("terms", TERMS)
@pytest.mark.parametrize("apart", [0.0, 1e-8, 0.7])
@pytest.mark.parametrize("gap", [0.0, 1e-9, 0.3, 1.0, 1.6, 2.0 - 2.0**-30, 2.0])
def test_pairs_are_their_sums_without_cancellation(terms, gap, apart):
    rng = np.random.default_rng(terms)
    p = unit(rng.standard_normal(terms))
    q = unit(p + apart * rng.standard_normal(terms))
    if gap > 1.0:
        q[1::2] *= -1.0  # beside -z the coefficients of f(-z) make a small 1 - c
    dp, dq = rng.standard_normal((2, terms))
    x, y = (np.concatenate([np.ones(3), c, d])[:, None] for c, d in ((p, dp), (q, dq)))
    pair = polynomial(*np.ones(terms)).pair
    found, wanted = pair(np.empty(0), x, 0, y, 0, gap, 2.0 - gap), sums(p, q, dp, dq, gap)
    assert found == pytest.approx(wanted, rel=1e-12, abs=1e-30)


def test_an_activation_that_vanishes_has_cosine_zero():
    rows = np.zeros((19, 1))
    assert polynomial(0.0, 1.0).pair(np.empty(0), rows, 0, rows, 0, 0.3, 1.7) == (1.0, 1.0, 0.0)


def test_coefficients_do_not_depend_on_the_threads_of_matrix_products():
    lengths = np.abs(np.random.default_rng(0).normal(size=608))
    found = []
    for threads in (1, 2, 3):
        with threadpool_limits(limits=threads, user_api="blas"):
            found.append(hermite_coefficients("tanh(z)", np.tanh, lengths))
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])
