"""The table of cases, read and written, in all the forms that the same interchange takes."""

from __future__ import annotations

import re

import pytest

from hpedi.x12.events import Delimiters
from hpedi.x12.reader import read_x12
from hpedi.x12.writer import stream_x12, write_x12
from tests.x12.cases import CASES, DELIMITERS, ONE_SET, Case
from tests.x12.telling import read_told, told, unaccounted

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
each_delimiters = pytest.mark.parametrize("delimiters", DELIMITERS, ids=repr)


def without_places(lines: list[str]) -> list[str]:
    """Return lines without offsets and digests."""
    return [re.sub(r" (@\d+|[0-9a-f]{8} \.\.\d+)$", "", line) for line in lines]


def told_with(case: Case, delimiters: Delimiters) -> list[str]:
    """Return what a case tells when it is sent with other delimiters."""
    used = (delimiters.element, delimiters.component, delimiters.repetition)
    swapped = str.maketrans(dict(zip("*:^", (repr(each)[1:-1] for each in used), strict=True)))
    return [line.translate(swapped) if re.match(r"\d", line) else line for line in case.told]


@each_case
def test_is_written_as_by_hand(case: Case) -> None:
    """An interchange is written as the bytes worked out by hand."""
    assert write_x12(case.build()) == case.text.encode()


@each_case
def test_is_written_with_line_breaks(case: Case) -> None:
    """A line feed follows each terminator when asked for."""
    assert write_x12(case.build(), line_breaks=True) == case.text.replace("~", "~\n").encode()


@each_case
@each_delimiters
def test_is_written_with_any_delimiters(case: Case, delimiters: Delimiters) -> None:
    """Any four different legal delimiters may be asked for."""
    assert write_x12(case.build(), delimiters) == case.bytes_with(delimiters)


@each_case
def test_is_streamed_set_by_set(case: Case) -> None:
    """The streamed pieces are the bytes written whole."""
    assert b"".join(stream_x12(case.build())) == case.text.encode()


@each_case
def test_is_read_whole(case: Case) -> None:
    """An interchange is read without findings."""
    assert without_places(read_told(case.text.encode())) == list(case.told)


@each_case
@each_delimiters
def test_is_read_with_any_delimiters_and_line_breaks(case: Case, delimiters: Delimiters) -> None:
    """The delimiters come from the ISA; line breaks and blanks after a terminator are no data."""
    for line_break in ("", "\n", "\r\n", "\r", "\n\n", "  \r\n"):
        if delimiters.segment in line_break:
            continue  # a line break that is the terminator would be an empty segment
        data = case.bytes_with(delimiters, line_break)
        events = list(read_x12([data]))
        assert without_places(told(events)) == told_with(case, delimiters)
        assert unaccounted(data, events) == []


@each_case
@pytest.mark.parametrize("line_break", ["", "\r\n"], ids=repr)
def test_chunking_makes_no_difference(case: Case, line_break: str) -> None:
    """Bytes that come one by one, or in any chunks, are told as when they come whole."""
    data = case.bytes_with(Delimiters(), line_break)
    whole = read_told(data)
    assert told(read_x12(bytes([byte]) for byte in data)) == whole
    assert told(read_x12([data[:100], b"", data[100:107], data[107:]])) == whole


@each_case
@pytest.mark.parametrize("line_break", ["", "\r\n", " \n"], ids=repr)
@pytest.mark.parametrize("block_bytes", [1, 2, 3, 7, 50, 106, 107, 1000])
def test_block_size_makes_no_difference(case: Case, line_break: str, block_bytes: int) -> None:
    """Where blocks end is not seen in what is told."""
    data = case.bytes_with(Delimiters(), line_break)
    assert read_told(data, block_bytes=block_bytes) == read_told(data)


@each_case
@pytest.mark.parametrize("before", ["", "\xef\xbb\xbf", "\r\n \t", "\xef\xbb\xbf\n"], ids=repr)
@pytest.mark.parametrize("after", ["", "\n", " \r\n\t "], ids=repr)
def test_blanks_around_are_no_data(case: Case, before: str, after: str) -> None:
    """A byte order mark before, and blanks around an interchange, are passed over."""
    data = (before + case.text + after).encode("latin-1")
    events = list(read_x12([data]))
    assert without_places(told(events)) == list(case.told)
    assert unaccounted(data, events) == []


@each_case
def test_no_last_terminator(case: Case) -> None:
    """A missing last terminator is told at the place where it is missing, and the IEA is read."""
    data = case.text[:-1].encode()
    assert without_places(read_told(data)) == [*case.told[:-1], "last-terminator-missing", case.told[-1]]
    assert f"last-terminator-missing @{len(data)}" in read_told(data)


@each_case
def test_no_last_terminator_but_a_line_break(case: Case) -> None:
    """A line break does not stand in for the last terminator."""
    lines = read_told(case.text[:-1].encode() + b"\r\n")
    assert without_places(lines) == [*case.told[:-1], "last-terminator-missing", case.told[-1]]


@each_case
def test_doubled_last_terminator(case: Case) -> None:
    """A terminator after IEA is an empty segment; the next interchange is read."""
    data = (case.text + "~" + case.text).encode()
    assert without_places(read_told(data)) == [*case.told, "empty-segment", *case.told]
    assert f"empty-segment @{len(case.text)}" in read_told(data)


def test_doubled_terminators() -> None:
    """Each run of empty segments is told once, at the first that is too many; the segments around it are read."""
    data = ONE_SET.text.replace("~SV1", "~~SV1").replace("~SE", "~~\n~SE").encode()
    lines = read_told(data)
    empties = [line for line in lines if line.startswith("empty-segment")]
    assert empties == [f"empty-segment @{data.index(b'~~') + 1}", f"empty-segment @{data.index(b'98~~') + 3}"]
    assert without_places([line for line in lines if line not in empties]) == list(ONE_SET.told)


@each_case
def test_several_interchanges(case: Case) -> None:
    """Every interchange of a file is read."""
    data = (case.text + "\n" + case.text + case.text).encode()
    assert without_places(read_told(data)) == [*case.told] * 3


@each_case
@pytest.mark.parametrize("trailing", ["garbage", "GS*HC~", "\x1a", "ISA and more"])
def test_trailing_bytes(case: Case, trailing: str) -> None:
    """Text after IEA is told once with its offset, and an interchange behind it is read."""
    data = (case.text + trailing + "\n" + case.text).encode()
    code = "isa-malformed" if trailing.startswith("ISA") else "text-outside-interchange"
    assert without_places(read_told(data)) == [*case.told, code, *case.told]
    assert f"{code} @{len(case.text)}" in read_told(data)


def test_digest_is_of_the_interchange_alone() -> None:
    """The digest covers ISA to IEA with its terminator, whatever stands around them."""
    alone = read_told(ONE_SET.text.encode())[-1].split()[-2]
    assert read_told(f"\n\n{ONE_SET.text}\n".encode())[-1].split()[-2] == alone
