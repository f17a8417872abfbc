"""Who receives a provider's 835s: ten thousand generated cases against an oracle that shares no code with it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import pytest

from hpedi.access.era_enrolment import (
    ALL_NPIS,
    EnrolmentState,
    EraEnrolment,
    SubmissionReason,
    check_change,
    replaced_by,
)
from hpedi.access.grants import Area, Grant, GrantState, ProviderId
from hpedi.access.organisations import OrganisationKind
from hpedi.access.remittance_receiver import Basis, House, PaidProvider, ReceiverFacts, receiver_of
from hpedi.reference.partners import IsaIdentity, Partner
from hpedi.state_history import StateEvent, WrongState
from tests.access.granted import AT, DAY, HARBOR, QUARRY, grant, rules

CASES: Final = 10_000
RULES: Final = rules()
HARBOR_PAID: Final = PaidProvider(id="HARBOR", named=HARBOR)
SISTER: Final = ProviderId(HARBOR.tax_id, QUARRY.npi)
"""Another NPI of Harbor's Tax ID."""


def partner(partner_id: str, kind: str, *providers: str, receives: tuple[str, ...] = ()) -> Partner:
    """Return a trading partner."""
    isa = IsaIdentity(qualifier="ZZ", id=partner_id.upper())
    return Partner(
        id=partner_id,
        name=partner_id,
        kind=kind,  # type: ignore[arg-type]
        isa_ids=(isa,),
        remittances_for=providers,
        receives=receives,
    )


def enrolment(
    number: int,
    receiver: str,
    provider: ProviderId = HARBOR,
    *states: EnrolmentState,
    start: date = date(2026, 1, 1),
    last_day: date | None = None,
    approved_at: datetime = AT,
) -> EraEnrolment:
    """Return an enrolment with a history."""
    known = states or (EnrolmentState.REQUESTED, EnrolmentState.APPROVED)
    ends = known[-1] is EnrolmentState.ENDED
    events = [
        StateEvent(state=state, at=approved_at, by="person:kim", last_day=last_day if ends else None) for state in known
    ]
    return EraEnrolment(
        id=number,
        provider=provider,
        funding_account="payer",
        receiver=receiver,
        submission=SubmissionReason.NEW,
        start=start,
        history=tuple(events),
    )


# --- an oracle, written from what the page says ----------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """Who is named, registered and granted."""

    enrolments: tuple[EraEnrolment, ...]
    partners: tuple[Partner, ...]
    houses: dict[str, House]


def rightful(case: Case) -> str:
    """Return by the oracle who is to have Harbor's 835 today; empty for nobody."""
    for npi in (HARBOR.npi, ""):
        standing = [each for each in case.enrolments if each.provider == (HARBOR.tax_id, npi) and holds(each)]
        for each in sorted(standing, key=lambda one: (one.history[1].at, one.id), reverse=True):
            if is_fit(case, each.receiver, is_by_profile=False):
                return each.receiver
    listed = [each.id for each in case.partners if "HARBOR" in each.remittances_for]
    return next((each for each in listed if is_fit(case, each, is_by_profile=True)), "")


def holds(each: EraEnrolment) -> bool:
    """Say by the oracle whether an enrolment was approved and its days hold today."""
    names = [event.state.value for event in each.history]
    return "approved" in names and each.start <= DAY <= (each.history[-1].last_day or date.max)


def is_fit(case: Case, name: str, *, is_by_profile: bool) -> bool:
    """Say by the oracle whether a partner may have Harbor's 835s."""
    found = {each.id: each for each in case.partners}.get(name)
    if found is None or (found.receives and "835" not in found.receives):
        return False
    house = case.houses.get(name)
    if house is None:
        return "HARBOR" in found.remittances_for or found.kind == "clearinghouse"
    if is_by_profile and house.kind.value == "provider":
        return True
    return any(
        held.organisation == house.id
        and held.provider == HARBOR
        and held.usage == "P"
        and "remittance" in {area.value for area in held.areas}
        and held.history[-1].state.value == "approved"
        and held.start <= DAY <= (held.end or date.max)
        for held in house.grants
    )


# --- cases -----------------------------------------------------------------------------------------------------------

NAMES: Final = ("anchor", "birch", "cedar", "delta")
HISTORIES: Final = (
    (EnrolmentState.REQUESTED,),
    (EnrolmentState.REQUESTED, EnrolmentState.DENIED),
    (EnrolmentState.REQUESTED, EnrolmentState.ENDED),
    *((EnrolmentState.REQUESTED, EnrolmentState.APPROVED),) * 5,
    (EnrolmentState.REQUESTED, EnrolmentState.APPROVED, EnrolmentState.ENDED),
    (EnrolmentState.REQUESTED, EnrolmentState.APPROVED, EnrolmentState.ENDED),
)


def some_partner(dice: random.Random, name: str) -> Partner:
    """Return a partner of some kind that may or may not receive, and may or may not list the provider."""
    providers = dice.choice(((), (), ("HARBOR",), ("QUARRY",), ("QUARRY", "HARBOR")))
    kind = dice.choice(("provider", "clearinghouse", "billing-service"))
    return partner(name, kind, *providers, receives=dice.choice(((), (), ("835",), ("277",))))


def some_grant(dice: random.Random, house: str) -> Grant:
    """Return a grant, mostly the house's own."""
    start = DAY + timedelta(days=dice.choice((-90, -90, -1, 0, 1)))
    return grant(
        dice.choice((house, house, house, "another")),
        dice.choice((HARBOR, HARBOR, HARBOR, QUARRY, SISTER)),
        *dice.sample(list(Area), dice.randint(2, len(Area))),
        is_own=dice.random() < 0.3,
        usage=dice.choice("PPPPT"),
        days=(start, dice.choice((None, None, DAY - timedelta(days=1), DAY))),
        states=dice.choice(
            (
                (GrantState.REQUESTED,),
                *((GrantState.REQUESTED, GrantState.APPROVED),) * 4,
                (GrantState.REQUESTED, GrantState.APPROVED, GrantState.REVOKED),
            )
        ),
    )


def some_case(dice: random.Random) -> Case:
    """Return a case."""
    partners = tuple(some_partner(dice, name) for name in NAMES)
    houses = {
        name: House(
            id=f"{name}-house",
            kind=dice.choice(list(OrganisationKind)),
            grants=tuple(some_grant(dice, f"{name}-house") for _each in range(dice.randint(0, 3))),
        )
        for name in NAMES
        if dice.random() < 0.6
    }
    enrolments = tuple(
        enrolment(
            number,
            dice.choice((*NAMES, *NAMES, "gone")),
            dice.choice((HARBOR, HARBOR, ProviderId(HARBOR.tax_id, ALL_NPIS), SISTER, QUARRY)),
            *dice.choice(HISTORIES),
            start=DAY + timedelta(days=dice.choice((-60, -60, -1, 0, 1))),
            last_day=DAY + timedelta(days=dice.choice((-1, 0, 30))),
            approved_at=AT + timedelta(hours=dice.randint(0, 3)),
        )
        for number in range(1, dice.randint(1, 5))
    )
    return Case(enrolments, partners, houses)


def chosen(case: Case, provider: PaidProvider = HARBOR_PAID) -> str:
    """Return who is chosen."""
    facts = ReceiverFacts(enrolments=case.enrolments, partners=case.partners, houses=case.houses, day=DAY, rules=RULES)
    found = receiver_of(provider, facts).partner
    return found.id if found is not None else ""


def test_nobody_else_receives_and_whoever_is_rightful_does() -> None:
    """Of 10,000 cases in which somebody is to receive and as many in which nobody is, none goes to somebody else."""
    dice = random.Random(94267)  # noqa: S311  # the same cases every time
    told: Counter[str] = Counter()
    by: Counter[Basis] = Counter()
    while min(told["rightful"], told["nobody"]) < CASES:
        case = some_case(dice)
        expected, found = rightful(case), chosen(case)
        told["rightful" if expected else "nobody"] += 1
        told["leaks"] += bool(found) and found != expected
        told["missed"] += bool(expected) and found != expected
        facts = ReceiverFacts(
            enrolments=case.enrolments, partners=case.partners, houses=case.houses, day=DAY, rules=RULES
        )
        by[receiver_of(HARBOR_PAID, facts).basis] += 1
    assert (told["leaks"], told["missed"]) == (0, 0)
    assert min(by[Basis.ENROLLED], by[Basis.PROFILE]) > CASES / 10, "the positive control is of one side only"


# --- single rows -----------------------------------------------------------------------------------------------------

CLEARINGHOUSE: Final = partner("birch", "clearinghouse")
LISTED: Final = partner("anchor", "provider", "HARBOR")


def case_of(*enrolments: EraEnrolment, house: House | None = None) -> Case:
    """Return a case of a partner that lists the provider and a clearinghouse, perhaps registered."""
    return Case(enrolments, (LISTED, CLEARINGHOUSE), {"birch": house} if house else {})


def test_an_enrolment_goes_before_the_profile() -> None:
    """The partner that a provider names receives; without one, the partner whose profile lists the provider."""
    assert chosen(case_of()) == "anchor"
    assert chosen(case_of(enrolment(1, "birch"))) == "birch"
    assert chosen(case_of(enrolment(1, "birch", start=DAY + timedelta(days=1)))) == "anchor"


def test_the_npi_goes_before_the_tax_id() -> None:
    """What is named for one NPI holds beside what is named for all of them; the sister NPI follows the Tax ID."""
    of_all = enrolment(2, "birch", ProviderId(HARBOR.tax_id, ALL_NPIS))
    case = case_of(enrolment(1, "anchor"), of_all)
    assert chosen(case) == "anchor"
    assert chosen(case, PaidProvider(id="SISTER", named=SISTER)) == "birch"


def test_a_third_party_whose_grant_is_gone_receives_nothing_more() -> None:
    """The enrolment of a registered third party holds while its grant for remittances does."""
    states = (GrantState.REQUESTED, GrantState.APPROVED)
    for history, expected in ((states, "birch"), ((*states, GrantState.REVOKED), "anchor")):
        held = grant("lakeside", HARBOR, Area.REMITTANCE, states=history)
        house = House(id="lakeside", kind=OrganisationKind.THIRD_PARTY, grants=(held,))
        assert chosen(case_of(enrolment(1, "birch"), house=house)) == expected


def test_a_third_party_that_a_profile_lists_needs_its_grant_too() -> None:
    """A registered billing service receives nothing by its profile alone; a provider's own house does."""
    for kind, expected in ((OrganisationKind.THIRD_PARTY, ""), (OrganisationKind.PROVIDER, "anchor")):
        case = Case((), (LISTED,), {"anchor": House(id="house", kind=kind, grants=())})
        assert chosen(case) == expected


def test_a_new_receiver_ends_the_old_ones_of_the_same_provider_only() -> None:
    """What replaces an enrolment ends it the day before; other NPIs, and what ended before, stay as they are."""
    start = date(2026, 5, 1)
    new = enrolment(9, "cedar", start=start)
    standing = enrolment(1, "birch")
    future = enrolment(2, "birch", start=start + timedelta(days=30))
    ended = enrolment(
        3, "birch", HARBOR, EnrolmentState.REQUESTED, EnrolmentState.APPROVED, EnrolmentState.ENDED, last_day=DAY
    )
    asked = enrolment(4, "birch", HARBOR, EnrolmentState.REQUESTED)
    others = (standing, future, ended, asked, enrolment(5, "birch", SISTER), new)
    assert [each.id for each in replaced_by(new, others)] == [1, 2]


@pytest.mark.parametrize(
    ("states", "start", "last_day", "word"),
    [
        ((EnrolmentState.REQUESTED,), DAY, None, "requested"),
        ((EnrolmentState.REQUESTED, EnrolmentState.DENIED), DAY, None, "denied"),
        ((EnrolmentState.REQUESTED, EnrolmentState.ENDED), DAY, DAY - timedelta(days=1), "ended"),
        ((EnrolmentState.REQUESTED, EnrolmentState.APPROVED), DAY, None, "active"),
        ((EnrolmentState.REQUESTED, EnrolmentState.APPROVED), DAY + timedelta(days=1), None, "approved"),
        ((EnrolmentState.REQUESTED, EnrolmentState.APPROVED, EnrolmentState.ENDED), DAY, DAY, "active"),
        (
            (EnrolmentState.REQUESTED, EnrolmentState.APPROVED, EnrolmentState.ENDED),
            DAY - timedelta(days=9),
            DAY - timedelta(days=1),
            "ended",
        ),
    ],
)
def test_a_word_says_how_an_enrolment_stands(
    states: tuple[EnrolmentState, ...], start: date, last_day: date | None, word: str
) -> None:
    """Requested, denied, approved, active or ended, as of a day."""
    assert enrolment(1, "birch", HARBOR, *states, start=start, last_day=last_day).stands(DAY) == word


def test_what_was_denied_stays_denied() -> None:
    """A denied enrolment is asked for anew; an approved one only ends."""
    denied = enrolment(1, "birch", HARBOR, EnrolmentState.REQUESTED, EnrolmentState.DENIED)
    with pytest.raises(WrongState):
        check_change(denied, EnrolmentState.APPROVED)
    with pytest.raises(WrongState):
        check_change(enrolment(1, "birch"), EnrolmentState.DENIED)
    check_change(enrolment(1, "birch"), EnrolmentState.ENDED)
