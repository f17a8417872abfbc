"""Each fault of groups, sets and trailers: its finding, its place, and that reading goes on behind it."""

from __future__ import annotations

import pytest

from hpedi.findings import Where
from hpedi.x12.reader import read_x12
from tests.x12.cases import ACKNOWLEDGED, ISA, ONE_SET, TWO_GROUPS
from tests.x12.telling import codes, findings, read_told, told, unaccounted

GS = "GS*HC*LAKES*94267*20260131*0905*1*X*005010X222A1~"
ST = "ST*837*0001*005010X222A1~"
SET = f"{ST}CLM*1~SE*3*0001~"


def only_finding(text: str) -> tuple[str, Where]:
    """Return the one finding of a file, its bytes being all accounted for."""
    data = text.encode()
    (finding,) = findings(data)
    assert unaccounted(data, read_x12([data])) == []
    return finding.code, finding.where


@pytest.mark.parametrize(
    ("sent", "wrong", "element", "code"),
    [
        ("GS*HC", "GS*H", 1, "group-header"),
        ("GS*HC", "GS*", 1, "group-header"),
        ("*LAKES*94267*", "*L*94267*", 2, "group-header"),
        ("*LAKES*94267*", "*LAKES*1234567890123456*", 3, "group-header"),
        ("*20260131*", "*260131*", 4, "group-header"),
        ("*20260131*", "*20260231*", 4, "group-header"),
        ("*0905*1*", "*905*1*", 5, "group-header"),
        ("*0905*1*", "*09056*1*", 5, "group-header"),
        ("*X*", "*T*", 7, "group-header"),
        ("*X*005010X222A1~ST", "*X~ST", 8, "group-header"),
        ("*X*005010X222A1~ST", "*X*005010X222A1*9~ST", 9, "group-header"),
    ],
)
def test_group_header(sent: str, wrong: str, element: int, code: str) -> None:
    """A wrong element of GS is told with its place."""
    text = ONE_SET.text.replace("*005010X222A1~BHT", "~BHT")
    assert sent in text
    found, where = only_finding(text.replace(sent, wrong, 1))
    assert (found, where.segment_id, where.element, where.byte_offset) == (code, "GS", element, 106)
    assert (where.interchange, where.group, where.transaction_set) == ("000000905", "1", None)


@pytest.mark.parametrize("time", ["0905", "090559", "0905591", "09055912"])
def test_group_times(time: str) -> None:
    """GS05 may carry seconds and their decimals."""
    assert codes(read_x12([ONE_SET.text.replace("*0905*1*", f"*{time}*1*").encode()])) == []


def test_group_control_number_form() -> None:
    """GS06 must be a number of one to nine digits."""
    text = ONE_SET.text.replace("*0905*1*", "*0905*1234567890*").replace("GE*1*1", "GE*1*1234567890")
    code, where = only_finding(text)
    assert (code, where.element, where.group) == ("group-control-number-form", 6, "?")


@pytest.mark.parametrize(
    ("sent", "wrong", "code", "segment_id", "element"),
    [
        ("SE*5*0001", "SE*6*0001", "segment-count", "SE", 1),
        ("SE*5*0001", "SE*five*0001", "segment-count", "SE", 1),
        ("SE*5*0001", "SE**0001", "segment-count", "SE", 1),
        ("SE*5*0001", "SE*5*0002", "set-control-number", "SE", 2),
        ("SE*5*0001", "SE*5", "set-control-number", "SE", 2),
        ("GE*1*1", "GE*2*1", "set-count", "GE", 1),
        ("GE*1*1", "GE*1*2", "group-control-number", "GE", 2),
        ("IEA*1", "IEA*0", "group-count", "IEA", 1),
        ("IEA*1*000000905", "IEA*1*905", "interchange-control-number", "IEA", 2),
        ("ST*837", "ST*", "set-id", "ST", 1),
        ("ST*837", "ST*837P", "set-id", "ST", 1),
        ("*005010X222A1~BHT", "*005010X223A2~BHT", "set-version-not-of-group", "ST", 3),
    ],
)
def test_trailers_and_set_headers(sent: str, wrong: str, code: str, segment_id: str, element: int) -> None:
    """A wrong count, control number or set header is told with its place."""
    text = ONE_SET.text.replace(sent, wrong)
    found, where = only_finding(text)
    assert (found, where.segment_id, where.element) == (code, segment_id, element)
    assert where.byte_offset == text.rindex(wrong if wrong.startswith(segment_id) else "ST*837")
    position = {"SE": 5, "ST": 1}.get(segment_id)
    assert where.segment == position
    assert where.transaction_set == ("0001" if position else None)


@pytest.mark.parametrize(("number", "shown"), [("001", "001"), ("0123456789", "?"), ("JO", "?"), ("", "")])
def test_set_control_number_form(number: str, shown: str) -> None:
    """ST02 must be four to nine characters; what is no control number may be PHI and is masked in its place."""
    code, where = only_finding(ONE_SET.text.replace("*0001", f"*{number}"))
    assert (code, where.element, where.transaction_set) == ("set-control-number-form", 2, shown)


def test_counts_may_have_leading_zeros() -> None:
    """A count is compared as a number."""
    assert codes(read_x12([ONE_SET.text.replace("SE*5", "SE*0005").encode()])) == []


def test_control_numbers_repeated() -> None:
    """GS06 twice in an interchange, and ST02 twice in a group, are told at the second."""
    text = TWO_GROUPS.text.replace("0905*2*X", "0905*1*X").replace("GE*1*2", "GE*1*1").replace("*0002", "*0001")
    repeated_set, repeated_group = findings(text.encode())
    assert (repeated_set.code, repeated_set.where.element) == ("set-control-number-repeated", 2)
    assert repeated_set.where.byte_offset == text.index("ST*837*0001", text.index("CLM"))
    assert (repeated_group.code, repeated_group.where.element) == ("group-control-number-repeated", 6)
    assert repeated_group.where.byte_offset == text.rindex("GS*HC")


@pytest.mark.parametrize(
    ("sent", "wrong", "expected"),
    [
        ("SE*3*0001~", "", ["set-trailer-missing"]),
        ("SE*3*0001~GE*1*1~", "", ["set-trailer-missing", "group-trailer-missing"]),
        ("GE*1*1~", "", ["group-trailer-missing"]),
        ("IEA*1*000000905~", "", ["interchange-cut-off"]),
        (SET, f"{SET}NTE*ADD*X~REF*X~", ["segment-outside-set"]),
        (GS, f"NTE*ADD*X~REF*X~{GS}", ["segment-outside-set"]),
        ("IEA*1", "NTE*ADD*X~IEA*1", ["segment-outside-set"]),
        (SET, f"{SET}SE*3*0001~", ["interchange-structure"]),
        ("GE*1*1~", "GE*1*1~GE*1*1~", ["interchange-structure"]),
        (GS, f"{SET}{GS}", ["interchange-structure"]),
        (SET, f"TA1*1~{SET}", ["interchange-structure"]),
        (ST, f"{ST}TA1*1~", ["segment-count"]),
        (f"{GS}{SET}GE*1*1~IEA*1", f"{SET}IEA*0", ["interchange-structure"]),
        ("SE*3*0001~", f"{SET.replace('0001', '0002')}", ["set-trailer-missing", "set-count"]),
        ("SE*3*0001~GE*1*1~", "GS*HC~GE*0*~", ["set-trailer-missing", "group-trailer-missing"]),
    ],
)
def test_structure(sent: str, wrong: str, expected: list[str]) -> None:
    """A control segment missing or out of place is told; what can be read is read and the rest is accounted for."""
    text = f"{ISA}{GS}{SET}GE*1*1~IEA*1*000000905~"
    assert sent in text
    data = text.replace(sent, wrong).encode()
    events = list(read_x12([data]))
    assert [
        code for code in codes(events) if code not in ("group-header", "group-control-number-form", "group-count")
    ] == (expected)
    assert unaccounted(data, events) == []
    assert told(events)[-1].startswith("IEA (")


def test_run_outside_sets_is_told_once() -> None:
    """Segments outside sets are told once a run, with the group they stand in and the offset of the first."""
    text = f"{ISA}{GS}REF*A~REF*B~{SET}REF*C~REF*D~GE*1*1~IEA*1*000000905~"
    first, second = findings(text.encode())
    assert (first.code, first.where.byte_offset) == ("segment-outside-set", text.index("REF*A"))
    assert (second.code, second.where.byte_offset) == ("segment-outside-set", text.index("REF*C"))
    assert second.where.group == "1"
    assert second.where.transaction_set is None


def test_missing_trailer_is_placed_where_it_was_missed() -> None:
    """A missing SE is told at the segment that shows it, inside its set."""
    text = f"{ISA}{GS}{ST}CLM*1~GE*1*1~IEA*1*000000905~"
    (finding,) = findings(text.encode())
    assert finding.where.byte_offset == text.index("GE*1")
    assert (finding.where.transaction_set, finding.where.segment) == ("0001", 2)
    lines = read_told(text.encode())
    assert lines.index("SE () of 2") == [line.split()[0] for line in lines].index("set-trailer-missing") + 1


def test_cut_off_interchange_is_placed_at_the_end() -> None:
    """A missing IEA is told at the end of the file, with the interchange it belongs to."""
    text = f"{ISA}{GS}{SET}GE*1*1~"
    code, where = only_finding(text)
    assert (code, where.interchange, where.byte_offset) == ("interchange-cut-off", "000000905", len(text))


def test_control_segments_without_elements() -> None:
    """Control segments that lost their elements are still control segments."""
    text = f"{ISA}{GS}{ST}CLM*1~SE~GE~IEA~"
    assert codes(read_x12([text.encode()])) == [
        "segment-count",
        "set-control-number",
        "set-count",
        "group-control-number",
        "group-count",
        "interchange-control-number",
    ]


def test_segments_that_only_begin_like_control_segments_are_data() -> None:
    """STC, SEX, GEO and the like are ordinary segments."""
    text = ONE_SET.text.replace("EB*1**30^98", "STC*1~TA1X*1~IEAX*1~GSX*1~STX").replace("SE*5", "SE*9")
    assert codes(read_x12([text.encode()])) == []


def test_no_value_in_any_finding() -> None:
    """No finding shows what an element holds."""
    text = ONE_SET.text.replace("SE*5*0001", "SE*CANARY*CANARY").replace("GE*1*1", "GE*CANARY*CANARY")
    text = text.replace("ST*837*0001*005010X222A1", "ST*CANARYCANARY*0001*CANARY").replace("IEA", "CANARY~IEA")
    assert findings(text.encode())
    assert not any("CANARY" in str(finding) for finding in findings(text.encode()))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("A*000", []), ("E*014", []), ("R*023", []), ("A*014", [5]), ("E*000", [5]), ("R*000", [5])],
)
def test_a_ta1_finds_something_only_where_not_all_was_right(answer: str, expected: list[int]) -> None:
    """TA105 is 000 with A, and another code with E and R."""
    text = ACKNOWLEDGED.text.replace("R*023", answer)
    all_told = findings(text.encode())
    assert [each.where.element for each in all_told if each.code == "acknowledgment-contradiction"] == expected
