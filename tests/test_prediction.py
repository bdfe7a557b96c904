"""Predictions on real images: the two routes agree, the pairs are what they should be, bad input gets one line."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.data import Dataset, load
from orbitkernels.errors import InputError, NotInvariantError, SingularGramError
from orbitkernels.prediction import predict

RNG = np.random.default_rng(2)

PAIR_KEYS = {
    "labels",
    "indices",
    "spectral_error",
    "exact_error",
    "spectral_errors",
    "exact_errors",
    "relative_difference",
    "ridge",
    "rounding_bound",
    "rounding_bounds",
    "condition_number",
    "stabiliser_orders",
    "exact_route",
    "product",
    "residual",
    "kernel_residual",
}


def mnist() -> str:
    """The real files, if anywhere: the environment says where, or the folder beside the checkout."""
    beside = Path(__file__).parents[2] / "shared" / "data" / "mnist"
    folder = Path(os.environ.get("ORBITKERNELS_MNIST", beside))
    if not folder.is_dir():
        pytest.skip("no MNIST files; set ORBITKERNELS_MNIST to their folder")
    return f"mnist:{folder}"


def check_pairs(result: dict, pairs: int) -> None:
    """What holds of every prediction."""
    assert len(result["pairs"]) == pairs
    assert len({frozenset(row["indices"]) for row in result["pairs"]}) == pairs
    for row in result["pairs"]:
        assert set(row) == PAIR_KEYS
        assert row["labels"][0] != row["labels"][1]
        for orbit in range(2):
            difference = abs(row["spectral_errors"][orbit] - row["exact_errors"][orbit])
            assert difference <= 1e-8 * abs(row["exact_errors"][orbit])
        assert row["relative_difference"] <= 1e-8
        assert row["exact_error"] == row["exact_errors"][0] > 0
        assert row["spectral_error"] == row["spectral_errors"][0]
    assert result["largest_relative_difference"] == max(r["relative_difference"] for r in result["pairs"])
    assert json.loads(json.dumps(result, allow_nan=False)) == result


@pytest.mark.parametrize("group", ["D4", "C8xC8", "C4", "D2", "C2xC4"])
def test_digits(group: str) -> None:
    result = predict(group, "ntk(depth=3)", "digits", pairs=64)
    check_pairs(result, 64)
    assert [result[key] for key in ("group", "kernel", "data", "ridge", "missing", "seed")] == [
        group,
        "ntk(depth=3)",
        "digits",
        0.0,
        "pose",
        0,
    ]
    assert result["notes"] == []


@pytest.mark.parametrize(("group", "padded"), [("D4", False), ("C8xC8", True), ("C7xC4", False)])
def test_mnist(group: str, padded: bool) -> None:
    result = predict(group, "ntk(depth=3)", mnist(), pairs=16)
    check_pairs(result, 16)
    assert (
        result["notes"]
        == ["Images were padded with zeros from 28x28 to 32x32 pixels, so that C8xC8 can shift them."] * padded
    )


def test_the_error_is_that_of_the_images_named() -> None:
    """Drop a pose of the image with the first index, solve by NumPy, predict."""
    digits, kernel = load("digits"), ok.NTK(depth=3)
    for row in predict("D4", kernel, digits, pairs=5, seed=3)["pairs"]:
        images = digits.images[row["indices"]]
        assert digits.labels[row["indices"]].tolist() == row["labels"]
        poses = [np.rot90(face, k).ravel() for x in images for face in (x, x.T) for k in range(4)]
        K, y = kernel.gram(np.array(poses)), np.repeat([1.0, -1.0], 8)
        assert row["condition_number"] == pytest.approx(np.linalg.cond(K), rel=1e-9)
        for orbit, gone in enumerate((0, 8)):
            kept = np.delete(np.arange(16), gone)
            error = y[gone] - K[gone, kept] @ np.linalg.solve(K[np.ix_(kept, kept)], y[kept])
            assert row["exact_errors"][orbit] == pytest.approx(error, rel=1e-10)
            assert row["spectral_errors"][orbit] == pytest.approx(error, rel=1e-10)


def test_seeds_repeat_and_differ() -> None:
    first, again, other = (predict("D4", "ntk(depth=1)", "digits", pairs=4, seed=s) for s in (1, 1, 2))
    assert first == again
    assert first["pairs"] != other["pairs"]


def test_missing_cosets_lists_and_ridge() -> None:
    for missing in ("coset:r", "coset:r^2,s"):
        result = predict("D4", "ntk(depth=2)", "digits", missing=missing, ridge=0.25, pairs=3)
        check_pairs(result, 3)
        assert (result["missing"], result["ridge"]) == (missing, 0.25)
    result = predict("D4", "ntk(depth=2)", "digits", missing=["r", "s*r"], pairs=3)
    assert result["missing"] == ["r", "s*r"]
    for row in result["pairs"]:
        assert np.shape(row["spectral_errors"]) == np.shape(row["exact_errors"]) == (2, 2)
        assert row["exact_error"] == row["exact_errors"][0][0]
        assert np.allclose(row["spectral_errors"], row["exact_errors"], rtol=1e-8, atol=0)
    # fewer poses to learn from: the error of a coset is larger in the mean
    pose, coset = (predict("D4", "ntk(depth=2)", "digits", missing=m, pairs=9) for m in ("pose", "coset:r"))
    mean = [np.mean([row["exact_error"] for row in result["pairs"]]) for result in (pose, coset)]
    assert mean[0] < mean[1]


def test_symmetric_images_have_stabilisers() -> None:
    plain = RNG.integers(0, 9, size=(6, 4, 4)).astype(float)
    plain[:3] += plain[:3, :, ::-1]
    result = predict("D4", "gaussian(length_scale=4)", Dataset(plain, np.array([0, 0, 0, 1, 1, 1]), "x"), pairs=9)
    check_pairs(result, 9)
    for row in result["pairs"]:
        assert row["stabiliser_orders"] == [2 if index < 3 else 1 for index in row["indices"]]


def test_images_on_one_orbit_are_passed_over() -> None:
    image = RNG.normal(size=(3, 3))
    images = np.stack([image, np.rot90(image), RNG.normal(size=(3, 3))])
    data = Dataset(images, np.array([0, 1, 1]), "three")
    result = predict("D4", "ntk(depth=1)", data, pairs=1)
    assert sorted(result["pairs"][0]["indices"]) == [0, 2]
    with pytest.raises(InputError, match="only 1 pairs of images of different classes on"):
        predict("D4", "ntk(depth=1)", data, pairs=2)


@pytest.mark.parametrize(("group", "shape"), [("S3", (6, 3, 2)), ("S4", (6, 4)), ("C5", (6, 10))])
def test_sets_and_vectors_from_a_file(tmp_path: Path, group: str, shape: tuple[int, ...]) -> None:
    np.savez(tmp_path / "x.npz", images=RNG.normal(size=shape), labels=[0, 1, 2, 0, 1, 2])
    result = predict(group, "laplace(length_scale=2)", str(tmp_path / "x.npz"), pairs=12)
    check_pairs(result, 12)


def test_progress_is_told() -> None:
    told = []
    predict("C4", "ntk(depth=1)", "digits", pairs=3, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_rounding_is_said_where_it_matters() -> None:
    """Nearly equal kernel values: the condition number exceeds 10^8, and a note says what that means."""
    result = predict("D4", "gaussian(length_scale=3000)", "digits", pairs=2)
    worst = max(row["condition_number"] for row in result["pairs"])
    assert worst > 1e8
    assert len(result["notes"]) == 1
    assert result["notes"][0].startswith("Rounding alone may separate the two routes by up to about")
    assert f"the largest is {worst:.1e}" in result["notes"][0]
    allowed = float(result["notes"][0].split("about ")[1].split(",")[0])
    # how much of the bound rounding uses up depends on the BLAS, so only the bound itself is held to 1e-8
    assert allowed > 1e-8
    assert result["largest_relative_difference"] < allowed


def wide() -> Dataset:
    return Dataset(RNG.normal(size=(4, 3, 5)), np.array([0, 1, 0, 1]), "wide")


BAD = {
    "not square": (("D4", "ntk(depth=1)", wide()), {}, "must be square, not 3 x 5"),
    "unknown group": (("D4x", "ntk(depth=1)", "digits"), {}, "D4x"),
    "no action": (("Q8", "ntk(depth=1)", "digits"), {}, "no usual action on images 8 x 8"),
    "unknown kernel": (("D4", "ntkk(depth=1)", "digits"), {}, "ntk"),
    "unknown data": (("D4", "ntk(depth=1)", "digit"), {}, "did you mean 'digits'?"),
    "missing": (("D4", "ntk(depth=1)", "digits"), {"missing": "coset:q"}, "the generators are r, s"),
    "average": (("D4", "ntk(depth=1)", "digits"), {"average": "r,q"}, "Argument 'average' holds 'q'"),
    "ridge": (("D4", "ntk(depth=1)", "digits"), {"ridge": -1}, "'ridge' must be a finite number >= 0, not -1"),
    "no group": ((None, "ntk(depth=1)", "digits"), {}, "'group' must be a FiniteGroup (see ok.group), not None"),
    "average list": (("D4", "ntk(depth=1)", "digits"), {"average": ["r"]}, "must be 'G' or words such as 'r^2,s'"),
    "dictionary": (("D4", "ntk(depth=1)", "digits"), {"missing": {0: "pose"}}, "not a dictionary; spec"),
    "precise dictionary": (
        ("D4", "ntk(depth=1)", "digits"),
        {"missing": {0: "pose"}, "precision": "double-double"},
        "Argument 'missing' must be 'pose', 'coset:WORDS' or a list of poses, not a dictionary",
    ),
    "two precisions": (
        ("D4", "ntk(depth=1)", "digits"),
        {"precision": np.array(["double", "arb"])},
        "Argument 'precision' must be one of double, double-double, arb, not array(['double', 'arb']",
    ),
    "dense route": (
        ("C80xC80", "ntk(depth=1)", "digits"),
        {"exact_route": "dense"},
        "needs for 'C80xC80' the Gram matrix of 12800 points, 1.2 GiB, beyond the limit of 8192 points",
    ),
    "permutations": (
        ("C32768", "ntk(depth=1)", "digits"),
        {},
        "C32768 on 262144 points needs 64.0 GiB of permutations, beyond the limit of 2 GiB; choose a smaller gr",
    ),
    "exact route": (
        ("D4", "ntk(depth=1)", "digits"),
        {"exact_route": "iterative"},
        "'exact_route' must be one of auto, dense, kernel, group, transform, not 'iterative'",
    ),
    "precision and group": (
        ("C100xC100", "ntk(depth=1)", "digits"),
        {"precision": "double-double"},
        "'precision' = 'double-double' needs for 'C100xC100' the Gram matrix of 20000 points, 3.0 GiB, beyond",
    ),
    "precision and route": (
        ("D4", "ntk(depth=1)", "digits"),
        {"precision": "arb", "exact_route": "kernel"},
        "'exact_route' is 'kernel', which is in double precision; with precision=arb choose 'auto' or 'dense'",
    ),
    "no pairs": (("D4", "ntk(depth=1)", "digits"), {"pairs": 0}, "'pairs' must be a positive integer"),
    "half a pair": (("D4", "ntk(depth=1)", "digits"), {"pairs": 0.5}, "not 0.5"),
    "seed": (("D4", "ntk(depth=1)", "digits"), {"seed": -3}, "'seed' must be an integer of at least 0, not -3"),
    "too many pairs": (("C5", "ntk(depth=1)", wide()), {"pairs": 5}, "wide has only 4 pairs"),
    "one class": (
        ("C5", "ntk(depth=1)", Dataset(RNG.normal(size=(4, 5)), np.zeros(4, dtype=np.int64), "one")),
        {},
        "one has only 0 pairs",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(case: str) -> None:
    arguments, keywords, expected = BAD[case]
    with pytest.raises(InputError) as caught:
        predict(*arguments, **keywords)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_singular_and_not_invariant_kernels() -> None:
    with pytest.raises(SingularGramError, match=r"^Images \d+ and \d+: .* irrep \d+ \(degree \d\), .*; ridge = "):
        predict("C8xC8", "polynomial(degree=1)", "digits", pairs=1)
    with pytest.raises(NotInvariantError, match=r"differs from k\(x, y\) by"):
        predict("D4", lambda X, Y: X[:, :32] @ Y[:, :32].T, "digits", pairs=1)


def test_kernels_are_averaged_over_the_group_or_a_subgroup() -> None:
    """A missing pose is recovered up to the ridge over G, and over half turns, as its half turn is seen."""
    plain = predict("D4", "ntk(depth=1)", "digits", ridge=1e-5, pairs=3)
    for average, order in (("G", 8), ("r^2", 2)):
        result = predict("D4", "ntk(depth=1)", "digits", ridge=1e-5, pairs=3, average=average)
        over = "" if order == 8 else ", subgroup of order 2"
        assert result["kernel"] == (
            f"averaged(ntk(depth=1, activation=relu, weight_variance=1, bias_variance=1), D4{over})"
        )
        for row, before in zip(result["pairs"], plain["pairs"], strict=True):
            assert row["indices"] == before["indices"]
            assert 0 < row["exact_error"] < 1e-2 < 0.1 < before["exact_error"]
            assert row["relative_difference"] < 1e-6
    with pytest.raises(NotInvariantError, match=r"not normal in D4"):
        predict("D4", "ntk(depth=1)", "digits", ridge=1e-5, pairs=1, average="s")


def rbf(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    return np.exp(-((X[:, None] - Y[None]) ** 2).sum(-1) / 2e3)


def test_what_was_asked_for_is_recorded_without_addresses() -> None:
    """A word and a number in one list stay what they are, and a function has its name."""
    result = predict("D4", rbf, "digits", missing=[0, "r"], pairs=1)
    assert (result["kernel"], result["missing"]) == ("rbf", [0, "r"])
    assert predict("D4", rbf, "digits", missing=np.array([0, 1]), pairs=1)["missing"] == [0, 1]
    json.dumps(result)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ["C4", "D4"])
def test_a_ridge_that_drowns_the_kernel(name: str) -> None:
    pair = predict(name, "ntk(depth=3)", "digits", ridge=1e150, pairs=1)["pairs"][0]
    for route in ("spectral_errors", "exact_errors"):
        np.testing.assert_allclose(pair[route], [1, -1], rtol=1e-15)


def test_rounding_is_noted_and_not_warned_of_as_well() -> None:
    """The notes have bounds; filterwarnings = error would raise a warning of the batch."""
    result = predict("D4", "gaussian(length_scale=600000)", "digits", pairs=1)
    assert any("rounding in double precision may change an error" in note for note in result["notes"])
