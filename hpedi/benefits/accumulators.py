"""Benefit counters: an append-only ledger of entries; a balance is their sum."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from hpedi.claims.model import Model


class AccumulatorKey(Model, frozen=True, order=True):
    """Which counter.

    Attributes:
        plan: Plan id.
        accumulator: The accumulator's id in the plan, for example ded_ind_inn.
        owner: Member id (our identifier) for an individual counter, family id for a family's.
        period: First day of the benefit year.
    """

    plan: str
    accumulator: str
    owner: str
    period: date


class AccumulatorEntry(Model, frozen=True):
    """What one source adds to a counter: US dollars, or a count for visits. A reversal is the negating entry.

    Attributes:
        key: The counter.
        amount: Dollars (two places) or a whole count.
        source: What added it: `claim:<control number>/<version>/<line>` (line 0 = the claim), `opening:<reference>`,
            `feed:<reference>`, or `carry_over:<benefit year>/<member>` (`#2` behind it: the second time).
        day: The day of service; None where it is not known.
    """

    key: AccumulatorKey
    amount: Decimal
    source: str
    day: date | None = None


class PostedEntry(Model, frozen=True, kw_only=True):
    """An entry as it stands in the ledger; the day it was added is None for those of before days were kept."""

    entry: AccumulatorEntry
    posted_on: date | None


class Counted(Model, frozen=True):
    """An accumulator before and after a step counted to it: US dollars, or visits.

    Attributes:
        accumulator: Its id in the plan.
        kind: deductible, oop or visits.
        period: First day of the benefit year.
        before: What was used of it as the step found it.
        after: What was used of it then.
        limit: The plan's limit.
    """

    accumulator: str
    kind: str
    period: date
    before: Decimal
    after: Decimal
    limit: Decimal


Balances: TypeAlias = Mapping[AccumulatorKey, Decimal]
"""The sums of committed entries; a key that is absent stands at 0."""
