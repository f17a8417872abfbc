"""Payments to one Nacha file: CCD credits with the TRN of the 835, a batch for each company and effective entry date.

The effective entry date is BPR16, the amount BPR02, the addenda the TRN segment. Source: CAQH CORE 370 table 3.3-1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hpedi.payments.ach.ach_file import AchBatch, AchEntry, AchFile
from hpedi.payments.ach.addenda import Addenda
from hpedi.payments.ach.batch_header import BatchHeader
from hpedi.payments.ach.entry_detail import EntryDetail
from hpedi.payments.ach.fields import yymmdd
from hpedi.payments.ach.file_header import FileHeader
from hpedi.payments.conventions import AchConventions
from hpedi.payments.payment import Payment
from hpedi.transactions.remittance_835.model import PaymentMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class AchOriginator:
    """Who sends the file, and to which bank, as agreed with it (payer folder).

    Attributes:
        odfi_routing: Routing number of the bank that takes the file, nine digits.
        odfi_name: Its name.
        company_id: '1' and the payer's EIN: the TRN03 of every 835 paid here.
        company_name: As it is to stand in the payee's statement, 16 positions.
        name: The payer's name, 23 positions.
    """

    odfi_routing: str
    odfi_name: str
    company_id: str
    company_name: str
    name: str


def build_ach_file(
    payments: Sequence[Payment],
    originator: AchOriginator,
    conventions: AchConventions,
    *,
    created: datetime,
    modifier: str,
) -> AchFile | None:
    """Build the file of the ACH payments among payments; None where there are none.

    Args:
        payments: Payments of a run, in order; checks and payments of nothing are passed over.
        originator: Sender and bank.
        conventions: Codes in force.
        created: When the file is made, in the originator's local time.
        modifier: File ID modifier: tells the files of one day apart.

    Raises:
        ValueError: A payment is not the originator's or has no account, or its account is of a kind without a code.
    """
    electronic = [payment for payment in payments if payment.method is PaymentMethod.ACH]
    if any(payment.originator_id != originator.company_id for payment in electronic):
        raise ValueError("the TRN03 of a payment is not the company id of the ACH originator")
    if not electronic:
        return None
    batches: list[AchBatch] = []
    sequence = 0
    for day in sorted({payment.payment_date for payment in electronic}):
        due = [payment for payment in electronic if payment.payment_date == day]
        header = _batch_header(originator, conventions, day, created.date(), len(batches) + 1)
        entries = tuple(
            _entry(payment, originator, conventions, number) for number, payment in enumerate(due, start=sequence + 1)
        )
        batches.append(AchBatch(header, entries))
        sequence += len(due)
    return AchFile(_file_header(originator, created, modifier), tuple(batches))


def _file_header(originator: AchOriginator, created: datetime, modifier: str) -> FileHeader:
    return FileHeader(
        immediate_destination=originator.odfi_routing,
        immediate_origin=originator.company_id,
        created=datetime(created.year, created.month, created.day, created.hour, created.minute),  # noqa: DTZ001 - local
        modifier=modifier,
        immediate_destination_name=originator.odfi_name[:23].strip(),
        immediate_origin_name=originator.name[:23].strip(),
    )


def _batch_header(
    originator: AchOriginator, conventions: AchConventions, effective: date, created: date, number: int
) -> BatchHeader:
    return BatchHeader(
        service_class_code=conventions.service_class_code,
        company_name=originator.company_name[:16].strip(),
        company_identification=originator.company_id,
        standard_entry_class=conventions.standard_entry_class,
        company_entry_description=conventions.company_entry_description,
        company_descriptive_date=yymmdd(created),
        effective_entry_date=effective,
        originating_dfi=originator.odfi_routing[:8],
        batch_number=number,
    )


def _entry(payment: Payment, originator: AchOriginator, conventions: AchConventions, number: int) -> AchEntry:
    account = payment.payee.account
    if account is None or account.kind not in conventions.credit_codes:
        raise ValueError("an ACH payment needs an account of a kind that has a transaction code")
    trace_number = f"{originator.odfi_routing[:8]}{number:07d}"
    detail = EntryDetail(
        transaction_code=conventions.credit_codes[account.kind],
        routing_number=account.routing_number,
        account_number=account.account_number,
        amount=payment.amount,
        identification_number=payment.payee.npi,
        receiving_company_name=(payment.payee.ach_name or payment.payee.name)[:22].strip(),
        trace_number=trace_number,
    )
    addenda = Addenda(
        type_code=conventions.addenda_type,
        payment_related_information=payment.trace_segment,
        entry_sequence_number=trace_number[-7:],
    )
    return AchEntry(detail, (addenda,))
