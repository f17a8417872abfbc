"""A file moved where nothing stands, in one step, and on systems that cannot do that."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpedi.intake import moving
from hpedi.intake.moving import move_new

pytestmark = pytest.mark.storeless


@pytest.fixture(params=["one step", "link and unlink"], autouse=True)
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that renames without replacing, and one that has no such call."""
    if request.param != "one step":
        monkeypatch.setattr(moving, "_LIBRARY", object())


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """Descriptors of the folders a, which has a file of its own name, and b."""
    opened = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        opened.append(os.open(tmp_path / name, os.O_RDONLY | os.O_DIRECTORY))
    (tmp_path / "a" / "file").write_text("a")
    yield opened[0], opened[1]
    for each in opened:
        os.close(each)


def test_it_moves(folders: tuple[int, int], tmp_path: Path) -> None:
    """The file is under its new name only."""
    move_new(folders[0], "file", folders[1], "new")
    assert (tmp_path / "b" / "new").read_text() == "a"
    assert list((tmp_path / "a").iterdir()) == []


def test_what_stands_there_stays(folders: tuple[int, int], tmp_path: Path) -> None:
    """Nothing is written over, not even by a link of the same name."""
    (tmp_path / "b" / "new").write_text("b")
    (tmp_path / "b" / "link").symlink_to(tmp_path / "nowhere")
    for name in ("new", "link"):
        with pytest.raises(FileExistsError):
            move_new(folders[0], "file", folders[1], name)
    assert (tmp_path / "b" / "new").read_text() == "b"
    assert (tmp_path / "a" / "file").read_text() == "a"


def test_what_is_gone(folders: tuple[int, int]) -> None:
    """A file that somebody took is told as such."""
    with pytest.raises(FileNotFoundError):
        move_new(folders[0], "other", folders[1], "new")
