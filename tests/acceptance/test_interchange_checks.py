"""Checks of an interchange on receipt: who sends it, for whom, and as what."""

from __future__ import annotations

import pytest

from hpedi.acceptance.interchange_checks import check_addresses, check_application_senders
from hpedi.acceptance.judgement import GroupJudgement, InterchangeJudgement, Noted
from hpedi.acceptance.verdicts import Verdict
from hpedi.partners.identities import may_submit_as, partner_of
from hpedi.reference.partners import IsaIdentity, Partner
from hpedi.reference.payer import AchOrigin, EdiIdentity, Payer, PostalAddress
from hpedi.x12.events import Delimiters, InterchangeStart

LAKES = Partner(
    id="lakes",
    name="Lakes Billing",
    isa_ids=(IsaIdentity(qualifier="ZZ", id="LAKES"),),
    gs_ids=("LAKESAPP",),
    submitter_ids=("LAKES1",),
    usages=("T",),
)
PAYER = Payer(
    name="EXAMPLE HEALTH PLAN",
    payer_id="94267",
    ein="410000942",
    claim_filing="12",
    address=PostalAddress(lines=("1 PLAN WAY",), city="BLOOMINGTON"),
    identities=(EdiIdentity(isa_qualifier="ZZ", isa_id="94267", gs_id="94267"),),
    ach=AchOrigin(odfi_routing="999999992", odfi_name="BANK", company_name="EXAMPLE", company_id="1410000942"),
)


def start(sender: str = "LAKES", receiver: str = "94267", usage: str = "T") -> InterchangeStart:
    """Return an ISA."""
    values = ["ISA", "00", " " * 10, "00", " " * 10, "ZZ", sender.ljust(15), "ZZ", receiver.ljust(15)]
    return InterchangeStart((*values, "260302", "0914", "^", "00501", "000000905", "0", usage, ":"), Delimiters(), 0)


@pytest.mark.parametrize(
    ("isa", "found"),
    [
        (start(), []),
        (start(sender="NOBODY"), [("sender-unknown", 6)]),
        (start(receiver="12345"), [("receiver-not-us", 8)]),
        (start(usage="P"), [("isa-usage", 15)]),
        (start(sender="NOBODY", receiver="12345"), [("sender-unknown", 6), ("receiver-not-us", 8)]),
    ],
)
def test_an_interchange_is_from_a_partner_and_for_us(isa: InterchangeStart, found: list[tuple[str, int]]) -> None:
    """Sender, receiver and usage are each told where they are wrong."""
    assert [(each.code, each.where.element) for each in check_addresses(isa, PAYER, partner_of(isa, [LAKES]))] == found


def group(application_sender: str) -> GroupJudgement:
    """Return an accepted group of an application sender."""
    elements = ("GS", "HC", application_sender, "94267", "20260302", "0914", "905", "X", "005010X222A1")
    accepted = Verdict.ACCEPTED
    return GroupJudgement(elements=elements, stated=0, sets=(), syntax=accepted, verdict=accepted, noted=Noted())


def test_a_group_is_sent_under_an_application_sender_that_the_partner_owns() -> None:
    """GS02 that is not agreed on is told; where none is agreed on any will do."""
    judged = InterchangeJudgement(
        ordinal=1,
        elements=start().elements,
        delimiters=Delimiters(),
        byte_offset=0,
        end_offset=0,
        digest="",
        groups=(group("LAKESAPP"), group("OTHERAPP")),
        acknowledged=(),
        verdict=Verdict.ACCEPTED,
        noted=Noted(),
    )
    told = [(each.code, each.where.element) for each in check_application_senders(judged, LAKES)]
    assert told == [("group-sender", 2)]
    anybody = Partner(id="any", name="Any", isa_ids=LAKES.isa_ids)
    assert list(check_application_senders(judged, anybody)) == []


def test_a_partner_may_only_send_its_own_submitters() -> None:
    """1000A NM109 is one agreed on, or any where none is."""
    assert may_submit_as(LAKES, "LAKES1")
    assert not may_submit_as(LAKES, "LAKES2")
    assert may_submit_as(Partner(id="any", name="Any", isa_ids=LAKES.isa_ids), "LAKES2")
