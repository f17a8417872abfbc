"""What the pipeline asks of the books about payment runs, payments, and what payees owe. The shell fulfils it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from hpedi.payments.payee_balances import PayeeBalance
from hpedi.payments.payment import Payment
from hpedi.payments.states import PaymentState
from hpedi.pipeline.records import EftEntry, PaidBy, PaymentEvent, PaymentRun, StoredPayment, Total
from hpedi.pipeline.sought import PaymentSought


class Payments(Protocol):
    """Payment runs and payments."""

    def open_run(self) -> PaymentRun | None:
        """Return the run that is not closed yet; nobody else opens, closes or releases one meanwhile."""

    def begin_run(self, as_of: date, instant: datetime, *, dues_only: bool = False) -> PaymentRun | None:
        """Open a run over all that is unpaid, or only over dues, and reserve its numbers; None where nothing is."""

    def begin_empty_run(self, as_of: date, instant: datetime) -> PaymentRun:
        """Open a run over nothing that is unpaid, for a payment that takes the place of another."""

    def commit(
        self, run: PaymentRun, payments: Sequence[Payment], waits: Mapping[str, str], left: Sequence[str] = ()
    ) -> tuple[StoredPayment, ...]:
        """Store a run's payments, approved but for those that wait (number -> why), and close the run.

        What is decided and due for the providers that are left is unpaid as before.
        """

    def move(self, stored: StoredPayment, state: PaymentState, reason: str = "") -> None:
        """Bring a payment into another state, and nothing else."""

    def void(self, stored: StoredPayment, reason: str) -> None:
        """Bring a payment into the state voided; what it paid is unpaid again."""

    def take_again(self, stored: StoredPayment) -> bool:
        """Let a voided payment pay what it paid; say whether all of that was still unpaid."""

    def release(self, payments: Sequence[StoredPayment], entries: Sequence[EftEntry]) -> None:
        """Bring approved payments, dated as they go out, into the state released; keep their ACH entries."""

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

    def in_state(self, state: str) -> tuple[StoredPayment, ...]:
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
