"""Cyclotomic numbers: a field, canonical, printed as GAP prints them, evaluated to the last place."""

import json
import pickle
from fractions import Fraction
from math import gcd

import mpmath
import numpy as np
import pytest
import sympy
from gap_oracle import FOLDER
from hypothesis import given
from hypothesis import strategies as st

from orbitkernels.errors import InputError
from orbitkernels.theory.cyclotomic_forms import gauss_sum, square_roots
from orbitkernels.theory.cyclotomics import Cyclotomic, root_of_unity, weighted_sum

ORACLE = json.loads((FOLDER / "cyclotomics.json").read_text())
ORDERS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 15, 16, 20, 24, 27, 30]
FACTORS = st.one_of(st.integers(-3, 3), st.fractions(-2, 2, max_denominator=4))


@st.composite
def terms(draw):
    """An order N and pairs (exponent, factor)."""
    order = draw(st.sampled_from(ORDERS))
    pairs = draw(st.lists(st.tuples(st.integers(0, order - 1), FACTORS), max_size=5))
    return order, pairs


def high_precision(order, pairs):
    """The number with 50 digits, straight from its definition."""
    with mpmath.workdps(60):
        return mpmath.fsum(
            mpmath.mpf(c.numerator) / c.denominator * mpmath.expjpi(mpmath.mpf(2 * j) / order)
            for j, c in ((j, Fraction(c)) for j, c in pairs)
        )


def of_number(x: Cyclotomic):
    return high_precision(x.conductor, enumerate(x.coefficients))


def close(a, b) -> bool:
    with mpmath.workdps(60):
        return bool(abs(a - b) <= mpmath.mpf(10) ** -45 * max(1, abs(a), abs(b)))


numbers = terms().map(lambda pair: Cyclotomic.from_terms(*pair))


@given(terms())
def test_number_is_what_was_written(written) -> None:
    assert close(of_number(Cyclotomic.from_terms(*written)), high_precision(*written))


@given(numbers, numbers)
def test_operations_agree_with_fifty_digits(x, y) -> None:
    with mpmath.workdps(60):
        assert close(of_number(x + y), of_number(x) + of_number(y))
        assert close(of_number(x - y), of_number(x) - of_number(y))
        assert close(of_number(x * y), of_number(x) * of_number(y))
        assert close(of_number(x.conjugate()), mpmath.conj(of_number(x)))


@given(numbers, numbers, numbers)
def test_field_axioms(x, y, z) -> None:
    assert x + y == y + x
    assert x * y == y * x
    assert (x + y) + z == x + (y + z)
    assert (x * y) * z == x * (y * z)
    assert x * (y + z) == x * y + x * z
    assert x - x == 0
    assert not x - x
    if x:
        assert x * x.inverse() == 1
        assert (y / x) * x == y


@given(numbers, st.integers(-4, 5))
def test_powers_are_repeated_products(x, k) -> None:
    if k < 0 and not x:
        with pytest.raises(ZeroDivisionError):
            x**k
        return
    expected = Cyclotomic(1, [1])
    for _ in range(abs(k)):
        expected = expected * x
    assert x**k == (expected if k >= 0 else 1 / expected)


@given(terms(), st.sampled_from([2, 3, 4, 5, 6, 7]), st.integers(0, 200), FACTORS)
def test_one_number_has_one_form(written, larger, shift, factor) -> None:
    """Written with a larger order, and with a vanishing sum of roots added, a number is the same key of a dict."""
    order, pairs = written
    N = order * larger
    p = next(p for p in (2, 3, 5, 7) if larger % p == 0)
    vanishing = [(shift + t * (N // p), factor) for t in range(p)]
    x = Cyclotomic.from_terms(order, pairs)
    y = Cyclotomic.from_terms(N, [(j * larger, c) for j, c in pairs] + vanishing)
    assert x == y
    assert hash(x) == hash(y)
    assert (x.conductor, x.coefficients) == (y.conductor, y.coefficients)


@given(numbers)
def test_conductor_is_least(x) -> None:
    """x lies in Q(E(m)) exactly if it is fixed by every E(N) -> E(N)^k with k = 1 modulo m."""
    N = x.conductor
    assert N % 4 != 2
    for p in sympy.primefactors(N):
        m = N // p
        movers = [k for k in range(1, N, m) if gcd(k, N) == 1]
        assert any(x.galois(k) != x for k in movers)


@given(numbers, st.integers(1, 60), st.integers(1, 60))
def test_galois_automorphisms(x, k, l) -> None:
    if gcd(k * l, x.conductor) == 1:
        assert x.galois(k).galois(l) == x.galois(k * l)
        assert x.galois(k) + x.conjugate().galois(k) == (x + x.conjugate()).galois(k)
        assert x.galois(k) ** 2 == (x**2).galois(k)


@given(numbers)
def test_complex_is_correct_to_the_last_place(x) -> None:
    exact, found = of_number(x), complex(x)
    for part, exact_part in ((found.real, exact.real), (found.imag, exact.imag)):
        with mpmath.workdps(60):
            if abs(exact_part) < mpmath.mpf(10) ** -40:
                assert part == 0
            else:
                assert abs(part - exact_part) <= mpmath.mpf(float(np.spacing(abs(part))))


@given(numbers)
def test_sympy_form_has_the_same_value(x) -> None:
    value = x.to_sympy()
    assert close(mpmath.mpmathify(sympy.N(value, 60)), of_number(x))


@given(st.lists(st.tuples(FACTORS, numbers, numbers), max_size=5))
def test_weighted_sum_is_the_sum(triples) -> None:
    expected = sum((x * y * w for w, x, y in triples), Cyclotomic(1, [0]))
    columns = list(zip(*triples, strict=True)) or [(), (), ()]
    assert weighted_sum(*columns) == expected


def test_numbers_as_gap_reduces_and_prints_them() -> None:
    inverses = 0
    for record in ORACLE["numbers"]:
        x = Cyclotomic(record["order"], [Fraction(c) for c in record["terms"]])
        assert x.conductor == record["conductor"]
        assert str(x) == record["text"]
        assert x == Cyclotomic(record["conductor"], [Fraction(c) for c in record["coefficients"]])
        if record["inverse"] and x:
            inverses += 1
            assert str(x.inverse()) == record["inverse"]
    assert len(ORACLE["numbers"]) == 192
    assert inverses > 60


def test_square_roots_of_discriminants_as_gap_gives_them() -> None:
    """GAP's Sqrt is the principal root, and so is Gauss's sum."""
    tried = 0
    for D in range(-60, 61):
        squarefree = D // 4 if D % 4 == 0 else D
        free = D not in (0, 1) and all(abs(squarefree) % (p * p) for p in (2, 3, 5, 7))
        if not free or not (D % 4 == 1 or (D % 4 == 0 and squarefree % 4 in (2, 3))):
            continue
        tried += 1
        assert str(gauss_sum(D)) == ORACLE["square_roots"][str(D)]
        assert gauss_sum(D) ** 2 == D
    assert tried == 39  # 18 real and 21 imaginary quadratic fields


@pytest.mark.parametrize(
    ("x", "text", "latex"),
    [
        (Cyclotomic(5, [0, 0, -1, -1]), "1/2 + sqrt(5)/2", r"\frac{1 + \sqrt{5}}{2}"),
        (Cyclotomic(7, [0, 1, 1, 0, 1]), "-1/2 + sqrt(7)*I/2", r"\frac{-1 + \sqrt{7} i}{2}"),
        (root_of_unity(3), "-1/2 + sqrt(3)*I/2", r"\frac{-1 + \sqrt{3} i}{2}"),
        (root_of_unity(4), "I", "i"),
        (root_of_unity(8), "sqrt(2)/2 + sqrt(2)*I/2", r"\frac{\sqrt{2} \left(1 + i\right)}{2}"),
        (root_of_unity(12), "sqrt(3)/2 + I/2", r"\frac{\sqrt{3} + i}{2}"),
        (Cyclotomic(8, [0, 1, 0, -1]), "sqrt(2)", r"\sqrt{2}"),
        (Cyclotomic(1, [Fraction(-3, 2)]), "-3/2", r"- \frac{3}{2}"),
        (Cyclotomic(7, [0, 1, 0, 0, 0, 0, 1]), "2*cos(2*pi/7)", r"\zeta_{7}+\zeta_{7}^{6}"),
        (Cyclotomic(9, [0, Fraction(1, 2)]), "exp(2*I*pi/9)/2", r"\frac{1}{2}\zeta_{9}"),
        (root_of_unity(9, 8) * -3, "-3*exp(-2*I*pi/9)", r"-3\zeta_{9}^{8}"),
        (Cyclotomic(1, [0]), "0", "0"),
    ],
)
def test_readable_forms(x, text, latex) -> None:
    assert str(x.to_sympy()) == text
    assert x.to_latex() == latex


def test_only_sums_of_square_roots_have_square_roots() -> None:
    found = square_roots(root_of_unity(24) * 8)
    assert found is not None
    assert {D: int(b) for D, b in found.items() if b} == {8: 1, -8: -1, 24: 1, -24: 1}
    assert square_roots(root_of_unity(7)) is None
    assert square_roots(root_of_unity(16)) is None


def test_rational_numbers_mix_with_python_and_numpy_integers() -> None:
    two = root_of_unity(3) * 0 + np.int64(2)
    assert two == 2
    assert two == np.int64(2)
    assert two == Fraction(2)
    assert {2: "found"}[two] == "found"
    assert hash(two / 4) == hash(Fraction(1, 2))
    assert 1 - two == -1
    assert 1 / two == Fraction(1, 2)
    assert two.is_integral
    assert not (two / 4).is_integral
    assert two != "2"


def test_quarter_turns_and_halves_are_exact_floats() -> None:
    assert [complex(root_of_unity(4, k)) for k in range(4)] == [1, 1j, -1, -1j]
    assert complex(root_of_unity(6)).real == 0.5
    assert complex(root_of_unity(3)).real == -0.5


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Cyclotomic(0, [1]), "Argument 'conductor' must be a positive integer up to 1000000, not 0."),
        (lambda: Cyclotomic(2.5, [1]), "Argument 'conductor' must be a positive integer up to 1000000, not 2.5."),
        (lambda: Cyclotomic("5", [1]), "Argument 'conductor' must be a positive integer up to 1000000, not '5'."),
        (lambda: Cyclotomic(10**5000, [1]), "not an integer of 16610 bits"),
        (lambda: root_of_unity(-2), "Argument 'N' must be a positive integer up to 1000000, not -2."),
        (lambda: root_of_unity(10**9), "Argument 'N' must be a positive integer up to 1000000, not 1000000000."),
        (lambda: root_of_unity(5, 0.5), "Argument 'k' must be an integer, not 0.5."),
        (lambda: root_of_unity(5).galois(2.0), "Argument 'k' must be prime to the conductor 5, not 2.0."),
        (lambda: root_of_unity(4).galois(2), "Argument 'k' must be prime to the conductor 4, not 2."),
        (lambda: root_of_unity(4).as_fraction(), r"The number E\(4\) is irrational"),
        (lambda: Cyclotomic(3, [0.5]), "Coefficients must be integers or fractions, not 0.5."),
    ],
)
def test_bad_input_gets_one_line(wrong, message) -> None:
    with pytest.raises(InputError, match=message) as caught:
        wrong()
    assert "\n" not in str(caught.value)


@given(numbers)
def test_numbers_survive_pickling(x) -> None:
    assert pickle.loads(pickle.dumps(x)) == x


def test_floats_do_not_mix_in() -> None:
    with pytest.raises(TypeError):
        root_of_unity(3) + 0.5
    with pytest.raises(ZeroDivisionError):
        Cyclotomic(1, [0]).inverse()
