"""Whoever changes the audit log behind hpedi's back is found, and the first place told."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from hpedi.audit.key import AuditKey
from hpedi.findings import Unavailable
from hpedi.run_context import OPERATOR, RunContext
from hpedi.safekeeping.anchor_file import AnchorFile
from hpedi.safekeeping.vault import Vault
from hpedi.store import schema
from hpedi.store.audit import Sought, entries_after
from hpedi.store.audit_seals import head_of
from hpedi.store.database import Database
from tests.databases import Workspaces
from tests.store.audit_logs import KeptLog

COPY = (
    "INSERT INTO audit_entry "
    "(id, at, principal, on_behalf_of, action, subject, member, recipient, reason, result, mac) "
    "SELECT {id}, at, principal, on_behalf_of, action, subject, member, recipient, reason, result, mac "
    "FROM audit_entry WHERE id = 12"
)
TAMPERINGS: dict[str, tuple[list[str], tuple[str, str]]] = {
    "edit": (["UPDATE audit_entry SET result = 'denied' WHERE id = 6"], ("entry-not-ours", "entry 6")),
    "another member": (["UPDATE audit_entry SET member = 'M2' WHERE id = 6"], ("entry-not-ours", "entry 6")),
    "another time": (["UPDATE audit_entry SET at = '2020-01-01 00:00:00.000000'"], ("entry-not-ours", "entry 1")),
    "no mac": (["UPDATE audit_entry SET mac = '' WHERE id = 6"], ("entry-not-ours", "entry 6")),
    "mac and seal": (
        ["UPDATE audit_entry SET mac = '' WHERE id = 2", "UPDATE audit_seal SET entries_digest = 'x' WHERE number = 1"],
        ("seal-changed", "seal 1"),
    ),
    "delete": (["DELETE FROM audit_entry WHERE id = 6"], ("entry-missing", "entry 6")),
    "delete the first": (["DELETE FROM audit_entry WHERE id = 1"], ("entry-missing", "entry 1")),
    "swap": (
        [
            "UPDATE audit_entry SET id = 99 WHERE id = 6",
            "UPDATE audit_entry SET id = 6 WHERE id = 7",
            "UPDATE audit_entry SET id = 7 WHERE id = 99",
        ],
        ("entry-not-ours", "entry 6"),
    ),
    "put in at the end": ([COPY.format(id=14)], ("entry-not-ours", "entry 14")),
    "put in far beyond the end": ([COPY.format(id=9_000_000_000_000)], ("entry-not-ours", "entry 9000000000000")),
    "put in before the first": ([COPY.format(id=0)], ("entry-not-ours", "entry 0")),
    "cut tail": (["DELETE FROM audit_entry WHERE id > 10"], ("entry-missing", "entry 11")),
    "cut tail with its seals": (
        ["DELETE FROM audit_entry WHERE id > 8", "DELETE FROM audit_seal WHERE number = 3"],
        ("anchor-ahead", "seal 3"),
    ),
    "all gone": (["DELETE FROM audit_entry", "DELETE FROM audit_seal"], ("anchor-ahead", "seal 1")),
    "seal gone": (["DELETE FROM audit_seal WHERE number = 2"], ("seal-missing", "seal 2")),
    "seal changed": (["UPDATE audit_seal SET entries = 3 WHERE number = 2"], ("seal-changed", "seal 2")),
    "head's open ids changed": (
        ["UPDATE audit_seal SET open_ids = 'x' WHERE number = 3"],
        ("seal-changed", "seal 3"),
    ),
    "seal of another key": (["UPDATE audit_seal SET key = 'x' WHERE number = 2"], ("seal-key-unknown", "seal 2")),
    "seal and entry gone": (
        ["DELETE FROM audit_entry WHERE id = 6", "UPDATE audit_seal SET ids = '5,7-8', entries = 3 WHERE number = 2"],
        ("seal-changed", "seal 2"),
    ),
}


VAULT = Vault(bytes(range(32)))
CONTEXT = RunContext(OPERATOR, datetime(2026, 3, 16, 18, 0, tzinfo=UTC), date(2026, 3, 16))


def write_log(url: str, anchor: Path) -> None:
    """Write twelve entries under three seals."""
    database = Database(url)
    schema.upgrade(database)
    kept = KeptLog.of(database, VAULT, CONTEXT, AnchorFile(anchor))
    for _ in range(3):
        kept.write(4)
        kept.sealer.seal()
    database.close()


@pytest.fixture(scope="module")
def written(standing_workspaces: Workspaces, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A log written once, to be copied: the URL of its database, and its anchor."""
    folder = tmp_path_factory.mktemp("written")
    url = standing_workspaces.url() or f"sqlite:///{folder / 'books.sqlite3'}"
    write_log(url, folder / "anchor")
    return url, folder / "anchor"


@pytest.fixture
def log(workspaces: Workspaces, written: tuple[str, Path], tmp_path: Path) -> Iterator[KeptLog]:
    """Twelve entries under three seals, for the test alone."""
    url, anchor = written
    shutil.copy(anchor, tmp_path / "anchor")
    copied = workspaces.copy_of(url)
    if copied is None:
        shutil.copy(str(make_url(url).database), tmp_path / "books.sqlite3")
        copied = f"sqlite:///{tmp_path / 'books.sqlite3'}"
    with closing(Database(copied)) as database:
        yield KeptLog.of(database, VAULT, CONTEXT, AnchorFile(tmp_path / "anchor"))


def test_a_log_that_nobody_touched_is_whole(log: KeptLog) -> None:
    """Every entry lies under a seal, every seal in the anchor."""
    found = log.verify()
    assert found.is_whole
    assert (found.seals, found.sealed, found.unsealed, found.unanchored) == (3, 12, 0, 0)


@pytest.mark.parametrize("name", TAMPERINGS)
def test_each_change_is_found(log: KeptLog, name: str) -> None:
    """The first fault is where the change was made, also after hpedi went on writing and sealing."""
    statements, expected = TAMPERINGS[name]
    log.tamper(*statements)
    assert log.first_fault() == expected
    log.write(1)
    log.sealer.seal()
    assert log.first_fault() is not None


@pytest.mark.parametrize("statement", ["UPDATE {} SET mac = ''", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["audit_entry", "audit_seal"])
def test_the_database_itself_refuses(log: KeptLog, statement: str, table: str) -> None:
    """Rows and seals can be neither changed nor deleted as long as the triggers stand."""
    with pytest.raises(DBAPIError, match="only ever added to"), log.database.writer.begin() as connection:
        connection.execute(text(statement.format(table)))
    assert log.verify().is_whole


CHANGES: dict[str, tuple[Callable[[list[str]], list[str]], tuple[str, str]]] = {
    "another digest": (
        lambda lines: [lines[0], lines[1].replace('"digest":"', '"digest":"0'), lines[2]],
        ("anchor-differs", "seal 2"),
    ),
    "cut": (lambda lines: lines[:1], ("anchor-behind", "seal 2")),
    "gone": (lambda lines: lines[:0], ("anchor-missing", "anchor")),
    "unreadable": (lambda lines: [lines[0], "x", lines[2]], ("anchor-unreadable", "anchor line 2")),
    "a seal too many": (
        lambda lines: [*lines, lines[2].replace('"seal":3', '"seal":4')],
        ("anchor-ahead", "seal 4"),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_anchor_is_found(log: KeptLog, name: str) -> None:
    """Lines changed, cut off or put in show."""
    change, expected = CHANGES[name]
    changed = change(log.anchor.path.read_text().splitlines())
    log.anchor.path.write_text("".join(f"{line}\n" for line in changed))
    assert log.first_fault() == expected


@pytest.mark.parametrize(("kept", "told"), [(0, "seals 1-3 told anew"), (1, "seals 2-3 told anew")])
def test_a_lost_anchor_is_not_hidden_by_the_next_seal(log: KeptLog, kept: int, told: str) -> None:
    """An anchor that was deleted or cut is begun anew with an entry in the log, which verifying names ever after."""
    lines = log.anchor.path.read_text().splitlines(keepends=True)
    log.anchor.path.unlink()
    if kept:
        log.anchor.path.write_text("".join(lines[:kept]))
    for _each in range(2):
        log.sealer.seal()
    found = log.verify()
    with log.books.reading(log.context) as work:
        entries = list(work.audit.find(Sought(action="anchor begun anew")))
    assert [each.result for each in entries] == [told]
    assert (found.is_whole, found.begun_anew, found.unanchored) == (True, entries[0].at, 0)


def test_who_has_the_key_is_found_by_the_anchor(log: KeptLog) -> None:
    """An entry and its seal made anew with the right key are not those that the anchor knows."""
    key = AuditKey(VAULT.ring.audits[0])
    with log.database.reading() as connection:
        last = next(entries_after(connection, 11))
        head = head_of(connection)
    assert head is not None
    forged = msgspec.structs.replace(last, result="denied")
    forged_seal = msgspec.structs.replace(head, at=datetime(2026, 3, 16, tzinfo=UTC))
    log.tamper(
        "UPDATE audit_entry SET result = 'denied' WHERE id = 12",
        f"UPDATE audit_entry SET mac = '{key.mac(forged.canonical())}' WHERE id = 12",  # noqa: S608  # hexadecimal
    )
    assert log.first_fault() == ("entries-other", "seal 3")
    log.tamper(
        "UPDATE audit_seal SET at = '2026-03-16 00:00:00.000000' WHERE number = 3",
        f"UPDATE audit_seal SET mac = '{key.mac(forged_seal.canonical())}' WHERE number = 3",  # noqa: S608  # the same
    )
    assert log.first_fault() == ("anchor-differs", "seal 3")


def test_another_key_neither_seals_nor_verifies(log: KeptLog) -> None:
    """Entries wait rather than get a seal that the right key cannot verify; other keys that are at hand can."""
    other = KeptLog.of(log.database, Vault(bytes(32)), log.context, log.anchor)
    other.write(1)
    assert other.sealer.seal() == 0
    assert other.first_fault() == ("seal-key-unknown", "seal 1")
    assert log.first_fault() == ("entry-not-ours", "entry 13")


def test_an_unwritable_anchor_keeps_nobody_from_working(log: KeptLog, tmp_path: Path) -> None:
    """Entries are sealed without it; what it lacks is told, and written once it is there again."""
    blocked = tmp_path / "blocked"
    blocked.write_text("no folder")
    unanchored = KeptLog(
        log.database, log.books, log.books.sealer(AnchorFile(blocked / "a"), "w"), log.anchor, log.context
    )
    for _ in range(2):
        log.write(1)
        assert unanchored.sealer.seal() == 1
    assert log.first_fault() == ("anchor-behind", "seal 4")
    log.sealer.seal()
    assert log.verify().is_whole


def test_a_lost_database_is_the_world_failing(tmp_path: Path) -> None:
    """Sealing where nothing can be read says so, as any other work."""
    database = Database(f"sqlite:///{tmp_path / 'absent' / 'books.sqlite3'}")
    with pytest.raises(Unavailable):
        KeptLog.of(database, VAULT, CONTEXT, AnchorFile(tmp_path / "anchor")).sealer.seal()


def test_an_entry_gone_before_its_seal_leaves_a_gap(log: KeptLog) -> None:
    """On SQLite ids have no gaps: entries deleted before they were sealed are told, unless they were the last."""
    log.write(4)
    log.tamper("DELETE FROM audit_entry WHERE id IN (14, 15)")
    is_sqlite = log.database.writer.dialect.name == "sqlite"
    assert log.first_fault() == (("entry-missing", "entries 14-15") if is_sqlite else None)
    log.sealer.seal()
    assert log.first_fault() == (("entry-missing", "entries 14-15") if is_sqlite else None)
