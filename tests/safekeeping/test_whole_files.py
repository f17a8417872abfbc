"""Files that are there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hpedi.findings import Unavailable
from hpedi.safekeeping.whole_files import write_whole


def test_a_file_is_written_with_its_folders(tmp_path: Path) -> None:
    """The folder is made, the content stands, nothing temporary remains."""
    write_whole(tmp_path / "a" / "b" / "file", [b"one", b"two"])
    assert (tmp_path / "a" / "b" / "file").read_bytes() == b"onetwo"
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["file"]


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
