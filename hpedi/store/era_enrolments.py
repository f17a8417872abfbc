"""ERA enrolments: who receives the 835s of which provider, and every state of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, func, select

from hpedi.access.era_enrolment import ALL_NPIS, EnrolmentState, EraEnrolment, SubmissionReason, check_change
from hpedi.access.grants import ProviderId
from hpedi.run_context import RunContext
from hpedi.safekeeping.vault import Vault
from hpedi.state_history import StateEvent
from hpedi.store.encoding import decode, encode
from hpedi.store.era_tables import era_enrolment, era_enrolment_event
from hpedi.store.numbers import next_id
from hpedi.store.state_rows import StateRows

EnrolmentRow: TypeAlias = Row[tuple[object, ...]]

_EVENTS: Final = StateRows(era_enrolment_event, "era_enrolment", EnrolmentState)
_LOCK_BITS = 60


class StoredEraEnrolments:
    """Enrolments in rows; the states of each are rows that are only ever added."""

    def __init__(self, connection: Connection, vault: Vault, context: RunContext) -> None:
        """Work inside an open transaction, on behalf of somebody."""
        self._connection = connection
        self._vault = vault
        self._context = context

    def request(self, asked: EraEnrolment) -> int:
        """Keep an enrolment with its history so far; return its number. `asked.id` does not matter."""
        row_id: int = self._connection.execute(
            era_enrolment.insert()
            .values(
                id=next_id(self._connection, era_enrolment),
                provider=self._provider(asked.provider),
                sealed=self._vault.seal(encode(asked.provider), _context(asked.receiver)),
                funding_account=asked.funding_account,
                receiver=asked.receiver,
                submission=asked.submission.value,
                starts_on=asked.start,
                asked_in=asked.asked_in,
            )
            .returning(era_enrolment.c.id)
        ).scalar_one()
        _EVENTS.add(self._connection, row_id, asked.history)
        return row_id

    def change(
        self, enrolment: EraEnrolment, state: EnrolmentState, why: str, last_day: date | None = None
    ) -> EraEnrolment:
        """Bring an enrolment into another state, and return it as it stands then.

        Raises:
            WrongState: It cannot go there.
        """
        check_change(enrolment, state)
        who, at = self._context.principal.id, self._context.instant
        event = StateEvent(state=state, at=at, by=who, why=why, last_day=last_day)
        _EVENTS.add(self._connection, enrolment.id, [event], after=len(enrolment.history))
        return replace(enrolment, history=(*enrolment.history, event))

    def find(self, enrolment: int) -> EraEnrolment | None:
        """Return an enrolment by its number."""
        return next(iter(self._read(era_enrolment.c.id == enrolment)), None)

    def of_provider(self, provider: ProviderId) -> tuple[EraEnrolment, ...]:
        """Return the enrolments of a Tax ID and NPI, and those of all NPIs of the Tax ID."""
        of_all = ProviderId(provider.tax_id, ALL_NPIS)
        return self._read(era_enrolment.c.provider.in_([self._provider(provider), self._provider(of_all)]))

    def all(self) -> tuple[EraEnrolment, ...]:
        """Return every enrolment."""
        return self._read(era_enrolment.c.id.is_not(None))

    def lock(self, provider: ProviderId) -> None:
        """Keep others from changing the enrolments of a Tax ID until the transaction ends.

        SQLite's one writer holds everything already; on PostgreSQL it is an advisory lock of the transaction.
        """
        if self._connection.dialect.name == "postgresql":
            number = int(self._provider(ProviderId(provider.tax_id, ALL_NPIS)), 16) >> (256 - _LOCK_BITS)
            self._connection.execute(select(func.pg_advisory_xact_lock(number)))

    def _read(self, condition: ColumnElement[bool]) -> tuple[EraEnrolment, ...]:
        rows = self._connection.execute(select(era_enrolment).where(condition).order_by(era_enrolment.c.id)).all()
        histories = _EVENTS.histories(self._connection, select(era_enrolment.c.id).where(condition)) if rows else {}
        return tuple(self._enrolment(row, histories[row.id]) for row in rows)

    def _enrolment(self, row: EnrolmentRow, history: tuple[StateEvent[EnrolmentState], ...]) -> EraEnrolment:
        return EraEnrolment(
            id=row.id,
            provider=decode(ProviderId, self._vault.open(row.sealed, _context(row.receiver))),
            funding_account=row.funding_account,
            receiver=row.receiver,
            submission=SubmissionReason(row.submission),
            start=row.starts_on,
            asked_in=row.asked_in,
            history=history,
        )

    def _provider(self, provider: ProviderId) -> str:
        return self._vault.digest("/".join(provider).encode(), "provider")


def _context(receiver: str) -> str:
    return f"era/{receiver}"
