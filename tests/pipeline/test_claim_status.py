"""Each state of a claim is told in a 277 as its 835 and its 277CA told it: from claims in bytes to answers in bytes."""

from __future__ import annotations

from dataclasses import replace as changed
from datetime import date

import pytest
from msgspec.structs import replace

from hpedi.claims.claim import Claim
from samples.sample_claims import Service
from samples.write_inbound import PRAIRIELINK, claim_set, hospital_claims, interchange
from tests.pipeline.asked_status import asks_for, told
from tests.pipeline.conftest import Demo
from tests.pipeline.sending import SUBMITTER, Office, bill, replacing, voiding
from tests.transactions.status_276.asking import Ask

VISIT = date(2026, 2, 10)
DENIED = (Service("T1015", date(2025, 2, 10), "145.00"),)
"""More than six months before it was received."""


@pytest.fixture
def office(demo: Demo) -> Office:
    """Who sends claims of Riverbend's and others' through the clearinghouse."""
    return Office(demo)


def of_clinic(demo: Demo, *asks: Ask) -> list[str]:
    """Return the statuses that the clinic is told, those of one claim after another's."""
    return [status for each in told(demo, *asks, partner="riverbend") for status in each.statuses]


def test_a_received_claim_is_in_process(demo: Demo, office: Office) -> None:
    """A claim that is accepted and not decided is P1:20, with our number, its charge and no amount paid."""
    sent = bill("RB-1", "M01")
    (number,) = office.deliver(sent)
    (claim,) = told(demo, asks_for(sent), partner="riverbend")
    assert (claim.statuses, claim.number, claim.charged, claim.paid) == (["P1:20"], number, "145", "")
    assert (claim.trace, claim.status[1], claim.days) == ("TRACE1", "20260302", "20260210")
    assert (claim.references["EJ"], claim.lines) == ("RB-1", [])


def test_a_claim_that_waits_tells_for_what(demo: Demo, office: Office) -> None:
    """A near duplicate is P2:46 since it waits; a replacement of a claim that nobody sent is P3:464."""
    first, near = bill("RB-1", "M01"), bill("RB-2", "M01", Service("T1015", VISIT, "150.00"))
    lost = replacing("26000000000000000", bill("RB-3", "M04"))
    office.send(first, near, lost)
    (waits,) = told(demo, asks_for(near), partner="riverbend")
    assert (waits.statuses, waits.paid, waits.status[1]) == (["P2:46"], "", "20260316")
    assert of_clinic(demo, asks_for(lost)) == ["P3:464"]


def test_a_claim_refused_by_the_front_end_is_told_as_its_277ca_told_it(demo: Demo, office: Office) -> None:
    """The statuses of the 277CA are told until the claim comes again; then that one is told, and no other."""
    sent = bill("RB-1", "M01")
    refused = replace(sent, lines=(replace(sent.lines[0], diagnosis_pointers=(4,)),))
    demo.receive(office_file(refused, 501))
    demo.jobs.deliver()
    acknowledged = [each for each in demo.answers("prairielink") if each.startswith("STC*A") and "*U*" in each]
    (claim,) = told(demo, asks_for(sent), partner="riverbend")
    assert acknowledged
    assert claim.statuses == [acknowledged[0].split("*")[1].rstrip(":")]
    assert claim.paid == ""
    office.send(sent)
    assert of_clinic(demo, asks_for(sent)) == ["F0:3"]


def office_file(claim: Claim, number: int) -> bytes:
    """Return a file of one claim through the clearinghouse."""
    return interchange(PRAIRIELINK, SUBMITTER, number, [claim_set("0001", [claim])])


def test_a_decided_claim_awaits_payment_until_it_goes_out(demo: Demo, office: Office) -> None:
    """Before the payment run it is F0:3 with what will be paid; after it F1:65 with date and number of the payment."""
    sent = bill("RB-1", "M01")
    office.send(sent)
    (due,) = told(demo, asks_for(sent), partner="riverbend")
    assert (due.statuses, due.payment, [line.statuses for line in due.lines]) == (["F0:3"], ("", ""), [["F0:3"]])
    paid = office.pay()
    (payment,) = paid.built
    (claim,) = told(demo, asks_for(sent), partner="riverbend")
    assert (claim.statuses, claim.paid) == (["F1:65"], due.paid)
    assert claim.payment == (f"{payment.payment.payment_date:%Y%m%d}", payment.payment.trace_number)
    assert [line.statuses for line in claim.lines] == [["F1:65"]]
    assert claim.status[5] == "20260316"


def test_a_denied_claim_tells_why(demo: Demo, office: Office) -> None:
    """A claim that came too late is F2:718 with 0 paid, and so is its line; nothing says that money is due."""
    sent = bill("RB-1", "M01", *DENIED)
    office.send(sent)
    (claim,) = told(demo, asks_for(sent), partner="riverbend")
    assert (claim.statuses, claim.paid) == (["F2:718"], "0")
    assert [line.statuses for line in claim.lines] == [["F2:718"]]
    assert claim.lines[0].service == ["HC:T1015", "145", "0", "1"]


def test_a_replaced_claim_tells_its_successor(demo: Demo, office: Office) -> None:
    """The original is F3:686 with 0 paid, and the replacement stands after it: due, then paid anew."""
    sent = bill("RB-1", "M01")
    (first,) = office.send(sent)
    office.pay()
    again = replacing(first, bill("RB-1R", "M01", Service("T1015", VISIT, "160.00")))
    (second,) = office.send(again)
    old, new = told(demo, asks_for(sent, charge=""), partner="riverbend")
    assert (old.number, old.statuses, old.paid, old.payment) == (first, ["F3:686", "F3:495"], "0", ("", ""))
    assert (new.number, new.statuses) == (second, ["F0:3", "F3:101"])
    office.pay(date(2026, 3, 23))
    old, new = told(demo, asks_for(sent, charge=""), partner="riverbend")
    assert (new.number, new.statuses) == (second, ["F3:65", "F3:101"])
    assert new.trace == old.trace == "TRACE1"


def test_a_voided_claim_tells_its_void(demo: Demo, office: Office) -> None:
    """The original is F3:686 and the void after it F4:101; each has 0 paid."""
    sent = bill("RB-1", "M01")
    (first,) = office.send(sent)
    (second,) = office.send(voiding(first, bill("RB-1V", "M01")))
    old, void = told(demo, asks_for(sent), partner="riverbend")
    assert [(each.number, each.statuses, each.paid) for each in (old, void)] == [
        (first, ["F3:686"], "0"),
        (second, ["F4:101"], "0"),
    ]


# --- what finds a claim ---------------------------------------------------------------------------------------------


def test_a_claim_is_found_by_each_criterion(demo: Demo, office: Office) -> None:
    """Our number, the sender's, or member with days and charge find the same claim, and a dependent's own."""
    sent, of_child = bill("RB-1", "M01"), bill("RB-2", "M03")
    number, childs = office.send(sent, of_child)
    ways: list[dict[str, object]] = [
        {"references": {"1K": number}, "charge": "", "dates": ""},
        {"references": {"EJ": "RB-1"}, "charge": "", "dates": ""},
        {"references": {}, "charge": ""},
        {"references": {}},
        {"references": {"EJ": "RB-1"}, "provider": ("FI", sent.billing.tax_id)},
        {"references": {"EJ": "RB-1"}, "provider": ("XX", sent.rendering.npi if sent.rendering else "")},
    ]
    assert [each.number for way in ways for each in told(demo, asks_for(sent, **way), partner="riverbend")] == [
        number
    ] * len(ways)
    assert [each.number for each in told(demo, asks_for(of_child, references={}), partner="riverbend")] == [childs]


def test_what_does_not_agree_is_not_found(demo: Demo, office: Office) -> None:
    """Another account, charge, day, member, name or birth date finds nothing: A4:35, with what was asked."""
    sent = bill("RB-1", "M01")
    (number,) = office.send(sent)
    good = asks_for(sent)
    others = [
        changed(good, references={"EJ": "RB-9"}),
        changed(good, charge="146"),
        changed(good, dates="20260211"),
        changed(good, member=("AMBLE", "ROSA", "HS1000002")),
        changed(good, member=("OTHER", "PERSON", "HS1000001"), references={"1K": number}),
        changed(good, born="19790413", references={"1K": number}),
        changed(good, references={"BLT": "111"}),
    ]
    assert of_clinic(demo, *others) == ["A4:35"] * len(others)
    (claim, *_) = told(demo, others[0], partner="riverbend")
    assert (claim.number, claim.references, claim.charged, claim.paid) == ("", {"EJ": "RB-9"}, "145", "")


def test_several_claims_are_told_under_one_trace(demo: Demo, office: Office) -> None:
    """A member's claims of a span are told one after the other; more than the table allows are D0:485."""
    claims = [bill(f"RB-{day}", "M01", Service("T1015", date(2026, 1, day), "145.00")) for day in range(1, 27)]
    office.deliver(*claims)
    some = asks_for(claims[0], references={}, dates="20260101-20260103")
    assert [each.references["EJ"] for each in told(demo, some, partner="riverbend")] == ["RB-1", "RB-2", "RB-3"]
    assert of_clinic(demo, changed(some, dates="20260101-20260131")) == ["D0:485"]


def test_an_inquiry_that_cannot_be_searched_by_says_why(demo: Demo) -> None:
    """Neither number nor days: E0:21 and E0:187; another payer ends at the receiver, a wrong NPI at the provider."""
    assert of_clinic(demo, Ask(references={"BLT": "111"})) == ["E0:21", "E0:187"]
    assert of_clinic(demo, Ask(references={"EJ": "1"}, provider=("XX", "1000002019"))) == ["E0:562:1P"]


# --- lines ----------------------------------------------------------------------------------------------------------


def test_lines_that_are_asked_about_are_told(demo: Demo, office: Office) -> None:
    """Of a claim of two lines one is told, by its code and day; one that it has not is D0:247, as it was asked."""
    sent = bill("RB-1", "M01", Service("T1015", VISIT, "145.00"), Service("G0439", VISIT, "210.00"))
    office.send(sent)
    line = (("SVC", ("HC", "G0439"), "210", "", "", "", "", "1"), ("DTP", "472", "D8", "20260210"))
    other = (
        ("SVC", ("HC", "G0438"), "99", "", "", "", "", "2"),
        ("REF", "FJ", "L7"),
        ("DTP", "472", "D8", "20260210"),
    )
    (claim,) = told(demo, asks_for(sent, lines=(line, other)), partner="riverbend")
    first, second = claim.lines
    assert first.service[:2] == ["HC:G0439", "210"]
    assert (second.service, second.statuses, second.control_number) == (["HC:G0438", "99", "0", "2"], ["D0:247"], "L7")


def test_a_line_of_a_claim_that_is_paid_as_one_has_the_status_of_the_claim(demo: Demo, office: Office) -> None:
    """A stay paid by DRG has no lines in its 835: none is told, and one that is asked about has 0 of its own."""
    stay = hospital_claims()[0]
    demo.receive(interchange(PRAIRIELINK, SUBMITTER, 4713, [claim_set("0001", [stay])]))
    office.jobs().adjudicate()
    office.pay()
    first = stay.lines[0]
    days = f"{first.dates.start:%Y%m%d}"
    line = (("SVC", ("NU", first.revenue_code), f"{first.charged}", "", "", "", "", "1"), ("DTP", "472", "D8", days))
    whole, asked = told(demo, asks_for(stay, charge=""), asks_for(stay, charge="", lines=(line,)))
    assert (whole.statuses, whole.lines) == (["F1:65"], [])
    assert [(each.service[2], each.statuses) for each in asked.lines] == [("0", ["F1:65"])]
    assert whole.references["BLT"] == asked.references["BLT"] == stay.type_of_bill[1:]
    assert [each.number for each in told(demo, asks_for(stay, references={"BLT": "111"}, charge=""))] == [whole.number]
