"""The equations of a remittance and of a run, each broken by a cent."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hpedi.money import usd
from hpedi.payments.balancing import account_totals, check_remittance, check_run
from hpedi.payments.check_register import check_register
from hpedi.payments.faults import Unbalanced
from hpedi.payments.ledger import payment_postings
from hpedi.payments.remit import remit
from hpedi.transactions.remittance_835.model import PaymentMethod, Remittance
from tests.payments.worked_example import COUNTY, NUMBERS, VACCINE, VISIT, decided, run_of

CENT = usd("0.01")


def remittance() -> Remittance:
    """Return a balanced remittance of one claim with two lines that pays 115.00."""
    (remitted,) = remit(run_of(decided("C1", VISIT, VACCINE)), NUMBERS)
    return remitted.remittance


def with_claim(**changed: object) -> Remittance:
    """Return it with something changed in its claim."""
    (claim,) = remittance().claims
    return replace(remittance(), claims=(replace(claim, **changed),))


def broken_line() -> Remittance:
    """Return it with the first line paid a cent too much."""
    (claim,) = remittance().claims
    first, second = claim.services
    return with_claim(services=(replace(first, paid=first.paid + CENT), second))


@pytest.mark.parametrize(
    ("broken", "equation", "place"),
    [
        (broken_line(), "SVC02 - CAS = SVC03", "claim 1 line 1"),
        (with_claim(paid=usd("115.01")), "CLP03 - all CAS = CLP04", "claim 1"),
        (with_claim(charged=usd("225.01"), paid=usd("115.01")), "sum SVC02 = CLP03", "claim 1"),
        (with_claim(patient_responsibility=usd("30.01")), "sum of CAS PR = CLP05", "claim 1"),
        (replace(remittance(), amount=usd("115.01")), "sum CLP04 - sum PLB = BPR02", "transaction"),
        (replace(remittance(), method=PaymentMethod.NONE), "BPR02 = 0 where BPR04 is NON", "transaction"),
    ],
)
def test_a_cent_is_found(broken: Remittance, equation: str, place: str) -> None:
    """Each equation that is off by a cent is named with its place, without any amount."""
    with pytest.raises(Unbalanced) as caught:
        check_remittance(broken)
    assert (caught.value.equation, caught.value.place) == (equation, place)
    assert "115" not in str(caught.value)


def test_a_reversal_sends_no_patient_responsibility() -> None:
    """CLP05 of a reversal is not sent and not asked."""
    (claim,) = remittance().claims
    check_remittance(replace(remittance(), claims=(replace(claim, status="22", patient_responsibility=None),)))


def test_a_run_balances_by_account() -> None:
    """What the remittances pay is what goes out by ACH and check, and what the ledger says."""
    payments = [
        each.payment for each in remit(run_of(decided("C1", VISIT), decided("C2", VACCINE, provider="G")), NUMBERS)
    ]
    postings = [posting for payment in payments for posting in payment_postings(payment)]
    rows = check_register(payments)
    assert [(row.check_number, row.pay_to, row.amount) for row in rows] == [("100001", COUNTY.name, usd("25.00"))]
    assert check_run(payments, {"main": usd("90.00")}, rows, postings) == {"main": usd("115.00")}
    assert account_totals(payments) == {"main": usd("115.00")}
    with pytest.raises(Unbalanced, match="ACH credits"):
        check_run(payments, {"main": usd("89.99")}, rows, postings)
    with pytest.raises(Unbalanced, match="ACH credits"):
        check_run(payments, {"main": usd("90.00")}, (), postings)
    with pytest.raises(Unbalanced, match="ledger"):
        check_run(payments, {"main": usd("90.00")}, rows, postings[:-1])
