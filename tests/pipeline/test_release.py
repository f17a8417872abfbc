"""What is released when: limits, cut-off, days between EFT and 835, a payer that changed since a payment was built."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from hpedi.commands.jobs import Jobs
from hpedi.commands.workspace import payer_zone
from hpedi.money import ZERO
from hpedi.pipeline.pay import Paid
from hpedi.pipeline.void import void
from hpedi.reference.payer import Account, ApprovalLimit, CutOff
from hpedi.reference.reference import Reference
from hpedi.run_context import OPERATOR, RunContext
from tests.pipeline.conftest import AS_OF, Demo
from tests.pipeline.test_payment_run import SENT, low_limit
from tests.pipeline.test_proof import proof_of
from tests.pipeline.test_settlements import remitted

FRIDAY, SATURDAY, MONDAY, TUESDAY = (date(2026, 3, day) for day in (20, 21, 23, 24))


@pytest.fixture
def decided(demo: Demo) -> Demo:
    """470.00 to Harbor and 49.00 to Lantern by EFT, 70.00 to Quarry by check, to be paid."""
    demo.receive(SENT)
    demo.jobs.adjudicate()
    return demo


def jobs_at(demo: Demo, day: date, clock: str = "12:00", **payer: Any) -> Jobs:
    """Return the jobs on a day, at a time at the payer, the payer being otherwise in some respects."""
    moment = datetime.combine(day, time.fromisoformat(clock), payer_zone())
    jobs = Jobs(demo.workspace, RunContext(OPERATOR, moment, day))
    reference = jobs.reference
    jobs.__dict__["reference"] = dataclasses.replace(reference, payer=msgspec.structs.replace(reference.payer, **payer))
    return jobs


def calendar_of(demo: Demo, **changes: Any) -> Any:
    """Return the payer's calendar, otherwise in some respects."""
    return msgspec.structs.replace(demo.jobs.reference.payer.calendar, **changes)


def dates_of(paid: Paid) -> set[date]:
    """Return the dates of what was released."""
    return {each.payment.payment_date for each in paid.released}


@pytest.mark.parametrize(
    ("day", "clock", "lead_days", "effective"),
    [
        (FRIDAY, "14:59", 0, FRIDAY),
        (FRIDAY, "15:00", 0, MONDAY),
        (FRIDAY, "14:59", 1, MONDAY),
        (FRIDAY, "15:00", 1, TUESDAY),
        (SATURDAY, "18:00", 0, MONDAY),
        (SATURDAY, "18:00", 1, TUESDAY),
    ],
)
def test_after_the_cut_off_it_is_the_next_business_day(
    decided: Demo, day: date, clock: str, lead_days: int, effective: date
) -> None:
    """A file made at three on Friday is the bank's on Monday, as is one made on Saturday; the lead comes on top."""
    cut_off = CutOff(start=date(2025, 1, 1), at="15:00", lead_days=lead_days)
    paid = jobs_at(decided, day, clock, calendar=calendar_of(decided, cut_offs=(cut_off,))).pay()
    assert dates_of(paid) == {effective}
    assert {each.payment_date for each in remitted(decided)} == {effective}


def test_what_is_approved_after_the_cut_off_is_the_next_day_s(decided: Demo) -> None:
    """Built at noon and let go at four on the same Friday: the EFT settles on Monday."""
    calendar = calendar_of(decided, cut_offs=(CutOff(start=date(2025, 1, 1), at="15:00"),))
    limits = (ApprovalLimit(start=date(2025, 1, 1), limit=ZERO),)
    waiting = jobs_at(decided, FRIDAY, calendar=calendar, approval_limits=limits).pay().waiting
    assert {each.payment.payment_date for each in waiting} == {FRIDAY}
    decided.jobs.approve([each.payment.trace_number for each in waiting])
    assert dates_of(jobs_at(decided, FRIDAY, "16:00", calendar=calendar).pay()) == {MONDAY}


@pytest.mark.parametrize(("lead_days", "released"), [(3, 4), (4, 0)])
def test_an_835_is_never_far_from_its_eft(decided: Demo, lead_days: int, released: int) -> None:
    """Three business days apart they go out; with four they are kept back, and go out once the lead is shorter."""
    cut_off = CutOff(start=date(2025, 1, 1), at="15:00", lead_days=lead_days)
    calendar = calendar_of(decided, cut_offs=(cut_off,))
    paid = jobs_at(decided, AS_OF, calendar=calendar).pay()
    assert len(paid.released) == released
    assert {each.finding.code for each in paid.held} == (set() if released else {"remittance-window"})
    assert paid.days_apart == (3 if released else 0)


def test_a_run_above_its_limit_waits_whole(decided: Demo) -> None:
    """Of 589.00 each payment waits at a limit of 588.99 though none is above its own, and goes out at 589.00."""
    limits = (ApprovalLimit(start=date(2025, 1, 1), limit=Decimal("500.00"), run_limit=Decimal("588.99")),)
    paid = jobs_at(decided, AS_OF, approval_limits=limits).pay()
    assert (len(paid.waiting), paid.released) == (4, ())
    with decided.workspace.books.reading(decided.jobs.context) as work:
        built = work.payments.events([each.id for each in paid.waiting])
    assert {event.reason for event in built} == {"the run comes to more than 588.99 US dollars"}
    approved = decided.jobs.approve([], run=1)
    assert len(approved) == 4
    assert len(decided.jobs.pay().released) == 4


def approved_one(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the EFT of 470.00 and the check of 70.00 approved and not released."""
    with monkeypatch.context() as patch:
        low_limit(patch, "60.00")
        waiting = demo.jobs.pay().waiting
    demo.jobs.approve([each.payment.trace_number for each in waiting])


def amounts(paid: Paid) -> list[Decimal]:
    """Return the amounts that were released, the largest first."""
    return sorted((each.payment.amount for each in paid.released), reverse=True)


def test_another_ein_goes_out_with_what_was_built_before(decided: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Approved under one EIN and released under another: 835 and EFT carry the one of that day."""
    approved_one(decided, monkeypatch)
    decided.jobs.deliver()
    ach = msgspec.structs.replace(decided.jobs.reference.payer.ach, company_id="1410000777")
    paid = jobs_at(decided, date(2026, 3, 17), ein="410000777", ach=ach).pay()
    assert amounts(paid) == [Decimal("470.00"), Decimal("70.00")]
    files = decided.jobs.deliver().files
    assert {row.name.split(".")[-1] for row in files} == {"835", "ach", "csv"}
    for row in files:
        text = decided.workspace.mailbox.path(row.folder, row.name).read_text()
        assert ("1410000777" in text) is (row.kind != "checks")
    assert proof_of(decided).differences == ()


def test_a_holiday_that_was_added_moves_the_date(decided: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Built for 16 March, which becomes a holiday: it goes out for the 17th, and the proof holds."""
    approved_one(decided, monkeypatch)
    calendar = calendar_of(decided, ach_holidays=(AS_OF,))
    paid = jobs_at(decided, AS_OF, calendar=calendar).pay()
    assert (amounts(paid), dates_of(paid)) == ([Decimal("470.00"), Decimal("70.00")], {date(2026, 3, 17)})
    remitted(decided)
    assert proof_of(decided).differences == ()


def test_an_eft_that_the_bank_cannot_read_stops_nobody(decided: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """One to an account of 18 digits is kept back and told; voided, its claims go to the right account."""
    original = Reference.account

    def wide(reference: Reference, provider: str, day: date) -> Account | None:
        account = original(reference, provider, day)
        is_meant = provider == "HARBOR" and account is not None
        return msgspec.structs.replace(account, account="1" * 18) if is_meant else account

    with monkeypatch.context() as patch:
        patch.setattr(Reference, "account", wide)
        paid = decided.jobs.pay()
    assert amounts(paid) == [Decimal("70.00"), Decimal("49.00"), ZERO]
    ((number, code),) = [(each.number, each.finding.code) for each in paid.held]
    assert code == "eft-not-writable"
    assert [(each.number, each.finding.code) for each in decided.jobs.pay().held] == [(number, code)]
    void(decided.workspace.books, decided.jobs.context, number, "the account is wrong")
    assert amounts(decided.jobs.pay()) == [Decimal("470.00")]
    remitted(decided)
    assert proof_of(decided).differences == ()
