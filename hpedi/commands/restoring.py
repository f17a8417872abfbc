"""A workspace made from a backup in an empty place, and put in the place of the one that was backed up.

Nothing is there until all of it is: the folder grows under a temporary name, the rows in one transaction. What is
restored has a name of its own in the anchor of the audit log, so that neither it nor the original breaks the other's
chain; it pays and delivers nothing until somebody confirms that the original has stopped.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from shutil import rmtree
from typing import Final

import click
from sqlalchemy import Connection, Table

from hpedi.audit.anchor import read_anchor
from hpedi.audit.key import AuditKeys
from hpedi.audit.verify import Verified
from hpedi.commands.backing_up import HOME, TABLE
from hpedi.commands.settings import absolute, write_settings
from hpedi.commands.workspace import SQLITE_URL, Workspace
from hpedi.findings import Unavailable
from hpedi.pipeline.bank_files import BANK
from hpedi.run_context import OPERATOR, RunContext
from hpedi.safekeeping.backup_file import BackupFile, BackupHead, Begun, Piece
from hpedi.safekeeping.key_ring import WorkspaceKey
from hpedi.safekeeping.vault import Vault
from hpedi.safekeeping.whole_files import TEMPORARY_SUFFIX, write_whole
from hpedi.store import schema
from hpedi.store.audit import StoredAuditLog
from hpedi.store.audit_seals import head_of, verified
from hpedi.store.database import Database
from hpedi.store.denials import note_older
from hpedi.store.dump import NotEmpty, check_revision, insert, make_tables, read_rows, set_sequences
from hpedi.store.keys import StoredKeys
from hpedi.store.restorations import Restoration, StoredRestorations

_OWNER_ONLY: Final = 0o700


class ChainBroken(Exception):
    """The audit log in a backup is not as it was written."""

    def __init__(self, found: Verified) -> None:
        """Keep what verifying found."""
        super().__init__(f"the audit log in the backup has {found.faults_in_all:,} faults")
        self.found = found


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A workspace that was restored.

    Attributes:
        rows: Of all tables.
        files: Stored files and others.
        verified: What verifying its audit log found.
    """

    home: Path
    taken_at: datetime
    rows: int
    files: int
    verified: Verified


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a backup is restored to.

    Attributes:
        home: A folder that is absent or empty.
        database: URL of an empty database; None for a file in the workspace.
        key_file: Where the key will be read from unless $HPEDI_KEY holds it.
    """

    home: Path
    database: str | None
    key_file: Path


def restore(backup: BackupFile, place: Place, keys: Sequence[WorkspaceKey], *, despite_faults: bool) -> Restored:
    """Make a workspace from a backup.

    Raises:
        NoBackup: The backup is damaged: nothing was made.
        click.UsageError: The place or the database is not empty, or of another kind.
        ChainBroken: The audit log is not as it was written; nothing was made.
        Unavailable: The disk is full, or the database is not there.
    """
    manifest = backup.verify()
    head = backup.head()
    check_revision(head.revision)
    _check_kind(head, place)
    if place.home.exists() and any(place.home.iterdir()):
        raise click.UsageError(f"{place.home} is not empty: a backup is restored into an empty place only")
    with _growing(place.home) as folder:
        url = place.database or SQLITE_URL
        with closing(Database(absolute(url, folder))) as database, database.writing() as connection:
            found = _fill(connection, folder, backup, head, StoredKeys(database, keys))
            if not found.is_whole and not despite_faults:
                raise ChainBroken(found)
        name = f"{backup.line.workspace}/{uuid.uuid4().hex[:12]}"
        write_settings(folder, database=url, key_file=str(place.key_file), anchored_as=name)
    names = manifest.members
    return Restored(
        home=place.home,
        taken_at=backup.line.made_at,
        rows=sum(member.rows for member in names.values()),
        files=sum(name.startswith(HOME) for name in names),
        verified=found,
    )


def _check_kind(head: BackupHead, place: Place) -> None:
    if head.database != "sqlite" and place.database is None:
        raise click.UsageError(
            "the backup is of a workspace over PostgreSQL: give --database with the URL of an empty database"
        )


@contextmanager
def _growing(home: Path) -> Iterator[Path]:
    """Yield a folder under a temporary name, which gets its own when the block ends well; else nothing stays."""
    folder = home.with_name(home.name + TEMPORARY_SUFFIX)
    try:
        rmtree(folder, ignore_errors=True)
        folder.mkdir(_OWNER_ONLY, parents=True)
        yield folder
        folder.replace(home)
    finally:
        rmtree(folder, ignore_errors=True)


def _fill(connection: Connection, folder: Path, backup: BackupFile, head: BackupHead, keys: StoredKeys) -> Verified:
    """Fill folder and database, verify the audit log, and note in it what was done."""
    try:
        tables = make_tables(connection, head.revision)
    except NotEmpty as refused:
        raise click.UsageError(f"{refused}: a backup is restored into an empty database only") from None
    for name, pieces in _members(backup):
        if name.startswith(TABLE):
            _fill_table(connection, tables[name.removeprefix(TABLE)], pieces)
        else:
            write_whole(folder / _safe(name.removeprefix(HOME)), pieces)
    set_sequences(connection, head.sequences)
    schema.upgrade_within(connection)
    vault = Vault(keys.load(connection))
    note_older(connection, vault)
    audit_keys = AuditKeys.of(vault.ring.audits)
    anchored = read_anchor([head.anchor] if head.anchor else [], head.anchored_as)
    is_gapless = connection.dialect.name == head.database == "sqlite"
    found = verified(connection, head_of(connection), anchored, audit_keys, gapless=is_gapless)
    now = datetime.now(UTC)
    context = RunContext(OPERATOR, now, now.date())
    made = Restoration(
        backup=backup.line.id,
        taken_at=backup.line.made_at,
        restored_at=now,
        anchored_as=head.anchored_as,
        seal=head.seal,
    )
    StoredRestorations(connection, context).add(made)
    audit = StoredAuditLog(connection, context, audit_keys.now)
    result = "whole" if found.is_whole else f"faults: {found.faults_in_all}"
    audit.record("restore", f"backup:{backup.line.id}", reason="restored from a backup", result=result)
    audit.write()
    return found


def _fill_table(connection: Connection, table: Table, pieces: Iterator[bytes]) -> None:
    for content in pieces:
        insert(connection, table, read_rows(table, content))


def _members(backup: BackupFile) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield the members of a backup, each with its bytes, which are to be read before the next one."""
    parts = backup.parts()
    following: list[Begun] = []

    def pieces() -> Iterator[bytes]:
        for part in parts:
            if isinstance(part, Begun):
                following.append(part)
                return
            if isinstance(part, Piece):
                yield part.content

    list(pieces())
    while following:
        yield following.pop().name, pieces()


def _safe(name: str) -> Path:
    """Return a path that stays where it belongs: a backup is ours, and yet it came from outside."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise click.UsageError("the backup names a file outside of the workspace: it was not made by hpedi")
    return Path(path)


# --- in the place of the original ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What somebody says who lets a restored workspace pay again.

    Attributes:
        why: For the record.
        despite_later_work: It is known that the original worked on after the backup.
        deliver_again: Files for partners delivered since this day are placed again.
        names: So are these files, whoever they are for.
    """

    why: str
    despite_later_work: bool
    deliver_again: date | None
    names: tuple[str, ...]


def confirm(workspace: Workspace, context: RunContext, said: Confirmation) -> int:
    """Put a restored workspace in the place of the original; return how many files are to be delivered again.

    Raises:
        click.ClickException: Nothing is held, or the original worked on after the backup was made.
    """
    with workspace.books.reading(context) as work:
        held = work.restorations.held()
    if held is None:
        raise click.UsageError("nothing is held: these books did not come from a backup, or it was confirmed before")
    if not said.despite_later_work:
        _check_no_later_work(workspace, held)
    if not workspace.sealer.take_over(held.anchored_as, context.instant):
        raise Unavailable("the anchor cannot be written, which tells the original to stop")
    with workspace.books.writing(context) as work:
        work.restorations.confirm(context.instant, said.why)
        again = work.restorations.deliver_again(said.deliver_again, said.names, BANK)
        result = f"payments go on; {again} files again"
        work.audit.record("restore confirm", f"backup:{held.backup}", reason=said.why, result=result)
    return again


def _check_no_later_work(workspace: Workspace, held: Restoration) -> None:
    original = workspace.sealer.anchored(held.anchored_as)
    later = original.highest - held.seal
    if original.taken_over is not None:
        raise click.ClickException(
            f"another workspace restored from a backup took the original's place on {original.taken_over.at[:10]}: "
            "stop that one, and see what it paid; then confirm with --despite-later-work"
        )
    if later > 0:
        raise click.ClickException(
            f"the original worked on after this backup of {held.taken_at:%Y-%m-%d %H:%M} UTC: the anchor knows "
            f"{later:,} later seals. What it received, decided and paid since is not here and would be paid again. "
            "Restore a later backup; or hold the bank's and partners' files against these books, receive again what "
            "is missing, and confirm with --despite-later-work"
        )
