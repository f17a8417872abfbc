"""Recovery of overpayments: told first, taken later, over several payment runs, and never twice."""

from __future__ import annotations

from datetime import date

import pytest

from hpedi.money import usd
from samples.sample_claims import Service
from tests.pipeline.conftest import Demo
from tests.pipeline.reprocessed import FEE, FEE_WAS_LOW, FEE_WAS_WRONG, amounts, approved, load, payments_of, proposed
from tests.pipeline.sending import Office, bill, voiding

OTHERS = [bill("C", "M01", Service("G0260", date(2026, 2, 17), "520.00"))]
"""240.00 paid: 400.00 less 100.00 of the deductible and 20 % of 300.00."""


@pytest.fixture
def office(demo: Demo) -> Office:
    """Whoever sends claims."""
    return Office(demo)


def test_an_overpayment_is_told_and_taken_over_three_runs(demo: Demo, office: Office) -> None:
    """Three visits overpaid by 20.00 each are told (WO -60.00); a payment of 30.00 takes 30.00, the next the rest."""
    claims = office.send(*(bill(member, member) for member in ("M01", "M02", "M03")))
    assert amounts(demo, office.pay()) == [("270.00", [])]
    load(demo, FEE_WAS_WRONG)
    approved(office.jobs(), proposed(office.jobs(), *claims))
    told = [("WO", claim, "-20.00") for claim in claims]
    assert amounts(demo, office.pay(date(2026, 3, 17))) == [("0.00", told)]
    office.send(bill("B", "M01", Service("T1015", date(2026, 2, 18), "60.00")))
    first, second, third = claims
    taken = [("WO", first, "20.00"), ("WO", second, "10.00")]
    assert amounts(demo, office.pay(date(2026, 3, 18))) == [("0.00", taken)]
    office.send(bill("C", "M01", Service("T1015", date(2026, 2, 19), "80.00")))
    rest = [("WO", second, "10.00"), ("WO", third, "20.00")]
    assert amounts(demo, office.pay(date(2026, 3, 19))) == [("20.00", rest)]
    with demo.workspace.books.reading(office.jobs().context) as work:
        assert work.payee_balances.owed("RIVERBEND") == ()


def test_two_corrections_in_one_payment_are_told_as_one(demo: Demo, office: Office) -> None:
    """Paid 90.00, corrected to 80.00 and then to 70.00 before it is paid again: 20.00 is told, once."""
    (claim,) = office.send(bill("A", "M01"))
    office.pay()
    for fee in ("110.00", "100.00"):
        load(demo, (f"{FEE}T1015,,120.00", f"{FEE}T1015,,{fee}"))
        approved(office.jobs(), proposed(office.jobs(), claim))
    assert amounts(demo, office.pay(date(2026, 3, 17))) == [("0.00", [("WO", claim, "-20.00")])]


def test_lowered_and_raised_again_nothing_is_told(demo: Demo, office: Office) -> None:
    """Paid 90.00, corrected to 70.00 and to 100.00 before it is paid again: 10.00 more is paid, nothing owed."""
    (claim,) = office.send(bill("A", "M01"))
    office.pay()
    for change in (FEE_WAS_WRONG, FEE_WAS_LOW):
        load(demo, change)
        approved(office.jobs(), proposed(office.jobs(), claim))
    assert amounts(demo, office.pay(date(2026, 3, 17))) == [("10.00", [])]


def test_what_was_never_paid_is_not_owed(demo: Demo, office: Office) -> None:
    """Decided at 90.00 and corrected to 70.00 before it is paid: 70.00 is paid and nothing is told."""
    (claim,) = office.send(bill("A", "M01"))
    load(demo, FEE_WAS_WRONG)
    approved(office.jobs(), proposed(office.jobs(), claim))
    assert amounts(demo, office.pay()) == [("70.00", [])]


def test_a_void_before_it_is_paid_again_is_offset(demo: Demo, office: Office) -> None:
    """Paid 90.00, corrected to 70.00, then voided by the provider: all of it is taken back as the void says."""
    (claim,) = office.send(bill("A", "M01"))
    office.pay()
    load(demo, FEE_WAS_WRONG)
    approved(office.jobs(), proposed(office.jobs(), claim))
    office.send(voiding(claim, bill("A", "M01")), bill("B", "M02"))
    (paid,) = payments_of(demo, office.pay(date(2026, 3, 17)))
    assert (f"{paid.claims_paid}", paid.adjusted) == ("-20.00", usd("-20.00"))


def test_told_again_while_the_first_is_taken(demo: Demo, office: Office) -> None:
    """20.00 told in one run; the next tells 10.00 more of the same claim and takes the 20.00: 10.00 is still owed."""
    (claim,) = office.send(bill("A", "M01"))
    office.pay()
    for day, fee in ((17, "100.00"), (18, "90.00")):
        load(demo, (f"{FEE}T1015,,120.00", f"{FEE}T1015,,{fee}"))
        approved(office.jobs(), proposed(office.jobs(), claim))
        office.send(*([bill("B", "M02", Service("G0168", date(2026, 2, 19), "95.00"))] if day == 17 else OTHERS))
        last = amounts(demo, office.pay(date(2026, 3, day)))
    assert last == [("220.00", [("WO", claim, "-10.00"), ("WO", claim, "20.00")])]
    with demo.workspace.books.reading(office.jobs().context) as work:
        (owed,) = work.payee_balances.owed("RIVERBEND")
    assert (owed.kind, owed.reference, f"{owed.amount}") == ("WO", claim, "10.00")


def test_a_payment_of_more_than_twelve_months_ago_is_not_lowered(demo: Demo, office: Office) -> None:
    """Paid on 16 March 2026, it is lowered until 16 March 2027; a day later it stays, and the proposal says why."""
    (claim,) = office.send(bill("A", "M01"))
    office.pay()
    load(demo, FEE_WAS_WRONG)
    (lowered,) = proposed(office.jobs(date(2027, 3, 16)), claim).impacts
    assert (f"{lowered.would_pay}", lowered.pends) == ("70.00", "")
    late = proposed(office.jobs(date(2027, 3, 17)), claim)
    (kept,) = late.impacts
    assert f"{kept.would_pay}" == "90.00"
    assert "could be lowered until 2027-03-16" in kept.pends
    approved(office.jobs(date(2027, 3, 17)), late)
    with demo.workspace.books.reading(office.jobs().context) as work:
        assert len(work.decisions.find(claim)) == 1


@pytest.mark.parametrize(("fee", "reason", "pays"), [(FEE_WAS_WRONG, "fraud", "70.00"), (FEE_WAS_LOW, "", "100.00")])
def test_what_is_excepted_or_pays_more_is_never_too_late(
    demo: Demo, office: Office, fee: tuple[str, str], reason: str, pays: str
) -> None:
    """Three years on, a payment is still lowered for fraud, and raised for any reason."""
    (claim,) = office.send(bill("A", "M01"))
    office.pay()
    load(demo, fee)
    (impact,) = proposed(office.jobs(date(2029, 3, 16)), claim, reason=reason or "payer_pricing_error").impacts
    assert (f"{impact.would_pay}", impact.pends) == (pays, "")
