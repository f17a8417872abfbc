"""Working on claims: those that wait are released, denied or assigned; decided ones are overridden.

What an examiner decides is kept with the claim and applied whenever it is decided, so that a later reprocessing does
not undo it; it is a step of the trail with who and why. A decided claim gets its reversal and correction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from hpedi.adjudication.decision import ClaimDecision, Pend
from hpedi.adjudication.override import Override
from hpedi.adjudication.overrides import EVERY_LINE
from hpedi.claims.claim import ReceivedClaim
from hpedi.pipeline.adjudicate import decide_waiting_claim
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.records import WaitingClaim
from hpedi.pipeline.reprocess import correct_claim
from hpedi.pipeline.sought import StandingSought
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext

OVERRIDE: Final = "examiner_override"
"""Why a decided claim is corrected: a name of the payer's recovery rules."""

NOT_STANDING: Final = "no decision of this claim stands; `hpedi pends list` shows those that wait"


class NotWorked(Exception):
    """A claim cannot be worked on so; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What came of a claim: its decision, with the reversal before it where it was decided already, or why it waits."""

    decisions: tuple[ClaimDecision, ...]
    pend: Pend | None = None


def release(books: Books, context: RunContext, reference: Reference, number: str, made: Override) -> Worked:
    """Decide a claim that waits, with what an examiner sets aside or denies.

    Raises:
        NotWorked: It does not wait, has no such line, or the payer has no such reason.
    """
    with books.writing(context) as work:
        waiting = _waiting(work, number)
        stored = work.claims.find(number)
        if stored is None:
            raise LookupError("a claim that waits is stored")
        _check_lines(made, stored.received, context, reference)
        work.pends.override(number, made)
        batch = decide_waiting_claim(work, context, reference, stored)
        result = "denied" if made.denials else "released"
        work.audit.record("work", f"claim:{number}", members=[waiting.pend.member], reason="review", result=result)
        pended = next((pend for _received, pend in batch.pended), None)
        return Worked(tuple(decision for _received, decision in batch.decided), pended)


def override(books: Books, context: RunContext, reference: Reference, number: str, made: Override) -> Worked:
    """Decide a decided claim again with what an examiner sets aside or denies, as its correction.

    Raises:
        NotWorked: It is not decided, was taken back, has no such line, or the payer has no such reason.
    """
    with books.writing(context) as work:
        stored = work.claims.find(number)
        if stored is None:
            raise NotWorked(NOT_STANDING)
        _check_lines(made, stored.received, context, reference)
        work.pends.override(number, made)
        worked = correct_claim(work, context, reference, number, OVERRIDE)
        if worked is None:
            raise NotWorked(NOT_STANDING)
        if not worked:
            raise NotWorked("the claim comes out as before; nothing was changed")
        members = [worked[-1].member]
        work.audit.record("override", f"claim:{number}", members=members, reason="review", result="corrected")
        return Worked(worked)


def set_interest(books: Books, context: RunContext, number: str, made: Override) -> None:
    """Set the interest of a decided claim that is not paid yet, in place of what is worked out when it is paid.

    Raises:
        NotWorked: No decision of the claim stands, or it is paid already.
    """
    with books.writing(context) as work:
        standing = work.decisions.standing(StandingSought(claims=(number,)), 1)
        if not standing:
            raise NotWorked("no decision of this claim stands")
        if standing[0].payment_run is not None:
            raise NotWorked("this claim is paid already; its interest stands in its remittance")
        work.pends.override(number, replace(made, version=standing[0].decision.version))
        members = [standing[0].decision.member]
        work.audit.record("set interest", f"claim:{number}", members=members, reason="review", result="set")


def assign(books: Books, context: RunContext, number: str, login: str) -> WaitingClaim:
    """Say who works on a claim that waits; empty: nobody.

    Raises:
        NotWorked: It does not wait.
    """
    with books.writing(context) as work:
        waiting = _waiting(work, number)
        work.pends.assign(number, login)
        subject = f"claim:{number}"
        work.audit.record("assign", subject, members=[waiting.pend.member], reason="review", result=login or "nobody")
        return waiting


def _waiting(work: Work, number: str) -> WaitingClaim:
    found = work.pends.waiting(number)
    if not found:
        raise NotWorked("this claim does not wait; `hpedi pends list` shows those that do")
    return found[0]


def _check_lines(made: Override, received: ReceivedClaim, context: RunContext, reference: Reference) -> None:
    lines = {EVERY_LINE, *(line.number for line in received.claim.lines)}
    for line, _ in (*made.denials, *made.prices):
        if line not in lines:
            raise NotWorked("the claim has no line of this number")
    for _, name in made.denials:
        reason = reference.reason(name, context.as_of)
        if reason is None or reason.group is None:
            raise NotWorked(f"the payer has no reason {name!r} that denies; its reasons stand in conventions.yaml")
