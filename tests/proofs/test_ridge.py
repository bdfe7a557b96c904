"""Ridges: absolute or relative to the mean diagonal, the same for both routes, the rings and the command line."""

import contextlib
import json
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.cli import main
from orbitkernels.errors import InputError
from orbitkernels.needed import RingProblem, needed_separation
from orbitkernels.needed_text import ring_lines
from orbitkernels.proofs.dense_route import DenseRoute
from orbitkernels.proofs.iterative import _mean_diagonal
from orbitkernels.proofs.ridge import MAX_RIDGE, Ridge, mean_diagonal, mean_over_orbits, mean_over_points
from orbitkernels.proofs.spectral import FourierRoute

RNG = np.random.default_rng(5)


def orbits(fixed=False):
    """Two orbits of C6 of 6 and, if one seed has a period, 3 poses, with lengths that differ."""
    seeds = RNG.standard_normal((2, 6)) * [[1.0], [2.0]]
    if fixed:
        seeds[1, 3:] = seeds[1, :3]
    return ok.Orbits(ok.group("C6"), seeds, [0, 1])


@pytest.mark.parametrize(
    ("given", "amount", "is_relative"),
    [
        (0, 0.0, False),
        (np.float64(0.5), 0.5, False),
        ("1e-3", 1e-3, False),
        (" relative:1e-10 ", 1e-10, True),
        ("relative:0", 0.0, True),
        (Ridge(2.0, True), 2.0, True),
    ],
)
def test_what_a_ridge_may_be(given, amount, is_relative):
    assert Ridge.of(given) == Ridge(amount, is_relative)
    assert Ridge.of(Ridge.of(given).asked) == Ridge.of(given)


@pytest.mark.parametrize(
    "given",
    [
        *(
            -1,
            np.nan,
            np.inf,
            10**400,
            -(10**400),
            None,
            True,
            np.True_,
            [1],
            np.array([1.0]),
            1j,
            np.complex128(1),
        ),
        *("relative:", "relative:-1", "relative:inf", "relatively:1", "1e-3%", "", "1e400", b"1"),
    ],
)
def test_what_it_may_not_be(given):
    with pytest.raises(InputError, match="Argument 'ridge' must be a finite number >= 0, not ") as raised:
        Ridge.of(given)
    assert "\n" not in str(raised.value)
    assert "relative:1e-10" in str(raised.value)
    if not isinstance(given, str):
        with pytest.raises(InputError, match="Argument 'ridge' must be a finite number >= 0, not "):
            Ridge(given)


def test_every_real_number_may_be_one():
    for half in (0.5, np.float32(0.5), Fraction(1, 2), Decimal("0.5"), np.array(0.5), "0.5"):
        assert Ridge.of(half) == Ridge(half) == Ridge(0.5)
        assert type(Ridge(half).amount) is float


def test_the_largest_ridge_leaves_the_labels_and_a_larger_one_is_refused():
    """With nothing but a ridge the prediction is 0 and the error the label."""
    these = orbits()
    for function in (ok.spectral_error, ok.leave_out_error):
        for precision in ("double", "double-double", "arb"):
            found = function("ntk(depth=1)", these, ridge=MAX_RIDGE, precision=precision)
            np.testing.assert_allclose(found, these.targets, rtol=1e-14)
    found = ok.iterative_error("ntk(depth=1)", these, ridge=MAX_RIDGE).errors
    np.testing.assert_allclose(found, these.targets, rtol=1e-14)
    for given in (1e151, 1e308, "relative:1e200", 10**200):
        with pytest.raises(InputError, match=r"Argument 'ridge' must be at most 1e\+150, not "):
            Ridge.of(given)
    with pytest.raises(InputError, match=r"is relative:1e\+150, and the mean diagonal .*; give an absolute ridge"):
        Ridge(MAX_RIDGE, True).absolute(2.0)


@pytest.mark.parametrize("fixed", [False, True])
def test_relative_is_that_factor_times_the_mean_diagonal_in_both_routes(fixed):
    these = orbits(fixed)
    K = these.all_points @ these.all_points.T
    expected = 0.25 * np.trace(K) / len(K)
    kernel = ok.Polynomial(degree=1, offset=0.0)
    routes = [cls.of(kernel, these, "relative:0.25") for cls in (FourierRoute, DenseRoute)]
    assert [route.ridge for route in routes] == pytest.approx([expected, expected], rel=1e-15)
    for absolute in (expected, str(expected)):
        for function in (ok.spectral_error, ok.leave_out_error):
            np.testing.assert_allclose(
                function(kernel, these, ridge="relative:0.25"), function(kernel, these, ridge=absolute), rtol=1e-13
            )
    assert ok.spectrum(kernel, these, "relative:0.25").ridge == pytest.approx(expected, rel=1e-15)
    enclosed = ok.enclosed_error(kernel, these, ridge="relative:0.25")
    np.testing.assert_allclose(enclosed.midpoints, ok.leave_out_error(kernel, these, ridge=expected), rtol=1e-13)


def test_the_mean_is_one_over_all_points_not_over_orbits():
    assert mean_diagonal([[[1.0], [9.0]], [[9.0], [4.0]]], [3, 1]) == 1.75


def test_a_mean_diagonal_that_gives_no_ridge_is_refused():
    with pytest.raises(InputError, match=r"relative:0.5, and the mean diagonal .* is -1; give an absolute ridge"):
        DenseRoute.of(lambda X, Y: -np.exp(X @ Y.T * 0), orbits(), "relative:0.5")


def test_rings_take_relative_ridges_too():
    problem = RingProblem.of("ntk(depth=1)", ridge="relative:1e-2")
    size = float(problem.kernel.gram(np.eye(3))[0, 0])
    absolute = RingProblem.of("ntk(depth=1)", ridge=1e-2 * size)
    assert problem.error(8, 0.3).error == pytest.approx(absolute.error(8, 0.3).error, rel=1e-12)
    assert problem.brute_force(8, 0.3) == pytest.approx(absolute.brute_force(8, 0.3), rel=1e-12)
    assert problem.law(0.3) is None
    result = needed_separation("ntk(depth=1)", poses=8, ridge="relative:0.01")
    assert result["ridge"] == "relative:0.01"
    assert ", ridge relative:0.01" in ring_lines(result)[0]


def test_the_command_line_reports_what_was_asked_and_what_was_added(capsys):
    command = ["predict", "--group", "C4", "--pairs", "2", "--kernel", "nngp(depth=1)", "--format", "json"]
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--ridge", "relative:1e-3"])
    assert not stopped.value.code
    result = json.loads(capsys.readouterr().out)
    assert result["ridge"] == "relative:0.001"
    ridges = [pair["ridge"] for pair in result["pairs"]]
    assert len(set(ridges)) == 2
    assert all(ridge > 0 for ridge in ridges)
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--ridge", "relative:much"])
    assert stopped.value.code == 2
    message = capsys.readouterr().err
    assert message.startswith("orbitkernels: Argument 'ridge' must be")
    assert message.count("\n") == 1


# ---------------------------------------------------------------------- to the bit


#: exp(m / 40).
TABLE = np.exp(np.arange(300) / 40)


def exact_kernel(X, Y):
    """A function of inner products of integers, looked up: one float for one number, whoever asks."""
    return TABLE[np.rint(X @ Y.T).astype(int)]


def every_route(these, kernel=exact_kernel):
    """The relative ridge of the Fourier blocks, the dense matrix, a batch and conjugate gradients."""
    return [
        FourierRoute.of(kernel, these, "relative:1e-9").ridge,
        DenseRoute.of(kernel, these, "relative:1e-9").ridge,
        float(ok.spectral_errors(kernel, [these], "relative:1e-9").ridges.ravel()[0]),
        Ridge.of("relative:1e-9").absolute(_mean_diagonal(kernel, these, None, Ridge.of("relative:1e-9"))),
    ]


def integer_orbits(count):
    """Orbits of small integers, some with stabilisers: inner products are exact in any order."""
    rng = np.random.default_rng(1)
    for _ in range(count):
        name, shape = [("C6", (3, 6)), ("D4", (3, 4, 4)), ("C3", (4, 3)), ("S4", (2, 4))][rng.integers(4)]
        with contextlib.suppress(ok.InputError):  # two seeds on one orbit
            yield ok.Orbits(ok.group(name), rng.integers(0, 3, shape).astype(float), list(range(shape[0])))


def agreement(count=60):
    """Of how many instances all routes have one ridge, that of the exact mean; and how many there are."""
    same = total = 0
    for these in integer_orbits(count):
        try:
            found = every_route(these)
        except ok.SingularGramError:
            continue
        own = np.einsum("cc->c", exact_kernel(these.seeds, these.seeds)).tolist()
        mean = sum(int(n) * Fraction(k) for n, k in zip(these.sizes, own, strict=True)) / int(these.sizes.sum())
        same += set(found) == {1e-9 * float(mean)}
        total += 1
    return same, total


def test_a_relative_ridge_is_the_same_to_the_bit_in_every_route():
    same, total = agreement()
    assert same == total > 30


def test_a_mean_in_another_order_is_caught(monkeypatch):
    def rounded(diagonal, sizes):
        return float(np.mean(diagonal))

    monkeypatch.setattr("orbitkernels.proofs.dense_route.mean_over_points", rounded)
    same, total = agreement()
    assert same < total


def test_values_that_differ_by_rounding_on_an_orbit_do_not_matter():
    """k(gx, gx) a few units in the last place off k(x, x): the seeds decide, for a kernel that is invariant."""
    these = ok.Orbits(ok.group("C6"), [[0, 1, 2, 0, 0, 1], [3, 0, 0, 1, 0, 0]], [0, 1])

    def shaken(X, Y):
        same = (X[:, None] == Y).all(axis=2)
        moved = same & ~(X[:, None] == these.seeds).all(axis=2).any(axis=1)[:, None]
        return np.where(moved, exact_kernel(X, Y) * (1 - 1e-15), exact_kernel(X, Y))

    still, moved = every_route(these), every_route(these, shaken)
    assert len(set(still + moved)) == 1
    diagonals = [
        float(np.mean(np.diagonal(k(these.all_points, these.all_points)))) for k in (exact_kernel, shaken)
    ]
    assert diagonals[0] != diagonals[1]


def test_all_points_count_where_the_kernel_is_not_invariant():
    diagonal = np.array([1.0, 2.0, 3.0, 10.0])
    assert mean_over_points(diagonal, [3, 1]) == 4.0
    assert mean_over_points(np.array([1.0, 1.0 + 1e-15, 1.0, 10.0]), [3, 1]) == 13 / 4
    assert np.isnan(mean_over_orbits([1.0, np.inf], [1, 1]))
    assert mean_over_orbits([1e308, 1e308], [3, 7]) == 1e308
