"""Control numbers: what is missing, repeated and out of sequence, worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from hpedi.pipeline.tracking_numbers import LISTED, Numbered, check_numbers

pytestmark = pytest.mark.storeless

AT: Final = datetime(2026, 3, 2, 15, tzinfo=UTC)


def sent(*numbers: str, partner: str = "lakes", usage: str = "P", refused: tuple[int, ...] = ()) -> list[Numbered]:
    """Return interchanges of a partner in the order of arrival; some of them were refused, by their places from 0."""
    return [
        Numbered(
            level="ISA13",
            whose=(partner,),
            usage=usage,
            number=number,
            at=AT + timedelta(minutes=place),
            about=f"receipt {place}",
            is_consumed=place not in refused,
        )
        for place, number in enumerate(numbers)
    ]


def told(units: list[Numbered]) -> list[tuple[str, str, str, int]]:
    """Return what is found: kind, first, last and how many."""
    return [(each.kind, each.first, each.last, each.count) for each in check_numbers(units)]


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        (sent("001", "002", "003"), []),
        (sent("001", "003"), [("missing", "002", "002", 1)]),
        (sent("001", "002", "003", "006", "007", "008"), [("missing", "004", "005", 2)]),
        (sent("001", "002", "001"), [("repeated", "001", "001", 1)]),
        (sent("001", "003", "002"), [("out of sequence", "002", "002", 1)]),
        (sent("001", "002", "002", refused=(1,)), []),  # what was refused is sent again under its number
        (sent("001", "002", "002", refused=(2,)), [("repeated", "002", "002", 1)]),
        (sent("100", "250"), [("not counted one by one", "100", "250", 149)]),
        (sent("001", usage="P") + sent("002", usage="T") + sent("003", usage="P"), []),  # one counter for both
        (sent("001", usage="P") + sent("001", usage="T"), []),
        (sent("001") + sent("003", partner="hills"), []),
    ],
)
def test_what_is_found_of_numbers(units: list[Numbered], expected: list[tuple[str, str, str, int]]) -> None:
    """Gaps between the numbers there are; each number by the order in which it came."""
    assert told(units) == expected


def test_many_gaps_are_summed_in_the_last_row() -> None:
    """Of 25 gaps of one, twenty are listed and the last row tells five more."""
    numbers = [f"{number:04d}" for number in range(1, 101) if number % 4 or number > 100]
    found = told(sent(*numbers[:-1], numbers[-1]))
    assert len(found) == LISTED + 1
    assert found[0] == ("missing", "0004", "0004", 1)
    assert found[-1] == ("missing", "0084", "0096", 4)
