"""Claims payable, clearing and cash, posting by posting."""

from __future__ import annotations

from dataclasses import replace

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
