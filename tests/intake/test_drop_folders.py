"""Drop folders: what may be taken, what waits, and what is never looked at."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from hpedi.intake.drop_folders import CHUNK_BYTES, DropFolder, DropFolders, Patience
from tests.shared import PROJECT

pytestmark = pytest.mark.storeless

WHOLE = (PROJECT / "samples" / "inbound" / "05-test.837").read_bytes()
CSV = b"member,amount\nM01,12.00\n"
PATIENT = Patience(open=3_600, other=60)
AT_ONCE = Patience(open=0, other=0)


def standings(folder: DropFolder, looked: DropFolders, now: float | None = None) -> dict[str, str]:
    """Look once, and return how each file stands by its name."""
    return {each.name: each.standing for each in looked.scan([folder], now or time.time())}


@pytest.fixture
def own(tmp_path: Path) -> DropFolder:
    """A folder of ours."""
    return DropFolder(path=tmp_path, partner="clinic")


@pytest.fixture
def foreign(tmp_path: Path) -> DropFolder:
    """A folder that another server fills."""
    return DropFolder(path=tmp_path, partner="clinic", is_foreign=True)


def test_a_whole_file_of_ours_is_ready_at_once(own: DropFolder) -> None:
    """What our server linked into an inbox was checked and is taken at the first look, files from before too."""
    (own.path / "claims.837").write_bytes(WHOLE)
    (own.path / "two.837").write_bytes(WHOLE + b"\r\n" + WHOLE)
    assert standings(own, DropFolders(PATIENT)) == {"claims.837": "ready", "two.837": "ready"}


def test_a_foreign_file_is_ready_when_it_stood_still(foreign: DropFolder) -> None:
    """One that another server writes must be complete and the same in two looks in a row."""
    file = foreign.path / "claims.837"
    looked = DropFolders(PATIENT)
    file.write_bytes(WHOLE[:300])
    assert standings(foreign, looked) == {"claims.837": "changing"}
    file.write_bytes(WHOLE)
    assert standings(foreign, looked) == {"claims.837": "changing"}
    assert standings(foreign, looked) == {"claims.837": "ready"}
    file.write_bytes(WHOLE + WHOLE[:200])
    assert standings(foreign, looked) == {"claims.837": "changing"}
    assert standings(foreign, looked) == {"claims.837": "open"}


@pytest.mark.parametrize("is_foreign", [False, True])
def test_no_cut_of_a_file_is_ready(tmp_path: Path, is_foreign: bool) -> None:  # noqa: FBT001 - a parameter
    """Cut at any byte before its last terminator a file is never taken, however often one looks."""
    folder = DropFolder(path=tmp_path, partner="clinic", is_foreign=is_foreign)
    whole = WHOLE.rstrip()
    for size in range(len(whole) - 2):
        (tmp_path / f"{size:04d}").write_bytes(whole[:size])
    looked = DropFolders(PATIENT)
    for _look in range(3):
        assert "ready" not in standings(folder, looked).values()


def test_the_end_of_a_large_file_tells_that_it_is_open(foreign: DropFolder) -> None:
    """A large file that ends inside an interchange is open, also where an earlier one was closed; whole it is ready."""
    file = foreign.path / "large.837"
    many = WHOLE * (2 * CHUNK_BYTES // len(WHOLE))
    looked = DropFolders(PATIENT)
    file.write_bytes(many + WHOLE[:400])
    standings(foreign, looked)
    assert standings(foreign, looked) == {"large.837": "open"}
    file.write_bytes(many + b"\n" * 10_000)
    standings(foreign, looked)
    assert standings(foreign, looked) == {"large.837": "ready"}


def test_what_stays_open_or_is_no_x12_is_taken_in_time(foreign: DropFolder) -> None:
    """After its time an open interchange is taken as it is, and so is what is no X12, each after its own."""
    (foreign.path / "open.837").write_bytes(WHOLE[:400])
    (foreign.path / "list.csv").write_bytes(CSV)
    (foreign.path / "empty").touch()
    looked = DropFolders(PATIENT)
    standings(foreign, looked)
    now = time.time()
    assert standings(foreign, looked, now) == {"open.837": "open", "list.csv": "not x12", "empty": "open"}
    assert standings(foreign, looked, now + 61) == {"open.837": "open", "list.csv": "ready", "empty": "open"}
    assert set(standings(foreign, looked, now + 3_601).values()) == {"ready"}


def test_what_our_server_gave_up_waiting_for_is_not_waited_for_again(own: DropFolder) -> None:
    """An open file in our own inbox is taken as soon as it stood still: our server had waited for the rest."""
    (own.path / "open.837").write_bytes(WHOLE[:400])
    looked = DropFolders(PATIENT)
    standings(own, looked)
    assert standings(own, looked, time.time() + 61) == {"open.837": "ready"}


@pytest.mark.parametrize("name", ["claims.837.filepart", "a.part", "b.PARTIAL", "c.tmp", ".claims.837", "..837"])
def test_temporary_names_are_passed_over(own: DropFolder, name: str) -> None:
    """Whole or not, a file under a name that clients upload by is not there."""
    (own.path / name).write_bytes(WHOLE)
    assert standings(own, DropFolders(AT_ONCE)) == {}


def test_links_folders_pipes_and_sockets_are_never_read(
    own: DropFolder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever is no plain file is passed over, and looking does not hang on a pipe."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "secret.837").write_bytes(WHOLE)
    (own.path / "link.837").symlink_to(elsewhere / "secret.837")
    (own.path / "dangling.837").symlink_to(elsewhere / "nothing")
    (own.path / "folder.837").mkdir()
    os.mkfifo(own.path / "pipe.837")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(own.path)  # a socket's path is short
        try:
            listening.bind("socket.837")
        finally:
            os.chdir(here)
        looked = DropFolders(AT_ONCE)
        assert standings(own, looked) == standings(own, looked) == {}


def test_a_folder_that_is_a_link_or_missing_holds_nothing(tmp_path: Path) -> None:
    """A drop folder itself is no link; one that is not there yet is empty."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "claims.837").write_bytes(WHOLE)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for name in ("link", "missing"):
        assert standings(DropFolder(path=tmp_path / name, partner="clinic"), DropFolders(AT_ONCE)) == {}


def test_the_moment_of_arrival_is_nobodys_choice(own: DropFolder, foreign: DropFolder) -> None:
    """A time that a client sets moves no foreign arrival; in ours it is our server's stamp, and never in the future."""
    file = own.path / "claims.837"
    file.write_bytes(WHOLE)
    os.utime(file, ns=(1, 1_000_000_000))
    ctime = file.stat().st_ctime_ns
    looked = DropFolders(PATIENT)
    assert [each.moment for each in looked.scan([foreign], time.time())] == [ctime]
    assert [each.moment for each in looked.scan([own], time.time())] == [1_000_000_000]
    os.utime(file, ns=(1, 2**62))
    assert [each.moment for each in looked.scan([own], time.time())] == [file.stat().st_ctime_ns]


def test_files_come_in_the_order_of_arrival(tmp_path: Path) -> None:
    """Files of all folders are in the order in which they arrived, whatever their names are."""
    names = ["zebra", "apple", "mango"]
    folders = [DropFolder(path=tmp_path / each, partner=each) for each in ("one", "two")]
    for folder in folders:
        folder.path.mkdir()
    for number, name in enumerate(names):
        file = folders[number % 2].path / name
        file.write_bytes(WHOLE)
        os.utime(file, ns=(1, number + 1))
    assert [each.name for each in DropFolders(PATIENT).scan(folders, time.time())] == names


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_nobody_lets_us_read_stays(own: DropFolder) -> None:
    """What cannot be opened is told as such and is not taken."""
    (own.path / "claims.837").write_bytes(WHOLE)
    (own.path / "claims.837").chmod(0)
    assert standings(own, DropFolders(AT_ONCE)) == {"claims.837": "unreadable"}
