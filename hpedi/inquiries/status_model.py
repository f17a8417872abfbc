"""What answering claim status inquiries goes by: claims with all that became of them, and the terms of the day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from hpedi.adjudication.decision import ClaimDecision, Pend
from hpedi.claims.claim import Claim, ReceivedClaim
from hpedi.inquiries.eligibility_rules import NameRules
from hpedi.inquiries.status_table import State, StatusTable
from hpedi.payments.claim_payments import ClaimFiling


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The decision of a claim that is its newest.

    Attributes:
        decided_on: When it was made.
        remitted: The date of the payment that it is in, once that went out; None before, and of what was taken back.
        remittance_number: Check or EFT number of that payment.
        taken_back: Why the claim has no decision any more: replaced or voided; None while it has one.
        successor: Our number of the claim that took it back; empty for none.
    """

    decision: ClaimDecision
    decided_on: date
    remitted: date | None = None
    remittance_number: str = ""
    taken_back: State | None = None
    successor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownClaim:
    """A claim that the asker may see.

    Attributes:
        received: As it came in.
        provider: Our id of the billing provider; empty where we know none.
        state: accepted, refused, decided or pended.
        refusals: The statuses that its 277CA told, where it was refused there.
        pend: Why it waits, and since when.
        standing: Its newest decision; None where there is none.
    """

    received: ReceivedClaim
    provider: str = ""
    state: str
    refusals: tuple[str, ...] = ()
    pend: tuple[Pend, date] | None = None
    standing: Standing | None = None

    @property
    def number(self) -> str:
        """Our number."""
        return self.received.payer_claim_control_number

    @property
    def claim(self) -> Claim:
        """What was asked."""
        return self.received.claim


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerStatuses:
    """The claim statuses that the payer gives decisions, for claims received on a day.

    Attributes:
        paid: Of what is paid.
        zero_cost_share: Of what is not paid because the member's share takes all of it.
        by_adjustment: By group and code of an adjustment.
    """

    paid: str
    zero_cost_share: str
    by_adjustment: Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusTerms:
    """What answers go by beside the claims.

    Attributes:
        table: What each state is told with.
        names: How names are compared.
        payer_id: Ours.
        statuses: The payer's own, by the day on which a claim was received.
        filing: CLP06, as the 835 has it.
        day: The day of the answer.
    """

    table: StatusTable
    names: NameRules
    payer_id: str
    statuses: Callable[[date], PayerStatuses]
    filing: ClaimFiling
    day: date
