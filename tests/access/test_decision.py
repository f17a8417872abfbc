"""Who may do what: the decision against ten thousand generated cases and an oracle that knows nothing of it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import pytest

from hpedi.access.decision import Allowed, Refused, may
from hpedi.access.grants import Area, Grant, GrantState, ProviderId
from hpedi.access.reach import Reason, Scope
from tests.access.granted import DAY, HARBOR, QUARRY, grant, person, rules

CASES: Final = 10_000
RULES: Final = rules()

# --- an oracle, written from what roles are for, that shares no code and no data with the decision -----------------

EVERYTHING_ASKED: Final = {"claim", "remittance", "payment", "member", "claim status"}
OF_PAYER: Final = {
    "examiner": {("inquire", thing) for thing in EVERYTHING_ASKED}
    | {("explain", "claim"), ("adjudicate", "claim"), ("what if", "claim"), ("estimate", "claim")},
    "finance": {("inquire", "remittance"), ("inquire", "payment"), ("pay", "payment"), ("what if", "claim")}
    | {("settle", "payment"), ("see", "pool"), ("reissue", "payment"), ("see", "payment run")},
    "finance approver": {("inquire", "remittance"), ("inquire", "payment"), ("approve", "payment"), ("see", "pool")}
    | {("void", "payment"), ("see", "payment run")},
    "operator": {("adjudicate", "claim"), ("pay", "payment"), ("manage", "account"), ("revoke", "grant")}
    | {("request", "era enrolment"), ("end", "era enrolment"), ("see", "payment run")},
    "auditor": {("audit", "log"), ("see", "payment run")},
}
AREA: Final = {
    "claim file": "submit",
    "claim": "claims",
    "remittance": "remittance",
    "payment": "remittance",
    "member": "eligibility",
    "claim status": "status",
    "era enrolment": "remittance",
}
BILLER: Final = {("inquire", thing) for thing in EVERYTHING_ASKED} | {
    ("submit", "claim file"),
    ("request", "era enrolment"),
}
APPROVER: Final = {("inquire", thing) for thing in EVERYTHING_ASKED}
DECISIONS: Final = {(action, "grant") for action in ("approve", "deny", "revoke")} | {
    (action, "era enrolment") for action in ("request", "approve", "deny", "end")
}
QUESTIONS: Final = sorted(
    {question for rights in OF_PAYER.values() for question in rights}
    | BILLER
    | DECISIONS
    | {("give up", "era enrolment")}
    | {(action, "grant") for action in ("request", "approve", "deny", "revoke", "prove", "give up")}
)


@dataclass(frozen=True)
class Case:
    """A question, who asks it and what was granted to whom."""

    kind: str
    roles: frozenset[str]
    organisation: str
    action: str
    on: Scope
    grants: tuple[Grant, ...]


def is_rightful(case: Case) -> bool:
    """Say by the oracle whether a case is to be answered."""
    question = (case.action, case.on.thing)
    if not case.organisation:
        return any(
            question in OF_PAYER.get(role, set()) and not (role == "finance approver" and case.kind != "person")
            for role in case.roles
        )
    holds = [held for held in case.grants if is_for(held, case)]
    of_area = any(AREA.get(case.on.thing) in {area.value for area in held.areas} for held in holds)
    same_house = case.on.organisation == case.organisation
    is_person = case.kind == "person"
    by_role = {
        "biller": (question in BILLER and of_area)
        or (question in {("request", "grant"), ("give up", "grant"), ("give up", "era enrolment")} and same_house),
        "provider approver": is_person
        and (
            (question in APPROVER and of_area)
            or (question in DECISIONS and any(held.is_own for held in holds))
            or (question in {("request", "grant"), ("prove", "grant")} and same_house)
        ),
        "delegate": is_person and question == ("manage", "account") and same_house,
    }
    return any(by_role.get(role, False) for role in case.roles)


def is_for(held: Grant, case: Case) -> bool:
    """Say by the oracle whether a grant is the asker's, for this provider, and in force."""
    asked = case.on.provider
    return (
        asked is not None
        and held.organisation == case.organisation
        and (held.provider.tax_id, held.provider.npi) == (asked.tax_id, asked.npi)
        and (held.usage == case.on.usage or (held.is_own and held.usage == "P"))
        and held.history[-1].state.value == "approved"
        and held.start <= DAY <= (held.end or date.max)
    )


# --- cases ----------------------------------------------------------------------------------------------------------

HOUSES: Final = ("lakeside", "harbor", "northern")
PROVIDERS: Final = (
    HARBOR,
    QUARRY,
    ProviderId(HARBOR.tax_id, QUARRY.npi),  # near misses: the one's Tax ID, the other's NPI
    ProviderId(QUARRY.tax_id, HARBOR.npi),
    ProviderId("410000299", "1000002083"),
)
HISTORIES: Final = (
    (GrantState.REQUESTED,),
    (GrantState.REQUESTED, GrantState.APPROVED),
    (GrantState.REQUESTED, GrantState.APPROVED),
    (GrantState.REQUESTED, GrantState.APPROVED),
    (GrantState.REQUESTED, GrantState.DENIED),
    (GrantState.REQUESTED, GrantState.APPROVED, GrantState.REVOKED),
)
ROLES: Final = (*OF_PAYER, *("biller",) * 6, *("provider approver",) * 5, "delegate")
AIMED: Final = 0.7
RIGHTS: Final = {
    **{role: sorted(rights) for role, rights in OF_PAYER.items()},
    "biller": sorted(BILLER | {("request", "grant"), ("give up", "grant"), ("give up", "era enrolment")}),
    "provider approver": sorted(APPROVER | DECISIONS | {("request", "grant"), ("prove", "grant")}),
    "delegate": [("manage", "account")],
}


def some_grant(dice: random.Random) -> Grant:
    """Return a grant of somebody for something."""
    start = DAY + timedelta(days=dice.choice((-90, -90, -1, 0, 1)))
    end = dice.choice((None, None, start, DAY - timedelta(days=1), DAY, DAY + timedelta(days=30)))
    return grant(
        dice.choice(HOUSES),
        dice.choice(PROVIDERS[:3]),
        *dice.sample(list(Area), dice.randint(1, len(Area))),
        is_own=dice.random() < 0.3,
        usage=dice.choice("PPPT"),
        days=(start, end),
        states=dice.choice(HISTORIES),
    )


def some_case(dice: random.Random) -> Case:
    """Return a case; half of them ask what one of their roles may ask of somebody."""
    is_aimed = dice.random() < AIMED
    grants = tuple(some_grant(dice) for _each in range(dice.randint(0, 6)))
    near = dice.choice(grants) if grants and is_aimed else None
    role = dice.choice(ROLES)
    house = dice.choice(("", *HOUSES))
    if near is not None:
        house = "" if role in OF_PAYER else near.organisation
    action, thing = dice.choice(RIGHTS[role] if is_aimed else QUESTIONS)
    return Case(
        kind=dice.choice(("person", "person", "person", "partner")),
        roles=frozenset({role, *dice.sample(ROLES, dice.randint(0, 1))}),
        organisation=house,
        action=action,
        on=Scope(
            thing=thing,
            provider=near.provider if near else dice.choice(PROVIDERS),
            usage=near.usage if near else dice.choice("PT"),
            organisation=dice.choice((house, house, *HOUSES)),
        ),
        grants=grants,
    )


def answered(case: Case) -> bool:
    """Return what the decision says."""
    who = replace(person(*case.roles, organisation=case.organisation), kind=case.kind)
    return isinstance(may(who, case.action, case.on, case.grants, DAY, RULES), Allowed)


def test_nothing_leaks_and_what_is_rightful_is_answered() -> None:
    """Of 10,000 wrongful cases none is answered, and each of as many rightful ones is."""
    dice = random.Random(94267)  # noqa: S311  # the same cases every time
    told = Counter[tuple[bool, bool]]()
    kinds, houses = set(), Counter[bool]()
    while min(told[True, True] + told[True, False], told[False, True] + told[False, False]) < CASES:
        case = some_case(dice)
        rightful = is_rightful(case)
        told[rightful, answered(case)] += 1
        if rightful:
            kinds.add(case.action)
            houses[bool(case.organisation)] += 1
    assert told[False, True] == 0, "leaks"
    assert told[True, False] == 0, "rightful and refused"
    assert min(houses.values()) > CASES / 5, "the positive control is of one side only"
    assert kinds == {action for action, _thing in QUESTIONS}


# --- single rows ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "action", "on", "reason"),
    [
        (person(), "inquire", Scope(thing="claim"), Reason.NO_ROLE),
        (person("operator"), "inquire", Scope(thing="claim"), Reason.NO_ROLE),
        (person("examiner", organisation="lakeside"), "inquire", Scope(thing="claim"), Reason.NOT_OF_PAYER),
        (person("biller", organisation="lakeside"), "inquire", Scope(thing="claim"), Reason.NO_GRANT),
        (person("biller"), "inquire", Scope(thing="claim", provider=HARBOR), Reason.NO_GRANT),
        (
            person("delegate", organisation="lakeside"),
            "manage",
            Scope(thing="account", organisation="harbor"),
            Reason.OTHER_ORGANISATION,
        ),
        (person("finance approver", kind="system"), "approve", Scope(thing="payment"), Reason.NOT_FOR_MACHINES),
    ],
)
def test_each_refusal_says_why(who: object, action: str, on: Scope, reason: Reason) -> None:
    """Who has no role, no grant, another house or is a machine is told so."""
    assert may(who, action, on, [grant("harbor")], DAY, RULES) == Refused(reason)  # type: ignore[arg-type]


def test_a_role_holds_from_its_first_day() -> None:
    """Before the day a role comes into force it permits nothing."""
    scope = Scope(thing="claim")
    assert may(person("examiner"), "inquire", scope, [], date(2026, 1, 1), RULES) == Allowed("examiner")
    assert may(person("examiner"), "inquire", scope, [], date(2025, 12, 31), RULES) == Refused(Reason.NO_ROLE)


def test_revocation_holds_at_once() -> None:
    """The same question is answered before and refused after the grant is revoked."""
    on = Scope(thing="claim", provider=HARBOR)
    who = person("biller", organisation="lakeside")
    held = grant("lakeside")
    assert may(who, "inquire", on, [held], DAY, RULES) == Allowed("biller")
    gone = grant("lakeside", states=(GrantState.REQUESTED, GrantState.APPROVED, GrantState.REVOKED))
    assert may(who, "inquire", on, [gone], DAY, RULES) == Refused(Reason.NO_GRANT)
