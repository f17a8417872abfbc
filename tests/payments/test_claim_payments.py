"""What the 835 says of a decided claim beside its money: numbers, names known otherwise, and codes billed otherwise."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hpedi.adjudication.correction import reversal_of
from hpedi.adjudication.decision import ClaimDecision, KnownParties, Stay
from hpedi.claims.claim import ReceivedClaim
from hpedi.claims.parties import Name
from hpedi.money import usd
from hpedi.payments.claim_payments import ClaimFiling, claim_payment
from hpedi.transactions.remittance_835.model import ClaimPayment, NamedPayer, SubmittedService
from hpedi.transactions.remittance_835.write import write_remittance
from tests.payments.worked_example import VISIT, decided
from tests.transactions.remittance_835.examples import GS56

FILING = ClaimFiling(usual="12", by_plan={})


def told(received: ReceivedClaim, made: ClaimDecision) -> ClaimPayment:
    """Return the claim payment."""
    return claim_payment(received, made, "1000000012", FILING)


def segments(claim: ClaimPayment) -> list[str]:
    """Return the segments of its loop, with their composites joined by colons."""
    every = list(write_remittance(replace(GS56, claims=(claim,))))
    start = next(place for place, each in enumerate(every) if each[0] == "CLP")
    joined = [[part if isinstance(part, str) else ":".join(map(str, part)) for part in each] for each in every[start:]]
    return ["*".join(each).rstrip("*") for each in joined]


@pytest.fixture
def visit() -> tuple[ReceivedClaim, ClaimDecision]:
    """A visit that was decided."""
    return decided("C1", VISIT)


def test_a_correction_of_another_claim_names_it(visit: tuple[ReceivedClaim, ClaimDecision]) -> None:
    """A replacement has a number of its own: REF*F8 names the claim it corrects; a correction of ours needs none."""
    received, made = visit
    assert told(received, replace(made, kind="correction", of="C0/1")).references == (("F8", "C0"),)
    assert told(received, replace(made, kind="correction", of="C1/1")).references == ()
    assert "REF*F8*C0" in segments(told(received, replace(made, kind="correction", of="C0/1")))


def test_the_provider_gets_its_own_numbers_and_amounts_back(visit: tuple[ReceivedClaim, ClaimDecision]) -> None:
    """Medical record number, what the patient paid and a line's tax are told; a reversal tells no such amounts."""
    received, made = visit
    line = replace(received.claim.lines[0], amounts=(("T", usd("3.60")), ("F4", usd("1.00"))))
    claim = replace(received.claim, medical_record_number="MRN7", patient_paid=usd("30.00"), lines=(line,))
    received = replace(received, claim=claim)
    written = segments(told(received, made))
    assert [each for each in ("REF*EA*MRN7", "AMT*F5*30", "AMT*T*3.6") if each not in written] == []
    taken_back = told(replace(received, version=2), reversal_of(made, 2, "provider_void", ""))
    assert (taken_back.amounts, taken_back.services[0].amounts) == ((), ())


def test_a_stay_tells_its_authorisation_with_the_claim(visit: tuple[ReceivedClaim, ClaimDecision]) -> None:
    """A claim priced as one has no lines in the 835: REF*G1 stands with it, once."""
    received, made = visit
    lines = (replace(VISIT, references=(("G1", "AUTH1"), ("APC", "5012"))),)
    made = replace(made, lines=lines, stay=Stay(covered_charge=usd("185.00")))
    assert told(received, made).references == (("G1", "AUTH1"),)


def test_who_is_known_otherwise_is_told(visit: tuple[ReceivedClaim, ClaimDecision]) -> None:
    """The patient's right name and id (NM1*74), and the payer that pays before us (NM1*PR)."""
    received, made = visit
    known = KnownParties(
        patient=Name(last="LAKE", first="MARIA"), member_id="HS2", priority_payer="OTHER PLAN", priority_payer_id="777"
    )
    claim = told(received, replace(made, known=known))
    assert claim.priority_payer == NamedPayer(name="OTHER PLAN", payer_id="777")
    written = segments(claim)
    assert [
        each for each in ("NM1*74*1*LAKE*MARIA****C*HS2", "NM1*PR*2*OTHER PLAN*****PI*777") if each in written
    ] != []
    assert written.index("NM1*74*1*LAKE*MARIA****C*HS2") < written.index("NM1*PR*2*OTHER PLAN*****PI*777")


@pytest.mark.parametrize(
    ("patient", "member_id", "expected"),
    [
        (Name(last="LAKE", first="MARÍA"), "", ["NM1*74*1*LAKE*MARIA"]),
        (Name(last="湖", first="MARÍA"), "", []),
        (Name(last="湖", first="MARÍA"), "HS2", ["NM1*74*1******C*HS2"]),
        (Name(last="O'LAKE-ROE", first="Maria"), "", ["NM1*74*1*O'LAKE-ROE*Maria"]),
    ],
    ids=["accent", "no such letter", "no such letter and id", "signs"],
)
def test_a_corrected_name_is_told_in_letters_that_x12_has(
    visit: tuple[ReceivedClaim, ClaimDecision], patient: Name, member_id: str, expected: list[str]
) -> None:
    """Without its accents; a name for which X12 has no letters is left out, and only the id is told."""
    received, made = visit
    claim = told(received, replace(made, known=KnownParties(patient=patient, member_id=member_id)))
    assert [each for each in segments(claim) if each.startswith("NM1*74")] == expected


def test_a_code_that_was_decided_otherwise_tells_what_was_billed(visit: tuple[ReceivedClaim, ClaimDecision]) -> None:
    """Bundled into 99214, the line tells the code that was billed in SVC06; else SVC06 is empty."""
    received, made = visit
    bundled = replace(made, lines=(replace(VISIT, code="99214"),))
    (service,) = told(received, bundled).services
    assert service.submitted == SubmittedService(code="99213")
    assert "SVC*HC:99214*185*90**1*HC:99213" in segments(told(received, bundled))
    assert told(received, made).services[0].submitted is None


def test_crossover_and_other_subscriber_are_written_in_order(visit: tuple[ReceivedClaim, ClaimDecision]) -> None:
    """Rendering provider, crossover carrier, priority payer and its subscriber follow in the guide's order."""
    payer = NamedPayer(name="OTHER PLAN", payer_id="777")
    claim = replace(
        told(*visit), rendering_npi="1000000103", rendering=Name(last="OLSON"), crossover=payer, priority_payer=payer,
        other_subscriber=Name(last="LAKE", first="JON"), other_subscriber_id="O1",
    )  # fmt: skip
    names = [each.split("*")[1] for each in segments(claim) if each.startswith("NM1")]
    assert names == ["QC", "82", "TT", "PR", "GB"]
