"""An interchange of ours that waits is addressed to another receiver: another envelope around the same sets."""

from __future__ import annotations

from typing import Final

from hpedi.pipeline.parties import Receiver
from hpedi.x12.isa import WIDTHS, Header, read_header
from hpedi.x12.writer import InterchangeParty, segment_writer

_QUALIFIER, _ID, _INTERCHANGE_NUMBER = 7, 8, 13
_GS_RECEIVER, _GS_NUMBER = 3, 6
_NUMBER_OF: Final = {"GS": _GS_NUMBER, "GE": 2, "IEA": 2}
"""The element of each closing and opening segment that holds its control number."""


def is_addressed_to(content: bytes, receiver: Receiver) -> bool:
    """Say whether ISA07, ISA08 and GS03 of an interchange name a receiver."""
    text = content.decode("latin-1")
    header = _header(text)
    group = text[header.end :].split(header.delimiters.segment, 1)[0].split(header.delimiters.element)
    party = InterchangeParty(header.elements[_QUALIFIER].strip(), header.elements[_ID].strip())
    return (party, group[_GS_RECEIVER]) == (receiver.party, receiver.gs_id)


def addressed_to(content: bytes, receiver: Receiver, control_number: int) -> bytes:
    """Return an interchange of one group under another receiver and control number; all else of it stays.

    Args:
        content: What we wrote.
        receiver: To whom it goes now: ISA07, ISA08 and GS03.
        control_number: ISA13, GS06, GE02 and IEA02.

    Raises:
        ValueError: The receiver's identity holds a delimiter of the interchange: a bug of the caller.
    """
    text = content.decode("latin-1")
    header = _header(text)
    used = header.delimiters
    number = str(control_number)
    isa_number = number.zfill(WIDTHS[_INTERCHANGE_NUMBER])
    write = segment_writer(used)
    write(("NM1", receiver.party.qualifier, receiver.party.id, receiver.gs_id))  # refuses what would tear the envelope
    isa = list(header.elements)
    isa[_QUALIFIER], isa[_ID] = receiver.party.qualifier, receiver.party.id.ljust(WIDTHS[_ID])
    isa[_INTERCHANGE_NUMBER] = isa_number
    segments = text[header.end :].split(used.segment)
    for index, segment in enumerate(segments):
        elements = segment.split(used.element)
        if elements[0] not in _NUMBER_OF:
            continue
        elements[_NUMBER_OF[elements[0]]] = isa_number if elements[0] == "IEA" else number
        if elements[0] == "GS":
            elements[_GS_RECEIVER] = receiver.gs_id
        segments[index] = used.element.join(elements)
    return (used.element.join(isa) + used.segment + used.segment.join(segments)).encode("latin-1")


def _header(text: str) -> Header:
    header = read_header(text, 0)
    if header is None:
        raise ValueError("what waits is no interchange")
    return header
