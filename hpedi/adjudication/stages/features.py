"""Features: what a claim may need that is not decided here yet pends it, by name, so that it is never paid wrongly.

Each row goes when its rule comes. Edits that `conventions.edit_order` places are in `EDIT_FEATURES`; what bears on the
whole claim is looked at before the edits, what bears on prices and payment after them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.verdicts import Pends, Verdict
from hpedi.money import ZERO
from hpedi.reference.edits import CodePair, Edits
from hpedi.reference.plans import CarryOver
from hpedi.reference.reference import Reference

ClaimFeature = Callable[[ClaimContext], bool]
LineFeature = Callable[[ClaimContext, LineContext], bool]
AcceptedFeature = Callable[[ClaimContext, Sequence[LineContext]], bool]

MONTHS_A_YEAR: Final = 12
PRIMARY: Final = "P"
ASSIGNED: Final = "Y"
UNITS: Final = "UN"
EXPERIMENTAL: Final = "experimental"


def _needs_frequency_link(context: ClaimContext) -> bool:
    return context.claim.frequency not in context.conventions.frequencies


def _needs_coordination(context: ClaimContext) -> bool:
    claim = context.claim
    others = bool(claim.other_payers) or any(line.adjudications for line in claim.lines)
    return context.matched is not None and (others or claim.subscriber.payer_responsibility != PRIMARY)


def _charges_below_zero(context: ClaimContext) -> bool:
    return any(line.charged < ZERO for line in context.claim.lines)


def _is_still_to_come(context: ClaimContext) -> bool:
    received = context.received.received
    return any((line.dates.end or line.dates.start) > received for line in context.claim.lines)


def _needs_newborn_rule(context: ClaimContext) -> bool:
    subscriber, patient = context.subscriber, context.claim.patient
    if subscriber is None or patient is None or patient.birth_date is None:
        return False
    for line in context.claim.lines:
        day = line.dates.start
        span = subscriber.covered_by(day)
        version = context.reference.plan_version(span.plan, day) if span is not None else None
        rule = version.newborn_rule if version is not None else None
        if (
            rule is not None
            and rule.relationship == patient.relationship
            and 0 <= (day - patient.birth_date).days < rule.days
        ):
            return True
    return False


BEFORE_EDITS: Final[Mapping[str, tuple[ClaimFeature, str]]] = {
    "frequency": (_needs_frequency_link, "The claim replaces or voids another one."),
    "coordination_of_benefits": (_needs_coordination, "Another payer is on the claim."),
    "service_to_come": (_is_still_to_come, "A service is dated after the claim was received."),
    "negative_charge": (_charges_below_zero, "A service is charged below zero."),
    "newborn": (_needs_newborn_rule, "The patient may be a newborn not enrolled yet."),
}
"""By feature: whether a claim needs it, and what it waits for."""


def check_claim(context: ClaimContext) -> Pends | None:
    """Pend a claim that as a whole needs what is not decided here yet."""
    for feature, (needs, message) in BEFORE_EDITS.items():
        if needs(context):
            return Pends(reason=feature, message=message)
    return None


def _needs_other_coverage(context: ClaimContext, line: LineContext) -> bool:
    others = context.matched.other_coverage if context.matched is not None else ()
    return any(other.order == "primary" and other.covers(line.terms.day) for other in others)


def _breaks_age(context: ClaimContext, line: LineContext) -> bool:
    if context.matched is None:
        return False
    born, day = context.matched.member.birth_date, line.terms.day
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return any(
        edit.code == line.line.code and not edit.min_age <= years <= edit.max_age
        for edit in context.reference.edits.age
    )


def _breaks_sex(context: ClaimContext, line: LineContext) -> bool:
    sex = context.matched.member.sex if context.matched is not None else ""
    return any(edit.code == line.line.code and edit.sex != sex for edit in context.reference.edits.sex)


def _lacks_drug_code(context: ClaimContext, line: LineContext) -> bool:
    return line.line.drug is None and line.line.code in context.reference.edits.ndc_required


def _is_experimental(context: ClaimContext, line: LineContext) -> bool:
    policies = context.reference.policies.medical
    return any(line.line.code in policy.codes for policy in policies if policy.reason == EXPERIMENTAL)


def _has_medical_policy(context: ClaimContext, line: LineContext) -> bool:
    return any(line.line.code in policy.codes for policy in context.reference.policies.medical)


def _meets_component(context: ClaimContext, line: LineContext) -> bool:
    components = context.reference.edits.component_modifiers
    billed = _components(line.line.modifiers, components)
    same_day = [past.modifiers for past in context.history if _same_service(past.code, past.date, line)]
    same_day.extend(
        other.line.modifiers
        for other in context.lines
        if other is not line and _same_service(other.line.code, other.terms.day, line)
    )
    return any(
        _components(modifiers, components) != billed and not (billed and _components(modifiers, components))
        for modifiers in same_day
    )


def _components(modifiers: Sequence[str], components: Sequence[str]) -> tuple[str, ...]:
    return tuple(modifier for modifier in components if modifier in modifiers)


def _same_service(code: str, day: object, line: LineContext) -> bool:
    return code == line.line.code and day == line.terms.day


def _meets_code_pair(context: ClaimContext, line: LineContext) -> bool:
    edits = context.reference.edits
    if not edits.ptp:
        return False
    others = [(past.code, past.modifiers) for past in context.history if past.date == line.terms.day]
    others.extend(
        (other.line.code, other.line.modifiers) for other in context.lines if other.terms.day == line.terms.day
    )
    return any(_is_pair(edits, pair, line, *other) for pair in edits.ptp for other in others)


def _is_pair(edits: Edits, pair: CodePair, line: LineContext, code: str, modifiers: Sequence[str]) -> bool:
    if {line.line.code, code} != {pair.column1, pair.column2} or not pair.covers(line.terms.day):
        return False
    bypassed = not set(edits.ptp_bypass_modifiers).isdisjoint({*line.line.modifiers, *modifiers})
    return not (pair.modifier_indicator == "1" and bypassed)


def _needs_authorization(context: ClaimContext, line: LineContext) -> bool:
    policies = context.reference.policies
    if context.emergency and policies.exempt_emergency:
        return False
    return any(line.line.code in policy.codes for policy in policies.prior_auth)


def _exceeds_units(context: ClaimContext, line: LineContext) -> bool:
    for limit in context.reference.edits.mue:
        if limit.code == line.line.code:
            units = sum(
                other.line.units for other in context.lines if _same_service(other.line.code, other.terms.day, line)
            )
            return units > limit.units
    return False


EDIT_FEATURES: Final[Mapping[str, tuple[LineFeature, str]]] = {
    "cob_information": (_needs_other_coverage, "Another payer is on file as primary and not on the claim."),
    "age": (_breaks_age, "The service is not for the patient's age."),
    "sex": (_breaks_sex, "The service is not for the patient's sex."),
    "ndc_missing": (_lacks_drug_code, "The drug's national drug code is missing."),
    "experimental": (_is_experimental, "A policy holds the service to be experimental."),
    "medical_policy": (_has_medical_policy, "A medical policy bears on the service."),
    "component_paid": (_meets_component, "The service and a component of it are both billed."),
    "ptp": (_meets_code_pair, "Two codes of one day exclude each other."),
    "prior_auth": (_needs_authorization, "The service needs an authorisation."),
    "mue": (_exceeds_units, "More units are billed than a day may have."),
}
"""By edit: whether a line meets it, and what the claim waits for."""


@lru_cache(maxsize=8)
def codes_of_edits(reference: Reference) -> Mapping[str, frozenset[str]]:
    """Return, by edit, the codes that it is about; an edit that is not here may meet any line."""
    edits, policies = reference.edits, reference.policies
    policy_codes = [(policy.reason == EXPERIMENTAL, code) for policy in policies.medical for code in policy.codes]
    return {
        "age": frozenset(edit.code for edit in edits.age),
        "sex": frozenset(edit.code for edit in edits.sex),
        "ndc_missing": frozenset(edits.ndc_required),
        "experimental": frozenset(code for experimental, code in policy_codes if experimental),
        "medical_policy": frozenset(code for _experimental, code in policy_codes),
        "ptp": frozenset(code for pair in edits.ptp for code in (pair.column1, pair.column2)),
        "prior_auth": frozenset(code for policy in policies.prior_auth for code in policy.codes),
        "mue": frozenset(limit.code for limit in edits.mue),
    }


def edit_feature(name: str) -> Callable[[ClaimContext, LineContext, Sequence[LineContext]], Verdict]:
    """Return the edit of a name as one that pends what it would deny."""
    meets, message = EDIT_FEATURES[name]

    def check(context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
        return Pends(reason=name, message=message, line=line.line.number) if meets(context, line) else None

    return check


def _pays_the_member(context: ClaimContext, _lines: Sequence[LineContext]) -> bool:
    return context.claim.benefits_assigned != ASSIGNED


def _has_two_plans(_context: ClaimContext, lines: Sequence[LineContext]) -> bool:
    return len({line.terms.plan.plan.id for line in lines if line.terms.plan is not None}) > 1


def _spans_a_change(_context: ClaimContext, lines: Sequence[LineContext]) -> bool:
    return any(_changes(line) for line in lines)


def _changes(line: LineContext) -> bool:
    first, last = line.terms, line.last_terms
    if first is last:
        return False
    same = (first.coverage, first.period, first.contract) == (last.coverage, last.period, last.contract)
    return not same or first.plan is not last.plan or (line.fees is not None and not line.fees.covers(last.day))


def _counts_otherwise(_context: ClaimContext, lines: Sequence[LineContext]) -> bool:
    return any(line.line.unit != UNITS or line.line.units <= 0 for line in lines)


def _is_bilateral(context: ClaimContext, lines: Sequence[LineContext]) -> bool:
    indicators = context.reference.edits.procedure_indicators
    return any(
        line.rate is not None
        and line.rate.bilateral is not None
        and line.rate.bilateral.modifier in line.line.modifiers
        and line.line.code in indicators
        and indicators[line.line.code].bilateral == line.rate.bilateral.indicator
        for line in lines
    )


def _has_multiple_procedures(context: ClaimContext, lines: Sequence[LineContext]) -> bool:
    indicators = context.reference.edits.procedure_indicators
    ranked = [
        line
        for line in lines
        if line.rate is not None
        and line.rate.multiple_procedure is not None
        and line.line.code in indicators
        and indicators[line.line.code].multiple == line.rate.multiple_procedure.indicator
    ]
    return any(one.terms.day == other.terms.day for one, other in combinations(ranked, 2))


def _withholds(context: ClaimContext, lines: Sequence[LineContext]) -> bool:
    return any(line.terms.contract is not None and line.terms.contract.withholds for line in lines) or any(
        line.terms.contract.id in contracts
        for line in lines
        if line.terms.contract is not None
        for contracts in _programs(context, line)
    )


def _programs(context: ClaimContext, line: LineContext) -> Iterator[tuple[str, ...]]:
    employer = line.terms.plan.version.funding.employer if line.terms.plan is not None else None
    if employer is not None and employer in context.reference.employers:
        yield from (program.contracts for program in context.reference.employers[employer].programs)


def _carries_over(context: ClaimContext, lines: Sequence[LineContext]) -> bool:
    return any(
        line.terms.plan is not None
        and line.terms.plan.version.carry_over is not None
        and _used_last_year(context, line, line.terms.plan.version.carry_over)
        for line in lines
    )


def _used_last_year(context: ClaimContext, line: LineContext, carry_over: CarryOver) -> bool:
    return any(
        used > ZERO
        and key.accumulator in carry_over.credits
        and 0 < _months_between(key.period.year, key.period.month, line) <= MONTHS_A_YEAR
        for key, used in context.balances.items()
    )


def _months_between(year: int, month: int, line: LineContext) -> int:
    return (line.terms.period.year - year) * MONTHS_A_YEAR + line.terms.period.month - month


AFTER_EDITS: Final[Mapping[str, tuple[AcceptedFeature, str]]] = {
    "assignment_of_benefits": (_pays_the_member, "The payment goes to the member, not the provider."),
    "two_plans": (_has_two_plans, "Two plans cover services of the claim."),
    "date_range": (_spans_a_change, "A service of several days crosses a change of coverage, benefit year or fee."),
    "units": (_counts_otherwise, "A service is not counted in units."),
    "bilateral": (_is_bilateral, "A bilateral procedure is priced by the contract's share."),
    "multiple_procedure": (_has_multiple_procedures, "Several procedures of one day are priced by rank."),
    "withhold": (_withholds, "A part of the payment is withheld."),
    "carry_over": (_carries_over, "Deductible of last year may carry over."),
}
"""By feature: whether the lines that are not denied need it, and what the claim waits for."""


def check_accepted(context: ClaimContext, lines: Sequence[LineContext]) -> Pends | None:
    """Pend a claim whose accepted lines need what is not decided here yet."""
    for feature, (needs, message) in AFTER_EDITS.items():
        if needs(context, lines):
            return Pends(reason=feature, message=message)
    return None
