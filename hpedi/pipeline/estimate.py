"""Estimate: what the plan and the member would pay for services before care, from accumulators as they stand today.

The services are decided as a claim that was received on the day of service, by the same rules. Nothing of it is stored
or counted but the audit row of who asked. Where the contract goes by the charge and none is given, no price is made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from hpedi.adjudication.decision import ClaimDecision, LineDecision, Pend
from hpedi.adjudication.override import Override
from hpedi.adjudication.rules.prior_auth import OF_STATUS
from hpedi.adjudication.stages.cost_share import COUNTED
from hpedi.benefits.accumulators import Counted
from hpedi.benefits.authorizations import left_of
from hpedi.benefits.membership import Family
from hpedi.claims.claim import Claim, Dental, Diagnosis, Institutional, ReceivedClaim, ServiceLine
from hpedi.claims.parties import Name, Patient, Payer, Provider, Subscriber
from hpedi.money import ZERO, Usd, usd
from hpedi.pipeline.batch import Batch
from hpedi.pipeline.estimate_model import Estimate, EstimatedLine, Left, Planned, Service
from hpedi.pipeline.ports import Books, Work
from hpedi.reference.members import Member
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext
from hpedi.service_dates import DateSpan

NUMBER: Final = "ESTIMATE"
NO_CHARGE: Final = (usd("9000000.00"), usd("8000000.00"))
"""Charges in place of one that is not given: what both come to does not depend on the charge."""

AUTHORIZATION: Final = "prior_auth"
NEEDED: Final[Mapping[str, str]] = {
    AUTHORIZATION: "needs an authorisation that is approved, for this provider and day: without it, it is denied",
    "ndc_missing": "needs the drug's NDC on the claim: without it, it is denied",
}
"""Edits that ask for what nobody has before care: they are told, and what is paid with it is worked out."""

OTHER_PAYER: Final = "cob_information"
SELF: Final = "18"


class CannotEstimate(Exception):
    """There is no such member or provider, or the services cannot be priced; says what to do."""


def estimate(books: Books, context: RunContext, reference: Reference, planned: Planned) -> Estimate:
    """Say what services would come to; nothing is stored but who asked.

    Raises:
        CannotEstimate: Nobody or more than one has the card, the provider is not known, or the claim would wait.
    """
    with books.reading(context) as work:
        member, family = _patient(work, reference, planned)
    try:
        with books.reading(context) as work:
            made, told = _decided(work, reference, planned, member, family)
    except CannotEstimate:
        _record(books, context, member, "no estimate")
        raise
    _record(books, context, member, "estimated")
    return _estimate(made, planned, told, reference)


def _record(books: Books, context: RunContext, member: Member, result: str) -> None:
    with books.writing(context) as work:
        work.audit.record("estimate", "member", members=[member.id], reason="estimate before care", result=result)


def _patient(work: Work, reference: Reference, planned: Planned) -> tuple[Member, Family]:
    families = [Family.of(record.body) for record in work.reference.families(reference.snapshot, [planned.card])]
    fitting = [
        (member, family)
        for family in families
        for member in family.members
        if member.member_id == planned.card and planned.born in (None, member.birth_date)
    ]
    if not fitting:
        raise CannotEstimate("nobody has this member id (and birth date); take both from the card")
    if len(fitting) > 1:
        raise CannotEstimate("more than one member has this member id; say whose it is with --born")
    return fitting[0]


# --- deciding --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Told:
    """What is to be said beside the amounts."""

    needed: tuple[tuple[int, str], ...]
    other_payer: bool
    authorizations: tuple[str, ...]
    reviews: tuple[str, ...]


def _decided(
    work: Work, reference: Reference, planned: Planned, member: Member, family: Family
) -> tuple[ClaimDecision, _Told]:
    claim = _claim(planned, member, family, reference)
    received = ReceivedClaim(payer_claim_control_number=NUMBER, claim=claim, received=planned.on, partner="")
    batch = Batch.of(work, [received], reference)
    conventions = reference.conventions(planned.on)
    reviews = () if conventions is None else tuple(each.pend for each in conventions.reviews)
    other = any(each.member == member.id and each.covers(planned.on) for each in family.other_coverage)
    waived = (*reviews, *((OTHER_PAYER,) if other else ()))
    needed: list[tuple[int, str]] = []
    made = _decide(batch, received, reference, waived)
    while new := list(_needed(made, reference, planned.on)):
        needed += new
        waived = (*waived, *(edit for _line, edit in new))
        made = _decide(batch, received, reference, waived)
    if isinstance(made, Pend):
        raise CannotEstimate(f"a claim for this would wait, so nothing can be said: {made.message}")
    if any(service.charge is None for service in planned.services):
        _check_free_of_charge(batch, received, reference, planned, made, waived)
    return made, _Told(tuple(needed), other, tuple(_drawn_on(batch, family, made)), tuple(_reviews(reference, made)))


def _drawn_on(batch: Batch, family: Family, made: ClaimDecision) -> Iterator[str]:
    drawn = {use.authorization for use in made.uses}
    for each in family.authorizations:
        if each.member == made.member and each.id in drawn:
            left = left_of(each, batch.seen.units_used)
            yield f"{each.id}: {left:f} of {each.units_approved:f} {each.unit} left"


def _reviews(reference: Reference, made: ClaimDecision) -> Iterator[str]:
    conventions = reference.conventions(made.lines[0].date)
    for each in conventions.reviews if conventions is not None else ():
        if each.paid_over is not None and made.paid > each.paid_over:
            yield each.message


def _needed(made: ClaimDecision | Pend, reference: Reference, on: date) -> Iterator[tuple[int, str]]:
    """Yield line and edit where something is asked for that nobody has before care."""
    if isinstance(made, Pend):
        undecided = (reference.reason(name, on) for name in OF_STATUS.values())
        if made.reason in {each.pend for each in undecided if each is not None and each.pend}:
            yield made.line, AUTHORIZATION
        return
    for step in made.trail:
        if step.rule in NEEDED and "denied for" in dict(step.inputs):
            yield step.line, step.rule


def _decide(batch: Batch, received: ReceivedClaim, reference: Reference, waived: Sequence[str]) -> ClaimDecision | Pend:
    seen = batch.seen.copy()
    override = Override(by=NUMBER, on=received.received, note="", waived=tuple(waived))
    seen.overrides = {NUMBER: (override,)}
    return seen.decide(received, reference, batch.who[NUMBER])


def _check_free_of_charge(
    batch: Batch,
    received: ReceivedClaim,
    reference: Reference,
    planned: Planned,
    made: ClaimDecision,
    waived: Sequence[str],
) -> None:
    """Refuse what comes out otherwise with another charge in place of those that are not given."""
    lines = tuple(
        line if service.charge is not None else replace(line, charged=NO_CHARGE[1])
        for line, service in zip(received.claim.lines, planned.services, strict=True)
    )
    charged = sum((line.charged for line in lines), ZERO)
    other = replace(received, claim=replace(received.claim, lines=lines, charged=charged))
    again = _decide(batch, other, reference, waived)
    if isinstance(again, Pend) or made.allowed != again.allowed:
        raise CannotEstimate("what is allowed depends on the charge: give it, CODE:MOD:UNITS:CHARGE")


def _claim(planned: Planned, member: Member, family: Family, reference: Reference) -> Claim:
    provider = reference.providers.get(planned.provider) or reference.provider_by_npi(planned.provider)
    if provider is None:
        raise CannotEstimate("there is no such provider; give our id of the billing provider, or its NPI")
    subscriber = next((each for each in family.members if each.id == member.subscriber), member)
    lines = tuple(_line(planned, number, service) for number, service in enumerate(planned.services, start=1))
    is_stay = planned.type == "I"
    return Claim(
        patient_control_number=NUMBER,
        charged=sum((line.charged for line in lines), ZERO),
        place_of_service="" if is_stay else planned.place_of_service,
        submitter_id=NUMBER,
        billing=Provider(is_person=False, name=Name(last=provider.name), npi=provider.npi, tax_id=provider.tax_id),
        subscriber=Subscriber(
            payer_responsibility="P",
            name=Name(last=subscriber.last, first=subscriber.first),
            member_id=planned.card,
            birth_date=subscriber.birth_date,
            sex=subscriber.sex,
        ),
        payer=Payer(name=reference.payer.name, id=reference.payer.payer_id),
        patient=None if subscriber.id == member.id else _as_patient(member),
        diagnoses=tuple(
            Diagnosis(qualifier="ABF" if place else "ABK", code=code.replace(".", "").upper())
            for place, code in enumerate(planned.diagnoses)
        ),
        institutional=Institutional(facility_code=planned.facility_code, statement_dates=DateSpan(planned.on))
        if is_stay
        else None,
        dental=Dental() if planned.type == "D" else None,
        lines=lines,
    )


def _as_patient(member: Member) -> Patient:
    name = Name(last=member.last, first=member.first)
    return Patient(relationship=member.relationship, name=name, birth_date=member.birth_date, sex=member.sex)


def _line(planned: Planned, number: int, service: Service) -> ServiceLine:
    return ServiceLine(
        number=number,
        code=service.code,
        code_qualifier="AD" if planned.type == "D" else "HC",
        modifiers=service.modifiers,
        charged=NO_CHARGE[0] if service.charge is None else service.charge,
        units=service.units,
        dates=DateSpan(planned.on),
        revenue_code=service.revenue_code,
    )


# --- what it comes to ------------------------------------------------------------------------------------------------


def _estimate(made: ClaimDecision, planned: Planned, told: _Told, reference: Reference) -> Estimate:
    parts = {step.line: dict(step.amounts) for step in made.trail if step.rule == COUNTED}
    lines = tuple(
        _estimated(line, parts.get(line.number, parts.get(0, {}) if number == 0 else {}), planned.services[number])
        for number, line in enumerate(made.lines)
    )
    allowed = sum((line.allowed for line in lines), ZERO)
    member = sum((line.member for line in lines), ZERO)
    shared = sum((line.deductible + line.coinsurance + line.copay for line in lines), ZERO)
    return Estimate(
        on=planned.on,
        provider=made.provider,
        plan_id=made.plan,
        lines=lines,
        allowed=allowed,
        plan=allowed - shared,
        member=member,
        left=tuple(_left(made)),
        rests_on=tuple(_rests_on(made, planned)),
        may_change=tuple(_may_change(made, planned, told)),
        snapshot=reference.snapshot,
    )


def _estimated(line: LineDecision, parts: dict[str, Usd], service: Service) -> EstimatedLine:
    shares = {name: parts.get(name, ZERO) for name in ("deductible", "coinsurance", "copay")}
    owed = sum((each.amount for each in line.adjustments if each.group == "PR"), ZERO)
    shared = sum(shares.values(), ZERO)
    beside = max(owed - shared, ZERO) if service.charge is not None else ZERO
    return EstimatedLine(
        number=line.number,
        code=line.code or service.revenue_code,
        allowed=line.allowed,
        plan=line.allowed - shared,
        not_covered=beside,
        member=shared + beside,
        denied=line.denied,
        adjustments=tuple(f"{each.group}-{each.carc}" for each in line.adjustments),
        **shares,
    )


def _left(made: ClaimDecision) -> Iterator[Left]:
    first: dict[tuple[str, date], Counted] = {}
    last: dict[tuple[str, date], Counted] = {}
    for step in made.trail:
        for each in step.counters:
            first.setdefault((each.accumulator, each.period), each)
            last[each.accumulator, each.period] = each
    for place, each in last.items():
        yield Left(
            accumulator=each.accumulator,
            kind=each.kind,
            limit=each.limit,
            used_before=first[place].before,
            left_after=max(each.limit - each.after, ZERO if each.kind != "visits" else Decimal(0)),
        )


def _rests_on(made: ClaimDecision, planned: Planned) -> Iterator[str]:
    for step in made.trail:
        if step.stage == "resolve" and step.rule == "coverage":
            yield f"{step.parameter} ({step.source})" if step.source else step.parameter
        elif step.stage == "pricing":
            yield f"line {step.line}: {step.parameter} ({step.source})"
        elif step.stage == "cost_share" and step.rule != COUNTED:
            yield f"line {step.line}: {step.rule}, {step.parameter} ({step.source})"
    yield f"accumulators of claims decided until now, for services on {planned.on}"


def _may_change(made: ClaimDecision, planned: Planned, told: _Told) -> Iterator[str]:
    for number, edit in told.needed:
        yield f"line {number} {NEEDED[edit]}" if number else f"it {NEEDED[edit]}"
    for each in told.authorizations:
        yield f"it draws on authorisation {each} before it"
    if told.other_payer:
        yield "another payer covers the member too: where it pays first, what it pays is not in here"
    for message in told.reviews:
        yield f"the claim would be looked at first: {message}"
    for line in made.lines:
        if line.denied:
            reasons = ", ".join(f"{each.group}-{each.carc}" for each in line.adjustments)
            yield f"line {line.number} is not paid ({reasons})"
    if any(service.charge is None for service in planned.services):
        yield "no charge was given: a charge below what is allowed makes it less, and out of network the rest is owed"
    yield "claims that are decided before this one count to the same limits"
    yield "other codes, units, diagnoses or another day than these"
