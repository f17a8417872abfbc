"""Pools, charges to employers and payments to members: ledgers that are only ever added to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, and_, exists, select

from hpedi.adjudication.decision import ClaimDecision
from hpedi.adjudication.funding import EmployerCharge, PoolKey, PoolMovement
from hpedi.money import Usd
from hpedi.payments.ledger import LedgerAccount
from hpedi.pipeline.funding_records import MemberPayment, PostedCharge, PostedMovement, by_paying_account
from hpedi.reference.payer import PAYER_ACCOUNTS
from hpedi.store.funding_tables import employer_charge, member_payment, paid_member_payment, pool_movement
from hpedi.store.in_batches import in_batches
from hpedi.store.inserts import Insert
from hpedi.store.tables import paid_decision, payment, posting

_INSERT_MOVEMENTS: Final = Insert(
    pool_movement, "pool", "provider", "employer", "year", "what", "amount", "source", "posted_on", "funding_account"
)
_INSERT_CHARGES: Final = Insert(employer_charge, "employer", "what", "amount", "parts", "source", "posted_on")
_INSERT_PAYMENTS: Final = Insert(member_payment, "member", "payee", "amount", "source", "posted_on")
_PARTS: Final = msgspec.json.Decoder(tuple[tuple[str, Usd], ...])
_OF_CLAIM: Final = "claim:"
UNPAID: Final = ~exists().where(paid_member_payment.c.member_payment == member_payment.c.id)
"""Payments to members that no check pays."""
_IN_LEDGER: Final = and_(
    posting.c.source == member_payment.c.source, posting.c.account == LedgerAccount.MEMBERS_PAYABLE.value
)
"""Where a payment to a member was posted: the account that it is paid from stands there."""


class StoredFunding:
    """Money beside provider payments, in rows."""

    def __init__(self, connection: Connection) -> None:
        """Work inside an open transaction."""
        self._connection = connection

    def append_of(self, decisions: Iterable[ClaimDecision], posted_on: date) -> None:
        """Add what decisions move beside the provider's payment; a source stands once or the store refuses it."""
        payments = []
        for made in decisions:
            if made.pools or made.employer_charges or made.paid_to_member:
                source = f"{_OF_CLAIM}{made.payer_claim_control_number}/{made.version}"
                self.append(made.pools, made.employer_charges, source, posted_on, made.funding_account)
                if made.paid_to_member:
                    payments.append((made.member, made.subscriber, made.paid_to_member, source, posted_on))
        _INSERT_PAYMENTS(self._connection, payments)

    def append(
        self,
        movements: Sequence[PoolMovement],
        charges: Sequence[EmployerCharge],
        source: str,
        posted_on: date,
        funding_account: str = "",
    ) -> None:
        """Add movements and charges of a source; `funding_account` keeps what names none (empty: the payer's)."""
        kept_by = funding_account or PAYER_ACCOUNTS
        rows = [
            (*_pool(each.key), each.what, each.amount, source, posted_on, each.funding_account or kept_by)
            for each in movements
        ]
        _INSERT_MOVEMENTS(self._connection, rows)
        charged = [
            (each.employer, each.what, each.amount, msgspec.json.encode(each.parts).decode(), source, posted_on)
            for each in charges
        ]
        _INSERT_CHARGES(self._connection, charged)

    def movements(self, key: PoolKey | None = None) -> tuple[PostedMovement, ...]:
        """Return the movements of a pool, or of all pools, in the order they were added."""
        column = pool_movement.c
        query = select(pool_movement).order_by(column.id)
        if key is not None:
            of_key = (column.pool, column.provider, column.employer, column.year)
            query = query.where(and_(*(each == value for each, value in zip(of_key, _pool(key), strict=True))))
        return tuple(
            PostedMovement(
                movement=movement_of(row),
                source=row.source,
                posted_on=row.posted_on,
            )
            for row in self._connection.execute(query)
        )

    def charges(self, employer: str | None = None) -> tuple[PostedCharge, ...]:
        """Return the charges to an employer, or to all, in the order they were added."""
        query = select(employer_charge).order_by(employer_charge.c.id)
        if employer is not None:
            query = query.where(employer_charge.c.employer == employer)
        rows = self._connection.execute(query).all()
        paid_on = self.paid_on([row.source for row in rows])
        return tuple(
            PostedCharge(
                charge=charge_of(row),
                source=row.source,
                posted_on=row.posted_on,
                paid_on=paid_on.get(row.source),
            )
            for row in rows
        )

    def member_payments(self, member: str | None = None) -> tuple[MemberPayment, ...]:
        """Return what was, or is to be, paid to a member or to all, in the order it was added."""
        query = select(member_payment).order_by(member_payment.c.id)
        if member is not None:
            query = query.where(member_payment.c.member == member)
        rows = self._connection.execute(query).all()
        paid_on = self.paid_on([row.source for row in rows])
        return tuple(
            MemberPayment(
                member=row.member,
                payee=row.payee,
                amount=row.amount,
                source=row.source,
                posted_on=row.posted_on,
                paid_on=paid_on.get(row.source),
            )
            for row in rows
        )

    def unpaid(self) -> tuple[MemberPayment, ...]:
        """Return what is to be paid to members, in the order in which it was added."""
        query = select(member_payment, posting.c.funding_account).join(posting, _IN_LEDGER).where(UNPAID)
        rows = self._connection.execute(query.order_by(member_payment.c.id))
        return tuple(_member_payment(row) for row in rows)

    def paid_by(self, payment_row: int) -> tuple[MemberPayment, ...]:
        """Return what a check (its row) pays to a member."""
        link = paid_member_payment.c
        query = select(member_payment, posting.c.funding_account).join(posting, _IN_LEDGER)
        query = query.join(paid_member_payment, link.member_payment == member_payment.c.id)
        rows = self._connection.execute(query.where(link.payment == payment_row).order_by(member_payment.c.id))
        return tuple(_member_payment(row) for row in rows)

    def paid_on(self, sources: Iterable[str]) -> Mapping[str, date]:
        """Return the payment date of the claim versions among some sources that are paid."""
        numbers = sorted({source[len(_OF_CLAIM) :].rpartition("/")[0] for source in sources if _is_of_claim(source)})
        found: dict[str, date] = {}
        column = paid_decision.c
        for batch in in_batches(numbers):
            query = select(column.control_number, column.version, payment.c.payment_date)
            query = query.join(payment, payment.c.id == column.payment).where(column.control_number.in_(batch))
            for number, version, day in self._connection.execute(query):
                found[f"{_OF_CLAIM}{number}/{version}"] = day
        return found


def is_due_to_members(connection: Connection) -> bool:
    """Say whether a subscriber is to be paid more from an account than is taken back."""
    checks = by_paying_account(StoredFunding(connection).unpaid()).values()
    return any(sum(each.amount for each in rows) > 0 for rows in checks)


def _member_payment(row: Row[Any]) -> MemberPayment:
    return MemberPayment(
        member=row.member,
        payee=row.payee,
        amount=row.amount,
        source=row.source,
        posted_on=row.posted_on,
        funding_account=row.funding_account,
    )


def charge_of(row: Row[Any]) -> EmployerCharge:
    """Return a charge of its row."""
    return EmployerCharge(row.employer, row.what, row.amount, _PARTS.decode(row.parts))


def movement_of(row: Row[Any]) -> PoolMovement:
    """Return a movement of its row."""
    key = PoolKey(row.pool, row.provider, row.employer, row.year)
    account = row.funding_account if row.funding_account != PAYER_ACCOUNTS else ""
    return PoolMovement(key, row.what, row.amount, account)


def _is_of_claim(source: str) -> bool:
    return source.startswith(_OF_CLAIM)


def _pool(key: PoolKey) -> tuple[str, str, str, int]:
    return key.pool, key.provider, key.employer, key.year
