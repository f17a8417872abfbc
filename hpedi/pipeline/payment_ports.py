"""What the pipeline asks of the books about payment runs, payments, and what payees owe. The shell fulfils it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from hpedi.payments.payee_balances import PayeeBalance
from hpedi.payments.payment import Payment
from hpedi.payments.states import PaymentState
from hpedi.pipeline.records import (
    AnyPayment,
    EftEntry,
    ListedPayment,
    PaidBy,
    PaymentEvent,
    PaymentRun,
    StoredPayment,
    Total,
)
from hpedi.pipeline.sought import PaymentSought


class Payments(Protocol):
    """Payment runs and payments."""

    def open_run(self) -> PaymentRun | None:
        """Return the run that is not closed yet; nobody else opens, closes or releases one meanwhile."""

    def begin_run(self, as_of: date, instant: datetime, *, dues_only: bool = False) -> PaymentRun | None:
        """Open a run over all that is unpaid, or only over dues, and reserve its numbers; None where nothing is."""

    def begin_empty_run(self, as_of: date, instant: datetime) -> PaymentRun:
        """Open a run over nothing that is unpaid, for a payment that takes the place of another."""

    def hold_run(self, run: PaymentRun) -> None:
        """See that a run is open yet; nobody else closes it until this transaction ends."""

    def add(self, run: PaymentRun, made: Payment, waits: str | None = None) -> ListedPayment:
        """Store a payment of a run, approved unless it waits for that (why)."""

    def close(self, run: PaymentRun, added: Sequence[ListedPayment], left: Sequence[str] = ()) -> None:
        """Close a run with the payments that were added; take their numbers.

        What is decided and due for the providers that are left is unpaid as before.
        """

    def move(self, stored: AnyPayment, state: PaymentState, reason: str = "") -> None:
        """Bring a payment into another state, and nothing else."""

    def void(self, stored: StoredPayment, reason: str) -> None:
        """Bring a payment into the state voided; what it paid is unpaid again."""

    def take_again(self, stored: StoredPayment) -> bool:
        """Let a voided payment pay what it paid; say whether all of that was still unpaid."""

    def release(self, sent: Sequence[ListedPayment], entries: Sequence[EftEntry], file_of: Mapping[int, int]) -> None:
        """Bring approved payments, as they go out, into the state released; keep their ACH entries and files."""

    def put_into_files(self, file_of: Mapping[int, int]) -> None:
        """Keep which row of the outbox the 835 of a payment (its row) is in, in place of another."""

    def in_file(self, row: int) -> tuple[ListedPayment, ...]:
        """Return the payments whose 835s are in a file of the outbox, in the order in which they were built."""

    def file_of(self, trace_number: str) -> int | None:
        """Return the row of the outbox that the 835 of a payment is in; None where it has none yet."""

    def eft_entries(self, run: int) -> tuple[EftEntry, ...]:
        """Return the ACH entries that went to the bank for a run."""

    def events(self, payments: Sequence[int]) -> tuple[PaymentEvent, ...]:
        """Return the states that payments (by their rows) came into, in that order."""

    def of_claims(self, control_numbers: Sequence[str]) -> Mapping[tuple[str, int], PaidBy]:
        """Return the payments that decisions of claims are in, by our number and version."""

    def reissue_of(self, trace_number: str) -> StoredPayment | None:
        """Return the payment that took the place of another."""

    def to_reissue(self) -> tuple[StoredPayment, ...]:
        """Return the voided payments that took the place of others: what they were to pay is owed until reissued."""

    def unpaid(self) -> tuple[int, int, int]:
        """Return how many decisions and dues are unpaid, how many payments there are, and how many of them approved."""

    def in_state(self, state: str) -> tuple[ListedPayment, ...]:
        """Return the payments that stand in a state, in the order in which they were built."""

    def of_run(self, run: int) -> tuple[StoredPayment, ...]:
        """Return the payments of a run."""

    def by_number(self, trace_number: str) -> StoredPayment | None:
        """Return a payment by its check or EFT number."""

    def sought(self, sought: PaymentSought, providers: Sequence[str] | None, at_most: int) -> tuple[StoredPayment, ...]:
        """Return payments to some providers (None: to any), newest first."""

    def runs(self) -> tuple[PaymentRun, ...]:
        """Return all runs, oldest first."""

    def run(self, run: int) -> PaymentRun | None:
        """Return a run by its number."""

    def run_totals(self, runs: Sequence[int]) -> Mapping[int, tuple[Total, ...]]:
        """Add up the payments of runs by state, by run."""

    def totals(self) -> tuple[Total, ...]:
        """Add up payments by method and state."""


class PayeeBalances(Protocol):
    """What payees owe from one remittance to the next."""

    def owed(self, provider: str) -> tuple[PayeeBalance, ...]:
        """Return the open balances of a payee, oldest first."""

    def append(self, entries: Sequence[PayeeBalance], source: str, posted_on: date) -> None:
        """Add the entries of a payment; one whose source stands already is refused by the store."""

    def append_opening(self, entries: Sequence[PayeeBalance], posted_on: date) -> int:
        """Add opening balances that are not there yet; return how many were new."""
