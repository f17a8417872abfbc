"""EFT enrollments: the accounts that payees enrolled, every state of each, and their prenotifications."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, select

from hpedi.payments.eft_enrollment import (
    EftEnrollment,
    EnrollmentState,
    Linkage,
    Prenote,
    SubmissionReason,
    check_change,
)
from hpedi.run_context import RunContext
from hpedi.safekeeping.vault import Vault
from hpedi.state_history import StateEvent
from hpedi.store.database import hold
from hpedi.store.eft_tables import eft_enrollment, eft_enrollment_event, prenote
from hpedi.store.encoding import decode, encode
from hpedi.store.numbers import next_id
from hpedi.store.payments import RUNS
from hpedi.store.state_rows import StateRows
from hpedi.transactions.remittance_835.model import BankAccount

_EVENTS: Final = StateRows(eft_enrollment_event, "enrollment", EnrollmentState)


class StoredEftEnrollments:
    """Enrollments in rows, their accounts sealed; states are rows that are only ever added."""

    def __init__(self, connection: Connection, vault: Vault, context: RunContext) -> None:
        """Work inside an open transaction, on behalf of somebody."""
        self._connection = connection
        self._vault = vault
        self._context = context

    def lock(self) -> None:
        """Keep others from changing enrollments, and from making or releasing payments, until the transaction ends."""
        hold(self._connection, RUNS)

    def request(self, asked: EftEnrollment) -> int:
        """Keep an enrollment with its history so far; return its number. `asked.id` does not matter."""
        row_id: int = self._connection.execute(
            eft_enrollment.insert()
            .values(
                id=next_id(self._connection, eft_enrollment),
                provider=asked.provider,
                submission=asked.submission.name,
                linkage=asked.linkage.name,
                starts_on=asked.start,
                meanwhile=asked.meanwhile,
                sealed=self._vault.seal(encode(asked.account), _place(asked.provider)),
            )
            .returning(eft_enrollment.c.id)
        ).scalar_one()
        _EVENTS.add(self._connection, row_id, asked.history)
        return row_id

    def change(
        self, enrollment: EftEnrollment, state: EnrollmentState, why: str = "", last_day: date | None = None
    ) -> EftEnrollment:
        """Bring an enrollment into another state, and return it as it stands then.

        Raises:
            WrongState: It cannot go there.
        """
        check_change(enrollment, state)
        who, at = self._context.principal.id, self._context.instant
        event = StateEvent(state=state, at=at, by=who, why=why, last_day=last_day)
        _EVENTS.add(self._connection, enrollment.id, [event], after=len(enrollment.history))
        return replace(enrollment, history=(*enrollment.history, event))

    def prenoted(self, enrollment: EftEnrollment, sent: Prenote) -> None:
        """Keep the prenotification of an enrollment."""
        self._connection.execute(
            prenote.insert().values(
                enrollment=enrollment.id,
                file=sent.file,
                ach_trace_number=sent.ach_trace_number,
                effective_entry_date=sent.effective_entry_date,
                accepted_on=sent.accepted_on,
            )
        )

    def find(self, number: int) -> EftEnrollment | None:
        """Return an enrollment by its number."""
        return next(iter(self._read(eft_enrollment.c.id == number)), None)

    def of_provider(self, provider: str) -> tuple[EftEnrollment, ...]:
        """Return the enrollments of a payee."""
        return self._read(eft_enrollment.c.provider == provider)

    def in_state(self, state: EnrollmentState) -> tuple[EftEnrollment, ...]:
        """Return the enrollments that stand in a state, oldest first."""
        return self._read(_newest_state() == state.value)

    def sent(self, ach_trace_number: str) -> Sequence[EftEnrollment]:
        """Return the enrollments whose prenotification had a Nacha trace number, newest first."""
        return self._read(prenote.c.ach_trace_number == ach_trace_number)[::-1]

    def all(self) -> tuple[EftEnrollment, ...]:
        """Return every enrollment, oldest first."""
        return self._read(eft_enrollment.c.id.is_not(None))

    def _read(self, condition: ColumnElement[bool]) -> tuple[EftEnrollment, ...]:
        query = select(eft_enrollment, *_SENT).outerjoin(prenote, prenote.c.enrollment == eft_enrollment.c.id)
        found = query.where(condition)
        rows = self._connection.execute(found.order_by(eft_enrollment.c.id)).all()
        numbers = found.with_only_columns(eft_enrollment.c.id, maintain_column_froms=True)
        histories = _EVENTS.histories(self._connection, numbers) if rows else {}
        return tuple(self._enrollment(row, histories[row.id]) for row in rows)

    def _enrollment(self, row: Row[Any], history: tuple[StateEvent[EnrollmentState], ...]) -> EftEnrollment:
        return EftEnrollment(
            id=row.id,
            provider=row.provider,
            account=decode(BankAccount, self._vault.open(row.sealed, _place(row.provider))),
            submission=SubmissionReason[row.submission],
            linkage=Linkage[row.linkage],
            start=row.starts_on,
            meanwhile=row.meanwhile,
            history=history,
            prenote=None if row.file is None else _prenote(row),
        )


_SENT = tuple(prenote.c[name] for name in ("file", "ach_trace_number", "effective_entry_date", "accepted_on"))


def _prenote(row: Row[Any]) -> Prenote:
    return Prenote(
        file=row.file,
        ach_trace_number=row.ach_trace_number,
        effective_entry_date=row.effective_entry_date,
        accepted_on=row.accepted_on,
    )


def _newest_state() -> ScalarSelect[str]:
    event = eft_enrollment_event.alias().c
    newest = select(event.state).where(event.enrollment == eft_enrollment.c.id)
    return newest.order_by(event.ordinal.desc()).limit(1).scalar_subquery()


def _place(provider: str) -> str:
    return f"eft-enrollment/{provider}"
