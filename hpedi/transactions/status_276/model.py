"""A claim status inquiry as models: each claim asked about, with all above it that says whose it is."""

from __future__ import annotations

from datetime import date

from hpedi.claims.model import Model
from hpedi.money import Usd
from hpedi.service_dates import DateSpan
from hpedi.transactions.ack_277ca.model import Party

DATES, CHARGE, BIRTH_DATE = "dates", "charge", "birth date"
"""What of an inquiry may be there and not be readable."""


class AskedPerson(Model, frozen=True, kw_only=True):
    """The subscriber (2000D), or the dependent who is the patient (2000E); a dependent has no identifier."""

    party: Party  # NM1*IL, NM1*QC
    birth_date: date | None = None  # DMG02
    sex: str = ""  # DMG03


class AskedLine(Model, frozen=True, kw_only=True):
    """A service line asked about (2210D, 2210E)."""

    procedure: tuple[str, ...]  # SVC01: qualifier, code, modifiers
    charged: Usd | None = None  # SVC02; None where it cannot be read
    revenue_code: str = ""  # SVC04
    units: str = ""  # SVC07 as sent
    control_number: str = ""  # REF*FJ
    service_dates: DateSpan | None = None  # DTP*472; None where it cannot be read


class StatusInquiry(Model, frozen=True, kw_only=True):
    """A claim asked about (2200D, 2200E), with the levels above it.

    Attributes:
        unreadable: What of it was sent and cannot be read: `DATES`, `CHARGE`, `BIRTH_DATE`.
    """

    payer: Party  # 2100A
    receiver: Party  # 2100B
    providers: tuple[Party, ...]  # 2100C
    subscriber: AskedPerson
    dependent: AskedPerson | None = None
    trace: str  # TRN02
    payer_claim_control_number: str = ""  # REF*1K
    bill_type: str = ""  # REF*BLT
    patient_control_number: str = ""  # REF*EJ
    prescription: str = ""  # REF*XZ
    clearinghouse_trace: str = ""  # REF*D9
    charged: Usd | None = None  # AMT*T3
    service_dates: DateSpan | None = None  # DTP*472
    lines: tuple[AskedLine, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def patient(self) -> AskedPerson:
        """Who was treated."""
        return self.dependent or self.subscriber


class StatusInquirySet(Model, frozen=True, kw_only=True):
    """One 276 transaction set."""

    reference: str  # BHT03
    inquiries: tuple[StatusInquiry, ...]
