"""File Header record (1): who sends the file to which bank, and when it was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from hpedi.payments.ach.fields import date_at, digits, digits_at, identifier, name, record, text_at, yymmdd

PRIORITY_CODE = "01"
RECORD_SIZE = "094"
BLOCKING_FACTOR = 10
FORMAT_CODE = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHeader:
    """The first record of a file. Record type (01), priority code (02-03), record size (35-37), blocking factor (38-39)
    and format code (40) are always the same.
    """  # noqa: D205 - the fixed fields belong to the one sentence

    immediate_destination: str  # Immediate Destination, 04-13: blank and the nine-digit routing number of the ODFI
    immediate_origin: str  # Immediate Origin, 14-23: '1' and the EIN, or blank and a routing number
    created: datetime  # File Creation Date, 24-29, and Time, 30-33: local to the originator
    modifier: str  # File ID Modifier, 34: A to Z, 0 to 9; tells the files of one day apart
    immediate_destination_name: str  # Immediate Destination Name, 41-63
    immediate_origin_name: str  # Immediate Origin Name, 64-86
    reference_code: str = ""  # Reference Code, 87-94


def write_file_header(header: FileHeader) -> str:
    """Write the record.

    Raises:
        ValueError: A field is too wide or has no place in it.
    """
    if len(header.modifier) != 1 or not (header.modifier.isdigit() or "A" <= header.modifier <= "Z"):
        raise ValueError("File ID Modifier is not one of A to Z, 0 to 9")
    return record(
        "1",
        PRIORITY_CODE,
        " " + digits(header.immediate_destination, 9, "Immediate Destination"),
        identifier(header.immediate_origin, 10, "Immediate Origin").rstrip().rjust(10),
        yymmdd(header.created.date()),
        f"{header.created:%H%M}",
        header.modifier,
        RECORD_SIZE,
        str(BLOCKING_FACTOR),
        FORMAT_CODE,
        name(header.immediate_destination_name, 23, "Immediate Destination Name"),
        name(header.immediate_origin_name, 23, "Immediate Origin Name"),
        identifier(header.reference_code, 8, "Reference Code"),
    )


def read_file_header(line: str) -> FileHeader:
    """Read the record.

    Raises:
        ValueError: A field is malformed.
    """
    clock = digits_at(line, 30, 33, "File Creation Time")
    if int(clock[:2]) > 23 or int(clock[2:]) > 59:  # noqa: PLR2004
        raise ValueError("File Creation Time is not a time HHMM")
    return FileHeader(
        immediate_destination=text_at(line, 4, 13),
        immediate_origin=text_at(line, 14, 23),
        created=datetime.combine(date_at(line, 24, "File Creation Date"), time(int(clock[:2]), int(clock[2:]))),
        modifier=text_at(line, 34, 34),
        immediate_destination_name=text_at(line, 41, 63),
        immediate_origin_name=text_at(line, 64, 86),
        reference_code=text_at(line, 87, 94),
    )
