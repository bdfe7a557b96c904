"""Files that are written whole or not at all, and the check that they can be, before the work."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from orbitkernels.errors import InputError


def write_whole(path: str | Path, content: str | bytes, what: str) -> Path:
    """Write a file, and its folder if there is none: an interruption leaves the old file, or none.

    Symbolic links are followed, and a file that exists keeps its permissions.  Pipes and character devices are
    written into and stay what they are.

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
    data = content.encode() if isinstance(content, str) else content
    try:
        old = _status(path)
        _refuse_kind(old)
        if _is_stream(old):
            _pour(path, data)
        else:
            target = Path(os.path.realpath(path))
            target.parent.mkdir(parents=True, exist_ok=True)
            _replace(target, data, old)
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
        _try_folder(Path(folder))
    except OSError as error:
        raise InputError(
            f"Argument '{argument}' cannot be used as a folder: {folder} ({error.strerror})."
        ) from error


def require_writable_file(path: str | Path, argument: str) -> None:
    """See that :func:`write_whole` could write a file, before the work rather than after; nothing is made.

    Raises:
        InputError: If not; the message names the argument.

    Example:
        >>> from orbitkernels.proofs.files import require_writable_file
        >>> require_writable_file("/", "--out")
        Traceback (most recent call last):
            ...
        orbitkernels.errors.InputError: Argument '--out' cannot be written: / (Is a directory); name another file.
    """
    path = Path(path)
    try:
        old = _status(path)
        _refuse_kind(old)
        if old is not None and not os.access(path, os.W_OK):
            raise _error(errno.EACCES)
        if not _is_stream(old):
            _try_folder(_first_folder(Path(os.path.realpath(path))))
    except OSError as error:
        raise InputError(
            f"Argument '{argument}' cannot be written: {path} ({error.strerror}); name another file."
        ) from error


def _status(path: Path) -> os.stat_result | None:
    """What the path names, links followed; None if there is nothing."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _refuse_kind(old: os.stat_result | None) -> None:
    """Refuse what is neither a regular file nor a stream: folders, disks and sockets."""
    if old is None or stat.S_ISREG(old.st_mode) or _is_stream(old):
        return
    raise _error(errno.EISDIR if stat.S_ISDIR(old.st_mode) else errno.EINVAL)


def _is_stream(old: os.stat_result | None) -> bool:
    """Whether it is a pipe or a character device, which a file must not take the place of."""
    return old is not None and (stat.S_ISFIFO(old.st_mode) or stat.S_ISCHR(old.st_mode))


def _error(number: int) -> OSError:
    return OSError(number, os.strerror(number))


def _first_folder(path: Path) -> Path:
    """The nearest of the folders of a path that exists, or the file that stands in the way."""
    return next(parent for parent in path.parents if parent.exists())


def _try_folder(folder: Path) -> None:
    """Make a file without a name."""
    with tempfile.TemporaryFile(dir=folder):
        pass


def _pour(path: Path, content: bytes) -> None:
    """Write into what is there; nothing is made or cut."""
    with os.fdopen(os.open(path, os.O_WRONLY), "wb") as stream:
        stream.write(content)


def _replace(target: Path, content: bytes, old: os.stat_result | None) -> None:
    """Write beside the file, then rename: readers see the old content or the new."""
    if old is not None and not os.access(target, os.W_OK):
        raise _error(errno.EACCES)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".orbitkernels.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        if old is not None:
            with suppress(OSError):  # only root may give a file away
                os.chown(name, old.st_uid, old.st_gid)
        os.chmod(name, 0o666 & ~_umask() if old is None else stat.S_IMODE(old.st_mode))
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """The process's mask of permissions, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
