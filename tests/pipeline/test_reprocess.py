"""Reprocessing: nothing changes before somebody else approves, and then what was shown comes out."""

from __future__ import annotations

import dataclasses
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from hpedi.adjudication.override import Override
from hpedi.commands.jobs import Jobs
from hpedi.commands.workspace import context_for, open_workspace
from hpedi.money import usd
from hpedi.pipeline import pay as pay_module
from hpedi.pipeline.pay import Paid
from hpedi.pipeline.reprocess import NotToApprove, drop, propose
from hpedi.pipeline.reprocessing import Asked
from hpedi.pipeline.sought import StandingSought
from hpedi.pipeline.working import NotWorked, override, set_interest
from hpedi.run_context import Principal
from hpedi.store.tables import audit_entry
from samples.sample_claims import Service
from tests.databases import Workspaces, engine_of
from tests.keeping.books import books_of, paid_bytes
from tests.pipeline.conftest import AS_OF, Demo
from tests.pipeline.reprocessed import FEE, FEE_WAS_LOW, FEE_WAS_WRONG, FOR_DRUG, approved, load, payments_of, proposed
from tests.pipeline.sending import Office, bill, standing, voiding


@pytest.fixture
def office(demo: Demo) -> Office:
    """Whoever sends claims."""
    return Office(demo)


def as_person(jobs: Jobs, login: str) -> Jobs:
    """Return the jobs on behalf of a person."""
    principal = Principal(f"person:{login}", "person", login)
    return Jobs(jobs.workspace, dataclasses.replace(jobs.context, principal=principal))


def test_a_proposal_changes_nothing(demo: Demo, office: Office) -> None:
    """After a proposal every business row is as before; only the proposal and its audit rows are new."""
    (claim,) = office.send(bill("A", "M01"))
    load(demo, FEE_WAS_WRONG)
    before = books_of(demo.workspace.home)
    proposal = proposed(office.jobs(), claim)
    assert books_of(demo.workspace.home) == before
    assert [(each.paid, each.would_pay) for each in proposal.impacts] == [(usd("90.00"), usd("70.00"))]
    assert proposal.change == usd("-20.00")


def test_who_proposed_does_not_approve(demo: Demo, office: Office) -> None:
    """A person's own proposal is refused to the person and changes nothing; a second one may approve it."""
    (claim,) = office.send(bill("A", "M01"))
    load(demo, FEE_WAS_WRONG)
    ada, bea = as_person(office.jobs(), "ada"), as_person(office.jobs(), "bea")
    proposal = proposed(ada, claim)
    with pytest.raises(NotToApprove, match="second person"):
        approved(ada, proposal)
    assert office.kinds(claim) == [("adjudicated", "90.00")]
    assert approved(bea, proposal).decided_by == "person:bea"
    assert office.kinds(claim) == [("adjudicated", "90.00"), ("reversal", "-90.00"), ("correction", "70.00")]


def test_what_changed_meanwhile_is_not_approved(demo: Demo, office: Office) -> None:
    """Where other amounts come out by then, approving is refused and nothing changes; likewise what was approved."""
    (claim,) = office.send(bill("A", "M01"))
    load(demo, FEE_WAS_WRONG)
    proposal = proposed(office.jobs(), claim)
    load(demo, FEE_WAS_LOW)
    with pytest.raises(NotToApprove, match="something else would come out"):
        approved(office.jobs(), proposal)
    assert office.kinds(claim) == [("adjudicated", "90.00")]
    anew = proposed(office.jobs(), claim)
    approved(office.jobs(), anew)
    with pytest.raises(NotToApprove, match="approved already"):
        approved(office.jobs(), anew)


def test_a_claim_corrected_meanwhile_is_not_approved(demo: Demo, office: Office) -> None:
    """Two proposals about one claim: when one was approved, the other is refused."""
    (claim,) = office.send(bill("A", "M01"))
    load(demo, FEE_WAS_WRONG)
    first, second = proposed(office.jobs(), claim), proposed(office.jobs(), claim)
    approved(office.jobs(), first)
    with pytest.raises(NotToApprove, match="something else"):
        approved(office.jobs(), second)


def test_what_is_dropped_is_not_approved(demo: Demo, office: Office) -> None:
    """A dropped proposal can be neither approved nor dropped again."""
    (claim,) = office.send(bill("A", "M01"))
    load(demo, FEE_WAS_WRONG)
    proposal = proposed(office.jobs(), claim)
    drop(demo.workspace.books, office.jobs().context, proposal.id)
    with pytest.raises(NotToApprove, match="dropped already"):
        approved(office.jobs(), proposal)
    with pytest.raises(NotToApprove, match="no such"):
        drop(demo.workspace.books, office.jobs().context, 99)


def test_the_order_of_naming_does_not_matter(demo: Demo, office: Office) -> None:
    """Claims through a deductible come out the same in whatever order they are named."""
    days = (date(2026, 2, 3), date(2026, 2, 4), date(2026, 2, 5))
    claims = [office.send(bill(f"{day}", "M11", Service("G0260", day, "900.00")))[0] for day in days]
    load(demo, (f"{FEE}G0260,,400.00", f"{FEE}G0260,,700.00"))
    one, other = proposed(office.jobs(), *claims), proposed(office.jobs(), *reversed(claims))
    # Deductible 1,500.00: before 400, 400, 400 owed; then 700, 700 and 100 + 20 % of 600 = 220, so 480 is paid.
    assert [f"{each.would_owe}" for each in one.impacts] == ["700.00", "700.00", "220.00"]
    assert one.impacts == other.impacts
    approved(office.jobs(), other)
    assert [office.kinds(claim)[-1][1] for claim in claims] == ["0.00", "0.00", "480.00"]


def test_what_comes_out_as_before_is_left_alone(office: Office) -> None:
    """A claim that nothing changes for gets no reversal; it is counted as unchanged."""
    (claim,) = office.send(bill("A", "M01"))
    proposal = proposed(office.jobs(), claim)
    assert (proposal.impacts, proposal.unchanged) == ((), 1)
    approved(office.jobs(), proposal)
    assert office.kinds(claim) == [("adjudicated", "90.00")]


def test_an_unknown_reason_is_refused(office: Office) -> None:
    """A reason that the payer has no recovery rule for is told with those that it has."""
    (claim,) = office.send(bill("A", "M01"))
    with pytest.raises(NotToApprove, match="appeal_overturn"):
        proposed(office.jobs(), claim, reason="because")


def test_a_duplicate_stays_denied(demo: Demo, office: Office) -> None:
    """A claim denied as billed twice is not paid by a reprocessing of all that its provider sent."""
    first, second = office.send(bill("A", "M01"), bill("B", "M01"))
    assert [office.kinds(each) for each in (first, second)] == [[("adjudicated", "90.00")], [("adjudicated", "0.00")]]
    load(demo, FEE_WAS_LOW)
    proposal = proposed(office.jobs(), first, second)
    assert [(each.claim, f"{each.would_pay}") for each in proposal.impacts] == [(first, "100.00")]


def test_a_late_claim_stays_denied(demo: Demo, office: Office) -> None:
    """A claim denied as filed too late is not paid by a reprocessing of its provider, but by an appeal that says so."""
    (claim,) = office.send(bill("A", "M01"), received=date(2026, 9, 30))
    assert [(each.group, each.carc) for each in office.decisions(claim)[0].lines[0].adjustments] == [("CO", "29")]
    load(demo, FEE_WAS_LOW)
    assert proposed(office.jobs(), claim).impacts == ()
    appealed = proposed(office.jobs(), claim, reason="appeal_overturn", waived=("timely_filing",))
    assert [f"{each.would_pay}" for each in appealed.impacts] == ["100.00"]


def test_an_override_holds_in_a_later_reprocessing(demo: Demo, office: Office) -> None:
    """A late claim paid by an examiner's override is priced anew by a reprocessing, and not denied as late again."""
    (claim,) = office.send(bill("A", "M01"), received=date(2026, 9, 30))
    made = Override(by="person:ada", on=AS_OF, note="our mail was late", waived=("timely_filing",))
    override(demo.workspace.books, office.jobs().context, office.jobs().reference, claim, made)
    assert office.kinds(claim)[-1] == ("correction", "90.00")
    load(demo, FEE_WAS_LOW)
    approved(office.jobs(), proposed(office.jobs(), claim))
    assert [paid for _kind, paid in office.kinds(claim)] == ["0.00", "0.00", "90.00", "-90.00", "100.00"]


def test_what_an_appeal_set_aside_holds_later(demo: Demo, office: Office) -> None:
    """A line denied for an authorisation row is paid when an appeal waives it, and stays paid when fees change."""
    bone_study = Service("G0130", date(2026, 2, 17), "300.00")
    row = f"{FEE}G0130,,90.00"
    needed = (FOR_DRUG, f"{FOR_DRUG}    - {{id: PA-BONE, codes: [G0130], from: 2025-01-01}}\n")
    load(demo, needed)
    (claim,) = office.send(bill("A", "M01", bone_study))
    assert [(each.group, each.carc) for each in office.decisions(claim)[0].lines[0].adjustments] == [("CO", "197")]
    approved(office.jobs(), proposed(office.jobs(), claim, reason="appeal_overturn", waived=("PA-BONE",)))
    assert [f"{line.allowed}" for line in office.decisions(claim)[-1].lines] == ["90.00"]
    load(demo, needed, (row, f"{FEE}G0130,,95.00"))
    approved(office.jobs(), proposed(office.jobs(), claim))
    assert [f"{line.allowed}" for line in office.decisions(claim)[-1].lines] == ["95.00"]


def test_an_override_that_changes_nothing_is_not_kept(demo: Demo, office: Office) -> None:
    """What would come out as before is refused, and leaves no override behind."""
    (claim,) = office.send(bill("A", "M01"))
    made = Override(by="person:ada", on=AS_OF, note="nothing", waived=("timely_filing",))
    with pytest.raises(NotWorked, match="as before"):
        override(demo.workspace.books, office.jobs().context, office.jobs().reference, claim, made)
    with demo.workspace.books.reading(office.jobs().context) as work:
        assert work.pends.overrides([claim]) == {}


def test_interest_set_by_hand_is_paid_once(demo: Demo, office: Office) -> None:
    """Interest that an examiner set goes with the payment that it was set for, and not with a later correction."""
    (claim,) = office.send(bill("A", "M01"))
    set_by = Override(by="person:ada", on=AS_OF, note="by the stamp", interest=usd("5.10"))
    set_interest(demo.workspace.books, office.jobs().context, claim, set_by)
    assert interest(demo, office.pay()) == ["5.10"]
    load(demo, FEE_WAS_LOW)
    approved(office.jobs(), proposed(office.jobs(), claim))
    assert interest(demo, office.pay(date(2026, 3, 17))) == ["0.00"]


def test_interest_set_by_hand_stands_for_all_of_the_claim_in_its_payment(demo: Demo, office: Office) -> None:
    """Set before a correction of the unpaid claim, it is paid once with both."""
    (claim,) = office.send(bill("A", "M01"))
    set_by = Override(by="person:ada", on=AS_OF, note="by the stamp", interest=usd("5.10"))
    set_interest(demo.workspace.books, office.jobs().context, claim, set_by)
    load(demo, FEE_WAS_LOW)
    approved(office.jobs(), proposed(office.jobs(), claim))
    assert interest(demo, office.pay()) == ["5.10"]
    with pytest.raises(NotWorked, match="paid already"):
        set_interest(demo.workspace.books, office.jobs().context, claim, set_by)


def test_a_retroactive_end_of_coverage_and_its_return(demo: Demo, office: Office) -> None:
    """Ended coverage denies by PR-27; when it is put back, the claim and all sums come out as first decided."""
    (claim,) = office.send(bill("A", "M01"))
    before = standing(demo)
    load(demo, ("M01,OPEN-1500,family,2025-01-01,,2024-12-10", "M01,OPEN-1500,family,2025-01-01,2026-01-31,2024-12-10"))
    approved(office.jobs(), proposed(office.jobs(), claim, reason="retro_termination"))
    denied = office.decisions(claim)[-1]
    assert [(each.group, each.carc) for each in denied.lines[0].adjustments] == [("PR", "27")]
    load(demo)
    approved(office.jobs(), proposed(office.jobs(), claim, reason="retro_termination"))
    assert [paid for _kind, paid in office.kinds(claim)] == ["90.00", "-90.00", "0.00", "0.00", "90.00"]
    assert standing(demo) == before


def test_proposing_and_approving_leave_audit_rows(demo: Demo, office: Office) -> None:
    """Who proposed, approved and dropped stands in the audit log with the members concerned."""
    (claim,) = office.send(bill("A", "M01"))
    load(demo, FEE_WAS_WRONG)
    approved(office.jobs(), proposed(office.jobs(), claim))
    column = audit_entry.c
    with engine_of(demo.workspace.home) as engine, engine.connect() as connection:
        query = select(column.action, column.subject, column.result, column.member)
        rows = connection.execute(query.where(column.subject.like("reprocessing:%")).order_by(column.id)).all()
    assert [tuple(row) for row in rows] == [
        ("propose", "reprocessing:1", "proposed", "M01"),
        ("approve", "reprocessing:1", "approved", ""),
    ]


def test_a_payment_run_that_died_gives_the_same_bytes(demo: Demo, office: Office, workspaces: Workspaces) -> None:
    """A run with corrections that died between its two commits writes, once paid again, the same files."""
    claims = office.send(bill("A", "M01"), bill("B", "M02"))
    office.pay()
    load(demo, FEE_WAS_WRONG)
    approved(office.jobs(), proposed(office.jobs(), *claims))
    office.send(bill("C", "M03"))
    demo.workspace.database.close()
    whole, died = (workspaces.copy(demo.workspace.home, demo.inbox / name) for name in ("whole", "died"))
    pay_in(whole, dies=False)
    with pytest.raises(KeyboardInterrupt):
        pay_in(died, dies=True)
    pay_in(died, dies=False)
    assert paid_bytes(died) == paid_bytes(whole)
    assert len(paid_bytes(whole)) > len(paid_bytes(demo.workspace.home))


def pay_in(home: Path, *, dies: bool) -> None:
    """Pay on 17 March and deliver in a workspace; or die before what was built is released."""
    workspace = open_workspace(home)
    with closing(workspace.database), pytest.MonkeyPatch.context() as patch:
        if dies:
            patch.setattr(pay_module, "release", _dies)
        jobs = Jobs(workspace, context_for(date(2026, 3, 17)))
        jobs.pay()
        jobs.deliver()


def _dies(*_arguments: object) -> None:
    raise KeyboardInterrupt


def interest(demo: Demo, paid: Paid) -> list[str]:
    """Return the interest of the payments of a run."""
    return [f"{each.interest}" for each in payments_of(demo, paid)]


def test_what_cannot_be_decided_again_stays(demo: Demo, office: Office) -> None:
    """Where the fee is gone the claim stays as decided, and the proposal says why; the other one is corrected."""
    gone, other = office.send(bill("A", "M01"), bill("B", "M02", Service("G0168", date(2026, 2, 19), "95.00")))
    load(demo, (f"{FEE}T1015,,120.00\n", ""), (f"{FEE}G0168,,84.00", f"{FEE}G0168,,90.00"))
    proposal = proposed(office.jobs(), gone, other)
    told = {each.claim: bool(each.pends) for each in proposal.impacts}
    assert told == {gone: True, other: False}
    approved(office.jobs(), proposal)
    assert office.kinds(gone) == [("adjudicated", "90.00")]
    assert [kind for kind, _paid in office.kinds(other)] == ["adjudicated", "reversal", "correction"]


def test_later_claims_of_the_member_are_found(office: Office) -> None:
    """After the void of a claim that met the deductible, the member's later one owes it: it is found and corrected."""
    days = (date(2026, 2, 17), date(2026, 2, 18))
    first, later = (office.send(bill(f"{day}", "M01", Service("G0260", day, "520.00")))[0] for day in days)
    assert [paid for _kind, paid in office.kinds(later)] == ["320.00"]
    office.send(voiding(first, bill("V", "M01", Service("G0260", days[0], "520.00"))))
    jobs = office.jobs()
    asked = Asked(reason="provider_void")
    proposal = propose(jobs.workspace.books, jobs.context, jobs.reference, StandingSought(after=first), asked)
    assert [(each.claim, f"{each.would_pay}") for each in proposal.impacts] == [(later, "240.00")]


@pytest.mark.any_database
def test_later_claims_of_the_family_are_found(office: Office) -> None:
    """A void gives the family 100.00 of its deductible of 3,000.00 back, which a child's later claim owes then."""
    days = [date(2026, 2, day) for day in (16, 17, 18)]
    services = [Service("G0260", day, "520.00") for day in days]
    (first,) = office.send(bill("A", "M01", services[0]))
    office.send(bill("B", "M02", *services))
    (later,) = office.send(bill("C", "M03", services[0]))
    assert [paid for _kind, paid in office.kinds(later)] == ["80.00"]
    office.send(voiding(first, bill("V", "M01", services[0])))
    jobs, asked = office.jobs(), Asked(reason="provider_void")
    proposal = propose(jobs.workspace.books, jobs.context, jobs.reference, StandingSought(after=first), asked)
    assert [(each.claim, f"{each.would_pay}") for each in proposal.impacts] == [(later, "0.00")]
    assert proposal.unchanged == 1
