"""``python task.py TOOL KIND GROUP``: one timing in a process of its own; prints CPU seconds, warm.

GROUP is a name for our package and a file of elements (.npz with ``elements`` and ``generators``) for the others.
Imports of the package are made where they are needed: the other tools may live in another environment.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any


def orbitkernels_task(kind: str, name: str) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """From the name to the table, or to generator matrices of all irreps."""
    import orbitkernels as ok

    def table(which: str) -> Any:
        return ok.group(which).character_table()

    def irreps(which: str) -> Any:
        return [rho.generators for rho in ok.group(which).irreps()]

    def exact(which: str) -> Any:
        return ok.group(which).irreps(exact=True)

    work = {"table": table, "irreps": irreps, "exact": exact}[kind]
    return lambda: work("S4"), lambda: work(name)


def sympy_task(kind: str, path: str) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """SymPy's PermutationGroup.character_table (in its development version)."""
    import numpy as np
    from sympy.combinatorics import Permutation, PermutationGroup
    from sympy.combinatorics.named_groups import SymmetricGroup

    generators = np.load(path)["generators"].tolist()
    return (
        lambda: SymmetricGroup(4).character_table(),
        lambda: PermutationGroup([Permutation(g) for g in generators]).character_table(),
    )


def netket_task(kind: str, path: str) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """NetKet's PermutationGroup from all its elements."""
    from itertools import permutations

    import numpy as np
    from netket.utils.group import Permutation, PermutationGroup

    def made(rows: Any) -> Any:
        elements = [Permutation(permutation_array=np.array(row)) for row in rows]
        return PermutationGroup(elements, degree=len(rows[0]))

    def work(group: Any) -> Any:
        return group.character_table() if kind == "table" else group.irrep_matrices()

    rows = np.load(path)["elements"]
    return lambda: work(made(list(permutations(range(4))))), lambda: work(made(rows))


def spgrep_task(kind: str, path: str) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """spgrep's irreps from the regular representation."""
    import numpy as np
    from spgrep.rep.enumerate import enumerate_unitary_irreps_from_regular_representation as irreps

    rows = np.load(path)["elements"]
    place = {tuple(row): i for i, row in enumerate(rows.tolist())}

    def regular(rows: Any) -> Any:
        n = len(rows)
        matrices = np.zeros((n, n, n), dtype=np.complex128)
        for g, row in enumerate(rows):
            products = [place[tuple(row[h].tolist())] for h in rows]
            matrices[g, products, np.arange(n)] = 1
        return matrices

    return lambda: None, lambda: irreps(regular(rows))


def main() -> None:
    tool, kind, name = sys.argv[1:]
    warm_up, work = globals()[f"{tool}_task"](kind, name)
    warm_up()
    best, spent, rounds = float("inf"), 0.0, 0
    while rounds == 0 or (spent < 1 and rounds < 5):
        start = time.process_time()
        work()
        seconds = time.process_time() - start
        best, spent, rounds = min(best, seconds), spent + seconds, rounds + 1
    print(best)


if __name__ == "__main__":
    main()
