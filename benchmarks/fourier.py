"""``python -m benchmarks.fourier``: Fourier transforms on groups, the naive route beside the fast one and NumPy's.

Each figure is the CPU time of a process of its own with one BLAS thread.  *Setup* finds the subgroup chain, the
character table and the adapted irreps, once for each group; *fast*, *inverse* and *naive* are transforms of one
real function after it, the best of several rounds; naive makes the matrices rho(g) anew in each round, block by
block.  *FFT* is numpy.fft.fft of a cyclic group and numpy.fft.fftn of a product of cyclic groups.  Peak memory is
that of the process without the naive route, Python and libraries included.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.measured import least_seconds, peak_memory
from orbitkernels.errors import InputError
from orbitkernels.theory.names import group

GROUPS = (
    "S3", "Q8", "S4", "A5", "C7:C3", "Heis(5)", "S6", "S7", "S8", "S9", "A7", "A8", "M11", "PSL(2,31)", "C2wrS4",
    "C2wrS5", "S3wrS3", "C4wrC4", "D500", "D5000", "Heis(13)", "Heis(31)", "C97:C96", "S5xS5", "C1024", "C9973",
    "C30xC30", "C2^10",
)  # fmt: skip

#: Multiplications (matrices included) above which the naive route is left out.
_NAIVE_LIMIT = 3e11


def measure(name: str) -> dict[str, object]:
    """All figures of one group."""
    import orbitkernels as ok
    from orbitkernels.numerics.group_fourier import multiplications
    from orbitkernels.proofs.fourier_basis import fourier_basis

    G = ok.group(name)
    f = np.random.default_rng(0).standard_normal(G.order)
    start = time.process_time()
    basis = fourier_basis(G)
    setup = time.process_time() - start
    fhat = ok.fourier_transform(f, G, method="fast")
    row: dict[str, object] = {
        "name": name,
        "order": G.order,
        "count": multiplications(basis.irreps) / G.order**1.5,
        "setup": setup,
        "fast": least_seconds(lambda: ok.fourier_transform(f, G, method="fast")),
        "inverse": least_seconds(lambda: ok.inverse_fourier_transform(fhat, G, method="fast")),
        "memory": peak_memory(),
    }
    if not basis.irreps.levels:
        values = f[basis.elements].reshape(basis.irreps.cyclic_orders)
        row["fft"] = least_seconds(lambda: np.fft.fftn(values))
    if G.order * sum(rho.degree**3 for rho in ok.fourier_irreps(G)) < _NAIVE_LIMIT:
        row["naive"] = least_seconds(lambda: ok.fourier_transform(f, G, method="naive"))
        naive = ok.fourier_transform(f, G, method="naive")
        scale = max(np.abs(matrix).max() for matrix in naive)
        row["difference"] = max(np.abs(a - b).max() for a, b in zip(fhat, naive, strict=True)) / scale
    return row


def alone(name: str) -> dict[str, object]:
    """The figures from a process of its own."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.fourier", "--only", name]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def shown(row: dict[str, object]) -> list[str]:
    """One row of the table."""

    def milliseconds(key: str) -> str:
        return f"{1000 * float(str(row[key])):.3g}" if key in row else "-"

    def ratio(key: str) -> str:
        return f"{float(str(row[key])) / float(str(row['fast'])):.2g}" if key in row else "-"

    return [
        str(row["name"]), str(row["order"]), f"{float(str(row['count'])):.2f}",
        *(milliseconds(key) for key in ("setup", "fast", "inverse", "naive", "fft")), ratio("naive"), ratio("fft"),
        f"{float(str(row['difference'])):.0e}" if "difference" in row else "-", f"{float(str(row['memory'])):.0f}",
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", default=GROUPS, help="names of groups")
    parser.add_argument("--only", help="measure one group in this process and print JSON")
    arguments = parser.parse_args()
    try:
        for name in arguments.groups:
            group(name)
    except InputError as error:
        parser.error(str(error))
    if arguments.only:
        print(json.dumps(measure(arguments.only)))
        return
    table = Table(title="Fourier transforms, CPU milliseconds")
    headings = ("group", "order", "mult./n^1.5", "setup", "fast", "inverse", "naive", "FFT", "naive/fast",
                "FFT/fast", "difference", "MB")  # fmt: skip
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "group" else "right")
    for name in arguments.groups:
        table.add_row(*shown(alone(name)))
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
