"""Character tables as LaTeX that breaks over pages: rows by longtable, columns in parts of equal width."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .character_display import named_values

if TYPE_CHECKING:
    from .characters import CharacterTable

#: Characters that the cells of one part may be wide together, on a page of usual size.
PART_WIDTH = 62

#: Characters of the two columns before the values: the number of the character and its indicator.
_HEAD_WIDTH = 8


def longtable(table: CharacterTable) -> str:
    r"""See :meth:`CharacterTable.to_longtable`.

    Example:
        >>> from orbitkernels.theory.names import group
        >>> print(longtable(group("C2").character_table()))
        \begin{longtable}{@{}lr|rr@{}}
        & $\nu$ & 1a & 2a \\
        $|C|$ & & 1 & 1 \\ \hline
        \endhead
        $\chi_{1}$ & $1$ & $1$ & $1$ \\
        $\chi_{2}$ & $1$ & $1$ & $-1$ \\
        \end{longtable}
    """
    names, letters = named_values(table)
    cells = {value: _cell(name) for value, name in names.items()}
    rows = [[cells[value] for value in row] for row in table.values]
    lines: list[str] = []
    for first, last in _parts(table, [[names[value] for value in row] for row in table.values]):
        lines += _part(table, rows, first, last)
    explained = [rf"\noindent ${letter} = {value.to_latex()}$\\" for letter, value in letters.items()]
    if letters:
        explained.append(
            r"\noindent $\overline{A}$ is the complex conjugate of $A$, $A^{\ast}$ has the other square root; "
            r"$\zeta_N = e^{2 \pi i/N}$."
        )
    return "\n".join([*lines, *explained])


def _part(table: CharacterTable, rows: list[list[str]], first: int, last: int) -> list[str]:
    """One longtable with the classes from `first` up to `last`."""
    sizes = table.classes.sizes.tolist()[first:last]
    lines = [
        rf"\begin{{longtable}}{{@{{}}lr|{'r' * (last - first)}@{{}}}}",
        " & ".join(["", r"$\nu$", *table.class_names[first:last]]).strip() + r" \\",
        " & ".join([r"$|C|$", "", *map(str, sizes)]).replace("  ", " ") + r" \\ \hline",
        r"\endhead",
    ]
    for i, row in enumerate(rows):
        lines.append(
            " & ".join([rf"$\chi_{{{i + 1}}}$", f"${int(table.indicators[i])}$", *row[first:last]]) + r" \\"
        )
    return [*lines, r"\end{longtable}"]


def _parts(table: CharacterTable, names: list[list[str]]) -> list[tuple[int, int]]:
    """Ranges of classes whose columns fit beside each other."""
    columns = zip(*names, table.class_names, map(str, table.classes.sizes.tolist()), strict=True)
    widths = [2 + max(map(len, column)) for column in columns]
    parts, start, used = [], 0, _HEAD_WIDTH
    for j, width in enumerate(widths):
        if j > start and used + width > PART_WIDTH:
            parts.append((start, j))
            start, used = j, _HEAD_WIDTH
        used += width
    return [*parts, (start, len(widths))]


def _cell(name: str) -> str:
    r"""A value of the text table in LaTeX: /A becomes an overline, *A a star, a dot for zero is centred.

    Example:
        >>> _cell("-/A"), _cell("*B"), _cell("."), _cell("-2")
        ('$-\\overline{A}$', '$B^{\\ast}$', '$\\cdot$', '$-2$')
    """
    if name == ".":
        return r"$\cdot$"
    found = re.fullmatch(r"(-?)([/*]?)([A-Z]+)", name)
    if found is None:
        return f"${name}$"
    sign, prefix, letter = found.groups()
    body = {"": letter, "/": rf"\overline{{{letter}}}", "*": rf"{letter}^{{\ast}}"}[prefix]
    return f"${sign}{body}$"
