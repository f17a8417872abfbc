"""Addenda records (7) of entries that came back: type 99 of a return, type 98 of a notification of change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hpedi.payments.ach.fields import digits_at, text_at

RETURN: Final = "99"
CHANGE: Final = "98"
_LETTERS: Final = {RETURN: "R", CHANGE: "C"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAddenda:
    """Why an entry came back (record type 7, addenda type 99 or 98)."""

    type_code: str  # Addenda Type Code, 02-03
    code: str  # Return Reason Code or Change Code, 04-06
    original_trace: str  # Original Entry Trace Number, 07-21
    original_rdfi: str  # Original Receiving DFI Identification, 28-35: eight digits
    information: str  # 99: Addenda Information, 36-79; 98: Corrected Data, 36-64, blanks at its end left out
    trace_number: str  # Trace Number, 80-94: that of the entry before it


def read_return_addenda(line: str) -> ReturnAddenda:
    """Read the record.

    Raises:
        ValueError: A field is malformed, or something stands in a reserved one.
    """
    type_code, code = line[1:3], line[3:6]
    letter = _LETTERS.get(type_code)
    if letter is None:
        raise ValueError("Addenda Type Code is not 98 or 99")
    if code[0] != letter or not code[1:].isdigit():
        raise ValueError("the reason code is not a letter and two digits of its addenda type")
    if type_code == CHANGE and (text_at(line, 22, 27) or text_at(line, 65, 79)):
        raise ValueError("a reserved field is not blank")
    if type_code == RETURN and text_at(line, 22, 27):
        digits_at(line, 22, 27, "Date of Death")
    return ReturnAddenda(
        type_code=type_code,
        code=code,
        original_trace=digits_at(line, 7, 21, "Original Entry Trace Number"),
        original_rdfi=digits_at(line, 28, 35, "Original Receiving DFI Identification"),
        information=(line[35:64] if type_code == CHANGE else line[35:79]).rstrip(),
        trace_number=digits_at(line, 80, 94, "Trace Number"),
    )
