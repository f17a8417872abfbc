"""A workspace written into a backup: one state of its books, its stored files and its settings, encrypted as a whole.

Other commands go on meanwhile: the books are read in one transaction, and stored files are never changed but by
`hpedi keys rotate`, which waits. Left out is what the books hold anyway: the folders of partners and bank, where files
stand that may have been taken long ago.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from sqlalchemy import Connection, select

from hpedi.audit.anchor import anchor_line
from hpedi.commands.rotation import under_way
from hpedi.commands.workspace import Workspace
from hpedi.findings import Unavailable
from hpedi.run_context import RunContext
from hpedi.safekeeping.backup_file import (
    BackupFile,
    BackupHead,
    BackupLine,
    Manifest,
    MemberToWrite,
    file_pieces,
    new_line,
    written,
)
from hpedi.safekeeping.key_ring import WorkspaceKey
from hpedi.safekeeping.vault import Vault
from hpedi.safekeeping.whole_files import TEMPORARY_SUFFIX, write_whole
from hpedi.store import schema
from hpedi.store.audit_seals import head_of
from hpedi.store.dump import rows_of, sequences_of, tables_of
from hpedi.store.tables import inbound_file

SUFFIX: Final = ".backup"
TABLE: Final = "table/"
HOME: Final = "home/"
OUTBOUND: Final = frozenset({"outbox", "bank"})
LOCKS: Final = frozenset({"lock", "intake.lock", "keys.lock"})
_WAIT_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """A backup that was made and read back.

    Attributes:
        missing: Stored files that the books know and that are not here: the backup does not hold them.
    """

    path: Path
    line: BackupLine
    manifest: Manifest
    missing: int


def back_up(workspace: Workspace, context: RunContext, target: Path) -> BackedUp:
    """Write a backup and read it back; it gets its name only when every digest is right.

    The audit log tells of it before it is made: so the backup holds the last seal of a workspace that then rests.

    Args:
        workspace: What to back up.
        context: Who does it.
        target: A folder, or the file that is made.

    Raises:
        click.UsageError: The target stands already or lies in the workspace, or the key is being replaced.
        Unavailable: The disk is full, or what was written is not what is read back.
    """
    made_at = datetime.now(UTC)
    path = _path(workspace, target, made_at)
    if under_way(workspace) is not None:
        raise click.UsageError("the workspace key is being replaced: finish it with `hpedi keys rotate` first")
    with keys_kept(workspace.home, alone=False):
        with workspace.database.reading() as connection:
            key = workspace.keys.opening(connection)
        line, vault = new_line(workspace.settings.identity, key, made_at)
        with workspace.books.writing(context) as work:
            work.audit.record("backup", f"backup:{line.id}", reason="backup", result="begun")
        workspace.sealer.seal()
        return _written(workspace, path, line, vault, key)


def _written(workspace: Workspace, path: Path, line: BackupLine, vault: Vault, key: WorkspaceKey) -> BackedUp:
    with workspace.database.snapshot() as connection:
        read_back: list[Manifest] = []
        write_whole(
            path,
            written(line, vault, _head(workspace, connection), _members(workspace, connection)),
            check=lambda temporary: read_back.append(_verified(temporary, key)),
        )
        digests = connection.execute(select(inbound_file.c.digest)).scalars()
        missing = sum(not workspace.files.holds(digest) for digest in digests)
    return BackedUp(path=path, line=line, manifest=read_back[0], missing=missing)


def _verified(path: Path, key: WorkspaceKey) -> Manifest:
    return BackupFile(path, [key]).verify()


def _path(workspace: Workspace, target: Path, made_at: datetime) -> Path:
    is_folder = target.is_dir() or str(target).endswith(os.sep)
    path = target / f"hpedi-{made_at:%Y%m%dT%H%M%SZ}{SUFFIX}" if is_folder else target
    if path.exists():
        raise click.UsageError(f"{path} stands already: a backup is never written over")
    if workspace.home.resolve() in path.resolve().parents:
        raise click.UsageError("a backup lies outside of its workspace")
    return path


def _head(workspace: Workspace, connection: Connection) -> BackupHead:
    head, name = head_of(connection), workspace.settings.anchored_as
    return BackupHead(
        database=connection.dialect.name,
        revision=schema.revision_of(connection) or "",
        anchored_as=name,
        anchor=anchor_line(name, head) if head else "",
        seal=head.number if head else 0,
        sequences=sequences_of(connection),
    )


def _members(workspace: Workspace, connection: Connection) -> Iterator[MemberToWrite]:
    for table in tables_of(connection):
        yield MemberToWrite(TABLE + table.name, rows_of(connection, table))
    for path in _files(workspace):
        try:
            pieces = file_pieces(path)
        except FileNotFoundError:  # taken away meanwhile
            continue
        yield MemberToWrite(HOME + path.relative_to(workspace.home).as_posix(), pieces)


def _files(workspace: Workspace) -> Iterator[Path]:
    """Yield the files of a workspace that a backup holds, in order."""
    database = Path(workspace.database.writer.url.database or "").name
    for path in sorted(workspace.home.rglob("*")):
        first = path.relative_to(workspace.home).parts[0]
        is_left_out = first in OUTBOUND or first in LOCKS or path.name.endswith(TEMPORARY_SUFFIX)
        is_books = workspace.database.writer.dialect.name == "sqlite" and path.name.startswith(database)
        if path.is_file() and not path.is_symlink() and not is_left_out and not is_books:
            yield path


@contextmanager
def keys_kept(home: Path, *, alone: bool) -> Iterator[None]:
    """Keep the keys of stored files as they are, beside others who want that too; or be the one who replaces them.

    Raises:
        Unavailable: Others are at it for too long.
    """
    with (home / "keys.lock").open("w") as lock:
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            try:
                fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Unavailable("a backup is being made, or keys are being replaced") from None
                time.sleep(_POLL_SECONDS)
        yield
