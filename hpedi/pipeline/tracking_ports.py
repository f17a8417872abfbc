"""What the pipeline asks of the books to follow submissions and claims. The shell fulfils it.

Every question is asked once for all that is followed, however many claims a file has; nothing sealed is opened for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from hpedi.money import Usd
from hpedi.pipeline.records import EftEntry, InboundFile, OutboundRow, Receipt, StoredClaim, StoredPayment


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The claims that are followed: those of some receipts, or some by our numbers; one of both is given.

    Attributes:
        receipts: Ids of receipts.
        numbers: Our numbers of claims.
        npis: Only of these billing providers; None: of any.
    """

    receipts: tuple[int, ...] = ()
    numbers: tuple[str, ...] = ()
    npis: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimsInState:
    """Claims of a receipt in one state for one reason.

    Attributes:
        state: accepted, refused, decided or pended.
        note: Codes of findings of the refused, the reason of those that wait.
        pended_on: Since when they wait; None where they do not.
        status277: What they wait for, as a 277 tells it.
        charged: US dollars.
    """

    receipt: int
    state: str
    note: str
    pended_on: date | None
    status277: str
    claims: int
    charged: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedAlike:
    """Decisions of one day and status; amounts in US dollars.

    Attributes:
        status: CLP02.
        is_first: They are the first decisions of their claims.
        run: The payment run that pays them; None while none does.
    """

    decided_on: date
    status: str
    status277: str
    is_first: bool
    run: int | None
    claims: int
    charged: Usd
    paid: Usd
    patient_responsibility: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidIn:
    """What of the claims that are followed is in a payment: decisions, and US dollars."""

    payment: int
    claims: int
    paid: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedPayment:
    """A payment as it stands in its row.

    Attributes:
        method: ACH, CHK or NON (BPR04).
        amount: All of it, US dollars.
        reissues: The number of the payment whose place it takes.
        entry: Its ACH entry, if it has one.
    """

    id: int
    run: int
    provider: str
    method: str
    amount: Usd
    payment_date: date
    trace_number: str
    reissues: str
    entry: EftEntry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlNumberTaken:
    """An interchange as control numbers are counted: whose, which, when, in which file, and what became of it."""

    partner: str
    usage: str
    control_number: str
    received_at: datetime
    receipt: int
    file: int
    digest: str
    verdict: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedFile:
    """A file that was begun to be received, and not to its end."""

    id: int
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputDue:
    """A file of the outbox with the moment from which it was due: the receipt that it answers, or its payment run.

    Attributes:
        since: When the interchange was received, or the run's payments went out.
        partner: Who sent it; empty for what answers none.
        control_number: ISA13 of the interchange that it answers; empty for what answers none.
    """

    row: OutboundRow
    since: datetime
    partner: str
    control_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LyingAlike:
    """Files of a kind that were delivered into a folder and that nobody picked up: how many, and the first of them."""

    folder: str
    kind: str
    count: int
    first: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UndecidedClaim:
    """A claim that is neither decided nor refused."""

    number: str
    state: str
    note: str
    received_on: date


class Tracking(Protocol):
    """Submissions and claims on their way."""

    def file(self, file: int) -> InboundFile | None:
        """Return a file by our number."""

    def receipt(self, receipt: int) -> Receipt | None:
        """Return an interchange by our number."""

    def receipts(self, control_number: str, partners: Collection[str] | None = None) -> tuple[Receipt, ...]:
        """Return the interchanges with an ISA13, of some partners or of all, newest first."""

    def of_claims(self, numbers: Sequence[str]) -> Mapping[str, Receipt]:
        """Return the interchanges that claims came in, by our numbers of them."""

    def states(self, followed: Followed) -> tuple[ClaimsInState, ...]:
        """Count claims by what became of them."""

    def decided(self, followed: Followed) -> tuple[DecidedAlike, ...]:
        """Count decisions by day and status, oldest first."""

    def payees(self, followed: Followed) -> tuple[str, ...]:
        """Return the providers that are paid for claims (our ids)."""

    def paid(self, followed: Followed) -> tuple[PaidIn, ...]:
        """Count what is in payments."""

    def payments(self, ids: Sequence[int]) -> tuple[FollowedPayment, ...]:
        """Return payments by their rows, with those that took their places, in the order in which they were built."""

    def voided(self, payees: Sequence[str]) -> tuple[StoredPayment, ...]:
        """Return the voided payments of payees, with the claims that they told."""

    def answers(self, receipts: Sequence[int]) -> tuple[OutboundRow, ...]:
        """Return what went out in answer to interchanges, in the order in which it was written."""

    def remittances(self, payments: Sequence[FollowedPayment]) -> Mapping[int, OutboundRow]:
        """Return the files that the 835s of payments are in, by the rows of the payments."""

    def resent(self, rows: Sequence[int]) -> Mapping[int, Sequence[datetime]]:
        """Return when files of the outbox were sent again, by their numbers, first first; others are absent."""

    def output(self, outbox: int) -> OutboundRow | None:
        """Return a file of the outbox by its number."""

    def contents(self, rows: Sequence[OutboundRow]) -> Mapping[int, bytes]:
        """Return the bytes of files of the outbox, by their numbers."""

    def claims(self, followed: Followed, at_most: int) -> tuple[StoredClaim, ...]:
        """Return claims in the order in which they came; these are opened."""

    def numbers_taken(self, since: datetime, partner: str) -> tuple[ControlNumberTaken, ...]:
        """Return the interchanges received since a moment, of a partner or of all (empty), in the order of arrival."""

    def unfinished(self) -> tuple[UnfinishedFile, ...]:
        """Return the files that are not received to their end."""

    def outputs_due(self, since: datetime) -> tuple[OutputDue, ...]:
        """Return what waits for delivery, and what was delivered since a moment, oldest first."""

    def lying(self, delivered_before: datetime) -> tuple[LyingAlike, ...]:
        """Count what was delivered to partners before a moment and never picked up, first first."""

    def undecided(self, received_until: date) -> tuple[UndecidedClaim, ...]:
        """Return the claims received up to a day that are neither decided nor refused, oldest first."""
