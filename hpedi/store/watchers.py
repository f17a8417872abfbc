"""Who watches the folders, and when each was last heard of."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, delete, select, update

from hpedi.pipeline.gateway_ports import Heartbeat
from hpedi.store.gateway_tables import watcher

REMEMBERED: Final = timedelta(days=1)
"""How long a watcher that is gone is still told of."""


class StoredWatchers:
    """Heartbeats in rows, one a watcher."""

    def __init__(self, connection: Connection) -> None:
        """Work inside an open transaction."""
        self._connection = connection

    def beat(self, heartbeat: Heartbeat) -> None:
        """Keep that a watcher lives; those that were not heard of for long are forgotten."""
        told = asdict(heartbeat)
        changed = self._connection.execute(update(watcher).where(watcher.c.id == heartbeat.id).values(told))
        if changed.rowcount == 0:
            self._connection.execute(delete(watcher).where(watcher.c.beat_at < heartbeat.beat_at - REMEMBERED))
            self._connection.execute(watcher.insert().values(told))

    def forget(self, watcher_id: str) -> None:
        """Keep nothing of a watcher that ended."""
        self._connection.execute(delete(watcher).where(watcher.c.id == watcher_id))

    def all(self) -> tuple[Heartbeat, ...]:
        """Return the watchers that are known, last heard of last."""
        rows = self._connection.execute(select(watcher).order_by(watcher.c.beat_at, watcher.c.id))
        return tuple(Heartbeat(**row._mapping) for row in rows)  # noqa: SLF001 - SQLAlchemy's public name
