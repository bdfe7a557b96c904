"""What users see of rounding: precisions, accuracies of kernels, warnings, limits, and predict."""

import contextlib
import json
import warnings
from fractions import Fraction

import numpy as np
import pytest
from rounding_oracle import (
    PRECISIONS,
    distances,
    orbits_of,
    routes,
    solved_by_mpmath,
    solved_exactly,
    true_errors,
)

import orbitkernels as ok
from orbitkernels.cli import main
from orbitkernels.errors import ExpectationWarning, InputError, RoundingWarning
from orbitkernels.numerics.network_growth import angle_growth
from orbitkernels.prediction import predict
from orbitkernels.proofs import rounding_dense_double_double, rounding_double_double, rounding_enclosures
from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNTK
from orbitkernels.proofs.rounding import finer_precisions
from orbitkernels.proofs.rounding_kernels import kernel_accuracy
from orbitkernels.proofs.spectral import FourierRoute

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
        growth = angle_growth(kernel.numeric, np.linalg.norm(x, axis=1), 16).max()
        expected = (2e-13 + 2 * kernel.expectation_error(x)) * growth
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
    monkeypatch.setattr(rounding_dense_double_double, "MOST_POINTS", 10)
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


def limited(monkeypatch, double_double, arb, elements=4096, products=1e10):
    """Other limits of sizes."""
    monkeypatch.setattr(rounding_dense_double_double, "MOST_POINTS", double_double)
    monkeypatch.setattr(rounding_double_double, "MOST_ELEMENTS", elements)
    monkeypatch.setattr(rounding_double_double, "MOST_PRODUCTS", products)
    monkeypatch.setattr(rounding_enclosures, "MOST_POINTS", arb)


@pytest.mark.parametrize("name", ["C8", "D4"])
@pytest.mark.parametrize("route", ["spectral", "dense"])
@pytest.mark.parametrize(
    "limits", [(16, 16), (15, 16), (16, 15), (15, 15), (16, 16, 7), (16, 16, 8), (16, 16, 8, 100.0), (16, 15, 7)]
)
def test_only_precisions_that_take_the_size_are_recommended(monkeypatch, name, route, limits):
    orbits, missing = orbits_of(name, 3), {0: "1,2"}  # poses that are not alike
    limited(monkeypatch, *limits)
    taken = []
    for precision in PRECISIONS[1:]:
        with contextlib.suppress(InputError):
            ok.error_with_bound("gaussian(length_scale=3)", orbits, missing, 1e-3, precision, route)
            taken.append(precision)
    assert finer_precisions(orbits, route) == tuple(taken)
    found = ok.error_with_bound("gaussian(length_scale=300)", orbits, missing, route=route)
    assert found.remark is not None
    assert [precision for precision in PRECISIONS if f"'{precision}'" in found.remark] == taken
    assert ("a ridge lowers that" in found.remark) == (not taken)


def test_no_higher_precision_is_worked_out_for_a_small_bound():
    found = ok.error_with_bound("gaussian(length_scale=1)", orbits_of("C8", 3))
    assert (found.finer, found.remark) == ((), None)


@pytest.mark.parametrize(
    ("limits", "words"),
    [((16, 16), "'double-double' or 'arb', lowers"), ((16, 15), "'double-double', lowers"), ((15, 15), "")],
)
def test_predict_recommends_what_both_of_its_routes_take(monkeypatch, limits, words):
    limited(monkeypatch, *limits)
    options = ("D4", "gaussian(length_scale=600000)", "digits")
    (note,) = (line for line in predict(*options, pairs=1)["notes"] if "rounding in double precision" in line)
    assert note.endswith(f"; a ridge, or precision={words} that." if words else "; a ridge lowers that.")
    if limits[0] < 16:
        with pytest.raises(InputError, match="limited to 15 points"):
            predict(*options, pairs=1, precision="double-double")
    elsewhere = predict(*options, pairs=1, exact_route="kernel")["notes"]
    assert not any("precision=" in line for line in elsewhere)  # conjugate gradients are in double


def test_predict_says_when_rounding_matters(capsys):
    options = ("--kernel", "gaussian(length_scale=400000)", "--group", "D4")
    status, out, _ = run(capsys, *options)
    assert status == 0
    assert "rounding in double precision may change an error" in " ".join(out.split())
    status, out, _ = run(capsys, *options, "--ridge", "relative:1e-3")
    assert "ounding in double precision may" not in " ".join(out.split())


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


def test_a_kernel_near_the_smallest_float_is_refused_by_the_name_of_the_argument():
    for function in (ok.symbol_errors, ok.symbol_errors_with_bound):
        with pytest.raises(InputError, match=r"Argument 'phi' gives a Gram matrix with .*; scale phi up, or use"):
            function([3e-320, 1e-320, 0, 1e-320], "C4", [1.0])
        function([3e-320, 1e-320, 0, 1e-320], "C4", [1.0], precision="double-double")
    with pytest.raises(InputError, match=r"Argument 'kernel' gives a Gram matrix with .*; scale the kernel up"):
        ok.spectral_error(lambda X, Y: 3e-320 * np.exp(X @ Y.T), orbits_of("C8"))
