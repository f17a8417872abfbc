"""Files cut at any byte, and files run into each other: nothing is lost without being told."""

from __future__ import annotations

import pytest

from hpedi.x12.reader import read_x12
from tests.x12.cases import CASES, ONE_SET, TWO_GROUPS, Case
from tests.x12.telling import codes, read_told, told, unaccounted

ENDS = {"InterchangeStart": "InterchangeEnd", "GroupStart": "GroupEnd", "SetStart": "SetEnd"}


def assert_closed(data: bytes, events: list[object]) -> None:
    """Check that what is opened is closed, in the right order."""
    opened: list[str] = []
    for event in events:
        name = type(event).__name__
        if name in ENDS:
            opened.append(ENDS[name])
        elif name in ENDS.values():
            assert opened.pop() == name
    assert opened == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("line_break", ["", "\r\n"], ids=repr)
def test_cut_at_every_byte(case: Case, line_break: str) -> None:
    """A file cut at any byte is told with a finding, closed, and its bytes are all accounted for."""
    data = case.text.replace("~", "~" + line_break).encode()
    whole = data.rstrip(b"\r\n~")
    for length in range(len(whole)):
        events = list(read_x12([data[:length]]))
        assert codes(events), length
        assert_closed(data, list(events))
        assert unaccounted(data[:length], events) == [], length


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_run_into_by_the_next_file(case: Case) -> None:
    """An ISA in the middle of an unfinished interchange ends that one; the new one is read as if it stood alone."""
    data = case.text.encode()
    alone = [line.split(" @")[0] for line in read_told(data)]
    for length in range(1, len(data) - 1):
        joined = data[:length] + data
        events = list(read_x12([joined]))
        assert [line.split(" @")[0] for line in told(events)][-len(alone) : -1] == alone[:-1], length
        assert_closed(joined, list(events))
        assert unaccounted(joined, events) == [], length


@pytest.mark.parametrize("block_bytes", [1, 5, 64, 300])
def test_run_into_wherever_blocks_end(block_bytes: int) -> None:
    """An ISA with other delimiters is found in an unfinished interchange wherever blocks end."""
    other = ONE_SET.text.translate(str.maketrans("*:~", "|*:")).encode()
    data = TWO_GROUPS.text[:250].encode() + other
    whole = read_told(data)
    assert read_told(data, block_bytes=block_bytes) == whole
    assert "interchange-cut-off @250" in whole
    assert "ISA 000000905 @250" in whole
    assert whole[-1].startswith("IEA ('1', '000000905')")


def test_unpadded_isa_in_an_unfinished_interchange() -> None:
    """An ISA that lost its padding still starts a new interchange where a segment may start."""
    unpadded = " ".join(ONE_SET.text.split()).encode()
    data = TWO_GROUPS.text[:250].encode() + b"~\n" + unpadded
    assert read_told(data).count("ISA 000000905 @252") == 1
    assert "isa-malformed @252" in read_told(data)


def test_isa_in_names_is_data() -> None:
    """Names with ISA and IEA in them are data."""
    data = ONE_SET.text.replace("0123", "LISA").replace("*CH", "*ISA").replace("CLM", "IEA").encode()
    names = data.replace(b"EB*1**30^98", b"N3*ISA*00*IEA*1")
    assert codes(read_x12([names])) == []


def test_cut_off_inside_a_set() -> None:
    """A file that ends inside a set gets one finding a level, from the inside out, and the torn segment is told."""
    data = ONE_SET.text[: ONE_SET.text.index("0905*CH")].encode()
    assert [line.rpartition(" @")[0] or line for line in read_told(data)][4:] == [
        "2 'BHT*0019*00*0123*20260131*'",
        "last-terminator-missing",
        "set-trailer-missing",
        "SE () of 2",
        "group-trailer-missing",
        "GE () of 1",
        "interchange-cut-off",
        read_told(data)[-1],
    ]
