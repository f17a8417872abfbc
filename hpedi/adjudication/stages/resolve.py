"""Resolve: find member, coverage, contract, rate, fee and benefit row of every line, each for its own date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hpedi.adjudication.context import ClaimContext, DayTerms, LineContext
from hpedi.adjudication.decision import PastLine
from hpedi.benefits.accumulators import Balances
from hpedi.benefits.membership import MatchedMember, Recognised
from hpedi.benefits.periods import period_of
from hpedi.benefits.rows import LineFacts, PlanBenefits, plan_benefits
from hpedi.claims.claim import Claim, ReceivedClaim, ServiceLine
from hpedi.reference.contracts import ContractRate, FeeVersion, RateCondition
from hpedi.reference.conventions import Conventions, Emergency
from hpedi.reference.providers import BillingProvider
from hpedi.reference.reference import Reference

CLAIM_TYPE = "P"
"""Only professional claims are read so far."""


@dataclass(frozen=True, slots=True)
class _Resolver:
    """Looks up what holds for one claim; days that repeat are looked up once."""

    reference: Reference
    benefits: Mapping[int, PlanBenefits]
    conventions: Conventions
    claim: Claim
    provider: BillingProvider
    matched: MatchedMember | None
    emergency: bool
    days: dict[date, DayTerms]

    def line(self, line: ServiceLine) -> LineContext:
        """Return a line with its parameters."""
        terms = self.terms(line.dates.start)
        last_terms = (
            terms if line.dates.end in (None, line.dates.start) else self.terms(line.dates.end or line.dates.start)
        )
        if terms.plan is None or terms.tier is None:
            return LineContext(line=line, terms=terms, last_terms=last_terms)
        rate = self.rate(line, terms)
        fees = (
            self.reference.fee_version(rate.fee_schedule, terms.day) if rate is not None and rate.fee_schedule else None
        )
        fee_key, fee = _fee_of(line, fees, self.reference.edits.component_modifiers)
        benefit = terms.plan.row(terms.tier, self.facts(line))
        tier = (benefit.tier_override if benefit is not None else None) or terms.tier
        return LineContext(
            line=line,
            terms=terms,
            last_terms=last_terms,
            rate=rate,
            fees=fees,
            fee=fee,
            fee_key=fee_key,
            benefit=benefit,
            tier=tier,
        )

    def terms(self, day: date) -> DayTerms:
        """Return what holds on a day."""
        if day not in self.days:
            self.days[day] = self._terms(day)
        return self.days[day]

    def _terms(self, day: date) -> DayTerms:
        coverage = self.matched.covered_by(day) if self.matched is not None else None
        if coverage is None:
            return DayTerms(day=day)
        version = self.reference.plan_version(coverage.plan, day)
        if version is None:
            return DayTerms(day=day, coverage=coverage)
        plan = self.benefits[id(version)]
        contract = self.reference.contract(self.provider.id, plan.plan.line_of_business, day)
        tier = contract.network if contract is not None else None
        if self.emergency and tier is not None:
            tier = self.conventions.emergency.benefit_tier
        period = period_of(version.benefit_year, day)
        return DayTerms(day=day, coverage=coverage, plan=plan, period=period, contract=contract, tier=tier)

    def rate(self, line: ServiceLine, terms: DayTerms) -> ContractRate | None:
        """Return the first rate of the contract that fits a line."""
        if terms.contract is None:
            return None
        return next((rate for rate in terms.contract.rates if self._fits(rate.when, line)), None)

    def _fits(self, when: RateCondition, line: ServiceLine) -> bool:
        if (
            when.tob_prefixes is not None
            or when.any_line_revenue_codes is not None
            or when.any_line_apc_status is not None
        ):
            return False  # these are of institutional claims
        return (
            (when.claim_types is None or CLAIM_TYPE in when.claim_types)
            and (when.codes is None or line.code in when.codes)
            and (when.emergency is None or when.emergency is self.emergency)
        )

    def facts(self, line: ServiceLine) -> LineFacts:
        """Return what benefit rows ask of a line."""
        diagnoses = self.claim.diagnoses
        return LineFacts(
            line.code,
            line.modifiers,
            line.place_of_service or self.claim.place_of_service,
            tuple(diagnoses[pointer - 1].code for pointer in line.diagnosis_pointers if 0 < pointer <= len(diagnoses)),
            self.emergency,
            self.provider.designated_online,
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
        history: All past lines of the member.
        balances: Committed balances of the member and family.
    """
    claim = received.claim
    emergency = _is_emergency(claim, conventions.emergency)
    resolver = _Resolver(
        reference, plan_benefits(reference), conventions, claim, provider, recognised.patient, emergency, days={}
    )
    lines = tuple(resolver.line(line) for line in claim.lines)
    return ClaimContext(
        received=received,
        reference=reference,
        conventions=conventions,
        provider=provider,
        matched=recognised.patient,
        subscriber=recognised.subscriber,
        emergency=emergency,
        lines=lines,
        history=_of_these_days(history, received) if history else (),
        balances=balances,
    )


def _of_these_days(history: Sequence[PastLine], received: ReceivedClaim) -> tuple[PastLine, ...]:
    days = {line.dates.start for line in received.claim.lines}
    own = received.payer_claim_control_number
    return tuple(
        past for past in history if past.date in days and not past.denied and past.payer_claim_control_number != own
    )


def _is_emergency(claim: Claim, definition: Emergency) -> bool:
    return claim.place_of_service in definition.pos or any(
        line.place_of_service in definition.pos for line in claim.lines
    )


def _fee_of(
    line: ServiceLine, fees: FeeVersion | None, component_modifiers: tuple[str, ...]
) -> tuple[str, Decimal | None]:
    if fees is None or line.code_qualifier != "HC":
        return "", None
    for modifier in line.modifiers:
        key = f"{line.code}-{modifier}"
        if key in fees.fees:
            return key, fees.fees[key]
        if modifier in component_modifiers:
            return "", None  # a component is never priced as the whole service
    return line.code, fees.fees.get(line.code)
