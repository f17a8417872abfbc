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
        source: What added it: `opening:<reference>`, or `claim:<control number>/<version>/<line>` (line 0 = the claim).
    """

    key: AccumulatorKey
    amount: Decimal
    source: str


Balances: TypeAlias = Mapping[AccumulatorKey, Decimal]
"""The sums of committed entries; a key that is absent stands at 0."""
