"""Usual values by pattern: what one matches is answered alike, and none reaches beyond its value."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from hpedi.acceptance.checks.screen import Usual, before_day, from_day
from hpedi.acceptance.screens.questions import sign
from hpedi.acceptance.screens.usual import SIGNS, compiled, usual_of
from hpedi.x12.events import Delimiters

DELIMITERS = Delimiters()
LISTS = {"payers": frozenset({"94267", "A-1"})}


def matches(every: tuple[Usual, ...], value: str) -> bool:
    """Say whether a value, with another element and segment behind it, is usual in each way."""
    pattern = compiled(every, DELIMITERS)
    assert pattern is not None
    return re.fullmatch(rf"{pattern}\*12345\~12345", f"{value}*12345~12345") is not None


@pytest.mark.parametrize(
    ("verb", "operand", "wanted", "usual", "unusual"),
    [
        ("matches", r"\d{9}", True, ["123456789"], ["12345678", "1234567890", "A23456789", ""]),
        ("matches", r"\d{9}", False, ["12345678", "A", "1234567890"], ["123456789", ""]),
        ("not matches", r"-?0*\.?0*", True, ["12", "0.1"], ["0", "-0", "0.00", ""]),
        ("matches", ".{1,3}", True, ["A", "AB1"], ["ABCD", ""]),
        ("matches", "(19|20)[0-9].*", True, ["2026", "1900A"], ["2126", "20", ""]),
        ("in", "@payers", True, ["94267", "A-1"], ["94268", "9426", "942671", ""]),
        ("not in", "X Y", True, ["Z", "XY"], ["X", "Y", ""]),
        ("=", "AB", False, ["A", "ABC"], ["AB", ""]),
        ("present", "", True, ["A", "A B"], [""]),
        (">=", "19000101", True, ["19000101", "20260302"], ["18991231", "1900010", "190001011", ""]),
    ],
)
def test_usual_values_of_a_clause(verb: str, operand: str, wanted: bool, usual: list[str], unusual: list[str]) -> None:  # noqa: FBT001  a case
    """A clause that usually holds, or does not, says which values are usual; an empty one never is."""
    every = usual_of(verb, operand, LISTS, wanted=wanted)
    assert [value for value in (*usual, *unusual) if matches(every, value)] == usual


@pytest.mark.parametrize("pattern", [r"[^ ]*", r"\S+", r"(?=A)B", r"A$", r"[ -~]+", r"\w", r"A\*B", r"[\d.]{1,9}"])
def test_a_pattern_that_may_reach_beyond_its_value_is_not_used(pattern: str) -> None:
    """What is not certain to stay within a value says nothing of usual ones."""
    assert compiled((Usual(pattern),), DELIMITERS) is None


def test_letters_as_delimiters_are_not_screened_by_patterns() -> None:
    """Where a letter divides elements, a pattern of letters would reach beyond its value."""
    assert compiled((Usual("[A-Z]+"),), Delimiters(element="X")) is None


def test_several_ways_hold_together() -> None:
    """A value is usual if it is so in each way."""
    every = (from_day("19000101"), before_day("20240302"))
    assert [day for day in ("18991231", "19000101", "20240301", "20240302") if matches(every, day)] == [
        "19000101",
        "20240301",
    ]


def test_days_are_told_from_earlier_ones() -> None:
    """From a day on, and before it, is told of every day around it as by comparing the texts."""
    days = [f"{date(2019, 12, 1) + timedelta(days=number):%Y%m%d}" for number in range(500)]
    for day in days[::83]:
        assert [each for each in days if matches((from_day(day),), each)] == [each for each in days if each >= day]
        assert [each for each in days if matches((before_day(day),), each)] == [each for each in days if each < day]


def test_signs_are_those_of_the_answer() -> None:
    """A number above 0, and one that is 0, have their pattern, and the answer agrees."""
    numbers = ["1", "0", "0.00", ".5", "00.10", "10.", "-1", "-0", "", ".", "A", "1.2.3", "0.0.0"]
    above, zero = ([number for number in numbers if matches((each,), number)] for each in SIGNS)
    assert above == ["1", ".5", "00.10", "10."]
    assert zero == ["0", "0.00"]
    assert {sign(number) for number in above} == {1}
    assert {sign(number) for number in zero} == {0}
