"""Segments and loops: what is missing, too many, out of place or unknown, and that one mistake is told once."""

from __future__ import annotations

import pytest

from hpedi.guides.code_sets import CodeSets
from hpedi.guides.load import load_guide
from tests.guides.small_guides import composite, element, found_in, guide_of, in_set, loop, map_of, segment, told, walk

PLAIN = guide_of(
    segment("AAA", usage="R", at=10),
    segment("BBB", most="2", at=20),
    segment("CCC", usage="R", at=30),
    segment("DDD", usage="N", at=35),
    segment("EEE", most=">1", at=40),
)


@pytest.mark.parametrize(
    ("texts", "findings"),
    [
        ("AAA CCC", []),
        ("AAA BBB BBB CCC EEE EEE EEE", []),
        ("CCC", [("segment-missing", 2, "AAA")]),
        ("AAA EEE", [("segment-missing", 3, "CCC")]),
        ("AAA", [("segment-missing", 3, "CCC")]),
        ("AAA BBB BBB BBB CCC", [("segment-repeat", 5, "BBB")]),
        ("AAA AAA CCC", [("segment-repeat", 3, "AAA")]),
        ("AAA CCC BBB", [("segment-out-of-order", 4, "BBB")]),
        ("CCC AAA", [("segment-out-of-order", 3, "AAA")]),
        ("AAA CCC DDD", [("segment-not-used", 4, "DDD")]),
        ("AAA ZZZ CCC", [("segment-not-in-set", 3, "ZZZ")]),
        ("AAA zz CCC", [("segment-unknown", 3, None)]),
        ("AAA TOOLONG CCC", [("segment-unknown", 3, None)]),
    ],
)
def test_segments_are_counted_in_their_order(texts: str, findings: list[tuple[str, int, str | None]]) -> None:
    """With AAA required, BBB up to 2, CCC required, DDD not used and EEE unlimited, each departure is told once."""
    assert found_in(PLAIN, *(f"{segment_id}*1" for segment_id in texts.split())) == findings


def test_a_list_of_segment_ids_tells_foreign_from_unknown() -> None:
    """With the ids of the standard at hand, an id outside it is unknown and one inside it is merely not of this set."""
    sets = CodeSets({"segment_ids": frozenset({"N1"})})
    guide = load_guide(map_of(segment("AAA")), data_elements={}, code_sets=sets)
    assert found_in(guide, "AAA*1", "N1*1", "XX1*1") == [("segment-not-in-set", 3, "N1"), ("segment-unknown", 4, None)]


def test_equal_positions_come_in_any_order() -> None:
    """Segments of one position may come in any order, and what is required among them is missed only after them."""
    guide = guide_of(
        segment("REF", element(1, "R", "ID", codes="A"), element(2), usage="R", at=20),
        segment("REF", element(1, "R", "ID", codes="B"), element(2), at=20),
        segment("ZZZ", at=30),
    )
    assert found_in(guide, "REF*B*1", "REF*A*1", "ZZZ*1") == []
    assert found_in(guide, "REF*B*1", "ZZZ*1") == [("segment-missing", 3, "REF")]


def test_a_wrong_qualifier_is_an_element_fault_where_one_kind_is_possible() -> None:
    """REF*Q where only REF*A may stand is a bad REF01, and neither an unexpected segment nor a missing REF."""
    guide = guide_of(
        segment("AAA", at=10),
        segment("REF", element(1, "R", "ID", codes="A"), element(2), usage="R", at=20),
        segment("BBB", at=30),
        segment("REF", element(1, "R", "ID", codes="B"), element(2), at=40),
    )
    findings, nodes = walk(guide, in_set("AAA*1", "REF*Q*1", "BBB*1", "REF*B*1"))
    assert [(found.code, found.where.element, found.bad_code) for found in findings] == [("element-code", 1, "Q")]
    assert [node.path if node else None for node in nodes[1:5]] == ["AAA", "REF[A]", "BBB", "REF[B]"]


def test_a_wrong_qualifier_is_unexpected_where_several_kinds_are_possible() -> None:
    """REF*Q where REF*A, REF*B or REF*C may stand belongs to none of them."""
    refs = [segment("REF", element(1, "R", "ID", codes=code), element(2), at=20) for code in "ABC"]
    assert found_in(guide_of(*refs), "REF*Q*1") == [("segment-unexpected", 2, "REF")]


def test_a_qualifier_of_another_level_is_wrong_where_the_level_would_lack_more_than_its_start() -> None:
    """TRN*1 of the level above, sent where TRN*2 belongs, is one wrong code: not a level without start and name."""

    def trace(xid: str, code: str, at: int) -> str:
        number = segment("TRN", element(1, "R", "ID", codes=code), element(2, "R"), usage="R", at=10)
        return loop(xid, number, segment("STC", usage="R", at=20), segment("REF", at=30), most=">1", at=at)

    below = loop("DDD", segment("LVL", usage="R"), segment("NAM", usage="R", at=20), trace("TWO", "2", 30), at=40)
    guide = guide_of(
        loop(
            "CCC", segment("TOP", usage="R"), segment("NAM", usage="R", at=20), trace("ONE", "1", 30), below, most=">1"
        )
    )
    right = ["TOP*1", "NAM*1", "LVL*1", "NAM*2", "TRN*2*5", "STC*1", "REF*1", "TRN*2*6", "STC*2"]
    assert found_in(guide, *right) == []
    wrong = [text.replace("TRN*2*5", "TRN*1*5") for text in right]
    assert found_in(guide, *wrong) == [("element-code", 6, "TRN")]


def test_siblings_are_chosen_by_what_the_map_selects() -> None:
    """Two PWK with the same first code are told apart by their second element if the map says so."""

    def pwk(first: str, second: str) -> str:
        both = element(1, "R", "ID", codes=first), element(2, "R", "ID", codes=second)
        return segment("PWK", *both, at=20, extra="<select>PWK02</select>")

    guide = guide_of(pwk("CT 03", "AA BM"), pwk("CT", "AD"))
    findings, nodes = walk(guide, in_set("PWK*CT*AD", "PWK*CT*BM"))
    assert findings == []
    assert [node.path if node else None for node in nodes[1:3]] == ["PWK[AD]", "PWK[AA|BM]"]


def test_siblings_are_chosen_by_the_first_component_of_a_composite() -> None:
    """HI segments are told apart by the qualifier inside their first composite."""

    def hi(code: str) -> str:
        return segment("HI", composite(1, "R", element(1, "R", "ID", codes=code), element(2, "R")), at=20)

    findings, nodes = walk(guide_of(hi("ABK BK"), hi("BP")), in_set("HI*BP:1", "HI*ABK:2"))
    assert findings == []
    assert [node.path if node else None for node in nodes[1:3]] == ["HI[BP]", "HI[ABK|BK]"]


NESTED = guide_of(
    segment("BHT", usage="R", at=10),
    loop(
        "2000",
        segment("LV", usage="R"),
        segment("PP", usage="R", at=20),
        loop("2100", segment("NM", usage="R"), segment("N3", usage="R", at=20), usage="R", at=30),
        loop("2200", segment("CL", usage="R"), segment("DX", usage="R", at=20), segment("N3", at=30), most="3", at=40),
        usage="R",
        most=">1",
        at=20,
    ),
    loop("3000", segment("TT", usage="R"), segment("UU", at=20), at=30),
)
WHOLE = "BHT LV PP NM N3 CL DX CL DX N3 LV PP NM N3 TT UU"


def nested(texts: str) -> list[tuple[str, int | None, str | None]]:
    """Walk segments of the nested guide, given by their ids."""
    return found_in(NESTED, *(f"{segment_id}*1" for segment_id in texts.split()))


@pytest.mark.parametrize(
    ("texts", "findings"),
    [
        (WHOLE, []),
        ("BHT LV PP NM N3", []),
        ("BHT TT UU", [("loop-missing", 3, "LV")]),
        ("BHT LV PP TT", [("loop-missing", 5, "NM")]),
        ("BHT LV PP CL DX", [("loop-missing", 5, "NM")]),
        ("BHT LV PP NM N3 CL CL DX", [("segment-missing", 8, "DX")]),
        ("BHT LV PP NM N3 CL DX CL DX CL DX CL DX N3", [("loop-repeat", 13, "CL")]),
        ("BHT LV PP NM NM N3", [("loop-repeat", 6, "NM")]),
        ("BHT LV PP NM N3 TT UU UU", [("segment-repeat", 9, "UU")]),
        # the first segment of a loop is missing: told as that, and what follows it is placed
        ("BHT PP NM N3", [("segment-missing", 3, "LV")]),
        ("BHT LV PP N3 CL DX", [("segment-missing", 5, "NM")]),
        ("BHT LV PP NM N3 DX N3 TT", [("segment-missing", 7, "CL")]),
        ("BHT LV PP NM N3 UU TT UU", [("segment-out-of-order", 7, "UU")]),
        # a stray segment is told, and its neighbours are not
        ("BHT UU LV PP NM N3", [("segment-unexpected", 3, "UU")]),
        ("BHT LV PP UU NM N3 CL DX TT", [("segment-unexpected", 5, "UU")]),
        ("BHT LV PP NM N3 CL DX TT NM N3 UU", [("segment-unexpected", 10, "NM")]),
    ],
)
def test_one_mistake_is_told_once(texts: str, findings: list[tuple[str, int, str | None]]) -> None:
    """Loops that are missing, too many, without their first segment or out of place give one finding each."""
    assert nested(texts) == findings


def test_placed_segments_name_their_loop() -> None:
    """Each segment's node says which loop it stands in, whether it starts it, and its path."""
    _, nodes = walk(
        NESTED, in_set(*(f"{segment_id}*1" for segment_id in ["BHT", "LV", "PP", "NM", "N3", "CL", "DX", "N3"]))
    )
    assert [(node.loop_id, node.path, node.starts_loop) for node in nodes if node] == [
        ("HEADER", "ST", True),
        ("HEADER", "BHT", False),
        ("2000", "2000/LV", True),
        ("2000", "2000/PP", False),
        ("2100", "2000/2100/NM", True),
        ("2100", "2000/2100/N3", False),
        ("2200", "2000/2200/CL", True),
        ("2200", "2000/2200/DX", False),
        ("2200", "2000/2200/N3", False),
        ("FOOTER", "SE", False),
    ]


def test_a_finding_says_where() -> None:
    """A finding names set, segment, position, byte offset, loop, element and data element."""
    guide = guide_of(loop("2000", segment("LV", element(1, "R", "ID", codes="A", number="1234"))))
    (finding,), _ = walk(guide, in_set("LV*B"))
    where = finding.where
    assert (where.transaction_set, where.segment_id, where.segment, where.byte_offset) == ("0001", "LV", 2, 10)
    assert (where.loop, where.element, where.data_element) == ("2000", 1, "1234")


def test_a_cut_off_set_is_not_told_for_what_never_came() -> None:
    """Without SE, which is told elsewhere, nothing is missing for having not been read."""
    texts = ["ST*100*0001", "BHT*1", "LV*1"]
    assert told(walk(NESTED, texts)[0]) == []


def test_what_is_held_back_is_told_at_the_end() -> None:
    """A set that ends right after an unexpected segment still tells it."""
    assert told(walk(NESTED, ["ST*100*0001", "BHT*1", "UU*1"])[0]) == [("segment-unexpected", 3, "UU")]
