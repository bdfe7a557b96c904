"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from orbitkernels.errors import InputError


def write_whole(path: str | Path, content: str | bytes, what: str) -> Path:
    """Write a file, and its folder if there is none: an interruption leaves the old file, or none.

    Args:
        path: The file.
        content: Text, written as UTF-8, or bytes.
        what: What the file is, for the message.

    Returns:
        The path.

    Raises:
        InputError: If the file cannot be written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise InputError(f"{what} '{path}' cannot be written: {error.strerror}.") from error
    return path


def require_writable(folder: str | Path, argument: str) -> None:
    """Make a folder and see that files can be made in it, before hours of work rather than after.

    Raises:
        InputError: If not; the message names the argument.
    """
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            f"Argument '{argument}' cannot be used as a folder: {folder} ({error.strerror})."
        ) from error


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file, then rename: readers see the old content or the new."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """The process's mask of permissions, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
