"""Properties of X12 syntax: what is written is read back, and no bytes whatever make the reader fail or lose any."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hpedi.x12.characters import DATA, can_delimit
from hpedi.x12.events import (
    Delimiters,
    Event,
    GroupStart,
    InterchangeAcknowledged,
    InterchangeStart,
    SegmentBatch,
    SetStart,
)
from hpedi.x12.reader import read_x12
from hpedi.x12.segment import ElementValue, SegmentValues, read_segment
from hpedi.x12.writer import FunctionalGroup, Interchange, InterchangeParty, TransactionSet, write_x12
from tests.x12.cases import CASES, ISA, ONE_SET, TWO_GROUPS
from tests.x12.telling import codes, told, unaccounted

DELIMITING = [character for character in map(chr, range(256)) if can_delimit(character)]
INNER = [character for character in DELIMITING if character not in "\r\n"]
CONTROL_IDS = {"ISA", "IEA", "GS", "GE", "ST", "SE", "TA1"}

delimiters = st.builds(
    lambda inner, segment: Delimiters(*inner, segment),
    st.permutations(INNER).map(lambda shuffled: shuffled[:3]),
    st.sampled_from(DELIMITING),
).filter(lambda used: used.segment not in (used.element, used.component, used.repetition))


def values(used: Delimiters) -> st.SearchStrategy[SegmentValues]:
    """Segments in the form in which they are read: nothing empty at an end, no composite or repetition of one."""
    delimiting = {used.element, used.component, used.repetition, used.segment}
    text = st.text(sorted(DATA - delimiting), max_size=8)
    full = text.filter(bool)
    composite = st.tuples(st.lists(text, min_size=1, max_size=3), full).map(lambda parts: (*parts[0], parts[1]))
    repeated = st.tuples(st.lists(text | composite, min_size=1, max_size=3), full | composite).map(
        lambda parts: [*parts[0], parts[1]]
    )
    element: st.SearchStrategy[ElementValue] = text | composite | repeated
    segment_id = st.from_regex("[A-Z][A-Z0-9]{1,2}", fullmatch=True).filter(lambda each: each not in CONTROL_IDS)
    elements = st.tuples(st.lists(element, max_size=5), full | composite | repeated)
    return st.tuples(segment_id, elements).map(lambda parts: [parts[0], *parts[1][0], parts[1][1]])


@st.composite
def interchanges(draw: st.DrawFn) -> tuple[Interchange, Delimiters]:
    """Interchanges with the delimiters to write them with."""
    used = draw(delimiters)
    number = st.integers(1, 999_999_999)
    instant = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 52_000_000)))
    segments = st.lists(values(used), max_size=4)
    sets = st.builds(
        TransactionSet,
        id=st.sampled_from(["837", "835", "999"]),
        control_number=st.from_regex("[0-9A-Z]{4,9}", fullmatch=True),
        version=st.just("005010X222A1"),
        segments=segments,
    )
    groups = st.builds(
        FunctionalGroup,
        functional_id=st.sampled_from(["HC", "HP"]),
        sender=st.just("LAKES"),
        receiver=st.just("94267"),
        instant=st.just(instant),
        control_number=number,
        version=st.just("005010X222A1"),
        sets=st.lists(sets, max_size=3, unique_by=lambda each: each.control_number),
    )
    interchange = Interchange(
        sender=InterchangeParty("ZZ", "LAKES"),
        receiver=InterchangeParty("30", "94267"),
        instant=instant,
        control_number=draw(number),
        usage=draw(st.sampled_from("PT")),
        ack_requested=draw(st.booleans()),
        groups=draw(st.lists(groups, max_size=3, unique_by=lambda each: each.control_number)),
        ta1=[("TA1", "000000001", "260131", "0905", "A", "000")] * draw(st.integers(0, 2)),
    )
    return interchange, used


def read_back(events: Iterable[Event]) -> list[object]:
    """Return what was read of one interchange: headers, and segments as values."""
    read: list[object] = []
    used = Delimiters()
    for event in events:
        match event:
            case InterchangeStart():
                used = event.delimiters
                read.append((used, [element.strip() for element in event.elements[5:11]], event.elements[13:16]))
            case InterchangeAcknowledged() | GroupStart() | SetStart():
                read.append(event.elements)
            case SegmentBatch():
                read += [read_segment(text, used) for text in event.texts if text[:2] not in ("ST", "SE")]
    return read


def as_read(interchange: Interchange, used: Delimiters) -> list[object]:
    """Return what is to be read of an interchange."""
    day, minute = f"{interchange.instant:%y%m%d}", f"{interchange.instant:%H%M}"
    number, wanted = f"{interchange.control_number:09}", str(int(interchange.ack_requested))
    read: list[object] = [
        (used, ["ZZ", "LAKES", "30", "94267", day, minute], (number, wanted, interchange.usage)),
        *map(tuple, interchange.ta1),
    ]
    for group in interchange.groups:
        ids = ("GS", group.functional_id, group.sender, group.receiver)
        read.append((*ids, f"{group.instant:%Y%m%d}", minute, str(group.control_number), "X", group.version))
        for each in group.sets:
            read.append(("ST", each.id, each.control_number, each.version))
            read += [list(segment) for segment in each.segments if segment[0][:2] not in ("ST", "SE")]
    return read


@given(interchanges(), st.booleans())
def test_what_is_written_is_read_back(made: tuple[Interchange, Delimiters], line_breaks: bool) -> None:  # noqa: FBT001
    """Any interchange that can be written is read back without findings and with the same values."""
    interchange, used = made
    events = list(read_x12([write_x12(interchange, used, line_breaks=line_breaks)]))
    assert codes(events) == []
    assert read_back(events) == as_read(interchange, used)


@given(st.binary(max_size=400))
def test_any_bytes_are_read(data: bytes) -> None:
    """No bytes whatever make the reader fail or depend on where blocks end."""
    assert told(read_x12([data], block_bytes=7)) == told(read_x12([data]))


whole_texts = st.sampled_from([case.text for case in CASES] + [ONE_SET.text + "\n" + TWO_GROUPS.text])
pieces = st.sampled_from(
    ["~", "~~", "*", "ISA", ISA, "ISA*", "IEA*1*1~", "SE*", "ST*837*1~", "GS*", "\r\n", " ", "\x00", "é", "|"]
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Interchanges with pieces cut out and put in."""
    text = draw(whole_texts)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(pieces | st.just("")) + text[at + draw(st.integers(0, 6)) :]
    return text.encode("latin-1")


@given(damaged())
def test_damaged_bytes_are_accounted_for(data: bytes) -> None:
    """Every byte of a damaged file is told, separates segments, or follows a finding that it is not read."""
    assert unaccounted(data, read_x12([data])) == []


@given(damaged(), st.integers(1, 300))
def test_damaged_bytes_do_not_depend_on_blocks(data: bytes, block_bytes: int) -> None:
    """A damaged file is told alike however it is chunked."""
    whole = told(read_x12([data]))
    assert told(read_x12([data], block_bytes=block_bytes)) == whole
    assert told(read_x12(data[at : at + 3] for at in range(0, len(data), 3))) == whole
