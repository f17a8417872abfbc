"""An interchange of ours that waits is addressed to another receiver: another envelope around the same sets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from hpedi.pipeline.parties import Receiver
from hpedi.x12.events import Delimiters
from hpedi.x12.isa import WIDTHS, Header, read_header
from hpedi.x12.writer import InterchangeParty, segment_writer

_QUALIFIER, _ID, _INTERCHANGE_NUMBER = 7, 8, 13
_GS_RECEIVER, _GS_NUMBER = 3, 6
_GE_SETS, _GE_NUMBER = 1, 2
_IEA_NUMBER: Final = 2
_SET_NUMBER: Final = 2
_TRACE_NUMBER: Final = 2


def is_addressed_to(content: bytes, receiver: Receiver) -> bool:
    """Say whether ISA07, ISA08 and GS03 of an interchange name a receiver."""
    text = content.decode("latin-1")
    header = _header(text)
    group = text[header.end :].split(header.delimiters.segment, 1)[0].split(header.delimiters.element)
    party = InterchangeParty(header.elements[_QUALIFIER].strip(), header.elements[_ID].strip())
    return (party, group[_GS_RECEIVER]) == (receiver.party, receiver.gs_id)


def addressed_to(content: bytes, receiver: Receiver, control_number: int | None, numbers: Collection[str]) -> bytes:
    """Return sets of an interchange of one group under another receiver and control number, numbered from 1.

    Args:
        content: What we wrote.
        receiver: To whom it goes now: ISA07, ISA08 and GS03.
        control_number: ISA13, GS06, GE02 and IEA02; as they are if None.
        numbers: The sets that it is to hold, by their TRN02.

    Raises:
        ValueError: The receiver's identity holds a delimiter of the interchange: a bug of the caller.
    """
    text = content.decode("latin-1")
    header = _header(text)
    used = header.delimiters
    write = segment_writer(used)
    write(("NM1", receiver.party.qualifier, receiver.party.id, receiver.gs_id))  # refuses what would tear the envelope
    isa = list(header.elements)
    number = str(int(isa[_INTERCHANGE_NUMBER]) if control_number is None else control_number)
    isa[_QUALIFIER], isa[_ID] = receiver.party.qualifier, receiver.party.id.ljust(WIDTHS[_ID])
    isa[_INTERCHANGE_NUMBER] = number.zfill(WIDTHS[_INTERCHANGE_NUMBER])
    gs, *between, ge, iea, after = text[header.end :].split(used.segment)
    sets = [each for each in _sets(between, used.element) if _trace_number(each, used) in numbers]
    opened, closed = gs.split(used.element), ge.split(used.element)
    opened[_GS_RECEIVER], opened[_GS_NUMBER] = receiver.gs_id, number
    closed[_GE_SETS], closed[_GE_NUMBER] = str(len(sets)), number
    ended = [*iea.split(used.element)[:_IEA_NUMBER], isa[_INTERCHANGE_NUMBER]]
    ends = [used.element.join(each) for each in (closed, ended)]
    segments = [
        used.element.join(isa),
        used.element.join(opened),
        *(one for place, each in enumerate(sets, start=1) for one in _numbered(each, place, used.element)),
        *ends,
        after,
    ]
    return used.segment.join(segments).encode("latin-1")


def _sets(segments: Iterable[str], element: str) -> Iterator[list[str]]:
    """Yield the segments of each set, ST and SE with them."""
    under_way: list[str] = []
    for segment in segments:
        under_way.append(segment)
        if segment.startswith(f"SE{element}"):
            yield under_way
            under_way = []


def _numbered(segments: Iterable[str], place: int, element: str) -> Iterator[str]:
    """Yield the segments of a set under a control number: ST02 and SE02."""
    for segment in segments:
        elements = segment.split(element)
        if elements[0] in ("ST", "SE"):
            elements[_SET_NUMBER] = f"{place:04d}"
        yield element.join(elements)


def _trace_number(segments: Iterable[str], used: Delimiters) -> str:
    """Return TRN02 of a set."""
    trace = next(each for each in segments if each.startswith(f"TRN{used.element}"))
    return trace.split(used.element)[_TRACE_NUMBER]


def _header(text: str) -> Header:
    header = read_header(text, 0)
    if header is None:
        raise ValueError("what waits is no interchange")
    return header
