"""Files as partners dropped them: a row an arrival, its name sealed and found by a keyed digest."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, select, update

from hpedi.pipeline.gateway_ports import ENDED, UNENDED, Arrival, ArrivalState
from hpedi.run_context import RunContext
from hpedi.safekeeping.vault import Vault
from hpedi.store.gateway_tables import arrival
from hpedi.store.numbers import next_id

NANOSECONDS: Final = 1_000_000_000
NAME: Final = "arrival name"
"""What the digest of a name is bound to."""


class StoredArrivals:
    """Arrivals in rows."""

    def __init__(self, connection: Connection, vault: Vault, context: RunContext) -> None:
        """Work inside an open transaction, on behalf of somebody."""
        self._connection = connection
        self._vault = vault
        self._context = context

    def take(self, *, partner: str, name: str, moment: int, size: int, watcher: str) -> Arrival:
        """Note that a watcher has a file in its hands; one that was noted before is returned as it stands."""
        key = self._vault.digest(name.encode(errors="surrogateescape"), f"arrival/{partner}/{moment}")
        noted = next(iter(self._read(arrival.c.key == key)), None)
        if noted is None:
            return self._note(key, partner, name, moment, size, watcher)
        if noted.state in ENDED:
            return noted
        again = {"watcher": watcher, "tries": noted.tries + 1, "state": "taken", "reason": ""}
        self._connection.execute(update(arrival).where(arrival.c.id == noted.id).values(again))
        return self._read(arrival.c.id == noted.id)[0]

    def _note(self, key: str, partner: str, name: str, moment: int, size: int, watcher: str) -> Arrival:
        plain = name.encode(errors="surrogateescape")
        digest = self._vault.digest(plain, NAME)
        noted = arrival.insert().values(
            id=next_id(self._connection, arrival),
            key=key,
            partner=partner,
            name_digest=digest,
            sealed=self._vault.seal(plain, _place(partner, digest)),
            size=size,
            arrived_at=datetime.fromtimestamp(moment // NANOSECONDS, UTC).replace(
                microsecond=moment % NANOSECONDS // 1000
            ),
            taken_at=self._context.instant,
            watcher=watcher,
            file=None,
            state="taken",
            reason="",
            tries=1,
        )
        return self._arrival(self._connection.execute(noted.returning(arrival)).one())

    def finish(self, arrival_id: int, state: ArrivalState, *, file: int | None = None, reason: str = "") -> None:
        """Say what became of an arrival."""
        became = {"state": state, "file": file, "reason": reason}
        self._connection.execute(update(arrival).where(arrival.c.id == arrival_id).values(became))

    def give_back(self, arrival_id: int) -> None:
        """Say that a file was begun in vain through no fault of its own, so that it does not count as a try."""
        begun = update(arrival).where(arrival.c.id == arrival_id, arrival.c.state.not_in(ENDED))
        self._connection.execute(begun.values(tries=arrival.c.tries - 1))

    def find(self, arrival_id: int) -> Arrival | None:
        """Return an arrival by its number."""
        return next(iter(self._read(arrival.c.id == arrival_id)), None)

    def of_file(self, file: int) -> tuple[Arrival, ...]:
        """Return the arrivals of an inbound file, first first."""
        return self._read(arrival.c.file == file)

    def named(self, name: str) -> tuple[Arrival, ...]:
        """Return the arrivals under a name that partners gave, first first."""
        return self._read(arrival.c.name_digest == self._vault.digest(name.encode(errors="surrogateescape"), NAME))

    def unended(self) -> tuple[Arrival, ...]:
        """Return what is not received to its end, in the order of arrival."""
        return self._read(arrival.c.state.in_(UNENDED))

    def _read(self, condition: ColumnElement[bool]) -> tuple[Arrival, ...]:
        rows = self._connection.execute(select(arrival).where(condition).order_by(arrival.c.arrived_at, arrival.c.id))
        return tuple(self._arrival(row) for row in rows)

    def _arrival(self, row: Row[Any]) -> Arrival:
        name = self._vault.open(row.sealed, _place(row.partner, row.name_digest))
        return Arrival(
            id=row.id,
            partner=row.partner,
            name=name.decode(errors="surrogateescape"),
            size=row.size,
            arrived_at=row.arrived_at,
            taken_at=row.taken_at,
            watcher=row.watcher,
            file=row.file,
            state=row.state,
            reason=row.reason,
            tries=row.tries,
        )


def _place(partner: str, digest: str) -> str:
    return f"arrival/{partner}/{digest}"
