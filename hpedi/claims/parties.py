"""Who a claim names: providers, subscriber, patient and payer, with their names and addresses, free of X12.

Field comments name the element of the 837P X222A1 once.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hpedi.claims.model import Model


class Address(Model, frozen=True, kw_only=True, omit_defaults=True):
    """A postal address (N3, N4)."""

    lines: tuple[str, ...]  # N301, N302
    city: str  # N401
    state: str = ""  # N402
    postal_code: str = ""  # N403
    country: str = ""  # N404


class Name(Model, frozen=True, kw_only=True, omit_defaults=True):
    """A person's name, or an organisation's in `last` (NM103-NM107)."""

    last: str  # NM103
    first: str = ""  # NM104
    middle: str = ""  # NM105
    suffix: str = ""  # NM107


class Provider(Model, frozen=True, kw_only=True, omit_defaults=True):
    """A provider in one of its roles (billing, pay-to, rendering, referring, supervising, facility)."""

    is_person: bool  # NM102 = 1
    name: Name | None
    npi: str = ""  # NM109 where NM108 = XX
    tax_id: str = ""  # REF*EI or REF*SY of the billing provider
    tax_id_qualifier: str = ""  # REF01: EI or SY
    taxonomy: str = ""  # PRV03
    address: Address | None = None
    secondary_ids: tuple[tuple[str, str], ...] = ()  # (REF01, REF02)


class PatientCondition(Model, frozen=True, kw_only=True, omit_defaults=True):
    """What a professional claim may say of who is treated (PAT)."""

    death_date: date | None = None  # PAT06
    weight: Decimal | None = None  # PAT08, pounds
    is_pregnant: bool = False  # PAT09 = Y


class Subscriber(Model, frozen=True, kw_only=True, omit_defaults=True):
    """The subscriber (2000B, 2010BA)."""

    payer_responsibility: str  # SBR01
    name: Name
    member_id: str = ""  # NM109 where NM108 = MI
    is_person: bool = True  # NM102
    group_number: str = ""  # SBR03
    group_name: str = ""  # SBR04
    insurance_type: str = ""  # SBR05
    claim_filing: str = ""  # SBR09
    birth_date: date | None = None  # DMG02
    sex: str = ""  # DMG03
    address: Address | None = None
    secondary_ids: tuple[tuple[str, str], ...] = ()  # (REF01, REF02): SY, Y4 of property and casualty
    condition: PatientCondition | None = None  # PAT


class Patient(Model, frozen=True, kw_only=True, omit_defaults=True):
    """The patient where not the subscriber (2000C, 2010CA)."""

    relationship: str  # PAT01
    name: Name
    birth_date: date | None = None  # DMG02
    sex: str = ""  # DMG03
    address: Address | None = None
    secondary_ids: tuple[tuple[str, str], ...] = ()  # (REF01, REF02): Y4, 1W and SY of property and casualty
    condition: PatientCondition | None = None  # PAT


class Payer(Model, frozen=True, kw_only=True, omit_defaults=True):
    """The payer a claim is sent to (2010BB)."""

    name: str  # NM103
    id: str  # NM109


class PayToPlan(Model, frozen=True, kw_only=True, omit_defaults=True):
    """A health plan that paid already and is to be paid in place of the provider (2010AC)."""

    name: str  # NM103
    id: str  # NM109
    tax_id: str = ""  # REF*EI
    secondary_ids: tuple[tuple[str, str], ...] = ()  # (REF01, REF02)
    address: Address | None = None
