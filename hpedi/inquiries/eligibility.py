"""The answer about a patient: who it is, the coverage of the days asked about, and what services cost; or why not.

Pure: families, balances and terms are handed in, and may be those of many patients.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from msgspec.structs import replace

from hpedi.adjudication.stages.resolve import terms_of
from hpedi.benefits.accumulators import Balances
from hpedi.benefits.authorizations import UnitsUsed
from hpedi.benefits.balances import RunningBalances
from hpedi.benefits.carry_over import DatedCounts, carried_over, with_carried
from hpedi.benefits.membership import Family
from hpedi.claims.parties import Name
from hpedi.inquiries.eligibility_benefits import (
    BEGINS,
    BENEFIT_ENDS,
    INACTIVE,
    CoveredMember,
    plan_benefits,
    service_benefits,
)
from hpedi.inquiries.eligibility_dates import days_asked, why_not
from hpedi.inquiries.eligibility_parts import PartAnswer, of_all, of_coverage, overlap, parts_of
from hpedi.inquiries.eligibility_rules import DEPENDENT, SUBSCRIBER, RulesOfDay
from hpedi.inquiries.eligibility_search import (
    NOT_FOUND,
    FoundMember,
    Search,
    find_dependent,
    find_family,
    find_subscriber,
)
from hpedi.inquiries.eligibility_services import GENERIC, asked_services, services_of
from hpedi.reference.conventions import Emergency
from hpedi.reference.members import CoverageSpan, Member, OtherCoverage
from hpedi.reference.providers import BillingProvider
from hpedi.reference.reference import Reference
from hpedi.service_dates import DateSpan
from hpedi.transactions.eligibility_270.model import (
    PAYER_QUALIFIER,
    AskedPatient,
    AskedSubscriber,
    InquiryParty,
    Question,
    Trace,
)
from hpedi.transactions.eligibility_271.model import (
    AnsweredPatient,
    AnsweredSubscriber,
    Benefit,
    DatedFact,
    Rejection,
)
from hpedi.x12.characters import same_letters, unaccented

CANNOT_PROCESS: Final = "V"
OTHER_PAYER: Final = "R"
COORDINATION: Final = "290"
ORDERS: Final = {"primary": "PRP", "secondary": "SEP"}
SELF: Final = "18"
PLAN_ENDS: Final = "347"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known about the families of some patients.

    Attributes:
        balances: What is used of their accumulators.
        counts: When it was counted; None where no plan carries anything over.
        units_used: What is used of their authorisations.
    """

    balances: Balances
    counts: DatedCounts | None
    units_used: UnitsUsed


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTerms:
    """What a provider's questions are answered by.

    Attributes:
        reference: The payer's reference data.
        rules: The rules of the day of the inquiry.
        today: That day.
        provider: Who asks.
        own_trace: Our trace number of the answer.
    """

    reference: Reference
    rules: RulesOfDay
    today: date
    provider: BillingProvider
    own_trace: Trace

    @property
    def emergency(self) -> Emergency:
        """What makes a service an emergency."""
        conventions = self.reference.conventions(self.today)
        return conventions.emergency if conventions is not None else Emergency()


@dataclass(frozen=True, slots=True, kw_only=True)
class SoughtSubscriber:
    """A subscriber as sent, with who was found.

    Attributes:
        asked: As sent.
        found: The subscriber, or the patient who was sent as one.
        dependents: Who was found of its dependents; empty where the subscriber was not found.
    """

    asked: AskedSubscriber
    found: Search
    dependents: tuple[Search, ...] = ()

    @property
    def patients(self) -> Iterator[FoundMember]:
        """The members who are told about."""
        every = (self.found, *self.dependents) if self.asked.is_patient else self.dependents
        return (each for each in every if isinstance(each, FoundMember))


def seek(asked: AskedSubscriber, families: Iterable[Family], rules: RulesOfDay) -> SoughtSubscriber:
    """Find a subscriber and the dependents who are asked about, among families that may be theirs."""
    found = (find_subscriber if asked.is_patient else find_family)(asked.patient, families, rules)
    if not isinstance(found, FoundMember):
        return SoughtSubscriber(asked=asked, found=found)
    dependents = tuple(find_dependent(each, found, rules) for each in asked.dependents)
    return SoughtSubscriber(asked=asked, found=found, dependents=dependents)


def answer(sought: SoughtSubscriber, known: Known, terms: AnswerTerms) -> AnsweredSubscriber:
    """Answer about a subscriber and its dependents; a dependent who was sent as subscriber is told as one."""
    asked, found = sought.asked, sought.found
    if not isinstance(found, FoundMember):
        rejections = tuple(terms.rules.rejection(SUBSCRIBER, each) for each in found)
        nobody = (terms.rules.rejection(DEPENDENT, NOT_FOUND),)
        return AnsweredSubscriber(
            patient=_as_sent(asked.patient, rejections, terms if asked.is_patient else None),
            dependents=tuple(_as_sent(each, nobody, terms) for each in asked.dependents),
        )
    pairs = zip(asked.dependents, sought.dependents, strict=True)
    dependents = tuple(_dependent(each, who, known, terms) for each, who in pairs)
    if not asked.is_patient:
        return AnsweredSubscriber(patient=_named(found.subscriber), dependents=dependents)
    patient = _answered(asked.patient, found, known, terms)
    if found.is_dependent:
        own = _answered_dependent(patient, found, terms, is_changed=True)
        return AnsweredSubscriber(patient=_named(found.subscriber), dependents=(own, *dependents))
    return AnsweredSubscriber(patient=patient, dependents=dependents)


def _dependent(asked: AskedPatient, found: Search, known: Known, terms: AnswerTerms) -> AnsweredPatient:
    if not isinstance(found, FoundMember):
        return _as_sent(asked, tuple(terms.rules.rejection(DEPENDENT, each) for each in found), terms)
    patient = _answered(asked, found, known, terms)
    return _answered_dependent(patient, found, terms, is_changed=patient.is_changed)


def _answered_dependent(
    patient: AnsweredPatient, found: FoundMember, terms: AnswerTerms, *, is_changed: bool
) -> AnsweredPatient:
    """Return an answer as it is told at the level of dependents, where nobody has a number."""
    relationship = terms.rules.relationship(found.member.relationship)
    return replace(patient, member_id="", relationship=relationship, is_changed=is_changed)


def _named(member: Member) -> AnsweredPatient:
    """Return a subscriber about whom nothing was asked."""
    return AnsweredPatient(name=_name(member), member_id=member.member_id)


def _name(member: Member) -> Name:
    return Name(last=unaccented(member.last), first=unaccented(member.first))


def _as_sent(asked: AskedPatient, rejections: tuple[Rejection, ...], terms: AnswerTerms | None) -> AnsweredPatient:
    """Return a patient as sent, with why it is not answered; our own trace goes with those who are asked about."""
    return AnsweredPatient(
        name=asked.name,
        is_person=asked.is_person,
        traces=asked.traces,
        own_trace=None if terms is None else terms.own_trace,
        member_id=asked.member_id,
        ids=asked.ids,
        rejections=rejections,
        birth_date=asked.birth_date,
        sex=asked.sex,
    )


# --- a member who was found ------------------------------------------------------------------------------------------


def _answered(asked: AskedPatient, found: FoundMember, known: Known, terms: AnswerTerms) -> AnsweredPatient:
    member = found.member
    days = days_asked(asked.dates, terms.today)
    situation = _why_not(asked, days, member, terms)
    spans = _spans(found, days) if situation is None else ()
    told = _Teller(asked, found, known, terms)
    benefits = tuple(told.benefits(days)) if situation is None else ()
    situations = [each for each in (situation, *told.situations) if each is not None]
    return AnsweredPatient(
        name=_name(member),
        traces=asked.traces,
        own_trace=terms.own_trace,
        member_id=member.member_id,
        ids=asked.ids,
        rejections=tuple(terms.rules.rejection(SUBSCRIBER, each) for each in dict.fromkeys(situations)),
        birth_date=member.birth_date,
        sex=member.sex,
        relationship=SELF,
        is_changed=_is_changed(asked, member),
        diagnoses=asked.diagnoses if any(each.procedure is not None for each in benefits) else (),
        dates=_plan_dates(spans),
        benefits=benefits if not situations else (),
    )


def _is_changed(asked: AskedPatient, member: Member) -> bool:
    """Say whether something on file differs from what was sent."""
    pairs = ((asked.name.last, member.last), (asked.name.first, member.first), (asked.sex, member.sex))
    return any(sent and not same_letters(sent, on_file) for sent, on_file in pairs)


def _why_not(asked: AskedPatient | Question, days: DateSpan, member: Member, terms: AnswerTerms) -> str | None:
    if asked.is_date_wrong:
        return "date_unreadable"
    return why_not(days, terms.today, terms.rules.periods, member.birth_date)


def _spans(found: FoundMember, days: DateSpan) -> tuple[CoverageSpan, ...]:
    """Return the spans in which the member is covered on some of the days, in order."""
    own = (each for each in found.family.coverage if each.member == found.member.id)
    return tuple(sorted((each for each in own if overlap(each.span, days)), key=lambda each: each.start))


def _plan_dates(spans: Sequence[CoverageSpan]) -> tuple[DatedFact, ...]:
    """Return when the plan begins and ends, where there is one on all days; else the benefits tell it by span."""
    if len(spans) != 1:
        return ()
    begins = DatedFact(qualifier=BEGINS, dates=DateSpan(spans[0].start))
    end = spans[0].end
    return (begins,) if end is None else (begins, DatedFact(qualifier=PLAN_ENDS, dates=DateSpan(end)))


class _Teller:
    """Tells the benefits of one patient."""

    def __init__(self, asked: AskedPatient, found: FoundMember, known: Known, terms: AnswerTerms) -> None:
        self.asked = asked
        self.found = found
        self.known = known
        self.terms = terms
        self.situations: list[str] = []

    def benefits(self, days: DateSpan) -> Iterator[Benefit]:
        """Yield what is answered for the days of the patient, and for those that questions have of their own."""
        of_days: dict[DateSpan, list[Question]] = {}
        for question in self.asked.questions:
            if question.dates is None and not question.is_date_wrong:
                of_days.setdefault(days, []).append(question)
                continue
            own = days_asked(question.dates, self.terms.today)
            situation = _why_not(question, own, self.found.member, self.terms)
            if situation is None:
                of_days.setdefault(own, []).append(question)
            else:
                rejection = self.terms.rules.rejection(SUBSCRIBER, situation)
                types = question.service_types or (GENERIC,)
                yield Benefit(information=CANNOT_PROCESS, service_types=types, rejections=(rejection,))
        yield from of_all([part for period, questions in of_days.items() for part in self._of_days(period, questions)])

    def _of_days(self, days: DateSpan, questions: Sequence[Question]) -> Iterator[PartAnswer]:
        """Yield what is told of days by coverage, with other payers after the last."""
        spans = _spans(self.found, days)
        if not spans:
            yield PartAnswer(days, None, tuple(self._inactive(days)))
        for span in spans:
            covered, plan = overlap(span.span, days) or days, self.terms.reference.plans.get(span.plan)
            parts = parts_of(covered, plan.versions if plan is not None else ())
            told = of_coverage(
                [PartAnswer(part, span, tuple(self._of_part(span, part.start, questions))) for part in parts]
            )
            others = tuple(self._other_payers(days)) if span is spans[-1] else ()
            yield PartAnswer(covered, span, (*told, *others))

    def _inactive(self, days: DateSpan) -> Iterator[Benefit]:
        """Yield that nothing is covered, with the day on which the last coverage before ended."""
        own = (each.end for each in self.found.family.coverage if each.member == self.found.member.id)
        ended = max((end for end in own if end is not None and end < days.start), default=None)
        dates = (DatedFact(qualifier=BENEFIT_ENDS, dates=DateSpan(ended)),) if ended is not None else ()
        yield Benefit(information=INACTIVE, service_types=(GENERIC,), dates=dates)

    def _of_part(self, span: CoverageSpan, day: date, questions: Sequence[Question]) -> Iterator[Benefit]:
        terms, reference = self.terms, self.terms.reference
        of_day = terms_of(span, terms.provider, reference, day)
        if of_day.plan is None:
            self.situations.append("plan_unknown")
            return
        family, member = self.found.family, self.found.member
        balances = self.known.balances
        if self.known.counts is not None:
            carried = carried_over(reference, of_day.plan, family, of_day.period, balances, self.known.counts)
            balances = with_carried(balances, carried)
        running = RunningBalances(balances, member.id, family.id)
        running.of_plan(of_day.plan.plan.id)
        covered = CoveredMember(
            terms=of_day,
            plan=of_day.plan,
            balances=running,
            authorizations=tuple(each for each in family.authorizations if each.member == member.id),
            units_used=self.known.units_used,
            provider=terms.provider.id,
            reference=reference,
            messages=terms.rules.messages,
        )
        yield from plan_benefits(covered)
        rows = services_of(reference, span.plan, day)
        patient = replace(self.asked, questions=tuple(questions))
        yield from service_benefits(
            covered, asked_services(patient, rows, terms.rules, terms.emergency, terms.provider)
        )

    def _other_payers(self, days: DateSpan) -> Iterator[Benefit]:
        member = self.found.member.id
        others = (each for each in self.found.family.other_coverage if each.member == member)
        return (_other_payer(each) for each in others if overlap(each.span, days))


def _other_payer(other: OtherCoverage) -> Benefit:
    return Benefit(
        information=OTHER_PAYER,
        service_types=(GENERIC,),
        dates=(DatedFact(qualifier=COORDINATION, dates=other.span),),
        party=InquiryParty(
            role=ORDERS[other.order],
            is_person=False,
            name=Name(last=other.payer_name),
            id_qualifier=PAYER_QUALIFIER if other.payer_id else "",
            id=other.payer_id,
        ),
    )
