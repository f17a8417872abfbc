"""Claims of a self-insured employer are paid from its own bank accounts where it has some, and proven by account."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from hpedi.commands.jobs import REMITTANCE_GUIDE
from hpedi.guide_files import GuideFiles
from hpedi.payments.ledger import LedgerAccount
from hpedi.payments.verification import read_remittances
from hpedi.pipeline.pay import Paid
from hpedi.pipeline.settle import book
from hpedi.pipeline.settlement_asked import AdjustmentAsked
from hpedi.pipeline.void import void
from hpedi.reference.reference import Reference
from tests.payments.adjustment_ways import WAYS
from tests.pipeline.conftest import KEY, Demo
from tests.pipeline.reprocessed import load
from tests.pipeline.sending import Office, bill
from tests.pipeline.test_proof import proof_of

EMPLOYER = "  - {id: PINEWOOD, name: PINEWOOD FOODS}\n"
OWN = """\
  - id: PINEWOOD
    name: PINEWOOD FOODS
    accounts:
      - {from: 2025-01-01, routing: "999999992", account: "777000777", kind: DA}
"""
LOW_DEDUCTIBLE = ('limit: "6400.00"', 'limit: "20.00"')
PINEWOOD = "employer:PINEWOOD"
TUESDAY = date(2026, 3, 17)
NINETY = Decimal("90.00")


@pytest.fixture
def office(demo: Demo) -> Office:
    """Visits to be paid to the clinic: of Rosa (120.00 - 30.00), and of Pinewood's Lena (90 % of 120.00 - 20.00)."""
    load(demo, (EMPLOYER, OWN), LOW_DEDUCTIBLE)
    office = Office(demo)
    office.send(bill("A", "M01"), bill("B", "M05"))
    return office


def told(paid: Paid) -> list[tuple[str, str, str]]:
    """Return account, method and amount of what went out."""
    return [
        (each.payment.funding_account, each.payment.method.value, f"{each.payment.amount}") for each in paid.released
    ]


def remittances(demo: Demo) -> list[tuple[str, str]]:
    """Return BPR09, the account that pays, and BPR02 of each 835 that was delivered."""
    guide = GuideFiles().guide_for(*REMITTANCE_GUIDE)
    assert guide is not None
    paths = sorted((demo.workspace.home / "outbox").rglob("*.835"))
    read = [made for path in paths for made in read_remittances(path.read_bytes(), guide).remittances]
    return [(each.payer.account.account_number if each.payer.account else "", f"{each.amount}") for each in read]


def test_an_employer_pays_its_claims_from_its_own_account(demo: Demo, office: Office) -> None:
    """90.00 from each account: an 835, a payment and a bank file each, and the proof account by account."""
    assert told(office.pay()) == [("payer", "ACH", "90.00"), (PINEWOOD, "ACH", "90.00")]
    assert remittances(demo) == [("410000942", "90.00"), ("777000777", "90.00")]
    assert sorted(path.name for path in (demo.workspace.home / "bank").iterdir()) == [
        "20260316-A.ach",
        "20260316-B.ach",
    ]
    proven = proof_of(demo)
    assert proven.differences == ()
    for account in ("payer", PINEWOOD):
        totals_of = proven.totals[account]
        assert (totals_of.decisions, totals_of.eft, totals_of.ledger) == (NINETY, NINETY, NINETY)
    with demo.workspace.books.reading(office.jobs().context) as work:
        totals = work.ledger.totals()
    for account in ("payer", PINEWOOD):
        assert totals[account, LedgerAccount.CLAIMS_PAYABLE] == 0
        assert totals[account, LedgerAccount.ACH_CLEARING] == -NINETY
    assert totals[PINEWOOD, LedgerAccount.EMPLOYERS_RECEIVABLE] == NINETY


def test_what_was_decided_before_is_paid_as_it_was_posted(demo: Demo) -> None:
    """Decided while Pinewood had no account, the claim is paid from the payer's when it has one."""
    load(demo, LOW_DEDUCTIBLE)
    office = Office(demo)
    office.send(bill("B", "M05"))
    load(demo, (EMPLOYER, OWN), LOW_DEDUCTIBLE)
    assert told(office.pay()) == [("payer", "ACH", "90.00")]
    assert proof_of(demo).differences == ()


def test_an_account_that_is_not_in_force_keeps_its_payee_back(demo: Demo) -> None:
    """Pinewood's account ended: the clinic's claims wait, with what to do, and nothing is lost."""
    ended = OWN.replace("from: 2025-01-01,", "from: 2025-01-01, to: 2025-12-31,")
    load(demo, (EMPLOYER, ended), LOW_DEDUCTIBLE)
    office = Office(demo)
    office.send(bill("B", "M05"))
    (held,) = office.pay().held
    assert (held.provider, held.amount, held.finding.code) == ("RIVERBEND", NINETY, "funding-account-missing")
    load(demo, (EMPLOYER, OWN), LOW_DEDUCTIBLE)
    assert told(office.pay(TUESDAY)) == [(PINEWOOD, "ACH", "90.00")]


def test_a_due_is_the_payers_to_pay(demo: Demo, office: Office) -> None:
    """A lump sum of 25.00 goes with the payer's payment: 115.00; Pinewood pays its 90.00."""
    lump = AdjustmentAsked(
        provider="RIVERBEND", code="LS", amount=Decimal("25.00"), reference="L1", note="agreed", ways=WAYS
    )
    book(demo.workspace.books, office.jobs().context, office.jobs().reference, lump)
    assert sorted(told(office.pay())) == [(PINEWOOD, "ACH", "90.00"), ("payer", "ACH", "115.00")]
    assert proof_of(demo).differences == ()


def test_a_payment_of_an_employer_is_voided_and_paid_anew(
    demo: Demo, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Void before it goes out, the payment of its account is built again by the next run."""
    monkeypatch.setattr(Reference, "approval_limit", lambda _reference, _day: Decimal("10.00"))
    waiting = {each.payment.funding_account: each.payment.trace_number for each in office.jobs().pay().waiting}
    void(demo.workspace.books, office.jobs().context, waiting[PINEWOOD], "wrong")
    monkeypatch.undo()
    monkeypatch.setenv("HPEDI_KEY", KEY)
    assert told(office.pay(TUESDAY)) == [(PINEWOOD, "ACH", "90.00")]
    assert proof_of(demo).differences == ()
