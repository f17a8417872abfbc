"""What the books keep, as frozen values: files, receipts, claims, decisions, payments and outbound files.

They go into and out of a `Work` (see `ports`); nothing is loaded behind the caller's back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from hpedi.adjudication.decision import ClaimDecision, Pend
from hpedi.claims.claim import ReceivedClaim
from hpedi.money import ZERO, Usd
from hpedi.payments.payment import Payment, PaymentHead
from hpedi.payments.states import PaymentState

REMITTANCE_SET = "835"
"""The transaction set of a remittance; the kind of its file in the outbox, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundFile:
    """A file that arrived, known by its digest.

    Attributes:
        received_at: The receipt instant, from the arrival and never from the run.
        received_on: Its date where the payer is; starts timely filing and interest.
        state: receiving, done or quarantined.
        reason: Codes of what was found outside any interchange; of a file in quarantine never empty.
    """

    id: int
    digest: str
    size: int
    received_at: datetime
    received_on: date
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One interchange of a file, in order; `published` once its answers are given and its claims may be decided."""

    id: int
    file: int
    ordinal: int
    partner: str
    usage: str
    control_number: str
    digest: str
    received_at: datetime
    published: bool
    verdict: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterchangeIdentity:
    """What makes an interchange the same one: ISA05/06, ISA07/08, ISA13 and ISA15."""

    sender: str
    receiver: str
    control_number: str
    usage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClaim:
    """A claim of a receipt. `state`: accepted, refused, decided or pended; `note` holds finding codes or the reason."""

    received: ReceivedClaim
    receipt: int
    ordinal: int
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingClaim:
    """A claim that waits: why, since when, what it charges (US dollars), and the login of who works on it."""

    pend: Pend
    pended_on: date
    received_at: datetime
    charged: Usd
    assigned_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDecision:
    """A decision with its claim, the order in which it became final, and the run that pays it."""

    received: ReceivedClaim
    decision: ClaimDecision
    ordinal: int
    decided_on: date
    payment_run: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRun:
    """A payment run with the numbers reserved for it and who began it; `open` until what it pays is committed."""

    id: int
    principal: str
    as_of: date
    instant: datetime
    state: str
    first_trace_number: int
    first_check_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPayment:
    """A payment and where it stands."""

    id: int
    run: int
    payment: Payment
    state: PaymentState

    @property
    def claims(self) -> int:
        """How many claims it covers."""
        return len(self.payment.claims)

    @property
    def listed(self) -> ListedPayment:
        """The payment without its claims."""
        return ListedPayment(
            id=self.id,
            run=self.run,
            payment=self.payment.head,
            claims=self.claims,
            claims_paid=self.payment.claims_paid,
            interest=self.payment.interest,
            carried=self.payment.carried,
            state=self.state,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPayment:
    """A payment without its claims, and where it stands: many are at hand at once.

    Attributes:
        claims: How many claims it covers.
        claims_paid: US dollars that they pay, interest apart; the rest of its amount are adjustments (PLB).
        interest: US dollars of interest on them.
        carried: US dollars that it carries forward.
    """

    id: int
    run: int
    payment: PaymentHead
    claims: int
    claims_paid: Usd
    interest: Usd
    carried: Usd
    state: PaymentState

    @property
    def adjusted(self) -> Usd:
        """US dollars that adjustments other than interest add to it, below 0.00 take off it."""
        return self.payment.amount - self.claims_paid - self.interest


AnyPayment: TypeAlias = StoredPayment | ListedPayment


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvent:
    """A payment (by its row) came into a state: when, by whom, and why where somebody said so."""

    payment: int
    state: PaymentState
    at: datetime
    principal: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidBy:
    """The payment that a decision is in: its check or EFT number (TRN02), its date (BPR16), and where it stands."""

    trace_number: str
    payment_date: date
    state: PaymentState


@dataclass(frozen=True, slots=True, kw_only=True)
class EftEntry:
    """An ACH entry that went to the bank: the EFT number it carries (TRN02), its file and its Nacha trace number."""

    trace_number: str
    file: str
    ach_trace_number: str
    effective_entry_date: date
    amount: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """A file to deliver: our own name, the folder it goes to (`partner/<id>` or `bank`), its bytes."""

    folder: str
    name: str
    kind: str
    content: bytes
    receipt: int | None = None
    run: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundRow:
    """A row of the outbox, without its bytes."""

    id: int
    folder: str
    name: str
    kind: str
    digest: str
    receipt: int | None
    run: int | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """How many of a kind there are, and their money in US dollars.

    Attributes:
        kind: What they have in common, for example a claim status or a payment method and state.
        charged: Sum of charges; 0.00 for what has none.
        paid: Sum of payments.
    """

    kind: str
    count: int
    charged: Usd = ZERO
    paid: Usd = ZERO
