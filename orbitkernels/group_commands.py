"""Commands about one group: its character table, its irreps, and pictures of them."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

GROUP_HELP = "A name (C12, D4, S5, Q8, C7:C3, SL(2,5), C2wrS3, S3xC2, ...) or @file.json."


class TableFormat(StrEnum):
    """How a character table is printed."""

    text = "text"
    latex = "latex"
    json = "json"


def characters(
    group: Annotated[str, typer.Argument(help=GROUP_HELP)],
    format: Annotated[TableFormat, typer.Option(help="Output format.")] = TableFormat.text,
) -> None:
    """Exact character table of a finite group."""
    from orbitkernels.theory.names import group as group_of

    table = group_of(group).character_table()
    if format is TableFormat.json:
        typer.echo(json.dumps(table.to_dict(), indent=1))
    else:
        typer.echo(table.to_latex() if format is TableFormat.latex else table.to_text())
