"""What an estimate is asked for, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from hpedi.claims.model import Model
from hpedi.money import Usd

ClaimType: TypeAlias = Literal["P", "I", "D"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service to come: code, modifiers, units, and the charge in US dollars where it is known."""

    code: str
    modifiers: tuple[str, ...] = ()
    units: Decimal = Decimal(1)
    charge: Usd | None = None
    revenue_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What is planned.

    Attributes:
        card: The member id on the card.
        born: Whose of those who share the card; None where only one has it.
        provider: Our id of the billing provider, or its NPI.
        services: What is to be done.
        on: The day.
        diagnoses: Codes without point, the principal one first.
        place_of_service: Where.
        type: P professional, I institutional, D dental.
        facility_code: Type of bill of an institutional claim, without leading zero and frequency.
    """

    card: str
    born: date | None
    provider: str
    services: tuple[Service, ...]
    on: date
    diagnoses: tuple[str, ...] = ()
    place_of_service: str = "11"
    type: ClaimType = "P"
    facility_code: str = ""


class EstimatedLine(Model, frozen=True, kw_only=True):
    """What a service comes to, US dollars.

    Attributes:
        allowed: What the contract allows.
        plan: What the plan pays of it.
        deductible: What the member pays of it, by part; `coinsurance` and `copay` likewise.
        not_covered: What the member owes beside, of a charge that was given.
        member: What the member pays in all.
        adjustments: Group and reason code of what is not paid.
    """

    number: int
    code: str
    allowed: Usd
    plan: Usd
    deductible: Usd
    coinsurance: Usd
    copay: Usd
    not_covered: Usd
    member: Usd
    denied: bool
    adjustments: tuple[str, ...]


class Left(Model, frozen=True, kw_only=True):
    """What is left of a limit after these services: US dollars, or visits."""

    accumulator: str
    kind: str
    limit: Decimal
    used_before: Decimal
    left_after: Decimal


class Estimate(Model, frozen=True, kw_only=True):
    """What services would come to.

    Attributes:
        lines: By service. Where the contract prices the claim as one, the member's share stands with the first.
        allowed: US dollars; `plan` and `member` likewise.
        left: Limits that they count to.
        rests_on: What it was worked out from.
        may_change: What would make it come out otherwise.
        snapshot: The reference data.
    """

    on: date
    provider: str
    plan_id: str
    lines: tuple[EstimatedLine, ...]
    allowed: Usd
    plan: Usd
    member: Usd
    left: tuple[Left, ...]
    rests_on: tuple[str, ...]
    may_change: tuple[str, ...]
    snapshot: int
