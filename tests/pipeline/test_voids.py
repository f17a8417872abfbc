"""Voided payments: what they paid is owed again and paid once, under another number, and the books stay proven."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hpedi.money import ZERO
from hpedi.payments.ledger import LedgerAccount
from hpedi.payments.payee_balances import PayeeBalance
from hpedi.payments.states import PaymentState
from hpedi.pipeline.approve import NotWaiting
from hpedi.pipeline.pay import Paid
from hpedi.pipeline.settle import book
from hpedi.pipeline.settlement_asked import CapitationAsked
from hpedi.pipeline.void import CannotVoid, void
from hpedi.reference.reference import Reference
from hpedi.store.payments import StoredPayments
from hpedi.transactions.remittance_835.model import PaymentMethod
from tests.commands.running import json_lines, run_hpedi
from tests.pipeline.conftest import AS_OF, KEY, Demo
from tests.pipeline.test_eft_returns import back, imported, sent
from tests.pipeline.test_proof import proof_of
from tests.pipeline.test_settlements import SENT, kill, killed, ledger, remitted, rows_of

CHECK = "100001"
"""The number of Quarry's check of 70.00."""
CAPITATION = CapitationAsked(provider="QUARRY", period="2026-03", members=3, rate=Decimal("10.00"), reference="CAP1")


@pytest.fixture
def paid(demo: Demo) -> Demo:
    """470.00 to Harbor and 49.00 to Lantern by EFT, 70.00 to Quarry by check; the 835s are delivered."""
    demo.run(SENT)
    return demo


def void_it(demo: Demo, number: str = CHECK) -> None:
    """Void a payment."""
    void(demo.workspace.books, demo.jobs.context, number, "the check is stopped")


def state_of(demo: Demo, number: str) -> PaymentState:
    """Return the state of a payment."""
    with demo.workspace.books.reading(demo.jobs.context) as work:
        stored = work.payments.by_number(number)
    assert stored is not None
    return stored.state


def told(paid: Paid) -> list[tuple[str, Decimal]]:
    """Return number and amount of what was released."""
    return [(each.payment.trace_number, each.payment.amount) for each in paid.released]


def test_a_stopped_check_is_drawn_anew_once(paid: Demo) -> None:
    """Its claims go into the next run under the next check number; then nothing is left to pay."""
    void_it(paid)
    assert state_of(paid, CHECK) is PaymentState.VOIDED
    assert ledger(paid)[LedgerAccount.CLAIMS_PAYABLE] == Decimal("-70.00")
    assert told(paid.jobs.pay()) == [("100002", Decimal("70.00"))]
    (remittance,) = remitted(paid)
    assert (remittance.method, len(remittance.claims), remittance.claims[0].status) == (PaymentMethod.CHECK, 1, "1")
    assert told(paid.jobs.pay()) == []
    accounts = ledger(paid)
    assert (accounts[LedgerAccount.CLAIMS_PAYABLE], accounts[LedgerAccount.CHECKS_OUTSTANDING]) == (
        ZERO,
        Decimal("-70.00"),
    )
    assert proof_of(paid).differences == ()


def test_a_payment_that_waited_is_built_anew(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused before it went out, it never goes; its claims are built again and wait under another number."""
    monkeypatch.setattr(Reference, "approval_limit", lambda _reference, _day: Decimal("100.00"))
    demo.receive(SENT)
    demo.jobs.adjudicate()
    (waiting,) = demo.jobs.pay().waiting
    number = waiting.payment.trace_number
    void_it(demo, number)
    with pytest.raises(NotWaiting):
        demo.jobs.approve([number])
    (again,) = demo.jobs.pay().waiting
    assert again.payment.trace_number != number
    assert again.claims == waiting.claims == 1
    demo.jobs.approve([again.payment.trace_number])
    assert told(demo.jobs.pay()) == [(again.payment.trace_number, Decimal("470.00"))]
    assert proof_of(demo).differences == ()


def test_an_eft_is_voided_only_once_it_came_back(paid: Demo) -> None:
    """While the bank may have the money it is refused; its account is held then, so that the next is one check."""
    number = sent(paid, "470.00")[0].payment.trace_number
    with pytest.raises(CannotVoid, match="once the bank has returned it"):
        void_it(paid, number)
    imported(paid, back(paid, "R02", "470.00"))
    void_it(paid, number)
    assert told(paid.jobs.pay()) == [("100002", Decimal("470.00"))]
    assert told(paid.jobs.pay()) == []
    assert proof_of(paid).differences == ()


def test_what_is_about_to_be_delivered_is_not_voided(demo: Demo) -> None:
    """While its 835 waits in the outbox a check stands; delivered, it can be voided."""
    demo.receive(SENT)
    demo.jobs.adjudicate()
    demo.jobs.pay()
    with pytest.raises(CannotVoid, match="deliver what waits first"):
        void_it(demo)
    demo.jobs.deliver()
    void_it(demo)
    assert state_of(demo, CHECK) is PaymentState.VOIDED


def test_a_voided_remittance_can_still_be_looked_up(
    paid: Demo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its claims are shown as it told them, also once another check has paid them."""
    void_it(paid)
    paid.jobs.pay()
    paid.workspace.database.close()
    monkeypatch.setenv("HPEDI_KEY", KEY)
    for number, state in ((CHECK, "voided"), ("100002", "released")):
        assert run_hpedi("--home", paid.workspace.home, "inquire", "remittance", number, "--json") == 0
        (told_of,) = json_lines(capsys.readouterr().out)
        assert (told_of["payment"]["state"], len(told_of["claims"])) == (state, 1)


def test_an_eft_to_an_account_on_hold_does_not_go_out(paid: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Approved before its account was held, it stays; voided, a check takes its place."""
    monkeypatch.setattr(Reference, "approval_limit", lambda _reference, _day: ZERO)
    asked = CapitationAsked(provider="HARBOR", period="2026-03", members=2, rate=Decimal("10.00"), reference="CAP1")
    book(paid.workspace.books, paid.jobs.context, paid.jobs.reference, asked)
    (waiting,) = paid.jobs.pay().waiting
    number = waiting.payment.trace_number
    imported(paid, back(paid, "R02", "470.00"))
    paid.jobs.approve([number])
    after = paid.jobs.pay()
    assert (told(after), [(each.number, each.finding.code) for each in after.held]) == (
        [],
        [(number, "account-on-hold")],
    )
    void_it(paid, number)
    (again,) = paid.jobs.pay().waiting
    assert (again.payment.method, again.payment.amount) == (PaymentMethod.CHECK, Decimal("20.00"))


def test_no_payment_is_voided_twice(paid: Demo) -> None:
    """What is void, what was never made and what paid nothing is refused, and changes nothing."""
    void_it(paid)
    with paid.workspace.books.reading(paid.jobs.context) as work:
        (nothing,) = [each for each in work.payments.of_run(1) if each.payment.method is PaymentMethod.NONE]
    for number, why in ((CHECK, "void already"), ("555", "no payment"), (nothing.payment.trace_number, "went out")):
        with pytest.raises(CannotVoid, match=why):
            void_it(paid, number)
    assert told(paid.jobs.pay()) == [("100002", Decimal("70.00"))]


def test_what_it_took_back_is_owed_again(demo: Demo) -> None:
    """A check of 40.00 that took back 30.00: void, the 30.00 are open again, and the next takes them once."""
    owed = PayeeBalance(
        provider="QUARRY", funding_account="payer", kind="FB", reference="900000000", amount=Decimal("30.00")
    )
    with demo.workspace.books.writing(demo.jobs.context) as work:
        work.payee_balances.append([owed], "opening", AS_OF)
    demo.run(SENT)
    void_it(demo)
    with demo.workspace.books.reading(demo.jobs.context) as work:
        assert [each.amount for each in work.payee_balances.owed("QUARRY")] == [Decimal("30.00")]
    assert told(demo.jobs.pay()) == [("100002", Decimal("40.00"))]
    with demo.workspace.books.reading(demo.jobs.context) as work:
        assert work.payee_balances.owed("QUARRY") == ()
    assert proof_of(demo).differences == ()


def test_a_balance_that_was_taken_back_since_stands_in_the_way(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A payment that carried 70.00 forward is not voided once a later one took them back."""
    owed = PayeeBalance(
        provider="QUARRY", funding_account="payer", kind="FB", reference="900000000", amount=Decimal("100.00")
    )
    with demo.workspace.books.writing(demo.jobs.context) as work:
        work.payee_balances.append([owed], "opening", AS_OF)
    jobs = demo.jobs
    book(demo.workspace.books, jobs.context, jobs.reference, CAPITATION)
    with monkeypatch.context() as patch:
        patch.setattr(StoredPayments, "release", lambda *_arguments: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            jobs.pay(dues_only=True)
    with demo.workspace.books.writing(jobs.context) as work:
        (built,) = work.payments.in_state(PaymentState.APPROVED)
        (left,) = work.payee_balances.owed("QUARRY")
        assert left.amount == Decimal("70.00")
        taken = PayeeBalance(
            provider="QUARRY", funding_account="payer", kind="FB", reference=left.reference, amount=-left.amount
        )
        work.payee_balances.append([taken], "payment:later", AS_OF)
    with pytest.raises(CannotVoid, match="void that one first"):
        void_it(demo, built.payment.trace_number)
    assert state_of(demo, built.payment.trace_number) is PaymentState.APPROVED


def test_dues_of_a_voided_payment_are_paid_again(demo: Demo) -> None:
    """A month of capitation by check goes out again under its reference when the check is stopped."""
    jobs = demo.jobs
    book(demo.workspace.books, jobs.context, jobs.reference, CAPITATION)
    assert told(jobs.pay(dues_only=True)) == [(CHECK, Decimal("30.00"))]
    remitted(demo)
    void_it(demo)
    assert ledger(demo)[LedgerAccount.PAYEE_DUES] == Decimal("-30.00")
    assert told(jobs.pay()) == [("100002", Decimal("30.00"))]
    assert [rows_of(each) for each in remitted(demo)] == [[("CT", "CAP1", Decimal("-30.00"))]]
    assert ledger(demo)[LedgerAccount.PAYEE_DUES] == ZERO
    assert proof_of(demo).differences == ()


@pytest.mark.parametrize("when", ["before", "within"])
def test_killed_while_voiding_it_is_paid_once(paid: Demo, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    """Killed with -9 before the commit nothing has changed: the check stands, and voiding it goes as if new."""
    original = StoredPayments.void

    def and_then(*arguments: object) -> object:
        original(*arguments)  # type: ignore[arg-type]
        return kill()

    paid.workspace.database.close()
    with monkeypatch.context() as patch:
        patch.setattr(StoredPayments, "void", kill if when == "before" else and_then)
        assert killed(lambda: void_it(paid))
    assert state_of(paid, CHECK) is PaymentState.RELEASED
    assert told(paid.jobs.pay()) == []
    void_it(paid)
    assert told(paid.jobs.pay()) == [("100002", Decimal("70.00"))]
    assert proof_of(paid).differences == ()
