"""``predict --needed`` asks kernels whether its symmetries leave them, and tells routes that differ."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from needed_runs import KERNELS, left_out, run

from orbitkernels import needed, needed_in_data
from orbitkernels.errors import NotInvariantError
from orbitkernels.needed import needed_poses, needed_separation
from orbitkernels.needed_in_data import needed_separation_of_pairs
from orbitkernels.numerics import ring_law
from orbitkernels.proofs.kernels import NTK, kernel
from orbitkernels.ring_invariance import require_ring_invariance

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
