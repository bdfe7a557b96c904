"""Compiled code is kept on disk, and no change of the sources can find old code there."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from orbitkernels.numerics import compilation

PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
from copied import kernels
print(kernels.answer())
"""


CALLEE = "from .compilation import jit\n@jit\ndef pair(x):\n    return x + {number}\n"

#: kernels.py of a copied package, in all the ways that the jitted function of callee.py may come to be called
WAYS = """
import numpy as np
from numba import prange
from .callee import pair
from .compilation import _compiled, jit, jit_inline, tile_for

@jit
def by_its_name():
    return pair(10)

@jit
def call(function, x):
    return function(x)

@jit_inline
def between(x):
    return pair(x)

@jit
def through_another():
    return between(10)

def total(n):
    found = np.zeros(n, dtype=np.int64)
    for i in prange(n):
        found[i] = pair(i)
    return found

in_a_parallel_loop = _compiled(total, parallel=True)

def answer():
    return f"{by_its_name()},{call(pair, 10)},{through_another()},{in_a_parallel_loop(11)[10]}"
"""

TILE = """
import sys
import numpy as np
from . import callee, other
from .compilation import tile_for

def fill(out):
    for i in range(out.size):
        out[i] = pair(i)

def answer():
    out = np.zeros(11, dtype=np.int64)
    tile_for(fill, sys.modules["copied." + sys.argv[1]].pair)(out)
    return out[10]
"""


def copied(folder: Path, kernels: str) -> Path:
    """A package that holds compilation.py, two modules whose functions add 1 and 7, and the given kernels."""
    package = folder / "source" / "copied"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    shutil.copy(compilation.__file__, package / "compilation.py")
    (package / "callee.py").write_text(CALLEE.format(number=1))
    (package / "other.py").write_text(CALLEE.format(number=7))
    (package / "kernels.py").write_text(kernels)
    return package


def answer(folder: Path, cache: Path, argument: str = "") -> str:
    """Run the copied package in a new process."""
    program = PROGRAM.format(folder=str(folder))
    run = subprocess.run(
        [sys.executable, "-c", program, argument],
        env={"NUMBA_CACHE_DIR": str(cache), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_a_change_in_a_called_function_of_another_file_is_seen(tmp_path) -> None:
    package = copied(tmp_path, WAYS)
    assert answer(package.parent, tmp_path / "cache") == "11,11,11,11"
    assert list((tmp_path / "cache").glob("*/*/*.nbi"))  # something was kept
    (package / "callee.py").write_text(CALLEE.format(number=2))
    assert answer(package.parent, tmp_path / "cache") == "12,12,12,12"


def test_tiles_are_told_apart_by_their_pairs_and_found_by_the_next_process(tmp_path) -> None:
    """The cache would take one for the other if the names of the pairs, which are equal, were all it had."""
    package, cache = copied(tmp_path, TILE), tmp_path / "cache"
    assert [answer(package.parent, cache, module) for module in ("callee", "other")] == ["11", "17"]
    kept = sorted(cache.rglob("*.nbc"))
    assert answer(package.parent, cache, "callee") == "11"
    assert sorted(cache.rglob("*.nbc")) == kept  # nothing was compiled
    (package / "callee.py").write_text(CALLEE.format(number=2))
    assert answer(package.parent, cache, "callee") == "12"


def test_a_pair_made_inside_a_function_is_refused() -> None:
    def pair(x):
        return x

    with pytest.raises(ValueError, match="cannot tell"):
        compilation.tile_for(answer, pair)


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


def test_plain_python_is_as_silent_as_machine_code(monkeypatch) -> None:
    """Warnings are errors in these tests; a compiled function gives inf and nan, for its caller to refuse."""
    monkeypatch.setattr(compilation._config, "DISABLE_JIT", 1)
    ratio = compilation.jit(lambda x, y: x / y)
    assert ratio.__name__ == "<lambda>"
    assert np.isnan(ratio(np.float64(0), np.float64(0)))
    assert ratio(np.float64(1), np.float64(0)) == np.inf
    with pytest.warns(RuntimeWarning):
        ratio.__wrapped__(np.float64(1), np.float64(0))
