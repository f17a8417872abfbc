"""The ledger of benefit counters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from sqlalchemy import Connection, func, select, update

from hpedi.benefits.accumulators import AccumulatorEntry, AccumulatorKey, Balances
from hpedi.store.in_batches import in_batches
from hpedi.store.inserts import Insert
from hpedi.store.tables import accumulator_entry, family_lock

_INSERT_ENTRIES = Insert(accumulator_entry, "plan", "accumulator", "owner", "period", "amount", "source")
_INSERT_LOCKS = Insert(family_lock, "family", "version")


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

    def append(self, entries: Sequence[AccumulatorEntry]) -> None:
        """Add entries; one whose source stands already is refused by the store."""
        _INSERT_ENTRIES(self._connection, [_row(entry) for entry in entries])

    def append_opening(self, entries: Sequence[AccumulatorEntry]) -> int:
        """Add opening balances that are not there yet; return how many were new."""
        standing: set[tuple[AccumulatorKey, str]] = set()
        column = accumulator_entry.c
        for batch in in_batches(sorted({entry.key.owner for entry in entries})):
            query = select(column.plan, column.accumulator, column.owner, column.period, column.source)
            for plan, accumulator, owner, period, source in self._connection.execute(
                query.where(column.owner.in_(batch))
            ):
                standing.add((AccumulatorKey(plan, accumulator, owner, period), source))
        new = [entry for entry in entries if (entry.key, entry.source) not in standing]
        self.append(new)
        return len(new)

    def lock(self, families: Sequence[str]) -> None:
        """Take the lock set of the claims of this transaction, in the order given (sorted).

        SQLite's one writer holds everything already; on PostgreSQL the rows are locked until the transaction ends.
        """
        for batch in in_batches(families):
            query = select(family_lock.c.family).where(family_lock.c.family.in_(batch)).order_by(family_lock.c.family)
            held = set(self._connection.execute(query.with_for_update()).scalars())
            _INSERT_LOCKS(self._connection, [(family, 0) for family in batch if family not in held])
            self._connection.execute(
                update(family_lock).where(family_lock.c.family.in_(batch)).values(version=family_lock.c.version + 1)
            )


def _row(entry: AccumulatorEntry) -> tuple[object, ...]:
    key = entry.key
    return (key.plan, key.accumulator, key.owner, key.period, entry.amount, entry.source)
