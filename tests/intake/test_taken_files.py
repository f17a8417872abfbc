"""Files in the hands of watchers: each taken once, none lost with a watcher that dies."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from hpedi.findings import Unavailable
from hpedi.intake.drop_folders import DropFolder, DropFolders, Dropped, Patience, identity_of, opened_folder
from hpedi.intake.taken_files import CannotTake, TakenFiles, _is_held

pytestmark = pytest.mark.storeless

FILES = 400
RACERS = 4


@pytest.fixture
def inbox(tmp_path: Path) -> DropFolder:
    """A drop folder beside the folder of taken files."""
    (tmp_path / "inbox").mkdir()
    return DropFolder(path=tmp_path / "inbox", partner="clinic")


def dropped(folder: DropFolder, name: str, content: bytes = b"x", moment: int = 5) -> Dropped:
    """Drop a file."""
    file = folder.path / name
    file.write_bytes(content)
    identity = identity_of(file.stat())
    return Dropped(folder=folder, name=name, size=len(content), moment=moment, standing="ready", identity=identity)


def begun(tmp_path: Path, name: str) -> int:
    """Start a process that takes every file of the inbox and then sleeps with them; return its id."""
    child = os.fork()
    if child == 0:
        files = TakenFiles(tmp_path / "taken", name)
        folder = DropFolder(path=tmp_path / "inbox", partner="clinic")
        for each in DropFolders(Patience(open=0, other=0)).scan([folder], time.time()):
            files.take(each)
        (tmp_path / f"{name}.done").touch()
        time.sleep(60)
        os._exit(0)
    return child


def wait_for(path: Path) -> None:
    """Wait until a file is there."""
    until = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.01)


def killed(child: int) -> None:
    """Kill a process with -9."""
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_a_taken_file_keeps_name_moment_and_bytes(tmp_path: Path, inbox: DropFolder) -> None:
    """It leaves the inbox, and lies in the watcher's folder under its moment and name."""
    files = TakenFiles(tmp_path / "taken", "one")
    taken = files.take(dropped(inbox, "claims ä~1.837", b"bytes", moment=42))
    assert taken is not None
    assert (taken.name, taken.moment, taken.size, taken.partner) == ("claims ä~1.837", 42, 5, "clinic")
    assert taken.path.read_bytes() == b"bytes"
    assert taken.is_new
    assert [(each.path, each.is_new) for each in files.waiting()] == [(taken.path, False)]
    assert list(inbox.path.iterdir()) == []
    assert (tmp_path / "taken").stat().st_mode & 0o077 == 0


def test_what_somebody_else_took_is_gone(tmp_path: Path, inbox: DropFolder) -> None:
    """A file that is not there any more is nobody's fault."""
    one = dropped(inbox, "claims.837")
    assert TakenFiles(tmp_path / "taken", "one").take(one) is not None
    assert TakenFiles(tmp_path / "taken", "two").take(one) is None


def test_the_same_name_at_the_same_moment_is_another_file(tmp_path: Path, inbox: DropFolder) -> None:
    """Nothing that was taken is ever overwritten."""
    files = TakenFiles(tmp_path / "taken", "one")
    files.take(dropped(inbox, "claims.837", b"first"))
    files.take(dropped(inbox, "claims.837", b"second"))
    waiting = files.waiting()
    assert [each.path.read_bytes() for each in waiting] == [b"first", b"second"]
    moved = files.again(waiting[0])
    assert moved.moment not in {each.moment for each in waiting}
    assert [each.path.read_bytes() for each in files.waiting()] == [b"second", b"first"]


@pytest.mark.parametrize(
    "name", ["n" * 255, "line\nbreak.837", "ü" * 127, os.fsdecode(b"\xff\xfe.837"), "~.837", "-rf"]
)
def test_any_name_can_be_taken(tmp_path: Path, inbox: DropFolder, name: str) -> None:
    """A name as long as the system allows, or of any bytes, takes nothing amiss."""
    files = TakenFiles(tmp_path / "taken", "one")
    assert files.take(dropped(inbox, name, b"bytes")) is not None
    (waiting,) = files.waiting()
    assert waiting.path.read_bytes() == b"bytes"
    assert name.startswith(waiting.name) or len(os.fsencode(waiting.name)) == 220


def test_a_link_put_in_place_of_a_file_is_not_followed(tmp_path: Path, inbox: DropFolder) -> None:
    """What became a link between look and rename is removed, and what it points to stays as it is."""
    (tmp_path / "secret").write_bytes(b"secret")
    one = dropped(inbox, "claims.837")
    (inbox.path / "claims.837").unlink()
    (inbox.path / "claims.837").symlink_to(tmp_path / "secret")
    files = TakenFiles(tmp_path / "taken", "one")
    assert files.take(one) is None
    assert files.waiting() == []
    assert (tmp_path / "secret").read_bytes() == b"secret"


def test_what_was_written_to_since_it_was_looked_at_stays(tmp_path: Path, inbox: DropFolder) -> None:
    """More may be to come: a file that grew, or that another one took the place of, is left for the next look."""
    grown, replaced = dropped(inbox, "grown.837"), dropped(inbox, "replaced.837")
    (inbox.path / "grown.837").write_bytes(b"x and more")
    (inbox.path / ".new").write_bytes(b"y")
    (inbox.path / ".new").rename(inbox.path / "replaced.837")
    files = TakenFiles(tmp_path / "taken", "one")
    assert [files.take(each) for each in (grown, replaced)] == [None, None]
    assert {path.name: path.read_bytes() for path in inbox.path.iterdir()} == {
        "grown.837": b"x and more",
        "replaced.837": b"y",
    }


def test_a_dead_watchers_files_are_adopted_and_a_living_ones_are_not(tmp_path: Path, inbox: DropFolder) -> None:
    """While a process lives its files are its own; killed with -9 it leaves them to whoever asks."""
    dropped(inbox, "a.837", b"a")
    dropped(inbox, "b.837", b"b")
    child = begun(tmp_path, "first")
    try:
        wait_for(tmp_path / "first.done")
        files = TakenFiles(tmp_path / "taken", "second")
        assert files.adopt() == 0
        assert files.waiting() == []
    finally:
        killed(child)
    assert files.adopt() == 2
    assert [each.name for each in files.waiting()] == ["a.837", "b.837"]
    assert not (tmp_path / "taken" / "first").exists()
    assert files.adopt() == 0


def test_a_name_of_a_dead_watcher_is_taken_up_and_of_a_living_one_gets_a_number(
    tmp_path: Path, inbox: DropFolder
) -> None:
    """Under a dead watcher's name one goes on with its files; beside a living one with a number."""
    first = TakenFiles(tmp_path / "taken", "box-1")
    first.take(dropped(inbox, "claims.837"))
    second = TakenFiles(tmp_path / "taken", "box-1")
    assert (first.id, second.id) == ("box-1", "box-1-2")
    first.close()
    third = TakenFiles(tmp_path / "taken", "box-1")
    assert third.id == "box-1"
    assert [each.name for each in third.waiting()] == ["claims.837"]
    second.close()
    assert not (tmp_path / "taken" / "box-1-2").exists()


def test_racing_watchers_take_each_file_once(tmp_path: Path, inbox: DropFolder) -> None:
    """Several processes on one folder: every file is in the hands of exactly one, with its bytes."""
    for number in range(FILES):
        (inbox.path / f"{number}").write_bytes(str(number).encode())
    racers = [begun(tmp_path, f"racer-{number}") for number in range(RACERS)]
    try:
        for number in range(RACERS):
            wait_for(tmp_path / f"racer-{number}.done")
        found = [path for path in (tmp_path / "taken").rglob("*~*") if path.is_file()]
        assert Counter(path.read_bytes() for path in found) == Counter(str(each).encode() for each in range(FILES))
        assert all(path.name.endswith(f"~{path.read_text()}") for path in found)
    finally:
        for racer in racers:
            killed(racer)


def test_another_file_system_is_told(tmp_path: Path) -> None:
    """A drop folder that nothing can be renamed from is refused with the reason, and its file stays."""
    elsewhere = Path("/dev/shm")  # noqa: S108 - another file system, where there is one
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == tmp_path.stat().st_dev or not os.access(elsewhere, os.W_OK):
        pytest.skip("there is no second file system here")
    folder = elsewhere / f"hpedi-{os.getpid()}"
    folder.mkdir()
    try:
        one = dropped(DropFolder(path=folder, partner="clinic", is_foreign=True), "claims.837")
        with pytest.raises(CannotTake, match="another file system"):
            TakenFiles(tmp_path / "taken", "one").take(one)
        assert (folder / "claims.837").exists()
    finally:
        (folder / "claims.837").unlink()
        folder.rmdir()


def test_a_workspace_that_is_gone_is_the_worlds_fault(tmp_path: Path, inbox: DropFolder) -> None:
    """Where the watcher's own folder was removed nothing is taken, and nothing is lost."""
    files = TakenFiles(tmp_path / "taken", "one")
    files.folder.rmdir()
    with pytest.raises(Unavailable):
        files.take(dropped(inbox, "claims.837"))
    assert (inbox.path / "claims.837").exists()


def test_the_lock_of_a_folder_that_was_removed_is_nobodys(tmp_path: Path, inbox: DropFolder) -> None:
    """Who comes to adopt a folder when it was adopted already does not get that of a watcher begun under its name."""
    folder = tmp_path / "taken" / "box-1"
    folder.mkdir(parents=True)
    with opened_folder(folder) as late:
        assert late is not None
        folder.rmdir()
        begun_anew = TakenFiles(tmp_path / "taken", "box-1")
        begun_anew.take(dropped(inbox, "claims.837"))
        assert not _is_held(late, folder)
    assert [each.name for each in begun_anew.waiting()] == ["claims.837"]


# --- files that somebody has open ----------------------------------------------------------------------------------


def test_what_is_written_while_it_is_taken_is_looked_at_again(
    tmp_path: Path, inbox: DropFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rename takes a file from nobody who writes to it: it lies in its folder again, with all that came."""
    file = dropped(inbox, "a.837", b"one")
    rename = os.rename

    def renamed_while_written(*args: Any, **folders: Any) -> None:
        with (inbox.path / "a.837").open("ab") as writer:
            rename(*args, **folders)
            writer.write(b" two")

    monkeypatch.setattr(os, "rename", renamed_while_written)
    files = TakenFiles(tmp_path / "taken", "w1")
    assert files.take(file) is None
    assert (inbox.path / "a.837").read_bytes() == b"one two"
    assert files.waiting() == []


def test_what_was_written_to_is_not_let_go(tmp_path: Path, inbox: DropFolder) -> None:
    """What is done with is deleted; what was written to since it was taken comes again, by its name if it is free."""
    files = TakenFiles(tmp_path / "taken", "w1")
    for name, others in (("a.837", []), ("b.837", ["b.837"])):
        with (inbox.path / name).open("ab") as writer:
            taken = files.take(dropped(inbox, name, b"one"))
            assert taken is not None
            for other in others:
                (inbox.path / other).write_bytes(b"another of that name")
            writer.write(b" two")
        files.let_go(taken)
    assert (inbox.path / "a.837").read_bytes() == b"one two"
    (again,) = files.waiting()
    assert (again.name, again.path.read_bytes(), again.moment) == ("b.837", b"one two", 6)
    for _twice in range(2):
        files.let_go(again)
    assert files.waiting() == []
