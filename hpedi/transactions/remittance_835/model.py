"""A remittance: what a payer tells a payee about one payment (835 X221A1), free of X12.

Some facts here are not sent (our provider id, the ACH name) or not always (accounts, zero amounts): `as_sent` leaves
them out, so that a remittance can be compared with what its bytes say.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from operator import itemgetter
from typing import ClassVar, Final

from msgspec.structs import replace

from hpedi.claims.adjustment import Adjustment
from hpedi.claims.model import Model
from hpedi.claims.parties import Address, Name
from hpedi.money import Usd
from hpedi.transactions.remittance_835.adjustments import grouped


class PaymentMethod(StrEnum):
    """BPR04."""

    ACH = "ACH"
    BOP = "BOP"
    CHECK = "CHK"
    WIRE = "FWT"
    NONE = "NON"


ELECTRONIC: Final = frozenset({PaymentMethod.ACH, PaymentMethod.BOP, PaymentMethod.WIRE})
"""Methods whose BPR carries both bank accounts (BPR06-BPR10, BPR12-BPR15)."""

CCD_PLUS: Final = "CCP"
"""BPR05 of an ACH payment whose entry carries the TRN segment only."""
CORPORATE_EXCHANGE: Final = "CTX"
"""BPR05 of an ACH payment whose entry carries the 835 inside."""

REVERSAL: Final = "22"
"""CLP02 of a claim payment taken back."""


class SubmittedService(Model, frozen=True, kw_only=True):
    """What was billed, where something else was decided on: another code, or one of a bundle or part of one (SVC06)."""

    code: str  # SVC06-2
    code_qualifier: str = "HC"  # SVC06-1
    modifiers: tuple[str, ...] = ()  # SVC06-3..


class NamedPayer(Model, frozen=True, kw_only=True):
    """Another payer, by name and number."""

    name: str  # NM103
    payer_id: str = ""  # NM109, PI


class ServicePayment(Model, frozen=True, kw_only=True):
    """A service line of a claim payment (2110)."""

    code: str  # SVC01-2; the revenue code where the line has no other (NU)
    code_qualifier: str = "HC"  # SVC01-1
    modifiers: tuple[str, ...] = ()  # SVC01-3..
    charged: Usd  # SVC02
    paid: Usd  # SVC03
    revenue_code: str = ""  # SVC04, beside a procedure code
    units_paid: Decimal  # SVC05
    submitted: SubmittedService | None = None  # SVC06
    units_billed: Decimal  # SVC07 where it differs
    service_date: date | None  # DTM*472, or DTM*150 with service_end; None where only the claim is dated
    service_end: date | None = None  # DTM*151 where it is a later day
    adjustments: tuple[Adjustment, ...] = ()  # CAS
    references: tuple[tuple[str, str], ...] = ()  # REF01 and REF02 of service identification: APC, G1 ...
    allowed: Usd | None = None  # AMT*B6; None or 0.00 is not sent
    amounts: tuple[tuple[str, Usd], ...] = ()  # other AMT01 and AMT02, for example T tax
    remarks: tuple[str, ...] = ()  # LQ*HE
    control_number: str = ""  # REF*6R
    rendering_npi: str = ""  # REF*HPI, where another than the claim's
    line_number: int = 0  # not sent


class ClaimPayment(Model, frozen=True, kw_only=True):
    """A claim of a remittance (2100)."""

    patient_control_number: str  # CLP01
    status: str  # CLP02
    charged: Usd  # CLP03
    paid: Usd  # CLP04
    patient_responsibility: Usd | None = None  # CLP05; None or 0.00 is not sent
    claim_filing: str  # CLP06
    payer_claim_control_number: str  # CLP07
    facility_code: str = ""  # CLP08
    frequency: str = ""  # CLP09
    drg: str = ""  # CLP11
    drg_weight: Decimal | None = None  # CLP12
    patient: Name  # NM1*QC
    patient_member_id: str = ""  # NM1*QC NM109
    subscriber: Name | None = None  # NM1*IL where the patient is not the subscriber
    subscriber_member_id: str = ""  # NM1*IL NM109
    corrected: Name | None = None  # NM1*74 where the patient (or insured) is known by another name than was sent
    corrected_member_id: str = ""  # NM1*74 NM109 where the member id is another
    rendering_npi: str = ""  # NM1*82 NM109, where another than the payee
    rendering: Name | None = None  # NM1*82
    rendering_is_person: bool = True  # NM1*82 NM102 = 1
    crossover: NamedPayer | None = None  # NM1*TT: the payer that the claim was sent on to
    priority_payer: NamedPayer | None = None  # NM1*PR: the payer that we think pays before us
    other_subscriber: Name | None = None  # NM1*GB: its subscriber
    other_subscriber_id: str = ""  # NM1*GB NM109
    references: tuple[tuple[str, str], ...] = ()  # REF01 and REF02: F8 the claim corrected, EA medical record ...
    received: date | None = None  # DTM*050
    statement_from: date | None = None  # DTM*232
    statement_to: date | None = None  # DTM*233
    coverage_ended: date | None = None  # DTM*036
    adjustments: tuple[Adjustment, ...] = ()  # CAS
    remarks: tuple[str, ...] = ()  # MOA03-07
    inpatient_remarks: tuple[str, ...] = ()  # MIA05, MIA20-23
    amounts: tuple[tuple[str, Usd], ...] = ()  # AMT01 and AMT02, for example I interest, AU coverage
    quantities: tuple[tuple[str, Decimal], ...] = ()  # QTY01 and QTY02, for example CA covered days
    services: tuple[ServicePayment, ...] = ()  # 2110


class ProviderAdjustment(Model, frozen=True, kw_only=True):
    """A provider-level adjustment (one PLB reason and amount); positive takes money back."""

    code: str  # PLB03-1
    reference: str  # PLB03-2
    amount: Usd  # PLB04


class BankAccount(Model, frozen=True, kw_only=True):
    """A bank account: routing number, account number, DA checking or SG savings; how entries to it look (BPR05)."""

    routing_number: str
    account_number: str
    kind: str = "DA"
    entry_format: str = CCD_PLUS

    unshown: ClassVar[frozenset[str]] = frozenset({"account_number"})


class RemittancePayer(Model, frozen=True, kw_only=True):
    """The payer (1000A) and its side of the payment (BPR06-BPR11, TRN03)."""

    name: str
    payer_id: str  # REF*2U
    tax_id: str  # nine digits; BPR10/TRN03 = '1' + this
    address: Address
    account: BankAccount | None = None  # None where read from an 835 that shows none
    contact_name: str = ""  # PER*BL, whom to ask about the 835 itself
    contact_phone: str = ""  # PER*BL TE
    contact_email: str = ""  # PER*BL EM
    business_name: str = ""  # PER*CX, whom to ask about claims
    business_phone: str = ""  # PER*CX TE
    website: str = ""  # PER*IC UR


class RemittancePayee(Model, frozen=True, kw_only=True):
    """The payee (1000B) and its side of the payment."""

    provider: str  # our id; not sent
    name: str
    npi: str
    tax_id: str = ""  # REF*TJ
    address: Address | None = None
    account: BankAccount | None = None  # None: paid by check
    ach_name: str = ""  # short name for the bank's 22 positions; not sent in the 835


class Remittance(Model, frozen=True, kw_only=True):
    """One 835: one payment to one payee.

    Attributes:
        method: BPR04.
        amount: BPR02, never negative.
        payment_date: BPR16.
        trace_number: TRN02, the reassociation trace number (EFT number or check number).
        production_date: DTM*405; we always send it.
        receiver_id: REF*EV, where somebody else than the payee receives the 835.
    """

    payer: RemittancePayer
    payee: RemittancePayee
    method: PaymentMethod
    amount: Usd
    payment_date: date
    trace_number: str
    production_date: date | None
    receiver_id: str = ""
    claims: tuple[ClaimPayment, ...]
    provider_adjustments: tuple[ProviderAdjustment, ...] = ()


def as_sent(remittance: Remittance) -> Remittance:
    """Return what the 835 of a remittance says: without what is not sent, its adjustments grouped."""
    electronic = remittance.method in ELECTRONIC
    payer, payee = remittance.payer, remittance.payee
    return replace(
        remittance,
        payer=payer if electronic else replace(payer, account=None),
        payee=replace(payee, provider="", ach_name="", account=payee.account if electronic else None),
        claims=tuple(claim_as_sent(claim) for claim in remittance.claims),
    )


def claim_as_sent(claim: ClaimPayment) -> ClaimPayment:
    """Return what the 2100 loop of a claim payment says."""
    return replace(
        claim,
        patient_responsibility=claim.patient_responsibility or None,
        subscriber_member_id=claim.subscriber_member_id if claim.subscriber else "",
        rendering=claim.rendering if claim.rendering_npi else None,
        rendering_is_person=claim.rendering_is_person or not claim.rendering_npi,
        other_subscriber_id=claim.other_subscriber_id if claim.other_subscriber else "",
        references=_sorted(claim.references),
        adjustments=grouped(claim.adjustments),
        services=tuple(_service_as_sent(service) for service in claim.services),
    )


def _service_as_sent(service: ServicePayment) -> ServicePayment:
    return replace(
        service,
        adjustments=grouped(service.adjustments),
        references=_sorted(service.references),
        amounts=tuple([each for each in service.amounts if each[1]]),
        allowed=service.allowed or None,
        service_end=service.service_end if service.service_end != service.service_date else None,
        line_number=0,
    )


def _sorted(references: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(references, key=itemgetter(0))) if len(references) > 1 else references
