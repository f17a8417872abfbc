"""The guide of the professional claim (837P X222A1) on a good set and on sets with one mistake each."""

from __future__ import annotations

import pytest

from hpedi.guide_files import GuideFiles
from hpedi.guides.load import Guide
from tests.guides.professional_claims import PROFESSIONAL
from tests.guides.small_guides import told, walk


@pytest.fixture(scope="module")
def guide() -> Guide:
    """Return the guide as hpedi uses it."""
    found = GuideFiles().guide_for("HC", "005010X222A1", "837")
    assert found is not None
    return found


def at(text: str) -> int:
    """Return the index of the first segment that begins so."""
    return next(index for index, segment in enumerate(PROFESSIONAL) if segment.startswith(text))


def test_a_good_set_has_no_finding(guide: Guide) -> None:
    """A set that keeps to the guide gives no finding, and each of its segments a place."""
    findings, nodes = walk(guide, PROFESSIONAL)
    assert findings == []
    assert None not in nodes


def test_segments_stand_in_their_loops(guide: Guide) -> None:
    """The same segment id stands in the loop that its neighbours and qualifier say."""
    _, nodes = walk(guide, PROFESSIONAL)
    names = [(text, node.loop_id) for text, node in zip(PROFESSIONAL, nodes, strict=True) if node]
    assert [loop for text, loop in names if text.startswith("NM1")] == (
        [
            "1000A",
            "1000B",
            "2010AA",
            "2010AB",
            "2010BA",
            "2010BB",
            "2310A",
            "2310B",
            "2310C",
            "2330A",
            "2330B",
            "2420E",
            "2010BA",
            "2010BB",
            "2010CA",
            "2310B",
        ]
    )
    assert [loop for text, loop in names if text.startswith("REF")] == [
        "2010AA",
        "2010BB",
        "2300",
        "2300",
        "2310A",
        "2330B",
        "2400",
        "2410",
    ]
    assert [loop for text, loop in names if text.startswith("DTP")] == [
        "2300",
        "2300",
        "2400",
        "2430",
        "2400",
        "2400",
        "2400",
        "2400",
    ]


MISSING = [
    ("NM1*41", "1000A"),
    ("HL*1*", "2000A"),
    ("NM1*85", "2010AA"),
    ("N4*EDINA", "2010AA"),
    ("REF*EI", "2010AA"),
    ("HL*2*", "2000B"),
    ("SBR*P*18", "2000B"),
    ("NM1*IL", "2010BA"),
    ("NM1*PR", "2010BB"),
    ("CLM*26463774", "2300"),
    ("HI*ABK", "2300"),
    ("OI*", "2320"),
    ("NM1*IL*1*DOE*JACK", "2330A"),
    ("LX*1", "2400"),
    ("SV1*HC:99213*40", "2400"),
    ("LX*2", "2400"),
    ("SVD", "2430"),
    ("HL*3*", "2000B"),
    ("HL*4*", "2000C"),
    ("PAT", "2000C"),
    ("DMG*D8*2010", "2010CA"),
]


@pytest.mark.parametrize(("text", "loop"), MISSING)
def test_a_missing_segment_is_told_once_at_its_place(guide: Guide, text: str, loop: str) -> None:
    """Without one required segment there is one finding, at the position where it should have stood."""
    index = at(text)
    findings, _ = walk(guide, PROFESSIONAL[:index] + PROFESSIONAL[index + 1 :])
    assert told(findings) == [("segment-missing", index + 1, text.split("*", maxsplit=1)[0])]
    assert findings[0].where.loop == loop


ELEMENTS = [
    ("BHT", "BHT*0019*00*B1*20250132*1200*CH", "element-date", 4, None),
    ("BHT", "BHT*0019*00*B1*20250102*2500*CH", "element-time", 5, None),
    ("BHT", "BHT*0019*00**20250102*1200*CH", "element-missing", 3, None),
    ("NM1*85", "NM1*85*2*NORTH CLINIC*****XX*1", "element-too-short", 9, None),
    ("NM1*85", f"NM1*85*2*{'N' * 61}*****XX*1881654321", "element-too-long", 3, None),
    ("NM1*85", "NM1*85*2*NORTH CLINIC***DR**XX*1881654321", "element-not-used", 6, None),
    ("NM1*85", "NM1*85*2*NORTH CLINIC******1881654321", "element-syntax", 8, None),
    ("NM1*85", "NM1*QQ*2*NORTH CLINIC*****XX*1881654321", "element-code", 1, None),
    ("N4*EDINA", "N4*EDINA*MN*554361234*US*COUNTY", "element-not-used", 5, None),
    ("N4*ST PAUL", "N4*ST PAUL*QQ*55102", "external-code", 2, None),
    ("HL*2*", "HL*2*1*29*0", "element-code", 3, None),
    ("HL*2*", "HL*2*1*22*1", "hl-child-code", 4, None),
    ("HL*2*", "HL*7*1*22*0", "hl-id", 1, None),
    ("HL*4*", "HL*4*1*23*0", "hl-parent", 2, None),
    ("CLM*26463774", "CLM*26463774*100***11:B:1:X*Y*A*Y*Y", "component-extra", 5, 4),
    ("CLM*26463774", "CLM*26463774*100***11:Q:1*Y*A*Y*Y", "element-code", 5, 2),
    ("CLM*26463774", "CLM*26463774*1O0***11:B:1*Y*A*Y*Y", "element-character", 2, None),
    ("DTP*431", "DTP*431*D8*2024-12-01", "element-date", 3, None),
    ("DTP*472*RD8", "DTP*472*RD8*20250103", "element-date", 3, None),
    ("SV1*HC:99213*40", "SV1*HC:99213*40*UN*1***1*X", "element-not-used", 8, None),
    ("LX*2", "LX*7", "line-number", 1, None),
    ("REF*G1", "REF*G1*13579**", "trailing-delimiter", None, None),
    ("HL*1*", "HL*1**20*1*X", "element-extra", 5, None),
    ("CAS*PR*1*15", "CAS*PR*ZZZ*15", "external-code", 2, None),
]


@pytest.mark.parametrize(("text", "wrong", "code", "element", "component"), ELEMENTS)
def test_a_wrong_element_is_told_once_at_its_place(
    guide: Guide, text: str, wrong: str, code: str, element: int | None, component: int | None
) -> None:
    """One wrong element gives one finding of the right kind, at its segment, element and component."""
    index = at(text)
    findings, nodes = walk(guide, [*PROFESSIONAL[:index], wrong, *PROFESSIONAL[index + 1 :]])
    wheres = [(found.code, found.where.segment, found.where.element, found.where.component) for found in findings]
    assert wheres == [(code, index + 1, element, component)]
    assert None not in nodes


@pytest.mark.parametrize("index", range(1, len(PROFESSIONAL)))
@pytest.mark.parametrize(
    ("stray", "code"),
    [("ZZZ*1", "segment-unknown"), ("BPR*X", "segment-not-in-set"), ("RMR*1", "segment-not-in-set")],
)
def test_a_foreign_segment_leaves_its_neighbours_alone(guide: Guide, index: int, stray: str, code: str) -> None:
    """Wherever a segment of no place in this guide stands, it is one finding and nothing else changes."""
    findings, nodes = walk(guide, [*PROFESSIONAL[:index], stray, *PROFESSIONAL[index:]])
    assert [(found.code, found.where.segment) for found in findings] == [(code, index + 1)]
    assert nodes[:index] + nodes[index + 1 :] == walk(guide, PROFESSIONAL)[1]


def test_messages_hold_no_values(guide: Guide) -> None:
    """No finding of any one-mistake set repeats a name, an identifier or an amount of the set."""
    for text, wrong, *_ in ELEMENTS:
        index = at(text)
        findings, _ = walk(guide, [*PROFESSIONAL[:index], wrong, *PROFESSIONAL[index + 1 :]])
        told_text = " ".join(found.message for found in findings)
        assert not any(value in told_text for value in ("NORTH", "188165", "264637", "1O0", "2024-12"))
