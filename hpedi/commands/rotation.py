"""Replacing the workspace key: the audit log is sealed, new keys begin, all that rests is sealed anew, old ones end.

    1. one transaction: the audit log is sealed under its old key, new sealing and audit keys begin, old and new
       workspace key wrap all of them
    2. rows and stored files are sealed anew, some at a time
    3. one transaction: the old workspace key and the old sealing keys are gone

After a kill in between everything opens with either workspace key, and the same command goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, select

from hpedi.audit.key import AuditKeys
from hpedi.commands.workspace import Workspace
from hpedi.findings import Unavailable
from hpedi.run_context import RunContext
from hpedi.safekeeping.key_ring import WorkspaceKey
from hpedi.safekeeping.whole_files import TEMPORARY_SUFFIX
from hpedi.store.audit import StoredAuditLog
from hpedi.store.keys import KnownKey, known_keys
from hpedi.store.sealed_columns import batches, rows_of, sealed_tables
from hpedi.store.tables import inbound_file

ACTION: Final = "keys rotate"
STORED_FILES: Final = "stored files"


@dataclass(slots=True)
class Rotated:
    """What a rotation did.

    Attributes:
        key: The fingerprint of the workspace key that holds from now on.
        generation: Its generation.
        sealed: How much there is of each kind, and how much of it was sealed anew.
        missing: Stored files that the books know and that lie elsewhere.
        is_finished: The old key opens nothing any more.
    """

    key: str
    generation: int = 0
    sealed: dict[str, tuple[int, int]] = field(default_factory=dict)
    missing: int = 0
    is_finished: bool = False


def to_be_sealed(workspace: Workspace) -> dict[str, int]:
    """Count what a rotation would seal anew, by kind."""
    with workspace.database.reading() as connection:
        counts = {table.name: rows_of(connection, table) for table in sealed_tables()}
    return {**counts, STORED_FILES: sum(1 for _digest in workspace.files.digests())}


def under_way(workspace: Workspace) -> KnownKey | None:
    """Return the key of a rotation that was begun and not finished."""
    with workspace.database.reading() as connection:
        open_ones = [key for key in known_keys(connection) if key.retired_at is None]
    return open_ones[-1] if len(open_ones) > 1 else None


def begin(workspace: Workspace, context: RunContext, new: WorkspaceKey) -> None:
    """Let new keys begin, beside the old ones.

    Raises:
        Unavailable: The audit log cannot be sealed, or other transactions do not end.
    """
    workspace.sealer.seal()
    with workspace.keys.replacing() as connection:
        if not workspace.sealer.seal_all(connection):
            raise Unavailable("the audit log cannot be sealed under its old key: see `hpedi audit verify`")
        ring = workspace.keys.load(connection).next()
        workspace.keys.add(connection, new, ring, datetime.now(UTC))
        workspace.vault.renew(ring)
        with _audit(connection, context, workspace) as audit:
            audit.record(ACTION, f"key:{new.name}", reason="key replaced", result="begun")


def seal_anew(workspace: Workspace, told: Rotated, progress: Callable[[int], None]) -> None:
    """Seal all that rests under the newest key; what is already is passed over."""
    for table in sealed_tables():
        seen = changed = 0
        for batch in batches(table):
            with workspace.keys.resealing() as connection:
                rows, anew = batch.reseal(connection, workspace.vault)
            seen, changed = seen + rows, changed + anew
            progress(rows)
            workspace.sealer.seal_when_due()
        told.sealed[table.name] = (seen, changed)
    seen = changed = 0
    for digest in workspace.files.digests():
        changed += workspace.files.reseal(digest)
        seen += 1
        progress(1)
    told.sealed[STORED_FILES] = (seen, changed)
    told.missing = _quarantine(workspace)
    for leftover in (workspace.home / "files").glob(f"*{TEMPORARY_SUFFIX}"):
        leftover.unlink(missing_ok=True)  # of a command that was killed: it may be sealed under an old key


def _quarantine(workspace: Workspace) -> int:
    """Lay sealed files anew where they stand in quarantine; return how many stored files lie elsewhere."""
    missing = 0
    with workspace.database.reading() as connection:
        known = connection.execute(select(inbound_file.c.id, inbound_file.c.digest)).all()
    for number, digest in known:
        quarantined = workspace.quarantine / f"{number:06d}.sealed"
        if not workspace.files.holds(digest):
            missing += 1
        elif quarantined.exists():
            workspace.files.lay(digest, quarantined)
    return missing


def finish(workspace: Workspace, context: RunContext, told: Rotated) -> None:
    """Let the old keys end.

    Raises:
        Unavailable: Other transactions do not end.
    """
    with workspace.keys.replacing() as connection:
        workspace.keys.finish(connection, datetime.now(UTC))
        (now,) = [key for key in known_keys(connection) if key.retired_at is None]
        told.generation = now.generation
        with _audit(connection, context, workspace) as audit:
            anew = sum(changed for _seen, changed in told.sealed.values())
            audit.record(ACTION, f"key:{now.name}", reason="key replaced", result=f"finished: {anew} sealed anew")
    workspace.vault.renew(workspace.keys.ring())
    workspace.database.forget_overwritten()
    told.is_finished = True


@contextmanager
def _audit(connection: Connection, context: RunContext, workspace: Workspace) -> Iterator[StoredAuditLog]:
    audit = StoredAuditLog(connection, context, AuditKeys.of(workspace.vault.ring.audits).now)
    yield audit
    audit.write()
