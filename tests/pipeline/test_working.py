"""Working on claims that wait and on decided ones: what an examiner decides, and what stays refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from hpedi.adjudication.override import Override
from hpedi.commands.payer_files import load_folder
from hpedi.commands.workspace import context_for
from hpedi.pipeline.working import NotWorked, Worked, assign, override, release
from hpedi.store.tables import audit_entry
from samples.sample_claims import Service
from tests.databases import engine_of, kept_in
from tests.pipeline.conftest import AS_OF, Demo
from tests.pipeline.payer_changes import changed_payer
from tests.pipeline.sending import VISIT, Office, bill, replacing, standing

NOTE = "another visit the same day"


@pytest.fixture
def office(demo: Demo) -> Office:
    """Whoever sends claims."""
    return Office(demo)


def decided(**changes: Any) -> Override:
    """Return what ada decides."""
    return Override(by="person:ada", on=AS_OF, note=NOTE, **changes)


def released(office: Office, number: str, made: Override) -> Worked:
    """Decide a claim that waits."""
    return release(office.demo.workspace.books, office.jobs().context, office.jobs().reference, number, made)


def near_duplicate(office: Office, *lines: Service) -> str:
    """Send a claim that waits because it nearly equals an earlier one."""
    office.send(bill("A", "M01"))
    (near,) = office.send(bill("B", "M01", *(lines or (Service("T1015", VISIT, "146.00"),))))
    assert office.waits_for(near) == "DUP-NEAR"
    return near


def test_what_is_set_aside_is_not_applied(office: Office) -> None:
    """A near duplicate is paid once its edit is set aside, with the day's copay owed once; the trail says why."""
    near = near_duplicate(office)
    worked = released(office, near, decided(waived=("DUP-NEAR",)))
    assert ([f"{each.paid}" for each in worked.decisions], worked.pend) == (["120.00"], None)
    (step,) = [each for each in office.decisions(near)[0].trail if each.stage == "override"]
    assert ("note", NOTE) in step.inputs
    assert step.source == f"person:ada on {AS_OF}"


def test_released_with_nothing_set_aside_it_waits_again(demo: Demo, office: Office) -> None:
    """Where what stood in the way is still there, the claim waits on, and no ledger changes."""
    near = near_duplicate(office)
    before = standing(demo)
    worked = released(office, near, decided())
    assert (worked.decisions, office.waits_for(near)) == ((), "DUP-NEAR")
    assert standing(demo) == before


def test_setting_something_else_aside_does_not_help(office: Office) -> None:
    """Only what stands in the way can be set aside to good end."""
    near = near_duplicate(office)
    assert released(office, near, decided(waived=("HIGH-DOLLAR",))).pend is not None


def test_a_line_is_denied_and_the_others_are_paid(office: Office) -> None:
    """Denied as a duplicate on line 1, the shot of line 2 is decided as usual."""
    lines = (Service("T1015", VISIT, "146.00"), Service("G0168", VISIT, "95.00"))
    near = near_duplicate(office, *lines)
    made = decided(waived=("DUP-NEAR",), denials=((1, "duplicate"),))
    (decision,) = released(office, near, made).decisions
    assert [line.denied for line in decision.lines] == [True, False]
    assert [(each.group, each.carc) for each in decision.lines[0].adjustments] == [("OA", "18")]


def test_denied_whole_it_does_not_wait_for_the_same_again(office: Office) -> None:
    """A claim whose lines are all denied by an examiner is decided, whatever it waited for."""
    near = near_duplicate(office)
    (decision,) = released(office, near, decided(denials=((0, "duplicate"),))).decisions
    assert (decision.paid, decision.status277) == (Decimal("0.00"), "F2:54")


@pytest.mark.parametrize("reason", ["no_such_reason", "near_duplicate"])
def test_a_reason_that_denies_nothing_is_refused(office: Office, reason: str) -> None:
    """A reason that the payer does not have, or that only pends, denies no claim."""
    near = near_duplicate(office)
    with pytest.raises(NotWorked, match="no reason"):
        released(office, near, decided(denials=((0, reason),)))
    assert office.waits_for(near) == "DUP-NEAR"


@pytest.mark.parametrize("number", [7, -1])
def test_a_line_that_the_claim_has_not_is_refused(office: Office, number: int) -> None:
    """Denying line 7 of a claim of one line is a mistake, and told."""
    near = near_duplicate(office)
    with pytest.raises(NotWorked, match="no line"):
        released(office, near, decided(denials=((number, "duplicate"),)))


def test_a_decided_claim_is_not_released(office: Office) -> None:
    """Neither what is decided nor what is not known waits."""
    (claim,) = office.send(bill("A", "M01"))
    for number in (claim, "26061000099999999"):
        with pytest.raises(NotWorked, match="does not wait"):
            released(office, number, decided())


def test_what_waits_cannot_be_overridden(office: Office) -> None:
    """An override is of a decision; a claim that waits is released instead."""
    near = near_duplicate(office)
    for number in (near, "26061000099999999"):
        with pytest.raises(NotWorked, match="no decision"):
            override(office.demo.workspace.books, office.jobs().context, office.jobs().reference, number, decided())


def test_assigning_says_who_works_on_it(demo: Demo, office: Office) -> None:
    """A claim that waits is somebody's, then nobody's; one that does not wait is nobody's to assign."""
    near = near_duplicate(office)
    for login in ("ada", ""):
        assign(demo.workspace.books, office.jobs().context, near, login)
        with demo.workspace.books.reading(office.jobs().context) as work:
            assert [each.assigned_to for each in work.pends.waiting(near)] == [login]
    with pytest.raises(NotWorked):
        assign(demo.workspace.books, office.jobs().context, "1", "ada")


def test_a_claim_above_the_payers_amount_is_looked_at(demo: Demo, office: Office) -> None:
    """A claim or replacement that pays more than `reviews` allows waits, exactly that does not; released it pays."""
    rule = ('paid_over: "50000.00"', 'paid_over: "90.00"')
    _loaded, outcome = load_folder(demo.workspace, context_for(AS_OF), changed_payer(demo.inbox, rule))
    assert outcome is not None
    therapy = Service("G0260", date(2026, 2, 17), "520.00")
    exactly, above = office.send(bill("A", "M02"), bill("B", "M01", therapy))
    assert office.kinds(exactly) == [("adjudicated", "90.00")]
    assert office.waits_for(above) == "HIGH-DOLLAR"
    (decision,) = released(office, above, decided(waived=("HIGH-DOLLAR",))).decisions
    assert decision.paid > Decimal("90.00")
    (more,) = office.send(replacing(exactly, bill("C", "M01", Service("G0260", date(2026, 2, 18), "520.00"))))
    assert (office.waits_for(more), office.kinds(exactly)) == ("HIGH-DOLLAR", [("adjudicated", "90.00")])
    assert len(released(office, more, decided(waived=("HIGH-DOLLAR",))).decisions) == len(("reversal", "correction"))


def test_words_are_sealed_and_work_is_audited(demo: Demo, office: Office) -> None:
    """The note is nowhere in plain; who released, what came out and whose claim it is stand in the audit log."""
    near = near_duplicate(office)
    released(office, near, decided(waived=("DUP-NEAR",)))
    assert NOTE.encode() not in kept_in(demo.workspace.home)
    column = audit_entry.c
    with engine_of(demo.workspace.home) as engine, engine.connect() as connection:
        query = select(column.subject, column.member, column.result).where(column.action == "work")
        rows = connection.execute(query).all()
    assert [tuple(row) for row in rows] == [(f"claim:{near}", "M01", "released")]


def test_what_waited_is_paid_once_its_data_is_there(demo: Demo, office: Office) -> None:
    """A service without a price waits; when the fee is loaded, it is released with nothing set aside."""
    (claim,) = office.send(bill("A", "M07", Service("G0442", date(2025, 12, 10), "50.00")))
    assert office.waits_for(claim) == "fee_schedule"
    row = "FS-STANDARD,2025,2025-01-01,2025-12-31,G0447,,27.16\n"
    change = (row, f"{row}FS-STANDARD,2025,2025-01-01,2025-12-31,G0442,,40.00\n")
    load_folder(demo.workspace, context_for(AS_OF), changed_payer(demo.inbox, change))
    (decision,) = released(office, claim, decided()).decisions
    assert decision.lines[0].allowed == Decimal("40.00")
