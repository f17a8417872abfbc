"""Elements, composites and the conditions between them, each rule alone in a guide of one segment."""

from __future__ import annotations

import pytest

from hpedi.x12.events import Delimiters
from tests.guides.small_guides import composite, element, guide_of, segment, walk

ONE = {
    "AN 2-5": element(1, "R", "AN", 2, 5),
    "ID 1-3 A BB": element(1, "R", "ID", 1, 3, codes="A BB"),
    "ID 2-2 states": element(1, "R", "ID", 2, 2, external="states"),
    "ID 2-2 states or XX": element(1, "R", "ID", 2, 2, codes="XX", external="states"),
    "ID 2-2 list not loaded": element(1, "R", "ID", 2, 2, external="planets"),
    "N0 1-3": element(1, "R", "N0", 1, 3),
    "N2 1-3": element(1, "R", "N2", 1, 3),
    "R 1-4": element(1, "R", "R", 1, 4),
    "R 1-18 amount": element(1, "R", "R", 1, 18, number="782"),
    "DT 8": element(1, "R", "DT", 8, 8),
    "DT 6-8": element(1, "R", "DT", 6, 8),
    "TM 4-8": element(1, "R", "TM", 4, 8),
    "B 1-3": element(1, "R", "B", 1, 3),
    "[0-9]{5}": element(1, "R", "AN", 1, 9, extra="<regex>[0-9]{5}</regex>"),
    "repeats 2": element(1, "R", "AN", 1, 3, extra="<repeat>2</repeat>"),
    "not used": element(1, "N") + element(2, "R"),
}

VALUES = [
    ("AN 2-5", "AB", ""),
    ("AN 2-5", "ab c'", ""),
    ("AN 2-5", "A", "element-too-short"),
    ("AN 2-5", "ABCDEF", "element-too-long"),
    ("AN 2-5", "AB\tC", "element-character"),
    ("AN 2-5", "ABÉ", "element-character"),
    ("AN 2-5", "AB:C", "element-character"),
    ("AN 2-5", "ABC ", "element-character"),
    ("AN 2-5", "A ", ""),
    ("AN 2-5", "   ", "element-character"),
    ("AN 2-5", "AB^C", "element-repeat"),
    ("ID 1-3 A BB", "BB", ""),
    ("ID 1-3 A BB", "B", "element-code"),
    ("ID 1-3 A BB", "AB", "element-code"),
    ("ID 1-3 A BB", "a", "element-code"),
    ("ID 2-2 states", "MN", ""),
    ("ID 2-2 states", "ZZ", "external-code"),
    ("ID 2-2 states or XX", "XX", ""),
    ("ID 2-2 states or XX", "WI", ""),
    ("ID 2-2 list not loaded", "QQ", ""),
    ("N0 1-3", "-123", ""),
    ("N0 1-3", "1234", "element-too-long"),
    ("N0 1-3", "1.5", "element-character"),
    ("N0 1-3", "--1", "element-character"),
    ("N2 1-3", "007", ""),
    ("R 1-4", "-12.34", ""),
    ("R 1-4", ".5", ""),
    ("R 1-4", "12.345", "element-too-long"),
    ("R 1-4", "5.", "element-character"),
    ("R 1-18 amount", "-20.25", ""),
    ("R 1-18 amount", ".5", ""),
    ("R 1-18 amount", "20.250", ""),
    ("R 1-18 amount", "20.255", "element-amount"),
    ("R 1-18 amount", "20.2.5", "element-character"),
    ("R 1-4", "1.2.3", "element-character"),
    ("R 1-4", "+5", "element-character"),
    ("R 1-4", "1E2", "element-character"),
    ("DT 8", "20240229", ""),
    ("DT 8", "20230229", "element-date"),
    ("DT 8", "19000229", "element-date"),
    ("DT 8", "20000229", ""),
    ("DT 8", "20241301", "element-date"),
    ("DT 8", "20240431", "element-date"),
    ("DT 8", "240101", "element-too-short"),
    ("DT 8", "2024010A", "element-date"),
    ("DT 6-8", "240229", ""),
    ("DT 6-8", "2402299", "element-date"),
    ("TM 4-8", "2359", ""),
    ("TM 4-8", "235959", ""),
    ("TM 4-8", "23595999", ""),
    ("TM 4-8", "2400", "element-time"),
    ("TM 4-8", "1260", "element-time"),
    ("TM 4-8", "12345", "element-time"),
    ("B 1-3", "  ", ""),
    ("[0-9]{5}", "12345", ""),
    ("[0-9]{5}", "1234", "element-pattern"),
    ("[0-9]{5}", "123456", "element-pattern"),
    ("repeats 2", "A^B", ""),
    ("repeats 2", "A^B^C", "element-repeat"),
    ("repeats 2", "A^", "trailing-delimiter"),
    ("not used", "*A", ""),
    ("not used", "B*A", "element-not-used"),
    ("AN 2-5", "", "element-missing"),
    ("AN 2-5", "AB*C", "element-extra"),
    ("AN 2-5", "AB*", "trailing-delimiter"),
]


@pytest.mark.parametrize(("rule", "value", "code"), VALUES)
def test_a_value_is_judged_by_its_rule(rule: str, value: str, code: str) -> None:
    """A value that breaks its rule gives one finding of the right kind, and a good one none."""
    guide = guide_of(segment("AAA", ONE[rule]))
    findings, _ = walk(guide, ["ST*100*0001", f"AAA*{value}", "SE*3*0001"])
    assert [finding.code for finding in findings] == ([code] if code else [])


COMPOSITE = composite(1, "S", element(1, "R", codes="HC"), element(2, "S", "AN", 2, 4), element(3, "N"), element(4))


@pytest.mark.parametrize(
    ("value", "code", "component"),
    [
        ("HC", "", None),
        ("HC:AB", "", None),
        ("HC:AB::X", "", None),
        ("", "", None),
        (":AB", "element-missing", 1),
        ("HX:AB", "element-code", 1),
        ("HC:A", "element-too-short", 2),
        ("HC:AB:N", "element-not-used", 3),
        ("HC:AB::X:Y", "component-extra", 5),
        ("HC:", "trailing-delimiter", None),
        ("HC^HC", "element-repeat", None),
    ],
)
def test_a_composite_is_judged_by_its_components(value: str, code: str, component: int | None) -> None:
    """What is wrong with a component is found at its place in the composite."""
    guide = guide_of(segment("AAA", COMPOSITE, element(2, "R")))
    findings, _ = walk(guide, ["ST*100*0001", f"AAA*{value}*Z", "SE*3*0001"])
    expected = [(code, 1, component)] if code else []
    assert [(found.code, found.where.element, found.where.component) for found in findings] == expected


def test_a_required_composite_may_not_be_empty() -> None:
    """A required composite without any component is one missing element."""
    guide = guide_of(segment("AAA", composite(1, "R", element(1, "R"), element(2, "R")), element(2, "R")))
    findings, _ = walk(guide, ["ST*100*0001", "AAA**Z", "SE*3*0001"])
    assert [(found.code, found.where.element) for found in findings] == [("element-missing", 1)]


def test_a_repeated_composite_names_the_repetition() -> None:
    """In an element that repeats, the finding says which repetition is wrong."""
    guide = guide_of(segment("AAA", composite(1, "S", element(1, "R", codes="A"), element(2), repeat=3)))
    findings, _ = walk(guide, ["ST*100*0001", "AAA*A:1^A^B:2", "SE*3*0001"])
    assert [(found.code, found.where.component, found.where.repetition) for found in findings] == [
        ("element-code", 1, 3)
    ]


FORMATS = [
    ("D8", "20240229", ""),
    ("D8", "20230229", "element-date"),
    ("D8", "20240101-20240102", "element-date"),
    ("RD8", "20240101-20240102", ""),
    ("RD8", "20240101", "element-date"),
    ("DT", "202401012359", ""),
    ("DT", "20240101", "element-date"),
    ("TM", "2359", ""),
    ("TM", "2360", "element-time"),
    ("ZZ", "anything", "element-code"),
]


@pytest.mark.parametrize("usage", ["R", "S"])
@pytest.mark.parametrize(("code", "value", "finding"), FORMATS)
def test_a_date_is_written_as_its_qualifier_says(usage: str, code: str, value: str, finding: str) -> None:
    """Element 1251 is judged by the format that element 1250 before it names."""
    form = element(1, usage, "ID", 2, 3, codes="D8 RD8 DT TM", number="1250")
    guide = guide_of(segment("AAA", form, element(2, usage, "AN", 1, 35, number="1251")))
    findings, _ = walk(guide, ["ST*100*0001", f"AAA*{code}*{value}", "SE*3*0001"])
    assert [found.code for found in findings] == ([finding] if finding else [])


SYNTAX = [
    ("P0103", "1..", 3),
    ("P0103", "..3", 1),
    ("P0103", "1.3", None),
    ("P0103", ".2.", None),
    ("P010203", "12.", 3),
    ("R0103", ".2.", 1),
    ("R0103", "1..", None),
    ("R0103", "..3", None),
    ("E0103", "1.3", 3),
    ("E0103", "1..", None),
    ("E0103", ".2.", None),
    ("E010203", "12.", 2),
    ("C0103", "1..", 3),
    ("C0103", "..3", None),
    ("C010203", "1.3", 2),
    ("C0301", "..3", 1),
    ("C0301", "1..", None),
    ("L010203", "1..", 2),
    ("L010203", "1.3", None),
    ("L010203", ".23", None),
]


@pytest.mark.parametrize(("rule", "filled", "at"), SYNTAX)
def test_a_condition_between_elements_holds(rule: str, filled: str, at: int | None) -> None:
    """A broken P, R, E, C or L rule is found at the element that breaks it; a kept one is not."""
    guide = guide_of(segment("AAA", element(1), element(2), element(3), element(4, "R"), syntax=[rule]))
    values = "*".join("X" if place != "." else "" for place in filled)
    findings, _ = walk(guide, ["ST*100*0001", f"AAA*{values}*Z", "SE*3*0001"])
    code = "element-exclusion" if rule.startswith("E") else "element-syntax"
    assert [(found.code, found.where.element) for found in findings] == ([] if at is None else [(code, at)])


def test_a_condition_may_name_an_element_that_is_not_used() -> None:
    """An element that the guide does not use is never there, so a condition holds or breaks by the others."""
    unused = element(3, "N")
    guide = guide_of(segment("AAA", element(1, "R"), element(2), unused, element(4), syntax=["R020304"], most=">1"))
    alone = guide_of(segment("AAA", element(1, "R"), element(2), unused, syntax=["R0203"], most=">1"))
    for each in (guide, alone):
        findings, _ = walk(each, ["ST*100*0001", "AAA*X*Y", "AAA*X", "SE*4*0001"])
        assert [(found.code, found.where.segment) for found in findings] == [("element-syntax", 3)]


def test_a_missing_element_is_not_told_twice() -> None:
    """An element that is required anyway is missing once, whatever conditions name it."""
    guide = guide_of(segment("AAA", element(1), element(2, "R"), element(3), syntax=["P0102", "R0203"]))
    findings, _ = walk(guide, ["ST*100*0001", "AAA*X**Z", "SE*3*0001"])
    assert [found.code for found in findings] == ["element-missing"]


def test_a_short_bad_code_may_be_copied_and_nothing_else() -> None:
    """Only a coded value of at most three upper-case letters or digits is told; a longer one may be private."""
    guide = guide_of(
        segment(
            "AAA", element(1, "S", "ID", 1, 9, codes="A"), element(2, "S", "ID", 1, 9, codes="A"), element(3, codes="A")
        )
    )
    findings, _ = walk(guide, ["ST*100*0001", "AAA*Q7*SMITH*Q7", "SE*3*0001"])
    assert [found.bad_code for found in findings] == ["Q7", "", ""]
    assert not any("SMITH" in found.message for found in findings)


def test_any_delimiters_separate() -> None:
    """Elements, components and repetitions are cut by what the interchange declares, and the usual signs are data."""
    delimiters = Delimiters(element="|", component="!", repetition="%", segment="\n")
    guide = guide_of(
        segment("AAA", element(1, "R"), composite(2, "R", element(1, "R", codes="A"), element(2, "R"), repeat=2))
    )
    good = ["ST|100|0001", "AAA|X*Y:^~|A!1%A!2", "SE|3|0001"]
    assert walk(guide, good, delimiters=delimiters)[0] == []
    findings, _ = walk(guide, ["ST|100|0001", "AAA|X|A!1%B!2", "SE|3|0001"], delimiters=delimiters)
    assert [(found.code, found.where.repetition) for found in findings] == [("element-code", 2)]
