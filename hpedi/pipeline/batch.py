"""The claims that one transaction decides: what they see of the books and of each other, and what is stored of them.

What a claim adds is seen by those after it; decisions, accumulator entries, history, ledger and audit rows of a batch
commit together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, partial

from hpedi.adjudication.adjudicate import Earlier, adjudicate, lock_set, past_lines
from hpedi.adjudication.correction import Correction
from hpedi.adjudication.date_ranges import LONGEST
from hpedi.adjudication.decision import ClaimDecision, PastLine, Pend
from hpedi.adjudication.override import Override
from hpedi.benefits.accumulators import AccumulatorKey
from hpedi.benefits.carry_over import DatedCounts, plans_that_carry_over
from hpedi.benefits.membership import Family, Membership, Recognised
from hpedi.benefits.newborn import recognise
from hpedi.claims.claim import ReceivedClaim
from hpedi.money import ZERO
from hpedi.payments.ledger import decision_postings
from hpedi.pipeline.parties import FUNDING_ACCOUNT
from hpedi.pipeline.ports import Work
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext


@dataclass(slots=True)
class Seen:
    """What deciding claims goes by: balances of their families, past lines and authorisations of their members.

    Attributes:
        balances: Of the patients and their families.
        history: Past lines that bear on the claims, by member: see `ports.History.of`.
        units_used: Of authorisations, by their ids.
        overrides: What examiners decided, by our number of the claim.
        counts: When entries were counted; None where no plan carries anything over into its next year.
        every: Returns all past lines that the books hold, by member.
        forgotten: Our numbers of claims whose past lines in the books no longer count.
    """

    balances: dict[AccumulatorKey, Decimal]
    history: dict[str, list[PastLine]]
    units_used: dict[str, Decimal]
    overrides: Mapping[str, tuple[Override, ...]] = field(default_factory=dict)
    counts: DatedCounts | None = None
    every: Callable[[], Mapping[str, Sequence[PastLine]]] = dict
    forgotten: set[str] = field(default_factory=set)

    def copy(self) -> Seen:
        """Return one of its own that changes by itself."""
        history = {member: list(lines) for member, lines in self.history.items()}
        counts = self.counts.copy() if self.counts is not None else None
        forgotten = set(self.forgotten)
        units_used = dict(self.units_used)
        return Seen(dict(self.balances), history, units_used, self.overrides, counts, self.every, forgotten)

    def past_of(self, member: str) -> list[PastLine]:
        """Return all past lines of a member: what the books hold, and what was decided since."""
        near = self.history.get(member, [])
        known = {(line.payer_claim_control_number, line.line) for line in near}
        others = (
            line for line in self.every().get(member, ()) if line.payer_claim_control_number not in self.forgotten
        )
        return [*(line for line in others if (line.payer_claim_control_number, line.line) not in known), *near]

    def roll_back(self, decision: ClaimDecision, reversal: ClaimDecision) -> None:
        """Forget a decision: its entries are negated, its lines are no past lines any more."""
        self.add(reversal)
        own = decision.payer_claim_control_number
        lines = self.history.get(decision.member, [])
        self.history[decision.member] = [line for line in lines if line.payer_claim_control_number != own]
        self.forgotten.add(own)

    def add(self, decision: ClaimDecision) -> None:
        """Count what a decision adds to balances and uses of authorisations."""
        for entry in (*decision.carried, *decision.entries):
            self.balances[entry.key] = self.balances.get(entry.key, ZERO) + entry.amount
        if self.counts is not None:
            self.counts.add((*decision.carried, *decision.entries))
        for use in decision.uses:
            self.units_used[use.authorization] = self.units_used.get(use.authorization, ZERO) + use.units

    def decide(
        self, received: ReceivedClaim, reference: Reference, who: Recognised, correction: Correction | None = None
    ) -> ClaimDecision | Pend:
        """Decide a claim by what is seen."""
        member = who.patient.member.id if who.patient else ""
        history = self.history.get(member, [])
        return adjudicate(
            received,
            reference,
            who,
            history,
            self.balances,
            correction,
            earlier=Earlier(self.units_used, self.counts, partial(self.past_of, member)),
            overrides=self.overrides.get(received.payer_claim_control_number, ()),
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """What decided claims change of what stands in the books already; all else of them is added.

    Attributes:
        pended: Claims that wait from now on.
        closed: Our numbers of the claims that wait no more.
        taken_back: Our numbers of the claims whose past lines no longer count.
    """

    pended: tuple[Pend, ...]
    closed: tuple[str, ...]
    taken_back: tuple[str, ...]

    def make(self, work: Work, context: RunContext) -> None:
        """Make the changes in a transaction."""
        work.pends.put(self.pended, context.as_of)
        work.claims.close(self.closed)
        work.history.drop(self.taken_back)


@dataclass(slots=True)
class Batch:
    """What the claims of a transaction have decided so far.

    Attributes:
        who: Who each claim is for, by our control number.
        seen: What the next claim sees.
        decided: Decisions in order, each with the claim it decides.
        pended: What waits.
        voided: Claims that did nothing but void another one.
        taken_back: Control numbers of the claims whose past lines no longer count.
    """

    who: dict[str, Recognised]
    seen: Seen
    decided: list[tuple[ReceivedClaim, ClaimDecision]] = field(default_factory=list)
    pended: list[tuple[ReceivedClaim, Pend]] = field(default_factory=list)
    voided: list[ReceivedClaim] = field(default_factory=list)
    taken_back: set[str] = field(default_factory=set)
    _lines: list[PastLine] = field(default_factory=list)

    @classmethod
    def of(cls, work: Work, claims: Sequence[ReceivedClaim], reference: Reference, *, locked: bool = True) -> Batch:
        """Lock what some claims may touch, and read what they see; not locked, it is only looked at."""
        member_ids = {received.claim.subscriber.member_id for received in claims}
        families = [Family.of(record.body) for record in work.reference.families(reference.snapshot, member_ids)]
        membership = Membership.of(families)
        who = {each.payer_claim_control_number: recognise(membership, each.claim, reference) for each in claims}
        if locked:
            work.accumulators.lock(lock_set(who.values()))
        patients = _days_of_patients(claims, who)
        history = {member: list(lines) for member, lines in work.history.of(patients).items()}
        authorized = sorted({each.member for family in families for each in family.authorizations})
        units_used = dict(work.authorizations.used(authorized))
        plans = plans_that_carry_over(reference)
        # What carries over is worked out for all members of a family; else a claim counts to its patient and family.
        counting = [member.id for family in families for member in family.members] if plans else list(patients)
        owners = {*counting, *(family.id for family in families)}
        counts = DatedCounts.of(each.entry for each in work.accumulators.of(owners, plans)) if plans else None
        overrides = work.pends.overrides(list(who))
        balances = dict(work.accumulators.balances(owners))
        every = cache(partial(work.history.every, tuple(patients)))
        return cls(who, Seen(balances, history, units_used, overrides, counts, every))

    def take(self, received: ReceivedClaim, made: ClaimDecision) -> None:
        """Let the claims that follow see a decision."""
        self.decided.append((received, made))
        self.seen.add(made)
        lines = past_lines(received, made)
        for line in lines:
            self.seen.history.setdefault(line.member, []).append(line)
        self._lines.extend(lines)

    def take_back(self, received: ReceivedClaim, decision: ClaimDecision, reversal: ClaimDecision) -> None:
        """Let the claims that follow see that a decision is taken back."""
        own = decision.payer_claim_control_number
        self.decided.append((received, reversal))
        self.seen.roll_back(decision, reversal)
        self.taken_back.add(own)
        self._lines = [line for line in self._lines if line.payer_claim_control_number != own]

    @property
    def lock_set(self) -> list[str]:
        """The families whose balances and history its claims touch, sorted."""
        return lock_set(self.who.values())

    def store(self, work: Work, context: RunContext) -> None:
        """Write all of it into a transaction."""
        self.changes.make(work, context)
        self.add(work, context)

    @property
    def changes(self) -> Changes:
        """What it changes of what stands in the books."""
        closed = [*(received for received, _made in self.decided), *self.voided]
        return Changes(
            pended=tuple(pended for _received, pended in self.pended),
            closed=tuple(dict.fromkeys(received.payer_claim_control_number for received in closed)),
            taken_back=tuple(sorted(self.taken_back)),
        )

    def add(self, work: Work, context: RunContext) -> None:
        """Write the rows that are only added; the books are not read for it."""
        entries = [entry for _received, made in self.decided for entry in (*made.carried, *made.entries)]
        work.accumulators.append(entries, context.as_of)
        work.funding.append_of([made for _received, made in self.decided], context.as_of)
        work.authorizations.append([use for _received, made in self.decided for use in made.uses], context.as_of)
        work.history.append(self._lines)
        postings = [each for _received, made in self.decided for each in decision_postings(made, FUNDING_ACCOUNT)]
        work.ledger.post(postings, context.as_of)
        work.claims.finalise(self.decided, context.as_of)
        for received, made in self.decided:
            _record(work, received, made.member, made.kind if made.of else "", made.status277)
        for received, pended in self.pended:
            _record(work, received, pended.member, "", f"pended {pended.status277}")


def _days_of_patients(claims: Sequence[ReceivedClaim], who: Mapping[str, Recognised]) -> dict[str, set[date]]:
    """Return on which days the patients of claims had services, by member; of one that took several, all."""
    days: dict[str, set[date]] = {}
    for received in claims:
        patient = who[received.payer_claim_control_number].patient
        if patient is not None:
            of_patient = days.setdefault(patient.member.id, set())
            for line in received.claim.lines:
                first, last = line.dates.start, line.dates.end
                of_patient.add(first)
                if last is not None and last != first:
                    length = min((last - first).days, LONGEST)
                    of_patient.update(first + timedelta(days=more) for more in range(1, length + 1))
    return days


def _record(work: Work, received: ReceivedClaim, member: str, kind: str, result: str) -> None:
    subject = f"claim:{received.payer_claim_control_number}"
    outcome = f"{kind} {result}".strip()
    work.audit.record("adjudicate", subject, members=[member], reason="claim payment", result=outcome)
