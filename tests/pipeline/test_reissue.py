"""Reissued payments: what never reached its payee goes out once more as a check, and the books stay proven."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest
from sqlalchemy import select

from hpedi.commands.jobs import Jobs
from hpedi.findings import Unavailable
from hpedi.money import ZERO
from hpedi.payments.ledger import LedgerAccount
from hpedi.payments.payee_balances import PayeeBalance
from hpedi.payments.states import PaymentState
from hpedi.pipeline.reissue import CannotReissue, reissue
from hpedi.pipeline.void import CannotVoid
from hpedi.reference.reference import Reference
from hpedi.run_context import Principal
from hpedi.store.payments import StoredPayments
from hpedi.store.restorations import Restoration
from hpedi.store.tables import audit_entry
from hpedi.transactions.remittance_835.model import PaymentMethod
from tests.pipeline.conftest import AS_OF, Demo
from tests.pipeline.test_proof import proof_of
from tests.pipeline.test_settlements import SENT, kill, killed, ledger, remitted, rows_of
from tests.pipeline.test_voids import CHECK, state_of, told, void_it

HARBOR = "900000001"
"""The number of Harbor's EFT of 470.00."""
NEXT_CHECK = "100002"


@pytest.fixture
def paid(demo: Demo) -> Demo:
    """470.00 to Harbor and 49.00 to Lantern by EFT, 70.00 to Quarry by check; the 835s are delivered."""
    demo.run(SENT)
    return demo


def move(demo: Demo, number: str, *states: PaymentState) -> None:
    """Bring a payment into states, as the bank tells them."""
    for state in states:
        with demo.workspace.books.writing(demo.jobs.context) as work:
            stored = work.payments.by_number(number)
            assert stored is not None
            work.payments.move(stored, state, "the bank says so")


def again(demo: Demo, number: str) -> tuple[str, Decimal, PaymentMethod, PaymentState]:
    """Reissue a payment; return number, amount, method and state of the check."""
    check, held = demo.jobs.reissue(number, "it never arrived")
    assert held == ()
    return check.payment.trace_number, check.payment.amount, check.payment.method, check.state


def test_an_eft_that_came_back_goes_out_as_one_check(paid: Demo) -> None:
    """Its claims stay with it; the 835 of the check tells none, but 470.00 in place of the EFT by its number."""
    move(paid, HARBOR, PaymentState.RETURNED)
    assert again(paid, HARBOR) == (NEXT_CHECK, Decimal("470.00"), PaymentMethod.CHECK, PaymentState.RELEASED)
    assert state_of(paid, HARBOR) is PaymentState.REISSUED
    (remittance,) = remitted(paid)
    assert (remittance.claims, rows_of(remittance)) == ((), [("CS", HARBOR, Decimal("-470.00"))])
    assert (remittance.trace_number, remittance.amount) == (NEXT_CHECK, Decimal("470.00"))
    assert told(paid.jobs.pay()) == []
    assert ledger(paid) == {
        LedgerAccount.CLAIMS_EXPENSE: Decimal("589.00"),
        LedgerAccount.CLAIMS_PAYABLE: ZERO,
        LedgerAccount.ACH_CLEARING: Decimal("-49.00"),
        LedgerAccount.CHECKS_OUTSTANDING: Decimal("-540.00"),
        LedgerAccount.REISSUES: ZERO,
    }
    assert proof_of(paid).differences == ()


@pytest.mark.parametrize("states", [(), (PaymentState.STALE,), (PaymentState.STALE, PaymentState.STOPPED)])
def test_a_check_that_is_lost_stale_or_stopped_is_drawn_anew(paid: Demo, states: tuple[PaymentState, ...]) -> None:
    """Another check of the same amount takes its place, and no claim is paid or told again."""
    move(paid, CHECK, *states)
    assert again(paid, CHECK) == (NEXT_CHECK, Decimal("70.00"), PaymentMethod.CHECK, PaymentState.RELEASED)
    assert [rows_of(each) for each in remitted(paid)] == [[("CS", CHECK, Decimal("-70.00"))]]
    assert ledger(paid)[LedgerAccount.CHECKS_OUTSTANDING] == Decimal("-70.00")
    assert told(paid.jobs.pay()) == []
    assert proof_of(paid).differences == ()


def test_a_payment_that_was_voided_pays_its_claims_again(paid: Demo) -> None:
    """Voided after it went out, its claims wait for the next run; reissued, they are its own, and paid."""
    void_it(paid)
    assert ledger(paid)[LedgerAccount.CLAIMS_PAYABLE] == Decimal("-70.00")
    assert again(paid, CHECK)[:2] == (NEXT_CHECK, Decimal("70.00"))
    assert (ledger(paid)[LedgerAccount.CLAIMS_PAYABLE], told(paid.jobs.pay())) == (ZERO, [])
    remitted(paid)
    assert proof_of(paid).differences == ()


def test_what_another_payment_pays_is_not_reissued(paid: Demo) -> None:
    """Voided and paid by the next run, it stays void."""
    void_it(paid)
    paid.jobs.pay()
    with pytest.raises(CannotReissue, match="a later payment run pays its claims"):
        again(paid, CHECK)
    assert state_of(paid, CHECK) is PaymentState.VOIDED
    remitted(paid)
    assert proof_of(paid).differences == ()


def test_what_it_took_back_stays_taken(demo: Demo) -> None:
    """A check of 40.00 that took back 30.00, voided and reissued: nothing is owed, and 40.00 go out again."""
    owed = PayeeBalance(
        provider="QUARRY", funding_account="payer", kind="FB", reference="900000000", amount=Decimal("30.00")
    )
    with demo.workspace.books.writing(demo.jobs.context) as work:
        work.payee_balances.append([owed], "opening", AS_OF)
    demo.run(SENT)
    void_it(demo)
    assert again(demo, CHECK)[:2] == (NEXT_CHECK, Decimal("40.00"))
    with demo.workspace.books.reading(demo.jobs.context) as work:
        assert work.payee_balances.owed("QUARRY") == ()
    remitted(demo)
    assert proof_of(demo).differences == ()


def test_a_check_in_place_of_another_is_itself_replaced(paid: Demo) -> None:
    """Each check names the payment before it, and each is reissued once."""
    again(paid, CHECK)
    remitted(paid)
    assert again(paid, NEXT_CHECK)[0] == "100003"
    assert [rows_of(each) for each in remitted(paid)] == [[("CS", NEXT_CHECK, Decimal("-70.00"))]]
    for number, check in ((CHECK, NEXT_CHECK), (NEXT_CHECK, "100003")):
        with pytest.raises(CannotReissue, match=f"already, as check {check}"):
            again(paid, number)
    assert proof_of(paid).differences == ()


def test_a_check_refused_before_it_went_out_is_owed_until_it_is_reissued(
    paid: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its payee never heard of it: the next one names the payment that was told."""
    with monkeypatch.context() as patch:
        patch.setattr(Reference, "approval_limit", lambda _reference, _day: ZERO)
        assert again(paid, CHECK)[3] is PaymentState.BUILT
    with pytest.raises(CannotVoid, match="a check took its place"):
        void_it(paid, CHECK)
    void_it(paid, NEXT_CHECK)
    assert ledger(paid)[LedgerAccount.REISSUES] == Decimal("-70.00")
    assert again(paid, NEXT_CHECK)[0] == "100003"
    assert [rows_of(each) for each in remitted(paid)] == [[("CS", CHECK, Decimal("-70.00"))]]
    assert ledger(paid)[LedgerAccount.REISSUES] == ZERO
    assert proof_of(paid).differences == ()


def test_above_the_limit_another_person_approves(paid: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check waits; who reissued it may not approve it; approved, it goes out with the next release."""
    monkeypatch.setattr(Reference, "approval_limit", lambda _reference, _day: Decimal("50.00"))
    first, second = (
        Jobs(paid.workspace, dataclasses.replace(paid.jobs.context, principal=Principal(login, "person", login)))
        for login in ("person:kim", "person:ola")
    )
    check, _held = first.reissue(CHECK, "lost in the mail")
    number = check.payment.trace_number
    assert check.state is PaymentState.BUILT
    with pytest.raises(Exception, match="a second person does"):
        first.approve([number])
    second.approve([number])
    assert told(first.pay()) == [(number, Decimal("70.00"))]


def test_what_may_still_arrive_is_not_paid_again(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """An EFT that is out, what has not gone out, what paid nothing, and what is not delivered yet are refused."""
    monkeypatch.setattr(Reference, "approval_limit", lambda _reference, _day: Decimal("100.00"))
    demo.receive(SENT)
    demo.jobs.adjudicate()
    (waiting,) = demo.jobs.pay().waiting
    with pytest.raises(CannotReissue, match="not delivered yet"):
        again(demo, CHECK)
    demo.jobs.deliver()
    with demo.workspace.books.reading(demo.jobs.context) as work:
        numbers = {each.payment.amount: each.payment.trace_number for each in work.payments.of_run(1)}
    refused = {
        waiting.payment.trace_number: "did not go out",
        numbers[Decimal("49.00")]: "once the bank has returned it",
        numbers[ZERO]: "payment of nothing",
        "555": "no payment of this number",
    }
    for number, why in refused.items():
        with pytest.raises(CannotReissue, match=why):
            again(demo, number)
    void_it(demo, waiting.payment.trace_number)
    with pytest.raises(CannotReissue, match="never went out"):
        again(demo, waiting.payment.trace_number)


def test_a_check_that_was_built_before_an_interruption_goes_out(paid: Demo) -> None:
    """Stopped between building and releasing, the same again lets the one check go out; a third time is refused."""
    jobs = paid.jobs
    made = reissue(paid.workspace.books, jobs.context, jobs.reference, jobs.payment_data, CHECK, "lost")
    assert made.state is PaymentState.APPROVED
    assert again(paid, CHECK)[0] == made.payment.trace_number
    with pytest.raises(CannotReissue, match="reissued already"):
        again(paid, CHECK)


def test_books_from_a_backup_let_no_check_go_out(paid: Demo) -> None:
    """Restored with a check that is approved and not released, nothing leaves until somebody confirmed it."""
    jobs, now = paid.jobs, paid.jobs.context.instant
    reissue(paid.workspace.books, jobs.context, jobs.reference, jobs.payment_data, CHECK, "lost")
    restored = Restoration(backup="backup", taken_at=now, restored_at=now, anchored_as="hpedi", seal=0)
    with paid.workspace.books.writing(jobs.context) as work:
        work.restorations.add(restored)
    with pytest.raises(Unavailable, match="came back from a backup"):
        again(paid, CHECK)
    assert state_of(paid, NEXT_CHECK) is PaymentState.APPROVED


def test_who_reissued_and_why_is_in_the_audit_log(paid: Demo) -> None:
    """A row a member of the first payment says why; one of the check says in whose place."""
    again(paid, CHECK)
    with paid.workspace.database.reading() as connection:
        query = select(audit_entry.c.action, audit_entry.c.subject, audit_entry.c.reason)
        rows = {tuple(row) for row in connection.execute(query)}
    assert ("reissue", f"payment:{CHECK}", "it never arrived") in rows
    assert ("pay", f"payment:{NEXT_CHECK}", f"in place of {CHECK}") in rows


@pytest.mark.parametrize("when", ["before", "within"])
def test_killed_while_reissuing_it_goes_out_once(paid: Demo, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    """Killed with -9 before the commit nothing has changed; the same again goes as if new, with the same number."""
    original = StoredPayments.close

    def and_then(*arguments: object) -> object:
        original(*arguments)  # type: ignore[arg-type]
        return kill()

    paid.workspace.database.close()
    with monkeypatch.context() as patch:
        patch.setattr(StoredPayments, "close", kill if when == "before" else and_then)
        assert killed(lambda: again(paid, CHECK))
    assert state_of(paid, CHECK) is PaymentState.RELEASED
    assert again(paid, CHECK)[0] == NEXT_CHECK
    remitted(paid)
    assert proof_of(paid).differences == ()
