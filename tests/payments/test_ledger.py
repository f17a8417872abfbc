"""Claims payable, clearing and cash, posting by posting."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from hpedi.adjudication.funding import EmployerCharge, PoolKey, PoolMovement
from hpedi.money import usd
from hpedi.payments.ledger import (
    LedgerAccount,
    Posting,
    balances,
    decision_postings,
    payment_postings,
    settlement_postings,
    unbalanced_sources,
    void_postings,
)
from hpedi.payments.remit import Payment, remit
from hpedi.transactions.remittance_835.model import ProviderAdjustment
from tests.payments.worked_example import DENIED, NUMBERS, VACCINE, VISIT, decided, run_of

POOL, PREFUND = PoolKey("pip", "A", "S", 2026), PoolKey("prefund", "A", "S", 2026)
PAIR = decided("C1", VISIT, VACCINE)  # pays 90 + 25 = 115


def payment(owed: str = "0.00") -> Payment:
    """Return the payment of 115.00 less what is owed."""
    rows = () if owed == "0.00" else (ProviderAdjustment(code="FB", reference="T0", amount=usd(owed)),)
    (remitted,) = remit(replace(run_of(PAIR), provider_adjustments={("A", "main"): rows}), NUMBERS)
    return remitted.payment


def sides(postings: tuple[Posting, ...]) -> list[tuple[str, str, str]]:
    """Return (account, debit, credit) of postings."""
    return [(each.account.value, str(each.debit), str(each.credit)) for each in postings]


def test_a_decision_is_owed() -> None:
    """A final decision that pays 115.00 is an expense and owed; one that pays nothing posts nothing."""
    assert sides(decision_postings(PAIR[1], "main")) == [
        ("claims_expense", "115.00", "0.00"),
        ("claims_payable", "0.00", "115.00"),
    ]
    assert decision_postings(decided("C2", DENIED)[1], "main") == ()


def test_what_is_withheld_and_what_a_member_is_paid_is_owed_too() -> None:
    """Of an insured plan 6.00 into a pool and 40.00 to the member are expenses beside the provider's 115.00."""
    made = structs.replace(PAIR[1], pools=(PoolMovement(POOL, "withheld", usd("6.00")),), paid_to_member=usd("40.00"))
    assert sides(decision_postings(made, "main")) == [
        ("claims_expense", "161.00", "0.00"),
        ("claims_payable", "0.00", "115.00"),
        ("pools", "0.00", "6.00"),
        ("members_payable", "0.00", "40.00"),
    ]


def test_an_employer_bears_what_it_funds() -> None:
    """Of a self-insured plan 115.00 paid, 6.00 withheld and 2.40 pre-funded are the employer's, and no expense."""
    movements = (PoolMovement(POOL, "withheld", usd("6.00")), PoolMovement(PREFUND, "prefunded", usd("2.40")))
    charges = (EmployerCharge("S", "claim_funding", usd("121.00")), EmployerCharge("S", "prefund", usd("2.40")))
    made = structs.replace(PAIR[1], pools=movements, employer_charges=charges)
    assert sides(decision_postings(made, "main")) == [
        ("employers_receivable", "123.40", "0.00"),
        ("claims_payable", "0.00", "115.00"),
        ("pools", "0.00", "8.40"),
    ]
    assert not unbalanced_sources(decision_postings(made, "main"))


def test_a_payment_moves_what_is_owed_to_clearing() -> None:
    """An ACH payment of 115.00 waits in clearing."""
    assert sides(payment_postings(payment())) == [
        ("claims_payable", "115.00", "0.00"),
        ("ach_clearing", "0.00", "115.00"),
    ]


def test_what_a_payee_owes_is_taken_from_the_receivable() -> None:
    """Of 115.00 for claims 20.00 repays a balance forward, 95.00 goes out."""
    assert sides(payment_postings(payment("20.00"))) == [
        ("claims_payable", "115.00", "0.00"),
        ("receivable", "0.00", "20.00"),
        ("ach_clearing", "0.00", "95.00"),
    ]


def test_a_shortfall_leaves_the_rest_receivable() -> None:
    """Where 120.00 is owed, 115.00 of it is repaid and nothing goes out: FB +120.00 and FB -5.00."""
    assert sides(payment_postings(payment("120.00"))) == [
        ("claims_payable", "115.00", "0.00"),
        ("receivable", "0.00", "115.00"),
    ]


def test_settled_and_voided_end_at_what_is_owed() -> None:
    """After a payment that settled and came back, the claim is owed again and every other account is at 0.00."""
    one = payment()
    postings = [
        *decision_postings(PAIR[1], "main"),
        *payment_postings(one),
        *settlement_postings(one),
        *void_postings(one, settled=True),
    ]
    assert unbalanced_sources(postings) == ()
    standing = {account.value: amount for (_, account), amount in balances(postings).items() if amount}
    assert standing == {"claims_expense": usd("115.00"), "claims_payable": usd("-115.00")}


def test_an_unbalanced_source_is_named() -> None:
    """A source whose debits are not its credits is found."""
    lone = Posting(account=LedgerAccount.CASH, funding_account="main", credit=usd("1.00"), source="payment:1")
    assert unbalanced_sources([lone]) == ("payment:1",)
