"""Reprocessing: claims decided before are decided again by what is known now; first shown, then approved.

Nothing changes until somebody approves: a proposal keeps what every claim paid and would pay. On approval the claims
are decided once more, and it is refused where something else would come out. All of them are taken back first and then
decided in their first order, so that it does not matter in which order they are named; what comes out as before is
left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from msgspec.structs import replace

from hpedi.adjudication.correction import Correction, decision_id, reversal_of
from hpedi.adjudication.decision import ClaimDecision, Pend
from hpedi.adjudication.override import Override
from hpedi.claims.claim import ReceivedClaim
from hpedi.payments.recoupment import RULE as RECOUPMENT
from hpedi.payments.recoupment import too_late
from hpedi.pipeline.batch import Batch
from hpedi.pipeline.families import with_family
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.records import StoredDecision
from hpedi.pipeline.reprocessing import Asked, Impact, Proposal
from hpedi.pipeline.sought import StandingSought
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext

MOST_CLAIMS: Final = 50_000
"""What one reprocessing may take back in its one transaction."""


class NotToApprove(Exception):
    """A proposal cannot be approved; nothing was changed."""


@dataclass(frozen=True, slots=True)
class _Again:
    """A claim with the decision that stands and what came out now."""

    received: ReceivedClaim
    before: ClaimDecision
    after: ClaimDecision | Pend


def propose(books: Books, context: RunContext, reference: Reference, sought: StandingSought, asked: Asked) -> Proposal:
    """Keep what reprocessing some claims would come to.

    Args:
        books: Where claims and decisions are kept.
        context: Who proposes it.
        reference: What is known now.
        sought: Which claims.
        asked: Why; its claims are filled in.

    Raises:
        NotToApprove: The payer has no such reason, or more claims are meant than one reprocessing takes.
    """
    with books.reading(context) as work:
        proposal, members = _decide_again(work, context, reference, sought, asked)
    with books.writing(context) as work:
        return _keep(work, proposal, members)


def propose_within(
    work: Work, context: RunContext, reference: Reference, sought: StandingSought, asked: Asked
) -> Proposal:
    """Keep what reprocessing some claims would come to, in a transaction at hand.

    Raises:
        NotToApprove: As in `propose`.
    """
    return _keep(work, *_decide_again(work, context, reference, sought, asked))


def approve(books: Books, context: RunContext, reference: Reference, number: int) -> Proposal:
    """Take back the claims of a proposal and decide them again, as it says.

    Raises:
        NotToApprove: There is no such proposal, it is not open, its own proposer asks, or other amounts came out.
    """
    with books.writing(context) as work:
        proposal = _open_proposal(work, number)
        if context.principal.kind == "person" and context.principal.id == proposal.proposed_by:
            raise NotToApprove("who proposed a reprocessing does not approve it: a second person does")
        standing = work.decisions.standing(StandingSought(claims=proposal.asked.claims), MOST_CLAIMS)
        batch, decided = _batch(work, standing, proposal.asked, reference, context.as_of)
        now = _proposal(proposal.asked, decided, context)
        if (now.impacts, now.unchanged) != (proposal.impacts, proposal.unchanged):
            raise NotToApprove("something else would come out than was proposed; drop it and propose it anew")
        _correct(batch, decided, f"reprocessing {number}")
        batch.store(work, context)
        _keep_waived(work, context, proposal)
        work.reprocessings.decide(number, "approved")
        work.audit.record("approve", f"reprocessing:{number}", reason=proposal.asked.reason, result="approved")
    return replace(proposal, state="approved", decided_by=context.principal.id)


def _keep_waived(work: Work, context: RunContext, proposal: Proposal) -> None:
    """Keep what an appeal set aside with its claims, so that a later reprocessing does not undo it."""
    asked = proposal.asked
    if asked.waived:
        note = f"reprocessing {proposal.id} ({asked.reason}): {asked.note}".rstrip(": ")
        made = Override(by=context.principal.id, on=context.as_of, note=note, waived=asked.waived)
        for impact in proposal.impacts:
            if not impact.pends:
                work.pends.override(impact.claim, made)


def correct_claim(
    work: Work, context: RunContext, reference: Reference, number: str, reason: str
) -> tuple[ClaimDecision, ...] | None:
    """Take back the decision of a claim that stands and decide it again, in a transaction at hand.

    Returns:
        Reversal and correction; nothing where the same came out; None where no decision stands.

    Raises:
        NotToApprove: The claim cannot be decided now, so its decision stays.
    """
    standing = work.decisions.standing(StandingSought(claims=(number,)), 1)
    if not standing:
        return None
    batch, decided = _batch(work, standing, Asked(claims=(number,), reason=reason), reference, context.as_of)
    if isinstance(decided[0].after, Pend):
        raise NotToApprove(f"the claim cannot be decided now: {decided[0].after.message}")
    _correct(batch, decided, f"override by {context.principal.id}")
    batch.store(work, context)
    return tuple(made for _received, made in batch.decided)


def drop(books: Books, context: RunContext, number: int) -> Proposal:
    """Close a proposal without doing it."""
    with books.writing(context) as work:
        proposal = _open_proposal(work, number)
        work.reprocessings.decide(number, "dropped")
        work.audit.record("drop", f"reprocessing:{number}", reason=proposal.asked.reason, result="dropped")
    return replace(proposal, state="dropped", decided_by=context.principal.id)


def _check(standing: Sequence[StoredDecision], reason: str, reference: Reference) -> None:
    known = {name for each in standing for name in _recovery(each, reference)}
    if standing and reason not in known:
        raise NotToApprove(f"the payer has no recovery rule {reason!r}; it has {', '.join(sorted(known)) or 'none'}")
    if len(standing) > MOST_CLAIMS:
        raise NotToApprove(f"more than {MOST_CLAIMS:,} claims are meant; narrow it down by dates or provider")


def _recovery(stored: StoredDecision, reference: Reference) -> Sequence[str]:
    conventions = reference.conventions(stored.received.received)
    return () if conventions is None else tuple(conventions.recovery)


def _open_proposal(work: Work, number: int) -> Proposal:
    proposal = work.reprocessings.find(number)
    if proposal is None:
        raise NotToApprove("there is no such reprocessing; `hpedi reprocess list` names them")
    if proposal.state != "proposed":
        raise NotToApprove(f"it is {proposal.state} already")
    return proposal


def _decide_again(
    work: Work, context: RunContext, reference: Reference, sought: StandingSought, asked: Asked
) -> tuple[Proposal, list[str]]:
    """Return what deciding claims again would come to, and whose they are (our member ids)."""
    standing = work.decisions.standing(with_family(work, sought, reference), MOST_CLAIMS + 1)
    _check(standing, asked.reason, reference)
    asked = replace(asked, claims=tuple(each.received.payer_claim_control_number for each in standing))
    decided = _batch(work, standing, asked, reference, context.as_of)[1]
    return _proposal(asked, decided, context), sorted({each.before.member for each in decided})


def _keep(work: Work, proposal: Proposal, members: Sequence[str]) -> Proposal:
    number = work.reprocessings.keep(proposal)
    reason = proposal.asked.reason
    subject = f"reprocessing:{number}"
    work.audit.record("propose", subject, members=members or [""], reason=reason, result=proposal.state)
    return replace(proposal, id=number)


def _batch(
    work: Work, standing: Sequence[StoredDecision], asked: Asked, reference: Reference, today: date
) -> tuple[Batch, tuple[_Again, ...]]:
    """Decide claims again; whichever pends, or is lowered too late, stays decided as it is beside the others."""
    batch = Batch.of(work, [each.received for each in standing], reference)
    paid_on = work.funding.paid_on([f"claim:{decision_id(each.decision)}" for each in standing])
    pends: dict[str, _Again] = {}
    while True:
        left = [each for each in standing if each.received.payer_claim_control_number not in pends]
        decided = tuple(
            _kept_if_late(each, paid_on.get(f"claim:{decision_id(each.before)}"), today, reference)
            for each in _all_again(batch, left, asked, reference)
        )
        new = {each.received.payer_claim_control_number: each for each in decided if isinstance(each.after, Pend)}
        if not new:
            return batch, (*decided, *pends.values())
        pends |= new


def _kept_if_late(each: _Again, paid_on: date | None, today: date, reference: Reference) -> _Again:
    """Return a claim decided again, or what says that it stays as it is: it was paid too long ago to be lowered."""
    if isinstance(each.after, Pend):
        return each
    late = too_late(each.before, each.after, paid_on, today, reference)
    if late is None:
        return each
    after = each.after
    kept = Pend(
        payer_claim_control_number=after.payer_claim_control_number,
        version=after.version,
        snapshot=after.snapshot,
        member=after.member,
        reason=RECOUPMENT,
        message=late.message,
        status277=each.before.status277,
    )
    return _Again(each.received, each.before, kept)


def _all_again(
    batch: Batch, standing: Sequence[StoredDecision], asked: Asked, reference: Reference
) -> tuple[_Again, ...]:
    rolled = Batch(batch.who, batch.seen.copy())
    for each in standing:
        before = each.decision
        rolled.seen.roll_back(before, reversal_of(before, before.version + 1, asked.reason, ""))
    made = []
    for each in standing:
        before = each.decision
        received = replace(each.received, version=before.version + 2)
        who = batch.who[received.payer_claim_control_number]
        correction = Correction(of=before, reason=asked.reason, waived=frozenset(asked.waived))
        seen = rolled.seen
        after = seen.decide(received, reference, who, correction)
        if not isinstance(after, Pend):
            # What stays as it is carries nothing over: the next claim that changes does.
            rolled.take(received, after if is_changed(before, after) else replace(after, carried=()))
        made.append(_Again(received, before, after))
    return tuple(made)


def _correct(batch: Batch, decided: Sequence[_Again], because: str) -> None:
    """Put reversal and correction of each changed claim into the batch, one right after the other."""
    for each in decided:
        if isinstance(each.after, Pend) or not is_changed(each.before, each.after):
            continue
        before = each.before
        reversal = reversal_of(before, before.version + 1, each.after.reason, because)
        batch.take_back(replace(each.received, version=reversal.version), before, reversal)
        batch.take(each.received, each.after)


def _proposal(asked: Asked, decided: Sequence[_Again], context: RunContext) -> Proposal:
    impacts = tuple(_impact(each) for each in decided if _matters(each))
    return Proposal(
        asked=asked, impacts=impacts, unchanged=len(decided) - len(impacts), proposed_by=context.principal.id
    )


def _matters(each: _Again) -> bool:
    return isinstance(each.after, Pend) or is_changed(each.before, each.after)


def _impact(each: _Again) -> Impact:
    before, after = each.before, each.after
    pends = after.message if isinstance(after, Pend) else ""
    as_after = before if isinstance(after, Pend) else after
    return Impact(
        claim=before.payer_claim_control_number,
        provider=before.provider,
        paid=before.paid,
        would_pay=as_after.paid,
        patient=before.patient_responsibility,
        would_owe=as_after.patient_responsibility,
        pends=pends,
    )


_MONEY: Final[tuple[Callable[[ClaimDecision], object], ...]] = (
    lambda made: made.paid,
    lambda made: made.provider,
    lambda made: made.adjustments,
    lambda made: [(line.allowed, line.paid, line.units_paid, line.adjustments, line.remarks) for line in made.lines],
    lambda made: sorted((entry.key, entry.amount) for entry in made.entries),
    lambda made: made.paid_to_member,
    lambda made: (made.pools, made.employer_charges),
    lambda made: sorted((use.authorization, use.units) for use in made.uses),
)
"""What of a decision money, an accumulator or an authorisation depends on."""


def is_changed(before: ClaimDecision, after: ClaimDecision) -> bool:
    """Say whether two decisions of a claim differ in money, or in what they count to accumulators."""
    return any(part(before) != part(after) for part in _MONEY)
