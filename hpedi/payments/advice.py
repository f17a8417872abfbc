"""A remittance for people: what its 835 says, in the columns that providers know, with words for its codes.

    billed = other liability + provider liability + withhold + tax + patient liability + paid

holds for every line, claim and the whole: each amount taken off stands in one column, which is data
(mappings/payments/remittance_texts.yaml). Covered is the charge that was considered for payment (as AMT*AU tells it);
it says nothing of what is paid of it. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from hpedi.adjudication.decision import ClaimDecision, LineDecision
from hpedi.claims.adjustment import Adjustment
from hpedi.claims.claim import ReceivedClaim
from hpedi.claims.parties import Name
from hpedi.money import ZERO, Usd
from hpedi.payments.advice_texts import AdviceTexts
from hpedi.payments.claim_payments import TAX, ClaimFiling, claim_payment
from hpedi.payments.payment import PaidClaim, Payment
from hpedi.transactions.remittance_835.model import ClaimPayment, RemittancePayer, ServicePayment

APC: Final = "APC"
"""REF01 of the APC that a line was priced by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeText:
    """A code with its words; US dollars where it stands for an amount."""

    code: str
    text: str
    amount: Usd | None = None


@dataclass(slots=True, kw_only=True)
class AdviceAmounts:
    """Amounts of a line, claim or remittance, US dollars."""

    billed: Usd = ZERO
    covered: Usd = ZERO
    allowed: Usd = ZERO
    other_liability: Usd = ZERO
    provider_liability: Usd = ZERO
    withhold: Usd = ZERO
    tax: Usd = ZERO
    patient_liability: Usd = ZERO
    paid: Usd = ZERO

    def take_off(self, adjustments: Iterable[Adjustment], texts: AdviceTexts) -> None:
        """Put amounts that were taken off into their columns."""
        for each in adjustments:
            column = texts.column_of(each)
            setattr(self, column, getattr(self, column) + each.amount)

    def add(self, other: AdviceAmounts) -> None:
        """Add other amounts, column by column."""
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceLine:
    """A service.

    Attributes:
        code: The procedure code; the revenue code where it has none.
        apc: The APC that it was priced by.
        billed_tax: US dollars of tax within what was billed.
        references: Other numbers of the line, with their qualifiers: G1 ...
    """

    number: int
    start: date
    end: date | None
    code: str
    modifiers: tuple[str, ...]
    revenue_code: str
    apc: str
    units_billed: Decimal
    units_paid: Decimal
    amounts: AdviceAmounts
    billed_tax: Usd
    reasons: tuple[CodeText, ...]
    remarks: tuple[CodeText, ...]
    references: tuple[tuple[str, str], ...]
    control_number: str
    rendering_npi: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceClaim:
    """A claim of the remittance; `amounts.paid` is CLP04, to which `interest` comes beside.

    Attributes:
        corrects: Our number and version of the decision that it takes back or corrects; empty otherwise.
        shares: Its lines' amounts are shares of what is decided for the claim as a whole.
    """

    patient_control_number: str
    claim: str
    version: int
    corrects: str
    status: str
    status_text: str
    patient: str
    member_id: str
    first_day: date | None
    last_day: date | None
    received: date | None
    facility_code: str
    frequency: str
    drg: str
    drg_weight: Decimal | None
    covered_days: Decimal
    rendering_npi: str
    amounts: AdviceAmounts
    interest: Usd
    reasons: tuple[CodeText, ...]
    remarks: tuple[CodeText, ...]
    shares: bool
    lines: tuple[AdviceLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceAdjustment:
    """A provider-level adjustment (PLB): above 0.00 it is taken from the payment."""

    code: str
    reference: str
    amount: Usd
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A remittance; the payee's Tax ID is not told, as it may be a person's SSN.

    Attributes:
        amounts: The sums of its claims.
        amount: The payment, US dollars.
    """

    payer: str
    payer_id: str
    contact: str
    payee: str
    payee_npi: str
    number: str
    method: str
    method_text: str
    payment_date: date
    amount: Usd
    state: str
    amounts: AdviceAmounts = field(default_factory=AdviceAmounts)
    interest: Usd = ZERO
    claims: tuple[AdviceClaim, ...] = ()
    adjustments: tuple[AdviceAdjustment, ...] = ()


def advice_of(
    payment: Payment,
    state: str,
    payer: RemittancePayer,
    decided: Sequence[tuple[ReceivedClaim, ClaimDecision]],
    filing: ClaimFiling,
    texts: AdviceTexts,
) -> Advice:
    """Return the remittance of a payment.

    Args:
        payment: The payment.
        state: Where it stands, in a word.
        payer: The payer's side.
        decided: The claims that it pays, in CLP order.
        filing: CLP06 by plan.
        texts: Words and columns.
    """
    paid = {(each.payer_claim_control_number, each.version): each for each in payment.claims}
    claims = tuple(_claim(received, made, paid, payment.payee.npi, filing, texts) for received, made in decided)
    amounts = AdviceAmounts()
    for each in claims:
        amounts.add(each.amounts)
    return Advice(
        payer=payer.name,
        payer_id=payer.payer_id,
        contact=" ".join(filter(None, (payer.contact_name, payer.contact_phone))),
        payee=payment.payee.name,
        payee_npi=payment.payee.npi,
        number=payment.trace_number,
        method=payment.method.value,
        method_text=texts.methods.get(payment.method.value, ""),
        payment_date=payment.payment_date,
        amount=payment.amount,
        state=state,
        amounts=amounts,
        interest=payment.interest,
        claims=claims,
        adjustments=tuple(
            AdviceAdjustment(
                code=each.code,
                reference=each.reference,
                amount=each.amount,
                text=texts.adjustments.get(each.code, ""),
            )
            for each in payment.adjustments
        ),
    )


def _claim(
    received: ReceivedClaim,
    made: ClaimDecision,
    paid: dict[tuple[str, int], PaidClaim],
    payee_npi: str,
    filing: ClaimFiling,
    texts: AdviceTexts,
) -> AdviceClaim:
    told = claim_payment(received, made, payee_npi, filing)
    lines = tuple(_lines(received, made, told, texts))
    days = [line.dates for line in received.claim.lines]
    covering = paid.get((made.payer_claim_control_number, made.version))
    amounts = AdviceAmounts(billed=told.charged, covered=_covered(made), allowed=made.allowed, paid=told.paid)
    amounts.take_off((*told.adjustments, *(each for line in told.services for each in line.adjustments)), texts)
    return AdviceClaim(
        patient_control_number=told.patient_control_number,
        claim=made.payer_claim_control_number,
        version=made.version,
        corrects=made.of,
        status=told.status,
        status_text=texts.statuses.get(told.status, ""),
        patient=_name(told.patient),
        member_id=told.patient_member_id or told.subscriber_member_id,
        first_day=told.statement_from or min((each.start for each in days), default=None),
        last_day=told.statement_to or max((each.end or each.start for each in days), default=None),
        received=told.received,
        facility_code=told.facility_code,
        frequency=told.frequency,
        drg=told.drg,
        drg_weight=told.drg_weight,
        covered_days=made.stay.covered_days if made.stay else Decimal(0),
        rendering_npi=told.rendering_npi,
        amounts=amounts,
        interest=covering.interest if covering else ZERO,
        reasons=_reasons(told.adjustments, texts),
        remarks=_remarks((*told.remarks, *told.inpatient_remarks), texts),
        shares=made.stay is not None,
        lines=lines,
    )


def _covered(made: ClaimDecision) -> Usd:
    if made.stay is not None:
        return made.stay.covered_charge
    return sum((line.charged for line in made.lines if not line.denied), ZERO)


def _lines(
    received: ReceivedClaim, made: ClaimDecision, told: ClaimPayment, texts: AdviceTexts
) -> Iterator[AdviceLine]:
    services: Sequence[ServicePayment | None] = told.services or (None,) * len(made.lines)
    for asked, decided, service in zip(received.claim.lines, made.lines, services, strict=True):
        amounts = AdviceAmounts(
            billed=decided.charged,
            covered=ZERO if decided.denied else decided.charged,
            allowed=decided.allowed,
            paid=decided.paid,
        )
        amounts.take_off(service.adjustments if service else (), texts)
        yield AdviceLine(
            number=decided.number,
            start=asked.dates.start,
            end=asked.dates.end,
            code=decided.code or asked.revenue_code,
            modifiers=decided.modifiers,
            revenue_code=asked.revenue_code if decided.code else "",
            apc=_reference(decided, APC),
            units_billed=decided.units_billed,
            units_paid=decided.units_paid,
            amounts=amounts,
            billed_tax=sum((amount for code, amount in asked.amounts if code == TAX), ZERO),
            reasons=_reasons(service.adjustments if service else (), texts),
            remarks=_remarks(decided.remarks, texts),
            references=tuple(each for each in decided.references if each[0] != APC),
            control_number=decided.control_number,
            rendering_npi=service.rendering_npi if service else "",
        )


def _reference(decided: LineDecision, qualifier: str) -> str:
    return next((value for code, value in decided.references if code == qualifier), "")


def _reasons(adjustments: Iterable[Adjustment], texts: AdviceTexts) -> tuple[CodeText, ...]:
    return tuple(
        CodeText(code=f"{each.group}-{each.carc}", text=texts.reasons.get(each.carc, ""), amount=each.amount)
        for each in adjustments
    )


def _remarks(codes: Iterable[str], texts: AdviceTexts) -> tuple[CodeText, ...]:
    return tuple(CodeText(code=each, text=texts.remarks.get(each, "")) for each in codes)


def _name(name: Name) -> str:
    return ", ".join(filter(None, (name.last, " ".join(filter(None, (name.first, name.middle, name.suffix))))))
