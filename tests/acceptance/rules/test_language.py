"""The language of rules: what each verb, path and clause finds in one claim."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hpedi.acceptance.loops import LoopInstance, Spot
from hpedi.acceptance.rules.plan import CheckPlan
from hpedi.acceptance.rules.rule import read_rules
from tests.acceptance.balancing_files import file_of, segments
from tests.acceptance.rules.ruling import (
    ABOVE,
    CLAIM,
    PROFESSIONAL,
    Told,
    judged,
    judged_bytes,
    of_rules,
    rule,
    rule_file,
    told,
)

CLM, HI = 18, 20
FIRST_LINE, SECOND_LINE = 22, 26


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        # require: told at the first segment of the loop, or at the element where its segment is there
        ({"require": "DTP[435]"}, [Told("broken", CLM, "DTP")]),
        ({"require": "REF[D9]"}, []),
        ({"require": "REF[F8] or REF[D9]"}, []),
        ({"require": "REF[F8] or REF[G1]"}, [Told("broken", CLM, "REF")]),
        ({"require": "2310B"}, [Told("broken", CLM, "NM1")]),
        ({"require": "2400"}, []),
        ({"require": "CLM11-1"}, [Told("broken", CLM, "CLM", 11, 1)]),
        ({"require": "CLM05-3"}, []),
        ({"require": "DTP[435]03"}, [Told("broken", CLM, "DTP")]),
        # forbid: told where it stands
        ({"forbid": "REF[D9]"}, [Told("broken", 19, "REF")]),
        ({"forbid": "REF[F8]"}, []),
        ({"forbid": "2400"}, [Told("broken", 21, "LX"), Told("broken", 25, "LX")]),
        ({"forbid": "2400/SV101-3"}, [Told("broken", FIRST_LINE, "SV1", 1, 3)]),
        # that: every value must satisfy it, each that fails is told at its place
        ({"that": "CLM05-1 in 21 51"}, [Told("broken", CLM, "CLM", 5, 1)]),
        ({"that": "CLM05-1 in 11 51"}, []),
        ({"that": "CLM11-1 in AA OA"}, []),
        ({"that": "2400/SV101-2 matches 99\\d{3}"}, [Told("broken", SECOND_LINE, "SV1", 1, 2)]),
        ({"that": "2400/SV102 <= 90"}, [Told("broken", FIRST_LINE, "SV1", 2)]),
        ({"that": "2400/REF[6R]02 unique"}, []),
        ({"that": "2400/DTP[472]03 = 20260101"}, [Told("broken", 27, "DTP", 3)]),
        ({"that": "CLM01 longer than 1"}, []),
        ({"that": "CLM01 longer than 2"}, [Told("broken", CLM, "CLM", 1)]),
        ({"that": "HI*-2 not matches .*0"}, [Told("broken", HI, "HI", 2, 2)]),
        ({"that": "HI[ABF]*-2 matches E.*"}, [Told("broken", HI, "HI", 2, 2)]),
        ({"that": "HI[ABK]*-2 matches E.*"}, []),
        ({"that": "2400/SV102 count <= 1"}, [Told("broken", FIRST_LINE, "SV1")]),
        ({"that": "2400 count = 2"}, []),
        ({"that": "CLM05-1 = path:2400/SV105"}, []),
        ({"that": "CLM01 = path:2000B/SBR01"}, [Told("broken", CLM, "CLM", 1)]),
        ({"that": "CLM01 != path:2000B/SBR01"}, []),
        ({"that": "SET/BHT02 = 18"}, [Told("broken", 2, "BHT", 2)]),
        ({"that": "2010AA/NM109 = 1"}, [Told("broken", 7, "NM1", 9)]),
        # codes: each value is looked up
        ({"codes": {"path": "HI*-2", "set": "even", "on": "service"}}, [Told("broken", HI, "HI", 2, 2)]),
    ],
)
def test_a_rule_finds_what_it_asks_for(asked: dict[str, object], expected: list[Told]) -> None:
    """Each verb finds what breaks it, at the segment, element and component that do."""
    assert told(rule(**asked)) == expected


@pytest.mark.parametrize(
    ("when", "applies"),
    [
        ([], True),
        (["CLM05-1 = 11"], True),
        (["CLM05-1 != 11"], False),
        (["CLM11-1 != AA"], False),
        (["CLM05-1 in 21 51"], False),
        (["CLM05-1 not in 21 51"], True),
        (["CLM05-1 in @offices"], True),
        (["REF[D9] present"], True),
        (["REF[F8] present"], False),
        (["REF[F8] absent"], True),
        (["CLM11-1 present"], False),
        (["CLM11-1 absent"], True),
        (["2310B absent", "REF[D9] present"], True),
        (["2310B present or REF[D9] present"], True),
        (["2310B present or CLM05-1 = 21"], False),
        (["2310B present or CLM05-1 = 11"], True),
        (["CLM05-1 = 11", "CLM05-3 = 7"], False),
        (["2400/SV101-2 = 87070"], True),
        (["2400/SV101-2 = 12345"], False),
        (["2400/SV102 > 99"], True),
        (["2400/SV102 > 100"], False),
        (["2000B/SBR09 = CI"], True),
        (["2000B/SBR09 = MB"], False),
        (["2000B/SBR09 = MB or 2000B/SBR01 = P"], True),
        (["SET/BHT06 = CH"], True),
        (["2010BB/NM109 = 94267"], True),
        (["2010CA present"], False),
        (["2010CA/NM103 present"], False),
        (["CLM02 > 185", "CLM02 < 186"], True),
        (["REF[D9]02 matches T\\d"], True),
        (["CLM01 = path:2000B/SBR01"], False),
        (["2400/REF[6R]02 unique"], True),
    ],
)
def test_a_rule_applies_when_its_clauses_hold(when: list[str], applies: bool) -> None:  # noqa: FBT001
    """All clauses must hold, of those joined by or one; of several values any may satisfy a clause."""
    found = told(rule(when=when, require="DTP[435]"), lists={"offices": ["11", "12"]})
    assert bool(found) is applies


def test_a_rule_is_checked_in_each_instance_of_its_loop() -> None:
    """A rule at 2400 is checked line by line, with the claim around it in reach."""
    found = told(rule(at="2400", when=["SV101-2 = 87070", "2300/CLM05-1 = 11"], require="SV105"))
    assert found == [Told("broken", SECOND_LINE, "SV1", 5)]


def test_a_rule_of_the_whole_set_is_told_at_its_first_segment() -> None:
    """A rule at "" is about ST, BHT and what else stands outside loops."""
    assert told(rule(at="", that="BHT06 = RP")) == [Told("broken", 2, "BHT", 6)]


def test_claims_are_out_of_reach_from_above() -> None:
    """Claims are dropped once they were checked: from the subscriber no path leads to them."""
    assert told(rule(at="2000B", when=["2300 present"], forbid="SBR01")) == []
    assert told(rule(at="2000B", when=["2300/CLM01 present"], forbid="SBR02")) == []


def test_what_makes_a_rule_apply_is_its_trigger() -> None:
    """The first clause of `when` is the trigger, unless the rule names another."""
    (found,) = of_rules(judged(rule_file(rule(when=["CLM05-1 = 11"], require="DTP[435]"))))
    assert found.trigger is not None
    assert (found.trigger.segment, found.trigger.element, found.trigger.component) == (CLM, 5, 1)
    (found,) = of_rules(judged(rule_file(rule(when=["CLM05-1 = 11"], require="DTP[435]", trigger="2000B/SBR01"))))
    assert found.trigger is not None
    assert (found.trigger.segment_id, found.trigger.loop, found.trigger.element) == ("SBR", "2000B", 1)


def test_a_named_check_says_where_it_fails() -> None:
    """A Python check yields spots; it runs only where what it needs is there."""

    def pointers(loop: LoopInstance) -> Iterator[Spot]:
        for line in loop.loops("2400"):
            for segment in line.segments_of("SV1"):
                if len(segment.components(7)) > 1:
                    yield Spot(segment, 7, 2, "Two pointers.", loop.first("HI"))

    checks = {"pointers": pointers}
    (found,) = of_rules(judged(rule_file(rule(check="pointers", needs=["2400"])), checks=checks))
    assert (found.where.segment, found.where.element, found.where.component) == (FIRST_LINE, 7, 2)
    assert found.message == "Two pointers."
    assert found.trigger is not None
    assert found.trigger.segment == HI
    assert of_rules(judged(rule_file(rule(check="pointers", needs=["2310B"])), checks=checks)) == []
    assert of_rules(judged(rule_file(rule(check="pointers", needs=["2000B/SBR03"])), checks=checks)) == []


@pytest.mark.parametrize(
    "row",
    [
        rule(),
        rule(require="DTP[435]", forbid="REF[F8]"),
        rule(require="DTP[999]"),
        rule(require="XYZ"),
        rule(require="9999"),
        rule(require="dtp"),
        rule(when=["CLM05-1 is 11"], require="REF[D9]"),
        rule(when=["CLM05-1 in"], require="REF[D9]"),
        rule(when=["CLM05-1 in @nowhere"], require="REF[D9]"),
        rule(check="nothing_of_the_kind"),
        rule(at="9999", require="REF[D9]"),
        rule(severity="bad", require="REF[D9]"),
        rule(source="", require="REF[D9]"),
        rule(requires="REF[D9]"),
    ],
)
def test_a_malformed_rule_is_a_bug(row: dict[str, object]) -> None:
    """A rule that says nothing, or names what the guide lacks, raises when it is read or compiled."""
    with pytest.raises(ValueError, match=r"rule|severity|Severity"):
        _compile_all(row)


def _compile_all(row: dict[str, object]) -> None:
    assert PROFESSIONAL is not None
    plan = CheckPlan(
        PROFESSIONAL, read_rules(rule_file(row)), lambda _set, _on: lambda _loop, _segment, _code: None, {}
    )
    for loop in plan.loops:
        plan.checks(loop)


def test_the_separator_of_components_is_that_of_the_interchange() -> None:
    """Values are told apart by the delimiters of their own interchange, however they were before."""
    row = rule(that="CLM05-1 in 11")
    assert told(row) == []
    content = rule_file(row)
    for separator, expected in ((">", []), (":", []), (">", [])):
        file = b"".join(_lines(separator))
        assert of_rules(judged_bytes(content, file)) == expected


def _lines(separator: str) -> Iterator[bytes]:
    for part in file_of("HC", "005010X222A1", "837", segments(ABOVE + CLAIM)):
        text = part.decode()
        yield (
            text.replace("*P*:~", f"*P*{separator}~").encode()
            if text.startswith("ISA")
            else text.replace(":", separator).encode()
        )
