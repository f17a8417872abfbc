"""EFT enrollment: the account that a payee is paid to, from its request to the end, and which one counts on a day.

An account of the payer folder is an enrollment that was approved before it was loaded. Any other goes its way here:

    requested -> approved -> prenoted -> (accepted, live: by the days that passed) -> ended
        |           |           |-> returned       the bank sent the prenotification back
        |           |           '-> corrected      a notification of change: another enrollment has what it says
        '-> denied  '-> ended

The account of an enrollment never changes: another account is another enrollment. What is told of one are the data
elements of the CAQH CORE EFT enrollment data set (rule 380). Pure; loads mappings/payments/eft_enrollment.yaml.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Literal

import msgspec

from hpedi.payments.eft_returns import Correction
from hpedi.reference.dated import Dated, Entry, in_force
from hpedi.reference.payer import Account
from hpedi.state_history import HasHistory, StateEvent, check_way
from hpedi.transactions.remittance_835.model import BankAccount


class EnrollmentState(StrEnum):
    """Where an enrollment stands in its history."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DENIED = "denied"
    PRENOTED = "prenoted"
    RETURNED = "returned"
    CORRECTED = "corrected"
    ENDED = "ended"


class Standing(StrEnum):
    """How an enrollment stands on a day, in a word for people."""

    REQUESTED = "requested"
    DENIED = "denied"
    PENDING = "prenote pending"
    SENT = "prenote sent"
    ACCEPTED = "accepted"  # the waiting time is over; the first day has not come
    LIVE = "live"
    REPLACED = "replaced"  # another enrollment of the payee is live
    RETURNED = "prenote returned"
    CORRECTED = "corrected"
    ENDED = "ended"


OPEN: Final = frozenset({Standing.REQUESTED, Standing.PENDING, Standing.SENT, Standing.ACCEPTED})
"""An enrollment that is on its way to be live."""

OVER: Final = frozenset({Standing.DENIED, Standing.RETURNED, Standing.CORRECTED, Standing.ENDED})
"""An enrollment to which nothing is paid any more."""

NEXT_STATES: Final[Mapping[EnrollmentState, frozenset[EnrollmentState]]] = {
    EnrollmentState.REQUESTED: frozenset({EnrollmentState.APPROVED, EnrollmentState.DENIED, EnrollmentState.ENDED}),
    EnrollmentState.APPROVED: frozenset({EnrollmentState.PRENOTED, EnrollmentState.ENDED}),
    EnrollmentState.DENIED: frozenset(),
    EnrollmentState.PRENOTED: frozenset({EnrollmentState.RETURNED, EnrollmentState.CORRECTED, EnrollmentState.ENDED}),
    EnrollmentState.RETURNED: frozenset(),
    EnrollmentState.CORRECTED: frozenset(),
    EnrollmentState.ENDED: frozenset({EnrollmentState.ENDED}),
}
"""Where an enrollment may go; the last day of one that ends may be brought forward."""

_BEFORE: Final[Mapping[EnrollmentState, Standing]] = {
    EnrollmentState.REQUESTED: Standing.REQUESTED,
    EnrollmentState.DENIED: Standing.DENIED,
    EnrollmentState.APPROVED: Standing.PENDING,
    EnrollmentState.RETURNED: Standing.RETURNED,
    EnrollmentState.CORRECTED: Standing.CORRECTED,
}


class SubmissionReason(StrEnum):
    """Reason for Submission; an enrollment that stands is cancelled by its end."""

    NEW = "New Enrollment"
    CHANGE = "Change Enrollment"


class Linkage(StrEnum):
    """Account Number Linkage to Provider Identifier."""

    TIN = "Provider Tax Identification Number (TIN)"
    NPI = "National Provider Identifier (NPI)"


Meanwhile = Literal["account before", "check"]


class EnrollmentTerms(Dated, frozen=True, kw_only=True):
    """What holds between approval and the first EFT, in a span of days."""

    waiting_days: int
    meanwhile: Meanwhile
    source: str


class _TermsFile(Entry, frozen=True, kw_only=True):
    versions: tuple[EnrollmentTerms, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prenote:
    """The prenotification of an enrollment as it went to the bank.

    Attributes:
        file: Our name of the Nacha file.
        ach_trace_number: Its Nacha trace number.
        effective_entry_date: When it settles.
        accepted_on: The first day on which it counts as accepted, if nothing comes back.
    """

    file: str
    ach_trace_number: str
    effective_entry_date: date
    accepted_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EftEnrollment(HasHistory[EnrollmentState]):
    """An account that a payee is, or is to be, paid to.

    Attributes:
        id: Our number of it.
        provider: Our id of the payee.
        account: Where it is paid, and whether its entries carry the 835 inside.
        submission: Why it was submitted.
        linkage: By which of its identifiers the payee has the account.
        start: Requested EFT start date.
        meanwhile: Where the payee is paid until it is live.
        history: Every state it had, oldest first; never empty.
        prenote: Its prenotification; None before that was sent.
    """

    id: int
    provider: str
    account: BankAccount
    submission: SubmissionReason
    linkage: Linkage
    start: date
    meanwhile: Meanwhile
    history: tuple[StateEvent[EnrollmentState], ...]
    prenote: Prenote | None = None

    @property
    def first_day(self) -> date | None:
        """The first day on which the payee is paid to it; None while that is not known, or where it never will be."""
        if self.prenote is None or self.state not in {EnrollmentState.PRENOTED, EnrollmentState.ENDED}:
            return None
        first = max(self.start, self.prenote.accepted_on)
        return None if self.last_day is not None and self.last_day < first else first

    def stands(self, day: date) -> Standing:
        """Return how it stands on a day."""
        if self.state in _BEFORE:
            return _BEFORE[self.state]
        first = self.first_day
        if self.prenote is None or first is None or (self.last_day is not None and self.last_day < day):
            return Standing.ENDED
        if day < self.prenote.accepted_on:
            return Standing.SENT
        return Standing.LIVE if day >= first else Standing.ACCEPTED


def check_change(enrollment: EftEnrollment, state: EnrollmentState) -> None:
    """Let an enrollment be brought into a state.

    Raises:
        WrongState: It cannot go there from where it stands.
    """
    check_way(f"enrollment {enrollment.id}", enrollment.state, state, NEXT_STATES)


def load_enrollment_terms(content: bytes, day: date) -> EnrollmentTerms:
    """Return what holds on a day, from the YAML of mappings/payments/eft_enrollment.yaml.

    Raises:
        LookupError: Nothing does.
    """
    terms = in_force(msgspec.yaml.decode(content, type=_TermsFile).versions, day)
    if terms is None:
        raise LookupError(f"no terms of EFT enrollment are in force on {day}")
    return terms


def by_payee(enrollments: Iterable[EftEnrollment]) -> Mapping[str, Sequence[EftEnrollment]]:
    """Return enrollments by our id of their payee, in their order."""
    of_payee: dict[str, list[EftEnrollment]] = {}
    for each in enrollments:
        of_payee.setdefault(each.provider, []).append(each)
    return of_payee


def account_on(loaded: Account | None, enrollments: Iterable[EftEnrollment], day: date) -> BankAccount | None:
    """Return the account that a payee is paid to on a day; None: by check.

    What began last counts: the account of the payer folder that is in force on the day, or an enrollment that became
    live (on the same day, the enrollment). Where that enrollment has ended, or one that waits says so, it is a check.

    Args:
        loaded: The payee's account in the payer folder on that day.
        enrollments: All enrollments of the payee.
        day: The payment date.
    """
    own = list(enrollments)
    if any(each.meanwhile == "check" and _waits(each, day) for each in own):
        return None
    newest = newest_begun(own, day)
    if newest is not None and (loaded is None or loaded.start <= _first(newest)):
        return newest.account if newest.stands(day) is Standing.LIVE else None
    return loaded_account(loaded) if loaded is not None else None


def newest_begun(enrollments: Iterable[EftEnrollment], day: date) -> EftEnrollment | None:
    """Return the enrollment of a payee that became live last up to a day; it may have ended since."""
    begun = [each for each in enrollments if _first(each) <= day]
    return max(begun, key=lambda each: (_first(each), each.id), default=None)


def _first(enrollment: EftEnrollment) -> date:
    return enrollment.first_day or date.max


def loaded_account(loaded: Account) -> BankAccount:
    """Return an account of the payer folder as remittances and bank files have it."""
    return BankAccount(routing_number=loaded.routing, account_number=loaded.account, kind=loaded.kind)


def _waits(enrollment: EftEnrollment, day: date) -> bool:
    return enrollment.start <= day and enrollment.stands(day) in OPEN - {Standing.REQUESTED}


def corrected(account: BankAccount, correction: Correction) -> BankAccount:
    """Return an account as a notification of change says it; the same where it says nothing of it."""
    return msgspec.structs.replace(
        account,
        routing_number=correction.routing_number or account.routing_number,
        account_number=correction.account_number or account.account_number,
        kind=correction.kind or account.kind,
    )
