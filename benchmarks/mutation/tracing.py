"""A pytest plugin that records which functions of the mutated files each test calls, and how long it takes."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_FOLDERS = tuple(
    f"{_ROOT}/{folder}/" for folder in ("theory", "proofs", "orbitkernels/theory", "orbitkernels/proofs")
)
_calls: dict[str, Any] = {}


def _place(code: Any) -> str | None:
    """File and first line of a function of theory/ or proofs/, by the names in the repository."""
    name = code.co_filename
    if not name.startswith(_FOLDERS):
        return None
    return f"{name.removeprefix(f'{_ROOT}/').removeprefix('orbitkernels/')}:{code.co_firstlineno}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    codes: set[Any] = set()
    _forget()

    def note(frame: Any, event: str, argument: Any) -> None:
        if event == "call":
            codes.add(frame.f_code)

    start = time.perf_counter()
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)
    places = sorted({place for code in codes if (place := _place(code))})
    _calls[item.nodeid] = {"seconds": round(time.perf_counter() - start, 3), "functions": places}


def _forget() -> None:
    """Empty the caches, so that a test is seen to call what an earlier test has called for it."""
    for name, module in list(sys.modules.items()):
        if name.startswith("orbitkernels"):
            for value in list(vars(module).values()):
                if callable(getattr(value, "cache_clear", None)):
                    value.cache_clear()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _calls and (folder := os.environ.get("MUTATION_TRACES")):
        path = Path(folder) / f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}.json"
        path.write_text(json.dumps(_calls))
