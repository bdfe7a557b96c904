"""The formulas of the density law (Theorem T11), each against a value by another road."""

from fractions import Fraction as F

import mpmath
import pytest
import sympy
from flint import arb
from sympy import Rational, pi, sqrt

from orbitkernels.errors import InputError
from orbitkernels.theory import enclosed_rings
from orbitkernels.theory import ring_singularities as rings
from orbitkernels.theory.balls import working_precision
from orbitkernels.theory.names import group
from orbitkernels.theory.rational_gram import exact_gram, exact_leave_out


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("x", ["0.1", "0.37", "0.8"])
def test_sums_over_aliases_are_hurwitz_zeta_functions(p, x) -> None:
    with mpmath.workdps(40):
        at = mpmath.mpf(x)
        whole = mpmath.zeta(2 * p, at) + mpmath.zeta(2 * p, 1 - at)
        even = (mpmath.zeta(2 * p, at / 2) + mpmath.zeta(2 * p, 1 - at / 2)) / 4**p
        for function, value in ((rings.alias_sum, whole), (rings.alternating_alias_sum, 2 * even - whole)):
            found = function(p, Rational(x)).evalf(35)
            assert abs(found - value) < 1e-30 * abs(value)


def brute_force(p, ratio, met):
    """2A/J for A = 1 with J by mpmath's quadrature of the sums over aliases."""

    def integrand(x):
        whole = mpmath.zeta(2 * p, x) + mpmath.zeta(2 * p, 1 - x)
        even = (mpmath.zeta(2 * p, x / 2) + mpmath.zeta(2 * p, 1 - x / 2)) / 4**p
        other = whole if met else 2 * even - whole
        return whole / (whole**2 - ratio**2 * other**2)

    return 1 / mpmath.quad(integrand, [1e-9, 0.25, 0.5], maxdegree=4)  # x and 1 - x give one value


@pytest.mark.parametrize(
    ("p", "ratio", "met"),
    [
        (1, 0, True),
        (1, F(1, 2), True),
        (1, F(1, 2), False),
        (2, 0, False),
        (2, F(1, 3), True),
        (2, F(3, 4), False),
    ],
)
def test_constants_of_the_law_are_the_integral(p, ratio, met) -> None:
    value = brute_force(p, mpmath.mpf(ratio.numerator) / ratio.denominator, met)
    with working_precision():
        ball = enclosed_rings.enclosed_law_constant(p, 3, ratio, met)
    assert abs(float(ball.mid()) / 3 - value) < 1e-8 * value
    assert ball.rad() < 1e-30
    if p == 1 or met or ratio == 0:
        closed = rings.law_constant(p, 3, Rational(str(ratio)), met)
        assert ball.overlaps(arb(str(closed.evalf(70))) + arb(0, 1e-50))
    else:
        with pytest.raises(InputError, match="no elementary constant"):
            rings.law_constant(p, 3, Rational(str(ratio)), met)


@pytest.mark.parametrize("p", [0, 3])
def test_the_law_has_two_exponents_only(p) -> None:
    for call in (lambda: rings.law_constant(p, 1), lambda: rings.alias_sum(p, 1), lambda: rings.amplitude(p, 1)):
        with pytest.raises(InputError, match=r"'p' must be 1 \(NTK\) or 2 \(NNGP\)"):
            call()


@pytest.mark.parametrize(
    ("depth", "tangent", "value"),
    [
        (1, True, 1),
        (1, False, 1),
        (2, True, Rational(1, 6)),
        (2, False, Rational(1, 4)),
        # the second layer turns the right angle of antipodes into acos(1/pi)
        (3, True, (1 - sympy.acos(1 / pi) / pi) / 12),
        (3, False, (1 - sympy.acos(1 / pi) / pi) / 6),
    ],
)
def test_ratios_of_antipodes_by_hand(depth, tangent, value) -> None:
    assert abs((rings.antipodal_ratio(depth, tangent) - value).evalf(30)) < 1e-28


@pytest.mark.parametrize(
    ("depth", "tangent", "arguments", "value"),
    [
        (1, True, (2, 0, 1, 1), 2 / pi),
        (1, False, (2, 0, 1, 1), 2 / (3 * pi)),
        (2, True, (2, 0, 1, 1), 6 / pi),  # sigma = 2, tau = 2, 4, gamma = 1
        (2, False, (2, 0, 1, 1), 4 / (3 * pi)),
        # sw2 = 3, sb2 = 1, q = 1: sigma_0 = tau_0 = 4, gamma_0 = s sqrt(3/4)
        (1, True, (3, 1, Rational(1, 2), 1), Rational(3, 2) * 4 * sqrt(3) / 4 / pi),
        (1, False, (3, 1, Rational(1, 2), 1), Rational(3, 2) * 4 * (sqrt(3) / 4) ** 3 / (3 * pi)),
        # and sigma_1 = 7, tau_1 = 7 + 6 = 13, gamma_1 = s sqrt(9/14)
        (2, True, (3, 1, 2, 1), (Rational(9, 4) * 4 * sqrt(3) + 39 * sqrt(Rational(9, 14))) / pi),
        (2, False, (3, 1, 1, 1), (27 * sqrt(3) / 8 + Rational(21, 2) * sqrt(Rational(9, 14)) ** 3) / (3 * pi)),
    ],
)  # fmt: skip
def test_singularities_by_hand(depth, tangent, arguments, value) -> None:
    assert sympy.simplify(rings.singularity(depth, tangent, *arguments) - value) == 0


def test_variances_of_the_layers_by_hand() -> None:
    assert rings.layer_variances(2, 3, 1, 1) == [(4, 4), (7, 13), (Rational(23, 2), 31)]


@pytest.mark.parametrize(("p", "value"), [(1, 5 / pi), (2, 30 / pi)])
def test_amplitudes(p, value) -> None:
    assert rings.amplitude(p, 5) == value


MODELS = [
    (poses, p, means, ratio, interleaved)
    for poses in (2, 3, 4, 5)
    for p, ratio, interleaved in (
        (1, F(0), False), (1, F(3, 5), False), (1, F(3, 5), True), (1, F(0), True),
        (2, F(0), True), (2, F(0), False)
    )
    for means in ((F(2), F(-1, 3)),)
] + [(4, 2, (F(2), F(1, 2)), F(3, 5), False), (3, 2, (F(2), F(1, 2)), F(4, 5), True)]  # fmt: skip


@pytest.mark.parametrize(("poses", "p", "means", "ratio", "interleaved"), MODELS)
def test_the_model_has_its_error_by_brute_force(poses, p, means, ratio, interleaved) -> None:
    phi = rings.model_rings(poses, p, means, ratio, interleaved)
    error, mmd = rings.model_error(poses, p, means, ratio, interleaved)
    gram = exact_gram(group(f"C{poses}"), phi)
    assert exact_leave_out(gram, [1] * poses + [-1] * poses, [0]) == ((error,),)
    assert mmd == F(2, poses) * (sum(phi[0][0]) - sum(phi[0][1]))
    with working_precision():
        found = enclosed_rings.enclosed_ring_error(phi[0][0], phi[0][1])
        assert found.error.overlaps(enclosed_rings.ball(error))
        assert found.mmd_squared.overlaps(enclosed_rings.ball(mmd))
        assert (found.noise * 2).overlaps(enclosed_rings.ball(error * poses * mmd))


def test_a_model_without_closed_form_is_refused() -> None:
    for p, ratio in ((2, F(3, 5)), (1, F(1, 2))):
        with pytest.raises(InputError, match=r"have no rational sum; use p = 1, ratio = 3/5\."):
            rings.model_error(3, p, (F(1), F(0)), ratio)


@pytest.mark.parametrize("interleaved", [False, True])
@pytest.mark.parametrize("poses", range(2, 9))
def test_antipodes_meet_where_half_a_turn_is_a_pose(poses, interleaved) -> None:
    turns = [F(j, poses) + F(int(interleaved), 2 * poses) for j in range(poses)]
    net = enclosed_rings.ReluRings(1, True, F(1, 3), interleaved=interleaved)
    assert net.meets(poses) is (F(1, 2) in turns)


@pytest.mark.parametrize(
    ("same", "cross"),
    [
        ([-3, 1], [1, 0]),  # P < 0, P^2 > Q^2
        ([1, 0], [2, 0]),  # P > 0, P^2 < Q^2
        ([1, 0], [1, 0]),  # P > 0, P^2 = Q^2
        ([0, 0], [0, 0]),
        ([1, 2], [0, 0]),  # the second frequency only
    ],
)
def test_rings_that_are_not_positive_definite_are_refused(same, cross) -> None:
    with pytest.raises(InputError, match="cannot be shown to be positive definite"):
        enclosed_rings.enclosed_ring_error(same, cross)
