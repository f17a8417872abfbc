"""Company/Batch Header record (5): one company's entries that are due on one day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hpedi.payments.ach.fields import (
    date_at,
    digits,
    digits_at,
    identifier,
    name,
    number,
    number_at,
    record,
    text_at,
    yymmdd,
)

ORIGINATOR_STATUS_CODE = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchHeader:
    """The first record of a batch (record type 5). The settlement date (76-78) is the bank's: blank when written."""

    service_class_code: str  # Service Class Code, 02-04: 220 credits only
    company_name: str  # Company Name, 05-20
    company_discretionary_data: str = ""  # Company Discretionary Data, 21-40
    company_identification: str  # Company Identification, 41-50: '1' and the EIN
    standard_entry_class: str  # Standard Entry Class Code, 51-53
    company_entry_description: str  # Company Entry Description, 54-63
    company_descriptive_date: str = ""  # Company Descriptive Date, 64-69
    effective_entry_date: date  # Effective Entry Date, 70-75: BPR16
    settlement_date: str = ""  # Settlement Date (Julian), 76-78
    originator_status_code: str = ORIGINATOR_STATUS_CODE  # Originator Status Code, 79
    originating_dfi: str  # Originating DFI Identification, 80-87: first eight digits of the ODFI
    batch_number: int  # Batch Number, 88-94


def write_batch_header(header: BatchHeader) -> str:
    """Write the record.

    Raises:
        ValueError: A field is too wide or has no place in it.
    """
    return record(
        "5",
        digits(header.service_class_code, 3, "Service Class Code"),
        name(header.company_name, 16, "Company Name"),
        identifier(header.company_discretionary_data, 20, "Company Discretionary Data"),
        identifier(header.company_identification, 10, "Company Identification"),
        identifier(header.standard_entry_class, 3, "Standard Entry Class Code"),
        identifier(header.company_entry_description, 10, "Company Entry Description"),
        identifier(header.company_descriptive_date, 6, "Company Descriptive Date"),
        yymmdd(header.effective_entry_date),
        identifier(header.settlement_date, 3, "Settlement Date"),
        digits(header.originator_status_code, 1, "Originator Status Code"),
        digits(header.originating_dfi, 8, "Originating DFI Identification"),
        number(header.batch_number, 7, "Batch Number"),
    )


def read_batch_header(line: str) -> BatchHeader:
    """Read the record.

    Raises:
        ValueError: A field is malformed.
    """
    return BatchHeader(
        service_class_code=digits_at(line, 2, 4, "Service Class Code"),
        company_name=text_at(line, 5, 20),
        company_discretionary_data=text_at(line, 21, 40),
        company_identification=text_at(line, 41, 50),
        standard_entry_class=text_at(line, 51, 53),
        company_entry_description=text_at(line, 54, 63),
        company_descriptive_date=text_at(line, 64, 69),
        effective_entry_date=date_at(line, 70, "Effective Entry Date"),
        settlement_date=text_at(line, 76, 78),
        originator_status_code=digits_at(line, 79, 79, "Originator Status Code"),
        originating_dfi=digits_at(line, 80, 87, "Originating DFI Identification"),
        batch_number=number_at(line, 88, 94, "Batch Number"),
    )
