"""Companion guides (SNIP 7): the rules of payer 94267, whom they apply to, and a second payer that adds a folder."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path

import pytest

from docs.companion_pages import companion_pages
from hpedi import acceptance_files
from hpedi.acceptance_files import companions
from hpedi.findings import Finding, Severity
from hpedi.mappings_folder import mapping
from tests.acceptance.balancing_files import file_of, segments
from tests.acceptance.claim_type_files import (
    HEADER,
    VERSIONS,
    Mistake,
    Told,
    claim_of,
    findings_of,
    found_in,
    mistakes,
    told,
)

EXAMPLES = Path(__file__).parent / "companion_example"
NO_GROUP = "example-group-number-missing"
LABORATORY = [*claim_of("companion", "visit")[:-2], "SV1*HC:87070*100*UN*1***1", "DTP*472*D8*20260210"]
MAMMOGRAPHY = [*claim_of("companion", "visit")[:-2], "SV1*HC:77067*100*UN*1***1", "DTP*472*D8*20260210"]

INQUIRY = segments("""
    BHT*0022*13*REF1*20260302*0914
    HL*1**20*1
    NM1*PR*2*LAKESIDE HEALTH PLAN*****PI*94267
    HL*2*1*21*1
    NM1*1P*2*NORTH CLINIC*****XX*1000003008
    HL*3*2*22*0
    NM1*IL*1*DOE*ANN****MI*M1000001
    DMG*D8*19800101*F
    DTP*291*D8*20260302
    EQ*30
""")

STATUS_INQUIRY = segments("""
    BHT*0010*13*REF1*20260302*0914
    HL*1**20*1
    NM1*PR*2*LAKESIDE HEALTH PLAN*****PI*94267
    HL*2*1*21*1
    NM1*41*2*NORTH BILLING*****46*LAKES
    HL*3*2*19*1
    NM1*1P*2*NORTH CLINIC*****XX*1000003008
    HL*4*3*22*0
    DMG*D8*19800101*F
    NM1*IL*1*DOE*ANN****MI*M1000001
    TRN*1*T1
    DTP*472*D8*20260210
""")


def a_visit(*, isa08: str = "94267", gs03: str = "94267", lines: list[str] | None = None) -> bytes:
    """Return a file of one claim without fault, addressed to somebody."""
    data = b"".join(file_of("HC", VERSIONS["837P"], "837", lines or claim_of("companion", "visit")))
    data = data.replace(b"*ZZ*94267          *", f"*ZZ*{isa08:<15}*".encode())
    return data.replace(b"GS*HC*LAKES*94267*", f"GS*HC*LAKES*{gs03}*".encode())


def codes(findings: list[Finding]) -> set[tuple[str, Severity]]:
    """Return codes and weights."""
    return {(finding.code, finding.severity) for finding in findings}


@pytest.mark.parametrize("claim", ["visit"])
def test_a_right_claim_is_clean(claim: str) -> None:
    """Nothing refuses a claim that keeps to the companion guide, and none of its rules tells anything."""
    found = findings_of("837P", claim_of("companion", claim))
    assert [finding.code for finding in found if finding.is_error] == []
    assert told(found, 7) == []


@pytest.mark.parametrize("mistake", mistakes("companion"), ids=lambda mistake: f"{mistake.rule}-{mistake.claim}")
def test_one_mistake_is_found_where_it_is(mistake: Mistake) -> None:
    """One change breaks its rule of the companion guide at its place, and no other one."""
    lines = mistake.made_in(claim_of("companion", mistake.claim))
    assert told(findings_of("837P", lines), 7) == mistake.expected(lines)


@pytest.mark.parametrize(("frequency", "found"), [("5", [Told("late-charges", 18, 5, 3)]), ("7", [])])
def test_late_charges_are_not_taken(frequency: str, found: list[Told]) -> None:
    """An institutional claim of frequency 5 is refused, a replacement is not."""
    lines = claim_of("institutional", "outpatient")
    place = lines.index("CLM*C1*300***13:A:1**A*Y*Y")
    lines[place] = f"CLM*C1*300***13:A:{frequency}**A*Y*Y"
    assert told(findings_of("837I", lines), 7) == found


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("EQ*30", "EQ*30^98^AL", []),
        ("EQ*30", "EQ*30^A7", [Told("service-type-answered-as-plan", 11, 1, 0)]),
        (
            "NM1*PR*2*LAKESIDE HEALTH PLAN*****PI*94267",
            "NM1*PR*2*LAKESIDE HEALTH PLAN*****PI*12345",
            [Told("inquiry-payer", 4, 9, 0)],
        ),
    ],
)
def test_inquiries_are_checked(old: str, new: str, found: list[Told]) -> None:
    """An eligibility inquiry names this payer and service types that are answered by themselves."""
    lines = [new if line == old else line for line in INQUIRY]
    assert told(found_in(b"".join(file_of("HS", "005010X279A1", "270", lines))), 7) == found


def test_a_dependents_service_type_is_checked() -> None:
    """The service type asked for a dependent is checked too."""
    dependent = ["HL*4*3*23*0", "NM1*03*1*DOE*CAL", "DMG*D8*20100203*M", "DTP*291*D8*20260302", "EQ*A7"]
    lines = ["HL*3*2*22*1" if line == "HL*3*2*22*0" else line for line in INQUIRY[:-1]]
    found = told(found_in(b"".join(file_of("HS", "005010X279A1", "270", [*lines, *dependent]))), 7)
    assert found == [Told("dependent-service-type-answered-as-plan", 15, 1, 0)]


@pytest.mark.parametrize(("payer", "found"), [("94267", []), ("12345", [Told("inquiry-payer", 4, 9, 0)])])
def test_status_inquiries_are_checked(payer: str, found: list[Told]) -> None:
    """A claim status inquiry names this payer."""
    lines = [line.replace("PI*94267", f"PI*{payer}") for line in STATUS_INQUIRY]
    assert told(found_in(b"".join(file_of("HR", "005010X212", "276", lines))), 7) == found


@pytest.mark.parametrize(("count", "found"), [(5000, []), (5001, [Told("too-many-claims", 25368, 0, 0)])])
def test_a_set_has_a_most_of_claims(count: int, found: list[Told]) -> None:
    """The claim after the 5,000th of a set is told.

    Up to it stand ST, 9 segments of head and provider, 50 subscribers of 7 segments with 100 claims of 5, and 8 more.
    """
    header, claim = segments(HEADER.format(filing="CI")), claim_of("companion", "visit")[16:]
    lines = header[:9]
    for number in range(count):
        if number % 100 == 0:
            lines += [f"HL*{number // 100 + 2}*1*22*0", *header[10:]]
        lines += [line.replace("*C1*", f"*C{number}*") for line in claim]
    assert told(found_in(b"".join(file_of("HC", VERSIONS["837P"], "837", lines))), 7) == found


@pytest.mark.parametrize(
    ("isa08", "gs03", "companion", "applies"),
    [
        ("94267", "94267", None, True),
        ("94267", "OTHER", None, True),
        ("OTHER", "94267", None, True),
        ("OTHER", "OTHER", None, False),
        ("OTHER", "OTHER", "94267", True),
    ],
)
def test_a_companion_guide_applies_to_its_receivers(
    isa08: str, gs03: str, companion: str | None, *, applies: bool
) -> None:
    """It judges files that are addressed to it by ISA08 or GS03, and any file when it is asked for."""
    lines = [line.replace("PI*94267", "PI*12345") for line in claim_of("companion", "visit")]
    found = found_in(a_visit(isa08=isa08, gs03=gs03, lines=lines), companion)
    assert (("payer-not-us", Severity.ERROR) in codes(found)) is applies


def test_a_companion_guide_weighs_rules_for_any_payer() -> None:
    """A drug without its national drug code, billed to Medicaid, is refused by this payer and told to others."""
    lines = [line for line in claim_of("professional", "drug-of-medicaid") if not line.startswith(("LIN", "CTP"))]
    code = "medicaid-drug-without-ndc"
    assert (code, Severity.ERROR) in codes(found_in(a_visit(lines=lines)))
    assert (code, Severity.WARNING) in codes(found_in(a_visit(isa08="OTHER", gs03="OTHER", lines=lines)))


@pytest.fixture
def with_example(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A second folder of companion guides in place of the first."""

    def elsewhere(name: str = "") -> Traversable:
        folder, _, rest = name.partition("/")
        return EXAMPLES / rest if folder == "companion" else mapping(name)

    def forget() -> None:
        acceptance_files.companions.cache_clear()
        acceptance_files._plan.cache_clear()

    monkeypatch.setattr(acceptance_files, "mapping", elsewhere)
    forget()
    yield
    forget()


@pytest.mark.usefixtures("with_example")
def test_another_payer_adds_a_folder_and_no_code() -> None:
    """The rules and weights of a folder judge what is addressed to its receivers, and nothing else does."""
    assert list(companions()) == ["77777"]
    ours = codes(found_in(a_visit(isa08="EXAMPLEPAYER", gs03="EXAMPLEPAYER", lines=LABORATORY)))
    assert {(NO_GROUP, Severity.ERROR), ("clia-number-missing", Severity.ERROR)} <= ours
    assert not {code for code, _ in ours} & {"payer-not-us", "receiver-id"}
    theirs = codes(found_in(a_visit(lines=LABORATORY)))
    assert ("clia-number-missing", Severity.WARNING) in theirs
    assert NO_GROUP not in {code for code, _ in theirs}


@pytest.mark.usefixtures("with_example")
def test_a_companion_guide_turns_a_rule_off() -> None:
    """A rule that the folder weighs as off is told to nobody who is judged by it."""
    code = "mammography-certification-missing"
    assert code not in {each for each, _ in codes(found_in(a_visit(lines=MAMMOGRAPHY), "77777"))}
    assert code in {each for each, _ in codes(found_in(a_visit(lines=MAMMOGRAPHY)))}


def test_every_rule_of_this_payer_is_broken_once() -> None:
    """Each rule of 94267 has a mistake that it finds, here or in the table."""
    here = {"S7-007", "S7-013", "S7-015", "S7-016", "S7-017"}
    in_table = {mistake.rule for mistake in mistakes("companion") if mistake.finds}
    assert {rule.id for rule in companions()["94267"].rules} == here | in_table


def test_the_page_of_each_companion_guide_is_current() -> None:
    """What stands in docs/ is what the data of the companion guides says."""
    docs = Path(__file__).resolve().parents[2] / "docs"
    assert [name for name, text in companion_pages().items() if (docs / name).read_text(encoding="utf-8") != text] == []
