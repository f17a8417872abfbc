"""An 835 X221A1 as a provider's receivables system reads it: payment, claims, service lines, provider adjustments.

Written from the X12 835 rules alone: nothing of hpedi is here. Amounts are US dollars.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from tests.posting.segments import Segment, TransactionSet, Unreadable, transaction_sets

VERSION: Final = "005010X221A1"
REVERSAL: Final = "22"
NUMBER: Final = re.compile(r"-?(\d+(\.\d+)?|\.\d+)")
ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One reason of a CAS: CAS01, then its triple."""

    group: str
    reason: str
    amount: Decimal
    quantity: Decimal | None = None


@dataclass(slots=True)
class ServiceLine:
    """An SVC with what stands below it."""

    procedure: str
    charge: Decimal
    paid: Decimal
    units_paid: Decimal
    units_billed: Decimal
    adjustments: list[Adjustment] = field(default_factory=list)
    control_number: str = ""


@dataclass(slots=True)
class ClaimPayment:
    """A CLP with what stands below it."""

    patient_control_number: str
    status: str
    charge: Decimal
    paid: Decimal
    patient_responsibility: Decimal
    payer_control_number: str
    frequency: str
    adjustments: list[Adjustment] = field(default_factory=list)
    services: list[ServiceLine] = field(default_factory=list)
    interest: Decimal = ZERO

    @property
    def every_adjustment(self) -> Iterator[Adjustment]:
        """Yield those of the claim and of its lines."""
        yield from self.adjustments
        for service in self.services:
            yield from service.adjustments

    @property
    def is_reversal(self) -> bool:
        """Say whether it takes back what was posted before."""
        return self.status == REVERSAL


@dataclass(frozen=True, slots=True)
class ProviderAdjustment:
    """One pair of a PLB; a positive amount is taken from the payment."""

    code: str
    reference: str
    amount: Decimal


@dataclass(slots=True)
class Remittance:
    """An 835: BPR, TRN, who pays whom, and for what."""

    handling: str
    amount: Decimal
    method: str
    payer_account: tuple[str, str]
    originator: str
    payee_account: tuple[str, str]
    paid_on: date
    trace_number: str = ""
    trace_originator: str = ""
    payer: str = ""
    payee_npi: str = ""
    payee_tax_id: str = ""
    claims: list[ClaimPayment] = field(default_factory=list)
    provider_adjustments: list[ProviderAdjustment] = field(default_factory=list)


def read_remittances(content: bytes) -> list[Remittance]:
    """Return the remittances of an interchange.

    Raises:
        Unreadable: It is no interchange of 835s, or one lacks what is needed to post it.
    """
    return [_Reading(found).remittance() for found in transaction_sets(content, VERSION)]


def amount(text: str) -> Decimal:
    """Return an X12 decimal number (type R).

    Raises:
        Unreadable: It is none.
    """
    if not NUMBER.fullmatch(text):
        raise Unreadable("a number is none")
    return Decimal(text)


class _Reading:
    """A transaction set under way."""

    def __init__(self, found: TransactionSet) -> None:
        self._segments, self._component = found.segments, found.component
        self._made: Remittance | None = None
        self._party = ""

    def remittance(self) -> Remittance:
        for segment in self._segments:
            reader = _READERS.get(segment[0])
            if reader is not None:
                reader(self, (*segment, *("",) * 20))
        made = self._made
        if made is None or not made.trace_number or not made.payee_npi:
            raise Unreadable("an 835 without payment, trace number or payee")
        return made

    @property
    def _remittance(self) -> Remittance:
        if self._made is None:
            raise Unreadable("the 835 does not begin with BPR")
        return self._made

    @property
    def _claim(self) -> ClaimPayment:
        if not self._remittance.claims:
            raise Unreadable("a segment of a claim stands before any CLP")
        return self._remittance.claims[-1]

    def bpr(self, bpr: Segment) -> None:
        if bpr[3] != "C":
            raise Unreadable("the payment is no credit")
        self._made = Remittance(
            handling=bpr[1],
            amount=amount(bpr[2]),
            method=bpr[4],
            payer_account=(bpr[7], bpr[9]),
            originator=bpr[10],
            payee_account=(bpr[13], bpr[15]),
            paid_on=_day(bpr[16]),
        )

    def trn(self, trn: Segment) -> None:
        self._remittance.trace_number, self._remittance.trace_originator = trn[2], trn[3]

    def n1(self, n1: Segment) -> None:
        self._party = n1[1]
        if n1[1] == "PE":
            if n1[3] != "XX":
                raise Unreadable("the payee is not named by its NPI")
            self._remittance.payee_npi = n1[4]
        elif n1[1] == "PR":
            self._remittance.payer = n1[2]

    def ref(self, ref: Segment) -> None:
        if not self._remittance.claims:
            if (self._party, ref[1]) == ("PE", "TJ"):
                self._remittance.payee_tax_id = ref[2]
        elif self._claim.services and ref[1] == "6R":
            self._claim.services[-1].control_number = ref[2]

    def clp(self, clp: Segment) -> None:
        made = ClaimPayment(
            patient_control_number=clp[1],
            status=clp[2],
            charge=amount(clp[3]),
            paid=amount(clp[4]),
            patient_responsibility=amount(clp[5] or "0"),
            payer_control_number=clp[7],
            frequency=clp[9],
        )
        self._remittance.claims.append(made)

    def cas(self, cas: Segment) -> None:
        where = self._claim.services[-1] if self._claim.services else self._claim
        for place in range(2, 20, 3):
            if cas[place]:
                quantity = amount(cas[place + 2]) if cas[place + 2] else None
                where.adjustments.append(Adjustment(cas[1], cas[place], amount(cas[place + 1]), quantity))

    def svc(self, svc: Segment) -> None:
        paid = amount(svc[5] or "1")
        made = ServiceLine(
            procedure=svc[1],
            charge=amount(svc[2]),
            paid=amount(svc[3]),
            units_paid=paid,
            units_billed=amount(svc[7]) if svc[7] else paid,
        )
        self._claim.services.append(made)

    def amt(self, amt: Segment) -> None:
        if amt[1] == "I" and not self._claim.services:
            self._claim.interest += amount(amt[2])

    def plb(self, plb: Segment) -> None:
        if plb[1] != self._remittance.payee_npi:
            raise Unreadable("a provider adjustment of another provider")
        for place in range(3, 15, 2):
            if plb[place]:
                code, _, reference = plb[place].partition(self._component)
                made = ProviderAdjustment(code, reference, amount(plb[place + 1]))
                self._remittance.provider_adjustments.append(made)


def _day(text: str) -> date:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise Unreadable("a date is none") from None


_READERS: Final = {
    "BPR": _Reading.bpr,
    "TRN": _Reading.trn,
    "N1": _Reading.n1,
    "REF": _Reading.ref,
    "CLP": _Reading.clp,
    "CAS": _Reading.cas,
    "SVC": _Reading.svc,
    "AMT": _Reading.amt,
    "PLB": _Reading.plb,
}
