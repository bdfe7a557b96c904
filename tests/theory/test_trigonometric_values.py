"""Formulas of sines and rational numbers, exactly and in balls, against SymPy's own values; what is refused."""

from fractions import Fraction as F

import pytest
import sympy
from flint import arb
from sympy import Eq, Mod, Piecewise, cos, cot, csc, pi, sec, sin, sqrt, tan

from orbitkernels.errors import InputError
from orbitkernels.theory.balls import working_precision
from orbitkernels.theory.circle_exact import exact_cosine, exact_sine
from orbitkernels.theory.cyclotomics import ONE, root_of_unity
from orbitkernels.theory.trigonometric_values import OverPi, enclose, exact_value

N, k = sympy.symbols("N k")

FORMULAS = {
    "sine": sin(pi * k / N),
    "cosine": cos(2 * pi * k / N),
    "tangent": tan(pi * k / N),
    "cotangent": cot(pi * k / (2 * N)) / pi,
    "secant": sec(pi * k / N) ** 2,
    "cosecant": 3 * csc(pi * k / N) ** -2,
    "powers": (N - k) ** 3 / (2 * N) ** 2 + (sin(pi / N) + 1) ** -2,
    "over pi": sympy.Rational(3, 4) + k / pi - 5 * cos(pi / N) / pi,
    "cases": Piecewise((N, Eq(Mod(k, N), 0)), (k, Eq(Mod(k, 2), 1)), (-k, True)),
}


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("point", [(3, 1), (4, 1), (5, 2), (6, 1), (7, 3), (9, 4)])
def test_values_are_those_of_sympy(name, point) -> None:
    formula = FORMULAS[name]
    numbers = dict(zip((N, k), point, strict=True))
    with working_precision():
        value = arb(str(formula.subs(numbers).evalf(50)))
        ball = enclose(formula, numbers)
        assert abs(ball - value) < 1e-45
        assert ball.rad() < 1e-50
    exact = exact_value(formula, numbers)
    number = complex(exact.constant) + complex(exact.over_pi) / float(pi)
    assert abs(number - float(value.mid())) < 1e-12


@pytest.mark.parametrize("numerator", range(-3, 9))
@pytest.mark.parametrize("denominator", [1, 2, 3, 4, 5, 6])
def test_exact_sines_and_cosines_are_sums_of_roots_of_unity(numerator, denominator) -> None:
    turns = F(numerator, denominator)
    root = root_of_unity(2 * denominator, numerator)
    i = root_of_unity(4)
    assert exact_cosine(turns) + exact_sine(turns) * i == root
    angle = pi * sympy.Rational(numerator, denominator) * k
    assert exact_value(sympy.cos(angle, evaluate=False), {k: 1}) == OverPi(exact_cosine(turns))
    assert exact_value(sympy.sin(angle, evaluate=False), {k: 1}) == OverPi(exact_sine(turns))


def test_arithmetic_with_one_over_pi_by_hand() -> None:
    """(2 + 3/pi) 5 = 10 + 15/pi, and so from the other side; 1/pi^2 is not kept."""
    mixed, five, over_pi = OverPi(ONE * 2, ONE * 3), OverPi.of(5), OverPi(ONE * 0, ONE)
    assert mixed * five == five * mixed == OverPi(ONE * 10, ONE * 15)
    assert mixed + mixed == OverPi(ONE * 4, ONE * 6)
    assert OverPi.of(4).inverse() == OverPi.of(F(1, 4))
    assert [str(x) for x in (five, mixed)] == ["5", "2 + (3)/pi"]
    for call, message in (
        (lambda: mixed * over_pi, r"product with 1/pi\^2"),
        (mixed.inverse, "quotient by a number with 1/pi"),
    ):
        with pytest.raises(InputError, match=message):
            call()


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (Piecewise((1, N > 2), (0, True)), "The condition N > 2 is not known"),
        (Piecewise((1, Eq(N, 3)), (0, True)), "is not known"),
        (Piecewise((1, Mod(N, 2) > 0), (0, True)), "is not known"),
        (sin(N), "no rational multiple of pi"),
        (sin(pi**2 * N), "no rational multiple of pi"),
        (sin(pi * sqrt(N)), "is no rational expression"),
        (sympy.exp(N * pi), "not known|no part"),
        (N ** sympy.Rational(1, 2), "which is no integer"),
        (sympy.Symbol("x") + 1, "The symbol x of the formula has no value"),
        (sympy.zoo * N, "has no part"),
    ],
)
def test_what_is_no_formula_of_sines_is_refused(formula, message) -> None:
    for evaluate in (exact_value, enclose):
        with pytest.raises(InputError, match=message):
            evaluate(formula, {N: 3})
