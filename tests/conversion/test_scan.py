"""Files cut into segments: nothing is lost, and the reader sees the same segments."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from hpedi.conversion.scan import HeaderRead, InterchangeOver, LooseText, Scanned, SegmentsRead, scan
from hpedi.conversion.units import SegmentAt, UnitKind, UnitStart, units
from hpedi.findings import Finding
from hpedi.x12.events import SegmentBatch, SetStart
from hpedi.x12.reader import read_x12
from tests.conversion.odd_files import CLAIMS, in_chunks, odd_files
from tests.x12.cases import ISA


def text_of(scanned: list[Scanned]) -> bytes:
    """Return what was scanned, put together again."""
    texts: list[str] = []
    for item in scanned:
        if isinstance(item, SegmentsRead):
            texts += (text + end for text, end in zip(item.texts, item.ends, strict=True))
        elif isinstance(item, HeaderRead):
            texts.append(item.text + item.end)
        elif isinstance(item, LooseText):
            texts.append(item.text)
    return "".join(texts).encode("latin-1")


def segments(scanned: list[Scanned]) -> list[tuple[str, str]]:
    """Return the segments with their ends."""
    return [
        pair for item in scanned if isinstance(item, SegmentsRead) for pair in zip(item.texts, item.ends, strict=True)
    ]


@given(odd_files(), st.sampled_from([1, 7, 100, 100_000]))
@example(b"", 1)
def test_every_byte_is_kept(content: bytes, size: int) -> None:
    """What is told is the file, however it comes, and interchanges close as often as they open."""
    scanned = list(scan(in_chunks(content, size), block_bytes=997))
    assert text_of(scanned) == content
    opened = sum(isinstance(item, HeaderRead) for item in scanned)
    assert opened == sum(isinstance(item, InterchangeOver) for item in scanned)


@given(odd_files())
def test_the_reader_sees_the_same_sets(content: bytes) -> None:
    """Sets and their segments are those that the X12 reader tells, where it refuses nothing over a limit."""
    told: list[list[str]] = []
    for event in read_x12([content]):
        if isinstance(event, SetStart):
            told.append([])
        elif isinstance(event, SegmentBatch):
            told[-1] += event.texts
        elif isinstance(event, Finding) and event.kind.code == "limit-exceeded":
            return
    seen: list[list[str]] = []
    for unit in units(scan([content])):
        if isinstance(unit, UnitStart) and unit.kind is UnitKind.SET:
            seen.append([])
        elif isinstance(unit, SegmentAt) and unit.position is not None:
            assert unit.position == len(seen[-1]) + 1
            seen[-1].append(unit.text)
    assert seen == told


def test_what_ends_a_segment_is_told_with_it() -> None:
    """Line breaks, blanks and empty segments belong to the segment before; the last may lack its terminator."""
    scanned = list(scan([f"{ISA}\r\n  GS*HC~~\nGE*0*1~\tIEA*1*000000905".encode()]))
    assert isinstance(scanned[0], HeaderRead)
    assert scanned[0].end == "~\r\n  "
    assert segments(scanned) == [("GS*HC", "~~\n"), ("GE*0*1", "~\t"), ("IEA*1*000000905", "")]


def test_text_between_interchanges_is_loose() -> None:
    """What is in no interchange is told where it stands; a byte order mark too."""
    scanned = list(scan([b"\xef\xbb\xbf" + CLAIMS.encode() + b"hello\n" + CLAIMS.encode()]))
    assert [item.text for item in scanned if isinstance(item, LooseText)] == ["\xef\xbb\xbf", "hello\n"]
    assert [item.has_trailer for item in scanned if isinstance(item, InterchangeOver)] == [True, True]


def test_an_isa_cuts_the_interchange_off() -> None:
    """An ISA inside an interchange ends it without its trailer."""
    scanned = list(scan([CLAIMS[:300].encode() + CLAIMS.encode()]))
    assert [item.has_trailer for item in scanned if isinstance(item, InterchangeOver)] == [False, True]


def test_a_segment_without_end_is_loose() -> None:
    """Megabytes without a terminator are handed on in pieces and are no segment."""
    content = ISA.encode() + b"GS*" + b"x" * 3_000_000
    scanned = list(scan(in_chunks(content, 65_536)))
    assert text_of(scanned) == content
    assert max(len(item.text) for item in scanned if isinstance(item, LooseText)) < 300_000
    assert not segments(scanned)
