"""Theorem T11: what is compared, and that planted mistakes are found."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
from flint import arb

from orbitkernels.errors import InputError, SingularGramError
from orbitkernels.numerics import ring_law
from orbitkernels.proofs import ring_law_checks, t11_density_law
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.t11_density_law import THEOREM, ModelCase, NetCase, SlopeCase
from orbitkernels.theory import enclosed_rings, ring_singularities


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def nets(**changes):
    """A quick case of each kind of net: with biases, and without, where antipodes count."""
    return [
        case for case in THEOREM.enclosed.cases(False) if all(getattr(case, k) == v for k, v in changes.items())
    ]


def test_the_derivation_comes_to_the_whole_statement() -> None:
    derivation = THEOREM.derivation()
    assert derivation.unshown == ()
    assert len(derivation.steps) >= 20
    levels = [step.evidence.level for step in derivation.steps]
    assert levels.count(Level.SYMBOLIC) >= 15
    assert levels.count(Level.NUMERIC) == 1


def test_the_cases_are_of_every_kind() -> None:
    cases = THEOREM.enclosed.cases(False)
    assert {case.bias == 0 for case in cases} == {case.tangent for case in cases} == {True, False}
    assert {case.interleaved for case in cases} == {case.poses % 2 for case in cases} == {0, 1}
    assert {case.depth for case in cases} == {1, 2, 3, 4}
    for procedure, least in ((THEOREM.exact, 60), (THEOREM.enclosed, 12), (THEOREM.numeric, 50)):
        assert len({str(case) for case in procedure.cases(False)}) == len(procedure.cases(False)) >= least
    slopes = [case for case in THEOREM.numeric.cases(False) if isinstance(case, SlopeCase)]
    assert {"ntk(depth=1)", "nngp(depth=1)", "gaussian(length_scale=0.4)"} <= {case.kernel for case in slopes}


def test_a_wrong_closed_form_is_found_exactly(monkeypatch) -> None:
    cases = [ModelCase(5, 1, Fraction(0), False), ModelCase(6, 2, Fraction(1, 3), False)]
    assert all(THEOREM.exact.compare(case, rng()).holds for case in cases)
    original = ring_singularities._met_sum
    monkeypatch.setattr(ring_singularities, "_met_sum", lambda N, p: original(N, p) + Fraction(1, 10**9))
    assert not any(THEOREM.exact.compare(case, rng()).holds for case in cases)


def test_antipodes_that_are_forgotten_are_found_exactly(monkeypatch) -> None:
    case = ModelCase(7, 1, Fraction(3, 5), False)  # half way between poses
    assert THEOREM.exact.compare(case, rng()).holds
    monkeypatch.setattr(ring_singularities, "_half_way_sum", lambda N, p, ratio: Fraction(N**2) / (1 - ratio**2))
    assert not THEOREM.exact.compare(case, rng()).holds


@pytest.mark.parametrize(
    ("name", "change", "kind"),
    [
        ("singularity", lambda c: c * (1 + Fraction(1, 50)), {}),
        ("antipodal_ratio", lambda c: 0 * c, {"bias": Fraction(0)}),
        ("antipodal_ratio", lambda c: c / 2, {"bias": Fraction(0), "tangent": False}),
        ("law_constant", lambda c: c * (1 + Fraction(1, 10**30)), {"bias": Fraction(1)}),
    ],
)
def test_a_wrong_constant_is_refuted_by_balls(name, change, kind, monkeypatch) -> None:
    original = getattr(ring_singularities, name)
    t11_density_law._exact_law.cache_clear()
    monkeypatch.setattr(ring_singularities, name, lambda *a: sympy.sympify(change(original(*a))))
    cases = nets(**kind)[:2]
    assert len(cases) == 2
    try:
        assert not any(THEOREM.enclosed.compare(case, rng()).holds for case in cases)
    finally:
        t11_density_law._exact_law.cache_clear()


def test_a_wrong_exponent_is_refuted_by_balls(monkeypatch) -> None:
    case = NetCase(1, True, Fraction(1), Fraction(1), Fraction(3, 10), False)
    assert THEOREM.enclosed.compare(case, rng()).holds
    original = t11_density_law._scaled_error
    monkeypatch.setattr(t11_density_law, "_scaled_error", lambda rings, N, p: original(rings, N, p) / N * 64)
    found = THEOREM.enclosed.compare(case, rng())
    assert not found.holds
    assert "as poses double" in found.detail


def test_a_wrong_sum_over_frequencies_is_refuted_by_balls_and_by_floats(monkeypatch) -> None:
    net, numeric = THEOREM.enclosed.cases(True)[0], THEOREM.numeric.cases(True)[0]
    ball, number = enclosed_rings.enclosed_ring_error, ring_law.ring_error
    monkeypatch.setattr(
        enclosed_rings, "enclosed_ring_error", lambda f, g: ball(f, [*g[1:], g[0] + g[1] / 10**30])
    )
    assert "disjoint" in THEOREM.enclosed.compare(net, rng()).detail
    monkeypatch.setattr(ring_law, "ring_error", lambda f, g: number(f, g * (1 + 1e-9)))
    assert not THEOREM.numeric.compare(numeric, rng()).holds


def test_a_kernel_that_decays_otherwise_has_another_exponent() -> None:
    assert THEOREM.numeric.compare(SlopeCase(64, "ntk(depth=1)", 1.9, 2.1), rng()).holds
    assert not THEOREM.numeric.compare(SlopeCase(64, "nngp(depth=1)", 1.9, 2.1), rng()).holds


def test_the_checks_of_the_derivation_can_fail(monkeypatch) -> None:
    assert not ring_law_checks.coefficients_dominate((1, 2, 1, 0, 1, 0, 0), Fraction(3, 10))
    original = ring_law_checks.model_error
    monkeypatch.setattr(
        ring_law_checks,
        "model_error",
        lambda N, *rest: (original(N, *rest)[0] * (1 + Fraction(1, N)), original(N, *rest)[1]),
    )
    assert not ring_law_checks.law_holds(1)
    assert not ring_law_checks.error_by_refitting(5, 1)


@pytest.mark.parametrize("tangent", [True, False])
def test_a_wrong_kernel_off_its_singularities_is_found(tangent, monkeypatch) -> None:
    """It obeys the same law, and solving anew with it agrees: only another way to the kernel tells."""
    case = nets(depth=1, tangent=tangent)[0]
    assert THEOREM.enclosed.compare(case, rng()).holds
    right = enclosed_rings.ReluRings.kernel
    monkeypatch.setattr(enclosed_rings.ReluRings, "kernel", lambda net, gap: right(net, gap) + gap**2 / 10**9)
    found = THEOREM.enclosed.compare(case, rng())
    assert not found.holds
    assert "kernel" in found.detail


def test_a_wrong_angle_of_antipodes_in_a_deep_layer_is_found(monkeypatch) -> None:
    """kappa0 at v_3 = kappa1(1/pi), the first angle whose cosine before was not 0, needs four layers."""
    assert ring_law_checks.ratios_solve_the_recursion(4)
    three = ring_singularities.antipodal_ratio(3, True) * 3 * 4 / 2  # product over l = 1, 2
    wrong = three * (1 - sympy.acos(1 / sympy.pi) / sympy.pi)  # v_3 = v_2
    monkeypatch.setattr(
        ring_singularities,
        "antipodal_ratio",
        lambda depth, tangent: wrong / (10 if tangent else 4),
    )
    assert not ring_law_checks.ratios_solve_the_recursion(4)


@pytest.mark.parametrize("N", [1, 2, 5, 8])
def test_interleaved_rings_lie_half_way(N) -> None:
    """Both neighbours of a pose on the other ring are equally near."""
    points = ring_law.ring_points(N, 0.6, interleaved=True)
    products = points[:N] @ points[N:].T
    assert np.allclose(products[0], products[0][::-1])
    assert products[0, 0] == pytest.approx(0.64 * np.cos(np.pi / N) - 0.36)


def test_one_layer_without_biases_is_singular_where_antipodes_are_poses() -> None:
    """kappa = 1, which the theorem excludes: the kernel is even but for its linear part."""
    from orbitkernels.proofs.kernels import kernel

    assert ring_singularities.antipodal_ratio(1, True) == ring_singularities.antipodal_ratio(1, False) == 1
    row = kernel("ntk(depth=1, bias_variance=0)").gram(ring_law.ring_points(8, 0.3))[0]
    with pytest.raises(SingularGramError, match="8 poses"):
        ring_law.ring_error(row[:8], row[8:])


def test_refusals_name_the_argument() -> None:
    with pytest.raises(InputError, match="'p'"):
        ring_singularities.law_constant(3, 1)
    with pytest.raises(InputError, match="enclosed_law_constant"):
        ring_singularities.law_constant(2, 1, Fraction(1, 2), met=False)
    with pytest.raises(InputError, match="'ratio'"):
        ring_singularities.model_error(3, 1, (Fraction(2), Fraction(0)), Fraction(1, 2))
    with pytest.raises(InputError, match="bias_variance"):
        ring_law.relu_law(1, 1.0, 0.0, 0.3, ntk=True)
    with pytest.raises(InputError, match="positive definite"):
        enclosed_rings.enclosed_ring_error([1, 1], [0, 0])


@pytest.mark.parametrize(
    ("distances", "holds"),
    [
        ((0.25, 0.0625, 0.0078125), True),
        ((0.25, 0.125, 0.0078125), False),  # the first step too short
        ((0.25, 0.015625, 0.0078125), False),  # the second
        ((0.375, 0.125, 0.0078125), False),  # a third exactly
        ((0.5, 0.125, 0.015625), False),  # the last one too large
    ],
)
def test_distances_from_the_law_shrink_by_more_than_three_to_below_a_hundredth(distances, holds) -> None:
    found = t11_density_law._approach("net", [arb(value) for value in distances])
    assert found.holds is holds
    assert ("as poses double" in found.detail) is not holds


@pytest.mark.parametrize(
    ("bias", "poses", "sizes"), [(0, 65, [65, 131, 261]), (0, 64, [64, 128, 256]), (1, 65, [65, 130, 260])]
)
def test_poses_keep_their_parity_where_antipodes_count(bias, poses, sizes, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(t11_density_law, "_scaled_error", lambda rings, N, p: asked.append(N) or arb(1))
    case = NetCase(2, True, Fraction(1), Fraction(bias), Fraction(3, 10), False, poses)
    assert not THEOREM.enclosed.compare(case, rng()).holds
    assert asked == sizes
