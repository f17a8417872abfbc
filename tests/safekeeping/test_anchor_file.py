"""The anchor file: lines are only ever added."""

from __future__ import annotations

from pathlib import Path

from hpedi.safekeeping.anchor_file import AnchorFile


def test_lines_are_added_after_a_torn_one(tmp_path: Path) -> None:
    """What stands in the file stays, also half a line that a kill left."""
    anchor = AnchorFile(tmp_path / "state" / "anchor")
    assert list(anchor.lines()) == anchor.last_lines() == []
    with anchor.locked() as is_there:
        assert is_there
        anchor.append(["one", "two"])
    with anchor.path.open("a") as file:
        file.write("thr")
    anchor.append(["three"])
    assert list(anchor.lines()) == anchor.last_lines() == ["one", "two", "thr", "three"]
    assert anchor.path.stat().st_mode & 0o777 == 0o600


def test_the_last_lines_are_whole(tmp_path: Path) -> None:
    """Of a long file the end is read, from the beginning of a line."""
    anchor = AnchorFile(tmp_path / "anchor")
    anchor.append(f"{number:099d}" for number in range(2_000))
    last = anchor.last_lines()
    assert last[-1] == f"{1999:099d}"
    assert {len(line) for line in last} == {99}
    assert 600 < len(last) < 700


def test_a_place_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A folder that cannot be made is no exception: whoever asked goes on without."""
    (tmp_path / "file").write_text("")
    with AnchorFile(tmp_path / "file" / "anchor").locked() as is_there:
        assert not is_there
