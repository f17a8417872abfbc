"""What the settling of withholds and programmes goes by: interest on pools, targets, and the cost of care aimed at."""

from __future__ import annotations

from decimal import Decimal

from hpedi.reference.dated import Dated, Entry
from hpedi.reference.values import Factor, Money, Name, Rate


class InterestRate(Dated, frozen=True, kw_only=True):
    """What a pool earns in a span of days: simple interest a year of 365 days, on what is in it day by day."""

    rate: Rate


class Target(Entry, frozen=True, kw_only=True):
    """What a provider is measured by; meeting it earns its part of the pool."""

    id: Name
    name: Name
    weight: Rate


class CostTarget(Dated, frozen=True, kw_only=True):
    """What care may cost a member and month, for the services of a span of days.

    Attributes:
        provider: For this provider (our id); for all that have none of their own if empty.
        pmpm: US dollars a member and month at a risk of 1.
        risk_factor: How sick the members are: the target is so many times as high.
        source: Where it is agreed.
    """

    provider: str = ""
    pmpm: Money
    risk_factor: Factor = Decimal(1)
    source: str = ""
