"""The audit log, written in the business transaction and read by whoever may.

An entry's id is taken before it is written, because its mac covers it: on SQLite, where a transaction that writes is
alone, the next one; on PostgreSQL from the sequence, at the end of the transaction, so that few are lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select, text, true

from hpedi.audit.entry import AuditEntry
from hpedi.audit.ids import IdSpans
from hpedi.audit.key import AuditKey
from hpedi.run_context import RunContext
from hpedi.store.inserts import Insert
from hpedi.store.questions import Question
from hpedi.store.tables import AUDIT_ABOUT, audit_entry, audit_seal

FIELDS: Final = AuditEntry.__struct_fields__
ROWS_AT_HAND: Final = 2_000
SPANS_ASKED: Final = 100
"""As many spans of ids as one question names."""

_INSERT: Final = Insert(audit_entry, *FIELDS)
_ENTRIES: Final = select(*(audit_entry.c[name] for name in FIELDS))
_HIGHEST: Final = (
    Question(select(func.max(audit_entry.c.id))),
    Question(select(audit_seal.c.last_id).order_by(audit_seal.c.number.desc()).limit(1)),
)
_FROM_SEQUENCE: Final = text(
    "SELECT nextval(pg_get_serial_sequence('audit_entry', 'id')) FROM generate_series(1, :count)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which entries are looked for; what is left empty does not matter.

    Attributes:
        member: Our id.
        principal: Who did it, or on whose behalf it was done.
        action: What was done.
        since: Written at this moment or later.
        before: Written before this moment.
    """

    member: str = ""
    principal: str = ""
    action: str = ""
    since: datetime | None = None
    before: datetime | None = None

    def condition(self) -> ColumnElement[bool]:
        """Return all of it but the member as a condition on rows."""
        column = audit_entry.c
        conditions: list[ColumnElement[bool]] = []
        if self.action:
            conditions.append(column.action == self.action)
        if self.principal:
            conditions.append(or_(column.principal == self.principal, column.on_behalf_of == self.principal))
        if self.since:
            conditions.append(column.at >= self.since)
        if self.before:
            conditions.append(column.at < self.before)
        return and_(true(), *conditions)


class Told(NamedTuple):
    """What is recorded of an entry before it is written; the fields are `AuditEntry`'s."""

    at: datetime
    action: str
    subject: str
    member: str
    recipient: str
    reason: str
    result: str


class StoredAuditLog:
    """Audit rows; there is no way to change one."""

    def __init__(self, connection: Connection, context: RunContext, key: AuditKey) -> None:
        """Work inside an open transaction, on behalf of somebody."""
        self._connection = connection
        self._context = context
        self._key = key
        self._told: list[Told] = []

    def record(
        self,
        action: str,
        subject: str,
        *,
        members: Iterable[str] = ("",),
        recipient: str = "",
        reason: str = "",
        result: str = "",
    ) -> None:
        """Add one row a member (our ids)."""
        now = datetime.now(UTC)
        for member in members:
            self._told.append(Told(now, action, subject, member, recipient, reason, result))

    @property
    def told(self) -> tuple[Told, ...]:
        """What was recorded in this transaction and is not written yet."""
        return tuple(self._told)

    def add(self, told: Iterable[Told]) -> None:
        """Take over what another process recorded."""
        self._told.extend(told)

    def find(self, sought: Sought, limit: int | None = None) -> Iterator[AuditEntry]:
        """Yield the entries that are looked for, newest first."""
        wanted = sought.condition()
        if sought.member:
            wanted &= AUDIT_ABOUT.rows_about(self._connection, [sought.member])
        query = _ENTRIES.where(wanted).order_by(audit_entry.c.at.desc(), audit_entry.c.id.desc())
        return read_entries(self._connection, query.limit(limit))

    def write(self) -> None:
        """Write what was recorded so far; what ends a transaction does it before the commit."""
        write_logs(self._connection, [self])

    def taken(self) -> list[Told]:
        """Return what was recorded so far and is written now."""
        told, self._told = self._told, []
        return told

    def row(self, number: int, told: Told) -> tuple[object, ...]:
        """Return an entry as a row under its id."""
        who = self._context.principal
        entry = AuditEntry(id=number, principal=who.id, on_behalf_of=who.on_behalf_of, **told._asdict())
        return (*msgspec.structs.astuple(entry)[:-1], self._key.mac(entry.canonical()))


def write_logs(connection: Connection, logs: Iterable[StoredAuditLog]) -> None:
    """Write what some who share a transaction recorded so far, some rows at hand."""
    waiting = [(log, told) for log in logs for told in log.taken()]
    for start in range(0, len(waiting), ROWS_AT_HAND):
        some = waiting[start : start + ROWS_AT_HAND]
        ids = _next_ids(connection, len(some))
        _INSERT(connection, [log.row(number, told) for number, (log, told) in zip(ids, some, strict=True)])


def _next_ids(connection: Connection, count: int) -> Sequence[int]:
    if connection.dialect.name == "sqlite":
        highest = max(each.one(connection) or 0 for each in _HIGHEST)
        return range(highest + 1, highest + 1 + count)
    return sorted(connection.execute(_FROM_SEQUENCE, {"count": count}).scalars())


def entries_of(connection: Connection, ids: IdSpans) -> Iterator[AuditEntry]:
    """Yield the entries with some ids, rising."""
    for start in range(0, len(ids.spans), SPANS_ASKED):
        spans = ids.spans[start : start + SPANS_ASKED]
        within = or_(*(audit_entry.c.id.between(first, last) for first, last in spans))
        yield from read_entries(connection, _ENTRIES.where(within).order_by(audit_entry.c.id))


def entries_after(connection: Connection, last_id: int, limit: int | None = None) -> Iterator[AuditEntry]:
    """Yield the entries after an id, rising."""
    query = _ENTRIES.where(audit_entry.c.id > last_id).order_by(audit_entry.c.id)
    return read_entries(connection, query.limit(limit))


def entries_outside(connection: Connection, last_id: int) -> Iterator[AuditEntry]:
    """Yield the entries after an id, and those with ids that hpedi never gives; rising."""
    beyond = or_(audit_entry.c.id > last_id, audit_entry.c.id < 1)
    return read_entries(connection, _ENTRIES.where(beyond).order_by(audit_entry.c.id))


def read_entries(connection: Connection, query: Select[tuple[object, ...]]) -> Iterator[AuditEntry]:
    """Yield entries without holding them all."""
    return map(_entry, connection.execute(query.execution_options(yield_per=ROWS_AT_HAND)))


def _entry(row: Row[tuple[object, ...]]) -> AuditEntry:
    return AuditEntry(**dict(zip(FIELDS, row, strict=True)))  # type: ignore[arg-type]  # the columns in their order
