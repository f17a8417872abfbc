"""Which account pays a decision, and what a payment posts where other accounts bear a part of it."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from hpedi.adjudication.correction import reversal_of
from hpedi.adjudication.decision import ClaimDecision
from hpedi.claims.claim import ReceivedClaim
from hpedi.money import usd
from hpedi.payments.ledger import (
    LedgerAccount,
    Posting,
    balances,
    payment_postings,
    reissue_postings,
    settlement_postings,
    unbalanced_sources,
    void_postings,
)
from hpedi.payments.paying_accounts import paying_accounts
from hpedi.payments.payment import Payment
from hpedi.payments.remit import remit
from tests.payments.worked_example import NUMBERS, PAYER, VACCINE, VISIT, decided, run_of

RECEIVED, PAID = decided("C1", VISIT)
MILLS, ACME = "employer:MILLS", "employer:ACME"


def versions(*accounts: str) -> list[ClaimDecision]:
    """Return a claim corrected again and again, each time borne by another account: all but its first version."""
    found: list[ClaimDecision] = []
    before = structs.replace(PAID, funding_account=accounts[0])
    for account in accounts[1:]:
        found.append(reversal_of(before, before.version + 1, "payer_pricing_error", ""))
        before = structs.replace(
            PAID, version=before.version + 2, kind="correction", of=found[-1].of, funding_account=account
        )
        found.append(before)
    return found


def test_each_decision_is_paid_from_the_account_that_bears_it() -> None:
    """Claims that correct nothing: the payer's where none is named."""
    other = structs.replace(decided("C2", VISIT)[1], funding_account=MILLS)
    assert paying_accounts([PAID, other], "payer") == {"C1/1": "payer", "C2/1": MILLS}


def test_the_newest_correction_s_account_pays_all_of_a_claim() -> None:
    """Borne by the payer, then by Mills, then by Acme, whose account pays each reversal and correction."""
    assert set(paying_accounts(versions("", MILLS, ACME), "payer").values()) == {ACME}


def test_a_reversal_alone_stays_with_its_account() -> None:
    """A void gives back what Mills paid: its account takes it back."""
    reversal = structs.replace(versions("", MILLS)[0], funding_account=MILLS)
    assert paying_accounts([reversal], "payer") == {"C1/2": MILLS}


def paid(*made: ClaimDecision, account: str) -> Payment:
    """Return the payment of decisions of C1 and of a vaccination of 25.00, from an account that bears that one."""
    received, vaccine = decided("C2", VACCINE)
    every: list[tuple[ReceivedClaim, ClaimDecision]] = [
        (structs.replace(RECEIVED, version=each.version), each) for each in made
    ]
    every.append((received, structs.replace(vaccine, funding_account=account)))
    run = replace(run_of(*every), funding_account="payer", payers={account or "payer": PAYER})
    (remitted,) = remit(run, NUMBERS)
    return remitted.payment


def test_what_others_bear_is_due_between_accounts() -> None:
    """Mills paid 90.00, Acme bears the claim now: its account pays 90.00 and 25.00, and owes the payer's 90.00 back."""
    payment = paid(*versions(MILLS, ACME), account=ACME)
    assert (payment.amount, payment.borne_elsewhere) == (usd("25.00"), ((MILLS, usd("-90.00")),))
    assert {(funding, account.value): f"{amount}" for (funding, account), amount in balances(
        payment_postings(payment)
    ).items()} == {
        (ACME, "claims_payable"): "115.00",
        (ACME, "ach_clearing"): "-25.00",
        (ACME, "due_to_accounts"): "-90.00",
        ("payer", "due_from_accounts"): "90.00",
        ("payer", "due_to_accounts"): "-90.00",
        (MILLS, "due_from_accounts"): "90.00",
        (MILLS, "claims_payable"): "-90.00",
    }  # fmt: skip


def test_a_void_takes_back_what_was_due_between_accounts() -> None:
    """Built, settled and void, every account is at 0.00; reissued, all but the check's place is as it was built."""
    payment = paid(*versions(MILLS, ACME), account=ACME)
    built: list[Posting] = [*payment_postings(payment), *settlement_postings(payment)]
    voided = [*built, *void_postings(payment, settled=True)]
    assert {amount for amount in balances(voided).values() if amount} == set()
    again = [*voided, *reissue_postings(payment, voided=True)]
    assert unbalanced_sources(again) == ()
    due = LedgerAccount.DUE_FROM_ACCOUNTS
    assert (balances(again)[MILLS, due], balances(again)["payer", due]) == (usd("90.00"), usd("90.00"))
