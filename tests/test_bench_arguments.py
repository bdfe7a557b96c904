"""Benchmarks refuse what they cannot do in one line, and leave the committed tables alone."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import fourier, orbits
from benchmarks.groups import __main__ as groups
from benchmarks.kernels import __main__ as kernels
from benchmarks.kernels.__main__ import installed


@pytest.fixture(autouse=True)
def nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal that is forgotten must not begin hours of work, nor write a table."""

    def begun(*_: object, **__: object) -> None:
        raise AssertionError("the work was begun")

    monkeypatch.setattr(orbits, "alone", begun)
    monkeypatch.setattr(fourier, "alone", begun)
    monkeypatch.setattr(kernels, "installed", begun)
    monkeypatch.setattr(groups, "Tools", begun)
    for module in (groups, kernels):
        monkeypatch.setattr(module, "write_whole", begun)


def refusal(
    module: object, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """The last line on standard error, after status 2 and no output."""
    monkeypatch.setattr(sys, "argv", ["benchmark", *arguments])
    with pytest.raises(SystemExit) as stopped:
        module.main()  # type: ignore[attr-defined]
    captured = capsys.readouterr()
    assert (stopped.value.code, captured.out) == (2, "")
    assert "Traceback" not in captured.err
    return captured.err.splitlines()[-1]


def test_a_family_that_is_not_there(monkeypatch, capsys) -> None:
    for words in (["nonsense"], ["dihedral", "nonsense"]):
        line = refusal(orbits, words, monkeypatch, capsys)
        assert "no family has 'nonsense' in its name; there are symmetric groups, from points; " in line


def test_a_group_that_is_not_there(monkeypatch, capsys) -> None:
    assert "nonsense" in refusal(fourier, ["S3", "nonsense"], monkeypatch, capsys)


def test_a_program_that_is_no_python_has_no_tools() -> None:
    assert installed("true") == {}


@pytest.mark.parametrize("module", [groups, kernels])
def test_a_python_that_is_not_there(module, monkeypatch, capsys) -> None:
    line = refusal(module, ["--python", "/nonexistent"], monkeypatch, capsys)
    assert "argument --python: there is no program '/nonexistent'; name a Python" in line
    monkeypatch.setenv("BENCH_PYTHON", "/nonexistent")
    assert "there is no program '/nonexistent'" in refusal(module, [], monkeypatch, capsys)


@pytest.mark.parametrize(("module", "part"), [(groups, "S5"), (kernels, "attention")])
def test_a_part_needs_a_file_of_its_own(module, part, monkeypatch, capsys, tmp_path) -> None:
    line = refusal(module, ["--only", part], monkeypatch, capsys)
    assert "--only makes a part, which would replace all of results.md; name a file with --out" in line
    assert "Is a directory" in refusal(module, ["--only", part, "--out", str(tmp_path)], monkeypatch, capsys)
    for arguments in (["--only", part, "--out", str(tmp_path / "x.md")], []):
        monkeypatch.setattr(sys, "argv", ["benchmark", *arguments])
        with pytest.raises(AssertionError, match="begun"):  # these are taken
            module.main()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("module", "what"), [(groups, "group"), (kernels, "section")])
def test_a_part_that_is_not_there(module, what, monkeypatch, capsys, tmp_path) -> None:
    arguments = ["--only", "nonsense", "--out", str(tmp_path / "x.md")]
    assert f"there is no {what} nonsense; there are " in refusal(module, arguments, monkeypatch, capsys)


def test_a_refusal_that_is_forgotten_is_caught(monkeypatch, capsys, tmp_path) -> None:
    monkeypatch.setattr(kernels, "results_file", lambda parser, out, only, usual: out or usual)
    with pytest.raises(AssertionError, match="begun"):
        test_a_part_needs_a_file_of_its_own(kernels, "attention", monkeypatch, capsys, tmp_path)
