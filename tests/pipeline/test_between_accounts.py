"""Money between funding accounts: each balances by itself, says what it owes the payer's, and is cleared by the bank."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from hpedi.payments.ledger import LedgerAccount
from hpedi.payments.settlement import CannotSettle
from hpedi.pipeline.ledger_views import LedgerScope
from hpedi.pipeline.settle import (
    PrefundAsked,
    ProgramAsked,
    RefundAsked,
    SettlementAsked,
    TransferAsked,
    WithholdAsked,
    book,
)
from hpedi.reference.contracts import Withhold
from hpedi.reference.plans import Program
from hpedi.reference.reference import Reference
from tests.pipeline.conftest import Demo
from tests.pipeline.reprocessed import (
    FEE_WAS_WRONG,
    amounts,
    approved,
    load,
    payments_of,
    proposed,
)
from tests.pipeline.sending import Office, bill
from tests.pipeline.test_funding_accounts import EMPLOYER, LOW_DEDUCTIBLE, OWN, PINEWOOD, remittances, told
from tests.pipeline.test_proof import proof_of

TUESDAY, WEDNESDAY, THURSDAY = date(2026, 3, 17), date(2026, 3, 18), date(2026, 3, 19)
PROGRAMS = """\
    programs:
      - {type: pip_withhold, percent: "0.05", group: CO, carc: "245", pool: pip}
      - {type: shared_savings, percent: "0.02", on_835: false, pool: prefund, provider_share: "0.5"}
"""
OF_LENA = bill("B", "M05")
"""A visit of Pinewood's Lena: 120.00, of which 90.00 after a deductible of 20.00 and 10 % are payable."""
YEAR_END = ProgramAsked(
    employer="PINEWOOD",
    provider="RIVERBEND",
    year=2026,
    earned=Decimal("0.60"),
    pool_interest=Decimal("0.10"),
    bonus=Decimal("1.00"),
    withhold_reference="PIP2026",
    bonus_reference="TCOC2026",
)


def posted(demo: Demo, account: str, source: str = "") -> dict[str, str]:
    """Return what the books of a funding account say, of a source or of all; accounts that are at nothing left out."""
    sums: dict[LedgerAccount, Decimal] = {}
    with demo.workspace.books.reading(demo.jobs.context) as work:
        for row in work.proof.journal(LedgerScope(funding_account=account)):
            made = row.posting
            if source in ("", made.source):
                sums[made.account] = sums.get(made.account, Decimal(0)) + made.debit - made.credit
    return {name.value: f"{amount}" for name, amount in sums.items() if amount}


def settled(office: Office, asked: SettlementAsked, day: date = TUESDAY) -> str:
    """Book a settlement, pay what is due of it, and return its source."""
    jobs = office.jobs(day)
    booked, _settlement = book(office.demo.workspace.books, jobs.context, jobs.reference, asked)
    jobs.pay(dues_only=True)
    jobs.deliver()
    assert proof_of(office.demo).differences == ()
    return booked.source


@pytest.fixture
def office(demo: Demo) -> Office:
    """Lena's visit, decided and paid from Pinewood's own account: 5 % (4.50) withheld, 2 % (2.16 of 108) pre-funded."""
    load(demo, (EMPLOYER, OWN + PROGRAMS), LOW_DEDUCTIBLE)
    office = Office(demo)
    office.send(OF_LENA)
    assert told(office.pay()) == [(PINEWOOD, "ACH", "85.50")]
    return office


def test_a_settlement_takes_pools_from_the_account_that_keeps_them(demo: Demo, office: Office) -> None:
    """Of 4.50, 2.70 are earned, with 1.00 bonus: the payer pays 3.70 that Pinewood owes it; 1.80 + 0.10 stay there."""
    source = settled(office, YEAR_END)
    assert posted(demo, PINEWOOD, source) == {
        "pools": "5.50",
        "employers_receivable": "-1.90",
        "interest": "0.10",
        "due_to_accounts": "-3.70",
    }
    assert posted(demo, "payer", source) == {"due_from_accounts": "3.70", "payee_dues": "-3.70"}
    assert remittances(demo)[-1] == ("410000942", "3.70")
    back = PrefundAsked(
        employer="PINEWOOD", provider="RIVERBEND", year=2026, pool_interest=Decimal("0.00"), reference="JUNE"
    )
    assert posted(demo, PINEWOOD, settled(office, back)) == {"pools": "0.80", "employers_receivable": "-0.80"}


@pytest.mark.parametrize(("moved", "left"), [(None, {}), ("1.20", {"due_to_accounts": "-2.50"})])
def test_a_transfer_clears_what_is_due(
    demo: Demo, office: Office, moved: str | None, left: Mapping[str, str]
) -> None:
    """The bank moved 3.70, or 1.20 of them: cash left one account for the other, and no more can be moved than is due."""
    settled(office, YEAR_END)
    asked = TransferAsked(employer="PINEWOOD", amount=None if moved is None else Decimal(moved), reference="WIRE1")
    source = settled(office, asked)
    cash = moved or "3.70"
    assert posted(demo, PINEWOOD, source) == {"due_to_accounts": cash, "cash": f"-{cash}"}
    assert posted(demo, "payer", source) == {"due_from_accounts": f"-{cash}", "cash": cash}
    both = {**posted(demo, PINEWOOD), **posted(demo, "payer")}
    assert both.get("due_to_accounts") == left.get("due_to_accounts")
    for more in ("2.51", "-0.01", "0.00"):
        with pytest.raises(CannotSettle, match="is to be moved"):
            settled(office, TransferAsked(employer="PINEWOOD", amount=Decimal(more), reference="WIRE2"))


def test_an_employer_without_books_of_its_own_transfers_nothing(demo: Demo) -> None:
    """Nothing was posted to an account of Pinewood's."""
    with pytest.raises(CannotSettle, match="nothing was ever posted"):
        settled(Office(demo), TransferAsked(employer="PINEWOOD", amount=None, reference="WIRE1"))


def test_a_pool_of_two_accounts_gives_in_proportion(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The contract withheld 9.00 of Rosa's visit and 9.00 of Lena's; half is earned: 4.50 of each, the rest stays."""
    withhold = Withhold(percent=Decimal("0.10"), group="CO", carc="104", pool="withhold")
    contract = Reference.contract
    monkeypatch.setattr(
        Reference, "contract", lambda *asked: (made := contract(*asked)) and replace(made, withholds=(withhold,))
    )
    load(demo, (EMPLOYER, OWN), LOW_DEDUCTIBLE)
    office = Office(demo)
    office.send(bill("A", "M01"), OF_LENA)
    office.pay()
    monkeypatch.setattr("hpedi.pipeline.settle._withholds", lambda *_asked: {"withhold": withhold})
    source = settled(
        office, WithholdAsked(provider="RIVERBEND", year=2026, earned=Decimal("0.5"), reference="WH2026")
    )
    kept = {"pools": "9.00", "claims_expense": "-4.50"}
    assert posted(demo, PINEWOOD, source) == {**kept, "due_to_accounts": "-4.50"}
    assert posted(demo, "payer", source) == {**kept, "due_from_accounts": "4.50", "payee_dues": "-9.00"}


def test_a_refund_goes_back_to_the_account_that_overpaid(demo: Demo) -> None:
    """Pinewood overpaid 18.00 (told first); 18.00 are sent back: its cash, its 835 with PLB 72 and WO, nothing paid."""
    load(demo, (EMPLOYER, OWN), LOW_DEDUCTIBLE)
    office = Office(demo)
    (claim,) = office.send(OF_LENA)
    office.pay()
    load(demo, (EMPLOYER, OWN), LOW_DEDUCTIBLE, FEE_WAS_WRONG)
    jobs = office.jobs(TUESDAY)
    approved(jobs, proposed(jobs, claim, reason="payer_pricing_error"))
    assert amounts(demo, office.pay(TUESDAY)) == [("0.00", [("WO", claim, "-18.00")])]
    sent = RefundAsked(provider="RIVERBEND", claim=claim, amount=Decimal("18.00"), reference="CHECK4711")
    source = settled(office, sent, WEDNESDAY)
    assert posted(demo, PINEWOOD, source) == {"cash": "18.00", "payee_dues": "-18.00"}
    assert posted(demo, "payer") == {}
    assert remittances(demo)[-1] == ("777000777", "0.00")


# --- an account that changes between payment and correction ----------------------------------------------------------


def test_a_correction_is_paid_from_the_account_that_paid(demo: Demo) -> None:
    """Paid by the payer, corrected once Pinewood has an account: 835, WO and ledger stay with the payer's account."""
    load(demo, LOW_DEDUCTIBLE)
    office = Office(demo)
    (claim,) = office.send(OF_LENA)
    office.pay()
    load(demo, (EMPLOYER, OWN), LOW_DEDUCTIBLE, FEE_WAS_WRONG)
    jobs = office.jobs(TUESDAY)
    approved(jobs, proposed(jobs, claim))
    paid = office.pay(TUESDAY)
    assert told(paid) == [("payer", "NON", "0.00")]
    (made,) = payments_of(demo, paid)
    assert [each.version for each in made.claims] == [2, 3]
    assert posted(demo, PINEWOOD) == {}
    assert proof_of(demo).differences == ()


INSURED = ("        funding: {type: self_insured, employer: PINEWOOD}\n", "        funding: {type: fully_insured}\n")


@pytest.mark.parametrize("is_void", [False, True])
def test_who_bears_a_claim_may_change_in_one_835(demo: Demo, *, is_void: bool) -> None:
    """Paid by Pinewood, the claim turns out to be insured: one 835 with both; the payer owes Pinewood its 90.00."""
    load(demo, (EMPLOYER, OWN), LOW_DEDUCTIBLE)
    office = Office(demo)
    (claim,) = office.send(OF_LENA)
    office.pay()
    load(demo, (EMPLOYER, OWN), LOW_DEDUCTIBLE, INSURED)
    jobs = office.jobs(TUESDAY)
    approved(jobs, proposed(jobs, claim))
    paid = office.pay(TUESDAY)
    (made,) = payments_of(demo, paid)
    assert told(paid) == [("payer", "NON", "0.00")]
    assert (made.borne_elsewhere, len(made.claims)) == (((PINEWOOD, Decimal("-90.00")),), 2)
    of_payment = f"payment:{made.trace_number}"
    assert posted(demo, PINEWOOD, of_payment) == {"claims_payable": "-90.00", "due_from_accounts": "90.00"}
    assert posted(demo, "payer", of_payment) == {"claims_payable": "90.00", "due_to_accounts": "-90.00"}
    assert proof_of(demo).differences == ()
    source = settled(office, TransferAsked(employer="PINEWOOD", amount=None, reference="WIRE1"), WEDNESDAY)
    assert posted(demo, PINEWOOD, source) == {"cash": "90.00", "due_from_accounts": "-90.00"}
    assert posted(demo, PINEWOOD).get("claims_payable") is None
