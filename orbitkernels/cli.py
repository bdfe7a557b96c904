"""The command line: verify, predict, derive and, from :mod:`orbitkernels.group_commands`, what asks about a group.

Exit status 0 if all is well, 1 if a theorem fails or is worse than before, 2 for bad input, which gets one line on
standard error.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Protocol, TextIO, runtime_checkable

import typer
import typer.exceptions

from orbitkernels import __version__, group_commands
from orbitkernels.errors import InputError
from orbitkernels.group_commands import GROUP_HELP
from orbitkernels.terminal import (
    Bar,
    console,
    help_line,
    out_option,
    print_lines,
    print_predictions,
    require_out,
    usage_line,
    was_given,
)

if TYPE_CHECKING:
    from orbitkernels.proofs.certificate import Certificate
    from orbitkernels.proofs.documents import Document

app = typer.Typer(
    name="orbitkernels",
    help="The theory of symmetry learning on group orbits: derived symbolically, verified numerically.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class DocumentFormat(StrEnum):
    """How a derivation is printed."""

    text = "text"
    latex = "latex"
    html = "html"
    pdf = "pdf"
    json = "json"


class ResultFormat(StrEnum):
    """How predictions are printed."""

    text = "text"
    json = "json"


class Needed(StrEnum):
    """What a missing pose may need to be classified right."""

    poses = "poses"
    separation = "separation"


class Rings(StrEnum):
    """How the second of two rings is turned."""

    aligned = "aligned"
    interleaved = "interleaved"


#: Exit status after Ctrl-C, as shells have it.
_INTERRUPTED = 130


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"orbitkernels {__version__}")
        raise typer.Exit


@app.command()
def verify(
    theorems: Annotated[list[str] | None, typer.Argument(help="Theorems such as T1 T6; all if omitted.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer instances.")] = False,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; one a core if omitted, at most 8.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random instances.")] = 0,
    out: Annotated[Path, out_option("Folder for certificate.json, report.html and article.tex.")] = Path(
        "build/verify"
    ),
    resume: Annotated[
        bool, typer.Option("--resume", help="Keep what an earlier certificate in --out proves.")
    ] = False,
    against: Annotated[
        Path | None, typer.Option(help="An earlier certificate.json; status 1 if anything is worse than there.")
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of the certificate and exit.")
    ] = False,
) -> None:
    """Verify all theorems; one line each, a certificate, a report and an article."""
    from orbitkernels.proofs.certificate import Certificate
    from orbitkernels.proofs.certificate import schema as certificate_schema
    from orbitkernels.proofs.files import require_writable
    from orbitkernels.proofs.verify import theorem_ids

    if schema:
        typer.echo(certificate_schema(), nl=False)
        return
    ids = theorem_ids(theorems)
    earlier = None if against is None else Certificate.read(against)
    require_writable(out, "--out")
    for name in ("certificate.json", "report.html", "article.tex"):
        require_out(out / name)
    documents: dict[str, Document] = {}
    certificate = _run_with_progress(ids, quick, jobs, seed, out / "certificate.json", resume, documents)
    certificate.write(out / "certificate.json")
    print_lines(certificate.lines())
    worse = earlier is not None and _print_changes(earlier, certificate, ids if theorems else None)
    _write_documents(certificate, out, documents, jobs)
    raise typer.Exit(0 if certificate.holds and not worse else 1)


@app.command()
def predict(
    context: typer.Context,
    group: Annotated[str | None, typer.Option("--group", "-g", help=GROUP_HELP)] = None,
    kernel: Annotated[
        str,
        typer.Option(
            "--kernel", "-k", help='A call such as "ntk(depth=3)" or a formula in u such as "exp(-2*(1-u))".'
        ),
    ] = "ntk(depth=3)",
    data: Annotated[
        str, typer.Option("--data", "-d", help="digits, mnist:DIR or a .npz with images and labels.")
    ] = "digits",
    average: Annotated[
        str | None,
        typer.Option(help='G, or words such as "r^2,s" that generate a subgroup: average the kernel over it.'),
    ] = None,
    missing: Annotated[str, typer.Option(help="pose, coset:H or a list of poses.")] = "pose",
    ridge: Annotated[
        str, typer.Option(help="Ridge r >= 0, or relative:1e-10 of the mean diagonal; the matrix is K + r I.")
    ] = "0",
    precision: Annotated[
        Literal["double", "double-double", "arb"],
        typer.Option(help="Of the linear algebra; arb has rigorous bounds."),
    ] = "double",
    exact_route: Annotated[
        Literal["auto", "dense", "kernel", "group", "transform"],
        typer.Option(
            help="How a pose is left out: dense, or conjugate gradients with products by the other three."
        ),
    ] = "auto",
    symmetrisation: Annotated[
        Literal["block", "scalar"],
        typer.Option(help="block: exact. scalar: the circulant of two interleaved orbits of a cyclic group."),
    ] = "block",
    pairs: Annotated[int, typer.Option(min=1, help="How many pairs of images of different classes.")] = 16,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the choice of pairs.")] = 0,
    format: Annotated[ResultFormat, typer.Option(help="Output format.")] = ResultFormat.text,
    needed: Annotated[
        Needed | None, typer.Option(help="What a missing pose needs to be classified right: poses or separation.")
    ] = None,
    separation: Annotated[
        float | None, typer.Option(help="Height h of two rings at +-h, with --needed poses; 0.3 if omitted.")
    ] = None,
    poses: Annotated[
        int | None, typer.Option(help="Poses of each ring, with --needed separation; 16 if omitted.")
    ] = None,
    rings: Annotated[Rings | None, typer.Option(help="How two rings stand; aligned if omitted.")] = None,
    out: Annotated[Path | None, out_option("SVG file for a figure, with --needed.")] = None,
) -> None:
    """Spectral error and exact leave-out error of a missing pose, for pairs of images of different classes."""
    from orbitkernels.needed_command import answer_needed, refuse_unneeded, show_answer
    from orbitkernels.prediction import predict as predict_pairs

    given = {name for name in context.params if was_given(context, name)}
    if needed is not None:
        require_out(out)
        with Bar("Searching") as bar:
            answer = answer_needed(needed.value, context.params, given, bar.show)
        show_answer(answer, console(stderr=False), as_json=format is ResultFormat.json, out=out)
        return
    refuse_unneeded(given)
    if group is None:
        raise InputError("Argument '--group' is missing: name a group that acts on the images, such as D4.")
    with Bar("Pairs") as bar:
        result = predict_pairs(
            group,
            kernel,
            data,
            missing=missing,
            ridge=ridge,
            pairs=pairs,
            seed=seed,
            progress=bar.show,
            symmetrisation=symmetrisation,
            average=average,
            precision=precision,
            exact_route=exact_route,
            status=bar.say,
        )
    if format is ResultFormat.json:
        typer.echo(json.dumps(result, indent=1, allow_nan=False))
    else:
        print_predictions(result)


for _command in (group_commands.characters, group_commands.irreps, group_commands.draw):
    app.command()(_command)


@app.command()
def derive(
    target: Annotated[
        str, typer.Argument(help="A theorem such as T6 or K13, 'spectrum', 'error', 'kappa0' or 'kappa1'.")
    ],
    group: Annotated[
        str | None, typer.Option("--group", "-g", help=GROUP_HELP + " CN: every cyclic group.")
    ] = None,
    kernel: Annotated[
        str | None,
        typer.Option(
            "--kernel",
            "-k",
            help="A kernel, put in for the symbol, or one of a Cayley graph such as "
            '"heat(t=1/2, generators=class:(0 1))".',
        ),
    ] = None,
    missing: Annotated[str, typer.Option(help="For 'error': pose, or coset:H, missing together.")] = "pose",
    class_functions: Annotated[
        bool, typer.Option("--class-functions", help="Only class functions: from characters, for any group.")
    ] = False,
    format: Annotated[DocumentFormat, typer.Option(help="Output format.")] = DocumentFormat.text,
    out: Annotated[Path | None, out_option("File to write; needed for pdf.")] = None,
) -> None:
    """Derive a theorem, the spectrum or error of two orbits of a group, or an arc-cosine kernel, in steps."""
    from orbitkernels.proofs.derive import derive as derive_target
    from orbitkernels.proofs.files import write_whole
    from orbitkernels.proofs.rendering import render

    if format is DocumentFormat.pdf and out is None:
        raise InputError("Argument '--out' is missing: a PDF needs a file, for example --out derivation.pdf.")
    require_out(out)
    with console(stderr=True).status("Deriving, each step checked..."):
        derivation = derive_target(
            target, group=group, kernel=kernel, missing=missing, class_functions=class_functions
        )
        document = render(derivation, format.value)
    if out is None:
        typer.echo(document if isinstance(document, str) else document.decode())
        return
    write_whole(out, document, "File")
    typer.echo(f"Wrote {out}", err=True)


def main(arguments: list[str] | None = None) -> None:
    """Entry point: bad input, of the words or of what they name, becomes one line and exit status 2."""
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _warn
            status = app(arguments, standalone_mode=False)
        if status == _INTERRUPTED:  # typer has swallowed it
            raise KeyboardInterrupt
        sys.stdout.flush()
        sys.exit(status)
    except typer.exceptions.TyperException as error:
        message = error.format_message() if isinstance(error, _WithMessage) else str(error)
        if message:
            given = sys.argv[1:] if arguments is None else arguments
            _complain(f"{usage_line(message, given)} {help_line(getattr(error, 'ctx', None))}")
        sys.exit(2)
    except InputError as error:
        _complain(str(error))
        sys.exit(2)
    except BrokenPipeError:  # whoever read the output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _complain(f"cannot read or write: {error}")
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort):
        _complain("interrupted")
        sys.exit(_INTERRUPTED)


@runtime_checkable
class _WithMessage(Protocol):
    """A usage error that can say what is wrong in one line."""

    def format_message(self) -> str:
        """The line."""


def _warn(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A warning in one line, without the place in the code."""
    _complain(f"warning: {message}")


def _complain(message: str) -> None:
    typer.echo("orbitkernels: " + " ".join(message.split()), err=True)


def _run_with_progress(
    ids: list[str],
    quick: bool,
    jobs: int | None,
    seed: int,
    certificate: Path,
    resume: bool,
    documents: dict[str, Document],
) -> Certificate:
    """Run the verification with one bar over all theorems; what is done is written, for a run that is stopped."""
    from orbitkernels.proofs.verify import verify as verify_theorems

    done: dict[str, tuple[int, int]] = {}
    with Bar("Verifying") as bar:

        def update(identifier: str, completed: int, total: int) -> None:
            done[identifier] = (completed, total)
            finished, every = (sum(column) for column in zip(*done.values(), strict=True))
            complete = sum(first == last for first, last in done.values())
            bar.show(finished, every, f"Verifying, {complete} of {len(done)} theorems done")

        return verify_theorems(
            ids,
            quick=quick,
            jobs=jobs,
            seed=seed,
            progress=update,
            resume=certificate if resume else None,
            save=certificate,
            documents=documents,
        )


def _print_changes(earlier: Certificate, certificate: Certificate, asked: list[str] | None) -> bool:
    """Print what is worse or better than in an earlier certificate; whether anything is worse."""
    from orbitkernels.proofs.regressions import compare

    changes = compare(earlier, certificate, asked)
    print_lines(changes.lines())
    return bool(changes.regressions)


def _write_documents(
    certificate: Certificate, out: Path, documents: dict[str, Document], jobs: int | None
) -> None:
    """Write the report and the article and say where everything is."""
    from orbitkernels.proofs.verify import workers
    from orbitkernels.report import write_article, write_report

    with console(stderr=True).status("Writing the report...") as status:
        report = write_report(certificate, out / "report.html", documents, workers(jobs))
        status.update("Writing the article...")
        article = write_article(certificate, out / "article.tex", documents)
    print_lines(
        [
            f"{certificate.summary()}.",
            f"Certificate: {out / 'certificate.json'}",
            f"Report: {report}",
            f"Article: {article}",
        ]
    )


if __name__ == "__main__":
    main()
