"""A payee's account on its way: requested, approved by another person, prenoted, live, corrected and ended."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal

import achkit
import msgspec
import pytest
from sqlalchemy import select

from hpedi.commands.jobs import Jobs
from hpedi.commands.workspace import context_for
from hpedi.mappings_folder import mapping
from hpedi.payments.ach.read import read_ach
from hpedi.payments.eft_enrollment import (
    EftEnrollment,
    EnrollmentState,
    Linkage,
    Standing,
    SubmissionReason,
    load_enrollment_terms,
)
from hpedi.payments.eft_returns import load_return_codes
from hpedi.pipeline.eft_enrolling import CannotEnroll, EnrollmentAsked, SamePerson, decide, end, enroll
from hpedi.pipeline.eft_returns import Imported, ReturnTerms, import_returns
from hpedi.pipeline.pay import pay
from hpedi.pipeline.release import release
from hpedi.run_context import Principal, RunContext
from hpedi.state_history import WrongState
from hpedi.store.tables import audit_entry
from hpedi.transactions.remittance_835.model import CORPORATE_EXCHANGE, BankAccount, PaymentMethod
from tests.databases import engine_of, kept_in
from tests.payments.ach.return_writer import Back, return_file
from tests.pipeline.conftest import Demo
from tests.pipeline.test_proof import SENT, proof_of

MONDAY, WEDNESDAY, THURSDAY = date(2026, 3, 16), date(2026, 3, 18), date(2026, 3, 19)
"""A prenotification of Monday the 16th settles that day and is accepted on Thursday, three banking days later."""
TERMS = load_enrollment_terms(mapping("payments/eft_enrollment.yaml").read_bytes(), MONDAY)
RETURNS = ReturnTerms(
    codes=load_return_codes(mapping("payments/ach_returns.yaml").read_bytes(), MONDAY), enrollment=TERMS
)
KIM = Principal("person:kim", "person", "Kim")
ALEX = Principal("person:alex", "person", "Alex")
ACCOUNT = BankAccount(routing_number="091000019", account_number="8812345678")
QUARRY = EnrollmentAsked(
    tax_id="410000203", npi="1000002026", account=ACCOUNT, linkage=Linkage.NPI, start=MONDAY, why="voided check"
)
"""Quarry has no account in the payer folder and is paid by check: 70.00 of the day's claims."""


def on(day: date, principal: Principal | None = None) -> RunContext:
    """Return the context of a business day, on behalf of somebody."""
    context = context_for(day)
    return context if principal is None else replace(context, principal=principal)


def enrolled(demo: Demo, asked: EnrollmentAsked = QUARRY) -> EftEnrollment:
    """Return what Kim requested and Alex approved."""
    with demo.workspace.books.writing(on(MONDAY, KIM)) as work:
        made = enroll(work, demo.jobs.reference, TERMS, asked)
    with demo.workspace.books.writing(on(MONDAY, ALEX)) as work:
        return decide(work, made.id, EnrollmentState.APPROVED, "called back")


def prenoted(demo: Demo, asked: EnrollmentAsked = QUARRY) -> EftEnrollment:
    """Return an enrollment whose prenotification went to the bank on Monday."""
    enrolled(demo, asked)
    (sent,) = demo.jobs.prenote()
    demo.jobs.deliver()
    return sent


def imported(demo: Demo, *entries: Back) -> Imported:
    """Import a file that has each entry in a batch of its own."""
    content = return_file([[each] for each in entries])
    with demo.workspace.books.writing(on(MONDAY, KIM)) as work:
        return import_returns(work, content, hashlib.sha256(content).hexdigest(), RETURNS, "bank.ach")


def back(sent: EftEnrollment, code: str, corrected: str = "") -> Back:
    """Return how the bank sends a prenotification back."""
    assert sent.prenote is not None
    account = sent.account
    trace = sent.prenote.ach_trace_number
    return Back(code, trace, 0, account.account_number, account.routing_number[:8], corrected)


def all_of(demo: Demo) -> tuple[EftEnrollment, ...]:
    """Return every enrollment."""
    with demo.workspace.books.reading(demo.jobs.context) as work:
        return work.eft_enrollments.all()


def paid_on(demo: Demo, day: date) -> dict[str, PaymentMethod]:
    """Receive and decide the day's claims and pay them on a day; return the method by payee."""
    demo.receive(SENT)
    demo.jobs.adjudicate()
    paid = demo.pay_on(day)
    return {each.payment.payee.provider: each.payment.method for each in paid.released}


def test_the_prenotification_goes_to_the_bank(demo: Demo) -> None:
    """A Nacha file of one entry of 0.00, code 23, to the account; it counts as accepted three banking days later."""
    sent = prenoted(demo)
    assert sent.prenote is not None
    assert (sent.prenote.effective_entry_date, sent.prenote.accepted_on) == (MONDAY, THURSDAY)
    (path,) = demo.workspace.home.glob("bank/*.ach")
    assert achkit.validate(path.read_text()) == {"ok": True, "errors": []}
    file = read_ach(path.read_bytes()).file
    assert file is not None
    (entry,) = file.entries
    detail = entry.detail
    assert (detail.transaction_code, detail.amount, detail.account_number) == ("23", Decimal("0.00"), "8812345678")
    assert (detail.identification_number, entry.addenda) == ("1000002026", ())
    assert demo.jobs.prenote() == ()


def test_the_account_rests_in_plain_in_the_bank_folder_only(demo: Demo) -> None:
    """It stands in no row and no other file; the bank's file holds it."""
    prenoted(demo)
    assert ACCOUNT.account_number.encode() not in kept_in(demo.workspace.home)
    holding = [
        path.relative_to(demo.workspace.home).parts[0]
        for path in demo.workspace.home.rglob("*")
        if path.is_file() and ACCOUNT.account_number.encode() in path.read_bytes()
    ]
    assert holding == ["bank"]


@pytest.mark.parametrize(("day", "method"), [(WEDNESDAY, PaymentMethod.CHECK), (THURSDAY, PaymentMethod.ACH)])
def test_the_payee_is_paid_to_it_once_it_is_accepted(demo: Demo, day: date, method: PaymentMethod) -> None:
    """Until then a payee without another account gets checks."""
    prenoted(demo)
    assert paid_on(demo, day)["QUARRY"] is method
    assert proof_of(demo).differences == ()


def test_a_payee_who_changes_is_paid_to_the_account_before(demo: Demo) -> None:
    """Harbor's account of the payer folder counts until the new one is live."""
    harbor = replace_asked(tax_id="410000202", npi="1000002018")
    assert prenoted(demo, harbor).submission is SubmissionReason.CHANGE
    demo.receive(SENT)
    demo.jobs.adjudicate()
    (stored,) = [each for each in demo.pay_on(WEDNESDAY).released if each.payment.payee.provider == "HARBOR"]
    assert stored.payment.payee.account == BankAccount(routing_number="123456780", account_number="200000202")


def replace_asked(**changed: object) -> EnrollmentAsked:
    """Return what is asked for Quarry, otherwise."""
    return msgspec.structs.replace(QUARRY, **changed)


def test_who_requests_does_not_approve(demo: Demo) -> None:
    """A second person is needed; nothing is sent for what nobody approved."""
    with demo.workspace.books.writing(on(MONDAY, KIM)) as work:
        made = enroll(work, demo.jobs.reference, TERMS, QUARRY)
    with pytest.raises(SamePerson), demo.workspace.books.writing(on(MONDAY, KIM)) as work:
        decide(work, made.id, EnrollmentState.APPROVED, "")
    assert demo.jobs.prenote() == ()
    assert all_of(demo)[0].state is EnrollmentState.REQUESTED


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"npi": "1000002018"}, "no payee has this Tax ID and NPI"),
        ({"account": BankAccount(routing_number="091000018", account_number="1")}, "check digit"),
        ({"account": BankAccount(routing_number="091000019", account_number="1" * 18)}, "1 to 17"),
        ({"account": BankAccount(routing_number="091000019", account_number="")}, "1 to 17"),
        ({"account": BankAccount(routing_number="091000019", account_number="12 34")}, "no blanks"),
    ],
)
def test_what_cannot_be_enrolled_is_told(demo: Demo, changed: dict[str, object], message: str) -> None:
    """An unknown payee, a wrong check digit or an account without its form; no account number is told."""
    with pytest.raises(CannotEnroll, match=message) as told, demo.workspace.books.writing(on(MONDAY)) as work:
        enroll(work, demo.jobs.reference, TERMS, replace_asked(**changed))
    assert "1111" not in str(told.value)
    assert all_of(demo) == ()


def test_one_request_at_a_time(demo: Demo) -> None:
    """Another account is requested once the first is decided."""
    enrolled(demo)
    with pytest.raises(CannotEnroll, match="enrollment 1"), demo.workspace.books.writing(on(MONDAY)) as work:
        enroll(work, demo.jobs.reference, TERMS, QUARRY)
    with pytest.raises(WrongState), demo.workspace.books.writing(on(MONDAY, ALEX)) as work:
        decide(work, 1, EnrollmentState.DENIED, "")


def test_a_returned_prenotification_ends_the_way(demo: Demo) -> None:
    """The payee goes on with checks, and may enroll again."""
    sent = prenoted(demo)
    outcome = imported(demo, back(sent, "R03"))
    assert [(each.code, each.outcome, each.enrollment, each.payment) for each in outcome.returns] == [
        ("R03", "returned", 1, None)
    ]
    (after,) = all_of(demo)
    assert after.stands(THURSDAY) is Standing.RETURNED
    assert after.history[-1].why == "R03: there is no such account"
    assert [each.outcome for each in imported(demo, back(sent, "R03"), back(sent, "R02")).returns] == ["repeated"] * 2
    assert paid_on(demo, THURSDAY)["QUARRY"] is PaymentMethod.CHECK
    with demo.workspace.books.writing(on(THURSDAY, KIM)) as work:
        assert enroll(work, demo.jobs.reference, TERMS, QUARRY).id == 2


def test_a_change_of_a_prenotification_becomes_another_enrollment(demo: Demo) -> None:
    """The bank's correction is requested for the payee, approved by a person, prenoted again, and paid to."""
    sent = prenoted(demo)
    outcome = imported(demo, back(sent, "C03", f"{'091000019':<12}{'55667788':<17}"))
    assert [each.outcome for each in outcome.returns] == ["proposed"]
    first, second = all_of(demo)
    assert (first.state, second.state) == (EnrollmentState.CORRECTED, EnrollmentState.REQUESTED)
    assert second.account == BankAccount(routing_number="091000019", account_number="55667788")
    with demo.workspace.books.writing(on(MONDAY, ALEX)) as work:
        decide(work, second.id, EnrollmentState.APPROVED, "asked the payee")
    (again,) = demo.jobs.prenote()
    assert again.id == second.id
    assert paid_on(demo, THURSDAY)["QUARRY"] is PaymentMethod.ACH
    assert sorted(path.name for path in demo.workspace.home.glob("bank/*.ach")) == ["20260316-A.ach"]
    demo.jobs.deliver()
    names = sorted(path.name for path in demo.workspace.home.glob("bank/*.ach"))
    assert names == ["20260316-A.ach", "20260316-B.ach", "20260319-A.ach"]


def test_a_change_of_a_payment_requests_the_account_for_the_payee(demo: Demo) -> None:
    """The account of the payer folder goes on to count until a person approved the other one and it is live."""
    demo.run(SENT)
    with demo.workspace.books.reading(demo.jobs.context) as work:
        (stored,) = [each for each in work.payments.of_run(1) if each.payment.payee.provider == "HARBOR"]
        (entry,) = [each for each in work.payments.eft_entries(1) if each.trace_number == stored.payment.trace_number]
    came = Back("C05", entry.ach_trace_number, 0, "200000202", "12345678", "32")
    imported(demo, came)
    (asked,) = all_of(demo)
    assert (asked.provider, asked.state) == ("HARBOR", EnrollmentState.REQUESTED)
    assert asked.account == BankAccount(routing_number="123456780", account_number="200000202", kind="SG")


def test_a_new_identification_number_changes_no_account(demo: Demo) -> None:
    """C09 is kept; the prenotification goes on its way."""
    sent = prenoted(demo)
    assert [each.outcome for each in imported(demo, back(sent, "C09", "4711")).returns] == ["proposed"]
    assert [each.state for each in all_of(demo)] == [EnrollmentState.PRENOTED]


def test_an_ended_enrollment_is_paid_by_check(demo: Demo) -> None:
    """From the day after its last day."""
    prenoted(demo)
    with demo.workspace.books.writing(on(THURSDAY)) as work:
        end(work, 1, THURSDAY, "the payee asked for checks")
    assert paid_on(demo, date(2026, 3, 20))["QUARRY"] is PaymentMethod.CHECK


def ctx_day(demo: Demo, most_addenda: int) -> Demo:
    """Pay Quarry, who wants the 835 inside its EFT, with a most of addenda."""
    prenoted(demo, replace_asked(account=BankAccount(
        routing_number="091000019", account_number="8812345678", entry_format=CORPORATE_EXCHANGE
    )))  # fmt: skip
    demo.receive(SENT)
    demo.jobs.adjudicate()
    jobs = Jobs(demo.workspace, context_for(THURSDAY))
    conventions = jobs.payment_data.ach_conventions.replace(
        b"most_addenda: 9999", f"most_addenda: {most_addenda}".encode()
    )
    data = replace(jobs.payment_data, ach_conventions=conventions)
    pay(demo.workspace.books, jobs.context, jobs.reference, data)
    jobs.deliver()
    return demo


def test_the_835_goes_inside_the_eft(demo: Demo) -> None:
    """The bank's file carries the delivered 835 of Quarry byte for byte; the others are CCD+; the books are clean."""
    ctx_day(demo, 9999)
    path = demo.workspace.home / "bank" / "20260319-A.ach"
    assert achkit.validate(path.read_text()) == {"ok": True, "errors": []}
    lines = path.read_text().splitlines()
    assert [line[50:53] for line in lines if line[0] == "5"] == ["CCD", "CTX"]
    start = next(number for number, line in enumerate(lines) if line[0] == "5" and line[50:53] == "CTX")
    carried = "".join(line[3:83] for line in lines[start:] if line[0] == "7").rstrip()
    assert lines[start + 1][54:58] == f"{-(-len(carried) // 80):04d}"
    delivered = [each.read_text() for each in demo.workspace.home.glob("outbox/*/*.835")]
    assert carried in delivered
    assert "*ACH*CTX*" in carried
    assert proof_of(demo).differences == ()


def test_an_835_that_is_too_large_goes_apart(demo: Demo) -> None:
    """Its EFT is CCD+ and its 835 says so; the audit log has the reason."""
    ctx_day(demo, 3)
    text = (demo.workspace.home / "bank" / "20260319-A.ach").read_text()
    assert [line[50:53] for line in text.splitlines() if line[0] == "5"] == ["CCD"]
    delivered = [each.read_text() for each in demo.workspace.home.glob("outbox/*/*.835")]
    assert not any("*ACH*CTX*" in each for each in delivered)
    assert b"and an entry has at most 3" in kept_in(demo.workspace.home)
    assert proof_of(demo).differences == ()


def test_an_approved_eft_to_an_account_that_ended_does_not_go_out(demo: Demo) -> None:
    """It is kept back like one to an account on hold, until it is voided; what else is approved goes out."""
    prenoted(demo)
    demo.receive(SENT)
    demo.jobs.adjudicate()
    jobs = Jobs(demo.workspace, context_for(THURSDAY))
    nothing = replace(jobs.payment_data, ach_conventions=b"versions: []")
    with pytest.raises(LookupError):  # it is interrupted between build and release
        pay(demo.workspace.books, jobs.context, jobs.reference, nothing)
    with demo.workspace.books.writing(on(THURSDAY)) as work:
        end(work, 1, WEDNESDAY, "the account was closed")
    out = release(demo.workspace.books, jobs.context, jobs.reference, jobs.payment_data)
    assert [(each.provider, each.finding.code) for each in out.held] == [("QUARRY", "account-on-hold")]
    assert {each.payment.payee.provider for each in out.released} >= {"HARBOR", "LANTERN"}


def test_a_denied_request_for_the_account_that_counts_stops_nothing(demo: Demo) -> None:
    """Harbor goes on to be paid to its account of the payer folder."""
    loaded = BankAccount(routing_number="123456780", account_number="200000202")
    with demo.workspace.books.writing(on(MONDAY, KIM)) as work:
        asked = replace_asked(tax_id="410000202", npi="1000002018", account=loaded)
        made = enroll(work, demo.jobs.reference, TERMS, asked)
    with demo.workspace.books.writing(on(MONDAY, ALEX)) as work:
        decide(work, made.id, EnrollmentState.DENIED, "nothing changes")
    assert paid_on(demo, MONDAY)["HARBOR"] is PaymentMethod.ACH


def test_whose_claims_the_bank_reads_is_in_the_audit_log(demo: Demo) -> None:
    """The bank's file that carries an 835 is delivered for the members of its claims; one without is nobody's."""
    ctx_day(demo, 9999)
    with engine_of(demo.workspace.home) as engine, engine.connect() as connection:
        query = select(audit_entry.c.member).where(audit_entry.c.result == "ach").order_by(audit_entry.c.id)
        members = list(connection.execute(query).scalars())
    assert members[0] == ""
    assert all(members[1:])
    assert len(members) == 2
