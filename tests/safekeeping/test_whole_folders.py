"""A folder of files that grow side by side is there whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpedi.findings import Unavailable
from hpedi.safekeeping.whole_folders import whole_folder


def test_files_grow_side_by_side(tmp_path: Path) -> None:
    """More files than may be open at once each get what was added to them, in order."""
    with whole_folder(tmp_path / "parts") as growing:
        for turn in (b"a", b"b"):
            for number in range(200):
                growing.append(f"{number}.x12", turn)
        growing.finish("0.x12")
        assert not (tmp_path / "parts").exists()
    assert {path.read_bytes() for path in (tmp_path / "parts").iterdir()} == {b"ab"}
    assert len(list((tmp_path / "parts").iterdir())) == 200


def test_nothing_stays_of_what_breaks(tmp_path: Path) -> None:
    """When the block is left by an exception no file and no folder stays."""

    def fill() -> None:
        with whole_folder(tmp_path / "parts") as growing:
            growing.append("1.x12", b"a")
            raise LookupError

    with pytest.raises(LookupError):
        fill()
    assert not list(tmp_path.iterdir())


def test_what_a_kill_left_is_cleared(tmp_path: Path) -> None:
    """The remains of a run that was killed are no part of the next."""
    (tmp_path / "parts.part").mkdir()
    (tmp_path / "parts.part" / "9.x12").write_bytes(b"old")
    with whole_folder(tmp_path / "parts") as growing:
        growing.append("1.x12", b"a")
    assert [path.name for path in (tmp_path / "parts").iterdir()] == ["1.x12"]
    assert [path.name for path in tmp_path.iterdir()] == ["parts"]


def test_a_folder_that_cannot_be_made_is_the_world_failing(tmp_path: Path) -> None:
    """Where no folder can be made, that is no bug and no finding."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable), whole_folder(tmp_path / "file" / "parts"):
        pass
