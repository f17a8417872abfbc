"""ERA enrolment: who may name a receiver, and where the 835s go that wait when another one is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

import pytest
from sqlalchemy import select

from hpedi.access.era_enrolment import ALL_NPIS, EnrolmentState, EraEnrolment, SubmissionReason
from hpedi.access.grants import Area, Grant, GrantState, ProviderId
from hpedi.access.organisations import Organisation, OrganisationKind
from hpedi.commands.access_files import access_rules
from hpedi.commands.jobs import Jobs
from hpedi.pipeline.era_enrolling import (
    CannotEnrol,
    EnrolmentAsked,
    EnrolmentOutcome,
    EnrolmentTerms,
    decide,
    end,
    enrol,
    known_to,
    routes_known_to,
)
from hpedi.pipeline.granting import NotAllowed
from hpedi.run_context import Principal, RunContext
from hpedi.state_history import StateEvent, WrongState
from hpedi.store.tables import audit_entry
from samples.write_inbound import CLINIC, RIVERBEND, claim_set, clinic_claims, interchange
from tests.pipeline.conftest import AS_OF, Demo

CLINIC_ID: Final = ProviderId("410000201", "1000002000")
ALL_OF_CLINIC: Final = ProviderId(CLINIC_ID.tax_id, ALL_NPIS)
HARBOR: Final = ProviderId("410000202", "1000002018")
TRACE: Final = "900000001"


def terms(demo: Demo) -> EnrolmentTerms:
    """Return what enrolling needs."""
    return EnrolmentTerms(rules=access_rules(), reference=Jobs(demo.workspace, demo.jobs.context).reference)


def as_of(demo: Demo, *roles: str, organisation: str = "") -> RunContext:
    """Return a run of somebody."""
    who = Principal("person:kim", "person", "Kim", frozenset(roles), organisation)
    return replace(demo.jobs.context, principal=who)


def named(
    demo: Demo,
    context: RunContext,
    receiver: str = "prairielink",
    provider: ProviderId = CLINIC_ID,
    *,
    submission: SubmissionReason = SubmissionReason.NEW,
    start: date = AS_OF,
    why: str = "form of 2 March",
) -> EnrolmentOutcome:
    """Name a receiver as somebody."""
    asked = EnrolmentAsked(provider=provider, receiver=receiver, submission=submission, start=start, why=why)
    with demo.workspace.books.writing(context) as work:
        return enrol(work, terms(demo), asked)


def register(demo: Demo, organisation: str, kind: OrganisationKind, partner: str = "") -> None:
    """Register an organisation."""
    with demo.workspace.books.writing(demo.jobs.context) as work:
        made = Organisation(id=organisation, name=organisation.title(), kind=kind, partner=partner)
        work.accounts.register(made, demo.jobs.context.instant)


def give(demo: Demo, organisation: str, provider: ProviderId, *, is_own: bool = False) -> int:
    """Let an organisation act for a provider; return the number of the grant."""
    at = demo.jobs.context.instant
    states = (GrantState.REQUESTED, GrantState.APPROVED)
    granted = Grant(
        id=0,
        organisation=organisation,
        provider=provider,
        is_own=is_own,
        areas=frozenset(Area) if is_own else frozenset({Area.REMITTANCE}),
        usage="P",
        start=date(2026, 1, 1),
        end=None,
        history=tuple(StateEvent(state=state, at=at, by="person:ola") for state in states),
    )
    with demo.workspace.books.writing(demo.jobs.context) as work:
        return work.grants.request(granted)


def paid(demo: Demo) -> None:
    """Receive claims of the clinic, decide and pay them; nothing is delivered yet."""
    demo.receive(interchange(RIVERBEND, CLINIC, 501, [claim_set("0001", clinic_claims())]))
    demo.jobs.adjudicate()
    demo.jobs.pay()


def remittances(demo: Demo) -> dict[str, list[list[str]]]:
    """Return the segments of each 835 that lies in a folder, by the folder."""
    outbox = demo.workspace.home / "outbox"
    return {
        str(path.parent.relative_to(outbox)): [segment.split("*") for segment in path.read_text().split("~")[:-1]]
        for path in outbox.rglob("*.835")
    }


def waiting(demo: Demo) -> list[list[str]]:
    """Return the segments of the 835 that waits in the outbox."""
    with demo.workspace.books.reading(demo.jobs.context) as work:
        (row,) = (each for each in work.outbox.waiting() if each.kind == "835")
        return [segment.split("*") for segment in work.outbox.content(row).decode().split("~")[:-1]]


def told(demo: Demo, action: str) -> list[tuple[str, str]]:
    """Return recipient and result of the audit rows of an action."""
    with demo.workspace.database.reading() as connection:
        of_action = select(audit_entry).where(audit_entry.c.action == action).order_by(audit_entry.c.id)
        return [(row.recipient, row.result) for row in connection.execute(of_action)]


# --- where remittances go ---------------------------------------------------------------------------------------------


def test_what_waits_goes_to_whoever_is_named_meanwhile(demo: Demo) -> None:
    """A remittance made out to the clinic leaves for the clearinghouse it then named, in that one's envelope."""
    paid(demo)
    before = waiting(demo)
    named(demo, as_of(demo, "operator"))
    demo.jobs.deliver()
    (folder, segments), *others = remittances(demo).items()
    assert (folder, others) == ("prairielink", [])
    isa, gs, *body, ge, iea = segments
    assert (isa[7], isa[8].rstrip(), isa[13]) == ("30", "410000301", "000000001")
    assert (gs[3], gs[6], ge, iea[1:]) == ("PRAIRIELINK", "1", ["GE", "1", "1"], ["1", "000000001"])
    assert body == before[2:-2]
    assert isa[:7] + isa[9:13] + isa[14:] == before[0][:7] + before[0][9:13] + before[0][14:]
    assert gs[:3] + gs[4:6] + gs[7:] == before[1][:3] + before[1][4:6] + before[1][7:]
    assert told(demo, "readdress") == [("prairielink", "835")]
    assert ("prairielink", "835") in told(demo, "deliver")
    assert not demo.jobs.deliver().files


def test_numbers_follow_one_another_for_each_receiver(demo: Demo) -> None:
    """Answers and remittances to one receiver share a counter: two interchanges are 1 and 2, whatever others got."""
    paid(demo)
    demo.jobs.deliver()
    (segments,) = remittances(demo).values()
    answers = [segment for segment in demo.answers("riverbend") if segment.startswith("ISA")]
    assert [answer.split("*")[13] for answer in answers] == ["000000001"]
    assert segments[0][13] == "000000002"


def test_a_file_that_was_handed_over_before_a_kill_stays_with_its_receiver(demo: Demo) -> None:
    """What already stands in the old receiver's folder is that one's; it is not sent to the new one, too."""
    paid(demo)
    with demo.workspace.books.reading(demo.jobs.context) as work:
        (row,) = (each for each in work.outbox.waiting() if each.kind == "835")
        demo.workspace.mailbox.place(row.folder, row.name, work.outbox.content(row))
    named(demo, as_of(demo, "operator"))
    demo.jobs.deliver()
    assert set(remittances(demo)) == {"riverbend"}
    assert told(demo, "readdress") == []


def test_a_third_party_that_is_revoked_receives_nothing_more(demo: Demo) -> None:
    """What a billing service was to get goes back to the clinic when the clinic takes its grant away."""
    register(demo, "lakeside", OrganisationKind.THIRD_PARTY, partner="prairielink")
    register(demo, "house", OrganisationKind.PROVIDER)
    give(demo, "house", CLINIC_ID, is_own=True)
    number = give(demo, "lakeside", CLINIC_ID)
    asked = named(demo, as_of(demo, "biller", organisation="lakeside")).enrolment
    assert asked.state is EnrolmentState.REQUESTED
    with demo.workspace.books.writing(as_of(demo, "provider approver", organisation="house")) as work:
        decide(work, terms(demo), asked.id, EnrolmentState.APPROVED, "")
    paid(demo)
    assert waiting(demo)[1][3] == "PRAIRIELINK"
    with demo.workspace.books.writing(demo.jobs.context) as work:
        granted = work.grants.find(number)
        assert granted is not None
        work.grants.change(granted, GrantState.REVOKED, demo.jobs.context.instant)
    demo.jobs.deliver()
    assert {folder: segments[1][3] for folder, segments in remittances(demo).items()} == {"riverbend": "RIVERBEND"}
    with demo.workspace.books.reading(as_of(demo, "operator")) as work:
        (route,) = routes_known_to(work, terms(demo), CLINIC_ID, AS_OF)
    assert route.before.passed_over == ("prairielink",)


# --- who may name a receiver ------------------------------------------------------------------------------------------


def test_an_approver_names_and_what_others_ask_for_waits(demo: Demo) -> None:
    """The approver's word holds at once, the payer's waits for it, or holds with a reason where there is no approver.

    A billing service asks for itself only.
    """
    assert named(demo, as_of(demo, "operator"), provider=HARBOR).enrolment.state is EnrolmentState.APPROVED
    with pytest.raises(CannotEnrol, match="--why"):
        named(demo, as_of(demo, "operator"), why="")
    register(demo, "house", OrganisationKind.PROVIDER)
    give(demo, "house", CLINIC_ID, is_own=True)
    asked = named(demo, as_of(demo, "operator")).enrolment
    assert asked.state is EnrolmentState.REQUESTED
    approver = as_of(demo, "provider approver", organisation="house")
    with demo.workspace.books.writing(approver) as work:
        assert decide(work, terms(demo), asked.id, EnrolmentState.DENIED, "no").state is EnrolmentState.DENIED
    with demo.workspace.books.writing(approver) as work, pytest.raises(WrongState):
        decide(work, terms(demo), asked.id, EnrolmentState.APPROVED, "")
    assert named(demo, approver, why="").enrolment.state is EnrolmentState.APPROVED
    register(demo, "lakeside", OrganisationKind.THIRD_PARTY)
    give(demo, "lakeside", CLINIC_ID)
    with pytest.raises(CannotEnrol, match="its own trading partner"):
        named(demo, as_of(demo, "biller", organisation="lakeside"))


@pytest.mark.parametrize(
    ("roles", "organisation", "provider"),
    [
        (("provider approver",), "house", HARBOR),
        (("provider approver",), "house", ProviderId("410000299", "1000002083")),
        (("provider approver",), "house", ProviderId("410000202", ALL_NPIS)),
        (("biller",), "house", HARBOR),
        (("delegate",), "house", CLINIC_ID),
        (("examiner",), "", CLINIC_ID),
        (("auditor",), "", CLINIC_ID),
        ((), "", CLINIC_ID),
    ],
)
def test_nobody_else_names_a_receiver(
    demo: Demo, roles: tuple[str, ...], organisation: str, provider: ProviderId
) -> None:
    """A provider of somebody else's and one that nobody knows are refused in the same words."""
    register(demo, "house", OrganisationKind.PROVIDER)
    give(demo, "house", CLINIC_ID, is_own=True)
    with pytest.raises(NotAllowed, match="there is no such provider that you may name a receiver for"):
        named(demo, as_of(demo, *roles, organisation=organisation), provider=provider)
    number = named(demo, as_of(demo, "operator")).enrolment.id
    with demo.workspace.books.writing(as_of(demo, *roles, organisation="another")) as work:
        for refused in (number, 99):
            with pytest.raises(NotAllowed, match="there is no such enrolment, or it is not yours to decide"):
                decide(work, terms(demo), refused, EnrolmentState.APPROVED, "")
            with pytest.raises(NotAllowed, match="there is no such enrolment, or it is not yours to decide"):
                end(work, terms(demo), refused, AS_OF, "")


@pytest.mark.parametrize(
    ("receiver", "submission", "words"),
    [
        ("nobody", SubmissionReason.NEW, "no live trading partner"),
        ("riverbend", SubmissionReason.CHANGE, "no enrolment stands"),
    ],
)
def test_what_cannot_be_is_told(demo: Demo, receiver: str, submission: SubmissionReason, words: str) -> None:
    """An unknown receiver, and a change of nothing, are refused with the remedy."""
    with pytest.raises(CannotEnrol, match=words):
        named(demo, as_of(demo, "operator"), receiver, submission=submission)


def test_a_registered_house_needs_its_grant(demo: Demo) -> None:
    """A billing service without a grant for remittances is no receiver, and neither is another provider's house."""
    for kind in OrganisationKind:
        house = kind.value.split()[0]
        register(demo, house, kind, partner={"provider": "riverbend", "third": "prairielink"}[house])
    for receiver in ("riverbend", "prairielink"):
        with pytest.raises(CannotEnrol, match="--scope remittance"):
            named(demo, as_of(demo, "operator"), receiver, HARBOR)
    give(demo, "third", HARBOR)
    assert named(demo, as_of(demo, "operator"), "prairielink", HARBOR).enrolment.id == 1


# --- one receiver at a time -------------------------------------------------------------------------------------------


def test_a_change_ends_what_stood_the_day_before(demo: Demo) -> None:
    """A dry run tells what would change and keeps nothing; the change holds from its day, and the history stays."""
    operator = as_of(demo, "operator")
    named(demo, operator)
    with pytest.raises(CannotEnrol, match="enrolment 1 stands"):
        named(demo, operator, "riverbend")
    asked = EnrolmentAsked(
        provider=CLINIC_ID, receiver="riverbend", submission=SubmissionReason.CHANGE, start=date(2026, 5, 1), why="x"
    )
    with demo.workspace.books.reading(operator) as work:
        rehearsed = enrol(work, terms(demo), asked, rehearses=True)
        assert len(work.era.all()) == 1
    (route,) = rehearsed.routes
    assert route.before.partner is not None
    assert (route.npi, route.before.partner.id, route.after) == ("1000002000", "prairielink", "riverbend")
    named(demo, operator, "riverbend", submission=SubmissionReason.CHANGE, start=date(2026, 5, 1))
    first, second = listed(demo, operator)
    assert (first.last_day, first.state, first.history[-1].why) == (
        date(2026, 4, 30),
        EnrolmentState.ENDED,
        "replaced by enrolment 2",
    )
    assert second.last_day is None
    with demo.workspace.books.reading(operator) as work:
        days = (date(2026, 3, 15), AS_OF, date(2026, 4, 30), date(2026, 5, 1))
        routes = [routes_known_to(work, terms(demo), CLINIC_ID, day)[0].after for day in days]
    assert routes == ["riverbend", "prairielink", "prairielink", "riverbend"]


def test_an_enrolment_of_all_npis_ends_by_its_last_day(demo: Demo) -> None:
    """All NPIs of a Tax ID are enrolled at once; cancelled, they go where they went before. It is not ended twice."""
    operator = as_of(demo, "operator")
    number = named(demo, operator, provider=ALL_OF_CLINIC).enrolment.id
    with demo.workspace.books.writing(operator) as work:
        end(work, terms(demo), number, date(2026, 3, 31), "left")
        routes = [routes_known_to(work, terms(demo), CLINIC_ID, day)[0].after for day in (AS_OF, date(2026, 4, 1))]
        with pytest.raises(CannotEnrol, match="ends earlier"):
            end(work, terms(demo), number, date(2026, 4, 30), "left")
    assert routes == ["prairielink", "riverbend"]
    assert told(demo, "era end") == [("partner:prairielink", "last day 2026-03-31")]


def test_what_was_named_for_one_npi_stays_beside_all_npis(demo: Demo) -> None:
    """Naming a receiver for all NPIs leaves the one of an NPI as it is, and the outcome says so."""
    operator = as_of(demo, "operator")
    named(demo, operator, "riverbend")
    outcome = named(demo, operator, "prairielink", ALL_OF_CLINIC)
    assert [(route.npi, route.after) for route in outcome.routes] == [(CLINIC_ID.npi, "riverbend")]
    assert outcome.replaced == ()
    with demo.workspace.books.reading(operator) as work:
        assert routes_known_to(work, terms(demo), CLINIC_ID, AS_OF)[0].after == "riverbend"


def listed(demo: Demo, context: RunContext) -> tuple[EraEnrolment, ...]:
    """Return what somebody may list."""
    with demo.workspace.books.reading(context) as work:
        return known_to(work, terms(demo))


def test_a_list_shows_what_is_ones_own(demo: Demo) -> None:
    """The provider's house, the receiver's and who asked see an enrolment; another house sees none."""
    register(demo, "house", OrganisationKind.PROVIDER)
    register(demo, "lakeside", OrganisationKind.THIRD_PARTY, partner="prairielink")
    register(demo, "another", OrganisationKind.THIRD_PARTY)
    give(demo, "house", CLINIC_ID, is_own=True)
    give(demo, "lakeside", CLINIC_ID)
    give(demo, "another", CLINIC_ID)
    named(demo, as_of(demo, "provider approver", organisation="house"))
    seen = {
        house: len(listed(demo, as_of(demo, "biller", organisation=house)))
        for house in ("house", "lakeside", "another")
    }
    assert seen == {"house": 1, "lakeside": 1, "another": 0}
    with pytest.raises(NotAllowed):
        listed(demo, as_of(demo, "examiner"))
