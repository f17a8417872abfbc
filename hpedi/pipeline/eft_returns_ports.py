"""What the pipeline asks of the books about EFTs that came back and EFTs beside their 835s. The shell fulfils it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from hpedi.money import Usd
from hpedi.payments.eft_returns import Correction
from hpedi.payments.states import PaymentState
from hpedi.pipeline.records import EftEntry, StoredPayment


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReturn:
    """An entry of a return file, matched.

    Attributes:
        line: Where it stands in its file.
        payment: The payment concerned, by its row; None of a prenotification.
        enrollment: The enrollment whose prenotification it was; None of a payment.
        trace_number: The EFT number (TRN02) of the payment; empty of a prenotification.
        code: Return reason or change code.
        amount: US dollars that came back; 0.00 for a change.
        original_trace: Our Nacha trace number.
        outcome: `returned`; `proposed` for a change; `repeated` where it had come back already.
        correction: What a change proposes.
    """

    line: int
    payment: int | None = None
    enrollment: int | None = None
    trace_number: str = ""
    code: str
    amount: Usd
    original_trace: str
    outcome: str
    correction: Correction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHold:
    """An account that gets no EFT until somebody has looked; it is the account of the payment."""

    provider: str
    last_four: str
    code: str
    trace_number: str
    held_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassociated:
    """An EFT beside its 835.

    Attributes:
        trace_number: TRN02 of both.
        provider: Our id of the payee.
        amount: US dollars: BPR02.
        entry: The ACH entry; None where none went out.
        remittance: Name of the 835's file; empty where there is none.
        remitted_on: When it was delivered; None where it waits.
        state: Of the payment.
    """

    trace_number: str
    provider: str
    amount: Usd
    entry: EftEntry | None
    remittance: str
    remitted_on: date | None
    state: PaymentState


class EftReturns(Protocol):
    """What came back from the bank."""

    def is_imported(self, digest: str) -> bool:
        """Say whether a file was imported; nobody else imports one until this transaction ends."""

    def sent(self, ach_trace_number: str) -> Sequence[tuple[StoredPayment, EftEntry]]:
        """Return the payments whose ACH entry had a trace number, newest first."""

    def keep(self, digest: str, at: datetime, returns: Sequence[KeptReturn]) -> None:
        """Keep a file and its entries."""

    def hold(self, stored: StoredPayment, code: str, held_on: date) -> None:
        """Put the account of a payment on hold."""

    def holds(self) -> Sequence[AccountHold]:
        """Return the accounts on hold, oldest first."""

    def lift(self, provider: str, lifted_on: date) -> Sequence[AccountHold]:
        """Let EFTs go again to the accounts of a payee, and return what was on hold."""

    def all(self) -> Iterator[KeptReturn]:
        """Yield what came back, oldest first."""

    def reassociation(self) -> Iterator[Reassociated]:
        """Yield each ACH payment that went out beside its 835, in the order in which they were built."""
