"""Resolve: find member, coverage, contract, rate, fee and benefit row of every line, each for its own date."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from msgspec.structs import replace

from hpedi.adjudication.context import ClaimContext, DayTerms, DrgFound, LineContext
from hpedi.adjudication.decision import PastLine
from hpedi.adjudication.pricing.sources import NOTHING_NEEDED, Asked, Source, apc_row, drg_of, source_of
from hpedi.benefits.accumulators import Balances
from hpedi.benefits.membership import MatchedMember, Recognised
from hpedi.benefits.periods import period_of
from hpedi.benefits.rows import LineFacts, plan_benefits
from hpedi.claims.claim import Claim, ReceivedClaim, ServiceLine
from hpedi.reference.contracts import ApcStatus, Contract, ContractRate, RateCondition
from hpedi.reference.conventions import Conventions, Emergency, Protection
from hpedi.reference.members import CoverageSpan
from hpedi.reference.providers import BillingProvider
from hpedi.reference.reference import Reference


@dataclass(slots=True)
class _Resolver:
    """Looks up what holds for one claim; days that repeat are looked up once."""

    reference: Reference
    conventions: Conventions
    received: ReceivedClaim
    provider: BillingProvider
    matched: MatchedMember | None
    emergency: bool
    days: dict[date, DayTerms]
    fitting: dict[tuple[str, str], bool]
    drgs: dict[str, DrgFound | None]

    @property
    def claim(self) -> Claim:
        """What was asked."""
        return self.received.claim

    def line(self, line: ServiceLine) -> LineContext:
        """Return a line with its parameters."""
        terms = self.terms(line.dates.start)
        last_terms = (
            terms if line.dates.end in (None, line.dates.start) else self.terms(line.dates.end or line.dates.start)
        )
        if terms.plan is None or terms.tier is None:
            return LineContext(line=line, terms=terms, last_terms=last_terms)
        rate = self.rate(line, terms)
        source = self.source(line, terms.day, rate)
        facts = self.facts(line)
        benefit = terms.plan.row(terms.tier, facts)
        tier = (benefit.tier_override if benefit is not None else None) or terms.tier
        return LineContext(
            line=line,
            terms=terms,
            last_terms=last_terms,
            rate=rate,
            fees=source.fees,
            fee=source.fee,
            fee_key=source.fee_key,
            apc=source.apc,
            missing=source.missing,
            benefit=benefit,
            tier=tier,
            place_of_service=facts.place_of_service,
        )

    def source(self, line: ServiceLine, day: date, rate: ContractRate | None) -> Source:
        """Return where the price of a line stands."""
        if rate is None:
            return NOTHING_NEEDED
        return source_of(rate, Asked(line, day, self.reference), self.drg(rate) if rate.drg_table else None)

    def drg(self, rate: ContractRate) -> DrgFound | None:
        """Return the claim's DRG by the table of a rate."""
        if rate.id not in self.drgs:
            self.drgs[rate.id] = drg_of(self.received, rate, self.reference)
        return self.drgs[rate.id]

    def terms(self, day: date) -> DayTerms:
        """Return what holds on a day."""
        if day not in self.days:
            self.days[day] = self._terms(day)
        return self.days[day]

    def _terms(self, day: date) -> DayTerms:
        coverage = self.matched.covered_by(day) if self.matched is not None else None
        if coverage is None:
            return DayTerms(day=day)
        terms = terms_of(coverage, self.provider, self.reference, day)
        if self.emergency and terms.tier is not None:
            return replace(terms, tier=self.conventions.emergency.benefit_tier)
        protection = self.conventions.protection
        if protection is None:
            return terms
        facility = self._facility(terms, protection)
        return replace(terms, tier=protection.benefit_tier, protected_at=facility) if facility else terms

    def _facility(self, terms: DayTerms, protection: Protection) -> str:
        """Return the facility in the network that protects from a provider outside of it; empty where none does."""
        place = self.claim.service_facility
        if place is None or terms.plan is None or terms.tier in (None, protection.benefit_tier):
            return ""
        facility = self.reference.provider_by_npi(place.npi)
        if facility is None or self.claim.place_of_service not in protection.pos:
            return ""
        contract = self.reference.contract(facility.id, terms.plan.plan.line_of_business, terms.day)
        return facility.id if contract is not None and contract.network == protection.benefit_tier else ""

    def rate(self, line: ServiceLine, terms: DayTerms) -> ContractRate | None:
        """Return the first rate of the contract that fits a line."""
        if terms.contract is None:
            return None
        contract = terms.contract
        return next((rate for rate in contract.rates if self._fits(rate, line, contract, terms)), None)

    def _fits(self, rate: ContractRate, line: ServiceLine, contract: Contract, terms: DayTerms) -> bool:
        when = rate.when
        if when.codes is not None and line.code not in when.codes:
            return False
        if when.protected is not None and when.protected is not bool(terms.protected_at):
            return False
        if not rate.all_inclusive and line.revenue_code not in (rate.room_revenue_codes or ()):
            return False
        place = (contract.id, rate.id)
        fits = self.fitting.get(place)
        if fits is None:
            fits = self.fitting[place] = self._claim_fits(when)
        return fits

    def _claim_fits(self, when: RateCondition) -> bool:
        claim = self.claim
        return (
            (when.claim_types is None or claim.type in when.claim_types)
            and (when.tob_prefixes is None or (claim.type_of_bill or "-").startswith(when.tob_prefixes))
            and (when.emergency is None or when.emergency is self.emergency)
            and (
                when.any_line_revenue_codes is None
                or any(line.revenue_code in when.any_line_revenue_codes for line in claim.lines)
            )
            and (when.any_line_apc_status is None or self._has_status(when.any_line_apc_status))
        )

    def _has_status(self, wanted: ApcStatus) -> bool:
        rows = (apc_row(Asked(line, line.dates.start, self.reference), wanted.table) for line in self.claim.lines)
        return any(row is not None and row.status in wanted.status for row in rows)

    def facts(self, line: ServiceLine) -> LineFacts:
        """Return what benefit rows ask of a line."""
        return LineFacts(
            line.code,
            line.modifiers,
            line.place_of_service or self.claim.place_of_service,
            tuple([diagnosis.code for diagnosis in self.claim.diagnoses_of(line)]),
            self.emergency,
            self.provider.designated_online,
            line.revenue_code,
            self.claim.type_of_bill,
        )


def terms_of(coverage: CoverageSpan, provider: BillingProvider, reference: Reference, day: date) -> DayTerms:
    """Return what holds for a coverage and a billing provider on a day, emergencies apart."""
    version = reference.plan_version(coverage.plan, day)
    if version is None:
        return DayTerms(day=day, coverage=coverage)
    plan = plan_benefits(reference)[id(version)]
    contract = reference.contract(provider.id, plan.plan.line_of_business, day)
    return DayTerms(
        day=day,
        coverage=coverage,
        plan=plan,
        period=period_of(version.benefit_year, day),
        contract=contract,
        tier=contract.network if contract is not None else None,
    )


def resolve(
    received: ReceivedClaim,
    reference: Reference,
    conventions: Conventions,
    provider: BillingProvider,
    recognised: Recognised,
    history: Sequence[PastLine],
    balances: Balances,
) -> ClaimContext:
    """Return a claim in its context.

    Args:
        received: The claim.
        reference: The payer's reference data.
        conventions: Its conventions on the day of receipt.
        provider: The billing provider.
        recognised: Who it is for.
        history: Past lines of the member that bear on the claim.
        balances: Committed balances of the member and family.
    """
    claim = received.claim
    emergency = _is_emergency(claim, conventions.emergency)
    resolver = _Resolver(reference, conventions, received, provider, recognised.patient, emergency, {}, {}, {})
    lines = tuple(resolver.line(line) for line in claim.lines)
    claim_rate = next((line.rate for line in lines if line.rate is not None and line.rate.prices_claim), None)
    return ClaimContext(
        received=received,
        reference=reference,
        conventions=conventions,
        provider=provider,
        matched=recognised.patient,
        subscriber=recognised.subscriber,
        emergency=emergency,
        lines=lines,
        claim_rate=claim_rate,
        drg=resolver.drg(claim_rate) if claim_rate is not None and claim_rate.drg_table else None,
        history=_of_these_days(history, received) if history else (),
        balances=balances,
        bearing=history,
        is_newborn=recognised.is_newborn,
    )


def day_terms(context: ClaimContext) -> Callable[[date], DayTerms]:
    """Return what tells what holds for a claim's patient and provider on any day."""
    return _Resolver(
        context.reference,
        context.conventions,
        context.received,
        context.provider,
        context.matched,
        context.emergency,
        {},
        {},
        {},
    ).terms


def _of_these_days(history: Sequence[PastLine], received: ReceivedClaim) -> tuple[PastLine, ...]:
    days = {line.dates.start for line in received.claim.lines}
    own = received.payer_claim_control_number
    return tuple(
        past for past in history if past.date in days and not past.denied and past.payer_claim_control_number != own
    )


def _is_emergency(claim: Claim, definition: Emergency) -> bool:
    return claim.place_of_service in definition.pos or any(
        definition.names(line.place_of_service, line.revenue_code) for line in claim.lines
    )
