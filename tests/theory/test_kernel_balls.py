"""Kernels in balls at inputs of known inner products: the cosine is exact where they are parallel or zero."""

from fractions import Fraction as F

import pytest
import sympy
from flint import arb

from orbitkernels.errors import InputError
from orbitkernels.theory.ball_kernels import KernelBalls
from orbitkernels.theory.balls import working_precision
from orbitkernels.theory.formula import u
from orbitkernels.theory.kernels import q_x, q_y


@pytest.mark.parametrize(
    ("first", "second", "product", "cosine"),
    [
        (2, 2, 2, 1),
        (F(1, 3), F(1, 3), F(-1, 3), -1),
        (0, 0, 0, 0),
        (0, 3, 0, 0),
        (3, 0, 0, 0),
        (4, 4, 0, 0),
        (1, 4, 1, F(1, 2)),
        (4, 9, -3, F(-1, 2)),
        (1, 4, 2, 1),  # parallel, of different norms
    ],
)
def test_the_cosine_and_the_norms(first, second, product, cosine) -> None:
    with working_precision():
        found = KernelBalls(u, "the cosine")(first, second, product)
        assert found.overlaps(arb(F(cosine).numerator) / F(cosine).denominator)
        assert found.rad() < 1e-50
        assert (found.rad() == 0) or not first == second == abs(product)
        norms = KernelBalls(q_x + 10 * q_y, "the norms")(first, second, product)
        assert norms.overlaps(arb(F(first + 10 * second).numerator) / F(first + 10 * second).denominator)


def test_a_value_that_cannot_be_enclosed_is_refused_with_its_cosine() -> None:
    for expression, arguments, cosine in ((1 / u, (1, 4, 0), "0"), (sympy.log(u), (1, 4, -1), "-0.5")):
        with working_precision(), pytest.raises(InputError, match=f"f at the cosine {cosine} cannot .* 200 bits"):
            KernelBalls(expression, "f")(*arguments)
