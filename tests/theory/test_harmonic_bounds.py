"""Bounds of traces on harmonics (Theorem A2): which constant bounds which element, and its value by hand."""

from fractions import Fraction as F

import pytest
from flint import acb, arb, fmpq

from orbitkernels.theory.balls import working_precision
from orbitkernels.theory.invariant_bounds import bound_ball, squared_bound, trace_bound, trace_series

HALF = F(1, 2)


@pytest.mark.parametrize(
    ("angles", "expected"),
    [
        ([F(0)] * 3, None),
        ([HALF] * 3, None),
        ([F(0), HALF, HALF], ("one", F(0))),
        ([F(0), HALF, F(1, 3), F(2, 3)], ("one", F(0))),
        ([F(0), F(1, 3), F(2, 3)], ("sine", F(1, 3))),
        ([F(0), F(1, 5), F(2, 5), F(3, 5), F(4, 5)], ("sine", F(2, 5))),  # sin(pi a) is largest near 1/2
        ([F(0), F(1, 7), F(5, 7)], ("sine", F(5, 7))),
        ([HALF, F(1, 6), F(5, 6)], ("cosine", F(1, 6))),
        ([HALF, F(1, 5), F(9, 10)], ("cosine", F(9, 10))),  # |cos(pi a)| is largest near 0 and 1
        ([HALF, F(2, 5), F(1, 5)], ("cosine", F(1, 5))),
        ([F(1, 5), F(1, 3), F(1, 8)], ("pair", F(1, 5))),  # |sin(2 pi a)| is largest near 1/4 and 3/4
        ([F(1, 3), F(2, 3), F(3, 4)], ("pair", F(3, 4))),
        ([F(4, 5), F(1, 5), F(1, 9)], ("pair", F(1, 5))),
        ([F(7, 10), F(1, 3), F(1, 9)], ("pair", F(7, 10))),
    ],
)
def test_the_bound_is_that_of_the_least_constant(angles, expected) -> None:
    assert trace_bound(angles) == expected


@pytest.mark.parametrize(
    ("kind", "angle", "square"),
    [
        ("one", F(0), F(1)),
        ("sine", HALF, F(1)),
        ("sine", F(1, 3), F(4, 3)),
        ("sine", F(1, 4), F(2)),
        ("sine", F(5, 6), F(4)),
        ("cosine", F(0), F(1)),
        ("cosine", F(2, 3), F(4)),
        ("cosine", F(3, 4), F(2)),
        ("cosine", F(1, 6), F(4, 3)),
        ("pair", F(1, 4), F(4)),
        ("pair", F(1, 3), F(16, 3)),
        ("pair", F(5, 6), F(16, 3)),
    ],
)
def test_constants_by_hand(kind, angle, square) -> None:
    assert squared_bound((kind, angle)) == square
    with working_precision():
        found = bound_ball((kind, angle))
        assert (found * found).overlaps(arb(fmpq(square.numerator, square.denominator)))
        assert found > 0


def test_an_irrational_square_is_refused() -> None:
    with pytest.raises(KeyError):
        squared_bound(("sine", F(1, 5)))


@pytest.mark.parametrize(
    ("angles", "traces"),
    [
        ([F(0)] * 3, [1, 3, 5, 7, 9]),  # dimensions of the spherical harmonics
        ([HALF] * 3, [1, -3, 5, -7, 9]),
        ([F(0), F(1, 4), F(3, 4)], [1, 1, -1, -1, 1]),  # sum of i^m over |m| <= k
        ([F(0), F(1, 3), F(2, 3)], [1, 0, -1, 1, 0]),
        ([F(0), F(0)], [1, 2, 2, 2, 2]),
    ],
)
def test_traces_of_rotations_on_harmonics(angles, traces) -> None:
    with working_precision():
        found = trace_series(angles, 4)
        assert len(found) == 5
        assert all(one.overlaps(acb(other)) for one, other in zip(found, traces, strict=True))
