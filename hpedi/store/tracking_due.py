"""What the books know of deadlines: interchanges in the order of their numbers, files under way, what waits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, exists, func, or_, select

from hpedi.pipeline.records import OutboundRow
from hpedi.pipeline.tracking_ports import ControlNumberTaken, LyingAlike, OutputDue, UndecidedClaim, UnfinishedFile
from hpedi.store.gateway_tables import pickup
from hpedi.store.tables import WAITING, claim, inbound_file, outbox, payment_run, receipt

OUTBOX: Final = [column for column in outbox.c if column.name != "sealed"]
"""The columns of an `OutboundRow`."""
_ANSWERED: Final = (
    receipt.c.received_at.label("answered_since"),
    payment_run.c.instant.label("paid_since"),
    receipt.c.partner,
    receipt.c.control_number,
)


class StoredDeadlineWatch:
    """What is late or out of order, read from rows."""

    def __init__(self, connection: Connection) -> None:
        """Work inside an open transaction."""
        self._connection = connection

    def numbers_taken(self, since: datetime, partner: str) -> tuple[ControlNumberTaken, ...]:
        """Return the interchanges received since a moment, of a partner or of all (empty), in the order of arrival."""
        column = receipt.c
        query = select(
            *(column[name] for name in ("partner", "usage", "control_number", "received_at")),
            column.id.label("receipt"),
            *(column[name] for name in ("file", "verdict", "summary")),
            inbound_file.c.digest,
        ).join(inbound_file, inbound_file.c.id == column.file)
        query = query.where(column.published, column.received_at >= since)
        if partner:
            query = query.where(column.partner == partner)
        rows = self._connection.execute(query.order_by(column.received_at, column.id))
        return tuple(ControlNumberTaken(**row._mapping) for row in rows)  # noqa: SLF001 - SQLAlchemy's public name

    def unfinished(self) -> tuple[UnfinishedFile, ...]:
        """Return the files that are not received to their end."""
        query = select(inbound_file.c.id, inbound_file.c.received_at).where(inbound_file.c.state == "receiving")
        rows = self._connection.execute(query.order_by(inbound_file.c.id))
        return tuple(UnfinishedFile(**row._mapping) for row in rows)  # noqa: SLF001 - SQLAlchemy's public name

    def outputs_due(self, since: datetime) -> tuple[OutputDue, ...]:
        """Return what waits for delivery, and what was delivered since a moment, oldest first."""
        query = select(*OUTBOX, *_ANSWERED).outerjoin(receipt, receipt.c.id == outbox.c.receipt)
        query = query.outerjoin(payment_run, payment_run.c.id == outbox.c.run)
        rows = self._connection.execute(query.where(or_(WAITING, outbox.c.delivered_at >= since)).order_by(outbox.c.id))
        found = []
        for row in rows:
            begun = row.answered_since or row.paid_since or row.delivered_at
            kept = {column.name: getattr(row, column.name) for column in OUTBOX}
            if begun is not None:  # what answers nothing and pays nothing has no moment before its delivery
                found.append(
                    OutputDue(
                        row=OutboundRow(**kept),
                        since=begun,
                        partner=row.partner or "",
                        control_number=row.control_number or "",
                    )
                )
        return tuple(found)

    def lying(self, delivered_before: datetime) -> tuple[LyingAlike, ...]:
        """Count what was delivered to partners before a moment and never picked up, first first."""
        column = outbox.c
        is_picked_up = exists().where(pickup.c.outbox == column.id)
        first = func.min(column.id)
        query = select(column.folder, column.kind, func.count(), first, func.min(column.delivered_at))
        query = query.where(column.delivered_at < delivered_before, column.folder.startswith("outbox/"), ~is_picked_up)
        rows = self._connection.execute(query.group_by(column.folder, column.kind).order_by(first))
        return tuple(
            LyingAlike(folder=folder, kind=kind, count=count, first=row, since=since)
            for folder, kind, count, row, since in rows
        )

    def undecided(self, received_until: date) -> tuple[UndecidedClaim, ...]:
        """Return the claims received up to a day that are neither decided nor refused, oldest first."""
        column = claim.c
        query = (
            select(column.control_number, column.state, column.note, inbound_file.c.received_on)
            .join(receipt, receipt.c.id == column.receipt)
            .join(inbound_file, inbound_file.c.id == receipt.c.file)
            .where(column.state.in_(("accepted", "pended")), receipt.c.published)
            .where(inbound_file.c.received_on <= received_until)
            .order_by(inbound_file.c.received_on, column.control_number)
        )
        return tuple(
            UndecidedClaim(number=number, state=state, note=note, received_on=day)
            for number, state, note, day in self._connection.execute(query)
        )
