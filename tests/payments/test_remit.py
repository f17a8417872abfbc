"""Payment runs: who is paid, how, under which number, and that nothing is paid twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from msgspec import structs

from hpedi.claims.parties import Name, Patient, Provider
from hpedi.money import usd
from hpedi.payments.payment import Payment
from hpedi.payments.remit import PaymentRunInput, RunNumbers, remit
from hpedi.service_dates import DateSpan
from hpedi.transactions.remittance_835.model import PaymentMethod, ProviderAdjustment
from tests.payments.worked_example import COUNTY, DENIED, LAKES, NUMBERS, PAYER, VACCINE, VISIT, decided, line, run_of


def paid(run: PaymentRunInput) -> list[tuple[str, str, str, str]]:
    """Return (trace number, method, amount, provider) of each payment of a run."""
    payments = [remitted.payment for remitted in remit(run, NUMBERS)]
    return [(each.trace_number, each.method.value, str(each.amount), each.payee.provider) for each in payments]


def only(run: PaymentRunInput) -> Payment:
    """Return the one payment of a run."""
    (remitted,) = remit(run, NUMBERS)
    return remitted.payment


def test_one_payment_a_payee_in_order_of_first_appearance() -> None:
    """Claims of a payee are paid together: by ACH with bank details, by check without."""
    run = run_of(decided("C1", VISIT, provider="G"), decided("C2", VISIT, VACCINE), decided("C3", VISIT))
    # G: 90.00 by check. A: 90 + 25 + 90 = 205.00 by ACH.
    assert paid(run) == [("100001", "CHK", "90.00", "G"), ("9426700000001", "ACH", "205.00", "A")]


def test_nothing_to_pay_is_non() -> None:
    """A payee whose claims are all denied gets an 835 that pays nothing, under a trace number."""
    assert paid(run_of(decided("C1", DENIED, provider="G"))) == [("9426700000001", "NON", "0.00", "G")]


def test_no_claims_no_remittance() -> None:
    """A payee without claims gets no remittance, whatever waits for it."""
    waiting = {("A", "main"): (ProviderAdjustment(code="FB", reference="T0", amount=usd("10.00")),)}
    assert remit(replace(run_of(), provider_adjustments=waiting), NUMBERS) == ()


def test_a_balance_forward_is_taken_back() -> None:
    """What a payee owes is taken from what its claims pay."""
    owed = (ProviderAdjustment(code="FB", reference="T0", amount=usd("20.00")),)
    payment = only(replace(run_of(decided("C1", VISIT)), provider_adjustments={("A", "main"): owed}))
    assert (payment.amount, payment.claims_paid, payment.adjusted, payment.forwarded) == (
        usd("70.00"),
        usd("90.00"),
        usd("20.00"),
        usd("20.00"),
    )


def test_a_shortfall_is_carried_forward_under_this_trace_number() -> None:
    """A total below zero pays nothing and goes on as PLB FB, negative, with the number of this 835."""
    owed = (ProviderAdjustment(code="FB", reference="T0", amount=usd("120.00")),)
    run = replace(run_of(decided("C1", VISIT)), provider_adjustments={("A", "main"): owed})
    (remitted,) = remit(run, NUMBERS)
    # 90 - 120 = -30: FB -30 brings the total to 0.
    assert remitted.remittance.provider_adjustments[1] == ProviderAdjustment(
        code="FB", reference="9426700000001", amount=usd("-30.00")
    )
    assert (remitted.payment.method, remitted.payment.amount) == (PaymentMethod.NONE, usd("0.00"))
    assert remitted.payment.forwarded == usd("90.00")


def test_a_decision_that_names_another_account_is_paid_apart() -> None:
    """One 835 a payee and funding account."""
    received, made = decided("C2", VACCINE)
    run = replace(
        run_of(decided("C1", VISIT), (received, structs.replace(made, funding_account="acme"))),
        payers={"main": PAYER, "acme": structs.replace(PAYER, account=LAKES.account)},
    )
    payments = [remitted.payment for remitted in remit(run, NUMBERS)]
    assert [(each.funding_account, each.amount) for each in payments] == [
        ("main", usd("90.00")),
        ("acme", usd("25.00")),
    ]


def test_payment_date_moves_to_the_next_business_day() -> None:
    """BPR16 is an ACH business day; the production date stays the day of the run."""
    (remitted,) = remit(run_of(decided("C1", VISIT), on=date(2026, 5, 23)), NUMBERS)
    assert remitted.remittance.payment_date == date(2026, 5, 26)
    assert remitted.remittance.production_date == date(2026, 5, 15)


def test_the_same_run_twice_is_equal() -> None:
    """Equal input gives equal remittances and payments."""
    run = run_of(decided("C1", VISIT), decided("C2", VISIT, provider="G"))
    assert remit(run, NUMBERS) == remit(run, NUMBERS)


def test_a_claim_version_is_never_paid_twice_in_a_run() -> None:
    """The same claim version twice is a bug and pays nothing."""
    with pytest.raises(ValueError, match="twice"):
        remit(run_of(decided("C1", VISIT), decided("C1", VISIT)), NUMBERS)


def test_a_test_claim_is_never_paid() -> None:
    """ISA15=T moves no money."""
    received, decision = decided("C1", VISIT)
    with pytest.raises(ValueError, match="test"):
        remit(run_of((structs.replace(received, test=True), decision)), NUMBERS)


def test_numbers_must_suffice() -> None:
    """A run that needs more numbers than were reserved pays nothing."""
    with pytest.raises(ValueError, match="fewer numbers"):
        remit(run_of(decided("C1", VISIT)), RunNumbers(trace_numbers=(), check_numbers=("100001",)))


def test_unknown_payee_and_account_are_bugs() -> None:
    """A decision whose payee or funding account is not handed in pays nothing."""
    run = run_of(decided("C1", VISIT))
    with pytest.raises(ValueError, match="payee"):
        remit(replace(run, payees={"G": COUNTY}), NUMBERS)
    with pytest.raises(ValueError, match="account"):
        remit(replace(run, funding_account="elsewhere"), NUMBERS)


def test_what_the_claim_payment_says() -> None:
    """A claim payment shows patient, subscriber, rendering provider, dates and CLP06 as claim and plan have them."""
    received, decision = decided("C1", VISIT, VACCINE, plan="HMO")
    rendering = Provider(is_person=True, name=Name(last="OLSON", first="KARI"), npi="1000000103")
    other = Provider(is_person=True, name=Name(last="BERG"), npi="1000000111")
    first, second = received.claim.lines
    claim = structs.replace(
        received.claim,
        patient=Patient(relationship="01", name=Name(last="LAKE", first="JON")),
        rendering=rendering,
        lines=(
            structs.replace(first, dates=DateSpan(date(2026, 4, 7), date(2026, 4, 9)), rendering=rendering),
            structs.replace(second, rendering=other),
        ),
    )
    (remitted,) = remit(run_of((structs.replace(received, claim=claim), decision)), NUMBERS)
    (shown,) = remitted.remittance.claims
    assert (shown.patient.first, shown.patient_member_id) == ("JON", "")
    assert shown.subscriber is not None
    assert (shown.subscriber.first, shown.subscriber_member_id) == ("MARY", "942670000101")
    assert (shown.rendering_npi, shown.rendering) == ("1000000103", Name(last="OLSON", first="KARI"))
    assert (shown.claim_filing, shown.facility_code, shown.frequency) == ("HM", "11", "1")
    assert (shown.charged, shown.paid, shown.patient_responsibility) == (usd("225.00"), usd("115.00"), usd("30.00"))
    assert shown.received == date(2026, 4, 10)
    one, two = shown.services
    assert (one.service_date, one.service_end, one.rendering_npi) == (date(2026, 4, 7), date(2026, 4, 9), "")
    assert (two.service_end, two.rendering_npi, two.units_paid) == (None, "1000000111", Decimal(1))


def test_the_payee_is_not_shown_as_rendering_provider() -> None:
    """NM1*82 stands only where somebody else than the payee rendered the service."""
    (remitted,) = remit(run_of(decided("C1", VISIT)), NUMBERS)
    assert remitted.remittance.claims[0].rendering_npi == ""


def test_a_decision_must_be_on_its_claim() -> None:
    """A decision of another version, or without a line, is a bug."""
    received, decision = decided("C1", VISIT, VACCINE)
    with pytest.raises(ValueError, match="version"):
        remit(run_of((structs.replace(received, version=2), decision)), NUMBERS)
    with pytest.raises(ValueError, match="every line"):
        remit(run_of((received, structs.replace(decision, lines=decision.lines[:1]))), NUMBERS)


def test_reasons_of_a_group_stand_together_and_once() -> None:
    """CO-45, PR-3, CO-45 of a line become CO-45 with the sum, then PR-3."""
    visit = line(1, "100.00", ("CO", "45", "10.00"), ("PR", "3", "20.00"), ("CO", "45", "5.00"))
    (remitted,) = remit(run_of(decided("C1", visit)), NUMBERS)
    (service,) = remitted.remittance.claims[0].services
    assert [(each.group, each.carc, each.amount) for each in service.adjustments] == [
        ("CO", "45", usd("15.00")),
        ("PR", "3", usd("20.00")),
    ]
