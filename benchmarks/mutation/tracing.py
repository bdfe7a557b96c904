"""A pytest plugin that records which functions of the mutated files each test calls, and how long it takes.

Every function of theory/, numerics/ and proofs/ gets a first statement that notes its call: a profiler would make
SymPy several times slower.  What Numba compiles can note nothing, but where NUMBA_DISABLE_JIT is set.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .mutants import first_line, is_compiled

_PACKAGES = ("orbitkernels.theory.", "orbitkernels.numerics.", "orbitkernels.proofs.")
_PLAIN = os.environ.get("NUMBA_DISABLE_JIT") == "1"
_called: set[str] = set()
_tests: dict[str, Any] = {}


class _Noting(ast.NodeTransformer):
    """Puts a call of ``_note_call`` at the start of each function."""

    def __init__(self, path: str) -> None:
        self.path = path

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        if is_compiled(node) and not _PLAIN:
            return node
        note = ast.parse(f"_note_call('{self.path}:{first_line(node)}')").body[0]
        node.body.insert(1 if ast.get_docstring(node) is not None else 0, ast.copy_location(note, node.body[0]))
        return node


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module whose functions note their calls."""

    def get_code(self, fullname: str) -> Any:
        path = fullname.removeprefix("orbitkernels.").replace(".", "/") + ".py"
        tree = _Noting(path).visit(ast.parse(self.get_data(self.path)))
        return compile(ast.fix_missing_locations(tree), self.path, "exec")

    def exec_module(self, module: Any) -> None:
        module._note_call = _called.add
        super().exec_module(module)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the modules of theory/, numerics/ and proofs/."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        spec = importlib.machinery.PathFinder.find_spec(name, path) if name.startswith(_PACKAGES) else None
        if spec is None or spec.origin is None or spec.submodule_search_locations is not None:
            return None
        spec.loader = _Loader(name, spec.origin)
        return spec


sys.meta_path.insert(0, _Finder())


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    _forget()
    _called.clear()
    start = time.perf_counter()
    yield
    _tests[item.nodeid] = {"seconds": round(time.perf_counter() - start, 3), "functions": sorted(_called)}


def _forget() -> None:
    """Empty the caches, so that a test is seen to call what an earlier test has called for it."""
    for name, module in list(sys.modules.items()):
        if name.startswith("orbitkernels"):
            for value in list(vars(module).values()):
                if callable(getattr(value, "cache_clear", None)):
                    value.cache_clear()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _tests and (folder := os.environ.get("MUTATION_TRACES")):
        path = Path(folder) / f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}.json"
        path.write_text(json.dumps(_tests))
