"""What the pipeline asks of the books about claims: their staging, their decisions, their history and work on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from hpedi.adjudication.decision import ClaimDecision, PastLine, Pend
from hpedi.adjudication.override import Override
from hpedi.claims.claim import ReceivedClaim
from hpedi.pipeline.records import (
    StoredClaim,
    StoredDecision,
    Total,
    WaitingClaim,
)
from hpedi.pipeline.reprocessing import Proposal, ProposalState
from hpedi.pipeline.sought import ClaimsAsked, ClaimSought, StandingSought


class Drafted(Protocol):
    """Rows that one process made and another one writes; only the store knows what they are."""


class Drafts(Protocol):
    """Writes what others drafted."""

    def write(self, drafted: Any) -> None:
        """Write it into this transaction."""


class Claims(Protocol):
    """Claims from staging to payment."""

    def stage(self, claims: Sequence[StoredClaim]) -> None:
        """Keep claims of an unpublished receipt."""

    def refuse(self, receipt: int, first_ordinal: int, last_ordinal: int, note: str) -> None:
        """Refuse staged claims whose transaction set turned out refused."""

    def drop(self, receipt: int) -> None:
        """Drop the staged claims of a receipt that takes nothing."""

    def next_to_decide(self, limit: int) -> tuple[StoredClaim, ...]:
        """Return the next accepted claims of published production receipts, in order of receipt and position."""

    def last_to_decide(self) -> int:
        """Return the receipt of the last claim that waits; 0 where none does."""

    def waiting_after(self, receipt: int, ordinal: int, limit: int) -> tuple[StoredClaim, ...]:
        """Return the accepted claims that come after a position, likewise, and hold none."""

    def take(self, control_numbers: Sequence[str]) -> tuple[StoredClaim, ...]:
        """Return those of some claims that still are accepted, likewise; they are held until the transaction ends."""

    def find(self, control_number: str) -> StoredClaim | None:
        """Return a claim by our control number."""

    def sought(self, sought: ClaimSought, npis: Sequence[str] | None, at_most: int) -> tuple[StoredClaim, ...]:
        """Return claims of published receipts that some billing providers sent (None: any), newest service first."""

    def asked(self, asked: ClaimsAsked) -> tuple[StoredClaim, ...]:
        """Return claims of published receipts that are asked about, in the order of their numbers."""

    def finalise(self, decisions: Sequence[tuple[ReceivedClaim, ClaimDecision]], decided_on: date) -> None:
        """Store decisions in their order of finalisation; their claims are to be marked decided (`close`)."""

    def close(self, control_numbers: Sequence[str]) -> None:
        """Mark claims decided."""

    def reopen(self, control_number: str) -> None:
        """Let a claim that waits be decided next."""

    def totals(self) -> tuple[Total, ...]:
        """Add up claims of published receipts by state and, where they pend or are refused, why."""


class Pends(Protocol):
    """Claims that wait, and what examiners decide of claims."""

    def put(self, pended: Sequence[Pend], pended_on: date) -> None:
        """Keep why claims wait, in place of why they waited before, and mark them pended."""

    def waiting(self, control_number: str | None = None) -> tuple[WaitingClaim, ...]:
        """Return the claims that wait, or one that does, oldest receipt first."""

    def of_claims(self, control_numbers: Sequence[str]) -> tuple[WaitingClaim, ...]:
        """Return those of some claims that wait, oldest receipt first."""

    def assign(self, control_number: str, login: str) -> None:
        """Say who works on a claim that waits; empty: nobody."""

    def override(self, control_number: str, made: Override) -> None:
        """Keep what an examiner decided of a claim."""

    def overrides(self, control_numbers: Sequence[str]) -> Mapping[str, tuple[Override, ...]]:
        """Return what examiners decided of claims, oldest first."""


class Decisions(Protocol):
    """Decisions, read."""

    def payees(self, run: int) -> tuple[str, ...]:
        """Return the providers that a payment run pays (our ids), in the order of their first decisions."""

    def of_run(self, run: int, payee: str) -> Iterator[StoredDecision]:
        """Return the decisions for which a payment run pays a provider, in order of finalisation."""

    def find(self, control_number: str) -> tuple[StoredDecision, ...]:
        """Return every version of a claim's decision."""

    def of_claims(self, control_numbers: Sequence[str]) -> Iterator[StoredDecision]:
        """Yield every version of claims' decisions, those of a claim in their order; the trail only of reversals."""

    def standing(self, sought: StandingSought, at_most: int) -> tuple[StoredDecision, ...]:
        """Return decisions that stand, in order of finalisation: the newest of their claims, and no reversal."""

    def members_served(self, since: date, until: date, after: str, at_most: int) -> tuple[str, ...]:
        """Return members (our ids) of decided claims with a first day of service in a span, in order, after one."""

    def members_paid(self, trace_number: str) -> tuple[str, ...]:
        """Return whose decisions a payment paid (our ids), by its check or EFT number; each once, in their order."""

    def of_payment(self, payment: int) -> Iterator[StoredDecision]:
        """Return the decisions that a payment paid, in order."""

    def totals(self) -> tuple[Total, ...]:
        """Add up decisions by claim status for a 277."""


class History(Protocol):
    """What later claims of a member need to know of earlier ones."""

    def of(self, days: Mapping[str, Collection[date]]) -> Mapping[str, tuple[PastLine, ...]]:
        """Return the past lines of members that bear on services on some days, oldest first, by member.

        They are those of the same days, and those that bear on any: of episodes, and all of a claim with procedures.
        """

    def every(self, members: Iterable[str]) -> Mapping[str, tuple[PastLine, ...]]:
        """Return all past lines of members, oldest first, by member."""

    def append(self, lines: Sequence[PastLine]) -> None:
        """Add the lines of a decision."""

    def drop(self, control_numbers: Sequence[str]) -> None:
        """Forget the lines of claims whose decision was taken back."""


class Reprocessings(Protocol):
    """Proposals to decide claims again."""

    def keep(self, proposal: Proposal) -> int:
        """Keep a new proposal; return its number."""

    def find(self, number: int) -> Proposal | None:
        """Return a proposal, locked until the transaction ends."""

    def all(self) -> tuple[Proposal, ...]:
        """Return every proposal, newest first."""

    def decide(self, number: int, state: ProposalState) -> None:
        """Say who approved or dropped a proposal."""
