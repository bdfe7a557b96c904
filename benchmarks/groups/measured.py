"""A command run once: what it prints, the CPU seconds it takes, and its peak memory."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """What a finished command used.

    Attributes:
        output: Standard output.
        errors: Standard error.
        cpu: CPU seconds of the process and its children, start-up included.
        memory: Peak resident memory in MiB.
        status: Exit status; None if it was stopped at the limit.
    """

    output: str
    errors: str
    cpu: float
    memory: float
    status: int | None


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
        stopped = threading.Event()

        def stop() -> None:
            stopped.set()
            os.killpg(child.pid, signal.SIGKILL)

        timer = threading.Timer(limit, stop)
        timer.start()
        _, status, usage = os.wait4(child.pid, 0)
        timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return Run(
            out.read(),
            err.read(),
            usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss / 1024,
            None if stopped.is_set() else child.returncode,
        )
