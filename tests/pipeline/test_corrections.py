"""Replacements and voids: what is taken back, what waits instead, and that nothing is left behind."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hpedi.claims.claim import Claim
from hpedi.payments.payment import Payment
from samples.sample_claims import Service, members
from tests.pipeline.conftest import Demo
from tests.pipeline.reprocessed import payments_of
from tests.pipeline.sending import VISIT, Office, bill, replacing, standing, voiding, without_numbers

THERAPY = Service("G0260", date(2026, 2, 17), "520.00")
"""400.00 by the fee schedule; M01 has 100.00 of the deductible left and owes 100.00 + 20 % of 300.00 = 160.00."""


@pytest.fixture
def office(demo: Demo) -> Office:
    """Whoever sends claims."""
    return Office(demo)


def test_a_replacement_takes_the_original_back(office: Office) -> None:
    """A visit paid 90.00 (120.00 less copay 30.00) is taken back; with a bone density study it is paid again."""
    (original,) = office.send(bill("A", "M01"))
    (second,) = office.send(replacing(original, bill("A", "M01", Service("T1015", VISIT, "150.00"))))
    assert office.kinds(original) == [("adjudicated", "90.00"), ("reversal", "-90.00")]
    assert office.kinds(second) == [("correction", "90.00")]
    assert office.decisions(second)[0].of == f"{original}/1"


def test_a_void_takes_all_back(demo: Demo, office: Office) -> None:
    """Deductible, out-of-pocket amounts, past lines and the ledger are as before a claim that was voided."""
    before = standing(demo)
    (original,) = office.send(bill("A", "M01", THERAPY))
    assert standing(demo) != before
    (void,) = office.send(voiding(original, bill("A", "M01", THERAPY)))
    assert standing(demo) == before
    assert (office.decisions(void), office.waits_for(void)) == ([], "")


@pytest.mark.parametrize("correct", [replacing, voiding])
@pytest.mark.parametrize("changed", ["npi", "tax_id"])
def test_another_billing_provider_takes_nothing_back(demo: Demo, office: Office, correct: object, changed: str) -> None:
    """Whoever has another NPI or Tax ID than the sender of the original gets nothing of it taken back."""
    (original,) = office.send(bill("A", "M01"))
    before = standing(demo)
    other = bill("A", "M01")
    identifier = {"npi": "1000002018", "tax_id": "410000202"}[changed]
    other = replace(other, billing=replace(other.billing, **{changed: identifier}))
    (sent,) = office.send(correct(original, other))  # type: ignore[operator]
    assert office.waits_for(sent) == "original_unknown"
    assert (office.kinds(original), standing(demo)) == ([("adjudicated", "90.00")], before)


@pytest.mark.parametrize("correct", [replacing, voiding])
def test_a_claim_that_names_none_of_ours_waits(office: Office, correct: object) -> None:
    """A number that we never gave, and none at all, make a replacement or void wait."""
    (unknown,) = office.send(correct("26061000099999999", bill("A", "M01")))  # type: ignore[operator]
    assert office.waits_for(unknown) == "original_unknown"


@pytest.mark.parametrize("correct", [replacing, voiding])
def test_an_original_that_waits_is_not_taken_back(office: Office, correct: object) -> None:
    """What nearly equals an earlier claim waits; its replacement or void waits for it to be decided."""
    office.send(bill("A", "M01"))
    (near,) = office.send(bill("B", "M01", Service("T1015", VISIT, "146.00")))
    assert office.waits_for(near) == "DUP-NEAR"
    (sent,) = office.send(correct(near, bill("B", "M01")))  # type: ignore[operator]
    assert (office.waits_for(sent), office.decisions(near)) == ("original_undecided", [])


@pytest.mark.parametrize("correct", [replacing, voiding])
def test_what_was_taken_back_is_not_taken_back_again(demo: Demo, office: Office, correct: object) -> None:
    """A second replacement or void of the same original waits and changes nothing."""
    (original,) = office.send(bill("A", "M01"))
    office.send(voiding(original, bill("A", "M01")))
    before = standing(demo)
    (again,) = office.send(correct(original, bill("A", "M01")))  # type: ignore[operator]
    assert (office.waits_for(again), standing(demo)) == ("original_corrected", before)


@pytest.mark.parametrize("correct", [replacing, voiding])
def test_a_claim_of_another_family_is_not_taken_back(demo: Demo, office: Office, correct: object) -> None:
    """A replacement or void for a member of another family waits; one for a brother or sister does not."""
    (original,) = office.send(bill("A", "M01"))
    before = standing(demo)
    (sent,) = office.send(correct(original, bill("A", "M07")))  # type: ignore[operator]
    assert (office.waits_for(sent), standing(demo)) == ("original_of_others", before)


def test_a_replacement_may_be_for_another_of_the_family(office: Office) -> None:
    """A visit of the mother billed in error is replaced by the daughter's; the mother's copay is gone."""
    (original,) = office.send(bill("A", "M01"))
    (second,) = office.send(replacing(original, bill("A", "M03")))
    assert [each.member for each in (*office.decisions(original), *office.decisions(second))] == ["M01", "M01", "M03"]


def test_original_and_replacement_in_one_file(demo: Demo, office: Office) -> None:
    """Sent and decided together they come to the same as one after the other."""
    (first,) = office.deliver(bill("A", "M01", THERAPY))
    (second,) = office.deliver(replacing(first, bill("A", "M01", replace_charge("510.00"))))
    office.jobs().adjudicate()
    assert office.kinds(first) == [("adjudicated", "240.00"), ("reversal", "-240.00")]
    assert [each.patient_responsibility for each in office.decisions(second)] == [Decimal("160.00")]
    assert len(standing(demo)["past lines"]) == 1  # type: ignore[arg-type]


def test_original_replacement_and_void_in_one_batch(demo: Demo, office: Office) -> None:
    """An original, its replacement and the void of that leave nothing, decided in one transaction."""
    before = standing(demo)
    (first,) = office.deliver(bill("A", "M01", THERAPY))
    (second,) = office.deliver(replacing(first, bill("A", "M01", replace_charge("510.00"))))
    office.deliver(voiding(second, bill("A", "M01", THERAPY)))
    office.jobs().adjudicate()
    assert standing(demo) == before


def test_a_replacement_is_replaced(office: Office) -> None:
    """The second replacement names the first; naming the original again waits."""
    (first,) = office.send(bill("A", "M01"))
    (second,) = office.send(replacing(first, bill("A", "M01", Service("T1015", VISIT, "150.00"))))
    (stale,) = office.send(replacing(first, bill("A", "M01", Service("T1015", VISIT, "155.00"))))
    (third,) = office.send(replacing(second, bill("A", "M01", Service("T1015", VISIT, "100.00"))))
    assert office.waits_for(stale) == "original_corrected"
    assert office.kinds(second) == [("correction", "90.00"), ("reversal", "-90.00")]
    assert office.kinds(third) == [("correction", "70.00")]


def test_a_replacement_that_waits_leaves_the_original(demo: Demo, office: Office) -> None:
    """A replacement with a service that has no price waits; the original stays paid to the cent."""
    (original,) = office.send(bill("A", "M01"))
    before = standing(demo)
    unpriced = Service("G0442", VISIT, "145.00")
    (sent,) = office.send(replacing(original, bill("A", "M01", unpriced)))
    assert office.waits_for(sent) == "fee_schedule"
    assert (office.kinds(original), standing(demo)) == ([("adjudicated", "90.00")], before)


def test_what_came_in_between_keeps_its_decision(office: Office) -> None:
    """A later claim that the original's deductible made cheaper stays as it was decided until somebody reprocesses."""
    (first,) = office.send(bill("A", "M01", replace_charge("520.00")))
    (later,) = office.send(bill("B", "M01", Service("G0260", date(2026, 2, 18), "520.00")))
    before = office.kinds(later)
    office.send(voiding(first, bill("A", "M01", THERAPY)))
    assert office.kinds(later) == before


def test_the_void_of_a_paid_claim_is_carried_forward(office: Office) -> None:
    """90.00 paid; its void makes the next remittance pay nothing and carry 90.00 forward; the third pays 90.00 less."""
    (original,) = office.send(bill("A", "M01"))
    assert [f"{each.payment.amount}" for each in office.pay().released] == ["90.00"]
    office.send(voiding(original, bill("A", "M01")))
    (second,) = payments_of(office.demo, office.pay(date(2026, 3, 17)))
    trace = second.trace_number
    assert (f"{second.amount}", plb(second)) == ("0.00", [("FB", trace, "-90.00")])
    office.send(bill("B", "M07", Service("T1015", date(2025, 12, 10), "200.00")), bill("C", "M02"))
    (third,) = payments_of(office.demo, office.pay(date(2026, 3, 18)))
    assert (f"{third.claims_paid}", plb(third)) == ("176.40", [("FB", trace, "90.00")])
    assert f"{third.amount}" == "86.40"


def test_the_void_of_an_unpaid_claim_pays_nothing(office: Office) -> None:
    """A claim voided before it was paid nets to nothing in the one remittance that tells both."""
    (original,) = office.send(bill("A", "M01"))
    office.send(voiding(original, bill("A", "M01")))
    (only,) = payments_of(office.demo, office.pay())
    assert (f"{only.amount}", plb(only)) == ("0.00", [])


def test_test_claims_take_nothing_back(demo: Demo, office: Office) -> None:
    """A void in a test interchange is answered, never decided: the original stands."""
    (original,) = office.send(bill("A", "M01"))
    before = standing(demo)
    office.deliver(voiding(original, bill("A", "M01")), usage="T")
    office.jobs().adjudicate()
    assert (office.kinds(original), standing(demo)) == ([("adjudicated", "90.00")], before)


def replace_charge(charged: str) -> Service:
    """Return the therapy at another charge."""
    return Service(THERAPY.code, THERAPY.day, charged)


def plb(made: Payment) -> list[tuple[str, str, str]]:
    """Return the PLB rows of a payment as text."""
    rows = made.adjustments
    return [(each.code, each.reference, f"{each.amount}") for each in rows]


services = st.builds(
    Service,
    code=st.sampled_from(["T1015", "G0260", "S9131", "G0168", "G0439", "A9300"]),
    day=st.dates(date(2026, 1, 5), date(2026, 2, 27)),
    charged=st.decimals("1.00", "900.00", places=2).map(str),
    units=st.integers(1, 3),
)
claims = st.builds(
    lambda member, lines: bill("A", member, *lines),
    member=st.sampled_from(["M01", "M02", "M04", "M05", "M08", "M09", "M11"]),
    lines=st.lists(services, min_size=1, max_size=3),
)
EXAMPLES = settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])


@EXAMPLES
@given(claim=claims)
def test_a_claim_and_its_void_leave_nothing(demo: Demo, claim: Claim) -> None:
    """Whatever a claim is, after its void every accumulator, past line and ledger is as before."""
    office = numbered(demo)
    office.send(bill("FIRST", claim_member(claim), Service("G0260", date(2026, 1, 2), "333.00")))
    before = standing(demo)
    (number,) = office.send(claim)
    if office.decisions(number):
        office.send(voiding(number, claim))
        assert standing(demo) == before


@EXAMPLES
@given(first=claims, second=claims)
def test_a_replacement_equals_void_and_new(demo: Demo, first: Claim, second: Claim) -> None:
    """A replacement leaves what its original's void and the same claim as a new one leave."""
    second = replace(second, subscriber=first.subscriber, patient=first.patient)
    office = numbered(demo)
    (number,) = office.send(first)
    if not office.decisions(number):
        return
    (replaced,) = office.send(replacing(number, second))
    with_replacement = without_numbers(standing(demo), [replaced])
    if not office.decisions(replaced):
        return
    office.send(voiding(replaced, second))
    (new,) = office.send(second)
    assert without_numbers(standing(demo), [new]) == with_replacement
    office.send(voiding(new, second))


_numbers = iter(range(10_000, 100_000, 50))


def numbered(demo: Demo) -> Office:
    """Return an office whose files have numbers that no other has used."""
    return Office(demo, next(_numbers))


def claim_member(claim: Claim) -> str:
    """Return the sample payer's id of a claim's patient."""
    born = (claim.patient or claim.subscriber).birth_date
    return next(name for name, row in members().items() if row["birth_date"] == f"{born}")
