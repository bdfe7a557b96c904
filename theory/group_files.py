"""Groups from JSON files of permutations or of a Cayley table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from orbitkernels.errors import InputError

from .constructions import cayley_table_group, permutation_group
from .groups import FiniteGroup
from .integer_input import shown

_FORMS = '{"permutations": [[...]]} with images counted from 0, or {"cayley_table": [[...]]}'

#: Longest file that is read.
MAX_FILE_BYTES = 2**28

_KEYS = ("permutations", "cayley_table")


def group_from_file(path: str | Path) -> FiniteGroup:
    """The group of a JSON file ``{"permutations": [[...], ...]}`` or ``{"cayley_table": [[...], ...]}``.

    An optional key ``"name"`` names the group; otherwise the file's name does.

    Raises:
        InputError: If the file cannot be read, is no JSON, has other keys, or holds no group.

    Example:
        >>> import pathlib, tempfile
        >>> from orbitkernels.theory.group_files import group_from_file
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "klein.json")
        ...     _ = path.write_text('{"permutations": [[1, 0, 2, 3], [0, 1, 3, 2]]}')
        ...     group_from_file(path)
        <FiniteGroup klein of order 4>
    """
    content = _content(Path(path))
    keys = [key for key in _KEYS if key in content]
    others = sorted(set(content) - {*_KEYS, "name"})
    if len(keys) != 1 or others:
        raise InputError(f"File {shown(str(path))} must hold {_FORMS}; its keys are {shown(sorted(content))}.")
    name = content.get("name", Path(path).stem)
    if not isinstance(name, str) or not name.strip():
        raise InputError(f"File {shown(str(path))} must hold a text under 'name', not {shown(name)}.")
    make = permutation_group if keys[0] == "permutations" else cayley_table_group
    try:
        return make(content[keys[0]], " ".join(name.split()))
    except InputError as error:
        raise InputError(f"File {shown(str(path))}: {error}") from error


def _content(path: Path) -> dict[str, Any]:
    """The JSON object of the file."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_FILE_BYTES + 1)
        if len(text) > MAX_FILE_BYTES:
            raise InputError(
                f"File {shown(str(path))} is longer than {MAX_FILE_BYTES // 2**20} MiB; "
                "give permutations that generate the group."
            )
        content = json.loads(text.decode("utf-8-sig"))
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"File {shown(str(path))} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:100]
        raise InputError(f"File {shown(str(path))} is not valid JSON ({reason}); write {_FORMS}.") from error
    if not isinstance(content, dict):
        raise InputError(f"File {shown(str(path))} must hold {_FORMS}, not a {type(content).__name__}.")
    return content
