"""Linear forms: values, parts, signs, shortened runs and broken lines, written out by hand."""

from fractions import Fraction

import pytest
import sympy

from orbitkernels.proofs import linear_forms
from orbitkernels.proofs.linear_forms import LinearForm, coefficient_latex, root_power, sum_lines
from orbitkernels.theory.cyclotomics import ONE, root_of_unity


def form(*pairs):
    """A form in psi from pairs (index, coefficient)."""
    return LinearForm.of([(("psi", i), ONE * c) for i, c in pairs])


I = root_of_unity(4)
Z3, Z7, Z8 = root_of_unity(3), root_of_unity(7), root_of_unity(8)
ROOT2 = Z8 + Z8.conjugate()


def test_a_form_is_the_sum_of_its_terms() -> None:
    one = form((2, 3), (0, Z3), (2, -3), (1, 5), (0, 1))
    assert one.terms == ((("psi", 0), Z3 + 1), (("psi", 1), ONE * 5))
    assert one.value({("psi", 0): Fraction(1, 2), ("psi", 1): 4}) == (Z3 + 1) * Fraction(1, 2) + 20
    assert (one - form((0, 1))).terms == form((0, Z3), (1, 5)).terms
    assert (bool(one), bool(one - one)) == (True, False)


def test_real_and_imaginary_parts() -> None:
    one = form((0, I * 3 + 2), (1, Z3))
    assert one.conjugate() == form((0, I * -3 + 2), (1, Z3**2))
    assert one.real == form((0, 2), (1, Fraction(-1, 2)))
    root3 = (Z3 - Z3**2) * I.conjugate()  # sqrt 3
    assert one.imaginary == form((0, 3), (1, root3 * Fraction(1, 2)))


def test_symbols_are_real() -> None:
    psi = sympy.Symbol("psi_3", real=True)
    assert sympy.simplify(form((3, Z3)).to_sympy() - psi * (-1 + sympy.sqrt(3) * sympy.I) / 2) == 0


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (Z7, (1, 7, 1)),
        (Z7**6 * Fraction(3, 2), (Fraction(3, 2), 7, 6)),
        (Z8**5, (1, 8, 5)),
        (root_of_unity(12, 5) * 2, (2, 12, 5)),
        (Z3**2, (1, 3, 2)),
        (-Z7, None),  # written with a minus sign
        (-Z8, (1, 8, 5)),
        (ONE, None),
        (ONE * -2, None),
        (I, None),
        (-I * 3, None),
        (ROOT2, None),
        (Z7 + 1, None),  # the square of its absolute value is irrational
        (I + 1, None),  # sqrt 2 times a root of unity
        (Z7 * ROOT2, None),
        ((I * 3 + 4), None),  # of absolute value 5, and no multiple of a root
    ],
)
def test_multiples_of_roots_of_unity(number, expected) -> None:
    assert root_power(number) == expected


@pytest.mark.parametrize(
    ("number", "latex"),
    [
        (Z7, r" \zeta_{7}"),
        (Z7**2 * Fraction(2, 3), r"\frac{2}{3} \zeta_{7}^{2}"),
        (Z8 * 5, r"5 \zeta_{8}"),
        (ROOT2, r"\sqrt{2}"),
        (ROOT2 + 1, r"\left(1 + \sqrt{2}\right)"),
        (ONE * Fraction(1, 2), r"\frac{1}{2}"),
    ],
)
def test_coefficients(number, latex) -> None:
    assert coefficient_latex(number) == latex


@pytest.mark.parametrize(
    ("pairs", "latex"),
    [
        ([(0, -1)], r"- \psi_{0}"),
        ([(0, -2), (1, 2)], r"- 2 \left(\psi_{0} - \psi_{1}\right)"),
        ([(0, 2), (1, -2)], r"2 \left(\psi_{0} - \psi_{1}\right)"),
        ([(0, 1), (1, -1)], r"\psi_{0} - \psi_{1}"),
        ([(0, -3)], r"- 3 \psi_{0}"),
        ([(0, -I * 2)], r"- 2 i \psi_{0}"),
        ([(0, I * 2)], r"2 i \psi_{0}"),
        ([(0, Z7**3)], r" \zeta_{7}^{3} \psi_{0}"),  # its real part is negative
        ([(0, -Z7)], r"-  \zeta_{7} \psi_{0}"),  # its real part is negative, too
        ([(0, -(Z7**3))], r"-  \zeta_{7}^{3} \psi_{0}"),  # its real part is positive
        ([(0, -Z8)], r" \zeta_{8}^{5} \psi_{0}"),
        ([(0, Z8), (1, -Z8)], r" \zeta_{8} \left(\psi_{0} - \psi_{1}\right)"),  # though -Z8 is a power, too
        ([(0, -Z8), (1, Z8)], r" \zeta_{8}^{5} \left(\psi_{0} - \psi_{1}\right)"),
        ([(0, ROOT2 * -1)], r"- \sqrt{2} \psi_{0}"),
        ([(0, 1), (1, I * -2)], r"\psi_{0} - 2 i \psi_{1}"),
        ([(0, 1), (1, I * 2)], r"\psi_{0} + 2 i \psi_{1}"),
        ([(0, Fraction(1, 2))], r"\frac{1}{2} \psi_{0}"),
        ([(0, I * Fraction(1, 2))], r"\frac{i}{2} \psi_{0}"),
        ([(0, I - 1)], r"- \left(1 - i\right) \psi_{0}"),
        ([(0, 1), (2, 1), (3, 1), (4, 1), (5, 1)], r"\psi_{0} + \psi_{2} + \psi_{3} + \psi_{4} + \psi_{5}"),
        ([(i, 1) for i in range(3, 8)], r"\psi_{3} + \cdots + \psi_{7}"),
        ([(i, -1) for i in range(6)], r"- \psi_{0} - \cdots - \psi_{5}"),
        ([(0, 1), *((i, -1) for i in range(1, 6))], r"\psi_{0} - \psi_{1} - \cdots - \psi_{5}"),
        ([*((i, 1) for i in range(5)), (5, -1)], r"\psi_{0} + \cdots + \psi_{4} - \psi_{5}"),
        ([(i, 2) for i in range(5)], r"2 \left(\psi_{0} + \cdots + \psi_{4}\right)"),
    ],
)
def test_signs_brackets_and_dots(pairs, latex) -> None:
    assert form(*pairs).latex() == latex


def test_names_of_different_kinds_are_no_run() -> None:
    names = [("psi", 0), ("psi", 1), ("psi", 2), ("varphi", 3), ("varphi", 4)]
    assert r"\cdots" not in LinearForm.of([(name, ONE) for name in names]).latex()


def test_brackets_hold_nine_names() -> None:
    """The tenth stands in brackets of its own, with the sign relative to its first name."""
    pieces = form(*((2 * i, 3 if i % 2 else -3) for i in range(11))).pieces()
    assert [piece.count("psi") for piece in pieces] == [9, 2]
    assert pieces[1] == r"+ 3 \left(\psi_{18} - \psi_{20}\right)"


@pytest.mark.parametrize("more", [0, 1])
def test_lines_hold_as_many_columns_as_fit(more) -> None:
    """The left side, the relation and each term with its sign are counted."""
    first = "a" * 40
    second = "+ " + "b" * (linear_forms.LINE - len(f"S = {first}") - 3 + more)
    lines = [f"S = {first}", rf"\qquad {second}"] if more else [f"S = {first} {second}"]
    assert sum_lines("S", [f"+ {first}", second]) == lines


def test_a_long_first_term_stays_beside_its_left_side_and_no_term_is_zero() -> None:
    long = "c" * 200
    assert sum_lines("S", [f"+ {long}", "- d"], r"\le") == [rf"S \le {long}", r"\qquad - d"]
    assert sum_lines("S", []) == ["S = 0"]
