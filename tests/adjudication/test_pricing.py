"""What holds of every price: it balances, lines share it to the cent, their order decides only what it must."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from hpedi.adjudication.decision import ClaimDecision, Pend
from hpedi.adjudication.pricing.case_rate import Service, place_in_episode
from hpedi.adjudication.pricing.multiple_procedure import Procedure, ranked_shares, reduced
from hpedi.claims.adjustment import Adjustment
from hpedi.money import CENT, ZERO, Usd
from hpedi.reference.contracts import ContractRate, MultipleProcedure, RateCondition
from tests.rules.cases import Json, decide

MET = {"ded_ind_inn MARY": "1500.00"}
DAY = date(2026, 3, 10)
RANKING = MultipleProcedure(
    indicator="2", percents=(Decimal("1.00"), Decimal("0.50")), subsequent=Decimal("0.25"), group="CO", carc="59"
)
CASE = ContractRate(
    id="CASE", when=RateCondition(), method="case_rate", rate=Decimal("600.00"), max_services=3, window_days=30
)

cents = st.integers(min_value=0, max_value=9_000_000).map(lambda amount: Usd(amount) * CENT)
charges = cents.map(str)
lines = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.sampled_from(
                ["G0130", "G0260", "G0412", "G0413", "G0186", "G0187", "J1100", "C9999", "S2068", ""]
            ),
            "revenue_code": st.sampled_from(["0250", "0360", "0450", "0118", "0120"]),
            "charge": charges,
            "units": st.sampled_from(["1", "2", "7"]),
            "modifiers": st.sampled_from([[], ["50"], ["TC"], ["80"]]),
            "date": st.sampled_from(["2026-03-10", "2026-03-11"]),
        }
    ),
    min_size=1,
    max_size=5,
)
professional = st.fixed_dictionaries(
    {"provider": st.sampled_from(["SURGEONS", "CAPPED", "EPISODES", "CAPITATED", "CLINIC"]), "lines": lines}
)
institutional = st.fixed_dictionaries(
    {
        "provider": st.sampled_from(["HOSPITAL", "ROOMS", "EPISODES"]),
        "bill": st.sampled_from(["013", "021"]),
        "drg": st.sampled_from(["", "193", "470"]),
        "patient_status": st.sampled_from(["01", "02"]),
        "lines": lines,
    }
)


def total(adjustments: tuple[Adjustment, ...]) -> Usd:
    """Add adjustments up."""
    return sum((each.amount for each in adjustments), ZERO)


@given(claim=professional | institutional)
def test_lines_and_claim_balance_by_every_method(claim: Json) -> None:
    """Whatever prices it, charge less adjustments is what is paid: of each line, or of the claim priced as one."""
    made = decide({"claim": claim, "used": MET})
    if isinstance(made, Pend):
        return
    every = (*made.adjustments, *(each for line in made.lines for each in line.adjustments))
    assert made.charged - total(every) == made.paid
    assert made.paid == sum((line.paid for line in made.lines), ZERO)
    assert made.patient_responsibility == total(tuple(each for each in every if each.group == "PR"))
    assert all(each.amount for each in every)
    if made.stay is None:
        for line in made.lines:
            assert line.charged - total(line.adjustments) == line.paid
            assert ZERO <= line.paid <= line.allowed
    else:
        assert not any(line.adjustments for line in made.lines)
        assert made.stay.covered_charge == sum((line.charged for line in made.lines if not line.denied), ZERO)


@given(claim=institutional)
def test_lines_share_a_price_to_the_cent(claim: Json) -> None:
    """The shares of lines of a claim priced as one add up to what is allowed and paid; denied lines have none."""
    made = decide({"claim": claim, "used": MET})
    assume(isinstance(made, ClaimDecision) and made.stay is not None)
    assert isinstance(made, ClaimDecision)
    priced = next((step for step in made.trail if step.stage == "pricing"), None)
    allowed = dict(priced.amounts)["allowed"] if priced is not None else ZERO
    assert sum((line.allowed for line in made.lines), ZERO) == allowed
    assert all(line.allowed >= ZERO for line in made.lines)
    assert not any(line.allowed or line.paid for line in made.lines if line.denied)


@given(claim=professional | institutional, data=st.data())
def test_line_order_does_not_change_what_it_does_not_decide(claim: Json, data: st.DataObject) -> None:
    """With deductible and maximum met, the same different lines in any order are allowed the same."""
    used = {**MET, "oop_ind_inn MARY": "4000.00", "oop_fam_inn LAKES": "8000.00"}
    services = {(line["code"], line["date"], tuple(line["modifiers"])) for line in claim["lines"]}
    assume(len(services) == len(claim["lines"]))
    shuffled = {**claim, "lines": data.draw(st.permutations(claim["lines"]))}
    one, other = decide({"claim": claim, "used": used}), decide({"claim": shuffled, "used": used})
    if isinstance(one, Pend) or isinstance(other, Pend):
        assert type(one) is type(other)
        return
    assert (one.allowed, one.paid, one.status277) == (other.allowed, other.paid, other.status277)


@given(agreed=st.lists(cents, min_size=1, max_size=6), data=st.data())
def test_rank_is_by_what_is_agreed(agreed: list[Usd], data: st.DataObject) -> None:
    """The dearest has the first share, none a larger one than a dearer, and lines in any order take off the same."""
    order = data.draw(st.permutations(range(len(agreed))))

    def shares_of(numbers: list[int]) -> list[tuple[Usd, Decimal]]:
        procedures = [
            Procedure(number=place, day=DAY, rate="R", agreed=agreed[index]) for place, index in enumerate(numbers, 1)
        ]
        shares = ranked_shares(procedures, {"R": RANKING})
        return sorted((each.agreed, shares[each.number]) for each in procedures)

    ranked = shares_of(list(range(len(agreed))))
    assert ranked == shares_of(list(order))
    assert max(ranked)[1] == 1
    assert [share for _agreed, share in ranked] == sorted(share for _agreed, share in ranked)


@given(agreed=cents, charged=cents, share=st.sampled_from(["1.00", "0.50", "0.25"]), lesser=st.booleans())
def test_rank_takes_off_no_more_than_there_is(agreed: Usd, charged: Usd, share: str, lesser: bool) -> None:  # noqa: FBT001 - a drawn value
    """What a rank takes off is never below zero, and what is left with it never above charge or agreement."""
    allowed, adjustments = reduced(agreed, charged, Decimal(share), RANKING, lesser_of_charge=lesser)
    taken = total(adjustments)
    assert ZERO <= allowed <= agreed
    assert taken >= ZERO
    assert allowed + taken <= max(agreed, allowed)
    assert not lesser or allowed <= charged


@given(
    days=st.lists(st.integers(min_value=0, max_value=90), min_size=1, max_size=12),
    units=st.lists(st.integers(min_value=1, max_value=3), min_size=12, max_size=12),
)
def test_an_episode_has_one_first_service_and_no_more_than_its_most(days: list[int], units: list[int]) -> None:
    """Decided in the order of their days, the services of a window have one first and at most the most in the rate."""
    decided: list[Service] = []
    firsts: list[date] = []
    covered: dict[date, Decimal] = {}
    for day, count in zip(sorted(days), units, strict=False):
        service = Service(DAY + timedelta(days=day), Decimal(count))
        place = place_in_episode(service, decided, CASE)
        decided.append(service)
        if place.is_first:
            firsts.append(service.day)
            assert len(firsts) == 1 or (service.day - firsts[-2]).days > (CASE.window_days or 0)
        covered[firsts[-1]] = covered.get(firsts[-1], ZERO) + service.units - place.beyond
    assert all(count <= (CASE.max_services or 0) for count in covered.values())


@given(claim=institutional)
def test_trail_names_the_price_of_every_unit(claim: Json) -> None:
    """Each priced line, or the claim, has a step of pricing that names its contract and rate."""
    made = decide({"claim": claim, "used": MET})
    if isinstance(made, Pend):
        return
    steps = [step for step in made.trail if step.stage == "pricing"]
    accepted = [line.number for line in made.lines if not line.denied]
    assert [step.line for step in steps] == ([0] if made.stay is not None and accepted else accepted)
    assert all(step.source.startswith("contract K-") for step in steps)
