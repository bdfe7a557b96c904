"""Where a formula lacks a real finite value: the leftmost place is named, and what cannot be shown is refused."""

import pytest
import sympy
from flint import arb

from orbitkernels.errors import InputError
from orbitkernels.theory import formula_domain
from orbitkernels.theory.ball_expressions import enclose
from orbitkernels.theory.formula import u
from orbitkernels.theory.formula_domain import require_value

THIRD = sympy.Rational(1, 3)


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        (1 / u, "0"),
        (1 / (u - THIRD), "0.333333"),
        (1 / (u + sympy.Rational(1, 2)) / (u - sympy.Rational(1, 2)), "-0.5"),
        (1 / (u - 1), "1"),
        (1 / (u + 1) / (u - 1), "-1"),
        (sympy.sqrt(u), "-1"),
        (sympy.sqrt(THIRD - u), "0.333333"),
        (sympy.log(u + sympy.Rational(3, 4)), "-1"),
        (sympy.acos(2 * u), "-1"),
        (sympy.tan(2 * u), "-0.785398"),
        (1 / (u**2 - sympy.Rational(1, 10**8)), "-0.0001"),
    ],
)
def test_the_leftmost_place_without_a_value_is_named(expression, place) -> None:
    with pytest.raises(InputError, match=rf"value at u = {place}; it needs one on \[-1, 1\]"):
        require_value(expression, u, "f")


@pytest.mark.parametrize(
    "expression",
    [
        u,
        sympy.sqrt(1 - u**2),
        sympy.acos(u),
        sympy.sqrt(1 + u) * sympy.sqrt(1 - u),
        1 / (u - sympy.Rational(1001, 1000)),
        1 / (u**2 + sympy.Rational(1, 10**6)),
        sympy.log(u + sympy.Rational(11, 10)),
        sympy.tan(3 * u / 2),
    ],
)
def test_a_formula_with_values_everywhere_is_let_through(expression) -> None:
    require_value(expression, u, "f")


@pytest.mark.parametrize(("parts", "place"), [(1, "0"), (2, "-0.5"), (3, "-0.25")])
def test_parts_are_counted_and_the_last_one_is_named(parts, place, monkeypatch) -> None:
    """It has values, but more parts are needed to show it: [-1, 1], [-1, 0], [-1, -1/2], [-1/2, 0], ..."""
    narrow = 1 / (u**2 + sympy.Rational(1, 100) + u / 10)
    require_value(narrow, u, "f")
    monkeypatch.setattr(formula_domain, "MAX_PARTS", parts)
    with pytest.raises(InputError, match=f"at u = {place};"):
        require_value(narrow, u, "f")


@pytest.mark.parametrize(("length", "shown"), [(80, "f" * 80), (81, "f" * 77 + "...")])
def test_long_formulas_are_cut_in_the_message(length, shown) -> None:
    with pytest.raises(InputError, match=f"Formula '{shown}' lacks"):
        require_value(1 / u, u, "f" * length)


def test_powers_of_a_ball_that_holds_both_signs():
    for exponent, low, high in ((2, 0, 9), (3, -27, 27), (4, 0, 81)):
        found = enclose(u**exponent, {u: arb(0, 3)})
        assert float(found.lower()) == pytest.approx(low, abs=1e-6)
        assert float(found.upper()) == pytest.approx(high, rel=1e-6)
        assert found.contains(low)
        assert found.contains(high)
    assert not enclose(u**-2, {u: arb(0, 3)}).is_finite()
