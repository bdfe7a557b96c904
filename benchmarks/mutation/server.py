"""A process that has loaded package and tests, and forks for each mutant: only the code of one function is put in.

What the tests compute while they are collected is there before the mutant is, so that a mutant can live here that
a fresh process kills; :mod:`benchmarks.mutation` asks such a process about each survivor.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import os
import pkgutil
import signal
import sys
import traceback
import types
from typing import Any

from .mutants import mutated

#: Exit status of pytest when a test failed; any other status is no verdict, and a fresh process is asked.
_FAILED = 1

#: Exit status of a child that could not run the tests.
_BROKEN = 99


def serve(seconds: int) -> None:
    """Answers lines ``{"path", "number", "tests"}`` on standard input by one verdict each.

    Args:
        seconds: Time after which a mutant counts as one that does not end.
    """
    import pytest

    answers = os.fdopen(os.dup(1), "w")
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["--collect-only", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist"])
    gc.collect()
    every = _functions()  # before they are frozen: the collector does not list frozen objects
    gc.freeze()
    for line in sys.stdin:
        job = json.loads(line)
        functions = [value for path, value in every if path.endswith(f"/{job['path']}")]
        print(_verdict(job, functions, seconds), file=answers, flush=True)


def _functions() -> list[tuple[str, types.FunctionType]]:
    """All function objects that the files of the package have made, with their files."""
    for room in ("theory", "numerics", "proofs"):
        package = importlib.import_module(f"orbitkernels.{room}")
        for module in pkgutil.iter_modules(package.__path__, f"orbitkernels.{room}."):
            importlib.import_module(module.name)
    # type(), not isinstance(): that asks a weak proxy for the class of what may be gone
    functions = (value for value in gc.get_objects() if type(value) is types.FunctionType)
    return [
        (os.path.realpath(value.__code__.co_filename), value)
        for value in functions
        if "/orbitkernels/" in value.__code__.co_filename
    ]


def _verdict(job: dict[str, Any], functions: list[types.FunctionType], seconds: int) -> str:
    """``killed``, ``survived`` or ``timeout``."""
    child = os.fork()
    if child == 0:
        os._exit(_run(job, functions, seconds))
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return "timeout" if os.WTERMSIG(status) == signal.SIGALRM else "killed"
    return "killed" if os.WEXITSTATUS(status) == _FAILED else "survived"


def _run(job: dict[str, Any], functions: list[types.FunctionType], seconds: int) -> int:
    """Put the mutant into the functions and run the tests; the exit status of pytest."""
    import pytest

    tests = [name for name in job["tests"] if "\\" not in name]  # the second collection escapes these names twice
    if not tests:
        return 0
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        origin = functions[0].__code__.co_filename
        codes = _codes(compile(mutated(job["path"], job["number"]), origin, "exec"))
        for function in functions:
            code = function.__code__
            function.__code__ = codes.get((code.co_qualname, code.co_firstlineno), code)
        signal.alarm(seconds)
        options = ["-x", "-q", "--assert=plain", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist"]
        return int(pytest.main([*options, *tests]))
    except BaseException:
        traceback.print_exc()
        return _BROKEN


def _codes(code: types.CodeType) -> dict[tuple[str, int], types.CodeType]:
    """All code objects within one, by qualified name and first line."""
    found: dict[tuple[str, int], types.CodeType] = {}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found[constant.co_qualname, constant.co_firstlineno] = constant
            found |= _codes(constant)
    return found
