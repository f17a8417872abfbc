"""A remittance to the segments of an 835 X221A1 set, in the guide's order; ST, SE and the envelope are the writer's.

Amounts and counts carry no trailing zeros; what is absent is left out. The amounts are written as they are: whether
they add up is asked before, in `payments.balancing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from hpedi.claims.adjustment import Adjustment
from hpedi.claims.parties import Address, Name
from hpedi.money import on_the_wire
from hpedi.service_dates import write_d8
from hpedi.transactions.remittance_835.adjustments import segments_of
from hpedi.transactions.remittance_835.model import (
    ELECTRONIC,
    BankAccount,
    ClaimPayment,
    PaymentMethod,
    Remittance,
    RemittancePayee,
    RemittancePayer,
    ServicePayment,
    SubmittedService,
)
from hpedi.x12.segment import SegmentValues

REMARKS_A_CLAIM: Final = 5  # MOA03-MOA07; MIA05, MIA20-MIA23
ADDRESS_LINES: Final = 2  # N301, N302
PAIRS_A_PLB: Final = 6
ROUTING_NUMBER: Final = "01"  # BPR06, BPR12


def write_remittance(remittance: Remittance) -> Iterator[SegmentValues]:
    """Yield the segments of a remittance from BPR to the last PLB.

    Raises:
        ValueError: A claim has more than five remark codes, an address more than two lines, or an electronic payment no
            account: a bug. The message holds no value.
    """
    yield _financial_information(remittance)
    yield trace_segment(remittance)
    if remittance.receiver_id:
        yield ("REF", "EV", remittance.receiver_id)
    if remittance.production_date:
        yield ("DTM", "405", write_d8(remittance.production_date))
    yield from _payer(remittance.payer)
    yield from _payee(remittance.payee)
    if remittance.claims:
        yield ("LX", "1")
    for claim in remittance.claims:
        yield from _claim(claim)
    yield from _provider_adjustments(remittance)


def trace_segment(remittance: Remittance) -> tuple[str, str, str, str]:
    """Return TRN, which also goes with the payment to the bank (CAQH CORE 370)."""
    return ("TRN", "1", remittance.trace_number, f"1{remittance.payer.tax_id}")


def fiscal_period_end(remittance: Remittance) -> date:
    """Return PLB02: December 31 of the year of payment, for the payee's own fiscal year is not known (X221A1 PLB02)."""
    return date(remittance.payment_date.year, 12, 31)


def _financial_information(remittance: Remittance) -> SegmentValues:
    pays = remittance.method is not PaymentMethod.NONE
    electronic = remittance.method in ELECTRONIC
    accounts: tuple[str, ...] = ("",) * 10
    if electronic:
        accounts = (
            *_account(remittance.payer.account),
            f"1{remittance.payer.tax_id}",
            "",
            *_account(remittance.payee.account),
        )
    return (
        "BPR",
        "I" if pays else "H",
        on_the_wire(remittance.amount),
        "C",
        remittance.method.value,
        _entry_format(remittance),
        *accounts,
        write_d8(remittance.payment_date),
    )


def _entry_format(remittance: Remittance) -> str:
    account = remittance.payee.account
    return account.entry_format if remittance.method is PaymentMethod.ACH and account is not None else ""


def _account(account: BankAccount | None) -> tuple[str, str, str, str]:
    if account is None:
        raise ValueError("an electronic payment needs the account of payer and payee")
    return (ROUTING_NUMBER, account.routing_number, account.kind, account.account_number)


def _payer(payer: RemittancePayer) -> Iterator[SegmentValues]:
    yield ("N1", "PR", payer.name)
    yield from _address(payer.address)
    yield ("REF", "2U", payer.payer_id)
    if payer.business_name or payer.business_phone:
        yield ("PER", "CX", payer.business_name, *_reached(("TE", payer.business_phone)))
    yield ("PER", "BL", payer.contact_name, *_reached(("TE", payer.contact_phone), ("EM", payer.contact_email)))
    if payer.website:
        yield ("PER", "IC", "", "UR", payer.website)


def _reached(*ways: tuple[str, str]) -> Iterator[str]:
    return (part for way in ways if way[1] for part in way)


def _payee(payee: RemittancePayee) -> Iterator[SegmentValues]:
    yield ("N1", "PE", payee.name, "XX", payee.npi)
    if payee.address:
        yield from _address(payee.address)
    if payee.tax_id:
        yield ("REF", "TJ", payee.tax_id)


def _address(address: Address) -> Iterator[SegmentValues]:
    if len(address.lines) > ADDRESS_LINES:
        raise ValueError("N3 holds two address lines")
    yield ("N3", *address.lines)
    yield ("N4", address.city, address.state, address.postal_code, address.country)


def _claim(claim: ClaimPayment) -> Iterator[SegmentValues]:
    yield (
        "CLP",
        claim.patient_control_number,
        claim.status,
        on_the_wire(claim.charged),
        on_the_wire(claim.paid),
        on_the_wire(claim.patient_responsibility) if claim.patient_responsibility else "",
        claim.claim_filing,
        claim.payer_claim_control_number,
        claim.facility_code,
        claim.frequency,
        "",
        claim.drg,
        "" if claim.drg_weight is None else on_the_wire(claim.drg_weight),
    )
    yield from _adjustments(claim.adjustments)
    yield from _parties(claim)
    if claim.inpatient_remarks:
        yield _inpatient_adjudication(claim.inpatient_remarks)
    if claim.remarks:
        yield _outpatient_adjudication(claim.remarks)
    for qualifier, value in claim.references:
        yield ("REF", qualifier, value)
    yield from _claim_dates(claim)
    for qualifier, amount in claim.amounts:
        yield ("AMT", qualifier, on_the_wire(amount))
    for qualifier, quantity in claim.quantities:
        yield ("QTY", qualifier, on_the_wire(quantity))
    for service in claim.services:
        yield from _service(service)


def _parties(claim: ClaimPayment) -> Iterator[SegmentValues]:
    yield _name("QC", claim.patient, is_person=True, qualifier="MI", identifier=claim.patient_member_id)
    if claim.subscriber:
        yield _name("IL", claim.subscriber, is_person=True, qualifier="MI", identifier=claim.subscriber_member_id)
    if claim.corrected or claim.corrected_member_id:
        yield _name("74", claim.corrected, is_person=True, qualifier="C", identifier=claim.corrected_member_id)
    if claim.rendering_npi:
        yield _name(
            "82", claim.rendering, is_person=claim.rendering_is_person, qualifier="XX", identifier=claim.rendering_npi
        )
    for entity, other in (("TT", claim.crossover), ("PR", claim.priority_payer)):
        if other:
            yield _name(entity, Name(last=other.name), is_person=False, qualifier="PI", identifier=other.payer_id)
    if claim.other_subscriber:
        yield _name("GB", claim.other_subscriber, is_person=True, qualifier="MI", identifier=claim.other_subscriber_id)


def _name(entity: str, name: Name | None, *, is_person: bool, qualifier: str, identifier: str) -> SegmentValues:
    parts = (name.last, name.first, name.middle, "", name.suffix) if name else ("",) * 5
    return ("NM1", entity, "1" if is_person else "2", *parts, *((qualifier, identifier) if identifier else ()))


def _inpatient_adjudication(remarks: Sequence[str]) -> SegmentValues:
    if len(remarks) > REMARKS_A_CLAIM:
        raise ValueError("MIA holds five remark codes")
    first, others = remarks[0], remarks[1:]
    # MIA01 is always zero: covered days are told by QTY (X221A1 2100 MIA, TR3 note 2).
    return ("MIA", "0", "", "", "", first, *(("",) * 14 if others else ()), *others)


def _outpatient_adjudication(remarks: Sequence[str]) -> SegmentValues:
    if len(remarks) > REMARKS_A_CLAIM:
        raise ValueError("MOA holds five remark codes")
    return ("MOA", "", "", *remarks)


def _claim_dates(claim: ClaimPayment) -> Iterator[SegmentValues]:
    dates = (
        ("232", claim.statement_from),
        ("233", claim.statement_to),
        ("036", claim.coverage_ended),
        ("050", claim.received),
    )
    return (("DTM", qualifier, write_d8(day)) for qualifier, day in dates if day)


def _service(service: ServicePayment) -> Iterator[SegmentValues]:
    differ = service.units_billed != service.units_paid
    yield (
        "SVC",
        _procedure(service),
        on_the_wire(service.charged),
        on_the_wire(service.paid),
        service.revenue_code,
        on_the_wire(service.units_paid),
        _procedure(service.submitted) if service.submitted else "",
        on_the_wire(service.units_billed) if differ else "",
    )
    yield from _service_dates(service.service_date, service.service_end)
    yield from _adjustments(service.adjustments)
    for qualifier, value in service.references:
        yield ("REF", qualifier, value)
    if service.control_number:
        yield ("REF", "6R", service.control_number)
    if service.rendering_npi:
        yield ("REF", "HPI", service.rendering_npi)
    if service.allowed:
        yield ("AMT", "B6", on_the_wire(service.allowed))
    for qualifier, amount in service.amounts:
        if amount:
            yield ("AMT", qualifier, on_the_wire(amount))
    for remark in service.remarks:
        yield ("LQ", "HE", remark)


def _procedure(service: ServicePayment | SubmittedService) -> tuple[str, ...]:
    return (service.code_qualifier, service.code, *service.modifiers)


def _service_dates(first: date | None, last: date | None) -> Iterator[SegmentValues]:
    if first is None:
        return
    if last is None or last == first:
        yield ("DTM", "472", write_d8(first))
        return
    yield ("DTM", "150", write_d8(first))
    yield ("DTM", "151", write_d8(last))


def _adjustments(adjustments: Sequence[Adjustment]) -> Iterator[SegmentValues]:
    for group, reasons in segments_of(adjustments):
        yield ("CAS", group, *(value for reason in reasons for value in _reason(reason)))


def _reason(reason: Adjustment) -> tuple[str, str, str]:
    return (reason.carc, on_the_wire(reason.amount), "" if reason.quantity is None else on_the_wire(reason.quantity))


def _provider_adjustments(remittance: Remittance) -> Iterator[SegmentValues]:
    adjustments = remittance.provider_adjustments
    provider, period = remittance.payee.npi, write_d8(fiscal_period_end(remittance))
    for start in range(0, len(adjustments), PAIRS_A_PLB):
        pairs: list[str | tuple[str, ...]] = []
        for adjustment in adjustments[start : start + PAIRS_A_PLB]:
            identifier = (adjustment.code, adjustment.reference) if adjustment.reference else (adjustment.code,)
            pairs += [identifier, on_the_wire(adjustment.amount)]
        yield ("PLB", provider, period, *pairs)
