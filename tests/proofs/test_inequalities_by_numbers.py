"""Inequalities tried in digits: how near the sides may come, and differences that have to be carried out."""

from fractions import Fraction

import pytest
import sympy

from orbitkernels.proofs.evaluation import DerivationError
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.inequality import Bounded

x = sympy.Symbol("x", positive=True)
ONE = sympy.Integer(1)


@pytest.mark.parametrize("scale", [1, -1, 1000])
@pytest.mark.parametrize(
    ("above", "passes"), [("3e-49", True), ("-3e-49", True), ("3e-48", False), ("1e-40", False)]
)
def test_the_smaller_side_may_be_above_by_two_digits_of_rounding(scale, above, passes) -> None:
    smaller = scale * ONE + abs(scale) * sympy.Rational(Fraction(above))
    claim = Bounded([(smaller, scale * ONE)], identity="up to rounding")
    if passes:
        assert claim.run().cases == 1
    else:
        with pytest.raises(DerivationError, match="fails"):
            claim.run()


@pytest.mark.parametrize(("gap", "passes"), [("3e-49", False), ("0", False), ("3e-48", True)])
def test_a_strict_inequality_needs_a_difference_beyond_rounding(gap, passes) -> None:
    smaller = sympy.sqrt(2) ** 2 - sympy.Rational(Fraction(gap))
    claim = Bounded([(smaller, sympy.Add(1, 1, evaluate=False))], identity="up to rounding", strict=True)
    if passes:
        assert claim.run().cases == 1
    else:
        with pytest.raises(DerivationError):
            claim.run()


def test_equal_sides_in_two_forms_are_no_strict_inequality() -> None:
    pairs = [((x + 1) ** 2, x**2 + 2 * x + 1)]
    assert Bounded(pairs).run().level is Level.SYMBOLIC
    with pytest.raises(DerivationError, match="fails"):
        Bounded(pairs, strict=True).run()


def test_a_difference_is_carried_out_and_factored() -> None:
    t = sympy.Symbol("t", real=True)
    integral = sympy.Integral(t**2, (t, 0, 1))
    assert Bounded([(integral, sympy.Rational(1, 2))], strict=True).run().level is Level.SYMBOLIC
    assert Bounded([(2 * t, t**2 + 1)]).run().level is Level.SYMBOLIC


def test_a_sum_of_squares_may_vanish_and_is_not_strict() -> None:
    t = sympy.Symbol("t", real=True)
    with pytest.raises(DerivationError, match="name the inequality"):
        Bounded([(2 * t, t**2 + 1)], strict=True).run()
    named = Bounded([(2 * t, t**2 + 1), (0, x)], identity="squares", strict=True).run()
    assert (named.level, named.cases) == (Level.NUMERIC, 2)
