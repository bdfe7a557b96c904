"""``predict --needed``: answers against brute force at every place, edge cases, refusals and planted mistakes."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from needed_runs import KERNELS, left_out, run

from orbitkernels import needed, needed_command
from orbitkernels.errors import InputError, SingularGramError
from orbitkernels.needed import HEIGHTS, RingProblem, needed_poses, needed_separation
from orbitkernels.needed_in_data import needed_separation_of_pairs
from orbitkernels.needed_text import ring_lines
from orbitkernels.numerics import ring_law
from orbitkernels.prediction import predict
from orbitkernels.text_plot import error_plot

# ---------------------------------------------------------------------- answers


@settings(max_examples=20)
@given(
    st.sampled_from(KERNELS),
    st.sampled_from(["aligned", "interleaved"]),
    st.floats(0.05, 0.9),
    st.sampled_from([0.0, 0.01, 1.0]),
)
def test_the_number_of_poses_is_the_smallest_from_which_on_leaving_out_gives_less_than_one(spec, rings, h, ridge):
    try:
        found = needed_poses(spec, h, rings, ridge, most=20)
    except SingularGramError:
        assert ridge == 0.0  # smooth kernels of many poses are singular to rounding; with a ridge none is
        reject()
    first, last = found["searched"]
    errors = [left_out(spec, N, h, rings == "interleaved", ridge) for N in range(first, last + 1)]
    assume(all(abs(error - 1) > 1e-6 for error in errors))
    for row, error in zip(found["curve"], errors, strict=True):
        assert row["error"] == pytest.approx(error, abs=1e-14 * row["condition_number"] * 40)
    below = [error < 1 for error in errors]
    answers = [N for N in range(first, last + 1) if all(below[N - first :])]
    assert found["answer"] == (answers[0] if answers else None)


@settings(max_examples=12)
@given(st.sampled_from(KERNELS), st.sampled_from(["aligned", "interleaved"]), st.integers(2, 8))
def test_the_separation_is_where_leaving_out_gives_one(spec, rings, poses):
    found = needed_separation(spec, poses, rings)
    turned = rings == "interleaved"
    first, last = found["searched"]
    errors = {h: left_out(spec, poses, h, turned, 0.0) for h in HEIGHTS if first <= h <= last}
    if found["answer"] is None:
        assert errors[last] >= 1 - 1e-9
    elif found["answer"] == first:
        assert max(errors.values()) < 1 + 1e-9
    else:
        assert left_out(spec, poses, found["answer"], turned, 0.0) == pytest.approx(1, abs=1e-6)
        assert all(error < 1 + 1e-9 for h, error in errors.items() if h >= found["answer"])
        assert found["at"]["mmd_squared"] == pytest.approx(found["at"]["needed_mmd_squared"], rel=1e-6)


def test_the_answer_and_the_place_below_it_are_checked_by_brute_force() -> None:
    found = needed_poses("ntk(depth=2)", 0.3, most=32)
    assert [check["poses"] for check in found["checks"]] == [found["answer"], found["answer"] - 1] == [4, 3]
    assert [check["exact_error"] < 1 for check in found["checks"]] == [True, False]
    assert found["largest_relative_difference"] < 1e-12
    heights = needed_separation("ntk(depth=2)", 16)
    assert heights["checks"][0]["separation"] == heights["answer"]
    assert heights["checks"][0]["exact_error"] == pytest.approx(1, abs=1e-9)
    assert heights["checks"][1]["exact_error"] > 1


def test_more_poses_need_less_separation() -> None:
    answers = [needed_separation("ntk(depth=1)", N)["answer"] for N in (4, 8, 16, 32)]
    assert answers == sorted(answers, reverse=True)


def test_an_error_that_rises_again_is_not_taken_for_an_answer(monkeypatch) -> None:
    """Below 1 at 3 and 4, above at 5, below from 6 on."""
    original = RingProblem.error

    def uneven(self, poses, height):
        found = original(self, poses, height)
        size = 0.5 if poses in (3, 4) or poses >= 6 else 1.5
        return ring_law.RingError(size, found.mmd_squared, found.noise, found.needed_mmd_squared, found.condition)

    monkeypatch.setattr(RingProblem, "error", uneven)
    assert needed_poses("ntk(depth=1)", most=12)["answer"] == 6
    assert needed_poses("ntk(depth=1)", most=5)["answer"] is None


def test_an_answer_that_is_never_reached_says_the_error_at_the_end() -> None:
    found = needed_poses("laplace(length_scale=0.001)", 0.3, most=24)
    assert found["answer"] is None
    assert found["searched"] == [1, 24]
    assert found["at"]["poses"] == 24
    assert found["at"]["error"] >= 1
    assert any(line.startswith("Not reached: with 24 poses the error is 1") for line in ring_lines(found))
    apart = needed_separation("ntk(depth=1)", 1)
    assert apart["answer"] is None
    assert apart["at"]["separation"] == HEIGHTS[-1]
    assert any("Not reached: with h = 0.995" in line for line in ring_lines(apart))


def test_a_search_that_rounding_ends_says_so() -> None:
    found = needed_poses("gaussian(length_scale=0.4)", 0.3)
    assert found["answer"] == 8
    last = found["searched"][1]
    assert 20 < last < 100
    ended, rounded = found["notes"]
    assert ended == (
        f"From {last + 1} poses on the Gram matrix is singular to rounding, so the search ended there; a"
        f" ridge lets "
        "it go on."
    )
    assert rounded.startswith(f"Rounding in double precision may change the error with {last} poses by")
    with_ridge = needed_poses("gaussian(length_scale=0.4)", 0.3, ridge=1e-3, most=200)
    assert with_ridge["searched"] == [1, 200]
    assert with_ridge["notes"] == []


def test_an_error_below_one_at_every_height_says_so() -> None:
    found = needed_separation("nngp(depth=1)", 128)
    assert found["answer"] == found["searched"][0]
    assert "below 1 at all heights" in found["notes"][0]


def test_the_law_holds_for_many_poses_and_is_absent_where_it_is_unknown() -> None:
    for spec, exponent in (("ntk(depth=2)", 2), ("nngp(depth=1)", 4)):
        found = needed_poses(spec, 0.2)
        last, law = found["curve"][-1], found["law"]
        assert law["exponent"] == exponent
        assert last["error"] * last["mmd_squared"] * 512**exponent == pytest.approx(law["constant"], rel=1e-3)
    for spec, ridge in (("gaussian", 0.1), ("ntk(depth=1)", 0.1), ("ntk(activation=erf)", 0.1)):
        assert needed_poses(spec, ridge=ridge, most=4)["law"] is None
    assert needed_poses("ntk(depth=2, bias_variance=0)", most=4)["law"] is None


# ---------------------------------------------------------------------- refusals


@pytest.mark.parametrize("height", [0, 1, -0.3, float("nan"), float("inf"), "far", None])
def test_a_height_out_of_range_is_refused(height) -> None:
    with pytest.raises(InputError, match=r"'separation' .* 0 < h < 1"):
        needed_poses("ntk(depth=1)", height)


@pytest.mark.parametrize("poses", [0, -1, 513, 2.5, "many"])
def test_a_number_of_poses_out_of_range_is_refused(poses) -> None:
    with pytest.raises(InputError, match="'poses'"):
        needed_separation("ntk(depth=1)", poses)


def test_singular_rings_are_refused_with_a_remedy() -> None:
    with pytest.raises(SingularGramError, match=r"two rings of 2 poses .* add a ridge"):
        needed_poses("polynomial(degree=1)")
    with pytest.raises(SingularGramError, match="12 poses is singular to rounding at every height"):
        needed_separation("polynomial(degree=2)", 12)
    with pytest.raises(InputError, match="'rings' must be one of aligned, interleaved"):
        needed_poses("ntk(depth=1)", rings="twisted")
    assert needed_poses("polynomial(degree=1)", ridge=0.1, most=8)["searched"] == [1, 8]


REFUSED = {
    "no such question": (["--needed", "pose"], "--needed"),
    "separation is sought": (["--needed", "separation", "--separation", "0.3"], "--separation"),
    "poses are sought": (["--needed", "poses", "--poses", "4"], "--poses"),
    "poses of a group": (["--needed", "poses", "--group", "D4"], "leave --group out"),
    "rings with a group": (["--needed", "separation", "--group", "D4", "--rings", "aligned"], "--rings"),
    "poses with a group": (["--needed", "separation", "--group", "D4", "--poses", "4"], "--poses"),
    "data without a group": (["--needed", "separation", "--data", "digits"], "--data"),
    "pairs without a group": (["--needed", "poses", "--pairs", "4"], "--pairs"),
    "seed without a group": (["--needed", "poses", "--seed", "0"], "--seed"),
    "missing coset": (["--needed", "separation", "--group", "D4", "--missing", "coset:r"], "--missing"),
    "figure without a question": (["--group", "D4", "--out", "x.svg"], "--out"),
    "poses without a question": (["--group", "D4", "--poses", "3"], "--poses"),
    "separation without a question": (["--group", "D4", "--separation", "0.3"], "--separation"),
    "unknown rings": (["--needed", "poses", "--rings", "twisted"], "--rings"),
    "unknown kernel": (["--needed", "poses", "--kernel", "ntkk"], "ntk"),
    "kernel without a value": (["--needed", "poses", "--kernel", "sin(u)-1"], "positive definite"),
    "tiny kernel": (["--needed", "poses", "--kernel", "1e-160*exp(u)"], "k(x, x) = 2.7e-160"),
    "tiniest kernel, JSON": (
        ["--needed", "separation", "--kernel", "1e-300*exp(u)", "--format", "json"],
        "between 1e-100 and 1e+100",
    ),
    "huge kernel": (["--needed", "separation", "--kernel", "1e300*exp(u)"], "k(x, x) = 2.7e+300"),
    "large kernel": (["--needed", "poses", "--kernel", "1e160*exp(u)"], "errors stay the same"),
    "negative ridge": (["--needed", "poses", "--ridge", "-1"], "ridge"),
    "poses no number": (["--needed", "separation", "--poses", "x"], "--poses"),
    "figure that cannot be written": (["--needed", "poses", "--ridge", "1", "--out", "/proc/x.svg"], "/proc/x"),
    "no group and no question": ([], "--group"),
}


@pytest.mark.parametrize(("arguments", "named"), REFUSED.values(), ids=REFUSED)
def test_bad_input_gets_one_line_and_prints_nothing_else(arguments, named, capsys) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("orbitkernels: ")
    assert err.count("\n") == 1
    assert named in err


# ---------------------------------------------------------------------- what is printed


def test_the_json_is_the_answer_and_the_figure_shows_it(capsys, tmp_path: Path) -> None:
    target = tmp_path / "new" / "curve.svg"
    arguments = ["--needed", "separation", "--kernel", "ntk(depth=2)", "--poses", "8", "--rings", "interleaved"]
    status, out, err = run(capsys, *arguments, "--format", "json", "--out", str(target))
    assert status == 0
    assert err == f"Wrote {target}\n"
    assert json.loads(out) == needed_separation("ntk(depth=2)", 8, "interleaved")
    figure = target.read_text(encoding="utf-8")
    assert figure.startswith("<svg")
    assert "by separation" in figure


def test_the_text_has_a_plot_and_the_number(capsys) -> None:
    status, out, err = run(capsys, "--needed", "poses", "--kernel", "ntk(depth=2)", "--separation", "0.3")
    assert (status, err) == (0, "")
    assert "Needed: 4 poses a ring" in out
    assert re.search(r"^ +1 .┄+•", out, re.MULTILINE)
    assert "Density law (T11)" in out


def test_a_plot_puts_points_where_they_are() -> None:
    rows = error_plot([1, 10, 100], [100.0, 1.0, 0.01], logarithmic=True, width=21, height=5, unicode=False)
    assert [row.find("*") - row.find("|") for row in rows if "*" in row] == [1, 11, 21]
    assert [float(row[:10]) for row in rows[:5] if row[:10].strip()] == [100, 1, 0.01]
    alone = error_plot([1.0], [1.0], width=5, height=3)
    assert sum("•" in row for row in alone) == 1


# ---------------------------------------------------------------------- images


def test_noise_over_signal_is_near_the_error_of_images_and_the_errors_are_those_of_predict() -> None:
    found = needed_separation_of_pairs("D4", "ntk(depth=3)", "digits", ridge=0.05, pairs=6, seed=3)
    same = predict("D4", "ntk(depth=3)", "digits", ridge=0.05, pairs=6, seed=3)
    rights = 0
    for row, pair in zip(found["pairs"], same["pairs"], strict=True):
        assert row["indices"] == pair["indices"]
        exact = np.array(pair["exact_errors"]) * [1, -1]
        np.testing.assert_allclose(row["exact_error"], exact, rtol=1e-9)
        np.testing.assert_allclose(row["balanced_error"], exact, rtol=0.02)
        for noise, wanted, balanced in zip(
            row["noise"], row["needed_mmd_squared"], row["balanced_error"], strict=True
        ):
            assert 8 * wanted / 2 + 0.05 == pytest.approx(noise)
            assert (row["mmd_squared"] > wanted) == (balanced < 1)
        rights += int(np.sum(exact < 1))
    assert found["right"] == rights
    assert found["poses"] == 12
    assert found["largest_relative_difference"] < 1e-9


def test_balanced_images_have_exactly_the_error_of_the_formula() -> None:
    """The second image is the first, transposed: transposing exchanges the orbits of the rotations."""
    from orbitkernels.data import Dataset

    rng = np.random.default_rng(1)
    image = rng.random((4, 4))
    data = Dataset(np.stack([image, image.T]), np.array([0, 1]), "toy")
    found = needed_separation_of_pairs("C4", "gaussian(length_scale=1)", data, pairs=1)
    (row,) = found["pairs"]
    assert row["stabiliser_orders"] == [1, 1]
    np.testing.assert_allclose(row["balanced_error"], row["exact_error"], rtol=1e-9)


def test_images_are_printed_as_a_table_and_drawn(capsys, tmp_path: Path) -> None:
    target = tmp_path / "pairs.svg"
    status, out, err = run(capsys, "--needed", "separation", "--group", "D4", "--pairs", "2", "--out", str(target))
    assert (status, err) == (0, f"Wrote {target}\n")
    assert "of 4." in out
    assert "Largest relative difference" in out
    assert target.read_text(encoding="utf-8").startswith("<svg")


# ---------------------------------------------------------------------- planted mistakes


def test_a_wrong_formula_shows_beside_the_brute_force(monkeypatch) -> None:
    original = ring_law.ring_error

    def wrong(same, cross, ridge=0.0):
        return original(same, np.asarray(cross) * 1.001, ridge)

    assert needed_poses("ntk(depth=2)", most=8)["largest_relative_difference"] < 1e-12
    monkeypatch.setattr(needed, "ring_error", wrong)
    assert needed_poses("ntk(depth=2)", most=8)["largest_relative_difference"] > 1e-4


def test_a_forgotten_ridge_or_turn_shows_beside_the_brute_force(monkeypatch) -> None:
    original = ring_law.ring_error
    assert needed_poses("ntk(depth=2)", ridge=0.5, most=8)["largest_relative_difference"] < 1e-12
    with monkeypatch.context() as patch:
        patch.setattr(needed, "ring_error", lambda same, cross, ridge: original(same, cross))
        assert needed_poses("ntk(depth=2)", ridge=0.5, most=8)["largest_relative_difference"] > 1e-3
    straight = RingProblem.of("ntk(depth=2)", "aligned").error(4, 0.3).error
    assert RingProblem.of("ntk(depth=2)", "interleaved").error(4, 0.3).error != pytest.approx(straight, rel=1e-3)
    assert RingProblem.of("ntk(depth=2)", "interleaved").brute_force(4, 0.3) == pytest.approx(
        left_out("ntk(depth=2)", 4, 0.3, True, 0.0), rel=1e-12
    )


def test_every_option_belongs_to_one_question() -> None:
    assert not set(needed_command.RING_OPTIONS) & set(needed_command.DATA_OPTIONS)
