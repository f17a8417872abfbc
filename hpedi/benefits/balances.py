"""What is left of the limits of plans for a member, while a claim adds to their counters line by line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from hpedi.benefits.accumulators import AccumulatorEntry, AccumulatorKey, Balances, Counted
from hpedi.money import ZERO
from hpedi.reference.plans import Accumulator


class RunningBalances:
    """Committed balances with the entries that one claim adds so far."""

    def __init__(self, committed: Balances, member: str, family: str) -> None:
        """Start from committed balances, for a member and family."""
        self._committed = committed
        self._plan = ""
        self._owners = {"individual": member, "family": family}
        self._of_plans: dict[str, dict[tuple[str, date], tuple[AccumulatorKey, Decimal]]] = {}
        self._used: dict[tuple[str, date], tuple[AccumulatorKey, Decimal]] = {}
        self._counted: list[Counted] = []

    def of_plan(self, plan: str) -> None:
        """Turn to the counters of a plan; what is asked and added from here on is that plan's."""
        if plan != self._plan:
            self._plan = plan
            self._used = self._of_plans.setdefault(plan, {})

    def _at(self, accumulator: Accumulator, period: date) -> tuple[AccumulatorKey, Decimal]:
        place = (accumulator.id, period)
        found = self._used.get(place)
        if found is None:
            key = AccumulatorKey(self._plan, accumulator.id, self._owners[accumulator.scope], period)
            found = self._used[place] = (key, self._committed.get(key, ZERO))
        return found

    def used(self, accumulator: Accumulator, period: date) -> Decimal:
        """Return what is used of an accumulator in a benefit year: dollars, or a count of visits."""
        return self._at(accumulator, period)[1]

    def left(self, accumulators: Iterable[Accumulator], period: date) -> Decimal | None:
        """Return the least that any of these limits has left, never below zero; None where there is no limit."""
        least: Decimal | None = None
        for each in accumulators:
            left = each.limit - self._at(each, period)[1]
            if least is None or left < least:
                least = left
        return None if least is None else max(least, ZERO)

    def add(
        self, accumulators: Iterable[Accumulator], period: date, amount: Decimal, source: str, day: date | None = None
    ) -> tuple[AccumulatorEntry, ...]:
        """Count an amount to accumulators and return the ledger entries; an amount of zero makes none."""
        if not amount:
            return ()
        entries = []
        for each in accumulators:
            key, used = self._at(each, period)
            self._used[each.id, period] = (key, used + amount)
            entries.append(AccumulatorEntry(key, amount, source, day))
            self._counted.append(Counted(each.id, each.kind, period, used, used + amount, each.limit))
        return tuple(entries)

    def told(self) -> tuple[Counted, ...]:
        """Return what was counted since this was last asked, with each accumulator before and after."""
        counted = tuple(self._counted)
        self._counted.clear()
        return counted
