"""Whether a partner in testing is ready, by a checklist that is data."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from msgspec import structs

from hpedi.commands.partner_terms import checklist
from hpedi.partners.readiness import SetsTested, TrialTraffic, is_ready, read_checklist, readiness
from hpedi.reference.partners import PartnerContact
from tests.partners.profiles import LAKES

DAY = date(2026, 3, 16)
AGREED = structs.replace(LAKES, sends=("837P", "270"), contacts=(PartnerContact(name="KIM"),))
ENOUGH = TrialTraffic(
    interchanges=4,
    accepted=3,
    sets={"837P": SetsTested(4, 1), "270": SetsTested(1, 0)},
    claims=40,
    claims_refused=2,
    last_accepted=True,
)


def missing(traffic: TrialTraffic, partner: object = AGREED) -> list[str]:
    """Return the ids of required items that are not shown."""
    shown = readiness(partner, traffic, checklist(), DAY)  # type: ignore[arg-type]
    assert is_ready(shown) == (not [each for each in shown if each.item.required and not each.is_enough])
    return [each.item.id for each in shown if each.item.required and not each.is_enough]


def test_who_has_shown_everything_is_ready() -> None:
    """Three interchanges, each set once, 38 of 40 claims: ready, though no key is there (that is advice)."""
    assert missing(ENOUGH) == []


def test_who_sent_nothing_is_not_ready() -> None:
    """Nothing sent: interchanges, sets, claims and the last one are missing."""
    assert missing(TrialTraffic()) == ["interchanges", "each-set", "claims", "last"]


@pytest.mark.parametrize(
    ("sets", "refused", "lacks"),
    [
        ({"837P": SetsTested(4, 1)}, 2, ["each-set"]),
        ({"837P": SetsTested(4, 1), "270": SetsTested(2, 2)}, 2, ["each-set"]),
        ({"837P": SetsTested(4, 1), "270": SetsTested(1, 0)}, 3, ["refused"]),
    ],
)
def test_each_set_and_few_refusals_are_asked_for(sets: dict[str, SetsTested], refused: int, lacks: list[str]) -> None:
    """A set that never was accepted, or 3 of 40 claims refused (above 5 %), is too little."""
    assert missing(structs_of(sets, refused)) == lacks


def structs_of(sets: dict[str, SetsTested], refused: int) -> TrialTraffic:
    """Return enough traffic with other sets and refusals."""
    return TrialTraffic(interchanges=4, accepted=3, sets=sets, claims=40, claims_refused=refused, last_accepted=True)


def test_claims_are_asked_of_who_sends_claims() -> None:
    """A partner that sends inquiries only is ready without a claim."""
    asks = structs.replace(AGREED, sends=("270",))
    assert (
        missing(TrialTraffic(interchanges=3, accepted=3, sets={"270": SetsTested(3)}, last_accepted=True), asks) == []
    )


def test_a_checklist_that_measures_nothing_is_a_bug() -> None:
    """An item names a measure, and how much of it is enough."""
    item = b"checklist: [{id: x, title: X, measure: %s, at_least: '1', remedy: R, source: S}]"
    assert read_checklist(item % b"contacts")[0].at_least == Decimal(1)
    with pytest.raises(ValueError, match="x of the checklist"):
        read_checklist(item % b"charm")
