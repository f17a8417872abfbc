"""What a claim or a service line may say beside what every claim says: seldom sent, needed by some rule when it is.

Field comments name the element of the 837 once; where the sets differ, that of the 837P X222A1.
"""

from __future__ import annotations

from decimal import Decimal

from hpedi.claims.model import Model
from hpedi.money import Usd
from hpedi.service_dates import DateSpan


class EventDate(Model, frozen=True, kw_only=True, omit_defaults=True):
    """A day or days of something that has no field of its own (DTP)."""

    event: str  # DTP01, as 431 onset of illness, 484 last menstrual period
    dates: DateSpan  # DTP03


class Certification(Model, frozen=True, kw_only=True, omit_defaults=True):
    """Conditions that are certified to hold or not to hold (CRC)."""

    category: str  # CRC01: 07 ambulance, 09 equipment, 70 hospice, 75 homebound, E1-E3 vision, ZZ EPSDT
    applies: bool  # CRC02 = Y
    conditions: tuple[str, ...] = ()  # CRC03-CRC07


class Contract(Model, frozen=True, kw_only=True, omit_defaults=True):
    """The contract that the provider bills under (CN1)."""

    type: str  # CN101
    amount: Usd | None = None  # CN102
    percent: Decimal | None = None  # CN103
    code: str = ""  # CN104
    terms_discount_percent: Decimal | None = None  # CN105
    version: str = ""  # CN106


class Repricing(Model, frozen=True, kw_only=True, omit_defaults=True):
    """What a repricer made of a claim or line (HCP)."""

    methodology: str  # HCP01
    allowed: Usd  # HCP02
    savings: Usd | None = None  # HCP03
    organisation: str = ""  # HCP04
    rate: Decimal | None = None  # HCP05
    ambulatory_group: str = ""  # HCP06; of an 837I the DRG
    ambulatory_group_amount: Usd | None = None  # HCP07
    revenue_code: str = ""  # HCP08
    code_qualifier: str = ""  # HCP09
    code: str = ""  # HCP10
    unit: str = ""  # HCP11
    units: Decimal | None = None  # HCP12
    reject_reason: str = ""  # HCP13
    policy_compliance: str = ""  # HCP14
    exception: str = ""  # HCP15


class SpinalManipulation(Model, frozen=True, kw_only=True, omit_defaults=True):
    """The condition of a patient in spinal manipulation (CR2)."""

    condition: str  # CR208
    descriptions: tuple[str, ...] = ()  # CR210, CR211


class Equipment(Model, frozen=True, kw_only=True, omit_defaults=True):
    """Durable medical equipment (SV5), and for how long it is certified (CR3)."""

    code_qualifier: str = ""  # SV501-1
    code: str = ""  # SV501-2
    days: Decimal | None = None  # SV503, days of medical necessity
    rental_price: Usd | None = None  # SV504
    purchase_price: Usd | None = None  # SV505
    rental_unit: str = ""  # SV506: 1 weekly, 4 monthly, 6 daily
    certification: str = ""  # CR301: I initial, R renewal, S revised
    certified_months: Decimal | None = None  # CR303


class Measurement(Model, frozen=True, kw_only=True, omit_defaults=True):
    """The result of a test (MEA)."""

    reference: str  # MEA01
    qualifier: str  # MEA02
    value: Decimal  # MEA03


class PurchasedService(Model, frozen=True, kw_only=True, omit_defaults=True):
    """A service bought from another provider (PS1)."""

    provider: str  # PS101
    charged: Usd  # PS102


class FormAnswer(Model, frozen=True, kw_only=True, omit_defaults=True):
    """An answer of a supporting form (FRM)."""

    question: str  # FRM01
    values: tuple[str, ...] = ()  # FRM02-FRM05, empty ones kept between


class SupportingForm(Model, frozen=True, kw_only=True, omit_defaults=True):
    """A form that supports a line, as a certificate of medical necessity (2440)."""

    qualifier: str  # LQ01
    code: str  # LQ02
    answers: tuple[FormAnswer, ...] = ()  # FRM


class AdjudicationInformation(Model, frozen=True, kw_only=True, omit_defaults=True):
    """What another payer said of an inpatient or outpatient claim (MIA, MOA)."""

    values: tuple[tuple[int, Decimal], ...] = ()  # (number of the element, its amount, days or rate)
    remarks: tuple[str, ...] = ()  # RARCs: MIA05, MIA20-MIA23; MOA03-MOA07
