"""The HL tree and numbered lines."""

from __future__ import annotations

import pytest

from hpedi.guides.load import Guide
from tests.guides.small_guides import element, found_in, guide_of, loop, segment


def level(code: str) -> str:
    """Write the HL of a level of the guide."""
    parent = element(2, "R" if code != "20" else "S", "AN", 1, 12)
    number = element(1, "R", "AN", 1, 12)
    return segment(
        "HL", number, parent, element(3, "R", "ID", codes=code), element(4, "S", "ID", codes="0 1"), usage="R"
    )


LINES = loop(
    "2400", segment("LX", element(1, "R", "N0", 1, 6, extra="<sequence>yes</sequence>"), usage="R"), most=">1", at=20
)


@pytest.fixture(scope="module")
def tree() -> Guide:
    """Return a guide of levels 20, 22 and 23, each inside the other, with numbered lines in claims at the last."""
    claims = loop("2300", segment("CLM", usage="R"), LINES, most=">1", at=20)
    patients = loop("2000C", level("23"), claims, most=">1", at=20)
    subscribers = loop("2000B", level("22"), patients, most=">1", at=20)
    return guide_of(loop("2000A", level("20"), subscribers, most=">1"))


@pytest.mark.parametrize(
    ("levels", "findings"),
    [
        ("1**20*1 2*1*22*1 3*2*23*0 4*1*22*0 5**20*0", []),
        ("1**20*0", []),
        ("1**20 2*1*22", []),
        ("2**20*0", [("hl-id", 2, "HL")]),
        ("A**20*0", [("hl-id", 2, "HL")]),
        ("1**20*1 A*1*22*0 3*1*22*0", [("hl-id", 3, "HL")]),
        ("1**20*1 2*1*22*0 4*1*22*0 5*1*22*0", [("hl-id", 4, "HL")]),
        ("1**20*1 2*1*22*0 2*1*22*0 4*1*22*0", [("hl-id", 4, "HL")]),
        ("1**20*1 9*1*22*1 3*2*23*0 4*9*23*0", [("hl-id", 3, "HL")]),
        ("1**20*1 2*1*22*0 9*1*22*0 4*1*22*0", [("hl-id", 4, "HL")]),
        ("1**20*1 2*1*22*1 3*1*23*0", [("hl-parent", 4, "HL")]),
        ("1**20*1 2*7*22*0", [("hl-parent", 3, "HL")]),
        ("1**20*0 2*1*22*0", [("hl-child-code", 2, "HL")]),
        ("1**20*1 2*1*22*1", [("hl-child-code", 3, "HL")]),
        ("1**20*1 2*1*22*1 3*1*22*0", [("hl-child-code", 3, "HL")]),
        ("1**20*1 2*1*22*1 3*2*29*0 4*2*23*0", [("element-code", 4, "HL")]),
        (f"1**20*1 {'9' * 12}1*1*22*0", [("element-too-long", 3, "HL")]),
    ],
)
def test_the_levels_form_a_tree(tree: Guide, levels: str, findings: list[tuple[str, int, str]]) -> None:
    """HL01 counts, HL02 names the level around, HL04 says whether levels follow; a wrong number is told once."""
    assert found_in(tree, *(f"HL*{values}" for values in levels.split())) == findings


@pytest.mark.parametrize(
    ("segments", "findings"),
    [
        ("CLM*A LX*1 LX*2 CLM*B LX*1", []),
        ("CLM*A LX*2", [("line-number", 6, "LX")]),
        ("CLM*A LX*1 LX*3 LX*4", [("line-number", 7, "LX")]),
        ("CLM*A LX*1 LX*1 LX*2 CLM*B LX*1", [("line-number", 7, "LX")]),
        ("CLM*A LX*1 LX*2 CLM*B LX*3", [("line-number", 9, "LX")]),
        ("CLM*A LX*X", [("element-character", 6, "LX")]),
    ],
)
def test_lines_are_numbered_anew_in_each_loop(tree: Guide, segments: str, findings: list[tuple[str, int, str]]) -> None:
    """LX01 rises by one from 1 in each claim; after a wrong number the count goes on from it."""
    levels = ["HL*1**20*1", "HL*2*1*22*1", "HL*3*2*23*0"]
    assert found_in(tree, *levels, *segments.split()) == findings


def test_lines_are_not_numbered_unless_the_map_says_so() -> None:
    """An LX without the sequence property may carry any number."""
    guide = guide_of(loop("2000", segment("LX", element(1, "R", "N0", 1, 6)), most=">1"))
    assert found_in(guide, "LX*7", "LX*7") == []
