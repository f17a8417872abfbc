"""A remittance: what a payer tells a payee about one payment (835 X221A1), free of X12."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hpedi.claims.adjustment import Adjustment
from hpedi.claims.claim import Address, Name
from hpedi.money import Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePayment:
    """A service line of a claim payment (2110)."""

    code: str  # SVC01-2
    code_qualifier: str = "HC"  # SVC01-1
    modifiers: tuple[str, ...] = ()  # SVC01-3..
    charged: Usd  # SVC02
    paid: Usd  # SVC03
    units_paid: Decimal  # SVC05
    units_billed: Decimal  # SVC07 where it differs
    service_date: date  # DTM*472
    adjustments: tuple[Adjustment, ...] = ()  # CAS
    allowed: Usd | None = None  # AMT*B6
    remarks: tuple[str, ...] = ()  # LQ*HE
    control_number: str = ""  # REF*6R
    line_number: int = 0  # not sent


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPayment:
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
    patient: Name  # NM1*QC
    patient_member_id: str = ""  # NM1*QC NM109
    subscriber: Name | None = None  # NM1*IL where the patient is not the subscriber
    subscriber_member_id: str = ""  # NM1*IL NM109
    rendering_npi: str = ""  # NM1*82
    rendering: Name | None = None
    received: date | None = None  # DTM*050
    statement_from: date | None = None  # DTM*232
    statement_to: date | None = None  # DTM*233
    coverage_ended: date | None = None  # DTM*036
    adjustments: tuple[Adjustment, ...] = ()  # CAS
    remarks: tuple[str, ...] = ()  # MOA03-07
    services: tuple[ServicePayment, ...] = ()  # 2110


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAdjustment:
    """A provider-level adjustment (one PLB reason and amount); positive takes money back."""

    code: str  # PLB03-1
    reference: str  # PLB03-2
    amount: Usd  # PLB04


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """A bank account: routing number, account number, DA checking or SG savings."""

    routing_number: str
    account_number: str
    kind: str = "DA"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittancePayer:
    """The payer (1000A) and its side of the payment (BPR06-BPR11, TRN03)."""

    name: str
    payer_id: str  # REF*2U or NM109
    tax_id: str  # nine digits; BPR10/TRN03 = '1' + this
    address: Address
    account: BankAccount
    contact_name: str = ""  # PER*CX / PER*BL
    contact_phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittancePayee:
    """The payee (1000B) and its side of the payment."""

    provider: str  # our id; not sent
    name: str
    npi: str
    tax_id: str  # REF*TJ
    address: Address | None = None
    account: BankAccount | None = None  # None: paid by check


@dataclass(frozen=True, slots=True, kw_only=True)
class Remittance:
    """One 835: one payment to one payee.

    Attributes:
        method: BPR04: ACH, CHK or NON.
        amount: BPR02, never negative.
        payment_date: BPR16.
        trace_number: TRN02, the reassociation trace number (EFT number or check number).
        production_date: DTM*405.
    """

    payer: RemittancePayer
    payee: RemittancePayee
    method: str
    amount: Usd
    payment_date: date
    trace_number: str
    production_date: date
    claims: tuple[ClaimPayment, ...]
    provider_adjustments: tuple[ProviderAdjustment, ...] = ()
