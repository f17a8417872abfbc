"""What the books come to: sums over rows, each one question of the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, select
from sqlalchemy.sql.selectable import Exists

from hpedi.money import ZERO
from hpedi.pipeline.gateway_ports import UNENDED
from hpedi.pipeline.statistics_ports import (
    DecidedOn,
    DeniedFor,
    InterchangeCounted,
    PaidOut,
    PaymentsAlike,
    PendedSince,
    Waiting,
)
from hpedi.store.denial_tables import denial
from hpedi.store.gateway_tables import arrival
from hpedi.store.payments_read import newest_state
from hpedi.store.tables import (
    WAITING,
    claim,
    decision,
    inbound_file,
    outbox,
    paid_decision,
    payment,
    payment_event,
    payment_run,
    receipt,
)
from hpedi.store.work_tables import claim_override, pend, reprocessing
from hpedi.transactions.remittance_835.model import REVERSAL

_RELEASED: Final = "released"


class StoredStatistics:
    """Sums; see `pipeline.statistics_ports.Statistics`."""

    def __init__(self, connection: Connection) -> None:
        """Work inside an open transaction."""
        self._connection = connection

    def interchanges(self, since: date, until: date) -> tuple[InterchangeCounted, ...]:
        """Return what was received from a day to a day, in the order of arrival."""
        column = receipt.c
        names = ("partner", "usage", "verdict", "summary")
        query = select(inbound_file.c.received_on, *(column[name] for name in names))
        query = query.join(inbound_file, inbound_file.c.id == column.file)
        query = query.where(column.published, inbound_file.c.received_on.between(since, until))
        rows = self._connection.execute(query.order_by(column.received_at, column.id))
        return tuple(InterchangeCounted(**row._mapping) for row in rows)  # noqa: SLF001 - SQLAlchemy's public name

    def quarantined(self, since: date, until: date) -> Sequence[str]:
        """Return the finding codes of each file in quarantine that was received from a day to a day."""
        column = inbound_file.c
        query = select(column.reason).where(column.state == "quarantined", column.received_on.between(since, until))
        return self._connection.execute(query.order_by(column.id)).scalars().all()

    def last_heard(self) -> Sequence[tuple[str, str, datetime]]:
        """Return partner, usage and moment of the last interchange of each."""
        by = (receipt.c.partner, receipt.c.usage)
        query = select(*by, func.max(receipt.c.received_at)).where(receipt.c.published).group_by(*by).order_by(*by)
        return [(partner, usage, at) for partner, usage, at in self._connection.execute(query)]

    def decided(self, since: date, until: date) -> tuple[DecidedOn, ...]:
        """Add up what was decided from a day to a day, a day each."""
        column = decision.c
        is_reversal = column.status == REVERSAL
        is_first = and_(column.version == 1, ~is_reversal)
        is_corrected = and_(column.version != 1, ~is_reversal)
        counted = (is_first, and_(is_first, ~_of(pend), ~_of(claim_override)), is_corrected, is_reversal)
        amounts = (column.charged, column.allowed, column.paid, column.patient_responsibility)
        query = select(column.decided_on, *map(_counted, counted), *(func.sum(each) for each in amounts))
        query = query.where(column.decided_on.between(since, until))
        query = query.group_by(column.decided_on).order_by(column.decided_on)
        return tuple(
            DecidedOn(
                day=day,
                first=first,
                untouched=untouched,
                corrected=corrected,
                reversed=taken_back,
                charged=charged,
                allowed=allowed or ZERO,
                paid=paid,
                patient_responsibility=owed,
            )
            for day, first, untouched, corrected, taken_back, charged, allowed, paid, owed in (
                self._connection.execute(query)
            )
        )

    def paid_out(self, since: datetime, before: datetime) -> tuple[PaidOut, ...]:
        """Add up what went out from a moment on and before another, a moment each.

        What was voided since is not in it, nor what took the place of a payment: the first one counts.
        """
        went_out = payment_event.alias("went_out")
        of_payment = select(func.count()).where(paid_decision.c.payment == payment.c.id).scalar_subquery()
        is_out = and_(went_out.c.payment == payment.c.id, went_out.c.state == _RELEASED)
        each = select(went_out.c.at, of_payment.label("claims"), payment.c.amount).join(payment, is_out)
        each = each.where(went_out.c.at >= since, went_out.c.at < before)
        each = each.where(newest_state() != "voided", payment.c.reissues.is_(None))
        found = each.subquery()
        query = select(found.c.at, func.sum(found.c.claims), func.sum(found.c.amount)).group_by(found.c.at)
        rows = self._connection.execute(query.order_by(found.c.at))
        return tuple(PaidOut(at=at, claims=int(claims), amount=amount) for at, claims, amount in rows)

    def pends(self) -> tuple[PendedSince, ...]:
        """Count the claims that wait."""
        by = (pend.c.reason, inbound_file.c.received_on)
        query = (
            select(*by, func.count(), func.sum(claim.c.charged))
            .join(claim, claim.c.control_number == pend.c.control_number)
            .join(receipt, receipt.c.id == claim.c.receipt)
            .join(inbound_file, inbound_file.c.id == receipt.c.file)
            .where(claim.c.state == "pended")
            .group_by(*by)
            .order_by(*by)
        )
        return tuple(
            PendedSince(reason=reason, received_on=day, claims=count, charged=charged)
            for reason, day, count, charged in self._connection.execute(query)
        )

    def denials(self, since: date, until: date) -> tuple[DeniedFor, ...]:
        """Count lines denied by decisions from a day to a day that stand, most claims first."""
        newer = decision.alias("newer")
        same = newer.c.control_number == decision.c.control_number
        stands = ~exists().where(same, newer.c.version > decision.c.version)
        of_decision = and_(denial.c.control_number == decision.c.control_number, denial.c.version == decision.c.version)
        claims = func.count(denial.c.control_number.distinct())
        query = select(denial.c.reason, func.count(), claims, func.sum(denial.c.amount)).join(decision, of_decision)
        query = query.where(decision.c.decided_on.between(since, until), decision.c.status != REVERSAL, stands)
        rows = self._connection.execute(query.group_by(denial.c.reason).order_by(claims.desc(), denial.c.reason))
        return tuple(DeniedFor(reason=row[0], lines=row[1], claims=row[2], amount=row[3]) for row in rows)

    def payments(self, since: date, until: date = date.max) -> tuple[PaymentsAlike, ...]:
        """Add up the payments of runs from a day to a day."""
        each = select(payment.c.method, newest_state().label("state"), payment.c.amount)
        each = each.join(payment_run, payment_run.c.id == payment.c.run)
        each = each.where(payment_run.c.as_of.between(since, until))
        found = each.subquery()
        by = (found.c.method, found.c.state)
        rows = self._connection.execute(select(*by, func.count(), func.sum(found.c.amount)).group_by(*by).order_by(*by))
        return tuple(PaymentsAlike(method=row[0], state=row[1], count=row[2], amount=row[3]) for row in rows)

    def waiting(self) -> tuple[Waiting, ...]:
        """Return what is to be done yet."""
        return tuple(each for each in self._waiting() if each.count)

    def _waiting(self) -> Iterator[Waiting]:
        received, run = receipt.c.received_at, payment_run.c
        claims = select(func.count(), func.min(received), func.sum(claim.c.charged))
        claims = claims.select_from(claim).join(receipt, receipt.c.id == claim.c.receipt).where(receipt.c.published)
        for state, what in (("accepted", "claims to decide"), ("pended", "claims that wait for somebody")):
            yield self._one(what, claims.where(claim.c.state == state))
        built = select(func.count(), func.min(run.instant), func.sum(payment.c.amount)).select_from(payment)
        built = built.join(payment_run, run.id == payment.c.run).where(newest_state() == "built")
        yield self._one("payments to approve", built)
        proposals = select(func.count(), func.min(reprocessing.c.proposed_at)).select_from(reprocessing)
        yield self._one("reprocessings to approve", proposals.where(reprocessing.c.state == "proposed"))
        files = select(func.count(), func.min(func.coalesce(received, run.instant))).select_from(outbox)
        files = files.outerjoin(receipt, receipt.c.id == outbox.c.receipt)
        files = files.outerjoin(payment_run, run.id == outbox.c.run).where(WAITING)
        yield self._one("files to deliver", files)
        dropped = select(func.count(), func.min(arrival.c.arrived_at)).select_from(arrival)
        yield self._one("arrivals to receive", dropped.where(arrival.c.state.in_(UNENDED)))
        begun = select(func.count(), func.min(inbound_file.c.received_at)).select_from(inbound_file)
        yield self._one("files being received", begun.where(inbound_file.c.state == "receiving"))

    def _one(self, what: str, query: Select[*tuple[Any, ...]]) -> Waiting:
        count, oldest, *amount = self._connection.execute(query).one()
        return Waiting(what=what, count=count, oldest=oldest, amount=(amount[0] if amount else None) or ZERO)


def _of(table: Any) -> Exists:
    """Return whether a table has a row of a decision's claim."""
    return exists().where(table.c.control_number == decision.c.control_number)


def _counted(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
