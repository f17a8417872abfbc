"""The books walked through in small batches: journal, balances, proof. It only reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from hpedi.adjudication.decision import ClaimDecision
from hpedi.money import Usd
from hpedi.payments.ledger import LedgerAccount, Posting
from hpedi.payments.payment import Payment
from hpedi.payments.proof import STAGES, Difference, ProvedPayment, Unreadable
from hpedi.payments.settlement_proof import ProvedSettlement
from hpedi.payments.states import PaymentState
from hpedi.pipeline.ledger_views import JournalRow, LedgerScope, ProvedDecision
from hpedi.pipeline.records import OutboundRow
from hpedi.safekeeping.key_ring import KeyMissing
from hpedi.safekeeping.vault import Vault
from hpedi.store.encoding import decode
from hpedi.store.funding_tables import member_payment, paid_member_payment
from hpedi.store.in_batches import in_batches
from hpedi.store.ledger import StoredLedger
from hpedi.store.ledger_scope import decided_in, wanted
from hpedi.store.outbox import StoredOutbox
from hpedi.store.proof_settlements import proved_settlements
from hpedi.store.proof_sums import sums
from hpedi.store.settlements import dues_of_run
from hpedi.store.tables import decision, eft_entry, paid_decision, payment, payment_event, payment_run, posting

_AT_ONCE: Final = 200
_PAYMENTS_AT_ONCE: Final = 20


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
        for row in self._walk(select(posting).where(*wanted(scope)), posting.c.id, _AT_ONCE):
            yield JournalRow(id=row.id, posted_on=row.posted_on, posting=_posting(row))

    def balance(self, scope: LedgerScope) -> Sequence[tuple[str, str, Usd, Usd]]:
        """Return debits and credits by funding account and account, sorted."""
        by = (posting.c.funding_account, posting.c.account)
        query = select(*by, func.sum(posting.c.debit), func.sum(posting.c.credit)).where(*wanted(scope))
        return sorted(tuple(row) for row in self._connection.execute(query.group_by(*by)))

    def decisions(self, scope: LedgerScope) -> Iterator[ProvedDecision]:
        """Yield decisions in order of finalisation."""
        column = decision.c
        query = select(column.ordinal, column.control_number, column.version, column.paid, column.sealed)
        query = query.where(*decided_in(scope))
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
            opened = self._opened(row.sealed, f"decision/{place}")
            made = decode(ClaimDecision, opened) if opened is not None else None
            source = f"claim:{place}"
            yield ProvedDecision(source=source, decision=made, row_paid=row.paid, postings=tuple(by_source[source]))

    def _opened(self, sealed: bytes, place: str) -> bytes | None:
        """Return what is sealed for a place; None where it was altered and opens no more."""
        try:
            return self._vault.open(sealed, place)
        except KeyMissing:
            return None

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

    def payments(self, run: int, trace_numbers: Sequence[str] | None = None) -> Iterator[ProvedPayment | Unreadable]:
        """Yield the payments of a run, or some of them, in the order in which they were built."""
        query = select(payment).where(payment.c.run == run)
        if trace_numbers is not None:
            query = query.where(payment.c.trace_number.in_(trace_numbers))
        for row in self._walk(query, payment.c.id, _PAYMENTS_AT_ONCE):
            opened = self._opened(row.sealed, f"payment/{row.trace_number}")
            if opened is None:
                yield Unreadable(trace_number=row.trace_number, row_amount=row.amount)
            else:
                yield self._payment(row, decode(Payment, opened))

    def _payment(self, row: Row[Any], made: Payment) -> ProvedPayment:
        states = select(payment_event.c.state).where(payment_event.c.payment == row.id)
        entries = select(eft_entry.c.amount).where(eft_entry.c.payment == row.id).order_by(eft_entry.c.ach_trace_number)
        column = paid_decision.c
        assigned = select(column.control_number, column.version).where(column.payment == row.id)
        covered = {(each.payer_claim_control_number, each.version) for each in made.claims}
        rows_assigned = frozenset((number, version) for number, version in self._connection.execute(assigned))
        decided = self._paid_by(sorted(covered | rows_assigned))
        if made.member:
            decided, rows_assigned = self._paid_to_member(made, row.id)
        dues = dues_of_run(self._connection, row.run, row.provider)
        return ProvedPayment(
            payment=made,
            row_amount=row.amount,
            row_terms=(row.provider, row.funding_account, row.method),
            states=frozenset(PaymentState(state) for state in self._connection.execute(states).scalars()),
            decided=decided,
            assigned=rows_assigned,
            postings=self._ledger.of_sources([f"payment:{row.trace_number}{stage}" for stage in STAGES]),
            entries=tuple(self._connection.execute(entries).scalars()),
            dues=tuple(each for each in dues if each.funding_account == made.funding_account),
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
        yield from sums(self._connection, scope)

    def settlements(self, scope: LedgerScope) -> Iterator[ProvedSettlement]:
        """Yield settlements in the order in which they were made; of a run none."""
        yield from proved_settlements(self._connection, scope)

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
