"""What GAP is told: timings of Irr and IrreducibleRepresentations, and tables for comparison."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator

from orbitkernels.theory.cyclotomics import Cyclotomic
from orbitkernels.theory.groups import FiniteGroup

from ..measured import Run, run

_QUIET = ["-q", "-b", "-n", "-r"]


def installed() -> bool:
    """Whether GAP is there."""
    return shutil.which("gap") is not None


def timed(kind: str, expression: str, limit: float) -> Run:
    """CPU seconds of a table or of all irreps, the least of up to five rounds in a second, after a warm-up."""
    call = {"table": "Irr", "irreps": "IrreducibleRepresentations"}[kind]
    script = f"""
    {call}(SymmetricGroup(4));;
    best := infinity;; spent := 0;; rounds := 0;;
    while rounds = 0 or (spent < 1000 and rounds < 5) do
      start := Runtime();; found := {call}({expression});; used := Runtime() - start;;
      best := Minimum(best, used);; spent := spent + used;; rounds := rounds + 1;;
    od;
    Print(best / 1000.0, "\\n");
    QUIT;
    """
    return run(["gap", *_QUIET], script, limit)


def by_generators(group: FiniteGroup) -> str:
    """GAP's expression for a permutation group with our generators, of which it knows no name."""
    return f"Group(List({_list(_generators(group))}, PermList))"


def tables(groups: Iterable[FiniteGroup], limit: float) -> Iterator[tuple[FiniteGroup, list[list[Cyclotomic]]]]:
    """GAP's characters of permutation groups, as values at the representatives of our classes.

    GAP composes permutations from left to right.  That makes the opposite group, which has the same classes and
    the same characters at every permutation.
    """
    every = list(groups)
    script = [
        _READER,
        *(f"Compare({_list(_generators(G))}, {_list(_representatives(G))});;" for G in every),
        "QUIT;",
    ]
    found = run(["gap", *_QUIET], "\n".join(script), limit)
    lines = [json.loads(line) for line in found.output.splitlines() if line.startswith("[")]
    if len(lines) != len(every):
        raise RuntimeError(
            f"GAP answered for {len(lines)} of {len(every)} groups: {found.output[-300:]}{found.errors[-300:]}"
        )
    for group, rows in zip(every, lines, strict=True):
        yield group, [[Cyclotomic(conductor, coefficients) for conductor, coefficients in row] for row in rows]


#: Prints one line for each group: rows of [conductor, coefficients], the columns in the order of our classes.
_READER = """
SetPrintFormattingStatus("*stdout*", false);;
Compare := function(generators, representatives)
  local G, classes, places, Value;
  G := Group(List(generators, PermList), ());
  classes := ConjugacyClasses(G);
  places := List(representatives, r -> PositionProperty(classes, c -> PermList(r) in c));
  Value := x -> [Conductor(x), CoeffsCyc(x, Conductor(x))];  # character values have integer coefficients
  Print(List(Irr(G), chi -> List(places, p -> Value(chi[p]))), "\\n");
end;;
"""


def _generators(group: FiniteGroup) -> list[list[int]]:
    return [_images(group, g) for g in group.generators] or [[1]]


def _representatives(group: FiniteGroup) -> list[list[int]]:
    return [_images(group, g) for g in group.conjugacy_classes.representatives.tolist()]


def _images(group: FiniteGroup, g: int) -> list[int]:
    """Images counted from 1; the regular action if the group is not one of permutations."""
    return [int(x) + 1 for x in group.permutation(g)]


def _list(rows: list[list[int]]) -> str:
    return "[" + ", ".join("[" + ",".join(map(str, row)) + "]" for row in rows) + "]"
