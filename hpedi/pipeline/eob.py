"""The explanation of benefits of a claim, put together from the books; the look leaves an audit row of the patient."""

from __future__ import annotations

from hpedi.benefits.membership import Family
from hpedi.benefits.periods import period_of
from hpedi.money import ZERO
from hpedi.payments.eob import (
    Eob,
    EobBalance,
    EobTexts,
    EobVersion,
    MemberCheck,
    balances_of,
    lines_of,
    reasons_of,
)
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import StoredDecision
from hpedi.reference.dated import in_force
from hpedi.reference.members import Member
from hpedi.reference.payer import Payer
from hpedi.reference.reference import Reference

REVERSAL = "reversal"


def explanation(
    work: Work, reference: Reference, claim: str, texts: EobTexts, version: int | None = None
) -> Eob | None:
    """Return the explanation of a claim; None where it has no decision, or not this version.

    Args:
        work: The transaction; the look is written to the audit log in it.
        reference: Plans, providers and the payer.
        claim: Our number of it.
        texts: The words in force.
        version: Which decision of it; the newest that was not taken back if None.
    """
    decisions = work.decisions.find(claim)
    shown = _shown(decisions, version)
    members = sorted({each.decision.member for each in decisions}) or [""]
    subject = f"claim:{claim}" if shown else "claim:none"
    work.audit.record("explain", subject, members=members, reason="EOB", result="found" if shown else "not found")
    return _explained(work, reference, shown, decisions, texts) if shown is not None else None


def check_explained(work: Work, reference: Reference, number: str, texts: EobTexts) -> MemberCheck | None:
    """Return what a check to a member pays; None where there is no check to a member of this number.

    Args:
        work: The transaction; the look is written to the audit log in it.
        reference: Plans, providers and the payer.
        number: The check.
        texts: The words in force.
    """
    stored = work.payments.by_number(number)
    if stored is None or not stored.payment.member:
        work.audit.record("explain", "payment:none", reason="check to a member", result="not found")
        return None
    made, first = stored.payment, stored
    while first.payment.reissues and (before := work.payments.by_number(first.payment.reissues)) is not None:
        first = before  # a check in place of another tells of the claims that the first one pays
    paid = {each.source: each.amount for each in work.funding.paid_by(first.id)}
    explained = [
        (eob, paid.get(f"claim:{each.payer_claim_control_number}/{each.version}", ZERO))
        for each in first.payment.claims
        if (eob := explanation(work, reference, each.payer_claim_control_number, texts, each.version)) is not None
    ]
    work.audit.record("explain", f"payment:{number}", members=(made.member,), reason="check to a member")
    return MemberCheck(
        payer=reference.payer.name,
        number=number,
        day=made.payment_date,
        pay_to=made.payee.name,
        amount=made.amount,
        in_place_of=made.reissues,
        paid=tuple(explained),
    )


def _shown(decisions: tuple[StoredDecision, ...], version: int | None) -> StoredDecision | None:
    wanted = [
        each
        for each in decisions
        if (version is None and each.decision.kind != REVERSAL) or each.decision.version == version
    ]
    return max(wanted, key=lambda each: each.decision.version, default=None)


def _explained(
    work: Work, reference: Reference, shown: StoredDecision, decisions: tuple[StoredDecision, ...], texts: EobTexts
) -> Eob:
    made, sent, payer = shown.decision, shown.received.claim, reference.payer
    member = _member(work, reference, made.member, sent.subscriber.member_id)
    name = sent.patient.name if sent.patient else sent.subscriber.name
    provider = reference.providers.get(made.provider)
    plan = reference.plans.get(made.plan)
    own = in_force(payer.member_appeals, shown.decided_on)
    return Eob(
        claim=made.payer_claim_control_number,
        version=made.version,
        decided_on=shown.decided_on,
        payer=payer.name,
        contact=_contact(payer),
        patient=f"{member.first} {member.last}".strip() if member else f"{name.first} {name.last}".strip(),
        member_id=member.member_id if member else sent.subscriber.member_id,
        provider=provider.name if provider else "",
        plan=plan.name if plan else "",
        lines=lines_of(made, {each.number: each.revenue_code for each in sent.lines}, texts),
        reasons=reasons_of(made.adjustments, texts),
        billed=made.charged,
        allowed=made.allowed,
        paid=made.paid,
        paid_to_member=made.paid_to_member,
        owed=made.patient_responsibility,
        balances=_balances(work, reference, shown),
        versions=tuple(_version(each, shown) for each in decisions),
        appeals=own.paragraphs if own else texts.appeals,
    )


def _member(work: Work, reference: Reference, member: str, card: str) -> Member | None:
    records = work.reference.families(reference.snapshot, [card])
    families = (Family.of(record.body) for record in records)
    return next((each for family in families for each in family.members if each.id == member), None)


def _balances(work: Work, reference: Reference, shown: StoredDecision) -> tuple[EobBalance, ...]:
    made, day = shown.decision, shown.received.claim.first_date
    version = reference.plan_version(made.plan, day)
    if version is None or not made.member:
        return ()
    posted = work.accumulators.of([owner for owner in (made.family, made.member) if owner])
    return balances_of(made, shown.decided_on, version, period_of(version.benefit_year, day), posted)


def _version(stored: StoredDecision, shown: StoredDecision) -> EobVersion:
    made = stored.decision
    return EobVersion(
        version=made.version,
        kind=made.kind,
        decided_on=stored.decided_on,
        paid=made.paid + made.paid_to_member,
        owed=made.patient_responsibility,
        is_shown=stored.ordinal == shown.ordinal,
    )


def _contact(payer: Payer) -> tuple[str, ...]:
    place = payer.address
    town = " ".join(filter(None, (f"{place.city},", place.state, place.postal_code)))
    phone = payer.contact.phone if payer.contact else ""
    return (payer.name, *place.lines, town, *([f"Telephone {phone}"] if phone else []))
