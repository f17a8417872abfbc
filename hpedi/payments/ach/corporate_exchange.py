"""The 835 inside an entry of class CTX: cut into addenda of 80 characters, and put together again.

An entry of class CCD has one addenda, the TRN segment of its 835; from either the same TRN is read back. Source: Nacha
Operating Rules, Appendix Three (CTX: up to 9,999 addenda of one ASC X12 interchange); 005010X221A1, appendix B (ISA).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hpedi.payments.ach.addenda import INFORMATION_WIDTH, Addenda

if TYPE_CHECKING:
    from hpedi.payments.ach.ach_file import AchEntry

ISA_LENGTH: Final = 106
_ELEMENT, _TERMINATOR = 3, 105
"""Where ISA names its delimiters, from 0."""


def why_not_inside(content: bytes, most_addenda: int) -> str:
    """Say why an 835 cannot go inside a CTX entry; empty where it can."""
    needed = -(-len(content) // INFORMATION_WIDTH)
    if needed > most_addenda:
        return f"its 835 needs {needed:,} addenda, and an entry has at most {most_addenda:,}"
    text = content.decode("latin-1")
    return "" if text.isascii() and text.isprintable() else "its 835 has a character that is not printable ASCII"


def addenda_of(information: str, type_code: str, entry_sequence_number: str) -> tuple[Addenda, ...]:
    """Cut what goes with a payment into the addenda of its entry."""
    return tuple(
        Addenda(
            type_code=type_code,
            payment_related_information=information[start : start + INFORMATION_WIDTH].rstrip(),
            sequence_number=number,
            entry_sequence_number=entry_sequence_number,
        )
        for number, start in enumerate(range(0, len(information), INFORMATION_WIDTH), start=1)
    )


def information_of(entry: AchEntry) -> str:
    """Put together what the addenda of an entry say, blanks at its end left out."""
    return "".join(each.payment_related_information.ljust(INFORMATION_WIDTH) for each in entry.addenda).rstrip()


def trace_segment_of(entry: AchEntry) -> str:
    """Return the TRN segment that goes with an entry, as class CCD has it; empty where there is none."""
    information = information_of(entry)
    if entry.detail.addenda_count is None:
        return information
    if not information.startswith("ISA") or len(information) < ISA_LENGTH:
        return ""
    element, terminator = information[_ELEMENT], information[_TERMINATOR]
    segments = (segment.strip() for segment in information.split(terminator))
    trn = next((segment for segment in segments if segment.startswith(f"TRN{element}")), "")
    return trn.replace(element, "*") + "~" if trn else ""


def trace_number_of(entry: AchEntry) -> str:
    """Return the reassociation trace number (TRN02) that goes with an entry; empty where there is none."""
    elements = trace_segment_of(entry).rstrip("~").split("*")
    return elements[2] if len(elements) > 2 else ""  # noqa: PLR2004 - TRN02
