"""What the derivation of T11 checks: values known otherwise, and a planted mistake for each condition."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from orbitkernels.numerics import ring_law
from orbitkernels.proofs import ring_law_checks as checks
from orbitkernels.proofs.kernels import kernel
from orbitkernels.proofs.t11_density_law import NetCase
from orbitkernels.theory import ring_singularities

HALF_WAY = {"interleaved": True, "ratio": Fraction(3, 5)}
MET = {"interleaved": True, "odd": True, "ratio": Fraction(3, 5)}


@pytest.mark.parametrize(
    ("p", "ratio", "met", "value"),
    [
        (1, Fraction(0), True, 2),
        (1, Fraction(0), False, 2),
        (1, Fraction(3, 5), True, 2 * mpmath.mpf(16) / 25),
        (1, Fraction(3, 5), False, 1 + mpmath.mpf(4) / 5),
        (1, Fraction(1, 2), False, 1 + mpmath.sqrt(3) / 2),
        (2, Fraction(0), True, mpmath.mpf(4) / 11 * (4 + 3 * mpmath.sqrt(3))),
        (2, Fraction(1, 3), True, mpmath.mpf(32) / 99 * (4 + 3 * mpmath.sqrt(3))),
    ],
)
def test_limits_are_bracketed(p, ratio, met, value) -> None:
    low, high = checks._limit(p, ratio, met)
    assert 0 <= high - low < Fraction(4, 10**40)
    with mpmath.workdps(15):
        assert mpmath.almosteq(mpmath.mpf(low.numerator) / low.denominator, value, 1e-14)
    if p == 2:  # 3 sqrt 3 lies between the brackets
        roots = [bound * Fraction(11, 4) / (1 - ratio**2) - 4 for bound in (low, high)]
        assert roots[0] ** 2 < 27 < roots[1] ** 2
    elif not met:
        assert (low - 1) ** 2 <= 1 - ratio**2 < (high - 1) ** 2


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("p", "kind", "limit"), [(1, {}, 2), (1, HALF_WAY, Fraction(9, 5)), (1, MET, Fraction(32, 25)), (2, {}, None)]
)
def test_the_law_allows_a_distance_of_ten_over_the_square_of_the_poses(p, kind, limit, sign, monkeypatch) -> None:
    """The limit is approached from both sides, by distances just within and just beyond the bound."""
    if limit is None:
        limit = checks._limit(2, Fraction(0), met=True)[0]
    tried = []

    def planted(distance):
        def model_error(N, p, means, ratio, interleaved):
            tried.append(N)
            return (limit + sign * distance / N**2) / N ** (2 * p) / 7, 7

        return model_error

    slack = Fraction(1, 10**30)
    within = Fraction(10) if p == 1 and not kind else 10 - slack
    for distance, holds in ((within, True), (10 + slack, False), (Fraction(0), True)):
        monkeypatch.setattr(checks, "model_error", planted(distance))
        assert checks.law_holds(p, **kind) is holds
    assert sorted(set(tried)) == [N + kind.get("odd", 0) for N in (8, 16, 32, 128)]


@pytest.mark.parametrize("tangent", [True, False])
@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("singularity", checks.singularities_solve_the_recursion),
        ("antipodal_ratio", checks.ratios_solve_the_recursion),
    ],
)
def test_a_wrong_constant_of_either_kernel_is_found(name, check, tangent, monkeypatch) -> None:
    right = getattr(ring_singularities, name)
    assert check(2)
    monkeypatch.setattr(ring_singularities, name, lambda L, ntk, *a: right(L, ntk, *a) * (1 + (ntk == tangent)))
    assert not check(2)


@pytest.mark.parametrize(
    ("coefficients", "expected"),
    [
        ((5,), [5]),
        ((0, 1), [Fraction(1, 3), Fraction(1, 4)]),
        ((2, -3, 0), [1, Fraction(-3, 4), 0]),
        ((0, 0, 1), [Fraction(1, 9) + Fraction(1, 8), Fraction(1, 6), Fraction(1, 16)]),
        (
            (0, 0, 0, 1),  # 3/4 of cos^3 is cos, 1/4 its third multiple
            [
                Fraction(1, 27) + Fraction(1, 8),
                (Fraction(1, 3) / 2 + Fraction(3, 4) / 8) / 2,
                Fraction(1, 16),
                Fraction(1, 64),
            ],
        ),
    ],
)
def test_coefficients_of_powers_of_a_shifted_cosine(coefficients, expected) -> None:
    """Of sum_n c_n (1/3 + cos(alpha)/2)^n."""
    assert checks._fourier(coefficients, Fraction(1, 3), Fraction(1, 2)) == expected


def test_coefficients_on_two_rings() -> None:
    """Of 2 + 3u + u^2 at u = cos(alpha) s^2 +- h^2, h = 1/2 and s^2 = 3/4."""
    quarter = Fraction(1, 4)
    a, b = checks.ring_coefficients((2, 3, 1), Fraction(1, 2))
    square, wave = Fraction(9, 32), Fraction(9, 64)  # of (3/4)^2 cos^2
    assert a == [2 + 3 * quarter + quarter**2 + square, Fraction(9, 8) + quarter * Fraction(3, 4), wave]
    assert b == [2 - 3 * quarter + quarter**2 + square, Fraction(9, 8) - quarter * Fraction(3, 4), wave]


@pytest.mark.parametrize(
    ("coefficients", "holds"),
    [
        ((1, 1), True),  # equal at the degree, which does not count
        ((0, 1), False),  # a_0 = -b_0
        ((1, 0, 1), False),  # a_0 = b_0
        ((1, 1, -1), False),  # at k = 1 only
        ((1, -1, 3), False),  # at k = 0 only
        ((1, 1, 1), True),
    ],
)
def test_positive_coefficients_of_every_power_are_needed(coefficients, holds) -> None:
    assert checks.coefficients_dominate(coefficients, Fraction(3, 10)) is holds


@pytest.mark.parametrize(("N", "interleaved"), [(2, True), (4, False), (4, True)])
def test_samples_at_other_angles_are_other_sums_of_aliases(N, interleaved, monkeypatch) -> None:
    assert checks.aliases(N, interleaved)
    right = checks.root_of_unity
    monkeypatch.setattr(checks, "root_of_unity", lambda n, k=1: right(n, k + (k == 4)))
    assert not checks.aliases(N, interleaved)


@pytest.mark.parametrize("tangent", [True, False])
@pytest.mark.parametrize(("poses", "interleaved"), [(4, False), (5, True), (6, True)])
@pytest.mark.parametrize(("depth", "bias"), [(1, Fraction(1, 2)), (2, Fraction(0)), (3, Fraction(1, 3))])
def test_the_kernel_in_the_cosine_is_that_of_the_points(depth, bias, poses, interleaved, tangent) -> None:
    """Also where antipodes without biases are met."""
    case = NetCase(depth, tangent, Fraction(3, 2), bias, Fraction(3, 5), interleaved)
    near, far = checks.in_the_cosine(case, poses)
    name = "ntk" if tangent else "nngp"
    spec = f"{name}(depth={depth}, weight_variance=3/2, bias_variance={bias})"
    row = kernel(spec).gram(ring_law.ring_points(poses, 0.6, interleaved))[0]
    np.testing.assert_allclose([float(value) for value in [*near, *far]], row[1:], rtol=1e-12)
