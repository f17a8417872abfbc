"""What ran by the clock: a row a due moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, select, update

from hpedi.pipeline.gateway_ports import ScheduleRun
from hpedi.run_context import RunContext
from hpedi.store.gateway_tables import schedule_run

REMEMBERED: Final = timedelta(days=92)
"""How long runs are told of."""


class StoredScheduleRuns:
    """Runs in rows; a due moment has one, whoever runs it."""

    def __init__(self, connection: Connection, context: RunContext) -> None:
        """Work inside an open transaction, at a moment."""
        self._connection = connection
        self._context = context

    def begin(self, name: str, due: datetime) -> bool:
        """Begin the run of a due moment, or take up one that a kill cut off; False where that run has ended."""
        this = (schedule_run.c.name == name) & (schedule_run.c.due_at == due)
        row = self._connection.execute(select(schedule_run).where(this)).first()
        if row is None:
            begun = {"name": name, "due_at": due, "begun_at": self._context.instant, "result": ""}
            self._connection.execute(schedule_run.insert().values(begun))
            old = (schedule_run.c.name == name) & (schedule_run.c.due_at < due - REMEMBERED)
            self._connection.execute(delete(schedule_run).where(old))
        elif row.ended_at is None:
            self._connection.execute(update(schedule_run).where(this).values(begun_at=self._context.instant))
        return row is None or row.ended_at is None

    def end(self, name: str, due: datetime, result: str) -> None:
        """Say that a run has ended."""
        this = (schedule_run.c.name == name) & (schedule_run.c.due_at == due)
        ended = {"ended_at": self._context.instant, "result": result}
        self._connection.execute(update(schedule_run).where(this).values(ended))

    def last(self, name: str, *, before: datetime | None = None) -> ScheduleRun | None:
        """Return the run of the latest due moment, of those before a moment if one is given."""
        runs = select(schedule_run).where(schedule_run.c.name == name).order_by(schedule_run.c.due_at.desc()).limit(1)
        if before is not None:
            runs = runs.where(schedule_run.c.due_at < before)
        row = self._connection.execute(runs).first()
        return None if row is None else ScheduleRun(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
