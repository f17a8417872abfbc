"""Which account a payee is paid to on a day, and how an enrollment stands, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from hpedi.mappings_folder import mapping
from hpedi.payments.eft_enrollment import (
    EftEnrollment,
    EnrollmentState,
    Linkage,
    Prenote,
    Standing,
    SubmissionReason,
    account_on,
    check_change,
    load_enrollment_terms,
)
from hpedi.reference.payer import Account
from hpedi.state_history import StateEvent, WrongState
from hpedi.transactions.remittance_835.model import BankAccount

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
NEW = BankAccount(routing_number="091000019", account_number="55667788")
OLD = Account(start=date(2025, 1, 1), routing="123456780", account="200000203")
LATER = Account(start=date(2026, 4, 1), routing="123456780", account="200000203")
LOADED = BankAccount(routing_number="123456780", account_number="200000203")

# A prenotification that settles on Thursday 5 March 2026 counts as accepted on Tuesday 10 March.
SENT = Prenote(
    file="20260305-A.ach",
    ach_trace_number="999999990000001",
    effective_entry_date=date(2026, 3, 5),
    accepted_on=date(2026, 3, 10),
)


def enrollment(*states: EnrollmentState, start: date = date(2026, 3, 1), **more: object) -> EftEnrollment:
    """Return an enrollment that went through some states."""
    last_day = more.pop("last_day", None)
    history = [StateEvent(state=each, at=AT, by="person:kim") for each in (EnrollmentState.REQUESTED, *states)]
    history[-1] = replace(history[-1], last_day=last_day)  # type: ignore[arg-type]
    made = EftEnrollment(
        id=1,
        provider="LAKES",
        account=NEW,
        submission=SubmissionReason.CHANGE,
        linkage=Linkage.NPI,
        start=start,
        meanwhile="account before",
        history=tuple(history),
        prenote=SENT if EnrollmentState.PRENOTED in states else None,
    )
    return replace(made, **more)  # type: ignore[arg-type]


APPROVED, PRENOTED = EnrollmentState.APPROVED, EnrollmentState.PRENOTED
WAY = (APPROVED, PRENOTED)


@pytest.mark.parametrize(
    ("states", "day", "start", "last_day", "stands"),
    [
        ((), date(2026, 3, 2), date(2026, 3, 1), None, Standing.REQUESTED),
        ((EnrollmentState.DENIED,), date(2026, 3, 2), date(2026, 3, 1), None, Standing.DENIED),
        ((APPROVED,), date(2026, 3, 2), date(2026, 3, 1), None, Standing.PENDING),
        (WAY, date(2026, 3, 9), date(2026, 3, 1), None, Standing.SENT),
        (WAY, date(2026, 3, 10), date(2026, 4, 1), None, Standing.ACCEPTED),
        (WAY, date(2026, 3, 10), date(2026, 3, 1), None, Standing.LIVE),
        (WAY, date(2026, 4, 1), date(2026, 4, 1), None, Standing.LIVE),
        ((*WAY, EnrollmentState.RETURNED), date(2026, 3, 10), date(2026, 3, 1), None, Standing.RETURNED),
        ((*WAY, EnrollmentState.CORRECTED), date(2026, 3, 10), date(2026, 3, 1), None, Standing.CORRECTED),
        ((*WAY, EnrollmentState.ENDED), date(2026, 3, 31), date(2026, 3, 1), date(2026, 3, 31), Standing.LIVE),
        ((*WAY, EnrollmentState.ENDED), date(2026, 4, 1), date(2026, 3, 1), date(2026, 3, 31), Standing.ENDED),
        ((EnrollmentState.ENDED,), date(2026, 3, 2), date(2026, 3, 1), date(2026, 3, 2), Standing.ENDED),
    ],
)
def test_how_an_enrollment_stands(
    states: tuple[EnrollmentState, ...], day: date, start: date, last_day: date | None, stands: Standing
) -> None:
    """By its last state, its prenotification and its days."""
    assert enrollment(*states, start=start, last_day=last_day).stands(day) is stands


@pytest.mark.parametrize(
    ("loaded", "enrolled", "day", "account"),
    [
        (OLD, [], date(2026, 3, 10), LOADED),
        (None, [], date(2026, 3, 10), None),
        (OLD, [enrollment()], date(2026, 3, 10), LOADED),
        (OLD, [enrollment(APPROVED)], date(2026, 3, 10), LOADED),
        (OLD, [enrollment(*WAY)], date(2026, 3, 9), LOADED),
        (OLD, [enrollment(*WAY)], date(2026, 3, 10), NEW),
        (None, [enrollment(*WAY)], date(2026, 3, 9), None),
        (OLD, [enrollment(*WAY, EnrollmentState.RETURNED)], date(2026, 3, 10), LOADED),
        # What ended is paid by check, also where the payer folder has an account from before.
        (OLD, [enrollment(*WAY, EnrollmentState.ENDED, last_day=date(2026, 3, 31))], date(2026, 4, 1), None),
        # It ended before it was accepted: it never counted.
        (OLD, [enrollment(*WAY, EnrollmentState.ENDED, last_day=date(2026, 3, 6))], date(2026, 4, 1), LOADED),
        # An account that is loaded for later days counts from then on.
        (LATER, [enrollment(*WAY)], date(2026, 4, 1), LOADED),
        # Meanwhile by check, where the data said so.
        (OLD, [enrollment(*WAY, meanwhile="check")], date(2026, 3, 9), None),
        (OLD, [enrollment(APPROVED, meanwhile="check")], date(2026, 3, 9), None),
        (OLD, [enrollment(meanwhile="check")], date(2026, 3, 9), LOADED),
        (OLD, [enrollment(*WAY, meanwhile="check")], date(2026, 3, 10), NEW),
    ],
)
def test_which_account_counts(
    loaded: Account | None, enrolled: list[EftEnrollment], day: date, account: BankAccount | None
) -> None:
    """What began last; by check where that has ended."""
    assert account_on(loaded, enrolled, day) == account


def test_of_two_live_enrollments_the_later_counts() -> None:
    """An account that became live later takes the place of the one before."""
    other = BankAccount(routing_number="091000019", account_number="99")
    first = enrollment(*WAY)
    second = enrollment(*WAY, id=2, account=other, start=date(2026, 3, 20))
    assert account_on(OLD, [first, second], date(2026, 3, 19)) == NEW
    assert account_on(OLD, [first, second], date(2026, 3, 20)) == other


def test_the_account_is_not_in_the_text_of_an_enrollment() -> None:
    """What is printed of one by mistake does not hold the account number."""
    assert NEW.account_number not in repr(enrollment(*WAY))


@pytest.mark.parametrize(
    ("states", "state"),
    [
        ((), PRENOTED),
        ((EnrollmentState.DENIED,), APPROVED),
        ((APPROVED,), EnrollmentState.RETURNED),
        ((*WAY, EnrollmentState.RETURNED), EnrollmentState.ENDED),
        (WAY, APPROVED),
    ],
)
def test_an_enrollment_goes_no_other_way(states: tuple[EnrollmentState, ...], state: EnrollmentState) -> None:
    """Nothing is sent that nobody approved, and nothing comes out of its end."""
    with pytest.raises(WrongState):
        check_change(enrollment(*states), state)


@pytest.mark.parametrize(("day", "days"), [(date(2014, 9, 18), 6), (date(2014, 9, 19), 3), (date(2026, 3, 2), 3)])
def test_the_waiting_time_is_dated(day: date, days: int) -> None:
    """Six banking days before 19 September 2014, three from then on."""
    assert load_enrollment_terms(mapping("payments/eft_enrollment.yaml").read_bytes(), day).waiting_days == days
