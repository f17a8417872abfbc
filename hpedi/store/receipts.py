"""Files that arrived and the interchanges in them."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, Row, bindparam, func, select

from hpedi.pipeline.records import InboundFile, InterchangeIdentity, Receipt, Total
from hpedi.run_context import RunContext
from hpedi.store.database import hold
from hpedi.store.numbers import next_id
from hpedi.store.tables import claim, inbound_file, interchange, receipt

# What is asked for each interchange, put together once: for small ones that took longer than asking.
_RECEIPT: Final = select(receipt).where(
    receipt.c.file == bindparam("of_file"), receipt.c.ordinal == bindparam("of_ordinal")
)
_BEGIN: Final = receipt.insert().returning(receipt)
_PUBLISH: Final = receipt.update().where(receipt.c.id == bindparam("of_receipt"))
_TAKEN: Final = select(interchange.c.digest, interchange.c.receipt).where(
    interchange.c.sender == bindparam("sent_by"),
    interchange.c.receiver == bindparam("sent_to"),
    interchange.c.control_number == bindparam("number"),
    interchange.c.usage == bindparam("used_for"),
)
_TAKE: Final = interchange.insert()


class StoredReceipts:
    """Files and receipts kept in rows."""

    def __init__(self, connection: Connection, context: RunContext) -> None:
        """Work inside an open transaction."""
        self._connection = connection
        self._context = context

    def file(self, digest: str) -> InboundFile | None:
        """Return the file of a digest."""
        row = self._connection.execute(select(inbound_file).where(inbound_file.c.digest == digest)).first()
        return None if row is None else read_file(row)

    def register_file(self, digest: str, size: int, received_at: datetime, received_on: date) -> InboundFile:
        """Remember a file under its digest, in state receiving."""
        row = self._connection.execute(
            inbound_file.insert()
            .values(
                id=next_id(self._connection, inbound_file),
                digest=digest,
                size=size,
                received_at=received_at,
                received_on=received_on,
                principal=self._context.principal.id,
                state="receiving",
                reason="",
            )
            .returning(inbound_file)
        ).one()
        return read_file(row)

    def finish_file(self, file: int, state: str, reason: str = "") -> None:
        """Say that all of a file is received, or that it is quarantined."""
        self._connection.execute(
            inbound_file.update().where(inbound_file.c.id == file).values(state=state, reason=reason)
        )

    def reopen_file(self, file: int) -> None:
        """Let a file be received again: what was refused of it, or all of it where it was quarantined."""
        self.finish_file(file, "receiving")
        refused = (receipt.c.file == file) & (receipt.c.verdict == "rejected")
        self._connection.execute(receipt.update().where(refused).values(published=False, verdict="", summary=""))

    def of_file(self, file: int) -> tuple[Receipt, ...]:
        """Return the receipts of a file in order."""
        rows = self._connection.execute(select(receipt).where(receipt.c.file == file).order_by(receipt.c.ordinal))
        return tuple(read_receipt(row) for row in rows)

    def of_partner(self, partner: str, usage: str) -> tuple[Receipt, ...]:
        """Return the published receipts of a partner with this usage (ISA15), oldest first."""
        sent = (receipt.c.partner == partner) & (receipt.c.usage == usage) & receipt.c.published
        rows = self._connection.execute(select(receipt).where(sent).order_by(receipt.c.id))
        return tuple(read_receipt(row) for row in rows)

    def begin(self, file: InboundFile, ordinal: int, partner: str, identity: InterchangeIdentity) -> Receipt:
        """Open a receipt, or take up an unpublished one again with nothing staged."""
        row = self._connection.execute(_RECEIPT, {"of_file": file.id, "of_ordinal": ordinal}).first()
        if row is not None and row.published:
            return read_receipt(row)
        if row is not None:
            self._connection.execute(claim.delete().where(claim.c.receipt == row.id))
            sent_by = receipt.update().where(receipt.c.id == row.id).values(partner=partner)
            return read_receipt(self._connection.execute(sent_by.returning(receipt)).one())
        begun = {
            "id": next_id(self._connection, receipt),
            "file": file.id,
            "ordinal": ordinal,
            "partner": partner,
            "usage": identity.usage,
            "control_number": identity.control_number,
            "digest": "",
            "received_at": file.received_at,
            "published": False,
            "verdict": "",
            "summary": "",
        }
        return read_receipt(self._connection.execute(_BEGIN, begun).one())

    def taken(self, identity: InterchangeIdentity) -> tuple[str, int] | None:
        """Return digest and receipt of the interchange taken under this identity, which nobody else takes meanwhile."""
        hold(self._connection, "interchange " + "*".join(astuple(identity)))
        row = self._connection.execute(
            _TAKEN,
            {
                "sent_by": identity.sender,
                "sent_to": identity.receiver,
                "number": identity.control_number,
                "used_for": identity.usage,
            },
        ).first()
        return None if row is None else (row.digest, row.receipt)

    def take(self, identity: InterchangeIdentity, digest: str, receipt: int) -> None:
        """Take an identity for a receipt that is being published."""
        self._connection.execute(
            _TAKE,
            {
                "sender": identity.sender,
                "receiver": identity.receiver,
                "control_number": identity.control_number,
                "usage": identity.usage,
                "digest": digest,
                "receipt": receipt,
            },
        )

    def totals(self) -> tuple[Total, ...]:
        """Count published receipts by usage and verdict, and files in quarantine."""
        rows = self._connection.execute(
            select(receipt.c.usage, receipt.c.verdict, func.count())
            .where(receipt.c.published)
            .group_by(receipt.c.usage, receipt.c.verdict)
            .order_by(receipt.c.usage, receipt.c.verdict)
        )
        totals = [Total(kind=f"{usage} {verdict.replace('_', ' ')}", count=count) for usage, verdict, count in rows]
        quarantined = self._connection.execute(
            select(func.count()).select_from(inbound_file).where(inbound_file.c.state == "quarantined")
        ).scalar_one()
        return (*totals, *([Total(kind="in quarantine", count=quarantined)] if quarantined else []))

    def publish(self, receipt_id: int, *, digest: str, verdict: str, summary: str) -> None:
        """Flip a receipt: its answers stand and its accepted claims may be decided."""
        flipped = {"published": True, "digest": digest, "verdict": verdict, "summary": summary}
        self._connection.execute(_PUBLISH, {"of_receipt": receipt_id, **flipped})


def read_file(row: Row[tuple[object, ...]]) -> InboundFile:
    """Return the file of a row."""
    return InboundFile(
        id=row.id,
        digest=row.digest,
        size=row.size,
        received_at=row.received_at,
        received_on=row.received_on,
        state=row.state,
        reason=row.reason,
    )


def read_receipt(row: Row[tuple[object, ...]]) -> Receipt:
    """Return the interchange of a row."""
    return Receipt(
        id=row.id,
        file=row.file,
        ordinal=row.ordinal,
        partner=row.partner,
        usage=row.usage,
        control_number=row.control_number,
        digest=row.digest,
        received_at=row.received_at,
        published=row.published,
        verdict=row.verdict,
        summary=row.summary,
    )
