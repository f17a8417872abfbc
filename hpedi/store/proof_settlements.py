"""Settlements put together again from their rows, to be proven, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Row, Table, func, select

from hpedi.adjudication.funding import PoolKey
from hpedi.money import Usd
from hpedi.payments.settlement import Settlement
from hpedi.payments.settlement_proof import ProvedSettlement
from hpedi.pipeline.ledger_views import LedgerScope
from hpedi.store.funding import charge_of, movement_of
from hpedi.store.funding_tables import due, employer_charge, pool_movement, settlement
from hpedi.store.in_batches import in_batches
from hpedi.store.ledger import StoredLedger
from hpedi.store.ledger_scope import OF_SETTLEMENT
from hpedi.store.settlements import due_of, settlement_of

Each = TypeVar("Each")
Key = TypeVar("Key")

_AT_ONCE: Final = 200


def proved_settlements(connection: Connection, scope: LedgerScope) -> Iterator[ProvedSettlement]:
    """Yield the settlements of a scope in the order in which they were made; payment runs have none of their own."""
    if scope.run is not None:
        return
    numbers = select(settlement.c.id).order_by(settlement.c.id)
    if scope.until is not None:
        numbers = numbers.where(settlement.c.posted_on <= scope.until)
    for batch in in_batches(connection.execute(numbers).scalars().all(), _AT_ONCE):
        yield from _proved(connection, batch)


def _proved(connection: Connection, numbers: Sequence[int]) -> Iterator[ProvedSettlement]:
    sources = [f"{OF_SETTLEMENT}{number}" for number in numbers]
    moved, charged = (_by_source(connection, table, sources) for table in (pool_movement, employer_charge))
    posted = _grouped(StoredLedger(connection).of_sources(sources), attrgetter("source"))
    owed = connection.execute(select(due).where(due.c.settlement.in_(numbers)).order_by(due.c.id))
    dues = _grouped(owed, attrgetter("settlement"))
    rows = connection.execute(select(settlement).where(settlement.c.id.in_(numbers)).order_by(settlement.c.id)).all()
    for row in rows:
        made = settlement_of(row)
        own = moved.get(made.source, [])
        yield ProvedSettlement(
            settlement=Settlement(
                kind=made.kind,
                employer=made.employer,
                provider=made.provider,
                reference=made.reference,
                facts=made.facts,
                movements=tuple(movement_of(each) for each in own),
                charges=tuple(charge_of(each) for each in charged.get(made.source, [])),
                dues=tuple(due_of(each) for each in dues.get(made.id, [])),
            ),
            source=made.source,
            postings=tuple(posted.get(made.source, [])),
            left=_left(connection, own),
        )


def _by_source(connection: Connection, table: Table, sources: Sequence[str]) -> dict[str, list[Row[Any]]]:
    rows = connection.execute(select(table).where(table.c.source.in_(sources)).order_by(table.c.id))
    return _grouped(rows, attrgetter("source"))


def _grouped(rows: Iterable[Each], key: Callable[[Each], Key]) -> dict[Key, list[Each]]:
    found: dict[Key, list[Each]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _left(connection: Connection, taken: Sequence[Row[Any]]) -> dict[PoolKey, Usd]:
    """Return what is in pools once some movements, the last of a settlement, were made."""
    column = pool_movement.c
    left: dict[PoolKey, Usd] = {}
    last = max((row.id for row in taken), default=0)
    for key in {movement_of(row).key for row in taken}:
        same = (column.pool == key.pool, column.provider == key.provider, column.employer == key.employer)
        query = select(func.sum(column.amount)).where(*same, column.year == key.year, column.id <= last)
        left[key] = connection.execute(query).scalar_one()
    return left
