"""What earlier payers made of a claim, by line or by claim, always adds up to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hpedi.adjudication.prior_payers import PriorPayers, prior_payers
from hpedi.claims.claim import Claim, OtherPayer
from hpedi.money import ZERO, usd
from tests.rules.cases import Json, payer, received_claim
from tests.rules.other_payers import adjustments

DAY = date(2026, 3, 12)
cents = st.decimals(min_value=0, max_value=9999, places=2)


def claim_of(told: Json) -> Claim:
    """Return a claim as a rule case tells it."""
    reference, _membership, members = payer()
    return received_claim(told, members, reference, "I").claim


def prior_of(told: Json) -> PriorPayers | None:
    """Return the payers before us on a claim."""
    return prior_payers(claim_of(told), payer()[0], DAY)


def test_first_payers_have_nobody_before_them() -> None:
    """A claim on which we are primary has no prior payers, whoever else is on it."""
    assert prior_of({"others": [{"id": "LATER", "sbr01": "S"}], "lines": [{"code": "T1015"}]}) is None


def test_all_payers_before_us_count() -> None:
    """As fourth payer (SBR01 A) the three before us count, by line, and nothing of their PR or CARC 23."""
    told = {
        "sbr01": "A",
        "others": [{"id": "ONE", "sbr01": "P"}, {"id": "THREE", "sbr01": "T"}, {"id": "TWO", "sbr01": "S"}],
        "lines": [
            {
                "code": "G0260",
                "charge": "650.00",
                "decided": [
                    {"by": "ONE", "paid": "100.00", "cas": ["CO-45 50.00", "PR-1 500.00"]},
                    {"by": "TWO", "paid": "80.00", "cas": ["OA-23 150.00", "PI-97 20.00", "PR-2 400.00"]},
                    {"by": "THREE", "paid": "60.50", "cas": ["OA-23 250.00", "PR-3 339.50"]},
                ],
            }
        ],
    }
    prior = prior_of(told)
    assert prior is not None
    assert [each.payer_id for each in prior.payers] == ["ONE", "TWO", "THREE"]
    assert (prior.by_line[1].paid, prior.by_line[1].contractual) == (usd("240.50"), usd("70.00"))
    assert prior.by_claim.impact == usd("310.50")


def test_line_figures_and_the_claims_own_go_together() -> None:
    """What a payer took off the whole claim beside its lines is spread by what it paid on them."""
    told = {
        "sbr01": "S",
        "others": [{"id": "ONE", "sbr01": "P", "paid": "270.00", "cas": ["CO-45 30.00"]}],
        "lines": [
            {"code": "G0260", "charge": "250.00", "decided": [{"by": "ONE", "paid": "200.00", "cas": ["PR-1 50.00"]}]},
            {"code": "G0130", "charge": "140.00", "decided": [{"by": "ONE", "paid": "100.00", "cas": ["CO-45 40.00"]}]},
        ],
    }
    prior = prior_of(told)
    assert prior is not None
    assert (prior.by_line[1].paid, prior.by_line[1].contractual) == (usd("180.00"), usd("20.00"))
    assert (prior.by_line[2].paid, prior.by_line[2].contractual) == (usd("90.00"), usd("50.00"))


@given(
    charges=st.lists(st.decimals(min_value=0, max_value=9999, places=2), min_size=1, max_size=6),
    paid=cents,
    taken=st.lists(st.tuples(st.sampled_from(["CO", "OA", "PI"]), cents), max_size=3),
)
def test_nothing_is_lost_in_spreading(charges: list[Decimal], paid: Decimal, taken: list[tuple[str, Decimal]]) -> None:
    """Whatever a payer tells for the claim, the shares of its lines add up to it."""
    lines = [{"code": "T1015", "charge": str(charge)} for charge in charges]
    claim = claim_of({"sbr01": "S", "lines": lines})
    other = OtherPayer(
        payer_responsibility="P",
        relationship="18",
        claim_filing="CI",
        payer_name="ONE",
        payer_id="ONE",
        paid=usd(paid),
        adjustments=adjustments([f"{group}-45 {amount}" for group, amount in taken]),
    )
    prior = prior_payers(replace(claim, other_payers=(other,)), payer()[0], DAY)
    assert prior is not None
    assert not prior.waits_for
    assert sum((each.paid for each in prior.by_line.values()), ZERO) == usd(paid)
    assert sum((each.contractual for each in prior.by_line.values()), ZERO) == sum((each for _, each in taken), ZERO)
