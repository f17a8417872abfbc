"""Claim status inquiries asked of a workspace, from segments to what the 277 tells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from hpedi.claims.claim import Claim
from hpedi.commands.access_files import access_rules
from hpedi.commands.workspace import payer_zone
from hpedi.inquiry_files import inquiry_data
from hpedi.pipeline.answer_status import answer_status
from hpedi.pipeline.asking import Asking
from hpedi.pipeline.inquirers import inquiring_partner
from hpedi.transactions.status_276.read import StatusInquiryReader
from hpedi.transactions.status_277.write import FUNCTIONAL_ID, SET_ID, VERSION
from hpedi.x12.events import Delimiters
from tests.pipeline.conftest import AS_OF, Demo
from tests.transactions.status_276.asking import FUNCTIONAL_ID as ASKED_GROUP
from tests.transactions.status_276.asking import SET_ID as ASKED_SET
from tests.transactions.status_276.asking import Ask, asked_file
from tests.transactions.status_277.told import ToldClaim, told_of
from tests.transactions.walked import in_bytes, walked


def asks_for(claim: Claim, **changes: object) -> Ask:
    """Return what asks for a claim by all that its sender knows of it, but our number."""
    child = claim.patient
    born = (child or claim.subscriber).birth_date
    assert born is not None
    name = claim.subscriber.name
    asked = {
        "provider": ("XX", claim.billing.npi),
        "member": (name.last, name.first, claim.subscriber.member_id),
        "born": f"{born:%Y%m%d}",
        "dependent": (child.name.last, child.name.first) if child is not None else None,
        "references": {"EJ": claim.patient_control_number},
        "charge": f"{claim.charged}",
        "dates": f"{claim.first_date:%Y%m%d}-{claim.last_date:%Y%m%d}",
    }
    return Ask(**asked | changes)  # type: ignore[arg-type]


def answer_to(demo: Demo, asks: Sequence[Ask], *, partner: str = "prairielink", usage: str = "P") -> bytes:
    """Return the 277 that a trading partner is answered with; its guide accepts it."""
    reader = StatusInquiryReader(Delimiters())
    for placed in walked(asked_file(*asks), ASKED_GROUP, VERSION, ASKED_SET):
        assert not placed.findings
        reader.read(placed)
    jobs = demo.jobs
    sender = next(each for each in jobs.reference.partners if each.id == partner)
    with demo.workspace.books.writing(jobs.context) as work:
        asking = Asking(
            work=work,
            reference=jobs.reference,
            data=inquiry_data(),
            who=inquiring_partner(work, sender, access_rules(), AS_OF, usage),
            today=AS_OF,
            instant=datetime.combine(AS_OF, time(9, 30), payer_zone()),
            reference_number="7-1",
        )
        content = in_bytes(FUNCTIONAL_ID, VERSION, SET_ID, [answer_status(asking, reader.close())])
    for placed in walked(content, FUNCTIONAL_ID, VERSION, SET_ID):
        assert not placed.findings
        assert None not in placed.nodes
    return content


def told(demo: Demo, *asks: Ask, partner: str = "prairielink", usage: str = "P") -> list[ToldClaim]:
    """Return what a trading partner is told."""
    return told_of(answer_to(demo, asks, partner=partner, usage=usage))
