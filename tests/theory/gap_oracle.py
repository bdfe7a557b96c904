"""Character tables made by GAP (tests/oracles/characters) as groups and cyclotomic numbers of this package."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from orbitkernels.theory.cyclotomics import Cyclotomic
from orbitkernels.theory.groups import FiniteGroup

FOLDER = Path(__file__).parents[1] / "oracles" / "characters"
RECORDS = {record["name"]: record for record in json.loads((FOLDER / "characters.json").read_text())["groups"]}
NAMES = list(RECORDS)


@dataclass(frozen=True)
class GapTable:
    """One group with GAP's characters as rows of values on this package's classes."""

    record: dict
    group: FiniteGroup
    classes: tuple[int, ...]  # the class of each of GAP's representatives
    rows: tuple[tuple[Cyclotomic, ...], ...]

    def our_rows(self) -> list[int]:
        """The row of this package's table for each row of GAP's."""
        place = {row: i for i, row in enumerate(self.group.character_table().values)}
        return [place[row] for row in self.rows]


def elements_of(group: FiniteGroup, images: list[list[int]]) -> np.ndarray:
    return group.law.lookup(np.array(images, dtype=np.int64).reshape(len(images), -1)[:, group.law.base])


@cache
def gap_table(name: str) -> GapTable:
    record = RECORDS[name]
    group = FiniteGroup.from_permutations(record["generators"], name=name)
    labels = group.conjugacy_classes.labels[elements_of(group, [c["representative"] for c in record["classes"]])]
    assert sorted(labels.tolist()) == list(range(len(group.conjugacy_classes)))
    numbers = {
        letter: Cyclotomic(x["conductor"], x["coefficients"]) for letter, x in record["irrationalities"].items()
    }
    rows = []
    for row in record["characters"]:
        ours = [Cyclotomic(1, [0])] * len(row)
        for j, cell in zip(labels.tolist(), row, strict=True):
            ours[j] = numbers[cell] if isinstance(cell, str) else Cyclotomic(1, [cell])
        rows.append(tuple(ours))
    return GapTable(record, group, tuple(labels.tolist()), tuple(rows))
