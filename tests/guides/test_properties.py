"""What holds for every set: how it is cut into batches, the memo, and the fast check against the slow one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpedi.guide_files import GuideFiles
from hpedi.guides.element_checks import segment_faults
from hpedi.guides.load import Guide
from hpedi.guides.moves import GuideTables
from hpedi.guides.nodes import SegmentNode
from hpedi.guides.patterns import segment_pattern
from hpedi.guides.segment_check import MemoCount
from hpedi.guides.values import Alphabet
from tests.guides.professional_claims import PROFESSIONAL
from tests.guides.small_guides import DELIMITERS, walk

REMITTANCE = """\
ST*835*0001
BPR*I*132*C*ACH*CCP*01*031300012*DA*24681012*1351840597**01*031300012*DA*9876543*20250906
TRN*1*0001*1351840597
REF*EV*LAKES
DTM*405*20250903
N1*PR*SAMPLE PAYER
N3*1 WAY
N4*EDINA*MN*55436
PER*BL*HELP*TE*5555550100
N1*PE*NORTH CLINIC*XX*1881654321
LX*1
CLP*26463774*1*138.18*132*6.18*12*ICN1*11*1
CAS*CO*45*.5*1
NM1*QC*1*DOE*JANE****MI*JD1
DTM*232*20250103
AMT*AU*138.18
SVC*HC:99213*138.18*132**1
DTM*472*20250103
CAS*PR*3*6.18
REF*6R*123
AMT*B6*138.18
LQ*HE*N130
PLB*1881654321*20251231*WO:ABC*-5
SE*24*0001
""".splitlines()

GOOD = [("HC", "005010X222A1", "837", PROFESSIONAL), ("HP", "005010X221A1", "835", REMITTANCE)]
SCRAPS = ["", "X", "QQ", "1", "20250103", "D8", "A:B", "^", " ", "-", "1.5", "é"]


def guide_for(functional_id: str, version: str, transaction_set: str) -> Guide:
    """Return a guide as hpedi uses it."""
    guide = GuideFiles().guide_for(functional_id, version, transaction_set)
    assert guide is not None
    return guide


@st.composite
def damaged_sets(draw: st.DrawFn) -> tuple[Guide, list[str]]:
    """Take a good set and drop, repeat, move and alter some of its segments."""
    *names, good = draw(st.sampled_from(GOOD))
    texts = list(good)
    for _ in range(draw(st.integers(0, 4))):
        index = draw(st.integers(1, len(texts) - 2))
        match draw(st.sampled_from(["drop", "repeat", "move", "alter"])):
            case "drop":
                del texts[index]
            case "repeat":
                texts.insert(index, texts[index])
            case "move":
                texts.insert(draw(st.integers(1, len(texts) - 2)), texts.pop(index))
            case _:
                values = texts[index].split("*")
                values[draw(st.integers(0, len(values) - 1))] = draw(st.sampled_from(SCRAPS)) or "Z"
                texts[index] = "*".join(values)
    return guide_for(*names), texts


@pytest.mark.parametrize(("functional_id", "version", "transaction_set", "texts"), GOOD)
def test_good_sets_have_no_finding(functional_id: str, version: str, transaction_set: str, texts: list[str]) -> None:
    """The sets that are damaged here have nothing wrong with them before."""
    findings, nodes = walk(guide_for(functional_id, version, transaction_set), texts)
    assert findings == []
    assert None not in nodes


@settings(deadline=None, max_examples=60)
@given(damaged_sets(), st.integers(1, 30))
def test_batches_make_no_difference(damaged: tuple[Guide, list[str]], batch: int) -> None:
    """However a set is cut into batches, the findings and the places are the same."""
    guide, texts = damaged
    assert walk(guide, texts, batch=batch) == walk(guide, texts)


@settings(deadline=None, max_examples=20)
@given(damaged_sets())
def test_the_memo_makes_no_difference(damaged: tuple[Guide, list[str]]) -> None:
    """With the memo or without, for the first set or a later one, the findings and the places are the same."""
    guide, texts = damaged
    plain = walk(guide, texts, tables=GuideTables(guide, DELIMITERS, memo=False))
    remembering = GuideTables(guide, DELIMITERS)
    assert [walk(guide, texts, tables=remembering) for _ in range(3)] == [plain] * 3


def test_what_repeats_is_remembered_and_what_does_not_is_not() -> None:
    """A node whose segments repeat answers from the memo; one whose segments all differ keeps none of them."""
    guide = guide_for("HC", "005010X222A1", "837")
    count = MemoCount()
    tables = GuideTables(guide, DELIMITERS, count=count)
    start, line, end = PROFESSIONAL[:48], PROFESSIONAL[48:51], PROFESSIONAL[-1:]
    for number in range(1100):
        lines = [line[0], line[1].replace("*40*", f"*{number}.{number % 97:02}*"), line[2]]
        findings, nodes = walk(guide, [*start, *lines, *end], tables=tables)
        assert findings == []
    stations = [tables.station(node) for node in nodes if node is not None]
    remembered = {station.node.segment_id: station.remembers for station in stations if station.node.loop_id == "2400"}
    assert remembered == {"LX": True, "SV1": False, "DTP": True}
    assert count.checks == 1100 * 52
    assert count.hits > count.checks * 0.9


NODES = [
    node
    for names in (GOOD[0][:3], GOOD[1][:3])
    for node in guide_for(*names).root.segments()
    if not node.path.startswith("2000A/2000B/2000C/2300")
]
VALUES = st.one_of(
    st.sampled_from([*SCRAPS, "MN", "EI", "HC:99213", "HC:99213:25", "20250103-20250104", "RD8", "12.345", "ABK:J020"]),
    st.text("AB19 :^.-", max_size=12),
)


def elements_of(node: SegmentNode) -> st.SearchStrategy[list[str]]:
    """Draw values for a segment, many of them right."""
    codes = [sorted(rule.codes)[:6] if rule.codes else [] for rule in node.elements]
    drawn = [
        st.one_of(st.sampled_from(["", *some]), VALUES) if some else st.one_of(st.just(""), VALUES) for some in codes
    ]
    return st.tuples(*drawn).map(list)


@settings(deadline=None, max_examples=400)
@given(st.data())
def test_the_fast_check_takes_nothing_that_is_wrong(data: st.DataObject) -> None:
    """A segment that matches its expression has nothing wrong with it when looked at rule by rule."""
    node = data.draw(st.sampled_from(NODES))
    text = "*".join([node.segment_id, *data.draw(elements_of(node))]).rstrip("*")
    if segment_pattern(node, DELIMITERS).fullmatch(text):
        assert segment_faults(node, text, DELIMITERS, Alphabet.of(DELIMITERS)) == ()


@pytest.mark.parametrize(("functional_id", "version", "transaction_set", "texts"), GOOD)
def test_the_fast_check_takes_what_is_right(
    functional_id: str, version: str, transaction_set: str, texts: list[str]
) -> None:
    """The segments of good sets match their expressions: the slow check is never asked."""
    _, nodes = walk(guide_for(functional_id, version, transaction_set), texts)
    slow = [
        text
        for text, node in zip(texts, nodes, strict=True)
        if node and not segment_pattern(node, DELIMITERS).fullmatch(text)
    ]
    assert slow == []
