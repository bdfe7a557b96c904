"""Commands about one group: its character table, its irreps, and pictures of them."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orbitkernels.errors import InputError
from orbitkernels.terminal import console, out_option, require_out
from orbitkernels.theory.integer_input import shown

if TYPE_CHECKING:
    from orbitkernels.theory.groups import FiniteGroup

GROUP_HELP = "A name (C12, D4, S5, Q8, C7:C3, SL(2,5), C2wrS3, S3xC2, ...) or @file.json."


class TableFormat(StrEnum):
    """How a character table is printed."""

    text = "text"
    latex = "latex"
    longtable = "longtable"
    json = "json"


class MatrixFormat(StrEnum):
    """How matrices are printed."""

    text = "text"
    latex = "latex"
    json = "json"


class Picture(StrEnum):
    """What is drawn of a group."""

    cayley_graph = "cayley-graph"
    spectrum = "spectrum"


def characters(
    group: Annotated[str, typer.Argument(help=GROUP_HELP)],
    format: Annotated[
        TableFormat, typer.Option(help="Output format; longtable is LaTeX that breaks over pages.")
    ] = TableFormat.text,
) -> None:
    """Exact character table of a finite group."""
    from orbitkernels.theory.names import group as group_of

    table = group_of(group).character_table()
    if format is TableFormat.json:
        text = json.dumps(table.to_dict(), indent=1)
    elif format is TableFormat.latex:
        text = table.to_latex()
    else:
        text = table.to_longtable() if format is TableFormat.longtable else table.to_text()
    typer.echo(text)


def irreps(
    group: Annotated[str, typer.Argument(help=GROUP_HELP)],
    exact: Annotated[
        bool, typer.Option("--exact", help="Exact over a cyclotomic field instead of unitary in floating point.")
    ] = False,
    rows: Annotated[
        str | None, typer.Option(help="Rows of the character table, such as 2,5 for X2 and X5; all if omitted.")
    ] = None,
    elements: Annotated[
        str | None,
        typer.Option(help="Words such as a,a*b^-1 whose matrices are shown; the generators if omitted."),
    ] = None,
    format: Annotated[MatrixFormat, typer.Option(help="Output format.")] = MatrixFormat.text,
) -> None:
    """Matrices of the irreps of a finite group."""
    from orbitkernels.irreps_command import irreps_latex, irreps_result, irreps_text
    from orbitkernels.theory.names import group as group_of

    words = None if elements is None else [word.strip() for word in elements.split(",")]
    with console(stderr=True).status("Making irreps..."):
        result = irreps_result(group_of(group), _numbers(rows), words, exact)
    if format is MatrixFormat.json:
        typer.echo(json.dumps(result, indent=1))
    else:
        typer.echo(irreps_latex(result) if format is MatrixFormat.latex else irreps_text(result))


def _numbers(rows: str | None) -> list[int] | None:
    """The numbers of ``--rows``, with or without X."""
    if rows is None:
        return None
    found = [part.strip().removeprefix("X") for part in rows.split(",")]
    for part in found:
        if not re.fullmatch(r"\d{1,9}", part):
            raise InputError(f"Argument '--rows' must hold numbers such as 2,5, not {shown(part)}.")
    return [int(part) for part in found]


def draw(
    picture: Annotated[Picture, typer.Argument(help="What to draw.")],
    group: Annotated[str, typer.Argument(help=GROUP_HELP)],
    kernel: Annotated[
        str | None,
        typer.Option(
            "--kernel",
            "-k",
            help="For 'spectrum': a kernel of a Cayley graph such as \"heat(t=1/2, generators=class:(0 1))\"; "
            "the adjacency of the classes of the generators and their inverses if omitted.",
        ),
    ] = None,
    out: Annotated[Path | None, out_option("SVG file; standard output if omitted.")] = None,
) -> None:
    """Draw the Cayley graph of a group, or the Fourier spectrum of a kernel on it, as SVG."""
    from orbitkernels.group_figures import cayley_graph_figure, fourier_spectrum_figure
    from orbitkernels.proofs.cayley_kernels import cayley_kernel
    from orbitkernels.proofs.files import write_whole
    from orbitkernels.theory.names import group as group_of

    require_out(out)
    found = group_of(group)
    if picture is Picture.cayley_graph:
        if kernel is not None:
            raise InputError("Argument '--kernel' is for 'spectrum'; a Cayley graph is drawn without one.")
        element = cayley_graph_figure(found)
    else:
        element = fourier_spectrum_figure(cayley_kernel(found, kernel or _adjacency(found)))
    document = element.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1) if _bare(element) else element
    if out is None:
        typer.echo(document)
        return
    write_whole(out, document + "\n", "File")
    typer.echo(f"Wrote {out}", err=True)


def _bare(element: str) -> bool:
    """Whether the element lacks the name space that a file of its own needs."""
    return "xmlns=" not in element.partition(">")[0]


def _adjacency(group: FiniteGroup) -> str:
    """The adjacency kernel whose connection set is the classes of the generators and of their inverses."""
    if group.order == 1:
        raise InputError("The trivial group has no generators; name a kernel with --kernel.")
    elements = [*group.generators, *group.inverse(group.generators).tolist()]
    return "adjacency(generators=class:" + ",".join(str(g) for g in dict.fromkeys(elements)) + ")"
