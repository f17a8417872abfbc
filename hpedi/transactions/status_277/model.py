"""The answer to a claim status inquiry as models, free of X12: for each claim asked about, what was found."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from hpedi.claims.model import Model
from hpedi.money import ZERO, Usd
from hpedi.service_dates import DateSpan
from hpedi.transactions.ack_277ca.model import ClaimStatus, Party


class ReportedLine(Model, frozen=True, kw_only=True):
    """A service line (2220D, 2220E)."""

    procedure: tuple[str, ...]  # SVC01: qualifier, code, modifiers
    charged: Usd  # SVC02
    paid: Usd = ZERO  # SVC03
    revenue_code: str = ""  # SVC04
    units: str = ""  # SVC07
    statuses: tuple[ClaimStatus, ...]  # STC
    effective: date  # STC02
    control_number: str = ""  # REF*FJ
    service_dates: DateSpan  # DTP*472


class ReportedClaim(Model, frozen=True, kw_only=True):
    """A claim with its status (2200D, 2200E).

    Attributes:
        paid: None where the claim is not decided.
        finalised: The day on which it was decided.
        remitted: The date of the payment that the 835 told; None where there is none yet.
        remittance_number: Check or EFT number: TRN02 of that 835.
        patient: First name of who was treated, for a person who asks about a member's claims: a family shares a member
            id. No element of the 277 tells it.
    """

    unshown: ClassVar[frozenset[str]] = frozenset({"patient"})

    trace: str  # TRN02
    statuses: tuple[ClaimStatus, ...]  # STC01, STC10, STC11
    effective: date  # STC02
    charged: Usd | None = None  # STC04
    paid: Usd | None = None  # STC05
    finalised: date | None = None  # STC06
    remitted: date | None = None  # STC08
    remittance_number: str = ""  # STC09
    payer_claim_control_number: str = ""  # REF*1K
    bill_type: str = ""  # REF*BLT
    patient_control_number: str = ""  # REF*EJ
    prescription: str = ""  # REF*XZ
    clearinghouse_trace: str = ""  # REF*D9
    service_dates: DateSpan | None = None  # DTP*472
    patient: str = ""
    lines: tuple[ReportedLine, ...] = ()


class Refusal(Model, frozen=True, kw_only=True):
    """Why an inquiry is refused before any claim is looked for, for its receiver (2200B) or its provider (2200C)."""

    statuses: tuple[ClaimStatus, ...]  # STC
    is_of_provider: bool


class StatusAnswer(Model, frozen=True, kw_only=True):
    """What is answered to one claim asked about, under the levels of the inquiry."""

    receiver: Party  # 2100B
    providers: tuple[Party, ...]  # 2100C
    subscriber: Party  # 2100D
    dependent: Party | None = None  # 2100E
    claims: tuple[ReportedClaim, ...]
    refusal: Refusal | None = None


class ClaimStatusResponse(Model, frozen=True, kw_only=True):
    """One 277: the answer to one 276 transaction set."""

    reference: str  # BHT03
    created: datetime  # BHT04, BHT05; STC02 of a refusal
    payer_name: str  # 2100A NM103
    payer_id: str  # 2100A NM109, qualifier PI
    inquiry_reference: str  # 2200B TRN02 = BHT03 of the 276
    answers: tuple[StatusAnswer, ...]
