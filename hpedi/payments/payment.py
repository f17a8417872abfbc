"""A payment: what one payee gets in one run, by which method, under which number."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from hpedi.money import ZERO, Usd
from hpedi.payments.dues import paid_of
from hpedi.transactions.remittance_835.model import PaymentMethod, ProviderAdjustment, Remittance, RemittancePayee


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidClaim:
    """A claim version that a payment pays, or denies, and the interest on it, US dollars."""

    payer_claim_control_number: str
    version: int
    interest: Usd = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentHead:
    """What is paid to whom, without what for: as much of a payment as a run has at hand of all its payments.

    Attributes:
        trace_number: TRN02: the EFT number, or the check number. Unique for ever.
        method: ACH, CHECK, or NONE where nothing is paid.
        amount: BPR02, US dollars, never negative.
        payment_date: BPR16: the effective entry date, or the date of the check.
        funding_account: Our id of the account that it is paid from.
        payee: Who gets it, with the account it goes to.
        originator_id: BPR10/TRN03: '1' and the payer's EIN.
        reissues: The number of the payment that it takes the place of; empty where it is none of these.
        member: Our id of the subscriber whom a check pays; empty where a provider is paid.
    """

    trace_number: str
    method: PaymentMethod
    amount: Usd
    payment_date: date
    funding_account: str
    payee: RemittancePayee
    originator_id: str
    reissues: str = ""
    member: str = ""

    @property
    def trace_segment(self) -> str:
        """The TRN segment as it goes to the bank in the addenda (CAQH CORE 370)."""
        return f"TRN*1*{self.trace_number}*{self.originator_id}~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(PaymentHead):
    """One payment. It goes through the states of `payments.states`; an EFT that comes back undoes no claim.

    Attributes:
        claims: The claim versions it covers, in CLP order.
        claims_paid: Sum of CLP04, US dollars.
        adjusted: Sum of PLB amounts, US dollars; positive takes money back. `claims_paid - adjusted` is `amount`.
        forwarded: Sum of PLB FB and WO among `adjusted`: negative is left with the payee for a later payment to take
            back, positive is taken back here.
        adjustments: The PLB rows, as the remittance says them.
        borne_elsewhere: What of `claims_paid` other funding accounts bear, US dollars by our ids of them: a correction
            and what it takes back stand in one remittance, whoever bears them.
    """

    claims: tuple[PaidClaim, ...]
    claims_paid: Usd
    adjusted: Usd
    forwarded: Usd
    adjustments: tuple[ProviderAdjustment, ...] = ()
    borne_elsewhere: tuple[tuple[str, Usd], ...] = ()

    @property
    def head(self) -> PaymentHead:
        """What is paid to whom."""
        return PaymentHead(**{each.name: getattr(self, each.name) for each in fields(PaymentHead)})

    @property
    def interest(self) -> Usd:
        """US dollars of interest on its claims: the sum of AMT*I, and of PLB L6 with the other sign."""
        return sum((claim.interest for claim in self.claims), ZERO)

    @property
    def carried(self) -> Usd:
        """US dollars that its payee owes the next payment, because it takes back more than it pays (PLB FB)."""
        return -sum((each.amount for each in self.adjustments if each.reference == self.trace_number), ZERO)

    @property
    def dues(self) -> Usd:
        """US dollars of dues that it pays: what settlements found, told by PLB rows of their own."""
        return ZERO if self.reissues else paid_of(self.adjustments)

    @property
    def reissued(self) -> Usd:
        """US dollars of the payment whose place it takes: it pays nothing else, and its PLB row names that payment."""
        return paid_of(self.adjustments) if self.reissues else ZERO


@dataclass(frozen=True, slots=True)
class RemittedPayment:
    """A payment and the remittance that explains it."""

    payment: Payment
    remittance: Remittance
