"""Contracts: what a provider is paid, for which lines of business, from when to when; the dated tables they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from hpedi.reference.dated import Dated, Entry
from hpedi.reference.plans import Tier
from hpedi.reference.settling import Target
from hpedi.reference.values import Factor, Fee, Money, Name, Rate

FilingException = Literal["retro_eligibility", "other_payer"]


class TimelyFiling(Entry, frozen=True, kw_only=True):
    """The days a provider has to file, counted from the last date of service to the receipt.

    Attributes:
        inclusive: The last of the days is in time.
        exceptions: What the days are counted from where it is later: retro_eligibility the day on which coverage was
            added, other_payer the day on which the last of the payers before us decided.
        delay_reasons: A late claim with one of these (CLM20) waits for somebody to look at it.
    """

    days: int
    inclusive: bool = True
    counted_from: Literal["last_dos"] = msgspec.field(name="from", default="last_dos")
    exceptions: tuple[FilingException, ...] = ()
    delay_reasons: tuple[str, ...] = ()


class DisputeTerms(Entry, frozen=True, kw_only=True):
    """The days from a decision within which a provider disputes it, and from receipt to our answer."""

    days_to_file: int
    days_to_answer: int


class ApcStatus(Entry, frozen=True, kw_only=True):
    """A line whose code has one of these statuses in an APC table."""

    table: Name
    status: tuple[str, ...]


class RateCondition(Entry, frozen=True, kw_only=True):
    """When a rate applies: all keys given must hold; none given: always.

    Attributes:
        protected: The member is protected for the service (`conventions.protection`), or is not.
    """

    claim_types: tuple[str, ...] | None = None
    tob_prefixes: tuple[str, ...] | None = None
    codes: tuple[str, ...] | None = None
    any_line_revenue_codes: tuple[str, ...] | None = None
    any_line_apc_status: ApcStatus | None = None
    emergency: bool | None = None
    protected: bool | None = None


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
    """Several procedures of a claim and day, ranked by their fees: each one's share of its fee, the dearest first.

    Attributes:
        indicator: The indicator that a code of a fee schedule needs to be ranked.
        status: The status that a code of an APC table needs to be ranked.
        percents: Shares of the first, second ... procedure; `subsequent` of all after these.
        group: Adjustment group and code of what the reduction takes off.
    """

    indicator: str | None = None
    status: str | None = None
    percents: tuple[Rate, ...]
    subsequent: Rate
    rank_by: Literal["fee"] = "fee"
    same_day: bool = True
    group: Literal["CO", "PR", "OA", "PI"] = "CO"
    carc: Name = "59"


class PaymentShare(Entry, frozen=True, kw_only=True):
    """The share of the fee for a service given in a certain way: assistant at surgery, telehealth, discontinued ...

    Attributes:
        modifiers: The line has one of them.
        pos: Or it is given in one of these places.
        codes: For these codes only; for all if absent.
    """

    id: Name
    modifiers: tuple[str, ...] = ()
    pos: tuple[str, ...] = ()
    codes: tuple[str, ...] | None = None
    percent: Factor


class Outlier(Entry, frozen=True, kw_only=True):
    """What a stay whose charges are above a limit is paid beside its DRG: a share of the charges above it."""

    charges_over: Money
    percent: Rate
    group: Literal["CO", "PR", "OA", "PI"] = "CO"
    carc: Name = "70"


class Transfer(Entry, frozen=True, kw_only=True):
    """A stay that ends with a transfer: the DRG amount by its mean length of stay, for the days and some more.

    Attributes:
        patient_statuses: Patient status codes (CL103) that are transfers.
        drgs: For these DRGs only; for all if absent.
        extra_days: Days paid beside those stayed: 1 pays the first day twice.
    """

    patient_statuses: tuple[str, ...]
    drgs: tuple[str, ...] | None = None
    extra_days: int = 1


class AfterMaximum(Entry, frozen=True, kw_only=True):
    """How services of an episode beyond the most that its case rate covers are paid: by a fee schedule."""

    fee_schedule: Name
    lesser_of_charge: bool = True


Method = Literal["fee_schedule", "percent_of_charge", "drg", "per_diem", "case_rate", "apc", "capitation"]
Level = Literal["line", "claim"]
EpisodeField = Literal["member", "billing_provider", "principal_dx"]

CLAIM_METHODS: Final[frozenset[str]] = frozenset({"drg", "per_diem"})
"""Methods that price the whole claim where the rate says nothing of its level."""


class ContractRate(Entry, frozen=True, kw_only=True):
    """One way of pricing; the first of a contract whose `when` fits a line is its rate.

    Which terms a method needs and may have is in `contract_checks.TERMS`.

    Attributes:
        level: Whether lines are priced, or the claim as one; what is usual for the method if absent.
        lesser_of_charge: The charge is allowed where it is less; if absent, so by fee schedule and by no other method.
        excess: Adjustment for what is charged above the allowed amount; the reason `contractual` if absent.
        rarcs: Remark codes on every line so priced.
        unlisted: Reason that denies what has no price; a claim with such a service pends if absent.
        percent: Share of the charge (percent_of_charge).
        cap_fee_schedule: No more is allowed than its fee, where it lists the code (percent_of_charge).
        base: US dollars for a weight of 1 (drg).
        rate: US dollars a day (per_diem) or an episode (case_rate).
        all_inclusive: The days pay for every service of the stay (per_diem).
        room_revenue_codes: Lines whose units are the days (per_diem); lines counted in days if absent.
        max_services: Services of an episode that the rate covers (case_rate), within `window_days` of the first.
        pmpm: US dollars a member and month, paid apart (capitation).
        group: Adjustment group and code of what is not payable; the reason `capitated` if absent (capitation).
    """

    id: Name
    when: RateCondition
    method: Method
    level: Level | None = None
    lesser_of_charge: bool | None = None
    excess: GroupAndCode | None = None
    rarcs: tuple[str, ...] = ()
    unlisted: str | None = None
    fee_schedule: str | None = None
    bilateral: Bilateral | None = None
    multiple_procedure: MultipleProcedure | None = None
    shares: tuple[PaymentShare, ...] = ()
    percent: Rate | None = None
    cap_fee_schedule: str | None = None
    base: Money | None = None
    drg_table: str | None = None
    outlier: Outlier | None = None
    transfer: Transfer | None = None
    rate: Money | None = None
    all_inclusive: bool = True
    room_revenue_codes: tuple[str, ...] | None = None
    max_services: int | None = None
    window_days: int | None = None
    episode_key: tuple[EpisodeField, ...] | None = None
    after_max: AfterMaximum | None = None
    apc_table: str | None = None
    pmpm: Money | None = None
    group: Literal["CO", "PR", "OA", "PI"] | None = None
    carc: Name | None = None
    note: str = ""

    @property
    def prices_claim(self) -> bool:
        """The claim is priced as one, not line by line."""
        return self.level == "claim" or (self.level is None and self.method in CLAIM_METHODS)

    @property
    def allows_lesser_charge(self) -> bool:
        """The charge is allowed where it is less than what is agreed."""
        return self.method == "fee_schedule" if self.lesser_of_charge is None else self.lesser_of_charge


class Withhold(Entry, frozen=True, kw_only=True):
    """A share of what is payable after the member's share and other payers that is held back into a pool.

    Attributes:
        unless_program: Not where a programme of this type of the plan's employer is for the contract.
        targets: What earns it at the year's end; their weights come to 1.
    """

    id: Name
    percent: Rate
    base: Literal["payable_after_member_and_cob"] = "payable_after_member_and_cob"
    group: Literal["CO", "PR", "OA", "PI"]
    carc: Name
    pool: Name = "withhold"
    unless_program: str | None = None
    targets: tuple[Target, ...] = ()


class Contract(Dated, frozen=True, kw_only=True):
    """What holds between a provider and the plan; for a provider outside the network, what the plan pays it."""

    id: Name
    provider: Name
    network: Tier
    lines_of_business: tuple[Name, ...]
    timely_filing: TimelyFiling | None = None
    disputes: DisputeTerms | None = None
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


class DrgWeight(Entry, frozen=True, kw_only=True):
    """The weight of a DRG, and its geometric mean length of stay in days, where a transfer may ask for it."""

    weight: Factor
    mean_days: Factor | None = None


class DrgVersion(Dated, frozen=True, kw_only=True):
    """The weights of a span of discharge dates, by DRG as claims carry it."""

    version: Name
    weights: Mapping[str, DrgWeight]


class DrgTable(Entry, frozen=True, kw_only=True):
    """A table of DRG weights with its versions."""

    id: Name
    versions: tuple[DrgVersion, ...]


class ApcRow(Entry, frozen=True, kw_only=True):
    """How a code is paid: its APC (none where it is packaged), status, and US dollars."""

    apc: str = ""
    status: Name
    rate: Money


class ApcVersion(Dated, frozen=True, kw_only=True):
    """The rows of a span of dates of service, by `CODE` or `CODE-MODIFIER`."""

    version: Name
    rows: Mapping[str, ApcRow]


class ApcTable(Entry, frozen=True, kw_only=True):
    """An APC table with its versions."""

    id: Name
    versions: tuple[ApcVersion, ...]
