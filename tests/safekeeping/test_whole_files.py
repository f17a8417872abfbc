"""Files that are there whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpedi.findings import Unavailable
from hpedi.safekeeping.whole_files import link_whole, write_whole


def test_a_file_is_written_with_its_folders(tmp_path: Path) -> None:
    """The folder is made, the content stands, nothing temporary remains."""
    write_whole(tmp_path / "a" / "b" / "file", [b"one", b"two"])
    assert (tmp_path / "a" / "b" / "file").read_bytes() == b"onetwo"
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["file"]


def test_a_second_name_takes_no_room(tmp_path: Path) -> None:
    """A second name is of the same bytes on the disk, also when it is given again, and over what a kill left."""
    (tmp_path / "file").write_bytes(b"one")
    for _each in range(2):
        link_whole(tmp_path / "a" / "second", tmp_path / "file")
        assert (tmp_path / "a" / "second").samefile(tmp_path / "file")
        (tmp_path / "a" / "third.part").write_bytes(b"half")
        link_whole(tmp_path / "a" / "third", tmp_path / "file")
    write_whole(tmp_path / "file", [b"two"])
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["second", "third"]
    assert (tmp_path / "a" / "second").read_bytes() == b"one"


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="there is no second file system")  # noqa: S108 - a mount
def test_a_second_name_on_another_file_system_is_a_copy(tmp_path: Path) -> None:
    """Where no link can be, the bytes are written once more."""
    (tmp_path / "file").write_bytes(b"one")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as elsewhere:
        link_whole(Path(elsewhere) / "copy", tmp_path / "file")
        assert (Path(elsewhere) / "copy").read_bytes() == b"one"


def test_a_failure_midway_leaves_nothing(tmp_path: Path) -> None:
    """When the chunks fail, neither the file nor its temporary is left."""

    def chunks() -> Iterator[bytes]:
        yield b"one"
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the very error that the chunks raise
        write_whole(tmp_path / "file", chunks())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    """A world that fails asks to try again later, without naming the file."""
    (tmp_path / "occupied").write_bytes(b"")
    with pytest.raises(Unavailable, match="cannot write to the folder occupied"):
        write_whole(tmp_path / "occupied" / "file", [b""])
