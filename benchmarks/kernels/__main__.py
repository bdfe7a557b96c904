"""``make bench-kernels``: kernels and errors on orbits beside the tools one would otherwise take.

Each figure is one process on one core with one thread, tools in turn for one case after the other, so that a busy
machine slows all of them: CPU seconds of the first call and of the best later one (warm), wall seconds of the same
call, peak memory.  neural-tangents and scikit-ntk are asked where BENCH_PYTHON has them.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from orbitkernels.proofs.files import write_whole

from ..arguments import interpreter, require_known, results_file
from ..markdown import seconds, table
from ..measured import run
from .agreement import agreement
from .cases import ELSEWHERE, NAMES, SECTIONS, UNITS, Case, Section

ROOT = Path(__file__).resolve().parents[2]
TASK = Path(__file__).with_name("task.py")

#: One thread for every library.
ONE_THREAD = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"),
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONPATH": str(ROOT),
}


@dataclass(frozen=True)
class Timing:
    """Figures of one tool on one case; None where it was stopped, with a message where it failed."""

    figures: dict[str, Any] | None
    message: str = ""

    def warm(self, limit: float) -> float:
        """Warm CPU seconds; the limit if it was stopped."""
        return float(self.figures["warm"]) if self.figures else limit

    def shown(self, limit: float, ours: float | None) -> str:
        """A cell: warm seconds, the ratio to ours, first call and memory."""
        if self.message:
            return f"fails: {self.message[:60]}"
        if self.figures is None:
            return f"> {limit:.0f}" + ("" if ours is None else f" (> {limit / ours:.3g}x)")
        found = self.figures
        ratio = "" if ours is None else f"{found['warm'] / ours:.3g}x; "
        first, wall = (seconds(found[key], limit) for key in ("first", "wall"))
        return f"{seconds(found['warm'], limit)} ({ratio}first {first}, wall {wall}, {found['memory']:.0f} MiB)"


def timing(tool: str, case: Case, python: str, limit: float) -> Timing:
    """One tool on one case in a process of its own."""
    command = [python if tool in ELSEWHERE else sys.executable, str(TASK), tool, json.dumps(case)]
    environment = dict(ONE_THREAD)
    if tool in ELSEWHERE:
        environment.pop("PYTHONPATH")
    if hasattr(os, "sched_getaffinity"):
        command = [sys.executable, str(Path(__file__).with_name("one_core.py")), *command]
    found = run(command, "", limit, environment)
    if found.status is None:
        return Timing(None)
    if found.status != 0:
        return Timing(None, (found.errors.strip().splitlines() or ["no answer"])[-1])
    return Timing(json.loads(found.output.strip().splitlines()[-1]))


def installed(python: str) -> dict[str, str]:
    """Version of each tool of the other Python that can be asked."""
    found = {}
    for tool, question in ELSEWHERE.items():
        done = subprocess.run([python, "-c", question], capture_output=True, text=True, check=False)
        if done.returncode == 0 and done.stdout.strip():
            found[tool] = done.stdout.strip().splitlines()[-1]
    return found


def exponent(sizes: Sequence[float], times: Sequence[float]) -> float:
    """Slope of log(time) against log(size), by least squares.

    Example:
        >>> exponent([1, 2, 4], [3, 12, 48])
        2.0
    """
    x, y = [math.log(size) for size in sizes], [math.log(one) for one in times]
    middle, height = sum(x) / len(x), sum(y) / len(y)
    rise = sum((a - middle) * (b - height) for a, b in zip(x, y, strict=True))
    return rise / sum((a - middle) ** 2 for a in x)


def per_pair(unit: str, case: Case, timed: Timing | None) -> str:
    """Warm time for each of the n(n+1)/2 pairs, and for each layer if the unit says so."""
    if timed is None or timed.figures is None:
        return ""
    parts = case["n"] * (case["n"] + 1) / 2 * (case["depth"] if "layer" in unit else 1)
    return f"{UNITS[unit] * timed.figures['warm'] / parts:.3g}"


def section_lines(
    section: Section, tools: Sequence[str], python: str, limit: float, console: Console
) -> list[str]:
    """The table of a section, and the fitted exponents of our times."""
    rows, sizes = [], {}
    for case in track(section.cases, description=section.title, console=console):
        found = {tool: timing(tool, case, python, limit) for tool in tools if section.asked(tool, case)}
        ours = found["orbitkernels"].warm(limit) if found.get("orbitkernels", Timing(None)).figures else None
        cells = [
            found[tool].shown(limit, None if tool == "orbitkernels" else ours) if tool in found else ""
            for tool in tools
        ]
        if section.per_pair:
            cells += [per_pair(section.per_pair, case, found.get(tool)) for tool in tools]
        rows.append([*(str(case[key]) for key in section.shown), *cells])
        if section.fitted and ours is not None:
            kind = ", ".join(f"{key} {case[key]}" for key in section.shown if key != section.fitted)
            sizes.setdefault(kind, []).append((case[section.fitted], ours))
    lines = ["", f"## {section.title}", "", section.about, ""]
    each = [f"{NAMES[tool]}, {section.per_pair}" for tool in tools] if section.per_pair else []
    lines += table([*section.shown, *(NAMES[tool] for tool in tools), *each], rows)
    fits = [
        f"{exponent(*zip(*points, strict=True)):.2f}{f' ({kind})' if kind else ''}"
        for kind, points in sizes.items()
        if len(points) > 1
    ]
    return lines + (["", f"Our seconds grow as {section.fitted}^e, fitted e: {', '.join(fits)}."] if fits else [])


def machine(limit: float) -> str:
    """Speed of this machine in the same run: matrix products and transcendental work."""
    found = timing("floor", {"kind": "machine"}, sys.executable, limit)
    if found.figures is None:
        return f"The floor of the machine was not measured: {found.message}."
    values = found.figures["values"]
    return (
        f"One core of this machine in the same run: dgemm {values[0]:.1f} GFLOP/s, dsyrk {values[1]:.1f} GFLOP/s, "
        f"{values[2]:.2f} ns for each number of a vectorised arc-cosine pass."
    )


def main() -> None:
    names = [section.name for section in SECTIONS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kernels", description=__doc__)
    parser.add_argument("--limit", type=float, default=300.0, help="seconds after which a tool is stopped")
    python = os.environ.get("BENCH_PYTHON", sys.executable)
    parser.add_argument("--python", type=interpreter, default=python, help="Python with neural-tangents")
    parser.add_argument("--only", nargs="*", help=f"sections: {', '.join(names)}, agreement; all if omitted")
    parser.add_argument("--out", type=Path, help="file for the tables; with --only it must be named")
    arguments = parser.parse_args()
    require_known(parser, "section", arguments.only or (), [*names, "agreement"])
    out = results_file(parser, arguments.out, arguments.only, Path(__file__).with_name("results.md"))
    console, there = Console(), installed(arguments.python)
    kinds = {tool: number for tool, number in there.items() if tool != "plain_neural_tangents"}
    versions = ", ".join(f"{NAMES[tool]} {number}" for tool, number in kinds.items()) or "no other tool"
    lines = [
        "# Kernels of infinite nets and errors on orbits beside other tools",
        "",
        f"orbitkernels {version('orbitkernels')}; {versions}; NumPy {version('numpy')}, Numba {version('numba')}, "
        f"Python {platform.python_version()}, {platform.machine()}. CPU seconds of one thread, warm; in brackets "
        "the ratio to ours, then the CPU seconds of the first call, the wall seconds of the warm one, and the "
        f"peak memory of the process. `> {arguments.limit:.0f}`: stopped at the limit.",
        "",
        machine(arguments.limit),
    ]
    for section in SECTIONS:
        if not arguments.only or section.name in arguments.only:
            tools = [tool for tool in section.tools if tool in there or tool not in ELSEWHERE]
            lines += section_lines(section, tools, arguments.python, arguments.limit, console)
    if not arguments.only or "agreement" in arguments.only:
        known = "neural_tangents" in there
        lines += agreement(arguments.python if known else None, arguments.limit, console)
    write_whole(out, "\n".join(lines) + "\n", "Results")
    console.print("\n".join(lines), markup=False, soft_wrap=True)
    console.print(f"Written to {out}.")


if __name__ == "__main__":
    main()
