"""What the commands show on a terminal: consoles, a bar, lines and predictions; and what their options share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import typer
    from rich.console import Console


def console(stderr: bool) -> Console:
    """Standard output or standard error as a rich console."""
    from rich.console import Console

    return Console(stderr=stderr)


class Bar:
    """A progress bar on standard error that appears with the first step, so that refused input prints no bar.

    Where standard error is no terminal there is none, and errors stay one line.
    """

    def __init__(self, description: str) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        screen = console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=screen,
            transient=True,
            disable=not screen.is_terminal,
        )
        self._task = self._progress.add_task(description, total=None)
        self._started = False

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._started:
            self._progress.stop()

    def show(self, done: int, total: int, description: str | None = None) -> None:
        """Show that so many of so many steps are done."""
        self._start()
        self._progress.update(self._task, completed=done, total=total, description=description)

    def say(self, description: str) -> None:
        """Show what is being done."""
        self._start()
        self._progress.update(self._task, description=description)

    def _start(self) -> None:
        if not self._started:
            self._progress.start()
            self._started = True


def print_lines(lines: Iterable[str]) -> None:
    """Print lines to standard output as they are, neither wrapped nor coloured."""
    screen = console(stderr=False)
    for line in lines:
        screen.print(line, highlight=False, markup=False, soft_wrap=True)


def print_predictions(result: dict[str, Any]) -> None:
    """Print what :func:`orbitkernels.predict` returns: a table of errors, one row a pair, and what it shows."""
    from rich.table import Table

    table = Table(title=f"{result['group']}, {result['kernel']}, {result['data']}: error y - p of a missing pose")
    for heading in ("labels", "spectral error", "exact error", "difference", "condition"):
        table.add_column(heading, justify="right")
    for pair in result["pairs"]:
        spectral, exact, condition = pair["spectral_error"], pair["exact_error"], pair["condition_number"]
        table.add_row(
            " / ".join(map(str, pair["labels"])),
            f"{spectral:.10f}",
            f"{exact:.10f}",
            f"{abs(spectral - exact):.1e}",
            "-" if condition is None else f"{condition:.1e}",
        )
    screen = console(stderr=False)
    screen.print(table)
    right = sum(pair["exact_error"] < 1 for pair in result["pairs"])
    screen.print(f"Missing pose classified right (error below 1): {right} of {len(result['pairs'])} pairs.")
    screen.print(f"Largest relative difference of the two routes: {result['largest_relative_difference']:.1e}.")
    for note in result["notes"]:
        screen.print(f"Note: {note}")


def out_option(help: str) -> Any:
    """The option ``--out`` of a command; an empty name is refused, which would be the current folder."""
    import typer

    def named(text: str | Path) -> Path:
        if not str(text):
            raise ValueError("it must name a path")
        return Path(text)

    return typer.Option(parser=named, metavar="<path>", help=help)


def require_out(out: Path | None) -> None:
    """Refuse a file that cannot be written, before the work.

    Raises:
        InputError: Saying why.
    """
    if out is not None:
        from orbitkernels.proofs.files import require_writable_file

        require_writable_file(out, "--out")


def help_line(context: typer.Context | None) -> str:
    """Where the options of the command that could not be read are listed; those of the program without one."""
    command = "" if context is None or context.parent is None else f" {context.info_name}"
    return f"Say 'orbitkernels{command} --help' for help."


def was_given(context: typer.Context, name: str) -> bool:
    """Whether the user gave an option, its default perhaps."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def usage_line(message: str, arguments: Sequence[str]) -> str:
    """A usage error as a sentence, with the value that was given for the option it names.

    Example:
        >>> from orbitkernels.terminal import usage_line
        >>> usage_line("Invalid value for '--pairs': Input should be at least 1.", ["predict", "--pairs", "0"])
        "Invalid value for '--pairs': Input should be at least 1, not '0'."
    """
    option = message.partition("'--")[2].partition("'")[0]
    text = message.rstrip(".").replace("Value error, ", "")
    if option and text.startswith("Invalid value"):
        given = [b for a, b in pairwise(arguments) if a == f"--{option}"]
        given += [a.partition("=")[2] for a in arguments if a.startswith(f"--{option}=")]
        text += f", not {given[-1]!r}" if given and repr(given[-1]) not in text else ""
    return text if text.endswith("?") else f"{text}."
