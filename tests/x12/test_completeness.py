"""Whether bytes end where their last interchange ends, however they arrive."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpedi.x12.completeness import Completeness, State
from hpedi.x12.events import Delimiters
from tests.x12.cases import ACKNOWLEDGED, CASES, DELIMITERS, ISA, ONE_SET, TWO_GROUPS, Case

WHOLE = ONE_SET.text.encode()
UNPADDED = WHOLE.replace(ISA.encode(), b"ISA*00**00**ZZ*LAKES*30*94267*260131*0905*^*00501*000000905*0*P*:~")
NO_ISA = b"Dear payer, please find our claims below.\r\n"


def state_of(*chunks: bytes) -> State:
    """Return the state after chunks."""
    arriving = Completeness()
    for chunk in chunks:
        arriving.feed(chunk)
    return arriving.state


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("delimiters", DELIMITERS, ids=repr)
@pytest.mark.parametrize("line_break", ["", "\r\n", "\n"], ids=repr)
def test_whole_file(case: Case, delimiters: Delimiters, line_break: str) -> None:
    """A whole file is complete with any delimiters and line breaks, whole or byte by byte."""
    data = case.bytes_with(delimiters, line_break)
    assert state_of(data) == "complete"
    assert state_of(*(data[index : index + 1] for index in range(len(data)))) == "complete"


@pytest.mark.parametrize("case", [ONE_SET, ACKNOWLEDGED], ids=lambda case: case.name)
@pytest.mark.parametrize("line_break", ["", "\r\n"], ids=repr)
def test_cut_at_every_byte(case: Case, line_break: str) -> None:
    """A file cut before the last digit of its IEA is open, wherever it is cut."""
    data = case.bytes_with(Delimiters(), line_break)
    whole = len(data.rstrip(b"~\r\n"))
    arriving = Completeness()
    for length in range(1, whole):
        arriving.feed(data[length - 1 : length])
        assert arriving.state == "open", length
    arriving.feed(data[whole - 1 : whole])
    assert arriving.state == "complete"


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\xef\xbb\xbf" + WHOLE, "complete"),
        (b"\r\n\r\n" + WHOLE + b"\r\n\x1a", "complete"),
        (WHOLE + b"~~\r\n", "complete"),
        (WHOLE.rstrip(b"~"), "complete"),
        (WHOLE.rstrip(b"~") + b"\r\n", "complete"),
        (WHOLE.replace(b"IEA*1*000000905", b"IEA*1*000000906"), "complete"),
        (WHOLE + WHOLE, "complete"),
        (WHOLE.rstrip(b"~") + b"\r\n" + WHOLE, "complete"),
        (WHOLE + b"\r\n" + WHOLE[:-20], "open"),
        (WHOLE + b"IS", "open"),
        (WHOLE + b"a remark", "open"),
        (WHOLE[:-30] + WHOLE, "open"),
        (UNPADDED, "complete"),
        (UNPADDED[:-20], "open"),
        (NO_ISA + WHOLE, "complete"),
        (NO_ISA + WHOLE[:-5], "open"),
        (WHOLE.replace(b"99213", b"IEA*1*000000905"), "complete"),
        (WHOLE.replace(b"99213", b"IEA*1*000000905")[:-12], "open"),
        (NO_ISA, "not x12"),
        (b"PK\x03\x04" + bytes(2_000), "not x12"),
        (b"UNB+UNOA:1+", "not x12"),
        (b"I", "open"),
        (b"ISA*00*  ", "open"),
        (b"ISAAC " * 200, "not x12"),
        (WHOLE[:150] + b"x" * 20_000, "open"),
    ],
)
def test_what_it_is(data: bytes, state: State) -> None:
    """Each kind of bytes has its state, whole and in pieces of seven bytes."""
    assert state_of(data) == state
    assert state_of(*(data[index : index + 7] for index in range(0, len(data), 7))) == state


@given(
    pieces=st.lists(
        st.sampled_from([WHOLE, UNPADDED, TWO_GROUPS.text.encode(), WHOLE[:170], b"\r\n", b"IEA*", b"ISA*", NO_ISA]),
        max_size=4,
    ),
    cuts=st.lists(st.integers(0, 3_000), max_size=6),
)
@settings(max_examples=150, deadline=None)
def test_any_split(pieces: list[bytes], cuts: list[int]) -> None:
    """The state does not depend on how the bytes were cut, nor on having been asked for in between."""
    data = b"".join(pieces)
    arriving = Completeness()
    places = [0, *sorted(cuts), len(data)]
    for start, end in pairwise(places):
        arriving.feed(data[start:end])
        assert arriving.state in ("empty", "open", "complete", "not x12")
    assert arriving.state == state_of(data[: max(places)])


def test_memory_does_not_grow() -> None:
    """A segment without end, and blanks without end, are not held."""
    for first in (WHOLE[:150], WHOLE, b"", NO_ISA):
        arriving = Completeness()
        arriving.feed(first)
        for _ in range(50):
            arriving.feed(b" " * 65_536)
        assert len(arriving._window.text) <= 65_536 + 1_000
