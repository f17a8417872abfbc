"""Whoever looks at or decides on a member's data leaves a row that says so, by our own member id."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from hpedi.store.tables import audit_entry
from samples.write_inbound import CLINIC, RIVERBEND, claim_set, clinic_claims, interchange
from tests.pipeline.conftest import Demo


def rows(demo: Demo, action: str) -> set[tuple[str, str]]:
    """Return member and result of the rows of an action."""
    with demo.workspace.database.reading() as connection:
        query = select(audit_entry.c.member, audit_entry.c.result).where(audit_entry.c.action == action)
        return {(member, result) for member, result in connection.execute(query)}


def test_each_decision_leaves_a_row_for_its_member(demo: Demo) -> None:
    """Paid, denied and pended claims are told by member; one for nobody we know has no member."""
    claims = clinic_claims()
    pending = msgspec.structs.replace(
        claims[0], patient_control_number="PENDS", frequency="7", original_reference="26061000010000001"
    )
    demo.run(interchange(RIVERBEND, CLINIC, 501, [claim_set("0001", [*claims, pending])]))
    told = rows(demo, "adjudicate")
    assert ("M01", "F1:65") in told
    assert ("M01", "pended P2:46") in told
    assert ("", "F2:33") in told
    assert {result for _member, result in rows(demo, "receive")} >= {"accepted", "done"}
