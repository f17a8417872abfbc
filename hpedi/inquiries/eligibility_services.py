"""What is asked about a patient, as services: the lines that stand for service types, and procedures as they are asked.

A service is what benefit rows ask of a claim line, so that its cost share is looked up where a claim's is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from hpedi.benefits.rows import LineFacts
from hpedi.inquiries.eligibility_rules import RulesOfDay
from hpedi.reference.conventions import Emergency
from hpedi.reference.eligibility import RepresentativeService
from hpedi.reference.plans import Tier
from hpedi.reference.providers import BillingProvider
from hpedi.reference.reference import Reference
from hpedi.transactions.eligibility_270.model import AskedPatient, Procedure, Question

GENERIC: Final = "30"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredService:
    """A service that is answered for.

    Attributes:
        facts: What benefit rows ask of it.
        service_types: What it stands for (EB03).
        procedure: Or the procedure asked about (EB13).
        pointers: Places of its diagnoses among the patient's, from 1 (EB14).
        is_covered: False where no plan covers it.
        place: The place of service, where it is told.
        message: Words that go with it.
        benefit_tier: The tier of its benefits in every network; None where they go by the network.
    """

    facts: LineFacts
    service_types: tuple[str, ...] = ()
    procedure: Procedure | None = None
    pointers: tuple[int, ...] = ()
    is_covered: bool = True
    place: str = ""
    message: str = ""
    benefit_tier: Tier | None = None

    def tier_in(self, network: Tier) -> Tier:
        """Return the tier of its benefits where it is given in a network."""
        return self.benefit_tier or network


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedServices:
    """What the questions about a patient are answered for.

    Attributes:
        services: In the payer's order, then the procedures asked about.
        unknown: Service types that have to be answered and that nothing of the payer stands for.
    """

    services: tuple[AnsweredService, ...]
    unknown: tuple[str, ...]


@lru_cache(maxsize=4096)
def services_of(reference: Reference, plan: str, day: date) -> tuple[RepresentativeService, ...]:
    """Return the services that stand for service types under a plan on a day."""
    every = reference.eligibility.services
    return tuple(row for row in every if row.covers(day) and (not row.plans or plan in row.plans))


def asked_services(
    patient: AskedPatient,
    rows: Sequence[RepresentativeService],
    rules: RulesOfDay,
    emergency: Emergency,
    provider: BillingProvider,
) -> AskedServices:
    """Return what the questions about a patient are answered for.

    A service type that nothing of the payer stands for, or a procedure of a kind that is not answered for itself, is
    answered as service type 30.

    Args:
        patient: As sent.
        rows: What stands for service types.
        rules: What is answered with what.
        emergency: What makes a service an emergency.
        provider: Who asks, and would give a procedure asked about.
    """
    known = {each for row in rows for each in row.service_types}
    asked = dict.fromkeys(each for question in patient.questions for each in question.service_types)
    procedures = [each for each in patient.questions if each.procedure is not None]
    answered = [each for each in procedures if _qualifier(each) in rules.procedure_qualifiers]
    if len(answered) < len(procedures) or any(each not in known and each != GENERIC for each in asked):
        asked[GENERIC] = None
    wanted = dict.fromkeys(each for name in asked for each in rules.answered_with.get(name, (name,)))
    stood_for = ((row, tuple(each for each in row.service_types if each in wanted)) for row in rows)
    diagnoses = [each.code for each in patient.diagnoses]
    of_procedures = (_of_procedure(each, diagnoses, emergency, provider) for each in answered)
    has_to_be = {each for name in asked for each in rules.answered_with.get(name, ())}
    return AskedServices(
        services=(*(_of_row(row, types, emergency) for row, types in stood_for if types), *of_procedures),
        unknown=tuple(each for each in wanted if each in has_to_be and each not in known),
    )


def _qualifier(question: Question) -> str:
    return question.procedure.qualifier if question.procedure is not None else ""


def _of_row(row: RepresentativeService, service_types: tuple[str, ...], emergency: Emergency) -> AnsweredService:
    facts = LineFacts(
        code=row.code,
        modifiers=row.modifiers,
        place_of_service=row.place_of_service,
        diagnoses=row.diagnoses,
        emergency=emergency.names(row.place_of_service, row.revenue_code),
        designated_online=row.designated_online,
        revenue_code=row.revenue_code,
        type_of_bill=row.type_of_bill,
    )
    return AnsweredService(
        facts=facts,
        service_types=service_types,
        is_covered=row.is_covered,
        place=row.place_of_service if row.tells_place else "",
        message=row.message,
        benefit_tier=_benefit_tier(facts, emergency),
    )


def _of_procedure(
    question: Question, diagnoses: Sequence[str], emergency: Emergency, provider: BillingProvider
) -> AnsweredService:
    """Return the service of a question about a procedure; its diagnoses are those it points to, or all."""
    procedure, place = question.procedure, question.place_of_service
    if procedure is None:
        raise ValueError("the question is about no procedure")
    pointers = tuple(each for each in question.pointers if 0 < each <= len(diagnoses))
    facts = LineFacts(
        code=procedure.code,
        modifiers=procedure.modifiers,
        place_of_service=place,
        diagnoses=tuple(diagnoses[each - 1] for each in pointers) or tuple(diagnoses),
        emergency=emergency.names(place, ""),
        designated_online=provider.designated_online,
    )
    return AnsweredService(
        facts=facts,
        procedure=procedure,
        pointers=pointers,
        place=place,
        benefit_tier=_benefit_tier(facts, emergency),
    )


def _benefit_tier(facts: LineFacts, emergency: Emergency) -> Tier | None:
    """Return the tier that an emergency has wherever it is given, as a claim has; None for what is none."""
    return emergency.benefit_tier if facts.emergency else None
