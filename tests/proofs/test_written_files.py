"""Files are written whole; links are followed, pipes stay pipes, and what cannot be written is said before.

Nothing here opens a device: a mistake would replace it.
"""

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from orbitkernels.errors import InputError
from orbitkernels.proofs import files
from orbitkernels.proofs.files import require_writable_file, write_whole


def refused(path: Path) -> str:
    """The one line that both functions refuse a path with, and nothing is made."""
    before = sorted(path.parent.rglob("*"))
    with pytest.raises(InputError, match="'--out' cannot be written") as early:
        require_writable_file(path, "--out")
    with pytest.raises(InputError, match=r"^File '.*' cannot be written"):
        write_whole(path, "new", "File")
    assert sorted(path.parent.rglob("*")) == before
    return str(early.value)


def write(path: Path, content: str | bytes = "new") -> None:
    """Write a file that can be written."""
    require_writable_file(path, "--out")
    assert write_whole(path, content, "File") == path


def test_a_new_file_gets_its_folder_and_the_usual_permissions(tmp_path: Path) -> None:
    target = tmp_path / "new" / "deep" / "x.svg"
    require_writable_file(target, "--out")
    assert list(tmp_path.iterdir()) == []
    write(target, b"\x00\xff")
    assert target.read_bytes() == b"\x00\xff"
    (tmp_path / "plain").touch()
    assert target.stat().st_mode == (tmp_path / "plain").stat().st_mode
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_a_file_that_exists_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    target = tmp_path / "x.svg"
    target.write_text("old and longer")
    target.chmod(mode)
    write(target)
    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == mode


def test_a_link_is_followed(tmp_path: Path) -> None:
    keep, link, chain = tmp_path / "keep.svg", tmp_path / "link.svg", tmp_path / "chain.svg"
    keep.write_text("old")
    link.symlink_to("keep.svg")
    chain.symlink_to(link)
    write(chain)
    assert link.is_symlink()
    assert chain.is_symlink()
    assert keep.read_text() == "new"
    assert sorted(tmp_path.iterdir()) == sorted([keep, link, chain])


def test_a_link_to_nothing_makes_what_it_names(tmp_path: Path) -> None:
    link = tmp_path / "link.svg"
    link.symlink_to(tmp_path / "later" / "x.svg")
    write(link)
    assert link.is_symlink()
    assert (tmp_path / "later" / "x.svg").read_text() == "new"


def test_folders_and_links_to_them_and_loops_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_text("")
    assert "(Is a directory); name another file." in refused(tmp_path / "folder")
    assert "(Is a directory)" in refused(tmp_path / "link")
    assert os.strerror(errno.ELOOP) in refused(tmp_path / "loop")
    assert "(Not a directory)" in refused(tmp_path / "file" / "x.svg")
    assert "(File name too long)" in refused(tmp_path / ("x" * 300))
    write(tmp_path / ("ä" * 120))


def test_a_pipe_stays_a_pipe_and_carries_the_content(tmp_path: Path) -> None:
    pipe, seen = tmp_path / "pipe", []
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    for name in ("pipe", "link"):
        reader = threading.Thread(target=lambda: seen.append(pipe.read_text()), daemon=True)
        reader.start()
        write(tmp_path / name, "through")
        reader.join(10)
    assert seen == ["through", "through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize(
    ("kind", "stream"),
    [(stat.S_IFCHR, True), (stat.S_IFBLK, False), (stat.S_IFSOCK, False), (stat.S_IFDIR, False)],
)
def test_character_devices_are_written_into_and_disks_and_sockets_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: int, stream: bool
) -> None:
    """The kind is pretended, for a file that stands for it."""
    device = tmp_path / "device"
    device.write_text("longer than that")
    inode = device.stat().st_ino
    monkeypatch.setattr(files, "_status", lambda path: os.stat_result((kind | 0o666, *[0] * 9)))
    if not stream:
        refused(device)
        assert device.read_text() == "longer than that"
        return
    write(device)
    assert device.read_text() == "newger than that"  # neither cut nor replaced
    assert device.stat().st_ino == inode


def test_a_file_that_is_protected_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "x.svg"
    target.write_text("old")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert "(Permission denied)" in refused(target)
    assert target.read_text() == "old"


def test_planted_mistakes_are_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replacing pipes, or the link in place of its target, fails the tests above."""
    with monkeypatch.context() as patch:
        patch.setattr(files, "_is_stream", lambda old: False)
        (tmp_path / "a").mkdir()
        with pytest.raises(InputError, match="Invalid argument"):
            test_a_pipe_stays_a_pipe_and_carries_the_content(tmp_path / "a")
    with monkeypatch.context() as patch:
        patch.setattr(os.path, "realpath", lambda path: path)
        (tmp_path / "b").mkdir()
        with pytest.raises(AssertionError):
            test_a_link_is_followed(tmp_path / "b")
