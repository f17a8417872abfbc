"""Plans: benefit years, accumulators and benefit rows, each version in force for a span of dates of service."""

from __future__ import annotations

from typing import Literal

from hpedi.reference.dated import Dated, Entry
from hpedi.reference.values import Factor, Money, MonthDay, Name, Rate

Tier = Literal["INN", "OON"]


class Funding(Entry, frozen=True, kw_only=True):
    """Who bears the cost: the insurer, or a self-insured employer."""

    type: Name  # fully_insured, self_insured ...
    employer: str | None = None


class BenefitYear(Entry, frozen=True, kw_only=True):
    """When the year of the accumulators begins: 1 January, or a month and day of the plan's own."""

    type: Literal["calendar", "plan_year"]
    start_month_day: MonthDay = "01-01"


class Accumulator(Entry, frozen=True, kw_only=True):
    """A counter of a plan and its limit: US dollars for deductible and oop, a count for visits."""

    id: Name
    kind: Literal["deductible", "oop", "visits"]
    scope: Literal["individual", "family"]
    tier: Literal["INN", "OON", "ALL"]
    limit: Factor


class LineMatch(Entry, frozen=True, kw_only=True):
    """What a service line must be for a benefit row to be its row: all keys given must hold.

    Attributes:
        dx_prefixes: One of the diagnoses that the line points to begins so.
        modifiers: The line has one of them.
        tob_prefixes: Type of bill; never holds for a professional claim. `revenue_codes` likewise.
        any_of: At least one of these holds.
    """

    codes: tuple[str, ...] | None = None
    revenue_codes: tuple[str, ...] | None = None
    dx_prefixes: tuple[str, ...] | None = None
    modifiers: tuple[str, ...] | None = None
    pos: tuple[str, ...] | None = None
    emergency: bool | None = None
    provider_designated_online: bool | None = None
    tob_prefixes: tuple[str, ...] | None = None
    any_of: tuple[LineMatch, ...] | None = None


class CostSharePart(Entry, frozen=True, kw_only=True):
    """A part of the member's cost share: copay with `amount`, deductible, or coinsurance with `rate`."""

    type: Literal["copay", "deductible", "coinsurance"]
    amount: Money | None = None
    per: Literal["visit"] = "visit"
    waived_if: Literal["admitted"] | None = None
    rate: Rate | None = None


class BenefitLimit(Entry, frozen=True, kw_only=True):
    """A number of visits a benefit year: each accepted line takes one; none left denies with the reason."""

    acc: Name
    per: Literal["line_dos"] = "line_dos"
    reason: Name


class Benefit(Entry, frozen=True, kw_only=True):
    """A benefit row. No cost share at all: the plan pays the allowed amount. `exclusion` names the reason of denial."""

    id: Name
    tiers: tuple[Tier, ...]
    match: LineMatch
    cost_share: tuple[CostSharePart, ...] = ()
    exclusion: str | None = None
    tier_override: Tier | None = None
    limit: BenefitLimit | None = None
    note: str = ""


class CoordinationOfBenefits(Entry, frozen=True, kw_only=True):
    """How the plan pays after another payer."""

    method: Literal["COB-STD", "COB-ALLOWED"]
    deductible_credit: Literal["as_if_primary", "none"]


class CarryOver(Entry, frozen=True, kw_only=True):
    """Deductible of the year's last months that counts for the next year too."""

    months: tuple[int, ...]
    credits: tuple[str, ...]
    condition: str
    counts_to_oop: bool


class NewbornRule(Entry, frozen=True, kw_only=True):
    """A child not enrolled yet is decided as its subscriber for its first days."""

    days: int
    relationship: Name
    adjudicate_as: Literal["subscriber"]


class PlanVersion(Dated, frozen=True, kw_only=True):
    """A plan as it stands for dates of service in a span."""

    funding: Funding
    benefit_year: BenefitYear
    family_tier: Literal["embedded", "aggregate"]
    accumulators: tuple[Accumulator, ...]
    benefits: tuple[Benefit, ...]
    cob: CoordinationOfBenefits
    carry_over: CarryOver | None = None
    newborn_rule: NewbornRule | None = None


class Plan(Entry, frozen=True, kw_only=True):
    """A plan with its versions."""

    id: Name
    name: Name
    line_of_business: Name
    claim_filing: str = ""  # CLP06; the payer's where empty
    versions: tuple[PlanVersion, ...]


class Program(Entry, frozen=True, kw_only=True):
    """A programme of a self-insured employer, for example a performance withhold, with the contracts it touches."""

    type: Name
    percent: Rate
    contracts: tuple[str, ...] = ()


class Employer(Entry, frozen=True, kw_only=True):
    """A self-insured employer."""

    id: Name
    name: Name
    programs: tuple[Program, ...] = ()
