"""What the bank sent back, accounts on hold, and each EFT beside its 835."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from heapq import merge
from typing import Any, Final

from sqlalchemy import Connection, Row, RowMapping, Select, select, update

from hpedi.money import ZERO
from hpedi.payments.eft_returns import Correction
from hpedi.payments.states import PaymentState
from hpedi.pipeline.eft_returns_ports import AccountHold, KeptReturn, Reassociated
from hpedi.pipeline.records import EftEntry, StoredPayment
from hpedi.run_context import RunContext
from hpedi.safekeeping.vault import Vault
from hpedi.store.database import hold
from hpedi.store.eft_tables import account_hold, eft_return, prenote_return, return_file
from hpedi.store.encoding import decode, encode
from hpedi.store.inserts import Insert
from hpedi.store.numbers import next_id
from hpedi.store.payments import RUNS
from hpedi.store.payments_read import newest_state, open_payment
from hpedi.store.remittance_tables import payment_file
from hpedi.store.tables import eft_entry, outbox, payment, payment_event
from hpedi.transactions.remittance_835.model import PaymentMethod

_AT_ONCE: Final = 200
_INSERT: Final = Insert(eft_return, "file", "line", "payment", "code", "amount", "original_trace", "outcome", "sealed")
_INSERT_PRENOTES: Final = Insert(
    prenote_return, "file", "line", "enrollment", "code", "original_trace", "outcome", "sealed"
)


class StoredEftReturns:
    """Returns and changes in rows; what a change proposes is sealed."""

    def __init__(self, connection: Connection, vault: Vault, context: RunContext) -> None:
        """Work inside an open transaction, on behalf of somebody."""
        self._connection = connection
        self._vault = vault
        self._context = context

    def is_imported(self, digest: str) -> bool:
        """Say whether a file was imported; nobody else imports one, or releases payments, until this one ends."""
        hold(self._connection, RUNS)
        found = self._connection.execute(select(return_file.c.id).where(return_file.c.digest == digest))
        return found.first() is not None

    def sent(self, ach_trace_number: str) -> Sequence[tuple[StoredPayment, EftEntry]]:
        """Return the payments whose ACH entry had a trace number, newest first."""
        query = select(payment, *_ENTRY, _STATE).join(eft_entry, eft_entry.c.payment == payment.c.id)
        query = query.where(eft_entry.c.ach_trace_number == ach_trace_number).order_by(payment.c.id.desc())
        return [(open_payment(self._vault, row), _entry(row)) for row in self._connection.execute(query).all()]

    def keep(self, digest: str, at: datetime, returns: Sequence[KeptReturn]) -> None:
        """Keep a file and its entries."""
        made = return_file.insert().values(
            id=next_id(self._connection, return_file),
            digest=digest,
            at=at,
            principal=self._context.principal.id,
            entries=len(returns),
        )
        file_id = self._connection.execute(made.returning(return_file.c.id)).scalar_one()
        of_payments = [
            (file_id, each.line, each.payment, each.code, each.amount, each.original_trace, each.outcome)
            for each in returns
            if each.payment is not None
        ]
        of_prenotes = [
            (file_id, each.line, each.enrollment, each.code, each.original_trace, each.outcome)
            for each in returns
            if each.enrollment is not None
        ]
        sealed = {each.line: (self._sealed(file_id, each),) for each in returns}
        _INSERT(self._connection, [(*row, *sealed[row[1]]) for row in of_payments])
        _INSERT_PRENOTES(self._connection, [(*row, *sealed[row[1]]) for row in of_prenotes])

    def _sealed(self, file: int, kept: KeptReturn) -> bytes:
        return self._vault.seal(encode(kept.correction or Correction()), f"eft-return/{file}/{kept.line}")

    def hold(self, stored: StoredPayment, code: str, held_on: date) -> None:
        """Put the account of a payment on hold."""
        account = stored.payment.payee.account
        if account is None:
            raise ValueError("a payment without an account does not come back")
        self._connection.execute(
            account_hold.insert().values(
                id=next_id(self._connection, account_hold),
                provider=stored.payment.payee.provider,
                last_four=account.account_number[-4:],
                code=code,
                payment=stored.id,
                held_on=held_on,
            )
        )

    def holds(self) -> Sequence[AccountHold]:
        """Return the accounts on hold, oldest first."""
        query = select(account_hold, payment.c.trace_number).join(payment, payment.c.id == account_hold.c.payment)
        query = query.where(account_hold.c.lifted_on.is_(None)).order_by(account_hold.c.id)
        return [
            AccountHold(
                provider=row.provider,
                last_four=row.last_four,
                code=row.code,
                trace_number=row.trace_number,
                held_on=row.held_on,
            )
            for row in self._connection.execute(query)
        ]

    def lift(self, provider: str, lifted_on: date) -> Sequence[AccountHold]:
        """Let EFTs go again to the accounts of a payee, and return what was on hold."""
        lifted = [each for each in self.holds() if each.provider == provider]
        standing = (account_hold.c.provider == provider, account_hold.c.lifted_on.is_(None))
        self._connection.execute(update(account_hold).where(*standing).values(lifted_on=lifted_on))
        return lifted

    def all(self) -> Iterator[KeptReturn]:
        """Yield what came back, oldest first."""
        query = select(eft_return, payment.c.trace_number).join(payment, payment.c.id == eft_return.c.payment)
        of_payments = self._connection.execute(query.order_by(eft_return.c.file, eft_return.c.line))
        order = (prenote_return.c.file, prenote_return.c.line)
        of_prenotes = self._connection.execute(select(prenote_return).order_by(*order)).all()
        for row in merge(of_payments, of_prenotes, key=lambda row: (row.file, row.line)):
            yield self._kept(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name

    def _kept(self, row: RowMapping) -> KeptReturn:
        place = f"eft-return/{row['file']}/{row['line']}"
        correction = decode(Correction, self._vault.open(row["sealed"], place))
        return KeptReturn(
            line=row["line"],
            payment=row.get("payment"),
            enrollment=row.get("enrollment"),
            trace_number=row.get("trace_number", ""),
            code=row["code"],
            amount=row.get("amount", ZERO),
            original_trace=row["original_trace"],
            outcome=row["outcome"],
            correction=None if correction == Correction() else correction,
        )

    def reassociation(self) -> Iterator[Reassociated]:
        """Yield each ACH payment that went out beside its 835, in the order in which they were built."""
        columns = (payment.c.id, payment.c.trace_number, payment.c.provider, payment.c.amount)
        query: Select[Any] = select(*columns, *_ENTRY, outbox.c.name, outbox.c.delivered_at, _STATE)
        query = query.outerjoin(eft_entry, eft_entry.c.payment == payment.c.id)
        query = query.outerjoin(payment_file, payment_file.c.payment == payment.c.id)
        query = query.outerjoin(outbox, outbox.c.id == payment_file.c.outbox)
        released = select(payment_event.c.payment).where(payment_event.c.state == PaymentState.RELEASED.value)
        query = query.where(payment.c.method == PaymentMethod.ACH.value, payment.c.id.in_(released))
        last = 0
        while True:
            more = query.where(payment.c.id > last).order_by(payment.c.id).limit(_AT_ONCE)
            batch = self._connection.execute(more).all()
            for row in batch:
                yield _reassociated(row)
            if len(batch) < _AT_ONCE:
                return
            last = batch[-1].id


_ENTRY: Final = (
    eft_entry.c.file.label("ach_file"),
    eft_entry.c.ach_trace_number,
    eft_entry.c.effective_entry_date,
    eft_entry.c.amount.label("entry_amount"),
)
_STATE: Final = newest_state().label("state")


def _reassociated(row: Row[Any]) -> Reassociated:
    return Reassociated(
        trace_number=row.trace_number,
        provider=row.provider,
        amount=row.amount,
        entry=_entry(row) if row.ach_trace_number is not None else None,
        remittance=row.name or "",
        remitted_on=row.delivered_at.date() if row.delivered_at is not None else None,
        state=PaymentState(row.state),
    )


def _entry(row: Row[Any]) -> EftEntry:
    return EftEntry(
        trace_number=row.trace_number,
        file=row.ach_file,
        ach_trace_number=row.ach_trace_number,
        effective_entry_date=row.effective_entry_date,
        amount=row.entry_amount,
    )
