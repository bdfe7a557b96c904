"""Rounding bounds and higher precisions against mpmath, from the definition of the error on the same floats."""

from weakref import WeakKeyDictionary

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rounding_oracle import MISSING, NAMES, PRECISIONS, distances, orbits_of, routes, solved_by_mpmath, true_errors

import orbitkernels as ok
from orbitkernels.errors import InputError
from orbitkernels.numerics import double_double_matrices
from orbitkernels.numerics import rounding as rounding_numbers
from orbitkernels.proofs import rounding_double, rounding_double_double, rounding_sets
from orbitkernels.proofs.dense_route import DenseRoute
from orbitkernels.proofs.rounding import bounded
from orbitkernels.proofs.spectral import FourierRoute


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("length_scale", [150.0, 1000.0, 4000.0])
def test_ill_conditioned_instances(name, length_scale):
    """Condition numbers of 10^10 to 10^16: double loses digits or gives up, the others do not."""
    for route in routes(orbits_of(name), ok.Gaussian(length_scale=length_scale)):
        true = true_errors(route, "pose", solved_by_mpmath)
        size = np.array([abs(float(t)) for t in true])
        sharp = bounded(route, "pose", "double-double")
        assert (distances(sharp, true) <= 1e-10 * size).all()
        assert (distances(sharp, true) <= sharp.rounding_bound.ravel()).all()
        assert 1e9 < sharp.condition_number < 1e18
        enclosed = bounded(route, "pose", "arb")
        assert (distances(enclosed, true) <= enclosed.rounding_bound.ravel()).all()
        assert (enclosed.rounding_bound.ravel() <= 2.0**-53 * size).all()
        try:
            double = bounded(route, "pose")
        except ok.SingularGramError:
            assert sharp.condition_number > 1e12
        else:
            assert (distances(double, true) <= double.rounding_bound.ravel()).all()
            assert distances(double, true).max() > 1e4 * distances(sharp, true).max()


@settings(max_examples=30)
@given(
    name=st.sampled_from(["C6", "D4", "S3", "Q8"]),
    seed=st.integers(0, 10**6),
    scale=st.floats(0, 2.6),
    ridge=st.sampled_from([0.0, 1e-9, "relative:1e-12"]),
    what=st.sampled_from(["pose", "1,2", "0,1,3,4,5", "coset", "both", "most"]),
    fixed=st.booleans(),
)
def test_bounds_are_never_violated(name, seed, scale, ridge, what, fixed):
    orbits = orbits_of(name, seed, fixed)
    most = {0: range(1, orbits.group.order), 1: "1,2"}
    missing = {"coset": MISSING[name], "both": {0: "pose", 1: "1,2"}, "most": most}.get(what, what)
    for route in routes(orbits, ok.Gaussian(length_scale=10.0**scale), ridge):
        true = true_errors(route, missing)
        for precision in PRECISIONS[:2]:
            try:
                found = bounded(route, missing, precision)
            except ok.SingularGramError:
                assert precision == "double"
                continue
            assert (distances(found, true) <= found.rounding_bound.ravel()).all(), (precision, found)


def test_bounds_grow_with_the_condition_number_and_are_not_idle():
    """Over condition numbers of 10^2 to 10^13: neither the bound nor the typical level is far off."""
    ratios, levels, conditions = [], [], []
    for scale in (1, 3, 10, 30, 100, 300):
        for route in routes(orbits_of("C8", 3), ok.Gaussian(length_scale=scale)):
            found, true = bounded(route), true_errors(route, "pose")
            away = distances(found, true).max()
            ratios.append(found.rounding_bound.max() / away)
            levels.append(found.rounding_level.max() / away)
            conditions.append(found.condition_number)
    assert min(conditions) < 1e3
    assert max(conditions) > 1e11
    assert 10 < np.median(ratios) < 1e5
    assert max(ratios) < 1e7
    assert 0.3 < np.median(levels) < 300


@pytest.mark.parametrize("kind", [FourierRoute, DenseRoute])
def test_what_the_kernel_brings_is_bounded(kind):
    """Values that are off by the accuracy that is assumed move the exact error by less than the bound."""
    orbits = orbits_of("D4", 2)
    kernel, rng = ok.Gaussian(length_scale=30.0), np.random.default_rng(4)
    route = kind.of(kernel, orbits)
    bound = bounded(route, "pose", "double-double", accuracy=1e-13).kernel_bound.ravel()
    before = true_errors(route, "pose")
    off = 1 + 1e-13 * rng.uniform(-1, 1, size=orbits.group.order)
    off = (off + off[orbits.group.inverse(np.arange(orbits.group.order))]) / 2
    if kind is FourierRoute:
        moved = FourierRoute(orbits, route.blocks, route.ridge, route.symbol * off)
    else:
        noise = rng.uniform(-1e-13, 1e-13, size=route.matrix.shape)
        moved = DenseRoute(orbits, route.matrix * (1 + (noise + noise.T) / 2), route.ridge, route.rest)
    gap = np.array([float(abs(x - y)) for x, y in zip(before, true_errors(moved, "pose"), strict=True)])
    assert (gap <= bound).all()
    assert gap.max() > 1e-6 * bound.max()


# ---------------------------------------------------------------------- lists, lengths and scales


def test_bounds_of_lists_are_near_those_of_poses():
    """S5 on vectors: lists of 2 to 119 poses, and cosets, at most 100 times one pose, and no warning."""
    S5 = ok.group("S5")
    seeds = np.random.default_rng(1).standard_normal((2, 5))
    orbits = ok.Orbits(S5, seeds, [0, 1], ok.PermutationAction.natural(S5))
    route = FourierRoute.of("ntk(depth=1)", orbits)
    one = bounded(route).relative_bound
    for missing in ([0, 1], list(range(20)), list(range(60)), list(range(119)), "coset:1"):
        found, dense = bounded(route, missing), ok.leave_out_error("ntk(depth=1)", orbits, missing)
        assert found.rounding_bound.max() < 100 * one * np.abs(found.error).max()
        assert found.remark is None
        assert (np.abs(found.error - dense) < found.rounding_bound + 1e-7 * np.abs(dense)).all()


def unequal(ratio, name="S3"):
    """Two orbits, the second of other length, and with other labels."""
    orbits = orbits_of(name, 5)
    return ok.Orbits(
        orbits.group, orbits.seeds * np.array([[1.0], [ratio]]), targets=[1.0, ratio], action=orbits.action
    )


@pytest.mark.parametrize("ratio", [3.0, 0.2, 8.0])
@pytest.mark.parametrize("missing", ["pose", "1,2", "1,2,3,4,5", {0: "pose", 1: "1,2"}])
def test_orbits_of_unequal_length(ratio, missing):
    """The bound is below the error by far, and above what rounding does, however unequal the orbits are."""
    kernel = ok.Polynomial(degree=6, offset=0)
    bounds = []
    for length in (1.0, ratio):
        for route in routes(unequal(length), kernel):
            for precision in PRECISIONS[:2]:
                found = bounded(route, missing, precision)
                assert (distances(found, true_errors(route, missing)) <= found.rounding_bound.ravel()).all()
            bounds.append(bounded(route, missing).relative_bound)
    assert max(bounds[2:]) < 1e-6
    assert max(bounds[2:]) < 100 * max(bounds[:2])


def test_digits_of_unequal_length_need_no_warning():
    digits, G = ok.load("digits"), ok.group("D4")
    orbits = ok.Orbits(G, digits.images[[3, 8]], digits.labels[[3, 8]])
    for kernel in ("polynomial(degree=60)", ok.Averaged("polynomial(degree=60)", G, orbits.action)):
        found = ok.error_with_bound(kernel, orbits, ridge="relative:1e-6")
        assert found.relative_bound < 1e-6
        assert found.remark is None


@pytest.mark.parametrize(
    ("size", "label"), [(1e-155, 1.0), (1.0, 1e200), (1e300, 1.0), (1e-250, 1e-200), (1e-280, 1.0)]
)
@pytest.mark.parametrize("missing", ["pose", "1,2"])
def test_extreme_scales(size, label, missing):
    """Errors, condition numbers and relative bounds are those of the same matrix near 1."""
    start = orbits_of("C4", 1)
    plain = ok.Orbits(start.group, start.seeds, targets=[0.0, 1.0], action=start.action)
    orbits = ok.Orbits(plain.group, plain.seeds, targets=[0.0, label], action=plain.action)
    for route in ("spectral", "dense"):
        near = ok.error_with_bound(lambda X, Y: np.exp(X @ Y.T), plain, missing, route=route)
        for precision in PRECISIONS:
            found = ok.error_with_bound(
                lambda X, Y: size * np.exp(X @ Y.T), orbits, missing, precision=precision, route=route
            )
            assert found.relative_bound < 1e-11
            assert found.relative_kernel_bound < 1e-11
            assert found.condition_number == pytest.approx(near.condition_number, rel=1e-6)
            np.testing.assert_allclose(found.error / label, near.error, rtol=1e-10)


def test_coefficients_that_overflow_are_refused():
    plain = orbits_of("C4", 1)
    orbits = ok.Orbits(plain.group, plain.seeds, targets=[0.0, 1e200], action=plain.action)
    kernel = lambda X, Y: 1e-155 * np.exp(X @ Y.T)  # noqa: E731
    for route in ("spectral", "dense"):
        with pytest.raises(InputError, match="coefficients of the regression overflow"):
            ok.error_with_bound(kernel, orbits, "1,2", route=route)
        assert (
            ok.error_with_bound(kernel, orbits, "1,2", route=route, precision="double-double").relative_bound
            < 1e-15
        )


@pytest.mark.parametrize("size", [1e-295, 1e-306, 1e-308, 1e-310, 5e-324])
@pytest.mark.parametrize("missing", ["pose", "1,2", "coset:a^2"])
def test_kernels_near_the_smallest_float(size, missing):
    """One line in double precision, if not an answer; an answer in double-doubles; never a number that is none."""
    plain = orbits_of("C4", 1)
    for label in (1.0, 1e-40, 1e-300):
        orbits = ok.Orbits(plain.group, plain.seeds, targets=[0.0, label], action=plain.action)
        kernel = lambda X, Y: size * np.exp(X @ Y.T)  # noqa: E731
        for route in ("spectral", "dense"):
            if size > 1e-300 and label < 1.0:
                assert np.isfinite(ok.error_with_bound(kernel, orbits, missing, route=route).error).all()
            else:
                with pytest.raises(
                    InputError, match="scale the" if size > 5e-324 else "positive definite|scale the"
                ):
                    ok.error_with_bound(kernel, orbits, missing, route=route)
            sharp = ok.error_with_bound(kernel, orbits, missing, route=route, precision="double-double")
            assert np.isfinite(sharp.error).all()


# ---------------------------------------------------------------------- planted mistakes


def violated(precision, scales=(1, 3, 10, 30, 100), missing="pose"):
    """Whether some instance violates its bound."""
    for scale in scales:
        for route in routes(orbits_of("C8", 3), ok.Gaussian(length_scale=scale)):
            found = bounded(route, missing, precision)
            if (distances(found, true_errors(route, missing)) > found.rounding_bound.ravel()).any():
                return True
    return False


def test_a_wrong_unit_roundoff_is_caught(monkeypatch):
    assert not violated("double")
    gamma = rounding_numbers.gamma
    monkeypatch.setattr(rounding_numbers, "gamma", lambda count, unit=2.0**-53: gamma(count, unit * 2.0**-22))
    assert violated("double")


def test_a_wrong_order_of_loewner_is_caught(monkeypatch):
    """Lists, with what their matrix may move by taken 2^-22 of what it is."""
    assert not violated("double", missing="1,2,4")
    known = rounding_sets.set_bound
    monkeypatch.setattr(rounding_sets, "set_bound", lambda *given: 2.0**-22 * known(*given))
    assert violated("double", missing="1,2,4")


def test_a_scale_that_is_not_undone_is_caught(monkeypatch):
    orbits, kernel = unequal(0.2), ok.Polynomial(degree=6, offset=0)

    def holds():
        route = FourierRoute.of(kernel, orbits)
        found = bounded(route)
        return (distances(found, true_errors(route, "pose")) <= found.rounding_bound.ravel()).all()

    assert holds()
    monkeypatch.setattr(
        rounding_double.PowersOfTwo, "back", lambda self, values, rows=slice(None): values * 2.0**-40
    )
    assert not holds()


def test_double_doubles_without_low_words_are_caught(monkeypatch):
    assert not violated("double-double")
    product = double_double_matrices.product

    def rounded(a, b):
        return double_double_matrices.exactly(product(a, b).high)

    monkeypatch.setattr(double_double_matrices, "product", rounded)
    monkeypatch.setattr(rounding_double_double, "_REFINED", WeakKeyDictionary())
    assert violated("double-double")


def test_irreps_that_are_not_refined_are_caught(monkeypatch):
    from orbitkernels.numerics import double_double_irreps

    def unrefined(matrices, right_translations):
        return double_double_matrices.exactly(matrices), 1e-31

    monkeypatch.setattr(double_double_irreps, "refined_representation", unrefined)
    monkeypatch.setattr(rounding_double_double, "_REFINED", WeakKeyDictionary())
    assert violated("double-double")


def test_a_symbol_that_is_not_symmetrised_exactly_is_caught(monkeypatch):
    def one_sided(symbol, orbits):
        changed = symbol.copy()
        changed[1, 0, 1] = np.nextafter(changed[1, 0, 1], 0.0)
        return double_double_matrices.exactly(changed)

    monkeypatch.setattr(rounding_double_double, "symmetrised", one_sided)
    assert violated("double-double", (30, 100))
