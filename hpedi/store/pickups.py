"""Files of the outbox that partners read, one row each time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from sqlalchemy import Connection, select

from hpedi.pipeline.gateway_ports import Pickup
from hpedi.store.among import among
from hpedi.store.gateway_tables import pickup


class StoredPickups:
    """Pickups in rows."""

    def __init__(self, connection: Connection) -> None:
        """Work inside an open transaction."""
        self._connection = connection

    def add(self, made: Pickup) -> None:
        """Note that a file was read."""
        self._connection.execute(pickup.insert().values(asdict(made)))

    def any(self) -> bool:
        """Say whether anything was ever picked up, as far as we are told."""
        return self._connection.execute(select(pickup.c.id).limit(1)).first() is not None

    def of(self, outbox: Iterable[int]) -> Mapping[int, tuple[Pickup, ...]]:
        """Return the pickups of rows of the outbox, first first; a row that was never picked up is absent."""
        columns = [pickup.c[name] for name in Pickup.__dataclass_fields__]
        query = select(*columns).where(among(pickup.c.outbox, sorted(set(outbox)))).order_by(pickup.c.id)
        found: dict[int, tuple[Pickup, ...]] = {}
        for row in self._connection.execute(query):
            made = Pickup(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
            found[made.outbox] = (*found.get(made.outbox, ()), made)
        return found
