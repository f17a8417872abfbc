"""The ledger of benefit counters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, Row, func, literal, select, type_coerce, union_all

from hpedi.benefits.accumulators import AccumulatorEntry, AccumulatorKey, Balances, PostedEntry
from hpedi.money import ZERO
from hpedi.store.accumulator_tables import ENTRIES_ABOUT, accumulator_balance, accumulator_entry, family_lock
from hpedi.store.among import among, among_named
from hpedi.store.inserts import Insert
from hpedi.store.questions import Question

_INSERT_ENTRIES = Insert(
    accumulator_entry, "plan", "accumulator", "owner", "period", "amount", "source", "day", "posted_on"
)
_ADD_TO_BALANCES = Insert(accumulator_balance, "owner", "plan", "accumulator", "period", "used", adds_to="used")
_BALANCES = Question(
    select(
        accumulator_balance.c.plan,
        accumulator_balance.c.accumulator,
        accumulator_balance.c.owner,
        accumulator_balance.c.period,
        accumulator_balance.c.used,
    ).where(among_named(accumulator_balance.c.owner, "owners"))
)
_TAKE_LOCKS = Insert(family_lock, "family", "version", adds_to="version")


class StoredAccumulators:
    """Entries in rows that are only ever added; a balance is their sum, kept beside them."""

    def __init__(self, connection: Connection) -> None:
        """Work inside an open transaction."""
        self._connection = connection

    def balances(self, owners: Iterable[str]) -> Balances:
        """Return the sums of the entries of members and families."""
        rows = _BALANCES(self._connection, owners=sorted(set(owners)))
        return {
            AccumulatorKey(plan, accumulator, owner, period): used for plan, accumulator, owner, period, used in rows
        }

    def differing(self) -> Iterator[tuple[AccumulatorKey, Decimal, Decimal]]:
        """Yield the counters whose kept balance is not the sum of their entries: both, in this order."""
        kept, entry = accumulator_balance.c, accumulator_entry.c
        nothing = type_coerce(literal(0), kept.used.type)
        counters = union_all(
            select(kept.plan, kept.accumulator, kept.owner, kept.period, kept.used, nothing.label("added")),
            select(entry.plan, entry.accumulator, entry.owner, entry.period, nothing, entry.amount),
        ).subquery()
        key = (counters.c.plan, counters.c.accumulator, counters.c.owner, counters.c.period)
        used, added = func.sum(counters.c.used), func.sum(counters.c.added)
        query = select(*key, used, added).group_by(*key).having(used != added).order_by(*key)
        for plan, accumulator, owner, period, balance, of_entries in self._connection.execute(query):
            yield AccumulatorKey(plan, accumulator, owner, period), balance, of_entries

    def of(self, owners: Iterable[str], plans: Iterable[str] | None = None) -> tuple[PostedEntry, ...]:
        """Return the entries of members and families, those of some plans or of all, in the order they were added."""
        column = accumulator_entry.c
        query = select(accumulator_entry).where(self._about(owners)).order_by(column.id)
        if plans is not None:
            query = query.where(column.plan.in_(sorted(plans)))
        return tuple(_entry(row) for row in self._connection.execute(query).all())

    def append(self, entries: Sequence[AccumulatorEntry], posted_on: date) -> None:
        """Add entries, and what they add to their balances; one whose source stands already is refused by the store."""
        _INSERT_ENTRIES(self._connection, [_row(entry, posted_on) for entry in entries])
        sums: dict[tuple[str, str, str, date], Decimal] = {}
        for entry in entries:
            key = entry.key
            counter = (key.owner, key.plan, key.accumulator, key.period)
            sums[counter] = sums.get(counter, ZERO) + entry.amount
        # In one order everywhere, so that nobody waits for somebody who waits for them.
        _ADD_TO_BALANCES(self._connection, [(*counter, sums[counter]) for counter in sorted(sums)])

    def append_new(self, entries: Sequence[AccumulatorEntry], posted_on: date) -> int:
        """Add entries that are not there yet, by counter and source; return how many were new."""
        standing: set[tuple[AccumulatorKey, str]] = set()
        column = accumulator_entry.c
        query = select(column.plan, column.accumulator, column.owner, column.period, column.source)
        query = query.where(self._about(entry.key.owner for entry in entries))
        for plan, accumulator, owner, period, source in self._connection.execute(query).all():
            standing.add((AccumulatorKey(plan, accumulator, owner, period), source))
        new = [entry for entry in entries if (entry.key, entry.source) not in standing]
        self.append(new, posted_on)
        return len(new)

    def _about(self, owners: Iterable[str]) -> ColumnElement[bool]:
        return ENTRIES_ABOUT.rows_about(self._connection, sorted(set(owners)))

    def lock(self, families: Sequence[str]) -> None:
        """Take the lock set of the claims of this transaction, in the order given (sorted).

        SQLite's one writer holds everything already; on PostgreSQL the rows are locked until the transaction ends.
        """
        _TAKE_LOCKS(self._connection, [(family, 1) for family in families])

    def versions(self, families: Sequence[str]) -> dict[str, int]:
        """Return how often the locks of families were taken."""
        query = select(family_lock.c.family, family_lock.c.version).where(among(family_lock.c.family, families))
        return {family: version for family, version in self._connection.execute(query).all()}  # noqa: C416  # rows


def _row(entry: AccumulatorEntry, posted_on: date) -> tuple[object, ...]:
    key = entry.key
    counter = (key.plan, key.accumulator, key.owner, key.period)
    return (*counter, entry.amount, entry.source, entry.day, posted_on)


def _entry(row: Row[tuple[object, ...]]) -> PostedEntry:
    key = AccumulatorKey(row.plan, row.accumulator, row.owner, row.period)
    return PostedEntry(entry=AccumulatorEntry(key, row.amount, row.source, row.day), posted_on=row.posted_on)
