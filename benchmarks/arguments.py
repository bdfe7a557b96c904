"""Options that several benchmarks have, refused in one line before anything is measured."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from orbitkernels.errors import InputError
from orbitkernels.proofs.files import require_writable_file


def interpreter(text: str) -> str:
    """A Python that can be started, for ``type=`` of an option.

    Example:
        >>> import sys
        >>> interpreter(sys.executable) == sys.executable
        True
    """
    if shutil.which(text) is None:
        raise argparse.ArgumentTypeError(f"there is no program {text!r}; name a Python, such as FOLDER/bin/python")
    return text


def require_known(parser: argparse.ArgumentParser, what: str, asked: Iterable[str], known: Sequence[str]) -> None:
    """End with status 2 if something is asked for that is not there."""
    unknown = sorted(set(asked) - set(known))
    if unknown:
        parser.error(f"there is no {what} {', '.join(unknown)}; there are {', '.join(known)}")


def results_file(
    parser: argparse.ArgumentParser, out: Path | None, only: Sequence[str] | None, usual: Path
) -> Path:
    """Where the results go: the usual file for all of them, one that is named for a part.

    A part in the usual file would replace the rest.  The status is 2 for a part without a name, and for a file
    that cannot be written.
    """
    if out is None and only:
        parser.error(f"--only makes a part, which would replace all of {usual.name}; name a file with --out")
    try:
        require_writable_file(out or usual, "--out")
    except InputError as error:
        parser.error(str(error))
    return out or usual
