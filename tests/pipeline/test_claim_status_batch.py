"""276 files are received as claims are: answered by 999 and a 277, within what the asker may see, and recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pytest
from sqlalchemy import select

from hpedi.access.grants import Area
from hpedi.access.organisations import OrganisationKind
from hpedi.store.tables import audit_entry
from hpedi.x12.segment import SegmentValues
from hpedi.x12.writer import FunctionalGroup, Interchange, InterchangeParty, TransactionSet, write_x12
from samples.write_inbound import PRAIRIELINK, RIVERBEND, US
from tests.databases import engine_of
from tests.pipeline.asked_status import asks_for
from tests.pipeline.conftest import Demo
from tests.pipeline.sending import Office, bill
from tests.pipeline.test_access import HARBOR, QUARRY, give, register
from tests.transactions.status_276.asking import FUNCTIONAL_ID, SET_ID, VERSION, Ask, asked_set
from tests.transactions.status_277.told import ToldClaim, told_of

SENT: Final = datetime(2026, 3, 20, 8, 30)  # noqa: DTZ001  # ISA09, ISA10: local time of the sender


def inquiries(
    *sets: list[SegmentValues], sender: InterchangeParty = RIVERBEND, usage: str = "P", number: int = 901
) -> bytes:
    """Return an interchange of 276 sets."""
    application = "RIVERBEND" if sender == RIVERBEND else "PRAIRIELINK"
    group = FunctionalGroup(
        functional_id=FUNCTIONAL_ID,
        sender=application,
        receiver="94267",
        instant=SENT,
        control_number=number,
        version=VERSION,
        sets=[
            TransactionSet(id=SET_ID, control_number=f"{place:04}", version=VERSION, segments=segments)
            for place, segments in enumerate(sets, 1)
        ],
    )
    return write_x12(
        Interchange(sender=sender, receiver=US, instant=SENT, control_number=number, usage=usage, groups=[group])
    )


def asked_of(
    demo: Demo, *asks: Ask, partner: str = "riverbend", usage: str = "P", number: int = 901
) -> list[ToldClaim]:
    """Return what a partner is told to a file of one set, delivered to it."""
    sender = RIVERBEND if partner == "riverbend" else PRAIRIELINK
    demo.receive(inquiries(list(asked_set(asks)), sender=sender, usage=usage, number=number))
    demo.jobs.deliver()
    answers = sorted((demo.workspace.home / "outbox").rglob("*.277"))
    return told_of(answers[-1].read_bytes())


def audit_rows(demo: Demo) -> list[tuple[str, ...]]:
    """Return the audit rows of claim status inquiries, in their order."""
    columns = [audit_entry.c[name] for name in ("subject", "member", "recipient", "reason", "result")]
    with engine_of(demo.workspace.home) as engine, engine.connect() as connection:
        query = select(*columns).where(audit_entry.c.action == "inquire claim status").order_by(audit_entry.c.id)
        return [tuple(row) for row in connection.execute(query)]


def test_a_file_is_answered_with_999_and_277(demo: Demo) -> None:
    """Each set has its line in the 999 and its own 277; the same file again is answered as before."""
    sent = bill("RB-1", "M01")
    Office(demo).send(sent)
    one, other = list(asked_set([asks_for(sent)])), list(asked_set([asks_for(sent), asks_for(sent, charge="1")]))
    content = inquiries(one, other)
    received = demo.receive(content)
    demo.jobs.deliver()
    (answer,) = (demo.workspace.home / "outbox" / "riverbend").glob("*.277")
    assert [each.verdict for each in received.receipts] == ["accepted"]
    assert [each for each in demo.answers("riverbend") if each.startswith(("AK1", "IK5", "AK9"))] == [
        "AK1*HR*901*005010X212", "IK5*A", "IK5*A", "AK9*A*2*2*2",
    ]  # fmt: skip
    first = answer.read_bytes()
    assert first.count(b"ST*277*") == 2
    assert [each.statuses for each in told_of(first)] == [["F0:3"], ["F0:3"], ["A4:35"]]
    answer.unlink()
    demo.receive(content)
    demo.jobs.deliver()
    assert answer.read_bytes() == first


def test_a_set_that_its_guide_refuses_is_not_answered(demo: Demo) -> None:
    """A set without a trace is refused in the 999; its neighbour has its 277."""
    good = list(asked_set([Ask(references={"EJ": "X"}, dates="20260210")]))
    bad = [segment for segment in good if segment[0] != "TRN"]
    demo.receive(inquiries(bad, good))
    demo.jobs.deliver()
    (answer,) = (demo.workspace.home / "outbox" / "riverbend").glob("*.277")
    assert [each[:5] for each in demo.answers("riverbend") if each.startswith("IK5")] == ["IK5*R", "IK5*A"]
    assert answer.read_bytes().count(b"ST*277*") == 1


# --- who sees what --------------------------------------------------------------------------------------------------


def test_a_partner_sees_the_claims_of_its_providers_only(demo: Demo) -> None:
    """The clinic asks for its own claims; another provider's are not found, in the words for what is not there."""
    own, foreign = bill("RB-1", "M01"), bill("QY-1", "M04", provider="QUARRY")
    Office(demo).send(own, foreign)
    told = asked_of(demo, asks_for(own), asks_for(foreign), Ask(provider=QUARRY_NPI, references={"EJ": "NONE"}))
    assert [each.statuses for each in told] == [["F0:3"], ["A4:35"], ["A4:35"]]
    assert [each.number for each in told[1:]] == ["", ""]


QUARRY_NPI: Final = ("XX", QUARRY.npi)


@pytest.mark.parametrize(("area", "found"), [(Area.STATUS, "F0:3"), (Area.CLAIMS, "A4:35"), (Area.SUBMIT, "A4:35")])
def test_a_third_party_needs_a_grant_for_status(demo: Demo, area: Area, found: str) -> None:
    """What a registered third party sees hangs on a grant of the area status, for the provider, in production."""
    sent = bill("HB-1", "M12", provider="HARBOR")
    Office(demo).send(sent)
    register(demo, "lakeside", OrganisationKind.THIRD_PARTY, "prairielink")
    give(demo, "lakeside", HARBOR, area)
    assert [each.statuses for each in asked_of(demo, asks_for(sent), partner="prairielink")] == [[found]]


def test_a_test_inquiry_finds_nothing(demo: Demo) -> None:
    """ISA15 = T: nothing of production is shown, and the answer goes where answers to tests go."""
    sent = bill("RB-1", "M01")
    Office(demo).send(sent)
    assert [each.statuses for each in asked_of(demo, asks_for(sent), usage="T")] == [["A4:35"]]


def test_each_inquiry_leaves_its_audit_row(demo: Demo) -> None:
    """Who asked, about whose claim, by what and what was told: references and codes, none of the values asked by."""
    own, foreign = bill("RB-1", "M03"), bill("QY-1", "M04", provider="QUARRY")
    number, _other = Office(demo).send(own, foreign)
    asked_of(demo, asks_for(own), asks_for(foreign))
    by = "inquiry by patient account, member"
    assert audit_rows(demo) == [
        (f"claim:{number}", "M03", "partner:riverbend", by, "F0:3"),
        ("claim:none", "", "partner:riverbend", by, "A4:35"),
    ]
