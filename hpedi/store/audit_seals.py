"""The sealer: covers committed audit rows with a seal, and tells the anchor of it.

Sealing is a transaction of its own; one sealer at a time. Rows are read as a stream. After a kill between commit and
seal the rows wait unsealed for the next sealer; after one between seal and anchor, so does the line of the anchor.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Final

import msgspec
from sqlalchemy import Connection, Row, exists, func, select

from hpedi.audit.anchor import Anchored, anchor_line, read_anchor, takeover_line
from hpedi.audit.entry import ANCHOR_BEGUN_ANEW, AuditEntry
from hpedi.audit.ids import IdSpans
from hpedi.audit.key import AuditKeys
from hpedi.audit.seal import NextSeal, Seal, open_ids_of, previous_of
from hpedi.audit.verify import MAY_LACK_ANCHOR, AuditLog, Verified, verify
from hpedi.log import log
from hpedi.run_context import OPERATOR, RunContext
from hpedi.safekeeping.anchor_file import AnchorFile
from hpedi.store.audit import ROWS_AT_HAND, StoredAuditLog, entries_after, entries_of, entries_outside
from hpedi.store.database import Database
from hpedi.store.inserts import Insert
from hpedi.store.key_tables import restoration
from hpedi.store.tables import audit_entry, audit_seal

ROWS_A_SEAL: Final = 50_000
SECONDS_UNSEALED: Final = 5.0
"""How long rows of a long command wait for their seal."""

SEALERS: Final = 94268
"""The advisory lock of the process that seals."""

FIELDS: Final = Seal.__struct_fields__
_INSERT: Final = Insert(audit_seal, *FIELDS)
_SEALS: Final = select(*(audit_seal.c[name] for name in FIELDS))


class Sealer:
    """Seals and verifies the audit log of a workspace."""

    def __init__(self, database: Database, keys: Callable[[], AuditKeys], anchor: AnchorFile, workspace: str) -> None:
        """Seal under the keys of the moment, and anchor in a file that names the workspace as said here."""
        self._database = database
        self._keys = keys
        self._anchor = anchor
        self._workspace = workspace
        self._sealed_at = time.monotonic()

    def seal_when_due(self) -> None:
        """Seal if the last time is seconds ago: for long commands to call between transactions."""
        if time.monotonic() - self._sealed_at >= SECONDS_UNSEALED:
            self.seal()

    def seal(self) -> int:
        """Seal every committed row that waits, anchor what is not anchored, and return how many rows were sealed.

        Raises:
            Unavailable: The database is not there; the rows wait on.
            OSError: The anchor cannot be written; its lines wait on.
        """
        with self._anchor.locked() as has_anchor:
            if not has_anchor:
                log.warning("audit log not anchored", reason="the place of the anchor cannot be written")
            sealed = 0
            self._tell_anchor(has_anchor=has_anchor)
            is_more = True
            while is_more:  # not until nobody writes any more: each seal takes a turn
                covered = self._seal_next()
                is_more = covered == ROWS_A_SEAL
                if covered:
                    self._tell_anchor(has_anchor=has_anchor)
                sealed += covered
        self._sealed_at = time.monotonic()
        return sealed

    def _seal_next(self) -> int:
        """Make the next seal where rows wait, and return how many it covers; nobody waits while rows are read."""
        with self._database.reading() as connection:
            seal = self._next(connection) if _rows_wait(connection, head_of(connection)) else None
        if seal is None:
            return 0
        with self._database.writing() as connection:
            _hold(connection)
            if seal.previous != previous_of(head_of(connection)):  # somebody else sealed meanwhile
                return self._cover(connection)
            _INSERT(connection, [msgspec.structs.astuple(seal)])
        return seal.entries

    def seal_all(self, connection: Connection) -> bool:
        """Seal every row that waits in a transaction of somebody else's; say whether none is left."""
        while self._cover(connection):
            pass
        return not _rows_wait(connection, head_of(connection))

    def _cover(self, connection: Connection) -> int:
        _hold(connection)
        seal = self._next(connection)
        if seal is None:
            return 0
        _INSERT(connection, [msgspec.structs.astuple(seal)])
        return seal.entries

    def _next(self, connection: Connection) -> Seal | None:
        """Return the next seal as it is to be written; None where nothing waits, or the last one is not ours."""
        head, keys = head_of(connection), self._keys()
        if head is not None and (head.key not in keys.all or not head.is_ours(keys.all[head.key])):
            log.warning("audit log not sealed", reason="the last seal was changed, or made with another key")
            return None
        waiting = chain(_late(connection, head), entries_after(connection, _reached(head), ROWS_A_SEAL))
        seal = NextSeal(head)
        for entry in islice(waiting, ROWS_A_SEAL):
            seal.cover(entry)
        return seal.close(datetime.now(UTC), keys.now) if seal.entries else None

    def _tell_anchor(self, *, has_anchor: bool) -> None:
        """Add the lines of the seals that the anchor lacks."""
        with self._database.reading() as connection:
            head = head_of(connection)
            anchored = read_anchor(self._anchor.last_lines() if has_anchor else (), self._workspace)
            if head is not None and has_anchor and not anchored.digests:
                anchored = self.anchored()
            if anchored.contradicts(head):
                log.warning("audit log differs from its anchor", reason="see hpedi audit verify")
            if head is None or not has_anchor or head.digest() in anchored.digests.get(head.number, ()):
                return
            # Where the log was cut, the anchor is ahead of it: its new head is told all the same.
            after = min(anchored.highest, head.number - 1)
            if head.number - after > MAY_LACK_ANCHOR and not _came_back(connection, head):
                self._tell_log(after + 1, head.number)  # first: a kill in between has it told again
            self._anchor.append(anchor_line(self._workspace, seal) for seal in seals_of(connection, after=after))

    def _tell_log(self, first: int, last: int) -> None:
        """Leave an entry of seals that the anchor had lost, or never had: nothing outside held them till now."""
        log.warning("the anchor of the audit log is begun anew", reason="it lacked seals: see hpedi audit verify")
        now = datetime.now(UTC)
        with self._database.writing() as connection:
            audit = StoredAuditLog(connection, RunContext(OPERATOR, now, now.date()), self._keys().now)
            audit.record(ANCHOR_BEGUN_ANEW, "audit log", reason="operation", result=f"seals {first}-{last} told anew")
            audit.write()

    def anchored(self, workspace: str = "") -> Anchored:
        """Return all that the anchor says of this workspace, or of one of another name."""
        return read_anchor(self._anchor.lines(), workspace or self._workspace)

    def take_over(self, workspace: str, at: datetime) -> bool:
        """Tell the anchor that this workspace takes the place of another; say whether it could be told."""
        with self._anchor.locked() as has_anchor:
            if has_anchor:
                self._anchor.append([takeover_line(workspace, self._workspace, at)])
        return has_anchor

    def export(self, after: int = 0) -> Iterator[AuditEntry | Seal]:
        """Yield the entries under each seal after a number, then that seal; at the end the entries without one."""
        with self._database.reading() as connection:
            head = head_of(connection)
            for seal in seals_of(connection, after=after, up_to=_reached_number(head)):
                yield from entries_of(connection, IdSpans.read(seal.ids))
                yield seal
            yield from _late(connection, head)
            yield from entries_after(connection, _reached(head))

    def verify(self) -> Verified:
        """Verify the log as it stands, also what was sealed under earlier keys."""
        with ExitStack() as opened:
            with self._anchor.locked():  # before the transaction: it must see every seal that the anchor tells of
                connection = opened.enter_context(self._database.reading())
                head, anchored = head_of(connection), self.anchored()
            return verified(connection, head, anchored, self._keys(), gapless=connection.dialect.name == "sqlite")


def _came_back(connection: Connection, head: Seal) -> bool:
    """Say whether a log came from a backup and was not sealed since: it has a new name, which no anchor knows yet."""
    return head.number <= (connection.execute(select(func.max(restoration.c.seal))).scalar() or 0)


def _hold(connection: Connection) -> None:
    """Keep other sealers away until the transaction ends; SQLite's one writer does."""
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(SEALERS)))


def verified(
    connection: Connection, head: Seal | None, anchored: Anchored, keys: AuditKeys, *, gapless: bool
) -> Verified:
    """Verify a log up to its newest seal, and what follows it, against an anchor: see `audit.verify.AuditLog`."""
    return verify(
        AuditLog(
            seals=seals_of(connection, up_to=_reached_number(head)),
            entries_of=lambda ids: entries_of(connection, ids),
            entries_outside=lambda last_id: entries_outside(connection, last_id),
            anchored=anchored,
            keys=keys.all,
            key=keys.now,
            gapless=gapless,
        )
    )


def head_of(connection: Connection) -> Seal | None:
    """Return the newest seal."""
    row = connection.execute(_SEALS.order_by(audit_seal.c.number.desc()).limit(1)).first()
    return None if row is None else _seal(row)


def seals_of(connection: Connection, *, after: int | None = None, up_to: int | None = None) -> Iterator[Seal]:
    """Yield the seals with numbers above one and up to another, rising."""
    query = _SEALS.order_by(audit_seal.c.number)
    if after is not None:
        query = query.where(audit_seal.c.number > after)
    if up_to is not None:
        query = query.where(audit_seal.c.number <= up_to)
    return map(_seal, connection.execute(query.execution_options(yield_per=ROWS_AT_HAND)))


def _rows_wait(connection: Connection, head: Seal | None) -> bool:
    after = select(exists().where(audit_entry.c.id > _reached(head)))
    return bool(connection.execute(after).scalar()) or any(True for _entry in _late(connection, head))


def _late(connection: Connection, head: Seal | None) -> Iterator[AuditEntry]:
    """Yield the rows that committed after rows with higher ids were sealed."""
    return entries_of(connection, open_ids_of(head))


def _reached_number(head: Seal | None) -> int:
    return head.number if head else 0


def _reached(head: Seal | None) -> int:
    return head.last_id if head else 0


def _seal(row: Row[tuple[object, ...]]) -> Seal:
    return Seal(**dict(zip(FIELDS, row, strict=True)))  # type: ignore[arg-type]  # the columns in their order
