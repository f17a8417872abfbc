"""What if other reference data held: history is decided twice, by what is known now and with the change, and compared.

Nothing is written but the audit row of who asked. Families are taken a few at a time, so that memory does not grow with
history. All claims of a family are taken back and then decided in the order in which they became final; those outside
the days that are asked about are left as they were decided, so that the others see what they saw. Both times the same
is done, so that the difference is what the change makes, and nothing else. Claims of nobody we know stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from msgspec.structs import replace

from hpedi.adjudication.adjudicate import past_lines
from hpedi.adjudication.correction import STAGE as CORRECTION
from hpedi.adjudication.correction import Correction, reversal_of
from hpedi.adjudication.decision import ClaimDecision, Pend
from hpedi.claims.model import Model
from hpedi.money import ZERO, Usd
from hpedi.pipeline.batch import Batch, Seen
from hpedi.pipeline.families import members_of_families
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.records import StoredDecision
from hpedi.pipeline.reprocess import is_changed
from hpedi.pipeline.sought import StandingSought
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext

MEMBERS_AT_ONCE: Final = 200
MOST_OF_A_PAGE: Final = 1_000_000
DIMENSIONS: Final = ("provider", "group", "code", "reason")


class Difference(Model, frozen=True, kw_only=True):
    """How much the plan and members would pay more than now, US dollars (negative: less).

    Attributes:
        claims: Claims behind it.
        plan: What providers and members would be paid.
        member: What patients would owe.
        adjusted: By reason: what would be taken off the charge.
    """

    claims: int = 0
    plan: Usd = ZERO
    member: Usd = ZERO
    adjusted: Usd = ZERO

    def plus(self, other: Difference) -> Difference:
        """Return the sum of two."""
        return Difference(
            claims=self.claims + other.claims,
            plan=self.plan + other.plan,
            member=self.member + other.member,
            adjusted=self.adjusted + other.adjusted,
        )


class ChangedClaim(Model, frozen=True, kw_only=True):
    """A claim that would come out otherwise.

    Attributes:
        claim: Our number.
        provider: Our id of the payee.
        group: The employer whose plan it is; the plan where it has none.
        service: Its first day of service.
        paid: US dollars the plan pays by what is known now.
        would_pay: US dollars it would pay.
        owed: US dollars the patient owes by what is known now.
        would_owe: US dollars the patient would owe.
        waits: Why it could not be decided; empty where it can. Its money is in no difference.
    """

    claim: str
    provider: str
    group: str
    service: date
    paid: Usd
    would_pay: Usd
    owed: Usd
    would_owe: Usd
    waits: str = ""


@dataclass(slots=True)
class WhatIf:
    """What a change would do to claims of some days of service.

    Attributes:
        decided: Claims that were decided again.
        changed: Of these, how many come out otherwise.
        waiting: Of these, how many would wait.
        otherwise: Claims that come out otherwise than they stand by what is known now already, without the change.
        paid: US dollars the plan pays for the claims decided again, by what is known now.
        total: The difference.
        by: The difference by provider, group, code and reason.
    """

    decided: int = 0
    changed: int = 0
    waiting: int = 0
    otherwise: int = 0
    paid: Usd = ZERO
    total: Difference = field(default_factory=Difference)
    by: dict[str, dict[str, Difference]] = field(default_factory=lambda: {name: {} for name in DIMENSIONS})

    def add(self, dimension: str, key: str, difference: Difference) -> None:
        """Count a difference; one of nothing is left out."""
        if difference.plan or difference.member or difference.adjusted:
            of_dimension = self.by[dimension]
            of_dimension[key] = of_dimension.get(key, Difference()).plus(difference)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: the data in force now and as changed, and the first days of service from and to which."""

    now: Reference
    changed: Reference
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Told:
    """Whom to tell: of each claim that would change, and of how many claims were decided."""

    claim: Callable[[ChangedClaim], None] = lambda _claim: None
    progress: Callable[[int], None] = lambda _count: None


def what_if(books: Books, context: RunContext, question: Question, told: Told) -> WhatIf:
    """Decide history again, with changed data and without, and write nothing of it.

    Args:
        books: Where history is kept.
        context: Who asks.
        question: What is asked.
        told: Whom to tell on the way.
    """
    outcome, last = WhatIf(), ""
    done: set[str] = set()
    while True:
        with books.reading(context) as work:
            members = work.decisions.members_served(question.since, question.until, last, MEMBERS_AT_ONCE)
            standing = _of_families(work, [each for each in members if each not in done], question.now, done)
            for each in _compared(work, standing, question):
                _count(outcome, each, question, told)
        told.progress(sum(1 for each in standing if _is_asked(each, question)))
        if len(members) < MEMBERS_AT_ONCE:
            break
        last = members[-1]
    with books.writing(context) as work:
        result = f"{outcome.decided} decided, {outcome.changed} would change"
        work.audit.record("what if", "claims", reason="changed reference data", result=result)
    return outcome


def _of_families(work: Work, members: Sequence[str], reference: Reference, done: set[str]) -> Sequence[StoredDecision]:
    """Return all decisions that stand of the families of some members, and note the other members as done."""
    if not members:
        return ()
    of_members = work.decisions.standing(StandingSought(members=tuple(members)), MOST_OF_A_PAGE)
    others = members_of_families(work, of_members, reference) - set(members) - done
    done |= others
    of_others = work.decisions.standing(StandingSought(members=tuple(sorted(others))), MOST_OF_A_PAGE) if others else ()
    return sorted((*of_members, *of_others), key=lambda each: each.ordinal)


def _is_asked(each: StoredDecision, question: Question) -> bool:
    return question.since <= each.received.claim.first_date <= question.until


# --- deciding twice --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Twice:
    """A claim with how it stands, how it comes out now, and how with the change."""

    stored: StoredDecision
    now: ClaimDecision | Pend
    then: ClaimDecision | Pend


def _compared(work: Work, standing: Sequence[StoredDecision], question: Question) -> Sequence[_Twice]:
    if not standing:
        return ()
    waived = _waived(work, standing, question)
    now = _replayed(work, standing, question, question.now, waived)
    then = _replayed(work, standing, question, question.changed, waived)
    asked = (each for each in standing if _is_asked(each, question))
    return [_Twice(*three) for three in zip(asked, now, then, strict=True)]


def _replayed(
    work: Work,
    standing: Sequence[StoredDecision],
    question: Question,
    reference: Reference,
    waived: dict[str, frozenset[str]],
) -> list[ClaimDecision | Pend]:
    """Decide what is asked about once more, from the first on, by some reference data."""
    batch = Batch.of(work, [each.received for each in standing], reference)
    seen = batch.seen
    for each in standing:
        seen.roll_back(each.decision, reversal_of(each.decision, each.decision.version + 1, "", ""))
    made: list[ClaimDecision | Pend] = []
    for each in standing:
        # What it carried over was never taken back.
        as_decided = replace(each.decision, carried=())
        decision: ClaimDecision | Pend = as_decided
        if _is_asked(each, question):
            who = batch.who[each.received.payer_claim_control_number]
            correction = _correction(each.decision, waived)
            received = replace(each.received, version=each.decision.version)
            decision = seen.decide(received, reference, who, correction)
            made.append(decision)
        _see(seen, each, as_decided if isinstance(decision, Pend) else decision)
    return made


def _see(seen: Seen, each: StoredDecision, decision: ClaimDecision) -> None:
    seen.add(decision)
    for line in past_lines(each.received, decision):
        seen.history.setdefault(line.member, []).append(line)


def _correction(decision: ClaimDecision, waived: dict[str, frozenset[str]]) -> Correction | None:
    """Return what makes a claim be decided as the correction that it is."""
    if decision.kind != "correction":
        return None
    return Correction(of=decision, reason=decision.reason, waived=waived[decision.payer_claim_control_number])


def _waived(work: Work, standing: Sequence[StoredDecision], question: Question) -> dict[str, frozenset[str]]:
    """Return what appeals set aside of the corrections that are decided again; their trails say it."""
    found: dict[str, frozenset[str]] = {}
    for each in standing:
        number = each.decision.payer_claim_control_number
        if each.decision.kind == "correction" and _is_asked(each, question):
            trail = work.decisions.find(number)[-1].decision.trail
            steps = (step for step in trail if step.stage == CORRECTION)
            found[number] = frozenset(value for step in steps for name, value in step.inputs if name == "waived")
    return found


# --- the difference --------------------------------------------------------------------------------------------------


def _count(outcome: WhatIf, each: _Twice, question: Question, told: Told) -> None:
    now, then = each.now, each.then
    outcome.decided += 1
    as_now = each.stored.decision if isinstance(now, Pend) else now
    outcome.paid += as_now.paid
    outcome.otherwise += isinstance(now, Pend) or is_changed(each.stored.decision, now)
    if isinstance(then, Pend):
        if not isinstance(now, Pend):
            outcome.changed += 1
            outcome.waiting += 1
            told.claim(_changed(each, as_now, as_now, question, then.message))
        return
    if not is_changed(as_now, then):
        return
    outcome.changed += 1
    claim = _changed(each, as_now, then, question)
    told.claim(claim)
    whole = Difference(claims=1, plan=claim.would_pay - claim.paid, member=claim.would_owe - claim.owed)
    outcome.total = outcome.total.plus(whole)
    outcome.add("provider", claim.provider, whole)
    outcome.add("group", claim.group, whole)
    for code, difference in _by_code(as_now, then).items():
        outcome.add("code", code, difference)
    for reason, difference in _by_reason(as_now, then).items():
        outcome.add("reason", reason, difference)


def _changed(
    each: _Twice, now: ClaimDecision, then: ClaimDecision, question: Question, waits: str = ""
) -> ChangedClaim:
    service = each.stored.received.claim.first_date
    return ChangedClaim(
        claim=now.payer_claim_control_number,
        provider=now.provider,
        group=_group(now.plan, service, question.now),
        service=service,
        paid=_paid(now),
        would_pay=_paid(then),
        owed=now.patient_responsibility,
        would_owe=then.patient_responsibility,
        waits=waits,
    )


def _paid(decision: ClaimDecision) -> Usd:
    """Return what the plan pays, whoever gets it."""
    return decision.paid + decision.paid_to_member


def _group(plan: str, day: date, reference: Reference) -> str:
    version = reference.plan_version(plan, day)
    return (version.funding.employer if version is not None else None) or plan


def _by_code(now: ClaimDecision, then: ClaimDecision) -> dict[str, Difference]:
    """Return the difference of the lines by code; a claim that is priced as one has its lines' shares."""
    found: dict[str, Difference] = {}
    for before, after in zip(now.lines, then.lines, strict=True):
        owed = sum((each.amount for each in before.adjustments if each.group == "PR"), ZERO)
        would_owe = sum((each.amount for each in after.adjustments if each.group == "PR"), ZERO)
        difference = Difference(claims=1, plan=after.paid - before.paid, member=would_owe - owed)
        if difference.plan or difference.member:
            # A code that stands on several lines of a claim has one claim behind it.
            known = found.get(after.code)
            found[after.code] = difference if known is None else replace(known.plus(difference), claims=1)
    return found


def _by_reason(now: ClaimDecision, then: ClaimDecision) -> dict[str, Difference]:
    """Return the difference of what is taken off the charge, by group and reason code."""
    before, after = _adjusted(now), _adjusted(then)
    return {
        reason: Difference(claims=1, adjusted=after.get(reason, ZERO) - before.get(reason, ZERO))
        for reason in (*before, *(each for each in after if each not in before))
    }


def _adjusted(decision: ClaimDecision) -> dict[str, Usd]:
    sums: dict[str, Usd] = {}
    for each in (*decision.adjustments, *(each for line in decision.lines for each in line.adjustments)):
        reason = f"{each.group}-{each.carc}"
        sums[reason] = sums.get(reason, ZERO) + each.amount
    return sums
