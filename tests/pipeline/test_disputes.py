"""Disputes: registered with their clock, answered, closed; and what of them deserves help first."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from hpedi.commands.payer_files import load_folder
from hpedi.commands.workspace import context_for
from hpedi.money import usd
from hpedi.pipeline.dispute import Dispute
from hpedi.pipeline.disputes import Answer, Answered, CannotDispute, Filed, answer, close, link, register
from hpedi.pipeline.reprocess import approve
from hpedi.pipeline.triage import Deserving, Thresholds, thresholds, triage
from hpedi.run_context import Principal, RunContext
from hpedi.store.tables import audit_entry
from samples.sample_claims import Service
from tests.databases import engine_of, kept_in
from tests.keeping.books import books_of
from tests.pipeline.conftest import AS_OF, Demo
from tests.pipeline.payer_changes import changed_payer
from tests.pipeline.sending import Office, bill

NOTE = "their letter of 12 March"
LATE = date(2026, 9, 30)
"""A claim received then for a service in February is denied as late (CO-29)."""


@pytest.fixture
def office(demo: Demo) -> Office:
    """Whoever sends claims."""
    return Office(demo)


def ada(day: date = AS_OF) -> RunContext:
    """Return an examiner at work on a day."""
    return dataclasses.replace(context_for(day), principal=Principal("person:ada", "person", "Ada"))


def filed(office: Office, *claims: str, **changes: Any) -> Dispute:
    """Register a dispute of the clinic's."""
    said = Filed(
        provider="RIVERBEND", claims=claims, grounds="timely_filing", at_stake=usd("90.00"), received=AS_OF, note=NOTE
    )
    return register(office.demo.workspace.books, ada(), office.jobs().reference, dataclasses.replace(said, **changes))


def answered(office: Office, number: int, outcome: Any, **changes: Any) -> Answered:
    """Answer a dispute."""
    given = Answer(outcome=outcome, note="we looked", **changes)
    return answer(office.demo.workspace.books, ada(), office.jobs().reference, number, given)


def late_claims(office: Office, *members: str) -> list[str]:
    """Send claims that are denied as late."""
    return office.send(*(bill(f"L-{member}", member) for member in members), received=LATE)


def test_a_dispute_changes_nothing_and_has_its_clock(demo: Demo, office: Office) -> None:
    """Where the contract says nothing, 60 days from 16 March end on 15 May; no business row changes."""
    claims = late_claims(office, "M01", "M02")
    before = books_of(demo.workspace.home)
    dispute = filed(office, *claims)
    assert (dispute.state, dispute.due, dispute.numbers) == ("open", date(2026, 5, 15), tuple(claims))
    assert [(each.action, each.by, each.note) for each in dispute.events] == [("registered", "person:ada", NOTE)]
    assert not [each for each in dispute.claims if each.filed_late]
    assert books_of(demo.workspace.home) == before


def test_terms_of_the_contract_come_first(demo: Demo, office: Office) -> None:
    """A contract with 10 days to file and 30 to answer: due on 15 April, and filed on the eleventh day is late."""
    terms = "    provider: RIVERBEND\n    network: INN\n"
    change = (terms, f"{terms}    disputes: {{days_to_file: 10, days_to_answer: 30}}\n")
    load_folder(demo.workspace, context_for(AS_OF), changed_payer(demo.inbox, change))
    (first,) = office.send(bill("A", "M01"), on=date(2026, 3, 6))
    (second,) = office.send(bill("B", "M02"), on=date(2026, 3, 5))
    dispute = filed(office, first, second)
    assert dispute.due == date(2026, 4, 15)
    assert {each.claim: each.filed_late for each in dispute.claims} == {first: False, second: True}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"provider": "NOBODY"}, "no such provider"),
        ({"provider": "HARBOR"}, "no decision of this provider"),
        ({"grounds": "because"}, "grounds"),
        ({"at_stake": usd("0.00")}, "above 0.00"),
        ({"received": date(2026, 3, 17)}, "after the business day"),
    ],
)
def test_what_cannot_be_is_refused(office: Office, changes: dict[str, Any], why: str) -> None:
    """Another's claim, unknown grounds, nothing at stake and a day to come are refused with the reason."""
    (claim,) = late_claims(office, "M01")
    with pytest.raises(CannotDispute, match=why):
        filed(office, claim, **changes)


def test_a_claim_without_a_decision_is_refused(office: Office) -> None:
    """A number that is none of ours is refused and told by its place, not by its text."""
    (claim,) = late_claims(office, "M01")
    with pytest.raises(CannotDispute, match=r"in your order: 2\)"):
        filed(office, claim, "471-11-1111")


def test_the_same_is_disputed_once_at_a_time(office: Office) -> None:
    """An open dispute about the same claim and grounds stands alone; others grounds, or once it is closed, are fine."""
    first, second = late_claims(office, "M01", "M02")
    filed(office, first)
    with pytest.raises(CannotDispute, match="dispute 1 is open"):
        filed(office, first, second)
    assert filed(office, first, grounds="pricing").id == 2
    close(office.demo.workspace.books, ada(), 1, "taken back", withdrawn=True)
    assert filed(office, first, second).id == 3


def test_claims_are_linked_while_it_is_open(office: Office) -> None:
    """More claims of the provider can be added until it is answered."""
    first, second, third = late_claims(office, "M01", "M02", "M03")
    filed(office, first)
    books, reference = office.demo.workspace.books, office.jobs().reference
    assert link(books, ada(), reference, 1, [second], "second letter").numbers == (first, second)
    with pytest.raises(CannotDispute, match="open about"):
        link(books, ada(), reference, 1, [first], "again")
    answered(office, 1, "upheld")
    with pytest.raises(CannotDispute, match="answered already"):
        link(books, ada(), reference, 1, [third], "too late")


def test_upheld_it_is_answered_and_closed(office: Office) -> None:
    """First open, then answered, then closed, each with who and why; nothing is decided again."""
    (claim,) = late_claims(office, "M01")
    filed(office, claim)
    books = office.demo.workspace.books
    with pytest.raises(CannotDispute, match="not answered"):
        close(books, ada(), 1, "too soon")
    made = answered(office, 1, "upheld")
    assert (made.dispute.state, made.dispute.outcome, made.proposal) == ("answered", "upheld", None)
    closed = close(books, ada(), 1, "told")
    assert [each.action for each in closed.events] == ["registered", "answered", "closed"]
    for again in (lambda: close(books, ada(), 1, "again"), lambda: answered(office, 1, "upheld")):
        with pytest.raises(CannotDispute, match="closed already"):
            again()


def test_overturned_it_proposes_and_somebody_else_approves(office: Office) -> None:
    """The answer proposes to decide the claims again with what is set aside; its own examiner cannot approve it."""
    first, second = late_claims(office, "M01", "M02")
    filed(office, first, second)
    made = answered(office, 1, "overturned", waived=("timely_filing",))
    assert made.proposal is not None
    assert made.dispute.reprocessing == made.proposal.id
    assert [f"{each.would_pay}" for each in made.proposal.impacts] == ["90.00", "90.00"]
    assert office.kinds(first) == [("adjudicated", "0.00")]
    jobs = office.jobs()
    with pytest.raises(Exception, match="second person"):
        approve(jobs.workspace.books, ada(), jobs.reference, made.proposal.id)
    approve(jobs.workspace.books, jobs.context, jobs.reference, made.proposal.id)
    assert office.kinds(first)[-1] == ("correction", "90.00")
    assert office.decisions(first)[-1].reason == "appeal_overturn"


def test_partly_overturned_names_its_claims(office: Office) -> None:
    """Of two claims the one named is decided again."""
    first, second = late_claims(office, "M01", "M02")
    filed(office, first, second)
    with pytest.raises(CannotDispute, match="in which part"):
        answered(office, 1, "partly")
    with pytest.raises(CannotDispute, match="link it first"):
        answered(office, 1, "partly", claims=("26061000099999999",))
    made = answered(office, 1, "partly", claims=(second,), waived=("timely_filing",))
    assert made.proposal is not None
    assert [each.claim for each in made.proposal.impacts] == [second]


def test_an_answer_that_would_change_nothing_is_refused(office: Office) -> None:
    """Overturned with nothing set aside the claim stays denied: the answer is refused, nothing is proposed."""
    (claim,) = late_claims(office, "M01")
    filed(office, claim)
    with pytest.raises(CannotDispute, match="as before"):
        answered(office, 1, "overturned")
    with pytest.raises(CannotDispute, match="stands"):
        answered(office, 1, "upheld", waived=("timely_filing",))
    with office.demo.workspace.books.reading(ada()) as work:
        found = work.disputes.find(1)
        assert (found is not None and found.state, work.reprocessings.all()) == ("open", ())


def test_words_are_sealed_and_work_is_audited(demo: Demo, office: Office) -> None:
    """Notes are nowhere in plain; the audit log names who did what, and whose claims they are."""
    (claim,) = late_claims(office, "M01")
    filed(office, claim)
    answered(office, 1, "upheld")
    close(demo.workspace.books, ada(), 1, "told")
    assert NOTE.encode() not in kept_in(demo.workspace.home)
    column = audit_entry.c
    with engine_of(demo.workspace.home) as engine, engine.connect() as connection:
        query = select(column.action, column.principal, column.member, column.result)
        rows = connection.execute(query.where(column.subject == "dispute:1").order_by(column.id)).all()
    assert [tuple(row) for row in rows] == [
        ("register", "person:ada", "M01", "open"),
        ("answer", "person:ada", "M01", "answered"),
        ("close", "person:ada", "M01", "closed"),
    ]


def ranked(office: Office, day: date = AS_OF, **limits: Any) -> tuple[Deserving, ...]:
    """Return what deserves help, by the thresholds of the rule unless said otherwise."""
    reference = office.jobs().reference
    usual = thresholds(reference, day)
    assert usual == Thresholds(high_dollar=usd("10000.00"), claims=5, total=usd("250.00"))
    chosen = dataclasses.replace(usual, **limits)
    with office.demo.workspace.books.reading(ada(day)) as work:
        return triage(work, reference, day, chosen, date(2026, 1, 1))


def test_many_denials_alike_are_found_undisputed(office: Office) -> None:
    """Five visits of 145.00 denied as late are found by themselves; four are not, nor are those below the total."""
    claims = late_claims(office, "M01", "M02", "M03", "M11", "M12")
    (found,) = ranked(office)
    assert (found.criteria, found.claims, found.at_stake) == (("systemic",), tuple(claims), Decimal("725.00"))
    assert "T1015 under contract K-RIVERBEND, CO-29" in found.why
    assert ranked(office, claims=6) == ()
    assert ranked(office, total=usd("725.01")) == ()
    assert ranked(office, total=usd("725.00")) == (found,)


def test_another_code_provider_or_reason_is_not_alike(office: Office) -> None:
    """Three claims of one code and two of another are no five claims alike."""
    late_claims(office, "M01", "M02", "M03")
    day = date(2026, 2, 17)
    office.send(*(bill(f"G-{each}", each, Service("G0260", day, "300.00")) for each in ("M11", "M12")), received=LATE)
    assert ranked(office) == ()
    assert [len(each.claims) for each in ranked(office, claims=2)] == [2, 3]


def test_disputes_on_the_same_grounds_are_found(office: Office) -> None:
    """Five paid visits, each in a dispute of its own about the price, are one pattern with 100.00 at stake."""
    claims = office.send(*(bill(member, member) for member in ("M01", "M02", "M03", "M11", "M12")))
    for claim in claims:
        filed(office, claim, grounds="pricing", at_stake=usd("20.00"))
    found = ranked(office, total=usd("100.00"))
    assert [(each.dispute, each.at_stake) for each in found] == [
        (0, usd("100.00")),
        *((number, usd("20.00")) for number in (1, 2, 3, 4, 5)),
    ]
    assert found[0].disputes == (1, 2, 3, 4, 5)
    assert "pricing" in found[0].why


def test_the_rank_is_by_criteria_and_then_dollars(office: Office) -> None:
    """Past its day and dear comes before dear, and that before past its day; on its day it is not past."""
    first, second, third = late_claims(office, "M01", "M02", "M03")
    filed(office, first, at_stake=usd("20.00"))
    filed(office, second, at_stake=usd("10000.00"))
    assert [(each.dispute, each.criteria) for each in ranked(office, date(2026, 5, 15))] == [(2, ("high_dollar",))]
    filed(office, third, at_stake=usd("9999.99"))
    found = ranked(office, date(2026, 5, 16))
    assert [(each.rank, each.dispute, each.criteria) for each in found] == [
        (1, 2, ("unanswered", "high_dollar")),
        (2, 3, ("unanswered",)),
        (3, 1, ("unanswered",)),
    ]
    answered(office, 2, "upheld")
    assert [each.dispute for each in ranked(office, date(2026, 5, 16))] == [3, 1]
