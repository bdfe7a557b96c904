"""Kinks of formulas, against the second differences of the formula on a fine grid."""

import numpy as np
import pytest
import sympy
from flint import fmpq
from sympy import Abs, Max, Min, Piecewise, Rational, exp, log, sin, sqrt

from orbitkernels.theory.activation_kinks import kinks
from orbitkernels.theory.activation_pieces import in_absolute_values
from orbitkernels.theory.gaussian_expectations import z
from orbitkernels.theory.gaussian_quadrature import estimated_expectation

KNOWN = [
    (Max(-1, Min(1, z)), (-1, 1)),
    (Min(Max(z, 0), 6), (0, 6)),
    (Max(0, Min(1, z / 6 + Rational(1, 2))), (-3, 3)),
    (z * Max(0, Min(6, z + 3)) / 6, (-3, 3)),
    (Piecewise((z, z > 0), (exp(z) - 1, True)), (0,)),
    (Piecewise((0, z < -3), (z, z > 3), (z * (z + 3) / 6, True)), (-3, 3)),
    (Abs(sqrt(2) * z - 1), (sqrt(2) / 2,)),
    (Abs(exp(z) - 2), (log(2),)),
    (Max(z, 1 - z, z**2 - 1), (-2, Rational(1, 2), Rational(1, 2) + sqrt(5) / 2)),
    (Abs(Abs(Abs(z) - 2) - 1), (-3, -2, -1, 0, 1, 2, 3)),
    (sin(z), ()),
]


@pytest.mark.parametrize(("expression", "known"), KNOWN, ids=[str(part) for part, _ in KNOWN])
def test_kinks_are_found_exactly(expression, known):
    assert kinks(in_absolute_values(expression)) == known


@pytest.mark.parametrize("expression", [part for part, _ in KNOWN], ids=str)
def test_the_slope_jumps_nowhere_else(expression):
    """The slope changes between neighbours of a grid by more than its curvature makes it at kinks only."""
    grid = np.arange(-6.0, 3.5, 2.0**-8) + 2.0**-10
    values = sympy.lambdify(z, expression, "numpy")(grid)
    second = np.abs(np.diff(values, 2)) * 2.0**8
    for jump in np.flatnonzero(second > 0.2):
        assert min(abs(float(kink) - grid[jump + 1]) for kink in kinks(in_absolute_values(expression))) < 2.0**-7


def test_to_any_precision_panels_are_cut_at_nested_kinks():
    """E[f(z)^2] of hard tanh is erf(1/sqrt(2)) - 2 phi(1) + 2 Phi(-1)."""
    hard_tanh = in_absolute_values(Max(-1, Min(1, z)))
    found = estimated_expectation(hard_tanh, hard_tanh, (fmpq(1), fmpq(1), fmpq(1)), digits=20)
    known = 1 - sqrt(2 / sympy.pi) * exp(-Rational(1, 2))
    assert abs(float(found.value) - float(known)) < 1e-15
    assert found.error < 1e-19
