"""Disk, database or key fail: hpedi says so, keeps whole batches only, and the next run makes it good."""

from __future__ import annotations

import base64
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from hpedi.commands import ExitCode
from hpedi.store import database
from hpedi.store.tables import decision, metadata
from tests.commands.running import run_hpedi
from tests.crash.trials import state_of
from tests.databases import engine_of
from tests.safety.samples import DAY, INBOUND, RECEIVED, RUN
from tests.shared import PROJECT

KIB = 1024
RACERS = 4


def assert_goes_on(home: Path, undisturbed: str) -> None:
    """Running once more ends as if nothing had been."""
    assert run_hpedi("--home", home, *RUN) == ExitCode.FINDINGS
    assert state_of(home) == undisturbed


def assert_only_whole_files(home: Path, calm: Path) -> None:
    """Everything in the outbound folders is, byte for byte, what an undisturbed run puts there."""
    files = [path for folder in ("outbox", "bank") for path in (home / folder).rglob("*") if path.is_file()]
    assert all(path.read_bytes() == (calm / path.relative_to(home)).read_bytes() for path in files)


def sent(home: Path) -> set[Path]:
    """Return the files in the folders of partners and bank."""
    return {path for folder in ("outbox", "bank") for path in (home / folder).rglob("*") if path.is_file()}


# --- the database -----------------------------------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait 50 ms for a lock instead of 30 s."""
    pragmas = [each for each in database._SQLITE_PRAGMAS if "busy_timeout" not in each]
    monkeypatch.setattr(database, "_SQLITE_PRAGMAS", ("PRAGMA busy_timeout=50", *pragmas))


@pytest.mark.usefixtures("only_sqlite", "impatient")
@pytest.mark.parametrize("mode", ["NORMAL", "EXCLUSIVE"])
def test_a_database_locked_by_another_writer_is_tried_later(
    home: Path, undisturbed: str, mode: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """While another program holds the database the exit code is 75; afterwards the same command does it all."""
    with closing(sqlite3.connect(home / "hpedi.sqlite3", isolation_level=None)) as other:
        other.execute(f"PRAGMA locking_mode={mode}")
        other.execute("BEGIN IMMEDIATE" if mode == "NORMAL" else "BEGIN EXCLUSIVE")
        assert run_hpedi("--home", home, *RUN) == ExitCode.TRY_AGAIN
        assert sent(home) == set()
        other.execute("ROLLBACK")
    assert "Run the same command again later" in capsys.readouterr().err
    assert_goes_on(home, undisturbed)


@pytest.mark.usefixtures("only_sqlite")
def test_a_damaged_database_is_no_bug_of_ours(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is no database gives 75 and says what to do, without a traceback."""
    for part in home.glob("hpedi.sqlite3*"):
        part.write_bytes(b"garbage" * 1000)
    assert run_hpedi("--home", home, "status") == ExitCode.TRY_AGAIN
    told = capsys.readouterr().err
    assert "damaged" in told
    assert "File " not in told


# --- the disk ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(home: Path, tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with the workspace on it and hardly more room; `resize` gives more."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], check=False).returncode:
        pytest.skip("a file system cannot be mounted here")
    try:
        shutil.copytree(home, disk / "home")
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def remount(disk: Path, option: str) -> None:
    """Change a mounted file system."""
    subprocess.run(["mount", "-o", f"remount,{option}", disk], check=True)


@pytest.mark.usefixtures("only_sqlite")
@pytest.mark.parametrize("free_kib", [0, 8, 48, 96, 160, 224])
def test_a_full_disk_keeps_whole_batches_only(small_disk: Path, calm: Path, undisturbed: str, free_kib: int) -> None:
    """Wherever the disk is full the exit code is 75, no file is cut off, and with more room the run goes on."""
    home = small_disk / "home"
    stands = os.statvfs(small_disk)
    used = (stands.f_blocks - stands.f_bfree) * stands.f_frsize
    remount(small_disk, f"size={used // KIB + free_kib}k")
    assert run_hpedi("--home", home, *RUN) == ExitCode.TRY_AGAIN
    assert_only_whole_files(home, calm)
    remount(small_disk, "size=64m")
    assert_goes_on(home, undisturbed)


def test_a_read_only_disk_is_tried_later(small_disk: Path, undisturbed: str) -> None:
    """On a read-only file system the exit code is 75; afterwards the same command does it all."""
    home = small_disk / "home"
    remount(small_disk, "ro")
    assert run_hpedi("--home", home, *RUN) == ExitCode.TRY_AGAIN
    assert run_hpedi("--home", home, "status") in (ExitCode.OK, ExitCode.TRY_AGAIN)
    remount(small_disk, "rw")
    assert_goes_on(home, undisturbed)


@pytest.mark.usefixtures("only_sqlite")
@pytest.mark.parametrize("limit_kib", [1, 40, 120])
def test_a_file_that_may_not_grow_keeps_whole_batches_only(
    home: Path, calm: Path, undisturbed: str, limit_kib: int
) -> None:
    """Where no file may grow beyond a size the exit code is 75, and without the limit the run goes on."""
    limit = limit_kib * KIB
    ended = subprocess.run(
        [sys.executable, PROJECT / "cli.py", "--home", home, *RUN],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},  # or modules would be cut off that all others load
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert ended.returncode == ExitCode.TRY_AGAIN, ended.stderr
    assert b"Traceback" not in ended.stderr
    assert_only_whole_files(home, calm)
    assert_goes_on(home, undisturbed)


@pytest.mark.parametrize("folder", ["files", "quarantine", "outbox", "bank"])
def test_a_folder_that_cannot_be_written_is_tried_later(home: Path, calm: Path, undisturbed: str, folder: str) -> None:
    """Where a folder of the workspace cannot be written the exit code is 75; put right, the same command goes on."""
    (home / folder).write_text("in the way")
    assert run_hpedi("--home", home, *RUN) == ExitCode.TRY_AGAIN
    (home / folder).unlink()
    assert_only_whole_files(home, calm)
    assert_goes_on(home, undisturbed)


# --- the key ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    [None, "", "no base64!", base64.b64encode(b"short").decode(), base64.b64encode(bytes(32)).decode()],
    ids=["none", "empty", "not base64", "too short", "another"],
)
def test_without_the_key_nothing_is_done(
    home: Path, undisturbed: str, key: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key that is missing, malformed or another one is wrong usage; with the right one the run does it all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("HPEDI_KEY") if key is None else patch.setenv("HPEDI_KEY", key)
        assert run_hpedi("--home", home, *RUN) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert "key" in told
    assert "File " not in told
    assert sent(home) == set()
    assert_goes_on(home, undisturbed)


@pytest.mark.parametrize("settings", ["id = ", 'id = "x"', ""])
def test_damaged_settings_are_told(home: Path, settings: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A workspace whose settings cannot be read is wrong usage, without a traceback."""
    (home / "hpedi.toml").write_text(settings)
    assert run_hpedi("--home", home, "status") == ExitCode.USAGE
    assert "hpedi.toml is damaged" in capsys.readouterr().err


# --- what is stored, altered ------------------------------------------------------------------------------------------

RECEIVE = ("receive", *RECEIVED, *INBOUND)
ADJUDICATE, PAY, DELIVER = ("adjudicate", *DAY), ("pay", "release", *DAY), ("deliver",)
ALTERATIONS = {
    "a bit flipped": lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]),
    "cut off": lambda sealed: sealed[:-1],
    "hardly anything left": lambda sealed: sealed[:5],
    "nothing left": lambda _sealed: b"",
}
SEALED = {
    "reference_record": (RECEIVE, "sealed", ()),
    "claim": (ADJUDICATE, "sealed", (RECEIVE,)),
    "decision": (PAY, "sealed", (RECEIVE, ADJUDICATE)),
    "payment": (("inquire", "remittance", "900000001"), "sealed", (RECEIVE, ADJUDICATE, PAY)),
    "outbox": (DELIVER, "sealed", (RECEIVE, ADJUDICATE, PAY)),
}


@pytest.mark.parametrize("alteration", ALTERATIONS)
@pytest.mark.parametrize("table", SEALED)
def test_an_altered_row_releases_nothing(home: Path, table: str, alteration: str) -> None:
    """A sealed value that was altered does not open: the command refuses, and no file leaves."""
    command, column, before = SEALED[table]
    for earlier in before:
        run_hpedi("--home", home, *earlier)
    kept = metadata.tables[table]
    with engine_of(home) as engine, engine.begin() as books:
        for row in books.execute(select(*kept.primary_key, kept.c[column])).all():
            this = [each == value for each, value in zip(kept.primary_key, row, strict=False)]
            books.execute(kept.update().where(*this).values({column: ALTERATIONS[alteration](row[-1])}))
    assert run_hpedi("--home", home, *command) == ExitCode.USAGE
    assert sent(home) == set()


def test_a_value_moved_to_another_row_does_not_open(home: Path) -> None:
    """Two decisions with their sealed values exchanged: both are refused, nothing is paid."""
    for earlier in (RECEIVE, ADJUDICATE):
        run_hpedi("--home", home, *earlier)
    column = decision.c
    with engine_of(home) as engine, engine.begin() as books:
        one, other = books.execute(select(column.ordinal, column.sealed).order_by(column.ordinal).limit(2)).all()
        for ordinal, sealed in ((one.ordinal, other.sealed), (other.ordinal, one.sealed)):
            books.execute(decision.update().where(column.ordinal == ordinal).values(sealed=sealed))
    assert run_hpedi("--home", home, *PAY) == ExitCode.USAGE
    assert sent(home) == set()


@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_an_altered_stored_file_is_refused(home: Path, calm: Path, alteration: str) -> None:
    """A stored file that was altered or cut is refused when it is read, and nothing of it is taken."""
    shutil.copytree(calm / "files", home / "files")
    for stored in (home / "files").iterdir():
        stored.write_bytes(ALTERATIONS[alteration](stored.read_bytes()))
    assert run_hpedi("--home", home, *RUN) == ExitCode.USAGE
    assert sent(home) == set()


# --- several at once --------------------------------------------------------------------------------------------------


def test_four_runs_at_once_come_to_one(home: Path, undisturbed: str) -> None:
    """Four processes that run the same files in the same workspace at once decide and pay everything once."""
    command = [sys.executable, PROJECT / "cli.py", "--home", home, *RUN]
    racers = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(RACERS)
    ]
    told = [racer.communicate()[1] for racer in racers]
    assert [racer.returncode for racer in racers] == [ExitCode.FINDINGS] * RACERS, told
    assert state_of(home) == undisturbed
