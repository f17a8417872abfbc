"""Checks to members: what a claim pays whose benefits are not assigned (CLM08 = N), from payment run to proof."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Delete, Update, select

from hpedi.commands import ExitCode
from hpedi.mappings_folder import mapping
from hpedi.payments.bank_checks import load_check_terms
from hpedi.payments.eob import MemberCheck, load_eob_texts
from hpedi.payments.eob_document import check_document
from hpedi.payments.ledger import LedgerAccount
from hpedi.payments.states import PaymentState
from hpedi.pipeline import release
from hpedi.pipeline.bank_files import CHECKS
from hpedi.pipeline.checks import import_checks, tell_bank
from hpedi.pipeline.eob import check_explained
from hpedi.pipeline.pay import Paid
from hpedi.pipeline.void import void
from hpedi.store import schema
from hpedi.store.audit import Sought
from hpedi.store.funding_tables import member_payment, paid_member_payment
from tests.commands.running import run_hpedi
from tests.pipeline.conftest import AS_OF, Demo
from tests.pipeline.sending import Office, bill, voiding
from tests.pipeline.test_proof import proof_of

CHECK = "100001"
BEFORE = "0017"
"""The schema before checks to members."""
NOT_ASSIGNED = {"benefits_assigned": "N"}
TUESDAY, WEDNESDAY = date(2026, 3, 17), date(2026, 3, 18)
ROSA = ("ROSA AMBLE", "M01")


@pytest.fixture
def office(demo: Demo) -> Office:
    """A visit of Rosa and one of Theo, whose subscriber she is: neither pays the clinic, 90.00 each."""
    office = Office(demo)
    office.send(bill("A", "M01", **NOT_ASSIGNED), bill("B", "M02", **NOT_ASSIGNED))
    return office


def checks(paid: Paid) -> list[tuple[str, str, str, str, int]]:
    """Return number, payee, member, amount and claims of the checks to members that went out."""
    return [
        (each.payment.trace_number, each.payment.payee.name, each.payment.member, f"{each.payment.amount}", each.claims)
        for each in paid.released
        if each.payment.member
    ]


def explained(office: Office, number: str) -> MemberCheck:
    """Return what is told with a check."""
    jobs = office.jobs()
    texts = load_eob_texts(mapping("payments/eob_texts.yaml").read_bytes(), AS_OF)
    with office.demo.workspace.books.writing(jobs.context) as work:
        notice = check_explained(work, jobs.reference, number, texts)
    assert notice is not None
    return notice


def test_a_subscriber_gets_one_check_for_the_family(demo: Demo, office: Office) -> None:
    """180.00 for two visits: in the register, the ledger and the proof; the clinic's 835 says 0.00; nothing twice."""
    paid = office.pay()
    assert checks(paid) == [(CHECK, *ROSA, "180.00", 2)]
    assert [f"{each.payment.amount}" for each in paid.released if not each.payment.member] == ["0.00"]
    (register,) = (demo.workspace.home / "bank").glob("*-checks.csv")
    assert (
        register.read_text().splitlines()[1]
        == f"{CHECK},2026-03-16,,ROSA AMBLE,12 BIRCH LN,MANKATO,MN,560010012,180.00"
    )
    proven = proof_of(demo)
    assert (proven.differences, proven.remittances) == ((), 1)
    assert proven.totals["payer"].members == proven.totals["payer"].checks == Decimal("180.00")
    with demo.workspace.books.reading(office.jobs().context) as work:
        totals = work.ledger.totals()
    assert totals["payer", LedgerAccount.MEMBERS_PAYABLE] == 0
    assert totals["payer", LedgerAccount.CHECKS_OUTSTANDING] == Decimal("-180.00")
    assert office.pay(TUESDAY).released == ()


def test_the_check_is_explained_claim_by_claim(office: Office) -> None:
    """The notice names the check, both patients and what is paid of each, as a page with both explanations."""
    office.pay()
    notice = explained(office, CHECK)
    assert (notice.pay_to, notice.amount, notice.in_place_of) == ("ROSA AMBLE", Decimal("180.00"), "")
    assert [(each.patient, f"{amount}") for each, amount in notice.paid] == [
        ("ROSA AMBLE", "90.00"),
        ("THEO AMBLE", "90.00"),
    ]
    assert check_document(notice).title == f"Payment to you: check {CHECK}"


def test_it_is_voided_and_drawn_anew_by_the_next_run(demo: Demo, office: Office) -> None:
    """Void, it is owed again: the next run draws 180.00 under another number, and the books prove it."""
    office.pay()
    void(demo.workspace.books, office.jobs().context, CHECK, "lost")
    assert checks(office.pay(TUESDAY)) == [("100002", *ROSA, "180.00", 2)]
    assert proof_of(demo).differences == ()


@pytest.mark.parametrize("is_void", [False, True])
def test_it_is_reissued(demo: Demo, office: Office, *, is_void: bool) -> None:
    """Lost, or void since: another check takes its place, tells of the same claims, and pays nothing twice."""
    office.pay()
    if is_void:
        void(demo.workspace.books, office.jobs().context, CHECK, "lost")
    check, held = office.jobs(TUESDAY).reissue(CHECK, "lost")
    assert (check.payment.trace_number, check.payment.reissues, held) == ("100002", CHECK, ())
    assert check.state is PaymentState.RELEASED
    notice = explained(office, "100002")
    assert (notice.in_place_of, [f"{amount}" for _eob, amount in notice.paid]) == (CHECK, ["90.00", "90.00"])
    assert office.pay(WEDNESDAY).released == ()
    assert proof_of(demo).differences == ()


def test_what_is_taken_back_is_taken_off_the_next_check(demo: Demo, office: Office) -> None:
    """The visit of Theo is voided: 90.00 owed back draw no check, nor do the next; those after that do."""
    office.pay()
    with demo.workspace.books.reading(office.jobs().context) as work:
        (theo,) = [each.source for each in work.funding.member_payments("M02")]
    claim = theo.removeprefix("claim:").partition("/")[0]
    office.send(voiding(claim, bill("V", "M02", **NOT_ASSIGNED)))
    assert checks(office.pay(TUESDAY)) == []
    office.send(bill("C", "M03", **NOT_ASSIGNED))
    assert checks(office.pay(WEDNESDAY)) == []
    office.send(bill("D", "M02", **NOT_ASSIGNED))
    assert checks(office.pay(date(2026, 3, 19))) == [("100002", *ROSA, "90.00", 3)]
    assert proof_of(demo).differences == ()


def test_the_bank_is_told_and_pays_it(demo: Demo, office: Office) -> None:
    """Positive pay names it; the bank says that it cleared, and it is settled."""
    office.pay()
    jobs = office.jobs(TUESDAY)
    terms = load_check_terms(mapping("payments/checks.yaml").read_bytes(), TUESDAY)
    with demo.workspace.books.writing(jobs.context) as work:
        (notice,) = tell_bank(work, jobs.reference, terms, next(iter(terms.layouts)))
    assert (notice.check_number, notice.payee, notice.amount) == (CHECK, "ROSA AMBLE", Decimal("180.00"))
    said = f"check_number,status,date,amount\n{CHECK},cleared,2026-03-17,180.00\n"
    with demo.workspace.books.writing(jobs.context) as work:
        assert import_checks(work, said.encode(), "bank.csv").findings == ()
    with demo.workspace.books.reading(jobs.context) as work:
        stored = work.payments.by_number(CHECK)
    assert stored is not None
    assert stored.state is PaymentState.SETTLED
    assert proof_of(demo).differences == ()


def test_what_a_killed_release_staged_stops_no_check(
    demo: Demo, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped between staging and commit, the clinic's payment is void before the next release: the check goes out."""
    with monkeypatch.context() as patch:
        patch.setattr(release, "check_run", _stopped)
        with pytest.raises(KeyboardInterrupt):
            office.pay()
    with demo.workspace.books.reading(office.jobs().context) as work:
        (clinic,) = [each for each in work.payments.in_state(PaymentState.APPROVED) if not each.payment.member]
    void(demo.workspace.books, office.jobs().context, clinic.payment.trace_number, "wrong")
    assert checks(office.pay()) == [(CHECK, *ROSA, "180.00", 2)]
    assert proof_of(demo).differences == ()


def _stopped(*_asked: object) -> object:
    raise KeyboardInterrupt


LINK, GIVEN = paid_member_payment, member_payment
TAMPERINGS = {
    "no check is kept to pay them": LINK.delete(),
    "they are kept as paid elsewhere": LINK.update().values(payment=None),
    "a cent more": GIVEN.update().where(GIVEN.c.member == "M02").values(amount=Decimal("90.01")),
    "to somebody else": GIVEN.update().values(payee="M05"),
}


@pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=list(TAMPERINGS))
def test_the_proof_names_what_was_tampered_with(demo: Demo, office: Office, tampering: Update | Delete) -> None:
    """Rows of what a check pays do not fit the check."""
    office.pay()
    with demo.workspace.database.writing() as connection:
        connection.execute(tampering)
    assert f"payment:{CHECK}" in {each.subject for each in proof_of(demo).differences}


def test_the_proof_names_what_a_void_check_keeps(demo: Demo, office: Office) -> None:
    """Of a void check a row says that it pays 90.00, which no run would ever pay again."""
    office.pay()
    with demo.workspace.database.reading() as connection:
        paid = connection.execute(select(LINK).order_by(LINK.c.member_payment)).first()
    assert paid is not None
    void(demo.workspace.books, office.jobs().context, CHECK, "lost")
    assert proof_of(demo).differences == ()
    with demo.workspace.database.writing() as connection:
        connection.execute(LINK.insert().values(paid._mapping))
    assert [each.subject for each in proof_of(demo).differences] == [f"payment:{CHECK}"]


def test_the_audit_log_says_whose_names_the_bank_got(demo: Demo, office: Office) -> None:
    """The register and positive pay name Rosa on a check: the log has her under both."""
    office.pay()
    jobs = office.jobs(TUESDAY)
    terms = load_check_terms(mapping("payments/checks.yaml").read_bytes(), TUESDAY)
    with demo.workspace.books.writing(jobs.context) as work:
        tell_bank(work, jobs.reference, terms, next(iter(terms.layouts)))
    with demo.workspace.books.reading(jobs.context) as work:
        told = {(each.action, each.result) for each in work.audit.find(Sought(member="M01"))}
    assert {("deliver", CHECKS), ("positive pay", "issue")} <= told


def test_the_notice_is_told_on_the_terminal_and_as_a_page(
    demo: Demo, office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`hpedi eob --check` names the check, what it pays of each claim, and writes the same as a page."""
    office.pay()
    page = tmp_path / "notice.html"
    assert run_hpedi("--home", demo.workspace.home, "eob", "--check", CHECK) == ExitCode.OK
    assert f"Check {CHECK} of 2026-03-16 to ROSA AMBLE, 180.00 US dollars" in capsys.readouterr().out
    assert run_hpedi("--home", demo.workspace.home, "eob", "--check", CHECK, "--html", page) == ExitCode.OK
    assert "your plan pays you" in page.read_text()


def test_a_check_pays_its_claims_after_a_step_back(demo: Demo, office: Office) -> None:
    """The schema before knew no checks to members: brought up again, the check pays what it paid."""
    office.pay()
    schema.downgrade(demo.workspace.database, BEFORE)
    schema.upgrade(demo.workspace.database)
    assert proof_of(demo).differences == ()


def test_a_check_without_an_address_is_kept_back(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    """The claim of Theo gives no address of Rosa: preview and run keep her check back until hers gives it."""
    office = Office(demo)
    office.send(bill("B", "M02", **NOT_ASSIGNED))
    preview = ("pay", "preview", "--as-of", str(AS_OF), "--json")
    assert run_hpedi("--home", demo.workspace.home, *preview) == ExitCode.OK
    assert "2010BA N3 and N4: the next release draws the check" in capsys.readouterr().out
    paid = office.pay()
    kept = [(each.provider, f"{each.amount}", each.claims, each.finding.code) for each in paid.held]
    assert (checks(paid), kept) == ([], [("M01", "90.00", 1, "member-address-missing")])
    office.send(bill("A", "M01"))
    assert checks(office.pay(TUESDAY)) == [(CHECK, *ROSA, "90.00", 1)]
    assert proof_of(demo).differences == ()


def test_what_was_due_before_checks_were_drawn_stays_as_it_was(demo: Demo, office: Office) -> None:
    """Booked under the schema before, 180.00 were paid elsewhere: no check is drawn, and the books are proven."""
    schema.downgrade(demo.workspace.database, BEFORE)
    schema.upgrade(demo.workspace.database)
    assert checks(office.pay()) == []
    assert proof_of(demo).differences == ()
