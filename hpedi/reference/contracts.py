"""Contracts: what a provider is paid, for which lines of business, from when to when; and dated fee schedules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from hpedi.reference.dated import Dated, Entry
from hpedi.reference.plans import Tier
from hpedi.reference.values import Factor, Fee, Name, Rate


class TimelyFiling(Entry, frozen=True, kw_only=True):
    """The days a provider has to file, counted from the last date of service to the receipt.

    Attributes:
        inclusive: The last of the days is in time.
        exceptions: retro_eligibility counts from the day on which coverage was added, where that is later.
    """

    days: int
    inclusive: bool = True
    counted_from: Literal["last_dos"] = msgspec.field(name="from", default="last_dos")
    exceptions: tuple[Literal["retro_eligibility"], ...] = ()


class ApcStatus(Entry, frozen=True, kw_only=True):
    """A line whose code has one of these statuses in an APC table."""

    table: Name
    status: tuple[str, ...]


class RateCondition(Entry, frozen=True, kw_only=True):
    """When a rate applies: all keys given must hold; none given: always."""

    claim_types: tuple[str, ...] | None = None
    tob_prefixes: tuple[str, ...] | None = None
    codes: tuple[str, ...] | None = None
    any_line_revenue_codes: tuple[str, ...] | None = None
    any_line_apc_status: ApcStatus | None = None
    emergency: bool | None = None


class GroupAndCode(Entry, frozen=True, kw_only=True):
    """A claim adjustment: group and reason code."""

    group: Literal["CO", "PR", "OA", "PI"]
    carc: Name


class Bilateral(Entry, frozen=True, kw_only=True):
    """A procedure done on both sides: the modifier that says so, the indicator it needs, its share of the fee."""

    modifier: Name
    indicator: Name
    percent: Factor


class MultipleProcedure(Entry, frozen=True, kw_only=True):
    """Several procedures of one day, ranked: the indicator they need and each one's share of its fee."""

    indicator: Name
    percents: tuple[Rate, ...]
    subsequent: Rate
    group: str = "CO"
    carc: str = "59"


class ContractRate(Entry, frozen=True, kw_only=True):
    """One way of pricing; the first of a contract whose `when` fits a line is its rate.

    Attributes:
        method: fee_schedule is priced; a claim under any other pends, so its terms are not part of the format yet.
        excess: Adjustment for what is charged above the allowed amount; the reason `contractual` if absent.
        rarcs: Remark codes on every line so priced.
        unlisted: Reason that denies a code without a fee; a claim with such a code pends if absent.
    """

    id: Name
    when: RateCondition
    method: Name
    fee_schedule: str | None = None
    lesser_of_charge: bool = True
    excess: GroupAndCode | None = None
    rarcs: tuple[str, ...] = ()
    unlisted: str | None = None
    bilateral: Bilateral | None = None
    multiple_procedure: MultipleProcedure | None = None
    note: str = ""


class Withhold(Entry, frozen=True, kw_only=True):
    """A share of the payment that is held back."""

    id: Name
    percent: Rate
    group: str
    carc: str
    pool: str = ""


class Contract(Dated, frozen=True, kw_only=True):
    """What holds between a provider and the plan; for a provider outside the network, what the plan pays it."""

    id: Name
    provider: Name
    network: Tier
    lines_of_business: tuple[Name, ...]
    timely_filing: TimelyFiling | None = None
    rates: tuple[ContractRate, ...]
    withholds: tuple[Withhold, ...] = ()


class FeeVersion(Dated, frozen=True, kw_only=True):
    """The fees of a span of dates of service, by `CODE` or `CODE-MODIFIER`."""

    version: Name
    fees: Mapping[str, Fee]


class FeeSchedule(Entry, frozen=True, kw_only=True):
    """A fee schedule with its versions."""

    id: Name
    versions: tuple[FeeVersion, ...]
