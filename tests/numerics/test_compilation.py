"""Compiled code is kept on disk, and no change of the sources can find old code there."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orbitkernels.numerics import compilation

PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
from copied import kernels
from copied.compilation import cache_folder
value = kernels.answer()
print(value, cache_folder())
"""


def answer(folder: Path, cache: Path) -> str:
    """Run the copied package in a new process."""
    program = PROGRAM.format(folder=str(folder))
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={"NUMBA_CACHE_DIR": str(cache), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_a_change_in_a_called_function_of_another_file_is_seen(tmp_path) -> None:
    package = tmp_path / "source" / "copied"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    shutil.copy(compilation.__file__, package / "compilation.py")
    (package / "callee.py").write_text("from .compilation import jit\n@jit\ndef number():\n    return 1\n")
    (package / "kernels.py").write_text(
        "from .callee import number\nfrom .compilation import jit\n@jit\ndef answer():\n    return number() + 10\n"
    )
    first, again = (answer(package.parent, tmp_path / "cache") for _ in range(2))
    assert first == again
    assert first.startswith("11 ")
    assert list((tmp_path / "cache").glob("*/*/*.nbi"))  # something was kept
    callee = package / "callee.py"
    callee.write_text(callee.read_text().replace("return 1", "return 2"))
    assert answer(package.parent, tmp_path / "cache").startswith("12 ")


def test_without_a_folder_that_can_be_written_nothing_is_kept(tmp_path, monkeypatch) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(file))
    compilation.cache_folder.cache_clear()
    try:
        assert compilation.cache_folder() is None
        assert compilation.jit(lambda x: x + 1)(1) == 2
    finally:
        monkeypatch.undo()
        compilation.cache_folder.cache_clear()


@pytest.mark.parametrize("disabled", [0, 1])
def test_plain_python_keeps_nothing(monkeypatch, disabled) -> None:
    monkeypatch.setattr(compilation._config, "DISABLE_JIT", disabled)
    compilation.cache_folder.cache_clear()
    try:
        assert (compilation.cache_folder() is None) == bool(disabled)
    finally:
        monkeypatch.undo()
        compilation.cache_folder.cache_clear()
