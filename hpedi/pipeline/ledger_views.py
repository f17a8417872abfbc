"""What is asked of the ledger: which part of it, and its postings in the order in which they were made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from hpedi.adjudication.decision import ClaimDecision
from hpedi.money import Usd
from hpedi.payments.ledger import Posting
from hpedi.payments.proof import Difference, ProvedPayment, Unreadable
from hpedi.payments.settlement_proof import ProvedSettlement
from hpedi.pipeline.records import OutboundRow


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerScope:
    """Which part of the books: of a payment run with the decisions it pays, up to the end of a day, or all of them.

    Attributes:
        run: The payment run.
        until: The day.
        provider: Only what concerns this provider (our id): its claims, payments and settlements.
        plans: Only claims decided under these plans; payments pay for several and are left out.
        employer: The settlements that go with these plans.
        funding_account: Only of this account (our id).
        account: Only of this account of the ledger.
    """

    run: int | None = None
    until: date | None = None
    provider: str = ""
    plans: tuple[str, ...] | None = None
    employer: str = ""
    funding_account: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """A posting as it stands in the journal, with its number and day."""

    id: int
    posted_on: date
    posting: Posting


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedDecision:
    """A decision as sealed, with what its row says that it pays (US dollars) and what was posted of it.

    `decision` is None where what is stored was altered and opens no more; `source` is what its postings name.
    """

    source: str
    decision: ClaimDecision | None
    row_paid: Usd
    postings: tuple[Posting, ...]


class ProofRecords(Protocol):
    """The books, walked through in small batches to be proven."""

    def journal(self, scope: LedgerScope) -> Iterator[JournalRow]:
        """Yield postings in the order in which they were made."""

    def balance(self, scope: LedgerScope) -> Sequence[tuple[str, str, Usd, Usd]]:
        """Return debits and credits by funding account and account, sorted."""

    def decisions(self, scope: LedgerScope) -> Iterator[ProvedDecision]:
        """Yield decisions in order of finalisation."""

    def settlements(self, scope: LedgerScope) -> Iterator[ProvedSettlement]:
        """Yield settlements in the order in which they were made; of a run none."""

    def runs(self, scope: LedgerScope) -> Sequence[int]:
        """Return the payment runs, oldest first."""

    def payments(self, run: int, trace_numbers: Sequence[str] | None = None) -> Iterator[ProvedPayment | Unreadable]:
        """Yield the payments of a run, or some of them, in the order in which they were built."""

    def content(self, row: OutboundRow) -> bytes | None:
        """Return the bytes of an outbound file; None where what is stored was altered and opens no more."""

    def sums(self, scope: LedgerScope) -> Iterator[Difference]:
        """Yield what sums say: sources that do not balance or are unknown, subledgers that differ from the ledger."""
