"""Payment runs, payments, and which decisions and dues they paid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    delete,
    exists,
    select,
    update,
)

from hpedi.findings import Unavailable
from hpedi.money import Usd
from hpedi.payments.dues import DUE
from hpedi.payments.payment import Payment
from hpedi.payments.states import PaymentState, change
from hpedi.pipeline.records import (
    AnyPayment,
    EftEntry,
    ListedPayment,
    PaymentRun,
    StoredPayment,
)
from hpedi.run_context import RunContext
from hpedi.safekeeping.vault import Vault
from hpedi.store.database import hold
from hpedi.store.encoding import encode
from hpedi.store.funding import UNPAID, is_due_to_members
from hpedi.store.funding_tables import due, member_payment, paid_member_payment
from hpedi.store.in_batches import in_batches
from hpedi.store.inserts import Insert
from hpedi.store.numbers import StoredNumbers, next_id
from hpedi.store.payments_read import PaymentsRead, newest_state, run_of
from hpedi.store.remittance_tables import payment_file
from hpedi.store.tables import decision, eft_entry, paid_decision, payment, payment_event, payment_run
from hpedi.transactions.remittance_835.model import PaymentMethod

RUNS = "payment run"
"""The name that is held by whoever opens, closes or releases a run."""
TRACE_NUMBER = "eft"
CHECK_NUMBER = "check"

_INSERT_PAID = Insert(paid_decision, "control_number", "version", "payment")
_INSERT_PAID_MEMBERS = Insert(paid_member_payment, "member_payment", "payment")
_INSERT_ENTRIES = Insert(eft_entry, "payment", "file", "ach_trace_number", "effective_entry_date", "amount")
_INSERT_FILES = Insert(payment_file, "payment", "outbox")
_INSERT_EVENTS = Insert(payment_event, "payment", "state", "at", "principal", "reason")


class StoredPayments(PaymentsRead):
    """Payments as sealed rows; the states of each are rows of their own."""

    def __init__(self, connection: Connection, vault: Vault, context: RunContext) -> None:
        """Work inside an open transaction, on behalf of somebody."""
        super().__init__(connection, vault)
        self._context = context
        self._numbers = StoredNumbers(connection)

    def open_run(self) -> PaymentRun | None:
        """Return the run that is not closed yet; nobody else opens or closes one until this transaction ends."""
        hold(self._connection, RUNS)
        row = self._connection.execute(select(payment_run).where(payment_run.c.state == "open")).first()
        return None if row is None else run_of(row)

    def begin_run(self, as_of: date, instant: datetime, *, dues_only: bool = False) -> PaymentRun | None:
        """Open a run over all that is unpaid, or only over dues, and reserve its numbers; None where nothing is to pay.

        EFT and check numbers are only held: how many the run uses is known when it commits, and no other run is open.
        """
        paid_for = (due,) if dues_only else (decision, due)
        to_members = not dues_only and is_due_to_members(self._connection)
        if not to_members and not any(self._has_unpaid(table) for table in paid_for):
            return None
        run = self.begin_empty_run(as_of, instant)
        for table in paid_for:
            self._connection.execute(update(table).where(table.c.payment_run.is_(None)).values(payment_run=run.id))
        return run

    def begin_empty_run(self, as_of: date, instant: datetime) -> PaymentRun:
        """Open a run over nothing that is unpaid, and reserve its numbers."""
        row = self._connection.execute(
            payment_run.insert()
            .values(
                id=next_id(self._connection, payment_run),
                as_of=as_of,
                instant=instant,
                principal=self._context.principal.id,
                state="open",
                first_trace_number=self._numbers.peek(TRACE_NUMBER),
                first_check_number=self._numbers.peek(CHECK_NUMBER),
            )
            .returning(payment_run)
        ).one()
        return run_of(row)

    def _has_unpaid(self, table: Table) -> bool:
        unpaid = select(table.c.provider).where(table.c.payment_run.is_(None)).limit(1)
        return self._connection.execute(unpaid).first() is not None

    def hold_run(self, run: PaymentRun) -> None:
        """See that a run is open yet; nobody else closes it until this transaction ends.

        Raises:
            Unavailable: Somebody else closed it meanwhile.
        """
        standing = self.open_run()
        if standing is None or standing.id != run.id:
            raise Unavailable("another payment run was at work at the same time")

    def add(self, run: PaymentRun, made: Payment, waits: str | None = None) -> ListedPayment:
        """Store a payment of a run, approved unless it waits for that (why)."""
        row_id = self._connection.execute(
            payment.insert()
            .values(
                id=next_id(self._connection, payment),
                run=run.id,
                provider=made.payee.provider,
                method=made.method.value,
                amount=made.amount,
                payment_date=made.payment_date,
                trace_number=made.trace_number,
                funding_account=made.funding_account,
                sealed=self._sealed(made),
                reissues=made.reissues or None,
            )
            .returning(payment.c.id)
        ).scalar_one()
        self._pay_decisions(made, row_id)
        states = [(row_id, PaymentState.BUILT, waits or "")]
        if waits is None:
            states.append((row_id, PaymentState.APPROVED, ""))
        self._add_states(states)
        return StoredPayment(id=row_id, run=run.id, payment=made, state=states[-1][1]).listed

    def close(self, run: PaymentRun, added: Sequence[ListedPayment], left: Sequence[str] = ()) -> None:
        """Close a run with the payments that were added; take their numbers.

        What is decided and due for the providers that are left is unpaid as before.
        """
        checks = sum(each.payment.method is PaymentMethod.CHECK for each in added)
        self._numbers.advance(CHECK_NUMBER, run.first_check_number + checks)
        self._numbers.advance(TRACE_NUMBER, run.first_trace_number + len(added) - checks)
        self._connection.execute(update(payment_run).where(payment_run.c.id == run.id).values(state="closed"))
        for table in (decision, due) if left else ():
            of_left = (table.c.payment_run == run.id, table.c.provider.in_(left))
            self._connection.execute(update(table).where(*of_left).values(payment_run=None))

    def release(self, sent: Sequence[ListedPayment], entries: Sequence[EftEntry], file_of: Mapping[int, int]) -> None:
        """Bring approved payments, as they go out, into the state released; keep their ACH entries and files.

        Args:
            sent: The payments, dated and addressed as they go out.
            entries: Their ACH entries.
            file_of: The row of the outbox that the 835 of a payment (its row) is in.

        Raises:
            Unavailable: Somebody else released one of them meanwhile.
        """
        hold(self._connection, RUNS)
        is_approved = newest_state() == PaymentState.APPROVED.value
        approved = self._connection.execute(select(payment.c.id).where(is_approved)).scalars()
        if not set(approved).issuperset(stored.id for stored in sent):
            raise Unavailable("another payment run released payments at the same time")
        by_number = {stored.payment.trace_number: stored.id for stored in sent}
        rows = [
            (
                by_number[entry.trace_number],
                entry.file,
                entry.ach_trace_number,
                entry.effective_entry_date,
                entry.amount,
            )
            for entry in entries
        ]
        _INSERT_ENTRIES(self._connection, rows)
        self.put_into_files(file_of)
        as_sent = {stored.id: stored.payment for stored in sent}
        for standing in self._each(list(as_sent)):
            head = as_sent[standing.id]
            made = replace(
                standing.payment, payment_date=head.payment_date, originator_id=head.originator_id, payee=head.payee
            )
            dated = {"payment_date": made.payment_date, "sealed": self._sealed(made)}
            self._connection.execute(update(payment).where(payment.c.id == standing.id).values(dated))
        for stored in sent:
            self.move(stored, PaymentState.RELEASED)

    def put_into_files(self, file_of: Mapping[int, int]) -> None:
        """Keep which row of the outbox the 835 of a payment (its row) is in, in place of another."""
        rows = list(file_of)
        for batch in in_batches(rows):
            self._connection.execute(delete(payment_file).where(payment_file.c.payment.in_(batch)))
        _INSERT_FILES(self._connection, list(file_of.items()))

    def _sealed(self, made: Payment) -> bytes:
        return self._vault.seal(encode(made), f"payment/{made.trace_number}")

    def move(self, stored: AnyPayment, state: PaymentState, reason: str = "") -> None:
        """Bring a payment into another state, and nothing else."""
        made = change(stored.payment, stored.state, state, reason)
        self._add_states([(stored.id, made.state, made.reason)])

    def void(self, stored: StoredPayment, reason: str) -> None:
        """Bring a payment into the state voided; its decisions and dues are unpaid again, for the next run."""
        self.move(stored, PaymentState.VOIDED, reason)
        column = paid_decision.c
        same = (column.control_number == decision.c.control_number, column.version == decision.c.version)
        was_paid = exists().where(*same, column.payment == stored.id)
        of_run = decision.c.payment_run == stored.run  # by its index: the table holds every decision there is
        self._connection.execute(update(decision).where(of_run, was_paid).values(payment_run=None))
        self._connection.execute(delete(paid_decision).where(column.payment == stored.id))
        self._connection.execute(delete(paid_member_payment).where(paid_member_payment.c.payment == stored.id))
        account = due.c.funding_account == stored.payment.funding_account
        of_payee = (due.c.payment_run == stored.run, due.c.provider == stored.payment.payee.provider, account)
        self._connection.execute(update(due).where(*of_payee).values(payment_run=None))

    def take_again(self, stored: StoredPayment) -> bool:
        """Let a voided payment pay what it paid; say whether all of that was still unpaid."""
        made, rows = stored.payment, 0
        if made.member:
            is_free = len(self._due_to_member(made)) == len(made.claims)
            if is_free:
                self._pay_decisions(made, stored.id)
            return is_free
        for each in made.claims:
            claim = decision.c.control_number == each.payer_claim_control_number
            rows += self._taken(decision, stored.run, claim, decision.c.version == each.version)
        told = Counter(
            (each.code, each.reference, -each.amount)
            for each in made.adjustments
            if each.code in DUE and not made.reissues
        )
        rows += sum(self._dues_taken(stored, row, times) for row, times in told.items())
        if rows < len(made.claims) + told.total():
            return False
        self._pay_decisions(made, stored.id)
        return True

    def _dues_taken(self, stored: StoredPayment, row: tuple[str, str, Usd], times: int) -> int:
        """Let a payment pay as many unpaid dues of a code, reference and amount as it told; return how many it pays."""
        code, reference, amount = row
        same = (due.c.provider == stored.payment.payee.provider, due.c.code == code, due.c.reference == reference)
        account = due.c.funding_account == stored.payment.funding_account
        free = select(due.c.id).where(*same, account, due.c.amount == amount, due.c.payment_run.is_(None))
        first = free.order_by(due.c.id).limit(times).scalar_subquery()
        return self._taken(due, stored.run, due.c.id.in_(first))

    def _taken(self, table: Table, run: int, *same: ColumnElement[bool]) -> int:
        """Let a run pay the rows that are meant and unpaid; return how many they are."""
        free = update(table).where(*same, table.c.payment_run.is_(None))
        return self._connection.execute(free.values(payment_run=run)).rowcount

    def _pay_decisions(self, made: Payment, row_id: int) -> None:
        if made.member:
            rows = [(each, row_id) for each in self._due_to_member(made)]
            _INSERT_PAID_MEMBERS(self._connection, rows)
            return
        _INSERT_PAID(
            self._connection, [(each.payer_claim_control_number, each.version, row_id) for each in made.claims]
        )

    def _due_to_member(self, made: Payment) -> list[int]:
        """Return the unpaid rows of what a check to a member pays."""
        sources = [f"claim:{each.payer_claim_control_number}/{each.version}" for each in made.claims]
        found: list[int] = []
        for batch in in_batches(sources):
            free = select(member_payment.c.id).where(member_payment.c.source.in_(batch), UNPAID)
            found += self._connection.execute(free).scalars()
        return found

    def _add_states(self, states: Iterable[tuple[int, PaymentState, str]]) -> None:
        at, who = self._context.instant, self._context.principal.id
        rows = [(payment_id, state.value, at, who, reason) for payment_id, state, reason in states]
        _INSERT_EVENTS(self._connection, rows)
