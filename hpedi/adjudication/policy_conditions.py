"""Conditions of policies: what must hold of a service line for a policy to deny it, or to let it pass.

Every key of a condition must hold. It reads no rule, and decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.rules.age import years_between
from hpedi.reference.authorizations import APPROVED, Authorization
from hpedi.reference.policies import MedicalPolicy, PastCare, PolicyCondition

NOT_SENT: Final = "AA"
"""PWK02 of paperwork that lies with the provider and did not come."""

Test: TypeAlias = Callable[[PolicyCondition, ClaimContext, LineContext], bool]


def is_satisfied(policy: MedicalPolicy, context: ClaimContext, line: LineContext) -> bool:
    """Say whether a policy lets a line pass for what is told of it."""
    wanted = policy.satisfied_if
    return holds(wanted, context, line) if wanted is not None else not denies(policy, context, line)


def denies(policy: MedicalPolicy, context: ClaimContext, line: LineContext) -> bool:
    """Say whether a policy denies a line."""
    if policy.satisfied_if is not None and holds(policy.satisfied_if, context, line):
        return False
    if policy.deny_if is None and policy.require is None:
        return policy.may_deny
    is_denied = policy.deny_if is not None and holds(policy.deny_if, context, line)
    return is_denied or (policy.require is not None and not holds(policy.require, context, line))


def holds(condition: PolicyCondition, context: ClaimContext, line: LineContext) -> bool:
    """Say whether a condition holds of a line."""
    return all(test(condition, context, line) for key, test in TESTS if getattr(condition, key) is not None)


def _has_diagnosis(condition: PolicyCondition, context: ClaimContext, line: LineContext) -> bool:
    return _has_prefix(_diagnoses(context, line), condition.dx_any_prefix or ())


def _has_no_diagnosis(condition: PolicyCondition, context: ClaimContext, line: LineContext) -> bool:
    return not _has_prefix(_diagnoses(context, line), condition.dx_none_prefix or ())


def _has_prefix(codes: Sequence[str], prefixes: Sequence[str]) -> bool:
    # Claims carry codes without their point, policies are written with it.
    begins = tuple(prefix.replace(".", "") for prefix in prefixes)
    return any(code.startswith(begins) for code in codes)


def _diagnoses(context: ClaimContext, line: LineContext) -> list[str]:
    return [diagnosis.code for diagnosis in context.claim.diagnoses_of(line.line)]


def _is_old_enough(condition: PolicyCondition, context: ClaimContext, line: LineContext) -> bool:
    age, least = _age(context, line), condition.age_min
    return age is not None and least is not None and age >= least


def _is_young_enough(condition: PolicyCondition, context: ClaimContext, line: LineContext) -> bool:
    age, most = _age(context, line), condition.age_max
    return age is not None and most is not None and age <= most


def _age(context: ClaimContext, line: LineContext) -> int | None:
    return None if context.born is None else years_between(context.born, line.terms.day)


def _has_sex(condition: PolicyCondition, context: ClaimContext, _line: LineContext) -> bool:
    return context.sex == condition.sex


def _is_at_place(condition: PolicyCondition, context: ClaimContext, line: LineContext) -> bool:
    return (line.line.place_of_service or context.claim.place_of_service) in (condition.pos or ())


def _has_modifier(condition: PolicyCondition, _context: ClaimContext, line: LineContext) -> bool:
    return not set(condition.modifiers or ()).isdisjoint(line.line.modifiers)


def _is_authorized(condition: PolicyCondition, context: ClaimContext, line: LineContext) -> bool:
    approved = any(each.status == APPROVED for each in authorizations_for(context, line))
    return approved is condition.prior_auth_approved


def _has_attachment(condition: PolicyCondition, context: ClaimContext, line: LineContext) -> bool:
    sent = (*context.claim.attachments, *line.line.attachments)
    return any(each.type == condition.attachment and each.transmission != NOT_SENT for each in sent)


def _had_care(condition: PolicyCondition, context: ClaimContext, _line: LineContext) -> bool:
    care = condition.history
    return care is not None and any(_is_paid(number, care, context) for number in _claims_with(care, context))


def _claims_with(care: PastCare, context: ClaimContext) -> Iterator[str]:
    begins = tuple(prefix.replace(".", "") for prefix in care.icd_procedure_prefixes)
    for past in context.bearing:
        if not past.denied and any(code.startswith(begins) for code in past.procedures):
            yield past.payer_claim_control_number


def _is_paid(number: str, care: PastCare, context: ClaimContext) -> bool:
    if number == context.received.payer_claim_control_number:
        return False
    return not care.paid or any(past.paid > 0 for past in context.bearing if past.payer_claim_control_number == number)


def _is_any(condition: PolicyCondition, context: ClaimContext, line: LineContext) -> bool:
    return any(holds(choice, context, line) for choice in condition.any_of or ())


TESTS: Final[tuple[tuple[str, Test], ...]] = (
    ("dx_any_prefix", _has_diagnosis),
    ("dx_none_prefix", _has_no_diagnosis),
    ("age_min", _is_old_enough),
    ("age_max", _is_young_enough),
    ("sex", _has_sex),
    ("pos", _is_at_place),
    ("modifiers", _has_modifier),
    ("prior_auth_approved", _is_authorized),
    ("attachment", _has_attachment),
    ("history", _had_care),
    ("any_of", _is_any),
)
"""By key of a condition: whether it holds."""


def authorizations_for(context: ClaimContext, line: LineContext) -> list[Authorization]:
    """Return the member's authorisations, of whatever status, for a service, provider and day."""
    on_file = context.matched.authorizations if context.matched is not None else ()
    bill = context.claim.type_of_bill
    return [
        each
        for each in on_file
        if each.covers(line.terms.day)
        and each.names(line.line.code, bill)
        and each.provider in (None, context.provider.id)
    ]
