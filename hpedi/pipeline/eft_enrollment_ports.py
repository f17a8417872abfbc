"""What the pipeline asks of the books about the accounts that payees enrolled. The shell fulfils it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from hpedi.payments.eft_enrollment import EftEnrollment, EnrollmentState, Prenote


class EftEnrollments(Protocol):
    """Accounts that payees are, or are to be, paid to."""

    def lock(self) -> None:
        """Keep others from changing enrollments, and from making or releasing payments, until the transaction ends."""

    def request(self, asked: EftEnrollment) -> int:
        """Keep an enrollment with its history so far; return its number."""

    def change(
        self, enrollment: EftEnrollment, state: EnrollmentState, why: str = "", last_day: date | None = None
    ) -> EftEnrollment:
        """Bring an enrollment into another state, and return it as it stands then."""

    def prenoted(self, enrollment: EftEnrollment, sent: Prenote) -> None:
        """Keep the prenotification of an enrollment."""

    def find(self, number: int) -> EftEnrollment | None:
        """Return an enrollment by its number."""

    def of_provider(self, provider: str) -> tuple[EftEnrollment, ...]:
        """Return the enrollments of a payee."""

    def in_state(self, state: EnrollmentState) -> tuple[EftEnrollment, ...]:
        """Return the enrollments that stand in a state, oldest first."""

    def sent(self, ach_trace_number: str) -> Sequence[EftEnrollment]:
        """Return the enrollments whose prenotification had a Nacha trace number, newest first."""

    def all(self) -> tuple[EftEnrollment, ...]:
        """Return every enrollment, oldest first."""
