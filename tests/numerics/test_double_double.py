"""Double-doubles against exact fractions and mpmath, and plain Python against compiled code."""

import os
import subprocess
import sys
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbitkernels.errors import SingularGramError
from orbitkernels.numerics import double_double as dd
from orbitkernels.numerics import double_double_irreps as irreps
from orbitkernels.numerics import double_double_matrices as matrices
from orbitkernels.theory.names import group

U = Fraction(1, 2**53)
NUMBERS = st.floats(1e-60, 1e60) | st.floats(-1e60, -1e-60)
LOW = st.floats(-1.0, 1.0)


def pair(high, low):
    """A double-double: the low word is at most half a unit in the last place of the high one."""
    return high, 0.5 * np.spacing(high) * low


def value(words):
    return sum(Fraction(float(word)) for word in words)


def bits(number):
    """Length of the significand."""
    numerator = abs(float(number).as_integer_ratio()[0])
    return (numerator // (numerator & -numerator or 1)).bit_length()


def is_exact_product(two_product, a, b):
    return value(two_product(a, b)) == Fraction(a) * Fraction(b)


@given(NUMBERS, NUMBERS)
def test_sums_and_products_of_two_floats_are_exact(a, b):
    assert value(dd.two_sum(a, b)) == Fraction(a) + Fraction(b)
    assert is_exact_product(dd.two_product, a, b)
    high, low = dd.split(a)
    assert value((high, low)) == Fraction(a)
    assert all(bits(half) <= 26 for half in (high, low))


def test_a_product_without_its_low_word_is_noticed():
    assert not is_exact_product(lambda a, b: (a * b, 0.0), 1.1, 1.3)
    assert is_exact_product(dd.two_product, 1.1, 1.3)


@given(NUMBERS, LOW, NUMBERS, LOW)
def test_relative_errors_are_those_of_joldes_muller_and_popescu(a, al, b, bl):
    x, y = pair(a, al), pair(b, bl)
    exact = {
        dd.add: (value(x) + value(y), 3 * U**2 + 13 * U**3),
        dd.multiply: (value(x) * value(y), 7 * U**2),
        dd.divide: (value(x) / value(y), 15 * U**2 + 56 * U**3),
    }
    for operation, (true, bound) in exact.items():
        assert abs(value(operation(*x, *y)) - true) <= bound * abs(true), operation


@given(st.floats(1e-60, 1e60), LOW)
def test_square_roots(a, low):
    words = pair(a, low)
    root = value(dd.square_root(*words))
    assert abs(root**2 - value(words)) <= 16 * U**2 * value(words)


def hilbert(size):
    return 1 / (1.0 + np.add.outer(np.arange(size), np.arange(size)))


def test_solutions_with_hilbert_matrices_against_mpmath():
    K = hilbert(10)  # condition number 2e13
    factor = matrices.cholesky(matrices.exactly(K), "K")
    found = matrices.solve(factor, matrices.exactly(np.ones((10, 1))))
    with mpmath.workdps(60):
        true = mpmath.lu_solve(mpmath.matrix(K.tolist()), mpmath.matrix([1] * 10))
        errors = [
            abs((mpmath.mpf(found.high[i, 0]) + mpmath.mpf(found.low[i, 0])) / true[i] - 1) for i in range(10)
        ]
    assert max(errors) < 1e-17
    inverse = matrices.inverse_factor(factor)
    identity = matrices.product(inverse, factor)
    np.testing.assert_allclose(identity.high, np.eye(10), atol=1e-20)


def test_a_matrix_that_is_not_positive_definite_is_named():
    with pytest.raises(SingularGramError, match="pivot 1 of K is not positive; add a ridge"):
        matrices.cholesky(matrices.exactly([[1.0, 2.0], [2.0, 1.0]]), "K")


def test_sums_quotients_and_multiples_of_arrays():
    x, y = matrices.exactly([[1.0, 2.0]]), matrices.exactly([[3.0, 7.0]])
    third = matrices.quotient(x, y)
    for i, true in enumerate((Fraction(1, 3), Fraction(2, 7))):
        assert abs(value((third.high[0, i], third.low[0, i])) - true) < Fraction(1, 10**31)
    assert matrices.total(third, -third).high.tolist() == [[0.0, 0.0]]
    sevenths = matrices.scaled(y, 1.0, 7.0)
    assert abs(value((sevenths.high[0, 0], sevenths.low[0, 0])) - Fraction(3, 7)) < Fraction(1, 10**31)


@pytest.mark.parametrize("name", ["C7", "S3", "Q8", "SL(2,3)", "S4"])
def test_irreps_are_refined_to_double_doubles(name):
    G = group(name)
    from orbitkernels.proofs.irreps import unitary_irreps

    for rho in unitary_irreps(G):
        start = irreps.real_form(rho.matrices)
        # off by 1e-9, unitary and no homomorphism: two rounds of averages mend that
        found, violation = irreps.refined_representation(start * (1 + 1e-9), G.right_translations)
        assert violation < 1e-29
        assert np.abs(found.high - start).max() < 1e-7
        every = np.arange(G.order)
        g, h = np.random.default_rng(0).choice(every, 2)
        both = matrices.product(found.take(int(g)), found.take(int(h)))
        gap = matrices.total(both, -found.take(int(G.multiply(g, h))))
        assert np.abs(gap.high).max() < 1e-29
    assert irreps.longest_word(G.right_translations) <= G.order


def test_a_broken_representation_is_not_mended_silently():
    G = group("S3")
    start = irreps.real_form(np.stack([np.eye(2)] * 5 + [-np.eye(2)]))
    assert irreps.refined_representation(start, G.right_translations)[1] > 1e-3


PLAIN = """
import numpy as np
from orbitkernels.numerics import double_double_matrices as m, double_double_irreps as i
K = 1 / (1.0 + np.add.outer(np.arange(6), np.arange(6)))
found = m.solve(m.cholesky(m.exactly(K), "K"), m.exactly(np.ones((6, 1))))
a = np.array([[[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]] for t in 2 * np.pi * np.arange(5) / 5])
refined = i.refined_representation(a, np.array([[1, 2, 3, 4, 0]]))[0]
words = ([x.hex() for word in (*found, *refined, *m.quotient(found, found)) for x in word.ravel().tolist()])
"""


def test_plain_python_gives_the_same_bits():
    names: dict[str, list[str]] = {}
    exec(PLAIN, names)
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-c", PLAIN + "print(*words)"]
    plain = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert plain.stdout.split() == names["words"] != []
