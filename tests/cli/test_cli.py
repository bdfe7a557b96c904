"""The command line: formats, exit codes, and one line for each bad input."""

import dataclasses
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from orbitkernels.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a command."""
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    captured = capsys.readouterr()
    return int(stopped.value.code or 0), captured.out, captured.err


def test_characters_as_json_follow_the_documented_schema(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "characters", "C7:C3", "--format", "json")
    table = json.loads(out)
    assert status == 0
    assert (table["group"], table["order"], table["exponent"]) == ("C7:C3", 21, 21)
    assert sum(cls["size"] for cls in table["classes"]) == 21
    assert {"representative", "size", "element_order"} <= set(table["classes"][0])
    for character in table["characters"]:
        assert len(character["values"]) == len(character["numeric"]) == 5
        for value, (real, imaginary) in zip(character["values"], character["numeric"], strict=True):
            root = np.exp(2j * np.pi / value["conductor"])
            exact = sum(float(c) * root**j for j, c in enumerate(value["coefficients"]))
            assert abs(exact - complex(real, imaginary)) < 1e-14
    assert sorted(character["degree"] for character in table["characters"]) == [1, 1, 1, 3, 3]


@pytest.mark.parametrize(("format", "sign"), [("text", "X3"), ("latex", r"\chi_{3}")])
def test_characters_in_other_formats(capsys: pytest.CaptureFixture[str], format: str, sign: str) -> None:
    status, out, _ = run(capsys, "characters", "S3", "--format", format)
    assert status == 0
    assert sign in out


def test_predict_routes_agree_on_every_pair_of_digits(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(
        capsys,
        *("predict", "--group", "D4", "--kernel", "ntk(depth=3)", "--data", "digits", "--pairs", "64"),
        *("--format", "json"),
    )
    result = json.loads(out)
    assert status == 0
    assert set(result) >= {"group", "kernel", "data", "ridge", "pairs"}
    assert len(result["pairs"]) == 64
    for pair in result["pairs"]:
        assert set(pair) >= {"labels", "spectral_error", "exact_error", "condition_number"}
        assert pair["labels"][0] != pair["labels"][1]
        assert abs(pair["spectral_error"] - pair["exact_error"]) <= 1e-8 * abs(pair["exact_error"])


def test_predict_as_text_ends_with_the_agreement_of_the_routes(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "predict", "--group", "C4", "--pairs", "2", "--ridge", "0.1")
    assert status == 0
    assert "of 2 pairs" in out
    assert "Largest relative difference" in out


def test_predict_without_a_condition_number(capsys: pytest.CaptureFixture[str]) -> None:
    """Balls enclose errors where the floats know no condition number."""
    kernel = ("--kernel", "gaussian(length_scale=3e8)")
    status, out, _ = run(capsys, "predict", "--group", "D4", "--pairs", "1", *kernel, "--precision", "arb")
    assert status == 0
    assert next(line for line in out.splitlines() if " / " in line).split()[-2] == "-"


def test_derive_writes_a_file_and_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "new" / "t1.html"
    status, out, err = run(capsys, "derive", "T1", "--format", "html", "--out", str(target))
    assert (status, out) == (0, "")
    assert "Wrote" in err
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_derive_prints_checked_steps(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "derive", "error", "--group", "C2")
    assert status == 0
    assert "checked (exact)" in out


def test_verify_writes_certificate_and_report(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, _ = run(capsys, "verify", "T1", "--quick", "--jobs", "1", "--out", str(tmp_path))
    assert status == 0
    assert out.startswith("T1 verified")
    assert str(tmp_path / "report.html") in out
    certificate = json.loads((tmp_path / "certificate.json").read_text())
    (theorem,) = certificate["theorems"]
    assert set(theorem) >= {"id", "title", "level", "holds", "instances", "residual", "source"}
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert report.count("<svg") == 4
    assert (tmp_path / "article.tex").read_text(encoding="utf-8").rstrip().endswith(r"\end{document}")
    assert str(tmp_path / "article.tex") in out
    for part in ("Character table of D4", "Figure 2", "of the labels", 'id="T1"'):
        assert part in report
    for outside in ('src="http', 'href="http', "@import", "url(http"):
        assert outside not in report


def test_verify_prints_the_schema_that_is_shipped(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from orbitkernels.proofs.certificate import schema

    status, out, _ = run(capsys, "verify", "--schema", "--out", str(tmp_path / "new"))
    assert (status, out) == (0, schema())
    assert not (tmp_path / "new").exists()


def test_verify_against_an_earlier_certificate(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = ("verify", "K5", "--quick", "--jobs", "1", "--out", str(tmp_path))
    assert run(capsys, *arguments)[0] == 0
    path = tmp_path / "certificate.json"
    status, out, _ = run(capsys, *arguments, "--against", str(path))  # it is read before it is written anew
    assert status == 0
    assert "\nNo regression.\nNo improvement.\n" in out
    earlier = json.loads(path.read_text())
    earlier["theorems"][0]["derivation"]["steps"] += 1
    earlier["theorems"].append(dict(earlier["theorems"][0], id="K6"))
    (tmp_path / "earlier.json").write_text(json.dumps(earlier))
    status, out, _ = run(capsys, *arguments, "--against", str(tmp_path / "earlier.json"))
    assert status == 1
    assert "1 of 1 theorems verified" in out
    assert "\n1 regression:\n  K5: its derivation has" in out
    assert "Note: this run was not asked for K6." in out


def test_verify_exits_with_one_if_a_theorem_fails(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orbitkernels.numerics import dense

    right = dense.leave_one_out
    for module in list(sys.modules.values()):
        if getattr(module, "leave_one_out", None) is right:
            monkeypatch.setattr(module, "leave_one_out", lambda *a, **k: -right(*a, **k))
    status, out, _ = run(capsys, "verify", "T1", "--quick", "--jobs", "1", "--out", str(tmp_path))
    assert status == 1
    assert "T1 FAILS" in out
    assert "0 of 1 theorems verified" in out


def test_error_after_the_first_pair_is_still_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """No progress bar where standard error is no terminal."""
    status, out, err = run(capsys, "predict", "--group", "C4", "--kernel", "sin(pi*u)", "--pairs", "4")
    assert (status, out) == (2, "")
    assert err.count("\n") == 1


def test_verify_refuses_a_folder_that_cannot_be_written_before_it_begins(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("orbitkernels.proofs.files.tempfile.TemporaryFile", refused)
    status, out, err = run(capsys, "verify", "T1", "--quick", "--out", str(tmp_path))
    assert (status, out) == (2, "")
    assert err == f"orbitkernels: Argument '--out' cannot be used as a folder: {tmp_path} (Permission denied).\n"
    assert list(tmp_path.iterdir()) == []


def test_report_of_a_derivation_that_fails(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orbitkernels.proofs import reasons, theorem, verify

    def wrong() -> None:
        raise ValueError("step 2 is wrong")

    broken = {"T1": dataclasses.replace(theorem.THEOREMS["T1"], derivation=wrong)}
    for module in (theorem, reasons, verify):
        monkeypatch.setattr(module, "THEOREMS", broken)
    status, out, err = run(capsys, "verify", "T1", "--quick", "--jobs", "1", "--out", str(tmp_path))
    assert (status, err) == (1, "")
    assert "T1 FAILS" in out
    assert "step 2 is wrong" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_interruption_is_one_line_and_leaves_no_report(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("orbitkernels.report.write_report", interrupted)
    status, out, err = run(capsys, "verify", "T1", "--quick", "--jobs", "1", "--out", str(tmp_path))
    assert status == 130
    assert out.startswith("T1 verified")
    assert err.strip() == "orbitkernels: interrupted"
    assert [path.name for path in tmp_path.iterdir()] == ["certificate.json"]


def test_full_disk_is_one_line() -> None:
    try:
        full = os.open("/dev/full", os.O_WRONLY)  # never made where it is absent
    except OSError:
        pytest.skip("there is no /dev/full")
    try:
        if not stat.S_ISCHR(os.fstat(full).st_mode):
            pytest.skip("/dev/full is no device")
        command = [sys.executable, "-m", "orbitkernels", "characters", "S3"]
        finished = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(full)
    assert finished.returncode == 2
    assert finished.stderr.count("\n") == 1


BAD = {
    "no such command": (["nonsense"], "No such command"),
    "missing option": (["predict"], "--group"),
    "option of the wrong type": (["verify", "--jobs", "x"], "--jobs"),
    "pairs out of range": (["predict", "--group", "D4", "--pairs", "0"], "--pairs"),
    "unknown group": (["characters", "Dihedral8"], "Dihedral8"),
    "order beyond the limit": (["characters", "S12"], "479001600"),
    "table that is no Latin square": (["characters", "@{tmp}/latin.json"], "Latin square"),
    "table that is not associative": (["characters", "@{tmp}/associative.json"], "not associative"),
    "permutations of different length": (["characters", "@{tmp}/lengths.json"], "length"),
    "unknown theorem": (["verify", "T77", "--out", "{tmp}/new"], "T77"),
    "unknown target": (["derive", "T77"], "T77"),
    "pdf without a file": (["derive", "T1", "--format", "pdf"], "--out"),
    "formula with another name": (["predict", "--group", "D4", "--kernel", "exp(v)"], "'v'"),
    "formula with an attribute": (["predict", "--group", "D4", "--kernel", "u.real"], "u.real"),
    "unknown kernel": (["predict", "--group", "D4", "--kernel", "ntkk(depth=3)"], "ntk"),
    "negative ridge": (["predict", "--group", "D4", "--ridge", "-1"], "ridge"),
    "no such precision": (["predict", "--group", "D4", "--precision", "triple"], "double-double"),
    "NaN ridge": (["predict", "--group", "D4", "--ridge", "nan"], "ridge"),
    "no such archive": (["predict", "--group", "D4", "--data", "{tmp}/none.npz"], "none.npz"),
    "images that are not square": (["predict", "--group", "D4", "--data", "{tmp}/oblong.npz"], "2 x 3"),
    "NaN in the images": (["predict", "--group", "D4", "--data", "{tmp}/nan.npz"], "images"),
    "labels of the wrong length": (["predict", "--group", "D4", "--data", "{tmp}/labels.npz"], "labels"),
    "truncated IDX file": (["predict", "--group", "D4", "--data", "mnist:{tmp}"], "t10k-images-idx3-ubyte"),
    "singular Gram matrix": (["predict", "--group", "C8xC8", "--kernel", "polynomial(degree=1)"], "irrep"),
    "pixels beyond floating point": (
        ["predict", "--group", "D4", "--data", "{tmp}/huge.npz", "--pairs", "1"],
        "scale",
    ),
    "page in place of a folder": (["derive", "T1", "--format", "html", "--out", "{tmp}"], "cannot be written"),
    "page inside a file": (
        ["derive", "T1", "--format", "html", "--out", "{tmp}/nan.npz/t1.html"],
        "cannot be written",
    ),
    "no earlier certificate": (["verify", "T1", "--quick", "--against", "{tmp}/none.json"], "none.json"),
    "earlier certificate that is none": (
        ["verify", "T1", "--quick", "--out", "{tmp}/new", "--against", "{tmp}/latin.json"],
        "damaged or of another version",
    ),
    "no folder": (["verify", "T1", "--quick", "--out", "{tmp}/latin.json"], "--out"),
}


@pytest.mark.parametrize(
    ("arguments", "work"),
    [
        (["predict", "--needed", "poses"], "orbitkernels.needed_command.answer_needed"),
        (["predict", "--needed", "separation", "--group", "D4"], "orbitkernels.needed_command.answer_needed"),
        (["derive", "T1", "--format", "html"], "orbitkernels.proofs.derive.derive"),
        (["derive", "T1", "--format", "pdf"], "orbitkernels.proofs.derive.derive"),
        (["draw", "cayley-graph", "S3"], "orbitkernels.theory.names.group"),
        (["draw", "spectrum", "S3"], "orbitkernels.theory.names.group"),
    ],
)
@pytest.mark.parametrize("name", ["", "folder", "file/x.svg"])
def test_an_out_that_cannot_be_written_is_refused_before_the_work(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    work: str,
    name: str,
) -> None:
    monkeypatch.setattr(work, lambda *_, **__: pytest.fail("the work was begun"))
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("old")
    status, out, err = run(capsys, *arguments, "--out", str(tmp_path / name) if name else "")
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert ("cannot be written" if name else "'--out': it must name a path, not ''. Say") in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_verify_refuses_no_folder_and_files_it_cannot_write(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orbitkernels.proofs.verify.verify", lambda *_, **__: pytest.fail("the work was begun"))
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "verify", "T1", "--out", "")[0] == 2
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "report.html").mkdir()
    status, _, err = run(capsys, "verify", "T1", "--out", ".")
    assert status == 2
    assert "report.html (Is a directory)" in err


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["predict", "--pairs", "0"], " predict"),
        (["predict", "--frob"], " predict"),
        (["draw"], " draw"),
        (["verify", "--jobs", "x"], " verify"),
        (["nonsense"], ""),
        (["--frob"], ""),
    ],
)
def test_a_usage_error_names_the_help_that_lists_the_options(
    capsys: pytest.CaptureFixture[str], arguments: list[str], command: str
) -> None:
    _, _, err = run(capsys, *arguments)
    assert err.endswith(f"Say 'orbitkernels{command} --help' for help.\n")
    assert "Value error" not in err


NO_CERTIFICATE = {
    "empty": ("", "line 1 column 1"),
    "list": ("[1, 2]", "(it is no JSON object)"),
    "object": ("{}", "(there is no 'theorems')"),
    "theorems that are no list": ('{"theorems": 3, "environment": {}}', "('theorems' is no list)"),
    "words": ('{"theorems": ["T1"], "environment": {}}', "(an entry is no JSON object)"),
    "environment that is a list": ('{"theorems": [], "environment": [1]}', "('environment' is no JSON object)"),
}


@pytest.mark.parametrize("case", NO_CERTIFICATE)
def test_what_is_no_certificate_has_a_remedy_that_is_true(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, case: str
) -> None:
    content, reason = NO_CERTIFICATE[case]
    (tmp_path / "certificate.json").write_text(content)
    options = ("verify", "T1", "--quick", "--jobs", "1", "--out")
    status, _, err = run(capsys, *options, str(tmp_path / "new"), "--against", str(tmp_path / "certificate.json"))
    assert (status, err.count("\n")) == (2, 1)
    assert reason in err
    assert "resume" not in err
    assert err.endswith("; name one that this version of verify wrote.\n")
    status, _, err = run(capsys, *options, str(tmp_path), "--resume")
    assert (status, err.count("\n")) == (2, 1)
    assert reason in err
    assert err.endswith("; make it anew without --resume.\n")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of bad files."""
    folder = tmp_path_factory.mktemp("bad")
    tables = {
        "latin": {"cayley_table": [[0, 1], [1, 1]]},
        "associative": {
            "cayley_table": [[0, 1, 2, 3, 4], [1, 0, 3, 4, 2], [2, 4, 0, 1, 3], [3, 2, 4, 0, 1], [4, 3, 1, 2, 0]]
        },
        "lengths": {"permutations": [[1, 0], [1, 2, 0]]},
    }
    for name, content in tables.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    generator = np.random.default_rng(0)
    square, labels = generator.normal(size=(6, 3, 3)), np.arange(6) % 2
    np.savez(folder / "oblong.npz", images=generator.normal(size=(6, 2, 3)), labels=labels)
    np.savez(folder / "huge.npz", images=square * 1e200, labels=labels)
    np.savez(folder / "nan.npz", images=np.where(square > 1, np.nan, square), labels=labels)
    np.savez(folder / "labels.npz", images=square, labels=labels[:4])
    (folder / "t10k-images-idx3-ubyte").write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 28, 0, 0, 0, 28, 7]))
    (folder / "t10k-labels-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 9, *range(9)]))
    return folder


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_one_line_and_status_two(
    capsys: pytest.CaptureFixture[str], files: Path, case: str
) -> None:
    arguments, expected = BAD[case]
    before = sorted(files.rglob("*"))
    status, out, err = run(capsys, *(word.format(tmp=files) for word in arguments))
    assert (status, out) == (2, "")
    assert err.startswith("orbitkernels: ")
    assert err.count("\n") == 1
    assert expected in err
    assert sorted(files.rglob("*")) == before


def test_installed_command_starts_quickly_and_knows_its_version() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "orbitkernels", "--version"]
    finished = subprocess.run(command, capture_output=True, text=True, check=True)
    assert finished.stdout.startswith("orbitkernels ")
    for heavy in ("numba", "sympy", "networkx", "sklearn", "matplotlib"):
        assert f" {heavy}\n" not in finished.stderr
