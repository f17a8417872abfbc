"""What the 835 says of one decided claim: the claim as sent and its decision, put together.

It decides nothing and adds nothing up. Who is shown: the patient always, the subscriber where another person, the
rendering provider where not the payee, and whoever is known otherwise than the claim says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hpedi.adjudication.decision import ClaimDecision, KnownParties, LineDecision, Stay
from hpedi.claims.claim import Claim, ReceivedClaim, ServiceLine
from hpedi.claims.parties import Name, Provider
from hpedi.money import Usd
from hpedi.service_dates import DateSpan
from hpedi.transactions.remittance_835.adjustments import grouped
from hpedi.transactions.remittance_835.model import (
    REVERSAL,
    ClaimPayment,
    NamedPayer,
    ServicePayment,
    SubmittedService,
)
from hpedi.transactions.remittance_835.write import REMARKS_A_CLAIM
from hpedi.x12.characters import DATA, unaccented

COVERED_DAYS, DENIED_DAYS, COVERAGE_AMOUNT = "CA", "NE", "AU"
PATIENT_PAID, TAX = "F5", "T"
"""AMT01 of what the patient had paid, and of a tax that a line was billed with; a reversal tells neither."""
ORIGINAL, MEDICAL_RECORD, AUTHORIZATION = "F8", "EA", "G1"
"""REF01 of the claim that a correction corrects, where it is another one, and of numbers that belong to the claim."""
REVENUE_CODE = "NU"
"""SVC01-1 of a line that has no code but its revenue code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFiling:
    """CLP06: the kind of coverage that paid.

    Attributes:
        usual: Where the plan says nothing, or no plan was found.
        by_plan: By plan id.
    """

    usual: str
    by_plan: Mapping[str, str]

    def of(self, plan: str) -> str:
        """Return the code of a plan."""
        return self.by_plan.get(plan, self.usual)


def claim_payment(
    received: ReceivedClaim, decision: ClaimDecision, payee_npi: str, filing: ClaimFiling
) -> ClaimPayment:
    """Put a claim and its decision together.

    Args:
        received: The claim as it came in.
        decision: The decision on this version of it.
        payee_npi: NPI of the payee.
        filing: CLP06 by plan.

    Raises:
        ValueError: The decision is not on this claim, or not on all of its lines: a bug.
    """
    claim = received.claim
    asked = (received.payer_claim_control_number, received.version)
    if asked != (decision.payer_claim_control_number, decision.version):
        raise ValueError("a decision goes with the claim version that it decides")
    rendering = claim.rendering or claim.billing
    shows_rendering = rendering.npi not in ("", payee_npi)
    return ClaimPayment(
        patient_control_number=claim.patient_control_number,
        status=decision.status,
        charged=decision.charged,
        paid=decision.paid,
        patient_responsibility=None if decision.status == REVERSAL else decision.patient_responsibility or None,
        claim_filing=filing.of(decision.plan),
        payer_claim_control_number=decision.payer_claim_control_number,
        facility_code=claim.institutional.facility_code if claim.institutional else claim.place_of_service,
        frequency=claim.frequency,
        patient=claim.patient.name if claim.patient else claim.subscriber.name,
        patient_member_id="" if claim.patient else claim.subscriber.member_id,
        subscriber=claim.subscriber.name if claim.patient and claim.subscriber.member_id else None,
        subscriber_member_id=claim.subscriber.member_id if claim.patient else "",
        rendering_npi=rendering.npi if shows_rendering else "",
        rendering=rendering.name if shows_rendering else None,
        rendering_is_person=rendering.is_person if shows_rendering else True,
        **_known(decision.known),
        references=tuple(_references(claim, decision)),
        received=received.received,
        coverage_ended=decision.coverage_ended,
        adjustments=grouped(decision.adjustments),
        services=_services(claim, decision, rendering),
        **_of_stay(claim, decision, decision.stay),
    )


def _known(known: KnownParties | None) -> dict[str, Any]:
    if known is None:
        return {}
    payer = NamedPayer(name=known.priority_payer, payer_id=known.priority_payer_id) if known.priority_payer else None
    return {"corrected": _spelled(known.patient), "corrected_member_id": known.member_id, "priority_payer": payer}


def _spelled(name: Name | None) -> Name | None:
    """Return a name in the letters that X12 has; None where it has signs for which there are none."""
    if name is None:
        return None
    spelled = Name(last=unaccented(name.last), first=unaccented(name.first))
    return spelled if DATA.issuperset(f"{spelled.last}{spelled.first}") else None


def _references(claim: Claim, decision: ClaimDecision) -> Iterator[tuple[str, str]]:
    corrected = decision.of.rpartition("/")[0]
    if decision.kind == "correction" and corrected != decision.payer_claim_control_number:
        yield ORIGINAL, corrected
    if claim.medical_record_number:
        yield MEDICAL_RECORD, claim.medical_record_number
    if decision.stay is not None:
        every = (each for line in decision.lines for each in line.references if each[0] == AUTHORIZATION)
        yield from dict.fromkeys(every)


def _patient_paid(claim: Claim, decision: ClaimDecision) -> tuple[tuple[str, Usd], ...]:
    return ((PATIENT_PAID, claim.patient_paid),) if claim.patient_paid and decision.status != REVERSAL else ()


def _of_stay(claim: Claim, decision: ClaimDecision, stay: Stay | None) -> dict[str, Any]:
    """Return what is told of the claim as a whole: of one priced as one its dates, DRG, days and covered charge."""
    amounts = _patient_paid(claim, decision)
    if stay is None:
        return {"remarks": decision.remarks, "amounts": amounts}
    dates = claim.institutional.statement_dates if claim.institutional is not None else DateSpan(claim.first_date)
    days = ((COVERED_DAYS, stay.covered_days), (DENIED_DAYS, stay.denied_days))
    return {
        "inpatient_remarks": decision.remarks[:REMARKS_A_CLAIM],
        "statement_from": dates.start,
        "statement_to": dates.end if dates.end != dates.start else None,
        "drg": stay.drg,
        "drg_weight": stay.weight,
        "amounts": (*(((COVERAGE_AMOUNT, stay.covered_charge),) if stay.covered_charge else ()), *amounts),
        "quantities": tuple((qualifier, quantity) for qualifier, quantity in days if quantity),
    }


def _services(claim: Claim, decision: ClaimDecision, rendering: Provider) -> tuple[ServicePayment, ...]:
    if [line.number for line in claim.lines] != [line.number for line in decision.lines]:
        raise ValueError("a decision decides every line of its claim, in order")
    if decision.stay is not None:
        return ()
    return tuple(
        _service(line, decided, rendering, is_reversal=decision.status == REVERSAL)
        for line, decided in zip(claim.lines, decision.lines, strict=True)
    )


def _service(line: ServiceLine, decided: LineDecision, rendering: Provider, *, is_reversal: bool) -> ServicePayment:
    own_npi = line.rendering.npi if line.rendering else ""
    has_code = bool(decided.code)
    return ServicePayment(
        code=decided.code if has_code else line.revenue_code,
        code_qualifier=line.code_qualifier if has_code else REVENUE_CODE,
        revenue_code=line.revenue_code if has_code else "",
        modifiers=decided.modifiers,
        charged=decided.charged,
        paid=decided.paid,
        submitted=_submitted(line, decided),
        units_paid=decided.units_paid,
        units_billed=decided.units_billed,
        service_date=line.dates.start,
        service_end=line.dates.end if line.dates.end != line.dates.start else None,
        adjustments=grouped(decided.adjustments),
        references=decided.references,
        allowed=decided.allowed,
        amounts=() if is_reversal else tuple(each for each in line.amounts if each[0] == TAX),
        remarks=decided.remarks,
        control_number=decided.control_number,
        rendering_npi=own_npi if own_npi != rendering.npi else "",
        line_number=decided.number,
    )


def _submitted(line: ServiceLine, decided: LineDecision) -> SubmittedService | None:
    """Return what was billed, where another code was decided on: a bundle that it is part of, or a part of it."""
    if not decided.code or (decided.code, decided.modifiers) == (line.code, line.modifiers):
        return None
    return SubmittedService(code=line.code, code_qualifier=line.code_qualifier, modifiers=line.modifiers)
