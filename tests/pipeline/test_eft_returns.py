"""EFTs that come back: matched, booked and held once; a file that is not right is refused whole."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from hpedi.commands.jobs import Jobs
from hpedi.commands.workspace import context_for
from hpedi.mappings_folder import mapping
from hpedi.payments.eft_enrollment import load_enrollment_terms
from hpedi.payments.eft_returns import Correction, correction_of, load_return_codes
from hpedi.payments.ledger import LedgerAccount
from hpedi.payments.states import PaymentState
from hpedi.pipeline.eft_returns import Imported, ReturnTerms, import_returns
from hpedi.pipeline.records import EftEntry, StoredPayment
from hpedi.pipeline.void import void
from hpedi.transactions.remittance_835.model import PaymentMethod
from samples.write_inbound import CLINIC, RIVERBEND, claim_set, clinic_claim, interchange
from tests.payments.ach.return_writer import Back, return_file
from tests.pipeline.conftest import AS_OF, Demo
from tests.pipeline.test_proof import SENT, proof_of

CODES = load_return_codes(mapping("payments/ach_returns.yaml").read_bytes(), AS_OF)
TERMS = ReturnTerms(
    codes=CODES, enrollment=load_enrollment_terms(mapping("payments/eft_enrollment.yaml").read_bytes(), AS_OF)
)


@pytest.fixture
def paid(demo: Demo) -> Demo:
    """A day that paid 470.00 and 49.00 by EFT and 70.00 by check."""
    demo.run(SENT)
    return demo


def sent(demo: Demo, amount: str) -> tuple[StoredPayment, EftEntry]:
    """Return the EFT of an amount with its entry."""
    with demo.workspace.books.reading(demo.jobs.context) as work:
        (stored,) = [each for each in work.payments.of_run(1) if each.payment.amount == Decimal(amount)]
        (entry,) = [each for each in work.payments.eft_entries(1) if each.trace_number == stored.payment.trace_number]
    return stored, entry


def back(demo: Demo, code: str, amount: str, corrected: str = "") -> Back:
    """Return how the bank sends an EFT back."""
    stored, entry = sent(demo, amount)
    account = stored.payment.payee.account
    assert account is not None
    cents = int(entry.amount * 100) if code[0] == "R" else 0
    return Back(code, entry.ach_trace_number, cents, account.account_number, account.routing_number[:8], corrected)


def imported(demo: Demo, *entries: Back) -> Imported:
    """Import a file that has each entry in a batch of its own."""
    content = return_file([[each] for each in entries])
    with demo.workspace.books.writing(demo.jobs.context) as work:
        return import_returns(work, content, hashlib.sha256(content).hexdigest(), TERMS, "bank.ach")


def state(demo: Demo, amount: str) -> PaymentState:
    """Return where the payment of an amount stands."""
    return sent(demo, amount)[0].state


@pytest.mark.parametrize("code", ["R02", "R03", "R04", "R16", "R17", "R20", "R23"])
def test_a_return_brings_its_payment_back_and_holds_the_account(paid: Demo, code: str) -> None:
    """The payment is returned, the other one stays released, and the payee's account is on hold with its last four."""
    outcome = imported(paid, back(paid, code, "49.00"))
    assert [(each.code, each.amount, each.outcome) for each in outcome.returns] == [
        (code, Decimal("49.00"), "returned")
    ]
    assert state(paid, "49.00") is PaymentState.RETURNED
    assert state(paid, "470.00") is PaymentState.RELEASED
    stored, _entry = sent(paid, "49.00")
    account = stored.payment.payee.account
    assert account is not None
    with paid.workspace.books.reading(paid.jobs.context) as work:
        (held,) = work.eft.holds()
    assert (held.code, held.last_four, held.provider) == (
        code,
        account.account_number[-4:],
        stored.payment.payee.provider,
    )
    assert proof_of(paid).differences == ()


def test_the_same_file_twice_is_told(paid: Demo) -> None:
    """A file is taken once; the second time nothing is done."""
    came = back(paid, "R03", "49.00")
    assert not imported(paid, came).is_again
    again = imported(paid, came)
    assert (again.is_again, again.returns, again.findings) == (True, (), ())


def test_the_same_return_in_another_file_does_nothing_more(paid: Demo) -> None:
    """A payment that came back is not brought back again, whatever file says so."""
    came = back(paid, "R03", "49.00")
    imported(paid, came)
    other = imported(paid, came, back(paid, "R02", "470.00"))
    assert [each.outcome for each in other.returns] == ["repeated", "returned"]
    with paid.workspace.books.reading(paid.jobs.context) as work:
        assert [each.code for each in work.eft.holds()] == ["R03", "R02"]


def test_a_return_after_settlement_brings_the_cash_back(paid: Demo) -> None:
    """What left the account stands in clearing again; the claims stay as decided; the proof is clean."""
    context = paid.jobs.context
    assert len(Jobs(paid.workspace, context_for(AS_OF + timedelta(days=3))).settle_efts()) == 2
    imported(paid, back(paid, "R02", "49.00"))
    with paid.workspace.books.reading(context) as work:
        totals = {account: amount for (_funding, account), amount in work.ledger.totals().items()}
    assert totals[LedgerAccount.CASH] == Decimal("-470.00")
    assert totals[LedgerAccount.ACH_CLEARING] == Decimal("-49.00")
    assert proof_of(paid).differences == ()


def test_a_change_is_kept_as_a_proposal(paid: Demo) -> None:
    """The payment stays released, no account is held or changed, and the correction is kept."""
    corrected = f"{'091000019':<12}{'55667788':<17}"
    outcome = imported(paid, back(paid, "C03", "49.00", corrected))
    assert [each.outcome for each in outcome.returns] == ["proposed"]
    assert state(paid, "49.00") is PaymentState.RELEASED
    with paid.workspace.books.reading(paid.jobs.context) as work:
        assert work.eft.holds() == []
        (kept,) = work.eft.all()
    assert kept.correction == Correction(routing_number="091000019", account_number="55667788")


def test_an_account_and_its_kind_are_corrected_together() -> None:
    """C06 has the account in positions 1 to 17 and the transaction code in 21 and 22; 32 is savings."""
    corrected = correction_of(CODES.changes["C06"], f"{'12345':<17}   32")
    assert corrected == Correction(account_number="12345", kind="SG")


WRONG = (
    ("another trace", lambda each: replace(each, original_trace="999999990009999"), "ach-return-unknown"),
    ("another amount", lambda each: replace(each, cents=each.cents + 1), "ach-return-unknown"),
    ("no amount", lambda each: replace(each, cents=0), "ach-return-unknown"),
    ("another account", lambda each: replace(each, account="1"), "ach-return-unknown"),
    ("another bank", lambda each: replace(each, bank="09100001"), "ach-return-unknown"),
    ("an unknown reason", lambda each: replace(each, code="R99"), "ach-return-code"),
    ("a change without its data", lambda each: replace(each, code="C03", cents=0), "ach-return-code"),
    ("a change to a routing number that is none",
     lambda each: replace(each, code="C02", cents=0, corrected="123456789"), "ach-return-code"),
)  # fmt: skip


@pytest.mark.parametrize(("change", "code"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG])
def test_one_entry_that_is_not_ours_refuses_the_file(paid: Demo, change: object, code: str) -> None:
    """Nothing of a file is taken where one of its entries fits none that was sent; the finding names its line."""
    wrong = change(back(paid, "R03", "470.00"))  # type: ignore[operator]
    outcome = imported(paid, back(paid, "R03", "49.00"), wrong)
    assert [(each.code, each.where.line) for each in outcome.findings] == [(code, 8)]
    assert outcome.returns == ()
    assert state(paid, "49.00") is PaymentState.RELEASED
    with paid.workspace.books.reading(paid.jobs.context) as work:
        assert list(work.eft.all()) == []


def test_each_eft_stands_beside_its_835(paid: Demo) -> None:
    """Both EFTs of the day have their 835, delivered, and their ACH entry of the same amount."""
    with paid.workspace.books.reading(paid.jobs.context) as work:
        found = list(work.eft.reassociation())
    assert sorted((each.amount, each.remittance) for each in found) == [
        (each.payment.amount, f"{each.payment.trace_number}.835")
        for each in (sent(paid, "49.00")[0], sent(paid, "470.00")[0])
    ]
    assert all(each.entry is not None and each.entry.amount == each.amount and each.remitted_on for each in found)


def test_what_came_back_is_voided_and_paid_again_by_check(paid: Demo) -> None:
    """A returned payment that is voided is paid again by check, for its account is on hold; the books stay clean."""
    imported(paid, back(paid, "R03", "49.00"))
    stored, _entry = sent(paid, "49.00")
    void(paid.workspace.books, paid.jobs.context, stored.payment.trace_number, "came back")
    assert proof_of(paid).differences == ()
    (again,) = paid.pay_on(AS_OF + timedelta(days=2)).released
    assert (again.payment.amount, again.payment.method) == (Decimal("49.00"), PaymentMethod.CHECK)
    assert proof_of(paid).differences == ()


def test_each_entry_has_a_number_of_its_own(paid: Demo) -> None:
    """The entries of the second file of a day go on where those of the first ended."""
    paid.run(interchange(RIVERBEND, CLINIC, 502, [claim_set("0001", [clinic_claim("ONE-1", "M01", 10)])]))
    with paid.workspace.books.reading(paid.jobs.context) as work:
        files = [work.payments.eft_entries(run.id) for run in work.payments.runs()]
    numbers = [int(entry.ach_trace_number[8:]) for entries in files for entry in entries]
    assert (len(files), sorted(numbers)) == (2, [1, 2, 3])
