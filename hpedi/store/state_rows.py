"""The states that things had, a row each: only ever added, and read back as histories."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic

from sqlalchemy import Connection, Select, Table, select

from hpedi.state_history import State, StateEvent


class StateRows(Generic[State]):
    """The table of the states of one kind of thing; some kinds never end, and have no column of a last day."""

    def __init__(self, table: Table, owner: str, states: type[State]) -> None:
        """Name the table, its column with our number of the thing, and what its states are."""
        self._table = table
        self._owner = owner
        self._states = states

    def add(self, connection: Connection, owner: int, events: Iterable[StateEvent[State]], after: int = 0) -> None:
        """Keep what a thing went through after so many earlier states."""
        ends = "last_day" in self._table.c
        for ordinal, event in enumerate(events, after + 1):
            row = {
                self._owner: owner,
                "ordinal": ordinal,
                "state": event.state.value,
                "at": event.at,
                "principal": event.by,
                "why": event.why,
            }
            connection.execute(self._table.insert().values(row | ({"last_day": event.last_day} if ends else {})))

    def histories(self, connection: Connection, owners: Select[tuple[int]]) -> dict[int, tuple[StateEvent[State], ...]]:
        """Return what things went through, oldest first, by our numbers of them."""
        owner = self._table.c[self._owner]
        rows = connection.execute(
            select(self._table).where(owner.in_(owners)).order_by(owner, self._table.c.ordinal)
        ).mappings()
        histories: dict[int, tuple[StateEvent[State], ...]] = {}
        for row in rows:
            event = StateEvent(
                state=self._states(row["state"]),
                at=row["at"],
                by=row["principal"],
                why=row["why"],
                last_day=row.get("last_day"),
            )
            number = row[self._owner]
            histories[number] = (*histories.get(number, ()), event)
        return histories
