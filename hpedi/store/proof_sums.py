"""What sums of whole tables say in a proof: it reads no row twice and opens nothing that is sealed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)

from hpedi.money import CENT, Usd
from hpedi.payments.ledger import LedgerAccount
from hpedi.payments.proof import DUES, SUBLEDGERS, Check, Difference, Subledger
from hpedi.pipeline.ledger_views import LedgerScope
from hpedi.reference.payer import PAYER_ACCOUNTS
from hpedi.store.accumulators import StoredAccumulators
from hpedi.store.funding_tables import due, employer_charge, member_payment, pool_movement, settlement
from hpedi.store.ledger_scope import OF_SETTLEMENT, decided_in, in_scope, known_sources, settlement_source
from hpedi.store.payee_balances import OPENING
from hpedi.store.remittance_tables import payee_balance_entry
from hpedi.store.tables import decision, paid_decision, payment, payment_run, posting

_TABLES: Final = {
    Check.PAYEE_BALANCES: payee_balance_entry,
    Check.POOLS: pool_movement,
    Check.EMPLOYERS: employer_charge,
    Check.MEMBERS: member_payment,
}
_SETTLED: Final = posting.c.source.like(f"{OF_SETTLEMENT}%")
_BETWEEN: Final = (LedgerAccount.DUE_FROM_ACCOUNTS.value, LedgerAccount.DUE_TO_ACCOUNTS.value)
_CLOSED: Final = select(payment_run.c.id).where(payment_run.c.state == "closed")


def sums(connection: Connection, scope: LedgerScope) -> Iterator[Difference]:
    """Yield what sums say: postings that do not balance or are unknown, rows that differ from them, money lost."""
    yield from _malformed(connection, scope)
    yield from _unbalanced(connection, scope)
    yield from _one_sided(connection, scope)
    yield from _unpaid(connection, scope)
    for each in SUBLEDGERS:
        table = _TABLES[each.check]
        account = table.c.funding_account if each.by_account else literal("")
        rows = select(table.c.source.label("source"), account.label("funding"), _cents(table.c.amount).label("amount"))
        of_claims = (posting.c.source.like("claim:%"),) if each.check is Check.MEMBERS else ()  # checks pay them
        told = rows.where(*in_scope(table, scope), table.c.source != OPENING)
        yield from _differing(connection, each, told, scope, *of_claims)
    if scope.run is None:
        yield from _unknown_sources(connection, scope)
        yield from _differing(connection, DUES, _dues(scope), scope, _SETTLED)
        yield from _unpaid_dues(connection)
        for key, kept, added in StoredAccumulators(connection).differing():
            subject = f"accumulator:{key.plan}/{key.accumulator}/{key.owner}/{key.period}"
            yield Difference(check=Check.ACCUMULATORS, subject=subject, says=kept, other=added)


def _malformed(connection: Connection, scope: LedgerScope) -> Iterator[Difference]:
    """Yield postings that are both debit and credit, neither, or below 0.00: sums do not see what they take back."""
    column = posting.c
    is_debit, is_credit = column.debit > 0, column.credit > 0
    right = (is_debit & (column.credit == 0)) | (is_credit & (column.debit == 0))
    rows = connection.execute(select(posting).where(~right, *in_scope(posting, scope)).order_by(column.id))
    for row in rows:
        part = f"{row.account} of {row.funding_account}"
        yield Difference(check=Check.SIDES, subject=row.source, part=part, says=row.debit, other=row.credit)


def _unbalanced(connection: Connection, scope: LedgerScope) -> Iterator[Difference]:
    column = posting.c
    debit, credit = func.sum(column.debit), func.sum(column.credit)
    by = (column.source, column.funding_account)
    query = select(*by, debit, credit).where(*in_scope(posting, scope)).group_by(*by).having(debit != credit)
    for source, funding, debits, credits_ in connection.execute(query.order_by(*by)):
        yield Difference(check=Check.BALANCE, subject=source, part=funding, says=debits, other=credits_)


def _one_sided(connection: Connection, scope: LedgerScope) -> Iterator[Difference]:
    """Yield sources by which an account owes the payer's, or is owed by it, what the payer's does not say."""
    column = posting.c
    of_payer = column.funding_account == PAYER_ACCOUNTS
    net = _cents(column.debit) - _cents(column.credit)
    for here, there in (_BETWEEN, _BETWEEN[::-1]):
        payers = func.sum(case((of_payer & (column.account == here), net), else_=0))
        others = -func.sum(case((~of_payer & (column.account == there), net), else_=0))
        query = select(column.source, payers, others).where(column.account.in_(_BETWEEN), *in_scope(posting, scope))
        query = query.group_by(column.source).having(payers != others).order_by(column.source)
        for source, says, other in connection.execute(query):
            part = f"{here} of {PAYER_ACCOUNTS}, {there} of others"
            yield Difference(check=Check.BETWEEN, subject=source, part=part, says=_usd(says), other=_usd(other))


def _unpaid(connection: Connection, scope: LedgerScope) -> Iterator[Difference]:
    """Yield decisions that count as paid by a run whose payments do not pay them, or are paid and count as unpaid."""
    column, link = decision.c, paid_decision.c
    same = (link.control_number == column.control_number, link.version == column.version)
    by_run = exists().where(*same, payment.c.id == link.payment, payment.c.run == column.payment_run)
    begun = column.payment_run.is_not(None) & column.payment_run.not_in(_CLOSED)
    lost = column.payment_run.in_(_CLOSED) & ~by_run
    twice = (column.payment_run.is_(None) | begun) & exists().where(*same)
    query = select(column.control_number, column.version, column.paid).where(or_(lost, twice), *decided_in(scope))
    for number, version, paid in connection.execute(query.order_by(column.ordinal)):
        yield Difference(check=Check.PAID, subject=f"claim:{number}/{version}", says=paid)


def _unpaid_dues(connection: Connection) -> Iterator[Difference]:
    """Yield dues that count as paid by a run in which their payee has no payment from their account."""
    column = due.c
    of_run = (payment.c.run == column.payment_run, payment.c.provider == column.provider)
    by_run = exists().where(*of_run, payment.c.funding_account == column.funding_account)
    query = select(settlement_source(), column.code, column.reference, column.amount)
    query = query.join(settlement, settlement.c.id == column.settlement)
    for source, code, reference, amount in connection.execute(query.where(column.payment_run.in_(_CLOSED), ~by_run)):
        yield Difference(check=Check.DUE_PAID, subject=source, part=f"PLB {code} {reference}", says=amount)


def _unknown_sources(connection: Connection, scope: LedgerScope) -> Iterator[Difference]:
    posted = select(posting.c.source).where(*in_scope(posting, scope))
    for (source,) in connection.execute(posted.except_(known_sources())):
        yield Difference(check=Check.SOURCE, subject=source)


def _differing(
    connection: Connection, ledger: Subledger, rows: Select[Any], scope: LedgerScope, *conditions: ColumnElement[bool]
) -> Iterator[Difference]:
    """Compare rows of sources and amounts with the postings to an account; conditions are on the postings."""
    subledger = rows.subquery()
    told = select(subledger.c.source, subledger.c.funding, subledger.c.amount.label("kept"), literal(0).label("posted"))
    net = (_cents(posting.c.debit) - _cents(posting.c.credit)) * ledger.sign
    funding = posting.c.funding_account if ledger.by_account else literal("")
    posted = select(posting.c.source, funding.label("funding"), literal(0).label("kept"), net.label("posted"))
    posted = posted.where(posting.c.account == ledger.account.value, *in_scope(posting, scope), *conditions)
    both = union_all(told, posted).subquery()
    kept, in_ledger = func.sum(both.c.kept), func.sum(both.c.posted)
    by = (both.c.source, both.c.funding)
    query = select(*by, kept, in_ledger).group_by(*by).having(kept != in_ledger).order_by(*by)
    for source, account, amount, booked in connection.execute(query):
        part = f"{ledger.account.value} of {account}" if account else ledger.account.value
        yield Difference(check=ledger.check, subject=source, part=part, says=_usd(amount), other=_usd(booked))


def _dues(scope: LedgerScope) -> Any:
    amount, account = _cents(due.c.amount).label("amount"), due.c.funding_account.label("funding")
    rows = select(settlement_source().label("source"), account, amount)
    rows = rows.join(settlement, settlement.c.id == due.c.settlement)
    return rows if scope.until is None else rows.where(settlement.c.posted_on <= scope.until)


def _cents(amount: ColumnElement[Any]) -> ColumnElement[int]:
    return type_coerce(amount, BigInteger)


def _usd(hundredths: int | Decimal) -> Usd:
    return int(hundredths) * CENT
