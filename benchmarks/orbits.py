"""``python -m benchmarks.orbits``: errors on two orbits of large groups, and how their cost grows.

Each group has a process of its own with one BLAS thread; figures are CPU seconds.  *Start* makes the group, its
irreps and the orbits, and compiles; *error* is `ok.spectral_error` (symmetric groups on coordinates of R^k and
rotations of the plane, from points, NTK of depth 1) or `ok.symbol_errors` (other groups, from a random symbol)
once all that is kept is there.  *FFT* is that of NumPy or SciPy on the symbol where the group is cyclic.  *Gram*
is what the dense Gram matrix would fill.  *Bound* is the largest a-priori rounding bound relative to its error,
whose making is part of the time of an error.  Agreement, relative to the errors:

* *dense*: with Cholesky on the Gram matrix, up to 1,440 points;
* *CG*: with conjugate gradients on the regression without the missing pose, K multiplied through Fourier
  transforms and nothing preconditioned, stopped at a residual of 1e-12; *steps* it took;
* *rows*: largest entry of (K + r I) x - e on 64 random rows that are computed from points, x being the column of
  the Fourier inverse at a seed; no symbol, group or transform takes part in that check.

The exponents are least-squares fits of log seconds to log n, over a family and over its three largest groups.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings

import numpy as np
import scipy.fft
from rich.console import Console
from rich.table import Table

from benchmarks.measured import least_seconds, peak_memory, run

#: Families of groups; each name with how its error is found.
FAMILIES = {
    "symmetric groups, from points": ["S5", "S6", "S7", "S8", "S9"],
    "rotations of the plane, from points": [f"C{2**k}" for k in (10, 12, 14, 16, 18, 20)],
    "cyclic groups, from a symbol": [f"symbol:C{2**k}" for k in (10, 12, 14, 16, 18, 20)],
    "elementary abelian groups, from a symbol": [f"symbol:C2^{k}" for k in (10, 12, 14, 16, 18, 20)],
    "dihedral groups, from a symbol": [f"symbol:D{2**k}" for k in (8, 10, 12, 14)],
    "Heisenberg groups, from a symbol": [f"symbol:Heis({p})" for p in (5, 7, 11, 17, 23, 31)],
}

#: Points up to which the Gram matrix is factored, order up to which conjugate gradients run.
_DENSE, _ITERATED = 1440, 50_000

RIDGE = "relative:1e-3"


def measure(name: str) -> dict[str, object]:
    """All figures of one group."""
    return _from_symbol(name.removeprefix("symbol:")) if name.startswith("symbol:") else _from_points(name)


def _from_points(name: str) -> dict[str, object]:
    """Two orbits of random points under permuted coordinates, or of two points near the unit circle."""
    start = time.process_time()
    import orbitkernels as ok
    from orbitkernels.proofs.iterative import inverse_residual, iterative_error

    group, k = ok.group(name), int(name[1:])
    if name[0] == "S":
        points, action = np.random.default_rng(0).standard_normal((2, k)), ok.PermutationAction.natural(group)
    else:
        turn = 2 * np.pi / k
        points = np.array([[1.0, 0.0], [0.8, 0.1]])
        action = [[[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]]
    orbits = ok.Orbits(group, points, [0, 1], action)
    kernel, ridge = "ntk(depth=1)", RIDGE if name[0] == "S" else "relative:0.1"
    errors = ok.spectral_error(kernel, orbits, ridge=ridge)
    row: dict[str, object] = {"order": group.order, "start": time.process_time() - start}
    row["error"] = least_seconds(lambda: ok.spectral_error(kernel, orbits, ridge=ridge))
    row["memory"] = peak_memory()
    known = ok.error_with_bound(kernel, orbits, ridge=ridge)
    row["condition"], row["bound"] = known.condition_number, known.relative_bound
    row["fft"] = _fft(ok.orbit_symbol(kernel, orbits)) if name[0] == "C" else None
    if 2 * group.order <= _DENSE:
        dense = ok.leave_out_error(kernel, orbits, ridge=ridge)
        row["dense"] = float(np.abs(dense / errors - 1).max())
    if group.order <= _ITERATED:
        start = time.process_time()
        found = iterative_error(kernel, orbits, ridge=ridge, precondition=False, limit=20_000)
        row["cg seconds"], row["steps"] = time.process_time() - start, found.iterations
        row["cg"] = float(np.abs(found.errors / errors - 1).max())
    row["rows"] = inverse_residual(kernel, orbits, ridge, rows=64 if group.order < 10**6 else 8)
    return row


def _from_symbol(name: str) -> dict[str, object]:
    """Two orbits with the symbol I + noise, noise so weak that the Gram matrix is positive definite."""
    start = time.process_time()
    import orbitkernels as ok

    group = ok.group(name)
    n = group.order
    phi = np.random.default_rng(0).standard_normal((2, 2, n)) / (16 * np.sqrt(n))
    phi += phi[:, :, group.inverse(np.arange(n))].swapaxes(0, 1)
    phi[[0, 1], [0, 1], 0] += 1.0
    labels = np.array([1.0, -1.0])
    errors = ok.symbol_errors(phi, group, labels)
    row: dict[str, object] = {"order": n, "start": time.process_time() - start}
    row["error"] = least_seconds(lambda: ok.symbol_errors(phi, group, labels))
    row["memory"] = peak_memory()
    known = ok.symbol_errors_with_bound(phi, group, labels)
    row["condition"], row["bound"] = known.condition_number, known.relative_bound
    row["fft"] = _fft(phi) if "^" not in name and name[0] == "C" else None
    if 2 * n <= _DENSE:
        every = np.arange(n)
        division = group.multiply(group.inverse(every)[:, None], every[None, :])
        inverse = np.linalg.inv(np.block([[phi[a, b][division] for b in range(2)] for a in range(2)]))
        found = (inverse @ np.repeat(labels, n)) / inverse.diagonal()
        row["dense"] = float(np.abs(found[[0, n], None] / errors - 1).max())
    return row


def _fft(phi: np.ndarray) -> float:
    """CPU seconds of the better of two FFTs of a symbol."""
    return min(least_seconds(lambda: np.fft.rfft(phi)), least_seconds(lambda: scipy.fft.rfft(phi)))


def alone(name: str) -> dict[str, object]:
    """The figures from a process of its own."""
    done = run([sys.executable, "-W", "ignore", "-m", "benchmarks.orbits", "--only", name], limit=1800.0)
    if done.status != 0:
        return {"order": 0, "failed": done.errors.strip().splitlines()[-1:]}
    found: dict[str, object] = json.loads(done.output)
    return found


def exponent(rows: list[dict[str, object]], key: str) -> float:
    """Slope of log seconds against log n."""
    n = np.log([float(str(row["order"])) for row in rows])
    return float(np.polyfit(n, np.log([float(str(row[key])) for row in rows]), 1)[0])


def shown(name: str, row: dict[str, object]) -> list[str]:
    """One row of the table."""

    def text(key: str, form: str, factor: float = 1.0) -> str:
        return format(factor * float(str(row[key])), form) if row.get(key) is not None else "-"

    order = int(str(row["order"]))
    return [
        name.removeprefix("symbol:"), f"{order:,}", f"{2 * order:,}", f"{8 * (2 * order) ** 2 / 2**30:.3g}",
        text("start", ".2f"), text("error", ".3g", 1000), text("fft", ".3g", 1000), text("memory", ".0f"),
        text("condition", ".1e"), text("bound", ".0e"), text("dense", ".0e"), text("cg", ".0e"),
        text("steps", ".0f"), text("cg seconds", ".3g"), text("rows", ".0e"),
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", nargs="*", help="words of the names of families; all if omitted")
    parser.add_argument("--only", help="measure one group in this process and print JSON")
    arguments = parser.parse_args()
    for word in arguments.families:
        if not any(word in family for family in FAMILIES):
            parser.error(f"no family has {word!r} in its name; there are {'; '.join(FAMILIES)}")
    if arguments.only:
        warnings.simplefilter("ignore")
        print(json.dumps(measure(arguments.only)))
        return
    console = Console(width=170)
    for family, names in FAMILIES.items():
        if arguments.families and not any(word in family for word in arguments.families):
            continue
        table = Table(title=f"{family}: two orbits")
        headings = ("group", "n", "points", "Gram, GiB", "start, s", "error, ms", "FFT, ms", "MiB", "condition",
                    "bound", "dense", "CG", "steps", "CG, s", "rows")  # fmt: skip
        for heading in headings:
            table.add_column(heading, justify="left" if heading == "group" else "right")
        rows = [alone(name) for name in names]
        for name, row in zip(names, rows, strict=True):
            table.add_row(*([name, *map(str, row["failed"])] if "failed" in row else shown(name, row)))
        console.print(table)
        good = [row for row in rows if "failed" not in row]
        fits = [f"error ~ n^{exponent(part, 'error'):.2f}" for part in (good, good[-3:])]
        console.print(f"{fits[0]}; the three largest: {fits[1]}\n")


if __name__ == "__main__":
    main()
