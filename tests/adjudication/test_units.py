"""What holds of denied units and authorisations, whatever is claimed in whatever order."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from hpedi.adjudication.adjudicate import Earlier, adjudicate, past_lines
from hpedi.adjudication.correction import reversal_of
from hpedi.adjudication.decision import ClaimDecision, PastLine
from hpedi.money import ZERO
from tests.rules.cases import Json, payer, received_claim

AUTHORIZED_LEFT = Decimal(25)
DAILY_MAXIMUM = {"S9501": Decimal(2), "G0283": Decimal(1)}

lines = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.sampled_from(["J1745", "S9501", "G0283", "S9502"]),
            "units": st.sampled_from(["1", "2", "3", "7", "12", "0.5"]),
            "charge": st.decimals(min_value=0, max_value=3000, places=2).map(str),
            "modifiers": st.sampled_from([[], ["76"], ["77"], ["25"]]),
            "date": st.sampled_from(["2026-03-10", "2026-03-11"]),
        }
    ),
    min_size=1,
    max_size=4,
)
claims = st.lists(st.fixed_dictionaries({"lines": lines}), min_size=1, max_size=4)


def decided(told: list[Json]) -> list[ClaimDecision]:
    """Decide claims one after the other, each seeing those before it."""
    reference, membership, members = payer()
    history: list[PastLine] = []
    used: dict[str, Decimal] = {}
    made = []
    for number, claim in enumerate(told):
        received = received_claim(claim, members, reference, f"I{number}")
        who = membership.recognise(received.claim)
        decision = adjudicate(received, reference, who, history, {}, earlier=Earlier(used))
        if isinstance(decision, ClaimDecision):
            made.append(decision)
            history = [*history, *past_lines(received, decision)]
            used = summed(used, decision)
    return made


def summed(used: Mapping[str, Decimal], decision: ClaimDecision) -> dict[str, Decimal]:
    """Return units used with those of a decision."""
    total = dict(used)
    for use in decision.uses:
        total[use.authorization] = total.get(use.authorization, ZERO) + use.units
    return total


@given(told=claims)
def test_no_authorisation_is_overdrawn(told: list[Json]) -> None:
    """Units used of an authorisation are those paid of its code, and never more than were left."""
    made = decided(told)
    used = sum((use.units for each in made for use in each.uses), ZERO)
    paid = [line.units_paid for each in made for line in each.lines if line.code == "J1745" and not line.denied]
    assert used == sum(paid, ZERO) <= AUTHORIZED_LEFT


@given(told=claims)
def test_no_day_has_more_units_than_its_maximum(told: list[Json]) -> None:
    """Over all claims, the units accepted of a code on a day are at most its maximum."""
    accepted: dict[tuple[str, object], Decimal] = {}
    for line in (line for each in decided(told) for line in each.lines if not line.denied):
        accepted[line.code, line.date] = accepted.get((line.code, line.date), ZERO) + line.units_paid
    assert all(units <= DAILY_MAXIMUM.get(code, units) for (code, _day), units in accepted.items())


@given(told=claims)
def test_denied_units_balance(told: list[Json]) -> None:
    """On a line of which some units are denied, units and money still add up to what was billed."""
    for line in (line for each in decided(told) for line in each.lines):
        denied = sum((each.quantity or ZERO for each in line.adjustments), ZERO)
        if not line.denied:
            assert line.units_paid + denied == line.units_billed
        assert line.charged - sum((each.amount for each in line.adjustments), ZERO) == line.paid
        assert ZERO <= line.paid <= line.allowed


@given(told=claims)
def test_a_reversal_gives_units_back(told: list[Json]) -> None:
    """A decision and its reversal together use nothing."""
    for decision in decided(told):
        back = reversal_of(decision, 2, "provider_void", "")
        both = summed(summed({}, decision), back)
        assert not any(both.values())
        assert {use.source for use in back.uses}.isdisjoint({use.source for use in decision.uses})
