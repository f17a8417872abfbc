"""Medical policy: a service that no policy holds justified, or that one holds experimental, is not paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.edit_tables import EXPERIMENTAL, edit_tables
from hpedi.adjudication.policy_conditions import denies
from hpedi.adjudication.verdicts import Denies, Pends, Verdict
from hpedi.reference.policies import MedicalPolicy

USUAL_REASON: Final = "medical_necessity"


def check_experimental(context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny a line that a policy holds experimental.

    Returns:
        As `check_policies`, for the policies whose reason is `experimental`.
    """
    return _first_denial(edit_tables(context.reference).experimental.get(line.line.code, ()), context, line)


def check_policies(context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny a line for the first policy in force, in the order of the payer's list, that denies it.

    Policies that hold a service experimental are asked here too where the payer's order has no edit for them.

    Returns:
        `Denies` for the policy's reason; `Pends` where the payer pends for that reason (a record that is missing).

    Source: `policies.medical` of the payer folder, each with its own source.
    """
    tables, code = edit_tables(context.reference), line.line.code
    denial = _first_denial(tables.policies.get(code, ()), context, line)
    if denial is not None or EXPERIMENTAL in context.conventions.edit_order:
        return denial
    return _first_denial(tables.experimental.get(code, ()), context, line)


def _first_denial(policies: Iterable[MedicalPolicy], context: ClaimContext, line: LineContext) -> Denies | Pends | None:
    for policy in policies:
        if policy.covers(line.terms.day) and policy.id not in context.waived and denies(policy, context, line):
            return _denial(policy, context, line)
    return None


def _denial(policy: MedicalPolicy, context: ClaimContext, line: LineContext) -> Denies | Pends:
    name = policy.reason or USUAL_REASON
    reason = context.reference.reason(name, context.received.received)
    if reason is not None and reason.pend:
        message = f"Policy {policy.id} asks for what is not with the claim; ask for it, then decide."
        return Pends(reason=reason.pend, message=message, status277=reason.status277, line=line.line.number)
    pointed = [diagnosis.code for diagnosis in context.claim.diagnoses_of(line.line)]
    source = f"policy {policy.id} from {policy.start}" + (f", {policy.source}" if policy.source else "")
    return Denies(
        reason=name, parameter=f"policy {policy.id}", source=source, inputs=(("diagnoses", " ".join(pointed)),)
    )
