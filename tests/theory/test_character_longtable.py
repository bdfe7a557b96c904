"""Character tables in LaTeX that breaks over pages: every value of every class stands once."""

import re

import pytest

from orbitkernels.theory.character_longtable import PART_WIDTH
from orbitkernels.theory.names import group


def parts(name: str) -> tuple[list[list[list[str]]], str]:
    """Cells of each longtable, its lines in order, and what follows the last one."""
    text = group(name).character_table().to_longtable()
    blocks = re.findall(r"\\begin\{longtable\}\{.*?\}\n(.*?)\\end\{longtable\}", text, re.DOTALL)
    lines = [[line for line in block.splitlines() if "&" in line] for block in blocks]
    cells = [[re.sub(r"\\\\.*", "", line).split("&") for line in block] for block in lines]
    return [[[c.strip() for c in row] for row in part] for part in cells], text.rpartition(r"\end{longtable}")[2]


@pytest.mark.parametrize("name", ["C1", "S4", "C7:C3", "S7", "C30", "SL(2,7)"])
def test_parts_put_side_by_side_are_the_table(name: str) -> None:
    table, (found, _) = group(name).character_table(), parts(name)
    assert [c for part in found for c in part[0][2:]] == list(table.class_names)
    assert [int(c) for part in found for c in part[1][2:]] == table.classes.sizes.tolist()
    for part in found:
        assert [row[0] for row in part[2:]] == [rf"$\chi_{{{i + 1}}}$" for i in range(len(table))]
        assert [row[1] for row in part[2:]] == [f"${nu}$" for nu in table.indicators.tolist()]
    for i, row in enumerate(table.values):
        shown = [c for part in found for c in part[2 + i][2:]]
        for value, cell in zip(row, shown, strict=True):
            if value.is_rational:
                assert cell == (f"${value}$" if value else r"$\cdot$")
            else:
                assert re.fullmatch(r"\$-?([A-Z]|\\overline\{[A-Z]\}|[A-Z]\^\{\\ast\})\$", cell)


def test_many_classes_stand_in_parts_that_fit_on_a_page() -> None:
    found, _ = parts("C30")
    assert len(found) > 1
    for part in found:
        widths = [
            2 + max(len(re.sub(r"\\(overline|cdot|ast)|[^0-9A-Za-z-]", "", c)) for c in column)
            for column in zip(*part, strict=True)
        ]
        assert sum(widths[2:]) <= PART_WIDTH
    assert len(parts("S4")[0]) == 1


def test_letters_are_explained_below_with_their_conjugates_and_roots_of_unity() -> None:
    (part,), notes = parts("C7:C3")
    assert part[3][2:] == ["$1$", "$A$", r"$\overline{A}$", "$1$", "$1$"]
    assert r"$A = \frac{-1 + \sqrt{3} i}{2}$" in notes.replace("i\\sqrt{3}", "\\sqrt{3} i")
    assert r"\zeta_N" in notes
    assert parts("S4")[1] == ""
