"""Counts and ages for machines that watch over a workspace: a question of the database each, nothing sealed opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, and_, bindparam, case, func, select, text

from hpedi.pipeline.gateway_ports import ENDED, UNENDED
from hpedi.store.audit_seals import head_of
from hpedi.store.gateway_tables import UNFINISHED, arrival, schedule_run
from hpedi.store.tables import audit_entry, claim, decision, inbound_file, outbox, receipt
from hpedi.store.webhook_tables import webhook, webhook_event

ACKNOWLEDGEMENT: Final = "ack"
_SQLITE_SIZE: Final = text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
_SERVER_SIZE: Final = text("SELECT pg_database_size(current_database())")


@dataclass(frozen=True, slots=True)
class Oldest:
    """How many wait, and since when the first of them."""

    count: int
    since: datetime | None


class AnswerOf(NamedTuple):
    """An acknowledgement of an interchange in a file that arrived; `delivered_at` is None while it waits."""

    arrival: int
    outbox: int | None
    arrived_at: datetime
    has_ended: bool
    delivered_at: datetime | None


class ScheduleStands(NamedTuple):
    """A schedule: the newest moment that was due, the newest end, and the first moment whose run has not ended."""

    name: str
    due_at: datetime
    ended_at: datetime | None
    unfinished_since: datetime | None


class StoredFigures:
    """Counts and ages."""

    def __init__(self, connection: Connection) -> None:
        """Work inside an open transaction."""
        self._connection = connection

    def files(self) -> Sequence[tuple[str, int]]:
        """Count the files that arrived by state."""
        return self._counted(inbound_file.c.state)

    def interchanges(self) -> Sequence[tuple[str, str, str, int]]:
        """Count the interchanges that are answered by partner, usage and verdict."""
        return self._counted(receipt.c.partner, receipt.c.usage, receipt.c.verdict, where=receipt.c.published)

    def claims(self) -> Sequence[tuple[str, int]]:
        """Count claims by state."""
        return self._counted(claim.c.state)

    def decisions(self) -> int:
        """Return how many decisions became final; each has the next ordinal."""
        return self._connection.execute(select(func.max(decision.c.ordinal))).scalar() or 0

    def arrivals(self) -> Sequence[tuple[str, str, int]]:
        """Count the files that partners dropped by partner and state."""
        return self._counted(arrival.c.partner, arrival.c.state)

    def arrivals_waiting(self) -> Oldest:
        """Return how many of them are not received yet."""
        return self._oldest(arrival.c.arrived_at, arrival.c.state.in_(UNENDED))

    def schedules(self) -> Sequence[ScheduleStands]:
        """Return how each schedule stands."""
        found = []
        run = schedule_run.c
        for name in self._schedules():
            of_name = select(run.due_at, run.ended_at).where(run.name == name)
            newest = self._connection.execute(of_name.order_by(run.due_at.desc()).limit(1)).one()
            ended = of_name.where(run.ended_at.is_not(None)).order_by(run.due_at.desc()).limit(1)
            unfinished = of_name.where(UNFINISHED).order_by(run.due_at).limit(1)
            last, first = self._connection.execute(ended).first(), self._connection.execute(unfinished).first()
            found.append(
                ScheduleStands(
                    name=name,
                    due_at=newest.due_at,
                    ended_at=None if last is None else last.ended_at,
                    unfinished_since=None if first is None else first.due_at,
                )
            )
        return found

    def _schedules(self) -> Iterator[str]:
        """Yield the names of schedules: from one to the next, as each may have run every few seconds for months."""
        name = ""
        after = select(func.min(schedule_run.c.name)).where(schedule_run.c.name > bindparam("name"))
        while found := self._connection.execute(after, {"name": name}).scalar():
            name = found
            yield name

    def webhooks(self) -> Sequence[tuple[str, int]]:
        """Count endpoints by how they stand: enabled, failing, disabled."""
        failing = (webhook.c.failing_since.is_not(None), "failing")
        return self._counted(case((webhook.c.disabled_at.is_not(None), "disabled"), failing, else_="enabled"))

    def webhook_events(self) -> Sequence[tuple[str, int]]:
        """Count events for endpoints by state."""
        return self._counted(webhook_event.c.state)

    def webhook_events_waiting(self) -> Oldest:
        """Return how many events wait, by when they happened."""
        return self._oldest(webhook_event.c.at, webhook_event.c.state == "waiting")

    def unsealed(self) -> int:
        """Return how many entries of the audit log have no seal yet; those that committed late are not counted."""
        head = head_of(self._connection)
        after = audit_entry.c.id > (head.last_id if head is not None else 0)
        return self._connection.execute(select(func.count()).select_from(audit_entry).where(after)).scalar_one()

    def size(self) -> int:
        """Return the size of the database in bytes."""
        asked = _SQLITE_SIZE if self._connection.dialect.name == "sqlite" else _SERVER_SIZE
        return int(self._connection.execute(asked).scalar_one())

    def answers(self, since: datetime) -> Sequence[AnswerOf]:
        """Return what arrived from a moment on, with each acknowledgement of it."""
        of_receipt = and_(outbox.c.receipt == receipt.c.id, outbox.c.kind == ACKNOWLEDGEMENT)
        told = select(
            arrival.c.id, outbox.c.id, arrival.c.arrived_at, arrival.c.state.in_(ENDED), outbox.c.delivered_at
        ).select_from(arrival)
        told = told.outerjoin(receipt, receipt.c.file == arrival.c.file).outerjoin(outbox, of_receipt)
        return [AnswerOf(*row) for row in self._connection.execute(told.where(arrival.c.arrived_at >= since))]

    def _counted(self, *columns: Any, where: Any = None) -> Sequence[Any]:
        asked: Select[Any] = select(*columns, func.count()).group_by(*columns).order_by(*columns)
        return [tuple(row) for row in self._connection.execute(asked if where is None else asked.where(where))]

    def _oldest(self, column: Any, condition: Any) -> Oldest:
        return Oldest(*self._connection.execute(select(func.count(), func.min(column)).where(condition)).one())
