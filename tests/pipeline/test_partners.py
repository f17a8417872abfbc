"""What is agreed on with a partner holds for its files, and for nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from hpedi.commands.payer_files import load_folder
from hpedi.mappings_folder import sample
from hpedi.pipeline.partner_profiles import keep_profile, profile_history, read_profiles, trial_traffic
from hpedi.pipeline.received import ReceivedFile
from hpedi.reference.partners import Acknowledgements
from hpedi.reference.reference import Reference
from samples.write_inbound import (
    CLEARINGHOUSE,
    CLINIC,
    PRAIRIELINK,
    RIVERBEND,
    claim_set,
    clinic_claim,
    harbor_claim,
    interchange,
)
from tests.pipeline.conftest import RECEIVED, Demo

pytestmark = pytest.mark.any_database


def clinic_file(number: int = 501, usage: str = "P", sets: int = 1) -> bytes:
    """Return an interchange of the clinic."""
    claims = [claim_set(f"{at:04}", [clinic_claim(f"C-{number}-{at}", "M01", 10)]) for at in range(1, sets + 1)]
    return interchange(RIVERBEND, CLINIC, number, claims, usage=usage)


def clearinghouse_file(number: int = 601, sets: int = 1) -> bytes:
    """Return an interchange of the clearinghouse."""
    claims = [claim_set(f"{at:04}", [harbor_claim(f"H-{number}-{at}", 10)]) for at in range(1, sets + 1)]
    return interchange(PRAIRIELINK, CLEARINGHOUSE, number, claims)


def agree(demo: Demo, partner_id: str, why: str = "agreed", **fields: Any) -> None:
    """Change a partner's profile."""
    with demo.workspace.books.writing(demo.jobs.context) as work:
        profiles = read_profiles(work)
        held = next(each for each in profiles.holding if each.id == partner_id)
        keep_profile(work, profiles, structs.replace(held, **fields), action="partner set", why=why)


def told(received: ReceivedFile) -> tuple[str, str, tuple[str, ...]]:
    """Return verdict, TA1 and codes of a file's only interchange."""
    (receipt,) = received.receipts
    return receipt.verdict, receipt.summary.ta1, receipt.summary.findings


@pytest.mark.parametrize(
    ("state", "test", "production"),
    [
        ("draft", ("rejected", "R*006", ("partner-draft",)), ("rejected", "R*006", ("partner-draft",))),
        ("testing", ("accepted", "A*000", ()), ("rejected", "R*020", ("partner-in-testing",))),
        ("live", ("accepted", "A*000", ()), ("accepted", "A*000", ())),
        ("suspended", ("rejected", "R*006", ("partner-suspended",)), ("rejected", "R*006", ("partner-suspended",))),
    ],
)
def test_each_state_takes_what_it_takes(demo: Demo, state: str, test: object, production: object) -> None:
    """Draft and suspended take nothing, testing takes test data, live takes both; the receipt keeps the reason."""
    agree(demo, "riverbend", state=state)
    assert told(demo.receive(clinic_file(501, "T"))) == test
    assert told(demo.receive(clinic_file(502, "P"))) == production
    demo.jobs.adjudicate()
    paid = demo.jobs.pay()
    assert len(paid.built) == (state == "live")


def test_a_refused_partner_reads_why_in_its_own_folder(demo: Demo) -> None:
    """The TA1 to a suspended partner goes where its answers go, and names 006."""
    agree(demo, "riverbend", state="suspended")
    demo.run(clinic_file(501))
    answers = demo.answers("riverbend")
    assert "TA1*000000501*260302*0830*R*006" in answers
    assert not any(segment.startswith("GS") for segment in answers)


def test_a_usage_that_is_not_agreed_on_is_refused(demo: Demo) -> None:
    """A live partner that may send production data only is refused test data with 020."""
    agree(demo, "riverbend", usages=("P",))
    assert told(demo.receive(clinic_file(501, "T"))) == ("rejected", "R*020", ("isa-usage",))


def test_test_data_has_numbers_of_its_own_and_is_never_decided(demo: Demo) -> None:
    """Answers to test data count their own ISA13 and GS06; production numbers have no gap; no claim is kept."""
    demo.run(clinic_file(501, "T"))
    demo.run(clinic_file(501, "P"))
    _received, paid = demo.run(clinic_file(502, "T"))
    assert paid.built == ()
    assert list(demo.decisions()) == ["C-501-1"]
    isas = {folder: [s.split("*") for s in demo.answers(folder) if s.startswith("ISA*")] for folder in
            ("riverbend", "riverbend/test")}  # fmt: skip
    assert [(isa[13], isa[15]) for isa in isas["riverbend/test"]] == [("000000001", "T"), ("000000002", "T")]
    assert [(isa[13], isa[15]) for isa in isas["riverbend"]] == [("000000001", "P")]
    of_tests = [s.split("*") for s in demo.answers("riverbend/test") if s.startswith("GS*")]
    assert [gs[6] for gs in of_tests] == ["1", "2", "3", "4"]
    numbers = [s for s in demo.answers("riverbend/test") if s.startswith("REF*1K*")]
    assert all(number.startswith("REF*1K*T") for number in numbers)
    assert len(numbers) == 2


def test_a_set_that_is_not_agreed_on_is_refused_in_the_999(demo: Demo) -> None:
    """A partner that sends 837I only is refused an 837P with IK502 1; another partner's 837P is taken."""
    agree(demo, "riverbend", sends=("837I",))
    received, _paid = demo.run(clinic_file())
    assert told(received)[2] == ("set-not-allowed",)
    assert "IK5*R*1" in demo.answers("riverbend")
    assert demo.run(clearinghouse_file())[0].receipts[0].verdict == "accepted"


IN_FUTURE = (b"DTP*472*D8*20260210", b"DTP*472*D8*20260310")
"""The service begins after BHT04 (2 March): rule S4-220, usually an error."""


@pytest.mark.parametrize(
    ("weight", "verdict", "findings"),
    [("warning", "accepted_with_errors", ("service-in-future",)), ("off", "accepted", ())],
)
def test_a_weight_changes_a_verdict_for_its_partner_only(
    demo: Demo, weight: str, verdict: str, findings: tuple[str, ...]
) -> None:
    """A rule that one partner weighs as a warning, or has off, refuses the same fault of another."""
    agree(demo, "riverbend", severities={"S4-220": weight})
    mild = demo.receive(clinic_file().replace(*IN_FUTURE))
    harsh = demo.receive(clearinghouse_file().replace(*IN_FUTURE))
    assert told(mild)[0::2] == (verdict, findings)
    assert mild.receipts[0].summary.claims_refused == 0
    assert told(harsh)[2] == ("service-in-future",)
    assert harsh.receipts[0].summary.claims_refused == 1


def test_limits_hold_for_their_partner_only(demo: Demo) -> None:
    """Two sets are over the limit of a partner that may send one an interchange, and not over another's."""
    agree(demo, "riverbend", limits={"sets_in_interchange": 1})
    assert told(demo.receive(clinic_file(501, sets=2)))[2] == ("limit-exceeded",)
    assert told(demo.receive(clearinghouse_file(sets=2)))[0] == "accepted"


def test_a_partner_chooses_its_answers(demo: Demo) -> None:
    """Without 277CA, never a TA1 for what is accepted, and with line breaks; 999 and a refusing TA1 are always sent."""
    agree(demo, "riverbend", acknowledgements=Acknowledgements(ta1="never", claims=False, line_breaks=True))
    demo.run(clinic_file(501))
    demo.run(clinic_file(501).replace(b"C-501-1", b"C-501-9"))
    first, second = (path.read_text() for path in sorted((demo.workspace.home / "outbox" / "riverbend").glob("*.ack")))
    assert [line[:3].rstrip("*") for line in first.splitlines() if line[:2] in ("TA", "GS")] == ["GS"]
    assert all(line.endswith("~") for line in first.splitlines())
    assert "GS*FA*" in first
    assert "TA1*000000501*260302*0830*R*025~\n" in second


def test_a_partner_may_always_have_a_ta1(demo: Demo) -> None:
    """An accepted interchange that asks for none (ISA14 = 0) gets its TA1 where the partner chose so."""
    quiet = clinic_file(501).replace(b"*1*P*:", b"*0*P*:")
    demo.run(quiet)
    assert not any(segment.startswith("TA1") for segment in demo.answers("riverbend"))
    agree(demo, "riverbend", acknowledgements=Acknowledgements(ta1="always"))
    demo.run(quiet.replace(b"000000501", b"000000502"))
    assert [segment for segment in demo.answers("riverbend") if segment.startswith("TA1")] == [
        "TA1*000000502*260302*0830*A*000"
    ]


def test_remittances_go_to_who_receives_them(demo: Demo) -> None:
    """A partner that receives no 835 by agreement is sent none: a folder of the provider, and no partner, gets it."""
    agree(demo, "riverbend", receives=("271",))
    demo.run(clinic_file())
    assert list((demo.workspace.home / "outbox" / "pick-up" / "RIVERBEND").glob("*.835"))
    assert not list((demo.workspace.home / "outbox" / "riverbend").glob("*.835"))


def hand_in(demo: Demo, content: bytes, partner_id: str) -> ReceivedFile:
    """Receive bytes that a signed-in partner handed in."""
    path = demo.inbox / "handed-in.x12"
    path.write_bytes(content)
    jobs = demo.jobs
    return jobs.receive(path, RECEIVED, login=jobs.partner(partner_id))


def test_a_file_of_somebody_else_goes_to_quarantine(demo: Demo) -> None:
    """What names another's identities is quarantined with the reason, unanswered; its owner can still send it."""
    content = clinic_file()
    refused = hand_in(demo, content, "prairielink")
    assert refused.quarantined == "sender-not-owned, group-sender-not-owned, submitter-not-owned"
    assert refused.has_errors
    (note,) = demo.workspace.quarantine.glob("*.txt")
    assert "names what is not its sender's own: sender-not-owned" in note.read_text()
    demo.jobs.deliver()
    assert demo.answers("riverbend") == demo.answers("prairielink") == []
    assert told(hand_in(demo, content, "riverbend"))[0] == "accepted"


def test_a_received_file_tells_nothing_to_somebody_else(demo: Demo) -> None:
    """Handed in by another once more, a received file stays as it is, and its outcome is not told."""
    content = clinic_file()
    assert told(hand_in(demo, content, "riverbend"))[0] == "accepted"
    foreign = hand_in(demo, content, "prairielink")
    assert foreign.receipts == ()
    assert foreign.quarantined
    again = hand_in(demo, content, "riverbend")
    assert again.again
    assert told(again)[0] == "accepted"


def test_the_history_tells_when_by_whom_and_why(demo: Demo) -> None:
    """Loading and each change are steps, with the fields that they changed."""
    agree(demo, "riverbend", "letter of 2 March", sends=("837P",))
    agree(demo, "riverbend", "lapsed", state="suspended")
    with demo.workspace.books.reading(demo.jobs.context) as work:
        steps = profile_history(work, "riverbend")
    assert [step.why for step in steps] == ["payer folder loaded", "letter of 2 March", "lapsed"]
    assert steps[1].changed == (("sends", [], ["837P"]),)
    assert steps[2].changed == (("state", "live", "suspended"),)
    assert {step.by for step in steps} == {"system:operator"}
    assert all(step.at == demo.jobs.context.instant for step in steps)


def test_a_change_survives_a_load_and_old_snapshots_stay(demo: Demo) -> None:
    """The same payer folder loaded again changes nothing of it; what was known before can be read again."""
    agree(demo, "riverbend", state="suspended", sends=("837P",))
    loaded, outcome = load_folder(demo.workspace, demo.jobs.context, sample("payer"))
    assert not loaded.findings
    assert outcome is not None
    assert (outcome.changed, outcome.snapshot) == (0, 2)
    held = demo.jobs.partner("riverbend")
    assert (held.state, held.sends) == ("suspended", ("837P",))
    with demo.workspace.books.reading(demo.jobs.context) as work:
        before = Reference.of(work.reference.records(1), snapshot=1)
    assert next(each for each in before.partners if each.id == "riverbend").state == "live"


def test_what_came_in_testing_is_counted(demo: Demo) -> None:
    """Test interchanges, sets, claims and findings are counted; a repeated one and production data are not."""
    agree(demo, "riverbend", state="live")
    demo.receive(clinic_file(501, "T", sets=2))
    demo.receive(clinic_file(501, "T", sets=2) + b"\n")
    demo.receive(clinic_file(502, "P"))
    demo.receive(clinic_file(503, "T").replace(*IN_FUTURE))
    with demo.workspace.books.reading(demo.jobs.context) as work:
        traffic = trial_traffic(work, "riverbend")
    assert (traffic.interchanges, traffic.accepted, traffic.last_accepted) == (2, 1, False)
    assert (traffic.claims, traffic.claims_refused) == (3, 1)
    assert {name: tuple(sets) for name, sets in traffic.sets.items()} == {"837P": (3, 1)}
    assert traffic.findings == {"service-in-future": 1}
