"""Asking for a provider, and deciding on it: requests, approvals, refusals, revocations and proofs of control.

Whoever asks learns nothing of the Tax ID and NPI it names: a request is kept and answered the same whether a provider
has them or not. What is not there and what is not somebody's to decide are refused in the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from hpedi.access.control import PaidOut, payment_proves, pin_proves
from hpedi.access.decision import Asker
from hpedi.access.grants import Area, Grant, GrantState, ProviderId, check_change
from hpedi.access.organisations import OrganisationKind
from hpedi.access.reach import Scope
from hpedi.access.rules import AccessRules
from hpedi.access.sign_in import ProofTerms
from hpedi.money import Usd
from hpedi.payments.states import PaymentState
from hpedi.pipeline.ports import Work
from hpedi.state_history import StateEvent

GRANT: Final = "grant"
OUT: Final = frozenset({PaymentState.RELEASED, PaymentState.SETTLED})
"""States of a payment whose number and amount its payee may know."""

NOT_YOURS: Final = "there is no such request, or it is not yours to decide"
DECIDING: Final = {
    GrantState.APPROVED: ("approve",),
    GrantState.DENIED: ("deny",),
    GrantState.REVOKED: ("revoke", "give up"),
}
"""The actions that bring a grant into a state; one that somebody may do is enough."""


class NotAllowed(Exception):
    """Somebody may not do what was asked; says so in words for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an organisation asks for: see `access.grants.Grant`."""

    provider: ProviderId
    is_own: bool
    areas: frozenset[Area]
    usage: str
    start: date
    end: date | None
    approver: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What is offered as proof: the number and amount of a payment, or the PIN that was mailed."""

    payment: str = ""
    amount: Usd | None = None
    pin: str = ""


def asker(work: Work, rules: AccessRules) -> Asker:
    """Return who asks in a transaction, with what its organisation was granted up to now."""
    principal, day = work.context.principal, work.context.instant.date()
    own = work.grants.of_organisation(principal.organisation) if principal.organisation else ()
    return Asker(principal=principal, grants=own, day=day, rules=rules)


def ask(work: Work, rules: AccessRules, asked: Asked) -> int:
    """Keep a request and return its number.

    Raises:
        NotAllowed: No role of the principal asks for providers, or its organisation is none and asks for its own.
    """
    who = asker(work, rules)
    organisation = who.principal.organisation
    house = Scope(thing=GRANT, organisation=organisation)
    if not (organisation and who.may("request", house)):
        raise NotAllowed("no role of yours asks for providers; people of organisations do")
    # A third party knows the numbers and amounts of the payments it handles: they prove nothing of it.
    is_house = work.grants.kind_of(organisation) is OrganisationKind.PROVIDER
    if asked.is_own and not (is_house and who.may("prove", house)):
        raise NotAllowed("only approvers of a provider's own organisation ask for a provider as their own")
    event = StateEvent(state=GrantState.REQUESTED, at=work.context.instant, by=who.principal.id)
    number = work.grants.request(
        Grant(
            id=0,
            organisation=organisation,
            provider=asked.provider,
            is_own=asked.is_own,
            areas=asked.areas,
            usage=asked.usage,
            start=asked.start,
            end=asked.end,
            approver=asked.approver,
            history=(event,),
        )
    )
    work.audit.record("access request", f"grant:{number}", result=GrantState.REQUESTED)
    return number


def decide(work: Work, rules: AccessRules, number: int, state: GrantState, why: str) -> Grant:
    """Approve, deny or revoke, and return the grant as it stands then.

    Raises:
        NotAllowed: It is not there, or not the principal's to decide.
        WrongState: It was decided before.
    """
    grant, who = work.grants.find(number), asker(work, rules)
    if grant is None or not _may_decide(who, grant, state):
        raise NotAllowed(NOT_YOURS)
    return _bring(work, grant, state, why)


def _may_decide(who: Asker, grant: Grant, state: GrantState) -> bool:
    on = Scope(thing=GRANT, provider=grant.provider, usage=grant.usage, organisation=grant.organisation)
    if not any(who.may(action, on) for action in DECIDING[state]):
        return False
    if state is GrantState.REVOKED:
        return True
    is_named = who.principal.id == f"person:{grant.approver}"
    return is_named and not grant.is_own and grant.asked_by != who.principal.id


def prove(work: Work, rules: AccessRules, number: int, proof: Proof, terms: ProofTerms) -> GrantState:
    """Hold a proof against a request for an organisation's own provider; return where the request stands then.

    A right proof approves it, too many wrong ones deny it.

    Raises:
        NotAllowed: It is not there, not the principal's, or not a request for its own provider.
        WrongState: It was decided before.
    """
    grant, who = work.grants.find(number), asker(work, rules)
    own = Scope(thing=GRANT, organisation=grant.organisation) if grant else None
    if grant is None or own is None or not grant.is_own or not who.may("prove", own):
        raise NotAllowed(NOT_YOURS)
    check_change(grant, GrantState.APPROVED)
    is_right = _is_right(work, grant, proof, who.day, terms)
    wrong = work.grants.add_attempt(grant.id, work.context.instant, is_right=is_right)
    if is_right:
        return _bring(work, grant, GrantState.APPROVED, "pin" if proof.pin else "payment").state
    if wrong >= terms.attempts:
        return _bring(work, grant, GrantState.DENIED, "wrong proofs").state
    work.audit.record("access prove", f"grant:{grant.id}", result="wrong")
    return grant.state


def _is_right(work: Work, grant: Grant, proof: Proof, day: date, terms: ProofTerms) -> bool:
    if proof.pin:
        return pin_proves(work.grants.pin(grant.id), work.grants.pin_digest(grant.id, proof.pin), day)
    if proof.amount is None:
        return False
    stored = work.payments.by_number(proof.payment)
    paid = None
    if stored is not None and stored.state in OUT:
        payee = ProviderId(stored.payment.payee.tax_id, stored.payment.payee.npi)
        paid = PaidOut(provider=payee, amount=stored.payment.amount, paid_on=stored.payment.payment_date)
    return payment_proves(paid, grant.provider, proof.amount, day, terms)


def _bring(work: Work, grant: Grant, state: GrantState, why: str) -> Grant:
    brought = work.grants.change(grant, state, why)
    work.audit.record("access decide", f"grant:{grant.id}", result=state)
    return brought


def known_to(work: Work, rules: AccessRules) -> tuple[Grant, ...]:
    """Return the grants that a principal may list: all, or its organisation's and those for providers of its own."""
    who = asker(work, rules)
    if who.may("list", Scope(thing=GRANT)):
        return work.grants.all()
    if not who.may("list", Scope(thing=GRANT, organisation=who.principal.organisation)):
        raise NotAllowed("no role of yours lists requests")
    own = [grant.provider for grant in who.grants if grant.is_own and grant.is_in_force(who.day)]
    found = {grant.id: grant for grant in (*who.grants, *work.grants.for_providers(own))}
    return tuple(found[number] for number in sorted(found))
