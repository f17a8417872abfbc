"""What a plan gives a member on a day, as benefits of a 271: coverage, what is left of limits, and what services cost.

Rows, counters and balances are those that adjudication asks: the benefit row of a service is found as that of a claim
line, and what is left is worked out by `RunningBalances`, from the same committed entries and carry-over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from hpedi.adjudication.context import DayTerms
from hpedi.adjudication.edit_tables import edit_tables
from hpedi.adjudication.rules.prior_auth import authorization_rows
from hpedi.benefits.authorizations import UnitsUsed, left_of
from hpedi.benefits.balances import RunningBalances
from hpedi.benefits.periods import last_of_period
from hpedi.benefits.rows import DOLLARS, TIERS, PlanBenefits
from hpedi.claims.parties import Name
from hpedi.inquiries.eligibility_rules import MessageRules
from hpedi.inquiries.eligibility_services import GENERIC, AnsweredService, AskedServices
from hpedi.money import ZERO, usd
from hpedi.reference.authorizations import APPROVED, Authorization
from hpedi.reference.plans import Accumulator, CostSharePart, Tier
from hpedi.reference.plans import Benefit as BenefitRow
from hpedi.reference.policies import MedicalPolicy
from hpedi.reference.reference import Reference
from hpedi.service_dates import DateSpan
from hpedi.transactions.eligibility_270.model import NPI_QUALIFIER, PROVIDER_ROLE, InquiryParty, OtherId
from hpedi.transactions.eligibility_271.model import Benefit, DatedFact

ACTIVE, INACTIVE, NOT_COVERED, CONTACT = "1", "6", "I", "U"
COINSURANCE, COPAY, DEDUCTIBLE, LIMITATION, OUT_OF_POCKET = "A", "B", "C", "F", "G"
INDIVIDUAL, FAMILY = "IND", "FAM"
BOTH_TIERS: Final = "W"
IN_NETWORK: Final[Mapping[Tier, str]] = {"INN": "Y", "OON": "N"}
YEARS: Final = {"calendar": "23", "plan_year": "22"}
REMAINING, A_VISIT = "29", "27"
VISITS: Final = "VS"
NEEDED, NOT_NEEDED, DEPENDS = "Y", "N", "U"
BENEFIT_PERIOD: Final = "292"
BEGINS, BENEFIT_ENDS = "346", "349"
GROUP, PLAN, AUTHORIZATION = "6P", "18", "G1"
_LEVELS: Final = {"individual": INDIVIDUAL, "family": FAMILY}


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredMember:
    """A member with the coverage of a day, and what was used of it.

    Attributes:
        terms: What holds on the day for the member and who asks.
        plan: The plan of that day.
        balances: What is used of the member's and the family's accumulators.
        authorizations: What the member was approved for.
        units_used: Of these.
        provider: Our id of the provider who asks.
        reference: The payer's reference data.
        messages: Words that go with what a service costs.
    """

    terms: DayTerms
    plan: PlanBenefits
    balances: RunningBalances
    authorizations: tuple[Authorization, ...]
    units_used: UnitsUsed
    provider: str
    reference: Reference
    messages: MessageRules

    @property
    def day(self) -> date:
        """The day of service."""
        return self.terms.day

    @property
    def year(self) -> DateSpan:
        """The benefit year."""
        return DateSpan(self.terms.period, last_of_period(self.terms.period))


def plan_benefits(covered: CoveredMember) -> Iterator[Benefit]:
    """Yield the coverage itself and what is left of deductibles and out-of-pocket maxima, in and out of network."""
    plan, coverage = covered.plan, covered.terms.coverage
    funding = plan.version.funding
    employer = covered.reference.employers.get(funding.employer) if funding.employer is not None else None
    ids = [OtherId(qualifier=PLAN, value=plan.plan.id)]
    if employer is not None:
        ids.append(OtherId(qualifier=GROUP, value=employer.id, description=employer.name))
    words = [
        each
        for each in covered.reference.eligibility.messages
        if each.covers(covered.day) and (not each.plans or plan.plan.id in each.plans)
    ]
    yield Benefit(
        information=ACTIVE,
        service_types=(GENERIC,),
        plan=plan.plan.name,
        ids=tuple(ids),
        dates=coverage_dates(coverage.span) if coverage is not None else (),
        messages=tuple(each.text for each in words),
    )
    yield from joined_tiers({tier: tuple(_limits(covered, tier)) for tier in TIERS})


def coverage_dates(span: DateSpan) -> tuple[DatedFact, ...]:
    """Return when a coverage begins, and when it ends where that is known."""
    begins = DatedFact(qualifier=BEGINS, dates=DateSpan(span.start))
    return (begins,) if span.end is None else (begins, DatedFact(qualifier=BENEFIT_ENDS, dates=DateSpan(span.end)))


def _limits(covered: CoveredMember, tier: Tier) -> Iterator[Benefit]:
    counters = covered.plan.counters[tier]
    for information, limits in ((DEDUCTIBLE, counters.deductible_limits), (OUT_OF_POCKET, counters.oop_limits)):
        for each in limits:
            # What a member still bears is the least that any limit has left, as for a claim; a family's is its own.
            bounds = limits if each.scope == "individual" else (each,)
            yield from _limit(covered, each, bounds, information, IN_NETWORK[tier])


def _limit(
    covered: CoveredMember, accumulator: Accumulator, bounds: Iterable[Accumulator], information: str, network: str
) -> Iterator[Benefit]:
    whole = Benefit(
        information=information,
        coverage_level=_LEVELS[accumulator.scope],
        service_types=(GENERIC,),
        period=YEARS[covered.plan.version.benefit_year.type],
        amount=usd(accumulator.limit),
        in_network=network,
        dates=(DatedFact(qualifier=BENEFIT_PERIOD, dates=covered.year),),
    )
    yield whole
    left = covered.balances.left(bounds, covered.terms.period)
    yield replace(whole, period=REMAINING, amount=usd(left or ZERO))


# --- services --------------------------------------------------------------------------------------------------------


def service_benefits(covered: CoveredMember, asked: AskedServices) -> list[Benefit]:
    """Return what services cost the member, each type by itself: not every reader of a 271 knows repetitions."""
    told = [each for service in asked.services for each in _told(covered, service)]
    contact = (Benefit(information=CONTACT, service_types=(name,)) for name in asked.unknown)
    return [*dict.fromkeys(told), *contact]


def _told(covered: CoveredMember, service: AnsweredService) -> tuple[Benefit, ...]:
    """Return what is told of a service; nearly all is the same for every member of a plan, and remembered."""
    rows = [covered.plan.row(service.tier_in(network), service.facts) for network in TIERS]
    if service.procedure is not None or any(row is not None and row.limit is not None for row in rows):
        return _of_types(service, _service(covered, service))
    terms = covered.terms
    return _of_plan(covered.reference, covered.plan, terms.day, terms.period, covered.messages, service)


@lru_cache(maxsize=16_384)
def _of_plan(
    reference: Reference,
    plan: PlanBenefits,
    day: date,
    period: date,
    messages: MessageRules,
    service: AnsweredService,
) -> tuple[Benefit, ...]:
    """Return what is told of a service to every member of a plan: nobody's balances or authorisations are asked."""
    nobody = CoveredMember(
        terms=DayTerms(day=day, plan=plan, period=period),
        plan=plan,
        balances=RunningBalances({}, "", ""),
        authorizations=(),
        units_used={},
        provider="",
        reference=reference,
        messages=messages,
    )
    return _of_types(service, _service(nobody, service))


def _of_types(service: AnsweredService, told: Iterable[Benefit]) -> tuple[Benefit, ...]:
    """Return what is told of a service for each service type that it stands for; as it is for a procedure."""
    every = tuple(told)
    if service.procedure is not None:
        return every
    return tuple(replace(each, service_types=(name,)) for name in service.service_types for each in every)


def _service(covered: CoveredMember, service: AnsweredService) -> Iterator[Benefit]:
    """Yield a service's status and cost share."""
    is_online = service.facts.designated_online and service.procedure is None
    base = Benefit(
        information=ACTIVE,
        coverage_level=INDIVIDUAL,
        procedure=service.procedure,
        pointers=service.pointers,
        places=(service.place,) if service.place else (),
        party=_online_provider(covered.reference) if is_online else None,
    )
    # What a designated online provider gives is told where it is in network: elsewhere it is a visit as any other.
    networks = TIERS[:1] if is_online else TIERS
    rows = {network: covered.plan.row(service.tier_in(network), service.facts) for network in networks}
    accepted = {network: row for network, row in rows.items() if row is not None and row.exclusion is None}
    policies = _policies(covered, service)
    if not service.is_covered or not accepted or any(each.denies_always for each in policies):
        yield _none(base)
        return
    applying = (covered.messages.policy_applies.format(policy=each.id) for each in policies if each.may_deny)
    status = _status(covered, service, base)
    yield replace(status, messages=(*status.messages, *applying))
    shares = {
        network: tuple(_shares(covered, base, service.tier_in(network), accepted[network]))
        if network in accepted
        else (_none(base),)
        for network in networks
    }
    words = (service.message,) if service.message else ()
    for each in joined_tiers({network: tuple(_in(network, each)) for network, each in shares.items()}):
        is_told = each.information in (COINSURANCE, COPAY) and each.in_network != IN_NETWORK["OON"]
        yield replace(each, messages=(*words, *each.messages)) if is_told else each


def _policies(covered: CoveredMember, service: AnsweredService) -> list[MedicalPolicy]:
    """Return the medical policies in force on a procedure that is asked about, not on what stands for others."""
    if service.procedure is None:
        return []
    tables, code = edit_tables(covered.reference), service.facts.code
    every = (*tables.experimental.get(code, ()), *tables.policies.get(code, ()))
    return [each for each in every if each.covers(covered.day)]


def _online_provider(reference: Reference) -> InquiryParty | None:
    found = next((each for each in reference.providers.values() if each.designated_online), None)
    if found is None:
        return None
    name = Name(last=found.name)
    return InquiryParty(role=PROVIDER_ROLE, is_person=False, name=name, id_qualifier=NPI_QUALIFIER, id=found.npi)


def _none(base: Benefit) -> Benefit:
    return replace(base, information=NOT_COVERED, coverage_level="", places=(), party=None)


def _in(tier: Tier, benefits: Iterable[Benefit]) -> Iterator[Benefit]:
    return (each if each.in_network else replace(each, in_network=IN_NETWORK[tier]) for each in benefits)


def _status(covered: CoveredMember, service: AnsweredService, base: Benefit) -> Benefit:
    needed = authorization_needed(covered, service)
    status = replace(base, coverage_level="", authorization=needed, places=(), party=None)
    on_file = _on_file(covered, service) if needed != NOT_NEEDED and service.procedure is not None else None
    if on_file is None:
        return status
    left, approved = left_of(on_file, covered.units_used), on_file.units_approved
    words = covered.messages.authorization_on_file.format(left=f"{left:f}", approved=f"{approved:f}")
    return replace(status, ids=(OtherId(qualifier=AUTHORIZATION, value=on_file.id),), messages=(words,))


def authorization_needed(covered: CoveredMember, service: AnsweredService) -> str:
    """Say whether a service needs an authorisation: Y, N, or U where a policy may spare it."""
    facts, tables = service.facts, edit_tables(covered.reference)
    if facts.emergency and covered.reference.policies.exempt_emergency:
        return NOT_NEEDED
    rows = list(authorization_rows(tables, facts.code, facts.type_of_bill, covered.day))
    if not rows:
        return NOT_NEEDED
    is_spared = bool(tables.no_authorization.get(facts.code)) or all(row.unless_policy is not None for row in rows)
    return DEPENDS if is_spared else NEEDED


def _on_file(covered: CoveredMember, service: AnsweredService) -> Authorization | None:
    """Return an approved authorisation of the member for a service by the provider who asks."""
    facts = service.facts
    return next(
        (
            each
            for each in covered.authorizations
            if each.status == APPROVED
            and each.covers(covered.day)
            and each.provider in (None, covered.provider)
            and each.names(facts.code, facts.type_of_bill)
        ),
        None,
    )


def _shares(covered: CoveredMember, base: Benefit, tier: Tier, row: BenefitRow) -> Iterator[Benefit]:
    """Yield the parts of a row's cost share; no deductible is told as one of nothing, where the plan has one."""
    counts_to = covered.plan.counters[row.tier_override or tier]
    parts = [part for part in row.cost_share if part.type != "deductible"]
    if len(parts) == len(row.cost_share) and counts_to.deductible_limits:
        year = YEARS[covered.plan.version.benefit_year.type]
        yield replace(base, information=DEDUCTIBLE, period=year, amount=ZERO)
    yield from (_part(base, part, covered.messages) for part in parts)
    if not row.cost_share:
        yield replace(base, information=COINSURANCE, rate=Decimal(0), messages=(covered.messages.paid_in_full,))
    if row.limit is not None:
        yield from _benefit_limit(covered, base, covered.plan.limits[row.limit.acc])


def _part(base: Benefit, part: CostSharePart, messages: MessageRules) -> Benefit:
    if part.rate is not None:
        return replace(base, information=COINSURANCE, rate=part.rate)
    words = (messages.waived_if_admitted,) if part.waived_if is not None else ()
    return replace(base, information=COPAY, period=A_VISIT, amount=part.amount or ZERO, messages=words)


def _benefit_limit(covered: CoveredMember, base: Benefit, limit: Accumulator) -> Iterator[Benefit]:
    """Yield how much of a benefit there is a year, and what is left of it: dollars, or visits."""
    year = YEARS[covered.plan.version.benefit_year.type]
    whole = replace(base, information=LIMITATION, places=(), party=None)
    left = covered.balances.left((limit,), covered.terms.period)
    if limit.kind == DOLLARS:
        yield replace(whole, period=year, amount=limit.limit)
        yield replace(whole, period=REMAINING, amount=left)
    else:
        yield replace(whole, period=year, quantity_type=VISITS, quantity=limit.limit)
        yield replace(whole, period=REMAINING, quantity_type=VISITS, quantity=left)


# --- told together ---------------------------------------------------------------------------------------------------


def joined_tiers(of_tiers: Mapping[Tier, tuple[Benefit, ...]]) -> Iterator[Benefit]:
    """Yield the benefits of both tiers, those that are the same in both told once."""
    inn, oon = (of_tiers.get(tier, ()) for tier in TIERS)
    either = [replace(each, in_network=BOTH_TIERS) for each in oon]
    for each in inn:
        both = replace(each, in_network=BOTH_TIERS)
        yield both if both in either else each
    same = [replace(each, in_network=BOTH_TIERS) for each in inn]
    yield from (each for each in oon if replace(each, in_network=BOTH_TIERS) not in same)
