"""Payments and prenotifications to one Nacha file: a batch for each effective date, funding account and class.

A payment is a credit of class CCD with the TRN of its 835, or of class CTX with the 835 inside. Effective entry date
is BPR16, amount BPR02. Source: CAQH CORE 370 table 3.3-1; Nacha Operating Rules, Appendix Three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from hpedi.money import ZERO, Usd
from hpedi.payments.ach.ach_file import AchBatch, AchEntry, AchFile
from hpedi.payments.ach.addenda import INFORMATION_WIDTH
from hpedi.payments.ach.batch_header import BatchHeader
from hpedi.payments.ach.corporate_exchange import addenda_of
from hpedi.payments.ach.entry_detail import CTX_NAME_WIDTH, NAME_WIDTH, EntryDetail, trace_sequence
from hpedi.payments.ach.fields import yymmdd
from hpedi.payments.ach.file_header import FileHeader
from hpedi.payments.conventions import AchConventions
from hpedi.payments.payment import PaymentHead
from hpedi.transactions.remittance_835.model import PaymentMethod, RemittancePayee

NO_REMITTANCES: Final[Mapping[str, bytes]] = MappingProxyType({})


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PrenoteDue:
    """A prenotification to be sent.

    Attributes:
        payee: Whose account it tries, with the account.
        effective: Effective entry date.
        funding_account: Our id of the account that payments will come from.
        is_ctx: Payments will carry the 835 inside.
    """

    payee: RemittancePayee
    effective: date
    funding_account: str
    is_ctx: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """An entry that is due: what it says, and the batch that it goes into."""

    effective: date
    funding_account: str
    standard_entry_class: str
    payee: RemittancePayee
    codes: Mapping[str, str]
    amount: Usd = ZERO
    information: str = ""

    @property
    def batch(self) -> tuple[date, str, str]:
        """What the entries of a batch have in common."""
        return (self.effective, self.funding_account, self.standard_entry_class)


def build_ach_file(
    payments: Sequence[PaymentHead],
    originator: AchOriginator,
    conventions: AchConventions,
    *,
    created: datetime,
    modifier: str,
    first_entry: int = 1,
    inside: Mapping[str, bytes] = NO_REMITTANCES,
    prenotes: Sequence[PrenoteDue] = (),
) -> AchFile | None:
    """Build the file of the ACH payments among payments, and of prenotifications; None where there are none.

    Args:
        payments: Payments of a run, in order; checks and payments of nothing are passed over.
        originator: Sender and bank.
        conventions: Codes in force.
        created: When the file is made, in the originator's local time.
        modifier: File ID modifier: tells the files of one day apart.
        first_entry: The number of its first entry; entries are counted on from file to file, so that what comes back
            names one of them.
        inside: The 835s that go inside CTX entries, by EFT number.
        prenotes: Prenotifications; no addenda goes with them.

    Raises:
        ValueError: A payment is not the originator's or has no account, or its account is of a kind without a code.
    """
    electronic = [payment for payment in payments if payment.method is PaymentMethod.ACH]
    if any(payment.originator_id != originator.company_id for payment in electronic):
        raise ValueError("the TRN03 of a payment is not the company id of the ACH originator")
    due = [_payment_due(payment, inside.get(payment.trace_number), conventions) for payment in electronic]
    due += [_prenote_due(each, conventions) for each in prenotes]
    batches: list[AchBatch] = []
    sequence = first_entry
    for key in sorted({each.batch for each in due}):
        together = [each for each in due if each.batch == key]
        header = _batch_header(originator, conventions, together[0], created.date(), len(batches) + 1)
        entries = tuple(
            _entry(each, originator, conventions, number) for number, each in enumerate(together, start=sequence)
        )
        batches.append(AchBatch(header, entries))
        sequence += len(together)
    return AchFile(_file_header(originator, created, modifier), tuple(batches)) if batches else None


def _payment_due(payment: PaymentHead, inside: bytes | None, conventions: AchConventions) -> _Due:
    return _Due(
        effective=payment.payment_date,
        funding_account=payment.funding_account,
        standard_entry_class=conventions.entry_class(is_ctx=inside is not None),
        payee=payment.payee,
        codes=conventions.credit_codes,
        amount=payment.amount,
        information=inside.decode("ascii") if inside is not None else payment.trace_segment,
    )


def _prenote_due(prenote: PrenoteDue, conventions: AchConventions) -> _Due:
    return _Due(
        effective=prenote.effective,
        funding_account=prenote.funding_account,
        standard_entry_class=conventions.entry_class(is_ctx=prenote.is_ctx),
        payee=prenote.payee,
        codes=conventions.prenote_codes,
    )


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
    originator: AchOriginator, conventions: AchConventions, due: _Due, created: date, number: int
) -> BatchHeader:
    return BatchHeader(
        service_class_code=conventions.service_class_code,
        company_name=originator.company_name[:16].strip(),
        company_identification=originator.company_id,
        standard_entry_class=due.standard_entry_class,
        company_entry_description=conventions.company_entry_description,
        company_descriptive_date=yymmdd(created),
        effective_entry_date=due.effective,
        originating_dfi=originator.odfi_routing[:8],
        batch_number=number,
    )


def _entry(due: _Due, originator: AchOriginator, conventions: AchConventions, number: int) -> AchEntry:
    account = due.payee.account
    if account is None or account.kind not in due.codes:
        raise ValueError("an ACH payment needs an account of a kind that has a transaction code")
    is_ctx = due.standard_entry_class == conventions.corporate_exchange
    trace_number = f"{originator.odfi_routing[:8]}{trace_sequence(number):07d}"
    addenda = addenda_of(due.information, conventions.addenda_type, trace_number[-7:])
    if len(addenda) > 1 and not is_ctx:
        raise ValueError(f"Payment Related Information is wider than its {INFORMATION_WIDTH} positions")
    width = CTX_NAME_WIDTH if is_ctx else NAME_WIDTH
    detail = EntryDetail(
        transaction_code=due.codes[account.kind],
        routing_number=account.routing_number,
        account_number=account.account_number,
        amount=due.amount,
        identification_number=due.payee.npi,
        addenda_count=len(addenda) if is_ctx else None,
        receiving_company_name=(due.payee.ach_name or due.payee.name)[:width].strip(),
        has_addenda=bool(addenda),
        trace_number=trace_number,
    )
    return AchEntry(detail, addenda)
