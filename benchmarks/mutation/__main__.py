"""``python -m benchmarks.mutation``: change one formula at a time and see whether a test fails.

The tests are run once to learn which of them call which function; a mutant is then given to the tests that call
its function, the quickest first, until one fails.  All of them are tests of ``make test``.

What Numba compiles is changed as plain Python and given to the tests of ``make test-nojit``; what survives there
is compiled anew and given to the tests that call its file or one that imports it.
"""

from __future__ import annotations

import argparse
import importlib.abc
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

from .mutants import Mutant, mutants, mutated
from .server import serve

ROOT = Path(__file__).resolve().parents[2]

#: Modules that show, name, read or schedule things; they hold no formula.
NO_FORMULAS = {
    "theory": (
        "__init__", "character_display", "character_longtable", "element_text", "fields", "formula", "graphs",
        "integer_input", "names", "tables",
    ),
    "proofs": (
        "__init__", "arguments", "certificate", "checking", "derivation", "derive", "evaluation", "evidence",
        "files", "instances", "kernels", "plain_text", "reasons", "regressions", "rendering", "rules", "theorem",
        "verify",
    ),
}  # fmt: skip

#: Verdict for an exit status of pytest: all passed, some failed, or a module could not be imported any more.
_STATUS = {0: "survived", 1: "killed", 2: "killed"}

#: Seconds after which a test run counts as failed: a mutant may make a loop endless.
TIMEOUT = 300

#: What ``make test-nojit`` runs.
PLAIN_TESTS = ["-m", "not compiled", "--ignore=tests/numerics/test_compilation.py", "tests/numerics"]

#: Seconds of tests, as traced, that a mutant is given at most.
BUDGET = 60.0


def formula_files() -> list[str]:
    """The files that hold formulas."""
    return [
        f"{folder}/{path.name}"
        for folder, without in NO_FORMULAS.items()
        for path in sorted((ROOT / folder).glob("*.py"))
        if path.stem not in without
    ]


def trace(jobs: int, tests: list[str], plain: bool) -> dict[str, Any]:
    """Run tests once and record which functions each calls and how long it takes."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**_environment(plain), "MUTATION_TRACES": folder, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "pytest", "-q", "-n", str(jobs), "--assert=plain"]
        command += ["-p", "benchmarks.mutation.tracing", *tests]
        subprocess.run(command, cwd=ROOT, env=environment, check=False)
        merged: dict[str, Any] = {}
        for part in Path(folder).glob("*.json"):
            merged |= json.loads(part.read_text())
    return merged


def _environment(plain: bool) -> dict[str, str]:
    """What the processes that run tests are given."""
    usual = {**os.environ, "OMP_NUM_THREADS": "1", "HYPOTHESIS_PROFILE": "default"}
    return {**usual, "NUMBA_DISABLE_JIT": "1"} if plain else usual


def tests_of(mutant: Mutant, traces: dict[str, Any]) -> list[str]:
    """Tests that call the function of a mutant, or any of the file if it lies outside of functions."""
    return _tests_of([f"{mutant.path}:{mutant.function}" if mutant.function else f"{mutant.path}:"], traces)


def tests_around(mutant: Mutant, traces: dict[str, Any]) -> list[str]:
    """Tests that call any function of the file of a mutant, or of a file of numerics/ that imports it."""
    imported = f"from .{Path(mutant.path).stem} import"
    importing = (path for path in (ROOT / "numerics").glob("*.py") if imported in path.read_text())
    return _tests_of([f"{mutant.path}:", *(f"numerics/{path.name}:" for path in importing)], traces)


def _tests_of(places: list[str], traces: dict[str, Any]) -> list[str]:
    """Tests that call any function of these files (``path:``) or one of these functions (``path:line``)."""
    wanted = set(places)
    chosen = [
        (entry["seconds"], name)
        for name, entry in traces.items()
        if any(f in wanted or f"{f.partition(':')[0]}:" in wanted for f in entry["functions"])
    ]
    chosen.sort()
    spent = accumulate(seconds for seconds, _ in chosen)
    return [
        name for (_, name), total in zip(chosen, spent, strict=True) if total <= BUDGET or name == chosen[0][1]
    ]


class _Loader(importlib.abc.Loader):
    """Loads one module from its mutated tree."""

    def __init__(self, mutant_path: str, number: int, origin: str) -> None:
        self.tree, self.origin = mutated(str(ROOT / mutant_path), number), origin

    def exec_module(self, module: Any) -> None:
        exec(compile(self.tree, self.origin, "exec"), module.__dict__)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the mutated module before the installed one is found."""

    def __init__(self, path: str, number: int) -> None:
        self.path, self.number = path, number
        self.module = "orbitkernels." + path.removesuffix(".py").replace("/", ".")

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != self.module:
            return None
        import importlib.machinery

        origin = str(ROOT / "orbitkernels" / self.path)
        loader = _Loader(self.path, self.number, origin)
        spec = importlib.machinery.ModuleSpec(name, loader, origin=origin)
        spec.has_location = True
        return spec


def _child(path: str, number: int, tests: list[str]) -> int:
    """Run tests with a mutant put in; the exit status of pytest."""
    import pytest

    sys.meta_path.insert(0, _Finder(path, number))
    # pytest's rewriting of assertions would load a module whose doctest is asked for from its file
    options = ["-x", "-q", "--assert=plain", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist"]
    return int(pytest.main([*options, *tests]))


class _Server:
    """A forking process; see :mod:`benchmarks.mutation.server`."""

    def __init__(self, plain: bool) -> None:
        command = [sys.executable, "-m", "benchmarks.mutation", "--serve"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=_environment(plain), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def ask(self, mutant: Mutant, tests: list[str]) -> str:
        """The verdict on a mutant of a function."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        job = {"path": mutant.path, "number": mutant.number, "tests": tests}
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        if not answer:
            raise RuntimeError(f"the server stopped at {mutant}")
        return answer


_LOCAL = threading.local()


def _try(mutant: Mutant, traces: dict[str, Any]) -> tuple[str, float]:
    """``killed``, ``survived``, ``timeout`` or ``untested``, and the seconds it took.

    A fork tries the mutant first, if it is one of a function; what survives there is tried in a fresh process.
    """
    start = time.perf_counter()
    tests = tests_of(mutant, traces["plain" if mutant.compiled else "usual"])
    verdict = _first_but_survived(partial(_server(mutant.compiled).ask, mutant), tests) if mutant.function else ""
    if mutant.compiled:
        tests = tests_around(mutant, traces["usual"])
    if verdict in ("", "survived", "untested"):
        with tempfile.TemporaryDirectory() as folder:
            verdict = _first_but_survived(partial(_fresh, mutant, folder), tests)
    return verdict, time.perf_counter() - start


def _server(plain: bool) -> _Server:
    """The forking process of this thread."""
    if not hasattr(_LOCAL, "servers"):
        _LOCAL.servers = {}
    if plain not in _LOCAL.servers:
        _LOCAL.servers[plain] = _Server(plain)
    server: _Server = _LOCAL.servers[plain]
    return server


def _first_but_survived(ask: Callable[[list[str]], str], tests: list[str]) -> str:
    """The verdict of the first batch of tests that does not say ``survived``; ``untested`` without tests."""
    verdict = "untested"
    for batch in filter(None, (tests[:12], tests[12:100], tests[100:])):
        verdict = ask(batch)
        if verdict != "survived":
            break
    return verdict


def _fresh(mutant: Mutant, folder: str, tests: list[str]) -> str:
    """The verdict of a process of its own; `folder` keeps the code that is compiled from the mutant."""
    command = [sys.executable, "-m", "benchmarks.mutation", "--child", mutant.path, str(mutant.number)]
    environment = _environment(False) | ({"NUMBA_CACHE_DIR": folder} if mutant.compiled else {})
    try:
        run = subprocess.run(
            command, cwd=ROOT, env=environment, input="\n".join(tests), text=True, capture_output=True,
            timeout=TIMEOUT, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "timeout"
    if run.returncode < 0:  # compiled code that reads beyond an array may end the process
        return "killed"
    if run.returncode not in _STATUS:
        raise RuntimeError(f"pytest ended with status {run.returncode} for {mutant}: {run.stderr[-400:]}")
    return _STATUS[run.returncode]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutation", description=__doc__)
    parser.add_argument("files", nargs="*", help="files; all of theory/ and proofs/ that hold formulas if omitted")
    parser.add_argument("--tests", nargs="*", default=[], help="tests to trace; all of them if omitted")
    parser.add_argument("--sample", type=int, help="so many mutants at random; all if omitted")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--traces", type=Path, default=ROOT / "build" / "mutation_traces.json")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "mutation.json")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(TIMEOUT)
        return
    if arguments.child:
        sys.exit(
            _child(
                arguments.child[0],
                int(arguments.child[1]),
                [line for line in sys.stdin.read().split("\n") if line],
            )
        )
    arguments.traces.parent.mkdir(parents=True, exist_ok=True)
    if not arguments.traces.exists():
        usual = trace(arguments.jobs, arguments.tests, plain=False)
        plain = trace(arguments.jobs, PLAIN_TESTS, plain=True)
        arguments.traces.write_text(json.dumps({"usual": usual, "plain": plain}))
    traces = json.loads(arguments.traces.read_text())
    every = [mutant for file in arguments.files or formula_files() for mutant in mutants(file)]
    # outside of functions proofs/ has lists of instances
    chosen = [mutant for mutant in every if mutant.function or mutant.path.startswith("theory/")]
    whole = len(chosen)
    if arguments.sample and arguments.sample < whole:
        chosen = random.Random(arguments.seed).sample(chosen, arguments.sample)
    found: dict[str, list[str]] = {"killed": [], "timeout": [], "survived": [], "untested": []}
    with ThreadPoolExecutor(arguments.jobs) as pool:
        results = pool.map(lambda mutant: (mutant, *_try(mutant, traces)), chosen)
        for done, (mutant, verdict, seconds) in enumerate(results, 1):
            found[verdict].append(str(mutant))
            print(f"{done}/{len(chosen)} {verdict} {seconds:.1f} s {mutant}", flush=True)
    killed = len(found["killed"]) + len(found["timeout"])
    share = 100 * killed / max(len(chosen), 1)
    print(f"\n{killed} of {len(chosen)} mutants killed ({share:.1f} %), of {whole} in all.")
    for verdict in ("survived", "untested"):
        print(f"{verdict}: {len(found[verdict])}")
        print("\n".join(f"  {line}" for line in found[verdict]))
    arguments.out.write_text(json.dumps({"mutants": len(chosen), "of": whole, **found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
