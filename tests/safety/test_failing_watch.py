"""The world fails while files come: disk or database. Nothing is lost, and what was taken goes on when it is back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from tests.commands.running import run_hpedi
from tests.commands.test_watch import MARCH, arrivals, drop, files_in, home  # noqa: F401 - a fixture
from tests.pipeline.conftest import loaded_home  # noqa: F401 - a fixture
from tests.safety.test_failing_world import KIB, impatient, remount  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("only_sqlite")

ANSWER = ["outbox/riverbend/000000001.ack"]


@pytest.fixture
def small_disk(home: Path, tmp_path: Path) -> Iterator[Path]:  # noqa: F811
    """A workspace with a dropped file, on a file system of its own with hardly more room."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], check=False).returncode:
        pytest.skip("a file system cannot be mounted here")
    try:
        shutil.copytree(home, disk / "home")
        drop(disk / "home", "riverbend", "01-riverbend.837")
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


@pytest.mark.parametrize("free_kib", [0, 8, 64])
def test_a_full_disk_loses_no_file(small_disk: Path, free_kib: int) -> None:
    """Wherever the disk is full the exit code is 75 and the file lies somewhere whole; with room it is taken in."""
    at = small_disk / "home"
    sent = (at / "inbox" / "riverbend" / "01-riverbend.837").read_bytes()
    stands = os.statvfs(small_disk)
    used = (stands.f_blocks - stands.f_bfree) * stands.f_frsize
    remount(small_disk, f"size={used // KIB + free_kib}k")
    assert run_hpedi("--home", at, "watch", "--once") == ExitCode.TRY_AGAIN
    (left,) = files_in(at, "inbox", "taken")
    assert (at / left).read_bytes() == sent
    remount(small_disk, "size=64m")
    assert run_hpedi("--home", at, "watch", "--once") == ExitCode.OK
    assert [(each.state, each.arrived_at) for each in arrivals(at)] == [("received", MARCH)]
    assert files_in(at, "inbox", "taken", "outbox") == ANSWER


@pytest.mark.usefixtures("impatient")
def test_a_locked_database_loses_no_file(home: Path) -> None:  # noqa: F811
    """While another program holds the database nothing is taken in; afterwards the file is, at its own moment."""
    drop(home, "riverbend", "01-riverbend.837")
    with closing(sqlite3.connect(home / "hpedi.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert run_hpedi("watch", "--once") == ExitCode.TRY_AGAIN
        other.execute("ROLLBACK")
    assert files_in(home, "outbox") == []
    assert run_hpedi("watch", "--once") == ExitCode.OK
    assert [(each.state, each.arrived_at) for each in arrivals(home)] == [("received", MARCH)]
    assert files_in(home, "inbox", "taken", "outbox") == ANSWER
