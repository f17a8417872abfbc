"""A payment run: what is paid, what waits for approval, what is never paid twice."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import click
import pytest
from msgspec.structs import replace

from hpedi.claims.claim import Claim
from hpedi.commands.jobs import Jobs
from hpedi.finding_kinds import FINDING_KINDS
from hpedi.findings import Unavailable
from hpedi.guides.load import Guide
from hpedi.money import ZERO
from hpedi.payments.balancing import Unbalanced
from hpedi.payments.faults import NotAsWritten
from hpedi.payments.ledger import LedgerAccount
from hpedi.payments.payment import Payment
from hpedi.payments.remit import PaymentRunInput, RunNumbers
from hpedi.payments.states import PaymentState
from hpedi.pipeline import pay as pay_module
from hpedi.pipeline import remittance_files
from hpedi.pipeline.approve import NotWaiting, SecondPersonNeeded
from hpedi.pipeline.payment_terms import Held
from hpedi.pipeline.void import void
from hpedi.reference.reference import Reference
from hpedi.run_context import Principal
from hpedi.service_dates import DateSpan
from hpedi.store.tables import posting
from hpedi.transactions.remittance_835.model import Remittance
from samples.write_inbound import CLEARINGHOUSE, PRAIRIELINK, claim_set, clearinghouse_claims, interchange
from tests.databases import kept_in
from tests.pipeline.conftest import AS_OF, Demo

SENT = interchange(PRAIRIELINK, CLEARINGHOUSE, 501, [claim_set("0001", clearinghouse_claims())])


def decide(demo: Demo) -> None:
    """Receive and decide the clearinghouse's claims: 470.00 to Harbor, 70.00 to Quarry, 49.00 to Lantern."""
    demo.receive(SENT)
    demo.jobs.adjudicate()


def low_limit(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    """Let only payments up to a limit approve themselves."""
    monkeypatch.setattr(Reference, "approval_limit", lambda _reference, _day: Decimal(limit))


def test_the_ledger_says_what_went_out(demo: Demo) -> None:
    """After a run nothing is payable, and clearing plus outstanding checks are what the claims cost."""
    decide(demo)
    demo.jobs.pay()
    with demo.workspace.books.reading(demo.jobs.context) as work:
        totals = {account: amount for (_funding, account), amount in work.ledger.totals().items()}
    assert totals == {
        LedgerAccount.CLAIMS_EXPENSE: Decimal("589.00"),
        LedgerAccount.CLAIMS_PAYABLE: ZERO,
        LedgerAccount.ACH_CLEARING: Decimal("-519.00"),
        LedgerAccount.CHECKS_OUTSTANDING: Decimal("-70.00"),
    }


def test_a_payment_above_the_limit_waits_and_is_released_once_approved(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of a payment leaves before somebody approves it; then its 835 and ACH entry do, and only they."""
    decide(demo)
    low_limit(monkeypatch, "100.00")
    paid = demo.jobs.pay()
    (waiting,) = paid.waiting
    assert (waiting.payment.amount, waiting.state) == (Decimal("470.00"), PaymentState.BUILT)
    first = {row.name for row in demo.jobs.deliver().files}
    assert f"{waiting.payment.trace_number}.835" not in first

    demo.jobs.approve([waiting.payment.trace_number])
    released = demo.jobs.pay().released
    assert [payment.payment.trace_number for payment in released] == [waiting.payment.trace_number]
    assert {row.name for row in demo.jobs.deliver().files} == {
        f"{waiting.payment.trace_number}.835",
        "20260316-B.ach",
    }


def test_who_began_the_run_does_not_approve_its_payments(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person may not approve what the person built; a second one may."""
    decide(demo)
    low_limit(monkeypatch, "100.00")
    first, second = (
        dataclasses.replace(demo.jobs.context, principal=Principal(f"person:{login}", "person", login))
        for login in ("kim", "ola")
    )
    (waiting,) = Jobs(demo.workspace, first).pay().waiting
    number = waiting.payment.trace_number
    with pytest.raises(SecondPersonNeeded):
        Jobs(demo.workspace, first).approve([number])
    assert [each.payment.trace_number for each in Jobs(demo.workspace, second).approve([number])] == [number]


def test_a_payment_approved_later_goes_out_with_later_dates(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Built on 16 March, released on Saturday 18 April: due on Monday 20 April, in 835 and ACH alike."""
    decide(demo)
    low_limit(monkeypatch, "100.00")
    (waiting,) = demo.jobs.pay().waiting
    demo.jobs.deliver()
    demo.jobs.approve([waiting.payment.trace_number])
    (released,) = demo.pay_on(date(2026, 4, 18)).released
    assert released.payment.payment_date == date(2026, 4, 20)
    files = {row.name: demo.workspace.mailbox.path(row.folder, row.name) for row in demo.jobs.deliver().files}
    assert set(files) == {f"{waiting.payment.trace_number}.835", "20260418-A.ach"}
    assert "*20260420~TRN*" in files[f"{waiting.payment.trace_number}.835"].read_text()
    assert files["20260418-A.ach"].read_text().splitlines()[1][69:75] == "260420"
    with demo.workspace.books.reading(demo.jobs.context) as work:
        stored = work.payments.by_number(waiting.payment.trace_number)
    assert stored is not None
    assert (stored.payment.payment_date, stored.state) == (date(2026, 4, 20), PaymentState.RELEASED)


def test_only_a_payment_that_waits_can_be_approved(demo: Demo) -> None:
    """A number that is no waiting payment is told by its place, and then none is approved."""
    decide(demo)
    paid = demo.jobs.pay()
    with pytest.raises(NotWaiting, match="number 1, 2 of"):
        demo.jobs.approve([paid.released[0].payment.trace_number, "555"])


def test_each_run_takes_up_the_numbers_where_the_last_ended(demo: Demo) -> None:
    """EFT and check numbers have no gaps over runs: two checks and two EFTs of two runs follow each other."""
    decide(demo)
    demo.jobs.pay()
    again = [claim for claim in clearinghouse_claims() if claim.patient_control_number in ("QY-1", "LN-500")]
    later = [_moved(claim) for claim in again]
    demo.receive(interchange(PRAIRIELINK, CLEARINGHOUSE, 502, [claim_set("0001", later)]))
    demo.jobs.adjudicate()
    paid = demo.pay_on(AS_OF + timedelta(days=1))
    assert sorted(payment.payment.trace_number for payment in paid.released) == ["100002", "900000004"]


def _moved(claim: Claim) -> Claim:
    """The same service on another day, so that it is no duplicate."""
    day = date(2026, 2, 26)
    lines = tuple(replace(line, dates=DateSpan(day, day)) for line in claim.lines)
    return replace(claim, lines=lines, patient_control_number=f"{claim.patient_control_number}-2")


def test_a_year_without_a_calendar_builds_nothing(demo: Demo) -> None:
    """Payments on a day whose ACH holidays are not known are refused with a finding, and can be made later."""
    decide(demo)
    with pytest.raises(click.ClickException, match="No ACH holidays are known for the year"):
        demo.pay_on(date(2050, 1, 3))
    assert len(demo.jobs.pay().released) == 4


def test_without_a_funding_account_nothing_is_built(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day on which no account to pay from is in force is refused with a finding, and holds nothing."""
    decide(demo)
    with monkeypatch.context() as patch:
        patch.setattr(Reference, "funding_account", lambda *_asked: None)
        with pytest.raises(click.ClickException, match=FINDING_KINDS["funding-account-missing"].title):
            demo.jobs.pay()
    assert len(demo.jobs.pay().released) == 4


def without_providers(demo: Demo, gone: str) -> Jobs:
    """Return the jobs after a load that took a provider away."""
    jobs = demo.jobs
    left = {name: provider for name, provider in jobs.reference.providers.items() if name != gone}
    jobs.__dict__["reference"] = dataclasses.replace(jobs.reference, providers=left)
    return jobs


def told_of(held: Sequence[Held]) -> list[tuple[str, str]]:
    """Return payees and codes of what is kept back."""
    return [(each.provider, each.finding.code) for each in held]


def test_a_payee_who_is_gone_stops_nobody_else(demo: Demo) -> None:
    """A provider that a load took away is told; the others are paid, and it is once it is loaded again."""
    decide(demo)
    paid = without_providers(demo, "QUARRY").pay()
    assert told_of(paid.held) == [("QUARRY", "payee-missing")]
    assert (paid.held[0].claims, paid.held[0].amount) == (1, Decimal("70.00"))
    assert len(paid.released) == 3
    again = demo.jobs.pay()
    assert [(each.payment.payee.provider, each.payment.amount) for each in again.released] == [
        ("QUARRY", Decimal("70.00"))
    ]


def test_a_payee_who_is_gone_before_release_stops_nobody_else(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that went after its payment was built keeps that one back; it stays approved."""
    decide(demo)
    low_limit(monkeypatch, "0.00")
    waiting = [payment.payment.trace_number for payment in demo.jobs.pay().waiting]
    demo.jobs.approve(waiting)
    paid = without_providers(demo, "QUARRY").pay()
    assert told_of(paid.held) == [("QUARRY", "payee-missing")]
    assert len(paid.released) == len(waiting) - 1
    (late,) = demo.jobs.pay().released
    assert late.payment.trace_number == paid.held[0].number


def test_a_payment_that_does_not_add_up_is_not_built(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is a cent wrong is told and its claims stay unpaid; its neighbours are paid."""
    decide(demo)
    original = pay_module.remit

    def wrong(run: PaymentRunInput, numbers: RunNumbers) -> object:
        if "QUARRY" in run.payees:
            raise Unbalanced("CLP03 - all CAS = CLP04", "claim 1", Decimal("70.00"), Decimal("70.01"))
        return original(run, numbers)

    with monkeypatch.context() as patch:
        patch.setattr(pay_module, "remit", wrong)
        paid = demo.jobs.pay()
    assert told_of(paid.held) == [("QUARRY", "payment-unbalanced")]
    assert len(paid.released) == 3
    assert [each.payment.trace_number for each in demo.jobs.pay().released] == ["100001"]


def test_a_decision_that_changed_after_it_was_built_is_not_released(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A payment whose stored decisions do not come to its amount is kept back and told; its neighbours go out."""
    decide(demo)
    low_limit(monkeypatch, "0.00")
    waiting = [payment for payment in demo.jobs.pay().waiting if payment.payment.amount]
    demo.jobs.approve([payment.payment.trace_number for payment in waiting])
    original = remittance_files.remit

    def wrong(run: PaymentRunInput, numbers: RunNumbers) -> object:
        (remitted,) = original(run, numbers)
        if remitted.payment.payee.provider != "QUARRY":
            return (remitted,)
        return (dataclasses.replace(remitted, payment=dataclasses.replace(remitted.payment, amount=Decimal("1.00"))),)

    with monkeypatch.context() as patch:
        patch.setattr(remittance_files, "remit", wrong)
        paid = demo.jobs.pay()
    assert told_of(paid.held) == [("QUARRY", "payment-changed")]
    assert len(paid.released) == len(waiting) - 1
    assert [each.payment.payee.provider for each in demo.jobs.pay().released] == ["QUARRY"]


def test_an_835_that_reads_back_otherwise_stops_nobody_else(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its payment is kept back with what to do; void, its claims are paid by the next run."""
    decide(demo)
    original = remittance_files.verify_remittances

    def wrong(content: bytes, guide: Guide, built: Sequence[Remittance]) -> object:
        if any(each.payee.provider == "QUARRY" for each in built):
            raise NotAsWritten("the 835 reads back with 1 findings")
        return original(content, guide, built)

    with monkeypatch.context() as patch:
        patch.setattr(remittance_files, "verify_remittances", wrong)
        paid = demo.jobs.pay()
    assert told_of(paid.held) == [("QUARRY", "remittance-not-as-written")]
    assert len(paid.released) == 3
    void(demo.workspace.books, demo.jobs.context, paid.held[0].number, "its address was wrong")
    assert [each.payment.trace_number for each in demo.jobs.pay().released] == ["100002"]


def test_a_ledger_that_says_otherwise_stops_the_release(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Remittances, bank files and the booked ledger must agree, or nothing leaves."""
    decide(demo)
    low_limit(monkeypatch, "0.00")
    waiting = [payment for payment in demo.jobs.pay().waiting if payment.payment.amount]
    demo.jobs.approve([payment.payment.trace_number for payment in waiting])
    with demo.workspace.database.writing() as connection:
        connection.execute(posting.update().where(posting.c.account == "ach_clearing").values(credit=Decimal("1.00")))
    with pytest.raises(Unbalanced, match="ledger = sum BPR02"):
        demo.jobs.pay()
    assert not [row for row in demo.jobs.deliver().files if row.kind == "ach"]


def test_a_file_that_cannot_be_placed_keeps_no_other_back(demo: Demo) -> None:
    """Another file under the name of a remittance leaves that one waiting; the bank's file goes out."""
    decide(demo)
    first = demo.jobs.pay().released[0].payment.trace_number
    with demo.workspace.books.reading(demo.jobs.context) as work:
        (blocked,) = [row for row in work.outbox.waiting() if row.name == f"{first}.835"]
    in_the_way = demo.workspace.mailbox.path(blocked.folder, blocked.name)
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_text("something else")
    delivery = demo.jobs.deliver()
    assert "20260316-A.ach" in {row.name for row in delivery.files}
    with pytest.raises(Unavailable, match="another file named"):
        delivery.check()
    in_the_way.unlink()
    assert [row.name for row in demo.jobs.deliver().files] == [blocked.name]


def test_payments_are_sealed(demo: Demo) -> None:
    """A stored payment opens as it was built, and its account number is not plain in the database."""
    decide(demo)
    paid = demo.jobs.pay()
    with demo.workspace.books.reading(demo.jobs.context) as work:
        stored = work.payments.by_number(paid.released[0].payment.trace_number)
    assert stored is not None
    assert isinstance(stored.payment, Payment)
    account = stored.payment.payee.account
    assert account is not None
    assert account.account_number.encode() not in kept_in(demo.workspace.home)
