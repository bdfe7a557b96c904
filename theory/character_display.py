"""Character tables as data for JSON, aligned text, LaTeX and HTML."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from .cyclotomics import Cyclotomic

if TYPE_CHECKING:
    from .characters import CharacterTable

_SIGNS = {1: "+", 0: "o", -1: "-"}


def table_dict(table: CharacterTable) -> dict[str, Any]:
    """See :meth:`CharacterTable.to_dict`."""
    group, classes = table.group, table.classes
    distinct = [
        {"conductor": x.conductor, "coefficients": [str(c) for c in x.coefficients]} for x in table.distinct_values
    ]
    rows, numeric = table.characters.index.tolist(), table.numeric
    return {
        "group": group.name,
        "order": group.order,
        "exponent": group.exponent,
        "classes": [
            {"representative": group.element_string(g), "size": size, "element_order": order}
            for g, size, order in zip(
                classes.representatives.tolist(),
                classes.sizes.tolist(),
                classes.element_orders.tolist(),
                strict=True,
            )
        ],
        "characters": [
            {
                "degree": int(table.degrees[i]),
                "indicator": int(table.indicators[i]),
                "values": [distinct[s] for s in row],
                "numeric": [[z.real, z.imag] for z in numeric[i].tolist()],
            }
            for i, row in enumerate(rows)
        ],
    }


def column_letters(position: int) -> str:
    """A, B, ..., Z, AA, AB, ... for 0, 1, ...

    Example:
        >>> column_letters(0), column_letters(27)
        ('A', 'AB')
    """
    text, position = "", position + 1
    while position:
        position, letter = divmod(position - 1, 26)
        text = chr(ord("A") + letter) + text
    return text


def named_values(table: CharacterTable) -> tuple[dict[Cyclotomic, str], dict[str, Cyclotomic]]:
    """Names of all values and the letters behind them.

    Zero is a dot, other rational values show themselves, irrational ones are letters in the order in which they
    appear; ``/A`` is the complex conjugate of A, ``-A`` the negative, ``*A`` the conjugate in a quadratic field.
    """
    names: dict[Cyclotomic, str] = {}
    letters: dict[str, Cyclotomic] = {}
    distinct = table.distinct_values
    for s in dict.fromkeys(table.characters.index.ravel().tolist()):
        x = distinct[s]
        if x.is_rational:
            names[x] = str(x) if x else "."
        elif x not in names:
            letter = column_letters(len(letters))
            letters[letter] = x
            for prefix, value in _relatives(x):
                names.setdefault(value, prefix + letter)
                names.setdefault(-value, f"-{prefix}{letter}")
    return names, letters


def _relatives(x: Cyclotomic) -> list[tuple[str, Cyclotomic]]:
    """The number, its complex conjugate and, in a real quadratic field, its other conjugate, with prefixes."""
    from .cyclotomic_forms import gauss_sum, square_roots

    found = [("", x), ("/", x.conjugate())]
    irrational = {D: b for D, b in (square_roots(x) or {}).items() if D != 1 and b}
    if len(irrational) == 1:
        ((D, b),) = irrational.items()
        found.append(("*", x - gauss_sum(D) * (2 * b)))
    return found


def table_text(table: CharacterTable) -> str:
    """See :meth:`CharacterTable.to_text`."""
    group = table.group
    names, letters = named_values(table)
    head = f"Character table of {group.name}: order {group.order}, exponent {group.exponent}, {len(table)} classes"
    notes = ["Second column: indicator + real, o complex, - quaternionic."]
    if letters:
        notes.append(
            "*A is A with the other square root, /A its complex conjugate, -A its negative; E(N) = exp(2 pi i/N)."
        )
    notes.extend(f"{letter} = {_explained(x)}" for letter, x in letters.items())
    classes = [
        f"{name}: {group.element_string(g)}"
        for name, g in zip(table.class_names, table.classes.representatives.tolist(), strict=True)
    ]
    return "\n".join([head, "", *_grid(table, names), "", *notes, "", "Representatives", *classes])


def _grid(table: CharacterTable, names: dict[Cyclotomic, str]) -> list[str]:
    """The lines of the table proper, columns aligned to the right."""
    rows = [["class", "", *table.class_names], ["size", "", *map(str, table.classes.sizes.tolist())]]
    for i, row in enumerate(table.values):
        rows.append([f"X{i + 1}", _SIGNS[int(table.indicators[i])], *(names[x] for x in row)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [" ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    return [*lines[:2], "", *lines[2:]]


def _explained(x: Cyclotomic) -> str:
    """GAP's form and, where it reads better, radicals."""
    from .cyclotomic_forms import square_roots

    text = str(x)
    if square_roots(x) is not None:
        import sympy

        text += f" = {sympy.together(x.to_sympy())}"
    return text


def table_latex(table: CharacterTable) -> str:
    """See :meth:`CharacterTable.to_latex`."""
    shown = _latex_values(table)
    labels = [rf"\mathrm{{{name}}}" for name in table.class_names]
    lines = [
        rf"\begin{{array}}{{lr|{'r' * len(table)}}}",
        " & ".join(["", r"\nu", *labels]) + r" \\",
        " & ".join([r"|C|", "", *map(str, table.classes.sizes.tolist())]) + r" \\ \hline",
    ]
    for i, row in enumerate(table.values):
        cells = [rf"\chi_{{{i + 1}}}", str(int(table.indicators[i])), *(shown[x] for x in row)]
        lines.append(" & ".join(cells) + r" \\")
    return "\n".join([*lines, r"\end{array}"])


def _latex_values(table: CharacterTable) -> dict[Cyclotomic, str]:
    return {x: x.to_latex() for x in dict.fromkeys(table.distinct_values)}


def table_html(table: CharacterTable) -> str:
    """An HTML table with MathML values."""
    from latex2mathml.converter import convert

    cells = {x: convert(text) for x, text in _latex_values(table).items()}
    group, classes = table.group, table.classes
    head = "".join(
        f'<th scope="col" title="{escape(group.element_string(g))}">{name}</th>'
        for name, g in zip(table.class_names, classes.representatives.tolist(), strict=True)
    )
    sizes = "".join(f"<td>{size}</td>" for size in classes.sizes.tolist())
    rows = "".join(
        f'<tr><th scope="row">χ<sub>{i + 1}</sub></th><td>{int(table.indicators[i])}</td>'
        + "".join(f"<td>{cells[x]}</td>" for x in row)
        + "</tr>"
        for i, row in enumerate(table.values)
    )
    caption = f"Character table of {_html_name(group.name)}, order {group.order}"
    return (
        f'<table class="character-table"><caption>{caption}</caption>'
        f'<thead><tr><th scope="col">class</th><th scope="col">ν</th>{head}</tr>'
        f'<tr><th scope="row">size</th><td></td>{sizes}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _html_name(name: str) -> str:
    """The escaped name with exponents raised: C2^3 becomes C2<sup>3</sup>."""
    return re.sub(r"\^(\d+)", r"<sup>\1</sup>", escape(name))
