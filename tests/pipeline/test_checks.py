"""Checks after they went out: cleared, stopped and stale by the bank's word or by age; the bank told of each once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from hpedi.commands.workspace import context_for
from hpedi.mappings_folder import mapping
from hpedi.payments.bank_checks import load_check_terms
from hpedi.payments.ledger import LedgerAccount
from hpedi.payments.states import PaymentState
from hpedi.pipeline.checks import OPEN, ChecksImported, checks_in, import_checks, stale_checks, tell_bank
from hpedi.pipeline.void import void
from tests.pipeline.conftest import AS_OF, Demo
from tests.pipeline.test_proof import SENT, proof_of

TERMS = load_check_terms(mapping("payments/checks.yaml").read_bytes(), AS_OF)
HEADING = "check_number,status,date,amount\n"


@pytest.fixture
def paid(demo: Demo) -> Demo:
    """A day that drew one check, of 70.00, dated Monday 16 March 2026."""
    demo.run(SENT)
    return demo


def number(demo: Demo) -> str:
    """Return the number of the check."""
    with demo.workspace.books.reading(demo.jobs.context) as work:
        (check,) = checks_in(work, [*PaymentState])
    return check.payment.trace_number


def told(demo: Demo, *lines: str) -> ChecksImported:
    """Import lines of the bank, the number of the check in the place of #."""
    content = HEADING + "".join(f"{line}\n" for line in lines).replace("#", number(demo))
    with demo.workspace.books.writing(demo.jobs.context) as work:
        return import_checks(work, content.encode(), "bank.csv")


def state(demo: Demo) -> PaymentState:
    """Return where the check stands."""
    with demo.workspace.books.reading(demo.jobs.context) as work:
        found = work.payments.by_number(number(demo))
    assert found is not None
    return found.state


def test_a_cleared_check_is_settled(paid: Demo) -> None:
    """70.00 leave checks outstanding and cash; the same line again changes nothing; the books are clean."""
    first = told(paid, "#,cleared,2026-03-20,70.00")
    assert ([each.is_again for each in first.taken], first.findings) == ([False], ())
    again = told(paid, "#,cleared,2026-03-20,70.00")
    assert [each.is_again for each in again.taken] == [True]
    with paid.workspace.books.reading(paid.jobs.context) as work:
        totals = {account: amount for (_funding, account), amount in work.ledger.totals().items()}
    assert (totals[LedgerAccount.CHECKS_OUTSTANDING], totals[LedgerAccount.CASH]) == (Decimal(0), Decimal("-70.00"))
    assert state(paid) is PaymentState.SETTLED
    assert proof_of(paid).differences == ()


def test_a_stopped_check_is_voided_and_its_claims_are_paid_again(paid: Demo) -> None:
    """The bank will not pay it; once it is void the next run draws another check of 70.00."""
    told(paid, "#,stopped,2026-03-20,70.00")
    assert state(paid) is PaymentState.STOPPED
    void(paid.workspace.books, paid.jobs.context, number(paid), "stopped")
    (again,) = paid.pay_on(date(2026, 3, 23)).released
    assert again.payment.amount == Decimal("70.00")
    assert proof_of(paid).differences == ()


def test_a_stopped_check_is_reissued(paid: Demo) -> None:
    """Another check takes its place and goes out."""
    told(paid, "#,stopped,2026-03-20,70.00")
    check, held = paid.jobs.reissue(number(paid), "stopped")
    assert (check.state, check.payment.amount, held) == (PaymentState.RELEASED, Decimal("70.00"), ())
    paid.jobs.deliver()
    assert proof_of(paid).differences == ()


def test_a_stale_check_may_be_cashed_yet(paid: Demo) -> None:
    """The bank says that it is stale, and later that it paid it all the same."""
    told(paid, "#,stale,2026-09-20,70.00")
    assert state(paid) is PaymentState.STALE
    with paid.workspace.books.reading(paid.jobs.context) as work:
        assert len(stale_checks(work, TERMS)) == 1
    told(paid, "#,cleared,2026-09-25,70.00")
    assert state(paid) is PaymentState.SETTLED
    assert proof_of(paid).differences == ()


@pytest.mark.parametrize(("day", "count"), [(date(2026, 9, 12), 0), (date(2026, 9, 13), 1)])
def test_a_check_is_stale_by_its_age(paid: Demo, day: date, count: int) -> None:
    """180 days after 16 March 2026 is 12 September; it is stale from the day after that on."""
    with paid.workspace.books.reading(context_for(day)) as work:
        assert len(stale_checks(work, TERMS)) == count
        assert len(checks_in(work, OPEN)) == 1


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("999999,cleared,2026-03-20,70.00", "check-unknown"),
        ("900000001,cleared,2026-03-20,470.00", "check-unknown"),
        ("#,cleared,2026-03-20,70.01", "check-amount"),
        ("#,paid,2026-03-20,70.00", "check-record"),
        ("#,cleared,20.03.2026,70.00", "check-record"),
        ("#,cleared,2026-03-20,seventy", "check-record"),
        ("#,cleared,2026-03-20", "check-record"),
        (",cleared,2026-03-20,70.00", "check-record"),
    ],
)
def test_a_line_that_does_not_fit_stops_no_other(paid: Demo, line: str, code: str) -> None:
    """It is told with its line and changes nothing; the next line is taken."""
    outcome = told(paid, line, "#,cleared,2026-03-20,70.00")
    assert [(each.code, each.where.line) for each in outcome.findings] == [(code, 2)]
    assert [each.told.line for each in outcome.taken] == [3]
    assert state(paid) is PaymentState.SETTLED


def test_a_check_that_is_void_and_cleared_is_told(paid: Demo) -> None:
    """The bank paid what it was not to pay: nothing is booked, and a person asks the bank."""
    void(paid.workspace.books, paid.jobs.context, number(paid), "lost")
    outcome = told(paid, "#,cleared,2026-03-20,70.00")
    assert [each.code for each in outcome.findings] == ["check-state"]
    assert state(paid) is PaymentState.VOIDED


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"number,state\n1,2\n", b'"check_number'])
def test_a_file_of_another_form_is_refused(paid: Demo, content: bytes) -> None:
    """Nothing of it is taken."""
    with paid.workspace.books.writing(paid.jobs.context) as work:
        outcome = import_checks(work, content, "bank.csv")
    assert ([each.code for each in outcome.findings], outcome.taken) == (["check-record"], ())


def told_to_bank(demo: Demo, layout: str = "csv") -> list[str]:
    """Tell the bank, deliver, and return the lines of the newest file."""
    with demo.workspace.books.writing(demo.jobs.context) as work:
        notices = tell_bank(work, demo.jobs.reference, TERMS, layout)
    demo.jobs.deliver()
    files = sorted(demo.workspace.home.glob("bank/*-positive-pay.*"))
    return files[-1].read_text().splitlines() if notices else []


def test_the_bank_is_told_of_each_check_once(paid: Demo) -> None:
    """That it was issued, and once it is void that it is void; then nothing more."""
    check = number(paid)
    heading = "action,account_number,check_number,check_date,amount,payee"
    about = f"410000942,{check},2026-03-16,70.00,QUARRY PHYSICAL THERAPY"
    assert told_to_bank(paid) == [heading, f"issue,{about}"]
    assert told_to_bank(paid) == []
    void(paid.workspace.books, paid.jobs.context, check, "lost")
    assert told_to_bank(paid) == [heading, f"void,{about}"]
    assert told_to_bank(paid) == []


def test_the_fixed_layout_has_a_hundred_positions(paid: Demo) -> None:
    """Account and check number with zeros, cents, the date as CCYYMMDD, the name."""
    check = number(paid)
    (line,) = told_to_bank(paid, "fixed")
    assert line == f"000410000942   {check:0>10}00000000700020260316 {'QUARRY PHYSICAL THERAPY':<54}"
    assert len(line) == 100
