"""The 277CA and the 999 of whole submissions, from their bytes to the bytes of the answers, worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from hpedi.acceptance.acknowledge import acknowledge
from hpedi.acceptance.claim_checks import PayerFacts, payer_checks
from hpedi.acceptance.verdicts import Verdict
from hpedi.claims.claim import Claim, Drug
from hpedi.claims.parties import Name, Payer
from hpedi.money import usd
from hpedi.x12.writer import write_x12
from tests.acceptance.submissions import JOHN, LINE, MARY, judged, submitted
from tests.acceptance.test_acknowledge import NUMBERS, claim_answers, texts_of

OURS = PayerFacts(payer_ids={"94267"}, billing_npis={"1000000012"})
STRANGER = replace(MARY.billing, name=Name(last="HILL CLINIC"), npi="1234567893")
ACCIDENT = replace(MARY, patient_control_number="PCN3", related_causes=("AA",), accident_state="MN")
DRUG_LINE = replace(
    LINE,
    number=2,
    code="J3420",
    modifiers=("KX",),
    charged=usd("15.50"),
    units=Decimal(3),
    diagnosis_pointers=(3,),
    control_number="DRUG-7",
    drug=Drug(ndc="00517003125", quantity=Decimal(3), unit="ML"),
)
POINTS_NOWHERE = replace(JOHN, charged=usd("200.50"), lines=(LINE, DRUG_LINE))


def answer_to(*claims: Claim, facts: PayerFacts = OURS) -> tuple[list[str], list[str]]:
    """Judge a submission of one set for this payer and return the bodies of its 999 and of its 277CA."""
    interchange, answers = claim_answers(submitted(list(claims)), claim_checks=payer_checks(facts))
    answer = acknowledge(interchange, NUMBERS, claims=answers)
    assert answer is not None
    written = write_x12(answer.interchange, answer.delimiters)
    back = judged(written)
    assert (back.verdict, back.interchanges[0].findings()) == (Verdict.ACCEPTED, [])
    segments = written.decode().split("~")
    starts = [at for at, text in enumerate(segments) if text.startswith("ST*")]
    ends = [at for at, text in enumerate(segments) if text.startswith("SE*")]
    of_group, of_claims = [segments[start + 1 : end] for start, end in zip(starts, ends, strict=True)]
    return of_group, of_claims


def test_a_mix_of_providers_claims_and_lines() -> None:
    """Two providers, four claims: one taken, one refused for a missing date, one for a line, one with its provider.

    They charge 185 + 185 + 200.50 + 185 = 755.50, of which 185 are taken and 570.50 refused.
    """
    stranger = replace(MARY, patient_control_number="PCN4", billing=STRANGER)
    of_group, of_claims = answer_to(MARY, ACCIDENT, POINTS_NOWHERE, stranger)
    assert of_group == [
        "AK1*HC*1*005010X222A1",
        "AK2*837*0001*005010X222A1",
        "IK3*DTP*24*2300*I6",
        "CTX*SITUATIONAL TRIGGER*CLM*24*2300*11:1",
        "CTX*CLM01:PCN3",
        "IK3*SV1*43*2400*8",
        "CTX*CLM01:PCN2",
        "IK4*7:1*1328*I12",
        "CTX*SITUATIONAL TRIGGER*HI*38*2300",
        "IK5*E*I5*5",
        "AK9*E*1*1*1",
    ]
    assert of_claims == [
        "BHT*0085*08*R1*20260312*083000*TH",
        "HL*1**20*1",
        "NM1*PR*2*HPEDI HEALTH PLAN*****PI*94267",
        "TRN*1*R1",
        "DTP*050*D8*20260311",
        "DTP*009*D8*20260312",
        "HL*2*1*21*1",
        "NM1*41*2*LAKES BILLING*****46*LAKES",
        "TRN*2*BATCH7",
        "STC*A1:19:PR*20260312*WQ*755.5",
        "QTY*90*1",
        "QTY*AA*3",
        "AMT*YU*185",
        "AMT*YY*570.5",
        "HL*3*2*19*1",
        "NM1*85*2*LAKE CLINIC*****XX*1000000012",
        "HL*4*3*PT",
        "NM1*QC*1*LAKE*MARY****MI*942670000101",
        "TRN*2*PCN1",
        "STC*A2:20*20260312*WQ*185",
        "REF*1K*ICN1",
        "REF*D9*TRACE1",
        "DTP*472*D8*20260310",
        "TRN*2*PCN3",
        "STC*A6:248*20260312*U*185",
        "REF*D9*TRACE1",
        "DTP*472*D8*20260310",
        "HL*5*3*PT",
        "NM1*QC*1*HILL*JOHN****MI*942670000201",
        "TRN*2*PCN2",
        "STC*A7:477*20260312*U*200.5",
        "DTP*472*D8*20260310",
        "SVC*HC:J3420:KX*15.5*****3",
        "STC*A7:477**U",
        "REF*FJ*DRUG-7",
        "DTP*472*D8*20260310",
        "HL*6*2*19*0",
        "NM1*85*2*HILL CLINIC*****XX*1234567893",
        "TRN*1*R1-2",
        "STC*A7:562:85**U*185",
        "QTY*QC*1",
        "AMT*YY*185",
    ]


ELSEWHERE = Payer(name="ANOTHER PLAN", id="11111")


@pytest.mark.parametrize(
    ("payer", "facts", "told"),
    [
        (ELSEWHERE, OURS, ["A3:116"]),
        (MARY.payer, PayerFacts(payer_ids={"94267"}, billing_npis={"1000000012"}, may_submit=lambda _: False),
         ["A3:24:41"]),
        (ELSEWHERE, PayerFacts(payer_ids={"94267"}, billing_npis={"1000000012"}, may_submit=lambda _: False),
         ["A3:116", "A3:24:41"]),
    ],
)  # fmt: skip
def test_a_submission_refused_as_a_whole(payer: Payer, facts: PayerFacts, told: list[str]) -> None:
    """A submission for another payer, or of a submitter that is not approved, is refused at the submitter's level."""
    of_group, of_claims = answer_to(replace(MARY, payer=payer), replace(JOHN, payer=payer), facts=facts)
    assert of_group[-1] in ("AK9*A*1*1*1", "AK9*E*1*1*1")
    first, *others = sorted(told, key=of_claims[9].index)
    assert of_claims[6:] == [
        "HL*2*1*21*0",
        "NM1*41*2*LAKES BILLING*****46*LAKES",
        "TRN*2*BATCH7",
        "*".join([f"STC*{first}*20260312*U*370", *([""] * 5 if others else []), *others]),
        "QTY*AA*2",
        "AMT*YY*370",
    ]


def test_a_line_that_cannot_be_read_is_told_with_its_number() -> None:
    """A line whose charge has a fraction of a cent refuses its claim; without REF*6R the line goes by LX01."""
    data = submitted([MARY]).replace(b"SV1*HC:T1015*185*", b"SV1*HC:T1015*185.005*")
    interchange, answers = claim_answers(data)
    segments = texts_of(acknowledge(interchange, NUMBERS, claims=answers))
    start = segments.index("TRN*2*PCN1")
    assert segments[start + 1].startswith("STC*A7:178*20260312*U*185")
    assert segments[start + 4 : start + 8] == [
        "SVC*HC:T1015*0*****1",
        segments[start + 5],
        "REF*FJ*1",
        "DTP*472*D8*20260310",
    ]
    assert segments[start + 5].startswith("STC*A7:178**U")


def test_the_same_submission_is_answered_alike() -> None:
    """The same bytes and the same numbers give the same answer, byte for byte."""
    data = submitted([MARY, ACCIDENT, POINTS_NOWHERE], [JOHN])
    first, again = [claim_answers(data, claim_checks=payer_checks(OURS)) for _ in range(2)]
    written = [acknowledge(interchange, NUMBERS, claims=answers) for interchange, answers in (first, again)]
    assert written[0] is not None
    assert written[1] is not None
    assert write_x12(written[0].interchange) == write_x12(written[1].interchange)
