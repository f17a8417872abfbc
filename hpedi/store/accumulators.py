"""The ledger of benefit counters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, Row, func, select, text, update

from hpedi.benefits.accumulators import AccumulatorEntry, AccumulatorKey, Balances, PostedEntry
from hpedi.store.accumulator_tables import accumulator_entry, family_lock
from hpedi.store.in_batches import in_batches
from hpedi.store.inserts import Insert

_INSERT_ENTRIES = Insert(
    accumulator_entry, "plan", "accumulator", "owner", "period", "amount", "source", "day", "posted_on"
)
_BEGIN_LOCK: Final = text("INSERT INTO family_lock (family, version) VALUES (:family, 0) ON CONFLICT DO NOTHING")


class StoredAccumulators:
    """Entries in rows that are only ever added; a balance is their sum."""

    def __init__(self, connection: Connection) -> None:
        """Work inside an open transaction."""
        self._connection = connection

    def balances(self, owners: Iterable[str]) -> Balances:
        """Return the sums of the entries of members and families."""
        entry = accumulator_entry.c
        sums: dict[AccumulatorKey, Decimal] = {}
        for batch in in_batches(sorted(set(owners))):
            query = (
                select(entry.plan, entry.accumulator, entry.owner, entry.period, func.sum(entry.amount).label("used"))
                .where(entry.owner.in_(batch))
                .group_by(entry.plan, entry.accumulator, entry.owner, entry.period)
            )
            for plan, accumulator, owner, period, used in self._connection.execute(query):
                sums[AccumulatorKey(plan, accumulator, owner, period)] = used
        return sums

    def of(self, owners: Iterable[str], plans: Iterable[str] | None = None) -> tuple[PostedEntry, ...]:
        """Return the entries of members and families, those of some plans or of all, in the order they were added."""
        column = accumulator_entry.c
        found: list[PostedEntry] = []
        for batch in in_batches(sorted(set(owners))):
            query = select(accumulator_entry).where(column.owner.in_(batch)).order_by(column.id)
            if plans is not None:
                query = query.where(column.plan.in_(sorted(plans)))
            found += [_entry(row) for row in self._connection.execute(query)]
        return tuple(found)

    def append(self, entries: Sequence[AccumulatorEntry], posted_on: date) -> None:
        """Add entries; one whose source stands already is refused by the store."""
        _INSERT_ENTRIES(self._connection, [_row(entry, posted_on) for entry in entries])

    def append_new(self, entries: Sequence[AccumulatorEntry], posted_on: date) -> int:
        """Add entries that are not there yet, by counter and source; return how many were new."""
        standing: set[tuple[AccumulatorKey, str]] = set()
        column = accumulator_entry.c
        for batch in in_batches(sorted({entry.key.owner for entry in entries})):
            query = select(column.plan, column.accumulator, column.owner, column.period, column.source)
            for plan, accumulator, owner, period, source in self._connection.execute(
                query.where(column.owner.in_(batch))
            ):
                standing.add((AccumulatorKey(plan, accumulator, owner, period), source))
        new = [entry for entry in entries if (entry.key, entry.source) not in standing]
        self.append(new, posted_on)
        return len(new)

    def lock(self, families: Sequence[str]) -> None:
        """Take the lock set of the claims of this transaction, in the order given (sorted).

        SQLite's one writer holds everything already; on PostgreSQL the rows are locked until the transaction ends.
        """
        self._begin_locks(families)  # all before the first is taken: who waits here holds no row yet
        for batch in in_batches(families):
            query = select(family_lock.c.family).where(family_lock.c.family.in_(batch)).order_by(family_lock.c.family)
            self._connection.execute(query.with_for_update())
            self._connection.execute(
                update(family_lock).where(family_lock.c.family.in_(batch)).values(version=family_lock.c.version + 1)
            )

    def versions(self, families: Sequence[str]) -> dict[str, int]:
        """Return how often the locks of families were taken."""
        found: dict[str, int] = {}
        for batch in in_batches(families):
            query = select(family_lock.c.family, family_lock.c.version).where(family_lock.c.family.in_(batch))
            found.update((family, version) for family, version in self._connection.execute(query))
        return found

    def _begin_locks(self, families: Sequence[str]) -> None:
        known: set[str] = set()
        for batch in in_batches(families):
            query = select(family_lock.c.family).where(family_lock.c.family.in_(batch))
            known.update(self._connection.execute(query).scalars())
        new = [{"family": family} for family in families if family not in known]
        if new:
            self._connection.execute(_BEGIN_LOCK, new)


def _row(entry: AccumulatorEntry, posted_on: date) -> tuple[object, ...]:
    key = entry.key
    counter = (key.plan, key.accumulator, key.owner, key.period)
    return (*counter, entry.amount, entry.source, entry.day, posted_on)


def _entry(row: Row[tuple[object, ...]]) -> PostedEntry:
    key = AccumulatorKey(row.plan, row.accumulator, row.owner, row.period)
    return PostedEntry(entry=AccumulatorEntry(key, row.amount, row.source, row.day), posted_on=row.posted_on)
