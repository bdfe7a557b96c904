"""A command run once: what it prints, the CPU seconds it takes, and its peak memory."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

#: Seconds between two looks at the memory of a command.
_INTERVAL = 0.02

#: CPU seconds that a call is measured for, at least, unless one round takes longer.
_ENOUGH = 0.2


@dataclass(frozen=True)
class Run:
    """What a finished command used.

    Attributes:
        output: Standard output.
        errors: Standard error.
        cpu: CPU seconds of the process and its children, start-up included.
        memory: Peak resident memory in MiB, of the process or one that it started, whichever had most.
        status: Exit status; None if it was stopped at the limit.
    """

    output: str
    errors: str
    cpu: float
    memory: float
    status: int | None


def peak_memory(process: int | str = "self") -> float:
    """Peak resident memory of a process in MiB, zero if it is gone.

    It is the process's own, VmHWM: ``ru_maxrss`` starts at the peak of the process that it was started from.
    """
    try:
        found = re.search(r"VmHWM:\s*(\d+)", Path(f"/proc/{process}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def least_seconds(call: Callable[[], object]) -> float:
    """Least CPU seconds of some calls."""
    total, found = 0.0, float("inf")
    while total < _ENOUGH:
        start = time.process_time()
        call()
        taken = time.process_time() - start
        total, found = total + max(taken, 1e-6), min(found, taken)
    return found


def _with_children(process: int) -> list[int]:
    """The process and those that it started."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        children = []
    return [process, *(deeper for child in children for deeper in _with_children(int(child)))]


def run(
    command: list[str], text: str = "", limit: float = 120.0, environment: dict[str, str] | None = None
) -> Run:
    """Run a command with `text` as its input; it is stopped after `limit` seconds.

    Example:
        >>> run(["echo", "hello"]).output
        'hello\\n'
    """
    variables = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **(environment or {})}
    with (
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as err,
        tempfile.TemporaryFile("w+") as inp,
    ):
        inp.write(text)
        inp.seek(0)
        child = subprocess.Popen(command, stdin=inp, stdout=out, stderr=err, env=variables, start_new_session=True)
        start, stopped, memory, ended = time.monotonic(), False, 0.0, 0
        while not ended:
            memory = max([memory, *(peak_memory(process) for process in _with_children(child.pid))])
            if not stopped and time.monotonic() - start > limit:
                os.killpg(child.pid, signal.SIGKILL)
                stopped = True
            time.sleep(_INTERVAL)
            ended, status, usage = os.wait4(child.pid, os.WNOHANG)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return Run(
            out.read(), err.read(), usage.ru_utime + usage.ru_stime, memory, None if stopped else child.returncode
        )
