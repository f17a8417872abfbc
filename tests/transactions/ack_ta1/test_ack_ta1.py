"""The TA1: from the findings of an interchange to its segment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Severity, Where
from hpedi.transactions.ack_ta1.model import build_interchange_acknowledgment
from hpedi.transactions.ack_ta1.write import write_interchange_acknowledgment

ANSWERED = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)


def isa(control_number: str = "000000905", date: str = "260302", time: str = "0914") -> list[str]:
    """Return the elements of an ISA."""
    values = ["ISA", "00", " " * 10, "00", " " * 10, "ZZ", "A".ljust(15), "ZZ", "B".ljust(15)]
    return [*values, date, time, "^", "00501", control_number, "0", "P", ":"]


def ta1(elements: list[str], *findings: Finding) -> tuple[str, ...]:
    """Answer an ISA."""
    return tuple(
        str(value)
        for value in write_interchange_acknowledgment(
            build_interchange_acknowledgment(elements, findings, answered=ANSWERED)
        )
    )


def test_nothing_wrong() -> None:
    """An interchange without findings is accepted with note 000."""
    assert ta1(isa()) == ("TA1", "000000905", "260302", "0914", "A", "000")


@pytest.mark.parametrize(
    ("kind", "note"),
    [("interchange-cut-off", "023"), ("sender-unknown", "006"), ("receiver-not-us", "008"), ("group-count", "021")],
)
def test_an_error_rejects(kind: str, note: str) -> None:
    """The note says why an interchange is rejected."""
    assert ta1(isa(), found(kind, Where()))[-2:] == ("R", note)


def test_the_first_error_speaks() -> None:
    """Warnings are noted, an error wins over them, and kinds that are not answered here are passed over."""
    warning = found("isa-date", Where(), severity=Severity.WARNING)
    error, other = found("group-count", Where()), found("interchange-control-number", Where())
    assert ta1(isa(), warning)[-2:] == ("E", "014")
    assert ta1(isa(), found("empty-segment", Where()), warning, error, other)[-2:] == ("R", "021")


def test_the_header_speaks_before_what_follows_it() -> None:
    """Of several errors the one of the first element of ISA is told, whenever it was found."""
    receiver = found("receiver-not-us", Where(segment_id="ISA", element=8))
    qualifier = found("isa-receiver-qualifier", Where(segment_id="ISA", element=7))
    trailer = found("group-count", Where(segment_id="IEA", element=1))
    assert ta1(isa(), trailer, receiver, qualifier)[-1] == "007"
    assert ta1(isa(), trailer, receiver)[-1] == "008"


@pytest.mark.parametrize(
    ("elements", "copied"),
    [
        (isa(control_number="00000905X"), ("000000000", "260302", "0914")),
        (isa(date="261302"), ("000000905", "260302", "0914")),
        (isa(time="2500"), ("000000905", "260302", "0915")),
    ],
)
def test_what_a_ta1_cannot_carry_is_not_copied(elements: list[str], copied: tuple[str, ...]) -> None:
    """A malformed control number is sent as zeros, a malformed date or time as that of the answer."""
    assert ta1(elements, found("isa-date", Where()))[1:4] == copied
