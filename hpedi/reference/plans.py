"""Plans: benefit years, accumulators and benefit rows, each version in force for a span of dates of service."""

from __future__ import annotations

from typing import Literal

from hpedi.reference.dated import Dated, Entry
from hpedi.reference.settling import CostTarget, InterestRate, Target
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
    """A counter of a plan and its limit: US dollars for deductible, oop and dollars, a count for visits."""

    id: Name
    kind: Literal["deductible", "oop", "visits", "dollars"]
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
    """What a benefit pays at most in a benefit year, as its accumulator says; the reason is told with what is beyond.

    Visits: each accepted line takes one, and none left denies. Dollars: what the plan pays; what is beyond is the
    member's.
    """

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
    """Deductible of the year's last months that counts for the next year too.

    Attributes:
        months: Calendar months of service, 1 to 12.
        credits: Accumulators that are credited; a family's with what its members carry of its kind and tier.
        condition: Nothing carries over for a member whose deductible of the old year was met, or something always does.
        counts_to_oop: It counts to the out-of-pocket maximum of the new year too, where that is not credited itself.
    """

    months: tuple[int, ...]
    credits: tuple[str, ...]
    condition: Literal["prior_individual_deductible_not_met", "always"] = "prior_individual_deductible_not_met"
    counts_to_oop: bool = False


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
    """A programme of a self-insured employer: a share of what is payable goes into a pool.

    With `on_835` it is held back from the provider, in place of the contract's own withholds, and its group and CARC
    say so. Without, the employer pays it beside the claim, and no remittance tells of it.

    Attributes:
        contracts: Contracts that it is for; all if empty.
        interest_to: Who gets the interest of the pool.
        provider_share: What of measured savings is the provider's at the year's end, where that is agreed.
        cap: The most the provider can be given of savings: what is in the pool.
        interest_rates: What the pool earns.
        targets: What earns the withhold; their weights come to 1.
        cost_targets: What care may cost, for savings to be measured against.
        returns_from: Month and day of the next year from which what is left of a pre-fund goes back; any if empty.
    """

    type: Name
    percent: Rate
    base: Literal["payable_after_member_and_cob"] = "payable_after_member_and_cob"
    on_835: bool = True
    group: Literal["CO", "PR", "OA", "PI"] = "CO"
    carc: str = ""
    contracts: tuple[str, ...] = ()
    pool: str = ""
    interest_to: Literal["employer"] = "employer"
    provider_share: Rate | None = None
    cap: Literal["prefund_pool"] | None = None
    interest_rates: tuple[InterestRate, ...] = ()
    targets: tuple[Target, ...] = ()
    cost_targets: tuple[CostTarget, ...] = ()
    returns_from: MonthDay = ""


class Employer(Entry, frozen=True, kw_only=True):
    """A self-insured employer."""

    id: Name
    name: Name
    programs: tuple[Program, ...] = ()
