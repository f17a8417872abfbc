"""Disputes: a provider says that decisions are wrong; we answer within the days that its contract gives us.

Registering one changes no decision. An answer that overturns ours proposes to decide the claims again, and somebody
approves that as any reprocessing. Contract terms come before those of rule `disputes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from hpedi.money import Usd
from hpedi.pipeline.dispute import Dispute, DisputedClaim, Outcome
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.records import StoredDecision
from hpedi.pipeline.reprocess import propose_within
from hpedi.pipeline.reprocessing import Asked, Proposal
from hpedi.pipeline.sought import StandingSought
from hpedi.reference.contracts import Contract
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext

RULE: Final = "disputes"
OVERTURN: Final = "appeal_overturn"
"""Why a claim is decided again whose dispute was won: a name of the payer's recovery rules."""


class CannotDispute(Exception):
    """What is asked of a dispute cannot be; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What a provider sent us: see `dispute.Dispute`."""

    provider: str
    claims: tuple[str, ...]
    grounds: str
    at_stake: Usd
    received: date
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What we answer.

    Attributes:
        outcome: Whether our decision stands.
        note: Why, in somebody's words.
        waived: Policies, edits and authorisation rows that are not applied when the claims are decided again.
        claims: Which claims are overturned, where not all are (`partly`).
    """

    outcome: Outcome
    note: str
    waived: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """A dispute as it stands then, and the reprocessing that the answer proposed, if any."""

    dispute: Dispute
    proposal: Proposal | None


def register(books: Books, context: RunContext, reference: Reference, filed: Filed) -> Dispute:
    """Register a dispute, with the day by which it is to be answered.

    Raises:
        CannotDispute: The provider, a claim or the grounds are not known, or the day, the amount or an open dispute
            about the same speaks against it.
    """
    _check(filed, context, reference)
    with books.writing(context) as work:
        standing = _standing(work, filed.provider, filed.claims)
        _check_not_open(work, filed.claims, filed.grounds)
        dispute = Dispute(
            provider=filed.provider,
            grounds=filed.grounds,
            at_stake=filed.at_stake,
            received=filed.received,
            due=min(_due(each, filed.received, reference) for each in standing),
            claims=tuple(_disputed(each, filed.received, reference) for each in standing),
        )
        number = work.disputes.keep(dispute, filed.note)
        return _recorded(work, number, "register", standing)


def link(
    books: Books, context: RunContext, reference: Reference, number: int, claims: Sequence[str], note: str
) -> Dispute:
    """Let an open dispute be about more claims of its provider.

    Raises:
        CannotDispute: It is not open, or a claim is not known, or is disputed already.
    """
    with books.writing(context) as work:
        dispute = _open_dispute(work, number)
        standing = _standing(work, dispute.provider, claims)
        _check_not_open(work, claims, dispute.grounds)
        due = min([dispute.due, *(_due(each, dispute.received, reference) for each in standing)])
        linked = [_disputed(each, dispute.received, reference) for each in standing]
        work.disputes.link(number, linked, due, note)
        return _recorded(work, number, "link", standing)


def answer(books: Books, context: RunContext, reference: Reference, number: int, given: Answer) -> Answered:
    """Answer a dispute; where our decision does not stand, propose to decide its claims again.

    Raises:
        CannotDispute: It is not open, or the answer is about other claims.
        NotToApprove: The payer has no recovery rule for what an appeal overturns.
    """
    with books.writing(context) as work:
        dispute = _open_dispute(work, number)
        overturned = _overturned(dispute, given)
        proposal = None
        if overturned:
            note = f"dispute {number}: {given.note}"
            asked = Asked(reason=OVERTURN, waived=tuple(sorted(given.waived)), note=note)
            proposal = propose_within(work, context, reference, StandingSought(claims=overturned), asked)
            _check_it_changes(proposal)
        work.disputes.answer(number, given.outcome, proposal.id if proposal is not None else 0, given.note)
        standing = work.decisions.standing(StandingSought(claims=dispute.numbers), len(dispute.claims))
        return Answered(_recorded(work, number, "answer", standing), proposal)


def close(books: Books, context: RunContext, number: int, note: str, *, withdrawn: bool = False) -> Dispute:
    """Close a dispute that is answered, or that its provider took back.

    Raises:
        CannotDispute: There is none, it is closed already, or it is not answered and was not withdrawn.
    """
    with books.writing(context) as work:
        dispute = _known_dispute(work, number)
        if dispute.state == "closed":
            raise CannotDispute("it is closed already")
        if dispute.state == "open" and not withdrawn:
            raise CannotDispute("it is not answered yet; answer it, or say that the provider withdrew it")
        if dispute.state == "answered" and withdrawn:
            raise CannotDispute("it is answered already; close it without saying that it was withdrawn")
        work.disputes.close(number, "withdrawn" if withdrawn else "closed", note)
        standing = work.decisions.standing(StandingSought(claims=dispute.numbers), len(dispute.claims))
        return _recorded(work, number, "close", standing)


def contract_of(stored: StoredDecision, reference: Reference) -> Contract | None:
    """Return the contract that a decision was made under; None where there is none."""
    made = stored.decision
    plan = reference.plans.get(made.plan)
    if plan is None:
        return None
    return reference.contract(made.provider, plan.line_of_business, stored.received.claim.first_date)


def _check(filed: Filed, context: RunContext, reference: Reference) -> None:
    grounds = reference.rule_parameter(RULE, "grounds", filed.received)
    known = grounds.values if grounds is not None else ()
    if filed.provider not in reference.providers:
        raise CannotDispute("there is no such provider; give our id of it")
    if filed.grounds not in known:
        raise CannotDispute(f"there are no such grounds; rule {RULE} has {', '.join(known) or 'none'}")
    if filed.at_stake <= 0:
        raise CannotDispute("what is at stake is above 0.00 US dollars")
    if filed.received > context.as_of:
        raise CannotDispute("the dispute was received after the business day; correct the day of receipt")


def _standing(work: Work, provider: str, claims: Sequence[str]) -> tuple[StoredDecision, ...]:
    """Return the decisions that stand of claims, each of which must be one of a provider's."""
    wanted = tuple(dict.fromkeys(claims))
    standing = work.decisions.standing(StandingSought(claims=wanted, provider=provider), len(wanted))
    found = {each.decision.payer_claim_control_number for each in standing}
    missing = [place for place, number in enumerate(wanted, start=1) if number not in found]
    if missing or not wanted:
        places = ", ".join(map(str, missing)) or "none was named"
        raise CannotDispute(f"no decision of this provider's stands for some claims (in your order: {places})")
    return standing


def _check_not_open(work: Work, claims: Sequence[str], grounds: str) -> None:
    for dispute in work.disputes.open_about(claims):
        if dispute.grounds == grounds:
            raise CannotDispute(f"dispute {dispute.id} is open about the same claims and grounds")


def _days(name: str, stored: StoredDecision, received: date, reference: Reference) -> int:
    """Return a number of days of the claim's contract, or of the rule where it says nothing."""
    contract = contract_of(stored, reference)
    if contract is not None and contract.disputes is not None:
        return int(getattr(contract.disputes, name))
    parameter = reference.rule_parameter(RULE, name, received)
    if parameter is None:
        raise CannotDispute(f"rule {RULE} has no {name} in force on the day of receipt; load it")
    return int(parameter.value)


def _due(stored: StoredDecision, received: date, reference: Reference) -> date:
    return received + timedelta(days=_days("days_to_answer", stored, received, reference))


def _disputed(stored: StoredDecision, received: date, reference: Reference) -> DisputedClaim:
    last_day = stored.decided_on + timedelta(days=_days("days_to_file", stored, received, reference))
    return DisputedClaim(claim=stored.decision.payer_claim_control_number, filed_late=received > last_day)


def _overturned(dispute: Dispute, given: Answer) -> tuple[str, ...]:
    """Return the claims that are decided again."""
    if given.outcome == "upheld":
        if given.claims or given.waived:
            raise CannotDispute("our decision stands: no claim is decided again and nothing is set aside")
        return ()
    if not set(given.claims) <= set(dispute.numbers):
        raise CannotDispute("the answer names a claim that the dispute is not about; link it first")
    if given.outcome == "partly" and not given.claims and not given.waived:
        raise CannotDispute("say in which part: which claims are overturned, or what is set aside for all of them")
    return tuple(dict.fromkeys(given.claims)) or dispute.numbers


def _check_it_changes(proposal: Proposal) -> None:
    if not proposal.impacts:
        raise CannotDispute(
            "decided again, the claims come out as before; load what is right first, or name what is set aside"
        )


def _open_dispute(work: Work, number: int) -> Dispute:
    dispute = _known_dispute(work, number)
    if dispute.state != "open":
        raise CannotDispute(f"it is {dispute.state} already")
    return dispute


def _known_dispute(work: Work, number: int) -> Dispute:
    dispute = work.disputes.find(number)
    if dispute is None:
        raise CannotDispute("there is no such dispute; `hpedi disputes list` names them")
    return dispute


def _recorded(work: Work, number: int, action: str, standing: Sequence[StoredDecision]) -> Dispute:
    """Leave the audit rows of what was done with a dispute, and return it as it is now."""
    dispute = _known_dispute(work, number)
    members = sorted({each.decision.member for each in standing}) or [""]
    work.audit.record(action, f"dispute:{number}", members=members, reason="dispute", result=dispute.state)
    return dispute
