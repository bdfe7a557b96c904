"""A2 by hand: traces of single elements, scalars, bounds that are attained, shares within bounds and beyond."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from orbitkernels.proofs import invariant_checks as checks
from orbitkernels.theory.balls import ball, working_precision
from orbitkernels.theory.invariant_polynomials import SignedPermutations
from orbitkernels.theory.permutation_actions import PermutationAction

F = Fraction
HALF, THIRD, QUARTER = F(1, 2), F(1, 3), F(1, 4)


def element_of_order(rho, order):
    return next(g for g in range(rho.group.order) if rho.group.element_orders[g] == order)


def test_traces_on_harmonics_are_coefficients_of_the_generating_function() -> None:
    """In space: 2 k + 1 for the identity, 1 for a swap of axes, 1, 0, -1 in turn for a third of a turn."""
    rho = checks.representation("S3", False)
    assert checks.integer_traces(rho, 0, 5) == [1, 3, 5, 7, 9, 11]
    assert checks.integer_traces(rho, element_of_order(rho, 2), 5) == [1] * 6
    assert checks.integer_traces(rho, element_of_order(rho, 3), 6) == [1, 0, -1, 1, 0, -1, 1]


def test_a_signed_turn_of_the_plane_has_its_traces() -> None:
    """A quarter turn, 2 cos(k pi/2) in degree k > 0."""
    rho = quarter_turns()
    turn = rho.group.generators[0]
    assert checks.integer_traces(rho, turn, 8) == [1, 0, -2, 0, 2, 0, -2, 0, 2]
    assert checks.integer_traces(rho, rho.group.power(turn, 2), 3) == [1, -2, 2, -2]


def quarter_turns():
    C4 = checks.named_group("C4")
    permutations, signs = np.zeros((2, 4, 2), dtype=np.int64)
    for j, (permutation, sign) in enumerate(
        [((0, 1), (1, 1)), ((1, 0), (1, -1)), ((0, 1), (-1, -1)), ((1, 0), (-1, 1))]
    ):
        permutations[C4.power(C4.generators[0], j)], signs[C4.power(C4.generators[0], j)] = permutation, sign
    return SignedPermutations(C4, permutations, signs)


@pytest.mark.parametrize(
    ("rho", "expected"),
    [
        (checks.representation("S3", False), (1, 0)),
        (checks.representation("Q8", True), (1, 1)),
        (quarter_turns(), (1, 1)),
        (SignedPermutations.of_action(PermutationAction.from_permutations(checks.named_group("C2"), [[0, 1]] * 2)),
         (2, 0)),
    ],
)  # fmt: skip
def test_how_many_elements_are_scalars(rho, expected) -> None:
    assert checks.scalars(rho) == expected


@pytest.mark.parametrize(("name", "signed"), [("S3", False), ("S4", False), ("C2wrS3", True)])
def test_some_traces_attain_their_bound(name, signed, monkeypatch) -> None:
    """So the bound fails if it is any smaller."""
    rho = checks.representation(name, signed)
    assert checks.traces_are_bounded(rho)
    original = checks.squared_bound
    monkeypatch.setattr(checks, "squared_bound", lambda bound: original(bound) * F(999, 1000))
    assert not checks.traces_are_bounded(rho)


# identity, minus the identity, a swap (c = 1) and a third of a turn (c = 1/sin(pi/3)) in four dimensions
ONE, MINUS = [F(0)] * 4, [HALF] * 4
SWAP, TURN = [F(0), F(0), F(0), HALF], [F(0), F(0), THIRD, 1 - THIRD]


@pytest.mark.parametrize(
    ("k", "share", "sizes", "angles", "expected"),
    [
        # the trivial group: the whole space, and no slack
        (1, 1, [1], [ONE], True),
        (1, 1 + F(1, 10**9), [1], [ONE], False),
        (1, 1 - F(1, 10**9), [1], [ONE], False),
        # I and -I: all of even degree, nothing of odd degree
        (2, 1, [1, 1], [ONE, MINUS], True),
        (3, 0, [1, 1], [ONE, MINUS], True),
        (3, F(1, 10**9), [1, 1], [ONE, MINUS], False),
        (2, 1 - F(1, 10**9), [1, 1], [ONE, MINUS], False),
        # I and three swaps: |gamma - 1/4| <= (2/(2 k + 2)) (3/4), in degree 2 exactly 1/4
        (2, F(1, 2), [1, 3], [ONE, SWAP], True),
        (2, F(0), [1, 3], [ONE, SWAP], True),
        (2, F(1, 2) + F(1, 10**9), [1, 3], [ONE, SWAP], False),
        (3, F(1, 4) + F(3, 16), [1, 3], [ONE, SWAP], True),
        (3, F(1, 4) + F(3, 16) + F(1, 10**9), [1, 3], [ONE, SWAP], False),
        # I and two turns: |gamma - 1/3| <= (2/(2 k + 2)) (2/3) (2/sqrt(3)), in degree 1 0.3849
        (1, F(1, 3) + F(38, 100), [1, 2], [ONE, TURN], True),
        (1, F(1, 3) - F(38, 100), [1, 2], [ONE, TURN], True),
        (1, F(1, 3) + F(39, 100), [1, 2], [ONE, TURN], False),
        # the same with three swaps: the bound is (3 + 4/sqrt(3))/6/2 = 0.4425 around 1/6
        (1, F(1, 6) + F(44, 100), [1, 2, 3], [ONE, TURN, SWAP], True),
        (1, F(1, 6) + F(45, 100), [1, 2, 3], [ONE, TURN, SWAP], False),
        # two classes with constants that are not 1: (2 + 5) 2/sqrt(3)/8/2 = 0.5052 around 1/8
        (1, F(1, 8) + F(50, 100), [1, 2, 5], [ONE, TURN, TURN], True),
        (1, F(1, 8) + F(51, 100), [1, 2, 5], [ONE, TURN, TURN], False),
    ],
)
def test_shares_are_within_the_bound_and_not_beyond(k, share, sizes, angles, expected) -> None:
    dimension = comb(k + 3, 3) - comb(k + 1, 3)  # of the harmonics on the sphere in four dimensions
    with working_precision():
        assert checks.share_is_within_bound(4, k, share * dimension, sizes, angles) is expected


@pytest.mark.parametrize(
    ("angles", "traces", "expected"),
    [
        (ONE, [100], True),  # nothing is claimed of the identity
        (SWAP, [1, 2, 3, 4], True),  # C(k + 1, 1)
        (SWAP, [1, 2, 3 + F(1, 10**9), 4], False),
        (SWAP, [1, -2 - F(1, 10**9), 3, 4], False),
        (TURN, [F(115, 100), F(230, 100)], True),  # 2/sqrt(3) = 1.1547
        (TURN, [F(116, 100), F(230, 100)], False),
        (TURN, [F(115, 100), F(232, 100)], False),
    ],
)
def test_traces_are_within_the_bound_and_not_beyond(angles, traces, expected) -> None:
    with working_precision():
        assert checks.trace_is_bounded(angles, [ball(t) for t in traces]) is expected


def test_complete_symmetric_polynomials() -> None:
    assert [checks.complete_symmetric((2, 3), k) for k in range(4)] == [1, 5, 19, 65]
    assert checks.complete_symmetric((1, 1, 1), 4) == comb(6, 2)


@pytest.mark.parametrize("j", [0, 1, 2, 5])
def test_binomial_polynomials(j) -> None:
    assert [checks.binomial_polynomial(k, j) for k in range(6)] == [comb(k + j, j) for k in range(6)]


def test_ratios_of_binomial_coefficients_by_numbers() -> None:
    import sympy

    k = sympy.Symbol("k")
    pairs = checks.binomial_ratios(k)
    assert len(pairs) == 10
    for value in (1, 2, 7):
        numbers = [[side.subs(k, value) for side in pair] for pair in pairs]
        assert [pair[0] for pair in numbers] == [
            comb(value + d - 2 - i, d - 2) for d in range(4, 9) for i in (0, 1)
        ]
        assert all(one == other for one, other in numbers)
    assert all(one != other for one, other in pairs)  # in another form, so that SymPy has something to decide
