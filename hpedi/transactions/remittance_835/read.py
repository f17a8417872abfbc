"""Placed segments of an 835 X221A1 set to a remittance.

The reader follows the guide's walk: it is told the loop of each segment and gathers the segments of a loop until it
ends. It reads what `model` holds; other segments that the guide allows (CUR, TS3 ...) are passed over, and
segments that the guide could not place are the walk's finding. A value that cannot be read is a finding, and there is
no remittance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, TypeAlias

from hpedi.claims.adjustment import Adjustment
from hpedi.claims.parties import Address, Name
from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.guides.walk import PlacedBatch
from hpedi.money import Usd, usd
from hpedi.service_dates import read_d8
from hpedi.transactions.remittance_835.model import (
    CCD_PLUS,
    BankAccount,
    ClaimPayment,
    NamedPayer,
    PaymentMethod,
    ProviderAdjustment,
    Remittance,
    RemittancePayee,
    RemittancePayer,
    ServicePayment,
    SubmittedService,
)
from hpedi.x12.events import Delimiters

Elements: TypeAlias = list[str]
LoopSegments: TypeAlias = dict[str, list[Elements]]
"""The segments of a loop by id."""

CLAIM_LOOP: Final = "2100"
SERVICE_LOOP: Final = "2110"
SERVICE_REFERENCES: Final = frozenset({"1S", "APC", "BB", "E9", "G1", "G3", "LU", "RB"})
"""Service identification (2110)."""
CLAIM_REFERENCES: Final = frozenset(
    {"1L", "1W", "28", "6P", "9A", "9C", "BB", "CE", "EA", "F8", "G1", "G3", "IG", "SY"}
)
"""Other claim related identification (2100)."""
METHODS: Final = frozenset(PaymentMethod)
ALLOWED: Final = "B6"
"""AMT01 of what is allowed for a service."""
REMARK: Final = "HE"
"""LQ01 of a remittance advice remark code."""
PARTY_LOOPS: Final = frozenset({"1000A", "1000B"})
KNOWN_AT_ONCE: Final = 8192
"""Texts of amounts, counts, dates and procedures that are remembered: in a remittance most come again."""

_usd: Final = lru_cache(maxsize=KNOWN_AT_ONCE)(usd)
_number: Final = lru_cache(maxsize=KNOWN_AT_ONCE)(Decimal)
_date: Final = lru_cache(maxsize=KNOWN_AT_ONCE)(read_d8)


@dataclass(frozen=True, slots=True)
class RemittanceRead:
    """What an 835 set was read as: a remittance, or None and the findings why not."""

    remittance: Remittance | None
    findings: tuple[Finding, ...] = ()


class RemittanceReader:
    """Reads one 835 set, batch by batch."""

    def __init__(self, delimiters: Delimiters, where: Where) -> None:
        """Begin a set.

        Args:
            delimiters: Those of the interchange.
            where: File, interchange, group and set, for findings.
        """
        self._delimiters = delimiters
        self._where = where
        self._findings: list[Finding] = []
        self._once: LoopSegments = {}
        self._parties: dict[str, LoopSegments] = {loop: {} for loop in PARTY_LOOPS}
        self._claims: list[ClaimPayment] = []
        self._claim: LoopSegments | None = None
        self._claim_position = 0
        self._services: list[LoopSegments] = []

    def read(self, placed: PlacedBatch) -> None:
        """Take the next placed segments."""
        separator = self._delimiters.element
        for index, (node, text) in enumerate(zip(placed.nodes, placed.texts, strict=True)):
            if node is None:
                continue
            elements = text.split(separator) if separator in text else [text, ""]
            if node.loop_id == SERVICE_LOOP:
                if node.starts_loop:
                    self._services.append({})
                loop = self._services[-1] if self._services else self._once
            elif node.loop_id == CLAIM_LOOP:
                if node.starts_loop:
                    self._end_claim()
                    self._claim, self._claim_position = {}, placed.batch.first_position + index
                loop = self._claim if self._claim is not None else self._once
            else:
                loop = self._parties.get(node.loop_id, self._once)
            loop.setdefault(elements[0], []).append(elements)

    def close(self) -> RemittanceRead:
        """End the set.

        Findings:
            remittance-unreadable: A claim or the payment has a value that is no amount, count, date or method.
        """
        self._end_claim()
        try:
            remittance = self._remittance()
        except ValueError as fault:
            self._findings.append(found("remittance-unreadable", self._where, f"The payment cannot be read: {fault}."))
        if self._findings:
            return RemittanceRead(None, tuple(self._findings))
        return RemittanceRead(remittance)

    def _end_claim(self) -> None:
        if self._claim is None:
            return
        try:
            services = tuple(_service(loop, self._delimiters) for loop in self._services)
            self._claims.append(_claim(self._claim, services))
        except ValueError as fault:
            place = replace(self._where, segment=self._claim_position, segment_id="CLP", loop=CLAIM_LOOP)
            self._findings.append(found("remittance-unreadable", place, f"A claim payment cannot be read: {fault}."))
        self._claim, self._services = None, []

    def _remittance(self) -> Remittance:
        bpr, trn = _first(self._once, "BPR"), _first(self._once, "TRN")
        return Remittance(
            payer=_payer(self._parties["1000A"], bpr, trn),
            payee=_payee(self._parties["1000B"], bpr),
            method=_method(_at(bpr, 4)),
            amount=_usd_at(bpr, 2),
            payment_date=_date_at(bpr, 16),
            trace_number=_at(trn, 2),
            production_date=_day(self._once, "405"),
            receiver_id=_at(_kind(self._once, "REF", "EV"), 2),
            claims=tuple(self._claims),
            provider_adjustments=tuple(_provider_adjustments(self._once, self._delimiters)),
        )


def _first(loop: LoopSegments, segment_id: str) -> Sequence[str]:
    segments = loop.get(segment_id)
    return segments[0] if segments else ()


def _kind(loop: LoopSegments, segment_id: str, qualifier: str) -> Sequence[str]:
    """Return the first segment of an id and qualifier (the first element)."""
    for segment in loop.get(segment_id, ()):
        if segment[1] == qualifier:
            return segment
    return ()


def _at(elements: Sequence[str], position: int) -> str:
    return elements[position] if position < len(elements) else ""


def _method(text: str) -> PaymentMethod:
    if text not in METHODS:
        raise ValueError("BPR04 is not a payment method")
    return PaymentMethod(text)


def _usd_at(elements: Sequence[str], position: int) -> Usd:
    try:
        return _usd(elements[position])
    except (ValueError, IndexError):
        raise ValueError(f"{_place(elements, position)} is not an amount of US dollars") from None


def _number_at(elements: Sequence[str], position: int) -> Decimal:
    try:
        return _number(elements[position])
    except (InvalidOperation, IndexError):
        raise ValueError(f"{_place(elements, position)} is not a number") from None


def _date_at(elements: Sequence[str], position: int) -> date:
    try:
        return _date(elements[position])
    except (ValueError, IndexError):
        raise ValueError(f"{_place(elements, position)} is not a date") from None


def _place(elements: Sequence[str], position: int) -> str:
    return f"{elements[0]}{position:02}" if elements else "a required segment"


def _day(loop: LoopSegments, qualifier: str) -> date | None:
    segment = _kind(loop, "DTM", qualifier)
    return _date_at(segment, 2) if segment else None


def _payer(loop: LoopSegments, bpr: Sequence[str], trn: Sequence[str]) -> RemittancePayer:
    contact, business = _kind(loop, "PER", "BL"), _kind(loop, "PER", "CX")
    return RemittancePayer(
        name=_at(_first(loop, "N1"), 2),
        payer_id=_at(_kind(loop, "REF", "2U"), 2) or _at(_first(loop, "N1"), 4),
        tax_id=_at(trn, 3)[1:],
        address=_address(loop) or Address(lines=(), city=""),
        account=_account(bpr, 7),
        contact_name=_at(contact, 2),
        contact_phone=_reached(contact, "TE"),
        contact_email=_reached(contact, "EM"),
        business_name=_at(business, 2),
        business_phone=_reached(business, "TE"),
        website=_reached(_kind(loop, "PER", "IC"), "UR"),
    )


def _reached(contact: Sequence[str], way: str) -> str:
    """Return the number or address of a way in which a contact is reached (PER03 to PER08)."""
    return next((_at(contact, at + 1) for at in (3, 5, 7) if _at(contact, at) == way), "")


def _payee(loop: LoopSegments, bpr: Sequence[str]) -> RemittancePayee:
    payee = _first(loop, "N1")
    return RemittancePayee(
        provider="",
        name=_at(payee, 2),
        npi=_at(payee, 4) if _at(payee, 3) == "XX" else "",
        tax_id=_at(_kind(loop, "REF", "TJ"), 2) or (_at(payee, 4) if _at(payee, 3) == "FI" else ""),
        address=_address(loop),
        account=_account(bpr, 13, _at(bpr, 5)),
    )


def _account(bpr: Sequence[str], first: int, entry_format: str = "") -> BankAccount | None:
    routing_number = _at(bpr, first)
    if not routing_number:
        return None
    return BankAccount(
        routing_number=routing_number,
        kind=_at(bpr, first + 1) or "DA",
        account_number=_at(bpr, first + 2),
        entry_format=entry_format or CCD_PLUS,
    )


def _address(loop: LoopSegments) -> Address | None:
    street, city = _first(loop, "N3"), _first(loop, "N4")
    if not street and not city:
        return None
    return Address(
        lines=tuple(street[1:]), city=_at(city, 1), state=_at(city, 2), postal_code=_at(city, 3), country=_at(city, 4)
    )


def _claim(loop: LoopSegments, services: tuple[ServicePayment, ...]) -> ClaimPayment:
    clp = _first(loop, "CLP")
    return ClaimPayment(
        patient_control_number=_at(clp, 1),
        status=_at(clp, 2),
        charged=_usd_at(clp, 3),
        paid=_usd_at(clp, 4),
        patient_responsibility=_usd_at(clp, 5) if _at(clp, 5) else None,
        claim_filing=_at(clp, 6),
        payer_claim_control_number=_at(clp, 7),
        facility_code=_at(clp, 8),
        frequency=_at(clp, 9),
        drg=_at(clp, 11),
        drg_weight=_number_at(clp, 12) if _at(clp, 12) else None,
        **_parties(loop),
        references=_references(loop, CLAIM_REFERENCES),
        received=_day(loop, "050"),
        statement_from=_day(loop, "232"),
        statement_to=_day(loop, "233"),
        coverage_ended=_day(loop, "036"),
        adjustments=_adjustments(loop),
        remarks=tuple(remark for remark in _first(loop, "MOA")[3:8] if remark),
        inpatient_remarks=_inpatient_remarks(_first(loop, "MIA")),
        amounts=_amounts(loop),
        quantities=tuple((_at(segment, 1), _number_at(segment, 2)) for segment in loop.get("QTY", ())),
        services=services,
    )


def _parties(loop: LoopSegments) -> dict[str, Any]:
    patient, subscriber, corrected, rendering, other_subscriber = (
        _kind(loop, "NM1", entity) for entity in ("QC", "IL", "74", "82", "GB")
    )
    return {
        "patient": _name(patient),
        "patient_member_id": _at(patient, 9),
        "subscriber": _name(subscriber) if subscriber else None,
        "subscriber_member_id": _at(subscriber, 9),
        "corrected": _name(corrected) if any(corrected[3:8]) else None,
        "corrected_member_id": _at(corrected, 9),
        "rendering_npi": _at(rendering, 9) if _at(rendering, 8) == "XX" else "",
        "rendering": _name(rendering) if any(rendering[3:8]) else None,
        "rendering_is_person": _at(rendering, 2) != "2",
        "crossover": _payer_named(_kind(loop, "NM1", "TT")),
        "priority_payer": _payer_named(_kind(loop, "NM1", "PR")),
        "other_subscriber": _name(other_subscriber) if other_subscriber else None,
        "other_subscriber_id": _at(other_subscriber, 9),
    }


def _inpatient_remarks(mia: Sequence[str]) -> tuple[str, ...]:
    return tuple(remark for remark in (_at(mia, 5), *mia[20:24]) if remark)


def _amounts(loop: LoopSegments, beside: str = "") -> tuple[tuple[str, Usd], ...]:
    return tuple([(segment[1], _usd_at(segment, 2)) for segment in loop.get("AMT", ()) if segment[1] != beside])


def _name(nm1: Sequence[str]) -> Name:
    return Name(last=_at(nm1, 3), first=_at(nm1, 4), middle=_at(nm1, 5), suffix=_at(nm1, 7))


def _service(loop: LoopSegments, delimiters: Delimiters) -> ServicePayment:
    svc = _first(loop, "SVC")
    qualifier, code, modifiers = _procedure(_at(svc, 1), delimiters.component)
    units_paid = _number_at(svc, 5) if _at(svc, 5) else Decimal(1)
    allowed = _kind(loop, "AMT", ALLOWED)
    return ServicePayment(
        code=code,
        code_qualifier=qualifier,
        modifiers=modifiers,
        submitted=_submitted(_at(svc, 6), delimiters),
        charged=_usd_at(svc, 2),
        paid=_usd_at(svc, 3),
        revenue_code=_at(svc, 4),
        units_paid=units_paid,
        units_billed=_number_at(svc, 7) if _at(svc, 7) else units_paid,
        service_date=_day(loop, "472") or _day(loop, "150"),
        service_end=_day(loop, "151"),
        adjustments=_adjustments(loop),
        references=_references(loop, SERVICE_REFERENCES),
        allowed=_usd_at(allowed, 2) if allowed else None,
        amounts=_amounts(loop, beside=ALLOWED),
        remarks=tuple([_at(segment, 2) for segment in loop.get("LQ", ()) if segment[1] == REMARK]),
        control_number=_at(_kind(loop, "REF", "6R"), 2),
        rendering_npi=_at(_kind(loop, "REF", "HPI"), 2),
    )


def _submitted(composite: str, delimiters: Delimiters) -> SubmittedService | None:
    if not composite:
        return None
    qualifier, code, modifiers = _procedure(composite, delimiters.component)
    return SubmittedService(code=code, code_qualifier=qualifier, modifiers=modifiers)


@lru_cache(maxsize=KNOWN_AT_ONCE)
def _procedure(composite: str, separator: str) -> tuple[str, str, tuple[str, ...]]:
    """Return the qualifier, code and modifiers of a composite medical procedure identifier."""
    qualifier, _, procedure = composite.partition(separator)
    code, *modifiers = procedure.split(separator)
    return qualifier, code, tuple(modifiers)


def _references(loop: LoopSegments, qualifiers: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Return references by their qualifiers, in the order of these."""
    told = [(segment[1], _at(segment, 2)) for segment in loop.get("REF", ()) if segment[1] in qualifiers]
    return tuple(sorted(told, key=itemgetter(0))) if told else ()


def _payer_named(nm1: Sequence[str]) -> NamedPayer | None:
    return NamedPayer(name=_at(nm1, 3), payer_id=_at(nm1, 9)) if nm1 else None


def _adjustments(loop: LoopSegments) -> tuple[Adjustment, ...]:
    told = [
        Adjustment(cas[1], cas[at], _usd_at(cas, at + 1), _number_at(cas, at + 2) if _at(cas, at + 2) else None)
        for cas in loop.get("CAS", ())
        for at in range(2, len(cas), 3)
    ]
    return tuple(told)


def _provider_adjustments(loop: LoopSegments, delimiters: Delimiters) -> Iterator[ProviderAdjustment]:
    for plb in loop.get("PLB", ()):
        for at in range(3, len(plb), 2):
            code, _, reference = plb[at].partition(delimiters.component)
            yield ProviderAdjustment(code=code, reference=reference, amount=_usd_at(plb, at + 1))
