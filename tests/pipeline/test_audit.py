"""Whoever looks at or decides on a member's data leaves a row that says so, by our own member id."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from hpedi.commands.payer_files import load_folder
from hpedi.mappings_folder import sample
from hpedi.store.tables import audit_entry
from samples.write_inbound import CLINIC, RIVERBEND, claim_set, clinic_claims, interchange
from tests.pipeline.conftest import Demo


def rows(demo: Demo, action: str) -> set[tuple[str, str]]:
    """Return member and result of the rows of an action."""
    with demo.workspace.database.reading() as connection:
        query = select(audit_entry.c.member, audit_entry.c.result).where(audit_entry.c.action == action)
        return {(member, result) for member, result in connection.execute(query)}


def test_each_decision_leaves_a_row_for_its_member(demo: Demo) -> None:
    """Paid, denied, replaced and pended claims are told by member; one for nobody we know has no member."""
    claims = clinic_claims()
    original = "26061000010000001"
    replacement, pending = (
        msgspec.structs.replace(claims[0], patient_control_number=name, frequency="7", original_reference=reference)
        for name, reference in (("REPLACES", original), ("PENDS", "NONE OF OURS"))
    )
    demo.run(interchange(RIVERBEND, CLINIC, 501, [claim_set("0001", [*claims, replacement, pending])]))
    told = rows(demo, "adjudicate")
    assert ("M01", "F1:65") in told
    assert {("M01", "reversal"), ("M01", "correction F3:65")} <= set(told)
    assert ("M01", "pended P2:46") in told
    assert ("", "F2:33") in told
    assert {result for _member, result in rows(demo, "receive")} >= {"accepted", "done"}


def test_what_is_paid_and_sent_is_told_by_member_and_recipient(demo: Demo) -> None:
    """A payment and its 835 are about the members whose claims they pay; the 835 says to whom it went."""
    demo.run(interchange(RIVERBEND, CLINIC, 501, [claim_set("0001", clinic_claims())]))
    paid = {member for member, _result in rows(demo, "pay")}
    assert "M01" in paid
    assert {member for member, result in rows(demo, "deliver") if result == "835"} == paid
    assert rows(demo, "release") == {("", "released")}
    with demo.workspace.database.reading() as connection:
        sent = select(audit_entry.c.recipient, audit_entry.c.result).where(audit_entry.c.action == "deliver")
        told = {(to, what) for to, what in connection.execute(sent)}
    assert told == {("riverbend", "ack"), ("riverbend", "835"), ("bank", "ach")}


def test_loading_members_is_told_by_member(demo: Demo) -> None:
    """Each member whose family is new or otherwise has a row; loading the same again has none of them."""
    loaded = {member for member, _result in rows(demo, "load")}
    assert {"", "M01", "M12"} <= loaded
    _loaded, outcome = load_folder(demo.workspace, demo.jobs.context, sample("payer"))
    assert outcome is not None
    assert {member for member, result in rows(demo, "load") if result == "0 changed"} == {""}


def test_the_log_of_a_day_is_whole(demo: Demo) -> None:
    """Sealed by the workspace's own sealer, nothing is missing and nothing waits."""
    demo.run(interchange(RIVERBEND, CLINIC, 501, [claim_set("0001", clinic_claims())]))
    sealed = demo.workspace.sealer.seal()
    found = demo.workspace.sealer.verify()
    assert (found.is_whole, found.sealed, found.unsealed) == (True, sealed, 0)
