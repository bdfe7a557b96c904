"""Groups from files, and one line for every file that holds none."""

import json
from pathlib import Path

import numpy as np
import pytest
from refusals import message_of

from orbitkernels.theory.names import group


def write(folder: Path, text: str) -> str:
    path = folder / "klein.json"
    path.write_text(text, encoding="utf-8")
    return f"@{path}"


def test_groups_from_files(tmp_path: Path) -> None:
    G = group(write(tmp_path, json.dumps({"permutations": [[1, 0, 2, 3], [0, 1, 3, 2]]})))
    assert (G.name, G.order, G.exponent) == ("klein", 4, 2)
    H = group(write(tmp_path, json.dumps({"cayley_table": [[1, 0], [0, 1]], "name": " two\n"})))
    assert (H.name, H.order) == ("two", 2)
    S3 = group("S3")
    again = group(write(tmp_path, json.dumps({"permutations": S3.permutation(np.array(S3.generators)).tolist()})))
    assert np.array_equal(again.table, S3.table)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{", "is not valid JSON ("),
        ("", "is not valid JSON ("),
        ("[" * 100_000, "is not valid JSON ("),
        ("[1, 2]", "not a list"),
        ("3", "not a int"),
        ("{}", 'must hold {"permutations": [[...]]} with images counted from 0, or {"cayley_table": [[...]]}'),
        ('{"permutation": [[0]]}', "its keys are ['permutation']"),
        ('{"permutations": [[0]], "cayley_table": [[0]]}', "its keys are ['cayley_table', 'permutations']"),
        ('{"permutations": [[0]], "degree": 1}', "its keys are ['degree', 'permutations']"),
        ('{"permutations": [[0]], "name": 3}', "must hold a text under 'name', not 3"),
        ('{"permutations": 3}', "'permutations' must be a list of lists of integers, not 3"),
        ('{"permutations": []}', "'permutations' must hold at least one row"),
        ('{"permutations": [[0, 0]]}', "'permutations[0]' must be a permutation; the image 0 is repeated"),
        ('{"permutations": [[0, 1.0]]}', "'permutations[0]' must hold integers; entry 1 is 1.0"),
        ('{"permutations": [[0, NaN]]}', "'permutations[0]' must hold integers; entry 1 is nan"),
        ('{"permutations": [[0, 1], [0]]}', "permutations[0] has length 2, permutations[1] has length 1"),
        ('{"permutations": {"a": [0]}}', "'permutations' must be a list of lists of integers"),
        ('{"cayley_table": [[0, 1], [1, 1]]}', "'cayley_table' must be a Latin square; row 1 holds 1 2 times"),
        ('{"cayley_table": [[0, 1], [1, 5]]}', "row 1, column 1 holds 5"),
        ('{"cayley_table": "0 1"}', "'cayley_table' must be a list of lists of integers, not '0 1'"),
    ],
)
def test_bad_files_are_refused_in_one_line(tmp_path: Path, text: str, part: str) -> None:
    message = message_of(write(tmp_path, text))
    assert part in message
    assert message.startswith("File ")


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    assert "cannot be read: No such file or directory" in message_of("@nowhere.json")
    assert "cannot be read: Is a directory" in message_of(f"@{tmp_path}")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    assert "is not valid JSON" in message_of(f"@{tmp_path / 'binary.json'}")
    assert "cannot be read" in message_of("@")
    assert "embedded null" in message_of("@a\0b.json")


def test_files_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orbitkernels.theory.names.MAX_FILE_BYTES", 2**20)
    assert "is longer than 1 MiB; give permutations that generate the group." in message_of("@/dev/zero")
