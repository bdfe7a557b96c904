"""``make bench-groups``: character tables and irreps beside the tools one would otherwise take.

Each figure is the CPU time of a process of its own, tools in turn for one group after the other, so that a busy
machine slows all of them.  *Warm* is the best of up to five rounds after a small group was done; *cold* is the
whole process with its start-up.  GAP, SymPy, NetKet and spgrep are asked where they are installed.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from orbitkernels.proofs.files import write_whole
from orbitkernels.theory.names import group

from ..arguments import interpreter, require_known, results_file
from ..markdown import seconds, table
from ..measured import run
from . import gap
from .agreement import agreement
from .cases import IRREPS, TABLES, Case

ROOT = Path(__file__).resolve().parents[2]
TASK = Path(__file__).with_name("task.py")

#: What is computed of each kind, for the caption.
KINDS = {
    "table": "Character tables",
    "irreps": "Irreps: unitary matrices (ours, NetKet, spgrep), exact ones (GAP)",
}


#: GAP with its own constructor: it takes the tables of symmetric and alternating groups from stored formulas then.
GAP_BY_NAME = "gap, own constructor"


@dataclass(frozen=True)
class Timing:
    """CPU seconds of one tool on one group; None for seconds that were not seen within the limit."""

    warm: float | None
    cold: float
    memory: float
    message: str = ""


@dataclass(frozen=True)
class Tools:
    """Where the other tools are.

    Attributes:
        python: Interpreter in whose environment NetKet, spgrep and SymPy are looked for.
        path: A folder put before it, such as a checkout of SymPy's development version.
        limit: CPU and wall seconds after which a tool is stopped.
    """

    python: str
    path: str
    limit: float

    def installed(self) -> dict[str, str]:
        """Version of each tool that can be asked."""
        found = (
            {"gap": _output(["gap", "-q", "-b", "-n", "-r"], 'Print(GAPInfo.Version,"\\n");QUIT;')}
            if gap.installed()
            else {}
        )
        questions = {
            "sympy": "import sympy; from sympy.combinatorics import PermutationGroup as G; G.character_table; "
            "print(sympy.__version__)",
            "netket": "import netket; print(netket.__version__)",
            "spgrep": "import spgrep.rep.enumerate; from importlib.metadata import version; "
            "print(version('spgrep'))",
        }
        for tool, question in questions.items():
            answer = _output([self.python, "-c", question], "", self.environment)
            if answer:
                found[tool] = answer
        return found

    @property
    def environment(self) -> dict[str, str]:
        """Environment of the other Python."""
        return {"PYTHONPATH": self.path} if self.path else {}

    def timing(self, tool: str, kind: str, case: Case) -> Timing:
        """One tool on one group."""
        if tool == "gap":
            found = gap.timed(kind, gap.by_generators(group(case.name)), self.limit)
        elif tool == GAP_BY_NAME:
            found = gap.timed(kind, case.gap, self.limit)
        elif tool == "orbitkernels":
            found = run(
                [sys.executable, str(TASK), tool, kind, case.name], "", self.limit, {"PYTHONPATH": str(ROOT)}
            )
        else:
            with tempfile.TemporaryDirectory() as folder:
                path = f"{folder}/group.npz"
                _write_elements(case.name, path, all_elements=tool != "sympy")
                found = run([self.python, str(TASK), tool, kind, path], "", self.limit, self.environment)
        lines = found.output.split()
        if found.status != 0 or not lines:
            message = "" if found.status is None else (found.errors.strip().splitlines() or ["no answer"])[-1]
            return Timing(None, found.cpu, found.memory, message)
        return Timing(float(lines[-1]), found.cpu, found.memory)


def _output(command: Sequence[str], text: str, environment: dict[str, str] | None = None) -> str:
    """What a command prints; empty if it fails."""
    variables = {**os.environ, **(environment or {})}
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, env=variables)
    return done.stdout.strip().split("\n")[-1] if done.returncode == 0 else ""


def _write_elements(name: str, path: str, all_elements: bool) -> None:
    """Permutations of the generators, and of all elements if wanted."""
    G = group(name)
    elements = G.permutation(np.arange(G.order if all_elements else 1))
    np.savez(path, elements=elements, generators=G.permutation(np.array(G.generators)))


def _row(kind: str, case: Case, tools: Tools, installed: dict[str, str], columns: Sequence[str]) -> list[str]:
    """Cells of one group: our figures, and each tool's with its ratio to ours."""
    ours = tools.timing("orbitkernels", kind, case)
    if ours.warm is None:
        raise RuntimeError(f"{case.name}: {ours.message or 'stopped at the limit'}")
    G = group(case.name)
    cells = [
        case.name,
        str(G.order),
        seconds(ours.warm, tools.limit),
        seconds(ours.cold, tools.limit),
        f"{ours.memory:.0f}",
    ]
    if kind == "irreps":
        exact = tools.timing("orbitkernels", "exact", case)
        cells.append(f"fails: {exact.message[:60]}" if exact.message else seconds(exact.warm, tools.limit))
    for tool in columns:
        if tool.split(",")[0] not in case.tools:
            cells.append("")
            continue
        theirs = tools.timing(tool, kind, case)
        if theirs.warm is None and theirs.message:
            cells.append(f"fails: {theirs.message[:60]}")
            continue
        ratio = (tools.limit if theirs.warm is None else theirs.warm) / max(ours.warm, 1e-6)
        more = "> " if theirs.warm is None else ""
        cells.append(
            f"{seconds(theirs.warm, tools.limit)} "
            f"({more}{ratio:.3g}x; cold {theirs.cold:.1f}, {theirs.memory:.0f} MiB)"
        )
    return cells


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.groups", description=__doc__)
    parser.add_argument("--limit", type=float, default=400.0, help="seconds after which another tool is stopped")
    python = os.environ.get("BENCH_PYTHON", sys.executable)
    parser.add_argument("--python", type=interpreter, default=python, help="Python that has the other tools")
    parser.add_argument(
        "--path", default=os.environ.get("BENCH_PYTHONPATH", ""), help="folder of SymPy's development version"
    )
    parser.add_argument("--only", nargs="*", help="names of groups; all if omitted")
    parser.add_argument("--out", type=Path, help="file for the tables; with --only it must be named")
    arguments = parser.parse_args()
    names = list(dict.fromkeys(case.name for case in (*TABLES, *IRREPS)))
    require_known(parser, "group", arguments.only or (), names)
    out = results_file(parser, arguments.out, arguments.only, Path(__file__).with_name("results.md"))
    console, tools = Console(), Tools(arguments.python, arguments.path, arguments.limit)
    installed = tools.installed()
    versions = ", ".join(f"{tool} {number}" for tool, number in installed.items()) or "no other tool"
    lines = [
        "# Character tables and irreps beside other tools",
        "",
        f"orbitkernels {version('orbitkernels')}; {versions}; Python {platform.python_version()}, "
        f"{platform.machine()}. CPU seconds; in brackets the ratio to ours (warm with warm), then the whole "
        f"process cold and its peak memory. `> {arguments.limit:.0f}`: stopped at the limit.",
    ]
    for kind, cases in {"table": TABLES, "irreps": IRREPS}.items():
        columns = [
            tool
            for tool in (*(["gap"] if kind == "table" else []), GAP_BY_NAME, "sympy", "netket", "spgrep")
            if tool.split(",")[0] in installed and any(tool.split(",")[0] in c.tools for c in cases)
        ]
        chosen = [case for case in cases if not arguments.only or case.name in arguments.only]
        rows = [
            _row(kind, case, tools, installed, columns)
            for case in track(chosen, description=KINDS[kind], console=console)
        ]
        ours = ["ours, exact, warm"] if kind == "irreps" else []
        lines += ["", f"## {KINDS[kind]}", ""]
        lines += table(["group", "order", "ours, warm", "ours, cold", "MiB", *ours, *columns], rows)
    lines += ["", "## Agreement with GAP", ""]
    lines.append(agreement(console, 3 * arguments.limit) if "gap" in installed else "GAP is not installed.")
    write_whole(out, "\n".join(lines) + "\n", "Results")
    console.print("\n".join(lines), markup=False, soft_wrap=True)
    console.print(f"Written to {out}.")


if __name__ == "__main__":
    main()
