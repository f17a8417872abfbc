"""Payments, payment runs and what they paid, read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, Select, and_, bindparam, func, select

from hpedi.payments.payment import Payment
from hpedi.payments.states import PaymentState
from hpedi.pipeline.records import EftEntry, ListedPayment, PaidBy, PaymentEvent, PaymentRun, StoredPayment, Total
from hpedi.pipeline.sought import PaymentSought
from hpedi.safekeeping.vault import Vault
from hpedi.store.encoding import decode
from hpedi.store.funding import UNPAID
from hpedi.store.funding_tables import due, member_payment
from hpedi.store.in_batches import in_batches
from hpedi.store.remittance_tables import payment_file
from hpedi.store.tables import decision, eft_entry, paid_decision, payment, payment_event, payment_run

_AT_HAND: Final = 20
"""Payments with all their claims that are at hand at once."""


class PaymentsRead:
    """Payments from their sealed rows."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        """Work inside an open transaction."""
        self._connection = connection
        self._vault = vault

    def eft_entries(self, run: int) -> tuple[EftEntry, ...]:
        """Return the ACH entries that went to the bank for a run."""
        query = select(eft_entry, payment.c.trace_number).join(payment, payment.c.id == eft_entry.c.payment)
        rows = self._connection.execute(query.where(payment.c.run == run).order_by(eft_entry.c.ach_trace_number))
        return tuple(
            EftEntry(
                trace_number=row.trace_number,
                file=row.file,
                ach_trace_number=row.ach_trace_number,
                effective_entry_date=row.effective_entry_date,
                amount=row.amount,
            )
            for row in rows
        )

    def in_file(self, row: int) -> tuple[ListedPayment, ...]:
        """Return the payments whose 835s are in a file of the outbox, in the order in which they were built."""
        query = select(payment_file.c.payment).where(payment_file.c.outbox == row).order_by(payment_file.c.payment)
        return tuple(each.listed for each in self._each(list(self._connection.execute(query).scalars())))

    def file_of(self, trace_number: str) -> int | None:
        """Return the row of the outbox that the 835 of a payment is in; None where it has none yet."""
        query = select(payment_file.c.outbox).join(payment, payment.c.id == payment_file.c.payment)
        return self._connection.execute(query.where(payment.c.trace_number == trace_number)).scalar()

    def events(self, payments: Sequence[int]) -> tuple[PaymentEvent, ...]:
        """Return the states that payments (by their rows) came into, in that order."""
        rows: list[Row[Any]] = []
        for batch in in_batches(payments):
            rows += self._connection.execute(select(payment_event).where(payment_event.c.payment.in_(batch)))
        return tuple(
            PaymentEvent(
                payment=row.payment,
                state=PaymentState(row.state),
                at=row.at,
                principal=row.principal,
                reason=row.reason,
            )
            for row in sorted(rows, key=lambda each: each.id)
        )

    def reissue_of(self, trace_number: str) -> StoredPayment | None:
        """Return the payment that took the place of another."""
        found = self._read(payment.c.reissues == trace_number)
        return found[0] if found else None

    def to_reissue(self) -> tuple[StoredPayment, ...]:
        """Return the voided payments that took the place of others: what they were to pay is owed until reissued."""
        return self._read(and_(payment.c.reissues.is_not(None), newest_state() == PaymentState.VOIDED.value))

    def unpaid(self) -> tuple[int, int, int]:
        """Return how many decisions and dues are unpaid, how many payments there are, and how many of them approved."""
        decisions, dues = (
            self._count(select(table.c.provider).where(table.c.payment_run.is_(None))) for table in (decision, due)
        )
        to_members = self._count(select(member_payment.c.id).where(UNPAID))
        made = select(payment.c.id)
        approved = made.where(newest_state() == PaymentState.APPROVED.value)
        return decisions + dues + to_members, self._count(made), self._count(approved)

    def _count(self, query: Select[Any]) -> int:
        return int(self._connection.execute(select(func.count()).select_from(query.subquery())).scalar_one())

    def of_run(self, run: int) -> tuple[StoredPayment, ...]:
        """Return the payments of a run, in the order in which they were built."""
        return self._read(payment.c.run == run)

    def in_state(self, state: str) -> tuple[ListedPayment, ...]:
        """Return the payments that stand in a state, in the order in which they were built."""
        rows = self._connection.execute(select(payment.c.id).where(newest_state() == state).order_by(payment.c.id))
        return tuple(each.listed for each in self._each(list(rows.scalars())))

    def _each(self, rows: Sequence[int]) -> Iterator[StoredPayment]:
        """Yield payments by their rows, in the order of the rows, a few at hand."""
        for batch in in_batches(rows, _AT_HAND):
            yield from self._read(payment.c.id.in_(batch))

    def by_number(self, trace_number: str) -> StoredPayment | None:
        """Return a payment by its check or EFT number."""
        found = self._read(payment.c.trace_number == trace_number)
        return found[0] if found else None

    def sought(self, sought: PaymentSought, providers: Sequence[str] | None, at_most: int) -> tuple[StoredPayment, ...]:
        """Return payments to some providers (None: to any), newest first."""
        column = payment.c
        conditions = (
            (bool(sought.number), column.trace_number == sought.number),
            (sought.since is not None, column.payment_date >= (sought.since or date.min)),
            (sought.until is not None, column.payment_date <= (sought.until or date.max)),
            (True, column.provider != ""),  # checks to members have no remittance
            (providers is not None, column.provider.in_(providers or ())),
        )
        wanted = and_(True, *(condition for is_asked, condition in conditions if is_asked))
        newest = select(column.id).where(wanted).order_by(column.payment_date.desc(), column.id.desc()).limit(at_most)
        return tuple(reversed(self._read(column.id.in_(newest.scalar_subquery()))))

    def _read(self, condition: ColumnElement[bool]) -> tuple[StoredPayment, ...]:
        query = select(payment, newest_state().label("state")).where(condition).order_by(payment.c.id)
        return tuple(open_payment(self._vault, row) for row in self._connection.execute(query))

    def totals(self) -> tuple[Total, ...]:
        """Add up payments by method and state."""
        standing = select(payment.c.method, payment.c.amount, newest_state().label("state")).subquery()
        rows = self._connection.execute(
            select(standing.c.method, standing.c.state, func.count(), func.sum(standing.c.amount))
            .group_by(standing.c.method, standing.c.state)
            .order_by(standing.c.method, standing.c.state)
        )
        return tuple(Total(kind=f"{method} {state}", count=count, paid=amount) for method, state, count, amount in rows)

    def runs(self) -> tuple[PaymentRun, ...]:
        """Return all runs, oldest first."""
        return tuple(run_of(row) for row in self._connection.execute(select(payment_run).order_by(payment_run.c.id)))

    def run(self, run: int) -> PaymentRun | None:
        """Return a run by its number."""
        row = self._connection.execute(select(payment_run).where(payment_run.c.id == run)).first()
        return None if row is None else run_of(row)

    def run_totals(self, runs: Sequence[int]) -> dict[int, tuple[Total, ...]]:
        """Add up the payments of runs by state, by run."""
        standing = select(payment.c.run, payment.c.amount, newest_state().label("state"))
        totals: dict[int, tuple[Total, ...]] = {}
        for batch in in_batches(runs):
            of_runs = standing.where(payment.c.run.in_(batch)).subquery()
            by = (of_runs.c.run, of_runs.c.state)
            query = select(*by, func.count(), func.sum(of_runs.c.amount)).group_by(*by).order_by(*by)
            for run, state, count, amount in self._connection.execute(query):
                totals[run] = (*totals.get(run, ()), Total(kind=state, count=count, paid=amount))
        return totals

    def of_claims(self, control_numbers: Sequence[str]) -> dict[tuple[str, int], PaidBy]:
        """Return the payments that decisions of claims are in, by our number and version, as they last went out."""
        rows = (
            row
            for batch in in_batches(control_numbers)
            for row in self._connection.execute(_OF_CLAIMS, {"keys": batch})
        )
        found = {(row.control_number, row.version): _paid_by(row) for row in rows}
        while replaced := {each.trace_number for each in found.values() if each.state is PaymentState.REISSUED}:
            rows = (
                row
                for batch in in_batches(sorted(replaced))
                for row in self._connection.execute(_IN_PLACE, {"keys": batch})
            )
            instead = {row.reissues: _paid_by(row) for row in rows}
            if not instead:
                break
            found = {decided: instead.get(each.trace_number, each) for decided, each in found.items()}
        return found


def open_payment(vault: Vault, row: Row[Any]) -> StoredPayment:
    """Open a sealed payment row that comes with its `state`."""
    made = decode(Payment, vault.open(row.sealed, f"payment/{row.trace_number}"))
    return StoredPayment(id=row.id, run=row.run, payment=made, state=PaymentState(row.state))


def newest_state() -> ScalarSelect[str]:
    """Return the state that a payment stands in, as a column beside those of its row."""
    newest = select(payment_event.c.state).where(payment_event.c.payment == payment.c.id)
    return newest.order_by(payment_event.c.id.desc()).limit(1).scalar_subquery()


_PAID_BY: Final = select(
    payment.c.trace_number, payment.c.payment_date, payment.c.reissues, newest_state().label("state")
)
_OF_CLAIMS: Final = (
    _PAID_BY.add_columns(paid_decision.c.control_number, paid_decision.c.version)
    .join(paid_decision, payment.c.id == paid_decision.c.payment)
    .where(paid_decision.c.control_number.in_(bindparam("keys", expanding=True)))
)
_IN_PLACE: Final = _PAID_BY.where(payment.c.reissues.in_(bindparam("keys", expanding=True)))


def _paid_by(row: Row[Any]) -> PaidBy:
    return PaidBy(trace_number=row.trace_number, payment_date=row.payment_date, state=PaymentState(row.state))


def run_of(row: Row[tuple[object, ...]]) -> PaymentRun:
    """Return a payment run of its row."""
    return PaymentRun(
        id=row.id,
        principal=row.principal,
        as_of=row.as_of,
        instant=row.instant,
        state=row.state,
        first_trace_number=row.first_trace_number,
        first_check_number=row.first_check_number,
    )
