"""The second route of `predict`: NumPy on raw points, planted mistakes, how it is chosen, what it says."""

from unittest.mock import MagicMock

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels import left_out as module
from orbitkernels.data import Dataset
from orbitkernels.errors import InputError
from orbitkernels.left_out import chosen_route, left_out
from orbitkernels.proofs import gram_products, iterative
from orbitkernels.proofs.ridge import Ridge

RNG = np.random.default_rng(11)
VECTORS = Dataset(RNG.normal(size=(6, 5)), np.array([0, 1] * 3), "vectors")
FIELDS = ("exact_route", "product", "residual", "kernel_residual")


def orbits_of(name: str, degree: int, fixed: bool = False) -> ok.Orbits:
    seeds = RNG.normal(size=(2, degree))
    if fixed:
        seeds[1, :2] = 1.0
    return ok.Orbits(ok.group(name), seeds, [0, 1])


def laplace(X, Y):
    return np.exp(-np.linalg.norm(X[:, None] - Y[None], axis=2))


def by_numpy(orbits: ok.Orbits, missing: list[np.ndarray], ridge: float) -> np.ndarray:
    """Drop rows, solve, predict."""
    K = laplace(orbits.all_points, orbits.all_points)
    y, found = np.repeat([1.0, -1.0], orbits.sizes), []
    for gone in missing:
        kept = np.setdiff1d(np.arange(len(K)), gone)
        z = np.linalg.solve(K[np.ix_(kept, kept)] + ridge * np.eye(kept.size), y[kept])
        found.append(y[gone] - K[np.ix_(gone, kept)] @ z)
    return np.array(found)


@pytest.mark.parametrize("route", ["dense", "kernel", "group", "transform"])
@pytest.mark.parametrize("fixed", [False, True])
def test_all_routes_are_numpys_refit(route: str, fixed: bool) -> None:
    orbits = orbits_of("S4", 4, fixed)
    poses = [np.array([orbits.offsets[c]]) for c in range(2)]
    found = left_out(laplace, orbits, "pose", Ridge.of(0.125), route)
    np.testing.assert_allclose(found.errors[..., 0], by_numpy(orbits, poses, 0.125)[:, 0], atol=1e-11)
    asked = [0, 3, 3, 7]
    lists = [orbits.offsets[c] + orbits.pose_index(c, asked) for c in range(2)]
    found = left_out(laplace, orbits, asked, Ridge.of(0.125), route)
    for c, points in enumerate(lists):
        unique, position = np.unique(points, return_inverse=True)
        expected = by_numpy(orbits, [unique], 0.125)[0][position]
        np.testing.assert_allclose(found.errors[c, :, 0], expected, atol=1e-11)
    if route != "dense":
        assert found.residual is not None
        assert found.residual < 1e-11
        assert found.kernel_residual is not None
        assert found.kernel_residual < 1e-10


def test_predict_says_how_exact_errors_were_found() -> None:
    for route in ("auto", "kernel", "group", "transform"):
        result = ok.predict("S5", "ntk(depth=1)", VECTORS, pairs=3, ridge=0.1, exact_route=route)
        dense = ok.predict("S5", "ntk(depth=1)", VECTORS, pairs=3, ridge=0.1)
        assert result["exact_route"] == route
        for row, before in zip(result["pairs"], dense["pairs"], strict=True):
            np.testing.assert_allclose(row["exact_errors"], before["exact_errors"], rtol=1e-8)
            assert row["relative_difference"] < 1e-8
            said = [row[name] for name in FIELDS]
            if route == "auto":
                assert said == ["dense", None, None, None]
            else:
                assert said[:2] == ["conjugate gradients", route]
                assert 0 <= said[2] < 1e-11
                assert 0 <= said[3] < 1e-10
        assert sum("conjugate gradients" in note for note in result["notes"]) == (route != "auto")


def test_large_groups_take_pairs_one_by_one_and_say_what_they_do() -> None:
    """Two orbits of S6 with a stabiliser, in notes and rows as for a small group."""
    data = Dataset(RNG.normal(size=(4, 6)), np.array([0, 1] * 2), "vectors")
    data.images[0, :2] = 3.0
    told: list[str] = []
    result = ok.predict("S6", "ntk(depth=1)", data, pairs=3, ridge=1e-3, status=told.append)
    assert {tuple(sorted(row["stabiliser_orders"])) for row in result["pairs"]} == {(1, 1), (1, 2)}
    assert told[0] == "Pair 1 of 3: spectral errors"
    assert told[-1].startswith("Pair 3 of 3: Cholesky of ")
    assert result["largest_relative_difference"] < 1e-8
    scalar = ok.predict(
        "C300",
        "ntk(depth=1)",
        Dataset(RNG.normal(size=(2, 300)), np.array([0, 1]), "x"),
        pairs=1,
        ridge=0.1,
        symmetrisation="scalar",
        exact_route="kernel",
    )
    block = ok.predict(
        "C300", "ntk(depth=1)", Dataset(RNG.normal(size=(2, 300)), np.array([0, 1]), "x"), pairs=1, ridge=0.1
    )
    assert scalar["pairs"][0]["product"] == "kernel"
    assert block["pairs"][0]["exact_route"] == "dense"


def test_the_choice_goes_by_operations() -> None:
    """Cholesky up to 8,192 points; values of the kernel if they take a minute; symbols for the rest."""
    cheap, costly = ok.NTK(depth=1), ok.CNTK(depth=1, filter=3, head="gap")
    planar = ok.GroupConvolutionalNTK.planar("p4", 8, 3, 2)
    for points, coordinates, kernel, expected in (
        (8192, 4096, cheap, "dense"),
        (8194, 7, cheap, "kernel"),
        (20000, 7, cheap, "transform"),  # one product takes a quarter of the minute, and four are needed
        (80640, 8, cheap, "transform"),
        (20000, 10000, cheap, "transform"),
        (8192, 64, ok.NTK(depth=2000), "transform"),
        (128, 784, costly, "dense"),
        (1568, 784, costly, "transform"),
        (1568, 784, ok.CNTK(depth=1, filter=3, head="flatten"), "dense"),
        (1024, 64, ok.AttentionNTK(depth=2, tokens=16), "dense"),
        (8192, 64, ok.AttentionNTK(depth=2, tokens=16), "transform"),
        (128, 64, planar, "dense"),
        (8192, 64, planar, "transform"),
    ):
        orbits = MagicMock(sizes=np.array([points // 2, points // 2]), seeds=np.empty((2, coordinates)))
        orbits.__len__.return_value = 2
        assert chosen_route(kernel, orbits) == expected, (points, coordinates, kernel)
    orbits = orbits_of("S4", 4)
    averaged = ok.Averaged(cheap, orbits.group, orbits.action)
    assert module._nanoseconds(averaged, 4) == 24 * module._nanoseconds(cheap, 4)


def test_points_that_fill_the_memory_are_refused_before_the_spectral_errors(monkeypatch) -> None:
    monkeypatch.setattr(module, "MAX_COORDINATES", 2 * 720 * 6 - 1)
    monkeypatch.setattr("orbitkernels.prediction.bounded", lambda *_: pytest.fail("too late"))
    data = Dataset(RNG.normal(size=(2, 6)), np.array([0, 1]), "vectors")
    for route in ("dense", "kernel"):
        with pytest.raises(InputError, match=f"= '{route}' needs 1440 points of 6 coordinates, .*or 'transform'"):
            ok.predict("S6", "ntk(depth=1)", data, pairs=1, exact_route=route)
    assert chosen_route("ntk(depth=1)", orbits_of("S6", 6)) == "transform"


MISTAKES = {
    "the symbol of the transform": ("transform", "orbit_operators"),
    "the symbol of the group": ("group", "group_product"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_products_that_are_not_the_kernel_show_in_the_kernel_residual(monkeypatch, case: str) -> None:
    """The residual by the product cannot see that the product is wrong; values of the kernel can."""
    route, name = MISTAKES[case]
    original = getattr(iterative, name)
    if route == "transform":
        monkeypatch.setattr(iterative, name, lambda orbits, symbol, r: original(orbits, 1.001 * symbol, r))
    else:
        monkeypatch.setattr(iterative, name, lambda symbol, orbits, v: original(1.001 * symbol, orbits, v))
    found = left_out(laplace, orbits_of("S5", 5), "pose", Ridge.of(0.125), route)
    assert found.residual is not None
    assert found.residual < 1e-10
    assert found.kernel_residual is not None
    assert found.kernel_residual > 1e-5
    assert any("Conjugate gradients left a residual of up to" in note for note in module.route_notes([found]))


def test_a_wrong_prediction_shows_in_the_kernel_residual(monkeypatch) -> None:
    """Errors taken from the first missing row instead of their own; the rows of the regression stay right."""
    original = iterative._regressions

    def mistaken(*arguments):
        found = original(*arguments)
        for j, points in enumerate(found.sets):
            found.rest[points, j] *= 1.001
        return found

    monkeypatch.setattr(iterative, "_regressions", mistaken)
    found = left_out(laplace, orbits_of("S5", 5), "pose", Ridge.of(0.125), "kernel")
    assert found.residual is not None
    assert found.residual < 1e-10
    assert found.kernel_residual is not None
    assert found.kernel_residual > 1e-6


def test_a_mistake_of_the_spectral_route_is_not_copied(monkeypatch) -> None:
    """Conjugate gradients by the kernel, preconditioned by mistaken blocks, find the right errors still."""
    orbits = orbits_of("S5", 5)
    original = iterative.orbit_operators
    monkeypatch.setattr(iterative, "orbit_operators", lambda o, symbol, r: original(o, symbol**1.02, r))
    found = left_out(laplace, orbits, "pose", Ridge.of(0.125), "kernel")
    poses = [orbits.offsets[c : c + 1] for c in range(2)]
    np.testing.assert_allclose(found.errors[..., 0], by_numpy(orbits, poses, 0.125)[:, 0], atol=1e-10)


def test_rows_in_pieces_are_rows(monkeypatch) -> None:
    """Where the points would fill the memory they are made some at a time."""
    orbits = orbits_of("S5", 5, fixed=True)
    v = RNG.normal(size=(int(orbits.sizes.sum()), 3))
    rows = np.array([0, 7, 119, 120, 150])
    expected = (laplace(orbits.all_points, orbits.all_points) @ v)[rows]
    monkeypatch.setattr(gram_products, "_COORDINATES", 40)
    np.testing.assert_allclose(gram_products.kernel_rows(laplace, orbits, rows, v), expected, atol=1e-12)
