"""Entry Detail record (6): one credit, or a prenotification of credits, to one payee's account.

Class CTX tells the number of its addenda in positions 55-58 and has 16 positions for the name; class CCD has 22.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hpedi.identifiers import routing_number
from hpedi.money import Usd
from hpedi.payments.ach.fields import (
    cents,
    digits,
    digits_at,
    identifier,
    name,
    number,
    number_at,
    record,
    text_at,
    usd_at,
)

LAST_SEQUENCE: Final = 9_999_999
NAME_WIDTH: Final = 22
CTX_NAME_WIDTH: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDetail:
    """One entry (record type 6)."""

    transaction_code: str  # Transaction Code, 02-03: 22 credit to checking, 32 to savings; 23, 33 prenotification
    routing_number: str  # Receiving DFI Identification, 04-11, and Check Digit, 12
    account_number: str  # DFI Account Number, 13-29
    amount: Usd  # Amount, 30-39: BPR02; 0.00 of a prenotification
    identification_number: str  # Identification Number, 40-54: the payee's NPI
    addenda_count: int | None = None  # Number of Addenda Records, 55-58 of class CTX; None: class CCD
    receiving_company_name: str  # Receiving Company Name, 55-76; of class CTX 59-74
    discretionary_data: str = ""  # Discretionary Data, 77-78
    has_addenda: bool = True  # Addenda Record Indicator, 79
    trace_number: str  # Trace Number, 80-94: eight digits of the ODFI, seven ascending from file to file


def trace_sequence(number: int) -> int:
    """Return the seven digits of the trace number of an entry by its number; after the last they begin anew."""
    return (number - 1) % LAST_SEQUENCE + 1


def write_entry_detail(entry: EntryDetail) -> str:
    """Write the record.

    Raises:
        ValueError: A field is too wide or has no place in it.
    """
    return record(
        "6",
        digits(entry.transaction_code, 2, "Transaction Code"),
        routing_number.validate(entry.routing_number),
        identifier(entry.account_number, 17, "DFI Account Number"),
        cents(entry.amount, 10, "Amount"),
        identifier(entry.identification_number, 15, "Identification Number"),
        *_receiver(entry),
        identifier(entry.discretionary_data, 2, "Discretionary Data"),
        "1" if entry.has_addenda else "0",
        digits(entry.trace_number, 15, "Trace Number"),
    )


def _receiver(entry: EntryDetail) -> tuple[str, ...]:
    """Return positions 55-76."""
    if entry.addenda_count is None:
        return (name(entry.receiving_company_name, NAME_WIDTH, "Receiving Company Name"),)
    told = number(entry.addenda_count, 4, "Number of Addenda Records")
    return (told, name(entry.receiving_company_name, CTX_NAME_WIDTH, "Receiving Company Name"), "  ")


def read_entry_detail(line: str, *, is_ctx: bool = False) -> EntryDetail:
    """Read the record of a batch of class CTX, or of another.

    Raises:
        ValueError: A field is malformed.
    """
    return EntryDetail(
        transaction_code=digits_at(line, 2, 3, "Transaction Code"),
        routing_number=routing_number.validate(line[3:12]),
        account_number=text_at(line, 13, 29),
        amount=usd_at(line, 30, 39, "Amount"),
        identification_number=text_at(line, 40, 54),
        addenda_count=number_at(line, 55, 58, "Number of Addenda Records") if is_ctx else None,
        receiving_company_name=text_at(line, 59, 74) if is_ctx else text_at(line, 55, 76),
        discretionary_data=text_at(line, 77, 78),
        has_addenda=digits_at(line, 79, 79, "Addenda Record Indicator") == "1",
        trace_number=digits_at(line, 80, 94, "Trace Number"),
    )
