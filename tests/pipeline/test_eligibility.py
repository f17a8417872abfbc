"""270 files through receipt: their 271 stands in the outbox with the 999, once, for whom may see it."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from hpedi.access.grants import Area, ProviderId
from hpedi.access.organisations import OrganisationKind
from hpedi.commands.payer_files import load_folder
from hpedi.commands.workspace import payer_zone
from hpedi.crosscheck import Opinion, validate_with_pyx12
from hpedi.mappings_folder import sample
from hpedi.pipeline.received import ReceiptOutcome
from hpedi.store.tables import audit_entry
from tests.databases import engine_of
from tests.inquired import CLINIC, ROSA, TESSA, inquiry, segments_of
from tests.pipeline.conftest import Demo
from tests.pipeline.test_access import give, register
from tests.pipeline.test_judged_by_others import sets_of

HARBOR = "1000002018"
THROUGH_PRAIRIELINK = {"sender": "30*410000301", "application": "PRAIRIELINK"}
IDA = ("HL*{below}*{level}*23*0", "TRN*1*T-2*9RIVERBEND", "NM1*03*1*AMBLE*IDA", "DMG*D8*20140821")


def received(demo: Demo, content: bytes) -> ReceiptOutcome:
    """Receive and deliver a file of one interchange."""
    (outcome,) = demo.receive(content).receipts
    demo.jobs.deliver()
    return outcome


def answers(demo: Demo, partner: str = "riverbend") -> list[Path]:
    """Return the 271 files that lie in a partner's folder."""
    return sorted((demo.workspace.home / "outbox" / partner).glob("*.271"))


def answered(demo: Demo, content: bytes, partner: str = "riverbend", segment_id: str = "") -> list[str]:
    """Receive a file and return the segments of the newest 271."""
    received(demo, content)
    return segments_of(answers(demo, partner)[-1].read_bytes(), segment_id)


def audited(demo: Demo) -> list[tuple[str, str, str, str]]:
    """Return member, recipient, reason and result of every inquiry in the audit log."""
    column = audit_entry.c
    query = select(column.member, column.recipient, column.reason, column.result)
    with engine_of(demo.workspace.home) as engine, engine.connect() as connection:
        rows = connection.execute(query.where(column.action == "inquire member").order_by(column.id))
        return [tuple(row) for row in rows]  # type: ignore[misc]


def test_an_inquiry_is_answered_with_999_and_271(demo: Demo) -> None:
    """The clinic asks about Rosa: 1,400.00 of her deductible of 1,500.00 is met by the opening balances."""
    outcome = received(demo, inquiry((*ROSA[:3], "REF*EJ*ACC-7", *ROSA[3:], "EQ*30")))
    assert outcome.verdict == "accepted"
    (file,) = answers(demo)
    told = segments_of(file.read_bytes())
    assert told[1] == "GS*HB*94267*RIVERBEND*20260302*0900*2*X*005010X279A1"
    assert told[2:5] == ["ST*271*0001*005010X279A1", "BHT*0022*11*REF-1*20260302*090000", "HL*1**20*1"]
    assert "TRN*2*T-1*9RIVERBEND" in told
    assert "REF*EJ*ACC-7" in told
    assert "EB*1**30**Open Access 1500" in told
    assert "EB*C*IND*30***23*1500*****Y" in told
    assert "EB*C*IND*30***29*100*****Y" in told
    assert "AK9*A*1*1*1" in demo.answers("riverbend")


def test_every_service_type_of_a_generic_inquiry_is_answered(demo: Demo) -> None:
    """CORE 260: 1 33 35 47 48 50 86 88 98 AL MH UC, each with its status."""
    told = answered(demo, inquiry((*ROSA, "EQ*30")), segment_id="EB*")
    status = {each.split("*")[3] for each in told if each.split("*")[1] in {"1", "I"}}
    assert status == {"30", "1", "33", "35", "47", "48", "50", "86", "88", "98", "AL", "MH", "UC"}


def test_each_inquiry_of_a_file_is_answered_in_its_place(demo: Demo) -> None:
    """A dependent is told below its subscriber; who is not found is told so, and the others are answered."""
    family = ("HL*{level}*2*22*1", "NM1*IL*1******MI*HS1000001", *IDA, "EQ*98")
    nobody = (*ROSA[:2], "NM1*IL*1*AMBLE*ROSA****MI*HS1999999", "DMG*D8*19790412", "EQ*30")
    told = answered(demo, inquiry(family, nobody, (*ROSA, "EQ*98")))
    levels = [each for each in told if each.startswith("HL*")]
    assert levels == ["HL*1**20*1", "HL*2*1*21*1", "HL*3*2*22*1", "HL*4*3*23*0", "HL*5*2*22*0", "HL*6*2*22*0"]
    assert [each for each in told if each.startswith("AAA*")] == ["AAA*N**72*C"]
    at = told.index("HL*4*3*23*0")
    assert told[at + 1 : at + 6] == [
        "TRN*2*T-2*9RIVERBEND",
        "TRN*1*1-1*1410000942",
        "NM1*03*1*AMBLE*IDA",
        "DMG*D8*20140821*F",
        "INS*N*19",
    ]


def test_a_dependent_sent_as_subscriber_is_told_as_one(demo: Demo) -> None:
    """Theo has the family's card: he is answered below Rosa, as changed, with his own amounts."""
    theo = (*ROSA[:2], "NM1*IL*1*AMBLE*THEO****MI*HS1000001", "DMG*D8*19771003", "EQ*30")
    told = answered(demo, inquiry(theo))
    assert "NM1*IL*1*AMBLE*ROSA****MI*HS1000001" in told
    assert "NM1*03*1*AMBLE*THEO" in told
    assert "INS*N*01*001*25" in told
    assert "EB*C*IND*30***29*1500*****Y" in told


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("EQ*81",), ["EB*1**81********N", "EB*C*IND*81***23*0*****Y", "EB*A*IND*81*****0****Y"]),
        (("EQ**HC:J1745",), ["EB*1**********Y**HC:J1745", "REF*G1*AUTH-1001"]),
        (("EQ**HC:S9970",), ["EB*I************HC:S9970"]),
        (("EQ*PT",), ["EB*F*IND*PT***23***VS*20**Y", "EB*F*IND*PT***29***VS*20**Y"]),
        (("EQ*86",), ["EB*B*IND*86***27*150*****W", "MSG*NO COPAY WHERE THE PATIENT IS ADMITTED"]),
        (("EQ*35",), ["EB*I**35"]),
        (("EQ**HC:S9090",), ["EB*I************HC:S9090"]),
        (("EQ**HC:G0166",), ["EB*1**********N**HC:G0166", "MSG*PAID WHERE MEDICAL POLICY EECP IS MET"]),
    ],
)
def test_what_single_services_are_answered(demo: Demo, asked: tuple[str, ...], expected: list[str]) -> None:
    """Preventive care, an authorisation on file, an exclusion, visits left, emergency, no dental, medical policies."""
    told = answered(demo, inquiry((*ROSA, *asked)))
    assert [each for each in expected if each not in told] == []


def test_an_emergency_costs_the_same_in_every_network(demo: Demo) -> None:
    """Lena's plan pays half out of network, and for an emergency what it pays in network, as it decides the claim."""
    lena = (*ROSA[:2], "NM1*IL*1*CEDAR*LENA****MI*HS1000003", "DMG*D8*19850617")
    told = answered(demo, inquiry((*lena, "EQ*86", "EQ**HC:G0260", "III*ZZ*23")), segment_id="EB*A")
    assert told == ["EB*A*IND*86*****0.1****W", "EB*A*IND******0.1****W*HC:G0260"]


def test_coverage_is_told_by_span(demo: Demo) -> None:
    """Marit's coverage ended on 31 December 2025: active for a range before it, inactive today."""
    marit = (*ROSA[:2], "NM1*IL*1*DUNE*MARIT****MI*HS1000004", "DMG*D8*19910309")
    today = answered(demo, inquiry((*marit, "EQ*30")))
    assert [each for each in today if each.startswith(("EB*", "DTP*"))] == ["EB*6**30", "DTP*349*D8*20251231"]
    before = answered(demo, inquiry((*marit, "DTP*291*RD8*20251201-20260110", "EQ*30"), number=302))
    assert "EB*1**30**Open Access 1500" in before
    assert {"DTP*346*D8*20250101", "DTP*347*D8*20251231", "DTP*349*D8*20251231"} <= set(before)


@pytest.mark.parametrize(
    ("day", "answers_with"), [("20250301", "AAA*N**62*C"), ("20260401", "AAA*N**63*C"), ("20260331", "")]
)
def test_days_out_of_reach_are_answered_so(demo: Demo, day: str, answers_with: str) -> None:
    """Twelve months back to the end of the month in which the file came."""
    told = answered(demo, inquiry((*ROSA, f"DTP*291*D8*{day}", "EQ*30")))
    assert [each for each in told if each.startswith("AAA*")] == ([answers_with] if answers_with else [])


def test_a_question_with_a_day_of_its_own_is_refused_alone(demo: Demo) -> None:
    """The day of one question lies too far ahead: it alone is not answered."""
    told = answered(demo, inquiry((*ROSA, "EQ*98", "EQ*81", "DTP*291*D8*20260501")))
    at = told.index("EB*V**81")
    assert told[at + 1] == "AAA*N**63*C"
    assert "EB*B*IND*98***27*30*****Y" in told


def test_diagnoses_that_an_answer_was_worked_out_by_are_told_again(demo: Demo) -> None:
    """A check-up is preventive with the diagnosis that its question points to; of service types none is asked."""
    asked = ("HI*ABK:J02.9*ABF:Z00.00", "EQ**HC:G0438***2")
    told = answered(demo, inquiry((*ROSA, *asked)))
    assert "HI*ABK:J029*ABF:Z0000" in told
    assert "EB*A*IND******0****Y*HC:G0438*2" in told
    assert "HI" not in {each[:2] for each in answered(demo, inquiry((*ROSA, asked[0], "EQ*81"), number=302))}


def test_days_of_two_benefit_years_are_answered_for_both(demo: Demo) -> None:
    """Asked for December and January: what is left of either year's deductible, and once what a service costs."""
    asked = (*ROSA, "DTP*291*RD8*20251215-20260115", "EQ*33")
    told = answered(demo, inquiry(asked))
    left = [(each, told[at + 1]) for at, each in enumerate(told) if each.startswith("EB*C*IND*30***29")]
    assert left == [
        ("EB*C*IND*30***29*1500*****Y", "DTP*292*RD8*20250101-20251231"),
        ("EB*C*IND*30***29*3000*****N", "DTP*292*RD8*20250101-20251231"),
        ("EB*C*IND*30***29*100*****Y", "DTP*292*RD8*20260101-20261231"),
        ("EB*C*IND*30***29*3000*****N", "DTP*292*RD8*20260101-20261231"),
    ]
    at = told.index("EB*1**33********N")
    assert told[at + 1 : at + 4] == [
        "EB*A*IND*33*****0.2****Y",
        "EB*A*IND*33*****0.5****N",
        left[2][0].replace("29*100", "23*1500"),
    ]
    assert told.count("EB*1**30**Open Access 1500") == 1


# --- who may see -----------------------------------------------------------------------------------------------------


def test_a_partner_asks_only_for_its_own_providers(demo: Demo) -> None:
    """Riverbend's file names Harbor, which is not its own: the answer is that of a provider that nobody knows."""
    of_harbor = answered(demo, inquiry((*ROSA, "EQ*30"), npi=HARBOR))
    of_nobody = answered(demo, inquiry((*ROSA, "EQ*30"), npi="1234567893", number=302))
    assert [each for each in of_harbor if each.startswith(("AAA*", "EB*"))] == ["AAA*N**51*C"]
    assert [each.replace(HARBOR, "") for each in of_harbor[3:-3]] == [
        each.replace("1234567893", "") for each in of_nobody[3:-3]
    ]
    assert audited(demo) == [("", "partner:riverbend", "inquiry 270", "provider unknown")] * 2


@pytest.mark.parametrize(
    ("area", "usage", "asked_as", "expected"),
    [
        (Area.ELIGIBILITY, "P", "P", []),
        (Area.CLAIMS, "P", "P", ["AAA*N**51*C"]),
        (Area.ELIGIBILITY, "T", "P", ["AAA*N**51*C"]),
        (Area.ELIGIBILITY, "T", "T", []),
    ],
)
def test_a_third_party_needs_the_area_eligibility(
    demo: Demo, area: Area, usage: str, asked_as: str, expected: list[str]
) -> None:
    """A grant of Harbor for eligibility, for the usage of the file, lets a third party ask; nothing else does."""
    register(demo, "lakeside", OrganisationKind.THIRD_PARTY, "prairielink")
    give(demo, "lakeside", ProviderId("410000202", HARBOR), area, usage=usage)
    folder = "prairielink/test" if asked_as == "T" else "prairielink"
    who = TESSA if asked_as == "T" else ROSA
    content = inquiry((*who, "EQ*30"), npi=HARBOR, usage=asked_as, **THROUGH_PRAIRIELINK)
    told = answered(demo, content, folder)
    assert [each for each in told if each.startswith("AAA*")] == expected
    assert {recipient for _member, recipient, _reason, _result in audited(demo)} == {"organisation:lakeside"}


def test_each_inquiry_on_a_member_is_logged(demo: Demo) -> None:
    """Who asked, for whom, which member by our id, what was asked and which answer it got; no content."""
    family = ("HL*{level}*2*22*1", "NM1*IL*1******MI*HS1000001", *IDA, "EQ*98^86")
    nobody = (*ROSA[:2], "NM1*IL*1*AMBLE*ROSA****MI*HS1999999", "DMG*D8*19790412", "EQ*30")
    received(demo, inquiry(family, nobody))
    assert audited(demo) == [
        ("M03", "partner:riverbend", "inquiry 270 RIVERBEND 98 86", "271 1-1"),
        ("", "partner:riverbend", "inquiry 270 RIVERBEND 30", "271 1-1 AAA 72"),
    ]


# --- exactly once ----------------------------------------------------------------------------------------------------


def test_the_same_interchange_gets_the_first_answer_again(demo: Demo) -> None:
    """Sent again, in the same file and in another one, its 999 and 271 are delivered again byte for byte."""
    content = inquiry((*ROSA, "EQ*30"))
    received(demo, content)
    (file,) = answers(demo)
    first = file.read_bytes()
    for again in (content, content + b"\n"):
        file.unlink()
        acknowledgement = next((demo.workspace.home / "outbox" / "riverbend").glob("*.ack"))
        acknowledgement.unlink()
        received(demo, again)
        assert file.read_bytes() == first
        assert acknowledgement.exists()
    assert len(audited(demo)) == 1


def test_test_data_is_answered_apart(demo: Demo) -> None:
    """ISA15 = T: the answer has numbers and a folder of its own, says T, and tells of people who are made up."""
    received(demo, inquiry((*TESSA, "EQ*30"), usage="T"))
    (file,) = answers(demo, "riverbend/test")
    assert answers(demo) == []
    told = segments_of(file.read_bytes())
    assert told[0].split("*")[15] == "T"
    assert file.name == "000000002.271"
    assert [each for each in told if each.startswith("EB*1*")]
    assert "EB*C*IND*30***29*1500*****Y" in told, "nothing is used of what is made up"
    assert audited(demo) == [("T1", "partner:riverbend", "inquiry 270 RIVERBEND 30", "271 1-1")]


@pytest.mark.parametrize(("who", "usage"), [(ROSA, "T"), (TESSA, "P")])
def test_production_and_tests_do_not_see_each_other(demo: Demo, who: tuple[str, ...], usage: str) -> None:
    """A member is nobody to a test, by number or by name, and who is made up is nobody to production."""
    by_name = [each.partition("****")[0] if each.startswith("NM1") else each for each in who]
    for number, subscriber in enumerate((who, by_name), 301):
        folder = "riverbend/test" if usage == "T" else "riverbend"
        told = answered(demo, inquiry((*subscriber, "EQ*30"), usage=usage, number=number), folder)
        assert {each.split("*")[3] for each in told if each.startswith("AAA*")} <= {"72", "75"}
        assert not [each for each in told if each.startswith("EB*")]
    assert {member for member, _recipient, _reason, _result in audited(demo)} == {""}


def test_a_set_that_the_999_refuses_is_not_answered(demo: Demo) -> None:
    """A set without EQ01 and EQ02 is refused; nothing is looked up for it."""
    outcome = received(demo, inquiry((*ROSA, "EQ*")))
    assert outcome.verdict == "rejected"
    assert answers(demo) == []
    assert audited(demo) == []


def test_an_inquiry_of_another_payer_is_answered_so(demo: Demo) -> None:
    """2100A names another payer: it says so and tells nothing."""
    told = answered(demo, inquiry((*ROSA, "EQ*30"), payer="00621"))
    assert [each for each in told if each.startswith(("HL*", "AAA*", "EB*"))] == ["HL*1**20*0", "AAA*N**79*C"]


def test_answers_are_accepted_by_our_guide_and_by_pyx12(demo: Demo) -> None:
    """A file with every kind of answer in it is found right by both engines."""
    family = ("HL*{level}*2*22*1", "NM1*IL*1******MI*HS1000001", *IDA, "EQ*30", "EQ**HC:J1745", "EQ*PT")
    nobody = (*ROSA[:2], "NM1*IL*1*AMBLE*ROSA****MI*HS1999999", "DMG*D8*19790412", "EQ*30")
    marit = (*ROSA[:2], "NM1*IL*1*DUNE*MARIT****MI*HS1000004", "DMG*D8*19910309", "EQ*30")
    late = (*ROSA, "EQ*98", "DTP*291*D8*20260501")
    received(demo, inquiry(family, nobody, marit, late))
    (file,) = answers(demo)
    for texts, delimiters, functional_id, version in sets_of(file.read_bytes()):
        said = validate_with_pyx12(texts, delimiters, functional_id=functional_id, version=version)
        assert said.opinion is Opinion.ACCEPTED, said
    from tests.commands.running import run_hpedi  # noqa: PLC0415  the guide's own engine, as people call it

    assert run_hpedi("validate", file) == 0
    assert CLINIC in file.read_text()


# --- what a payer has beside ----------------------------------------------------------------------------------------


@pytest.fixture
def richer(demo: Demo, tmp_path: Path) -> Demo:
    """The sample payer with another payer before us for Otto, and nothing said of chiropractic care (33)."""
    folder = tmp_path / "payer"
    shutil.copytree(sample("payer"), folder)
    columns, row = "member,payer_name,payer_id,order,from,to", "M04,NORTH SHORE PLAN,00621,primary,2025-07-01,"
    (folder / "other-coverage.csv").write_text(f"{columns}\n{row}\n")
    told = folder / "eligibility.yaml"
    told.write_text(
        "".join(line for line in told.read_text().splitlines(keepends=True) if '"33"' not in line),
    )
    findings, loaded = load_folder(demo.workspace, demo.jobs.context, folder)
    assert loaded is not None, findings
    return demo


def test_another_payer_and_what_nothing_stands_for_are_told(richer: Demo) -> None:
    """Otto's other payer pays first; a service type that has to be answered and is not known says to ask us."""
    otto = (*ROSA[:2], "NM1*IL*1*BROOK*OTTO****MI*HS1000002", "DMG*D8*19660130", "EQ*30")
    told = answered(richer, inquiry(otto))
    at = told.index("EB*R**30")
    assert told[at + 1 : at + 5] == [
        "DTP*290*D8*20250701",
        "LS*2120",
        "NM1*PRP*2*NORTH SHORE PLAN*****PI*00621",
        "LE*2120",
    ]
    assert "EB*U**33" in told


def test_a_family_that_is_counted_as_one_has_the_familys_limits(demo: Demo) -> None:
    """Lena's plan has a deductible of 6,400.00 that the family meets together, and its employer is the group."""
    lena = (*ROSA[:2], "NM1*IL*1*CEDAR*LENA****MI*HS1000003", "DMG*D8*19850617", "EQ*30")
    told = answered(demo, inquiry(lena))
    assert [each for each in told if each.startswith("EB*C*") and "*30*" in each] == [
        "EB*C*FAM*30***23*6400*****Y",
        "EB*C*FAM*30***29*6400*****Y",
        "EB*C*FAM*30***23*12800*****N",
        "EB*C*FAM*30***29*12800*****N",
    ]
    assert "REF*6P*PINEWOOD*PINEWOOD FOODS" in told


def test_a_change_of_plan_within_the_days_is_told_by_span(demo: Demo) -> None:
    """Solveig's plan changes on 1 July; asked in July for May to July, both plans are told with their days."""
    solveig = (*ROSA[:2], "NM1*IL*1*FJORD*SOLVEIG****MI*HS1000006", "DMG*D8*19580902")
    path = demo.inbox / "july.270"
    path.write_bytes(inquiry((*solveig, "DTP*291*RD8*20260501-20260715", "EQ*98")))
    demo.jobs.receive(path, datetime(2026, 7, 20, 9, 0, tzinfo=payer_zone()))
    demo.jobs.deliver()
    told = segments_of(answers(demo)[-1].read_bytes())
    assert [each for each in told if each.startswith(("EB*1**30", "DTP*346", "DTP*349"))] == [
        "EB*1**30**Open Access 1500",
        "DTP*346*D8*20250101",
        "DTP*349*D8*20260630",
        "EB*1**30**HSA 3200",
        "DTP*346*D8*20260701",
    ]
    days = [told[at + 1] for at, each in enumerate(told) if each.startswith("EB*1**98")]
    assert days == ["DTP*292*RD8*20260501-20260630", "DTP*292*RD8*20260701-20260715"]
    assert told.count("EB*G*FAM*30***29*20000*****N") == 2, "of either plan"
