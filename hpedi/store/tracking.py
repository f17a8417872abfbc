"""Submissions and claims on their way: what is asked of the books to follow them, by sums and never claim by claim."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, select

from hpedi.pipeline.records import EftEntry, InboundFile, OutboundRow, Receipt, StoredClaim, StoredPayment
from hpedi.pipeline.tracking_ports import ClaimsInState, DecidedAlike, Followed, FollowedPayment, PaidIn
from hpedi.safekeeping.vault import Vault
from hpedi.store.among import among
from hpedi.store.claims import open_claim
from hpedi.store.gateway_tables import RESENT
from hpedi.store.outbox import StoredOutbox
from hpedi.store.payments_read import newest_state, open_payment
from hpedi.store.receipts import read_file, read_receipt
from hpedi.store.remittance_tables import payment_file
from hpedi.store.tables import (
    audit_entry,
    claim,
    decision,
    eft_entry,
    inbound_file,
    outbox,
    paid_decision,
    payment,
    receipt,
)
from hpedi.store.tracking_due import OUTBOX, StoredDeadlineWatch
from hpedi.store.work_tables import pend

_OF_DECISION: Final = claim.c.control_number == decision.c.control_number
_NAMES: Final = [column.name for column in OUTBOX]
_PAYMENT: Final = (
    *(payment.c[name] for name in ("id", "run", "provider", "method", "amount", "payment_date", "trace_number")),
    payment.c.reissues,
    eft_entry.c.file,
    eft_entry.c.ach_trace_number,
    eft_entry.c.effective_entry_date,
    eft_entry.c.amount.label("entry_amount"),
)


class StoredTracking(StoredDeadlineWatch):
    """What is followed, read from rows; see `pipeline.tracking_ports.Tracking`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        """Work inside an open transaction."""
        super().__init__(connection)
        self._vault = vault

    def file(self, file: int) -> InboundFile | None:
        """Return a file by our number."""
        row = self._connection.execute(select(inbound_file).where(inbound_file.c.id == file)).first()
        return None if row is None else read_file(row)

    def receipt(self, receipt_id: int) -> Receipt | None:
        """Return an interchange by our number."""
        row = self._connection.execute(select(receipt).where(receipt.c.id == receipt_id)).first()
        return None if row is None else read_receipt(row)

    def receipts(self, control_number: str, partners: Collection[str] | None = None) -> tuple[Receipt, ...]:
        """Return the interchanges with an ISA13, of some partners or of all, newest first."""
        query = select(receipt).where(receipt.c.control_number == control_number)
        if partners is not None:
            query = query.where(among(receipt.c.partner, sorted(partners)))
        return tuple(map(read_receipt, self._connection.execute(query.order_by(receipt.c.id.desc()))))

    def of_claims(self, numbers: Sequence[str]) -> Mapping[str, Receipt]:
        """Return the interchanges that claims came in, by our numbers of them."""
        query = select(claim.c.control_number.label("claim_number"), receipt).join(
            claim, receipt.c.id == claim.c.receipt
        )
        rows = self._connection.execute(query.where(among(claim.c.control_number, numbers)))
        return {row.claim_number: read_receipt(row) for row in rows}

    # --- claims ---------------------------------------------------------------------------------------------------

    def states(self, followed: Followed) -> tuple[ClaimsInState, ...]:
        """Count claims by what became of them."""
        keys = (claim.c.receipt, claim.c.state, claim.c.note, pend.c.pended_on, pend.c.status277)
        is_waiting = and_(pend.c.control_number == claim.c.control_number, claim.c.state == "pended")
        query = select(*keys, func.count(), func.sum(claim.c.charged)).outerjoin(pend, is_waiting)
        rows = self._connection.execute(query.where(_is_followed(followed)).group_by(*keys).order_by(*keys[:3]))
        return tuple(
            ClaimsInState(
                receipt=of, state=state, note=note, pended_on=day, status277=status or "", claims=count, charged=charged
            )
            for of, state, note, day, status, count, charged in rows
        )

    def decided(self, followed: Followed) -> tuple[DecidedAlike, ...]:
        """Count decisions by day and status, oldest first."""
        column = decision.c
        is_first = column.version == 1
        keys = (column.decided_on, column.status, column.status277, is_first, column.payment_run)
        sums = (func.sum(each) for each in (column.charged, column.paid, column.patient_responsibility))
        query = select(*keys, func.count(), *sums, func.min(column.ordinal)).join(claim, _OF_DECISION)
        rows = self._connection.execute(query.where(_is_followed(followed)).group_by(*keys))
        return tuple(
            DecidedAlike(
                decided_on=row[0],
                status=row[1],
                status277=row[2],
                is_first=bool(row[3]),
                run=row[4],
                claims=row[5],
                charged=row[6],
                paid=row[7],
                patient_responsibility=row[8],
            )
            for row in sorted(rows, key=lambda each: (each[0], each[9]))
        )

    def payees(self, followed: Followed) -> tuple[str, ...]:
        """Return the providers that are paid for claims (our ids)."""
        query = select(decision.c.provider).distinct().join(claim, _OF_DECISION).where(_is_followed(followed))
        return tuple(self._connection.execute(query.order_by(decision.c.provider)).scalars())

    def paid(self, followed: Followed) -> tuple[PaidIn, ...]:
        """Count what is in payments."""
        is_paid = and_(
            paid_decision.c.control_number == decision.c.control_number, paid_decision.c.version == decision.c.version
        )
        query = select(paid_decision.c.payment, func.count(), func.sum(decision.c.paid))
        query = query.select_from(claim).join(decision, _OF_DECISION).join(paid_decision, is_paid)
        rows = self._connection.execute(query.where(_is_followed(followed)).group_by(paid_decision.c.payment))
        return tuple(PaidIn(payment=row[0], claims=row[1], paid=row[2]) for row in rows)

    def claims(self, followed: Followed, at_most: int) -> tuple[StoredClaim, ...]:
        """Return claims in the order in which they came; these are opened."""
        query = select(claim).where(_is_followed(followed)).order_by(claim.c.receipt, claim.c.ordinal).limit(at_most)
        return tuple(
            StoredClaim(
                received=open_claim(self._vault, row.control_number, row.sealed),
                receipt=row.receipt,
                ordinal=row.ordinal,
                state=row.state,
                note=row.note,
            )
            for row in self._connection.execute(query)
        )

    # --- payments and what went out -------------------------------------------------------------------------------

    def payments(self, ids: Sequence[int]) -> tuple[FollowedPayment, ...]:
        """Return payments by their rows, with those that took their places, in the order in which they were built."""
        found: dict[int, FollowedPayment] = {}
        condition: ColumnElement[bool] = among(payment.c.id, ids)
        while more := [each for each in self._payments(condition) if each.id not in found]:
            found.update((each.id, each) for each in more)
            condition = among(payment.c.reissues, [each.trace_number for each in more])
        return tuple(found[each] for each in sorted(found))

    def _payments(self, condition: ColumnElement[bool]) -> list[FollowedPayment]:
        query: Select[Any] = select(*_PAYMENT).outerjoin(eft_entry, eft_entry.c.payment == payment.c.id)
        return [_payment(row) for row in self._connection.execute(query.where(condition))]

    def voided(self, payees: Sequence[str]) -> tuple[StoredPayment, ...]:
        """Return the voided payments of payees, with the claims that they told."""
        state = newest_state()
        query = select(payment, state.label("state")).where(among(payment.c.provider, payees), state == "voided")
        return tuple(open_payment(self._vault, row) for row in self._connection.execute(query.order_by(payment.c.id)))

    def answers(self, receipts: Sequence[int]) -> tuple[OutboundRow, ...]:
        """Return what went out in answer to interchanges, in the order in which it was written."""
        return self._outputs(among(outbox.c.receipt, receipts))

    def remittances(self, payments: Sequence[FollowedPayment]) -> Mapping[int, OutboundRow]:
        """Return the files that the 835s of payments are in, by the rows of the payments."""
        columns = (payment_file.c.payment, *OUTBOX)
        query = select(*columns).join(payment_file, payment_file.c.outbox == outbox.c.id)
        rows = self._connection.execute(query.where(among(payment_file.c.payment, [each.id for each in payments])))
        return {row[0]: OutboundRow(**dict(zip(_NAMES, row[1:], strict=True))) for row in rows}

    def resent(self, rows: Sequence[int]) -> Mapping[int, Sequence[datetime]]:
        """Return when files of the outbox were sent again, by their numbers, first first; others are absent."""
        entry, rows_of = audit_entry.c, {f"outbox:{row}": row for row in rows}
        told = select(entry.subject, entry.at).distinct()  # an entry a member that the file tells of
        told = told.where(RESENT, among(entry.subject, rows_of)).order_by(entry.at)
        found: dict[int, list[datetime]] = {}
        for subject, at in self._connection.execute(told):
            found.setdefault(rows_of[subject], []).append(at)
        return found

    def output(self, outbox_id: int) -> OutboundRow | None:
        """Return a file of the outbox by its number."""
        return next(iter(self._outputs(outbox.c.id == outbox_id)), None)

    def _outputs(self, condition: ColumnElement[bool]) -> tuple[OutboundRow, ...]:
        rows = self._connection.execute(select(*OUTBOX).where(condition).order_by(outbox.c.id))
        return tuple(OutboundRow(**row._mapping) for row in rows)  # noqa: SLF001 - SQLAlchemy's public name

    def contents(self, rows: Sequence[OutboundRow]) -> Mapping[int, bytes]:
        """Return the bytes of files of the outbox, by their numbers."""
        return StoredOutbox(self._connection, self._vault).contents(rows)


def _is_followed(followed: Followed) -> ColumnElement[bool]:
    """Return the condition that a claim is among those that are followed."""
    if followed.numbers:
        wanted: ColumnElement[bool] = among(claim.c.control_number, followed.numbers)
    else:
        wanted = among(claim.c.receipt, followed.receipts)
    return wanted if followed.npis is None else and_(wanted, among(claim.c.billing_npi, followed.npis))


def _payment(row: Row[Any]) -> FollowedPayment:
    entry = None
    if row.ach_trace_number is not None:
        entry = EftEntry(
            trace_number=row.trace_number,
            file=row.file,
            ach_trace_number=row.ach_trace_number,
            effective_entry_date=row.effective_entry_date,
            amount=row.entry_amount,
        )
    return FollowedPayment(
        id=row.id,
        run=row.run,
        provider=row.provider,
        method=row.method,
        amount=row.amount,
        payment_date=row.payment_date,
        trace_number=row.trace_number,
        reissues=row.reissues or "",
        entry=entry,
    )
