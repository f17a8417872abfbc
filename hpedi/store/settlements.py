"""Settlements and the dues that come of them, in rows."""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec
from sqlalchemy import Connection, Row, func, select

from hpedi.money import ZERO, Usd
from hpedi.payments.dues import REFUND, Due
from hpedi.payments.settlement import Settlement, SettlementKind
from hpedi.pipeline.funding_records import PostedDue, PostedSettlement
from hpedi.run_context import RunContext
from hpedi.store.database import hold
from hpedi.store.funding_tables import due, settlement
from hpedi.store.inserts import Insert
from hpedi.store.numbers import next_id
from hpedi.store.tables import payment, payment_run

SETTLEMENTS: Final = "settlements"
"""The name that is held by whoever settles."""

_INSERT_DUES: Final = Insert(due, "settlement", "provider", "code", "reference", "amount", "funding_account")
_FACTS: Final = msgspec.json.Decoder(tuple[tuple[str, str], ...])


class StoredSettlements:
    """Each stands once under its reference; its dues name the run that pays them."""

    def __init__(self, connection: Connection, context: RunContext) -> None:
        """Work inside an open transaction, on behalf of somebody."""
        self._connection = connection
        self._context = context

    def hold(self) -> None:
        """See that nobody else settles until this transaction ends."""
        hold(self._connection, SETTLEMENTS)

    def find(self, kind: SettlementKind, employer: str, provider: str, reference: str) -> PostedSettlement | None:
        """Return the settlement of a reference."""
        column = settlement.c
        query = select(settlement).where(
            column.kind == kind,
            column.employer == employer,
            column.provider == provider,
            column.reference == reference,
        )
        row = self._connection.execute(query).first()
        return None if row is None else settlement_of(row)

    def is_used(self, made: Due) -> bool:
        """Say whether a payee has a due of this code and reference already."""
        column = due.c
        same = (column.provider == made.provider, column.code == made.code, column.reference == made.reference)
        return self._connection.execute(select(column.id).where(*same)).first() is not None

    def refunded(self, provider: str, claim: str) -> Usd:
        """Return what a payee sent back of a claim, US dollars, that no payment has acknowledged yet."""
        column = due.c
        same = (column.provider == provider, column.code == REFUND, column.reference == claim)
        begun = column.payment_run.in_(select(payment_run.c.id).where(payment_run.c.state == "open"))
        query = select(func.sum(column.amount)).where(*same, column.payment_run.is_(None) | begun)
        return self._connection.execute(query).scalar() or ZERO

    def add(self, made: Settlement, posted_on: date) -> PostedSettlement:
        """Keep a settlement with its dues; one that stands already is refused by the store."""
        row = self._connection.execute(
            settlement.insert()
            .values(
                id=next_id(self._connection, settlement),
                kind=made.kind,
                employer=made.employer,
                provider=made.provider,
                reference=made.reference,
                principal=self._context.principal.id,
                posted_on=posted_on,
                facts=msgspec.json.encode(made.facts).decode(),
            )
            .returning(settlement)
        ).one()
        rows = [
            (row.id, each.provider, each.code, each.reference, each.amount, each.funding_account) for each in made.dues
        ]
        _INSERT_DUES(self._connection, rows)
        return settlement_of(row)

    def all(self) -> tuple[PostedSettlement, ...]:
        """Return all settlements, oldest first."""
        return tuple(
            settlement_of(row) for row in self._connection.execute(select(settlement).order_by(settlement.c.id))
        )

    def dues(self) -> tuple[PostedDue, ...]:
        """Return all dues, oldest first, with the payments that paid them."""
        of_payee = (payment.c.run == due.c.payment_run) & (payment.c.provider == due.c.provider)
        paid = of_payee & (payment.c.funding_account == due.c.funding_account)
        query = select(due, payment.c.trace_number).outerjoin(payment, paid).order_by(due.c.id)
        return tuple(
            PostedDue(due=due_of(row), settlement=row.settlement, paid_by=row.trace_number or "")
            for row in self._connection.execute(query)
        )

    def payees(self, run: int) -> tuple[str, ...]:
        """Return the providers to whom a payment run pays dues, in the order of their first ones."""
        providers = select(due.c.provider).where(due.c.payment_run == run).group_by(due.c.provider)
        return tuple(self._connection.execute(providers.order_by(func.min(due.c.id))).scalars())

    def of_run(self, run: int, payee: str) -> tuple[Due, ...]:
        """Return the dues that a payment run pays a provider, oldest first."""
        return dues_of_run(self._connection, run, payee)


def dues_of_run(connection: Connection, run: int, payee: str) -> tuple[Due, ...]:
    """Return the dues that a payment run pays a provider, oldest first."""
    query = select(due).where(due.c.payment_run == run, due.c.provider == payee).order_by(due.c.id)
    return tuple(due_of(row) for row in connection.execute(query))


def due_of(row: Row[tuple[object, ...]]) -> Due:
    """Return a due of its row."""
    return Due(
        provider=row.provider,
        code=row.code,
        reference=row.reference,
        amount=row.amount,
        funding_account=row.funding_account,
    )


def settlement_of(row: Row[tuple[object, ...]]) -> PostedSettlement:
    """Return a settlement of its row."""
    return PostedSettlement(
        id=row.id,
        kind=row.kind,
        employer=row.employer,
        provider=row.provider,
        reference=row.reference,
        principal=row.principal,
        posted_on=row.posted_on,
        facts=_FACTS.decode(row.facts),
    )
