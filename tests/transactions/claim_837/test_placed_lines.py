"""The lines of a claim as sent: found by the position of their segments, whether the claim can be read or not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hpedi.service_dates import DateSpan
from hpedi.transactions.claim_837.draft import LineDraft
from hpedi.transactions.claim_837.placed_lines import PlacedLines
from tests.acceptance.submissions import TENTH


def drafted(position: int, service: str, *, days: str = "DTP*472*D8*20260310", **references: str) -> LineDraft:
    """Return the draft of a line whose LX stands at a position."""
    draft = LineDraft()
    draft.number = (f"LX*{position // 10}", position)
    draft.service = (service, position + 1)
    draft.dates["472"] = (days, position + 2)
    draft.references.update({name.removeprefix("ref_").upper(): value for name, value in references.items()})
    return draft


LINES = PlacedLines(
    [
        drafted(10, "SV1*HC:99213:25*75.5*UN*2***1", ref_6r="LINE7", ref_xz="RX1"),
        drafted(20, "SV2*0450*HC:99284*900*UN*1"),
        drafted(30, "SV3*AD:D2740*1100.5****1"),
        drafted(40, "SV2*0120**3000.005*DA*X", days="DTP*472*D8*20261310"),
    ],
    "*",
    ":",
)


@pytest.mark.parametrize(("position", "first"), [(9, None), (10, 10), (19, 10), (20, 20), (35, 30), (99, 40)])
def test_a_segment_lies_in_the_line_begun_before_it(position: int, first: int | None) -> None:
    """A segment above the first LX lies in no line; every other in the line whose LX it follows."""
    line = LINES.holding(position)
    assert (None if line is None else line.first_segment) == first


def test_professional_institutional_and_dental_services() -> None:
    """Procedure, charge and units are taken from where SV1, SV2 and SV3 have them."""
    lines = [LINES.holding(position) for position in (10, 20, 30)]
    assert [(line.qualifier, line.code, line.modifiers, line.revenue_code) for line in lines if line is not None] == [
        ("HC", "99213", ("25",), ""),
        ("HC", "99284", (), "0450"),
        ("AD", "D2740", (), ""),
    ]
    assert [(line.charged, line.units) for line in lines if line is not None] == [
        (Decimal("75.50"), "2"),
        (Decimal("900.00"), "1"),
        (Decimal("1100.50"), "1"),
    ]


def test_numbers_and_days() -> None:
    """A line goes by REF*6R, else by LX01; its prescription and days are told where they are sent."""
    first, second = LINES.holding(10), LINES.holding(20)
    assert first is not None
    assert second is not None
    assert (first.control_number, first.prescription, first.dates) == ("LINE7", "RX1", DateSpan(TENTH.start, TENTH.end))
    assert (second.control_number, second.prescription) == ("2", "")


def test_what_cannot_be_read_is_left_out() -> None:
    """A fraction of a cent is no charge, a letter no number of units, month 13 no day, and nothing no procedure."""
    line = LINES.holding(40)
    assert line is not None
    assert (line.code, line.revenue_code, line.charged, line.units, line.dates) == ("", "0120", None, "", None)
