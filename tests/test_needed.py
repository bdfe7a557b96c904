"""``predict --needed``: answers against brute force at every place, edge cases, refusals and planted mistakes."""

import json
import re
from dataclasses import replace
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from orbitkernels import needed, needed_command, needed_in_data
from orbitkernels.cli import main
from orbitkernels.errors import InputError, NotInvariantError, SingularGramError
from orbitkernels.needed import HEIGHTS, RingProblem, needed_poses, needed_separation
from orbitkernels.needed_in_data import needed_separation_of_pairs
from orbitkernels.needed_text import ring_lines
from orbitkernels.numerics import ring_law, rounding_rings
from orbitkernels.prediction import predict
from orbitkernels.proofs.kernels import NTK, kernel
from orbitkernels.ring_invariance import require_ring_invariance
from orbitkernels.text_plot import error_plot

KERNELS = (
    "ntk(depth=1)",
    "ntk(depth=2)",
    "nngp(depth=1)",
    "gaussian(length_scale=0.6)",
    "laplace(length_scale=0.5)",
)


def left_out(spec: str, poses: int, height: float, interleaved: bool, ridge: float) -> float:
    """Error at pose 0 from points written out here and NumPy's solver alone."""
    angles = 2 * np.pi * (np.arange(2 * poses) % poses) / poses
    angles[poses:] += np.pi / poses * interleaved
    radius = np.sqrt(1 - height**2)
    heights = np.repeat([height, -height], poses)
    points = np.stack([radius * np.cos(angles), radius * np.sin(angles), heights], axis=1)
    gram, labels = kernel(spec).gram(points), np.repeat([1.0, -1.0], poses)
    weights = np.linalg.solve(gram[1:, 1:] + ridge * np.eye(2 * poses - 1), labels[1:])
    return float(1 - gram[0, 1:] @ weights)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a command."""
    with pytest.raises(SystemExit) as stopped:
        main(["predict", *arguments])
    captured = capsys.readouterr()
    return int(stopped.value.code or 0), captured.out, captured.err


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


NOT_OF_ANGLES = (
    "attention_ntk(tokens=3)",
    "attention_nngp(tokens=3, head=flatten)",
    "cntk(filter=1, height=1, width=3, head=gap, activation=erf)",
)


@pytest.mark.parametrize("spec", NOT_OF_ANGLES)
@pytest.mark.parametrize("rings", ["aligned", "interleaved"])
def test_kernels_that_turns_change_are_refused_before_anything_is_computed(spec, rings, capsys) -> None:
    for ask in (lambda: needed_poses(spec, rings=rings), lambda: needed_separation(spec, 2, rings)):
        with pytest.raises(NotInvariantError, match=r"not invariant under (turns|the exchange) .* differs .* by "):
            ask()
    status, out, err = run(capsys, "--needed", "poses", "--kernel", spec, "--rings", rings)
    assert (status, out, err.count("\n")) == (2, "", 1)


def test_a_kernel_that_only_half_turns_leave_has_answers_for_two_poses(monkeypatch) -> None:
    """A sum over coordinates: half a turn and the reflection change signs, other turns mix coordinates."""
    spec = "cnngp(filter=1, height=3, width=1, head=flatten)"
    with pytest.raises(NotInvariantError, match="under turns"):
        needed_poses(spec, ridge=0.1)
    with pytest.raises(NotInvariantError, match="under turns"):
        needed_separation(spec, 3, ridge=0.1)
    monkeypatch.setattr(needed, "HEIGHTS", (0.2, 0.5, 0.8))
    found = needed_separation(spec, 2, ridge=0.1)
    assert len(found["curve"]) == 3
    for row in found["curve"]:
        assert row["error"] == pytest.approx(left_out(spec, 2, row["separation"], False, 0.1), rel=1e-10)


class Weighed(NTK):
    """The NTK with another weight on either ring: turns leave it as it is, their exchange does not."""

    def gram(self, X, Y=None, dtype=None):
        other = X if Y is None else Y
        return super().gram(X, Y) * np.outer(2 + X[:, 2], 2 + other[:, 2])


@pytest.mark.parametrize("rings", ["aligned", "interleaved"])
def test_rings_that_differ_are_refused(rings) -> None:
    """The symbol of one ring would be taken for the other's, and the answer be wrong."""
    for ask in (lambda k: needed_poses(k, rings=rings), lambda k: needed_separation(k, 4, rings)):
        with pytest.raises(NotInvariantError, match="under the exchange of two rings"):
            ask(Weighed(depth=1))


@pytest.mark.parametrize("count", [None, 1, 2, 5, 512])
@pytest.mark.parametrize("interleaved", [False, True])
def test_functions_of_the_angle_pass_with_the_defect_of_rounding(count, interleaved) -> None:
    for spec in (*KERNELS, "polynomial(degree=3)", "exp(-2*(1-u))", "ntk(depth=20)", "nngp(activation=gelu)"):
        assert require_ring_invariance(kernel(spec), count, interleaved) < 1e-13


def test_images_under_a_group_that_changes_the_kernel_are_refused(tmp_path: Path, capsys) -> None:
    """Shifts of the coordinates leave inner products of rows, and mix the tokens of a sequence."""
    path = tmp_path / "x.npz"
    np.savez(path, images=np.random.default_rng(0).normal(size=(8, 12)), labels=np.arange(8) % 2)
    options = ["--needed", "separation", "--group", "C12", "--data", str(path), "--pairs", "2", "--kernel"]
    status, out, err = run(capsys, *options, "attention_ntk(tokens=3)")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "not invariant under C12" in err
    assert run(capsys, *options, "ntk(depth=1)")[0] == 0


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


def test_routes_that_differ_are_told_loudly_if_the_check_of_the_kernel_is_forgotten(monkeypatch, capsys) -> None:
    """The planted mistake is the one that the check mends: the second guard sees it, for both questions."""
    monkeypatch.setattr(needed, "require_ring_invariance", lambda *_: 0.0)
    for ask in (lambda spec: needed_poses(spec, most=8), lambda spec: needed_separation(spec, 2)):
        for spec in NOT_OF_ANGLES[:2]:
            assert any(note.startswith("DO NOT TRUST THIS: ") for note in ask(spec)["notes"])
    _, out, _ = run(capsys, "--needed", "separation", "--poses", "2", "--kernel", NOT_OF_ANGLES[0])
    assert "Note: DO NOT TRUST THIS: at h = " in out


def test_routes_that_rounding_separates_are_not_called_different(monkeypatch) -> None:
    asked = [(spec, h, ridge) for spec in KERNELS for h in (1e-3, 0.3) for ridge in (0.0, 1e-9)]
    conditions = []
    for spec, h, ridge in [*asked, ("gaussian(length_scale=2)", 0.6, 0.0)]:
        found = needed_poses(spec, h, ridge=ridge, most=16)
        assert not [note for note in found["notes"] if "TRUST" in note]
        conditions.append(found["at"]["condition_number"])
    assert max(conditions) > 1e6
    original = ring_law.ring_error
    monkeypatch.setattr(needed, "ring_error", lambda f, g, r=0.0: original(f, np.asarray(g) * (1 + 1e-10), r))
    assert any("TRUST" in note for note in needed_poses("ntk(depth=2)", most=8)["notes"])


def test_pairs_of_images_whose_routes_differ_are_told_loudly(monkeypatch) -> None:
    asked = ("D4", "ntk(depth=3)", "digits", 0.0, 4)
    assert not [note for note in needed_separation_of_pairs(*asked)["notes"] if "TRUST" in note]
    original = needed_in_data.left_out

    def wrong(*given):
        found = original(*given)
        return replace(found, errors=found.errors * (1 + 1e-7))

    monkeypatch.setattr(needed_in_data, "left_out", wrong)
    (note,) = [note for note in needed_separation_of_pairs(*asked)["notes"] if "TRUST" in note]
    assert note.startswith("DO NOT TRUST THIS: of images ")


def test_every_option_belongs_to_one_question() -> None:
    assert not set(needed_command.RING_OPTIONS) & set(needed_command.DATA_OPTIONS)


# ---------------------------------------------------------------------- rounding


def exact_ring_error(same, cross, ridge) -> mpmath.mpf:
    """The error of two rings by leaving the pose out, with 60 digits, of the floats of the symbol."""
    count = len(same)
    with mpmath.workdps(60):
        f, g = ([mpmath.mpf(float(x)) for x in values] for values in (same, cross))
        f = [(f[j] + f[-j]) / 2 + (mpmath.mpf(ridge) if j == 0 else 0) for j in range(count)]
        own = [[f[(j - i) % count] for j in range(count)] for i in range(count)]
        across = [[g[(j - i) % count] for j in range(count)] for i in range(count)]
        K = [a + b for a, b in zip(own, across, strict=True)]
        K += [list(a) + b for a, b in zip(zip(*across, strict=True), own, strict=True)]
        kept = range(1, 2 * count)
        labels = [mpmath.mpf(1 if i < count else -1) for i in kept]
        dual = mpmath.lu_solve(mpmath.matrix([[K[i][j] for j in kept] for i in kept]), mpmath.matrix(labels))
        return 1 - mpmath.fsum(K[0][j] * dual[j - 1] for j in kept)


def ring_ratios(spec: str, poses: int, height: float, rings: str, ridge: float) -> tuple[float, float]:
    """Bound and level over the error that rounding makes."""
    problem = RingProblem.of(spec, rings, ridge)
    true = exact_ring_error(*problem._symbol(poses, height))
    away = float(abs(true - mpmath.mpf(problem.error(poses, height).error)))
    known = problem.rounding(poses, height)
    assert away <= known.bound
    return known.bound / away, known.level / away


def test_rounding_bounds_of_rings_hold_and_are_not_idle() -> None:
    found = [
        ring_ratios(spec, poses, height, rings, ridge)
        for spec in ("ntk(depth=2)", "gaussian(length_scale=2)", "gaussian(length_scale=4)")
        for poses, height in ((3, 0.1), (6, 0.3), (8, 0.7), (11, 0.3))
        for rings in ("aligned", "interleaved")
        for ridge in (0.0, 1e-6)
    ]
    assert len(found) == 48
    bounds, levels = np.median(found, axis=0)
    assert 100 < bounds < 1e5
    assert 1 < levels < 1e3


def test_a_bound_of_rings_that_is_too_small_is_caught(monkeypatch) -> None:
    known = rounding_rings.quotient_bound
    monkeypatch.setattr(rounding_rings, "quotient_bound", lambda *given: known(*given) / 1e6)
    with pytest.raises(AssertionError):
        test_rounding_bounds_of_rings_hold_and_are_not_idle()


def test_every_error_has_its_bound_and_a_large_one_a_note() -> None:
    plain = needed_poses("ntk(depth=2)", most=16)
    for row in plain["curve"]:
        assert 0 < row["rounding_level"] < row["rounding_bound"] < 1e-9 * row["error"]
        assert row["condition_number"] >= 1
    assert plain["notes"] == []
    smooth = needed_poses("gaussian(length_scale=2)", separation=0.6, most=24)
    assert smooth["at"]["rounding_bound"] < 1e-3 * smooth["at"]["error"]
    assert smooth["curve"][-1]["rounding_bound"] > 1e-3 * smooth["curve"][-1]["error"]
    assert any(
        note.startswith("Rounding in double precision may change the error with 15 poses")
        for note in smooth["notes"]
    )
    json.dumps(smooth, allow_nan=False)


def test_every_error_of_images_has_its_bound_and_a_large_one_a_note() -> None:
    pairs = needed_separation_of_pairs("D4", "ntk(depth=3)", "digits", pairs=2)
    for row in pairs["pairs"]:
        sizes = np.abs(row["spectral_error"])
        assert (np.array(row["rounding_levels"]) < row["rounding_bounds"]).all()
        assert (np.array(row["rounding_bounds"]) < 1e-9 * sizes).all()
    rough = needed_separation_of_pairs("D4", "gaussian(length_scale=400000)", "digits", pairs=2)
    (note,) = (
        note for note in rough["notes"] if note.startswith("Rounding in double precision may change an error")
    )
    assert note.endswith("; a ridge lowers that.")  # there is no choice of precision
