"""Each kind of fault gets its own answer, and good claims beside it are paid."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from msgspec import structs

from samples.write_inbound import (
    CLEARINGHOUSE,
    CLINIC,
    PRAIRIELINK,
    RIVERBEND,
    SOMEBODY_ELSE,
    claim_set,
    clearinghouse_claims,
    clinic_claim,
    clinic_claims,
    interchange,
)
from tests.conformance.corpus import clean_segments
from tests.pipeline.conftest import RECEIVED, Demo

pytestmark = pytest.mark.any_database

GOOD = clinic_claim("GOOD-1", "M01", 10)
GOOD_PAYS = Decimal("90.00")  # T1015 allowed 120.00 less the copay of 30.00


def clinic_file(*sets: object, number: int = 501) -> bytes:
    """Return an interchange of the clinic."""
    return interchange(RIVERBEND, CLINIC, number, sets)  # type: ignore[arg-type]


def good_and(other: object) -> bytes:
    """Return an interchange with a good set and another one."""
    return clinic_file(claim_set("0001", [GOOD]), other)


def assert_good_claim_is_paid(demo: Demo) -> None:
    """The good claim is decided and paid."""
    assert demo.decisions()["GOOD-1"].paid == GOOD_PAYS


def test_what_is_not_x12_goes_to_quarantine_with_its_reason(demo: Demo) -> None:
    """A spreadsheet is kept encrypted, with the reason beside it, and nothing is answered."""
    received = demo.receive(b"name,amount\nNOBODY,100\n")
    assert received.quarantined == "not-x12"
    kept = sorted(path.name for path in demo.workspace.quarantine.iterdir())
    assert kept == ["000001.reason.txt", "000001.sealed"]
    assert "holds no X12 interchange: not-x12" in (demo.workspace.quarantine / kept[0]).read_text()
    assert b"NOBODY" not in (demo.workspace.quarantine / kept[1]).read_bytes()
    (stored,) = (demo.workspace.home / "files").iterdir()
    assert stored.samefile(demo.workspace.quarantine / kept[1])  # its bytes lie on the disk once


def test_what_stands_outside_interchanges_is_kept_with_the_file(demo: Demo) -> None:
    """Text behind IEA is told when the file comes and when it comes again; what stands before it is taken."""
    content = clinic_file(claim_set("0001", [GOOD])) + b"\nEND OF FILE"
    for _time in range(2):
        received = demo.receive(content)
        assert received.noted == ("text-outside-interchange",)
        assert (received.quarantined, received.has_errors) == ("", True)
        assert [receipt.verdict for receipt in received.receipts] == ["accepted"]


def test_a_file_for_another_receiver_gets_a_ta1_008(demo: Demo) -> None:
    """ISA08 that is not ours refuses the interchange, and nothing of it is decided."""
    content = interchange(RIVERBEND, CLINIC, 501, [claim_set("0001", [GOOD])], receiver=SOMEBODY_ELSE)
    demo.run(content)
    answers = demo.answers("riverbend")
    assert "TA1*000000501*260302*0830*R*008" in answers
    assert not any(segment.startswith("GS") for segment in answers)
    assert demo.decisions() == {}


def test_an_unknown_sender_gets_a_ta1_006(demo: Demo) -> None:
    """A sender that is no trading partner is refused."""
    content = clinic_file(claim_set("0001", [GOOD])).replace(b"*ZZ*RIVERBEND      *", b"*ZZ*STRANGER       *")
    demo.run(content)
    assert "TA1*000000501*260302*0830*R*006" in demo.answers("unknown-senders")
    assert demo.decisions() == {}


def test_another_application_sender_gets_a_ta1_024(demo: Demo) -> None:
    """GS02 that the partner does not own refuses the interchange: nobody's file is taken as another's."""
    demo.run(clinic_file(claim_set("0001", [GOOD])).replace(b"GS*HC*RIVERBEND*", b"GS*HC*SOMEBODY*"))
    assert "TA1*000000501*260302*0830*R*024" in demo.answers("riverbend")
    assert demo.decisions() == {}


def test_another_submitter_is_refused_in_the_277ca(demo: Demo) -> None:
    """1000A NM109 that is not approved for the partner refuses the submission as a whole: no claim is named."""
    received, _paid = demo.run(clinic_file(claim_set("0001", [GOOD])).replace(b"*46*RIVERBEND~", b"*46*SOMEBODY~"))
    assert received.receipts[0].summary.findings == ("submitter-not-approved",)
    answers = demo.answers("riverbend")
    start = answers.index("HL*2*1*21*0")
    assert answers[start + 1].startswith("NM1*41*")
    assert answers[start + 3 : start + 7] == ["STC*A3:24:41*20260302*U*145", "QTY*AA*1", "AMT*YY*145", "SE*14*0001"]
    assert not any("GOOD-1" in segment for segment in answers)
    assert demo.decisions() == {}


def test_an_unknown_guide_is_refused_in_the_999(demo: Demo) -> None:
    """A set of a guide we do not have is refused; the group beside it is paid."""
    good = clinic_file(claim_set("0001", [GOOD])).decode()
    group = good[good.index("GS*") : good.index("IEA*")]
    unknown = group.replace("005010X222A1", "005010X999").replace("*501*", "*502*").replace("GE*1*501", "GE*1*502")
    both = good.replace(group, group + unknown).replace("IEA*1*", "IEA*2*").encode()
    demo.run(both)
    answers = demo.answers("riverbend")
    assert "AK1*HC*502*005010X999" in answers
    assert [segment for segment in answers if segment.startswith("IK5")] == ["IK5*A", "IK5*R*1"]
    assert_good_claim_is_paid(demo)


NOT_ADOPTED = clinic_file(claim_set("0001", [GOOD])).replace(b"005010X222A1", b"005010X222A2")


def test_a_version_that_is_not_adopted_is_refused_in_the_999(demo: Demo) -> None:
    """A set of a published version that HIPAA did not adopt is refused with IK502 I6, and told which one to send."""
    received, _paid = demo.run(NOT_ADOPTED)
    (finding,) = received.receipts[0].findings
    assert finding.code == "version-not-adopted"
    assert "005010X222A2" in finding.message
    assert "Send version 005010X222A1." in finding.message
    answers = demo.answers("riverbend")
    assert answers[answers.index("AK2*837*0001*005010X222A2") + 1 :][:2] == ["IK5*R*I6", "AK9*R*1*1*0"]
    assert demo.decisions() == {}


def test_a_partner_may_be_allowed_a_version_that_is_not_adopted(demo: Demo) -> None:
    """A version that the partner's profile allows is judged by the adopted guide, answered as sent and paid."""
    jobs = demo.jobs
    allowing = tuple(structs.replace(each, allowed_versions=("005010X222A2",)) for each in jobs.reference.partners)
    jobs.__dict__["reference"] = replace(jobs.reference, partners=allowing)
    path = demo.inbox / "allowed.x12"
    path.write_bytes(NOT_ADOPTED)
    assert jobs.receive(path, RECEIVED).receipts[0].verdict == "accepted"
    jobs.adjudicate()
    jobs.pay()
    jobs.deliver()
    answers = demo.answers("riverbend")
    assert "AK1*HC*501*005010X222A2" in answers
    assert answers[answers.index("AK2*837*0001*005010X222A2") + 1] == "IK5*A"
    assert_good_claim_is_paid(demo)


def test_a_set_that_nothing_works_on_is_refused_in_the_999(demo: Demo) -> None:
    """A right eligibility answer validates, and is refused on receipt: it is not accepted and then forgotten."""
    body = [text for text in clean_segments("271") if text[:3] not in ("ISA", "GS*", "GE*", "IEA")]
    isa = clinic_file(claim_set("0001", [GOOD])).decode().split("\n")[0]
    group = "GS*HB*RIVERBEND*94267*20260302*0830*501*X*005010X279A1~"
    content = [isa, group, *(f"{text}~" for text in body), "GE*1*501~", "IEA*1*000000501~"]
    received, _paid = demo.run("".join(content).encode())
    assert received.receipts[0].summary.findings == ("set-not-supported",)
    assert [segment for segment in demo.answers("riverbend") if segment[:3] == "IK5"] == ["IK5*R*1"]


def test_a_set_in_the_wrong_kind_of_group_is_refused_in_the_999(demo: Demo) -> None:
    """A remittance set in a group of claims is refused with IK502 18; the set beside it is paid."""
    content = good_and(claim_set("0002", [clinic_claim("BAD-1", "M02", 11)])).decode()
    received, _paid = demo.run(content.replace("ST*837*0002*", "ST*835*0002*").encode())
    assert received.receipts[0].summary.findings == ("set-not-of-group",)
    assert [segment for segment in demo.answers("riverbend") if segment[:3] == "IK5"] == ["IK5*A", "IK5*R*18"]
    assert_good_claim_is_paid(demo)


def test_a_wrong_segment_count_is_refused_in_the_999(demo: Demo) -> None:
    """SE01 that is not the number of segments refuses its set with IK502 4; the set beside it is paid."""
    content = good_and(claim_set("0002", [clinic_claim("BAD-1", "M01", 11)])).decode()
    start = content.rindex("SE*")
    spoilt = content[:start] + "SE*99*0002~" + content[content.index("~", start) + 1 :]
    demo.run(spoilt.encode())
    assert [segment for segment in demo.answers("riverbend") if segment[:3] in ("IK5", "AK9")] == [
        "IK5*A",
        "IK5*R*4",
        "AK9*P*2*2*1",
    ]
    assert_good_claim_is_paid(demo)
    assert "BAD-1" not in demo.decisions()


def test_a_cut_off_file_gets_a_ta1_023(demo: Demo) -> None:
    """A file that ends before IEA is refused whole; sent again whole under the same number it is taken."""
    whole = clinic_file(claim_set("0001", [GOOD]))
    demo.run(whole[: whole.index(b"SE*")])
    assert "TA1*000000501*260302*0830*R*023" in demo.answers("riverbend")
    assert demo.decisions() == {}
    demo.run(whole)
    assert_good_claim_is_paid(demo)


def test_a_claim_for_another_payer_is_refused_in_the_277ca(demo: Demo) -> None:
    """2010BB that is not us refuses the claim; its neighbours go on."""
    demo.run(interchange(PRAIRIELINK, CLEARINGHOUSE, 501, [claim_set("0001", clearinghouse_claims())]))
    answers = demo.answers("prairielink")
    start = answers.index("TRN*2*HB-78")
    assert answers[start + 1].startswith("STC*A3:116")
    assert "HB-78" not in demo.decisions()
    assert demo.decisions()["HB-77"].paid == Decimal("470.00")


def test_an_unknown_billing_provider_is_refused_in_the_277ca(demo: Demo) -> None:
    """A billing NPI that we do not know refuses all claims of that provider at once; its neighbours go on."""
    demo.run(interchange(PRAIRIELINK, CLEARINGHOUSE, 501, [claim_set("0001", clearinghouse_claims())]))
    answers = demo.answers("prairielink")
    start = next(at for at, segment in enumerate(answers) if segment.startswith("HL*") and segment.endswith("*2*19*0"))
    assert [segment[:13] for segment in answers[start + 3 : start + 6]] == ["STC*A7:562:85", "QTY*QC*1", "AMT*YY*120"]
    assert "TRN*2*NC-1" not in answers
    assert "NC-1" not in demo.decisions()


def test_an_unknown_member_is_accepted_then_denied(demo: Demo) -> None:
    """A member that we do not know is accepted, then decided with CLP02 4 and PR-31 for the whole charge."""
    demo.run(clinic_file(claim_set("0001", clinic_claims())))
    answers = demo.answers("riverbend")
    assert answers[answers.index("TRN*2*RB-2606") + 1].startswith("STC*A2:20")
    made = demo.decisions()["RB-2606"]
    assert (made.status, made.status277, made.paid) == ("4", "F2:33", Decimal("0.00"))
    assert [(each.group, each.carc, each.amount) for each in made.lines[0].adjustments] == [
        ("PR", "31", Decimal("145.00"))
    ]


def test_coverage_that_ended_is_denied(demo: Demo) -> None:
    """A day of service after the coverage is denied with PR-27."""
    demo.run(clinic_file(claim_set("0001", clinic_claims())))
    made = demo.decisions()["RB-2605"]
    assert (made.status, made.status277, made.paid) == ("1", "F2:88", Decimal("0.00"))
    assert [(each.group, each.carc) for each in made.lines[0].adjustments] == [("PR", "27")]
    (remittance,) = demo.workspace.home.glob("outbox/*/900000001.835")
    assert "DTM*036*20251231~" in remittance.read_text()


def test_a_test_file_is_answered_and_never_decided(demo: Demo) -> None:
    """ISA15 T is validated and acknowledged with ISA15 T in a folder of its own, and moves no money."""
    content = interchange(RIVERBEND, CLINIC, 501, [claim_set("0001", [GOOD])], usage="T")
    _received, paid = demo.run(content)
    assert demo.answers("riverbend") == []
    answers = demo.answers("riverbend/test")
    assert answers[0].split("*")[15] == "T"
    assert "IK5*A" in answers
    assert demo.decisions() == {}
    assert paid.built == ()


@pytest.mark.parametrize("times", [2, 3])
def test_the_same_file_again_pays_nothing_and_answers_alike(demo: Demo, times: int) -> None:
    """Received again, a file gives its first outcome and the same answers, byte for byte."""
    content = clinic_file(claim_set("0001", [GOOD]))
    first, _paid = demo.run(content)
    answers = demo.answers("riverbend")
    for _ in range(times - 1):
        again, paid = demo.run(content)
        assert again.again
        assert again.receipts[0].verdict == first.receipts[0].verdict
        assert paid.built == ()
    assert demo.answers("riverbend") == answers


def test_the_same_interchange_in_another_file_is_not_taken_twice(demo: Demo) -> None:
    """An interchange that comes again inside a longer file repeats the first receipt."""
    content = clinic_file(claim_set("0001", [GOOD]))
    demo.run(content)
    received, paid = demo.run(content + b"\n\n")
    assert received.receipts[0].verdict == "repeated"
    assert received.receipts[0].summary.repeats == 1
    assert paid.built == ()


def test_a_file_that_repeats_gives_the_first_answers_every_time(demo: Demo) -> None:
    """The longer file received once more has the first answers delivered anew, though a partner took them away."""
    content = clinic_file(claim_set("0001", [GOOD]))
    demo.run(content)
    first = demo.answers("riverbend")
    for _time in range(2):
        for file in (demo.workspace.home / "outbox" / "riverbend").glob("*.ack"):
            file.unlink()
        demo.run(content + b"\n\n")
        assert demo.answers("riverbend") == first


@pytest.mark.parametrize(
    ("element", "sent"), [(6, b"RIVER\0BEND     "), (13, b"0000000005011234"), (13, b"00000\x00501"), (15, b"PPPP")]
)
def test_an_isa_that_no_database_keeps_is_refused_like_any(demo: Demo, element: int, sent: bytes) -> None:
    """An element of ISA that is too long or holds a NUL refuses its interchange; the next file is taken."""
    elements = clinic_file(claim_set("0001", [GOOD])).split(b"*")
    elements[element] = sent
    assert demo.receive(b"*".join(elements)).receipts[0].verdict == "rejected"
    assert demo.receive(clinic_file(claim_set("0001", [GOOD]), number=502)).receipts[0].verdict == "accepted"


def test_a_control_number_with_other_content_gets_a_ta1_025(demo: Demo) -> None:
    """The control number of an interchange that was taken cannot be used for another one."""
    demo.run(clinic_file(claim_set("0001", [GOOD])))
    demo.run(clinic_file(claim_set("0001", [clinic_claim("OTHER-1", "M02", 12)])))
    assert "TA1*000000501*260302*0830*R*025" in demo.answers("riverbend")
    assert set(demo.decisions()) == {"GOOD-1"}


def test_a_control_number_is_another_partners_own(demo: Demo) -> None:
    """The same ISA13 from another sender is no duplicate, nor is it between test and production."""
    demo.run(clinic_file(claim_set("0001", [GOOD])))
    other = interchange(PRAIRIELINK, CLEARINGHOUSE, 501, [claim_set("0001", clearinghouse_claims())])
    assert demo.receive(other).receipts[0].verdict == "partially_accepted"
    test = interchange(RIVERBEND, CLINIC, 501, [claim_set("0001", [GOOD])], usage="T")
    assert demo.receive(test).receipts[0].verdict == "accepted"


def test_a_set_number_that_stands_twice_is_refused_in_the_999(demo: Demo) -> None:
    """The second set of a group with the same ST02 is refused with IK502 23; the first is paid."""
    demo.run(good_and(claim_set("0001", [clinic_claim("BAD-1", "M01", 11)])))
    assert [segment for segment in demo.answers("riverbend") if segment[:3] in ("AK2", "IK5", "AK9")] == [
        "AK2*837*0001*005010X222A1",
        "IK5*A",
        "AK2*837*0001*005010X222A1",
        "IK5*R*23",
        "AK9*P*2*2*1",
    ]
    assert_good_claim_is_paid(demo)
    assert "BAD-1" not in demo.decisions()


def test_a_group_number_that_stands_twice_is_refused_in_the_999(demo: Demo) -> None:
    """The second group of an interchange with the same GS06 is refused with AK905 19; the first is paid."""
    good = clinic_file(claim_set("0001", [GOOD])).decode()
    group = good[good.index("GS*") : good.index("IEA*")]
    again = group.replace("GOOD-1", "BAD-1")
    demo.run(good.replace(group, group + again).replace("IEA*1*", "IEA*2*").encode())
    answers = demo.answers("riverbend")
    assert [segment for segment in answers if segment[:3] in ("AK1", "AK9")] == [
        "AK1*HC*501*005010X222A1",
        "AK9*A*1*1*1",
        "AK1*HC*501*005010X222A1",
        "AK9*R*1*1*0*19",
    ]
    assert_good_claim_is_paid(demo)
    assert "BAD-1" not in demo.decisions()


@pytest.mark.parametrize(("asked", "told"), [(b"0", []), (b"1", ["TA1*000000501*260302*0830*A*000"])])
def test_a_ta1_is_sent_when_asked_for(demo: Demo, asked: bytes, told: list[str]) -> None:
    """ISA14 says whether an accepted interchange gets its TA1."""
    elements = clinic_file(claim_set("0001", [GOOD])).split(b"*")
    elements[14] = asked
    demo.run(b"*".join(elements))
    assert [segment for segment in demo.answers("riverbend") if segment.startswith("TA1")] == told
    assert_good_claim_is_paid(demo)


def test_a_refused_file_belongs_to_the_partner_that_is_known_when_it_comes_once_more(demo: Demo) -> None:
    """A sender who became a partner after the refusal is the partner of the receipt and of its claims."""
    content = clinic_file(claim_set("0001", [GOOD]))
    jobs = demo.jobs
    jobs.__dict__["reference"] = replace(jobs.reference, partners=())
    file = demo.inbox / "stranger.x12"
    file.write_bytes(content)
    assert jobs.receive(file, RECEIVED).receipts[0].partner == ""
    assert demo.receive(content, again=True).receipts[0].partner == "riverbend"
    demo.jobs.deliver()
    assert demo.receive(content).receipts[0].partner == "riverbend"
    assert [file.folder for file in demo.jobs.deliver().files] == ["outbox/riverbend"]  # the refusal is not told again


def test_a_refused_file_can_be_received_once_more(demo: Demo) -> None:
    """`receive --again` judges a refused file anew, and what it had taken stays taken once."""
    content = clinic_file(claim_set("0001", [GOOD])).replace(b"*ZZ*RIVERBEND      *", b"*ZZ*STRANGER       *")
    demo.receive(content)
    again = demo.receive(content, again=True)
    assert again.receipts[0].verdict == "rejected"
    demo.jobs.deliver()
    assert demo.answers("unknown-senders").count("TA1*000000501*260302*0830*R*006") == 2
