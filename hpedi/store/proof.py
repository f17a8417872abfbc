"""The books walked through in small batches, and sums of whole tables: journal, balances, proof. It only reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    Table,
    cast,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)

from hpedi.adjudication.decision import ClaimDecision
from hpedi.money import CENT, Usd
from hpedi.payments.ledger import LedgerAccount, Posting
from hpedi.payments.payment import Payment
from hpedi.payments.proof import DUES, STAGES, SUBLEDGERS, Check, Difference, ProvedPayment, Subledger
from hpedi.payments.states import PaymentState
from hpedi.pipeline.ledger_views import JournalRow, LedgerScope, ProvedDecision
from hpedi.pipeline.records import OutboundRow
from hpedi.reference.payer import PAYER_ACCOUNTS
from hpedi.safekeeping.key_ring import KeyMissing
from hpedi.safekeeping.vault import Vault
from hpedi.store.accumulators import StoredAccumulators
from hpedi.store.encoding import decode
from hpedi.store.funding_tables import (
    due,
    employer_charge,
    member_payment,
    paid_member_payment,
    pool_movement,
    settlement,
)
from hpedi.store.in_batches import in_batches
from hpedi.store.ledger import StoredLedger
from hpedi.store.outbox import StoredOutbox
from hpedi.store.payee_balances import OPENING
from hpedi.store.remittance_tables import payee_balance_entry
from hpedi.store.settlements import dues_of_run
from hpedi.store.tables import (
    decision,
    eft_entry,
    paid_decision,
    payment,
    payment_event,
    payment_run,
    posting,
)

_AT_ONCE: Final = 200
_PAYMENTS_AT_ONCE: Final = 20
_TABLES: Final = {
    Check.PAYEE_BALANCES: payee_balance_entry,
    Check.POOLS: pool_movement,
    Check.EMPLOYERS: employer_charge,
    Check.MEMBERS: member_payment,
}


_OF_SETTLEMENT: Final = "settlement:"
_SETTLED: Final = posting.c.source.like(f"{_OF_SETTLEMENT}%")


class StoredProof:
    """What a proof reads."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        """Work inside an open transaction."""
        self._connection = connection
        self._vault = vault
        self._ledger = StoredLedger(connection)
        self._outbox = StoredOutbox(connection, vault)

    def journal(self, scope: LedgerScope) -> Iterator[JournalRow]:
        """Yield postings in the order in which they were made."""
        for row in self._walk(select(posting).where(*_wanted(scope)), posting.c.id, _AT_ONCE):
            yield JournalRow(id=row.id, posted_on=row.posted_on, posting=_posting(row))

    def balance(self, scope: LedgerScope) -> Sequence[tuple[str, str, Usd, Usd]]:
        """Return debits and credits by funding account and account, sorted."""
        by = (posting.c.funding_account, posting.c.account)
        query = select(*by, func.sum(posting.c.debit), func.sum(posting.c.credit)).where(*_wanted(scope))
        return sorted(tuple(row) for row in self._connection.execute(query.group_by(*by)))

    def decisions(self, scope: LedgerScope) -> Iterator[ProvedDecision]:
        """Yield decisions in order of finalisation."""
        column = decision.c
        query = select(column.ordinal, column.control_number, column.version, column.paid, column.sealed)
        query = query.where(*_decided_in(scope))
        batch: list[Row[Any]] = []
        for row in self._walk(query, column.ordinal, _AT_ONCE):
            batch.append(row)
            if len(batch) == _AT_ONCE:
                yield from self._proved(batch)
                batch = []
        yield from self._proved(batch)

    def _proved(self, rows: Sequence[Row[Any]]) -> Iterator[ProvedDecision]:
        by_source: dict[str, list[Posting]] = {f"claim:{row.control_number}/{row.version}": [] for row in rows}
        for each in self._ledger.of_sources(list(by_source)):
            by_source[each.source].append(each)
        for row in rows:
            place = f"{row.control_number}/{row.version}"
            made = decode(ClaimDecision, self._vault.open(row.sealed, f"decision/{place}"))
            yield ProvedDecision(decision=made, row_paid=row.paid, postings=tuple(by_source[f"claim:{place}"]))

    def runs(self, scope: LedgerScope) -> Sequence[int]:
        """Return the payment runs, oldest first."""
        query = select(payment_run.c.id).order_by(payment_run.c.id)
        if scope.run is not None:
            query = query.where(payment_run.c.id == scope.run)
        if scope.until is not None:
            query = query.where(payment_run.c.as_of <= scope.until)
        return self._connection.execute(query).scalars().all()

    def content(self, row: OutboundRow) -> bytes | None:
        """Return the bytes of an outbound file; None where what is stored was altered and opens no more."""
        try:
            return self._outbox.content(row)
        except KeyMissing:
            return None

    def payments(self, run: int, trace_numbers: Sequence[str] | None = None) -> Iterator[ProvedPayment]:
        """Yield the payments of a run, or some of them, in the order in which they were built."""
        query = select(payment).where(payment.c.run == run)
        if trace_numbers is not None:
            query = query.where(payment.c.trace_number.in_(trace_numbers))
        for row in self._walk(query, payment.c.id, _PAYMENTS_AT_ONCE):
            yield self._payment(row)

    def _payment(self, row: Row[Any]) -> ProvedPayment:
        made = decode(Payment, self._vault.open(row.sealed, f"payment/{row.trace_number}"))
        states = select(payment_event.c.state).where(payment_event.c.payment == row.id)
        entries = select(eft_entry.c.amount).where(eft_entry.c.payment == row.id).order_by(eft_entry.c.ach_trace_number)
        column = paid_decision.c
        assigned = select(column.control_number, column.version).where(column.payment == row.id)
        covered = {(each.payer_claim_control_number, each.version) for each in made.claims}
        rows_assigned = frozenset((number, version) for number, version in self._connection.execute(assigned))
        decided = self._paid_by(sorted(covered | rows_assigned))
        if made.member:
            decided, rows_assigned = self._paid_to_member(made, row.id)
        return ProvedPayment(
            payment=made,
            row_amount=row.amount,
            states=frozenset(PaymentState(state) for state in self._connection.execute(states).scalars()),
            decided=decided,
            assigned=rows_assigned,
            postings=self._ledger.of_sources([f"payment:{row.trace_number}{stage}" for stage in STAGES]),
            entries=tuple(self._connection.execute(entries).scalars()),
            dues=dues_of_run(self._connection, row.run, row.provider) if made.funding_account == PAYER_ACCOUNTS else (),
        )

    def _paid_by(self, versions: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Usd]:
        paid: dict[tuple[str, int], Usd] = {}
        wanted, column = set(versions), decision.c
        for start in range(0, len(versions), _AT_ONCE):
            numbers = sorted({number for number, _version in versions[start : start + _AT_ONCE]})
            query = select(column.control_number, column.version, column.paid).where(column.control_number.in_(numbers))
            for number, version, amount in self._connection.execute(query):
                if (number, version) in wanted:
                    paid[number, version] = amount
        return paid

    def _paid_to_member(self, made: Payment, row: int) -> tuple[dict[tuple[str, int], Usd], frozenset[tuple[str, int]]]:
        """Return what decisions give the member of a check, and which of them the check is kept to pay."""
        sources = {
            f"claim:{each.payer_claim_control_number}/{each.version}": (each.payer_claim_control_number, each.version)
            for each in made.claims
        }
        column, link = member_payment.c, paid_member_payment.c
        given: dict[tuple[str, int], Usd] = {}
        for batch in in_batches(list(sources)):
            query = select(column.source, column.amount).where(column.source.in_(batch), column.payee == made.member)
            given |= {sources[source]: amount for source, amount in self._connection.execute(query)}
        paid = select(column.source).join(paid_member_payment, link.member_payment == column.id)
        kept = self._connection.execute(paid.where(link.payment == row)).scalars()
        return given, frozenset(sources.get(source, (source, 0)) for source in kept)

    def sums(self, scope: LedgerScope) -> Iterator[Difference]:
        """Yield what sums say: sources that do not balance or are unknown, subledgers that differ from the ledger."""
        yield from self._unbalanced(scope)
        if scope.run is None:
            yield from self._unknown_sources(scope)
        for each in SUBLEDGERS:
            table = _TABLES[each.check]
            rows = select(table.c.source.label("source"), _cents(table.c.amount).label("amount"))
            of_claims = (posting.c.source.like("claim:%"),) if each.check is Check.MEMBERS else ()  # checks pay them
            told = rows.where(*_in_scope(table, scope), table.c.source != OPENING)
            yield from self._differing(each, told, scope, *of_claims)
        if scope.run is None:
            yield from self._differing(DUES, _dues(scope), scope, _SETTLED)
            for key, kept, added in StoredAccumulators(self._connection).differing():
                subject = f"accumulator:{key.plan}/{key.accumulator}/{key.owner}/{key.period}"
                yield Difference(check=Check.ACCUMULATORS, subject=subject, says=kept, other=added)

    def _unbalanced(self, scope: LedgerScope) -> Iterator[Difference]:
        column = posting.c
        debit, credit = func.sum(column.debit), func.sum(column.credit)
        by = (column.source, column.funding_account)
        query = select(*by, debit, credit).where(*_in_scope(posting, scope)).group_by(*by).having(debit != credit)
        for source, funding, debits, credits_ in self._connection.execute(query.order_by(*by)):
            yield Difference(check=Check.BALANCE, subject=source, part=funding, says=debits, other=credits_)

    def _unknown_sources(self, scope: LedgerScope) -> Iterator[Difference]:
        kinds = (("claim:", _claim_sources()), ("payment:", _payment_sources()), (_OF_SETTLEMENT, _settlements()))
        for prefix, known in kinds:
            posted = select(posting.c.source).where(posting.c.source.like(f"{prefix}%"), *_in_scope(posting, scope))
            for (source,) in self._connection.execute(posted.except_(known)):
                yield Difference(check=Check.SOURCE, subject=source)

    def _differing(
        self, ledger: Subledger, rows: Select[Any], scope: LedgerScope, *conditions: ColumnElement[bool]
    ) -> Iterator[Difference]:
        """Compare rows of sources and amounts with the postings to an account; conditions are on the postings."""
        subledger = rows.subquery()
        told = select(subledger.c.source, subledger.c.amount.label("kept"), literal(0).label("posted"))
        net = (_cents(posting.c.debit) - _cents(posting.c.credit)) * ledger.sign
        posted = select(posting.c.source, literal(0).label("kept"), net.label("posted"))
        posted = posted.where(posting.c.account == ledger.account.value, *_in_scope(posting, scope), *conditions)
        both = union_all(told, posted).subquery()
        kept, in_ledger = func.sum(both.c.kept), func.sum(both.c.posted)
        query = select(both.c.source, kept, in_ledger).group_by(both.c.source).having(kept != in_ledger)
        for source, amount, booked in self._connection.execute(query.order_by(both.c.source)):
            yield Difference(
                check=ledger.check, subject=source, part=ledger.account.value, says=_usd(amount), other=_usd(booked)
            )

    def _walk(self, query: Select[Any], key: ColumnElement[Any], at_once: int) -> Iterator[Row[Any]]:
        """Yield the rows of a query in the order of a key that is among its columns, a small batch at a time."""
        last = None
        while True:
            more = query.order_by(key).limit(at_once)
            rows = self._connection.execute(more if last is None else more.where(key > last)).all()
            yield from rows
            if len(rows) < at_once:
                return
            last = rows[-1]._mapping[key]  # noqa: SLF001 - SQLAlchemy's public name


def _posting(row: Row[Any]) -> Posting:
    return Posting(
        account=LedgerAccount(row.account),
        funding_account=row.funding_account,
        debit=row.debit,
        credit=row.credit,
        source=row.source,
    )


def _cents(amount: ColumnElement[Any]) -> ColumnElement[int]:
    return type_coerce(amount, BigInteger)


def _usd(hundredths: int | Decimal) -> Usd:
    return int(hundredths) * CENT


def _decided_in(scope: LedgerScope) -> list[ColumnElement[bool]]:
    conditions = []
    if scope.run is not None:
        conditions.append(decision.c.payment_run == scope.run)
    if scope.until is not None:
        conditions.append(decision.c.decided_on <= scope.until)
    return conditions


def _in_scope(table: Table, scope: LedgerScope) -> list[ColumnElement[bool]]:
    """Return what keeps the rows of a table that names sources to a scope: of a run, its payments and what they pay."""
    conditions = []
    if scope.until is not None:
        conditions.append(table.c.posted_on <= scope.until)
    if scope.run is not None:
        claims = _claim_sources().where(decision.c.payment_run == scope.run)
        payments = (select(number).where(payment.c.run == scope.run) for number in _stages())
        conditions.append(table.c.source.in_(union_all(claims, *payments)))
    return conditions


def _wanted(scope: LedgerScope) -> list[ColumnElement[bool]]:
    """Return what keeps postings to a scope: whose they are is told by their sources."""
    pairs = ((posting.c.funding_account, scope.funding_account), (posting.c.account, scope.account))
    conditions = [*_in_scope(posting, scope), *(column == sought for column, sought in pairs if sought)]
    if scope.provider:
        payments = (select(number).where(payment.c.provider == scope.provider) for number in _stages())
        claims = _claim_sources().where(decision.c.provider == scope.provider)
        settlements = _settlements().where(settlement.c.provider == scope.provider)
        conditions.append(posting.c.source.in_(union_all(claims, settlements, *payments)))
    if scope.plans is not None:
        claims = _claim_sources().where(decision.c.plan.in_(scope.plans))
        settlements = _settlements().where(settlement.c.employer == scope.employer, settlement.c.employer != "")
        conditions.append(posting.c.source.in_(union_all(claims, settlements)))
    return conditions


def _stages() -> Iterator[ColumnElement[str]]:
    """Yield the sources of the postings of payments, stage by stage."""
    return (literal("payment:") + payment.c.trace_number + literal(stage) for stage in STAGES)


def _dues(scope: LedgerScope) -> Any:
    rows = select(_settlement_source().label("source"), _cents(due.c.amount).label("amount"))
    rows = rows.join(settlement, settlement.c.id == due.c.settlement)
    return rows if scope.until is None else rows.where(settlement.c.posted_on <= scope.until)


def _settlement_source() -> ColumnElement[str]:
    return literal(_OF_SETTLEMENT) + cast(settlement.c.id, String)


def _settlements() -> Select[Any]:
    return select(_settlement_source())


def _claim_sources() -> Select[Any]:
    number = literal("claim:") + decision.c.control_number + literal("/") + cast(decision.c.version, String)
    return select(number)


def _payment_sources() -> Select[Any]:
    known = union_all(*(select(number.label("source")) for number in _stages())).subquery()
    return select(known.c.source)
