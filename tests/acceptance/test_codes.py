"""Code sets (SNIP 5): which codes are wrong where and on which day, in sets written out in segments."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from typing import Final

import pytest

from hpedi.acceptance.checks.codes import code_check
from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import judged_file
from hpedi.acceptance.judging import Judging
from hpedi.acceptance.rules.plan import CheckPlan
from hpedi.acceptance.rules.rule import Rule, read_rules
from hpedi.code_files import code_book
from hpedi.findings import Finding
from hpedi.guide_files import GuideFiles
from hpedi.guides.load import Guide
from hpedi.mappings_folder import mapping
from hpedi.x12.reader import read_x12
from tests.acceptance.balancing_files import file_of, segments

BOOK: Final = code_book()
GUIDES: Final = GuideFiles()
PROFESSIONAL: Final = ("HC", "005010X222A1", "837")
INSTITUTIONAL: Final = ("HC", "005010X223A2", "837")
DENTAL: Final = ("HC", "005010X224A2", "837")
REMITTANCE: Final = ("HP", "005010X221A1", "835")
INQUIRY: Final = ("HS", "005010X279A1", "270")
STATUS: Final = ("HN", "005010X212", "277")

BILLING = """
    BHT*0019*00*REF1*20260105*0930*CH
    NM1*41*2*NORTH BILLING*****46*S1
    PER*IC*HELP DESK*TE*5555550100
    NM1*40*2*LAKESIDE HEALTH PLAN*****46*94267
    HL*1**20*1
    PRV*BI*PXC*207Q00000X
    NM1*85*2*NORTH CLINIC*****XX*1234567893
    N3*1 MAIN ST
    N4*TOWN*MN*554010001
    REF*EI*411234567
    HL*2*1*22*0
    SBR*P*18*******CI
    NM1*IL*1*DOE*ANN****MI*M100
    N3*2 MAIN ST
    N4*TOWN*MN*55402
    DMG*D8*19800101*F
    NM1*PR*2*LAKESIDE HEALTH PLAN*****PI*94267
"""
PROFESSIONAL_CLAIM = segments(
    BILLING
    + """
    CLM*C1*300***11:B:1*Y*A*Y*Y
    HI*ABK:E119*ABF:G35
    NM1*82*1*MILLS*EVE****XX*1000003016
    PRV*PE*PXC*207Q00000X
    LX*1
    SV1*HC:99213:25*200*UN*1***1
    DTP*472*D8*20250930
    LX*2
    SV1*HC:J3301*100*UN*1*11**1
    DTP*472*D8*20250930
    LIN**N4*00026063512
    CTP****1*ML
    """
)
INSTITUTIONAL_CLAIM = segments(
    BILLING
    + """
    CLM*C1*500***11:A:1**A*Y*Y
    DTP*096*TM*1100
    DTP*434*RD8*20250928-20251003
    DTP*435*DT*202509280900
    CL1*1*1*01
    REF*EA*MR-1
    HI*ABK:E119
    HI*ABJ:E119
    HI*ABF:G35A
    HI*BBR:0DTJ4ZZ:D8:20250929
    HI*BH:11:D8:20250928
    HI*BE:80:::5
    HI*BG:09
    NM1*71*1*MILLS*EVE****XX*1234567893
    NM1*72*1*VANCE*IRIS****XX*1000003057
    LX*1
    SV2*0120**300*DA*1
    DTP*472*D8*20250928
    LX*2
    SV2*0450*HC:99283*200*UN*1
    DTP*472*D8*20250928
    """
)
DENTAL_CLAIM = segments(
    BILLING
    + """
    CLM*C1*180***11:B:1*Y*A*Y*Y
    DTP*472*D8*20260102
    DN2*3*E****JP
    LX*1
    SV3*AD:D0120*60**10**1
    LX*2
    SV3*AD:D2140*120****1
    TOO*JP*30*M:O
    DTP*472*D8*20260103
    """
)
PAYMENT = segments(
    """
    BPR*I*100*C*CHK************20260110
    TRN*1*TRACE1*1941234567
    N1*PR*LAKESIDE HEALTH PLAN
    N3*1 LAKE ST
    N4*TOWN*MN*55401
    PER*BL*HELP DESK*TE*5555550100
    N1*PE*NORTH CLINIC*XX*1234567893
    REF*TJ*411234567
    LX*1
    CLP*C1*1*200*100**12*ICN1*11*1
    NM1*QC*1*DOE*ANN****MI*M100
    NM1*82*1*MILLS*EVE****XX*1000003016
    SVC*HC:99213*200*100**1
    DTM*472*20260101
    CAS*CO*45*100
    REF*HPI*1000003016
    LQ*RX*70
    LQ*HE*N382
    PLB*1234567893*20261231*WO:ICN9*0
    """
)
QUESTION = segments(
    """
    BHT*0022*13*ASK-1*20260105*0930
    HL*1**20*1
    NM1*PR*2*LAKESIDE HEALTH PLAN*****PI*94267
    HL*2*1*21*1
    NM1*1P*2*NORTH CLINIC*****XX*1234567893
    N3*1 MAIN ST
    N4*TOWN*MN*55401
    PRV*PE*PXC*207Q00000X
    HL*3*2*22*0
    NM1*IL*1*DOE*ANN****MI*M100
    REF*SY*411234567
    DMG*D8*19800101*F
    HI*ABK:E119
    DTP*291*D8*20260105
    EQ**HC:99213
    """
)
ANSWER = segments(
    """
    BHT*0010*08*ASK-2*20260105*0931*DG
    HL*1**20*1
    NM1*PR*2*LAKESIDE HEALTH PLAN*****PI*94267
    HL*2*1*21*1
    NM1*41*2*NORTH BILLING*****46*S1
    HL*3*2*19*1
    NM1*1P*2*NORTH CLINIC*****XX*1234567893
    HL*4*3*22*0
    NM1*IL*1*DOE*ANN****MI*M100
    TRN*2*T-1
    STC*F1:65*20260104**150*120*20260103**20260104*77
    REF*1K*94267-1
    DTP*472*D8*20251201
    SVC*HC:99213:25*100*80****1
    STC*F1:65*20260104
    DTP*472*D8*20251201
    """
)
SETS: Final = {
    PROFESSIONAL: PROFESSIONAL_CLAIM,
    INSTITUTIONAL: INSTITUTIONAL_CLAIM,
    DENTAL: DENTAL_CLAIM,
    REMITTANCE: PAYMENT,
    INQUIRY: QUESTION,
    STATUS: ANSWER,
}


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules of code sets."""
    return read_rules(mapping("acceptance/code_uses.yaml").read_bytes())


def plan(guide: Guide) -> CheckPlan:
    """Return the plan of a guide with these rules only."""
    name = GUIDES.name_of(guide)
    return CheckPlan(guide, [rule for rule in rules() if name in rule.guides], partial(code_check, BOOK))


def found(kind: tuple[str, str, str], lines: Iterable[str]) -> list[Finding]:
    """Return the findings of SNIP 5 in a file of one set."""
    judging = Judging(guide_for=GUIDES.guide_for, plan_for=lambda guide, _: plan(guide), claim_checks=())
    judged = judged_file(list(judge(read_x12(file_of(*kind, lines), file="a.x12"), judging)))
    return [each for interchange in judged.interchanges for each in interchange.findings()]


def told(kind: tuple[str, str, str], lines: Iterable[str]) -> list[str]:
    """Return findings as code and place, for example `diagnosis-code 2300 HI01-2`."""
    return [
        f"{each.code} {each.where.loop} {each.where.segment_id}{each.where.element or 0:02}"
        + (f"-{each.where.component}" if each.where.component else "")
        for each in found(kind, lines)
    ]


@pytest.mark.parametrize("kind", SETS, ids=lambda kind: kind[1])
def test_right_sets_have_no_finding(kind: tuple[str, str, str]) -> None:
    """Right codes of every set are told of by nothing."""
    assert found(kind, SETS[kind]) == []


CASES: Final = (
    (PROFESSIONAL, "ABK:E119", "ABK:E11", "diagnosis-code 2300 HI01-2"),
    (PROFESSIONAL, "ABK:E119", "ABK:EE119", "diagnosis-code 2300 HI01-2"),
    (PROFESSIONAL, "ABF:G35", "ABF:G35A", "diagnosis-code 2300 HI02-2"),
    (PROFESSIONAL, "ABK:E119*ABF:G35", "BK:250", "diagnosis-code-icd-9 2300 HI01-2"),
    (PROFESSIONAL, "HC:99213", "HC:9921", "procedure-code 2400 SV101-2"),
    (PROFESSIONAL, "HC:J3301", "HC:J330", "procedure-code 2400 SV101-2"),
    (PROFESSIONAL, "99213:25", "99213:2-", "procedure-modifier 2400 SV101-3"),
    (PROFESSIONAL, "11:B:1", "11:B:L", "claim-frequency 2300 CLM05-3"),
    (PROFESSIONAL, "N4*00026063512", "N4*00000000000", "ndc-code 2410 LIN03"),
    (PROFESSIONAL, "XX*1000003016", "XX*1000003017", "rendering-npi 2310B NM109"),
    (PROFESSIONAL, "XX*1234567893", "XX*1234567890", "billing-npi 2010AA NM109"),
    (PROFESSIONAL, "BI*PXC*207Q00000X", "BI*PXC*207Q000000", "billing-taxonomy 2000A PRV03"),
    (PROFESSIONAL, "PE*PXC*207Q00000X", "PE*PXC*FAMILY", "rendering-taxonomy 2310B PRV03"),
    (PROFESSIONAL, "EI*411234567", "EI*070000302", "billing-tax-id 2010AA REF02"),
    (PROFESSIONAL, "MN*55402", "MN*90210", "zip-code 2010BA N403"),
    (PROFESSIONAL, "MN*55402", "MN*5540", "zip-code 2010BA N403"),
    (INSTITUTIONAL, "ABF:G35A", "ABF:G35", "discharge-diagnosis-code 2300 HI01-2"),
    (INSTITUTIONAL, "BBR:0DTJ4ZZ", "BBR:0DTJ4Z", "inpatient-procedure-code 2300 HI01-2"),
    (INSTITUTIONAL, "BH:11", "BH:1", "occurrence-code 2300 HI01-2"),
    (INSTITUTIONAL, "BE:80", "BE:8", "value-code 2300 HI01-2"),
    (INSTITUTIONAL, "BG:09", "BG:9", "condition-code 2300 HI01-2"),
    (INSTITUTIONAL, "11:A:1", "01:A:1", "type-of-bill 2300 CLM05-1"),
    (INSTITUTIONAL, "CL1*1*1*01", "CL1*7*1*01", "admission-type 2300 CL101"),
    (INSTITUTIONAL, "CL1*1*1*01", "CL1*1*7*01", "admission-source 2300 CL102"),
    (INSTITUTIONAL, "CL1*1*1*01", "CL1*1*1*99", "patient-status 2300 CL103"),
    (INSTITUTIONAL, "SV2*0120", "SV2*120", "revenue-code 2400 SV201"),
    (INSTITUTIONAL, "HC:99283", "HP:1AF", "hipps-code 2400 SV202-2"),
    (INSTITUTIONAL, "MILLS*EVE****XX*1234567893", "MILLS*EVE****XX*1234567894", "attending-npi 2310A NM109"),
    (DENTAL, "AD:D0120", "AD:0120", "dental-procedure-code 2400 SV301-2"),
    (DENTAL, "60**10", "60**50", "oral-cavity-area 2400 SV304-1"),
    (DENTAL, "JP*30", "JP*33", "tooth-number 2400 TOO02"),
    (DENTAL, "DN2*3*E", "DN2*33*E", "tooth-of-status 2300 DN201"),
    (REMITTANCE, "CLINIC*XX*1234567893", "CLINIC*XX*1234567890", "payee-npi 1000B N104"),
    (REMITTANCE, "****XX*1000003016", "****XX*1000003010", "paid-rendering-npi 2100 NM109"),
    (REMITTANCE, "HPI*1000003016", "HPI*1000003010", "paid-line-npi 2110 REF02"),
    (REMITTANCE, "PLB*1234567893", "PLB*1234567890", "adjusted-provider-npi FOOTER PLB01"),
    (REMITTANCE, "TJ*411234567", "TJ*41123456", "payee-tax-id 1000B REF02"),
    (REMITTANCE, "CO*45*100", "CO*45*50**15*50", "adjustment-reason-date 2110 CAS05"),  # CARC 15 ended 2018-04-30
    (REMITTANCE, "LQ*HE*N382", "LQ*HE*N99999", "remark-date 2110 LQ02"),
    (REMITTANCE, "HC:99213", "HC:9921B", "answer-procedure-code 2110 SVC01-2"),
    (REMITTANCE, "HC:99213", "NU:450", "answer-revenue-code 2110 SVC01-2"),
    (INQUIRY, "XX*1234567893", "XX*1234567890", "information-receiver-npi 2100B NM109"),
    (INQUIRY, "REF*SY*411234567", "REF*SY*000000000", "inquired-ssn 2100C REF02"),
    (INQUIRY, "ABK:E119", "ABK:E1199", "inquiry-diagnosis-code 2100C HI01-2"),
    (INQUIRY, "HC:99213", "HC:9921", "inquiry-procedure-code 2110C EQ02-2"),
    (STATUS, "XX*1234567893", "XX*1234567890", "service-provider-npi 2100C NM109"),
    (STATUS, "HC:99213", "HC:9921", "answer-procedure-code 2220D SVC01-2"),
)


def with_text(kind: tuple[str, str, str], old: str, new: str) -> list[str]:
    """Return the set of a guide with one text, which must stand there once, in place of another."""
    text = "\n".join(SETS[kind])
    assert text.count(old) == 1, old
    return text.replace(old, new).splitlines()


@pytest.mark.parametrize(
    ("kind", "old", "new", "expected"), CASES, ids=lambda part: str(part[1]) if isinstance(part, tuple) else part
)
def test_a_wrong_code_is_told_at_its_element(kind: tuple[str, str, str], old: str, new: str, expected: str) -> None:
    """One wrong code gives one finding of its kind at its element and component."""
    assert told(kind, with_text(kind, old, new)) == [expected]


def test_diagnoses_are_held_against_the_line_dates() -> None:
    """G35 ended on 2025-09-30: a claim with any service before counts, one with all services after does not."""
    after = [line.replace("20250930", "20251001") for line in PROFESSIONAL_CLAIM]
    assert told(PROFESSIONAL, after) == ["diagnosis-code 2300 HI02-2"]
    (finding,) = found(PROFESSIONAL, after)
    assert finding.message == "ICD-10-CM: the code was not in force on the dates of service. Send the code that was."
    assert finding.kind.sent.status == ("A7", "255")
    one_of_two = list(PROFESSIONAL_CLAIM)
    one_of_two[one_of_two.index("DTP*472*D8*20250930")] = "DTP*472*D8*20251001"
    assert told(PROFESSIONAL, one_of_two) == []


def test_a_stay_is_coded_by_its_last_day() -> None:
    """A stay over the turn of the fiscal year takes the codes of the day it ends."""
    ends_before = [line.replace("20250928-20251003", "20250928-20250930") for line in INSTITUTIONAL_CLAIM]
    assert told(INSTITUTIONAL, ends_before) == ["discharge-diagnosis-code 2300 HI01-2"]


def test_place_of_service_by_date_is_told_and_its_list_left_to_the_guide() -> None:
    """POS 27 began on 2023-10-01; a code that the list lacks is told once, by the walk."""
    early = [
        line.replace("20250930", "20230930").replace("11:B:1", "27:B:1").replace("ABF:G35", "ABF:E119")
        for line in PROFESSIONAL_CLAIM
    ]
    assert told(PROFESSIONAL, early) == ["place-of-service-date 2300 CLM05-1"]
    assert len(told(PROFESSIONAL, with_text(PROFESSIONAL, "11:B:1", "98:B:1"))) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ABK:E119", "ABK:E11.9"),
        ("ABK:E119*ABF:G35", "BK:25000"),
        ("N4*00026063512", "N4*0026063512"),
        ("EI*411234567", "EI*41-1234567"),
        ("MN*55402", "ZZ*55402"),
    ],
)
def test_what_another_level_tells_is_not_told_again(old: str, new: str) -> None:
    """A point, ICD-9 after its time, an NDC or tax id without its length, an unknown state: told at SNIP 2 or 4."""
    assert [
        place for place in told(PROFESSIONAL, with_text(PROFESSIONAL, old, new)) if "external-code" not in place
    ] == []


def test_messages_never_name_the_code() -> None:
    """What is told has no value of an element in it."""
    (finding,) = found(PROFESSIONAL, with_text(PROFESSIONAL, "ABK:E119", "ABK:QQQ77"))
    assert "QQQ" not in finding.message


def test_what_is_not_loaded_is_not_told_but_noted() -> None:
    """CPT, HCPCS, modifiers, NDC and taxonomy are known by form only: the book says so after a claim with them."""
    BOOK.not_checked.taken()
    fresh = code_book()
    checks = partial(code_check, fresh)
    judging = Judging(
        guide_for=GUIDES.guide_for,
        plan_for=lambda guide, _: CheckPlan(guide, [rule for rule in rules() if "837P" in rule.guides], checks),
        claim_checks=(),
    )
    list(judge(read_x12(file_of(*PROFESSIONAL, PROFESSIONAL_CLAIM), file="a.x12"), judging))
    noted = fresh.not_checked.taken()
    assert {"CPT", "HCPCS level II", "Modifiers", "NDC", "Provider taxonomy"} <= set(noted)
    assert "ICD-10-CM" not in noted


@pytest.mark.parametrize(("set_name", "on"), [("icd10", "service"), ("icd_10_cm", "sunday")])
def test_a_rule_that_names_what_is_not_there_is_a_mistake(set_name: str, on: str) -> None:
    """An unknown set or date raises when rules are compiled."""
    with pytest.raises(ValueError, match="there is no"):
        code_check(BOOK, set_name, on)


def test_codes_that_pass_whatever_the_day_are_known_without_a_segment() -> None:
    """A code that has always been in force passes, and so does any whose list is not loaded; a dated one may not."""
    check = code_check(BOOK, "icd_10_cm", "service")
    BOOK.sets["icd_10_cm"].validity("E119", None)
    assert check.passes("E119")
    assert not check.passes("G35A")
    assert not check.passes("E11")
    assert code_check(BOOK, "procedure", "service").passes("99213")
    assert not code_check(BOOK, "procedure", "service").passes("9921")
    assert not code_check(BOOK, "zip", "none").passes("55401")
