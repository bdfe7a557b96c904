"""Rounding bounds and higher precisions against mpmath, from the definition of the error on the same floats."""

import json
import warnings
from fractions import Fraction
from functools import cache
from weakref import WeakKeyDictionary

import mpmath
import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st

import orbitkernels as ok
from orbitkernels.cli import main
from orbitkernels.errors import ExpectationWarning, InputError, RoundingWarning
from orbitkernels.numerics import double_double_matrices
from orbitkernels.numerics import rounding as rounding_numbers
from orbitkernels.proofs import rounding_double, rounding_double_double, rounding_enclosures
from orbitkernels.proofs.dense_route import DenseRoute
from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNTK
from orbitkernels.proofs.missing import missing_points, missing_poses
from orbitkernels.proofs.rounding import bounded
from orbitkernels.proofs.rounding_kernels import kernel_accuracy
from orbitkernels.proofs.spectral import FourierRoute

DIGITS = 60
NAMES = ["C16", "D4", "S3", "Q8"]
PRECISIONS = ["double", "double-double", "arb"]
MISSING = {"C6": "coset:a^3", "D4": "coset:r^2", "S3": "1,2", "Q8": "coset:a^2"}


@cache
def regular(name):
    """A group and its action on functions on itself."""
    G = ok.group(name)
    every = np.arange(G.order)
    images = [np.asarray(G.multiply(s, every)).tolist() for s in G.generators]
    return G, ok.PermutationAction.from_generators(G, images)


def orbits_of(name, seed=0, fixed=False):
    """Two orbits, the second with a stabiliser of order 2 if it is to be fixed; their poses are well apart."""
    G, action = regular(name)
    seeds = np.random.default_rng(seed).standard_normal((2, G.order))
    if fixed:
        h = next(g for g in range(1, G.order) if G.multiply(g, g) == 0)
        seeds[1] += ok.Orbits(G, seeds, [0, 1], action).points(1)[h]
    return ok.Orbits(G, seeds / np.linalg.norm(seeds, axis=1)[:, None], [0, 1], action)


def exact_gram(route):
    """K + r I as fractions: the floats of the symbol, made a symbol by averages, or those of the Gram matrix."""
    orbits = route.orbits
    if isinstance(route, DenseRoute):
        matrix = [[Fraction(x) for x in row] for row in route.matrix.tolist()]
        rest, size = [Fraction(x) for x in route.rest.tolist()], range(len(matrix))
        return [[(matrix[i][j] + matrix[j][i]) / 2 + (i == j) * rest[i] for j in size] for i in size]
    G, phi = orbits.group, route.symbol
    points = [(c, g) for c in range(len(orbits)) for g in orbits.representatives[c].tolist()]

    def entry(a, s, b, t):
        left, right = (np.asarray(G.multiply(x, orbits.stabilisers[c].elements)) for x, c in ((s, a), (t, b)))
        there = phi[a, b, G.multiply(G.inverse(left)[:, None], right[None, :])]
        back = phi[b, a, G.multiply(G.inverse(right)[:, None], left[None, :])]
        values = [*there.ravel().tolist(), *back.ravel().tolist()]
        return sum(map(Fraction, values)) / len(values) + (Fraction(route.ridge) if (a, s) == (b, t) else 0)

    return [[entry(*p, *q) for q in points] for p in points]


def solved_by_mpmath(rows, right):
    with mpmath.workdps(DIGITS):
        as_number = lambda x: mpmath.mpf(x.numerator) / x.denominator  # noqa: E731
        matrix = mpmath.matrix([[as_number(x) for x in row] for row in rows])
        found = mpmath.lu_solve(matrix, mpmath.matrix([as_number(x) for x in right]))
        return [
            Fraction(*x.as_integer_ratio()) if hasattr(x, "as_integer_ratio") else to_fraction(x) for x in found
        ]


def to_fraction(x):
    sign, man, exponent, _ = x._mpf_
    return (-1) ** sign * Fraction(int(man)) * Fraction(2) ** exponent


def solved_exactly(rows, right):
    matrix = fmpq_mat(len(rows), len(rows), [fmpq(x.numerator, x.denominator) for row in rows for x in row])
    found = matrix.solve(fmpq_mat(len(right), 1, [fmpq(x.numerator, x.denominator) for x in right]))
    return [Fraction(int(found[i, 0].p), int(found[i, 0].q)) for i in range(len(right))]


def true_errors(route, missing, solve=solved_exactly):
    """Errors in the order of the first output, by leaving points out and solving anew."""
    K, orbits = exact_gram(route), route.orbits
    y = [Fraction(t) for t in np.repeat(orbits.targets[:, 0], orbits.sizes).tolist()]
    what = missing_poses(orbits.group, missing, len(orbits))
    found = []
    for points in missing_points(orbits, what):
        S = sorted(set(points.tolist()))
        R = [i for i in range(len(y)) if i not in S]
        dual = solve([[K[i][j] for j in R] for i in R], [y[i] for i in R])
        errors = {i: y[i] - sum(K[i][j] * dual[q] for q, j in enumerate(R)) for i in S}
        found += [errors[int(points[0])]] if what.alike else [errors[int(i)] for i in points]
    return found


def distances(result, true):
    """|computed - true| of every error."""
    computed = result.error.ravel().tolist()
    return np.array([float(abs(Fraction(e) - t)) for e, t in zip(computed, true, strict=True)])


def routes(orbits, kernel, ridge=0.0):
    return [FourierRoute.of(kernel, orbits, ridge), DenseRoute.of(kernel, orbits, ridge)]


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
    known = rounding_double.set_bound

    def too_small(factor, inner, errors, moved, rounded, entry):
        return 2.0**-22 * known(factor, inner, errors, moved, rounded, entry)

    monkeypatch.setattr(rounding_double, "set_bound", too_small)
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


# ---------------------------------------------------------------------- the interface


def test_spectral_error_and_leave_out_error_take_a_precision():
    orbits = orbits_of("S3", 1)
    kernel = ok.Gaussian(length_scale=3.0)
    for function, name in ((ok.spectral_error, "spectral"), (ok.leave_out_error, "dense")):
        results = [function(kernel, orbits, precision=precision) for precision in PRECISIONS]
        np.testing.assert_allclose(results[0], results[2], rtol=1e-9)
        np.testing.assert_array_equal(results[1], results[2])
        found = ok.error_with_bound(kernel, orbits, precision="arb", route=name)
        np.testing.assert_array_equal(found.error, results[2])


def test_error_with_bound_has_the_bounds_of_its_own_route():
    """Above the distances from exact errors, for one pose and lists, and not those of the other route."""
    orbits, kernel = orbits_of("S3", 1), ok.Gaussian(length_scale=3.0)
    for missing in ("pose", "1,2"):
        bounds = []
        for route in routes(orbits, kernel):
            name = "spectral" if isinstance(route, FourierRoute) else "dense"
            found = ok.error_with_bound(kernel, orbits, missing, route=name)
            assert (distances(found, true_errors(route, missing)) <= found.rounding_bound.ravel()).all()
            assert found.relative_bound < 1e-6
            bounds.append(found.rounding_bound)
        assert not np.array_equal(*bounds)


def test_ntk_is_known_to_its_own_accuracy():
    found = ok.error_with_bound("ntk(depth=2)", orbits_of("D4"), precision="double-double")
    assert found.kernel_accuracy == 2e-13
    assert (found.kernel_bound > found.rounding_bound).all()


def test_accuracies_are_those_of_the_base_kernel_and_of_every_network():
    D4 = ok.group("D4")
    seed = np.random.default_rng(0).standard_normal((1, 4, 4))
    action = ok.Orbits(D4, seed, [0]).action
    average = ok.Averaged("ntk(depth=3)", D4, action)
    assert kernel_accuracy("ntk(depth=3)") == pytest.approx(3e-13)
    assert kernel_accuracy(average) == pytest.approx(3e-13, rel=0.01)
    ratio = ok.NTK(depth=3).gram(seed.reshape(1, 16)) / average.gram(seed)
    assert ratio > 1.1
    assert kernel_accuracy(average, seed.reshape(1, 16)) == pytest.approx(3e-13 * float(ratio.item()), rel=0.01)
    assert kernel_accuracy("cntk(depth=2)") == 2e-13
    assert kernel_accuracy("cnngp(depth=2)") == 2e-14
    assert kernel_accuracy(GroupConvolutionalNTK.planar("p4", 4, depth=2)) == 2e-13
    assert kernel_accuracy(ok.Gaussian()) == 4 * np.finfo(float).eps


def test_formulas_add_what_their_series_leave_out():
    """At large lengths tanh is no polynomial; the error of a net is that of its worst layer, each layer again."""
    x = 1.5 * np.random.default_rng(1).standard_normal((2, 16))
    kernel = ok.NTK(depth=2, activation="tanh(z)", weight_variance=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExpectationWarning)
        expected = 2e-13 + 2 * kernel.expectation_error(x)
        assert expected > 1e-9
        assert kernel_accuracy(kernel, x) == pytest.approx(expected, rel=1e-12)
        for network in (
            ok.kernel("cntk(depth=2, activation=tanh(z), weight_variance=2)"),
            GroupConvolutionalNTK.planar("p4", 4, depth=2, activation="tanh(z)", weight_variance=2),
        ):
            assert kernel_accuracy(network) == 2e-13
            assert kernel_accuracy(network, x) > 1e-9
            assert kernel_accuracy(network, x / 10) < kernel_accuracy(network, x)


def test_a_large_bound_is_warned_of_with_the_remedy():
    orbits, kernel = orbits_of("C8", 3), ok.Gaussian(length_scale=300.0)
    for function in (ok.spectral_error, ok.leave_out_error):
        with pytest.warns(
            RoundingWarning, match=r"double precision may .* a ridge, or precision='double-double' or"
        ):
            function(kernel, orbits)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            function(kernel, orbits, ridge="relative:1e-6")
            function(ok.Gaussian(length_scale=2.0), orbits)
        with pytest.warns(
            RoundingWarning, match="values of the kernel .* enclosed_error takes the kernel exactly"
        ):
            function(ok.Gaussian(length_scale=3000.0), orbits, precision="double-double")
    with pytest.warns(RoundingWarning) as caught:
        ok.spectral_error(kernel, orbits)
    assert caught[0].filename == __file__


def test_results_are_fit_for_json_and_notebooks():
    found = ok.error_with_bound(ok.Gaussian(length_scale=2.0), orbits_of("S3"), missing="1,2")
    assert found.error.shape == found.rounding_bound.shape == found.kernel_bound.shape == (2, 2, 1)
    back = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert back["rounding_bound"] == found.rounding_bound.tolist()
    assert back["precision"] == "double"
    assert "rounding at most" in found._repr_html_()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"precision": "quad"}, "Argument 'precision' must be one of double, double-double, arb, not 'quad'"),
        ({"precision": None}, "Argument 'precision' must be one of"),
        ({"route": "sparse"}, "Argument 'route' must be one of spectral, dense, not 'sparse'"),
    ],
)
def test_bad_words(options, message):
    with pytest.raises(InputError, match=message):
        ok.error_with_bound("ntk(depth=1)", orbits_of("S3"), **options)


@pytest.mark.parametrize("fixed", [False, True])
def test_the_two_oracles_agree(fixed):
    for route in routes(orbits_of("S3", 1, fixed), ok.Gaussian(length_scale=300.0), 1e-12):
        exact, rounded = (true_errors(route, "pose", solve) for solve in (solved_exactly, solved_by_mpmath))
        assert all(abs(x - y) < abs(x) * Fraction(1, 10**35) for x, y in zip(exact, rounded, strict=True))


def test_problems_beyond_the_limits_are_refused(monkeypatch):
    orbits = orbits_of("D4")
    monkeypatch.setattr(rounding_double_double, "MOST_PRODUCTS", 10.0)
    monkeypatch.setattr(rounding_double_double, "MOST_POINTS", 10)
    monkeypatch.setattr(rounding_enclosures, "MOST_POINTS", 10)
    for route, precision in (("spectral", "double-double"), ("dense", "double-double"), ("dense", "arb")):
        with pytest.raises(InputError, match=f"Argument 'precision' is '{precision}'"):
            ok.error_with_bound("ntk(depth=1)", orbits, precision=precision, route=route)
    found = ok.error_with_bound("ntk(depth=1)", orbits, precision="arb")  # exact irreps have no such limit
    assert not np.isfinite(found.kernel_bound).any()
    assert found.to_dict()["condition_number"] is None


def test_a_singular_matrix_is_refused_in_every_precision():
    orbits = ok.Orbits(ok.group("C3"), [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]], [0, 1])
    for precision in PRECISIONS:
        for route in ("spectral", "dense"):
            with pytest.raises(ok.SingularGramError):
                ok.error_with_bound(ok.Polynomial(degree=1, offset=1.0), orbits, precision=precision, route=route)


def test_long_lists_have_no_bound_and_no_warning(monkeypatch):
    monkeypatch.setattr(rounding_double, "MOST_MISSING", 1)
    found = ok.error_with_bound(ok.Gaussian(length_scale=2.0), orbits_of("S3"), missing="1,2")
    assert np.isnan(found.rounding_bound).all()
    assert found.remark is None


# ---------------------------------------------------------------------- predict


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as stopped:
        main(["predict", "--group", "C4", "--pairs", "2", *arguments])
    return stopped.value.code or 0, *capsys.readouterr()


def test_predict_in_every_precision(capsys):
    errors = {}
    for precision in PRECISIONS:
        status, out, _ = run(capsys, "--precision", precision, "--format", "json", "--missing", "coset:a^2")
        result = json.loads(out)
        assert (status, result["precision"]) == (0, precision)
        for pair in result["pairs"]:
            assert pair["rounding_bound"] == pair["rounding_bounds"][0]
            assert 0 < pair["rounding_bound"] < (1e-9 if precision == "double" else 1e-15)
        errors[precision] = np.array([pair["spectral_errors"] for pair in result["pairs"]])
    np.testing.assert_array_equal(errors["double-double"], errors["arb"])
    np.testing.assert_allclose(errors["double"], errors["arb"], rtol=1e-11)


def test_predict_says_when_rounding_matters(capsys):
    options = ("--kernel", "gaussian(length_scale=400000)", "--group", "D4")
    status, out, _ = run(capsys, *options)
    assert status == 0
    assert "Rounding in double precision may change an error" in " ".join(out.split())
    status, out, _ = run(capsys, *options, "--ridge", "relative:1e-3")
    assert "Rounding in double precision may" not in " ".join(out.split())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--precision", "half"], "'half' is not one of 'double', 'double-double', 'arb'"),
        (["--precision", "arb", "--symmetrisation", "scalar"], "needs symmetrisation 'block'"),
        (["--needed", "separation", "--precision", "arb"], "'--precision' does not go with --needed"),
    ],
)
def test_predict_refuses_precisions_that_it_cannot_give(capsys, options, message):
    status, _, err = run(capsys, *options)
    assert status == 2
    assert message in err
    assert err.count("\n") == 1
