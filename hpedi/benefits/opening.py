"""What accumulators held before hpedi kept them, as ledger entries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hpedi.benefits.accumulators import AccumulatorEntry, AccumulatorKey
from hpedi.money import usd
from hpedi.reference.tables import OpeningBalance

OPENING: Final = "opening:"


def opening_entries(balances: Iterable[OpeningBalance]) -> tuple[AccumulatorEntry, ...]:
    """Return a ledger entry for each opening balance, with source `opening:<reference>`."""
    return tuple(
        AccumulatorEntry(
            key=AccumulatorKey(balance.plan, balance.accumulator, balance.owner, balance.period),
            amount=usd(balance.amount),
            source=f"{OPENING}{balance.reference}",
            day=balance.day,
        )
        for balance in balances
    )
